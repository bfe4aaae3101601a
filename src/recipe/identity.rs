//! Identity of entries within a docket: repeats merged, equal keys told apart, notices tied to their acts.
//!
//! Called by [`Recipe::read`](super::Recipe::read) with the drafts of all pages. What it decides does not depend on the
//! order in which the source lists its rows.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::entries::{Draft, Service};
use crate::domain::docket::{Entry, EntryKey};

/// Settles the keys and gives the entries, newest first; entries without a date come last, in the source's order.
pub fn settle(drafts: Vec<Draft>) -> Vec<Entry> {
    let mut groups: BTreeMap<EntryKey, Vec<(usize, Draft)>> = BTreeMap::new();
    for (order, draft) in drafts.into_iter().enumerate() {
        groups.entry(draft.entry.key.clone()).or_default().push((order, draft));
    }
    let mut settled: Vec<(usize, Draft)> = Vec::new();
    for (key, group) in groups {
        let group = if group.len() == 1 { group } else { told_apart(&key, group) };
        settled.extend(group);
    }
    tie_notices(&mut settled);
    settled.sort_by(|(order_a, a), (order_b, b)| newest_first(a, b).then(order_a.cmp(order_b)));
    settled.into_iter().map(|(_, draft)| draft.entry).collect()
}

fn newest_first(a: &Draft, b: &Draft) -> Ordering {
    match (a.exact, b.exact) {
        (Some(a), Some(b)) => b.cmp(&a),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

/// What makes two rows with one key different rows. Documents come first: they stay when a text is edited, and so do
/// the numbers that this order gives.
fn content(draft: &Draft) -> (String, String, String) {
    let entry = &draft.entry;
    let documents: Vec<&str> = entry.documents.iter().flat_map(|document| [document.id.as_str(), document.name.as_str()]).collect();
    (documents.join("\n"), entry.title.clone(), format!("{}\n{:?} {}", entry.text, entry.withheld, entry.annulled))
}

/// Numbers rows with one key, in the order of their content. A row that several answers repeat is one row (incidents
/// share a movimiento, `ecuador.md` 1.4); a row that one answer repeats is as many.
fn told_apart(key: &EntryKey, group: Vec<(usize, Draft)>) -> Vec<(usize, Draft)> {
    let mut by_content: BTreeMap<_, Vec<(usize, Draft)>> = BTreeMap::new();
    for (order, draft) in group {
        by_content.entry(content(&draft)).or_default().push((order, draft));
    }
    let mut numbered = Vec::new();
    for (_, same) in by_content {
        let mut per_page: BTreeMap<usize, usize> = BTreeMap::new();
        for (_, draft) in &same {
            *per_page.entry(draft.page).or_default() += 1;
        }
        let count = per_page.values().copied().max().unwrap_or(1);
        let extra = merged_extra(same.iter().map(|(_, draft)| &draft.entry));
        for (order, mut draft) in same.into_iter().take(count) {
            draft.entry.extra.clone_from(&extra);
            if !numbered.is_empty() {
                draft.entry.key = EntryKey(format!("{}#{}", key.0, numbered.len() + 1));
            }
            numbered.push((order, draft));
        }
    }
    numbered
}

/// The further fields of all repeats, different values joined in a fixed order.
fn merged_extra<'e>(entries: impl Iterator<Item = &'e Entry>) -> BTreeMap<String, String> {
    let mut values: BTreeMap<&String, BTreeSet<&String>> = BTreeMap::new();
    for entry in entries {
        for (name, value) in &entry.extra {
            values.entry(name).or_default().insert(value);
        }
    }
    let join = |values: BTreeSet<&String>| values.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    values.into_iter().map(|(name, values)| (name.clone(), join(values))).collect()
}

/// Ties each notice to its act: the same group, best the same name, then the latest act that is not after the notice.
fn tie_notices(settled: &mut [(usize, Draft)]) {
    let mut acts: HashMap<&str, Vec<(&Draft, &Service)>> = HashMap::new();
    for (_, draft) in settled.iter() {
        if let Some(service) = draft.service.as_ref().filter(|service| !service.is_notice) {
            acts.entry(&service.same).or_default().push((draft, service));
        }
    }
    let act_of = |draft: &Draft| {
        let service = draft.service.as_ref().filter(|service| service.is_notice)?;
        let candidates = acts.get(service.same.as_str())?;
        let best = candidates.iter().max_by(|(a, service_a), (b, service_b)| {
            let rank = |act: &Draft, its: &Service| (its.like == service.like, act.exact <= draft.exact, act.exact);
            // Of equals the first key wins, whatever the order of the rows.
            rank(a, service_a).cmp(&rank(b, service_b)).then_with(|| b.entry.key.cmp(&a.entry.key))
        });
        best.map(|(act, _)| act.entry.key.clone())
    };
    let ties: Vec<Option<EntryKey>> = settled.iter().map(|(_, draft)| act_of(draft)).collect();
    for ((_, draft), tie) in settled.iter_mut().zip(ties) {
        draft.entry.notice_of = tie;
    }
}
