//! The names of the kinds of hearing in Spanish and in English.
//!
//! Kinds are data of the jurisdictions (`[[type]]`), known here by their stable names; asked by [`summary`](super::summary()).
//! A kind that an operator's own lexicon adds is shown with its own words.

use super::words::pick;
use crate::domain::about::Language;

/// The stable name, the Spanish words, the English ones; in the order of the first.
const NAMES: [(&str, &str, &str); 101] = [
    ("accion_proteccion", "Audiencia de acción de protección", "Protection action hearing"),
    ("acusacion", "Audiencia de formulación de acusación", "Formal accusation hearing"),
    ("admonitoria", "Audiencia admonitoria", "Hearing on the conditions of a sentence"),
    ("alegatos_fallo", "Audiencia de alegatos y fallo", "Closing arguments and decision hearing"),
    ("apelacion", "Audiencia de apelación", "Appeal hearing"),
    ("appeal", "Audiencia de apelación", "Appeal hearing"),
    ("arraignment", "Audiencia de lectura de cargos", "Arraignment"),
    ("audiencia_unica", "Audiencia única", "Single hearing"),
    ("bail", "Audiencia sobre libertad bajo fianza", "Bail hearing"),
    ("calificacion_flagrancia", "Audiencia de calificación de flagrancia", "Flagrancy hearing"),
    ("casacion", "Audiencia de casación", "Cassation hearing"),
    ("case_management", "Conferencia de gestión del caso", "Case management conference"),
    ("cautela_garantias", "Audiencia de cautela de garantías", "Protection of rights hearing"),
    ("cese_prision_preventiva", "Audiencia de cese de prisión preventiva", "Hearing to end pre-trial detention"),
    ("comparendo", "Audiencia de comparendo", "Summons hearing"),
    ("complementaria", "Audiencia complementaria", "Supplementary hearing"),
    ("conciliacao", "Audiencia de conciliación", "Conciliation hearing"),
    ("conciliacion", "Audiencia de conciliación", "Conciliation hearing"),
    ("conference", "Deliberación del tribunal", "Conference of the justices"),
    ("confirmation_hearing", "Audiencia de confirmación del plan", "Plan confirmation hearing"),
    ("constitucional", "Audiencia constitucional", "Constitutional hearing"),
    ("control_acusacion", "Audiencia de control de acusación", "Review of the accusation hearing"),
    ("control_detencion", "Audiencia de control de detención", "Review of the arrest hearing"),
    ("control_sobreseimiento", "Audiencia de control de sobreseimiento", "Review of the dismissal request hearing"),
    ("custodia", "Audiencia de custodia", "Custody hearing"),
    ("debate", "Audiencia de debate oral", "Trial debate"),
    ("detention", "Audiencia sobre detención o fianza", "Detention or bail hearing"),
    ("directions", "Audiencia de directrices", "Directions hearing"),
    ("estrados", "Audiencia en estrados", "Oral argument"),
    ("evaluatoria_preparatoria", "Audiencia evaluatoria y preparatoria de juicio", "Pre-trial hearing"),
    ("evidentiary_hearing", "Audiencia de prueba", "Evidentiary hearing"),
    ("extradition", "Audiencia de extradición o identidad", "Extradition or identity hearing"),
    ("formalizacion", "Audiencia de formalización", "Formal charges hearing"),
    ("formulacion_cargos", "Audiencia de formulación de cargos", "Formal charges hearing"),
    ("habeas_corpus", "Audiencia de hábeas corpus", "Habeas corpus hearing"),
    ("imputacion", "Audiencia de formulación de imputación", "Formal charges hearing"),
    ("incidental", "Audiencia incidental", "Incidental hearing"),
    ("indagatoria", "Audiencia indagatoria", "Questioning of the accused"),
    ("individualizacion_pena", "Audiencia de individualización de la pena", "Sentencing hearing"),
    ("inicial", "Audiencia inicial", "Initial hearing"),
    ("initial_appearance", "Primera comparecencia", "Initial appearance"),
    ("injunction", "Audiencia sobre medida cautelar", "Injunction hearing"),
    ("inquest", "Investigación judicial de una muerte", "Inquest"),
    ("inspeccion", "Inspección judicial", "Judicial inspection"),
    ("instrucao", "Audiencia de instrucción", "Evidence hearing"),
    ("instrucao_julgamento", "Audiencia de instrucción y juzgamiento", "Evidence and trial hearing"),
    ("instruccion_juzgamiento", "Audiencia de instrucción y juzgamiento", "Evidence and trial hearing"),
    ("intermedia", "Audiencia intermedia", "Intermediate hearing"),
    ("interrogatorio", "Audiencia de interrogatorio", "Questioning of the accused"),
    ("judgment", "Lectura de sentencia", "Handing down of the judgment"),
    ("judicial_review", "Audiencia de revisión judicial", "Judicial review hearing"),
    ("juicio", "Audiencia de juicio", "Trial hearing"),
    ("julgamento", "Sesión de juzgamiento", "Judgment session"),
    ("juri", "Sesión del tribunal del jurado", "Jury court session"),
    ("jury_selection", "Selección del jurado", "Jury selection"),
    ("justificacao", "Audiencia de justificación", "Justification hearing"),
    ("legalizacion_captura", "Audiencia de legalización de captura", "Review of the arrest hearing"),
    ("mediacao", "Audiencia de mediación", "Mediation session"),
    ("medida_aseguramiento", "Audiencia de medida de aseguramiento", "Pre-trial measure hearing"),
    (
        "medidas_cautelares_constitucionales",
        "Audiencia de medidas cautelares constitucionales",
        "Constitutional precautionary measures hearing",
    ),
    ("meeting_of_creditors", "Junta de acreedores", "Meeting of creditors"),
    ("mention", "Audiencia de mero trámite", "Mention hearing"),
    ("motion", "Audiencia sobre una petición", "Motion hearing"),
    ("oral_argument", "Audiencia de alegatos", "Oral argument"),
    ("permission_to_appeal", "Audiencia sobre el permiso para apelar", "Permission to appeal hearing"),
    ("plea", "Audiencia de declaración de culpabilidad o inocencia", "Plea hearing"),
    ("plea_and_trial_preparation", "Audiencia de declaración y preparación del juicio", "Plea and trial preparation hearing"),
    ("preliminar", "Audiencia preliminar", "Preliminary hearing"),
    ("preliminary_hearing", "Audiencia preliminar", "Preliminary hearing"),
    ("preparatoria", "Audiencia preparatoria", "Preparatory hearing"),
    ("pretrial_conference", "Conferencia previa al juicio", "Pre-trial conference"),
    ("prision_preventiva", "Audiencia de prisión preventiva", "Pre-trial detention hearing"),
    ("procedimiento_abreviado", "Audiencia de procedimiento abreviado", "Abbreviated procedure hearing"),
    ("procedimiento_directo", "Audiencia de procedimiento directo", "Direct procedure hearing"),
    ("prolongacion_prision_preventiva", "Audiencia de prolongación de prisión preventiva", "Hearing to extend pre-trial detention"),
    ("pruebas", "Audiencia de pruebas", "Evidence hearing"),
    ("reformulacion", "Audiencia de reformulación de cargos", "Hearing to amend charges"),
    ("remate", "Diligencia de remate", "Judicial auction"),
    ("revision", "Audiencia de revisión", "Review hearing"),
    ("revision_medidas", "Audiencia de revisión de medidas", "Hearing to review measures"),
    ("revocation", "Audiencia de revocatoria de libertad vigilada", "Revocation hearing"),
    ("scheduling_conference", "Conferencia de programación", "Scheduling conference"),
    ("sentencing", "Audiencia de imposición de la pena", "Sentencing hearing"),
    ("sesion", "Sesión del tribunal", "Session of the court"),
    ("sessao_virtual", "Sesión virtual de juzgamiento", "Virtual judgment session"),
    ("settlement_conference", "Conferencia de conciliación", "Settlement conference"),
    ("show_cause", "Audiencia para exponer razones", "Show cause hearing"),
    ("sobreseimiento", "Audiencia de sobreseimiento", "Dismissal hearing"),
    ("status_conference", "Conferencia sobre el estado del caso", "Status conference"),
    ("submission", "Sesión de decisión sin alegatos orales", "Submission on briefs"),
    ("suspension_condicional", "Audiencia de suspensión condicional del proceso", "Conditional suspension hearing"),
    ("sustitucion_medidas", "Audiencia de sustitución de medidas", "Hearing to replace measures"),
    ("telephone_conference", "Conferencia telefónica", "Telephone conference"),
    ("terminacion_anticipada", "Audiencia de terminación anticipada", "Early termination hearing"),
    ("testimonio_anticipado", "Audiencia de testimonio anticipado", "Early testimony hearing"),
    ("trial", "Audiencia de juicio", "Trial"),
    ("tutela_derechos", "Audiencia de tutela de derechos", "Protection of rights hearing"),
    ("una", "Audiencia única", "Single hearing"),
    ("version_fiscalia", "Diligencia de versión en fiscalía", "Statement at the prosecutor's office"),
    ("vinculacion", "Audiencia de vinculación", "Hearing on linking a person to the proceedings"),
    ("vista_causa", "Vista de la causa", "Hearing of the case"),
];

/// The type of a hearing by its stable name; an unknown one is shown with its own words.
pub fn hearing_name(kind: Option<&str>, language: Language) -> String {
    let Some(kind) = kind else { return pick(language, "Audiencia", "Hearing").to_owned() };
    match NAMES.binary_search_by_key(&kind, |(name, ..)| name) {
        Ok(at) => pick(language, NAMES[at].1, NAMES[at].2).to_owned(),
        Err(_) => format!("{} ({})", pick(language, "Audiencia", "Hearing"), kind.replace('_', " ")),
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    fn data_files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("the data folder can be read") {
            let path = entry.expect("an entry of it").path();
            if path.is_dir() {
                data_files(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "toml") {
                found.push(path);
            }
        }
    }

    /// The names in the `[[type]]` tables of a file.
    fn kinds_in(path: &Path) -> Vec<String> {
        let text = std::fs::read_to_string(path).expect("a data file");
        let document: toml_edit::DocumentMut = text.parse().expect("TOML");
        let tables = document.get("type").and_then(|kinds| kinds.as_array_of_tables());
        let names = tables.into_iter().flatten().map(|table| table["name"].as_str().expect("a name").to_owned());
        names.collect()
    }

    #[test]
    fn every_shipped_kind_has_a_name_in_both_languages() {
        let mut files = Vec::new();
        data_files(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("jurisdictions"), &mut files);
        let mut shipped: Vec<String> = files.iter().flat_map(|file| kinds_in(file)).collect();
        shipped.sort_unstable();
        shipped.dedup();
        let named: Vec<&str> = NAMES.iter().map(|(name, ..)| *name).collect();
        assert_eq!(shipped, named, "each kind has a name here, in order, and each name is of a kind");
        assert!(NAMES.iter().all(|(_, es, en)| !es.is_empty() && !en.is_empty()));
    }

    #[test]
    fn an_operators_own_kind_keeps_its_words() {
        assert_eq!(hearing_name(Some("junta_medica"), Language::Es), "Audiencia (junta medica)");
        assert_eq!(hearing_name(Some("status_conference"), Language::En), "Status conference");
        assert_eq!(hearing_name(None, Language::En), "Hearing");
    }
}
