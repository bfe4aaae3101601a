//! Idempotency keys: a request that is sent twice is done once.
//!
//! Used by [`asked`](super::asked). A program that got no answer sends the same again with the same `Idempotency-Key`, and gets the answer of the
//! first, or waits for it where that is still under way. Kept in memory for twelve hours (`alerting.md` C12), and no longer than the daemon
//! runs; what failed on our side is not kept, so that it can be tried again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Mutex as Turn;

use crate::ask::Answer;
use crate::ask::line::Underway;
use crate::domain::id::sha256;

/// How long an answer serves.
const KEPT: Duration = Duration::from_secs(12 * 60 * 60);

/// The most that are kept; the oldest go.
const MOST: usize = 1_000;

/// The most bytes of answers that are kept.
const MOST_BYTES: usize = 16 << 20;

type Name = [u8; 32];

/// What is kept of requests with a key.
#[derive(Debug, Default)]
pub struct Keys(Mutex<HashMap<Name, Arc<Kept>>>);

#[derive(Debug)]
struct Kept {
    body: Name,
    began: Instant,
    bytes: Mutex<usize>,
    what: Turn<What>,
}

#[derive(Debug)]
enum What {
    Nothing,
    Underway(Underway),
    Answered(Answer),
}

/// To what a key belongs.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyOf<'a> {
    /// Who asks.
    pub user: Option<&'a str>,
    /// The key.
    pub key: &'a str,
    /// What is asked for.
    pub target: &'a str,
}

/// What is known of a key.
#[derive(Debug)]
pub(super) enum Claim {
    /// It came with another body.
    Another,
    /// It is new, or came with this body.
    Same(Mine),
}

/// The request of a key.
#[derive(Debug)]
pub(super) struct Mine {
    name: Name,
    kept: Arc<Kept>,
}

impl Keys {
    /// Looks a key up, or notes it.
    pub(super) fn claim(&self, of: &KeyOf<'_>, body: &[u8]) -> Claim {
        let user = of.user.map_or_else(|| "-".to_owned(), |user| format!("+{user}"));
        let name = sha256(format!("{}\n{}\n{}", user, of.target, of.key).as_bytes());
        let body = sha256(body);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        all.retain(|_, kept| now.duration_since(kept.began) < KEPT);
        while all.len() >= MOST || bytes(&all) > MOST_BYTES {
            let Some(oldest) = all.iter().min_by_key(|(_, kept)| kept.began).map(|(name, _)| *name) else { break };
            all.remove(&oldest);
        }
        let fresh = || Arc::new(Kept { body, began: now, bytes: Mutex::default(), what: Turn::new(What::Nothing) });
        let kept = all.entry(name).or_insert_with(fresh);
        if kept.body == body { Claim::Same(Mine { name, kept: Arc::clone(kept) }) } else { Claim::Another }
    }

    fn forget(&self, mine: &Mine) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.get(&mine.name).is_some_and(|kept| Arc::ptr_eq(kept, &mine.kept)) {
            all.remove(&mine.name);
        }
    }
}

fn bytes(all: &HashMap<Name, Arc<Kept>>) -> usize {
    all.values().map(|kept| *kept.bytes.lock().unwrap_or_else(PoisonError::into_inner)).sum()
}

impl Mine {
    /// The answer: that of the first who asked, else what comes of `begin`.
    pub async fn answer<F>(&self, keys: &Keys, begin: impl FnOnce() -> F) -> Answer
    where
        F: Future<Output = Result<Underway, Answer>>,
    {
        // Whoever asked first may have gone away; what he asked is answered all the same, to whoever comes next.
        let mut what = self.kept.what.lock().await;
        if matches!(*what, What::Nothing) {
            match begin().await {
                Ok(underway) => *what = What::Underway(underway),
                Err(answer) => {
                    keys.forget(self);
                    return answer;
                }
            }
        }
        if let What::Underway(underway) = &mut *what {
            let answer = underway.answer().await;
            if matches!(answer, Answer::No { code: 69.., .. }) {
                keys.forget(self);
                *what = What::Nothing;
                return answer;
            }
            *self.kept.bytes.lock().unwrap_or_else(PoisonError::into_inner) = match &answer {
                Answer::Data(data) => data.to_string().len(),
                Answer::No { why, .. } => why.len(),
            };
            *what = What::Answered(answer);
        }
        match &*what {
            What::Answered(answer) => answer.clone(),
            _ => Answer::No { why: "the answer got lost; please report this".to_owned(), code: 70 },
        }
    }
}
