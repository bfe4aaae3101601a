//! The value that every answer becomes: JSON, whatever the answer was written in.
//!
//! Made by `answer`, `view` and `xml`, searched by `path` and `template`. A text of an answer is borrowed from its page
//! wherever it stands there letter for letter, because most of what a court sends is read once and thrown away:
//! `serde_json::Value` took twice as long to build as all that is kept of it. It only holds values; what they mean is for the
//! recipe to say.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Number;

/// A JSON value that may borrow its texts.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value<'p> {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number of at most 64 bits.
    Number(Number),
    /// A text.
    String(Cow<'p, str>),
    /// A list.
    Array(Vec<Value<'p>>),
    /// An object.
    Object(Fields<'p>),
}

/// The fields of an object, in the order of the answer. Of two with one name the later counts, as everywhere with JSON.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fields<'p>(Vec<(Cow<'p, str>, Value<'p>)>);

impl<'p> Fields<'p> {
    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&Value<'p>> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value<'p>> {
        self.0.iter_mut().rev().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Sets a field; one of that name keeps its place.
    pub fn insert(&mut self, name: impl Into<Cow<'p, str>>, value: Value<'p>) {
        let name = name.into();
        match self.get_mut(&name) {
            Some(known) => *known = value,
            None => self.0.push((name, value)),
        }
    }

    /// Sets all of these.
    pub fn extend(&mut self, others: Self) {
        for (name, value) in others.0 {
            self.insert(name, value);
        }
    }

    /// Takes a field out.
    pub fn remove(&mut self, name: &str) -> Option<Value<'p>> {
        let at = self.0.iter().rposition(|(known, _)| known == name)?;
        Some(self.0.remove(at).1)
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value<'p>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'p> Value<'p> {
    /// Reads JSON. The error is that of `serde_json`, which knows the place.
    pub fn parse(json: &'p str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// The same with all texts its own.
    pub fn into_owned(self) -> Value<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::Bool(flag),
            Self::Number(number) => Value::Number(number),
            Self::String(text) => Value::String(own(text)),
            Self::Array(list) => list.into_iter().map(Value::into_owned).collect(),
            Self::Object(fields) => {
                Value::Object(Fields(fields.0.into_iter().map(|(name, value)| (own(name), value.into_owned())).collect()))
            }
        }
    }

    /// The value of a field of an object.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }

    /// The value at a JSON pointer (RFC 6901).
    pub fn pointer(&self, place: &str) -> Option<&Self> {
        names(place).try_fold(self, |value, name| match value {
            Self::Array(list) => list.get(place_of(&name)?),
            Self::Object(fields) => fields.get(&name),
            _ => None,
        })
    }

    /// The same, to be changed.
    pub fn pointer_mut(&mut self, place: &str) -> Option<&mut Self> {
        names(place).try_fold(self, |value, name| match value {
            Self::Array(list) => list.get_mut(place_of(&name)?),
            Self::Object(fields) => fields.get_mut(&name),
            _ => None,
        })
    }

    /// The value, with null left in its place.
    pub fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// The text of a text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of a list.
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(list) => Some(list),
            _ => None,
        }
    }

    /// The fields of an object.
    pub fn as_object(&self) -> Option<&Fields<'p>> {
        match self {
            Self::Object(fields) => Some(fields),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn as_object_mut(&mut self) -> Option<&mut Fields<'p>> {
        match self {
            Self::Object(fields) => Some(fields),
            _ => None,
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// Whether it is a list.
    pub fn is_array(&self) -> bool {
        matches!(self, Self::Array(_))
    }

    /// Whether it is a number.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Number(_))
    }

    /// The same as a value of `serde_json`, for the libraries that need one.
    pub fn to_plain(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(flag) => (*flag).into(),
            Self::Number(number) => number.clone().into(),
            Self::String(text) => text.as_ref().into(),
            Self::Array(list) => list.iter().map(Self::to_plain).collect(),
            Self::Object(fields) => fields.iter().map(|(name, value)| (name.to_owned(), value.to_plain())).collect(),
        }
    }
}

/// The names of a JSON pointer.
fn names(place: &str) -> impl Iterator<Item = Cow<'_, str>> {
    place
        .split('/')
        .skip(1)
        .map(|name| if name.contains('~') { Cow::Owned(name.replace("~1", "/").replace("~0", "~")) } else { Cow::Borrowed(name) })
}

/// A name as a place in a list: digits, without zeros before them.
fn place_of(name: &str) -> Option<usize> {
    let is_plain = name == "0" || !name.starts_with(['0', '+']);
    name.parse().ok().filter(|_| is_plain)
}

impl fmt::Display for Value<'_> {
    /// As JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl<'p> FromIterator<Value<'p>> for Value<'p> {
    fn from_iter<I: IntoIterator<Item = Value<'p>>>(values: I) -> Self {
        Self::Array(values.into_iter().collect())
    }
}

impl<'p> FromIterator<(Cow<'p, str>, Value<'p>)> for Fields<'p> {
    fn from_iter<I: IntoIterator<Item = (Cow<'p, str>, Value<'p>)>>(fields: I) -> Self {
        Self(fields.into_iter().collect())
    }
}

impl<'p> From<&'p str> for Value<'p> {
    fn from(text: &'p str) -> Self {
        Self::String(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::String(Cow::Owned(text))
    }
}

impl<'p> From<Cow<'p, str>> for Value<'p> {
    fn from(text: Cow<'p, str>) -> Self {
        Self::String(text)
    }
}

impl From<usize> for Value<'_> {
    fn from(number: usize) -> Self {
        Self::Number(number.into())
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => number.serialize(serializer),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(list) => list.serialize(serializer),
            Self::Object(fields) => {
                let mut map = serializer.serialize_map(None)?;
                for (name, value) in fields.iter() {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

/// How many fields the objects of courts have, about: room for so many is made at once.
const USUAL_FIELDS: usize = 18;

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value<'de>, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value<'de>, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value<'de>, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::String(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::String(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value<'de>, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        let Some((Name(name), value)) = map.next_entry()? else { return Ok(Value::Object(Fields::default())) };
        let mut fields = Vec::with_capacity(USUAL_FIELDS);
        fields.push((name, value));
        while let Some((Name(name), value)) = map.next_entry()? {
            fields.push((name, value));
        }
        // A hostile answer is a million objects of one field.
        if fields.len() < USUAL_FIELDS / 2 {
            fields.shrink_to_fit();
        }
        Ok(Value::Object(Fields(fields)))
    }
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

/// The name of a field; serde's own `Cow` never borrows.
struct Name<'p>(Cow<'p, str>);

struct AnyName;

impl<'de> Visitor<'de> for AnyName {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(text.to_owned())))
    }
}

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(AnyName)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    impl From<serde_json::Value> for Value<'static> {
        fn from(value: serde_json::Value) -> Self {
            Value::parse(&value.to_string()).expect("what serde_json writes is JSON").into_owned()
        }
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let text = "[a-c~/\"\\\\\né]{0,4}";
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<u64>().prop_map(Into::into),
            (-1_000_000..1_000_000i32).prop_map(|eighths| (f64::from(eighths) / 8.0).into()),
            text.prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 40, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
                prop::collection::btree_map(text, inner, 0..5).prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_reads_and_writes_what_serde_json_reads_and_writes(plain in any_json(), place in "(/[a-c0-3~01]{0,3}){0,3}") {
            let json = plain.to_string();
            let value = Value::parse(&json).unwrap();
            prop_assert_eq!(value.to_string(), json.as_str());
            prop_assert_eq!(value.to_plain(), plain.clone());
            prop_assert_eq!(value.clone().into_owned(), value.clone());
            prop_assert_eq!(value.pointer(&place).map(Value::to_plain), plain.pointer(&place).cloned());
        }

        #[test]
        fn what_is_no_json_is_refused_as_serde_json_refuses_it(text in "[\\[\\]{}:,\"0-9a-z\\\\.-]{0,12}") {
            let (ours, theirs) = (Value::parse(&text), serde_json::from_str::<serde_json::Value>(&text));
            prop_assert_eq!(ours.map(|value| value.to_plain()).map_err(|e| e.to_string()), theirs.map_err(|e| e.to_string()));
        }
    }

    #[test]
    fn of_two_fields_with_one_name_the_later_counts() {
        let value = Value::parse(r#"{"a":1,"b":2,"a":3}"#).unwrap();
        assert_eq!(value.get("a"), Some(&Value::parse("3").unwrap()));
    }
}
