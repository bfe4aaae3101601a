//! watchlist.toml: read, validated, with every problem at its place.
//!
//! Called by `cli` and by the daemon at start and at reload. It reads the watch list, what it includes, operators'
//! recipes and secret files, and turns them into one [`Config`] or into all that is wrong with them at once. It keeps
//! nothing open and watches nothing; [`edit`] is the only part that writes.

mod beside;
mod calendars;
mod case;
mod channel;
mod chat;
mod command;
mod dead_man;
pub mod edit;
mod events;
#[cfg(any(test, fuzzing))]
pub mod fuzzed;
mod general;
mod headers;
mod hours;
mod include;
mod kinds;
mod limits;
mod linked;
mod loopback;
mod mask;
mod naming;
mod own;
mod pace;
mod pins;
mod policy;
mod privacy;
mod program;
mod public;
mod reach;
mod replace;
mod scope;
mod secret;
mod showcase;
mod signs;
mod smtp;
mod source;
mod spot;
mod timing;
mod web;
mod webhook;

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::days::Calendar;
use crate::delay::clocks::Rules;
use crate::diag::{self, Problem, Reader, Sink};
use crate::domain::case::{CaseRef, Watch};
use crate::domain::route::Route;
use crate::meaning::Meaning;
use crate::recipe::{Recipe, is_described};

pub use channel::{Channel, ChannelKind};
pub use chat::Chat;
pub use command::Command;
pub use dead_man::DeadMan;
pub use general::General;
pub use headers::Header;
pub use hours::spell as spell_hours;
pub use pace::Load;
pub use policy::Policies;
pub use program::Program;
pub use scope::spell as spell_duration;
pub use secret::Secret;
pub use showcase::Showcase;
pub use signs::Signs;
pub use smtp::{Smtp, Tls};
pub use source::Source;
pub use timing::{spell_period, spell_timing};
pub use web::Web;
pub use webhook::{OldSecret, Webhook};

use include::{Draft, Text};
use scope::{Env, Scope, Secrets};
use source::Sources;

/// The whole configuration, valid.
#[derive(Debug, Clone)]
pub struct Config {
    /// The watch list.
    pub path: PathBuf,
    /// It and the files that it includes.
    pub files: Vec<PathBuf>,
    /// What holds for the whole daemon.
    pub general: General,
    /// Who may look at the address in `listen`.
    pub web: Web,
    /// The mail server.
    pub smtp: Option<Smtp>,
    /// The zone of the times of channels that name none, and of what veedor tells of itself.
    pub zone: jiff::tz::TimeZone,
    /// Who hears; never empty.
    pub channels: Vec<Channel>,
    /// What is watched, in the order of the files, each at an interval that its source allows.
    pub cases: Vec<Watch>,
    /// The sources of which more is wished than they allow.
    pub loads: Vec<Load>,
    /// What may leave the machine, by jurisdiction.
    pub privacy: Arc<Policies>,
    /// What everybody may see.
    pub showcase: Option<Showcase>,
    sources: HashMap<String, Arc<Source>>,
    described: HashMap<CaseRef, Arc<Source>>,
    limits: limits::Limits,
    calendars: calendars::Calendars,
    index: HashMap<CaseRef, usize>,
}

/// A configuration that can be run, and what its operator should know.
#[derive(Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// No mistakes, but worth a look.
    pub warnings: Vec<Problem>,
}

/// A configuration as far as it could be read.
#[derive(Debug)]
pub struct Examined {
    /// What could be read.
    pub config: Config,
    /// Every mistake.
    pub errors: Vec<Problem>,
    /// Those of `errors` that stand in operators' recipes.
    pub in_recipes: Vec<Problem>,
    /// The sources whose recipe cannot be used, by id or by the name of the file.
    pub broken: BTreeSet<String>,
    warnings: Vec<Problem>,
}

const NO_CASE: &str = "there is no [[case]]: nothing is watched";
const ADD_ONE: &str = "run `veedor add SOURCE NUMBER`, or add a case to watch:\n\n    [[case]]\n    source = \"ec-esatje\"\n    \
                       number = \"17721-2019-00029G\"\n\n  and see the watchlist.toml that comes with veedor for everything else";

impl Config {
    /// Reads the watch list at `path` and all that it names; every problem at once when anything is wrong.
    pub fn load(path: &Path) -> Result<Loaded, Vec<Problem>> {
        examine(path, None, Env { get: &process_env, secrets: Secrets::Needed })?.into_loaded()
    }

    /// The same for those who only look or ask: a secret that only the service can read is a warning, and is left out.
    pub fn load_without_secrets(path: &Path) -> Result<Loaded, Vec<Problem>> {
        examine(path, None, ASKING)?.into_loaded()
    }

    /// Why it is no use to run on this list: nothing is watched. An empty list loads all the same, so that the last case can
    /// be removed and the first one added.
    pub fn nothing_to_watch(&self) -> Option<String> {
        let file = self.path.display();
        self.cases.is_empty().then(|| format!("{file} watches nothing; `veedor add SOURCE NUMBER` adds a case"))
    }

    /// Reads what can be read, for a command that needs one source and not the rest. An `Err` means that not even the watch
    /// list could be parsed.
    pub fn examine(path: &Path) -> Result<Examined, Vec<Problem>> {
        examine(path, None, ASKING)
    }

    /// The source of a case.
    pub fn source_of(&self, case: &CaseRef) -> Option<&Arc<Source>> {
        if is_described(&case.source) { self.described.get(case) } else { self.sources.get(&case.source) }
    }

    /// A source by its id, whether or not a case uses it; what cases describe themselves is not among them.
    pub fn source(&self, id: &str) -> Option<&Arc<Source>> {
        self.sources.get(id)
    }

    /// A source that a case describes itself: a page, a feed or a program (`kind`), by the name that it has there.
    pub fn described(&self, kind: &str, name: &str) -> Option<&Arc<Source>> {
        self.described.get(&CaseRef { source: kind.to_owned(), number: name.to_owned() })
    }

    /// The names of the sources of this kind that cases describe themselves, sorted.
    pub fn described_names(&self, kind: &str) -> Vec<&str> {
        let of_kind = self.described.keys().filter(|case| case.source == kind);
        let mut names: Vec<&str> = of_kind.map(|case| case.number.as_str()).collect();
        names.sort_unstable();
        names
    }

    /// Every recipe that this configuration knows, the operator's own in place of shipped ones.
    pub fn recipes(&self) -> Vec<Recipe> {
        self.sources.values().map(|source| source.recipe.clone()).collect()
    }

    /// The rules for the clocks of a case: those of its jurisdiction, with the operator's own on top.
    pub fn rules_of(&self, case: &CaseRef) -> Arc<Rules> {
        let jurisdiction = self.source_of(case).map_or("", |source| source.recipe.jurisdiction.as_str());
        self.limits.get(jurisdiction).cloned().unwrap_or_else(|| Rules::shipped(jurisdiction))
    }

    /// The days of a case's courts: those of its jurisdiction, with the operator's own on top. Whoever counts days for a case asks here.
    pub fn calendar_of(&self, case: &CaseRef) -> Arc<Calendar> {
        self.calendars.of(self.source_of(case).map_or("", |source| source.recipe.jurisdiction.as_str()))
    }

    /// The words of the courts of a source, with the days of [`calendar_of`](Self::calendar_of).
    pub fn meaning_of(&self, recipe: &Recipe) -> Arc<Meaning> {
        self.calendars.meaning(&recipe.jurisdiction, &recipe.language)
    }

    /// The place in the watch list of a case, and the case as watched.
    pub fn place(&self, case: &CaseRef) -> Option<(usize, &Watch)> {
        let at = *self.index.get(case)?;
        Some((at, self.cases.get(at)?))
    }

    /// Where readers on other machines reach the dashboard, without a slash at its end: `url`, where a proxy is named through which they come.
    pub fn dashboard(&self) -> Option<&str> {
        let url = self.general.url.as_deref().map(|url| url.trim_end_matches('/'));
        url.filter(|_| !self.web.trusted_proxies.is_empty())
    }

    /// A watched case.
    pub fn watch(&self, case: &CaseRef) -> Option<&Watch> {
        self.index.get(case).and_then(|at| self.cases.get(*at))
    }

    /// Who hears of what.
    pub fn routes(&self) -> Vec<Route> {
        self.channels.iter().map(|channel| channel.route.clone()).collect()
    }

    /// A channel by its id.
    pub fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }
}

impl Examined {
    fn into_loaded(self) -> Result<Loaded, Vec<Problem>> {
        if self.errors.is_empty() { Ok(Loaded { config: self.config, warnings: self.warnings }) } else { Err(self.errors) }
    }
}

/// The surroundings of whoever only looks, asks or edits.
const ASKING: Env<'static> = Env { get: &process_env, secrets: Secrets::Elsewhere };

fn process_env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// One file with what is said of it.
struct Book<'t> {
    text: &'t Text,
    errors: Sink<'t>,
    warnings: Sink<'t>,
}

impl<'t> Book<'t> {
    fn new(text: &'t Text) -> Self {
        Self { text, errors: Sink::new(&text.name, &text.text), warnings: Sink::new(&text.name, &text.text) }
    }

    fn scope<'s>(&'s self, env: Env<'s>) -> Scope<'s> {
        let folder = self.text.path.parent().unwrap_or(Path::new(""));
        Scope { errors: &self.errors, warnings: &self.warnings, folder, env }
    }
}

/// Reads everything, with one file perhaps standing as it would after an edit. An `Err` means that not even the main
/// file could be parsed.
fn examine(path: &Path, draft: Option<Draft<'_>>, env: Env<'_>) -> Result<Examined, Vec<Problem>> {
    let main = include::read(path, draft).map_err(|problem| vec![problem])?;
    let main_book = Book::new(&main);
    let Some(main_document) = diag::parse(&main_book.errors) else {
        let mut problems = masked(main_book.errors.into_problems(), &main.text);
        problems.extend(include::syntax_around(&main, draft));
        return Err(problems);
    };
    let main_scope = main_book.scope(env);
    let mut main_root = Reader::root(&main_document, &main_book.errors);
    let patterns = main_root.texts("include").unwrap_or_default();
    let paths = include::files(patterns, path, &main_scope);
    let (texts, unreadable) = read_all(&paths, draft);
    let books: Vec<Book<'_>> = texts.iter().map(Book::new).collect();
    let documents: Vec<_> = books.iter().map(|book| diag::parse(&book.errors)).collect();
    let mut roots = vec![(main_root, main_scope)];
    for (book, document) in books.iter().zip(&documents) {
        if let Some(document) = document {
            roots.push((Reader::root(document, &book.errors), book.scope(env)));
        }
    }
    let (mut config, sources) = assemble(&mut roots);
    for (number, (mut root, _)) in roots.into_iter().enumerate() {
        if number > 0 {
            only_in_the_main_file(&mut root, &main.name);
        }
        root.finish();
    }
    config.path = path.to_owned();
    config.files = std::iter::once(path.to_owned()).chain(paths).collect();
    let mut errors = Vec::new();
    let mut warnings = Vec::new();
    for book in std::iter::once(main_book).chain(books) {
        errors.extend(masked(book.errors.into_problems(), &book.text.text));
        warnings.extend(masked(book.warnings.into_problems(), &book.text.text));
    }
    let in_recipes = masked(sources.problems, "");
    errors.extend(masked(unreadable, "").into_iter().chain(in_recipes.iter().cloned()));
    warnings.extend(masked(sources.warnings, ""));
    Ok(Examined { config, errors, in_recipes, broken: sources.broken, warnings })
}

fn read_all(paths: &[PathBuf], draft: Option<Draft<'_>>) -> (Vec<Text>, Vec<Problem>) {
    let (mut texts, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        match include::read(path, draft) {
            Ok(text) => texts.push(text),
            Err(problem) => problems.push(problem),
        }
    }
    (texts, problems)
}

/// Reads the tables in the order in which they need each other.
fn assemble(roots: &mut [(Reader<'_>, Scope<'_>)]) -> (Config, Sources) {
    let (root, scope) = &mut roots[0];
    let scope = *scope;
    let general = general::read(root, &scope);
    let web = web::read(root, &scope, general.listen);
    let has_smtp = root.has("smtp");
    let smtp = smtp::read(root, &scope);
    let mut sources = source::read(root, &scope, general.hours.clone());
    let mut jurisdictions: Vec<&str> = sources.known.values().map(|known| known.source.recipe.jurisdiction.as_str()).collect();
    jurisdictions.sort_unstable();
    jurisdictions.dedup();
    let limits = limits::read(&scope, &jurisdictions, &mut sources.problems);
    let calendars = calendars::read(&scope, &jurisdictions, &mut sources.problems);
    let mut channels = channel::read(roots, &general, has_smtp);
    let mut cases = case::read(roots, &case::Around { general: &general, sources: &sources, channels: &channels, limits: &limits });
    let (root, scope) = &mut roots[0];
    let scope = *scope;
    let privacy = Arc::new(Policies::new(privacy::read(root, &scope, general.privacy, &sources, &cases.list)));
    let tags: BTreeSet<&str> = cases.list.iter().flat_map(|watch| &watch.tags).map(String::as_str).collect();
    channel::check_tags(&channels, &tags);
    let showcase = showcase::read(root, &tags, &scope);
    if cases.list.is_empty() && scope.errors.is_empty() {
        scope.warn(None, NO_CASE, ADD_ONE);
    }
    if channels.list.is_empty() {
        channels.list.push(channel::terminal(&general));
    }
    let source_of = |watch: &Watch| {
        let known = sources.known.get(&watch.case.source).map(|known| &known.source);
        known.or_else(|| cases.described.get(&watch.case)).map(|source| source.recipe.zone_of(&watch.number))
    };
    let zones: Vec<_> = cases.list.iter().filter_map(source_of).collect();
    let jurisdictions = sources.known.iter().map(|(id, known)| (id.as_str(), known.source.recipe.jurisdiction.as_str()));
    let zone = timing::settle(&mut channels.list, &channels.open, &general, zones.into_iter(), jurisdictions);
    let loads = pace::spread(&mut cases.list, |watch| sources.known.get(&watch.case.source).map(|known| known.source.clone()));
    let config = Config {
        path: PathBuf::new(),
        loads,
        privacy,
        showcase,
        files: Vec::new(),
        zone,
        web,
        smtp,
        channels: channels.list,
        index: cases.list.iter().enumerate().map(|(at, watch)| (watch.case.clone(), at)).collect(),
        cases: cases.list,
        sources: sources.known.iter().map(|(id, known)| (id.clone(), known.source.clone())).collect(),
        described: cases.described,
        limits,
        calendars,
        general,
    };
    (config, sources)
}

fn only_in_the_main_file(root: &mut Reader<'_>, main: &str) {
    for key in ["include", "veedor", "web", "smtp", "source", "privacy", "redact", "withhold", "public"] {
        if root.has(key) {
            root.item(key);
            let help = format!("move it to {main}; here may stand [[case]] and [[channel]]");
            root.report(key, format!("`{key}` belongs in the main file"), Some(help));
        }
    }
}

/// Problems as they may be shown: once each, and without secrets that stand in their lines.
fn masked(mut problems: Vec<Problem>, text: &str) -> Vec<Problem> {
    problems.iter_mut().for_each(|problem| mask::mask(problem, text));
    problems.dedup();
    problems
}

#[cfg(test)]
mod tests;
