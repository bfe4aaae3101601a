//! `veedor add` and `veedor remove`: edit the watch list, comments kept.

use std::path::Path;

use clap::Args;
use serde_json::{Value, json};

use super::{Common, Done, Exit, Failure, ask, print};
use crate::ask::{Answer, Ask};
use crate::config::edit::{self, EditError, NewCase};
use crate::daemon::answers::find;

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
    let (typed, wanted) = (case.number.clone(), case.name.is_some() || !case.tags.is_empty());
    let added = edit::add_cases(&path, &[case]).map_err(refusal)?;
    let config = ask::load_without_secrets(&Common { quiet: true, ..common.clone() })?;
    let watch = added.added.iter().chain(&added.already).find_map(|case| config.watch(case));
    let label = watch.map_or(typed, |watch| watch.number.canonical.clone());
    let name = watch.and_then(|watch| watch.name.as_deref());
    let source = watch.map(|watch| watch.case.source.as_str());
    let data = json!({
        "file": path.display().to_string(), "source": source, "number": label, "name": name, "added": !added.added.is_empty(),
    });
    if added.added.is_empty() {
        let name = name.map_or(String::new(), |name| format!(" as \"{name}\""));
        let hint = if wanted { format!("; to change its name or tags, edit {}", path.display()) } else { String::new() };
        print::outcome(common, &data, &format!("{label} is watched already{name}; nothing was changed{hint}"));
        return Ok(Exit::Done);
    }
    told(common, data, &[format!("{label} is in {}", path.display())]);
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
    let data = json!({
        "file": removed.file.display().to_string(), "source": watch.case.source, "number": watch.number.canonical, "name": watch.name,
        "left": removed.left,
    });
    let mut lines = vec![format!("{} is no longer watched; what was kept of it stays in the store", watch.number.canonical)];
    if removed.switched_off {
        let file = removed.file.display();
        lines.push(format!("its lines stay in {file} with a # before them, because the guide to the options hangs on them"));
    }
    if removed.left == 0 {
        lines.push("nothing is watched now, and `veedor run` will not start until a case is added".to_owned());
    }
    told(common, data, &lines);
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

/// Says what was done, and makes a running daemon take it up. As JSON, whether one did is under `reloaded`.
pub fn told(common: &Common, mut data: Value, done: &[String]) {
    let reloaded = taken_up(common);
    data["reloaded"] = reloaded.is_ok().into();
    if let Err(why) = &reloaded {
        data["not_reloaded"] = why.as_str().into();
    }
    let taken_up = reloaded.map_or_else(|why| why, |()| "the daemon has read the list again".to_owned());
    print::outcome(common, &data, &[done, &[taken_up]].concat().join("\n"));
}

/// Has the daemon read the list again, or says why it does not.
fn taken_up(common: &Common) -> Result<(), String> {
    let not = |failure: Failure| match failure.exit {
        Exit::NoDaemon => "no daemon runs; it is taken up at the next start".to_owned(),
        _ => format!("the daemon could not take it up: {}", failure.why),
    };
    // The daemon of this state folder may have been started from another list, and would read that one again.
    let status = ask::ask_daemon(common, &Ask::Status).map_err(not)?;
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match status["list"].as_str() {
        Some(list) if whole(Path::new(list)) != whole(&ask::path(common)) => {
            Err(format!("the daemon that runs here watches another list, {list}, and does not take it up"))
        }
        _ => ask::ask_daemon(common, &Ask::Reload).map(drop).map_err(not),
    }
}
