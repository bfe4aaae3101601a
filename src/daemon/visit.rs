//! One visit to one case: ask, recognise what is unchanged, record what is not.
//!
//! [`Visitor::run_once`] is what the poller's loop, `veedor poll`, "poll now" and the tests all call. A case is visited
//! by one visit at a time. It decides nothing about when.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Handles;
use super::ask::{Answer, after_a_crowd, ask, rest_of};
use super::probe::{Probes, print_of};
use super::program;
use super::record::{Job, Visited, fingerprint, short};
use super::unmodified::Unmodified;
use crate::clock;
use crate::config::{Config, Source};
use crate::domain::case::Watch;
use crate::domain::health::Health;
use crate::domain::schedule::Row;
use crate::fetch::room::{Load, Reading};
use crate::recipe::is_described;
use crate::store::Cid;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;

/// Visits cases.
#[derive(Debug)]
pub struct Visitor {
    handles: Handles,
    under_way: Mutex<HashSet<Cid>>,
    /// The cases that a command visited since the poller last did: what the poller remembers of their pages and their health
    /// is not what is stored any more.
    by_hand: Mutex<HashSet<Cid>>,
    /// The sources that may not be asked for a while, and why.
    postponed: Mutex<BTreeMap<String, Postponed>>,
    unmodified: Unmodified,
    probes: Probes,
}

/// A source whose visits wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Postponed {
    /// Why.
    pub why: String,
    /// Until when, at least.
    pub until: jiff::Timestamp,
}

/// A wait below this is the ordinary turn of a queue, and no line in the log.
const LONG_WAIT: Duration = Duration::from_secs(600);

/// How soon the clock is looked at again when it is wrong.
const CLOCK_WAIT: Duration = Duration::from_secs(60);

/// The case to visit.
#[derive(Debug, Clone)]
pub struct Target {
    /// The configuration that holds it.
    pub config: Arc<Config>,
    /// Its place there.
    pub index: usize,
    /// The case in the store.
    pub cid: Cid,
    /// Its schedule row.
    pub row: Row,
    /// Whether an unchanged answer needs no look at the store.
    pub settled: bool,
    /// False for a dry run.
    pub keep: bool,
    /// Whether a command asks and not the poller.
    pub by_hand: bool,
}

/// What came of a visit.
#[derive(Debug)]
pub enum Report {
    /// It was made.
    Visited(Visited),
    /// It was not the time to ask.
    Postponed {
        /// Why.
        why: String,
        /// The earliest time to try again.
        not_before: Option<jiff::Timestamp>,
    },
    /// The same case is being visited already.
    UnderWay,
}

impl Visitor {
    /// A visitor with these handles.
    pub fn new(handles: Handles) -> Self {
        Self {
            handles,
            under_way: Mutex::default(),
            by_hand: Mutex::default(),
            postponed: Mutex::default(),
            unmodified: Unmodified::default(),
            probes: Probes::default(),
        }
    }

    /// Visits a case once.
    ///
    /// # Errors
    /// Only when the store fails, which is fatal.
    pub async fn run_once(&self, mut target: Target) -> Result<Report, StoreError> {
        let turn = if target.by_hand && target.keep { self.by_hand(target.cid) } else { Turn::take(&self.under_way, target.cid) };
        let Some(_turn) = turn else { return Ok(Report::UnderWay) };
        target.settled &= !lock(&self.by_hand).contains(&target.cid);
        let (cid, by_hand) = (target.cid, target.by_hand);
        let (config, index) = (target.config.clone(), target.index);
        let report = self.visit(target).await?;
        self.notice(&config, &config.cases[index], &report);
        if !by_hand && matches!(report, Report::Visited(_)) {
            lock(&self.by_hand).remove(&cid);
        }
        Ok(report)
    }

    /// Whether visits of this source wait, and why: a spent budget or a closed court is no trouble of a case, and nobody would
    /// see why its next visit does not come.
    pub fn postponed(&self, config: &Config, watch: &Watch) -> Option<Postponed> {
        lock_map(&self.postponed).get(&waits_as(config, watch)).cloned()
    }

    /// Forgets what is remembered of cases and sources that are not watched any more; `cids` are those of the watch list, in its order.
    pub fn keep_only(&self, config: &Config, cids: &[Cid]) {
        let watched: HashSet<Cid> = cids.iter().copied().collect();
        let is_watched = |cid| watched.contains(&cid);
        lock(&self.by_hand).retain(|cid| is_watched(*cid));
        self.unmodified.keep(is_watched);
        self.probes.keep(is_watched);
        let mut postponed = lock_map(&self.postponed);
        if !postponed.is_empty() {
            let named: HashSet<String> = config.cases.iter().map(|watch| waits_as(config, watch)).collect();
            postponed.retain(|name, _| named.contains(name));
        }
    }

    fn notice(&self, config: &Config, watch: &Watch, report: &Report) {
        let case = &watch.case;
        let mut postponed = lock_map(&self.postponed);
        match report {
            Report::Postponed { why, not_before: Some(until) } => {
                let before = postponed.insert(waits_as(config, watch), Postponed { why: why.clone(), until: *until });
                let is_new = before.is_none_or(|before| before.why != *why);
                let now = self.handles.clock.now();
                if is_new && (*until > now + LONG_WAIT || clock::wrong(now).is_some()) {
                    tracing::warn!(source = %case.source, %until, why, "visits wait");
                }
            }
            Report::Visited(_) if postponed.remove(&waits_as(config, watch)).is_some() => {
                tracing::info!(source = %case.source, "visits go on");
            }
            _ => {}
        }
    }

    /// The right to change a case for a command, unless it is being visited. The poller looks at the store again afterwards.
    pub fn by_hand(&self, cid: Cid) -> Option<Turn<'_>> {
        let turn = Turn::take(&self.under_way, cid)?;
        lock(&self.by_hand).insert(cid);
        Some(turn)
    }

    async fn visit(&self, target: Target) -> Result<Report, StoreError> {
        let Some(source) = target.config.source_of(&target.config.cases[target.index].case).cloned() else {
            let why = "the watch list names no such source any more".to_owned();
            return Ok(Report::Postponed { why, not_before: None });
        };
        if let Some(why) = &source.recipe.import_only {
            return Ok(Report::Postponed { why: format!("it is import only: {why}"), not_before: None });
        }
        if let Some(wait) = self.clock_is_wrong() {
            return Ok(wait);
        }
        let number = &target.config.cases[target.index].number;
        // Held until all is stored.
        let mut load = self.handles.fetcher.load();
        let answer = match &source.program {
            Some(program) => program::ask(&self.handles, &source, program, number, &mut load).await,
            None => {
                let mut held = self.unmodified.held(&self.handles.store, &target, &load).await?;
                // Something is amiss with a case that is not settled, and a person wants to know.
                let may_spare = target.settled && !target.by_hand && target.keep;
                let probed = self.probes.known(target.cid, &source.recipe, self.handles.clock.now()).filter(|_| may_spare);
                let answer = ask(&self.handles, &source, number, &mut held, probed, &mut load).await?;
                if held.gone {
                    self.unmodified.forget(target.cid);
                }
                answer
            }
        };
        let probe = match &answer {
            Answer::Pages(pages, _) => Some(print_of(&source.recipe, pages)),
            _ => None,
        };
        let visited = self.record(&target, source, answer, &load).await?;
        // What a dry run found is not stored, and is still news.
        if let (Some(probe), Report::Visited(visited), true) = (probe, &visited, target.keep) {
            self.probes.note(target.cid, probe.filter(|_| visited.settled), self.handles.clock.now());
        }
        Ok(visited)
    }

    /// Under a clock that is plainly wrong nothing is asked and nothing judged: no certificate is valid by it, and by the times that it
    /// would leave in the store old entries count as new.
    fn clock_is_wrong(&self) -> Option<Report> {
        let now = self.handles.clock.now();
        clock::wrong(now).map(|why| Report::Postponed { why, not_before: Some(now + CLOCK_WAIT) })
    }

    async fn record(&self, target: &Target, source: Arc<Source>, answer: Answer, load: &Load) -> Result<Report, StoreError> {
        // It may have been set while the source was asked.
        if let Some(wait) = self.clock_is_wrong() {
            return Ok(wait);
        }
        // Made when nothing more is waited for, so that what is told is told by the list and the time of then.
        let job = || {
            let (config, index) = self.by_now(target);
            Job {
                store: self.handles.store.clone(),
                config,
                index,
                source: Arc::clone(&source),
                cid: target.cid,
                row: target.row,
                settled: target.settled,
                now: self.handles.clock.now(),
                keep: target.keep,
            }
        };
        let crowded = || {
            let why = "other large answers have been read for minutes".to_owned();
            let not_before = after_a_crowd(&why, rest_of(&source), &self.handles);
            Ok(Report::Postponed { why, not_before })
        };
        let visited = match answer {
            Answer::Postponed { why, not_before } => return Ok(Report::Postponed { why, not_before }),
            Answer::Failed { health, not_before } => {
                let job = job();
                blocking(move || job.failed(health, not_before)).await?
            }
            Answer::Unchanged => {
                let (row, due) = job().read_row(target.row.seen);
                Visited { settled: true, ..Visited::quiet(Health::Ok, row, due, true) }
            }
            Answer::Refused(refusal) => {
                let Some(_reading) = self.reading(target, load).await? else { return crowded() };
                let job = job();
                blocking(move || job.refused(&refusal)).await?
            }
            Answer::Pages(pages, asked) => {
                let seen = short(&fingerprint(&pages));
                let can_ask = pages.iter().any(|page| page.header("etag").or(page.header("last-modified")).is_some());
                if target.settled && target.row.seen == seen {
                    if let Some(asked) = &asked {
                        asked.judged(&self.handles, &Health::Ok).await;
                    }
                    let (row, due) = job().read_row(seen);
                    let unchanged =
                        Visited { health: Health::Ok, version: None, events: Vec::new(), row, due, settled: true, row_pending: true };
                    return Ok(Report::Visited(unchanged));
                }
                let Some(reading) = self.reading(target, load).await? else { return crowded() };
                let job = job();
                let visited = blocking(move || job.pages(pages)).await?;
                // What comes now may wait for others that wait to read.
                drop(reading);
                if let Some(asked) = &asked {
                    asked.judged(&self.handles, &visited.health).await;
                }
                if can_ask && visited.version.is_some() {
                    self.unmodified.note(target.cid);
                }
                visited
            }
        };
        Ok(Report::Visited(visited))
    }

    /// The watch list in force, and where it has the case: a visit may wait for an hour between two pages, and what it finds is told to
    /// those who hear of the case by then. Of a case that left the list meanwhile it is the list that the visit began with.
    fn by_now(&self, target: &Target) -> (Arc<Config>, usize) {
        let began = || (target.config.clone(), target.index);
        let config = self.handles.config.load_full();
        if Arc::ptr_eq(&config, &target.config) {
            return began();
        }
        let case = &target.config.cases[target.index].case;
        config.cases.iter().position(|watch| watch.case == *case).map_or_else(began, |index| (config, index))
    }

    /// The right to read what a visit got, and what is stored of its case beside it; `None` when others have been read for too long.
    async fn reading(&self, target: &Target, load: &Load) -> Result<Option<Reading>, StoreError> {
        let (store, cid) = (self.handles.store.clone(), target.cid);
        let size = move || store.head(cid)?.map_or(Ok(0), |head| store.size_of_version(cid, head.version));
        Ok(load.reading(blocking(size).await?).await)
    }
}

/// What waits together: the cases of a source, or of one court where each has a host of its own. Pages of the open web have one
/// each, and what programs ask nobody knows.
fn waits_as(config: &Config, watch: &Watch) -> String {
    if is_described(&watch.case.source) {
        return watch.case.to_string();
    }
    let source = config.source_of(&watch.case);
    let base_url = source.map(|source| source.recipe.base_url_of(&watch.number).into_owned());
    format!("{} {}", watch.case.source, base_url.unwrap_or_default())
}

fn lock_map(map: &Mutex<BTreeMap<String, Postponed>>) -> MutexGuard<'_, BTreeMap<String, Postponed>> {
    map.lock().unwrap_or_else(PoisonError::into_inner)
}

fn lock(set: &Mutex<HashSet<Cid>>) -> MutexGuard<'_, HashSet<Cid>> {
    set.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The right to visit a case, given back when dropped.
#[derive(Debug)]
pub struct Turn<'a> {
    under_way: &'a Mutex<HashSet<Cid>>,
    cid: Cid,
}

impl<'a> Turn<'a> {
    fn take(under_way: &'a Mutex<HashSet<Cid>>, cid: Cid) -> Option<Self> {
        // A turn must not be made before it is known to be ours: dropping it takes the case from whoever has it, and waits
        // for the lock that is held here.
        let is_free = lock(under_way).insert(cid);
        is_free.then(|| Self { under_way, cid })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        lock(self.under_way).remove(&self.cid);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::daemon::unmodified::Taken;
    use crate::domain::docket::Docket;
    use crate::domain::page::{Method, Page, Request};
    use crate::store::Version;
    use crate::store::cases::Head;
    use crate::store::commit::Visit;

    const LIST: &str = "[veedor]\ncontact = \"pruebas@example.org\"\nlisten = \"\"\n\n\
                        [[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2024-00011G\"\n";

    fn in_the_folder(folder: &std::path::Path, list: &str) -> String {
        list.replacen("listen", &format!("state_dir = \"{}\"\nlisten", folder.join("state").display()), 1)
    }

    async fn visitor(folder: &std::path::Path) -> (Visitor, Target) {
        let list = folder.join("watchlist.toml");
        std::fs::write(&list, in_the_folder(folder, LIST)).expect("a watch list");
        let handles = Handles::open(Config::load(&list).expect("a good list").config, Clock::System).await.expect("a store");
        let config = handles.config.load_full();
        let cid = handles.store.register(&[config.cases[0].case.clone()]).expect("registers")[0];
        let target = Target { config, index: 0, cid, row: Row::default(), settled: false, keep: true, by_hand: false };
        (Visitor::new(handles), target)
    }

    #[tokio::test]
    async fn a_version_that_does_not_read_back_is_no_reason_not_to_ask() {
        let folder = tempfile::tempdir().expect("a folder");
        let (visitor, target) = visitor(folder.path()).await;
        let (store, now, cid) = (&visitor.handles.store, visitor.handles.clock.now(), target.cid);
        let page = Page {
            step: "info".into(),
            url: "http://127.0.0.1/".into(),
            status: 200,
            headers: Vec::new(),
            body: b"[]".to_vec(),
            charset: None,
            fetched_at: now,
        };
        let head = Head {
            version: 1,
            health: Health::Ok,
            validators: vec![(Some("\"tag\"".into()), None)],
            ..Head::unvisited(target.config.cases[0].case.clone(), now)
        };
        let version = Some(Version { number: 1, at: now, docket: Docket::default(), pages: vec![page] });
        let (events, deliveries) = (Vec::new(), Vec::new());
        store.commit(Visit { cid, row: Row::default(), head, missing: None, version, events, deliveries }).expect("commits");
        let url = "http://127.0.0.1/".to_owned();
        let request = Request { step: "info".into(), method: Method::Get, url, headers: Vec::new(), body: None, charset: None };
        let mut load = visitor.handles.fetcher.load();
        let mut held = visitor.unmodified.held(store, &target, &load).await.expect("reads");
        assert!(held.validators(0, &request).is_some());
        store.spoil_version(cid, 1);
        // Whoever knows already what to ask with finds it gone when it is needed, and asks anew.
        assert_eq!(held.page(store, 0, &mut load).await.expect("damage of one version ends no visit"), Taken::Gone);
        assert!(held.validators(0, &request).is_none());
        let fresh = Unmodified::default().held(store, &target, &load).await;
        assert!(fresh.expect("damage of one version ends no visit").validators(0, &request).is_none());
    }

    #[tokio::test]
    async fn under_a_clock_that_was_never_set_nothing_is_asked_and_nothing_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut visitor, target) = visitor(folder.path()).await;
        visitor.handles.clock = Clock::fixed("1970-01-01T00:00:10Z".parse().expect("an instant"));
        let Report::Postponed { why, not_before: Some(_) } = visitor.run_once(target.clone()).await.expect("the store works") else {
            panic!("it was visited");
        };
        assert!(why.contains("the clock of this machine stands at 1970-01-01"), "{why}");
        let source = target.config.source("ec-esatje").expect("a source").clone();
        let answer = Answer::Failed { health: Health::Unavailable("its certificate is not valid yet".into()), not_before: None };
        let load = visitor.handles.fetcher.load();
        let recorded = visitor.record(&target, source, answer, &load).await.expect("the store works");
        assert!(matches!(recorded, Report::Postponed { .. }), "it was set back while the source was asked: {recorded:?}");
        assert_eq!(visitor.handles.store.head(target.cid), Ok(None));
    }

    #[tokio::test]
    async fn what_a_visit_finds_is_told_by_the_list_in_force_when_it_ends() {
        let folder = tempfile::tempdir().expect("a folder");
        let (visitor, target) = visitor(folder.path()).await;
        let list = folder.path().join("watchlist.toml");
        let reload = |text: &str| {
            std::fs::write(&list, in_the_folder(folder.path(), text)).expect("a watch list");
            let config = Arc::new(Config::load(&list).expect("a good list").config);
            visitor.handles.config.store(Arc::clone(&config));
            config
        };
        let one_more = "\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2024-00018\"\n";
        let config = reload(&LIST.replace("\n\n[[case]]", &format!("\n{one_more}\n[[case]]")));
        let (by_now, index) = visitor.by_now(&target);
        assert!(Arc::ptr_eq(&by_now, &config) && index == 1 && by_now.cases[index].case == target.config.cases[0].case);
        reload(&LIST.replace("00011G", "00018"));
        let (by_now, index) = visitor.by_now(&target);
        assert!(Arc::ptr_eq(&by_now, &target.config) && index == 0, "it left the list while it was visited");
    }

    #[tokio::test]
    async fn a_visit_that_waits_to_read_tells_those_of_the_list_in_force_when_it_reads() {
        let folder = tempfile::tempdir().expect("a folder");
        let (visitor, target) = visitor(folder.path()).await;
        let source = target.config.source_of(&target.config.cases[0].case).expect("a source").clone();
        let mut load = visitor.handles.fetcher.load();
        load.take(1 << 20).await.expect("there is room");
        let other = load.reading(0).await.expect("nobody reads");
        let refused = Answer::Refused(crate::recipe::Refusal::NotFound);
        let recording = visitor.record(&target, source, refused, &load);
        let reload = async {
            tokio::task::yield_now().await;
            // The case has left the list and come back at another place, with other settings.
            let list = folder.path().join("watchlist.toml");
            let every = LIST.replace("number = \"17721-2024-00011G\"", "number = \"17721-2024-00011G\"\nevery = \"17h\"");
            assert_ne!(every, LIST);
            std::fs::write(&list, in_the_folder(folder.path(), &every)).expect("a watch list");
            visitor.handles.config.store(Arc::new(Config::load(&list).expect("a good list").config));
            drop(other);
        };
        let (report, ()) = tokio::join!(recording, reload);
        let Ok(Report::Visited(visited)) = report else { panic!("{report:?}") };
        let wait = visited.due.duration_since(visitor.handles.clock.now()).as_hours();
        assert!((14..=20).contains(&wait), "{wait} hours");
    }

    #[test]
    fn a_case_is_visited_by_one_visit_at_a_time() {
        let under_way = Mutex::default();
        let first = Turn::take(&under_way, 7).expect("nobody has it");
        for _ in 0..2 {
            assert!(Turn::take(&under_way, 7).is_none());
        }
        assert!(Turn::take(&under_way, 8).is_some());
        drop(first);
        assert!(Turn::take(&under_way, 7).is_some());
    }
}
