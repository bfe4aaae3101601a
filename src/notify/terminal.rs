//! Standard output as a channel: a thread of its own writes, so that a pipe nobody reads stops nothing else.
//!
//! The sender hands bytes over and waits a bounded time for them to be written; the [`Printer`] runs on a thread that the
//! daemon starts. A message that waited in vain is not printed later: it is tried again. It words nothing.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::domain::delivery::Outcome;

/// Messages that may wait for the printer.
const WAITING: usize = 16;

struct Job {
    body: Vec<u8>,
    done: oneshot::Sender<io::Result<()>>,
}

/// Where messages for standard output go. Cheap to clone.
#[derive(Clone)]
pub struct Terminal {
    jobs: Arc<SyncSender<Job>>,
}

/// The other end, which writes.
pub struct Printer {
    jobs: Receiver<Job>,
}

/// Both ends.
pub fn pair() -> (Terminal, Printer) {
    let (jobs, queue) = sync_channel(WAITING);
    (Terminal { jobs: Arc::new(jobs) }, Printer { jobs: queue })
}

impl Terminal {
    /// Prints this, unless that takes longer than `limit`.
    pub(super) async fn print(&self, body: &[u8], limit: Duration) -> Outcome {
        let (done, written) = oneshot::channel();
        if self.jobs.try_send(Job { body: body.to_vec(), done }).is_err() {
            return retry("standard output takes nothing: whoever reads it has stopped");
        }
        match tokio::time::timeout(limit, written).await {
            Ok(Ok(Ok(()))) => Outcome::Sent { detail: "printed".to_owned() },
            Ok(Ok(Err(error))) => retry(&format!("cannot write to standard output: {error}")),
            Ok(Err(_)) => retry("nothing prints to standard output any more"),
            Err(_) => retry(&format!("standard output did not take the message within {} s; a part of it may have", limit.as_secs_f64())),
        }
    }
}

fn retry(why: &str) -> Outcome {
    Outcome::Retry { why: why.to_owned(), after: None }
}

impl Printer {
    /// Prints until the last [`Terminal`] is gone.
    pub fn run(self) {
        self.run_into(&mut io::stdout());
    }

    fn run_into(self, out: &mut impl Write) {
        for Job { body, done } in self.jobs {
            // Whoever waited for it gave up, and will ask again.
            if !done.is_closed() {
                let written = out.write_all(&body).and_then(|()| out.flush());
                let _ = done.send(written);
            }
        }
    }
}

impl std::fmt::Debug for Terminal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Terminal")
    }
}

impl std::fmt::Debug for Printer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Printer")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    const AMPLE: Duration = Duration::from_secs(30);

    /// Takes nothing until it is told to.
    struct Stuck {
        told: Receiver<()>,
        got: Arc<Mutex<String>>,
    }

    impl Write for Stuck {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.told.recv().map_err(io::Error::other)?;
            self.got.lock().expect("not poisoned").push_str(&String::from_utf8_lossy(bytes));
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_terminal_nobody_reads_delays_its_own_messages_only_and_prints_each_once() {
        let (terminal, printer) = pair();
        let (tell, told) = sync_channel(16);
        let got = Arc::new(Mutex::new(String::new()));
        let mut stuck = Stuck { told, got: got.clone() };
        let thread = std::thread::spawn(move || printer.run_into(&mut stuck));
        let short = Duration::from_millis(100);
        for message in ["uno ", "dos "] {
            let outcome = terminal.print(message.as_bytes(), short).await;
            assert!(matches!(&outcome, Outcome::Retry { why, .. } if why.contains("standard output")), "{outcome:?}");
        }
        (0..2).for_each(|_| tell.send(()).expect("the thread lives"));
        assert_eq!(terminal.print(b"tres ", AMPLE).await, Outcome::Sent { detail: "printed".into() });
        drop(terminal);
        thread.join().expect("it ends with the last sender");
        // "uno" was being written when its sender gave up; "dos" was not and is left to the next attempt.
        assert_eq!(*got.lock().expect("not poisoned"), "uno tres ");
    }
}
