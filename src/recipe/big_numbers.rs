//! Whole numbers of JSON that no machine integer holds, kept digit by digit.
//!
//! Used by `answer` before it parses JSON. A number above 64 bits would become a fraction of floating point, and two
//! identifiers would become one. Such numbers are read as texts; everything else stays as it is.

use std::borrow::Cow;

use super::value::Value;

/// `u64::MAX` has twenty digits.
const LONGEST: usize = 20;

/// Reads JSON.
pub fn parse(json: &str) -> Result<Value<'_>, serde_json::Error> {
    match as_texts(json) {
        Cow::Borrowed(json) => Value::parse(json),
        Cow::Owned(json) => Value::parse(&json).map(Value::into_owned),
    }
}

/// The same JSON with quotes around its longest whole numbers.
fn as_texts(json: &str) -> Cow<'_, str> {
    let bytes = json.as_bytes();
    if !has_a_long_run(bytes) {
        return Cow::Borrowed(json);
    }
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    let mut is_quoted = false;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if is_quoted => at += 1,
            b'"' => is_quoted = !is_quoted,
            b'-' | b'0'..=b'9' if !is_quoted => {
                let start = at;
                at += 1;
                at += bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                let is_fraction = matches!(bytes.get(at), Some(b'.' | b'e' | b'E'));
                if is_fraction {
                    at += bytes[at..].iter().take_while(|byte| matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-' | b'0'..=b'9')).count();
                } else if at - start >= LONGEST {
                    out.push_str(&json[copied..start]);
                    out.push('"');
                    out.push_str(&json[start..at]);
                    out.push('"');
                    copied = at;
                }
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    out.push_str(&json[copied..]);
    Cow::Owned(out)
}

/// Whether digits stand in a row that may be one of the longest numbers, without its sign. Such a row covers every so many
/// bytes one, and few bytes of an answer are digits.
fn has_a_long_run(bytes: &[u8]) -> bool {
    const RUN: usize = LONGEST - 1;
    (RUN - 1..bytes.len()).step_by(RUN).any(|at| {
        let (before, after) = bytes.split_at(at);
        bytes[at].is_ascii_digit() && digits(before.iter().rev()) + digits(after.iter()) >= RUN
    })
}

fn digits<'b>(bytes: impl Iterator<Item = &'b u8>) -> usize {
    bytes.take_while(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn long_numbers_keep_their_digits_and_nothing_else_changes() {
        for (json, expected) in [
            (r#"[12345678901234567890123,"12345678901234567890123"]"#, r#"["12345678901234567890123","12345678901234567890123"]"#),
            (r#"{"a\"1":-123456789012345678901}"#, r#"{"a\"1":"-123456789012345678901"}"#),
            ("[1234567890123456789,-1234567890123456789]", "[1234567890123456789,\"-1234567890123456789\"]"),
            (r#"["\\",1,18446744073709551,1.2345678901234567890123e5]"#, r#"["\\",1,18446744073709551,1.2345678901234567890123e5]"#),
        ] {
            assert_eq!(as_texts(json), expected);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_text_and_json_stays_json(text in "([\\[\\]\\{\\},:]|\"|\\\\|[0-9]{1,30}|-|\\.|e|ñ){0,30}") {
            let read = as_texts(&text);
            if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
                prop_assert!(serde_json::from_str::<serde_json::Value>(&read).is_ok());
            }
        }
    }
}
