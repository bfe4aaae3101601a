//! What the sources have in common that a `[[case]]` describes itself: pages, feeds, programs.
//!
//! Each becomes a [`Recipe`](super::Recipe) for that one case, made by `page_source` or `docket_source`. What may stand in the
//! watch list beside their own keys is read here. It fetches nothing.

use jiff::tz::TimeZone;

use super::entries::EntriesSpec;
use super::step::Step;
use super::syntax::part;
use crate::diag::{At, Reader};

/// The source of a case that brings a page.
pub const PAGE: &str = "page";

/// The source of a case that brings a feed.
pub const FEED: &str = "feed";

/// The source of a case that brings a program.
pub const COMMAND: &str = "command";

/// All of them. No recipe may have one of these ids.
pub const KINDS: [&str; 3] = [PAGE, FEED, COMMAND];

/// Whether the cases of this source bring it themselves.
pub fn is_described(source: &str) -> bool {
    KINDS.contains(&source)
}

/// How the texts of such a source are read.
pub(super) struct Heard {
    /// The name of the zone of its dates.
    pub zone_name: String,
    /// The zone; `None` has been reported.
    pub zone: Option<TimeZone>,
    /// The language of its texts.
    pub language: String,
    /// Whose words they are read with.
    pub jurisdiction: String,
    /// Whether only the newest rows are shown.
    pub sliding: bool,
}

/// The keys `zone`, `language`, `jurisdiction` and `sliding`.
pub(super) fn heard(reader: &mut Reader<'_>, sliding: bool) -> Heard {
    let zone_name = reader.text("zone").unwrap_or(At { value: "America/Guayaquil".to_owned(), span: None });
    let zone = part::zone(reader, &zone_name);
    let mut text = |key: &str, usual: &str| reader.text(key).map_or_else(|| usual.to_owned(), |text| text.value);
    let (language, jurisdiction) = (text("language", "es"), text("jurisdiction", "ec"));
    let sliding = reader.flag("sliding").map_or(sliding, |flag| flag.value);
    Heard { zone_name: zone_name.value, zone, language, jurisdiction, sliding }
}

/// What is particular about one of them.
pub(super) struct Described<'a> {
    /// One of [`KINDS`].
    pub kind: &'static str,
    /// The case's number, which is its own name.
    pub slug: &'a str,
    /// What to call it.
    pub title: String,
    /// Where a person can look; may be empty.
    pub case_url: &'a str,
    /// What its relative addresses begin with.
    pub base_url: String,
    /// The one thing that is asked.
    pub step: Step,
    /// How rows become entries; of a docket that comes ready made, none.
    pub entries: Vec<EntriesSpec>,
    /// Whether the answer is a docket in its published form.
    pub is_docket: bool,
}

/// A web address that a case names; `None` has been reported.
pub(super) fn address(reader: &Reader<'_>, text: &At<String>) -> Option<url::Url> {
    let url = url::Url::parse(&text.value).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if url.is_none() {
        reader.sink().report(
            text.span.clone(),
            format!("\"{}\" is not a web address", text.value),
            Some("write https://host/path".to_owned()),
        );
    }
    let has_user = url.as_ref().is_some_and(|url| !url.username().is_empty() || url.password().is_some());
    if has_user {
        let help = "leave it out: public pages are asked without an account";
        reader.sink().report(text.span.clone(), "the url has a user or password before the @", Some(help.to_owned()));
    }
    url.filter(|_| !has_user)
}
