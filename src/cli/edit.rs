//! `veedor add` and `veedor remove`: edit the watch list, comments kept.

use clap::Args;

use super::{Common, Done, Exit, Failure, ask, print};
use crate::config::edit::{self, EditError, NewCase};
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
    let (label, wanted) = (case.number.clone(), case.name.is_some() || !case.tags.is_empty());
    let added = edit::add_cases(&path, &[case]).map_err(refusal)?;
    if let Some(case) = added.already.first() {
        let config = ask::load_without_secrets(&Common { quiet: true, ..common.clone() })?;
        let name = config.watch(case).and_then(|watch| watch.name.as_deref()).map_or(String::new(), |name| format!(" as \"{name}\""));
        let hint = if wanted { format!("; to change its name or tags, edit {}", path.display()) } else { String::new() };
        print::line(&format!("{label} is watched already{name}; nothing was changed{hint}"));
        return Ok(Exit::Done);
    }
    told(common, &format!("{label} is in {}", path.display()));
    Ok(Exit::Done)
}

/// Takes a case off the list.
pub fn remove(common: &Common, typed: &str) -> Done {
    let path = ask::path(common);
    let config = ask::load_without_secrets(&Common { quiet: true, ..common.clone() })?;
    let watch = match find(&config, typed) {
        Ok((_, watch)) => watch,
        Err(Answer::No { why, code }) => return Err(Failure::new(Exit::of(code), why)),
        Err(Answer::Data(_)) => return Ok(Exit::Failed),
    };
    let removed = edit::remove_case(&path, &watch.case).map_err(refusal)?;
    told(common, &format!("{} is no longer watched; what was kept of it stays in the store", watch.number.canonical));
    if removed.switched_off && !common.quiet {
        print::line(&format!(
            "its lines stay in {} with a # before them, because the guide to the options hangs on them",
            removed.file.display()
        ));
    }
    if removed.left == 0 {
        print::line("nothing is watched now, and `veedor run` will not start until a case is added");
    }
    Ok(Exit::Done)
}

/// How an edit that was not made ends.
pub fn refusal(error: EditError) -> Failure {
    let exit = match &error {
        EditError::Refused(_) => Exit::Usage,
        EditError::Invalid(_) => Exit::Config,
        EditError::NotWatched(_) => Exit::NotFound,
        EditError::ByHand(_) | EditError::Write { .. } => Exit::Failed,
    };
    Failure::new(exit, error.to_string())
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
