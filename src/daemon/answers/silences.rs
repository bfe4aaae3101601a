//! Answers about silences: what is muted, muting, and the end of it.
//!
//! Called by [`answer`](super::answer). What is typed is checked against the watch list, so that a slip mutes nothing and says so.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::delays::tag_among;
use super::events::known_kinds;
use super::look::Eye;
use super::{Desk, find};
use crate::ask::line::Sight;
use crate::ask::{Answer, Wanted};
use crate::config::Config;
use crate::diag::suggestion;
use crate::domain::case::Watch;
use crate::domain::id::Id;
use crate::domain::sentence::{self, Sentence};
use crate::domain::silence::{LONGEST, LONGEST_NAME, LONGEST_REASON, MOST_KINDS, Scope, Silence};
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;
use crate::store::silences::Listed;
use crate::wire::api::silences::{SilenceLine, SilenceList, SilencedCase};

fn no(why: impl Into<String>) -> Answer {
    Answer::No { why: why.into(), code: 2 }
}

/// All silences, the active ones first.
pub async fn list(desk: &Desk, sight: Sight) -> Result<Value, Answer> {
    let (store, config) = (desk.handles.store.clone(), desk.handles.config.load_full());
    let mut lines = blocking(move || Ok(store.silences()?.iter().map(|listed| line(&config, listed)).collect::<Vec<_>>())).await?;
    if sight != Sight::Whole {
        // Who else is told, and who left, is nobody's business.
        lines.iter_mut().for_each(|line| line.to = None);
    }
    Ok(json!(SilenceList { silences: lines }))
}

/// Those that mute now, as lines of the watch list.
fn active(store: &Store, config: &Config) -> Result<Vec<SilenceLine>, StoreError> {
    if !store.is_anything_silenced() {
        return Ok(Vec::new());
    }
    Ok(store.silences()?.iter().filter(|listed| listed.silence.ended.is_none()).map(|listed| line(config, listed)).collect())
}

/// Those that mute now as somebody sees them: whom a silence of one reader is about is nobody's business but of who sees everything, and to say
/// no more than that something is muted would say that it is for all.
pub(super) fn seen(eye: &Eye) -> Result<Vec<SilenceLine>, StoreError> {
    let mut lines = active(&eye.store, &eye.config)?;
    lines.retain(|line| eye.sees_all() || line.to.is_none());
    Ok(lines)
}

/// Those of them that are about this case. Which tags a case has of which nothing is told (`is_told`) does not show.
pub(super) fn of_case(eye: &Eye, watch: &Watch, is_told: bool) -> Result<Vec<SilenceLine>, StoreError> {
    let tags: &[String] = if is_told || eye.sees_all() { &watch.tags } else { &[] };
    let mut lines = seen(eye)?;
    lines.retain(|line| line.is_about(&watch.case.source, &watch.number.canonical, tags));
    Ok(lines)
}

fn line(config: &Config, Listed { silence, muted }: &Listed) -> SilenceLine {
    let Silence { id, scope, by, because, created, until, ended } = silence;
    let case = scope.case.as_ref().map(|case| {
        let watch = config.watch(case);
        let number = watch.map_or(&case.number, |watch| &watch.number.canonical).clone();
        SilencedCase { source: case.source.clone(), number, name: watch.and_then(|watch| watch.name.clone()) }
    });
    let said = |at: &Option<Timestamp>| at.map(|at| at.to_string());
    SilenceLine {
        id: id.to_string(),
        state: if ended.is_some() { "ended" } else { "active" }.to_owned(),
        source: scope.source.clone(),
        case,
        kinds: scope.kinds.clone(),
        tag: scope.tag.clone(),
        channel: scope.channel.clone(),
        to: scope.recipient.clone(),
        critical: scope.critical,
        by: by.clone(),
        because: because.clone(),
        by_recipient: silence.is_leave(),
        created: created.to_string(),
        until: said(until),
        ended: said(ended),
        muted: *muted,
        summaries: Vec::new(),
    }
}

/// Begins a silence.
pub async fn begin(desk: &Desk, wanted: Wanted) -> Result<Value, Answer> {
    let (config, now) = (desk.handles.config.load_full(), desk.handles.clock.now());
    let silence = checked(&config, wanted, now)?;
    let (store, made) = (desk.handles.store.clone(), silence.clone());
    blocking(move || store.silence(made)).await.map_err(|error| match error {
        StoreError::Refused(why) => Answer::No { why, code: 1 },
        error => error.into(),
    })?;
    tracing::info!(silence = %silence.id, until = ?silence.until, "the operator silenced news");
    Ok(json!(line(&config, &Listed { silence, muted: 0 })))
}

fn checked(config: &Config, wanted: Wanted, now: Timestamp) -> Result<Silence, Answer> {
    let Wanted { source, case, kinds, tag, channel, to, critical, by, because, until } = wanted;
    let case = case.map(|typed| find(config, &typed).map(|(_, watch)| watch.case.clone())).transpose()?;
    if let Some(id) = &source {
        let mut known: Vec<&str> = config.cases.iter().map(|watch| watch.case.source.as_str()).collect();
        known.sort_unstable();
        known.dedup();
        if !known.contains(&id.as_str()) {
            return Err(no(format!("no case of a source \"{id}\" is watched; {}", suggestion(id, &known).unwrap_or_default())));
        }
    }
    if kinds.len() > MOST_KINDS {
        return Err(Answer::no(2, &sentence::MANY_KINDS, &[&MOST_KINDS]));
    }
    known_kinds(&kinds)?;
    if let Some(tag) = &tag {
        tag_among(&config.cases, tag)?;
    }
    if let Some(id) = channel.as_ref().filter(|id| config.channel(id).is_none()) {
        let ids: Vec<&str> = config.channels.iter().map(|channel| channel.id.as_str()).collect();
        return Err(Answer::no(2, &sentence::NO_CHANNEL, &[id, &suggestion(id, &ids).unwrap_or_default()]));
    }
    if let Some(address) = &to {
        let heard = config.channels.iter().filter(|other| channel.as_ref().is_none_or(|id| other.id == *id));
        if !heard.flat_map(|other| &other.route.recipients).any(|known| known == address) {
            let place = channel.map_or("any channel".to_owned(), |id| format!("channel {id}"));
            return Err(Answer::no(2, &sentence::NO_RECIPIENT, &[address, &place]));
        }
    }
    let scope = Scope { source, case, kinds, tag, channel, recipient: to, critical };
    if scope.is_everything() {
        return Err(Answer::no(2, &sentence::EVERYTHING, &[]));
    }
    let (by, because) = (said(&sentence::WHO_ASKS, by, LONGEST_NAME)?, said(&sentence::WHY_SILENT, because, LONGEST_REASON)?);
    let until = end_of(&until, now)?;
    Ok(Silence::new(scope, by, because, now, until))
}

fn said(what: &Sentence, text: String, longest: usize) -> Result<String, Answer> {
    let text = text.trim().to_owned();
    if text.is_empty() || text.chars().any(char::is_control) || text.chars().count() > longest {
        return Err(Answer::no(2, what, &[&longest]));
    }
    Ok(text)
}

fn end_of(text: &str, now: Timestamp) -> Result<Timestamp, Answer> {
    let until: Timestamp = text.parse().map_err(|_| no(format!("\"{text}\" is no instant; type --for 3d, or --until 2026-12-31")))?;
    if until <= now {
        return Err(no(format!("the end of a silence lies ahead, and {until} is past; type --for 3d, or --until with a later day")));
    }
    if now.checked_add(LONGEST).is_ok_and(|last| until > last) {
        return Err(Answer::no(2, &sentence::SILENCE_TOO_LONG, &[]));
    }
    Ok(until)
}

/// Ends a silence by its id, or the beginning of it.
pub async fn end(desk: &Desk, typed: &str) -> Result<Value, Answer> {
    let (store, now) = (desk.handles.store.clone(), desk.handles.clock.now());
    let wanted = typed.trim().to_ascii_lowercase();
    if wanted.len() < 4 || !wanted.chars().all(|c| c.is_ascii_hexdigit()) {
        return Err(Answer::no(2, &sentence::NO_SILENCE_ID, &[&typed]));
    }
    let config = desk.handles.config.load_full();
    let listed = blocking(move || store.silences()).await?;
    let found: Vec<&Listed> = listed.iter().filter(|listed| listed.silence.id.to_string().starts_with(&wanted)).collect();
    let one = match found[..] {
        [one] => one,
        [] => return Err(Answer::no(4, &sentence::NO_SILENCE, &[&typed])),
        _ => return Err(Answer::no(2, &sentence::SEVERAL_SILENCES, &[&found.len(), &typed])),
    };
    if let Some(ended) = one.silence.ended {
        return Err(Answer::no(1, &sentence::SILENCE_ENDED, &[&typed, &ended]));
    }
    let (store, id): (Store, Id) = (desk.handles.store.clone(), one.silence.id);
    let Some(ended) = blocking(move || store.end_silence(id, now)).await? else {
        return Err(Answer::no(1, &sentence::SILENCE_JUST_ENDED, &[&typed]));
    };
    desk.handles.control.nudge_deliverer();
    tracing::info!(silence = %id, muted = ended.muted, summaries = ended.summaries.len(), "the operator ended a silence");
    let summaries = ended.summaries.iter().map(Id::to_string).collect();
    Ok(json!(SilenceLine { summaries, ..line(&config, &Listed { silence: ended.silence, muted: ended.muted }) }))
}
