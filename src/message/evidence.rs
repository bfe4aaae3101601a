//! What an event about the integrity of the record rests on, in words: the end of its line, and labelled facts.
//!
//! Neutral like everything here (`domain.md` F4): it says what numbers and dates stand in the record, never what anyone did.

use jiff::civil::{Date, Time};

use super::dates::{day, moment};
use crate::domain::about::Language;
use crate::domain::evidence as e;
use crate::domain::shown::Shown;

/// The end of a line about an event; empty when it carries no evidence.
pub(super) fn tail(event: &Shown, language: Language) -> String {
    let Some(field) = &event.field else { return String::new() };
    let text = |side: &Option<String>| side.as_deref().map(|text| value(text, language)).unwrap_or_default();
    let (before, after) = (text(&field.before), text(&field.after));
    let witness = field.before.as_deref().map(|text| first_day(text, language)).unwrap_or_default();
    let es = language == Language::Es;
    match field.field.as_str() {
        e::CREATED_LATE if es => format!("; su número interno es posterior al de otra con fecha del {witness}"),
        e::CREATED_LATE => format!("; its internal number comes after that of another one dated {witness}"),
        e::NOT_SHOWN if es => format!("; su número interno es anterior al de otra, con fecha del {witness}, que ya se había observado"),
        e::NOT_SHOWN => format!("; its internal number comes before that of another one, dated {witness}, that had been seen already"),
        e::DATED_BEFORE if es => format!("; su fecha es anterior a la de otra del {witness} que ya se había observado"),
        e::DATED_BEFORE => format!("; dated before another one of {witness} that had been seen already"),
        e::FILE_TIME if es => format!("; la actuación dice {before}, el nombre de su archivo {after}"),
        e::FILE_TIME => format!("; the entry says {before}, the name of its file {after}"),
        e::ACT_DATE if es => format!("; la actuación dice {before}, el encabezado de su texto {after}"),
        e::ACT_DATE => format!("; the entry says {before}, the head of its text {after}"),
        e::EARLIER_RAFFLE if es => {
            format!("; el registro muestra otro sorteo, del {witness}; entre los dos no se observa una actuación que diga el motivo")
        }
        e::EARLIER_RAFFLE => {
            format!("; the record shows another assignment by lot, of {witness}; no entry that states the reason was seen between the two")
        }
        e::OFF_HOURS if after.is_empty() && es => format!("; su fecha y hora: {before}"),
        e::OFF_HOURS if after.is_empty() => format!("; its day and hour: {before}"),
        e::OFF_HOURS if es => format!("; actos así en treinta días: {after}"),
        e::OFF_HOURS => format!("; such acts in thirty days: {after}"),
        e::SERIAL_ORDER if es => format!("; su número interno y su fecha no siguen el orden de otra del {witness}"),
        e::SERIAL_ORDER => format!("; its internal number and its date do not follow the order of another one of {witness}"),
        e::ENTRIES_AT_ONCE if es => format!(": {after} actuaciones nuevas; lo habitual en un día es {before}"),
        e::ENTRIES_AT_ONCE => format!(": {after} new entries; usual in a day: {before}"),
        e::EDITS_AT_ONCE if es => format!(": {after} actuaciones publicadas muestran cambios en una misma consulta"),
        e::EDITS_AT_ONCE => format!(": {after} published entries show changes in one visit"),
        e::MARK => format!(": «{before}» → «{after}»"),
        e::TWIN if es => format!("; coincide en {after} con la del {before}"),
        e::TWIN => format!("; {after} the same as the one of {before}"),
        _ => String::new(),
    }
}

/// The labels of what a field has before and now; `None` for a field that is no evidence.
pub(super) fn labels(field: &str, language: Language) -> Option<[&'static str; 2]> {
    let (es, en) = match field {
        e::CREATED_LATE => (
            ["La de número anterior (fecha y número interno)", "Número interno de esta actuación"],
            ["The one numbered before it (date and internal number)", "Internal number of this entry"],
        ),
        e::NOT_SHOWN => (
            ["Ya observada, de número posterior (fecha y número interno)", "Número interno de esta actuación"],
            ["Seen already, numbered after it (date and internal number)", "Internal number of this entry"],
        ),
        e::DATED_BEFORE => (["Ya observada", "Fecha de esta actuación"], ["Seen already", "Date of this entry"]),
        e::FILE_TIME => (["Según la actuación", "Según el nombre del archivo"], ["By the entry", "By the name of its file"]),
        e::ACT_DATE => (["Según la actuación", "Según el encabezado del texto"], ["By the entry", "By the head of its text"]),
        e::EARLIER_RAFFLE => (["Sorteo anterior", "Este sorteo"], ["Earlier assignment by lot", "This assignment"]),
        e::OFF_HOURS => (["Hora", "Actos así en treinta días"], ["Time", "Such acts in thirty days"]),
        e::SERIAL_ORDER => (
            ["La otra (fecha y número interno)", "Esta (fecha y número interno)"],
            ["The other (date and internal number)", "This one (date and internal number)"],
        ),
        e::ENTRIES_AT_ONCE => (["Habitual en un día (mediana)", "Actuaciones nuevas"], ["Usual in a day (median)", "New entries"]),
        e::EDITS_AT_ONCE => (["Antes", "Actuaciones con cambios"], ["Before", "Entries with changes"]),
        e::MARK => (["Marca anterior", "Marca actual"], ["Mark before", "Mark now"]),
        e::TWIN => (["La otra", "Palabras que coinciden"], ["The other", "Words that are the same"]),
        _ => return None,
    };
    Some(if language == Language::Es { es } else { en })
}

/// A value with its day and hour as people write them: `2026-11-12 203900573` is `12-nov-2026 · 203900573`.
pub(super) fn value(text: &str, language: Language) -> String {
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    match (first.parse::<Date>(), rest.parse::<Time>()) {
        (Ok(date), Ok(time)) => moment(date, Some(time), language),
        (Ok(date), Err(_)) if rest.is_empty() => day(date, language),
        (Ok(date), Err(_)) => format!("{} · {rest}", day(date, language)),
        _ => text.to_owned(),
    }
}

/// The day that a value begins with, or all of it.
fn first_day(text: &str, language: Language) -> String {
    let first = text.split_once(' ').map_or(text, |(first, _)| first);
    first.parse::<Date>().map_or_else(|_| text.to_owned(), |date| day(date, language))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Event, EventKind, FieldChange};
    use crate::domain::sample;

    #[test]
    fn all_evidence_has_words_in_both_languages_that_accuse_nobody() {
        for name in e::ALL {
            for language in [Language::Es, Language::En] {
                let field =
                    FieldChange { field: name.to_owned(), before: Some("2026-11-12 203900573".into()), after: Some("203900001".into()) };
                let event = Event { field: Some(field), ..sample::bare(EventKind::RecordBackdated) };
                let watch = sample::watch();
                let said = tail(&sample::about(&watch, language).show_one(&event), language);
                assert!(said.len() > 10 && labels(name, language).is_some(), "{name}");
                for banned in ["ocult", "alter", "manipul", "antedat", "hidden", "tamper", "forg", "fals"] {
                    assert!(!said.contains(banned), "{said}");
                }
            }
        }
        assert_eq!(labels("status", Language::Es), None);
    }

    #[test]
    fn values_are_shown_as_people_write_them() {
        for (text, shown) in [
            ("2026-11-12 203900573", "12-nov-2026 · 203900573"),
            ("2026-11-12 09:05", "12-nov-2026 09:05"),
            ("2026-11-12", "12-nov-2026"),
            ("97 %", "97 %"),
            ("", ""),
        ] {
            assert_eq!(value(text, Language::Es), shown);
        }
    }
}
