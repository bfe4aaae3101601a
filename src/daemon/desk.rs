//! Answers what the web asks: the other end of its [`Line`](crate::ask::line::Line).
//!
//! A loop that takes questions up as they come and answers each in a unit of its own, at most [`AT_ONCE`] at a time, so that a crowd at the
//! pages takes no more of the machine than the visits can spare. [`answers`](super::answers) knows what to say.

use std::time::Duration;

use super::answers::{Desk, answer_as};
use super::supervise::Units;
use crate::ask::line::Receiver;

/// Questions that are answered at a time.
const AT_ONCE: usize = 8;

/// How long answers under way may take to end at shutdown.
const GRACE: Duration = Duration::from_secs(2);

/// Runs until told to stop.
pub async fn run(desk: Desk, mut asked: Receiver) {
    let control = desk.handles.control.clone();
    let mut answers: Units<(), ()> = Units::default();
    loop {
        tokio::select! {
            () = control.stopped() => break,
            Some(question) = asked.recv(), if answers.len() < AT_ONCE => {
                let desk = desk.clone();
                answers.start((), async move {
                    let (ask, sight, reply) = question.take();
                    // Whoever went away needs no answer.
                    let _ = reply.send(answer_as(&desk, ask, sight).await);
                });
            }
            _ = answers.finished() => {}
        }
    }
    answers.drain(GRACE).await;
}
