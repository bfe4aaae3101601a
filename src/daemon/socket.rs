//! The socket in the state folder through which the commands ask a running daemon.
//!
//! It speaks HTTP: [`web`] serves `/api/v1` on it, with what belongs to whoever runs the machine. The folder is the daemon's alone
//! (mode 0700), so whoever can open the socket may ask. The questions are answered in [`answers`](super::answers).

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

use crate::web::{self, Pages};

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
    pub async fn run(self, pages: Pages) {
        web::run_socket(self.listener, pages).await;
        // A socket file that stays would only make the next command say that nobody listens.
        let _ = std::fs::remove_file(&self.path);
    }
}
