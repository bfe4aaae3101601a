//! Which recipe a command means: a file, a page of the watch list, the operator's own, or a shipped one.
//!
//! Used by `extract` and `sources`, which must work while other lines of the watch list are wrong. A recipe with mistakes is
//! never replaced by the shipped one of the same id. It asks no daemon.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::{Common, Exit, Failure, ask, print};
use crate::config::{Config, Examined, Source};
use crate::diag::{Problem, suggestion};
use crate::recipe::{self, KINDS, Recipe, is_described};

/// A recipe, and how this operator asks it when the watch list says.
#[derive(Debug)]
pub struct Known {
    /// The recipe.
    pub recipe: Recipe,
    /// As the watch list has it; `None` without a watch list.
    pub source: Option<Arc<Source>>,
    /// How often its cases are visited when they do not say.
    pub every: Duration,
}

impl Known {
    /// A recipe that no watch list changes.
    pub fn plain(recipe: Recipe) -> Self {
        Self { every: recipe.every, recipe, source: None }
    }

    /// Whether the recipe is a file of the operator's.
    pub fn is_own(&self) -> bool {
        self.source.as_ref().is_some_and(|source| source.overridden.is_some())
    }

    /// Whether that file stands in for a shipped recipe of the same id.
    pub fn stands_in(&self) -> bool {
        self.source.as_ref().is_some_and(|source| source.stands_in())
    }

    fn of(source: &Arc<Source>, config: &Config) -> Self {
        let general = config.general.every;
        let every = if source.is_loopback() { general } else { general.max(source.recipe.every) };
        Self { recipe: source.recipe.clone(), every: source.every.unwrap_or(every), source: Some(source.clone()) }
    }
}

/// The source of this id in a watch list.
pub fn known(config: &Config, id: &str) -> Option<Known> {
    config.source(id).map(|source| Known::of(source, config))
}

/// The recipe in a file that need not be installed.
pub fn in_file(path: &Path) -> Result<Recipe, Failure> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| Failure::new(Exit::Config, format!("{name}: {error}")))?;
    Recipe::parse(&name, &text).map_err(|problems| told(&problems, &name))
}

/// The watch list as far as it can be read; `None` when there is none.
pub fn watch_list(common: &Common) -> Result<Option<Examined>, Failure> {
    let path = ask::path(common);
    if !path.exists() {
        return Ok(None);
    }
    let read = Config::examine(&path);
    read.map(Some).map_err(|problems| told(&problems, &format!("{}, which may name a recipe of your own,", path.display())))
}

/// The source of this id. `page` is the name of what a case describes, for `--source page`, `feed` and `command`.
pub fn find(common: &Common, id: &str, page: Option<&str>) -> Result<Known, Failure> {
    let Some(list) = watch_list(common)? else {
        let shipped = recipe::shipped_recipe(id).map(Known::plain);
        return shipped.ok_or_else(|| unknown(id, &[]));
    };
    if is_described(id) {
        return watched(&list, id, page);
    }
    let source = list.config.source(id);
    if let (None, Some(page)) = (source, by_name(&list.config, id)) {
        return Ok(Known::of(page, &list.config));
    }
    let broken = mistakes(&list, id);
    if !broken.is_empty() {
        return Err(told(&broken, &format!("the recipe of \"{id}\"")));
    }
    source.map(|source| Known::of(source, &list.config)).ok_or_else(|| unknown(id, &known_ids(&list.config)))
}

/// What a case describes, by its own name alone.
fn by_name<'c>(config: &'c Config, name: &str) -> Option<&'c Arc<Source>> {
    KINDS.iter().find_map(|kind| config.described(kind, name))
}

fn watched(list: &Examined, kind: &str, name: Option<&str>) -> Result<Known, Failure> {
    let names = list.config.described_names(kind);
    let found = match (name, names.as_slice()) {
        (Some(name), _) => list.config.described(kind, name),
        (None, [only]) => list.config.described(kind, only),
        (None, _) => None,
    };
    if let Some(source) = found {
        return Ok(Known::of(source, &list.config));
    }
    // One with a mistake is not among those that could be read.
    if !list.errors.is_empty() {
        return Err(told(&list.errors, "the watch list"));
    }
    let why = match name {
        Some(name) => {
            let hint = suggestion(name, &names).unwrap_or_else(|| format!("it has none; `veedor sources {kind}` shows how to write one"));
            format!("the watch list has no {kind} \"{name}\"; {hint}")
        }
        None if names.is_empty() => format!("the watch list has no {kind}; `veedor sources {kind}` shows how to write one"),
        None => format!("say which {kind} with --case: {}", names.join(", ")),
    };
    Err(Failure::new(Exit::Usage, why))
}

/// The problems of the recipe that stands, or was to stand, for this id. A recipe in `recipes/` that does not even say
/// whose it is may be this one's, so it counts.
fn mistakes(list: &Examined, id: &str) -> Vec<Problem> {
    let mine = |problem: &&Problem| id_in(Path::new(&problem.file)).is_none_or(|other| other == id);
    let found: Vec<Problem> = list.in_recipes.iter().filter(mine).cloned().collect();
    if found.is_empty() && list.broken.contains(id) {
        // The recipe that [source.ID] names cannot be read, or is of another source: that is told in the watch list.
        return list.errors.clone();
    }
    found
}

/// The id that a recipe gives itself, as far as it can be read.
fn id_in(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let head = text.lines().take_while(|line| !line.trim_start().starts_with('['));
    let value = head.filter_map(|line| line.trim().strip_prefix("id")?.trim_start().strip_prefix('=')).next()?;
    value.split(['"', '\'']).nth(1).map(str::to_owned)
}

fn known_ids(config: &Config) -> Vec<String> {
    let mut ids: Vec<String> = config.recipes().into_iter().map(|recipe| recipe.id).collect();
    ids.extend(KINDS.iter().flat_map(|kind| config.described_names(kind)).map(str::to_owned));
    ids.sort();
    ids
}

fn unknown(id: &str, known: &[String]) -> Failure {
    if let Some(site) = recipe::walled_site(id) {
        let (why, how) = site.refusal();
        return Failure::new(Exit::Usage, format!("{why}; {how}"));
    }
    let shipped = recipe::shipped().into_iter().map(|(id, _, _)| id);
    let mut ids: Vec<&str> = known.iter().map(String::as_str).chain(shipped).chain(KINDS).collect();
    ids.sort_unstable();
    ids.dedup();
    Failure::new(Exit::Usage, format!("there is no source \"{id}\"; {}", suggestion(id, &ids).unwrap_or_default()))
}

/// Prints the problems, and says in one sentence what has them.
fn told(problems: &[Problem], what: &str) -> Failure {
    for problem in problems {
        print::aside(&format!("{problem}\n"));
    }
    let noun = if problems.len() == 1 { "problem" } else { "problems" };
    Failure::new(Exit::Config, format!("{what} has {} {noun}", problems.len()))
}
