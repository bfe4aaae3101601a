//! Which text the bytes of a page are.
//!
//! `recipe` decodes pages with this before it reads them, and the commands before they look into one; nothing else decodes.
//! The order is the recipe's override, a byte order mark, the `Content-Type` header, what a page of markup says of itself in
//! its first bytes, UTF-8 where it fits, and for markup Windows-1252, which is what unlabelled pages of Latin American
//! courts are. JSON without a label is UTF-8 (RFC 8259). Bytes that do not fit become U+FFFD, and the caller is told.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::page::Page;

/// How far into a page its own statement is looked for (WHATWG HTML, prescan of a byte stream).
const PRESCAN: usize = 1024;

/// The text of a page.
pub fn decode(page: &Page) -> Cow<'_, str> {
    decode_with_errors(page).0
}

/// The text of a page, and whether some of its bytes did not fit the charset.
pub fn decode_with_errors(page: &Page) -> (Cow<'_, str>, bool) {
    encoding(page).decode_with_bom_removal(&page.body)
}

/// The charset that a page would be read in and is not in: its bytes are UTF-8, beyond ASCII, and no text of another charset is
/// that by chance. Read otherwise, `ó` becomes `Ã³`, and every entry another entry.
pub fn mistaken_charset(page: &Page) -> Option<&'static str> {
    let encoding = encoding(page);
    let is_other = encoding != UTF_8 && encoding != UTF_16LE && encoding != UTF_16BE;
    (is_other && !page.body.is_ascii() && std::str::from_utf8(&page.body).is_ok()).then(|| encoding.name())
}

fn encoding(page: &Page) -> &'static Encoding {
    let stated = page.charset.as_deref().and_then(by_label);
    stated
        .or_else(|| Encoding::for_bom(&page.body).map(|(encoding, _)| encoding))
        .or_else(|| page.header("content-type").and_then(charset_parameter).and_then(by_label))
        .or_else(|| is_markup(&page.body).then(|| prescan(&page.body)).flatten())
        .unwrap_or_else(|| if is_markup(&page.body) && is_no_utf8(&page.body) { WINDOWS_1252 } else { UTF_8 })
}

/// Whether a body is HTML or XML, by its first byte. What a body of JSON quotes is no statement about itself.
fn is_markup(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

/// Whether more of the bytes beyond ASCII speak against UTF-8 than for it. One broken letter in a page of UTF-8 must not
/// make another text of all the others.
fn is_no_utf8(body: &[u8]) -> bool {
    let (mut fit, mut broken) = (0usize, 0usize);
    for chunk in body.utf8_chunks() {
        fit += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    broken > fit
}

/// Whether a charset of this name is known.
pub fn is_known(label: &str) -> bool {
    by_label(label).is_some()
}

fn by_label(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label(label.trim().as_bytes())
}

/// The value of `charset=` in a header or a tag; quotes are taken off.
fn charset_parameter(text: &str) -> Option<&str> {
    let at = find_ignore_case(text, "charset")?;
    let value = text.get(at + "charset".len()..)?.trim_start().strip_prefix('=')?;
    Some(first_word(value))
}

fn first_word(text: &str) -> &str {
    let text = text.trim_start().trim_start_matches(['"', '\'']);
    text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '>' | '/' | '?')).next().unwrap_or_default()
}

/// `<meta charset>`, `<meta http-equiv content>` or the XML declaration.
fn prescan(body: &[u8]) -> Option<&'static Encoding> {
    // Every charset that can be stated this way has ASCII in its place, so anything else may be read as noise.
    let head = String::from_utf8_lossy(body.get(..PRESCAN).unwrap_or(body));
    let label = xml_declaration(&head).or_else(|| meta_charset(&head))?;
    let encoding = by_label(label)?;
    // A page that could be read as ASCII up to here is not UTF-16, whatever it says (WHATWG HTML).
    Some(if encoding == UTF_16LE || encoding == UTF_16BE { UTF_8 } else { encoding })
}

fn xml_declaration(head: &str) -> Option<&str> {
    let (declaration, _) = head.trim_start().strip_prefix("<?xml")?.split_once("?>")?;
    let (_, value) = declaration.split_once("encoding")?;
    Some(first_word(value.trim_start().strip_prefix('=')?))
}

fn meta_charset(head: &str) -> Option<&str> {
    let mut rest = head;
    while let Some(at) = rest.find('<') {
        rest = rest.get(at + 1..)?;
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->")?.1;
        } else if find_ignore_case(rest.get(..4).unwrap_or_default(), "meta").is_some() {
            let tag = rest.split('>').next().unwrap_or_default();
            let label = if find_ignore_case(tag, "http-equiv").is_some() { charset_parameter(tag) } else { charset_attribute(tag) };
            if label.is_some() {
                return label;
            }
        }
    }
    None
}

/// The attribute of that name, and not the word in a description of the page.
fn charset_attribute(tag: &str) -> Option<&str> {
    let at = find_ignore_case(tag, "charset")?;
    let before = tag.get(..at)?;
    let is_open = |quote| before.matches(quote).count() % 2 == 1;
    (before.ends_with(char::is_whitespace) && !is_open('"') && !is_open('\'')).then(|| charset_parameter(tag)).flatten()
}

/// The byte position of an ASCII `needle`, whatever its case; positions stay right because only ASCII letters are folded.
fn find_ignore_case(text: &str, needle: &str) -> Option<usize> {
    text.as_bytes().windows(needle.len()).position(|window| window.eq_ignore_ascii_case(needle.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn page(body: &[u8], header: Option<&str>, charset: Option<&str>) -> Page {
        Page {
            step: "s".into(),
            url: "https://court.example/".into(),
            status: 200,
            headers: header.map(|value| ("content-type".to_owned(), value.to_owned())).into_iter().collect(),
            body: body.to_vec(),
            charset: charset.map(str::to_owned),
            fetched_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn each_source_of_the_charset_is_used_in_its_order() {
        let utf8 = "Actuación".as_bytes();
        let latin = b"Actuaci\xF3n";
        type Case = (&'static str, &'static [u8], Option<&'static str>, Option<&'static str>, &'static str);
        let cases: [Case; 19] = [
            ("nothing said", utf8, None, None, "Actuación"),
            ("markup, nothing said, utf-8 does not fit", b"<p>Actuaci\xF3n", None, None, "<p>Actuación"),
            ("header in capitals", latin, Some("TEXT/HTML; CHARSET=Latin1"), None, "Actuación"),
            ("the override's case does not matter", latin, Some("text/html; charset=utf-8"), Some(" ISO-8859-1 "), "Actuación"),
            ("json without charset", utf8, Some("application/json"), None, "Actuación"),
            ("header", latin, Some("text/html; charset=ISO-8859-1"), None, "Actuación"),
            ("header, quoted, odd case", latin, Some("text/html;Charset=\"iso-8859-1\""), None, "Actuación"),
            ("header names nothing known", utf8, Some("text/html; charset=klingon"), None, "Actuación"),
            ("override beats the header", utf8, Some("text/html; charset=ISO-8859-1"), Some("utf-8"), "Actuación"),
            ("mark beats the header", b"\xEF\xBB\xBFActuaci\xC3\xB3n", Some("text/html; charset=ISO-8859-1"), None, "Actuación"),
            ("utf-16 by its mark", b"\xFF\xFEA\0\xF3\0", None, None, "Aó"),
            ("meta", b"<META CharSet=windows-1252><p>\xF3", None, None, "<META CharSet=windows-1252><p>ó"),
            (
                "meta http-equiv, second tag",
                b"<meta name=a><meta http-equiv='Content-Type' content='text/html; charset=ISO-8859-1'>\xF3",
                None,
                None,
                "<meta name=a><meta http-equiv='Content-Type' content='text/html; charset=ISO-8859-1'>ó",
            ),
            ("xml", b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\xF3", None, None, "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>ó"),
            (
                "the address of a script is no statement",
                b"<script src='x?charset=latin1'></script>\xC3\xB3",
                None,
                None,
                "<script src='x?charset=latin1'></script>ó",
            ),
            (
                "neither are a comment and a description",
                b"<!-- <meta charset=latin1> --><meta name=d content=' charset=latin1'>\xC3\xB3",
                None,
                None,
                "<!-- <meta charset=latin1> --><meta name=d content=' charset=latin1'>ó",
            ),
            (
                "nor what JSON quotes",
                b"[\"<meta charset=latin1>\xC3\xB3\"]",
                Some("application/json"),
                None,
                "[\"<meta charset=latin1>ó\"]",
            ),
            ("json by its header", b"[\"\xF3\"]", Some("application/json;charset=ISO-8859-1"), None, "[\"ó\"]"),
            ("meta cannot mean utf-16", b"<meta charset=utf-16>\xC3\xB3", None, None, "<meta charset=utf-16>ó"),
        ];
        for (name, body, header, charset, expected) in cases {
            let page = page(body, header, charset);
            let (text, errors) = decode_with_errors(&page);
            assert_eq!(text, expected, "{name}");
            assert!(!errors, "{name}");
        }
    }

    #[test]
    fn utf8_that_would_be_read_in_another_charset_is_in_a_wrong_one() {
        let (utf8, latin) = ("<p>Actuación ñ".as_bytes(), &b"<p>Actuaci\xF3n \xF1"[..]);
        let mixed = b"<p>Actuaci\xC3\xB3n \xF1";
        for (body, header, charset, mistaken) in [
            (utf8, Some("text/html; charset=iso-8859-1"), None, true),
            (utf8, None, Some("windows-1252"), true),
            ("<meta charset=latin1>ó".as_bytes(), None, None, true),
            (utf8, None, None, false),
            (utf8, Some("text/html; charset=latin1"), Some("utf-8"), false),
            (latin, Some("text/html; charset=latin1"), None, false),
            (mixed, Some("text/html; charset=latin1"), None, false),
            ("<p>1 — 2".as_bytes(), Some("text/html; charset=latin1"), None, true),
            (utf8, Some("text/html; charset=shift_jis"), None, true),
            (b"<p>plain", None, Some("latin1"), false),
        ] {
            assert_eq!(mistaken_charset(&page(body, header, charset)).is_some(), mistaken, "{header:?} {charset:?}");
        }
    }

    #[test]
    fn bytes_that_do_not_fit_are_marked_and_told() {
        for (body, header, expected) in [
            (&b"a\xF3b"[..], Some("text/html; charset=utf-8"), "a\u{FFFD}b"),
            (b"[\"a\xF3b\"]", None, "[\"a\u{FFFD}b\"]"),
            (b"<p>\xC3\xB3 \xC3\xA1 a\xF3b", None, "<p>ó á a\u{FFFD}b"),
        ] {
            let page = page(body, header, None);
            let (text, errors) = decode_with_errors(&page);
            assert_eq!(text, expected);
            assert!(errors);
        }
    }

    #[test]
    fn a_statement_beyond_the_prescan_does_not_count() {
        let mut body = vec![b' '; PRESCAN];
        body.extend_from_slice(b"<meta charset=koi8-r>\xC3\xB3");
        assert!(decode(&page(&body, None, None)).ends_with('ó'));
    }

    #[test]
    fn any_bytes_are_some_text() {
        for body in [&b""[..], b"<meta", b"<meta charset", b"<meta charset=", b"<?xml encoding", b"\xEF\xBB", b"<?xml?>", b"charset=\xFF"] {
            let _ = decode(&page(body, Some("charset"), Some("")));
        }
    }
}
