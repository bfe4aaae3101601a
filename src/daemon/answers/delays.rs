//! The answer about delays: the report of `veedor report delays`, in the form that is asked for.
//!
//! Called by [`answer`](super::answer). Reads the store; changes nothing. What is asked as of a past moment is told as it could be seen then.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::look::{Eye, not_for_you};
use super::{Desk, find};
use crate::ask::Answer;
use crate::ask::delays::{Form, Question};
use crate::ask::line::Sight;
use crate::config::Config;
use crate::daemon::delays::{self, Wanted};
use crate::diag::nearest;
use crate::domain::about::Language;
use crate::domain::case::Watch;
use crate::domain::clocks::Clock;
use crate::domain::delays::{Grouping, Why};
use crate::domain::redact::Words;
use crate::domain::sentence;
use crate::domain::withhold::Telling as HowMuch;
use crate::message;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;
use crate::wire::delays::csv::{Table, to_csv};
use crate::wire::delays::{rows, to_json};

/// The report. For whoever sees only what messages tell it is as if those cases were not watched of which nothing is told.
pub async fn delays(desk: &Desk, question: &Question, sight: Sight) -> Result<Value, Answer> {
    let eye = Eye::of(desk, None, sight);
    let config = eye.config.clone();
    let hidden = blocking(move || hidden(&eye)).await?;
    let wanted = wanted(&config, question, desk.handles.clock.now(), &hidden)?;
    let table = match &question.form {
        Form::Csv { table } => Some(named(table, &Table::ALL, "table")?),
        _ => None,
    };
    let language = match question.language.as_deref() {
        None => config.general.language,
        Some("es") => Language::Es,
        Some("en") => Language::En,
        Some(other) => return Err(usage(format!("no report is written in \"{other}\"; write es or en"))),
    };
    let mut report = delays::of(&desk.handles.store, &desk.handles.read, &config, &wanted).await?;
    if sight == Sight::AsTold {
        // At that moment it was withheld, though it no longer is.
        report.left_out.retain(|case| case.why != Why::Withheld);
    }
    let say = |clock: &Clock, zone: &TimeZone| -> Words { message::clocks::text(clock, zone) };
    let form = question.form.clone();
    let written = blocking(move || {
        Ok(match (form, table) {
            (Form::Rows, _) => Ok(rows(&report)),
            // As text: a number that is read and written again by the command may end otherwise.
            (Form::Json, _) => serde_json::to_string_pretty(&to_json(&report, &say)).map(text).map_err(|error| error.to_string()),
            (Form::Html, _) => Ok(text(message::delays::html(&report, language))),
            (Form::Curves, _) => Ok(text(message::delays::curves(&report, language))),
            (Form::Csv { .. }, Some(table)) => to_csv(&report, table).map(text).map_err(|error| error.to_string()),
            (Form::Csv { .. }, None) => Err("no table was asked for".to_owned()),
        })
    });
    written.await?.map_err(|why| Answer::No { why: format!("the report cannot be written: {why}"), code: 1 })
}

fn text(text: String) -> Value {
    json!({ "text": text })
}

fn usage(why: String) -> Answer {
    Answer::No { why, code: 2 }
}

/// What a name stands for, or which it may have been.
fn named<T: Copy>(typed: &str, known: &[(&'static str, T)], what: &str) -> Result<T, Answer> {
    if let Some((_, found)) = known.iter().find(|(name, _)| *name == typed) {
        return Ok(*found);
    }
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let near = nearest(typed, names.iter().copied()).map(|near| format!("did you mean {near}? ")).unwrap_or_default();
    Err(usage(format!("there is no {what} \"{typed}\"; {near}write one of {}", names.join(", "))))
}

/// The places of the cases of which this eye sees nothing.
fn hidden(eye: &Eye) -> Result<BTreeSet<usize>, StoreError> {
    let mut hidden = BTreeSet::new();
    for (at, watch) in eye.config.cases.iter().enumerate().filter(|_| !eye.sees_all()) {
        if eye.how_much_at(watch)? == HowMuch::Activity {
            hidden.insert(at);
        }
    }
    Ok(hidden)
}

fn wanted(config: &Config, question: &Question, now: Timestamp, hidden: &BTreeSet<usize>) -> Result<Wanted, Answer> {
    let seen = || config.cases.iter().enumerate().filter(|(at, _)| !hidden.contains(at)).map(|(_, watch)| watch);
    let tags = question.tags.iter().map(|tag| tag_among(seen(), tag)).collect::<Result<Vec<String>, Answer>>()?;
    let mut chosen = Vec::new();
    if question.cases.is_empty() {
        chosen.extend((0..config.cases.len()).filter(|at| !hidden.contains(at)));
    }
    for typed in &question.cases {
        let (at, watch) = find(config, typed)?;
        if hidden.contains(&at) {
            return Err(not_for_you(watch));
        }
        chosen.push(at);
    }
    chosen.sort_unstable();
    chosen.dedup();
    if !tags.is_empty() {
        chosen.retain(|at| config.cases.get(*at).is_some_and(|watch| watch.tags.iter().any(|tag| tags.contains(tag))));
    }
    let as_of = match &question.as_of {
        None => now,
        Some(typed) => moment(typed, &config.zone, now)?,
    };
    // As exactly as the store keeps moments: what is printed is what was asked, so that it can be asked again.
    let as_of = Timestamp::from_millisecond(as_of.as_millisecond()).unwrap_or(as_of);
    let by = question.by.as_deref().map(|name| named(name, &Grouping::ALL, "grouping")).transpose()?;
    // The status of cases and medians of groups name no entries.
    let with_entries = match &question.form {
        Form::Rows => false,
        Form::Json | Form::Html => true,
        Form::Curves => false,
        Form::Csv { table } => !matches!(table.as_str(), "cases" | "groups"),
    };
    Ok(Wanted { chosen, tags, by, as_of, is_now: question.as_of.is_none(), with_entries })
}

/// Refuses a tag that no case has, of those of which whoever asks may know something.
pub(super) fn known_tag(eye: &Eye, typed: &str) -> Result<Result<(), Answer>, StoreError> {
    for watch in eye.config.cases.iter().filter(|watch| watch.tags.iter().any(|tag| tag == typed)) {
        if eye.sees_all() || eye.how_much_at(watch)? != HowMuch::Activity {
            return Ok(Ok(()));
        }
    }
    let all = eye.config.cases.iter().flat_map(|watch| &watch.tags).map(String::as_str);
    let near = if eye.sees_all() { nearest(typed, all) } else { None };
    Ok(Err(no_tag(typed, near)))
}

/// The tag, if one of these cases has it.
pub(super) fn tag_among<'c>(cases: impl IntoIterator<Item = &'c Watch>, typed: &str) -> Result<String, Answer> {
    let all: BTreeSet<&str> = cases.into_iter().flat_map(|watch| &watch.tags).map(String::as_str).collect();
    if all.contains(typed) {
        return Ok(typed.to_owned());
    }
    Err(no_tag(typed, nearest(typed, all.iter().copied())))
}

/// That no case has a tag.
fn no_tag(typed: &str, near: Option<&str>) -> Answer {
    match near {
        Some(near) => Answer::no(2, &sentence::NO_TAG_NEAR, &[&typed, &near]),
        None => Answer::no(2, &sentence::NO_TAG, &[&typed, &"`veedor list` shows the tags"]),
    }
}

/// A moment as it is typed: an instant, or a day, of which the end is meant.
fn moment(typed: &str, zone: &TimeZone, now: Timestamp) -> Result<Timestamp, Answer> {
    let end_of = |day: Date| {
        let next = day.checked_add(1.day()).ok()?.to_datetime(Time::midnight());
        let next = zone.to_timestamp(next).ok()?;
        next.checked_sub(1.second()).ok()
    };
    let at = match typed.parse::<Timestamp>() {
        Ok(at) => Some(at),
        Err(_) => typed.parse::<Date>().ok().filter(|_| typed.len() == "2026-03-01".len()).and_then(end_of),
    };
    let day = |at: Timestamp| at.to_zoned_datetime(zone.clone()).date();
    match at {
        None => Err(usage(format!("\"{typed}\" is no moment; write a day such as 2026-03-01, or an instant such as 2026-03-01T17:00:00Z"))),
        Some(at) if at <= now => Ok(at),
        // Today has not ended yet, and is meant as far as it has come.
        Some(at) if typed.parse::<Timestamp>().is_err() && day(at) == day(now) => Ok(now),
        Some(_) => Err(usage(format!("{typed} is still to come; a report is as of now or of a moment before"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn a_day_is_meant_to_its_end_and_today_as_far_as_it_has_come() {
        let zone = TimeZone::get("America/Guayaquil").expect("bundled");
        let now = at("2026-03-10T15:00:00Z");
        let read =
            |typed: &str| moment(typed, &zone, now).map_err(|answer| if let Answer::No { why, .. } = answer { why } else { String::new() });
        assert_eq!(read("2026-03-01"), Ok(at("2026-03-02T04:59:59Z")));
        assert_eq!(read("2026-03-01T17:00:00Z"), Ok(at("2026-03-01T17:00:00Z")));
        assert_eq!(read("2026-03-10"), Ok(now));
        assert!(read("2026-03-11").expect_err("to come").contains("still to come"));
        assert!(read("2026-03-10T16:00:00Z").expect_err("to come").contains("still to come"));
        for wrong in ["", "ayer", "2026-02-30", "01/03/2026", "2026-03-01 17:00"] {
            assert!(read(wrong).expect_err(wrong).contains("write a day such as"), "{wrong}");
        }
    }
}
