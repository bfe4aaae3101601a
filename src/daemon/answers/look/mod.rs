//! Answers to whoever looks at one case: its card, its entries, what was told, its versions, two of them side by side.
//!
//! Called by [`answer`](super::answer). Reads the store; changes nothing. Whoever may see only what messages tell gets nothing more here:
//! each answer is put together by an [`Eye`] that knows how much may be seen. Long lists go out page by page.

mod card;
mod compare;
mod events;
mod masks;
mod pace;
mod timeline;
mod versions;

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use super::board::next_of;
use super::opened::{OpenVersion, Opened};
use super::{Desk, find};
use crate::ask::Answer;
use crate::ask::line::Sight;
use crate::ask::look::{At, Look};
use crate::config::Config;
use crate::daemon::absent::is_reserved;
use crate::daemon::telling::{Read, Telling};
use crate::domain::about::Language;
use crate::domain::case::Watch;
use crate::domain::event::{Event, EventKind};
use crate::domain::id::Id;
use crate::domain::sentence;
use crate::domain::withhold::Telling as HowMuch;
use crate::store::cases::Head;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;
use crate::store::{Cid, Store};

pub(super) use compare::{Pair, form as change_form};
pub(super) use events::{line as event_line, told};
pub(super) use masks::{docket as masked_docket, no_more_than_told};

/// The exit code of a question whose answer is not for whoever asks (sysexits, `EX_NOPERM`).
pub(super) const NOT_FOR_YOU: u8 = 77;

/// Whoever looks: what he may see, in which language, and what it is read from.
#[derive(Clone)]
pub(super) struct Eye {
    pub store: Store,
    pub read: Read,
    pub config: Arc<Config>,
    pub opened: Opened,
    pub sight: Sight,
    pub language: Language,
}

/// A case that is looked at.
pub(super) struct Subject<'c> {
    pub watch: &'c Watch,
    pub cid: Cid,
    /// `None` when it was never visited.
    pub head: Option<Head>,
}

/// Looks at a case.
pub(super) async fn look(desk: &Desk, look: Look, sight: Sight) -> Result<Value, Answer> {
    let eye = Eye::of(desk, look.language.as_deref(), sight);
    let config = Arc::clone(&eye.config);
    let (_, watch) = find(&config, &look.case)?;
    let waits = matches!(look.at, At::Card).then(|| desk.visitor.postponed(&config, watch)).flatten();
    let today = desk.handles.clock.now().to_zoned_datetime(config.zone.clone()).date();
    let next = matches!(look.at, At::Card).then(|| next_of(&desk.handles.board, watch, today, sight)).flatten();
    let (case, asked) = (watch.case.clone(), look.at);
    blocking(move || {
        // What was found a moment ago in the same watch list.
        let Some(watch) = eye.config.watch(&case) else { return Ok(Err(gone(&case.number))) };
        Ok(eye.subject(watch).map_err(Answer::from).and_then(|subject| match asked {
            At::Card => card::card(&eye, &subject, waits, next),
            At::Timeline { version, page } => timeline::timeline(&eye, &subject, version, page),
            At::Entry { version, key } => timeline::entry(&eye, &subject, version, &key),
            At::Events { page } => events::list(&eye, &subject, page),
            At::Versions { page } => versions::list(&eye, &subject, page),
            At::Version { version } => versions::one(&eye, &subject, version),
            At::SideBySide { from, to, page } => compare::side_by_side(&eye, &subject, from, to, page),
        }))
    })
    .await?
}

fn gone(number: &str) -> Answer {
    Answer::no(4, &sentence::NO_CASE, &[&number])
}

impl Eye {
    /// The eye of whoever asks so much of this desk.
    pub fn of(desk: &Desk, language: Option<&str>, sight: Sight) -> Self {
        let config = desk.handles.config.load_full();
        let language = match language {
            Some("es") => Language::Es,
            Some("en") => Language::En,
            _ => config.general.language,
        };
        let (store, read, opened) = (desk.handles.store.clone(), desk.handles.read.clone(), desk.opened.clone());
        Self { store, read, config, opened, sight, language }
    }

    /// The case that is watched so.
    pub fn subject<'c>(&self, watch: &'c Watch) -> Result<Subject<'c>, StoreError> {
        let cid = self.store.register(std::slice::from_ref(&watch.case))?.first().copied();
        let cid = cid.ok_or_else(|| StoreError::Damaged("the store gave the case no number; run `veedor fsck`".to_owned()))?;
        Ok(Subject { watch, cid, head: self.store.head(cid)? })
    }

    /// Whether everything is seen.
    pub fn sees_all(&self) -> bool {
        self.sight == Sight::Whole
    }

    /// A version of a case, the newest when none is named; else what is to be said instead.
    pub fn version(&self, subject: &Subject<'_>, number: Option<u32>) -> Result<Arc<OpenVersion>, Answer> {
        let newest = subject.head.as_ref().map_or(0, |head| head.version);
        match self.opened.version(&self.store, subject.cid, number.unwrap_or(newest))? {
            Some(found) => Ok(found),
            None => {
                let kept: Vec<u32> = self.store.versions(subject.cid)?.into_iter().map(|info| info.number).collect();
                Err(super::cases::no_version(&subject.watch.number.canonical, number, &kept))
            }
        }
    }

    /// What a case is about and what of a version of it may be seen.
    pub fn telling(&self, subject: &Subject<'_>, open: &OpenVersion) -> Result<Telling, StoreError> {
        let (true, Some(head)) = (!self.sees_all(), &subject.head) else {
            return Ok(Telling::unmasked(&self.config, &subject.watch.case));
        };
        // Who is party no more stands in older entries still.
        let mut named: Vec<Event> = Vec::new();
        for event in self.events(subject)?.iter() {
            let names = event.field.as_ref().is_some_and(|field| field.field.starts_with("party.") || field.field == "title");
            if names && matches!(event.kind, EventKind::PartyChanged | EventKind::CaseFieldChanged) {
                named.push(event.clone());
            }
        }
        let (read, cid) = (&self.read, subject.cid);
        Telling::as_held_with(&self.store, read, &self.config, subject.watch, (cid, head), (&open.docket, open.number), &named)
    }

    /// How much is seen of a case, as its newest version has it. One that does not read back may hide anything.
    pub fn how_much(&self, subject: &Subject<'_>) -> Result<HowMuch, StoreError> {
        if self.sees_all() { Ok(HowMuch::Whole) } else { self.how_much_of(subject.watch, subject.cid) }
    }

    /// The same of whoever sees only what messages tell.
    pub fn how_much_of(&self, watch: &Watch, cid: Cid) -> Result<HowMuch, StoreError> {
        let Some(head) = self.store.head(cid)?.filter(|head| head.version > 0) else { return Ok(watch.withhold.unwrap_or_default()) };
        let seal = self.store.seal_of_version(cid, head.version)?.unwrap_or_default();
        let mut marks = vec![cid.to_be_bytes().to_vec(), seal.to_vec(), vec![u8::from(is_reserved(&head))]];
        for case in &watch.linked {
            let cid = self.store.cid(case)?.unwrap_or_default();
            let version = self.store.head(cid)?.map_or(0, |head| head.version);
            marks.push(self.store.seal_of_version(cid, version)?.unwrap_or_default().to_vec());
        }
        let id = Id::derive(&marks.iter().map(Vec::as_slice).collect::<Vec<_>>());
        self.opened.how_much(&self.config, id, || Ok(Telling::load(&self.store, &self.read, &self.config, &watch.case, &[])?.of_case()))
    }

    /// The same of whoever this is, of a case that may not be registered yet.
    pub fn how_much_at(&self, watch: &Watch) -> Result<HowMuch, StoreError> {
        match self.store.cid(&watch.case)? {
            _ if self.sees_all() => Ok(HowMuch::Whole),
            Some(cid) => self.how_much_of(watch, cid),
            None => Ok(watch.withhold.unwrap_or_default()),
        }
    }

    /// The cases with which a case is linked, without those of which nothing is seen: the link would tell whose matter that is.
    pub fn linked(&self, watch: &Watch) -> Result<Vec<&Watch>, StoreError> {
        let mut seen = Vec::new();
        for other in watch.linked.iter().filter_map(|case| self.config.watch(case)) {
            if self.how_much_at(other)? != HowMuch::Activity {
                seen.push(other);
            }
        }
        Ok(seen)
    }

    /// The names of these, by source and number, as people write them.
    pub fn linked_names(&self, watch: &Watch) -> Result<Vec<String>, StoreError> {
        let linked = self.linked(watch)?;
        Ok(linked.into_iter().map(|other| format!("{} {}", other.case.source, other.number.canonical)).collect())
    }

    /// Says so when nothing is seen of a case but that it had activity.
    pub fn must_see(&self, subject: &Subject<'_>) -> Result<HowMuch, Answer> {
        match self.how_much(subject)? {
            HowMuch::Activity => Err(not_for_you(subject.watch)),
            how_much => Ok(how_much),
        }
    }

    /// The events of a case, oldest first.
    pub fn events(&self, subject: &Subject<'_>) -> Result<Arc<Vec<Event>>, StoreError> {
        match &subject.head {
            Some(head) => self.opened.events(&self.store, subject.cid, head),
            None => Ok(Arc::default()),
        }
    }

    /// An answer that is kept while nothing changes of what it is made of: the versions named in `of`, the events, who sees it, and what may
    /// be told.
    pub fn kept<T: Serialize>(
        &self,
        subject: &Subject<'_>,
        of: &[&[u8]],
        make: impl FnOnce() -> Result<T, Answer>,
    ) -> Result<Value, Answer> {
        let head = subject.head.as_ref();
        let (version, seq) = head.map_or((0, 0), |head| (head.version, head.seq));
        let mut marks = vec![
            subject.cid.to_be_bytes().to_vec(),
            [version.to_be_bytes(), seq.to_be_bytes()].concat(),
            self.store.seal_of_version(subject.cid, version)?.unwrap_or_default().to_vec(),
            vec![u8::from(self.sees_all()), u8::from(self.language == Language::En), u8::from(head.is_some_and(is_reserved))],
        ];
        if !self.sees_all() {
            // What linked cases say decides too.
            for case in &subject.watch.linked {
                let cid = self.store.cid(case)?.unwrap_or_default();
                let version = self.store.head(cid)?.map_or(0, |head| head.version);
                marks.push([&cid.to_be_bytes()[..], &self.store.seal_of_version(cid, version)?.unwrap_or_default()].concat());
            }
        }
        let parts: Vec<&[u8]> = of.iter().copied().chain(marks.iter().map(Vec::as_slice)).collect();
        self.opened.answer(&self.config, Id::derive(&parts), || Ok(json!(make()?)))
    }
}

/// That nothing of a case is for whoever asks.
pub(super) fn not_for_you(watch: &Watch) -> Answer {
    Answer::no(NOT_FOR_YOU, &sentence::WITHHELD, &[&watch.number.canonical])
}

/// The stable name of how much is told.
fn name_of(how_much: HowMuch) -> &'static str {
    match how_much {
        HowMuch::Whole => "whole",
        HowMuch::TypeAndDate => "type_and_date",
        HowMuch::Activity => "activity",
    }
}

/// The page that is meant of so many things, and how many pages there are: from 1, and the last for one that is beyond it.
fn page_of(wanted: u32, total: usize, size: usize) -> (u32, u32) {
    let pages = u32::try_from(total.div_ceil(size)).unwrap_or(u32::MAX).max(1);
    (wanted.clamp(1, pages), pages)
}

/// The things of a page.
fn part_of<T>(all: &[T], page: u32, size: usize) -> &[T] {
    let from = usize::try_from(page.saturating_sub(1)).unwrap_or(usize::MAX).saturating_mul(size).min(all.len());
    let until = from.saturating_add(size).min(all.len());
    all.get(from..until).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_beyond_the_last_is_the_last_and_every_thing_stands_on_one() {
        for total in [0, 1, 199, 200, 201, 1_000] {
            let all: Vec<usize> = (0..total).collect();
            let (_, pages) = page_of(1, total, 200);
            let seen: Vec<usize> = (1..=pages).flat_map(|page| part_of(&all, page, 200).to_vec()).collect();
            assert_eq!(seen, all);
            assert_eq!(page_of(0, total, 200).0, 1);
            assert_eq!(page_of(u32::MAX, total, 200).0, pages);
        }
    }
}
