//! What is said of a case in which nothing was entered for long.
//!
//! Asked by [`summary`](super::summary()). It says what the record shows, and not that nothing was done.

use jiff::civil::Date;

use super::dates::day;
use super::words::{self, pick};
use crate::domain::about::Language;
use crate::domain::event::{EventKind, SILENT_SINCE};
use crate::domain::shown::Shown;

/// The one line; the bare words where the event does not say since when.
pub(super) fn line(event: &Shown, language: Language) -> String {
    let field = event.field.as_ref().filter(|field| field.field == SILENT_SINCE);
    let last = field.and_then(|field| field.before.as_deref()?.parse::<Date>().ok()).map(|last| day(last, language));
    let days = field.and_then(|field| field.after.as_deref()?.parse::<u32>().ok());
    match (last, days) {
        (Some(last), Some(days)) if language == Language::Es => {
            format!("No se observan actuaciones con fecha posterior al {last}: van {days} días")
        }
        (Some(last), Some(days)) => format!("No entry is seen with a date after {last}: {days} days so far"),
        _ => pick(language, words::kind(EventKind::CaseSilent, Language::Es), words::kind(EventKind::CaseSilent, Language::En)).to_owned(),
    }
}
