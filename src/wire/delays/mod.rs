//! The report of delays as JSON, in the form of `docs/delays.schema.json`, and as tables of CSV in [`csv`].
//!
//! Forms for `veedor report delays`. They word nothing: the sentences of clocks are put in by the caller. The same report gives the same bytes.

pub mod csv;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::figure;
use crate::domain::caveat::Caveat;
use crate::domain::clocks::Clock;
use crate::domain::delays::{Act, CaseDelays, Compared, Comparison, Delays, Group, LeftOut, Pace};
use crate::domain::figure::Figure;
use crate::domain::measure::Measure;
use crate::domain::redact::Words;
use crate::domain::setting::Setting;

/// What a clock says, in both languages.
pub type Say<'s> = &'s dyn Fn(&Clock, &TimeZone) -> Words;

/// The whole report. Floats are rounded to six decimals, which is below anything that is said by them.
pub fn to_json(report: &Delays, say: Say<'_>) -> Value {
    json!({
        "schema": "veedor.delay_report/1",
        "as_of": report.as_of.to_string(),
        "veedor": report.program,
        "counting_version": report.counting,
        "data": report.data.iter().map(|data| json!({
            "jurisdiction": data.jurisdiction, "rules": data.rules, "calendar": data.calendar,
        })).collect::<Vec<_>>(),
        "tags": report.tags,
        "clocks": report.clocks.iter().map(|(state, count)| (state.name().to_owned(), json!(count))).collect::<serde_json::Map<_, _>>(),
        "hearings": report.settings.iter().map(|(outcome, count)| (outcome.name().to_owned(), json!(count))).collect::<serde_json::Map<_, _>>(),
        "settings_per_hearing": lean(&report.settings_per_hearing),
        "cases": report.cases.iter().map(|case| case_json(case, say)).collect::<Vec<_>>(),
        "left_out": report.left_out.iter().map(left_out).collect::<Vec<_>>(),
        "groups": report.groups.iter().map(|group| group_json(group, report)).collect::<Vec<_>>(),
        "comparisons": report.comparisons.iter().map(comparison).collect::<Vec<_>>(),
        "measures": Measure::ALL.iter().map(|measure| json!({
            "measure": measure.id(), "name": measure.name(), "counting": figure::sentence(measure.counting()),
        })).collect::<Vec<_>>(),
        "limits": Caveat::ALL.iter().map(|caveat| (caveat.name().to_owned(), figure::sentence(caveat.sentence()))).collect::<serde_json::Map<_, _>>(),
        "refused": report.refused.iter().map(figure::refused).collect::<Vec<_>>(),
    })
}

/// A figure without the sentences that are the same of every case: they stand once, under `measures` and `limits`.
fn lean(of: &Figure) -> Value {
    let mut form = figure::figure(of);
    if let Some(form) = form.as_object_mut() {
        form.shift_remove("counting");
        form.insert("limits".to_owned(), of.limits.iter().map(|limit| json!({"name": limit.caveat.name(), "n": limit.n})).collect());
    }
    form
}

/// What the status table shows of each case, without its figures: for the terminal.
pub fn rows(report: &Delays) -> Value {
    json!({
        "as_of": report.as_of.to_string(),
        "cases": report.cases.iter().map(csv::status).collect::<Vec<_>>(),
        "left_out": report.left_out.iter().map(left_out).collect::<Vec<_>>(),
        "clocks": report.clocks.iter().map(|(state, count)| (state.name().to_owned(), json!(count))).collect::<serde_json::Map<_, _>>(),
        "hearings": report.settings.iter().map(|(outcome, count)| (outcome.name().to_owned(), json!(count))).collect::<serde_json::Map<_, _>>(),
        "groups": report.groups.iter().flat_map(|group| group.paces.iter().map(|pace| pace_row(group, pace))).collect::<Vec<_>>(),
        "data": report.data.iter().map(|data| json!({
            "jurisdiction": data.jurisdiction, "rules": data.rules, "calendar": data.calendar,
        })).collect::<Vec<_>>(),
        "counting_version": report.counting,
    })
}

fn case_json(case: &CaseDelays, say: Say<'_>) -> Value {
    let entry = |key: &_| case.entry(key).map(|(_, act)| (act.date, act.title.clone()));
    json!({
        "source": case.source,
        "case": case.number,
        "name": case.name,
        "tags": case.tags,
        "url": Some(&case.url).filter(|url| !url.is_empty()),
        "court": case.court,
        "subject": case.subject,
        "version": case.version,
        "version_at": case.version_at.to_string(),
        "pages_sha256": case.pages_sha256,
        "watched_since": case.watched_since.map(instant),
        "read": case.read.map(instant),
        "chosen_for_delay_since": case.chosen.map(|day| day.to_string()),
        "status": csv::status(case),
        "stage": case.stage.as_ref().map(|stage| json!({
            "step": stage.step, "date": stage.date.to_string(), "entry": stage.entry.as_ref().map(|key| &key.0),
        })),
        "ended": case.ended.as_ref().map(|(date, key)| json!({"date": date.to_string(), "entry": key.as_ref().map(|key| &key.0)})),
        "day": case.figures.day.to_string(),
        "calendar": case.figures.calendar,
        "figures": case.figures.list.iter().map(lean).collect::<Vec<_>>(),
        "clocks": case.clocks.iter().map(|clock| super::clocks::form(clock, &say(clock, &case.zone), &entry)).collect::<Vec<_>>(),
        "hearings": case.settings.iter().enumerate().map(|(at, setting)| hearing(case, at, setting)).collect::<Vec<_>>(),
        "gaps": case.gaps.iter().map(|gap| json!({
            "from": gap.from.to_string(), "to": gap.to.to_string(), "days": gap.days, "open": gap.is_open,
        })).collect::<Vec<_>>(),
        "entries": case.entries.iter().map(act).collect::<Vec<_>>(),
    })
}

fn act(act: &Act) -> Value {
    json!({
        "key": act.key.0, "date": act.date.map(|date| date.to_string()), "title": act.title, "actor": act.actor.name(),
        "notice": act.is_notice, "annulled": act.is_annulled, "first_seen": act.seen.map(instant),
    })
}

fn hearing(case: &CaseDelays, at: usize, setting: &Setting) -> Value {
    json!({
        "date": setting.date.map(|date| date.to_string()),
        "end_date": setting.end_date.map(|date| date.to_string()),
        "time": setting.time.map(super::hearing::clock),
        "type": setting.kind,
        "outcome": setting.outcome.name(),
        "reasons": setting.reasons,
        "requested_by": setting.requested_by,
        "mode": setting.mode.map(|mode| mode.name()),
        "room": setting.room,
        "warn": setting.warnings,
        "set_by": setting.set_by.as_ref().map(|key| &key.0),
        "told_by": setting.told_by.as_ref().map(|key| &key.0),
        "follows": setting.follows,
        "counted_elsewhere": case.counted_before.contains(&at),
    })
}

fn left_out(case: &LeftOut) -> Value {
    json!({"source": case.source, "case": case.number, "why": case.why.name()})
}

fn group_json(group: &Group, report: &Delays) -> Value {
    let case = |at: &usize| report.cases.get(*at).map(|case| json!({"source": case.source, "case": case.number}));
    let pace = |pace: &Pace| {
        let mut form = pace_row(group, pace);
        form["median"] = lean(&pace.median);
        form["curve"] = pace.curve.iter().map(|step| json!({
            "days": step.days, "open": rounded(step.open), "lower": step.band.map(|(lower, _)| rounded(lower)),
            "upper": step.band.map(|(_, upper)| rounded(upper)), "at_risk": step.at_risk, "events": step.events, "censored": step.censored,
        })).collect();
        form
    };
    json!({
        "by": group.by.map(|by| by.name()),
        "label": group.label,
        "cases": group.cases.iter().filter_map(case).collect::<Vec<_>>(),
        "paces": group.paces.iter().map(pace).collect::<Vec<_>>(),
    })
}

fn pace_row(group: &Group, pace: &Pace) -> Value {
    json!({
        "by": group.by.map(|by| by.name()), "label": group.label, "measure": pace.measure.id(), "part": pace.part,
        "n": pace.observed, "events": pace.events, "censored": pace.censored, "ended_otherwise": pace.competing, "entered_late": pace.entered_late,
        "median": figure::value(&pace.median.value),
    })
}

fn comparison(comparison: &Comparison) -> Value {
    let outcome = match comparison.outcome {
        Compared::Tested { chi_square, freedom, p } => {
            json!({"is": "log_rank", "chi_square": rounded(chi_square), "freedom": freedom, "p": rounded(p)})
        }
        Compared::TooFew { events } => json!({"is": "too_few_events", "least_events": events}),
        Compared::NeverTogether => json!({"is": "never_at_risk_together"}),
    };
    json!({
        "measure": comparison.measure.id(), "part": comparison.part, "by": comparison.by.name(), "groups": comparison.labels,
        "outcome": outcome,
    })
}

fn instant(at: Timestamp) -> String {
    at.to_string()
}

/// To six decimals.
fn rounded(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}
