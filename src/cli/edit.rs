//! `veedor add` and `veedor remove`: edit the watch list, comments kept.

use clap::Args;

use super::{Common, Done, Exit, Failure, ask, print};
use crate::config::edit::{self, NewCase};
use crate::daemon::answers::{Answer, Ask, find};

/// What may be typed.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// The source, for example ec-esatje; `veedor sources` lists them
    source: String,
    /// The case number, with or without dashes
    number: String,
    /// A nickname
    #[arg(long)]
    name: Option<String>,
    /// A tag; may be given several times
    #[arg(long = "tag")]
    tags: Vec<String>,
}

/// Adds a case.
pub fn add(common: &Common, args: AddArgs) -> Done {
    let path = ask::path(common);
    let case = NewCase { source: args.source, number: args.number, name: args.name, tags: args.tags };
    let label = case.number.clone();
    let added = edit::add_cases(&path, &[case]).map_err(|error| Failure::new(Exit::Config, error.to_string()))?;
    if added.added.is_empty() {
        print::line(&format!("{label} is watched already; nothing was changed"));
        return Ok(Exit::Done);
    }
    told(common, &format!("{label} is in {}", path.display()));
    Ok(Exit::Done)
}

/// Takes a case off the list.
pub fn remove(common: &Common, typed: &str) -> Done {
    let path = ask::path(common);
    let config = ask::load(&Common { quiet: true, ..common.clone() })?;
    let watch = match find(&config, typed) {
        Ok((_, watch)) => watch,
        Err(Answer::No { why, code }) => return Err(Failure::new(Exit::of(code), why)),
        Err(Answer::Data(_)) => return Ok(Exit::Failed),
    };
    edit::remove_case(&path, &watch.case).map_err(|error| Failure::new(Exit::Config, error.to_string()))?;
    told(common, &format!("{} is no longer watched; what was kept of it stays in the store", watch.number.canonical));
    Ok(Exit::Done)
}

/// Says what was done, and makes a running daemon take it up.
pub fn told(common: &Common, done: &str) {
    let reloaded = ask::ask_daemon(common, &Ask::Reload);
    if common.quiet {
        return;
    }
    print::line(done);
    match reloaded {
        Ok(_) => print::line("the daemon has read the list again"),
        Err(failure) if failure.exit == Exit::NoDaemon => print::line("no daemon runs; it is taken up at the next start"),
        Err(failure) => print::line(&format!("the daemon could not take it up: {}", failure.why)),
    }
}
