//! The line from whoever asks inside the daemon to whoever answers.
//!
//! `web` holds a [`Line`], `daemon::desk` the [`Receiver`] of it. So the web names nothing of the daemon, and an answer that panics costs that
//! question and nothing else. It orders nothing: each question is answered by itself.

use serde::de::DeserializeOwned;
use tokio::sync::{mpsc, oneshot};

use super::{Answer, Ask};
use crate::domain::sentence;

/// Questions that may wait to be taken up; whoever asks more waits with his.
const WAITING: usize = 64;

/// How much of a record whoever asks may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sight {
    /// Everything, as the commands on the operator's own console.
    Whole,
    /// What a message may tell: the privacy of the watch list applies.
    AsTold,
}

/// A question on its way.
#[derive(Debug)]
pub struct Asked {
    /// What is asked.
    pub ask: Ask,
    /// What of it may be seen.
    pub sight: Sight,
    reply: oneshot::Sender<Answer>,
}

impl Asked {
    /// The question, and where its answer goes.
    pub fn take(self) -> (Ask, Sight, oneshot::Sender<Answer>) {
        (self.ask, self.sight, self.reply)
    }
}

/// The end at which questions arrive.
pub type Receiver = mpsc::Receiver<Asked>;

/// Asks. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Line(mpsc::Sender<Asked>);

impl Line {
    /// A line and its other end.
    pub fn open() -> (Self, Receiver) {
        let (asks, receiver) = mpsc::channel(WAITING);
        (Self(asks), receiver)
    }

    /// Asks and waits for the answer.
    pub async fn ask(&self, ask: Ask, sight: Sight) -> Answer {
        match self.begin(ask, sight).await {
            Ok(mut underway) => underway.answer().await,
            Err(answer) => answer,
        }
    }

    /// Asks; the answer may be waited for by somebody else.
    ///
    /// # Errors
    /// The refusal of a daemon that is stopping.
    pub async fn begin(&self, ask: Ask, sight: Sight) -> Result<Underway, Answer> {
        let (reply, answered) = oneshot::channel();
        match self.0.send(Asked { ask, sight, reply }).await {
            Ok(()) => Ok(Underway(answered)),
            Err(_) => Err(Answer::no(69, &sentence::STOPPING, &[])),
        }
    }

    /// Asks, and reads the answer as the form that it has.
    ///
    /// # Errors
    /// The refusal.
    pub async fn get<T: DeserializeOwned>(&self, ask: Ask, sight: Sight) -> Result<T, Refusal> {
        self.ask(ask, sight).await.read()
    }
}

impl Answer {
    /// As the form that it has.
    ///
    /// # Errors
    /// The refusal.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, Refusal> {
        match self {
            Self::Data(data) => serde_json::from_value(data)
                .map_err(|error| Refusal { why: format!("the answer is not of the form that it should have: {error}"), code: 70 }),
            Self::No { why, code } => Err(Refusal { why, code }),
        }
    }
}

/// A question that was taken up. It is answered whether or not somebody waits.
#[derive(Debug)]
pub struct Underway(oneshot::Receiver<Answer>);

impl Underway {
    /// Waits for the answer. Whoever gives up waiting may wait again.
    pub async fn answer(&mut self) -> Answer {
        (&mut self.0).await.unwrap_or_else(|_| Answer::No {
            why: "the answer could not be put together; the log says why, and this is a bug: please report it".to_owned(),
            code: 70,
        })
    }
}

/// Why a question got no data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What, where, what to do.
    pub why: String,
    /// The exit code of a command that ends so.
    pub code: u8,
}
