//! What is said to whoever runs veedor: a source that cannot be read, a channel that takes nothing, a full disk, the sign of life.
//!
//! Of no case, so these mails have a subject and a heading of their own. Each says what to do next. What it says of a court is
//! what veedor met, never why.

use jiff::Timestamp;

use super::advice;
use super::block::block;
use super::dates::{instant, short_instant};
use super::delay_summary;
use super::sheet::Sheet;
use super::words::pick;
use crate::domain::about::{About, Language, Stop};
use crate::domain::condition::Class;
use crate::domain::delay_summary::DelaySummary;
use crate::domain::event::{Audience, EventKind};
use crate::domain::redact::{cut, plain};
use crate::domain::report::{Number, Report, Subject};
use crate::domain::shown::Shown;

/// The longest value of a fact, in characters.
const FACT: usize = 300;

/// Lines of a sign of life, of sources and of what is in trouble, each.
const LINES: usize = 50;

/// Whether these are for whoever runs veedor. A test message is shown as the alerts of its case are, because that is what it tests.
pub(super) fn is_told(events: &[Shown]) -> bool {
    let is_told = |event: &Shown| event.kind.audience() == Audience::Operator && event.kind != EventKind::VeedorTest;
    !events.is_empty() && events.iter().all(is_told)
}

/// A mail's content.
pub(super) fn sheet(events: &[Shown], about: &About<'_>) -> Sheet {
    let language = about.language;
    let subjects: Vec<String> = events.iter().map(|event| subject_of(event, language)).collect();
    let leave = match &about.stop {
        Stop::Links { leave, .. } => {
            vec![(
                pick(language, "No recibir más mensajes de este canal", "Stop all messages of this channel to you").to_owned(),
                Some(leave.clone()),
            )]
        }
        Stop::Ask { .. } | Stop::Unsaid => Vec::new(),
    };
    Sheet {
        language,
        name: "veedor".to_owned(),
        number: cut(&subjects.first().cloned().unwrap_or_default(), 200),
        blocks: events.iter().map(|event| block(event, about)).collect(),
        calendar: None,
        note: None,
        tags: None,
        url: None,
        footer: vec![if events.iter().all(|event| event.kind == EventKind::DelaysSummary) {
            pick(
                language,
                "Mensaje automático de veedor. Llega a los canales que piden delays.summary en events.",
                "Automatic message from veedor. It goes to the channels whose events ask for delays.summary.",
            )
        } else {
            pick(
                language,
                "Mensaje automático de veedor para quien lo opera. Llega a los canales que piden estos avisos en events.",
                "Automatic message from veedor to whoever runs it. It goes to the channels whose events ask for it.",
            )
        }],
        stop: leave,
    }
}

fn subject_of(event: &Shown, language: Language) -> String {
    if let Some(summary) = DelaySummary::of(event) {
        return format!("{} {}", pick(language, "demoras", "delays"), delay_summary::month(&summary, language));
    }
    match Report::of(event) {
        Some(report) => subject(&report.subject, language),
        None => subject(&Subject::Source(event.case.source.clone()), language),
    }
}

/// What it is about, in words.
fn subject(subject: &Subject, language: Language) -> String {
    let words = match subject {
        Subject::Source(_) => pick(language, "fuente", "source"),
        Subject::Channel(_) => pick(language, "canal", "channel"),
        Subject::Store => pick(language, "disco de la carpeta de estado", "disk of the state folder"),
        Subject::Veedor => pick(language, "señal de vida", "sign of life"),
    };
    format!("{words} {}", plain(subject.id())).trim_end().to_owned()
}

/// The one line; `None` of an event that carries no report.
pub(super) fn line(event: &Shown, about: &About<'_>) -> Option<String> {
    if let Some(summary) = DelaySummary::of(event) {
        return Some(delay_summary::line(&summary, about.language));
    }
    let report = Report::of(event)?;
    let language = about.language;
    let lead = lead(event.kind, &report, language);
    let since = short_instant(report.since, &about.zone, language);
    let since = match event.kind {
        EventKind::VeedorHeartbeat => return Some(lead),
        kind if is_over(kind) => {
            let to = short_instant(event.seen_at, &about.zone, language);
            match language {
                Language::Es => format!("; el problema duró del {since} al {to}"),
                Language::En => format!("; the trouble lasted from {since} to {to}"),
            }
        }
        _ => format!("; {} {since}", pick(language, "desde el", "since")),
    };
    Some(format!("{lead}{since}"))
}

fn is_over(kind: EventKind) -> bool {
    matches!(kind, EventKind::SourceRecovered | EventKind::ChannelRecovered | EventKind::StoreRecovered)
}

fn lead(kind: EventKind, report: &Report, language: Language) -> String {
    let id = plain(report.subject.id());
    let count = |number| report.number(number).unwrap_or_default();
    let of = match language {
        Language::Es => format!("{} de {}", count(Number::Cases), cases(count(Number::Watched), language)),
        Language::En => format!("{} of {}", count(Number::Cases), cases(count(Number::Watched), language)),
    };
    let given_up = count(Number::GivenUp);
    match (kind, language) {
        (EventKind::SourceUnreadable, Language::Es) => {
            format!("La fuente {id} no se puede leer ({of}): sus páginas no tienen el formato esperado")
        }
        (EventKind::SourceUnreadable, Language::En) => format!("Source {id} cannot be read ({of}): its pages are not in the expected form"),
        (EventKind::SourceBlocked, Language::Es) => format!("La fuente {id} rechaza las consultas ({of})"),
        (EventKind::SourceBlocked, Language::En) => format!("Source {id} refuses the visits ({of})"),
        (EventKind::SourceUnavailable, Language::Es) => format!("La fuente {id} no responde o dice no estar disponible ({of})"),
        (EventKind::SourceUnavailable, Language::En) => format!("Source {id} does not answer or says that it is down ({of})"),
        (EventKind::SourceCasesUnread, Language::Es) => format!("Sin lectura desde hace tiempo en {id}: {of}"),
        (EventKind::SourceCasesUnread, Language::En) => format!("Not read for long at {id}: {of}"),
        (EventKind::SourceRecovered, Language::Es) => match report.class {
            Some(Class::Drift) => format!("El freno de {id} quedó resuelto"),
            Some(Class::Unread) => format!("Los expedientes de {id} vuelven a leerse"),
            _ => format!("La fuente {id} vuelve a leerse"),
        },
        (EventKind::SourceRecovered, Language::En) => match report.class {
            Some(Class::Drift) => format!("The brake on {id} was decided"),
            Some(Class::Unread) => format!("The cases of {id} are read again"),
            _ => format!("Source {id} can be read again"),
        },
        (EventKind::ChannelFailing, Language::Es) => format!("El canal {id} no recibe mensajes"),
        (EventKind::ChannelFailing, Language::En) => format!("Channel {id} takes no messages"),
        (EventKind::ChannelDisabled, Language::Es) => format!("El canal {id} queda en pausa: se prueba una vez al día y nada se pierde"),
        (EventKind::ChannelDisabled, Language::En) => format!("Channel {id} is disabled: it is tried once a day, and nothing is lost"),
        (EventKind::ChannelGaveUp, Language::Es) if given_up == 1 => format!("Canal {id}: 1 mensaje no se pudo entregar"),
        (EventKind::ChannelGaveUp, Language::Es) => format!("Canal {id}: {given_up} mensajes no se pudieron entregar"),
        (EventKind::ChannelGaveUp, Language::En) if given_up == 1 => format!("Channel {id}: 1 message could not be delivered"),
        (EventKind::ChannelGaveUp, Language::En) => format!("Channel {id}: {given_up} messages could not be delivered"),
        (EventKind::ChannelRecovered, Language::Es) => format!("El canal {id} vuelve a recibir mensajes"),
        (EventKind::ChannelRecovered, Language::En) => format!("Channel {id} takes messages again"),
        (EventKind::StoreLow, Language::Es) => {
            format!("Espacio libre en el disco de veedor: {} MiB; si se llena, veedor se detiene", count(Number::FreeMib))
        }
        (EventKind::StoreLow, Language::En) => {
            format!("Free space on the disk of veedor: {} MiB; if it fills up, veedor stops", count(Number::FreeMib))
        }
        (EventKind::StoreRecovered, Language::Es) => "El disco de veedor vuelve a tener espacio".to_owned(),
        (EventKind::StoreRecovered, Language::En) => "The disk of veedor has room again".to_owned(),
        (_, Language::Es) => {
            let troubles = match report.troubles.len() {
                0 => "sin problemas conocidos".to_owned(),
                1 => "1 problema".to_owned(),
                many => format!("{many} problemas"),
            };
            format!("veedor sigue vigilando {} en {}; {troubles}", cases(count(Number::Watched), language), sources(report, language))
        }
        (_, Language::En) => {
            let troubles = match report.troubles.len() {
                0 => "no known trouble".to_owned(),
                1 => "1 problem".to_owned(),
                many => format!("{many} problems"),
            };
            format!("veedor is still watching {} at {}; {troubles}", cases(count(Number::Watched), language), sources(report, language))
        }
    }
}

fn cases(count: u64, language: Language) -> String {
    match (count, language) {
        (1, Language::Es) => "1 expediente".to_owned(),
        (_, Language::Es) => format!("{count} expedientes"),
        (1, Language::En) => "1 case".to_owned(),
        (_, Language::En) => format!("{count} cases"),
    }
}

fn sources(report: &Report, language: Language) -> String {
    match (report.sources.len(), language) {
        (1, Language::Es) => "1 fuente".to_owned(),
        (count, Language::Es) => format!("{count} fuentes"),
        (1, Language::En) => "1 source".to_owned(),
        (count, Language::En) => format!("{count} sources"),
    }
}

/// Labelled facts, the last of them what to do; none of an event that carries no report.
pub(super) fn facts(event: &Shown, about: &About<'_>) -> Vec<(&'static str, String)> {
    if let Some(summary) = DelaySummary::of(event) {
        return delay_summary::facts(&summary, about.language);
    }
    let Some(report) = Report::of(event) else { return Vec::new() };
    let language = about.language;
    let at = |at: Timestamp| instant(at, &about.zone, language);
    let mut facts = Vec::new();
    if event.kind == EventKind::VeedorHeartbeat {
        for of in report.sources.iter().take(LINES) {
            let read = match of.read {
                Some(read) => format!("{} {}", pick(language, "última lectura", "last read"), at(read)),
                None => pick(language, "aún sin leer", "not read yet").to_owned(),
            };
            facts.push((pick(language, "Fuente", "Source"), cut(&format!("{}: {}, {read}", of.source, cases(of.cases, language)), FACT)));
        }
        for of in report.troubles.iter().take(LINES) {
            let what = super::words::kind(of.class.kind(), language);
            let since = format!("{} {}", pick(language, "desde", "since"), at(of.since));
            facts.push((pick(language, "Problema", "Trouble"), cut(&format!("{}: {what}, {since}", subject(&of.subject, language)), FACT)));
        }
    } else {
        facts.push((pick(language, "Desde", "Since"), at(report.since)));
        for of in &report.sources {
            let read = of.read.map_or_else(|| "—".to_owned(), at);
            facts.push((pick(language, "Última lectura", "Last read"), read));
        }
    }
    facts.extend(report.numbers.iter().map(|(number, count)| (label(*number, language), count.to_string())));
    facts.extend(report.why.as_deref().map(|why| (pick(language, "Detalle técnico (en inglés)", "Technical detail"), cut(why, FACT))));
    if report.telling > 1 && !is_over(event.kind) && event.kind != EventKind::VeedorHeartbeat {
        facts.push((pick(language, "Aviso número", "Notice number"), report.telling.to_string()));
    }
    facts.extend(advice::next(event.kind, &report, language).map(|next| (pick(language, "Qué hacer", "What to do"), next)));
    facts
}

fn label(number: Number, language: Language) -> &'static str {
    let (es, en) = match number {
        Number::Visits => ("Visitas fallidas", "Failed visits"),
        Number::Cases => ("Expedientes afectados", "Cases concerned"),
        Number::Watched => ("Expedientes vigilados", "Cases watched"),
        Number::Dormant => ("Sin novedades desde hace 90 días", "Without news for 90 days"),
        Number::Attempts => ("Intentos fallidos", "Failed attempts"),
        Number::Waiting => ("Mensajes en espera", "Messages waiting"),
        Number::GivenUp => ("Mensajes sin entregar", "Messages not delivered"),
        Number::FreeMib => ("MiB libres", "MiB free"),
        Number::LeastMib => ("MiB que conviene tener", "MiB that should be free"),
    };
    pick(language, es, en)
}
