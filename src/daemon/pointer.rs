//! How commands find a running daemon by its watch list alone: a link to its socket, named after the list's path.
//!
//! `veedor run` leaves it in the first of its runtime folders that can be written, and `cli::ask` follows it. So a command
//! needs neither the service's environment nor a list that can be read, and a `state_dir` that was changed meanwhile hides
//! nothing. The link holds no data; one that a crash left behind leads to a socket that nobody answers.

use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::domain::id::{hex, sha256};

/// Where `RuntimeDirectory=veedor` of systemd/veedor.service is, for commands outside the service.
const SYSTEM: &str = "/run/veedor";

/// A link that a daemon left; removed when dropped.
#[derive(Debug)]
pub struct Pointer {
    link: PathBuf,
    socket: PathBuf,
}

impl Pointer {
    /// Leaves a link to the socket for those who know the watch list.
    ///
    /// # Errors
    /// When no folder can be written; the last reason.
    pub fn leave(list: &Path, socket: &Path, env: &dyn Fn(&str) -> Option<String>) -> io::Result<Self> {
        let mut result = Err(io::Error::other("$RUNTIME_DIRECTORY, $XDG_RUNTIME_DIR and $HOME are not set"));
        for folder in folders(env) {
            let link = folder.join(name(list));
            result = link_to(socket, &folder, &link);
            if result.is_ok() {
                return Ok(Self { link, socket: socket.to_owned() });
            }
        }
        Err(result.err().unwrap_or_else(|| io::Error::other("there is no folder")))
    }
}

impl Drop for Pointer {
    fn drop(&mut self) {
        // A daemon that was started meanwhile from the same list keeps its own.
        if std::fs::read_link(&self.link).is_ok_and(|target| target == self.socket) {
            let _ = std::fs::remove_file(&self.link);
        }
    }
}

/// The links that may lead to a daemon started from this list; those that exist, likeliest first.
pub fn links(list: &Path, env: &dyn Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let name = name(list);
    let mut folders = folders(env);
    folders.push(PathBuf::from(SYSTEM));
    folders.into_iter().map(|folder| folder.join(&name)).filter(|link| link.is_symlink()).collect()
}

fn folders(env: &dyn Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let folder = |name: &str| env(name).map(PathBuf::from).filter(|path| path.is_absolute());
    // systemd gives several folders with colons between them when the unit names several.
    let service = env("RUNTIME_DIRECTORY").and_then(|folders| folders.split(':').next().map(PathBuf::from));
    service
        .into_iter()
        .chain(folder("XDG_RUNTIME_DIR").map(|path| path.join("veedor")))
        .chain(folder("XDG_STATE_HOME").map(|path| path.join("veedor")))
        .chain(folder("HOME").map(|path| path.join(".local/state/veedor")))
        .collect()
}

/// Short, because the path of a socket has room for about 100 bytes.
fn name(list: &Path) -> String {
    let whole = list.canonicalize().or_else(|_| std::path::absolute(list)).unwrap_or_else(|_| list.to_owned());
    let digest = hex(&sha256(whole.as_os_str().as_encoded_bytes()));
    format!("{}.sock", digest.get(..16).unwrap_or(&digest))
}

fn link_to(socket: &Path, folder: &Path, link: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let fresh = link.with_extension(format!("{}.tmp", std::process::id()));
    let _ = std::fs::remove_file(&fresh);
    std::os::unix::fs::symlink(socket, &fresh)?;
    std::fs::rename(&fresh, link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_file_gives_the_folder_that_commands_look_into() {
        let unit = include_str!("../../systemd/veedor.service");
        assert!(unit.contains(&format!("\nRuntimeDirectory={}\n", SYSTEM.trim_start_matches("/run/"))));
    }

    #[test]
    fn a_list_leads_to_the_socket_of_its_daemon_while_that_runs() {
        let folder = tempfile::tempdir().expect("a folder");
        let list = folder.path().join("watchlist.toml");
        std::fs::write(&list, "").expect("written");
        let socket = folder.path().join("state/veedor.sock");
        let home = folder.path().display().to_string();
        let blocked = list.display().to_string();
        // A file stands where the first folder would be made, so the next one serves.
        let env = |name: &str| match name {
            "XDG_RUNTIME_DIR" => Some(blocked.clone()),
            "HOME" => Some(home.clone()),
            _ => None,
        };
        let first = Pointer::leave(&list, &socket, &env).expect("left");
        let roundabout = folder.path().join(".").join("watchlist.toml");
        let found = links(&roundabout, &env);
        let targets: Vec<PathBuf> = found.iter().map(|link| link.read_link().expect("a link")).collect();
        assert!(targets.len() == 1 && targets[0] == socket, "{targets:?}");
        assert_eq!(links(&folder.path().join("other.toml"), &env), Vec::<PathBuf>::new());
        let other = folder.path().join("other/veedor.sock");
        let second = Pointer::leave(&list, &other, &env).expect("left");
        drop(first);
        assert_eq!(found[0].read_link().expect("still there"), other);
        drop(second);
        assert!(!found[0].is_symlink());
        assert!(Pointer::leave(&list, &socket, &|_| None).is_err());
    }
}
