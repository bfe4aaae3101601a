//! Procedural clocks in words: what a state is called, and what a clock says, in Spanish and in English.
//!
//! Asked by `daemon::answers`. Neutral on purpose: what no entry shows is "not observed", never "not done"; what was not read is said to be
//! not read; and every clock asks for a lawyer.

use jiff::tz::TimeZone;

use crate::domain::about::Language;
use crate::domain::clocks::{Claim, Clock, State};
use crate::domain::redact::Words;

use super::dates::{day, short_instant};
use super::words::pick;

/// The name of a state.
pub fn state(state: State, language: Language) -> &'static str {
    let (es, en) = match state {
        State::NotApplicable => ("no aplica", "not applicable"),
        State::NotStarted => ("no empezado", "not started"),
        State::UnknownStart => ("inicio desconocido", "unknown start"),
        State::Running => ("corre", "running"),
        State::Warning => ("por vencer", "nearly over"),
        State::Suspended => ("suspendido", "suspended"),
        State::PossibleBreach => ("posible vencimiento", "possibly over"),
        State::Breach => ("vencido", "over"),
        State::Met => ("cumplido", "met"),
        State::MetLate => ("cumplido tarde", "met late"),
    };
    pick(language, es, en)
}

/// What a clock says, in both languages.
pub fn text(clock: &Clock, zone: &TimeZone) -> Words {
    Words { es: sentences(clock, zone, Language::Es), en: sentences(clock, zone, Language::En) }
}

fn sentences(clock: &Clock, zone: &TimeZone, language: Language) -> String {
    let mut said = vec![first(clock, language)];
    if let Claim::Blind { since } = clock.claim {
        said.push(match (since, language) {
            (Some(at), Language::Es) => {
                format!("El expediente no se ha leído desde el {}: nada se afirma de lo que falte.", short_instant(at, zone, language))
            }
            (Some(at), Language::En) => {
                format!("The docket was not read since {}: nothing is claimed of what is missing.", short_instant(at, zone, language))
            }
            (None, Language::Es) => "El expediente no se ha leído: nada se afirma de lo que falte.".to_owned(),
            (None, Language::En) => "The docket was never read: nothing is claimed of what is missing.".to_owned(),
        });
    }
    said.extend(clock.doubts.iter().map(|name| doubt(name, language).to_owned()));
    for pin in &clock.pins {
        let by = pin.by.as_deref().map(|by| format!(" ({by})")).unwrap_or_default();
        let what = match (pin.remove, language) {
            (false, Language::Es) => "Fijado a mano",
            (true, Language::Es) => "Descartado a mano",
            (false, Language::En) => "Set by hand",
            (true, Language::En) => "Ruled out by hand",
        };
        said.push(format!("{what}{by}: {}, {}: {}.", pin.event, day(pin.date, language), pin.note.trim_end_matches('.')));
    }
    let verify = clock.verify.of(language).trim_end_matches('.');
    let mut chars = verify.chars();
    said.push(chars.next().map(|first| format!("{}{}.", first.to_uppercase(), chars.as_str())).unwrap_or_default());
    said.join(" ")
}

fn first(clock: &Clock, language: Language) -> String {
    let is_spanish = language == Language::Es;
    let date = |of: Option<jiff::civil::Date>| of.map_or("–".to_owned(), |of| day(of, language));
    let number = |of: Option<i64>| of.map_or("–".to_owned(), |of| of.to_string());
    let (start, due, elapsed) = (date(clock.start), date(clock.due), number(clock.elapsed));
    let basis = &clock.basis;
    let other = clock.due_alt.filter(|alt| Some(*alt) != clock.due).map(|alt| day(alt, language));
    let other = match (other, is_spanish) {
        (None, _) => String::new(),
        (Some(alt), true) => format!(", o el {alt} según otra lectura de la ley"),
        (Some(alt), false) => format!(", or {alt} by another reading of the law"),
    };
    let own = clock.message.as_ref().map(|words| words.of(language).to_owned());
    match (clock.state, is_spanish) {
        (State::NotApplicable, true) if clock.lacking.is_empty() => format!("No aplica a esta causa ({basis})."),
        (State::NotApplicable, false) if clock.lacking.is_empty() => format!("It does not apply to this case ({basis})."),
        (State::NotApplicable, true) => format!("Falta saber {} (facts en la lista): no se supone ({basis}).", clock.lacking.join(", ")),
        (State::NotApplicable, false) => {
            format!("It lacks {} (facts in the watch list): nothing is assumed ({basis}).", clock.lacking.join(", "))
        }
        (State::NotStarted, true) => format!("No se observa que haya empezado ({basis})."),
        (State::NotStarted, false) => format!("It is not observed that it began ({basis})."),
        (State::UnknownStart, true) => {
            format!("No se observa desde cuándo corre ({basis}): no se supone ninguna fecha; puede fijarla con [[case.event]].")
        }
        (State::UnknownStart, false) => {
            format!("Since when it runs is not observed ({basis}): no date is assumed; set it with [[case.event]].")
        }
        (State::Suspended, true) => format!("Suspendido; empezó el {start} ({basis})."),
        (State::Suspended, false) => format!("Suspended; it began on {start} ({basis})."),
        (State::Running | State::Warning, true) => {
            let end = format!("Vence el {due}{other}.");
            own.map_or_else(|| format!("Van {elapsed} días desde el {start} ({basis}). {end}"), |own| format!("{own} {end}"))
        }
        (State::Running | State::Warning, false) => {
            let end = format!("It ends on {due}{other}.");
            own.map_or_else(|| format!("{elapsed} days since {start} ({basis}). {end}"), |own| format!("{own} {end}"))
        }
        (State::PossibleBreach | State::Breach, true) => {
            let end = if clock.state == State::Breach { "Venció" } else { "Según una lectura de la ley venció" };
            let end = format!("{end} el {due}{other}.");
            let else_said = || format!("Van {elapsed} días desde el {start} ({basis}). No se observa en el expediente lo que lo termina.");
            format!("{} {end}", own.unwrap_or_else(else_said))
        }
        (State::PossibleBreach | State::Breach, false) => {
            let end = if clock.state == State::Breach { "It ended" } else { "By one reading of the law it ended" };
            let end = format!("{end} on {due}{other}.");
            let else_said = || format!("{elapsed} days since {start} ({basis}). What ends it is not observed in the docket.");
            format!("{} {end}", own.unwrap_or_else(else_said))
        }
        (State::Met | State::MetLate, _) => met(clock, (&start, &due, &other, &elapsed), is_spanish),
    }
}

fn met(clock: &Clock, (start, due, other, elapsed): (&str, &str, &str, &str), is_spanish: bool) -> String {
    let late = [clock.late, clock.late_alt].into_iter().flatten().filter(|late| *late > 0).max();
    let tail = match (clock.state, late, is_spanish) {
        (State::MetLate, _, true) => format!("{} días después del plazo", clock.late.unwrap_or_default()),
        (State::MetLate, _, false) => format!("{} days after the end", clock.late.unwrap_or_default()),
        (_, Some(late), true) => format!("en plazo por una lectura de la ley y {late} días después por la otra"),
        (_, Some(late), false) => format!("in time by one reading of the law and {late} days late by the other"),
        (_, None, true) => "en plazo".to_owned(),
        (_, None, false) => "in time".to_owned(),
    };
    let basis = &clock.basis;
    if is_spanish {
        format!("Del {start}, {elapsed} días hasta lo que lo termina: {tail} (vencía el {due}{other}; {basis}).")
    } else {
        format!("From {start}, {elapsed} days to what ends it: {tail} (it ended on {due}{other}; {basis}).")
    }
}

fn doubt(name: &str, language: Language) -> &'static str {
    use crate::domain::clocks::{BY_DAY, BY_RULE, STOP_DAY, WHOM};
    match name {
        WHOM => pick(
            language,
            "No está claro a quién se refiere una de las actuaciones: no se avisa.",
            "Whom one of the entries concerns is unclear: nothing is told unasked.",
        ),
        BY_DAY => pick(language, "No consta una hora: se cuenta por el día.", "An hour is not known: it is counted by the day."),
        STOP_DAY => pick(language, "Solo consta que para entonces ya había terminado.", "It only shows that it had ended by then."),
        BY_RULE => pick(
            language,
            "Algún día del calendario es inseguro: no se conocen los decretos de ese año, o el fin de una suspensión.",
            "Some day of the calendar is not sure: decrees of that year, or the end of a suspension, are not known.",
        ),
        _ => "",
    }
}
