//! The targets of veedor, measured: `cargo bench` runs all, `cargo bench -- visit` one of them.
//!
//! Each is a ratio against a baseline of the same run, or a bound. The court and the receiver of webhooks run in this
//! process; what is measured runs in processes of its own. Ends with 1 when a target is missed. See docs/benchmarks.md.

#![expect(clippy::disallowed_methods, reason = "the court dates its acts by the wall clock")]

mod alert;
mod baseline;
mod court;
mod daemon;
mod delays;
mod disk;
mod extract;
mod http;
mod load;
mod meaning;
mod outbox;
mod survival;
mod table;
mod visit;
mod web;

use std::process::ExitCode;
use std::time::Instant;

use table::Table;

/// A target: its name, and what measures it.
type Target = (&'static str, fn(&mut Table));

const ALL: [Target; 10] = [
    ("extract", extract::measure),
    ("meaning", meaning::measure),
    ("survival", survival::measure),
    ("delays", delays::measure),
    ("visit", visit::measure),
    ("alert", alert::measure),
    ("outbox", outbox::measure),
    ("load", load::measure),
    ("disk", disk::measure),
    ("web", web::measure),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [mode, rest @ ..] = arguments.as_slice()
        && mode == baseline::MODE
    {
        baseline::run(rest);
        return ExitCode::SUCCESS;
    }
    if arguments == [extract::MODE] {
        extract::run();
        return ExitCode::SUCCESS;
    }
    let mut table = Table::default();
    for (name, measure) in ALL {
        if arguments.is_empty() || arguments.iter().any(|argument| argument == name) {
            let began = Instant::now();
            measure(&mut table);
            println!("{name} took {:.0} s\n", began.elapsed().as_secs_f64());
        }
    }
    if table.is_met() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
