//! The documents: what they tell a newcomer to write works as it stands.

use std::process::Command;

const README: &str = include_str!("../../../README.md");

/// The fenced blocks of a language in a text.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let fence = format!("```{language}\n");
    text.split(fence.as_str()).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn the_watch_lists_of_the_readme_pass_check() {
    let lists = blocks(README, "toml");
    assert_eq!(lists.len(), 2, "one in each language");
    for list in lists {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("watchlist.toml");
        std::fs::write(&file, list).expect("written");
        let checked = Command::new(env!("CARGO_BIN_EXE_veedor")).arg("check").arg(&file).env("HOME", folder.path()).output();
        let checked = checked.expect("it runs");
        assert!(checked.status.success(), "{list}\n{}", String::from_utf8_lossy(&checked.stderr));
    }
}

#[test]
fn both_halves_of_the_readme_have_the_same_sections() {
    let (english, spanish) = README.split_once("## Español").expect("two halves");
    let count = |half: &str, sign: &str| half.matches(sign).count();
    assert_eq!(count(english, "\n## "), count(spanish, "\n### "));
    for sign in ["](", "\n| ", "```"] {
        // The English half opens with a link to the Spanish one and one to itself is not needed.
        let extra = usize::from(sign == "](");
        assert_eq!(count(english, sign) - extra, count(spanish, sign), "{sign:?} is not as often in both");
    }
    let help = Command::new(env!("CARGO_BIN_EXE_veedor")).arg("--help").output().expect("it runs");
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let (_, table) = help.split_once("Exit codes:").expect("the table of exit codes");
    let codes: Vec<&str> = table.split_whitespace().filter(|word| word.parse::<u8>().is_ok()).collect();
    assert!(codes.len() >= 9, "{table}");
    for half in [english, spanish] {
        let listed: Vec<&str> = half.split_whitespace().collect();
        assert!(codes.iter().all(|code| listed.contains(code)), "an exit code is missing");
    }
}
