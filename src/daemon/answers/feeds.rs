//! Answers about feeds: the secret addresses, and what they lead to.
//!
//! Called by [`answer`](super::answer). Changes nothing but the addresses.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::delays::tag_among;
use super::{Desk, find};
use crate::ask::Answer;
use crate::ask::board::{FeedQuestion, FeedWanted};
use crate::config::Config;
use crate::daemon::feeds;
use crate::domain::about::Language;
use crate::domain::feed::{FeedAddress, LONGEST_NAME, Scope, Token};
use crate::domain::id::Id;
use crate::domain::sentence;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;
use crate::wire::api::feeds::{FeedLine, FeedList};

/// All addresses.
pub async fn list(desk: &Desk) -> Result<Value, Answer> {
    let (store, config) = (desk.handles.store.clone(), desk.handles.config.load_full());
    let feeds = blocking(move || store.feeds()).await?;
    Ok(json!(FeedList { feeds: feeds.iter().map(|address| line(&config, address)).collect() }))
}

/// Makes an address; its secret part is in the answer and nowhere else.
pub async fn add(desk: &Desk, wanted: FeedWanted) -> Result<Value, Answer> {
    let (config, now) = (desk.handles.config.load_full(), desk.handles.clock.now());
    let mut drawn = [0; 32];
    getrandom::getrandom(&mut drawn).map_err(|error| Answer::No { why: format!("no secret address could be drawn: {error}"), code: 1 })?;
    let token = Token::of(drawn);
    let address = checked(&config, wanted, &token, now)?;
    let (store, made) = (desk.handles.store.clone(), address.clone());
    blocking(move || store.add_feed(made)).await.map_err(refused)?;
    tracing::info!(feed = %address.id, "a secret address of feeds was made");
    let path = path(&config, &address, &token);
    let base = base(&config);
    Ok(json!(FeedLine { atom: Some(format!("{base}{path}.atom")), ics: Some(format!("{base}{path}.ics")), ..line(&config, &address) }))
}

/// Revokes an address by its id, or the beginning of it.
pub async fn revoke(desk: &Desk, typed: &str) -> Result<Value, Answer> {
    let (store, config, now) = (desk.handles.store.clone(), desk.handles.config.load_full(), desk.handles.clock.now());
    let wanted = typed.trim().to_ascii_lowercase();
    if wanted.len() < 4 || !wanted.chars().all(|c| c.is_ascii_hexdigit()) {
        return Err(Answer::no(2, &sentence::NO_FEED_ID, &[&typed]));
    }
    let all = blocking(move || store.feeds()).await?;
    let found: Vec<&FeedAddress> = all.iter().filter(|address| address.id.to_string().starts_with(&wanted)).collect();
    let one = match found[..] {
        [one] => one,
        [] => return Err(Answer::no(4, &sentence::NO_FEED, &[&typed])),
        _ => return Err(Answer::no(2, &sentence::SEVERAL_FEEDS, &[&found.len(), &typed])),
    };
    let (store, id): (_, Id) = (desk.handles.store.clone(), one.id);
    let Some(revoked) = blocking(move || store.revoke_feed(id, now)).await? else {
        return Err(Answer::no(1, &sentence::FEED_REVOKED, &[&typed]));
    };
    tracing::info!(feed = %id, "a secret address of feeds was revoked");
    Ok(json!(line(&config, &revoked)))
}

/// A document, unless whoever asks has it already.
pub async fn document(desk: &Desk, question: FeedQuestion) -> Result<Value, Answer> {
    let handles = desk.handles.clone();
    let document = blocking(move || feeds::document(&handles, &question)).await?;
    match document {
        Some(document) => Ok(json!(document)),
        None => Err(Answer::No { why: "there is no such feed".to_owned(), code: 4 }),
    }
}

fn refused(error: StoreError) -> Answer {
    match error {
        StoreError::Refused(why) => Answer::No { why, code: 1 },
        error => error.into(),
    }
}

fn checked(config: &Config, wanted: FeedWanted, token: &Token, now: Timestamp) -> Result<FeedAddress, Answer> {
    let FeedWanted { name, tag, case, language } = wanted;
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().any(char::is_control) || name.chars().count() > LONGEST_NAME {
        return Err(Answer::no(2, &sentence::WHOSE_FEED, &[&LONGEST_NAME]));
    }
    let filled = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let scope = match (filled(tag), filled(case)) {
        (Some(_), Some(_)) => return Err(Answer::no(2, &sentence::TAG_OR_CASE, &[])),
        (Some(tag), None) => Scope::Tag(tag_among(&config.cases, &tag)?),
        (None, Some(typed)) => Scope::Case(find(config, &typed)?.1.case.clone()),
        (None, None) => Scope::All,
    };
    let language = match filled(language).as_deref() {
        None => config.general.language,
        Some("es") => Language::Es,
        Some("en") => Language::En,
        Some(other) => return Err(Answer::no(2, &sentence::FEED_LANGUAGE, &[&other])),
    };
    Ok(FeedAddress::new(token, name, scope, language, now))
}

/// Where the dashboard is reached.
fn base(config: &Config) -> String {
    let here = || config.general.listen.map(|at| format!("http://{at}")).unwrap_or_default();
    config.general.url.clone().unwrap_or_else(here)
}

fn path(config: &Config, address: &FeedAddress, token: &Token) -> String {
    let encoded = |text: &str| -> String { url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20") };
    let of = match &address.scope {
        Scope::All => "all".to_owned(),
        Scope::Tag(tag) => format!("tag/{}", encoded(tag)),
        Scope::Case(case) => {
            let number = config.watch(case).map_or(&case.number, |watch| &watch.number.canonical);
            format!("case/{}/{}", encoded(&case.source), encoded(number))
        }
    };
    format!("/feeds/{}/{of}", token.text())
}

fn line(config: &Config, address: &FeedAddress) -> FeedLine {
    let FeedAddress { id, hash: _, name, scope, language, created, revoked, used } = address;
    let (kind, tag, case) = match scope {
        Scope::All => ("all", None, None),
        Scope::Tag(tag) => ("tag", Some(tag.clone()), None),
        Scope::Case(case) => ("case", None, Some(case)),
    };
    let number = |case: &crate::domain::case::CaseRef| config.watch(case).map_or(&case.number, |watch| &watch.number.canonical).clone();
    FeedLine {
        id: id.to_string(),
        name: name.clone(),
        scope: kind.to_owned(),
        tag,
        source: case.map(|case| case.source.clone()),
        case: case.map(number),
        language: if *language == Language::Es { "es" } else { "en" }.to_owned(),
        created: created.to_string(),
        revoked: revoked.map(|at| at.to_string()),
        used: used.map(|day| day.to_string()),
        atom: None,
        ics: None,
    }
}
