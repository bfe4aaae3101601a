//! How courts spell days and hours in Spanish.

use jiff::civil::{Date, Time, Weekday};

use super::{Entered, Style, Tongue, Written};

pub(super) const TONGUE: Tongue = Tongue { language: "es", jurisdictions: &["ec", ""], ways: (16, 14, 4), write };

const MONTHS: [&str; 12] =
    ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"];
const UNITS: [&str; 30] = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciséis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
];
const TENS: [&str; 10] = ["", "diez", "veinte", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"];

/// A number under a hundred in words; `split` writes "veinte y cuatro" for "veinticuatro".
fn words(number: usize, split: bool) -> String {
    let (tens, unit) = (number / 10, number % 10);
    if number < 16 || number == 20 || (number < 30 && !split) {
        UNITS[number].to_owned()
    } else if unit == 0 {
        TENS[tens].to_owned()
    } else {
        format!("{} y {}", TENS[tens], UNITS[unit])
    }
}

fn year_in_words(year: i16, split: bool) -> String {
    match usize::try_from(year % 100).unwrap_or_default() {
        0 => "dos mil".to_owned(),
        rest => format!("dos mil {}", words(rest, split)),
    }
}

fn weekday(day: Date) -> &'static str {
    match day.weekday() {
        Weekday::Monday => "lunes",
        Weekday::Tuesday => "martes",
        Weekday::Wednesday => "miércoles",
        Weekday::Thursday => "jueves",
        Weekday::Friday => "viernes",
        Weekday::Saturday => "sábado",
        Weekday::Sunday => "domingo",
    }
}

/// The day as this style writes it, and a sentence that must stand before it.
fn written_day(date: Date, style: &Style) -> (String, &'static str, String) {
    let (day, month, year) = (date.day(), date.month(), date.year());
    let name = if month == 9 && style.split { "setiembre" } else { MONTHS[usize::from(month.unsigned_abs()) - 1] };
    let spoken = words(usize::from(day.unsigned_abs()), style.split);
    let of = ["de", "del", "del año"][(style.hour + style.sentence) % 3];
    let (d, m) = if style.padded { (format!("{day:02}"), format!("{month:02}")) } else { (day.to_string(), month.to_string()) };
    let ordinal = |plain: String| if day == 1 { ["1ro", "1°", "primero", "1ro."][style.hour % 4].to_owned() } else { plain };
    let full = match style.date {
        0 => format!("{d}/{m}/{year}"),
        1 => format!("{d}-{m}-{year}"),
        2 => format!("{d}.{m}.{year}"),
        3 => date.to_string(),
        4 => format!("{} de {name} {of} {year}", ordinal(d)),
        5 => format!("{spoken} de {name} {of} {}", year_in_words(year, style.split)),
        6 => format!("{spoken} ({d}) de {name} {of} {} ({year})", year_in_words(year, !style.split)),
        7 => format!("{} de {name} del año en curso", ordinal(d)),
        8 => format!("{d} de {name} del presente año"),
        9 => format!("{d} del presente mes y año"),
        10 => format!("{d} de {name}"),
        11 => format!("{} del mes de {name} {of} {year}", ordinal(d)),
        12 => format!("{d} del mismo mes y año"),
        13 => format!("{d}-{}-{year}", &MONTHS[usize::from(month.unsigned_abs()) - 1][..3]),
        14 => format!("{d} {name} {year}"),
        _ => format!("{spoken} días del mes de {name} {of} {}", year_in_words(year, style.split)),
    };
    let before = if style.date == 12 { format!("Mediante auto de 1 de {name} de {year} se avocó conocimiento; ") } else { String::new() };
    let article = if style.weekday { "día" } else { ["", "día"][style.sentence % 2] };
    (if style.weekday { format!("{} {full}", weekday(date)) } else { full }, article, before)
}

fn written_hour(time: Time, style: &Style) -> String {
    let (hour, minute) = (usize::from(time.hour().unsigned_abs()), usize::from(time.minute().unsigned_abs()));
    let h = if style.padded { format!("{hour:02}") } else { hour.to_string() };
    let on_twelve = |hour: usize| if hour.is_multiple_of(12) { 12 } else { hour % 12 };
    let part = match hour {
        0..12 => "de la mañana",
        12..19 => "de la tarde",
        _ => "de la noche",
    };
    let spoken = |hour: usize| if hour == 1 { "una".to_owned() } else { words(hour, style.split) };
    // Words and halves of the day are not used for the hour after midnight.
    match style.hour {
        _ if hour == 0 => format!("{h}h{minute:02}"),
        0 => format!("{h}h{minute:02}"),
        1 => format!("{h}H{minute:02}"),
        2 => format!("{h}:{minute:02}"),
        3 => format!("{h}:{minute:02} horas"),
        4 => format!("{h}.{minute:02} horas"),
        5 => format!("{}:{minute:02} {}", on_twelve(hour), if hour < 12 { "am" } else { "pm" }),
        6 => format!("{}:{minute:02} {}", on_twelve(hour), if hour < 12 { "a.m." } else { "p.m." }),
        7 if minute == 0 => format!("{} horas", spoken(hour)),
        7 => format!("{} horas con {} minutos", spoken(hour), words(minute, style.split)),
        8 if minute == 0 => format!("{} horas en punto", spoken(hour)),
        8 => format!("{} horas {} minutos ({h}h{minute:02})", spoken(hour), words(minute, style.split)),
        9 if minute == 0 => format!("{} {part}", spoken(on_twelve(hour))),
        9 if minute == 30 => format!("{} y media {part}", spoken(on_twelve(hour))),
        9 if minute == 15 => format!("{} y cuarto {part}", spoken(on_twelve(hour))),
        9 => format!("{} y {} {part}", spoken(on_twelve(hour)), words(minute, style.split)),
        10 => format!("{hour} horas con {minute} minutos"),
        11 => format!("{}:{minute:02} {part}", on_twelve(hour)),
        12 if minute == 0 => format!("{h}h00"),
        12 => format!("{} {part} con {} minutos", spoken(on_twelve(hour)), words(minute, style.split)),
        _ => format!("{h}h{minute:02} horas"),
    }
}

fn write(_: &str, date: Date, time: Time, style: &Style) -> Written {
    let ((day, article, before), hour) = (written_day(date, style), written_hour(time, style));
    let on = format!("{article} {day}").trim().to_owned();
    let text = match style.sentence {
        0 => format!("{before}se convoca a los sujetos procesales a la audiencia de juicio para el {on}, a las {hour}, en la sala 105."),
        1 => format!("{before}se señala para el {on}, a las {hour}, a fin de que se lleve a cabo la audiencia de juicio."),
        2 => format!("{before}fíjase para las {hour} del {on} la audiencia de juicio."),
        _ => format!("{before}la audiencia de juicio se llevará a cabo el {on} a las {hour}."),
    };
    let entered = match style.date {
        9 | 12 => Entered::SameMonth,
        7 | 8 => Entered::SameYear,
        _ => Entered::Before,
    };
    Written { text, entered }
}
