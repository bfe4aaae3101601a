//! M19: how often the judge or the panel changed, how long each stayed, and how near the next hearing was.
//!
//! Called by [`figures`](super::figures). The changes are the caller's: those of the heading and those that entries tell. No judge is named
//! and none is compared.

use crate::domain::caveat::Caveat;
use crate::domain::figure::{Figure, Value};
use crate::domain::measure::Measure;

use super::settings::entries;
use super::study::{JudgeChange, View};

pub fn figures(view: &View<'_>) -> Vec<Figure> {
    let mut changes: Vec<&JudgeChange> = view.study.judges.iter().filter(|change| change.date <= view.today).collect();
    changes.sort_by_key(|change| (change.date, &change.entry));
    changes.dedup();
    let mut count = Figure::new(Measure::JudgeChanges, "count", Value::Count(changes.len()));
    count.n = changes.len();
    count.entries = changes.iter().filter_map(|change| change.entry.clone()).collect();
    let mut all = vec![count];
    for (previous, change) in std::iter::once(None).chain(changes.iter().map(Some)).zip(&changes) {
        if let Some(previous) = previous {
            let mut figure = Figure::new(Measure::JudgeChanges, "since_previous", Value::Days(view.days(previous.date, change.date)));
            (figure.n, figure.span) = (1, Some((previous.date, change.date)));
            figure.entries = previous.entry.iter().chain(&change.entry).cloned().collect();
            all.push(figure);
        }
        all.push(before_hearing(view, change));
    }
    all
}

fn before_hearing(view: &View<'_>, change: &JudgeChange) -> Figure {
    let ahead = view.study.settings.iter().filter_map(|setting| Some((setting.date?, setting)));
    let next = ahead.filter(|(date, _)| *date >= change.date).min_by_key(|(date, _)| *date);
    let mut figure = Figure::new(Measure::JudgeChanges, "before_hearing", Value::Unknown);
    figure.n = 1;
    figure.entries.extend(change.entry.clone());
    figure.caution(Caveat::NoHearingAhead, next.is_none());
    if let Some((date, setting)) = next {
        figure.value = Value::Days(view.days(change.date, date));
        figure.span = Some((change.date, date));
        figure.entries.extend(entries(std::iter::once(setting)));
    }
    figure
}
