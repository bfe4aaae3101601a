//! Content lines of iCalendar: CRLF, folded at 75 octets, with what is special escaped (RFC 5545 §3.1, §3.3.11).
//!
//! Used by [`calendar`](super). It knows no property's meaning.

use crate::domain::redact::plain;

/// The longest line in octets, its line break not counted.
const LONGEST: usize = 75;

/// Lines, one after the other.
#[derive(Default)]
pub(super) struct Lines(String);

impl Lines {
    /// A line as it is. What a court or an operator wrote goes through [`value`](Self::value).
    pub(super) fn plain(&mut self, line: &str) {
        let mut room = LONGEST;
        for c in line.chars().filter(|c| !c.is_control()) {
            if c.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = LONGEST - 1;
            }
            self.0.push(c);
            room -= c.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// A property whose value is text; line feeds in it are its paragraphs.
    pub(super) fn value(&mut self, name: &str, text: &str) {
        let paragraphs: Vec<String> = text.split('\n').map(escape).collect();
        self.plain(&format!("{name}:{}", paragraphs.join("\\n")));
    }

    /// Who publishes.
    pub(super) fn organizer(&mut self, name: Option<&str>, address: &str) {
        // A quoted parameter may hold anything but a quotation mark.
        let name = name.map(|name| plain(name).replace('"', "'")).filter(|name| !name.is_empty());
        let name = name.map_or_else(String::new, |name| format!(";CN=\"{name}\""));
        self.plain(&format!("ORGANIZER{name}:mailto:{}", encoded(address)));
    }

    /// All lines.
    pub(super) fn text(self) -> String {
        self.0
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        if matches!(c, '\\' | ';' | ',') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// An address in a mailto URI (RFC 6068 §2).
fn encoded(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    for byte in address.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'@' | b'.' | b'-' | b'_' | b'+' | b'!' | b'$' | b'\'' | b'*' => {
                out.push(char::from(byte))
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_between_characters_and_unfold_to_themselves() {
        let text = "ñandú; día, \\ 日本語 ".repeat(40);
        let mut lines = Lines::default();
        lines.value("DESCRIPTION", &text);
        let folded = lines.text();
        assert!(folded.split("\r\n").all(|line| line.len() <= LONGEST), "{folded}");
        assert!(folded.split("\r\n").skip(1).filter(|line| !line.is_empty()).all(|line| line.starts_with(' ')));
        let whole = folded.replace("\r\n ", "").replace("\\;", ";").replace("\\,", ",").replace("\\\\", "\\");
        assert_eq!(whole, format!("DESCRIPTION:{}\r\n", text.trim_end()));
    }

    #[test]
    fn nothing_that_was_written_elsewhere_begins_a_line() {
        let mut lines = Lines::default();
        lines.value("SUMMARY", "uno\r\nBEGIN:VALARM\r\n\u{2028}dos\u{0}");
        lines.organizer(Some("Ve\"edor\r\nX-EVIL:1"), "v\"x\"@example.org");
        let text = lines.text();
        assert_eq!(text.matches("\r\n").count(), 2, "{text}");
        assert!(text.starts_with("SUMMARY:uno\\nBEGIN:VALARM\\n"), "{text}");
        assert!(text.contains("ORGANIZER;CN=\"Ve'edor X-EVIL:1\":mailto:v%22x%22@example.org"), "{text}");
    }
}
