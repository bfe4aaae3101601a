//! The demo: within ten seconds a newcomer sees a change and its alerts, and nothing stays behind.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

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
