//! A hearing as a calendar program keeps it: one identity over all the days for which it was set, and a number that only grows.
//!
//! [`follow`] makes appointments from the settings of a docket and from those that were told before; `daemon::appointments` asks it at
//! every version that tells of hearings. They stand in the events, where the next version finds them again, and `message::calendar`
//! writes them as iCalendar. Nothing here is written or sent.

mod standing;

use std::collections::HashSet;

use jiff::civil::{Date, Time};

use super::case::CaseRef;
use super::docket::EntryKey;
use super::event::{Event, EventKind};
use super::hearing::HearingMode;
use super::id::Id;
use super::setting::{Outcome, Setting};
use super::twin::Placed;

pub use standing::{latest_of, standing};

/// A hearing as a calendar program keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Appointment {
    /// The same for all days for which one hearing was set, until it begins.
    pub id: Id,
    /// Grows when day, hour or state change (RFC 5546 §2.1.4), and never shrinks: a program that knows a higher one ignores lower ones.
    pub sequence: u32,
    /// Whether it does not take place then: put off without a certain day, failed, revoked.
    pub cancelled: bool,
    /// The kind of hearing by its stable name.
    pub kind: Option<String>,
    /// The day, in the court's zone.
    pub date: Date,
    /// The last day, of a session that lasts several.
    pub end_date: Option<Date>,
    /// The hour, wall time in the court's zone; absent when the record does not say.
    pub time: Option<Time>,
    /// The zone's name, for example `America/Guayaquil`.
    pub zone: String,
    /// How people attend.
    pub mode: Option<HearingMode>,
    /// The room, as written.
    pub room: Option<String>,
}

/// An appointment with what speaks of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Carried {
    /// What it is.
    pub appointment: Appointment,
    /// The entries that speak of it.
    pub entries: HashSet<EntryKey>,
}

/// The settings of one hearing, oldest first. One that was put off or revoked goes on with its next day; one that began does not: its
/// continuation is another session, and the first stays where it was.
struct Life<'s> {
    id: Id,
    settings: Vec<&'s Placed>,
    last: usize,
}

/// The appointments that are new or changed. Of those that were never told only what `told` speaks of, lies ahead and takes place becomes
/// one; of those that are `known` (of each the latest) everything that differs. What the docket shows no more stays as it was told: it may
/// take place all the same.
pub fn follow(case: &CaseRef, known: &[Carried], settings: &[Placed], told: &HashSet<EntryKey>, today: Date) -> Vec<Carried> {
    let lives = lives(case, settings);
    let owners = owners(&lives, known);
    let mut changed = Vec::new();
    for (life, owner) in lives.iter().zip(owners) {
        let before = owner.map(|at| &known[at].appointment);
        let Some(next) = life.appointment(before) else { continue };
        let entries = life.entries();
        let is_told = !next.cancelled && next.end_date.unwrap_or(next.date) >= today && entries.iter().any(|key| told.contains(key));
        if before.map_or(is_told, |before| *before != next) {
            changed.push(Carried { appointment: next, entries });
        }
    }
    changed
}

/// Puts appointments into the events that tell of them; one of which no event speaks goes with the first that tells of a hearing.
pub fn attach(events: &mut [Event], changed: Vec<Carried>) {
    for Carried { appointment, entries } in changed {
        let speaks = |event: &Event| event.entry.as_ref().is_some_and(|entry| entries.contains(&entry.key));
        let of_it: Vec<usize> = (0..events.len()).filter(|at| is_of_calendar(&events[*at]) && speaks(&events[*at])).collect();
        let first = || events.iter().position(is_of_calendar).into_iter().collect();
        for at in if of_it.is_empty() { first() } else { of_it } {
            if let Some(hearing) = &mut events[at].hearing {
                hearing.appointments.push(appointment.clone());
            }
        }
    }
}

/// Whether an event may change what a calendar shows.
pub fn is_of_calendar(event: &Event) -> bool {
    use EventKind as E;
    let is_kind = matches!(
        event.kind,
        E::HearingScheduled
            | E::HearingRescheduled
            | E::HearingMovedEarlier
            | E::HearingDeferred
            | E::HearingSuspended
            | E::HearingResumed
            | E::HearingFailed
            | E::HearingRevoked
    );
    is_kind && event.hearing.is_some()
}

/// The latest appointments that events of a case carry, each once, with the entries of all events that told of it; the events come oldest
/// first.
pub fn latest<'e>(events: impl Iterator<Item = &'e Event>) -> Vec<Carried> {
    let mut found: Vec<Carried> = Vec::new();
    for event in events {
        let entry = event.entry.as_ref().map(|entry| entry.key.clone());
        for appointment in event.hearing.iter().flat_map(|hearing| &hearing.appointments) {
            let at = found.iter().position(|other| other.appointment.id == appointment.id).unwrap_or_else(|| {
                found.push(Carried { appointment: appointment.clone(), entries: HashSet::new() });
                found.len() - 1
            });
            if found[at].appointment.sequence <= appointment.sequence {
                found[at].appointment.clone_from(appointment);
            }
            found[at].entries.extend(entry.clone());
        }
    }
    found
}

fn lives<'s>(case: &CaseRef, settings: &'s [Placed]) -> Vec<Life<'s>> {
    let mut lives: Vec<Life<'s>> = Vec::new();
    let mut of: Vec<usize> = Vec::with_capacity(settings.len());
    for (at, placed) in settings.iter().enumerate() {
        let goes_on = placed.setting.follows.filter(|before| *before < at).and_then(|before| {
            let life = of[before];
            // Two days that replace one are two hearings from then on; the first keeps the identity.
            (lives[life].last == before && did_not_start(settings[before].setting.outcome)).then_some(life)
        });
        let life = goes_on.unwrap_or_else(|| {
            let like = lives.iter().filter(|life| has_root(life, &placed.setting)).count();
            lives.push(Life { id: id_of(case, &placed.setting, like), settings: Vec::new(), last: at });
            lives.len() - 1
        });
        lives[life].settings.push(placed);
        lives[life].last = at;
        of.push(life);
    }
    lives
}

/// The entry that first spoke of a setting.
fn origin(setting: &Setting) -> Option<&EntryKey> {
    setting.set_by.as_ref().or(setting.told_by.as_ref())
}

fn has_root(life: &Life<'_>, setting: &Setting) -> bool {
    let root = life.settings.first().map(|placed| &placed.setting);
    root.is_some_and(|root| origin(root) == origin(setting) && root.date == setting.date)
}

/// The identity of a hearing: the entry that first set it and the day, and which it is of several that the entry set for that day.
/// Neither kind nor hour stand in it, because later entries may say them first.
fn id_of(case: &CaseRef, root: &Setting, nth: usize) -> Id {
    let (entry, day) = (origin(root).map_or("", |key| key.0.as_str()), root.date.map(|date| date.to_string()).unwrap_or_default());
    let parts = [case.source.as_bytes(), case.number.as_bytes(), entry.as_bytes(), day.as_bytes()];
    Id::derive(&[&[&b"appointment"[..]], &parts[..], &[&nth.to_be_bytes()[..]]].concat())
}

fn is_certain(placed: &Placed) -> bool {
    placed.setting.date.is_some() && placed.setting.warnings.is_empty()
}

fn did_not_start(outcome: Outcome) -> bool {
    outcome.is_not_held() || outcome == Outcome::Revoked
}

/// Which known appointment each life is: by its identity, else by a day that both have, because keys and readings may change, else by
/// the entry that told of it when its day was corrected there and it tells of no other.
fn owners(lives: &[Life<'_>], known: &[Carried]) -> Vec<Option<usize>> {
    let by_id = |life: &Life<'_>| known.iter().position(|one| one.appointment.id == life.id);
    let mut owners: Vec<Option<usize>> = lives.iter().map(by_id).collect();
    for (at, life) in lives.iter().enumerate() {
        if owners[at].is_none() {
            let is_free = |one: &usize| !owners.contains(&Some(*one));
            let on_its_day = |one: &usize| life.settings.iter().any(|placed| is_on(&known[*one].appointment, placed));
            owners[at] = (0..known.len()).filter(is_free).find(on_its_day);
        }
    }
    let free: Vec<usize> = (0..known.len()).filter(|one| !owners.contains(&Some(*one))).collect();
    let without: Vec<usize> = (0..lives.len()).filter(|at| owners[*at].is_none()).collect();
    let entries: Vec<HashSet<EntryKey>> = without.iter().map(|at| lives[*at].entries()).collect();
    for (nth, at) in without.iter().enumerate() {
        let shares = |one: &&usize| !known[**one].entries.is_disjoint(&entries[nth]);
        let candidates: Vec<usize> = free.iter().filter(shares).copied().collect();
        if let [one] = candidates[..]
            && entries.iter().filter(|other| !known[one].entries.is_disjoint(other)).count() == 1
        {
            owners[*at] = Some(one);
        }
    }
    owners
}

fn is_on(known: &Appointment, placed: &Placed) -> bool {
    let setting = &placed.setting;
    let agree = |a: &Option<String>, b: &Option<String>| a.is_none() || b.is_none() || a == b;
    setting.date == Some(known.date)
        && (setting.time == known.time || setting.time.is_none() || known.time.is_none())
        && agree(&setting.kind, &known.kind)
}

impl Life<'_> {
    /// What a calendar shows of it: its last certain day. A doubtful day is none: the hearing is then off its old one.
    fn appointment(&self, before: Option<&Appointment>) -> Option<Appointment> {
        let shown = *self.settings.iter().rev().find(|placed| is_certain(placed))?;
        let last = *self.settings.last()?;
        let cancelled = !std::ptr::eq(shown, last) || did_not_start(last.setting.outcome);
        let setting = &shown.setting;
        let mut next = Appointment {
            id: before.map_or(self.id, |before| before.id),
            sequence: 0,
            cancelled,
            kind: last.setting.kind.clone().or_else(|| setting.kind.clone()),
            date: setting.date?,
            end_date: setting.end_date.filter(|end| Some(*end) > setting.date),
            time: setting.time,
            zone: shown.zone.iana_name().unwrap_or_default().to_owned(),
            mode: setting.mode,
            room: setting.room.clone(),
        };
        // What the docket itself shows is the least: after a restore of an older backup the number must not fall behind what was told, and what
        // was moved away and back was moved, though nobody told of it.
        let shows = u32::try_from(self.changes()).unwrap_or(u32::MAX);
        next.sequence = match before {
            Some(before) if before.has_times_of(&next) => before.sequence.max(shows),
            Some(before) => before.sequence.saturating_add(1).max(shows),
            None => shows,
        };
        Some(next)
    }

    /// How often whoever read the docket entry by entry saw another day, hour or state of it.
    fn changes(&self) -> usize {
        let mut states = Vec::new();
        let mut shown: Option<&Placed> = None;
        let mut see = |shown: Option<&Placed>, cancelled: bool| {
            let times =
                |placed: &Placed| (placed.setting.date, placed.setting.end_date, placed.setting.time, placed.zone.clone(), cancelled);
            states.extend(shown.map(times));
            states.dedup();
        };
        for (at, placed) in self.settings.iter().enumerate() {
            let is_certain = is_certain(placed);
            shown = if is_certain { Some(placed) } else { shown };
            see(shown, !is_certain);
            // One entry that puts it off and sets its next day changes it once.
            let is_moved = self.settings.get(at + 1).is_some_and(|next| next.setting.set_by == placed.setting.told_by);
            if did_not_start(placed.setting.outcome) && !is_moved {
                see(shown, true);
            }
        }
        states.len().saturating_sub(1)
    }

    fn entries(&self) -> HashSet<EntryKey> {
        self.settings.iter().flat_map(|placed| [&placed.setting.set_by, &placed.setting.told_by]).flatten().cloned().collect()
    }
}

impl Appointment {
    fn has_times_of(&self, other: &Self) -> bool {
        (self.cancelled, self.date, self.end_date, self.time, &self.zone)
            == (other.cancelled, other.date, other.end_date, other.time, &other.zone)
    }
}

#[cfg(test)]
mod tests;
