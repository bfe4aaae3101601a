//! Whether the state folder can be used, with a remedy, for `check` and `run`; and a folder for what is not to stay.
//!
//! It writes an empty file there and removes it: what a user may do is not told by modes alone.

use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::{Exit, Failure, print};

/// Why the folder cannot be used, in one sentence.
#[derive(Debug)]
pub enum Unusable {
    /// By nobody.
    Never(String),
    /// By this user.
    ByThisUser(String),
}

const REMEDY: &str = "name another folder as state_dir under [veedor]";

/// Tries the folder, or the nearest one above it that is there.
pub fn usable(state_dir: &Path) -> Result<(), Unusable> {
    let whole = std::path::absolute(state_dir).unwrap_or_else(|_| state_dir.to_owned());
    let Some(there) = whole.ancestors().find(|path| path.symlink_metadata().is_ok()) else { return Ok(()) };
    if !there.is_dir() {
        return Err(Unusable::Never(format!("nothing can be kept in {}: {} is not a folder; {REMEDY}", whole.display(), there.display())));
    }
    let trial = there.join(format!(".veedor-trial-{}", std::process::id()));
    let made = std::fs::OpenOptions::new().write(true).create_new(true).open(&trial);
    let _ = std::fs::remove_file(&trial);
    match made {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            let why = format!(
                "this user may not write into {}: {error}; give the folder to the user who runs veedor, or {REMEDY}",
                there.display()
            );
            Err(Unusable::ByThisUser(why))
        }
        Err(error) => Err(Unusable::Never(format!("{} cannot be written: {error}; make room, or {REMEDY}", there.display()))),
    }
}

/// What is free on the disk of the folder, or of the nearest one above it that is there.
pub fn room(state_dir: &Path) -> std::io::Result<u64> {
    let whole = std::path::absolute(state_dir)?;
    fs2::available_space(whole.ancestors().find(|path| path.is_dir()).unwrap_or(&whole))
}

/// A folder of this process among the system's temporary ones, removed when dropped.
#[derive(Debug)]
pub struct Scratch {
    /// The folder.
    pub path: PathBuf,
}

impl Scratch {
    /// Makes it, for its owner alone.
    pub fn make(what: &str) -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("veedor-{what}-{}", std::process::id()));
        let made = std::fs::DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|error| Failure::new(Exit::Failed, format!("the temporary folder {} could not be made: {error}", path.display())))?;
        Ok(Self { path })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.path) {
            print::aside(&format!("veedor: the temporary folder {} could not be removed: {error}", self.path.display()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_used_is_told_with_what_stands_in_the_way() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("file"), "").expect("written");
        assert!(usable(&folder.path().join("new/deep")).is_ok());
        for inner in ["file", "file/state"] {
            let Err(Unusable::Never(why)) = usable(&folder.path().join(inner)) else { panic!("{inner}") };
            assert!(why.contains("file is not a folder; name another folder as state_dir"), "{why}");
        }
        // Even root may not write there.
        let Err(Unusable::ByThisUser(why) | Unusable::Never(why)) = usable(Path::new("/proc/none")) else { panic!("/proc") };
        assert!(why.contains("state_dir"), "{why}");
        assert_eq!(std::fs::read_dir(folder.path()).expect("there").count(), 1, "nothing is left");
    }
}
