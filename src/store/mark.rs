//! How far the store had come, noted beside it: so that a log that sled cut short is noticed.
//!
//! sled takes a damaged place in its log for the end of an unfinished write and silently goes on from before it. The mark
//! is written after every flush and before it is confirmed, in place: one line of fixed length, so that a power cut leaves the old
//! line or the new one. It is forced to the disk now and then; it may lag behind the store and never runs ahead of it. A store
//! that is behind its mark, or whose mark cannot be read, has lost something or is not known not to have: `open` does not
//! go on with it, and only a store that is made anew gets a lower mark.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::folder;

/// The file, in the store's folder.
const FILE: &str = "MARK";

/// Marks between two that are forced to the disk: the kernel writes the others by itself within half a minute.
const FORCED_EVERY: u32 = 64;

/// How far a store is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    /// The last case's number.
    pub cases: u64,
    /// The last event's number.
    pub events: u64,
    /// Flushes that were confirmed: also those that only noted an attempt or a state.
    pub writes: u64,
}

impl Mark {
    /// Whether a store at `self` lacks something that one at `noted` had.
    pub(super) fn is_behind(self, noted: Self) -> bool {
        self.cases < noted.cases || self.events < noted.events || self.writes < noted.writes
    }

    fn line(self) -> String {
        let numbers = format!("{:020} {:020} {:020}", self.cases, self.events, self.writes);
        format!("{numbers} {:08x}\n", crc32fast::hash(numbers.as_bytes()))
    }
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} cases, event number {} and {} writes", self.cases, self.events, self.writes)
    }
}

/// What is noted beside a store.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Noted {
    /// This.
    Mark(Mark),
    /// Nothing that can be read.
    Unreadable(String),
}

/// Makes the mark of a new store, durable but for its folder's entry.
pub(super) fn create(dir: &Path) -> io::Result<()> {
    let mut file = File::create(dir.join(FILE))?;
    file.write_all(Mark::default().line().as_bytes())?;
    file.sync_all()
}

/// Writes the mark of an open store anew when it says nothing or runs ahead: who has the store knows how far it is. Says whether it did.
/// Where the file itself was gone, later marks reach the new one from the next start on; until then it lags.
pub(super) fn mend(dir: &Path, now: Mark) -> io::Result<bool> {
    if matches!(read(dir)?, Noted::Mark(noted) if !now.is_behind(noted)) {
        return Ok(false);
    }
    let mut file = File::create(dir.join(FILE))?;
    file.write_all(now.line().as_bytes())?;
    file.sync_all().map(|()| true)
}

/// The mark of the store in this folder.
pub(super) fn read(dir: &Path) -> io::Result<Noted> {
    let text = match std::fs::read_to_string(dir.join(FILE)) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Noted::Unreadable("it is not there".to_owned())),
        Err(error) if error.kind() == ErrorKind::InvalidData => return Ok(Noted::Unreadable("it is not text".to_owned())),
        Err(error) => return Err(error),
    };
    Ok(parse(&text).map_or_else(|| Noted::Unreadable("it does not read back".to_owned()), Noted::Mark))
}

/// How many cases the store in this folder had, when its mark says that there were any.
pub fn cases(dir: &Path) -> Option<u64> {
    match read(dir) {
        Ok(Noted::Mark(mark)) => Some(mark.cases).filter(|cases| *cases > 0),
        _ => None,
    }
}

fn parse(text: &str) -> Option<Mark> {
    let (numbers, crc) = text.strip_suffix('\n')?.rsplit_once(' ')?;
    let mut all = numbers.split(' ').map(str::parse::<u64>);
    let mark = Mark { cases: all.next()?.ok()?, events: all.next()?.ok()?, writes: all.next()?.ok()? };
    (all.next().is_none() && mark.line() == text && !crc.is_empty()).then_some(mark)
}

/// Notes the mark of one store.
pub(super) struct Marker {
    place: Option<(File, PathBuf)>,
    since_forced: u32,
}

impl Marker {
    /// For the store in this folder.
    pub(super) fn new(dir: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).open(dir.join(FILE))?;
        Ok(Self { place: Some((file, dir.to_owned())), since_forced: 0 })
    }

    /// Notes nothing: for looking at a store that may have lost something, whose mark is the proof.
    pub(super) fn idle() -> Self {
        Self { place: None, since_forced: 0 }
    }

    /// Notes how far the store is. Call it after a flush. A mark that cannot be written only lags.
    pub(super) fn advance(&mut self, now: Mark) {
        if self.write(now) {
            self.since_forced += 1;
            if self.since_forced >= FORCED_EVERY {
                self.force();
            }
        }
    }

    /// Notes how far the store is, and forces it to the disk.
    pub(super) fn settle(&mut self, now: Mark) {
        if self.write(now) {
            self.force();
        }
    }

    /// Notes that the store is closed in order.
    pub(super) fn close(&self) {
        if let Some((_, dir)) = &self.place {
            folder::note_clean(dir);
        }
    }

    fn write(&self, now: Mark) -> bool {
        self.place.as_ref().is_some_and(|(file, _)| file.write_all_at(now.line().as_bytes(), 0).is_ok())
    }

    fn force(&mut self) {
        if self.place.as_ref().is_some_and(|(file, _)| file.sync_data().is_ok()) {
            self.since_forced = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_that_was_not_written_whole_is_not_believed() {
        let mark = Mark { cases: 3, events: 38, writes: 120 };
        let line = mark.line();
        assert_eq!(parse(&line), Some(mark));
        assert_eq!(parse(""), None);
        assert_eq!(parse(&line[..line.len() - 1]), None);
        for at in 0..line.len() {
            let mut broken = line.clone().into_bytes();
            broken[at] ^= 1;
            assert_eq!(String::from_utf8(broken).ok().and_then(|text| parse(&text)), None, "byte {at}");
        }
    }

    #[test]
    fn a_later_mark_takes_the_place_of_an_earlier_one() {
        let dir = tempfile::tempdir().expect("a folder");
        assert!(matches!(read(dir.path()), Ok(Noted::Unreadable(_))));
        create(dir.path()).expect("creates");
        let mut marker = Marker::new(dir.path()).expect("opens");
        for n in 1..=3 {
            let mark = Mark { cases: n, events: n * 1000, writes: n * 100_000 };
            marker.advance(mark);
            assert_eq!(read(dir.path()).expect("reads"), Noted::Mark(mark));
        }
    }
}
