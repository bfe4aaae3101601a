//! What commands may ask, and the answers, as JSON.
//!
//! The same functions answer over the daemon's socket and, when no daemon runs, in the command's own process. They print
//! nothing; `cli` turns the JSON into tables.

mod access;
mod board;
mod cases;
mod clocks;
mod console;
mod delays;
mod doctor;
mod edits;
mod event;
mod events;
mod feeds;
mod hearings;
mod look;
mod opened;
mod outbox;
mod public;
mod recovery;
mod silences;
mod sources;
mod upkeep;
mod visits;

use std::sync::Arc;

use super::Handles;
use super::visit::Visitor;
use crate::ask::line::Sight;
use crate::ask::look::{At, Look};
use crate::ask::{Answer, Ask};
use crate::config::Config;
use crate::config::edit::NewCase;
use crate::diag::nearest;
use crate::domain::case::{CaseRef, Watch};
use crate::domain::sentence;
use crate::store::braked::Decision;
use crate::store::error::StoreError;

pub use clocks::masked;
pub use doctor::finding;
pub use opened::Opened;
pub use visits::polled;

/// What the answers need.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The handles of the daemon, or of the command itself.
    pub handles: Handles,
    /// Makes visits.
    pub visitor: Arc<Visitor>,
    /// What was opened of cases that are looked at.
    pub opened: Opened,
}

impl From<StoreError> for Answer {
    fn from(error: StoreError) -> Self {
        Self::No { why: error.to_string(), code: 74 }
    }
}

/// Answers a question that is asked at the operator's console, and notes what was done.
pub async fn answer(desk: &Desk, ask: Ask) -> Answer {
    let doing = console::doing(desk, &ask);
    let answer = answer_as(desk, ask, Sight::Whole).await;
    if let Some(doing) = doing {
        console::audit(desk, doing, &answer).await;
    }
    answer
}

/// Answers a question of somebody who may see so much.
pub async fn answer_as(desk: &Desk, ask: Ask, sight: Sight) -> Answer {
    let result = match ask {
        Ask::List => cases::list(desk, sight).await,
        Ask::Show { case, version } => cases::show(desk, &case, version, sight).await,
        Ask::Diff { case, from, to } => cases::diff(desk, &case, from, to, sight).await,
        Ask::Look(look) => look::look(desk, look, sight).await,
        Ask::Versions { case, page } => {
            let at = At::Versions { page: page.unwrap_or(1) };
            look::look(desk, Look { case, language: None, at }, sight).await
        }
        Ask::Event { id, language } => event::event(desk, &id, language.as_deref(), sight).await,
        Ask::Page { case, version, nth } => event::bytes(desk, &case, version, nth, sight).await,
        Ask::Hearings { case } => hearings::hearings(desk, case.as_deref(), sight).await,
        Ask::Clocks { case, all } => clocks::clocks(desk, case.as_deref(), all, sight).await,
        Ask::HearingBoard(question) => board::hearings(desk, &question, sight).await,
        Ask::Today { english } => board::today(desk, english, sight).await,
        Ask::Feeds => feeds::list(desk).await,
        Ask::AddFeed(wanted) => feeds::add(desk, wanted).await,
        Ask::RevokeFeed { id } => feeds::revoke(desk, &id).await,
        Ask::Feed(question) => feeds::document(desk, question).await,
        Ask::Add { source, number, name, tags } => edits::add(desk, NewCase { source, number, name, tags }).await,
        Ask::Remove { case } => edits::remove(desk, &case).await,
        Ask::Events { after, limit, kinds, tags, case } => {
            events::after(desk, after, limit, events::Filter { kinds, tags, case }, sight).await
        }
        Ask::EventBody { id } => events::body(desk, &id, sight).await,
        Ask::Delays(question) => delays::delays(desk, &question, sight).await,
        Ask::Poll { cases, dry_run } => visits::poll(desk, &cases, dry_run).await,
        Ask::Import { source, case, pages, charset } => visits::import(desk, &source, &case, pages, charset).await,
        Ask::Deliveries { about, failed, limit, state, channel, after } => {
            let picked = outbox::Picked { about, failed, state, channel, after };
            outbox::deliveries(desk, &picked, limit, sight).await
        }
        Ask::Public { tag } => public::public(desk, &tag).await,
        Ask::Sources => sources::sources(desk, sight).await,
        Ask::Retry { ids, end, which } => recovery::retry(desk, &ids, end, &which).await,
        Ask::Brake { source, release: true, .. } => outbox::brake(desk, source, None).await,
        Ask::Brake { source, release: false, all } => {
            outbox::brake(desk, source, Some(if all { Decision::DiscardAll } else { Decision::Discard })).await
        }
        Ask::Silences => silences::list(desk, sight).await,
        Ask::Silence(wanted) => silences::begin(desk, wanted).await,
        Ask::EndSilence { id } => silences::end(desk, &id).await,
        Ask::Backup { dir } => upkeep::backup(desk, dir).await,
        Ask::Export { to } => upkeep::export(desk, to).await,
        Ask::Fsck { repair } => upkeep::fsck(desk, repair).await,
        Ask::Doctor { ask_sources } => doctor::doctor(desk, ask_sources).await,
        Ask::Access(asked) => access::answer(desk, asked, sight).await,
        Ask::Reload => upkeep::reload(desk).await,
        Ask::Status => Ok(upkeep::status(desk)),
    };
    result.map_or_else(|refusal| refusal, Answer::Data)
}

/// The case that is named in full: its source, and its number as the source or as people write it.
fn named<'c>(config: &'c Config, typed: &str) -> Option<(usize, &'c Watch)> {
    let (source, number) = typed.split_once('/')?;
    let case = CaseRef { source: source.to_owned(), number: number.to_owned() };
    config.place(&case).or_else(|| {
        let compact = config.source_of(&case)?.recipe.number(number).ok()?.compact;
        config.place(&CaseRef { number: compact, ..case })
    })
}

/// Finds a case as a person types it: its number with or without separators, its nickname, or `source/number`.
pub fn find<'c>(config: &'c Config, typed: &str) -> Result<(usize, &'c Watch), Answer> {
    // As pages name it: ten thousand cases need not be spelt out for that.
    if let Some(found) = named(config, typed) {
        return Ok(found);
    }
    let squeeze = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect::<String>();
    let wanted = squeeze(typed);
    let matches = |watch: &Watch| {
        squeeze(&watch.number.canonical) == wanted
            || squeeze(&watch.case.number) == wanted
            || squeeze(&watch.case.to_string()) == wanted
            || watch.name.as_deref().is_some_and(|name| squeeze(name) == wanted)
    };
    let found: Vec<_> = config.cases.iter().enumerate().filter(|(_, watch)| matches(watch)).collect();
    match found[..] {
        [one] => Ok(one),
        [] => {
            let near = nearest(typed, config.cases.iter().map(|watch| watch.number.canonical.as_str()));
            Err(match near {
                Some(near) => Answer::no(4, &sentence::NO_CASE_NEAR, &[&typed, &near]),
                None => Answer::no(4, &sentence::NO_CASE, &[&typed]),
            })
        }
        _ => {
            let names: Vec<String> = found.iter().map(|(_, watch)| watch.case.to_string()).collect();
            Err(Answer::no(2, &sentence::SEVERAL_CASES, &[&typed, &names.join(", ")]))
        }
    }
}
