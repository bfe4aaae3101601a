//! How sure the business days of figures are: what the calendar does not know of the days between which they were counted.
//!
//! Called by [`figures`](super::figures) once all are there. A figure gets one grade, the gravest, and a word where local holidays are missing; one
//! without business days gets none.

use std::sync::Arc;

use jiff::civil::Date;

use crate::days::{Cause, Count, Cover};
use crate::domain::caveat::Caveat;
use crate::domain::figure::{Figure, Value};
use crate::domain::measure::Measure;

use super::study::View;

/// Says beside each figure with business days how sure they are.
pub fn grade(view: &View<'_>, figures: &mut [Figure]) {
    let spans: Vec<Option<(Date, Date)>> = figures.iter().map(|figure| span(view, figure)).collect();
    let known = || spans.iter().flatten();
    let Some((first, last)) = known().map(|(from, _)| *from).min().zip(known().map(|(_, to)| *to).max()) else { return };
    let (calendar, scope) = (view.study.calendar, &view.study.scope);
    // Once for the whole case: a docket may have thousands of figures.
    let doubtful = calendar.doubtful(first, last, scope, Count::Termino);
    let is_without_place = calendar.lacks_place(scope);
    for (figure, span) in figures.iter_mut().zip(spans) {
        let Some((from, to)) = span else { continue };
        let unsure = between(&doubtful, from, to);
        match covers(view, from, to) {
            Cover::Outside => figure.caution(Caveat::DaysWeekendsOnly, true),
            _ if unsure > 0 => figure.limit(Caveat::DaysUnsure, unsure),
            Cover::Computed => figure.caution(Caveat::DaysNoDecrees, true),
            Cover::Published => {}
        }
        figure.caution(Caveat::DaysNoLocal, is_without_place);
    }
}

/// Between which days the business days of a figure were counted; `None` where it has none.
fn span(view: &View<'_>, figure: &Figure) -> Option<(Date, Date)> {
    let has_any = match &figure.value {
        Value::Days(days) | Value::Open(days) => days.business > 0,
        Value::Split(portions) => portions.iter().any(|portion| portion.days.business > 0),
        _ => false,
    };
    let of_settings = || {
        let dates = || view.study.settings.iter().filter_map(|setting| setting.date);
        dates().min().zip(dates().max())
    };
    match figure.measure {
        _ if !has_any => None,
        // A sum over several stretches.
        Measure::DaysLost | Measure::DelayBy => of_settings(),
        _ => figure.span,
    }
}

/// How many of the days in doubt lie in (from, to].
fn between(doubtful: &[(Date, Arc<Cause>)], from: Date, to: Date) -> usize {
    let until = |day: Date| doubtful.partition_point(|(date, _)| *date <= day);
    until(to).saturating_sub(until(from))
}

/// The least that is known of the years of (from, to].
fn covers(view: &View<'_>, from: Date, to: Date) -> Cover {
    let first = from.tomorrow().unwrap_or(from).year();
    let years = (first..=to.year()).filter_map(|year| Date::new(year, 1, 1).ok()).map(|day| view.study.calendar.covers(day));
    let rank = |cover: &Cover| match cover {
        Cover::Outside => 0,
        Cover::Computed => 1,
        Cover::Published => 2,
    };
    years.min_by_key(rank).unwrap_or(Cover::Outside)
}
