//! Commands: what a person types, right and wrong, with and without a daemon.

use crate::world::World;

const A: &str = "17721-2024-00011G";
const B: &str = "17721-2024-00018";

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn commands_give_the_same_answers_with_and_without_a_daemon() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.court.act(
        A,
        "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)",
        "<p>CMD01 Se convoca a la audiencia de juicio para el 11 de marzo de 2027, a las 09h30.</p>",
    );
    world.told("CMD01");
    let ask = |world: &World| {
        let hearings = world.ok(&["hearings", "--json"]);
        let show = world.ok(&["show", A, "--json"]);
        let diff = world.ok(&["diff", A, "--json"]);
        (hearings, show, diff)
    };
    let running = ask(&world);
    let hearings: serde_json::Value = serde_json::from_str(&running.0).expect("JSON");
    let setting = &hearings["hearings"][0];
    assert_eq!((setting["date"].as_str(), setting["time"].as_str()), (Some("2027-03-11"), Some("09:30")), "{}", running.0);
    assert_eq!((setting["outcome"].as_str(), setting["type"].as_str()), (Some("pending"), Some("juicio")), "{}", running.0);
    assert_eq!(hearings["counts"]["pending"], 1, "{}", running.0);
    assert!(world.ok(&["hearings"]).contains("counted: one setting for each day"), "{}", running.0);
    assert_eq!(world.stop(), Some(0));
    assert_eq!(ask(&world), running);
    world.finish();
}

#[test]
fn a_dry_run_tells_what_it_would_and_keeps_nothing() {
    let world = World::new(&[A]);
    let first = world.ok(&["poll", A]);
    assert!(first.contains("baseline"), "{first}");
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>DRY01 VISTOS.</p>");
    for _ in 0..2 {
        let dry = world.ok(&["poll", A, "--dry-run"]);
        assert!(dry.contains("ruling.issued"), "{dry}");
    }
    let list: serde_json::Value = serde_json::from_str(&world.ok(&["list", "--json"])).expect("JSON");
    assert_eq!(list["cases"][0]["version"], 1);
    world.finish();
}

#[test]
fn wrong_input_gets_one_clear_sentence_and_its_exit_code() {
    let world = World::new(&[A, B]);
    world.ok(&["poll", B]);
    let cases: [(&[&str], i32, &str); 10] = [
        (&["reload"], 69, "no daemon answers"),
        (&["test", "hok"], 2, "did you mean \"hook\"?"),
        (&["show", "17721-2024-00012G"], 4, "did you mean 17721-2024-00011G?"),
        (&["show", A], 4, "was not read yet"),
        (&["show", B, "--version", "9"], 1, "it has version 1"),
        (&["add", "ec-esatge", "17721-2024-00012G"], 2, "did you mean \"ec-esatje\"?"),
        (&["add", "ec-esatje", "17721/24"], 2, "17721-2019-00029G"),
        (&["retry", "00000000000000000000000000000000"], 4, "there is no delivery"),
        (&["retry", "abc"], 4, "there is no delivery abc"),
        (&["sources", "ec-esatge"], 2, "did you mean"),
    ];
    for (arguments, code, words) in cases {
        let output = world.veedor(arguments);
        let why = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {why}");
        assert!(why.contains(words), "{arguments:?}: {why}");
        assert!(!why.contains("panicked"), "{why}");
    }
    world.finish();
}

#[test]
fn an_unreachable_host_is_said_and_changes_nothing() {
    let world = World::new(&[A]);
    world.ok(&["poll", A]);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address");
    world.write(&world.list.replace(&world.court.base(), &format!("http://{closed}")));
    let output = world.veedor(&["poll", A]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("unavailable"), "{}", text(&output.stdout));
    let list: serde_json::Value = serde_json::from_str(&world.ok(&["list", "--json"])).expect("JSON");
    assert_eq!(list["cases"][0]["version"], 1);
    world.write(&world.list);
    world.finish();
}

#[test]
fn a_case_is_added_and_removed_with_the_comments_kept() {
    let world = World::new(&[A]);
    world.write(&format!("# a comment of the desk\n{}", world.list));
    world.ok(&["add", "ec-esatje", "17721-2024-00018", "--name", "Otro", "--tag", "x"]);
    let list = std::fs::read_to_string(world.path("watchlist.toml")).expect("the list");
    assert!(list.contains("# a comment of the desk") && list.contains("17721-2024-00018"), "{list}");
    assert!(world.ok(&["check"]).contains("Otro"));
    world.ok(&["remove", "Otro"]);
    let list = std::fs::read_to_string(world.path("watchlist.toml")).expect("the list");
    assert!(list.contains("# a comment of the desk") && !list.contains("17721-2024-00018"), "{list}");
    world.finish();
}

#[test]
fn a_backup_is_restored_and_nothing_is_sent_again() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>BACK01 VISTOS.</p>");
    world.told("BACK01");
    world.ok(&["backup", &world.path("copies").display().to_string()]);
    assert_eq!(world.stop(), Some(0));
    let refused = world.veedor(&["restore", &world.path("copies").display().to_string()]);
    assert_eq!(refused.status.code(), Some(74), "a store that holds something was overwritten");
    std::fs::write(world.path("junk"), "no backup").expect("a file");
    let junk = world.veedor(&["restore", &world.path("junk").display().to_string()]);
    assert_eq!(junk.status.code(), Some(1), "{}", text(&junk.stderr));
    assert!(text(&junk.stderr).contains("junk") && text(&junk.stderr).contains("as it was"), "{}", text(&junk.stderr));
    std::fs::rename(world.state_dir(), world.path("lost")).expect("the store is lost");
    world.ok(&["restore", &world.path("copies").display().to_string()]);
    let before = world.hooks.got().len();
    world.start();
    world.visits(3);
    assert_eq!(world.hooks.got().len(), before, "an alert was sent again");
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>BACK02 VISTOS.</p>");
    world.told("BACK02");
    world.finish();
}

#[test]
fn a_channel_can_be_tested() {
    let world = World::new(&[A]);
    let said = world.ok(&["test", "mail"]);
    assert!(said.contains("mesa@example.org: sent"), "{said}");
    assert!(world.mailbox.wait_for(|got| got.len() == 1));
    world.ok(&["test", "hook"]);
    assert!(world.hooks.wait_for(|got| got.len() == 1 && got[0].kind == "veedor.test"));
    world.finish();
}

#[test]
fn saved_pages_go_through_extract_as_a_visit_would_read_them() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ec-esatje");
    let mut read = 0;
    for scenario in std::fs::read_dir(folder).expect("fixtures").flatten().map(|entry| entry.path()) {
        let name = |path: &std::path::Path| path.file_name().expect("a name").to_string_lossy().into_owned();
        let mut files: Vec<_> = std::fs::read_dir(&scenario).expect("a scenario").flatten().map(|entry| entry.path()).collect();
        files.sort();
        let pages: Vec<_> = files.iter().filter(|path| !["case.txt", "expected.json"].contains(&name(path).as_str())).collect();
        if pages.iter().any(|path| name(path).split('.').any(|part| part.parse::<u16>().is_ok())) {
            // A status is part of the scenario, and a saved page has none.
            continue;
        }
        let case = std::fs::read_to_string(scenario.join("case.txt")).expect("its case");
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_veedor"));
        command.args(["extract", "-q", "--source", "ec-esatje", "--case", case.trim(), "-c", "/nonexistent/watchlist.toml"]);
        for page in &pages {
            let step = name(page).split(['-', '.']).next().expect("a step").to_owned();
            command.arg("--page").arg(format!("{step}={}", page.display()));
        }
        let output = command.output().expect("it runs");
        let expected: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(scenario.join("expected.json")).expect("what is expected")).expect("JSON");
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        match expected.get("refusal").and_then(serde_json::Value::as_str) {
            None => {
                let docket: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{}: {err}", scenario.display()));
                assert_eq!(docket, expected, "{}", scenario.display());
                read += 1;
            }
            Some(refusal) => {
                assert_eq!(output.status.code(), Some(if refusal == "not_found" { 4 } else { 3 }), "{}: {out}{err}", scenario.display());
                assert!(out.is_empty(), "{}: a refused page gave {out}", scenario.display());
            }
        }
    }
    assert!(read >= 8, "only {read} scenarios were read");
}

#[test]
fn a_case_that_the_court_does_not_know_is_said_and_is_no_news() {
    let world = World::new(&[A]);
    world.write(&world.list.replace(A, "17721-2024-00099"));
    let output = world.veedor(&["poll"]);
    assert_eq!(output.status.code(), Some(4), "{}{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains("the source knows no case of this number"), "{}", text(&output.stdout));
    let list: serde_json::Value = serde_json::from_str(&world.ok(&["list", "--json"])).expect("JSON");
    assert_eq!((&list["cases"][0]["health"], &list["cases"][0]["version"]), (&"not_found".into(), &0.into()));
    world.write(&world.list);
    world.finish();
}

#[test]
fn what_is_exported_is_what_a_restored_backup_holds() {
    let world = World::new(&[A]);
    world.ok(&["poll"]);
    world.court.act(A, "OFICIO (OFICIO)", "<p>TRIP01 Ofíciese.</p>");
    world.ok(&["poll"]);
    // The first line says when it was written, and the last has a sum over it.
    let body = |text: &str| -> Vec<String> {
        let lines: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
        lines.split_last().map(|(_, rest)| rest.to_vec()).unwrap_or_default()
    };
    let export = |world: &World| body(&world.ok(&["export"]));
    let before = export(&world);
    assert!(before.iter().any(|line| line.contains("TRIP01")));
    let file = world.path("all.jsonl");
    world.ok(&["export", "--to", &file.display().to_string()]);
    let written = std::fs::read_to_string(&file).expect("the export");
    assert!(body(&written) == before, "the file is not what standard output is");
    world.ok(&["backup", &world.path("copies").display().to_string()]);
    std::fs::rename(world.state_dir(), world.path("lost")).expect("the store is lost");
    world.ok(&["restore", &world.path("copies").display().to_string()]);
    assert!(export(&world) == before, "the restored store exports something else");
    assert!(world.ok(&["diff", A]).contains("TRIP01"));
    // Nothing was sent yet, so both messages wait in the restored outbox too.
    let waiting = world.json(&["deliveries", "--json"]);
    assert_eq!(waiting["deliveries"].as_array().map(Vec::len), Some(2), "{waiting}");
}

#[test]
fn completions_and_the_manual_name_every_command() {
    let world = World::new(&[A]);
    let help = world.ok(&["--help"]);
    let (_, commands) = help.split_once("Commands:\n").expect("a list of commands");
    let commands: Vec<&str> =
        commands.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.len() > 20 && commands.contains(&"deliveries"), "{commands:?}");
    for shell in ["bash", "zsh", "fish"] {
        let script = world.ok(&["completions", shell]);
        let lacking: Vec<_> = commands.iter().filter(|command| !script.contains(**command)).collect();
        assert!(lacking.is_empty(), "{shell} does not know {lacking:?}");
        assert!(!script.contains("try-store"), "{shell} offers what veedor asks of itself");
    }
    let page = world.ok(&["man"]);
    assert!(page.contains(".TH veedor") && page.contains("EXIT STATUS"), "{page}");
    let lacking: Vec<_> = commands.iter().filter(|command| !page.contains(**command)).collect();
    assert!(lacking.is_empty(), "the manual does not know {lacking:?}");
}
