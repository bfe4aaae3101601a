//! Opening a store first in a process of its own: bad stores panic, crash or hang inside sled's open (sled #1387, #1039, #1533).
//!
//! `open` asks for a trial when the store was not closed in order and its caller runs in veedor's own binary. The child is
//! `veedor try-store DIR`, which calls [`Store::try_out`](super::Store::try_out) and prints the [`Verdict`]. It changes nothing but what sled itself mends in its log.
//! This is the only place beside the supervisor and the writer that starts anything: a hang inside sled can be ended in no other
//! way than with its process.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::error::StoreError;
use super::folder;
use super::keys::{Table, Trees};
use super::writer::Ledger;

/// The hidden command.
pub const COMMAND: &str = "try-store";

/// The least that a child gets. A million cases open in 5.3 s from a cold disk (`storage.md` A3).
const LEAST: Duration = Duration::from_secs(60);

/// Bytes of the log for each further second.
const BYTES_A_SECOND: u64 = 10 << 20;

/// How often the child is looked at.
const PAUSE: Duration = Duration::from_millis(10);

/// What came of a trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It opens and reads.
    Fine,
    /// Another process has it.
    Locked,
    /// It could not be tried: the disk is full or fails, memory or processes are short, or the child was ended before it came to
    /// one. Says nothing about the store.
    Refused(String),
    /// It does not open, or not everything that a start needs can be read. Only the child itself says so.
    Damaged(String),
}

impl Verdict {
    /// The line that the child prints.
    pub fn line(&self) -> String {
        match self {
            Self::Fine => "fine".to_owned(),
            Self::Locked => "locked".to_owned(),
            Self::Refused(why) => format!("refused {why}"),
            Self::Damaged(why) => format!("damaged {why}"),
        }
    }

    fn parse(line: &str) -> Option<Self> {
        match line.trim_end().split_once(' ').unwrap_or((line.trim_end(), "")) {
            ("fine", _) => Some(Self::Fine),
            ("locked", _) => Some(Self::Locked),
            ("refused", why) => Some(Self::Refused(why.to_owned())),
            ("damaged", why) => Some(Self::Damaged(why.to_owned())),
            _ => None,
        }
    }
}

/// Tries a store out in a child; damage counts when a second child finds it too.
pub(super) fn confirmed(program: &Path, dir: &Path) -> Verdict {
    let limit = LEAST + Duration::from_secs(log_bytes(dir) / BYTES_A_SECOND);
    match once(program, dir, limit) {
        Verdict::Damaged(_) => once(program, dir, limit),
        other => other,
    }
}

fn log_bytes(dir: &Path) -> u64 {
    std::fs::metadata(dir.join("sled/db")).map_or(0, |log| log.len())
}

fn once(program: &Path, dir: &Path, limit: Duration) -> Verdict {
    let started = Command::new(program).arg(COMMAND).arg(dir).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(error) => return Verdict::Refused(format!("the store could not be tried out in a process of its own: {error}")),
    };
    let began = Instant::now();
    let ended = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if began.elapsed() < limit => std::thread::sleep(PAUSE),
            Ok(None) => {
                // It may end by itself in this moment; either way it is gone after the wait.
                let _ = child.kill();
                let _ = child.wait();
                return without(dir, &format!("it did not open within {} seconds", limit.as_secs()));
            }
            Err(error) => return Verdict::Refused(format!("the trial of the store cannot be watched: {error}")),
        }
    };
    let mut said = String::new();
    let read = child.stdout.take().map(|mut out| out.read_to_string(&mut said));
    match Verdict::parse(&said) {
        Some(verdict) if matches!(read, Some(Ok(_))) => verdict,
        _ => without(dir, &format!("the process that tried it out ended with {ended} and said nothing of it")),
    }
}

/// The verdict when the child came to none: short memory, a stop or a slow disk end it as well as a bad store does, and a store
/// that is moved aside is not watched any more.
fn without(dir: &Path, what: &str) -> Verdict {
    let backup = folder::newest_backup(dir).unwrap_or_else(|| PathBuf::from("FILE"));
    Verdict::Refused(format!(
        "{what}, and nothing was moved: start again; if it stays so, move {} away by hand and bring the newest backup back with `veedor restore {}`",
        dir.display(),
        backup.display()
    ))
}

/// Reads what a start cannot do without, row by row. A part of another table that does not read back costs itself alone, and no store is
/// moved aside for it.
pub(super) fn read_through(trees: &Trees) -> Result<(), StoreError> {
    for table in [Table::Meta, Table::Word] {
        for row in trees.at(table).iter() {
            row?;
        }
    }
    Ledger::load(trees.clone()).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(dir: &Path, text: &str) -> std::path::PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let path = dir.join("child");
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("writes");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).expect("may be run");
        path
    }

    #[test]
    fn only_a_child_that_says_so_is_damage_and_the_operator_is_told_what_to_do_after_any_other_end() {
        let beside = tempfile::tempdir().expect("a folder");
        let dir = beside.path().join("store");
        std::fs::create_dir(&dir).expect("makes");
        let limit = Duration::from_millis(300);
        let once = |text: &str| once(&script(&dir, text), &dir, limit);
        assert_eq!(once("echo fine"), Verdict::Fine);
        assert_eq!(once("echo damaged a page"), Verdict::Damaged("a page".into()));
        assert_eq!(once("echo refused no space"), Verdict::Refused("no space".into()));
        let backup = folder::backups_of(&dir).join("veedor-20260101T000000Z.jsonl.zst");
        std::fs::create_dir(folder::backups_of(&dir)).expect("makes");
        std::fs::write(&backup, "").expect("writes");
        let ends = [("kill -KILL $$", "signal"), ("kill -ABRT $$", "signal"), ("kill -TERM $$", "signal"), ("kill -SEGV $$", "signal")];
        for (end, word) in ends.into_iter().chain([("exit 101", "101"), ("exec sleep 60", "within")]) {
            let Verdict::Refused(why) = once(end) else { panic!("{end} is no verdict") };
            let told = why.contains(&format!("move {} away", dir.display())) && why.contains(&format!("restore {}`", backup.display()));
            assert!(why.contains(word) && told, "{why}");
        }
        let absent = super::once(&dir.join("absent"), &dir, limit);
        assert!(matches!(absent, Verdict::Refused(_)), "{absent:?}");
    }

    #[test]
    fn damage_counts_when_it_is_seen_twice() {
        let dir = tempfile::tempdir().expect("a folder");
        let flag = dir.path().join("seen");
        let text = format!("if [ -e {0} ]; then echo fine; else touch {0}; echo damaged once; fi", flag.display());
        assert_eq!(confirmed(&script(dir.path(), &text), dir.path()), Verdict::Fine);
    }
}
