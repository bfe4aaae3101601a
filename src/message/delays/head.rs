//! The head of the file: what it is, of when, of how many cases, and what was left out.
//!
//! Used by [`html`](super::html()).

use super::labels::why;
use super::marks::definitions;
use super::numbers::counted;
use super::page::{Page, clip};
use super::status;
use super::style::STYLE;
use crate::message::dates::instant;

/// What stands under every title.
pub fn disclaimer<'w>(page: &Page<'_>) -> &'w str {
    match page.language {
        crate::domain::about::Language::Es => {
            "Información sobre registros públicos; no es asesoría legal; verifíquela con un abogado. Nada de lo que sigue dice que una demora \
             sea excesiva ni de quién es."
        }
        crate::domain::about::Language::En => {
            "Information on public records; not legal advice; verify with a lawyer. Nothing below says that a delay is excessive or whose it is."
        }
    }
}

/// The title in a few words, as HTML: the tags by which the cases were chosen, else how many there are, because they may be all or a few.
pub fn title(page: &Page<'_>) -> String {
    let word = page.pick("Demoras", "Delays");
    match page.report.tags.is_empty() {
        true => format!("{word}: {}", cases(page)),
        false => format!("{word}: {}", page.listed(&page.report.tags, 200)),
    }
}

fn cases(page: &Page<'_>) -> String {
    counted(page.report.cases.len(), page.language, ["causa", "causas", "case", "cases"])
}

/// Everything before the first section.
pub fn head(page: &Page<'_>) -> String {
    let title = title(page);
    let mut out = opening(page, &title);
    out.push_str(&format!("<header class=\"ancha\">\n<h1>{title}</h1>\n"));
    let cases = cases(page);
    let moment = instant(page.report.as_of, &page.report.zone, page.language);
    out.push_str(&format!(
        "<p class=\"lead\">{} {moment} · {cases}</p>\n<p class=\"note\">{}</p>\n",
        page.pick("Al", "As of"),
        disclaimer(page)
    ));
    out.push_str(&left_out(page));
    out.push_str(&contents(page));
    out.push_str("</header>\n<main>\n");
    out
}

/// What no reader sees, and the body's beginning.
pub fn opening(page: &Page<'_>, title: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{}",
        page.pick("es", "en"),
        definitions()
    )
}

fn left_out(page: &Page<'_>) -> String {
    let report = page.report;
    if report.left_out.is_empty() {
        return String::new();
    }
    let n = counted(report.left_out.len(), page.language, ["causa vigilada", "causas vigiladas", "watched case", "watched cases"]);
    let items = report.left_out.iter().map(|out| {
        format!("<li>{} <small>({})</small>: {}</li>", clip(&out.number, 80), clip(&out.source, 80), why(out.why, page.language))
    });
    format!(
        "<details open><summary>{n} {}</summary><ul>{}</ul></details>\n",
        page.pick("sin medir, y por qué", "not measured, and why"),
        items.collect::<String>()
    )
}

fn contents(page: &Page<'_>) -> String {
    let links = [
        ("causas", status::heading(page)),
        ("plazos", page.pick("Plazos", "Time limits").to_owned()),
        ("curvas", page.pick("Cuánto toma cada etapa", "How long each stage takes").to_owned()),
        ("calendario", page.pick("Calendario de audiencias", "Calendar of hearings").to_owned()),
        ("cada", page.pick("Cada causa", "Each case").to_owned()),
        ("notas", page.pick("Notas", "Notes").to_owned()),
    ];
    let items = links.iter().map(|(id, words)| format!("<li><a href=\"#{id}\">{words}</a></li>"));
    format!("<nav aria-label=\"{}\"><ul class=\"in\">{}</ul></nav>\n", page.pick("Contenido", "Contents"), items.collect::<String>())
}
