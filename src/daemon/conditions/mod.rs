//! The conditions: a loop that looks at sources, channels and the disk, and tells whoever runs veedor what lasts.
//!
//! It asks no source and sends nothing. What it saw and told stands in the store with the deliveries that tell it, so that a restart
//! goes on where it was. When something is confirmed, called to mind or over is decided in
//! [`domain::condition`](crate::domain::condition). It wakes by its own timer only.

mod channels;
mod disk;
mod heartbeat;
pub(super) mod sources;
mod summary;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Handles;
use super::steady::Steady;
use super::telling::no_longer_watched;
use crate::clock::uptime;
use crate::config::Config;
use crate::domain::about::{About, Language, Stop};
use crate::domain::condition::{Class, Rule, Seen, State, Step, Topic, step};
use crate::domain::event::{Event, EventKind, Severity};
use crate::domain::privacy::Privacy;
use crate::domain::report::{Number, Report, SourceLine, Subject};
use crate::domain::route::{Route, to_operators};
use crate::message;
use crate::metrics::{CONDITIONS, ENDPOINTS_DISABLED};
use crate::store::conditions::{Key, Telling};
use crate::store::error::StoreError;
use crate::store::pulse::blocking;

/// How often it looks, at most.
const LOOK: Duration = Duration::from_secs(60);

/// What is left on the disk of a folder, in bytes.
type Space = fn(&Path) -> std::io::Result<u64>;

/// Runs until told to stop. A last look keeps what the deliverer noted since the one before.
pub async fn run(handles: Handles) {
    let mut observer = Observer::new(handles.clone(), disk::free);
    let mut is_last = false;
    while !is_last {
        let config = handles.config.load_full();
        // A list whose cases are visited every second is a trial, and wants to hear as soon.
        let look = config.cases.iter().map(|watch| watch.every).min().map_or(LOOK, |every| every.min(LOOK));
        is_last = tokio::time::timeout(look, handles.control.stopped()).await.is_ok();
        let now = handles.clock.now();
        let looked = blocking(move || {
            let told = observer.look(now);
            Ok((observer, told))
        })
        .await;
        let told = match looked {
            Ok((after, told)) => {
                observer = after;
                told
            }
            Err(error) => return handles.control.fail(error.to_string()),
        };
        match told {
            Ok(0) => {}
            Ok(_) => handles.control.nudge_deliverer(),
            Err(error) if error.is_fatal() => return handles.control.fail(error.to_string()),
            Err(error) => {
                tracing::error!(%error, "the conditions could not all be looked at; they are at the next look");
                // Some may have been told all the same.
                handles.control.nudge_deliverer();
            }
        }
    }
}

/// What looks.
pub(super) struct Observer {
    handles: Handles,
    /// What is kept; read from the store at the first look.
    states: Option<BTreeMap<Key, State>>,
    sources: sources::Memory,
    space: Space,
    /// Since when the clock goes steadily; begun at the first look.
    steady: Option<Steady>,
}

/// One observation, with what a report of it says beside the state.
struct Observed {
    topic: Topic,
    subject: Subject,
    seen: Seen,
    rule: Rule,
    numbers: Vec<(Number, u64)>,
    sources: Vec<SourceLine>,
}

/// What came of several parts of a look: what cannot be read of one keeps no other from being told.
#[derive(Default)]
struct Looked {
    told: usize,
    failed: Option<StoreError>,
}

impl Looked {
    /// Takes what came of a part. Only a store that failed ends the look.
    fn add(&mut self, part: Result<usize, StoreError>) -> Result<(), StoreError> {
        match part {
            Ok(told) => self.told += told,
            Err(error) if error.is_fatal() => return Err(error),
            Err(error) => {
                self.failed.get_or_insert(error);
            }
        }
        Ok(())
    }

    /// How many events were told, or the first thing that went wrong.
    fn end(self) -> Result<usize, StoreError> {
        self.failed.map_or(Ok(self.told), Err)
    }
}

impl Observer {
    pub(super) fn new(handles: Handles, space: Space) -> Self {
        Self { handles, states: None, sources: sources::Memory::default(), space, steady: None }
    }

    /// Looks at everything once. Returns how many events were told, or what of it could not be looked at when all else was. Blocks.
    pub(super) fn look(&mut self, now: Timestamp) -> Result<usize, StoreError> {
        self.look_at(now, uptime())
    }

    /// The same, with the machine's own count of time.
    fn look_at(&mut self, now: Timestamp, counted: Duration) -> Result<usize, StoreError> {
        if self.states.is_none() {
            self.states = Some(self.handles.store.conditions()?);
        }
        match &mut self.steady {
            Some(steady) => steady.look(now, counted),
            None => {
                let last = self.handles.store.rows()?.into_iter().map(|(_, row)| row.last_ok).max();
                let last = last.filter(|at| *at > 0).and_then(|at| Timestamp::from_second(at.into()).ok());
                self.steady = Some(Steady::new(now, counted, last));
            }
        }
        let config = self.handles.config.load_full();
        let mut looked = Looked::default();
        looked.add(sources::look(self, &config, now))?;
        looked.add(channels::look(self, &config, now))?;
        looked.add(disk::look(self, &config, now))?;
        // Last, so that it knows what is in trouble now.
        looked.add(heartbeat::look(self, &config, now))?;
        looked.add(summary::look(self, &config, now))?;
        self.count(&config);
        looked.end()
    }

    fn state(&self, topic: Topic, subject: &str) -> Option<State> {
        self.states.as_ref()?.get(&(topic, subject.to_owned())).cloned()
    }

    /// The subjects of a topic of which anything is kept.
    fn known(&self, topic: Topic) -> Vec<String> {
        let all = self.states.iter().flat_map(BTreeMap::keys);
        all.filter(|(of, _)| *of == topic).map(|(_, subject)| subject.clone()).collect()
    }

    /// Takes an observation and tells what follows from it. Returns how many events that were.
    fn observe(&mut self, config: &Config, observed: Observed, now: Timestamp) -> Result<usize, StoreError> {
        let Observed { topic, subject, seen, rule, numbers, sources } = observed;
        let before = self.state(topic, subject.id());
        let mut state = before.clone();
        let step = step(&mut state, seen, now, &rule);
        let report = |state: &State, telling| Report {
            numbers,
            sources,
            why: Some(state.why.clone()).filter(|why| !why.is_empty()),
            ..Report::new(Some(state.told_class), subject.clone(), state.since, telling)
        };
        let event = match (step, &state) {
            (Step::Fire | Step::Repeat, Some(state)) => Some(report(state, state.told).event(topic, state.told_class.kind(), now)),
            (Step::Resolve(was), _) => {
                topic.ended().map(|kind| Report { why: None, ..report(&was, was.told.saturating_add(1)) }.event(topic, kind, now))
            }
            _ => None,
        };
        self.keep(config, (topic, subject.id().to_owned()), before.as_ref(), state, event, now)
    }

    /// Keeps what became of a condition, and tells it to the channels that ask, but not to the one that it is about.
    fn keep(
        &mut self,
        config: &Config,
        key: Key,
        before: Option<&State>,
        state: Option<State>,
        event: Option<Event>,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        if before == state.as_ref() && event.is_none() {
            return Ok(0);
        }
        let routes: Vec<Route> = config.routes().into_iter().filter(|route| hears(&key, &route.channel)).collect();
        let deliveries = event.as_ref().map(|event| to_operators(event, &routes, now)).unwrap_or_default();
        let asked = deliveries.len();
        let said = event.clone();
        let is_news = self.handles.store.tell(Telling { key: key.clone(), state: state.clone(), event, deliveries })?;
        let states = self.states.get_or_insert_default();
        match state {
            Some(state) => states.insert(key, state),
            None => states.remove(&key),
        };
        if let Some(event) = said.filter(|_| is_news) {
            log(&event, asked);
        }
        Ok(usize::from(is_news))
    }

    fn count(&self, config: &Config) {
        let states: Vec<&State> = self.states.iter().flat_map(BTreeMap::values).filter(|state| state.is_on()).collect();
        for class in Class::ALL {
            let count = states.iter().filter(|state| state.told_class == class).count();
            self.handles.metrics.gauge(&CONDITIONS, &[class.name()]).set(whole(count));
        }
        let disabled = config.channels.iter().filter(|channel| self.handles.runs.is_disabled(&channel.id)).count();
        self.handles.metrics.gauge(&ENDPOINTS_DISABLED, &[]).set(whole(disabled));
    }
}

/// Whether a channel can be told: one that a condition is about would not hear of it, and a summary is of the cases of its channel.
fn hears((topic, subject): &Key, channel: &str) -> bool {
    match topic {
        Topic::Channel | Topic::GaveUp => subject != channel,
        Topic::Summary => subject == channel,
        _ => true,
    }
}

fn count(of: usize) -> u64 {
    u64::try_from(of).unwrap_or(u64::MAX)
}

fn whole(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

/// The log has it in any case: that is where an operator hears of it for whom no channel asks.
fn log(event: &Event, asked: usize) {
    let words = in_english(event);
    let kind = event.kind.name();
    match (event.severity, asked) {
        (Severity::Warn | Severity::Critical, 0) => {
            let family = kind.split('.').next().unwrap_or_default();
            tracing::error!(kind, "{words}; only this log says so: no other channel asks for it with events = [\"{family}.*\"]");
        }
        (Severity::Warn | Severity::Critical, _) => tracing::error!(kind, channels = asked, "{words}"),
        _ if matches!(event.kind, EventKind::VeedorHeartbeat | EventKind::DelaysSummary) => {
            tracing::info!(kind, channels = asked, "{words}")
        }
        _ => tracing::warn!(kind, channels = asked, "{words}"),
    }
}

fn in_english(event: &Event) -> String {
    let watch = no_longer_watched(&event.case, None);
    let about = About {
        watch: &watch,
        previous: None,
        source_title: "",
        case_url: "",
        dashboard: None,
        zone: TimeZone::UTC,
        language: Language::En,
        privacy: Privacy::of_no_case(),
        stop: Stop::Unsaid,
    };
    message::summary(&about.show_one(event), &about)
}

impl std::fmt::Debug for Observer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Observer").field("states", &self.states).finish_non_exhaustive()
    }
}
