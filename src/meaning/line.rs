//! One line of `veedor classify`: an entry as JSON in, its meaning as JSON out.
//!
//! Pure, so that the command is only a loop over lines. The contract is `contract.md` §3.

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::diag::suggestion;
use crate::domain::docket::{Entry, EntryKey};

use super::Meaning;

/// The jurisdiction of a line that names none, and of a command without `--jurisdiction`.
pub const DEFAULT_JURISDICTION: &str = "ec";

/// The keys of a line that must be there; `date` may be null, and the texts may be empty.
const NEEDED: [&str; 3] = ["date", "title", "text"];

/// All keys of a line.
/// The language of courts that have no lexicon of their own.
const USUAL: &str = "es";
const KEYS: [&str; 7] = ["date", "title", "text", "lang", "jurisdiction", "origin", "code"];

/// Classifies a line `{"date","title","text","lang"?,"jurisdiction"?,"origin"?,"code"?}`; the error says what is wrong with it.
pub fn classify_line(line: &str) -> Result<String, String> {
    classify_line_in(line, DEFAULT_JURISDICTION, None)
}

/// Refuses a jurisdiction without words: every line would be `entry.added`, and nobody would know why.
pub fn known_jurisdiction(id: &str) -> Result<(), String> {
    known("jurisdiction", id, &super::jurisdictions())
}

/// Refuses a language without words.
pub fn known_language(id: &str) -> Result<(), String> {
    known("language", id, &super::languages())
}

fn known(what: &str, id: &str, ids: &[&str]) -> Result<(), String> {
    let words = || format!("there are no words for the {what} \"{id}\"; {}", suggestion(id, ids).unwrap_or_default());
    if ids.contains(&id) { Ok(()) } else { Err(words()) }
}

/// The same with the command's `--jurisdiction` and `--lang`, which hold for lines that name none.
pub fn classify_line_in(line: &str, jurisdiction: &str, language: Option<&str>) -> Result<String, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| format!("not a line of JSON: {error}"))?;
    let object = value.as_object().ok_or_else(|| "not a JSON object; write {\"date\": …, \"title\": …, \"text\": …}".to_owned())?;
    if let Some(key) = object.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("unknown key \"{key}\"; {}", suggestion(key, &KEYS).unwrap_or_default()));
    }
    if let Some(key) = NEEDED.iter().find(|key| !object.contains_key(**key)) {
        return Err(format!("\"{key}\" is missing; write {{\"date\": …, \"title\": …, \"text\": …}}"));
    }
    let text = |key: &str| match object.get(key) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err(format!("\"{key}\" must be a text")),
    };
    let date = match text("date")? {
        "" => None,
        day => Some(day.parse::<Date>().map_err(|_| format!("\"date\" must be a day such as \"2024-02-20\", not \"{day}\""))?),
    };
    let named = |key: &str, default: &str| text(key).map(|value| if value.is_empty() { default.to_owned() } else { value.to_owned() });
    let jurisdiction = named("jurisdiction", jurisdiction)?;
    let language = named("lang", language.unwrap_or_else(|| super::language_of(&jurisdiction).unwrap_or(USUAL)))?;
    // "es-EC" names a language and a country; the country is the jurisdiction when none is named.
    let (language, country) =
        language.split_once(['-', '_']).map_or((language.as_str(), None), |(language, country)| (language, Some(country)));
    let jurisdiction = match (country, object.contains_key("jurisdiction")) {
        (Some(country), false) => country.get(..2).unwrap_or(country).to_lowercase(),
        // The words of one country's courts are not understood in another language.
        (None, false) if super::language_of(&jurisdiction) != Some(language) => super::home_of(language).unwrap_or_default().to_owned(),
        _ => jurisdiction,
    };
    known_language(language)?;
    if object.contains_key("jurisdiction") {
        known_jurisdiction(&jurisdiction)?;
    }
    let entry = Entry {
        key: EntryKey(String::new()),
        date,
        time: None,
        title: text("title")?.to_owned(),
        text: text("text")?.to_owned(),
        documents: Vec::new(),
        annulled: false,
        withheld: None,
        notice_of: None,
        extra: [("origin".to_owned(), text("origin")?.to_owned()), ("code".to_owned(), text("code")?.to_owned())].into(),
    };
    let meaning = Meaning::shipped(&jurisdiction, language);
    let reading = meaning.classify(&entry, date);
    let kinds: Vec<&str> = reading.kinds.iter().map(|kind| kind.name()).collect();
    Ok(json!({"kinds": kinds, "hearings": meaning.mentions(&entry, &reading, date)}).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_classified() {
        let line = r#"{"date":"2026-11-23","title":"CONVOCATORIA A AUDIENCIA (DECRETO)","text":"Se convoca a la audiencia de juicio para el 3 de diciembre, a las 09h30."}"#;
        let expected = r#"{"kinds":["hearing.scheduled"],"hearings":[{"date":"2026-12-03","time":"09:30","type":"juicio","status":"convened","span":[3,71],"confidence":0.95}]}"#;
        assert_eq!(classify_line(line).as_deref(), Ok(expected));
        assert_eq!(
            classify_line(r#"{"date":null,"title":"LO QUE SEA","text":""}"#).as_deref(),
            Ok(r#"{"kinds":["entry.added"],"hearings":[]}"#)
        );
    }

    #[test]
    fn a_jurisdiction_brings_its_language_and_a_language_its_jurisdiction() {
        let kinds = |more: &str| {
            let line = format!(
                r#"{{"date":"2026-11-23","title":"","text":"Designo audiência de conciliação para o dia 03/12/2026, às 9h30."{more}}}"#
            );
            classify_line_in(&line, "ec", None).expect("a good line")
        };
        for more in [r#","jurisdiction":"br""#, r#","lang":"pt""#, r#","lang":"pt-BR""#] {
            assert!(kinds(more).contains(r#""date":"2026-12-03","time":"09:30","type":"conciliacao""#), "{more}: {}", kinds(more));
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (line, part) in [
            ("nonsense", "JSON"),
            ("[]", "object"),
            (r#"{"date":"ayer","title":"","text":""}"#, "2024-02-20"),
            (r#"{"date":null,"title":3,"text":""}"#, "must be a text"),
            (r#"{"date":null,"title":""}"#, "\"text\" is missing"),
            (r#"{"date":null,"titel":"","text":""}"#, "did you mean \"title\"?"),
            (r#"{"date":null,"title":"","text":"","lang":"eo"}"#, "no words for the language \"eo\""),
            (r#"{"date":null,"title":"","text":"","jurisdiction":"atlantis"}"#, "no words for the jurisdiction \"atlantis\""),
        ] {
            let error = classify_line(line).expect_err(line);
            assert!(error.contains(part), "{error}");
        }
    }
}
