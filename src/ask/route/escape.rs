//! The parts of an address, escaped and read back.
//!
//! Used by [`route`](super). Nothing but letters, digits and `-._~` stands for itself, so that no part can be taken for two.

use std::fmt::Write as _;

/// A part of a path as it stands in an address. `.` and `..` are escaped too, because addresses are shortened by them.
pub fn encoded(part: &str) -> String {
    let is_step = matches!(part, "." | "..");
    let mut text = String::with_capacity(part.len());
    for byte in part.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' => text.push(char::from(byte)),
            b'.' if !is_step => text.push('.'),
            _ => {
                // Writing into a string cannot fail.
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    text
}

/// Reads [`encoded`] back; `None` when it is not UTF-8. A `%` that begins nothing stands for itself.
pub fn decoded(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| behind.get(..2)).flatten().and_then(|hex| std::str::from_utf8(hex).ok());
        match escaped.filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit())).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_comes_back_and_holds_nothing_that_divides_addresses(text in any::<String>()) {
            let part = encoded(&text);
            prop_assert!(!part.contains(['/', '?', '#', '&', '+', ' ']) && part.is_ascii());
            prop_assert_eq!(decoded(&part), Some(text));
        }
    }

    #[test]
    fn what_is_no_escape_stands_for_itself_and_what_is_no_text_is_refused() {
        assert_eq!(decoded("100%").as_deref(), Some("100%"));
        assert_eq!(decoded("%+1%zz").as_deref(), Some("%+1%zz"));
        assert_eq!(decoded("%ff"), None);
        assert_eq!(encoded(".."), "%2E%2E");
    }
}
