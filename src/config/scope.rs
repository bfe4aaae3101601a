//! Where a part of the configuration is read: its file's sinks, its folder, the environment.
//!
//! Every reader of this module gets one. It also holds the limits that several parts share. It opens no file.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::diag::{At, Reader, Sink};

/// What surrounds the files; an argument, so that tests need not change the process.
#[derive(Clone, Copy)]
pub(super) struct Env<'e> {
    /// Reads an environment variable.
    pub get: &'e dyn Fn(&str) -> Option<String>,
    /// Whether the secrets are needed.
    pub secrets: Secrets,
}

/// Whether this process needs the secrets. Only the one that sends does; a person who asks or edits need not see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secrets {
    /// One that cannot be read is a mistake.
    Needed,
    /// One that only the service can read is worth a note.
    Elsewhere,
}

/// The longest time that a setting may name. Times far beyond it would overflow a calendar.
pub(super) const YEAR: Duration = Duration::from_secs(366 * 86_400);

/// The most problems of one file that are gathered: a generated list of 100,000 wrong cases is one mistake, not many.
pub(super) const MOST_PROBLEMS: usize = 200;

/// One file of the configuration while it is read.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s> {
    /// Mistakes.
    pub errors: &'s Sink<'s>,
    /// What an operator should know although it is no mistake.
    pub warnings: &'s Sink<'s>,
    /// The folder of the file, which relative paths start from.
    pub folder: &'s Path,
    /// The environment.
    pub env: Env<'s>,
}

impl Scope<'_> {
    /// Notes a mistake.
    pub fn error(&self, span: Option<Range<usize>>, message: impl Into<String>, help: impl Into<String>) {
        self.errors.report(span, message, Some(help.into()));
    }

    /// Notes a warning.
    pub fn warn(&self, span: Option<Range<usize>>, message: impl Into<String>, help: impl Into<String>) {
        self.warnings.report(span, message, Some(help.into()));
    }

    /// A path as written in the file; `None` when it cannot be meant, which has been reported.
    pub fn path(&self, written: &At<String>) -> Option<PathBuf> {
        if written.value.is_empty() {
            self.error(written.span.clone(), "the path is empty", "write the path of a file");
            return None;
        }
        if written.value.starts_with('~') {
            self.error(written.span.clone(), "a path cannot start with ~ here", "write the whole path, such as /home/veedor/…");
            return None;
        }
        Some(self.folder.join(&written.value))
    }

    /// A duration between two limits.
    pub fn duration(&self, reader: &mut Reader<'_>, key: &str, least: Duration, most: Duration) -> Option<At<Duration>> {
        let at = reader.duration(key)?;
        if (least..=most).contains(&at.value) {
            return Some(at);
        }
        self.error(at.span, format!("{key} must be from {} to {}", spell(least), spell(most)), "write \"30s\", \"15m\", \"2h\" or \"1d\"");
        None
    }

    /// A text of one line, trimmed; `None` when it is empty.
    pub fn line(&self, reader: &mut Reader<'_>, key: &str) -> Option<At<String>> {
        let At { value, span } = reader.text(key)?;
        if value.chars().any(char::is_control) {
            self.error(span, format!("{key} must be one line without control characters"), "write it on one line");
            return None;
        }
        let value = value.trim().to_owned();
        if value.is_empty() {
            self.error(span, format!("{key} is empty"), "write it, or leave the key out");
            return None;
        }
        Some(At { value, span })
    }
}

/// A duration as the configuration writes it: `5s`, `1h30m`.
pub fn spell(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let parts = [
        (seconds / 86_400, "d"),
        (seconds / 3600 % 24, "h"),
        (seconds / 60 % 60, "m"),
        (seconds % 60, "s"),
        (u64::from(duration.subsec_millis()), "ms"),
    ];
    let text: String = parts.iter().filter(|(number, _)| *number > 0).map(|(number, unit)| format!("{number}{unit}")).collect();
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::reader::parse_duration;

    #[test]
    fn a_spelt_duration_reads_back() {
        for (milliseconds, text) in
            [(0, "0s"), (5_000, "5s"), (5_400_000, "1h30m"), (90_061_007, "1d1h1m1s7ms"), (366 * 86_400_000, "366d")]
        {
            let duration = Duration::from_millis(milliseconds);
            assert_eq!(spell(duration), text);
            assert_eq!(parse_duration(text), Some(duration));
        }
    }
}
