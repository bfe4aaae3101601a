//! The backups in a folder: how old and how large the newest is, whether another one finds room, and dropping the oldest.
//!
//! For the daemon's daily backup. The names carry the time; files of other names are nobody's business here.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::backup::{GAPS, PREFIX, SUFFIX, TIME, UNFINISHED};
use super::error::StoreError;

/// Beyond twice the last one, so much must be free for another: the store writes too while a backup is made.
const SPARE: u64 = 64 << 20;

/// When the newest backup in a folder was made; `None` when there is none.
pub fn newest(dir: &Path) -> Option<Timestamp> {
    both(dir).map(|(at, _)| at).max()
}

/// Makes the folder ready for another backup: what is left of unfinished ones goes.
///
/// # Errors
/// When another one might fill the disk, which would end the store too, or the folder cannot be used.
pub fn make_ready(dir: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(dir).map_err(failed(dir))?;
    for (_, path) in list(dir, &format!("{SUFFIX}{UNFINISHED}")) {
        fs::remove_file(&path).map_err(failed(&path))?;
    }
    let last = both(dir).max().and_then(|(_, path)| fs::metadata(path).ok()).map_or(0, |file| file.len());
    has_room(dir, fs2::available_space(dir).map_err(failed(dir))?, last)
}

fn has_room(dir: &Path, free: u64, last: u64) -> Result<(), StoreError> {
    let wanted = last.saturating_mul(2).saturating_add(SPARE);
    if free >= wanted {
        return Ok(());
    }
    Err(StoreError::Backup(format!(
        "{} has {} MB free and another backup may take {} MB: make room on that disk",
        dir.display(),
        free >> 20,
        wanted >> 20
    )))
}

/// Removes all but the newest `keep` backups without gaps, and all but as many with gaps. Returns how many that were.
///
/// # Errors
/// When one cannot be removed.
pub fn drop_oldest(dir: &Path, keep: usize) -> Result<usize, StoreError> {
    let mut dropped = 0;
    for all in [list(dir, SUFFIX), list(dir, &format!("{GAPS}{SUFFIX}"))] {
        for (_, path) in &all[..all.len().saturating_sub(keep)] {
            fs::remove_file(path).map_err(failed(path))?;
            dropped += 1;
        }
    }
    Ok(dropped)
}

/// The finished backups, with and without gaps.
fn both(dir: &Path) -> impl Iterator<Item = (Timestamp, PathBuf)> {
    list(dir, SUFFIX).into_iter().chain(list(dir, &format!("{GAPS}{SUFFIX}")))
}

/// The files whose names end like this behind their time, oldest first.
fn list(dir: &Path, end: &str) -> Vec<(Timestamp, PathBuf)> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found: Vec<_> = entries.filter_map(|path| Some((made_at(&path, end)?, path))).collect();
    found.sort();
    found
}

fn made_at(path: &Path, end: &str) -> Option<Timestamp> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let time = name.strip_prefix(PREFIX)?.strip_suffix(end)?;
    TimeZone::UTC.to_timestamp(DateTime::strptime(TIME, time).ok()?).ok()
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    move |error| StoreError::Backup(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_and_what_is_not_ours_stays() {
        let dir = tempfile::tempdir().expect("a folder");
        assert_eq!(newest(dir.path()), None);
        assert_eq!(newest(&dir.path().join("absent")), None);
        let day = |n: u32| format!("veedor-202601{n:02}T030000Z.jsonl.zst");
        let gaps = |n: u32| format!("veedor-202601{n:02}T030000Z-gaps.jsonl.zst");
        for n in 1..=9 {
            fs::write(dir.path().join(day(n)), "").expect("writes");
        }
        for name in ["veedor-mine.jsonl.zst", "letter.txt", "veedor-20260110T030000Z.jsonl.zst.part"] {
            fs::write(dir.path().join(name), "").expect("writes");
        }
        for n in 11..=19 {
            fs::write(dir.path().join(gaps(n)), "").expect("writes");
        }
        assert_eq!(newest(dir.path()), "2026-01-19T03:00:00Z".parse().ok());
        assert_eq!(make_ready(dir.path()), Ok(()));
        assert_eq!(drop_oldest(dir.path(), 7), Ok(4));
        let mut left: Vec<String> =
            fs::read_dir(dir.path()).expect("lists").flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        left.sort();
        let mut wanted: Vec<String> = (3..=9).map(day).chain((13..=19).map(gaps)).collect();
        wanted.extend(["letter.txt".to_owned(), "veedor-mine.jsonl.zst".to_owned()]);
        wanted.sort();
        assert_eq!(left, wanted);
    }

    #[test]
    fn a_backup_that_might_fill_the_disk_is_not_begun() {
        let room = |free_mb: u64, last_mb: u64| has_room(Path::new("backups"), free_mb << 20, last_mb << 20);
        assert_eq!(room(64, 0), Ok(()));
        assert_eq!(room(264, 100), Ok(()));
        let said = room(263, 100).expect_err("there is too little").to_string();
        assert!(said.contains("263 MB free") && said.contains("264 MB"), "{said}");
    }
}
