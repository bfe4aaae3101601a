//! `veedor deliveries` and `veedor retry`: the outbox.

use serde_json::Value;

use super::{Common, Done, Exit, Failure, ask, print};
use crate::daemon::answers::Ask;

/// Prints deliveries, newest first.
pub fn list(common: &Common, failed: bool, limit: usize) -> Done {
    let data = ask::ask(common, Ask::Deliveries { failed, limit })?;
    if common.json {
        print::json(&data);
        return Ok(Exit::Done);
    }
    let deliveries = data["deliveries"].as_array().map(Vec::as_slice).unwrap_or_default();
    let rows: Vec<Vec<String>> = deliveries.iter().map(row).collect();
    print::table(&["ID", "STATE", "WHEN", "CHANNEL", "TO", "CASE", "EVENTS", "LAST ANSWER"], &rows);
    Ok(Exit::Done)
}

fn row(delivery: &Value) -> Vec<String> {
    let attempts = delivery["attempts"].as_array().map(Vec::as_slice).unwrap_or_default();
    let last = attempts.last().map_or("–".to_owned(), |last| format!("{} (attempt {})", print::field(last, "detail"), attempts.len()));
    let kinds: Vec<&str> = delivery["events"].as_array().map(Vec::as_slice).unwrap_or_default().iter().filter_map(Value::as_str).collect();
    vec![
        print::field(delivery, "id"),
        print::field(delivery, "state"),
        print::minute(delivery, "at"),
        print::field(delivery, "channel"),
        print::field(delivery, "recipient"),
        print::field(&delivery["case"], "number"),
        kinds.join(" "),
        delivery["reason"].as_str().map_or(last, print::clean),
    ]
}

/// Sends again, or ends.
pub fn retry(common: &Common, ids: Vec<String>, all: bool, drop: bool) -> Done {
    if ids.is_empty() && (!all || drop) {
        let why = if drop {
            "name the deliveries that are not to be sent any more; `veedor deliveries` lists them"
        } else {
            "name the deliveries, or type --all for every one that is held or was given up; `veedor deliveries --failed` lists them"
        };
        return Err(Failure::new(Exit::Usage, why));
    }
    let data = ask::ask(common, Ask::Retry { ids, end: drop })?;
    let (done, words) = if drop { ("dropped", "will not be sent any more") } else { ("retried", "sent again") };
    if common.json {
        print::json(&data);
    } else {
        print::line(&format!("{} {words}", data[done].as_array().map_or(0, Vec::len)));
    }
    Ok(Exit::Done)
}
