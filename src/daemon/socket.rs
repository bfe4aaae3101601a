//! The socket in the state folder through which the commands ask a running daemon.
//!
//! One connection, one question as a line of JSON, one answer as a line of JSON. The folder is the daemon's alone (mode
//! 0700), so whoever can open the socket may ask. The questions are answered in [`answers`](super::answers).

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

use super::answers::{Desk, answer};
use super::supervise::Units;
use crate::ask::Ask;

/// The longest question: pages that a person saved come through here.
const LONGEST_QUESTION: u64 = 256 << 20;

/// How long a client may take to ask.
const PATIENCE: Duration = Duration::from_secs(30);

/// The socket's place in a state folder.
pub fn path_in(state_dir: &Path) -> PathBuf {
    state_dir.join("veedor.sock")
}

/// A socket that is bound and not yet served.
#[derive(Debug)]
pub struct Listener {
    listener: UnixListener,
    path: PathBuf,
}

impl Listener {
    /// Binds the socket. The store is locked by us, so a socket file that is there is a left-over of a crash.
    ///
    /// # Errors
    /// When the folder cannot be written, or its path is too long for a socket (about 100 bytes).
    pub fn bind(state_dir: &Path) -> io::Result<Self> {
        let path = path_in(state_dir);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let explain = |error: io::Error| io::Error::new(error.kind(), format!("the socket {} could not be made: {error}", path.display()));
        let listener = UnixListener::bind(&path).map_err(explain)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        Ok(Self { listener, path })
    }

    /// Serves until told to stop.
    pub async fn run(self, desk: Desk) {
        let control = desk.handles.control.clone();
        let mut answers: Units<(), ()> = Units::default();
        loop {
            tokio::select! {
                () = control.stopped() => break,
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => answers.start((), serve(stream, desk.clone())),
                    Err(error) => {
                        tracing::warn!(%error, "a connection to the socket failed");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                },
                _ = answers.finished() => {}
            }
        }
        answers.drain(Duration::from_secs(5)).await;
        // A socket file that stays would only make the next command say that nobody listens.
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn serve(stream: UnixStream, desk: Desk) {
    let (read, mut write) = stream.into_split();
    let mut line = Vec::new();
    let mut reader = BufReader::new(read.take(LONGEST_QUESTION));
    let read = tokio::time::timeout(PATIENCE, reader.read_until(b'\n', &mut line)).await;
    if !matches!(read, Ok(Ok(_))) {
        return;
    }
    let reply = match serde_json::from_slice::<Ask>(&line) {
        Ok(ask) => answer(&desk, ask).await.into_json(),
        Err(error) => {
            serde_json::json!({"error": format!("the daemon does not understand the question ({error}); are command and daemon of the same version?"), "code": 1})
        }
    };
    let mut bytes = reply.to_string().into_bytes();
    bytes.push(b'\n');
    // A client that went away needs no answer.
    let _ = write.write_all(&bytes).await;
    let _ = write.shutdown().await;
}
