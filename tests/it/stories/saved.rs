//! What a person brings: pages saved by hand, a list of cases, lines to classify.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::world::World;

const A: &str = "17721-2024-00011G";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ec-esatje").join(name)
}

fn import(world: &World, number: &str, pages: &[(&str, PathBuf)]) -> Output {
    let mut arguments = vec!["import".to_owned(), "--source".into(), "ec-esatje".into(), "--case".into(), number.into()];
    for (step, file) in pages {
        arguments.extend(["--page".to_owned(), format!("{step}={}", file.display())]);
    }
    world.veedor(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn saved_pages_count_as_a_visit_and_wrong_ones_change_nothing() {
    let number = std::fs::read_to_string(fixture("hearing/case.txt")).expect("a number");
    let number = number.trim();
    let mut world = World::new(&[A]);
    world.write(&world.list.replace(A, number));
    let (info, incidents, acts) = (fixture("hearing/info.json"), fixture("hearing/incidents.json"), fixture("hearing/acts-1.json"));
    let whole = |acts: &Path| vec![("info", info.clone()), ("incidents", incidents.clone()), ("acts", acts.to_owned())];
    let first = import(&world, number, &whole(&acts));
    assert!(first.status.success(), "{}", err(&first));
    assert!(String::from_utf8_lossy(&first.stdout).contains("baseline"));
    let before = world.json(&["list", "--json"]);
    assert_eq!((&before["cases"][0]["health"], &before["cases"][0]["version"]), (&"ok".into(), &1.into()), "{before}");

    // A file of another kind, of another case, a block page, half a page, no list at all.
    let half = world.path("half.json");
    let text = std::fs::read_to_string(&acts).expect("a page");
    std::fs::write(&half, &text[..text.len() / 2]).expect("written");
    let empty = world.path("empty.json");
    std::fs::write(&empty, "[]").expect("written");
    let wrong = [
        (whole(&fixture("block-page-200/info.html")), 3),
        (whole(&fixture("ruling/acts-1.json")), 3),
        (vec![("info", fixture("ruling/info.json"))], 3),
        (vec![("info", fixture("not-found/info.json"))], 4),
        (whole(&half), 3),
        (whole(&empty), 3),
    ];
    for (pages, code) in wrong {
        let output = import(&world, number, &pages);
        assert_eq!(output.status.code(), Some(code), "{pages:?}: {}", err(&output));
        assert!(err(&output).contains("nothing was changed"), "{pages:?}: {}", err(&output));
        assert_eq!(world.json(&["list", "--json"])["cases"], before["cases"], "{pages:?} changed the case");
    }
    let missing = import(&world, number, &[("info", info.clone())]);
    assert_eq!(missing.status.code(), Some(2), "{}", err(&missing));

    // A page with one entry more is news, told as that of a visit.
    let mut rows: Value = serde_json::from_str(&text).expect("JSON");
    let mut news = rows[0].clone();
    news["codigo"] = 990_001.into();
    news["tipo"] = "SENTENCIA (RESOLUCION)".into();
    news["actividad"] = "<p>SAVED01 VISTOS.</p>".into();
    rows.as_array_mut().expect("a list").insert(0, news);
    let later = world.path("later.json");
    std::fs::write(&later, rows.to_string()).expect("written");
    let output = import(&world, number, &whole(&later));
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("ruling.issued"),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        err(&output)
    );
    // The court of this world does not know the case, so the daemon only sends what waits.
    world.start();
    world.told("SAVED01");
    world.finish();
}

#[test]
fn cases_come_from_a_csv_file_once() {
    let world = World::new(&[A]);
    let csv = world.path("cases.csv");
    let file = csv.display().to_string();
    std::fs::write(&csv, "source,number,name,tags\nec-esatje,17721-2024-00018,\"Otro, caso\",a;b\nec-esatje,17721-2024-00011G,,\n")
        .expect("written");
    let done = world.json(&["import", "--csv", &file, "--json"]);
    assert_eq!(done["added"], serde_json::json!(["ec-esatje/17721202400018"]), "{done}");
    assert_eq!((done["already"].as_array().map(Vec::len), &done["reloaded"]), (Some(1), &false.into()), "{done}");
    let list = world.json(&["check", "--json"]);
    assert_eq!((&list["cases"][1]["name"], &list["cases"][1]["tags"]), (&"Otro, caso".into(), &serde_json::json!(["a", "b"])), "{list}");
    let before = std::fs::read(world.path("watchlist.toml")).expect("the list");
    for (text, words) in [
        ("source,numer\nec-esatje,1\n", "did you mean \"number\"?"),
        ("source\nec-esatje\n", "no column \"number\""),
        ("source,number\nec-esatje,17721/24\n", "17721/24"),
    ] {
        std::fs::write(&csv, text).expect("written");
        world.no(&["import", "--csv", &file], 2, words);
    }
    assert_eq!(std::fs::read(world.path("watchlist.toml")).expect("the list"), before, "a wrong file changed the list");
    world.write(&world.list);
    world.finish();
}

fn classify(arguments: &[&str], lines: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_veedor"));
    command.arg("classify").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().expect("it starts");
    // A command that refuses its arguments reads nothing.
    let _ = running.stdin.take().expect("its input").write_all(lines.as_bytes());
    running.wait_with_output().expect("it ended")
}

#[test]
fn lines_are_classified_and_wrong_ones_are_named() {
    let good = r#"{"date":"2026-11-23","title":"CONVOCATORIA A AUDIENCIA (DECRETO)","text":"Se convoca a la audiencia de juicio para el 3 de diciembre, a las 09h30."}"#;
    let output = classify(&[], &format!("{good}\n\n{good}\n"));
    let lines: Vec<Value> = String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 2, "{}", err(&output));
    assert_eq!((&lines[0]["kinds"][0], &lines[1]["hearings"][0]["date"]), (&"hearing.scheduled".into(), &"2026-12-03".into()));
    for (arguments, words) in [
        (["--jurisdiction", "atlantis"], "no words for the jurisdiction \"atlantis\""),
        (["--lang", "eo"], "no words for the language \"eo\""),
    ] {
        let output = classify(&arguments, good);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}");
        assert!(err(&output).contains(words), "{}", err(&output));
    }
    for (line, words) in [
        (r#"{"date":null,"titel":"","text":""}"#, "line 2 of standard input: unknown key \"titel\"; did you mean \"title\"?"),
        (r#"{"date":null,"title":""}"#, "line 2 of standard input: \"text\" is missing"),
        (r#"{"date":null,"title":"","text":"","lang":"eo"}"#, "line 2 of standard input: there are no words"),
    ] {
        let output = classify(&[], &format!("{good}\n{line}\n"));
        assert_eq!(output.status.code(), Some(1), "{line}");
        assert!(err(&output).contains(words), "{}", err(&output));
    }
}
