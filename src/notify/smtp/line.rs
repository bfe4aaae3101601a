//! Connections over which mails went well, kept for a moment for the next mail to the same relay.
//!
//! A relay that counts connections a minute takes a burst of mails this way, and each is spared the handshakes. [`send`](super::send) takes
//! one out, and the deliverer [keeps](Kept::keep) it when the outcome is noted; in between it belongs to that send alone, so that one that
//! failed, took too long or was cancelled is dropped with it and never used again. Nothing here talks but [`leave`](Line::leave).

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use tokio::time::{Instant, timeout};

use super::super::Smtp;

/// Mails over one connection, and how long it is used (`alerting.md` B1.3).
const MOST_MAILS: u32 = 50;
const LONGEST: Duration = Duration::from_secs(60);

/// How long it may idle: far less than any relay waits (RFC 5321 §4.5.3.2.7 asks for five minutes).
const IDLE: Duration = Duration::from_secs(5);

/// How long we wait for the answer to QUIT. The mails are the relay's by then.
pub const QUIT: Duration = Duration::from_secs(5);

/// A connection that is greeted and logged in.
pub struct Line {
    pub(super) connection: AsyncSmtpConnection,
    relay: Smtp,
    opened: Instant,
    used: Instant,
    mails: u32,
}

impl Line {
    /// A connection that was just opened to this relay.
    pub(super) fn new(connection: AsyncSmtpConnection, relay: Smtp) -> Self {
        let now = Instant::now();
        Self { connection, relay, opened: now, used: now, mails: 0 }
    }

    /// Notes that a mail went over it.
    pub(super) fn went_well(&mut self) {
        (self.used, self.mails) = (Instant::now(), self.mails.saturating_add(1));
    }

    fn may_go_on(&self) -> bool {
        self.mails < MOST_MAILS && self.opened.elapsed() < LONGEST && self.used.elapsed() < IDLE
    }

    /// Takes leave of the relay. The answer does not matter.
    pub async fn leave(mut self) {
        let _ = timeout(QUIT, self.connection.quit()).await;
    }
}

/// The connections that are kept. Clones share them.
#[derive(Clone, Default)]
pub struct Kept(Arc<Mutex<Vec<Line>>>);

impl Kept {
    /// Takes a connection to this relay out, when there is one.
    pub(super) fn take(&self, relay: &Smtp) -> Option<Line> {
        self.with(|lines| {
            let at = lines.iter().position(|line| line.relay == *relay && line.may_go_on())?;
            Some(lines.swap_remove(at))
        })
    }

    /// Keeps a connection over which a mail went.
    pub fn keep(&self, line: Line) {
        self.with(|lines| lines.push(line));
    }

    /// Takes those out whose time is over, or all of them, so that somebody takes leave.
    pub fn overdue(&self, all: bool) -> Vec<Line> {
        self.with(|lines| {
            let (stay, go) = std::mem::take(lines).into_iter().partition(|line| !all && line.may_go_on());
            *lines = stay;
            go
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Vec<Line>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kept({})", self.with(|lines| lines.len()))
    }
}
