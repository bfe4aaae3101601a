//! The poller: visits every case when it is due.
//!
//! A loop over the agenda. It wakes by its own timer, by a nudge after a reload, and when a visit ends. It never names a
//! channel: what a visit tells leaves through the store's commit, and the deliverer is only nudged.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::Handles;
use super::agenda::{Agenda, Slot, seconds};
use super::prune::keep_hosts;
use super::record::Visited;
use super::supervise::Units;
use super::visit::{Report, Target, Visitor};
use crate::config::Config;
use crate::control::Pulse;
use crate::domain::health::Health;
use crate::domain::schedule::Row;
use crate::metrics::{EVENTS, LAST_SUCCESS, POLL_SECONDS, POLLS};
use crate::recipe::COMMAND;
use crate::store::Cid;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;

/// Visits under way at once, over all sources. Each source has its own bound in the agenda.
const MOST_VISITS: usize = 64;

/// The loop comes round at least this often: rows are written, the watchdog sees a pulse.
const TICK: Duration = Duration::from_secs(2);

/// How long visits under way may take to end at shutdown.
const GRACE: Duration = Duration::from_secs(15);

/// A case whose visit panicked, or whose part of the store is damaged, is visited again after this.
const AFTER_PANIC: Duration = Duration::from_secs(1800);

/// A round that the store could not end is followed by the next after this.
const AFTER_TROUBLE: Duration = Duration::from_secs(5);

/// A watch list that could not be taken up is tried again after this.
const PLAN_AGAIN: Duration = Duration::from_secs(60);

/// Rows are written in groups of at most this many.
const ROWS_AT_ONCE: usize = 1000;

/// A visit that was postponed without a time is tried again after this.
const POSTPONED: Duration = Duration::from_secs(60);

/// A clock that is set back by less than this is merely being kept right.
const CLOCK_SLACK: Duration = Duration::from_secs(60);

/// The poller.
#[derive(Debug)]
pub struct Poller {
    handles: Handles,
    visitor: Arc<Visitor>,
    agenda: Agenda,
    config: Arc<Config>,
    rows: Vec<(Cid, Row)>,
    written: Instant,
    /// When the watch list could not be taken up, if it could not.
    not_planned: Option<Instant>,
    looked: Timestamp,
    /// How the last visit of each source went.
    last: HashMap<String, &'static str>,
}

type Visits = Units<(Slot, String), Result<Report, StoreError>>;

impl Poller {
    /// A poller with every case of the watch list planned.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn new(handles: Handles, visitor: Arc<Visitor>) -> Result<Self, StoreError> {
        let config = handles.config.load_full();
        let looked = handles.clock.now();
        let mut poller = Self {
            handles,
            visitor,
            agenda: Agenda::default(),
            config,
            rows: Vec::new(),
            written: Instant::now(),
            not_planned: None,
            looked,
            last: HashMap::new(),
        };
        poller.plan().await?;
        Ok(poller)
    }

    /// How many cases are planned; those that are import only are not.
    pub fn cases(&self) -> usize {
        self.agenda.len()
    }

    /// Plans, unless that failed a moment ago. What cannot be read of the store is no reason to visit nobody: the plan that there is goes on.
    async fn plan_anew(&mut self) -> Result<(), StoreError> {
        if self.not_planned.is_some_and(|at| at.elapsed() < PLAN_AGAIN) {
            return Ok(());
        }
        self.not_planned = None;
        match self.plan().await {
            Err(error) if !error.is_fatal() => {
                tracing::error!(%error, "the watch list could not be taken up; what was watched before goes on, and it is tried again in a minute: run `veedor fsck`");
                self.not_planned = Some(Instant::now());
                Ok(())
            }
            planned => planned,
        }
    }

    async fn plan(&mut self) -> Result<(), StoreError> {
        self.keep_rows().await?;
        let config = self.handles.config.load_full();
        let store = self.handles.store.clone();
        let cases: Vec<_> = config.cases.iter().map(|watch| watch.case.clone()).collect();
        let now = self.handles.clock.now();
        let (cids, rows) = blocking(move || {
            let cids = store.watch(&cases, now)?;
            let rows: HashMap<Cid, Row> = store.rows()?.into_iter().collect();
            Ok((cids, rows))
        })
        .await?;
        self.agenda.plan(&config, &cids, &rows, now);
        self.visitor.keep_only(&config, &cids);
        self.last.retain(|source, _| config.cases.iter().any(|watch| watch.case.source == *source));
        self.config = config;
        Ok(())
    }

    /// Runs until told to stop.
    pub async fn run(mut self, pulse: Pulse) {
        let mut visits = Visits::default();
        while !self.handles.control.is_stopping() {
            pulse.beat();
            match self.round(&mut visits).await {
                Err(error) if error.is_fatal() => {
                    self.handles.control.fail(error.to_string());
                    break;
                }
                // What cannot be read may be looked after while the rest is watched.
                Err(error) => {
                    tracing::error!(%error, "a round of visits was not ended; the next begins soon");
                    let _ = tokio::time::timeout(AFTER_TROUBLE, self.handles.control.stopped()).await;
                }
                Ok(()) => {}
            }
        }
        self.finish(&mut visits).await;
        let cut = visits.drain(Duration::ZERO).await;
        if cut > 0 {
            tracing::info!(cut, "visits were cut off at shutdown; their cases are visited again at the next start");
        }
        match self.write_rows().await {
            Err(error) if error.is_fatal() => self.handles.control.fail(error.to_string()),
            Err(error) => tracing::error!(%error, "what is known of the hosts could not be kept"),
            Ok(()) => {}
        }
    }

    async fn round(&mut self, visits: &mut Visits) -> Result<(), StoreError> {
        let now = self.handles.clock.now();
        // What was planned by a clock that stood too far ahead lies too far ahead; the agenda mends it when it plans.
        let went_back = now + CLOCK_SLACK < self.looked;
        self.looked = now;
        if went_back || self.not_planned.is_some() || !Arc::ptr_eq(&self.config, &self.handles.config.load()) {
            self.plan_anew().await?;
        }
        while visits.len() < MOST_VISITS {
            let Some(slot) = self.agenda.take(now) else { break };
            self.start(visits, slot);
        }
        if self.rows.len() >= ROWS_AT_ONCE || self.written.elapsed() >= TICK {
            self.keep_rows().await?;
        }
        let wait = self.wait(now, visits.len() >= MOST_VISITS);
        let control = self.handles.control.clone();
        tokio::select! {
            ((slot, source), result) = visits.finished() => self.ended(slot, &source, result)?,
            () = control.poller_nudged() => {}
            () = control.stopped() => {}
            () = tokio::time::sleep(wait) => {}
        }
        Ok(())
    }

    fn start(&self, visits: &mut Visits, slot: Slot) {
        let target = Target {
            config: self.config.clone(),
            index: slot.index,
            cid: slot.cid,
            row: slot.row,
            settled: slot.settled,
            keep: true,
            by_hand: false,
        };
        let source = self.config.cases[slot.index].case.source.clone();
        let visitor = self.visitor.clone();
        let seconds = self.handles.metrics.histogram(&POLL_SECONDS, &[&source]);
        visits.start((slot, source), async move {
            let began = Instant::now();
            let report = visitor.run_once(target).await;
            seconds.observe(began.elapsed());
            report
        });
    }

    /// Lets the visits under way end, within the grace, and notes what came of them.
    async fn finish(&mut self, visits: &mut Visits) {
        let all = async {
            while !visits.is_empty() {
                let ((slot, source), result) = visits.finished().await;
                if let Err(error) = self.ended(slot, &source, result) {
                    self.handles.control.fail(error.to_string());
                }
            }
        };
        let _ = tokio::time::timeout(GRACE, all).await;
    }

    /// How long nothing has to be started. With no room for another visit only the end of one can change that.
    fn wait(&self, now: Timestamp, full: bool) -> Duration {
        if full {
            return TICK;
        }
        let until = self.agenda.next_due().map(|due| Duration::try_from(due.duration_since(now)).unwrap_or_default());
        until.unwrap_or(TICK).min(TICK)
    }

    /// Takes a visit's end. An error of the store ends the daemon only when the store is unusable: one case whose record is
    /// damaged must not end the watch over all others.
    fn ended(&mut self, slot: Slot, source: &str, result: Option<Result<Report, StoreError>>) -> Result<(), StoreError> {
        match result {
            Some(Ok(report)) => self.reported(slot, source, report),
            Some(Err(error)) if error.is_fatal() => return Err(error),
            Some(Err(error)) => {
                tracing::error!(source, %error, "a visit could not be kept; its case is visited again later");
                self.set_aside(slot, source, "not_kept");
            }
            None => self.set_aside(slot, source, "panicked"),
        }
        Ok(())
    }

    /// The case keeps its row and waits a while, so that a bug cannot become a storm of requests.
    fn set_aside(&mut self, slot: Slot, source: &str, why: &str) {
        self.handles.metrics.counter(&POLLS, &[source, why]).inc();
        self.agenda.give_back(slot, slot.row, false, self.handles.clock.now() + AFTER_PANIC, &self.config);
    }

    fn reported(&mut self, slot: Slot, source: &str, report: Report) {
        let now = self.handles.clock.now();
        match report {
            Report::Visited(visited) => {
                self.note(source, &visited);
                if visited.row_pending {
                    self.rows.push((slot.cid, visited.row));
                }
                if !visited.events.is_empty() {
                    self.handles.control.nudge_deliverer();
                }
                if slot.row.fails > 0 && visited.row.fails == 0 {
                    self.agenda.hasten(slot.cid, &self.config, now);
                }
                self.agenda.give_back(slot, visited.row, visited.settled, visited.due, &self.config);
            }
            Report::Postponed { why, not_before } => {
                let due = not_before.unwrap_or(now + POSTPONED).max(now);
                tracing::debug!(%why, %due, "a visit was postponed");
                let row = Row { next_due: seconds(due), ..slot.row };
                // `veedor list` reads the next visit from here.
                self.rows.push((slot.cid, row));
                self.agenda.give_back(slot, row, slot.settled, due, &self.config);
            }
            Report::UnderWay => self.agenda.give_back(slot, slot.row, slot.settled, now + Duration::from_secs(1), &self.config),
        }
    }

    fn note(&mut self, source: &str, visited: &Visited) {
        self.handles.metrics.counter(&POLLS, &[source, visited.health.name()]).inc();
        if visited.health == Health::Ok {
            self.handles.metrics.gauge(&LAST_SUCCESS, &[source]).set(f64::from(visited.row.last_ok));
        }
        let health = visited.health.name();
        let is_new = self.last.insert(source.to_owned(), health) != Some(health);
        // A program says what it likes, names too: that is for `veedor list`.
        let why = visited.health.detail().map(|why| if source == COMMAND { "`veedor list` shows what its program said" } else { why });
        match why {
            // The detail names hosts and steps, never people; the case is in `veedor list`. A source that fails does so for all its
            // cases, which is worth one line.
            Some(why) if is_new && visited.row.fails <= 1 => tracing::warn!(source, health, why, "a visit was not read"),
            Some(why) => tracing::debug!(source, health, why, "a visit was not read again"),
            None => {}
        }
        if !visited.events.is_empty() {
            tracing::info!(source, events = visited.events.len(), "a docket changed");
            for event in &visited.events {
                self.handles.metrics.counter(&EVENTS, &[event.kind.name()]).inc();
            }
        }
    }

    /// Writes what is planned. What cannot be kept means an early visit, and ends nothing.
    async fn keep_rows(&mut self) -> Result<(), StoreError> {
        match self.write_rows().await {
            Err(error) if !error.is_fatal() => {
                tracing::error!(%error, "what is planned could not be kept; run `veedor fsck`");
                Ok(())
            }
            kept => kept,
        }
    }

    async fn write_rows(&mut self) -> Result<(), StoreError> {
        self.written = Instant::now();
        if self.rows.is_empty() {
            return Ok(());
        }
        // Before the rows, so that a daemon that is killed again and again, at whatever moment, does not get a new budget each time.
        let kept = keep_hosts(&self.handles).await;
        let rows = std::mem::take(&mut self.rows);
        let store = self.handles.store.clone();
        blocking(move || store.touch(&rows)).await?;
        kept
    }
}

#[cfg(test)]
mod pass;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    async fn poller() -> (tempfile::TempDir, Poller) {
        poller_of(&["17721-2024-00011G"]).await
    }

    async fn poller_of(numbers: &[&str]) -> (tempfile::TempDir, Poller) {
        let dir = tempfile::tempdir().expect("a folder");
        let list = dir.path().join("watchlist.toml");
        let cases: String = numbers.iter().map(|number| format!("[[case]]\nsource = \"ec-esatje\"\nnumber = \"{number}\"\n")).collect();
        let text =
            format!("[veedor]\ncontact = \"pruebas@example.org\"\nstate_dir = \"{}\"\n\n{cases}", dir.path().join("state").display());
        std::fs::write(&list, text).expect("a watch list");
        let config = Config::load(&list).expect("a good list").config;
        let handles = Handles::open(config, Clock::System).await.expect("a store");
        let visitor = Arc::new(Visitor::new(handles.clone()));
        let poller = Poller::new(handles, visitor).await.expect("a plan");
        (dir, poller)
    }

    #[tokio::test]
    async fn a_list_that_cannot_be_taken_up_leaves_the_one_that_was() {
        let (_dir, mut poller) = poller().await;
        let mut config = Config::clone(&poller.config);
        let mut other = config.cases[0].clone();
        // No store takes such a key; no list that was read has it.
        other.case.number = "9".repeat(5000);
        config.cases.push(other);
        poller.handles.config.store(Arc::new(config));
        let mut visits = Visits::default();
        for _ in 0..2 {
            poller.handles.control.nudge_poller();
            poller.round(&mut visits).await.expect("the round goes on");
            assert!(poller.not_planned.is_some() && poller.config.cases.len() == 1);
        }
        // Its visit is under way, or has ended and is planned anew.
        assert_eq!(visits.len() + usize::from(poller.agenda.next_due().is_some()), 1, "the case of before is watched");
    }

    #[tokio::test]
    async fn with_no_room_for_another_visit_the_loop_waits_and_does_not_spin() {
        let (_dir, poller) = poller().await;
        let later = poller.handles.clock.now() + Duration::from_secs(60);
        assert_eq!(poller.wait(later, false), Duration::ZERO, "a case is due");
        assert_eq!(poller.wait(later, true), TICK);
    }

    #[tokio::test]
    async fn a_clock_that_is_set_back_silences_no_case() {
        let (_dir, mut poller) = poller().await;
        let now = poller.handles.clock.now();
        let ahead = now + Duration::from_secs(365 * 86_400);
        let slot = poller.agenda.take(now + Duration::from_secs(1)).expect("it is due");
        poller.agenda.give_back(slot, Row { next_due: seconds(ahead), ..slot.row }, true, ahead, &poller.config);
        poller.looked = ahead;
        poller.handles.control.nudge_poller();
        poller.round(&mut Visits::default()).await.expect("a round");
        let due = poller.agenda.next_due().expect("planned");
        assert!(due <= now + Duration::from_secs(86_400), "{due}");
    }

    #[tokio::test]
    async fn a_visit_that_began_before_a_reload_settles_nothing() {
        let (_dir, mut poller) = poller().await;
        let now = poller.handles.clock.now() + Duration::from_secs(1);
        let slot = poller.agenda.take(now).expect("it is due");
        poller.plan().await.expect("planned anew");
        poller.agenda.give_back(slot, slot.row, true, now, &poller.config);
        let slot = poller.agenda.take(now).expect("it is due");
        assert!(!slot.settled, "the visit read with the recipe of before the reload");
        poller.agenda.give_back(slot, slot.row, true, now, &poller.config);
        assert!(poller.agenda.take(now).expect("it is due").settled);
    }

    #[tokio::test]
    async fn when_a_source_works_again_its_other_cases_do_not_wait_out_their_failures() {
        let (_dir, mut poller) = poller_of(&["17721-2024-00011G", "17721-2024-00018"]).await;
        let now = poller.handles.clock.now() + Duration::from_secs(3600);
        let (one, other) = (poller.agenda.take(now).expect("due"), poller.agenda.take(now).expect("due"));
        let failed = |slot: Slot| Row { fails: 9, ..slot.row };
        poller.agenda.give_back(other, failed(other), false, now + Duration::from_secs(6 * 3600), &poller.config);
        poller.agenda.give_back(one, one.row, true, now + Duration::from_secs(24 * 3600), &poller.config);
        poller.agenda.hasten(one.cid, &poller.config, now);
        let due = poller.agenda.next_due().expect("planned");
        assert!(due <= now + poller.config.cases[0].every.mul_f64(1.1), "{due}");
    }

    #[tokio::test]
    async fn a_case_that_is_given_back_twice_is_planned_once() {
        let (_dir, mut poller) = poller().await;
        let now = poller.handles.clock.now() + Duration::from_secs(1);
        let slot = poller.agenda.take(now).expect("it is due");
        for _ in 0..2 {
            poller.agenda.give_back(slot, slot.row, false, now, &poller.config);
        }
        assert!(poller.agenda.take(now).is_some());
        assert!(poller.agenda.take(now).is_none(), "the case would be visited twice as often from now on");
    }

    #[tokio::test]
    async fn a_case_that_cannot_be_kept_is_set_aside_and_a_store_that_failed_ends_the_watch() {
        let (_dir, mut poller) = poller().await;
        let now = poller.handles.clock.now() + Duration::from_secs(1);
        let slot = poller.agenda.take(now).expect("it is due");
        assert_eq!(poller.agenda.next_due(), None);
        assert_eq!(poller.ended(slot, "ec-esatje", Some(Err(StoreError::Damaged("head 01".into())))), Ok(()));
        let again = poller.agenda.next_due().expect("it was given back");
        assert!(again >= now + AFTER_PANIC - Duration::from_secs(60), "{again}");
        assert_eq!(poller.ended(slot, "ec-esatje", Some(Err(StoreError::Full))), Err(StoreError::Full));
    }
}
