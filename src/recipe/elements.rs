//! Elements of HTML, and how readers see what is in them.
//!
//! Used by `html_text` for markup and by `visible` for trees, so that both give one text.

use std::sync::OnceLock;

/// Elements that begin a new line (`ecuador.md` 1.7: block tags become a newline, inline tags nothing).
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "select",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "title",
    "tr",
    "ul",
];

/// Elements whose content is not text for readers.
const SILENT: &[&str] = &["script", "style", "template", "noscript", "iframe"];

/// Elements that stand beside each other with room between them.
const BOXES: &[&str] = &["button", "td", "textarea", "th"];

/// Elements of HTML, past and present, that are none of the above. What is not an element is text: `MONTO <USD 500` loses
/// nothing, and neither does an address in angle brackets. Names with a colon (`o:p`, `st1:city`) are those of office programs, and tags.
const INLINE: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "applet",
    "area",
    "audio",
    "b",
    "base",
    "basefont",
    "bdi",
    "bdo",
    "bgsound",
    "big",
    "blink",
    "canvas",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "datalist",
    "del",
    "dfn",
    "em",
    "embed",
    "font",
    "frame",
    "frameset",
    "head",
    "i",
    "img",
    "input",
    "ins",
    "kbd",
    "keygen",
    "label",
    "link",
    "map",
    "mark",
    "marquee",
    "meta",
    "meter",
    "nobr",
    "noembed",
    "noframes",
    "object",
    "optgroup",
    "output",
    "param",
    "picture",
    "plaintext",
    "progress",
    "q",
    "rb",
    "rp",
    "rt",
    "rtc",
    "ruby",
    "s",
    "samp",
    "search",
    "slot",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "svg",
    "time",
    "track",
    "tt",
    "u",
    "var",
    "video",
    "wbr",
    "xmp",
];

/// Whether readers see what is within an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sound {
    /// They do not.
    Silent,
    /// They do, beside what stands around it.
    Inline,
    /// They do, apart from what stands around it: a cell or a button.
    Box,
    /// They do, on lines of its own.
    Block,
}

/// What readers see of an element of this name. What is not known is as good as not there.
pub fn sound(name: &str) -> Sound {
    known(name).unwrap_or(Sound::Inline)
}

/// An element of HTML by its name, in whatever case; asked for every tag of every page, so it neither copies nor searches long.
pub fn known(name: &str) -> Option<Sound> {
    static BY_LETTER: OnceLock<[Vec<(&str, Sound)>; 26]> = OnceLock::new();
    let letter = |name: &str| name.bytes().next().map(|first| usize::from(first.to_ascii_lowercase().wrapping_sub(b'a')));
    let by_letter = BY_LETTER.get_or_init(|| {
        let mut by_letter: [Vec<(&str, Sound)>; 26] = Default::default();
        for (names, sound) in [(BLOCKS, Sound::Block), (SILENT, Sound::Silent), (BOXES, Sound::Box), (INLINE, Sound::Inline)] {
            for name in names {
                if let Some(names) = letter(name).and_then(|letter| by_letter.get_mut(letter)) {
                    names.push((*name, sound));
                }
            }
        }
        by_letter
    });
    let names = by_letter.get(letter(name)?)?;
    names.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, sound)| *sound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_known_in_any_case_and_stand_in_one_list() {
        let all: Vec<&str> = [BLOCKS, INLINE, BOXES, SILENT].concat();
        let mut once = all.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), all.len());
        for (name, expected) in [("TD", Some(Sound::Box)), ("Br", Some(Sound::Block)), ("span", Some(Sound::Inline)), ("my-app", None)] {
            assert_eq!(known(name), expected, "{name}");
        }
    }
}
