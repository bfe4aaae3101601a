//! How well the shipped recipes read other people's captures: `cargo run --release --example score -- FOLDER [SYSTEM…]
//! [RECIPE.toml…]`; a recipe file stands for the shipped recipe of its id, so that one being written is judged at once.
//!
//! The folder holds pages of courts beside the parses that other people made of them (see `us.rs` and `latin.rs` for what lies
//! where). Each page is read as `veedor extract` reads it, once with the number that it shows and once with the number
//! given. Prints one table and the twenty worst places, and ends with 1 when a threshold of `report.rs` is missed. Asks
//! nobody, and is no part of the program.

mod capture;
mod latin;
mod matching;
mod report;
mod systems;
mod us;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next().map(PathBuf::from).filter(|folder| folder.is_dir()) else {
        eprintln!("give the folder of captures, then the names of systems or none for all");
        return ExitCode::from(2);
    };
    let (files, wanted): (Vec<String>, Vec<String>) = arguments.partition(|argument| argument.ends_with(".toml"));
    let recipes = match systems::recipes(&files) {
        Ok(recipes) => recipes,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::from(2);
        }
    };
    let all = systems::all();
    if let Some(unknown) = wanted.iter().find(|name| all.iter().all(|system| system.name != **name)) {
        let names: Vec<_> = all.iter().map(|system| system.name).collect();
        eprintln!("there is no system {unknown}; there are {}", names.join(", "));
        return ExitCode::from(2);
    }
    let chosen = all.iter().filter(|system| wanted.is_empty() || wanted.iter().any(|name| name == system.name));
    let scores: Vec<report::Score> = chosen.map(|system| report::Score::of(system, &recipes, &folder)).collect();
    report::print(&scores);
    if scores.iter().all(report::Score::is_met) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
