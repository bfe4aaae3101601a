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
use super::lives::{Lives, is_earlier, is_on};
use super::seen::{Seen, instant};
use super::{Meaning, Reading, kind_of};

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
        mode: setting.mode,
        room: setting.room.clone(),
        warnings: setting.warnings.clone(),
        ..HearingMention::new(HearingStatus::Convened)
    };
    let starts = setting.date.zip(setting.time).and_then(|(date, time)| instant(date.to_datetime(time), zone));
    EventHearing { mention, starts, zone: zone.iana_name().unwrap_or("UTC").to_owned(), previous: None, appointments: Vec::new() }
}

/// Takes from a reading the days that the entries before it already tell: those that the entry only calls to mind,
/// whatever became of them, and those for which a hearing still stands at the same hour. What the title says of a hearing is told all the
/// same, and so is everything else that the entry says.
pub fn without_repeats<'l>(
    meaning: &Meaning,
    lives: impl Fn() -> &'l Lives<'l>,
    entry: &Entry,
    reading: &mut Reading,
    reference: Option<Date>,
) {
    let is_day = |kind: &EventKind| {
        matches!(
            kind,
            EventKind::HearingScheduled | EventKind::HearingRescheduled | EventKind::HearingMovedEarlier | EventKind::HearingResumed
        )
    };
    if !reading.kinds.iter().any(is_day) {
        return;
    }
    let titled = by_title(meaning, entry).kinds;
    let heard = meaning.listen(entry, reference).1;
    let recalled = |mention: &HearingMention| {
        heard.iter().any(|heard| heard.recalled && heard.mention.span == mention.span && heard.mention.date == mention.date)
    };
    let settings = &lives().settings;
    let is_told = |mention: &HearingMention| {
        settings.iter().filter(|setting| is_on(setting, mention)).any(|setting| {
            let stands = setting.outcome == Outcome::Pending || mention.date <= reference;
            recalled(mention) || (stands && mention.time.is_some() && setting.time == mention.time)
        })
    };
    let told: Vec<EventKind> = reading
        .hearings
        .iter()
        .filter(|mention| is_setting(mention.status) && !titled.contains(&kind_of(mention.status)) && is_told(mention))
        .map(|mention| kind_of(mention.status))
        .collect();
    reading.hearings.retain(|mention| !(is_setting(mention.status) && told.contains(&kind_of(mention.status)) && is_told(mention)));
    let left = |kind: &EventKind| reading.hearings.iter().any(|mention| kind_of(mention.status) == *kind);
    let gone: Vec<EventKind> = told.into_iter().filter(|kind| !left(kind)).collect();
    reading.kinds.retain(|kind| !gone.contains(kind));
    if reading.kinds.is_empty() {
        reading.kinds = titled;
    }
}

/// Whether all days that the entry speaks of were set before, as it says itself.
pub fn only_recalls(meaning: &Meaning, entry: &Entry, reference: Option<Date>) -> bool {
    let heard = meaning.listen(entry, reference).1;
    let mut set = heard.iter().filter(|heard| !heard.history && is_setting(heard.mention.status)).peekable();
    set.peek().is_some() && set.all(|heard| heard.recalled)
}

/// Hearings that the entry moves to a day or an hour before the one that the entries before it have for them are moved earlier,
/// whatever word the order uses.
pub fn told_earlier<'l>(lives: impl Fn() -> &'l Lives<'l>, reading: &mut Reading, reference: Option<Date>) {
    let Some(reference) = reference else { return };
    let moved = |mention: &HearingMention| {
        mention.status == HearingStatus::Rescheduled
            && lives().replaced(mention, reference).is_some_and(|setting| is_earlier(mention, &setting))
    };
    let mut is_any = false;
    for mention in &mut reading.hearings {
        if moved(mention) {
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
