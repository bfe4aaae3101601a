//! The small parts of recipes: templates, paths, selectors, patterns, conditions; compiled, or reported at their place.
//!
//! Used by the other files of `syntax` and by `page_source`. A part that is wrong gives `None` and a problem.

use regex::Regex;
use scraper::Selector;
use toml_edit::{Item, TableLike};

use super::tidy;
use crate::diag::{At, Reader, suggestion};
use crate::recipe::date::{self, DateFormat, DateSpec};
use crate::recipe::filter::Tables;
use crate::recipe::path::JsonPath;
use crate::recipe::request::SECRET;
use crate::recipe::select::{Condition, Level, Path, Root, Test};
use crate::recipe::step::{Shape, Step};
use crate::recipe::template::Template;
use crate::recipe::value::Value;

/// What all templates of a recipe may use.
#[derive(Debug, Default)]
pub struct Known {
    /// The parts of a case number; none when its pattern has a mistake.
    pub parts: Vec<String>,
    /// The fixed tables.
    pub tables: Tables,
    /// What only the operator has: names, and how to get one.
    pub secrets: Vec<(String, String)>,
}

/// The names that a template may begin with.
#[derive(Debug, Clone)]
pub struct Names<'a> {
    /// What holds for the whole recipe.
    pub known: &'a Known,
    variables: Vec<String>,
    row: Row,
}

#[derive(Debug, Clone)]
enum Row {
    /// There is no row.
    None,
    /// A JSON row: any name may be a field.
    Any,
    /// An HTML row with these cells.
    Cells(Vec<String>),
}

impl<'a> Names<'a> {
    /// The case number alone.
    pub fn new(known: &'a Known) -> Self {
        Self { known, variables: Vec::new(), row: Row::None }
    }

    /// … and the variables of a fan-out.
    pub fn with(&self, levels: &[Level]) -> Self {
        let mut names = self.clone();
        names.variables.extend(levels.iter().flat_map(|level| level.inherited.iter().chain([&level.name]).cloned()));
        names
    }

    /// … and one variable.
    pub fn and(mut self, name: &str) -> Self {
        self.variables.push(name.to_owned());
        self
    }

    /// … and the fields of a row; `cells` when they are known.
    pub fn with_row(&self, cells: Option<Vec<String>>) -> Self {
        Self { row: cells.map_or(Row::Any, Row::Cells), ..self.clone() }
    }

    /// Whether a name is taken already.
    pub fn has(&self, name: &str) -> bool {
        ["number", "row", SECRET].contains(&name) || self.variables.iter().any(|known| known == name)
    }

    fn unknown(&self, head: &str) -> Option<Option<String>> {
        let mut known: Vec<&str> = self.variables.iter().map(String::as_str).chain(["number"]).collect();
        match &self.row {
            Row::Any => return None,
            Row::Cells(cells) => known.extend(cells.iter().map(String::as_str).chain(["row"])),
            Row::None => {}
        }
        (!known.contains(&head)).then(|| suggestion(head, &known))
    }
}

/// Compiles a template and checks the names in it.
pub fn template(reader: &Reader<'_>, text: &At<String>, names: &Names<'_>) -> Option<Template> {
    let report = |message: String, help: Option<String>| reader.sink().report(text.span.clone(), message, help);
    let template = match Template::with_tables(&text.value, &names.known.tables) {
        Ok(template) => template,
        Err(message) => {
            report(message, None);
            return None;
        }
    };
    let unknown = template.heads().find_map(|head| names.unknown(head).map(|help| (head.to_owned(), help)));
    if let Some((head, help)) = unknown {
        report(format!("unknown name \"{head}\" in a template"), help);
        return None;
    }
    let parts: Vec<&str> = names.known.parts.iter().map(String::as_str).collect();
    if let Some(part) = template.fields_of("number").find(|part| !parts.is_empty() && !parts.contains(part)) {
        report(format!("a case number has no part \"{part}\""), suggestion(part, &parts));
        return None;
    }
    if names.variables.iter().any(|name| name == SECRET) {
        let secrets: Vec<&str> = names.known.secrets.iter().map(|(name, _)| name.as_str()).collect();
        if let Some(name) = template.fields_of(SECRET).find(|name| !secrets.contains(name)) {
            let help = suggestion(name, &secrets).or_else(|| Some(format!("add {name} = \"how to get one\" under [secrets]")));
            report(format!("there is no secret \"{name}\""), help);
            return None;
        }
        if template.is_whole(SECRET) {
            report("a secret is named: {{ secret.NAME }}".to_owned(), suggestion("", &secrets));
            return None;
        }
    }
    Some(template)
}

/// A template under a key.
pub fn template_at(reader: &mut Reader<'_>, key: &str, names: &Names<'_>) -> Option<Template> {
    let text = reader.text(key)?;
    template(reader, &text, names)
}

/// A template that must be there.
pub fn required_template(reader: &mut Reader<'_>, key: &str, names: &Names<'_>) -> Option<Template> {
    reader.required(key, "a template such as \"{{ name }}\"");
    template_at(reader, key, names)
}

/// A regular expression.
pub fn regex(reader: &Reader<'_>, text: &At<String>) -> Option<Regex> {
    match Regex::new(&text.value) {
        Ok(regex) => Some(regex),
        Err(error) => {
            reader.sink().report(
                text.span.clone(),
                format!("not a regular expression: {}", tidy(&error)),
                Some("see docs.rs/regex for the syntax".to_owned()),
            );
            None
        }
    }
}

/// A CSS selector.
pub fn css(reader: &Reader<'_>, text: &At<String>) -> Option<Selector> {
    match Selector::parse(&text.value) {
        Ok(selector) => Some(selector),
        Err(error) => {
            reader.sink().report(text.span.clone(), format!("not a CSS selector: \"{}\": {}", text.value, tidy(&error)), None);
            None
        }
    }
}

/// A JSONPath that begins at the answer itself.
pub fn json_path(reader: &Reader<'_>, text: &At<String>) -> Option<JsonPath> {
    match JsonPath::parse(&text.value) {
        Ok(path) => Some(path),
        Err(error) => {
            let help = format!("character {}; RFC 9535 has the syntax, for example $.rows[*]", error.position() + 1);
            reader.sink().report(text.span.clone(), format!("not a JSONPath: \"{}\": {}", text.value, error.message()), Some(help));
            None
        }
    }
}

/// The fan-out under a key: `[{ court = "$.incidents[*]" }, { incident = "@.court.list[*]" }]`.
pub fn levels(reader: &mut Reader<'_>, key: &str, steps: &[(String, Option<Step>)], names: &Names<'_>) -> Vec<Level> {
    let mut levels: Vec<Level> = Vec::new();
    if !reader.has(key) {
        return levels;
    }
    for mut table in reader.tables(key) {
        for name in table.keys().into_iter().filter(|name| !matches!(name.value.as_str(), "when" | "none")) {
            let known: Vec<&str> =
                levels.iter().flat_map(|level| level.inherited.iter().chain([&level.name])).map(String::as_str).collect();
            let texts = table.texts(&name.value).unwrap_or_default();
            let paths: Vec<Path> = texts.iter().filter_map(|text| path(&table, text, &known, steps)).collect();
            let inherited = paths.iter().flat_map(|path| asked_with(path, steps)).collect();
            let mut paths = paths.into_iter();
            if let Some(path) = paths.next() {
                levels.push(Level { name: name.value, path, also: paths.collect(), when: Vec::new(), or_not_found: false, inherited });
            }
        }
        if table.has("when") {
            let when = conditions(&mut table, "when", &names.with(&levels));
            if let Some(last) = levels.last_mut() {
                last.when = when;
                last.or_not_found = table.choice("none", &[("not_found", true)]).is_some_and(|none| none.value);
            }
        }
    }
    levels
}

/// The variables with which the answers were asked for that a path begins with.
fn asked_with(path: &Path, steps: &[(String, Option<Step>)]) -> Vec<String> {
    let Root::Step(index) = &path.root else { return Vec::new() };
    let Some((_, Some(step))) = steps.get(*index) else { return Vec::new() };
    step.each.iter().flat_map(|level| level.inherited.iter().chain([&level.name])).cloned().collect()
}

fn path(reader: &Reader<'_>, text: &At<String>, variables: &[&str], steps: &[(String, Option<Step>)]) -> Option<Path> {
    let report = |message: String, help: Option<String>| reader.sink().report(text.span.clone(), message, help);
    let (is_step, rest) = match (text.value.strip_prefix("$."), text.value.strip_prefix("@.")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => {
            let help = "write \"$.step[*]\" for the answers of a step, \"@.name[*]\" for a variable";
            report(format!("a path must begin with $. or @.: \"{}\"", text.value), Some(help.to_owned()));
            return None;
        }
    };
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
    let (name, json) = rest.split_at(end);
    let root = if is_step {
        let Some(index) = steps.iter().position(|(id, _)| id == name) else {
            let ids: Vec<&str> = steps.iter().map(|(id, _)| id.as_str()).collect();
            report(format!("no step \"{name}\" comes before this"), suggestion(name, &ids));
            return None;
        };
        Root::Step(index)
    } else {
        if !variables.contains(&name) {
            report(format!("no variable \"{name}\" is bound before this"), suggestion(name, variables));
            return None;
        }
        Root::Variable(name.to_owned())
    };
    let json = json_path(reader, &At { value: format!("${json}"), span: text.span.clone() })?;
    Some(Path { root, json })
}

/// One table or a list of them.
pub fn one_or_many<'t>(reader: &mut Reader<'t>, key: &str) -> Vec<Reader<'t>> {
    match reader.item(key) {
        None => Vec::new(),
        Some(item) if item.is_table_like() => reader.table(key).into_iter().collect(),
        Some(_) => reader.tables(key),
    }
}

/// The conditions under a key: all must hold.
pub fn conditions(reader: &mut Reader<'_>, key: &str, names: &Names<'_>) -> Vec<Condition> {
    let tables = one_or_many(reader, key);
    tables.into_iter().filter_map(|table| condition(table, names)).collect()
}

fn condition(mut reader: Reader<'_>, names: &Names<'_>) -> Option<Condition> {
    let value = required_template(&mut reader, "value", names);
    let texts = |texts: Vec<At<String>>| texts.into_iter().map(|text| text.value).collect();
    let one_of = reader.texts("in").map(|list| Test::In(texts(list)));
    let none_of = reader.texts("not_in").map(|list| Test::NotIn(texts(list)));
    let matches = reader.text("matches").and_then(|pattern| regex(&reader, &pattern)).map(Test::Matches);
    let empty = reader.flag("empty").map(|flag| Test::Empty(flag.value));
    let equals = template_at(&mut reader, "equals", names).map(Test::Equals);
    let number = reader.flag("number").map(|flag| Test::Number(flag.value));
    let mut tests = [one_of, none_of, matches, empty, equals, number].into_iter().flatten();
    let (test, more) = (tests.next(), tests.next());
    if !["in", "not_in", "matches", "empty", "equals", "number"].iter().any(|key| reader.has(key)) || more.is_some() {
        reader.sink().report(reader.span(), "a condition needs one of in, not_in, matches, empty, equals, number", None);
    }
    reader.finish();
    Some(Condition { value: value?, test: test? })
}

/// A table of names and texts, in the order of the file.
pub fn pairs(reader: &mut Reader<'_>, key: &str) -> Vec<(String, String)> {
    if !reader.has(key) {
        return Vec::new();
    }
    let Some(mut table) = reader.table(key) else { return Vec::new() };
    table.keys().into_iter().filter_map(|name| table.text(&name.value).map(|text| (name.value, text.value))).collect()
}

/// A table of names and templates.
pub fn templates(reader: &mut Reader<'_>, key: &str, names: &Names<'_>) -> Vec<(String, Template)> {
    if !reader.has(key) {
        return Vec::new();
    }
    let Some(mut table) = reader.table(key) else { return Vec::new() };
    table.keys().into_iter().filter_map(|name| template_at(&mut table, &name.value, names).map(|text| (name.value, text))).collect()
}

/// A zone by its name.
pub fn zone(reader: &Reader<'_>, name: &At<String>) -> Option<jiff::tz::TimeZone> {
    let zone = date::zone(&name.value);
    if zone.is_none() {
        let help = "a name of the time zone database, for example America/Guayaquil";
        reader.sink().report(name.span.clone(), format!("unknown time zone \"{}\"", name.value), Some(help.to_owned()));
    }
    zone
}

/// A date under a key: a template, or a table with `value`, `format`, `zone`, `days_in`.
pub fn date(reader: &mut Reader<'_>, key: &str, names: &Names<'_>) -> Option<DateSpec> {
    let item = reader.item(key)?;
    if item.is_str() {
        return Some(DateSpec { value: template_at(reader, key, names)?, formats: vec![DateFormat::Iso], zone: None, days_in: None });
    }
    let mut table = reader.table(key)?;
    let value = required_template(&mut table, "value", names);
    let formats = formats(&mut table, "format").unwrap_or_else(|| vec![DateFormat::Iso]);
    let zones = ["zone", "days_in"].map(|key| table.text(key).and_then(|name| zone(&table, &name)));
    table.finish();
    let [zone, days_in] = zones;
    Some(DateSpec { value: value?, formats, zone, days_in })
}

/// One date format or a list of them.
pub fn formats(reader: &mut Reader<'_>, key: &str) -> Option<Vec<DateFormat>> {
    let formats = reader.texts(key)?;
    let compile = |text: At<String>| DateFormat::parse(&text.value).map_err(|message| reader.sink().report(text.span, message, None)).ok();
    Some(formats.into_iter().filter_map(compile).collect())
}

/// A JSON value with templates in it.
pub fn shape(reader: &Reader<'_>, item: &Item, names: &Names<'_>) -> Option<Shape> {
    match item {
        Item::Table(table) => object(reader, table, names),
        Item::Value(value) => shape_of_value(reader, value, names),
        _ => None,
    }
}

fn object(reader: &Reader<'_>, table: &dyn TableLike, names: &Names<'_>) -> Option<Shape> {
    let fields: Vec<_> = table.iter().map(|(name, item)| shape(reader, item, names).map(|shape| (name.to_owned(), shape))).collect();
    fields.into_iter().collect::<Option<_>>().map(Shape::Object)
}

fn shape_of_value(reader: &Reader<'_>, value: &toml_edit::Value, names: &Names<'_>) -> Option<Shape> {
    use toml_edit::Value as Toml;
    match value {
        Toml::String(text) => template(reader, &At { value: text.value().clone(), span: value.span() }, names).map(Shape::Text),
        Toml::Integer(number) => Some(Shape::Fixed(Value::Number((*number.value()).into()))),
        Toml::Float(number) => Some(Shape::Fixed(serde_json::Number::from_f64(*number.value()).map_or(Value::Null, Value::Number))),
        Toml::Boolean(flag) => Some(Shape::Fixed(Value::Bool(*flag.value()))),
        Toml::Datetime(stamp) => Some(Shape::Fixed(Value::from(stamp.value().to_string()))),
        Toml::Array(list) => {
            let shapes: Vec<_> = list.iter().map(|value| shape_of_value(reader, value, names)).collect();
            shapes.into_iter().collect::<Option<_>>().map(Shape::List)
        }
        Toml::InlineTable(table) => object(reader, table, names),
    }
}
