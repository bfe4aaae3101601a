//! The syntax of recipe files: TOML in, compiled parts out, every mistake at its place.
//!
//! Called by [`Recipe::parse`] only. The keys are described by the shipped recipes; what is wrong is said here.

pub mod docket;
mod number;
pub mod part;
mod standing;
pub mod step;
pub mod view;

use std::sync::Arc;
use std::time::Duration;

use super::answer::Verdict;
use super::filter::{Tables, one_line};
use super::is_described;
use super::marker::Marker;
use super::request::SECRET;
use super::template::Template;
use super::zones::{ZoneRule, Zones};
use super::{Plan, Recipe, Secrets, is_web_address};
use crate::diag::{self, At, Problem, Reader, Sink};
use crate::domain::report::OURS;
use part::{Known, Names};
pub use standing::walled_sites;

/// Compiles a recipe, or gives every mistake.
pub fn parse(file: &str, text: &str) -> Result<Recipe, Vec<Problem>> {
    let sink = Sink::new(file, text);
    let recipe = diag::parse(&sink).and_then(|document| {
        let mut reader = Reader::root(&document, &sink);
        let recipe = recipe(&mut reader);
        reader.finish();
        recipe
    });
    match recipe {
        Some(recipe) if sink.is_empty() => Ok(recipe),
        _ => Err(sink.into_problems()),
    }
}

fn recipe(reader: &mut Reader<'_>) -> Option<Recipe> {
    let id = reader.required_text("id").filter(|id| is_id(reader, id));
    let title = reader.required_text("title");
    let jurisdiction = reader.required_text("jurisdiction");
    let language = reader.required_text("language");
    let base_url = reader.required_text("base_url");
    let timezone = reader.required_text("timezone");
    let zone = timezone.as_ref().and_then(|name| part::zone(reader, name));
    let gap = reader.duration("gap");
    let every = reader.duration("every");
    let daily = reader.integer("daily", 1, 1_000_000);
    let timeout = reader.duration("timeout");
    let (terms, robots, confidence) = (reader.text("terms"), reader.text("robots"), reader.text("confidence"));
    let (terms_es, robots_es) = (reader.text("terms_es"), reader.text("robots_es"));
    let standing::Standing { import_only, import_only_es, how, unverified, unverified_es } = standing::standing(reader);
    let examples = reader.texts("examples").unwrap_or_default();
    let sliding = reader.flag("sliding");
    let cookies = reader.flag("cookies");
    let tables = tables(reader);
    let (format, example) = number::format(reader, &tables).unzip();
    let parts = format.as_ref().map(number::parts).unwrap_or_default();
    let known = Known { parts, tables, secrets: part::pairs(reader, "secrets") };
    let headers = part::templates(reader, "headers", &Names::new(&known).and(SECRET));
    let zones = zones(reader, &known);
    let base = base_url.as_ref().and_then(|url| base(reader, url, &known));
    let case_url = reader.required_text("case_url").and_then(|url| part::template(reader, &url, &Names::new(&known)));
    let steps = step::steps(reader, &known);
    let heading = docket::heading(reader, &steps, &known);
    let parties = docket::parties(reader, &steps, &known);
    let entries = docket::entries(reader, &steps, &known);
    let plan = Plan {
        number: format?,
        case_url: case_url?,
        headers,
        secrets: known.secrets,
        zones: Zones { usual: zone?, rules: zones },
        steps: steps.into_iter().map(|step| step.1).collect::<Option<_>>()?,
        heading,
        parties,
        entries: entries?,
        is_docket: false,
    };
    let text = |text: Option<At<String>>| text.map(|text| text.value);
    let recipe = Recipe {
        id: id?.value,
        title: title?.value,
        jurisdiction: jurisdiction?.value,
        language: language?.value,
        zone: timezone?.value,
        base_url: base_url?.value.trim_end_matches('/').to_owned(),
        base: base?.map(Arc::new),
        secrets: Secrets::default(),
        cookies: cookies.is_some_and(|cookies| cookies.value),
        gap: gap.map_or(Duration::from_secs(5), |gap| gap.value),
        every: every.map_or(Duration::from_secs(30 * 60), |every| every.value),
        daily: daily.and_then(|daily| u32::try_from(daily.value).ok()).unwrap_or(1000),
        timeout: timeout.map_or(Duration::from_secs(30), |timeout| timeout.value),
        terms: text(terms),
        terms_es: text(terms_es),
        robots: text(robots),
        robots_es: text(robots_es),
        confidence: text(confidence),
        import_only,
        import_only_es,
        how,
        unverified,
        unverified_es,
        examples: examples.iter().map(|example| example.value.clone()).collect(),
        sliding: sliding.is_some_and(|sliding| sliding.value),
        plan: Arc::new(plan),
    };
    for example in example.into_iter().chain(examples) {
        if let Err(why) = recipe.number(&example.value) {
            reader.sink().report(example.span, format!("an example that the pattern refuses: {why}"), None);
        }
    }
    Some(recipe)
}

fn is_id(reader: &Reader<'_>, id: &At<String>) -> bool {
    let is_id = !id.value.is_empty() && id.value.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !is_id {
        reader.sink().report(
            id.span.clone(),
            format!("\"{}\" is not an id", id.value),
            Some("lower-case letters, digits and -".to_owned()),
        );
    }
    if is_described(&id.value) {
        let message = format!("\"{}\" is what cases call a source that they describe themselves", id.value);
        reader.sink().report(id.span.clone(), message, Some("write an id such as xx-court".to_owned()));
    }
    if id.value == OURS {
        let message = format!("\"{OURS}\" is what veedor calls itself where a source stands");
        reader.sink().report(id.span.clone(), message, Some("write an id such as xx-court".to_owned()));
    }
    is_id
}

/// The address as a template where it is one: `Some(None)` where it is the same for all numbers.
fn base(reader: &Reader<'_>, url: &At<String>, known: &Known) -> Option<Option<Template>> {
    if url.value.contains("{{") {
        // Whether it gives an address is seen at the example of a number.
        return part::template(reader, url, &Names::new(known)).map(Some);
    }
    is_address(reader, url).then_some(None)
}

fn is_address(reader: &Reader<'_>, url: &At<String>) -> bool {
    let is_address = is_web_address(&url.value);
    if !is_address {
        reader.sink().report(url.span.clone(), format!("\"{}\" is not a web address", url.value), Some("write https://host".to_owned()));
    }
    is_address
}

/// The fixed tables by their names. One with a mistake is there all the same, so that its users are not reported too.
fn tables(reader: &mut Reader<'_>) -> Tables {
    let mut tables = Tables::new();
    if !reader.has("tables") {
        return tables;
    }
    let Some(mut all) = reader.table("tables") else { return tables };
    for name in all.keys() {
        tables.insert(name.value.clone(), Arc::new(part::pairs(&mut all, &name.value).into_iter().collect()));
    }
    tables
}

/// Courts elsewhere: by the case number, or by a value of the row.
fn zones(reader: &mut Reader<'_>, known: &Known) -> Vec<ZoneRule> {
    let names = Names::new(known).with_row(None);
    let mut zones = Vec::new();
    for mut exception in reader.tables("zones") {
        let value = part::template_at(&mut exception, "value", &names);
        let key = if exception.has("value") {
            exception.required("matches", "a pattern over the value");
            "matches"
        } else {
            exception.required("number", "a pattern over the case number, or `value` and `matches`");
            "number"
        };
        let matches = exception.text(key).and_then(|pattern| part::regex(&exception, &pattern));
        let zone = exception.required_text("timezone").and_then(|name| part::zone(&exception, &name));
        if let (Some(matches), Some(zone)) = (matches, zone) {
            zones.push(ZoneRule { value, matches, zone });
        }
        exception.finish();
    }
    zones
}

/// The shared words of refusal; see `markers.toml`.
pub fn markers(text: &str) -> Vec<Marker> {
    let sink = Sink::new("markers.toml", text);
    let Some(document) = diag::parse(&sink) else { return Vec::new() };
    let mut reader = Reader::root(&document, &sink);
    let mut markers = Vec::new();
    for mut marker in reader.tables("marker") {
        let says = marker.choice("says", &[("blocked", Verdict::Blocked), ("unavailable", Verdict::Unavailable)]);
        let is_bare = marker.flag("bare").is_some_and(|flag| flag.value);
        let texts = marker.texts("text").unwrap_or_default();
        markers.extend(
            says.into_iter().flat_map(|says| texts.iter().map(move |text| Marker { says: says.value, is_bare, text: text.value.clone() })),
        );
    }
    markers
}

/// The message of an error of another library, in one line.
pub fn tidy(error: &impl std::fmt::Display) -> String {
    one_line(&error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
id = "xx-court"
title = "A court"
jurisdiction = "xx"
language = "en"
timezone = "UTC"
base_url = "https://court.example"
case_url = "https://court.example/{{ number.compact }}"
[number]
pattern = '(?<serial>\d+)/(?<year>\d{4})'
compact = "{serial}-{year}"
canonical = "{serial}/{year}"
shape = "a serial and a year"
example = "1/2024"
[[step]]
id = "list"
get = "/list/{{ number.serial }}"
format = "html"
[step.view]
rows = { css = "tr.row", required = true, cells = { when = "td.d", what = "td.t" } }
[[step]]
id = "one"
each = [{ item = "$.list.rows[*]" }]
get = "/one/{{ item.when }}"
[entries]
from = "list"
each = "$.rows[*]"
key = ["{{ when }}:{{ what }}"]
title = "{{ what }}"
"#;

    #[test]
    fn a_small_recipe_compiles() {
        let problems = parse("small.toml", SMALL).map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert!(problems.is_ok(), "{problems:?}");
    }

    #[test]
    fn the_example_of_the_readme_compiles() {
        let readme = include_str!("../../../jurisdictions/README.md");
        let example = readme.split_once("```toml\n").unwrap().1.split_once("```").unwrap().0;
        let problems = parse("README.md", example).map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert!(problems.is_ok(), "{}", problems.unwrap_err().join("\n"));
    }

    #[test]
    fn each_mistake_is_named_at_its_place() {
        for (good, bad, expected) in [
            (
                "title = \"A court\"",
                "titel = \"A court\"",
                "small.toml:3:1: unknown key `titel` at the top of the file | did you mean \"title\"?",
            ),
            ("language = \"en\"", "language = \"en\"\nhow = \"x\"", "small.toml:6:7: `how` is for a source that is not polled"),
            ("language = \"en\"", "language = \"en\"\nunverified = \" \"", "small.toml:6:14: `unverified` is empty"),
            (
                "language = \"en\"",
                "language = \"en\"\nunverified_es = \"sin ver\"",
                "small.toml:6:17: `unverified_es` stands without `unverified` | say it in English in `unverified` too",
            ),
            (
                "\"UTC\"",
                "\"Quito\"",
                "small.toml:6:12: unknown time zone \"Quito\" | a name of the time zone database, for example America/Guayaquil",
            ),
            ("\\d+)", "\\d+", "small.toml:10:11: not a regular expression: error: unclosed group | see docs.rs/regex for the syntax"),
            (
                "\"{serial}-{year}\"",
                "\"{serial}-{yaer}\"",
                "small.toml:11:11: the pattern has no group named yaer | did you mean \"year\"?",
            ),
            ("number.serial", "number.serail", "small.toml:17:7: a case number has no part \"serail\" | did you mean \"serial\"?"),
            ("\"tr.row\"", "\"tr[\"", "small.toml:20:16: not a CSS selector: \"tr[\": "),
            ("$.list.rows[*]", "$.lits.rows[*]", "small.toml:23:18: no step \"lits\" comes before this | did you mean \"list\"?"),
            ("$.list.rows[*]", "$.list.rows[", "small.toml:23:18: not a JSONPath: \"$.rows[\""),
            ("{{ item.when }}", "{{ item.when | lookup: 'kinds' }}", "small.toml:24:7: there is no [tables.kinds]"),
            (
                "https://court.example\"\ncase_url",
                "https://{{ number.cuort }}.example\"\ncase_url",
                "small.toml:7:12: a case number has no part \"cuort\"",
            ),
            (
                "court.example\"\ncase_url",
                "{{ number.year }}:port/\"\ncase_url",
                "small.toml:14:11: an example that the pattern refuses: no",
            ),
            (
                "shape =",
                "defaults = { serail = \"1\" }\nshape =",
                "small.toml:13:14: the pattern has no group named serail | did you mean \"serial\"?",
            ),
            ("shape =", "pad = { yaer = 4 }\nshape =", "small.toml:13:9: the pattern has no group named yaer | did you mean \"year\"?"),
            ("shape =", "unpad = [\"yaer\"]\nshape =", "small.toml:13:10: the pattern has no group named yaer | did you mean \"year\"?"),
            (
                "[[step]]\nid = \"list\"",
                "[[number.check]]\nmod97 = \"{serial}{cheque}\"\nsay = \"no\"\n[[step]]\nid = \"list\"",
                "small.toml:16:9: the pattern has no group named cheque",
            ),
            (
                "[[step]]\nid = \"list\"",
                "[[number.check]]\nvalue = \"{serial}\"\ntable = \"courts\"\nsay = \"no\"\n[[step]]\nid = \"list\"",
                "small.toml:17:9: there is no [tables.courts]",
            ),
            (
                "[[step]]\nid = \"list\"",
                "[[number.check]]\nvalue = \"{serial}\"\nsay = \"no\"\n[[step]]\nid = \"list\"",
                "small.toml:15:1: a check needs mod97, or value with table or matches",
            ),
            ("example = \"1/2024\"", "example = \"1-2024\"", "small.toml:14:11: an example that the pattern refuses: "),
            ("{{ item.when }}", "{{ itme.when }}", "small.toml:24:7: unknown name \"itme\" in a template | did you mean \"item\"?"),
            (
                "format = \"html\"",
                "format = \"html\"\nrequired = [\"when\"]",
                "small.toml:19:12: only elements of a JSON list can be asked for here | write `required = true` at a look",
            ),
            ("from = \"list\"", "from = \"lst\"", "small.toml:26:8: there is no step \"lst\" | did you mean \"list\"?"),
            (
                "title = \"{{ what }}\"",
                "title = \"{{ waht }}\"",
                "small.toml:29:9: unknown name \"waht\" in a template | did you mean \"what\"?",
            ),
            ("title = \"{{ what }}\"", "title = \"{{ what\"", "small.toml:29:9: \"{{\" is not closed"),
            ("format = \"html\"", "format = \"html\"\nprobe = \"soon\"", "small.toml:19:9: step.probe is not a duration"),
            ("[entries]", "probe = \"1h\"\n[entries]", "small.toml:25:9: no step comes after it that a probe could spare"),
        ] {
            let problems = parse("small.toml", &SMALL.replacen(good, bad, 1)).expect_err(bad);
            let shown: Vec<String> = problems
                .iter()
                .map(|problem| {
                    let help = problem.help.as_ref().map(|help| format!(" | {help}")).unwrap_or_default();
                    format!("{}:{}:{}: {}{help}", problem.file, problem.line, problem.column, problem.message)
                })
                .collect();
            assert!(shown.iter().any(|line| line.starts_with(expected)), "expected {expected}, found {shown:#?}");
        }
    }

    #[test]
    fn all_mistakes_come_out_at_once() {
        let bad =
            SMALL.replace("\"UTC\"", "\"Quito\"").replace("number.serial", "number.serail").replace("from = \"list\"", "from = \"lst\"");
        assert_eq!(parse("small.toml", &bad).unwrap_err().len(), 3);
        assert!(parse("small.toml", "").unwrap_err().len() >= 8);
    }

    #[test]
    fn the_shared_markers_are_read_and_in_lower_case() {
        let markers = markers(include_str!("../markers.toml"));
        assert!(markers.len() > 30);
        assert!(markers.iter().all(|marker| marker.text == marker.text.to_lowercase() && !marker.text.is_empty()));
    }
}
