//! The plain text of a mail, complete in itself, and the short form for the terminal.

use super::block::Block;
use super::change::Piece;
use super::sheet::Sheet;
use super::words::pick;
use crate::domain::event::Severity;

/// The text part of a mail.
pub(super) fn text(sheet: &Sheet) -> String {
    let language = sheet.language;
    let mut out = format!("{}\n{}\n", sheet.name, sheet.number);
    for (at, block) in sheet.blocks.iter().enumerate() {
        out.push_str(&format!("\n{}\n", "-".repeat(60)));
        if sheet.blocks.len() > 1 {
            out.push_str(&format!("{}/{} ", at + 1, sheet.blocks.len()));
        }
        tell(&mut out, block, sheet);
    }
    out.push_str(&format!("\n{}\n", "-".repeat(60)));
    if let Some(url) = &sheet.url {
        out.push_str(&format!("{}: {url}\n", pick(language, "Fuente", "Source")));
    }
    if let Some(calendar) = &sheet.calendar {
        out.push_str(&format!("{calendar}\n"));
    }
    if let Some(note) = &sheet.note {
        out.push_str(&format!("{}: {note}\n", pick(language, "Nota", "Note")));
    }
    if let Some(tags) = &sheet.tags {
        out.push_str(&format!("{}: {tags}\n", pick(language, "Etiquetas", "Tags")));
    }
    out.push('\n');
    for line in &sheet.footer {
        out.push_str(line);
        out.push('\n');
    }
    for (what, url) in &sheet.stop {
        out.push_str(what);
        if let Some(url) = url {
            out.push_str(&format!(":\n{url}"));
        }
        out.push('\n');
    }
    out
}

/// One event.
pub(super) fn tell(out: &mut String, block: &Block, sheet: &Sheet) {
    let language = sheet.language;
    let loud = match block.severity {
        Severity::Critical => pick(language, " (crítico)", " (critical)"),
        Severity::Warn => pick(language, " (atención)", " (attention)"),
        Severity::Notice | Severity::Info => "",
    };
    out.push_str(&format!("{}{loud}\n{}\n", block.kind.to_uppercase(), block.title));
    if let Some(date) = &block.date {
        out.push_str(&format!("\n    >>> {date} <<<\n"));
    }
    out.push('\n');
    facts(out, &block.facts);
    if let Some(quote) = &block.quote {
        out.push_str(&format!("\n{}:\n  «{quote}»\n", pick(language, "El texto dice", "The text says")));
    }
    if !block.change.is_empty() {
        let lead = pick(language, "Diferencias ([-antes-] {+ahora+})", "Differences ([-before-] {+now+})");
        out.push_str(&format!("\n{lead}:\n  {}\n", marked(&block.change)));
    }
    if let Some(excerpt) = &block.excerpt {
        out.push_str(&format!("\n{}:\n  «{excerpt}»\n", pick(language, "Extracto", "Excerpt")));
    }
    for caution in &block.cautions {
        out.push_str(&format!("\n{caution}\n"));
    }
    out.push('\n');
    facts(out, &block.proof);
    if let Some((words, url)) = &block.page {
        out.push_str(&format!("{words}: {url}\n"));
    }
}

fn facts(out: &mut String, facts: &[(&str, String)]) {
    for (label, value) in facts {
        out.push_str(&format!("{label}: {value}\n"));
    }
}

fn marked(pieces: &[Piece]) -> String {
    let mark = |piece: &Piece| match piece {
        Piece::Same(run) => run.clone(),
        Piece::Gone(run) => format!("[-{run}-]"),
        Piece::New(run) => format!("{{+{run}+}}"),
    };
    pieces.iter().map(mark).collect()
}

/// One block an event, a few lines each: for a terminal and the journal.
pub(super) fn terminal(sheet: &Sheet) -> String {
    let mut out = String::new();
    for block in &sheet.blocks {
        out.push_str(&format!("{} · {}\n  {}\n", sheet.name, sheet.number, block.title));
        let when = block.date.iter().map(|date| ("", date.clone()));
        let quote = block.quote.iter().map(|quote| ("", format!("«{quote}»")));
        let change = Some(marked(&block.change)).filter(|marks| !marks.is_empty()).into_iter().map(|marks| ("", marks));
        let excerpt = block.excerpt.iter().map(|excerpt| ("", format!("«{excerpt}»")));
        for (_, line) in when.chain(quote).chain(change).chain(excerpt) {
            out.push_str(&format!("    {line}\n"));
        }
        for (label, value) in block.proof.iter().take(2) {
            out.push_str(&format!("    {label}: {value}\n"));
        }
        if let Some(url) = &sheet.url {
            out.push_str(&format!("    {url}\n"));
        }
    }
    out
}
