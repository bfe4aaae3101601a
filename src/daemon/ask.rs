//! Asks a source all that one visit needs: the only await of a visit.
//!
//! Called by [`visit`](super::visit). It turns a recipe's requests into pages through `fetch`, and says which of the
//! five kinds of trouble stopped it. It compares nothing and stores nothing.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::Handles;
use super::record::fingerprint;
use super::unmodified::{HeldPages, Taken};
use crate::config::Source;
use crate::domain::case::CaseNumber;
use crate::domain::health::Health;
use crate::domain::page::{Page, Request};
use crate::fetch::room::{Load, NoRoom};
use crate::fetch::{FailureKind, Fetched, Jar, Rest, Rules};
use crate::recipe::{Next, Refusal};
use crate::store::error::StoreError;
use crate::store::pulse::blocking;

/// The most requests that one visit may make. e-SATJE cases with many incidents need a few dozen; a recipe that asks for
/// more than this is running in circles.
const MOST_REQUESTS: usize = 500;

/// A visit that has begun waits as long as this for its next turn. To begin anew each time would never come to the end where a
/// host wants minutes between two requests (a gap of the operator's, or a `Crawl-delay`).
const PATIENCE: Duration = Duration::from_secs(3600);

/// One that holds a large answer waits as long as this: there is room for two of them.
const LARGE_PATIENCE: Duration = Duration::from_secs(600);

/// What a visit got.
#[derive(Debug)]
pub enum Answer {
    /// Every page that the recipe asked for, and how they were asked; `None`: no host was.
    Pages(Vec<Page>, Option<Asked>),
    /// The source answered, and the answer is not a docket.
    Refused(Refusal),
    /// The source could not be asked.
    Failed {
        /// The case's health.
        health: Health,
        /// The earliest time to try again.
        not_before: Option<Timestamp>,
    },
    /// The probe of the recipe tells that nothing is new; the rest was not asked.
    Unchanged,
    /// It was not the time to ask (court hours, daily budget, a resting host): nothing was learned.
    Postponed {
        /// Why.
        why: String,
        /// The earliest time to try again.
        not_before: Option<Timestamp>,
    },
}

impl Answer {
    /// There was no room for what the source answers.
    pub fn crowded(why: String, rest: Rest, handles: &Handles) -> Self {
        let not_before = after_a_crowd(&why, rest, handles);
        Self::Postponed { why, not_before }
    }
}

/// When a visit for which there was no room is made again, which is said: to ask at once would cost the court more than it gives us, so that it is
/// twice the rest of a host that fails, ten minutes.
pub fn after_a_crowd(why: &str, rest: Rest, handles: &Handles) -> Option<Timestamp> {
    tracing::warn!(why, "an answer was not taken for want of memory; the case is visited again in a while");
    handles.clock.now().checked_add(rest.failing.saturating_mul(2)).ok()
}

/// How the pages of a visit were asked: what they turn out to be says how the source treats us, and how long they may serve
/// other cases. What another visit asked says nothing more.
#[derive(Debug)]
pub struct Asked {
    rules: Box<Rules>,
    base_url: String,
    /// Whether the source was asked at all, and whether for the last page.
    any: bool,
    last: bool,
    /// What was asked on behalf of other cases too.
    shared: Vec<Request>,
}

impl Asked {
    /// Tells the fetcher and the shared answers what the recipe took the pages for.
    pub async fn judged(&self, handles: &Handles, health: &Health) {
        if matches!(health, Health::Blocked(_) | Health::Unavailable(_) | Health::Unreadable(_)) {
            for request in &self.shared {
                handles.shared.refuse(&self.rules, request).await;
            }
        }
        match health {
            Health::Blocked(_) if self.last => {
                handles.fetcher.report_blocked(&self.rules, &self.base_url);
            }
            Health::Ok | Health::Implausible(_) if self.any => handles.fetcher.report_ok(&self.base_url),
            _ => {}
        }
    }
}

/// Asks until the recipe has enough, or trouble stops it. `held` knows the pages of the stored version in order, `probed` is the
/// fingerprint of the answers up to the recipe's probe with which there is nothing new. What is got is held in `load`.
///
/// # Errors
/// When a page of the stored version cannot be read.
pub async fn ask(
    handles: &Handles,
    source: &Arc<Source>,
    number: &CaseNumber,
    held: &mut HeldPages,
    probed: Option<[u8; 32]>,
    load: &mut Load,
) -> Result<Answer, StoreError> {
    if let Some(secret) = source.recipe.lacking_secret() {
        let why = format!("the secret \"{secret}\" of {} is missing; `veedor check` says how to get one", source.recipe.id);
        return Ok(Answer::Postponed { why, not_before: None });
    }
    let rules = rules_of(source, number);
    let mut jar = source.recipe.cookies.then(Jar::default);
    let mut pages: Vec<Page> = Vec::new();
    let base_url = source.recipe.base_url_of(number).into_owned();
    let mut asked = Asked { rules: Box::new(rules.clone()), base_url, any: false, last: false, shared: Vec::new() };
    loop {
        let Some((next, so_far)) = next_of(source, number, pages, load).await? else {
            return Ok(Answer::crowded("other large answers have been read for minutes".to_owned(), rules.rest, handles));
        };
        pages = so_far;
        let request = match next {
            Next::Ask(request) => request,
            Next::Enough => return Ok(Answer::Pages(pages, Some(asked))),
            Next::Refused(refusal) => {
                asked.judged(handles, &refusal.health()).await;
                return Ok(Answer::Refused(refusal));
            }
        };
        if source.recipe.is_after_probe(&request.step) && probed.is_some_and(|known| known == fingerprint(&pages)) {
            asked.judged(handles, &Health::Ok).await;
            return Ok(Answer::Unchanged);
        }
        if pages.len() >= MOST_REQUESTS {
            let expected = format!("at most {MOST_REQUESTS} requests a visit");
            let found = "a recipe that asks for ever more".into();
            return Ok(Answer::Refused(Refusal::Unreadable { at: request.step, expected, found }));
        }
        // Who is told that nothing changed may not be given the session that the next page asks for.
        let known = if jar.is_some() { None } else { held.validators(pages.len(), &request) };
        // A session is one visit's own.
        let shared = source.recipe.shared(&request.step).filter(|_| jar.is_none());
        let is_conditional = known.is_some();
        let (fetched, by_us) = match shared {
            Some(within) => handles.shared.fetch(&handles.fetcher, &rules, &request, within, load).await,
            None => (handles.fetcher.fetch_in(&rules, &request, known, jar.as_mut(), load).await, true),
        };
        (asked.any, asked.last) = (asked.any || by_us, by_us);
        if by_us && shared.is_some() {
            asked.shared.push(request.clone());
        }
        match fetched {
            Fetched::Page(page) => pages.push(page),
            Fetched::NotModified { at } if is_conditional => match held.page(&handles.store, pages.len(), load).await? {
                Taken::Page(page) => pages.push(Page { fetched_at: at, ..page }),
                Taken::Gone => {}
                Taken::NoRoom(NoRoom::Full) => {
                    let why = "the stored pages, which did not change, are many, and other large answers are read".to_owned();
                    return Ok(Answer::crowded(why, rules.rest, handles));
                }
                Taken::NoRoom(why) => return Ok(Answer::Failed { health: Health::Unreadable(why.to_string()), not_before: None }),
            },
            Fetched::NotModified { .. } => {
                let health = Health::Unreadable("the source answered \"not modified\" to a question without conditions".into());
                return Ok(Answer::Failed { health, not_before: None });
            }
            Fetched::Failed(failure) => {
                let (why, not_before) = (failure.why, failure.not_before);
                if failure.kind == FailureKind::Postponed
                    && !pages.is_empty()
                    && let Some(wait) = not_before.and_then(|at| short_wait(at, handles.clock.now(), load.is_large()))
                {
                    tokio::select! {
                        () = tokio::time::sleep(wait) => continue,
                        () = handles.control.stopped() => return Ok(Answer::Postponed { why, not_before }),
                    }
                }
                let health = match failure.kind {
                    FailureKind::Postponed => return Ok(Answer::Postponed { why, not_before }),
                    FailureKind::Crowded => return Ok(Answer::crowded(why, rules.rest, handles)),
                    FailureKind::Unavailable => Health::Unavailable(why),
                    FailureKind::Blocked | FailureKind::Disallowed => Health::Blocked(why),
                    FailureKind::Unreadable => Health::Unreadable(why),
                };
                return Ok(Answer::Failed { health, not_before });
            }
        }
    }
}

/// What the recipe asks next. Answers that took much to get take much to look at too: not on the threads that all others share, and one
/// visit at a time. `None` when others have been read for too long.
async fn next_of(
    source: &Arc<Source>,
    number: &CaseNumber,
    pages: Vec<Page>,
    load: &Load,
) -> Result<Option<(Next, Vec<Page>)>, StoreError> {
    if load.is_small() {
        return Ok(Some((source.recipe.next(number, &pages), pages)));
    }
    let Some(_reading) = load.reading(0).await else { return Ok(None) };
    let (source, number) = (Arc::clone(source), number.clone());
    blocking(move || Ok(Some((source.recipe.next(&number, &pages), pages)))).await
}

/// How a host is left alone.
pub fn rest_of(source: &Source) -> Rest {
    if source.is_loopback() { Rest::LOOPBACK } else { Rest::COURT }
}

/// The wait until `at`, when a visit that has begun sits it out.
fn short_wait(at: Timestamp, now: Timestamp, is_large: bool) -> Option<Duration> {
    let wait = Duration::try_from(at.duration_since(now)).unwrap_or_default();
    (wait <= if is_large { LARGE_PATIENCE } else { PATIENCE }).then_some(wait.max(Duration::from_millis(100)))
}

/// How the host of a source is to be treated.
pub(super) fn rules_of(source: &Source, number: &CaseNumber) -> Rules {
    Rules {
        source: source.recipe.id.clone(),
        headers: source.recipe.headers(number),
        gap: source.gap,
        daily: source.daily,
        timeout: source.timeout,
        hours: source.hours.clone(),
        zone: source.recipe.zone_of(number),
        rest: rest_of(source),
        reach: source.reach_of(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_that_has_begun_sits_out_minutes_and_not_the_night() {
        let now = Timestamp::UNIX_EPOCH;
        let after = |seconds: i64| Timestamp::from_second(seconds).expect("an instant");
        assert_eq!(short_wait(after(3000), now, true), None, "others need the room");
        assert_eq!(short_wait(after(150), now, true), Some(Duration::from_secs(150)));
        assert_eq!(short_wait(after(3000), now, false), Some(Duration::from_secs(3000)));
        assert_eq!(short_wait(after(150), now, false), Some(Duration::from_secs(150)));
        assert_eq!(short_wait(after(8 * 3600), now, false), None);
        assert!(short_wait(now, after(5), false).is_some_and(|wait| !wait.is_zero()), "a time that has passed is no reason to spin");
    }
}
