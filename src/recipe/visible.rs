//! What readers see of an element of a page: its text, its lines, or whether that is little.
//!
//! Used by `view`. It walks the tree that the page has been read into, without recursion (a page may nest deeper than a
//! stack reaches) and without writing the markup again; how a text is set is `html_text`'s.

use std::ops::ControlFlow;

use scraper::{ElementRef, Node};

use super::budget;
use super::elements::{Sound, sound};
use super::html_text::Setting;

/// The text of an element.
pub fn text(element: ElementRef<'_>, is_left_out: impl Fn(ElementRef<'_>) -> bool) -> String {
    let mut text = Setting::default();
    let _ = walk(element, is_left_out, |piece| {
        match piece {
            Piece::Text(piece) => text.push(piece),
            Piece::Start(_, sound) | Piece::End(_, sound) => text.edge(sound),
        }
        ControlFlow::Continue(())
    });
    text.finish()
}

/// The lines and cells of an element, in the order of the page. A cell or a line that is there and holds nothing is an
/// empty text; what merely stands between two of them is none.
pub fn lines(element: ElementRef<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = Setting::default();
    let mut has_just_begun = false;
    let _ = walk(
        element,
        |_| false,
        |piece| {
            match piece {
                Piece::Text(text) => {
                    // Line ends of the source are no lines of the page.
                    line.push(&text.replace(['\n', '\r'], " "));
                }
                Piece::Start(name, Sound::Box | Sound::Block) | Piece::End(name, Sound::Box | Sound::Block) => {
                    let text = std::mem::take(&mut line).finish();
                    let (is_break, is_end) = (name == "br", matches!(piece, Piece::End(..)));
                    has_just_begun &= text.is_empty();
                    if !text.is_empty() || (is_end && has_just_begun && !is_break) {
                        lines.push(text);
                    }
                    if !is_break {
                        has_just_begun = !is_end;
                    }
                }
                Piece::Start(..) | Piece::End(..) => {}
            }
            ControlFlow::Continue(())
        },
    );
    lines.extend(Some(line.finish()).filter(|line| !line.is_empty()));
    lines
}

/// Whether an element shows fewer letters than this. Of a long page no more is read than it takes to know.
pub fn is_shorter(element: ElementRef<'_>, than: usize) -> bool {
    let mut letters = 0;
    let count = |piece: Piece<'_>| {
        if let Piece::Text(text) = piece {
            letters += text.chars().filter(|c| !c.is_whitespace()).count();
        }
        if letters < than { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    walk(element, |_| false, count).is_continue()
}

/// To look at a node takes as long as to read so many bytes of a text.
const STEPS_A_NODE: usize = 8;

/// A piece of a page.
enum Piece<'a> {
    Text(&'a str),
    Start(&'a str, Sound),
    End(&'a str, Sound),
}

fn walk<'a>(
    element: ElementRef<'a>,
    is_left_out: impl Fn(ElementRef<'a>) -> bool,
    mut visit: impl FnMut(Piece<'a>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let root = *element;
    let mut node = root;
    loop {
        budget::step(STEPS_A_NODE);
        let is_entered = match node.value() {
            Node::Text(text) => {
                budget::step(text.len());
                visit(Piece::Text(text))?;
                false
            }
            Node::Element(inner) => {
                let sound = sound(inner.name());
                let is_seen = sound != Sound::Silent && !ElementRef::wrap(node).is_some_and(&is_left_out);
                if is_seen {
                    visit(Piece::Start(inner.name(), sound))?;
                    // What is empty ends where it starts.
                    if !node.has_children() {
                        visit(Piece::End(inner.name(), sound))?;
                    }
                }
                is_seen
            }
            _ => false,
        };
        let child = node.first_child().filter(|_| is_entered);
        if let Some(child) = child {
            node = child;
            continue;
        }
        loop {
            if node == root {
                return ControlFlow::Continue(());
            }
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            let Some(parent) = node.parent() else { return ControlFlow::Continue(()) };
            node = parent;
            if let Node::Element(inner) = node.value() {
                visit(Piece::End(inner.name(), sound(inner.name())))?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use scraper::Html;

    use super::*;
    use crate::recipe::html_text::to_text;

    /// The markup of an element without its attributes and comments.
    fn markup(element: ElementRef<'_>) -> String {
        let mut markup = String::new();
        let _ = walk(
            element,
            |_| false,
            |piece| {
                match piece {
                    Piece::Text(text) => markup.push_str(&text.replace('&', "&amp;").replace('<', "&lt;")),
                    Piece::Start(name, _) => markup.extend(["<", name, ">"]),
                    Piece::End(name, _) => markup.extend(["</", name, ">"]),
                }
                ControlFlow::Continue(())
            },
        );
        markup
    }

    #[test]
    fn lines_are_those_of_the_page_and_an_empty_cell_is_one() {
        let html = Html::parse_document(
            "<table><tr><td>Date\nFiled:</td><td> <br></td></tr><tr><td><b>a</b> b<br>c<br><br>d</td></tr></table><p>e<script>f</script>",
        );
        assert_eq!(lines(html.root_element()), ["Date Filed:", "", "a b", "c", "d", "e"]);
    }

    #[test]
    fn an_element_that_no_list_knows_is_none_of_the_text() {
        let html = Html::parse_document("<body><my-app>a<svg><path></path></svg>b</my-app>");
        assert_eq!(text(html.root_element(), |_| false), "ab");
    }

    proptest! {
        #[test]
        fn the_text_of_a_tree_is_the_text_of_its_markup(
            html in "(</?(td|tr|table|p|b|br|i|div|li|script|style|span|h2|textarea|!-- x --)>|[ab;\u{e000}]{1,3}|&(lt|amp)?;?|[ \\r\\n\u{a0}]{1,2}){0,40}"
        ) {
            let html = Html::parse_document(&html);
            for element in html.root_element().descendants().filter_map(ElementRef::wrap) {
                prop_assert_eq!(text(element, |_| false), to_text(&markup(element)));
            }
        }

        #[test]
        fn a_page_is_as_short_as_its_text(html in "(<p>|<b>|[ab]{1,3}| ){0,30}", than in 1usize..40) {
            let html = Html::parse_document(&html);
            let letters = text(html.root_element(), |_| false).chars().filter(|c| !c.is_whitespace()).count();
            prop_assert_eq!(is_shorter(html.root_element(), than), letters < than);
        }
    }
}
