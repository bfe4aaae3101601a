//! The binary: reads the command line, runs the command, ends with its exit code. All else is in the library.

use std::process::ExitCode;

use clap::Parser;
use tikv_jemallocator::Jemalloc;
use veedor::cli::{Cli, run};

/// Gives back what reading a large watch list took: with glibc's, a hundred thousand cases keep the 570 MB of their TOML
/// document resident for good (docs/benchmarks.md).
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // `--help` and `--version` come out here too, as errors with exit code 0.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    run(cli).into()
}
