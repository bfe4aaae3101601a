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
        (State::Met | State::MetLate, true) => {
            let how = late(&told, language).map_or_else(|| "en plazo".to_owned(), |late| format!("{late} después del plazo"));
            format!("se observa a los {elapsed} días, {how} (vencía el {due})")
        }
        (State::Met | State::MetLate, false) => {
            let how = late(&told, language).map_or_else(|| "in time".to_owned(), |late| format!("{late} late"));
            format!("seen after {elapsed} days, {how} (it ended on {due})")
        }
        (State::Breach, true) => format!("venció el {due} y no se observa lo que lo termina; van {elapsed} días desde el {start}"),
        (State::Breach, false) => format!("ended on {due} and what ends it is not seen; {elapsed} days since {start}"),
        (_, true) => format!("vence el {due}; van {elapsed} días desde el {start}"),
        (_, false) => format!("ends on {due}; {elapsed} days since {start}"),
    };
    Some(format!("{title}: {said}"))
}

/// By how many days it was late, by both readings of the law; `None` of what was met in time.
fn late(told: &ClockNews, language: Language) -> Option<String> {
    let late = told.late.filter(|late| *late > 0 && told.state != State::Met)?;
    let days = pick(language, "días", "days");
    let other = told.late_alt.map(|alt| match language {
        Language::Es => format!(" (o {alt} según otra lectura de la ley)"),
        Language::En => format!(" (or {alt} by another reading of the law)"),
    });
    Some(format!("{late} {days}{}", other.unwrap_or_default()))
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
    facts.extend(late(&told, language).map(|late| (pick(language, "Después del plazo", "Late by"), late)));
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
    }
}
