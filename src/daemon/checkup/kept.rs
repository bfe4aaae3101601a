//! What the store and the running process know: the disk, the store itself, the backups, each source and channel with its last answers.
//!
//! Reads; asks nobody.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::config::{Config, Source};
use crate::daemon::answers::Desk;
use crate::domain::case::Watch;
use crate::domain::checkup::{self, Finding, Standing};
use crate::domain::condition::{State, Topic};
use crate::domain::health::Health;
use crate::domain::schedule::Row;
use crate::store::conditions::Key;
use crate::store::error::StoreError;
use crate::store::folder::backups_of;
use crate::store::pulse::blocking;
use crate::store::{Cid, Store, kept as backups};

const CHANNEL: &str = "`veedor deliveries` shows what it answered; `veedor test` sends a flagged message; nothing is lost, messages wait";
const DECIDE: &str = "look at the site; `veedor release SOURCE` sends what is held, `veedor discard SOURCE` closes those changes unsent";

/// All of it.
///
/// # Errors
/// When the store cannot be read.
pub async fn kept(desk: &Desk) -> Result<Vec<Finding>, StoreError> {
    let (store, now) = (desk.handles.store.clone(), desk.handles.clock.now());
    let (config, visitor) = (desk.handles.config.load_full(), desk.visitor.clone());
    blocking(move || {
        let mut findings = vec![room(&config, &store), store_itself(&store)];
        findings.push(checkup::backup(backups::newest(&backups_of(store.dir())), now));
        let counts = store.counts()?;
        findings.push(checkup::outbox(counts.pending, counts.dead, store.next_due()?, now));
        let conditions = store.conditions()?;
        let waits = |watch: &Watch| visitor.postponed(&config, watch).map(|wait| (wait.why, wait.until));
        for (id, mut standing) in standings(&config, &store, waits)? {
            standing.trouble = on(&conditions, Topic::Source, &id).map(|state| (state.since, state.why.clone()));
            findings.push(checkup::source(&standing, now));
        }
        findings.extend(config.channels.iter().map(|channel| of_channel(&channel.id, &conditions)));
        for braked in store.braked()? {
            findings.push(Finding::warn(
                "brake",
                &braked.source,
                format!("held: {}", checkup::messages(u64::try_from(braked.held).unwrap_or(u64::MAX))),
                DECIDE,
            ));
        }
        Ok(findings)
    })
    .await
}

fn room(config: &Config, store: &Store) -> Finding {
    let folder = config.general.state_dir.display().to_string();
    match fs2::available_space(store.dir()) {
        Ok(free) => checkup::disk(&folder, free, config.general.signs.least_free),
        Err(error) => Finding::warn("disk", &folder, format!("what is free cannot be seen: {error}"), "look with df"),
    }
}

/// Whether it takes a write that is on the disk when it answers.
fn store_itself(store: &Store) -> Finding {
    let place = store.dir().display().to_string();
    match store.flush() {
        Ok(()) => Finding::ok("store", &place, "can be read and written"),
        Err(error) => Finding::fail("store", &place, error.to_string(), "look at the disk and its log (dmesg); then `veedor fsck`"),
    }
}

fn on<'c>(conditions: &'c BTreeMap<Key, State>, topic: Topic, subject: &str) -> Option<&'c State> {
    conditions.get(&(topic, subject.to_owned())).filter(|state| state.is_on())
}

/// A channel by its deliveries: a run of failures counts from the first, whether it was told or not.
fn of_channel(id: &str, conditions: &BTreeMap<Key, State>) -> Finding {
    let run = conditions.get(&(Topic::Channel, id.to_owned())).filter(|state| state.good == 0);
    let gave_up = on(conditions, Topic::GaveUp, id);
    match (run, gave_up) {
        (Some(run), _) => {
            let daily = if run.disabled.is_some() { "; it is tried once a day" } else { "" };
            let what = format!("takes nothing since {}: {}{daily}", checkup::minute(run.since), run.why);
            if run.told > 0 { Finding::fail("channel", id, what, CHANNEL) } else { Finding::warn("channel", id, what, CHANNEL) }
        }
        (None, Some(state)) => Finding::warn("channel", id, format!("given up: {}", checkup::messages(state.bad.into())), CHANNEL),
        (None, None) => Finding::ok("channel", id, "no attempt fails"),
    }
}

/// What is known of each source from the rows of its cases.
fn standings(
    config: &Config,
    store: &Store,
    waits: impl Fn(&Watch) -> Option<(String, Timestamp)>,
) -> Result<BTreeMap<String, Standing>, StoreError> {
    let rows: HashMap<Cid, Row> = store.rows()?.into_iter().collect();
    let mut standings: BTreeMap<String, Standing> = BTreeMap::new();
    for watch in &config.cases {
        let cid = store.cid(&watch.case)?;
        let standing = standings.entry(watch.case.source.clone()).or_default();
        let source = config.source_of(&watch.case).map(std::sync::Arc::as_ref);
        let row = cid.and_then(|cid| rows.get(&cid)).copied().unwrap_or_default();
        let head = cid.map(|cid| store.head(cid)).transpose()?.flatten();
        let health = head.map(|head| head.health).unwrap_or_default();
        count(standing, watch, source, row, &health);
        standing.waits = standing.waits.take().or_else(|| waits(watch));
    }
    Ok(standings)
}

fn count(standing: &mut Standing, watch: &Watch, source: Option<&Source>, row: Row, health: &Health) {
    standing.id.clone_from(&watch.case.source);
    standing.cases += 1;
    standing.every = standing.every.max(watch.every);
    standing.import_only = source.is_some_and(|source| !source.is_polled());
    let read = (row.last_ok > 0).then(|| Timestamp::from_second(i64::from(row.last_ok)).ok()).flatten();
    standing.read = standing.read.max(read);
    match health {
        Health::Ok => {}
        Health::Unvisited => standing.unvisited += 1,
        Health::NotFound | Health::Reserved => standing.withheld += 1,
        Health::Blocked(why) | Health::Unavailable(why) | Health::Unreadable(why) | Health::Implausible(why) => {
            *standing.failing.entry(health.name()).or_default() += 1;
            standing.why.get_or_insert_with(|| why.clone());
        }
    }
}
