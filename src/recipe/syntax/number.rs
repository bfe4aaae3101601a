//! The `[number]` table: what a case number looks like, and what is checked of it.
//!
//! Called by the recipe's own parser. Groups that the pattern does not have are reported where they are named.

use std::sync::Arc;

use crate::diag::{At, Reader, suggestion};
use crate::domain::case::Parts;
use crate::recipe::filter::Tables;
use crate::recipe::number::{Check, Group, NumberFormat, Test, fill, names};

use super::part;

/// How to read a number, and the example with its place, which the recipe must be able to read.
pub fn format(reader: &mut Reader<'_>, tables: &Tables) -> Option<(NumberFormat, At<String>)> {
    if !reader.required("number", "a table that says what a case number looks like") {
        return None;
    }
    let mut number = reader.table("number")?;
    let written = number.required_text("pattern");
    let pattern = written
        .as_ref()
        .and_then(|pattern| part::regex(&number, &At { value: format!("^(?:{})$", pattern.value), span: pattern.span.clone() }));
    let compact = number.required_text("compact");
    let canonical = number.required_text("canonical");
    let shape = number.required_text("shape");
    let example = number.required_text("example");
    let [uppercase, lowercase] = ["uppercase", "lowercase"].map(|key| number.flag(key).is_some_and(|flag| flag.value));
    if uppercase && lowercase {
        number.report("lowercase", "a number is written in `uppercase` or in `lowercase`, not in both", None);
    }
    let drop_spaces = number.flag("drop_spaces").is_some_and(|flag| flag.value);
    let mut hints = Vec::new();
    for mut hint in number.tables("hint") {
        let pattern = hint.required_text("pattern").and_then(|pattern| part::regex(&hint, &pattern));
        let say = hint.required_text("say").map(|say| say.value);
        hints.extend(pattern.zip(say));
        hint.finish();
    }
    let known = pattern.as_ref().map(names);
    let mut groups: Vec<Group> = known.iter().flatten().cloned().map(Group::plain).collect();
    settle(&mut number, &mut groups, known.is_some());
    let known = known.as_deref();
    for form in [&compact, &canonical].into_iter().flatten() {
        check_form(&number, form, known);
    }
    let mut checks = Vec::new();
    for table in part::one_or_many(&mut number, "check") {
        checks.extend(check(table, tables, known));
    }
    number.finish();
    let (pattern, example) = (pattern?, example?);
    let format = NumberFormat {
        pattern,
        groups,
        checks,
        compact: compact?.value,
        canonical: canonical?.value,
        uppercase,
        lowercase,
        drop_spaces,
        shape: shape?.value,
        example: example.value.clone(),
        hints,
    };
    Some((format, example))
}

/// What templates may say after `number.`.
pub fn parts(format: &NumberFormat) -> Vec<String> {
    let fixed = ["compact", "canonical"].map(str::to_owned);
    fixed.into_iter().chain(format.pattern.capture_names().flatten().map(str::to_owned)).collect()
}

/// What becomes of the groups: `defaults`, `pad`, `unpad`. Without a pattern nobody knows which there are.
fn settle(number: &mut Reader<'_>, groups: &mut [Group], is_known: bool) {
    let defaults = if number.has("defaults") { number.table("defaults") } else { None };
    if let Some(mut table) = defaults {
        for key in table.keys() {
            let text = table.text(&key.value);
            if let (Some(group), Some(text)) = (group(&table, &key, groups, is_known), text) {
                group.default = text.value;
            }
        }
    }
    let pad = if number.has("pad") { number.table("pad") } else { None };
    if let Some(mut table) = pad {
        for key in table.keys() {
            let length = table.integer(&key.value, 1, 60).and_then(|length| usize::try_from(length.value).ok());
            if let (Some(group), Some(length)) = (group(&table, &key, groups, is_known), length) {
                group.pad = length;
            }
        }
    }
    for name in number.texts("unpad").unwrap_or_default() {
        if let Some(group) = group(number, &name, groups, is_known) {
            group.unpad = true;
        }
    }
}

fn group<'g>(reader: &Reader<'_>, name: &At<String>, groups: &'g mut [Group], is_known: bool) -> Option<&'g mut Group> {
    let at = groups.iter().position(|group| *group.name == name.value);
    if at.is_none() && is_known {
        let names: Vec<&str> = groups.iter().map(|group| &*group.name).collect();
        reader.sink().report(name.span.clone(), format!("the pattern has no group named {}", name.value), suggestion(&name.value, &names));
    }
    at.and_then(|at| groups.get_mut(at))
}

/// Reports a group in a form that the pattern does not have.
fn check_form(reader: &Reader<'_>, form: &At<String>, known: Option<&[Arc<str>]>) {
    let Some(known) = known else { return };
    let parts: Parts = known.iter().map(|name| (name.clone(), "".into())).collect();
    if let Some((_, after)) = fill(&form.value, &parts).split_once('{') {
        let unknown = after.split('}').next().unwrap_or_default();
        let names: Vec<&str> = known.iter().map(|name| &**name).collect();
        reader.sink().report(form.span.clone(), format!("the pattern has no group named {unknown}"), suggestion(unknown, &names));
    }
}

fn check(mut reader: Reader<'_>, tables: &Tables, known: Option<&[Arc<str>]>) -> Option<Check> {
    let say = reader.required_text("say");
    let mod97 = reader.text("mod97");
    let value = reader.text("value");
    for form in [&mod97, &value].into_iter().flatten() {
        check_form(&reader, form, known);
    }
    let table = reader.text("table").map(|name| {
        let table = tables.get(&name.value).cloned();
        if table.is_none() {
            let names: Vec<&str> = tables.keys().map(String::as_str).collect();
            reader.sink().report(name.span, format!("there is no [tables.{}]", name.value), suggestion(&name.value, &names));
        }
        table
    });
    let matches = reader.text("matches").map(|pattern| part::regex(&reader, &pattern));
    let test = match (mod97, value, table, matches) {
        (Some(form), None, None, None) => Some(Test::Mod97(form.value)),
        (None, Some(form), Some(table), None) => table.map(|table| Test::In(form.value, table)),
        (None, Some(form), None, Some(pattern)) => pattern.map(|pattern| Test::Matches(form.value, pattern)),
        _ => {
            let help = "for example value = \"{court}\" and table = \"courts\"";
            reader.sink().report(reader.span(), "a check needs mod97, or value with table or matches", Some(help.to_owned()));
            None
        }
    };
    reader.finish();
    Some(Check { test: test?, say: say?.value })
}
