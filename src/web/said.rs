//! How pages say what answers hold: instants, states, and the words of courts.
//!
//! Used by the pages. What a court wrote goes through [`text`], which shows what cannot be seen; `maud` escapes the rest.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use unicode_normalization::char::is_combining_mark;

use super::visitor::Visitor;
use crate::domain::about::Language;
use crate::domain::event::EventKind;
use crate::domain::redact::is_invisible;
use crate::message;

/// Marks on one letter that are shown.
const MOST_MARKS: usize = 4;

/// Text of others, fit to be shown: lines stay, what cannot be seen or turns the direction of writing stands there as a sign of its own.
pub(super) fn text(raw: &str) -> Cow<'_, str> {
    let is_odd = |c: char| !matches!(c, '\n' | '\t') && (c.is_control() || is_invisible(c));
    if raw.is_ascii() && !raw.contains(is_odd) {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut marks = 0;
    for c in raw.chars() {
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        match c {
            '\r' => {}
            c if is_odd(c) => out.push('\u{fffd}'),
            c if marks <= MOST_MARKS => out.push(c),
            _ => {}
        }
    }
    Cow::Owned(out)
}

/// An instant in this zone, to the minute; what is no instant, as it stands.
pub(super) fn instant(at: &str, zone: &TimeZone) -> Markup {
    match at.parse::<Timestamp>() {
        Ok(instant) => {
            let words = instant.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
            html! { time.num datetime=(instant.to_string()) { (words) } }
        }
        Err(_) => html! { (text(at)) },
    }
}

/// The same, or a word where there is none.
pub(super) fn instant_or(at: Option<&str>, zone: &TimeZone, none: &str) -> Markup {
    match at {
        Some(at) => instant(at, zone),
        None => html! { span.soft { (none) } },
    }
}

/// The health of a case by its stable name: the class of its mark, and its words.
pub(super) fn health(name: &str, visitor: &Visitor) -> (&'static str, &'static str) {
    let (class, es, en) = match name {
        "ok" => ("good", "se lee bien", "read well"),
        "unvisited" => ("", "sin leer aún", "not read yet"),
        "not_found" => ("warn", "la fuente no lo encuentra", "not found at the source"),
        "reserved" => ("warn", "reservado según la fuente", "confidential, says the source"),
        "blocked" => ("bad", "la fuente rechaza las consultas", "the source refuses the visits"),
        "unavailable" => ("bad", "fuente no disponible", "source not available"),
        "unreadable" => ("bad", "respuesta que no se entiende", "answer not understood"),
        "implausible" => ("bad", "respuesta que no puede ser", "answer that cannot be"),
        _ => ("", "otro estado", "another state"),
    };
    (class, visitor.say(es, en))
}

/// The mark of a health.
pub(super) fn health_mark(name: &str, visitor: &Visitor) -> Markup {
    let (class, words) = health(name, visitor);
    html! { span class={ "state " (class) } { (words) } }
}

/// The name of a kind of event by its stable name.
pub(super) fn kind(name: &str, language: Language) -> Cow<'_, str> {
    EventKind::parse(name).map_or_else(|| text(name), |kind| Cow::Borrowed(message::kind_name(kind, language)))
}

/// How loud an event is: the class of its mark, and its words; nothing for what is usual.
pub(super) fn severity(name: &str, visitor: &Visitor) -> Option<(&'static str, &'static str)> {
    match name {
        "critical" => Some(("bad", visitor.say("crítico", "critical"))),
        "warn" => Some(("warn", visitor.say("atención", "attention"))),
        _ => None,
    }
}

/// Runs of words, each behind its sign: what is new and what is gone is marked, for eyes and for ears.
pub(super) fn words(runs: &[[String; 2]], side: Side, visitor: &Visitor) -> Markup {
    html! {
        @for [sign, run] in runs {
            @match (sign.as_str(), side) {
                ("-", Side::Older) => del {
                    span.visually-hidden { (visitor.say("[antes: ", "[before: ")) } (text(run)) span.visually-hidden { "]" }
                },
                ("+", Side::Newer) => ins {
                    span.visually-hidden { (visitor.say("[ahora: ", "[now: ")) } (text(run)) span.visually-hidden { "]" }
                },
                ("=", _) => (text(run)),
                _ => "",
            }
        }
    }
}

/// Of which text the words are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The older.
    Older,
    /// The newer.
    Newer,
}

/// Links to the pages of a long list; nothing where there is one page. `address` ends where the number of the page goes.
pub(super) fn pager(page: u32, pages: u32, address: &str, visitor: &Visitor) -> Markup {
    html! {
        @if pages > 1 {
            nav.pager aria-label=(visitor.say("Páginas", "Pages")) {
                @if page > 1 {
                    a rel="prev" href={ (address) (page - 1) } { "← " (visitor.say("Anterior", "Previous")) }
                }
                span { (visitor.say("Página", "Page")) " " (page) " " (visitor.say("de", "of")) " " (pages) }
                @if page < pages {
                    a rel="next" href={ (address) (page + 1) } { (visitor.say("Siguiente", "Next")) " →" }
                    a href={ (address) (pages) } { (visitor.say("Última", "Last")) }
                }
            }
        }
    }
}

/// Bytes in words.
pub(super) fn bytes(count: u64) -> String {
    match count {
        0..10_240 => format!("{count} B"),
        10_240..10_485_760 => format!("{} KiB", count / 1_024),
        _ => format!("{} MiB", count / 1_048_576),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_shown_and_lines_stay() {
        assert_eq!(text("uno\ndos\ttres"), "uno\ndos\ttres");
        assert_eq!(text("a\u{202e}b\0c\u{7}d\r\n"), "a\u{fffd}b\u{fffd}c\u{fffd}d\n");
        assert_eq!(text(&format!("e{}", "\u{301}".repeat(900))).chars().count(), 1 + MOST_MARKS);
        assert_eq!(text("Año ñandú"), "Año ñandú");
    }
}
