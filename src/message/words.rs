//! The fixed words of messages: names of kinds, authors, hearings, fields and doubts, in Spanish and in English.
//!
//! Neutral on purpose (`domain.md` R-E11, F4): a change is said as what the record shows, never as what someone did to it,
//! and a party's filing is never called a ruling. Sentences are put together in [`summary`](super::summary()).

use crate::domain::about::Language;
use crate::domain::event::{Actor, EventKind, Severity};
use crate::domain::hearing::HearingMode;
use crate::domain::link::Relation;
use crate::domain::setting::Outcome;

/// One of two wordings.
pub(super) fn pick(language: Language, es: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Es => es,
        Language::En => en,
    }
}

/// The name of a kind, as a heading.
pub fn kind(kind: EventKind, language: Language) -> &'static str {
    let (es, en) = match kind {
        EventKind::HearingScheduled => ("Audiencia convocada", "Hearing set"),
        EventKind::HearingRescheduled => ("Audiencia reprogramada", "Hearing rescheduled"),
        EventKind::HearingMovedEarlier => ("Audiencia adelantada", "Hearing moved earlier"),
        EventKind::HearingDeferred => ("Audiencia diferida", "Hearing deferred"),
        EventKind::HearingSuspended => ("Audiencia suspendida", "Hearing suspended"),
        EventKind::HearingResumed => ("Reanudación de audiencia", "Hearing resumed"),
        EventKind::HearingFailed => ("Audiencia no realizada", "Hearing did not take place"),
        EventKind::HearingRevoked => ("Convocatoria sin efecto", "Hearing order revoked"),
        EventKind::HearingHeld => ("Audiencia realizada", "Hearing held"),
        EventKind::HearingReminder => ("Recordatorio de audiencia", "Reminder of a hearing"),
        EventKind::HearingSilent => ("Audiencia sin noticia", "Hearing without news"),
        EventKind::RulingIssued => ("Decisión", "Ruling"),
        EventKind::RulingOral => ("Decisión oral", "Oral decision"),
        EventKind::OrderIssued => ("Actuación judicial", "Act of the court"),
        EventKind::MeasureOrdered => ("Medida ordenada", "Measure ordered"),
        EventKind::MeasureLifted => ("Medida levantada", "Measure lifted"),
        EventKind::FilingAdded => ("Escrito de una parte", "Filing by a party"),
        EventKind::AppealFiled => ("Recurso", "Appeal or other remedy"),
        EventKind::ProsecutionAct => ("Actuación de la fiscalía", "Act of the prosecutor"),
        EventKind::NotificationServed => ("Notificación", "Notice to the parties"),
        EventKind::NotificationMissing => ("Notificación que no se observa", "Notice not seen"),
        EventKind::EntryAdded => ("Nueva actuación", "New entry"),
        EventKind::CaseFieldChanged => ("Dato del proceso", "Case details"),
        EventKind::JudgeChanged => ("Juez o tribunal", "Judge or panel"),
        EventKind::PartyChanged => ("Partes procesales", "Parties"),
        EventKind::CaseLinked => ("Causa vinculada o nueva instancia", "Linked case or new instance"),
        EventKind::CaseClosed => ("Estado del proceso", "State of the case"),
        EventKind::CaseReopened => ("Reapertura o desarchivo según el registro", "Reopened or back from the archive, by the record"),
        EventKind::RecordEdited => ("Texto distinto en una actuación publicada", "Different text in a published entry"),
        EventKind::RecordRemoved => ("Actuación que no se observa", "Entry no longer seen"),
        EventKind::RecordBackdated => ("Apareció con fecha anterior", "Appeared with an earlier date"),
        EventKind::RecordHidden => ("Contenido no visible", "Content not shown"),
        EventKind::RecordMarked => ("Marca distinta en una actuación publicada", "Different mark on a published entry"),
        EventKind::RecordRedated => ("Fecha distinta en una actuación publicada", "Different date on a published entry"),
        EventKind::DocumentReplaced => ("Documento distinto", "Different document"),
        EventKind::RecordInconsistent => ("Fechas de una actuación que no coinciden", "Dates of an entry that do not agree"),
        EventKind::RecordOffHours => ("Actuación con hora no laborable", "Entry dated outside working hours"),
        EventKind::RecordOutOfOrder => ("Orden de registro y fechas", "Order of entries and their dates"),
        EventKind::RecordBurst => ("Muchas novedades a la vez", "Much at once"),
        EventKind::RecordNearDuplicate => ("Dos actuaciones casi iguales", "Two entries nearly the same"),
        EventKind::CaseReraffled => ("Sorteo de la causa", "Assignment of the case by lot"),
        EventKind::RecordDisagreement => ("Las fuentes no coinciden", "The sources disagree"),
        EventKind::ClockWarning => ("Plazo por vencer", "Time limit nearly over"),
        EventKind::ClockBreach => ("Plazo vencido", "Time limit over"),
        EventKind::ClockMet => ("Plazo: consta lo que lo termina", "Time limit: what ends it is on the record"),
        EventKind::CaseSilent => ("Expediente sin movimiento", "Case without movement"),
        EventKind::CaseVanished => ("Expediente no consultable", "Case not found at the source"),
        EventKind::CaseReserved => ("Expediente reservado según la fuente", "Case confidential according to the source"),
        EventKind::CaseReturned => ("Expediente otra vez consultable", "Case can be consulted again"),
        EventKind::SourceDrift => ("Freno: avisos retenidos", "Brake: messages held"),
        EventKind::SilenceEnded => ("Fin de un silencio", "End of a silence"),
        EventKind::SourceUnreadable => ("Fuente que no se puede leer", "Source that cannot be read"),
        EventKind::SourceBlocked => ("Fuente que rechaza las consultas", "Source that refuses the visits"),
        EventKind::SourceUnavailable => ("Fuente no disponible", "Source not available"),
        EventKind::SourceCasesUnread => ("Expedientes sin lectura", "Cases not read"),
        EventKind::SourceRecovered => ("Fuente otra vez legible", "Source readable again"),
        EventKind::ChannelFailing => ("Canal que no recibe", "Channel not accepting messages"),
        EventKind::ChannelDisabled => ("Canal en pausa", "Channel disabled"),
        EventKind::ChannelGaveUp => ("Mensajes sin entregar", "Messages not delivered"),
        EventKind::ChannelRecovered => ("Canal que vuelve a recibir", "Channel accepting messages again"),
        EventKind::StoreLow => ("Poco espacio en disco", "Disk space low"),
        EventKind::StoreRecovered => ("Otra vez espacio en disco", "Room on the disk again"),
        EventKind::DelaysSummary => ("Resumen mensual de demoras", "Monthly summary of delays"),
        EventKind::VeedorHeartbeat => ("Señal de vida", "Sign of life"),
        EventKind::VeedorTest => ("Mensaje de prueba", "Test message"),
        EventKind::CaseActivity => ("Actividad en el expediente", "Activity in the case"),
    };
    pick(language, es, en)
}

/// The heading of an event about an entry. What somebody other than the court wrote is never headed as the court's act.
pub(super) fn heading(kind: EventKind, actor: Option<Actor>, language: Language) -> &'static str {
    if actor == Some(Actor::Clerk) && matches!(kind, EventKind::MeasureOrdered | EventKind::MeasureLifted) {
        return pick(language, "Detención, libertad u otra medida", "Detention, release or another measure");
    }
    let written_by = match actor.filter(|actor| *actor != Actor::Court && is_act_of_court(kind, *actor)) {
        None => return self::kind(kind, language),
        Some(Actor::Party) => ("Escrito de una parte", "Filing by a party"),
        Some(Actor::Clerk) => ("Actuación de la secretaría", "Entry by the clerk"),
        Some(Actor::Prosecutor) => ("Actuación de la fiscalía", "Entry by the prosecutor"),
        Some(Actor::Court | Actor::Unknown) => ("Nueva actuación", "New entry"),
    };
    pick(language, written_by.0, written_by.1)
}

/// Whether a kind would say that the court did what this author's entry only speaks of. A clerk's note that a hearing took
/// place or a measure was ordered is the record of it; a party's filing is not.
pub(super) fn is_act_of_court(kind: EventKind, actor: Actor) -> bool {
    match kind {
        EventKind::RulingIssued | EventKind::RulingOral | EventKind::OrderIssued => actor != Actor::Court,
        EventKind::MeasureOrdered | EventKind::MeasureLifted | EventKind::CaseClosed | EventKind::CaseReopened => {
            matches!(actor, Actor::Party | Actor::Prosecutor)
        }
        kind => actor == Actor::Party && kind.name().starts_with("hearing."),
    }
}

/// Who wrote an entry, as the end of a phrase: "nueva actuación … del órgano judicial".
pub(super) fn by(actor: Actor, language: Language) -> &'static str {
    let (es, en) = match actor {
        Actor::Court => ("del órgano judicial", "by the court"),
        Actor::Clerk => ("de la secretaría", "by the clerk"),
        Actor::Prosecutor => ("de la fiscalía", "by the prosecutor"),
        Actor::Party => ("de una parte", "by a party"),
        Actor::Unknown => ("de autor sin determinar", "by an author not determined"),
    };
    pick(language, es, en)
}

/// Who wrote an entry, as a line of its own.
pub(super) fn author(actor: Actor, language: Language) -> &'static str {
    let (es, en) = match actor {
        Actor::Court => ("órgano judicial (juez, tribunal o corte)", "judge or court"),
        Actor::Clerk => ("secretaría", "court clerk"),
        Actor::Prosecutor => ("fiscalía (no es una decisión judicial)", "prosecutor (not a decision of the court)"),
        Actor::Party => ("una parte (no es una decisión judicial)", "a party (not a decision of the court)"),
        Actor::Unknown => ("sin determinar", "not determined"),
    };
    pick(language, es, en)
}

/// How people attend.
pub(super) fn mode(mode: HearingMode, language: Language) -> &'static str {
    let (es, en) = match mode {
        HearingMode::InPerson => ("presencial", "in person"),
        HearingMode::Remote => ("por videoconferencia", "by video"),
        HearingMode::Mixed => ("presencial y por videoconferencia", "in person and by video"),
    };
    pick(language, es, en)
}

/// The system by which people attend, under the name that it goes by.
pub(super) fn platform(name: &str) -> String {
    match name {
        "zoom" => "Zoom".to_owned(),
        "google_meet" => "Google Meet".to_owned(),
        "teams" => "Microsoft Teams".to_owned(),
        "webex" => "Webex".to_owned(),
        "cvp" => "Cloud Video Platform".to_owned(),
        other => other.replace('_', " "),
    }
}

/// A heading field by its stable name; `party.ROLE` and unknown names keep the source's words.
pub(super) fn field(name: &str, language: Language) -> String {
    let known = match name {
        "court" => ("judicatura", "court"),
        "status" => ("estado del proceso", "state of the case"),
        "subject" => ("delito o asunto", "offence or subject"),
        "title" => ("carátula", "caption"),
        "filed" => ("fecha de ingreso", "filing date"),
        "judge" => ("juez o tribunal", "judge or panel"),
        "action" => ("tipo de acción", "type of action"),
        "matter" => ("materia", "matter"),
        "incident" => ("incidentes", "incidents"),
        _ => {
            return match name.split_once('.') {
                Some(("party", role)) => format!("{} ({role})", pick(language, "partes", "parties")),
                Some(("incident", number)) => format!("{} {number}", pick(language, "incidente", "incident")),
                _ => name.replace(['_', '.'], " "),
            };
        }
    };
    pick(language, known.0, known.1).to_owned()
}

/// A doubt about a hearing's date by its stable name.
pub fn warning(name: &str, language: Language) -> String {
    let known = match name {
        "weekday_mismatch" => {
            ("el día de la semana y la fecha del texto no coinciden", "the weekday and the date in the text do not match")
        }
        "invalid_date" => ("la fecha del texto no existe en el calendario", "the date in the text does not exist"),
        "word_digit_mismatch" => ("la fecha en letras y la fecha en números no coinciden", "the dates in words and in figures differ"),
        "misspelt_month" => ("el nombre del mes está mal escrito en el texto", "the name of the month is misspelt in the text"),
        "month_inferred" => ("el texto no dice el mes", "the text does not say the month"),
        "year_inferred" => ("el texto no dice el año", "the text does not say the year"),
        "date_in_past" | "past_date" => ("la fecha es anterior a la actuación", "the date is before the entry"),
        "end_of_day" => ("el texto dice las 24h00, el final del día anterior", "the text says 24:00, the end of the day before"),
        other => return other.replace('_', " "),
    };
    pick(language, known.0, known.1).to_owned()
}

/// What a change of the record may be due to, besides anything improper (`domain.md` F3, F4). What is no more than news of the case
/// needs no such word.
pub(super) fn benign(kind: EventKind, severity: Severity, language: Language) -> Option<&'static str> {
    let (es, en) = match kind {
        EventKind::RecordRemoved => (
            "Puede deberse a una corrección, un traslado a otra instancia o incidente, una reserva dispuesta por ley o un error del sistema.",
            "Possible reasons: a correction, a move to another instance or incident, confidentiality required by law, or a system error.",
        ),
        EventKind::CaseVanished => (
            "Puede deberse a una reserva dispuesta por ley, un cambio de número o de instancia, o un error del sistema.",
            "Possible reasons: confidentiality required by law, a new number or instance, or a system error.",
        ),
        EventKind::CaseReserved => (
            "La reserva puede estar dispuesta por ley o por el órgano judicial; puede ser también un error del sistema.",
            "Confidentiality may be required by law or ordered by the court; it may also be a system error.",
        ),
        EventKind::RecordEdited | EventKind::RecordRedated | EventKind::DocumentReplaced => (
            "Puede deberse a una corrección de forma, una nueva carga del documento o una migración de datos.",
            "Possible reasons: a correction of form, a new upload of the document, or a data migration.",
        ),
        EventKind::RecordDisagreement => (
            "Puede deberse a que una fuente se actualiza después que la otra, a una corrección o a un error de registro; este mensaje no dice cuál es la correcta.",
            "Possible reasons: one source is updated later than the other, a correction, or a clerical error; this message does not say which is right.",
        ),
        EventKind::RecordBackdated => (
            "Puede deberse a una carga tardía, una reserva que se levantó, una migración de datos o un error de registro.",
            "Possible reasons: a late upload, confidentiality that was lifted, a data migration, or a clerical error.",
        ),
        EventKind::RecordInconsistent => (
            "Puede deberse a un borrador que se firmó después, una nueva carga del documento, un reloj mal ajustado o un error de registro.",
            "Possible reasons: a draft that was signed later, a new upload of the document, a clock that is wrong, or a clerical error.",
        ),
        EventKind::RecordOffHours => (
            "Puede deberse a un turno, una causa que no admite espera, una firma electrónica fuera del despacho o un feriado trabajado.",
            "Possible reasons: a judge on duty, a matter that cannot wait, an electronic signature away from the office, or a public holiday that was worked.",
        ),
        EventKind::RecordOutOfOrder => (
            "Puede deberse a una carga tardía o en lote, un borrador que se firmó después o una migración de datos.",
            "Possible reasons: a late upload or one of many at once, a draft that was signed later, or a data migration.",
        ),
        EventKind::RecordBurst => (
            "Puede deberse a una carga en lote, la llegada de otro cuerpo del expediente o una migración de datos.",
            "Possible reasons: many uploads at once, another volume of the file that arrived, or a data migration.",
        ),
        EventKind::RecordNearDuplicate => (
            "Puede deberse a un borrador, una corrección que se publicó aparte o actos semejantes para varias personas.",
            "Possible reasons: a draft, a correction that was published by itself, or like acts for several people.",
        ),
        EventKind::CaseReraffled => (
            "Puede deberse a un nuevo sorteo dispuesto en una providencia que el registro no muestra, otra causa vinculada, un turno o un error de registro.",
            "Possible reasons: a new assignment by an order that the record does not show, a linked case, a judge on duty, or a clerical error.",
        ),
        EventKind::HearingSilent => (
            "Puede deberse a un registro tardío o a un acta que el sistema de consulta no muestra.",
            "Possible reasons: a late record, or minutes that the consultation system does not show.",
        ),
        EventKind::ClockWarning | EventKind::ClockBreach | EventKind::ClockMet => (
            "Lo que el registro no muestra puede existir: una actuación que el sistema de consulta no publica, una suspensión o un feriado local que aquí no consta. No es asesoría legal: verifique la regla y su cómputo con un abogado.",
            "What the record does not show may exist: an entry that the consultation system does not publish, a suspension or a local holiday that is not known here. This is no legal advice: verify the rule and the count with a lawyer.",
        ),
        EventKind::CaseSilent => (
            "Puede deberse a la vacancia judicial, a una etapa que espera a otra autoridad o a actuaciones que el sistema de consulta no muestra.",
            "Possible reasons: the judicial recess, a stage that waits for another authority, or entries that the consultation system does not show.",
        ),
        EventKind::NotificationMissing => (
            "Puede deberse a un registro tardío o a una notificación que el sistema de consulta no muestra.",
            "Possible reasons: a late record, or a notice that the consultation system does not show.",
        ),
        EventKind::JudgeChanged => (
            "Puede deberse a un encargo o subrogación, vacaciones o licencia, un nuevo sorteo, una excusa o recusación, o una corrección de datos.",
            "Possible reasons: a substitute during leave, a new assignment by lot, an excusal or recusal, or a correction of data.",
        ),
        EventKind::CaseActivity => (
            "Por privacidad, los avisos de este expediente no dicen más; consulte la fuente oficial.",
            "For privacy, messages of this case say no more; see the official source.",
        ),
        EventKind::PartyChanged | EventKind::CaseFieldChanged if severity >= Severity::Warn => (
            "Puede deberse a una corrección de datos, una acumulación o una decisión que aún no consta.",
            "Possible reasons: a correction of data, a joinder, or a decision not yet on the record.",
        ),
        EventKind::RecordHidden => (
            "Puede deberse a una reserva dispuesta por ley o a un cambio en el sistema de consulta.",
            "Possible reasons: confidentiality required by law, or a change of the consultation system.",
        ),
        EventKind::SourceDrift => (
            "Puede deberse a un cambio del sitio o a un error de lectura; también a un cambio real en muchos expedientes a la vez.",
            "Possible reasons: a change of the site or a misreading; it may also be a real change in many cases at once.",
        ),
        EventKind::SilenceEnded => (
            "Nada se perdió: todo quedó guardado. Si necesita un aviso, pídalo a quien opera veedor, que puede reenviarlo.",
            "Nothing was lost: all of it is kept. If you need a message, ask whoever runs veedor, who can send it again.",
        ),
        EventKind::SourceUnreadable => (
            "Puede deberse a un rediseño del sitio, a una página de error que no se reconoce o a una receta por corregir.",
            "Possible reasons: the site was redesigned, an error page that is not recognised, or a recipe to be mended.",
        ),
        EventKind::SourceBlocked => (
            "Puede deberse a un cortafuegos o captcha general del sitio; no consta que se dirija a veedor.",
            "Possible reasons: a firewall or captcha of the site for everybody; nothing shows that it is meant for veedor.",
        ),
        EventKind::SourceUnavailable => (
            "Puede deberse a mantenimiento, a una caída del sitio o a la red de esta máquina.",
            "Possible reasons: maintenance, a failure of the site, or the network of this machine.",
        ),
        _ => return None,
    };
    Some(pick(language, es, en))
}

/// What became of a hearing, as a source shows it.
pub fn outcome(outcome: Outcome, language: Language) -> &'static str {
    let (es, en) = match outcome {
        Outcome::Pending => ("por realizarse", "still to come"),
        Outcome::Held => ("realizada", "held"),
        Outcome::Suspended => ("suspendida después de instalarse", "suspended after it began"),
        Outcome::Deferred => ("diferida", "deferred"),
        Outcome::Failed => ("fallida", "failed"),
        Outcome::NotInstalled => ("no instalada", "not opened"),
        Outcome::Revoked => ("convocatoria sin efecto", "its setting revoked"),
        Outcome::Unknown => ("sin noticia", "without news"),
    };
    pick(language, es, en)
}

/// How another case belongs to this one, as the beginning of a phrase that ends with its number.
pub(super) fn relation(relation: Relation, language: Language) -> &'static str {
    let (es, en) = match relation {
        Relation::Accumulated => ("Acumulación con la causa", "Joined or consolidated with case"),
        Relation::Instance => ("Otra instancia o causa de origen:", "Another instance or the case below:"),
        Relation::Incident => ("Incidente o causa principal:", "Incident or main case:"),
        Relation::Prosecution => ("Número de la fiscalía:", "The prosecutor's number:"),
        Relation::Related => ("Causa relacionada:", "Related case:"),
    };
    pick(language, es, en)
}

/// A way in which many cases changed: the kind of event, and the field behind a colon where there is one.
pub(super) fn way(way: &str, language: Language) -> String {
    let (name, field) = way.split_once(':').map_or((way, None), |(name, field)| (name, Some(field)));
    let words = EventKind::parse(name).map_or_else(|| name.to_owned(), |kind| self::kind(kind, language).to_owned());
    match field {
        Some(field) => format!("{words}: {} ({way})", self::field(field, language)),
        None => format!("{words} ({way})"),
    }
}
