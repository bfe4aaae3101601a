//! `veedor poll` without a daemon: what it says while it visits, and what other commands say meanwhile.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::world::World;

const A: &str = "17721-2024-00011G";
const B: &str = "17721-2024-00012G";

#[test]
fn results_come_case_by_case_and_others_learn_who_holds_the_store_and_wait_for_it() {
    let world = World::new(&[A, B]);
    world.write(&world.list.replace("gap = \"0s\"", "gap = \"1s\""));
    let mut poll = Command::new(env!("CARGO_BIN_EXE_veedor"))
        .args(["poll", "-c"])
        .arg(world.path("watchlist.toml"))
        .env("HOME", world.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(poll.stdout.take().expect("its output")).lines().map(|line| line.expect("text"));
    let first = lines.next().expect("the first case");
    assert!(first.contains(A) && first.contains("baseline"), "{first}");
    // The second case needs three requests with a second between them, so the store is still held.
    let other = world.veedor(&["list"]);
    let why = String::from_utf8_lossy(&other.stderr);
    assert!(why.contains(&format!("is in use by another process, {} (", poll.id())) && why.contains(" poll "), "{why}");
    assert!(other.status.success() && String::from_utf8_lossy(&other.stdout).contains(B), "{why}");
    let second = lines.next().expect("the second case");
    assert!(second.contains(B), "{second}");
    assert!(poll.wait().expect("it ended").success());
    world.write(&world.list);
    world.finish();
}

#[test]
fn what_a_poll_found_is_said_to_wait_for_the_daemon() {
    let mut world = World::new(&[A]);
    let first = world.ok(&["poll"]);
    assert!(!first.contains("wait"), "{first}");
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>POLL01 VISTOS.</p>");
    let news = world.ok(&["poll"]);
    assert!(
        news.contains("ruling.issued") && news.contains("2 messages wait to be sent: no daemon runs; `veedor run` sends them"),
        "{news}"
    );
    world.start();
    world.told("POLL01");
    // The daemon may be at this very case; either way it sends what it finds.
    let asked = String::from_utf8(world.veedor(&["poll", A]).stdout).expect("text");
    assert!(asked.contains(A) && !asked.contains("no daemon runs"), "{asked}");
    world.finish();
}

#[test]
fn a_wrong_name_among_several_is_told_before_anyone_is_asked() {
    let world = World::new(&[A, B]);
    world.no(&["poll", A, "17721-2024-00099"], 4, "no case \"17721-2024-00099\" is watched");
    assert_eq!(world.court.requests(), 0);
    world.no(&["list"], 69, "nothing is kept");
    world.finish();
}

#[test]
fn the_list_names_sources_when_there_are_several_and_the_zone_of_its_times() {
    let world = World::new(&[A]);
    world.ok(&["poll"]);
    let list = |world: &World| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_veedor"));
        command.args(["list", "-c"]).arg(world.path("watchlist.toml")).env("HOME", world.path("")).env("TZ", "America/Guayaquil");
        String::from_utf8(command.output().expect("it runs").stdout).expect("text")
    };
    let one = list(&world);
    assert!(!one.contains("SOURCE") && one.contains(" -05 "), "{one}");
    let page = "\n[[case]]\nsource = \"page\"\nnumber = \"boletines\"\npage = { url = \"https://www.example.org/b\", rows = \"li\", title = \".\" }\n";
    world.write(&format!("{}{page}", world.list));
    let two = list(&world);
    assert!(two.contains("SOURCE") && two.contains("ec-esatje") && two.contains("not visited yet"), "{two}");
    world.write(&world.list);
    world.finish();
}
