//! Dates and times as people write them, in Spanish and in English.
//!
//! Always the court's calendar: a day is never shifted to the reader's zone.

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

use crate::domain::about::Language;

const SHORT_ES: [&str; 12] = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"];
const SHORT_EN: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const LONG_ES: [&str; 12] =
    ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"];
const LONG_EN: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

fn month(date: Date, names: &[&'static str; 12]) -> &'static str {
    let at = usize::try_from(date.month()).unwrap_or(1).saturating_sub(1);
    names.get(at).copied().unwrap_or_default()
}

/// `20-feb-2024`, `20 Feb 2024`.
pub fn day(date: Date, language: Language) -> String {
    match language {
        Language::Es => format!("{:02}-{}-{}", date.day(), month(date, &SHORT_ES), date.year()),
        Language::En => format!("{} {} {}", date.day(), month(date, &SHORT_EN), date.year()),
    }
}

/// `20-feb-2024 09:00`; the day alone when the hour is not known.
pub fn moment(date: Date, time: Option<Time>, language: Language) -> String {
    match time {
        Some(time) => format!("{} {:02}:{:02}", day(date, language), time.hour(), time.minute()),
        None => day(date, language),
    }
}

/// `martes 12 de marzo de 2024`, `Tuesday 12 March 2024`.
pub fn long_day(date: Date, language: Language) -> String {
    let weekday = weekday(date.weekday(), language);
    match language {
        Language::Es => format!("{weekday} {} de {} de {}", date.day(), month(date, &LONG_ES), date.year()),
        Language::En => format!("{weekday} {} {} {}", date.day(), month(date, &LONG_EN), date.year()),
    }
}

/// `feb 2024`, `Feb 2024`: on an axis, and where there is little room.
pub fn short_month(date: Date, language: Language) -> String {
    match language {
        Language::Es => format!("{} {}", month(date, &SHORT_ES), date.year()),
        Language::En => format!("{} {}", month(date, &SHORT_EN), date.year()),
    }
}

/// `febrero de 2024`, `February 2024`: above a month of a calendar.
pub fn long_month(date: Date, language: Language) -> String {
    match language {
        Language::Es => format!("{} de {}", month(date, &LONG_ES), date.year()),
        Language::En => format!("{} {}", month(date, &LONG_EN), date.year()),
    }
}

/// `14-mar-2024 10:04`: when we saw something, on the court's clock, for one line.
pub fn short_instant(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let local = at.to_zoned_datetime(zone.clone());
    moment(local.date(), Some(local.time()), language)
}

/// `14-mar-2024 10:04:01 (America/Guayaquil, UTC-05)`: when we saw something, on the court's clock.
pub(super) fn instant(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let local = at.to_zoned_datetime(zone.clone());
    let time = local.time();
    let clock = format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    let name = zone.iana_name().map_or_else(String::new, |name| format!("{name}, "));
    format!("{} {clock} ({name}UTC{})", day(local.date(), language), local.offset())
}

/// The name of a day of the week, as it stands within a sentence.
pub fn weekday(day: Weekday, language: Language) -> &'static str {
    let (es, en) = match day {
        Weekday::Monday => ("lunes", "Monday"),
        Weekday::Tuesday => ("martes", "Tuesday"),
        Weekday::Wednesday => ("miércoles", "Wednesday"),
        Weekday::Thursday => ("jueves", "Thursday"),
        Weekday::Friday => ("viernes", "Friday"),
        Weekday::Saturday => ("sábado", "Saturday"),
        Weekday::Sunday => ("domingo", "Sunday"),
    };
    match language {
        Language::Es => es,
        Language::En => en,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    #[test]
    fn days_are_written_as_in_both_languages() {
        let at = date(2024, 3, 2);
        assert_eq!(moment(at, Some(time(9, 5, 59, 0)), Language::Es), "02-mar-2024 09:05");
        assert_eq!(moment(at, None, Language::En), "2 Mar 2024");
        assert_eq!(long_day(at, Language::Es), "sábado 2 de marzo de 2024");
        assert_eq!(long_day(date(2024, 12, 31), Language::En), "Tuesday 31 December 2024");
    }

    #[test]
    fn what_we_saw_stands_on_the_courts_clock() {
        let zone = TimeZone::get("America/Guayaquil").expect("bundled");
        let at = "2024-03-15T03:04:01Z".parse().expect("valid");
        assert_eq!(instant(at, &zone, Language::Es), "14-mar-2024 22:04:01 (America/Guayaquil, UTC-05)");
    }
}
