//! M06 and M07: the longest stretch of a case without an entry, and how much of it lies in such stretches.
//!
//! Called by [`figures`](super::figures). The stretches of a case go from its start over each day with an entry to its end or to today,
//! so that together they are its age.

use jiff::civil::Date;

use crate::days::Count;
use crate::domain::caveat::Caveat;
use crate::domain::docket::EntryKey;
use crate::domain::figure::{Days, Figure, Share, Value};
use crate::domain::measure::Measure;

use super::study::{View, apart};

/// Part, whether only the court's entries count, whether days on which time stands still are left out.
const PARTS: [(&str, bool, bool); 4] =
    [("any", false, false), ("court", true, false), ("any_running", false, true), ("court_running", true, true)];

pub fn figures(view: &View<'_>) -> Vec<Figure> {
    let longest = PARTS.iter().map(|(part, is_court, is_running)| longest(view, part, *is_court, *is_running));
    let inactive = PARTS.iter().filter(|(_, _, is_running)| !is_running).map(|(part, is_court, _)| inactivity(view, part, *is_court));
    longest.chain(inactive).collect()
}

/// The days that bound the stretches, each once.
fn bounds(view: &View<'_>, is_court: bool) -> Vec<Date> {
    let Some((start, _)) = view.start() else { return Vec::new() };
    let horizon = view.horizon().max(start.date);
    let acts = view.acts.iter().filter(|act| !is_court || act.is_court()).map(|act| act.date);
    let mut days: Vec<Date> = acts.filter(|day| start.date <= *day && *day <= horizon).chain([start.date, horizon]).collect();
    days.sort_unstable();
    days.dedup();
    days
}

fn stretches(days: &[Date]) -> impl Iterator<Item = (Date, Date)> {
    days.iter().zip(days.iter().skip(1)).map(|(from, to)| (*from, *to))
}

fn longest(view: &View<'_>, part: &'static str, is_court: bool, is_running: bool) -> Figure {
    let days = bounds(view, is_court);
    let length = |from: Date, to: Date| match is_running {
        true => view.study.calendar.between(from, to, &view.study.scope, Count::Plazo),
        false => apart(from, to),
    };
    // Of two of one length the earlier.
    let longest = stretches(&days).max_by_key(|(from, to)| (length(*from, *to), std::cmp::Reverse(*from)));
    let mut figure = Figure::new(Measure::LongestGap, part, Value::Unknown);
    if let Some((from, to)) = longest.or_else(|| days.first().map(|day| (*day, *day))) {
        let found = Days { calendar: length(from, to), ..view.days(from, to) };
        let is_open = to == view.today && view.ended().is_none() && !acted_on(view, to, is_court);
        figure.value = if is_open { Value::Open(found) } else { Value::Days(found) };
        figure.span = Some((from, to));
        figure.entries = at(view, from, to, is_court);
        if is_open {
            view.blind(&mut figure);
        }
    }
    figure.caution(Caveat::MatterUnknown, is_running && view.study.calendar.asks_for_matter(&view.study.scope));
    figure.n = days.len().saturating_sub(1);
    limits(view, &mut figure);
    figure
}

fn inactivity(view: &View<'_>, part: &'static str, is_court: bool) -> Figure {
    let days = bounds(view, is_court);
    let quiet: Vec<(Date, Date)> = stretches(&days).filter(|(from, to)| apart(*from, *to) > view.study.quiet).collect();
    let mut figure = Figure::new(Measure::Inactivity, part, Value::Unknown);
    if let Some((first, last)) = days.first().zip(days.last()) {
        let part = quiet.iter().map(|(from, to)| apart(*from, *to)).sum();
        figure.value = Value::Share(Share { part, of: apart(*first, *last) });
        figure.span = Some((*first, *last));
    }
    figure.entries = quiet.iter().flat_map(|(from, to)| at(view, *from, *to, is_court)).collect();
    figure.entries.sort_unstable();
    figure.entries.dedup();
    figure.n = quiet.len();
    limits(view, &mut figure);
    view.blind(&mut figure);
    figure
}

fn acted_on(view: &View<'_>, day: Date, is_court: bool) -> bool {
    view.acts.iter().any(|act| act.date == day && (!is_court || act.is_court()))
}

/// The entries on both ends of a stretch.
fn at(view: &View<'_>, from: Date, to: Date, is_court: bool) -> Vec<EntryKey> {
    let on_ends = view.acts.iter().filter(|act| (act.date == from || act.date == to) && (!is_court || act.is_court()));
    on_ends.map(|act| act.key.clone()).collect()
}

fn limits(view: &View<'_>, figure: &mut Figure) {
    figure.limit(Caveat::Undated, view.undated);
    figure.limit(Caveat::AfterAsOf, view.ahead);
    figure.limit(Caveat::Implausible, view.implausible);
    let start = view.start();
    figure.limit(Caveat::BeforeStart, start.as_ref().map_or(0, |(known, _)| view.acts.iter().filter(|act| act.date < known.date).count()));
    figure.caution(Caveat::FromFirstEntry, start.is_some_and(|(_, is_first_entry)| is_first_entry));
}
