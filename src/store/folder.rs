//! The store's folder: its format, who may read it, whether it was closed in order, and moving it aside.
//!
//! For `open` and `restore`; sled's own folder within it is `open`'s. Beside `sled/` the folder holds `FORMAT`, `MARK` and, while
//! no process has the store and the last one closed it in order, `CLEAN`.

use std::fs::{self, DirBuilder, File, Permissions, TryLockError};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::error::OpenError;
use super::{Store, backup, mark};

/// The format of this version of veedor.
pub(super) const FORMAT: u32 = 1;

/// The key of the format in `meta`.
pub(super) const FORMAT_KEY: &[u8] = b"format";

/// The file that says the format.
const FORMAT_FILE: &str = "FORMAT";

/// sled's folder within the store's.
pub(super) const SLED: &str = "sled";

/// sled's log within its folder, on which it holds its lock.
const LOG: &str = "db";

/// The file that says that the store was closed in order.
const CLEAN_FILE: &str = "CLEAN";

impl Store {
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
        blob_files(&self.dir().join(SLED))
    }
}

/// Whether a folder is one of a store.
pub fn is_store(dir: &Path) -> bool {
    dir.join(FORMAT_FILE).is_file() && dir.join(SLED).is_dir()
}

/// The folder that a store which did not open earlier was moved to, when none has taken its place.
pub fn moved_earlier(dir: &Path) -> Option<PathBuf> {
    if dir.exists() { None } else { newest(dir.parent(), &damaged_prefix(dir)) }
}

/// Checks the format file, or writes it when the folder is new. Returns whether it is.
pub(super) fn check_format(dir: &Path) -> Result<bool, OpenError> {
    let path = dir.join(FORMAT_FILE);
    match fs::read(&path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()) {
        Ok(text) => match text.trim().parse::<u32>() {
            Ok(format) => known(format, dir).map(|()| false),
            Err(_) => Err(OpenError::Format(format!(
                "{} says {:?}, which is no format that this veedor knows; restore a backup into another folder",
                path.display(),
                text.trim().chars().take(40).collect::<String>()
            ))),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if dir.join(SLED).exists() {
                return Err(OpenError::Format(format!(
                    "{} holds a store without a {FORMAT_FILE} file: it was not written by veedor, or its copy is not complete",
                    dir.display()
                )));
            }
            // The mark first: a format without a mark is a store that lost it.
            mark::create(dir).and_then(|()| write_format(dir)).map_err(io_error(&path))?;
            Ok(true)
        }
        Err(error) => Err(io_error(&path)(error)),
    }
}

/// Whether this version of veedor knows a format.
pub(super) fn known(format: u32, dir: &Path) -> Result<(), OpenError> {
    match format {
        FORMAT => Ok(()),
        newer if newer > FORMAT => Err(OpenError::Format(format!(
            "the store in {} has format {newer}, and this veedor knows formats up to {FORMAT}; use the newer veedor that wrote it",
            dir.display()
        ))),
        other => Err(OpenError::Format(format!(
            "the store in {} has format {other}, which is no format that this veedor knows; restore a backup into another folder",
            dir.display()
        ))),
    }
}

fn write_format(dir: &Path) -> std::io::Result<()> {
    let temporary = dir.join("FORMAT.new");
    let mut file = File::create(&temporary)?;
    writeln!(file, "{FORMAT}")?;
    file.sync_all()?;
    fs::rename(&temporary, dir.join(FORMAT_FILE))
}

/// Whether the file of an open store says its format.
pub(super) fn says_its_format(dir: &Path) -> bool {
    fs::read_to_string(dir.join(FORMAT_FILE)).is_ok_and(|text| text.trim().parse() == Ok(FORMAT))
}

/// Writes the format file of an open store anew when it does not say the format. Says whether it did.
pub(super) fn mend_format(dir: &Path) -> std::io::Result<bool> {
    if says_its_format(dir) {
        return Ok(false);
    }
    write_format(dir).map(|()| true)
}

/// A file to test flushes on.
pub(super) fn scratch(dir: &Path) -> Result<File, OpenError> {
    let path = dir.join(FORMAT_FILE);
    File::open(&path).map_err(io_error(&path))
}

/// Makes the folder if it is not there, for its owner alone: it holds names from court records.
pub(super) fn make_private(dir: &Path) -> Result<(), OpenError> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(io_error(dir))?;
    let mode = fs::metadata(dir).map_err(io_error(dir))?.permissions().mode();
    if mode & 0o077 != 0 {
        fs::set_permissions(dir, Permissions::from_mode(0o700)).map_err(io_error(dir))?;
    }
    Ok(())
}

/// Notes that the store was closed in order. One that is not noted costs a longer look at the next start.
pub(super) fn note_clean(dir: &Path) {
    let _ = fs::write(dir.join(CLEAN_FILE), "");
}

/// Whether the store was closed in order.
pub(super) fn is_clean(dir: &Path) -> bool {
    dir.join(CLEAN_FILE).exists()
}

/// From here on the store is not closed in order any more.
pub(super) fn take_clean(dir: &Path) -> Result<(), OpenError> {
    match fs::remove_file(dir.join(CLEAN_FILE)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(io_error(dir)(error)),
        _ => Ok(()),
    }
}

/// The number of sled's blob files.
pub(super) fn blob_files(sled_dir: &Path) -> usize {
    fs::read_dir(sled_dir.join("blobs")).map_or(0, Iterator::count)
}

/// Removes the summary of its log that sled began and did not end (a full disk, a kill): sled takes it for a whole one and does not
/// open. Only while nobody has the store, because sled makes them too.
pub(super) fn drop_unfinished(sled_dir: &Path) -> Result<(), TryLockError> {
    let log = match File::open(sled_dir.join(LOG)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        log => log.map_err(TryLockError::Error)?,
    };
    log.try_lock()?;
    for entry in fs::read_dir(sled_dir).map_err(TryLockError::Error)? {
        let path = entry.map_err(TryLockError::Error)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(&path).map_err(TryLockError::Error)?;
        }
    }
    Ok(())
}

/// Reads sled's log to its end: sled takes the first place that it cannot read for the end of the log, and writes over what follows.
pub(super) fn read_log(sled_dir: &Path) -> io::Result<()> {
    let mut log = match File::open(sled_dir.join(LOG)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        log => log?,
    };
    let mut piece = vec![0; 1 << 20];
    while log.read(&mut piece)? > 0 {}
    Ok(())
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

/// The newest backup beside a store.
pub fn newest_backup(dir: &Path) -> Option<PathBuf> {
    newest(Some(&backups_of(dir)), backup::PREFIX)
}

/// Where the backups of a store are looked for, and where the daemon's own go.
pub fn backups_of(dir: &Path) -> PathBuf {
    dir.with_file_name("backups")
}

/// The last by name of the entries with this prefix; the names carry their time.
fn newest(folder: Option<&Path>, prefix: &str) -> Option<PathBuf> {
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    entries
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix)))
        .filter(|path| !path.to_string_lossy().ends_with(backup::UNFINISHED))
        .max()
}

/// Makes the error of a file or folder; a full disk is said as such.
pub(super) fn io_error(path: &Path) -> impl FnOnce(std::io::Error) -> OpenError {
    let path = path.to_owned();
    move |error| match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => OpenError::Store(error.into()),
        _ => OpenError::Io { path, why: error.to_string() },
    }
}
