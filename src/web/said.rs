//! How pages say what answers hold: the words of courts, kinds, differences, the pages of a long list.
//!
//! Used by the pages. What a court wrote goes through [`text`], which shows what cannot be seen; `maud` escapes the rest.

use std::borrow::Cow;

use jiff::tz::TimeZone;
use maud::{Markup, html};
use unicode_normalization::char::is_combining_mark;

use super::moment::when;
use super::visitor::Visitor;
use super::words::health;
use crate::domain::about::Language;
use crate::domain::event::EventKind;
use crate::domain::reasons;
use crate::domain::redact::is_invisible;
use crate::message;
use crate::wire::api::silences::SilenceLine;

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

/// A whole page: what it says of others passes [`text`] where it is said; what stands in fields and addresses is what was typed, but for what
/// ends a text or turns the direction of writing.
pub(super) fn whole(page: &str) -> Cow<'_, str> {
    let is_odd = |c: char| {
        let turns = matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        turns || (c.is_control() && !matches!(c, '\n' | '\t'))
    };
    if page.contains(is_odd) { Cow::Owned(page.replace('\r', "").replace(is_odd, "\u{fffd}")) } else { Cow::Borrowed(page) }
}

/// Why something goes wrong: in Spanish where veedor has said it, else in its English, or in a server's own words.
pub(super) fn reason(visitor: &Visitor, why: &str) -> Markup {
    let own = if visitor.language == Language::Es { reasons::in_spanish(why) } else { None };
    html! { @match own { Some(own) => (text(&own)), None => span lang="en" { (text(why)) } } }
}

/// The mark of a health by its stable name.
pub(super) fn health_mark(name: &str, visitor: &Visitor) -> Markup {
    let (words, class) = health(visitor, name);
    html! { span class={ "state " (class) } { (text(words)) } }
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

/// What a recipe says of its court, in the language of whoever looks where it says it in that.
pub(super) fn own(visitor: &Visitor, en: &str, es: Option<&str>) -> Markup {
    match es.filter(|_| visitor.language == Language::Es) {
        Some(es) => html! { (text(es)) },
        None => html! { span lang="en" { (text(en)) } },
    }
}

/// That a word of a filter is none that there is.
pub(super) fn no_such_choice(visitor: &Visitor, word: &str) -> Markup {
    html! {
        p.notice.warn role="alert" {
            (text(word)) ": " (visitor.say("no es una de las opciones de este filtro; se muestran todas.", "this filter has no such choice; all are shown."))
        }
    }
}

/// That news of a case is muted, until when, and whether all of it for everybody; nothing where nothing is.
pub(super) fn muted<'s>(visitor: &Visitor, zone: &TimeZone, silences: impl Iterator<Item = &'s SilenceLine>) -> Markup {
    let is_whole =
        |silence: &SilenceLine| silence.kinds.is_empty() && silence.channel.is_none() && silence.to.is_none() && !silence.by_recipient;
    html! {
        @for silence in silences {
            div.small {
                a href={ "/silences#" (silence.id) } {
                    span.state.warn {
                        @if is_whole(silence) { (visitor.say("silenciado", "muted")) } @else { (visitor.say("silenciado en parte", "muted in part")) }
                        @if let Some(until) = &silence.until { (visitor.say(" hasta ", " until ")) (when(visitor, zone, until)) }
                    }
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
        let typed = "<option value=\"\u{645}\u{6cc}\u{200c}\u{62e}\">";
        assert_eq!(whole(typed), typed, "a tag comes back as it was sent");
        assert_eq!(whole("a\u{202e}b\r\n\u{0}c\u{feff}"), "a\u{fffd}b\n\u{fffd}c\u{fffd}");
        assert_eq!(text("Año ñandú"), "Año ñandú");
    }
}
