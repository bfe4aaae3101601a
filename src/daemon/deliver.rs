//! The deliverer: tries every delivery when it is due.
//!
//! A loop over the outbox. It wakes by its own timer, by a nudge after a commit, and when an attempt ends. Each attempt is
//! a unit of its own, bounded by channel, so that a slow or dead receiver never delays another. It makes no events.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;

use super::Handles;
use super::sender::sender;
use super::supervise::{Pulse, Units};
use crate::config::{Channel, ChannelKind, Config};
use crate::domain::about::About;
use crate::domain::case::{CaseNumber, CaseRef, Watch};
use crate::domain::delivery::{Attempt, Delivery, DeliveryState, LONGEST_RETRY_AFTER, Outcome};
use crate::domain::event::Event;
use crate::domain::id::Id;
use crate::failpoint;
use crate::metrics::{DELIVERY_ATTEMPTS, DELIVERY_LATENCY};
use crate::notify;
use crate::store::error::StoreError;
use crate::store::outbox::DeliveryFilter;
use crate::store::pulse::blocking;

/// Attempts under way at once for one channel (`alerting.md` A1.7: per-endpoint concurrency).
const PER_CHANNEL: usize = 4;

/// The loop comes round at least this often.
const TICK: Duration = Duration::from_secs(5);

/// How long attempts under way may take to end at shutdown. One that is cut off is repeated under the same id.
const GRACE: Duration = Duration::from_secs(20);

/// A clock that is set back by less than this is merely being kept right.
const CLOCK_SLACK: Duration = Duration::from_secs(60);

/// A schedule may have been shortened since a delivery was planned.
const HORIZON_SLACK: Duration = Duration::from_secs(24 * 3600);

/// Due deliveries that are looked at in one round.
const BATCH: usize = 512;

/// A delivery whose attempt panicked waits this long; the attempt is noted as a retry.
const AFTER_PANIC: &str = "the attempt ended in an internal error; see the log";

/// The deliverer.
#[derive(Debug)]
pub struct Deliverer {
    handles: Handles,
    under_way: HashMap<String, usize>,
    taken: HashSet<Id>,
    looked: Timestamp,
}

type Attempts = Units<Delivery, Result<(), StoreError>>;

impl Deliverer {
    /// A deliverer with these handles.
    pub fn new(handles: Handles) -> Self {
        // At the first round the clock counts as set back, so that what it did before the start is mended too.
        Self { handles, under_way: HashMap::new(), taken: HashSet::new(), looked: Timestamp::MAX }
    }

    /// Runs until told to stop.
    pub async fn run(mut self, pulse: Pulse) {
        let mut attempts = Attempts::default();
        while !self.handles.control.is_stopping() {
            pulse.beat();
            if let Err(error) = self.round(&mut attempts).await {
                self.handles.control.fail(error.to_string());
                break;
            }
        }
        let cut = attempts.drain(GRACE).await;
        if cut > 0 {
            tracing::info!(cut, "attempts were cut off at shutdown; they are repeated under the same ids at the next start");
        }
    }

    async fn round(&mut self, attempts: &mut Attempts) -> Result<(), StoreError> {
        let now = self.handles.clock.now();
        if now + CLOCK_SLACK < self.looked {
            self.hasten(now).await?;
        }
        self.looked = now;
        let (store, taken) = (self.handles.store.clone(), self.taken.clone());
        let room = Room::beside(&self.under_way);
        let (due, next) = blocking(move || {
            let due = store.due(now, BATCH, &|delivery| taken.contains(&delivery.id) || !room.take(&delivery.channel))?;
            Ok((due, store.next_due()?))
        })
        .await?;
        for delivery in due {
            *self.under_way.entry(delivery.channel.clone()).or_default() += 1;
            self.taken.insert(delivery.id);
            attempts.start(delivery.clone(), attempt(self.handles.clone(), delivery));
        }
        let wait = wait(next, now);
        let control = self.handles.control.clone();
        tokio::select! {
            (delivery, result) = attempts.finished() => self.ended(delivery, result, now).await?,
            () = control.deliverer_nudged() => {}
            () = control.stopped() => {}
            () = tokio::time::sleep(wait) => {}
        }
        Ok(())
    }

    /// Makes due what waits for longer than anything is made to wait: it was planned by a clock that stood too far ahead.
    async fn hasten(&self, now: Timestamp) -> Result<(), StoreError> {
        let config = self.handles.config.load_full();
        let retries = config.channels.iter().map(|channel| channel.retry.longest());
        let longest = retries.chain([LONGEST_RETRY_AFTER, config.general.group_wait]).max().unwrap_or_default();
        let horizon = now.checked_add(longest + HORIZON_SLACK).unwrap_or(Timestamp::MAX);
        let store = self.handles.store.clone();
        let hastened = blocking(move || {
            let pending = store.deliveries(DeliveryFilter::Pending, usize::MAX)?;
            let late = |delivery: &&Delivery| delivery.state.due().is_some_and(|due| due > horizon);
            let ids: Vec<Id> = pending.iter().filter(late).map(|delivery| delivery.id).collect();
            if ids.is_empty() { Ok(0) } else { store.retry(&ids, now) }
        })
        .await;
        match hastened {
            Ok(0) => Ok(()),
            Ok(hastened) => {
                tracing::warn!(hastened, "deliveries were planned by a clock that stood too far ahead; they are sent now");
                Ok(())
            }
            Err(error) if error.is_fatal() => Err(error),
            Err(error) => {
                tracing::error!(%error, "the deliveries that wait could not all be read");
                Ok(())
            }
        }
    }

    /// Takes an attempt's end. An error of the store ends the daemon only when the store is unusable: one delivery whose
    /// record is damaged is left alone, and must not end all others.
    async fn ended(&mut self, delivery: Delivery, result: Option<Result<(), StoreError>>, began: Timestamp) -> Result<(), StoreError> {
        if let Some(count) = self.under_way.get_mut(&delivery.channel) {
            *count = count.saturating_sub(1);
        }
        let id = delivery.id;
        let noted = match result {
            Some(noted) => noted,
            None => {
                let outcome = Outcome::Retry { why: AFTER_PANIC.into(), after: None };
                note(&self.handles, delivery, outcome, began, None).await
            }
        };
        match noted {
            Err(error) if error.is_fatal() => return Err(error),
            Err(error) => {
                tracing::error!(delivery = %id, %error, "a delivery could not be read or noted; it is left alone until the next start");
            }
            Ok(()) => {
                self.taken.remove(&id);
            }
        }
        Ok(())
    }
}

/// Room for further attempts at each channel. Looked at while the due deliveries are read, so that no more of a channel are
/// read than can be started, and a channel with thousands due hides no other's news.
struct Room(RefCell<HashMap<String, usize>>);

impl Room {
    fn beside(under_way: &HashMap<String, usize>) -> Self {
        Self(RefCell::new(under_way.clone()))
    }

    fn take(&self, channel: &str) -> bool {
        let mut taken = self.0.borrow_mut();
        match taken.get_mut(channel) {
            Some(count) if *count >= PER_CHANNEL => return false,
            Some(count) => *count += 1,
            None => {
                taken.insert(channel.to_owned(), 1);
            }
        }
        true
    }
}

fn wait(next: Option<Timestamp>, now: Timestamp) -> Duration {
    match next {
        // What is due now and was not started waits for room, which comes with the end of an attempt.
        Some(due) if due > now => Duration::try_from(due.duration_since(now)).unwrap_or(TICK).min(TICK),
        _ => TICK,
    }
}

/// Tries one delivery once and notes what came of it.
///
/// # Errors
/// Only when the store fails, which is fatal.
pub async fn attempt(handles: Handles, delivery: Delivery) -> Result<(), StoreError> {
    let config = handles.config.load_full();
    let began = handles.clock.now();
    let (delivery, events, stored) = load(&handles, delivery, began).await?;
    let Some(channel) = config.channel(&delivery.channel) else {
        let why = format!("the watch list has no channel \"{}\" any more; add it again, or let the delivery wait", delivery.channel);
        return note(&handles, delivery, Outcome::Misconfigured { why }, began, None).await;
    };
    let sender = match sender(&config, channel) {
        Ok(sender) => sender,
        Err(why) => return note(&handles, delivery, Outcome::Misconfigured { why }, began, None).await,
    };
    let body = match stored {
        Some(body) => Ok(body),
        None => render(&config, channel, &sender, &delivery, &events),
    };
    let (outcome, body) = match body {
        Ok(body) => {
            failpoint::hit("before-send");
            let outcome = handles.notifier.send(&sender, &delivery, &body, began).await;
            failpoint::hit("after-send");
            (outcome, Some(body))
        }
        Err(why) => (Outcome::Rejected { why }, None),
    };
    note(&handles, delivery, outcome, began, body).await
}

async fn load(handles: &Handles, delivery: Delivery, now: Timestamp) -> Result<(Delivery, Vec<Event>, Option<Vec<u8>>), StoreError> {
    let store = handles.store.clone();
    blocking(move || {
        let delivery = match delivery.state {
            DeliveryState::Open { .. } => store.close(delivery.id, now)?.unwrap_or(delivery),
            _ => delivery,
        };
        let body = if delivery.attempts > 0 { store.body(delivery.id)? } else { None };
        let mut events = Vec::with_capacity(delivery.events.len());
        for id in &delivery.events {
            events.extend(store.event(*id)?);
        }
        Ok((delivery, events, body))
    })
    .await
}

/// The bytes to send. The same delivery gives the same bytes, so a crash before they are stored changes nothing.
fn render(config: &Config, channel: &Channel, sender: &notify::Channel, delivery: &Delivery, events: &[Event]) -> Result<Vec<u8>, String> {
    if events.is_empty() {
        return Err("its events are not in the store; run `veedor fsck`".into());
    }
    let unwatched;
    let watch = match config.watch(&delivery.case) {
        Some(watch) => watch,
        None => {
            unwatched = no_longer_watched(&delivery.case);
            &unwatched
        }
    };
    let source = config.source_of(&delivery.case);
    let url = source.map(|source| source.recipe.case_url(&watch.number)).unwrap_or_default();
    let about = About {
        watch,
        source_title: source.map_or(delivery.case.source.as_str(), |source| &source.recipe.title),
        case_url: &url,
        zone: source.map_or(jiff::tz::TimeZone::UTC, |source| source.recipe.zone_of(&watch.number)),
        language: channel.language,
        profile: config.general.privacy,
    };
    notify::render(sender, delivery, events, &about).map_err(|error| error.to_string())
}

/// News of a case that was taken off the watch list after it was found is still told.
fn no_longer_watched(case: &CaseRef) -> Watch {
    let number = CaseNumber { compact: case.number.clone(), canonical: case.number.clone(), parts: crate::domain::case::Parts::default() };
    Watch {
        case: case.clone(),
        number,
        name: None,
        formal_name: None,
        tags: Vec::new(),
        every: Duration::ZERO,
        since: None,
        note: None,
        facts: std::collections::BTreeMap::new(),
        channels: None,
    }
}

/// What a channel is, for metrics: its name may say whom it tells.
fn kind_of(config: &Config, channel: &str) -> &'static str {
    match config.channel(channel).map(|channel| &channel.kind) {
        Some(ChannelKind::Email) => "email",
        Some(ChannelKind::Webhook(_)) => "webhook",
        Some(ChannelKind::Terminal) => "terminal",
        None => "gone",
    }
}

/// A receiver's words for the log: mail servers like to repeat the address that they refuse, and the log has no addresses.
/// `veedor deliveries` shows them whole.
fn without_addresses(words: &str) -> String {
    words.split(' ').map(|word| if word.contains('@') { "(address)" } else { word }).collect::<Vec<_>>().join(" ")
}

/// The detail without the receiver's own words, which may echo what we sent it. They are in `veedor deliveries`.
fn without_answer(detail: &str) -> &str {
    match detail.split_once(": ") {
        Some((status, _)) if status.contains(" answered ") => status,
        _ => detail,
    }
}

async fn note(handles: &Handles, delivery: Delivery, outcome: Outcome, began: Timestamp, body: Option<Vec<u8>>) -> Result<(), StoreError> {
    let now = handles.clock.now();
    let config = handles.config.load_full();
    let schedule = config
        .channel(&delivery.channel)
        .map(|channel| channel.retry.clone())
        .unwrap_or_else(crate::domain::backoff::RetrySchedule::standard);
    let (state, attempts) = delivery.after(&outcome, &schedule, now);
    handles.metrics.counter(&DELIVERY_ATTEMPTS, &[kind_of(&config, &delivery.channel), outcome.name(), ""]).inc();
    match &outcome {
        Outcome::Sent { .. } => {
            let waited = Duration::try_from(now.duration_since(delivery.created)).unwrap_or_default();
            handles.metrics.histogram(&DELIVERY_LATENCY, &[]).observe(waited);
            tracing::debug!(channel = %delivery.channel, delivery = %delivery.id, "delivered");
        }
        other => {
            tracing::warn!(channel = %delivery.channel, delivery = %delivery.id, outcome = other.name(), why = without_addresses(without_answer(other.detail())), "not delivered")
        }
    }
    let keep = matches!(outcome, Outcome::Retry { .. }).then_some(body).flatten();
    let took = Duration::try_from(now.duration_since(began)).unwrap_or_default();
    let record = Attempt { at: began, took, outcome };
    let store = handles.store.clone();
    failpoint::hit("before-note");
    blocking(move || store.record_attempt(delivery.id, record, state, attempts, keep)).await?;
    failpoint::hit("after-note");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::domain::health::Health;
    use crate::domain::sample;
    use crate::domain::schedule::Row;
    use crate::store::cases::Head;
    use crate::store::commit::Visit;

    async fn deliverer() -> (tempfile::TempDir, Deliverer) {
        let dir = tempfile::tempdir().expect("a folder");
        let list = dir.path().join("watchlist.toml");
        let text = format!(
            "[veedor]\ncontact = \"pruebas@example.org\"\nstate_dir = \"{}\"\n\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2024-00011G\"\n",
            dir.path().join("state").display()
        );
        std::fs::write(&list, text).expect("a watch list");
        let config = Config::load(&list).expect("a good list").config;
        let handles = Handles::open(config, Clock::System).await.expect("a store");
        (dir, Deliverer::new(handles))
    }

    #[tokio::test]
    async fn a_clock_that_stood_far_ahead_holds_no_news_back() {
        let (_dir, deliverer) = deliverer().await;
        let (store, now) = (deliverer.handles.store.clone(), deliverer.handles.clock.now());
        let event = sample::ruling();
        let cid = store.register(std::slice::from_ref(&event.case)).expect("registers")[0];
        let head = Head {
            case: event.case.clone(),
            version: 0,
            seq: 0,
            health: Health::Ok,
            vanished: None,
            watched_since: now,
            changed_at: None,
            pages_sha256: [0; 32],
            validators: Vec::new(),
        };
        let soon = now + Duration::from_secs(20 * 3600);
        let years = now + Duration::from_secs(3 * 365 * 86_400);
        let to = |recipient, due| Delivery {
            state: DeliveryState::Waiting { due },
            ..sample::delivery(recipient, std::slice::from_ref(&event))
        };
        let deliveries = vec![to("a@example.net", soon), to("b@example.net", years)];
        let visit = Visit { cid, row: Row::default(), head, missing: None, version: None, events: vec![event.clone()], deliveries };
        store.commit(visit).expect("commits");
        deliverer.hasten(now).await.expect("a store in order");
        let due = store.due(now, 10, &|_| false).expect("reads");
        assert_eq!(due.iter().map(|delivery| delivery.recipient.as_str()).collect::<Vec<_>>(), ["b@example.net"]);
    }

    #[tokio::test]
    async fn a_delivery_that_cannot_be_noted_is_left_alone_and_a_store_that_failed_ends_it_all() {
        let (_dir, mut deliverer) = deliverer().await;
        let now = deliverer.handles.clock.now();
        let delivery = sample::delivery("mesa@example.net", &[sample::ruling()]);
        deliverer.taken.insert(delivery.id);
        let damaged = Some(Err(StoreError::Damaged("delivery 01".into())));
        assert_eq!(deliverer.ended(delivery.clone(), damaged, now).await, Ok(()));
        assert!(deliverer.taken.contains(&delivery.id), "it would be tried again at once, for ever");
        assert_eq!(deliverer.ended(delivery.clone(), Some(Ok(())), now).await, Ok(()));
        assert!(!deliverer.taken.contains(&delivery.id));
        assert_eq!(deliverer.ended(delivery, Some(Err(StoreError::Full)), now).await, Err(StoreError::Full));
    }

    #[test]
    fn an_address_that_a_mail_server_repeats_stays_out_of_the_log() {
        let words = "the mail relay answered 550 to RCPT: 5.1.1 <mesa@example.org>: no such user";
        assert_eq!(without_addresses(words), "the mail relay answered 550 to RCPT: 5.1.1 (address) no such user");
    }

    #[test]
    fn a_channel_has_room_for_so_many_and_takes_none_from_others() {
        let room = Room::beside(&HashMap::from([("mail".to_owned(), 3)]));
        let taken: Vec<bool> = ["mail", "mail", "mail", "hook", "mail", "hook"].iter().map(|channel| room.take(channel)).collect();
        assert_eq!(taken, [true, false, false, true, false, true]);
    }
}
