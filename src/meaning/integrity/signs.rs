//! The words by which entries show what the detectors look for, and the hours of the courts: data of languages and jurisdictions.
//!
//! Read from the `[[sign]]` tables and `[court_hours]`; asked by the detectors of raffles and of hours. They judge nothing alone.

use jiff::civil::{Date, Time};

use crate::diag::{At, Reader};
use crate::domain::docket::Entry;
use crate::meaning::language::Language;
use crate::meaning::phrase::Phrase;
use crate::meaning::tokens::Tokens;

/// What a text may be a sign of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// The case was given to a judge or a court by lot.
    Raffle,
    /// Somebody else was chosen by lot: an expert, a notary.
    OtherRaffle,
    /// A case is given to somebody else for a reason.
    RaffleReason,
    /// Courts act in such a matter at any hour.
    AnyHour,
    /// Such matters are raffled at any hour.
    RaffleAnyHour,
}

const NAMES: [(&str, Sign); 5] = [
    ("raffle", Sign::Raffle),
    ("other_raffle", Sign::OtherRaffle),
    ("raffle_reason", Sign::RaffleReason),
    ("any_hour", Sign::AnyHour),
    ("raffle_any_hour", Sign::RaffleAnyHour),
];

/// The signs of a language and a jurisdiction.
#[derive(Debug, Clone, Default)]
pub struct Signs {
    rules: Vec<Rule>,
    hours: Option<(i8, i8)>,
}

#[derive(Debug, Clone)]
struct Rule {
    sign: Sign,
    phrases: Vec<Phrase>,
    /// Texts that must show it.
    #[cfg_attr(not(test), expect(dead_code, reason = "the examples are for the reader of the file and for the test that runs them"))]
    examples: Vec<String>,
    /// Texts that must not.
    #[cfg_attr(not(test), expect(dead_code, reason = "as above"))]
    counter: Vec<String>,
}

impl Signs {
    /// Adds the tables of a file; mistakes go to the reader's sink.
    pub fn read(&mut self, reader: &mut Reader<'_>) {
        if reader.has("sign") {
            self.rules.extend(reader.tables("sign").into_iter().filter_map(Rule::read));
        }
        if reader.has("court_hours")
            && let Some(mut table) = reader.table("court_hours")
        {
            table.required_text("why");
            let mut hour = |key: &str| table.integer(key, 0, 24).and_then(|hour| i8::try_from(hour.value).ok());
            let (from, until) = (hour("from"), hour("until"));
            if from.is_none() || until.is_none() {
                table.report("from", "court_hours needs `from` and `until`, whole hours", None);
            }
            self.hours = self.hours.or_else(|| from.zip(until));
            table.finish();
        }
    }

    /// Whether a text shows it.
    pub fn show(&self, sign: Sign, text: &str, language: &Language) -> bool {
        let mut rules = self.rules.iter().filter(|rule| rule.sign == sign).peekable();
        if rules.peek().is_none() || text.is_empty() {
            return false;
        }
        let tokens = Tokens::one_sentence(text, language);
        rules.any(|rule| rule.phrases.iter().any(|phrase| phrase.is_in(&tokens)))
    }

    /// The day and hour of an entry, when that is no hour of work: at night, or at the end of the week. `None` where nothing is known of the
    /// hours of these courts, or of that of the entry: the first and the last minute of a day stand for none.
    pub fn out_of_hours(&self, entry: &Entry) -> Option<(Date, Time)> {
        let ((from, until), date, time) = (self.hours?, entry.date?, entry.time?);
        let is_known = !matches!((time.hour(), time.minute()), (0, 0) | (23, 59));
        let is_weekend = date.weekday().to_monday_zero_offset() > 4;
        (is_known && (is_weekend || time.hour() < from || time.hour() >= until)).then_some((date, time))
    }
}

impl Rule {
    fn read(mut table: Reader<'_>) -> Option<Self> {
        let sign = table.choice("name", &NAMES);
        if !table.has("name") {
            table.report("name", "a sign needs a name", None);
        }
        let mut phrases = Vec::new();
        for At { value, span } in table.texts("phrases").unwrap_or_default() {
            match Phrase::parse(&value) {
                Ok(phrase) => phrases.push(phrase),
                Err(why) => table.sink().report(span, why, None),
            }
        }
        let mut plain = |key: &str| table.texts(key).unwrap_or_default().into_iter().map(|at| at.value).collect::<Vec<String>>();
        let (examples, counter) = (plain("examples"), plain("counter"));
        if phrases.is_empty() || examples.is_empty() {
            table.report("name", "a sign needs phrases and examples", None);
        }
        table.required_text("why");
        table.finish();
        Some(Self { sign: sign?.value, phrases, examples, counter })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meaning::{Meaning, jurisdictions, languages, vectors};
    use jiff::civil::{date, time};

    #[test]
    fn every_sign_is_in_its_examples_and_in_none_of_what_it_must_not_meet() {
        let mut wrong = Vec::new();
        let mut count = 0;
        for (jurisdiction, language) in jurisdictions().into_iter().flat_map(|id| languages().into_iter().map(move |words| (id, words))) {
            let meaning = Meaning::shipped(jurisdiction, language);
            for rule in &meaning.signs.rules {
                let shows = |text: &String| meaning.signs.show(rule.sign, text, &meaning.language);
                count += rule.examples.len();
                wrong.extend(rule.examples.iter().filter(|text| !shows(text)).map(|text| format!("{:?} is not in {text}", rule.sign)));
                wrong.extend(rule.counter.iter().filter(|text| shows(text)).map(|text| format!("{:?} is in {text}", rule.sign)));
            }
        }
        assert!(count > 10 && wrong.is_empty(), "{count} examples\n{}", wrong.join("\n"));
    }

    #[test]
    fn nights_and_the_ends_of_weeks_are_no_hours_of_work_where_the_hours_are_known() {
        let at = |jurisdiction: &str, day: Date, time: Option<Time>| {
            let entry = Entry { date: Some(day), time, ..vectors::entry("", "") };
            Meaning::shipped(jurisdiction, "es").signs.out_of_hours(&entry).is_some()
        };
        let (friday, saturday) = (date(2026, 11, 20), date(2026, 11, 21));
        for (day, hour, minute, expected) in [
            (friday, 5, 59, true),
            (friday, 6, 0, false),
            (friday, 21, 59, false),
            (friday, 22, 0, true),
            (saturday, 10, 0, true),
            (saturday, 0, 0, false),
            (friday, 23, 59, false),
        ] {
            assert_eq!(at("ec", day, Some(time(hour, minute, 0, 0))), expected, "{day} {hour}:{minute}");
        }
        assert!(!at("ec", saturday, None) && !at("xx", saturday, Some(time(10, 0, 0, 0))));
    }
}
