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
    /// The answer: that of the first who asked, else what comes of `begin`; whether it had been given before.
    pub async fn answer<F>(&self, keys: &Keys, begin: impl FnOnce() -> F) -> (Answer, bool)
    where
        F: Future<Output = Result<Underway, Answer>>,
    {
        // Whoever asked first may have gone away; what he asked is answered all the same, to whoever comes next.
        let mut what = self.kept.what.lock().await;
        let again = matches!(*what, What::Answered(_));
        if matches!(*what, What::Nothing) {
            match begin().await {
                Ok(underway) => *what = What::Underway(underway),
                Err(answer) => {
                    keys.forget(self);
                    return (answer, false);
                }
            }
        }
        if let What::Underway(underway) = &mut *what {
            let answer = underway.answer().await;
            if matches!(answer, Answer::No { code: 69.., .. }) {
                keys.forget(self);
                *what = What::Nothing;
                return (answer, false);
            }
            *self.kept.bytes.lock().unwrap_or_else(PoisonError::into_inner) = match &answer {
                Answer::Data(data) => data.to_string().len(),
                Answer::No { why, .. } => why.len(),
            };
            *what = What::Answered(answer);
        }
        match &*what {
            What::Answered(answer) => (answer.clone(), again),
            _ => (Answer::No { why: "the answer got lost; please report this".to_owned(), code: 70 }, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ask::Ask;
    use crate::ask::line::{Line, Sight};

    const OF: KeyOf<'static> = KeyOf { user: None, key: "k", target: "/cases" };

    fn mine(keys: &Keys, of: &KeyOf<'_>, body: &[u8]) -> Mine {
        match keys.claim(of, body) {
            Claim::Same(mine) => mine,
            Claim::Another => panic!("another body"),
        }
    }

    #[tokio::test]
    async fn a_request_is_done_once_even_when_the_first_who_asked_went_away() {
        let keys = Keys::default();
        let (line, mut asked) = Line::open();
        let begin = || line.begin(Ask::Reload, Sight::Whole);
        let first = mine(&keys, &OF, b"{}");
        {
            let mut going = std::pin::pin!(first.answer(&keys, begin));
            // It is asked, and not answered yet.
            let (_, _, reply) = tokio::select! {
                _ = &mut going => panic!("nobody answered"),
                question = asked.recv() => question.expect("a question").take(),
            };
            reply.send(Answer::Data(json!({"cases": 1}))).expect("kept for whoever comes next");
        }
        let mut replayed = Vec::new();
        for _ in 0..2 {
            let again = mine(&keys, &OF, b"{}").answer(&keys, || async { panic!("it is asked twice") }).await;
            assert_eq!(again.0, Answer::Data(json!({"cases": 1})));
            replayed.push(again.1);
        }
        assert_eq!(replayed, [false, true], "whoever went away noted nothing");
        assert!(asked.try_recv().is_err(), "it was asked twice");
        assert!(matches!(keys.claim(&OF, b"{ }"), Claim::Another));
        for other in [KeyOf { user: Some("-"), ..OF }, KeyOf { key: "l", ..OF }, KeyOf { target: "/silences", ..OF }] {
            assert!(matches!(keys.claim(&other, b"{ }"), Claim::Same(_)), "{other:?}");
        }
    }

    #[tokio::test]
    async fn what_failed_on_our_side_may_be_tried_again_and_a_refusal_stays_one() {
        let keys = Keys::default();
        let (line, mut asked) = Line::open();
        let no = |code| Answer::No { why: "no".to_owned(), code };
        for (code, is_kept) in [(74, false), (70, false), (4, true)] {
            let of = KeyOf { key: if is_kept { "kept" } else { "tried" }, ..OF };
            for round in 0..2 {
                let mine = mine(&keys, &of, b"");
                let answering = async {
                    let question = tokio::select! {
                        biased;
                        question = asked.recv() => question.expect("a question"),
                        () = tokio::task::yield_now() => return false,
                    };
                    question.take().2.send(no(code)).expect("somebody waits");
                    true
                };
                let ((answer, again), was_asked) = tokio::join!(mine.answer(&keys, || line.begin(Ask::Reload, Sight::Whole)), answering);
                assert_eq!((answer, was_asked), (no(code), round == 0 || !is_kept), "{code} {round}");
                assert_eq!(again, !was_asked, "{code} {round}");
            }
        }
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let keys = Keys::default();
        for n in 0..MOST + 50 {
            mine(&keys, &KeyOf { key: &n.to_string(), ..OF }, b"");
        }
        assert_eq!(keys.0.lock().expect("whole").len(), MOST);
        let newest = (MOST + 49).to_string();
        assert!(matches!(keys.claim(&KeyOf { key: &newest, ..OF }, b"x"), Claim::Another), "the newest went");
        *mine(&keys, &KeyOf { key: &newest, ..OF }, b"").kept.bytes.lock().expect("whole") = MOST_BYTES + 1;
        mine(&keys, &KeyOf { key: "one more", ..OF }, b"");
        assert_eq!(keys.0.lock().expect("whole").len(), 1, "what is too large goes with all before it");
    }
}
