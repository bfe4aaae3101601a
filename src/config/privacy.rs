//! `[privacy]`, `[[redact]]` and `[[withhold]]`: what the operator adds to the shipped rules, or turns off.
//!
//! [`policy`](super::policy) puts both together. Lists of names are read from their files here and are shown by nobody.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use crate::diag::{At, Reader, nearest, suggestion};
use crate::domain::about::Profile;
use crate::domain::case::{CaseRef, Watch};
use crate::domain::names::Names;
use crate::domain::privacy::{NameList, Naming};
use crate::domain::redact::{Rule, Words};
use crate::domain::withhold::{Telling, Withhold};
use crate::meaning::privacy::{self as rules, Doubt, ROLES};

use super::scope::{Scope, Secrets};
use super::source::Sources;

/// What the operator says of privacy.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    /// Whose names are told.
    pub naming: Naming,
    /// The classes of roles whose names stay.
    pub public_roles: Vec<String>,
    /// Persons whose names stay.
    pub public_names: Names,
    /// The longest text of an entry that is told.
    pub excerpt_chars: usize,
    /// Own patterns.
    pub rules: Vec<Arc<Rule>>,
    /// Own lists of names.
    pub lists: Vec<NameList>,
    /// Own classes.
    pub withholds: Vec<Arc<Withhold>>,
    /// The shipped rules and classes that are turned off.
    pub off: BTreeSet<String>,
}

/// As long as what an event keeps of a text.
const LONGEST_EXCERPT: i64 = 600;

/// The most names of one list, so that a wrong file is a mistake and not a daemon without memory.
const MOST_NAMES: usize = 100_000;

const PROFILES: [(&str, Profile); 2] = [("newsroom", Profile::Newsroom), ("ngo", Profile::Ngo)];
const NAMINGS: [(&str, Naming); 3] =
    [("full", Naming::Full), ("initials_private", Naming::InitialsPrivate), ("initials_all", Naming::InitialsAll)];

/// `newsroom` or `ngo`, here and in `[veedor]`.
pub(super) fn profile(table: &mut Reader<'_>, key: &str) -> Option<At<Profile>> {
    table.choice(key, &PROFILES)
}

/// Reads the tables. `short` is `[veedor] privacy`.
pub(super) fn read(root: &mut Reader<'_>, scope: &Scope<'_>, short: Option<Profile>, sources: &Sources, cases: &[Watch]) -> Wish {
    let mut wish = settings(root, scope, short);
    let mut ids = BTreeSet::new();
    for mut table in root.tables("redact") {
        let place = table.span();
        if table.has("names_file") {
            wish.lists.extend(name_list(&mut table, scope));
        } else {
            match rules::rule(&mut table) {
                Ok(rule) => {
                    spare_case_numbers(&rule, place, scope, cases);
                    if !ids.insert(rule.id.clone()) {
                        table.report("id", format!("\"{}\" is the id of another [[redact]]", rule.id), Some("choose another".to_owned()));
                    }
                    wish.off.insert(rule.id.clone());
                    wish.rules.push(Arc::new(rule));
                }
                Err(Doubt::Off(id)) => turn_off(&mut wish.off, id, scope),
                Err(Doubt::Wrong) => {}
            }
        }
        table.finish();
    }
    for mut table in root.tables("withhold") {
        match rules::withhold(&mut table) {
            Ok((mut class, named)) => {
                class.cases = named.iter().filter_map(|written| case(written, scope, sources)).collect();
                wish.off.insert(class.id.clone());
                wish.withholds.push(Arc::new(class));
            }
            Err(Doubt::Off(id)) => turn_off(&mut wish.off, id, scope),
            Err(Doubt::Wrong) => {}
        }
        table.finish();
    }
    wish
}

fn settings(root: &mut Reader<'_>, scope: &Scope<'_>, short: Option<Profile>) -> Wish {
    let mut table = root.table("privacy");
    let mut written = None;
    let (mut naming, mut roles, mut names, mut excerpt) = (None, None, Vec::new(), None);
    if let Some(table) = &mut table {
        written = profile(table, "profile");
        naming = table.choice("default_names", &NAMINGS).map(|at| at.value);
        roles = table.texts("public_roles");
        names = table.texts("public_names").unwrap_or_default();
        excerpt = table.integer("excerpt_chars", 0, LONGEST_EXCERPT);
    }
    if let (Some(long), Some(short)) = (&written, short)
        && long.value != short
    {
        let message = "profile says something else than `privacy` under [veedor]";
        scope.error(long.span.clone(), message, "say it in one of the two places");
    }
    let mut wish = Wish::of_profile(written.map(|at| at.value).or(short).unwrap_or_default());
    wish.naming = naming.unwrap_or(wish.naming);
    if let Some(roles) = roles {
        wish.public_roles = roles.into_iter().filter_map(|role| known_role(role, scope)).collect();
    }
    names.iter().for_each(|name| wish.public_names.add(&name.value));
    wish.excerpt_chars = excerpt.and_then(|at| usize::try_from(at.value).ok()).unwrap_or(wish.excerpt_chars);
    if let Some(table) = table {
        table.finish();
    }
    wish
}

impl Wish {
    /// What holds when nothing but a profile is said.
    pub fn of_profile(profile: Profile) -> Self {
        Self {
            naming: match profile {
                Profile::Newsroom => Naming::Full,
                Profile::Ngo => Naming::InitialsPrivate,
            },
            public_roles: ROLES.map(str::to_owned).to_vec(),
            public_names: Names::default(),
            excerpt_chars: usize::MAX,
            rules: Vec::new(),
            lists: Vec::new(),
            withholds: Vec::new(),
            off: BTreeSet::new(),
        }
    }
}

fn known_role(role: At<String>, scope: &Scope<'_>) -> Option<String> {
    if ROLES.contains(&role.value.as_str()) {
        return Some(role.value);
    }
    let help = suggestion(&role.value, &ROLES).unwrap_or_else(|| format!("write some of {}", ROLES.join(", ")));
    scope.error(role.span, format!("public_roles has an unknown role \"{}\"", role.value), help);
    None
}

/// A `[[redact]]` with a file of names, one a line. What the names are is told nowhere, in no message of ours either.
fn name_list(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<NameList> {
    table.required_text("id");
    let file = table.text("names_file");
    // Names are found in any case, with or without accents and in any order; to say so is not necessary.
    if let Some(fold) = table.flag("fold").filter(|fold| !fold.value) {
        scope.error(fold.span, "names are always found in any case and without accents", "leave fold out, or write fold = true");
    }
    let replace = rules::replacement(table).unwrap_or(Words { es: "[NNA]".to_owned(), en: "[minor]".to_owned() });
    let places = rules::scope(table);
    table.text("why");
    for key in ["pattern", "check", "whole"] {
        if table.has(key) {
            table.item(key);
            table.report(key, format!("{key} does not go with names_file"), Some("write a [[redact]] of its own for it".to_owned()));
        }
    }
    let file = file?;
    let path = scope.path(&file)?;
    let mut names = Names::default();
    match lines(&path) {
        Ok(lines) if lines.len() > MOST_NAMES => {
            scope.error(file.span, format!("names_file has more than {MOST_NAMES} lines"), "give a file with one name a line");
        }
        Ok(lines) => lines.iter().for_each(|name| names.add(name)),
        // Whoever only asks may not be let into the file; the service must.
        Err(error) if scope.env.secrets == Secrets::Elsewhere && error.kind() == std::io::ErrorKind::PermissionDenied => {
            let help = "this is fine when the service can read it; `veedor run` says so when it cannot";
            scope.warn(file.span, format!("names_file was not checked here: {error}"), help);
        }
        Err(error) => scope.error(
            file.span,
            format!("cannot read names_file: {error}"),
            "one name a line; the service's user must be able to read it",
        ),
    }
    Some(NameList { names, replace, scope: places })
}

fn lines(path: &Path) -> std::io::Result<Vec<String>> {
    let text = std::fs::read_to_string(path)?;
    let names = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(names.map(str::to_owned).collect())
}

fn turn_off(off: &mut BTreeSet<String>, id: At<String>, scope: &Scope<'_>) {
    let shipped = rules::shipped_ids();
    if shipped.contains(&id.value) {
        off.insert(id.value);
        return;
    }
    let help = nearest(&id.value, shipped.iter().map(String::as_str))
        .map_or_else(|| "docs/privacy.md lists them".to_owned(), |near| format!("did you mean \"{near}\"?"));
    scope.error(id.span, format!("there is no shipped rule \"{}\" to turn off", id.value), help);
}

/// An alert without its case number is of no use.
fn spare_case_numbers(rule: &Rule, place: Option<std::ops::Range<usize>>, scope: &Scope<'_>, cases: &[Watch]) {
    let numbers = cases.iter().map(|watch| &watch.number.canonical);
    if let Some(number) = numbers.into_iter().find(|number| !rule.finds(number).is_empty()) {
        let message = format!("\"{}\" would mask the number of the watched case {number}", rule.id);
        scope.error(place, message, "make the pattern narrower: add the words before it, or a check");
    }
}

/// A case as `cases` names it: source and number.
fn case(written: &At<String>, scope: &Scope<'_>, sources: &Sources) -> Option<CaseRef> {
    let error = |message: String| {
        scope.error(written.span.clone(), message, "write cases = [\"ec-esatje 17721-2019-00029G\"]");
        None
    };
    let Some((source, typed)) = written.value.trim().split_once(char::is_whitespace) else {
        return error(format!("cases must name a source and a number, not \"{}\"", written.value));
    };
    match sources.known.get(source) {
        Some(known) => match known.source.recipe.number(typed.trim()) {
            Ok(number) => Some(CaseRef { source: source.to_owned(), number: number.compact }),
            Err(why) => error(format!("cases: {why}")),
        },
        None if crate::recipe::is_described(source) => Some(CaseRef { source: source.to_owned(), number: typed.trim().to_owned() }),
        None if sources.broken.contains(source) => None,
        None => error(format!("cases names the unknown source \"{source}\"")),
    }
}

/// `withhold` of a `[[case]]`: false tells all that the rules leave, true or "generic" tells that it had activity.
pub(super) fn of_case(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<Telling> {
    let item = table.item("withhold")?;
    match (item.as_bool(), item.as_str()) {
        (Some(false), _) => Some(Telling::Whole),
        (Some(true), _) | (_, Some("generic")) => Some(Telling::Activity),
        (_, Some("type_and_date_only")) => Some(Telling::TypeAndDate),
        _ => {
            let help = "write withhold = false, \"generic\" or \"type_and_date_only\"";
            scope.error(item.span(), "withhold must be false, \"generic\" or \"type_and_date_only\"", help);
            None
        }
    }
}
