//! `veedor retry`: deliveries once more, by their ids or by what they have in common, or never more.
//!
//! The daemon does it, or this process when none runs. It sends nothing itself.

use clap::Args;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::Value;

use super::deliveries::list_in;
use super::{Common, Done, Exit, Failure, ask, print};
use crate::ask::{Ask, Which};
use crate::clock::Clock;
use crate::diag::reader::parse_duration;

/// What stands below the help.
pub const HELP: &str = "A receiver that was away for longer than its channel tries, or that lost what it took, gets the news of that time again:\n\n  \
veedor retry --since 3d --channel datos               what did not arrive since then\n  \
veedor retry --since 2026-11-20 --channel datos --delivered   also what arrived\n\n\
Every message goes out as it was written, under the id that it had, so that a receiver knows what it has already.";

/// What `retry` takes.
#[derive(Debug, Args)]
pub struct RetryArgs {
    /// Delivery ids, from `veedor deliveries`
    ids: Vec<String>,
    /// All that are held or were given up
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    /// All that were made since then and did not arrive: 2h, 3d, 2026-11-20, 2026-11-20T14:00
    #[arg(long, value_name = "WHEN", conflicts_with_all = ["ids", "all"])]
    since: Option<String>,
    /// Of these, those of one channel
    #[arg(long, value_name = "ID", conflicts_with = "ids")]
    channel: Option<String>,
    /// Also those that arrived: the receiver lost them
    #[arg(long, requires = "since")]
    delivered: bool,
    /// End those named instead: they are not sent any more
    #[arg(long, conflicts_with_all = ["all", "since", "channel"])]
    drop: bool,
}

/// Sends again, or ends.
pub fn run(common: &Common, args: RetryArgs) -> Done {
    let RetryArgs { ids, all, since, channel, delivered, drop } = args;
    if ids.is_empty() && !all && since.is_none() {
        let why = match (drop, &channel) {
            (true, _) => "name the deliveries that are not to be sent any more; `veedor deliveries` lists them",
            (false, Some(_)) => "say from when on: --since 3d, or --all for everything of the channel that is held or was given up",
            (false, None) => {
                "name the deliveries, or type --all for every one that is held or was given up; `veedor deliveries --failed` lists them"
            }
        };
        return Err(Failure::new(Exit::Usage, why));
    }
    let since = since.map(|text| when(&text, Clock::System.now(), &TimeZone::system())).transpose()?;
    let which = Which { since: since.map(Timestamp::as_millisecond), channel, delivered };
    let mut data = Value::Null;
    let by_daemon = ask::ask_each(common, std::iter::once(Ask::Retry { ids, end: drop, which }), |answer| data = answer)?;
    let who = if by_daemon { "the daemon sends" } else { "no daemon runs; `veedor run` sends" };
    let text = match (drop, list_in(&data, if drop { "dropped" } else { "retried" }).len()) {
        (true, 1) => "1 delivery will not be sent any more".to_owned(),
        (true, count) => format!("{count} deliveries will not be sent any more"),
        (false, 0) => "no such delivery is held or was given up; nothing to send again".to_owned(),
        (false, 1) => format!("1 delivery is queued again; {who} it"),
        (false, more) => format!("{more} deliveries are queued again; {who} them"),
    };
    print::outcome(common, &data, &text);
    Ok(Exit::Done)
}

/// The instant that somebody means: a while ago, a day or an hour on this machine's wall clock, or an instant with its offset.
fn when(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, Failure> {
    let text = text.trim();
    let wall = || {
        let wall = text.parse::<DateTime>().ok().or_else(|| text.parse::<Date>().ok().map(DateTime::from));
        wall.and_then(|wall| zone.to_timestamp(wall).ok())
    };
    let ago = || parse_duration(text).and_then(|ago| now.checked_sub(ago).ok());
    match text.parse::<Timestamp>().ok().or_else(wall).or_else(ago) {
        Some(at) if at > now => Err(Failure::new(Exit::Usage, format!("--since {text} is still to come; name a time that has passed"))),
        Some(at) => Ok(at),
        None => {
            let why = format!("--since \"{text}\" is no time; write 2h, 3d, 2026-11-20 or 2026-11-20T14:00");
            Err(Failure::new(Exit::Usage, why))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_while_ago_a_day_an_hour_or_an_instant() {
        let now: Timestamp = "2026-11-26T12:00:00Z".parse().expect("valid");
        let quito = TimeZone::get("America/Guayaquil").expect("bundled");
        let read = |text: &str| when(text, now, &quito).map(|at| at.to_string()).map_err(|failure| failure.why);
        for (text, meant) in [
            ("2h", "2026-11-26T10:00:00Z"),
            ("3d", "2026-11-23T12:00:00Z"),
            ("2026-11-20", "2026-11-20T05:00:00Z"),
            ("2026-11-20T14:00", "2026-11-20T19:00:00Z"),
            ("2026-11-20T14:00:00Z", "2026-11-20T14:00:00Z"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(meant), "{text}");
        }
        assert!(read("mañana").is_err_and(|why| why.contains("is no time")));
        assert!(read("2026-11-27").is_err_and(|why| why.contains("still to come")));
    }
}
