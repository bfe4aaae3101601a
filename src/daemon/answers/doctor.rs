//! The answer to `veedor doctor`: every finding of `daemon::checkup`, as JSON.
//!
//! Called by [`answer`](super::answer). It sends no message.

use serde_json::{Value, json};

use super::Desk;
use crate::ask::Answer;
use crate::daemon::checkup;
use crate::domain::checkup::Finding;
use crate::wire::api::upkeep::{FindingLine, Findings};

/// Looks at everything. Sources are asked only when it is wished.
pub async fn doctor(desk: &Desk, ask_sources: bool) -> Result<Value, Answer> {
    let handles = &desk.handles;
    let mut findings = checkup::kept(desk).await?;
    if ask_sources {
        findings.extend(checkup::ask_sources(handles).await);
    }
    let seen = handles.fetcher.clock_offsets();
    findings.extend(checkup::outside(&handles.config.load_full(), &handles.notifier, &handles.clock, seen).await);
    Ok(json!(Findings { findings: findings.iter().map(line).collect() }))
}

/// A finding as the socket and `--json` show it.
pub fn finding(found: &Finding) -> Value {
    json!(line(found))
}

fn line(found: &Finding) -> FindingLine {
    let said = |text: &String| Some(text).filter(|text| !text.is_empty()).cloned();
    FindingLine {
        check: found.check.to_owned(),
        subject: said(&found.subject),
        verdict: found.verdict.name().to_owned(),
        what: found.what.clone(),
        remedy: said(&found.remedy),
    }
}
