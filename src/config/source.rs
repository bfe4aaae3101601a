//! The sources: shipped recipes, operators' own, and the `[source.ID]` tables that change how they are asked.
//!
//! A recipe's politeness is a floor. Faster only where the source stands on this machine, which is how a test court is
//! asked. What a recipe says of pages is `recipe`'s; asking is `fetch`'s.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::diag::{At, Problem, Reader, nearest, suggestion};
use crate::domain::case::CaseNumber;
use crate::domain::reach::Reach;
use crate::domain::schedule::Hours;
use crate::recipe::{self, COMMAND, KINDS, Recipe, is_described};

use super::general::{LEAST_EVERY, read_hours};
use super::loopback::is_loopback_url;
use super::own;
use super::program::Program;
use super::reach;
use super::scope::{Scope, YEAR, spell};
use super::secret::{self, Secret};

/// A source as this operator asks it.
#[derive(Debug, Clone)]
pub struct Source {
    /// How to ask it and how to read its answers.
    pub recipe: Recipe,
    /// The least time between two requests to its host.
    pub gap: Duration,
    /// The most requests a day to its host.
    pub daily: u32,
    /// How often its cases are visited when `[source.ID]` says so; else the general interval holds, and never less than the
    /// recipe's.
    pub every: Option<Duration>,
    /// The most time for a whole request.
    pub timeout: Duration,
    /// When it may be asked, in its own zone; `None` means always.
    pub hours: Option<Hours>,
    /// What of the operator's own network it may lead to; see [`reach_of`](Self::reach_of).
    pub reach: Reach,
    /// The operator's file that the recipe comes from; `None` when it is a shipped one.
    pub overridden: Option<PathBuf>,
    /// The program that prints the docket, when a case names one; nothing is asked over the network then.
    pub program: Option<Program>,
}

impl Source {
    /// Whether it is asked on this machine, where nobody is burdened.
    pub fn is_loopback(&self) -> bool {
        is_loopback_url(&self.recipe.base_url)
    }

    /// Which addresses may be asked for a case of it: public ones, those that the operator names (`allow`), and the one that its own base
    /// address writes out, because who writes 10.0.0.5 or `court.internal` means it. What an answer leads to, and what a public name
    /// resolves to, is vouched for by nobody.
    pub fn reach_of(&self, number: &CaseNumber) -> Reach {
        reach::with_own_host(&self.reach, &self.recipe.base_url_of(number))
    }

    /// Whether an operator's recipe is read in place of a shipped one of the same id.
    pub fn stands_in(&self) -> bool {
        self.overridden.is_some() && recipe::shipped().iter().any(|(id, _, _)| *id == self.recipe.id)
    }

    /// Whether it is asked at all; what others show comes from pages that a person imports.
    pub fn is_polled(&self) -> bool {
        self.recipe.import_only.is_none()
    }
}

/// A source and how often its cases are visited.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// The source.
    pub source: Arc<Source>,
    /// The interval that `[source.ID]` asks for.
    pub every: Option<Duration>,
    /// The least interval that is allowed.
    pub floor: Duration,
    /// Secrets that the recipe needs and that `[source.ID]` does not name, and how to get one.
    pub lacking: Vec<(String, String)>,
}

/// What a `[source.ID]` says.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings {
    every: Option<At<Duration>>,
    gap: Option<At<Duration>>,
    daily: Option<At<i64>>,
    timeout: Option<At<Duration>>,
    base_url: Option<String>,
    reach: Reach,
    recipe: Option<At<String>>,
    hours: Option<Option<Hours>>,
    /// By name; one without a value has been told.
    secrets: Vec<(At<String>, Option<Secret>)>,
}

/// All sources.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// The usable ones, by id.
    pub known: BTreeMap<String, Known>,
    /// The ids that are told broken already.
    pub broken: BTreeSet<String>,
    /// What `[source.page]`, `[source.feed]` and `[source.command]` say of what cases describe themselves.
    pub described: BTreeMap<String, Settings>,
    /// The general hours.
    pub hours: Option<Hours>,
    /// Problems in operators' recipes.
    pub problems: Vec<Problem>,
    /// Warnings about them.
    pub warnings: Vec<Problem>,
}

pub(super) const LEAST_TIMEOUT: Duration = Duration::from_millis(100);
pub(super) const LONGEST_TIMEOUT: Duration = Duration::from_secs(600);
const LONGEST_GAP: Duration = Duration::from_secs(86_400);

/// Reads `[source.*]` and everything that it names.
pub(super) fn read(root: &mut Reader<'_>, scope: &Scope<'_>, hours: Option<Hours>) -> Sources {
    let mut sources = Sources { hours, ..Sources::default() };
    let mut settings = read_settings(root, scope, &mut sources.broken);
    sources.described = KINDS.iter().filter_map(|kind| settings.remove_entry(*kind)).collect();
    let files: Vec<(&str, &At<String>)> =
        settings.iter().filter_map(|(id, settings)| Some((id.as_str(), settings.recipe.as_ref()?))).collect();
    let mut recipes = own::read(&files, scope, &mut sources);
    for (id, _, _) in recipe::shipped() {
        if !recipes.contains_key(id)
            && let Some(recipe) = recipe::shipped_recipe(id)
        {
            recipes.insert(id.to_owned(), (recipe, None));
        }
    }
    for (id, (recipe, overridden)) in recipes {
        let settings = settings.get(&id).cloned().unwrap_or_default();
        let known = settle(recipe, From::File(overridden), &settings, sources.hours.clone(), scope);
        sources.known.insert(id, known);
    }
    unknown_ids(root, &mut sources, scope);
    sources
}

/// The source that a case describes: `program` when it is one that prints the docket, with the time that it may take.
pub(super) fn of_case(recipe: Recipe, program: Option<(Program, Option<At<Duration>>)>, sources: &Sources, scope: &Scope<'_>) -> Known {
    let mut settings = sources.described.get(&recipe.id).cloned().unwrap_or_default();
    let program = program.map(|(program, timeout)| {
        settings.timeout = timeout.or(settings.timeout.take());
        program
    });
    settle(recipe, program.map_or(From::Case, From::Program), &settings, sources.hours.clone(), scope)
}

/// Where a source comes from.
enum From {
    /// A shipped recipe, or an operator's file.
    File(Option<PathBuf>),
    /// A case that describes it.
    Case,
    /// A case with a program.
    Program(Program),
}

fn read_settings(root: &mut Reader<'_>, scope: &Scope<'_>, broken: &mut BTreeSet<String>) -> BTreeMap<String, Settings> {
    let mut all = BTreeMap::new();
    let Some(mut table) = root.table("source") else { return all };
    for key in table.keys() {
        let Some(mut inner) = table.table(&key.value) else {
            broken.insert(key.value);
            continue;
        };
        let settings = Settings {
            every: scope.duration(&mut inner, "every", LEAST_EVERY, YEAR),
            gap: scope.duration(&mut inner, "gap", Duration::ZERO, LONGEST_GAP),
            daily: inner.integer("daily", 1, i64::from(u32::MAX)),
            timeout: scope.duration(&mut inner, "timeout", LEAST_TIMEOUT, LONGEST_TIMEOUT),
            base_url: read_base_url(&mut inner, scope),
            reach: reach::read_places(&mut inner, scope),
            recipe: inner.text("recipe"),
            hours: inner.has("hours").then(|| read_hours(&mut inner, scope)),
            secrets: read_secrets(&mut inner, scope),
        };
        inner.item("hours");
        if is_described(&key.value) {
            let of_programs: &[&str] = if key.value == COMMAND { &["gap", "daily", "allow", "allow_private"] } else { &[] };
            for name in ["base_url", "recipe", "secrets"].iter().chain(of_programs).filter(|name| inner.has(name)) {
                let message = format!("[source.{}] has no {name}: each case says itself what is asked", key.value);
                inner.report(name, message, Some("leave it out".to_owned()));
            }
        }
        inner.finish();
        all.insert(key.value, settings);
    }
    all
}

fn read_secrets(table: &mut Reader<'_>, scope: &Scope<'_>) -> Vec<(At<String>, Option<Secret>)> {
    let inner = if table.has("secrets") { table.table("secrets") } else { None };
    let Some(mut inner) = inner else { return Vec::new() };
    let keys = inner.keys();
    keys.into_iter()
        .map(|key| (secret::read(&mut inner, &key.value, scope).map(|at| at.value), key))
        .map(|(value, key)| (key, value))
        .collect()
}

fn read_base_url(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<String> {
    let At { value, span } = table.text("base_url")?;
    let value = value.trim().trim_end_matches('/').to_owned();
    match Url::parse(&value) {
        // Every request, and so every page and log that names its address, would carry it.
        Ok(mut url) if has_userinfo(&url) => {
            scope.error(span, "base_url has a user or password before the @", "leave it out: courts are asked without an account");
            // Without it, what else is said of this source is true.
            let bare = url.set_username("").and_then(|()| url.set_password(None)).ok();
            bare.map(|()| url.as_str().trim_end_matches('/').to_owned())
        }
        Ok(url)
            if matches!(url.scheme(), "http" | "https") && url.host().is_some() && url.query().is_none() && url.fragment().is_none() =>
        {
            Some(value)
        }
        _ => {
            let shown = if value.contains('@') { String::new() } else { format!(": \"{value}\"") };
            scope.error(span, format!("base_url is not a web address{shown}"), "write https://host or http://127.0.0.1:9000");
            None
        }
    }
}

fn has_userinfo(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Reports `[source.ID]` tables of sources that do not exist.
fn unknown_ids(root: &mut Reader<'_>, sources: &mut Sources, scope: &Scope<'_>) {
    let Some(table) = root.item("source").and_then(|item| item.as_table_like()) else { return };
    let ids: Vec<&str> = sources.known.keys().map(String::as_str).collect();
    for (id, _) in table.iter() {
        if !is_described(id) && !sources.known.contains_key(id) && !sources.broken.contains(id) {
            let span = table.key(id).and_then(|key| key.span());
            if let Some(site) = recipe::walled_site(id) {
                let (why, how) = site.refusal();
                scope.error(span, why, how);
                continue;
            }
            let help = suggest(id, &ids);
            scope.errors.report(span, format!("unknown source \"{id}\""), help);
        }
    }
}

/// Joins a recipe with the operator's changes to it.
fn settle(recipe: Recipe, from: From, settings: &Settings, hours: Option<Hours>, scope: &Scope<'_>) -> Known {
    let (overridden, program) = match from {
        From::File(file) => (file, None),
        From::Case => (None, None),
        From::Program(program) => (None, Some(program)),
    };
    let recipe = match &settings.base_url {
        Some(base_url) => recipe.with_base_url(base_url),
        None => recipe,
    };
    let (recipe, lacking) = give_secrets(recipe, settings, scope);
    // How a program asks is its own.
    let here = is_loopback_url(&recipe.base_url) || program.is_some();
    let id = recipe.id.clone();
    let floor = if here { LEAST_EVERY } else { recipe.every.max(LEAST_EVERY) };
    let least = |at: &Option<At<Duration>>, key: &str, least: Duration| match at {
        Some(at) if !here && at.value < least => {
            too_fast(scope, at.span.clone(), &format!("[source.{id}] {key} is less than"), &spell(least));
            Some(least)
        }
        Some(at) => Some(at.value),
        None => None,
    };
    let daily = settings.daily.as_ref().and_then(|at| Some((u32::try_from(at.value).ok()?, at)));
    let daily = match daily {
        Some((daily, at)) if !here && daily > recipe.daily => {
            too_fast(scope, at.span.clone(), &format!("[source.{id}] daily is more than"), &recipe.daily.to_string());
            recipe.daily
        }
        Some((daily, _)) => daily,
        None => recipe.daily,
    };
    let every = least(&settings.every, "every", floor);
    let gap = least(&settings.gap, "gap", recipe.gap).unwrap_or(recipe.gap);
    let timeout = settings.timeout.as_ref().map_or(recipe.timeout, |at| at.value);
    let hours = settings.hours.clone().unwrap_or(hours);
    let reach = settings.reach.clone();
    Known { source: Arc::new(Source { recipe, gap, daily, every, timeout, hours, reach, overridden, program }), every, floor, lacking }
}

/// Hands a recipe what only the operator has, and says which of its secrets `[source.ID]` does not name.
fn give_secrets(recipe: Recipe, settings: &Settings, scope: &Scope<'_>) -> (Recipe, Vec<(String, String)>) {
    let wanted = recipe.secrets();
    for (name, _) in &settings.secrets {
        if !wanted.iter().any(|(known, _)| *known == name.value) {
            let names: Vec<&str> = wanted.iter().map(|(name, _)| name.as_str()).collect();
            let help = suggestion(&name.value, &names).or_else(|| Some("leave it out".to_owned()));
            scope.errors.report(name.span.clone(), format!("{} asks for no secret \"{}\"", recipe.id, name.value), help);
        }
    }
    let is_named = |name: &str| settings.secrets.iter().any(|(known, _)| known.value == name);
    let lacking = wanted.iter().filter(|(name, _)| !is_named(name)).cloned().collect();
    let given = settings.secrets.iter().filter_map(|(name, secret)| Some((name.value.clone(), secret.as_ref()?.expose().to_owned())));
    (recipe.with_secrets(given.collect()), lacking)
}

/// The source that was meant: by its id, or by its id without the country.
pub(super) fn suggest(typed: &str, ids: &[&str]) -> Option<String> {
    let short = |id: &&str| id.split_once('-').map_or("", |(_, rest)| rest).to_owned();
    let shorts: Vec<String> = ids.iter().map(short).collect();
    let near = nearest(typed, ids.iter().copied()).or_else(|| {
        let near = nearest(typed, shorts.iter().map(String::as_str).filter(|short| !short.is_empty()))?;
        shorts.iter().position(|short| short == near).map(|at| ids[at])
    });
    near.map_or_else(|| suggestion(typed, ids), |near| Some(format!("did you mean \"{near}\"?")))
}

/// Tells the floor of a recipe.
pub(super) fn too_fast(scope: &Scope<'_>, span: Option<std::ops::Range<usize>>, what: &str, bound: &str) {
    let help = format!("leave it out, or be politer than {bound}; only a base_url on this machine (127.0.0.1) may be asked faster");
    scope.error(span, format!("{what} the recipe's {bound}"), help);
}
