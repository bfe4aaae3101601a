//! Procedural clocks: the time limits of a jurisdiction as data, and the engine that runs them over a docket.
//!
//! `daemon::answers` asks [`Rules::clocks`] for `veedor clocks`; `config` asks which events an operator may pin. The rules are
//! `jurisdictions/<id>/clocks.toml`, in the format of `docs/clocks.md`, and an operator's own files beside the watch list. Nothing here
//! is legal advice, and no rule is used without the words "verify with a lawyer". What the entries of a docket say is read once, into
//! [`Readings`], from which clocks are run as often as anybody asks.

mod count;
mod cycle;
mod engine;
pub mod fact;
pub mod found;
pub mod milestone;
pub mod pattern;
pub mod person;
mod read;
mod reading;
pub mod readings;
pub mod rule;
mod say;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::days::{Calendar, Scope};
use crate::diag::{Problem, Reader, Sink};
use crate::domain::case::Fact;
use crate::domain::clocks::{Clock, Pin, State};
use crate::domain::docket::Docket;
use crate::domain::id::sha256;
use crate::meaning::Meaning;

use engine::Bench;
use fact::FactPattern;
use found::Story;
use pattern::Pattern;
use readings::Readings;
use rule::{Condition, Rule};

/// Id, name of the file, text.
type Shipped = (&'static str, &'static str, &'static str);

// `build.rs` lists the files under `jurisdictions/`.
const CLOCKS: &[Shipped] = include!(concat!(env!("OUT_DIR"), "/clocks.rs"));

/// The compiled rules of a jurisdiction.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    version: String,
    patterns: Vec<Pattern>,
    facts: Vec<FactPattern>,
    /// By id, the versions of each from the oldest on.
    rules: BTreeMap<String, Vec<Rule>>,
    /// The ids in the order of the file.
    order: Vec<String>,
    /// SHA-256 over the texts that it was compiled from, one after the other.
    digest: [u8; 32],
}

/// A case at a moment.
#[derive(Debug, Clone)]
pub struct Look<'a> {
    /// As it was last read.
    pub docket: &'a Docket,
    /// What its entries say, by these rules and words: [`Rules::readings`] of this docket, made now or kept.
    pub readings: &'a Readings,
    /// The words of its court.
    pub meaning: &'a Meaning,
    /// The zone of its court.
    pub zone: TimeZone,
    /// The days of its jurisdiction.
    pub calendar: &'a Calendar,
    /// Region and place of its court, as far as they are known; matter and detention are taken from the facts.
    pub scope: Scope,
    /// What the operator says of the case.
    pub facts: &'a BTreeMap<String, Fact>,
    /// What the operator says of its events.
    pub pins: &'a [Pin],
    /// The moment.
    pub as_of: Timestamp,
    /// When the case was last read; `None` when never.
    pub read: Option<Timestamp>,
}

/// For which jurisdiction a file says that its rules are.
pub fn jurisdiction_in(text: &str) -> Option<String> {
    let head = text.lines().take_while(|line| !line.trim_start().starts_with('['));
    let value = head.filter_map(|line| line.trim().strip_prefix("jurisdiction")?.trim_start().strip_prefix('=')).next()?;
    value.split(['"', '\'']).nth(1).map(str::to_owned)
}

/// The jurisdictions that have rules.
pub fn jurisdictions() -> Vec<&'static str> {
    CLOCKS.iter().map(|(id, ..)| *id).collect()
}

impl Rules {
    /// The shipped rules of a jurisdiction, compiled once; none where it has none, or where a file does not compile, which a test
    /// refuses.
    pub fn shipped(jurisdiction: &str) -> Arc<Self> {
        static COMPILED: OnceLock<Mutex<HashMap<&'static str, Arc<Rules>>>> = OnceLock::new();
        let mut compiled = COMPILED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        let (id, file, text) = CLOCKS.iter().copied().find(|(id, ..)| *id == jurisdiction).unwrap_or(("", "", ""));
        let build = || Arc::new(if text.is_empty() { Self::default() } else { Self::parse(file, text).unwrap_or_default() });
        compiled.entry(id).or_insert_with(build).clone()
    }

    /// Reads a file; every mistake at once.
    pub fn parse(name: &str, text: &str) -> Result<Self, Vec<Problem>> {
        Self::default().with(name, text)
    }

    /// These rules with those of another file: a rule of the same id and version is replaced, and what else it has is added.
    pub fn with(&self, name: &str, text: &str) -> Result<Self, Vec<Problem>> {
        let sink = Sink::new(name, text);
        let mut rules = self.clone();
        rules.digest = sha256(&[self.digest, sha256(text.as_bytes())].concat());
        if let Some(document) = crate::diag::parse(&sink) {
            let mut root = Reader::root(&document, &sink);
            root.integer("schema_version", 1, 1);
            // Which jurisdiction it is for is the caller's business.
            root.text("jurisdiction");
            if let Some(version) = root.required_text("version") {
                rules.version = if self.version.is_empty() { version.value } else { format!("{} + {}", self.version, version.value) };
            }
            for (key, is_event) in [("event", true), ("fact", false)] {
                if !root.has(key) {
                    let _ = root.item(key);
                    continue;
                }
                for table in root.tables(key) {
                    if is_event { rules.patterns.extend(Pattern::read(table)) } else { rules.facts.extend(FactPattern::read(table)) }
                }
            }
            let events = rules.events();
            if root.has("rule") {
                root.tables("rule").into_iter().for_each(|table| rules.add(table, &events));
            }
            let _ = root.item("rule");
            root.finish();
        }
        let problems = sink.into_problems();
        if problems.is_empty() { Ok(rules) } else { Err(problems) }
    }

    fn add(&mut self, table: Reader<'_>, events: &BTreeSet<String>) {
        let (sink, place) = (table.sink(), table.span());
        let Some(rule) = read::rule(table, events) else { return };
        for text in rule.message.iter().flat_map(|words| [&words.es, &words.en]) {
            if let Some(unknown) = say::unknown_place(text) {
                let help = format!("a message may have {}", say::PLACES.join(", "));
                sink.report(place.clone(), format!("the message of {} has {unknown}, which stands for nothing", rule.id), Some(help));
            }
        }
        let versions = self.rules.entry(rule.id.clone()).or_default();
        if versions.is_empty() {
            self.order.push(rule.id.clone());
        }
        versions.retain(|other| other.version != rule.version);
        versions.push(rule);
        versions.sort_by_key(|rule| rule.version);
    }

    /// The version of the rules, as reports show it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The events that rules and pins may name.
    pub fn events(&self) -> BTreeSet<String> {
        let of_patterns = self.patterns.iter().map(|pattern| pattern.id.clone());
        of_patterns.chain(found::OF_HEARINGS.map(str::to_owned)).collect()
    }

    /// The facts that rules ask for.
    pub fn facts(&self) -> BTreeSet<&str> {
        let conditions = self.all().flat_map(|rule| &rule.conditions).map(|condition| condition.fact.as_str());
        conditions.chain(["matter", "region", "place"]).collect()
    }

    /// Every version of every rule, in the order of the file.
    pub fn all(&self) -> impl Iterator<Item = &Rule> {
        self.order.iter().filter_map(|id| self.rules.get(id)).flatten()
    }

    /// The clocks of a case at a moment, in the order of the rules.
    pub fn clocks(&self, look: &Look<'_>) -> Vec<Clock> {
        if self.rules.is_empty() { Vec::new() } else { self.clocks_of(look, &self.story(look)) }
    }

    /// The same, of the [`story`](Self::story) of this very look.
    pub fn clocks_of(&self, look: &Look<'_>, story: &Story) -> Vec<Clock> {
        let today = engine::day_of(look.as_of, &look.zone);
        let facts = self.known(look, story);
        let scope = scope(&look.scope, &facts);
        let bench = Bench { look, story, scope: &scope, today };
        let versions = self.order.iter().filter_map(|id| self.rules.get(id));
        versions.flat_map(|versions| bench.clocks(&versions.iter().collect::<Vec<_>>(), |rule| unmet(rule, &facts))).collect()
    }

    /// What happened in a case, as far as its docket and its operator show.
    pub fn story(&self, look: &Look<'_>) -> Story {
        let today = engine::day_of(look.as_of, &look.zone);
        Story::read(&self.patterns, (look.docket, look.readings), look.meaning, &look.zone, look.pins, today)
    }

    /// What is known of a case: what the operator says, and what the docket does.
    fn known(&self, look: &Look<'_>, story: &Story) -> BTreeMap<String, Fact> {
        let hearings: Vec<&str> = story.hearings.iter().filter_map(|hearing| hearing.kind.as_deref()).collect();
        let mut certain: BTreeMap<String, Fact> = BTreeMap::new();
        let mut otherwise: BTreeMap<String, Fact> = BTreeMap::new();
        for pattern in &self.facts {
            if let Some((value, is_otherwise)) = pattern.of(look.docket, &hearings, look.meaning) {
                let known = if is_otherwise { &mut otherwise } else { &mut certain };
                known.entry(pattern.name.clone()).or_insert(value);
            }
        }
        otherwise.extend(certain);
        otherwise.extend(look.facts.iter().map(|(name, value)| (name.clone(), value.clone())));
        otherwise
    }
}

/// Why a rule does not apply: the facts that it lacks, none of them where what is known rules it out. `None` when it applies.
fn unmet(rule: &Rule, facts: &BTreeMap<String, Fact>) -> Option<Vec<String>> {
    let matter = Condition { fact: "matter".into(), values: rule.matter.iter().cloned().map(Fact::Text).collect(), is_not: false };
    let matter = Some(matter).filter(|matter| !matter.values.is_empty());
    let (mut lacking, mut is_out) = (Vec::new(), false);
    for condition in matter.iter().chain(&rule.conditions) {
        match facts.get(&condition.fact) {
            Some(known) => is_out |= condition.values.contains(known) == condition.is_not,
            None if condition.is_not => {}
            None => lacking.push(condition.fact.clone()),
        }
    }
    if is_out {
        lacking.clear();
    }
    (is_out || !lacking.is_empty()).then_some(lacking)
}

/// The court and the matter, for the calendar.
fn scope(court: &Scope, facts: &BTreeMap<String, Fact>) -> Scope {
    let text = |name: &str| facts.get(name).and_then(|fact| if let Fact::Text(text) = fact { Some(text.clone()) } else { None });
    Scope {
        region: text("region").or_else(|| court.region.clone()),
        matter: text("matter").or_else(|| court.matter.clone()),
        place: text("place").or_else(|| court.place.clone()),
        detained: facts.get("detained") == Some(&Fact::Flag(true)),
    }
}

/// How many clocks are in each state, in the order of [`State::ALL`].
pub fn counts(clocks: &[Clock]) -> [(State, usize); 10] {
    State::ALL.map(|(_, state)| (state, clocks.iter().filter(|clock| clock.state == state).count()))
}
