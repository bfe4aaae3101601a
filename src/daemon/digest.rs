//! Puts a digest together from what a delivery gathered.
//!
//! Asked by [`attempt`](super::attempt) when the message is written. The order is `domain::digest`'s, the words are `message`'s.

use jiff::Timestamp;

use super::telling::{Read, Telling};
use crate::config::{Channel, Config};
use crate::domain::about::Stop;
use crate::domain::case::CaseRef;
use crate::domain::delivery::{Content, Delivery};
use crate::domain::digest::{Digest, Part};
use crate::domain::event::Event;
use crate::notify::{self, Unsendable};
use crate::store::Store;
use crate::store::error::StoreError;

/// A case, what may be told of it, and its events.
pub type Told = (CaseRef, Telling, Vec<Event>);

/// These events by case, in the order in which the cases come first. Blocks.
///
/// # Errors
/// Only when the store is unusable.
pub fn by_case(store: &Store, read: &Read, config: &Config, events: Vec<Event>) -> Result<Vec<Told>, StoreError> {
    let mut cases: Vec<(CaseRef, Vec<Event>)> = Vec::new();
    for event in events {
        match cases.iter_mut().find(|(case, _)| *case == event.case) {
            Some((_, events)) => events.push(event),
            None => cases.push((event.case.clone(), vec![event])),
        }
    }
    cases
        .into_iter()
        .map(|(case, events)| {
            let telling = Telling::load(store, read, config, &case, &events)?;
            Ok((case, telling, events))
        })
        .collect()
}

/// Writes the digest of these events, put together at `at`; `stop` says of each case how the reader stops it.
///
/// # Errors
/// As [`notify::render`].
pub fn render(
    channel: &Channel,
    sender: &notify::Channel,
    delivery: &Delivery,
    told: &[Told],
    at: Timestamp,
    stop: impl Fn(&CaseRef) -> Stop,
) -> Result<Content, Unsendable> {
    let mut parts = Vec::with_capacity(told.len());
    for (case, telling, events) in told {
        let about = telling.about(channel.language, stop(case));
        parts.push(Part { events: about.show(events), about });
    }
    let timing = &channel.route.timing;
    let mut digest = Digest { period: timing.digest, at, zone: timing.zone.clone(), parts };
    digest.sort();
    notify::render_digest(sender, delivery, &digest)
}
