//! M13–M15: the days that postponements cost and who asked for them, the days on which there was a session, and the notice given.
//!
//! Called by [`figures`](super::figures). Whom a delay is due to is told as the entries tell it; what they do not say stays unstated.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::domain::caveat::Caveat;
use crate::domain::figure::{Days, Figure, Portion, Share, Value};
use crate::domain::measure::Measure;
use crate::domain::setting::{Outcome, Setting};

use super::settings::{befores, began, entries, hearings, subject};
use super::study::{View, apart};

/// What an entry does not say.
const UNSTATED: &str = "unstated";

/// Less notice than this is short (`domain.md` M15).
const SHORT_HOURS: i64 = 72;

pub fn figures(view: &View<'_>) -> Vec<Figure> {
    let settings = view.study.settings;
    let lost = postponements(view);
    let mut all = vec![days_lost(settings, &lost)];
    all.extend(sessions(view));
    all.push(split("requester", &lost, |setting| &setting.requested_by));
    all.push(split("reason", &lost, |setting| &setting.reasons));
    all.extend(notice(view));
    all
}

/// A day that was replaced by another one.
struct Lost<'s> {
    old: &'s Setting,
    new: &'s Setting,
    days: Days,
}

/// Each day that did not start, or was revoked, with the earliest of those that replace it.
fn postponements<'a>(view: &View<'a>) -> Vec<Lost<'a>> {
    let settings = view.study.settings;
    let befores = befores(settings);
    let is_replaced = |setting: &Setting| setting.outcome.is_not_held() || setting.outcome == Outcome::Revoked;
    let lost = settings.iter().enumerate().filter(|(_, old)| is_replaced(old)).filter_map(|(at, old)| {
        let news = settings.iter().zip(&befores).filter(|(new, before)| **before == Some(at) && new.date.is_some());
        let new = news.map(|(new, _)| new).min_by_key(|new| new.date)?;
        let (from, to) = (old.date?, new.date?);
        Some(Lost { old, new, days: if to > from { view.days(from, to) } else { Days::default() } })
    });
    lost.collect()
}

fn sum(days: impl Iterator<Item = Days>) -> Days {
    days.fold(Days::default(), |sum, days| Days { calendar: sum.calendar + days.calendar, business: sum.business + days.business })
}

fn days_lost(settings: &[Setting], lost: &[Lost<'_>]) -> Figure {
    let value = Value::Days(sum(lost.iter().map(|lost| lost.days)));
    let mut figure = Figure { n: lost.len(), ..Figure::new(Measure::DaysLost, "all", value) };
    figure.entries = entries(lost.iter().flat_map(|lost| [lost.old, lost.new]));
    let befores = befores(settings);
    let is_waiting =
        |(at, setting): &(usize, &Setting)| setting.date.is_some() && setting.outcome.is_not_held() && !befores.contains(&Some(*at));
    figure.limit(Caveat::NotSetAgain, settings.iter().enumerate().filter(is_waiting).count());
    let is_dayless = |setting: &&Setting| setting.outcome.is_not_held() && setting.date.is_none();
    figure.limit(Caveat::NoDay, settings.iter().filter(is_dayless).count());
    figure
}

fn split(part: &str, lost: &[Lost<'_>], labels: impl Fn(&Setting) -> &Vec<String>) -> Figure {
    let mut by: BTreeMap<String, (Days, usize)> = BTreeMap::new();
    for one in lost {
        let said: BTreeSet<&str> = labels(one.old).iter().map(String::as_str).collect();
        let said = if said.is_empty() { BTreeSet::from([UNSTATED]) } else { said };
        for label in said {
            let (days, n) = by.entry(label.to_owned()).or_default();
            *days = sum([*days, one.days].into_iter());
            *n += 1;
        }
    }
    let portions = by.into_iter().map(|(label, (days, n))| Portion { label, days, n }).collect();
    let used = entries(lost.iter().map(|lost| lost.old));
    Figure { n: lost.len(), entries: used, ..Figure::new(Measure::DelayBy, part, Value::Split(portions)) }
}

/// A session of more days than these is a misprint of one of them.
const LONGEST_SESSION: i64 = 366;

/// The days of a session: of one that lasts several, the business days and its two ends. It lasts no longer than until the day of the entry that
/// tells of it, nor than today.
fn session_days(view: &View<'_>, setting: &Setting) -> Vec<Date> {
    let Some(first) = setting.date else { return Vec::new() };
    let told = setting.told_by.as_ref().and_then(|key| view.study.docket.entry(key)).and_then(|entry| entry.date);
    let last = setting.end_date.filter(|last| *last > first && apart(first, *last) <= LONGEST_SESSION).unwrap_or(first);
    let last = last.min(told.unwrap_or(last)).min(view.today).max(first);
    let (calendar, scope) = (view.study.calendar, &view.study.scope);
    first
        .series(jiff::Span::new().days(1))
        .take_while(|day| *day <= last)
        .filter(|day| *day == first || *day == last || calendar.is_business(*day, scope))
        .collect()
}

fn sessions(view: &View<'_>) -> Vec<Figure> {
    let mut all: BTreeSet<Date> = BTreeSet::new();
    let mut by_hearing = Vec::new();
    let is_dated = |setting: &&Setting| began(setting) && setting.date.is_some();
    for hearing in hearings(view.study.settings) {
        let held: Vec<&Setting> = hearing.iter().copied().filter(is_dated).collect();
        let days: BTreeSet<Date> = held.iter().flat_map(|setting| session_days(view, setting)).collect();
        all.extend(&days);
        if held.is_empty() {
            continue;
        }
        let of = |part, value| Figure {
            subject: subject(&hearing),
            n: held.len(),
            entries: entries(held.iter().copied()),
            ..Figure::new(Measure::HearingDays, part, value)
        };
        by_hearing.push(of("sessions", Value::Count(held.len())));
        if let Some((first, last)) = days.first().zip(days.last()) {
            let span = Some((*first, *last));
            by_hearing.push(Figure { span, ..of("elapsed", Value::Days(view.days(*first, *last))) });
        }
    }
    let settings = view.study.settings;
    let mut days = Figure::new(Measure::HearingDays, "hearing_days", Value::Count(all.len()));
    days.n = settings.iter().filter(is_dated).count();
    days.limit(Caveat::NoDay, settings.iter().filter(|setting| began(setting) && setting.date.is_none()).count());
    days.span = all.first().zip(all.last()).map(|(first, last)| (*first, *last));
    days.entries = entries(settings.iter().filter(is_dated));
    by_hearing.insert(0, days);
    by_hearing
}

fn notice(view: &View<'_>) -> Vec<Figure> {
    let settings = view.study.settings;
    let befores = befores(settings);
    let resumes = |before: &Option<usize>| before.and_then(|before| settings.get(before)).is_some_and(began);
    let (mut all, mut short, mut no_hour, mut no_day) = (Vec::new(), Vec::new(), 0, 0);
    for (setting, _) in settings.iter().zip(&befores).filter(|(_, before)| !resumes(before)) {
        let order = setting.set_by.as_ref().and_then(|key| view.study.docket.entry(key));
        let dated = order.and_then(|order| Some((order.date?, setting.date?))).filter(|(ordered, on)| ordered <= on);
        let Some((ordered, on)) = dated else {
            no_day += 1;
            continue;
        };
        let days = apart(ordered, on);
        let hours = order.and_then(|order| order.time).zip(setting.time).map(|(from, to)| days * 24 + hours_apart(from, to));
        let is_short = hours.map_or(days * 24 < SHORT_HOURS, |hours| hours < SHORT_HOURS);
        no_hour += usize::from(hours.is_none() && days * 24 == SHORT_HOURS);
        if is_short {
            short.push(setting);
        }
        let mut figure = Figure::new(Measure::Notice, "each", Value::Days(view.days(ordered, on)));
        figure.subject = subject(&[setting]);
        (figure.n, figure.span, figure.entries) = (1, Some((ordered, on)), setting.set_by.iter().cloned().collect());
        all.push(figure);
    }
    let [part, of] = [short.len(), all.len()].map(|count| i64::try_from(count).unwrap_or(i64::MAX));
    let mut figure = Figure::new(Measure::Notice, "short", Value::Share(Share { part, of }));
    (figure.n, figure.entries) = (all.len(), entries(short.into_iter()));
    figure.limit(Caveat::NoHour, no_hour);
    figure.limit(Caveat::NoDay, no_day);
    all.insert(0, figure);
    all
}

/// Whole hours from one time of day to another, rounded down; negative when the other is earlier.
fn hours_apart(from: jiff::civil::Time, to: jiff::civil::Time) -> i64 {
    let seconds = |time: jiff::civil::Time| i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    (seconds(to) - seconds(from)).div_euclid(3600)
}
