//! One line for one event that is enough to act on.
//!
//! Read by subjects, mails, webhooks, the terminal and the dashboard. It says who wrote an entry, gives the court's date,
//! calls a doubtful date possible, and never more than the record shows.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::clock_news;
use super::dates::{day, moment, short_instant};
use super::disagreement;
use super::evidence;
use super::hearings::hearing_name;
use super::linked;
use super::meanwhile;
use super::operator;
use super::silent;
use super::words::{self, pick};
use crate::domain::about::{About, Language};
use crate::domain::brake::Drift;
use crate::domain::clock_news::is_of_clocks;
use crate::domain::event::{Actor, Audience, EventEntry, EventHearing, EventKind, FieldChange, MISSING_SINCE, NOT_HELD};
use crate::domain::hearing::{HearingMode, HearingStatus};
use crate::domain::redact::{cut, plain};
use crate::domain::shown::Shown;

/// The longest title that a summary quotes, in characters.
const TITLE: usize = 120;

/// The longest value of a field that a summary quotes, in characters.
const VALUE: usize = 80;

/// The summary of an event.
pub fn summary(event: &Shown, about: &About<'_>) -> String {
    worded(event, about, Form { heading: false, title: TITLE })
}

/// The same in `room` characters. A title gives way before the dates do, which stand at the end.
pub(super) fn within(event: &Shown, about: &About<'_>, room: usize) -> String {
    let forms = [(false, TITLE), (false, 40), (true, 60), (true, 30), (true, 0)];
    let mut lines = forms.into_iter().map(|(heading, title)| worded(event, about, Form { heading, title }));
    let shortest = || worded(event, about, Form { heading: true, title: 0 });
    let line = lines.find(|line| line.chars().count() <= room).unwrap_or_else(shortest);
    cut(&line, room)
}

/// How an entry is told: under the heading of its event or in a phrase of its own, and with how much of its title.
#[derive(Clone, Copy)]
struct Form {
    heading: bool,
    title: usize,
}

fn worded(event: &Shown, about: &About<'_>, form: Form) -> String {
    let language = about.language;
    match event.kind {
        EventKind::VeedorTest => {
            pick(language, "Mensaje de prueba de veedor: este canal funciona", "Test message from veedor: this channel works").to_owned()
        }
        EventKind::CaseActivity => {
            let name = cut(&plain(about.watch.label()), TITLE);
            match language {
                Language::Es => format!("El expediente {name} tuvo actividad"),
                Language::En => format!("The case {name} had activity"),
            }
        }
        EventKind::SourceDrift => drift(event, language),
        EventKind::SilenceEnded => meanwhile::line(event, language),
        kind if kind.audience() == Audience::Operator => {
            operator::line(event, about).unwrap_or_else(|| words::kind(kind, language).to_owned())
        }
        EventKind::RecordDisagreement => {
            disagreement::line(event, about, form.heading).unwrap_or_else(|| words::kind(event.kind, language).to_owned())
        }
        EventKind::CaseLinked => match (linked::summary(event, language, form.title), &event.entry) {
            (Some(line), _) => line,
            (None, Some(entry)) => of_entry(event, entry, about, form),
            (None, None) => words::kind(event.kind, language).to_owned(),
        },
        EventKind::CaseSilent => silent::line(event, language),
        kind if is_of_clocks(kind) => clock_news::line(event, language).unwrap_or_else(|| words::kind(kind, language).to_owned()),
        EventKind::CaseVanished => {
            let words = pick(language, "El expediente ya no es consultable en la fuente", "The case can no longer be found at the source");
            format!("{words}; {}", absence(event, about))
        }
        EventKind::CaseReserved => {
            let words = pick(language, "La fuente indica que el expediente es reservado", "The source says that the case is confidential");
            format!("{words}; {}", absence(event, about))
        }
        EventKind::CaseReturned => {
            let words = pick(language, "El expediente vuelve a ser consultable en la fuente", "The case can be found at the source again");
            let since = missing_since(event).map(|since| short_instant(since, &about.zone, language));
            match since {
                Some(since) => format!("{words}; {} {since}", pick(language, "no se observaba desde el", "it was not seen since")),
                None => words.to_owned(),
            }
        }
        _ => match (&event.hearing, &event.entry, &event.field) {
            (Some(hearing), entry, field) if is_hearing(event.kind) => {
                let line = of_hearing(event.kind, hearing, entry.as_ref(), language);
                let times = field.as_ref().filter(|field| field.field == NOT_HELD).and_then(|field| field.after.as_deref());
                times.map_or_else(|| line.clone(), |times| format!("{line}; {}", not_held(times, language)))
            }
            (hearing, cause, Some(field)) if event.kind == EventKind::JudgeChanged && field.field != NOT_HELD => {
                of_judge(field, hearing.as_ref(), cause.as_ref(), language)
            }
            (_, Some(entry), _) => of_entry(event, entry, about, form),
            (_, None, Some(_)) if event.kind == EventKind::RecordBurst => {
                format!("{}{}", words::kind(event.kind, language), evidence::tail(event, language))
            }
            (_, None, Some(field)) => of_field(event.kind, field, language),
            _ if matches!(event.kind, EventKind::JudgeChanged | EventKind::CaseClosed) => {
                format!("{}: {}", words::kind(event.kind, language), pick(language, "hubo una novedad", "there is news"))
            }
            _ => words::kind(event.kind, language).to_owned(),
        },
    }
}

fn not_held(times: &str, language: Language) -> String {
    match language {
        Language::Es => format!("no realizada {times} veces"),
        Language::En => format!("not held {times} times"),
    }
}

fn is_hearing(kind: EventKind) -> bool {
    kind.name().starts_with("hearing.")
}

/// Whether the date of such an event is a day to come to court; otherwise it is the day of a hearing that has an outcome.
pub(super) fn sets_a_date(kind: EventKind, status: HearingStatus) -> bool {
    match kind {
        EventKind::HearingScheduled | EventKind::HearingRescheduled | EventKind::HearingMovedEarlier | EventKind::HearingReminder => true,
        EventKind::HearingResumed => status == HearingStatus::ResumeScheduled,
        _ => false,
    }
}

fn of_hearing(kind: EventKind, hearing: &EventHearing, entry: Option<&EventEntry>, language: Language) -> String {
    let mention = &hearing.mention;
    let label = cut(&hearing_name(mention.kind.as_deref(), language), VALUE);
    let now = mention.date.map(|date| match mention.end_date {
        // A virtual session lasts for days.
        Some(end) => format!("{} {} {}", moment(date, mention.time, language), pick(language, "hasta el", "until"), day(end, language)),
        None => moment(date, mention.time, language),
    });
    let before = hearing.previous.map(|(date, time)| moment(date, time, language));
    let is_new_date = sets_a_date(kind, mention.status);
    let mut line = match &now {
        Some(now) if !mention.warnings.is_empty() && is_new_date => {
            format!(
                "{label}: {} {now}; {}",
                pick(language, "posible fecha", "possible date"),
                pick(language, "verifique en la fuente", "check at the source")
            )
        }
        _ => format!("{label}: {}", what_of_it(kind, mention.status, now.as_deref(), before.as_deref(), language)),
    };
    if is_new_date && let Some(mode) = mention.mode.filter(|mode| now.is_some() && *mode != HearingMode::InPerson) {
        line.push_str(&format!(" ({})", words::mode(mode, language)));
    }
    if !is_new_date && !mention.warnings.is_empty() {
        line.push_str(pick(language, " (fecha por verificar)", " (date to be checked)"));
    }
    match entry.map(|entry| entry.actor) {
        Some(Actor::Party) => line.push_str(pick(language, ", según un escrito de parte", ", according to a party's filing")),
        Some(Actor::Prosecutor) => {
            line.push_str(pick(language, ", según una actuación de la fiscalía", ", according to an entry by the prosecutor"));
        }
        _ => {}
    }
    line
}

/// What happened to a hearing. `now` is the day the text speaks of: the new day for a setting, the day concerned otherwise.
fn what_of_it(kind: EventKind, status: HearingStatus, now: Option<&str>, before: Option<&str>, language: Language) -> String {
    let es = language == Language::Es;
    let concerned = now.or(before);
    match (kind, now, before) {
        (EventKind::HearingScheduled, Some(now), _) if es => format!("convocada para el {now}"),
        (EventKind::HearingScheduled, Some(now), _) => format!("set for {now}"),
        (EventKind::HearingScheduled, None, _) => {
            pick(language, "convocada; no se observa la fecha en la actuación", "set; no date seen in the entry").into()
        }
        (EventKind::HearingRescheduled, Some(now), Some(before)) if es => format!("reprogramada del {before} al {now}"),
        (EventKind::HearingRescheduled, Some(now), Some(before)) => format!("rescheduled from {before} to {now}"),
        (EventKind::HearingRescheduled, Some(now), None) if es => format!("nueva fecha {now}"),
        (EventKind::HearingRescheduled, Some(now), None) => format!("new date {now}"),
        (EventKind::HearingRescheduled, None, _) => {
            pick(language, "reprogramada; no se observa la nueva fecha en la actuación", "rescheduled; no new date seen in the entry")
                .into()
        }
        (EventKind::HearingMovedEarlier, Some(now), Some(before)) if es => format!("adelantada del {before} al {now}"),
        (EventKind::HearingMovedEarlier, Some(now), Some(before)) => format!("moved earlier, from {before} to {now}"),
        (EventKind::HearingMovedEarlier, Some(now), None) if es => format!("adelantada al {now}"),
        (EventKind::HearingMovedEarlier, Some(now), None) => format!("moved earlier, to {now}"),
        (EventKind::HearingMovedEarlier, None, _) => pick(language, "adelantada", "moved earlier").into(),
        (EventKind::HearingResumed, Some(now), _) if status == HearingStatus::ResumeScheduled => {
            format!("{} {now}", pick(language, "se reanudará el", "to resume on"))
        }
        (EventKind::HearingReminder, Some(now), _) => format!("{} {now}", pick(language, "recordatorio, convocada para el", "reminder:")),
        (EventKind::HearingSilent, Some(now), _) if es => format!("era el {now}; no se observa en el registro qué ocurrió"),
        (EventKind::HearingSilent, Some(now), _) => format!("was on {now}; the record does not show what happened"),
        _ => outcome(kind, status, concerned, language),
    }
}

fn outcome(kind: EventKind, status: HearingStatus, concerned: Option<&str>, language: Language) -> String {
    let (es, en) = match (kind, status) {
        (EventKind::HearingDeferred, _) => ("diferida", "deferred"),
        (EventKind::HearingSuspended, _) => ("suspendida", "suspended"),
        (EventKind::HearingResumed, _) => ("consta como reinstalada", "recorded as resumed"),
        (EventKind::HearingFailed, HearingStatus::NotInstalled) => ("consta como no instalada", "recorded as not opened"),
        (EventKind::HearingFailed, _) => ("consta como fallida", "recorded as failed"),
        (EventKind::HearingRevoked, _) => ("sin efecto la convocatoria", "its setting was revoked"),
        (EventKind::HearingHeld, _) => ("consta como realizada", "recorded as held"),
        _ => ("novedad", "news"),
    };
    let words = pick(language, es, en);
    match concerned {
        Some(at) => format!("{words} ({} {at})", pick(language, "la del", "the one of")),
        None => words.to_owned(),
    }
}

fn of_entry(event: &Shown, entry: &EventEntry, about: &About<'_>, form: Form) -> String {
    let language = about.language;
    let lead = match form.heading {
        true => words::heading(event.kind, Some(entry.actor), language).to_owned(),
        false => lead(event.kind, entry.actor, language),
    };
    let title =
        if entry.title.is_empty() { pick(language, "(sin título)", "(untitled)").to_owned() } else { cut(&entry.title, form.title) };
    let date = entry.date.map(|date| day(date, language));
    // A phrase that has its colon goes on with a comma.
    let colon = if lead.contains(": ") { ", " } else { ": " };
    let what = [Some(title).filter(|_| form.title > 0), date].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let lead = if what.is_empty() { lead } else { format!("{lead}{colon}{what}") };
    let tail = match event.kind {
        EventKind::RecordRedated => redated(entry, language),
        EventKind::RecordBackdated => {
            let seen = short_instant(event.seen_at, &about.zone, language);
            let how = evidence::tail(event, language);
            format!("; {} {seen}{how}", pick(language, "se observó por primera vez el", "first seen on"))
        }
        EventKind::RecordRemoved => format!("; {}", absence(event, about)),
        _ => evidence::tail(event, language),
    };
    format!("{lead}{tail}")
}

/// Why messages of a source are held.
fn drift(event: &Shown, language: Language) -> String {
    let source = &event.case.source;
    let Some(Drift { changed, watched, .. }) = Drift::of(event) else { return words::kind(event.kind, language).to_owned() };
    match language {
        Language::Es => {
            format!("Freno en {source}: {changed} de {watched} expedientes cambiaron del mismo modo; sus avisos quedan retenidos")
        }
        Language::En => format!("Brake on {source}: {changed} of {watched} cases changed in the same way; their messages are held"),
    }
}

/// Since when something is not seen, else when that was last checked.
fn absence(event: &Shown, about: &About<'_>) -> String {
    let language = about.language;
    let (words, at) = match missing_since(event) {
        Some(since) => (pick(language, "no se observa desde el", "not seen since"), since),
        None => (pick(language, "comprobado el", "checked on"), event.seen_at),
    };
    format!("{words} {}", short_instant(at, &about.zone, language))
}

/// The instant that [`MISSING_SINCE`] carries.
pub(super) fn missing_since(event: &Shown) -> Option<Timestamp> {
    let field = event.field.as_ref().filter(|field| field.field == MISSING_SINCE)?;
    field.before.as_deref()?.parse().ok()
}

fn redated(entry: &EventEntry, language: Language) -> String {
    let date = |text: &Option<String>| text.as_deref().and_then(|text| read_day(text, language));
    match (date(&entry.before), date(&entry.after)) {
        (Some(before), Some(after)) if language == Language::Es => format!("; antes {before}, ahora {after}"),
        (Some(before), Some(after)) => format!("; was {before}, now {after}"),
        _ => String::new(),
    }
}

/// `2024-02-20` or `2024-02-20 09:00` in the reader's form; other words as they are.
fn read_day(text: &str, language: Language) -> Option<String> {
    let (day, time) = text.split_once(['T', ' ']).map_or((text, None), |(day, time)| (day, time.parse::<Time>().ok()));
    Some(day.parse::<Date>().map_or_else(|_| cut(text, VALUE), |day| moment(day, time, language))).filter(|text| !text.is_empty())
}

/// How a summary about an entry begins. What somebody other than the court wrote is no decision of it, whatever kind the
/// event has: a clerk's certificate that a judgment is final is no new judgment.
fn lead(kind: EventKind, actor: Actor, language: Language) -> String {
    let by = words::by(actor, language);
    let (es, en) = match kind {
        kind if actor == Actor::Party && words::is_act_of_court(kind, actor) => ("Escrito", "Filing"),
        kind if words::is_act_of_court(kind, actor) => ("Nueva actuación", "New entry"),
        EventKind::RulingIssued => ("Nueva decisión", "New ruling"),
        EventKind::RulingOral => (
            "Decisión anunciada oralmente y aún no observada por escrito, en una actuación",
            "Decision announced orally and not yet seen in writing, in an entry",
        ),
        EventKind::OrderIssued | EventKind::EntryAdded | EventKind::ProsecutionAct => ("Nueva actuación", "New entry"),
        EventKind::FilingAdded => ("Escrito", "Filing"),
        EventKind::AppealFiled => ("Recurso según una actuación", "Appeal or other remedy according to an entry"),
        EventKind::NotificationServed => ("Notificación", "Notice"),
        // At a hearing about custody either may have been decided; the clerk's record of it does not say which.
        EventKind::MeasureOrdered | EventKind::MeasureLifted if actor == Actor::Clerk => {
            ("Sobre detención, libertad u otra medida, una actuación", "About detention, release or another measure, an entry")
        }
        EventKind::MeasureOrdered => ("Medida ordenada según una actuación", "Measure ordered according to an entry"),
        EventKind::MeasureLifted => ("Medida levantada según una actuación", "Measure lifted according to an entry"),
        EventKind::CaseClosed => ("Cierre o archivo según una actuación", "Closed or archived according to an entry"),
        EventKind::CaseReopened => {
            ("Reapertura o desarchivo según una actuación", "Reopened or back from the archive according to an entry")
        }
        EventKind::CaseLinked => (
            "Acumulación, envío a otra judicatura u otro vínculo según una actuación",
            "Joined with, sent to or linked with another case or court according to an entry",
        ),
        EventKind::JudgeChanged => {
            ("Novedad sobre el juez o tribunal según una actuación", "News about the judge or panel according to an entry")
        }
        EventKind::NotificationMissing => ("No se observa la notificación de una actuación", "No notice seen of an entry"),
        EventKind::RecordEdited => ("Texto distinto en una actuación publicada", "Different text in a published entry"),
        EventKind::RecordRemoved => {
            ("Ya no aparece en el registro consultado una actuación", "No longer on the record consulted: an entry")
        }
        EventKind::RecordBackdated => ("Apareció con fecha anterior una actuación", "Appeared with an earlier date: an entry"),
        EventKind::RecordHidden => ("Ya no es visible el contenido de una actuación", "No longer shown: the content of an entry"),
        EventKind::RecordMarked => ("Marca distinta en una actuación publicada", "Different mark on a published entry"),
        EventKind::RecordRedated => ("Fecha distinta en una actuación publicada", "Different date on a published entry"),
        EventKind::DocumentReplaced => ("Documento distinto en una actuación publicada", "Different document in a published entry"),
        EventKind::RecordInconsistent => ("Fechas que no coinciden en una actuación", "Dates that do not agree in an entry"),
        EventKind::RecordOffHours => ("Hora no laborable en una actuación", "Outside working hours: an entry"),
        EventKind::RecordOutOfOrder => {
            ("Fecha que no sigue el orden de registro en una actuación", "Date out of the order of entries: an entry")
        }
        EventKind::RecordNearDuplicate => {
            ("Casi igual a otra del mismo día, una actuación", "Nearly the same as another of its day: an entry")
        }
        EventKind::CaseReraffled => ("Sorteo según una actuación", "Assignment by lot according to an entry"),
        other => return words::kind(other, language).to_owned(),
    };
    let words = pick(language, es, en);
    match words.strip_suffix(pick(language, "una actuación", "an entry")).filter(|_| actor == Actor::Party) {
        Some(lead) => format!("{lead}{} {by}", pick(language, "un escrito", "a filing")),
        None => format!("{words} {by}"),
    }
}

fn of_field(kind: EventKind, change: &FieldChange, language: Language) -> String {
    let label = cut(&words::field(&change.field, language), VALUE);
    let quoted = |text: &String| format!("«{}»", cut(text, VALUE));
    let name = match kind {
        EventKind::PartyChanged | EventKind::CaseFieldChanged => capitalised(&label),
        other if words::kind(other, language).to_lowercase() == label => words::kind(other, language).to_owned(),
        other => format!("{} ({label})", words::kind(other, language)),
    };
    let es = language == Language::Es;
    match (&change.before, &change.after) {
        (Some(before), Some(after)) if es => format!("{name}: de {} a {}", quoted(before), quoted(after)),
        (Some(before), Some(after)) => format!("{name}: from {} to {}", quoted(before), quoted(after)),
        (None, Some(after)) => format!("{name}: {} {}", pick(language, "ahora consta", "now shown:"), quoted(after)),
        (Some(before), None) => format!("{name}: {} {}", pick(language, "ya no se observa", "no longer seen:"), quoted(before)),
        (None, None) => format!("{name}: {}", pick(language, "hubo un cambio", "there was a change")),
    }
}

/// Another judge, with what the record says of why, and the hearing that is near.
fn of_judge(field: &FieldChange, hearing: Option<&EventHearing>, cause: Option<&EventEntry>, language: Language) -> String {
    let mut line = of_field(EventKind::JudgeChanged, field, language);
    match cause {
        Some(entry) => line.push_str(&format!(
            "; {} «{}»",
            pick(language, "consta la actuación", "the record has the entry"),
            cut(&entry.title, VALUE)
        )),
        None => line.push_str(pick(
            language,
            "; no se observa el motivo en las actuaciones de los últimos quince días",
            "; no reason was seen in the entries of the last fifteen days",
        )),
    }
    if let Some((hearing, date)) = hearing.and_then(|hearing| Some((hearing, hearing.mention.date?))) {
        let label = hearing_name(hearing.mention.kind.as_deref(), language).to_lowercase();
        let when = moment(date, hearing.mention.time, language);
        line.push_str(&format!("; {} {}, {when}", pick(language, "próxima audiencia:", "next hearing:"), cut(&label, VALUE)));
    }
    line
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Event;
    use crate::domain::sample;

    fn both(event: &Event) -> (String, String) {
        let watch = sample::watch();
        let [es, en] = [Language::Es, Language::En].map(|language| sample::about(&watch, language));
        (summary(&es.show_one(event), &es), summary(&en.show_one(event), &en))
    }

    #[test]
    fn a_session_of_several_days_is_told_with_its_last() {
        let mut event = sample::rescheduled();
        event.kind = EventKind::HearingScheduled;
        let mention = &mut event.hearing.as_mut().expect("a hearing").mention;
        (mention.kind, mention.time, mention.mode) = (Some("sessao_virtual".into()), None, Some(HearingMode::Remote));
        (mention.end_date, mention.platform) = (Some(jiff::civil::date(2024, 3, 19)), Some("teams".into()));
        assert_eq!(
            both(&event),
            (
                "Sesión virtual de juzgamiento: convocada para el 12-mar-2024 hasta el 19-mar-2024 (por videoconferencia)".to_owned(),
                "Virtual judgment session: set for 12 Mar 2024 until 19 Mar 2024 (by video)".to_owned(),
            )
        );
        let watch = sample::watch();
        let about = sample::about(&watch, Language::Es);
        let mail = super::super::mail(&about.show(&[event]), &about);
        assert!(mail.text.contains("por videoconferencia (Microsoft Teams)") && mail.text.contains("hasta el"), "{}", mail.text);
    }

    #[test]
    fn each_kind_says_what_the_record_shows_and_who_wrote_it() {
        for (event, es, en) in [
            (
                sample::rescheduled(),
                "Audiencia de juicio: reprogramada del 20-feb-2024 09:00 al 12-mar-2024 09:00",
                "Trial hearing: rescheduled from 20 Feb 2024 09:00 to 12 Mar 2024 09:00",
            ),
            (
                sample::doubtful(),
                "Audiencia de juicio: posible fecha 12-mar-2024 09:00; verifique en la fuente",
                "Trial hearing: possible date 12 Mar 2024 09:00; check at the source",
            ),
            (
                sample::ruling(),
                "Nueva decisión del órgano judicial: SENTENCIA (RESOLUCION), 19-feb-2024",
                "New ruling by the court: SENTENCIA (RESOLUCION), 19 Feb 2024",
            ),
            (sample::filing(), "Escrito de una parte: ESCRITO, 19-feb-2024", "Filing by a party: ESCRITO, 19 Feb 2024"),
            (
                sample::entry(EventKind::MeasureOrdered, Actor::Clerk, "Bond Hearing", ""),
                "Sobre detención, libertad u otra medida, una actuación de la secretaría: Bond Hearing, 19-feb-2024",
                "About detention, release or another measure, an entry by the clerk: Bond Hearing, 19 Feb 2024",
            ),
            (
                sample::entry(EventKind::CaseLinked, Actor::Court, "Remite por competencia", ""),
                "Acumulación, envío a otra judicatura u otro vínculo según una actuación del órgano judicial: Remite por competencia, 19-feb-2024",
                "Joined with, sent to or linked with another case or court according to an entry by the court: Remite por competencia, 19 Feb 2024",
            ),
            (
                sample::entry(EventKind::CaseReopened, Actor::Court, "DESARCHIVO", ""),
                "Reapertura o desarchivo según una actuación del órgano judicial: DESARCHIVO, 19-feb-2024",
                "Reopened or back from the archive according to an entry by the court: DESARCHIVO, 19 Feb 2024",
            ),
            (
                sample::edited(),
                "Texto distinto en una actuación publicada del órgano judicial: AUTO (RESOLUCION), 19-feb-2024",
                "Different text in a published entry by the court: AUTO (RESOLUCION), 19 Feb 2024",
            ),
            (
                sample::removed(),
                "Ya no aparece en el registro consultado una actuación de la secretaría: RAZON (RAZON), 05-feb-2024; no se observa desde el 16-feb-2024 09:00",
                "No longer on the record consulted: an entry by the clerk, RAZON (RAZON), 5 Feb 2024; not seen since 16 Feb 2024 09:00",
            ),
            (
                sample::party(),
                "Partes (PROCESADO): ahora consta «PERSONA FICTICIA DOS»",
                "Parties (PROCESADO): now shown: «PERSONA FICTICIA DOS»",
            ),
        ] {
            assert_eq!(both(&event), (es.to_owned(), en.to_owned()));
        }
    }

    #[test]
    fn a_hearing_that_was_not_held_again_and_again_says_how_often() {
        let times = FieldChange { field: NOT_HELD.to_owned(), before: None, after: Some("3".to_owned()) };
        let (es, en) = both(&Event { field: Some(times), ..sample::rescheduled() });
        assert!(es.ends_with("12-mar-2024 09:00; no realizada 3 veces") && en.ends_with("; not held 3 times"), "{es} {en}");
    }

    #[test]
    fn a_change_of_judge_says_what_the_record_shows_of_why_and_which_hearing_is_near() {
        let change = FieldChange { field: "judge".into(), before: Some("JUEZA FICTICIA".into()), after: Some("JUEZ FICTICIO".into()) };
        let bare = Event { field: Some(change), ..sample::bare(EventKind::JudgeChanged) };
        let near = Event { hearing: sample::rescheduled().hearing, ..bare.clone() };
        let excused = sample::entry(EventKind::JudgeChanged, Actor::Court, "ADMITIR EXCUSA (AUTO INTERLOCUTORIO)", "").entry;
        for (event, es, en) in [
            (
                bare.clone(),
                "Juez o tribunal: de «JUEZA FICTICIA» a «JUEZ FICTICIO»; no se observa el motivo en las actuaciones de los últimos quince días",
                "Judge or panel: from «JUEZA FICTICIA» to «JUEZ FICTICIO»; no reason was seen in the entries of the last fifteen days",
            ),
            (
                near,
                "Juez o tribunal: de «JUEZA FICTICIA» a «JUEZ FICTICIO»; no se observa el motivo en las actuaciones de los últimos quince días; próxima audiencia: \
                 audiencia de juicio, 12-mar-2024 09:00",
                "Judge or panel: from «JUEZA FICTICIA» to «JUEZ FICTICIO»; no reason was seen in the entries of the last fifteen days; next hearing: trial hearing, \
                 12 Mar 2024 09:00",
            ),
            (
                Event { entry: excused, ..bare },
                "Juez o tribunal: de «JUEZA FICTICIA» a «JUEZ FICTICIO»; consta la actuación «ADMITIR EXCUSA (AUTO INTERLOCUTORIO)»",
                "Judge or panel: from «JUEZA FICTICIA» to «JUEZ FICTICIO»; the record has the entry «ADMITIR EXCUSA (AUTO INTERLOCUTORIO)»",
            ),
        ] {
            assert_eq!(both(&event), (es.to_owned(), en.to_owned()));
        }
    }

    #[test]
    fn a_partys_filing_is_never_called_a_ruling() {
        for kind in [EventKind::RulingIssued, EventKind::OrderIssued, EventKind::RulingOral] {
            let (es, en) = both(&sample::entry(kind, Actor::Party, "ESCRITO", ""));
            assert_eq!(
                (es.as_str(), en.as_str()),
                ("Escrito de una parte: ESCRITO, 19-feb-2024", "Filing by a party: ESCRITO, 19 Feb 2024")
            );
        }
    }

    #[test]
    fn no_summary_accuses_and_every_kind_has_one() {
        for kind in EventKind::ALL {
            for event in
                [sample::bare(*kind), sample::entry(*kind, Actor::Unknown, "X", ""), Event { kind: *kind, ..sample::rescheduled() }]
            {
                let (es, en) = both(&event);
                for banned in ["alterad", "eliminad", "borrad", "ocultad", "adulterad", "manipul", "falsific"] {
                    assert!(!es.to_lowercase().contains(banned), "{es}");
                }
                for banned in ["tampered", "deleted", "falsified", "altered", "doctored"] {
                    assert!(!en.to_lowercase().contains(banned), "{en}");
                }
                assert!(es.chars().count() > 5 && en.chars().count() > 5 && !es.contains('\n'));
            }
        }
    }

    #[test]
    fn an_undated_setting_claims_no_date() {
        let mut event = sample::rescheduled();
        if let Some(hearing) = &mut event.hearing {
            (hearing.mention.date, hearing.mention.time, hearing.starts) = (None, None, None);
        }
        assert_eq!(both(&event).0, "Audiencia de juicio: reprogramada; no se observa la nueva fecha en la actuación");
    }

    #[test]
    fn the_outcomes_of_hearings_name_the_hearing_concerned() {
        let with = |kind: EventKind, status: HearingStatus| {
            let mut event = Event { kind, ..sample::rescheduled() };
            if let Some(hearing) = &mut event.hearing {
                (hearing.mention.status, hearing.previous) = (status, None);
            }
            both(&event)
        };
        for (kind, status, es, en) in [
            (EventKind::HearingScheduled, HearingStatus::Convened, "convocada para el 12-mar-2024 09:00", "set for 12 Mar 2024 09:00"),
            (EventKind::HearingRescheduled, HearingStatus::Rescheduled, "nueva fecha 12-mar-2024 09:00", "new date 12 Mar 2024 09:00"),
            (
                EventKind::HearingMovedEarlier,
                HearingStatus::MovedEarlier,
                "adelantada al 12-mar-2024 09:00",
                "moved earlier, to 12 Mar 2024 09:00",
            ),
            (
                EventKind::HearingDeferred,
                HearingStatus::Deferred,
                "diferida (la del 12-mar-2024 09:00)",
                "deferred (the one of 12 Mar 2024 09:00)",
            ),
            (
                EventKind::HearingSuspended,
                HearingStatus::Suspended,
                "suspendida (la del 12-mar-2024 09:00)",
                "suspended (the one of 12 Mar 2024 09:00)",
            ),
            (
                EventKind::HearingResumed,
                HearingStatus::ResumeScheduled,
                "se reanudará el 12-mar-2024 09:00",
                "to resume on 12 Mar 2024 09:00",
            ),
            (
                EventKind::HearingResumed,
                HearingStatus::Resumed,
                "consta como reinstalada (la del 12-mar-2024 09:00)",
                "recorded as resumed (the one of 12 Mar 2024 09:00)",
            ),
            (
                EventKind::HearingFailed,
                HearingStatus::Failed,
                "consta como fallida (la del 12-mar-2024 09:00)",
                "recorded as failed (the one of 12 Mar 2024 09:00)",
            ),
            (
                EventKind::HearingFailed,
                HearingStatus::NotInstalled,
                "consta como no instalada (la del 12-mar-2024 09:00)",
                "recorded as not opened (the one of 12 Mar 2024 09:00)",
            ),
            (
                EventKind::HearingRevoked,
                HearingStatus::Revoked,
                "sin efecto la convocatoria (la del 12-mar-2024 09:00)",
                "its setting was revoked (the one of 12 Mar 2024 09:00)",
            ),
            (
                EventKind::HearingHeld,
                HearingStatus::Held,
                "consta como realizada (la del 12-mar-2024 09:00)",
                "recorded as held (the one of 12 Mar 2024 09:00)",
            ),
        ] {
            assert_eq!(with(kind, status), (format!("Audiencia de juicio: {es}"), format!("Trial hearing: {en}")));
        }
    }

    #[test]
    fn a_changed_date_shows_both() {
        let mut event = sample::entry(EventKind::RecordRedated, Actor::Court, "AUTO", "");
        if let Some(entry) = &mut event.entry {
            (entry.before, entry.after) = (Some("2024-03-01".into()), Some("2024-02-01 09:30".into()));
        }
        assert!(both(&event).0.ends_with("AUTO, 19-feb-2024; antes 01-mar-2024, ahora 01-feb-2024 09:30"), "{}", both(&event).0);
    }
}
