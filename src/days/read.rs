//! Reads `calendar.toml`: the file of a jurisdiction, or an operator's file on top of one.
//!
//! Used by [`Calendar`](super::Calendar). Every mistake comes out at once, with its line and column. What the words of a rule mean is
//! said in `jurisdictions/README.md`.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::row::{WEEKDAYS, cause, dates, once, place, reach, rule, shifts, stops, unknown, yearly, years, zone};
use super::stretch::{Kind, Stretch};
use super::{Data, Decree, Holiday};
use crate::diag::{Problem, Reader, Sink, parse};

/// Reads a file; with a base it is an operator's file on top of it.
pub fn file(name: &str, text: &str, base: Option<&Data>) -> Result<Data, Vec<Problem>> {
    let sink = Sink::new(name, text);
    let mut data = base.cloned().unwrap_or_else(Data::weekends_only);
    if let Some(document) = parse(&sink) {
        let mut reader = Reader::root(&document, &sink);
        if base.is_some() {
            on_top(&mut reader, &mut data, name);
        } else {
            head(&mut reader, &mut data);
        }
        rows(&mut reader, &mut data);
        reader.finish();
    }
    data.digest = digest(&data.digest, text);
    let problems = sink.into_problems();
    if problems.is_empty() { Ok(data) } else { Err(problems) }
}

fn head(reader: &mut Reader<'_>, data: &mut Data) {
    let mut text = |key: &str| reader.required_text(key).map(|at| at.value).unwrap_or_default();
    (data.id, data.version) = (text("id"), text("version"));
    reader.required("zone", "the name of a time zone");
    data.zone = zone(reader).unwrap_or_default();
    if reader.required("weekend", "a list such as [\"sat\", \"sun\"]") {
        data.weekend = [false; 7];
        for at in reader.texts("weekend").unwrap_or_default() {
            match WEEKDAYS.iter().position(|(name, _)| *name == at.value) {
                Some(day) => data.weekend.iter_mut().skip(day).take(1).for_each(|day| *day = true),
                None => unknown(reader, &at, "a day of the week", &WEEKDAYS.map(|(name, _)| name)),
            }
        }
        if data.weekend.iter().all(|day| *day) {
            reader.report("weekend", "no day is left for work", None);
        }
    }
    reader.required("valid", "the years whose law the file holds, { since = 2017, until = 2099 }");
    data.valid = years(reader, "valid");
    data.published = years(reader, "published");
}

fn on_top(reader: &mut Reader<'_>, data: &mut Data, name: &str) {
    // Whose calendar it is on top of is the caller's business; where nothing is shipped it is the first of its jurisdiction.
    let jurisdiction = reader.text("jurisdiction").map(|at| at.value).unwrap_or_default();
    if data.id.is_empty() {
        data.id = jurisdiction;
    }
    // A report shows it, so no folder of the operator's goes in.
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned();
    let own = reader.text("version").map(|at| at.value).filter(|version| !version.is_empty()).unwrap_or(file);
    data.version = if data.version.is_empty() { own } else { format!("{} + {own}", data.version) };
    data.published = years(reader, "published").or(data.published);
    for at in reader.texts("drop").unwrap_or_default() {
        let known: Vec<String> = data.causes().map(|cause| cause.id.clone()).collect();
        if !known.contains(&at.value) {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            unknown(reader, &at, "a row of the calendar", &known);
        }
        data.holidays.retain(|row| row.cause.id != at.value);
        data.decrees.retain(|row| row.cause.id != at.value);
        data.stretches.retain(|row| row.cause.id != at.value);
    }
}

fn rows(reader: &mut Reader<'_>, data: &mut Data) {
    data.shifts.extend(shifts(reader));
    let mut seen = BTreeSet::new();
    let mut seen_places = BTreeSet::new();
    for (key, is_region) in [("region", true), ("place", false)] {
        for mut table in reader.tables(key) {
            let place = place(&mut table, &mut seen_places, is_region);
            if let Some(region) = place.region.as_ref().filter(|id| !data.places.regions.iter().any(|region| region.id == **id)) {
                table.report("region", format!("there is no region \"{region}\" in this calendar"), None);
            }
            let list = if is_region { &mut data.places.regions } else { &mut data.places.places };
            put(list, place, |place| &place.id);
            table.finish();
        }
    }
    for mut table in reader.tables("holiday") {
        let (cause, reach) = (cause(&mut table, &mut seen), reach(&mut table, data));
        if let Some(rule) = rule(&mut table, &data.shifts) {
            put(&mut data.holidays, Holiday { cause, rule, reach }, |row| &row.cause.id);
        }
        table.finish();
    }
    for mut table in reader.tables("decree") {
        let (cause, reach) = (cause(&mut table, &mut seen), reach(&mut table, data));
        let [off, work] = ["off", "work"].map(|key| dates(&mut table, key));
        if !table.has("off") && !table.has("work") {
            table.report("off", "a decree gives days `off`, or has people `work`", None);
        }
        put(&mut data.decrees, Decree { cause, off, work, reach }, |row| &row.cause.id);
        table.finish();
    }
    for (key, kind) in [("recess", Kind::Recess), ("suspension", Kind::Suspension)] {
        for mut table in reader.tables(key) {
            let (cause, reach) = (cause(&mut table, &mut seen), reach(&mut table, data));
            let span = if kind == Kind::Recess { yearly(&mut table) } else { once(&mut table, &cause) };
            let stops = stops(&mut table);
            if let Some(span) = span {
                put(&mut data.stretches, Stretch { cause, kind, span, reach, stops }, |row| &row.cause.id);
            }
            table.finish();
        }
    }
}

/// Adds a row, in the place of one with its id.
fn put<T>(list: &mut Vec<T>, row: T, id: impl Fn(&T) -> &String) {
    match list.iter_mut().find(|known| id(known) == id(&row)) {
        Some(known) => *known = row,
        None => list.push(row),
    }
}

/// Eight hexadecimal digits that change with any letter of the text, and with what was there before.
fn digest(before: &str, text: &str) -> String {
    let hash = Sha256::new().chain_update(before).chain_update(text).finalize();
    hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}
