//! The hearings of cases as lines: each case with its settings as it was last read, and one line for a hearing that linked cases share.
//!
//! Asked by `answers` for the commands and by [`board`](super::board) for all cases. Reads the store; changes nothing but what is kept of
//! readings. Blocks.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::readings;
use super::telling::{self, Telling};
use crate::ask::line::Sight;
use crate::config::Config;
use crate::delay::clocks::readings::Readings;
use crate::domain::about::{About, Language, Stop};
use crate::domain::case::{CaseRef, Watch};
use crate::domain::docket::{Docket, EntryKey};
use crate::domain::setting::Setting;
use crate::domain::twin::{Placed, merged, pairs};
use crate::domain::withhold::Telling as HowMuch;
use crate::meaning::Meaning;
use crate::store::cases::Head;
use crate::store::error::StoreError;
use crate::store::{Cid, Store};
use crate::wire;
use crate::wire::api::hearings::{AlsoAt, EntryLine, Follows, HearingLine};

/// A case with its settings, as it was last read.
pub(super) struct Read<'c> {
    pub watch: &'c Watch,
    pub cid: Cid,
    pub head: Head,
    pub docket: Docket,
    pub readings: Readings,
    pub meaning: Arc<Meaning>,
    pub zone: TimeZone,
    /// When it was last read, if that is known.
    pub read_at: Option<Timestamp>,
    pub settings: Vec<Placed>,
}

/// The case; `None` when it was never read.
pub(super) fn read<'c>(store: &Store, config: &Config, watch: &'c Watch, now: Timestamp) -> Result<Option<Read<'c>>, StoreError> {
    let Some(cid) = store.cid(&watch.case)? else { return Ok(None) };
    let Some(head) = store.head(cid)?.filter(|head| head.version > 0) else { return Ok(None) };
    let Some(docket) = store.docket(cid, head.version)? else { return Ok(None) };
    let Some(source) = config.source_of(&watch.case) else { return Ok(None) };
    // What became of a day that nobody has looked at since is not known to be unknown.
    let last_ok = store.row(cid)?.map(|row| row.last_ok).filter(|at| *at > 0);
    let read_at = last_ok.and_then(|last_ok| Timestamp::from_second(last_ok.into()).ok());
    let (meaning, zone) = (config.meaning_of(&source.recipe), source.recipe.zone_of(&watch.number));
    let today = read_at.map_or(now, |read_at| read_at.min(now)).to_zoned_datetime(zone.clone()).date();
    let readings = readings::of(store, &config.rules_of(&watch.case), &meaning, cid, &docket);
    let settings = meaning.placed_of(&docket, |at| readings.heard(at), &zone, today);
    Ok(Some(Read { watch, cid, head, docket, readings, meaning, zone, read_at, settings }))
}

/// The watched cases by matter: each case with those that it is linked with, in the order of the watch list.
pub(super) fn matters(config: &Config) -> Vec<Vec<&Watch>> {
    let places: HashMap<&CaseRef, usize> = config.cases.iter().enumerate().map(|(at, watch)| (&watch.case, at)).collect();
    let mut matters = Vec::new();
    for (at, watch) in config.cases.iter().enumerate() {
        let mut others: Vec<usize> = watch.linked.iter().filter_map(|case| places.get(case).copied()).collect();
        if others.iter().all(|other| *other > at) {
            others.sort_unstable();
            matters.push(std::iter::once(at).chain(others).filter_map(|at| config.cases.get(at)).collect());
        }
    }
    matters
}

/// The hearings of a matter, by the place of their case in `watches`. A case of which nothing may be told has none for whoever sees what is told.
pub(super) fn of_matter(
    store: &Store,
    known: &telling::Read,
    config: &Config,
    watches: &[&Watch],
    sight: Sight,
    now: Timestamp,
) -> Result<Vec<Found>, StoreError> {
    let mut reads = Vec::new();
    for (place, watch) in watches.iter().enumerate() {
        reads.extend(read(store, config, watch, now)?.map(|read| (place, read)));
    }
    match sight {
        Sight::Whole => Ok(lines(&reads.iter().map(|(place, read)| (*place, read, None)).collect::<Vec<_>>())),
        Sight::AsTold => {
            let tellings = reads.iter().map(|(_, read)| read.telling(store, known, config)).collect::<Result<Vec<_>, _>>()?;
            Ok(as_told(reads.iter().zip(&tellings).map(|((place, read), telling)| (*place, read, telling)), config.general.language))
        }
    }
}

/// The same of cases that are at hand, as it may be told.
pub(super) fn as_told<'r, 'c: 'r>(cases: impl Iterator<Item = (usize, &'r Read<'c>, &'r Telling)>, language: Language) -> Vec<Found> {
    let open = cases.filter(|(.., telling)| telling.of_case() != HowMuch::Activity);
    let shown: Vec<_> = open.map(|(place, read, telling)| (place, read, Some(telling.about(language, Stop::Unsaid)))).collect();
    let mut found = lines(&shown);
    found.retain(|found| is_told(&found.line));
    found
}

/// Whether none of the entries that speak of it is of a type that is withheld.
fn is_told(line: &HearingLine) -> bool {
    let there = line.also.iter().flat_map(|also| [&also.set_by, &also.told_by]);
    [&line.set_by, &line.told_by].into_iter().chain(there).flatten().all(|entry| entry.title.is_some())
}

impl Read<'_> {
    /// When the next day begins at the court.
    pub(super) fn tomorrow(&self, now: Timestamp) -> Option<Timestamp> {
        let tomorrow = now.to_zoned_datetime(self.zone.clone()).date().tomorrow().ok()?;
        self.zone.to_timestamp(tomorrow.to_datetime(jiff::civil::Time::midnight())).ok()
    }

    /// What of it may be told.
    pub(super) fn telling(&self, store: &Store, known: &telling::Read, config: &Config) -> Result<Telling, StoreError> {
        Telling::as_held(store, known, config, self.watch, (self.cid, &self.head), (&self.docket, self.head.version))
    }
}

/// A case, its place in the answer, and how much of it is shown; `None` is everything.
pub(super) type Seen<'r, 'c> = (usize, &'r Read<'c>, Option<About<'r>>);

/// A hearing: the place of the case that shows it, its line, and what all linked cases say of it together.
pub(super) struct Found {
    pub at: usize,
    pub line: HearingLine,
    pub setting: Setting,
}

/// The hearings of cases, those of linked ones once, by the first of them. What is not among `cases` is not looked at.
pub(super) fn lines(cases: &[Seen<'_, '_>]) -> Vec<Found> {
    let mut found = Vec::new();
    // What a case before has shown.
    let mut shown: HashSet<(&CaseRef, usize)> = HashSet::new();
    for case in cases {
        let (place, own, _) = case;
        let others: Vec<&Seen<'_, '_>> = cases.iter().filter(|(_, other, _)| own.watch.linked.contains(&other.watch.case)).collect();
        let paired: Vec<_> = others.iter().map(|(_, other, _)| pairs(&own.settings, &other.settings)).collect();
        for (at, setting) in own.settings.iter().enumerate() {
            if shown.contains(&(&own.watch.case, at)) {
                continue;
            }
            let of_other = |((_, other, _), pairs): (&&Seen<'_, '_>, &Vec<(usize, usize)>)| {
                let (_, place) = *pairs.iter().find(|(own, _)| *own == at)?;
                (!shown.contains(&(&other.watch.case, place))).then_some(place)
            };
            let places: Vec<Option<usize>> = others.iter().zip(&paired).map(of_other).collect();
            let twins: Vec<(&Seen<'_, '_>, &Placed)> =
                others.iter().zip(&places).filter_map(|(other, place)| Some((*other, other.1.settings.get((*place)?)?))).collect();
            let whole = merged(setting, &twins.iter().map(|(_, twin)| *twin).collect::<Vec<_>>());
            found.push(Found { at: *place, line: line(case, setting, &whole.setting, &twins), setting: whole.setting });
            shown.extend(others.iter().zip(&places).filter_map(|((_, other, _), place)| Some((&other.watch.case, (*place)?))));
        }
    }
    found
}

/// By what lines are put in order: those without a day last.
pub(super) fn when(line: &HearingLine) -> (bool, Option<String>, Option<String>) {
    (line.date.is_none(), line.date.clone(), line.time.clone())
}

/// An entry as a line shows it.
fn entry(docket: &Docket, key: Option<&EntryKey>, about: Option<&About<'_>>) -> Option<EntryLine> {
    let entry = docket.entry(key?)?;
    let (key, title) = match about {
        None => (entry.key.clone(), Some(entry.title.clone())),
        Some(about) => (about.key(&entry.key), about.title(&entry.title)),
    };
    Some(EntryLine { key: key.0, date: entry.date.map(|date| date.to_string()), title })
}

/// A hearing: as this case has it (`own`), and what all linked cases say of it together (`whole`).
fn line((_, read, about): &Seen<'_, '_>, own: &Placed, whole: &Setting, twins: &[(&Seen<'_, '_>, &Placed)]) -> HearingLine {
    let about = about.as_ref();
    let also = |((_, other, about), placed): &(&Seen<'_, '_>, &Placed)| {
        let setting = &placed.setting;
        AlsoAt {
            source: other.watch.case.source.clone(),
            case: other.watch.number.canonical.clone(),
            name: other.watch.name.clone(),
            outcome: setting.outcome.name().to_owned(),
            set_by: entry(&other.docket, setting.set_by.as_ref(), about.as_ref()),
            told_by: entry(&other.docket, setting.told_by.as_ref(), about.as_ref()),
        }
    };
    let of_twin =
        |((_, other, about), placed): &(&Seen<'_, '_>, &Placed)| entry(&other.docket, placed.setting.told_by.as_ref(), about.as_ref());
    let follows = own.setting.follows.and_then(|at| read.settings.get(at)).map(|Placed { setting, .. }| Follows {
        date: setting.date.map(|date| date.to_string()),
        time: setting.time.map(wire::hearing::clock),
    });
    // As in messages: of what is told by type and date alone, no more than the day is told of a hearing.
    let is_whole = about.is_none_or(|about| about.privacy.of_case().0 == HowMuch::Whole);
    let words = |text: &String| about.map_or_else(|| text.clone(), |about| about.words(text));
    HearingLine {
        date: whole.date.map(|date| date.to_string()),
        time: whole.time.map(wire::hearing::clock),
        kind: whole.kind.as_ref().map(words),
        outcome: whole.outcome.name().to_owned(),
        reasons: whole.reasons.iter().filter(|_| is_whole).cloned().collect(),
        requested_by: whole.requested_by.iter().filter(|_| is_whole).cloned().collect(),
        mode: whole.mode.map(|mode| mode.name().to_owned()),
        room: whole.room.as_ref().filter(|_| is_whole).map(words),
        warn: whole.warnings.clone(),
        source: read.watch.case.source.clone(),
        case: read.watch.number.canonical.clone(),
        name: read.watch.name.clone(),
        set_by: entry(&read.docket, own.setting.set_by.as_ref(), about),
        told_by: entry(&read.docket, own.setting.told_by.as_ref(), about).or_else(|| twins.iter().find_map(of_twin)),
        follows,
        also: twins.iter().map(also).collect(),
    }
}
