//! A case that its source no longer shows: unknown to it, or said to be reserved; and a case that can be read again.
//!
//! Called by [`visit`](super::visit) and [`record`](super::record). A block, a failure or a page that is not understood is none of
//! this (`failed`). Nothing is told before it is confirmed, and each absence once, until the case has been read again.

use std::time::Duration;

use jiff::{Timestamp, ToSpan};

use super::brake::{judged_by, tell};
use super::record::{Job, Visited};
use crate::domain::diff::{Confirm, Missing, MissingParts, SET_BACK, is_confirmed, lasting};
use crate::domain::event::{Event, EventKind, FieldChange, missing_since};
use crate::domain::health::Health;
use crate::domain::route::route;
use crate::recipe::Refusal;
use crate::store::cases::Head;
use crate::store::commit::Visit;
use crate::store::error::StoreError;

/// The bits of a count of visits that say what was told of the absence, so that it is told once …
const TOLD_UNKNOWN: u32 = 1 << 31;
const TOLD_RESERVED: u32 = 1 << 30;
/// … and which sort of answer is counted.
const RESERVED: u32 = 1 << 29;
/// The count itself.
const COUNT: u32 = SET_BACK - 1;

/// Where no other case of the source is read, it may be the source (`domain.md` F-07): its own trouble does not last as long.
const WITHOUT_WITNESS: Duration = Duration::from_secs(7 * 86_400);
/// Other cases that are looked at for that, at most.
const LOOKED_AT: usize = 50;

/// Whether an absence was told, so that the return is news.
pub(super) fn is_told(vanished: &Missing) -> bool {
    vanished.visits & (TOLD_UNKNOWN | TOLD_RESERVED) != 0
}

/// Whether the last that a source said of a case was that it is reserved, or that was told: a visit that failed since then says nothing
/// else.
pub(super) fn is_reserved(head: &Head) -> bool {
    let said = |vanished: &Missing| vanished.visits & (RESERVED | TOLD_RESERVED) != 0;
    head.health == Health::Reserved || head.vanished.as_ref().is_some_and(said)
}

/// One more answer of a sort. Another sort begins a count of its own; what was told stays told, and so does the day since when the case
/// is not seen.
fn counted(before: Option<Missing>, sort: u32, now: Timestamp) -> Missing {
    let Some(before) = before else { return Missing { since: now, visits: sort | 1 } };
    let told = before.visits & (TOLD_UNKNOWN | TOLD_RESERVED);
    let told_of_sort = told & if sort == RESERVED { TOLD_RESERVED } else { TOLD_UNKNOWN };
    // What a clock that stood ahead began would be believed only from then on: it begins anew, as another sort does. What was told waits
    // for nothing, and keeps its day.
    if before.visits & RESERVED == sort && (told_of_sort != 0 || before.since <= now) {
        let visits = (before.visits & COUNT).saturating_add(1).min(COUNT);
        return Missing { since: before.since, visits: told | sort | (before.visits & SET_BACK) | visits };
    }
    let set_back = if before.since > now { SET_BACK } else { 0 };
    Missing { since: if told == 0 { now } else { before.since.min(now) }, visits: told | sort | set_back | 1 }
}

impl Job {
    /// A count of visits without something as this visit finds it. Of one that began under a clock that was set back, the time by which
    /// this visit comes late is no time of absence: most often the clock was put right meanwhile.
    pub(super) fn as_counted(&self, missing: Missing) -> Missing {
        let late = self.now.as_second().saturating_sub(self.row.next_due.into());
        let since = missing.since.checked_add(late.max(0).seconds()).unwrap_or(self.now).min(self.now.max(missing.since));
        if missing.visits & SET_BACK == 0 { missing } else { Missing { since, ..missing } }
    }

    /// Records that the source answered something that is not a docket.
    pub fn refused(&self, refusal: &Refusal) -> Result<Visited, StoreError> {
        let head = self.head()?;
        let (kind, sort, told) = match refusal {
            Refusal::NotFound => (EventKind::CaseVanished, 0, TOLD_UNKNOWN),
            Refusal::Reserved => (EventKind::CaseReserved, RESERVED, TOLD_RESERVED),
            _ => return self.failed(refusal.health(), None),
        };
        if head.version == 0 {
            return self.failed(refusal.health(), None);
        }
        let before = head.vanished.map(|vanished| if vanished.visits & told == 0 { self.as_counted(vanished) } else { vanished });
        let vanished = counted(before, sort, self.now);
        let news = Head { health: refusal.health(), vanished: Some(vanished), ..head.clone() };
        let (row, due) = self.failed_row(None);
        let quiet = Visited::quiet(refusal.health(), row, due, false);
        let shown = Missing { visits: vanished.visits & COUNT, ..vanished };
        if vanished.visits & told != 0 || !self.is_believed(kind, shown)? {
            return self.quietly(head, news, None, quiet);
        }
        let event = Event { field: Some(missing_since(shown.since, shown.visits)), ..self.of_case(&news, kind, shown.since) };
        self.without_version(Head { vanished: Some(Missing { visits: vanished.visits | told, ..vanished }), ..news }, None, event, quiet)
    }

    /// That a case is reserved, a source says in so many words; that it knows no such case is also what one says that has lost its index.
    fn is_believed(&self, kind: EventKind, absence: Missing) -> Result<bool, StoreError> {
        let confirm = self.config.general.confirm;
        if kind != EventKind::CaseVanished {
            return Ok(is_confirmed(absence, confirm, self.now));
        }
        let confirm = lasting(confirm);
        let alone = Confirm { span: confirm.span.max(WITHOUT_WITNESS), ..confirm };
        Ok(is_confirmed(absence, confirm, self.now) && (is_confirmed(absence, alone, self.now) || self.has_witness(absence.since)?))
    }

    /// The event of a case that can be read again after its absence was told.
    pub(super) fn returned(&self, head: &Head) -> Option<Event> {
        let since = head.vanished.filter(is_told)?.since.min(self.now);
        let field = Some(FieldChange { after: None, ..missing_since(since, 0) });
        Some(Event { field, ..self.of_case(head, EventKind::CaseReturned, since) })
    }

    /// Whether another case of the source was read since: then it is this case. Where no other is watched, nobody can say.
    fn has_witness(&self, since: Timestamp) -> Result<bool, StoreError> {
        let mine = &self.watch().case;
        let others = self.config.cases.iter().map(|watch| &watch.case).filter(|case| case.source == mine.source && *case != mine);
        let others: Vec<_> = others.take(LOOKED_AT).collect();
        for case in &others {
            let row = match self.store.cid(case) {
                Ok(cid) => cid.map(|cid| self.store.row(cid)).transpose()?.flatten(),
                // One that cannot be looked up bears no witness.
                Err(StoreError::Damaged(_)) => None,
                Err(error) => return Err(error),
            };
            if row.is_some_and(|row| i64::from(row.last_ok) >= since.as_second()) {
                return Ok(true);
            }
        }
        Ok(others.is_empty())
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
