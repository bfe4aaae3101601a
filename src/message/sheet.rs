//! A mail's content that belongs to no single event: heading, note, tags, link, footer.
//!
//! Put together once and rendered by [`text`](super::text) and [`html`](super::html).

use super::block::{Block, block};
use super::words::pick;
use crate::domain::about::{About, Language};
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
    /// The operator's note.
    pub note: Option<String>,
    /// The case's tags.
    pub tags: Option<String>,
    /// Where a person can look; `None` when the source has no address fit for a link.
    pub url: Option<String>,
    /// What to bear in mind of every message.
    pub footer: Vec<&'static str>,
}

/// The content for these events.
pub(super) fn sheet(events: &[Shown], about: &About<'_>) -> Sheet {
    let language = about.language;
    let watch = about.watch;
    let tags: Vec<String> = watch.tags.iter().take(50).map(|tag| cut(&plain(tag), 60)).collect();
    Sheet {
        language,
        name: cut(&plain(watch.label()), 200),
        number: format!("{} · {}", cut(&plain(&watch.number.canonical), 100), cut(&plain(about.source_title), 200)),
        blocks: once(events).iter().map(|event| block(event, about)).collect(),
        note: watch.note.as_deref().map(|note| cut(&plain(note), NOTE)).filter(|note| !note.is_empty()),
        tags: Some(tags.join(", ")).filter(|tags| !tags.is_empty()),
        url: link(about.case_url),
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
    }
}

/// Of a case of which nothing but its activity is told, that once: how often it was active is not told either.
pub(super) fn once(events: &[Shown]) -> &[Shown] {
    if events.iter().all(Shown::is_activity) { &events[..events.len().min(1)] } else { events }
}

/// An address that may stand in a link: web only, no white space or controls, not absurdly long.
fn link(url: &str) -> Option<String> {
    let web = url.starts_with("https://") || url.starts_with("http://");
    (web && url.len() <= 2000 && plain(url) == url && !url.contains(' ')).then(|| url.to_owned())
}
