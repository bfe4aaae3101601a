//! M17: how long each person has been in pre-trial detention, as far as the docket shows when it took effect and when it ended.
//!
//! Called by [`figures`](super::figures). An order of detention is no detention: without an entry that shows that it took effect nothing
//! begins. An act that may concern one of several persons and does not say whom begins and ends nothing. What took effect is told again in later
//! entries: after an end only a new order, or the operator, begins another detention, and after the sentence nothing does.

use jiff::civil::Date;

use crate::delay::clocks::found::Found;
use crate::delay::clocks::person::Whom;
use crate::domain::caveat::Caveat;
use crate::domain::clocks::{How, Subject};
use crate::domain::docket::EntryKey;
use crate::domain::figure::{Days, Figure, Value};
use crate::domain::measure::Measure;

use super::study::View;

const BEGINS: [&str; 1] = ["detention_effective"];
/// Orders it anew. An operator's rules may know it; without one only a pin begins a second detention.
const ORDERED: &str = "detention_ordered";
/// Acts that end it for those whom they name.
const ENDS: [&str; 2] = ["release", "detention_revoked"];
/// The sentence ends it for everybody: from then on it is another title.
const SENTENCE: &str = "sentence_first_instance";
const ORAL: &str = "oral_decision";
const SUSPENDED: &str = "art_541_6_declared";
const RESUMED: &str = "art_541_6_lifted";

/// From which day to which; one that goes on ends today and says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Interval {
    from: Date,
    to: Date,
    is_open: bool,
    /// Whether it ends with the case, and nothing shows its own end.
    is_cut: bool,
}

pub fn figures(view: &View<'_>) -> Vec<Figure> {
    let persons = &view.study.story.persons;
    if persons.is_empty() {
        return of_person(view, None);
    }
    (0..persons.len()).flat_map(|at| of_person(view, Some(at))).collect()
}

/// The events that concern a person, and how many may.
fn touching<'a>(view: &View<'a>, events: &[&str], person: Option<usize>) -> (Vec<&'a Found>, usize) {
    let is_one_of_many = view.study.story.persons.len() > 1;
    let (mut sure, mut unclear) = (Vec::new(), 0);
    for found in view.happened(events) {
        // What the operator says of nobody in particular, and what a court decides on the case, is of all: as the clocks have it.
        let is_of_all = found.how == How::Operator || found.event == SENTENCE || found.event == ORAL;
        match (&found.whom, person) {
            (_, None) => sure.push(found),
            (Whom::Everybody, _) if is_one_of_many && !is_of_all => unclear += 1,
            (Whom::Everybody, _) => sure.push(found),
            (Whom::These(places), Some(at)) if places.contains(&at) => sure.push(found),
            (Whom::Unclear(places), Some(at)) if places.contains(&at) => unclear += 1,
            _ => {}
        }
    }
    (sure, unclear)
}

fn of_person(view: &View<'_>, person: Option<usize>) -> Vec<Figure> {
    let subject = Subject::Person(person.and_then(|at| view.study.story.persons.name(at)).map(str::to_owned));
    let (begins, unclear_begins) = touching(view, &BEGINS, person);
    let (ends, unclear_ends) = touching(view, &[ENDS.as_slice(), &[SENTENCE]].concat(), person);
    let (orals, unclear_orals) = touching(view, &[ORAL], person);
    let (orders, _) = touching(view, &[ORDERED], person);
    let (stops, unclear_stops) = touching(view, &[SUSPENDED], person);
    let (goes, unclear_goes) = touching(view, &[RESUMED], person);
    let figure = |part: &str, value| Figure { subject: subject.clone(), ..Figure::new(Measure::Detention, part, value) };
    let begun = begun(&begins, &ends, &orders);
    if begun.is_empty() {
        let (released, unclear) = touching(view, &ENDS, person);
        let is_known = released.len() + begins.len() + unclear_begins + unclear == 0;
        let mut none = figure("gross", if is_known { Value::NotBegun } else { Value::Unknown });
        none.limit(Caveat::UnclearWhom, unclear_begins + unclear);
        none.limit(Caveat::NoStart, released.len());
        none.limit(Caveat::ToldAgain, begins.len());
        return vec![none];
    }
    let custody = intervals(view, &begun, &ends);
    let windows = intervals(view, &stops, &goes);
    let gross = total(view, &custody);
    let still = overlaps(&custody, &windows);
    let off = total(view, &still);
    let net = Days { calendar: gross.calendar - off.calendar, business: gross.business - off.business };
    let to_oral = [ends.as_slice(), &orals].concat();
    let until_oral = intervals(view, &self::begun(&begins, &to_oral, &orders), &to_oral);
    let made = |part: &str, days: Days, of: &[Interval], used: &[&Found], unclear: usize| {
        let is_open = of.iter().any(|interval| interval.is_open);
        let mut figure = figure(part, if is_open { Value::Open(days) } else { Value::Days(days) });
        figure.span = of.first().zip(of.last()).map(|(first, last)| (first.from, last.to));
        (figure.n, figure.entries) = (of.len(), entries(used));
        figure.limit(Caveat::UnclearWhom, unclear_begins + unclear_ends + unclear);
        figure.limit(Caveat::ToldAgain, begins.len() - begun.len());
        figure.caution(Caveat::NobodyNamed, person.is_none());
        figure.caution(Caveat::EndedBefore, of.iter().any(|interval| interval.is_cut));
        if is_open {
            view.blind(&mut figure);
        }
        figure
    };
    let used = [begun.as_slice(), &ends].concat();
    let mut net = made("net", net, &custody, &[used.as_slice(), &stops, &goes].concat(), unclear_stops + unclear_goes);
    net.caution(Caveat::StillSuspended, windows.iter().any(|window| window.is_open));
    let mut to_oral =
        made("until_oral_decision", total(view, &until_oral), &until_oral, &[used.as_slice(), &orals].concat(), unclear_orals);
    if until_oral.is_empty() {
        to_oral.value = Value::NotBegun;
    }
    vec![made("gross", gross, &custody, &used, 0), net, to_oral]
}

/// Those of the beginnings that begin a detention: none that comes after an end, unless it was ordered anew in between or the operator says so,
/// and none after the sentence.
fn begun<'f>(begins: &[&'f Found], ends: &[&Found], orders: &[&Found]) -> Vec<&'f Found> {
    let first = begins.iter().map(|begin| begin.date).min();
    let counts = |begin: &&Found| {
        // On the day of the first beginning an end is its end.
        let is_before = |end: &&&Found| end.date < begin.date || (end.date == begin.date && first.is_some_and(|first| first < begin.date));
        let latest = ends.iter().filter(is_before).max_by_key(|end| end.date);
        let is_final = ends.iter().filter(is_before).any(|end| end.event == SENTENCE || end.event == ORAL);
        let is_ordered = |end: &Found| orders.iter().any(|order| end.date <= order.date && order.date <= begin.date);
        latest.is_none_or(|end| !is_final && (begin.how == How::Operator || is_ordered(end)))
    };
    begins.iter().copied().filter(|begin| counts(begin)).collect()
}

/// From each beginning to the first end that is not before it, those that meet joined into one.
fn intervals(view: &View<'_>, begins: &[&Found], ends: &[&Found]) -> Vec<Interval> {
    let of = |begin: &&Found| {
        let end = ends.iter().map(|end| end.date).filter(|end| *end >= begin.date).min();
        let is_over = view.ended().is_some();
        let to = end.unwrap_or(view.horizon().max(begin.date));
        Interval { from: begin.date, to, is_open: end.is_none() && !is_over, is_cut: end.is_none() && is_over }
    };
    let mut found: Vec<Interval> = begins.iter().map(of).collect();
    found.sort_by_key(|interval| (interval.from, interval.to));
    joined(&found)
}

/// Sorted intervals with those that meet made one.
fn joined(sorted: &[Interval]) -> Vec<Interval> {
    let mut all: Vec<Interval> = Vec::new();
    for interval in sorted {
        match all.last_mut() {
            Some(last) if interval.from <= last.to => {
                last.is_open |= interval.is_open;
                last.is_cut |= interval.is_cut;
                last.to = last.to.max(interval.to);
            }
            _ => all.push(*interval),
        }
    }
    all
}

/// What lies in both.
fn overlaps(custody: &[Interval], windows: &[Interval]) -> Vec<Interval> {
    let both = |a: &Interval, b: &Interval| Interval {
        from: a.from.max(b.from),
        to: a.to.min(b.to),
        is_open: a.is_open && b.is_open,
        is_cut: a.is_cut && b.is_cut,
    };
    let pairs = custody.iter().flat_map(|a| windows.iter().map(move |b| both(a, b)));
    pairs.filter(|interval| interval.from < interval.to).collect()
}

fn total(view: &View<'_>, intervals: &[Interval]) -> Days {
    intervals
        .iter()
        .map(|interval| view.days(interval.from, interval.to))
        .fold(Days::default(), |sum, days| Days { calendar: sum.calendar + days.calendar, business: sum.business + days.business })
}

fn entries(found: &[&Found]) -> Vec<EntryKey> {
    let mut keys: Vec<EntryKey> = found.iter().filter_map(|found| found.entry.clone()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}
