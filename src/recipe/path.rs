//! Paths into a value: JSONPath (RFC 9535).
//!
//! Used wherever a recipe says where something stands. The paths that nearly all recipes consist of (names, places, "each")
//! are followed here; filters, slices and the rest are left to `serde_json_path`, which needs the answer in its own form.

use std::fmt;

use super::value::Value;

/// A compiled path.
#[derive(Debug, Clone)]
pub struct JsonPath {
    /// As `serde_json_path` understands it.
    full: serde_json_path::JsonPath,
    /// Its parts, when they are all plain.
    plain: Option<Vec<Part>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Name(String),
    Place(usize),
    Each,
}

impl JsonPath {
    /// Compiles a path.
    pub fn parse(text: &str) -> Result<Self, serde_json_path::ParseError> {
        Ok(Self { full: serde_json_path::JsonPath::parse(text)?, plain: parts(text) })
    }

    /// What it finds, in the order of the answer.
    pub fn query<'v, 'p>(&self, value: &'v Value<'p>) -> Vec<&'v Value<'p>> {
        match &self.plain {
            Some(parts) => parts.iter().fold(vec![value], |found, part| part.of_all(&found)),
            None => self.query_located(value).into_iter().map(|(_, found)| found).collect(),
        }
    }

    /// The same, each with its place as a JSON pointer.
    pub fn query_located<'v, 'p>(&self, value: &'v Value<'p>) -> Vec<(String, &'v Value<'p>)> {
        if let Some(parts) = &self.plain {
            return parts.iter().fold(vec![(String::new(), value)], |found, part| {
                found.into_iter().flat_map(|(place, value)| part.located(&place, value)).collect()
            });
        }
        let plain = value.to_plain();
        let places = self.full.query_located(&plain).all().into_iter().map(|found| found.location().to_json_pointer());
        places.filter_map(|place| value.pointer(&place).map(|found| (place, found))).collect()
    }
}

impl Part {
    fn of_all<'v, 'p>(&self, values: &[&'v Value<'p>]) -> Vec<&'v Value<'p>> {
        match (self, values) {
            (Self::Name(name), _) => values.iter().filter_map(|value| value.get(name)).collect(),
            (_, [value]) => self.of(value),
            _ => values.iter().flat_map(|value| self.of(value)).collect(),
        }
    }

    fn of<'v, 'p>(&self, value: &'v Value<'p>) -> Vec<&'v Value<'p>> {
        match (self, value) {
            (Self::Each, Value::Array(list)) => list.iter().collect(),
            (Self::Each, Value::Object(fields)) => fields.iter().map(|(_, value)| value).collect(),
            (Self::Name(name), Value::Object(fields)) => fields.get(name).into_iter().collect(),
            (Self::Place(place), Value::Array(list)) => list.get(*place).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    fn located<'v, 'p>(&self, at: &str, value: &'v Value<'p>) -> Vec<(String, &'v Value<'p>)> {
        let names: Vec<String> = match (self, value) {
            (Self::Each, Value::Array(list)) => (0..list.len()).map(|place| place.to_string()).collect(),
            (Self::Each, Value::Object(fields)) => fields.iter().map(|(name, _)| escaped(name)).collect(),
            (Self::Name(name), _) => vec![escaped(name)],
            (Self::Place(place), _) => vec![place.to_string()],
            _ => Vec::new(),
        };
        names.into_iter().zip(self.of(value)).map(|(name, found)| (format!("{at}/{name}"), found)).collect()
    }
}

/// A name as it stands in a JSON pointer.
pub fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.full.fmt(f)
    }
}

/// The parts of a path that is nothing but names, places from the start, and "each"; it is known to be a path.
fn parts(text: &str) -> Option<Vec<Part>> {
    let mut rest = text.strip_prefix('$')?;
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let (part, after) = if let Some(after) = rest.strip_prefix(".*").or_else(|| rest.strip_prefix("[*]")) {
            (Part::Each, after)
        } else if let Some(name) = rest.strip_prefix('.') {
            let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
            let (name, after) = name.split_at(end);
            (Part::Name(Some(name).filter(|name| !name.is_empty())?.to_owned()), after)
        } else {
            let (inside, after) = rest.strip_prefix('[')?.split_once(']')?;
            let name = inside.strip_prefix('\'').and_then(|name| name.strip_suffix('\''));
            match name {
                Some(name) if !name.contains(['\'', '\\']) => (Part::Name(name.to_owned()), after),
                _ => (Part::Place(inside.parse().ok()?), after),
            }
        };
        parts.push(part);
        rest = after;
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_paths_of_most_recipes_are_plain() {
        for path in ["$", "$[*]", "$.a_1.b[*].c", "$['a b'][0].*", "$.ñ"] {
            assert!(JsonPath::parse(path).unwrap().plain.is_some(), "{path}");
        }
        for path in ["$..a", "$['a','b']", "$[?@.a]", "$[-1]", "$[0:2]", "$ .a", "$['a\\'b']", "$[\"a\"]", "$[ 0 ]"] {
            assert!(JsonPath::parse(path).unwrap().plain.is_none(), "{path}");
        }
    }

    proptest! {
        #[test]
        fn a_plain_path_finds_what_the_library_finds(
            path in "\\$(\\.[ab]|\\.\\*|\\[\\*\\]|\\['[ab.]'\\]|\\[[0-2]\\]){0,4}",
            json in "(\\{\"a\":(\\[1,\\{\"b\":[0-9]\\},null\\]|\\{\"a\":\\[[0-9]\\],\"b\":\\{\"a\":1\\}\\}|\"x\"),\"b\":\\[\\[2,3\\],\\{\"a\":null\\}\\],\"\\.\":0\\})|\\[\\{\"a\":1\\},\\[\\{\"b\":2\\}\\],3\\]",
        ) {
            let path = JsonPath::parse(&path).unwrap();
            prop_assert!(path.plain.is_some());
            let value = Value::parse(&json).unwrap();
            let theirs = JsonPath { plain: None, ..path.clone() };
            prop_assert_eq!(path.query_located(&value), theirs.query_located(&value));
            prop_assert_eq!(path.query(&value), theirs.query(&value));
        }
    }
}
