//! Texts as other languages write them: addresses, XML, JSON.
//!
//! Called by `filter`, for requests whose body a recipe writes itself. It reads nothing of these languages.

/// Percent-encoded like JavaScript's `encodeURIComponent`, which portals use before they pack a value up further.
pub fn uri(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// As the text of an element or of an attribute. Characters that XML 1.0 cannot hold are left out.
pub fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\t' | '\n' | '\r' => escaped.push(c),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// As the inside of a JSON text, without its quotes.
pub fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).map(str::to_owned).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_written_as_each_language_wants_them() {
        assert_eq!(uri("{\"n\":\"07/2024 ñ'(x)!\"}"), "%7B%22n%22%3A%2207%2F2024%20%C3%B1'(x)!%22%7D");
        assert_eq!(xml("a<b & \"c\">'d'\u{1}"), "a&lt;b &amp; &quot;c&quot;&gt;&apos;d&apos;");
        assert_eq!(json("a\"b\\c\nñ"), "a\\\"b\\\\c\\nñ");
    }
}
