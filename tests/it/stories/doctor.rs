//! `veedor doctor` on good and bad nights, with a daemon and without.

use serde_json::Value;

use crate::world::World;
use crate::world::court::Fault;

const A: &str = "17721-2024-00011G";

/// What it found, with the exit code.
fn examined(world: &World, more: &[&str]) -> (Option<i32>, Vec<Value>) {
    let output = world.veedor(&[&["doctor", "--json"], more].concat());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let said: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}{}", String::from_utf8_lossy(&output.stderr)));
    let found = said["findings"].as_array().expect("a list").clone();
    for finding in &found {
        assert_eq!(finding["verdict"] == "ok", finding["do"].is_null(), "what is wrong comes with what to do: {finding}");
    }
    (output.status.code(), found)
}

/// The finding of a check about this, with its verdict and its words.
fn about<'f>(found: &'f [Value], check: &str, subject: &str) -> (&'f str, &'f str) {
    let finding =
        found.iter().find(|finding| finding["check"] == check && finding["subject"].as_str().unwrap_or_default().contains(subject));
    let finding = finding.unwrap_or_else(|| panic!("no {check} {subject}: {found:#?}"));
    (finding["verdict"].as_str().expect("a verdict"), finding["what"].as_str().expect("words"))
}

#[test]
fn on_a_good_night_nothing_fails_nothing_is_sent_and_no_court_is_asked() {
    let mut world = World::new(&[A]);
    let calm = world.list.replace("every = \"100ms\"", "every = \"1h\"");
    world.write(&calm);
    world.hooks.says("date: Thu, 01 Jan 1970 00:00:00 GMT");
    world.start();
    world.visits(1);
    // The visit is noted once the list shows it.
    while world.json(&["list", "--json"])["cases"][0]["health"] != "ok" {}
    let asked = world.court.requests();
    let (code, found) = examined(&world, &[]);
    assert_eq!(code, Some(0), "{found:#?}");
    for (check, subject, words) in [
        ("config", "watchlist.toml", "good"),
        ("daemon", "", "runs"),
        ("disk", "state", "are free"),
        ("store", "store", "read and written"),
        ("dns", "127.0.0.1", "resolves to 1 address"),
        ("smtp", "127.0.0.1", "answers; no mail was sent"),
        ("receiver", "hook", "127.0.0.1 answers; no message was sent"),
        ("channel", "mail", "no attempt fails"),
        ("source", "ec-esatje", "1 case, last read"),
        ("outbox", "", "waiting: 0 messages"),
    ] {
        let (verdict, said) = about(&found, check, subject);
        assert!(verdict == "ok" && said.contains(words), "{check} {subject}: {verdict}, {said}");
    }
    // One server alone may be the one that is wrong.
    let (verdict, said) = about(&found, "clock", "");
    assert!(verdict == "warn" && said.contains("days ahead of that of 127.0.0.1"), "{verdict}, {said}");
    assert_eq!((world.court.requests(), world.hooks.knocks(), world.hooks.tries()), (asked, 1, 0));
    assert_eq!(world.mailbox.got().len(), 0);

    let (code, found) = examined(&world, &["--ask"]);
    assert_eq!((code, about(&found, "answer", "ec-esatje").0), (Some(0), "ok"), "{found:#?}");
    assert!(world.court.requests() > asked);
    let lines = world.ok(&["doctor"]);
    assert!(lines.lines().any(|line| line.starts_with("ok    smtp 127.0.0.1:")), "{lines}");
    assert!(world.ok(&["doctor", "-q"]).lines().all(|line| !line.starts_with("ok")));
    world.finish();
}

#[test]
fn on_a_bad_night_each_trouble_is_a_line_of_its_own() {
    let mut world = World::new(&[A]);
    world.court.fault(Some(Fault::Error500));
    world.hooks.refuse(Some(500));
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
    let list = world.list.replace(&format!("port = {}", world.mailbox.port()), &format!("port = {free}"));
    let list = list.replace("listen = \"\"\n", "listen = \"\"\nleast_free = \"900000GiB\"\n");
    let list = format!(
        "{list}\n[[channel]]\nid = \"gone\"\nkind = \"command\"\nrun = [\"/no/such/program\"]\n\n[[case]]\nsource = \"feed\"\nnumber = \"nowhere\"\n\
         feed = {{ url = \"https://no-such-court.invalid/feed\" }}\n"
    );
    world.write(&list);
    world.start();
    world.logged("watching");
    while world.json(&["list", "--json"])["cases"].as_array().expect("cases").iter().any(|case| case["health"] == "unvisited") {}
    let (code, found) = examined(&world, &[]);
    assert_eq!(code, Some(1), "{found:#?}");
    for (check, subject, verdict, words) in [
        ("disk", "state", "warn", "less than least_free"),
        ("dns", "no-such-court.invalid", "fail", "does not resolve"),
        ("smtp", "127.0.0.1", "fail", "cannot connect to the mail relay"),
        ("receiver", "gone", "fail", "/no/such/program"),
        // The first visit says why, each later one that the host is left alone for a while.
        ("source", "ec-esatje", "fail", "1 unavailable of 1 case: the robots.txt of 127.0.0.1"),
        ("source", "feed", "fail", "1 unavailable of 1 case: the robots.txt of no-such-court.invalid"),
    ] {
        let (judged, said) = about(&found, check, subject);
        assert!(judged == verdict && said.contains(words), "{check} {subject}: {judged}, {said}");
    }

    // A list that is broken on the disk is no trouble of the daemon that runs with the old one.
    world.write(&list.replace("gap = ", "gpa = "));
    let (code, found) = examined(&world, &[]);
    let (verdict, said) = about(&found, "config", "watchlist.toml");
    assert!(code == Some(1) && verdict == "warn" && said.contains("goes on with the list"), "{said}");
    world.kill();
    let (code, found) = examined(&world, &[]);
    assert_eq!((code, found.len(), about(&found, "config", "").0), (Some(78), 1, "fail"), "{found:#?}");
}

#[test]
fn a_channel_that_takes_nothing_is_told_with_its_reason() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.hooks.refuse(Some(503));
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>DOC001 VISTOS.</p>");
    assert!(world.hooks.wait_tries(3), "{}", world.log());
    let told = |world: &World| {
        let (_, found) = examined(world, &[]);
        let (verdict, said) = about(&found, "channel", "hook");
        verdict != "ok" && said.contains("takes nothing since") && said.contains("503")
    };
    // The run is kept at the next look of the conditions.
    while !told(&world) {}
    world.hooks.refuse(None);
    world.told("DOC001");
    world.finish();
}

#[test]
fn without_a_daemon_and_without_a_store_the_rest_is_looked_at() {
    let world = World::new(&[A]);
    let (code, found) = examined(&world, &[]);
    assert_eq!(code, Some(0), "{found:#?}");
    for (check, subject, verdict) in
        [("daemon", "", "warn"), ("store", "", "warn"), ("smtp", "127.0.0.1", "ok"), ("receiver", "hook", "ok"), ("disk", "state", "ok")]
    {
        assert_eq!(about(&found, check, subject).0, verdict, "{found:#?}");
    }
    assert!(!world.state_dir().exists(), "it left something behind");

    world.ok(&["poll"]);
    let (code, found) = examined(&world, &[]);
    assert_eq!((code, about(&found, "source", "ec-esatje").0), (Some(0), "ok"), "{found:#?}");
    // Not a store any more.
    let log = world.state_dir().join("store/sled/db");
    std::fs::write(&log, b"nothing of ours").expect("written");
    let (code, found) = examined(&world, &[]);
    assert_eq!((code, about(&found, "store", "").0), (Some(74), "fail"), "{found:#?}");
    assert_eq!(about(&found, "smtp", "127.0.0.1").0, "ok");
}
