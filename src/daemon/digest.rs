//! Puts a digest together from what a delivery gathered.
//!
//! Asked by [`attempt`](super::attempt) when the message is written. The order is `domain::digest`'s, the words are `message`'s.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::config::{Channel, Config};
use crate::domain::about::{About, Stop};
use crate::domain::case::{CaseNumber, CaseRef, Parts, Watch};
use crate::domain::delivery::{Content, Delivery};
use crate::domain::digest::{Digest, Part};
use crate::domain::event::Event;
use crate::notify::{self, Unsendable};

/// What is said of a case beside its news.
#[derive(Debug)]
pub struct Known {
    watch: Watch,
    title: String,
    url: String,
    zone: TimeZone,
}

impl Known {
    /// What the watch list and its source say of a case. News of one that was taken off the watch list after it was found is still told.
    pub fn of(config: &Config, case: &CaseRef) -> Self {
        let source = config.source_of(case);
        let number = || source.and_then(|source| source.recipe.number(&case.number).ok());
        let watch = config.watch(case).cloned().unwrap_or_else(|| no_longer_watched(case, number()));
        Self {
            title: source.map_or(case.source.clone(), |source| source.recipe.title.clone()),
            url: source.map(|source| source.recipe.case_url(&watch.number)).unwrap_or_default(),
            zone: source.map_or(TimeZone::UTC, |source| source.recipe.zone_of(&watch.number)),
            watch,
        }
    }

    /// The same for a message of this channel.
    pub fn about(&self, config: &Config, channel: &Channel, stop: Stop) -> About<'_> {
        About {
            watch: &self.watch,
            source_title: &self.title,
            case_url: &self.url,
            zone: self.zone.clone(),
            language: channel.language,
            profile: config.general.privacy,
            stop,
        }
    }
}

fn no_longer_watched(case: &CaseRef, number: Option<CaseNumber>) -> Watch {
    let as_stored = || CaseNumber { compact: case.number.clone(), canonical: case.number.clone(), parts: Parts::default() };
    Watch {
        case: case.clone(),
        number: number.unwrap_or_else(as_stored),
        name: None,
        formal_name: None,
        tags: Vec::new(),
        every: Duration::ZERO,
        since: None,
        note: None,
        facts: std::collections::BTreeMap::new(),
        channels: None,
        linked: Vec::new(),
    }
}

/// Writes the digest of these events, put together at `at`; `stop` says of each case how the reader stops it.
///
/// # Errors
/// As [`notify::render`].
pub fn render(
    config: &Config,
    channel: &Channel,
    sender: &notify::Channel,
    delivery: &Delivery,
    events: Vec<Event>,
    at: Timestamp,
    stop: impl Fn(&CaseRef) -> Stop,
) -> Result<Content, Unsendable> {
    let mut cases: Vec<(Known, CaseRef, Vec<Event>)> = Vec::new();
    for event in events {
        match cases.iter_mut().find(|(_, case, _)| *case == event.case) {
            Some((_, _, events)) => events.push(event),
            None => cases.push((Known::of(config, &event.case), event.case.clone(), vec![event])),
        }
    }
    let mut parts = Vec::with_capacity(cases.len());
    for (known, case, events) in &cases {
        parts.push(Part { about: known.about(config, channel, stop(case)), events: events.clone() });
    }
    let timing = &channel.route.timing;
    let mut digest = Digest { period: timing.digest, at, zone: timing.zone.clone(), parts };
    digest.sort();
    notify::render_digest(sender, delivery, &digest)
}
