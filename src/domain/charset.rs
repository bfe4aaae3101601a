//! Which text the bytes of a page are.
//!
//! `recipe` decodes pages with this before it reads them. The order is the recipe's override, a byte order mark, the
//! `Content-Type` header, what the page says of itself in its first bytes, UTF-8 where it fits, and Windows-1252, which
//! is what unlabelled pages of Latin American courts are. Bytes that do not fit become U+FFFD and never an error.

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

fn encoding(page: &Page) -> &'static Encoding {
    let stated = page.charset.as_deref().and_then(by_label);
    stated
        .or_else(|| Encoding::for_bom(&page.body).map(|(encoding, _)| encoding))
        .or_else(|| page.header("content-type").and_then(charset_parameter).and_then(by_label))
        .or_else(|| prescan(&page.body))
        .unwrap_or_else(|| if std::str::from_utf8(&page.body).is_ok() { UTF_8 } else { WINDOWS_1252 })
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
    while let Some(at) = find_ignore_case(rest, "<meta") {
        rest = rest.get(at + "<meta".len()..)?;
        let tag = rest.split('>').next().unwrap_or_default();
        if let Some(label) = charset_parameter(tag) {
            return Some(label);
        }
    }
    None
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
        let cases: [Case; 13] = [
            ("nothing said, utf-8 fits", utf8, None, None, "Actuación"),
            ("nothing said, utf-8 does not fit", latin, None, None, "Actuación"),
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
    fn bytes_that_do_not_fit_are_marked_and_told() {
        let page = page(b"a\xF3b", Some("text/html; charset=utf-8"), None);
        let (text, errors) = decode_with_errors(&page);
        assert_eq!(text, "a\u{FFFD}b");
        assert!(errors);
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
