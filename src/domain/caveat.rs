//! What a figure of delay does not say, in both languages: the sentences that stand beside it.
//!
//! Put beside figures by `delay::measures`, published by `wire::figure`. A sentence says what is not known and never whose fault it is.

/// One sentence in Spanish and in English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// In Spanish.
    pub es: &'static str,
    /// In English.
    pub en: &'static str,
}

macro_rules! caveats {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $es:literal, $en:literal;)*) => {
        /// What a figure does not say.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Caveat { $($(#[$doc])* $variant,)* }

        impl Caveat {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// In words.
            pub fn sentence(self) -> Sentence {
                match self { $(Self::$variant => Sentence { es: $es, en: $en },)* }
            }
        }
    };
}

caveats! {
    /// Entries without a date.
    Undated = "undated", "Hay actuaciones sin fecha que no se cuentan.", "There are entries without a date, which are not counted.";
    /// Entries that are dated after the moment.
    AfterAsOf = "after_as_of", "Hay actuaciones con fecha posterior al momento del cálculo que no se cuentan.",
        "There are entries dated after the moment of the figure, which are not counted.";
    /// Entries that are dated before the start of the case.
    BeforeStart = "before_start", "Hay actuaciones con fecha anterior al inicio de la causa que no se cuentan.",
        "There are entries dated before the start of the case, which are not counted.";
    /// Entries, or a day of filing, with a date that cannot be one.
    Implausible = "implausible_date", "Hay fechas inverosímiles, más de sesenta años anteriores a la siguiente, que no se cuentan.",
        "There are dates that cannot be meant, more than sixty years before the next one, which are not counted.";
    /// Nobody has read the case on that day or since.
    NotRead = "not_read", "La última lectura de la causa es anterior a hoy: no se sabe qué se ingresó después.",
        "The case was last read before today: what was entered later is not known.";
    /// The matter, on which it depends when time stands still.
    MatterUnknown = "matter_unknown", "No consta la materia de la causa: no se sabe en qué días no corría el tiempo, y no se omite ninguno.",
        "The matter of the case is not known: on which days time stood still is not known, and none is left out.";
    /// Business days of years of which only weekends are sure.
    DaysWeekendsOnly = "days_weekends_only",
        "Días hábiles: de algunos de esos años no se conocen los feriados; solo los fines de semana se descuentan con seguridad.",
        "Business days: of some of those years the holidays are not known; only weekends are surely left out.";
    /// Business days among which some are in doubt.
    DaysUnsure = "days_unsure", "Días hábiles: hay días de los que no es seguro si se trabajaba; la cuenta puede variar.",
        "Business days: of some days it is not sure whether courts were open; the count may differ.";
    /// Business days of years of which the decrees are not known.
    DaysNoDecrees = "days_no_decrees",
        "Días hábiles: calculados según la ley; de algunos de esos años no se buscaron los decretos que pudieron cambiarlos.",
        "Business days: reckoned by the law; the decrees that may have changed them were not looked for in some of those years.";
    /// Business days without the holidays of the place.
    DaysNoLocal = "days_no_local", "Días hábiles: no se descuentan los feriados locales, porque no consta el cantón o no se conocen los suyos.",
        "Business days: local holidays are not left out, because the place is not known or its holidays are not.";
    /// Entries that the record does not say who wrote.
    UnknownActor = "unknown_actor", "Hay actuaciones posteriores cuyo autor no consta; si alguna fuera del juzgado, el silencio sería menor.",
        "There are later entries whose author the record does not name; if one is the court's, its silence is shorter.";
    /// No day of filing is known.
    FromFirstEntry = "from_first_entry", "No consta la fecha de ingreso; se cuenta desde la primera actuación visible, así que es un mínimo.",
        "The day of filing is not known; it is counted from the first visible entry, so it is a minimum.";
    /// Nothing new was seen since the watch began.
    NothingSeen = "nothing_seen", "No se ha visto nada nuevo desde que empezó la vigilancia; es un mínimo.",
        "Nothing new was seen since the watch began; it is a minimum.";
    /// They stood there at the first look.
    StoodThere = "stood_there", "Hay actuaciones que ya estaban en la primera lectura: no se sabe cuándo se publicaron y no se cuentan.",
        "There are entries that stood there at the first look: when they were published is not known, and they are not counted.";
    /// Seen before the day that they bear.
    DatedAhead = "dated_ahead", "Hay actuaciones vistas antes del día de su fecha, que no se cuentan.",
        "There are entries that were seen before the day of their date, which are not counted.";
    /// Too few for the figure.
    TooFew = "too_few", "Son muy pocos casos para dar esta cifra.", "There are too few to give this figure.";
    /// Of fewer than ten values.
    NinetiethIsLongest = "p90_is_longest", "Con menos de diez valores, el del 90 % es simplemente el mayor.",
        "With fewer than ten values that of 90 % is simply the longest.";
    /// Something in between is not observed, though something later is.
    NotObserved = "not_observed", "El paso no se observa en el expediente público, aunque sí uno posterior.",
        "The step is not observed in the public docket, though a later one is.";
    /// It is only observed before what it should follow.
    OutOfOrder = "out_of_order", "El paso solo se observa con fecha anterior a la del paso previo.",
        "The step is observed only with a date before that of the step that it follows.";
    /// The case ended before.
    EndedBefore = "ended_before", "La causa terminó antes de que se observara este paso.", "The case ended before this step was observed.";
    /// Settings whose outcome is not known.
    UnknownOutcome = "unknown_outcome", "Hay señalamientos cuyo resultado no consta.", "There are settings whose outcome is not known.";
    /// Hearings that did not start and have no new day.
    NotSetAgain = "not_set_again", "Hay audiencias no realizadas sin nuevo día señalado; su demora no se cuenta todavía.",
        "There are hearings that did not start and have no new day; their delay is not counted yet.";
    /// Settings without a day, or without a dated order.
    NoDay = "no_day", "Hay señalamientos sin día, o sin la fecha de la orden, que no se cuentan.",
        "There are settings without a day, or without the date of the order, which are not counted.";
    /// Notice that may be short, because an hour is not known.
    NoHour = "no_hour", "Hay señalamientos a tres días exactos sin hora conocida: podrían ser de menos de 72 horas.",
        "There are settings exactly three days ahead without a known hour: they may be of less than 72 hours.";
    /// Whom an event concerns is not clear.
    UnclearWhom = "unclear_whom", "Hay actos que no dicen con claridad a qué persona se refieren y no se cuentan.",
        "There are acts that do not clearly say which person they concern, which are not counted.";
    /// An end without a start.
    NoStart = "no_start", "Hay un final sin inicio observado; nunca se supone el inicio.",
        "There is an end without an observed start; a start is never assumed.";
    /// Entries after an end that tell again that a detention took effect.
    ToldAgain = "told_again", "Hay actuaciones posteriores a un final que cuentan otra vez que la prisión se hizo efectiva; sin una orden nueva no inician otra.",
        "There are entries after an end that tell again that the detention took effect; without a new order they begin no other one.";
    /// All detentions are taken for those of one person.
    NobodyNamed = "nobody_named", "El expediente no nombra a nadie: todas las prisiones se cuentan como si fueran de una sola persona.",
        "The docket names nobody: all detentions are counted as if they were of one person.";
    /// Suspended without an end.
    StillSuspended = "still_suspended", "La suspensión sigue abierta: no se observa que se haya levantado.",
        "The suspension is still open: nothing shows that it was lifted.";
    /// Whether an order answers a petition.
    NotShownToAnswer = "not_shown_to_answer", "Que la providencia responda a ese escrito no consta: es la primera posterior.",
        "The record does not show that the order answers this petition: it is the first one after it.";
    /// Cases that could not be counted.
    LeftOut = "left_out", "Hay causas del grupo que no se cuentan: no consta cuándo empezó o terminó la etapa, o terminó antes de vigilarlas.",
        "There are cases of the group that are not counted: when the stage began or ended is not known, or it ended before they were watched.";
    /// A step of which only a later trace is seen.
    TakenByThen = "taken_by_then", "No se observa cuándo se interpuso el recurso: ese día consta que ya estaba interpuesto.",
        "When the appeal was filed is not observed: that day shows that it had been.";
    /// Ends of another kind, which compete with the one that is asked for.
    EndedOtherwise = "ended_otherwise", "Hay causas del grupo que terminaron de otro modo: ya no llegarán a este paso, y la curva lo cuenta así (Aalen–Johansen).",
        "There are cases of the group that ended otherwise: they will not come to this step, and the curve counts them so (Aalen–Johansen).";
    /// Too few at risk before all came to be watched.
    FewAtRisk = "few_at_risk", "En los primeros días se vigilaban muy pocas causas, y otras se sumaron después: la cifra dependería de una o dos.",
        "In the first days very few cases were watched, and others came later: the figure would hang on one or two.";
    /// Nothing more was set.
    NoHearingAhead = "no_hearing_ahead", "No hay audiencia señalada después del cambio.", "No hearing is set after the change.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_caveat_has_a_name_of_its_own_and_both_languages() {
        let names: BTreeSet<&str> = Caveat::ALL.iter().map(|caveat| caveat.name()).collect();
        assert_eq!(names.len(), Caveat::ALL.len());
        for caveat in Caveat::ALL {
            let Sentence { es, en } = caveat.sentence();
            assert!(es.ends_with('.') && en.ends_with('.') && es != en, "{}", caveat.name());
        }
    }
}
