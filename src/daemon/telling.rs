//! What a message is about and what of it may be told, put together whenever one is written.
//!
//! Asked by [`attempt`](super::attempt) and by `veedor poll`. It reads the docket that is held, those that brought the events and those of
//! linked cases, because names and subjects stand there; where one cannot be read, next to nothing is told (`domain.md` R-E6). It
//! sends nothing and words nothing.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::tz::TimeZone;

use super::absent::is_reserved;
use crate::config::Config;
use crate::domain::about::{About, Language, Stop};
use crate::domain::case::{CaseNumber, CaseRef, Parts, Watch};
use crate::domain::docket::Docket;
use crate::domain::event::{Audience, Event, EventKind};
use crate::domain::id::Id;
use crate::domain::meanwhile::Meanwhile;
use crate::domain::privacy::{Held, Known, Privacy};
use crate::domain::withhold::Telling as HowMuch;
use crate::store::cases::Head;
use crate::store::error::StoreError;
use crate::store::said::Said;
use crate::store::{Cid, Store};

/// Versions of one case that are looked at for one message, beside the held one.
const MOST_VERSIONS: usize = 12;

/// What was read of dockets is kept for this many versions: thousands of messages may tell of a few.
const KEPT: usize = 512;

/// And for no more than this many bytes: a hostile docket may be parties and nothing else.
const KEPT_BYTES: usize = 8 << 20;

/// What was read of dockets, and who reads. Cheap to clone.
#[derive(Clone, Default)]
pub struct Read(Arc<Mutex<Kept>>, Arc<Mutex<()>>);

/// By case and version.
type Kept = HashMap<(Cid, u32), Arc<Known>>;

impl std::fmt::Debug for Read {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Read")
    }
}

impl Read {
    fn of(&self, store: &Store, cid: Cid, version: u32) -> Result<Option<Arc<Known>>, StoreError> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&(cid, version)) {
            return Ok(Some(Arc::clone(known)));
        }
        // One large docket is read at a time, and once for all who wait for it.
        let _reading = self.1.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&(cid, version)) {
            return Ok(Some(Arc::clone(known)));
        }
        let Some(docket) = store.docket(cid, version)? else { return Ok(None) };
        let known = Arc::new(Known::of(&docket));
        let mut kept = lock();
        let bytes: usize = kept.values().map(|known| known.size()).sum();
        if kept.len() >= KEPT || bytes + known.size() > KEPT_BYTES {
            kept.clear();
        }
        if known.size() <= KEPT_BYTES {
            kept.insert((cid, version), Arc::clone(&known));
        }
        Ok(Some(known))
    }
}

/// What a message is about.
#[derive(Debug, Clone)]
pub struct Telling {
    watch: Watch,
    source_title: String,
    case_url: String,
    dashboard: Option<String>,
    zone: TimeZone,
    privacy: Privacy,
    previous: Option<Id>,
}

impl Telling {
    /// Of a case for messages of these events. Blocks.
    ///
    /// # Errors
    /// Only when the store is unusable.
    pub fn load(store: &Store, read: &Read, config: &Config, case: &CaseRef, events: &[Event]) -> Result<Self, StoreError> {
        let source = config.source_of(case);
        let number = || source.and_then(|source| source.recipe.number(&case.number).ok());
        let mut watch = match config.watch(case) {
            Some(watch) => watch.clone(),
            None => as_last_said(store, no_longer_watched(case, number()))?,
        };
        let is_of_operator = !events.is_empty() && events.iter().all(|event| event.kind.audience() == Audience::Operator);
        let held = match is_of_operator || quotes_withheld(store, config, &watch, events)? {
            true => None,
            false => held(store, read, &watch, events).or_else(|error| if error.is_fatal() { Err(error) } else { Ok(None) })?,
        };
        let mut privacy = Privacy::new(config.policy_of(case), &watch, held.as_ref(), events);
        if sums_up_withheld(store, config, events)? {
            privacy = privacy.without_kinds();
        }
        let mut case_url = source.map(|source| source.recipe.case_url(&watch.number)).unwrap_or_default();
        if !is_of_operator && events.iter().all(|event| privacy.telling(event) == HowMuch::Activity) {
            // The operator's own words may say what the court's may not.
            (watch.note, watch.tags, watch.formal_name) = (None, Vec::new(), None);
            case_url = String::new();
        }
        // What is wrong with another event must not stop this one.
        let damaged = |error: StoreError| if error.is_fatal() { Err(error) } else { Ok(None) };
        let previous = events.first().map(|first| store.event_before(first).or_else(damaged)).transpose()?.flatten();
        Ok(Self {
            previous,
            source_title: source.map_or_else(|| case.source.clone(), |source| source.recipe.title.clone()),
            zone: source.map_or_else(|| config.zone.clone(), |source| source.recipe.zone_of(&watch.number)),
            watch,
            case_url,
            dashboard: config.dashboard().map(str::to_owned),
            privacy,
        })
    }

    /// Of a case of which a docket that is at hand is told, an older version perhaps: who stands in that one is hidden as well as who stands in the
    /// newest, and what either is about counts. Blocks.
    ///
    /// # Errors
    /// Only when the store is unusable.
    pub fn as_held(
        store: &Store,
        read: &Read,
        config: &Config,
        watch: &Watch,
        (cid, head): (Cid, &Head),
        shown: (&Docket, u32),
    ) -> Result<Self, StoreError> {
        Self::as_held_with(store, read, config, watch, (cid, head), shown, &[])
    }

    /// The same, where these events of the case may name parties that neither docket has any more. Blocks.
    ///
    /// # Errors
    /// Only when the store is unusable.
    pub fn as_held_with(
        store: &Store,
        read: &Read,
        config: &Config,
        watch: &Watch,
        (cid, head): (Cid, &Head),
        (docket, version): (&Docket, u32),
        events: &[Event],
    ) -> Result<Self, StoreError> {
        let mut dockets = vec![Arc::new(Known::of(docket))];
        let others = watch.linked.iter().map(|case| store.cid(case)).collect::<Result<Vec<_>, _>>()?;
        let heads = others.into_iter().flatten().map(|cid| Ok((cid, store.head(cid)?.map_or(0, |head| head.version))));
        let more = heads.collect::<Result<Vec<_>, StoreError>>()?;
        let own = (version != head.version).then_some((cid, head.version));
        let mut held = Some(());
        for (cid, version) in own.into_iter().chain(more).filter(|(_, version)| *version > 0) {
            match read.of(store, cid, version) {
                Ok(known) => dockets.extend(known),
                Err(error) if error.is_fatal() => return Err(error),
                // What cannot be read may hide anything.
                Err(_) => held = None,
            }
        }
        let held = held.map(|()| Held { dockets, reserved: is_reserved(head) });
        let source = config.source_of(&watch.case);
        Ok(Self {
            previous: None,
            source_title: source.map_or_else(|| watch.case.source.clone(), |source| source.recipe.title.clone()),
            zone: source.map_or_else(|| config.zone.clone(), |source| source.recipe.zone_of(&watch.number)),
            watch: watch.clone(),
            case_url: String::new(),
            dashboard: None,
            privacy: Privacy::new(config.policy_of(&watch.case), watch, held.as_ref(), events),
        })
    }

    /// Of a case for whoever may see everything.
    pub fn unmasked(config: &Config, case: &CaseRef) -> Self {
        let source = config.source_of(case);
        let number = || source.and_then(|source| source.recipe.number(&case.number).ok());
        let watch = config.watch(case).cloned().unwrap_or_else(|| no_longer_watched(case, number()));
        Self {
            previous: None,
            source_title: source.map_or_else(|| case.source.clone(), |source| source.recipe.title.clone()),
            zone: source.map_or_else(|| config.zone.clone(), |source| source.recipe.zone_of(&watch.number)),
            case_url: source.map(|source| source.recipe.case_url(&watch.number)).unwrap_or_default(),
            dashboard: None,
            privacy: Privacy::open(),
            watch,
        }
    }

    /// The case as watched, its note and tags only where they may be told.
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// The source's title.
    pub fn source_title(&self) -> &str {
        &self.source_title
    }

    /// For a reader of this language, who stops it in this way.
    pub fn about(&self, language: Language, stop: Stop) -> About<'_> {
        About {
            watch: &self.watch,
            previous: self.previous,
            source_title: &self.source_title,
            case_url: &self.case_url,
            dashboard: self.dashboard.as_deref(),
            zone: self.zone.clone(),
            language,
            privacy: self.privacy.clone(),
            stop,
        }
    }

    /// How much is told of the case.
    pub fn of_case(&self) -> HowMuch {
        self.privacy.of_case().0
    }

    /// Whether something of these events is not told, in whole or in part.
    pub fn withholds_of(&self, events: &[Event]) -> bool {
        self.privacy.hides_kinds() || events.iter().any(|event| self.privacy.telling(event) != HowMuch::Whole)
    }

    /// Whether nothing is told of a case but its activity. What only the calendar knows is no activity: the hour of a reminder would tell
    /// the hearing's. Blocks.
    ///
    /// # Errors
    /// Only when the store is unusable.
    pub fn is_withheld(store: &Store, config: &Config, case: &CaseRef) -> Result<bool, StoreError> {
        let telling = Self::load(store, &Read::default(), config, case, &[])?;
        Ok(telling.privacy.of_case().0 == HowMuch::Activity)
    }
}

/// Whether an event counts what happened in several cases of which one is withheld, or is not known to be none.
fn sums_up_withheld(store: &Store, config: &Config, events: &[Event]) -> Result<bool, StoreError> {
    for sum in events.iter().filter_map(Meanwhile::of) {
        if sum.more_cases > 0 {
            return Ok(true);
        }
        for (name, _) in &sum.cases {
            let named =
                |watch: &&Watch| watch.number.canonical == *name || watch.number.compact == *name || watch.name.as_ref() == Some(name);
            let mut watches = config.cases.iter().filter(named).peekable();
            if watches.peek().is_none() {
                return Ok(true);
            }
            for watch in watches {
                if Telling::is_withheld(store, config, &watch.case)? {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

/// Whether an event says what stands at a linked case of which nothing is told.
fn quotes_withheld(store: &Store, config: &Config, watch: &Watch, events: &[Event]) -> Result<bool, StoreError> {
    if !events.iter().any(|event| event.kind == EventKind::RecordDisagreement) {
        return Ok(false);
    }
    watch.linked.iter().try_fold(false, |found, case| Ok(found || Telling::is_withheld(store, config, case)?))
}

/// What is known of a case; `None` when that cannot be read.
fn held(store: &Store, read: &Read, watch: &Watch, events: &[Event]) -> Result<Option<Held>, StoreError> {
    let Some(cid) = store.cid(&watch.case)? else { return Ok(None) };
    let Some(head) = store.head(cid)? else { return Ok(None) };
    let Some(newest) = read.of(store, cid, head.version)? else { return Ok(None) };
    let mut dockets = vec![newest];
    // A party that is gone stands in the version before.
    let versions: BTreeSet<u32> = events.iter().flat_map(|event| [event.version.saturating_sub(1), event.version]).collect();
    for version in versions.into_iter().filter(|version| (1..head.version).contains(version)).rev().take(MOST_VERSIONS) {
        dockets.extend(read.of(store, cid, version)?);
    }
    // Their words may be quoted.
    for case in &watch.linked {
        let Some(cid) = store.cid(case)? else { continue };
        let Some(head) = store.head(cid)?.filter(|head| head.version > 0) else { continue };
        dockets.extend(read.of(store, cid, head.version)?);
    }
    Ok(Some(Held { dockets, reserved: is_reserved(&head) }))
}

/// With what the operator said of the case while he watched it; where that does not read back, he may have said anything.
fn as_last_said(store: &Store, watch: Watch) -> Result<Watch, StoreError> {
    match store.said(&watch.case) {
        Ok(Some(Said { withhold, linked })) => Ok(Watch { withhold, linked, ..watch }),
        Ok(None) => Ok(watch),
        Err(error) if error.is_fatal() => Err(error),
        Err(_) => Ok(Watch { withhold: Some(HowMuch::Activity), ..watch }),
    }
}

/// News of a case that was taken off the watch list after it was found is still told.
pub(super) fn no_longer_watched(case: &CaseRef, number: Option<CaseNumber>) -> Watch {
    let as_stored = || CaseNumber { compact: case.number.clone(), canonical: case.number.clone(), parts: Parts::default() };
    Watch::bare(case.clone(), number.unwrap_or_else(as_stored))
}
