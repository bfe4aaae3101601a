//! `veedor classify`: what entries mean, JSON Lines in and out.

use std::io::BufRead;

use super::{Done, Exit, Failure, print};
use crate::meaning::line::{classify_line_in, known_jurisdiction, known_language};

/// Reads standard input line by line.
pub fn run(jurisdiction: &str, language: Option<&str>) -> Done {
    // "es-EC" names a language and a country.
    let base = language.map(|language| language.split(['-', '_']).next().unwrap_or_default());
    let known = known_jurisdiction(jurisdiction).and_then(|()| base.map_or(Ok(()), known_language));
    known.map_err(|why| Failure::new(Exit::Usage, why))?;
    for (number, line) in std::io::stdin().lock().lines().enumerate() {
        let bad = |why: String| Failure::new(Exit::Failed, format!("line {} of standard input: {why}", number + 1));
        let line = line.map_err(|error| bad(error.to_string()))?;
        if line.trim().is_empty() {
            continue;
        }
        print::line(&classify_line_in(&line, jurisdiction, language).map_err(bad)?);
    }
    Ok(Exit::Done)
}
