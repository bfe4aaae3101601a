//! What the last whole visits found at the probe of their recipe, so that "nothing new" costs no more than that.
//!
//! Asked and told by [`visit`](super::visit). It is kept in memory: after a start or a reload each case is visited whole once.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::record::fingerprint;
use crate::domain::page::Page;
use crate::recipe::Recipe;
use crate::store::Cid;

/// The last whole visits of cases whose sources have a probe.
#[derive(Debug, Default)]
pub struct Probes {
    whole: Mutex<HashMap<Cid, Whole>>,
}

/// A visit that asked for everything, and after which the stored docket was what the source shows.
#[derive(Debug, Clone, Copy)]
struct Whole {
    at: Timestamp,
    /// The fingerprint of the answers up to the probe.
    probe: [u8; 32],
}

impl Probes {
    /// What the answers up to the probe must be for the rest to be left alone: as they were at the last whole visit, unless that
    /// was too long ago.
    pub fn known(&self, cid: Cid, recipe: &Recipe, now: Timestamp) -> Option<[u8; 32]> {
        let (_, within) = recipe.probe()?;
        let whole = *self.lock().get(&cid)?;
        let age = Duration::try_from(now.duration_since(whole.at)).ok()?;
        (age < within).then_some(whole.probe)
    }

    /// Notes a whole visit that ended well; `None`: one that did not.
    pub fn note(&self, cid: Cid, probe: Option<[u8; 32]>, now: Timestamp) {
        match probe {
            Some(probe) => self.lock().insert(cid, Whole { at: now, probe }),
            None => self.lock().remove(&cid),
        };
    }

    /// Forgets the cases that are not watched any more.
    pub fn keep(&self, watched: impl Fn(Cid) -> bool) {
        self.lock().retain(|cid, _| watched(*cid));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Cid, Whole>> {
        self.whole.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The fingerprint of the answers up to the probe, where the recipe has one.
pub fn print_of(recipe: &Recipe, pages: &[Page]) -> Option<[u8; 32]> {
    recipe.probe()?;
    let until = pages.iter().position(|page| recipe.is_after_probe(&page.step)).unwrap_or(pages.len());
    Some(fingerprint(&pages[..until]))
}
