//! `veedor run`: the daemon in the foreground.

use super::{Common, Done, Exit, Failure, ask};
use crate::clock::Clock;
use crate::daemon::supervise::Ending;
use crate::daemon::{self, Handles, StartError};
use crate::logging::{self, Format};
use crate::store::open::Options;

/// Runs until SIGTERM or SIGINT.
pub fn run(common: &Common) -> Done {
    let format = if common.json { Format::Json } else { Format::Text };
    logging::init(format).map_err(|error| Failure::new(Exit::Usage, format!("failed to {error}")))?;
    let config = ask::load(common)?;
    if config.cases.is_empty() {
        tracing::warn!("no case is watched; `veedor add SOURCE NUMBER` adds one");
    }
    let runtime = ask::runtime()?;
    let options = Options { trial: true, ..Options::new(Clock::System.now()) };
    let ending = runtime.block_on(async { daemon::run(Handles::open_with(config, Clock::System, options).await?).await });
    // Threads that still block (a slow disk) must not hold the end up: the store is flushed.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    match ending {
        Ok(Ending::Stopped) => Ok(Exit::Done),
        Ok(Ending::LoopDied(name)) => {
            Err(Failure::new(Exit::LoopDied, format!("the {name} ended on its own; this is a bug, please report it")))
        }
        Ok(Ending::StoreFailed(why)) => Err(Failure::new(Exit::Store, why)),
        Err(StartError::Store(why)) => Err(Failure::new(Exit::Store, why)),
        Err(StartError::Listen(why)) => Err(Failure::new(Exit::Failed, why)),
    }
}
