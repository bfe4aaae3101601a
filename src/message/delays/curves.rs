//! Survival curves as drawings: one with its band, or several with dash patterns of their own, and how many were at risk below.
//!
//! Used by [`survival`](super::survival). What a curve means is said there in words. Dashes and letters tell curves apart, not colours.

use super::numbers::{count, percent};
use super::page::{Page, clip};
use super::svg::{Scale, px, ticks};
use crate::domain::delays::{CurveStep, Pace};
use crate::domain::figure::Value;

const WIDTH: f64 = 440.0;
const LEFT: f64 = 50.0;
const RIGHT: f64 = 418.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 202.0;
const RISK: f64 = 15.0;

/// So many curves lie upon each other and can still be told apart.
pub const TOGETHER: usize = 6;

/// The letter of a curve among several.
pub fn letter(at: usize) -> &'static str {
    ["A", "B", "C", "D", "E", "F"].get(at).copied().unwrap_or("–")
}

/// A short line as a curve of this place is drawn.
pub fn sample(at: usize) -> String {
    format!(
        "<svg viewBox=\"0 0 44 10\" width=\"44\" height=\"10\" aria-hidden=\"true\" focusable=\"false\"><path class=\"cv cv{at}\" d=\"M0 5H44\"/></svg>"
    )
}

/// The drawing of one curve or several of one stage.
pub fn curves(page: &Page<'_>, paces: &[&Pace], words: &str) -> String {
    let last = paces.iter().flat_map(|pace| &pace.curve).map(|step| step.days).filter(|days| days.is_finite()).fold(1.0_f64, f64::max);
    let x = Scale::new(0.0, last, LEFT, RIGHT);
    let height = BOTTOM + 52.0 + RISK * count(paces.len());
    let mut out = format!("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n", px(WIDTH), px(height), clip(words, 1200));
    frame(&mut out, page, &x, last, paces.iter().any(|pace| pace.competing > 0));
    let is_alone = paces.len() == 1;
    // Where letters stand; of curves that end together they stand below each other.
    let mut ends = Vec::new();
    for (at, pace) in paces.iter().enumerate() {
        if is_alone {
            band(&mut out, &pace.curve, &x);
            median(&mut out, pace, &x);
        }
        curve(&mut out, &pace.curve, at, &x);
        if !is_alone {
            let mut end = pace.curve.last().map_or((RIGHT, TOP), |step| (x.at(step.days), up(step.open)));
            while ends.iter().any(|(x, y): &(f64, f64)| (x - end.0).abs() < 12.0 && (y - end.1).abs() < 11.0) {
                end.1 += 11.0;
            }
            ends.push(end);
            out.push_str(&format!("<text class=\"l w\" x=\"{}\" y=\"{}\">{}</text>", px(end.0 + 4.0), px(end.1 + 4.0), letter(at)));
        }
    }
    risk(&mut out, page, paces, &x, last);
    out.push_str("</svg>\n");
    out
}

/// Where a share stands: all of it is at the top.
fn up(open: f64) -> f64 {
    let share = if open.is_finite() { open.clamp(0.0, 1.0) } else { 0.0 };
    BOTTOM - share * (BOTTOM - TOP)
}

/// Where some cases ended otherwise, those that did not come to the end of the stage are not all open.
fn frame(out: &mut String, page: &Page<'_>, x: &Scale, last: f64, is_ended_otherwise: bool) {
    for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
        out.push_str(&format!("<path class=\"grid\" d=\"M{} {}H{}\"/>", px(LEFT), px(up(share)), px(RIGHT)));
        let label = percent(100.0 * share, page.language);
        out.push_str(&format!("<text class=\"r\" x=\"{}\" y=\"{}\">{label}</text>", px(LEFT - 6.0), px(up(share) + 4.0)));
    }
    for tick in ticks(last) {
        out.push_str(&format!("<path class=\"axis\" d=\"M{} {}v5\"/>", px(x.at(tick)), px(BOTTOM)));
        out.push_str(&format!("<text class=\"c\" x=\"{}\" y=\"{}\">{}</text>", px(x.at(tick)), px(BOTTOM + 18.0), px(tick)));
    }
    out.push_str(&format!("<path class=\"axis\" d=\"M{} {}V{}H{}\"/>", px(LEFT), px(TOP), px(BOTTOM), px(RIGHT)));
    let words = match is_ended_otherwise {
        true => page.pick(
            "días desde el inicio; arriba, la parte que no llegó a este paso",
            "days since the start; upwards, the share without this step",
        ),
        false => page.pick(
            "días desde el inicio de la etapa; arriba, la parte que sigue abierta",
            "days since the stage began; upwards, the share still open",
        ),
    };
    out.push_str(&format!("<text class=\"c\" x=\"{}\" y=\"{}\">{words}</text>\n", px((LEFT + RIGHT) / 2.0), px(BOTTOM + 33.0)));
}

fn curve(out: &mut String, steps: &[CurveStep], at: usize, x: &Scale) {
    let mut path = format!("M{} {}", px(x.at(0.0)), px(up(1.0)));
    let mut ticks = String::new();
    for step in steps {
        path.push_str(&format!("H{}", px(x.at(step.days))));
        if step.events > 0 {
            path.push_str(&format!("V{}", px(up(step.open))));
        }
        if step.censored > 0 {
            ticks.push_str(&format!("M{} {}v8", px(x.at(step.days)), px(up(step.open) - 4.0)));
        }
    }
    out.push_str(&format!("<path class=\"cv cv{at}\" d=\"{path}\"/>"));
    if !ticks.is_empty() {
        out.push_str(&format!("<path class=\"tick\" d=\"{ticks}\"/>"));
    }
    out.push('\n');
}

/// The band: from step to step, where it has one.
fn band(out: &mut String, steps: &[CurveStep], x: &Scale) {
    let mut path = String::new();
    for (step, next) in steps.iter().zip(steps.iter().skip(1)) {
        let Some((low, high)) = step.band else { continue };
        let (left, right, top, bottom) = (x.at(step.days), x.at(next.days), up(high), up(low));
        path.push_str(&format!("M{} {}H{}V{}H{}Z", px(left), px(top), px(right), px(bottom), px(left)));
    }
    if !path.is_empty() {
        out.push_str(&format!("<path class=\"band\" d=\"{path}\"/>\n"));
    }
}

fn median(out: &mut String, pace: &Pace, x: &Scale) {
    if let Value::Median { at: Some(at), .. } = pace.median.value {
        let (across, down) = (px(up(0.5)), px(x.at(at)));
        out.push_str(&format!("<path class=\"half\" d=\"M{} {across}H{down}V{}\"/>\n", px(LEFT), px(BOTTOM)));
    }
}

/// How many were at risk on a day: those of the next day on which anything was observed.
fn at_risk(pace: &Pace, day: f64) -> usize {
    pace.curve.iter().find(|step| step.days >= day).map_or(0, |step| step.at_risk)
}

fn risk(out: &mut String, page: &Page<'_>, paces: &[&Pace], x: &Scale, last: f64) {
    let y = BOTTOM + 48.0;
    out.push_str(&format!("<text class=\"l\" x=\"2\" y=\"{}\">{}</text>", px(y), page.pick("en riesgo:", "at risk:")));
    for (at, pace) in paces.iter().enumerate() {
        let y = y + RISK * (count(at) + 1.0);
        if paces.len() > 1 {
            out.push_str(&format!("<text class=\"r w\" x=\"{}\" y=\"{}\">{}</text>", px(LEFT - 14.0), px(y), letter(at)));
        }
        for tick in ticks(last) {
            out.push_str(&format!("<text class=\"c\" x=\"{}\" y=\"{}\">{}</text>", px(x.at(tick)), px(y), at_risk(pace, tick)));
        }
    }
    out.push('\n');
}
