//! Operation: reload, shutdown, two daemons, lost nudges, the store's lock.

use std::process::{Command, Stdio};
use std::sync::Arc;

use veedor::clock::Clock;
use veedor::config::Config;
use veedor::daemon::supervise::Ending;
use veedor::daemon::{self, Handles};
use veedor::store::Store;
use veedor::store::open::Options;

use crate::world::World;
use crate::world::court::Fault;

const A: &str = "17721-2024-00011G";
const B: &str = "17721-2024-00018";

#[test]
fn a_reload_takes_up_a_new_case_and_a_bad_file_changes_nothing() {
    let mut world = World::new(&[A, B]);
    world.write(&world.watchlist(&[A]));
    world.start();
    assert!(world.court.wait_requests(6), "{}", world.log());

    world.write(&world.watchlist(&[A, B]).replace("every = \"100ms\"", "evry = \"100ms\""));
    let refused = world.veedor(&["reload"]);
    assert_eq!(refused.status.code(), Some(78));
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(why.contains("did you mean \"every\"?") && why.contains("old"), "{why}");
    world.signal("HUP");
    world.logged("unknown key `evry` in [veedor]; did you mean \"every\"?");
    world.logged("the old one stays in force");

    world.write(&world.watchlist(&[A, B]));
    world.signal("HUP");
    world.logged("the watch list was read again");
    world.visits(2);
    world.court.act(B, "SENTENCIA (RESOLUCION)", "<p>RELOAD1 VISTOS.</p>");
    world.told("RELOAD1");
    world.finish();
}

#[test]
fn a_case_that_was_off_the_list_for_long_begins_anew_and_after_a_moment_it_goes_on() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.write(&world.watchlist(&[]));
    world.signal("HUP");
    assert_eq!(world.stop(), Some(0), "{}", world.log());
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>MOMENT VISTOS.</p>");
    world.write(&world.watchlist(&[A]));
    world.start();
    world.told("MOMENT");
    assert_eq!(world.stop(), Some(0), "{}", world.log());

    let now = Clock::System.now();
    let store = Store::open(&world.state_dir().join("store"), Options::new(now)).expect("opens");
    store.watch(&[], now - std::time::Duration::from_secs(3 * 86_400)).expect("it left three days ago");
    drop(store);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>UNWATCHED VISTOS.</p>");
    world.start();
    world.visits(2);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>AGAIN VISTOS.</p>");
    world.told("AGAIN");
    assert!(!world.hooks.got().iter().any(|hook| hook.body.contains("UNWATCHED")), "what happened while nobody watched was told as news");
    assert!(world.ok(&["show", A, "--json"]).contains("UNWATCHED"), "and it is not in the docket either");
    world.finish();
}

#[test]
fn a_shutdown_under_load_ends_within_its_grace_and_loses_nothing() {
    let mut world = World::new(&[A, B]);
    world.start();
    world.visits(2);
    for n in 0..10 {
        world.court.act(if n % 2 == 0 { A } else { B }, "PROVIDENCIA GENERAL (DECRETO)", &format!("<p>LOAD{n:02}.</p>"));
    }
    assert!(world.court.wait_requests(2));
    assert_eq!(world.stop(), Some(0), "{}", world.log());
    world.start();
    for n in 0..10 {
        world.told(&format!("LOAD{n:02}"));
    }
    world.finish();
}

#[test]
fn a_second_daemon_on_the_same_store_is_refused_with_a_sentence() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(1);
    let why = world.no(&["run"], 74, "another");
    let pid = world.pid().as_raw_nonzero();
    assert!(why.contains(&format!("in use by another process, {pid} (")), "it does not say who has it: {why}");
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>FIRST01 VISTOS.</p>");
    world.told("FIRST01");
    assert_eq!(world.hooks.got().len(), 1);
    world.finish();
}

#[test]
fn what_a_command_saw_between_two_visits_is_not_lost_on_the_daemon() {
    let mut world = World::new(&[A]);
    world.write(&world.list.replace("every = \"100ms\"", "every = \"1s\""));
    world.start();
    world.visits(2);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>HAND01 VISTOS.</p>");
    // The daemon may be at it at this very moment.
    while !world.veedor(&["poll", A]).status.success() {}
    world.told("HAND01");
    // The pages are again those that the daemon saw last, and the docket is not.
    world.court.change(A, |acts| drop(acts.pop()));
    assert!(world.hooks.wait_for(|got| got.iter().any(|hook| hook.kind == "record.removed")), "{}", world.log());

    world.visits(1);
    world.court.fault(Some(Fault::Error500));
    assert_eq!(world.veedor(&["poll", A]).status.code(), Some(1));
    world.court.fault(None);
    world.visits(2);
    let list = world.ok(&["list", "--json"]);
    assert!(list.contains("\"health\":\"ok\"") || list.contains("\"health\": \"ok\""), "{list}");
    world.finish();
}

#[test]
fn visits_without_a_daemon_count_against_the_days_budget() {
    let world = World::new(&[A]);
    world.write(&world.list.replace("daily = 1000000", "daily = 5"));
    // robots.txt and three pages; the second visit asks for robots.txt and may ask no more.
    world.ok(&["poll", A]);
    let second = world.veedor(&["poll", A]);
    let said = String::from_utf8_lossy(&second.stdout).into_owned();
    assert_eq!((second.status.code(), said.contains("are spent")), (Some(1), true), "{said}");
    world.finish();
}

#[test]
fn a_spent_budget_is_shown_with_its_end_and_outlives_a_kill() {
    let mut world = World::new(&[A]);
    // The rules for robots and two visits: one that has begun would wait for its next turn in the last hour of a day.
    world.write(&world.list.replace("daily = 1000000", "daily = 7"));
    world.start();
    assert!(world.court.wait_requests(7), "{}", world.log());
    let line = loop {
        let list: serde_json::Value = serde_json::from_str(&world.ok(&["list", "--json"])).expect("JSON");
        let line = list["cases"][0].clone();
        if !line["waits_until"].is_null() {
            break line;
        }
    };
    assert!(line["detail"].as_str().is_some_and(|why| why.contains("are spent")), "{line}");
    assert_eq!(line["health"], "ok");
    // What was counted is kept within seconds, and before the next visit that this list shows.
    while serde_json::from_str::<serde_json::Value>(&world.ok(&["list", "--json"])).expect("JSON")["cases"][0]["next_visit"]
        != line["waits_until"]
    {}
    world.kill();
    let asked = world.court.requests();
    world.start();
    // Only a daemon that has tried knows that visits wait.
    while !String::from_utf8_lossy(&world.veedor(&["list", "--json"]).stdout).contains("are spent") {}
    assert_eq!(world.court.requests(), asked, "a new start got a new budget");
    world.finish();
}

#[test]
fn every_nudge_may_be_lost() {
    let world = World::new(&[A]);
    let config = Config::load(&world.path("watchlist.toml")).expect("a good list").config;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let handles = Handles::open(config, Clock::System).await.expect("a store");
        let control = Arc::clone(&handles.control);
        control.lose_nudges();
        let running = tokio::task::spawn(daemon::run(handles));
        let story = tokio::task::spawn_blocking(move || {
            world.visits(2);
            world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>DEAF01 VISTOS.</p>");
            world.told("DEAF01");
            world
        });
        let world = story.await.expect("the story");
        control.stop();
        assert_eq!(running.await.expect("no panic").expect("it started"), Ending::Stopped);
        drop(world);
    });
}

#[test]
fn a_mended_recipe_is_no_news_and_the_news_after_it_is_told_once() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/jurisdictions/ec/esatje.toml");
    let mended = std::fs::read_to_string(shipped)
        .expect("the shipped recipe")
        .replace("{{ origen | collapse }}:{{ codigo | integer }}:{{ tipo", "{{ codigo | integer }}:{{ origen }}:{{ tipo")
        .replace("title = \"{{ tipo }}\"", "title = \"{{ tipo | lower }}\"");
    assert!(mended.contains("{{ codigo | integer }}:{{ origen }}") && mended.contains("lower }}"), "the recipe is written in another way");
    std::fs::create_dir(world.path("recipes")).expect("a folder");
    std::fs::write(world.path("recipes/esatje.toml"), mended).expect("a recipe");
    let reloaded = world.ok(&["reload"]);
    assert!(reloaded.contains("1 cases"), "{reloaded}");
    world.visits(3);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>MEND01 VISTOS.</p>");
    world.told("MEND01");
    world.visits(2);
    assert_eq!(world.hooks.got().len(), 1, "the mended recipe was told as news: {:#?}", world.hooks.got());
    let shown = world.ok(&["show", A]);
    assert!(shown.contains("sentencia (resolucion)"), "the mended recipe is not in force: {shown}");
    assert_eq!(world.stop(), Some(0));
    world.start();
    world.visits(2);
    world.finish();
}

#[test]
fn a_full_disk_ends_the_daemon_with_a_plain_sentence_and_the_news_is_told_afterwards() {
    let mut world = World::new(&[A]);
    let disk = world.state_dir();
    std::fs::create_dir(&disk).expect("a folder");
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=14m", "tmpfs"]).arg(&disk).stderr(Stdio::null()).status();
    if !mounted.is_ok_and(|status| status.success()) {
        eprintln!("skipped: a small disk cannot be mounted here (root is needed)");
        return;
    }
    let _disk = Disk(disk.clone());
    world.start();
    world.visits(2);
    let used = Command::new("dd")
        .args(["if=/dev/zero", "bs=64k", "status=none"])
        .arg(format!("of={}", disk.join("filler").display()))
        .stderr(Stdio::null())
        .status();
    assert!(!used.expect("dd runs").success(), "the disk did not fill up");
    for n in 0..6u64 {
        // Enough text that does not compress for the log to need new room, and that no two acts have in common.
        let word = |at: u64| format!("{:x} ", (n * 20_000 + at).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let noise: String = (0..20_000).map(word).collect();
        world.court.act(A, "SENTENCIA (RESOLUCION)", &format!("<p>FULL{n:02} {n}{noise}</p>"));
    }
    assert_eq!(world.ended(), Some(74), "{}", world.log());
    assert!(world.log().contains("disk") && !world.log().contains("panicked"), "{}", world.log());
    for _ in 0..2 {
        let again = world.veedor(&["run"]);
        let said = String::from_utf8_lossy(&again.stderr).into_owned();
        assert!(again.status.code() == Some(74) && said.contains("make room") && !said.contains("panicked"), "{said}");
    }
    std::fs::remove_file(disk.join("filler")).expect("room again");
    world.start();
    for n in 0..6 {
        world.told(&format!("FULL{n:02}"));
    }
    world.finish();
}

/// A mounted disk, unmounted when dropped.
struct Disk(std::path::PathBuf);

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
        let _ = self.0.parent().map(std::fs::remove_dir_all);
    }
}

#[test]
fn the_web_address_says_that_it_is_ready_and_counts_without_naming_a_case() {
    let mut world = World::new(&[A]);
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address").port();
    world.write(&world.list.replace("listen = \"\"", &format!("listen = \"127.0.0.1:{port}\"")));
    world.start();
    world.visits(2);
    assert_eq!(http_get(port, "/livez").0, 200);
    assert_eq!(http_get(port, "/readyz").0, 200);
    let (status, text) = http_get(port, "/metrics");
    assert_eq!(status, 200);
    assert!(text.contains("veedor_polls_total{source=\"ec-esatje\",result=\"ok\"}"), "{text}");
    assert!(!text.contains("00011"), "a case number in the metrics");
    world.finish();
}

pub fn http_get(port: u16, path: &str) -> (u16, String) {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").expect("it takes a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, answer)
}
