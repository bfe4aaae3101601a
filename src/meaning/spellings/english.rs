//! How courts of the United States and the United Kingdom spell days and hours.

use jiff::civil::{Date, Time, Weekday};

use super::{Entered, Style, Tongue, Written};

pub(super) const TONGUE: Tongue = Tongue { language: "en", jurisdictions: &["us", "uk", ""], ways: (13, 11, 5), write };

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const ORDINALS: [&str; 20] = [
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
];
const HOURS: [&str; 13] = ["", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

fn ordinal_in_words(day: usize) -> String {
    match day {
        0..20 => ORDINALS[day].to_owned(),
        20 => "twentieth".to_owned(),
        30 => "thirtieth".to_owned(),
        31 => "thirty-first".to_owned(),
        _ => format!("twenty-{}", ORDINALS[day - 20]),
    }
}

fn suffix(day: i8) -> &'static str {
    match day {
        11..=13 => "th",
        _ if day % 10 == 1 => "st",
        _ if day % 10 == 2 => "nd",
        _ if day % 10 == 3 => "rd",
        _ => "th",
    }
}

fn weekday(day: Date, short: bool) -> &'static str {
    let (long, abbreviated) = match day.weekday() {
        Weekday::Monday => ("Monday", "Mon."),
        Weekday::Tuesday => ("Tuesday", "Tues."),
        Weekday::Wednesday => ("Wednesday", "Wed."),
        Weekday::Thursday => ("Thursday", "Thurs."),
        Weekday::Friday => ("Friday", "Fri."),
        Weekday::Saturday => ("Saturday", "Sat."),
        Weekday::Sunday => ("Sunday", "Sun."),
    };
    if short { abbreviated } else { long }
}

fn written_day(jurisdiction: &str, date: Date, style: &Style) -> String {
    let (day, month, year) = (date.day(), date.month(), date.year());
    let name = MONTHS[usize::from(month.unsigned_abs()) - 1];
    let (d, m) = if style.padded { (format!("{day:02}"), format!("{month:02}")) } else { (day.to_string(), month.to_string()) };
    let (first, second) = if jurisdiction == "us" { (&m, &d) } else { (&d, &m) };
    let end = suffix(day);
    let full = match style.date {
        0 => format!("{first}/{second}/{year}"),
        1 => format!("{first}/{second}/{:02}", year % 100),
        2 => format!("{first}-{second}-{year}"),
        3 => date.to_string(),
        4 => format!("{name} {day}, {year}"),
        5 if name.len() > 4 => format!("{}. {day}, {year}", &name[..3]),
        5 => format!("{name} {day} {year}"),
        6 => format!("{name} {day}{end}, {year}"),
        7 => format!("{d} {name} {year}"),
        8 => format!("{day}{end} {name} {year}"),
        9 => format!("the {day}{end} day of {name}, {year}"),
        10 => format!("the {} day of {name}, {year}", ordinal_in_words(usize::from(day.unsigned_abs()))),
        11 => format!("{name} {day}"),
        _ => format!("{d}-{}-{year}", &name[..3]),
    };
    if style.weekday { format!("{}, {full}", weekday(date, style.split)) } else { full }
}

fn written_hour(time: Time, style: &Style) -> String {
    let (hour, minute) = (usize::from(time.hour().unsigned_abs()), usize::from(time.minute().unsigned_abs()));
    let on_twelve = if hour.is_multiple_of(12) { 12 } else { hour % 12 };
    let h = if style.padded { format!("{on_twelve:02}") } else { on_twelve.to_string() };
    let half = |am: &'static str, pm: &'static str| if hour < 12 { am } else { pm };
    match style.hour {
        // Twelve at night is written in 24 hours, because nobody agrees what 12 a.m. is.
        _ if hour == 0 => format!("{hour:02}:{minute:02}"),
        0 => format!("{h}:{minute:02} {}", half("a.m.", "p.m.")),
        1 => format!("{h}:{minute:02} {}", half("AM", "PM")),
        2 => format!("{h}:{minute:02}{}", half("am", "pm")),
        3 => format!("{h}.{minute:02}{}", half("am", "pm")),
        4 => format!("{hour:02}:{minute:02}"),
        5 => format!("{hour:02}{minute:02} hrs"),
        6 => format!("{hour:02}{minute:02} hours"),
        7 if minute == 0 => format!("{on_twelve} {}", half("a.m.", "p.m.")),
        7 => format!("{hour:02}:{minute:02}"),
        8 if minute == 0 => format!("{} o'clock {}", HOURS[on_twelve], half("a.m.", "p.m.")),
        8 => format!("{h}:{minute:02} o'clock {}", half("a.m.", "p.m.")),
        9 if hour == 12 && minute == 0 => "12 noon".to_owned(),
        9 => format!("{on_twelve}:{minute:02} {}", half("in the morning", if hour < 18 { "in the afternoon" } else { "in the evening" })),
        _ => format!("{h}:{minute:02} {}", half("A.M.", "P.M.")),
    }
}

fn write(jurisdiction: &str, date: Date, time: Time, style: &Style) -> Written {
    let (day, hour) = (written_day(jurisdiction, date, style), written_hour(time, style));
    let text = match style.sentence {
        0 => format!("Status Conference set for {day} at {hour} in Courtroom 12B before Judge Jane Doe."),
        1 => format!("The sentencing of Richard Roe will be held on {day}, at {hour}."),
        2 => format!("A pretrial conference is scheduled for {hour} on {day}."),
        3 => format!("The case is listed for trial on {day} at {hour}."),
        _ => format!("IT IS ORDERED that a hearing shall take place on {day} at {hour}."),
    };
    Written { text, entered: Entered::Before }
}
