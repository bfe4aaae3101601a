//! Answers about upkeep: backup, export, fsck, reload.
//!
//! Called by [`answer`](super::answer). Files are written by the process that holds the store.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::Desk;
use crate::ask::Answer;
use crate::daemon::reload;
use crate::diag::Problem;
use crate::store::backup::LineCounts;
use crate::store::fsck::Report;
use crate::store::pulse::blocking;
use crate::wire::api::upkeep::{BackedUp, Checked, Exported, Lines, Reread, Status};

/// Writes a consistent copy and reads it back.
pub async fn backup(desk: &Desk, dir: String) -> Result<Value, Answer> {
    let (store, now) = (desk.handles.store.clone(), desk.handles.clock.now());
    let folder = PathBuf::from(&dir);
    let done = tokio::task::spawn_blocking(move || store.backup(&folder, now)).await;
    match done {
        Ok(Ok(made)) => Ok(json!(BackedUp { file: made.path.display().to_string(), bytes: made.bytes, counts: counts(&made.counts) })),
        Ok(Err(error)) => Err(Answer::No { why: format!("the backup into {dir} failed: {error}"), code: 1 }),
        Err(error) => Err(Answer::No { why: format!("the backup into {dir} failed: {error}"), code: 1 }),
    }
}

/// Writes everything as JSON Lines.
pub async fn export(desk: &Desk, to: String) -> Result<Value, Answer> {
    let (store, now) = (desk.handles.store.clone(), desk.handles.clock.now());
    let path = PathBuf::from(&to);
    let done = tokio::task::spawn_blocking(move || {
        let file = std::fs::File::create(&path).map_err(|error| error.to_string())?;
        let mut writer = std::io::BufWriter::new(file);
        let records = store.export(&mut writer, now).map_err(|error| error.to_string())?;
        std::io::Write::flush(&mut writer).map_err(|error| error.to_string())?;
        Ok::<_, String>(records)
    })
    .await;
    match done {
        Ok(Ok(made)) => Ok(json!(Exported { file: to, counts: counts(&made) })),
        Ok(Err(why)) => Err(Answer::No { why: format!("the export into {to} failed: {why}"), code: 1 }),
        Err(error) => Err(Answer::No { why: format!("the export into {to} failed: {error}"), code: 1 }),
    }
}

fn counts(made: &LineCounts) -> Lines {
    let LineCounts { cases, versions, events, deliveries, damaged } = *made;
    Lines { cases, versions, events, deliveries, damaged }
}

/// Checks the store.
pub async fn fsck(desk: &Desk, repair: bool) -> Result<Value, Answer> {
    let store = desk.handles.store.clone();
    let report = blocking(move || store.fsck(repair)).await?;
    let whole = report.is_clean();
    let Report { cases, versions, events, deliveries, rows, problems, more, mended, repaired } = report;
    Ok(json!(Checked { cases, versions, events, deliveries, rows, problems, more, mended, repaired, whole }))
}

/// Reads the watch list again.
pub async fn reload(desk: &Desk) -> Result<Value, Answer> {
    match reload::now(&desk.handles).await {
        Ok(done) => Ok(json!(Reread { cases: done.cases, channels: done.channels, warnings: done.warnings })),
        Err(problems) => {
            let text: Vec<String> = problems.iter().map(Problem::to_string).collect();
            let why = format!("the watch list has {} problem(s); the old one stays in force\n{}", problems.len(), text.join("\n"));
            Err(Answer::No { why, code: 78 })
        }
    }
}

/// Which daemon runs.
pub fn status(desk: &Desk) -> Value {
    let config = desk.handles.config.load();
    let list = std::path::absolute(&config.path).unwrap_or_else(|_| config.path.clone());
    json!(Status { cases: config.cases.len(), pid: std::process::id(), list: list.display().to_string() })
}
