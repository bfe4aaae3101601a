//! The time limits as tables: those of all cases that are over or need a look, and those of one case.
//!
//! Used by [`html`](super::html()) and [`case`](super::case). Each says the provision, how sure the rule is, both readings of the law, the
//! clock's own sentence and the entries that it rests on. What no entry shows is not observed, and no word says more.

use super::happenings::event;
use super::labels::{confidence, how, role};
use super::numbers::days;
use super::page::{DRAWN, Page, Table, clip, fit};
use super::value::of_whom;
use crate::domain::about::Language;
use crate::domain::clocks::{Clock, How, Rest, State, Subject};
use crate::domain::delays::CaseDelays;
use crate::message::clocks::{state, text};
use crate::message::dates::short_instant;

/// The states that the table of all cases lists, in its order.
pub const LISTED: [State; 5] = [State::Breach, State::PossibleBreach, State::Warning, State::UnknownStart, State::MetLate];

/// So many rows has the table of all cases; a page with each time limit of thousands of cases opens in no browser.
pub const ROWS: usize = 1000;

/// A state as a label whose border says it too.
pub fn label(of: State, page: &Page<'_>) -> String {
    format!("<span class=\"st {}\">{}</span>", of.name(), state(of, page.language))
}

/// The section.
pub fn section(page: &Page<'_>) -> String {
    let mut out = format!("<section id=\"plazos\" class=\"ancha\">\n<h2>{}</h2>\n", page.pick("Plazos", "Time limits"));
    out.push_str(&format!(
        "<p>{}</p>\n<ul class=\"in\">",
        page.pick(
            "Lo que no muestra el expediente público no se observa, y puede existir. Cada regla se verifica con un abogado.",
            "What the public docket does not show is not observed, and may exist. Each rule is to be verified with a lawyer."
        )
    ));
    for (of, n) in page.report.clocks.iter().filter(|(_, n)| *n > 0) {
        out.push_str(&format!("<li>{}: <b>{n}</b></li>", label(*of, page)));
    }
    out.push_str("</ul>\n");
    let mut listed: Vec<(usize, Option<jiff::civil::Date>, usize, usize)> = Vec::new();
    for (at, case) in page.report.cases.iter().enumerate() {
        for (place, clock) in case.clocks.iter().enumerate() {
            if let Some(rank) = LISTED.iter().position(|one| *one == clock.state) {
                listed.push((rank, clock.due, at, place));
            }
        }
    }
    listed.sort_unstable();
    let caption = page.pick(
        "Plazos vencidos, de posible vencimiento, por vencer, de inicio desconocido y cumplidos tarde",
        "Time limits that are over, possibly over, nearly over, of unknown start, and met late",
    );
    if listed.is_empty() {
        out.push_str(&format!("<p>{}: {}.</p>\n</section>\n", caption, page.pick("ninguno", "none")));
        return out;
    }
    let mut columns = vec![page.pick("Causa", "Case")];
    columns.extend(self::columns(page));
    let mut table = Table::new("lim-all", caption, &columns);
    for (_, _, at, place) in listed.iter().take(ROWS).copied() {
        let Some((case, clock)) = page.report.cases.get(at).and_then(|case| Some((case, case.clocks.get(place)?))) else { continue };
        let mut cells = vec![page.case_link(at)];
        cells.extend(self::cells(page, at, clock, Some(place).filter(|_| at < DRAWN)));
        table.row_above(None, &cells, &below(page, at, case, clock));
    }
    out.push_str(&table.end());
    let more = listed.len().saturating_sub(ROWS);
    if more > 0 {
        let csv = "<code>veedor report delays --csv=clocks</code>";
        let words = match page.language {
            Language::Es => format!("Se muestran los primeros {ROWS} plazos; hay {more} más. Todos están en {csv}."),
            Language::En => format!("The first {ROWS} time limits are shown; there are {more} more. All are in {csv}."),
        };
        out.push_str(&format!("<p class=\"note\">{words}</p>\n"));
    }
    out.push_str("</section>\n");
    out
}

/// The table of one case; empty where it has none.
pub fn of_case(page: &Page<'_>, at: usize, case: &CaseDelays) -> String {
    if case.clocks.is_empty() {
        return format!("<p>{}</p>\n", page.pick("No se observa ningún plazo que corra.", "No time limit is observed to run."));
    }
    let mut columns = vec![page.pick("N.º", "No.")];
    columns.extend(self::columns(page));
    let caption = format!("{}: {}", page.pick("Plazos", "Time limits"), clip(case.label(), 80));
    let mut table = Table::new("lim-one", &caption, &columns);
    for (place, clock) in case.clocks.iter().enumerate() {
        let mut cells = vec![format!("{}{}", page.pick("P", "L"), place + 1)];
        cells.extend(self::cells(page, at, clock, None));
        table.row_above(Some(&format!("caso-{}-p{}", at + 1, place + 1)), &cells, &below(page, at, case, clock));
    }
    table.end()
}

fn columns<'p>(page: &Page<'p>) -> [&'p str; 7] {
    [
        page.pick("Estado", "State"),
        page.pick("Plazo", "Time limit"),
        page.pick("De quién", "Whose"),
        page.pick("Inicio", "Start"),
        page.pick("Último día", "Last day"),
        page.pick("Transcurrido", "Elapsed"),
        page.pick("Después del último día", "After the last day"),
    ]
}

fn cells(page: &Page<'_>, at: usize, clock: &Clock, place: Option<usize>) -> [String; 7] {
    let language = page.language;
    let title = clip(clock.title.of(language), 160);
    let title = match place {
        Some(place) => format!("<a href=\"#caso-{}-p{}\">{title}</a>", at + 1, place + 1),
        None => title,
    };
    let sure = format!("{} {}", page.pick("confianza", "confidence"), confidence(clock.confidence, language));
    let rule = format!("{title}<br><small>{}; {} v{}; {sure}</small>", clip(&clock.basis, 160), clip(&clock.rule, 60), clock.version);
    let mut whom = clip(&of_whom(&clock.subject, language), 120);
    if whom.is_empty() {
        whom = page.pick("la causa", "the case").to_owned();
    }
    if let Subject::Petition(key) | Subject::Hearing { set_by: Some(key), .. } = &clock.subject {
        whom.push_str(&format!(" <small>{}</small>", page.entries(at, [key])));
    }
    let start = clock.start.map_or_else(|| page.pick("no se observa", "not observed").to_owned(), |start| page.day(start));
    [label(clock.state, page), rule, whom, start, due(page, at, clock), elapsed(page, clock), late(page, clock)]
}

fn due(page: &Page<'_>, at: usize, clock: &Clock) -> String {
    let zone = page.report.cases.get(at).map(|case| &case.zone);
    let first = match clock.due_at.zip(zone) {
        Some((instant, zone)) => short_instant(instant, zone, page.language),
        None => page.day_or(clock.due),
    };
    match clock.due_alt.filter(|alt| Some(*alt) != clock.due) {
        Some(alt) => format!("{first}<br><small>{} {}</small>", page.day(alt), page.pick("según otra lectura", "by another reading")),
        None => first,
    }
}

fn elapsed(page: &Page<'_>, clock: &Clock) -> String {
    let Some(elapsed) = clock.elapsed else { return "–".to_owned() };
    let mut out = days(elapsed, page.language);
    if let Some(business) = clock.elapsed_business {
        out.push_str(&format!("<br><small>{business} {}</small>", page.pick("hábiles", "business days")));
    }
    if clock.suspended_days > 0 {
        out.push_str(&format!(
            "<br><small>{} {}</small>",
            days(clock.suspended_days, page.language),
            page.pick("en suspenso", "suspended")
        ));
    }
    out
}

fn late(page: &Page<'_>, clock: &Clock) -> String {
    match (clock.late, clock.late_alt.filter(|alt| clock.late != Some(*alt))) {
        (None, None) => "–".to_owned(),
        (Some(late), None) => days(late, page.language),
        (late, Some(alt)) => {
            let late = late.map_or_else(|| "–".to_owned(), |late| days(late, page.language));
            format!("{late}<br><small>{} {}</small>", days(alt, page.language), page.pick("según otra lectura", "by another reading"))
        }
    }
}

/// The clock's own sentence, and what it rests on.
fn below(page: &Page<'_>, at: usize, case: &CaseDelays, clock: &Clock) -> String {
    let said = text(clock, &case.zone);
    let rests: Vec<String> = clock.rests.iter().map(|rest| rest_words(page, at, rest)).collect();
    let rests = if rests.is_empty() {
        String::new()
    } else {
        format!("<br><b>{}</b> {}", page.pick("Se apoya en:", "It rests on:"), rests.join("; "))
    };
    let by_hand = if clock.pins.is_empty() {
        ""
    } else {
        page.pick("<span class=\"st pin\">con datos fijados a mano</span> ", "<span class=\"st pin\">with facts set by hand</span> ")
    };
    format!("{by_hand}{}{rests}", fit(said.of(page.language)))
}

fn rest_words(page: &Page<'_>, at: usize, rest: &Rest) -> String {
    let language = page.language;
    let what = format!("{} {}: {}", page.day(rest.date), role(rest.part, language), fit(&event(&rest.event, language)));
    match &rest.entry {
        Some(key) if page.place(at, key).is_some() => format!("{what} ({} {})", page.pick("actuación", "entry"), page.entries(at, [key])),
        Some(_) => what,
        None if rest.how == How::Operator => format!("{what} (<b>{}</b>)", how(rest.how, language)),
        None => format!("{what} ({})", how(rest.how, language)),
    }
}
