//! The `[[case]]` tables: what is watched.
//!
//! A number is understood by its source's recipe, so that a case has one identity however it is typed.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;

use crate::delay::clocks::Rules;
use crate::diag::{At, Reader, nearest};
use crate::domain::case::{CaseRef, Watch};
use crate::recipe::{COMMAND, FEED, KINDS, Recipe, docket_source, is_described, page_source, walled_site};

use super::channel::Channels;
use super::general::{self, General, LEAST_EVERY};
use super::limits::Limits;
use super::linked::{self, Wish};
use super::pins;
use super::program::{self, Program};
use super::scope::{MOST_PROBLEMS, Scope, YEAR, spell};
use super::source::{self, Known, Source, Sources};

/// All cases.
#[derive(Debug, Default)]
pub(super) struct Cases {
    /// The valid ones, in the order of the files.
    pub list: Vec<Watch>,
    /// The sources that cases describe themselves.
    pub described: HashMap<CaseRef, Arc<Source>>,
    /// The sources of which it was said already how well they are known.
    noted: BTreeSet<String>,
}

/// What a case is checked against.
pub(super) struct Around<'a> {
    /// For the general interval.
    pub general: &'a General,
    /// For numbers and floors.
    pub sources: &'a Sources,
    /// For `channels`.
    pub channels: &'a Channels<'a>,
    /// For the events that may be pinned.
    pub limits: &'a Limits,
}

/// Reads the cases of all files.
pub(super) fn read(roots: &mut [(Reader<'_>, Scope<'_>)], around: &Around<'_>) -> Cases {
    let mut cases = Cases::default();
    let mut names: HashMap<String, String> = HashMap::new();
    let mut seen: HashMap<CaseRef, (Scope<'_>, Option<Range<usize>>)> = HashMap::new();
    let mut wishes: Vec<Wish<'_>> = Vec::new();
    for (root, scope) in roots {
        for mut table in root.tables("case") {
            if scope.errors.len() >= MOST_PROBLEMS {
                scope.error(None, "there are more problems; these come first", "mend them and check again");
                break;
            }
            let place = table.span();
            let others = table.texts("linked").unwrap_or_default();
            let watch = read_one(&mut table, scope, around, &mut cases);
            table.finish();
            let Some(watch) = watch else { continue };
            if let Some((other, first)) = seen.get(&watch.case) {
                let message = format!("{} is watched already, at {}", watch.number.canonical, other.errors.place(first.as_ref()));
                scope.error(place, message, "leave one of the two out");
                continue;
            }
            if let Some(name) = &watch.name
                && let Some(other) = names.insert(name.to_lowercase(), watch.number.canonical.clone())
            {
                let message = format!("{other} is called \"{name}\" too, so commands cannot tell the two apart by that name");
                scope.warn(place.clone(), message, "give each case a name of its own");
            }
            if !others.is_empty() {
                wishes.push(Wish { case: cases.list.len(), scope: *scope, others });
            }
            seen.insert(watch.case.clone(), (*scope, place));
            cases.list.push(watch);
        }
    }
    linked::join(&mut cases.list, &wishes, around.sources);
    cases
}

fn read_one(table: &mut Reader<'_>, scope: &Scope<'_>, around: &Around<'_>, cases: &mut Cases) -> Option<Watch> {
    table.required("source", "the court's site, such as \"ec-esatje\"");
    table.required("number", "the case number, such as \"17721-2019-00029G\"");
    let source_id = scope.line(table, "source");
    let typed = scope.line(table, "number");
    let name = scope.line(table, "name");
    let formal_name = scope.line(table, "formal_name");
    let tags = tags(table, scope);
    let every = scope.duration(table, "every", LEAST_EVERY, YEAR);
    let since = since(table, scope);
    let silent_after = general::silent_after(table, scope).unwrap_or(around.general.silent_after);
    let note = table.text("note").map(|at| at.value.trim().to_owned()).filter(|note| !note.is_empty());
    let chosen_for_delay = table.flag("chosen_for_delay").is_some_and(|at| at.value);
    let facts = pins::facts(table, scope);
    let pinned = pins::read(table, scope);
    let channels = channels(table, scope, around.channels);
    let withhold = super::privacy::of_case(table, scope);
    let known = known(table, source_id.as_ref(), typed.as_ref(), scope, around.sources);
    let (source_id, typed, known) = (source_id?, typed?, known?);
    let number = match known.source.recipe.number(&typed.value) {
        Ok(number) => number,
        Err(why) => {
            scope.errors.report(typed.span, why, None);
            return None;
        }
    };
    let jurisdiction = &known.source.recipe.jurisdiction;
    let rules = around.limits.get(jurisdiction).cloned().unwrap_or_else(|| Rules::shipped(jurisdiction));
    let facts = pins::named(facts, &rules, scope);
    let pins = pins::known(pinned, &rules, jurisdiction, scope);
    let case = CaseRef { source: source_id.value.clone(), number: number.compact.clone() };
    if is_described(&case.source) {
        cases.described.insert(case.clone(), known.source.clone());
    }
    if cases.noted.insert(source_id.value.clone()) {
        note_standing(&source_id, &known.source.recipe, scope);
        tell_secrets(&source_id, &known, scope);
    }
    let every = interval(every, &known, around.general, scope);
    let text = |at: At<String>| at.value;
    Some(Watch {
        case,
        number,
        name: name.map(text),
        formal_name: formal_name.map(text),
        tags,
        every,
        since,
        silent_after,
        note,
        facts,
        pins,
        chosen_for_delay,
        channels,
        linked: Vec::new(),
        withhold,
    })
}

/// Says what a recipe admits of itself, once for each source that is watched.
fn note_standing(id: &At<String>, recipe: &Recipe, scope: &Scope<'_>) {
    let id_is = &id.value;
    if let Some(why) = &recipe.import_only {
        let message = format!("{id_is} is import only: {why}; its cases are never polled");
        let how = recipe.how.as_deref().map(|how| format!("{}; then: ", how.trim_end_matches('.'))).unwrap_or_default();
        scope.warn(id.span.clone(), message, format!("{how}veedor import --source {id_is} --case NUMBER --page FILE"));
    }
    if let Some(why) = &recipe.unverified {
        let help = format!("compare what it reads with the site before you rely on it; `veedor sources {id_is}` says what is known");
        scope.warn(id.span.clone(), format!("{id_is} is unverified live: {why}"), help);
    }
}

/// Tells the secrets without which a source cannot be asked, once for each source that is polled.
fn tell_secrets(id: &At<String>, known: &Known, scope: &Scope<'_>) {
    if known.source.recipe.import_only.is_some() {
        return;
    }
    for (name, how) in &known.lacking {
        let message = format!("{} cannot be asked without its secret \"{name}\": {how}", id.value);
        let help =
            format!("write secrets = {{ {name} = {{ file = \"/run/secrets/{name}\" }} }} under [source.{}] (or env, credential)", id.value);
        scope.error(id.span.clone(), message, &help);
    }
}

/// The case's source; `None` has been reported.
fn known(
    table: &mut Reader<'_>,
    source_id: Option<&At<String>>,
    number: Option<&At<String>>,
    scope: &Scope<'_>,
    sources: &Sources,
) -> Option<Known> {
    let At { value: id, span } = source_id?;
    let others: Vec<&str> = KINDS.into_iter().filter(|kind| kind != id && table.has(kind)).collect();
    for kind in others {
        table.item(kind);
        let message = format!("{kind} belongs to a case with source = \"{kind}\"");
        table.report(kind, message, Some("leave it out, or change the source".to_owned()));
    }
    if is_described(id) {
        let like = match id.as_str() {
            FEED => "{ url = \"https://…\" }",
            COMMAND => "{ run = [\"/path/of/the/program\"] }",
            _ => "{ url = \"https://…\", rows = \"…\", title = \"…\" }",
        };
        table.required(id, like);
        let mut inner = table.table(id)?;
        let known = described(&mut inner, id, number.map(|at| at.value.as_str()).unwrap_or_default(), scope, sources);
        inner.finish();
        return known;
    }
    if let Some(known) = sources.known.get(id) {
        return Some(known.clone());
    }
    if let Some(site) = walled_site(id).filter(|_| !sources.broken.contains(id)) {
        let (why, how) = site.refusal();
        scope.error(span.clone(), why, how);
    } else if !sources.broken.contains(id) {
        let ids: Vec<&str> = sources.known.keys().map(String::as_str).chain(KINDS).collect();
        scope.errors.report(span.clone(), format!("unknown source \"{id}\""), source::suggest(id, &ids));
    }
    None
}

/// The source that a case describes; `None` has been reported.
fn described(inner: &mut Reader<'_>, kind: &str, slug: &str, scope: &Scope<'_>, sources: &Sources) -> Option<Known> {
    if kind != COMMAND {
        let recipe = if kind == FEED { page_source::read_feed(inner, slug) } else { page_source::read(inner, slug) };
        return Some(source::of_case(recipe?, None, sources, scope));
    }
    let program = program::read(inner, scope, "its cases are unavailable until it is there and may be run by the user that runs veedor");
    let timeout = scope.duration(inner, "timeout", source::LEAST_TIMEOUT, source::LONGEST_TIMEOUT);
    let recipe = docket_source::read(inner, slug, &program.as_ref().map(Program::name).unwrap_or_default());
    Some(source::of_case(recipe?, Some((program?, timeout)), sources, scope))
}

fn interval(every: Option<At<Duration>>, known: &Known, general: &General, scope: &Scope<'_>) -> Duration {
    match every {
        Some(at) if at.value < known.floor => {
            source::too_fast(scope, at.span, "every is less than", &spell(known.floor));
            known.floor
        }
        Some(at) => at.value,
        None => known.every.unwrap_or(general.every.max(known.floor)),
    }
}

fn tags(table: &mut Reader<'_>, scope: &Scope<'_>) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for At { value, span } in table.texts("tags").unwrap_or_default() {
        let tag = value.trim();
        if tag.is_empty() || tag.chars().any(char::is_control) {
            scope.error(span, "a tag must be a word or a few", "write it, or leave it out");
        } else if !tags.iter().any(|other| other == tag) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

fn since(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<Date> {
    let item = table.item("since")?;
    let written = item.as_str().map(str::to_owned).or_else(|| item.as_datetime().map(ToString::to_string));
    // A text with a time of day parses as a date too, and the time would be lost without a word.
    let date = written.filter(|text| text.len() == 10).and_then(|text| text.parse::<Date>().ok());
    if date.is_none() {
        scope.error(item.span(), "since is not a date", "write since = \"2024-11-01\": year, month, day");
    }
    date
}

fn channels(table: &mut Reader<'_>, scope: &Scope<'_>, known: &Channels<'_>) -> Option<Vec<String>> {
    let written = table.texts("channels")?;
    if written.is_empty() {
        let span = table.item("channels").and_then(toml_edit::Item::span);
        scope.warn(span, "channels is empty: nobody hears of this case", "leave it out, and all channels hear");
    }
    let ids: Vec<&str> = known.ids.iter().map(String::as_str).collect();
    let mut chosen = Vec::new();
    for At { value, span } in written {
        if known.ids.contains(&value) {
            chosen.push(value);
            continue;
        }
        let help = match nearest(&value, ids.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None if ids.is_empty() => "there is no [[channel]]; without any, leave channels out".to_owned(),
            None => format!("the channels are: {}", ids.join(", ")),
        };
        scope.error(span, format!("there is no channel \"{value}\""), help);
    }
    Some(chosen)
}
