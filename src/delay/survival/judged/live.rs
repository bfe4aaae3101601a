//! Asks R anew, about data that it has not seen: skipped where `Rscript` or its package `survival` is not to be had.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::{compare, hold, ours};

/// How many datasets are asked about.
const SETS: u32 = 60;

/// Rows as in `data.csv` without the dataset: entry and exit in eighths of a day, or in days.
fn rows() -> impl Strategy<Value = Vec<String>> {
    let row = (0_u32..200, proptest::option::of(0_u32..200), 0_u8..4, proptest::option::of(0_u8..20), 1_u8..4);
    (proptest::collection::vec(row, 1..150), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(rows, whole, late, together)| {
        let day = move |eighths: u32| if whole { f64::from(eighths / 4) } else { f64::from(eighths) / 8.0 };
        let line = |(exit, entry, outcome, case, arm): (u32, Option<u32>, u8, Option<u8>, u8)| {
            let entry = entry.filter(|entry| late && day(*entry) < day(exit)).map_or("NA".to_owned(), |entry| day(entry).to_string());
            let case = case.filter(|_| together).map_or("NA".to_owned(), |case| case.to_string());
            format!("{entry},{},{outcome},{case},{arm}", day(exit))
        };
        rows.into_iter().map(line).collect()
    })
}

#[test]
fn r_says_the_same_of_data_it_has_not_seen() {
    // The operator of the test may name another.
    let rscript = std::env::var("VEEDOR_TEST_RSCRIPT").unwrap_or_else(|_| "Rscript".to_owned());
    let has = Command::new(&rscript).args(["-e", "if (!requireNamespace('survival', quietly = TRUE)) quit(status = 1)"]).output();
    if !has.is_ok_and(|asked| asked.status.success()) {
        eprintln!(
            "skipped: R and its package survival are not here (apt-get install r-base-core r-cran-survival); its answers of old were held"
        );
        return;
    }
    let mut runner = TestRunner::default();
    let mut data = "dataset,entry,exit,outcome,case,arm\n".to_owned();
    for set in 1..=SETS {
        for row in rows().new_tree(&mut runner).expect("rows").current() {
            writeln!(data, "{set},{row}").expect("memory");
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("data.csv");
    std::fs::write(&file, &data).expect("written");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/survival.R");
    let asked = Command::new(&rscript).arg(script).arg("answer").arg(&file).output().expect("it starts");
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    let verdict = compare(&data, &String::from_utf8_lossy(&asked.stdout), &ours());
    if !verdict.differences.is_empty() {
        let kept = folder.keep();
        eprintln!("the data are kept in {}", kept.display());
    }
    hold(&verdict);
}
