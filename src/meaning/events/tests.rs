//! What is told of the changes of a visit.

use super::*;
use crate::domain::case::CaseRef;
use crate::domain::docket::{Docket, Document, EntryKey, Heading, Party, Withheld, ZONE_FIELD};
use crate::meaning::vectors;
use jiff::Timestamp;
use jiff::civil::{date, time};
use jiff::tz::TimeZone;

fn entry(key: &str, day: Date, title: &str, text: &str) -> Entry {
    Entry { key: EntryKey(key.into()), date: Some(day), ..vectors::entry(title, text) }
}

/// The events of changes seen on Monday 23 November 2026, 10:00 in Guayaquil, in a case watched since 1 November.
fn told_of(before: &Docket, after: &Docket, changes: &[Change]) -> Vec<Event> {
    let case = CaseRef { source: "ec-esatje".into(), number: "17721202400011G".into() };
    let seen = Seen {
        case: &case,
        zone: TimeZone::get("America/Guayaquil").expect("bundled"),
        version: 4,
        first_seq: 7,
        at: "2026-11-23T15:00:00Z".parse().expect("an instant"),
        page_sha256: [9; 32],
        before: Some(before),
        after,
        watched_since: "2026-11-01T15:00:00Z".parse().expect("an instant"),
        was_whole: true,
    };
    Meaning::shipped("ec", "es").events(changes, &seen)
}

fn told(changes: &[Change]) -> Vec<Event> {
    let after = Docket { entries: changes.iter().filter_map(entry_of).cloned().collect(), ..Docket::default() };
    told_of(&Docket::default(), &after, changes)
}

fn added(key: &str, title: &str, text: &str) -> Change {
    Change::EntryAdded(entry(key, date(2026, 11, 23), title, text))
}

fn edited(before: Entry, after: Entry) -> Vec<Event> {
    told(&[Change::EntryEdited { before: Box::new(before), after: Box::new(after) }])
}

fn names(events: &[Event]) -> Vec<(&'static str, Severity)> {
    events.iter().map(|event| (event.kind.name(), event.severity)).collect()
}

#[test]
fn a_hearing_carries_its_instant_and_the_day_that_it_replaces() {
    let text = "Se difiere la audiencia de juicio señalada para el 24 de noviembre de 2026, a las 09h00; se señala para el 3 de diciembre de 2026, a las 10h30.";
    let events = told(&[added("a", "PROVIDENCIA GENERAL (DECRETO)", text)]);
    assert_eq!(names(&events), [("hearing.rescheduled", Severity::Notice), ("hearing.deferred", Severity::Warn)]);
    let hearing = events[0].hearing.as_ref().expect("a hearing");
    assert_eq!(hearing.starts, Some("2026-12-03T15:30:00Z".parse().expect("an instant")));
    assert_eq!(hearing.previous, Some((date(2026, 11, 24), Some(time(9, 0, 0, 0)))));
    assert_eq!((hearing.zone.as_str(), hearing.mention.kind.as_deref()), ("America/Guayaquil", Some("juicio")));
    assert_eq!((events[0].seq, events[1].seq, events[0].version), (7, 8, 4));
}

#[test]
fn an_order_that_names_no_other_day_moves_the_hearing_that_the_docket_has() {
    let held = Docket {
        entries: vec![entry(
            "a",
            date(2026, 11, 20),
            "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)",
            "Se convoca a la audiencia de juicio para el 10 de diciembre de 2026, a las 09h00.",
        )],
        ..Docket::default()
    };
    for (day, kind) in [("15", "hearing.rescheduled"), ("3", "hearing.moved_earlier")] {
        let text = format!("Se reprograma la audiencia de juicio para el {day} de diciembre de 2026, a las 10h30.");
        let change = added("b", "PROVIDENCIA GENERAL (DECRETO)", &text);
        let after = Docket { entries: entry_of(&change).into_iter().chain(&held.entries).cloned().collect(), ..Docket::default() };
        let events = told_of(&held, &after, &[change]);
        assert_eq!(events.iter().map(|event| event.kind.name()).collect::<Vec<_>>(), [kind]);
        let hearing = events[0].hearing.as_ref().expect("a hearing");
        assert_eq!(hearing.previous, Some((date(2026, 12, 10), Some(time(9, 0, 0, 0)))), "{kind}");
    }
}

#[test]
fn a_case_whose_state_is_no_longer_closed_is_reopened() {
    let change = |before: Option<&str>, after: Option<&str>| {
        let change = FieldChange { field: "status".into(), before: before.map(str::to_owned), after: after.map(str::to_owned) };
        names(&told(&[Change::Field(change)])).into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(change(Some("ARCHIVO DE LA CAUSA"), Some("EN TRÁMITE")), ["case.reopened"]);
    for (before, after) in [
        (Some("EN TRÁMITE"), Some("ARCHIVO DE LA CAUSA")),
        (Some("EN TRÁMITE"), Some("AUTOS PARA RESOLVER")),
        (None, Some("EN TRÁMITE")),
        (Some("ARCHIVO DE LA CAUSA"), None),
    ] {
        assert_eq!(change(before, after), ["case.field_changed"], "{before:?} {after:?}");
    }
}

#[test]
fn a_hearing_that_was_not_held_for_the_third_time_is_a_warning_with_its_count() {
    let order = |nth: u32, from: &str, to: &str| {
        let text = format!(
            "Se difiere la audiencia de juicio señalada para el {from} de diciembre de 2026, a las 09h00; se señala para el {to} de diciembre de 2026, a las 09h00."
        );
        entry(&nth.to_string(), date(2026, 11, 10 + i8::try_from(nth).expect("small")), "PROVIDENCIA GENERAL (DECRETO)", &text)
    };
    let held = Docket { entries: vec![order(2, "3", "4"), order(1, "2", "3")], ..Docket::default() };
    let text = "Siento por tal que se difiere la audiencia de juicio. Se señalará oportunamente.";
    let change = added("x", "RAZON (RAZON)", text);
    let after = Docket { entries: entry_of(&change).into_iter().chain(&held.entries).cloned().collect(), ..Docket::default() };
    let events = told_of(&held, &after, std::slice::from_ref(&change));
    assert_eq!(names(&events), [("hearing.deferred", Severity::Warn)]);
    assert_eq!(events[0].field.as_ref().and_then(|field| field.after.as_deref()), Some("3"));
    let day = events[0].hearing.as_ref().and_then(|hearing| hearing.previous);
    assert_eq!(day, Some((date(2026, 12, 4), Some(time(9, 0, 0, 0)))), "the day that the docket has");
    // Of two before it, the second is everyday life.
    let one = Docket { entries: held.entries[1..].to_vec(), ..Docket::default() };
    let after = Docket { entries: entry_of(&change).into_iter().chain(&one.entries).cloned().collect(), ..Docket::default() };
    assert_eq!(names(&told_of(&one, &after, &[change])), [("hearing.deferred", Severity::Notice)]);
}

/// The version number comes back after a restore of an older backup, and with it another change, or the same one.
#[test]
fn the_same_facts_are_the_same_event_and_others_under_the_same_version_another() {
    let fine = |text: &str| entry("a", date(2026, 11, 2), "AUTO (RESOLUCION)", text);
    let edit = |was: &str, is: &str| {
        let (before, after) = (fine(was), fine(is));
        let docket = |entry: &Entry| Docket { entries: vec![entry.clone()], ..Docket::default() };
        let change = Change::EntryEdited { before: Box::new(before.clone()), after: Box::new(after.clone()) };
        told_of(&docket(&before), &docket(&after), &[change])[0].id
    };
    let first = edit("Se fija la multa en 4000.", "Se fija la multa en 400.");
    assert_eq!(first, edit("Se fija la multa en 4000.", "Se fija la multa en 400."));
    assert_ne!(first, edit("Se fija la multa en 4000.", "Queda sin efecto la multa."));
    assert_ne!(first, edit("Se fija la multa en 40.", "Se fija la multa en 400."));
    let gone = |hours: i64| {
        let since = "2026-11-20T15:00:00Z".parse::<Timestamp>().expect("an instant") + jiff::SignedDuration::from_hours(hours);
        told(&[Change::EntryGone { entry: Box::new(fine("x")), since, visits: 3 }])[0].id
    };
    assert_eq!(gone(0), gone(5), "when we looked is no part of what happened");
}

#[test]
fn a_hearing_at_a_court_elsewhere_starts_in_its_time() {
    let mut act = entry(
        "a",
        date(2026, 11, 23),
        "CONVOCATORIA (DECRETO)",
        "Se convoca a audiencia de juicio para el 3 de diciembre de 2026, a las 09h00.",
    );
    act.extra.insert(ZONE_FIELD.into(), "Pacific/Galapagos".into());
    let events = told(&[Change::EntryAdded(act)]);
    let hearing = events[0].hearing.as_ref().expect("a hearing");
    assert_eq!((hearing.zone.as_str(), hearing.starts), ("Pacific/Galapagos", Some("2026-12-03T15:00:00Z".parse().expect("an instant"))));
}

#[test]
fn a_hearing_within_three_days_is_urgent() {
    for (day, severity) in
        [("26 de noviembre de 2026, a las 09h00", Severity::Warn), ("27 de noviembre de 2026, a las 09h00", Severity::Notice)]
    {
        let events = told(&[added("a", "CONVOCATORIA A AUDIENCIA (DECRETO)", &format!("Se convoca a audiencia para el {day}"))]);
        assert_eq!(names(&events), [("hearing.scheduled", severity)]);
    }
}

#[test]
fn a_hearing_that_the_docket_already_told_is_not_told_again() {
    let text = "Se convoca a audiencia de juicio para el 9 de diciembre de 2026, a las 08h30.";
    let held = Docket { entries: vec![entry("z", date(2026, 11, 18), "CONVOCATORIA A AUDIENCIA (DECRETO)", text)], ..Docket::default() };
    let again = "Confiérase las copias. Estése a la audiencia de juicio señalada para el 9 de diciembre de 2026, a las 08h30.";
    let changes = [added("a", "PROVIDENCIA GENERAL (DECRETO)", again)];
    assert_eq!(names(&told_of(&held, &Docket::default(), &changes)), [("order.issued", Severity::Info)]);
    assert_eq!(names(&told(&changes)), [("hearing.scheduled", Severity::Notice)]);
    let title = [added("a", "CONVOCATORIA A AUDIENCIA (DECRETO)", text)];
    assert_eq!(names(&told_of(&held, &Docket::default(), &title)), [("hearing.scheduled", Severity::Notice)]);
}

#[test]
fn a_change_of_judge_before_a_hearing_is_urgent() {
    let field = Change::Field(FieldChange { field: "judge".into(), before: Some("A".into()), after: Some("B".into()) });
    for (day, severity) in [("26 de noviembre de 2026", Severity::Warn), ("27 de noviembre de 2026", Severity::Notice)] {
        let text = format!("Se convoca a audiencia de juicio para el {day}, a las 08h30.");
        let after =
            Docket { entries: vec![entry("z", date(2026, 11, 18), "CONVOCATORIA A AUDIENCIA (DECRETO)", &text)], ..Docket::default() };
        assert_eq!(names(&told_of(&after, &after, std::slice::from_ref(&field))), [("judge.changed", severity)]);
    }
}

#[test]
fn a_title_alone_sets_a_hearing_without_a_day() {
    let events = told(&[added("a", "CONVOCATORIA AUDIENCIA DE CASACION (AUTO)", "")]);
    let hearing = events[0].hearing.as_ref().expect("a hearing");
    assert_eq!((hearing.starts, hearing.mention.date, hearing.mention.kind.as_deref()), (None, None, Some("casacion")));
}

#[test]
fn a_notice_is_told_once_with_the_title_of_its_act() {
    let mut notice = entry(
        "b",
        date(2026, 11, 23),
        "SENTENCIA (RAZON DE NOTIFICACION)",
        "Se convoca a audiencia para el 3 de diciembre de 2026, a las 10h30",
    );
    notice.notice_of = Some(EntryKey("a".into()));
    let events = told(&[Change::EntryAdded(notice), added("a", "SENTENCIA (RESOLUCION)", "VISTOS")]);
    assert_eq!(names(&events), [("ruling.issued", Severity::Notice), ("notification.served", Severity::Info)]);
    assert_eq!(events[1].entry.as_ref().map(|entry| entry.title.as_str()), Some("SENTENCIA (RESOLUCION)"));
}

#[test]
fn withheld_and_annulled_entries_are_told_without_their_content() {
    let mut withheld = entry("a", date(2026, 11, 23), "PROVIDENCIA GENERAL (DECRETO)", "no debe salir");
    withheld.withheld = Some(Withheld { mark: "H".into(), reason: None });
    let mut annulled = entry("b", date(2026, 11, 23), "SENTENCIA (RESOLUCION)", "");
    annulled.annulled = true;
    let events = told(&[Change::EntryAdded(withheld), Change::EntryAdded(annulled)]);
    assert_eq!(names(&events), [("entry.added", Severity::Notice), ("entry.added", Severity::Info)]);
    assert_eq!(events[0].entry.as_ref().map(|entry| entry.excerpt.as_str()), Some(""));
    assert_eq!(events[1].field.as_ref().and_then(|field| field.after.as_deref()), Some("true"));
}

#[test]
fn edits_are_told_by_what_changed() {
    let old = entry("a", date(2026, 11, 16), "AUTO GENERAL (AUTO)", "se fija la caución en mil dólares a favor de la víctima");
    let mut text = old.clone();
    text.text = "se fija la caución en 9000 dólares a favor de la víctima".into();
    let mut moved = old.clone();
    moved.date = Some(date(2026, 11, 9));
    let mut hidden = old.clone();
    (hidden.withheld, hidden.text) = (Some(Withheld { mark: "N".into(), reason: Some("reserva".into()) }), String::new());
    let mut files = old.clone();
    files.documents = vec![Document { id: "1".into(), name: "auto.pdf".into(), url: None }];
    let mut other = old.clone();
    other.documents = vec![Document { id: "2".into(), name: "auto.pdf".into(), url: None }];
    let mut blank = old.clone();
    blank.text = blank.text.replace(' ', "  ");
    for (before, after, expected) in [
        (&old, &text, vec![("record.edited", Severity::Warn)]),
        (&old, &moved, vec![("record.redated", Severity::Warn)]),
        (&old, &hidden, vec![("record.hidden", Severity::Warn)]),
        (&hidden, &old, vec![("record.edited", Severity::Notice)]),
        (&old, &files, vec![("record.edited", Severity::Notice)]),
        (&files, &other, vec![("document.replaced", Severity::Warn)]),
        (&old, &blank, vec![]),
    ] {
        assert_eq!(names(&edited(before.clone(), after.clone())), expected, "{after:?}");
    }
    let event = &edited(old.clone(), text)[0];
    let shown = event.entry.as_ref().expect("an entry");
    assert_eq!(shown.before.as_deref(), Some("se fija la caución en mil dólares a favor de la víctima"));
    assert_eq!(shown.after.as_deref(), Some("se fija la caución en 9000 dólares a favor de la víctima"));
}

#[test]
fn an_edit_that_brings_a_hearing_tells_it_too() {
    let old = entry("a", date(2026, 11, 20), "PROVIDENCIA GENERAL (DECRETO)", "Agréguese.");
    let mut new = old.clone();
    new.text = "Agréguese. Se convoca a audiencia para el 3 de diciembre de 2026, a las 10h30.".into();
    assert_eq!(names(&edited(old, new.clone())), [("record.edited", Severity::Warn), ("hearing.scheduled", Severity::Notice)]);
    let mut longer = new.clone();
    longer.text.push_str(" Notifíquese.");
    assert_eq!(names(&edited(new, longer)), [("record.edited", Severity::Warn)]);
}

#[test]
fn a_disappearance_keeps_its_evidence() {
    let gone = entry("a", date(2026, 11, 20), "SENTENCIA (RESOLUCION)", "se declara la culpabilidad");
    let since = "2026-11-21T15:00:00Z".parse().expect("an instant");
    let events = told(&[Change::EntryGone { entry: Box::new(gone), since, visits: 3 }]);
    assert_eq!(names(&events), [("record.removed", Severity::Critical)]);
    assert_eq!(events[0].entry.as_ref().map(|entry| entry.excerpt.as_str()), Some("se declara la culpabilidad"));
}

#[test]
fn an_old_date_is_told_only_when_the_case_was_surely_read_since() {
    let held = Docket { entries: vec![entry("z", date(2026, 11, 18), "RAZON (RAZON)", "")], ..Docket::default() };
    let new = |day: Date| Change::EntryAdded(entry("a", day, "AUTO GENERAL (AUTO)", ""));
    let told_new =
        |changes: &[Change]| names(&told_of(&held, &Docket::default(), changes)).iter().map(|(name, _)| *name).collect::<Vec<_>>();
    assert_eq!(told_new(&[new(date(2026, 11, 12))]), ["order.issued", "record.backdated"]);
    // Three working days before the 18th is the 13th: entered late, as courts do.
    assert_eq!(told_new(&[new(date(2026, 11, 13))]), ["order.issued"]);
    // A court that joins the case brings its own past with it.
    let joined = Change::Field(FieldChange { field: "incident.2".into(), before: None, after: Some("CORTE PROVINCIAL".into()) });
    assert_eq!(told_new(&[new(date(2024, 1, 8)), joined]), ["order.issued", "case.linked"]);
}

#[test]
fn another_instance_is_expected_after_a_remedy_and_a_warning_without_one() {
    let before = Docket { heading: Heading { court: Some("UNIDAD FICTICIA".into()), ..Heading::default() }, ..Docket::default() };
    let reached =
        Change::Field(FieldChange { field: "incident.2".into(), before: None, after: Some("SALA FICTICIA · 2026-11-20".into()) });
    let told = |entries: Vec<Entry>| {
        let after = Docket { entries, ..Docket::default() };
        let event = told_of(&before, &after, std::slice::from_ref(&reached)).remove(0);
        (event.kind.name(), event.severity, event.field.and_then(|field| field.before))
    };
    let from = Some("UNIDAD FICTICIA".to_owned());
    assert_eq!(told(Vec::new()), ("case.linked", Severity::Warn, from.clone()));
    let appeal = entry("a", date(2026, 11, 10), "CONCEDE RECURSO DE APELACION (AUTO)", "");
    assert_eq!(told(vec![appeal]), ("case.linked", Severity::Notice, from));
}

#[test]
fn fields_and_parties_follow_the_entries() {
    let field = |name: &str, before: Option<&str>, after: &str| {
        Change::Field(FieldChange { field: name.into(), before: before.map(str::to_owned), after: Some(after.into()) })
    };
    let party = Party { role: "PROCESADO".into(), name: "PERSONA FICTICIA UNO".into() };
    let events = told(&[
        field("judge", Some("JUEZA FICTICIA"), "JUEZ FICTICIO"),
        field("incident.2", None, "CORTE PROVINCIAL"),
        field("court", Some("UNA"), "OTRA"),
        Change::PartyAdded(party.clone()),
        Change::PartyGone(Party { name: "PERSONA FICTICIA DOS".into(), ..party }),
        added("a", "ESCRITO", ""),
    ]);
    let found: Vec<&str> = events.iter().map(|event| event.kind.name()).collect();
    assert_eq!(found, ["filing.added", "judge.changed", "case.linked", "case.field_changed", "party.changed", "party.changed"]);
    let mut ids: Vec<_> = events.iter().map(|event| event.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), events.len());
}

#[test]
fn entries_come_oldest_first_and_each_kind_once() {
    let mut early = entry("b", date(2026, 11, 23), "ESCRITO", "");
    early.time = Some(time(8, 0, 0, 0));
    let mut late = entry("a", date(2026, 11, 23), "ESCRITO", "");
    late.time = Some(time(9, 0, 0, 0));
    let twice = "Se convoca a audiencia de juicio para los días 9 y 10 de diciembre de 2026, a las 08h30.";
    let old = Change::EntryAdded(entry("c", date(2026, 11, 20), "CONVOCATORIA A AUDIENCIA (DECRETO)", twice));
    let events = told(&[Change::EntryAdded(late), Change::EntryAdded(early), old]);
    let found: Vec<(&str, &str)> =
        events.iter().map(|event| (event.kind.name(), event.entry.as_ref().map_or("", |entry| entry.key.0.as_str()))).collect();
    assert_eq!(found, [("hearing.scheduled", "c"), ("filing.added", "b"), ("filing.added", "a")]);
    assert_eq!(events[0].hearing.as_ref().and_then(|hearing| hearing.mention.date), Some(date(2026, 12, 9)));
}

#[test]
fn an_excerpt_reaches_the_sentence_that_matters() {
    let text = format!(
        "Inicio del auto. {} Se convoca a audiencia para el 3 de diciembre de 2026, a las 10h30.",
        "Considerando que sí. ".repeat(80)
    );
    let events = told(&[added("a", "CONVOCATORIA A AUDIENCIA (DECRETO)", &text)]);
    let excerpt = &events[0].entry.as_ref().expect("an entry").excerpt;
    assert!(excerpt.starts_with("Inicio del auto.") && excerpt.contains("3 de diciembre de 2026, a las 10h30"), "{excerpt}");
    assert!(excerpt.chars().count() <= EXCERPT_CHARS);
}

fn field(name: &str, before: &str, after: &str) -> Change {
    Change::Field(FieldChange { field: name.into(), before: Some(before.into()), after: Some(after.into()) })
}

fn severity_in(after: &Docket, change: Change) -> Severity {
    let events = told_of(&Docket::default(), after, &[change]);
    assert_eq!(events.len(), 1, "{events:?}");
    events[0].severity
}

#[test]
fn another_class_of_action_is_louder_than_another_word_and_a_court_after_an_appeal_is_no_surprise() {
    let plain = Docket::default();
    for (change, severity) in [
        (field("action", "VERBAL SUMARIO", "GARANTÍAS JURISDICCIONALES: ACCIÓN DE PROTECCIÓN"), Severity::Critical),
        (field("matter", "PENAL COIP", "CONSTITUCIONAL"), Severity::Critical),
        (field("action", "ORDINARIO", "SUMARIO"), Severity::Warn),
        (field("matter", "PENAL COIP", "TRÁNSITO COIP"), Severity::Warn),
        (field("subject", "140 ASESINATO", "144 HOMICIDIO"), Severity::Warn),
        (field("court", "UNIDAD JUDICIAL A", "UNIDAD JUDICIAL B"), Severity::Warn),
        (field("status", "EN TRÁMITE", "EN ESTUDIO"), Severity::Notice),
        // A source that begins to show a field has not changed it.
        (Change::Field(FieldChange { field: "matter".into(), before: None, after: Some("PENAL".into()) }), Severity::Notice),
    ] {
        assert_eq!(severity_in(&plain, change.clone()), severity, "{change:?}");
    }
    let appeal = entry("r", date(2026, 11, 3), "CONCEDER RECURSO DE APELACION (AUTO DE SUSTANCIACION)", "");
    let appealed = Docket { entries: vec![appeal], ..Docket::default() };
    assert_eq!(severity_in(&appealed, field("court", "UNIDAD JUDICIAL A", "SALA PENAL DE LA CORTE PROVINCIAL")), Severity::Notice);
}

#[test]
fn a_party_that_is_gone_weighs_more_than_one_that_joins_and_a_defendant_most() {
    let party = |role: &str, name: &str| Party { role: role.into(), name: name.into() };
    let (accused, victim) = (party("PROCESADO", "PERSONA FICTICIA UNO"), party("VICTIMA", "PERSONA FICTICIA DOS"));
    let without = Docket::default();
    assert_eq!(severity_in(&without, Change::PartyAdded(accused.clone())), Severity::Notice);
    assert_eq!(severity_in(&without, Change::PartyGone(victim)), Severity::Warn);
    assert_eq!(severity_in(&without, Change::PartyGone(accused.clone())), Severity::Critical);
    // One who is listed in another role now has not left.
    let elsewhere = Docket { parties: vec![party("TESTIGO", "Persona Ficticia Uno")], ..Docket::default() };
    assert_eq!(severity_in(&elsewhere, Change::PartyGone(accused.clone())), Severity::Warn);
    let after = party("PROCESADO", "PERSONA FICTISIA UNO");
    let events = told(&[Change::PartyRenamed { before: accused, after }]);
    let change = events[0].field.as_ref().expect("the names");
    assert_eq!((events.len(), events[0].severity, change.field.as_str()), (1, Severity::Notice, "party.PROCESADO"));
    assert_eq!((change.before.as_deref(), change.after.as_deref()), (Some("PERSONA FICTICIA UNO"), Some("PERSONA FICTISIA UNO")));
}

#[test]
fn a_change_of_judge_brings_the_hearing_that_is_near_and_the_entry_that_may_say_why() {
    let set = |day: &str| {
        let text = format!("Se convoca a la audiencia de juicio para el {day} de noviembre de 2026, a las 09h00.");
        entry("s", date(2026, 11, 16), "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", &text)
    };
    let told_with = |entries: Vec<Entry>| {
        let after = Docket { entries, ..Docket::default() };
        told_of(&Docket::default(), &after, &[field("judge", "JUEZA FICTICIA", "JUEZ FICTICIO")]).remove(0)
    };
    // Monday the 23rd: Thursday is the third working day, Friday the fourth.
    let near = told_with(vec![set("26")]);
    assert_eq!(near.severity, Severity::Warn);
    let hearing = near.hearing.expect("the hearing");
    assert_eq!((hearing.mention.date, hearing.mention.kind.as_deref()), (Some(date(2026, 11, 26)), Some("juicio")));
    assert_eq!(near.entry, None, "the record does not say why");
    assert_eq!(told_with(vec![set("27")]).severity, Severity::Notice);
    let revoked =
        entry("d", date(2026, 11, 20), "AUTO GENERAL (AUTO)", "Se deja sin efecto la audiencia de juicio del 26 de noviembre de 2026.");
    let calm = told_with(vec![revoked, set("26")]);
    assert_eq!((calm.severity, calm.hearing), (Severity::Notice, None), "a hearing that was revoked is not near");
    let excused = told_with(vec![entry("x", date(2026, 11, 19), "ADMITIR EXCUSA (AUTO INTERLOCUTORIO)", ""), set("26")]);
    assert_eq!(excused.entry.map(|entry| entry.key.0), Some("x".to_owned()));
}

#[test]
fn a_hearing_that_is_moved_up_to_the_day_after_tomorrow_is_critical() {
    let moved_to = |day: &str| {
        let text = format!("Se adelanta la audiencia de juicio del 15 de diciembre de 2026 para el {day} de 2026, a las 09h00.");
        let events = told(&[added("a", "AUTO GENERAL (AUTO)", &text)]);
        events.iter().find(|event| event.kind.name() == "hearing.moved_earlier").map(|event| event.severity)
    };
    assert_eq!(moved_to("25 de noviembre"), Some(Severity::Critical));
    assert_eq!(moved_to("3 de diciembre"), Some(Severity::Warn));
}
