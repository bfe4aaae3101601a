//! The filters of templates: small changes of a text, written after a bar.
//!
//! Called by `template`. A filter takes a text and gives a text; what does not apply gives an empty text.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;

use super::number::zeros;
use super::template::Env;
use super::{encode, html_text};
use crate::diag;
use crate::domain::id::{hex, sha256};

/// A fixed table of a recipe.
pub type Table = HashMap<String, String>;

/// The tables of a recipe by their names.
pub type Tables = BTreeMap<String, Arc<Table>>;

pub use crate::domain::fold::{collapse, collapsed, fold};

/// A compiled filter.
#[derive(Debug, Clone)]
pub enum Filter {
    /// Without white space at both ends.
    Trim,
    /// White space runs become one space, none at the ends.
    Collapse,
    /// Upper case.
    Upper,
    /// Lower case.
    Lower,
    /// Upper case without accents, white space collapsed: for comparing words.
    Fold,
    /// Only the digits.
    Digits,
    /// A whole number however it is written (`7`, `7.0`, ` 7 `) by its digits; any other text with its white space tidied.
    Integer,
    /// HTML as text.
    Text,
    /// A link made absolute against the page it stands on; empty when it leads to no other page.
    Absolute,
    /// A link without what only identifies the visit: `;jsessionid=…`, `PHPSESSID=…` and their like.
    Sessionless,
    /// Eight hexadecimal digits that stand for the text.
    Hash,
    /// This instead of an empty text.
    Default(String),
    /// What stands after the first such text.
    After(String),
    /// What stands before the first such text, or all of it.
    Before(String),
    /// Without this at the start.
    Strip(String),
    /// The first match: its first group, or the whole.
    First(Regex),
    /// At most so many characters; a longer text is cut and marked with its hash.
    Short(usize),
    /// What a fixed table has for the text; empty when it is not there.
    Lookup(Arc<Table>),
    /// The bytes of the text in base 64.
    Base64,
    /// Percent-encoded like JavaScript's `encodeURIComponent`.
    Uri,
    /// Escaped for XML.
    Xml,
    /// Escaped for the inside of a JSON text.
    Json,
    /// With zeros on the left until it has so many characters; an empty text stays empty.
    Pad(usize),
    /// Without what matches.
    Remove(Regex),
    /// All matches, or their first groups, joined by commas.
    All(Regex),
    /// The last match: its first group, or the whole.
    Last(Regex),
    /// The elements of a list, joined by this; the template applies it, because a filter sees a text.
    Join(String),
}

const NAMES: &[&str] = &[
    "trim",
    "collapse",
    "upper",
    "lower",
    "fold",
    "digits",
    "integer",
    "text",
    "absolute",
    "sessionless",
    "hash",
    "default",
    "after",
    "before",
    "strip",
    "first",
    "short",
    "lookup",
    "base64",
    "uri",
    "xml",
    "json",
    "pad",
    "remove",
    "all",
    "last",
    "join",
];

impl Filter {
    /// Compiles `name` or `name: 'argument'`.
    pub fn parse(piece: &str, tables: &Tables) -> Result<Self, String> {
        let (name, argument) = match piece.split_once(':') {
            Some((name, argument)) => (name.trim(), Some(argument.trim())),
            None => (piece, None),
        };
        let quoted = || {
            let argument = argument.ok_or_else(|| format!("the filter {name} needs a text in quotes: {name}: '…'"))?;
            let inner = ['\'', '"'].iter().find_map(|quote| argument.strip_prefix(*quote)?.strip_suffix(*quote));
            inner.map(str::to_owned).ok_or_else(|| format!("the filter {name} needs a text in quotes, not {argument}"))
        };
        let pattern = |make: fn(Regex) -> Self| {
            let pattern = Regex::new(&quoted()?);
            pattern.map(make).map_err(|error| format!("not a regular expression: {}", one_line(&error.to_string())))
        };
        let filter = match name {
            "trim" => Self::Trim,
            "collapse" => Self::Collapse,
            "upper" => Self::Upper,
            "lower" => Self::Lower,
            "fold" => Self::Fold,
            "digits" => Self::Digits,
            "integer" => Self::Integer,
            "text" => Self::Text,
            "absolute" => Self::Absolute,
            "sessionless" => Self::Sessionless,
            "hash" => Self::Hash,
            "default" => return quoted().map(Self::Default),
            "after" => return quoted().map(Self::After),
            "before" => return quoted().map(Self::Before),
            "strip" => return quoted().map(Self::Strip),
            "base64" => Self::Base64,
            "uri" => Self::Uri,
            "xml" => Self::Xml,
            "json" => Self::Json,
            "join" => return quoted().map(Self::Join),
            "first" => return pattern(Self::First),
            "remove" => return pattern(Self::Remove),
            "all" => return pattern(Self::All),
            "last" => return pattern(Self::Last),
            "lookup" => {
                let wanted = quoted()?;
                let names: Vec<&str> = tables.keys().map(String::as_str).collect();
                return tables.get(&wanted).map(|table| Self::Lookup(Arc::clone(table))).ok_or_else(|| {
                    let help = diag::suggestion(&wanted, &names).map(|help| format!("; {help}")).unwrap_or_default();
                    format!("there is no [tables.{wanted}]{help}")
                });
            }
            "pad" => {
                let length = argument.and_then(|argument| argument.parse::<usize>().ok()).filter(|length| (1..=60).contains(length));
                return length.map(Self::Pad).ok_or_else(|| "the filter pad needs a number of characters from 1 to 60: pad: 7".to_owned());
            }
            "short" => {
                let length = argument.and_then(|argument| argument.parse::<usize>().ok()).filter(|length| *length >= 12);
                return length
                    .map(Self::Short)
                    .ok_or_else(|| "the filter short needs a number of characters from 12 on: short: 60".to_owned());
            }
            _ => {
                let help = diag::suggestion(name, NAMES).unwrap_or_default();
                return Err(format!("unknown filter \"{name}\"; {help}"));
            }
        };
        match argument {
            Some(_) => Err(format!("the filter {name} takes nothing after it")),
            None => Ok(filter),
        }
    }

    /// Applies it.
    pub fn apply<'a>(&'a self, text: Cow<'a, str>, env: &Env<'a>) -> Cow<'a, str> {
        match self {
            Self::Trim => part(text, str::trim),
            Self::Collapse => collapsed(text),
            Self::Upper if is_ascii_without(&text, u8::is_ascii_lowercase) => text,
            Self::Upper => text.to_uppercase().into(),
            Self::Lower if is_ascii_without(&text, u8::is_ascii_uppercase) => text,
            Self::Lower => text.to_lowercase().into(),
            Self::Fold if is_ascii_without(&text, u8::is_ascii_lowercase) => collapsed(text),
            Self::Fold => fold(&text).into(),
            Self::Digits => text.chars().filter(char::is_ascii_digit).collect::<String>().into(),
            Self::Integer if is_digits(&text) => text,
            Self::Integer => integer(&text).into(),
            Self::Sessionless => sessionless(&text).into(),
            Self::Text => html_text::to_text(&text).into(),
            Self::Absolute => absolute(&text, env.base).into(),
            Self::Hash => short_hash(&text).into(),
            Self::Default(instead) if text.is_empty() => instead.into(),
            Self::Default(_) => text,
            Self::After(mark) => part(text, |text| text.split_once(mark.as_str()).map_or("", |(_, after)| after)),
            Self::Before(mark) => part(text, |text| text.split_once(mark.as_str()).map_or(text, |(before, _)| before)),
            Self::Strip(mark) => part(text, |text| text.trim_start().strip_prefix(mark.as_str()).unwrap_or(text)),
            Self::First(pattern) => part(text, |text| matches(pattern, text).next().unwrap_or_default()),
            Self::Last(pattern) => part(text, |text| matches(pattern, text).last().unwrap_or_default()),
            Self::All(pattern) => matches(pattern, &text).collect::<Vec<_>>().join(", ").into(),
            Self::Remove(pattern) => pattern.replace_all(&text, "").into_owned().into(),
            Self::Short(length) => shorten(text, *length),
            Self::Lookup(table) => table.get(text.trim()).map_or("", String::as_str).into(),
            Self::Base64 => STANDARD.encode(text.as_bytes()).into(),
            Self::Uri => encode::uri(&text).into(),
            Self::Xml => encode::xml(&text).into(),
            Self::Json => encode::json(&text).into(),
            Self::Pad(length) => zeros(&text, *length).into(),
            Self::Join(_) => text,
        }
    }
}

/// A part of a text, copied only where the text itself is a copy.
fn part<'a>(text: Cow<'a, str>, take: impl Fn(&str) -> &str) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(take(text)),
        Cow::Owned(text) if take(&text).len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(take(&text).to_owned()),
    }
}

fn is_ascii_without(text: &str, unwanted: impl Fn(&u8) -> bool) -> bool {
    text.bytes().all(|byte| byte.is_ascii() && !unwanted(&byte))
}

/// The first group of each match, or the whole of it.
fn matches<'t>(pattern: &Regex, text: &'t str) -> impl Iterator<Item = &'t str> {
    pattern.captures_iter(text).filter_map(|found| found.get(1).or_else(|| found.get(0))).map(|found| found.as_str())
}

fn integer(text: &str) -> String {
    let tidy = collapse(text);
    // What JSON calls 7.0 arrives as that, whatever exponent it was written with.
    match tidy.split_once('.') {
        Some((whole, zeros)) if is_digits(whole.trim_start_matches('-')) && !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => {
            whole.to_owned()
        }
        _ => tidy,
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Names of query parameters that hold a session, lower case.
const SESSIONS: &[&str] = &["phpsessid", "jsessionid", "sid", "sessionid", "session_id", "cfid", "cftoken", "zenid", "oscsid"];

fn sessionless(link: &str) -> String {
    let is_session = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
        SESSIONS.contains(&name.as_str()) || name.starts_with("aspsessionid")
    };
    let (link, fragment) = link.find('#').map_or((link, ""), |at| link.split_at(at));
    let (path, query) = link.split_once('?').map_or((link, None), |(path, query)| (path, Some(query)));
    let path: Vec<&str> = path.split('/').map(|piece| piece.split(';').next().filter(|_| has_session(piece)).unwrap_or(piece)).collect();
    let query: Vec<&str> = query.into_iter().flat_map(|query| query.split('&')).filter(|pair| !is_session(pair)).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{mark}{}{fragment}", path.join("/"), query.join("&"))
}

fn has_session(piece: &str) -> bool {
    piece.split(';').skip(1).any(|parameter| parameter.get(..10).is_some_and(|name| name.eq_ignore_ascii_case("jsessionid")))
}

/// Eight hexadecimal digits that stand for a text.
pub fn short_hash(text: &str) -> String {
    hex(&sha256(text.as_bytes())[..4])
}

/// The first line of an error of another library, which may draw pictures over several lines.
pub fn one_line(text: &str) -> String {
    collapse(text.lines().last().unwrap_or_default())
}

fn shorten(text: Cow<'_, str>, length: usize) -> Cow<'_, str> {
    if text.len() <= length || text.chars().count() <= length {
        return text;
    }
    let kept: String = text.chars().take(length.saturating_sub(9)).collect();
    format!("{}~{}", kept.trim_end(), short_hash(&text)).into()
}

/// A link as an address of another page; empty when it is none.
pub fn absolute(link: &str, base: &str) -> String {
    let link = link.trim();
    let is_within_page = link.starts_with('#') && !link.starts_with("#/") && !link.starts_with("#!");
    if link.is_empty() || is_within_page {
        return String::new();
    }
    if let Some(origin) = plain_origin(base).filter(|_| is_plain_path(link)) {
        return format!("{origin}{link}");
    }
    let url = url::Url::parse(base).and_then(|base| base.join(link)).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.map(|url| url.to_string()).unwrap_or_default()
}

/// The beginning of an address in front of its path, where nothing in it would be written otherwise: parsing the page's address
/// again for each link of each row took a twentieth of the reading.
fn plain_origin(base: &str) -> Option<&str> {
    let start = ["https://", "http://"].iter().find_map(|scheme| base.starts_with(scheme).then_some(scheme.len()))?;
    let host = base[start..].split(['/', '?', '#']).next().unwrap_or_default();
    let is_plain = |label: &str| !label.is_empty() && !label.starts_with("xn--") && label.bytes().all(|byte| byte.is_ascii_lowercase());
    let (others, last) = host.rsplit_once('.')?;
    let is_usual = |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    (is_plain(last) && others.split('.').all(is_usual)).then(|| &base[..start + host.len()])
}

/// Whether a link is a path from the root that joining would leave as it is.
fn is_plain_path(link: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-' | b'.' | b'?' | b'=' | b'&');
    link.starts_with('/') && !link.starts_with("//") && !link.contains("/.") && link.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_plain_link_is_joined_as_any_other(
            base in "(https?|ftp|HTTP)://([a-z0-9.]{1,9}|court\\.example|1\\.2|xn--a\\.b)(:80)?(/[a-z./?#]{0,6})?",
            link in "[/a.?=&#\\\\:%2e ]{0,8}|/[a-z/._?=-]{0,9}",
        ) {
            let joined = url::Url::parse(&base).and_then(|base| base.join(link.trim())).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
            if plain_origin(&base).is_some() && is_plain_path(link.trim()) {
                prop_assert_eq!(absolute(&link, &base), joined.map(String::from).unwrap_or_default());
            }
        }
    }

    #[test]
    fn the_links_of_a_court_are_plain() {
        assert!(plain_origin("https://court.example/case?x=1").is_some_and(|origin| origin == "https://court.example"));
        assert!(is_plain_path("/documento/12.pdf?a=b&c=d"));
        assert!(plain_origin("https://1.2/").is_none() && !is_plain_path("//other.example/x") && !is_plain_path("/a/../b"));
    }

    #[test]
    fn long_texts_are_cut_and_stay_different() {
        let (a, b) = (format!("{}a", "ñ".repeat(80)), format!("{}b", "ñ".repeat(80)));
        let (a, b) = (shorten(a.into(), 40), shorten(b.into(), 40));
        assert_eq!(a.chars().count(), 40);
        assert_ne!(a, b);
        assert_eq!(shorten("corto".into(), 40), "corto");
    }

    #[test]
    fn a_number_is_one_number_however_it_is_written() {
        for (text, expected) in [
            ("7", "7"),
            ("7.0", "7"),
            ("1e3", "1e3"),
            ("-1.00", "-1"),
            ("7.", "7."),
            (" 7 ", "7"),
            ("7.5", "7.5"),
            ("12345678901234567890123", "12345678901234567890123"),
            ("1.2e22", "1.2e22"),
            ("A  1.0", "A 1.0"),
            ("", ""),
        ] {
            assert_eq!(integer(text), expected, "{text}");
        }
    }

    #[test]
    fn a_session_is_no_part_of_a_link() {
        for (link, expected) in [
            ("https://x.example/n;jsessionid=A1.b?id=7", "https://x.example/n?id=7"),
            ("https://x.example/n?PHPSESSID=ab&id=7&sid=9#a", "https://x.example/n?id=7#a"),
            ("https://x.example/n?sid=9", "https://x.example/n"),
            ("https://x.example/a;b=1/n?side=9", "https://x.example/a;b=1/n?side=9"),
            ("boletín 7", "boletín 7"),
        ] {
            assert_eq!(sessionless(link), expected);
        }
    }

    #[test]
    fn filters_do_what_the_readme_says() {
        let tables = Tables::from([("index".to_owned(), Arc::new(Table::from([("8.26".to_owned(), "tjsp".to_owned())])))]);
        let number = crate::domain::case::CaseNumber { compact: String::new(), canonical: String::new(), parts: Default::default() };
        let (scope, row) = (crate::recipe::template::Scope::default(), serde_json::json!({"list": ["a", "", "b"], "t": "x1 y22 z"}).into());
        let format = crate::recipe::shipped_recipe("ec-esatje").unwrap().plan.number.clone();
        let env = Env { number: &number, format: &format, scope: &scope, row: Some(&row), base: "" };
        for (text, filter, expected) in [
            (" 8.26", "lookup: 'index'", "tjsp"),
            ("8.27", "lookup: 'index'", ""),
            ("{\"n\":\"ñ\"}", "base64", "eyJuIjoiw7EifQ=="),
            ("a b", "uri", "a%20b"),
            ("a&b", "xml", "a&amp;b"),
            ("a\"b", "json", "a\\\"b"),
            ("42", "pad: 7", "0000042"),
            ("12345678", "pad: 7", "12345678"),
            ("", "pad: 7", ""),
            ("x1 y22 z", "remove: '\\d+'", "x y z"),
            ("x1 y22 z", "all: '[a-z](\\d+)'", "1, 22"),
            ("x1 y22 z", "all: '[a-z]\\d+'", "x1, y22"),
            ("x1 y22 z", "last: '\\d'", "2"),
            ("x1 y22 z", "last: 'q'", ""),
        ] {
            assert_eq!(Filter::parse(filter, &tables).unwrap().apply(text.into(), &env), expected, "{filter} of {text}");
        }
        let text = |template: &str| crate::recipe::template::Template::parse(template).unwrap().text(&env).into_owned();
        assert_eq!((text("{{ list }}"), text("{{ list | join: ' · ' | upper }}")), ("a, b".to_owned(), "A · B".to_owned()));
    }

    #[test]
    fn folding_takes_accents_case_and_odd_spaces_away() {
        assert_eq!(fold("  Citación:\u{a0} realizada "), "CITACION: REALIZADA");
    }
}
