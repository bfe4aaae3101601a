//! Statistics of durations of which some are not over yet (`domain.md` B4): what shares of a group were over after how many
//! days, and how sure that is.
//!
//! Pure. Callers measure durations in days, or in business days, and never convert one into the other (B4.7). What is not
//! offered here is left out on purpose: no mean and no median of the completed durations alone, because both are too short
//! while slow cases are open (B4.1); no curve of one cause that takes the others for censored (B4.4); no ranking.
//!
//! | Convention of B4 | Where |
//! |---|---|
//! | 1 pending cases are censored, not missing | [`observation`], [`kaplan_meier`] |
//! | 2 log-log intervals, no quantiles under five events | [`band`], [`quantile`], [`disclosure`] |
//! | 3 delayed entry | [`observation`] |
//! | 4 competing risks | [`incidence`] |
//! | 5 ends that were only seen between two visits | [`sighting`] |
//! | 6 persons within cases | [`observation`], `influence` |
//! | 8 comparing | [`log_rank`], [`disclosure`] |
//!
//! 7, 9 and 10 are for the callers: which days, as of when, and means of what may be added up.
//!
//! The figures are those of R's package `survival` to 1e-9, which `judged` holds on generated data (`tests/judges/survival.R`). Where
//! a definition differs from R's, the item says so.

pub mod band;
pub mod chi_square;
pub mod disclosure;
pub mod incidence;
mod influence;
pub mod kaplan_meier;
pub mod log_rank;
pub mod observation;
pub mod quantile;
mod risk;
pub mod sighting;

#[cfg(test)]
mod judged;

#[cfg(test)]
mod properties;
