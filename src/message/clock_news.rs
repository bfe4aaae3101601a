//! What is said of a time limit that is nearly over, is over, or was met: in one line, and its facts.
//!
//! Asked by [`summary`](super::summary()) and `block`. Neutral on purpose: what no entry shows is not observed, and never not done.

use super::dates::day;
use super::words::pick;
use crate::domain::about::Language;
use crate::domain::clock_news::ClockNews;
use crate::domain::clocks::{Confidence, State};
use crate::domain::redact::cut;
use crate::domain::shown::Shown;

/// The longest name or title of a line, in characters.
const VALUE: usize = 100;

/// The one line; `None` where the event does not say what it tells.
pub(super) fn line(event: &Shown, language: Language) -> Option<String> {
    let told = ClockNews::of(event)?;
    let es = language == Language::Es;
    let whom = told.person.as_deref().map(|person| format!(" ({})", cut(person, VALUE))).unwrap_or_default();
    let title = format!("{}{whom}", cut(told.title.of(language), VALUE));
    let due = until(&told, language);
    let (elapsed, start) = (told.elapsed, day(told.start, language));
    let said = match (told.state, es) {
        (State::Met | State::MetLate, true) => format!("se observa a los {elapsed} días, {} (vencía el {due})", how_late(&told, language)),
        (State::Met | State::MetLate, false) => format!("seen after {elapsed} days, {} (it ended on {due})", how_late(&told, language)),
        (State::Breach, true) => format!("venció el {due} y no se observa lo que lo termina; van {elapsed} días desde el {start}"),
        (State::Breach, false) => format!("ended on {due} and what ends it is not seen; {elapsed} days since {start}"),
        (_, true) => format!("vence el {due}; van {elapsed} días desde el {start}"),
        (_, false) => format!("ends on {due}; {elapsed} days since {start}"),
    };
    Some(format!("{title}: {said}"))
}

/// Whether it was met in time, by each reading of the law.
fn how_late(told: &ClockNews, language: Language) -> String {
    let es = language == Language::Es;
    let other = told.late_alt;
    match (told.state, told.late.unwrap_or_default(), other) {
        (State::MetLate, 0, _) if es => "después de la hora".to_owned(),
        (State::MetLate, 0, _) => "after the hour".to_owned(),
        (State::MetLate, late, Some(other)) if es => format!("{late} días (o {other} según otra lectura de la ley) después del plazo"),
        (State::MetLate, late, Some(other)) => format!("{late} days (or {other} by another reading of the law) late"),
        (State::MetLate, late, None) if es => format!("{late} días después del plazo"),
        (State::MetLate, late, None) => format!("{late} days late"),
        (_, late, Some(other)) if late.max(other) > 0 => {
            let late = late.max(other);
            match language {
                Language::Es => format!("en plazo según una lectura de la ley y {late} días después según otra"),
                Language::En => format!("in time by one reading of the law and {late} days late by another"),
            }
        }
        _ => pick(language, "en plazo", "in time").to_owned(),
    }
}

fn until(told: &ClockNews, language: Language) -> String {
    let due = told.due.map_or_else(|| "—".to_owned(), |due| day(due, language));
    match told.due_alt.map(|alt| day(alt, language)) {
        Some(alt) if language == Language::Es => format!("{due}, o el {alt} según otra lectura de la ley"),
        Some(alt) => format!("{due}, or {alt} by another reading of the law"),
        None => due,
    }
}

/// The facts: the provision, the days, whom it concerns, and how sure the rule is.
pub(super) fn facts(event: &Shown, language: Language) -> Vec<(&'static str, String)> {
    let Some(told) = ClockNews::of(event) else { return Vec::new() };
    let mut facts = vec![
        (pick(language, "Norma", "Provision"), format!("{} ({} v{})", told.basis, told.rule, told.version)),
        (pick(language, "Empezó", "Began"), day(told.start, language)),
        (pick(language, "Vence", "Ends"), until(&told, language)),
    ];
    facts.extend(told.stop.map(|stop| (pick(language, "Se observa el", "Seen on"), day(stop, language))));
    if matches!(told.state, State::Met | State::MetLate) {
        facts.push((pick(language, "Cumplimiento", "Met"), how_late(&told, language)));
    } else {
        let late = told.late.filter(|late| *late > 0);
        facts.extend(late.map(|late| (pick(language, "Días después del plazo", "Days past the end"), late.to_string())));
    }
    facts.extend(told.person.as_deref().map(|person| (pick(language, "Persona", "Person"), cut(person, VALUE))));
    let (es, en) = match told.confidence {
        Confidence::High => ("alta: el texto de la ley o dos fuentes", "high: the text of the law or two sources"),
        Confidence::Medium => ("media: una fuente", "medium: one source"),
        Confidence::Low => ("baja", "low"),
    };
    facts.push((pick(language, "Certeza de la regla", "Confidence of the rule"), pick(language, es, en).to_owned()));
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Event;
    use crate::domain::sample;
    use crate::message::summary::summary;

    fn both(event: &Event) -> (String, String) {
        let watch = sample::watch();
        let [es, en] = [Language::Es, Language::En].map(|language| sample::about(&watch, language));
        (summary(&es.show_one(event), &es), summary(&en.show_one(event), &en))
    }

    #[test]
    fn a_time_limit_is_told_with_its_days_and_claims_nothing() {
        let late = sample::late_ruling();
        assert_eq!(
            both(&late),
            (
                "Sentencia escrita tras la decisión oral: venció el 05-dic-2024 y no se observa lo que lo termina; van 20 días desde el 25-nov-2024"
                    .to_owned(),
                "Written judgment after the oral decision: ended on 5 Dec 2024 and what ends it is not seen; 20 days since 25 Nov 2024".to_owned(),
            )
        );
        let told = ClockNews::of(&late).expect("told");
        let met = ClockNews {
            state: State::MetLate,
            stop: Some(jiff::civil::date(2025, 2, 18)),
            elapsed: 85,
            late: Some(75),
            late_alt: Some(71),
            ..told
        };
        let met = Event { field: Some(met.field()), ..late };
        assert_eq!(
            both(&met).0,
            "Sentencia escrita tras la decisión oral: se observa a los 85 días, 75 días (o 71 según otra lectura de la ley) después del plazo (vencía el 05-dic-2024)"
        );
        assert_eq!(
            both(&met).1,
            "Written judgment after the oral decision: seen after 85 days, 75 days (or 71 by another reading of the law) late (it ended on 5 Dec 2024)"
        );
        let told = ClockNews::of(&met).expect("told");
        let after_the_hour = ClockNews { elapsed: 1, late: Some(0), late_alt: None, ..told.clone() };
        let line = |news: ClockNews| both(&Event { field: Some(news.field()), ..met.clone() });
        assert!(line(after_the_hour).0.contains("después de la hora"), "a limit in hours that was missed by some is not met in time");
        let by_one_reading = ClockNews { state: State::Met, late: Some(0), late_alt: Some(66), ..told };
        assert!(line(by_one_reading).1.contains("in time by one reading of the law and 66 days late by another"));
    }
}
