//! The digest as a chat message: each event under the name of its case, and each case with its link.
//!
//! Where there is no room, [`fit`](super::fit) tells what is loudest, a line for the others, and counts the rest.

use super::{Marks, News, Paragraph, Role, Style, Talk, fact, news};
use crate::domain::digest::{Digest, Part};
use crate::domain::event::Severity;
use crate::message::digest::{lead_of, subject_of};
use crate::message::sheet::sheet;
use crate::message::words::pick;

/// The message of a digest.
pub fn digest(digest: &Digest<'_>, marks: Marks) -> Talk {
    let language = digest.parts.first().map(|part| part.about.language).unwrap_or_default();
    let news: Vec<News> = digest.parts.iter().flat_map(|part| of_case(part, marks)).collect();
    let footer = "Toda persona se presume inocente mientras no se declare su responsabilidad en resolución firme. La fuente puede contener errores; confirme antes de publicar.";
    Talk {
        language,
        severity: news.iter().map(|news| news.severity).max().unwrap_or(Severity::Info),
        headline: subject_of(digest),
        name: subject_of(digest),
        number: lead_of(digest),
        news,
        tail: Vec::new(),
        link: None,
        page: None,
        footer: pick(
            language,
            footer,
            "Everyone is presumed innocent until a final judgment says otherwise. The source may contain errors; check it before you publish.",
        ),
    }
}

fn of_case(Part { about, events }: &Part<'_>, marks: Marks) -> Vec<News> {
    let language = about.language;
    let sheet = sheet(events, about);
    let name = Paragraph::of(Role::Title, vec![(Style::Strong, sheet.name.clone()), (Style::Plain, format!(" · {}", sheet.number))]);
    let mut all: Vec<News> = sheet.blocks.iter().map(|block| news(block, language, marks)).collect();
    for news in &mut all {
        news.whole.insert(0, name.clone());
        if let Some(first) = news.brief.spans.first_mut() {
            first.text = format!("• {}: {}", sheet.name, first.text.trim_start_matches("• "));
        }
    }
    if let (Some(url), Some(last)) = (sheet.url, all.last_mut()) {
        last.whole.push(fact(pick(language, "Fuente", "Source"), &url));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::about::Language;
    use crate::domain::sample;
    use crate::domain::timing::MORNING;

    #[test]
    fn each_event_stands_under_its_case_and_each_case_has_its_source() {
        let (one, mut two) = (sample::watch(), sample::watch());
        two.name = Some("Otro caso".into());
        let part = |watch, events: Vec<crate::domain::event::Event>| {
            let about = sample::about(watch, Language::Es);
            Part { events: about.show(&events), about }
        };
        let zone = jiff::tz::TimeZone::UTC;
        let at = "2026-03-02T12:00:00Z".parse().expect("an instant");
        let parts = vec![part(&one, vec![sample::ruling(), sample::filing()]), part(&two, vec![sample::filing()])];
        let talk = digest(&Digest { period: MORNING, at, zone, parts }, Marks::Shown);
        assert_eq!(talk.headline, "[resumen diario] 3 novedades en 2 expedientes, 02-mar-2026");
        let fitted = talk.fit(100_000, 0, &|paragraph| paragraph.spans.iter().map(|span| span.text.len()).sum());
        let text = |paragraphs: &Vec<Paragraph>| -> Vec<String> {
            paragraphs.iter().map(|paragraph| paragraph.spans.iter().map(|span| span.text.as_str()).collect()).collect()
        };
        let told: Vec<Vec<String>> = fitted.news.iter().map(text).collect();
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0][0].starts_with("Sobornos 2012-2016 · ") && told[2][0].starts_with("Otro caso · "), "{told:?}");
        let sources = |lines: &Vec<String>| lines.iter().filter(|line| line.starts_with("Fuente: https://")).count();
        assert_eq!(told.iter().map(sources).collect::<Vec<_>>(), [0, 1, 1]);
        // In a narrow place each still says whose it is.
        let narrow = talk.fit(600, 0, &|paragraph| paragraph.spans.iter().map(|span| span.text.len()).sum());
        assert!(narrow.news.iter().flat_map(text).any(|line| line.starts_with("• Otro caso: ")), "{narrow:?}");
    }
}
