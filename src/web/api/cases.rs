//! The watch list in pages, and one line of it.
//!
//! Part of the [`api`](super); it picks from the list that the web keeps and asks nobody.

use serde_json::{Map, Value};

use crate::ask::route::ANY;
use crate::domain::fold::fold;
use crate::wire::api::cases::{CaseLine, CaseList, CasePage};

/// A page of the list.
///
/// # Errors
/// When `after` is no place in the list: one sentence.
pub(super) fn page(list: &CaseList, said: &Map<String, Value>) -> Result<CasePage, String> {
    let text = |name: &str| said.get(name).and_then(Value::as_str);
    let limit = said.get("limit").and_then(Value::as_u64).and_then(|limit| usize::try_from(limit).ok()).unwrap_or(100);
    let words: Vec<String> = text("q").map(fold).unwrap_or_default().split(' ').map(str::to_owned).collect();
    let takes = |case: &&CaseLine| {
        text("tag").is_none_or(|tag| case.tags.iter().any(|own| own == tag))
            && text("source").is_none_or(|source| case.source == source)
            && text("health").is_none_or(|health| case.health == health)
            && has(case, &words)
    };
    let start = text("after").map(|after| behind(list, after)).transpose()?.unwrap_or_default();
    let total = list.cases.iter().filter(takes).count();
    let mut picked = list.cases.iter().enumerate().skip(start).filter(|(_, case)| takes(case));
    let mut cases = Vec::new();
    let mut last = None;
    for (at, case) in picked.by_ref().take(limit) {
        cases.push(case.clone());
        last = Some((at, case));
    }
    let next = last.filter(|_| picked.next().is_some()).map(|(at, case)| format!("{at}:{}", name(case)));
    Ok(CasePage { cases, total, next })
}

fn name(case: &CaseLine) -> String {
    format!("{}/{}", case.source, case.number)
}

/// Where the page after the one begins that ended with this case. A list that was edited meanwhile has it elsewhere, or no more.
fn behind(list: &CaseList, after: &str) -> Result<usize, String> {
    let parts = after.split_once(':').and_then(|(at, name)| Some((at.parse::<usize>().ok()?, name)));
    let (at, named) = parts.ok_or_else(|| format!("\"after\" is the \"next\" of the page before, and not \"{}\"", cut(after)))?;
    if list.cases.get(at).is_some_and(|case| name(case) == named) {
        return Ok(at.saturating_add(1));
    }
    Ok(list.cases.iter().position(|case| name(case) == named).map_or(at, |found| found + 1))
}

fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Letters and digits, as [`fold`] has them.
fn squeezed(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

fn has(case: &CaseLine, words: &[String]) -> bool {
    let wanted = |word: &&String| !word.is_empty();
    if !words.iter().any(|word| !word.is_empty()) {
        return true;
    }
    let all = [Some(&case.number), case.name.as_ref(), Some(&case.source)].into_iter().flatten().chain(&case.tags);
    let folded: Vec<String> = all.map(|text| fold(text)).collect();
    let number = squeezed(&case.number);
    words.iter().filter(wanted).all(|word| {
        let bare = squeezed(word);
        folded.iter().any(|text| text.contains(word.as_str())) || (!bare.is_empty() && number.contains(&bare))
    })
}

/// The line of a case that is named by the parts of an address.
///
/// # Errors
/// When none or several are called so: one sentence.
pub(super) fn one<'l>(list: &'l CaseList, parts: &[(&str, String)]) -> Result<&'l CaseLine, String> {
    let part = |name: &str| parts.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text.as_str());
    let (source, number) = (part("source"), part("number"));
    let wanted = squeezed(number);
    let is_called = |case: &&CaseLine| {
        (source == ANY || case.source == source)
            && (squeezed(&case.number) == wanted || case.name.as_ref().is_some_and(|name| source == ANY && squeezed(name) == wanted))
    };
    let found: Vec<&CaseLine> = list.cases.iter().filter(is_called).collect();
    match found[..] {
        [one] => Ok(one),
        [] => Err(format!("no case \"{}\" is watched at {source}; GET /api/v1/cases lists them", cut(number))),
        _ => Err(format!(
            "\"{}\" may be any of {}; say the source",
            cut(number),
            found.iter().map(|case| name(case)).collect::<Vec<_>>().join(", ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn list(numbers: std::ops::Range<u32>) -> CaseList {
        let case = |n: u32| CaseLine {
            source: if n.is_multiple_of(2) { "ec-esatje" } else { "co-rama" }.to_owned(),
            number: format!("17721-2024-{n:05}G"),
            name: (n == 3).then(|| "Peñón".to_owned()),
            tags: vec![format!("t{}", n % 3)],
            health: "ok".to_owned(),
            ..CaseLine::default()
        };
        CaseList { cases: numbers.map(case).collect(), braked: Vec::new(), silences: Vec::new(), conditions: Vec::new() }
    }

    fn asked(list: &CaseList, said: Value) -> CasePage {
        page(list, said.as_object().expect("an object")).expect("a page")
    }

    #[test]
    fn pages_follow_each_other_without_gaps_whatever_is_edited_meanwhile() {
        let list = list(0..25);
        let (mut seen, mut said) = (Vec::new(), json!({"limit": 10}));
        loop {
            let page = asked(&list, said.clone());
            assert_eq!(page.total, 25);
            seen.extend(page.cases.iter().map(|case| case.number.clone()));
            let Some(next) = page.next else { break };
            said["after"] = next.into();
        }
        assert_eq!(seen, list.cases.iter().map(|case| case.number.clone()).collect::<Vec<_>>());
        // A case before it is gone, and then the case itself.
        let next = asked(&list, json!({"limit": 10})).next.expect("more");
        let without = |gone: usize| {
            let mut cases = list.cases.clone();
            cases.remove(gone);
            CaseList { cases, ..list.clone() }
        };
        assert_eq!(asked(&without(0), json!({"limit": 1, "after": next})).cases[0].number, list.cases[10].number);
        assert_eq!(asked(&without(9), json!({"limit": 1, "after": next})).cases[0].number, list.cases[10].number);
        for wrong in ["", "x", "1", "-1:a", "99999999999999999999:a"] {
            assert!(
                page(&list, json!({"after": wrong}).as_object().expect("an object")).is_err_and(|why| why.contains("\"next\"")),
                "{wrong}"
            );
        }
        assert!(asked(&list, json!({"after": "4000000000:x/y"})).cases.is_empty());
    }

    #[test]
    fn words_are_found_without_accents_case_and_separators() {
        let list = list(0..12);
        let found = |q: &str| asked(&list, json!({ "q": q })).total;
        assert_eq!((found(""), found("PENON"), found("peñon co-rama"), found("penon ec-esatje")), (12, 1, 1, 0));
        assert_eq!((found("17721202400003g"), found("2024-00003"), found("t1"), found("\u{202e}"), found("--")), (1, 1, 4, 0, 0));
        assert_eq!(asked(&list, json!({"source": "co-rama", "tag": "t0", "health": "ok"})).total, 2);
        assert_eq!(asked(&list, json!({"health": "blocked"})).total, 0);
    }

    #[test]
    fn a_case_is_found_by_its_number_however_it_is_written() {
        let mut list = list(0..4);
        let one = |list: &CaseList, source: &str, number: &str| {
            super::one(list, &[("source", source.to_owned()), ("number", number.to_owned())]).map(name)
        };
        assert_eq!(one(&list, "ec-esatje", "17721202400002g").as_deref(), Ok("ec-esatje/17721-2024-00002G"));
        assert_eq!(one(&list, "-", "PENON").as_deref(), Ok("co-rama/17721-2024-00003G"));
        assert!(one(&list, "ec-esatje", "17721202400003G").is_err());
        list.cases[2].number = list.cases[3].number.clone();
        assert!(one(&list, "-", "17721-2024-00003G").is_err_and(|why| why.contains("may be any of")));
    }
}
