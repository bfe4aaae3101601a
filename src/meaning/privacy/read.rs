//! Reads the tables of privacy: `[[redact]]`, `[[withhold]]`, `[roles]` and the lists of words.
//!
//! The same for shipped files and for the watch list, so that both have the same problems in the same words. A pattern is refused when it
//! does not compile, finds nothing in particular, grows too large, or does not do what its own examples say.

use std::collections::BTreeSet;
use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use super::{MINOR, Rules};
use crate::diag::{At, Reader, suggestion};
use crate::domain::checks::{CHECKS, Check};
use crate::domain::redact::{Rule, Scope, Words};
use crate::domain::withhold::{Telling, Withhold};

/// The classes of public roles.
pub const ROLES: [&str; 5] = ["judge", "prosecutor", "minister", "legislator", "court_official"];

/// How large a compiled pattern may grow, in bytes.
const LARGEST: usize = 1 << 20;

/// A doubt about a table that a caller may settle: its id stands for a shipped rule, or something is missing.
#[derive(Debug, Clone, PartialEq)]
pub enum Doubt {
    /// The shipped rule of this id is turned off.
    Off(At<String>),
    /// It was reported.
    Wrong,
}

/// A whole file.
pub(super) fn file(root: &mut Reader<'_>) -> Rules {
    let mut rules = Rules::default();
    let mut list = |key: &str| -> Vec<String> {
        let text = root.text(key).map(|at| at.value).unwrap_or_default();
        text.split_whitespace().map(str::to_owned).collect()
    };
    rules.institutions.extend(list("institutions"));
    rules.common.extend(list("common"));
    if let Some(mut table) = root.table("roles") {
        for class in ROLES.into_iter().chain([MINOR]) {
            rules.roles.extend(pattern(&mut table, class).map(|at| (class, at.value)));
        }
        table.finish();
    }
    for mut table in root.tables("redact") {
        rules.rules.extend(rule(&mut table).ok().map(Arc::new));
        table.finish();
    }
    for mut table in root.tables("withhold") {
        rules.withholds.extend(withhold(&mut table).ok().map(|(class, _)| Arc::new(class)));
        table.finish();
    }
    rules
}

/// A pattern; `None` when it is absent or was reported.
pub fn pattern(table: &mut Reader<'_>, key: &str) -> Option<At<Regex>> {
    let At { value, span } = table.text(key)?;
    let refuse = |message: String, help: &str| {
        table.sink().report(span.clone(), message, Some(help.to_owned()));
        None
    };
    let regex = match RegexBuilder::new(&value).size_limit(LARGEST).build() {
        Ok(regex) => regex,
        Err(regex::Error::CompiledTooBig(_)) => {
            return refuse(format!("{key} grows too large when it is compiled"), "write a shorter pattern, with smaller repetitions");
        }
        Err(error) => {
            let why = error.to_string();
            let why = why.lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned();
            return refuse(format!("{key} is not a pattern: {why}"), "patterns are Rust's regular expressions; put them in single quotes");
        }
    };
    if regex.is_match("") {
        return refuse(format!("{key} matches the empty text, so it would stand everywhere"), "make at least one part of it required");
    }
    Some(At { value: regex, span })
}

/// `replace`: a text, or one in each language.
pub fn replacement(table: &mut Reader<'_>) -> Option<Words> {
    if table.item("replace").is_some_and(|item| item.as_table_like().is_some()) {
        let mut inner = table.table("replace")?;
        let (es, en) = (inner.required_text("es"), inner.required_text("en"));
        inner.finish();
        return Some(Words { es: es?.value, en: en?.value });
    }
    Some(Words::same(&table.text("replace")?.value))
}

/// `scope`: where a rule holds; everywhere when nothing is said.
pub fn scope(table: &mut Reader<'_>) -> Vec<Scope> {
    let everywhere = vec![Scope::Alert, Scope::Ics];
    let Some(written) = table.texts("scope") else { return everywhere };
    let mut scopes = Vec::new();
    for At { value, span } in written {
        match value.as_str() {
            "alert" => scopes.push(Scope::Alert),
            "ics" => scopes.push(Scope::Ics),
            // No court's words stand in the log, and an export is the operator's own copy.
            "log" => {}
            other => {
                let help = match other {
                    "export" => "exports stay on your own machine and are whole; leave it out".to_owned(),
                    _ => suggestion(other, &["alert", "ics", "log"]).unwrap_or_else(|| "write \"alert\" or \"ics\"".to_owned()),
                };
                table.sink().report(span, format!("scope has an unknown place \"{other}\""), Some(help));
            }
        }
    }
    if scopes.is_empty() { everywhere } else { scopes }
}

/// The id of a table, and whether it only turns off what is shipped under it.
fn id(table: &mut Reader<'_>) -> Result<String, Doubt> {
    let id = table.required_text("id");
    let off = table.flag("off").is_some_and(|off| off.value);
    match id {
        Some(id) if off => Err(Doubt::Off(id)),
        Some(id) => Ok(id.value),
        None => Err(Doubt::Wrong),
    }
}

/// A `[[redact]]` with a pattern.
///
/// # Errors
/// When it only turns a shipped one off, or was reported.
pub fn rule(table: &mut Reader<'_>) -> Result<Rule, Doubt> {
    let id = id(table);
    table.item("names_file");
    if table.item("fold").is_some() {
        table.report("fold", "fold goes with names_file", Some("leave it out; (?i) makes a pattern find any case".to_owned()));
    }
    let pattern = pattern(table, "pattern");
    let check = check(table);
    let whole = table.flag("whole").is_some_and(|at| at.value);
    let replace = replacement(table);
    let scope = scope(table);
    table.text("why");
    let (masked, kept) = (table.texts("masked").unwrap_or_default(), table.texts("kept").unwrap_or_default());
    let id = id?;
    table.required("pattern", "a regular expression in single quotes");
    let pattern = pattern.ok_or(Doubt::Wrong)?.value;
    let rule = Rule { replace: replace.unwrap_or_else(|| Words::same(&format!("[{id}]"))), id, pattern, check, whole, scope };
    examples(table, &masked, &kept, |text| !rule.finds(text).is_empty());
    Ok(rule)
}

fn check(table: &mut Reader<'_>) -> Option<Check> {
    table.choice("check", &CHECKS).map(|at| at.value)
}

/// Reports each example that is not what it says.
fn examples(table: &Reader<'_>, masked: &[At<String>], kept: &[At<String>], finds: impl Fn(&str) -> bool) {
    for (list, want) in [(masked, true), (kept, false)] {
        for text in list.iter().filter(|text| finds(&text.value) != want) {
            let (message, help) = match want {
                true => ("this text should be found, and is not", "mend the pattern, or take the example out of `masked`"),
                false => ("this text should not be found, and is", "mend the pattern, or take the example out of `kept`"),
            };
            table.sink().report(text.span.clone(), message, Some(help.to_owned()));
        }
    }
}

/// A `[[withhold]]`, and the cases that it names, as written.
///
/// # Errors
/// When it only turns a shipped one off, or was reported.
pub fn withhold(table: &mut Reader<'_>) -> Result<(Withhold, Vec<At<String>>), Doubt> {
    let id = id(table);
    let subject = ["when_subject_matches", "when_offence_matches"].map(|key| pattern(table, key));
    let except = pattern(table, "except");
    let entry_type = pattern(table, "when_type_matches");
    let cases = table.texts("cases").unwrap_or_default();
    let alert = table.choice("alert", &[("generic", Telling::Activity), ("type_and_date_only", Telling::TypeAndDate)]);
    let why = table.text("why").map(|at| at.value).unwrap_or_default();
    let (masked, kept) = (table.texts("masked").unwrap_or_default(), table.texts("kept").unwrap_or_default());
    let id = id?;
    let named = ["when_subject_matches", "when_offence_matches", "when_type_matches", "cases"].iter().any(|key| table.has(key));
    if !named {
        let help = "add when_subject_matches, when_type_matches or cases = [\"SOURCE NUMBER\"]";
        table.report("id", format!("nothing says what \"{id}\" withholds"), Some(help.to_owned()));
        return Err(Doubt::Wrong);
    }
    let value = |at: Option<At<Regex>>| at.map(|at| at.value);
    let class = Withhold {
        id,
        subject: subject.into_iter().flatten().map(|at| at.value).collect(),
        except: value(except),
        entry_type: value(entry_type),
        cases: BTreeSet::new(),
        telling: alert.map_or(Telling::Activity, |at| at.value),
        why,
    };
    examples(table, &masked, &kept, |text| class.takes_subject(text) || class.takes_type(text));
    Ok((class, cases))
}
