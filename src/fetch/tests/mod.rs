//! `fetch` against a court on loopback that misbehaves on script, with the time moved by hand where time decides.

mod answers;
mod court;
mod inside;
mod politeness;
mod robots;

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use self::court::Court;
use super::*;
use crate::domain::page::Method;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

fn noon() -> Timestamp {
    // A Monday; noon in Guayaquil.
    "2026-11-23T17:00:00Z".parse().expect("valid")
}

fn rules() -> Rules {
    Rules {
        source: "test".into(),
        headers: vec![("Origin".into(), "https://court.example".into())],
        gap: Duration::ZERO,
        daily: 10_000,
        timeout: Duration::from_secs(20),
        hours: None,
        zone: TimeZone::get("America/Guayaquil").expect("bundled"),
        rest: Rest::COURT,
        reach: Reach { private: true, ..Reach::default() },
    }
}

fn request(court: &Court, target: &str) -> Request {
    let url = format!("{}{target}", court.base);
    Request { step: "s".into(), method: Method::Get, url, headers: Vec::new(), body: None, charset: None }
}

struct Desk {
    fetcher: Fetcher,
    clock: Clock,
    rules: Rules,
}

impl Desk {
    fn new() -> Self {
        let clock = Clock::fixed(noon());
        let fetcher = Fetcher::new(None, clock.clone(), Metrics::default()).expect("builds");
        Self { fetcher, clock, rules: rules() }
    }

    async fn ask(&self, court: &Court, target: &str) -> Fetched {
        self.fetcher.fetch(&self.rules, &request(court, target), None).await
    }

    async fn page(&self, court: &Court, target: &str) -> Page {
        match self.ask(court, target).await {
            Fetched::Page(page) => page,
            other => panic!("no page: {other:?}"),
        }
    }

    async fn failure(&self, court: &Court, target: &str) -> Failure {
        match self.ask(court, target).await {
            Fetched::Failed(failure) => failure,
            other => panic!("no failure: {other:?}"),
        }
    }

    fn later(&self, by: Duration) {
        self.clock.advance_to(self.clock.now() + by);
    }
}
