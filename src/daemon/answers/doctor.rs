//! The answer to `veedor doctor`: every finding of `daemon::checkup`, as JSON.
//!
//! Called by [`answer`](super::answer). It sends no message.

use serde_json::{Value, json};

use super::Desk;
use crate::ask::Answer;
use crate::daemon::checkup;
use crate::domain::checkup::Finding;

/// Looks at everything. Sources are asked only when it is wished.
pub async fn doctor(desk: &Desk, ask_sources: bool) -> Result<Value, Answer> {
    let handles = &desk.handles;
    let mut findings = checkup::kept(desk).await?;
    if ask_sources {
        findings.extend(checkup::ask_sources(handles).await);
    }
    let seen = handles.fetcher.clock_offsets();
    findings.extend(checkup::outside(&handles.config.load_full(), &handles.notifier, &handles.clock, seen).await);
    Ok(json!({ "findings": findings.iter().map(finding).collect::<Vec<_>>() }))
}

/// A finding as the socket and `--json` show it.
pub fn finding(found: &Finding) -> Value {
    json!({
        "check": found.check,
        "subject": Some(&found.subject).filter(|subject| !subject.is_empty()),
        "verdict": found.verdict.name(),
        "what": found.what,
        "do": Some(&found.remedy).filter(|remedy| !remedy.is_empty()),
    })
}
