//! What is told of one event, before it becomes text or HTML, so that both say the same.
//!
//! Everything here is masked and on one line, in the reader's language. It marks up nothing.

use super::change::{Piece, pieces};
use super::clock_news;
use super::dates::{day, instant, long_day, moment};
use super::disagreement;
use super::evidence;
use super::linked;
use super::meanwhile;
use super::operator;
use super::sheet::link;
use super::summary::{missing_since, sets_a_date, summary};
use super::words::{self, pick};
use crate::domain::about::{About, Language};
use crate::domain::brake::Drift;
use crate::domain::event::{Audience, EXCERPT_CHARS, EventHearing, EventKind, NOT_HELD, Severity};
use crate::domain::id::hex;
use crate::domain::link::Link;
use crate::domain::meanwhile::Meanwhile;
use crate::domain::redact::cut;
use crate::domain::shown::Shown;
use crate::domain::twin::ALSO_AT;

/// What is told of one event.
#[derive(Debug)]
pub struct Block {
    /// How loud it is.
    pub severity: Severity,
    /// The name of its kind.
    pub kind: &'static str,
    /// The one line.
    pub title: String,
    /// The hearing's day and hour, written large; `None` when there is none that may be shown as a day.
    pub date: Option<String>,
    /// Labelled facts.
    pub facts: Vec<(&'static str, String)>,
    /// The sentence that a doubtful date stands in.
    pub quote: Option<String>,
    /// The court's words.
    pub excerpt: Option<String>,
    /// What differs, word by word.
    pub change: Vec<Piece>,
    /// What a reader must bear in mind.
    pub cautions: Vec<String>,
    /// What identifies and proves it.
    pub proof: Vec<(&'static str, String)>,
    /// The words of the link to its page on the dashboard, and its address; `None` where readers do not reach it.
    pub page: Option<(&'static str, String)>,
}

/// The longest value of a fact, in characters.
const FACT: usize = 300;

/// The block of an event.
pub(super) fn block(event: &Shown, about: &About<'_>) -> Block {
    let language = about.language;
    let mut block = Block {
        severity: event.severity,
        kind: words::heading(event.kind, event.entry.as_ref().map(|entry| entry.actor), language),
        title: summary(event, about),
        date: None,
        facts: Vec::new(),
        quote: None,
        excerpt: None,
        change: Vec::new(),
        cautions: words::benign(event.kind, event.severity, language).map(str::to_owned).into_iter().collect(),
        proof: proof(event, about),
        page: page(event, about),
    };
    if let Some(hearing) = &event.hearing {
        tell_hearing(&mut block, event, hearing, about);
    }
    tell_entry(&mut block, event, about);
    tell_field(&mut block, event, about);
    block
}

fn tell_hearing(block: &mut Block, event: &Shown, hearing: &EventHearing, about: &About<'_>) {
    let language = about.language;
    let mention = &hearing.mention;
    let doubtful = !mention.warnings.is_empty();
    // Of two days that are told, none is written large.
    if let Some(date) = mention.date.filter(|_| event.kind != EventKind::RecordDisagreement) {
        // What puts a hearing off often names its day alone, and the calendar knows the hour for which it was set.
        let known = || hearing.appointments.iter().find(|one| one.date == date).and_then(|one| one.time);
        let hour = match mention.time.or_else(known) {
            Some(time) => format!(", {:02}:{:02}", time.hour(), time.minute()),
            None if sets_a_date(event.kind, mention.status) => pick(language, ", hora no indicada", ", hour not stated").to_owned(),
            None => String::new(),
        };
        let mut day = format!("{}{hour}", long_day(date, language));
        if let Some(end) = mention.end_date {
            day.push_str(&format!(" – {} {}", pick(language, "hasta el", "until"), long_day(end, language)));
        }
        block.date = Some(match (doubtful, sets_a_date(event.kind, mention.status)) {
            // The day is that of the hearing that comes next, not of the change.
            _ if event.kind == EventKind::JudgeChanged => format!("{}: {day}", pick(language, "Próxima audiencia", "Next hearing")),
            (true, true) => format!("{}: {day}", pick(language, "Posible fecha", "Possible date")),
            (false, true) => day,
            (true, false) => {
                let doubt = pick(language, "fecha por verificar", "date to be checked");
                format!("{} ({} {day}; {doubt})", words::kind(event.kind, language), pick(language, "la del", "the one of"))
            }
            (false, false) => format!("{} ({} {day})", words::kind(event.kind, language), pick(language, "la del", "the one of")),
        });
    }
    if mention.date.is_some() || hearing.previous.is_some() {
        let zone = if hearing.zone.is_empty() { "—".to_owned() } else { cut(&hearing.zone, 60) };
        block.facts.push((pick(language, "Zona horaria", "Time zone"), zone));
    }
    if let Some((date, time)) = hearing.previous {
        block.facts.push((pick(language, "Fecha anterior", "Previous date"), moment(date, time, language)));
    }
    if let Some(room) = &mention.room {
        block.facts.push((pick(language, "Sala o lugar", "Room"), cut(room, FACT)));
    }
    if let Some(mode) = mention.mode {
        let by = mention.platform.as_deref().map_or_else(String::new, |platform| format!(" ({})", cut(&words::platform(platform), 40)));
        block.facts.push((pick(language, "Modalidad", "Attendance"), format!("{}{by}", words::mode(mode, language))));
    }
    for warning in mention.warnings.iter().take(5) {
        let lead = pick(language, "Fecha por verificar", "Date to be checked");
        block.cautions.push(format!("{lead}: {}.", cut(&words::warning(warning, language), FACT)));
    }
    if doubtful {
        block.quote = event.quote().map(|sentence| cut(sentence, EXCERPT_CHARS));
    }
}

fn tell_entry(block: &mut Block, event: &Shown, about: &About<'_>) {
    let Some(entry) = &event.entry else { return };
    let language = about.language;
    let title = if entry.title.is_empty() { "—".to_owned() } else { cut(&entry.title, FACT) };
    block.facts.push((pick(language, "Actuación", "Entry"), title));
    if let Some(date) = entry.date {
        let time = entry.time.map_or_else(String::new, |time| format!(" {:02}:{:02}:{:02}", time.hour(), time.minute(), time.second()));
        block.facts.push((pick(language, "Fecha oficial", "Official date"), format!("{}{time}", day(date, language))));
    }
    block.facts.push((pick(language, "Autor", "Author"), words::author(entry.actor, language).to_owned()));
    match (&entry.before, &entry.after) {
        (None, None) => {}
        // The words of another case are no other version of these.
        _ if event.kind == EventKind::RecordDisagreement => {}
        (before, after) => {
            let (before, after) = (before.as_deref().unwrap_or_default(), after.as_deref().unwrap_or_default());
            let (before, after) = (cut(before, EXCERPT_CHARS), cut(after, EXCERPT_CHARS));
            if before == after {
                block.cautions.push(
                    pick(
                        language,
                        "La diferencia está en datos que este mensaje omite (identificación, contacto o acceso) o más allá de lo que cita.",
                        "The difference lies in data that this message leaves out (identity, contact or access) or beyond what it quotes.",
                    )
                    .to_owned(),
                );
            }
            block.change = pieces(&before, &after);
        }
    }
    let is_quoted = !matches!(event.kind, EventKind::RecordEdited | EventKind::RecordRedated) || block.change.is_empty();
    block.excerpt = Some(cut(&entry.excerpt, EXCERPT_CHARS)).filter(|excerpt| !excerpt.is_empty() && is_quoted);
}

fn tell_field(block: &mut Block, event: &Shown, about: &About<'_>) {
    let Some(field) = &event.field else { return };
    let language = about.language;
    let value = |text: &Option<String>| text.as_deref().map_or_else(|| "—".to_owned(), |text| cut(text, FACT));
    if let Some(told) = Meanwhile::of(event) {
        block.facts.extend(meanwhile::facts(&told, about));
        return;
    }
    if let Some(drift) = Drift::of(event) {
        let source = &event.case.source;
        block.facts.push((pick(language, "Fuente", "Source"), cut(source, FACT)));
        block.facts.push((pick(language, "Cambio", "Change"), cut(&words::way(&drift.way, language), FACT)));
        let of = pick(language, "de", "of");
        block.facts.push((pick(language, "Expedientes", "Cases"), format!("{} {of} {}", drift.changed, drift.watched)));
        block.facts.push((pick(language, "Ejemplos", "Examples"), cut(&drift.examples.join(", "), FACT)));
        let (release, discard) = (format!("veedor release {source}"), format!("veedor discard {source}"));
        block.facts.push((
            pick(language, "Decida", "Decide"),
            match language {
                Language::Es => format!("{release} envía todo lo retenido; {discard} cierra estos cambios sin enviarlos y envía lo demás"),
                Language::En => format!("{release} sends all that is held; {discard} closes these changes unsent and sends the rest"),
            },
        ));
        return;
    }
    let report = operator::facts(event, about);
    if !report.is_empty() {
        block.facts.extend(report);
        return;
    }
    let limit = clock_news::facts(event, language);
    if !limit.is_empty() {
        block.facts.extend(limit);
        return;
    }
    let disagreement = disagreement::facts(event, about);
    if !disagreement.is_empty() {
        block.facts.extend(disagreement);
        return;
    }
    if let Some(link) = Link::of(event) {
        block.facts.extend(linked::facts(&link, language));
        return;
    }
    if let Some(since) = missing_since(event) {
        block.facts.push((pick(language, "No se observa desde", "Not seen since"), instant(since, &about.zone, language)));
        // "La actuación", "el expediente".
        let es = if event.entry.is_some() { "Consultas que no la mostraron" } else { "Consultas que no lo mostraron" };
        block.facts.push((pick(language, es, "Visits that did not show it"), value(&field.after)));
        return;
    }
    if field.field == ALSO_AT {
        block.facts.push((pick(language, "También consta en", "Also on the record of"), value(&field.after)));
        return;
    }
    if field.field == NOT_HELD {
        let rule = pick(
            language,
            "se cuenta cada día fijado para este tipo de audiencia en que no se realizó",
            "each day set for this kind of hearing on which it was not held counts",
        );
        block.facts.push((pick(language, "Veces que no se realizó", "Times not held"), format!("{} ({rule})", value(&field.after))));
        return;
    }
    if let Some(labels) = evidence::labels(&field.field, language) {
        let told = [&field.before, &field.after].map(|side| side.as_deref().map(|text| cut(&evidence::value(text, language), FACT)));
        block.facts.extend(labels.into_iter().zip(told).filter_map(|(label, value)| Some((label, value?))));
        return;
    }
    block.facts.push((pick(language, "Dato", "Field"), cut(&words::field(&field.field, language), FACT)));
    // Of what may not be told neither side is empty.
    if field.before.is_some() || field.after.is_some() {
        block.facts.push((pick(language, "Antes", "Before"), value(&field.before)));
        block.facts.push((pick(language, "Ahora", "Now"), value(&field.after)));
    }
}

fn page(event: &Shown, about: &About<'_>) -> Option<(&'static str, String)> {
    // What no case tells has no page, and a test message is not kept.
    let has_page = event.kind.audience() == Audience::Subscriber;
    let url = about.dashboard.filter(|_| has_page).and_then(|url| link(&format!("{url}/events/{}", event.id)));
    url.map(|url| (pick(about.language, "Ver en el tablero", "See it on the dashboard"), url))
}

fn proof(event: &Shown, about: &About<'_>) -> Vec<(&'static str, String)> {
    let language = about.language;
    let mut proof = vec![
        (pick(language, "Observado", "Seen"), instant(event.seen_at, &about.zone, language)),
        (pick(language, "Evento", "Event"), format!("{} · {} · {}", event.id, event.kind, event.seq)),
    ];
    // A test message comes from no visit.
    if event.page_sha256 != [0; 32] {
        proof.push((pick(language, "Versión", "Version"), event.version.to_string()));
        proof.push((pick(language, "SHA-256 de las páginas", "SHA-256 of the pages"), hex(&event.page_sha256)));
    }
    proof
}
