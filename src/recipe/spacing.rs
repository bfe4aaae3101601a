//! The white space of a text as readers see it: single spaces, lines where the page has lines, nothing invisible.
//!
//! Used by `html_text` once a page is a text. It knows no markup.

/// Stands for the line end that a block element makes. A private-use character, dropped from what is read.
pub const BREAK: char = '\u{e000}';

/// A text with its white space tidied; `source_lines_count`: line ends of the source are line ends.
pub fn tidy(text: &str, source_lines_count: bool) -> String {
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    enum Gap {
        None,
        Space,
        Line,
    }
    let mut out = String::with_capacity(text.len());
    let mut gap = Gap::None;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let words = plain_words(rest.as_bytes());
        let (piece, after) = rest.split_at(words.max(c.len_utf8()));
        rest = after;
        if words == 0 {
            if c == BREAK || (source_lines_count && matches!(c, '\n' | '\r')) {
                gap = Gap::Line;
                continue;
            } else if c.is_whitespace() {
                gap = gap.max(Gap::Space);
                continue;
            } else if is_invisible(c) {
                continue;
            }
        }
        match gap {
            Gap::None => {}
            _ if out.is_empty() => {}
            Gap::Space => out.push(' '),
            Gap::Line => out.push('\n'),
        }
        gap = Gap::None;
        out.push_str(piece);
    }
    out
}

/// How many bytes at the start are words with single spaces between them: most of a text, and it is copied as it is. Ends
/// before every character that may be white space or invisible, and so between characters.
fn plain_words(bytes: &[u8]) -> usize {
    // The lead bytes of U+0080 to U+00BF, U+1000 to U+3FFF and U+E000 to U+FFFF, among which those beyond ASCII stand.
    let is_plain = |byte: u8| byte > b' ' && !matches!(byte, 0x7f | 0xc2 | 0xe1..=0xe3 | 0xee | 0xef);
    // So many at once, without a branch for each: bodies are most of what is read.
    const STRIDE: usize = 32;
    let mut at = 0;
    if bytes.first().is_some_and(|first| is_plain(*first)) {
        while let Some(window) = bytes.get(at..=at + STRIDE) {
            let is_odd = window.iter().fold(false, |odd, byte| odd | !(is_plain(*byte) | (*byte == b' ')));
            let has_gap = window.iter().zip(&window[1..]).fold(false, |gap, (byte, next)| gap | ((*byte == b' ') & (*next == b' ')));
            if is_odd | has_gap {
                break;
            }
            at += STRIDE;
        }
    }
    while let Some(byte) = bytes.get(at) {
        let is_between = *byte == b' ' && at > 0 && bytes.get(at + 1).is_some_and(|next| is_plain(*next));
        if !is_plain(*byte) && !is_between {
            break;
        }
        at += 1;
    }
    at
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{ad}') || (c.is_control() && c != '\t')
}
