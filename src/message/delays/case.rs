//! The section of one case: what it is, its time line, its time limits, hearings, stretches without an entry, figures and entries.
//!
//! Used by [`html`](super::html()). Every number leads to the list of entries at its end.

use super::marks::inline;
use super::numbers::days;
use super::page::{Page, Table, clip, fit, outside};
use super::timeline::{timeline, told};
use super::{figures, labels, limits};
use crate::domain::about::Language;
use crate::domain::delays::CaseDelays;
use crate::domain::measure::Measure;
use crate::domain::setting::Setting;
use crate::message::dates::{moment, short_instant};
use crate::message::hearings::hearing_name;
use crate::message::words::{author, mode, outcome};

/// The section.
pub fn section(page: &Page<'_>, at: usize, case: &CaseDelays) -> String {
    let n = at + 1;
    let mut out = format!("<section id=\"caso-{n}\" class=\"caso\">\n<h3>{n}. {}</h3>\n", clip(case.label(), 160));
    out.push_str(&heading(page, case));
    out.push_str(&format!(
        "<figure class=\"wide\"><div class=\"x tl\" tabindex=\"0\" role=\"group\" aria-label=\"{}\">{}</div>",
        page.pick("Línea de tiempo", "Time line"),
        timeline(page, at, case)
    ));
    out.push_str(&format!(
        "<figcaption>{} <a href=\"#marcas\">{}</a></figcaption></figure>\n",
        fit(&told(page, case)),
        page.pick("Qué significa cada marca", "What each mark means")
    ));
    out.push_str(&gaps(page, at, case));
    out.push_str(&format!("<h4>{}</h4>\n{}", page.pick("Plazos de la causa", "Time limits of the case"), limits::of_case(page, at, case)));
    out.push_str(&format!("<h4>{}</h4>\n{}", page.pick("Audiencias", "Hearings"), hearings(page, at, case)));
    out.push_str(&format!(
        "<details open><summary><h4>{}</h4></summary>\n{}</details>\n",
        page.pick("Medidas", "Measures"),
        figures::table(page, at, case)
    ));
    out.push_str(&entries(page, at, case));
    out.push_str(&format!(
        "<p class=\"up\"><a href=\"#fila-{n}\">{}</a></p>\n</section>\n",
        page.pick("Volver a la tabla de causas", "Back to the table of cases")
    ));
    out
}

/// What it is: number, court, subject, source, and which version was measured.
fn heading(page: &Page<'_>, case: &CaseDelays) -> String {
    let when = |at: Option<jiff::Timestamp>| at.map_or_else(|| "–".to_owned(), |at| short_instant(at, &case.zone, page.language));
    let mut facts = vec![(page.pick("Número", "Number"), clip(&case.number, 80))];
    facts.extend(case.court.as_deref().map(|court| (page.pick("Judicatura", "Court"), clip(court, 200))));
    facts.extend(case.subject.as_deref().map(|subject| (page.pick("Delito o asunto", "Offence or subject"), clip(subject, 300))));
    if !case.tags.is_empty() {
        facts.push((page.pick("Etiquetas", "Tags"), page.listed(&case.tags, 200)));
    }
    facts.push((page.pick("Fuente", "Source"), outside(&case.url, &clip(&case.source, 80))));
    facts.push((page.pick("Vigilada desde", "Watched since"), when(case.watched_since)));
    facts.extend(case.chosen.map(|chosen| (page.pick("En los grupos cuenta desde", "In groups it counts from"), page.day(chosen))));
    facts.push((page.pick("Última lectura", "Last read"), when(case.read)));
    let seen = page.pick("vista por primera vez el", "first seen on");
    facts.push((page.pick("Versión medida", "Version measured"), format!("{}, {seen} {}", case.version, when(Some(case.version_at)))));
    if let Some(hash) = &case.pages_sha256 {
        facts.push((page.pick("SHA-256 de sus páginas", "SHA-256 of its pages"), format!("<code>{}</code>", clip(hash, 80))));
    }
    let items = facts.iter().map(|(name, value)| format!("<div><dt>{name}</dt><dd>{value}</dd></div>"));
    format!("<dl>{}</dl>\n", items.collect::<String>())
}

/// The stretches between entries; the measure to which the sentence leads begins at the filing.
fn gaps(page: &Page<'_>, at: usize, case: &CaseDelays) -> String {
    if case.gaps.is_empty() {
        return String::new();
    }
    let items = case.gaps.iter().map(|gap| {
        let open = if gap.is_open { page.pick(", sigue abierto", ", still open") } else { "" };
        format!("<li>{}: {} – {}{open}</li>", days(gap.days, page.language), page.day(gap.from), page.day(gap.to))
    });
    let quiet = days(case.quiet, page.language);
    let id = Measure::LongestGap.id();
    let measure = match case.figures.of(Measure::LongestGap).next() {
        Some(_) => format!("<a href=\"#caso-{}-{id}\">{id}</a>", at + 1),
        None => id.to_owned(),
    };
    let heading = match page.language {
        Language::Es => {
            format!("Intervalos de más de {quiet} entre actuaciones y desde la última ({measure} cuenta además desde el ingreso)")
        }
        Language::En => {
            format!("Stretches of more than {quiet} between entries and since the last one ({measure} counts from the filing too)")
        }
    };
    format!("<p>{heading}:</p>\n<ul class=\"in\">{}</ul>\n", items.collect::<String>())
}

/// The day and the hour of a setting, or that it is not known.
pub fn when(page: &Page<'_>, setting: &Setting) -> String {
    let Some(date) = setting.date else { return page.pick("día desconocido", "day not known").to_owned() };
    let end = setting.end_date.filter(|end| *end > date).map(|end| format!(" – {}", page.day(end))).unwrap_or_default();
    format!("{}{end}", moment(date, setting.time, page.language))
}

/// How and where.
pub fn place(page: &Page<'_>, setting: &Setting) -> String {
    let how = setting.mode.map(|one| mode(one, page.language).to_owned());
    let room = setting.room.as_deref().map(|room| clip(room, 120));
    let both: Vec<String> = how.into_iter().chain(room).collect();
    if both.is_empty() { "–".to_owned() } else { both.join(", ") }
}

fn hearings(page: &Page<'_>, at: usize, case: &CaseDelays) -> String {
    if case.settings.is_empty() {
        return format!("<p>{}</p>\n", page.pick("No se observa ningún señalamiento.", "No setting of a hearing is observed."));
    }
    let columns: [&str; 6] = [
        page.pick("Día y hora", "Day and hour"),
        page.pick("Audiencia", "Hearing"),
        page.pick("Resultado", "Outcome"),
        page.pick("Quién lo pidió y motivo, si consta", "Who asked and why, where stated"),
        page.pick("Modo y lugar", "How and where"),
        page.pick("Actuaciones", "Entries"),
    ];
    let caption = format!("{}: {}", page.pick("Señalamientos", "Settings"), clip(case.label(), 80));
    let mut table = Table::new("", &caption, &columns);
    for (place_of, setting) in case.settings.iter().enumerate() {
        let why: Vec<String> =
            setting.requested_by.iter().chain(&setting.reasons).map(|name| fit(&labels::who_or_why(name, page.language))).collect();
        let doubts: Vec<String> = setting.warnings.iter().map(|name| fit(&crate::message::words::warning(name, page.language))).collect();
        let doubts = if doubts.is_empty() { String::new() } else { format!("<br><small>{}</small>", doubts.join("; ")) };
        let again = if case.counted_before.contains(&place_of) {
            page.pick("<br><small>ya contado en una causa vinculada</small>", "<br><small>counted with a linked case</small>")
        } else {
            ""
        };
        let cells = [
            format!("{}{doubts}", when(page, setting)),
            clip(&hearing_name(setting.kind.as_deref(), page.language), 120),
            format!("{} {}{again}", inline(setting.outcome, page.language), outcome(setting.outcome, page.language)),
            if why.is_empty() { "–".to_owned() } else { why.join("; ") },
            place(page, setting),
            page.entries(at, setting.set_by.iter().chain(&setting.told_by)),
        ];
        table.row(None, &cells);
    }
    table.end()
}

/// The list to which every number leads.
fn entries(page: &Page<'_>, at: usize, case: &CaseDelays) -> String {
    let heading = format!("{} ({})", page.pick("Actuaciones", "Entries"), case.entries.len());
    let mut out = format!("<details class=\"acts\"><summary><h4>{heading}</h4></summary>\n<ol>\n");
    for (place, act) in case.entries.iter().enumerate() {
        let date = act.date.map_or_else(|| page.pick("sin fecha", "no date").to_owned(), |date| page.day(date));
        let seen = match act.seen {
            Some(seen) => format!("{} {}", page.pick("visto el", "seen on"), short_instant(seen, &case.zone, page.language)),
            None => page.pick("no consta cuándo apareció", "when it appeared is not known").to_owned(),
        };
        let notice = match (act.is_annulled, act.is_notice) {
            (true, _) => page.pick("anulada, no se cuenta; ", "annulled, not counted; "),
            (false, true) => page.pick("notificación; ", "notice of service; "),
            (false, false) => "",
        };
        let author = author(act.actor, page.language);
        let title = clip(&act.title, 300);
        out.push_str(&format!(
            "<li id=\"caso-{}-a{}\"><b>{date}</b> {title} <small>{notice}{author}; {seen}</small></li>\n",
            at + 1,
            place + 1
        ));
    }
    out.push_str("</ol></details>\n");
    out
}
