//! The subject of a mail: a stem that stays the same for a case, its name, and the most important news.
//!
//! The stem keeps the mails of a case in one thread where a reader's program goes by subjects (`alerting.md` B3.4).

use super::meanwhile;
use super::operator;
use super::sheet::once;
use super::summary::within;
use super::words::pick;
use crate::domain::about::{About, Language};
use crate::domain::event::EventKind;
use crate::domain::redact::{cut, plain};
use crate::domain::shown::Shown;

/// The longest subject in characters (`alerting.md` B2.6).
const LONGEST: usize = 150;

/// The longest name of a case within it.
const NAME: usize = 50;

/// How subjects to whoever runs veedor begin.
const OURS: &str = "[veedor] ";

/// The subject for these events.
pub(super) fn subject(events: &[Shown], about: &About<'_>) -> String {
    if operator::is_told(events) {
        let first = most_important(events).map(|event| within(event, about, LONGEST.saturating_sub(OURS.len())));
        return format!("{OURS}{}", first.unwrap_or_default());
    }
    let stem = format!("[{}]", cut(&plain(&about.watch.number.canonical), NAME));
    let lead = match about.watch.name.as_deref().map(plain).filter(|name| !name.is_empty()) {
        Some(name) => format!("{stem} {}: ", cut(&name, NAME)),
        None => format!("{stem} "),
    };
    // A summary of several cases is none of the case that it stands with.
    let lead = if meanwhile::heading(events, about.language).is_some() { "[veedor] ".to_owned() } else { lead };
    let Some(first) = most_important(events) else { return lead.trim_end_matches([' ', ':']).to_owned() };
    let more = more(once(events).len().saturating_sub(1), about.language);
    let room = LONGEST.saturating_sub(lead.chars().count() + more.chars().count());
    format!("{lead}{}{more}", within(first, about, room))
}

/// The loudest event; among equals a hearing, then a decision, then the earlier one.
pub(super) fn most_important(events: &[Shown]) -> Option<&Shown> {
    events.iter().min_by_key(|event| (std::cmp::Reverse(event.severity), rank(event.kind)))
}

fn rank(kind: EventKind) -> u8 {
    match kind.name().split('.').next().unwrap_or_default() {
        "hearing" => 0,
        "ruling" => 1,
        "measure" => 2,
        "record" | "case" | "document" => 3,
        "judge" | "party" => 4,
        _ => 5,
    }
}

fn more(count: usize, language: Language) -> String {
    match count {
        0 => String::new(),
        1 => pick(language, " y 1 novedad más", " and 1 more").to_owned(),
        _ if language == Language::Es => format!(" y {count} novedades más"),
        _ => format!(" and {count} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample;

    #[test]
    fn the_most_important_event_leads_and_the_rest_are_counted() {
        let watch = sample::watch();
        let about = sample::about(&watch, Language::Es);
        let events = [sample::filing(), sample::ruling(), sample::rescheduled(), sample::party()];
        let want = "[17721-2019-00029G] Sobornos 2012-2016: Audiencia de juicio: reprogramada del 20-feb-2024 09:00 al 12-mar-2024 09:00 y 3 novedades más";
        assert_eq!(subject(&about.show(&events), &about), want);
        assert!(subject(&about.show(&[sample::ruling(), sample::removed()]), &about).contains("no se observa"));
    }

    #[test]
    fn nothing_makes_a_subject_long_or_two_lines() {
        let mut watch = sample::watch();
        watch.name = Some(format!("A\r\nBcc: x@example.org\u{202e}{}", "ñ".repeat(500)));
        watch.number.canonical = "9\n".repeat(300);
        let about = sample::about(&watch, Language::Es);
        let subject = subject(&about.show(&[sample::hostile(), sample::hostile()]), &about);
        assert!(subject.chars().count() <= LONGEST, "{}", subject.chars().count());
        assert!(!subject.contains(|c: char| c.is_control() || c == '\u{202e}'));
        assert!(subject.ends_with("y 1 novedad más"));
    }
}
