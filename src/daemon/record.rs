//! From what a visit got to what is kept and told: reading, comparing, meaning, routing, one commit.
//!
//! Called by [`visit`](super::visit) on a thread that may block. It asks no source and sends nothing: deliveries leave it
//! only through [`Store::commit`](crate::store::Store::commit).

use std::sync::Arc;

use jiff::Timestamp;

use super::absent;
use super::agenda::seconds;
use super::brake::{judged_by, tell};
use super::held::Held;
use crate::config::{Config, Source};
use crate::domain::case::Watch;
use crate::domain::diff::{Change, Comparison, Confirm, MissingParts, compare};
use crate::domain::docket::Docket;
use crate::domain::event::Event;
use crate::domain::health::Health;
use crate::domain::id::sha256;
use crate::domain::page::Page;
use crate::domain::route::route;
use crate::domain::schedule::{Row, next_visit};
use crate::failpoint;
use crate::meaning::Seen;
use crate::store::cases::Head;
use crate::store::commit::Visit;
use crate::store::error::StoreError;
use crate::store::{Cid, Store, Version};

/// One visit that is to be recorded.
#[derive(Debug, Clone)]
pub struct Job {
    /// Where things are kept.
    pub store: Store,
    /// The configuration of the visit.
    pub config: Arc<Config>,
    /// The case's place in it.
    pub index: usize,
    /// The source asked.
    pub source: Arc<Source>,
    /// The case in the store.
    pub cid: Cid,
    /// Its schedule row before the visit.
    pub row: Row,
    /// Whether this case was read since the recipe was loaded, so that what is stored is what this recipe reads.
    pub settled: bool,
    /// When the visit ended.
    pub now: Timestamp,
    /// False for a dry run: everything is worked out and nothing is kept.
    pub keep: bool,
}

/// What a visit came to.
#[derive(Debug, Clone)]
pub struct Visited {
    /// How it went.
    pub health: Health,
    /// The version that it brought, if it brought one.
    pub version: Option<u32>,
    /// What it tells.
    pub events: Vec<Event>,
    /// The new schedule row.
    pub row: Row,
    /// When the next visit is due.
    pub due: Timestamp,
    /// Whether an unchanged answer next time needs no look at the store.
    pub settled: bool,
    /// Whether the row still has to be written: a commit has done it already.
    pub row_pending: bool,
}

/// What a visit makes of a case's docket.
pub(super) struct Reading {
    pub changes: Vec<Change>,
    pub docket: Docket,
    pub missing: MissingParts,
    pub health: Health,
    /// Whether the docket before was whole.
    pub was_whole: bool,
    /// The version that was compared with because newer ones do not read back.
    pub fell_back_to: Option<u32>,
}

impl Reading {
    pub fn of(changes: Vec<Change>, docket: Docket, missing: MissingParts) -> Self {
        Self { changes, docket, missing, health: Health::Ok, was_whole: true, fell_back_to: None }
    }
}

/// The fingerprint of a visit: SHA-256 over the SHA-256 of each page's body, in order. Of a single page, its SHA-256.
pub fn fingerprint(pages: &[Page]) -> [u8; 32] {
    match pages {
        [page] => sha256(&page.body),
        pages => sha256(&pages.iter().flat_map(|page| sha256(&page.body)).collect::<Vec<u8>>()),
    }
}

/// The first eight bytes, as the schedule row keeps them.
pub fn short(fingerprint: &[u8; 32]) -> [u8; 8] {
    let mut short = [0; 8];
    short.copy_from_slice(&fingerprint[..8]);
    short
}

impl Job {
    pub(super) fn watch(&self) -> &Watch {
        &self.config.cases[self.index]
    }

    /// The row and due time after a visit that was read.
    pub fn read_row(&self, seen: [u8; 8]) -> (Row, Timestamp) {
        let due = next_visit(&self.watch().case, self.watch().every, 0, None, self.now);
        (Row { next_due: seconds(due), last_ok: seconds(self.now), fails: 0, seen }, due)
    }

    pub(super) fn failed_row(&self, not_before: Option<Timestamp>) -> (Row, Timestamp) {
        let fails = self.row.fails.saturating_add(1);
        let due = next_visit(&self.watch().case, self.watch().every, fails, not_before, self.now);
        (Row { next_due: seconds(due), fails, ..self.row }, due)
    }

    /// The head as it is stored, and as it is stored again: what stands in it of times to come is left out where it is judged by
    /// ([`Head::not_after`]), for a clock that stands back for a visit is no proof that they were wrong.
    pub(super) fn head(&self) -> Result<Head, StoreError> {
        let fresh = || Head::unvisited(self.watch().case.clone(), self.now);
        Ok(self.store.head(self.cid)?.unwrap_or_else(fresh))
    }

    /// Records pages that a source answered with.
    pub fn pages(&self, pages: Vec<Page>) -> Result<Visited, StoreError> {
        match self.source.recipe.read(&self.watch().number, &pages) {
            Ok(docket) => self.docket(docket, pages),
            Err(refusal) => self.refused(&refusal),
        }
    }

    fn docket(&self, seen: Docket, pages: Vec<Page>) -> Result<Visited, StoreError> {
        let head = self.head()?;
        let Held { docket: held, missing, read_otherwise, partly_shown, fell_back_to } = self.held(&head, &seen)?;
        let print = fingerprint(&pages);
        let recipe = &self.source.recipe;
        let confirm = Confirm { sliding: recipe.sliding, others: recipe.lists_others(), ..self.config.general.confirm };
        let of = |changes, docket, missing| Reading { fell_back_to, ..Reading::of(changes, docket, missing) };
        let counted = missing.iter().map(|(part, missing)| (part.clone(), self.as_counted(*missing))).collect();
        match compare(held.as_ref(), &seen, &counted, confirm, self.now) {
            Comparison::Baseline if seen.entries.is_empty() && !recipe.lists_others() => self.empty_baseline(head, seen, pages),
            Comparison::Baseline => {
                let changes = self.at_first(&head, &seen);
                self.new_version(head, None, of(changes, seen, MissingParts::new()), pages)
            }
            Comparison::Changed { changes, docket, missing } => {
                let reading = self.without_late_baseline(&head, held.as_ref(), of(changes, docket, missing));
                self.new_version(head, held.as_ref(), reading, pages)
            }
            // What is stored was read by another recipe or another veedor. It is kept anew as it reads today, or the next
            // real change would be compared with the old reading.
            // And so is one whose pages lacked something that has come back: a restart would not know that it was ever there.
            Comparison::Same { docket, missing } if read_otherwise || (partly_shown && missing.is_empty()) => {
                self.new_version(head, held.as_ref(), of(Vec::new(), docket, missing), pages)
            }
            Comparison::Same { missing: still, .. } => {
                let (row, due) = self.read_row(short(&print));
                let settled = still.is_empty();
                let quiet = Visited::quiet(Health::Ok, row, due, settled);
                if let Some(event) = self.returned(&head) {
                    return self.without_version(Head { health: Health::Ok, vanished: None, ..head }, Some(still), event, quiet);
                }
                let news = Head { health: Health::Ok, vanished: None, ..head.clone() };
                self.quietly(head, news, (missing != still).then_some(still), quiet)
            }
            Comparison::Implausible { why, missing, news, docket } if !news.is_empty() => {
                let reading = Reading { health: Health::Implausible(why), ..of(news, docket, missing) };
                let reading = self.without_late_baseline(&head, held.as_ref(), reading);
                self.new_version(head, held.as_ref(), reading, pages)
            }
            Comparison::Implausible { why, missing: counted, .. } => {
                let health = Health::Implausible(why);
                let (row, due) = self.read_row([0; 8]);
                // The source knows the case, so a series of "no such case" ends here, unless it was told: that the case can be
                // read again is told when it can. Before the first version the field counts empty answers instead.
                let vanished = head.vanished.filter(absent::is_told);
                let news = Head { health: health.clone(), vanished, ..head.clone() };
                self.quietly(head, news, Some(counted), Visited::quiet(health, Row { last_ok: self.row.last_ok, ..row }, due, false))
            }
        }
    }

    pub(super) fn new_version(
        &self,
        head: Head,
        before: Option<&Docket>,
        Reading { changes, docket, missing, health, was_whole, fell_back_to }: Reading,
        pages: Vec<Page>,
    ) -> Result<Visited, StoreError> {
        let watch = self.watch();
        // A beginning under a clock that stood ahead is put right here, unless the clock was set back since the last visit: it may be
        // for this one only.
        let head = if i64::from(self.row.last_ok) <= self.now.as_second() { head.not_after(self.now) } else { head };
        let number = head.version + 1;
        // What was received is compared with at the next visit; what is kept is what anyone can check an alert against.
        let received = short(&fingerprint(&pages));
        let recipe = &self.source.recipe;
        let pages = recipe.keepable(&watch.number, pages);
        let print = fingerprint(&pages);
        let seen = Seen {
            case: &watch.case,
            zone: recipe.zone_of(&watch.number),
            version: number,
            first_seq: head.seq + 1,
            at: self.now,
            page_sha256: print,
            before,
            after: &docket,
            watched_since: head.watched_since.min(self.now),
            was_whole,
        };
        let meaning = self.config.meaning_of(recipe);
        let mut events = meaning.events(&changes, &seen);
        meaning.links(&changes, &seen, &mut events, &|text| self.config.named(watch, text));
        let mut events = match fell_back_to {
            Some(version) => self.untold(events, version),
            None => events,
        };
        let believed = health == Health::Ok;
        if let Some(event) = self.returned(&head).filter(|_| believed) {
            // The version that the case came back with is what shows it.
            let seq = event.seq.saturating_add(u32::try_from(events.len()).unwrap_or(u32::MAX));
            events.push(Event { seq, version: number, page_sha256: print, ..event });
        }
        self.appointments(&mut events, &meaning, &docket, &recipe.zone_of(&watch.number))?;
        let deliveries = route(&events, watch, &self.config.routes(), self.now);
        let (row, due) = self.read_row(received);
        let row = if health == Health::Ok { row } else { Row { last_ok: self.row.last_ok, seen: [0; 8], ..row } };
        let settled = missing.is_empty() && health == Health::Ok;
        let changed_at = if changes.is_empty() && number > 1 { head.changed_at } else { Some(self.now) };
        let head = Head {
            version: number,
            health: health.clone(),
            vanished: head.vanished.filter(|vanished| !believed && absent::is_told(vanished)),
            changed_at,
            pages_sha256: print,
            validators: pages
                .iter()
                .map(|page| (page.header("etag").map(str::to_owned), page.header("last-modified").map(str::to_owned)))
                .collect(),
            ..head
        };
        let visited = Visited { version: Some(number), events: events.clone(), ..Visited::quiet(health, row, due, settled) };
        if !self.keep {
            return Ok(visited);
        }
        failpoint::hit("before-commit");
        let version = Version { number, at: self.now, docket, pages };
        let visit = Visit { cid: self.cid, row, head, missing: Some(missing), version: Some(version), events, deliveries };
        match self.store.commit_judged(visit, judged_by(&self.config, watch, self.row, &visited.events, self.now)) {
            Err(StoreError::Oversized(why)) => return self.failed(Health::Unreadable(why), None),
            done => tell(watch, &done?),
        }
        failpoint::hit("after-commit");
        Ok(Visited { row_pending: false, ..visited })
    }

    /// Records that the source could not be asked or refused us.
    pub fn failed(&self, health: Health, not_before: Option<Timestamp>) -> Result<Visited, StoreError> {
        let head = self.head()?;
        let (row, due) = self.failed_row(not_before);
        // By the next visit nobody knows any more how late this one came.
        let vanished = head.vanished.map(|vanished| if absent::is_told(&vanished) { vanished } else { self.as_counted(vanished) });
        let missing = self.store.missing(self.cid).unwrap_or_default();
        let counted: MissingParts = missing.iter().map(|(part, missing)| (part.clone(), self.as_counted(*missing))).collect();
        let news = Head { health: health.clone(), vanished, ..head.clone() };
        self.quietly(head, news, (counted != missing).then_some(counted), Visited::quiet(health, row, due, false))
    }

    /// Keeps a head or a count of missing entries, when there is anything to keep.
    pub(super) fn quietly(&self, before: Head, news: Head, missing: Option<MissingParts>, visited: Visited) -> Result<Visited, StoreError> {
        if !self.keep || (before == news && missing.is_none()) {
            return Ok(visited);
        }
        let visit =
            Visit { cid: self.cid, row: visited.row, head: news, missing, version: None, events: Vec::new(), deliveries: Vec::new() };
        self.store.commit(visit)?;
        Ok(Visited { row_pending: false, ..visited })
    }
}

impl Visited {
    pub(super) fn quiet(health: Health, row: Row, due: Timestamp, settled: bool) -> Self {
        Self { health, version: None, events: Vec::new(), row, due, settled, row_pending: true }
    }
}

#[cfg(test)]
mod tests;
