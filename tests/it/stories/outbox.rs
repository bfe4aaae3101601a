//! The outbox as an operator asks about it: why was this alert not sent?

use crate::world::World;
use crate::world::mailbox::Mood;

const A: &str = "17721-2024-00011G";

#[test]
fn why_an_alert_was_not_sent_is_answered_down_to_the_page() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.hooks.refuse(Some(410));
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>WHY01 VISTOS.</p>");
    assert!(world.hooks.wait_tries(1), "{}", world.log());
    assert!(world.mailbox.wait_for(|got| !got.is_empty()), "{}", world.log());
    assert_eq!(world.stop(), Some(0));

    // From the case to its deliveries …
    let all = world.ok(&["deliveries"]);
    assert!(all.contains(A) && all.contains("410"), "{all}");
    let shown = world.ok(&["deliveries", A]);
    for part in
        ["held", "to mesa@example.org", "ruling.issued, version 2", "attempt", "misconfigured after", "410", "wants no more messages"]
    {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    let json = world.json(&["deliveries", A, "--failed", "--json"]);
    let delivery = &json["deliveries"][0];
    assert_eq!((json["deliveries"].as_array().map(Vec::len), &delivery["case"]["number"]), (Some(1), &A.into()), "{json}");
    assert_eq!((&delivery["events"][0]["kind"], &delivery["events"][0]["version"]), (&"ruling.issued".into(), &2.into()), "{json}");
    let id = delivery["id"].as_str().expect("an id");
    let alone = world.ok(&["deliveries", id]);
    assert!(alone.contains(id) && !alone.contains("mesa@example.org"), "{alone}");
    // … and from there to the version and its pages.
    let command = shown.lines().find_map(|line| line.trim().strip_prefix("look     veedor ")).expect("where to look");
    let version = world.ok(&command.split_whitespace().collect::<Vec<_>>());
    let pages = world.json(&["show", A, "--version", "2", "--json"]);
    let sha256 = pages["pages"][2]["sha256"].as_str().expect("a SHA-256");
    assert!(version.contains(&format!("SHA-256 {sha256}")), "{version}");

    world.no(&["deliveries", "00000000000000000000000000000000"], 4, "there is no delivery");
    let queued = world.ok(&["retry", id]);
    assert!(queued.contains("1 delivery is queued again; no daemon runs; `veedor run` sends it"), "{queued}");
    world.hooks.refuse(None);
    world.start();
    world.told("WHY01");
    let queued = world.ok(&["retry", id]);
    assert!(queued.contains("the daemon sends it"), "{queued}");
    assert!(world.hooks.wait_for(|got| got.len() == 2), "it was not sent again\n{}", world.log());
    world.finish();
}

#[test]
fn a_case_without_deliveries_says_where_to_look() {
    let world = World::new(&[A]);
    world.ok(&["poll", A]);
    assert!(world.ok(&["deliveries", A]).contains("`veedor check` shows who hears of it"));
    world.finish();
}

#[test]
fn a_tested_channel_answers_in_json_too() {
    let world = World::new(&[A]);
    let sent = world.json(&["test", "mail", "--json"]);
    assert_eq!((&sent["attempts"][0]["to"], &sent["attempts"][0]["outcome"]), (&"mesa@example.org".into(), &"sent".into()), "{sent}");
    assert_eq!(world.ok(&["test", "mail", "-q"]), "");
    world.mailbox.mood(Mood::Temporary);
    let output = world.veedor(&["test", "mail", "--json"]);
    let refused: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((output.status.code(), &refused["attempts"][0]["outcome"]), (Some(1), &"retry".into()), "{refused}");
    world.mailbox.mood(Mood::Good);
    world.finish();
}
