//! What every part of the file needs: the report in one language, where its cases and entries stand, fit texts, and tables.
//!
//! Used by all of [`delays`](super). Everything that did not come from these files passes [`fit`] or [`clip`]: court texts are hostile.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::numbers::counted;
use crate::domain::about::Language;
use crate::domain::delays::{CaseDelays, Delays};
use crate::domain::docket::EntryKey;
use crate::domain::redact::{cut, plain};
use crate::message::dates;
use crate::message::html::escape;

/// So many cases have a section of their own, with a time line; all have a row.
pub const DRAWN: usize = 300;

/// So many entries are linked in a row; the others stand behind a fold.
const LINKED: usize = 8;

/// A report in one language.
pub struct Page<'r> {
    pub report: &'r Delays,
    pub language: Language,
    /// Of each case where its entries stand in its list.
    places: Vec<BTreeMap<&'r EntryKey, usize>>,
}

impl<'r> Page<'r> {
    pub fn new(report: &'r Delays, language: Language) -> Self {
        let drawn = report.cases.iter().take(DRAWN);
        // Of several entries under one key the first is meant.
        let of = |case: &'r CaseDelays| case.entries.iter().enumerate().rev().map(|(at, act)| (&act.key, at)).collect();
        Self { report, language, places: drawn.map(of).collect() }
    }

    /// One of two wordings.
    pub fn pick<'w>(&self, es: &'w str, en: &'w str) -> &'w str {
        match self.language {
            Language::Es => es,
            Language::En => en,
        }
    }

    pub fn day(&self, date: Date) -> String {
        dates::day(date, self.language)
    }

    /// A day, or a dash.
    pub fn day_or(&self, date: Option<Date>) -> String {
        date.map_or_else(|| "–".to_owned(), |date| self.day(date))
    }

    /// The address of a case: its section, or its row where it has none.
    pub fn case_href(&self, at: usize) -> String {
        if at < DRAWN { format!("#caso-{}", at + 1) } else { format!("#fila-{}", at + 1) }
    }

    /// A case as a link.
    pub fn case_link(&self, at: usize) -> String {
        match self.report.cases.get(at) {
            Some(case) => format!("<a href=\"{}\">{}</a>", self.case_href(at), clip(case.label(), 80)),
            None => "–".to_owned(),
        }
    }

    /// The place of an entry in the list of its case; `None` where it stands at another one, or the case has no section.
    pub fn place(&self, case: usize, key: &EntryKey) -> Option<usize> {
        self.places.get(case)?.get(key).copied()
    }

    /// Entries as links to the list of their case, by their numbers there.
    pub fn entries<'k>(&self, case: usize, keys: impl IntoIterator<Item = &'k EntryKey>) -> String {
        let (mut found, mut elsewhere) = (Vec::new(), 0_usize);
        for key in keys {
            match self.place(case, key) {
                Some(at) => found.push(at),
                None => elsewhere += 1,
            }
        }
        found.sort_unstable();
        found.dedup();
        let links: Vec<String> = found.iter().map(|at| format!("<a href=\"#caso-{}-a{}\">{}</a>", case + 1, at + 1, at + 1)).collect();
        let mut out = if links.len() > LINKED {
            let words = self.pick("actuaciones", "entries");
            format!("<details><summary>{} {words}</summary>{}</details>", links.len(), links.join(" "))
        } else {
            links.join(" ")
        };
        if elsewhere > 0 && case < DRAWN {
            // It may stand in a linked case, in another text of this docket, or nowhere any more: which is not known here.
            let entries = counted(elsewhere, self.language, ["actuación", "actuaciones", "entry", "entries"]);
            let words = self
                .pick("fuera de este expediente (p. ej. de una causa vinculada)", "outside this docket (of a linked case, for instance)");
            out.push_str(&format!(" <small>+{entries} {words}</small>"));
        }
        if out.is_empty() { "–".to_owned() } else { out }
    }

    /// Names of others, one at least and together about so many characters; of those that are left out it says how many there are.
    pub fn listed(&self, names: &[String], most: usize) -> String {
        let (mut shown, mut used) = (Vec::new(), 0);
        for name in names {
            used += plain(name).chars().count() + 2;
            if used > most && !shown.is_empty() {
                break;
            }
            shown.push(clip(name, most));
        }
        let out = shown.join(", ");
        match names.len() - shown.len() {
            0 => out,
            n => format!("{out} {}", and_more(n, self.language)),
        }
    }
}

/// So many more, after what is shown.
pub fn and_more(n: usize, language: Language) -> String {
    match language {
        Language::Es => format!("y {n} más"),
        Language::En => format!("and {n} more"),
    }
}

/// A text of others as HTML: on one line, without what turns or hides text, escaped.
pub fn fit(text: &str) -> String {
    let is_said = |c: &char| !matches!(u32::from(*c), 0xfdd0..=0xfdef) && u32::from(*c) & 0xfffe != 0xfffe;
    escape(&plain(text).chars().filter(is_said).collect::<String>())
}

/// The same, at most so many characters.
pub fn clip(text: &str, most: usize) -> String {
    fit(&cut(&plain(text), most))
}

/// An address as a link; where it is none that a browser opens, only its words.
pub fn outside(url: &str, words: &str) -> String {
    if url.starts_with("https://") || url.starts_with("http://") {
        format!("<a href=\"{}\" rel=\"noreferrer\">{words}</a>", fit(url))
    } else {
        words.to_owned()
    }
}

/// A table that a narrow screen shows as cards.
pub struct Table {
    class: String,
    columns: Vec<String>,
    rows: usize,
    out: String,
}

/// A table of so many rows is not cut by the end of a page.
const FEW: usize = 6;

impl Table {
    /// The caption and the columns are HTML already.
    pub fn new(class: &str, caption: &str, columns: &[&str]) -> Self {
        let mut out = format!("<caption>{caption}</caption>\n<thead><tr>");
        for column in columns {
            out.push_str(&format!("<th scope=\"col\">{column}</th>"));
        }
        out.push_str("</tr></thead>\n");
        Self { class: class.to_owned(), rows: 0, columns: columns.iter().map(|column| (*column).to_owned()).collect(), out }
    }

    /// A row; the first cell is its heading. Cells are HTML already.
    pub fn row(&mut self, id: Option<&str>, cells: &[String]) {
        self.row_above(id, cells, "");
    }

    /// A row with a line below it that is as wide as the table.
    pub fn row_above(&mut self, id: Option<&str>, cells: &[String], below: &str) {
        self.rows += 1;
        let id = id.map_or_else(String::new, |id| format!(" id=\"{id}\""));
        self.out.push_str(&format!("<tbody{id}><tr>"));
        for (at, (cell, column)) in cells.iter().zip(&self.columns).enumerate() {
            let narrow = breaks(cell);
            if at == 0 {
                self.out.push_str(&format!("<th scope=\"row\"{narrow}>{cell}</th>"));
            } else if cell.contains('<') {
                // On a narrow screen a cell is a label and one thing beside it.
                self.out.push_str(&format!("<td data-l=\"{column}\"{narrow}><div>{cell}</div></td>"));
            } else {
                self.out.push_str(&format!("<td data-l=\"{column}\"{narrow}>{cell}</td>"));
            }
        }
        self.out.push_str("</tr>");
        if !below.is_empty() {
            let wide = self.columns.len();
            self.out.push_str(&format!("<tr class=\"b\"><td colspan=\"{wide}\">{below}</td></tr>"));
        }
        self.out.push_str("</tbody>\n");
    }

    pub fn end(self) -> String {
        let few = if self.rows <= FEW { " few" } else { "" };
        format!("<table class=\"t {}{few}\">{}</table>\n", self.class, self.out)
    }
}

/// How the lines of a cell may be broken: not at all when each is short, because a date broken at its hyphens is hard to read; anywhere when
/// a word has no end; else between words.
fn breaks(cell: &str) -> &'static str {
    const SHORT: usize = 17;
    const LONG: usize = 24;
    let (mut line, mut word, mut longest_line, mut longest_word) = (0_usize, 0_usize, 0, 0);
    let (mut is_tag, mut tag) = (false, String::new());
    for c in cell.chars() {
        match c {
            '<' => (is_tag, tag) = (true, String::new()),
            '>' => {
                is_tag = false;
                if matches!(tag.as_str(), "br" | "li" | "summary") {
                    (line, word) = (0, 0);
                }
            }
            c if is_tag => tag.push(c),
            c => (line, word) = (line + 1, if c == ' ' { 0 } else { word + 1 }),
        }
        (longest_line, longest_word) = (longest_line.max(line), longest_word.max(word));
    }
    match () {
        () if longest_line <= SHORT => " class=\"n\"",
        () if longest_word > LONG => " class=\"a\"",
        () => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_court_writes_is_text_and_nothing_else() {
        assert_eq!(fit("<script>\u{202e}a\u{0}\u{fdd0}\u{1fffe}</script>\n\"'"), "&lt;script&gt;a&lt;/script&gt; &quot;&#39;");
        assert_eq!(clip("<b>ñandú", 5), "&lt;b&gt;ñ…");
    }

    #[test]
    fn lines_are_measured_without_their_markup() {
        assert_eq!(breaks("<a href=\"#caso-1-M01\">2000 días</a><br><small>26-nov-2026 12:00</small>"), " class=\"n\"");
        assert_eq!([breaks("TRIBUNAL DE GARANTÍAS PENALES"), breaks("26-nov-2026 (actuación <a>2</a>)")], ["", ""]);
        assert_eq!(breaks(&"x".repeat(60)), " class=\"a\"");
    }

    #[test]
    fn only_an_address_of_the_web_is_a_link() {
        assert_eq!(outside("javascript:alert(1)", "x"), "x");
        assert_eq!(outside("https://a.test/?a=1&b=\"2", "x"), "<a href=\"https://a.test/?a=1&amp;b=&quot;2\" rel=\"noreferrer\">x</a>");
    }
}
