//! Measures the lexicons on titles that were written before their rules: `tests/fixtures/meaning/titles.tsv`.
//!
//! Each title is classified alone, without a body. Counted are the classes that a subscriber chooses by (a hearing set, moved,
//! held; a ruling; custody …), over all titles and for every jurisdiction.

use std::collections::BTreeMap;

use super::vectors::entry;
use super::*;

const LISTS: [&str; 3] = [
    include_str!("../../tests/fixtures/meaning/titles.tsv"),
    include_str!("../../tests/fixtures/meaning/more-titles.tsv"),
    include_str!("../../tests/fixtures/meaning/third-titles.tsv"),
];

/// A class of the list, the kinds that stand for it, and the classes that may be found beside it: an order that sets a hearing or
/// ends a case is an order as well, a remedy is a filing and its decision a ruling.
const CLASSES: [(&str, &[EventKind], &[&str]); 15] = {
    use EventKind as K;
    const MOVED: &[K] =
        &[K::HearingRescheduled, K::HearingMovedEarlier, K::HearingDeferred, K::HearingSuspended, K::HearingResumed, K::HearingFailed];
    [
        ("scheduled", &[K::HearingScheduled], &["ruling"]),
        ("held", &[K::HearingHeld], &[]),
        ("moved", MOVED, &["ruling"]),
        ("revoked", &[K::HearingRevoked], &["ruling"]),
        ("ruling", &[K::RulingIssued, K::RulingOral, K::OrderIssued], &["custody", "remedy"]),
        ("custody", &[K::MeasureOrdered, K::MeasureLifted], &["ruling"]),
        ("filing", &[K::FilingAdded], &[]),
        ("remedy", &[K::AppealFiled], &["ruling", "filing", "notice"]),
        ("notice", &[K::NotificationServed], &[]),
        ("prosecution", &[K::ProsecutionAct], &["filing"]),
        ("closed", &[K::CaseClosed], &["ruling"]),
        ("reopened", &[K::CaseReopened], &["ruling"]),
        ("judge", &[K::JudgeChanged], &["ruling"]),
        ("linked", &[K::CaseLinked], &["ruling"]),
        ("other", &[K::EntryAdded], &[]),
    ]
};

/// The classes that the wider groups are made of.
const GROUPS: [(&str, &[&str]); 3] =
    [("hearings", &["scheduled", "held", "moved", "revoked"]), ("rulings", &["ruling"]), ("custody", &["custody"])];

#[derive(Debug, Default, Clone, Copy)]
struct Count {
    right: usize,
    wrong: usize,
    missed: usize,
}

impl Count {
    fn recall(self) -> f64 {
        self.right as f64 / (self.right + self.missed).max(1) as f64
    }

    fn f1(self) -> f64 {
        2.0 * self.right as f64 / (2 * self.right + self.wrong + self.missed).max(1) as f64
    }
}

/// What is counted of a set of titles: by class, and each title that was not understood.
#[derive(Debug, Default)]
struct Score {
    counts: BTreeMap<&'static str, Count>,
    by_place: BTreeMap<(String, &'static str), Count>,
    faults: Vec<String>,
}

fn class_named(name: &str) -> &'static str {
    CLASSES.iter().map(|(known, ..)| *known).find(|known| *known == name).unwrap_or_else(|| panic!("unknown class {name}"))
}

fn class_of(kind: EventKind) -> &'static str {
    CLASSES.iter().find(|(_, kinds, _)| kinds.contains(&kind)).map_or("other", |(name, ..)| name)
}

fn companions(class: &str) -> &'static [&'static str] {
    CLASSES.iter().find(|(name, ..)| *name == class).map_or(&[], |(.., beside)| beside)
}

impl Score {
    fn of(lists: &[&str]) -> Self {
        let mut score = Self::default();
        for line in lists.iter().flat_map(|list| list.lines()).filter(|line| !line.starts_with('#')) {
            let mut columns = line.split('\t');
            let (Some(place), Some(language), Some(title), Some(classes)) =
                (columns.next(), columns.next(), columns.next(), columns.next())
            else {
                panic!("four columns: {line}");
            };
            score.add(place, language, title, classes);
        }
        score
    }

    fn add(&mut self, place: &str, language: &str, title: &str, classes: &str) {
        let kinds = Meaning::shipped(place, language).classify(&entry(title, ""), None).kinds;
        let mut found: Vec<&str> = kinds.iter().map(|kind| class_of(*kind)).collect();
        found.dedup();
        let (mut expected, mut allowed) = (Vec::new(), Vec::new());
        for word in classes.split(' ') {
            if let Some(name) = word.strip_suffix('?') {
                allowed.push(class_named(name));
                continue;
            }
            let choices: Vec<&str> = word.split('/').map(class_named).collect();
            expected.push(choices.iter().copied().find(|choice| found.contains(choice)).unwrap_or(choices[0]));
            allowed.extend(choices);
        }
        let beside: Vec<&str> = allowed.iter().flat_map(|class| companions(class)).copied().collect();
        let mut wrong = Vec::new();
        for class in &expected {
            self.count(place, class, |count| *(if found.contains(class) { &mut count.right } else { &mut count.missed }) += 1);
        }
        for class in found.iter().copied().filter(|class| !expected.contains(class) && !allowed.contains(class) && !beside.contains(class))
        {
            self.count(place, class, |count| count.wrong += 1);
            wrong.push(class);
        }
        if !wrong.is_empty() || expected.iter().any(|class| !found.contains(class)) {
            self.faults.push(format!("{place} {title}: {classes}, found {}", found.join(" ")));
        }
    }

    fn count(&mut self, place: &str, class: &'static str, count: impl Fn(&mut Count)) {
        count(self.counts.entry(class).or_default());
        for (group, _) in GROUPS.iter().filter(|(_, classes)| classes.contains(&class)) {
            count(self.by_place.entry((place.to_owned(), group)).or_default());
            count(self.by_place.entry(("all".to_owned(), group)).or_default());
        }
    }

    fn macro_f1(&self) -> f64 {
        self.counts.values().map(|count| count.f1()).sum::<f64>() / self.counts.len().max(1) as f64
    }
}

#[test]
fn titles_are_understood_in_every_jurisdiction() {
    let score = Score::of(&LISTS);
    eprintln!("{}", score.faults.join("\n"));
    for (class, count) in &score.counts {
        eprintln!("{class}: recall {:.3}, F1 {:.3}, {count:?}", count.recall(), count.f1());
    }
    for ((place, group), count) in &score.by_place {
        eprintln!("{place} {group}: {:.3}, {count:?}", count.recall());
        assert!(count.recall() >= 0.95, "{group} of {place}: {count:?}");
        // One false alarm in fifty is too many.
        assert!(count.wrong * 50 <= count.right, "{group} of {place}: {count:?}");
    }
    let macro_f1 = score.macro_f1();
    eprintln!("macro-F1 {macro_f1:.3}, {} faults", score.faults.len());
    assert!(macro_f1 >= 0.92, "{macro_f1}");
}
