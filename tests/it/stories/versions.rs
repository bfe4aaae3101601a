//! Versions of a docket: the ones that exist, and what lies between two of them.

use crate::world::World;

const A: &str = "17721-2024-00011G";

#[test]
fn versions_that_do_not_exist_are_told_with_those_that_do() {
    let world = World::new(&[A]);
    world.ok(&["poll", A]);
    world.no(&["diff", A], 1, "version 1 of 17721-2024-00011G is the first");
    world.no(&["diff", A, "0"], 1, "has no version 0; it has version 1\n");
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>VER01 VISTOS.</p>");
    world.ok(&["poll", A]);
    for wrong in [["0", "2"], ["1", "7"], ["9", "2"]] {
        world.no(&["diff", A, wrong[0], wrong[1]], 1, "it has versions 1 to 2");
    }
    world.no(&["show", A, "--version", "3"], 1, "has no version 3; it has versions 1 to 2");
    assert!(world.ok(&["diff", A]).contains("VER01"));
    assert!(world.ok(&["diff", A, "2", "2"]).contains("nothing changed"));
}

#[test]
fn docket_files_are_compared_only_when_they_are_of_one_case() {
    let world = World::new(&[A]);
    let docket = |source: &str, number: &str, entries: &str| {
        format!(
            r#"{{"schema":"veedor.docket/1","source":"{source}","case":{{"number":"{number}"}},"parties":[],"entries":[{entries}],"oddities":[]}}"#
        )
    };
    let entry = |key: &str, title: &str| {
        format!(r#"{{"key":"{key}","date":"2026-11-23","title":"{title}","text":"","documents":[],"annulled":false,"extra":{{}}}}"#)
    };
    let write = |name: &str, text: String| {
        std::fs::write(world.path(name), text).expect("a docket");
        world.path(name).display().to_string()
    };
    let old = entry("1", "RAZON (RAZON)");
    let before = write("before.json", docket("ec-esatje", A, &old));
    let after = write("after.json", docket("ec-esatje", A, &format!("{old},{}", entry("2", "SENTENCIA (RESOLUCION)"))));
    let events = world.json(&["diff", "--before", &before, "--after", &after]);
    assert_eq!(events["events"].as_array().map(Vec::len), Some(1), "{events}");
    assert!(events.to_string().contains("ruling.issued"), "{events}");
    let same = world.json(&["diff", "--before", &before, "--after", &before]);
    assert_eq!(same["events"], serde_json::json!([]));
    for other in [docket("xx-other", A, &old), docket("ec-esatje", "17721-2024-00012G", &old)] {
        let other = write("other.json", other);
        world.no(&["diff", "--before", &before, "--after", &other], 2, "only two dockets of one case");
    }
    world.finish();
}
