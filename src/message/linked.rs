//! What is said of a case that is linked to another, or that reached another court.
//!
//! Asked by [`summary`](super::summary()) for the one line and by `block` for the facts. It says how another case is added to the
//! watch list, because veedor asks nothing of it by itself.

use jiff::civil::Date;

use super::dates::day;
use super::words::{self, pick};
use crate::domain::about::Language;
use crate::domain::event::{Actor, EventEntry, FieldChange};
use crate::domain::link::Link;
use crate::domain::redact::cut;
use crate::domain::shown::Shown;

/// The longest name of a court in a line, in characters.
const COURT: usize = 100;

/// The one line of a link that an entry or the heading shows. `title` is how much of the entry's title is quoted.
pub(super) fn line(link: &Link, entry: Option<&EventEntry>, language: Language, title: usize) -> String {
    let named = format!("{} {} ({})", words::relation(link.relation, language), cut(&link.number, 60), cut(&link.source, 40));
    let from = match entry {
        Some(entry) => {
            let by = words::by(entry.actor, language);
            let title = Some(cut(&entry.title, title)).filter(|text| !text.is_empty());
            let what = [title, entry.date.map(|date| day(date, language))].into_iter().flatten().collect::<Vec<_>>().join(", ");
            let colon = if what.is_empty() { "" } else { ": " };
            let lead = match entry.actor {
                Actor::Party => pick(language, "según un escrito", "according to a filing"),
                _ => pick(language, "según una actuación", "according to an entry"),
            };
            format!("{lead} {by}{colon}{what}")
        }
        None => pick(language, "según la ficha del expediente", "according to the head of the docket").to_owned(),
    };
    let watched = match link.watched {
        true => pick(language, "ya consta en la lista de vigilancia", "already on the watch list"),
        false => pick(language, "fuera de la lista de vigilancia", "not on the watch list"),
    };
    // In a subject the other number matters more than where it stands.
    if title == 0 { format!("{named}; {watched}") } else { format!("{named}, {from}; {watched}") }
}

/// The facts of a link.
pub(super) fn facts(link: &Link, language: Language) -> Vec<(&'static str, String)> {
    let number = format!("{} ({})", cut(&link.number, 60), cut(&link.source, 40));
    let mut facts = vec![(pick(language, "Otra causa", "Other case"), number)];
    if !link.watched {
        let add = format!("veedor add {} {}", link.source, quoted(&link.number));
        let nothing = pick(
            language,
            "hasta entonces nada se consulta de ella; si es el mismo asunto, la opción linked une sus audiencias",
            "nothing is asked of it before that; where it is the same matter, the option linked joins their hearings",
        );
        facts
            .push((pick(language, "Para agregarla (quien opera veedor)", "To add it (whoever runs veedor)"), format!("{add} ({nothing})")));
    }
    facts
}

/// A number as a shell takes it for one word.
fn quoted(number: &str) -> String {
    let plain = number.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/' | ':' | '_'));
    if plain { number.to_owned() } else { format!("'{}'", number.replace('\'', "")) }
}

/// A field that says that the case reached a court: `COURT · 2026-01-03`, after the court that had it.
pub(super) fn reached(change: &FieldChange, language: Language) -> Option<String> {
    let value = change.after.as_deref()?;
    let (court, since) = match value.rsplit_once(" · ").and_then(|(court, since)| Some((court, since.parse::<Date>().ok()?))) {
        Some((court, since)) => (court, Some(since)),
        None => (value, None),
    };
    let before = change.before.as_deref().map(str::trim).filter(|before| !before.is_empty());
    let same = before.is_some_and(|before| before.eq_ignore_ascii_case(court.trim()));
    let named = |court: &str| format!("«{}»", cut(court, COURT));
    let mut line = match same {
        true => format!("{} {}", pick(language, "Nuevo incidente de la causa en", "A new incident of the case at"), named(court)),
        false => format!("{} {}", pick(language, "La causa llegó a", "The case reached"), named(court)),
    };
    if let Some(since) = since {
        line.push_str(&format!("; {} {}", pick(language, "consta desde el", "recorded as of"), day(since, language)));
    }
    if let Some(before) = before.filter(|_| !same) {
        line.push_str(&format!("; {} {}", pick(language, "antes estaba en", "it was at"), named(before)));
    }
    Some(line)
}

/// The line of any event `case.linked`.
pub(super) fn summary(event: &Shown, language: Language, title: usize) -> Option<String> {
    match Link::of(event) {
        Some(link) => Some(line(&link, event.entry.as_ref(), language, title)),
        None => event.field.as_ref().and_then(|field| reached(field, language)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Event, EventKind};
    use crate::domain::link::Relation;
    use crate::domain::sample;
    use crate::message::summary::summary as worded;

    fn both(event: &Event) -> (String, String) {
        let watch = sample::watch();
        let [es, en] = [Language::Es, Language::En].map(|language| sample::about(&watch, language));
        (worded(&es.show_one(event), &es), worded(&en.show_one(event), &en))
    }

    #[test]
    fn a_link_says_how_where_from_and_whether_it_is_watched() {
        let link = |relation, watched, number: &str| Link { relation, source: "ec-esatje".into(), number: number.into(), watched }.field();
        let order = sample::entry(EventKind::CaseLinked, Actor::Court, "AUTO DE ACUMULACION (AUTO)", "Acumúlese.");
        let told = Event { field: Some(link(Relation::Accumulated, false, "07205-2024-00011G")), ..order };
        assert_eq!(
            both(&told),
            (
                "Acumulación con la causa 07205-2024-00011G (ec-esatje), según una actuación del órgano judicial: AUTO DE ACUMULACION (AUTO), \
                 19-feb-2024; fuera de la lista de vigilancia"
                    .to_owned(),
                "Joined or consolidated with case 07205-2024-00011G (ec-esatje), according to an entry by the court: AUTO DE ACUMULACION \
                 (AUTO), 19 Feb 2024; not on the watch list"
                    .to_owned(),
            )
        );
        let heading = Event { field: Some(link(Relation::Related, true, "17721-2024-00011")), ..sample::bare(EventKind::CaseLinked) };
        assert_eq!(
            both(&heading).0,
            "Causa relacionada: 17721-2024-00011 (ec-esatje), según la ficha del expediente; ya consta en la lista de vigilancia"
        );
        let facts = facts(&Link::of(&told).expect("a link"), Language::Es);
        assert_eq!(
            facts[1].1,
            "veedor add ec-esatje 07205-2024-00011G (hasta entonces nada se consulta de ella; si es el mismo asunto, la opción linked une sus audiencias)"
        );
        assert_eq!(quoted("nysd 1:18-cv-08434"), "'nysd 1:18-cv-08434'");
    }

    #[test]
    fn an_instance_reads_as_news() {
        let reached = |before: Option<&str>, after: &str| {
            let field = FieldChange { field: "incident.7".into(), before: before.map(str::to_owned), after: Some(after.into()) };
            both(&Event { field: Some(field), ..sample::bare(EventKind::CaseLinked) })
        };
        assert_eq!(
            reached(Some("TRIBUNAL FICTICIO"), "SALA PENAL FICTICIA · 2026-01-03"),
            (
                "La causa llegó a «SALA PENAL FICTICIA»; consta desde el 03-ene-2026; antes estaba en «TRIBUNAL FICTICIO»".to_owned(),
                "The case reached «SALA PENAL FICTICIA»; recorded as of 3 Jan 2026; it was at «TRIBUNAL FICTICIO»".to_owned(),
            )
        );
        assert_eq!(
            reached(Some("SALA FICTICIA"), "SALA FICTICIA · 2026-01-03").1,
            "A new incident of the case at «SALA FICTICIA»; recorded as of 3 Jan 2026"
        );
        assert_eq!(reached(None, "TJSP G2 · Apelação · 3ª Câmara").0, "La causa llegó a «TJSP G2 · Apelação · 3ª Câmara»");
    }
}
