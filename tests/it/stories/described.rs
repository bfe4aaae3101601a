//! Cases that bring their own source: a program that prints the docket, a feed; and a recipe of one's own.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::world::World;
use crate::world::http::{Answer, serve};
use crate::world::state::Shared;

const A: &str = "17721-2024-00011G";
const N: &str = "2024-00123";

fn docket(number: &str, titles: &[&str]) -> String {
    let entries: Vec<Value> = titles
        .iter()
        .enumerate()
        .map(|(nth, title)| json!({"key": nth.to_string(), "date": "2024-03-13", "title": title, "text": ""}))
        .collect();
    json!({"schema": "veedor.docket/1", "source": "my-court", "case": {"number": number, "title": "A contra B"}, "entries": entries})
        .to_string()
}

/// The script is the program's whole text; it is run in the world's folder.
fn program(world: &World, script: &str) {
    replace(&world.path("court.sh"), script);
}

/// A program must never find half a file.
fn replace(path: &Path, text: &str) {
    let new = path.with_extension("new");
    std::fs::write(&new, text).expect("written");
    std::fs::rename(&new, path).expect("in place");
}

fn world(timeout: &str) -> World {
    let mut world = World::new(&[A]);
    world.list.push_str(&format!(
        "\n[[case]]\nsource = \"command\"\nnumber = \"{N}\"\nname = \"Por programa\"\n[case.command]\nrun = [\"/bin/sh\", \"court.sh\"]\n\
         timeout = \"{timeout}\"\nurl = \"https://court.example/{N}\"\n"
    ));
    world.write(&world.list);
    world
}

fn health(world: &World) -> (String, String) {
    let output = world.veedor(&["poll", N, "--json"]);
    let data: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let visit = &data["visits"][0];
    (visit["health"].as_str().unwrap_or_default().to_owned(), visit["detail"].as_str().unwrap_or_default().to_owned())
}

/// Whether a process is gone, or is only waiting to be buried.
fn is_gone(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
    stat.map_or(true, |stat| stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('Z')))
}

#[test]
fn a_program_is_a_source_like_any_other() {
    let mut world = world("30s");
    let first = docket(N, &["PROVIDENCIA GENERAL", "RAZON"]);
    replace(&world.path("docket.json"), &first);
    program(&world, "env > env.txt; cat docket.json");
    // By hand, without a daemon.
    let polled = world.command(&["poll", N]).env("VEEDOR_HOOK_TOKEN", "ours").output().expect("it runs");
    assert!(String::from_utf8_lossy(&polled.stdout).contains("baseline"), "{}", String::from_utf8_lossy(&polled.stderr));
    let passed = std::fs::read_to_string(world.path("env.txt")).expect("what it was given");
    assert!(passed.contains(&format!("VEEDOR_CASE={N}")) && passed.contains("PATH="), "{passed}");
    assert!(!passed.contains("ours") && !passed.contains("CARGO"), "it was given more: {passed}");

    // How it ends, and what it prints, is told for what it is, and none of it is a change.
    for (script, name, words) in [
        ("echo 'se acabó' >&2; exit 1", "unavailable", "se acabó"),
        ("echo 'pide un captcha' >&2; exit 3", "blocked", "pide un captcha"),
        ("exit 4", "not_found", ""),
        ("echo '{}'", "unreadable", "schema: expected a text"),
        ("head -c 40 docket.json", "unreadable", "EOF"),
        ("sed s/00123/00124/ docket.json", "unreadable", "found \"2024-00124\""),
        ("", "unreadable", "an empty answer"),
    ] {
        program(&world, script);
        let (found, detail) = health(&world);
        assert_eq!(found, name, "{script}: {detail}");
        assert!(detail.contains(words), "{words} is not in: {detail}");
    }
    let shown = world.json(&["show", N, "--json"]);
    assert_eq!((&shown["version"], &shown["pages"][0]["bytes"]), (&1.into(), &first.len().into()), "{shown}");

    // The daemon runs it too, and tells.
    program(&world, "echo x >> runs; cat docket.json");
    world.start();
    world.until("it is run", |world| std::fs::read_to_string(world.path("runs")).is_ok_and(|runs| runs.len() >= 4));
    replace(&world.path("docket.json"), &docket(N, &["PROVIDENCIA GENERAL", "RAZON", "SENTENCIA COMMAND01"]));
    world.told("COMMAND01");
    program(&world, "echo 'Ana Ficticia no está' >&2; exit 1");
    world.logged("`veedor list` shows what its program said");
    assert!(!world.log().contains("Ana Ficticia"), "{}", world.log());
    world.until("the list says why", |world| world.ok(&["list"]).contains("Ana Ficticia no está"));
    world.finish();
}

#[test]
fn a_program_that_hangs_is_killed_with_all_that_it_started() {
    let mut world = world("400ms");
    // A child of its own keeps the pipe open.
    let hangs = "sleep 1000 & echo $! > child; echo $$ > self; wait";
    program(&world, hangs);
    let (name, detail) = health(&world);
    assert_eq!(name, "unavailable");
    assert!(detail.contains("did not end within 400ms and was killed"), "{detail}");
    let pids = |world: &World| ["child", "self"].map(|name| std::fs::read_to_string(world.path(name)).unwrap_or_default());
    for pid in pids(&world) {
        assert!(!pid.is_empty() && is_gone(&pid), "{pid} still runs");
    }
    // And when the daemon stops, which does not wait for it.
    world.list = world.list.replace("timeout = \"400ms\"", "timeout = \"600s\"");
    world.write(&world.list);
    for name in ["child", "self"] {
        std::fs::remove_file(world.path(name)).expect("removed");
    }
    world.start();
    world.until("it hangs", |world| pids(world).iter().all(|pid| pid.ends_with('\n')));
    assert_eq!(world.stop(), Some(0), "{}", world.log());
    for pid in pids(&world) {
        assert!(is_gone(&pid), "{pid} outlived the daemon");
    }
    world.finish();
}

#[test]
fn a_missing_program_is_said_by_check_and_takes_nothing_else_down() {
    let mut world = world("30s");
    let list = world.list.clone();
    let said = |world: &World| String::from_utf8_lossy(&world.veedor(&["check"]).stderr).into_owned();
    assert!(!said(&world).contains("the program"), "{}", said(&world));
    std::fs::write(world.path("plain"), "#!/bin/sh\n").expect("written");
    for (run, words) in [
        ("[\"./nowhere\"]", "nowhere cannot be run: No such file"),
        ("[\"./plain\"]", "plain cannot be run: it is not executable"),
        ("[\"no-such-program-anywhere\"]", "in no folder of PATH"),
        ("[\"./court --quiet\"]", "write run = [\"./court\", \"--quiet\"]"),
    ] {
        world.write(&list.replace("[\"/bin/sh\", \"court.sh\"]", run));
        assert!(said(&world).contains(words), "{words} is not in\n{}", said(&world));
    }
    for (before, after, words) in [
        ("run = [\"/bin/sh\", \"court.sh\"]", "", "has no `run`"),
        ("[\"/bin/sh\", \"court.sh\"]", "[]", "run names no program"),
        ("timeout = \"30s\"", "timeout = \"2h\"", "timeout must be from"),
        ("timeout = \"30s\"", "timeuot = \"30s\"", "did you mean \"timeout\"?"),
        ("[case.command]", "[case.page]", "page belongs to a case with source = \"page\""),
    ] {
        world.write(&list.replace(before, after));
        world.no(&["check"], 78, words);
    }
    world.write(&list.replace("/bin/sh", "/nowhere/sh"));
    world.list = list.replace("/bin/sh", "/nowhere/sh");
    world.start();
    world.visits(3);
    world.until("the list says so", |world| world.ok(&["list"]).contains("sh cannot be started"));
    let how = world.ok(&["sources", "command"]);
    assert!(how.contains("veedor.docket/1") && how.contains("/nowhere/sh"), "{how}");
    world.finish();
}

#[test]
fn a_program_beside_the_watch_list_is_found_from_its_folder() {
    use std::os::unix::fs::PermissionsExt;

    let mut world = world("30s");
    world.list = world.list.replace("[\"/bin/sh\", \"court.sh\"]", "[\"./court\"]");
    world.write(&world.list);
    replace(&world.path("docket.json"), &docket(N, &["RAZON"]));
    std::fs::write(world.path("court"), "#!/bin/sh\ncat docket.json\n").expect("a program");
    std::fs::set_permissions(world.path("court"), std::fs::Permissions::from_mode(0o755)).expect("executable");
    // The watch list by no path at all, as `veedor poll` finds it in the folder that one stands in, and by a relative one.
    for list in ["watchlist.toml", "./watchlist.toml"] {
        let mut here = std::process::Command::new(env!("CARGO_BIN_EXE_veedor"));
        here.args(["poll", N, "--dry-run", "-c", list]).current_dir(world.path("")).env("HOME", world.path(""));
        let output = here.output().expect("it runs");
        let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && told.contains("read for the first time"), "{told}");
    }
    world.finish();
}

#[test]
fn what_a_program_prints_can_be_tried_before() {
    let world = world("30s");
    let file = world.path("docket.json");
    std::fs::write(&file, docket(N, &["RAZON"])).expect("written");
    let file = file.display().to_string();
    let read = world.json(&["extract", "-q", "--source", "command", "--case", N, "--page", &file]);
    assert_eq!((&read["source"], &read["entries"][0]["title"]), (&"command".into(), &"RAZON".into()), "{read}");
    std::fs::write(&file, docket(N, &["RAZON"]).replace("2024-03-13", "ayer")).expect("written");
    world.no(&["extract", "--source", "command", "--case", N, "--page", &file], 3, "expected a date such as 2024-03-13, found \"ayer\"");
    world.finish();
}

#[test]
fn a_feed_needs_an_address_and_nothing_else() {
    let items = Arc::new(Shared::new(vec!["Comunicado uno".to_owned()]));
    let served = items.clone();
    let address = serve(move |question| match question.path.as_str() {
        "/feed" => {
            let items: String = served
                .get()
                .iter()
                .map(|title| {
                    format!("<item><title>{title}</title><guid>{title}</guid><pubDate>Wed, 13 Mar 2024 10:00:00 GMT</pubDate></item>")
                })
                .collect();
            let body = format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>x</title>{items}</channel></rss>");
            Answer::Send { status: 200, kind: "application/rss+xml", body: body.into_bytes() }
        }
        _ => Answer::Send { status: 404, kind: "text/plain", body: Vec::new() },
    });
    let mut world = World::new(&[A]);
    world.list.push_str(&format!(
        "\n[source.feed]\nevery = \"100ms\"\ngap = \"0s\"\n\n[[case]]\nsource = \"feed\"\nnumber = \"comunicados\"\n[case.feed]\nurl = \"http://{address}/feed\"\n"
    ));
    world.write(&world.list);
    assert!(world.ok(&["poll", "comunicados"]).contains("baseline"));
    assert!(world.ok(&["poll", "comunicados"]).contains("nothing new"));
    world.start();
    items.change(|items| items.push("Comunicado FEED01".to_owned()));
    world.told("FEED01");
    assert!(world.ok(&["sources", "feed"]).contains("comunicados") && world.ok(&["sources", "comunicados"]).contains(&address.to_string()));
    world.no(&["add", "feed", "otro"], 2, "veedor sources feed");
    world.write(&world.list.replace("[case.feed]\n", "[case.feed]\nrows = \"li\"\n"));
    world.no(&["check"], 78, "unknown key `rows`");
    world.write(&world.list);
    world.finish();
}

const SHIPPED: &str = include_str!("../../../jurisdictions/ec/esatje.toml");

#[test]
fn a_recipe_that_stands_in_for_a_shipped_one_says_so_everywhere_and_a_bad_one_is_no_reason_to_use_the_shipped() {
    let mut world = World::new(&[A]);
    std::fs::create_dir(world.path("recipes")).expect("a folder");
    let own = world.path("recipes/mine.toml");
    std::fs::write(&own, SHIPPED).expect("a recipe");
    let words = "ec-esatje is read with this recipe, in place of the shipped one";
    let checked = world.veedor(&["check"]);
    assert!(checked.status.success() && String::from_utf8_lossy(&checked.stderr).contains(words));
    let listed = world.ok(&["sources"]);
    assert!(listed.lines().any(|line| line.starts_with("ec-esatje") && line.contains("your own, in place of the shipped one")), "{listed}");
    assert!(world.ok(&["sources", "ec-esatje"]).contains("mine.toml, in place of the shipped one"));
    world.start();
    world.visits(2);
    assert!(world.log().contains(words), "{}", world.log());
    let case = &world.json(&["list", "--json"])["cases"][0];
    assert!(case["own_recipe"].as_str().is_some_and(|file| file.ends_with("mine.toml")), "{case}");

    // A mistake in it, on a reload: told with its place, and what is in force stays.
    std::fs::write(&own, SHIPPED.replace("[entries]", "[entires]")).expect("a recipe");
    let why = world.no(&["reload"], 78, "recipes/mine.toml:");
    assert!(why.contains("entires") && why.contains("the old one stays in force"), "{why}");
    world.visits(2);
    assert_eq!(world.stop(), Some(0));
    // At a start there is nothing in force, and the shipped recipe is no substitute.
    for command in [["check"], ["poll"], ["run"]] {
        let why = world.no(&command, 78, "recipes/mine.toml:");
        assert!(why.contains("unknown key `entires`"), "{why}");
    }
    // Where one reads nothing, it is named beside the trouble.
    std::fs::write(&own, SHIPPED.replace("\"origen\", \"visible\"]", "\"origen\", \"visibilidad\"]")).expect("a recipe");
    let polled = world.veedor(&["poll", "--dry-run"]);
    let said = String::from_utf8_lossy(&polled.stdout).into_owned();
    assert!(polled.status.code() == Some(3) && said.contains("read with your own recipe"), "{said}");
    std::fs::remove_dir_all(world.path("recipes")).expect("removed");
    world.finish();
}
