//! M01–M04: how old a case is, how long it has been silent, how long we have seen nothing, and how late entries are published.
//!
//! Called by [`figures`](super::figures).

use jiff::civil::Date;

use crate::domain::caveat::Caveat;
use crate::domain::figure::{FEWEST_KNOWN, Figure, Value};
use crate::domain::measure::Measure;

use super::study::{Act, Known, View, apart};

/// The events by which a person learns that the case is against them: the Inter-American Court counts from the first such act
/// (*Suárez Rosero v. Ecuador*, 1997; `domain.md` B1).
const FIRST_ACTS: [&str; 3] = ["arrest", "detention_effective", "charges_filed"];

/// Of fewer values the nearest rank of 90 % is the longest one.
const FEWEST_FOR_NINETIETH: usize = 10;

pub fn figures(view: &View<'_>) -> Vec<Figure> {
    let mut all = vec![filing(view), first_act(view)];
    all.extend([("any", false), ("court", true)].map(|(part, is_court)| silence(view, part, is_court)));
    all.extend([changed(view), read(view), lag(view)]);
    all
}

/// So long since a day; over when the case is.
fn aged(view: &View<'_>, part: &'static str, from: Option<&Known>) -> Figure {
    let Some(from) = from else { return Figure::new(Measure::Age, part, Value::Unknown) };
    let horizon = view.horizon().max(from.date);
    let days = view.days(from.date, horizon);
    let value = if view.ended().is_some() { Value::Days(days) } else { Value::Open(days) };
    let mut figure = Figure { n: 1, span: Some((from.date, horizon)), ..Figure::new(Measure::Age, part, value) };
    figure.entries.extend(from.entry.iter().cloned());
    figure.entries.extend(view.ended().and_then(|ended| ended.entry.clone()));
    view.blind(&mut figure);
    figure
}

fn filing(view: &View<'_>) -> Figure {
    let start = view.start();
    let mut figure = aged(view, "filing", start.as_ref().map(|(known, _)| known));
    figure.caution(Caveat::FromFirstEntry, start.as_ref().is_some_and(|(_, is_first_entry)| *is_first_entry));
    let before = start.map_or(0, |(known, _)| view.acts.iter().filter(|act| act.date < known.date).count());
    figure.limit(Caveat::BeforeStart, before);
    figure.limit(Caveat::Implausible, view.implausible);
    figure
}

fn first_act(view: &View<'_>) -> Figure {
    let first = view.happened(&FIRST_ACTS).first().map(|found| Known { date: found.date, entry: found.entry.clone() });
    aged(view, "first_act", first.as_ref())
}

/// Of a case that ended: from its last entry to its end, because nobody has to act after it.
fn silence(view: &View<'_>, part: &'static str, is_court: bool) -> Figure {
    let horizon = view.horizon();
    let counted: Vec<&Act<'_>> = view.acts.iter().filter(|act| act.date <= horizon && (!is_court || act.is_court())).collect();
    let latest = counted.iter().map(|act| act.date).max();
    let mut figure = Figure::new(Measure::LastActivity, part, Value::Unknown);
    if let Some(date) = latest {
        let days = view.days(date, horizon);
        figure.value = if view.ended().is_some() { Value::Days(days) } else { Value::Open(days) };
        figure.span = Some((date, horizon));
        figure.entries = counted.iter().filter(|act| act.date == date).map(|act| act.key.clone()).collect();
    }
    figure.n = counted.len();
    figure.limit(Caveat::Undated, view.undated);
    figure.limit(Caveat::AfterAsOf, view.ahead);
    if is_court {
        let is_later = |act: &&Act<'_>| act.actor == crate::domain::event::Actor::Unknown && latest.is_none_or(|latest| act.date > latest);
        figure.limit(Caveat::UnknownActor, view.acts.iter().filter(|act| act.date <= horizon).filter(is_later).count());
    }
    view.blind(&mut figure);
    figure
}

/// Since when nothing new was seen.
fn changed(view: &View<'_>) -> Figure {
    let seen: Vec<_> = view.study.seen.iter().filter(|(_, at)| **at <= view.study.as_of).collect();
    let latest = seen.iter().map(|(_, at)| **at).max();
    let since = latest.or(view.study.watched_since.filter(|since| *since <= view.study.as_of)).map(|at| view.day(at));
    let mut figure = open_since(view, "change", since);
    figure.entries = seen.iter().filter(|(_, at)| Some(**at) == latest).map(|(key, _)| (*key).clone()).collect();
    figure.n = seen.len();
    figure.caution(Caveat::NothingSeen, latest.is_none());
    view.blind(&mut figure);
    figure
}

fn read(view: &View<'_>) -> Figure {
    let read = view.study.read.filter(|read| *read <= view.study.as_of).map(|read| view.day(read));
    Figure { n: usize::from(read.is_some()), ..open_since(view, "read", read) }
}

fn open_since(view: &View<'_>, part: &'static str, since: Option<Date>) -> Figure {
    let value = since.map_or(Value::Unknown, |since| Value::Open(view.days(since, view.today)));
    Figure { span: since.map(|since| (since, view.today)), ..Figure::new(Measure::LastSeen, part, value) }
}

fn lag(view: &View<'_>) -> Figure {
    let (mut lags, mut stood, mut ahead) = (Vec::new(), 0, 0);
    let mut figure = Figure::new(Measure::PublicationLag, "all", Value::Unknown);
    for act in &view.acts {
        match view.study.seen.get(act.key) {
            // By the moment it had not been seen.
            Some(at) if *at > view.study.as_of => {}
            None => stood += 1,
            Some(at) => match apart(act.date, view.day(*at)) {
                lag if lag < 0 => ahead += 1,
                lag => {
                    lags.push(lag);
                    figure.entries.push(act.key.clone());
                }
            },
        }
    }
    lags.sort_unstable();
    figure.n = lags.len();
    let is_enough = i64::try_from(lags.len()).is_ok_and(|n| n >= FEWEST_KNOWN);
    if let Some((median, ninetieth)) = rank(&lags, 50).zip(rank(&lags, 90)).filter(|_| is_enough) {
        figure.value = Value::Spread { median, ninetieth };
    }
    figure.caution(Caveat::TooFew, !is_enough);
    figure.caution(Caveat::NinetiethIsLongest, is_enough && lags.len() < FEWEST_FOR_NINETIETH);
    figure.limit(Caveat::StoodThere, stood);
    figure.limit(Caveat::DatedAhead, ahead);
    figure
}

/// The nearest rank: the least of the sorted values that so many percent do not exceed.
fn rank(sorted: &[i64], percent: usize) -> Option<i64> {
    sorted.get((sorted.len() * percent).div_ceil(100).checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_values_that_were_observed() {
        // The examples of the nearest rank in Wikipedia, "Percentile": 15, 20, 35, 40, 50.
        let scores = [15, 20, 35, 40, 50];
        assert_eq!([5, 30, 40, 50, 100].map(|percent| rank(&scores, percent)), [15, 20, 20, 35, 50].map(Some));
        assert_eq!(rank(&[], 50), None);
    }
}
