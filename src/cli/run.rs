//! `veedor run`: the daemon in the foreground.

use super::place::{self, Unusable};
use super::{Common, Done, Exit, Failure, ask, handover, here};
use crate::clock::Clock;
use crate::config::Config;
use crate::daemon::pointer::Pointer;
use crate::daemon::supervise::Ending;
use crate::daemon::{Handles, StartError, renew, socket};
use crate::logging::{self, Format, Level};
use crate::store::open::Options;

/// Runs until SIGTERM or SIGINT.
pub fn run(common: &Common) -> Done {
    let format = if common.json { Format::Json } else { Format::Text };
    let level = match (common.quiet, common.verbose) {
        (true, _) => Level::Quiet,
        (_, true) => Level::Verbose,
        _ => Level::Usual,
    };
    logging::init(format, level).map_err(|error| Failure::new(Exit::Usage, format!("failed to {error}")))?;
    match watch(common) {
        // The whole of standard error is one JSON object a line then, to the last.
        Err(failure) if common.json => {
            tracing::error!("{}", failure.why);
            Ok(failure.exit)
        }
        done => done,
    }
}

/// Every start says what is wrong or worth a look, whatever was typed.
fn load(common: &Common) -> Result<Config, Failure> {
    if !common.json {
        return ask::load(&Common { quiet: false, ..common.clone() });
    }
    match Config::load(&ask::path(common)) {
        Ok(loaded) => {
            loaded.warnings.iter().for_each(|warning| tracing::warn!("{}", warning.for_log()));
            Ok(loaded.config)
        }
        Err(problems) => {
            problems.iter().for_each(|problem| tracing::error!("{}", problem.for_log()));
            Err(Failure::new(Exit::Config, format!("problems in {}: {}", ask::path(common).display(), problems.len())))
        }
    }
}

fn watch(common: &Common) -> Done {
    let config = load(common)?;
    if let Some(why) = config.nothing_to_watch() {
        return Err(Failure::new(Exit::Config, why));
    }
    if let Err(Unusable::Never(why) | Unusable::ByThisUser(why)) = place::usable(&config.general.state_dir) {
        return Err(Failure::new(Exit::Store, why));
    }
    let runtime = here::runtime()?;
    let list = config.path.clone();
    let state_dir = std::path::absolute(&config.general.state_dir).unwrap_or_else(|_| config.general.state_dir.clone());
    let socket = socket::path_in(&state_dir);
    let options = Options { trial: true, ..Options::new(Clock::System.now()) };
    let ending = runtime.block_on(async {
        // Only now is the store ours: a second daemon that is refused must not lead the commands astray.
        let handles = Handles::open_with(config, Clock::System, options).await?;
        handover::sweep(&state_dir);
        let pointer = Pointer::leave(&list, &socket, &|name| std::env::var(name).ok());
        if let Err(error) = &pointer {
            tracing::warn!(%error, "commands find this daemon only through its state folder");
        }
        renew::run(handles, options).await
    });
    // Threads that still block (a slow disk) must not hold the end up: the store is flushed.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    match ending {
        Ok(Ending::Stopped | Ending::Renew) => Ok(Exit::Done),
        Ok(Ending::LoopDied(name)) => {
            Err(Failure::new(Exit::LoopDied, format!("the {name} ended on its own; this is a bug, please report it")))
        }
        Ok(Ending::StoreFailed(why)) => Err(Failure::new(Exit::Store, why)),
        Err(StartError::Locked(why) | StartError::Store(why)) => Err(Failure::new(Exit::Store, why)),
        Err(StartError::Listen(why)) => Err(Failure::new(Exit::Failed, why)),
    }
}
