//! The dates of a text, each with the hour that belongs to it.
//!
//! Called by `hearing`. An hour follows its date ("el 12 de marzo, a las 09h00") or stands right before
//! it ("a las 09h00 del 12 de marzo"); an hour without a date is nobody's.

use jiff::civil::Date;

use super::date::{DateExpr, date_at};
use super::language::{Language, mark};
use super::resolve::Lean;
use super::time::{TimeExpr, time_at};
use super::tokens::Tokens;

/// A date and its hour.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// The date.
    pub date: DateExpr,
    /// Its hour.
    pub time: Option<TimeExpr>,
    /// The day until which it lasts, when it is a whole date: "de 12/03/2024 a 19/03/2024".
    pub through: Option<DateExpr>,
    /// The first token of both.
    pub start: usize,
    /// The token after the last of both.
    pub end: usize,
}

impl Moment {
    /// The last day of what begins on this day, when the text says one.
    pub fn last_day(&self, first: Date) -> Option<Date> {
        let last = match (&self.through, self.date.last) {
            (Some(date), _) => date.resolve(Some(first), Some(first), Lean::Ahead).0.first().copied(),
            (None, Some(day)) => Date::new(first.year(), first.month(), day).ok(),
            (None, None) => None,
        };
        last.filter(|last| *last > first)
    }
}

/// How far behind a date its hour may stand, in tokens, when "a las" announces it ("…, en la sala 105 del primer piso, a las 09h00").
const FAR: usize = 15;
/// How far without such an announcement.
const NEAR: usize = 4;

/// Every date of the text in order.
pub fn moments(tokens: &Tokens<'_>, language: &Language) -> Vec<Moment> {
    let (mut dates, mut times) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < tokens.len() {
        if let Some(date) = date_at(tokens, language, at) {
            at = date.end.max(at + 1);
            dates.push(date);
        } else if let Some(time) = time_at(tokens, at) {
            at = time.end.max(at + 1);
            times.push(time);
        } else {
            at += 1;
        }
    }
    let mut taken = vec![false; times.len()];
    let mut found: Vec<Moment> = Vec::with_capacity(dates.len());
    let mut first_time = 0;
    for (index, date) in dates.iter().enumerate() {
        let until = dates.get(index + 1).map_or(tokens.len(), |next| next.start);
        let since = found.last().map_or(0, |moment| moment.end);
        while times.get(first_time).is_some_and(|time| time.end <= since) {
            first_time += 1;
        }
        let nearby = || times.iter().enumerate().skip(first_time).take_while(|(_, time)| time.start < until);
        let chosen = nearby()
            .find(|(at, time)| !taken[*at] && time.end <= date.start && is_right_before(tokens, time, date))
            .or_else(|| nearby().find(|(at, time)| !taken[*at] && time.start >= date.end && follows(tokens, date, time, until)))
            // "status hearing set for 9:00 2/2/04".
            .or_else(|| nearby().find(|(at, time)| !taken[*at] && time.end == date.start && tokens.together(time.start, date.start)))
            .map(|(at, time)| (at, *time));
        if let Some((at, _)) = chosen {
            taken[at] = true;
        }
        let time = chosen.map(|(_, time)| time);
        if let Some(before) = found.last_mut().filter(|before| goes_through(tokens, before, date)) {
            before.through = Some(date.clone());
            continue;
        }
        let start = time.map_or(date.start, |time| time.start.min(date.start));
        let end = time.map_or(date.end, |time| time.end.max(date.end));
        found.push(Moment { date: date.clone(), time, through: None, start, end });
    }
    found
}

/// "de 12/03/2024 a 19/03/2024": the second day is the end of what begins on the first, not another hearing.
fn goes_through(tokens: &Tokens<'_>, before: &Moment, date: &DateExpr) -> bool {
    let small = |at: usize| tokens.is(at, mark::THE | mark::DAY | mark::OF);
    tokens.is(before.end, mark::THROUGH)
        && tokens.together(before.end, date.start)
        && date.start > before.end
        && (before.end + 1..date.start).all(small)
}

fn is_right_before(tokens: &Tokens<'_>, time: &TimeExpr, date: &DateExpr) -> bool {
    let small = |at: usize| tokens.is(at, mark::OF | mark::THE | mark::DAY | mark::NEXT);
    date.start <= time.end + 3
        && tokens.together(time.start, date.start)
        && tokens.is(time.end, mark::OF | mark::THE)
        && (time.end..date.start).all(small)
}

fn follows(tokens: &Tokens<'_>, date: &DateExpr, time: &TimeExpr, until: usize) -> bool {
    if !tokens.together(date.start, time.start) {
        return false;
    }
    // The hour before the next date ("a las 09h00 del 12 de marzo") belongs to that one.
    if until < tokens.len()
        && until <= time.end + 2
        && tokens.is(time.end, mark::OF)
        && tokens.gap(time.end).chars().all(|c| c.is_whitespace() || c == '.')
    {
        return false;
    }
    let between = (date.end..time.start).filter(|at| !tokens.is(*at, mark::BETWEEN | mark::LEAD | mark::TOWARD)).count();
    between == 0 && time.start <= date.end + 8 || time.start <= date.end + if time.led { FAR } else { NEAR }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meaning::language::tests::spanish;

    fn read(text: &str) -> Vec<(i8, Option<(i8, i8)>)> {
        let tokens = Tokens::read(text, spanish());
        moments(&tokens, spanish()).iter().map(|moment| (moment.date.days[0], moment.time.map(|time| (time.hour, time.minute)))).collect()
    }

    #[test]
    fn each_date_gets_its_own_hour() {
        for (text, expected) in [
            ("el 4 de julio de 2025, a las 10h00", vec![(4, Some((10, 0)))]),
            ("a las 10h00 del viernes 4 de julio de 2025", vec![(4, Some((10, 0)))]),
            ("las DIEZ HORAS DEL DÍA CUATRO DE JULIO DE DOS MIL VEINTICINCO", vec![(4, Some((10, 0)))]),
            ("el 4 de julio, en la sala 105 del primer piso, a las 10h00", vec![(4, Some((10, 0)))]),
            ("el 4 de julio a las 10h00 y el 7 de julio a las 11h00", vec![(4, Some((10, 0))), (7, Some((11, 0)))]),
            ("el 4 de julio. Se atenderá a las 10h00", vec![(4, None)]),
            ("FECHA.- 2025-07-04 HORA.- 10:00", vec![(4, Some((10, 0)))]),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
