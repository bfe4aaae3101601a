//! Durations as points, where there are too few for a curve: filled ones are over, hollow ones are open.
//!
//! Used by [`survival`](super::survival). One row for each group; points of about one length stand upon each other.

use std::collections::BTreeMap;

use super::numbers::{count, days, number};
use super::page::{Page, clip};
use super::svg::{Scale, px, ticks};
use crate::domain::delays::{Pace, Point};

const WIDTH: f64 = 440.0;
const LEFT: f64 = 20.0;
const RIGHT: f64 = 424.0;
const STEP: f64 = 10.0;
/// More upon each other are said as a number.
const MOST: usize = 12;

/// The points of some paces, each with the name of its row; empty where it has none.
pub fn strip(page: &Page<'_>, rows: &[(&str, &Pace)], words: &str) -> String {
    let last = rows.iter().flat_map(|(_, pace)| &pace.points).map(|point| point.days).max().unwrap_or(1).max(1);
    let x = Scale::new(0.0, number(last), LEFT + STEP, RIGHT - STEP);
    let (mut drawn, mut y) = (String::new(), 6.0);
    for (name, pace) in rows {
        if !name.is_empty() {
            y += 14.0;
            drawn.push_str(&format!("<text class=\"l\" x=\"{}\" y=\"{}\">{}</text>", px(LEFT), px(y), clip(name, 54)));
        }
        y = row(&mut drawn, page, pace, &x, y + 4.0);
    }
    let mut out = format!("<svg viewBox=\"0 0 {} {}\" role=\"group\" aria-label=\"{}\">\n", px(WIDTH), px(y + 40.0), clip(words, 1200));
    for tick in ticks(number(last)) {
        out.push_str(&format!("<path class=\"axis\" d=\"M{} {}v5\"/>", px(x.at(tick)), px(y)));
        out.push_str(&format!("<text class=\"c\" x=\"{}\" y=\"{}\">{}</text>", px(x.at(tick)), px(y + 17.0), px(tick)));
    }
    let words = match rows.iter().any(|(_, pace)| pace.competing > 0) {
        true => page.pick(
            "días desde el inicio; lleno: llegó a este paso, vacío: no llegó",
            "days since the start; filled: came to this step, hollow: did not",
        ),
        false => page.pick(
            "días desde el inicio de la etapa; lleno: terminó, vacío: sigue abierta",
            "days since the stage began; filled: over, hollow: still open",
        ),
    };
    out.push_str(&format!("<path class=\"axis\" d=\"M{} {}H{}\"/>", px(LEFT), px(y), px(RIGHT)));
    out.push_str(&format!("<text class=\"c\" x=\"{}\" y=\"{}\">{words}</text>\n{drawn}</svg>\n", px((LEFT + RIGHT) / 2.0), px(y + 33.0)));
    out
}

/// One row; where the next one begins.
fn row(out: &mut String, page: &Page<'_>, pace: &Pace, x: &Scale, top: f64) -> f64 {
    let mut places: BTreeMap<i64, Vec<&Point>> = BTreeMap::new();
    let mut points: Vec<&Point> = pace.points.iter().collect();
    points.sort_by_key(|point| (point.days, !point.is_over, point.case));
    for point in points {
        let mut column = 0;
        // The column is a whole number of steps, found without a cast.
        while number(column) * STEP + STEP / 2.0 < x.at(number(point.days)) - LEFT {
            column += 1;
        }
        places.entry(column).or_default().push(point);
    }
    let tallest = places.values().map(|points| points.len().min(MOST)).max().unwrap_or(0);
    let is_over_full = places.values().any(|points| points.len() > MOST);
    let bottom = top + STEP * count(tallest) + if is_over_full { 14.0 } else { 2.0 };
    for (column, points) in &places {
        let place = LEFT + number(*column) * STEP;
        for (at, point) in points.iter().take(MOST).enumerate() {
            let y = bottom - 5.0 - STEP * count(at);
            dot(out, page, point, pace.competing > 0, (place, y));
        }
        if points.len() > MOST {
            let y = bottom - STEP * count(MOST) - 3.0;
            out.push_str(&format!("<text class=\"c\" x=\"{}\" y=\"{}\">{}</text>", px(place), px(y), points.len()));
        }
    }
    bottom
}

fn dot(out: &mut String, page: &Page<'_>, point: &Point, is_ended_otherwise: bool, (x, y): (f64, f64)) {
    let class = if point.is_over { "f" } else { "o" };
    let state = match (point.is_over, is_ended_otherwise) {
        (true, _) => page.pick("terminó", "over"),
        (false, false) => page.pick("sigue abierta", "still open"),
        (false, true) => page.pick("sigue abierta, o la causa terminó de otro modo", "still open, or the case ended otherwise"),
    };
    let name = page.report.cases.get(point.case).map_or_else(String::new, |case| clip(case.label(), 80));
    out.push_str(&format!(
        "<a href=\"{}\" tabindex=\"-1\"><circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"4\"><title>{name}: {}, {state}</title></circle></a>\n",
        page.case_href(point.case),
        px(x),
        px(y),
        days(point.days, page.language)
    ));
}
