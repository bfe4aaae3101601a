//! How courts of Brazil spell days and hours.

use jiff::civil::{Date, Time, Weekday};

use super::{Entered, Style, Tongue, Written};

pub(super) const TONGUE: Tongue = Tongue { language: "pt", jurisdictions: &["br", ""], ways: (13, 13, 4), write };

const MONTHS: [&str; 12] =
    ["janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"];
const UNITS: [&str; 20] = [
    "zero",
    "um",
    "dois",
    "três",
    "quatro",
    "cinco",
    "seis",
    "sete",
    "oito",
    "nove",
    "dez",
    "onze",
    "doze",
    "treze",
    "quatorze",
    "quinze",
    "dezesseis",
    "dezessete",
    "dezoito",
    "dezenove",
];
const TENS: [&str; 10] = ["", "", "vinte", "trinta", "quarenta", "cinquenta", "sessenta", "setenta", "oitenta", "noventa"];

/// A number under a hundred in words.
fn words(number: usize) -> String {
    match (number / 10, number % 10) {
        (0 | 1, _) => UNITS[number].to_owned(),
        (tens, 0) => TENS[tens].to_owned(),
        (tens, unit) => format!("{} e {}", TENS[tens], UNITS[unit]),
    }
}

/// Hours are feminine: "vinte e duas horas".
fn feminine(number: usize) -> String {
    let words = words(number);
    match words.strip_suffix("dois") {
        Some(begin) => format!("{begin}duas"),
        None => words.strip_suffix("um").map_or(words.clone(), |begin| format!("{begin}uma")),
    }
}

fn year_in_words(year: i16) -> String {
    match usize::try_from(year % 100).unwrap_or_default() {
        0 => "dois mil".to_owned(),
        rest => format!("dois mil e {}", words(rest)),
    }
}

fn weekday(day: Date) -> &'static str {
    match day.weekday() {
        Weekday::Monday => "segunda-feira",
        Weekday::Tuesday => "terça-feira",
        Weekday::Wednesday => "quarta-feira",
        Weekday::Thursday => "quinta-feira",
        Weekday::Friday => "sexta-feira",
        Weekday::Saturday => "sábado",
        Weekday::Sunday => "domingo",
    }
}

fn written_day(date: Date, style: &Style) -> String {
    let (day, month, year) = (date.day(), date.month(), date.year());
    let name = MONTHS[usize::from(month.unsigned_abs()) - 1];
    let spoken = words(usize::from(day.unsigned_abs()));
    let (d, m) = if style.padded { (format!("{day:02}"), format!("{month:02}")) } else { (day.to_string(), month.to_string()) };
    let ordinal = if day == 1 { ["1º", "1°", "primeiro"][style.hour % 3].to_owned() } else { d.clone() };
    let of = ["de", "do ano de"][usize::from(style.split)];
    match style.date {
        0 => format!("{d}/{m}/{year}"),
        1 => format!("{d}-{m}-{year}"),
        2 => format!("{d}.{m}.{year}"),
        3 => date.to_string(),
        4 => format!("{d}/{m}/{:02}", year % 100),
        5 => format!("{ordinal} de {name} {of} {year}"),
        6 => format!("{spoken} de {name} {of} {}", year_in_words(year)),
        7 => format!("{spoken} ({d}) de {name} {of} {} ({year})", year_in_words(year)),
        8 => format!("{ordinal} de {name} do corrente ano"),
        9 => format!("{ordinal} de {name} do ano em curso"),
        10 => format!("{d} do corrente mês e ano"),
        11 => format!("{ordinal} de {name}"),
        _ => format!("{ordinal} do mês de {name} {of} {year}"),
    }
}

fn written_hour(time: Time, style: &Style) -> String {
    let (hour, minute) = (usize::from(time.hour().unsigned_abs()), usize::from(time.minute().unsigned_abs()));
    let h = if style.padded { format!("{hour:02}") } else { hour.to_string() };
    let on_twelve = if hour.is_multiple_of(12) { 12 } else { hour % 12 };
    let part = match hour {
        0..12 => "da manhã",
        12..18 => "da tarde",
        _ => "da noite",
    };
    let hours = |number: usize| if number == 1 { "hora" } else { "horas" };
    match style.hour {
        // Words and halves of the day are not used for the hour after midnight.
        _ if hour == 0 => format!("{h}h{minute:02}"),
        0 if minute == 0 => format!("{h}h"),
        0 => format!("{h}h{minute:02}"),
        1 => format!("{h}h{minute:02}min"),
        2 => format!("{h}H{minute:02}"),
        3 => format!("{h}:{minute:02}"),
        4 => format!("{h}:{minute:02} horas"),
        5 => format!("{h}:{minute:02}h"),
        6 => format!("{h}:{minute:02}hs"),
        7 if minute == 0 => format!("{hour} {}", hours(hour)),
        7 => format!("{hour} {} e {minute} minutos", hours(hour)),
        8 if minute == 0 => format!("{} {}", feminine(hour), hours(hour)),
        8 => format!("{} {} e {} minutos", feminine(hour), hours(hour), words(minute)),
        9 if minute == 0 => format!("{} {} {part}", feminine(on_twelve), hours(on_twelve)),
        9 if minute == 30 => format!("{} e meia {part}", feminine(on_twelve)),
        9 => format!("{} e {} {part}", feminine(on_twelve), words(minute)),
        10 => format!("{on_twelve}:{minute:02} {part}"),
        11 => format!("{hour}h e {minute}min"),
        _ => format!("{h}h{minute:02}m"),
    }
}

fn write(_: &str, date: Date, time: Time, style: &Style) -> Written {
    let (day, hour) = (written_day(date, style), written_hour(time, style));
    let on = if style.weekday { format!("{}, dia {day}", weekday(date)) } else { format!("o dia {day}") };
    let text = match style.sentence {
        0 => format!("Vistos. Designo audiência de instrução e julgamento para {on}, às {hour}, na sala 3."),
        1 => format!("Fica designada audiência de conciliação para {on} às {hour}, por videoconferência."),
        2 => format!("A audiência de instrução será realizada no dia {day}, às {hour}."),
        _ => format!("Designo para {on}, às {hour}, audiência de instrução e julgamento."),
    };
    let entered = match style.date {
        10 => Entered::SameMonth,
        8 | 9 => Entered::SameYear,
        _ => Entered::Before,
    };
    Written { text, entered }
}
