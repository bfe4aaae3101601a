//! `veedor extract --explain`: what a recipe took from pages, for people and as JSON.
//!
//! Called by `extract`. What is told was gathered by `recipe::explain`; this file only sets it out, the first thing that does
//! not fit first. The docket is left out: who wants it leaves `--explain` out.

use serde_json::{Value, json};

use super::print::{self, bold, clean, green, red};
use crate::recipe::Refusal;
use crate::recipe::explain::{Explanation, FieldSeen, Match, PageSeen, TableSeen};

/// The explanation as JSON. `files` are the names of the pages.
pub fn as_json(explanation: &Explanation, source: &str, files: &[String]) -> Value {
    let matched = |found: &Match| {
        json!({"place": found.place, "written": found.written, "found": found.found, "of": found.of, "first": found.first,
               "nearest": found.nearest, "needed": found.is_needed})
    };
    let field = |field: &FieldSeen| {
        json!({"name": field.name, "used_for": field.used_for, "found": field.having, "of": field.of, "first": field.first,
               "nearest": field.nearest, "needed": field.is_needed})
    };
    let table = |table: &TableSeen| {
        json!({
            "path": table.path.written, "nearest": table.path.nearest, "rows": table.rows, "taken": table.taken, "dropped": table.dropped,
            "withheld": table.withheld, "fields": table.fields.iter().map(field).collect::<Vec<_>>(), "unused": table.unused,
            "keys": table.keys.iter().map(|key| json!({"made_of": key.made_of, "named": key.named, "example": key.example})).collect::<Vec<_>>(),
            "unnamed": table.unnamed, "dates": {"read": table.dates_read, "none": table.dateless, "unread": table.unread},
        })
    };
    let page = |page: &PageSeen| {
        let tables = explanation.tables.iter().filter(|table| table.page == page.page).map(table);
        json!({
            "step": page.step, "file": files.get(page.page), "due": page.due, "looks_like": page.looks_like, "status": page.status,
            "charset": page.charset, "broken_letters": page.has_broken_letters,
            "refused": page.refusal.as_ref().map(ToString::to_string),
            "rules": page.rules.iter().map(|rule| json!({"verdict": rule.verdict, "written": rule.written, "fits": rule.fits})).collect::<Vec<_>>(),
            "fields": page.fields.iter().map(matched).collect::<Vec<_>>(), "entries": tables.collect::<Vec<_>>(),
        })
    };
    let docket = explanation.outcome.as_ref().ok();
    json!({
        "source": source,
        "first": explanation.first,
        "refusal": explanation.outcome.as_ref().err().map(|refusal| json!({"kind": refusal.health().name(), "says": refusal.to_string()})),
        "entries": docket.map(|docket| docket.entries.len()), "parties": docket.map(|docket| docket.parties.len()),
        "pages": explanation.pages.iter().map(page).collect::<Vec<_>>(),
        "missing": explanation.absent.iter().map(|(step, due, have)| json!({"step": step, "requests": due, "pages": have})).collect::<Vec<_>>(),
        "lists": explanation.lists.iter().map(matched).collect::<Vec<_>>(),
        "oddities": docket.map(|docket| docket.oddities.iter().map(|odd| json!({"kind": odd.kind, "detail": odd.detail})).collect::<Vec<_>>()),
    })
}

/// The explanation for people.
pub fn tell(explanation: &Explanation, files: &[String]) {
    match (&explanation.first, &explanation.outcome) {
        (Some(first), Err(Refusal::NotFound | Refusal::Reserved)) => print::line(&red(&clean(first))),
        (Some(first), Ok(docket)) if !docket.entries.is_empty() => {
            print::line(&red(&clean(&format!("read, and does not all fit: {first}"))))
        }
        (Some(first), _) => print::line(&red(&clean(&format!("stops at {first}")))),
        (None, Ok(_)) if !explanation.absent.is_empty() => say("what is there fits, and pages are missing; see the end"),
        (None, _) => print::line(&green("everything that the recipe needs is on the pages")),
    }
    match &explanation.outcome {
        Ok(docket) => {
            say(&format!("read: {} entries, {} parties", docket.entries.len(), docket.parties.len()));
            docket.oddities.iter().for_each(|odd| say(&format!("odd: {}: {}", odd.kind, odd.detail)));
        }
        Err(refusal) => say(&format!("no docket: {refusal}")),
    }
    for page in &explanation.pages {
        told_page(page, files.get(page.page).map_or("", String::as_str));
        explanation.tables.iter().filter(|table| table.page == page.page).for_each(told_table);
    }
    for (step, due, have) in &explanation.absent {
        say(&format!("\nstep {step}: {have} pages for {due} requests"));
    }
    if !explanation.lists.is_empty() {
        print::line(&bold("\nlists"));
        told_matches(&explanation.lists);
    }
}

fn told_page(page: &PageSeen, file: &str) {
    print::line(&bold(&format!("\n{} ({})", page.step, clean(file))));
    let charset = page.charset.as_ref().map(|charset| format!(", read as {charset}")).unwrap_or_default();
    say(&format!("  due {}, given {}, status {}{charset}", page.due, page.looks_like, page.status));
    if page.has_broken_letters {
        say("  bytes of it do not fit its charset");
    }
    match &page.refusal {
        Some(refusal) => say(&format!("  refused: {refusal}")),
        None => say("  accepted"),
    }
    for rule in &page.rules {
        let fits = match rule.fits {
            Some(true) => "FITS",
            Some(false) => "no",
            None => "not tried: the page could not be read",
        };
        say(&format!("  rule {}: {} – {fits}", rule.verdict, rule.written));
    }
    told_matches(&page.fields);
}

fn told_matches(all: &[Match]) {
    let width = all.iter().map(|found| found.place.chars().count()).max().unwrap_or_default();
    for found in all {
        let count = found.of.map_or_else(|| found.found.to_string(), |of| format!("{} of {of}", found.found));
        let first = if found.first.is_empty() { String::new() } else { format!("  \"{}\"", found.first) };
        let indent = if found.of.is_some() { "    " } else { "  " };
        say(&format!("{indent}{:width$}  {count:>9}  {}{first}", found.place, found.written));
        if let Some(nearest) = &found.nearest {
            say(&format!("{indent}{:width$}  nearest: {nearest}", ""));
        }
    }
}

fn told_table(table: &TableSeen) {
    let dropped = if table.dropped.is_empty() { String::new() } else { format!("; left out: {}", table.dropped_in_words()) };
    let withheld = if table.withheld == 0 { String::new() } else { format!("; {} withheld", table.withheld) };
    say(&format!("  entries from {}: {} rows, {} taken{dropped}{withheld}", table.path.written, table.rows, table.taken));
    if let Some(nearest) = &table.path.nearest {
        say(&format!("    nearest: {nearest}"));
    }
    let width = table.fields.iter().map(|field| field.name.chars().count()).max().unwrap_or_default();
    for field in &table.fields {
        let first = if field.first.is_empty() { String::new() } else { format!("  \"{}\"", field.first) };
        let uses = field.used_for.join(", ");
        say(&format!("    {:width$}  {:>9}  for {uses}{first}", field.name, format!("{} of {}", field.having, field.of)));
        if let Some(nearest) = &field.nearest {
            say(&format!("    {:width$}  nearest: {nearest}", ""));
        }
    }
    if !table.unused.is_empty() {
        say(&format!("    not used: {}", table.unused.join(", ")));
    }
    for (nth, key) in table.keys.iter().enumerate() {
        let example = if key.example.is_empty() { String::new() } else { format!("  \"{}\"", key.example) };
        say(&format!("    key {} ({}) named {}{example}", nth + 1, key.made_of.join(", "), key.named));
    }
    if table.unnamed > 0 {
        say(&format!("    no key has all its values in {} rows; the hash of the row stands for them", table.unnamed));
    }
    if table.dates_read + table.unread.len() > 0 {
        let unread = table.unread.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(", ");
        let unread = if unread.is_empty() { String::new() } else { format!("; not read: {unread}") };
        let without = if table.dateless == 0 { String::new() } else { format!(", {} rows have none", table.dateless) };
        say(&format!("    dates: {} of {} read{without}{unread}", table.dates_read, table.taken));
    }
}

/// Text of a page must not move the cursor.
fn say(text: &str) {
    print::line(&clean(text));
}
