//! Dates as courts write them: several formats, naive or with an offset, in the source's zone or another.
//!
//! Used by the reading of headings and entries. What cannot be read gives nothing, and the caller notes an oddity.

use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use regex::Regex;

use super::filter::fold;
use super::template::Template;

/// How a date is read.
#[derive(Debug, Clone)]
pub struct DateSpec {
    /// The text.
    pub value: Template,
    /// Tried in this order.
    pub formats: Vec<DateFormat>,
    /// The zone of stamps that name none, when it is not the court's.
    pub zone: Option<TimeZone>,
    /// A stamp that is midnight in this zone is a day without an hour, whatever the court's zone.
    pub days_in: Option<TimeZone>,
}

/// A way of writing a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateFormat {
    /// ISO 8601, with or without time, fraction and offset.
    Iso,
    /// Milliseconds since 1970; 0 is no date.
    EpochMilliseconds,
    /// As mails and feeds write it: "Fri, 03 Feb 2023 12:35:03 EST".
    Rfc2822,
    /// A day in words: "16 de diciembre de 2023", "December 16, 2023", with or without an hour.
    Words,
    /// A strptime pattern such as `%d/%m/%Y %H:%M`.
    Pattern(String),
}

/// A date as read, in the court's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The day.
    pub date: Date,
    /// The time of day, in whole seconds.
    pub time: Option<Time>,
    /// Day and time in full, for ordering.
    pub exact: DateTime,
    /// The instant, where the source gives one.
    pub instant: Option<Timestamp>,
}

impl Stamp {
    /// One spelling, for keys: whichever way a source writes a date, an entry stays the same.
    pub fn canonical(&self) -> String {
        match (self.instant, self.time) {
            (Some(instant), _) => format!("{instant:.3}"),
            (None, Some(_)) => self.exact.to_string(),
            (None, None) => self.date.to_string(),
        }
    }
}

enum Raw {
    Instant(Timestamp),
    Civil(DateTime),
    Day(Date),
}

impl DateFormat {
    /// Reads a format's name or pattern.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "iso" => Ok(Self::Iso),
            "epoch_ms" => Ok(Self::EpochMilliseconds),
            "rfc2822" => Ok(Self::Rfc2822),
            "words" => Ok(Self::Words),
            pattern if pattern.contains('%') => {
                let sample =
                    DateTime::constant(2024, 2, 29, 13, 5, 9, 0).to_zoned_datetime(TimeZone::UTC).map_err(|error| error.to_string())?;
                let written = strtime::format(pattern, &sample).map_err(|error| format!("not a date pattern: {error}"))?;
                strtime::parse(pattern, written).and_then(|read| read.to_date()).map_err(|error| format!("not a date pattern: {error}"))?;
                Ok(Self::Pattern(pattern.to_owned()))
            }
            _ => Err(format!(
                "\"{text}\" is not a date format: write \"iso\", \"epoch_ms\", \"rfc2822\", \"words\" or a pattern such as \"%d/%m/%Y %H:%M\""
            )),
        }
    }

    fn read(&self, text: &str) -> Option<Raw> {
        match self {
            Self::Iso => read_iso(text),
            Self::EpochMilliseconds => {
                let milliseconds: i64 = text.parse().ok().filter(|milliseconds| *milliseconds != 0)?;
                Timestamp::from_millisecond(milliseconds).ok().map(Raw::Instant)
            }
            Self::Rfc2822 => rfc2822::parse(text).ok().map(|stamp| Raw::Instant(stamp.timestamp())),
            Self::Words => read_words(text),
            Self::Pattern(pattern) => {
                let broken = strtime::parse(pattern, text).ok()?;
                if let Ok(instant) = broken.to_timestamp() {
                    return Some(Raw::Instant(instant));
                }
                let date = broken.to_date().ok()?;
                Some(if broken.hour().is_some() { Raw::Civil(date.to_datetime(broken.to_time().ok()?)) } else { Raw::Day(date) })
            }
        }
    }
}

impl DateSpec {
    /// Reads a text into the court's zone.
    pub fn read(&self, text: &str, court: &TimeZone) -> Option<Stamp> {
        let text = text.trim();
        let raw = self.formats.iter().find_map(|format| format.read(text))?;
        let stamp = match raw {
            Raw::Day(date) => Stamp { date, time: None, exact: date.to_datetime(Time::midnight()), instant: None },
            Raw::Civil(civil) => match &self.zone {
                Some(zone) => self.place(zone.to_ambiguous_zoned_datetime(civil).compatible().ok()?.timestamp(), court),
                None => whole(civil),
            },
            Raw::Instant(instant) => self.place(instant, court),
        };
        // A century off is a typing mistake that no alert may repeat as a date.
        (1900..=2100).contains(&stamp.date.year()).then_some(stamp)
    }

    fn place(&self, instant: Timestamp, court: &TimeZone) -> Stamp {
        if let Some(days_in) = &self.days_in {
            let there = days_in.to_datetime(instant);
            if there.time() == Time::midnight() {
                return Stamp { date: there.date(), time: None, exact: there, instant: Some(instant) };
            }
        }
        Stamp { instant: Some(instant), ..whole(court.to_datetime(instant)) }
    }
}

fn whole(exact: DateTime) -> Stamp {
    let (hour, minute, second) = (exact.hour(), exact.minute(), exact.second());
    Stamp { date: exact.date(), time: Time::new(hour, minute, second, 0).ok(), exact, instant: None }
}

fn read_iso(text: &str) -> Option<Raw> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(Raw::Instant(instant));
    }
    if text.len() <= 10 {
        return text.parse::<Date>().ok().map(Raw::Day);
    }
    text.parse::<DateTime>().ok().map(Raw::Civil)
}

/// Month names of the languages that courts in this project write, folded. English and Portuguese share a row where
/// Spanish has its own word.
const MONTHS: [&[&str]; 12] = [
    &["ENERO", "ENE", "JANEIRO", "JANUARY", "JAN"],
    &["FEBRERO", "FEB", "FEVEREIRO", "FEV", "FEBRUARY"],
    &["MARZO", "MAR", "MARCO", "MARCH"],
    &["ABRIL", "ABR", "APRIL", "APR"],
    &["MAYO", "MAY", "MAIO", "MAI"],
    &["JUNIO", "JUN", "JUNHO", "JUNE"],
    &["JULIO", "JUL", "JULHO", "JULY"],
    &["AGOSTO", "AGO", "AUGUST", "AUG"],
    &["SEPTIEMBRE", "SETIEMBRE", "SEP", "SET", "SEPT", "SETEMBRO", "SEPTEMBER"],
    &["OCTUBRE", "OCT", "OUTUBRO", "OUT", "OCTOBER"],
    &["NOVIEMBRE", "NOV", "NOVEMBRO", "NOVEMBER"],
    &["DICIEMBRE", "DIC", "DEZEMBRO", "DEZ", "DECEMBER", "DEC"],
];

/// Reads the first day, month name and year of a text, in this or the English order; an hour after them is kept. What
/// looks like a month may be a day of the week ("mar 5 de marzo").
fn read_words(text: &str) -> Option<Raw> {
    let folded = fold(text);
    let tokens: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|token| !token.is_empty()).collect();
    let (date, year) = (0..tokens.len()).find_map(|at| date_around(&tokens, at))?;
    let rest = folded.split_once(year).map(|(_, rest)| rest).unwrap_or_default();
    Some(hour_of(rest).map_or(Raw::Day(date), |time| Raw::Civil(date.to_datetime(time))))
}

/// The date whose month is at this place, and its year as written.
fn date_around<'t>(tokens: &[&'t str], at: usize) -> Option<(Date, &'t str)> {
    let month = month_of(tokens[at])?;
    let mut after = tokens[at + 1..].iter().copied().filter(|token| !matches!(*token, "DE" | "DEL" | "ANO" | "OF")).peekable();
    let before = tokens[..at].iter().rev().copied().find(|token| !matches!(*token, "DE" | "DEL" | "DO" | "OF"));
    let day = match before.and_then(small_number) {
        Some(day) => day,
        None => small_number(after.next()?)?,
    };
    let year = after.next()?;
    // "5 mar 24": a day stands before the month, so what follows it is a year and no other number.
    let full = match year.len() {
        4 => year.parse().ok()?,
        2 if before.and_then(small_number).is_some() => year.parse::<i16>().ok().map(|year| year + 2000)?,
        _ => return None,
    };
    Some((Date::new(full, month, day).ok()?, year))
}

fn month_of(token: &str) -> Option<i8> {
    MONTHS.iter().position(|names| names.contains(&token)).and_then(|index| i8::try_from(index + 1).ok())
}

fn small_number(token: &str) -> Option<i8> {
    let digits = token.trim_end_matches(|c: char| c.is_alphabetic());
    digits.parse().ok().filter(|day| (1..=31).contains(day))
}

/// The hour of the first words after a date: `10:30`, `10H30`, with or without "p.m.". Two numbers side by side are none.
fn hour_of(rest: &str) -> Option<Time> {
    static HOUR: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern = HOUR
        .get_or_init(|| Regex::new(r"^.{0,40}?\b(\d{1,2}) ?[:H] ?(\d{2})\b(?::\d{2}\b)?(?: ?(A|P)\. ?M\b| ?(A|P)M\b)?").ok())
        .as_ref()?;
    let found = pattern.captures(rest)?;
    let number = |group| found.get(group).and_then(|text| text.as_str().parse::<i8>().ok());
    let half = found.get(3).or_else(|| found.get(4)).map(|half| half.as_str());
    let hour = match (number(1)?, half) {
        (12, Some("A")) => 0,
        (hour @ 1..=11, Some("P")) => hour + 12,
        (hour, _) => hour,
    };
    Time::new(hour, number(2)?, 0, 0).ok()
}

/// A zone by its name, from the copy of the zone database that is compiled in.
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(formats: &[&str], zone_name: Option<&str>, text: &str, court: &str) -> String {
        let spec = DateSpec {
            value: Template::parse("{{ x }}").unwrap(),
            formats: formats.iter().map(|format| DateFormat::parse(format).unwrap()).collect(),
            zone: zone_name.map(|name| zone(name).unwrap()),
            days_in: zone("America/Guayaquil"),
        };
        let stamp = spec.read(text, &zone(court).unwrap());
        stamp.map_or("-".to_owned(), |stamp| stamp.time.map_or(stamp.date.to_string(), |time| format!("{} {time}", stamp.date)))
    }

    #[test]
    fn stamps_are_placed_in_the_zone_of_the_court() {
        let (quito, galapagos) = ("America/Guayaquil", "Pacific/Galapagos");
        for (text, court, expected) in [
            ("2024-03-13T20:23:39.000+00:00", quito, "2024-03-13 15:23:39"),
            ("2024-03-14T02:23:39.163+00:00", quito, "2024-03-13 21:23:39"),
            ("2024-03-13T20:23:39Z", galapagos, "2024-03-13 14:23:39"),
            ("2024-03-13T20:23:39.5", quito, "2024-03-13 15:23:39"),
            // The server makes day stamps in Quito, for the islands too (`ecuador.md` 6.3).
            ("2021-01-07T05:00:00.000+00:00", quito, "2021-01-07"),
            ("2021-01-07T05:00:00.000+00:00", galapagos, "2021-01-07"),
            ("2024-03-13", quito, "2024-03-13"),
            ("0024-03-13T20:23:39.000+00:00", quito, "-"),
            ("2024-13-13T20:23:39.000+00:00", quito, "-"),
            ("", quito, "-"),
            ("mañana", quito, "-"),
        ] {
            assert_eq!(read(&["iso"], Some("UTC"), text, court), expected, "{text} {court}");
        }
    }

    #[test]
    fn naive_stamps_are_local_when_nothing_else_is_said() {
        assert_eq!(read(&["iso"], None, "2024-03-19T20:30:09.69", "America/Guayaquil"), "2024-03-19 20:30:09");
    }

    #[test]
    fn other_ways_of_writing_a_date_are_read() {
        for (format, text, expected) in [
            ("%d/%m/%Y %H:%M", "24/02/2022 09:29", "2022-02-24 09:29:00"),
            ("%d/%m/%Y", "24/02/2022", "2022-02-24"),
            ("%d-%m-%Y", "31-02-2022", "-"),
            ("epoch_ms", "1686242316100", "2023-06-08 11:38:36"),
            ("epoch_ms", "0", "-"),
            ("rfc2822", "Fri, 03 Feb 2023 12:35:03 EST", "2023-02-03 12:35:03"),
            ("rfc2822", "Tue, 15 May 2018 02:14:26 GMT", "2018-05-14 21:14:26"),
            ("words", "Quito, 16 de diciembre de 2023", "2023-12-16"),
            ("words", "martes 5 de marzo del año 2024, a las 16:29", "2024-03-05 16:29:00"),
            ("words", "27 DE NOVIEMBRE DEL 2017 A LAS 14H10", "2017-11-27 14:10:00"),
            ("words", "July 29, 2024", "2024-07-29"),
            ("words", "1º de setembro de 2025", "2025-09-01"),
            ("words", "mar 5 de marzo de 2024", "2024-03-05"),
            ("words", "Mar, 05 Mar 2024 10:30", "2024-03-05 10:30:00"),
            ("words", "mié 6 mar 24", "2024-03-06"),
            ("words", "July 29, 24", "-"),
            ("words", "5 de marzo de 2024 | 12 30 vistas", "2024-03-05"),
            ("words", "5 de marzo de 2024, 3:05 p. m.", "2024-03-05 15:05:00"),
            ("words", "5 de marzo de 2024 10h5", "2024-03-05"),
            ("words", "5 de marzo del 2024 a las 25:10", "2024-03-05"),
            ("words", "nada", "-"),
            ("words", "30 de febrero de 2024", "-"),
        ] {
            assert_eq!(read(&[format], None, text, "America/Guayaquil"), expected, "{text}");
        }
    }

    #[test]
    fn one_instant_has_one_spelling() {
        let spec =
            DateSpec { value: Template::parse("{{ x }}").unwrap(), formats: vec![DateFormat::Iso], zone: zone("UTC"), days_in: None };
        let canonical = |text: &str| spec.read(text, &zone("America/Guayaquil").unwrap()).unwrap().canonical();
        for text in [
            "2024-03-13T20:23:39.000+00:00",
            "2024-03-13T20:23:39+00:00",
            "2024-03-13T20:23:39Z",
            "2024-03-13T15:23:39.0-05:00",
            "2024-03-13T20:23:39",
        ] {
            assert_eq!(canonical(text), "2024-03-13T20:23:39.000Z", "{text}");
        }
        assert_eq!(canonical("2024-03-08T20:09:14.163Z"), "2024-03-08T20:09:14.163Z");
        assert_eq!(canonical("2024-03-08"), "2024-03-08");
    }

    #[test]
    fn a_bad_format_is_named() {
        assert!(DateFormat::parse("dd/mm/yyyy").unwrap_err().contains("%d/%m/%Y"));
        assert!(DateFormat::parse("%H:%M").unwrap_err().contains("not a date pattern"));
    }
}
