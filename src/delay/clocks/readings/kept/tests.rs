//! Kept readings say what reading anew says, are of their docket and reader alone, and no bytes do harm.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::days::{Calendar, Scope};
use crate::delay::clocks::{Look, Rules, jurisdictions};
use crate::domain::docket::{EntryKey, Party};
use crate::meaning::{Meaning, language_of};

fn meaning_of(jurisdiction: &str) -> Arc<Meaning> {
    Meaning::shipped(jurisdiction, language_of(jurisdiction).unwrap_or("es"))
}

/// The readings of a docket, kept and taken out again.
fn through_bytes(rules: &Rules, docket: &Docket, meaning: &Meaning) -> Readings {
    let bytes = rules.readings(docket, meaning).to_bytes();
    Readings::from_bytes(&bytes, docket, rules.reading_id(docket, meaning)).expect("what was just kept fits")
}

/// Everything that is made of the entries of a docket at a moment, as text.
fn made(rules: &Rules, docket: &Docket, readings: &Readings, meaning: &Meaning, as_of: &str) -> String {
    let as_of: Timestamp = as_of.parse().expect("an instant");
    let (zone, facts) = (TimeZone::get("America/Guayaquil").expect("bundled"), BTreeMap::new());
    let look = Look {
        docket,
        readings,
        meaning,
        zone: zone.clone(),
        calendar: &Calendar::shipped("ec"),
        scope: Scope::default(),
        facts: &facts,
        pins: &[],
        as_of,
        read: Some(as_of),
    };
    let today = as_of.to_zoned_datetime(zone.clone()).date();
    let placed = meaning.placed_of(docket, |at| readings.heard(at), &zone, today);
    format!("{:#?}\n{:#?}\n{placed:#?}\n{:#?}", rules.story(&look), rules.clocks(&look), readings.actors(docket))
}

/// A docket says the same from kept readings as read anew, and its hearings the same as without readings.
fn holds_for(rules: &Rules, docket: &Docket, meaning: &Meaning) -> usize {
    let (anew, kept) = (rules.readings(docket, meaning), through_bytes(rules, docket, meaning));
    assert_eq!(kept, anew);
    let newest = docket.entries.iter().filter_map(|entry| entry.date).max();
    for as_of in
        ["2024-12-01T12:00:00Z".to_owned(), newest.map_or_else(|| "2026-03-11T12:00:00Z".to_owned(), |day| format!("{day}T23:00:00Z"))]
    {
        assert_eq!(made(rules, docket, &kept, meaning, &as_of), made(rules, docket, &anew, meaning, &as_of));
        let today = as_of[..10].parse().expect("a day");
        assert_eq!(meaning.settings_of(docket, |at| kept.heard(at), today), meaning.settings(docket, today));
    }
    for (entry, reading) in docket.entries.iter().zip(kept.all()) {
        let read = meaning.classify(entry, entry.date);
        let kept_hearings: Vec<HearingMention> = reading.hearings().cloned().collect();
        assert_eq!((&reading.kinds, reading.actor, kept_hearings), (&read.kinds, read.actor, read.hearings));
    }
    kept.all().iter().map(|reading| reading.heard.len() + reading.shows.len()).sum()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn every_docket_that_we_have_says_the_same_kept_and_anew() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut found = Vec::new();
    files(&fixtures, &mut found);
    let (mut dockets, mut said) = (0, 0);
    for path in found.iter().filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let Ok(value) = serde_json::from_str::<serde_json::Value>(&text) else { continue };
        let is_life = path.parent().is_some_and(|folder| folder.ends_with("meaning/lives"));
        let (docket, jurisdiction) = if is_life {
            let entry = |(nth, written): (usize, &serde_json::Value)| {
                let text = |key: &str| written[key].as_str().unwrap_or_default().to_owned();
                Entry {
                    date: text("date").parse().ok(),
                    time: text("time").parse().ok(),
                    ..entry(&nth.to_string(), &text("title"), &text("text"))
                }
            };
            let written = value["entries"].as_array().expect("entries");
            let entries = written.iter().enumerate().map(entry).rev().collect();
            (Docket { entries, ..Docket::default() }, value["jurisdiction"].as_str().expect("has one").to_owned())
        } else if path.ends_with("docket.json") {
            let Ok(published) = crate::wire::docket::from_json(&value) else { continue };
            let source = path.strip_prefix(&fixtures).expect("below").to_string_lossy().into_owned();
            (published.docket, source.split('-').next().unwrap_or_default().to_owned())
        } else {
            continue;
        };
        dockets += 1;
        // By the rules of every country, whatever the country of the docket.
        for rules in jurisdictions() {
            said += holds_for(&Rules::shipped(rules), &docket, &meaning_of(&jurisdiction));
        }
    }
    assert!(dockets >= 30 && said > 1_000, "{dockets} dockets, {said} things said");
}

fn entry(key: &str, title: &str, text: &str) -> Entry {
    Entry {
        key: EntryKey(key.to_owned()),
        date: None,
        time: None,
        title: title.to_owned(),
        text: text.to_owned(),
        documents: Vec::new(),
        annulled: false,
        withheld: None,
        notice_of: None,
        extra: BTreeMap::new(),
    }
}

const TITLES: [&str; 10] = [
    "ESCRITO",
    "RAZON (RAZON)",
    "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)",
    "DIFERIMIENTO DE AUDIENCIA (DECRETO)",
    "SENTENCIA (RESOLUCION)",
    "PRISION PREVENTIVA (AUTO)",
    "ACTA DE AUDIENCIA (ACTA)",
    "NOTIFICACION (RAZON DE NOTIFICACION)",
    "PROVIDENCIA GENERAL (DECRETO)",
    "ALGO DESCONOCIDO",
];
const TEXTS: [&str; 8] = [
    "",
    "Certifico. ",
    "Se convoca a la audiencia de juicio para el 12 de marzo de 2024, a las 09h00, en la sala 105, por Zoom. ",
    "Se difiere la audiencia señalada para el martes 13 de marzo de 2024, a petición de la Fiscalía. ",
    "Siento por tal que el Tribunal anunció su decisión de forma oral. ",
    "Siento por tal que se declara fallida la audiencia de juicio por inasistencia del fiscal. ",
    "Se dicta prisión preventiva en contra de Persona Ficticia Uno. ",
    "ñandú — ⚖️ \u{301} 2024 ",
];

/// Title, texts, day, and whether it is annulled, a notice, has an hour, is either of the first two.
type Written = (usize, Vec<usize>, Option<i32>, [bool; 4]);

fn dockets() -> impl Strategy<Value = Docket> {
    let one = (0..TITLES.len(), proptest::collection::vec(0..TEXTS.len(), 0..4), proptest::option::of(0..900_i32), any::<[bool; 4]>());
    proptest::collection::vec(one, 0..12).prop_map(|all| {
        let written = |(nth, one): (usize, Written)| {
            let (title, texts, day, [annulled, is_notice, has_hour, is_marked]) = one;
            let text: String = texts.into_iter().map(|at| TEXTS[at]).collect();
            Entry {
                date: day.map(|day| date(2023, 1, 1).saturating_add(jiff::ToSpan::days(day))),
                time: has_hour.then(|| jiff::civil::time(9, 30, 0, 0)),
                annulled: annulled && is_marked,
                notice_of: (is_notice && is_marked).then(|| EntryKey("0".into())),
                ..entry(&nth.to_string(), TITLES[title], &text)
            }
        };
        let parties = vec![Party { role: "PROCESADO".into(), name: "PERSONA FICTICIA UNO".into() }];
        Docket { parties, entries: all.into_iter().enumerate().map(written).collect(), ..Docket::default() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_docket_says_the_same_kept_and_anew(docket in dockets()) {
        holds_for(&Rules::shipped("ec"), &docket, &meaning_of("ec"));
    }

    #[test]
    fn bytes_that_were_not_kept_are_no_readings_and_do_no_harm(
        docket in dockets(),
        noise in proptest::collection::vec(any::<u8>(), 0..200),
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let (rules, meaning) = (Rules::shipped("ec"), meaning_of("ec"));
        let (id, whole) = (rules.reading_id(&docket, &meaning), rules.readings(&docket, &meaning).to_bytes());
        for cut in 0..whole.len() {
            prop_assert!(Readings::from_bytes(&whole[..cut], &docket, id).is_none(), "cut at {cut}");
        }
        prop_assert!(Readings::from_bytes(&[whole.as_slice(), &[0]].concat(), &docket, id).is_none());
        prop_assert!(Readings::from_bytes(&noise, &docket, id).is_none());
        // What bears the right id and was changed behind it may read; whatever it says can be worked with.
        let mut broken = whole.clone();
        for (at, with) in &flips {
            if broken.len() > 33 {
                let at = 33 + at.index(broken.len() - 33);
                broken[at] ^= with;
            }
        }
        let behind = [&whole[..33], &noise].concat();
        for bytes in [broken, behind] {
            if let Some(readings) = Readings::from_bytes(&bytes, &docket, id) {
                made(&rules, &docket, &readings, &meaning, "2024-12-01T12:00:00Z");
            }
        }
    }
}

#[test]
fn readings_are_of_one_docket_one_court_and_one_set_of_rules() {
    let (rules, meaning) = (Rules::shipped("ec"), meaning_of("ec"));
    let dated = |key: &str| Entry { date: Some(date(2024, 3, 1)), ..entry(key, TITLES[2], TEXTS[2]) };
    let docket = Docket { entries: vec![dated("2"), dated("1")], ..Docket::default() };
    let (id, bytes) = (rules.reading_id(&docket, &meaning), rules.readings(&docket, &meaning).to_bytes());
    assert!(Readings::from_bytes(&bytes, &docket, id).is_some());
    // What is no part of an entry's words changes nothing.
    let mut same = docket.clone();
    same.heading.status = Some("ARCHIVADO".into());
    assert_eq!(rules.reading_id(&same, &meaning), id);
    let changes: [fn(&mut Docket); 12] = [
        |docket| docket.entries[1].text.push('.'),
        |docket| docket.entries[1].title.push('.'),
        |docket| docket.entries[0].date = None,
        |docket| docket.entries[0].date = Some(date(2024, 3, 2)),
        |docket| docket.entries[0].time = Some(jiff::civil::time(0, 0, 0, 0)),
        |docket| docket.entries[0].annulled = true,
        |docket| docket.entries[0].notice_of = Some(EntryKey("1".into())),
        |docket| docket.entries[0].extra = [("origin".to_owned(), "juez".to_owned())].into(),
        |docket| docket.entries[0].key.0.push('x'),
        |docket| docket.entries.swap(0, 1),
        |docket| drop(docket.entries.pop()),
        // What moved from one field into the next.
        |docket| {
            let entry = &mut docket.entries[0];
            let first = entry.text.remove(0);
            entry.title.push(first);
        },
    ];
    for (nth, change) in changes.iter().enumerate() {
        let mut other = docket.clone();
        change(&mut other);
        let changed = rules.reading_id(&other, &meaning);
        assert_ne!(changed, id, "change {nth}");
        assert!(Readings::from_bytes(&bytes, &other, changed).is_none(), "change {nth}");
    }
    // Another word list, another lexicon, another set of rules, and the operator's own beside them.
    let es = include_str!("../../../../../jurisdictions/lang/es.toml");
    let words = |es: &str, own: &str| Meaning::parse(("es.toml", es), ("ec.toml", own)).expect("it compiles");
    let (more, own) = (format!("{es}\n"), "language = \"es\"\n");
    let base = words(es, own);
    let other = [words(&more, own), words(es, &format!("{own}\n"))];
    assert!(other.iter().all(|other| rules.reading_id(&docket, other) != rules.reading_id(&docket, &base)));
    assert_ne!(Rules::shipped("co").reading_id(&docket, &meaning), id);
    let own = rules.with("own.toml", "jurisdiction = \"ec\"\nversion = \"own\"\n").expect("it compiles");
    assert_ne!(own.reading_id(&docket, &meaning), id);
    assert!(Readings::from_bytes(&bytes, &docket, own.reading_id(&docket, &meaning)).is_none());
}

#[test]
fn two_hundred_routine_entries_take_few_bytes() {
    let (rules, meaning) = (Rules::shipped("ec"), meaning_of("ec"));
    let one = |nth: usize| Entry {
        date: Some(date(2024, 3, 1)),
        ..entry(&nth.to_string(), TITLES[nth % TITLES.len()], &TEXTS[nth % TEXTS.len()].repeat(3))
    };
    let docket = Docket { entries: (0..200).map(one).collect(), ..Docket::default() };
    let bytes = rules.readings(&docket, &meaning).to_bytes().len();
    assert!((1_000..=6_000).contains(&bytes), "{bytes} bytes");
}
