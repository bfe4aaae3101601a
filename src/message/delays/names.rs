//! The names of measures and of their parts, in Spanish and in English.
//!
//! Used by all of [`delays`](super). What a measure counts is said in [`measure`](crate::domain::measure); here it only has a name that
//! fits in a table. A part that is not known here keeps its stable name.

use crate::domain::about::Language;
use crate::domain::measure::Measure;
use crate::message::words::pick;

/// A measure in a few words.
pub fn measure(measure: Measure, language: Language) -> &'static str {
    let (es, en) = match measure {
        Measure::Age => ("Edad de la causa", "Age of the case"),
        Measure::LastActivity => ("Días sin actuaciones", "Days without an entry"),
        Measure::LastSeen => ("Días desde lo último que vimos", "Days since what we last saw"),
        Measure::PublicationLag => ("Demora en publicarse", "Lag until publication"),
        Measure::Stage => ("Duración de la etapa", "Length of the stage"),
        Measure::LongestGap => ("Mayor intervalo sin actuaciones", "Longest stretch without an entry"),
        Measure::Inactivity => ("Parte del tiempo en intervalos largos", "Share of the time in long stretches"),
        Measure::Settings => ("Señalamientos", "Settings of hearings"),
        Measure::Outcomes => ("Señalamientos por resultado", "Settings by outcome"),
        Measure::Adjournment => ("Señalamientos que no empezaron", "Settings that did not start"),
        Measure::Failure => ("Señalamientos fallidos", "Settings that failed"),
        Measure::DateCertainty => ("Certeza de la fecha", "Certainty of the date"),
        Measure::DaysLost => ("Días entre lo señalado y lo que lo reemplazó", "Days from what was set to what replaced it"),
        Measure::HearingDays => ("Días de audiencia", "Days of hearing"),
        Measure::DelayBy => ("Los mismos días, por lo que consta", "The same days, by what the record says"),
        Measure::Notice => ("Anticipación del señalamiento", "Notice of the setting"),
        Measure::OralToWritten => ("De la decisión oral a la sentencia escrita", "From the oral decision to the written ruling"),
        Measure::Detention => ("Prisión preventiva", "Pre-trial detention"),
        Measure::PetitionAnswer => ("Del escrito a la providencia siguiente", "From the petition to the next order"),
        Measure::JudgeChanges => ("Cambios de juez o tribunal", "Changes of judge or panel"),
        Measure::Percentile => ("Lugar de la causa en su grupo", "Place of the case in its group"),
    };
    pick(language, es, en)
}

/// A step of a case by its stable name.
pub fn step(name: &str, language: Language) -> Option<&'static str> {
    let (es, en) = match name {
        "charges" => ("formulación de cargos", "charges"),
        "opinion" => ("dictamen fiscal", "prosecutor's opinion"),
        "preparatory" => ("audiencia preparatoria", "preparatory hearing"),
        "trial" => ("juicio", "trial"),
        "oral" => ("decisión oral", "oral decision"),
        "written" => ("sentencia escrita", "written ruling"),
        "appeal" => ("apelación", "appeal"),
        "appeal_ruling" => ("decisión de la apelación", "ruling on appeal"),
        "cassation" => ("casación", "cassation"),
        "final" => ("final", "end"),
        _ => return None,
    };
    Some(pick(language, es, en))
}

/// A part of a measure by its stable name; empty where the measure has no parts.
pub fn part(measure: Measure, name: &str, language: Language) -> String {
    if let Some((from, to)) = name.split_once("_to_") {
        let word = |name: &str| step(name, language).map_or_else(|| name.replace('_', " "), str::to_owned);
        return format!("{} → {}", word(from), word(to));
    }
    let (es, en) = match (measure, name) {
        (Measure::Percentile, "all") => ("decisión oral → sentencia escrita", "oral decision → written ruling"),
        (_, "all") => ("", ""),
        (Measure::Age, "filing") => ("desde el ingreso", "since the filing"),
        (Measure::Age, "first_act") => ("desde el primer acto contra una persona", "since the first act against a person"),
        (Measure::LastSeen, "change") => ("desde una actuación nueva", "since a new entry"),
        (Measure::LastSeen, "read") => ("desde la última lectura", "since the last reading"),
        (_, "any") => ("de cualquiera", "of anybody"),
        (_, "court") => ("de un juez o tribunal", "of a judge or panel"),
        (_, "any_running") => ("de cualquiera, sin vacancia ni suspensión", "of anybody, without recess and suspension"),
        (_, "court_running") => ("de un juez o tribunal, sin vacancia ni suspensión", "of a judge or panel, without recess and suspension"),
        (_, "first_setting") => ("empezaron en su primer señalamiento", "began on their first setting"),
        (_, "settings_per_hearing") => ("señalamientos por audiencia que empezó", "settings for each hearing that began"),
        (_, "hearing_days") => ("días distintos con sesión", "distinct days with a session"),
        (_, "sessions") => ("sesiones de la audiencia", "sessions of the hearing"),
        (_, "elapsed") => ("de la primera sesión a la última", "from the first session to the last"),
        (_, "requester") => ("quién pidió el cambio", "who asked for the change"),
        (_, "reason") => ("motivo del cambio", "reason of the change"),
        (_, "short") => ("de menos de 72 horas", "of less than 72 hours"),
        (_, "each") => ("cada uno", "each"),
        (_, "gross") => ("todo el tiempo", "the whole time"),
        (_, "net") => ("sin las suspensiones que constan", "without recorded suspensions"),
        (_, "until_oral_decision") => ("hasta la decisión oral", "until the oral decision"),
        (_, "count") => ("cuántos", "how many"),
        (_, "since_previous") => ("desde el cambio anterior", "since the change before"),
        (_, "before_hearing") => ("hasta la audiencia siguiente", "until the next hearing"),
        (_, other) => return other.replace('_', " "),
    };
    pick(language, es, en).to_owned()
}

/// A stage of which many cases are looked at, as a heading.
pub fn stage(of: Measure, part: &str, language: Language) -> String {
    match of {
        Measure::OralToWritten => measure(of, language).to_owned(),
        _ => self::part(of, part, language),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_has_a_name_in_both_languages() {
        for one in Measure::ALL {
            let [es, en] = [Language::Es, Language::En].map(|language| measure(*one, language));
            assert!(!es.is_empty() && !en.is_empty() && es != en, "{}", one.id());
        }
    }

    #[test]
    fn stages_are_named_by_their_steps() {
        assert_eq!(part(Measure::Stage, "oral_to_written", Language::Es), "decisión oral → sentencia escrita");
        assert_eq!(part(Measure::Stage, "appeal_ruling_to_cassation", Language::En), "ruling on appeal → cassation");
        assert_eq!(part(Measure::Age, "something_new", Language::En), "something new");
        assert_eq!(part(Measure::Settings, "all", Language::Es), "");
    }
}
