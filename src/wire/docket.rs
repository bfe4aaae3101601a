//! The published form of a docket, `veedor.docket/1`.
//!
//! Written by `extract`, the API and the store; read back by the store and by `diff --before A --after B`. Every field of
//! the domain type survives the round trip. Optional fields of the heading are null when absent; of an entry, `withheld`
//! and `notice_of` are left out, and of a document `url`. Keys that are not known are passed over when reading.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time};
use serde_json::{Map, Value, json};

use crate::domain::case::CaseNumber;
use crate::domain::docket::{Docket, Document, Entry, EntryKey, Heading, Oddity, Party, Withheld};

/// The name of this form.
pub const SCHEMA: &str = "veedor.docket/1";

/// A docket as read from its published form.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// The source's id.
    pub source: String,
    /// The case number as people write it.
    pub number: String,
    /// The docket.
    pub docket: Docket,
}

/// Writes a docket. The order of the keys is fixed, and so are the bytes for the same docket.
pub fn to_json(docket: &Docket, source: &str, case: &CaseNumber) -> Value {
    let heading = &docket.heading;
    let mut head = json!({
        "number": case.canonical, "title": heading.title, "court": heading.court, "subject": heading.subject,
        "status": heading.status, "filed": heading.filed.map(|filed| filed.to_string()),
    });
    if !heading.extra.is_empty() {
        head["extra"] = json!(heading.extra);
    }
    let parties: Vec<Value> = docket.parties.iter().map(|party| json!({"role": party.role, "name": party.name})).collect();
    let oddities: Vec<Value> = docket.oddities.iter().map(oddity_to_json).collect();
    let entries: Vec<Value> = docket.entries.iter().map(entry_to_json).collect();
    json!({"schema": SCHEMA, "source": source, "case": head, "parties": parties, "entries": entries, "oddities": oddities})
}

fn oddity_to_json(oddity: &Oddity) -> Value {
    let mut object = json!({"kind": oddity.kind, "detail": oddity.detail});
    if oddity.doubts {
        object["doubts"] = json!(true);
    }
    object
}

/// Writes one entry, as it stands in a docket.
pub fn entry_to_json(entry: &Entry) -> Value {
    let mut object = json!({
        "key": entry.key.0, "date": entry.date.map(|date| date.to_string()), "time": entry.time.map(|time| time.to_string()),
        "title": entry.title, "text": entry.text,
        "documents": entry.documents.iter().map(document_to_json).collect::<Vec<_>>(), "annulled": entry.annulled,
    });
    if let Some(withheld) = &entry.withheld {
        object["withheld"] = json!({"mark": withheld.mark, "reason": withheld.reason});
    }
    if let Some(notice_of) = &entry.notice_of {
        object["notice_of"] = json!(notice_of.0);
    }
    object["extra"] = json!(entry.extra);
    object
}

fn document_to_json(document: &Document) -> Value {
    let mut object = json!({"id": document.id, "name": document.name});
    if let Some(url) = &document.url {
        object["url"] = json!(url);
    }
    object
}

/// Reads a docket, or says in one sentence which place is wrong.
pub fn from_json(value: &Value) -> Result<Published, String> {
    let root = At::root(value)?;
    let schema = root.text("schema")?;
    if schema != SCHEMA {
        return Err(format!("schema: expected \"{SCHEMA}\", found \"{schema}\""));
    }
    let case = root.object("case")?;
    let heading = Heading {
        title: case.optional_text("title")?,
        court: case.optional_text("court")?,
        subject: case.optional_text("subject")?,
        status: case.optional_text("status")?,
        filed: case.parsed("filed", "a date such as 2024-03-13", |text| text.parse::<Date>().ok())?,
        extra: case.texts("extra")?,
    };
    let party = |at: At<'_>| Ok(Party { role: at.text("role")?, name: at.text("name")? });
    let oddity = |at: At<'_>| Ok(Oddity { kind: at.text("kind")?, detail: at.text("detail")?, doubts: at.flag("doubts")? });
    root.required("entries")?;
    let entries = root.list("entries", |at| entry(&at))?;
    let mut keys = BTreeSet::new();
    for (index, entry) in entries.iter().enumerate() {
        if !keys.insert(&entry.key) {
            return Err(format!("entries[{index}].key: \"{}\" is there twice", entry.key.0));
        }
    }
    let docket = Docket { heading, parties: root.list("parties", party)?, entries, oddities: root.list("oddities", oddity)? };
    Ok(Published { source: root.text("source")?, number: case.text("number")?, docket })
}

/// Reads one entry.
pub fn entry_from_json(value: &Value) -> Result<Entry, String> {
    entry(&At::root(value)?)
}

fn entry(at: &At<'_>) -> Result<Entry, String> {
    let withheld = match at.object_if_any("withheld")? {
        Some(withheld) => Some(Withheld { mark: withheld.text("mark")?, reason: withheld.optional_text("reason")? }),
        None => None,
    };
    let document = |at: At<'_>| Ok(Document { id: at.text("id")?, name: at.text("name")?, url: at.optional_text("url")? });
    Ok(Entry {
        key: EntryKey(at.text("key")?),
        date: at.parsed("date", "a date such as 2024-03-13", |text| text.parse::<Date>().ok())?,
        time: at.parsed("time", "a time such as 15:23:39", |text| text.parse::<Time>().ok())?,
        title: at.text("title")?,
        text: at.optional_text("text")?.unwrap_or_default(),
        documents: at.list("documents", document)?,
        annulled: at.flag("annulled")?,
        withheld,
        notice_of: at.optional_text("notice_of")?.map(EntryKey),
        extra: at.texts("extra")?,
    })
}

/// An object and where it stands.
struct At<'v> {
    object: &'v Map<String, Value>,
    place: String,
}

impl<'v> At<'v> {
    fn root(value: &'v Value) -> Result<Self, String> {
        Self::new(value, String::new())
    }

    fn new(value: &'v Value, place: String) -> Result<Self, String> {
        let name = if place.is_empty() { "the docket" } else { &place };
        let object = value.as_object().ok_or_else(|| format!("{name}: expected an object, found {}", kind(value)))?;
        Ok(Self { object, place })
    }

    fn path(&self, key: &str) -> String {
        if self.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.place) }
    }

    fn wrong(&self, key: &str, expected: &str) -> String {
        format!("{}: expected {expected}, found {}", self.path(key), self.object.get(key).map_or("nothing", kind))
    }

    fn required(&self, key: &str) -> Result<&'v Value, String> {
        self.object.get(key).ok_or_else(|| self.wrong(key, "a value"))
    }

    fn present(&self, key: &str) -> Option<&'v Value> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    fn text(&self, key: &str) -> Result<String, String> {
        self.object.get(key).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| self.wrong(key, "a text"))
    }

    fn optional_text(&self, key: &str) -> Result<Option<String>, String> {
        self.present(key).map(|_| self.text(key)).transpose()
    }

    fn parsed<T>(&self, key: &str, expected: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, String> {
        let Some(text) = self.optional_text(key)? else { return Ok(None) };
        parse(&text).map(Some).ok_or_else(|| format!("{}: expected {expected}, found \"{text}\"", self.path(key)))
    }

    fn flag(&self, key: &str) -> Result<bool, String> {
        self.present(key).map_or(Ok(false), |value| value.as_bool().ok_or_else(|| self.wrong(key, "true or false")))
    }

    fn object(&self, key: &str) -> Result<Self, String> {
        Self::new(self.required(key)?, self.path(key))
    }

    fn object_if_any(&self, key: &str) -> Result<Option<Self>, String> {
        self.present(key).map(|value| Self::new(value, self.path(key))).transpose()
    }

    fn list<T>(&self, key: &str, read: impl Fn(At<'v>) -> Result<T, String>) -> Result<Vec<T>, String> {
        let Some(value) = self.present(key) else { return Ok(Vec::new()) };
        let list = value.as_array().ok_or_else(|| self.wrong(key, "a list"))?;
        list.iter().enumerate().map(|(index, value)| read(At::new(value, format!("{}[{index}]", self.path(key)))?)).collect()
    }

    fn texts(&self, key: &str) -> Result<std::collections::BTreeMap<String, String>, String> {
        let Some(at) = self.object_if_any(key)? else { return Ok(Default::default()) };
        at.object.keys().map(|name| Ok((name.clone(), at.text(name)?))).collect()
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::option;
    use proptest::prelude::*;

    use super::*;

    fn number() -> CaseNumber {
        CaseNumber { compact: "17299209900001".into(), canonical: "17299-2099-00001".into(), parts: Default::default() }
    }

    fn word() -> impl Strategy<Value = String> {
        "[a-zñé \"\n\\\\]{0,8}"
    }

    fn entries() -> impl Strategy<Value = Vec<Entry>> {
        let document = (word(), word(), option::of(word())).prop_map(|(id, name, url)| Document { id, name, url });
        let withheld = (word(), option::of(word())).prop_map(|(mark, reason)| Withheld { mark, reason });
        let date = (1900i16..2100, 1i8..=12, 1i8..=28).prop_map(|(year, month, day)| Date::new(year, month, day).unwrap());
        let time = (0i8..24, 0i8..60, 0i8..60).prop_map(|(hour, minute, second)| Time::new(hour, minute, second, 0).unwrap());
        let first = (option::of(date), option::of(time), word(), word(), vec(document, 0..3));
        let second = (any::<bool>(), option::of(withheld), option::of(word()), btree_map(word(), word(), 0..3));
        let row = (first, second).prop_map(|((date, time, title, text, documents), (annulled, withheld, notice_of, extra))| {
            let (key, notice_of) = (EntryKey(String::new()), notice_of.map(EntryKey));
            Entry { key, date, time, title, text, documents, annulled, withheld, notice_of, extra }
        });
        vec(row, 0..5).prop_map(|mut rows| {
            for (index, row) in rows.iter_mut().enumerate() {
                row.key = EntryKey(format!("k{index}"));
            }
            rows
        })
    }

    fn docket() -> impl Strategy<Value = Docket> {
        let heading = (vec(option::of(word()), 4), any::<bool>(), btree_map(word(), word(), 0..3));
        let pairs = || vec((word(), word()), 0..3);
        (heading, pairs(), pairs(), entries()).prop_map(|((texts, is_filed, extra), parties, oddities, entries)| Docket {
            heading: Heading {
                title: texts[0].clone(),
                court: texts[1].clone(),
                subject: texts[2].clone(),
                status: texts[3].clone(),
                filed: is_filed.then(|| Date::constant(2023, 12, 14)),
                extra,
            },
            parties: parties.into_iter().map(|(role, name)| Party { role, name }).collect(),
            entries,
            oddities: oddities.into_iter().map(|(kind, detail)| Oddity { doubts: kind.len() % 2 == 1, kind, detail }).collect(),
        })
    }

    proptest! {
        #[test]
        fn every_docket_survives_the_round_trip(docket in docket()) {
            let written = to_json(&docket, "ec-esatje", &number()).to_string();
            let read = from_json(&serde_json::from_str(&written).unwrap()).unwrap();
            prop_assert_eq!(&read.docket, &docket);
            prop_assert_eq!(read.number.as_str(), "17299-2099-00001");
            prop_assert_eq!(to_json(&read.docket, &read.source, &number()).to_string(), written);
        }
    }

    #[test]
    fn an_empty_docket_has_the_form_of_the_contract() {
        let written = to_json(&Docket::default(), "ec-esatje", &number()).to_string();
        assert_eq!(
            written,
            r#"{"schema":"veedor.docket/1","source":"ec-esatje","case":{"number":"17299-2099-00001","title":null,"court":null,"subject":null,"status":null,"filed":null},"parties":[],"entries":[],"oddities":[]}"#
        );
    }

    #[test]
    fn an_entry_has_the_form_of_the_contract() {
        let entry = Entry {
            key: EntryKey("203900573".into()),
            date: Some(Date::constant(2023, 8, 18)),
            time: Some(Time::constant(11, 51, 46, 0)),
            title: "RAZON".into(),
            text: "…".into(),
            documents: vec![Document { id: "d".into(), name: "n".into(), url: None }],
            annulled: false,
            withheld: None,
            notice_of: None,
            extra: [("visible".to_owned(), "S".to_owned())].into(),
        };
        assert_eq!(
            entry_to_json(&entry).to_string(),
            r#"{"key":"203900573","date":"2023-08-18","time":"11:51:46","title":"RAZON","text":"…","documents":[{"id":"d","name":"n"}],"annulled":false,"extra":{"visible":"S"}}"#
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let good = json!({"schema": SCHEMA, "source": "s", "case": {"number": "1"}, "entries": [{"key": "a", "title": "t"}]});
        assert!(from_json(&good).is_ok());
        for (pointer, value, message) in [
            ("/schema", json!("veedor.docket/9"), "schema: expected \"veedor.docket/1\", found \"veedor.docket/9\""),
            ("/case", json!([]), "case: expected an object, found a list"),
            ("/case/number", json!(5), "case.number: expected a text, found a number"),
            ("/entries", json!({}), "entries: expected a list, found an object"),
            ("/entries/0/key", Value::Null, "entries[0].key: expected a text, found null"),
            (
                "/entries/0",
                json!({"key": "a", "title": "t", "date": "13/03/2024"}),
                "entries[0].date: expected a date such as 2024-03-13, found \"13/03/2024\"",
            ),
            ("/entries/0", json!({"key": "a", "title": "t", "extra": {"x": 1}}), "entries[0].extra.x: expected a text, found a number"),
            ("/entries", json!([{"key": "a", "title": "t"}, {"key": "a", "title": "t"}]), "entries[1].key: \"a\" is there twice"),
        ] {
            let mut bad = good.clone();
            *bad.pointer_mut(pointer).unwrap() = value;
            assert_eq!(from_json(&bad).unwrap_err(), message);
        }
        assert_eq!(from_json(&json!(1)).unwrap_err(), "the docket: expected an object, found a number");
    }
}
