//! M19: how often the judge or the panel changed, how long each stayed, and how near the next hearing was.
//!
//! Called by [`figures`](super::figures). The changes are the caller's: those of the heading and those that entries tell. No judge is named
//! and none is compared.

use jiff::civil::Date;

use crate::domain::caveat::Caveat;
use crate::domain::docket::EntryKey;
use crate::domain::figure::{Figure, Value};
use crate::domain::measure::Measure;
use crate::domain::setting::{Outcome, Setting};

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

/// The next hearing as it stood on the day of the change: set by then, and not yet put off, failed or revoked.
fn before_hearing(view: &View<'_>, change: &JudgeChange) -> Figure {
    let on = |key: &Option<EntryKey>| key.as_ref().and_then(|key| view.study.docket.entry(key)).and_then(|entry| entry.date);
    let was_off = |setting: &Setting| {
        (setting.outcome.is_not_held() || setting.outcome == Outcome::Revoked)
            && on(&setting.told_by).is_some_and(|told| told < change.date)
    };
    let ahead = view.study.settings.iter().filter_map(|setting| Some((setting.date?, setting)));
    let ahead: Vec<(Date, &Setting)> = ahead.filter(|(date, setting)| *date >= change.date && !was_off(setting)).collect();
    let stood = ahead.iter().filter(|(_, setting)| on(&setting.set_by).is_some_and(|ordered| ordered <= change.date));
    let next = stood.min_by_key(|(date, _)| *date);
    let mut figure = Figure::new(Measure::JudgeChanges, "before_hearing", Value::Unknown);
    figure.n = 1;
    figure.entries.extend(change.entry.clone());
    figure.caution(Caveat::NoHearingAhead, next.is_none());
    figure.limit(Caveat::NoDay, ahead.iter().filter(|(_, setting)| on(&setting.set_by).is_none()).count());
    if let Some((date, setting)) = next {
        figure.value = Value::Days(view.days(change.date, *date));
        figure.span = Some((change.date, *date));
        figure.entries.extend(entries(std::iter::once(*setting)));
    }
    figure
}
