//! Two versions compared: every difference at once, and each word by word.
//!
//! Called by [`look`](super) and by `veedor diff`. Here two versions are compared, not two visits: nothing waits to be confirmed.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::super::opened::OpenVersion;
use super::{Eye, Subject, masks, page_of, part_of};
use crate::ask::Answer;
use crate::domain::about::Stop;
use crate::domain::diff::{Change, Comparison, Confirm, MissingParts, compare};
use crate::domain::docket::{Docket, Entry};
use crate::domain::redact::cut;
use crate::wire::api::diff::{ChangeForm, ComparedEntry, Side, SideBySide, Words};

/// Differences of a page.
const SIZE: usize = 50;

/// Characters of a text that is only at one side.
const TEXT: usize = 4_000;

/// Numbers of versions to choose from.
const KEPT: usize = 500;

/// The longest time for the words of one text: beyond it the differences are coarser, and as true.
const WORDS: Duration = Duration::from_millis(500);

/// Two versions.
pub(in crate::daemon::answers) struct Pair {
    older: Arc<OpenVersion>,
    newer: Arc<OpenVersion>,
}

impl Pair {
    /// These of a case: the newest, and the one before it, where none are named.
    pub fn of(eye: &Eye, subject: &Subject<'_>, from: Option<u32>, to: Option<u32>) -> Result<Self, Answer> {
        let newer = eye.version(subject, to)?;
        let before = from.or_else(|| newer.number.checked_sub(1).filter(|before| *before > 0));
        let Some(before) = before else { return Err(nothing_before(&subject.watch.number.canonical)) };
        Ok(Self { older: eye.version(subject, Some(before))?, newer })
    }

    /// Every difference.
    pub fn changes(&self) -> Vec<Change> {
        changes(&self.older.docket, &self.newer.docket, self.newer.at)
    }

    /// The older one.
    pub fn older_side(&self) -> Side {
        Side { version: self.older.number, seen_at: self.older.at.to_string() }
    }

    /// The newer one.
    pub fn newer_side(&self) -> Side {
        Side { version: self.newer.number, seen_at: self.newer.at.to_string() }
    }

    /// These differences as this eye may see them: what either version hides is hidden.
    pub fn told<'a>(&self, eye: &Eye, subject: &Subject<'_>, changes: impl Iterator<Item = &'a Change>) -> Result<Vec<Change>, Answer> {
        if eye.sees_all() {
            return Ok(changes.cloned().collect());
        }
        let (older, newer) = (eye.telling(subject, &self.older)?, eye.telling(subject, &self.newer)?);
        let (older, newer) = (older.about(eye.language, Stop::Unsaid), newer.about(eye.language, Stop::Unsaid));
        Ok(changes.filter_map(|change| masks::change(&masks::change(change, &older)?, &newer)).collect())
    }

    /// Those of which more is told than activity.
    fn seen<'a>(&self, eye: &Eye, subject: &Subject<'_>, all: &'a [Change]) -> Result<Vec<&'a Change>, Answer> {
        if eye.sees_all() {
            return Ok(all.iter().collect());
        }
        let (older, newer) = (eye.telling(subject, &self.older)?, eye.telling(subject, &self.newer)?);
        let both = [older.about(eye.language, Stop::Unsaid), newer.about(eye.language, Stop::Unsaid)];
        let is_told = |entry: &Entry| both.iter().all(|about| about.title(&entry.title).is_some());
        let is_seen = |change: &&Change| match change {
            Change::EntryAdded(entry) => is_told(entry),
            Change::EntryGone { entry, .. } => is_told(entry),
            Change::EntryEdited { before, after } => is_told(before) && is_told(after),
            _ => true,
        };
        Ok(all.iter().filter(is_seen).collect())
    }
}

/// A page of what lies between two versions.
pub(super) fn side_by_side(eye: &Eye, subject: &Subject<'_>, from: Option<u32>, to: Option<u32>, wanted: u32) -> Result<Value, Answer> {
    eye.must_see(subject)?;
    let pair = Pair::of(eye, subject, from, to)?;
    eye.kept(subject, &[b"side by side", &pair.older.seal.0, &pair.newer.seal.0, &wanted.to_be_bytes()], || {
        let all = pair.changes();
        let seen = pair.seen(eye, subject, &all)?;
        let (page, pages) = page_of(wanted, seen.len(), SIZE);
        let shown = pair.told(eye, subject, part_of(&seen, page, SIZE).iter().copied())?;
        let count = |is: fn(&Change) -> bool| seen.iter().filter(|change| is(change)).count();
        let mut kept: Vec<u32> = eye.store.versions(subject.cid)?.into_iter().map(|info| info.number).collect();
        kept.drain(..kept.len().saturating_sub(KEPT));
        Ok(SideBySide {
            from: pair.older_side(),
            to: pair.newer_side(),
            kept,
            total: seen.len(),
            counts: [
                count(|change| matches!(change, Change::EntryAdded(_))),
                count(|change| matches!(change, Change::EntryEdited { .. })),
                count(|change| matches!(change, Change::EntryGone { .. })),
            ],
            page,
            pages,
            changes: shown.iter().map(|change| shortened(form(change))).collect(),
            is_partial: seen.len() < all.len(),
        })
    })
}

/// That a case has only one version.
fn nothing_before(label: &str) -> Answer {
    Answer::No { why: format!("version 1 of {label} is the first; there is nothing before it to compare with"), code: 1 }
}

/// Every difference.
fn changes(older: &Docket, newer: &Docket, now: Timestamp) -> Vec<Change> {
    let at_once = Confirm { visits: 0, span: Duration::ZERO, sliding: false, others: false };
    let mut found = match compare(Some(older), newer, &MissingParts::new(), at_once, now) {
        Comparison::Changed { changes, .. } => changes,
        _ => Vec::new(),
    };
    if found.is_empty() {
        // A mass disappearance is held back between visits, and shown between versions.
        let gone = older.entries.iter().filter(|entry| newer.entry(&entry.key).is_none());
        found = gone.map(|entry| Change::EntryGone { entry: Box::new(entry.clone()), since: now, visits: 0 }).collect();
    }
    found
}

/// A difference as it goes out.
pub(in crate::daemon::answers) fn form(change: &Change) -> ChangeForm {
    let entry = |entry: &Entry| ComparedEntry {
        key: entry.key.0.clone(),
        date: entry.date.map(|date| date.to_string()),
        title: entry.title.clone(),
        text: entry.text.clone(),
    };
    match change {
        Change::EntryAdded(added) => ChangeForm::Added { entry: entry(added) },
        Change::EntryGone { entry: gone, .. } => ChangeForm::Gone { entry: entry(gone) },
        Change::EntryEdited { before, after } => ChangeForm::Edited {
            entry: entry(after),
            title: words(&before.title, &after.title),
            text: words(&before.text, &after.text),
            date: [before, after].map(|side| side.date.map(|date| date.to_string())),
            withheld: [before, after].map(|side| side.withheld.is_some()),
        },
        Change::Field(field) => ChangeForm::Field { field: field.field.clone(), before: field.before.clone(), after: field.after.clone() },
        Change::PartyAdded(party) => ChangeForm::PartyAdded { role: party.role.clone(), name: party.name.clone() },
        Change::PartyGone(party) => ChangeForm::PartyGone { role: party.role.clone(), name: party.name.clone() },
        Change::PartyRenamed { before, after } => {
            ChangeForm::PartyRenamed { role: after.role.clone(), name: after.name.clone(), before: before.name.clone() }
        }
    }
}

/// Without the text that a page has no room for: what an edited entry says stands in its words, and a long text on its own page.
fn shortened(change: ChangeForm) -> ChangeForm {
    let short = |entry: ComparedEntry| ComparedEntry { text: cut(&entry.text, TEXT), ..entry };
    match change {
        ChangeForm::Added { entry } => ChangeForm::Added { entry: short(entry) },
        ChangeForm::Gone { entry } => ChangeForm::Gone { entry: short(entry) },
        ChangeForm::Edited { entry, title, text, date, withheld } => {
            let entry = ComparedEntry { text: String::new(), ..entry };
            ChangeForm::Edited { entry, title, text: text.into_iter().map(run).collect(), date, withheld }
        }
        other => other,
    }
}

/// Words around a change that a page shows, in characters.
const AROUND: usize = 300;

/// A run of words: its middle is left out where it is long and both texts have it, its end where only one has it.
fn run([sign, text]: [String; 2]) -> [String; 2] {
    let length = text.chars().count();
    if sign != "=" {
        return [sign, cut(&text, TEXT)];
    }
    if length <= 2 * AROUND + 20 {
        return [sign, text];
    }
    let head: String = text.chars().take(AROUND).collect();
    let tail: String = text.chars().skip(length - AROUND).collect();
    [sign, format!("{head} […] {tail}")]
}

/// Word by word: runs of `=`, `-` or `+`.
fn words(before: &str, after: &str) -> Words {
    let mut runs = Words::new();
    let diff = TextDiff::configure().timeout(WORDS).diff_words(before, after);
    for change in diff.iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Equal => "=",
            ChangeTag::Delete => "-",
            ChangeTag::Insert => "+",
        };
        match runs.last_mut() {
            Some([last, text]) if *last == sign => text.push_str(change.value()),
            _ => runs.push([sign.to_owned(), change.value().to_owned()]),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_either_text_is_lost_in_its_words_and_a_page_leaves_out_only_what_did_not_change() {
        let long = "palabra ".repeat(500);
        for (before, after) in
            [("uno dos tres", "uno 2 tres"), ("", "x"), ("x", ""), ("a\nb  c", "a b c"), (&format!("{long}no"), &format!("{long}sí"))]
        {
            let all = words(before, after);
            let side = |skip: &str| all.iter().filter(|[sign, _]| sign != skip).map(|[_, text]| text.as_str()).collect::<String>();
            assert_eq!((side("+").as_str(), side("-").as_str()), (before, after));
            let shown: Words = all.clone().into_iter().map(run).collect();
            let changed = |runs: &Words| runs.iter().filter(|[sign, _]| sign != "=").cloned().collect::<Words>();
            assert_eq!(changed(&shown), changed(&all));
            assert!(shown.iter().all(|[_, text]| text.chars().count() < 700));
        }
    }
}
