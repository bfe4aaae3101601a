//! A mail's content that belongs to no single event: heading, note, tags, link, footer.
//!
//! Put together once and rendered by [`text`](super::text) and [`html`](super::html).

use super::block::{Block, block};
use super::calendar::file_name;
use super::meanwhile;
use super::operator;
use super::words::pick;
use crate::domain::about::{About, Language, Stop};
use crate::domain::redact::{cut, plain};
use crate::domain::shown::Shown;

/// The longest note of the operator that a mail carries, in characters.
const NOTE: usize = 2000;

/// A mail's content.
pub(super) struct Sheet {
    /// The reader's language.
    pub language: Language,
    /// What the case is called.
    pub name: String,
    /// Its number and source.
    pub number: String,
    /// The events.
    pub blocks: Vec<Block>,
    /// That the mail brings something for the reader's calendar.
    pub calendar: Option<String>,
    /// The operator's note.
    pub note: Option<String>,
    /// The case's tags.
    pub tags: Option<String>,
    /// Where a person can look; `None` when the source has no address fit for a link.
    pub url: Option<String>,
    /// What to bear in mind of every message.
    pub footer: Vec<&'static str>,
    /// How to stop it: what that does, and the page for it.
    pub stop: Vec<(String, Option<String>)>,
}

/// The content for these events.
pub(super) fn sheet(events: &[Shown], about: &About<'_>) -> Sheet {
    if operator::is_told(events) {
        return operator::sheet(events, about);
    }
    let language = about.language;
    let watch = about.watch;
    let several = meanwhile::heading(events, language);
    let of_one = several.is_none();
    let (name, number) = several.unwrap_or_else(|| (name(about), number(about)));
    let tags: Vec<String> = watch.tags.iter().take(50).map(|tag| cut(&plain(tag), 60)).collect();
    Sheet {
        language,
        name,
        number,
        blocks: once(events).iter().map(|event| block(event, about)).collect(),
        calendar: calendar(events, language),
        note: watch.note.as_deref().map(|note| cut(&plain(note), NOTE)).filter(|note| !note.is_empty() && of_one),
        tags: Some(tags.join(", ")).filter(|tags| !tags.is_empty() && of_one),
        url: link(about.case_url).filter(|_| of_one),
        footer: vec![
            pick(
                language,
                "La fuente oficial puede contener errores; confirme en ella antes de publicar.",
                "The official source may contain errors; check it before you publish.",
            ),
            pick(
                language,
                "Toda persona se presume inocente mientras no se declare su responsabilidad mediante resolución firme o sentencia ejecutoriada.",
                "Everyone is presumed innocent until a final judgment says otherwise.",
            ),
            pick(
                language,
                "Mensaje automático de veedor. Describe lo que el registro muestra y no califica la conducta de nadie.",
                "Automatic message from veedor. It describes what the record shows and passes no judgment on anyone's conduct.",
            ),
        ],
        stop: stop(about),
    }
}

/// How the reader stops what comes to him.
fn stop(about: &About<'_>) -> Vec<(String, Option<String>)> {
    let language = about.language;
    match &about.stop {
        Stop::Unsaid => Vec::new(),
        Stop::Ask { channel } => {
            let lead = pick(
                language,
                "Para silenciar este expediente o no recibir más estos mensajes, escriba a quien opera veedor. Comando para quien lo opera (30 días; con --critical, también lo crítico)",
                "To silence this case or to stop these messages, write to whoever runs veedor. Command for whoever runs it (30 days; with --critical, critical news too)",
            );
            let number = cut(&plain(&about.watch.number.canonical), 100);
            // All that the command asks for, and --to, so that it mutes nobody else.
            let rest =
                pick(language, "--to DIRECCIÓN --for 30d --by NOMBRE --because MOTIVO", "--to ADDRESS --for 30d --by NAME --because WHY");
            vec![(format!("{lead}: veedor silence add --channel {} --case \"{number}\" {rest}", cut(&plain(channel), 64)), None)]
        }
        Stop::Links { mute, leave } => {
            let silence = pick(language, "Silenciar este expediente para usted", "Silence this case for you");
            let stop = pick(language, "No recibir más mensajes de este canal", "Stop all messages of this channel to you");
            let muting = mute.iter().map(|url| (silence.to_owned(), link(url)));
            muting.chain([(stop.to_owned(), link(leave))]).collect()
        }
    }
}

fn calendar(events: &[Shown], language: Language) -> Option<String> {
    let brings = events.iter().filter_map(|event| event.hearing.as_ref()).any(|hearing| !hearing.appointments.is_empty());
    let words = pick(
        language,
        "Para su calendario: el archivo adjunto actualiza las audiencias",
        "For your calendar: the attached file updates the hearings",
    );
    brings.then(|| format!("{words} ({}).", file_name(language)))
}

/// Of a case of which nothing but its activity is told, that once: how often it was active is not told either.
pub(super) fn once(events: &[Shown]) -> &[Shown] {
    if events.iter().all(Shown::is_activity) { &events[..events.len().min(1)] } else { events }
}

/// What the case is called.
pub(super) fn name(about: &About<'_>) -> String {
    cut(&plain(about.watch.label()), 200)
}

/// Its number and its source.
pub(super) fn number(about: &About<'_>) -> String {
    format!("{} · {}", cut(&plain(&about.watch.number.canonical), 100), cut(&plain(about.source_title), 200))
}

/// An address that may stand in a link: web only, no white space or controls, not absurdly long.
pub(super) fn link(url: &str) -> Option<String> {
    let web = url.starts_with("https://") || url.starts_with("http://");
    (web && url.len() <= 2000 && plain(url) == url && !url.contains(' ')).then(|| url.to_owned())
}
