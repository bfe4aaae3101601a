//! `veedor extract`: a recipe over saved pages, and the normalised docket as JSON.
//!
//! Asks nobody and keeps nothing. It is how a recipe is written and mended. With `--explain` it prints what each rule matched in
//! place of the docket, and ends as it would have without.

use std::path::PathBuf;

use clap::Args;

use super::import::{file_of, known_charset, read_pages};
use super::{Common, Done, Exit, Failure, explain, lookup, print};
use crate::clock::Clock;
use crate::diag::suggestion;
use crate::domain::case::{CaseNumber, Parts};
use crate::domain::charset;
use crate::domain::page::{Method, Page, Request};
use crate::recipe::{Next, Recipe, Refusal};
use crate::wire;

/// What may be typed.
#[derive(Debug, Args)]
pub struct ExtractArgs {
    /// The source; "page" or the page's own name for a page of the watch list
    #[arg(long, value_name = "ID", required_unless_present = "recipe")]
    source: Option<String>,
    /// A recipe file that need not be installed, instead of a source
    #[arg(long, value_name = "FILE")]
    recipe: Option<PathBuf>,
    /// The case number, or the name of a watched page [default: the one on the pages]
    #[arg(long, value_name = "NUMBER")]
    case: Option<String>,
    /// A saved page; with several steps as STEP=FILE, in the order they were asked
    #[arg(long = "page", value_name = "[STEP=]FILE", required = true)]
    pages: Vec<String>,
    /// The charset of the pages, when they say a wrong one
    #[arg(long)]
    charset: Option<String>,
    /// Print what each rule matched, and the first place where the pages are not what the recipe expects, instead of the docket
    #[arg(long)]
    explain: bool,
}

/// Prints the docket.
pub fn run(common: &Common, args: &ExtractArgs) -> Done {
    known_charset(args.charset.as_deref())?;
    let recipe = recipe_of(common, args)?;
    let now = Clock::System.now();
    let pages: Vec<Page> =
        read_pages(&args.pages)?.into_iter().map(|(step, body)| recipe.saved(step, body, args.charset.as_deref(), now)).collect();
    let steps: Vec<&str> = recipe.steps().collect();
    if let Some(page) = pages.iter().find(|page| !steps.contains(&page.step.as_str())) {
        let why = format!("{} has no step \"{}\"; {}", recipe.id, page.step, suggestion(&page.step, &steps).unwrap_or_default());
        return Err(Failure::new(Exit::Usage, why));
    }
    let number = match &args.case {
        Some(typed) => recipe.number(typed).map_err(|why| Failure::new(Exit::Usage, why))?,
        None => match on_the_pages(&recipe, &pages, args) {
            Ok(number) => number,
            // Pages without a number are explained as far as they go.
            Err(_) if args.explain => nobody(),
            Err(failure) => return Err(failure),
        },
    };
    let pages = recipe.located(&number, pages);
    if args.explain {
        return explained(common, args, &recipe, &number, &pages);
    }
    let docket = recipe.read(&number, &pages).map_err(|refusal| refused(&refusal))?;
    if let Next::Ask(missing) = recipe.needs(&number, &pages) {
        let missing = asked(&missing);
        // Pages of later steps alone are read for what they hold: a recipe is mended page by page.
        if docket.entries.is_empty() {
            return Err(Failure::new(Exit::NotACase, missing));
        }
        if !common.quiet {
            print::aside(&format!("odd: {missing}"));
        }
    }
    if !common.quiet {
        for oddity in &docket.oddities {
            print::aside(&format!("odd: {}: {}", oddity.kind, oddity.detail));
        }
    }
    print::json(&wire::docket::to_json(&docket, &recipe.id, &number));
    Ok(Exit::Done)
}

/// Explains the pages. What goes to standard error and how the command ends is as without `--explain`.
fn explained(common: &Common, args: &ExtractArgs, recipe: &Recipe, number: &CaseNumber, pages: &[Page]) -> Done {
    let explanation = recipe.explain(number, pages);
    let files: Vec<String> = args.pages.iter().map(|page| file_of(page).to_owned()).collect();
    if common.json {
        print::json(&explain::as_json(&explanation, &recipe.id, &files));
    } else {
        explain::tell(&explanation, &files);
    }
    let docket = explanation.outcome.map_err(|refusal| refused(&refusal))?;
    match recipe.next(number, pages) {
        Next::Ask(missing) if docket.entries.is_empty() => Err(Failure::new(Exit::NotACase, asked(&missing))),
        Next::Ask(missing) if !common.quiet => {
            print::aside(&format!("odd: {}", asked(&missing)));
            Ok(Exit::Done)
        }
        _ => Ok(Exit::Done),
    }
}

fn recipe_of(common: &Common, args: &ExtractArgs) -> Result<Recipe, Failure> {
    let Some(file) = &args.recipe else {
        let id = args.source.as_deref().unwrap_or_default();
        return lookup::find(common, id, args.case.as_deref()).map(|known| known.recipe);
    };
    let recipe = lookup::in_file(file)?;
    match &args.source {
        Some(id) if *id != recipe.id => {
            let why = format!("{} is a recipe of \"{}\", not of \"{id}\"; leave --source out", file.display(), recipe.id);
            Err(Failure::new(Exit::Usage, why))
        }
        _ => Ok(recipe),
    }
}

/// Which page is missing, and what would be asked for it.
fn asked(missing: &Request) -> String {
    let body = missing.body.as_deref().map(|body| format!(" with {}", print::clean(&String::from_utf8_lossy(body)))).unwrap_or_default();
    let method = match missing.method {
        Method::Get => "GET",
        Method::Post => "POST",
    };
    let (step, url) = (&missing.step, &missing.url);
    format!("the page of step \"{step}\" is missing: {method} {url}{body}; save its answer and add --page {step}=FILE")
}

/// The number that the pages show where the recipe checks it, else the first text on them that looks like one, else one in
/// the names of the files: some pages of some systems show no number.
fn on_the_pages(recipe: &Recipe, pages: &[Page], args: &ExtractArgs) -> Result<CaseNumber, Failure> {
    // A page of the watch list has no number but its name there, which the recipe gives back.
    let named = recipe.named().or_else(|| pages.iter().find_map(|page| recipe.number_in(page)));
    if let Some(number) = named {
        return Ok(number);
    }
    let within = |text: &str| -> Option<CaseNumber> {
        text.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| word.len() > 4).find_map(|word| recipe.number(word).ok())
    };
    let found = pages.iter().find_map(|page| within(&charset::decode(page)));
    if let Some(number) = found.or_else(|| args.pages.iter().find_map(|file| within(file))) {
        return Ok(number);
    }
    // A page that is refused for what it is has no number either, and the refusal says more.
    if let Err(refusal) = recipe.read(&nobody(), pages) {
        return Err(refused(&refusal));
    }
    Err(Failure::new(Exit::NotACase, "no case number stands on the pages; give it with --case"))
}

/// The number of no case: what a page checks against it is left unchecked.
fn nobody() -> CaseNumber {
    CaseNumber { compact: String::new(), canonical: String::new(), parts: Parts::default() }
}

fn refused(refusal: &Refusal) -> Failure {
    match refusal {
        Refusal::NotFound => Failure::new(Exit::NotFound, "the page says that there is no such case"),
        Refusal::Reserved => Failure::new(Exit::NotACase, "the page says that the case is reserved"),
        Refusal::Blocked(why) => Failure::new(Exit::NotACase, format!("the page is a block: {why}")),
        Refusal::Unavailable(why) => Failure::new(Exit::NotACase, format!("the page says that the site is down: {why}")),
        Refusal::Unreadable { at, expected, found } => {
            Failure::new(Exit::NotACase, format!("the page is not what the recipe expects at {at}: expected {expected}, found {found}"))
        }
    }
}
