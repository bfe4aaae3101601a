//! A capture, what it should give, and what our recipe makes of it: the same steps as `veedor extract` takes.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;
use veedor::domain::case::CaseNumber;
use veedor::domain::charset;
use veedor::domain::docket::{Docket, Entry};
use veedor::domain::page::Page;
use veedor::recipe::{Next, Recipe};

/// When somebody else says that an entry is.
#[derive(Debug, Clone, PartialEq)]
pub enum When {
    /// A day.
    Day(String),
    /// A day and a time of that court.
    Local(String, String),
    /// An instant.
    Moment(Timestamp),
    /// Nothing is said.
    Unknown,
}

/// Which of our columns hold what the other parse holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// One text: ours is the text, or the title of an entry that has no text.
    Text,
    /// A title alone.
    Title,
    /// A title and a text.
    Both,
}

/// An entry as somebody else read it.
#[derive(Debug, Clone)]
pub struct Row {
    pub when: When,
    pub text: String,
}

/// What pages should give.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// These entries.
    Rows(Vec<Row>),
    /// So many entries.
    Count(usize),
    /// A refusal, or at least no entry.
    NoCase,
}

/// One case, or one page that is none.
#[derive(Debug, Clone)]
pub struct Capture {
    pub name: String,
    /// Pages in the order in which they are asked for.
    pub pages: Vec<PathBuf>,
    /// The number, in the spellings that a person might use; none where nobody knows it.
    pub numbers: Vec<String>,
    /// Whether the pages show the number of this case and no other's.
    pub shows_number: bool,
    pub columns: Columns,
    pub wanted: Wanted,
}

impl Capture {
    /// A case with entries.
    pub fn case(name: String, pages: Vec<PathBuf>, number: &str, columns: Columns, rows: Vec<Row>) -> Self {
        Self { name, pages, numbers: vec![number.to_owned()], shows_number: true, columns, wanted: Wanted::Rows(rows) }
    }

    /// A page that is no case.
    pub fn none(page: PathBuf) -> Self {
        let name = file_name(&page);
        Self { name, pages: vec![page], numbers: Vec::new(), shows_number: true, columns: Columns::Text, wanted: Wanted::NoCase }
    }
}

/// What became of a capture.
pub struct Reading {
    /// With the number that the pages show; why not, else.
    pub shown: Result<(CaseNumber, Docket), String>,
    /// With the number given.
    pub given: Result<(CaseNumber, Docket), String>,
}

/// Reads a capture both ways.
pub fn read(recipe: &Recipe, capture: &Capture) -> Reading {
    let bodies: Vec<Vec<u8>> = capture.pages.iter().map(|file| std::fs::read(file).unwrap_or_default()).collect();
    let saved = || -> Vec<Page> {
        let pages = capture.pages.iter().zip(&bodies);
        pages.map(|(file, body)| recipe.saved(step_of(recipe, file), body.clone(), None, Timestamp::UNIX_EPOCH)).collect()
    };
    let shown = on_the_pages(recipe, &saved(), &capture.pages).ok_or_else(|| "no number stands on the pages".to_owned());
    let shown = shown.and_then(|number| docket(recipe, number, saved()));
    let typed = capture.numbers.iter().find_map(|number| recipe.number(number).ok());
    let typed = match (typed, capture.numbers.first()) {
        (Some(number), _) => Ok(number),
        (None, Some(number)) => Err(format!("the recipe takes {number} for no number")),
        (None, None) => recipe.number(recipe.number_format().2),
    };
    Reading { shown, given: typed.and_then(|number| docket(recipe, number, saved())) }
}

/// The step that a file answers, where its name says so as a person would with `--page STEP=FILE`; else it is guessed.
pub fn step_of(recipe: &Recipe, file: &Path) -> String {
    let name = file_name(file);
    recipe.steps().find(|step| name.contains(&format!(".{step}."))).unwrap_or_default().to_owned()
}

/// Reads pages as `veedor extract` does once it knows the number.
pub fn docket(recipe: &Recipe, number: CaseNumber, pages: Vec<Page>) -> Result<(CaseNumber, Docket), String> {
    let pages = recipe.located(&number, pages);
    let docket = recipe.read(&number, &pages).map_err(|refusal| format!("refused: {refusal}"))?;
    match recipe.next(&number, &pages) {
        Next::Ask(missing) if docket.entries.is_empty() => Err(format!("the page of step {} is missing", missing.step)),
        _ => Ok((number, docket)),
    }
}

/// As `veedor extract` finds it when no number is given.
fn on_the_pages(recipe: &Recipe, pages: &[Page], files: &[PathBuf]) -> Option<CaseNumber> {
    let within = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| word.len() > 4);
        words.into_iter().find_map(|word| recipe.number(word).ok())
    };
    let echoed = pages.iter().find_map(|page| recipe.number_in(page));
    let written = || pages.iter().find_map(|page| within(&charset::decode(page)));
    echoed.or_else(written).or_else(|| files.iter().find_map(|file| within(&file_name(file))))
}

/// What our entry says, in the columns of the other parse.
pub fn text_of(entry: &Entry, columns: Columns) -> String {
    match columns {
        Columns::Title => tidy(&entry.title),
        Columns::Text if entry.text.is_empty() => tidy(&entry.title),
        Columns::Text => tidy(&entry.text),
        Columns::Both => tidy(&format!("{} {}", entry.title, entry.text)),
    }
}

/// Whether our entry is dated as the other parse says. A time that only one of the two gives is not held against it.
pub fn is_dated(entry: &Entry, when: &When, zone: &TimeZone) -> bool {
    let day = entry.date.map(|date| date.to_string());
    match when {
        When::Unknown => true,
        When::Day(wanted) => day.as_ref() == Some(wanted),
        When::Local(wanted, time) => {
            day.as_ref() == Some(wanted) && entry.time.is_none_or(|ours| ours.strftime("%H:%M:%S").to_string() == *time)
        }
        When::Moment(instant) => {
            let there = zone.to_datetime(*instant);
            let second = |time: jiff::civil::Time| time.strftime("%H:%M:%S").to_string();
            entry.date == Some(there.date()) && entry.time.is_none_or(|ours| second(ours) == second(there.time()))
        }
    }
}

/// White space collapsed, case kept.
pub fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The files of a folder whose names end so, in order.
pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> = paths.filter(|path| file_name(path).ends_with(ending)).collect();
    files.sort();
    files
}

/// The JSON in a file; null when there is none, so that what is missing shows in the table as nothing expected.
pub fn json(file: &Path) -> Value {
    std::fs::read(file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

/// The name of a file without its folder.
pub fn file_name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The list under a name.
pub fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

/// The text under a name, or none.
pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}
