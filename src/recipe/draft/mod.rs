//! Drafts of recipes: what repeats on a saved page, what its columns may be, and the TOML that reads them.
//!
//! For `veedor sources new`, which asks; nothing here asks, guesses are only offered. What it writes is read by
//! [`Recipe::parse`](super::Recipe::parse) before anybody gets it.

mod data;
mod guess;
mod html;
mod number;
mod selector;
mod write;

use super::xml;
use crate::domain::charset::decode_with_errors;
use crate::domain::page::Page;

pub use guess::{Roles, charset_of, date_formats, ends_of, is_format, not_found_sign, not_found_words, roles};
pub use number::{Numbering, holding, numbers};
pub use write::{Draft, toml};

/// The form of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// HTML.
    Html,
    /// JSON.
    Json,
    /// XML, feeds among it.
    Xml,
}

/// Something that repeats on a page, and may be the list of entries.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Where the rows stand: a CSS selector or a JSONPath.
    pub at: String,
    /// How many there are.
    pub rows: usize,
    /// What they have.
    pub cells: Vec<Cell>,
}

/// A column of a candidate.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Its name in the recipe.
    pub name: String,
    /// How a recipe reads it: a selector within the row, or the path of a field.
    pub look: Look,
    /// Its text in every row; empty where there is none.
    pub values: Vec<String>,
}

/// How a recipe reads a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// A selector within the row, `css@attribute`, or `.`.
    Css(String),
    /// The column of a table under this heading.
    Column(String),
    /// An attribute of something within that column.
    InColumn(String, String),
    /// A field of a JSON or XML row.
    Field(String),
}

/// What is on a page.
#[derive(Debug)]
pub struct Found {
    /// Its form.
    pub form: Form,
    /// Its title, where it has one.
    pub title: Option<String>,
    /// Its language, where it says so.
    pub language: Option<String>,
    /// Its address, where it or the browser that saved it says so.
    pub address: Option<String>,
    /// What repeats, the likeliest list of entries first.
    pub candidates: Vec<Candidate>,
    /// All that it shows, each piece with where it stands; for the case number.
    pub pieces: Vec<Piece>,
}

/// A piece of text of a page.
#[derive(Debug, Clone)]
pub struct Piece {
    /// How a recipe finds it.
    pub at: Spot,
    /// What stands before it, as a label.
    pub label: String,
    /// The text.
    pub text: String,
}

/// Where a piece of text stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spot {
    /// By a selector.
    Css(String),
    /// After a label.
    Label(String),
    /// By a JSONPath.
    Path(String),
}

/// How a page says that there is no such case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotFound {
    /// By words.
    Text(String),
    /// By a field that only such an answer has, as a JSONPath.
    Field(String),
    /// By a list without elements, as a JSONPath.
    Empty(String),
}

/// Looks through a page. The error says why nothing can be made of it.
pub fn look(page: &Page) -> Result<Found, String> {
    let (text, _) = decode_with_errors(page);
    let text = text.trim_start_matches('\u{feff}').trim();
    match text.chars().next() {
        None => Err("the page is empty".to_owned()),
        Some('{' | '[') => match serde_json::from_str(text) {
            Ok(value) => Ok(data::found(&value, Form::Json)),
            Err(error) => Err(format!("the page begins like JSON, and is none: {error}")),
        },
        Some('<') if is_xml(text) => match xml::parse(text, &[]) {
            Ok(value) => Ok(data::found(&value, Form::Xml)),
            Err(_) => Err("the page begins like XML, and does not end like it".to_owned()),
        },
        Some('<') => Ok(html::found(text)),
        Some(_) => Err("the page is neither HTML nor JSON nor XML; a PDF or a picture cannot be read".to_owned()),
    }
}

fn is_xml(text: &str) -> bool {
    let start: String = text.chars().take(2000).collect::<String>().to_lowercase();
    let root = start.split('<').map(str::trim_start).find(|tag| !tag.is_empty() && !tag.starts_with(['?', '!']));
    let has_declaration = start.starts_with("<?xml");
    root.is_some_and(|root| {
        let name = root.split(|c: char| c.is_whitespace() || c == '>').next().unwrap_or_default();
        matches!(name, "rss" | "feed" | "rdf:rdf") || (has_declaration && name != "html")
    })
}

#[cfg(test)]
mod tests;
