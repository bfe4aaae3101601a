//! Everything that a calendar shows of a case, whether an event told it or not.
//!
//! A mail brings what its events change; a calendar that programs fetch shows the hearings of the first docket too, and what is off.
//! `daemon::board` asks it. The identities and numbers are those that [`follow`](super::follow) gives, so that both are one
//! appointment.

use jiff::civil::Date;

use super::super::case::CaseRef;
use super::super::twin::Placed;
use super::{Carried, lives, owners};

/// The appointments of a case that end on `from` or later: what the docket shows, and what was told (`known`) and the docket shows no more,
/// because it may take place all the same.
pub fn standing(case: &CaseRef, known: &[Carried], settings: &[Placed], from: Date) -> Vec<Carried> {
    let lives = lives(case, settings);
    let owners = owners(&lives, known);
    let mut all: Vec<Carried> = Vec::new();
    for (life, owner) in lives.iter().zip(&owners) {
        let before = owner.and_then(|at| known.get(at));
        let Some(appointment) = life.appointment(before.map(|known| &known.appointment)) else { continue };
        let entries = life.entries().into_iter().chain(before.iter().flat_map(|known| known.entries.iter().cloned())).collect();
        all.push(Carried { appointment, entries });
    }
    let is_owned = |at: &usize| owners.contains(&Some(*at));
    all.extend((0..known.len()).filter(|at| !is_owned(at)).filter_map(|at| known.get(at).cloned()));
    all.retain(|one| one.appointment.end_date.unwrap_or(one.appointment.date) >= from);
    all
}

/// What was told and what a calendar showed before, of each the latest: a number that a calendar has shown is not gone back behind.
pub fn latest_of(told: Vec<Carried>, shown: Vec<Carried>) -> Vec<Carried> {
    let mut all = told;
    for one in shown {
        match all.iter_mut().find(|known| known.appointment.id == one.appointment.id) {
            Some(known) => {
                if known.appointment.sequence < one.appointment.sequence {
                    known.appointment = one.appointment;
                }
                known.entries.extend(one.entries);
            }
            None => all.push(one),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use jiff::Span;
    use jiff::civil::{Date, date, time};
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::super::{Appointment, follow};
    use super::*;
    use crate::domain::docket::EntryKey;
    use crate::domain::id::Id;
    use crate::domain::sample;
    use crate::domain::setting::{Outcome, Setting};

    const LONG_AGO: Date = date(2020, 1, 1);

    fn day(offset: u8) -> Date {
        date(2026, 3, 1).checked_add(Span::new().days(offset)).expect("a day")
    }

    fn setting(offset: u8, by: usize, follows: Option<usize>) -> Placed {
        let setting = Setting {
            kind: Some("juicio".into()),
            date: Some(day(offset)),
            end_date: None,
            time: Some(time(9, 0, 0, 0)),
            mode: None,
            room: None,
            warnings: Vec::new(),
            set_by: Some(EntryKey(format!("e{by}"))),
            outcome: Outcome::Pending,
            told_by: None,
            reasons: Vec::new(),
            requested_by: Vec::new(),
            follows,
        };
        Placed { setting, zone: TimeZone::get("America/Guayaquil").expect("bundled") }
    }

    /// What a court enters next.
    #[derive(Debug, Clone)]
    enum Step {
        /// Sets another hearing.
        Set(u8),
        /// Moves the one at this place, modulo how many there are.
        Move(usize, u8),
        /// Puts one off without a day, or revokes it.
        Off(usize, bool),
        /// Sets another day for one that was put off without any.
        Again(usize, u8),
        /// One is held.
        Held(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => (0u8..200).prop_map(Step::Set),
            3 => (0usize..8, 0u8..200).prop_map(|(at, offset)| Step::Move(at, offset)),
            2 => (0usize..8, any::<bool>()).prop_map(|(at, revoked)| Step::Off(at, revoked)),
            2 => (0usize..8, 0u8..200).prop_map(|(at, offset)| Step::Again(at, offset)),
            1 => (0usize..8).prop_map(Step::Held),
        ]
    }

    /// The docket after a step, and the entry that it brought; `None` when there is nothing to do it to.
    fn after(settings: &mut Vec<Placed>, step: &Step, nth: usize) -> Option<EntryKey> {
        let entry = EntryKey(format!("e{nth}"));
        let open: Vec<usize> = (0..settings.len()).filter(|at| settings[*at].setting.outcome == Outcome::Pending).collect();
        let pick = |at: usize| open.get(at.checked_rem(open.len())?).copied();
        let end = |settings: &mut Vec<Placed>, at: usize, outcome| {
            settings[at].setting.outcome = outcome;
            settings[at].setting.told_by = Some(entry.clone());
        };
        match step {
            Step::Set(offset) => settings.push(setting(*offset, nth, None)),
            Step::Move(at, offset) => {
                let at = pick(*at)?;
                end(settings, at, Outcome::Deferred);
                settings.push(setting(*offset, nth, Some(at)));
            }
            Step::Again(at, offset) => {
                let off = |at: &usize| {
                    let setting = &settings[*at].setting;
                    setting.outcome == Outcome::Failed && !settings.iter().any(|other| other.setting.follows == Some(*at))
                };
                let off: Vec<usize> = (0..settings.len()).filter(off).collect();
                let at = off.get(at.checked_rem(off.len())?).copied()?;
                settings.push(setting(*offset, nth, Some(at)));
            }
            Step::Off(at, revoked) => end(settings, pick(*at)?, if *revoked { Outcome::Revoked } else { Outcome::Failed }),
            Step::Held(at) => end(settings, pick(*at)?, Outcome::Held),
        }
        Some(entry)
    }

    fn times(one: &Appointment) -> (Date, Option<jiff::civil::Time>, bool) {
        (one.date, one.time, one.cancelled)
    }

    proptest! {
        /// Whatever of it is told by events, a calendar shows each hearing under one identity, with a number that grows with each change and
        /// never falls, and the same numbers as the mails.
        #[test]
        fn a_calendar_shows_every_hearing_once_and_its_number_never_falls(
            steps in proptest::collection::vec((step(), any::<bool>()), 1..24),
            first in 0usize..6,
        ) {
            let case = &sample::watch().case;
            let (mut settings, mut told): (Vec<Placed>, Vec<Carried>) = (Vec::new(), Vec::new());
            let mut shown: Vec<Carried> = Vec::new();
            for (nth, (step, is_told)) in steps.iter().enumerate() {
                let Some(entry) = after(&mut settings, step, nth) else { continue };
                // The first docket is told by nobody.
                if nth >= first && *is_told {
                    for carried in follow(case, &told, &settings, &HashSet::from([entry]), LONG_AGO) {
                        told = latest_of(told, vec![carried]);
                    }
                }
                let now = standing(case, &told, &settings, LONG_AGO);
                let ids: HashSet<Id> = now.iter().map(|one| one.appointment.id).collect();
                prop_assert_eq!(ids.len(), now.len(), "each once");
                for before in &shown {
                    let found = now.iter().find(|one| one.appointment.id == before.appointment.id);
                    let Some(found) = found else { return Err(TestCaseError::fail(format!("{before:?} is gone"))) };
                    prop_assert!(found.appointment.sequence >= before.appointment.sequence, "{before:?} {found:?}");
                    if times(&found.appointment) != times(&before.appointment) {
                        prop_assert!(found.appointment.sequence > before.appointment.sequence, "{before:?} {found:?}");
                    }
                }
                // What was told a moment ago stands here as it was told.
                if nth >= first && *is_told {
                    for one in &told {
                        let same = now.iter().find(|other| other.appointment.id == one.appointment.id);
                        prop_assert_eq!(same.map(|same| &same.appointment), Some(&one.appointment));
                    }
                }
                shown = now;
            }
            let open = settings.iter().filter(|placed| placed.setting.outcome == Outcome::Pending).count();
            prop_assert_eq!(shown.iter().filter(|one| !one.appointment.cancelled).count() >= open, true);
        }
    }

    #[test]
    fn an_event_that_comes_later_gives_what_nobody_told_the_identity_that_the_calendar_showed() {
        let case = &sample::watch().case;
        let mut settings = vec![setting(9, 0, None)];
        let first = standing(case, &[], &settings, LONG_AGO);
        after(&mut settings, &Step::Move(0, 19), 1);
        let moved = follow(case, &[], &settings, &HashSet::from([EntryKey("e1".into())]), LONG_AGO);
        assert_eq!((first.len(), moved.len()), (1, 1));
        assert_eq!(first[0].appointment.id, moved[0].appointment.id);
        assert_eq!((first[0].appointment.sequence, moved[0].appointment.sequence), (0, 1));
        assert_eq!(standing(case, &moved, &settings, LONG_AGO), moved);
    }

    #[test]
    fn what_is_off_stays_for_as_long_as_was_asked_and_what_the_docket_lost_stays_as_it_was_told() {
        let case = &sample::watch().case;
        let mut settings = vec![setting(9, 0, None)];
        after(&mut settings, &Step::Off(0, true), 1);
        let off = standing(case, &[], &settings, day(9));
        assert!(off[0].appointment.cancelled && off[0].appointment.sequence == 1, "never told, and it says that it is off");
        assert_eq!(standing(case, &[], &settings, day(10)), []);
        let told = vec![off[0].clone()];
        assert_eq!(standing(case, &told, &[], day(9)), told, "no entry speaks of it any more");
        // What a calendar showed once is not gone back behind when the court takes the entry out.
        let known = latest_of(Vec::new(), off);
        let back = standing(case, &known, &[setting(9, 0, None)], day(9));
        assert_eq!((back[0].appointment.sequence, back[0].appointment.cancelled), (2, false));
    }
}
