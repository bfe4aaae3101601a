//! Opening the store, and refusing to when it could lose something.
//!
//! In this order: format number (before sled sees the folder) → self-test of the flush → stray blob files → sled, with a
//! short wait for its lock → fsync of the folders. A store that does not open is moved aside to `DIR.damaged-TIME`, never
//! deleted, and is not silently replaced by an empty one: the operator restores a backup (the newest in `backups/` beside
//! `DIR` is named), or makes the folder. `DIR` holds `FORMAT` and `MARK`, both text, and `sled/`.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::Store;
use super::batch::Batch;
use super::durability;
use super::error::{OpenError, StoreError};
use super::keys::{Table, Trees};
use super::mark::{self, Mark};
use super::rows;
use super::writer::Ledger;

/// The format of this version of veedor.
pub(super) const FORMAT: u32 = 1;

/// The file that says the format.
const FORMAT_FILE: &str = "FORMAT";

/// sled's folder within the store's.
const SLED: &str = "sled";

/// Tries for the lock: sled's can outlive its process by some milliseconds (sled #1234, #1289).
const LOCK_TRIES: u32 = 20;

/// … with this pause.
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// How to open.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The time, for the name of a damaged store that is moved aside.
    pub now: Timestamp,
    /// Bytes that sled may cache, clamped to 32–64 MB; its memory is a small multiple (`storage.md` A3).
    pub cache_bytes: u64,
    /// Open although sled wrote blob files, to look at the store or to back it up.
    pub allow_blobs: bool,
}

impl Options {
    /// The usual: 48 MB of cache.
    pub fn new(now: Timestamp) -> Self {
        Self { now, cache_bytes: 48 << 20, allow_blobs: false }
    }
}

impl Store {
    /// Opens the store in `dir`, or makes one.
    pub fn open(dir: &Path, options: Options) -> Result<Self, OpenError> {
        if !dir.exists()
            && let Some(moved_to) = newest(dir.parent(), &damaged_prefix(dir))
        {
            let why = "it did not open earlier".to_owned();
            return Err(OpenError::Damaged { why, moved_to, backup: newest_backup(dir), dir: dir.to_owned() });
        }
        make_private(dir)?;
        check_format(dir)?;
        self_test(dir)?;
        let sled_dir = dir.join(SLED);
        let blobs = blob_files(&sled_dir);
        if blobs > 0 && !options.allow_blobs {
            return Err(OpenError::Unsafe(format!(
                "{} holds {blobs} files, which sled does not write safely; run `veedor backup` and `veedor restore` to make the store anew",
                sled_dir.join("blobs").display()
            )));
        }
        let marked = mark::read(dir).filter(|mark| *mark != Mark::default());
        let opened = open_sled(&sled_dir, options.cache_bytes).and_then(|(trees, ledger)| match marked {
            // What sled could not read it may take for a store that is new.
            Some(_) if ledger.mark() == Mark::default() => Err(Failure::Damaged("nothing is left in it".to_owned())),
            _ => Ok((trees, ledger)),
        });
        let (trees, ledger) = match opened {
            Ok(opened) => opened,
            Err(Failure::Locked) => return Err(OpenError::Locked { dir: dir.to_owned(), by: holder(&sled_dir) }),
            Err(Failure::Refused(why)) => return Err(OpenError::Io { path: sled_dir, why }),
            Err(Failure::Damaged(why)) => {
                let moved_to = Self::move_aside(dir, options.now)?;
                return Err(OpenError::Damaged { why, moved_to, backup: newest_backup(dir), dir: dir.to_owned() });
            }
        };
        if !trees.at(Table::Meta).contains_key(b"format").map_err(|error| OpenError::Store(error.into()))? {
            let mut batch = Batch::default();
            rows::put(&mut batch, Table::Meta, b"format", &FORMAT)?;
            batch.apply(&trees)?;
            trees.db.flush().map_err(|error| OpenError::Store(error.into()))?;
        }
        for folder in [Some(sled_dir.as_path()), Some(dir), dir.parent()].into_iter().flatten() {
            sync_dir(folder)?;
        }
        let lost = marked.filter(|mark| ledger.mark().cases < mark.cases || ledger.mark().events < mark.events);
        Ok(Self::start(trees, ledger, dir.to_owned(), lost)?)
    }

    /// Renames a store that does not open to `DIR.damaged-TIME`. Nothing is deleted.
    pub fn move_aside(dir: &Path, now: Timestamp) -> Result<PathBuf, OpenError> {
        let name = format!("{}{}", damaged_prefix(dir), now.strftime("%Y%m%dT%H%M%SZ"));
        let mut target = dir.with_file_name(&name);
        let mut n = 1;
        while target.exists() {
            n += 1;
            target = dir.with_file_name(format!("{name}-{n}"));
        }
        fs::rename(dir, &target).map_err(io_error(dir))?;
        if let Some(parent) = dir.parent() {
            sync_dir(parent)?;
        }
        Ok(target)
    }

    /// The files in sled's `blobs` folder: there are none in a store that is well.
    pub(super) fn blob_files(&self) -> usize {
        blob_files(&self.inner.dir.join(SLED))
    }
}

/// Why sled did not open.
enum Failure {
    Locked,
    Refused(String),
    Damaged(String),
}

fn open_sled(dir: &Path, cache_bytes: u64) -> Result<(Trees, Ledger), Failure> {
    let config = sled::Config::new().path(dir).cache_capacity(cache_bytes.clamp(32 << 20, 64 << 20)).flush_every_ms(Some(100));
    for _ in 1..LOCK_TRIES {
        match try_open(&config) {
            Err(Failure::Locked) => std::thread::sleep(LOCK_PAUSE),
            other => return other,
        }
    }
    try_open(&config)
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
fn try_open(config: &sled::Config) -> Result<(Trees, Ledger), Failure> {
    // Bad stores panic inside open and at first reads (sled #1387, #1039, #1533). Nothing that a panic left behind is used.
    let opened = catch_unwind(AssertUnwindSafe(|| {
        let trees = Trees::open(config.open()?)?;
        let ledger = Ledger::load(trees.clone())?;
        Ok((trees, ledger))
    }));
    opened.unwrap_or_else(|panic| Err(Failure::Damaged(format!("sled: {}", panic_text(panic.as_ref())))))
}

impl From<sled::Error> for Failure {
    fn from(error: sled::Error) -> Self {
        use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        match error {
            sled::Error::Io(error) if error.to_string().contains("could not acquire lock") => Self::Locked,
            sled::Error::Io(error) if !matches!(error.kind(), UnexpectedEof | InvalidData | InvalidInput) => {
                Self::Refused(error.to_string())
            }
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Damaged(why) => Self::Damaged(why),
            other => Self::Refused(other.to_string()),
        }
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let line = text.and_then(|text| text.lines().next()).unwrap_or("it stopped without a word");
    line.chars().take(200).collect()
}

/// Checks the format file, or writes it when the folder is new.
fn check_format(dir: &Path) -> Result<(), OpenError> {
    let path = dir.join(FORMAT_FILE);
    match fs::read_to_string(&path) {
        Ok(text) => match text.trim().parse::<u32>() {
            Ok(FORMAT) => Ok(()),
            Ok(newer) if newer > FORMAT => Err(OpenError::Format(format!(
                "the store in {} has format {newer}, and this veedor knows formats up to {FORMAT}; use the newer veedor that wrote it",
                dir.display()
            ))),
            _ => Err(OpenError::Format(format!(
                "{} says {:?}, which is no format that this veedor knows; restore a backup into another folder",
                path.display(),
                text.trim().chars().take(40).collect::<String>()
            ))),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if dir.join(SLED).exists() {
                return Err(OpenError::Format(format!(
                    "{} holds a store without a {FORMAT_FILE} file: it was not written by veedor, or its copy is not complete",
                    dir.display()
                )));
            }
            write_format(dir).map_err(io_error(&path))
        }
        Err(error) => Err(io_error(&path)(error)),
    }
}

fn write_format(dir: &Path) -> std::io::Result<()> {
    let temporary = dir.join("FORMAT.new");
    let mut file = File::create(&temporary)?;
    writeln!(file, "{FORMAT}")?;
    file.sync_all()?;
    fs::rename(&temporary, dir.join(FORMAT_FILE))
}

fn self_test(dir: &Path) -> Result<(), OpenError> {
    let path = dir.join(FORMAT_FILE);
    let scratch = File::open(&path).map_err(io_error(&path))?;
    durability::self_test(&scratch).map_err(OpenError::Unsafe)
}

/// Makes the folder if it is not there, for its owner alone: it holds names from court records.
fn make_private(dir: &Path) -> Result<(), OpenError> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(io_error(dir))?;
    let mode = fs::metadata(dir).map_err(io_error(dir))?.permissions().mode();
    if mode & 0o077 != 0 {
        fs::set_permissions(dir, Permissions::from_mode(0o700)).map_err(io_error(dir))?;
    }
    Ok(())
}

fn blob_files(sled_dir: &Path) -> usize {
    fs::read_dir(sled_dir.join("blobs")).map_or(0, Iterator::count)
}

/// Makes a folder's entries durable.
pub(super) fn sync_dir(dir: &Path) -> Result<(), OpenError> {
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    File::open(dir).and_then(|file| file.sync_all()).map_err(io_error(dir))
}

fn damaged_prefix(dir: &Path) -> String {
    let name = dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    format!("{name}.damaged-")
}

fn newest_backup(dir: &Path) -> Option<PathBuf> {
    newest(Some(&dir.parent()?.join("backups")), super::backup::PREFIX)
}

/// The last by name of the entries with this prefix; the names carry their time.
fn newest(folder: Option<&Path>, prefix: &str) -> Option<PathBuf> {
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    entries
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix)))
        .filter(|path| !path.to_string_lossy().ends_with(super::backup::UNFINISHED))
        .max()
}

fn io_error(path: &Path) -> impl FnOnce(std::io::Error) -> OpenError {
    let path = path.to_owned();
    move |error| OpenError::Io { path, why: error.to_string() }
}
