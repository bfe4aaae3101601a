//! By what the list of cases is narrowed and sorted, and the cases that are left.
//!
//! Used by [`cases`](super). Words are folded once for each list that is kept, not for each request: ten thousand cases are looked through in
//! a millisecond.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::fold::fold;
use crate::wire::api::cases::{CaseLine, CaseList};

/// A list of cases with what looking through it needs.
#[derive(Debug)]
pub(in crate::web) struct Folded {
    /// The list.
    pub list: Arc<CaseList>,
    words: Vec<String>,
    by_name: Vec<usize>,
    by_change: Vec<usize>,
    /// Every tag, and how many cases have it.
    pub tags: BTreeMap<String, usize>,
    /// Every source, and how many cases it has.
    pub sources: BTreeMap<String, usize>,
}

impl Folded {
    fn of(list: Arc<CaseList>) -> Self {
        let mut all: Vec<usize> = (0..list.cases.len()).collect();
        let name = |at: &usize| list.cases.get(*at).map(|case| fold(case.name.as_deref().unwrap_or(&case.number)));
        all.sort_by_cached_key(name);
        let by_name = all.clone();
        all.sort_by_key(|at| Reverse(list.cases.get(*at).and_then(|case| case.changed_at.as_deref())));
        let (mut tags, mut sources) = (BTreeMap::new(), BTreeMap::new());
        for case in &list.cases {
            *sources.entry(case.source.clone()).or_default() += 1;
            for tag in &case.tags {
                *tags.entry(tag.clone()).or_default() += 1;
            }
        }
        let words = list.cases.iter().map(words_of).collect();
        Self { words, by_name, by_change: all, tags, sources, list }
    }

    /// The cases that a filter leaves, in its order, whatever their health; those of the wanted health alone are picked by whoever shows them.
    pub(super) fn picked<'f>(&'f self, filter: &Filter) -> Vec<&'f CaseLine> {
        let wanted: Vec<(String, String)> = filter.q.split_whitespace().map(|word| (fold(word), squeezed(word))).collect();
        let takes = |at: usize| {
            let (case, words) = (self.list.cases.get(at)?, self.words.get(at)?);
            let has =
                |(word, bare): &(String, String)| words.contains(word.as_str()) || (!bare.is_empty() && words.contains(bare.as_str()));
            let is_it = (filter.source.is_empty() || case.source == filter.source)
                && (filter.tag.is_empty() || case.tags.contains(&filter.tag))
                && wanted.iter().all(has);
            is_it.then_some(case)
        };
        match filter.sort {
            Sort::List => (0..self.list.cases.len()).filter_map(takes).collect(),
            Sort::Name => self.by_name.iter().copied().filter_map(takes).collect(),
            Sort::Change => self.by_change.iter().copied().filter_map(takes).collect(),
        }
    }
}

/// All that words are looked for in: name, number, source and tags, and the number without its separators.
fn words_of(case: &CaseLine) -> String {
    let mut all = fold(&format!("{} {} {} {}", case.name.as_deref().unwrap_or_default(), case.number, case.source, case.tags.join(" ")));
    all.push('\n');
    all.push_str(&squeezed(&case.number));
    all
}

fn squeezed(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The lists that were folded last, one for each who sees as much.
#[derive(Debug, Default)]
pub(in crate::web) struct Folds(Mutex<Vec<Arc<Folded>>>);

/// Lists that are kept folded.
const KEPT: usize = 2;

impl Folds {
    /// This list, folded.
    pub fn of(&self, list: &Arc<CaseList>) -> Arc<Folded> {
        let known = |kept: &[Arc<Folded>]| kept.iter().find(|folded| Arc::ptr_eq(&folded.list, list)).cloned();
        if let Some(found) = known(&self.0.lock().unwrap_or_else(PoisonError::into_inner)) {
            return found;
        }
        let folded = Arc::new(Folded::of(Arc::clone(list)));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(0, Arc::clone(&folded));
        kept.truncate(KEPT);
        folded
    }
}

/// The order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Sort {
    /// That of the watch list.
    #[default]
    List,
    /// The last change first.
    Change,
    /// By name.
    Name,
}

impl Sort {
    /// Every order: its name in an address, and its words.
    pub const ALL: [(&'static str, Self, &'static str, &'static str); 3] = [
        ("", Self::List, "Orden de la lista", "Order of the list"),
        ("change", Self::Change, "Último cambio", "Last change"),
        ("name", Self::Name, "Nombre", "Name"),
    ];

    /// By its name in an address; the usual one for another.
    pub fn named(name: &str) -> Self {
        Self::ALL.iter().find(|(known, ..)| *known == name).map(|(_, sort, ..)| *sort).unwrap_or_default()
    }

    /// Its name in an address.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, sort, ..)| *sort == self).map(|(name, ..)| *name).unwrap_or_default()
    }
}

/// By what the list is narrowed and sorted. What is empty narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filter {
    /// Words that all must be there, in name, number, source or tags.
    pub q: String,
    /// A tag.
    pub tag: String,
    /// A source.
    pub source: String,
    /// The name of a health.
    pub health: String,
    /// The order.
    pub sort: Sort,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> Arc<CaseList> {
        let case = |number: &str, name: Option<&str>, source: &str, tags: &[&str], changed: Option<&str>| CaseLine {
            number: number.into(),
            name: name.map(str::to_owned),
            source: source.into(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            changed_at: changed.map(str::to_owned),
            ..CaseLine::default()
        };
        let cases = vec![
            case("17721-2019-00029G", Some("Sobornos"), "ec-esatje", &["anticorrupción"], Some("2026-01-02T00:00:00Z")),
            case("09281-2022-01234", None, "ec-esatje", &[], None),
            case("T-100/2024", Some("Ávila"), "co-corte", &["tutela"], Some("2026-03-02T00:00:00Z")),
        ];
        Arc::new(CaseList { cases, braked: Vec::new(), silences: Vec::new(), conditions: Vec::new() })
    }

    fn numbers(filter: &Filter) -> Vec<String> {
        let folded = Folded::of(list());
        folded.picked(filter).iter().map(|case| case.number.clone()).collect()
    }

    #[test]
    fn words_are_found_without_accents_and_numbers_with_or_without_dashes() {
        let of = |q: &str| numbers(&Filter { q: q.into(), ..Filter::default() });
        for q in ["sobornos", "SOBORNÓS", "17721-2019-00029g", "17721201900029G", "177212019", "anticorrupcion sob", "ec-esatje 00029"] {
            assert_eq!(of(q), ["17721-2019-00029G"], "{q}");
        }
        assert_eq!(of("avila"), ["T-100/2024"]);
        assert_eq!(of("T1002024"), ["T-100/2024"]);
        assert_eq!(of("").len(), 3);
        assert_eq!(of("---").len(), 0, "no number has three dashes");
        assert!(of("<script>").is_empty());
    }

    #[test]
    fn it_is_narrowed_by_tag_and_source_and_sorted() {
        let with = |tag: &str, source: &str, sort| numbers(&Filter { tag: tag.into(), source: source.into(), sort, ..Filter::default() });
        assert_eq!(with("tutela", "", Sort::List), ["T-100/2024"]);
        assert_eq!(with("", "ec-esatje", Sort::Name), ["09281-2022-01234", "17721-2019-00029G"]);
        assert_eq!(with("", "", Sort::Name), ["09281-2022-01234", "T-100/2024", "17721-2019-00029G"]);
        assert_eq!(with("", "", Sort::Change), ["T-100/2024", "17721-2019-00029G", "09281-2022-01234"]);
        assert!(with("tutela", "ec-esatje", Sort::List).is_empty());
        assert!(Sort::ALL.iter().all(|(name, sort, ..)| Sort::named(name) == *sort && sort.name() == *name));
    }

    #[test]
    fn a_list_is_folded_once() {
        let (folds, list) = (Folds::default(), list());
        assert!(Arc::ptr_eq(&folds.of(&list), &folds.of(&list)));
        let other = Arc::new(CaseList::clone(&list));
        assert!(!Arc::ptr_eq(&folds.of(&list), &folds.of(&other)));
    }
}
