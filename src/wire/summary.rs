//! The monthly summary of delays as JSON: `data.delays` of webhook bodies.
//!
//! Called by [`event`](super::event). It words nothing; the words are in `data.summary`.

use serde_json::{Map, Value, json};

use crate::domain::delay_summary::{CaseLine, DelaySummary, Numbers, TagLine};
use crate::domain::redact::{cut, plain};

/// The JSON. Of its tags and cases as many as `most` are listed, so that the body fits.
pub(super) fn shown(summary: &DelaySummary, most: usize) -> Value {
    let tag = |line: &TagLine| json!({"tag": cut(&plain(&line.tag), 100), "counts": counts(&line.numbers)});
    let case = |case: &CaseLine| {
        json!({
            "number": cut(&plain(&case.number), 100), "name": case.name.as_deref().map(|name| cut(&plain(name), 200)), "over": case.over,
            "near": case.near, "silent_days": case.silent, "next_hearing": case.next.map(|day| day.to_string()),
        })
    };
    json!({
        "due": summary.due.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "from": summary.from.to_string(),
        "to": summary.to.to_string(),
        "counts": counts(&summary.whole()),
        "tags": summary.tags.iter().filter(|line| !line.tag.is_empty()).take(most).map(tag).collect::<Vec<_>>(),
        "cases": summary.cases.iter().take(most).map(case).collect::<Vec<_>>(),
        "left_out": summary.left_out,
    })
}

fn counts(numbers: &Numbers) -> Map<String, Value> {
    numbers.named().into_iter().map(|(name, count)| (name.to_owned(), json!(count))).collect()
}
