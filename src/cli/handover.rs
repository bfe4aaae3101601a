//! Brings a file that the process with the store wrote to where the caller wants it.
//!
//! Used by `export` and `backup`. A hardened service can write into its state folder and nowhere else, so it writes there
//! and the caller, who may read that folder, carries the file on with his own rights. What is left there is removed.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::{Exit, Failure, print};

/// How the names of files on their way begin.
const PREFIX: &str = "handover-";

/// A place in the state folder, removed when dropped.
#[derive(Debug)]
pub struct Handover {
    /// A file or folder that whoever holds the store is to make.
    pub place: PathBuf,
}

impl Handover {
    /// A place that no other command of this machine uses.
    pub fn through(state_dir: &Path) -> Result<Self, Failure> {
        let place = state_dir.join(format!("{PREFIX}{}", std::process::id()));
        let place = std::path::absolute(&place).map_err(|error| failed(&place, &error))?;
        Ok(Self { place })
    }
}

impl Drop for Handover {
    fn drop(&mut self) {
        let removed = if self.place.is_dir() { std::fs::remove_dir_all(&self.place) } else { std::fs::remove_file(&self.place) };
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                print::aside(&format!("warning: {} could not be removed: {error}", self.place.display()));
            }
            _ => {}
        }
    }
}

/// Removes what commands that were killed left in the state folder. For the daemon's start, when nobody can be waiting.
pub fn sweep(state_dir: &Path) {
    for entry in std::fs::read_dir(state_dir).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) {
            drop(Handover { place: entry.path() });
        }
    }
}

/// Writes the file to standard output. A reader that has enough (`| head`) is no failure.
pub fn to_stdout(from: &Path) -> Result<(), Failure> {
    let mut file = File::open(from).map_err(|error| failed(from, &error))?;
    let out = &mut io::stdout();
    match pour(&mut file, out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| Failure::new(Exit::Failed, format!("standard output could not be written: {error}"))),
    }
}

/// Writes the file to a path of the caller's choice, which nobody else may read: it holds what was kept of people.
pub fn to_file(from: &Path, to: &Path) -> Result<(), Failure> {
    let wrong = |error: io::Error| failed(to, &error);
    let mut file = File::open(from).map_err(|error| failed(from, &error))?;
    let mut out = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(to).map_err(wrong)?;
    let plain = out.metadata().map_err(wrong)?.is_file();
    if plain {
        out.set_permissions(std::fs::Permissions::from_mode(0o600)).map_err(wrong)?;
    }
    pour(&mut file, &mut out).map_err(wrong)?;
    if plain { out.sync_all().map_err(wrong) } else { Ok(()) }
}

/// Copies the file into a folder under its own name, and compares the copy.
pub fn into_folder(from: &Path, folder: &Path) -> Result<PathBuf, Failure> {
    let name = from.file_name().unwrap_or_default();
    let (to, mut part) = (folder.join(name), name.to_owned());
    part.push(".part");
    let part = folder.join(part);
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let copied = to_file(from, &part).and_then(|()| {
        if !same(from, &part).map_err(|error| failed(&part, &error))? {
            return Err(Failure::new(Exit::Failed, format!("{} does not read back as it was written; is the disk sound?", part.display())));
        }
        std::fs::rename(&part, &to).and_then(|()| File::open(folder)?.sync_all()).map_err(|error| failed(&to, &error))
    });
    if copied.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    copied.map(|()| to)
}

fn pour(from: &mut File, to: &mut impl Write) -> io::Result<()> {
    io::copy(from, to).map(drop)
}

fn same(one: &Path, other: &Path) -> io::Result<bool> {
    let (mut one, mut other) = (File::open(one)?, File::open(other)?);
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let (mut left, mut right) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let read = one.read(&mut left)?;
        if read == 0 {
            return Ok(true);
        }
        other.read_exact(&mut right[..read])?;
        if left[..read] != right[..read] {
            return Ok(false);
        }
    }
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Exit::Failed, format!("{} could not be written: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_arrives_whole_for_its_owner_only_and_nothing_stays_on_the_way() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = folder.path().join("state");
        std::fs::create_dir(&state).expect("made");
        let text: Vec<u8> = (0..200_000u32).flat_map(u32::to_le_bytes).collect();
        let way = Handover::through(&state).expect("a place");
        std::fs::create_dir(&way.place).expect("made");
        let from = way.place.join("veedor-1.jsonl.zst");
        std::fs::write(&from, &text).expect("written");
        let copied = into_folder(&from, &folder.path().join("copies/new")).unwrap_or_else(|failure| panic!("{failure:?}"));
        assert_eq!(std::fs::read(&copied).expect("there"), text);
        let open = folder.path().join("open");
        std::fs::write(&open, "older and longer").expect("written");
        std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o644)).expect("set");
        to_file(&from, &open).unwrap_or_else(|failure| panic!("{failure:?}"));
        for path in [&copied, &open] {
            assert_eq!(std::fs::metadata(path).expect("there").permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(std::fs::read_dir(folder.path().join("copies/new")).expect("there").count(), 1);
        let refused = into_folder(&from, &open).expect_err("a file is no folder");
        assert!(refused.why.contains("open could not be written"), "{}", refused.why);
        std::fs::write(state.join("handover-1"), "left by a killed command").expect("written");
        sweep(&state);
        drop(way);
        assert_eq!(std::fs::read_dir(&state).expect("there").count(), 0);
    }
}
