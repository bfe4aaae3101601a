//! The binary: reads the command line, runs the command, ends with its exit code. All else is in the library.

use std::process::ExitCode;

use clap::Parser;
use tikv_jemallocator::Jemalloc;
use veedor::cli::{Cli, run};

/// Gives back what reading a large watch list took: with glibc's, a hundred thousand cases keep the 570 MB of their TOML
/// document resident for good (docs/benchmarks.md).
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// What is free is given back after one second instead of ten: pages of many megabytes come and go, and what they left would add up.
#[expect(unsafe_code, reason = "the allocator finds its settings under this name, and it alone has a symbol like it")]
#[unsafe(export_name = "_rjem_malloc_conf")]
pub static SETTINGS: &[u8; 37] = b"dirty_decay_ms:1000,muzzy_decay_ms:0\0";

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
