//! The backups in a folder: how old the newest is, and dropping the oldest.
//!
//! For the daemon's daily backup. The names carry the time; files of other names are nobody's business here.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::backup::{PREFIX, SUFFIX, TIME, UNFINISHED};
use super::error::StoreError;

/// When the newest backup in a folder was made; `None` when there is none.
pub fn newest(dir: &Path) -> Option<Timestamp> {
    list(dir, "").iter().rev().find_map(|path| made_at(path))
}

/// Removes all but the newest `keep` backups, and what is left of unfinished ones. Returns how many backups that were.
///
/// # Errors
/// When one cannot be removed.
pub fn drop_oldest(dir: &Path, keep: usize) -> Result<usize, StoreError> {
    let all = list(dir, "");
    let old = &all[..all.len().saturating_sub(keep)];
    for path in old.iter().chain(&list(dir, UNFINISHED)) {
        fs::remove_file(path).map_err(|error| StoreError::Backup(format!("{}: {error}", path.display())))?;
    }
    Ok(old.len())
}

/// The backups with this behind their names, oldest first.
fn list(dir: &Path, behind: &str) -> Vec<PathBuf> {
    let end = format!("{SUFFIX}{behind}");
    let mut found: Vec<PathBuf> = fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.file_name().is_some_and(|name| is_ours(&name.to_string_lossy(), &end)))
        .collect();
    found.sort();
    found
}

fn is_ours(name: &str, end: &str) -> bool {
    name.strip_prefix(PREFIX).and_then(|name| name.strip_suffix(end)).is_some_and(|time| DateTime::strptime(TIME, time).is_ok())
}

fn made_at(path: &Path) -> Option<Timestamp> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let time = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    TimeZone::UTC.to_timestamp(DateTime::strptime(TIME, time).ok()?).ok()
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
        for n in 1..=9 {
            fs::write(dir.path().join(day(n)), "").expect("writes");
        }
        for name in ["veedor-mine.jsonl.zst", "letter.txt", "veedor-20260110T030000Z.jsonl.zst.part"] {
            fs::write(dir.path().join(name), "").expect("writes");
        }
        assert_eq!(newest(dir.path()), "2026-01-09T03:00:00Z".parse().ok());
        assert_eq!(drop_oldest(dir.path(), 7), Ok(2));
        let mut left: Vec<String> =
            fs::read_dir(dir.path()).expect("lists").flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        left.sort();
        let mut wanted: Vec<String> = (3..=9).map(day).collect();
        wanted.extend(["letter.txt".to_owned(), "veedor-mine.jsonl.zst".to_owned()]);
        wanted.sort();
        assert_eq!(left, wanted);
    }
}
