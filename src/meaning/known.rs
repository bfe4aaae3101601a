//! What the docket already says of hearings: whether a day was told before, and whether one is near.
//!
//! Asked by [`events`](super::events) for the few entries that need it, because it reads the whole docket again.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::docket::{Docket, Entry};
use crate::domain::event::{EventHearing, EventKind, FieldChange};
use crate::domain::hearing::{HearingMention, HearingStatus};
use crate::domain::setting::{Outcome, Setting};

use super::hearing::is_setting;
use super::seen::{Seen, instant};
use super::{Meaning, Reading};

/// The days to come that the docket's entries set.
fn settings<'d>(meaning: &'d Meaning, docket: &'d Docket) -> impl Iterator<Item = (&'d Entry, HearingMention)> {
    docket.entries.iter().flat_map(move |entry| {
        let hearings = meaning.classify(entry, entry.date).hearings;
        hearings.into_iter().filter(|mention| is_setting(mention.status)).map(move |mention| (entry, mention))
    })
}

/// The hearing that comes next, as far as the docket knows that it still does, and the zone of the court that set it.
pub fn next_hearing(meaning: &Meaning, seen: &Seen<'_>) -> Option<(Setting, TimeZone)> {
    let today = seen.today();
    let ahead = |setting: &Setting| setting.outcome == Outcome::Pending && setting.date.is_some_and(|date| date >= today);
    let next = meaning.settings(seen.after, today).into_iter().filter(ahead).min_by_key(|setting| (setting.date, setting.time))?;
    let zone = next.set_by.as_ref().and_then(|key| seen.after.entry(key)).map_or_else(|| seen.zone.clone(), |entry| seen.zone_of(entry));
    Some((next, zone))
}

/// A setting as an event carries it.
pub fn setting_hearing(setting: &Setting, zone: &TimeZone) -> EventHearing {
    let mention = HearingMention {
        date: setting.date,
        time: setting.time,
        kind: setting.kind.clone(),
        status: HearingStatus::Convened,
        mode: setting.mode,
        room: setting.room.clone(),
        warnings: setting.warnings.clone(),
        span: None,
    };
    let starts = setting.date.zip(setting.time).and_then(|(date, time)| instant(date.to_datetime(time), zone));
    EventHearing { mention, starts, zone: zone.iana_name().unwrap_or("UTC").to_owned(), previous: None }
}

/// Whether the entry only speaks of a hearing that the docket already told, on the same day at the same hour: an order
/// about something else that mentions it. An entry whose title sets a hearing always counts.
pub fn only_repeats(meaning: &Meaning, held: Option<&Docket>, entry: &Entry, reading: &Reading) -> bool {
    let Some(held) = held.filter(|_| reading.kinds.contains(&EventKind::HearingScheduled)) else { return false };
    if by_title(meaning, entry).kinds.contains(&EventKind::HearingScheduled) {
        return false;
    }
    let new: Vec<&HearingMention> = reading.hearings.iter().filter(|mention| is_setting(mention.status)).collect();
    let same =
        |mention: &HearingMention| settings(meaning, held).any(|(_, known)| known.date == mention.date && known.time == mention.time);
    !new.is_empty() && new.iter().all(|mention| mention.date.is_some() && mention.time.is_some() && same(mention))
}

/// Hearings that the entry moves to a day before the one that the docket has for them are moved earlier, whatever word the order
/// uses.
pub fn told_earlier(meaning: &Meaning, held: Option<&Docket>, reading: &mut Reading, reference: Option<Date>) {
    let (Some(held), Some(reference)) = (held, reference) else { return };
    let is_earlier = |mention: &HearingMention| {
        let known = || meaning.replaced(held, mention, reference)?.date;
        mention.status == HearingStatus::Rescheduled && mention.date.is_some() && known().is_some_and(|known| Some(known) > mention.date)
    };
    let mut is_any = false;
    for mention in &mut reading.hearings {
        if is_earlier(mention) {
            (mention.status, is_any) = (HearingStatus::MovedEarlier, true);
        }
    }
    if is_any {
        let still = reading.hearings.iter().any(|mention| mention.status == HearingStatus::Rescheduled);
        reading.kinds.retain(|kind| *kind != EventKind::HearingRescheduled || still);
        reading.kinds.push(EventKind::HearingMovedEarlier);
        reading.kinds.sort_unstable();
        reading.kinds.dedup();
    }
}

/// So many settings of one kind of hearing that were not held are worth a warning (`domain.md` F-13).
const SERIAL: usize = 3;

/// How many settings of a hearing were not held, where the entry tells of another one and they are many.
pub fn many_not_held(meaning: &Meaning, docket: &Docket, entry: &Entry, today: Date) -> Option<usize> {
    let settings = meaning.settings(docket, today);
    let told = settings.iter().rev().find(|setting| setting.told_by.as_ref() == Some(&entry.key) && setting.outcome.is_not_held())?;
    let count = settings.iter().filter(|setting| setting.outcome.is_not_held() && setting.kind == told.kind).count();
    (count >= SERIAL).then_some(count)
}

impl Meaning {
    /// Whether the state of a case was one in which it is closed and no longer is (`domain.md` F-24). The words are those by which
    /// an entry closes a case.
    pub(super) fn is_reopened(&self, change: &FieldChange) -> bool {
        let closed = |state: &Option<String>| {
            let title = state.clone().unwrap_or_default();
            !title.is_empty() && self.is_closing(&title)
        };
        closed(&change.before) && change.after.is_some() && !closed(&change.after)
    }
}

/// What the entry's title says alone.
pub fn by_title(meaning: &Meaning, entry: &Entry) -> Reading {
    meaning.classify(&Entry { text: String::new(), ..entry.clone() }, entry.date)
}
