//! `veedor export`, `backup`, `restore`, `fsck`, `reload`.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::ask::Reached;
use super::handover::{self, Handover};
use super::{Common, Done, Exit, Failure, ask, here, print};
use crate::ask::Ask;
use crate::clock::Clock;
use crate::daemon::STORE;
use crate::store::Store;
use crate::store::error::{OpenError, StoreError};
use crate::store::folder::is_store;
use crate::store::mark;
use crate::store::open::Options;

/// Writes everything as JSON Lines.
pub fn export(common: &Common, to: Option<PathBuf>) -> Done {
    let reached = ask::reach(common)?;
    let way = Handover::through(reached.state_dir())?;
    let data = reached.ask(Ask::Export { to: way.place.display().to_string() })?;
    match to {
        Some(path) => {
            handover::to_file(&way.place, &path)?;
            let done = json!({"file": path.display().to_string(), "counts": data["counts"]});
            print::outcome(common, &done, &format!("{}: {}", path.display(), counted(&data["counts"])));
        }
        None => handover::to_stdout(&way.place)?,
    }
    Ok(Exit::Done)
}

/// Writes a consistent copy.
pub fn backup(common: &Common, dir: &Path) -> Done {
    let reached = ask::reach(common)?;
    let way = Handover::through(reached.state_dir())?;
    let mut data = reached.ask(Ask::Backup { dir: way.place.display().to_string() })?;
    let made = PathBuf::from(data["file"].as_str().unwrap_or_default());
    let file = handover::into_folder(&made, &std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned()))?;
    data["file"] = file.display().to_string().into();
    if common.json {
        print::json(&data);
    } else if !common.quiet {
        print::line(&format!(
            "{}: {}; {} bytes, read back and equal",
            print::field(&data, "file"),
            counted(&data["counts"]),
            data["bytes"]
        ));
    }
    Ok(Exit::Done)
}

/// Makes the store anew from a backup. Never over a store that holds something, and never under a daemon.
pub fn restore(common: &Common, from: &Path) -> Done {
    let state_dir = match ask::reach(common)? {
        Reached::Daemon { state_dir, .. } => {
            return Err(Failure::new(Exit::Failed, format!("a daemon runs on {}; stop it first", state_dir.display())));
        }
        Reached::Nobody(config) => config.general.state_dir,
    };
    let (file, into) = (newest(from)?, &state_dir.join(STORE));
    let restored = Store::restore(&file, into, Options::new(Clock::System.now()));
    here::hand_back(&state_dir);
    let done = restored.map_err(|error| match &error {
        OpenError::Store(StoreError::Backup(_)) => Failure::new(Exit::Failed, format!("{error}; the store is as it was")),
        _ => Failure::new(Exit::Store, error.to_string()),
    })?;
    let fewer = mark::cases(&file).filter(|noted| *noted > done.cases);
    let (file, into) = (file.display().to_string(), into.display().to_string());
    let data = json!({"file": file, "store": into, "counts": {"cases": done.cases, "versions": done.versions, "events": done.events}});
    let text = format!(
        "{} cases, {} versions and {} events of {file} are in {into}; alerts that the backup knows as sent are not sent again",
        done.cases, done.versions, done.events
    );
    print::outcome(common, &data, &text);
    if let Some(noted) = fewer {
        print::aside(&format!("warning: the MARK of {file} names {noted} cases, and {} could be read", done.cases));
    }
    Ok(Exit::Done)
}

/// Checks the store.
pub fn fsck(common: &Common, repair: bool) -> Done {
    let data = ask::ask(common, Ask::Fsck { repair })?;
    let problems = data["problems"].as_array().map(Vec::as_slice).unwrap_or_default();
    if common.json {
        print::json(&data);
    } else {
        for problem in problems {
            print::line(problem.as_str().unwrap_or_default());
        }
        if !common.quiet {
            for row in data["mended"].as_array().map(Vec::as_slice).unwrap_or_default() {
                print::line(&format!("mended: {}", row.as_str().unwrap_or_default()));
            }
            let more = data["more"].as_u64().unwrap_or_default();
            let found = problems.len() as u64 + more;
            print::line(&format!("{} rows checked, {found} problems, {} rows mended", data["rows"], data["repaired"]));
        }
    }
    Ok(if data["whole"] == true { Exit::Done } else { Exit::Store })
}

/// Makes the daemon read the watch list again.
pub fn reload(common: &Common) -> Done {
    let kept = |failure: Failure| match failure.exit {
        Exit::Config => Failure::new(Exit::Config, format!("{}; a running daemon keeps the old list", failure.why)),
        _ => failure,
    };
    let data = ask::ask_daemon(common, &Ask::Reload).map_err(kept)?;
    if common.json {
        print::json(&data);
        return Ok(Exit::Done);
    }
    if common.quiet {
        return Ok(Exit::Done);
    }
    for warning in data["warnings"].as_array().map(Vec::as_slice).unwrap_or_default() {
        print::line(&format!("warning: {}", warning.as_str().unwrap_or_default()));
    }
    print::line(&format!("read again: {} cases, {} channels", data["cases"], data["channels"]));
    Ok(Exit::Done)
}

fn counted(counts: &serde_json::Value) -> String {
    format!("{} cases, {} versions, {} events, {} deliveries", counts["cases"], counts["versions"], counts["events"], counts["deliveries"])
}

/// Opens a store and reads it, in the child of a trial; one line says what came of it.
pub fn try_store(dir: &Path) -> Done {
    print::line(&Store::try_out(dir).line());
    Ok(Exit::Done)
}

/// The backup itself, or the newest one in a folder; their names sort by time. A store that was moved aside stands for itself.
fn newest(from: &Path) -> Result<PathBuf, Failure> {
    if !from.is_dir() || is_store(from) {
        return Ok(from.to_owned());
    }
    let listed = std::fs::read_dir(from).map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", from.display())))?;
    let mut files: Vec<PathBuf> =
        listed.flatten().map(|entry| entry.path()).filter(|path| path.to_string_lossy().ends_with(".jsonl.zst")).collect();
    // One that went around what it could not read comes after every whole one.
    files.sort_by_key(|file| (!file.to_string_lossy().contains("-gaps."), file.clone()));
    files.pop().ok_or_else(|| Failure::new(Exit::Failed, format!("{} holds no backup (*.jsonl.zst)", from.display())))
}
