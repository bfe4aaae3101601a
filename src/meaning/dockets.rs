//! Whole dockets as courts write them, with what a careful trial monitor would note of their hearings: the files under
//! `tests/fixtures/meaning/lives/`.
//!
//! A file has `about`, the `jurisdiction` and the `language`, the day on which it is looked at (`today`), the `entries`, oldest first
//! (`date`, `time`, `title`, `text`), and the `settings` that are expected, a line each: `day hour outcome kind`, then `because` and
//! `asked by` with what was told, and `after` with the number of the setting that it follows. An entry with `told` says which events
//! a visit tells that finds it alone; with `visits` (how many of the entries each visit brought) `told` of the file says what each visit
//! tells. An event is its kind, with the day and the hour of its hearing.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde_json::Value;

use super::Meaning;
use super::seen::{Seen, instant};
use super::vectors::entry;
use crate::domain::case::CaseRef;
use crate::domain::diff::Change;
use crate::domain::docket::{Docket, Entry, EntryKey};
use crate::domain::event::Event;
use crate::domain::setting::Setting;

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

fn lines(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(|line| line.as_str().expect("a line").to_owned()).collect()
}

fn clock(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

fn setting_line(setting: &Setting) -> String {
    let mut parts = vec![setting.date.map_or("–".to_owned(), |date| date.to_string())];
    parts.extend(setting.time.map(clock));
    parts.push(setting.outcome.name().to_owned());
    parts.extend(setting.kind.clone());
    parts.extend(setting.reasons.iter().map(|reason| format!("because {reason}")));
    parts.extend(setting.requested_by.iter().map(|who| format!("asked by {who}")));
    parts.extend(setting.follows.map(|at| format!("after {at}")));
    parts.join(" ")
}

fn event_line(event: &Event) -> String {
    let mut parts = vec![event.kind.name().to_owned()];
    if let Some(hearing) = &event.hearing {
        parts.extend(hearing.mention.date.map(|date| date.to_string()));
        parts.extend(hearing.mention.time.map(clock));
    }
    parts.join(" ")
}

/// What a visit tells that finds the entries of `range` in a docket of those before.
fn told(meaning: &Meaning, entries: &[Entry], range: std::ops::Range<usize>) -> Vec<String> {
    let docket = |until: usize| Docket { entries: entries[..until].iter().rev().cloned().collect(), ..Docket::default() };
    let (before, after) = (docket(range.start), docket(range.end));
    let case = CaseRef { source: "court".into(), number: "1".into() };
    let day = entries[range.end - 1].date.expect("a day");
    let at: Timestamp = instant(day.at(23, 0, 0, 0), &TimeZone::UTC).expect("an instant");
    let seen = Seen {
        case: &case,
        zone: TimeZone::UTC,
        version: 2,
        first_seq: 1,
        at,
        page_sha256: [0; 32],
        before: Some(&before),
        after: &after,
        watched_since: instant(entries[0].date.expect("a day").at(0, 0, 0, 0), &TimeZone::UTC).expect("an instant"),
        was_whole: true,
    };
    let changes: Vec<Change> = entries[range].iter().cloned().map(Change::EntryAdded).collect();
    meaning.events(&changes, &seen).iter().map(event_line).collect()
}

/// What is wrong with a docket.
fn wrong_in(path: &Path) -> Vec<String> {
    let label = path.file_stem().expect("a file").to_string_lossy().into_owned();
    let file = std::fs::read_to_string(path).expect("a docket");
    let value: Value = serde_json::from_str(&file).unwrap_or_else(|error| panic!("{label}: {error}"));
    let keys = ["about", "jurisdiction", "language", "today", "entries", "settings", "visits", "told"];
    let stray = value.as_object().expect("an object").keys().find(|key| !keys.contains(&key.as_str()));
    assert_eq!(stray, None, "{label}");
    let meaning = Meaning::shipped(text(&value, "jurisdiction"), text(&value, "language"));
    let written = value["entries"].as_array().expect("entries");
    let entries: Vec<Entry> = written
        .iter()
        .enumerate()
        .map(|(nth, written)| Entry {
            key: EntryKey(format!("{nth:02}")),
            date: Some(text(written, "date").parse().unwrap_or_else(|error| panic!("{label}: entry {nth}: {error}"))),
            time: written["time"].as_str().map(|time| time.parse().expect("an hour")),
            ..entry(text(written, "title"), text(written, "text"))
        })
        .collect();
    let docket = Docket { entries: entries.iter().rev().cloned().collect(), ..Docket::default() };
    let today: Date = text(&value, "today").parse().expect("today");
    let mut wrong = Vec::new();
    let mut compare = |what: String, found: Vec<String>, expected: Vec<String>| {
        if found != expected {
            wrong.push(format!("{label}: {what}\n    expected {expected:#?}\n    found {found:#?}"));
        }
    };
    let found = meaning.settings(&docket, today).iter().map(setting_line).collect();
    compare("settings".to_owned(), found, lines(&value["settings"]));
    for (nth, written) in written.iter().enumerate().filter(|(_, written)| written.get("told").is_some()) {
        compare(format!("entry {nth}"), told(&meaning, &entries, nth..nth + 1), lines(&written["told"]));
    }
    let mut at = 0;
    for (nth, count) in value["visits"].as_array().into_iter().flatten().enumerate() {
        let until = at + usize::try_from(count.as_u64().expect("a number")).expect("small");
        compare(format!("visit {nth}"), told(&meaning, &entries, at..until), lines(&value["told"][nth]));
        at = until;
    }
    wrong
}

#[test]
fn the_hearings_of_whole_dockets_have_the_lives_that_a_monitor_would_note() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/meaning/lives");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("the folder").map(|file| file.expect("a file").path()).collect();
    files.sort();
    assert!(files.len() >= 10, "{}", files.len());
    let wrong: Vec<Vec<String>> = files.iter().map(|path| wrong_in(path)).collect();
    let right = wrong.iter().filter(|wrong| wrong.is_empty()).count();
    eprintln!("dockets right {right}/{}", files.len());
    assert!(right == files.len(), "{}", wrong.concat().join("\n"));
}
