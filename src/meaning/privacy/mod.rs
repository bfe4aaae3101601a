//! What must not leave the machine, as data: the shipped rules of a jurisdiction, and the tables in which an operator adds some.
//!
//! `config` puts the rules of `jurisdictions/**/privacy.toml` and of the watch list together into a policy, and `mention` asks whether a
//! text tells how to get into a hearing. It applies nothing: that is `domain::privacy`.

mod read;

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use regex::Regex;

use crate::diag::{self, Problem, Reader, Sink};
use crate::domain::redact::Rule;
use crate::domain::withhold::Withhold;

pub use read::{Doubt, ROLES, pattern, replacement, rule, scope, withhold};

/// Id, name of the file, text.
type Shipped = (&'static str, &'static str, &'static str);

/// What holds in every jurisdiction.
const GENERAL: Shipped = ("", "jurisdictions/privacy.toml", include_str!("../../../jurisdictions/privacy.toml"));
// `build.rs` lists the files under `jurisdictions/`.
const OF_JURISDICTIONS: &[Shipped] = include!(concat!(env!("OUT_DIR"), "/privacy.rs"));

/// The role of a party that is a minor, among the classes of [`Rules::roles`].
pub const MINOR: &str = "minor";

/// What a file says, or several together.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// What is masked.
    pub rules: Vec<Arc<Rule>>,
    /// What is withheld.
    pub withholds: Vec<Arc<Withhold>>,
    /// Words that show that a party is no natural person.
    pub institutions: HashSet<String>,
    /// Words that are no mention of a name when they stand alone.
    pub common: HashSet<String>,
    /// The classes of roles, and what the roles of each say.
    pub roles: Vec<(&'static str, Regex)>,
}

impl Rules {
    fn join(&mut self, other: Self) {
        self.rules.extend(other.rules);
        self.withholds.extend(other.withholds);
        self.institutions.extend(other.institutions);
        self.common.extend(other.common);
        self.roles.extend(other.roles);
    }
}

/// The shipped rules of a jurisdiction, compiled when they are first asked for. Of one that has no file they are those of all, because
/// a page that belongs to no jurisdiction may be about any.
pub fn shipped(jurisdiction: &str) -> Arc<Rules> {
    static COMPILED: [OnceLock<Arc<Rules>>; OF_JURISDICTIONS.len()] = [const { OnceLock::new() }; OF_JURISDICTIONS.len()];
    static ALL: OnceLock<Arc<Rules>> = OnceLock::new();
    match OF_JURISDICTIONS.iter().position(|(id, ..)| *id == jurisdiction) {
        Some(at) => COMPILED[at].get_or_init(|| Arc::new(compiled(&OF_JURISDICTIONS[at..=at]))).clone(),
        None => ALL.get_or_init(|| Arc::new(compiled(OF_JURISDICTIONS))).clone(),
    }
}

/// The general file and these. That each of them reads without a problem is a test of this module.
fn compiled(files: &[Shipped]) -> Rules {
    let mut all = Rules::default();
    for (_, name, text) in std::iter::once(&GENERAL).chain(files) {
        all.join(parse(name, text).0);
    }
    all
}

fn parse(name: &str, text: &str) -> (Rules, Vec<Problem>) {
    let sink = Sink::new(name, text);
    let mut rules = Rules::default();
    if let Some(document) = diag::parse(&sink) {
        let mut root = Reader::root(&document, &sink);
        rules = read::file(&mut root);
        root.finish();
    }
    (rules, sink.into_problems())
}

/// Every id of a shipped rule or class, for those who turn one off.
pub fn shipped_ids() -> Vec<String> {
    let all = compiled(OF_JURISDICTIONS);
    let rules = all.rules.iter().map(|rule| rule.id.clone());
    rules.chain(all.withholds.iter().map(|class| class.id.clone())).collect()
}

/// Whether a text tells how to get into an online hearing.
pub fn tells_access(text: &str) -> bool {
    static MEETING: OnceLock<Vec<Arc<Rule>>> = OnceLock::new();
    let rules = MEETING.get_or_init(|| {
        let general = parse(GENERAL.1, GENERAL.2).0.rules;
        general.into_iter().filter(|rule| rule.id.starts_with("meeting-")).collect()
    });
    rules.iter().any(|rule| !rule.finds(text).is_empty())
}

#[cfg(test)]
mod tests;
