//! `veedor openapi`: the description of the API, without a daemon.

use super::{Done, Exit, print};
use crate::web::api;

/// Prints it.
pub fn run() -> Done {
    print::json(&api::description());
    Ok(Exit::Done)
}
