//! A case that its source no longer shows: unknown to it, or said to be reserved; and a case that can be read again.
//!
//! Called by [`visit`](super::visit) and [`record`](super::record). A block, a failure or a page that is not understood is none of
//! this (`failed`). Nothing is told before it is confirmed, and each absence once, until the case has been read again.

use jiff::Timestamp;

use super::brake::{judged_by, tell};
use super::record::{Job, Visited};
use crate::domain::diff::{Missing, MissingParts, count, is_confirmed, lasting};
use crate::domain::event::{Event, EventKind, missing_since};
use crate::domain::route::route;
use crate::recipe::Refusal;
use crate::store::cases::Head;
use crate::store::commit::Visit;
use crate::store::error::StoreError;

/// The count of visits that stands for "told as unknown": counting stops there, so a case that stays away is told once.
const TOLD: u32 = u32::MAX;
/// … and for "told as reserved".
const TOLD_RESERVED: u32 = u32::MAX - 1;

/// Of so many other cases of the source, if it has as many, that were read since, one whose answers change is not the source's own
/// trouble (`domain.md` F-07).
const WITNESSES: usize = 2;
/// Other cases that are looked at for that, at most.
const LOOKED_AT: usize = 50;

/// Whether an absence was told, so that the return is news.
pub(super) fn is_told(vanished: &Missing) -> bool {
    vanished.visits >= TOLD_RESERVED
}

impl Job {
    /// Records that the source answered something that is not a docket.
    pub fn refused(&self, refusal: &Refusal) -> Result<Visited, StoreError> {
        let head = self.head()?;
        let (kind, told) = match refusal {
            Refusal::NotFound => (EventKind::CaseVanished, TOLD),
            Refusal::Reserved => (EventKind::CaseReserved, TOLD_RESERVED),
            _ => return self.failed(refusal.health(), None),
        };
        if head.version == 0 {
            return self.failed(refusal.health(), None);
        }
        // What was told in one way is told anew in the other: reserved is not unknown.
        let counted = head.vanished.filter(|vanished| !is_told(vanished) || vanished.visits == told);
        let vanished = counted.filter(is_told).unwrap_or_else(|| count(counted.as_ref(), self.now));
        let news = Head { health: refusal.health(), vanished: Some(vanished), ..head.clone() };
        let (row, due) = self.failed_row(None);
        let quiet = Visited::quiet(refusal.health(), row, due, false);
        // That a case is unknown is also what a source says that has lost its index; that it is reserved, it says in so many words.
        let confirm = self.config.general.confirm;
        let confirm = if kind == EventKind::CaseVanished { lasting(confirm) } else { confirm };
        if is_told(&vanished) || !is_confirmed(vanished, confirm, self.now) || !self.others_are_read(vanished.since)? {
            return self.quietly(head, news, None, quiet);
        }
        let Missing { since, visits } = vanished;
        let event = Event { field: Some(missing_since(since, visits)), ..self.of_case(&news, kind, since) };
        self.without_version(Head { vanished: Some(Missing { since, visits: told }), ..news }, None, event, quiet)
    }

    /// The event of a case that can be read again after its absence was told.
    pub(super) fn returned(&self, head: &Head) -> Option<Event> {
        let since = head.vanished.filter(is_told)?.since;
        let field = Some(missing_since(since, 0)).map(|field| crate::domain::event::FieldChange { after: None, ..field });
        Some(Event { field, ..self.of_case(head, EventKind::CaseReturned, since) })
    }

    /// Whether other cases of the source were read since: then it is this case. Where no other is watched, nobody can say.
    fn others_are_read(&self, since: Timestamp) -> Result<bool, StoreError> {
        let mine = &self.watch().case;
        let others = self.config.cases.iter().map(|watch| &watch.case).filter(|case| case.source == mine.source && *case != mine);
        let others: Vec<_> = others.take(LOOKED_AT).collect();
        let mut read = 0;
        for case in &others {
            let Some(cid) = self.store.cid(case)? else { continue };
            let last_ok = self.store.row(cid)?.map_or(0, |row| row.last_ok);
            read += usize::from(i64::from(last_ok) >= since.as_second());
            if read >= WITNESSES {
                break;
            }
        }
        Ok(read >= WITNESSES.min(others.len()))
    }

    /// An event about the whole case, derived from the absence that began at `since`.
    fn of_case(&self, head: &Head, kind: EventKind, since: Timestamp) -> Event {
        let case = &self.watch().case;
        Event {
            id: Event::id_of(case, head.version, &format!("case {since}"), kind),
            kind,
            severity: kind.severity(),
            case: case.clone(),
            seq: head.seq + 1,
            version: head.version,
            entry: None,
            hearing: None,
            field: None,
            seen_at: self.now,
            page_sha256: head.pages_sha256,
        }
    }

    /// Tells an event that brings no version.
    pub(super) fn without_version(
        &self,
        head: Head,
        missing: Option<MissingParts>,
        event: Event,
        quiet: Visited,
    ) -> Result<Visited, StoreError> {
        let watch = self.watch();
        let deliveries = route(std::slice::from_ref(&event), watch, &self.config.routes(), self.now);
        let visited = Visited { events: vec![event.clone()], ..quiet };
        if !self.keep {
            return Ok(visited);
        }
        let visit = Visit { cid: self.cid, row: visited.row, head, missing, version: None, events: vec![event], deliveries };
        tell(watch, &self.store.commit_judged(visit, judged_by(&self.config, watch, self.row, &visited.events, self.now))?);
        Ok(Visited { row_pending: false, ..visited })
    }
}
