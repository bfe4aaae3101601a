//! The shapes that stand for the outcomes of hearings, the hatches, and what all shapes mean.
//!
//! Used by the time lines and the calendar. A shape and a letter, never a colour alone: the file is printed in black.

use crate::domain::about::Language;
use crate::domain::setting::Outcome;
use crate::message::words::{outcome, pick};

use super::labels::letter;

/// The shape of an outcome, about ten units wide around nought.
fn shape(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pending => "<circle class=\"o\" r=\"4.5\"/>",
        Outcome::Held => "<circle class=\"f\" r=\"5\"/>",
        Outcome::Suspended => "<circle class=\"o\" r=\"4.5\"/><path class=\"f\" d=\"M0-4.5A4.5 4.5 0 0 0 0 4.5Z\"/>",
        Outcome::Deferred => "<path class=\"o\" d=\"M-4-4.5L5 0L-4 4.5Z\"/>",
        Outcome::Failed => "<path class=\"f\" d=\"M0-6L6 0L0 6L-6 0Z\"/>",
        Outcome::NotInstalled => "<path class=\"o\" d=\"M0-5L5 0L0 5L-5 0Z\"/>",
        Outcome::Revoked => "<path class=\"o\" d=\"M-4-4L4 4M4-4L-4 4\"/>",
        Outcome::Unknown => "<rect class=\"o\" x=\"-4\" y=\"-4\" width=\"8\" height=\"8\"/>",
    }
}

/// The shapes and the hatches, once for the whole file.
pub fn definitions() -> String {
    let mut out = "<svg class=\"defs\" width=\"0\" height=\"0\" aria-hidden=\"true\" focusable=\"false\"><defs>\
        <pattern id=\"rayas\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
        <path class=\"ray\" d=\"M0 0V5\"/></pattern>\
        <pattern id=\"rayas-claras\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(-45)\">\
        <path class=\"ray thin\" d=\"M0 0V5\"/></pattern>"
        .to_owned();
    for outcome in Outcome::ALL {
        out.push_str(&format!("<g id=\"o-{}\">{}</g>", outcome.name(), shape(outcome)));
    }
    out.push_str("</defs></svg>\n");
    out
}

/// A shape in a drawing.
pub fn placed(outcome: Outcome, x: &str, y: &str) -> String {
    format!("<use href=\"#o-{}\" x=\"{x}\" y=\"{y}\"/>", outcome.name())
}

/// A shape and its letter in running text.
pub fn inline(outcome: Outcome, language: Language) -> String {
    let shape = placed(outcome, "0", "0");
    format!(
        "<span class=\"m\"><svg viewBox=\"-7 -7 14 14\" width=\"14\" height=\"14\" aria-hidden=\"true\" focusable=\"false\">{shape}</svg>{}</span>",
        letter(outcome, language)
    )
}

/// What the shapes of outcomes mean, as items of a list.
pub fn outcomes(language: Language) -> String {
    let all = Outcome::ALL.map(|one| format!("<li>{} {}</li>", inline(one, language), outcome(one, language)));
    all.concat()
}

/// What the other marks of a time line mean, as items of a list.
pub fn lines(language: Language) -> String {
    let sample = |drawn: &str, es, en| {
        let words = pick(language, es, en);
        format!(
            "<li><svg viewBox=\"0 0 36 14\" width=\"36\" height=\"14\" aria-hidden=\"true\" focusable=\"false\">{drawn}</svg> {words}</li>"
        )
    };
    [
        sample(
            "<path class=\"k\" d=\"M8 1V13\"/><path class=\"k k3\" d=\"M24 1V13\"/>",
            "actuación; más gruesa: varias juntas",
            "entry; thicker: several together",
        ),
        sample("<path class=\"k\" d=\"M17 5V13\"/>", "notificación", "notice of service"),
        sample(
            "<rect class=\"gap\" width=\"36\" height=\"14\"/>",
            "intervalo sin actuaciones, con sus días",
            "stretch without an entry, with its days",
        ),
        sample("<rect class=\"bar\" y=\"3\" width=\"36\" height=\"8\"/>", "plazo, desde su inicio", "time limit, from its start"),
        sample(
            "<rect class=\"between\" y=\"3\" width=\"36\" height=\"8\"/>",
            "más allá del último día según una lectura de la ley, y no según la otra",
            "beyond the last day by one reading of the law, and not by the other",
        ),
        sample(
            "<rect class=\"late\" y=\"3\" width=\"36\" height=\"8\"/>",
            "más allá del último día según toda lectura",
            "beyond the last day by every reading",
        ),
        sample(
            "<path class=\"due\" d=\"M10 0V14\"/><path class=\"due alt\" d=\"M26 0V14\"/>",
            "último día; cortada: según otra lectura de la ley",
            "last day; dashed: by another reading of the law",
        ),
        sample("<path class=\"still\" d=\"M0 7H36\"/>", "tiempo suspendido", "time suspended"),
        sample("<path class=\"left\" d=\"M0 7H36\"/>", "lo que falta hasta el último día", "what is left until the last day"),
        sample("<path class=\"f\" d=\"M14 3h8v8h-8Z\"/>", "se observa lo que termina el plazo", "what ends the time is observed"),
        sample("<path class=\"now\" d=\"M18 0V14\"/>", "momento del informe", "moment of the report"),
        sample("<path class=\"end\" d=\"M16 0V14M20 0V14\"/>", "final de la causa", "end of the case"),
    ]
    .concat()
}
