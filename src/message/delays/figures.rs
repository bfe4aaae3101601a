//! The figures M01–M20 of a case as a table: value, how many things it rests on, which entries, and what it does not say.
//!
//! Used by [`case`](super::case). What a measure counts is said once, in the notes, to which its number leads.

use std::collections::BTreeSet;

use super::names::{measure, part};
use super::page::{Page, Table, clip, fit};
use super::value::{of_whom, words};
use crate::domain::clocks::Subject;
use crate::domain::delays::CaseDelays;
use crate::domain::figure::Figure;
use crate::domain::measure::Measure;

/// The table of a case.
pub fn table(page: &Page<'_>, at: usize, case: &CaseDelays) -> String {
    if case.figures.list.is_empty() {
        return format!("<p>{}</p>\n", page.pick("No hay medidas.", "There are no measures."));
    }
    let columns: [&str; 6] = [
        page.pick("Medida", "Measure"),
        page.pick("Valor", "Value"),
        "n",
        page.pick("De – a", "From – to"),
        page.pick("Actuaciones", "Entries"),
        page.pick("Lo que no dice", "What it does not say"),
    ];
    let caption = format!("{}: {}", page.pick("Medidas", "Measures"), clip(case.label(), 80));
    let mut table = Table::new("fig", &caption, &columns);
    let mut begun: BTreeSet<Measure> = BTreeSet::new();
    for figure in &case.figures.list {
        let id = begun.insert(figure.measure).then(|| format!("caso-{}-{}", at + 1, figure.measure.id()));
        let span = figure.span.map_or_else(|| "–".to_owned(), |(from, to)| format!("{} –<br>{}", page.day(from), page.day(to)));
        let cells = [
            named(page, at, figure),
            fit(&words(figure, page.language)),
            figure.n.to_string(),
            span,
            page.entries(at, &figure.entries),
            limits(page, figure),
        ];
        table.row(id.as_deref(), &cells);
    }
    table.end()
}

/// What a figure is and of whom.
fn named(page: &Page<'_>, at: usize, figure: &Figure) -> String {
    let id = figure.measure.id();
    let mut out = format!("<a href=\"#regla-{id}\">{id}</a> {}", measure(figure.measure, page.language));
    let part = part(figure.measure, &figure.part, page.language);
    if !part.is_empty() {
        out.push_str(&format!("<br><small>{}</small>", fit(&part)));
    }
    let whom = of_whom(&figure.subject, page.language);
    if !whom.is_empty() {
        out.push_str(&format!("<br><small>{}</small>", clip(&whom, 120)));
    }
    if let Subject::Petition(key) = &figure.subject {
        out.push_str(&format!(" <small>{}</small>", page.entries(at, [key])));
    }
    out
}

/// What a figure does not say, as a list; empty where there is nothing.
pub fn limits(page: &Page<'_>, figure: &Figure) -> String {
    if figure.limits.is_empty() {
        return String::new();
    }
    let items = figure.limits.iter().map(|limit| {
        let sentence = limit.caveat.sentence();
        let n = limit.n.map(|n| format!(" ({n})")).unwrap_or_default();
        format!("<li>{}{n}</li>", page.pick(sentence.es, sentence.en))
    });
    format!("<ul class=\"lim\">{}</ul>", items.collect::<String>())
}
