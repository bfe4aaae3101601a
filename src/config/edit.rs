//! Edits of the watch list that keep everything else as it stands, byte for byte: `veedor add`, `remove`, `import --csv`.
//!
//! `toml_edit` says where a case stands; the text around it is not written anew. Nothing is written unless the result
//! loads and says the same of everything else. The daemon is not told: it reads the file again when it is asked to.

use std::path::{Path, PathBuf};

use toml_edit::{Array, Document, Item, Table, value};

use crate::diag::{Problem, Sink, parse};
use crate::domain::case::CaseRef;
use crate::domain::sentence;
use crate::recipe::{is_described, walled_site};

use super::include::{self, Draft};
use super::replace::{create_file, replace_file};
use super::source::suggest;
use super::spot;
use super::{ASKING, Channel, Config, examine, masked};

/// A case to add.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewCase {
    /// The source's id.
    pub source: String,
    /// The number as typed.
    pub number: String,
    /// A nickname.
    pub name: Option<String>,
    /// Tags.
    pub tags: Vec<String>,
}

/// What came of adding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Added {
    /// The cases that are new in the file.
    pub added: Vec<CaseRef>,
    /// Those that were watched already; nothing was changed for them.
    pub already: Vec<CaseRef>,
}

/// A row that cannot be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The row, from 0.
    pub row: usize,
    /// Why, in one sentence.
    pub why: String,
    /// What to do.
    pub help: Option<String>,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.why)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, "; {help}"))
    }
}

/// Why nothing was written.
#[derive(Debug)]
pub enum EditError {
    /// Rows that cannot be added, all of them.
    Refused(Vec<Refused>),
    /// The configuration would not load, or does not load now.
    Invalid(Vec<Problem>),
    /// No file has this case.
    NotWatched(CaseRef),
    /// The file is written in a way that veedor does not edit.
    ByHand(String),
    /// The file could not be written.
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

impl std::fmt::Display for EditError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(rows) => {
                for (number, refused) in rows.iter().enumerate() {
                    let gap = if number > 0 { "\n" } else { "" };
                    write!(f, "{gap}{refused}")?;
                }
                Ok(())
            }
            Self::Invalid(problems) => {
                let problems: String = problems.iter().map(|problem| format!("\n{problem}")).collect();
                f.write_str(&sentence::WOULD_NOT_LOAD.with(&[&problems]))
            }
            Self::NotWatched(case) => write!(f, "no file watches {case}"),
            Self::ByHand(why) => f.write_str(&sentence::BY_HAND.with(&[why])),
            Self::Write { path, error } => f.write_str(&sentence::NOT_WRITTEN.with(&[&path.display(), error])),
        }
    }
}

impl std::error::Error for EditError {}

/// Adds cases to the main file, after the last one there; all of them or none. Cases that are watched already are left.
/// A file that is not there yet is made.
pub fn add_cases(path: &Path, rows: &[NewCase]) -> Result<Added, EditError> {
    let missing = path.try_exists().is_ok_and(|there| !there);
    let nothing = missing.then_some(Draft { path, text: "" });
    let before = examine(path, nothing, ASKING).map_err(EditError::Invalid)?.config;
    let (added, text) = write_rows(&before, rows)?;
    if added.added.is_empty() {
        return Ok(added);
    }
    let main = include::read(path, nothing).map_err(|problem| EditError::Invalid(vec![problem]))?;
    let document = parsed(&main.name, &main.text)?;
    let place = spot::place_for_new(&main.text, &document).map_err(EditError::ByHand)?;
    let new = spot::insert(&main.text, place, &text);
    check(&before, Draft { path, text: &new }, None, added.added.len())?;
    if missing {
        create_file(path, new.as_bytes()).map_err(|error| EditError::Write { path: path.to_owned(), error })?;
    } else {
        write(path, &main.text, &new)?;
    }
    Ok(added)
}

/// What came of removing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The file that had the case.
    pub file: PathBuf,
    /// Whether its lines stay as a comment, because the shipped guide to the options of a case hangs on them.
    pub switched_off: bool,
    /// How many cases are watched now.
    pub left: usize,
}

/// Removes a case from the file that has it, with the comment that stands right above it and the options that are switched
/// off below it. Where these are the guide of the shipped file, the case is switched off like them.
pub fn remove_case(path: &Path, case: &CaseRef) -> Result<Removed, EditError> {
    let before = examine(path, None, ASKING).map_err(EditError::Invalid)?.config;
    let mut listed = false;
    for file in &before.files {
        let Ok(held) = include::read(file, None) else { continue };
        let document = parsed(&held.name, &held.text)?;
        listed |= document.get("case").is_some_and(Item::is_value);
        let Some(table) = find(&document, case, &before) else { continue };
        let own = spot::extent(table).map_err(EditError::ByHand)?;
        let switched_off = spot::carries_guide(&held.text, own.end);
        let range = if switched_off { own } else { spot::with_comment(&held.text, own) };
        if spot::stands_between(&document, table, &range) {
            return Err(EditError::ByHand("the case's tables are mixed with others".to_owned()));
        }
        let kept = if switched_off { spot::switched_off(&held.text[range.clone()]) } else { String::new() };
        let new = format!("{}{kept}{}", &held.text[..range.start], &held.text[range.end..]);
        check(&before, Draft { path: file, text: &new }, Some(case), 0)?;
        write(file, &held.text, &new)?;
        return Ok(Removed { file: file.clone(), switched_off, left: before.cases.len().saturating_sub(1) });
    }
    if listed && before.watch(case).is_some() {
        return Err(EditError::ByHand("the cases are written as one list, not as [[case]] tables".to_owned()));
    }
    Err(EditError::NotWatched(case.clone()))
}

/// The rows that could not be added, without adding any.
pub fn refused(path: &Path, rows: &[NewCase]) -> Result<Vec<Refused>, EditError> {
    let missing = path.try_exists().is_ok_and(|there| !there);
    let nothing = missing.then_some(Draft { path, text: "" });
    let before = examine(path, nothing, ASKING).map_err(EditError::Invalid)?.config;
    match write_rows(&before, rows) {
        Err(EditError::Refused(refused)) => Ok(refused),
        other => other.map(|_| Vec::new()),
    }
}

/// The rows as text, each checked by its source's recipe.
fn write_rows(before: &Config, rows: &[NewCase]) -> Result<(Added, String), EditError> {
    let (mut added, mut refused, mut text) = (Added::default(), Vec::new(), String::new());
    let mut seen = std::collections::HashSet::new();
    for (row, new) in rows.iter().enumerate() {
        let id = new.source.trim();
        let Some(source) = before.source(id) else {
            let (why, help) = unknown(id, before);
            refused.push(Refused { row, why, help });
            continue;
        };
        match source.recipe.number(&new.number) {
            Err(why) => refused.push(Refused { row, why, help: None }),
            Ok(number) => {
                let case = CaseRef { source: id.to_owned(), number: number.compact };
                if before.watch(&case).is_some() || !seen.insert(case.clone()) {
                    added.already.push(case);
                } else {
                    text.push_str(&block(id, &number.canonical, new));
                    added.added.push(case);
                }
            }
        }
    }
    if refused.is_empty() { Ok((added, text)) } else { Err(EditError::Refused(refused)) }
}

fn unknown(id: &str, config: &Config) -> (String, Option<String>) {
    if id.is_empty() {
        return (sentence::NO_SOURCE.with(&[]), None);
    }
    if is_described(id) {
        let why = format!("a case with source = \"{id}\" needs a table of its own, which only the file can say");
        return (why, Some(format!("add it by hand; `veedor sources {id}` shows how")));
    }
    if let Some(site) = walled_site(id) {
        let (why, how) = site.refusal();
        return (why, Some(how));
    }
    let mut ids: Vec<&str> = config.sources.keys().map(String::as_str).collect();
    ids.sort_unstable();
    (sentence::UNKNOWN_SOURCE.with(&[&id, &""]), suggest(id, &ids))
}

fn block(source: &str, number: &str, new: &NewCase) -> String {
    let mut table = Table::new();
    table.insert("source", value(source));
    table.insert("number", value(number));
    if let Some(name) = new.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        table.insert("name", value(name));
    }
    let tags: Array = new.tags.iter().map(|tag| tag.trim()).filter(|tag| !tag.is_empty()).collect();
    if !tags.is_empty() {
        table.insert("tags", value(tags));
    }
    format!("\n[[case]]\n{table}")
}

fn parsed(name: &str, text: &str) -> Result<Document<String>, EditError> {
    let sink = Sink::new(name, text);
    match parse(&sink) {
        Some(document) => Ok(document),
        None => Err(EditError::Invalid(masked(sink.into_problems(), text))),
    }
}

/// The case's table in this file.
fn find<'d>(document: &'d Document<String>, case: &CaseRef, config: &Config) -> Option<&'d Table> {
    let recipe = &config.source_of(case)?.recipe;
    let text = |table: &Table, key: &str| table.get(key).and_then(Item::as_str).map(|text| text.trim().to_owned());
    document.get("case")?.as_array_of_tables()?.iter().find(|table| {
        text(table, "source").is_some_and(|source| source == case.source)
            && text(table, "number").and_then(|typed| recipe.number(&typed).ok()).is_some_and(|number| number.compact == case.number)
    })
}

/// The channels without the zone that they take from the cases: another case may give them another.
fn as_written(config: &Config) -> Vec<Channel> {
    let mut channels = config.channels.clone();
    for channel in channels.iter_mut().filter(|channel| channel.route.timing.zone == config.zone) {
        channel.route.timing.zone = jiff::tz::TimeZone::UTC;
    }
    channels
}

/// Holds that the edited file loads, and says the same of everything but the case in hand.
fn check(before: &Config, draft: Draft<'_>, removed: Option<&CaseRef>, added: usize) -> Result<(), EditError> {
    let examined = examine(&before.path, Some(draft), ASKING).map_err(EditError::Invalid)?;
    if !examined.errors.is_empty() {
        return Err(EditError::Invalid(examined.errors));
    }
    let after = examined.config;
    let kept = before.cases.iter().filter(|watch| removed != Some(&watch.case));
    let same_cases = kept.clone().all(|watch| after.watch(&watch.case) == Some(watch)) && after.cases.len() == kept.count() + added;
    if same_cases && as_written(&after) == as_written(before) && after.general == before.general && after.smtp == before.smtp {
        return Ok(());
    }
    Err(EditError::ByHand("the edit would change more than the case".to_owned()))
}

fn write(path: &Path, old: &str, new: &str) -> Result<(), EditError> {
    replace_file(path, old.as_bytes(), new.as_bytes()).map_err(|error| EditError::Write { path: path.to_owned(), error })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    const EXAMPLE: &str = include_str!("../../watchlist.toml");

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("w.toml");
        std::fs::write(&path, text).expect("written");
        (folder, path)
    }

    fn text(path: &Path) -> String {
        std::fs::read_to_string(path).expect("there")
    }

    fn row(number: &str) -> NewCase {
        NewCase { source: "ec-esatje".into(), number: number.into(), ..NewCase::default() }
    }

    fn case(number: &str) -> CaseRef {
        CaseRef { source: "ec-esatje".into(), number: number.into() }
    }

    #[test]
    fn an_added_case_stands_after_the_last_one_and_nothing_else_moves() {
        let state = "[veedor]\nstate_dir = \"/tmp/x\"\n";
        let first = "# who\n[[case]] # first\nsource = \"ec-esatje\"\nnumber = \"17721-2019-00029G\" # end\n";
        let new = "\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2017-00222\"\nname = 'El \"caso\"'\ntags = [\"a\", \"b\"]\n";
        let lists = [
            (
                format!("{first}#every = \"1h\"\n\n# next\n{state}"),
                format!("{first}#every = \"1h\"\n{}\n\n# next\n{state}", new.trim_end()),
            ),
            (format!("{first}# next\n{state}"), format!("{first}{new}\n# next\n{state}")),
            (format!("{state}\n{first}"), format!("{state}\n{first}{new}")),
            (format!("{state}\n{}", first.trim_end()), format!("{state}\n{first}{new}")),
            (state.to_owned(), format!("{state}{new}")),
            (String::new(), new.trim_start().to_owned()),
            ("# nothing yet".to_owned(), format!("# nothing yet\n{new}")),
        ];
        for (before, after) in lists {
            for (before, after) in [(before.clone(), after.clone()), (before.replace('\n', "\r\n"), after.replace('\n', "\r\n"))] {
                let (_folder, path) = file(&before);
                let case = NewCase { name: Some("El \"caso\"".into()), tags: vec!["a".into(), " b ".into()], ..row("17721 2017 00222") };
                let added = add_cases(&path, &[case]).unwrap_or_else(|error| panic!("{error}\n{before}"));
                assert_eq!(added.added.len(), 1);
                let expected = if before.contains('\n') || !after.contains('\r') { after } else { after.replace("\r\n", "\n") };
                assert_eq!(text(&path), expected, "{before}");
            }
        }
    }

    #[test]
    fn adding_and_removing_leaves_the_shipped_file_as_it_was() {
        let (_folder, path) = file(EXAMPLE);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("set");
        add_cases(&path, &[row("17721-2017-00222"), row("09124-2020-00001")]).expect("added");
        assert_eq!(Config::load(&path).expect("loads").config.cases.len(), 3);
        assert!(text(&path).contains("17721-2017-00222"));
        assert_eq!(remove_case(&path, &case("17721201700222")).expect("removed").file, path);
        remove_case(&path, &case("09124202000001")).expect("removed");
        assert_eq!(text(&path), EXAMPLE);
        assert_eq!(std::fs::metadata(&path).expect("there").mode() & 0o777, 0o640);
    }

    #[test]
    fn a_removed_case_takes_its_own_comment_and_its_tables_with_it() {
        let start = "# A heading.\n\n# The first.\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2019-00029G\"\ntags = [\n  \"a\",\n]\n\
                     [case.facts]\ndetained = true # yes\n\n# The second.\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2017-00222\"\n";
        let (_folder, path) = file(start);
        remove_case(&path, &case("17721201900029G")).expect("removed");
        assert_eq!(text(&path), "# A heading.\n\n# The second.\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2017-00222\"\n");
        let error = remove_case(&path, &case("17721201900029G")).expect_err("gone");
        assert_eq!(error.to_string(), "no file watches ec-esatje/17721201900029G");
    }

    #[test]
    fn the_only_case_of_the_shipped_file_is_switched_off_with_its_guide_kept() {
        let (_folder, path) = file(EXAMPLE);
        let removed = remove_case(&path, &case("17721201900029G")).expect("removed");
        assert_eq!((removed.switched_off, removed.left), (true, 0));
        let left = text(&path);
        let on = |line: &str| line.trim_start_matches('#').to_owned();
        assert_eq!(left.lines().map(on).collect::<Vec<_>>(), EXAMPLE.lines().map(on).collect::<Vec<_>>(), "a line is lost");
        let loaded = Config::load(&path).expect("loads");
        assert!(loaded.config.nothing_to_watch().is_some());
        add_cases(&path, &[row("17721-2017-00222")]).expect("added");
        assert_eq!(Config::load(&path).expect("loads").config.cases.len(), 1);
        remove_case(&path, &case("17721201700222")).expect("removed");
        assert_eq!(text(&path), left);
    }

    #[test]
    fn options_that_are_off_go_with_their_case_and_other_comments_stay() {
        let first = "# The first.\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2019-00029G\"\n#tags = [\"x\"]\n#every = \"1h\"\n";
        let (_folder, path) = file(&format!("# A heading.\n\n{first}# More follows.\n"));
        remove_case(&path, &case("17721201900029G")).expect("removed");
        assert_eq!(text(&path), "# A heading.\n\n# More follows.\n");
    }

    #[test]
    fn a_list_that_is_not_there_is_made_by_its_first_case() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new.toml");
        add_cases(&path, &[row("17721-2017-00222")]).expect("added");
        assert_eq!(text(&path), "[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2017-00222\"\n");
        let error = add_cases(&folder.path().join("none/new.toml"), &[row("17721-2017-00222")]).expect_err("no folder").to_string();
        assert!(error.contains("new.toml could not be written"), "{error}");
        add_cases(&folder.path().join("other.toml"), &[row("17-1")]).expect_err("refused");
        assert!(!folder.path().join("other.toml").exists());
    }

    #[test]
    fn a_case_is_removed_from_the_file_that_holds_it() {
        let (folder, path) = file("include = [\"watch.d/*.toml\"]\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2019-00029G\"\n");
        let inner = folder.path().join("watch.d/a.toml");
        std::fs::create_dir(folder.path().join("watch.d")).expect("made");
        std::fs::write(&inner, "[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721 2017 00222\"\n").expect("written");
        assert_eq!(remove_case(&path, &case("17721201700222")).expect("removed").file, inner);
        assert_eq!(text(&inner), "");
    }

    #[test]
    fn rows_that_cannot_be_added_are_told_together_and_nothing_is_written() {
        let (_folder, path) = file(EXAMPLE);
        let rows = [
            row("17721-2017-00222"),
            row("17-1"),
            NewCase { source: "esatge".into(), ..row("1") },
            NewCase { source: "page".into(), ..row("1") },
        ];
        let error = add_cases(&path, &rows).expect_err("refused").to_string();
        assert!(error.contains("\nunknown source \"esatge\"; did you mean \"ec-esatje\"?\na case with source = \"page\" needs"), "{error}");
        assert_eq!(text(&path), EXAMPLE);
        let twice = [row("17721-2019-00029G"), row("17721-2017-00222"), row("17721201700222")];
        let added = add_cases(&path, &twice).expect("added");
        assert_eq!((added.added.len(), added.already.len()), (1, 2));
    }

    #[test]
    fn what_would_not_load_or_cannot_be_cut_is_not_written() {
        let mixed = "[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2019-00029G\"\n[veedor]\nlanguage = \"en\"\n[case.facts]\na = 1\n";
        let list = "case = [{ source = \"ec-esatje\", number = \"17721-2019-00029G\" }]\n";
        let only = "[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2019-00029G\"\n";
        for (before, expected) in [
            (mixed.to_owned(), "the case's tables are mixed with others; please edit the file by hand"),
            (list.to_owned(), "the cases are written as one list, not as [[case]] tables; please edit the file by hand"),
            (format!("{only}[veedor]\nstate = 1\n"), "unknown key `state`"),
        ] {
            let (_folder, path) = file(&before);
            let error = remove_case(&path, &case("17721201900029G")).expect_err("refused").to_string();
            assert!(error.contains(expected), "{error}");
            assert_eq!(text(&path), before);
        }
        let (_folder, path) = file(list);
        let error = add_cases(&path, &[row("17721-2017-00222")]).expect_err("refused").to_string();
        assert!(error.contains("please edit the file by hand"), "{error}");
    }
}
