//! Identity of entries within a docket: repeats merged, equal keys told apart, notices tied to their acts.
//!
//! Called by [`Recipe::read`](super::Recipe::read) with the drafts of all pages. What it decides does not depend on the
//! order in which the source lists its rows.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::civil::DateTime;

use super::entries::{Draft, Service};
use crate::domain::docket::{Document, Entry, EntryKey};

/// Settles the keys and gives the entries, newest first; entries without a date come last, in the source's order.
pub fn settle(mut drafts: Vec<Draft>) -> Vec<Entry> {
    choose(&mut drafts);
    let mut once = HashSet::new();
    let repeated: HashSet<EntryKey> = drafts.iter().map(|draft| &draft.entry.key).filter(|key| !once.insert(*key)).cloned().collect();
    let (mut settled, mut groups) = (Vec::with_capacity(drafts.len()), BTreeMap::<EntryKey, Vec<_>>::new());
    for (order, draft) in drafts.into_iter().enumerate() {
        if repeated.contains(&draft.entry.key) {
            groups.entry(draft.entry.key.clone()).or_default().push((order, draft));
        } else {
            settled.push((order, draft));
        }
    }
    settled.extend(groups.into_iter().flat_map(|(key, group)| told_apart(&key, group)));
    tie_notices(&mut settled);
    settled.sort_by(|(order_a, a), (order_b, b)| newest_first(a, b).then(order_a.cmp(order_b)));
    settled.into_iter().map(|(_, draft)| draft.entry).collect()
}

/// The rows of one answer with those of one filing made one: their different titles sorted and joined, their different texts
/// below each other, all their documents. What comes of them does not depend on their order.
pub fn merged(rows: Vec<(Option<String>, Draft)>, join: &str) -> Vec<Draft> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<Vec<Draft>> = Vec::new();
    for (by, draft) in rows {
        let place = by.map_or(groups.len(), |by| *places.entry(by).or_insert(groups.len()));
        match groups.get_mut(place) {
            Some(group) => group.push(draft),
            None => groups.push(vec![draft]),
        }
    }
    groups.into_iter().filter_map(|group| one_of(group, join)).collect()
}

fn one_of(mut group: Vec<Draft>, join: &str) -> Option<Draft> {
    if group.len() < 2 {
        return group.pop();
    }
    group.sort_by(|a, b| b.exact.cmp(&a.exact).then_with(|| a.entry.key.cmp(&b.entry.key)).then_with(|| content(a).cmp(&content(b))));
    let texts = |text: fn(&Entry) -> &String| -> BTreeSet<&String> {
        group.iter().map(|draft| text(&draft.entry)).filter(|text| !text.is_empty()).collect()
    };
    let joined = |texts: BTreeSet<&String>, join: &str| texts.into_iter().map(String::as_str).collect::<Vec<_>>().join(join);
    let title = joined(texts(|entry| &entry.title), join);
    let text = joined(texts(|entry| &entry.text), "\n");
    let mut documents: Vec<Document> = group.iter().flat_map(|draft| draft.entry.documents.clone()).collect();
    documents.sort_by(|a, b| (&a.id, &a.name).cmp(&(&b.id, &b.name)));
    documents.dedup_by(|a, b| a.id == b.id);
    let extra = merged_extra(group.iter().map(|draft| &draft.entry));
    let annulled = group.iter().all(|draft| draft.entry.annulled);
    let withheld = group.iter().find_map(|draft| draft.entry.withheld.clone());
    let mut first = group.swap_remove(0);
    first.entry = Entry { title, text, documents, extra, annulled, withheld, ..first.entry };
    Some(first)
}

/// Gives each draft the first of its keys that no different row has, where its recipe asks for that, else its last. A row
/// that is only repeated keeps its key.
fn choose(drafts: &mut [Draft]) {
    let mut open: Vec<usize> = (0..drafts.len()).filter(|at| !drafts[*at].more_keys.is_empty()).collect();
    while !open.is_empty() {
        let mut rows: HashMap<EntryKey, HashSet<_>> = HashMap::new();
        for draft in drafts.iter() {
            rows.entry(draft.entry.key.clone()).or_default().insert(content(draft));
        }
        let is_shared = |draft: &Draft| rows.get(&draft.entry.key).is_some_and(|different| different.len() > 1);
        let shared: Vec<usize> = open.iter().copied().filter(|at| is_shared(&drafts[*at])).collect();
        for at in &shared {
            let draft = &mut drafts[*at];
            draft.entry.key = draft.more_keys.remove(0);
        }
        open = shared.into_iter().filter(|at| !drafts[*at].more_keys.is_empty()).collect();
    }
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
    let group = if group.iter().all(|(_, draft)| draft.one_row) { without_older(group) } else { group };
    let mut by_content: BTreeMap<_, Vec<(usize, Draft)>> = BTreeMap::new();
    for (order, draft) in group {
        by_content.entry(content(&draft)).or_default().push((order, draft));
    }
    let mut numbered = Vec::new();
    for (_, mut same) in by_content {
        // Courts in two zones may show the same row; which of its times is kept does not depend on their order.
        same.sort_by_key(|(_, draft)| std::cmp::Reverse(draft.exact));
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

/// The rows without those that an answer shows as they were before the court edited them, between two requests of one visit:
/// with more different rows than any answer shows, the longest answer counts, of equals the later one.
fn without_older(mut group: Vec<(usize, Draft)>) -> Vec<(usize, Draft)> {
    let mut per_page: BTreeMap<usize, usize> = BTreeMap::new();
    for (_, draft) in &group {
        *per_page.entry(draft.page).or_default() += 1;
    }
    let different: HashSet<_> = group.iter().map(|(_, draft)| content(draft)).collect();
    if let Some((count, page)) = per_page.into_iter().map(|(page, count)| (count, page)).max()
        && different.len() > count
    {
        group.retain(|(_, draft)| draft.page == page);
    }
    group
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

/// Ties each notice to its act: the same group, best the same name, then the latest act that is not after the notice, of
/// equals the one with the first key, whatever the order of the rows.
fn tie_notices(settled: &mut [(usize, Draft)]) {
    if !settled.iter().any(|(_, draft)| draft.service.as_ref().is_some_and(|service| service.is_notice)) {
        return;
    }
    let mut alike: HashMap<(&str, &str), Vec<&Draft>> = HashMap::new();
    let mut all: HashMap<&str, Vec<&Draft>> = HashMap::new();
    for (_, draft) in settled.iter() {
        if let Some(Service { same, like, is_notice: false }) = &draft.service {
            alike.entry((same, like)).or_default().push(draft);
            all.entry(same).or_default().push(draft);
        }
    }
    for acts in alike.values_mut().chain(all.values_mut()) {
        acts.sort_by(|a, b| a.exact.cmp(&b.exact).then_with(|| b.entry.key.cmp(&a.entry.key)));
    }
    let act_of = |draft: &Draft| {
        let service = draft.service.as_ref().filter(|service| service.is_notice)?;
        let acts = alike.get(&(service.same.as_str(), service.like.as_str())).or_else(|| all.get(service.same.as_str()))?;
        latest_until(acts, draft.exact, |act| act.exact).map(|act| act.entry.key.clone())
    };
    let ties: Vec<Option<EntryKey>> = settled.iter().map(|(_, draft)| act_of(draft)).collect();
    for ((_, draft), tie) in settled.iter_mut().zip(ties) {
        draft.entry.notice_of = tie;
    }
}

/// The last of a sorted list that is not after a time; the last of all, when all are.
fn latest_until<T>(sorted: &[T], until: Option<DateTime>, mut exact: impl FnMut(&T) -> Option<DateTime>) -> Option<&T> {
    let later = sorted.partition_point(|item| exact(item) <= until);
    if later == 0 { sorted.last() } else { sorted.get(later - 1) }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;

    #[test]
    fn the_act_of_a_notice_is_found_without_looking_at_them_all() {
        let start = DateTime::constant(2099, 1, 1, 0, 0, 0, 0);
        let acts: Vec<DateTime> = (0..10_000).map(|minute: i64| start + minute.minutes()).collect();
        for (until, expected) in [(7_000i64, 7_000), (20_000, 9_999), (-5, 9_999)] {
            let mut looks = 0;
            let found = latest_until(&acts, Some(start + until.minutes()), |act| {
                looks += 1;
                Some(*act)
            });
            assert_eq!(found, Some(&acts[expected]));
            assert!(looks <= 15, "{looks}");
        }
        assert_eq!(latest_until(&acts[..0], None, |act| Some(*act)), None);
    }
}
