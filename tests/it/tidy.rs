//! The edges of ARCHITECTURE.md, held: layers, module docs, file length, names, and where the few dangerous things stand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Who may use whom (ARCHITECTURE.md, "Layers"). `*` means everything.
const LAYERS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("diag", &[]),
    ("wire", &["domain", "diag"]),
    ("recipe", &["domain", "diag"]),
    ("meaning", &["domain", "diag", "wire"]),
    ("message", &["domain"]),
    ("clock", &[]),
    ("failpoint", &[]),
    ("metrics", &[]),
    ("logging", &[]),
    ("config", &["domain", "diag", "recipe", "meaning"]),
    ("control", &["domain", "clock"]),
    ("fetch", &["domain", "clock", "metrics"]),
    ("store", &["domain", "wire", "failpoint"]),
    ("notify", &["domain", "message", "wire", "config", "fetch"]),
    ("web", &["domain", "message", "store", "control", "metrics", "config"]),
    ("daemon", &["*", "!cli"]),
    ("cli", &["*"]),
];

/// Names that say nothing (house rule).
const FORBIDDEN_NAMES: &[&str] =
    &["utils", "helpers", "common", "types", "models", "traits", "constants", "context", "manager", "util", "helper"];

/// Without the tests in it.
const LONGEST: usize = 450;

struct File {
    path: String,
    text: String,
    /// Compiled for tests only: declared under `#[cfg(test)]`, or in a folder that is.
    test_only: bool,
}

impl File {
    fn module(&self) -> &str {
        let inner = self.path.strip_prefix("src/").unwrap_or(&self.path);
        inner.split(['/', '.']).next().unwrap_or_default()
    }

    /// The code without its test module, and without the declarations of test-only files.
    fn production(&self) -> String {
        if self.test_only {
            return String::new();
        }
        let own = self.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let text = own.split("#[cfg(test)]\npub mod tests {").next().unwrap_or_default();
        let mut lines = Vec::new();
        let mut all = text.lines().peekable();
        while let Some(line) = all.next() {
            if line == "#[cfg(test)]" && all.peek().is_some_and(|next| next.ends_with(';') && next.contains("mod ")) {
                all.next();
            } else {
                lines.push(line);
            }
        }
        lines.join("\n")
    }

    /// The stems of the files that this one declares for tests only.
    fn test_files(&self) -> Vec<String> {
        let folder = match self.path.strip_suffix("/mod.rs") {
            Some(folder) => folder,
            None => self.path.strip_suffix(".rs").unwrap_or(&self.path),
        };
        let declared = self.text.split("#[cfg(test)]\n").skip(1).filter_map(|rest| rest.lines().next());
        declared.filter_map(|line| line.strip_suffix(';')?.rsplit("mod ").next()).map(|name| format!("{folder}/{name}")).collect()
    }

    /// The production code without comments.
    fn code(&self) -> String {
        self.production().lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
    }
}

fn sources() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the source tree can be read") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source file");
                let path = path.strip_prefix(root).expect("below the root").display().to_string();
                files.push(File { path, text, test_only: false });
            }
        }
    }
    assert!(files.len() > 50, "only {} files found; is this the right folder?", files.len());
    let stems: Vec<String> = files.iter().flat_map(File::test_files).collect();
    for file in &mut files {
        file.test_only = stems.iter().any(|stem| file.path == format!("{stem}.rs") || file.path.starts_with(&format!("{stem}/")));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn fail_with(what: &str, broken: Vec<String>) {
    assert!(broken.is_empty(), "{what}:\n  {}", broken.join("\n  "));
}

#[test]
fn modules_use_only_the_layers_below_them() {
    let layers: BTreeMap<&str, &[&str]> = LAYERS.iter().copied().collect();
    let names: Vec<&str> = layers.keys().copied().collect();
    let mut broken = Vec::new();
    for file in sources() {
        let module = file.module().to_owned();
        if matches!(module.as_str(), "lib" | "main") {
            continue;
        }
        let Some(allowed) = layers.get(module.as_str()) else {
            broken.push(format!("{}: the module {module} has no place in the table of layers", file.path));
            continue;
        };
        for used in &names {
            let free =
                *used == module || allowed.contains(used) || (allowed.contains(&"*") && !allowed.contains(&format!("!{used}").as_str()));
            if !free && file.code().contains(&format!("crate::{used}")) {
                broken.push(format!("{}: {module} may not use {used}", file.path));
            }
        }
    }
    fail_with("edges that ARCHITECTURE.md does not have", broken);
}

#[test]
fn every_file_says_what_it_is() {
    let broken = sources().iter().filter(|file| !file.text.starts_with("//! ")).map(|file| file.path.clone()).collect();
    fail_with("files without module docs", broken);
}

#[test]
fn files_stay_short() {
    let lengths = sources()
        .iter()
        .map(|file| (file.production().lines().count(), file.path.clone()))
        .filter(|(lines, _)| *lines > LONGEST)
        .collect::<Vec<_>>();
    fail_with(
        &format!("files over {LONGEST} lines without their tests"),
        lengths.iter().map(|(lines, path)| format!("{path}: {lines}")).collect(),
    );
}

#[test]
fn no_name_says_nothing() {
    let empty = |path: &str| path.split(['/', '.']).any(|part| FORBIDDEN_NAMES.contains(&part));
    fail_with("names that say nothing", sources().iter().filter(|file| empty(&file.path)).map(|file| file.path.clone()).collect());
}

/// (what, the text that betrays it, the only places that may hold it, among which layers; empty means all)
const ONLY_IN: &[(&str, &str, &[&str], &[&str])] = &[
    ("spawns", "tokio::spawn(", &[], &[]),
    ("spawns", ".spawn(", &["src/daemon/supervise.rs", "src/store/writer.rs", "src/store/trial.rs"], &[]),
    ("spawns", "thread::spawn(", &[], &[]),
    ("reads the wall clock", "Timestamp::now()", &["src/clock.rs"], &[]),
    ("reads the wall clock", "SystemTime::now()", &["src/clock.rs"], &[]),
    ("ends the process", "process::exit", &[], &[]),
    ("ends the process", "process::abort", &["src/failpoint.rs"], &[]),
    ("is unsafe", "unsafe ", &["src/store/durability.rs"], &[]),
    ("awaits", ".await", &[], &["domain", "diag", "recipe", "meaning", "message", "wire"]),
    ("logs", "tracing::", &[], &["domain", "diag", "recipe", "meaning", "message", "wire"]),
    ("opens files", "std::fs", &[], &["domain", "diag", "recipe", "meaning", "message", "wire"]),
    ("is serialised", "serde::", &[], &["domain"]),
    ("prints", "println!", &["src/cli/"], &[]),
    ("debugs", "dbg!", &[], &[]),
    ("is unfinished", "todo!(", &[], &[]),
    ("is unfinished", "unimplemented!(", &[], &[]),
    ("unwraps", ".unwrap()", &[], &[]),
];

#[test]
fn the_dangerous_things_stand_where_they_may() {
    let mut broken = Vec::new();
    for file in sources() {
        let code = file.code();
        for (what, sign, places, layers) in ONLY_IN {
            let allowed = places.iter().any(|place| file.path.starts_with(place)) || file.path == "src/main.rs";
            let concerned = layers.is_empty() || layers.contains(&file.module());
            if concerned && !allowed && code.contains(sign) {
                broken.push(format!("{}: {what} ({sign})", file.path));
            }
        }
    }
    fail_with("things that stand in the wrong place", broken);
}

#[test]
fn tests_stand_at_the_end_of_their_file() {
    let early = |file: &File| file.production().contains("#[cfg(test)]");
    fail_with("test code among production code", sources().iter().filter(|file| early(file)).map(|file| file.path.clone()).collect());
}

#[test]
fn no_test_is_ignored_or_sleeps() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let mut broken = Vec::new();
    let ignored = ["#[", "ignore"].concat();
    let sleeps = ["thread::", "sleep("].concat();
    for folder in [root.clone(), root.join("world"), root.join("stories")] {
        for entry in std::fs::read_dir(folder).expect("the tests can be read") {
            let path = entry.expect("an entry").path();
            if path.is_file() {
                let text = std::fs::read_to_string(&path).expect("a test file");
                broken.extend(
                    [&ignored, &sleeps]
                        .into_iter()
                        .filter(|sign| text.contains(sign.as_str()))
                        .map(|sign| format!("{}: {sign}", path.display())),
                );
            }
        }
    }
    fail_with("tests that are ignored, or that sleep to synchronise", broken);
}
