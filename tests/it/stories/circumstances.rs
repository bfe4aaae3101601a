//! Commands in a bad hour: nobody reads what they say, the list is under the pen, the store was moved aside.

use std::process::{Command, Stdio};

use crate::world::World;

const A: &str = "17721-2024-00011G";
const B: &str = "17721-2024-00018";

/// A stream whose reader is gone, as after `2>&1 | head`.
fn nobody() -> Stdio {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    writer.into()
}

#[test]
fn a_standard_error_that_nobody_reads_ends_nothing_and_changes_no_exit_code() {
    let world = World::new(&[A]);
    let code = |arguments: &[&str]| world.command(arguments).stdout(Stdio::null()).stderr(nobody()).status().expect("it runs").code();
    assert_eq!(code(&["list"]), Some(69));
    world.write("[veedor]\ncontacto = 1\n");
    assert_eq!((code(&["check"]), code(&["sources", "ec-esatje"])), (Some(78), Some(0)));
    world.write(&world.list);

    let mut daemon = world.command(&["run", "-v"]).stdout(Stdio::null()).stderr(nobody()).spawn().expect("it starts");
    world.visits(2);
    let sent = Command::new("kill").args(["-TERM", &daemon.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
    assert_eq!(daemon.wait().expect("it ends").code(), Some(0));
    world.finish();
}

#[test]
fn a_question_after_the_store_was_moved_aside_names_it_and_the_ways_out() {
    let world = World::new(&[A]);
    world.ok(&["poll"]);
    let store = world.state_dir().join("store");
    let aside = world.state_dir().join("store.damaged-20260101T000000Z");
    std::fs::rename(&store, &aside).expect("moved");
    let why = world.no(&["list"], 74, "bring a backup back");
    assert!(why.contains(&format!("veedor restore {}", aside.display())), "{why}");
    let copy = world.state_dir().join("backups/veedor-20260101T000000Z.jsonl.zst");
    std::fs::create_dir(copy.parent().expect("a folder")).expect("made");
    std::fs::write(&copy, "").expect("written");
    for arguments in [&["deliveries"][..], &["show", A], &["poll", "--dry-run"]] {
        world.no(arguments, 74, &format!("veedor restore {}", copy.display()));
    }
    assert!(!store.exists(), "a question made a store anew");
}

#[test]
fn a_poll_asks_the_daemon_before_the_file_and_needs_no_secret() {
    let mut world = World::new(&[A, B]);
    world.start();
    world.visits(1);
    std::fs::remove_file(world.path("secret")).expect("only the service can read it");
    world.write("[veedor]\ncontact = \"half a");
    let polled = world.veedor(&["poll"]);
    let (said, why) = (String::from_utf8_lossy(&polled.stdout).into_owned(), String::from_utf8_lossy(&polled.stderr).into_owned());
    // The daemon may be visiting one of them just now, which is code 1.
    assert!(said.contains(A) && said.contains(B) && why.is_empty(), "{said}{why}");
    let calls = world.no(&["poll", A, "17721-2024-00012G"], 4, "did you mean 17721-2024-00011G?");
    assert!(!calls.contains("were visited"), "one was visited before the other was refused: {calls}");
    assert_eq!(world.stop(), Some(0), "{}", world.log());

    let secret = format!("{{ file = \"{}\" }}", world.path("secret").display());
    world.write(&world.list.replace(&secret, "{ env = \"VEEDOR_IT_UNSET\" }"));
    assert!(world.ok(&["poll", A]).contains("read"));
}

#[test]
fn a_dry_run_where_nothing_is_kept_leaves_nothing_behind() {
    let world = World::new(&[A]);
    let temporary = world.path("tmp");
    std::fs::create_dir(&temporary).expect("made");
    let output = world.command(&["poll", "--dry-run"]).env("TMPDIR", &temporary).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("baseline"), "{said}");
    assert!(!world.state_dir().exists(), "the state folder was made");
    assert_eq!(std::fs::read_dir(&temporary).expect("there").count(), 0);
}

#[test]
fn a_case_is_not_said_to_be_taken_up_by_a_daemon_that_watches_another_list() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(1);
    let (list, other) = (world.path("watchlist.toml"), world.path("other.toml"));
    std::fs::write(&other, &world.list).expect("written");
    let add = |number: &str, more: &[&str]| {
        let mut command = world.command(&["add", "ec-esatje", number]);
        let output = command.args(more).output().expect("it runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let told = add("17721202400018", &[]);
    assert!(told.contains("17721-2024-00018 is in") && told.contains("the daemon has read the list again"), "{told}");
    let mut elsewhere = std::process::Command::new(env!("CARGO_BIN_EXE_veedor"));
    elsewhere.args(["add", "ec-esatje", "17721202400019", "-c"]).arg(&other).env("HOME", world.path("nobody"));
    let told = String::from_utf8_lossy(&elsewhere.output().expect("it runs").stdout).into_owned();
    assert!(told.contains(&format!("watches another list, {}", list.display())), "{told}");
    assert!(!told.contains("has read the list"), "{told}");
}

#[test]
fn what_edits_prints_json_when_asked_and_nothing_when_quiet() {
    let mut world = World::new(&[A]);
    let added = world.json(&["add", "ec-esatje", "17721202400018", "--name", "Otro", "--json"]);
    assert_eq!((&added["number"], &added["added"], &added["reloaded"]), (&B.into(), &true.into(), &false.into()));
    let again = world.json(&["add", "ec-esatje", B, "--json"]);
    assert_eq!((&again["added"], &again["name"]), (&false.into(), &"Otro".into()));
    let removed = world.json(&["remove", "Otro", "--json"]);
    assert_eq!((&removed["number"], &removed["left"]), (&B.into(), &1.into()));
    for quiet in [&["add", "ec-esatje", B][..], &["add", "ec-esatje", B], &["remove", B], &["demo", "--for", "0"]] {
        assert_eq!(world.ok(&[quiet, &["-q"]].concat()), "", "{quiet:?}");
    }
    world.ok(&["poll"]);
    assert_eq!(world.ok(&["poll", "-q"]), "", "nothing is new");

    let copies = world.path("copies").display().to_string();
    world.ok(&["backup", &copies]);
    let exported = world.json(&["export", "--json", "--to", &world.path("all.jsonl").display().to_string()]);
    assert_eq!(exported["counts"]["cases"], 1, "{exported}");
    std::fs::rename(world.state_dir(), world.path("lost")).expect("the store is lost");
    assert_eq!(world.json(&["restore", &copies, "--json"])["counts"]["versions"], 1);
    world.start();
    world.visits(1);
    assert_eq!(world.ok(&["reload", "-q"]), "");
    world.finish();
}

#[test]
fn a_check_prints_its_problems_as_json_when_asked_and_never_a_misplaced_secret() {
    let world = World::new(&[A]);
    let bad = world.list.replace("host = \"127.0.0.1\"", "host = \"mesa:s3cret@127.0.0.1\"");
    let bad = bad.replace("base_url = \"http://", "base_url = \"http://mesa:s3cret@");
    let secret = format!("{{ file = \"{}\" }}", world.path("secret").display());
    let bad = bad.replace(&secret, "{ env = \"s3cret+/=\" }");
    let page = "\n[[case]]\nsource = \"page\"\nnumber = \"Hoja\"\npage = { url = \"https://mesa:s3cret@example.org\", rows = \"tr\", title = \"td\" }\n";
    world.write(&format!("{bad}{page}"));
    let output = world.veedor(&["check", "--json"]);
    let (said, why) = (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned());
    assert_eq!(output.status.code(), Some(78), "{said}{why}");
    let problems: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    let told: Vec<&str> = problems["problems"].as_array().expect("a list").iter().filter_map(|one| one["message"].as_str()).collect();
    for words in ["host must be the mail server's name", "base_url has a user", "env names a variable", "the url has a user"] {
        assert!(told.iter().any(|message| message.contains(words)), "{words}: {told:?}");
    }
    assert!(problems["problems"].as_array().expect("a list").iter().all(|one| one["line"].as_u64() > Some(0)), "{said}");
    let shown = world.no(&["check"], 78, "4 problems");
    assert!(!said.contains("s3cret") && !why.contains("s3cret") && !shown.contains("s3cret"), "{said}{why}{shown}");
}

#[test]
fn a_recipe_that_is_no_file_is_a_problem_and_not_the_shipped_one() {
    let world = World::new(&[A]);
    let recipes = world.path("recipes");
    std::fs::create_dir_all(recipes.join("ec-esatje.toml")).expect("a folder");
    world.no(&["check"], 78, "recipes/ec-esatje.toml");
    std::fs::remove_dir(recipes.join("ec-esatje.toml")).expect("removed");
    std::os::unix::fs::symlink(world.path("gone"), recipes.join("esatje.toml")).expect("a link");
    world.no(&["check"], 78, "recipes/esatje.toml");
    world.no(&["deliveries", "--limit", "many"], 2, "write a whole number, such as 50");
}
