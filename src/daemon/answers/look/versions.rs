//! The versions of a case, and the pages that each was read from.
//!
//! Called by [`look`](super). The addresses that were asked are shown to whoever sees everything.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::super::opened::OpenVersion;
use super::{Eye, Subject, card, page_of, part_of};
use crate::ask::Answer;
use crate::domain::about::Stop;
use crate::store::error::StoreError;
use crate::store::history::VersionInfo;
use crate::wire::api::case::VersionPage;
use crate::wire::api::versions::{PageLine, VersionLine, VersionList};

/// Versions of a page: each is read.
const SIZE: usize = 20;

/// A page of the versions.
pub(super) fn list(eye: &Eye, subject: &Subject<'_>, wanted: u32) -> Result<Value, Answer> {
    eye.must_see(subject)?;
    eye.kept(subject, &[b"versions", &wanted.to_be_bytes()], || {
        let mut all = eye.store.versions(subject.cid)?;
        all.reverse();
        let (page, pages) = page_of(wanted, all.len(), SIZE);
        let before = |info: &VersionInfo| all.iter().map(|other| other.number).find(|other| *other < info.number);
        let lines = part_of(&all, page, SIZE).iter().map(|info| line(eye, subject, info, before(info)));
        Ok(VersionList { total: all.len(), page, pages, versions: lines.collect::<Result<Vec<_>, Answer>>()? })
    })
}

/// One version.
pub(super) fn one(eye: &Eye, subject: &Subject<'_>, number: u32) -> Result<Value, Answer> {
    eye.must_see(subject)?;
    let open = eye.version(subject, Some(number))?;
    eye.kept(subject, &[b"version", &open.seal.0], || {
        let all = eye.store.versions(subject.cid)?;
        let before = all.iter().map(|info| info.number).filter(|other| *other < number).max();
        let info = all.into_iter().find(|info| info.number == number);
        let info = info.ok_or_else(|| super::super::cases::no_version(&subject.watch.number.canonical, Some(number), &[]))?;
        Ok(VersionPage { line: line(eye, subject, &info, before)?, above: Some(card::above(eye, subject, &open)?) })
    })
}

/// How many entries a version has, without those of which nothing but activity is told.
fn entries(eye: &Eye, subject: &Subject<'_>, open: &OpenVersion) -> Result<usize, StoreError> {
    let entries = &open.docket.entries;
    if eye.sees_all() {
        return Ok(entries.len());
    }
    let telling = eye.telling(subject, open)?;
    let about = telling.about(eye.language, Stop::Unsaid);
    let mut known: HashMap<&str, bool> = HashMap::new();
    let mut is_told = |title| *known.entry(title).or_insert_with(|| about.title(title).is_some());
    Ok(entries.iter().filter(|entry| is_told(&entry.title)).count())
}

fn line(eye: &Eye, subject: &Subject<'_>, info: &VersionInfo, before: Option<u32>) -> Result<VersionLine, Answer> {
    let open = match eye.opened.version(&eye.store, subject.cid, info.number) {
        // It is for `fsck` to report; that the version is there is shown all the same.
        Err(StoreError::Damaged(_)) => None,
        open => open?,
    };
    let events = eye.events(subject)?;
    let own: Vec<_> = events.iter().filter(|event| event.version == info.number).cloned().collect();
    let mut kinds: BTreeMap<&'static str, u32> = BTreeMap::new();
    for (shown, _) in super::told(eye, &subject.watch.case, &own)? {
        *kinds.entry(shown.kind.name()).or_default() += 1;
    }
    let page = |page: &PageLine| if eye.sees_all() { page.clone() } else { PageLine { url: String::new(), ..page.clone() } };
    Ok(VersionLine {
        number: info.number,
        seen_at: info.at.to_string(),
        before,
        bytes: info.bytes,
        entries: open.as_ref().map(|open| entries(eye, subject, open)).transpose()?,
        events: kinds.into_iter().map(|(kind, count)| (kind.to_owned(), count)).collect(),
        pages: open.map(|open| open.pages.iter().map(page).collect()).unwrap_or_default(),
    })
}
