//! Reads the hours during which a source may be asked: `"mon-fri 06:00-22:00"`.
//!
//! Used for `[veedor] hours` and `[source.ID] hours`. What the hours mean is `domain::schedule`'s.

use jiff::civil::{Time, time};

use crate::domain::schedule::Hours;

/// English and Spanish names, Monday first.
const DAYS: [[&str; 3]; 7] = [
    ["mon", "lun", "lun"],
    ["tue", "mar", "mar"],
    ["wed", "mie", "mié"],
    ["thu", "jue", "jue"],
    ["fri", "vie", "vie"],
    ["sat", "sab", "sáb"],
    ["sun", "dom", "dom"],
];

/// The end of a day in a span that ends before its end.
pub(super) const LAST: Time = time(23, 59, 59, 999_999_999);

/// The hours that a text names; `None` inside means always. The error is one sentence.
pub(super) fn parse(text: &str) -> Result<Option<Hours>, String> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return Ok(None);
    }
    let (days, times) = match text.rsplit_once(char::is_whitespace) {
        Some((days, times)) => (parse_days(days)?, times),
        None if text.contains(':') => ([true; 7], text.as_str()),
        None => return Err(format!("\"{text}\" names no times of day")),
    };
    let (from, until) = times.split_once('-').ok_or_else(|| format!("\"{times}\" is not a span of times"))?;
    let (from, until) = (parse_time(from)?, parse_time(until)?);
    if from >= until {
        return Err(format!("\"{times}\" must end after it begins, on the same day"));
    }
    Ok(Some(Hours { days, from, until }))
}

/// Hours as the watch list writes them, in English: `mon-fri 06:00-22:00`.
pub fn spell(hours: &Hours) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for day in (0..DAYS.len()).filter(|day| hours.days[*day]) {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == day => *last = day,
            _ => runs.push((day, day)),
        }
    }
    let days: Vec<String> = runs
        .iter()
        .map(|(first, last)| if first == last { DAYS[*first][0].to_owned() } else { format!("{}-{}", DAYS[*first][0], DAYS[*last][0]) })
        .collect();
    let until = if hours.until == LAST { "24:00".to_owned() } else { hours.until.strftime("%H:%M").to_string() };
    format!("{} {}-{until}", days.join(","), hours.from.strftime("%H:%M"))
}

/// The English name of a day, Monday first.
pub(super) fn day_name(day: usize) -> &'static str {
    DAYS.get(day).map_or("mon", |names| names[0])
}

fn parse_days(text: &str) -> Result<[bool; 7], String> {
    let mut days = [false; 7];
    for part in text.split(',').map(str::trim) {
        let (first, last) = match part.split_once('-') {
            Some((first, last)) => (parse_day(first)?, parse_day(last)?),
            None => (parse_day(part)?, parse_day(part)?),
        };
        let mut day = first;
        days[day] = true;
        // A range may run over the end of the week: "sat-mon".
        while day != last {
            day = (day + 1) % 7;
            days[day] = true;
        }
    }
    Ok(days)
}

pub(super) fn parse_day(text: &str) -> Result<usize, String> {
    let text = text.trim();
    DAYS.iter().position(|names| names.contains(&text)).ok_or_else(|| format!("\"{text}\" is not a day"))
}

pub(super) fn parse_time(text: &str) -> Result<Time, String> {
    let wrong = || format!("\"{}\" is not a time of day", text.trim());
    let (hour, minute) = text.trim().split_once(':').ok_or_else(wrong)?;
    let number = |digits: &str| if digits.len() == 2 { digits.parse::<i8>().map_err(|_| wrong()) } else { Err(wrong()) };
    match (number(hour)?, number(minute)?) {
        (24, 0) => Ok(LAST),
        (hour, minute) => Time::new(hour, minute, 0, 0).map_err(|_| wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(text: &str) -> String {
        let hours = parse(text).expect("valid").expect("some");
        hours.days.iter().map(|open| if *open { 'x' } else { '-' }).collect::<String>() + &format!(" {} {}", hours.from, hours.until)
    }

    #[test]
    fn hours_are_read_in_both_languages() {
        assert_eq!(parse(" "), Ok(None));
        for (text, expected) in [
            ("mon-fri 06:00-22:00", "xxxxx-- 06:00:00 22:00:00"),
            ("Lun-Vie 06:00-22:00", "xxxxx-- 06:00:00 22:00:00"),
            ("mié, sáb 07:30-08:00", "--x--x- 07:30:00 08:00:00"),
            ("sat-mon 00:00-24:00", "x----xx 00:00:00 23:59:59.999999999"),
            ("06:00-22:00", "xxxxxxx 06:00:00 22:00:00"),
        ] {
            assert_eq!(days(text), expected, "{text}");
        }
    }

    #[test]
    fn spelt_hours_read_back() {
        for (text, spelt) in [
            ("lun-vie 06:00-22:00", "mon-fri 06:00-22:00"),
            ("sat-mon 00:00-24:00", "mon,sat-sun 00:00-24:00"),
            ("07:30-08:00", "mon-sun 07:30-08:00"),
        ] {
            let hours = parse(text).expect("valid").expect("some");
            assert_eq!(spell(&hours), spelt);
            assert_eq!(parse(spelt), Ok(Some(hours)));
        }
    }

    #[test]
    fn wrong_hours_are_told_in_a_sentence() {
        for (text, expected) in [
            ("mon-fri", "\"mon-fri\" names no times of day"),
            ("mon-fry 06:00-22:00", "\"fry\" is not a day"),
            ("mon 22:00-06:00", "\"22:00-06:00\" must end after it begins, on the same day"),
            ("mon 6-22", "\"6\" is not a time of day"),
            ("mon 06:00-25:00", "\"25:00\" is not a time of day"),
            ("mon 06:00-é:00", "\"é:00\" is not a time of day"),
            ("mon 06:00", "\"06:00\" is not a span of times"),
            (", 06:00-07:00", "\"\" is not a day"),
        ] {
            assert_eq!(parse(text), Err(expected.to_owned()), "{text}");
        }
    }
}
