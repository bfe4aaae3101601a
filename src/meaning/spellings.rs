//! Writes days and hours as courts spell them and reads them back, in each language.
//!
//! The spellings are drawn at random, so that combinations are tried which nobody listed. Each must give exactly the day and the hour
//! that were written. How a language spells is a file of its own; what is drawn and how it is judged is here.

mod english;
mod portuguese;
mod spanish;

use jiff::ToSpan;
use jiff::civil::{Date, Time};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::Meaning;
use super::vectors::entry;
use crate::domain::hearing::HearingStatus;

/// How the courts of a language write.
struct Tongue {
    language: &'static str,
    /// The jurisdictions to read in; an empty one has the words of the language alone.
    jurisdictions: &'static [&'static str],
    /// How many ways there are to write a day, an hour and the sentence around them.
    ways: (usize, usize, usize),
    /// Writes a hearing that is set, for a jurisdiction.
    write: fn(&str, Date, Time, &Style) -> Written,
}

/// What is drawn beside the day and the hour.
#[derive(Debug, Clone)]
struct Style {
    date: usize,
    hour: usize,
    sentence: usize,
    split: bool,
    weekday: bool,
    upper: bool,
    padded: bool,
}

/// A text, and when its entry must have been made for it to mean this day.
struct Written {
    text: String,
    entered: Entered,
}

/// Words such as "this month" are read from the day of the entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entered {
    /// Some days before.
    Before,
    /// In the same year.
    SameYear,
    /// In the same month.
    SameMonth,
}

/// A day, an hour, the days between the entry and the hearing, and the style.
type Drawn = ((i16, i8, i8), (i8, i8), i8, Style);

fn drawn(tongue: &Tongue) -> impl Strategy<Value = Drawn> + use<> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let (dates, hours, sentences) = tongue.ways;
    let style = (0..dates, 0..hours, 0..sentences, flags).prop_map(|(date, hour, sentence, (split, weekday, upper, padded))| Style {
        date,
        hour,
        sentence,
        split,
        weekday,
        upper,
        padded,
    });
    let minute = prop_oneof![Just(0_i8), Just(15), Just(30), 0_i8..60];
    ((2000_i16..2100, 1_i8..13, 1_i8..32), (0_i8..24, minute), 0_i8..28, style)
}

fn is_read_back(tongue: &Tongue, ((year, month, day), (hour, minute), ahead, style): Drawn) -> TestCaseResult {
    let day = day.min(Date::constant(year, month, 1).days_in_month());
    let (date, time) = (Date::constant(year, month, day), Time::constant(hour, minute, 0, 0));
    for jurisdiction in tongue.jurisdictions {
        let Written { text, entered } = (tongue.write)(jurisdiction, date, time, &style);
        let text = if style.upper { text.to_uppercase() } else { text };
        let before = date.saturating_sub(i32::from(ahead).days());
        let entered = match entered {
            Entered::Before => before,
            Entered::SameYear => before.max(Date::constant(year, 1, 1)),
            Entered::SameMonth => Date::constant(year, month, 1),
        };
        // The day of an order is not ordered for the same day again.
        prop_assume!(entered < date || !text.to_lowercase().starts_with("mediante auto"));
        let found = Meaning::shipped(jurisdiction, tongue.language).classify(&entry("", &text), Some(entered)).hearings;
        let read: Vec<_> = found.iter().map(|mention| (mention.date, mention.time, mention.status)).collect();
        prop_assert_eq!(read, vec![(Some(date), Some(time), HearingStatus::Convened)], "{} on {} in {:?}", text, entered, jurisdiction);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn spanish_is_read_as_it_was_written(drawn in drawn(&spanish::TONGUE)) {
        is_read_back(&spanish::TONGUE, drawn)?;
    }

    #[test]
    fn portuguese_is_read_as_it_was_written(drawn in drawn(&portuguese::TONGUE)) {
        is_read_back(&portuguese::TONGUE, drawn)?;
    }

    #[test]
    fn english_is_read_as_it_was_written(drawn in drawn(&english::TONGUE)) {
        is_read_back(&english::TONGUE, drawn)?;
    }
}
