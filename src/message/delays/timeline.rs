//! The time line of a case: who wrote when, hearings and what became of them, time limits, stretches without an entry, the moment.
//!
//! Used by [`case`](super::case). A drawing for who sees it; the tables below it say the same, and [`told`] says it in a sentence. Thousands of
//! entries on one place are one tick that says how many; days far outside stand at the edge.

use jiff::civil::Date;

use super::bars::{ROW, bars, drawn, undrawn};
use super::labels::{lane, letter};
use super::marks::placed;
use super::numbers::{counted, days};
use super::page::{Page, and_more, clip};
use super::svg::{Axis, px};
use crate::domain::about::Language;
use crate::domain::delays::{Act, CaseDelays};
use crate::domain::event::Actor;
use crate::domain::setting::{Outcome, Setting};
use crate::message::dates::moment;
use crate::message::hearings::hearing_name;
use crate::message::words::outcome;

/// The whole width, in the units of the drawing.
pub const WIDTH: f64 = 960.0;
/// Where the lanes begin; their names stand left of it.
pub const LEFT: f64 = 140.0;
const RIGHT: f64 = 944.0;
const TOP: f64 = 30.0;
const LANE: f64 = 20.0;
const HEARINGS: f64 = 25.0;
/// Hearings that are nearer to each other stand below each other …
const APART: f64 = 13.0;
/// … in so many rows; in the last they lie upon each other.
const ROWS: usize = 4;
/// So many entries of one tick are told by their titles.
const TOLD: usize = 4;
const ACTORS: [Actor; 5] = [Actor::Court, Actor::Clerk, Actor::Prosecutor, Actor::Party, Actor::Unknown];

/// A day that is misread must not press all others together: so long after the moment nothing is drawn, …
const AHEAD: i64 = 2 * 366;
/// … and so long before it.
const BEFORE: i64 = 60 * 366;

/// The days that are drawn.
fn axis(case: &CaseDelays) -> Axis {
    let (first, last) = case.reach();
    let today = case.day();
    let shift = |days: i64| today.checked_add(jiff::Span::new().days(days)).unwrap_or(today);
    let due = case.clocks.iter().filter(|clock| clock.state.is_open()).filter_map(|clock| clock.due.max(clock.due_alt)).max();
    let room = (super::svg::apart(first, last) / 4).clamp(30, AHEAD);
    let last = last.max(due.map_or(last, |due| due.min(shift(room))));
    Axis::new(first.max(shift(-BEFORE)), last.min(shift(AHEAD)), LEFT, RIGHT)
}

/// The drawing.
pub fn timeline(page: &Page<'_>, at: usize, case: &CaseDelays) -> String {
    let axis = axis(case);
    let lanes: Vec<Actor> =
        ACTORS.into_iter().filter(|actor| *actor == Actor::Court || case.entries.iter().any(|act| act.actor == *actor)).collect();
    let placed = rows(&axis, &case.settings);
    let hearing_rows = placed.iter().map(|(_, row, _)| row + 1).max().unwrap_or(0);
    let hearings_at = TOP + LANE * super::numbers::count(lanes.len()) + 4.0;
    let clocks_at = hearings_at + HEARINGS * super::numbers::count(hearing_rows) + 4.0;
    let bottom = clocks_at + ROW * super::numbers::count(drawn(case)) + 4.0;
    let mut out = format!(
        "<svg viewBox=\"0 0 {} {}\" role=\"group\" aria-label=\"{}\">\n",
        px(WIDTH),
        px(bottom + 22.0),
        clip(&told(page, case), 1200)
    );
    grid(&mut out, page, &axis, (TOP, bottom));
    gaps(&mut out, page, case, &axis, hearings_at - 4.0);
    for (row, actor) in lanes.iter().enumerate() {
        let y = TOP + LANE * super::numbers::count(row);
        name(&mut out, lane(*actor, page.language), y + LANE / 2.0);
        out.push_str(&format!("<path class=\"base\" d=\"M{} {}H{}\"/>", px(LEFT), px(y + LANE / 2.0), px(RIGHT)));
        entries(&mut out, page, (at, case), *actor, &axis, y);
    }
    if hearing_rows > 0 {
        name(&mut out, page.pick("Audiencias", "Hearings"), hearings_at + 9.0);
    }
    for (setting, row, x) in placed {
        hearing(&mut out, page, at, setting, x, hearings_at + 8.0 + HEARINGS * super::numbers::count(row));
    }
    bars(&mut out, page, case, &axis, clocks_at);
    ends(&mut out, page, case, &axis, bottom);
    out.push_str("</svg>\n");
    out
}

/// The name of a row, left of it.
pub fn name(out: &mut String, words: &str, y: f64) {
    out.push_str(&format!("<text class=\"r\" x=\"{}\" y=\"{}\">{words}</text>", px(LEFT - 8.0), px(y + 4.0)));
}

fn grid(out: &mut String, page: &Page<'_>, axis: &Axis, (top, bottom): (f64, f64)) {
    for (x, label) in axis.ticks(page.language) {
        out.push_str(&format!("<path class=\"grid\" d=\"M{} {}V{}\"/>", px(x), px(top), px(bottom + 4.0)));
        // The first and the last stay within the drawing.
        out.push_str(&format!("<text class=\"c\" x=\"{}\" y=\"{}\">{label}</text>", px(x.clamp(LEFT, RIGHT - 24.0)), px(bottom + 17.0)));
    }
}

fn gaps(out: &mut String, page: &Page<'_>, case: &CaseDelays, axis: &Axis, bottom: f64) {
    for gap in &case.gaps {
        let (from, to) = (axis.x(gap.from), axis.x(gap.to));
        let width = (to - from).max(0.5);
        let said = days(gap.days, page.language);
        let open = if gap.is_open { page.pick("; sigue abierto", "; still open") } else { "" };
        let words = page.pick("sin actuaciones", "without an entry");
        out.push_str(&format!(
            "<g><title>{said} {words}: {} – {}{open}</title><rect class=\"gap\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
            page.day(gap.from),
            page.day(gap.to),
            px(from),
            px(TOP - 14.0),
            px(width),
            px(bottom - TOP + 14.0)
        ));
        if width >= 30.0 {
            let short = format!("{} d", gap.days);
            out.push_str(&format!("<text class=\"c\" x=\"{}\" y=\"{}\">{short}</text>", px((from + to) / 2.0), px(TOP - 3.0)));
        }
        out.push_str("</g>\n");
    }
}

/// The entries of one hand: those on one place are one tick.
fn entries(out: &mut String, page: &Page<'_>, (at, case): (usize, &CaseDelays), actor: Actor, axis: &Axis, y: f64) {
    let mut dated: Vec<(Date, usize, &Act)> = Vec::new();
    for (place, act) in case.entries.iter().enumerate().filter(|(_, act)| act.actor == actor && !act.is_annulled) {
        dated.extend(act.date.map(|date| (date, place, act)));
    }
    dated.sort_by_key(|(date, place, _)| (*date, *place));
    let mut ticks: Vec<(f64, Vec<(usize, &Act)>)> = Vec::new();
    for (date, place, act) in dated {
        // What is nearer to each other than this stands on one place.
        let x = (axis.x(date) / 3.0).round() * 3.0;
        match ticks.last_mut().filter(|(last, _)| x - *last < 1.0) {
            Some((_, acts)) => acts.push((place, act)),
            None => ticks.push((x, vec![(place, act)])),
        }
    }
    for (x, acts) in ticks {
        let Some((first, act)) = acts.first() else { continue };
        let mut said: Vec<String> =
            acts.iter().take(TOLD).map(|(_, act)| format!("{}: {}", page.day_or(act.date), clip(&act.title, 60))).collect();
        if acts.len() > 1 {
            said.insert(0, counted(acts.len(), page.language, ["actuación", "actuaciones", "entry", "entries"]));
        }
        if acts.len() > TOLD {
            said.push(and_more(acts.len() - TOLD, page.language));
        }
        let top = if act.is_notice && acts.len() == 1 { y + 9.0 } else { y + 3.0 };
        let thick = match acts.len() {
            1 => "",
            2 | 3 => " k2",
            _ => " k3",
        };
        out.push_str(&format!(
            "<a href=\"#caso-{}-a{}\" tabindex=\"-1\"><path class=\"k{thick}\" d=\"M{} {}V{}\"><title>{}</title></path></a>\n",
            at + 1,
            first + 1,
            px(x),
            px(top),
            px(y + LANE - 3.0),
            said.join("\n")
        ));
    }
}

/// In which row each setting stands, and where.
fn rows<'s>(axis: &Axis, settings: &'s [Setting]) -> Vec<(&'s Setting, usize, f64)> {
    let mut dated: Vec<(Date, &Setting)> = settings.iter().filter_map(|setting| Some((setting.date?, setting))).collect();
    dated.sort_by_key(|(date, setting)| (*date, setting.time));
    let mut ends: Vec<f64> = Vec::new();
    let mut placed = Vec::new();
    for (date, setting) in dated {
        let x = axis.x(date);
        let free = ends.iter().position(|end| x - end >= APART);
        let row = free.unwrap_or_else(|| ends.len().min(ROWS - 1));
        match ends.get_mut(row) {
            Some(end) => *end = x,
            None => ends.push(x),
        }
        placed.push((setting, row, x));
    }
    placed
}

fn hearing(out: &mut String, page: &Page<'_>, at: usize, setting: &Setting, x: f64, y: f64) {
    let Some(date) = setting.date else { return };
    let said = format!(
        "{}: {}: {}",
        moment(date, setting.time, page.language),
        hearing_name(setting.kind.as_deref(), page.language),
        outcome(setting.outcome, page.language)
    );
    let shape = placed(setting.outcome, &px(x), &px(y));
    let letter = letter(setting.outcome, page.language);
    let drawn = format!(
        "<g><title>{}</title>{shape}<text class=\"c s\" x=\"{}\" y=\"{}\">{letter}</text></g>",
        clip(&said, 200),
        px(x),
        px(y + 15.0)
    );
    let link = setting.told_by.iter().chain(&setting.set_by).find_map(|key| page.place(at, key));
    match link {
        Some(place) => out.push_str(&format!("<a href=\"#caso-{}-a{}\" tabindex=\"-1\">{drawn}</a>\n", at + 1, place + 1)),
        None => out.push_str(&format!("{drawn}\n")),
    }
}

/// The moment, and the end of the case.
fn ends(out: &mut String, page: &Page<'_>, case: &CaseDelays, axis: &Axis, bottom: f64) {
    let x = axis.x(case.day());
    let words = page.pick("al", "as of");
    out.push_str(&format!("<path class=\"now\" d=\"M{} {}V{}\"/>", px(x), px(TOP - 16.0), px(bottom + 4.0)));
    let place = x.clamp(LEFT + 40.0, RIGHT - 30.0);
    out.push_str(&format!("<text class=\"c w\" x=\"{}\" y=\"10\">{words} {}</text>", px(place), page.day(case.day())));
    if let Some((date, _)) = case.ended.as_ref().filter(|(date, _)| axis.holds(*date)) {
        let x = axis.x(*date);
        let words = page.pick("final de la causa", "end of the case");
        out.push_str(&format!(
            "<g><title>{words}: {}</title><path class=\"end\" d=\"M{} {}V{}M{} {}V{}\"/></g>",
            page.day(*date),
            px(x - 2.0),
            px(TOP - 10.0),
            px(bottom),
            px(x + 2.0),
            px(TOP - 10.0),
            px(bottom)
        ));
    }
}

/// The drawing in words; plain text.
pub fn told(page: &Page<'_>, case: &CaseDelays) -> String {
    let axis = axis(case);
    let language = page.language;
    let (first, last) = case.reach();
    let by: Vec<String> = ACTORS
        .into_iter()
        .map(|actor| (actor, case.entries.iter().filter(|act| act.actor == actor).count()))
        .filter(|(_, n)| *n > 0)
        .map(|(actor, n)| format!("{} {n}", lane(actor, language).to_lowercase()))
        .collect();
    let by = if by.is_empty() { String::new() } else { format!(" ({})", by.join(", ")) };
    let outcomes: Vec<String> = Outcome::ALL
        .into_iter()
        .map(|one| (one, case.settings.iter().filter(|setting| setting.outcome == one).count()))
        .filter(|(_, n)| *n > 0)
        .map(|(one, n)| format!("{} {n}", outcome(one, language)))
        .collect();
    let outcomes = if outcomes.is_empty() { String::new() } else { format!(" ({})", outcomes.join(", ")) };
    let stretches = counted(case.gaps.len(), language, ["intervalo", "intervalos", "stretch", "stretches"]);
    let entries = counted(case.entries.len(), language, ["actuación", "actuaciones", "entry", "entries"]);
    let settings = counted(case.settings.len(), language, ["señalamiento", "señalamientos", "setting", "settings"]);
    let quiet = days(case.quiet, language);
    let mut said = vec![format!("{} {} – {}", page.pick("Línea de tiempo:", "Time line:"), page.day(first), page.day(last))];
    said.push(format!("{entries}{by}"));
    said.push(format!("{settings}{outcomes}"));
    said.push(match (case.gaps.iter().map(|gap| gap.days).max(), language) {
        (None, Language::Es) => format!("ningún intervalo de más de {quiet} entre actuaciones ni desde la última"),
        (None, Language::En) => format!("no stretch of more than {quiet} between entries or since the last one"),
        (Some(most), Language::Es) => {
            format!("{stretches} de más de {quiet} entre actuaciones o desde la última, el mayor de {}", days(most, language))
        }
        (Some(most), Language::En) => {
            format!("{stretches} of more than {quiet} between entries or since the last one, the longest of {}", days(most, language))
        }
    });
    if undrawn(case) > 0 {
        let n = undrawn(case);
        said.push(format!("{n} {}", page.pick("plazos más, solo en la tabla", "more time limits, in the table only")));
    }
    let dates = case.entries.iter().filter_map(|act| act.date).chain(case.settings.iter().filter_map(|setting| setting.date));
    let outside = dates.filter(|date| !axis.holds(*date)).count();
    if outside > 0 {
        let words = page.pick("con fecha fuera de lo dibujado, en el borde", "dated outside of what is drawn, at the edge");
        said.push(format!("{outside} {words}"));
    }
    format!("{}.", said.join("; "))
}
