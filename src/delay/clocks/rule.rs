//! A rule: what the law limits, from which event to which, and how the time is counted.
//!
//! Read from `jurisdictions/<id>/clocks.toml` by `read`; applied by `engine`. The format is told in
//! `docs/clocks.md`. A rule knows no case.

use jiff::civil::Date;

use crate::domain::case::Fact;
use crate::domain::clocks::{Confidence, Unit};
use crate::domain::event::Severity;
use crate::domain::redact::Words;

/// One version of a rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Stable over all versions.
    pub id: String,
    /// The version, from 1.
    pub version: u32,
    /// What it limits.
    pub title: Words,
    /// The matters of which it holds; empty means all.
    pub matter: Vec<String>,
    /// What must be known of the case.
    pub conditions: Vec<Condition>,
    /// The kind of hearing of which it holds, of a rule that counts for hearings.
    pub hearing_type: Vec<String>,
    /// For what it counts.
    pub unit: Unit,
    /// What begins the time.
    pub start: Start,
    /// What ends it.
    pub stop: Vec<Step>,
    /// What ends it by the second reading of the law, where that is something else.
    pub alt_stop: Vec<Step>,
    /// How long it is.
    pub duration: Span,
    /// How long by the second reading.
    pub alt_duration: Option<Span>,
    /// Whether the day of the start is the first one.
    pub count_start_day: bool,
    /// Where the end goes when it falls on a day that is no business day.
    pub roll: Roll,
    /// What stops the time for a while.
    pub suspend_on: Vec<Step>,
    /// What lets it go on.
    pub resume_on: Vec<Step>,
    /// What makes it longer.
    pub extend: Option<Extend>,
    /// The longest that it can be, whatever suspends it.
    pub cap: Option<Span>,
    /// When something may be told of it.
    pub warn_at: Vec<Offset>,
    /// The provision.
    pub basis: String,
    /// Where the rule was read.
    pub sources: Vec<String>,
    /// How loud a breach is.
    pub severity: Severity,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// What a lawyer should look at.
    pub verify: Words,
    /// The first day on which it was in force.
    pub from: Option<Date>,
    /// The last day.
    pub until: Option<Date>,
    /// Its own sentence for an open clock.
    pub message: Option<Words>,
}

/// An event that has a part in a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name.
    pub event: String,
    /// Of a hearing: the kinds that count; empty means any.
    pub hearing_type: Vec<String>,
    /// Whether it counts only for the persons that it names. One that names nobody where there are several is a doubt.
    pub per_person: bool,
    /// Whether it shows only that the end had come by then, and not when.
    pub by_then: bool,
}

/// The event that begins the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The event.
    pub step: Step,
    /// Which, where it happened several times.
    pub which: Which,
    /// Whether it must have happened in every case of which the rule holds: with no entry that shows it the start is unknown.
    pub certain: bool,
    /// Whether a later one counts only when a hearing took place since the one before: texts go on speaking of a decision that was announced.
    pub after_hearing: bool,
}

/// Which of several events counts, of those with no end between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The first.
    First,
    /// The last.
    Last,
    /// Each begins a clock of its own.
    Each,
}

/// The unit of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Elapsed hours.
    Hours,
    /// All days on which time counts.
    Days,
    /// Business days.
    BusinessDays,
    /// Months, from date to date.
    Months,
    /// Years, from date to date.
    Years,
}

/// A number of units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// How many.
    pub n: u32,
    /// Of what.
    pub measure: Measure,
}

/// Where an end goes that falls on a day that is no business day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Roll {
    /// Nowhere.
    None,
    /// To the next business day.
    Next,
    /// To the one before.
    Previous,
}

/// What makes the time longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extend {
    /// Each of these events.
    pub step: Step,
    /// By so many units of the duration.
    pub add: u32,
    /// And never to more than so many units together.
    pub most: u32,
}

/// A moment before or after the end, in days: `-7d`, `0d`, `+30d`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offset {
    /// As it is written.
    pub written: String,
    /// In days.
    pub days: i64,
}

/// What must be known of a case, or must not be so.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The name of the fact.
    pub fact: String,
    /// The values of which it must have one.
    pub values: Vec<Fact>,
    /// Whether it must have none of them. What is not known is none of them.
    pub is_not: bool,
}

impl Rule {
    /// Whether it was in force on a day.
    pub fn is_in_force(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }

    /// Every event that has a part in it.
    pub fn steps(&self) -> Vec<&Step> {
        let lists = [&self.stop, &self.alt_stop, &self.suspend_on, &self.resume_on].into_iter().flatten();
        lists.chain([&self.start.step]).chain(self.extend.iter().map(|extend| &extend.step)).collect()
    }
}
