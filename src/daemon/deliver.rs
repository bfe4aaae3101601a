//! The deliverer: tries every delivery when it is due.
//!
//! A loop over what waits, channel by channel. It wakes by its own timer, by a nudge after a commit, and when an attempt ends.
//! Each [`attempt`](super::attempt) is a unit of its own, bounded by channel, so that a slow or dead receiver never delays
//! another; channels in trouble [rest](super::rests), and each takes [no more](super::turns) than its service documents. It makes
//! no events.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::Handles;
use super::attempt::{Tried, attempt, fit_for_the_log, note_panic};
use super::brake;
use super::quiet::{self, CLOCK_SLACK};
use super::rests::{PER_CHANNEL, Rests};
use super::silences;
use super::supervise::Units;
use super::turns::Turns;
use crate::config::Config;
use crate::control::Pulse;
use crate::domain::delivery::Outcome;
use crate::domain::id::Id;
use crate::notify::Whose;
use crate::store::error::StoreError;
use crate::store::outbox::DeliveryFilter;
use crate::store::pulse::blocking;

/// The loop comes round at least this often.
const TICK: Duration = Duration::from_secs(5);

/// How long attempts under way may take to end at shutdown. One that is cut off is repeated under the same id.
const GRACE: Duration = Duration::from_secs(20);

/// How long leave-taking of relays may hold up a shutdown.
const LEAVE: Duration = Duration::from_secs(1);

/// What is held although its channel works (one recipient is refused, a channel changed its kind) is looked at this often.
const HELD_AGAIN: Duration = Duration::from_secs(3600);

/// The deliverer.
#[derive(Debug)]
pub struct Deliverer {
    handles: Handles,
    /// The watch list that the rests are about.
    config: Arc<Config>,
    rests: Rests,
    turns: Turns,
    under_way: HashMap<String, usize>,
    /// Channels of which the last attempt said nothing: it was the trouble of the message, or there was nothing to do.
    silent_probes: HashSet<String>,
    /// Leave that is being taken of relays.
    leaving: Units<(), ()>,
    looked: Timestamp,
    released: Timestamp,
}

/// A delivery that is being tried.
#[derive(Debug, Clone)]
struct UnderWay {
    id: Id,
    channel: String,
    began: Timestamp,
}

type Attempts = Units<UnderWay, Result<Tried, StoreError>>;

impl Deliverer {
    /// A deliverer with these handles.
    pub fn new(handles: Handles) -> Self {
        let config = handles.config.load_full();
        // At the first round the clock counts as set back, so that what it did before the start is mended too.
        let (looked, released) = (Timestamp::MAX, Timestamp::MIN);
        Self {
            handles,
            config,
            rests: Rests::default(),
            turns: Turns::default(),
            under_way: HashMap::new(),
            silent_probes: HashSet::new(),
            leaving: Units::default(),
            looked,
            released,
        }
    }

    /// Runs until told to stop.
    pub async fn run(mut self, pulse: Pulse) {
        for id in self.handles.store.damaged_deliveries() {
            tracing::error!(delivery = %id, "a delivery does not read back and is not sent; run `veedor fsck`");
        }
        let (store, now) = (self.handles.store.clone(), self.handles.clock.now());
        if let Err(error) = blocking(move || store.hold_back(now).and_then(|_| brake::remind(&store))).await {
            tracing::error!(%error, "what the brake holds could not be read");
        }
        silences::tell_unsilenced(&self.handles).await;
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
        self.leave(true);
        self.leaving.drain(LEAVE).await;
    }

    async fn round(&mut self, attempts: &mut Attempts) -> Result<(), StoreError> {
        let now = self.handles.clock.now();
        silences::end_due(&self.handles, now).await?;
        let next = self.start_due(attempts, now).await?;
        let wake = next.map_or(now + TICK, |next| next.min(now + TICK));
        let wait = Duration::try_from(wake.duration_since(now)).unwrap_or(TICK);
        let control = self.handles.control.clone();
        tokio::select! {
            (under_way, result) = attempts.finished() => self.ended(under_way, result).await?,
            () = control.deliverer_nudged() => {}
            () = control.stopped() => {}
            _ = self.leaving.finished() => {}
            () = tokio::time::sleep(wait) => {}
        }
        self.leave(false);
        while let Some((under_way, result)) = attempts.ended() {
            self.ended(under_way, result).await?;
        }
        Ok(())
    }

    /// Takes leave of the relays whose connections were kept long enough, beside everything else: they may not answer.
    fn leave(&mut self, all: bool) {
        for farewell in self.handles.notifier.overdue(all) {
            self.leaving.start((), farewell.say());
        }
    }

    /// Starts an attempt at all that is due and has room. Returns when there is more to start, as far as it is known now; the end of
    /// an attempt makes room, too.
    async fn start_due(&mut self, attempts: &mut Attempts, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        if now + CLOCK_SLACK < self.looked {
            self.hasten(now).await?;
            self.rests.clear();
            self.handles.store.resume_all();
            self.released = Timestamp::MIN;
        }
        self.looked = now;
        self.look_again(now);
        let mut wake: Option<Timestamp> = None;
        for channel in self.handles.store.waiting_channels() {
            let room = self.room(&channel, now);
            let claimed = self.claim(&channel, now, room);
            self.turns.take(&channel, self.pace(&channel), claimed.len(), now);
            for id in claimed {
                *self.under_way.entry(channel.clone()).or_default() += 1;
                attempts.start(UnderWay { id, channel: channel.clone(), began: now }, attempt(self.handles.clone(), id));
            }
            // A channel without room has it again when an attempt ends, when its rest does, or when it is its turn.
            let next = if room > 0 { self.handles.store.next_due_of(&channel) } else { self.rests_until(&channel, now) };
            let next = next.max(self.turns.next(&channel, self.pace(&channel), now)).filter(|next| *next > now);
            wake = wake.into_iter().chain(next).min();
        }
        Ok(wake)
    }

    /// What was held is looked at again after a reload, when the operator asks, and once an hour.
    fn look_again(&mut self, now: Timestamp) {
        let config = self.handles.config.load_full();
        if !Arc::ptr_eq(&config, &self.config) {
            self.config = config;
            self.turns.keep(|channel| self.config.channel(channel).is_some());
            self.silent_probes.retain(|channel| self.config.channel(channel).is_some());
            self.rests.clear();
            self.handles.runs.wake_all();
            self.released = Timestamp::MIN;
            // What waits for times that are gone is planned anew at the next round.
            self.looked = Timestamp::MAX;
        }
        for channel in self.handles.store.asked_for() {
            self.rests.wake(&channel);
            self.handles.runs.wake(&channel);
        }
        if self.released.checked_add(HELD_AGAIN).is_ok_and(|again| again <= now) {
            self.released = now;
            for channel in self.handles.store.waiting_channels() {
                // What is held for a channel in trouble comes one by one, as it is tried.
                if !self.handles.runs.is_failing(&channel) {
                    self.handles.store.release(&channel, true);
                }
            }
        }
    }

    /// Until when a channel rests, if it does.
    fn rests_until(&self, channel: &str, now: Timestamp) -> Option<Timestamp> {
        self.rests.until(channel).into_iter().chain(self.handles.runs.rests_until(channel, now)).max()
    }

    fn room(&self, channel: &str, now: Timestamp) -> usize {
        let under_way = self.under_way.get(channel).copied().unwrap_or_default();
        match self.config.channel(channel) {
            Some(_) if self.handles.runs.rests_until(channel, now).is_some() => 0,
            Some(_) => {
                let most = if self.handles.runs.is_failing(channel) { 1usize.saturating_sub(under_way) } else { PER_CHANNEL };
                self.rests.room(channel, under_way, now).min(self.turns.room(channel, self.pace(channel), now)).min(most)
            }
            // Nothing can be sent, only noted.
            None => PER_CHANNEL.saturating_sub(under_way),
        }
    }

    fn pace(&self, channel: &str) -> &'static [(usize, Duration)] {
        self.config.channel(channel).map_or(&[], |channel| channel.kind.medium().pace())
    }

    /// Claims what there is room for. A channel that is in doubt first tries the oldest that is held, so that news is told in order; but
    /// when that says nothing of the channel, it is the turn of what is due.
    fn claim(&self, channel: &str, now: Timestamp, room: usize) -> Vec<Id> {
        let store = &self.handles.store;
        let in_doubt = room > 0 && (self.rests.until(channel).is_some() || self.handles.runs.is_failing(channel));
        let held_first = in_doubt && !self.silent_probes.contains(channel);
        if held_first {
            store.release(channel, false);
        }
        let claimed = store.claim(channel, now, room);
        if !in_doubt || held_first || !claimed.is_empty() {
            return claimed;
        }
        store.release(channel, false);
        store.claim(channel, now, room)
    }

    /// Plans anew what waits for longer than anything is made to wait: it was planned by a clock that stood too far ahead, or with times
    /// that its channel no longer has.
    async fn hasten(&self, now: Timestamp) -> Result<(), StoreError> {
        let (store, config) = (self.handles.store.clone(), self.handles.config.load_full());
        let hastened = blocking(move || {
            let mut anew: BTreeMap<Timestamp, Vec<Id>> = BTreeMap::new();
            for delivery in store.deliveries(DeliveryFilter::Pending, usize::MAX)? {
                if let Some(due) = quiet::replanned(&config, &delivery, now) {
                    anew.entry(due).or_default().push(delivery.id);
                }
            }
            anew.iter().try_fold(0, |count, (due, ids)| Ok(count + store.replan(ids, *due)?))
        })
        .await;
        match hastened {
            Ok(0) => Ok(()),
            Ok(hastened) => {
                tracing::warn!(
                    hastened,
                    "deliveries were planned by a clock that stood too far ahead, or with times that their channel no longer has; they are sent now or with the next digest"
                );
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
    async fn ended(&mut self, under_way: UnderWay, result: Option<Result<Tried, StoreError>>) -> Result<(), StoreError> {
        let UnderWay { id, channel, began } = under_way;
        if let Some(count) = self.under_way.get_mut(&channel) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.under_way.remove(&channel);
            }
        }
        let noted = match result {
            Some(noted) => noted,
            None => note_panic(&self.handles, id, began).await,
        };
        let now = self.handles.clock.now();
        let given_back = match noted {
            Ok(tried) => {
                let store = self.handles.store.clone();
                blocking(move || store.give_back(id, now)).await.map(|()| tried)
            }
            Err(error) => Err(error),
        };
        match given_back {
            Err(error) if error.is_fatal() => return Err(error),
            Err(error) => {
                tracing::error!(delivery = %id, %error, "a delivery could not be read or noted; it is left alone until the next start");
                self.handles.store.set_aside(id);
            }
            Ok(tried) => {
                let says_something =
                    matches!(&tried, Tried::Once { outcome, whose } if *whose == Whose::Channel || matches!(outcome, Outcome::Sent { .. }));
                if says_something {
                    self.silent_probes.remove(&channel);
                } else {
                    self.silent_probes.insert(channel.clone());
                }
                // A probe that was not made must not use up the one of its day.
                if tried != Tried::NotNow {
                    self.handles.runs.tried(&channel, now);
                }
                if let Tried::Once { outcome, whose } = tried
                    && self.config.channel(&channel).is_some()
                {
                    self.tried(&channel, &outcome, whose);
                }
            }
        }
        Ok(())
    }

    /// Notes what an attempt says of its channel. What was held goes out when the channel turns out to work.
    fn tried(&mut self, channel: &str, outcome: &Outcome, whose: Whose) {
        let now = self.handles.clock.now();
        let was_failing = self.handles.runs.is_failing(channel);
        self.handles.runs.note(channel, outcome, whose, &fit_for_the_log(outcome.detail()), now);
        let is_over = was_failing && !self.handles.runs.is_failing(channel);
        if self.rests.note(channel, outcome, whose, now) || is_over {
            self.handles.store.release(channel, true);
        }
    }
}

#[cfg(test)]
mod outage;

#[cfg(test)]
mod table;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::daemon::runs::Runs;
    use crate::domain::condition::{Class, State, Topic};
    use crate::domain::delivery::{Delivery, DeliveryState};
    use crate::domain::event::Event;
    use crate::domain::health::Health;
    use crate::domain::sample;
    use crate::domain::schedule::Row;
    use crate::store::cases::Head;
    use crate::store::commit::Visit;

    async fn deliverer() -> (tempfile::TempDir, Deliverer) {
        deliverer_with("").await
    }

    async fn deliverer_with(channels: &str) -> (tempfile::TempDir, Deliverer) {
        let dir = tempfile::tempdir().expect("a folder");
        let list = dir.path().join("watchlist.toml");
        let text = format!(
            "[veedor]\ncontact = \"pruebas@example.org\"\nstate_dir = \"{}\"\n\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2024-00011G\"\n{channels}",
            dir.path().join("state").display()
        );
        std::fs::write(&list, text).expect("a watch list");
        let config = Config::load(&list).expect("a good list").config;
        let handles = Handles::open(config, Clock::System).await.expect("a store");
        (dir, Deliverer::new(handles))
    }

    /// Commits deliveries of one event.
    fn commit(deliverer: &Deliverer, make: impl FnOnce(&Event) -> Vec<Delivery>) {
        let (store, now) = (&deliverer.handles.store, deliverer.handles.clock.now());
        let event = sample::ruling();
        let cid = store.register(std::slice::from_ref(&event.case)).expect("registers")[0];
        let head = Head { health: Health::Ok, ..Head::unvisited(event.case.clone(), now) };
        let deliveries = make(&event);
        store
            .commit(Visit { cid, row: Row::default(), head, missing: None, version: None, events: vec![event], deliveries })
            .expect("commits");
    }

    #[tokio::test]
    async fn a_clock_that_stood_far_ahead_holds_no_news_back() {
        let (_dir, deliverer) = deliverer().await;
        let (store, now) = (deliverer.handles.store.clone(), deliverer.handles.clock.now());
        let [gathering, hours, years] = [30, 20 * 3600, 3 * 365 * 86_400].map(|seconds| now + Duration::from_secs(seconds));
        commit(&deliverer, |event| {
            let to = |recipient, attempts, due| Delivery {
                state: DeliveryState::Waiting { due },
                attempts,
                ..sample::delivery(recipient, std::slice::from_ref(event))
            };
            vec![
                to("a@example.net", 0, gathering),
                to("b@example.net", 0, hours),
                to("c@example.net", 3, hours),
                to("d@example.net", 3, years),
            ]
        });
        deliverer.hasten(now).await.expect("a store in order");
        let mut due: Vec<String> = store.due_at(now, 10).into_iter().map(|delivery| delivery.recipient).collect();
        due.sort();
        assert_eq!(due, ["b@example.net", "d@example.net"]);
    }

    #[tokio::test]
    async fn what_tells_only_what_does_not_read_back_is_held_where_it_is_seen() {
        let (_dir, mut deliverer) =
            deliverer_with("\n[[channel]]\nid = \"hook\"\nkind = \"webhook\"\nurl = \"https://hooks.example.org/x\"\n").await;
        let (store, now) = (deliverer.handles.store.clone(), deliverer.handles.clock.now());
        commit(&deliverer, |event| vec![Delivery { channel: "hook".into(), ..sample::delivery("", std::slice::from_ref(event)) }]);
        let [id] = store.claim("hook", now, 9)[..] else { panic!("one is due") };
        let event = store.delivery(id).expect("reads").expect("is there").events[0];
        store.spoil_event(event);
        let tried = attempt(deliverer.handles.clone(), id).await;
        assert!(matches!(&tried, Ok(Tried::Once { outcome: Outcome::Misconfigured { .. }, whose: Whose::Message })), "{tried:?}");
        deliverer.ended(UnderWay { id, channel: "hook".into(), began: now }, Some(tried)).await.expect("goes on");
        let failed = store.deliveries(DeliveryFilter::Failed, 9).expect("reads");
        assert!(matches!(&failed[..], [Delivery { state: DeliveryState::Held { .. }, .. }]), "{failed:?}");
        // It is tried again with what is held, and goes out when the index is mended.
        store.release("hook", true);
        assert_eq!(store.claim("hook", now, 9), [id]);
    }

    #[tokio::test]
    async fn a_delivery_that_cannot_be_noted_is_left_alone_and_a_store_that_failed_ends_it_all() {
        let (_dir, mut deliverer) = deliverer().await;
        let (store, now) = (deliverer.handles.store.clone(), deliverer.handles.clock.now());
        commit(&deliverer, |event| vec![sample::delivery("mesa@example.net", std::slice::from_ref(event))]);
        let [id] = store.claim("redaccion", now, 9)[..] else { panic!("one is due") };
        let under_way = UnderWay { id, channel: "redaccion".into(), began: now };
        let damaged = Some(Err(StoreError::Damaged("delivery 01".into())));
        assert_eq!(deliverer.ended(under_way.clone(), damaged).await, Ok(()));
        assert_eq!(store.claim("redaccion", now, 9), [], "it would be tried again at once, for ever");
        commit(&deliverer, |event| vec![sample::delivery("otra@example.net", std::slice::from_ref(event))]);
        assert_eq!(deliverer.ended(under_way, Some(Err(StoreError::Full))).await, Err(StoreError::Full));
    }

    #[tokio::test]
    async fn what_was_not_tried_uses_up_no_probe_and_what_is_held_for_its_address_does_not_spin() {
        let (_dir, mut deliverer) = deliverer().await;
        let now = deliverer.handles.clock.now();
        let disabled = State { disabled: Some(now), ..State::told_already(Class::Failing, 9, now) };
        let kept = BTreeMap::from([((Topic::Channel, "redaccion".to_owned()), disabled)]);
        deliverer.handles.runs = Arc::new(Runs::kept(&kept));
        let under_way = UnderWay { id: Id::derive(&[b"any"]), channel: "redaccion".into(), began: now };
        for (tried, rests) in [(Tried::NotNow, false), (Tried::Held, true)] {
            deliverer.ended(under_way.clone(), Some(Ok(tried.clone()))).await.expect("a store in order");
            let until = deliverer.handles.runs.rests_until("redaccion", deliverer.handles.clock.now());
            assert_eq!(until.is_some(), rests, "{tried:?}");
        }
    }
}
