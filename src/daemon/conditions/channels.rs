//! Channels: runs of failures, disabling after days, and messages that were given up.
//!
//! The deliverer notes runs as they happen ([`runs`](crate::daemon::runs)); here they are kept and told. A channel is never told of
//! itself: it would not hear.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::{Looked, Observed, Observer, count};
use crate::config::{Channel, Config};
use crate::domain::condition::{Class, Rule, Seen, State, Step, Topic, is_hopeless, step};
use crate::domain::delivery::{Delivery, DeliveryState};
use crate::domain::event::EventKind;
use crate::domain::id::Id;
use crate::domain::medium::Medium;
use crate::domain::report::{Number, Report, Subject, is_ours};
use crate::store::error::StoreError;
use crate::store::outbox::DeliveryFilter;

/// Failures in a row that confirm the trouble of a channel, beside the time that the configuration names (`alerting.md` A4.11). One that
/// is set up wrongly is told at once: nothing but the operator mends it.
const FAILURES: u32 = 4;

/// More messages that were given up are told before the next reminder, but not more often than this.
const MORE_GIVEN_UP: Duration = Duration::from_secs(6 * 3600);

/// Looks at all channels.
pub(super) fn look(observer: &mut Observer, config: &Config, now: Timestamp) -> Result<usize, StoreError> {
    let dead = given_up(observer)?;
    let mut looked = Looked::default();
    for (channel, state) in observer.handles.runs.all() {
        looked.add(of_channel(observer, config, &channel, state, &dead, now))?;
    }
    for channel in observer.known(Topic::Channel) {
        looked.add(over(observer, config, &channel, now))?;
    }
    for channel in observer.known(Topic::GaveUp).into_iter().filter(|channel| !dead.contains_key(channel)) {
        looked.add(dead_of(observer, config, &channel, &[], now))?;
    }
    for (channel, dead) in &dead {
        looked.add(dead_of(observer, config, channel, dead, now))?;
    }
    looked.end()
}

/// Forgets the run of a channel that ended between two looks, and tells the end of one that was told.
fn over(observer: &mut Observer, config: &Config, channel: &str, now: Timestamp) -> Result<usize, StoreError> {
    if observer.handles.runs.all().contains_key(channel) {
        return Ok(0);
    }
    let Some(kept) = observer.state(Topic::Channel, channel) else { return Ok(0) };
    let report = Report::new(Some(kept.class), Subject::Channel(channel.to_owned()), kept.since, kept.told.saturating_add(1));
    let event = (kept.told > 0).then(|| report.event(Topic::Channel, EventKind::ChannelRecovered, now));
    observer.keep(config, (Topic::Channel, channel.to_owned()), Some(&kept), None, event, now)
}

fn of_channel(
    observer: &mut Observer,
    config: &Config,
    channel: &str,
    run: State,
    dead: &BTreeMap<String, Vec<Timestamp>>,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let key = (Topic::Channel, channel.to_owned());
    let kept = observer.state(Topic::Channel, channel);
    let runs = observer.handles.runs.clone();
    let Some(configured) = config.channel(channel) else {
        runs.settle(channel, &run, None);
        return observer.keep(config, key, kept.as_ref(), None, None, now);
    };
    let rule = match run.class {
        Class::Failing => Rule { times: FAILURES, span: config.general.signs.trouble_after, clear: 1, growth: None },
        _ => Rule { times: 1, span: Duration::ZERO, clear: 1, growth: None },
    };
    let seen = match run.good {
        0 => Seen::Bad { class: run.class, count: run.bad, fresh: false, why: run.why.clone() },
        _ => Seen::Good,
    };
    let mut state = Some(run.clone());
    let mut step = step(&mut state, seen, now, &rule);
    if let Some(state) = state.as_mut().filter(|state| state.is_on() && state.disabled.is_none())
        && can_be_disabled(configured)
        && is_hopeless(state, now)
    {
        state.disabled = Some(now);
        if step == Step::Nothing {
            state.tell(now);
            step = Step::Repeat;
        }
    }
    let report = |state: &State, telling: u32| {
        let given_up = dead.get(channel).map_or(0, |dead| dead.iter().filter(|at| **at >= state.since).count());
        let waiting = observer.handles.store.waiting(channel);
        Report {
            numbers: vec![(Number::Attempts, state.bad.into()), (Number::Waiting, count(waiting)), (Number::GivenUp, count(given_up))],
            why: Some(state.why.clone()).filter(|why| !why.is_empty()),
            ..Report::new(Some(state.class), Subject::Channel(channel.to_owned()), state.since, telling)
        }
    };
    let event = match (&step, &state) {
        (Step::Fire | Step::Repeat, Some(state)) => {
            let kind = if state.disabled.is_some() { EventKind::ChannelDisabled } else { EventKind::ChannelFailing };
            Some(report(state, state.told).event(Topic::Channel, kind, now))
        }
        (Step::Resolve(was), _) => {
            Some(Report { why: None, ..report(was, was.told.saturating_add(1)) }.event(Topic::Channel, EventKind::ChannelRecovered, now))
        }
        _ => None,
    };
    let is_over = matches!(step, Step::Resolve(_));
    let told = observer.keep(config, key, kept.as_ref(), state.clone(), event, now)?;
    runs.settle(channel, &run, state.as_ref());
    if is_over {
        hasten(observer, channel, now)?;
    }
    // Unless it took a message while this was told.
    if runs.is_disabled(channel) {
        let why = format!("its channel is disabled after {} failed attempts and is tried once a day: {}", run.bad, run.why);
        observer.handles.store.hold(channel, &why, now)?;
    }
    Ok(told)
}

/// Whether waiting a day for the next attempt costs no more than waiting: a mail relay or a program of the operator's own that is mended
/// is to be used within the hour.
fn can_be_disabled(channel: &Channel) -> bool {
    !matches!(channel.kind.medium(), Medium::Email | Medium::Terminal | Medium::Command)
}

/// What failed meanwhile and waits for its next attempt goes out now that the channel takes messages again.
fn hasten(observer: &Observer, channel: &str, now: Timestamp) -> Result<(), StoreError> {
    let store = &observer.handles.store;
    let failed = |delivery: &&Delivery| {
        delivery.channel == channel && delivery.attempts > 0 && matches!(delivery.state, DeliveryState::Waiting { due } if due > now)
    };
    let pending = store.deliveries(DeliveryFilter::Pending, usize::MAX)?;
    let ids: Vec<Id> = pending.iter().filter(failed).map(|delivery| delivery.id).collect();
    if !ids.is_empty() {
        store.replan(&ids, now)?;
    }
    Ok(())
}

/// When messages of each channel were given up. What veedor told of itself is not among them: it would tell of telling.
fn given_up(observer: &Observer) -> Result<BTreeMap<String, Vec<Timestamp>>, StoreError> {
    let mut by_channel: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
    for delivery in observer.handles.store.deliveries(DeliveryFilter::Dead, usize::MAX)? {
        if !is_ours(&delivery.case) {
            by_channel.entry(delivery.channel).or_default().push(delivery.state.at());
        }
    }
    Ok(by_channel)
}

fn dead_of(observer: &mut Observer, config: &Config, channel: &str, dead: &[Timestamp], now: Timestamp) -> Result<usize, StoreError> {
    let seen = match dead.len() {
        0 => Seen::Good,
        many => Seen::Bad { class: Class::GaveUp, count: u32::try_from(many).unwrap_or(u32::MAX), fresh: false, why: String::new() },
    };
    let rule = Rule { times: 1, span: Duration::ZERO, clear: 1, growth: Some(MORE_GIVEN_UP) };
    let numbers = vec![(Number::GivenUp, count(dead.len()))];
    let subject = Subject::Channel(channel.to_owned());
    observer.observe(config, Observed { topic: Topic::GaveUp, subject, seen, rule, numbers, sources: Vec::new() }, now)
}
