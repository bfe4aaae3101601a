//! `veedor import`: cases from a CSV file, or pages that a person saved by hand.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use serde_json::json;

use super::{Common, Done, Exit, Failure, ask, edit, poll, spreadsheet};
use crate::ask::Ask;
use crate::config::edit::add_cases;
use crate::domain::case::CaseRef;
use crate::domain::charset;

/// What may be typed.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// A CSV file, commas or semicolons, with the columns source, number and, if wanted, name and tags (tags separated by ;)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["source", "case", "pages"], required_unless_present = "pages")]
    csv: Option<PathBuf>,
    /// The source of the saved pages
    #[arg(long, requires = "pages")]
    source: Option<String>,
    /// The case of the saved pages
    #[arg(long, requires = "pages")]
    case: Option<String>,
    /// A saved page; with several steps as STEP=FILE
    #[arg(long = "page", value_name = "[STEP=]FILE", requires_all = ["source", "case"])]
    pages: Vec<String>,
    /// The charset of the pages, when they say a wrong one
    #[arg(long)]
    charset: Option<String>,
}

/// Imports.
pub fn run(common: &Common, args: ImportArgs) -> Done {
    if let Some(csv) = &args.csv {
        let path = ask::path(common);
        let cases = spreadsheet::read(csv, &path)?;
        let added = add_cases(&path, &cases).map_err(edit::refusal)?;
        let names = |cases: &[CaseRef]| cases.iter().map(ToString::to_string).collect::<Vec<_>>();
        let data = json!({"file": path.display().to_string(), "added": names(&added.added), "already": names(&added.already)});
        let (new, already) = (added.added.len(), added.already.len());
        let done = format!("{new} cases added to {}, {already} were watched already", path.display());
        edit::told(common, data, &[done]);
        return Ok(Exit::Done);
    }
    let (Some(source), Some(case)) = (args.source, args.case) else {
        return Err(Failure::new(Exit::Usage, "give --csv FILE, or --source ID --case NUMBER --page FILE"));
    };
    known_charset(args.charset.as_deref())?;
    let mut pages = Vec::new();
    for (step, bytes) in read_pages(&args.pages)? {
        pages.push((step, STANDARD.encode(bytes)));
    }
    let data = ask::ask(common, Ask::Import { source, case, pages, charset: args.charset })?;
    Ok(poll::report(common, &data))
}

/// Refuses a charset that does not exist: the pages would be read as something else without a word.
pub fn known_charset(label: Option<&str>) -> Result<(), Failure> {
    match label {
        Some(label) if !charset::is_known(label) => {
            let why = format!("there is no charset \"{label}\"; write for example utf-8, iso-8859-1 or windows-1252");
            Err(Failure::new(Exit::Usage, why))
        }
        _ => Ok(()),
    }
}

/// The file that a `[STEP=]FILE` argument names.
pub fn file_of(argument: &str) -> &str {
    match argument.split_once('=') {
        Some((_, file)) if !std::path::Path::new(argument).exists() => file,
        _ => argument,
    }
}

/// Reads `[STEP=]FILE` arguments. A file whose name holds `=` is found by its whole name first.
pub fn read_pages(arguments: &[String]) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut pages = Vec::new();
    for argument in arguments {
        let (step, file) = match argument.split_once('=') {
            Some((step, file)) if !std::path::Path::new(argument).exists() => (step, file),
            _ => ("", argument.as_str()),
        };
        let bytes = std::fs::read(file).map_err(|error| Failure::new(Exit::Failed, format!("{file}: {error}")))?;
        pages.push((step.to_owned(), bytes));
    }
    Ok(pages)
}
