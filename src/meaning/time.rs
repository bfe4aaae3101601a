//! The grammar of hours in running text: "09h30", "las nueve horas con treinta minutos", "2 de la tarde".
//!
//! Called by [`when`](super::when) at every token that could begin an hour. An hour needs a sign that it is one: the "h",
//! a colon, "a las", "horas", "am" or "de la tarde"; a bare number is none.

use super::date::number_words;
use super::language::mark;
use super::tokens::Tokens;

/// An hour as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeExpr {
    /// The first token.
    pub start: usize,
    /// The token after the last.
    pub end: usize,
    /// 0 to 24.
    pub hour: i8,
    /// 0 to 59.
    pub minute: i8,
    /// Whether "las" or "hora" stands before it.
    pub led: bool,
}

/// Reads the hour that begins at `at`.
pub fn time_at(tokens: &Tokens<'_>, at: usize) -> Option<TimeExpr> {
    let led = at > 0 && tokens.together(at - 1, at) && tokens.is(at - 1, mark::LEAD);
    let (hour, minute, end) = if tokens.get(at)?.digits > 0 { digits(tokens, at, led)? } else { words(tokens, at, led)? };
    let (hour, half) = daypart(tokens, hour, end);
    // "las nueve de la mañana con treinta minutos".
    let late = (half > end && minute == 0 && tokens.is(half, mark::WITH)).then(|| minutes(tokens, half));
    let (minute, end) = late.filter(|(_, end)| *end > half && tokens.is(*end - 1, mark::MINUTE)).unwrap_or((minute, half));
    let valid = (0..=23).contains(&hour) && (0..=59).contains(&minute) || (hour == 24 && minute == 0);
    valid.then_some(TimeExpr { start: at, end, hour, minute, led })
}

fn two_digits(tokens: &Tokens<'_>, at: usize) -> Option<i8> {
    let token = tokens.get(at)?;
    // "15H0" is a real slip for 15H00.
    let fits = token.digits == 2 || (token.digits == 1 && token.number == Some(0));
    i8::try_from(token.number.filter(|_| fits)?).ok()
}

fn digits(tokens: &Tokens<'_>, at: usize, led: bool) -> Option<(i8, i8, usize)> {
    let token = tokens.get(at)?;
    let number = token.number?;
    let gap = tokens.gap(at + 1);
    if token.digits == 4 {
        // "0930 hrs".
        let marked = tokens.is(at + 1, mark::HOUR) && close(tokens, at + 1);
        return (marked && number <= 2400).then_some((i8::try_from(number / 100).ok()?, i8::try_from(number % 100).ok()?, at + 2));
    }
    if token.digits > 2 || number > 24 || (at > 0 && tokens.gap(at).ends_with(['/', '-', '.', ':']) && tokens.gap(at).len() == 1) {
        return None;
    }
    // "l0:00" is ten, typed with a letter; it is not midnight.
    if number == 0 && token.digits == 1 && at > 0 && tokens.gap(at).is_empty() {
        return None;
    }
    let hour = i8::try_from(number).ok()?;
    if (gap == ":" || gap == ".")
        && let Some(minute) = two_digits(tokens, at + 1)
    {
        let after = clock(tokens, seconds(tokens, at + 2));
        let marked = tokens.is(after, mark::HOUR) && close(tokens, after);
        let sure = gap == ":" || led || marked || is_half_day(tokens, after);
        return sure.then_some((hour, minute, after + usize::from(marked)));
    }
    if tokens.is(at + 1, mark::HOUR) && close(tokens, at + 1) {
        if let Some(minute) = two_digits(tokens, at + 2)
            && (tokens.gap(at + 2).is_empty() || (close(tokens, at + 2) && tokens.word(at + 1) == "h"))
        {
            let marked = tokens.is(at + 3, mark::MINUTE | mark::HOUR) && tokens.gap(at + 3).trim().is_empty();
            return Some((hour, minute, at + 3 + usize::from(marked)));
        }
        let (minute, end) = minutes(tokens, at + 2);
        // "24 horas" is a length; "a las 14 horas" and "14 horas con 30 minutos" are hours.
        return (led || end > at + 2 || (gap.is_empty() && tokens.word(at + 1) == "h")).then_some((hour, minute, end));
    }
    let end = clock(tokens, at + 1);
    (end > at + 1 || is_half_day(tokens, end)).then_some((hour, 0, end))
}

/// Skips "o'clock".
fn clock(tokens: &Tokens<'_>, at: usize) -> usize {
    let both = tokens.is(at, mark::CLOCK) && tokens.is(at + 1, mark::CLOCK) && tokens.together(at, at + 1);
    if both { at + 2 } else { at }
}

fn seconds(tokens: &Tokens<'_>, at: usize) -> usize {
    at + usize::from(tokens.gap(at) == ":" && tokens.get(at).is_some_and(|token| token.digits == 2))
}

fn words(tokens: &Tokens<'_>, at: usize, led: bool) -> Option<(i8, i8, usize)> {
    let (value, next) = number_words(tokens, at)?;
    let hour = i8::try_from(value).ok().filter(|hour| *hour <= 24)?;
    // "las diez y seis de la noche" are six minutes past ten: sixteen is no hour of the night.
    if led && (16..20).contains(&hour) && next == at + 3 && is_half_day(tokens, next) {
        return Some((10, hour - 10, next));
    }
    let struck = clock(tokens, next);
    let marked = struck > next || (tokens.is(next, mark::HOUR) && close(tokens, next));
    let from = if struck > next { struck } else { next + usize::from(marked) };
    let (minute, end) = minutes(tokens, from);
    let sharp = end + 1 < tokens.len() && tokens.is(end, mark::IN) && tokens.is(end + 1, mark::SHARP);
    let end = if sharp { end + 2 } else { end };
    let sure = if led { marked || end > from || is_half_day(tokens, end) } else { (marked && end > from) || is_half_day(tokens, end) };
    sure.then_some((hour, minute, end))
}

/// "(con|y) treinta (minutos)", "y media", "y cuarto"; minutes in digits need the word "minutos".
fn minutes(tokens: &Tokens<'_>, at: usize) -> (i8, usize) {
    let none = (0, at);
    if at == 0 || !tokens.together(at - 1, at) || !tokens.gap(at).trim().is_empty() {
        return none;
    }
    let joined = tokens.is(at, mark::WITH);
    let from = at + usize::from(joined);
    if joined && tokens.is(from, mark::HALF) {
        return (30, from + 1);
    }
    if joined && tokens.is(from, mark::QUARTER) {
        return (15, from + 1);
    }
    let (value, next, in_words) = match tokens.get(from) {
        Some(token) if token.digits > 0 && token.digits <= 2 => (token.number.unwrap_or(99), from + 1, false),
        Some(token) if token.lexeme.value > 0 => match number_words(tokens, from) {
            Some((value, next)) => (value, next, true),
            None => return none,
        },
        _ => return none,
    };
    let marked = tokens.is(next, mark::MINUTE) && close(tokens, next);
    match i8::try_from(value) {
        Ok(minute @ 0..=59) if marked || in_words => (minute, next + usize::from(marked)),
        _ => none,
    }
}

fn close(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.get(at).is_some() && tokens.gap(at).chars().all(|c| c.is_whitespace() || c == '.')
}

/// "am", "a.m.", "de la tarde", "del mediodía" at `at`: whether the hour is one of the afternoon, and where it ends.
fn half_day(tokens: &Tokens<'_>, at: usize) -> Option<(bool, usize)> {
    if at == 0 || !tokens.together(at - 1, at) {
        return None;
    }
    if tokens.is(at, mark::AM | mark::PM) {
        return Some((tokens.is(at, mark::PM), at + 1));
    }
    if matches!(tokens.word(at), "a" | "p") && tokens.word(at + 1) == "m" && tokens.gap(at + 1).trim() == "." {
        return Some((tokens.word(at) == "p", at + 2));
    }
    // "12 noon".
    if tokens.is(at, mark::NOON) && tokens.gap(at).trim().is_empty() {
        return Some((false, at + 1));
    }
    let mut part = at;
    while part < at + 2 && tokens.is(part, mark::OF | mark::THE) {
        part += 1;
    }
    if part == at || !tokens.gap(at).trim().is_empty() || !tokens.is(part, mark::FORENOON | mark::AFTERNOON | mark::NOON) {
        return None;
    }
    Some((tokens.is(part, mark::AFTERNOON), part + 1))
}

fn is_half_day(tokens: &Tokens<'_>, at: usize) -> bool {
    half_day(tokens, at).is_some()
}

fn daypart(tokens: &Tokens<'_>, hour: i8, end: usize) -> (i8, usize) {
    match half_day(tokens, end) {
        Some((true, end)) if (1..12).contains(&hour) => (hour + 12, end),
        Some((_, end)) => (hour, end),
        None => (hour, end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meaning::language::tests::spanish;

    fn read(text: &str) -> Option<String> {
        let tokens = Tokens::read(text, spanish());
        let time = (0..tokens.len()).find_map(|at| time_at(&tokens, at))?;
        Some(format!("{:02}:{:02}", time.hour, time.minute))
    }

    #[test]
    fn hours_are_read_in_every_form() {
        for (text, time) in [
            ("a las 08h15", "08:15"),
            ("8H15", "08:15"),
            ("08h15min", "08:15"),
            ("08h15m", "08:15"),
            ("15H0", "15:00"),
            ("14 h 30", "14:30"),
            ("16h", "16:00"),
            ("08:15", "08:15"),
            ("08:15:30", "08:15"),
            ("a las 08.15", "08:15"),
            ("08.15 horas", "08:15"),
            ("0815 hrs", "08:15"),
            ("a las 16 horas", "16:00"),
            ("16 horas con 20 minutos", "16:20"),
            ("las ocho horas quince minutos", "08:15"),
            ("a las diez y seis horas y cuarenta y cinco minutos", "16:45"),
            ("las once horas con cinco", "11:05"),
            ("a las nueve y media", "09:30"),
            ("a las ocho y treinta de la mañana", "08:30"),
            ("las tres y cuarto de la tarde", "15:15"),
            ("9 am", "09:00"),
            ("a las 3 p.m.", "15:00"),
            ("3:30 de la tarde", "15:30"),
            ("08h30 a.m.", "08:30"),
            ("las doce del mediodía", "12:00"),
            ("doce horas del mediodía", "12:00"),
            ("a las nueve en punto", "09:00"),
            ("a horas 08:15", "08:15"),
            ("HORA.- 08:15", "08:15"),
        ] {
            assert_eq!(read(text).as_deref(), Some(time), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_no_hours() {
        for text in [
            "dentro de 24 horas",
            "por diez minutos",
            "setenta y dos horas",
            "a las dos partes",
            "sala 105",
            "Art. 10.20",
            "25h00",
            "las partes",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
