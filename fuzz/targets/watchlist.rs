//! Whatever stands in a watch list: it loads, or every mistake has its place; no file that it names is followed out of its folder.

#![no_main]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use veedor::config::Config;

thread_local! {
    static FOLDER: RefCell<Option<tempfile::TempDir>> = const { RefCell::new(None) };
}

fuzz_target!(|text: &str| {
    FOLDER.with_borrow_mut(|folder| {
        let folder = folder.get_or_insert_with(|| tempfile::tempdir().expect("a folder"));
        let path = folder.path().join("watchlist.toml");
        std::fs::write(&path, text).expect("written");
        if let Err(problems) = Config::load_without_secrets(&path) {
            assert!(!problems.is_empty(), "a list is refused without a reason");
            problems.iter().for_each(|problem| drop(problem.to_string()));
        }
    });
});
