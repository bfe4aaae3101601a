//! What can go wrong with the store, in words for the person who runs it.
//!
//! [`OpenError`] at start, [`StoreError`] afterwards. A fatal [`StoreError`] poisons the store: every later call returns
//! it again, and the process is to end with code 74, because a failed write or flush must never be tried again
//! (after an fsync error the kernel may have dropped the data, and the next fsync would succeed).

use std::path::PathBuf;

/// Why a call to the store failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// The disk is full. Fatal.
    Full,
    /// The disk, the file system or sled failed. Fatal.
    Io(String),
    /// The writer thread is gone. Fatal.
    Closed,
    /// A stored value does not read back. The rest of the store may be well: `veedor fsck` tells.
    Damaged(String),
    /// A value was larger than sled can hold safely. A bug of veedor; nothing was written.
    TooLarge {
        /// The table it was meant for.
        table: &'static str,
        /// Its size.
        bytes: usize,
    },
    /// A docket is larger with its pages than the store keeps. Nothing was written; the case cannot be watched.
    Oversized(String),
    /// A backup or an export could not be written or read. The store is well.
    Backup(String),
    /// What was asked does not fit what is stored. Nothing was written.
    Refused(String),
}

impl StoreError {
    /// Whether the store is unusable from now on.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::Full | Self::Io(_) | Self::Closed)
    }

    /// The error of a write that may have been done in part: there damage is fatal too.
    pub(super) fn of_a_write(self) -> Self {
        match self {
            Self::Damaged(why) => Self::Io(why),
            other => other,
        }
    }
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Full => {
                f.write_str("the disk that holds the store is full; make room and start veedor again, nothing that was confirmed is lost")
            }
            Self::Io(why) => {
                write!(f, "the store cannot be read or written: {why}; see what the system says of its disk, and start veedor again")
            }
            Self::Closed => f.write_str("the store's writer has stopped; start veedor again"),
            Self::Damaged(why) => write!(f, "the store is damaged: {why}; run `veedor fsck`"),
            Self::TooLarge { table, bytes } => {
                write!(
                    f,
                    "a value of {bytes} bytes for `{table}` is over the limit of {} bytes; please report this",
                    super::batch::MAX_VALUE
                )
            }
            Self::Backup(why) => write!(f, "the backup failed: {why}"),
            Self::Oversized(why) | Self::Refused(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<sled::Error> for StoreError {
    fn from(error: sled::Error) -> Self {
        match error {
            sled::Error::Io(error) => error.into(),
            // A page that does not read back; the others may.
            error @ (sled::Error::Corruption { .. } | sled::Error::ReportableBug(_)) => Self::Damaged(of_sled(&error)),
            other => Self::Io(other.to_string()),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Io(plain(&error)),
        }
    }
}

/// What sled calls `Corruption`.
const OTHERWISE: &str = "sled reads something else than it wrote";

/// What is wrong with sled's files, without the words of its own (`at file offset None backtrace ()`).
pub(super) fn of_sled(error: &sled::Error) -> String {
    match error {
        sled::Error::Corruption { at: Some(at), .. } => format!("{OTHERWISE}, at {at:?}"),
        sled::Error::Corruption { at: None, .. } => OTHERWISE.to_owned(),
        sled::Error::ReportableBug(why) => why.clone(),
        other => other.to_string(),
    }
}

/// The same of what sled says when it panics over such a page, or hands it on as an error of the system.
pub(super) fn of_sleds_words(why: String) -> String {
    if ["Corruption {", "corrupted data"].iter().any(|words| why.contains(words)) { OTHERWISE.to_owned() } else { why }
}

/// What the system says of an error. sled hands a failure of its flusher on as the `Debug` text of the first one,
/// `Os { code: 5, kind: …, message: "Input/output error" }`: the system's own words are made of its number again.
pub(super) fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    let number = text.strip_prefix("Os { code: ").and_then(|rest| rest.split_once(',')).and_then(|(number, _)| number.parse().ok());
    number.map_or(text, |number| std::io::Error::from_raw_os_error(number).to_string())
}

/// Why the store could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// Another process has it.
    Locked {
        /// The store.
        dir: PathBuf,
        /// Its number and command line, where the system tells.
        by: Option<String>,
    },
    /// It was written by another version of veedor.
    Format(String),
    /// This process or file system cannot keep it safely.
    Unsafe(String),
    /// It does not open and was moved aside.
    Damaged {
        /// What was found.
        why: String,
        /// Where it is now.
        moved_to: PathBuf,
        /// The newest backup beside it, if there is one.
        backup: Option<PathBuf>,
        /// The folder that a restored store goes to.
        dir: PathBuf,
    },
    /// The folder cannot be used.
    Io {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The store opened and then failed.
    Store(StoreError),
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Locked { dir, by } => {
                let by = by.as_deref().map(|by| format!(", {by}")).unwrap_or_default();
                write!(f, "the store in {} is in use by another process{by}; wait until it has ended, or stop it", dir.display())
            }
            Self::Format(why) | Self::Unsafe(why) => f.write_str(why),
            Self::Damaged { why, moved_to, backup, dir } => {
                let moved_to = moved_to.display();
                write!(f, "the store did not open ({why}) and is now in {moved_to}; ")?;
                match backup {
                    Some(backup) => write!(f, "bring the newest backup back with `veedor restore {}`", backup.display())?,
                    None => f.write_str("bring a backup back with `veedor restore FILE`")?,
                }
                write!(
                    f,
                    ", go on with what can be read of it with `veedor restore {moved_to}`, or make the empty folder {} to begin anew",
                    dir.display()
                )
            }
            Self::Io { path, why } => write!(f, "{}: {why}", path.display()),
            Self::Store(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_does_not_read_back_is_told_in_plain_words() {
        let error = sled::Error::Corruption { at: None, bt: () };
        assert!(error.to_string().contains("backtrace"), "sled has other words now: {error}");
        assert_eq!(of_sled(&error), OTHERWISE);
        let panics = format!("sled: called `Result::unwrap()` on an `Err` value: {error:?}");
        for said in [panics, error.to_string(), std::io::Error::from(error.clone()).to_string()] {
            assert_eq!(of_sleds_words(said), OTHERWISE);
        }
        assert_eq!(of_sleds_words("sled: another".to_owned()), "sled: another");
        assert_eq!(StoreError::from(error), StoreError::Damaged(OTHERWISE.to_owned()));
    }

    #[test]
    fn what_the_disk_said_is_told_in_the_systems_words_also_when_sled_repeats_it() {
        for (number, words) in [(5, "Input/output error"), (30, "Read-only file system")] {
            let first = sled::Error::Io(std::io::Error::from_raw_os_error(number));
            for error in [first.clone(), first] {
                let said = StoreError::from(error).to_string();
                assert!(said.contains(words) && !said.contains("Os {"), "{said}");
            }
        }
        let own = std::io::Error::other("Os { of another kind }");
        assert_eq!(plain(&own), "Os { of another kind }");
    }
}
