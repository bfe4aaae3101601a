//! Whatever a court writes: its kind, its hearings, dates and phrases are read without a panic, in every language that is shipped.
//!
//! The first line is the title, the rest the text.

#![no_main]

use std::collections::BTreeMap;

use jiff::civil::date;
use libfuzzer_sys::fuzz_target;
use veedor::domain::docket::{Docket, Entry, EntryKey};
use veedor::meaning::{Meaning, home_of, jurisdictions, language_of, languages};

fuzz_target!(|written: &str| {
    let (title, text) = written.split_once('\n').unwrap_or((written, ""));
    let entry = Entry {
        key: EntryKey("1".into()),
        date: Some(date(2026, 3, 2)),
        time: None,
        title: title.into(),
        text: text.into(),
        documents: Vec::new(),
        annulled: false,
        withheld: None,
        notice_of: None,
        extra: BTreeMap::new(),
    };
    let places = jurisdictions().into_iter().filter_map(|id| Some((id, language_of(id)?)));
    let at_home = languages().into_iter().filter_map(|language| Some((home_of(language)?, language)));
    for (jurisdiction, language) in places.chain(at_home) {
        let meaning = Meaning::shipped(jurisdiction, language);
        let reading = meaning.classify(&entry, entry.date);
        assert_eq!(reading, meaning.classify(&entry, entry.date), "the same words mean the same");
    }
    let docket = Docket { entries: vec![entry], ..Docket::default() };
    let meaning = Meaning::shipped("ec", "es");
    drop(meaning.placed(&docket, &jiff::tz::TimeZone::UTC, date(2026, 3, 2)));
});
