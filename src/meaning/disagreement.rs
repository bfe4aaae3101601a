//! Two linked sources that say different things of one matter: the day of a hearing, what became of it, the judge (`domain.md` F-25).
//!
//! `daemon::matter` asks [`Meaning::disagreements`](super::Meaning::disagreements) for each pair of linked cases, and again for the pair as it was some working days ago: a
//! difference that did not stand then may be news that the one has and the other has not got yet. Nothing here says who is right.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::case::CaseRef;
use crate::domain::disagreement::{Disagreement, Point};
use crate::domain::docket::{Docket, EntryKey};
use crate::domain::event::{EXCERPT_CHARS, Event, EventKind};
use crate::domain::fold::fold;
use crate::domain::setting::{Outcome, Setting};
use crate::domain::twin::{Placed, is_told, pairs};

use super::Meaning;
use super::calendar::{Calendar, SILENCE_DAYS};
use super::edit::shortened;
use super::events::as_shown;
use super::known::setting_hearing;

/// The fields of a heading that name who decides.
const JUDGE: [&str; 2] = ["judge", "panel"];
/// So many words in common are one person, however each source writes the name.
const COMMON_WORDS: usize = 2;

/// A case that is linked to the one of a [`Calendar`], as it was read.
#[derive(Debug, Clone)]
pub struct Other<'a> {
    /// The case.
    pub case: &'a CaseRef,
    /// Its source and its number as people write it.
    pub label: &'a str,
    /// Its docket.
    pub docket: &'a Docket,
    /// Its settings.
    pub settings: &'a [Placed],
}

/// What both say differently of a hearing: the own setting, the other, and the point.
struct Difference<'s> {
    point: Point,
    here: &'s Placed,
    there: &'s Placed,
}

impl Meaning {
    /// What a case and a linked one say differently on the day `today`. The ids follow from what is said, so one disagreement is told once.
    pub fn disagreements(&self, own: &Calendar<'_>, settings: &[Placed], other: &Other<'_>, today: Date) -> Vec<Event> {
        let since = own.day(own.watched_since);
        let differences = differences(own, settings, other, (since, today));
        let mut events: Vec<Event> = differences.iter().map(|difference| self.of_hearing(own, other, difference)).collect();
        events.extend(JUDGE.iter().filter_map(|field| self.of_judge(own, other, field)));
        events
    }

    fn of_hearing(&self, own: &Calendar<'_>, other: &Other<'_>, difference: &Difference<'_>) -> Event {
        let Difference { point, here, there } = difference;
        let said = |placed: &Placed| match point {
            Point::Outcome => placed.setting.outcome.name().to_owned(),
            _ => moment(&placed.setting),
        };
        let teller = |setting: &Setting| if is_told(setting) { setting.told_by.clone() } else { setting.set_by.clone() };
        let told = Disagreement { point: *point, here: said(here), there: said(there), other: other.label.to_owned() };
        // Of which hearing: a disagreement about what became of it names its day, one about its day its kind.
        let of = if *point == Point::Outcome { moment(&here.setting) } else { here.setting.kind.clone().unwrap_or_default() };
        let event = self.difference(own, other, told, &of, (teller(&here.setting), teller(&there.setting)));
        Event { hearing: Some(setting_hearing(&here.setting, &here.zone)), ..event }
    }

    /// Another name for the judge, where both speak of one court: another instance has judges of its own.
    fn of_judge(&self, own: &Calendar<'_>, other: &Other<'_>, field: &str) -> Option<Event> {
        let (here, there) = (own.docket.heading.extra.get(field)?, other.docket.heading.extra.get(field)?);
        let (court, court_there) = (own.docket.heading.court.as_deref()?, other.docket.heading.court.as_deref()?);
        if !is_within(&words(court), &words(court_there)) || is_one_name(here, there) {
            return None;
        }
        let told = Disagreement { point: Point::Judge, here: here.clone(), there: there.clone(), other: other.label.to_owned() };
        Some(self.difference(own, other, told, field, (None, None)))
    }

    /// The event, with the entry of the case and the words of the other one's.
    fn difference(
        &self,
        own: &Calendar<'_>,
        other: &Other<'_>,
        told: Disagreement,
        of: &str,
        (here, there): (Option<EntryKey>, Option<EntryKey>),
    ) -> Event {
        let kind = EventKind::RecordDisagreement;
        let parts = [told.point.name(), of, &told.here, &told.there, &other.case.source, &other.case.number];
        let mut event = self.event(own, None, (kind, kind.severity()), &parts.join("\u{1f}"));
        event.entry = here.and_then(|key| own.docket.entry(&key)).map(|entry| as_shown(entry, self.classify(entry, entry.date).actor));
        let quoted = there.and_then(|key| other.docket.entry(&key)).map(|entry| {
            let day = entry.date.map(|date| format!(" ({date})")).unwrap_or_default();
            let text = if entry.withheld.is_some() { "" } else { entry.text.as_str() };
            shortened(&format!("{}{day}: {text}", entry.title), EXCERPT_CHARS)
        });
        if let (Some(entry), Some(quoted)) = (&mut event.entry, quoted) {
            entry.after = Some(quoted);
        }
        event.field = Some(told.field());
        event
    }
}

/// What two dockets say differently of their hearings. `since` is the day from which the case is watched: what was before is history.
fn differences<'s>(own: &Calendar<'_>, settings: &'s [Placed], other: &Other<'s>, (since, today): (Date, Date)) -> Vec<Difference<'s>> {
    if own.case.source == other.case.source && are_two_courts(own.docket, other.docket) {
        // Two files of one source at two courts have hearings of their own.
        return Vec::new();
    }
    let mut found = Vec::new();
    let paired = pairs(settings, other.settings);
    // A day that one source has open and the other has moved is not paired: it is what they disagree about.
    let moved = |(at, place): &(usize, usize)| is_told(&settings[*at].setting) != is_told(&other.settings[*place].setting);
    let agreed: Vec<(usize, usize)> = paired.iter().copied().filter(|pair| !moved(pair)).collect();
    let open = |placed: &Placed| {
        let Setting { outcome, date, warnings, set_by, kind, .. } = &placed.setting;
        *outcome == Outcome::Pending && *date >= Some(today) && warnings.is_empty() && set_by.is_some() && kind.is_some()
    };
    let ours: Vec<&Placed> = unpaired(settings, agreed.iter().map(|pair| pair.0)).into_iter().filter(|placed| open(placed)).collect();
    let theirs: Vec<&Placed> =
        unpaired(other.settings, agreed.iter().map(|pair| pair.1)).into_iter().filter(|placed| open(placed)).collect();
    let kinds: BTreeSet<&String> = ours.iter().filter_map(|placed| placed.setting.kind.as_ref()).collect();
    for kind in kinds {
        let of_kind =
            |list: &[&'s Placed]| list.iter().copied().filter(|placed| placed.setting.kind.as_ref() == Some(kind)).collect::<Vec<_>>();
        // Where either has several days more than the other, nobody can say which belong together.
        if let ([here], [there]) = (of_kind(&ours).as_slice(), of_kind(&theirs).as_slice()) {
            found.push(Difference { point: Point::Day, here, there });
        }
    }
    let earliest = since.max(today.saturating_sub(SILENCE_DAYS.days()));
    for (at, place) in paired {
        let (here, there) = (&settings[at], &other.settings[place]);
        let is_named = found.iter().any(|known| std::ptr::eq(known.here, here) || std::ptr::eq(known.there, there));
        let is_history = here.setting.date.is_none_or(|date| date < earliest);
        if !is_history && !is_named && is_contrary(&here.setting, &there.setting, today) {
            found.push(Difference { point: Point::Outcome, here, there });
        }
    }
    found
}

fn unpaired(settings: &[Placed], paired: impl Iterator<Item = usize>) -> Vec<&Placed> {
    let paired: BTreeSet<usize> = paired.collect();
    settings.iter().enumerate().filter(|(at, _)| !paired.contains(at)).map(|(_, placed)| placed).collect()
}

/// Whether one says that a hearing began and the other that it did not; or that it was called off where the other still has it to
/// come. What the one does not say yet contradicts nothing.
fn is_contrary(here: &Setting, there: &Setting, today: Date) -> bool {
    let began = |setting: &Setting| match setting.outcome {
        Outcome::Held | Outcome::Suspended => Some(true),
        Outcome::Deferred | Outcome::Failed | Outcome::NotInstalled | Outcome::Revoked => Some(false),
        Outcome::Pending | Outcome::Unknown => None,
    };
    let is_open = |setting: &Setting| setting.outcome == Outcome::Pending && setting.date > Some(today) && setting.set_by.is_some();
    match (began(here), began(there)) {
        (Some(here), Some(there)) => here != there,
        (None, Some(false)) => is_open(here),
        (Some(false), None) => is_open(there),
        _ => false,
    }
}

/// `2026-03-10 09:00`, without the hour where there is none.
fn moment(setting: &Setting) -> String {
    let time = setting.time.map(|time| time.strftime(" %H:%M").to_string()).unwrap_or_default();
    setting.date.map(|date| format!("{date}{time}")).unwrap_or_default()
}

fn are_two_courts(here: &Docket, there: &Docket) -> bool {
    let (Some(here), Some(there)) = (&here.heading.court, &there.heading.court) else { return false };
    fold(here) != fold(there)
}

fn words(text: &str) -> BTreeSet<String> {
    let folded = fold(text);
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 1).map(str::to_owned).collect()
}

fn is_within(a: &BTreeSet<String>, b: &BTreeSet<String>) -> bool {
    !a.is_empty() && !b.is_empty() && (a.is_subset(b) || b.is_subset(a))
}

/// Whether two spellings may be one person, or one panel of which each names a part.
fn is_one_name(a: &str, b: &str) -> bool {
    let (a, b) = (words(a), words(b));
    a.is_empty() || b.is_empty() || is_within(&a, &b) || a.intersection(&b).count() >= COMMON_WORDS
}

impl Meaning {
    /// The instant that lies this many working days before another, in a zone, at the same time of day.
    pub fn settled_before(&self, at: jiff::Timestamp, working_days: u32, zone: &TimeZone) -> jiff::Timestamp {
        let wall = at.to_zoned_datetime(zone.clone());
        let day = self.working_days_before(wall.date(), working_days);
        super::seen::instant(day.to_datetime(wall.time()), zone).unwrap_or(at)
    }
}

#[cfg(test)]
mod tests;
