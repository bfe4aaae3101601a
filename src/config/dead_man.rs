//! `dead_man` in `[veedor]`: an address that is called while veedor works, so that somebody else notices when it does not.
//!
//! healthchecks.io, cronitor and their like. The address is a secret: who knows it can keep a dead daemon looking alive.

use std::time::Duration;

use url::Url;

use crate::diag::{At, Reader};
use crate::domain::reach::Reach;

use super::chat::hidden;
use super::scope::Scope;
use super::secret::Secret;
use super::webhook::judged;

/// What is called, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadMan {
    /// The address; `None` when only the service can read it.
    pub url: Option<Secret>,
    /// How often it is called.
    pub every: Duration,
    /// Where it may stand.
    pub reach: Reach,
}

const DEFAULT_EVERY: Duration = Duration::from_secs(5 * 60);
const LEAST_EVERY: Duration = Duration::from_secs(1);
const LONGEST_EVERY: Duration = Duration::from_secs(86_400);

/// Reads it from `[veedor]`.
pub(super) fn read(general: &mut Reader<'_>, scope: &Scope<'_>) -> Option<DeadMan> {
    let mut table = general.table("dead_man")?;
    table.required("url", "the address to call, or { file = \"…\" }, { env = \"…\" }, { credential = \"…\" }");
    let every = scope.duration(&mut table, "every", LEAST_EVERY, LONGEST_EVERY).map_or(DEFAULT_EVERY, |at| at.value);
    let reach = Reach { private: table.flag("allow_private").is_some_and(|at| at.value), ..Reach::default() };
    let url = read_url(&mut table, &reach, scope);
    table.finish();
    Some(DeadMan { url: url?.map(|url| Secret::new(url.as_str())), every, reach })
}

/// The address; `Some(None)` when it is kept where only the service can read it.
fn read_url(table: &mut Reader<'_>, reach: &Reach, scope: &Scope<'_>) -> Option<Option<Url>> {
    let at = match table.item("url")?.as_str() {
        Some(_) => table.text("url")?,
        None => match hidden(table, "url", scope)? {
            Some(At { value, span }) => At { value: value.expose().to_owned(), span },
            None => return Some(None),
        },
    };
    judged(&at, reach, scope).map(Some)
}
