//! HTML as text: what a reader of the page would see, without gluing or splitting words.
//!
//! Used for the bodies of entries, which arrive as plain text or as HTML within JSON, and for elements of pages. A
//! tokenizer of its own, because bodies are fragments that a tree builder would rearrange, and because dockets have
//! thousands of them. It keeps no structure: for rows and cells of pages see `view`.

use super::elements::{Sound, known};
use super::entities;
use super::spacing::{BREAK, tidy};

/// The text of HTML or of a text that only may hold HTML. Lines are tidied and empty ones left out.
///
/// Line ends count as line ends only where no block element says how the text is set: e-SATJE sends both kinds of body.
pub fn to_text(html: &str) -> String {
    if html.contains(BREAK) {
        return to_text(&html.replace(BREAK, ""));
    }
    if !html.contains(['<', '&']) {
        return tidy(html, true);
    }
    let mut text = Setting { raw: String::with_capacity(html.len()), has_blocks: false };
    let mut rest = html;
    while let Some(at) = memchr::memchr2(b'<', b'&', rest.as_bytes()) {
        text.raw.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.as_bytes()[0] == b'&' {
            let (c, after) = entity(rest);
            text.push_char(c);
            rest = after;
        } else if let Some(Tag { name, is_end, after, sound }) = tag(rest) {
            rest = after;
            text.edge(sound);
            if sound == Sound::Silent && !is_end {
                rest = skip_to_end(rest, name);
            }
        } else {
            text.raw.push('<');
            rest = &rest[1..];
        }
    }
    text.raw.push_str(rest);
    text.finish()
}

/// A text while it is put together from pieces and the tags between them, in the order of the page.
#[derive(Debug, Default)]
pub struct Setting {
    raw: String,
    has_blocks: bool,
}

impl Setting {
    /// A piece of text.
    pub fn push(&mut self, text: &str) {
        if text.contains(BREAK) {
            self.raw.extend(text.chars().filter(|c| *c != BREAK));
        } else {
            self.raw.push_str(text);
        }
    }

    fn push_char(&mut self, c: char) {
        if c != BREAK {
            self.raw.push(c);
        }
    }

    /// The start or the end of an element that readers see so.
    pub fn edge(&mut self, sound: Sound) {
        match sound {
            Sound::Block => {
                self.has_blocks = true;
                self.raw.push(BREAK);
            }
            Sound::Box => self.raw.push(' '),
            Sound::Silent | Sound::Inline => {}
        }
    }

    /// The text: lines with single spaces, none empty; `\r`, `\n` and their pairs in any order end a line where no block
    /// does; invisible characters go.
    pub fn finish(self) -> String {
        tidy(&self.raw, !self.has_blocks)
    }
}

/// A tag at the start of a text.
pub struct Tag<'t> {
    /// The name of its element, as written; `!` for comments and declarations.
    pub name: &'t str,
    /// Whether it is an end tag.
    pub is_end: bool,
    /// What follows it.
    pub after: &'t str,
    /// What readers see of the element.
    pub sound: Sound,
}

/// The tag at the start of the text. `None`: not a tag.
pub fn tag(text: &str) -> Option<Tag<'_>> {
    let unseen = |after| Some(Tag { name: "!", is_end: false, after, sound: Sound::Inline });
    let inside = &text[1..];
    if inside.as_bytes().first() == Some(&b'!')
        && let Some(comment) = inside.strip_prefix("!--")
    {
        return unseen(comment.find("-->").map_or("", |end| &comment[end + 3..]));
    }
    let is_end = inside.as_bytes().first() == Some(&b'/');
    let name = if is_end { &inside[1..] } else { inside };
    let first = name.bytes().next()?;
    if matches!(first, b'!' | b'?') {
        return unseen(after_tag(name));
    }
    if !first.is_ascii_alphabetic() {
        return None;
    }
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-');
    let length = name.bytes().position(|byte| !is_of_name(byte)).unwrap_or(name.len());
    let (name, rest) = name.split_at(length);
    let ends_here = rest.bytes().next().is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'));
    if !ends_here {
        return None;
    }
    let is_of_an_office_program = || name.split_once(':').is_some_and(|(prefix, rest)| prefix.len() <= 3 && !rest.is_empty());
    let sound = known(name).or_else(|| is_of_an_office_program().then_some(Sound::Inline))?;
    close_of_tag(rest).map(|after| Tag { name, is_end, after, sound })
}

/// What follows the `>` of a tag. Another `<` before it, outside of quotes, shows that the first began no tag; so does the
/// end of the text.
fn close_of_tag(text: &str) -> Option<&str> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(&text[at + 1..]),
            (None, b'<') => return None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if byte == open => quote = None,
            _ => {}
        }
    }
    // An attribute that is never closed must not swallow the body.
    let (inside, after) = text.split_once('>')?;
    (!inside.contains('<')).then_some(after)
}

/// What follows the `>` that closes a tag, quoted attribute values respected.
fn after_tag(text: &str) -> &str {
    end_of_tag(text).or_else(|| text.split_once('>').map(|(_, after)| after)).unwrap_or_default()
}

/// What follows the `>` that closes a tag; `None` when nothing closes it.
pub fn end_of_tag(text: &str) -> Option<&str> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match quote {
            None if byte == b'>' => return Some(&text[at + 1..]),
            None if byte == b'"' || byte == b'\'' => quote = Some(byte),
            Some(open) if byte == open => quote = None,
            _ => {}
        }
    }
    None
}

/// A text with its entities decoded; those that are not known stay as they are.
pub fn decode_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let (c, after) = entity(&rest[at..]);
        out.push(c);
        rest = after;
    }
    out + rest
}

/// The markup with the bodies of its scripts left out; their tags stay.
pub fn without_script_bodies(html: &str) -> String {
    let mut kept = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("<script") {
        let after = after_tag(&rest[at + 7..]);
        kept.push_str(&rest[..rest.len() - after.len()]);
        rest = skip_to_end(after, "script");
    }
    kept + rest
}

/// What follows the end tag of this name.
pub fn skip_to_end<'t>(text: &'t str, name: &str) -> &'t str {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(found) = text[from..].find("</") {
        let at = from + found;
        let end = at + 2 + name.len();
        if bytes.get(at + 2..end).is_some_and(|there| there.eq_ignore_ascii_case(name.as_bytes())) {
            return text.get(end..).map_or("", after_tag);
        }
        from = at + 2;
    }
    ""
}

/// The character of the entity at the start of the text and what follows; a lone `&` stands for itself.
fn entity(text: &str) -> (char, &str) {
    let inside = &text[1..];
    let length = inside.bytes().take(33).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
    let name = &inside[..length];
    let after = &inside[length..];
    let decoded = match name.strip_prefix("#") {
        Some(digits) => match digits.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok(),
            None => digits.parse().ok(),
        }
        .map(numbered),
        None => entities::named(name).filter(|_| after.as_bytes().first() == Some(&b';')),
    };
    match decoded {
        Some(c) => (c, after.strip_prefix(';').unwrap_or(after)),
        None => ('&', inside),
    }
}

/// The character of a number, as HTML has it: 128 to 159 mean those of Windows-1252 (WHATWG HTML 13.2.5.80).
fn numbered(code: u32) -> char {
    match u8::try_from(code) {
        Ok(byte @ 0x80..=0x9f) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next(),
        _ => char::from_u32(code).filter(|c| *c != '\0'),
    }
    .unwrap_or('\u{fffd}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_neither_glued_nor_split() {
        for (html, expected) in [
            (
                "<p>Audiencia <b>única</b></p><p>convocada para el d&iacute;a</p>25 DE ENERO",
                "Audiencia única\nconvocada para el día\n25 DE ENERO",
            ),
            ("con<strong>voca</strong>toria", "convocatoria"),
            ("uno<br/>dos<BR >tres", "uno\ndos\ntres"),
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
            ("<p>uno\r\n  dos</p>\n\r<p>tres&nbsp;&nbsp;cuatro</p>", "uno dos\ntres cuatro"),
            ("RAZON: comparece\r\nCuenca, 26 de junio\n\rfin\r\rfin", "RAZON: comparece\nCuenca, 26 de junio\nfin\nfin"),
            ("<b>RAZON</b>\r\nCuenca", "RAZON\nCuenca"),
            ("uno\n&#1;\n&#8203; dos", "uno\ndos"),
            ("<style>p{}</style><p title='a>b'>x</p><script>if (a<b) {}</script>y", "x\ny"),
            ("<!-- <p>no</p> -->sí<![CDATA[x]]>", "sí"),
            ("a < b & c &amp; d &lt;p&gt; &unknown; &#241;&#xF1; &eacute", "a < b & c & d <p> &unknown; ññ &eacute"),
            ("<p class=\"abierta>texto</p>", "texto"),
            ("MONTO <USD 500, se convoca a audiencia", "MONTO <USD 500, se convoca a audiencia"),
            ("<p>MONTO <USD 500, se convoca</p><p>dos</p>", "MONTO <USD 500, se convoca\ndos"),
            ("correo <juan@example.com> fin", "correo <juan@example.com> fin"),
            ("valor <p 500 y <b>sigue</b>", "valor <p 500 y sigue"),
            ("menos <a todo", "menos <a todo"),
            ("a<o:p></o:p>b", "ab"),
            ("rango 1&#150;2 &#147;cita&#148;&#146;&#x80;", "rango 1–2 “cita”’€"),
            ("a&#13;\nb&#9;c&#10;d", "a\nb c\nd"),
            ("<p>a&#13;b</p>", "a b"),
            ("a&#0;b&#55296;c&#xE000;d", "a\u{fffd}b\u{fffd}cd"),
            ("<object>texto visible</object>", "texto visible"),
            ("<dir>a</dir><menu>b</menu>c", "a\nb\nc"),
            ("<textarea>a</textarea>b<button>c</button><button>d</button>", "a b c d"),
            ("", ""),
            ("\u{feff}a\u{200b}b", "ab"),
            ("<p>a \u{200b} b</p><p>\u{feff}</p><p>c</p>", "a b\nc"),
        ] {
            assert_eq!(to_text(html), expected, "{html}");
        }
    }

    #[test]
    fn scripts_lose_their_bodies_and_keep_their_tags() {
        let html = "a<script src='captcha.js'>var x = 1</script>b<script>y";
        assert_eq!(without_script_bodies(html), "a<script src='captcha.js'>b<script>");
    }

    #[test]
    fn a_huge_body_of_open_brackets_takes_no_time() {
        for text in ["<".repeat(200_000) + "<a '" + &"</".repeat(100_000), "<a \"".repeat(200_000), "<a x".repeat(200_000)] {
            assert!(!to_text(&text).is_empty());
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_a_text(html in "(<[a-z/!]{0,4}|[&#;x0-9]{1,4}|[>'\"\\r\\n ñ\u{a0}]|script){0,40}") {
            let text = to_text(&html);
            prop_assert!(!text.contains('\r') && !text.contains("\n\n"));
        }
    }
}
