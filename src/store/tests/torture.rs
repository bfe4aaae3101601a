//! Killed a hundred times, and cut off from power: what was confirmed is there.
//!
//! The whole daemon is killed and cut off in `tests/it/stories/torture.rs` and `powercut.rs`; here it is the store alone, which can also do without
//! its flush. The long forms are `VEEDOR_TORTURE_KILLS=1000` and `VEEDOR_TORTURE_CUTS=200`.
//!
//! This binary starts itself again as the writer that is killed (`writer`), and as the one that looks (`reader`). The power cut needs
//! root, loop devices and a file system with reflinks, so it runs when `VEEDOR_TEST_POWERCUT` is set; `./test` sets it where it can
//! and says so where it cannot. An ext4 image lies on XFS; the writer confirms, is stopped, and a reflinked copy of the image
//! is what reached the disk in that moment (a cache that survives the cut is assumed, the kindest case).

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use super::*;

/// The store's folder, for the writer.
const WRITE: &str = "VEEDOR_TEST_WRITER";

/// The store's folder, for the reader.
const READ: &str = "VEEDOR_TEST_READER";

/// How many commits were confirmed, for both.
const CONFIRMED: &str = "VEEDOR_TEST_CONFIRMED";

const POWERCUT: &str = "VEEDOR_TEST_POWERCUT";

const SHIM_OFF: &str = "VEEDOR_TEST_SHIM_OFF";

const CASES: u32 = 40;

const KILLS: (&str, u64) = ("VEEDOR_TORTURE_KILLS", 100);

/// Cuts with our flush: each must be good.
const CUTS: (&str, u64) = ("VEEDOR_TORTURE_CUTS", 15);

/// At most so many cuts with sled's own flush: one must be bad. In the measurements 21 of 46 were.
const CONTROL_CUTS: u64 = 20;

/// How many were asked for, else the usual number.
fn asked((variable, usual): (&str, u64)) -> u64 {
    std::env::var(variable).map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no whole number")))
}

/// The case and version of the n-th commit.
fn nth(n: u32) -> (u32, u32) {
    ((n - 1) % CASES, (n - 1) / CASES + 1)
}

/// How many commits a store holds. They are made in order, so every one up to the last must be whole.
fn held(store: &Store) -> u32 {
    let cids = store.register(&(0..CASES).map(case).collect::<Vec<_>>()).expect("registers");
    let versions: Vec<u32> = cids.iter().map(|cid| store.head(*cid).expect("reads").map_or(0, |head| head.version)).collect();
    let held = versions.iter().sum();
    for (n, version) in (0u32..).zip(&versions) {
        let expected = (1..=held).filter(|nth_of| nth(*nth_of).0 == n).count();
        assert_eq!(*version as usize, expected, "commits were lost from between: {versions:?}");
    }
    held
}

fn confirmed() -> u32 {
    std::env::var(CONFIRMED).ok().and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// Commits until it is killed, when it is told where; not a test otherwise.
#[test]
fn writer() {
    let Some(dir) = std::env::var_os(WRITE) else { return };
    let store = open(Path::new(&dir));
    let from = held(&store);
    assert!(from >= confirmed(), "{from} of {} confirmed commits are left", confirmed());
    println!("\nat {from}");
    let sent_all = || {
        for delivery in store.due_at(at(1_000_000), 100) {
            store.record_attempt(delivery.id, sent(5), DeliveryState::Delivered { at: at(6) }, 1).expect("records");
        }
    };
    // What the last writer did not come to.
    sent_all();
    for n in from + 1.. {
        let (number, version) = nth(n);
        let case = case(number);
        let cid = store.cid(&case).expect("reads").expect("is registered");
        store.commit(news(cid, &case, version)).expect("commits");
        sent_all();
        println!("confirmed {n}");
    }
}

/// Looks whether all is there, when it is told where; not a test otherwise.
#[test]
fn reader() {
    let Some(dir) = std::env::var_os(READ) else { return };
    let store = open(Path::new(&dir));
    let held = held(&store);
    assert!(held >= confirmed(), "{held} of {} confirmed commits are left", confirmed());
    assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
    // The messages of all confirmed commits are told; of the next there may be one.
    let untold = store.deliveries(crate::store::outbox::DeliveryFilter::Pending, 10).expect("reads").len();
    assert!(untold <= 1, "{untold} messages would be sent again");
    println!("\nwhole");
}

struct Writer {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    confirmed: u32,
}

impl Writer {
    fn start(dir: &Path, confirmed: u32, shim_off: bool) -> Self {
        let mut command = myself("store::tests::torture::writer");
        command.env(WRITE, dir).env(CONFIRMED, confirmed.to_string()).stderr(Stdio::inherit());
        if shim_off {
            command.env(SHIM_OFF, "1");
        }
        let mut child = command.stdout(Stdio::piped()).spawn().expect("starts");
        let lines = BufReader::new(child.stdout.take().expect("is piped")).lines();
        Self { child, lines, confirmed }
    }

    /// Reads on until this many more commits were confirmed; false when it ended by itself.
    fn confirm(&mut self, more: u32) -> bool {
        let until = self.confirmed + more;
        while self.confirmed < until {
            let Some(Ok(line)) = self.lines.next() else { return false };
            self.take(&line);
        }
        true
    }

    fn take(&mut self, line: &str) {
        let number = line.strip_prefix("confirmed ").or_else(|| line.strip_prefix("at ")).and_then(|n| n.parse().ok());
        self.confirmed = number.unwrap_or(self.confirmed).max(self.confirmed);
    }

    /// Stops it where it stands, and waits until it does: on a busy machine a signal takes milliseconds to be heard, in which
    /// more is confirmed than the copy holds. Whoever is in the kernel (D) then stops before it says another word, as soon as one thread stands (T).
    fn stop(&self) {
        let tasks = format!("/proc/{}/task", self.child.id());
        let done = Command::new("kill").args(["-STOP", &self.child.id().to_string()]).status().expect("kill runs");
        assert!(done.success(), "it cannot be stopped");
        let since = std::time::Instant::now();
        loop {
            let states: Vec<char> = std::fs::read_dir(&tasks).expect("has tasks").filter_map(|task| state(&task.ok()?.path())).collect();
            if states.contains(&'T') && states.iter().all(|state| matches!(state, 'T' | 'D')) {
                return;
            }
            assert!(since.elapsed().as_secs() < 60, "it does not stop: {states:?}");
            std::thread::yield_now();
        }
    }

    /// Kills it and reads what it had said.
    fn kill(mut self) -> u32 {
        self.child.kill().expect("can be killed");
        while let Some(Ok(line)) = self.lines.next() {
            self.take(&line);
        }
        self.child.wait().expect("ended");
        self.confirmed
    }
}

/// What a thread is doing, as the kernel writes it behind the name; none when it has ended.
fn state(task: &Path) -> Option<char> {
    let stat = std::fs::read_to_string(task.join("stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

fn myself(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]);
    command
}

#[test]
fn a_hundred_kills_lose_nothing_that_was_confirmed() {
    let dir = tempfile::tempdir().expect("a folder");
    let (kills, mut confirmed) = (asked(KILLS), 0);
    for n in 0..kills {
        let mut writer = Writer::start(dir.path(), confirmed, false);
        // Every third is killed while it opens, before it says anything or right after.
        let more = if n % 3 == 0 { 0 } else { u32::from(sha256(&n.to_be_bytes())[0]) % 12 + 1 };
        if more > 0 {
            assert!(writer.confirm(more), "the writer ended at {confirmed} confirmed commits, before kill {n}");
        }
        confirmed = writer.kill();
    }
    assert!(confirmed > 100, "{confirmed}");
    eprintln!("torture: {kills} kills of the store's writer, {confirmed} commits");
    let looked = myself("store::tests::torture::reader").env(READ, dir.path()).env(CONFIRMED, confirmed.to_string()).output();
    let said = String::from_utf8(looked.expect("runs").stdout).expect("is text");
    assert!(said.contains("\nwhole"), "{said}");
}

/// The disks of the power cut.
struct Disks {
    folder: tempfile::TempDir,
}

impl Disks {
    fn make() -> Self {
        let disks = Self { folder: tempfile::tempdir().expect("a folder") };
        disks.sh("mkdir x m c && truncate -s 3G x.img && mkfs.xfs -q -f -m reflink=1 x.img && mount -o loop x.img x");
        disks
    }

    fn sh(&self, script: &str) {
        let done = Command::new("sh").args(["-ec", script]).current_dir(self.folder.path()).output().expect("sh runs");
        assert!(done.status.success(), "{script}: {}", String::from_utf8_lossy(&done.stderr));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// One cut. True when everything that was confirmed is there.
    fn cut(&self, n: u64, shim_off: bool) -> bool {
        self.sh("rm -f x/*.img; truncate -s 300M x/a.img; mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 x/a.img; mount -o loop x/a.img m");
        let mut writer = Writer::start(&self.path("m/store"), 0, shim_off);
        assert!(writer.confirm(3), "the writer did not start");
        // That the store was made at all is not what is cut.
        self.sh("sync -f m");
        assert!(writer.confirm(u32::from(sha256(&n.to_be_bytes())[1]) * 2 + 20), "the writer ended");
        writer.stop();
        self.sh("cp --reflink=always x/a.img x/b.img");
        let confirmed = writer.kill();
        self.sh("umount m; mount -o loop x/b.img c");
        let mut looked = Command::new("timeout");
        let reader = myself("store::tests::torture::reader");
        looked.arg("60").arg(reader.get_program()).args(reader.get_args());
        looked.env(READ, self.path("c/store")).env(CONFIRMED, confirmed.to_string());
        let said = looked.output().expect("runs");
        self.sh("umount c");
        let whole = String::from_utf8_lossy(&said.stdout).contains("\nwhole");
        if !whole && !shim_off {
            eprintln!("cut {n} at {confirmed}: {}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
        }
        whole
    }
}

impl Drop for Disks {
    fn drop(&mut self) {
        let _ = Command::new("sh").args(["-c", "umount -l m c x 2>/dev/null"]).current_dir(self.folder.path()).status();
    }
}

#[test]
fn a_power_cut_loses_nothing_that_was_confirmed_and_this_test_would_notice() {
    if std::env::var_os(POWERCUT).is_none() {
        return;
    }
    let (disks, cuts) = (Disks::make(), asked(CUTS));
    let bad = (0..cuts).filter(|n| !disks.cut(*n, false)).count();
    assert_eq!(bad, 0, "of {cuts} cuts");
    // In the long form all of them, for the share.
    let mut lost = 0;
    for n in 0..CONTROL_CUTS {
        lost += u64::from(!disks.cut(n, true));
        if lost > 0 && cuts <= CUTS.1 {
            break;
        }
    }
    assert!(lost > 0, "{CONTROL_CUTS} cuts with sled's own flush were good: this test notices nothing");
    eprintln!("power: {bad} of {cuts} cuts of the store were bad, and {lost} with sled's own flush (of at most {CONTROL_CUTS})");
}
