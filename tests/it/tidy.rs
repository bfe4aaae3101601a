//! The edges of ARCHITECTURE.md, held: layers, module docs, file length, names, and where the few dangerous things stand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Who may use whom (ARCHITECTURE.md, "Layers"). `*` means everything.
const LAYERS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("diag", &[]),
    ("wire", &["domain", "diag"]),
    ("days", &["domain", "diag"]),
    ("recipe", &["domain", "diag", "wire"]),
    ("meaning", &["domain", "diag", "wire", "days"]),
    ("delay", &["domain", "diag", "wire", "days", "meaning"]),
    ("message", &["domain"]),
    ("clock", &[]),
    ("failpoint", &[]),
    ("process", &[]),
    ("credentials", &["domain"]),
    ("metrics", &[]),
    ("logging", &[]),
    ("config", &["domain", "diag", "recipe", "meaning", "days", "delay"]),
    ("ask", &["domain", "diag"]),
    ("control", &["domain", "clock"]),
    ("fetch", &["domain", "clock", "metrics"]),
    ("store", &["domain", "wire", "failpoint"]),
    ("notify", &["domain", "message", "wire", "config", "fetch", "process"]),
    ("web", &["domain", "message", "wire", "ask", "store", "control", "metrics", "config", "clock", "credentials"]),
    ("daemon", &["*", "!cli"]),
    ("cli", &["*"]),
];

/// Names that say nothing (house rule).
const FORBIDDEN_NAMES: &[&str] =
    &["utils", "helpers", "common", "types", "models", "traits", "constants", "context", "manager", "util", "helper"];

/// Without the tests in it.
const LONGEST: usize = 450;

/// Half of the files are no longer than this …
const MEDIAN: usize = 160;

/// … and nine of ten no longer than this.
const NINE_OF_TEN: usize = 300;

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

    /// What is compiled for tests only.
    fn tests(&self) -> &str {
        if self.test_only {
            return &self.text;
        }
        self.text.split_once("#[cfg(test)]\n").map_or("", |(_, tests)| tests)
    }

    /// The modules of this crate that the production code names, in whatever form of import.
    fn uses(&self) -> Vec<String> {
        let code = self.code();
        let mut found = Vec::new();
        for rest in code.split("crate::").skip(1) {
            match rest.strip_prefix('{') {
                Some(group) => found.extend(members(group)),
                None => found.push(word(rest)),
            }
        }
        found
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

/// The identifier that a text begins with.
fn word(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first words of the members of a group `a, b::{c, d}, e}` whose opening brace is behind us.
fn members(group: &str) -> Vec<String> {
    let (mut depth, mut member, mut found) = (0, String::new(), Vec::new());
    for c in group.chars() {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => found.push(word(&std::mem::take(&mut member))),
            '{' => depth += 1,
            '}' => depth -= 1,
            _ if depth == 0 => member.push(c),
            _ => {}
        }
    }
    found.push(word(&member));
    found.retain(|name| !name.is_empty());
    found
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
                // What the fuzzer compiles besides stands in no release.
                let text = std::fs::read_to_string(&path).expect("a source file").replace("#[cfg(any(test, fuzzing))]", "#[cfg(test)]");
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
        match module.as_str() {
            "lib" => continue,
            "main" => {
                let other = file.code().split("veedor::").skip(1).map(word).find(|used| used != "cli");
                broken.extend(other.map(|used| format!("{}: main may not use {used}", file.path)));
                continue;
            }
            _ => {}
        }
        let used_here = file.uses();
        let Some(allowed) = layers.get(module.as_str()) else {
            broken.push(format!("{}: the module {module} has no place in the table of layers", file.path));
            continue;
        };
        for used in &names {
            let free =
                *used == module || allowed.contains(used) || (allowed.contains(&"*") && !allowed.contains(&format!("!{used}").as_str()));
            if !free && used_here.iter().any(|name| name == used) {
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
fn most_files_are_shorter_still() {
    let mut lengths: Vec<usize> = sources().iter().filter(|file| !file.test_only).map(|file| file.production().lines().count()).collect();
    lengths.sort_unstable();
    let (median, nine_of_ten) = (lengths[lengths.len() / 2], lengths[lengths.len() * 9 / 10]);
    assert!(median <= MEDIAN, "half of the files have more than {median} lines without their tests; {MEDIAN} is the bound");
    assert!(nine_of_ten <= NINE_OF_TEN, "a tenth of the files has more than {nine_of_ten} lines; {NINE_OF_TEN} is the bound");
}

#[test]
fn no_name_says_nothing() {
    let empty = |path: &str| path.split(['/', '.']).any(|part| FORBIDDEN_NAMES.contains(&part));
    let catch_all = |path: &str| matches!(path, "src/error.rs" | "src/errors.rs");
    let broken = sources().iter().filter(|file| empty(&file.path) || catch_all(&file.path)).map(|file| file.path.clone()).collect();
    fail_with("names that say nothing, or errors of the whole crate", broken);
}

/// (what, the text that betrays it, the only places that may hold it, among which layers; empty means all)
const ONLY_IN: &[(&str, &str, &[&str], &[&str])] = &[
    ("spawns", "tokio::spawn(", &[], &[]),
    ("spawns", "task::spawn(", &[], &[]),
    ("spawns", "spawn_local(", &[], &[]),
    ("spawns", "thread::Builder", &["src/store/writer.rs", "src/daemon/supervise.rs"], &[]),
    // Blocking work that is awaited where it is begun: it cannot outlive its caller, and its panic is an error there.
    (
        "leaves the async threads",
        "spawn_blocking(",
        &["src/store/pulse.rs", "src/daemon/mod.rs", "src/daemon/reload.rs", "src/daemon/answers/upkeep.rs"],
        &[],
    ),
    ("leaves the async threads", "block_in_place(", &[], &[]),
    // Each is a wait that the documents promise: a loop's tick, a pause between requests, a grace, the lock of sled.
    (
        "sleeps",
        "sleep(",
        &[
            "src/daemon/ask.rs",
            "src/daemon/deliver.rs",
            "src/daemon/poll.rs",
            "src/daemon/socket.rs",
            "src/web/",
            "src/fetch/host.rs",
            "src/cli/demo/",
            "src/store/open.rs",
            "src/store/trial.rs",
        ],
        &[],
    ),
    // `process.rs` starts operators' programs: each is awaited there, and killed with all that it started.
    ("spawns", ".spawn(", &["src/daemon/supervise.rs", "src/process.rs", "src/store/writer.rs", "src/store/trial.rs"], &[]),
    ("spawns", "thread::spawn(", &[], &[]),
    ("reads the wall clock", "Timestamp::now()", &["src/clock.rs"], &[]),
    ("reads the wall clock", "SystemTime::now()", &["src/clock.rs"], &[]),
    ("ends the process", "process::exit", &[], &[]),
    ("ends the process", "process::abort", &["src/failpoint.rs"], &[]),
    ("is unsafe", "unsafe ", &["src/store/durability.rs"], &[]),
    // The allocator finds its settings by a name.
    ("is unsafe", "unsafe(", &["src/store/durability.rs", "src/main.rs"], &[]),
    // The only way out of the parser of HTML and of a reading that became too much; and a panic in blocking work is handed on.
    ("may panic", "resume_unwind(", &["src/recipe/bounds.rs", "src/recipe/budget.rs", "src/store/pulse.rs"], &[]),
    ("awaits", ".await", &[], &["domain", "diag", "days", "recipe", "meaning", "message", "wire", "delay"]),
    ("logs", "tracing::", &[], &["domain", "diag", "days", "recipe", "meaning", "message", "wire", "delay"]),
    ("opens files", "std::fs", &[], &["domain", "diag", "days", "recipe", "meaning", "message", "wire", "delay"]),
    // What is worded is `Shown`, which only `domain/shown.rs` makes: an event of the store cannot go around the privacy of its case.
    ("words an event as it is stored", ": &Event,", &[], &["message"]),
    ("words an event as it is stored", ": &Event)", &[], &["message"]),
    ("words events as they are stored", "[Event]", &[], &["message"]),
    ("is serialised", "serde::", &[], &["domain"]),
    // It panics when nobody reads; `cli::print` does not.
    ("prints", "println!", &[], &[]),
    ("prints", "print!(", &[], &[]),
    ("debugs", "dbg!", &[], &[]),
    ("is unfinished", "todo!(", &[], &[]),
    ("is unfinished", "unimplemented!(", &[], &[]),
    ("unwraps", ".unwrap()", &[], &[]),
    // Fixed patterns and files that are compiled in: a test compiles each of them.
    ("may panic", ".expect(", &["src/domain/redact.rs", "src/meaning/mod.rs"], &[]),
    ("may panic", "panic!(", &[], &[]),
    ("may panic", "unreachable!(", &[], &[]),
];

#[test]
fn the_dangerous_things_stand_where_they_may() {
    let mut broken = Vec::new();
    for file in sources() {
        let code = file.code();
        for (what, sign, places, layers) in ONLY_IN {
            let allowed = places.iter().any(|place| file.path.starts_with(place));
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

/// A court that is slow on script; nothing waits for it to be so.
const SLOW_ON_PURPOSE: &[&str] = &["src/fetch/tests/court.rs"];

#[test]
fn the_test_script_refuses_a_word_that_it_does_not_know() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("test");
    let refused = std::process::Command::new("bash").arg(script).arg("quik").output().expect("bash runs");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!((refused.status.code(), said.contains("./test quick")), (Some(2), true), "{said}");
}

#[test]
fn no_test_is_ignored_or_sleeps() {
    let ignored = ["#[", "ignore"].concat();
    let sleeps = ["sle", "ep("].concat();
    let mut tests: Vec<(String, String)> = sources().iter().map(|file| (file.path.clone(), file.tests().to_owned())).collect();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the tests can be read") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("tidy.rs") {
                let text = std::fs::read_to_string(&path).expect("a test file");
                tests.push((path.display().to_string(), text));
            }
        }
    }
    let mut broken = Vec::new();
    for (path, text) in tests {
        let slow = SLOW_ON_PURPOSE.contains(&path.as_str());
        let signs = [&ignored, &sleeps].into_iter().filter(|sign| text.contains(sign.as_str()) && !(slow && **sign == sleeps));
        broken.extend(signs.map(|sign| format!("{path}: {sign}")));
    }
    fail_with("tests that are ignored, or that sleep to synchronise", broken);
}

#[test]
fn the_reader_of_imports_sees_through_groups() {
    let used = |text: &str| File { path: "src/x.rs".into(), text: text.to_owned(), test_only: false }.uses();
    assert_eq!(used("use crate::store::Store;\nlet x = crate::clock::now();"), ["store", "clock"]);
    assert_eq!(used("use crate::{\n    message, wire::{docket, event},\n    store as kept,\n};"), ["message", "wire", "store"]);
    assert!(used("#[cfg(test)]\nmod tests {\n    use crate::store::Store;\n}").is_empty());
}
