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
