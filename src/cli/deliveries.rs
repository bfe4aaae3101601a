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

/// Sends again.
pub fn retry(common: &Common, ids: Vec<String>, all: bool) -> Done {
    if ids.is_empty() && !all {
        return Err(Failure::new(
            Exit::Usage,
            "name the deliveries, or type --all for every one that was given up; `veedor deliveries --failed` lists them",
        ));
    }
    let data = ask::ask(common, Ask::Retry { ids })?;
    if common.json {
        print::json(&data);
    } else {
        print::line(&format!("{} sent again", data["retried"].as_array().map_or(0, Vec::len)));
    }
    Ok(Exit::Done)
}
