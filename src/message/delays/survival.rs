//! How long stages take: curves with their band, points where there are too few, groups beside each other, and what that does not say.
//!
//! Used by [`html`](super::html()). It reckons nothing: curves, medians and tests come with the report. Fewer than five events give no quantile,
//! and groups are compared from ten events each.

use super::curves::{TOGETHER, curves, letter, sample};
use super::labels::grouping;
use super::names::stage;
use super::numbers::{counted, percent, rounded};
use super::page::{Page, Table, and_more, clip, fit};
use super::strip::strip;
use super::value::words;
use crate::domain::about::Language;
use crate::domain::caveat::Caveat;
use crate::domain::delays::{Compared, Comparison, Group, Pace};
use crate::domain::figure::Value;

/// So many steps of a curve are told in numbers.
const STEPS: usize = 200;

/// The section.
pub fn section(page: &Page<'_>) -> String {
    let report = page.report;
    let mut out = format!("<section id=\"curvas\">\n<h2>{}</h2>\n", page.pick("Cuánto toma cada etapa", "How long each stage takes"));
    out.push_str(&format!(
        "<p>{}</p>\n",
        page.pick(
            "Cada curva muestra qué parte de las causas no ha llegado al final de la etapa después de tantos días: es la de Kaplan–Meier o, \
             donde alguna causa terminó de otro modo, uno menos la incidencia de Aalen–Johansen. Una causa abierta cuenta como abierta hasta \
             el día en que se leyó por última vez (raya corta). La franja gris es el intervalo de confianza del 95 %.",
            "Each curve shows what share of the cases has not come to the end of the stage after so many days: it is that of Kaplan–Meier \
             or, where some case ended otherwise, one minus the incidence of Aalen–Johansen. An open case counts as open until the day on \
             which it was last read (short stroke). The grey band is the 95% confidence interval."
        )
    ));
    let observed = |group: &&Group| group.paces.iter().any(|pace| pace.observed > 0);
    if !report.groups.iter().any(|group| observed(&group)) {
        out.push_str(&format!(
            "<p>{}</p>\n",
            page.pick("No se observa el inicio de ninguna etapa.", "The beginning of no stage is observed.")
        ));
    }
    for group in report.groups.iter().filter(observed).filter(|group| group.by.is_none()) {
        let n = counted(group.cases.len(), page.language, ["causa", "causas", "case", "cases"]);
        out.push_str(&format!("<h3>{} ({n})</h3>\n", page.pick("Todas las causas de este informe", "All cases of this report")));
        out.push_str(&paces(page, group));
    }
    if !report.comparisons.is_empty() {
        out.push_str(&format!("<h3>{}</h3>\n", page.pick("Grupos, uno junto a otro", "Groups beside each other")));
        out.push_str(&report.comparisons.iter().map(|comparison| compared(page, comparison)).collect::<String>());
    }
    for group in report.groups.iter().filter(observed) {
        let Some(by) = group.by else { continue };
        let n = counted(group.cases.len(), page.language, ["causa", "causas", "case", "cases"]);
        let by = grouping(by, page.language);
        out.push_str(&format!(
            "<details class=\"grupo\"><summary><h3>{}: {} ({n})</h3></summary>\n{}</details>\n",
            by,
            clip(&group.label, 120),
            paces(page, group)
        ));
    }
    out.push_str("</section>\n");
    out
}

/// The stages of a group.
fn paces(page: &Page<'_>, group: &Group) -> String {
    let drawn = group.paces.iter().filter(|pace| pace.observed > 0).map(|pace| {
        let name = stage(pace.measure, &pace.part, page.language);
        let told = format!("{}{}", told(page, pace), method(page, pace));
        let picture = match has_curve(pace) {
            true => curves(page, &[pace], &format!("{name}. {told}")),
            false => strip(page, &[("", pace)], &format!("{name}. {told}")),
        };
        let few = match has_curve(pace) {
            true => String::new(),
            false => format!(" {} {}.", page.pick("La mediana", "The median is"), not_said(page, pace)),
        };
        let limits = super::figures::limits(page, &pace.median);
        format!(
            "<figure><figcaption><b>{name}</b><br>{told}{few}{limits}</figcaption><div class=\"x\">{picture}</div>{}</figure>\n",
            if has_curve(pace) { steps(page, pace) } else { String::new() }
        )
    });
    format!("<div class=\"g\">\n{}</div>\n", drawn.collect::<String>())
}

/// Whether there are enough events for a curve with quantiles. Several events of one case count once, so that the median says it.
fn has_curve(pace: &Pace) -> bool {
    matches!(pace.median.value, Value::Median { .. }) && !pace.curve.is_empty()
}

/// Why no median is said.
fn not_said(page: &Page<'_>, pace: &Pace) -> &'static str {
    let is_limited = |by: Caveat| pace.median.limits.iter().any(|limit| limit.caveat == by);
    match () {
        () if is_limited(Caveat::FewAtRisk) => {
            page.pick("no se dice: la curva descansa en muy pocas causas", "not said: the curve rests on too few cases")
        }
        // Several ends of one case are one.
        () if is_limited(Caveat::TooFew) || pace.events < 5 => {
            page.pick("no se dice: menos de 5 finales de causas distintas", "not said: fewer than 5 ends of different cases")
        }
        () => page.pick("no se dice", "not said"),
    }
}

/// Which curve it is; empty where none is drawn.
fn method(page: &Page<'_>, pace: &Pace) -> &'static str {
    match (has_curve(pace), pace.competing) {
        (false, _) => "",
        (true, 0) => page.pick(" Curva: Kaplan–Meier.", " Curve: Kaplan–Meier."),
        (true, _) => page.pick(" Curva: uno menos la incidencia de Aalen–Johansen.", " Curve: one minus the incidence of Aalen–Johansen."),
    }
}

/// A pace in words.
fn told(page: &Page<'_>, pace: &Pace) -> String {
    let (n, events, censored) = (pace.observed, pace.events, pace.censored);
    let late = match (pace.entered_late, page.language) {
        (0, _) => String::new(),
        (late, Language::Es) => format!(", {late} contadas desde que se vigilan"),
        (late, Language::En) => format!(", {late} counted from when they came to be watched"),
    };
    let otherwise = match (pace.competing, page.language) {
        (0, _) => String::new(),
        (many, Language::Es) => format!(", {many} con la causa terminada antes"),
        (many, Language::En) => format!(", {many} of cases that ended before"),
    };
    let counts = match page.language {
        Language::Es => format!("n = {n}: {events} terminadas, {censored} abiertas{otherwise}{late}."),
        Language::En => format!("n = {n}: {events} over, {censored} open{otherwise}{late}."),
    };
    match pace.median.value {
        Value::Median { at: Some(_), .. } => {
            format!("{counts} {}: {}.", page.pick("Mediana", "Median"), words(&pace.median, page.language))
        }
        Value::Median { .. } => {
            let said = words(&pace.median, page.language);
            let mut chars = said.chars();
            let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
            format!("{counts} {first}{}.", chars.as_str())
        }
        _ => counts,
    }
}

/// The steps of a curve as a table, for who does not see it.
fn steps(page: &Page<'_>, pace: &Pace) -> String {
    let language = page.language;
    // Where some cases ended otherwise, those that did not come to the end of the stage are not all open.
    let share = match pace.competing {
        0 => page.pick("Abierta", "Open"),
        _ => page.pick("Sin este paso", "Without this step"),
    };
    let columns: [&str; 6] = match language {
        Language::Es => ["Día", share, "IC 95 %", "En riesgo", "Terminan", "Última vista"],
        Language::En => ["Day", share, "95% CI", "At risk", "Over", "Last seen"],
    };
    let mut table = Table::new("", &stage(pace.measure, &pace.part, language), &columns);
    let steps = || pace.curve.iter().filter(|step| step.events > 0);
    for step in steps().take(STEPS) {
        let share = |share: f64| percent(100.0 * share, language);
        let band = step.band.map_or_else(|| "–".to_owned(), |(low, high)| format!("{} – {}", share(low), share(high)));
        let day = rounded(step.days, 1, language);
        table.row(None, &[day, share(step.open), band, step.at_risk.to_string(), step.events.to_string(), step.censored.to_string()]);
    }
    let more = match steps().count().saturating_sub(STEPS) {
        0 => String::new(),
        n => format!("<p>{}</p>", and_more(n, language)),
    };
    format!(
        "<details class=\"no\"><summary>{}</summary>{}{more}</details>",
        page.pick("La curva en números", "The curve in numbers"),
        table.end()
    )
}

fn compared(page: &Page<'_>, comparison: &Comparison) -> String {
    let name = stage(comparison.measure, &comparison.part, page.language);
    let groups = page.report.groups.iter().filter(|group| group.by == Some(comparison.by) && comparison.labels.contains(&group.label));
    let paces = groups.filter_map(|group| {
        let pace = group.paces.iter().find(|pace| pace.measure == comparison.measure && pace.part == comparison.part)?;
        (pace.observed > 0).then_some((group.label.as_str(), pace))
    });
    let paces: Vec<(&str, &Pace)> = paces.collect();
    let by = grouping(comparison.by, page.language);
    let outcome = outcome(page, comparison);
    let heading = format!("{name} ({} {by})", page.pick("por", "by"));
    let (picture, key) = match comparison.outcome {
        Compared::Tested { .. } | Compared::NeverTogether => {
            let some: Vec<&Pace> = paces.iter().take(TOGETHER).map(|(_, pace)| *pace).collect();
            (curves(page, &some, &format!("{heading}. {outcome}")), true)
        }
        Compared::TooFew { .. } => (strip(page, &paces, &format!("{heading}. {outcome}")), false),
    };
    let columns: [&str; 6] = match page.language {
        Language::Es => ["Grupo", "n", "Terminadas", "Abiertas", "Contadas desde que se vigilan", "Mediana (días)"],
        Language::En => ["Group", "n", "Over", "Open", "Counted from when watched", "Median (days)"],
    };
    let mut table = Table::new("", &heading, &columns);
    for (at, (label, pace)) in paces.iter().enumerate() {
        let mark = if key && at < TOGETHER { format!("<b>{}</b> {} ", letter(at), sample(at)) } else { String::new() };
        let median = if !has_curve(pace) { not_said(page, pace).to_owned() } else { words(&pace.median, page.language) };
        let counts = [pace.observed, pace.events, pace.censored, pace.entered_late].map(|n| n.to_string());
        table.row(None, &[vec![format!("{mark}{}", clip(label, 100))], counts.to_vec(), vec![fit(&median)]].concat());
    }
    let more = match (key, paces.len().saturating_sub(TOGETHER), page.language) {
        (false, ..) | (_, 0, _) => String::new(),
        (true, n, Language::Es) => format!(" Se dibujan los {TOGETHER} primeros grupos; la prueba es de todos, también de {n} más."),
        (true, n, Language::En) => format!(" The first {TOGETHER} groups are drawn; the test is of all, of {n} more too."),
    };
    let otherwise = if key { otherwise(page, &paces) } else { String::new() };
    format!(
        "<figure class=\"wide\"><figcaption><h4>{heading}</h4>{outcome}{more}{otherwise}</figcaption><div class=\"x\">{picture}</div>{}</figure>\n",
        table.end()
    )
}

/// Which of several curves are not those of Kaplan–Meier, and what the test makes of ends of another kind.
fn otherwise(page: &Page<'_>, paces: &[(&str, &Pace)]) -> String {
    if paces.iter().all(|(_, pace)| pace.competing == 0) {
        return String::new();
    }
    let drawn = paces.iter().take(TOGETHER).enumerate().filter(|(_, (_, pace))| pace.competing > 0);
    let letters: Vec<&str> = drawn.map(|(at, _)| letter(at)).collect();
    let which = match (letters.is_empty(), page.language) {
        (true, _) => String::new(),
        (false, Language::Es) => format!(" Uno menos la incidencia de Aalen–Johansen: {}.", letters.join(", ")),
        (false, Language::En) => format!(" One minus the incidence of Aalen–Johansen: {}.", letters.join(", ")),
    };
    let test = page.pick(
        " En la prueba, una causa que terminó de otro modo cuenta como vigilada hasta entonces.",
        " In the test a case that ended otherwise counts as watched until then.",
    );
    format!("{which}{test}")
}

/// What a test says, with its limits; or why there is none.
fn outcome(page: &Page<'_>, comparison: &Comparison) -> String {
    let language = page.language;
    match comparison.outcome {
        Compared::TooFew { events } => match language {
            Language::Es => format!(
                "No se comparan: algún grupo tiene {}, y se comparan desde 10 cada uno. Se muestran los puntos.",
                counted(events, language, ["final", "finales", "", ""])
            ),
            Language::En => format!(
                "Not compared: some group has {}, and they are compared from 10 each. The points are shown.",
                counted(events, language, ["", "", "end", "ends"])
            ),
        },
        Compared::NeverTogether => page
            .pick(
                "No se comparan: las causas de los grupos nunca se observaron a la vez tras los mismos días.",
                "Not compared: cases of the groups were never observed together after the same number of days.",
            )
            .to_owned(),
        Compared::Tested { chi_square, freedom, p } => {
            let p_words =
                if p < 0.001 { format!("p < {}", rounded(0.001, 3, language)) } else { format!("p = {}", rounded(p, 3, language)) };
            let chi = rounded(chi_square, 2, language);
            let differs = p < 0.05;
            let tests = page.report.comparisons.iter().filter(|other| matches!(other.outcome, Compared::Tested { .. })).count();
            match language {
                Language::Es => {
                    let first = if differs {
                        "Las curvas difieren más de lo que suele dar el azar"
                    } else {
                        "No se observa más diferencia que la que suele dar el azar; eso no muestra que sean iguales"
                    };
                    let many =
                        if tests > 1 { format!(" Se hicieron {tests} pruebas: alguna puede salir así por azar.") } else { String::new() };
                    format!(
                        "{first} (log-rank: χ² = {chi}, {freedom} g.l., {p_words}). Una diferencia no dice nada de su causa, y las causas vigiladas no son una muestra al azar.{many}"
                    )
                }
                Language::En => {
                    let first = if differs {
                        "The curves differ by more than chance usually brings"
                    } else {
                        "No more difference is observed than chance usually brings; that does not show that they are equal"
                    };
                    let many = if tests > 1 { format!(" {tests} tests were made: one may come out so by chance.") } else { String::new() };
                    format!(
                        "{first} (log-rank: χ² = {chi}, {freedom} d.f., {p_words}). A difference says nothing of its cause, and watched cases are no random sample.{many}"
                    )
                }
            }
        }
    }
}
