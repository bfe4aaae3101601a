//! The rows of a `calendar.toml`: what each kind of table may say.
//!
//! Called by [`read`](super::read), which puts the rows together. A mistake is reported at its place and the reading goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZoneDatabase;

use super::place::Place;
use super::reach::{Reach, word};
use super::rule::{ALWAYS, Rule, Shift, When, Years};
use super::stretch::Span;
use super::{Cause, Confidence, Count, Data};
use crate::diag::{At, Reader, suggestion};

/// How days move, and in which years, by id.
pub type Shifts = BTreeMap<String, (Shift, Years)>;

/// The days of the week as a file writes them, from Monday.
pub const WEEKDAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];
const CONFIDENCE: [(&str, Confidence); 3] = [("high", Confidence::High), ("medium", Confidence::Medium), ("low", Confidence::Low)];
const COUNTS: [(&str, Count); 2] = [("plazo", Count::Plazo), ("termino", Count::Termino)];
/// A holiday moves within its week; farther it would leave the years beside its own.
const FARTHEST: i64 = 7;

/// The `[[shift]]` tables by id.
pub fn shifts(reader: &mut Reader<'_>) -> Shifts {
    let mut shifts = Shifts::new();
    for mut table in reader.tables("shift") {
        let id = table.required_text("id").map(|at| at.value).unwrap_or_default();
        table.required_text("source");
        let shift = WEEKDAYS.map(|(day, _)| {
            let days = table.integer(day, -FARTHEST, FARTHEST).map_or(0, |at| at.value);
            i8::try_from(days).unwrap_or_default()
        });
        let (since, until) = (year(&mut table, "since"), year(&mut table, "until"));
        shifts.insert(id, (shift, Years { from: since.unwrap_or(ALWAYS.from), until: until.unwrap_or(ALWAYS.until) }));
        table.finish();
    }
    shifts
}

fn id(table: &mut Reader<'_>, seen: &mut BTreeSet<String>) -> String {
    let id = table.required_text("id").map(|at| at.value).unwrap_or_default();
    if !seen.insert(id.clone()) && !id.is_empty() {
        table.report("id", format!("the id \"{id}\" is used twice in this file"), Some("give every row an id of its own".to_owned()));
    }
    id
}

/// What every row says of itself: id, name, source, confidence.
pub fn cause(table: &mut Reader<'_>, seen: &mut BTreeSet<String>) -> Arc<Cause> {
    let id = id(table, seen);
    let [mut es, mut en] = [const { String::new() }; 2];
    if table.required("name", "{ es = \"…\", en = \"…\" }")
        && let Some(mut names) = table.table("name")
    {
        [es, en] = ["es", "en"].map(|language| names.required_text(language).map(|at| at.value).unwrap_or_default());
        names.finish();
    }
    let source = table.required_text("source").map(|at| at.value).unwrap_or_default();
    table.required("confidence", "\"high\", \"medium\" or \"low\"");
    let confidence = table.choice("confidence", &CONFIDENCE).map_or(Confidence::Low, |at| at.value);
    Arc::new(Cause { id, es, en, source, confidence })
}

/// Whom a row concerns.
pub fn reach(table: &mut Reader<'_>, data: &Data) -> Reach {
    let mut words = |key: &str| -> Vec<At<String>> { table.texts(key).unwrap_or_default() };
    let (regions, places) = (words("regions"), words("places"));
    let [matters, except_matters] =
        ["matters", "except_matters"].map(|key| words(key).into_iter().map(|at| word(&at.value)).collect::<Vec<String>>());
    for (list, known, what) in [(&regions, &data.places.regions, "a region"), (&places, &data.places.places, "a place")] {
        let ids: Vec<&str> = known.iter().map(|known| known.id.as_str()).collect();
        list.iter().filter(|at| !ids.contains(&at.value.as_str())).for_each(|at| unknown(table, at, what, &ids));
    }
    let folded = |list: Vec<At<String>>| list.into_iter().map(|at| word(&at.value)).collect();
    let except_detained = table.flag("except_detained").is_some_and(|at| at.value);
    Reach { regions: folded(regions), matters, except_matters, places: folded(places), except_detained }
}

/// When a holiday falls and how it moves.
pub fn rule(table: &mut Reader<'_>, shifts: &Shifts) -> Option<Rule> {
    let ways = ["on", "easter", "weekday"].into_iter().filter(|key| table.has(key)).count();
    if ways != 1 {
        let help = "write on = \"05-24\", or easter = -2, or nth = 3, weekday = \"mon\" and month = 1";
        table.report("on", "a holiday falls on one day: on, easter or weekday", Some(help.to_owned()));
    }
    let on = table.text("on").and_then(|at| month_day(table, &at)).map(|(month, day)| When::Fixed(month, day));
    let easter = table.integer("easter", -70, 80).and_then(|at| i32::try_from(at.value).ok()).map(When::Easter);
    let nth = if table.has("weekday") { nth(table) } else { None };
    let (shift, shifted) = match table.text("shift") {
        Some(at) => shifts.get(&at.value).copied().unwrap_or_else(|| {
            let known: Vec<&str> = shifts.keys().map(String::as_str).collect();
            unknown(table, &at, "a shift", &known);
            ([0; 7], ALWAYS)
        }),
        None => ([0; 7], ALWAYS),
    };
    let (since, until) = (year(table, "since"), year(table, "until"));
    let every = table.integer("every", 1, 100);
    if every.is_some() && since.is_none() {
        table.report("every", "years are counted from the first one", Some("add since = …".to_owned()));
    }
    let every = every.and_then(|at| i16::try_from(at.value).ok()).unwrap_or(1);
    let years = Years { from: since.unwrap_or(ALWAYS.from), until: until.unwrap_or(ALWAYS.until) };
    Some(Rule { when: on.or(easter).or(nth)?, shift, shifted, years, every })
}

fn nth(table: &mut Reader<'_>) -> Option<When> {
    let (has_nth, has_month) = (table.required("nth", "1 to 4, or -1 for the last"), table.required("month", "1 to 12"));
    let (nth, month) = (table.integer("nth", -1, 4), table.integer("month", 1, 12));
    if nth.as_ref().is_some_and(|at| at.value == 0) {
        table.report("nth", "nth must be 1 to 4, or -1 for the last", None);
    }
    let weekday = table.choice("weekday", &WEEKDAYS)?.value;
    let small = |at: Option<At<i64>>| at.and_then(|at| i8::try_from(at.value).ok());
    if has_nth && has_month { Some(When::Nth(small(nth)?, small(month)?, weekday)) } else { None }
}

/// The days of a recess.
pub fn yearly(table: &mut Reader<'_>) -> Option<Span> {
    let [from, to] = ["from", "to"].map(|key| {
        let at = table.required_text(key)?;
        let day = month_day(table, &at)?;
        if day == (2, 29) {
            table.report(key, "29 February is not in every year", Some("write 02-28 or 03-01".to_owned()));
        }
        Some(day)
    });
    let (since, until) = (year(table, "since"), year(table, "until"));
    let years = Years { from: since.unwrap_or(ALWAYS.from), until: until.unwrap_or(ALWAYS.until) };
    Some(Span::Yearly { from: from?, to: to?, years })
}

/// A suspension must end: where nobody knows the day the file names the latest that is reasonable, with low confidence.
pub fn once(table: &mut Reader<'_>, cause: &Cause) -> Option<Span> {
    let [from, to] = ["from", "to"].map(|key| {
        let at = table.required_text(key)?;
        date(table, &at)
    });
    let end_known = table.flag("end_known").is_none_or(|at| at.value);
    if !end_known && cause.confidence > Confidence::Low {
        table.report("confidence", "a suspension whose end is not known is of low confidence", None);
    }
    let (from, to) = (from?, to?);
    if to < from {
        table.report("to", "the suspension ends before it begins", None);
    }
    Some(Span::Once { from, to })
}

/// Both counts, unless the file names one.
pub fn stops(table: &mut Reader<'_>) -> [bool; 2] {
    let Some(named) = table.texts("stops") else { return [true, true] };
    let mut stops = [false, false];
    for at in named {
        match COUNTS.iter().position(|(name, _)| *name == at.value) {
            Some(which) => stops.iter_mut().skip(which).take(1).for_each(|stops| *stops = true),
            None => unknown(table, &at, "a way to count", &COUNTS.map(|(name, _)| name)),
        }
    }
    stops
}

/// A `[[region]]` or `[[place]]`.
pub fn place(table: &mut Reader<'_>, seen: &mut BTreeSet<String>, is_region: bool) -> Place {
    let id = id(table, seen);
    let mut list = |key: &str| table.texts(key).unwrap_or_default().into_iter().map(|at| at.value).collect::<Vec<String>>();
    let (names, codes) = (list("names"), list("codes"));
    let zone = zone(table);
    let region = if is_region { None } else { table.text("region").map(|at| at.value) };
    Place { names: names.iter().map(|name| word(name)).collect(), id, codes, zone, region }
}

/// The name of a time zone that exists.
pub fn zone(reader: &mut Reader<'_>) -> Option<String> {
    let at = reader.text("zone")?;
    if TimeZoneDatabase::bundled().get(&at.value).is_err() {
        reader.report("zone", format!("there is no time zone \"{}\"", at.value), Some("write it as in \"America/Guayaquil\"".to_owned()));
    }
    Some(at.value)
}

/// A table `{ since, until }`.
pub fn years(reader: &mut Reader<'_>, key: &str) -> Option<Years> {
    let mut table = if reader.has(key) { reader.table(key)? } else { return None };
    let (since, until) = (year(&mut table, "since"), year(&mut table, "until"));
    table.finish();
    Some(Years { from: since.unwrap_or(ALWAYS.from), until: until.unwrap_or(ALWAYS.until) })
}

fn year(table: &mut Reader<'_>, key: &str) -> Option<i16> {
    table.integer(key, 1583, 9999).and_then(|at| i16::try_from(at.value).ok())
}

/// A list of days such as `2026-05-25`.
pub fn dates(table: &mut Reader<'_>, key: &str) -> Vec<Date> {
    let texts = table.texts(key).unwrap_or_default();
    texts.iter().filter_map(|at| date(table, at)).collect()
}

fn date(table: &Reader<'_>, at: &At<String>) -> Option<Date> {
    let date = at.value.parse().ok().filter(|_| at.value.len() == 10);
    if date.is_none() {
        table.sink().report(at.span.clone(), format!("\"{}\" is no day", at.value), Some("write it as in \"2026-05-25\"".to_owned()));
    }
    date
}

/// A month and a day, read in a leap year so that 29 February is one.
fn month_day(table: &Reader<'_>, at: &At<String>) -> Option<(i8, i8)> {
    let date: Option<Date> = format!("2024-{}", at.value).parse().ok().filter(|_| at.value.len() == 5);
    if date.is_none() {
        let help = "write month and day as in \"05-24\"".to_owned();
        table.sink().report(at.span.clone(), format!("\"{}\" is no day of a year", at.value), Some(help));
    }
    date.map(|date| (date.month(), date.day()))
}

/// Reports a word that names nothing here.
pub fn unknown(table: &Reader<'_>, at: &At<String>, what: &str, known: &[&str]) {
    table.sink().report(at.span.clone(), format!("\"{}\" is not {what}", at.value), suggestion(&at.value, known));
}
