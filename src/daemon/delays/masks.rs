//! What of a measured case may be shown: names, titles, keys and rooms, as its privacy has them.
//!
//! Called by [`super::case`]. Figures and states pass as they are: they hold no word of a court.

use std::collections::BTreeMap;

use crate::daemon::answers::masked;
use crate::domain::about::About;
use crate::domain::clocks::{Pin, Subject};
use crate::domain::delays::CaseDelays;
use crate::domain::docket::{Docket, EntryKey};
use crate::domain::withhold::Telling as HowMuch;

/// The titles as they may be shown; each that stands there often is masked once. One whose type is withheld is empty.
pub fn titles(docket: &Docket, about: &About<'_>) -> BTreeMap<EntryKey, String> {
    let mut known: BTreeMap<&str, String> = BTreeMap::new();
    let shown = docket.entries.iter().map(|entry| {
        let shown = known.entry(&entry.title).or_insert_with(|| about.title(&entry.title).unwrap_or_default());
        (entry.key.clone(), shown.clone())
    });
    shown.collect()
}

/// Hides what is hidden. Keys are made of titles where a source has no numbers of its own; with `with_entries` they are shown.
pub fn mask(case: &mut CaseDelays, about: &About<'_>, telling: HowMuch, with_entries: bool) {
    let is_whole = telling == HowMuch::Whole;
    // What is decided about a person is not told of a case of which only types and dates are (`domain::shown`).
    case.clocks.retain(|_| is_whole);
    case.clocks = case.clocks.iter().map(|clock| masked(clock, about)).collect();
    for clock in &mut case.clocks {
        // The operator's words go where a report goes.
        clock.pins = clock.pins.iter().map(|pin| Pin { note: about.words(&pin.note), by: None, ..pin.clone() }).collect();
    }
    case.figures.list.retain(|figure| is_whole || !matches!(figure.subject, Subject::Person(_)));
    for figure in &mut case.figures.list {
        if let Subject::Person(Some(name)) = &mut figure.subject {
            *name = about.defendant(name);
        }
    }
    for setting in &mut case.settings {
        setting.room = setting.room.as_deref().filter(|_| is_whole).map(|room| about.words(room));
        if !is_whole {
            (setting.reasons, setting.requested_by) = (Vec::new(), Vec::new());
        }
    }
    if with_entries {
        let mut known: BTreeMap<EntryKey, EntryKey> = BTreeMap::new();
        case.map_keys(|key| known.entry(key.clone()).or_insert_with(|| about.key(key)).clone());
    }
}
