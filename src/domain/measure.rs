//! The measures of delay: their numbers and names, what each counts in one sentence in both languages, and what is refused.
//!
//! Reckoned by `delay::measures`, published by `wire::figure`. The numbers are those of `domain.md` B3. A figure without its counting
//! rule is worth nothing: of one trial two sources said that it failed to start four times and six times, and neither said how it had counted.

use super::caveat::Sentence;

/// The version of the sentences below; it grows whenever one of them counts otherwise.
pub const COUNTING_VERSION: u32 = 2;

macro_rules! measures {
    ($($(#[$doc:meta])* $variant:ident = $id:literal, $name:literal, $es:literal, $en:literal;)*) => {
        /// A measure.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Measure { $($(#[$doc])* $variant,)* }

        impl Measure {
            /// Every measure, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its number, such as `M01`.
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }

            /// Its stable name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What is counted, in one sentence that stands beside every figure.
            pub fn counting(self) -> Sentence {
                match self { $(Self::$variant => Sentence { es: $es, en: $en },)* }
            }
        }
    };
}

measures! {
    /// `t − d_start`, or `d_final − d_start`.
    Age = "M01", "age",
        "Días desde el ingreso de la causa (filing), o desde el primer acto contra una persona que se observe (first_act), hasta su \
            final o hasta hoy.",
        "Days from the filing of the case, or from the first observed act against a person (first_act), to its end or to today.";
    /// `t − max d_i`.
    LastActivity = "M02", "last_activity",
        "Días desde la última actuación fechada: de cualquiera (any), y de un juez o tribunal (court), sin razones ni oficios de \
            secretaría ni notificaciones; de una causa terminada, hasta su final.",
        "Days since the latest dated entry: of anybody (any), and of a judge or panel (court), without the clerk's notes and letters and \
            without notices of service; of a case that ended, to its end.";
    /// `t − max s_i`.
    LastSeen = "M03", "last_seen",
        "Días desde que vimos por última vez una actuación nueva (change) y desde que leímos la causa (read): mide lo que nosotros vimos, \
            no al juzgado.",
        "Days since we last saw a new entry (change) and since we last read the case (read): it measures what we saw, not the court.";
    /// `s_i − d_i`.
    PublicationLag = "M04", "publication_lag",
        "Días entre la fecha de cada actuación y la lectura en que apareció, como máximo; las que ya estaban en la primera lectura no \
            cuentan.",
        "Days from the date of each entry to the reading in which it appeared, at most; those that stood there at the first reading do \
            not count.";
    /// `d_B − d_A`.
    Stage = "M05", "stage",
        "Días entre el primer día observado de un paso y el primero del paso siguiente que no sea anterior; si el segundo no se observa, \
            sigue abierto hasta hoy, salvo la apelación y la casación, que no tienen que llegar.",
        "Days from the first observed day of a step to the first of the next step that is not earlier; where the second is not observed \
            it is open until today, but for appeal and cassation, which need not come.";
    /// `max (d_{i+1} − d_i)`.
    LongestGap = "M06", "longest_gap",
        "El mayor número de días entre una actuación fechada y la siguiente desde el inicio de la causa, incluido el intervalo que sigue \
            abierto; running omite los días de vacancia y de suspensión.",
        "The most days from one dated entry to the next since the start of the case, the open stretch included; running leaves out days \
            of recess and suspension.";
    /// `Σ gaps > 30 d / age`.
    Inactivity = "M07", "inactivity",
        "Parte de los días de la causa que cae en intervalos de más de 30 días (o los que se indiquen) entre una actuación y la siguiente, \
            sobre los días desde su inicio.",
        "The part of the days of the case that lies in stretches of more than 30 days (or as many as are asked for) from one entry to the \
            next, of the days since its start.";
    /// `N_set`.
    Settings = "M08", "settings",
        "Un señalamiento por cada día y hora para los que se fijó una audiencia; repetirlo no suma, ni lo que se relata sin decir de qué día; \
            el de causas vinculadas es uno solo.",
        "One setting for each day and hour for which a hearing was set; to repeat it adds none, nor does what is told without its day; that \
            of linked cases is one.";
    /// Counts by outcome.
    Outcomes = "M09", "outcomes",
        "Señalamientos según su resultado: fallido, diferido, suspendido y no instalado no son lo mismo; desconocido tras 5 días hábiles \
            sin actuación.",
        "Settings by outcome: failed, deferred, suspended and not installed are not the same; unknown after 5 business days without an \
            entry.";
    /// `(deferred + failed + not_installed) / known`.
    Adjournment = "M10", "adjournment_ratio",
        "Señalamientos que no empezaron (diferidos, fallidos, no instalados) sobre los de resultado conocido, sin revocados ni \
            pendientes; los límites cuentan los desconocidos como empezados y como no empezados.",
        "Settings that did not start (deferred, failed, not installed) of those with a known outcome, without revoked and pending ones; \
            the bounds take the unknown ones as started and as not started.";
    /// `failed / (N_set − revoked − unknown)`.
    Failure = "M11", "failure_ratio",
        "Solo los fallidos sobre los señalamientos sin revocados, desconocidos ni pendientes: la definición del Consejo de la Judicatura.",
        "Failed ones only, of the settings without revoked, unknown and pending ones: the definition of Ecuador's Consejo de la \
            Judicatura.";
    /// First-setting certainty, and settings a hearing.
    DateCertainty = "M12", "date_certainty",
        "Audiencias que empezaron en su primer señalamiento, sobre aquellas cuyo primer resultado se conoce (first_setting); y \
            señalamientos no revocados hasta empezar, por audiencia que empezó (settings_per_hearing); los días que fija una misma orden \
            para una misma clase son una sola audiencia.",
        "Hearings that began on their first setting, of those whose first outcome is known (first_setting); and settings that were not \
            revoked until it began, for each hearing that began (settings_per_hearing); the days that one order sets for one kind are one \
            hearing.";
    /// `Σ max(0, new − old)`.
    DaysLost = "M13", "days_lost",
        "Suma de los días entre cada señalamiento que no empezó o fue revocado y el que lo reemplaza; un adelanto no descuenta.",
        "The sum of the days from each setting that did not start or was revoked to the one that replaces it; an earlier day takes \
            nothing off.";
    /// Sessions, and the days on which there were some.
    HearingDays = "M13b", "hearing_days",
        "Días distintos con sesión (hearing_days; de una sesión de varios días, los hábiles hasta el día en que se relata), y por audiencia sus sesiones (sessions) y \
            los días entre la primera y la última (elapsed).",
        "Distinct days with a session (hearing_days; of a session of several days the business days until it is told), and for each hearing its sessions \
            and the days from the first to the last (elapsed).";
    /// [`DaysLost`](Self::DaysLost), split.
    DelayBy = "M14", "delay_by",
        "Los días de M13 según quién pidió el cambio (requester) y según el motivo (reason); uno con varios cuenta en cada uno, y lo que \
            no se dice queda como unstated.",
        "The days of M13 by who asked for the change (requester) and by reason; one with several counts under each, and what is not said \
            stays as unstated.";
    /// `scheduled_at − ordered_on`.
    Notice = "M15", "notice",
        "Días entre la fecha de la orden y el día señalado; short son los de menos de 72 horas, por horas si constan y si no por días; \
            una reanudación no cuenta.",
        "Days from the date of the order to the day that it sets; short are those of less than 72 hours, by the hour where it is known, \
            else by the day; a resumption does not count.";
    /// `d_written − d_oral`.
    OralToWritten = "M16", "oral_to_written",
        "Días desde la decisión oral hasta la primera sentencia escrita o su notificación; otra decisión sin sentencia entre ellas solo \
            cuenta si hubo audiencia después de la primera: volver a mencionarla no la mueve.",
        "Days from the oral decision to the first written ruling or its notification; another decision without a ruling between them counts \
            only after another hearing: to mention it again does not move it.";
    /// `Σ (min(end, t) − start)`.
    Detention = "M17", "detention",
        "Por persona, días desde que consta efectiva la prisión preventiva hasta la libertad, la revocatoria o la sentencia de primera \
            instancia; los intervalos que se cruzan se unen (gross), y se restan las suspensiones del art. 541.6 que constan (net); tras un \
            final solo una orden nueva inicia otra.",
        "For each person, days from when pre-trial detention is shown to be in effect to release, revocation or the sentence of first \
            instance; overlapping intervals are joined (gross), and recorded suspensions under art. 541.6 are taken off (net); after an end \
            only a new order begins another one.";
    /// The first order after a petition.
    PetitionAnswer = "M18", "petition_answer",
        "Días desde cada escrito de parte hasta la primera providencia del juzgado de ese día o posterior.",
        "Days from each petition of a party to the first order of the court on that day or later.";
    /// Count, interval, days before the next hearing.
    JudgeChanges = "M19", "judge_changes",
        "Cambios de juez o de miembro del tribunal que se observan (count), los días desde el cambio anterior (since_previous) y los que \
            faltan para la audiencia siguiente como estaba señalada ese día (before_hearing).",
        "Observed changes of judge or member of the panel (count), the days since the change before (since_previous) and those until the \
            next hearing as it was set on that day (before_hearing).";
    /// By Kaplan–Meier.
    Percentile = "M20", "percentile",
        "Lugar de la causa en su grupo: qué parte terminó antes la misma etapa, por Kaplan–Meier o, si otras terminaron de otro modo, por \
            Aalen–Johansen; no se dice con menos de 5 finales de esa etapa.",
        "The place of the case in its group: what share was over with the same stage sooner, by Kaplan–Meier or, where others ended \
            otherwise, by Aalen–Johansen; it is not said with fewer than 5 ends of that stage.";
}

/// Something that is not measured, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// Its stable name.
    pub name: &'static str,
    /// Why.
    pub why: Sentence,
}

/// What is refused. Both are measures of a whole court (CEPEJ): a list of watched cases was chosen, mostly because they are slow.
pub const REFUSED: [Refused; 2] = [
    Refused {
        name: "clearance_rate",
        why: Sentence {
            es: "La tasa de resolución (CEPEJ: causas resueltas sobre ingresadas) se mide sobre todas las causas de un juzgado; las \
                vigiladas son una muestra elegida y darían una cifra falsa.",
            en: "The clearance rate (CEPEJ: resolved over incoming cases) is measured over all cases of a court; the watched ones are a \
                chosen sample and would give a false figure.",
        },
    },
    Refused {
        name: "disposition_time",
        why: Sentence {
            es: "El tiempo de tramitación (CEPEJ: 365 por causas pendientes sobre resueltas) se mide sobre todas las causas de un \
                juzgado; las vigiladas son una muestra elegida y darían una cifra falsa.",
            en: "The disposition time (CEPEJ: 365 times pending over resolved cases) is measured over all cases of a court; the watched \
                ones are a chosen sample and would give a false figure.",
        },
    },
];

/// Whether a measure of this name is refused, and why.
pub fn refused(name: &str) -> Option<Refused> {
    REFUSED.into_iter().find(|refused| refused.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_measure_has_its_number_its_name_and_its_rule_in_both_languages() {
        let names: BTreeSet<&str> = Measure::ALL.iter().map(|measure| measure.name()).collect();
        assert_eq!((Measure::ALL.len(), names.len()), (21, 21));
        assert!(Measure::ALL.windows(2).all(|pair| pair[0].id() < pair[1].id()));
        for measure in Measure::ALL {
            let Sentence { es, en } = measure.counting();
            assert!(es.ends_with('.') && en.ends_with('.') && es != en, "{}", measure.id());
        }
    }

    #[test]
    fn measures_of_a_whole_court_are_refused_with_the_reason() {
        for name in ["clearance_rate", "disposition_time"] {
            let why = refused(name).expect("refused").why;
            assert!(why.es.contains("CEPEJ") && why.es.contains("muestra elegida") && why.en.contains("chosen sample"));
        }
        assert_eq!(refused("age"), None);
    }
}
