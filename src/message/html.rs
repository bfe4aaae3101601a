//! The HTML of a mail: complete in itself, readable on a narrow telephone, in light and in dark.
//!
//! Inline styles only, because several mail programs drop style elements; no remote images, no scripts, nothing that tells
//! anyone that the mail was opened. Colours are set on few things and always in pairs, so that a dark theme can be the
//! reader's own. Everything that did not come from this file is escaped.

use super::block::Block;
use super::change::Piece;
use super::sheet::Sheet;
use super::words::pick;
use crate::domain::about::Language;
use crate::domain::event::Severity;

pub(super) const BODY: &str = "margin:0;padding:12px;font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
pub(super) const WIDE: &str = "max-width:640px;margin:0 auto;overflow-wrap:anywhere;word-break:break-word";
const CARD: &str = "border:1px solid #8a8a8a;border-left-width:6px;border-radius:4px;padding:12px;margin:16px 0";
const KIND: &str = "margin:0;font-size:13px;text-transform:uppercase;letter-spacing:.04em";
const DATE: &str =
    "margin:12px 0;padding:8px 12px;border:2px solid #8a8a8a;border-radius:4px;font-size:22px;line-height:1.3;font-weight:bold";
const QUOTE: &str = "margin:12px 0;padding:0 0 0 12px;border-left:3px solid #8a8a8a";
pub(super) const SMALL: &str = "margin:12px 0 0;font-size:13px;line-height:1.45";
const GONE: &str = "background-color:#ffd7d5;color:#82071e;text-decoration:line-through";
const NEW: &str = "background-color:#d2f4d6;color:#0a5223;text-decoration:underline";

/// The HTML part of a mail.
pub(super) fn html(sheet: &Sheet, subject: &str) -> String {
    let language = sheet.language;
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"supported-color-schemes\" content=\"light dark\">\n<title>{}</title>\n</head>\n\
         <body style=\"{BODY}\">\n<div style=\"{WIDE}\">\n<h1 style=\"margin:0;font-size:20px;line-height:1.3\">{}</h1>\n<p style=\"margin:0\">{}</p>\n",
        pick(language, "es", "en"),
        escape(subject),
        escape(&sheet.name),
        escape(&sheet.number)
    );
    for block in &sheet.blocks {
        tell(&mut out, block, language);
    }
    if let Some(url) = &sheet.url {
        let words = pick(language, "Ver en la fuente oficial", "See it at the official source");
        out.push_str(&format!("<p><a href=\"{}\" rel=\"noreferrer\">{words}</a></p>\n", escape(url)));
    }
    if let Some(calendar) = &sheet.calendar {
        out.push_str(&format!("<p>{}</p>\n", escape(calendar)));
    }
    if let Some(note) = &sheet.note {
        out.push_str(&format!("<p><strong>{}:</strong> {}</p>\n", pick(language, "Nota", "Note"), escape(note)));
    }
    if let Some(tags) = &sheet.tags {
        out.push_str(&format!("<p><strong>{}:</strong> {}</p>\n", pick(language, "Etiquetas", "Tags"), escape(tags)));
    }
    out.push_str("<hr style=\"border:0;border-top:1px solid #8a8a8a\">\n");
    for line in &sheet.footer {
        out.push_str(&format!("<p style=\"{SMALL}\">{}</p>\n", escape(line)));
    }
    for (what, url) in &sheet.stop {
        let markup = match url {
            Some(url) => format!("<a href=\"{}\" rel=\"noreferrer\">{}</a>", escape(url), escape(what)),
            None => escape(what),
        };
        out.push_str(&format!("<p style=\"{SMALL}\">{markup}</p>\n"));
    }
    out.push_str("</div>\n</body>\n</html>\n");
    out
}

/// One event.
pub(super) fn tell(out: &mut String, block: &Block, language: Language) {
    let (edge, loud) = match block.severity {
        Severity::Critical => ("#c62828", pick(language, " · crítico", " · critical")),
        Severity::Warn => ("#c77700", pick(language, " · atención", " · attention")),
        Severity::Notice => ("#1565c0", ""),
        Severity::Info => ("#8a8a8a", ""),
    };
    out.push_str(&format!("<div style=\"{CARD};border-left-color:{edge}\">\n<p style=\"{KIND}\">{}{loud}</p>\n", escape(block.kind)));
    out.push_str(&format!("<h2 style=\"margin:4px 0 8px;font-size:17px;line-height:1.35\">{}</h2>\n", escape(&block.title)));
    if let Some(date) = &block.date {
        out.push_str(&format!("<p style=\"{DATE}\">{}</p>\n", escape(date)));
    }
    for (label, value) in &block.facts {
        out.push_str(&format!("<p style=\"margin:2px 0\"><strong>{}:</strong> {}</p>\n", escape(label), escape(value)));
    }
    if let Some(quote) = &block.quote {
        quoted(out, pick(language, "El texto dice", "The text says"), &format!("«{}»", escape(quote)));
    }
    if !block.change.is_empty() {
        quoted(
            out,
            pick(language, "Diferencias (tachado: antes; subrayado: ahora)", "Differences (struck: before; underlined: now)"),
            &marked(&block.change),
        );
    }
    if let Some(excerpt) = &block.excerpt {
        quoted(out, pick(language, "Extracto", "Excerpt"), &format!("«{}»", escape(excerpt)));
    }
    for caution in &block.cautions {
        out.push_str(&format!("<p style=\"margin:12px 0 0\"><em>{}</em></p>\n", escape(caution)));
    }
    out.push_str(&format!("<p style=\"{SMALL}\">"));
    for (at, (label, value)) in block.proof.iter().enumerate() {
        let line = if at == 0 { "" } else { "<br>\n" };
        out.push_str(&format!("{line}{}: {}", escape(label), escape(value)));
    }
    if let Some((words, url)) = &block.page {
        out.push_str(&format!("<br>\n<a href=\"{}\" rel=\"noreferrer\">{words}</a>", escape(url)));
    }
    out.push_str("</p>\n</div>\n");
}

fn quoted(out: &mut String, label: &str, markup: &str) {
    out.push_str(&format!(
        "<p style=\"margin:12px 0 0\"><strong>{label}:</strong></p>\n<blockquote style=\"{QUOTE}\">{markup}</blockquote>\n"
    ));
}

fn marked(pieces: &[Piece]) -> String {
    let mut out = String::new();
    let mut is_after_gone = false;
    for piece in pieces {
        match piece {
            Piece::Same(run) => out.push_str(&escape(run)),
            Piece::Gone(run) => out.push_str(&format!("<del style=\"{GONE}\">{}</del>", escape(run))),
            Piece::New(run) => {
                // "4000400" is a number; a reader that shows no colours must see two.
                let apart = if is_after_gone { " " } else { "" };
                out.push_str(&format!("{apart}<ins style=\"{NEW}\">{}</ins>", escape(run)));
            }
        }
        is_after_gone = matches!(piece, Piece::Gone(_));
    }
    out
}

/// Text as HTML, in element content and in quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '`' => out.push_str("&#96;"),
            c => out.push(c),
        }
    }
    out
}
