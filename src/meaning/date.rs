//! The grammar of dates in running text: from "12/03/2024" to "DOCE DE MARZO DE DOS MIL VEINTE Y CUATRO".
//!
//! Called by [`when`](super::when) at every token that could begin a date. It says what is written, not which day is meant:
//! a missing year stays missing until [`resolve`](super::resolve) is told the day of the entry.

use jiff::civil::Weekday;

use super::language::{Language, NumericOrder, mark};
use super::resolve::MONTH_INFERRED;
use super::tokens::Tokens;

/// A date as written.
#[derive(Debug, Clone, PartialEq)]
pub struct DateExpr {
    /// The first token.
    pub start: usize,
    /// The token after the last.
    pub end: usize,
    /// The days of the month; several in "12, 13 y 14 de marzo". Empty when only [`relative`](Self::relative) says the day.
    pub days: Vec<i8>,
    /// The month.
    pub month: MonthExpr,
    /// The year.
    pub year: YearExpr,
    /// The last day of a range of the same month: "del 20 al 24 de mayo".
    pub last: Option<i8>,
    /// The weekday beside it.
    pub weekday: Option<Weekday>,
    /// "hoy", "próximo jueves".
    pub relative: Option<Relative>,
    /// Doubts about how it is written.
    pub warnings: Vec<&'static str>,
}

/// A month as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MonthExpr {
    /// By name or number.
    Named(i8),
    /// "del mismo mes": that of the date before it.
    Same,
    /// "del mes en curso": that of the entry.
    This,
    /// "para el día 17", "dia 17 p.f.": the nearest to the date before it, or to the entry, that is still to come.
    Coming,
}

/// A year as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YearExpr {
    /// In digits or words.
    Named(i16),
    /// "del año en curso".
    This,
    /// Not at all.
    Missing,
}

/// A day that only the entry's own day makes definite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relative {
    /// "hoy".
    Today,
    /// "el próximo jueves".
    Next(Weekday),
}

/// Reads the date that begins at `at`.
pub fn date_at(tokens: &Tokens<'_>, language: &Language, at: usize) -> Option<DateExpr> {
    if tokens.is(at, mark::TODAY) {
        return Some(today(tokens, language, at));
    }
    let weekday = tokens.get(at).and_then(|token| Weekday::from_monday_one_offset(token.lexeme.weekday).ok());
    let Some(weekday) = weekday else { return calendar(tokens, language, at) };
    let mut day = at + 1;
    while day <= at + 4 && tokens.together(at, day) && tokens.is(day, mark::THE | mark::DAY | mark::NEXT | mark::TOWARD) {
        day += 1;
    }
    if tokens.together(at, day)
        && let Some(date) = calendar(tokens, language, day)
    {
        return Some(DateExpr { start: at, weekday: Some(weekday), ..date });
    }
    let next = (at > 0 && tokens.is(at - 1, mark::NEXT)) || (tokens.is(at + 1, mark::NEXT) && tokens.together(at, at + 1));
    next.then(|| DateExpr { relative: Some(Relative::Next(weekday)), ..bare(at, at + 1) })
}

fn bare(start: usize, end: usize) -> DateExpr {
    DateExpr {
        start,
        end,
        days: Vec::new(),
        month: MonthExpr::This,
        year: YearExpr::This,
        last: None,
        weekday: None,
        relative: None,
        warnings: Vec::new(),
    }
}

/// "hoy", alone or with the date beside it: "hoy, martes 5 de marzo de 2024".
fn today(tokens: &Tokens<'_>, language: &Language, at: usize) -> DateExpr {
    let mut day = at + 1;
    while day <= at + 3 && tokens.together(at, day) && tokens.is(day, mark::THE | mark::DAY) {
        day += 1;
    }
    let written = if tokens.together(at, day) { date_at(tokens, language, day).filter(|date| date.relative.is_none()) } else { None };
    match written {
        Some(date) => DateExpr { start: at, ..date },
        None => DateExpr { relative: Some(Relative::Today), ..bare(at, at + 1) },
    }
}

fn calendar(tokens: &Tokens<'_>, language: &Language, at: usize) -> Option<DateExpr> {
    if tokens.gap(at).ends_with(['/', '-']) && at > 0 && tokens.get(at - 1).is_some_and(|token| token.digits > 0) {
        return None;
    }
    numeric(tokens, language.order(), at)
        .or_else(|| month_first(tokens, at))
        .or_else(|| written(tokens, language, at))
        .filter(|date| !is_other_word(tokens, date))
}

/// "rule 12 may apply": the day stands before a word that is a month or another word, and no year behind it.
fn is_other_word(tokens: &Tokens<'_>, date: &DateExpr) -> bool {
    date.year == YearExpr::Missing && date.end > date.start + 1 && tokens.is(date.end - 1, mark::DOUBTFUL)
}

/// `d/m/y`, `d-m-y`, `d.m.y`, ISO. Day before month, as everywhere outside the United States (`domain.md` P005), unless the
/// words of the court say otherwise.
fn numeric(tokens: &Tokens<'_>, order: NumericOrder, at: usize) -> Option<DateExpr> {
    let separator = tokens.get(at + 1).map(|_| tokens.gap(at + 1))?;
    if !matches!(separator, "/" | "-" | ".") || tokens.gap(at + 2) != separator {
        return None;
    }
    let [a, b, c] = [tokens.get(at)?, tokens.get(at + 1)?, tokens.get(at + 2)?];
    let ordered = |first: u32, second: u32| match order {
        NumericOrder::DayFirst if second > 12 => (second, first),
        NumericOrder::MonthFirst if first <= 12 => (second, first),
        _ => (first, second),
    };
    let ((day, month), year) = match (a.digits, b.digits, c.digits) {
        (4, 1 | 2, 1 | 2) if separator != "." => ((c.number?, b.number?), a.number?),
        (1 | 2, 1 | 2, 4) => (ordered(a.number?, b.number?), c.number?),
        (1 | 2, 1 | 2, 2) if separator == "/" => (ordered(a.number?, b.number?), 2000 + c.number?),
        _ => return None,
    };
    if !(1..=31).contains(&day) || !(1..=12).contains(&month) || !(1900..=2100).contains(&year) {
        return None;
    }
    let after = tokens.get(at + 3).map(|_| tokens.gap(at + 3));
    if matches!(after, Some("/" | "-")) {
        return None;
    }
    Some(DateExpr {
        days: vec![i8::try_from(day).ok()?],
        month: MonthExpr::Named(i8::try_from(month).ok()?),
        year: YearExpr::Named(i16::try_from(year).ok()?),
        ..bare(at, at + 3)
    })
}

/// `MONTH D [, D and D] [, YYYY]`, each number in digits or words: "March 12 and 13, 2024", "Sept. 30 - Oct. 2, 2024".
fn month_first(tokens: &Tokens<'_>, at: usize) -> Option<DateExpr> {
    let month = tokens.get(at).map(|token| token.lexeme.month).filter(|month| *month > 0)?;
    if !close(tokens, at + 1) || !tokens.together(at, at + 1) {
        return None;
    }
    let mut date = DateExpr { month: MonthExpr::Named(month), ..bare(at, at) };
    let (first, mut next) = listed_day(tokens, at + 1, 0, &mut date.warnings)?;
    date.days.push(first);
    let mut end = next;
    while date.days.len() < 10 && tokens.together(at, next) {
        let and = tokens.is(next, mark::AND);
        if !and && !tokens.gap(next).trim_start().starts_with(',') {
            break;
        }
        let before = date.days.last().copied().unwrap_or_default();
        let Some((day, after)) = listed_day(tokens, next + usize::from(and), before, &mut date.warnings) else { break };
        date.days.push(day);
        next = after;
        // Only "and" makes a list; "March 12, 9" is a day and something else.
        end = if and { next } else { end };
    }
    if end != next {
        (date.days, next) = (vec![first], end);
    }
    // It begins on the first day, and that is the one to tell.
    let to = usize::from(tokens.is(next, mark::RANGE));
    if date.days.len() == 1 && (to == 1 || matches!(tokens.gap(next).trim(), "-" | "–" | "—")) && tokens.together(at, next + to) {
        let other = tokens.get(next + to).is_some_and(|token| token.lexeme.month > 0);
        let least = if other { 0 } else { first };
        if let Some((last, after)) = listed_day(tokens, next + to + usize::from(other), least, &mut date.warnings) {
            (date.last, next) = (Some(last).filter(|_| !other), after);
        }
    }
    let (year, end) = year(tokens, next, &mut date.warnings);
    Some(DateExpr { year, end, ..date })
}

/// A day after `least` that is not the beginning of an hour or of a larger number.
fn listed_day(tokens: &Tokens<'_>, at: usize, least: i8, warnings: &mut Vec<&'static str>) -> Option<(i8, usize)> {
    let (day, next) = day_number(tokens, at, warnings).filter(|(day, _)| *day > least)?;
    let glued = matches!(tokens.gap(next), ":" | "/" | ".") && tokens.get(next).is_some_and(|token| token.digits > 0);
    (!glued && !tokens.is(next, mark::HOUR | mark::AM | mark::PM)).then_some((day, next))
}

/// `D [, D y D] de MES [de[l] [año] YYYY]`, each number in digits or words.
fn written(tokens: &Tokens<'_>, language: &Language, at: usize) -> Option<DateExpr> {
    let mut date = bare(at, at);
    let (first, mut next) = day_number(tokens, at, &mut date.warnings)?;
    date.days.push(first);
    let mut joined = at > 0 && tokens.is(at - 1, mark::DAYS);
    while date.days.len() < 10 && tokens.together(at, next) {
        let and = tokens.is(next, mark::AND);
        let from = next + usize::from(and);
        if !and && !tokens.gap(next).trim_start().starts_with(',') {
            break;
        }
        let Some((day, after)) = day_number(tokens, behind_weekday(tokens, from), &mut date.warnings) else { break };
        joined |= and;
        date.days.push(day);
        next = after;
    }
    // "del 20 al 24 de mayo": it begins on the first day, and that is the one to tell.
    if date.days.len() == 1 && tokens.together(at, next) && tokens.is(next, mark::RANGE) {
        if let Some((last, after)) = day_number(tokens, next + 1, &mut date.warnings) {
            (date.last, next) = (Some(last), after);
        }
    } else if date.days.len() == 1
        && tokens.together(at, next)
        && matches!(tokens.gap(next), "-" | "–" | " - " | " – ")
        && let Some((last, after)) = listed_day(tokens, next, first, &mut date.warnings)
    {
        (date.last, next) = (Some(last), after);
    }
    if date.days.len() > 1 && !joined {
        return None;
    }
    let Some((month, after)) = month(tokens, language, next, &mut date.warnings) else { return coming(tokens, at, next, date) };
    let (year, end) = year(tokens, after, &mut date.warnings);
    Some(DateExpr { month, year, end, ..date })
}

/// "lunes 16 y (el) martes 17 de marzo": the day behind its weekday.
fn behind_weekday(tokens: &Tokens<'_>, at: usize) -> usize {
    let weekday = at + usize::from(tokens.is(at, mark::THE));
    if tokens.get(weekday).is_some_and(|token| token.lexeme.weekday > 0) && tokens.together(at, weekday + 1) { weekday + 1 } else { at }
}

/// "para el día 17", "para o dia 17 p.f.": a day of the month and nothing else, toward which a hearing is set. It is a doubt which month
/// is meant.
fn coming(tokens: &Tokens<'_>, at: usize, next: usize, mut date: DateExpr) -> Option<DateExpr> {
    let is_weekday = |at: usize| tokens.get(at).is_some_and(|token| token.lexeme.weekday > 0);
    let names_day = |at: usize| tokens.is(at, mark::DAY) || is_weekday(at);
    let mut before = at.checked_sub(1).filter(|before| names_day(*before) && tokens.together(*before, at))?;
    while before > 0 && at - before < 6 && (names_day(before) || tokens.is(before, mark::THE)) && tokens.together(before - 1, at) {
        before -= 1;
    }
    if date.days.len() != 1 || date.last.is_some() || !tokens.is(before, mark::TOWARD) {
        return None;
    }
    // An hour, a part of a larger number, or a month that was not understood is no such day.
    let is_number = |at: usize| tokens.get(at).is_some_and(|token| token.number.is_some());
    let goes_on = tokens.is(next, mark::OF | mark::HOUR | mark::AM | mark::PM | mark::AND)
        || (tokens.is(next, mark::RANGE) && is_number(next + 1))
        || matches!(tokens.gap(next), ":" | "/" | "." | "-");
    if tokens.get(next).is_some() && tokens.together(at, next) && goes_on {
        return None;
    }
    // Only with its hour is it the day of a hearing: "para el día 3 se requiere el informe".
    let begins_hour = |at: usize| is_number(at) || tokens.get(at).is_some_and(|token| token.lexeme.value > 0);
    if !(next..next + 5).any(|lead| tokens.is(lead, mark::LEAD) && tokens.together(at, lead) && begins_hour(lead + 1)) {
        return None;
    }
    date.warnings.push(MONTH_INFERRED);
    Some(DateExpr { month: MonthExpr::Coming, year: YearExpr::Missing, end: next, ..date })
}

/// Whether only blanks (and the sign of an ordinal) stand before `at`.
fn close(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.get(at).is_some()
        && tokens.gap(at).chars().all(|c| c.is_whitespace() || matches!(c, '°' | 'º' | '.' | '-' | '"' | '“' | '”' | '*'))
}

fn day_number(tokens: &Tokens<'_>, at: usize, warnings: &mut Vec<&'static str>) -> Option<(i8, usize)> {
    let token = tokens.get(at)?;
    let (value, mut next) = match token.number {
        Some(number) if token.digits <= 2 => (number, at + 1),
        Some(_) => return None,
        None => {
            let (value, next) = number_words(tokens, at)?;
            (value, beside(tokens, next, value, warnings))
        }
    };
    if close(tokens, next) && tokens.is(next, mark::ORDINAL) {
        next += 1;
    }
    (1..=31).contains(&value).then_some((i8::try_from(value).ok()?, next))
}

/// Skips the digits that repeat a number in words, "veinte (20)"; when they do not agree it is a doubt.
fn beside(tokens: &Tokens<'_>, at: usize, value: u32, warnings: &mut Vec<&'static str>) -> usize {
    let repeated = tokens.get(at).and_then(|token| token.number).filter(|_| tokens.gap(at).trim_start().starts_with('('));
    let Some(number) = repeated else { return at };
    if number != value {
        warnings.push("word_digit_mismatch");
    }
    at + 1
}

fn month(tokens: &Tokens<'_>, language: &Language, at: usize, warnings: &mut Vec<&'static str>) -> Option<(MonthExpr, usize)> {
    let mut next = at;
    let mut of = false;
    let (mut named_month, mut same, mut this) = (false, false, false);
    while next < at + 6 && tokens.get(next).is_some() {
        if next > at && tokens.gap(next).contains(['.', ';', ':']) {
            break;
        }
        of |= tokens.is(next, mark::OF);
        if tokens.is(next, mark::MONTH) {
            named_month = true;
        } else if tokens.is(next, mark::SAME) {
            same = true;
        } else if tokens.is(next, mark::THIS) {
            this = true;
        } else if !(tokens.is(next, mark::OF | mark::DAY)
            || (of && tokens.is(next, mark::THE) && tokens.is(next + 1, mark::SAME | mark::THIS)))
        {
            break;
        }
        next += 1;
    }
    if next > at && tokens.gap(at).contains([';', ':', '/', '(']) {
        return None;
    }
    let lexeme = tokens.get(next).map(|token| token.lexeme).unwrap_or_default();
    if lexeme.month > 0 && (of || close(tokens, next)) {
        return Some((MonthExpr::Named(lexeme.month), next + 1));
    }
    if named_month && (same || this) {
        return Some((if same { MonthExpr::Same } else { MonthExpr::This }, next));
    }
    if named_month && tokens.is(next, mark::IN) && tokens.is(next + 1, mark::RUNNING) {
        return Some((MonthExpr::This, next + 2));
    }
    // "el 25 del presente, a las 15h00": the month goes without saying where nothing else follows.
    let stands_alone =
        tokens.get(next).is_none() || !tokens.together(at, next) || tokens.gap(next).contains(',') || tokens.is(next, mark::LEAD);
    if of && this && !tokens.is(next, mark::YEAR) && stands_alone {
        return Some((MonthExpr::This, next));
    }
    let word = tokens.get(next).filter(|token| token.digits == 0 && of)?;
    let month = (word.lexeme == super::language::Lexeme::default()).then(|| language.misspelt_month(tokens.word(next)))??;
    // A misspelt month must be followed by a year, else any word could pass for one.
    let (year, _) = year(tokens, next + 1, &mut Vec::new());
    (year != YearExpr::Missing).then(|| {
        warnings.push("misspelt_month");
        (MonthExpr::Named(month), next + 1)
    })
}

fn year(tokens: &Tokens<'_>, at: usize, warnings: &mut Vec<&'static str>) -> (YearExpr, usize) {
    let mut next = at;
    let (mut this, mut year_word) = (false, false);
    while next < at + 5 && tokens.get(next).is_some() && !tokens.gap(next).contains(['.', ';', ':', '(']) {
        if tokens.is(next, mark::YEAR) {
            year_word = true;
        } else if tokens.is(next, mark::THIS | mark::SAME) {
            this = true;
        } else if !(tokens.is(next, mark::OF) || (next == at && tokens.is(next, mark::NEXT))) {
            break;
        }
        next += 1;
    }
    if year_word && this {
        return (YearExpr::This, next);
    }
    if year_word && tokens.is(next, mark::IN) && tokens.is(next + 1, mark::RUNNING) {
        return (YearExpr::This, next + 2);
    }
    let Some(token) = tokens.get(next) else { return (YearExpr::Missing, at) };
    if next == at && tokens.gap(next).contains(['.', ';', ':', '(', '\n']) {
        return (YearExpr::Missing, at);
    }
    let found = match token.number {
        Some(number) if token.digits == 4 => Some((number, next + 1)),
        // "2.024" is written with the stop of thousands.
        Some(2) if tokens.gap(next + 1) == "." && tokens.get(next + 1).is_some_and(|token| token.digits == 3) => {
            tokens.get(next + 1).and_then(|token| token.number).map(|rest| (2000 + rest, next + 2))
        }
        Some(_) => None,
        None => number_words(tokens, next).map(|(value, after)| (value, beside(tokens, after, value, warnings))),
    };
    match found {
        Some((value @ 1900..=2100, end)) => (i16::try_from(value).map_or(YearExpr::Missing, YearExpr::Named), end),
        _ => (YearExpr::Missing, at),
    }
}

/// A number in words: "veinte y cuatro", "treinta y un", "dos mil veintitrés", "mil novecentos e noventa e oito".
pub fn number_words(tokens: &Tokens<'_>, at: usize) -> Option<(u32, usize)> {
    let value = |at: usize| tokens.get(at).map_or(0, |token| u32::from(token.lexeme.value));
    let joined = |at: usize| tokens.get(at).is_some() && tokens.gap(at).chars().all(char::is_whitespace);
    let hyphened = |at: usize| tokens.gap(at) == "-";
    let (mut total, mut current, mut least, mut next) = (0u32, 0u32, u32::MAX, at);
    loop {
        if next > at && !joined(next) {
            break;
        }
        // "dois mil e vinte": after a round number "e" leads to a smaller one.
        if next > at && least > 1 && tokens.is(next, mark::AND) && joined(next + 1) && (1..least.min(1000)).contains(&value(next + 1)) {
            next += 1;
        }
        let word = value(next);
        let (add, size, taken) = match word {
            0 => break,
            1000 if total > 0 => break,
            1000 => {
                (total, current, least, next) = (current.max(1) * 1000, 0, u32::MAX, next + 1);
                // "two thousand and twenty-four".
                next += usize::from(tokens.is(next, mark::AND) && joined(next) && joined(next + 1) && value(next + 1) > 0);
                continue;
            }
            100.. => (word, 100, 1),
            10 | 20 | 30 | 40 | 50 | 60 | 70 | 80 | 90 => {
                let unit = value(next + 2);
                let split = tokens.is(next + 1, mark::AND) && joined(next + 1) && joined(next + 2);
                // "diez y seis" is sixteen, "diez y cuatro" is not a number that anyone writes.
                let fits = if word == 10 { (6..=9).contains(&unit) } else { (1..=9).contains(&unit) };
                let tail = if hyphened(next + 1) { value(next + 1) } else { 0 };
                match () {
                    () if split && fits => (word + unit, 1, 3),
                    () if word > 10 && (1..=9).contains(&tail) => (word + tail, 1, 2),
                    () => (word, 1, 1),
                }
            }
            _ => (word, 1, 1),
        };
        if size >= least {
            break;
        }
        (current, least, next) = (current + add, size, next + taken);
    }
    (next > at).then_some((total + current, next))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meaning::language::tests::spanish;
    use crate::meaning::resolve::Lean;
    use jiff::civil::{Date, date};

    fn read(text: &str, reference: Date) -> (Vec<String>, Vec<String>) {
        let tokens = Tokens::read(text, spanish());
        let found = (0..tokens.len()).find_map(|at| date_at(&tokens, spanish(), at));
        let (days, warnings) = found.map(|found| found.resolve(Some(reference), None, Lean::Ahead)).unwrap_or_default();
        (days.iter().map(Date::to_string).collect(), warnings)
    }

    #[test]
    fn dates_are_read_in_every_form() {
        let reference = date(2025, 6, 2);
        for (text, day) in [
            ("19 de agosto del 2025", "2025-08-19"),
            ("diecinueve de agosto de dos mil veinticinco", "2025-08-19"),
            ("VEINTE Y NUEVE DE AGOSTO DEL DOS MIL VEINTE Y CINCO", "2025-08-29"),
            ("treinta y uno de julio del año dos mil veinticinco", "2025-07-31"),
            ("día 4 del mes de setiembre del año 2025", "2025-09-04"),
            ("primero de octubre de 2025", "2025-10-01"),
            ("1ro. de octubre del 2025", "2025-10-01"),
            ("1° de octubre de 2.025", "2025-10-01"),
            ("19/08/2025", "2025-08-19"),
            ("19-8-2025", "2025-08-19"),
            ("19.08.2025", "2025-08-19"),
            ("2025-08-19", "2025-08-19"),
            ("19/8/25", "2025-08-19"),
            ("19 agosto 2025", "2025-08-19"),
            ("el 19 de agosto", "2025-08-19"),
            ("el 19 de enero", "2026-01-19"),
            ("19 de agosto del año en curso", "2025-08-19"),
            ("19 de agosto del presente año", "2025-08-19"),
            ("el día 27 del presente mes y año", "2025-06-27"),
            ("diecinueve (19) de agosto de dos mil veinticinco (2025)", "2025-08-19"),
            ("día19 DE AGOSTO DEL 2025", "2025-08-19"),
            ("hoy", "2025-06-02"),
            ("hoy, lunes 2 de junio de 2025", "2025-06-02"),
            ("el próximo viernes", "2025-06-06"),
            ("Para el próximo lunes 9 de junio", "2025-06-09"),
        ] {
            assert_eq!(read(text, reference), (vec![day.to_owned()], vec![]), "{text}");
        }
    }

    #[test]
    fn lists_give_every_day() {
        assert_eq!(read("los días 3, 4 y 5 de julio de 2025", date(2025, 6, 2)).0, ["2025-07-03", "2025-07-04", "2025-07-05"]);
        assert_eq!(read("del 3 al 5 de julio de 2025", date(2025, 6, 2)).0, ["2025-07-03"]);
        assert_eq!(read("sala 3, 4 de julio de 2025", date(2025, 6, 2)).0, ["2025-07-04"]);
    }

    #[test]
    fn doubts_are_said() {
        let reference = date(2025, 6, 2);
        for (text, day, doubt) in [
            ("lunes 19 de agosto de 2025", Some("2025-08-19"), "weekday_mismatch"),
            ("31 de septiembre de 2025", None, "invalid_date"),
            ("veinte (21) de agosto de 2025", Some("2025-08-20"), "word_digit_mismatch"),
            ("19 de agosoto de 2025", Some("2025-08-19"), "misspelt_month"),
        ] {
            let (days, warnings) = read(text, reference);
            assert_eq!((days.first().map(String::as_str), warnings), (day, vec![doubt.to_owned()]), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_no_dates() {
        for text in ["17721-2019-00029", "Art. 35 de la Ley", "las nueve horas", "10 de los procesados", "500 de marzo", "1.250,00"] {
            assert_eq!(read(text, date(2025, 6, 2)), (vec![], vec![]), "{text}");
        }
    }

    #[test]
    fn the_weekday_chooses_between_two_years() {
        // 10 May 2025 was a Saturday, 10 May 2026 is a Sunday.
        assert_eq!(read("domingo 10 de mayo", date(2025, 5, 8)), (vec!["2026-05-10".to_owned()], vec![]));
    }
}
