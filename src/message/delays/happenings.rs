//! The events that time limits rest on, in Spanish and in English.
//!
//! Used by [`limits`](super::limits). They are known by the names of `jurisdictions/*/clocks.toml`; one of an operator's own rule keeps its
//! own words.

use crate::domain::about::Language;
use crate::message::words::pick;

const EVENTS: [(&str, &str, &str); 51] = [
    ("accusation_filed", "acusación presentada", "accusation filed"),
    ("answer_filed", "contestación presentada", "answer filed"),
    ("answer_taken_up", "contestación calificada", "answer taken up"),
    ("appeal_filed", "recurso de apelación", "appeal filed"),
    ("appeal_ruling_notified", "decisión de la apelación notificada", "ruling on appeal notified"),
    ("appeal_taken_up", "apelación admitida a trámite", "appeal taken up"),
    ("archive_requested", "pedido de archivo", "archive requested"),
    ("arrest", "aprehensión", "arrest"),
    ("art_541_6_declared", "suspensión del art. 541.6", "suspension under art. 541.6"),
    ("art_541_6_lifted", "fin de la suspensión del art. 541.6", "end of the suspension under art. 541.6"),
    ("case_admitted", "causa admitida", "case admitted"),
    ("case_filed", "ingreso de la causa", "filing of the case"),
    ("cassation_filed", "recurso de casación", "cassation filed"),
    ("cassation_taken_up", "casación admitida a trámite", "cassation taken up"),
    ("charge_filed", "denuncia o acusación presentada", "charge filed"),
    ("charge_received", "denuncia o acusación recibida", "charge received"),
    ("charges_filed", "formulación de cargos", "charges brought"),
    ("court_order", "providencia del juzgado", "order of the court"),
    ("detention_decided", "decisión sobre la prisión preventiva", "decision on detention"),
    ("detention_effective", "prisión preventiva efectiva", "detention in effect"),
    ("detention_ended", "fin de la prisión preventiva", "end of the detention"),
    ("detention_revoked", "prisión preventiva revocada", "detention revoked"),
    ("evaluatoria_requested", "pedido de audiencia preparatoria", "preparatory hearing requested"),
    ("final_arguments", "alegatos finales", "final arguments"),
    ("hearing_held", "audiencia realizada", "hearing held"),
    ("hearing_not_held", "audiencia que no empezó", "hearing that did not start"),
    ("hearing_ordered", "audiencia señalada", "hearing set"),
    ("hearing_suspended", "audiencia suspendida", "hearing suspended"),
    ("inquiry_opened", "investigación abierta", "inquiry opened"),
    ("inquiry_reported", "informe de la investigación", "report of the inquiry"),
    ("inquiry_to_prosecutor", "investigación enviada a la fiscalía", "inquiry sent to the prosecutor"),
    ("instruction_closed", "cierre de la instrucción", "investigation closed"),
    ("last_service", "última notificación", "last notice served"),
    ("new_defendant_linked", "vinculación de otra persona", "another person linked"),
    ("oral_decision", "decisión oral", "oral decision"),
    ("order_to_complete", "orden de completar", "order to complete"),
    ("petition_filed", "escrito presentado", "petition filed"),
    ("preliminary_inquiry_closed", "cierre de la investigación previa", "preliminary inquiry closed"),
    ("preliminary_inquiry_opened", "apertura de la investigación previa", "preliminary inquiry opened"),
    ("preliminary_investigation_opened", "apertura de la investigación preliminar", "preliminary investigation opened"),
    ("preparatory_closed", "cierre de la investigación preparatoria", "preparatory investigation closed"),
    ("preparatory_opened", "apertura de la investigación preparatoria", "preparatory investigation opened"),
    ("preparatory_prolonged", "prórroga de la investigación preparatoria", "preparatory investigation prolonged"),
    ("prosecutor_opinion", "dictamen fiscal", "prosecutor's opinion"),
    ("recusal_decided", "recusación resuelta", "recusal decided"),
    ("recusal_filed", "recusación presentada", "recusal filed"),
    ("release", "libertad", "release"),
    ("sentence_first_instance", "sentencia de primera instancia", "sentence of first instance"),
    ("trial_begun", "inicio del juicio", "trial begun"),
    ("written_ruling", "sentencia escrita", "written ruling"),
    ("written_ruling_notified", "sentencia escrita notificada", "written ruling notified"),
];

/// An event of a rule by its name.
pub fn event(name: &str, language: Language) -> String {
    match EVENTS.binary_search_by_key(&name, |(known, ..)| known) {
        Ok(at) => EVENTS.get(at).map_or_else(String::new, |(_, es, en)| pick(language, es, en).to_owned()),
        Err(_) => name.replace(['_', '.'], " "),
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    fn names(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("the data folder can be read") {
            let path = entry.expect("an entry of it").path();
            if path.is_dir() {
                names(&path, found);
            } else if path.file_name().is_some_and(|name| name == "clocks.toml") {
                let document: toml_edit::DocumentMut = std::fs::read_to_string(&path).expect("a file").parse().expect("TOML");
                let tables = document.get("event").and_then(|events| events.as_array_of_tables());
                found.extend(tables.into_iter().flatten().filter_map(|table| Some(table.get("id")?.as_str()?.to_owned())));
            }
        }
    }

    #[test]
    fn every_shipped_event_has_words_in_both_languages() {
        assert!(EVENTS.is_sorted_by_key(|(name, ..)| *name));
        assert!(EVENTS.iter().all(|(_, es, en)| !es.is_empty() && !en.is_empty()));
        let mut shipped = Vec::new();
        names(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("jurisdictions"), &mut shipped);
        assert!(shipped.len() > 40, "the events are read from the data");
        for name in shipped {
            assert!(EVENTS.iter().any(|(known, ..)| *known == name), "{name} has no words");
        }
        assert_eq!(event("own_event", Language::En), "own event");
    }
}
