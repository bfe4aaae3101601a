//! What happened in cases as Atom (RFC 4287), in the words of messages.
//!
//! `daemon::feeds` puts entries together and keeps them. The same arguments give the same bytes. An own writer: the crate `atom_syndication`
//! brings chrono and two XML crates for what is a page of escaping, and judges that others wrote read ours. Identities follow from the
//! event, never from an address or a title (`alerting.md` C1), and addresses of ours are relative, so that no document holds the secret
//! address under which it was fetched.

use jiff::Timestamp;

use super::block::block;
use super::html::{escape, tell};
use super::sheet;
use super::summary::summary;
use super::words::{self, pick};
use crate::domain::about::{About, Language};
use crate::domain::id::Id;
use crate::domain::shown::Shown;

/// A document of a feed.
#[derive(Debug, Clone)]
pub struct AtomFeed<'a> {
    /// The reader's language.
    pub language: Language,
    /// What the feed is, the same in all its documents.
    pub id: Id,
    /// What it is about; `None`: everything.
    pub about: Option<&'a str>,
    /// When something of it last changed.
    pub updated: Timestamp,
    /// The name of this document beside the others.
    pub name: &'a str,
    /// The way to the dashboard from where the document is.
    pub dashboard: &'a str,
    /// The document with what happened before, by its name (RFC 5005 §4).
    pub older: Option<String>,
    /// The one with what happened after, of an older document.
    pub newer: Option<String>,
    /// The newest document, when this one is an older one that changes no more.
    pub current: Option<&'a str>,
    /// [`entry`]s, newest first.
    pub entries: &'a [std::sync::Arc<str>],
}

/// An event as an entry. `updated` is when what is told of it last changed; `page` leads to its case on the dashboard.
pub fn entry(event: &Shown, about: &About<'_>, updated: Timestamp, page: &str) -> String {
    let language = about.language;
    let mut html = String::new();
    tell(&mut html, &block(event, about), language);
    // What a mail program needs in each element a feed reader has in its own style. No text of a court has a quotation mark that is not
    // escaped, so nothing else looks like this.
    let mut html = without_styles(&html);
    let url = sheet::link(about.case_url);
    if let Some(url) = &url {
        let words = pick(language, "Ver en la fuente oficial", "See it at the official source");
        html.push_str(&format!("<p><a href=\"{}\" rel=\"noreferrer\">{words}</a></p>", escape(url)));
    }
    let title = format!("{}: {}", sheet::name(about), summary(event, about));
    let mut out = String::from("<entry>\n");
    element(&mut out, "id", &urn(event.id));
    element(&mut out, "title", &title);
    element(&mut out, "published", &instant(event.seen_at));
    element(&mut out, "updated", &instant(updated));
    let label = words::heading(event.kind, event.entry.as_ref().map(|entry| entry.actor), language);
    out.push_str(&format!("<category term=\"{}\" label=\"{}\"/>\n", text(event.kind.name()), text(label)));
    if let Some(url) = &url {
        out.push_str(&format!("<link rel=\"alternate\" href=\"{}\"/>\n", text(url)));
    }
    out.push_str(&format!("<link rel=\"related\" href=\"{}\"/>\n", text(page)));
    out.push_str(&format!("<content type=\"html\">{}</content>\n</entry>\n", text(&html)));
    out
}

/// The document.
pub fn atom(feed: &AtomFeed<'_>) -> String {
    let language = feed.language;
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:fh=\"http://purl.org/syndication/history/1.0\" xml:lang=\"{}\">\n",
        pick(language, "es", "en")
    );
    element(&mut out, "id", &urn(feed.id));
    element(&mut out, "title", &title(feed.about, language));
    element(
        &mut out,
        "subtitle",
        pick(
            language,
            "Lo que aparece, cambia o deja de aparecer en los registros públicos que se vigilan.",
            "What appears, changes or is no longer seen in the public records that are watched.",
        ),
    );
    element(
        &mut out,
        "rights",
        pick(
            language,
            "La fuente oficial puede contener errores; confirme en ella antes de publicar. Toda persona se presume inocente mientras no se declare su responsabilidad mediante resolución firme o sentencia ejecutoriada.",
            "The official source may contain errors; check it before you publish. Everyone is presumed innocent until a final judgment says otherwise.",
        ),
    );
    element(&mut out, "updated", &instant(feed.updated));
    out.push_str("<author>\n");
    element(&mut out, "name", "veedor");
    out.push_str("</author>\n<generator>veedor</generator>\n");
    let mut link = |rel: &str, href: &str| out.push_str(&format!("<link rel=\"{rel}\" href=\"{}\"/>\n", text(href)));
    link("self", feed.name);
    link("alternate", feed.dashboard);
    if let Some(older) = &feed.older {
        link("prev-archive", older);
    }
    if let Some(newer) = &feed.newer {
        link("next-archive", newer);
    }
    if let Some(current) = feed.current {
        link("current", current);
        out.push_str("<fh:archive/>\n");
    }
    feed.entries.iter().for_each(|entry| out.push_str(entry));
    out.push_str("</feed>\n");
    out
}

/// What a feed or calendar is called.
pub(super) fn title(about: Option<&str>, language: Language) -> String {
    match about {
        Some(about) => format!("veedor · {about}"),
        None => pick(language, "veedor · todos los expedientes", "veedor · all cases").to_owned(),
    }
}

fn without_styles(html: &str) -> String {
    let mut parts = html.split(" style=\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + part.split_once('"').map_or("", |(_, rest)| rest))
}

fn element(out: &mut String, name: &str, value: &str) {
    out.push_str(&format!("<{name}>{}</{name}>\n", text(value)));
}

/// Text as XML, in element content and in quoted attributes, without the characters that XML 1.0 has not (§2.2).
fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            '\u{20}'..='\u{fffd}' | '\u{10000}'.. => out.push(c),
            _ => {}
        }
    }
    out
}

/// The id as a UUID of the kind that anybody may make his own way (version 8, RFC 9562 §5.8).
fn urn(id: Id) -> String {
    let mut bytes = id.0;
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex = crate::domain::id::hex(&bytes);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("urn:uuid:{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample;

    fn written(language: Language) -> String {
        let watch = sample::watch();
        let about = sample::about(&watch, language);
        let shown = about.show_one(&sample::hostile());
        let entries = [entry(&shown, &about, sample::seen_at(), "../../cases").into()];
        let (id, updated) = (Id::derive(&[b"feed"]), sample::seen_at());
        let feed = AtomFeed {
            language,
            id,
            about: Some("a <b> & \u{b}\u{fffe}c"),
            updated,
            name: "all.atom",
            dashboard: "../../",
            older: Some("all.atom?page=1".into()),
            newer: None,
            current: None,
            entries: &entries,
        };
        atom(&feed)
    }

    #[test]
    fn what_a_court_wrote_is_text_and_nothing_that_xml_has_not() {
        for language in [Language::Es, Language::En] {
            let feed = written(language);
            assert!(feed.contains("<title>veedor · a &lt;b&gt; &amp; c</title>"), "{feed}");
            for c in feed.chars() {
                assert!(matches!(c, '\n' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..), "{:?}", c);
            }
            let content = feed.split("<content type=\"html\">").nth(1).and_then(|rest| rest.split("</content>").next()).expect("content");
            assert!(!feed.contains("<script") && !content.contains("&lt;script"), "{feed}");
            assert_eq!(feed.matches("<entry>").count(), 1);
            assert_eq!(feed, written(language), "the same bytes each time");
        }
    }

    #[test]
    fn an_identity_is_a_uuid_that_follows_from_the_event() {
        let of = |text: &[u8]| urn(Id::derive(&[text]));
        assert_eq!(of(b"a"), of(b"a"));
        assert_ne!(of(b"a"), of(b"b"));
        let urn = of(b"a");
        assert!(urn.len() == 45 && urn.as_bytes()[23] == b'8' && b"89ab".contains(&urn.as_bytes()[28]), "{urn}");
    }
}
