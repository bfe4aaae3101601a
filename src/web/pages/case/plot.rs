//! The plot of a case: how many entries each month has, with the longest times without one.
//!
//! Used by [`timeline`](super::timeline). Lines and bars of SVG with classes, and the same as words and as a table.

use jiff::civil::Date;
use maud::{Markup, html};

use super::super::looking::Looking;
use crate::domain::about::Language;
use crate::message::short_month;
use crate::wire::api::case::Timeline;

/// The width of the plot.
const WIDTH: u32 = 720;

/// The height of its bars.
const HEIGHT: u32 = 72;

/// Months that are drawn one by one; of longer cases years are.
const MONTHS: usize = 120;

/// Bars that are drawn at most.
const BARS: usize = 240;

/// The plot; nothing where too little is dated for one to say anything.
pub(super) fn plot(look: &Looking, timeline: &Timeline) -> Markup {
    let (unit, bars) = bars(&timeline.months, look.visitor.language);
    let most = bars.iter().map(|(_, count)| *count).max().unwrap_or_default();
    let (Some((first, _)), Some((last, _))) = (bars.first(), bars.last()) else { return html! {} };
    if bars.len() < 2 || most == 0 || bars.len() > BARS {
        return html! {};
    }
    let count = u32::try_from(bars.len()).unwrap_or(1).max(1);
    let busiest = bars.iter().find(|(_, count)| *count == most).map(|(name, _)| name.as_str()).unwrap_or_default();
    let unit = if unit == Unit::Month { look.say("por mes", "by month") } else { look.say("por año", "by year") };
    html! {
        figure.plot {
            figcaption {
                (look.say("Actuaciones ", "Entries ")) (unit) ": " (first) " – " (last) "; "
                (look.say("el máximo, ", "the most, ")) (most) ", " (look.say("en ", "in ")) (busiest)
                @if let Some(gap) = timeline.gaps.first() {
                    "; " (look.say("el intervalo más largo sin actuaciones, ", "the longest time without entries, ")) (gap.days)
                    " " (look.say("días", "days")) " (" (look.day(&gap.from, None)) " – " (look.day(&gap.to, None)) ")"
                }
            }
            svg.plot viewBox={ "0 0 " (WIDTH) " " (HEIGHT + 2) } aria-hidden="true" focusable="false" {
                @for (nth, (_, height)) in bars.iter().enumerate() {
                    @let (x, width) = place(nth, count);
                    @let tall = scaled(*height, most);
                    @if tall > 0 { rect.bar x=(x) y=(HEIGHT - tall) width=(width) height=(tall) {} }
                    @else { rect.none x=(x) y=(HEIGHT) width=(width) height="1" {} }
                }
                line.axis x1="0" y1=(HEIGHT) x2=(WIDTH) y2=(HEIGHT) {}
            }
            details {
                summary { (look.say("Como tabla", "As a table")) }
                div.tables {
                    table {
                        caption { (look.say("Actuaciones ", "Entries ")) (unit) }
                        thead { tr { th scope="col" { (look.say("Periodo", "Period")) } th.num scope="col" { (look.say("Actuaciones", "Entries")) } } }
                        tbody { @for (name, count) in bars.iter().filter(|(_, count)| *count > 0) { tr { th scope="row" { (name) } td.num { (count) } } } }
                    }
                    @if !timeline.gaps.is_empty() {
                        table {
                            caption { (look.say("Intervalos más largos sin actuaciones", "Longest times without entries")) }
                            thead { tr { th scope="col" { (look.say("Desde", "From")) } th scope="col" { (look.say("Hasta", "To")) } th.num scope="col" { (look.say("Días", "Days")) } } }
                            tbody { @for gap in &timeline.gaps { tr { td { (look.day(&gap.from, None)) } td { (look.day(&gap.to, None)) } td.num { (gap.days) } } } }
                        }
                    }
                }
            }
        }
    }
}

/// What a bar stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Month,
    Year,
}

/// A bar for each month from the first to the last, or for each year where these are too many.
fn bars(months: &[(String, u32)], language: Language) -> (Unit, Vec<(String, u32)>) {
    let read = |name: &str| {
        let (year, month) = name.rsplit_once('-')?;
        Some((year.parse::<i32>().ok()?, month.parse::<i32>().ok()?))
    };
    let dated: Vec<(i32, u32)> =
        months.iter().filter_map(|(name, count)| read(name).map(|(year, month)| (year * 12 + month - 1, *count))).collect();
    let (Some((first, _)), Some((last, _))) = (dated.first(), dated.last()) else { return (Unit::Month, Vec::new()) };
    let span = usize::try_from(last - first).unwrap_or(usize::MAX);
    let by = |unit: i32, name: &dyn Fn(i32) -> String| {
        let (from, until) = (first.div_euclid(unit), last.div_euclid(unit));
        let count = |at: i32| dated.iter().filter(|(month, _)| month.div_euclid(unit) == at).map(|(_, count)| count).sum();
        // A date of the year 1 by a slip must not make ten thousand bars.
        (from..=until).take(BARS + 1).map(|at| (name(at), count(at))).collect()
    };
    match span < MONTHS {
        true => (Unit::Month, by(1, &|at| named(at, language))),
        false => (Unit::Year, by(12, &|at| format!("{at:04}"))),
    }
}

/// A month, counted from the year 0, in few letters.
fn named(at: i32, language: Language) -> String {
    let (year, month) = (i16::try_from(at.div_euclid(12)), i8::try_from(at.rem_euclid(12) + 1));
    let first = year.ok().zip(month.ok()).and_then(|(year, month)| Date::new(year, month, 1).ok());
    first.map(|first| short_month(first, language)).unwrap_or_default()
}

/// Where a bar stands, and how wide it is.
fn place(nth: usize, count: u32) -> (u32, u32) {
    let nth = u32::try_from(nth).unwrap_or_default();
    let (from, until) = (WIDTH * nth / count, WIDTH * (nth + 1) / count);
    (from, (until - from).saturating_sub(1).max(1))
}

/// How tall a bar is: something, however little, for what is not nothing.
fn scaled(count: u32, most: u32) -> u32 {
    if count == 0 { 0 } else { (u64::from(count) * u64::from(HEIGHT) / u64::from(most.max(1))).try_into().unwrap_or(HEIGHT).max(2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(months: &[(&str, u32)]) -> (Unit, Vec<(String, u32)>) {
        bars(&months.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect::<Vec<_>>(), Language::Es)
    }

    #[test]
    fn every_month_has_a_bar_and_long_cases_have_years() {
        let (unit, months) = of(&[("2025-11", 3), ("2026-02", 1)]);
        assert_eq!(unit, Unit::Month);
        let named: Vec<_> = months.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        assert_eq!(named, [("nov 2025", 3), ("dic 2025", 0), ("ene 2026", 0), ("feb 2026", 1)]);
        let (unit, years) = of(&[("2001-05", 2), ("2001-06", 2), ("2026-01", 1)]);
        assert_eq!((unit, years.len(), years[0].clone()), (Unit::Year, 26, ("2001".to_owned(), 4)));
        assert!(of(&[("0001-01", 1), ("9999-01", 1)]).1.len() > BARS, "too many to be drawn");
        assert!(of(&[]).1.is_empty());
    }

    #[test]
    fn bars_stand_beside_each_other_and_within_the_plot() {
        for count in [2, 7, 119, 240] {
            let mut end = 0;
            for nth in 0..usize::try_from(count).expect("small") {
                let (x, width) = place(nth, count);
                assert!(x >= end && x + width <= WIDTH, "{count}: {nth}");
                end = x + width;
            }
        }
        assert_eq!((scaled(0, 9), scaled(1, 9_999), scaled(9, 9)), (0, 2, HEIGHT));
    }
}
