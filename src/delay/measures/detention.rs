//! M17: how long each person has been in pre-trial detention, as far as the docket shows when it took effect and when it ended.
//!
//! Called by [`figures`](super::figures). An order of detention is no detention: without an entry that shows that it took effect nothing
//! begins. An act that may concern one of several persons and does not say whom begins and ends nothing.

use jiff::civil::Date;

use crate::delay::clocks::found::Found;
use crate::delay::clocks::person::Whom;
use crate::domain::caveat::Caveat;
use crate::domain::clocks::Subject;
use crate::domain::docket::EntryKey;
use crate::domain::figure::{Days, Figure, Value};
use crate::domain::measure::Measure;

use super::study::View;

const BEGINS: [&str; 1] = ["detention_effective"];
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
        match (&found.whom, person) {
            (_, None) => sure.push(found),
            (Whom::Everybody, _) if is_one_of_many && found.event != SENTENCE && found.event != ORAL => unclear += 1,
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
    let (orals, _) = touching(view, &[ORAL], person);
    let (stops, unclear_stops) = touching(view, &[SUSPENDED], person);
    let (goes, _) = touching(view, &[RESUMED], person);
    let figure = |part: &str, value| Figure { subject: subject.clone(), ..Figure::new(Measure::Detention, part, value) };
    if begins.is_empty() {
        let was_ended = touching(view, &ENDS, person).0.len();
        let is_known = was_ended + unclear_begins == 0;
        let mut none = figure("gross", if is_known { Value::NotBegun } else { Value::Unknown });
        none.limit(Caveat::UnclearWhom, unclear_begins);
        none.limit(Caveat::NoStart, was_ended);
        return vec![none];
    }
    let custody = intervals(view, &begins, &ends);
    let windows = intervals(view, &stops, &goes);
    let gross = total(view, &custody);
    let still = overlaps(&custody, &windows);
    let off = total(view, &still);
    let net = Days { calendar: gross.calendar - off.calendar, business: gross.business - off.business };
    let until_oral = intervals(view, &begins, &[ends.as_slice(), &orals].concat());
    let span = custody.first().zip(custody.last()).map(|(first, last)| (first.from, last.to));
    let made = |part: &str, days: Days, of: &[Interval], used: &[&Found], unclear: usize| {
        let is_open = of.iter().any(|interval| interval.is_open);
        let mut figure = figure(part, if is_open { Value::Open(days) } else { Value::Days(days) });
        (figure.n, figure.span, figure.entries) = (of.len(), span, entries(used));
        figure.limit(Caveat::UnclearWhom, unclear_begins + unclear_ends + unclear);
        if is_open {
            view.blind(&mut figure);
        }
        figure
    };
    let used = [begins.as_slice(), &ends].concat();
    let mut net = made("net", net, &custody, &[used.as_slice(), &stops, &goes].concat(), unclear_stops);
    net.caution(Caveat::StillSuspended, windows.iter().any(|window| window.is_open));
    let mut to_oral = made("until_oral_decision", total(view, &until_oral), &until_oral, &[used.as_slice(), &orals].concat(), 0);
    to_oral.span = until_oral.first().zip(until_oral.last()).map(|(first, last)| (first.from, last.to));
    vec![made("gross", gross, &custody, &used, 0), net, to_oral]
}

/// From each beginning to the first end that is not before it, those that meet joined into one.
fn intervals(view: &View<'_>, begins: &[&Found], ends: &[&Found]) -> Vec<Interval> {
    let of = |begin: &&Found| {
        let end = ends.iter().map(|end| end.date).filter(|end| *end >= begin.date).min();
        Interval { from: begin.date, to: end.unwrap_or(view.horizon().max(begin.date)), is_open: end.is_none() && view.ended().is_none() }
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
                last.to = last.to.max(interval.to);
            }
            _ => all.push(*interval),
        }
    }
    all
}

/// What lies in both.
fn overlaps(custody: &[Interval], windows: &[Interval]) -> Vec<Interval> {
    let both = |a: &Interval, b: &Interval| Interval { from: a.from.max(b.from), to: a.to.min(b.to), is_open: a.is_open && b.is_open };
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
