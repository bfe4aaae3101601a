//! What the store shows of the delays of watched cases, as of one moment: the cases of a report, studied one by one.
//!
//! Asked by `answers::delays`. Reads the store and changes nothing. Cases are shared out over as many threads as the machine has cores, because
//! ten thousand of them are an errand of seconds; the report itself is put together by `delay::report`.

mod case;
mod linked;
mod masks;
mod seen;
mod then;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::telling::Read;
use crate::config::Config;
use crate::delay::report::{Asked, report};
use crate::domain::case::CaseRef;
use crate::domain::delays::{CaseDelays, DataVersion, Delays, Grouping, LeftOut};
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;

use case::{Measured, measure};

/// What is reported.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// The cases, by their places in the watch list.
    pub chosen: Vec<usize>,
    /// The tags by which they were chosen.
    pub tags: Vec<String>,
    /// By what they are grouped.
    pub by: Option<Grouping>,
    /// The moment.
    pub as_of: Timestamp,
    /// Whether that is now.
    pub is_now: bool,
    /// Whether entries are told, by their titles and keys, which costs masking them.
    pub with_entries: bool,
}

/// The report.
///
/// # Errors
/// Only when the store is unusable: a case that does not read back is left out of it, and said.
pub(super) async fn of(store: &Store, read: &Read, config: &Arc<Config>, wanted: &Wanted) -> Result<Delays, StoreError> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    // Long dockets and short ones fall to all threads alike.
    let share = |nth: usize| wanted.chosen.iter().copied().skip(nth).step_by(threads).collect::<Vec<usize>>();
    let begun: Vec<_> = (0..threads).map(|nth| shared(store, read, config, wanted, share(nth))).collect();
    let mut done = Vec::with_capacity(wanted.chosen.len());
    for share in together(begun).await {
        done.extend(share?);
    }
    // In the order of the watch list, whichever thread was faster.
    done.sort_by_key(|(at, _)| *at);
    Ok(put_together(config, wanted, done))
}

/// The report, on this thread. Blocks.
///
/// # Errors
/// As those of [`of`].
pub(super) fn here(store: &Store, read: &Read, config: &Config, wanted: &Wanted) -> Result<Delays, StoreError> {
    let cases = wanted.chosen.iter().filter_map(|at| Some((*at, config.cases.get(*at)?)));
    let done = cases.map(|(at, watch)| Ok((at, measure(store, read, config, watch, wanted)?))).collect::<Result<Vec<_>, StoreError>>()?;
    Ok(put_together(config, wanted, done))
}

/// One share of the cases, on a thread of its own once it is polled.
async fn shared(
    store: &Store,
    read: &Read,
    config: &Arc<Config>,
    wanted: &Wanted,
    share: Vec<usize>,
) -> Result<Vec<(usize, Measured)>, StoreError> {
    let (store, read, config, wanted) = (store.clone(), read.clone(), Arc::clone(config), wanted.clone());
    blocking(move || {
        let cases = share.into_iter().filter_map(|at| Some((at, config.cases.get(at)?)));
        cases.map(|(at, watch)| Ok((at, measure(&store, &read, &config, watch, &wanted)?))).collect()
    })
    .await
}

/// Polls all of them until each is done; their results in the order in which they were given.
async fn together<T>(futures: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut waiting: Vec<_> = futures.into_iter().map(|future| Box::pin(async { Some(future.await) })).collect();
    let mut done: Vec<Option<T>> = waiting.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        let mut is_over = true;
        for (future, slot) in waiting.iter_mut().zip(&mut done).filter(|(_, slot)| slot.is_none()) {
            match future.as_mut().poll(context) {
                std::task::Poll::Ready(value) => *slot = value,
                std::task::Poll::Pending => is_over = false,
            }
        }
        if is_over { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

fn put_together(config: &Config, wanted: &Wanted, done: Vec<(usize, Measured)>) -> Delays {
    let asked = Asked {
        as_of: wanted.as_of,
        zone: config.zone.clone(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        tags: wanted.tags.clone(),
        by: wanted.by,
    };
    let (mut cases, mut left_out, mut data): (Vec<CaseDelays>, Vec<LeftOut>, Vec<DataVersion>) = <_>::default();
    // A hearing that linked cases both have is one: it has the number that it got with the first of them.
    let mut numbers: BTreeMap<CaseRef, Vec<usize>> = BTreeMap::new();
    let mut next = 0;
    let mut matters: BTreeMap<CaseRef, usize> = BTreeMap::new();
    for (at, measured) in done {
        let Some(watch) = config.cases.get(at) else { continue };
        match measured {
            Measured::LeftOut(why) => {
                left_out.push(LeftOut { source: watch.case.source.clone(), number: watch.number.canonical.clone(), why });
            }
            Measured::Case { mut case, shared, version } => {
                for place in 0..case.settings.len() {
                    let twins = shared.iter().filter(|(own, ..)| *own == place);
                    let known = twins.filter_map(|(_, other, theirs)| numbers.get(other)?.get(*theirs).copied()).next();
                    if known.is_some() {
                        case.counted_before.push(place);
                    }
                    case.hearing_ids.push(known.unwrap_or_else(|| {
                        next += 1;
                        next
                    }));
                }
                numbers.insert(watch.case.clone(), case.hearing_ids.clone());
                let known = watch.linked.iter().find_map(|other| matters.get(other)).copied();
                case.matter = known.unwrap_or(at);
                matters.insert(watch.case.clone(), case.matter);
                data.push(version);
                cases.push(*case);
            }
        }
    }
    report(asked, cases, left_out, data)
}
