//! What a page may become once it is read: the bound on the tree of an answer, beside the one on its bytes.
//!
//! Asked by `answer`, `html_page` and `inside` before or while they make a tree. Of `[{},{},…` each byte becomes a hundred, and
//! of `<p><b id=1><b id=2>…<p>x<p>x` HTML's own rules have each `<p>` begin with all the `<b>` again; so the bytes alone bound nothing. What a
//! court really sends is far below: ten thousand acts of e-SATJE with all their fields are 360,000 parts.

use std::borrow::Cow;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink as _};
use html5ever::{Attribute, ParseOpts, QualName, local_name, ns};
use scraper::{Html, HtmlTreeSink};

/// The most parts of an answer: elements, texts and attributes of HTML; values and names of JSON; elements and attributes of XML. A part
/// takes about a hundred bytes.
pub const MOST_PARTS: usize = 1_000_000;

/// Parts that a page may have however small it is: a tree has some that stand in no page.
const FEW: usize = 1_000;

/// The most entries of a docket. What is compared, kept and told of each takes some kilobytes.
pub const MOST_ENTRIES: usize = 50_000;

/// An answer has more parts than are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany;

impl TooMany {
    /// What was found, for a refusal.
    pub fn found(self) -> String {
        format!("one of more than {MOST_PARTS} parts, or with more parts than its length explains; that is no page of a case")
    }
}

/// JSON that is no longer than this many parts is not counted: most of what courts send.
pub fn json(text: &str) -> Result<(), TooMany> {
    if text.len() <= MOST_PARTS || json_parts(text.as_bytes()) <= MOST_PARTS { Ok(()) } else { Err(TooMany) }
}

/// Each value and each name stands before or after one of these outside of texts.
fn json_parts(bytes: &[u8]) -> usize {
    let (mut parts, mut rest) = (0, bytes);
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'{' | b'[' | b',' | b':' => parts += 1,
            b'"' => rest = after_text(rest),
            _ => {}
        }
    }
    parts
}

fn after_text(mut rest: &[u8]) -> &[u8] {
    while let Some(at) = memchr::memchr2(b'"', b'\\', rest) {
        let ends = rest[at] == b'"';
        rest = rest.get(at + 2 - usize::from(ends)..).unwrap_or_default();
        if ends {
            return rest;
        }
    }
    &[]
}

/// XML: two for each tag, because an element becomes an object with lists, and one for what looks like an attribute.
pub fn xml(text: &str) -> Result<(), TooMany> {
    if text.len() <= MOST_PARTS {
        return Ok(());
    }
    let parts = memchr::memchr2_iter(b'<', b'=', text.as_bytes()).map(|at| 1 + usize::from(text.as_bytes()[at] == b'<')).sum::<usize>();
    if parts <= MOST_PARTS { Ok(()) } else { Err(TooMany) }
}

/// A document of HTML.
pub fn document(text: &str) -> Result<Html, TooMany> {
    document_within(text, MOST_LOOKS)
}

fn document_within(text: &str, looks: usize) -> Result<Html, TooMany> {
    within(text, Html::new_document(), looks, |sink| html5ever::parse_document(sink, ParseOpts::default()).one(text))
}

/// A piece of HTML, as it stands in a body.
pub fn fragment(text: &str) -> Result<Html, TooMany> {
    let body = || QualName::new(None, ns!(html), local_name!("body"));
    within(text, Html::new_fragment(), MOST_LOOKS, |sink| {
        html5ever::parse_fragment(sink, ParseOpts::default(), body(), Vec::new(), false).one(text)
    })
}

/// The parser knows no way to end early, so what leaves it is an unwinding that no panic hook sees.
fn within(text: &str, empty: Html, looks: usize, parse: impl FnOnce(Bounded) -> Html) -> Result<Html, TooMany> {
    // A node of two bytes is rarer than rare: `<p>` has three.
    let most = (FEW + text.len() / 2).min(MOST_PARTS);
    let sink = Bounded { tree: HtmlTreeSink::new(empty), left: Cell::new(most), looks: Cell::new(looks) };
    catch_unwind(AssertUnwindSafe(|| parse(sink))).map_err(|why| match why.downcast::<TooMany>() {
        Ok(too_many) => *too_many,
        Err(panic) => resume_unwind(panic),
    })
}

/// A tree that stops growing.
struct Bounded {
    tree: HtmlTreeSink,
    left: Cell<usize>,
    looks: Cell<usize>,
}

/// The elements that HTML's rules open again where they were closed by mistake.
const FORMATTING: [&str; 14] = ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];

/// The rules look through all open elements again and again: in two hundred thousand nested `<div>` for minutes. So many looks take seconds.
const MOST_LOOKS: usize = 250_000_000;

/// To compare two formatting elements takes as long as so many looks.
const LOOKS_A_COMPARISON: usize = 20;

impl Bounded {
    fn look(&self, count: usize) {
        match self.looks.get().checked_sub(count) {
            Some(left) => self.looks.set(left),
            None => resume_unwind(Box::new(TooMany)),
        }
    }

    /// A formatting element with attributes is compared with all those that it stands in: of forty thousand `<b id=…>` each with each.
    fn compare(&self, parent: &Handle, child: &Handle) {
        let html = self.tree.0.borrow();
        let is_compared = |node: &scraper::Node| {
            node.as_element().is_some_and(|element| FORMATTING.contains(&element.name()) && element.attrs().next().is_some())
        };
        if html.tree.get(*child).is_some_and(|child| is_compared(child.value())) {
            let mut above = html.tree.get(*parent);
            let mut looks = 0;
            while let Some(node) = above {
                looks += if is_compared(node.value()) { LOOKS_A_COMPARISON } else { 1 };
                above = node.parent();
            }
            drop(html);
            self.look(looks);
        }
    }

    fn spend(&self, parts: usize) {
        match self.left.get().checked_sub(parts) {
            Some(left) => self.left.set(left),
            None => resume_unwind(Box::new(TooMany)),
        }
    }
}

type Handle = <HtmlTreeSink as TreeSink>::Handle;

impl TreeSink for Bounded {
    type Handle = Handle;
    type Output = Html;
    type ElemName<'a> = <HtmlTreeSink as TreeSink>::ElemName<'a>;

    fn finish(self) -> Html {
        self.tree.finish()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        self.tree.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> Self::ElemName<'a> {
        self.look(1);
        self.tree.elem_name(target)
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, flags: ElementFlags) -> Handle {
        self.spend(1 + attributes.len());
        self.tree.create_element(name, attributes, flags)
    }

    fn create_comment(&self, text: StrTendril) -> Handle {
        self.spend(1);
        self.tree.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Handle {
        self.spend(1);
        self.tree.create_pi(target, data)
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        match &child {
            // A text comes in pieces, each end of a line by itself; those behind the first join it and are no part.
            NodeOrText::AppendText(_) => {
                let last = |html: &Html| Some(html.tree.get(*parent)?.last_child()?.value().is_text());
                let joins = last(&self.tree.0.borrow()).unwrap_or_default();
                self.spend(usize::from(!joins));
            }
            NodeOrText::AppendNode(child) => self.compare(parent, child),
        }
        self.tree.append(parent, child);
    }

    fn append_based_on_parent_node(&self, element: &Handle, before: &Handle, child: NodeOrText<Handle>) {
        let is_inside = self.tree.0.borrow().tree.get(*element).is_some_and(|element| element.parent().is_some());
        if is_inside { self.append_before_sibling(element, child) } else { self.append(before, child) }
    }

    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        self.tree.append_doctype_to_document(name, public, system);
    }

    fn get_template_contents(&self, target: &Handle) -> Handle {
        self.tree.get_template_contents(target)
    }

    fn same_node(&self, one: &Handle, other: &Handle) -> bool {
        self.look(1);
        self.tree.same_node(one, other)
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.tree.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &Handle, node: NodeOrText<Handle>) {
        match &node {
            NodeOrText::AppendText(_) => {
                let previous = |html: &Html| Some(html.tree.get(*sibling)?.prev_sibling()?.value().is_text());
                let joins = previous(&self.tree.0.borrow()).unwrap_or_default();
                self.spend(usize::from(!joins));
            }
            NodeOrText::AppendNode(_) => self.look(1),
        }
        self.tree.append_before_sibling(sibling, node);
    }

    fn add_attrs_if_missing(&self, target: &Handle, attributes: Vec<Attribute>) {
        self.spend(attributes.len());
        self.tree.add_attrs_if_missing(target, attributes);
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.tree.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &Handle, parent: &Handle) {
        self.tree.reparent_children(node, parent);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_courts_send_is_read_and_what_grows_out_of_all_proportion_is_not() {
        let rows = "<tr><td>13/03/2024</td><td>PROVIDENCIA GENERAL</td><td><a href=/1>ver</a></td></tr>".repeat(10_000);
        assert!(document(&format!("<table>{rows}</table>")).is_ok());
        let texts = ["a", "\n", " \n", "\r\n", "&nbsp;", "&", "a\n", "<", "\0", "ñ\n", "]]>"].map(|text| text.repeat(20_000));
        let blank_lines = ["<table>", "<tr>", "<select>", "<pre>", "<script>", "<textarea>", "<svg>", "<!--", "</body>", "</html>"];
        let blank_lines = blank_lines.map(|tag| format!("{tag}{}", "\n".repeat(20_000)));
        let pages = ["<br>a".repeat(5_000), "<p>".repeat(5_000), "a".repeat(1_000_000), String::new()];
        for page in pages.into_iter().chain(texts).chain(blank_lines) {
            let start: String = page.chars().take(20).collect();
            assert!(document(&page).is_ok() && fragment(&page).is_ok(), "{start:?} {}", page.len());
        }
        let bold: String = (0..2_000).map(|n| format!("<b id={n}>")).collect();
        let repeated = format!("<p>{bold}{}", "<p>x".repeat(5_000));
        assert_eq!((document(&repeated).err(), fragment(&repeated).err()), (Some(TooMany), Some(TooMany)), "{}", repeated.len());
        let open: String = (0..2_000).map(|n| format!("<b id={n}>")).collect();
        let few_looks = 10_000_000;
        assert_eq!(document_within(&open, few_looks).err(), Some(TooMany));
        assert_eq!(document_within(&"<div>".repeat(5_000), few_looks).err(), Some(TooMany));
        assert!(document_within(&"<div>".repeat(2_000), few_looks).is_ok());
        assert!(document(&"<font color=red>x</font> <a href=/1>y</a>".repeat(20_000)).is_ok());
        let attributes: String = (0..2_000).map(|n| format!(" a{n}")).collect();
        assert!(document(&format!("<p{attributes}>")).is_ok());
        assert_eq!(document(&"<i>".repeat(MOST_PARTS + 1)).err(), Some(TooMany));
    }

    #[test]
    fn the_parts_of_json_are_counted_outside_of_its_texts() {
        assert_eq!(json_parts(br#"[{"a": 1, "b,{": "x\\\",:["}, null]"#), 6);
        assert!(json(&format!("[\"{}\"]", ",".repeat(3 * MOST_PARTS))).is_ok());
        assert_eq!(json(&"[".repeat(MOST_PARTS + 1)), Err(TooMany));
        assert_eq!(json(&format!("[{}{{}}]", "{},".repeat(MOST_PARTS / 2 + 1))), Err(TooMany));
        assert_eq!(xml(&"<a/>".repeat(MOST_PARTS / 2 + 1)), Err(TooMany));
        assert!(xml(&"<item><title>x</title></item>".repeat(10_000)).is_ok());
    }

    proptest! {
        #[test]
        fn a_bounded_tree_is_the_tree(html in "(<(p|b|i|table|tr|td|a href=x|/p|/b|/i|/table|template|svg)>|x| |\n|&nbsp;|<!-- c -->){0,60}") {
            prop_assert_eq!(document(&html).map(|tree| tree.html()), Ok(Html::parse_document(&html).html()));
            prop_assert_eq!(fragment(&html).map(|tree| tree.html()), Ok(Html::parse_fragment(&html).html()));
        }
    }
}
