//! The time limits of a case as bars of its time line.
//!
//! Used by [`timeline`](super::timeline). A bar goes from the start to what ended the time, or to the moment; what lies beyond the last day by
//! every reading is hatched, what lies beyond it by one of them only is hatched lightly within dashes. The words stand in the table below the drawing, under the same number.

use jiff::civil::Date;

use super::page::{Page, clip};
use super::svg::{Axis, px};
use super::timeline::{LEFT, name};
use super::value::of_whom;
use crate::domain::clocks::Clock;
use crate::domain::delays::CaseDelays;
use crate::message::clocks::state;

/// The height of a bar with the room around it.
pub const ROW: f64 = 17.0;

/// So many time limits are drawn; the others stand in the table.
const MOST: usize = 16;

/// How many are drawn of a case: those whose start is known, the most pressing first.
pub fn drawn(case: &CaseDelays) -> usize {
    starting(case).take(MOST).count()
}

/// How many could be drawn and are too many.
pub fn undrawn(case: &CaseDelays) -> usize {
    starting(case).skip(MOST).count()
}

fn starting(case: &CaseDelays) -> impl Iterator<Item = (usize, &Clock)> {
    case.clocks.iter().enumerate().filter(|(_, clock)| clock.start.is_some())
}

pub fn bars(out: &mut String, page: &Page<'_>, case: &CaseDelays, axis: &Axis, top: f64) {
    for (row, (place, clock)) in starting(case).take(MOST).enumerate() {
        let y = top + ROW * super::numbers::count(row);
        let state = state(clock.state, page.language);
        name(out, &format!("{}{} {state}", page.pick("P", "L"), place + 1), y + ROW / 2.0);
        bar(out, page, case, clock, axis, y);
    }
}

fn bar(out: &mut String, page: &Page<'_>, case: &CaseDelays, clock: &Clock, axis: &Axis, y: f64) {
    let Some(start) = clock.start else { return };
    let end = clock.stop.unwrap_or_else(|| case.day()).max(start);
    let from = axis.x(start);
    let until = axis.x(end).max(from + 1.0);
    let dues = || [clock.due, clock.due_alt].into_iter().flatten();
    let turn = |due: Option<Date>| due.map_or(until, |due| axis.x(due).clamp(from, until));
    let (sooner, later) = (turn(dues().min()), turn(dues().max()));
    let whom = of_whom(&clock.subject, page.language);
    let mut due = clock.due.map(|due| format!("; {} {}", page.pick("último día", "last day"), page.day(due))).unwrap_or_default();
    if let Some(alt) = clock.due_alt.filter(|alt| Some(*alt) != clock.due) {
        due.push_str(&format!("; {} {}", page.pick("según otra lectura", "by another reading"), page.day(alt)));
    }
    let said = format!(
        "{} {whom} ({}): {} – {}{due}",
        clock.title.of(page.language),
        state(clock.state, page.language),
        page.day(start),
        page.day(end)
    );
    let rect = |class: &str, from: f64, to: f64| {
        format!("<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"8\"/>", px(from), px(y + 4.0), px((to - from).max(0.5)))
    };
    out.push_str(&format!("<g><title>{}</title>", clip(&said, 300)));
    if sooner > from || sooner >= until {
        out.push_str(&rect("bar", from, sooner));
    }
    if later > sooner {
        out.push_str(&rect("between", sooner, later));
    }
    if later < until {
        out.push_str(&rect("late", later, until));
    }
    for (since, to) in &clock.suspensions {
        let (since, to) = (axis.x(*since), axis.x(to.unwrap_or(end).min(end)));
        if to > since {
            out.push_str(&format!("<path class=\"still\" d=\"M{} {}H{}\"/>", px(since), px(y + 8.0), px(to)));
        }
    }
    if let Some(last) = dues().max().filter(|last| clock.state.is_open() && axis.x(*last) > until) {
        out.push_str(&format!("<path class=\"left\" d=\"M{} {}H{}\"/>", px(until), px(y + 8.0), px(axis.x(last))));
    }
    let ticks = [(clock.due, "due"), (clock.due_alt.filter(|alt| Some(*alt) != clock.due), "due alt")];
    for (due, class) in ticks.into_iter().filter_map(|(due, class)| Some((due.filter(|due| axis.holds(*due))?, class))) {
        out.push_str(&format!("<path class=\"{class}\" d=\"M{} {}V{}\"/>", px(axis.x(due).max(LEFT)), px(y + 1.0), px(y + 15.0)));
    }
    if clock.stop.is_some() {
        out.push_str(&format!("<path class=\"f\" d=\"M{} {}h8v8h-8Z\"/>", px(until - 4.0), px(y + 4.0)));
    }
    out.push_str("</g>\n");
}
