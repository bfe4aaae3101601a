//! The measures of delay M01–M20 (`domain.md` B3): what a docket shows of how long its case takes, as figures with what they rest on.
//!
//! Pure: [`figures`] takes one case as its caller knows it, [`group`] many of them. It finds no events ([`clocks`](super::clocks) did)
//! and no hearings (`meaning` did). Nothing is called unreasonable, nothing is guessed, and what is not known stands beside each figure.
//!
//! | Measures | Where |
//! |---|---|
//! | M01–M04 age and silence | `activity` |
//! | M05, M16 stages | `stages` |
//! | M06, M07 gaps | `gaps` |
//! | M08–M12 settings | `settings` |
//! | M13–M15 postponements and notice | `deferral` |
//! | M17 detention | `detention` |
//! | M18 petitions, M19 judges | `answers`, `judges` |
//! | M20 and medians of groups | [`group`] |
//! | how sure business days are | `business` |

mod activity;
mod answers;
mod business;
mod deferral;
mod detention;
mod gaps;
pub mod group;
mod judges;
mod settings;
mod stages;
mod study;
#[cfg(test)]
mod tests;

use crate::domain::figure::Figures;
use crate::domain::measure::{COUNTING_VERSION, REFUSED};

pub use stages::reached;
use study::View;
pub use study::{JudgeChange, Known, QUIET_DAYS, Study};

/// All figures of a case, in the order of the measures.
pub fn figures(study: &Study<'_>) -> Figures {
    let view = View::of(study);
    let mut list = activity::figures(&view);
    list.extend(stages::figures(&view));
    list.extend(gaps::figures(&view));
    list.extend(settings::figures(&view));
    list.extend(deferral::figures(&view));
    list.extend(detention::figures(&view));
    list.extend(answers::figures(&view));
    list.extend(judges::figures(&view));
    list.sort_by_key(|figure| figure.measure);
    business::grade(&view, &mut list);
    Figures {
        as_of: study.as_of,
        day: view.today,
        counting: COUNTING_VERSION,
        calendar: study.calendar.version(),
        read_day: study.read.map(|read| view.day(read).min(view.today)),
        steps: stages::taken(&view),
        list,
        refused: REFUSED.to_vec(),
    }
}
