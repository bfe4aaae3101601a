//! For the fuzzer, and for the test that replays what it found: any watch list.

use std::path::Path;

use super::edit::{EditError, NewCase, add_cases, remove_case};
use super::include::Draft;
use super::{ASKING, Config, examine};

/// A watch list loads, or every mistake has its place. One that loads says the same again, and takes a case that is added and removed with
/// everything else as it was.
pub fn watch_list(text: &str) {
    let path = Path::new("/nonexistent/watchlist.toml");
    let load = || examine(path, Some(Draft { path, text }), ASKING).and_then(super::Examined::into_loaded);
    let config = match load() {
        Ok(loaded) => loaded.config,
        Err(problems) => {
            assert!(!problems.is_empty(), "a list is refused without a reason");
            let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
            let again = load().err().map(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>());
            assert_eq!(Some(&said), again.as_ref(), "the same list has the same mistakes");
            return;
        }
    };
    let again = load().map(|loaded| loaded.config);
    assert!(again.is_ok_and(|again| says_the_same(&config, &again)), "the same list is the same configuration");
    let folder = std::env::temp_dir().join(format!("veedor-watchlist-{}", std::process::id()));
    if std::fs::create_dir_all(&folder).is_ok() {
        edited(text, &folder.join("watchlist.toml"));
        let _ = std::fs::remove_dir_all(&folder);
    }
}

fn edited(text: &str, path: &Path) {
    if std::fs::write(path, text).is_err() {
        return;
    }
    // What it includes is relative to where it stands.
    let Ok(config) = Config::load_without_secrets(path) else { return };
    let new = NewCase { source: "ec-esatje".into(), number: "17721-2019-00099".into(), ..NewCase::default() };
    let Ok(added) = add_cases(path, &[new]) else { return };
    let [case] = added.added.as_slice() else { return };
    let with = Config::load_without_secrets(path);
    assert!(with.is_ok_and(|with| with.config.watch(case).is_some()), "the case that was added is not watched");
    match remove_case(path, case) {
        // The disk of the fuzzer's machine is full.
        Err(EditError::Write { .. }) => return,
        removed => assert!(removed.is_ok(), "the case that was added cannot be removed: {removed:?}"),
    }
    let without = Config::load_without_secrets(path);
    assert!(without.is_ok_and(|without| says_the_same(&config.config, &without.config)), "adding and removing a case changed another");
}

/// Whether two configurations watch the same cases for the same channels. Addresses of files differ between two places.
fn says_the_same(a: &Config, b: &Config) -> bool {
    format!("{:?}", (&a.cases, &a.channels, &a.smtp, &a.zone)) == format!("{:?}", (&b.cases, &b.channels, &b.smtp, &b.zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_were_ever_troublesome() {
        let shipped = include_str!("../../watchlist.toml");
        let switched_on: String = shipped
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(rest) if rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '[') => format!("{rest}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        let mut seeds = vec![shipped.as_bytes().to_vec(), switched_on.as_bytes().to_vec()];
        // Each part of it by itself, with what every list needs.
        let least = "[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2019-00029G\"\n";
        seeds.push(least.as_bytes().to_vec());
        seeds.extend(switched_on.split("\n\n").filter(|part| part.contains('=')).map(|part| format!("{least}\n{part}\n").into_bytes()));
        let loads = |seed: &[u8]| {
            let text = String::from_utf8_lossy(seed);
            let path = Path::new("/nonexistent/watchlist.toml");
            examine(path, Some(Draft { path, text: &text }), ASKING).is_ok_and(|examined| examined.errors.is_empty())
        };
        assert!(seeds.iter().filter(|seed| loads(seed)).count() > 5, "few of the seeds are lists that load");
        crate::domain::seeds::replay("watchlist", seeds, |data| watch_list(&String::from_utf8_lossy(data)));
    }
}
