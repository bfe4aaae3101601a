//! What a page may become once it is read: the bound on the tree of an answer, beside the one on its bytes.
//!
//! Asked by `answer`, `html_page` and `inside` before or while they make a tree. Of `[{},{},…` each byte becomes a hundred, and
//! of `<p><b id=1><b id=2>…<p>x<p>x` HTML's own rules have each `<p>` begin with all the `<b>` again; so the bytes alone bound nothing. What a
//! court really sends is far below: ten thousand acts of e-SATJE with all their fields are 360,000 parts.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink as _};
use html5ever::{Attribute, ParseOpts, Parser, QualName, local_name, ns};
use scraper::{Html, HtmlTreeSink};

use super::{Refusal, budget};

/// The most parts of an answer: elements, texts and attributes of HTML; values and names of JSON; elements and attributes of XML. A part
/// takes about a hundred bytes.
pub const MOST_PARTS: usize = 1_000_000;

/// Parts that a page may have however small it is: a tree has some that stand in no page.
const FEW: usize = 1_000;

/// The most entries of a docket. What is compared, kept and told of each takes some kilobytes.
pub const MOST_ENTRIES: usize = 50_000;

/// Refuses a docket of more entries.
pub fn entries(count: usize, at: &str) -> Result<(), Refusal> {
    if count <= MOST_ENTRIES {
        return Ok(());
    }
    let expected = format!("a docket of at most {MOST_ENTRIES} entries");
    Err(Refusal::Unreadable { at: at.to_owned(), expected, found: "more".to_owned() })
}

/// An answer has more parts than are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany;

impl TooMany {
    /// What was found, for a refusal.
    pub fn found(self) -> String {
        format!("one of more than {MOST_PARTS} parts, or with more parts than its length explains; that is no page of a case")
    }
}

/// What a value or a name takes beside its text, in bytes.
const BYTES_A_PART: usize = 64;

/// JSON. Several answers of one visit, and JSON in texts of JSON, are kept together, so that each counts.
pub fn json(text: &str) -> Result<(), TooMany> {
    counted(json_parts(text.as_bytes()))
}

fn counted(parts: usize) -> Result<(), TooMany> {
    if parts > MOST_PARTS {
        return Err(TooMany);
    }
    budget::keep(parts * BYTES_A_PART);
    Ok(())
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

/// XML: two for each element, because it becomes an object with lists, and one for what looks like an attribute.
pub fn xml(text: &str) -> Result<(), TooMany> {
    let bytes = text.as_bytes();
    let parts = |at: usize| match (bytes[at], bytes.get(at + 1)) {
        (b'<', Some(b'/')) => 0,
        (b'<', _) => 2,
        _ => 1,
    };
    counted(memchr::memchr2_iter(b'<', b'=', bytes).map(parts).sum())
}

/// How far the parser may go.
#[derive(Clone, Copy)]
struct Limits {
    /// It is given so many bytes at a time.
    chunk: usize,
    /// It may compare so many names of attributes of one tag; these take seconds.
    comparisons: usize,
    /// The rules look through all open elements again and again: in two hundred thousand nested `<div>` for minutes. So many looks take seconds.
    looks: usize,
}

const LIMITS: Limits = Limits { chunk: 16 << 10, comparisons: 1_000_000_000, looks: 250_000_000 };

/// What the parser reads without a word: a tag that does not end. It compares each attribute with all before it, and only then shows them. A comment
/// or a value is as silent and costs nothing; one with so many different words is none of a court.
#[derive(Default)]
struct Silence<'t> {
    words: HashSet<&'t str>,
    comparisons: usize,
}

impl<'t> Silence<'t> {
    /// Another chunk was read, and the parser said something of it or not. Whether it may go on.
    fn goes_on(&mut self, chunk: &'t str, heard: bool, most: usize) -> bool {
        if heard {
            *self = Self::default();
            return true;
        }
        for word in chunk.split(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '"' | '\'')) {
            self.words.insert(word);
            self.comparisons += self.words.len();
        }
        self.comparisons <= most
    }
}

/// Feeds the parser.
fn feed(mut parser: Parser<Bounded>, text: &str, limits: Limits) -> Html {
    let (mut rest, mut silence) = (text, Silence::default());
    while let Some(first) = rest.chars().next() {
        let (now, later) = rest.split_at(rest.floor_char_boundary(limits.chunk).max(first.len_utf8()));
        parser.process(now.into());
        if !silence.goes_on(now, parser.tokenizer.sink.sink.heard.replace(false), limits.comparisons) {
            resume_unwind(Box::new(TooMany));
        }
        rest = later;
    }
    parser.finish()
}

/// A document of HTML.
pub fn document(text: &str) -> Result<Html, TooMany> {
    document_within(text, LIMITS)
}

fn document_within(text: &str, limits: Limits) -> Result<Html, TooMany> {
    within(text, Html::new_document(), limits, |sink| feed(html5ever::parse_document(sink, ParseOpts::default()), text, limits))
}

/// A piece of HTML, as it stands in a body.
pub fn fragment(text: &str) -> Result<Html, TooMany> {
    fragment_within(text, LIMITS)
}

fn fragment_within(text: &str, limits: Limits) -> Result<Html, TooMany> {
    let body = || QualName::new(None, ns!(html), local_name!("body"));
    within(text, Html::new_fragment(), limits, |sink| {
        feed(html5ever::parse_fragment(sink, ParseOpts::default(), body(), Vec::new(), false), text, limits)
    })
}

/// The parser knows no way to end early, so what leaves it is an unwinding that no panic hook sees.
fn within(text: &str, empty: Html, limits: Limits, parse: impl FnOnce(Bounded) -> Html) -> Result<Html, TooMany> {
    // The rules open again what was left open, which makes pages that nobody tidied larger than they are, and hostile ones without end.
    let most = (FEW + text.len()).min(MOST_PARTS);
    let tree = HtmlTreeSink::new(empty);
    let sink = Bounded { tree, left: Cell::new(most), looks: Cell::new(limits.looks), heard: Cell::new(false) };
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
    /// Whether the parser asked or said anything.
    heard: Cell<bool>,
}

/// The elements that HTML's rules open again where they were closed by mistake.
const FORMATTING: [&str; 14] = ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];

/// An element at a level more is looked through by each selector, each text that it stands in …
const LOOKS_A_LEVEL: usize = 4;

/// To compare two formatting elements takes as long as so many looks, and as many more for each attribute.
const LOOKS_A_COMPARISON: usize = 10;

/// What stands outside of these is not compared with what stands in them.
const MARKERS: [&str; 7] = ["td", "th", "caption", "template", "applet", "object", "marquee"];

impl Bounded {
    fn look(&self, count: usize) {
        self.heard.set(true);
        match self.looks.get().checked_sub(count) {
            Some(left) => self.looks.set(left),
            None => resume_unwind(Box::new(TooMany)),
        }
    }

    /// An element takes its place. How deep it stands is what every selector pays for it, and a formatting element is compared with those that it may
    /// be one of too many of: of forty thousand `<b id=…>` each with each.
    fn place(&self, parent: &Handle, child: &Handle) {
        let html = self.tree.0.borrow();
        let child = html.tree.get(*child).and_then(|child| child.value().as_element());
        let formatting = child.filter(|child| FORMATTING.contains(&child.name()));
        let mut above = html.tree.get(*parent);
        let (mut looks, mut alike, mut is_compared) = (0, 0, true);
        while let Some(node) = above {
            looks += LOOKS_A_LEVEL;
            if let (Some(own), Some(other), true) = (formatting, node.value().as_element(), is_compared) {
                is_compared = !MARKERS.contains(&other.name());
                if other.name() == own.name() {
                    let is_alike = own.attrs().eq(other.attrs());
                    // Of those that are alike the rules remember three.
                    if !is_alike || alike < 3 {
                        looks += LOOKS_A_COMPARISON * (1 + own.attrs.len() + other.attrs.len());
                    }
                    alike += usize::from(is_alike);
                }
            }
            above = node.parent();
        }
        drop(html);
        self.look(looks);
    }

    fn spend(&self, parts: usize) {
        self.heard.set(true);
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
            NodeOrText::AppendNode(child) => self.place(parent, child),
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
            NodeOrText::AppendNode(child) => self.place(sibling, child),
        }
        self.tree.append_before_sibling(sibling, node);
    }

    fn add_attrs_if_missing(&self, target: &Handle, attributes: Vec<Attribute>) {
        self.spend(attributes.len());
        // Each is put in its place among those that are there.
        let present = self.tree.0.borrow().tree.get(*target).and_then(|node| Some(node.value().as_element()?.attrs.len()));
        self.look(present.unwrap_or_default() * attributes.len());
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
        let few_looks = Limits { looks: 10_000_000, ..LIMITS };
        assert_eq!(document_within(&open, few_looks).err(), Some(TooMany));
        assert_eq!(document_within(&"<div>".repeat(5_000), few_looks).err(), Some(TooMany));
        assert!(document_within(&"<div>".repeat(1_000), few_looks).is_ok());
        assert_eq!(document_within(&"<span>".repeat(5_000), few_looks).err(), Some(TooMany), "selectors would go up from each to the top");
        let attributes: String = (0..6_000).map(|n| format!("<html a{n}>")).collect();
        assert_eq!(document_within(&attributes, few_looks).err(), Some(TooMany));
        let untidy = "<font face=Arial size=2>PROVIDENCIA 13/03/2024<br>\n".repeat(2_500);
        assert!(document(&untidy).is_ok(), "nobody closed a font, as in many pages of courts");
        let paragraphs = "<p><font face=Arial><b><font size=2 color=navy><i>Auto\n<p>\n".repeat(500);
        assert!(document(&paragraphs).is_ok());
        assert!(document(&"<font color=red>x</font> <a href=/1>y</a>".repeat(20_000)).is_ok());
        let attributes: String = (0..2_000).map(|n| format!(" a{n}")).collect();
        assert!(document(&format!("<p{attributes}>")).is_ok());
        assert_eq!(document(&"<hr>".repeat(MOST_PARTS + 1)).err(), Some(TooMany));
    }

    #[test]
    fn a_tag_without_end_ends_the_parsing_however_it_is_hidden() {
        let limits = Limits { comparisons: 10_000_000, ..LIMITS };
        let attributes = |between: &str| (0..12_000).map(|n| format!("a{n}{between}")).collect::<String>();
        let long = attributes(" ");
        for page in [
            format!("<p {long}"),
            format!("</p {long}"),
            format!("<!-- --!><p {long}"),
            format!("<script>\"<!--\"</script><p {long}"),
            format!("<p a==\" {long}"),
            format!("<p =\" {long}"),
            format!("<svg><![CDATA[> <p x=\" ]]></svg><p {}>", attributes("=\">\"")),
        ] {
            assert_eq!(document_within(&page, limits).err(), Some(TooMany), "{}", &page[..30]);
        }
        let prose = "Agréguese al expediente el escrito que antecede. ".repeat(2_000);
        for page in [format!("<p>{prose}"), format!("<!-- {prose} -->"), format!("<input value='{prose}'>"), format!("<script>{prose}")] {
            assert!(document_within(&page, limits).is_ok(), "{}", &page[..9]);
        }
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
        fn a_bounded_tree_is_the_tree(html in "(<(p|b|i|table|tr|td|a href=x|/p|/b|/i|/table|template|svg)>|x| |\n|&nbsp;|ñ|<!-- c -->){0,60}") {
            for chunk in [1, 7, LIMITS.chunk] {
                let limits = Limits { chunk, ..LIMITS };
                prop_assert_eq!(document_within(&html, limits).map(|tree| tree.html()), Ok(Html::parse_document(&html).html()));
                prop_assert_eq!(fragment_within(&html, limits).map(|tree| tree.html()), Ok(Html::parse_fragment(&html).html()));
            }
        }
    }
}
