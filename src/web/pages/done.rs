//! What was done just now, said above the page that a change leads to.
//!
//! An address carries one word of a fixed set (`done=`), never words to be shown: a link made by others can say nothing of its own. How a
//! visit went in detail is taken from the case itself.

use maud::{Markup, html};
use serde::Deserialize;

use super::cases::why;
use super::looking::Looking;
use crate::web::said;
use crate::web::visitor::Visitor;
use crate::wire::api::case::CaseCard;

/// The word in an address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Done {
    /// It.
    pub done: String,
}

/// The words, what they say, and how loud.
const SAID: [(&str, &str, &str, &str); 13] = [
    (
        "added",
        "El expediente se vigila desde ahora. La primera visita es la línea de base y no avisa nada.",
        "The case is watched from now on. The first visit is the baseline and tells nothing.",
        "good",
    ),
    (
        "already",
        "El expediente ya se vigilaba; su nombre y sus etiquetas no cambiaron.",
        "The case was watched already; its name and tags were not changed.",
        "",
    ),
    ("changed", "Se visitó ahora: hubo cambios; están más abajo.", "It was visited now: there were changes; they stand below.", "good"),
    ("unchanged", "Se visitó ahora: nada cambió.", "It was visited now: nothing changed.", "good"),
    (
        "first",
        "Se visitó ahora, sin avisos: es su línea de base.",
        "It was visited now, and nothing was told: this is its baseline.",
        "good",
    ),
    ("unread", "Se visitó ahora y no se pudo leer: ", "It was visited now and could not be read: ", "warn"),
    ("under_way", "No se visitó: en este momento ya se visita.", "It was not visited: a visit is under way at this moment.", "warn"),
    ("postponed", "No se visitó: la visita debe esperar. ", "It was not visited: the visit has to wait. ", "warn"),
    (
        "again",
        "Se envía de nuevo; el resultado aparecerá en sus intentos.",
        "It is sent again; its attempts will show what came of it.",
        "good",
    ),
    ("dropped", "El mensaje se descartó: no se enviará más.", "The message was dropped: it will not be sent any more.", "good"),
    ("muted", "El silencio está activo; aparece en la lista.", "The silence is active; it stands in the list.", "good"),
    ("unmuted", "El silencio terminó.", "The silence has ended.", "good"),
    (
        "revoked",
        "La dirección ya no abre nada; está entre las revocadas.",
        "The address opens nothing any more; it is among those revoked.",
        "good",
    ),
];

/// The notice of a word; nothing for one that is not known.
pub(in crate::web) fn notice(visitor: &Visitor, word: &str) -> Markup {
    with(visitor, word, &html! {})
}

/// The same above a case, with why it is not read or has to wait.
pub(super) fn of_case(look: &Looking, card: &CaseCard) -> Markup {
    let (visitor, zone, word) = (&look.visitor, look.zone(), look.asked("done"));
    let more = match word {
        "unread" => html! { (said::health_mark(&card.line.health, visitor)) (why(&card.line, &zone, visitor)) },
        "postponed" => why(&card.line, &zone, visitor),
        _ => html! {},
    };
    with(visitor, word, &more)
}

fn with(visitor: &Visitor, word: &str, more: &Markup) -> Markup {
    html! {
        @if let Some((_, es, en, loud)) = SAID.iter().find(|(known, ..)| *known == word) {
            div class={ "notice " (loud) } role="status" { (visitor.say(es, en)) (more) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::visitor::tests::somebody;

    #[test]
    fn an_address_says_one_of_the_known_words_and_nothing_of_its_own() {
        let said = notice(&somebody(), "muted").into_string();
        assert!(said.contains("role=\"status\"") && said.contains("El silencio está activo"), "{said}");
        for other in ["", "Muted", "<script>alert(1)</script>", "muted x"] {
            assert_eq!(notice(&somebody(), other).into_string(), "", "{other}");
        }
        for (nth, (word, ..)) in SAID.iter().enumerate() {
            assert!(SAID.iter().skip(nth + 1).all(|(other, ..)| other != word), "{word} is said twice");
        }
    }
}
