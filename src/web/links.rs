//! Addresses of pages of ours, and which addresses of others may stand in a link.
//!
//! Used by the pages. What stands in an address of ours is encoded, whatever a court or a person wrote; an address of others is a link only
//! when it leads to the web.

use crate::domain::redact::plain;

/// The address of a case, to which the parts of its page are added.
pub(super) fn case(source: &str, number: &str) -> String {
    format!("/cases/{}/{}", encoded(source), encoded(number))
}

/// The page of an event.
pub(super) fn event(id: &str) -> String {
    format!("/events/{}", encoded(id))
}

/// An address of others that may be a link: of the web, without white space or controls, not absurdly long.
pub(super) fn outside(url: &str) -> Option<&str> {
    let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    let is_web = lower.starts_with("https://") || lower.starts_with("http://");
    (is_web && url.len() <= 2000 && plain(url) == url && !url.contains(' ')).then_some(url)
}

/// Text as it may stand in a path or a query: all but letters, digits and `-._~` encoded (RFC 3986, 2.3).
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A query of these pairs, those without a value left out; nothing when none is left.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    let some: Vec<String> =
        pairs.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    if some.is_empty() { String::new() } else { format!("?{}", some.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_links() {
        for good in ["https://court.example/a?b=c", "http://court.example", "HTTPS://court.example/x"] {
            assert_eq!(outside(good), Some(good));
        }
        for bad in [
            "javascript:alert(1)",
            " https://x.example",
            "data:text/html,x",
            "//x.example",
            "https://x.example/\u{202e}a",
            "https://a b",
            "ñ",
            "",
        ] {
            assert_eq!(outside(bad), None, "{bad}");
        }
        assert_eq!(outside(&format!("https://{}", "a".repeat(2_000))), None);
    }

    #[test]
    fn nothing_breaks_out_of_an_address() {
        assert_eq!(case("ec-esatje", "T-1/2024 \"ñ"), "/cases/ec-esatje/T-1%2F2024%20%22%C3%B1");
        assert_eq!(query(&[("q", "a&b=c"), ("tag", ""), ("page", "2")]), "?q=a%26b%3Dc&page=2");
        assert_eq!(query(&[("q", "")]), "");
        let read = url::form_urlencoded::parse(&query(&[("q", "a&b=c ñ+%")]).as_bytes()[1..]).into_owned().next();
        assert_eq!(read, Some(("q".to_owned(), "a&b=c ñ+%".to_owned())), "another reads back what was written");
    }
}
