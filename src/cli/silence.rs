//! `veedor silence`: what is muted, until when, by whom and why; muting, and the end of it.

use std::time::Duration;

use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use serde_json::Value;

use super::{Common, Done, Exit, Failure, ask, list, print};
use crate::ask::{Ask, Wanted};
use crate::clock::Clock;
use crate::diag::reader::parse_duration;

/// What stands below the help.
pub const HELP: &str = "Muted news is stored, shown and counted as ever; only its messages are not sent. At the end of a silence each recipient \
gets one summary of what was muted. Critical news and what is for the operator goes through unless its kind is named \
(--kind record.removed) or --critical is typed. `veedor deliveries` shows what is muted, `veedor retry ID` sends one of it all the same. \
Who left by the link in a mail stands here too; ending that brings the address back.\n\n\
For example: veedor silence add --case 17721-2024-00011G --kind 'filing.*' --for 3d --by Ana --because 'escritos masivos'";

/// What may follow.
#[derive(Debug, Subcommand)]
pub enum SilenceCommand {
    /// Mute what meets all that is named, until an end
    Add(Box<AddArgs>),
    /// End a silence now; what it muted is told in a summary
    End {
        /// The silence's id, from `veedor silence`, or the beginning of it
        id: String,
    },
}

/// What to mute.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// Only this case: a number or nickname
    #[arg(long)]
    case: Option<String>,
    /// Only this source
    #[arg(long)]
    source: Option<String>,
    /// Only events like this: filing.* or entry.added; may be given several times
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
    /// Only cases with this tag
    #[arg(long)]
    tag: Option<String>,
    /// Only what goes to this channel
    #[arg(long)]
    channel: Option<String>,
    /// Only what goes to this address
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
    /// For how long, such as 3d or 12h
    #[arg(long = "for", value_name = "TIME", conflicts_with = "until")]
    time: Option<String>,
    /// Until the beginning of this day (2026-12-31), or this instant (RFC 3339)
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
    /// Who mutes it, for those who wonder about the quiet
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    because: Option<String>,
    /// Mute critical news and what is for the operator too
    #[arg(long)]
    critical: bool,
}

/// Prints the silences, those that are active first.
pub fn list(common: &Common) -> Done {
    let data = ask::ask(common, Ask::Silences)?;
    if common.json {
        print::json(&data);
        return Ok(Exit::Done);
    }
    let silences = data["silences"].as_array().map(Vec::as_slice).unwrap_or_default();
    if silences.is_empty() {
        print::line("nothing is muted, and nothing was; `veedor silence add --help` says how");
        return Ok(Exit::Done);
    }
    let row = |silence: &Value| {
        let end = if silence["ended"].is_null() { end_of(silence) } else { format!("ended {}", print::minute(silence, "ended")) };
        vec![
            short(silence),
            end,
            print::field(silence, "muted"),
            scope(silence),
            print::field(silence, "by"),
            print::field(silence, "because"),
        ]
    };
    print::table(&["ID", "UNTIL", "MUTED", "WHAT", "BY", "BECAUSE"], &silences.iter().map(row).collect::<Vec<_>>());
    Ok(Exit::Done)
}

/// Begins a silence.
pub fn add(common: &Common, args: AddArgs) -> Done {
    let usage = |why: &str| Failure::new(Exit::Usage, why);
    let until = match (&args.time, &args.until) {
        (Some(time), _) => after(time)?,
        (None, Some(until)) => instant(until).unwrap_or_else(|| until.clone()),
        (None, None) => return Err(usage("a silence needs an end: type --for 3d, or --until 2026-12-31")),
    };
    let by = args.by.ok_or_else(|| usage("say who mutes it with --by NAME: others will wonder about the quiet"))?;
    let because = args.because.ok_or_else(|| usage("say why with --because TEXT: others will wonder about the quiet"))?;
    let AddArgs { case, source, kinds, tag, channel, to, critical, .. } = args;
    let data = ask::ask(common, Ask::Silence(Wanted { source, case, kinds, tag, channel, to, critical, by, because, until }))?;
    let mut text = format!("silence {} of {} until {}", short(&data), scope(&data), print::minute(&data, "until"));
    if data["critical"] != true {
        text.push_str("; critical news goes through unless its kind is named");
    }
    print::outcome(common, &data, &text);
    Ok(Exit::Done)
}

/// Ends a silence.
pub fn end(common: &Common, id: String) -> Done {
    let mut data = Value::Null;
    let by_daemon = ask::ask_each(common, std::iter::once(Ask::EndSilence { id }), |answer| data = answer)?;
    let who = if by_daemon { "the daemon sends" } else { "no daemon runs; `veedor run` sends" };
    let muted = list::messages(&data["muted"]);
    let text = match data["summaries"].as_array().map(Vec::len).unwrap_or_default() {
        _ if data["by_recipient"] == true => format!("{} is told again: {}", print::field(&data, "to"), scope(&data)),
        0 => format!("silence {} ended; it muted nothing that is to be told", short(&data)),
        1 => format!("silence {} ended; it muted {muted}, and {who} a summary", short(&data)),
        more => format!("silence {} ended; it muted {muted}, and {who} {more} summaries", short(&data)),
    };
    print::outcome(common, &data, &text);
    Ok(Exit::Done)
}

/// Who left which channel by himself, as far as a running daemon can be asked: a check must not need a store.
pub(super) fn left(common: &Common) -> Vec<(String, String)> {
    let asked = match ask::reach(common) {
        Ok(reached @ ask::Reached::Daemon { .. }) => reached.ask(Ask::Silences),
        Ok(ask::Reached::Nobody(_)) | Err(_) => return Vec::new(),
    };
    let data = asked.unwrap_or_default();
    let silences = data["silences"].as_array().map(Vec::as_slice).unwrap_or_default();
    let left = silences.iter().filter(|one| one["by_recipient"] == true && one["state"] == "active" && one["case"].is_null());
    left.map(|one| (print::field(one, "channel"), print::field(one, "to"))).collect()
}

/// A silence in a line of `veedor list`.
pub(super) fn told(silence: &Value) -> String {
    let (id, what, muted) = (short(silence), scope(silence), list::messages(&silence["muted"]));
    format!(
        "silence {id} mutes {what} until {}: {muted} so far ({}: {})",
        end_of(silence),
        print::field(silence, "by"),
        print::field(silence, "because")
    )
}

fn short(silence: &Value) -> String {
    print::field(silence, "id").chars().take(8).collect()
}

fn end_of(silence: &Value) -> String {
    if silence["until"].is_null() { "taken back".to_owned() } else { print::minute(silence, "until") }
}

/// What it mutes, in words of the command.
fn scope(silence: &Value) -> String {
    let case = &silence["case"];
    let kinds = silence["kinds"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut parts: Vec<String> = kinds.iter().filter_map(|kind| kind.as_str().map(print::clean)).collect();
    for (name, value) in [
        ("case", &case["number"]),
        ("source", &silence["source"]),
        ("tag", &silence["tag"]),
        ("channel", &silence["channel"]),
        ("to", &silence["to"]),
    ] {
        parts.extend(value.as_str().map(|value| format!("{name} {}", print::clean(value))));
    }
    if silence["critical"] == true && silence["by_recipient"] != true {
        parts.push("critical too".to_owned());
    }
    parts.join(", ")
}

fn after(time: &str) -> Result<String, Failure> {
    let wrong = || Failure::new(Exit::Usage, format!("\"{time}\" is no time; type --for 3d, 12h or 90m"));
    let time = parse_duration(time).filter(|time| *time > Duration::ZERO).ok_or_else(wrong)?;
    let end = Clock::System.now().checked_add(time).map_err(|_| wrong())?;
    Ok(end.to_string())
}

/// A day begins where this machine stands.
fn instant(text: &str) -> Option<String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.to_string());
    }
    let zone = TimeZone::try_system().unwrap_or(TimeZone::UTC);
    let day: civil::Date = text.parse().ok()?;
    Some(zone.to_timestamp(day.to_datetime(civil::Time::midnight())).ok()?.to_string())
}
