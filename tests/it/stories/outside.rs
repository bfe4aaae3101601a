//! Commands outside the service: without its environment, its secrets, or a list that can be read.

use std::os::unix::fs::PermissionsExt;
use std::process::{Output, Stdio};

use crate::world::World;

const A: &str = "17721-2024-00011G";

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A command as root's shell would run it: none of the service's variables, a home of its own.
fn outside(world: &World, arguments: &[&str]) -> Output {
    let home = world.path("elsewhere");
    std::fs::create_dir_all(&home).expect("a home");
    let run = world.path("run");
    world.command(arguments).env("HOME", home).env("XDG_RUNTIME_DIR", run).output().expect("it runs")
}

fn ok(world: &World, arguments: &[&str]) -> String {
    let output = outside(world, arguments);
    assert!(output.status.success(), "veedor {arguments:?} ended with {:?}\n{}", output.status.code(), text(&output.stderr));
    text(&output.stdout)
}

/// A daemon whose state folder and password only its environment tells.
fn service(world: &mut World) {
    let state = format!("state_dir = \"{}\"\n", world.state_dir().display());
    let list =
        world.list.replace(&state, "").replace("tls = \"none\"\n", "tls = \"none\"\nuser = \"v\"\npassword = { credential = \"smtp\" }\n");
    world.write(&list);
    let credentials = world.path("credentials");
    std::fs::create_dir(&credentials).expect("a folder");
    std::fs::write(credentials.join("smtp"), "ficticia").expect("a credential");
    std::fs::set_permissions(credentials.join("smtp"), PermissionsExt::from_mode(0o600)).expect("its mode");
    let of = |name: &str| world.path(name).display().to_string();
    let (state, run, credentials) = (of("state"), of("run"), of("credentials"));
    world.start_with(&[("STATE_DIRECTORY", &state), ("XDG_RUNTIME_DIR", &run), ("CREDENTIALS_DIRECTORY", &credentials)]);
    world.logged("watching");
}

#[test]
fn commands_reach_the_service_without_its_environment_and_without_its_secrets() {
    let mut world = World::new(&[A]);
    service(&mut world);
    world.visits(2);
    let list: serde_json::Value = serde_json::from_str(&ok(&world, &["list", "--json"])).expect("JSON");
    assert_eq!(list["cases"][0]["version"], 1, "{list}");
    let copies = world.path("copies").display().to_string();
    let backup: serde_json::Value = serde_json::from_str(&ok(&world, &["backup", &copies, "--json"])).expect("JSON");
    let file = std::path::PathBuf::from(backup["file"].as_str().expect("a file"));
    assert!(file.starts_with(&copies) && std::fs::metadata(&file).expect("there").permissions().mode() & 0o777 == 0o600);
    assert!(ok(&world, &["export"]).lines().count() > 2);
    assert!(ok(&world, &["reload"]).contains("1 cases"));
    ok(&world, &["add", "ec-esatje", "17721-2024-00018"]);
    world.logged("cases=2");
    let check = outside(&world, &["check"]);
    assert!(check.status.success() && text(&check.stderr).contains("password was not checked here"), "{}", text(&check.stderr));
    let left: Vec<_> = std::fs::read_dir(world.state_dir()).expect("there").flatten().map(|entry| entry.file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with("handover")), "{left:?}");
    assert_eq!(world.stop(), Some(0), "{}", world.log());
    assert_eq!(std::fs::read_dir(world.path("run/veedor")).expect("there").count(), 0, "the link stays");
    let alone = outside(&world, &["list"]);
    assert_eq!(alone.status.code(), Some(69), "{}", text(&alone.stdout));
    assert!(text(&alone.stderr).contains("nothing is kept in"), "{}", text(&alone.stderr));
    assert!(!world.path("elsewhere/.local/state/veedor/store").exists(), "a question made a store");
}

#[test]
fn a_bad_file_hides_neither_the_daemon_nor_its_list() {
    let mut world = World::new(&[A]);
    service(&mut world);
    world.visits(2);
    let good = std::fs::read_to_string(world.path("watchlist.toml")).expect("the list");
    world.write(&good.replace("[veedor]", "[veedor"));
    for command in [&["list"][..], &["show", A], &["hearings"], &["deliveries"], &["fsck"]] {
        ok(&world, command);
    }
    let refused = outside(&world, &["reload"]);
    assert_eq!(refused.status.code(), Some(78), "{}", text(&refused.stderr));
    assert!(text(&refused.stderr).contains("this table's name is not closed"), "{}", text(&refused.stderr));
    let moved = good.replace("[veedor]\n", &format!("[veedor]\nstate_dir = \"{}\"\n", world.path("moved").display()));
    world.write(&moved);
    assert!(ok(&world, &["reload"]).contains("veedor.state_dir changed; it takes effect at the next start"));
    assert!(ok(&world, &["list", "--json"]).contains("\"version\": 1"));
    assert_eq!(world.stop(), Some(0), "{}", world.log());
}

#[test]
fn output_that_is_lost_is_a_failure_and_a_reader_that_had_enough_is_none() {
    let world = World::new(&[A]);
    world.ok(&["poll", A]);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a full device");
    let lost = world.command(&["list", "--json"]).stdout(full).output().expect("it runs");
    assert_eq!(lost.status.code(), Some(1));
    assert!(text(&lost.stderr).contains("standard output could not be written"), "{}", text(&lost.stderr));
    let mut export = world.command(&["export"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    drop(export.stdout.take());
    let ended = export.wait_with_output().expect("it ended");
    assert_eq!((ended.status.code(), text(&ended.stderr)), (Some(0), String::new()));
    world.finish();
}

#[test]
fn a_list_without_a_case_is_made_filled_and_emptied_and_runs_only_while_it_watches_something() {
    let world = World::new(&[]);
    std::fs::remove_file(world.path("watchlist.toml")).expect("removed");
    world.ok(&["add", "ec-esatje", A, "--name", "Uno"]);
    let again = world.ok(&["add", "ec-esatje", A, "--name", "Otro"]);
    assert!(again.contains("watched already as \"Uno\"") && again.contains("to change its name"), "{again}");
    assert!(world.ok(&["remove", "Uno"]).contains("nothing is watched now"));
    for command in ["run", "check"] {
        let refused = world.veedor(&[command]);
        assert_eq!(refused.status.code(), Some(78));
        assert!(text(&refused.stderr).contains("veedor add SOURCE NUMBER"), "{}", text(&refused.stderr));
    }
}

#[test]
fn check_says_when_and_for_whom_and_what_stands_in_the_way() {
    let world = World::new(&[A]);
    world.write(&world.list.replace("[veedor]\n", "[veedor]\nhours = \"lun-vie 06:00-22:00\"\n"));
    let said = world.ok(&["check"]);
    for part in ["mon-fri 06:00-22:00 America/Guayaquil", "mesa@example.org", "all events", "http://127.0.0.1"] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    let json: serde_json::Value = serde_json::from_str(&world.ok(&["check", "--json"])).expect("JSON");
    assert_eq!((&json["cases"][0]["hours"], &json["channels"][1]["to"][0]), (&"mon-fri 06:00-22:00".into(), &"mesa@example.org".into()));
    std::fs::write(world.state_dir(), "in the way").expect("written");
    for (command, code) in [("check", 78), ("run", 74), ("list", 74)] {
        let refused = world.veedor(&[command]);
        assert_eq!(refused.status.code(), Some(code), "{}", text(&refused.stderr));
        assert!(text(&refused.stderr).contains("is not a folder; name another folder as state_dir"), "{}", text(&refused.stderr));
    }
}

#[test]
fn what_run_says_is_json_to_the_last_line_when_asked_and_quiet_hides_no_warning() {
    let world = World::new(&[A]);
    std::fs::write(world.state_dir(), "in the way").expect("written");
    world.write(&world.list.replace("contact = \"pruebas@example.org\"\n", ""));
    let json = text(&world.veedor(&["run", "--json"]).stderr);
    assert!(json.lines().count() >= 2 && json.contains("no contact") && json.contains("is not a folder"), "{json}");
    for line in json.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
    assert!(text(&world.veedor(&["run", "-q"]).stderr).contains("no contact"));
}
