//! `veedor extract`: a recipe over saved pages, and the normalised docket as JSON.
//!
//! Asks nobody and keeps nothing. It is how a recipe is written and mended.

use clap::Args;

use super::import::read_pages;
use super::{Common, Done, Exit, Failure, ask, print};
use crate::clock::Clock;
use crate::config::Config;
use crate::diag::suggestion;
use crate::domain::case::{CaseNumber, Parts};
use crate::domain::charset;
use crate::domain::page::Page;
use crate::recipe::{self, Recipe, Refusal};
use crate::wire;

/// What may be typed.
#[derive(Debug, Args)]
pub struct ExtractArgs {
    /// The source
    #[arg(long, value_name = "ID")]
    source: String,
    /// The case number [default: the one on the pages]
    #[arg(long, value_name = "NUMBER")]
    case: Option<String>,
    /// A saved page; with several steps as STEP=FILE, in the order they were asked
    #[arg(long = "page", value_name = "[STEP=]FILE", required = true)]
    pages: Vec<String>,
    /// The charset of the pages, when they say a wrong one
    #[arg(long)]
    charset: Option<String>,
}

/// Prints the docket.
pub fn run(common: &Common, args: &ExtractArgs) -> Done {
    let recipe = find(common, &args.source)?;
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
        None => on_the_pages(&recipe, &pages, &args.pages)?,
    };
    match recipe.read(&number, &pages) {
        Ok(docket) => {
            if !common.quiet {
                for oddity in &docket.oddities {
                    eprintln!("odd: {}: {}", oddity.kind, oddity.detail);
                }
            }
            print::json(&wire::docket::to_json(&docket, &recipe.id, &number));
            Ok(Exit::Done)
        }
        Err(refusal) => Err(refused(&refusal)),
    }
}

/// The operator's recipe of this name, else the shipped one.
fn find(common: &Common, id: &str) -> Result<Recipe, Failure> {
    let own = Config::load(&ask::path(common)).ok().and_then(|loaded| loaded.config.source(id).map(|source| source.recipe.clone()));
    own.or_else(|| recipe::shipped_recipe(id)).ok_or_else(|| {
        let ids: Vec<&str> = recipe::shipped().into_iter().map(|(id, _, _)| id).collect();
        Failure::new(Exit::Usage, format!("there is no source \"{id}\"; {}", suggestion(id, &ids).unwrap_or_default()))
    })
}

/// The number that the pages show where the recipe checks it, else the first text on them that looks like one, else one in
/// the names of the files: some pages of some systems show no number.
fn on_the_pages(recipe: &Recipe, pages: &[Page], files: &[String]) -> Result<CaseNumber, Failure> {
    if let Some(number) = pages.iter().find_map(|page| recipe.number_in(page)) {
        return Ok(number);
    }
    let within = |text: &str| -> Option<CaseNumber> {
        text.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| word.len() > 4).find_map(|word| recipe.number(word).ok())
    };
    let found = pages.iter().find_map(|page| within(&charset::decode(page)));
    if let Some(number) = found.or_else(|| files.iter().find_map(|file| within(file))) {
        return Ok(number);
    }
    // A page that is refused for what it is has no number either, and the refusal says more.
    let nobody = CaseNumber { compact: String::new(), canonical: String::new(), parts: Parts::default() };
    if let Err(refusal) = recipe.read(&nobody, pages) {
        return Err(refused(&refusal));
    }
    Err(Failure::new(Exit::NotACase, "no case number stands on the pages; give it with --case"))
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
