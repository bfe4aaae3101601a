//! One reading of the law: until when a time runs by it, what ended it, and how that stands at a moment.
//!
//! Used by [`engine`](super::engine), which puts two readings together where the law can be read in two ways.

use jiff::Timestamp;
use jiff::civil::Date;

use super::count::{Counting, days};
use super::cycle::{Cycle, Stop};
use super::found::Found;
use super::rule::{Measure, Span};

/// A reading.
#[derive(Debug)]
pub struct Reading<'c> {
    /// The last day; `None` while time stands still without a known end.
    pub due: Option<Date>,
    /// The last instant, of hours that began at a known one.
    pub due_at: Option<Timestamp>,
    /// What ended it.
    pub stop: Option<Stop<'c>>,
    /// By how many units it was made longer.
    pub extended: u32,
    /// By which events.
    pub extensions: Vec<&'c Found>,
    /// Whether time is counted in hours.
    is_hours: bool,
}

/// How a reading stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// Whether what ends it was observed.
    pub is_done: bool,
    /// Whether that was after the end, or the end has passed.
    pub is_over: bool,
    /// Whether time stands still.
    pub is_still: bool,
    /// Days after the last day; zero of what ended in time, `None` of what still runs.
    pub late: Option<i64>,
}

impl<'c> Reading<'c> {
    /// Counts it. `began` is the instant of the start, of hours; `second` takes what ends it by the second reading.
    pub fn new(counting: &Counting<'_>, cycle: &Cycle<'c>, span: Span, began: Option<Timestamp>, second: bool) -> Self {
        let start = cycle.start.date;
        let mut reading = Self {
            due: counting.due(start, span),
            due_at: None,
            stop: if second { cycle.alt_stop } else { cycle.stop },
            extended: 0,
            extensions: Vec::new(),
            is_hours: span.measure == Measure::Hours,
        };
        if let Some(extend) = &counting.rule.extend {
            for found in &cycle.longer {
                let most = extend.most.saturating_sub(span.n);
                // What is over cannot be made longer.
                if reading.due.is_none_or(|due| found.date <= due) && reading.extended < most {
                    reading.extended = reading.extended.saturating_add(extend.add).min(most);
                    reading.extensions.push(found);
                    reading.due = counting.due(start, Span { n: span.n.saturating_add(reading.extended), ..span });
                }
            }
        }
        if reading.is_hours {
            reading.due_at = began.and_then(|began| counting.due_at(began, start, span));
        }
        reading
    }

    /// How it stands at a moment, and on the day of it.
    pub fn judge(&self, today: Date, now: Timestamp) -> State {
        let Some(due) = self.due else {
            return State { is_done: self.stop.is_some(), is_over: false, is_still: self.stop.is_none(), late: self.stop.map(|_| 0) };
        };
        let after = |day: Date| days(due, day).map_or(0, |days| i64::from(days.max(0)));
        match self.stop {
            Some(stop) => {
                let is_over = match (self.due_at, stop.found.at) {
                    _ if stop.by_then => false,
                    (Some(due), Some(at)) => at > due,
                    _ => stop.found.date > due,
                };
                let late = if stop.by_then { 0 } else { after(stop.found.date) };
                State { is_done: true, is_over, is_still: false, late: Some(late) }
            }
            None => {
                let is_over = self.due_at.map_or(today > due, |due| now > due);
                State { is_done: false, is_over, is_still: false, late: is_over.then(|| after(today)) }
            }
        }
    }

    /// Whether hours are judged by the day, because an hour is not known.
    pub fn is_by_day(&self) -> bool {
        self.is_hours && (self.due_at.is_none() || self.stop.is_some_and(|stop| stop.found.at.is_none()))
    }
}
