//! What a page that is no answer gives away about itself: words of blocks and of maintenance, a title, a cut-off end.
//!
//! Used by `answer` for pages that are not what was due, and for short HTML pages even when the selectors fit: a
//! maintenance page has a menu too. The words stand in `markers.toml`.

use std::sync::OnceLock;

use super::answer::Verdict;
use super::filter::collapse;
use super::html_text;
use crate::domain::charset::decode;
use crate::domain::page::Page;

/// A shared word of refusal; see `markers.toml`.
#[derive(Debug, Clone)]
pub struct Marker {
    /// What a page with it is.
    pub says: Verdict,
    /// Whether, where HTML was due, it counts only on a page that shows little else.
    pub is_bare: bool,
    /// The word, lower case.
    pub text: String,
}

/// A block or maintenance page shows less text than this; a page of a court that was redesigned shows more.
const BARE_CHARS: usize = 1500;

/// Where the selectors fit, a page must show fewer letters than this to be searched: a list of three bulletins with a menu
/// shows more.
pub const BARE_CHARS_BESIDE_ROWS: usize = 500;

fn markers() -> &'static [Marker] {
    static MARKERS: OnceLock<Vec<Marker>> = OnceLock::new();
    MARKERS.get_or_init(|| super::syntax::markers(include_str!("markers.toml")))
}

/// The word of refusal on a short page of which the recipe took rows all the same. `beside` is what it shows outside of
/// those rows: what a court writes in its list is no word about its site.
pub fn marker_beside_rows(beside: &str) -> Option<&'static Marker> {
    let beside = beside.to_lowercase();
    markers().iter().find(|marker| beside.contains(&marker.text))
}

/// The first of the shared words of refusal that the page holds.
pub fn marker(page: &Page, html_was_due: bool) -> Option<&'static Marker> {
    let text = decode(page);
    let end = text.char_indices().nth(65_536).map_or(text.len(), |(end, _)| end);
    let text = text[..end].to_lowercase();
    let is_bare = !html_was_due || html_text::to_text(&text).chars().count() < BARE_CHARS;
    let without_scripts = if html_was_due { html_text::without_script_bodies(&text) } else { text.clone() };
    markers()
        .iter()
        .find(|marker| if marker.is_bare { is_bare && without_scripts.contains(&marker.text) } else { text.contains(&marker.text) })
}

/// What a page is, for the sentence that says that it is not what was due.
pub fn describe(page: &Page) -> String {
    match first_byte(page) {
        None => "an empty answer".to_owned(),
        Some(b'<') => {
            let text = decode(page);
            let title = text
                .split_once("<title>")
                .and_then(|(_, after)| after.split_once("</title>"))
                .map(|(title, _)| clip(&collapse(&html_text::decode_entities(title))));
            title
                .filter(|title| !title.is_empty())
                .map_or("an HTML page without a title".to_owned(), |title| format!("an HTML page \"{title}\""))
        }
        Some(_) => format!("{} bytes of something else", page.body.len()),
    }
}

/// The beginning of a text.
pub fn clip(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The first byte that is not white space or a byte order mark.
pub fn first_byte(page: &Page) -> Option<u8> {
    let body = page.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&page.body);
    body.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}
