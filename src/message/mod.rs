//! Every word that a person reads, in Spanish and in English.
//!
//! `notify`, the dashboard and the commands ask for a [`summary()`], a [`mail()`], a [`chat`] or the [`terminal()`] form. One file a
//! concern: fixed words, dates, the one line, what is told of an event, the subject, the text, the HTML, the calendar. It sends nothing,
//! and words nothing but what [`About::show`] has made fit to show.

mod advice;
mod atom;
mod block;
mod calendar;
mod change;
pub mod chat;
mod clock_news;
pub mod clocks;
mod dates;
mod delay_summary;
pub mod delays;
mod digest;
mod disagreement;
mod evidence;
mod hearings;
mod html;
mod linked;
mod meanwhile;
mod operator;
mod sheet;
mod silent;
mod subject;
mod summary;
mod text;
pub mod way_out;
mod words;

pub use atom::{AtomFeed, atom, entry as atom_entry};
pub use block::Block;
pub use calendar::{CalendarFeed, METHOD, Publisher, calendar, calendar_feed, calendar_of, file_name};
pub use change::Piece;
pub use dates::{day, long_day, long_month, moment as day_in, short_instant, short_month, weekday as weekday_name};
pub use digest::digest;
pub use hearings::hearing_name;
pub use summary::summary;
pub use words::{kind as kind_name, outcome as outcome_name, warning as warning_name};

use crate::domain::about::{About, Language};
use crate::domain::shown::Shown;

/// A mail's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// One line of at most 150 characters.
    pub subject: String,
    /// The plain text, complete in itself.
    pub text: String,
    /// The HTML, complete in itself.
    pub html: String,
}

/// The mail that tells these events of one case.
pub fn mail(events: &[Shown], about: &About<'_>) -> Letter {
    let subject = subject::subject(events, about);
    // On a telephone the first lines are what is read: the loud news leads, and else it stands as the record has it.
    let mut told = events.to_vec();
    told.sort_by_key(|event| std::cmp::Reverse(event.severity));
    let sheet = sheet::sheet(&told, about);
    Letter { text: text::text(&sheet), html: html::html(&sheet, &subject), subject }
}

/// What is told of one event, in parts.
pub fn told(event: &Shown, about: &About<'_>) -> Block {
    block::block(event, about)
}

/// The name of a field of the heading; one that is not known keeps the source's words.
pub fn field_name(field: &str, language: Language) -> String {
    words::field(field, language)
}

/// These events for a terminal or the journal: a few lines each.
pub fn terminal(events: &[Shown], about: &About<'_>) -> String {
    text::terminal(&sheet::sheet(events, about))
}

#[cfg(test)]
mod tests;
