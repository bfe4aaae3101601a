//! The one table of `/api/v1`: which question stands behind which method and address, in both directions.
//!
//! The web reads a request with it, the commands write theirs with it, and the OpenAPI document is made of it. A question becomes a request
//! by what serde says of it: fields that the address names go there, the others into the query of a GET or DELETE and into the body of a POST.
//! Nothing is asked or answered here.

pub mod escape;
pub mod field;
mod people;
mod reading;
mod table;
mod upkeep;
mod writing;

use serde_json::{Map, Value};

use super::Ask;
use crate::diag::nearest;
use crate::domain::access::Role;
use escape::{decoded, encoded};
use field::{Field, Kind};

pub use table::TABLE;

/// Where the API begins.
pub const ROOT: &str = "/api/v1";

/// The questions that have no address, because only pages of the dashboard ask them.
pub const WITHIN: &[&str] = &["public", "look", "event", "page", "feed"];

/// Any source: the part before a case of which only the number or the nickname is known.
pub const ANY: &str = "-";

/// A method that the API knows. HEAD is answered as GET.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Looks.
    Get,
    /// Does.
    Post,
    /// Takes away.
    Delete,
}

impl Method {
    /// As HTTP writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }

    /// Reads [`name`](Self::name); HEAD is GET without its body.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "GET" | "HEAD" => Some(Self::Get),
            "POST" => Some(Self::Post),
            "DELETE" => Some(Self::Delete),
            _ => None,
        }
    }
}

/// What stands behind an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    /// A question, by its stable name.
    Ask(&'static str),
    /// What the web puts together itself from what it keeps.
    Page(Page),
}

/// What the web puts together itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The watch list, in pages.
    Cases,
    /// One line of it.
    Case,
    /// How veedor itself is.
    Health,
    /// The description of all this.
    OpenApi,
}

/// One row: a method, an address, and what stands behind it.
#[derive(Debug)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// Below [`ROOT`]; `{name}` stands for a part. `{source}/{number}` together are a case.
    pub path: &'static str,
    /// What is asked.
    pub behind: Behind,
    /// What else may be said, in the query or in the body.
    pub fields: &'static [Field],
    /// Who may.
    pub role: Role,
    /// Whether only the socket has it.
    pub console: bool,
    /// In one line.
    pub title: &'static str,
    /// At length; may be empty.
    pub about: &'static str,
    /// What the question says besides, whoever asks it here: name and text.
    pub says: &'static [(&'static str, &'static str)],
    /// Another way to a question that has its own address: makes the question of what was read.
    pub alias: Option<fn(&mut Map<String, Value>)>,
    /// The list in the answer of which the only member is the answer.
    pub only: Option<&'static str>,
}

/// A request as it goes over HTTP.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Path and query, escaped.
    pub target: String,
    /// The body of a POST.
    pub body: Option<Value>,
}

/// A request that is none of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// There is nothing at this address; perhaps at this one.
    Missing(Option<&'static str>),
    /// There is, for these methods.
    Method(Vec<Method>),
    /// A part of it cannot be read: one sentence.
    Unread(String),
}

/// A row, and what stood in the address in the place of its parts.
#[derive(Debug)]
pub struct Found {
    /// The row.
    pub route: &'static Route,
    /// Name and text of each part.
    pub parts: Vec<(&'static str, String)>,
    /// Whether the least and the most of a number hold: whoever runs the machine may ask for everything at once.
    is_bounded: bool,
}

/// Looks an address up; `path` begins with [`ROOT`]. `console`: whether the rows of the socket count.
pub fn find(method: Option<Method>, path: &str, console: bool) -> Result<Found, Wrong> {
    let Some(below) = path.strip_prefix(ROOT).filter(|below| below.is_empty() || below.starts_with('/')) else {
        return Err(Wrong::Missing(None));
    };
    let typed: Vec<&str> = below.split('/').skip(1).collect();
    let mut allowed = Vec::new();
    for route in TABLE.iter().flat_map(|part| part.iter()).filter(|route| console || !route.console) {
        let Some(parts) = matched(route.path, &typed) else { continue };
        if Some(route.method) == method {
            let parts = parts.into_iter().map(|(name, text)| Some((name, decoded(text)?))).collect::<Option<Vec<_>>>();
            let parts = parts.ok_or_else(|| Wrong::Unread("the address is not UTF-8 when its %XX are read".to_owned()))?;
            return Ok(Found { route, parts, is_bounded: !console });
        }
        allowed.push(route.method);
    }
    if !allowed.is_empty() {
        allowed.sort_unstable();
        allowed.dedup();
        return Err(Wrong::Method(allowed));
    }
    let known = TABLE.iter().flat_map(|part| part.iter()).filter(|route| !route.console).map(|route| route.path);
    Err(Wrong::Missing(nearest(below, known)))
}

fn matched<'p>(pattern: &'static str, typed: &[&'p str]) -> Option<Vec<(&'static str, &'p str)>> {
    let pattern = pattern.trim_start_matches('/').split('/');
    let mut parts = Vec::new();
    let mut texts = typed.iter();
    for part in pattern {
        let text = texts.next()?;
        match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) => parts.push((name, *text)),
            None if part == *text => {}
            None => return None,
        }
    }
    texts.next().is_none().then_some(parts)
}

impl Found {
    /// What is said by the parts of the address, the query and the body together, under the names that a question has for it.
    ///
    /// # Errors
    /// The first thing that is not as it should be.
    pub fn said(&self, query: &str, body: Option<&Map<String, Value>>) -> Result<Map<String, Value>, Wrong> {
        let mut said = Map::new();
        let part = |name: &str| self.parts.iter().find(|(known, _)| *known == name).map(|(_, text)| text.as_str());
        for (name, text) in &self.parts {
            match *name {
                "source" if part("number").is_some() => {}
                "number" => {
                    let source = part("source").unwrap_or(ANY);
                    let case = if source == ANY { text.clone() } else { format!("{source}/{text}") };
                    said.insert("case".to_owned(), case.into());
                }
                "version" => {
                    said.insert("version".to_owned(), field::number(name, text).map_err(Wrong::Unread)?);
                }
                _ => {
                    said.insert((*name).to_owned(), text.clone().into());
                }
            }
        }
        let (fields, is_bounded) = (self.route.fields, self.is_bounded);
        match self.route.method {
            Method::Post => {
                if !query.is_empty() {
                    return Err(Wrong::Unread("a POST takes no query: what it says stands in its body".to_owned()));
                }
                field::of_body(fields, body, is_bounded, &mut said).map_err(Wrong::Unread)?;
            }
            Method::Get | Method::Delete => {
                if body.is_some_and(|body| !body.is_empty()) {
                    let why = format!("a {} takes no body: what it says stands in its query", self.route.method.name());
                    return Err(Wrong::Unread(why));
                }
                field::of_query(fields, query, is_bounded, &mut said).map_err(Wrong::Unread)?;
            }
        }
        for (key, text) in self.route.says {
            said.insert((*key).to_owned(), (*text).into());
        }
        if let Some(alias) = self.route.alias {
            alias(&mut said);
        }
        Ok(said)
    }

    /// The question of this name that says this.
    ///
    /// # Errors
    /// When it is not of that form.
    pub fn ask(name: &str, mut said: Map<String, Value>) -> Result<Ask, Wrong> {
        said.insert("ask".to_owned(), name.into());
        serde_json::from_value(Value::Object(said)).map_err(|error| Wrong::Unread(format!("this cannot be asked so: {error}")))
    }
}

/// The request that asks this; `None` for a question that only pages of the dashboard ask ([`WITHIN`]).
pub fn request(ask: &Ask) -> Option<Request> {
    let Ok(Value::Object(mut said)) = serde_json::to_value(ask) else { return None };
    let name = said.shift_remove("ask")?;
    let is_it = |route: &&Route| {
        let is_named = matches!(route.behind, Behind::Ask(known) if name == known);
        is_named && route.alias.is_none() && route.says.iter().all(|(key, text)| said.get(*key).is_some_and(|said| said == text))
    };
    let route = TABLE.iter().flat_map(|part| part.iter()).find(is_it)?;
    for (key, _) in route.says {
        said.shift_remove(*key);
    }
    let mut path = ROOT.to_owned();
    let case = route.path.contains("{number}").then(|| said.shift_remove("case")).flatten();
    let (source, number) = pair(case.as_ref().and_then(Value::as_str).unwrap_or_default());
    for part in route.path.trim_start_matches('/').split('/') {
        path.push('/');
        match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            None => path.push_str(part),
            Some("source") if case.is_some() => path.push_str(&encoded(source)),
            Some("number") => path.push_str(&encoded(number)),
            Some(key) => match said.shift_remove(key)? {
                Value::String(text) => path.push_str(&encoded(&text)),
                other => path.push_str(&other.to_string()),
            },
        }
    }
    let said: Vec<(&Field, Value)> = route
        .fields
        .iter()
        .filter_map(|field| Some((field, said.shift_remove(field.key)?)))
        .filter(|(_, value)| !value.is_null())
        .collect();
    if route.method == Method::Post {
        let body = said.into_iter().map(|(field, value)| (field.name.to_owned(), value)).collect();
        return Some(Request { method: route.method, target: path, body: Some(Value::Object(body)) });
    }
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (field, value) in &said {
        match (field.kind, value) {
            (Kind::Texts, Value::Array(all)) => {
                query.extend_pairs(all.iter().filter_map(Value::as_str).map(|one| (field.name, one)));
            }
            (_, Value::String(text)) => {
                query.append_pair(field.name, text);
            }
            (_, other) => {
                query.append_pair(field.name, &other.to_string());
            }
        }
    }
    let query = query.finish();
    let target = if query.is_empty() { path } else { format!("{path}?{query}") };
    Some(Request { method: route.method, target, body: None })
}

/// A case as it is typed, as the two parts of an address.
fn pair(typed: &str) -> (&str, &str) {
    match typed.split_once('/') {
        Some((source, number)) if !source.is_empty() && source != ANY && !number.is_empty() => (source, number),
        _ => (ANY, typed),
    }
}

#[cfg(test)]
mod tests;
