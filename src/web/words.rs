//! What the stable names of states are called on pages, and how loud they are.
//!
//! Names of events are those of messages ([`kind_name`](crate::message::kind_name)); here stand the health of cases and the classes of trouble. A
//! name that is not known here stands as it is.

use super::visitor::Visitor;

/// The health of a case by its stable name: words, and the class of its mark.
const HEALTH: [(&str, &str, &str, &str); 8] = [
    ("ok", "se lee bien", "read", "good"),
    ("unvisited", "sin visitar todavía", "not visited yet", ""),
    ("unavailable", "fuente no disponible", "source not available", "warn"),
    ("blocked", "la fuente nos rechaza", "source refuses us", "bad"),
    ("unreadable", "no se puede leer", "cannot be read", "bad"),
    ("implausible", "lectura no creíble", "reading not plausible", "warn"),
    ("not_found", "la fuente no lo conoce", "unknown to the source", "warn"),
    ("reserved", "reservado según la fuente", "confidential at the source", "warn"),
];

/// Trouble that lasts, by the stable name of its class.
const CONDITIONS: [(&str, &str, &str); 10] = [
    ("unreadable", "No se puede leer", "Cannot be read"),
    ("blocked", "Rechaza las consultas", "Refuses the visits"),
    ("unavailable", "No disponible", "Not available"),
    ("unread", "Expedientes sin lectura", "Cases not read"),
    ("drift", "Freno puesto", "Brake pulled"),
    ("failing", "No recibe mensajes", "Does not accept messages"),
    ("misconfigured", "Canal mal configurado", "Channel misconfigured"),
    ("gone", "No quiere más mensajes", "Wants no more messages"),
    ("gave_up", "Mensajes no entregados", "Messages given up"),
    ("low", "Poco espacio en el disco", "Little room on the disk"),
];

/// A health in words, with the class of its mark.
pub(super) fn health<'n>(visitor: &Visitor, name: &'n str) -> (&'n str, &'static str) {
    HEALTH.iter().find(|(known, ..)| *known == name).map_or((name, ""), |(_, es, en, loud)| (visitor.say(es, en), loud))
}

/// A class of trouble in words.
pub(super) fn condition<'n>(visitor: &Visitor, name: &'n str) -> &'n str {
    CONDITIONS.iter().find(|(known, ..)| *known == name).map_or(name, |(_, es, en)| visitor.say(es, en))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::condition::Class;
    use crate::domain::health::Health;
    use crate::web::visitor::tests::somebody;

    #[test]
    fn every_state_that_a_case_or_a_source_may_have_has_words() {
        let why = String::new;
        let all = [
            Health::Ok,
            Health::Unavailable(why()),
            Health::Blocked(why()),
            Health::Unreadable(why()),
            Health::Implausible(why()),
            Health::NotFound,
            Health::Reserved,
            Health::Unvisited,
        ];
        for health_of in all {
            assert_ne!(health(&somebody(), health_of.name()).0, health_of.name());
        }
        for class in Class::ALL {
            assert_ne!(condition(&somebody(), class.name()), class.name());
        }
    }
}
