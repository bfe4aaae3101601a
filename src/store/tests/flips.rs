//! Every byte of a small store's files, flipped, and a sample of those of a larger one whose pages a start does not all read: a start opens
//! and lost nothing that `fsck` does not name, or says plainly what is wrong, moves the store aside and names the backup. It never panics,
//! hangs, or sends an alert twice.
//!
//! This binary starts itself again as the one that opens (`opener`), because sled can hang or crash on a bad store; each start that does is a
//! failure. `cargo test` flips a sample of both; `VEEDOR_FLIPS=all` every byte of the small one that was ever written, `VEEDOR_FLIPS=7` every
//! seventh; `VEEDOR_FLIPS_LARGE=1000` so many of the larger, and a few more, because each file has one at least.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use super::damage::copy;
use super::*;
use crate::store::error::OpenError;
use crate::store::outbox::DeliveryFilter;

/// The folder with the whole store and room for the damaged ones, for the opener.
const FOLDER: &str = "VEEDOR_TEST_FLIPS";

/// How far apart the flips of the small store are.
const STEP: &str = "VEEDOR_FLIPS";

/// How many of the larger store there are.
const LARGE: &str = "VEEDOR_FLIPS_LARGE";

/// Flips of each store in every `cargo test`, over all files.
const SAMPLE: usize = 25;

/// How long one start may take, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(120);

/// Starts of one opener: what a bad store leaves behind in a process must not add up.
const STARTS: usize = 200;

/// A few cases, one of which told something that arrived, something that waits and something that gathers.
fn small(dir: &Path) -> Store {
    let store = open(dir);
    let cases = [case(1), case(2)];
    let cids = store.watch(&cases, at(0)).expect("watches");
    for (case, cid) in cases.iter().zip(&cids) {
        for n in 1..=3 {
            let mut visit = news(*cid, case, n);
            let gathered = visit.events.first().map(|event| delivery(event, "mail", DeliveryState::Open { due: at(600) }));
            visit.deliveries.extend(gathered);
            store.commit(visit).expect("commits");
        }
    }
    let due = store.due_at(at(2), 1)[0].id;
    store.fix(due, content(b"{\"a\":1}".repeat(50))).expect("fixes");
    store.record_attempt(due, sent(30), DeliveryState::Delivered { at: at(30) }, 1).expect("records");
    store
}

/// What is to be sent, by id.
fn pending(store: &Store) -> BTreeSet<Id> {
    store.deliveries(DeliveryFilter::Pending, usize::MAX).expect("lists").into_iter().map(|delivery| delivery.id).collect()
}

/// The dump, or as far as it reads.
fn content_of(store: &Store) -> String {
    store.dump().unwrap_or_else(|error| error.to_string())
}

/// Opens damaged stores, one for each line that it reads, when it is told where; not a test otherwise.
#[test]
fn opener() {
    let Some(dir) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let whole = open(&dir.join("compared"));
    let (waited, dump) = (pending(&whole), content_of(&whole));
    drop(whole);
    println!();
    for line in std::io::stdin().lines() {
        let line = line.expect("is text");
        let (file, place) = line.rsplit_once(' ').expect("a file and a place");
        let verdict = start(&dir, file, place.parse().expect("a number"), &waited, &dump);
        println!("verdict {verdict}");
    }
}

fn start(dir: &Path, file: &str, place: usize, waited: &BTreeSet<Id>, dump: &str) -> String {
    let room = tempfile::tempdir_in(dir).expect("a folder");
    let path = room.path().join("store");
    copy(&dir.join("whole"), &path);
    fs::create_dir(room.path().join("backups")).expect("makes");
    fs::write(room.path().join("backups/veedor-20260101T000000Z.jsonl.zst"), "").expect("writes");
    let mut bytes = fs::read(path.join(file)).expect("reads");
    bytes[place] ^= sha256(&place.to_be_bytes())[0] | 1;
    fs::write(path.join(file), bytes).expect("writes");
    match Store::open(&path, Options::new(at(700))) {
        Ok(store) => {
            let found = store.fsck(false).expect("checks");
            let again: Vec<_> = pending(&store).difference(waited).copied().collect();
            if !again.is_empty() {
                return format!("BAD sent again: {again:?}");
            }
            match (content_of(&store) == dump, found.is_clean()) {
                (true, true) => "whole".to_owned(),
                (_, false) => "named".to_owned(),
                (false, true) => "BAD lost without a word".to_owned(),
            }
        }
        Err(error) => {
            let said = error.to_string();
            match error {
                OpenError::Damaged { moved_to, .. } => {
                    let told = said.contains("veedor restore")
                        && said.contains("veedor-20260101T000000Z")
                        && !said.contains("backtrace")
                        && moved_to.join("sled").is_dir();
                    if told && !path.exists() { "aside".to_owned() } else { format!("BAD {said}") }
                }
                _ if path.exists() && said.contains("veedor") => "refused".to_owned(),
                _ => format!("BAD {said}"),
            }
        }
    }
}

struct Opener {
    child: Child,
    asks: ChildStdin,
    answers: Receiver<String>,
}

impl Opener {
    fn start(dir: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this binary"));
        command.args(["--exact", "store::tests::flips::opener", "--nocapture", "--test-threads=1"]).env(FOLDER, dir);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("starts");
        let (asks, out) = (child.stdin.take().expect("is piped"), child.stdout.take().expect("is piped"));
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            let lines = BufReader::new(out).lines().map_while(Result::ok);
            for verdict in lines.filter_map(|line| line.strip_prefix("verdict ").map(str::to_owned)) {
                if sender.send(verdict).is_err() {
                    return;
                }
            }
        });
        Self { child, asks, answers }
    }

    fn ask(&mut self, file: &str, place: usize) -> Option<String> {
        writeln!(self.asks, "{file} {place}").ok()?;
        self.answers.recv_timeout(PATIENCE).ok()
    }
}

impl Drop for Opener {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The files of a store with their bytes, without what was never written.
fn files(dir: &Path, below: &Path, all: &mut Vec<(String, usize)>) {
    for entry in fs::read_dir(dir).expect("lists").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, below, all);
            continue;
        }
        let bytes = fs::read(&path).expect("reads");
        let written = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        all.push((path.strip_prefix(below).expect("is below").display().to_string(), written));
    }
    all.sort();
}

#[test]
fn no_flipped_byte_loses_anything_without_a_word_or_sends_anything_twice() {
    let step = match std::env::var(STEP).as_deref() {
        Ok("all") => Some(1),
        Ok(step) => Some(step.parse().expect("a number, or all")),
        Err(_) => None,
    };
    let tally = flip(|dir| drop(small(dir)), |bytes| step.unwrap_or(bytes.div_ceil(SAMPLE)));
    assert!(tally.keys().any(|(_, class)| class == "aside") && tally.len() > 3, "{tally:?}");
}

#[test]
fn no_flipped_byte_of_a_larger_store_does_either() {
    let flips: Option<usize> = std::env::var(LARGE).ok().map(|flips| flips.parse().expect("a number"));
    let large = |dir: &Path| budget::visited(&open(dir), 20, 12, &mut |_| ());
    let tally = flip(large, |bytes| bytes.div_ceil(flips.unwrap_or(SAMPLE)));
    // In a small sample it may be that none did.
    let is_long = flips.is_some_and(|flips| flips > SAMPLE);
    assert!(!is_long || tally.keys().any(|(_, class)| class == "named"), "no flip hit a page that no start reads: {tally:?}");
}

/// Flips the bytes of the store that `make` makes, as far apart as `step` says of their number. What came of it, by file.
fn flip(make: impl FnOnce(&Path), step: impl FnOnce(usize) -> usize) -> BTreeMap<(String, String), usize> {
    let dir = tempfile::tempdir().expect("a folder");
    let whole = dir.path().join("whole");
    make(&whole);
    // The second open leaves sled's summary of the log, without which it reads all of it at every start.
    drop(open(&whole));
    copy(&whole, &dir.path().join("compared"));
    let mut all = Vec::new();
    files(&whole, &whole, &mut all);
    let bytes: usize = all.iter().map(|(_, written)| written).sum();
    let step = step(bytes).max(1);
    let places = |written: usize| (step.min(written.max(1)) / 2..written).step_by(step);
    let flips: Vec<(&str, usize)> =
        all.iter().flat_map(|(file, written)| places(*written).map(move |place| (file.as_str(), place))).collect();
    let mut tally: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut bad = Vec::new();
    for group in flips.chunks(STARTS) {
        let mut opener = Opener::start(dir.path());
        for (file, place) in group {
            let verdict = opener.ask(file, *place).unwrap_or_else(|| {
                opener = Opener::start(dir.path());
                "BAD no answer: it hung or crashed".to_owned()
            });
            if verdict.starts_with("BAD") {
                bad.push(format!("{file} {place}: {verdict}"));
            }
            let class = verdict.split(' ').next().unwrap_or_default().to_owned();
            let file = if file.contains("snap.") { "sled/snap" } else { file };
            *tally.entry((file.to_owned(), class)).or_default() += 1;
        }
    }
    println!("{} of {bytes} bytes flipped: {tally:?}", flips.len());
    assert!(bad.is_empty(), "{} of {}: {:#?}", bad.len(), flips.len(), &bad[..bad.len().min(20)]);
    tally
}
