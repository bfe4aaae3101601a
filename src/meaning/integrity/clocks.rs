//! F-04: an entry shows two dates of itself that do not agree: its own, that in the name of its file, that at the head of its text.
//!
//! Only what the court or its clerk wrote is judged: the papers of parties are scanned and filed at other times than they say.

use jiff::civil::{Date, DateTime, Time};

use super::{Finding, Sight};
use crate::domain::docket::{Entry, FILE_CLOCK_FIELD, FILE_DAY_FIELD};
use crate::domain::event::{Actor, EventKind, FieldChange};
use crate::domain::evidence::{ACT_DATE, FILE_TIME};
use crate::meaning::Meaning;
use crate::meaning::date::{MonthExpr, YearExpr};
use crate::meaning::tokens::Tokens;
use crate::meaning::when::moments;

/// So many minutes lie between an act and its file in everyday life (`domain.md` F-04).
const MINUTES: i64 = 15;
/// A difference of an hour is one of zones or of summer time.
const HOUR: i64 = 60;
/// An act is entered within this many working days of the date at its head (`domain.md` F-04).
const TOLERANCE: u32 = 2;
/// The head of a text is this long at most, in bytes.
const HEAD: usize = 240;
/// A place stands before the date, in this many words at most: "San Francisco de Quito, D.M.,".
const PLACE_WORDS: usize = 6;

pub fn find<'a>(sight: &Sight<'a>) -> Vec<Finding<'a>> {
    if sight.seen.before.is_none() {
        return Vec::new();
    }
    let odd = sight.added().into_iter().filter(|entry| entry.withheld.is_none()).filter_map(|entry| {
        let field = by_file(entry).or_else(|| by_head(sight.meaning, entry))?;
        Some((entry, field))
    });
    let is_of_court = |entry: &Entry| matches!(sight.reading(entry).actor, Actor::Court | Actor::Clerk);
    let odd = odd.filter(|(entry, _)| is_of_court(entry));
    let severity = EventKind::RecordInconsistent.severity();
    odd.map(|(entry, field)| Finding { severity, entry: Some(entry), field: Some(field), passage: None }).collect()
}

/// The entry's time and that in the name of its file, when they are far from each other.
fn by_file(entry: &Entry) -> Option<FieldChange> {
    let (date, clock) = (entry.date?, clock(entry.extra.get(FILE_CLOCK_FIELD)?)?);
    let day = entry.extra.get(FILE_DAY_FIELD).and_then(|day| day.parse::<Date>().ok());
    let Some(time) = entry.time else {
        let day = day.filter(|day| *day != date)?;
        return Some(change(FILE_TIME, date.to_string(), format!("{day} {}", clock.strftime("%H:%M"))));
    };
    let apart = minutes_apart(date.to_datetime(time), day.unwrap_or(date).to_datetime(clock));
    // Without a day the file of an act of 23:58 may be one of the next day.
    let apart = if day.is_some() { apart } else { apart.min(24 * 60 - apart) };
    let is_near = apart <= MINUTES || (HOUR - MINUTES..=HOUR + MINUTES).contains(&apart);
    let shown = |at: DateTime| at.strftime("%Y-%m-%d %H:%M").to_string();
    let file = day.map_or_else(|| clock.strftime("%H:%M").to_string(), |day| shown(day.to_datetime(clock)));
    (!is_near).then(|| change(FILE_TIME, shown(date.to_datetime(time)), file))
}

/// `16_16_14`, `8:47:29`, `161614`.
fn clock(text: &str) -> Option<Time> {
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let [hour, minute, second] = parts[..] else { return text.parse().ok() };
    Time::new(hour.parse().ok()?, minute.parse().ok()?, second.parse().ok()?, 0).ok()
}

fn minutes_apart(a: DateTime, b: DateTime) -> i64 {
    a.duration_since(b).as_mins().abs()
}

/// The entry's date and that at the head of its text, when they are days from each other.
fn by_head(meaning: &Meaning, entry: &Entry) -> Option<FieldChange> {
    let (date, head) = (entry.date?, head_date(meaning, &entry.text)?);
    let (first, last) = if date < head { (date, head) } else { (head, date) };
    (last > meaning.working_days_after(first, TOLERANCE)).then(|| change(ACT_DATE, date.to_string(), head.to_string()))
}

/// The day in "Cuenca, jueves 14 de junio del 2018, las 16h13, VISTOS": before anything else is said, behind a place, with its hour.
fn head_date(meaning: &Meaning, text: &str) -> Option<Date> {
    let end = text.char_indices().map(|(at, _)| at).find(|at| *at >= HEAD).unwrap_or(text.len());
    let head = &text[..end];
    let tokens = Tokens::read(head, &meaning.language);
    let moments = moments(&tokens, &meaning.language);
    let first = moments.first().filter(|moment| moment.time.is_some_and(|time| time.start >= moment.date.end))?;
    let expr = &first.date;
    let (from, _) = tokens.span(expr.start, expr.end);
    if !is_place(head.get(..from)?) || !expr.warnings.is_empty() || expr.relative.is_some() {
        return None;
    }
    match (&expr.days[..], expr.month, expr.year) {
        ([day], MonthExpr::Named(month), YearExpr::Named(year)) => Date::new(year, month, *day).ok(),
        _ => None,
    }
}

/// Whether a text is the name of a place with its comma: a few words in capitals, small ones between them.
fn is_place(text: &str) -> bool {
    let text = text.trim_end();
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_name = |word: &&str| word.chars().count() <= 3 || word.starts_with(|c: char| c.is_uppercase());
    let shouted = text.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase) && words.len() > 3;
    text.ends_with(',') && words.len() <= PLACE_WORDS && words.iter().all(is_name) && !shouted
}

fn change(field: &str, before: String, after: String) -> FieldChange {
    FieldChange { field: field.to_owned(), before: Some(before), after: Some(after) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_head_of_an_act_is_told_from_dates_that_it_speaks_of() {
        let meaning = Meaning::shipped("ec", "es");
        for (text, expected) in [
            ("Cuenca, jueves 14 de junio del 2018, las 16h13, JUICIO NO. 09497", Some(date(2018, 6, 14))),
            ("Quito D.M., 3 de marzo de 2026, a las 10h00. VISTOS: agréguese.", Some(date(2026, 3, 3))),
            (
                "En Cuenca, lunes trece de noviembre del dos mil diecisiete, a partir de las doce horas y tres minutos",
                Some(date(2017, 11, 13)),
            ),
            ("Se convoca a la audiencia, 3 de marzo de 2026, a las 10h00.", None),
            ("SE DIFIERE LA AUDIENCIA, 3 DE MARZO DE 2026, A LAS 10H00.", None),
            ("Agréguese el escrito. Quito, 3 de marzo de 2026, a las 10h00.", None),
            ("VISTOS: la audiencia del 3 de marzo de 2026, a las 10h00.", None),
            ("Cuenca, 11 de junio del 2020. Certifico.", None),
            ("", None),
        ] {
            assert_eq!(head_date(&meaning, text), expected, "{text}");
        }
    }

    #[test]
    fn clocks_are_read_as_files_are_named() {
        for (text, expected) in
            [("16_16_14", Some((16, 16))), ("8:47:29", Some((8, 47))), ("161614", Some((16, 16))), ("25_00_00", None), ("x", None)]
        {
            assert_eq!(clock(text).map(|time| (time.hour(), time.minute())), expected, "{text}");
        }
    }
}
