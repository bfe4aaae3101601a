//! Which events of a feed stand in its newest document and which in older ones (RFC 5005 §4).
//!
//! Asked by [`feeds`](super) with the places of a feed's events among all. An older document never changes its place: events are counted in the
//! order in which they were told, and a feed whose cases may change, that of everything or of a tag, counts the events of all cases, watched
//! or not, so that a case that joins or leaves moves none of the others. Reads and keeps nothing.

use std::ops::Range;

use crate::ask::board::FeedScope;

/// Entries of an older document (`alerting.md` C4). At most twice as many stand in the newest, or what of a tag does not fill a document.
const PAGE: usize = 100;
/// The same of a tag, counted among the events of all cases.
const TAG_PAGE: usize = 500;

/// A feed's events by their documents.
#[derive(Debug, Clone, Copy)]
pub(super) struct Archive<'a> {
    /// The places among all events, growing.
    places: &'a [usize],
    /// Whether events count by their place among all, and not by that within the feed.
    among_all: bool,
    /// How many count into one document.
    size: usize,
}

impl<'a> Archive<'a> {
    /// Of the feed of this scope.
    pub(super) fn new(of: &FeedScope, places: &'a [usize]) -> Self {
        let (among_all, size) = match of {
            FeedScope::All => (true, PAGE),
            FeedScope::Tag(_) => (true, TAG_PAGE),
            FeedScope::Case { .. } => (false, PAGE),
        };
        Self { places, among_all, size }
    }

    /// The document to which an event belongs when it is an old one.
    fn block(&self, nth: usize) -> usize {
        let ordinal = if self.among_all { self.places.get(nth).copied().unwrap_or(usize::MAX) } else { nth };
        ordinal / self.size
    }

    /// The first event of a document or of a later one.
    fn first_of(&self, block: usize) -> usize {
        let ordinal = block.saturating_mul(self.size);
        if self.among_all { self.places.partition_point(|at| *at < ordinal) } else { ordinal.min(self.places.len()) }
    }

    /// The event with which the newest document begins, of which those from `recent` on are of the last months: whole documents stand before
    /// it, and the document that may still grow does not.
    pub(super) fn head(&self, recent: usize) -> usize {
        let Some(last) = self.places.len().checked_sub(1) else { return 0 };
        let from = recent.max(self.places.len().saturating_sub(2 * PAGE)).min(last);
        let own = self.block(from);
        if self.first_of(own) == from {
            return from;
        }
        let next = self.first_of(own.saturating_add(1));
        if next <= last { next } else { self.first_of(own) }
    }

    /// The events of an older document; `None` when there is no such document.
    pub(super) fn page(&self, page: u32, head: usize) -> Option<Range<usize>> {
        let block = usize::try_from(page).ok()?.checked_sub(1)?;
        let events = self.first_of(block)..self.first_of(block.saturating_add(1));
        (!events.is_empty() && events.end <= head).then_some(events)
    }

    /// The document before the event at `from`.
    pub(super) fn before(&self, from: usize) -> Option<usize> {
        from.checked_sub(1).map(|last| self.block(last).saturating_add(1))
    }

    /// The older document that begins at `to`, if the newest does not.
    pub(super) fn after(&self, to: usize, head: usize) -> Option<usize> {
        (to < head).then(|| self.block(to).saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(count: usize) -> Vec<usize> {
        (0..count).collect()
    }

    /// Every event stands in one document, and whoever follows the links from the newest meets all.
    fn followed(archive: &Archive<'_>, recent: usize) -> Vec<(u32, Range<usize>)> {
        let head = archive.head(recent);
        let (mut from, mut pages) = (head, Vec::new());
        while let Some(page) = archive.before(from) {
            let page = u32::try_from(page).expect("few");
            let events = archive.page(page, head).expect("a document that is linked");
            assert_eq!(events.end, from, "nothing falls between");
            let newer = archive.after(events.end, head).map(|page| u32::try_from(page).expect("few"));
            assert_eq!(newer, pages.last().map(|(page, _)| *page));
            from = events.start;
            pages.push((page, events));
        }
        assert_eq!(from, 0);
        pages
    }

    #[test]
    fn before_the_newest_document_stand_whole_ones_and_nothing_falls_between() {
        for (count, recent, begins) in [
            (0, 0, 0),
            (5, 5, 0),
            (99, 99, 0),
            (100, 0, 0),
            (200, 0, 0),
            (201, 0, 100),
            (250, 0, 100),
            (250, 101, 200),
            (250, 250, 200),
            (300, 300, 200),
            (1_234, 0, 1_100),
        ] {
            let places = whole(count);
            let archive = Archive::new(&FeedScope::All, &places);
            assert_eq!(archive.head(recent), begins, "{count} events, the last months' from {recent} on");
        }
        for count in 0..700 {
            let places = whole(count);
            let archive = Archive::new(&FeedScope::All, &places);
            let begins = archive.head(count / 3);
            assert!(begins <= count && begins.is_multiple_of(PAGE) && count - begins <= 2 * PAGE, "{count}");
            followed(&archive, count / 3);
        }
    }

    #[test]
    fn a_case_that_joins_a_tag_or_leaves_it_moves_no_event_of_another() {
        let tag = FeedScope::Tag("obra".into());
        let third: Vec<usize> = whole(9_000).into_iter().filter(|at| at % 3 == 0).collect();
        let more: Vec<usize> = whole(9_000).into_iter().filter(|at| at % 3 == 0 || at % 7 == 0 && *at < 4_000).collect();
        let page_of = |places: &[usize], at: usize| {
            let archive = Archive::new(&tag, places);
            followed(&archive, 0).into_iter().find(|(_, events)| places[events.clone()].contains(&at)).map(|(page, _)| page)
        };
        for at in [0, 3, 999, 1_500, 4_500, 8_100] {
            assert!(page_of(&third, at).is_some(), "{at}");
            assert_eq!(page_of(&third, at), page_of(&more, at), "{at}");
        }
        // Of documents without an event nobody hears.
        let rare = [3, 700, 701, 20_000, 20_001];
        let archive = Archive::new(&tag, &rare);
        let pages: Vec<u32> = followed(&archive, 4).into_iter().map(|(page, _)| page).collect();
        assert_eq!((archive.head(4), pages), (3, vec![2, 1]));
        assert_eq!([archive.page(0, 3), archive.page(3, 3), archive.page(41, 3), archive.page(u32::MAX, 3)], [const { None }; 4]);
    }
}
