//! What may be said to an address besides its parts: in the query of a GET or DELETE, in the body of a POST.
//!
//! Used by [`route`](super) to read requests and by the OpenAPI document to describe them. A name that is not known is refused with the
//! nearest that is, because what is misspelt would be left out without a word.

use serde_json::{Map, Value};

use crate::diag::suggestion;

/// The form of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// The same, which whoever answers checks: he says it as he says it to a command.
    Named(&'static [&'static str]),
    /// A whole number from 0.
    Number,
    /// `true` or `false`; false when absent.
    Flag,
    /// Texts: in a query the name stands once for each. None when absent.
    Texts,
    /// An instant, RFC 3339.
    Instant,
    /// Which deliveries.
    Which,
    /// Pages: pairs of a step and base64.
    Pages,
}

/// Something that may be said.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name in requests.
    pub name: &'static str,
    /// Its name in the question.
    pub key: &'static str,
    /// Its form.
    pub kind: Kind,
    /// Whether it must be said.
    pub needed: bool,
    /// What is meant when it is not said.
    pub usual: Option<&'static str>,
    /// The least that a number may be.
    pub least: u64,
    /// The most.
    pub most: u64,
    /// What it is, in one sentence.
    pub about: &'static str,
}

impl Field {
    /// One that may be left out.
    pub const fn new(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, key: name, kind, needed: false, usual: None, least: 0, most: u64::MAX, about }
    }

    /// The same, called otherwise in the question.
    pub const fn as_key(self, key: &'static str) -> Self {
        Self { key, ..self }
    }

    /// The same, which must be said.
    pub const fn needed(self) -> Self {
        Self { needed: true, ..self }
    }

    /// The same, with what is meant when it is not said.
    pub const fn usual(self, usual: &'static str) -> Self {
        Self { usual: Some(usual), ..self }
    }

    /// The same, at most this.
    pub const fn most(self, most: u64) -> Self {
        Self { most, ..self }
    }

    /// The same, at least this.
    pub const fn least(self, least: u64) -> Self {
        Self { least, ..self }
    }

    /// Reads it from a query.
    fn read(&self, text: &str, is_bounded: bool) -> Result<Value, String> {
        let name = self.name;
        match self.kind {
            Kind::Number if !is_bounded => number(name, text),
            Kind::Number => self.bounded(number(name, text)?),
            Kind::Flag => match text {
                "true" => Ok(true.into()),
                "false" => Ok(false.into()),
                _ => Err(format!("\"{name}\" is true or false, and not \"{text}\"")),
            },
            _ => self.checked(text.into()),
        }
    }

    /// Whether a value of a body has its form.
    fn checked(&self, value: Value) -> Result<Value, String> {
        let name = self.name;
        let wrong = |what: &str| Err(format!("\"{name}\" must be {what}"));
        match (self.kind, &value) {
            (Kind::OneOf(known), Value::String(text)) if !known.contains(&text.as_str()) => {
                let hint = suggestion(text, known).unwrap_or_default();
                Err(format!("\"{name}\" cannot be \"{text}\"; {hint}"))
            }
            (Kind::Number, Value::Number(number)) if number.is_u64() => Ok(value),
            (Kind::Text | Kind::Instant | Kind::OneOf(_) | Kind::Named(_), Value::String(_))
            | (Kind::Flag, Value::Bool(_))
            | (Kind::Which, Value::Object(_)) => Ok(value),
            (Kind::Texts, Value::Array(all)) if all.iter().all(Value::is_string) => Ok(value),
            (Kind::Pages, Value::Array(_)) => Ok(value),
            (Kind::Text | Kind::OneOf(_) | Kind::Named(_), _) => wrong("a text"),
            (Kind::Instant, _) => wrong("an instant as text, such as 2026-03-01T17:00:00Z"),
            (Kind::Number, _) => wrong("a whole number from 0"),
            (Kind::Flag, _) => wrong("true or false"),
            (Kind::Texts, _) => wrong("a list of texts"),
            (Kind::Which, _) => wrong("an object"),
            (Kind::Pages, _) => wrong("a list of pairs: the step, and the page in base64"),
        }
    }

    fn bounded(&self, value: Value) -> Result<Value, String> {
        match value.as_u64() {
            Some(number) if number > self.most => Err(format!("\"{}\" is at most {}, and not {number}", self.name, self.most)),
            Some(number) if number < self.least => Err(format!("\"{}\" is at least {}, and not {number}", self.name, self.least)),
            _ => Ok(value),
        }
    }

    /// What is meant when it is not said.
    fn absent(&self) -> Result<Option<Value>, String> {
        match (self.needed, self.usual, self.kind) {
            (true, ..) => Err(format!("\"{}\" is missing: {}", self.name, self.about)),
            (false, Some(usual), _) => self.read(usual, false).map(Some),
            (false, None, Kind::Flag) => Ok(Some(false.into())),
            (false, None, Kind::Texts) => Ok(Some(Value::Array(Vec::new()))),
            (false, None, _) => Ok(None),
        }
    }
}

/// A whole number.
pub fn number(name: &str, text: &str) -> Result<Value, String> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<u64>() {
        Ok(number) if is_plain => Ok(number.into()),
        _ => Err(format!("\"{name}\" must be a whole number from 0, and not \"{}\"", text.chars().take(40).collect::<String>())),
    }
}

fn known<'f>(fields: &'f [Field], name: &str, what: &str) -> Result<&'f Field, String> {
    fields.iter().find(|field| field.name == name).ok_or_else(|| {
        let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
        let name: String = name.chars().take(60).collect();
        let hint = suggestion(&name, &names).unwrap_or_else(|| "none is known here".to_owned());
        format!("there is no {what} \"{name}\"; {hint}")
    })
}

/// Reads a query.
pub(super) fn of_query(fields: &[Field], query: &str, is_bounded: bool, said: &mut Map<String, Value>) -> Result<(), String> {
    for (name, text) in url::form_urlencoded::parse(query.as_bytes()) {
        let field = known(fields, &name, "parameter")?;
        if field.kind == Kind::Texts {
            if let Value::Array(all) = said.entry(field.key).or_insert_with(|| Value::Array(Vec::new())) {
                all.push(text.as_ref().into());
            }
        } else if said.insert(field.key.to_owned(), field.read(&text, is_bounded)?).is_some() {
            return Err(format!("\"{name}\" is said twice"));
        }
    }
    absent(fields, said)
}

/// Reads a body.
pub(super) fn of_body(
    fields: &[Field],
    body: Option<&Map<String, Value>>,
    is_bounded: bool,
    said: &mut Map<String, Value>,
) -> Result<(), String> {
    for (name, value) in body.into_iter().flatten() {
        let field = known(fields, name, "field")?;
        let value = field.checked(value.clone())?;
        said.insert(field.key.to_owned(), if field.kind == Kind::Number && is_bounded { field.bounded(value)? } else { value });
    }
    absent(fields, said)
}

fn absent(fields: &[Field], said: &mut Map<String, Value>) -> Result<(), String> {
    for field in fields {
        if !said.contains_key(field.key)
            && let Some(value) = field.absent()?
        {
            said.insert(field.key.to_owned(), value);
        }
    }
    Ok(())
}
