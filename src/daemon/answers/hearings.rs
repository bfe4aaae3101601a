//! The answer about hearings: the settings of every case, what became of them, and how many.
//!
//! Called by [`answer`](super::answer). Reads the store; changes nothing but what is kept of readings.

use serde_json::{Value, json};

use super::{Desk, find};
use crate::ask::Answer;
use crate::ask::line::Sight;
use crate::daemon::hearings::{Found, matters, of_matter, when};
use crate::domain::case::Watch;
use crate::domain::setting::{COUNTING, Outcome, Setting, counts};
use crate::store::error::StoreError;
use crate::store::pulse::blocking;
use crate::wire::api::hearings::{HearingList, OutcomeCounts};

/// Every setting of a case, or of all, soonest first; the counts by outcome, and what is counted. A hearing of linked cases is one.
pub async fn hearings(desk: &Desk, typed: Option<&str>, sight: Sight) -> Result<Value, Answer> {
    let config = desk.handles.config.load_full();
    let now = desk.handles.clock.now();
    let chosen = typed.map(|typed| find(&config, typed).map(|(_, watch)| watch.case.clone())).transpose()?;
    let (store, known) = (desk.handles.store.clone(), desk.handles.read.clone());
    let list = blocking(move || {
        let mut found: Vec<Found> = Vec::new();
        match chosen.as_ref().and_then(|case| config.watch(case)) {
            Some(own) => {
                // Those that it is linked with say more of its hearings, and are not listed by themselves.
                let watches: Vec<&Watch> = std::iter::once(own).chain(own.linked.iter().filter_map(|case| config.watch(case))).collect();
                found.extend(of_matter(&store, &known, &config, &watches, sight, now)?.into_iter().filter(|found| found.at == 0));
            }
            None => {
                for watches in matters(&config) {
                    found.extend(of_matter(&store, &known, &config, &watches, sight, now)?);
                }
            }
        }
        let settings: Vec<Setting> = found.iter().map(|found| found.setting.clone()).collect();
        let mut hearings: Vec<_> = found.into_iter().map(|found| found.line).collect();
        hearings.sort_by_key(when);
        Ok::<_, StoreError>(HearingList { hearings, counts: counted(&settings), counting: COUNTING.to_owned() })
    })
    .await?;
    Ok(json!(list))
}

/// How many settings had which outcome.
pub(in crate::daemon) fn counted(settings: &[Setting]) -> OutcomeCounts {
    let mut sum = OutcomeCounts::default();
    for (outcome, count) in counts(settings) {
        let place = match outcome {
            Outcome::Pending => &mut sum.pending,
            Outcome::Held => &mut sum.held,
            Outcome::Suspended => &mut sum.suspended,
            Outcome::Deferred => &mut sum.deferred,
            Outcome::Failed => &mut sum.failed,
            Outcome::NotInstalled => &mut sum.not_installed,
            Outcome::Revoked => &mut sum.revoked,
            Outcome::Unknown => &mut sum.unknown,
        };
        *place = count;
    }
    sum
}
