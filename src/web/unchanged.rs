//! What a request says of the bytes that whoever asks has and takes (RFC 9110 §12.5.3, §13).
//!
//! Used by [`feeds`](super::feeds), the public page and the API. It reads headers and nothing else.

use std::time::SystemTime;

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_ENCODING, IF_MODIFIED_SINCE, IF_NONE_MATCH};

/// Whether he has them already. What he names by its tag decides; a date counts only where he names none.
pub(super) fn is_unchanged(asked: &HeaderMap, tag: &str, modified: Option<SystemTime>) -> bool {
    let mut tags = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).peekable();
    if tags.peek().is_some() {
        let same = |one: &str| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag;
        return tags.flat_map(|line| line.split(',')).any(|one| same(one.trim()));
    }
    let since = asked.get(IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
    since.and_then(|since| httpdate::parse_http_date(since).ok()).zip(modified).is_some_and(|(since, modified)| modified <= since)
}

/// Whether he takes bytes that are packed with gzip.
pub(super) fn takes_gzip(asked: &HeaderMap) -> bool {
    let all = asked.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).flat_map(|line| line.split(','));
    let mut any = None;
    for one in all {
        let mut parts = one.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let refused = parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0)));
        match name.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => return !refused,
            "*" => any = Some(!refused),
            _ => {}
        }
    }
    any.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn with(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name.clone(), HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn who_has_the_bytes_gets_no_others_and_a_tag_counts_before_a_date() {
        let modified = UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let is = |pairs: &[(HeaderName, &'static str)]| is_unchanged(&with(pairs), "\"a\"", Some(modified));
        for tag in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*", "\"b\" , W/\"a\""] {
            assert!(is(&[(IF_NONE_MATCH, tag)]), "{tag}");
        }
        for tag in ["\"b\"", "a", "\"a", ""] {
            assert!(!is(&[(IF_NONE_MATCH, tag)]), "{tag}");
        }
        assert!(is(&[(IF_MODIFIED_SINCE, "Sun, 09 Sep 2001 01:46:40 GMT")]));
        assert!(!is(&[(IF_MODIFIED_SINCE, "Sun, 09 Sep 2001 01:46:39 GMT")]));
        assert!(!is(&[(IF_MODIFIED_SINCE, "ayer")]) && !is(&[]));
        assert!(!is(&[(IF_NONE_MATCH, "\"b\""), (IF_MODIFIED_SINCE, "Sun, 09 Sep 2001 01:46:40 GMT")]));
    }

    #[test]
    fn packed_bytes_go_to_whoever_takes_them() {
        let takes = |value: &'static str| takes_gzip(&with(&[(ACCEPT_ENCODING, value)]));
        for yes in ["gzip", "br, GZIP;q=0.5", "*", "identity;q=0, gzip"] {
            assert!(takes(yes), "{yes}");
        }
        for no in ["", "br", "gzip;q=0", "*;q=0", "gzip;q=0.0, *"] {
            assert!(!takes(no), "{no}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
