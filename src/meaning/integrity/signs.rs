//! The words by which entries show what the detectors look for, and the hours of the courts: data of languages and jurisdictions.
//!
//! Read from the `[[sign]]` tables and `[court_hours]`; asked by the detectors of raffles and of hours. They judge nothing alone.

use jiff::civil::{Date, Time};

use crate::days::{Calendar, Confidence, Count, Cover, Day, Scope};
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

    /// The day and hour of an entry, when that is no hour of work: at night, at the end of the week, or on a holiday. `None` where nothing is
    /// known of the hours of these courts, or of that of the entry: the first and the last minute of a day stand for none.
    pub fn out_of_hours(&self, entry: &Entry, days: &Calendar) -> Option<(Date, Time)> {
        let ((from, until), date, time) = (self.hours?, entry.date?, entry.time?);
        let is_known = !matches!((time.hour(), time.minute()), (0, 0) | (23, 59));
        let is_night = time.hour() < from || time.hour() >= until;
        (is_known && (is_night || is_day_off(date, days))).then_some((date, time))
    }
}

/// Whether courts are closed on a day all over the country. A holiday of one place or one matter is not asked for, because an entry may be that of
/// another court than the number of its case says; nor is one of which the calendar is not sure. Recess and suspension stop time limits and
/// close no court: in the recess of civil matters those for crimes and families work as ever, and in every matter there is somebody on duty, so
/// that weeks of ordinary acts would be told.
fn is_day_off(date: Date, days: &Calendar) -> bool {
    match days.day(date, &Scope::default(), Count::Termino) {
        Day::Weekend => true,
        Day::Holiday(cause) => cause.confidence > Confidence::Low && days.covers(date) != Cover::Outside,
        Day::Business | Day::Recess(_) | Day::Suspended(_) => false,
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
            let meaning = Meaning::shipped(jurisdiction, "es");
            meaning.signs.out_of_hours(&entry, &meaning.days).is_some()
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

    #[test]
    fn holidays_of_the_country_are_no_hours_of_work_and_recess_is() {
        let shipped = Meaning::shipped("ec", "es");
        let is_odd = |meaning: &Meaning, day: Date| {
            let entry = Entry { date: Some(day), time: Some(time(10, 0, 0, 0)), ..vectors::entry("", "") };
            meaning.signs.out_of_hours(&entry, &meaning.days).is_some()
        };
        for (day, expected, why) in [
            (date(2026, 11, 3), true, "the independence of Cuenca, a holiday of the country"),
            (date(2022, 5, 23), true, "where 24 May was moved"),
            (date(2022, 5, 24), false, "from where it was moved"),
            (date(2025, 1, 3), true, "a decree gave it"),
            (date(2026, 8, 5), false, "the recess of civil courts in the Sierra"),
            (date(2026, 12, 28), false, "the recess at the end of the year"),
            (date(2020, 4, 1), false, "the suspension of 2020"),
            (date(2026, 7, 24), false, "a holiday of Guayaquil alone"),
            (date(1990, 12, 25), false, "the law of that time is not in the calendar"),
        ] {
            assert_eq!(is_odd(&shipped, day), expected, "{day}: {why}");
        }
        let own = |row: &str| {
            let words = "name = { es = \"F\", en = \"H\" }\nsource = \"s\"\nid = \"own\"\n";
            shipped.with_days(std::sync::Arc::new(shipped.days.with(&format!("{row}{words}"), "own.toml").expect("it is good")))
        };
        let sure = own("[[decree]]\noff = [\"2026-12-04\"]\nwork = [\"2026-12-12\"]\nconfidence = \"high\"\n");
        assert!(is_odd(&sure, date(2026, 12, 4)) && !is_odd(&shipped, date(2026, 12, 4)), "a decree of the operator's");
        assert!(!is_odd(&sure, date(2026, 12, 12)) && is_odd(&shipped, date(2026, 12, 12)), "a Saturday that is worked");
        let unsure = own("[[holiday]]\non = \"12-04\"\nconfidence = \"low\"\n");
        assert!(!is_odd(&unsure, date(2026, 12, 4)), "nothing is claimed on it alone");
        let recess = own("[[recess]]\nfrom = \"12-01\"\nto = \"12-09\"\nconfidence = \"high\"\n");
        assert!(!is_odd(&recess, date(2026, 12, 4)), "a recess of every matter");
    }
}
