//! `veedor sources new`: begins a recipe from a saved page by asking, and runs it on that page at once.
//!
//! What repeats on the page, what its columns may be and the TOML come from `recipe::draft`; this file asks. It keeps nothing
//! but the file, asks no court, and writes no recipe that does not compile.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::dialogue::Dialogue;
use super::{Common, Done, Exit, Failure, print};
use crate::clock::Clock;
use crate::domain::fold::collapse;
use crate::domain::page::Page;
use crate::recipe::Recipe;
use crate::recipe::draft::{self, Candidate, Draft, Form, Found, Look, NotFound, Numbering, Roles, Spot};

/// What may be typed.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// The saved page of a case
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
    /// A saved page of a case that does not exist
    #[arg(long, value_name = "FILE")]
    not_found: Option<PathBuf>,
    /// Where to write the recipe [default: ID.toml in this folder]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Where courts of a country are, when it has one zone for most of them.
const ZONES: &[(&str, &str)] = &[
    ("ec", "America/Guayaquil"),
    ("co", "America/Bogota"),
    ("pe", "America/Lima"),
    ("ar", "America/Argentina/Buenos_Aires"),
    ("uy", "America/Montevideo"),
    ("cl", "America/Santiago"),
    ("bo", "America/La_Paz"),
    ("py", "America/Asuncion"),
    ("ve", "America/Caracas"),
    ("mx", "America/Mexico_City"),
    ("br", "America/Sao_Paulo"),
    ("cr", "America/Costa_Rica"),
    ("gt", "America/Guatemala"),
    ("hn", "America/Tegucigalpa"),
    ("sv", "America/El_Salvador"),
    ("ni", "America/Managua"),
    ("pa", "America/Panama"),
    ("do", "America/Santo_Domingo"),
    ("us", "America/New_York"),
    ("uk", "Europe/London"),
    ("es", "Europe/Madrid"),
    ("pt", "Europe/Lisbon"),
];

/// Asks, writes, and tries.
pub fn run(common: &Common, args: &NewArgs) -> Done {
    // Before anything is asked: nobody likes to have answered for nothing.
    args.out.as_deref().map_or(Ok(()), free)?;
    let (stdin, stderr) = (std::io::stdin(), std::io::stderr());
    let mut dialogue = Dialogue::new(stdin.lock(), stderr.lock());
    let file = match &args.page {
        Some(file) => file.clone(),
        None => PathBuf::from(dialogue.text("The file of a saved page of a case", None)?),
    };
    let mut page = saved(&file)?;
    let charset = draft::charset_of(&page).map(str::to_owned);
    page.charset.clone_from(&charset);
    let found = draft::look(&page).map_err(|why| Failure::new(Exit::NotACase, format!("{}: {why}", file.display())))?;
    if found.candidates.is_empty() {
        let why =
            "nothing on the page repeats, so that it has no list of entries: save the page of a case with at least two, with the list open";
        return Err(Failure::new(Exit::NotACase, format!("{}: {why}", file.display())));
    }
    let not_found = if found.form == Form::Html { not_found_words(&mut dialogue, args, &page)? } else { None };
    let mut draft = asked(&mut dialogue, &found, &page, charset, not_found)?;
    if found.form == Form::Json {
        draft.not_found = not_found_sign(&mut dialogue, args, &page, draft.candidate)?;
    }
    let text = draft::toml(&draft);
    let out = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.toml", draft.id)));
    let recipe = compiled(&out, &text)?;
    free(&out)?;
    std::fs::write(&out, &text).map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", out.display())))?;
    tried(common, &recipe, &draft, page, &file, &out)
}

/// Nothing is written over.
fn free(out: &Path) -> Result<(), Failure> {
    let said = || Failure::new(Exit::Usage, format!("{} is there already; name another file with --out", out.display()));
    if out.exists() { Err(said()) } else { Ok(()) }
}

fn saved(file: &Path) -> Result<Page, Failure> {
    let body = std::fs::read(file).map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", file.display())))?;
    let headers = Vec::new();
    Ok(Page { step: "case".to_owned(), url: String::new(), status: 200, headers, body, charset: None, fetched_at: Clock::System.now() })
}

/// What is written must compile: where it does not, this program is at fault, and nothing is written.
fn compiled(out: &Path, text: &str) -> Result<Recipe, Failure> {
    Recipe::parse(&out.display().to_string(), text).map_err(|problems| {
        problems.iter().for_each(|problem| print::aside(&format!("{problem}\n")));
        Failure::new(Exit::Failed, "these answers make no recipe that compiles, so that none was written; please report it with the page")
    })
}

/// The words with which a page says that there is no such case.
fn not_found_words<R: BufRead, W: Write>(dialogue: &mut Dialogue<R, W>, args: &NewArgs, case: &Page) -> Result<Option<NotFound>, Failure> {
    let Some(file) = &args.not_found else { return Ok(None) };
    let words = draft::not_found_words(&saved(file)?, case);
    if words.is_empty() {
        dialogue.say(&shows_nothing(file));
        return Ok(None);
    }
    dialogue.say("\nThese words stand on the page without a case alone:");
    words.iter().enumerate().for_each(|(nth, words)| dialogue.say(&format!("  {}. {words}", nth + 1)));
    let chosen = dialogue.choice("Which of them says that there is no such case", words.len(), Some(0), true)?;
    Ok(chosen.map(|nth| NotFound::Text(words[nth].clone())))
}

/// The same for an answer that is data.
fn not_found_sign<R: BufRead, W: Write>(
    dialogue: &mut Dialogue<R, W>,
    args: &NewArgs,
    case: &Page,
    candidate: &Candidate,
) -> Result<Option<NotFound>, Failure> {
    let Some(file) = &args.not_found else { return Ok(None) };
    let sign = draft::not_found_sign(&saved(file)?, case, candidate);
    dialogue.say(&match &sign {
        Some(NotFound::Field(path)) => format!("The answer without a case alone has {path}."),
        Some(_) => format!("The answer without a case has nothing at {}.", candidate.at),
        None => shows_nothing(file),
    });
    Ok(sign)
}

fn shows_nothing(file: &Path) -> String {
    format!("{} shows nothing that the page of the case does not; the rule is left for you to write.", file.display())
}

fn asked<'f, R: BufRead, W: Write>(
    dialogue: &mut Dialogue<R, W>,
    found: &'f Found,
    page: &Page,
    charset: Option<String>,
    not_found: Option<NotFound>,
) -> Result<Draft<'f>, Failure> {
    let address = dialogue.ask(
        "The address of the page, as the browser shows it; - if nobody knows",
        found.address.as_deref().or(Some("-")),
        |answer| {
            let is_address = url::Url::parse(answer).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
            match answer {
                "-" => Ok(None),
                address if is_address => Ok(Some(address.to_owned())),
                _ => Err("an address begins with https://, and - stands for none".to_owned()),
            }
        },
    )?;
    let id = dialogue.ask("An id: the country, a dash, a name", Some(&id_for(address.as_deref())), |answer| {
        let is_id = answer.split('-').count() > 1 && !answer.starts_with('-') && !answer.ends_with('-');
        let is_plain = answer.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if is_id && is_plain { Ok(answer.to_owned()) } else { Err("lower-case letters, digits and dashes, such as ec-tribunal".to_owned()) }
    })?;
    let title = dialogue.text("What people call the site", Some(found.title.as_deref().unwrap_or(&id)))?;
    let country = id.split('-').next().unwrap_or_default();
    let usual = match country {
        "br" | "pt" => "pt",
        "us" | "uk" => "en",
        _ => "es",
    };
    let language =
        dialogue.ask("The language of its texts (es, pt, en …)", Some(found.language.as_deref().unwrap_or(usual)), |answer| {
            let is_code = answer.len() == 2 && answer.bytes().all(|byte| byte.is_ascii_lowercase());
            if is_code { Ok(answer.to_owned()) } else { Err("two letters, such as es".to_owned()) }
        })?;
    let zone = ZONES.iter().find(|(known, _)| *known == country).map_or("UTC", |(_, zone)| zone);
    let timezone = dialogue.ask("The time zone of its courts", Some(zone), |answer| {
        let is_zone = jiff::tz::TimeZone::get(answer).is_ok() && answer != "Local";
        if is_zone { Ok(answer.to_owned()) } else { Err("a name such as America/Guayaquil".to_owned()) }
    })?;

    dialogue.say("\nThese repeat on the page:");
    for (nth, candidate) in found.candidates.iter().enumerate() {
        shown(dialogue, nth, candidate);
    }
    let chosen = dialogue.choice("Which of them are the entries of the case", found.candidates.len(), Some(0), false)?.unwrap_or_default();
    let candidate = &found.candidates[chosen];
    let roles = columns(dialogue, candidate, &language)?;
    if roles.date.is_none() {
        dialogue
            .say("  Entries without a date are rare. If this is only what stands above the list, save the page again with the list open.");
    }
    let (example, numbering, number_at) = number(dialogue, found, &language)?;
    let text = String::from_utf8_lossy(&page.body);
    let root = if found.form == Form::Xml {
        candidate.at.strip_prefix("$.").and_then(|at| at.split(['[', '.']).next()).map(str::to_owned)
    } else {
        None
    };
    Ok(Draft {
        id,
        title,
        language,
        timezone,
        address,
        example,
        numbering,
        number_at,
        form: found.form,
        root,
        charset,
        ends: draft::ends_of(&text).filter(|_| found.form == Form::Html),
        candidate,
        roles,
        not_found,
    })
}

/// `ec-funcionjudicial` for `https://consultas.funcionjudicial.gob.ec/…`.
fn id_for(address: Option<&str>) -> String {
    let url = address.and_then(|address| url::Url::parse(address).ok());
    let host = url.as_ref().and_then(|url| url.host_str()).unwrap_or_default();
    let parts: Vec<&str> = host.split('.').collect();
    let country = parts.last().filter(|last| last.len() == 2 && host.contains('.')).copied().unwrap_or("xx");
    let generic = ["www", "gov", "gob", "gub", "jus", "com", "org", "net", "co", "api", "consultas", "consulta"];
    let name = parts.iter().rev().skip(1).find(|part| part.len() > 2 && !generic.contains(part)).copied().unwrap_or("court");
    format!("{country}-{}", name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-"))
}

fn shown<R: BufRead, W: Write>(dialogue: &mut Dialogue<R, W>, nth: usize, candidate: &Candidate) {
    dialogue.say(&format!("\n  {}. {} times  {}", nth + 1, candidate.rows, candidate.at));
    for row in 0..candidate.rows.min(2) {
        let values = candidate.cells.iter().filter_map(|cell| cell.values.get(row)).filter(|value| !value.is_empty()).take(6);
        dialogue.say(&format!("       {}", values.map(|value| clipped(value, 36)).collect::<Vec<_>>().join(" | ")));
    }
}

fn clipped(text: &str, most: usize) -> String {
    let line = collapse(text);
    if line.chars().count() <= most { line } else { format!("{}…", line.chars().take(most).collect::<String>()) }
}

/// Which column is which.
fn columns<R: BufRead, W: Write>(dialogue: &mut Dialogue<R, W>, candidate: &Candidate, language: &str) -> Result<Roles, Failure> {
    let cells = &candidate.cells;
    dialogue.say("\nIts columns:");
    for (nth, cell) in cells.iter().enumerate() {
        let looks = match &cell.look {
            Look::Css(css) | Look::Field(css) => css.clone(),
            Look::Column(heading) => format!("the column \"{heading}\""),
            Look::InColumn(heading, css) => format!("{css} in the column \"{heading}\""),
        };
        let first = cell.values.iter().find(|value| !value.is_empty()).map(|value| clipped(value, 60)).unwrap_or_default();
        let having = cell.values.iter().filter(|value| !value.is_empty()).count();
        dialogue.say(&format!("  {:>2}. {:12} {having} of {}  \"{first}\"  ({looks})", nth + 1, cell.name, cell.values.len()));
    }
    let guess = draft::roles(candidate, language);
    let date = loop {
        let Some(nth) = dialogue.choice("Which is the date (- for none)", cells.len(), guess.date.as_ref().map(|(nth, _)| *nth), true)?
        else {
            break None;
        };
        if let Some(formats) = draft::date_formats(&cells[nth].values, language) {
            dialogue.say(&format!("  read as {}", formats.join(" and ")));
            break Some((nth, formats));
        }
        let format = dialogue.ask(
            "  No known format reads them all; write one, such as %d/%m/%Y %H:%M, or - to choose another column",
            Some("-"),
            |answer| {
                if answer == "-" || draft::is_format(answer) { Ok(answer.to_owned()) } else { Err("not a date format".to_owned()) }
            },
        )?;
        if format != "-" {
            break Some((nth, vec![format]));
        }
    };
    let title = dialogue.choice("Which is the title: what happened, in a few words", cells.len(), guess.title.or(Some(0)), false)?;
    let text = dialogue.choice("Which is the text (- for none)", cells.len(), guess.text, true)?;
    let link = dialogue.choice("Which is the link to a document (- for none)", cells.len(), guess.link, true)?;
    let key =
        dialogue.choice("Which tells a row from all others and never changes, such as an id (- for none)", cells.len(), guess.key, true)?;
    Ok(Roles { date, title, text, link, key })
}

/// The case number of the page, its kind, and where it stands; there with nothing beside it, or within a text.
type Numbered = (String, Numbering, Option<(Spot, bool)>);

/// Asks for the case number of the page.
fn number<R: BufRead, W: Write>(dialogue: &mut Dialogue<R, W>, found: &Found, language: &str) -> Result<Numbered, Failure> {
    let is_date = |text: &str| draft::date_formats(&[text.to_owned()], language).is_some_and(|formats| formats != ["epoch_ms"]);
    let guesses = draft::numbers(found, &is_date);
    dialogue.say("\nNumbers on the page:");
    for (nth, (number, piece)) in guesses.iter().enumerate() {
        dialogue.say(&format!("  {}. {number}  ({})", nth + 1, clipped(&format!("{} {}", piece.label, piece.text), 60)));
    }
    let default = guesses.first().map(|_| "1");
    let (example, numbering) = dialogue.ask("The number of the case: one of these, or as it is written", default, |answer| {
        let listed = answer.parse::<usize>().ok().filter(|nth| (1..=guesses.len()).contains(nth)).and_then(|nth| guesses.get(nth - 1));
        let number = listed.map_or(answer, |(number, _)| number.as_str());
        Numbering::of(number).map(|numbering| (number.to_owned(), numbering)).ok_or_else(|| "a case number has digits".to_owned())
    })?;
    let piece =
        guesses.iter().find(|(number, _)| *number == example).map(|(_, piece)| piece.clone()).or_else(|| draft::holding(found, &example));
    if piece.is_none() {
        dialogue.say("  It does not stand on the page where a recipe could find it, so that a page of another case could not be told.");
    }
    Ok((example.clone(), numbering, piece.map(|piece| (piece.at, piece.text.trim() == example))))
}

/// Runs the recipe over the page that it was made from, and says what to do next.
fn tried(common: &Common, recipe: &Recipe, draft: &Draft<'_>, mut page: Page, file: &Path, out: &Path) -> Done {
    let number = recipe.number(&draft.example).map_err(|why| Failure::new(Exit::Failed, why))?;
    page.url = recipe.case_url(&number);
    let explanation = recipe.explain(&number, std::slice::from_ref(&page));
    let (file, out) = (file.display(), out.display());
    let next = [
        format!("read {out} from the top: TODO marks what is to be filled in"),
        format!("veedor extract --recipe {out} --page {file} --explain    what each rule matched, after every change"),
        format!("veedor extract --recipe {out} --page OTHER    other cases, a case that does not exist, a block page"),
        format!("put {out} into recipes/ beside the watch list, add a [[case]] of \"{}\", and run veedor check", recipe.id),
    ];
    let docket = match &explanation.outcome {
        Ok(docket) => docket,
        Err(refusal) => {
            let why = explanation.first.clone().unwrap_or_else(|| refusal.to_string());
            let why = format!(
                "{out} was written and compiles, but does not read the page yet: {why}; mend it with veedor extract --recipe {out} --page {file} --explain"
            );
            return Err(Failure::new(Exit::NotACase, why));
        }
    };
    if common.json {
        let titles: Vec<Value> = docket
            .entries
            .iter()
            .map(|entry| json!({"key": entry.key.0, "date": entry.date.map(|date| date.to_string()), "title": entry.title}))
            .collect();
        print::json(
            &json!({"file": out.to_string(), "id": recipe.id, "number": number.canonical, "entries": titles, "stops": explanation.first}),
        );
        return Ok(Exit::Done);
    }
    print::line(&format!("{out} was written. It reads {} entries of {} from the page:", docket.entries.len(), number.canonical));
    for entry in docket.entries.iter().take(5) {
        let date = entry.date.map_or_else(|| "no date".to_owned(), |date| date.to_string());
        print::line(&print::clean(&format!("  {date}  {}  [{}]", clipped(&entry.title, 70), clipped(&entry.key.0, 40))));
    }
    if let Some(first) = &explanation.first {
        print::line(&print::clean(&format!("odd: {first}")));
    }
    if !common.quiet {
        print::line("\nNext:");
        next.iter().enumerate().for_each(|(nth, step)| print::line(&format!("  {}. {step}", nth + 1)));
    }
    Ok(Exit::Done)
}
