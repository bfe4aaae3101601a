//! The table of all cases: where each stands, in one row.
//!
//! Used by [`html`](super::html()). Every number leads to the measure that it is, and from there to the entries.

use super::names::step;
use super::numbers::days;
use super::page::{DRAWN, Page, Table, clip};
use super::value::short;
use crate::domain::about::Language;
use crate::domain::clocks::State;
use crate::domain::delays::CaseDelays;
use crate::domain::figure::Figure;
use crate::domain::measure::Measure;
use crate::message::clocks::state;
use crate::message::dates::{moment, short_instant};
use crate::message::hearings::hearing_name;

/// The states that a row counts.
const PRESSING: [State; 3] = [State::Breach, State::PossibleBreach, State::Warning];

/// The section.
pub fn section(page: &Page<'_>) -> String {
    let heading = heading(page);
    let mut out = format!("<section id=\"causas\" class=\"ancha\">\n<h2>{heading}</h2>\n");
    if page.report.cases.is_empty() {
        out.push_str(&format!("<p>{}</p>\n</section>\n", page.pick("No se midió ninguna causa.", "No case was measured.")));
        return out;
    }
    if page.report.cases.len() > DRAWN {
        let drawn = DRAWN;
        let others = page.report.cases.len() - DRAWN;
        let words = match page.language {
            Language::Es => format!(
                "Las primeras {drawn} tienen sección con línea de tiempo; las demás ({others}) están solo en esta tabla y en las que siguen."
            ),
            Language::En => format!(
                "The first {drawn} have a section with a time line; the others ({others}) stand in this table and the next ones only."
            ),
        };
        out.push_str(&format!("<p class=\"note\">{words}</p>\n"));
    }
    let columns: [&str; 11] = [
        page.pick("Causa", "Case"),
        page.pick("Judicatura", "Court"),
        page.pick("Última etapa que se observa", "Last observed step"),
        page.pick("Edad", "Age"),
        page.pick("Sin actuaciones", "Without an entry"),
        page.pick("Sin acto de juez o tribunal", "Without an act of the court"),
        page.pick("Próxima audiencia", "Next hearing"),
        page.pick("Señalamientos (no empezaron)", "Settings (did not start)"),
        page.pick("Plazos", "Time limits"),
        page.pick("De decisión oral a escrita", "Oral to written decision"),
        page.pick("Última lectura", "Last read"),
    ];
    let caption = page.pick("Estado de cada causa, en días de calendario", "Where each case stands, in days of the calendar");
    let mut table = Table::new("estado", caption, &columns);
    for (at, case) in page.report.cases.iter().enumerate() {
        table.row(Some(&format!("fila-{}", at + 1)), &row(page, at, case));
    }
    out.push_str(&table.end());
    out.push_str("</section>\n");
    out
}

/// "Las 12 causas".
pub fn heading(page: &Page<'_>) -> String {
    match (page.report.cases.len(), page.pick("es", "en")) {
        (1, "es") => "La causa".to_owned(),
        (1, _) => "The case".to_owned(),
        (n, "es") => format!("Las {n} causas"),
        (n, _) => format!("The {n} cases"),
    }
}

fn row(page: &Page<'_>, at: usize, case: &CaseDelays) -> [String; 11] {
    let number = if case.name.is_some() { format!("<br><small>{}</small>", clip(&case.number, 60)) } else { String::new() };
    let part =
        |measure: Measure, part: &str| case.figures.get(measure, part).map_or_else(|| "–".to_owned(), |figure| linked(page, at, figure));
    let stage = case.stage.as_ref().map(|stage| {
        let word = step(stage.step, page.language).map_or_else(|| clip(stage.step, 40), str::to_owned);
        format!(
            "{word}<br><small>{} {} {}</small>",
            page.pick("desde el", "since"),
            page.day(stage.date),
            entry(page, at, stage.entry.as_ref())
        )
    });
    let ended = case.ended.as_ref().map(|(date, key)| {
        format!("<b>{}</b><br><small>{} {}</small>", page.pick("terminó", "ended"), page.day(*date), entry(page, at, key.as_ref()))
    });
    let nothing = || page.pick("no se observa", "not observed").to_owned();
    let age = case.figures.get(Measure::Age, "filing").map_or_else(|| "–".to_owned(), |figure| linked(page, at, figure));
    let read =
        case.read.map_or_else(|| page.pick("nunca", "never").to_owned(), |at| two_lines(&short_instant(at, &case.zone, page.language)));
    [
        format!("<b>{}</b>{number}", page.case_link(at)),
        case.court.as_deref().map_or_else(nothing, |court| clip(court, 90)),
        [stage, ended].into_iter().flatten().reduce(|stage, ended| format!("{stage}<br>{ended}")).unwrap_or_else(nothing),
        age,
        part(Measure::LastActivity, "any"),
        part(Measure::LastActivity, "court"),
        next(page, case),
        settings(page, at, case),
        clocks(page, at, case),
        oral(page, at, case),
        read,
    ]
}

/// The entry that shows something, in brackets.
fn entry(page: &Page<'_>, at: usize, key: Option<&crate::domain::docket::EntryKey>) -> String {
    key.filter(|key| page.place(at, key).is_some())
        .map_or_else(String::new, |key| format!("({} {})", page.pick("act.", "entry"), page.entries(at, [key])))
}

/// A number that leads to the measure that it is.
fn to(at: usize, anchor: &str, words: &str) -> String {
    if at < DRAWN { format!("<a href=\"#caso-{}-{anchor}\">{words}</a>", at + 1) } else { words.to_owned() }
}

fn linked(page: &Page<'_>, at: usize, figure: &Figure) -> String {
    let words = match figure.value {
        crate::domain::figure::Value::Open(of) => days(of.calendar, page.language),
        _ => short(figure, page.language),
    };
    if words == "–" { words } else { to(at, figure.measure.id(), &words) }
}

fn next(page: &Page<'_>, case: &CaseDelays) -> String {
    let Some((setting, date)) = case.next_hearing().and_then(|setting| Some((setting, setting.date?))) else {
        return page.pick("no se observa", "not observed").to_owned();
    };
    let kind = clip(&hearing_name(setting.kind.as_deref(), page.language), 80);
    format!("{}<br><small>{kind}</small>", two_lines(&moment(date, setting.time, page.language)))
}

/// A day with its hour below it, because the table has many columns.
fn two_lines(moment: &str) -> String {
    match moment.rsplit_once(' ').filter(|(_, time)| time.contains(':')) {
        Some((day, time)) => format!("{day}<br>{time}"),
        None => moment.to_owned(),
    }
}

fn settings(page: &Page<'_>, at: usize, case: &CaseDelays) -> String {
    if case.settings.is_empty() {
        return page.pick("ninguno", "none").to_owned();
    }
    let words = format!("{} ({})", case.settings.len(), case.not_held());
    match case.figures.of(Measure::Settings).next() {
        Some(figure) => to(at, figure.measure.id(), &words),
        None => words,
    }
}

fn clocks(page: &Page<'_>, at: usize, case: &CaseDelays) -> String {
    let some: Vec<String> = PRESSING
        .into_iter()
        .filter_map(|one| {
            let n = case.clocks_in(&[one]).count();
            let place = case.clocks.iter().position(|clock| clock.state == one)?;
            let words = format!("{n} {}", state(one, page.language));
            Some(format!("<span class=\"st {}\">{}</span>", one.name(), to(at, &format!("p{}", place + 1), &words)))
        })
        .collect();
    if some.is_empty() { page.pick("ninguno por vencer", "none nearly over").to_owned() } else { some.join("<br>") }
}

fn oral(page: &Page<'_>, at: usize, case: &CaseDelays) -> String {
    let all: Vec<&Figure> = case.figures.of(Measure::OralToWritten).collect();
    let Some(last) = all.iter().rev().find(|figure| figure.span.is_some()) else { return "–".to_owned() };
    let words = short(last, page.language).replace(", ", ",<br>");
    let more = match all.len() {
        0 | 1 => String::new(),
        n => format!("<br><small>{} {}</small>", page.pick("la última de", "the last of"), n),
    };
    format!("{}{more}", to(at, Measure::OralToWritten.id(), &words))
}
