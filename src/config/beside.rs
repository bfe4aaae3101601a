//! Operators' own files for a jurisdiction, in a folder beside the watch list: which there are, and for whose law each is.
//!
//! Used for clocks and calendars, which read the rest of a file themselves. Problems come out with those of the watch list.

use crate::diag::{self, Problem, Reader, Sink, nearest};

use super::include::{self, Text};
use super::own::no_files;
use super::scope::Scope;

/// The files of a folder in the order of their names, each with the jurisdiction for which it says that it is. Mistakes are added to
/// `problems`; a file with one is left out.
pub(super) fn read(scope: &Scope<'_>, folder: &str, jurisdictions: &[&str], problems: &mut Vec<Problem>) -> Vec<(String, Text)> {
    let paths = match include::glob(&scope.folder.join(folder).join("*.toml")) {
        Ok(paths) => paths,
        Err(why) => {
            problems.push(Problem::of_file(folder, why, None));
            return Vec::new();
        }
    };
    let mut files = Vec::new();
    for path in paths.into_iter().chain(no_files(&scope.folder.join(folder))) {
        match include::read(&path, None) {
            Ok(text) => files.extend(jurisdiction(&text, jurisdictions, problems).map(|id| (id, text))),
            Err(problem) => problems.push(problem),
        }
    }
    files
}

fn jurisdiction(text: &Text, jurisdictions: &[&str], problems: &mut Vec<Problem>) -> Option<String> {
    let sink = Sink::new(&text.name, &text.text);
    let mut known = None;
    if let Some(document) = diag::parse(&sink) {
        let mut root = Reader::root(&document, &sink);
        if !root.has("jurisdiction") {
            let help = "write jurisdiction = \"ec\" at the top of the file, so that it is known whose law it is";
            sink.report(Some(0..0), "the file does not say for which jurisdiction it is", Some(help.to_owned()));
        }
        match root.text("jurisdiction") {
            Some(at) if jurisdictions.contains(&at.value.as_str()) => known = Some(at.value),
            Some(at) => {
                let near = nearest(&at.value, jurisdictions.iter().copied()).map(|near| format!("did you mean \"{near}\"?"));
                let help = near.unwrap_or_else(|| format!("write one of {}", jurisdictions.join(", ")));
                sink.report(at.span, format!("no source is of the jurisdiction \"{}\"", at.value), Some(help));
            }
            None => {}
        }
    }
    problems.extend(sink.into_problems());
    known
}
