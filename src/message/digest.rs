//! The digest as a mail: what there is at a glance, then case by case, then what does not fit in a line each.
//!
//! Each event is told as it is in a mail of its own, by [`text`](super::text) and [`html`](super::html); the order is
//! `domain::digest`'s.

use super::dates::{day, instant};
use super::html::{self, escape};
use super::sheet::{Sheet, link, sheet};
use super::summary::summary;
use super::text;
use super::words::pick;
use super::{Letter, subject};
use crate::domain::about::{About, Language, Stop};
use crate::domain::digest::{Digest, MOST_IN_FULL, Part};
use crate::domain::redact::{cut, plain};
use crate::domain::timing::Period;

/// A case in a digest.
struct Section {
    /// What is told in full.
    sheet: Sheet,
    /// Its most important news.
    lead: String,
    /// How many events there are.
    count: usize,
    /// What is told in a line.
    lines: Vec<String>,
    /// The page that silences it for this reader.
    mute: Option<String>,
}

/// What stands around the cases.
struct Frame<'a> {
    language: Language,
    subject: &'a str,
    /// How much there is, and until when.
    lead: &'a str,
    /// How the reader stops the digest: what that does, and the page for it.
    stop: Option<(String, Option<String>)>,
}

/// The mail of a digest.
pub fn digest(digest: &Digest<'_>) -> Letter {
    let language = language(digest);
    let (sections, subject) = (sections(digest), subject_of(digest));
    let lead = lead_of(digest);
    let stop = digest.parts.first().and_then(|part| stop(&part.about));
    let frame = Frame { language, subject: &subject, lead: &lead, stop };
    Letter { text: in_text(&sections, &frame), html: in_html(&sections, &frame), subject }
}

/// `[resumen diario] 5 novedades en 3 expedientes, 02-mar-2026`
pub(super) fn subject_of(digest: &Digest<'_>) -> String {
    let language = language(digest);
    let date = day(digest.at.to_zoned_datetime(digest.zone.clone()).date(), language);
    format!("[{}] {}, {date}", name(digest.period, language), counted(digest))
}

/// How much there is, and until when.
pub(super) fn lead_of(digest: &Digest<'_>) -> String {
    let language = language(digest);
    format!("{} · {} {}", counted(digest), pick(language, "hasta el", "until"), instant(digest.at, &digest.zone, language))
}

fn language(digest: &Digest<'_>) -> Language {
    digest.parts.first().map(|part| part.about.language).unwrap_or_default()
}

fn name(period: Period, language: Language) -> &'static str {
    match period {
        Period::Hourly => pick(language, "resumen de la hora", "hourly digest"),
        Period::Daily(_) => pick(language, "resumen diario", "daily digest"),
        Period::Weekly(..) => pick(language, "resumen semanal", "weekly digest"),
    }
}

/// `5 novedades en 3 expedientes`
fn counted(digest: &Digest<'_>) -> String {
    let language = language(digest);
    let cases = match (digest.parts.len(), language) {
        (1, Language::Es) => "1 expediente".to_owned(),
        (many, Language::Es) => format!("{many} expedientes"),
        (1, Language::En) => "1 case".to_owned(),
        (many, Language::En) => format!("{many} cases"),
    };
    format!("{} {} {cases}", news(digest.count(), language), pick(language, "en", "in"))
}

fn news(count: usize, language: Language) -> String {
    match (count, language) {
        (1, Language::Es) => "1 novedad".to_owned(),
        (many, Language::Es) => format!("{many} novedades"),
        (1, Language::En) => "1 update".to_owned(),
        (many, Language::En) => format!("{many} updates"),
    }
}

fn sections(digest: &Digest<'_>) -> Vec<Section> {
    let mut room = MOST_IN_FULL;
    let section = |Part { about, events }: &Part<'_>| {
        let (full, rest) = events.split_at(room.min(events.len()));
        room -= full.len();
        let lead = subject::most_important(events).map(|event| summary(event, about)).unwrap_or_default();
        let lines = rest.iter().map(|event| summary(event, about)).collect();
        let mute = match &about.stop {
            Stop::Links { mute, .. } => mute.as_deref().and_then(link),
            Stop::Ask { .. } | Stop::Unsaid => None,
        };
        Section { sheet: sheet(full, about), lead, count: events.len(), lines, mute }
    };
    digest.parts.iter().map(section).collect()
}

/// How the reader stops the digest.
fn stop(about: &About<'_>) -> Option<(String, Option<String>)> {
    let language = about.language;
    match &about.stop {
        Stop::Unsaid => None,
        Stop::Ask { channel } => {
            let lead = pick(
                language,
                "Para silenciar un expediente o no recibir más estos mensajes, escriba a quien opera veedor. Comando para quien lo opera (30 días; con --critical, también lo crítico)",
                "To silence a case or to stop these messages, write to whoever runs veedor. Command for whoever runs it (30 days; with --critical, critical news too)",
            );
            let rest = pick(
                language,
                "--to DIRECCIÓN --case NÚMERO --for 30d --by NOMBRE --because MOTIVO",
                "--to ADDRESS --case NUMBER --for 30d --by NAME --because WHY",
            );
            Some((format!("{lead}: veedor silence add --channel {} {rest}", cut(&plain(channel), 64)), None))
        }
        Stop::Links { leave, .. } => Some((
            pick(language, "No recibir más mensajes de este canal", "Stop all messages of this channel to you").to_owned(),
            link(leave),
        )),
    }
}

fn in_text(sections: &[Section], Frame { language, subject, lead, stop }: &Frame<'_>) -> String {
    let language = *language;
    let line = "=".repeat(60);
    let mut out = format!("{subject}\n{lead}\n\n");
    for (at, section) in sections.iter().enumerate() {
        let Section { sheet, lead, count, .. } = section;
        out.push_str(&format!("{}. {} ({})\n   {}\n   {lead}\n", at + 1, sheet.name, news(*count, language), sheet.number));
    }
    for (at, section) in sections.iter().enumerate() {
        let Section { sheet, lines, .. } = section;
        out.push_str(&format!("\n{line}\n{}. {}\n{}\n", at + 1, sheet.name, sheet.number));
        for block in &sheet.blocks {
            out.push_str(&format!("\n{}\n", "-".repeat(60)));
            text::tell(&mut out, block, sheet);
        }
        if !lines.is_empty() {
            out.push_str(&format!("\n{}:\n", in_a_line(sheet, language)));
            lines.iter().for_each(|line| out.push_str(&format!("- {line}\n")));
        }
        out.push('\n');
        for (label, value) in around(section, language) {
            out.push_str(&format!("{label}: {value}\n"));
        }
    }
    out.push_str(&format!("\n{line}\n"));
    for line in sections.first().iter().flat_map(|section| &section.sheet.footer) {
        out.push_str(&format!("{line}\n"));
    }
    if let Some((words, url)) = stop {
        out.push_str(&url.as_ref().map_or_else(|| format!("{words}\n"), |url| format!("{words}:\n{url}\n")));
    }
    out
}

/// What stands above the news that has a line each.
fn in_a_line(sheet: &Sheet, language: Language) -> &'static str {
    match sheet.blocks.is_empty() {
        true => pick(language, "En una línea cada una; el texto está en la fuente", "A line each; the text is at the source"),
        false => pick(language, "Además, en una línea cada una", "And in a line each"),
    }
}

/// Where to look, and what the operator says of the case.
fn around(Section { sheet, mute, .. }: &Section, language: Language) -> Vec<(&'static str, &str)> {
    let said = [
        (pick(language, "Fuente", "Source"), &sheet.url),
        (pick(language, "Nota", "Note"), &sheet.note),
        (pick(language, "Etiquetas", "Tags"), &sheet.tags),
        (pick(language, "Silenciar este expediente para usted", "Silence this case for you"), mute),
    ];
    said.into_iter().filter_map(|(label, value)| Some((label, value.as_deref()?))).collect()
}

fn in_html(sections: &[Section], Frame { language, subject, lead, stop }: &Frame<'_>) -> String {
    let language = *language;
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"supported-color-schemes\" content=\"light dark\">\n<title>{}</title>\n</head>\n\
         <body style=\"{}\">\n<div style=\"{}\">\n<h1 style=\"margin:0;font-size:20px;line-height:1.3\">{}</h1>\n<p style=\"margin:0\">{}</p>\n\
         <ol style=\"padding-left:24px\">\n",
        pick(language, "es", "en"),
        escape(subject),
        html::BODY,
        html::WIDE,
        escape(subject),
        escape(lead)
    );
    for (at, Section { sheet, lead, count, .. }) in sections.iter().enumerate() {
        let (name, news, lead) = (escape(&sheet.name), news(*count, language), escape(lead));
        out.push_str(&format!("<li style=\"margin:8px 0\"><a href=\"#c{at}\">{name}</a> ({news})<br>\n{lead}</li>\n"));
    }
    out.push_str("</ol>\n");
    for (at, section) in sections.iter().enumerate() {
        let Section { sheet, lines, .. } = section;
        let (name, number) = (escape(&sheet.name), escape(&sheet.number));
        // Some programs follow names and some ids.
        out.push_str(&format!(
            "<h2 id=\"c{at}\" style=\"margin:32px 0 0;font-size:18px;line-height:1.3\"><a name=\"c{at}\"></a>{}. {name}</h2>\n\
             <p style=\"margin:0\">{number}</p>\n",
            at + 1
        ));
        for block in &sheet.blocks {
            html::tell(&mut out, block, language);
        }
        if !lines.is_empty() {
            out.push_str(&format!("<p style=\"margin:12px 0 0\">{}:</p>\n<ul>\n", in_a_line(sheet, language)));
            lines.iter().for_each(|line| out.push_str(&format!("<li>{}</li>\n", escape(line))));
            out.push_str("</ul>\n");
        }
        for (label, value) in around(section, language) {
            out.push_str(&match link(value) {
                Some(url) => format!("<p><a href=\"{}\" rel=\"noreferrer\">{}</a></p>\n", escape(&url), escape(label)),
                None => format!("<p><strong>{}:</strong> {}</p>\n", escape(label), escape(value)),
            });
        }
    }
    out.push_str("<hr style=\"border:0;border-top:1px solid #8a8a8a\">\n");
    let footer = sections.first().into_iter().flat_map(|section| &section.sheet.footer);
    footer.for_each(|line| out.push_str(&format!("<p style=\"{}\">{}</p>\n", html::SMALL, escape(line))));
    if let Some((words, url)) = stop {
        let words = escape(words);
        let markup = url.as_ref().map_or(words.clone(), |url| format!("<a href=\"{}\" rel=\"noreferrer\">{words}</a>", escape(url)));
        out.push_str(&format!("<p style=\"{}\">{markup}</p>\n", html::SMALL));
    }
    out.push_str("</div>\n</body>\n</html>\n");
    out
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::event::Event;
    use crate::domain::sample;
    use crate::domain::timing::MORNING;

    fn of(parts: Vec<(&About<'_>, Vec<Event>)>) -> Letter {
        let zone = TimeZone::get("America/Guayaquil").expect("bundled");
        let parts = parts.into_iter().map(|(about, events)| Part { about: about.clone(), events: about.show(&events) }).collect();
        let mut whole = Digest { period: MORNING, at: "2026-03-02T12:00:00Z".parse().expect("an instant"), zone, parts };
        whole.sort();
        digest(&whole)
    }

    #[test]
    fn a_digest_says_what_there_is_and_then_tells_it_case_by_case() {
        let (one, mut two) = (sample::watch(), sample::watch());
        two.name = Some("Caso <Otro> & más".into());
        two.number.canonical = "17721-2020-00001".into();
        let mut abouts = [sample::about(&one, Language::Es), sample::about(&two, Language::Es)];
        abouts.iter_mut().for_each(|about| about.stop = Stop::Ask { channel: "mesa".into() });
        let letter =
            of(vec![(&abouts[0], vec![sample::filing(), sample::ruling()]), (&abouts[1], vec![sample::filing(), sample::removed()])]);
        assert_eq!(letter.subject, "[resumen diario] 4 novedades en 2 expedientes, 02-mar-2026");
        let order = [
            "1. Caso <Otro> & más (2 novedades)",
            "2. Sobornos 2012-2016 (2 novedades)",
            "\n1. Caso <Otro>",
            "no se observa",
            "\n2. Sobornos",
            "SENTENCIA",
        ];
        let mut from = 0;
        for part in order {
            from += letter.text[from..].find(part).unwrap_or_else(|| panic!("{part} is not in its place\n{}", letter.text)) + 1;
        }
        assert_eq!(letter.text.matches("Fuente: https://").count(), 2, "each case has its source\n{}", letter.text);
        assert!(
            letter.text.contains("Toda persona se presume inocente")
                && letter.text.contains("veedor silence add --channel mesa --to DIRECCIÓN --case NÚMERO --for 30d ")
        );
        for part in ["<a href=\"#c0\">Caso &lt;Otro&gt; &amp; más</a>", "<h2 id=\"c1\"", "2. Sobornos 2012-2016</h2>"] {
            assert!(letter.html.contains(part), "{part}\n{}", letter.html);
        }
        let (english, mut one_event) = (sample::about(&one, Language::En), sample::filing());
        one_event.seq = 9;
        assert_eq!(of(vec![(&english, vec![one_event])]).subject, "[daily digest] 1 update in 1 case, 2 Mar 2026");
    }

    #[test]
    fn what_is_too_much_has_a_line_each_and_nothing_is_left_out() {
        let watches: Vec<_> = (0..2).map(|_| sample::watch()).collect();
        let abouts: Vec<_> = watches.iter().map(|watch| sample::about(watch, Language::Es)).collect();
        let many = |count: usize, word: &str| -> Vec<Event> {
            let entry = |n: usize| {
                let mut event = sample::filing();
                event.entry.iter_mut().for_each(|entry| entry.title = format!("{word}{n:03}."));
                event
            };
            (0..count).map(entry).collect()
        };
        let letter = of(vec![(&abouts[0], many(40, "UNO")), (&abouts[1], many(60, "DOS"))]);
        for n in 0..40 {
            assert!(letter.text.contains(&format!("UNO{n:03}.")) && letter.html.contains(&format!("UNO{n:03}.")), "{n}");
        }
        for n in 0..60 {
            assert!(letter.text.contains(&format!("DOS{n:03}.")) && letter.html.contains(&format!("DOS{n:03}.")), "{n}");
        }
        assert_eq!(letter.text.matches("\n- ").count(), 50);
        assert!(letter.html.matches("<li>").count() == 50 && letter.text.contains("Además, en una línea cada una"));
    }

    #[test]
    fn a_reader_with_pages_of_his_own_silences_each_case_and_leaves_once() {
        let watch = sample::watch();
        let page = |n: u8| Stop::Links {
            mute: Some(format!("https://veedor.example.org/u/{n}")),
            leave: "https://veedor.example.org/u/todo".into(),
        };
        let abouts = [1, 2].map(|n| About { stop: page(n), ..sample::about(&watch, Language::Es) });
        let letter = of(vec![(&abouts[0], vec![sample::ruling()]), (&abouts[1], vec![sample::filing()])]);
        for text in [&letter.text, &letter.html] {
            assert_eq!([text.matches("/u/1").count(), text.matches("/u/2").count(), text.matches("/u/todo").count()], [1, 1, 1], "{text}");
        }
    }

    #[test]
    fn whatever_a_court_writes_it_is_text() {
        let watch = sample::watch();
        let about = sample::about(&watch, Language::Es);
        let letter = of(vec![(&about, vec![sample::hostile()]), (&about, vec![sample::hostile(), sample::filing()])]);
        assert!(!letter.html.contains("<script") && !letter.text.contains('\u{202e}') && !letter.subject.contains('\n'));
    }
}
