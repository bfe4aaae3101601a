//! The `[heading]`, `[[parties]]` and `[[entries]]` tables: where in the answers the docket stands.
//!
//! Called by the recipe's own parser.

use crate::recipe::path::JsonPath;

use crate::diag::{Reader, suggestion};
use crate::recipe::answer::Format;
use crate::recipe::entries::{DocumentSpec, EntriesSpec, MergeSpec, NoticeSpec, WithheldSpec};
use crate::recipe::heading::{Field, HeadingSpec, PartySpec};
use crate::recipe::inside;
use crate::recipe::oddity::OddityRule;
use crate::recipe::select::Level;
use crate::recipe::step::Step;
use crate::recipe::template::Template;
use crate::recipe::view::Kind;

use super::part::{self, Known, Names};

type Steps<'s> = &'s [(String, Option<Step>)];

/// The heading; all of it is optional.
pub fn heading(reader: &mut Reader<'_>, steps: Steps<'_>, known: &Known) -> HeadingSpec {
    if !reader.has("heading") {
        return HeadingSpec::default();
    }
    let Some(mut table) = reader.table("heading") else { return HeadingSpec::default() };
    let names = Names::new(known);
    let each = part::levels(&mut table, "each", steps, &names);
    let [title, court, subject, status] = ["title", "court", "subject", "status"].map(|key| field(&mut table, key, &each, steps, &names));
    let filed = part::date(&mut table, "filed", &names.with(&each)).map(|date| (each.clone(), date));
    let mut extra = Vec::new();
    for mut more in table.tables("extra") {
        let own = if more.has("each") { part::levels(&mut more, "each", steps, &names) } else { each.clone() };
        let names = names.with(&own);
        let name = part::required_template(&mut more, "name", &names);
        let value = part::required_template(&mut more, "value", &names);
        more.finish();
        if let (Some(name), Some(value)) = (name, value) {
            extra.push((name, Field { each: own, newest: None, value }));
        }
    }
    table.finish();
    HeadingSpec { title, court, subject, status, filed, extra }
}

fn field(reader: &mut Reader<'_>, key: &str, each: &[Level], steps: Steps<'_>, names: &Names<'_>) -> Option<Field> {
    if reader.item(key)?.is_str() {
        let value = part::template_at(reader, key, &names.with(each))?;
        return Some(Field { each: each.to_vec(), newest: None, value });
    }
    let mut table = reader.table(key)?;
    let own = if table.has("each") { part::levels(&mut table, "each", steps, names) } else { each.to_vec() };
    let names = names.with(&own);
    let newest = part::template_at(&mut table, "newest", &names);
    let value = part::required_template(&mut table, "value", &names);
    table.finish();
    Some(Field { each: own, newest, value: value? })
}

/// The parties.
pub fn parties(reader: &mut Reader<'_>, steps: Steps<'_>, known: &Known) -> Vec<PartySpec> {
    let mut specs = Vec::new();
    for mut table in part::one_or_many(reader, "parties") {
        table.required("each", "where the parties stand");
        let each = part::levels(&mut table, "each", steps, &Names::new(known));
        let names = Names::new(known).with(&each);
        let role = part::required_template(&mut table, "role", &names);
        let name = part::required_template(&mut table, "name", &names);
        table.finish();
        if let (Some(role), Some(name)) = (role, name) {
            specs.push(PartySpec { each, role, name });
        }
    }
    specs
}

/// The entries; `None` when one has a mistake.
pub fn entries(reader: &mut Reader<'_>, steps: Steps<'_>, known: &Known) -> Option<Vec<EntriesSpec>> {
    if !reader.required("entries", "a table that says where the lines of the docket stand") {
        return None;
    }
    let tables = part::one_or_many(reader, "entries");
    let specs: Vec<_> = tables.into_iter().map(|table| alike(table, steps, known)).collect();
    specs.into_iter().collect::<Option<Vec<_>>>().map(|specs| specs.into_iter().flatten().collect())
}

/// The entries of one table: one specification for each step that it names.
fn alike(mut reader: Reader<'_>, steps: Steps<'_>, known: &Known) -> Option<Vec<EntriesSpec>> {
    reader.required("from", "the step whose answers hold the rows, or a list of steps");
    let mut indices = Vec::new();
    for from in reader.texts("from").unwrap_or_default() {
        let index = steps.iter().position(|(id, _)| *id == from.value);
        if index.is_none() {
            let ids: Vec<&str> = steps.iter().map(|(id, _)| id.as_str()).collect();
            reader.sink().report(from.span.clone(), format!("there is no step \"{}\"", from.value), suggestion(&from.value, &ids));
        }
        indices.extend(index);
    }
    // A template may use the cells that the rows of all these steps have.
    let of = |index: &usize| steps.get(*index).and_then(|(_, step)| step.as_ref()).and_then(cells);
    let (first, mut shared) = (indices.first().copied(), indices.first().and_then(of));
    for other in indices.iter().skip(1).map(of) {
        shared = shared.zip(other).map(|(cells, other)| cells.into_iter().filter(|cell| other.contains(cell)).collect());
    }
    let spec = entry(reader, first, shared, steps, known)?;
    Some(indices.into_iter().map(|step| EntriesSpec { step, ..spec.clone() }).collect())
}

fn entry(mut reader: Reader<'_>, step: Option<usize>, cells: Option<Vec<String>>, steps: Steps<'_>, known: &Known) -> Option<EntriesSpec> {
    let source = step.and_then(|index| steps.get(index)).and_then(|(_, step)| step.as_ref());
    let mut names = Names::new(known).with_row(cells);
    if let Some(source) = source {
        names = names.with(&source.each);
        names = source.otherwise.iter().fold(names, |names, (name, _)| names.and(name));
    }
    let rows = reader.required_text("each").and_then(|path| part::json_path(&reader, &path));
    let within = named_path(&mut reader, "within");
    names = within.iter().fold(names, |names, (name, _)| names.and(name));
    let lets = super::step::lets(&mut reader, &mut names);
    let when = part::conditions(&mut reader, "when", &names);
    let merge = merge(&mut reader, &names);
    let required = reader.texts("required").unwrap_or_default().into_iter().map(|name| name.value).collect();
    let present = reader.texts("present").unwrap_or_default().into_iter().map(|name| name.value).collect();
    reader.required("key", "a list of templates that identify a row");
    let keys = reader.texts("key").unwrap_or_default();
    let unique = reader.flag("unique").is_some_and(|flag| flag.value);
    let one_row = reader.flag("one_row").is_some_and(|flag| flag.value);
    let titled = reader.flag("titled").is_some_and(|flag| flag.value);
    let of_keys = if unique { names.clone().and("stamp").and("body") } else { names.clone().and("stamp") };
    let key: Vec<_> = keys.iter().filter_map(|key| part::template(&reader, key, &of_keys)).collect();
    let date = part::date(&mut reader, "date", &names);
    let title = part::required_template(&mut reader, "title", &names);
    let text = text(&mut reader, &names);
    let documents = part::one_or_many(&mut reader, "documents").into_iter().filter_map(|table| document(table, &names)).collect();
    let annulled = part::conditions(&mut reader, "annulled", &names);
    let withheld = withheld(&mut reader, &names);
    if let (Some(_), Some((text, _)), Some(source)) = (&withheld, &text, source) {
        check_scrubbed(&reader, text, source, &lets);
    }
    let notice = notice(&mut reader, &names);
    let extra = part::templates(&mut reader, "extra", &names);
    let oddities = part::one_or_many(&mut reader, "oddity").into_iter().filter_map(|table| oddity(table, &names)).collect();
    reader.finish();
    Some(EntriesSpec {
        step: step?,
        rows: rows?,
        within,
        lets,
        when,
        merge,
        required,
        present,
        key,
        unique,
        one_row,
        titled,
        date,
        title: title?,
        text,
        documents,
        annulled,
        withheld,
        notice,
        extra,
        oddities,
    })
}

fn merge(reader: &mut Reader<'_>, names: &Names<'_>) -> Option<MergeSpec> {
    if !reader.has("merge") {
        return None;
    }
    let mut table = reader.table("merge")?;
    let by = part::required_template(&mut table, "by", names);
    let join = table.required_text("join").map(|join| join.value);
    table.finish();
    Some(MergeSpec { by: by?, join: join? })
}

/// The names of the cells of an HTML step's rows.
fn cells(step: &Step) -> Option<Vec<String>> {
    let Format::Html(view) = &step.format else { return None };
    let inside = step.inside.iter().filter_map(|inside| inside.into.clone());
    let rows = view.fields.iter().filter_map(|(_, look)| match &look.kind {
        Kind::Rows(rows) => Some(rows.names().map(str::to_owned)),
        _ => None,
    });
    Some(rows.flatten().chain(inside).collect())
}

fn text(reader: &mut Reader<'_>, names: &Names<'_>) -> Option<(Template, bool)> {
    if reader.item("text")?.is_str() {
        return part::template_at(reader, "text", names).map(|template| (template, false));
    }
    let mut table = reader.table("text")?;
    let value = part::required_template(&mut table, "value", names);
    let is_html = table.choice("as", &[("html", true), ("text", false)]).is_some_and(|choice| choice.value);
    table.finish();
    Some((value?, is_html))
}

/// `{ name = "$.path" }`.
fn named_path(reader: &mut Reader<'_>, key: &str) -> Option<(String, JsonPath)> {
    if !reader.has(key) {
        return None;
    }
    let mut table = reader.table(key)?;
    let name = table.keys().into_iter().next().map(|name| name.value);
    let path = name.as_ref().and_then(|name| table.text(name)).and_then(|path| part::json_path(&table, &path));
    table.finish();
    name.zip(path)
}

fn document(mut reader: Reader<'_>, names: &Names<'_>) -> Option<DocumentSpec> {
    let each = named_path(&mut reader, "each");
    let names = &each.iter().fold(names.clone(), |names, (name, _)| names.and(name));
    let when = part::conditions(&mut reader, "when", names);
    let id = part::required_template(&mut reader, "id", names);
    let name = part::required_template(&mut reader, "name", names);
    let url = part::template_at(&mut reader, "url", names);
    let url_when = part::conditions(&mut reader, "url_when", names);
    reader.finish();
    Some(DocumentSpec { each, when, id: id?, name: name?, url: url.map(|url| (url_when, url)) })
}

fn withheld(reader: &mut Reader<'_>, names: &Names<'_>) -> Option<WithheldSpec> {
    if !reader.has("withheld") {
        return None;
    }
    let mut table = reader.table("withheld")?;
    table.required("when", "a condition");
    let when = part::conditions(&mut table, "when", names);
    let mark = part::required_template(&mut table, "mark", names);
    let reason = part::template_at(&mut table, "reason", names);
    table.finish();
    Some(WithheldSpec { when, mark: mark?, reason })
}

/// What is withheld must be emptied in the pages that are kept, and so must stand in JSON, in the row.
fn check_scrubbed(reader: &Reader<'_>, text: &Template, source: &Step, lets: &[(String, Template)]) {
    let report = |message: &str, help: &str| reader.report("withheld", message, Some(help.to_owned()));
    if !matches!(source.format, Format::Json { .. }) {
        report("a withheld text cannot be taken out of a stored page that is not JSON", "leave out `text`");
    }
    if source.inside.iter().any(|inside| !matches!(inside.kind, inside::Kind::Json)) {
        report("a withheld text cannot be taken out of HTML or XML within JSON", "leave out `text`");
    }
    let is_variable = |name: &str| {
        let levels = source.each.iter().map(|level| level.name.as_str());
        levels
            .chain(source.otherwise.iter().map(|(name, _)| name.as_str()))
            .chain(["page", "more"])
            .chain(lets.iter().map(|(name, _)| name.as_str()))
            .any(|known| known == name)
    };
    if text.paths().any(|path| path.is_empty() || path.first().is_some_and(|name| is_variable(name))) {
        report("a withheld text must be fields of the row, to be emptied in the stored page", "write text = \"{{ field }}\"");
    }
}

fn notice(reader: &mut Reader<'_>, names: &Names<'_>) -> Option<NoticeSpec> {
    if !reader.has("notice") {
        return None;
    }
    let mut table = reader.table("notice")?;
    table.required("when", "a condition");
    let when = part::conditions(&mut table, "when", names);
    let same = part::required_template(&mut table, "same", names);
    let like = part::required_template(&mut table, "like", names);
    table.finish();
    Some(NoticeSpec { when, same: same?, like: like? })
}

fn oddity(mut reader: Reader<'_>, names: &Names<'_>) -> Option<OddityRule> {
    let kind = reader.required_text("kind");
    let detail = reader.required_text("detail");
    reader.required("some", "a condition on rows");
    let some = part::conditions(&mut reader, "some", names);
    let unless = part::conditions(&mut reader, "unless", names);
    let doubts = reader.flag("doubts").is_some_and(|flag| flag.value);
    reader.finish();
    Some(OddityRule { kind: kind?.value, detail: detail?.value, some, unless, doubts })
}
