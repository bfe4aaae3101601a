//! Opening the store, and refusing to when it could lose something.
//!
//! In this order: format number (before sled sees the folder) → self-test of the flush → stray blob files → when the store was not
//! closed in order, its log is read to the end and it is tried out in a process of its own → sled, with a short wait for its lock →
//! the mark → fsync of the folders. A
//! store that does not open twice, or that is behind its mark, is moved aside to `DIR.damaged-TIME`, never deleted, and is not silently
//! replaced: the operator restores a backup (the newest in `backups/` beside `DIR` is named), takes what is left of the
//! damaged one (`veedor restore DIR.damaged-TIME`), or makes the folder.

use std::fs::{self, TryLockError};
use std::os::unix::fs::MetadataExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use super::Store;
use super::batch::Batch;
use super::compact;
use super::durability;
use super::error::{OpenError, StoreError};
use super::folder::{self, SLED, sync_dir};
use super::keys::{Table, Trees};
use super::mark::{self, Marker, Noted};
use super::rows;
use super::tree::panic_text;
use super::trial::{self, Verdict};
use super::writer::Ledger;

/// Tries for the lock: sled's can outlive its process by some milliseconds (sled #1234, #1289).
const LOCK_TRIES: u32 = 20;

/// … with this pause.
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// What the system says when it lacks something, or the disk fails: no damage of the store, so no reason to move it.
/// EIO, EAGAIN, ENOMEM, EMFILE, each as an error and as sled's `unwrap` says it when it panics.
const PASSING: [&str; 8] =
    ["os error 5)", "os error 11)", "os error 12)", "os error 24)", " code: 5,", " code: 11,", " code: 12,", " code: 24,"];

/// ENOSPC, EDQUOT.
const FULL: [&str; 4] = ["os error 28)", "os error 122)", " code: 28,", " code: 122,"];

/// How to open.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The time, for the name of a damaged store that is moved aside.
    pub now: Timestamp,
    /// Bytes that sled may cache, clamped to 32–64 MB; its memory is a small multiple (`storage.md` A3).
    pub cache_bytes: u64,
    /// Open although sled wrote blob files, to look at the store or to back it up.
    pub allow_blobs: bool,
    /// Open although the store is behind its mark, to take what is left: the mark stays as it is, and nothing is moved.
    pub salvage: bool,
    /// Try the store out in a process of its own first, when it was not closed in order. For veedor's own binary only.
    pub trial: bool,
    /// For bulk work: sled collects its garbage more often, which costs speed.
    pub bulk: bool,
}

impl Options {
    /// The usual: 48 MB of cache.
    pub fn new(now: Timestamp) -> Self {
        Self { now, cache_bytes: 48 << 20, allow_blobs: false, salvage: false, trial: false, bulk: false }
    }
}

impl Store {
    /// Opens the store in `dir`, or makes one.
    pub fn open(dir: &Path, options: Options) -> Result<Self, OpenError> {
        if let Some(moved_to) = folder::moved_earlier(dir) {
            let why = "it did not open earlier".to_owned();
            return Err(OpenError::Damaged { why, moved_to, backup: folder::newest_backup(dir), dir: dir.to_owned() });
        }
        folder::make_private(dir)?;
        compact::settle(dir)?;
        let is_new = folder::check_format(dir)?;
        durability::self_test(&folder::scratch(dir)?).map_err(OpenError::Unsafe)?;
        let sled_dir = dir.join(SLED);
        let blobs = folder::blob_files(&sled_dir);
        if blobs > 0 && !options.allow_blobs && !options.salvage {
            return Err(OpenError::Unsafe(format!(
                "{} holds {blobs} files, which sled does not write safely; run `veedor backup` and `veedor restore` to make the store anew",
                sled_dir.join("blobs").display()
            )));
        }
        let noted = mark::read(dir).map_err(folder::io_error(dir))?;
        let open_sled = || open_sled(&sled_dir, options);
        let unsure = !is_new && !folder::is_clean(dir);
        let readable = if unsure { folder::read_log(&sled_dir).map_err(Failure::unreadable) } else { Ok(()) };
        let tried = readable.and_then(|()| if unsure && options.trial { try_first(dir) } else { Ok(()) });
        let opened = tried.and_then(|()| open_sled()).and_then(|(trees, ledger)| {
            if options.salvage {
                return Ok((trees, ledger));
            }
            match &noted {
                Noted::Mark(noted) if !ledger.mark().is_behind(*noted) => Ok((trees, ledger)),
                Noted::Mark(noted) => {
                    Err(Failure::Damaged(format!("the end of its log is lost: it had come to {noted}, and {} are left", ledger.mark())))
                }
                Noted::Unreadable(why) => {
                    Err(Failure::Damaged(format!("its MARK says nothing ({why}), so whether something is lost cannot be known")))
                }
            }
        });
        let opened = match opened {
            Ok((trees, ledger)) if !options.salvage && compact::is_wanted(dir, &trees) => {
                drop(ledger);
                compact::run(dir, trees)?;
                open_sled()
            }
            opened => opened,
        };
        let (trees, ledger) = match opened {
            Ok(opened) => opened,
            Err(Failure::Locked) => return Err(OpenError::Locked { dir: dir.to_owned(), by: holder(&sled_dir) }),
            Err(Failure::Full) => return Err(OpenError::Store(StoreError::Full)),
            Err(Failure::Refused(why)) => return Err(OpenError::Io { path: sled_dir, why }),
            Err(Failure::Damaged(why)) if options.salvage => return Err(OpenError::Io { path: sled_dir, why }),
            Err(Failure::Damaged(why)) => {
                let moved_to = Self::move_aside(dir, options.now)?;
                return Err(OpenError::Damaged { why, moved_to, backup: folder::newest_backup(dir), dir: dir.to_owned() });
            }
        };
        match rows::get::<u32>(&trees, Table::Meta, folder::FORMAT_KEY)? {
            Some(format) => folder::known(format, dir)?,
            None => {
                let before = durability::calls();
                let mut batch = Batch::default();
                rows::put(&mut batch, Table::Meta, folder::FORMAT_KEY, &folder::FORMAT)?;
                batch.apply(&trees)?;
                trees.db.flush().map_err(|error| OpenError::Store(error.into()))?;
                // The self-test calls the function itself; here sled did, or did not.
                if before.is_some() && before == durability::calls() {
                    return Err(OpenError::Unsafe(
                        "sled's flush does not come to this build's own sync_file_range, so a power cut could destroy the store; please report this"
                            .to_owned(),
                    ));
                }
            }
        }
        folder::take_clean(dir)?;
        for folder in [Some(sled_dir.as_path()), Some(dir), dir.parent()].into_iter().flatten() {
            sync_dir(folder)?;
        }
        let lost = match noted {
            Noted::Mark(noted) => Some(noted).filter(|noted| ledger.mark().is_behind(*noted)),
            Noted::Unreadable(_) => None,
        };
        let marker = if options.salvage { Marker::idle() } else { Marker::new(dir).map_err(folder::io_error(dir))? };
        Ok(Self::start(trees, ledger, dir.to_owned(), lost, marker)?)
    }

    /// Opens a store and reads what a start needs, for the child of a trial: nothing is made, moved or marked.
    pub fn try_out(dir: &Path) -> Verdict {
        let opened = open_sled(&dir.join(SLED), Options::new(Timestamp::UNIX_EPOCH));
        match opened.and_then(|(trees, _)| trial::read_through(&trees).map_err(Failure::from)) {
            Ok(()) => Verdict::Fine,
            Err(Failure::Locked) => Verdict::Locked,
            Err(Failure::Full) => Verdict::Refused(FULL[0].to_owned()),
            Err(Failure::Refused(why)) => Verdict::Refused(why),
            Err(Failure::Damaged(why)) => Verdict::Damaged(why),
        }
    }
}

/// Why sled did not open.
enum Failure {
    Locked,
    Full,
    Refused(String),
    Damaged(String),
}

fn try_first(dir: &Path) -> Result<(), Failure> {
    let program = std::env::current_exe().map_err(|error| Failure::Refused(format!("veedor does not find itself: {error}")))?;
    match trial::confirmed(&program, dir) {
        Verdict::Fine => Ok(()),
        Verdict::Locked => Err(Failure::Locked),
        Verdict::Refused(why) if FULL.iter().any(|full| why.contains(full)) => Err(Failure::Full),
        Verdict::Refused(why) => Err(Failure::Refused(why)),
        Verdict::Damaged(why) => Err(Failure::Damaged(why)),
    }
}

/// Tests have a smaller one, so that it is full within their time.
const LEAST_CACHE: u64 = if cfg!(test) { 1 << 20 } else { 32 << 20 };

fn open_sled(dir: &Path, options: Options) -> Result<(Trees, Ledger), Failure> {
    // sled's collector works between its own flushes, so bulk work asks for more of them (`storage.md` A5).
    let flush_every = if options.bulk { 20 } else { 100 };
    let cache_bytes = options.cache_bytes.clamp(LEAST_CACHE, 64 << 20);
    let config = sled::Config::new().path(dir).cache_capacity(cache_bytes).flush_every_ms(Some(flush_every));
    let mut damaged = false;
    for _ in 1..LOCK_TRIES {
        match try_open(dir, &config) {
            Err(Failure::Locked) => std::thread::sleep(LOCK_PAUSE),
            // Once may be the machine's fault.
            Err(Failure::Damaged(_)) if !damaged => damaged = true,
            other => return other,
        }
    }
    try_open(dir, &config)
}

/// The process that holds sled's lock, with its command line; `None` where the system does not tell.
fn holder(sled_dir: &Path) -> Option<String> {
    let inode = fs::metadata(sled_dir.join("db")).ok()?.ino().to_string();
    let locks = fs::read_to_string("/proc/locks").ok()?;
    // "1: FLOCK  ADVISORY  WRITE 708 08:01:1234 0 EOF", proc_locks(5).
    let pid = locks.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, "FLOCK", _, _, pid, file, ..] = fields.as_slice() else { return None };
        (file.rsplit(':').next() == Some(inode.as_str())).then(|| (*pid).to_owned())
    })?;
    let command = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let command: String = command.trim_end_matches('\0').chars().map(|c| if c.is_control() { ' ' } else { c }).take(100).collect();
    Some(if command.is_empty() { pid } else { format!("{pid} ({command})") })
}

/// Opens sled and reads what the writer needs to know, which is the first that touches many pages.
fn try_open(dir: &Path, config: &sled::Config) -> Result<(Trees, Ledger), Failure> {
    folder::drop_unfinished(dir).map_err(|error| match error {
        TryLockError::WouldBlock => Failure::Locked,
        TryLockError::Error(error) => sled::Error::Io(error).into(),
    })?;
    // Bad stores panic inside open and at first reads (sled #1387, #1039, #1533). Nothing that a panic left behind is used.
    let opened = catch_unwind(AssertUnwindSafe(|| {
        let trees = Trees::open(config.open()?)?;
        let ledger = Ledger::load(trees.clone())?;
        Ok((trees, ledger))
    }));
    opened.unwrap_or_else(|panic| Err(Failure::of(format!("sled: {}", panic_text(panic.as_ref())))))
}

impl Failure {
    /// By what a panic or an error of sled says: the system's complaints are no damage.
    fn of(why: String) -> Self {
        if FULL.iter().any(|sign| why.contains(sign)) {
            Self::Full
        } else if PASSING.iter().any(|sign| why.contains(sign)) {
            Self::Refused(why)
        } else {
            Self::Damaged(super::error::of_sleds_words(why))
        }
    }

    /// A plain read of sled's log failed.
    fn unreadable(error: std::io::Error) -> Self {
        Self::Refused(format!(
            "its log cannot be read to the end ({error}), and nothing was moved: see what the system says of the disk, and start again"
        ))
    }
}

impl From<sled::Error> for Failure {
    fn from(error: sled::Error) -> Self {
        use std::io::ErrorKind::{InvalidData, InvalidInput, QuotaExceeded, StorageFull, UnexpectedEof};
        match error {
            sled::Error::Io(error) if error.to_string().contains("could not acquire lock") => Self::Locked,
            sled::Error::Io(error) if matches!(error.kind(), StorageFull | QuotaExceeded) => Self::Full,
            sled::Error::Io(error) if !matches!(error.kind(), UnexpectedEof | InvalidData | InvalidInput) => {
                Self::Refused(super::error::plain(&error))
            }
            other => Self::of(super::error::of_sled(&other)),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Damaged(why) => Self::of(why),
            StoreError::Full => Self::Full,
            other => Self::Refused(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_lacks_is_no_damage_however_sled_says_it() {
        let said = |number| {
            let error = std::io::Error::from_raw_os_error(number);
            [
                format!("sled: it failed: {error}"),
                format!("sled: called `Result::unwrap()` on an `Err` value: {:?}", sled::Error::Io(error)),
            ]
        };
        for number in [5, 11, 12, 24] {
            assert!(said(number).into_iter().all(|why| matches!(Failure::of(why), Failure::Refused(_))), "{number}");
        }
        for number in [28, 122] {
            assert!(said(number).into_iter().all(|why| matches!(Failure::of(why), Failure::Full)), "{number}");
        }
        assert!(said(22).into_iter().all(|why| matches!(Failure::of(why), Failure::Damaged(_))));
    }

    #[test]
    fn what_the_trial_prints_of_a_damaged_page_is_in_plain_words() {
        let corrupt = || sled::Error::Corruption { at: None, bt: () };
        let panicked = Failure::of(format!("sled: called `Result::unwrap()` on an `Err` value: {:?}", corrupt()));
        for failure in [Failure::from(corrupt()), Failure::from(StoreError::from(corrupt())), panicked] {
            let Failure::Damaged(why) = failure else { panic!("it is damage") };
            assert_eq!(Verdict::Damaged(why).line(), "damaged sled reads something else than it wrote");
        }
    }
}
