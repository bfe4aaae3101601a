//! Rows, explained: how many there are, which became entries, what their fields hold, what named them, which dates were read.

use std::collections::BTreeMap;

use crate::recipe::value::Value;

use super::nearest;
use super::page::{Match, short};
use crate::recipe::answer::Format;
use crate::recipe::entries::EntriesSpec;
use crate::recipe::step::Step;
use crate::recipe::template::{Template, text_of};

/// Why a row is dropped that `when` does not hold for.
pub const OF_OTHERS: &str = "of other cases";

/// What became of one row, as the reading noted it.
#[derive(Debug, Clone)]
pub struct RowSeen {
    /// The index of the `[[entries]]` table.
    pub table: usize,
    /// The page.
    pub page: usize,
    /// What became of it.
    pub fate: Fate,
}

/// What can become of a row.
#[derive(Debug, Clone)]
pub enum Fate {
    /// It is no entry, and why.
    Dropped(&'static str),
    /// It is an entry.
    Taken {
        /// Which of the key templates named it; `None`: none had all its values, and the row's own hash stands for it.
        key: Option<usize>,
        /// The key.
        name: String,
        /// Its date.
        date: DateSeen,
        /// Whether its content is withheld.
        withheld: bool,
    },
}

/// What became of a row's date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateSeen {
    /// There is none.
    None,
    /// It was read.
    Read,
    /// It is in none of the formats.
    Unread(String),
}

/// One `[[entries]]` table over one page.
#[derive(Debug)]
pub struct TableSeen {
    /// The page.
    pub page: usize,
    /// The step.
    pub step: String,
    /// The path of the rows.
    pub path: Match,
    /// How many rows there are.
    pub rows: usize,
    /// How many became entries.
    pub taken: usize,
    /// How many did not, by why.
    pub dropped: BTreeMap<&'static str, usize>,
    /// How many entries are withheld.
    pub withheld: usize,
    /// The fields that the recipe uses, in the order title, date, key, required, text, documents, further ones.
    pub fields: Vec<FieldSeen>,
    /// Fields of the rows that the recipe does not use.
    pub unused: Vec<String>,
    /// The key templates.
    pub keys: Vec<KeySeen>,
    /// How many rows no key template could name.
    pub unnamed: usize,
    /// How many dates were read.
    pub dates_read: usize,
    /// How many entries have no date at all.
    pub dateless: usize,
    /// The texts of those that were not, each once, at most ten.
    pub unread: Vec<String>,
}

/// A field of the rows.
#[derive(Debug)]
pub struct FieldSeen {
    /// Its name.
    pub name: String,
    /// What the recipe uses it for.
    pub used_for: Vec<&'static str>,
    /// How many rows have it and say something in it.
    pub having: usize,
    /// How many rows there are.
    pub of: usize,
    /// The first value.
    pub first: String,
    /// Whether a docket without it is wrong.
    pub is_needed: bool,
    /// What the rows have instead, when none has it.
    pub nearest: Option<String>,
}

/// A key template.
#[derive(Debug)]
pub struct KeySeen {
    /// The values that it is made of.
    pub made_of: Vec<String>,
    /// How many entries it named.
    pub named: usize,
    /// One of the keys.
    pub example: String,
}

impl FieldSeen {
    /// What is missing, and what is there.
    pub fn sentence(&self) -> String {
        let nearest = self.nearest.as_ref().map(|nearest| format!("; nearest: {nearest}")).unwrap_or_default();
        format!("{}: {} of {} rows have it{nearest}", self.name, self.having, self.of)
    }
}

impl TableSeen {
    /// Whether the rows are those of this look of the view.
    pub fn reads(&self, look: &str) -> bool {
        let path = self.path.written.trim_start_matches('$').trim_start_matches('.');
        path == look
            || path.strip_prefix(look).is_some_and(|rest| rest.starts_with(['[', '.']))
            || self.path.written.starts_with(&format!("$['{look}']"))
    }

    /// Why rows were dropped.
    pub fn dropped_in_words(&self) -> String {
        self.dropped.iter().map(|(why, count)| format!("{count} {why}")).collect::<Vec<_>>().join(", ")
    }
}

/// Explains the rows of one page.
pub fn seen(spec: &EntriesSpec, table: usize, step: &Step, page: usize, document: &Value<'_>, noted: &[RowSeen]) -> TableSeen {
    let rows: Vec<&Value<'_>> = spec.rows.query(document).into_iter().filter(|row| !row.is_null()).collect();
    let mut seen = TableSeen {
        page,
        step: step.id.clone(),
        path: Match::of_list("rows", "$", &spec.rows, rows.len(), Some(document)),
        rows: rows.len(),
        taken: 0,
        dropped: BTreeMap::new(),
        withheld: 0,
        fields: fields(spec, step, &rows),
        unused: Vec::new(),
        keys: spec
            .key
            .iter()
            .map(|key| KeySeen { made_of: key.heads().map(str::to_owned).collect(), named: 0, example: String::new() })
            .collect(),
        unnamed: 0,
        dates_read: 0,
        dateless: 0,
        unread: Vec::new(),
    };
    for row in noted.iter().filter(|row| row.table == table && row.page == page) {
        match &row.fate {
            Fate::Dropped(why) => *seen.dropped.entry(why).or_default() += 1,
            Fate::Taken { key, name, date, withheld } => {
                seen.taken += 1;
                seen.withheld += usize::from(*withheld);
                match key.and_then(|nth| seen.keys.get_mut(nth)) {
                    Some(key) => {
                        key.named += 1;
                        if key.example.is_empty() {
                            key.example = short(name);
                        }
                    }
                    None => seen.unnamed += 1,
                }
                match date {
                    DateSeen::None => seen.dateless += 1,
                    DateSeen::Read => seen.dates_read += 1,
                    DateSeen::Unread(text) => {
                        let text = short(text);
                        if seen.unread.len() < 10 && !seen.unread.contains(&text) {
                            seen.unread.push(text);
                        }
                    }
                }
            }
        }
    }
    let named = |name: &String| seen.fields.iter().any(|field| field.name.split('.').next() == Some(name.as_str()));
    let names =
        rows.first().and_then(|row| row.as_object()).map(|row| row.names().map(str::to_owned).collect::<Vec<_>>()).unwrap_or_default();
    seen.unused = names.into_iter().filter(|name| !named(name)).collect();
    seen
}

/// The fields that the templates of a table refer to, with how many rows have them.
fn fields(spec: &EntriesSpec, step: &Step, rows: &[&Value<'_>]) -> Vec<FieldSeen> {
    let variables: Vec<&str> = step
        .each
        .iter()
        .map(|level| level.name.as_str())
        .chain(step.otherwise.iter().map(|(name, _)| name.as_str()))
        .chain(["page", "more", "stamp", "body"])
        .chain(spec.within.iter().map(|(name, _)| name.as_str()))
        .chain(spec.documents.iter().flat_map(|document| document.each.iter().map(|(name, _)| name.as_str())))
        .collect();
    let mut found: Vec<FieldSeen> = Vec::new();
    let mut note = |path: String, used_for: &'static str, is_needed: bool| {
        let known = found.iter().position(|field| field.name == path);
        let at = known.unwrap_or_else(|| {
            found.push(field(path, rows));
            found.len() - 1
        });
        if !found[at].used_for.contains(&used_for) {
            found[at].used_for.push(used_for);
        }
        found[at].is_needed |= is_needed;
    };
    let of = |template: &Template| -> Vec<String> {
        let paths = template.paths().filter(|path| path.first().is_some_and(|head| !variables.contains(head)));
        paths.map(|path| path.join(".")).collect()
    };
    // Of `{{ a ?? b }}` one is enough, and none of the two is needed.
    let mut of_template = |template: &Template, used_for: &'static str, is_needed: bool| {
        let paths = of(template);
        let is_only = paths.len() == 1;
        for path in paths {
            note(path, used_for, is_needed && is_only);
        }
    };
    of_template(&spec.title, "title", true);
    spec.date.iter().for_each(|date| of_template(&date.value, "date", true));
    spec.key.iter().for_each(|key| of_template(key, "key", false));
    spec.text.iter().for_each(|(text, _)| of_template(text, "text", false));
    for document in &spec.documents {
        of_template(&document.id, "documents", false);
        of_template(&document.name, "documents", false);
        document.url.iter().for_each(|(_, url)| of_template(url, "documents", false));
    }
    for reason in spec.withheld.iter().flat_map(|withheld| withheld.reason.iter().chain([&withheld.mark])) {
        of_template(reason, "withheld", false);
    }
    spec.when.iter().for_each(|condition| of_template(&condition.value, "when", true));
    spec.merge.iter().for_each(|merge| of_template(&merge.by, "merge", false));
    spec.notice.iter().for_each(|notice| of_template(&notice.same, "notice", false));
    spec.extra.iter().for_each(|(_, value)| of_template(value, "extra", false));
    let withheld = spec.withheld.iter().flat_map(|withheld| &withheld.when);
    let notice = spec.notice.iter().flat_map(|notice| &notice.when);
    let documents = spec.documents.iter().flat_map(|document| document.when.iter().chain(document.url.iter().flat_map(|(when, _)| when)));
    let oddities = spec.oddities.iter().flat_map(|odd| odd.some.iter().chain(&odd.unless));
    for condition in spec.annulled.iter().chain(withheld).chain(notice).chain(documents).chain(oddities) {
        of_template(&condition.value, "conditions", false);
    }
    for name in spec.required.iter().chain(&spec.present) {
        note(name.clone(), "required", matches!(step.format, Format::Json { .. }) || spec.required.contains(name));
    }
    found
}

fn field(name: String, rows: &[&Value<'_>]) -> FieldSeen {
    let mut texts =
        rows.iter().filter_map(|row| at(row, &name)).map(|value| text_of(value).trim().to_owned()).filter(|text| !text.is_empty());
    let first = texts.next();
    let having = usize::from(first.is_some()) + texts.count();
    let nearest = rows.first().filter(|_| having == 0).map(|row| nearest::keys(row));
    let first = first.map(|text| short(&text)).unwrap_or_default();
    FieldSeen { name, used_for: Vec::new(), having, of: rows.len(), first, is_needed: false, nearest }
}

fn at<'v>(row: &'v Value<'v>, path: &str) -> Option<&'v Value<'v>> {
    path.split('.').try_fold(row, |value, name| match value {
        Value::Array(list) => name.parse::<usize>().ok().and_then(|index| list.get(index)),
        _ => value.get(name),
    })
}
