//! What the secret addresses lead to: what happened as Atom, the hearings as a calendar.
//!
//! Asked by `answers` for the web, which keeps the bytes. Everything is told as messages tell it, whoever asks: feeds leave the machine. The
//! same state gives the same bytes; an entry is worded once and again when what may be told of it has changed. Blocks.

mod archive;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{Timestamp, ToSpan};

use archive::Archive;

use super::Handles;
use super::absent::is_reserved;
use super::board::Journal;
use super::telling::Telling;
use crate::ask::board::{FeedForm, FeedQuestion, FeedScope};
use crate::config::Config;
use crate::domain::about::{About, Language, Stop};
use crate::domain::case::{CaseRef, Watch};
use crate::domain::event::Audience;
use crate::domain::id::Id;
use crate::domain::privacy::Privacy;
use crate::message::{self, AtomFeed, CalendarFeed, Publisher};
use crate::store::error::StoreError;
use crate::store::{Cid, Store};
use crate::wire::api::feeds::FeedDocument;

/// What is older than this, before the newest entry, stands in older documents.
const HEAD_DAYS: i64 = 90;
/// Entries that are kept as they were worded.
const KEPT_ENTRIES: usize = 4_000;
/// Scopes of which it is kept where their events stand.
const KEPT_SCOPES: usize = 100;

/// What is kept between two documents. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Feeds(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    config: Option<Arc<Config>>,
    /// The cases by which the places were found: by others they are found anew, so that no event is passed over because its case came later.
    cids: Option<Arc<HashMap<Cid, CaseRef>>>,
    /// How many watch lists there were.
    generation: u64,
    scopes: HashMap<FeedScope, Places>,
    /// By event, language, and how far the document is from the dashboard.
    entries: HashMap<(Id, bool, usize), Worded>,
}

/// Where the events of a scope stand in the journal.
#[derive(Debug, Default)]
struct Places {
    upto: usize,
    of: Vec<usize>,
}

/// The version of each case of a matter, and whether it is reserved.
type Heads = Vec<(u32, bool)>;

/// An entry as it was worded while its case was so.
#[derive(Debug, Clone)]
struct Worded {
    of: Heads,
    updated: Timestamp,
    text: Arc<str>,
}

impl Feeds {
    fn with<T>(&self, config: &Arc<Config>, change: impl FnOnce(&mut Kept) -> T) -> T {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !kept.config.as_ref().is_some_and(|known| Arc::ptr_eq(known, config)) {
            *kept = Kept { config: Some(Arc::clone(config)), generation: kept.generation.saturating_add(1), ..Kept::default() };
        }
        change(&mut kept)
    }
}

/// The document, without its body when nothing of it changed; `None` when there is no such page.
///
/// # Errors
/// When the store cannot be read, or the board has not begun.
pub(super) fn document(handles: &Handles, question: &FeedQuestion) -> Result<Option<FeedDocument>, StoreError> {
    let config = handles.config.load_full();
    match question.form {
        FeedForm::Calendar => calendar(handles, &config, question).map(Some),
        FeedForm::Atom => atom(handles, &config, question, None),
        FeedForm::Archive(page) => atom(handles, &config, question, Some(page)),
    }
}

/// What a feed is about, in words; `None`: everything.
fn named(config: &Config, of: &FeedScope) -> Option<String> {
    match of {
        FeedScope::All => None,
        FeedScope::Tag(tag) => Some(tag.clone()),
        FeedScope::Case { source, number } => {
            let case = CaseRef { source: source.clone(), number: number.clone() };
            let watch = config.watch(&case);
            Some(watch.map_or_else(|| number.clone(), |watch| watch.name.clone().unwrap_or_else(|| watch.number.canonical.clone())))
        }
    }
}

/// Whether a case belongs to a scope.
fn includes(config: &Config, of: &FeedScope, case: &CaseRef) -> bool {
    match of {
        FeedScope::All => true,
        FeedScope::Tag(tag) => config.watch(case).is_some_and(|watch| watch.tags.iter().any(|one| one == tag)),
        FeedScope::Case { source, number } => case.source == *source && case.number == *number,
    }
}

fn language_of(question: &FeedQuestion) -> Language {
    if question.english { Language::En } else { Language::Es }
}

fn not_begun() -> StoreError {
    StoreError::Refused("what feeds are made of is not read yet; ask again in a moment".to_owned())
}

fn atom(handles: &Handles, config: &Arc<Config>, question: &FeedQuestion, page: Option<u32>) -> Result<Option<FeedDocument>, StoreError> {
    let store = &handles.store;
    // Before anything is read: what is written meanwhile makes the next document another one.
    let (stirred, _) = store.stirred_after(u64::MAX);
    let (journal, cids, is_of_list) = {
        let known = handles.board.known();
        let is_of_list = known.config.as_ref().is_some_and(|known| Arc::ptr_eq(known, config));
        (known.journal.clone(), Arc::clone(&known.cids), is_of_list)
    };
    // Before it is known which event is of which case, a feed would look as if nothing had ever happened.
    if !journal.is_read() || !is_of_list || cids.is_empty() {
        return Err(not_begun());
    }
    let generation = handles.feeds.with(config, |kept| kept.generation);
    let state = format!("{generation}.{stirred}.{}", journal.revision);
    if question.state.as_ref() == Some(&state) {
        return Ok(Some(FeedDocument { state, body: None, updated: String::new() }));
    }
    let places = handles.feeds.with(config, |kept| kept.places(config, &question.of, &journal, &cids));
    let archive = Archive::new(&question.of, &places);
    let head = archive.head(recent(store, &journal, &places)?);
    // An older document is whole, and changes its place no more.
    let events = match page {
        None => head..places.len(),
        Some(page) => match archive.page(page, head) {
            Some(events) => events,
            None => return Ok(None),
        },
    };
    let mut entries = Vec::new();
    let mut updated = Timestamp::UNIX_EPOCH;
    for at in places.get(events.clone()).unwrap_or_default().iter().rev() {
        let Some((number, _)) = journal.places.get(*at) else { continue };
        if let Some(worded) = worded(handles, config, &journal, *number, question)? {
            updated = updated.max(worded.updated);
            entries.push(worded.text);
        }
    }
    let about = named(config, &question.of);
    let current = file_name(&question.of);
    let of_page = |page: usize| format!("{current}?page={page}");
    let feed = AtomFeed {
        language: language_of(question),
        id: id_of(store, &question.of)?,
        about: about.as_deref(),
        updated,
        name: &page.map_or_else(|| current.clone(), |page| format!("{current}?page={page}")),
        dashboard: &dashboard(config, &question.of),
        older: archive.before(events.start).map(of_page),
        newer: page.and_then(|_| archive.after(events.end, head)).map(of_page),
        current: page.map(|_| current.as_str()),
        entries: &entries,
    };
    Ok(Some(FeedDocument { state, body: Some(message::atom(&feed)), updated: updated.to_string() }))
}

/// The first of a feed's events that is of the last months.
fn recent(store: &Store, journal: &Journal, places: &[usize]) -> Result<usize, StoreError> {
    let newest = places.last().and_then(|at| journal.places.get(*at)).map(|(number, _)| *number);
    let newest = match newest {
        Some(number) => store.event_numbered(number)?,
        None => None,
    };
    // Not before now but before the newest, so that the same events make the same document on any day.
    let Some(newest) = newest else { return Ok(0) };
    let oldest = newest.seen_at.saturating_sub((HEAD_DAYS * 24).hours()).unwrap_or(newest.seen_at);
    let first = journal.since(store, oldest)?;
    Ok(places.partition_point(|at| *at < first))
}

impl Kept {
    /// Where the events of a scope stand, in their order.
    fn places(&mut self, config: &Config, of: &FeedScope, journal: &Journal, cids: &Arc<HashMap<Cid, CaseRef>>) -> Vec<usize> {
        if !self.cids.as_ref().is_some_and(|known| Arc::ptr_eq(known, cids)) {
            self.cids = Some(Arc::clone(cids));
            self.scopes.clear();
        }
        if self.scopes.len() >= KEPT_SCOPES && !self.scopes.contains_key(of) {
            self.scopes.clear();
        }
        let places = self.scopes.entry(of.clone()).or_default();
        let new = journal.places.iter().enumerate().skip(places.upto);
        let is_of = |cid: &Cid| cids.get(cid).is_some_and(|case| includes(config, of, case));
        places.of.extend(new.filter(|(_, (_, cid))| is_of(cid)).map(|(at, _)| at));
        places.upto = journal.places.len();
        places.of.clone()
    }
}

/// An event as an entry; `None` of one that is not told.
fn worded(
    handles: &Handles,
    config: &Arc<Config>,
    journal: &Journal,
    number: u64,
    question: &FeedQuestion,
) -> Result<Option<Worded>, StoreError> {
    let (store, english) = (&handles.store, question.english);
    let Some(event) = store.event_numbered(number)? else { return Ok(None) };
    if journal.hidden.contains(&event.id) || event.kind.audience() == Audience::Operator {
        return Ok(None);
    }
    let (of, reserved_since) = standing(store, config, &event.case)?;
    let key = (event.id, english, dashboard(config, &question.of).len());
    let known = handles.feeds.with(config, |kept| kept.entries.get(&key).cloned());
    if let Some(known) = known.filter(|known| known.of == of) {
        return Ok(Some(known));
    }
    let telling = Telling::load(store, &handles.read, config, &event.case, std::slice::from_ref(&event))?;
    let about = telling.about(language_of(question), Stop::Unsaid);
    let shown = about.show_one(&event);
    // What is told less of changed when the court began to withhold it.
    let withheld = telling.withholds_of(std::slice::from_ref(&event));
    let updated = reserved_since.filter(|_| withheld).map_or(event.seen_at, |since| since.max(event.seen_at));
    let page = format!("events/{}", event.id);
    let text = message::atom_entry(&shown, &about, updated, &format!("{}{page}", dashboard(config, &question.of))).into();
    let worded = Worded { of, updated, text };
    handles.feeds.with(config, |kept| {
        if kept.entries.len() >= KEPT_ENTRIES {
            kept.entries.clear();
        }
        kept.entries.insert(key, worded.clone());
    });
    Ok(Some(worded))
}

/// As much of a case and of those it is linked with as decides what may be told of its events, and since when it is reserved.
fn standing(store: &Store, config: &Config, case: &CaseRef) -> Result<(Heads, Option<Timestamp>), StoreError> {
    let linked = config.watch(case).map(|watch| watch.linked.as_slice()).unwrap_or_default();
    let (mut all, mut since) = (Vec::new(), None);
    for one in std::iter::once(case).chain(linked) {
        let head = match store.cid(one)? {
            Some(cid) => store.head(cid).or_else(|error| if error.is_fatal() { Err(error) } else { Ok(None) })?,
            None => None,
        };
        let reserved = head.as_ref().is_some_and(is_reserved);
        if reserved {
            since = since.max(head.as_ref().and_then(|head| head.vanished.as_ref().map(|vanished| vanished.since)));
        }
        all.push((head.as_ref().map_or(0, |head| head.version), reserved));
    }
    Ok((all, since))
}

/// The way from a document to the dashboard: its address where readers on other machines reach it, so that an entry that is kept elsewhere finds
/// it too; else from the document on.
fn dashboard(config: &Config, of: &FeedScope) -> String {
    config.dashboard().map_or_else(|| way(of), |url| format!("{url}/"))
}

fn way(of: &FeedScope) -> String {
    match of {
        FeedScope::All => "../../",
        FeedScope::Tag(_) => "../../../",
        FeedScope::Case { .. } => "../../../../",
    }
    .to_owned()
}

/// What the document is called in its folder.
fn file_name(of: &FeedScope) -> String {
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    match of {
        FeedScope::All => "all.atom".to_owned(),
        FeedScope::Tag(tag) => format!("{}.atom", encoded(tag)),
        FeedScope::Case { number, .. } => format!("{}.atom", encoded(number)),
    }
}

/// The identity of a feed: another veedor's feed of everything is another feed.
fn id_of(store: &Store, of: &FeedScope) -> Result<Id, StoreError> {
    let key = crate::domain::id::sha256(&store.link_key()?.0);
    let parts: Vec<&[u8]> = match of {
        FeedScope::All => vec![b"all"],
        FeedScope::Tag(tag) => vec![b"tag", tag.as_bytes()],
        FeedScope::Case { source, number } => vec![b"case", source.as_bytes(), number.as_bytes()],
    };
    Ok(Id::derive(&[&[&b"feed of"[..], &key[..]], &parts[..]].concat()))
}

fn calendar(handles: &Handles, config: &Arc<Config>, question: &FeedQuestion) -> Result<FeedDocument, StoreError> {
    let language = language_of(question);
    let generation = handles.feeds.with(config, |kept| kept.generation);
    let known = handles.board.known();
    // While not every case was looked at since the start, a calendar would take hearings out that are there.
    if !known.progress().complete || !known.config.as_ref().is_some_and(|known| Arc::ptr_eq(known, config)) {
        return Err(not_begun());
    }
    let state = format!("{generation}.{}", known.calendars);
    if question.state.as_ref() == Some(&state) {
        return Ok(FeedDocument { state, body: None, updated: String::new() });
    }
    let is_shown = |case: &CaseRef| includes(config, &question.of, case);
    let matters = known.matters().flat_map(|matter| &matter.appointments);
    let shown: Vec<_> = matters.filter(|one| is_shown(&one.case) && !one.same_at.iter().any(is_shown)).cloned().collect();
    drop(known);
    let url = |case: &CaseRef| {
        let (source, watch) = (config.source_of(case)?, config.watch(case)?);
        Some((watch, source.recipe.case_url(&watch.number)))
    };
    let urls: HashMap<&CaseRef, (&Watch, String)> = shown.iter().filter_map(|one| Some((&one.case, url(&one.case)?))).collect();
    let cases: HashMap<&CaseRef, About<'_>> =
        urls.iter().map(|(case, (watch, url))| (*case, about(config, watch, url, language))).collect();
    let told: Vec<_> = shown.iter().filter_map(|one| Some((one.appointment.clone(), one.changed, cases.get(&one.case)?))).collect();
    let updated = shown.iter().map(|one| one.changed).max().unwrap_or(Timestamp::UNIX_EPOCH);
    let domain = domain(&handles.store, config)?;
    let publisher = Publisher { name: None, address: "", domain: &domain };
    let name = named(config, &question.of);
    let zone = config.zone.iana_name().unwrap_or("UTC");
    let feed = CalendarFeed { language, about: name.as_deref(), zone, publisher };
    Ok(FeedDocument { state, body: Some(message::calendar_feed(&feed, &told)), updated: updated.to_string() })
}

/// The right side of the identities of appointments: that of the mails.
fn domain(store: &Store, config: &Config) -> Result<String, StoreError> {
    let from = config.smtp.as_ref().and_then(|smtp| smtp.from.rsplit('@').next()).map(|domain| domain.trim_end_matches('>'));
    let url = config.general.url.as_deref().and_then(|url| url::Url::parse(url).ok());
    store.calendar_domain(from, url.as_ref().and_then(url::Url::host_str))
}

/// What is said of a case beside an appointment that is fit to be shown already.
fn about<'a>(config: &'a Config, watch: &'a Watch, case_url: &'a str, language: Language) -> About<'a> {
    let source = config.source_of(&watch.case);
    About {
        watch,
        previous: None,
        source_title: source.map_or("", |source| &source.recipe.title),
        case_url,
        dashboard: None,
        zone: config.zone.clone(),
        language,
        privacy: Privacy::of_no_case(),
        stop: Stop::Unsaid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_each_document_the_dashboard_and_its_own_name_are_found_without_the_secret() {
        let case = FeedScope::Case { source: "ec-esatje".into(), number: "17721 2024/1".into() };
        let all = [FeedScope::All, FeedScope::Tag("obra p\u{fa}blica".into()), case];
        let names: Vec<String> = all.iter().map(file_name).collect();
        assert_eq!(names, ["all.atom", "obra%20p%C3%BAblica.atom", "17721%202024%2F1.atom"]);
        let base = url::Url::parse("https://veedor.example.org/x/feeds/secret/").expect("an address");
        for (of, folder) in all.iter().zip(["", "tag/", "case/ec-esatje/"]) {
            let document = base.join(folder).and_then(|folder| folder.join(&file_name(of))).expect("an address");
            assert_eq!(document.join(&way(of)).expect("an address").as_str(), "https://veedor.example.org/x/");
        }
    }

    #[test]
    fn where_others_reach_the_dashboard_its_whole_address_is_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = |more: &str| {
            let list = folder.path().join("watchlist.toml");
            let text = format!(
                "[veedor]\ncontact = \"pruebas@example.org\"\nurl = \"https://veedor.example.org/\"\n{more}\n[[case]]\nsource = \"ec-esatje\"\nnumber = \
                 \"17721-2024-00011G\"\n"
            );
            std::fs::write(&list, text).expect("a list");
            Config::load(&list).expect("good").config
        };
        let behind = config("[web]\ntrusted_proxies = [\"127.0.0.1\"]");
        assert_eq!(dashboard(&behind, &FeedScope::All), "https://veedor.example.org/");
        // Without a proxy only recipients' links are served there.
        assert_eq!(dashboard(&config(""), &FeedScope::All), "../../");
    }
}
