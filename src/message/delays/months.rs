//! The calendar of hearings: months as grids, the coming hearings as a list, and counts of what became of them.
//!
//! Used by [`html`](super::html()). A hearing that linked cases both have stands there once. The last three months, and until the last day that
//! is set, at most twelve ahead. The day of the report is that at each court: while one is at the 10th another may be at the 11th.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::case::{place, when};
use super::marks::{inline, outcomes};
use super::numbers::counted;
use super::page::{Page, Table, clip};
use super::svg::month;
use super::tallies::tallies;
use crate::domain::delays::CaseDelays;
use crate::domain::setting::{Outcome, Setting};
use crate::message::dates::{long_day, long_month};
use crate::message::hearings::hearing_name;
use crate::message::words::outcome;

const BACK: i32 = 3;
const AHEAD: i32 = 12;
/// So many marks stand on one day; the others are a number.
const MARKS: usize = 12;

/// The settings of the report, each once, with the place of its case.
pub fn settings<'p>(page: &Page<'p>) -> Vec<(usize, &'p Setting)> {
    let report = page.report;
    let all = report.cases.iter().enumerate().flat_map(|(at, case)| {
        let own = case.settings.iter().enumerate().filter(|(place, _)| !case.counted_before.contains(place));
        own.map(move |(_, setting)| (at, setting))
    });
    all.collect()
}

/// The section.
pub fn section(page: &Page<'_>) -> String {
    let todays: BTreeSet<Date> = page.report.cases.iter().map(CaseDelays::day).collect();
    let today = todays.last().copied().unwrap_or_else(|| page.report.as_of.to_zoned_datetime(page.report.zone.clone()).date());
    let settings = settings(page);
    let mut out = format!("<section id=\"calendario\">\n<h2>{}</h2>\n", page.pick("Calendario de audiencias", "Calendar of hearings"));
    out.push_str(&tallies(page));
    out.push_str(&format!("<ul class=\"in\" aria-label=\"{}\">{}</ul>\n", page.pick("Marcas", "Marks"), outcomes(page.language)));
    let mut by_day: BTreeMap<Date, Vec<(usize, &Setting)>> = BTreeMap::new();
    for (at, setting) in &settings {
        if let Some(date) = setting.date {
            by_day.entry(date).or_default().push((*at, setting));
        }
    }
    let last = by_day.keys().next_back().map_or(today, |last| (*last).max(today));
    let grids: Vec<Date> = (-BACK..=AHEAD).map(|after| month(today, after)).take_while(|first| *first <= last).collect();
    out.push_str("<div class=\"meses\">\n");
    out.push_str(&grids.iter().map(|first| grid(page, *first, &todays, &by_day)).collect::<String>());
    out.push_str("</div>\n");
    let is_drawn = |date: &Date| grids.contains(&month(*date, 0));
    let others = settings.len() - by_day.iter().filter(|(date, _)| is_drawn(date)).map(|(_, there)| there.len()).sum::<usize>();
    if others > 0 {
        let settings = counted(others, page.language, ["señalamiento", "señalamientos", "setting", "settings"]);
        let words =
            page.pick("de otros meses o sin día, fuera de este calendario.", "of other months or without a day, outside this calendar.");
        out.push_str(&format!("<p>{settings} {words}</p>\n"));
    }
    out.push_str(&coming(page, &by_day));
    out.push_str("</section>\n");
    out
}

fn grid(page: &Page<'_>, first: Date, todays: &BTreeSet<Date>, by_day: &BTreeMap<Date, Vec<(usize, &Setting)>>) -> String {
    let names: [(&str, &str); 7] = match page.language {
        crate::domain::about::Language::Es => {
            [("L", "lunes"), ("M", "martes"), ("X", "miércoles"), ("J", "jueves"), ("V", "viernes"), ("S", "sábado"), ("D", "domingo")]
        }
        crate::domain::about::Language::En => {
            [("M", "Monday"), ("T", "Tuesday"), ("W", "Wednesday"), ("T", "Thursday"), ("F", "Friday"), ("S", "Saturday"), ("S", "Sunday")]
        }
    };
    let heads = names.map(|(short, long)| format!("<th scope=\"col\"><abbr title=\"{long}\">{short}</abbr></th>")).concat();
    let mut out = format!(
        "<table class=\"mes\"><caption>{}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody><tr>",
        long_month(first, page.language)
    );
    let before = first.weekday().to_monday_zero_offset();
    out.push_str(&"<td></td>".repeat(usize::try_from(before).unwrap_or(0)));
    let days = first.series(jiff::Span::new().days(1)).take_while(|day| (day.year(), day.month()) == (first.year(), first.month()));
    let mut column = before;
    for day in days {
        if column == 7 {
            out.push_str("</tr>\n<tr>");
            column = 0;
        }
        let now = if todays.contains(&day) { " class=\"hoy\" aria-current=\"date\"" } else { "" };
        out.push_str(&format!("<td{now}><span>{}</span>{}</td>", day.day(), marks(page, by_day.get(&day).map_or(&[], Vec::as_slice))));
        column += 1;
    }
    out.push_str(&"<td></td>".repeat(usize::try_from(7 - column).unwrap_or(0)));
    out.push_str("</tr></tbody></table>\n");
    out
}

fn marks(page: &Page<'_>, settings: &[(usize, &Setting)]) -> String {
    let mut out = String::new();
    for (at, setting) in settings.iter().take(MARKS) {
        let name = page.report.cases.get(*at).map_or("", |case| case.label());
        let time = setting.time.map(|time| format!("{:02}:{:02} ", time.hour(), time.minute())).unwrap_or_default();
        let words = format!("{time}{name}: {}", outcome(setting.outcome, page.language));
        let words = clip(&words, 160);
        out.push_str(&format!(
            " <a href=\"{}\" title=\"{words}\" aria-label=\"{words}\">{}</a>",
            page.case_href(*at),
            inline(setting.outcome, page.language)
        ));
    }
    if settings.len() > MARKS {
        out.push_str(&format!(" <small>+{}</small>", settings.len() - MARKS));
    }
    out
}

/// What is still to come by the day of each court, as the row of its case says.
fn coming(page: &Page<'_>, by_day: &BTreeMap<Date, Vec<(usize, &Setting)>>) -> String {
    let is_ahead = |at: usize, setting: &Setting| page.report.cases.get(at).is_some_and(|case| setting.date >= Some(case.day()));
    let mut all: Vec<(usize, &Setting)> = by_day
        .values()
        .flat_map(|settings| settings.iter().copied())
        .filter(|(at, setting)| setting.outcome == Outcome::Pending && is_ahead(*at, setting))
        .collect();
    all.sort_by_key(|(at, setting)| (setting.date, setting.time, *at));
    let mut out = format!("<h3>{}</h3>\n", page.pick("Audiencias que vienen", "Coming hearings"));
    if all.is_empty() {
        out.push_str(&format!("<p>{}</p>\n", page.pick("No se observa ninguna audiencia señalada.", "No hearing is observed to be set.")));
        return out;
    }
    let columns: [&str; 5] = [
        page.pick("Día y hora", "Day and hour"),
        page.pick("Audiencia", "Hearing"),
        page.pick("Causa", "Case"),
        page.pick("Judicatura", "Court"),
        page.pick("Modo y lugar", "How and where"),
    ];
    let mut table = Table::new(
        "",
        page.pick("Señaladas desde el día del informe en cada juzgado", "Set from the day of the report on, as it is at each court"),
        &columns,
    );
    for (at, setting) in all {
        let court =
            page.report.cases.get(at).and_then(|case| case.court.as_deref()).map_or_else(|| "–".to_owned(), |court| clip(court, 100));
        let weekday = setting.date.map(|date| long_day(date, page.language)).unwrap_or_default();
        let weekday = weekday.split(' ').next().unwrap_or_default().to_owned();
        let cells = [
            format!("{weekday} {}", when(page, setting)),
            clip(&hearing_name(setting.kind.as_deref(), page.language), 120),
            page.case_link(at),
            court,
            place(page, setting),
        ];
        table.row(None, &cells);
    }
    out.push_str(&table.end());
    out
}
