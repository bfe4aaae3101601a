//! The notes: what each measure counts, what is not measured and why, what the statistics do not say, and by which versions it was reckoned.
//!
//! Used by [`html`](super::html()).

use std::collections::BTreeSet;

use super::head::disclaimer;
use super::labels::refused;
use super::names::measure;
use super::page::{Page, Table, clip};
use super::tallies::counting;
use crate::domain::measure::Measure;
use crate::message::dates::instant;

/// The section.
pub fn section(page: &Page<'_>) -> String {
    let mut out = format!("<section id=\"notas\">\n<h2>{}</h2>\n", page.pick("Notas", "Notes"));
    out.push_str(&rules(page));
    out.push_str(&statistics(page));
    if !page.report.refused.is_empty() {
        let items =
            page.report.refused.iter().map(|one| {
                format!("<dt>{}</dt><dd>{}</dd>", clip(&refused(one.name, page.language), 80), page.pick(one.why.es, one.why.en))
            });
        out.push_str(&format!(
            "<h3>{}</h3>\n<dl class=\"rules\">{}</dl>\n",
            page.pick("Lo que no se mide, y por qué", "What is not measured, and why"),
            items.collect::<String>()
        ));
    }
    out.push_str(&versions(page));
    out.push_str(&format!("<p class=\"note\">{}</p>\n</section>\n", disclaimer(page)));
    out
}

/// The measures that appear, and those of the calendar and the curves.
fn rules(page: &Page<'_>) -> String {
    let mut shown: BTreeSet<Measure> =
        page.report.cases.iter().flat_map(|case| case.figures.list.iter().map(|figure| figure.measure)).collect();
    shown.extend([Measure::Adjournment, Measure::Failure, Measure::DateCertainty]);
    shown.extend(page.report.groups.iter().flat_map(|group| group.paces.iter().map(|pace| pace.measure)));
    let items = Measure::ALL.iter().filter(|one| shown.contains(one)).map(|one| {
        let rule = one.counting();
        let (id, name) = (one.id(), measure(*one, page.language));
        format!(
            "<dt id=\"regla-{id}\"><b>{id}</b> {name} <small><code>{}</code></small></dt><dd>{}</dd>",
            one.name(),
            page.pick(rule.es, rule.en)
        )
    });
    let words = page.pick("Qué cuenta cada medida", "What each measure counts");
    let settings = page.pick("Señalamientos:", "Settings:");
    format!(
        "<h3>{words}</h3>\n<dl class=\"rules\">{}</dl>\n<p><b>{settings}</b> {}</p>\n",
        items.collect::<String>(),
        counting(page.language)
    )
}

fn statistics(page: &Page<'_>) -> String {
    let notes: [(&str, &str); 8] = [
        (
            "Días: los de calendario son los de la zona de cada juzgado; los hábiles, los del calendario que se nombra abajo. Unos no se calculan de los otros.",
            "Days: those of the calendar are days at each court; business days are those of the calendar named below. One is never worked out from the other.",
        ),
        (
            "Causas abiertas (censura por la derecha): cuentan como abiertas hasta el día en que se leyeron por última vez: lo que no se leyó no es demora. Promediar solo las terminadas daría tiempos demasiado cortos, y no se hace.",
            "Open cases (right-censored): they count as open until the day on which they were last read: what was not read is no delay. A mean of the completed ones alone would be too short, and is not given.",
        ),
        (
            "Vigiladas tarde (truncamiento por la izquierda): una causa que entró en la lista por lenta cuenta solo desde el día en que se vigila.",
            "Watched late (left-truncated): a case that came onto the list because it was slow counts only from the day on which it came to be watched.",
        ),
        (
            "Curvas: Kaplan–Meier, con intervalos de 95 % log-log (Greenwood; por causa, si una tiene varias observaciones); la mediana, con el intervalo de Brookmeyer y Crowley. «En riesgo»: las observadas al siguiente día con datos.",
            "Curves: Kaplan–Meier with 95% log-log intervals (Greenwood; by case where one has several observations); the median with the interval of Brookmeyer and Crowley. “At risk”: those observed on the next day with data.",
        ),
        (
            "Finales de otra clase (riesgos en competencia): donde los hay, la curva no es la de Kaplan–Meier sino uno menos la incidencia de Aalen–Johansen, con error estándar por causa; cada figura dice cuál es la suya. En la comparación de grupos esas causas cuentan como vigiladas hasta entonces.",
            "Ends of another kind (competing risks): where there are some, the curve is not that of Kaplan–Meier but one minus the incidence of Aalen–Johansen, with standard errors by case; each figure says which is its own. In the comparison of groups those cases count as watched until then.",
        ),
        (
            "Con menos de 5 finales de causas distintas, o donde la curva descansa en muy pocas, no se dice ninguna mediana, y con menos de 5 conocidos ningún porcentaje: serían ruido.",
            "With fewer than 5 ends of different cases, or where the curve rests on too few, no median is said, and with fewer than 5 known no percentage: they would be noise.",
        ),
        (
            "Grupos: se comparan (log-rank) solo con 10 finales en cada uno. Una diferencia no dice nada de su causa.",
            "Groups are compared (log-rank) only with 10 ends in each. A difference says nothing of its cause.",
        ),
        (
            "Las causas vigiladas son una lista elegida: nada de esto vale para todas las causas de un juzgado.",
            "Watched cases are a chosen list: nothing of this holds for all cases of a court.",
        ),
    ];
    let items = notes.map(|(es, en)| format!("<li>{}</li>", page.pick(es, en))).concat();
    format!("<h3>{}</h3>\n<ul>{items}</ul>\n", page.pick("Cómo se calcula", "How it is reckoned"))
}

fn versions(page: &Page<'_>) -> String {
    let report = page.report;
    let mut out = format!("<h3 id=\"versiones\">{}</h3>\n<p>veedor {}; ", page.pick("Versiones", "Versions"), clip(&report.program, 60));
    out.push_str(&format!("{} {}. ", page.pick("reglas de conteo, versión", "counting rules, version"), report.counting));
    out.push_str(&format!("{} {}.</p>\n", page.pick("Todo es al", "All is as of"), instant(report.as_of, &report.zone, page.language)));
    if !report.data.is_empty() {
        let columns = [
            page.pick("Jurisdicción", "Jurisdiction"),
            page.pick("Reglas de plazos", "Rules of time limits"),
            page.pick("Calendario", "Calendar"),
        ];
        let mut table = Table::new("small", page.pick("Datos de cada jurisdicción", "Data of each jurisdiction"), &columns);
        for data in &report.data {
            let rules = if data.rules.is_empty() { page.pick("no tiene", "none").to_owned() } else { clip(&data.rules, 120) };
            table.row(None, &[clip(&data.jurisdiction, 60), rules, clip(&data.calendar, 160)]);
        }
        out.push_str(&table.end());
    }
    out
}
