//! `veedor diff`: two versions of a case, or two docket files.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Common, Done, Exit, Failure, ask, print, whole_number};
use crate::ask::Ask;
use crate::clock::Clock;
use crate::domain::case::{CaseNumber, CaseRef, Parts};
use crate::domain::diff::{Comparison, Confirm, MissingParts, compare};
use crate::domain::docket::Docket;
use crate::meaning::{Meaning, Seen};
use crate::recipe;
use crate::wire;

/// What may be typed.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// A case number or nickname
    #[arg(required_unless_present = "before", conflicts_with_all = ["before", "after"])]
    case: Option<String>,
    /// The older version [default: the one before the newest]
    #[arg(value_parser = whole_number::<u32>)]
    from: Option<u32>,
    /// The newer version [default: the newest]
    #[arg(value_parser = whole_number::<u32>)]
    to: Option<u32>,
    /// A docket file, as `veedor extract` prints it
    #[arg(long, value_name = "FILE", requires = "after")]
    before: Option<PathBuf>,
    /// A later docket file of the same case; prints the events between the two
    #[arg(long, value_name = "FILE", requires = "before")]
    after: Option<PathBuf>,
}

/// Prints the differences.
pub fn run(common: &Common, args: DiffArgs) -> Done {
    match (args.case, args.before, args.after) {
        (Some(case), _, _) => versions(common, case, args.from, args.to),
        (None, Some(before), Some(after)) => files(&before, &after),
        _ => Err(Failure::new(Exit::Usage, "give a case, or --before and --after")),
    }
}

fn versions(common: &Common, case: String, from: Option<u32>, to: Option<u32>) -> Done {
    let data = ask::ask(common, Ask::Diff { case, from, to })?;
    if common.json {
        print::json(&data);
        return Ok(Exit::Done);
    }
    let side = |name: &str| format!("version {} ({})", data[name]["version"], print::minute(&data[name], "seen_at"));
    print::line(&print::bold(&format!("{}: {} → {}", print::field(&data, "case"), side("from"), side("to"))));
    let changes = data["changes"].as_array().map(Vec::as_slice).unwrap_or_default();
    changes.iter().for_each(one);
    if changes.is_empty() {
        print::line("nothing changed between the two");
    }
    Ok(Exit::Done)
}

fn one(change: &Value) {
    let entry = &change["entry"];
    let title = format!("{}  {}", print::field(entry, "date"), print::field(entry, "title"));
    match change["change"].as_str() {
        Some("added") => print::line(&print::green(&format!("+ {title}\n    {}", indent(&print::field(entry, "text"))))),
        Some("gone") => print::line(&print::red(&format!("- {title}\n    {}", indent(&print::field(entry, "text"))))),
        Some("edited") => print::line(&format!("~ {}\n    {}", words(&change["title"]), indent(&words(&change["text"])))),
        Some("field") => print::line(&format!(
            "~ {}: {} → {}",
            print::field(change, "field"),
            print::field(change, "before"),
            print::field(change, "after")
        )),
        Some("party_renamed") => print::line(&format!(
            "~ {}: {} → {}",
            print::field(change, "role"),
            print::field(change, "before"),
            print::field(change, "name")
        )),
        Some(kind) => print::line(&format!(
            "{} {}: {}",
            if kind == "party_added" { "+" } else { "-" },
            print::field(change, "role"),
            print::field(change, "name")
        )),
        None => {}
    }
}

/// Changed words marked as in `git diff --word-diff`: `[-before-]{+after+}`.
fn words(runs: &Value) -> String {
    let mut text = String::new();
    for run in runs.as_array().map(Vec::as_slice).unwrap_or_default() {
        let words = print::clean(run[1].as_str().unwrap_or_default());
        match run[0].as_str() {
            Some("-") => text.push_str(&print::red(&format!("[-{words}-]"))),
            Some("+") => text.push_str(&print::green(&format!("{{+{words}+}}"))),
            _ => text.push_str(&words),
        }
    }
    text
}

fn indent(text: &str) -> String {
    text.replace('\n', "\n    ")
}

/// The events between two docket files, as JSON.
fn files(before: &Path, after: &Path) -> Done {
    let (source, number, old) = read(before)?;
    let (other_source, other, new) = read(after)?;
    if source != other_source || number.compact != other.compact {
        let why = format!(
            "{} is of case {} at {source}, {} of case {} at {other_source}; only two dockets of one case can be compared",
            before.display(),
            number.canonical,
            after.display(),
            other.canonical
        );
        return Err(Failure::new(Exit::Usage, why));
    }
    let now = Clock::System.now();
    let known = recipe::shipped_recipe(&source);
    let (sliding, others) = known.as_ref().map_or((false, false), |recipe| (recipe.sliding, recipe.lists_others()));
    let at_once = Confirm { visits: 1, span: std::time::Duration::ZERO, sliding, others };
    let case = CaseRef { source: source.clone(), number: number.compact.clone() };
    let (changes, kept) = match compare(Some(&old), &new, &MissingParts::new(), at_once, now) {
        Comparison::Changed { changes, docket, .. } => (changes, docket),
        Comparison::Implausible { why, .. } => {
            return Err(Failure::new(Exit::NotACase, format!("the two dockets cannot be of one case a visit apart: {why}")));
        }
        Comparison::Baseline | Comparison::Same { .. } => (Vec::new(), new.clone()),
    };
    let (jurisdiction, language) = known.as_ref().map_or(("", "es"), |recipe| (recipe.jurisdiction.as_str(), recipe.language.as_str()));
    let seen = Seen {
        case: &case,
        zone: known.as_ref().map_or(jiff::tz::TimeZone::UTC, |recipe| recipe.zone_of(&number)),
        version: 2,
        first_seq: 1,
        at: now,
        page_sha256: [0; 32],
        before: Some(&old),
        after: &kept,
        watched_since: Timestamp::UNIX_EPOCH,
        was_whole: true,
    };
    let meaning = Meaning::shipped(jurisdiction, language);
    let mut events = meaning.events(&changes, &seen);
    if let Some(own) = &known {
        let of_jurisdiction = recipe::shipped().into_iter().filter_map(|(id, ..)| recipe::shipped_recipe(id));
        let recipes: Vec<_> = of_jurisdiction.filter(|recipe| recipe.jurisdiction == own.jurisdiction).collect();
        // Two files say nothing of a watch list.
        meaning.links(&changes, &seen, &mut events, &|text| recipe::named_case(recipes.iter(), (own, &number), text, |_| false));
    }
    let events: Vec<Value> = events.iter().map(wire::event::to_json).collect();
    print::json(&json!({ "events": events }));
    Ok(Exit::Done)
}

fn read(path: &Path) -> Result<(String, CaseNumber, Docket), Failure> {
    let bad = |why: String| Failure::new(Exit::Failed, format!("{}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| bad(error.to_string()))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| bad(format!("it is not JSON: {error}")))?;
    let wire::docket::Published { source, number, docket } = wire::docket::from_json(&value).map_err(bad)?;
    let compact = number.chars().filter(|c| c.is_alphanumeric()).collect();
    let plain = CaseNumber { compact, canonical: number.clone(), parts: Parts::default() };
    let number = recipe::shipped_recipe(&source).and_then(|recipe| recipe.number(&number).ok()).unwrap_or(plain);
    Ok((source, number, docket))
}
