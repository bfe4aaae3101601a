//! One case of the report: its figures and clocks, and what its time line shows.
//!
//! Asked for by whoever holds the docket. Entries are shown by titles that the caller masked.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::delay::measures::{Study, figures, reached};
use crate::domain::clocks::{Clock, State};
use crate::domain::delays::{Act, CaseDelays, Gap, Stage};
use crate::domain::docket::EntryKey;
use crate::domain::event::Actor;
use crate::domain::measure::Measure;

/// What is told of a case beside its study.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its source.
    pub source: String,
    /// Its number as people write it.
    pub number: String,
    /// The operator's name for it.
    pub name: Option<String>,
    /// The operator's tags.
    pub tags: Vec<String>,
    /// Where a person can look it up; empty where nobody can.
    pub url: String,
    /// Its court, masked.
    pub court: Option<String>,
    /// What it is about, masked.
    pub subject: Option<String>,
    /// The version that is measured.
    pub version: u32,
    /// When it was first seen.
    pub version_at: Timestamp,
    /// SHA-256 over its pages, hexadecimal.
    pub pages_sha256: Option<String>,
    /// The day from which it counts in groups.
    pub chosen: Option<Date>,
    /// The titles of its entries, masked.
    pub titles: BTreeMap<EntryKey, String>,
    /// Its clocks, with the names of persons masked.
    pub clocks: Vec<Clock>,
}

/// A case as it was told and studied; to which matter it belongs, and which of its settings are counted elsewhere, the caller knows.
pub fn case(study: &Study<'_>, told: Told) -> CaseDelays {
    let figures = figures(study);
    let stage = reached(study).map(|(step, known)| Stage { step, date: known.date, entry: known.entry });
    let ended = study.ended.as_ref().filter(|ended| ended.date <= figures.day);
    let horizon = ended.map_or(figures.day, |ended| ended.date);
    let started = figures.get(Measure::Age, "filing").and_then(|figure| figure.span).map(|(from, _)| from);
    let entries = acts(study, told.titles);
    CaseDelays {
        source: told.source,
        number: told.number,
        name: told.name,
        tags: told.tags,
        url: told.url,
        court: told.court,
        subject: told.subject,
        zone: study.zone.clone(),
        version: told.version,
        version_at: told.version_at,
        pages_sha256: told.pages_sha256,
        watched_since: study.watched_since,
        read: study.read,
        chosen: told.chosen,
        stage,
        ended: ended.map(|ended| (ended.date, ended.entry.clone())),
        gaps: gaps(&entries, (started, horizon), ended.is_none(), study.quiet),
        clocks: in_order(told.clocks),
        entries,
        settings: study.settings.to_vec(),
        counted_before: Vec::new(),
        hearing_ids: Vec::new(),
        matter: 0,
        quiet: study.quiet,
        figures,
    }
}

/// The entries by day, those without one last, of one day in the order of the docket: there the later is the older.
fn acts(study: &Study<'_>, mut titles: BTreeMap<EntryKey, String>) -> Vec<Act> {
    let mut acts: Vec<Act> = Vec::with_capacity(study.docket.entries.len());
    for entry in study.docket.entries.iter().rev() {
        acts.push(Act {
            date: entry.date,
            title: titles.remove(&entry.key).unwrap_or_default(),
            actor: study.actors.get(&entry.key).copied().unwrap_or(Actor::Unknown),
            is_notice: entry.notice_of.is_some(),
            is_annulled: entry.annulled,
            seen: study.seen.get(&entry.key).copied(),
            key: entry.key.clone(),
        });
    }
    acts.sort_by_key(|act| (act.date.is_none(), act.date));
    acts
}

/// Stretches of more than `quiet` days between the days of entries, and from the last to the end or the moment. What is dated before the start
/// of the case counts as little as for its figures.
fn gaps(entries: &[Act], (started, horizon): (Option<Date>, Date), is_going_on: bool, quiet: i64) -> Vec<Gap> {
    let counted = entries.iter().filter(|act| !act.is_annulled).filter_map(|act| act.date);
    let mut days: Vec<Date> = counted.filter(|date| started.is_none_or(|started| *date >= started) && *date <= horizon).collect();
    days.dedup();
    let open = days.last().map(|last| (*last, horizon, is_going_on));
    let between = days.iter().zip(days.iter().skip(1)).map(|(from, to)| (*from, *to, false));
    let gap = |(from, to, is_open): (Date, Date, bool)| {
        let days = from.until(to).map_or(0, |span| i64::from(span.get_days()));
        (days > quiet).then_some(Gap { from, to, days, is_open })
    };
    between.chain(open).filter_map(gap).collect()
}

/// The clocks that run, ran or lack a start, the loudest first.
fn in_order(clocks: Vec<Clock>) -> Vec<Clock> {
    let rank = |state: State| State::ALL.iter().position(|(_, known)| *known == state);
    let mut clocks: Vec<Clock> =
        clocks.into_iter().filter(|clock| !matches!(clock.state, State::NotApplicable | State::NotStarted)).collect();
    clocks.sort_by_key(|clock| (rank(clock.state), clock.due.is_none(), clock.due));
    clocks
}
