//! The labels of a report: reasons, who asked, events of time limits, outcomes as one letter, and the like, in Spanish and in English.
//!
//! Used by all of [`delays`](super). They are known by their stable names (`jurisdictions/lang`, `jurisdictions/*/clocks.toml`); one that
//! an operator adds keeps its own words.

use crate::domain::about::Language;
use crate::domain::clocks::{Confidence, How, Part};
use crate::domain::delays::{Grouping, Why};
use crate::domain::event::Actor;
use crate::domain::setting::Outcome;
use crate::message::words::pick;

/// Who asked for another day, or why there was one.
const WHO_AND_WHY: [(&str, &str, &str); 32] = [
    ("accused", "persona procesada", "accused"),
    ("accused_absent", "ausencia de la persona procesada", "accused absent"),
    ("accused_ill", "salud de la persona procesada", "accused ill"),
    ("accused_not_transferred", "persona detenida sin traslado", "accused not brought"),
    ("agenda_clash", "otra diligencia a la misma hora", "another hearing at that hour"),
    ("both", "ambas partes", "both parties"),
    ("defence", "defensa", "defence"),
    ("defence_change", "cambio de defensa", "change of defence"),
    ("deliberation", "deliberación", "deliberation"),
    ("excuse", "excusa", "judge excused himself"),
    ("expert_absent", "ausencia de perito", "expert absent"),
    ("holiday", "feriado", "holiday"),
    ("interpreter", "intérprete", "interpreter"),
    ("judge_absent", "ausencia de juez", "judge absent"),
    ("judge_change", "cambio de juez", "change of judge"),
    ("late_hour", "hora avanzada", "late hour"),
    ("no_summons", "falta de notificación", "no summons"),
    ("pandemic", "pandemia", "pandemic"),
    ("panel_incomplete", "tribunal sin todos sus miembros", "panel not complete"),
    ("private_defence_absent", "ausencia de la defensa particular", "private defence absent"),
    ("prosecutor", "fiscalía", "prosecutor"),
    ("prosecutor_absent", "ausencia de fiscal", "prosecutor absent"),
    ("prosecutor_request", "pedido de la fiscalía", "request of the prosecutor"),
    ("public_defence_absent", "ausencia de la defensa pública", "public defence absent"),
    ("recusal", "recusación", "recusal"),
    ("security", "seguridad", "security"),
    ("strike_or_unrest", "paro o disturbios", "strike or unrest"),
    ("technical_failure", "falla técnica", "technical failure"),
    ("unstated", "no consta", "not stated"),
    ("victim", "víctima", "victim"),
    ("victim_absent", "ausencia de la víctima", "victim absent"),
    ("witness_absent", "ausencia de testigo", "witness absent"),
];

/// Who asked for another day, or why there was one, by its stable name.
pub fn who_or_why(name: &str, language: Language) -> String {
    match WHO_AND_WHY.binary_search_by_key(&name, |(known, ..)| known) {
        Ok(at) => WHO_AND_WHY.get(at).map_or_else(String::new, |(_, es, en)| pick(language, es, en).to_owned()),
        Err(_) => name.replace('_', " "),
    }
}

/// One letter for an outcome, beside its shape.
pub fn letter(outcome: Outcome, language: Language) -> &'static str {
    match outcome {
        Outcome::Pending => "P",
        Outcome::Held => pick(language, "R", "H"),
        Outcome::Suspended => "S",
        Outcome::Deferred => "D",
        Outcome::Failed => "F",
        Outcome::NotInstalled => "N",
        Outcome::Revoked => "X",
        Outcome::Unknown => "?",
    }
}

/// Who wrote an entry, as the name of a lane.
pub fn lane(actor: Actor, language: Language) -> &'static str {
    let (es, en) = match actor {
        Actor::Court => ("Juzgado", "Court"),
        Actor::Clerk => ("Secretaría", "Clerk"),
        Actor::Prosecutor => ("Fiscalía", "Prosecutor"),
        Actor::Party => ("Parte", "Party"),
        Actor::Unknown => ("Sin determinar", "Not known"),
    };
    pick(language, es, en)
}

/// How sure a rule is.
pub fn confidence(confidence: Confidence, language: Language) -> &'static str {
    let (es, en) = match confidence {
        Confidence::High => ("alta", "high"),
        Confidence::Medium => ("media", "medium"),
        Confidence::Low => ("baja", "low"),
    };
    pick(language, es, en)
}

/// What an event does to a time.
pub fn role(part: Part, language: Language) -> &'static str {
    let (es, en) = match part {
        Part::Start => ("empieza", "begins it"),
        Part::Stop => ("termina", "ends it"),
        Part::Suspend => ("suspende", "suspends it"),
        Part::Resume => ("reanuda", "resumes it"),
        Part::Extend => ("amplía", "extends it"),
    };
    pick(language, es, en)
}

/// How an event is known.
pub fn how(how: How, language: Language) -> &'static str {
    let (es, en) = match how {
        How::Title => ("por el título", "by the title"),
        How::Text => ("por el texto", "by the text"),
        How::Hearing => ("por el señalamiento", "by the setting"),
        How::Heading => ("por el encabezado", "by the heading"),
        How::Operator => ("fijado por quien opera veedor", "set by the operator of veedor"),
    };
    pick(language, es, en)
}

/// Why nothing was measured of a case.
pub fn why(why: Why, language: Language) -> &'static str {
    let (es, en) = match why {
        Why::NotRead => ("no se había leído hasta ese momento", "it had not been read by then"),
        Why::Withheld => ("por privacidad solo se dice que hay actividad", "for privacy only its activity is told"),
        Why::Damaged => {
            ("lo guardado no se puede leer; «veedor fsck» dice más", "what is stored of it does not read back; “veedor fsck” says more")
        }
    };
    pick(language, es, en)
}

/// By what cases are grouped.
pub fn grouping(by: Grouping, language: Language) -> &'static str {
    let (es, en) = match by {
        Grouping::Court => ("judicatura", "court"),
        Grouping::Subject => ("delito o asunto", "offence or subject"),
        Grouping::Source => ("fuente", "source"),
        Grouping::Tag => ("etiqueta", "tag"),
    };
    pick(language, es, en)
}

/// What is refused, by its stable name.
pub fn refused(name: &str, language: Language) -> String {
    let (es, en) = match name {
        "clearance_rate" => ("Tasa de resolución", "Clearance rate"),
        "disposition_time" => ("Tiempo de tramitación", "Disposition time"),
        other => return other.replace('_', " "),
    };
    pick(language, es, en).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_found_by_their_names_and_an_operators_own_keep_their_words() {
        assert!(WHO_AND_WHY.is_sorted_by_key(|(name, ..)| *name));
        assert!(WHO_AND_WHY.iter().all(|(_, es, en)| !es.is_empty() && !en.is_empty()));
        assert_eq!(who_or_why("unstated", Language::Es), "no consta");
        assert_eq!(who_or_why("lost_key", Language::En), "lost key");
    }

    #[test]
    fn every_outcome_has_a_letter_of_its_own() {
        for language in [Language::Es, Language::En] {
            let letters: std::collections::BTreeSet<&str> = Outcome::ALL.iter().map(|outcome| letter(*outcome, language)).collect();
            assert_eq!(letters.len(), Outcome::ALL.len());
        }
    }
}
