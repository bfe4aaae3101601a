//! The value of a figure in words, and of whom or what it is.
//!
//! Used wherever a number of [`Figure`] is shown. It says what was counted and what is not known; a share of fewer than five gets no
//! percentage, and nothing is called too long.

use crate::domain::about::Language;
use crate::domain::clocks::Subject;
use crate::domain::figure::{Days, Figure, Portion, Share, Value};
use crate::domain::measure::Measure;
use crate::domain::setting::Outcome;
use crate::message::hearings::hearing_name;
use crate::message::words::{outcome, pick};

use super::labels::who_or_why;
use super::numbers::{count, days, decimal, fraction_days, percent};

/// A value in words; plain text.
pub fn words(figure: &Figure, language: Language) -> String {
    match &figure.value {
        Value::Days(of) => both(*of, language),
        Value::Open(of) if matches!(figure.measure, Measure::LastActivity | Measure::LastSeen) => both(*of, language),
        Value::Open(of) => format!("{} {}", both(*of, language), pick(language, "hasta ahora; sigue abierto", "so far; still open")),
        Value::NotBegun => pick(language, "no se observa que haya empezado", "it is not observed that it began").to_owned(),
        Value::Unknown => pick(language, "no se sabe", "not known").to_owned(),
        Value::Count(n) => n.to_string(),
        Value::Counts(all) => counts(all, language),
        Value::Share(of) => share(*of, figure.measure, language),
        Value::Bounds { low, known, high } => bounds([*low, *known, *high], figure.measure, language),
        Value::Mean { n: 0, .. } => pick(language, "ninguna empezó", "none began").to_owned(),
        Value::Mean { sum, n } => {
            let mean = decimal(count(*sum) / count(*n), language);
            match language {
                Language::Es => format!("{mean} por audiencia ({sum} en {n})"),
                Language::En => format!("{mean} for each hearing ({sum} in {n})"),
            }
        }
        Value::Spread { median, ninetieth } => match language {
            Language::Es => {
                format!("la mitad, no más de {}; nueve de cada diez, no más de {}", days(*median, language), days(*ninetieth, language))
            }
            Language::En => {
                format!("half no more than {}; nine of ten no more than {}", days(*median, language), days(*ninetieth, language))
            }
        },
        Value::Split(portions) => split(portions, language),
        Value::Position { sooner, by_then } => position(*sooner, *by_then, language),
        Value::Median { at, beyond, lower, upper, .. } => median([*at, *beyond, *lower, *upper], language),
    }
}

/// Days of a figure for a narrow cell: `85 días`, `85 días, abierto`; a dash where there are none.
pub fn short(figure: &Figure, language: Language) -> String {
    match figure.value {
        Value::Days(of) => days(of.calendar, language),
        Value::Open(of) => format!("{}, {}", days(of.calendar, language), pick(language, "abierto", "open")),
        _ => "–".to_owned(),
    }
}

fn both(of: Days, language: Language) -> String {
    format!("{} ({} {})", days(of.calendar, language), of.business, pick(language, "hábiles", "business days"))
}

fn counts(all: &[(&str, usize)], language: Language) -> String {
    let named = |name: &str| {
        let known = Outcome::ALL.into_iter().find(|outcome| outcome.name() == name);
        known.map_or_else(|| name.replace('_', " "), |known| outcome(known, language).to_owned())
    };
    let some: Vec<String> = all.iter().filter(|(_, n)| *n > 0).map(|(name, n)| format!("{}: {n}", named(name))).collect();
    if some.is_empty() { pick(language, "ninguno", "none").to_owned() } else { some.join("; ") }
}

/// Of what a share is.
fn unit(measure: Measure, language: Language) -> &'static str {
    match measure {
        Measure::Inactivity => pick(language, "días", "days"),
        Measure::DateCertainty => pick(language, "audiencias", "hearings"),
        _ => pick(language, "señalamientos", "settings"),
    }
}

fn share(of: Share, measure: Measure, language: Language) -> String {
    let so_many = format!("{} {} {} {}", of.part, pick(language, "de", "of"), of.of, unit(measure, language));
    match of.percent() {
        Some(share) => format!("{so_many} ({})", percent(share, language)),
        None => format!("{so_many} ({})", pick(language, "sin porcentaje: son menos de 5", "no percentage: fewer than 5")),
    }
}

fn bounds([low, known, high]: [Share; 3], measure: Measure, language: Language) -> String {
    let own = share(known, measure, language);
    match low.percent().zip(high.percent()).filter(|_| low.of > known.of) {
        Some((low, high)) => {
            let (low, high) = (percent(low, language), percent(high, language));
            match language {
                Language::Es => format!("{own}; entre {low} y {high} si se cuentan los de resultado desconocido"),
                Language::En => format!("{own}; from {low} to {high} when those with an unknown outcome are counted"),
            }
        }
        None => own,
    }
}

fn split(portions: &[Portion], language: Language) -> String {
    if portions.is_empty() {
        return pick(language, "no hay", "none").to_owned();
    }
    let one = |portion: &Portion| {
        let own = format!("{}: {}", who_or_why(&portion.label, language), both(portion.days, language));
        if portion.n == 1 { own } else { format!("{own}, {} {}", portion.n, pick(language, "cambios", "changes")) }
    };
    portions.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn position(sooner: f64, by_then: Option<f64>, language: Language) -> String {
    let of = |share: f64| percent(100.0 * share, language);
    match (by_then, language) {
        (Some(by_then), Language::Es) => {
            format!("en {} de su grupo había terminado antes, y en {} a más tardar entonces", of(sooner), of(by_then))
        }
        (Some(by_then), Language::En) => format!("{} of its group were over sooner, and {} by then", of(sooner), of(by_then)),
        (None, Language::Es) => format!("en al menos {} de su grupo había terminado antes", of(sooner)),
        (None, Language::En) => format!("at least {} of its group were over sooner", of(sooner)),
    }
}

/// A median with its interval, or that it was not reached.
fn median([at, beyond, lower, upper]: [Option<f64>; 4], language: Language) -> String {
    let end = |of: Option<f64>| of.map_or_else(|| pick(language, "no alcanzado", "not reached").to_owned(), |of| decimal(of, language));
    // Where the band never crosses the half there is no interval to tell.
    let interval = match (lower.or(upper), language) {
        (None, _) => String::new(),
        (_, Language::Es) => format!("IC 95\u{a0}%: {} a {}", end(lower), end(upper)),
        (_, Language::En) => format!("95% CI: {} to {}", end(lower), end(upper)),
    };
    let not_reached = pick(language, "mediana no alcanzada", "median not reached");
    match (at, beyond, interval.is_empty()) {
        (Some(at), _, true) => fraction_days(at, language),
        (Some(at), _, false) => format!("{} ({interval})", fraction_days(at, language)),
        (None, Some(beyond), true) => format!("{not_reached} (> {})", fraction_days(beyond, language)),
        (None, Some(beyond), false) => format!("{not_reached} (> {}; {interval})", fraction_days(beyond, language)),
        (None, None, _) => not_reached.to_owned(),
    }
}

/// Of whom or what a figure or a clock is; plain text, and empty for the case itself.
pub fn of_whom(subject: &Subject, language: Language) -> String {
    match subject {
        Subject::Case => String::new(),
        Subject::Person(Some(name)) => name.clone(),
        Subject::Person(None) => pick(language, "persona que el expediente no nombra", "a person whom the docket does not name").to_owned(),
        Subject::Hearing { kind, .. } => hearing_name(kind.as_deref(), language),
        Subject::Petition(_) => pick(language, "escrito de parte", "petition of a party").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(measure: Measure, value: Value) -> [String; 2] {
        let figure = Figure::new(measure, "all", value);
        [Language::Es, Language::En].map(|language| words(&figure, language))
    }

    #[test]
    fn shares_of_fewer_than_five_get_no_percentage() {
        let of = |part, of| said(Measure::Failure, Value::Share(Share { part, of }));
        assert_eq!(of(2, 4), ["2 de 4 señalamientos (sin porcentaje: son menos de 5)", "2 of 4 settings (no percentage: fewer than 5)"]);
        assert_eq!(of(3, 8), ["3 de 8 señalamientos (37,5\u{a0}%)", "3 of 8 settings (37.5%)"]);
    }

    #[test]
    fn bounds_are_said_where_something_is_unknown() {
        let of = |unknown: i64| {
            let [low, known, high] = [(4, 8 + unknown), (4, 8), (4 + unknown, 8 + unknown)].map(|(part, of)| Share { part, of });
            let [es, _] = said(Measure::Adjournment, Value::Bounds { low, known, high });
            es
        };
        assert_eq!(of(0), "4 de 8 señalamientos (50\u{a0}%)");
        assert_eq!(of(2), "4 de 8 señalamientos (50\u{a0}%); entre 40\u{a0}% y 60\u{a0}% si se cuentan los de resultado desconocido");
    }

    #[test]
    fn a_median_that_was_not_reached_is_said_so() {
        let value = |at, beyond, upper| Value::Median { at, beyond, lower: Some(9.0), upper, events: 6, censored: 6 };
        let [es, en] = said(Measure::OralToWritten, value(None, Some(200.0), None));
        assert_eq!(es, "mediana no alcanzada (> 200 días; IC 95\u{a0}%: 9 a no alcanzado)");
        assert_eq!(en, "median not reached (> 200 days; 95% CI: 9 to not reached)");
        let bare = Value::Median { at: Some(0.0), beyond: None, lower: None, upper: None, events: 9, censored: 0 };
        assert_eq!(said(Measure::OralToWritten, bare), ["0 días", "0 days"]);
        let [es, _] = said(Measure::OralToWritten, value(Some(85.5), None, Some(100.0)));
        assert_eq!(es, "85,5 días (IC 95\u{a0}%: 9 a 100)");
    }

    #[test]
    fn delays_are_split_by_what_entries_say() {
        let portion = |label: &str, n| Portion { label: label.to_owned(), days: Days { calendar: 30, business: 20 }, n };
        let [es, en] = said(Measure::DelayBy, Value::Split(vec![portion("defence", 2), portion("unstated", 1)]));
        assert_eq!(es, "defensa: 30 días (20 hábiles), 2 cambios; no consta: 30 días (20 hábiles)");
        assert_eq!(en, "defence: 30 days (20 business days), 2 changes; not stated: 30 days (20 business days)");
    }
}
