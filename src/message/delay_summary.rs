//! The monthly summary of delays in words: one line, and what each tag and each case that stands out showed.
//!
//! Called by [`operator`](super::operator), which words all that is of no case. Neutral: what no entry shows is not observed, and a time that ran
//! out says nothing of whose fault that is.

use super::dates::day;
use super::words::pick;
use crate::domain::about::Language;
use crate::domain::delay_summary::{CaseLine, DelaySummary, Numbers, TagLine};
use crate::domain::redact::cut;

/// Tags that are told, at most.
const TAGS: usize = 20;

/// The longest fact, in characters.
const FACT: usize = 400;

/// Which month it is of.
pub(super) fn month(summary: &DelaySummary, language: Language) -> String {
    format!("{} – {}", day(summary.from, language), day(summary.to, language))
}

/// The one line.
pub(super) fn line(summary: &DelaySummary, language: Language) -> String {
    let whole = summary.whole();
    let parts = [
        many(whole.cases, language, ["causa", "causas"], ["case", "cases"]),
        many(whole.over, language, ["plazo vencido", "plazos vencidos"], ["time limit over", "time limits over"]),
        many(whole.held, language, ["audiencia empezó", "audiencias empezaron"], ["hearing began", "hearings began"]),
        many(whole.not_held, language, ["no se realizó", "no se realizaron"], ["did not take place", "did not take place"]),
        many(whole.quiet, language, ["causa sin actuaciones", "causas sin actuaciones"], ["case without entries", "cases without entries"]),
    ];
    format!("{} ({}): {}", pick(language, "Resumen de demoras", "Summary of delays"), month(summary, language), parts.join("; "))
}

fn many(count: u64, language: Language, es: [&str; 2], en: [&str; 2]) -> String {
    let [one, more] = if language == Language::Es { es } else { en };
    format!("{count} {}", if count == 1 { one } else { more })
}

/// Labelled facts: all cases, each tag, each case that stands out, and how it is counted.
pub(super) fn facts(summary: &DelaySummary, language: Language) -> Vec<(&'static str, String)> {
    let mut facts = vec![(pick(language, "Mes", "Month"), month(summary, language))];
    // The first line is of all cases.
    let (told, more) = summary.tags.split_at(summary.tags.len().min(TAGS + 1));
    for TagLine { tag, numbers } in told {
        let (label, lead) = match tag.as_str() {
            "" => (pick(language, "En total", "In all"), String::new()),
            tag => (pick(language, "Etiqueta", "Tag"), format!("{tag}: ")),
        };
        facts.push((label, cut(&format!("{lead}{}", numbers_in_words(numbers, language)), FACT)));
    }
    if !more.is_empty() {
        let words =
            many(u64::try_from(more.len()).unwrap_or(u64::MAX), language, ["etiqueta más", "etiquetas más"], ["more tag", "more tags"]);
        facts.push((pick(language, "Además", "Besides"), words));
    }
    facts.extend(summary.cases.iter().map(|case| (pick(language, "Causa", "Case"), cut(&case_in_words(case, language), FACT))));
    if summary.left_out > 0 {
        let words = many(
            summary.left_out,
            language,
            ["causa no leída o reservada no se cuenta", "causas no leídas o reservadas no se cuentan"],
            ["case that was not read or is reserved is not counted", "cases that were not read or are reserved are not counted"],
        );
        facts.push((pick(language, "Fuera de la cuenta", "Not counted"), words));
    }
    let counting = pick(
        language,
        "Un señalamiento por cada día y hora para los que se fijó una audiencia, por su día; sin resultado: ninguna actuación dice qué pasó. \
         Plazos: solo los que vencieron por toda lectura de la ley y cuyo término no se observa. Verifique con un abogado. \
         El detalle, con sus actuaciones: veedor report delays.",
        "One setting for each day and hour for which a hearing was set, by its day; without outcome: no entry says what became of it. Time limits: \
         only those that are over by every reading of the law and whose end is not observed. Verify with a lawyer. \
         The details, with their entries: veedor report delays.",
    );
    facts.push((pick(language, "Cómo se cuenta", "How it is counted"), counting.to_owned()));
    facts
}

fn numbers_in_words(numbers: &Numbers, language: Language) -> String {
    let Numbers { cases, unread, quiet, entries, held, not_held, unknown, untold, coming, ran_out, over, near } = *numbers;
    let parts = [
        Some(many(cases, language, ["causa", "causas"], ["case", "cases"])),
        (unread > 0).then(|| {
            many(unread, language, ["no leída desde entonces", "no leídas desde entonces"], ["not read since then", "not read since then"])
        }),
        Some(many(entries, language, ["actuación en el mes", "actuaciones en el mes"], ["entry in the month", "entries in the month"])),
        (quiet > 0).then(|| many(quiet, language, ["causa sin ninguna", "causas sin ninguna"], ["case without any", "cases without any"])),
        Some(many(held, language, ["audiencia empezó", "audiencias empezaron"], ["hearing began", "hearings began"])),
        (not_held > 0)
            .then(|| many(not_held, language, ["no se realizó", "no se realizaron"], ["did not take place", "did not take place"])),
        (untold > 0).then(|| {
            many(
                untold,
                language,
                ["aún sin actuación que la cuente", "aún sin actuación que las cuente"],
                ["not told of yet", "not told of yet"],
            )
        }),
        (unknown > 0).then(|| many(unknown, language, ["sin resultado", "sin resultado"], ["without outcome", "without outcome"])),
        (coming > 0).then(|| many(coming, language, ["por venir", "por venir"], ["to come", "to come"])),
        Some(many(
            ran_out,
            language,
            ["plazo venció en el mes", "plazos vencieron en el mes"],
            ["time limit ran out in the month", "time limits ran out in the month"],
        )),
        (over > 0).then(|| many(over, language, ["vencido a la fecha", "vencidos a la fecha"], ["over as of then", "over as of then"])),
        (near > 0).then(|| many(near, language, ["por vencer", "por vencer"], ["nearly over", "nearly over"])),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn case_in_words(case: &CaseLine, language: Language) -> String {
    let name = case.name.as_deref().map(|name| format!("{name} ({})", case.number)).unwrap_or_else(|| case.number.clone());
    let parts = [
        (case.over > 0).then(|| many(case.over, language, ["plazo vencido", "plazos vencidos"], ["time limit over", "time limits over"])),
        (case.near > 0).then(|| {
            many(case.near, language, ["plazo por vencer", "plazos por vencer"], ["time limit nearly over", "time limits nearly over"])
        }),
        case.silent.map(|days| match language {
            Language::Es => format!("{days} días desde la última actuación"),
            Language::En => format!("{days} days since the last entry"),
        }),
        case.next.map(|next| format!("{} {}", pick(language, "próxima audiencia", "next hearing"), day(next, language))),
    ];
    format!("{name}: {}", parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample;

    #[test]
    fn a_summary_says_the_same_in_both_languages() {
        let summary = sample::delay_summary();
        assert_eq!(
            line(&summary, Language::Es),
            "Resumen de demoras (01-ene-2024 – 31-ene-2024): 12 causas; 3 plazos vencidos; 4 audiencias empezaron; 1 no se realizó; \
             5 causas sin actuaciones"
        );
        assert_eq!(
            line(&summary, Language::En),
            "Summary of delays (1 Jan 2024 – 31 Jan 2024): 12 cases; 3 time limits over; 4 hearings began; 1 did not take place; 5 cases without entries"
        );
        for language in [Language::Es, Language::En] {
            let facts = facts(&summary, language);
            assert_eq!(facts.len(), 1 + summary.tags.len() + summary.cases.len() + 2);
            assert!(facts.iter().any(|(_, words)| words.starts_with("sobornos: 2 ")), "{facts:?}");
            assert!(facts.iter().any(|(_, words)| words.starts_with("Sobornos 2012-2016 (17721-2019-00029G): 2 ")), "{facts:?}");
        }
    }
}
