//! What is needed of all cases at once: their hearings, the clocks that are late, their appointments, and what happened.
//!
//! A loop that runs when there is a dashboard. It looks at a case when something of it was written, when time may have changed something, and
//! when the watch list changed, in small portions beside the visits; `answers` reads what it knows. It keeps little of a case and nothing
//! on the disk, and asks no source. Until it has looked at every case it says how far it has come. Invariant: a case is shown as its last
//! version is, with a delay of seconds.

mod journal;
mod matter;

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use super::Handles;
use super::absent::is_reserved;
use super::hearings::matters;
use crate::config::Config;
use crate::domain::appointment::Appointment;
use crate::domain::case::{CaseRef, Watch};
use crate::domain::clocks::State as ClockState;
use crate::domain::id::Id;
use crate::domain::setting::Outcome;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;
use crate::store::{Cid, Store};
use crate::wire::api::board::Progress;
use crate::wire::api::hearings::HearingLine;

pub(super) use journal::Journal;
pub(super) use matter::is_unheard;

/// How often it asks what was written: nothing is read where nothing was.
const LOOK: Duration = Duration::from_secs(1);

/// Matters in one portion, and the pause after it: a long list is gone through beside the visits.
const PORTION: usize = 40;
const PAUSE: Duration = Duration::from_millis(20);

/// How soon a case is looked at again of which something could not be read, and at which time may change something.
const AFTER_TROUBLE: Duration = Duration::from_secs(3600);
const AGAIN: Duration = Duration::from_secs(6 * 3600);

/// What is known of all cases. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Board(Arc<RwLock<Known>>);

/// What is known.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Grows with every change of what calendars show.
    pub calendars: u64,
    /// The watch list by which it was worked out.
    pub config: Option<Arc<Config>>,
    /// By the first case of each matter.
    matters: HashMap<CaseRef, Matter>,
    /// The watched cases by their number in the store.
    pub cids: Arc<HashMap<Cid, CaseRef>>,
    /// What happened.
    pub journal: Journal,
}

/// What is kept of a case and those it is linked with.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Matter {
    /// Its hearings, all of them.
    pub hearings: Vec<Hearing>,
    /// As they may be told, where that is something else.
    pub told: Option<Vec<Hearing>>,
    /// Its clocks that are late or nearly.
    pub clocks: Vec<LateClock>,
    /// Its cases in which nothing was entered for long.
    pub quiet: Vec<Quiet>,
    /// What a calendar shows, as it may be told.
    pub appointments: Vec<Shown>,
    /// When time may change something of it.
    next: Timestamp,
}

/// A hearing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hearing {
    /// Its case.
    pub case: CaseRef,
    /// Its day.
    pub date: Option<Date>,
    /// What became of it.
    pub outcome: Outcome,
    /// As it is shown.
    pub line: HearingLine,
}

/// A clock by what it takes to find it again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LateClock {
    /// The loudest first.
    pub rank: usize,
    /// Its last day.
    pub due: Option<Date>,
    /// Its case.
    pub case: CaseRef,
    /// Its id.
    pub id: Id,
    /// Whether it may be told what time its case has.
    pub is_told: bool,
}

/// A case in which nothing was entered for long.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quiet {
    /// The case.
    pub case: CaseRef,
    /// The date of its last entry.
    pub since: Date,
    /// Days from then to the day on which it was last read.
    pub days: i64,
    /// Whether anything of the case may be told.
    pub is_told: bool,
}

/// An appointment as it may be told.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shown {
    /// Its case.
    pub case: CaseRef,
    /// The appointment.
    pub appointment: Appointment,
    /// When something of it last changed.
    pub changed: Timestamp,
    /// The linked cases before it that show the same hearing.
    pub same_at: Vec<CaseRef>,
}

/// Which states of a clock are shown as late, the loudest first.
pub(super) const LATE: [ClockState; 3] = [ClockState::Breach, ClockState::PossibleBreach, ClockState::Warning];

/// A case that cannot be read now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unread {
    /// The case.
    pub case: CaseRef,
    /// Whether what was told of it before may still be: the court has not reserved it since.
    pub is_told: bool,
}

impl Unread {
    fn of(store: &Store, case: &CaseRef) -> Result<Self, StoreError> {
        let head = store.cid(case).and_then(|cid| cid.map_or(Ok(None), |cid| store.head(cid)));
        match head {
            Err(error) if error.is_fatal() => Err(error),
            head => Ok(Self { case: case.clone(), is_told: head.ok().flatten().is_some_and(|head| !is_reserved(&head)) }),
        }
    }
}

impl Matter {
    /// Keeps of cases that cannot be read now what was known of them, so that their hearings do not leave people's calendars while they are
    /// mended. What was not known before, as after a start, is not shown.
    fn carry(&mut self, before: Option<&Self>, unread: &[Unread]) {
        let Some(before) = before else { return };
        let is_kept = |case: &CaseRef| unread.iter().any(|one| one.case == *case);
        let is_told = |case: &CaseRef| unread.iter().any(|one| one.case == *case && one.is_told);
        let known_told = before.told.as_ref().unwrap_or(&before.hearings);
        let mut told = self.told.take().unwrap_or_else(|| self.hearings.clone());
        told.extend(known_told.iter().filter(|hearing| is_told(&hearing.case)).cloned());
        self.hearings.extend(before.hearings.iter().filter(|hearing| is_kept(&hearing.case)).cloned());
        self.told = Some(told);
        let clocks = before.clocks.iter().filter(|clock| is_kept(&clock.case));
        self.clocks.extend(clocks.map(|clock| LateClock { is_told: clock.is_told && is_told(&clock.case), ..clock.clone() }));
        let quiet = before.quiet.iter().filter(|quiet| is_kept(&quiet.case));
        self.quiet.extend(quiet.map(|quiet| Quiet { is_told: quiet.is_told && is_told(&quiet.case), ..quiet.clone() }));
        self.appointments.extend(before.appointments.iter().filter(|shown| is_told(&shown.case)).cloned());
    }
}

impl Board {
    /// What is known now. Held only as long as it takes to copy what is wanted.
    pub(super) fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Known) -> T) -> T {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Known {
    /// How far it has come.
    pub(super) fn progress(&self) -> Progress {
        let Some(config) = &self.config else { return Progress::default() };
        let of = config.cases.len();
        let is_known = |watch: &&Watch| self.matter_of(watch).is_some();
        let looked_at = config.cases.iter().filter(is_known).count();
        Progress { complete: looked_at == of && self.journal.is_read(), looked_at, of }
    }

    /// The matter of a case.
    pub(super) fn matter_of(&self, watch: &Watch) -> Option<&Matter> {
        self.matters.get(&watch.case).or_else(|| watch.linked.iter().find_map(|case| self.matters.get(case)))
    }

    /// Every matter, in the order of the watch list.
    pub(super) fn matters(&self) -> impl Iterator<Item = &Matter> {
        let cases = self.config.iter().flat_map(|config| config.cases.iter());
        cases.filter_map(|watch| self.matters.get(&watch.case))
    }
}

/// What the loop itself remembers.
#[derive(Debug, Default)]
struct Round {
    /// Changes of the store that were seen.
    stirred: u64,
    /// The first case of the matter that each case belongs to.
    first_of: HashMap<CaseRef, CaseRef>,
    /// Matters whose turn it is.
    due: HashSet<CaseRef>,
}

/// Runs until told to stop.
pub async fn run(handles: Handles) {
    let board = handles.board.clone();
    let mut round = Round::default();
    let mut config = handles.config.load_full();
    start_over(&board, &config, &mut round);
    loop {
        let newest = handles.config.load_full();
        if !Arc::ptr_eq(&newest, &config) {
            config = newest;
            start_over(&board, &config, &mut round);
        }
        match look(&handles, &board, &config, round).await {
            Ok(Some(after)) => round = after,
            Ok(None) => return,
            Err(error) if error.is_fatal() => return handles.control.fail(error.to_string()),
            Err(error) => {
                tracing::error!(%error, "what the dashboard shows of all cases could not be read; it is tried again");
                round = Round::default();
                start_over(&board, &config, &mut round);
            }
        }
        if tokio::time::timeout(LOOK, handles.control.stopped()).await.is_ok() {
            return;
        }
    }
}

/// Another watch list may mean other words, other links and other privacy: everything is looked at anew, and nothing older is shown.
fn start_over(board: &Board, config: &Arc<Config>, round: &mut Round) {
    board.change(|known| {
        known.config = Some(Arc::clone(config));
        known.matters.clear();
        known.cids = Arc::default();
        known.calendars = known.calendars.saturating_add(1);
    });
    round.due = matters(config).iter().filter_map(|matter| matter.first().map(|watch| watch.case.clone())).collect();
    let matters = matters(config);
    let pairs = matters.iter().flat_map(|matter| matter.iter().map(|watch| Some((watch.case.clone(), matter.first()?.case.clone()))));
    round.first_of = pairs.flatten().collect();
}

/// Looks at what is due; `None` when told to stop meanwhile.
async fn look(handles: &Handles, board: &Board, config: &Arc<Config>, round: Round) -> Result<Option<Round>, StoreError> {
    let (store, list, all, now) = (handles.store.clone(), Arc::clone(config), board.clone(), handles.clock.now());
    let mut round = blocking(move || {
        let journal = all.known().journal.clone();
        if let Some(journal) = journal.newer(&store)? {
            all.change(|known| known.journal = journal);
        }
        due(&store, &list, &all, round, now)
    })
    .await?;
    let mut turn: Vec<CaseRef> = round.due.iter().cloned().collect();
    if turn.len() > PORTION {
        // What stands first on the watch list is known first.
        turn = config.cases.iter().map(|watch| &watch.case).filter(|case| round.due.contains(*case)).cloned().collect();
    }
    for portion in turn.chunks(PORTION) {
        let (store, read, list, all) = (handles.store.clone(), handles.read.clone(), Arc::clone(config), board.clone());
        let (cases, now) = (portion.to_vec(), handles.clock.now());
        blocking(move || {
            for case in cases {
                let (mut seen, unread) = seen(&store, &read, &list, &case, now)?;
                all.change(|known| {
                    let before = known.matters.remove(&case);
                    if !unread.is_empty() {
                        seen.carry(before.as_ref(), &unread);
                        seen.next = seen.next.min(now + AFTER_TROUBLE);
                    }
                    if before.as_ref().map(|one| &one.appointments) != Some(&seen.appointments) {
                        known.calendars = known.calendars.saturating_add(1);
                    }
                    known.matters.insert(case.clone(), seen);
                });
            }
            Ok(())
        })
        .await?;
        round.due.retain(|case| !portion.contains(case));
        if !Arc::ptr_eq(&handles.config.load(), config) {
            break;
        }
        if portion.len() == PORTION && tokio::time::timeout(PAUSE, handles.control.stopped()).await.is_ok() {
            return Ok(None);
        }
    }
    Ok(Some(round))
}

/// Adds whose turn it is: what was written to, and what time may have changed.
fn due(store: &Store, config: &Config, board: &Board, mut round: Round, now: Timestamp) -> Result<Round, StoreError> {
    let (count, cids) = store.stirred_after(round.stirred);
    let mut found: HashMap<Cid, CaseRef> = HashMap::new();
    // Whoever was away for longer than the store remembers does not know which cases were registered meanwhile.
    let is_new = board.known().cids.is_empty() || cids.is_none();
    if is_new {
        for watch in &config.cases {
            found.extend(store.cid(&watch.case)?.map(|cid| (cid, watch.case.clone())));
        }
    }
    let known = |cid: &Cid| board.known().cids.get(cid).cloned();
    match cids {
        Some(cids) => {
            for cid in cids {
                let case = match known(&cid) {
                    Some(case) => Some(case),
                    // A case that was registered since, or none of the list.
                    None => store.case(cid)?.filter(|case| config.watch(case).is_some()),
                };
                let Some(case) = case else { continue };
                round.due.extend(round.first_of.get(&case).cloned());
                found.insert(cid, case);
            }
        }
        None => round.due.extend(round.first_of.values().cloned()),
    }
    round.stirred = count;
    if found.keys().any(|cid| known(cid).is_none()) {
        board.change(|known| Arc::make_mut(&mut known.cids).extend(found));
    }
    let known = board.known();
    round.due.extend(known.matters.iter().filter(|(_, matter)| matter.next <= now).map(|(case, _)| case.clone()));
    Ok(round)
}

/// What is kept of a matter, and the cases of it that cannot be read.
fn seen(
    store: &Store,
    read: &super::telling::Read,
    config: &Config,
    case: &CaseRef,
    now: Timestamp,
) -> Result<(Matter, Vec<Unread>), StoreError> {
    let Some(watch) = config.watch(case) else { return Ok(Default::default()) };
    let mut watches: Vec<&Watch> = vec![watch];
    if !watch.linked.is_empty() {
        let place = |case: &CaseRef| config.cases.iter().position(|watch| watch.case == *case);
        watches.extend(watch.linked.iter().filter_map(|case| config.watch(case)));
        watches.sort_by_cached_key(|watch| place(&watch.case));
    }
    // A panic over what one case says must not end the board of all.
    match catch_unwind(AssertUnwindSafe(|| matter::seen(store, read, config, &watches, now))) {
        Ok(Err(error)) if error.is_fatal() => return Err(error),
        Ok(Ok(seen)) => return Ok(seen),
        Ok(Err(error)) => {
            tracing::error!(source = %watch.case.source, %error, "a case cannot be shown among all; run `veedor fsck`");
        }
        Err(_) => {
            tracing::error!(source = %watch.case.source, "a look at a case for the dashboard ended in a panic; this is a bug, please report it");
        }
    }
    let unread = watches.iter().map(|watch| Unread::of(store, &watch.case)).collect::<Result<_, _>>()?;
    Ok((Matter { next: now + AFTER_TROUBLE, ..Matter::default() }, unread))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample;

    impl Known {
        /// Where the first case of the list has these clocks.
        pub(in crate::daemon) fn with_clocks(config: Arc<Config>, clocks: Vec<LateClock>) -> Self {
            let first = config.cases.first().map(|watch| (watch.case.clone(), Matter { clocks, ..Matter::default() }));
            Self { matters: first.into_iter().collect(), config: Some(config), ..Self::default() }
        }
    }

    #[test]
    fn of_a_case_that_cannot_be_read_stays_what_was_known_and_may_still_be_told() {
        let one = sample::watch().case;
        let other = CaseRef { number: "17721-2024-00099".into(), ..one.clone() };
        let hearing = |case: &CaseRef| Hearing { case: case.clone(), date: None, outcome: Outcome::Pending, line: HearingLine::default() };
        let quiet = |case: &CaseRef| Quiet { case: case.clone(), since: Date::constant(2026, 3, 1), days: 90, is_told: true };
        let shown = |case: &CaseRef| Shown {
            case: case.clone(),
            appointment: Appointment {
                id: Id::derive(&[case.number.as_bytes()]),
                sequence: 1,
                cancelled: false,
                kind: None,
                date: Date::constant(2026, 3, 1),
                end_date: None,
                time: None,
                zone: "America/Guayaquil".to_owned(),
                mode: None,
                room: None,
            },
            changed: Timestamp::UNIX_EPOCH,
            same_at: Vec::new(),
        };
        let of = |cases: &[&CaseRef]| Matter {
            hearings: cases.iter().map(|case| hearing(case)).collect(),
            quiet: cases.iter().map(|case| quiet(case)).collect(),
            appointments: cases.iter().map(|case| shown(case)).collect(),
            ..Matter::default()
        };
        let before = of(&[&one, &other]);
        // The other is read as before: it stands there once.
        let mut now = of(&[&other]);
        now.carry(Some(&before), &[Unread { case: one.clone(), is_told: true }]);
        assert_eq!((now.hearings.len(), now.told.as_ref().map(Vec::len), now.quiet.len(), now.appointments.len()), (2, Some(2), 2, 2));
        let mut now = of(&[&other]);
        now.carry(Some(&before), &[Unread { case: one.clone(), is_told: false }]);
        assert_eq!((now.hearings.len(), now.told.as_ref().map(Vec::len), now.appointments), (2, Some(1), vec![shown(&other)]));
        assert_eq!(now.quiet.iter().map(|quiet| quiet.is_told).collect::<Vec<_>>(), [true, false]);
        let mut now = Matter::default();
        now.carry(None, &[Unread { case: one, is_told: true }]);
        assert_eq!(now, Matter::default());
    }
}
