//! The answer about one event: what is told of it, and where it can be checked.
//!
//! Called by [`answer`](super::answer). The words are those of messages, masked for whoever sees only what messages tell.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Desk;
use super::look::{Eye, event_line};
use crate::ask::Answer;
use crate::ask::line::Sight;
use crate::daemon::telling::Telling;
use crate::domain::about::Stop;
use crate::domain::event::{Audience, Event, EventKind};
use crate::domain::id::{Id, hex};
use crate::domain::sentence;
use crate::message::{self, Piece};
use crate::store::Cid;
use crate::store::error::StoreError;
use crate::store::outbox::DeliveryFilter;
use crate::store::pulse::blocking;
use crate::wire::api::diff::Words;
use crate::wire::api::event::{EventPage, SentLine};
use crate::wire::api::versions::PageLine;

/// One event.
pub(super) async fn event(desk: &Desk, typed: &str, language: Option<&str>, sight: Sight) -> Result<Value, Answer> {
    let eye = Eye::of(desk, language, sight);
    let unknown = || Answer::no(4, &sentence::NO_EVENT, &[]);
    let id = Id::parse(typed).ok_or_else(unknown)?;
    let found = blocking(move || match eye.store.event(id)? {
        // What veedor says of its own running is for those who run it.
        Some(event) if !eye.sees_all() && event.kind.audience() == Audience::Operator => Ok(None),
        Some(event) => Ok(Some(page(&eye, &event)?)),
        None => Ok(None),
    })
    .await?;
    found.map(|page| json!(page)).ok_or_else(unknown)
}

fn page(eye: &Eye, event: &Event) -> Result<EventPage, StoreError> {
    let telling = match eye.sees_all() {
        true => Telling::unmasked(&eye.config, &event.case),
        false => Telling::load(&eye.store, &eye.read, &eye.config, &event.case, std::slice::from_ref(event))?,
    };
    let about = telling.about(eye.language, Stop::Unsaid);
    let shown = about.show_one(event);
    let block = message::told(&shown, &about);
    let cid = eye.store.cid(&event.case)?;
    // Nothing but activity: no version and no page.
    let seen_in = cid.filter(|_| shown.version > 0);
    let before = match seen_in {
        Some(cid) => (1..event.version)
            .rev()
            .find_map(|number| eye.store.version_at(cid, number).transpose().map(|at| at.map(|_| number)))
            .transpose()?,
        None => None,
    };
    let is_gone = event.kind == EventKind::RecordRemoved;
    let entry_version = match shown.entry {
        Some(_) if is_gone => before,
        Some(_) if shown.version > 0 => Some(event.version),
        _ => None,
    };
    let watch = telling.watch();
    Ok(EventPage {
        line: event_line(&shown, &block.title),
        source: event.case.source.clone(),
        source_title: telling.source_title().to_owned(),
        number: watch.number.canonical.clone(),
        name: watch.name.clone(),
        url: Some(about.case_url.to_owned()).filter(|url| !url.is_empty()),
        watched: eye.config.watch(&event.case).is_some(),
        heading: block.kind.to_owned(),
        date: block.date,
        facts: block.facts.into_iter().map(|(label, value)| (label.to_owned(), value)).collect(),
        quote: block.quote,
        excerpt: block.excerpt,
        change: block.change.into_iter().map(run).collect::<Words>(),
        cautions: block.cautions,
        entry: shown.entry.as_ref().map(|entry| entry.key.0.clone()),
        entry_version,
        before,
        page_sha256: Some(shown.page_sha256).filter(|sum| *sum != [0; 32]).map(|sum| hex(&sum)),
        pages: seen_in.map(|cid| pages(eye, cid, event)).transpose()?.unwrap_or_default(),
        deliveries: cid.filter(|_| eye.sees_all()).map(|cid| deliveries(eye, cid, event.id)).transpose()?.unwrap_or_default(),
    })
}

fn run(piece: Piece) -> [String; 2] {
    let (sign, text) = match piece {
        Piece::Same(text) => ("=", text),
        Piece::Gone(text) => ("-", text),
        Piece::New(text) => ("+", text),
    };
    [sign.to_owned(), text]
}

/// The page that shows an event; all pages of its version where it shows in none of them alone.
fn pages(eye: &Eye, cid: Cid, event: &Event) -> Result<Vec<(usize, PageLine)>, StoreError> {
    let open = match eye.opened.version(&eye.store, cid, event.version) {
        // It is for `fsck` to report.
        Err(StoreError::Damaged(_)) => None,
        open => open?,
    };
    let Some(open) = open else { return Ok(Vec::new()) };
    let sum = hex(&event.page_sha256);
    let line = |page: &PageLine| if eye.sees_all() { page.clone() } else { PageLine { url: String::new(), ..page.clone() } };
    let all = || open.pages.iter().enumerate().map(|(nth, page)| (nth, line(page)));
    let its: Vec<_> = all().filter(|(_, page)| page.sha256 == sum).collect();
    Ok(if its.is_empty() { all().collect() } else { its })
}

fn deliveries(eye: &Eye, cid: Cid, id: Id) -> Result<Vec<SentLine>, StoreError> {
    let all = eye.store.deliveries(DeliveryFilter::Case(cid), usize::MAX)?;
    let own = all.iter().filter(|delivery| delivery.events.contains(&id));
    Ok(own
        .map(|delivery| SentLine {
            id: delivery.id.to_string(),
            channel: delivery.channel.clone(),
            state: delivery.state.name().to_owned(),
            at: delivery.state.at().to_string(),
        })
        .collect())
}

/// The bytes of a stored page in base64, for whoever sees everything: a page holds all that masks would hide.
pub(super) async fn bytes(desk: &Desk, typed: &str, version: u32, nth: usize, sight: Sight) -> Result<Value, Answer> {
    let eye = Eye::of(desk, None, sight);
    let (_, watch) = super::find(&eye.config, typed)?;
    let (case, label) = (watch.case.clone(), watch.number.canonical.clone());
    if !eye.sees_all() {
        let why = "a stored page holds everything that messages leave out; ask an editor for it".to_owned();
        return Err(Answer::No { why, code: super::look::NOT_FOR_YOU });
    }
    let found = blocking(move || match eye.store.cid(&case)? {
        Some(cid) => eye.store.version(cid, version),
        None => Ok(None),
    })
    .await?;
    let page = found.and_then(|version| version.pages.into_iter().nth(nth));
    page.map(|page| json!(STANDARD.encode(page.body)))
        .ok_or_else(|| Answer::No { why: format!("version {version} of {label} has no page {}", nth.saturating_add(1)), code: 4 })
}
