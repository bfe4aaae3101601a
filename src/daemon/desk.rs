//! Answers what the web asks: the other end of its [`Line`](crate::ask::line::Line).
//!
//! A loop that takes questions up as they come and answers each in a unit of its own, at most so many at a time, so that a crowd at the
//! pages takes no more of the machine than the visits can spare. Questions that take minutes have places of their own: others do not wait
//! behind them. [`answers`](super::answers) knows what to say.

use std::time::Duration;

use super::answers::{Desk, answer, answer_as};
use super::supervise::Units;
use crate::ask::line::{Asked, Receiver};
use crate::ask::{Answer, Ask};
use crate::domain::sentence;

/// How many questions are answered at a time.
#[derive(Debug, Clone, Copy)]
pub struct Places {
    /// Of those that look something up; the others wait.
    quick: usize,
    /// Of those that visit, or read the whole store; the others are refused.
    slow: usize,
    /// How long answers under way may take to end at shutdown.
    grace: Duration,
    /// Whether it is the console that asks: then what was done is noted here. The web notes what comes over the network.
    console: bool,
}

impl Places {
    /// For those who come over the network.
    pub const WEB: Self = Self { quick: 8, slow: 4, grace: Duration::from_secs(2), console: false };
    /// For the commands of whoever runs the machine.
    pub const SOCKET: Self = Self { quick: 64, slow: 64, grace: Duration::from_secs(5), console: true };
}

/// Runs until told to stop.
pub async fn run(desk: Desk, mut asked: Receiver, places: Places) {
    let control = desk.handles.control.clone();
    let (mut quick, mut slow): (Units<(), ()>, Units<(), ()>) = Default::default();
    loop {
        tokio::select! {
            () = control.stopped() => break,
            Some(question) = asked.recv(), if quick.len() < places.quick => match is_slow(&question.ask) {
                false => quick.start((), reply(desk.clone(), question, places.console)),
                true if slow.len() < places.slow => slow.start((), reply(desk.clone(), question, places.console)),
                true => refuse(question, places.slow),
            },
            _ = quick.finished() => {}
            _ = slow.finished() => {}
        }
    }
    tokio::join!(quick.drain(places.grace), slow.drain(places.grace));
}

async fn reply(desk: Desk, question: Asked, console: bool) {
    let (ask, sight, reply) = question.take();
    let answered = if console { answer(&desk, ask).await } else { answer_as(&desk, ask, sight).await };
    // Whoever went away needs no answer.
    let _ = reply.send(answered);
}

fn refuse(question: Asked, under_way: usize) {
    let _ = question.take().2.send(Answer::no(69, &sentence::UNDER_WAY, &[&under_way]));
}

/// Whether it waits for courts, or reads everything that is kept.
fn is_slow(ask: &Ask) -> bool {
    matches!(
        ask,
        Ask::Poll { .. }
            | Ask::Import { .. }
            | Ask::Backup { .. }
            | Ask::Export { .. }
            | Ask::Fsck { .. }
            | Ask::Doctor { .. }
            | Ask::Delays(_)
            | Ask::Public { .. }
            | Ask::Hearings { case: None }
            | Ask::Clocks { case: None, .. }
    )
}
