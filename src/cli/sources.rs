//! `veedor sources`: the courts that veedor can read, and how this operator asks them.

use std::time::Duration;

use serde_json::{Value, json};

use super::lookup::{self, Known};
use super::{Common, Done, Exit, ask, described, print};
use crate::ask::Ask;
use crate::config::{Examined, spell_duration};
use crate::daemon::{STORE, socket};
use crate::domain::schedule::Hours;
use crate::recipe::{self, Recipe, WalledSite, is_described};

/// Prints all sources, or everything about one.
pub fn run(common: &Common, id: Option<&str>) -> Done {
    match id {
        None => list(common),
        Some(kind) if is_described(kind) => described::run(common, kind, readable(common).map(|list| list.config).as_ref()),
        Some(id) => match (lookup::find(common, id, None), recipe::walled_site(id)) {
            // A recipe of one's own stands before what is said of a site that has none, and so do its mistakes.
            (Err(failure), Some(site)) if failure.exit == Exit::Usage => {
                walled(common, site);
                Ok(Exit::Done)
            }
            (found, _) => one(common, &found?),
        },
    }
}

/// Everything about a site that is not polled.
fn walled(common: &Common, site: &WalledSite) {
    if common.json {
        print::json(&walled_as_json(site));
        return;
    }
    let recipe =
        format!("none; `veedor sources new --page FILE` starts one from a saved page, to be fed by `veedor import --source {}`", site.id);
    let rows = [
        ("id", &site.id),
        ("title", &site.title),
        ("address", &site.address),
        ("not polled", &site.why),
        ("how", &site.how),
        ("recipe", &recipe),
    ];
    for (name, text) in rows {
        print::line(&format!("{name:11} {text}"));
    }
}

fn walled_as_json(site: &WalledSite) -> Value {
    json!({"id": site.id, "title": site.title, "address": site.address, "polled": false, "why": site.why, "how": site.how})
}

/// The shipped recipes, and before them those that the watch list's folder brings.
fn list(common: &Common) -> Done {
    let mut all: Vec<Known> = Vec::new();
    if let Some(list) = readable(common) {
        for problem in list.in_recipes.iter().filter(|_| !common.quiet) {
            print::aside(&format!("warning: {problem}\n"));
        }
        all = list.config.recipes().iter().filter_map(|recipe| lookup::known(&list.config, &recipe.id)).collect();
    }
    for recipe in recipe::shipped().into_iter().filter_map(|(id, _, _)| recipe::shipped_recipe(id)) {
        if !all.iter().any(|known| known.recipe.id == recipe.id) {
            all.push(Known::plain(recipe));
        }
    }
    all.sort_by(|a, b| a.recipe.id.cmp(&b.recipe.id));
    if common.json {
        let sources: Vec<Value> = all.iter().map(as_json).collect();
        let not_polled: Vec<Value> = without_recipe(&all).map(walled_as_json).collect();
        print::json(&json!({ "sources": sources, "not_polled": not_polled }));
        return Ok(Exit::Done);
    }
    // Two lines each, the title on the second: a row of all of it is twice as wide as a terminal.
    let titles: Vec<String> = all.iter().map(|known| known.recipe.title.clone()).collect();
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|known| {
            let example = known.recipe.examples.first().cloned().unwrap_or_else(|| known.recipe.number_format().2.to_owned());
            vec![known.recipe.id.clone(), example, marks(known).join(", ")]
        })
        .collect();
    print::titled_table(&["ID", "A NUMBER LOOKS LIKE", "MARK"], &rows, &titles);
    print::line("");
    let titles: Vec<String> = without_recipe(&all).map(|site| site.title.clone()).collect();
    let rows: Vec<Vec<String>> = without_recipe(&all).map(|site| vec![site.id.clone()]).collect();
    print::titled_table(&["NOT POLLED"], &rows, &titles);
    if !common.quiet {
        print::line("");
        print::line("import only      never polled: a person saves pages, `veedor import` takes them");
        print::line("unverified live  not yet seen to work live: compare before you rely on it");
        print::line("");
        print::line("`veedor sources ID` says all of a source, or why a site is not polled and how its");
        print::line("pages are imported. Any other page, feed or program: `veedor sources page`,");
        print::line("`feed`, `command`. A recipe is begun from a saved page with `veedor sources new`.");
    }
    Ok(Exit::Done)
}

/// The sites that are not polled and have no recipe here.
fn without_recipe<'k>(known: &'k [Known]) -> impl Iterator<Item = &'static WalledSite> + 'k {
    recipe::walled().iter().filter(|site| !known.iter().any(|known| known.recipe.id == site.id))
}

/// What to know before one relies on a source.
fn marks(known: &Known) -> Vec<&'static str> {
    let recipe = &known.recipe;
    let marks = [
        (recipe.import_only.is_some(), "import only"),
        (recipe.unverified.is_some(), "unverified live"),
        (known.is_own(), if known.stands_in() { "your own, in place of the shipped one" } else { "your own" }),
    ];
    marks.into_iter().filter(|(holds, _)| *holds).map(|(_, mark)| mark).collect()
}

/// The watch list where it can be read. Who looks for a source may be at mending the list, so its mistakes stop nothing.
fn readable(common: &Common) -> Option<Examined> {
    match lookup::watch_list(common) {
        Ok(list) => list,
        Err(failure) => {
            print::aside(&format!("warning: {}", failure.why));
            None
        }
    }
}

/// What is in force at the top level, what the recipe says under `recipe`.
fn as_json(known: &Known) -> Value {
    let (recipe, source) = (&known.recipe, known.source.as_ref());
    let shipped = original(known);
    let (shape, pattern, example) = recipe.number_format();
    let hours = source.and_then(|source| source.hours.as_ref()).map(hours);
    json!({
        "id": recipe.id, "title": recipe.title, "jurisdiction": recipe.jurisdiction, "language": recipe.language, "zone": recipe.zone,
        "base_url": recipe.base_url,
        "gap_seconds": source.map_or(recipe.gap, |source| source.gap).as_secs_f64(),
        "every_seconds": known.every.as_secs_f64(),
        "daily": source.map_or(recipe.daily, |source| source.daily),
        "timeout_seconds": source.map_or(recipe.timeout, |source| source.timeout).as_secs_f64(),
        "hours": hours,
        "recipe_file": source.and_then(|source| source.overridden.as_ref()).map(|file| file.display().to_string()),
        "recipe": {
            "base_url": shipped.base_url, "gap_seconds": shipped.gap.as_secs_f64(), "every_seconds": shipped.every.as_secs_f64(),
            "daily": shipped.daily, "timeout_seconds": shipped.timeout.as_secs_f64(),
        },
        "number": {"shape": shape, "pattern": pattern, "example": example},
        "examples": recipe.examples, "terms": recipe.terms, "robots": recipe.robots, "confidence": recipe.confidence,
        "polled": recipe.import_only.is_none(), "import_only": recipe.import_only, "how": recipe.how, "unverified": recipe.unverified,
        "in_place_of_shipped": known.stands_in(),
        "secrets": recipe.secrets().iter().map(|(name, how)| json!({"name": name, "how": how, "given": recipe.has_secret(name)})).collect::<Vec<_>>(),
        "program": source.and_then(|source| source.program.as_ref()).map(|program| program.program.display().to_string()),
    })
}

/// The recipe without the operator's `[source.ID]` table.
fn original(known: &Known) -> Recipe {
    let file = known.source.as_ref().and_then(|source| source.overridden.as_deref());
    let found = match file {
        Some(file) => lookup::in_file(file).ok(),
        None => recipe::shipped_recipe(&known.recipe.id),
    };
    found.unwrap_or_else(|| known.recipe.clone())
}

fn one(common: &Common, known: &Known) -> Done {
    let last = last_success(common, known);
    let mut data = as_json(known);
    data["last_success"] = json!(last);
    if common.json {
        print::json(&data);
        return Ok(Exit::Done);
    }
    let seconds = |value: &Value| spell_duration(Duration::from_secs_f64(value.as_f64().unwrap_or_default()));
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), print::clean);
    // Each value in force, and the recipe's where the operator chose another.
    let chosen = |name: &str, shown: &dyn Fn(&Value) -> String| {
        let (now, recipe) = (&data[name], &data["recipe"][name]);
        if now == recipe || !data["program"].is_null() { shown(now) } else { format!("{} (the recipe says {})", shown(now), shown(recipe)) }
    };
    let mut rows = vec![("id", print::field(&data, "id")), ("title", print::field(&data, "title"))];
    if !data["recipe_file"].is_null() {
        let which = if known.stands_in() { "in place of the shipped one" } else { "your own" };
        rows.push(("recipe", format!("{}, {which}", print::field(&data, "recipe_file"))));
    }
    for (name, key) in [("import only", "import_only"), ("how", "how"), ("unverified", "unverified")] {
        if data[key].is_string() {
            rows.push((name, print::field(&data, key)));
        }
    }
    for secret in data["secrets"].as_array().into_iter().flatten() {
        let (name, how) = (print::field(secret, "name"), print::field(secret, "how"));
        let is_given = secret["given"] == true;
        rows.push(("secret", format!("{name}, {}: {how}", if is_given { "given" } else { "not given here" })));
        if !is_given {
            let id = &known.recipe.id;
            rows.push(("", format!("under [source.{id}]: secrets = {{ {name} = {{ file = \"/run/secrets/{name}\" }} }}")));
        }
    }
    rows.extend([
        ("number", format!("{}, for example {}", print::field(&data["number"], "shape"), print::field(&data["number"], "example"))),
        ("pattern", print::field(&data["number"], "pattern")),
        ("cases", joined(&data["examples"])),
        ("address", chosen("base_url", &plain)),
    ]);
    if known.recipe.import_only.is_none() {
        rows.extend([
            ("every", format!("{} unless a case says otherwise", chosen("every_seconds", &seconds))),
            ("timeout", chosen("timeout_seconds", &seconds)),
            ("hours", data["hours"].as_str().unwrap_or("always").to_owned()),
        ]);
        // How a program asks its court is its own.
        rows.extend(match data["program"].as_str() {
            Some(program) => vec![("program", program.to_owned())],
            None => vec![
                ("gap", format!("{} between two requests", chosen("gap_seconds", &seconds))),
                ("daily", format!("{} requests at most", chosen("daily", &plain))),
            ],
        });
    }
    rows.extend([
        ("zone", print::field(&data, "zone")),
        ("language", format!("{}, words of {}", print::field(&data, "language"), print::field(&data, "jurisdiction"))),
        ("terms", print::field(&data, "terms")),
        ("robots", print::field(&data, "robots")),
        ("confidence", print::field(&data, "confidence")),
        ("last read", if last.is_some() { print::minute(&data, "last_success") } else { "not yet".to_owned() }),
    ]);
    for (name, text) in rows {
        print::line(&format!("{name:11} {text}"));
    }
    Ok(Exit::Done)
}

fn joined(list: &Value) -> String {
    list.as_array().map(Vec::as_slice).unwrap_or_default().iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}

fn hours(hours: &Hours) -> String {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let days: Vec<&str> = DAYS.iter().zip(hours.days).filter(|(_, open)| *open).map(|(day, _)| *day).collect();
    format!("{} {} to {}", days.join(" "), hours.from.strftime("%H:%M"), hours.until.strftime("%H:%M"))
}

/// When a case of this source was last read, where that is known: a look at a court's data makes no store.
fn last_success(common: &Common, known: &Known) -> Option<String> {
    let config = lookup::watch_list(common).ok()??.config;
    let state = &config.general.state_dir;
    if !state.join(STORE).exists() && !socket::path_in(state).exists() {
        return None;
    }
    let data = ask::ask(common, Ask::List).ok()?;
    let of_this = |case: &&Value| match known.recipe.named() {
        Some(own) => case["source"] == known.recipe.id.as_str() && case["number"] == own.canonical.as_str(),
        None => case["source"] == known.recipe.id.as_str(),
    };
    let read = data["cases"].as_array()?.iter().filter(of_this).filter_map(|case| case["read_at"].as_str());
    read.max().map(str::to_owned)
}
