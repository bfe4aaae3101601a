//! Replaces a file at once: a reader sees the old text or the new, and a power cut leaves one of them.
//!
//! Used by `edit`. Keeps mode and owner, follows a symbolic link, and refuses when somebody else wrote meanwhile.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{Error, Result, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Replaces the content of `path`, which must still be `old`.
pub(super) fn replace_file(path: &Path, old: &[u8], new: &[u8]) -> Result<()> {
    let path = path.canonicalize()?;
    let held = std::fs::metadata(&path)?;
    let folder = path.parent().ok_or_else(|| Error::other("it has no folder"))?;
    let name = path.file_name().ok_or_else(|| Error::other("it has no name"))?.to_string_lossy().into_owned();
    let temporary = folder.join(format!(".{name}.veedor-{}.tmp", std::process::id()));
    let result = write_beside(&temporary, &held, new).and_then(|()| {
        if std::fs::read(&path)? != old {
            return Err(Error::other("somebody else changed it meanwhile; try again"));
        }
        std::fs::rename(&temporary, &path)?;
        File::open(folder)?.sync_all()
    });
    if result.is_err() {
        drop(std::fs::remove_file(&temporary));
    }
    result
}

/// Makes a file that is not there yet, whole or not at all.
pub(super) fn create_file(path: &Path, text: &[u8]) -> Result<()> {
    let made = OpenOptions::new().write(true).create_new(true).open(path).and_then(|mut file| {
        file.write_all(text)?;
        file.sync_all()
    });
    if made.as_ref().is_err_and(|error| error.kind() != std::io::ErrorKind::AlreadyExists) {
        drop(std::fs::remove_file(path));
    }
    made
}

fn write_beside(temporary: &PathBuf, held: &Metadata, new: &[u8]) -> Result<()> {
    // What an earlier process of the same number left behind when it was killed.
    drop(std::fs::remove_file(temporary));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(temporary)?;
    file.write_all(new)?;
    let made = file.metadata()?;
    if (made.uid(), made.gid()) != (held.uid(), held.gid()) {
        // A file that root edits must stay readable by the service's user.
        std::os::unix::fs::fchown(&file, Some(held.uid()), Some(held.gid()))
            .map_err(|error| Error::new(error.kind(), format!("its owner cannot be kept ({error}); run this as its owner")))?;
    }
    file.set_permissions(held.permissions())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_replaced_file_keeps_its_mode_and_its_link() {
        let folder = tempfile::tempdir().expect("a folder");
        let (real, link) = (folder.path().join("real.toml"), folder.path().join("link.toml"));
        std::fs::write(&real, "old").expect("written");
        std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).expect("set");
        std::os::unix::fs::symlink(&real, &link).expect("linked");
        replace_file(&link, b"old", b"new").expect("replaced");
        assert_eq!(std::fs::read(&real).expect("there"), b"new");
        assert!(link.is_symlink());
        assert_eq!(std::fs::metadata(&real).expect("there").mode() & 0o777, 0o640);
        assert_eq!(std::fs::read_dir(folder.path()).expect("there").count(), 2, "nothing else is left");
    }

    #[test]
    fn what_somebody_else_wrote_meanwhile_is_not_lost() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("w.toml");
        std::fs::write(&path, "theirs").expect("written");
        assert!(replace_file(&path, b"old", b"ours").is_err());
        assert_eq!(std::fs::read(&path).expect("there"), b"theirs");
        assert_eq!(std::fs::read_dir(folder.path()).expect("there").count(), 1, "nothing else is left");
    }
}
