//! Appointments as a calendar program gets them.

use jiff::civil::{date, time};

use super::*;
use crate::domain::event::Event;
use crate::domain::sample;

const PUBLISHER: Publisher<'_> = Publisher { name: Some("Vigilancia ñ"), address: "veedor@example.org", domain: "example.org" };

/// The calendar of events as they are stored.
fn calendar(events: &[Event], about: &About<'_>, publisher: &Publisher<'_>) -> Option<String> {
    super::calendar(&about.show(events), about, publisher)
}

fn with(change: impl Fn(&mut Appointment)) -> Event {
    let mut event = sample::invited();
    event.hearing.as_mut().expect("a hearing").appointments.iter_mut().for_each(change);
    event
}

fn written(events: &[Event], language: Language) -> String {
    let watch = sample::watch();
    let text = calendar(events, &sample::about(&watch, language), &PUBLISHER).expect("appointments");
    text.replace("\r\n ", "")
}

#[test]
fn a_hearing_is_published_with_what_a_calendar_program_needs() {
    let text = written(&[sample::invited()], Language::Es);
    let id = crate::domain::id::Id::derive(&[b"appointment"]);
    for line in [
        "METHOD:PUBLISH".to_owned(),
        format!("UID:hearing.{id}@example.org"),
        "SEQUENCE:1".to_owned(),
        "DTSTAMP:20240219T150401Z".to_owned(),
        "ORGANIZER;CN=\"Vigilancia ñ\":mailto:veedor@example.org".to_owned(),
        "DTSTART;TZID=America/Guayaquil:20240312T090000".to_owned(),
        "SUMMARY:Audiencia de juicio · Sobornos 2012-2016".to_owned(),
        "LOCATION:203".to_owned(),
        "URL:https://procesosjudiciales.funcionjudicial.gob.ec/busqueda".to_owned(),
        "STATUS:CONFIRMED".to_owned(),
    ] {
        assert!(text.lines().any(|got| got == line), "no {line} in\n{text}");
    }
    for none in ["ATTENDEE", "VALARM", "DTEND", "DURATION"] {
        assert!(!text.contains(none), "{none}");
    }
    assert!(text.contains("confirme en ella antes de asistir") && text.contains("presume inocente"), "{text}");
    assert_eq!(text, written(&[sample::invited()], Language::Es), "the same bytes each time");
}

#[test]
fn one_that_is_off_says_so_in_its_state_and_in_words() {
    let text = written(&[with(|one| (one.cancelled, one.sequence) = (true, 2))], Language::En);
    assert!(text.contains("STATUS:CANCELLED\r\n") && text.contains("SEQUENCE:2\r\n"), "{text}");
    assert!(text.contains("SUMMARY:No longer on this date: Trial hearing"), "{text}");
}

#[test]
fn a_day_without_an_hour_is_a_whole_day_and_several_are_several() {
    let day = written(&[with(|one| one.time = None)], Language::Es);
    assert!(day.contains("DTSTART;VALUE=DATE:20240312\r\nSUMMARY"), "{day}");
    assert!(!day.contains("VTIMEZONE") && day.contains("no indica la hora"), "{day}");
    let session = written(&[with(|one| one.end_date = Some(date(2024, 3, 31)))], Language::Es);
    assert!(session.contains("DTSTART;VALUE=DATE:20240312\r\nDTEND;VALUE=DATE:20240401\r\n"), "{session}");
    assert!(session.contains("Hora: 09:00"), "{session}");
}

#[test]
fn of_one_told_twice_the_latest_is_published_and_a_mail_without_any_has_no_calendar() {
    let events = [with(|one| one.sequence = 4), with(|one| one.date = date(2024, 2, 20)), sample::ruling()];
    let text = written(&events, Language::Es);
    assert_eq!((text.matches("BEGIN:VEVENT").count(), text.matches("SEQUENCE:4").count()), (1, 1), "{text}");
    let watch = sample::watch();
    assert_eq!(calendar(&[sample::ruling(), sample::rescheduled()], &sample::about(&watch, Language::Es), &PUBLISHER), None);
}

#[test]
fn a_zone_that_nobody_knows_leaves_the_wall_time() {
    let text = written(&[with(|one| one.zone = "Nowhere/None\r\nX:1".into())], Language::Es);
    assert!(text.contains("DTSTART:20240312T090000\r\n") && !text.contains("VTIMEZONE"), "{text}");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_a_court_writes_every_line_is_one_of_ours(room in "(?s).{0,300}", kind in ".{0,80}", name in "(?s).{0,300}", hour in 0i8..24) {
        let mut watch = sample::watch();
        watch.name = Some(name);
        let event = with(|one| (one.room, one.kind, one.time) = (Some(room.clone()), Some(kind.clone()), Some(time(hour, 0, 0, 0))));
        let text = calendar(&[event], &sample::about(&watch, Language::Es), &PUBLISHER).expect("appointments");
        assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.chars().any(char::is_control)));
        let names = "BEGIN END VERSION PRODID CALSCALE METHOD TZID DTSTART TZOFFSETFROM TZOFFSETTO TZNAME UID SEQUENCE DTSTAMP ORGANIZER SUMMARY \
                     DESCRIPTION LOCATION URL STATUS TRANSP";
        for line in text.replace("\r\n ", "").split("\r\n").filter(|line| !line.is_empty()) {
            let property = line.split([':', ';']).next().unwrap_or_default();
            assert!(names.split(' ').any(|name| name == property), "{line}");
        }
        assert_eq!(text.matches("BEGIN:VEVENT").count(), 1);
    }
}
