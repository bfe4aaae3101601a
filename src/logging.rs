//! Sets up what the process says about itself: events to standard error.
//!
//! Called once by `cli` before anything else. On a terminal people read coloured lines with times; elsewhere the lines are
//! plain, and without times where journald adds its own. `VEEDOR_LOG` filters, as `debug` or `veedor::fetch=trace`. It
//! only formats: what may be said is the callers' duty, and no event carries a name, an address, a secret or a page.

use std::any::Any;
use std::fmt;
use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

/// The variable that filters.
const FILTER: &str = "VEEDOR_LOG";

/// How the lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people: colours and times on a terminal, plain elsewhere, no times under journald.
    Text,
    /// One JSON object a line.
    Json,
}

/// How much is said when `VEEDOR_LOG` says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Warnings and errors (`-q`).
    Quiet,
    /// And what an operator wants to know.
    Usual,
    /// And each visit and attempt (`-v`).
    Verbose,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Quiet => "warn",
            Self::Usual => "info",
            Self::Verbose => "debug",
        }
    }
}

/// Why the log could not be set up.
#[derive(Debug)]
pub enum LoggingError {
    /// The filter does not parse.
    Filter(String),
    /// Another subscriber is installed already.
    Installed,
}

impl fmt::Display for LoggingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Filter(why) => write!(f, "understand {FILTER}: {why}; write a level such as debug, or veedor::fetch=debug"),
            Self::Installed => f.write_str("install the log: another one is installed already"),
        }
    }
}

impl std::error::Error for LoggingError {}

/// Installs the log for the whole process; a second call fails.
pub fn init(format: Format, level: Level) -> Result<(), LoggingError> {
    let filter = filter(&std::env::var(FILTER).unwrap_or_default(), level)?;
    let terminal = io::stderr().is_terminal();
    // A log that cannot be written is no reason to end; the subscriber would complain on the same stream, and panic.
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).log_internal_errors(false);
    let builder = builder.with_ansi(terminal && format == Format::Text);
    let installed = match format {
        Format::Json => builder.json().flatten_event(true).try_init(),
        Format::Text if !terminal && std::env::var_os("JOURNAL_STREAM").is_some() => builder.with_target(false).without_time().try_init(),
        Format::Text => builder.with_target(false).try_init(),
    };
    installed.map_err(|_| LoggingError::Installed)?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|at| format!("{}:{}:{}", at.file(), at.line(), at.column())).unwrap_or_default();
        tracing::error!(place, why = fixed_words(panic.payload()), "something panicked; this is a bug, please report it");
    }));
    Ok(())
}

/// The words of a panic as far as they stand in our source. What is put together at that moment may quote the text that was being
/// read: "byte index 5 is not a char boundary; it is inside …" does.
fn fixed_words(payload: &(dyn Any + Send)) -> &'static str {
    payload.downcast_ref::<&'static str>().copied().unwrap_or("(its words may quote a record and are left out)")
}

/// A bare level means our own events; those of libraries then stay at warnings, because at finer levels the HTTP and HTML
/// libraries print addresses and pieces of pages.
fn filter(text: &str, level: Level) -> Result<EnvFilter, LoggingError> {
    let text = text.trim();
    let text = if text.is_empty() { level.name() } else { text };
    let directives = match text {
        level if !level.contains(['=', ',']) => format!("warn,veedor={level}"),
        directives => directives.to_owned(),
    };
    EnvFilter::builder().parse(directives).map_err(|error| LoggingError::Filter(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_does_not_quote_what_was_being_read() {
        let name = "Quispilema ñ".to_owned();
        let caught = std::panic::catch_unwind(|| name[..12].len()).expect_err("inside a letter");
        assert!(caught.downcast_ref::<String>().is_some_and(|words| words.contains("Quispilema")), "or there is nothing to hide");
        assert!(!fixed_words(caught.as_ref()).contains("Quispilema"));
        assert_eq!(fixed_words(&"the writer is gone"), "the writer is gone");
    }

    #[test]
    fn a_bare_level_is_for_our_own_events_only() {
        for (text, expected) in [
            ("", "veedor=info,warn"),
            (" ", "veedor=info,warn"),
            (" debug ", "veedor=debug,warn"),
            ("veedor::fetch=trace", "veedor::fetch=trace"),
            ("info,hyper=debug", "hyper=debug,info"),
        ] {
            assert_eq!(filter(text, Level::Usual).expect(text).to_string(), expected);
        }
    }

    #[test]
    fn the_variable_stands_above_what_was_typed() {
        for (level, text, expected) in [
            (Level::Quiet, "", "veedor=warn,warn"),
            (Level::Verbose, "", "veedor=debug,warn"),
            (Level::Quiet, "trace", "veedor=trace,warn"),
        ] {
            assert_eq!(filter(text, level).expect(text).to_string(), expected);
        }
    }

    #[test]
    fn a_filter_that_does_not_parse_says_what_to_write() {
        let error = filter("veedor=loudly", Level::Usual).expect_err("no such level").to_string();
        assert!(error.starts_with("understand VEEDOR_LOG: ") && error.contains("such as debug"), "{error}");
    }
}
