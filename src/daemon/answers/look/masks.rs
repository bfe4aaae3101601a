//! What of a docket may be seen by whoever sees only what messages tell.
//!
//! Used by the answers of [`look`](super) and by `veedor show` and `diff` over the web. The words of [`About`] decide; nothing here does. An
//! entry of which only activity is told is not there at all.

use crate::daemon::conditions::sources::without_title;
use crate::domain::about::About;
use crate::domain::diff::Change;
use crate::domain::docket::{Docket, Document, Entry, Heading, Party, Withheld};
use crate::domain::event::FieldChange;
use crate::domain::withhold::Telling as HowMuch;
use crate::meaning::passage;
use crate::recipe::COMMAND;
use crate::wire::api::cases::CaseLine;

/// An entry as it may be seen; `None` when only its activity is told.
pub(in crate::daemon::answers) fn entry(entry: &Entry, about: &About<'_>) -> Option<Entry> {
    let title = about.title(&entry.title)?;
    let text = about.text(&entry.title, &entry.text);
    let is_whole = text.is_some();
    let document = |document: &Document| Document { id: String::new(), name: about.words(&document.name), url: None };
    Some(Entry {
        key: about.key(&entry.key),
        date: entry.date,
        time: entry.time,
        title,
        text: text.unwrap_or_default(),
        documents: entry.documents.iter().filter(|_| is_whole).map(document).collect(),
        annulled: entry.annulled,
        withheld: entry.withheld.as_ref().map(|withheld| Withheld {
            mark: about.words(&withheld.mark),
            reason: withheld.reason.as_deref().filter(|_| is_whole).map(|reason| about.words(reason)),
        }),
        notice_of: entry.notice_of.as_ref().map(|key| about.key(key)),
        // A source may put anything there.
        extra: Default::default(),
    })
}

/// The heading as it may be seen.
pub(in crate::daemon::answers) fn heading(heading: &Heading, about: &About<'_>) -> Heading {
    let show = |name: &str, value: &Option<String>| value.as_deref().and_then(|value| about.value(name, value));
    Heading {
        title: show("title", &heading.title),
        court: show("court", &heading.court),
        subject: show("subject", &heading.subject),
        status: show("status", &heading.status),
        filed: heading.filed,
        extra: heading.extra.iter().filter_map(|(name, value)| Some((about.words(name), about.value(name, value)?))).collect(),
    }
}

/// A party as it may be seen.
pub(in crate::daemon::answers) fn party(party: &Party, about: &About<'_>) -> Option<Party> {
    Some(Party { role: about.words(&party.role), name: about.party(&party.role, &party.name)? })
}

/// A docket as it may be seen.
pub(in crate::daemon::answers) fn docket(docket: &Docket, about: &About<'_>) -> Docket {
    Docket {
        heading: heading(&docket.heading, about),
        parties: docket.parties.iter().filter_map(|one| party(one, about)).collect(),
        entries: docket.entries.iter().filter_map(|one| entry(one, about)).collect(),
        oddities: Vec::new(),
    }
}

/// A difference as it may be seen. Of an edited text the passage that changed is quoted, as messages do.
pub(in crate::daemon::answers) fn change(change: &Change, about: &About<'_>) -> Option<Change> {
    Some(match change {
        Change::EntryAdded(added) => Change::EntryAdded(entry(added, about)?),
        Change::EntryGone { entry: gone, since, visits } => {
            Change::EntryGone { entry: Box::new(entry(gone, about)?), since: *since, visits: *visits }
        }
        Change::EntryEdited { before, after } => {
            let (mut old, mut new) = ((**before).clone(), (**after).clone());
            if let Some(passage) = passage(&before.text, &after.text) {
                (old.text, new.text) = (passage.before, passage.after);
            }
            Change::EntryEdited { before: Box::new(entry(&old, about)?), after: Box::new(entry(&new, about)?) }
        }
        Change::Field(field) => {
            let show = |value: &Option<String>| value.as_deref().and_then(|value| about.value(&field.field, value));
            Change::Field(FieldChange { field: about.words(&field.field), before: show(&field.before), after: show(&field.after) })
        }
        Change::PartyAdded(one) => Change::PartyAdded(role_at_least(one, about)),
        Change::PartyGone(one) => Change::PartyGone(role_at_least(one, about)),
        Change::PartyRenamed { before, after } => {
            Change::PartyRenamed { before: role_at_least(before, about), after: role_at_least(after, about) }
        }
    })
}

/// Which party it is may be told where its name may not.
fn role_at_least(one: &Party, about: &About<'_>) -> Party {
    party(one, about).unwrap_or_else(|| Party { role: about.words(&one.role), name: String::new() })
}

/// A line of the list without what is not told of its case.
pub(in crate::daemon::answers) fn no_more_than_told(line: CaseLine, how_much: HowMuch) -> CaseLine {
    match how_much {
        HowMuch::Activity => CaseLine { tags: Vec::new(), linked: Vec::new(), version: 0, events: 0, detail: None, ..line },
        // The title of a page, and what a program says, may name the parties.
        _ => CaseLine { detail: line.detail.as_deref().filter(|_| line.source != COMMAND).map(without_title), ..line },
    }
}
