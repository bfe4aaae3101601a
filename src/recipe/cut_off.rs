//! HTML pages that end before they should.
//!
//! Used by `answer`. A tree builder closes whatever a cut-off page left open, and the half of a row would look like an edit
//! of the whole one. Courts write careless pages, so a page counts as whole when it says that it ends, and an element that
//! HTML lets anyone leave open does not count.

use super::html_text::{skip_to_end, tag};

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
        let Some((name, is_end, after)) = tag(rest) else {
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
