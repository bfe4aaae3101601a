//! Lives of hearings as a calendar program follows them.

use jiff::civil::{date, time};
use jiff::tz::TimeZone;

use super::*;
use crate::domain::sample;

/// A setting of March 2026, `10 09:00 juicio pending by:e1 told:e2 after:0 doubt room:3`; a dash leaves a part out.
fn placed(text: &str) -> Placed {
    let parts: Vec<&str> = text.split(' ').collect();
    let part = |at: usize| Some(parts[at]).filter(|part| *part != "-");
    let named = |name: &str| parts.iter().find_map(|part| part.strip_prefix(name));
    let key = |name: &str| named(name).map(|key| EntryKey(key.to_owned()));
    let setting = Setting {
        kind: part(2).map(str::to_owned),
        date: part(0).map(|day| date(2026, 3, day.parse().expect("a day"))),
        end_date: None,
        time: part(1).map(|text| time(text[..2].parse().expect("an hour"), text[3..].parse().expect("minutes"), 0, 0)),
        mode: None,
        room: named("room:").map(str::to_owned),
        warnings: parts.iter().filter(|part| **part == "doubt").map(|part| (*part).to_owned()).collect(),
        set_by: key("by:"),
        outcome: Outcome::ALL.into_iter().find(|outcome| outcome.name() == parts[3]).expect("an outcome"),
        told_by: key("told:"),
        reasons: Vec::new(),
        requested_by: Vec::new(),
        follows: named("after:").map(|at| at.parse().expect("a place")),
    };
    Placed { setting, zone: TimeZone::get("America/Guayaquil").expect("bundled") }
}

/// A calendar that takes up what each version tells, as a reader's program does.
#[derive(Default)]
struct Reader {
    known: Vec<Carried>,
}

impl Reader {
    /// What a version brings that shows these settings and tells of these entries: `id sequence day hour state`, ids by their first
    /// appearance.
    fn told(&mut self, settings: &[&str], entries: &[&str]) -> Vec<String> {
        let settings: Vec<Placed> = settings.iter().map(|text| placed(text)).collect();
        let told = entries.iter().map(|key| EntryKey((*key).to_owned())).collect();
        let changed = follow(&sample::watch().case, &self.known, &settings, &told, date(2026, 3, 1));
        let mut lines = Vec::new();
        for carried in changed {
            let appointment = carried.appointment.clone();
            let at = match self.known.iter().position(|one| one.appointment.id == appointment.id) {
                Some(at) => {
                    assert!(appointment.sequence >= self.known[at].appointment.sequence, "it went back");
                    self.known[at].appointment = carried.appointment;
                    self.known[at].entries.extend(carried.entries);
                    at
                }
                None => {
                    self.known.push(carried);
                    self.known.len() - 1
                }
            };
            let hour = appointment.time.map_or("–".to_owned(), |time| time.strftime("%H:%M").to_string());
            let state = if appointment.cancelled { "cancelled" } else { "set" };
            lines.push(format!("{at} {} {} {hour} {state}", appointment.sequence, appointment.date.day()));
        }
        lines
    }
}

#[test]
fn a_hearing_that_is_set_moved_and_revoked_is_one_with_three_numbers() {
    let mut reader = Reader::default();
    assert_eq!(reader.told(&["10 09:00 juicio pending by:a"], &["a"]), ["0 0 10 09:00 set"]);
    let moved = ["10 09:00 juicio deferred by:a told:b", "20 10:00 juicio pending by:b after:0"];
    assert_eq!(reader.told(&moved, &["b"]), ["0 1 20 10:00 set"]);
    assert_eq!(reader.told(&moved, &["b"]), Vec::<String>::new(), "nothing changed");
    let revoked = [moved[0], "20 10:00 juicio revoked by:b told:c after:0"];
    assert_eq!(reader.told(&revoked, &["c"]), ["0 2 20 10:00 cancelled"]);
    let again = [moved[0], revoked[1], "30 10:00 juicio pending by:d after:1"];
    assert_eq!(reader.told(&again, &["d"]), ["0 3 30 10:00 set"], "what was put off and is set again is the same hearing");
}

#[test]
fn two_hearings_of_one_kind_are_two() {
    let mut reader = Reader::default();
    let two = ["10 09:00 juicio pending by:a", "20 09:00 juicio pending by:b"];
    assert_eq!(reader.told(&two, &["a", "b"]), ["0 0 10 09:00 set", "1 0 20 09:00 set"]);
    let one_moved = ["10 09:00 juicio deferred by:a told:c", two[1], "12 09:00 juicio pending by:c after:0"];
    assert_eq!(reader.told(&one_moved, &["c"]), ["0 1 12 09:00 set"]);
    let same_day = ["11 09:00 juicio pending by:e", "11 15:00 juicio pending by:e"];
    assert_eq!(Reader::default().told(&same_day, &["e"]), ["0 0 11 09:00 set", "1 0 11 15:00 set"]);
    // Two days that replace one: the first keeps its identity.
    let split = ["10 09:00 juicio deferred by:a told:c", "12 09:00 juicio pending by:c after:0", "13 09:00 juicio pending by:c after:0"];
    assert_eq!(reader.told(&split, &["c"]), ["2 0 13 09:00 set"]);
}

#[test]
fn what_began_stays_and_its_continuation_is_another() {
    let mut reader = Reader::default();
    reader.told(&["10 09:00 juicio pending by:a"], &["a"]);
    let interrupted = ["10 09:00 juicio suspended by:a told:b", "17 09:00 juicio pending by:b after:0"];
    assert_eq!(reader.told(&interrupted, &["b"]), ["1 0 17 09:00 set"]);
    let held = [interrupted[0], "17 09:00 juicio held by:b told:c after:0"];
    assert_eq!(reader.told(&held, &["c"]), Vec::<String>::new(), "it took place when it was set for");
}

#[test]
fn a_doubtful_day_is_never_in_a_calendar_and_takes_the_old_one_out() {
    let mut reader = Reader::default();
    assert_eq!(reader.told(&["10 09:00 juicio pending by:a doubt"], &["a"]), Vec::<String>::new());
    assert_eq!(reader.told(&["12 09:00 juicio pending by:b"], &["b"]), ["0 0 12 09:00 set"]);
    let moved = ["12 09:00 juicio deferred by:b told:c", "20 09:00 juicio pending by:c after:0 doubt"];
    assert_eq!(reader.told(&moved, &["c"]), ["0 1 12 09:00 cancelled"]);
    let certain = [moved[0], "20 09:00 juicio deferred by:c told:d after:0 doubt", "21 09:00 juicio pending by:d after:1"];
    assert_eq!(reader.told(&certain, &["d"]), ["0 2 21 09:00 set"]);
}

#[test]
fn an_hour_that_is_told_later_and_a_room_change_the_same_appointment() {
    let mut reader = Reader::default();
    assert_eq!(reader.told(&["10 - - pending by:a"], &["a"]), ["0 0 10 – set"]);
    assert_eq!(reader.told(&["10 09:00 juicio pending by:a"], &["b"]), ["0 1 10 09:00 set"]);
    assert_eq!(reader.told(&["10 09:00 juicio pending by:a room:203"], &["c"]), ["0 1 10 09:00 set"], "no new number for a room");
    assert_eq!(reader.known[0].appointment.room.as_deref(), Some("203"));
}

/// The court corrects the day in the entry that set it.
#[test]
fn a_day_that_is_corrected_in_its_entry_is_the_same_hearing() {
    let mut reader = Reader::default();
    assert_eq!(reader.told(&["12 09:00 juicio pending by:a"], &["a"]), ["0 0 12 09:00 set"]);
    assert_eq!(reader.told(&["20 09:00 juicio pending by:a"], &["a"]), ["0 1 20 09:00 set"]);
    // An entry that sets two says of neither that it is the other one's.
    let mut reader = Reader::default();
    let two = ["12 09:00 juicio pending by:a", "14 09:00 juicio pending by:a"];
    assert_eq!(reader.told(&two, &["a"]), ["0 0 12 09:00 set", "1 0 14 09:00 set"]);
    assert_eq!(reader.told(&["20 09:00 juicio pending by:a", "21 09:00 juicio pending by:a"], &["a"]).len(), 2);
    assert_eq!(reader.known.len(), 4);
}

#[test]
fn what_is_revoked_before_it_was_told_is_in_no_calendar() {
    let mut reader = Reader::default();
    let revoked = ["12 09:00 juicio revoked by:a told:b"];
    assert_eq!(reader.told(&revoked, &["a", "b"]), Vec::<String>::new());
    let again = [revoked[0], "20 09:00 juicio pending by:c after:0"];
    assert_eq!(reader.told(&again, &["c"]), ["0 2 20 09:00 set"], "as a calendar of the docket counted: set, off, set again");
}

#[test]
fn what_passed_and_what_was_never_told_is_not_invented() {
    let mut reader = Reader::default();
    let settings = ["1 09:00 apelacion pending by:x", "10 09:00 juicio pending by:a", "- - juicio failed told:z"];
    assert_eq!(reader.told(&settings, &["a"]), ["0 0 10 09:00 set"], "only what the entries of this version speak of");
    let mut past = placed("10 09:00 juicio pending by:a");
    past.setting.date = Some(date(2025, 3, 10));
    let told = HashSet::from([EntryKey("a".into())]);
    assert_eq!(follow(&sample::watch().case, &[], &[past], &told, date(2026, 3, 1)), []);
}

#[test]
fn a_number_does_not_fall_behind_after_a_restore_or_with_other_keys() {
    let settings =
        ["10 09:00 juicio deferred by:a told:b", "20 09:00 juicio deferred by:b told:c after:0", "25 09:00 juicio pending by:c after:1"];
    let mut restored = Reader::default();
    restored.told(&[settings[0].split(" told").next().expect("a part").replace("deferred", "pending").as_str()], &["a"]);
    assert_eq!(restored.told(&settings, &["c"]), ["0 2 25 09:00 set"], "two moves stand in the docket");
    assert_eq!(Reader::default().told(&settings, &["c"]), ["0 2 25 09:00 set"], "and of a store that is new");
    let other_keys = ["25 09:00 juicio deferred by:y told:w", "27 09:00 juicio pending by:w after:0"];
    assert_eq!(restored.told(&other_keys, &["w"]), ["0 3 27 09:00 set"], "it is known by its day");
}

#[test]
fn appointments_go_with_the_events_that_speak_of_them() {
    let appointment = follow(
        &sample::watch().case,
        &[],
        &[placed("10 09:00 juicio pending by:203900573")],
        &HashSet::from([EntryKey("203900573".into())]),
        date(2026, 3, 1),
    )
    .remove(0)
    .appointment;
    let changed = |key: &str| Carried { appointment: appointment.clone(), entries: HashSet::from([EntryKey(key.into())]) };
    let carried =
        |events: &[Event]| events.iter().map(|event| event.hearing.as_ref().map_or(0, |h| h.appointments.len())).collect::<Vec<_>>();
    let mut events = [sample::ruling(), sample::rescheduled(), sample::rescheduled()];
    attach(&mut events, vec![changed("203900573")]);
    assert_eq!(carried(&events), [0, 1, 1]);
    let mut events = [sample::ruling(), sample::rescheduled(), sample::rescheduled()];
    attach(&mut events, vec![changed("another")]);
    assert_eq!(carried(&events), [0, 1, 0]);
    let carried = latest(events.iter());
    assert_eq!((carried.len(), &carried[0].appointment), (1, &appointment));
    assert!(carried[0].entries.contains(&EntryKey("203900573".into())));
    let mut higher = sample::rescheduled();
    let hearing = higher.hearing.as_mut().expect("a hearing");
    hearing.appointments = vec![Appointment { sequence: 4, ..appointment.clone() }, appointment];
    assert_eq!(latest([&events[1], &higher].into_iter()).iter().map(|one| one.appointment.sequence).collect::<Vec<_>>(), [4]);
}
