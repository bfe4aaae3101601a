//! How well titles are understood: `cargo run --example meaning -- FOLDER [LANGUAGE…]`.
//!
//! The folder holds lists of titles that others collected from courts, each with what it stands for (see `ecuador.rs` and
//! `world.rs` for what lies where). Every title is classified alone, without a body. Prints, for each language and for all
//! together, what was found of each class, the confusion table and the worst titles, and ends with 1 when a threshold of
//! `report.rs` is missed. Asks nobody, and is no part of the program.

mod class;
mod ecuador;
mod report;
mod world;

use std::path::PathBuf;
use std::process::ExitCode;

use class::Title;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next().map(PathBuf::from).filter(|folder| folder.is_dir()) else {
        eprintln!("give the folder of the lists, then languages such as es or none for all");
        return ExitCode::from(2);
    };
    let wanted: Vec<String> = arguments.collect();
    let mut titles: Vec<Title> = Vec::new();
    for (path, read) in [(ecuador::PATH, ecuador::titles as fn(&str) -> Result<Vec<Title>, String>), (world::PATH, world::titles)] {
        let text = std::fs::read_to_string(folder.join(path)).map_err(|error| error.to_string());
        match text.and_then(|text| read(&text)) {
            Ok(found) => titles.extend(found),
            Err(why) => {
                eprintln!("{}: {why}", folder.join(path).display());
                return ExitCode::from(2);
            }
        }
    }
    let known = veedor::meaning::languages();
    if let Some(unknown) = wanted.iter().find(|language| !known.contains(&language.as_str())) {
        eprintln!("there are no words for the language {unknown}; there are {}", known.join(", "));
        return ExitCode::from(2);
    }
    titles.retain(|title| wanted.is_empty() || wanted.contains(&title.language));
    let mut languages: Vec<&str> = titles.iter().map(|title| title.language.as_str()).collect();
    languages.sort_unstable();
    languages.dedup();
    let mut met = true;
    for language in &languages {
        met &= report::Score::of(language, titles.iter().filter(|title| title.language == *language)).print();
    }
    if languages.len() > 1 {
        met &= report::Score::of("all", titles.iter()).print();
    }
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
