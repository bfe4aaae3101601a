//! What the cases of a report showed in a month, by tag: the numbers of the monthly summary.
//!
//! Asked for by `daemon::conditions`, with the cases of which a channel hears. It tells nothing that the report would not.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::clocks::{Claim, Clock, State};
use crate::domain::delay_summary::{CaseLine, DelaySummary, Numbers, TagLine};
use crate::domain::delays::CaseDelays;
use crate::domain::figure::Value;
use crate::domain::measure::Measure;
use crate::domain::setting::Outcome;

/// Cases that are named in a summary; a mail is no table of hundreds.
const MOST_CASES: usize = 25;

/// The summary of these cases, which are in the order of a report: the most urgent first.
pub fn summary(channel: &str, due: Timestamp, (from, to): (Date, Date), cases: &[&CaseDelays], left_out: usize) -> DelaySummary {
    let tags: BTreeSet<&str> = cases.iter().flat_map(|case| &case.tags).map(String::as_str).collect();
    let line = |tag: &str| {
        let tagged = cases.iter().filter(|case| tag.is_empty() || case.tags.iter().any(|own| own == tag));
        TagLine { tag: tag.to_owned(), numbers: numbers(&tagged.copied().collect::<Vec<_>>(), from, to) }
    };
    let stands_out = |case: &&&CaseDelays| {
        is_read_after(case, to) && (over(case) + near(case) > 0 || silent(case).is_some_and(|days| days > case.quiet))
    };
    DelaySummary {
        channel: channel.to_owned(),
        due,
        from,
        to,
        tags: [""].into_iter().chain(tags).map(line).collect(),
        cases: cases.iter().filter(stands_out).take(MOST_CASES).map(|case| case_line(case)).collect(),
        left_out: whole(left_out),
    }
}

fn numbers(cases: &[&CaseDelays], from: Date, to: Date) -> Numbers {
    let is_within = |day: Option<Date>| day.is_some_and(|day| (from..=to).contains(&day));
    let mut numbers = Numbers { cases: whole(cases.len()), ..Numbers::default() };
    // Linked cases have hearings and time limits in common.
    let (mut hearings, mut clocks) = (BTreeSet::new(), BTreeSet::new());
    for case in cases {
        if !is_read_after(case, to) {
            numbers.unread += 1;
            continue;
        }
        let entries = case.entries.iter().filter(|act| !act.is_annulled && is_within(act.date)).count();
        numbers.entries += whole(entries);
        numbers.quiet += u64::from(entries == 0 && case.ended.as_ref().is_none_or(|(ended, _)| *ended >= from));
        for (setting, _) in case.settings.iter().zip(&case.hearing_ids).filter(|(_, id)| hearings.insert(**id)) {
            let count = match setting.outcome {
                Outcome::Pending if setting.date >= Some(case.day()) => &mut numbers.coming,
                _ if !is_within(setting.date) => continue,
                Outcome::Pending => &mut numbers.untold,
                Outcome::Held | Outcome::Suspended => &mut numbers.held,
                Outcome::Unknown => &mut numbers.unknown,
                outcome if outcome.is_not_held() => &mut numbers.not_held,
                _ => continue,
            };
            *count += 1;
        }
        for clock in case.clocks.iter().filter(|clock| clock.claim == Claim::Observed && clocks.insert((case.matter, clock.id))) {
            numbers.over += u64::from(clock.state == State::Breach);
            numbers.near += u64::from(clock.state == State::Warning);
            numbers.ran_out += u64::from(is_within(last_day(clock)) && is_open_after(clock, to));
        }
    }
    numbers
}

/// Whether a case was read on a day after this one.
fn is_read_after(case: &CaseDelays, day: Date) -> bool {
    case.read.is_some_and(|read| read.to_zoned_datetime(case.zone.clone()).date() > day)
}

/// The last day by every reading.
fn last_day(clock: &Clock) -> Option<Date> {
    clock.due.map(|due| clock.due_alt.map_or(due, |alt| alt.max(due)))
}

/// Whether its time had run out and what ends it was not observed on or before this day.
fn is_open_after(clock: &Clock, day: Date) -> bool {
    match clock.state {
        State::Breach => true,
        State::MetLate => clock.stop.is_some_and(|stop| stop > day),
        _ => false,
    }
}

fn over(case: &CaseDelays) -> u64 {
    observed(case, State::Breach)
}

fn near(case: &CaseDelays) -> u64 {
    observed(case, State::Warning)
}

/// Time limits in a state of which anything may be claimed.
fn observed(case: &CaseDelays, state: State) -> u64 {
    whole(case.clocks_in(&[state]).filter(|clock| clock.claim == Claim::Observed).count())
}

fn silent(case: &CaseDelays) -> Option<i64> {
    match case.figures.get(Measure::LastActivity, "any").map(|figure| &figure.value) {
        Some(Value::Open(days)) if case.ended.is_none() => Some(days.calendar),
        _ => None,
    }
}

fn case_line(case: &CaseDelays) -> CaseLine {
    CaseLine {
        number: case.number.clone(),
        name: case.name.clone(),
        over: over(case),
        near: near(case),
        silent: silent(case),
        next: case.next_hearing().and_then(|setting| setting.date),
    }
}

fn whole(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
