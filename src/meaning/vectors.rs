//! Measures `meaning` on vectors that were not written for it: the hearing phrases and titles that the project keeps outside
//! the repository. Where they are absent the tests say so and pass.

use std::path::PathBuf;

use serde_json::Value;

use super::*;
use crate::domain::docket::EntryKey;

fn shared(path: &str) -> Option<String> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let found = std::fs::read_to_string(beside.join(path)).ok();
    if found.is_none() {
        eprintln!("skipped: {path} is not on this machine");
    }
    found
}

pub(super) fn entry(title: &str, text: &str) -> Entry {
    Entry {
        key: EntryKey("k".into()),
        date: None,
        time: None,
        title: title.into(),
        text: text.into(),
        documents: Vec::new(),
        annulled: false,
        withheld: None,
        notice_of: None,
        extra: Default::default(),
    }
}

/// Whether the mentions are exactly what is expected: day, hour, kind, status, room, mode and doubts, and beside them what the list
/// names of an end, a system, a day that is not told, another possible day and access that is left out.
fn is_exact(found: &[Value], expected: &[Value]) -> bool {
    let same =
        |mention: &Value, wanted: &Value, key: &str| mention.get(key).unwrap_or(&Value::Null) == wanted.get(key).unwrap_or(&Value::Null);
    found.len() == expected.len()
        && found.iter().zip(expected).all(|(mention, wanted)| {
            let doubts = mention.get("warn").and_then(Value::as_array).map_or(0, Vec::len);
            let doubt = mention.get("warn").map_or(&Value::Null, |warnings| &warnings[0]);
            let beside = ["next", "alt", "join"].into_iter().filter(|key| wanted.get(key).is_some());
            ["date", "time", "type", "status", "room", "mode", "end_date", "platform"]
                .into_iter()
                .chain(beside)
                .all(|key| same(mention, wanted, key))
                && doubt == wanted.get("warn").unwrap_or(&Value::Null)
                && doubts <= 1
        })
}

/// How many phrases there were, and how many were read exactly.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    all: usize,
    exact: usize,
}

impl Tally {
    fn count(&mut self, is_exact: bool) {
        self.all += 1;
        self.exact += usize::from(is_exact);
    }
}

/// The phrases of one country and one language: real ones, those made up, and traps.
fn phrases(file: &str, lang: &str) -> [Tally; 3] {
    let (language, country) = lang.split_once('-').unwrap_or((lang, "us"));
    let meaning = Meaning::shipped(&country[..2].to_lowercase(), language);
    let mut tallies = [Tally::default(); 3];
    for line in file.lines().filter(|line| !line.trim().is_empty()) {
        let vector: Value = serde_json::from_str(line).expect("the vectors are JSON");
        if vector["lang"].as_str() != Some(lang) {
            continue;
        }
        let reference = vector["ref"].as_str().and_then(|day| day.parse().ok());
        let entry = entry("", vector["text"].as_str().unwrap_or_default());
        let found = meaning.mentions(&entry, &meaning.classify(&entry, reference), reference);
        let expected = vector["expect"].as_array().cloned().unwrap_or_default();
        let exact = is_exact(&found, &expected);
        if !exact {
            eprintln!("{} expected {expected:?}\n     found {found:?}", vector["id"]);
        }
        let kind = match (expected.is_empty(), vector["kind"].as_str()) {
            (true, _) => 2,
            (false, Some("composed")) => 1,
            _ => 0,
        };
        tallies[kind].count(exact);
    }
    eprintln!("{lang}: real, composed, traps {tallies:?}");
    tallies
}

#[test]
fn the_hearing_phrases_are_read() {
    let Some(file) = shared("domain/hearing-phrases.jsonl") else { return };
    let mut real = Tally::default();
    let langs = ["es-EC", "es-EC-GPS", "es-CO", "es-PE", "es-MX", "es-CL", "es-AR", "es-DO", "pt-BR", "en"];
    for lang in langs.into_iter().filter(|lang| languages().contains(&&lang[..2])) {
        let [found, _, traps] = phrases(&file, lang);
        (real.all, real.exact) = (real.all + found.all, real.exact + found.exact);
        assert_eq!(traps.exact, traps.all, "a trap of {lang} raised a hearing");
    }
    assert!(real.exact * 100 >= real.all * 95, "{real:?}");
}

/// The kinds that stand for a class of the title list.
fn kinds_of_class(class: &str) -> &'static [EventKind] {
    use EventKind as K;
    match class {
        "escrito" => &[K::FilingAdded],
        "citacion" => &[K::NotificationServed],
        "audiencia_convocada" => &[K::HearingScheduled],
        "audiencia_fallida_o_diferida" => &[K::HearingSuspended, K::HearingDeferred, K::HearingFailed],
        "decision" => &[K::RulingIssued, K::CaseClosed, K::CaseLinked, K::JudgeChanged],
        "excusa_recusacion" => &[K::JudgeChanged],
        "medida" => &[K::MeasureOrdered, K::MeasureLifted],
        "otro" => &[K::OrderIssued, K::EntryAdded],
        "administrativo" => &[K::EntryAdded],
        class if class.starts_with("notificacion_de:") => &[K::NotificationServed],
        other => panic!("unknown class {other}"),
    }
}

#[test]
fn the_titles_are_classified() {
    let Some(file) = shared("fixtures/ecuador/vocabulary/tipos.tsv") else { return };
    let meaning = Meaning::shipped("ec", "es");
    let (mut all, mut right) = (0, 0);
    for line in file.lines().skip(1) {
        let mut columns = line.split('\t').skip(1);
        let (Some(title), Some(class)) = (columns.next(), columns.next()) else { continue };
        let kinds = meaning.classify(&entry(title, ""), None).kinds;
        all += 1;
        if kinds.iter().all(|kind| kinds_of_class(class).contains(kind)) {
            right += 1;
        } else {
            eprintln!("{title}: {class}, found {kinds:?}");
        }
    }
    eprintln!("titles {right}/{all}");
    assert!(right * 100 >= all * 98, "{right} of {all}");
}

#[test]
fn the_phrases_of_real_acts_are_read() {
    let Some(file) = shared("fixtures/ecuador/vocabulary/hearing-phrases.tsv") else { return };
    let meaning = Meaning::shipped("ec", "es");
    let (mut all, mut right) = (0, 0);
    for line in file.lines().skip(1) {
        let mut columns = line.split('\t');
        let (Some(label), Some(expected), Some(text)) = (columns.next(), columns.next(), columns.next()) else { continue };
        // The list gives no day of the entry: ten days before the hearing, or a later day for a trap.
        let day = expected.get(..10).and_then(|day| day.replace("????", "2026").parse::<Date>().ok());
        let reference = match label {
            label if label.starts_with("realizada") => day.and_then(|day| day.checked_add(1.days()).ok()),
            _ => day.and_then(|day| day.checked_sub(10.days()).ok()).or(Date::new(2024, 3, 18).ok()),
        };
        let found = meaning.classify(&entry("", text), reference).hearings;
        let shown = |mention: &HearingMention| Some(format!("{}T{}", mention.date?, mention.time?.strftime("%H:%M")));
        let dated: Vec<String> = found.iter().filter(|mention| mention.status != HearingStatus::Revoked).filter_map(shown).collect();
        let ok = match day {
            Some(_) => dated.len() == 1 && dated[0] == expected.replace("????", "2026").get(..16).unwrap_or_default(),
            None => dated.is_empty(),
        };
        all += 1;
        right += usize::from(ok);
        if !ok {
            eprintln!("{label}: expected {expected}, found {found:?}\n   {text}");
        }
    }
    eprintln!("phrases {right}/{all}");
    assert!(right * 100 >= all * 90, "{right} of {all}");
}

/// A ruling of 100 KB must cost well under 10 ms in a release build; an unoptimised one is given a generous multiple, which
/// still catches anything quadratic.
#[test]
fn a_long_ruling_is_read_quickly() {
    let meaning = Meaning::shipped("ec", "es");
    let sentence = "Que mediante auto de 3 de mayo de 2024, a las 10h00, se convocó a la audiencia de juicio para el 12 de marzo de 2024, a las 09h30; \
        el tribunal suspendió la audiencia y, según la Ley publicada en el Registro Oficial 449 de 20 de octubre de 2008, dispuso lo que sigue, ";
    for text in
        [sentence.repeat(100_000 / sentence.len()), format!("{}. ", sentence.trim_end_matches(", ")).repeat(100_000 / sentence.len())]
    {
        let begin = std::time::Instant::now();
        meaning.classify(&entry("SENTENCIA (RESOLUCION)", &text), Date::new(2026, 1, 5).ok());
        let took = begin.elapsed();
        eprintln!("{} bytes in {took:?}", text.len());
        assert!(took < std::time::Duration::from_secs(2), "{took:?}");
    }
}
