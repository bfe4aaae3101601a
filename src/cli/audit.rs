//! `veedor audit`: who did what, and from where.

use clap::Args;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use serde_json::{Value, json};

use super::{Common, Done, Exit, Failure, ask, print};
use crate::ask::Ask;
use crate::ask::access::Access;

/// Deeds that are asked for at a time.
const GROUP: usize = 500;

/// What to print.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// Only from this day (2026-12-31) or instant (RFC 3339) on
    #[arg(long, value_name = "DAY")]
    since: Option<String>,
    /// At most this many, the newest
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = super::whole_number::<usize>)]
    limit: usize,
}

/// Prints what was done, the newest last.
pub fn run(common: &Common, args: AuditArgs) -> Done {
    let since = args.since.as_deref().map(instant).transpose()?;
    let (mut deeds, mut before): (Vec<Value>, Option<u64>) = (Vec::new(), None);
    while deeds.len() < args.limit {
        let limit = (args.limit - deeds.len()).min(GROUP);
        let data = ask::ask(common, Ask::Access(Access::Audit { before, since: since.clone(), limit }))?;
        deeds.extend(data["deeds"].as_array().cloned().unwrap_or_default());
        before = data["older"].as_u64();
        if before.is_none() {
            break;
        }
    }
    deeds.reverse();
    if common.json {
        print::json(&json!({ "deeds": deeds }));
        return Ok(Exit::Done);
    }
    if deeds.is_empty() {
        print::line("nothing was done that is noted");
        return Ok(Exit::Done);
    }
    let row = |deed: &Value| {
        let outcome = print::field(deed, "outcome");
        let refused = if deed["refused"].is_null() { outcome } else { format!("{outcome}: {}", print::field(deed, "refused")) };
        vec![print::minute(deed, "at"), who(deed), print::field(deed, "what"), print::field(deed, "about"), refused]
    };
    print::table(&["WHEN", "WHO", "WHAT", "ABOUT", "OUTCOME"], &deeds.iter().map(row).collect::<Vec<_>>());
    Ok(Exit::Done)
}

/// `ana, 10.0.0.7` · `token tablero of ana, 10.0.0.7` · `console`.
fn who(deed: &Value) -> String {
    let of = |name: &str| deed[name].as_str().map(print::clean);
    let who = match (of("token"), of("user")) {
        (Some(token), Some(user)) => format!("token {token} of {user}"),
        (Some(token), None) => format!("token {token}"),
        (None, Some(user)) => user,
        (None, None) => "this machine".to_owned(),
    };
    of("from").map_or_else(|| if deed["user"].is_null() { "console".to_owned() } else { who.clone() }, |from| format!("{who}, {from}"))
}

/// A day begins where this machine stands.
fn instant(text: &str) -> Result<String, Failure> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at.to_string());
    }
    let zone = TimeZone::try_system().unwrap_or(TimeZone::UTC);
    let day = text.parse::<civil::Date>().ok().and_then(|day| zone.to_timestamp(day.to_datetime(civil::Time::midnight())).ok());
    day.map(|at| at.to_string()).ok_or_else(|| Failure::new(Exit::Usage, format!("\"{text}\" is no day; write --since 2026-12-31")))
}
