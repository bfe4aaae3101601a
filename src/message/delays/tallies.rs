//! How many hearings were set in all cases and what became of them, with the counting rule beside it.
//!
//! Used by [`months`](super::months). M10 and M11 are reckoned from the report's own counts, M12 is summed over its cases.

use std::collections::BTreeMap;

use super::marks::inline;
use super::page::{Page, Table, fit};
use super::value::words;
use crate::domain::about::Language;
use crate::domain::delays::CaseDelays;
use crate::domain::figure::{Figure, Share, Value};
use crate::domain::measure::Measure;
use crate::domain::setting::{Outcome, SILENT_AFTER};
use crate::message::words::outcome;

/// The counting rule of settings ([`COUNTING`](crate::domain::setting::COUNTING) is its English form for JSON).
pub fn counting(language: Language) -> String {
    let silent = SILENT_AFTER;
    match language {
        Language::Es => format!(
            "Un señalamiento por cada día y hora para los que se fijó una audiencia; una actuación que lo repite no suma; un día que otra orden \
             reemplaza es diferido, o revocado si la orden lo dice o el nuevo día es anterior; sin noticia tras {silent} días hábiles sin \
             actuaciones; la audiencia que tienen dos causas vinculadas es un solo señalamiento."
        ),
        Language::En => format!(
            "One setting for each day and hour for which a hearing was set; an entry that repeats it adds none; a day that an order replaces is \
             deferred, or revoked where the order says so or the new day is earlier; without news after {silent} working days without an \
             entry; a hearing that linked cases both have is one setting."
        ),
    }
}

/// The counts, and the shares with their rules.
pub fn tallies(page: &Page<'_>) -> String {
    let count = |of: Outcome| page.report.settings.iter().filter(|(outcome, _)| *outcome == of).map(|(_, n)| *n).sum::<usize>();
    let total: usize = Outcome::ALL.into_iter().map(count).sum();
    let columns = [page.pick("Resultado", "Outcome"), page.pick("Señalamientos", "Settings")];
    let mut table = Table::new(
        "small keep",
        page.pick("Señalamientos por resultado, de las causas de este informe", "Settings by outcome, of the cases of this report"),
        &columns,
    );
    for one in Outcome::ALL {
        table.row(None, &[format!("{} {}", inline(one, page.language), outcome(one, page.language)), count(one).to_string()]);
    }
    table.row(None, &[format!("<b>{}</b>", page.pick("Total", "Total")), format!("<b>{total}</b>")]);
    let mut out = format!("<div class=\"g two\">{}", table.end());
    let mut shares = Table::new(
        "small",
        page.pick("Los mismos, medidos", "The same, measured"),
        &[page.pick("Medida", "Measure"), page.pick("Valor", "Value"), page.pick("Regla de conteo", "Counting rule")],
    );
    for figure in figures(page, count) {
        let id = figure.measure.id();
        let part = super::names::part(figure.measure, &figure.part, page.language);
        let name = super::names::measure(figure.measure, page.language);
        let rule = figure.measure.counting();
        let name = if part.is_empty() { name.to_owned() } else { format!("{name}: {part}") };
        shares.row(
            None,
            &[
                format!("<a href=\"#regla-{id}\">{id}</a> {}", fit(&name)),
                fit(&words(&figure, page.language)),
                page.pick(rule.es, rule.en).to_owned(),
            ],
        );
    }
    out.push_str(&shares.end());
    out.push_str(&format!("</div>\n<p><b>{}</b> {}", page.pick("Regla de conteo:", "Counting rule:"), counting(page.language)));
    if page.report.cases.iter().any(|case| !case.counted_before.is_empty()) {
        out.push_str(page.pick(
            " En M12, de causas vinculadas cuenta la que tiene más señalamientos.",
            " In M12, of linked cases the one with the most settings counts.",
        ));
    }
    out.push_str("</p>\n");
    out
}

fn figures(page: &Page<'_>, count: impl Fn(Outcome) -> usize) -> Vec<Figure> {
    let sum = |of: &[Outcome]| i64::try_from(of.iter().map(|one| count(*one)).sum::<usize>()).unwrap_or(i64::MAX);
    let not_held = sum(&[Outcome::Deferred, Outcome::Failed, Outcome::NotInstalled]);
    let known = not_held + sum(&[Outcome::Held, Outcome::Suspended]);
    let unknown = sum(&[Outcome::Unknown]);
    let bounds = Value::Bounds {
        low: Share { part: not_held, of: known + unknown },
        known: Share { part: not_held, of: known },
        high: Share { part: not_held + unknown, of: known + unknown },
    };
    let mut all = vec![
        Figure::new(Measure::Adjournment, "all", bounds),
        Figure::new(Measure::Failure, "all", Value::Share(Share { part: sum(&[Outcome::Failed]), of: known })),
    ];
    let firsts =
        one_of_each_matter(page).into_iter().filter_map(|case| match case.figures.get(Measure::DateCertainty, "first_setting")?.value {
            Value::Share(share) => Some(share),
            _ => None,
        });
    let first = firsts.fold(Share { part: 0, of: 0 }, |sum, own| Share { part: sum.part + own.part, of: sum.of + own.of });
    all.push(Figure::new(Measure::DateCertainty, "first_setting", Value::Share(first)));
    all.push(page.report.settings_per_hearing.clone());
    all
}

/// Of linked cases, which share their hearings, the one with the most settings: as the report does for the settings of a hearing.
fn one_of_each_matter<'p>(page: &Page<'p>) -> Vec<&'p CaseDelays> {
    let mut chosen: BTreeMap<usize, &CaseDelays> = BTreeMap::new();
    for case in &page.report.cases {
        let known = chosen.entry(case.matter).or_insert(case);
        if case.settings.len() > known.settings.len() {
            *known = case;
        }
    }
    chosen.into_values().collect()
}
