//! The words of every shipped link with their examples, and what a visit tells of them.

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::*;
use crate::domain::case::CaseRef;
use crate::domain::docket::EntryKey;
use crate::domain::id::Id;
use crate::meaning::vectors::entry;
use crate::meaning::{jurisdictions, languages};

/// Takes what has a number's look for one, of this source: a year and a serial, fifteen digits, or letters behind a year.
fn numbers(source: &str) -> impl Fn(&str) -> Option<Named> {
    move |text: &str| {
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let joined = !text.contains(char::is_whitespace) && text.chars().filter(|c| matches!(c, '-' | ':' | '.' | '/')).count() >= 1;
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        let is_number = letters <= 2 && (digits == 15 || (joined && (6..=20).contains(&digits)));
        let case = CaseRef { source: source.to_owned(), number: text.to_owned() };
        match text.starts_with("17721-2019-00029") {
            true => Some(Named::Own),
            false => is_number.then(|| Named::Other(OtherCase { case, number: text.to_owned(), watched: false })),
        }
    }
}

fn wrong_in(links: &Links, meaning: &Meaning, file: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for rule in &links.rules {
        let naming = numbers(rule.sources.first().map_or("xx-court", String::as_str));
        let found = |text: &str| meaning.links.in_text(text, &meaning.language, &naming);
        for text in &rule.examples {
            let relations: Vec<Relation> = found(text).into_iter().map(|(relation, _)| relation).collect();
            if relations != [rule.relation] {
                wrong.push(format!("{file}: {text}: {relations:?} is not {:?}", rule.relation));
            }
        }
        wrong.extend(rule.counter.iter().filter(|text| !found(text).is_empty()).map(|text| format!("{file}: {text} is a link")));
    }
    wrong
}

#[test]
fn every_link_is_met_by_its_examples_and_by_no_counter_example() {
    let mut wrong = Vec::new();
    for language in languages() {
        let meaning = Meaning::shipped("", language);
        assert!(!meaning.links.rules.is_empty(), "{language} has no [[link]]");
        wrong.extend(wrong_in(&meaning.links, &meaning, language));
    }
    for id in jurisdictions() {
        for language in languages() {
            let meaning = Meaning::shipped(id, language);
            // Those of a language are tried above; beside a lexicon of another language they stand alone.
            let own = meaning.links.rules.len() - Meaning::shipped("", language).links.rules.len();
            let rules = meaning.links.rules[..own].to_vec();
            wrong.extend(wrong_in(&Links { rules, instance_fields: Vec::new() }, &meaning, id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn links(text: &str) -> Vec<String> {
    let naming = numbers("ec-esatje");
    let found = Meaning::shipped("ec", "es");
    found.links.in_text(text, &found.language, &naming).into_iter().map(|(how, other)| format!("{} {}", how.name(), other.number)).collect()
}

#[test]
fn the_number_beside_the_word_is_the_link_and_no_other() {
    for (text, expected) in [
        // Its own number on the way does not count, in whatever order the two are named.
        ("Acumúlese la causa No. 17721-2019-00029G a la causa No. 17721-2024-00011G.", vec!["accumulated 17721-2024-00011G"]),
        ("Acumúlese la causa 17721-2024-00011G a la presente, No. 17721-2019-00029.", vec!["accumulated 17721-2024-00011G"]),
        // Several at once, and what is written together.
        (
            "Acumúlense las causas Nos. 17721-2024-00011G, 17721-2024-00012 y 17721-2024-00013.Notifíquese.",
            vec!["accumulated 17721-2024-00011G", "accumulated 17721-2024-00012", "accumulated 17721-2024-00013"],
        ),
        ("Se dispone acumular el proceso Nro.17721-2024-00011G.", vec!["accumulated 17721-2024-00011G"]),
        // Another sentence or clause, or too far away.
        ("Acumúlense los escritos. En la causa No. 17721-2024-00011G comparece el perito.", vec![]),
        ("Acumúlense los escritos; en la causa No. 17721-2024-00011G comparece el perito.", vec![]),
        (
            "Acumúlense los escritos que anteceden con los anexos de foja uno a foja veinte del cuerpo tres de la causa 17721-2024-00011G.",
            vec![],
        ),
        // A mention is no link.
        ("Dentro de la causa No. 17721-2024-00011G, ofíciese.", vec![]),
        // A part of a longer number is none.
        ("Acumúlese el oficio 17721-2024-00011-2025-0001-99-000123-X.", vec![]),
    ] {
        assert_eq!(links(text), expected, "{text}");
    }
}

/// What a visit tells of these changes to this docket.
fn told(before: &Docket, changes: &[Change], told: Vec<Event>) -> Vec<Event> {
    let (case, after) = (CaseRef { source: "ec-esatje".into(), number: "17721201900029G".into() }, Docket::default());
    let seen = Seen {
        case: &case,
        zone: TimeZone::UTC,
        version: 4,
        first_seq: 1,
        at: Timestamp::UNIX_EPOCH,
        page_sha256: [0; 32],
        before: Some(before),
        after: &after,
        watched_since: Timestamp::UNIX_EPOCH,
        was_whole: true,
    };
    let mut events = told;
    Meaning::shipped("ec", "es").links(changes, &seen, &mut events, &numbers("ec-esatje"));
    events
}

fn act(key: &str, title: &str, text: &str) -> Entry {
    Entry { key: EntryKey(key.into()), date: Some(date(2026, 11, 20)), ..entry(title, text) }
}

const JOINED: &str = "Acumúlese la presente causa a la No. 17721-2024-00011G.";

#[test]
fn a_link_is_told_once_however_often_the_record_repeats_it() {
    let added = |key: &str| Change::EntryAdded(act(key, "AUTO DE ACUMULACION (AUTO)", JOINED));
    let first = told(&Docket::default(), &[added("1"), added("2")], Vec::new());
    let link = Link::of(&first[0]).expect("a link");
    assert_eq!((first.len(), link.number.as_str(), link.watched), (1, "17721-2024-00011G", false));
    assert_eq!((first[0].severity, first[0].entry.as_ref().map(|entry| entry.actor)), (Severity::Warn, Some(Actor::Court)));
    // The docket named it before; where it did not, it is the same news again.
    let held = Docket { entries: vec![act("1", "AUTO DE ACUMULACION (AUTO)", JOINED)], ..Docket::default() };
    assert!(told(&held, &[added("3")], Vec::new()).is_empty());
    assert_eq!(told(&Docket::default(), &[added("9")], Vec::new())[0].id, first[0].id);
}

#[test]
fn an_entry_that_names_the_other_case_is_told_with_it_and_not_twice() {
    let order = act("1", "AUTO DE ACUMULACION (AUTO)", JOINED);
    let bare = |key: &str| {
        let mut event = crate::domain::sample::entry(EventKind::CaseLinked, Actor::Court, &order.title, "");
        event.entry.as_mut().expect("an entry").key = EntryKey(key.into());
        event
    };
    let events = told(&Docket::default(), &[Change::EntryAdded(order.clone())], vec![bare("1"), bare("2")]);
    assert_eq!(events.iter().map(|event| Link::of(event).is_some()).collect::<Vec<_>>(), [false, true]);
    // A link that is known already takes nothing away from the entry that repeats it.
    let held = Docket { entries: vec![order.clone()], ..Docket::default() };
    assert_eq!(told(&held, &[Change::EntryAdded(act("3", &order.title, JOINED))], vec![bare("3")]).len(), 1);
}

#[test]
fn a_wish_a_notice_and_what_is_withheld_are_no_links() {
    let quiet = |entry: Entry| assert!(told(&Docket::default(), &[Change::EntryAdded(entry.clone())], Vec::new()).is_empty(), "{entry:?}");
    quiet(act("1", "ESCRITO", JOINED));
    quiet(Entry { annulled: true, ..act("1", "AUTO (AUTO)", JOINED) });
    quiet(Entry { notice_of: Some(EntryKey("0".into())), ..act("1", "AUTO (RAZON DE NOTIFICACION)", JOINED) });
}

#[test]
fn a_title_that_says_it_too_is_not_told_beside_its_number() {
    let order = act("1", "ACUMULACION DE AUTOS (AUTO)", JOINED);
    let plain = crate::domain::sample::entry(EventKind::CaseLinked, Actor::Court, &order.title, JOINED);
    let of = |key: &str| {
        let mut event = plain.clone();
        event.entry.as_mut().expect("an entry").key = EntryKey(key.into());
        event
    };
    let events = told(&Docket::default(), &[Change::EntryAdded(order)], vec![of("1"), of("2")]);
    let keys: Vec<_> = events.iter().map(|event| (event.entry.as_ref().map(|entry| entry.key.0.as_str()), event.field.is_some())).collect();
    assert_eq!(keys, [(Some("2"), false), (Some("1"), true)]);
}

#[test]
fn an_edit_tells_the_links_that_it_brings() {
    let before = act("1", "AUTO (AUTO)", "Agréguese.");
    let after = act("1", "AUTO (AUTO)", JOINED);
    let held = Docket { entries: vec![before.clone()], ..Docket::default() };
    let edited = |before: &Entry, after: &Entry| Change::EntryEdited { before: Box::new(before.clone()), after: Box::new(after.clone()) };
    assert_eq!(told(&held, &[edited(&before, &after)], Vec::new()).len(), 1);
    let held = Docket { entries: vec![after.clone()], ..Docket::default() };
    let longer = Entry { text: format!("{JOINED} Notifíquese."), ..after.clone() };
    assert!(told(&held, &[edited(&after, &longer)], Vec::new()).is_empty());
}

#[test]
fn a_field_of_the_heading_that_names_a_case_is_told_as_a_link_and_not_twice() {
    let field = FieldChange { field: "related.17721-2024-00011G".into(), before: None, after: Some("Conexa".into()) };
    let plain = Event { field: Some(field.clone()), id: Id([1; 16]), ..crate::domain::sample::bare(EventKind::CaseFieldChanged) };
    let events = told(&Docket::default(), &[Change::Field(field)], vec![plain]);
    assert_eq!(events.iter().map(|event| event.kind.name()).collect::<Vec<_>>(), ["case.linked"]);
    assert_eq!(Link::of(&events[0]).map(|link| link.relation), Some(Relation::Related));
}

#[test]
fn another_court_by_any_sources_name_for_it_brings_its_own_past() {
    for (jurisdiction, language, field) in
        [("ec", "es", "incident.2"), ("co", "es", "process.7"), ("br", "pt", "hit.G2.198.1"), ("ar", "es", "second_instance")]
    {
        let meaning = Meaning::shipped(jurisdiction, language);
        assert!(meaning.is_instance(field) && !meaning.is_instance("matter") && !meaning.is_instance("incidental"), "{field}");
    }
}
