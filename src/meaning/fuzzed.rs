//! For the fuzzer, and for the test that replays what it found: any words of a court.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::resolve::Lean;
use super::seen::Seen;
use super::tokens::Tokens;
use super::when::moments;
use super::{Meaning, home_of, jurisdictions, language_of, languages};
use crate::domain::case::CaseRef;
use crate::domain::diff::{Change, Comparison, Confirm, MissingParts, compare};
use crate::domain::docket::{Docket, Entry, EntryKey};

/// What stands between the entries of an input.
const BETWEEN: char = '\u{1e}';

/// Every jurisdiction in its language, and every language at home.
fn meanings() -> &'static [Arc<Meaning>] {
    static MEANINGS: OnceLock<Vec<Arc<Meaning>>> = OnceLock::new();
    MEANINGS.get_or_init(|| {
        let places = jurisdictions().into_iter().filter_map(|id| Some((id, language_of(id)?)));
        let at_home = languages().into_iter().map(|language| (home_of(language).unwrap_or(""), language));
        places.chain(at_home).map(|(jurisdiction, language)| Meaning::shipped(jurisdiction, language)).collect()
    })
}

fn meaning(which: u8) -> &'static Meaning {
    let meanings = meanings();
    &meanings[usize::from(which) % meanings.len()]
}

/// Entries of a docket, the newest first, each a title, a line feed and a text. The first byte picks the jurisdiction.
pub fn entries(data: &[u8]) {
    let [which, rest @ ..] = data else { return };
    let (meaning, written, newest) = (meaning(*which), String::from_utf8_lossy(rest), date(2026, 3, 2));
    let entries: Vec<Entry> = written.split(BETWEEN).enumerate().map(|(nth, written)| entry(nth, written, newest)).collect();
    for entry in &entries {
        let reading = meaning.classify(entry, entry.date);
        assert_eq!(reading, meaning.classify(entry, entry.date), "the same words mean the same");
        assert!(!reading.kinds.is_empty() && reading.kinds.is_sorted(), "{reading:?}");
        for mention in &reading.hearings {
            assert!(mention.span.is_none_or(|(start, end)| entry.text.get(start..end).is_some()), "{mention:?} is not in its text");
            assert!(mention.end_date.is_none() || mention.end_date > mention.date, "{mention:?} ends before it begins");
        }
    }
    let after = Docket { entries, ..Docket::default() };
    drop(meaning.placed(&after, &TimeZone::UTC, newest));

    // The newest enters the record, and then says what the one before it said.
    let older = Docket { entries: after.entries.get(1..).unwrap_or_default().to_vec(), ..Docket::default() };
    told(meaning, &older, &after);
    if let [newest, older, ..] = after.entries.as_slice() {
        let mut edited = after.clone();
        edited.entries[0] = Entry { key: newest.key.clone(), ..older.clone() };
        told(meaning, &after, &edited);
    }
}

fn entry(nth: usize, written: &str, newest: Date) -> Entry {
    let (title, text) = written.split_once('\n').unwrap_or((written, ""));
    let weeks = i32::try_from(nth % 500).unwrap_or_default();
    Entry {
        key: EntryKey(nth.to_string()),
        date: Some(newest.saturating_sub(weeks.weeks())),
        time: None,
        title: title.into(),
        text: text.into(),
        documents: Vec::new(),
        annulled: false,
        withheld: None,
        notice_of: None,
        extra: BTreeMap::new(),
    }
}

/// What is told of a change: all of it, each thing once, and the same again.
fn told(meaning: &Meaning, before: &Docket, after: &Docket) {
    let confirm = Confirm { visits: 3, span: Duration::ZERO, sliding: false, others: false };
    let at = Timestamp::from_second(1_772_500_000).unwrap_or_default();
    let Comparison::Changed { changes, docket, .. } = compare(Some(before), after, &MissingParts::new(), confirm, at) else { return };
    let case = CaseRef { source: "ec-esatje".into(), number: "1".into() };
    let seen = Seen {
        case: &case,
        zone: TimeZone::UTC,
        version: 2,
        first_seq: 1,
        at,
        page_sha256: [0; 32],
        before: Some(before),
        after: &docket,
        watched_since: Timestamp::UNIX_EPOCH,
        was_whole: true,
    };
    let events = meaning.events(&changes, &seen);
    assert_eq!(events, meaning.events(&changes, &seen), "the same changes are the same events");
    let ids: HashSet<_> = events.iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), events.len(), "two events have one id: {events:?}");
    for change in &changes {
        let key = match change {
            Change::EntryAdded(entry) => &entry.key,
            Change::EntryEdited { after, .. } => &after.key,
            _ => continue,
        };
        let tells = events.iter().any(|event| event.entry.as_ref().is_some_and(|shown| shown.key == *key));
        assert!(tells, "nothing is told of {change:?}");
    }
}

/// Dates in running text. The first byte picks the jurisdiction.
pub fn dates(which: u8, text: &str) {
    let language = &meaning(which).language;
    let tokens = Tokens::read(text, language);
    let reference = date(2024, 2, 29);
    let mut before = None;
    for moment in moments(&tokens, language) {
        assert!(moment.start < moment.end && moment.end <= tokens.len(), "{moment:?}");
        let (start, end) = tokens.span(moment.start, moment.end);
        assert!(start < end && text.get(start..end).is_some(), "{moment:?} is not in its text");
        for lean in [Lean::Ahead, Lean::Back, Lean::Near] {
            for reference in [Some(reference), None] {
                let (days, doubts) = moment.date.resolve(reference, before, lean);
                assert_eq!((&days, &doubts), (&moment.date.resolve(reference, before, lean).0, &doubts), "the same date is the same day");
                assert!(days.iter().all(|day| (1900..=2100).contains(&day.year())), "{days:?} of {moment:?}");
                let last = days.first().and_then(|first| moment.last_day(*first));
                assert!(last.is_none() || last > days.first().copied(), "{moment:?} ends on {last:?}");
                before = days.last().copied().or(before);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TITLES: [&str; 3] = [
        include_str!("../../tests/fixtures/meaning/titles.tsv"),
        include_str!("../../tests/fixtures/meaning/more-titles.tsv"),
        include_str!("../../tests/fixtures/meaning/third-titles.tsv"),
    ];

    /// The entries of every docket in the fixtures that a recipe read, with the jurisdiction that they are of.
    fn dockets() -> Vec<(u8, Vec<String>)> {
        let ids = jurisdictions();
        let mut found = Vec::new();
        for (id, ..) in crate::recipe::shipped() {
            let jurisdiction = id.split('-').next().unwrap_or_default();
            let Some(which) = ids.iter().position(|known| *known == jurisdiction) else { continue };
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(id);
            for scenario in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let docket = std::fs::read_to_string(scenario.path().join("expected.json")).expect("every scenario has one");
                let docket: serde_json::Value = serde_json::from_str(&docket).expect("is JSON");
                let entries = docket["entries"].as_array().into_iter().flatten();
                let entries =
                    entries.map(|entry| format!("{}\n{}", entry["title"].as_str().unwrap_or(""), entry["text"].as_str().unwrap_or("")));
                found.push((u8::try_from(which).expect("few"), entries.take(6).collect()));
            }
        }
        found
    }

    #[test]
    fn words_that_were_ever_troublesome() {
        let mut seeds: Vec<Vec<u8>> = Vec::new();
        for (which, entries) in dockets().into_iter().filter(|(_, entries)| !entries.is_empty()) {
            seeds.push([&[which][..], entries.join(&BETWEEN.to_string()).as_bytes()].concat());
        }
        let titles = TITLES.iter().flat_map(|titles| titles.lines()).filter(|line| !line.starts_with('#'));
        for line in titles.step_by(7) {
            let mut columns = line.split('\t');
            let which = jurisdictions().iter().position(|known| Some(*known) == columns.next()).and_then(|at| u8::try_from(at).ok());
            let title = columns.nth(1).unwrap_or_default();
            seeds.push([&[which.unwrap_or_default()][..], title.as_bytes()].concat());
        }
        crate::domain::seeds::replay("meaning", seeds, entries);
    }

    /// The ways of writing a date of which the tests of the grammar are made.
    const WRITTEN: &[&str] = &[
        "12/03/2024",
        "2024-03-12",
        "12.03.2024 a las 09h00",
        "DOCE DE MARZO DE DOS MIL VEINTE Y CUATRO",
        "12, 13 y 14 de marzo de 2024",
        "del 20 al 24 de mayo",
        "el próximo jueves",
        "hoy, martes 5 de marzo de 2024",
        "31 de febrero de 2024",
        "día 17 p.f. del mismo mes",
        "Sept. 30 - Oct. 2, 2024",
        "March 12 and 13, 2024, at 9:30 a.m.",
        "quinta-feira, 7 de março de 2024, às 14h30min",
        "Fri, 03 Feb 2023 12:35:03 EST",
        "2024-03-13T20:23:39.163+00:00",
        "1686242316100",
        "martes 5 de marzo del año 2024, a las 16:29",
        "20/05/2024 a 24/05/2024",
        "29/02/2023",
        "de 12/03/2024 a 19/03/2024, a las veinte horas con treinta minutos",
        "5 de marzo de 2024, 3:05 p. m.",
        "99/99/9999",
        "1º de setembro",
        "el día veinte y nueve de febrero del dos mil veinticuatro a las ocho horas",
        "Wednesday, March 13, 2024 09:00 AM",
        "2024-W11-3",
        "071 2024",
    ];

    #[test]
    fn dates_that_were_ever_troublesome() {
        let seeds = (0..16u8).flat_map(|which| WRITTEN.iter().map(move |text| [&[which, which * 17][..], text.as_bytes()].concat()));
        let texts = dockets()
            .into_iter()
            .flat_map(|(which, entries)| entries.into_iter().map(move |text| [&[which, 0][..], text.as_bytes()].concat()));
        crate::domain::seeds::replay("dates", seeds.chain(texts.filter(|text| text.len() < 4_000)).collect(), |data| {
            let [which, zones, text @ ..] = data else { return };
            let text = String::from_utf8_lossy(text);
            dates(*which, &text);
            crate::recipe::fuzzed::date(*which, *zones, &text);
        });
    }
}
