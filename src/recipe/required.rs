//! What every element of a list must have: the shape without which an answer is another answer.
//!
//! Compiled by `syntax`, checked by `answer`. Fields that only some row must have belong to `[[entries]]`.

use super::value::Value;

/// A path such as `idJudicatura` or `lists.*.id`; `*` stands for each element of a list, which may be null.
#[derive(Debug, Clone)]
pub struct Required {
    /// As written.
    pub written: String,
    names: Vec<String>,
}

impl Required {
    /// Reads a path.
    pub fn parse(written: &str) -> Result<Self, String> {
        let names: Vec<String> = written.split('.').map(str::to_owned).collect();
        if names.iter().any(String::is_empty) || names.last().is_some_and(|last| last == "*") {
            return Err(format!("\"{written}\" is not a path such as id or lists.*.id"));
        }
        Ok(Self { written: written.to_owned(), names })
    }

    /// The first element of the list that lacks it; nulls in lists are no elements.
    pub fn lacking(&self, list: &Value<'_>) -> Option<usize> {
        list.as_array()?.iter().position(|element| !element.is_null() && lacks(element, &self.names))
    }
}

fn lacks(value: &Value<'_>, names: &[String]) -> bool {
    match (names, value) {
        ([], Value::Null) => true,
        ([], Value::String(text)) => text.trim().is_empty(),
        ([], _) => false,
        ([star, ..], Value::Null) if star == "*" => false,
        ([star, rest @ ..], Value::Array(list)) if star == "*" => list.iter().any(|element| !element.is_null() && lacks(element, rest)),
        ([name, rest @ ..], Value::Object(object)) if name != "*" => object.get(name).is_none_or(|value| lacks(value, rest)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_element_without_it_is_found() {
        for (path, list, expected) in [
            ("id", json!([{"id": "17721"}, null, {"id": 0}]), None),
            ("id", json!([{"id": "17721"}, {"id": " "}]), Some(1)),
            ("id", json!([{"id": null}]), Some(0)),
            ("id", json!([{"error": "x"}]), Some(0)),
            ("id", json!(["x"]), Some(0)),
            ("id", json!([1]), Some(0)),
            ("id", json!([null]), None),
            ("list.*.id", json!([{"list": null}, {"list": []}, {"list": [null, {"id": 1}]}]), None),
            ("list.*.id", json!([{}]), Some(0)),
            ("list.*.id", json!([{"list": "x"}]), Some(0)),
            ("list.*.id", json!([{"list": {"a": 1}}]), Some(0)),
            ("list.*.id", json!([{"list": [{"id": 1}, {"nr": 2}]}]), Some(0)),
        ] {
            assert_eq!(Required::parse(path).unwrap().lacking(&list.clone().into()), expected, "{path} {list}");
        }
        assert!(Required::parse("a..b").is_err() && Required::parse("a.*").is_err());
    }
}
