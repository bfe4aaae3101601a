//! What is known of each host that was asked, for people who look: its last answers, the day's budget, its rest, its robots.txt.
//!
//! Noted by `visit` and `obey` after each exchange, asked for by the sources' page. Kept in memory and small; it decides nothing.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

/// As many answers of a host are kept.
const MOST: usize = 12;

/// An answer, or why there was none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastAnswer {
    /// For which source.
    pub source: String,
    /// The recipe's step; `robots.txt` for that file.
    pub step: String,
    /// When it was there.
    pub at: Timestamp,
    /// How long it took.
    pub took: Duration,
    /// The status; `None`: no answer.
    pub status: Option<u16>,
    /// Bytes of its body.
    pub bytes: usize,
    /// What was wrong with it, without addresses.
    pub trouble: Option<String>,
}

/// The last answers of a host, the newest first.
#[derive(Debug, Clone, Default)]
pub(super) struct LastAnswers(VecDeque<LastAnswer>);

impl LastAnswers {
    pub(super) fn note(&mut self, answer: LastAnswer) {
        self.0.push_front(answer);
        self.0.truncate(MOST);
    }

    pub(super) fn all(&self) -> Vec<LastAnswer> {
        self.0.iter().cloned().collect()
    }
}

/// What is known of a host's robots.txt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RobotsView {
    /// It was not asked for yet.
    Unasked,
    /// It was read.
    Read {
        /// Until when it is kept.
        until: Timestamp,
        /// How many of its rules concern us.
        rules: usize,
        /// The least time between two requests that it asks for.
        delay: Duration,
    },
    /// It cannot be read, and so nothing is asked.
    Unreadable {
        /// When it is tried again.
        again: Timestamp,
    },
}

/// What is known of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostView {
    /// Scheme, name and port.
    pub host: String,
    /// Requests sent in the running day.
    pub used: u32,
    /// When that day ends.
    pub day_ends: Timestamp,
    /// Until when it is left alone, and why.
    pub rests: Option<(Timestamp, &'static str)>,
    /// Requests that wait for their turn, the one under way too.
    pub waiting: u32,
    /// Its robots.txt.
    pub robots: RobotsView,
    /// Its last answers, the newest first.
    pub last: Vec<LastAnswer>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_answers_are_kept_and_no_more_than_a_dozen() {
        let mut last = LastAnswers::default();
        for second in 0..20 {
            let at = Timestamp::from_second(second).expect("an instant");
            let answer = LastAnswer {
                source: "s".into(),
                step: "case".into(),
                at,
                took: Duration::ZERO,
                status: Some(200),
                bytes: 0,
                trouble: None,
            };
            last.note(answer);
        }
        let seconds: Vec<i64> = last.all().iter().map(|answer| answer.at.as_second()).collect();
        assert_eq!(seconds, (8..20).rev().collect::<Vec<_>>());
    }
}
