//! When a channel may be told: `when`, `digest`, `digest_below`, `quiet`, `weekends`, `zone` and `junk`.
//!
//! Read with the channels; [`settle`] fills in what only the rest of the list says: the zone of most cases, and the routine
//! entries of each source. What the times mean is `domain::timing`'s.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;

use crate::diag::{At, Reader};
use crate::domain::event::Severity;
use crate::domain::junk::{Junk, Pattern, Rule};
use crate::domain::route::Gather;
use crate::domain::timing::{MORNING, Period, Quiet, Timing};
use crate::meaning;

use super::channel::Channel;
use super::general::General;
use super::hours;
use super::scope::Scope;

const SEVERITIES: [(&str, Severity); 3] = [("notice", Severity::Notice), ("warn", Severity::Warn), ("critical", Severity::Critical)];

const WHEN: &str = "write \"now\", \"hourly\", \"daily 07:00\" or \"weekly mon 07:00\"";

/// What a channel says of its times.
pub(super) struct Written {
    /// As far as the channel says it.
    pub timing: Timing,
    /// Its own patterns.
    pub junk: Junk,
    /// What is still open.
    pub open: Open,
}

/// What of a channel is known only when the whole list is read.
pub(super) struct Open {
    /// Whether it named a zone.
    zoned: bool,
    /// Whether the shipped patterns, and those of `[veedor]`, hold for it.
    listed: bool,
    /// Whether it said anything that needs a zone.
    timed: bool,
    /// Where to warn.
    span: Option<std::ops::Range<usize>>,
}

/// Reads the keys of a channel.
pub(super) fn read(table: &mut Reader<'_>, gather: Gather, scope: &Scope<'_>) -> Written {
    let when = period(table, "when", WHEN, scope);
    let own_digest = period(table, "digest", WHEN, scope);
    let digest_below = table.choice("digest_below", &SEVERITIES).map(|at| at.value);
    let quiet_at = table.text("quiet");
    let quiet = quiet_at.as_ref().and_then(|at| quiet(at, scope));
    let weekends = table.flag("weekends").is_none_or(|at| at.value);
    let zone = zone(table, scope);
    let junk_at = table.item("junk").map(|item| item.as_bool());
    let (listed, own) = match junk_at {
        Some(Some(flag)) => (flag, Vec::new()),
        Some(None) => (true, patterns(table, scope)),
        None => (matches!(gather, Gather::ByCase(_)), Vec::new()),
    };
    let is_now = !matches!(&when, Some(At { value: Some(_), .. }));
    if let Some(At { span, .. }) = own_digest.as_ref().filter(|_| !is_now) {
        scope.error(span.clone(), "digest says when the rest is told of a channel that is told at once", "leave it out: `when` says it");
    }
    if let Some(At { value: None, span }) = &own_digest {
        scope.error(span.clone(), "digest cannot be \"now\"", "write digest = \"daily 07:00\", or junk = false to hear all at once");
    }
    let written = |at: &Option<At<Option<Period>>>| at.as_ref().and_then(|at| at.value);
    let timing = Timing {
        zone: zone.clone().unwrap_or(TimeZone::UTC),
        digest: written(&when).or(written(&own_digest)).unwrap_or(MORNING),
        digest_below: digest_below.or((!is_now).then_some(Severity::Critical)),
        quiet,
        weekends,
    };
    let digest_at = when.as_ref().filter(|_| !is_now).or(own_digest.as_ref());
    if let Some(At { span, .. }) = digest_at {
        is_ever_told(&timing, span.clone(), scope);
    }
    let timed = when.is_some_and(|at| at.value.is_some()) || quiet.is_some() || !weekends || digest_below.is_some();
    Written { timing, junk: Junk::new(BTreeMap::new(), own), open: Open { zoned: zone.is_some(), listed, timed, span: table.span() } }
}

/// `[veedor] zone`, and that of a channel.
pub(super) fn zone(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<TimeZone> {
    let At { value, span } = scope.line(table, "zone")?;
    match TimeZone::get(&value) {
        Ok(zone) => Some(zone),
        Err(_) => {
            scope.error(span, format!("zone is no time zone: \"{value}\""), "write it as in \"America/Guayaquil\" or \"UTC\"");
            None
        }
    }
}

/// The operator's own patterns under `junk`.
pub(super) fn patterns(table: &mut Reader<'_>, scope: &Scope<'_>) -> Vec<Rule> {
    let mut rules = Vec::new();
    for At { value, span } in table.texts("junk").unwrap_or_default() {
        let (in_text, written) = value.strip_prefix("text:").map_or((false, value.as_str()), |rest| (true, rest.trim_start()));
        match Pattern::parse(written) {
            Ok(pattern) if in_text => rules.push(Rule { text: vec![pattern], ..Rule::default() }),
            Ok(pattern) => rules.push(Rule { title: vec![pattern], ..Rule::default() }),
            Err(why) => {
                let help = "write regular expressions of titles such as '^copias certificadas', or 'text:…' of what the text begins with";
                scope.error(span, format!("junk has a pattern that cannot be used: {why}"), help);
            }
        }
    }
    rules
}

/// Fills in what the whole list says: the zone in which most of the watched cases' courts are, and the routine entries of each source
/// (its id, its jurisdiction). Returns that zone.
pub(super) fn settle<'c>(
    channels: &mut [Channel],
    open: &BTreeMap<String, (Open, Scope<'_>)>,
    general: &General,
    cases: impl Iterator<Item = TimeZone>,
    sources: impl Iterator<Item = (&'c str, &'c str)>,
) -> TimeZone {
    let mut zones: Vec<(TimeZone, usize)> = Vec::new();
    for zone in cases {
        match zones.iter_mut().find(|(known, _)| *known == zone) {
            Some((_, count)) => *count += 1,
            None => zones.push((zone, 1)),
        }
    }
    let is_guessed = general.zone.is_none() && zones.len() > 1;
    // The first among equals, in the order of the list.
    let most = zones.iter().map(|(_, count)| *count).max();
    let usual = zones.iter().find(|(_, count)| Some(*count) == most).map(|(zone, _)| zone.clone());
    let zone = general.zone.clone().or(usual).unwrap_or(TimeZone::UTC);
    let by_source: BTreeMap<String, Arc<[Rule]>> = sources
        .map(|(id, jurisdiction)| (id.to_owned(), meaning::junk::shipped(jurisdiction)))
        .filter(|(_, rules)| !rules.is_empty())
        .collect();
    for channel in channels {
        let Some((Open { zoned, listed, timed, span }, scope)) = open.get(&channel.id) else {
            channel.route.timing.zone = zone.clone();
            continue;
        };
        if !zoned {
            channel.route.timing.zone = zone.clone();
            if is_guessed && *timed {
                let name = zone.iana_name().unwrap_or("UTC");
                let message =
                    format!("the courts of the watched cases are in several zones; the times of this channel are those of {name}");
                scope.warn(span.clone(), message, "write zone = \"…\" here or under [veedor]");
            }
        }
        if *listed {
            let own = general.junk.iter().chain(channel.route.junk.own()).cloned().collect();
            channel.route.junk = Junk::new(by_source.clone(), own);
        }
    }
    zone
}

/// How often, and when; `"now"` is `None`.
pub(super) fn period(table: &mut Reader<'_>, key: &str, help: &str, scope: &Scope<'_>) -> Option<At<Option<Period>>> {
    let At { value, span } = table.text(key)?;
    let words: Vec<String> = value.split_whitespace().map(str::to_lowercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let read = match words[..] {
        ["now"] => Ok(None),
        ["hourly"] => Ok(Some(Period::Hourly)),
        ["daily", at] => time_of_day(at).map(|at| Some(Period::Daily(at))),
        ["weekly", day, at] => hours::parse_day(day).and_then(|day| Ok(Some(Period::Weekly(weekday(day), time_of_day(at)?)))),
        _ => Err(format!("\"{value}\" is none of them")),
    };
    match read {
        Ok(value) => Some(At { value, span }),
        Err(why) => {
            scope.error(span, format!("{key} cannot be read: {why}"), help);
            None
        }
    }
}

fn quiet(at: &At<String>, scope: &Scope<'_>) -> Option<Quiet> {
    if at.value.trim().is_empty() {
        return None;
    }
    let help = "write quiet = \"22:00-06:30\", or \"\" for none";
    let read = match at.value.split_once('-') {
        Some((from, until)) => time_of_day(from).and_then(|from| Ok(Quiet { from, until: time_of_day(until)? })),
        None => Err(format!("\"{}\" is not a span of times", at.value)),
    };
    match read {
        Ok(quiet) if quiet.from == quiet.until => {
            scope.error(at.span.clone(), "quiet ends when it begins", help);
            None
        }
        Ok(quiet) => Some(quiet),
        Err(why) => {
            scope.error(at.span.clone(), format!("quiet cannot be read: {why}"), help);
            None
        }
    }
}

/// A time of day; 24:00 is the midnight that ends the day, which is the one that begins the next.
pub(super) fn time_of_day(text: &str) -> Result<Time, String> {
    hours::parse_time(text).map(|at| if at == hours::LAST { Time::midnight() } else { at })
}

fn weekday(day: usize) -> Weekday {
    i8::try_from(day).ok().and_then(|day| Weekday::from_monday_zero_offset(day).ok()).unwrap_or(Weekday::Monday)
}

/// Reports a digest whose time is always quiet: it would come at another time than is written.
fn is_ever_told(timing: &Timing, span: Option<std::ops::Range<usize>>, scope: &Scope<'_>) {
    let is_quiet = |at: Time| {
        timing.quiet.is_some_and(|Quiet { from, until }| match from < until {
            true => (from..until).contains(&at),
            false => at >= from || at < until,
        })
    };
    let (Period::Daily(at) | Period::Weekly(_, at)) = timing.digest else { return };
    if is_quiet(at) {
        let message = format!("the digest is due at {}, in the quiet hours", at.strftime("%H:%M"));
        scope.error(span, message, "choose another time for it, or other quiet hours");
    } else if let Period::Weekly(Weekday::Saturday | Weekday::Sunday, _) = timing.digest
        && !timing.weekends
    {
        scope.error(span, "the digest is due on a weekend, and weekends = false", "choose another day for it, or weekends = true");
    }
}

/// A period as the watch list writes it.
pub fn spell_period(period: Period) -> String {
    match period {
        Period::Hourly => "hourly".to_owned(),
        Period::Daily(at) => format!("daily {}", at.strftime("%H:%M")),
        Period::Weekly(day, at) => {
            let day = usize::try_from(day.to_monday_zero_offset()).unwrap_or_default();
            format!("weekly {} {}", hours::day_name(day), at.strftime("%H:%M"))
        }
    }
}

/// A channel's times in a few words: `daily 07:00 below critical, quiet 22:00-06:30, not on weekends`; empty when it is told at once.
pub fn spell_timing(timing: &Timing) -> String {
    let mut said = Vec::new();
    if let Some(below) = timing.digest_below {
        said.push(format!("{} below {}", spell_period(timing.digest), below.name()));
    }
    if let Some(Quiet { from, until }) = timing.quiet {
        said.push(format!("quiet {}-{}", from.strftime("%H:%M"), until.strftime("%H:%M")));
    }
    if !timing.weekends {
        said.push("not on weekends".to_owned());
    }
    said.join(", ")
}
