//! Whether a source as a whole can be read, from how the last visit to each of its cases went.
//!
//! Pure: `daemon::conditions` looks, and [`condition`](super::condition) decides when it is told. One case that cannot be read is no
//! trouble of its source; two, with none that can, are.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::condition::{Class, Seen, State, since};

/// How a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseLook {
    /// When it was last read; `None` when it never was.
    pub read: Option<Timestamp>,
    /// Failed visits since.
    pub fails: u32,
    /// What the last of them met; `None` when the source answered, be it that it knows no such case.
    pub class: Option<Class>,
}

/// How a source is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLook {
    /// Its cases.
    pub watched: usize,
    /// Those that were visited.
    pub visited: usize,
    /// Those whose last visit failed.
    pub failing: usize,
    /// Their failed visits.
    pub visits: u32,
    /// When one of its cases was last read.
    pub read: Option<Timestamp>,
    /// What most of those that fail met.
    pub class: Option<Class>,
}

/// Cases that must fail before it is their source's trouble, where there are as many.
const LEAST_CASES: usize = 2;

/// Cases that must have been read after the last failure before the trouble is over, where there are as many: a site that lets one
/// visit in ten through is not well.
const READ_AGAIN: usize = 3;

impl SourceLook {
    /// From all cases of a source.
    pub fn of(cases: &[CaseLook]) -> Self {
        let failing: Vec<&CaseLook> = cases.iter().filter(|case| case.fails > 0 && case.class.is_some()).collect();
        let mut classes: BTreeMap<Class, usize> = BTreeMap::new();
        failing.iter().filter_map(|case| case.class).for_each(|class| *classes.entry(class).or_default() += 1);
        Self {
            watched: cases.len(),
            visited: cases.iter().filter(|case| case.fails > 0 || case.read.is_some()).count(),
            failing: failing.len(),
            visits: failing.iter().map(|case| case.fails).sum(),
            read: cases.iter().filter_map(|case| case.read).max(),
            // Of classes that are as frequent the first of them, so that it does not change from look to look.
            class: classes.into_iter().rev().max_by_key(|(_, count)| *count).map(|(class, _)| class),
        }
    }

    /// Whether most of it fails: two of three cases, or nothing was read since the trouble began.
    fn is_bad(&self, known: Option<&State>) -> bool {
        let is_enough = self.failing >= LEAST_CASES.min(self.watched) && self.failing > 0;
        let is_most = self.failing * 3 >= self.visited * 2;
        let is_all = known.is_none_or(|known| self.read.is_none_or(|read| read <= known.since));
        is_enough && (is_most || is_all)
    }

    /// What a look at it says, with what is known. `before` is the number of failed visits at the look before, if there was one.
    pub fn seen(&self, cases: &[CaseLook], known: Option<&State>, before: Option<u32>, why: String) -> Seen {
        let is_on = known.is_some_and(State::is_on);
        let last_bad = known.map(|known| known.last_bad);
        let read_again = cases.iter().filter(|case| case.read.zip(last_bad).is_some_and(|(read, bad)| read > bad)).count();
        // A case that its source answers about, but that cannot be read for reasons of its own, is not waited for.
        let readable = cases.iter().filter(|case| case.fails == 0 || case.class.is_some()).count().max(1);
        if is_on && read_again >= READ_AGAIN.min(readable) {
            return Seen::Good;
        }
        match self.class {
            Some(class) if self.is_bad(known) => {
                // Cases that were read meanwhile take their failures with them, and these were failures all the same.
                let more = before.map_or(0, |before| self.visits.saturating_sub(before));
                let count = known.map_or(0, |known| known.bad.saturating_add(more)).max(self.visits);
                Seen::Bad { class, count, fresh: more > 0, why }
            }
            // Those that fail are few: that is over only when cases were read.
            _ if is_on => Seen::Unknown,
            _ => Seen::Good,
        }
    }
}

/// Intervals without a reading after which a case counts as not read for long, whatever the reason (`domain.md` R-A10), and the
/// least such time.
const INTERVALS: u32 = 4;
const LEAST_UNREAD: Duration = Duration::from_secs(86_400);

/// Where visits are allowed at some hours only, time outside them does not count; but after so long it does, because hours that
/// allow no visit are a reason, too.
const BEYOND_HOURS: Duration = Duration::from_secs(4 * 86_400);

/// Whether a case that is visited this often and was last read then is unread for long. `open` says whether its source may be asked at
/// an instant.
pub fn is_unread(read: Timestamp, every: Duration, now: Timestamp, open: impl Fn(Timestamp) -> bool) -> bool {
    let allowed = every.saturating_mul(INTERVALS).max(LEAST_UNREAD);
    let passed = since(read, now);
    if passed < allowed {
        return false;
    }
    if passed >= allowed.saturating_add(BEYOND_HOURS) {
        return true;
    }
    const STEP: Duration = Duration::from_secs(900);
    let steps = u32::try_from(passed.as_secs() / STEP.as_secs()).unwrap_or(u32::MAX);
    let within = (0..steps).filter(|n| read.checked_add(STEP.saturating_mul(*n)).is_ok_and(&open)).count();
    STEP.saturating_mul(u32::try_from(within).unwrap_or(u32::MAX)) >= allowed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::condition::{Rule, Step, step};

    const RULE: Rule = Rule { times: 3, span: Duration::from_secs(900), clear: 1, growth: None };

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minutes * 60).expect("valid")
    }

    fn well(minute: i64) -> CaseLook {
        CaseLook { read: Some(at(minute)), fails: 0, class: None }
    }

    fn ill(minute: i64, fails: u32) -> CaseLook {
        CaseLook { read: Some(at(minute)), fails, class: Some(Class::Blocked) }
    }

    /// What is told of looks at a source, each a minute and its cases.
    fn told(looks: &[(i64, Vec<CaseLook>)]) -> Vec<String> {
        let (mut state, mut before, mut said) = (None, None, Vec::new());
        for (minute, cases) in looks {
            let look = SourceLook::of(cases);
            let seen = look.seen(cases, state.as_ref(), before, String::new());
            before = Some(look.visits);
            match step(&mut state, seen, at(*minute), &RULE) {
                Step::Nothing => {}
                Step::Fire => said.push(format!("F{minute}")),
                Step::Repeat => said.push(format!("R{minute}")),
                Step::Resolve(_) => said.push(format!("E{minute}")),
            }
        }
        said
    }

    #[test]
    fn a_source_of_which_nothing_is_read_is_told_once_and_a_single_case_of_it_never() {
        let outage = |minute: i64| -> Vec<CaseLook> {
            let failed = usize::try_from(minute / 3).unwrap_or(0).min(20);
            (0..20).map(|n| if n < failed { ill(-10, 1) } else { well(-10) }).collect()
        };
        let looks: Vec<_> = (0..60).map(|minute| (minute, outage(minute))).collect();
        assert_eq!(told(&looks), ["F21"], "a quarter of an hour after the second case failed");
        let one: Vec<_> = (0..600).map(|minute| (minute, vec![ill(-10, 9), well(minute), well(minute - 3)])).collect();
        assert_eq!(told(&one), [""; 0]);
        let alone: Vec<_> = (0..60).map(|minute| (minute, vec![ill(-10, u32::try_from(minute).unwrap_or(0))])).collect();
        assert_eq!(told(&alone), ["F16"], "its only case is the source");
    }

    #[test]
    fn two_broken_cases_among_many_are_not_the_source() {
        let looks: Vec<_> = (0..600)
            .map(|minute| {
                let mut cases: Vec<CaseLook> = (0..10).map(|n| well(minute - n)).collect();
                cases.extend([ill(-100, 40), ill(-100, 40)]);
                (minute, cases)
            })
            .collect();
        assert_eq!(told(&looks), [""; 0]);
    }

    #[test]
    fn a_site_that_lets_one_visit_in_ten_through_is_blocked_until_three_come_through_in_a_row() {
        let mut looks = Vec::new();
        let mut cases: Vec<CaseLook> = (0..10).map(|_| well(-10)).collect();
        for minute in 0..400 {
            let n = usize::try_from(minute).unwrap_or(0) % 10;
            cases[n] = if minute % 11 == 0 { well(minute) } else { CaseLook { fails: cases[n].fails + 1, ..ill(-10, 0) } };
            looks.push((minute, cases.clone()));
        }
        assert_eq!(told(&looks).len(), 1, "{:?}", told(&looks));
        for minute in 400..403 {
            cases[usize::try_from(minute).unwrap_or(0) % 10] = well(minute);
            looks.push((minute, cases.clone()));
        }
        assert_eq!(told(&looks).last().map(String::as_str), Some("E402"));
    }

    #[test]
    fn what_a_source_does_not_know_is_no_trouble_of_it() {
        let unknown = CaseLook { read: None, fails: 30, class: None };
        let looks: Vec<_> = (0..60).map(|minute| (minute, vec![unknown, unknown])).collect();
        assert_eq!(told(&looks), [""; 0]);
    }

    #[test]
    fn a_case_is_unread_after_a_day_or_four_intervals_in_which_it_could_be_visited() {
        let hours = |n: i64| at(n * 60);
        let hour = Duration::from_secs(3600);
        let always = |_| true;
        assert!(!is_unread(hours(0), hour, hours(23), always) && is_unread(hours(0), hour, hours(24), always));
        assert!(!is_unread(hours(0), 12 * hour, hours(47), always) && is_unread(hours(0), 12 * hour, hours(48), always));
        // A weekend in which nobody may ask.
        let weekdays = |now: Timestamp| now < hours(1) || now >= hours(56);
        assert!(!is_unread(hours(0), hour, hours(60), weekdays) && is_unread(hours(0), hour, hours(80), weekdays));
        assert!(is_unread(hours(0), hour, hours(24 * 5), |_| false), "hours that allow no visit are a reason, too");
        assert!(!is_unread(hours(10), hour, hours(0), always), "a clock that was set back");
    }
}
