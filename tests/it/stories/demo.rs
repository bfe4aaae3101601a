//! The demo: within ten seconds a newcomer sees a change and its alerts, and nothing stays behind.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::world::PATIENCE;

/// A demo with its own temporary folder, in English.
fn demo(folder: &tempfile::TempDir) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_veedor"));
    command.args(["demo", "--lang", "en"]).env("TMPDIR", folder.path()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().expect("the demo starts")
}

/// Waits for the demo to end by itself and to have taken everything with it.
fn ends_clean(mut demo: Child, folder: &tempfile::TempDir) {
    let until = Instant::now() + PATIENCE;
    while demo.try_wait().expect("its state").is_none() {
        if Instant::now() > until {
            let _ = demo.kill();
            panic!("the demo did not end");
        }
        std::thread::park_timeout(Duration::from_millis(20));
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0, "something stayed behind");
}

#[test]
fn the_demo_answers_commands_and_ends_with_its_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut running = demo(&folder);
    let mut lines = BufReader::new(running.stdout.take().expect("its output")).lines().map(|line| line.expect("text"));
    let command = lines.find(|line| line.contains(" list -c ")).expect("the demo says how to ask it");
    let webhook = lines.find(|line| line.trim() == "\"type\": \"hearing.scheduled\",");
    assert!(webhook.is_some(), "no webhook was shown field by field");
    let mut words = command.split_whitespace();
    let listed = Command::new(words.next().expect("a program")).args(words).output().expect("it runs");
    assert!(String::from_utf8_lossy(&listed.stdout).contains("Caso Veleta"), "{listed:?}");
    let sent = Command::new("kill").args(["-HUP", &running.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
    // The reader stays, so that the signal alone ends it.
    let _ = lines.by_ref().count();
    ends_clean(running, &folder);
}

#[test]
fn the_demo_ends_when_nobody_reads_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut running = demo(&folder);
    let mut out = BufReader::new(running.stdout.take().expect("its output"));
    out.read_line(&mut String::new()).expect("a line");
    drop(out);
    ends_clean(running, &folder);
}

#[test]
fn a_newcomer_sees_the_alerts_within_ten_seconds_and_nothing_stays_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let began = Instant::now();
    let mut demo = Command::new(env!("CARGO_BIN_EXE_veedor"))
        .args(["demo", "--for", "12", "--lang", "es"])
        .env("TMPDIR", folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the demo starts");
    let out = BufReader::new(demo.stdout.take().expect("its output"));
    let (mut mail, mut hook, mut all) = (None, None, String::new());
    for line in out.lines() {
        let line = line.expect("text");
        if line.contains("correo ▸") && mail.is_none() {
            mail = Some(began.elapsed());
        }
        if line.contains("webhook ▸") && hook.is_none() {
            hook = Some(began.elapsed());
        }
        all.push_str(&line);
        all.push('\n');
    }
    assert!(demo.wait().expect("it ended").success(), "{all}");
    for (what, at) in [("mail", mail), ("webhook", hook)] {
        assert!(at.is_some_and(|at| at < Duration::from_secs(10)), "the first {what} came after {at:?}\n{all}");
    }
    assert!(all.contains("hearing.scheduled"), "{all}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0, "something stayed behind");
}
