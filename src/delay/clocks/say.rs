//! A rule's own sentence, with the numbers of a clock put into it.
//!
//! Called by [`engine`](super::engine). The sentences are data (`message` of a rule); how states are called is `message`'s work.

use crate::domain::clocks::Clock;
use crate::domain::redact::Words;

/// The places that a sentence may have.
pub const PLACES: [&str; 6] = ["{elapsed}", "{business}", "{start}", "{due}", "{late}", "{basis}"];

/// The sentence in both languages.
pub fn filled(words: &Words, clock: &Clock) -> Words {
    let [es, en] = [(&words.es, "–"), (&words.en, "–")].map(|(text, none)| {
        let day = |day: Option<jiff::civil::Date>| day.map_or(none.to_owned(), |day| day.to_string());
        let number = |number: Option<i64>| number.map_or(none.to_owned(), |number| number.to_string());
        let values = [
            number(clock.elapsed),
            number(clock.elapsed_business),
            day(clock.start),
            day(clock.due),
            number(clock.late),
            clock.basis.clone(),
        ];
        PLACES.iter().zip(values).fold(text.clone(), |text, (place, value)| text.replace(place, &value))
    });
    Words { es, en }
}

/// The first place in braces that no sentence has.
pub fn unknown_place(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let end = rest[start..].find('}').map_or(rest.len(), |end| start + end + 1);
        let place = &rest[start..end];
        if !PLACES.contains(&place) {
            return Some(place);
        }
        rest = &rest[end..];
    }
    None
}
