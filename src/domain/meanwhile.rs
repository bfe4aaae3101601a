//! What a silence muted: how much, of which cases and kinds, and what of it is worth a look.
//!
//! Pure. The store counts it when a silence ends, in the transaction that ends it, and puts it into an event
//! (`silence.ended`); `message` and `wire` read it back from there. It holds no text of a court, so there is nothing to redact.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::event::{Event, EventKind, FieldChange, Severity};
use super::id::Id;

/// Cases that are named one by one.
const CASES: usize = 20;

/// What is worth a look, at most.
const LOOKS: usize = 10;

/// The [`FieldChange::field`] of `silence.ended`.
const FIELD: &str = "silence";

/// What a silence muted for one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meanwhile {
    /// The silence.
    pub silence: Id,
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Events that were not sent.
    pub count: usize,
    /// The cases and how many events each had, the most first.
    pub cases: Vec<(String, usize)>,
    /// Cases that are not named.
    pub more_cases: usize,
    /// The kinds and how many there were of each, the most first.
    pub kinds: Vec<(EventKind, usize)>,
    /// What is worth a look, the loudest first.
    pub look: Vec<Look>,
}

/// An event that is worth a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// What happened.
    pub kind: EventKind,
    /// The day of the hearing, else the court's date, else when it was seen.
    pub day: Date,
    /// The case.
    pub case: String,
}

impl Meanwhile {
    /// Counts events, each with what its case is called and where its court is.
    pub fn new<'e>(silence: Id, from: Timestamp, until: Timestamp, events: &[(&'e Event, &'e str, &'e TimeZone)]) -> Self {
        let (mut cases, mut kinds): (BTreeMap<&str, usize>, BTreeMap<EventKind, usize>) = Default::default();
        for (event, case, _) in events {
            *cases.entry(case).or_default() += 1;
            *kinds.entry(event.kind).or_default() += 1;
        }
        let mut cases: Vec<(String, usize)> = cases.into_iter().map(|(case, count)| (case.to_owned(), count)).collect();
        cases.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let more_cases = cases.len().saturating_sub(CASES);
        cases.truncate(CASES);
        let mut kinds: Vec<(EventKind, usize)> = kinds.into_iter().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let mut loud: Vec<&(&Event, &str, &TimeZone)> = events.iter().filter(|(event, ..)| is_worth_a_look(event)).collect();
        loud.sort_by_key(|(event, ..)| std::cmp::Reverse(event.severity));
        let look = loud.into_iter().take(LOOKS).map(|(event, case, zone)| Look {
            kind: event.kind,
            day: day(event, zone),
            case: (*case).to_owned(),
        });
        Self { silence, from, until, count: events.len(), cases, more_cases, kinds, look: look.collect() }
    }

    /// The form in which the event carries it: whose and when, and a line for each number.
    pub fn field(&self) -> FieldChange {
        let mut lines = vec![format!("count {}", self.count)];
        lines.extend(self.cases.iter().map(|(case, count)| format!("case {count} {}", one_line(case))));
        lines.extend((self.more_cases > 0).then(|| format!("more {}", self.more_cases)));
        lines.extend(self.kinds.iter().map(|(kind, count)| format!("kind {count} {kind}")));
        lines.extend(self.look.iter().map(|Look { kind, day, case }| format!("look {kind} {day} {}", one_line(case))));
        let before = format!("{} {} {}", self.silence, self.from, self.until);
        FieldChange { field: FIELD.to_owned(), before: Some(before), after: Some(lines.join("\n")) }
    }

    /// What an event says of it; `None` of any other event.
    pub fn of(event: &Event) -> Option<Self> {
        let field = event.field.as_ref().filter(|field| event.kind == EventKind::SilenceEnded && field.field == FIELD)?;
        let mut whose = field.before.as_deref()?.split(' ');
        let silence = Id::parse(whose.next()?)?;
        let (from, until) = (whose.next()?.parse().ok()?, whose.next()?.parse().ok()?);
        let mut told = Self { silence, from, until, count: 0, cases: Vec::new(), more_cases: 0, kinds: Vec::new(), look: Vec::new() };
        for line in field.after.as_deref()?.lines() {
            let (what, rest) = line.split_once(' ')?;
            match what {
                "count" => told.count = rest.parse().ok()?,
                "more" => told.more_cases = rest.parse().ok()?,
                "case" => {
                    let (count, case) = rest.split_once(' ')?;
                    told.cases.push((case.to_owned(), count.parse().ok()?));
                }
                "kind" => {
                    let (count, kind) = rest.split_once(' ')?;
                    told.kinds.push((EventKind::parse(kind)?, count.parse().ok()?));
                }
                "look" => {
                    let mut parts = rest.splitn(3, ' ');
                    let (kind, day) = (EventKind::parse(parts.next()?)?, parts.next()?.parse().ok()?);
                    told.look.push(Look { kind, day, case: parts.next()?.to_owned() });
                }
                _ => return None,
            }
        }
        Some(told)
    }

    /// How many cases it concerns.
    pub fn all_cases(&self) -> usize {
        self.cases.len().saturating_add(self.more_cases)
    }
}

fn one_line(case: &str) -> String {
    case.chars().map(|c| if c.is_control() { ' ' } else { c }).take(100).collect()
}

/// Warnings and worse, hearings, rulings and measures: what somebody who was away asks about first.
fn is_worth_a_look(event: &Event) -> bool {
    let family = event.kind.name().split('.').next().unwrap_or_default();
    event.severity >= Severity::Warn || matches!(family, "hearing" | "ruling" | "measure")
}

fn day(event: &Event, zone: &TimeZone) -> Date {
    let hearing = event.hearing.as_ref().and_then(|hearing| hearing.mention.date);
    let entry = event.entry.as_ref().and_then(|entry| entry.date);
    hearing.or(entry).unwrap_or_else(|| event.seen_at.to_zoned_datetime(zone.clone()).date())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample;

    #[test]
    fn it_counts_and_says_the_loudest_first() {
        let told = sample::meanwhile();
        assert_eq!((told.count, told.all_cases(), told.more_cases), (5, 2, 0));
        assert_eq!(told.cases[0], ("17721-2019-00029G".to_owned(), 3));
        assert_eq!(told.kinds[0], (EventKind::FilingAdded, 2));
        let look: Vec<(EventKind, String)> = told.look.iter().map(|look| (look.kind, look.day.to_string())).collect();
        assert_eq!(
            look,
            [
                (EventKind::RecordEdited, "2024-02-19".to_owned()),
                (EventKind::HearingRescheduled, "2024-03-12".to_owned()),
                (EventKind::RulingIssued, "2024-02-19".to_owned())
            ]
        );
    }

    #[test]
    fn what_has_no_day_of_its_own_has_that_of_its_court() {
        let event = sample::bare(EventKind::RecordBurst);
        let night = Event { severity: Severity::Warn, seen_at: "2026-03-05T02:00:00Z".parse().expect("an instant"), ..event };
        let zone = TimeZone::get("America/Guayaquil").expect("a zone");
        let told = Meanwhile::new(Id([7; 16]), sample::seen_at(), sample::seen_at(), &[(&night, "uno", &zone)]);
        assert_eq!(told.look[0].day.to_string(), "2026-03-04");
    }

    #[test]
    fn it_survives_its_event_and_stays_short() {
        let told = sample::meanwhile();
        let event = Event { field: Some(told.field()), ..sample::bare(EventKind::SilenceEnded) };
        assert_eq!(Meanwhile::of(&event), Some(told));
        assert_eq!(Meanwhile::of(&sample::party()), None);
        let event = sample::edited();
        let names: Vec<String> = (0..3000).map(|n| format!("{n}\n{}", "9".repeat(300))).collect();
        let zone = TimeZone::UTC;
        let many: Vec<(&Event, &str, &TimeZone)> = names.iter().map(|name| (&event, name.as_str(), &zone)).collect();
        let told = Meanwhile::new(Id([7; 16]), sample::seen_at(), sample::seen_at(), &many);
        assert_eq!((told.count, told.all_cases(), told.look.len()), (3000, 3000, 10));
        let field = told.field();
        assert!(field.after.as_ref().is_some_and(|text| text.len() < 4_000), "{field:?}");
        let event = Event { field: Some(field), ..sample::bare(EventKind::SilenceEnded) };
        assert_eq!(Meanwhile::of(&event).map(|told| told.more_cases), Some(2980));
    }
}
