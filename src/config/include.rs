//! Reads the files of the configuration: the watch list and what its `include` patterns find.
//!
//! Also used for operators' recipes. It reads text and parses nothing.

use std::path::{Path, PathBuf};

use crate::diag::{self, At, Problem, Sink};

use super::masked;
use super::scope::Scope;

/// A file of the configuration.
#[derive(Debug)]
pub(super) struct Text {
    /// Where it is.
    pub path: PathBuf,
    /// Its name in problems.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// What a file would say after an edit, to see whether it would still load.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draft<'d> {
    /// The file.
    pub path: &'d Path,
    /// What it would say.
    pub text: &'d str,
}

/// Reads one file.
pub(super) fn read(path: &Path, draft: Option<Draft<'_>>) -> Result<Text, Problem> {
    let name = path.display().to_string();
    if let Some(draft) = draft
        && draft.path == path
    {
        return Ok(Text { path: path.to_owned(), name, text: draft.text.to_owned() });
    }
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, &name, &error))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Text { path: path.to_owned(), name, text }),
        Err(error) => Err(not_text(&name, &error)),
    }
}

/// Syntax errors in the files that a main file with an error of its own names, so that one does not hide the others.
pub(super) fn syntax_around(main: &Text, draft: Option<Draft<'_>>) -> Vec<Problem> {
    let folder = main.path.parent().unwrap_or(Path::new(""));
    let line =
        main.text.lines().find(|line| line.trim_start().strip_prefix("include").is_some_and(|rest| rest.trim_start().starts_with('=')));
    let alone = line.and_then(|line| line.parse::<toml_edit::DocumentMut>().ok());
    let Some(item) = alone.as_ref().and_then(|document| document.get("include")) else { return Vec::new() };
    let patterns = item.as_str().into_iter().chain(item.as_array().into_iter().flatten().filter_map(|value| value.as_str()));
    let paths = patterns.filter_map(|pattern| glob(&folder.join(pattern)).ok()).flatten().filter(|path| *path != main.path);
    let texts: Vec<Text> = paths.filter_map(|path| read(&path, draft).ok()).collect();
    let problems = texts.iter().flat_map(|text| {
        let sink = Sink::new(&text.name, &text.text);
        diag::parse(&sink);
        masked(sink.into_problems(), &text.text)
    });
    problems.collect()
}

fn unreadable(path: &Path, name: &str, error: &std::io::Error) -> Problem {
    if path.is_dir() {
        let help = format!("name the file in it, such as {}", path.join("watchlist.toml").display());
        return Problem::of_file(name, "this is a folder, not a file", Some(help));
    }
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            let help = "name another with -c, or start from the watchlist.toml that comes with veedor";
            Problem::of_file(name, "there is no such file", Some(help.to_owned()))
        }
        _ => Problem::of_file(name, format!("it cannot be read: {error}"), Some("veedor's user must be able to read it".to_owned())),
    }
}

fn not_text(name: &str, error: &std::string::FromUtf8Error) -> Problem {
    // The bytes before the first bad one are the same in the lossy text, so the place holds there too.
    let at = error.utf8_error().valid_up_to();
    let lossy = String::from_utf8_lossy(error.as_bytes());
    let byte = error.as_bytes().get(at).copied().unwrap_or_default();
    let sink = Sink::new(name, &lossy);
    let help = "save the file as UTF-8 (editors offer it as \"Encoding\" or \"Codificación\")";
    sink.report(Some(at..at), format!("this is not UTF-8 text: byte 0x{byte:02X}"), Some(help.to_owned()));
    masked(sink.into_problems(), &lossy).remove(0)
}

/// The files that the `include` patterns find, in the order of the patterns and sorted within each; the main file and
/// repetitions are left out. A pattern that finds nothing is fine.
pub(super) fn files(patterns: Vec<At<String>>, main: &Path, scope: &Scope<'_>) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for pattern in patterns {
        let Some(path) = scope.path(&pattern) else { continue };
        match glob(&path) {
            Ok(paths) => {
                for path in paths {
                    if path != main && !found.contains(&path) {
                        found.push(path);
                    }
                }
            }
            Err(why) => scope.error(pattern.span, why, "write a file or a pattern such as \"watch.d/*.toml\""),
        }
    }
    found
}

/// The files that a pattern finds: `*` in the last component stands for any characters. Hidden files only when the
/// pattern begins with a dot, as in a shell; so that a half-written file is never read.
pub(super) fn glob(pattern: &Path) -> Result<Vec<PathBuf>, String> {
    let (Some(folder), Some(last)) = (pattern.parent(), pattern.file_name().and_then(|name| name.to_str())) else {
        return Err(format!("\"{}\" names no file", pattern.display()));
    };
    if folder.to_string_lossy().contains('*') {
        return Err("a * may stand in the last part only".to_owned());
    }
    if !last.contains('*') {
        return Ok(if pattern.is_file() { vec![pattern.to_owned()] } else { Vec::new() });
    }
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = match std::fs::read_dir(here) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("the folder {} cannot be read: {error}", here.display())),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| format!("the folder {} cannot be read: {error}", here.display()))?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let hidden = name.starts_with('.') && !last.starts_with('.');
        if !hidden && matches(last, name) && folder.join(name).is_file() {
            paths.push(folder.join(name));
        }
    }
    paths.sort();
    Ok(paths)
}

/// Whether a name fits a pattern in which `*` stands for any characters.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, name, expected) in [
            ("*.toml", "a.toml", true),
            ("*.toml", ".toml", true),
            ("*.toml", "a.toml~", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b", "ab", true),
            ("a*a", "a", false),
            ("ñ*", "ñandú", true),
            ("a", "a", true),
            ("a", "ab", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn a_pattern_finds_sorted_files_and_nothing_hidden() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["b.toml", "a.toml", ".watchlist.toml", "c.txt"] {
            std::fs::write(folder.path().join(name), "").expect("written");
        }
        std::fs::create_dir(folder.path().join("d.toml")).expect("made");
        let found = glob(&folder.path().join("*.toml")).expect("readable");
        assert_eq!(found, [folder.path().join("a.toml"), folder.path().join("b.toml")]);
        assert_eq!(glob(&folder.path().join("none/*.toml")), Ok(Vec::new()));
        assert!(glob(&folder.path().join("*/x.toml")).is_err());
    }
}
