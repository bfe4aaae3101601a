//! One request to each source, when whoever runs `veedor doctor` asks for it: its robots.txt, in the queue, gap, hours and budget of any visit.
//!
//! What the host answers is told and kept nowhere; the page of no case is asked for.

use std::collections::BTreeMap;

use crate::daemon::Handles;
use crate::daemon::ask::rules_of;
use crate::domain::checkup::Finding;
use crate::domain::page::{Method, Request};
use crate::fetch::{FailureKind, Fetched};

const LOOK: &str = "look at its site in a browser from this machine; a block is never gone around";

/// Asks each source once, one after the other.
pub async fn ask_sources(handles: &Handles) -> Vec<Finding> {
    let config = handles.config.load_full();
    let mut hosts = BTreeMap::new();
    for watch in &config.cases {
        let Some(source) = config.source_of(&watch.case).filter(|source| source.is_polled() && source.program.is_none()) else { continue };
        hosts.entry(source.recipe.base_url_of(&watch.number).into_owned()).or_insert((source, watch));
    }
    let mut findings = Vec::new();
    for (base_url, (source, watch)) in hosts {
        let request = Request {
            step: "robots".to_owned(),
            method: Method::Get,
            url: format!("{base_url}/robots.txt"),
            headers: Vec::new(),
            body: None,
            charset: None,
        };
        let id = source.recipe.id.as_str();
        findings.push(match handles.fetcher.fetch(&rules_of(source, &watch.number), &request, None).await {
            Fetched::Page(page) => Finding::ok("answer", id, format!("its host answers now, with status {}", page.status)),
            Fetched::NotModified { .. } => Finding::ok("answer", id, "its host answers now"),
            Fetched::Failed(failure) => match failure.kind {
                FailureKind::Disallowed => Finding::ok("answer", id, "its host answers now"),
                FailureKind::Postponed | FailureKind::Crowded => {
                    Finding::warn("answer", id, format!("not asked: {}", failure.why), "wait; it is asked when it may be")
                }
                _ => Finding::fail("answer", id, failure.why, LOOK),
            },
        });
    }
    findings
}
