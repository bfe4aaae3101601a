//! What a silence muted, in words: the one line, and labelled facts.
//!
//! For the summary that each recipient gets when a silence ends. It counts and names kinds, days and case numbers; no word of a
//! court stands in it.

use super::dates::{day, instant};
use super::words::{self, pick};
use crate::domain::about::{About, Language};
use crate::domain::event::EventKind;
use crate::domain::meanwhile::{Look, Meanwhile};
use crate::domain::redact::{cut, plain};
use crate::domain::shown::Shown;

/// The longest fact, in characters.
const FACT: usize = 600;

/// The one line.
pub(super) fn line(event: &Shown, language: Language) -> String {
    let Some(told) = Meanwhile::of(event) else { return words::kind(event.kind, language).to_owned() };
    let (news, cases, look) = (told.count, told.all_cases(), told.look.len());
    let line = match (language, news, cases) {
        (Language::Es, 1, _) => "Fin del silencio: 1 novedad no se envió".to_owned(),
        (Language::Es, _, 1) => format!("Fin del silencio: {news} novedades no se enviaron"),
        (Language::Es, ..) => format!("Fin del silencio: {news} novedades de {cases} expedientes no se enviaron"),
        (Language::En, 1, _) => "End of a silence: 1 event was not sent".to_owned(),
        (Language::En, _, 1) => format!("End of a silence: {news} events were not sent"),
        (Language::En, ..) => format!("End of a silence: {news} events of {cases} cases were not sent"),
    };
    match (look, language) {
        (0, _) => line,
        (_, Language::Es) => format!("{line}; por revisar: {look}"),
        (_, Language::En) => format!("{line}; worth a look: {look}"),
    }
}

/// The facts, each with its label.
pub(super) fn facts(told: &Meanwhile, about: &About<'_>) -> Vec<(&'static str, String)> {
    let language = about.language;
    let at = |at| instant(at, &about.zone, language);
    let counted = |name: &str, count: &usize| format!("{} ({count})", plain(name));
    let mut cases: Vec<String> = told.cases.iter().map(|(case, count)| counted(case, count)).collect();
    if told.more_cases > 0 {
        cases.push(format!("{} {} {}", pick(language, "y", "and"), told.more_cases, pick(language, "más", "more")));
    }
    let kinds: Vec<String> = told.kinds.iter().map(|(kind, count)| counted(words::kind(*kind, language), count)).collect();
    let mut facts = vec![
        (pick(language, "Silencio", "Silence"), format!("{} – {}", at(told.from), at(told.until))),
        (pick(language, "Expedientes", "Cases"), cut(&cases.join(", "), FACT)),
    ];
    // Of cases of which nothing but activity is told, no kinds.
    facts.extend((!kinds.is_empty()).then(|| (pick(language, "Novedades", "Events"), cut(&kinds.join(", "), FACT))));
    let look =
        |Look { kind, day: date, case }: &Look| format!("{}, {}, {}", plain(case), words::kind(*kind, language), day(*date, language));
    facts.extend(told.look.iter().map(|found| (pick(language, "Por revisar", "Worth a look"), cut(&look(found), FACT))));
    facts
}

/// How a summary of several cases is headed instead of by the case that it stands with: what they are, and their numbers.
pub(super) fn heading(events: &[Shown], language: Language) -> Option<(String, String)> {
    let [event] = events else { return None };
    let told = Meanwhile::of(event).filter(|told| event.kind == EventKind::SilenceEnded && told.all_cases() > 1)?;
    let numbers: Vec<String> = told.cases.iter().map(|(case, _)| plain(case)).collect();
    Some((format!("{} {}", told.all_cases(), pick(language, "expedientes", "cases")), cut(&numbers.join(" · "), 200)))
}
