//! Selectors that last: by ids and classes that look chosen by a person, by position only when nothing else is left.

use std::collections::HashSet;

use scraper::{ElementRef, Html, Selector};

/// Classes that say how a row is painted or that a script put there, not what it is.
const PAINT: &[&str] =
    &["odd", "even", "par", "impar", "alt", "alternate", "first", "last", "active", "selected", "hover", "show", "row", "col", "container"];

/// Whether a class or an id looks as if it would be there tomorrow. Generated names have digits.
pub fn is_stable(name: &str) -> bool {
    let is_plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '-' | '_'));
    let is_paint = PAINT.contains(&name.to_ascii_lowercase().as_str());
    // A hash of a style sheet: consonants, or upper and lower case in no order.
    let is_scrambled =
        name.chars().filter(|c| c.is_ascii_uppercase()).count() > 3 && name.chars().any(|c| c.is_ascii_lowercase()) && name.len() < 9;
    is_plain && !is_paint && !is_scrambled
}

/// The classes of an element that last.
pub fn classes(element: ElementRef<'_>) -> Vec<String> {
    element.value().classes().filter(|class| is_stable(class)).map(str::to_owned).collect()
}

/// How an element is named by its own id, where that lasts. Of ids that a framework composed (`form:j_idt7:acts_data`) the last
/// part counts.
fn by_id(element: ElementRef<'_>) -> Option<String> {
    let (tag, id) = (element.value().name(), element.value().id()?);
    if is_stable(id) {
        return Some(format!("{tag}#{id}"));
    }
    let last = id.rsplit(':').next().filter(|last| is_stable(last) && id.contains(':'))?;
    Some(format!("{tag}[id$=':{last}']"))
}

fn by_class(element: ElementRef<'_>) -> Option<String> {
    let classes = classes(element);
    (!classes.is_empty()).then(|| format!("{}.{}", element.value().name(), classes.into_iter().take(2).collect::<Vec<_>>().join(".")))
}

fn by_place(element: ElementRef<'_>) -> String {
    let name = element.value().name();
    let same = |sibling: &ElementRef<'_>| sibling.value().name() == name;
    let before = element.prev_siblings().filter_map(ElementRef::wrap).filter(same).count();
    let after = element.next_siblings().filter_map(ElementRef::wrap).any(|sibling| same(&sibling));
    if before == 0 && !after { name.to_owned() } else { format!("{name}:nth-of-type({})", before + 1) }
}

/// A selector that selects these elements of a page and no others. `own` says what each of them is: `tr.fila`, `li`.
pub fn exact(html: &Html, elements: &[ElementRef<'_>], own: &str) -> Option<String> {
    let wanted: HashSet<_> = elements.iter().map(|element| element.id()).collect();
    let fits = |css: &str| {
        let Ok(css) = Selector::parse(css) else { return false };
        let mut found = 0;
        html.select(&css).all(|element| {
            found += 1;
            wanted.contains(&element.id())
        }) && found == wanted.len()
    };
    let first = elements.first()?;
    if own.contains(['.', '#', '[']) && fits(own) {
        return Some(own.to_owned());
    }
    let ancestors: Vec<ElementRef<'_>> = first.ancestors().filter_map(ElementRef::wrap).collect();
    let anchors = |name: &dyn Fn(ElementRef<'_>) -> Option<String>| -> Option<String> {
        ancestors.iter().enumerate().find_map(|(depth, ancestor)| {
            let anchor = name(*ancestor)?;
            let inside = [
                format!("{anchor} {own}"),
                format!("{anchor} > {own}"),
                chain(&anchor, &ancestors[..depth], own, |element| element.value().name().to_owned()),
            ];
            inside.into_iter().find(|css| fits(css))
        })
    };
    if let Some(css) = anchors(&by_id).or_else(|| anchors(&by_class)) {
        return Some(css);
    }
    if fits(own) {
        return Some(own.to_owned());
    }
    let by_tag = anchors(&|element| Some(element.value().name().to_owned()).filter(|name| !matches!(name.as_str(), "html" | "body")));
    // By position, from the nearest ancestor that has a name of its own.
    by_tag.or_else(|| {
        ancestors.iter().enumerate().find_map(|(depth, ancestor)| {
            let anchor = by_id(*ancestor)
                .or_else(|| by_class(*ancestor))
                .or_else(|| (ancestor.value().name() == "body").then(|| "body".to_owned()))?;
            let css = chain(&anchor, &ancestors[..depth], own, by_place);
            fits(&css).then_some(css)
        })
    })
}

fn chain(anchor: &str, below: &[ElementRef<'_>], own: &str, name: impl Fn(ElementRef<'_>) -> String) -> String {
    let mut parts = vec![anchor.to_owned()];
    parts.extend(below.iter().rev().map(|element| name(*element)));
    parts.push(own.to_owned());
    parts.join(" > ")
}

/// What one element is: by its id, its classes, or its tag.
pub fn own(element: ElementRef<'_>) -> String {
    by_id(element).or_else(|| by_class(element)).unwrap_or_else(|| element.value().name().to_owned())
}

/// A selector for one element of a page that does not go by position; `None` when there is none.
pub fn of_one(html: &Html, element: ElementRef<'_>) -> Option<String> {
    exact(html, &[element], &own(element)).filter(|css| !css.contains("nth-"))
}
