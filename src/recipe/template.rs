//! Templates such as `{{ incident.fechaCrea | before: 'T' }}`: how a recipe writes requests and names what it reads.
//!
//! Compiled once by `syntax`, evaluated by the steps and by the reading of dockets. A template never fails: what is not
//! there is empty, and the caller decides what emptiness means.

use std::borrow::Cow;

use super::value::Value;

use super::filter::{Filter, Tables, collapsed};
use super::number::NumberFormat;
use crate::domain::case::CaseNumber;

/// A compiled template.
#[derive(Debug, Clone)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Literal(String),
    Value(Expression),
}

#[derive(Debug, Clone)]
struct Expression {
    /// Tried in this order until one gives something: `{{ a ?? b.c }}`.
    names: Vec<Name>,
    filters: Vec<Filter>,
}

#[derive(Debug, Clone)]
struct Name {
    head: String,
    rest: Vec<String>,
    /// Whether it is the number of the case, which is no field.
    is_number: bool,
}

/// What a template may refer to.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// The case that is asked.
    pub number: &'a CaseNumber,
    /// What its numbers look like.
    pub format: &'a NumberFormat,
    /// The variables of the fan-out.
    pub scope: &'a Scope<'a>,
    /// The row at hand; names that are no variable are fields of it.
    pub row: Option<&'a Value<'a>>,
    /// The address of the page at hand, for `absolute`.
    pub base: &'a str,
}

/// The variables that `each` has bound, outermost first.
#[derive(Debug, Clone, Default)]
pub struct Scope<'a> {
    /// Name and value.
    pub vars: Vec<(&'a str, Var<'a>)>,
    /// Those that were bound before.
    pub outer: Option<&'a Scope<'a>>,
}

impl<'a> Scope<'a> {
    /// The same with more.
    pub fn within(outer: &'a Scope<'a>, vars: Vec<(&'a str, Var<'a>)>) -> Self {
        Self { vars, outer: Some(outer) }
    }

    /// A variable; of several with one name the innermost.
    pub fn find(&self, name: &str) -> Option<&Var<'a>> {
        let own = self.vars.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| value);
        own.or_else(|| self.outer?.find(name))
    }
}

/// What a variable stands for.
#[derive(Debug, Clone)]
pub enum Var<'a> {
    /// A part of an answer.
    At(&'a Value<'a>),
    /// Something that was put together.
    Own(Value<'a>),
}

impl<'a> Var<'a> {
    /// The value.
    pub fn value(&self) -> &Value<'a> {
        match self {
            Self::At(value) => value,
            Self::Own(value) => value,
        }
    }
}

enum Found<'a> {
    Json(&'a Value<'a>),
    Text(&'a str),
    Nothing,
}

impl Template {
    /// Compiles a template that looks nothing up.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::with_tables(text, &Tables::new())
    }

    /// Compiles a template. The error says what is wrong with which part.
    pub fn with_tables(text: &str, tables: &Tables) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once("{{") {
            if !literal.is_empty() {
                parts.push(Part::Literal(literal.to_owned()));
            }
            let (inside, after) = after.split_once("}}").ok_or_else(|| format!("\"{{{{\" is not closed by \"}}}}\" in \"{text}\""))?;
            parts.push(Part::Value(Expression::parse(inside, tables)?));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        Ok(Self { parts })
    }

    /// A template that is this text.
    pub fn literal(text: &str) -> Self {
        Self { parts: vec![Part::Literal(text.to_owned())] }
    }

    /// The first names of all values that it refers to.
    pub fn heads(&self) -> impl Iterator<Item = &str> {
        self.names().map(|name| name.head.as_str())
    }

    /// The fields of one name that it refers to: the parts of `number`, the names of secrets.
    pub fn fields_of(&self, head: &'static str) -> impl Iterator<Item = &str> {
        self.names().filter(move |name| name.head == head).filter_map(|name| name.rest.first().map(String::as_str))
    }

    /// Where in a row its values stand; the number of the case stands elsewhere. An empty path is the whole row.
    pub fn paths(&self) -> impl Iterator<Item = Vec<&str>> {
        let of_row = self.names().filter(|name| !name.is_number);
        of_row.map(|name| {
            let head = Some(name.head.as_str()).filter(|head| *head != "row");
            head.into_iter().chain(name.rest.iter().map(String::as_str)).collect()
        })
    }

    /// Whether it refers to the whole of a name and not to a field of it.
    pub fn is_whole(&self, head: &str) -> bool {
        self.names().any(|name| name.head == head && name.rest.len() != 1)
    }

    /// Whether, as an address, it says itself which site it leads to: no value of an answer stands in it before the path.
    pub fn names_its_site(&self) -> bool {
        let mut site = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(text) => site.push_str(text),
                Part::Value(value) if value.names.iter().all(|name| name.is_number) => site.push('0'),
                Part::Value(_) => return false,
            }
            let rest = site.split_once("://").map_or(site.as_str(), |(_, rest)| rest);
            if rest.contains(['/', '?', '#']) && !site.ends_with(":/") {
                return true;
            }
        }
        !site.is_empty()
    }

    fn names(&self) -> impl Iterator<Item = &Name> {
        let expressions = self.parts.iter().filter_map(|part| match part {
            Part::Value(expression) => Some(expression),
            Part::Literal(_) => None,
        });
        expressions.flat_map(|expression| &expression.names)
    }

    /// The text; borrowed from the answer where it stands there.
    pub fn text<'a>(&'a self, env: &Env<'a>) -> Cow<'a, str> {
        self.join(|expression| expression.text(env))
    }

    /// The text with its white space tidied, as nearly all of a docket is kept.
    pub fn tidy(&self, env: &Env<'_>) -> String {
        collapsed(self.text(env)).into_owned()
    }

    /// The text, or nothing when one of its values is empty: for keys, which must not be built on sand.
    pub fn complete<'a>(&'a self, env: &Env<'a>) -> Option<Cow<'a, str>> {
        let mut whole = true;
        let text = self.join(|expression| {
            let text = expression.text(env);
            whole &= !text.is_empty();
            text
        });
        whole.then_some(text)
    }

    /// The value with its type, when the template is exactly one value without filters; else the text.
    pub fn value<'a>(&'a self, env: &Env<'a>) -> Value<'a> {
        if let [Part::Value(expression)] = self.parts.as_slice()
            && expression.filters.is_empty()
        {
            return match expression.find(env) {
                Found::Json(value) => value.clone(),
                Found::Text(text) => text.into(),
                Found::Nothing => Value::Null,
            };
        }
        Value::String(self.text(env))
    }

    /// The text as a web address: values are percent-encoded, unless the address begins with one (a link that was read).
    pub fn url(&self, env: &Env<'_>) -> String {
        if matches!(self.parts.first(), Some(Part::Value(_))) {
            return self.text(env).into_owned();
        }
        let encoded = self.join(|expression| {
            let text = expression.text(env);
            // Identifiers have nothing to encode.
            if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')) {
                return text;
            }
            Cow::Owned(url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20"))
        });
        encoded.into_owned()
    }

    fn join<'a>(&'a self, mut value: impl FnMut(&'a Expression) -> Cow<'a, str>) -> Cow<'a, str> {
        match self.parts.as_slice() {
            [Part::Value(expression)] => return value(expression),
            [Part::Literal(literal)] => return Cow::Borrowed(literal),
            _ => {}
        }
        let mut text = String::with_capacity(128);
        for part in &self.parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Value(expression) => text.push_str(&value(expression)),
            }
        }
        Cow::Owned(text)
    }
}

impl Expression {
    fn parse(inside: &str, tables: &Tables) -> Result<Self, String> {
        let mut pieces = split_pipes(inside).into_iter();
        let names = pieces.next().unwrap_or_default().split("??").map(|name| Name::parse(name.trim())).collect::<Result<_, _>>()?;
        let filters: Vec<_> = pieces.map(|piece| Filter::parse(piece.trim(), tables)).collect::<Result<_, _>>()?;
        if filters.iter().skip(1).any(|filter| matches!(filter, Filter::Join(_))) {
            return Err("join comes first after the name: what other filters give is one text".to_owned());
        }
        Ok(Self { names, filters })
    }

    fn find<'a>(&self, env: &Env<'a>) -> Found<'a> {
        // The last name counts as it is: an empty text that was there keeps its type.
        let Some((last, first)) = self.names.split_last() else { return Found::Nothing };
        first.iter().map(|name| name.find(env)).find(|found| !found.is_empty()).unwrap_or_else(|| last.find(env))
    }

    fn text<'a>(&'a self, env: &Env<'a>) -> Cow<'a, str> {
        let text = match self.find(env) {
            Found::Json(value) => match self.filters.first() {
                Some(Filter::Join(between)) => joined(value, between),
                _ => text_of(value),
            },
            Found::Text(text) => Cow::Borrowed(text),
            Found::Nothing => Cow::Borrowed(""),
        };
        self.filters.iter().fold(text, |text, filter| filter.apply(text, env))
    }
}

impl Found<'_> {
    fn is_empty(&self) -> bool {
        match self {
            Self::Json(value) => text_of(value).is_empty(),
            Self::Text(text) => text.is_empty(),
            Self::Nothing => true,
        }
    }
}

impl Name {
    fn parse(text: &str) -> Result<Self, String> {
        let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '@'));
        if !text.split('.').all(is_name) {
            return Err(format!("\"{text}\" is not a name such as row.field or list.0"));
        }
        let mut names = text.split('.').map(str::to_owned);
        let head = names.next().unwrap_or_default();
        Ok(Self { is_number: head == "number", head, rest: names.collect() })
    }

    fn find<'a>(&self, env: &Env<'a>) -> Found<'a> {
        if self.is_number {
            return self.rest.first().map_or(Found::Text(&env.number.compact), |part| number_part(env.number, part));
        }
        let variable = env.scope.find(&self.head);
        let start = match (variable, env.row) {
            (Some(value), _) => Some(value.value()),
            (None, Some(row)) if self.head == "row" => Some(row),
            (None, Some(row)) => row.get(&self.head),
            (None, None) => None,
        };
        let end = self.rest.iter().try_fold(start, |value, name| value.map(|value| step_into(value, name)));
        end.flatten().map_or(Found::Nothing, Found::Json)
    }
}

fn step_into<'a>(value: &'a Value<'a>, name: &str) -> Option<&'a Value<'a>> {
    match value {
        Value::Array(list) => name.parse::<usize>().ok().and_then(|index| list.get(index)),
        _ => value.get(name),
    }
}

fn number_part<'a>(number: &'a CaseNumber, part: &str) -> Found<'a> {
    match part {
        "compact" => Found::Text(&number.compact),
        "canonical" => Found::Text(&number.canonical),
        _ => number.parts.get(part).map_or(Found::Nothing, Found::Text),
    }
}

/// A JSON value as text: null is empty, lists are joined with commas, an element of XML is its text.
pub fn text_of<'v>(value: &'v Value<'_>) -> Cow<'v, str> {
    joined(value, ", ")
}

/// The same with the elements of a list joined by something else.
fn joined<'v>(value: &'v Value<'_>, between: &str) -> Cow<'v, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(text) => Cow::Borrowed(text),
        Value::Array(list) => Cow::Owned(list.iter().map(text_of).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(between)),
        Value::Object(object) if let Some(text) = object.get("text") => text_of(text),
        Value::Number(number) => Cow::Owned(number.to_string()),
        other => Cow::Owned(other.to_string()),
    }
}

/// Splits at `|` outside of quotes.
fn split_pipes(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut quote = None;
    for c in text.chars() {
        match quote {
            None if c == '|' => {
                pieces.push(String::new());
                continue;
            }
            None if c == '\'' || c == '"' => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ => {}
        }
        if let Some(last) = pieces.last_mut() {
            last.push(c);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn number() -> CaseNumber {
        CaseNumber {
            compact: "17721201900029G".into(),
            canonical: "17721-2019-00029G".into(),
            parts: [("court".into(), "17721".into())].into_iter().collect(),
        }
    }

    fn with_env<T>(row: serde_json::Value, read: impl Fn(&Env<'_>) -> T) -> T {
        let (number, row) = (number(), Value::from(row));
        let court = Value::from(json!({"name": " SALA  PENAL ", "ids": [7, 8]}));
        let format = crate::recipe::shipped_recipe("ec-esatje").unwrap().plan.number.clone();
        let scope = Scope { vars: vec![("court", Var::At(&court))], outer: None };
        read(&Env { number: &number, format: &format, scope: &scope, row: Some(&row), base: "https://court.example/list/" })
    }

    #[test]
    fn a_template_reads_variables_row_fields_and_the_number() {
        let row = json!({"codigo": 5, "tipo": "AUTO (DECRETO) ", "none": null, "link": "../doc?id=1", "a b": 1});
        for (template, expected) in [
            ("{{ codigo }}", "5"),
            ("{{ row.codigo }}-{{ court.ids.1 }}", "5-8"),
            ("/x/{{ number.compact }}/{{ number.court }}", "/x/17721201900029G/17721"),
            ("{{ court.name | collapse }}|", "SALA PENAL|"),
            ("{{ tipo | first: '\\(([^()]*)\\)\\s*$' }}", "DECRETO"),
            ("{{ tipo | before: '(' | trim | lower }}", "auto"),
            ("{{ none | default: 'a|b' }}", "a|b"),
            ("{{ nothing.at.all }}", ""),
            ("{{ none ?? nothing ?? codigo | default: 'x' }}", "5"),
            ("{{ link | absolute }}", "https://court.example/doc?id=1"),
        ] {
            let template = Template::parse(template).unwrap();
            assert_eq!(with_env(row.clone(), |env| template.text(env).into_owned()), expected);
        }
    }

    #[test]
    fn exactly_one_value_keeps_its_type_and_anything_else_is_text() {
        let row = json!({"id": 26015981, "flag": true});
        for (template, expected) in [
            ("{{ id }}", json!(26_015_981)),
            ("{{ flag }}", json!(true)),
            ("{{ gone }}", json!(null)),
            (" {{ id }}", json!(" 26015981")),
            ("{{ id | trim }}", json!("26015981")),
            ("web", json!("web")),
        ] {
            let template = Template::parse(template).unwrap();
            assert_eq!(with_env(row.clone(), |env| template.value(env).to_plain()), expected);
        }
    }

    #[test]
    fn a_key_with_an_empty_value_is_no_key() {
        let template = Template::parse("{{ a }}:{{ b }}").unwrap();
        assert_eq!(with_env(json!({"a": 1, "b": 2}), |env| template.complete(env).map(Cow::into_owned)), Some("1:2".to_owned()));
        assert_eq!(with_env(json!({"a": 1, "b": ""}), |env| template.complete(env).map(Cow::into_owned)), None);
    }

    #[test]
    fn values_in_an_address_are_encoded_and_a_link_is_not() {
        let row = json!({"q": "a b/ñ&c", "link": "https://x.example/a?b=c&d"});
        let text = |template: &str| with_env(row.clone(), |env| Template::parse(template).unwrap().url(env));
        assert_eq!(text("/s?q={{ q }}"), "/s?q=a%20b%2F%C3%B1%26c");
        assert_eq!(text("{{ link }}"), "https://x.example/a?b=c&d");
    }

    #[test]
    fn mistakes_are_named() {
        for (template, message) in [
            ("{{ a", "not closed"),
            ("{{ a b }}", "not a name"),
            ("{{ a | uper }}", "did you mean \"upper\""),
            ("{{ a | first: '(' }}", "regular expression"),
            ("{{ a | default }}", "needs a text in quotes"),
            ("{{ a | lookup: 'index' }}", "there is no [tables.index]"),
            ("{{ a | trim | join: ', ' }}", "join comes first"),
            ("{{ a | pad: 0 }}", "from 1 to 60"),
        ] {
            let error = Template::parse(template).unwrap_err();
            assert!(error.contains(message), "{template}: {error}");
        }
    }
}
