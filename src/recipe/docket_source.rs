//! A case whose docket a program of the operator's prints, ready made in its published form.
//!
//! `config` calls [`read`] on the `command` table of a `[[case]]` whose source is `command`; what comes out is a [`Recipe`]
//! like any other, for that one case, whose one page is what the program printed. Running it is the daemon's work.

use std::time::Duration;

use super::answer::Format;
use super::described::{self, COMMAND, Described};
use super::{Recipe, Refusal, bounds, page_source};
use crate::diag::Reader;
use crate::domain::case::CaseNumber;
use crate::domain::docket::{Docket, Oddity};
use crate::domain::page::Page;
use crate::wire;

/// The step that the program answers.
pub const STEP: &str = "docket";

/// How long a program may take when its case does not say.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Reads what the `command` table says beside the program itself. `slug` is the case's number, `program` what to call it.
///
/// ```toml
/// [[case]]
/// source = "command"
/// number = "2024-00123"
/// [case.command]
/// run     = ["/usr/local/bin/my-court", "--quiet"]   # no shell; the number is in VEEDOR_CASE
/// timeout = "60s"                                    # the default
/// title   = "My court"                               # what alerts call the source; the default is the program's name
/// url     = "https://court.example/2024-00123"       # where a person can look
/// # zone, language, jurisdiction: as for a page; sliding = true when it prints only the newest entries
/// ```
pub fn read(reader: &mut Reader<'_>, slug: &str, program: &str) -> Option<Recipe> {
    let title = reader.text("title").map_or_else(|| program.to_owned(), |title| title.value);
    let url = reader.text("url").and_then(|url| described::address(reader, &url));
    let heard = described::heard(reader, false);
    let format = Format::Json { list: false, unwrap: None, nullable: false };
    let asked = format!("program:{program}");
    let step = super::step::Step { id: STEP.to_owned(), ..page_source::step_of(&asked, None, format) };
    let of = Described {
        kind: COMMAND,
        slug,
        title,
        case_url: url.as_ref().map_or("", |url| url.as_str()),
        base_url: asked,
        step,
        entries: Vec::new(),
        is_docket: true,
    };
    let recipe = page_source::recipe(of, heard)?;
    // How often it is asked is for the watch list to say, and how the court is asked for the program.
    Some(Recipe { gap: Duration::ZERO, every: Duration::ZERO, daily: u32::MAX, timeout: TIMEOUT, ..recipe })
}

/// The docket on the page, or what is wrong with it. It must be of the case that was asked for.
pub(super) fn docket(number: &CaseNumber, page: &Page) -> Result<Docket, Refusal> {
    let unreadable = |at: &str, expected: &str, found: &str| Refusal::Unreadable {
        at: format!("the docket that the program printed{}{at}", if at.is_empty() { "" } else { ", " }),
        expected: expected.to_owned(),
        found: found.to_owned(),
    };
    if std::str::from_utf8(&page.body).is_ok_and(|text| bounds::json(text).is_err()) {
        return Err(unreadable("", &format!("one {}", wire::docket::SCHEMA), &bounds::TooMany.found()));
    }
    let value: serde_json::Value = serde_json::from_slice(&page.body)
        .map_err(|error| unreadable("", &format!("one {} as JSON and nothing else", wire::docket::SCHEMA), &error.to_string()))?;
    let published = wire::docket::from_json(&value).map_err(|why| {
        // "place: expected this, found that", but for a key that is there twice.
        let (at, rest) = why.split_once(": ").unwrap_or(("", &why));
        match rest.strip_prefix("expected ").and_then(|rest| rest.rsplit_once(", found ")) {
            Some((expected, found)) => unreadable(at, expected, found),
            None => unreadable(at, "each key once", rest),
        }
    })?;
    let squeeze = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    if squeeze(&published.number) != squeeze(&number.canonical) {
        return Err(unreadable("case.number", &format!("\"{}\"", number.canonical), &format!("\"{}\"", published.number)));
    }
    let mut docket = published.docket;
    // What is withheld is not kept either, and the page is kept as it was printed.
    if let Some(nth) = docket.entries.iter().position(|entry| entry.withheld.is_some() && !entry.text.is_empty()) {
        return Err(unreadable(&format!("entries[{nth}].text"), "no text in an entry that is withheld", "one"));
    }
    if docket.entries.is_empty() {
        docket.oddities.push(Oddity { kind: "no-entries".into(), detail: "the program lists no entry at all".into(), doubts: false });
    }
    Ok(docket)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diag::{Sink, parse};
    use crate::recipe::fixtures::page;
    use crate::recipe::{Next, Step};

    fn recipe(text: &str) -> Result<Recipe, Vec<String>> {
        let sink = Sink::new("watchlist.toml", text);
        let document = parse(&sink).unwrap();
        let mut reader = Reader::root(&document, &sink);
        let recipe = read(&mut reader, "2024-00123", "my-court");
        reader.finish();
        let problems: Vec<String> = sink.into_problems().iter().map(ToString::to_string).collect();
        recipe.filter(|_| problems.is_empty()).ok_or(problems)
    }

    fn outcome(body: &str) -> Step {
        let recipe = recipe("").unwrap();
        let number = recipe.number("2024-00123").unwrap();
        recipe.step(&number, &[page(STEP, 200, "", body.as_bytes())])
    }

    fn printed() -> serde_json::Value {
        json!({"schema": "veedor.docket/1", "source": "any", "case": {"number": "2024 00123", "title": "A v. B"},
            "entries": [{"key": "1", "date": "2024-03-13", "title": "Order", "extra": {"room": "3"}}]})
    }

    #[test]
    fn what_the_program_prints_is_the_docket() {
        let Step::Done(docket) = outcome(&printed().to_string()) else { panic!("not read") };
        assert_eq!((docket.entries[0].title.as_str(), docket.heading.title.as_deref()), ("Order", Some("A v. B")));
        assert!(docket.oddities.is_empty());
        let mut empty = printed();
        empty["entries"] = json!([]);
        let Step::Done(docket) = outcome(&empty.to_string()) else { panic!("not read") };
        assert_eq!(docket.oddities[0].kind, "no-entries");
        // It prints one case, so that a docket without entries says something of it.
        assert!(!recipe("sliding = true").unwrap().lists_others() && !recipe("").unwrap().lists_others());
    }

    #[test]
    fn what_is_no_docket_of_this_case_is_refused_with_its_place() {
        let mut other = printed();
        other["case"]["number"] = json!("2024-00124");
        let mut twice = printed();
        twice["entries"] = json!([{"key": "1", "title": "a"}, {"key": "1", "title": "b"}]);
        let mut dated = printed();
        dated["entries"][0]["date"] = json!("13/03/2024");
        let mut withheld = printed();
        withheld["entries"][0]["withheld"] = json!({"mark": "reserved"});
        assert!(matches!(outcome(&withheld.to_string()), Step::Done(_)));
        withheld["entries"][0]["text"] = json!("who, and where");
        let half = printed().to_string();
        for (body, expected) in [
            (other.to_string(), "case.number: expected \"2024-00123\", found \"2024-00124\""),
            (twice.to_string(), "entries[1].key: expected each key once, found \"1\" is there twice"),
            (withheld.to_string(), "entries[0].text: expected no text in an entry that is withheld"),
            (dated.to_string(), "entries[0].date: expected a date such as 2024-03-13, found \"13/03/2024\""),
            (half[..half.len() / 2].to_owned(), "expected one veedor.docket/1 as JSON and nothing else, found EOF"),
            (format!("{half}\n{half}"), "trailing characters"),
            (
                r#"{"schema":"veedor.docket/9","source":"s","case":{"number":"1"},"entries":[]}"#.to_owned(),
                "schema: expected \"veedor.docket/1\"",
            ),
            ("Traceback (most recent call last)".to_owned(), "expected JSON"),
            (String::new(), "expected JSON"),
        ] {
            let Step::Refused(refusal @ Refusal::Unreadable { .. }) = outcome(&body) else { panic!("{body} was taken") };
            assert!(refusal.to_string().contains(expected), "{expected} is not in: {refusal}");
        }
        // A program that passes a block page on is believed.
        assert!(matches!(outcome("<html><title>Access Denied</title></html>"), Step::Refused(Refusal::Blocked(_))));
    }

    #[test]
    fn one_thing_is_asked_and_the_table_may_say_where_to_look() {
        let recipe = recipe("url = \"https://court.example/7\"\ntitle = \"My court\"\nlanguage = \"en\"\nzone = \"UTC\"").unwrap();
        let number = recipe.number("2024-00123").unwrap();
        assert_eq!((recipe.case_url(&number).as_str(), recipe.title.as_str()), ("https://court.example/7", "My court"));
        let Next::Ask(request) = recipe.next(&number, &[]) else { panic!("nothing to ask") };
        assert_eq!((request.step.as_str(), request.url.as_str()), (STEP, "program:my-court"));
        for wrong in ["url = \"court\"", "zone = \"Quito\"", "rows = \"li\""] {
            assert_eq!(super::tests::recipe(wrong).unwrap_err().len(), 1, "{wrong}");
        }
    }
}
