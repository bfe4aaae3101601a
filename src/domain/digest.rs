//! A digest: the news of several cases in one message, the most urgent first.
//!
//! Pure. `daemon::attempt` puts it together from what a delivery gathered, `message` words it. What goes into one is decided in
//! [`route`](super::route), when it leaves in [`timing`](super::timing).

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::about::About;
use super::event::{Event, EventKind, Severity};
use super::shown::Shown;
use super::timing::Period;

/// The most events of a digest that are told in full (`alerting.md` B3.8); the others have a line each and their case's link.
pub const MOST_IN_FULL: usize = 50;

/// A hearing this near is told before rulings (`alerting.md` B3.8).
const NEAR: Duration = Duration::from_secs(7 * 86_400);

/// The news of one case.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    /// The case, and how it is told.
    pub about: About<'a>,
    /// Its news, as it may be shown.
    pub events: Vec<Shown>,
}

/// The news of several cases.
#[derive(Debug, Clone)]
pub struct Digest<'a> {
    /// How often there is one.
    pub period: Period,
    /// When it was put together.
    pub at: Timestamp,
    /// The zone of the channel.
    pub zone: TimeZone,
    /// The cases; never empty, each with news.
    pub parts: Vec<Part<'a>>,
}

/// How urgent a kind of news is in a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Urgency {
    /// The record changed: edited, removed, vanished, and the like.
    Record,
    /// A hearing within a week.
    Near,
    /// A ruling or a measure.
    Ruling,
    /// Everything else.
    Rest,
}

impl Digest<'_> {
    /// Puts the most urgent first: the news of each case, and the cases by their first. Of equals the earlier comes first.
    pub fn sort(&mut self) {
        let at = self.at;
        let key = |event: &Event| (urgency(event, at), std::cmp::Reverse(event.severity));
        for part in &mut self.parts {
            part.events.sort_by_key(|event| key(event));
        }
        self.parts.sort_by_key(|part| part.events.first().map(|event| key(event)));
    }

    /// How many events it tells.
    pub fn count(&self) -> usize {
        self.parts.iter().map(|part| part.events.len()).sum()
    }
}

fn urgency(event: &Event, at: Timestamp) -> Urgency {
    let starts = event.hearing.as_ref().and_then(|hearing| hearing.starts);
    let is_near = || starts.is_some_and(|starts| starts >= at && at.checked_add(NEAR).is_ok_and(|week| starts < week));
    match event.kind {
        EventKind::CaseVanished | EventKind::DocumentReplaced => Urgency::Record,
        kind if kind.name().starts_with("record.") && event.severity >= Severity::Warn => Urgency::Record,
        _ if is_near() => Urgency::Near,
        EventKind::RulingIssued | EventKind::RulingOral | EventKind::MeasureOrdered | EventKind::MeasureLifted => Urgency::Ruling,
        _ => Urgency::Rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::about::Language;
    use crate::domain::sample;

    #[test]
    fn the_most_urgent_comes_first_and_its_case_with_it() {
        let watch = sample::watch();
        let part = |events: Vec<Event>| {
            let about = sample::about(&watch, Language::Es);
            Part { events: about.show(&events), about }
        };
        let at = "2024-03-10T12:00:00Z".parse().expect("an instant");
        let parts = vec![
            part(vec![sample::filing(), sample::party()]),
            part(vec![sample::ruling()]),
            part(vec![sample::filing(), sample::rescheduled()]),
            part(vec![sample::ruling(), sample::removed(), sample::edited()]),
        ];
        let mut digest = Digest { period: Period::Hourly, at, zone: TimeZone::UTC, parts };
        digest.sort();
        let kinds: Vec<Vec<&str>> = digest.parts.iter().map(|part| part.events.iter().map(|event| event.kind.name()).collect()).collect();
        let expected = [
            vec!["record.removed", "record.edited", "ruling.issued"],
            vec!["hearing.rescheduled", "filing.added"],
            vec!["ruling.issued"],
            vec!["party.changed", "filing.added"],
        ];
        assert_eq!(kinds, expected);
        assert_eq!(digest.count(), 8);
        // After the hearing it is as urgent as any other news.
        digest.at = "2024-03-12T14:00:01Z".parse().expect("an instant");
        digest.sort();
        assert_eq!(digest.parts[1].events[0].kind, EventKind::RulingIssued);
    }
}
