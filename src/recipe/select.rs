//! Where things stand on the pages: JSONPath over the answers, fan-out over nested lists, and conditions.
//!
//! Every answer is a JSON value by the time it gets here: `view` has made one of each HTML page. `$.step…` begins at
//! the answers of a step, `@.name…` at a variable of an outer level. Nulls in lists are skipped and counted.

use std::borrow::Cow;
use std::cell::OnceCell;

use regex::Regex;

use super::path::JsonPath;
use super::template::{Env, Scope, Template, Var};
use super::value::Value;
use super::{Recipe, Refusal, answer, step};
use crate::domain::case::CaseNumber;
use crate::domain::page::Page;

/// A path and where it begins.
#[derive(Debug, Clone)]
pub struct Path {
    /// Where it begins.
    pub root: Root,
    /// The rest, over the value it begins at.
    pub json: JsonPath,
}

/// Where a path begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// At each answer of the step with this index.
    Step(usize),
    /// At a variable.
    Variable(String),
}

/// One level of a fan-out.
#[derive(Debug, Clone)]
pub struct Level {
    /// The variable that it binds.
    pub name: String,
    /// Over what.
    pub path: Path,
    /// And then over these: the same may stand in the answers of several steps.
    pub also: Vec<Path>,
    /// Of what is there, only that for which all of this holds; something must.
    pub when: Vec<Condition>,
    /// Whether the source has no such case when nothing does: of several hits of a search, none is the case.
    pub or_not_found: bool,
    /// The variables with which its answers were asked for, which are known wherever it is.
    pub inherited: Vec<String>,
}

/// A condition on a text.
#[derive(Debug, Clone)]
pub struct Condition {
    /// The text.
    pub value: Template,
    /// What must hold.
    pub test: Test,
}

/// What a condition asks.
#[derive(Debug, Clone)]
pub enum Test {
    /// One of these.
    In(Vec<String>),
    /// None of these.
    NotIn(Vec<String>),
    /// Matches.
    Matches(Regex),
    /// Is empty, or is not.
    Empty(bool),
    /// Is this text, white space around them aside.
    Equals(Template),
    /// Is, read as a number, the number of the case, or lists it; or does not.
    Number(bool),
}

impl Condition {
    /// Whether it holds for what has the number of the case.
    pub fn asks_for_number(&self) -> bool {
        matches!(self.test, Test::Number(true))
    }

    /// Whether there is something to hold it for: a number of some case, or all the values of its text. Of elements that have
    /// neither (the source renamed its fields), that it does not hold says nothing.
    fn has_what_it_looks_at(&self, env: &Env<'_>) -> bool {
        match &self.test {
            Test::Number(_) => self.value.text(env).split(", ").any(|one| env.format.is_one(one)),
            _ => self.value.complete(env).is_some(),
        }
    }

    /// Whether it holds.
    pub fn holds(&self, env: &Env<'_>) -> bool {
        let text = self.value.text(env);
        match &self.test {
            Test::In(texts) => texts.iter().any(|one| *one == text),
            Test::NotIn(texts) => !texts.iter().any(|one| *one == text),
            Test::Matches(pattern) => pattern.is_match(&text),
            Test::Empty(wanted) => text.trim().is_empty() == *wanted,
            Test::Equals(other) => text.trim() == other.text(env).trim(),
            // Several numbers, joined as lists are: one of them is enough.
            Test::Number(wanted) => text.split(", ").any(|one| env.format.names(one, env.number)) == *wanted,
        }
    }
}

/// Whether all hold.
pub fn all_hold(conditions: &[Condition], env: &Env<'_>) -> bool {
    conditions.iter().all(|condition| condition.holds(env))
}

fn none_fits(level: &Level, is_told_apart: bool) -> Refusal {
    if level.or_not_found && is_told_apart {
        return Refusal::NotFound;
    }
    let (expected, found) = if level.or_not_found {
        ("an element that has what the condition `when` looks at", "none that has")
    } else {
        ("an element that meets the condition `when`", "none that does")
    };
    Refusal::Unreadable { at: format!("the list for `{}`", level.name), expected: expected.to_owned(), found: found.to_owned() }
}

/// The pages of one visit, each parsed at most once.
pub struct Visit<'p> {
    /// The recipe.
    pub recipe: &'p Recipe,
    /// The case.
    pub number: &'p CaseNumber,
    /// What its relative addresses begin with.
    pub base: Cow<'p, str>,
    /// All pages.
    pub pages: &'p [Page],
    documents: Vec<OnceCell<Result<Value<'p>, Refusal>>>,
}

impl<'p> Visit<'p> {
    /// A visit with what has been fetched so far.
    pub fn new(recipe: &'p Recipe, number: &'p CaseNumber, pages: &'p [Page]) -> Self {
        Self { recipe, number, base: recipe.base_url_of(number), pages, documents: pages.iter().map(|_| OnceCell::new()).collect() }
    }

    /// The indices of a step's pages, in the order of its requests.
    pub fn pages_of(&self, step: usize) -> impl Iterator<Item = usize> + '_ {
        let id = self.recipe.plan.steps.get(step).map(|step| step.id.as_str());
        self.pages.iter().enumerate().filter(move |(_, page)| Some(page.step.as_str()) == id).map(|(index, _)| index)
    }

    /// A page as a value.
    pub fn document(&self, page: usize) -> Result<&Value<'p>, Refusal> {
        let answer = &self.pages[page];
        let parsed = self.documents[page].get_or_init(|| {
            let step = self.recipe.plan.steps.iter().find(|step| step.id == answer.step);
            step.map_or(Ok(Value::Null), |step| answer::parse(step, answer))
        });
        parsed.as_ref().map_err(Clone::clone)
    }

    /// What the levels bind, and how many nulls each level skipped. Of a list that holds something, something must be asked for.
    pub fn fan_out<'d>(&'d self, levels: &'d [Level]) -> Result<(Vec<Scope<'d>>, Vec<usize>), Refusal> {
        self.bind(levels, true)
    }

    /// The same for what is only read: a list of a whole court may hold nothing of this case.
    pub fn bound<'d>(&'d self, levels: &'d [Level]) -> Result<(Vec<Scope<'d>>, Vec<usize>), Refusal> {
        self.bind(levels, false)
    }

    fn bind<'d>(&'d self, levels: &'d [Level], is_asked: bool) -> Result<(Vec<Scope<'d>>, Vec<usize>), Refusal> {
        let (mut scopes, mut nulls) = (vec![Scope::default()], vec![0; levels.len()]);
        for (level, nulls) in levels.iter().zip(&mut nulls) {
            let mut next = Vec::new();
            for scope in &scopes {
                let (before, mut is_any, mut is_told_apart) = (next.len(), false, false);
                let mut values = self.select(&level.path, scope)?;
                for path in &level.also {
                    values.extend(self.select(path, scope)?);
                }
                for (asked_with, value) in values {
                    if value.is_null() {
                        *nulls += 1;
                        continue;
                    }
                    is_any = true;
                    let mut vars = asked_with.vars;
                    vars.extend(scope.vars.iter().cloned());
                    vars.push((level.name.as_str(), Var::At(value)));
                    let scope = Scope { vars, outer: None };
                    let env = Env { number: self.number, format: &self.recipe.plan.number, scope: &scope, row: None, base: "" };
                    is_told_apart |= level.when.iter().any(|condition| condition.has_what_it_looks_at(&env));
                    if all_hold(&level.when, &env) {
                        next.push(scope);
                    }
                }
                // What is not asked for would look like a case without entries.
                if is_asked && is_any && next.len() == before {
                    return Err(none_fits(level, is_told_apart));
                }
            }
            scopes = next;
        }
        Ok((scopes, nulls))
    }

    /// Whether the list that a fan-out begins with was answered, and holds nothing but nulls.
    pub fn is_answered_empty(&self, levels: &[Level]) -> Result<bool, Refusal> {
        let Some(Level { path: path @ Path { root: Root::Step(step), .. }, .. }) = levels.first() else { return Ok(false) };
        Ok(self.pages_of(*step).next().is_some() && self.select(path, &Scope::default())?.iter().all(|(_, value)| value.is_null()))
    }

    /// What a path finds, each with the variables with which its answer was asked for.
    fn select<'d>(&'d self, path: &Path, scope: &Scope<'d>) -> Result<Vec<(Scope<'d>, &'d Value<'d>)>, Refusal> {
        match &path.root {
            Root::Variable(name) => {
                let Some(Var::At(value)) = scope.find(name) else { return Ok(Vec::new()) };
                Ok(path.json.query(value).into_iter().map(|value| (Scope::default(), value)).collect())
            }
            Root::Step(index) => {
                let Some(step) = self.recipe.plan.steps.get(*index) else { return Ok(Vec::new()) };
                let mut asked = if step.each.is_empty() { Vec::new() } else { step::asked(self, *index, step)?.0 }.into_iter();
                let mut values = Vec::new();
                for page in self.pages_of(*index) {
                    let mut with = asked.next().map(|asked| asked.scope).unwrap_or_default();
                    with.vars.retain(|(name, _)| !matches!(*name, "page" | "more"));
                    values.extend(path.json.query(self.document(page)?).into_iter().map(|value| (with.clone(), value)));
                }
                Ok(values)
            }
        }
    }
}
