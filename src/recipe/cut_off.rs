//! HTML pages that end before they should.
//!
//! Used by `answer`. A tree builder closes whatever a cut-off page left open, and the half of a row would look like an edit
//! of the whole one. Courts write careless pages, so a page counts as whole when it says that it ends, and an element that
//! HTML lets anyone leave open does not count.

use super::html_text::{Tag, skip_to_end, tag};

/// Whether a page ends with one of these texts, in lower case; white space, comments and case aside.
pub fn ends_with(html: &str, ends: &[String]) -> bool {
    let mut rest = html.trim_end();
    while let Some(start) = rest.strip_suffix("-->").and_then(|before| before.rfind("<!--")) {
        rest = rest[..start].trim_end();
    }
    let bytes = rest.as_bytes();
    ends.iter().any(|end| {
        let tail = bytes.len().checked_sub(end.len()).map(|start| &bytes[start..]);
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end.as_bytes()))
    })
}

/// Elements that have no end, or that HTML lets anyone leave open (WHATWG HTML 13.1.2.4).
const MAY_STAY_OPEN: &[&str] = &[
    "area", "base", "body", "br", "caption", "col", "colgroup", "dd", "dt", "embed", "head", "hr", "html", "img", "input", "li", "link",
    "meta", "optgroup", "option", "p", "param", "rp", "rt", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr",
];

/// The innermost element that a page leaves open although it must be closed; `None` for a page that says that it ends.
pub fn open_element(html: &str) -> Option<String> {
    let mut open: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let Some(Tag { name, is_end, after, .. }) = tag(rest) else {
            rest = &rest[1..];
            continue;
        };
        let written = &rest[..rest.len() - after.len()];
        let name = name.to_ascii_lowercase();
        rest = after;
        if is_end && (name == "html" || name == "body") {
            return None;
        }
        if is_end {
            // An end without a start closes nothing; one that skips others closes them.
            if let Some(depth) = open.iter().rposition(|known| *known == name) {
                open.truncate(depth);
            }
        } else if matches!(name.as_str(), "script" | "style" | "textarea" | "title") {
            rest = skip_to_end(rest, &name);
        } else if name != "!" && !written.ends_with("/>") && !MAY_STAY_OPEN.contains(&name.as_str()) && open.len() < DEEPEST {
            open.push(name);
        }
    }
    open.pop()
}

/// Deeper than this nobody looks, so that a page cannot make every end tag a long search.
const DEEPEST: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::fixtures::{page, small_recipe};
    use crate::recipe::{Recipe, Refusal, Step};

    const RECIPE: &str = small_recipe!(
        r#"
[[step]]
id = "docket"
get = "/docket"
format = "html"
ends = ["</html>", "</body>"]
[step.view]
rows = { css = "tr", required = true, columns = { date = 'Date', text = 'Text' } }
[entries]
from = "docket"
each = "$.rows[*]"
key = ["{{ text }}"]
title = "{{ text }}"
"#
    );

    #[test]
    fn a_page_of_several_tables_that_is_cut_anywhere_is_never_a_shorter_docket() {
        let recipe = Recipe::parse("court.toml", RECIPE).unwrap_or_else(|problems| panic!("{problems:?}"));
        let number = recipe.number("12").expect("a number");
        let table = |nth: u32| format!("<table><tr><td>03/0{nth}/2024</td><td>Entry {nth}</td></tr></table>");
        let first = "<table><tr><th>Date</th><th>Text</th></tr><tr><td>03/01/2024</td><td>Entry 1</td></tr></table>";
        let whole = format!("<html><body>{first}{}{}<p>Receipt</p></body></html>\n", table(2), table(3));
        let read = |html: &str| recipe.step(&number, &[page("docket", 200, "text/html", html.as_bytes())]);
        let Step::Done(docket) = read(&whole) else { panic!("not read") };
        assert_eq!(docket.entries.len(), 3);
        for cut in whole.len() / 2..whole.len() - "</html>\n".len() {
            let is_whole = whole[..cut].ends_with("</body>");
            assert_eq!(!is_whole, matches!(read(&whole[..cut]), Step::Refused(Refusal::Unreadable { .. })), "{}", &whole[..cut]);
        }
    }

    #[test]
    fn a_page_ends_as_the_recipe_says_or_is_cut_off() {
        let ends = ["</html>".to_owned(), "</body>".to_owned()];
        for (html, expected) in [
            ("<html>x</HTML>\r\n ", true),
            ("<html>x</html><!-- web7 --> <!-- 12 ms -->\n", true),
            ("x</body>", true),
            ("<html>x</html", false),
            ("<html>x</html> y", false),
            ("<!-- </html> -->", false),
            ("-->", false),
            ("é", false),
        ] {
            assert_eq!(ends_with(html, &ends), expected, "{html}");
        }
    }

    #[test]
    fn a_page_that_ends_is_whole_and_one_that_stops_is_not() {
        for (html, expected) in [
            ("<ul><li>uno<li>dos</ul>", None),
            ("<html><body><div><ul><li>uno</body></html>", None),
            ("<div><ul><li>uno</li><li>do", Some("ul")),
            ("<div><p>uno<br>dos<img src=x></div>", None),
            ("<div><a href='/x'>uno", Some("a")),
            ("<div><script>var a = '<ul>'</script></div></div>", None),
            ("<article><h2>uno</h2><div/><p>dos</article>", None),
        ] {
            assert_eq!(open_element(html).as_deref(), expected, "{html}");
        }
    }
}
