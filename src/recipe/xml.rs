//! XML as a value: feeds and SOAP answers, by local names, so that the rest of a recipe is the same as for JSON.
//!
//! Used by `answer`. Every element is an object: its text under `text`, its attributes under `@name`, its children in
//! lists under their local names. It checks no schema and fetches nothing; entities of a document's own are left as they
//! stand.

use super::budget;
use super::html_text::{decode_entities, end_of_tag};
use super::value::{Fields, Value};

/// Deeper documents than this are an attack or a mistake.
const DEEPEST: usize = 100;

/// Why a text is not an XML document.
#[derive(Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It begins with another root element than the recipe expects; its name.
    Root(String),
    /// It ends before its elements do.
    CutOff,
    /// It nests too deep.
    TooDeep,
}

struct Open {
    name: String,
    fields: Fields<'static>,
    text: String,
}

/// Reads a document whose root is one of these (any, when there is none): `{"rss": [{…}]}`.
pub fn parse(text: &str, roots: &[String]) -> Result<Value<'static>, Trouble> {
    let mut stack = vec![Open { name: String::new(), fields: Fields::default(), text: String::new() }];
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, markup) = rest.split_at(at);
        push_text(&mut stack, &decode_entities(before));
        if let Some(inside) = markup.strip_prefix("<![CDATA[") {
            let (data, after) = inside.split_once("]]>").ok_or(Trouble::CutOff)?;
            push_text(&mut stack, data);
            rest = after;
            continue;
        }
        if let Some(inside) = markup.strip_prefix("<!--") {
            rest = inside.split_once("-->").ok_or(Trouble::CutOff)?.1;
            continue;
        }
        let after = end_of_tag(&markup[1..]).ok_or(Trouble::CutOff)?;
        let inside = &markup[1..markup.len() - after.len() - 1];
        rest = after;
        match inside.chars().next() {
            Some('?' | '!') | None => {}
            Some('/') => close(&mut stack, local(inside[1..].trim())),
            Some(_) => open(&mut stack, inside, roots)?,
        }
    }
    if stack.len() > 1 {
        return Err(Trouble::CutOff);
    }
    let root = stack.pop().map(|root| root.fields).unwrap_or_default();
    if root.is_empty() { Err(Trouble::CutOff) } else { Ok(Value::Object(root)) }
}

fn push_text(stack: &mut [Open], text: &str) {
    if let Some(open) = stack.last_mut() {
        open.text.push_str(text);
    }
}

fn open(stack: &mut Vec<Open>, inside: &str, roots: &[String]) -> Result<(), Trouble> {
    let is_empty = inside.ends_with('/');
    let inside = inside.strip_suffix('/').unwrap_or(inside);
    let end = inside.find(|c: char| c.is_whitespace()).unwrap_or(inside.len());
    let name = local(&inside[..end]).to_owned();
    if stack.len() == 1 && !roots.is_empty() && !roots.contains(&name) {
        return Err(Trouble::Root(name));
    }
    if stack.len() > DEEPEST {
        return Err(Trouble::TooDeep);
    }
    let fields = attributes(&inside[end..]);
    stack.push(Open { name: name.clone(), fields, text: String::new() });
    if is_empty {
        close(stack, &name);
    }
    Ok(())
}

/// Ends the innermost element of this name and those within it that were left open; an end without a start is nothing.
fn close(stack: &mut Vec<Open>, name: &str) {
    let Some(depth) = stack.iter().rposition(|open| open.name == name).filter(|depth| *depth > 0) else { return };
    while stack.len() > depth {
        let Some(mut done) = stack.pop() else { return };
        done.fields.insert("text", done.text.trim().to_owned().into());
        let Some(parent) = stack.last_mut() else { return };
        // Each is looked for among the names before it.
        budget::step(parent.fields.len());
        match parent.fields.get_mut(&done.name) {
            Some(Value::Array(list)) => list.push(Value::Object(done.fields)),
            Some(_) => {}
            None => parent.fields.insert(done.name, Value::Array(vec![Value::Object(done.fields)])),
        }
    }
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

fn attributes(text: &str) -> Fields<'static> {
    let mut fields = Fields::default();
    let mut rest = text.trim_start();
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let Some(quote) = after.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else { break };
        let Some((value, after)) = after[1..].split_once(quote) else { break };
        budget::step(fields.len());
        fields.insert(format!("@{}", local(name.trim())), decode_entities(value).into());
        rest = after.trim_start();
    }
    fields
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn elements_become_lists_by_local_name() {
        let text = "<?xml version='1.0'?><!DOCTYPE x><S:Env xmlns:S=\"u\"><S:Body a='1&amp;2'>uno &lt;<b/><![CDATA[<p>dos]]></S:Body><S:Body>&#243;</S:Body><!-- x --></S:Env>";
        let value = parse(text, &["Env".to_owned()]).unwrap().to_plain();
        assert_eq!(value["Env"][0]["@S"], "u");
        let body = json!([{"@a": "1&2", "b": [{"text": ""}], "text": "uno <<p>dos"}, {"text": "ó"}]);
        assert_eq!(value["Env"][0]["Body"], body);
    }

    #[test]
    fn names_without_end_end_the_reading() {
        let children: String = (0..3_000).map(|n| format!("<a{n}/>")).collect();
        let attributes: String = (0..6_000).map(|n| format!(" b{n}=''")).collect();
        let items = "<item a='1' b='2' c='3'><title>x</title><link>y</link><guid>z</guid></item>".repeat(3_000);
        let left = budget::Left { bytes: usize::MAX, steps: 4_000_000 };
        let reads = |text: String| budget::within_these(left, || Ok(parse(&text, &[]).map(drop))).is_ok();
        assert!(!reads(format!("<rss>{children}</rss>")));
        assert!(!reads(format!("<rss{attributes}></rss>")));
        assert!(reads(format!("<rss>{items}</rss>")));
    }

    #[test]
    fn what_is_no_such_document_is_said() {
        let roots = ["rss".to_owned()];
        for (text, trouble) in [
            ("<!DOCTYPE html><html><body></body></html>", Trouble::Root("html".to_owned())),
            ("<rss><channel><item>", Trouble::CutOff),
            ("<rss><channel", Trouble::CutOff),
            ("", Trouble::CutOff),
            (&"<rss>".repeat(1000), Trouble::TooDeep),
        ] {
            assert_eq!(parse(text, &roots), Err(trouble));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_value_and_no_panic(text in "(<[a-b/!?]{0,2}|>|/>|=|\"|'|&#|;|<!\\[CDATA\\[|\\]\\]>|<!--|-->|ñ| ){0,40}") {
            let _ = parse(&text, &[]);
        }
    }
}
