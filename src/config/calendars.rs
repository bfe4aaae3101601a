//! Operators' own days: `calendars/*.toml` beside the watch list, each on top of the shipped calendar of its jurisdiction.
//!
//! A newsroom can add the holiday of a canton, or the decree of the week, the day it is published. Whoever counts court days for a case
//! gets them by [`Config::calendar_of`](super::Config::calendar_of) and [`Config::meaning_of`](super::Config::meaning_of). Problems come
//! out with those of the watch list.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use crate::days::Calendar;
use crate::diag::Problem;
use crate::meaning::Meaning;

use super::beside;
use super::scope::Scope;

/// By jurisdiction and language.
type Meanings = HashMap<(String, String), Arc<Meaning>>;

/// The calendars of the jurisdictions for which an operator has days of his own.
#[derive(Debug, Clone, Default)]
pub(super) struct Calendars {
    own: BTreeMap<String, Arc<Calendar>>,
    /// Words with these days, made when they are first asked for.
    meanings: Arc<Mutex<Meanings>>,
}

/// Reads them; mistakes are added to `problems`.
pub(super) fn read(scope: &Scope<'_>, jurisdictions: &[&str], problems: &mut Vec<Problem>) -> Calendars {
    let mut calendars = Calendars::default();
    for (jurisdiction, text) in beside::read(scope, "calendars", jurisdictions, problems) {
        match calendars.of(&jurisdiction).with(&text.text, &text.name) {
            Ok(calendar) => drop(calendars.own.insert(jurisdiction, Arc::new(calendar))),
            Err(found) => problems.extend(found),
        }
    }
    calendars
}

impl Calendars {
    /// The calendar of a jurisdiction, with the operator's own on top.
    pub fn of(&self, jurisdiction: &str) -> Arc<Calendar> {
        self.own.get(jurisdiction).cloned().unwrap_or_else(|| Calendar::shipped(jurisdiction))
    }

    /// The words of a jurisdiction and a language, with the days of [`of`](Self::of).
    pub fn meaning(&self, jurisdiction: &str, language: &str) -> Arc<Meaning> {
        let shipped = Meaning::shipped(jurisdiction, language);
        let Some(days) = self.own.get(jurisdiction) else { return shipped };
        let mut meanings = self.meanings.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (jurisdiction.to_owned(), language.to_owned());
        meanings.entry(key).or_insert_with(|| Arc::new(shipped.with_days(days.clone()))).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::load_files;
    use super::*;
    use crate::days::Scope as Court;
    use jiff::civil::date;

    const LIST: &str = "[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2019-00029G\"\n";

    fn holiday(id: &str, place: &str, on: &str) -> String {
        format!(
            "jurisdiction = \"ec\"\n{place}[[holiday]]\nid = \"{id}\"\nname = {{ es = \"Feriado\", en = \"Holiday\" }}\non = \"{on}\"\n\
             source = \"Ordenanza\"\nconfidence = \"high\"\n"
        )
    }

    #[test]
    fn own_days_stand_on_top_of_the_shipped_ones_wherever_days_are_counted() {
        let (first, second) = (holiday("a", "", "12-01"), holiday("b", "", "12-02"));
        let (config, errors, _) = load_files(&[("w.toml", LIST), ("calendars/a.toml", &first), ("calendars/b.toml", &second)]);
        let config = config.unwrap_or_else(|| panic!("{errors:?}"));
        let case = &config.cases[0].case;
        let recipe = &config.source_of(case).expect("a source").recipe;
        let (calendar, here) = (config.calendar_of(case), Court::default());
        let off = |day: i8| !calendar.is_business(date(2026, 12, day), &here);
        assert!(off(1) && off(2) && !off(3), "both files");
        assert!(calendar.version().contains(" + a.toml + b.toml #"), "{}", calendar.version());
        assert!(!calendar.is_business(date(2026, 12, 25), &here), "Christmas is still in it");
        let meaning = config.meaning_of(recipe);
        assert!(Arc::ptr_eq(&meaning, &config.meaning_of(recipe)), "it is made once");
        let (other, ..) = load_files(&[("w.toml", LIST)]);
        let other = other.expect("a good list");
        assert!(Arc::ptr_eq(&other.calendar_of(case), &Calendar::shipped("ec")), "no other list has these days");
        assert!(Arc::ptr_eq(&other.meaning_of(recipe), &Meaning::shipped("ec", "es")));
    }

    #[test]
    fn their_mistakes_come_out_with_the_watch_list_each_at_its_place() {
        for (text, says) in [
            (holiday("a", "", "02-30"), "calendars/own.toml:5:6: \"02-30\" is no day of a year; write month and day as in"),
            (holiday("a", "", "12-01").replace("\"ec\"", "\"ex\""), "calendars/own.toml:1:16: no source is of the jurisdiction \"ex\"; "),
            (holiday("a", "colour = \"red\"\n", "12-01"), "calendars/own.toml:2:1: unknown key `colour`"),
            (holiday("a", "zone = \"America/Lima\"\n", "12-01"), "calendars/own.toml:2:1: unknown key `zone`"),
            (
                holiday("a", "", "12-01").replace("source", "places = [\"moon\"]\nsource"),
                "calendars/own.toml:6:11: \"moon\" is not a place",
            ),
            ("version = \"1\"\n".to_owned(), "calendars/own.toml:1:1: the file does not say for which jurisdiction it is; write"),
            ("jurisdiction = \"ec\n".to_owned(), "calendars/own.toml:1:"),
            ("jurisdiction = 3\n".to_owned(), "calendars/own.toml:1:16: "),
        ] {
            let (config, errors, _) = load_files(&[("w.toml", LIST), ("calendars/own.toml", &text)]);
            assert!(config.is_none() && errors.len() == 1 && errors[0].starts_with(says), "{says}: {errors:?}");
        }
    }

    /// What the manual shows is what a reader will copy.
    #[test]
    fn the_example_of_the_manual_moves_a_day_of_quito_s_courts_and_of_no_other() {
        for manual in [include_str!("../../docs/clocks.md"), include_str!("../../docs/clocks.es.md")] {
            let example = manual.split("```toml\n").find(|text| text.starts_with("# calendars/")).and_then(|text| text.split("```").next());
            let (config, errors, _) = load_files(&[("w.toml", LIST), ("calendars/ec.toml", example.expect("an example"))]);
            let config = config.unwrap_or_else(|| panic!("{errors:?}"));
            let calendar = config.calendar_of(&config.cases[0].case);
            let off = |code: &str| !calendar.is_business(date(2026, 11, 26), &Court { place: Some(code.into()), ..Court::default() });
            assert!(off("17230") && off("17721") && !off("09359") && !calendar.is_business(date(2026, 12, 4), &Court::default()));
        }
    }
}
