//! News: what arrives, once, and what does not.

use std::collections::BTreeSet;

use crate::world::World;

const A: &str = "17721-2024-00011G";
const B: &str = "17721-2024-00018";

const HEARING: &str = "<p>TOKEN Se convoca a las partes a la audiencia de juicio para el d&iacute;a 11 de marzo de 2027, a las 09h30.</p>";

fn with(token: &str) -> String {
    HEARING.replace("TOKEN", token)
}

#[test]
fn the_first_visit_is_silent_and_a_new_hearing_arrives_once_on_both_channels() {
    let mut world = World::new(&[A, B]);
    world.start();
    world.visits(3);
    assert!(world.hooks.got().is_empty(), "the baseline was told");
    assert!(world.mailbox.got().is_empty(), "the baseline was told");

    world.court.act(A, "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", &with("TK0001"));
    world.told("TK0001");
    world.visits(3);
    assert_eq!(world.hooks.kinds_of("TK0001"), BTreeSet::from(["hearing.scheduled".to_owned()]));
    assert_eq!(world.hooks.got().len(), 1);
    let mails = world.mailbox.got();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].subject.contains(A) && mails[0].to.contains("<mesa@example.org>"), "{mails:?}");
    assert!(mails[0].text.contains("11") && mails[0].text.contains("09:30"), "the mail does not show the hearing: {}", mails[0].text);
    let hook: serde_json::Value = serde_json::from_str(&world.hooks.got()[0].body).expect("JSON");
    assert_eq!(hook["data"]["hearing"]["starts"], "2027-03-11T09:30:00-05:00");
    assert_eq!(hook["data"]["case"]["number"], A);
    world.finish();
}

#[test]
fn entries_from_the_day_in_since_are_told_at_the_first_visit() {
    let mut world = World::new(&[A]);
    world.write(&format!("{}since = \"2025-03-11\"\n", world.list));
    world.start();
    assert!(world.hooks.wait_for(|got| got.len() >= 2), "{}", world.log());
    world.visits(2);
    // Acts of the 13th and the 14th of March 2025.
    assert_eq!(world.hooks.got().len(), 2);
    world.finish();
}

#[test]
fn an_edit_and_a_confirmed_removal_are_told_with_before_and_after() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.court.change(A, |acts| acts[3].text = "<p>Actuaci&oacute;n corregida n&uacute;mero 3.</p>".into());
    assert!(world.hooks.wait_for(|got| got.iter().any(|hook| hook.kind == "record.edited")), "{}", world.log());
    world.court.change(A, |acts| drop(acts.remove(5)));
    assert!(world.hooks.wait_for(|got| got.iter().any(|hook| hook.kind == "record.removed")), "{}", world.log());
    world.visits(4);
    let kinds: Vec<String> = world.hooks.got().into_iter().map(|hook| hook.kind).collect();
    assert_eq!(kinds, ["record.edited", "record.removed"]);
    let edit: serde_json::Value = serde_json::from_str(&world.hooks.got()[0].body).expect("JSON");
    assert!(edit["data"]["entry"]["after"].as_str().expect("after").contains("corregida"), "{edit}");
    let shown = world.ok(&["diff", A, "1", "2"]);
    assert!(shown.contains("{+corregida"), "{shown}");
    world.finish();
}

#[test]
fn a_to_b_to_a_to_b_is_three_events() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    for n in 1..=3 {
        let text = if n % 2 == 1 { "<p>Texto B.</p>" } else { "<p>Texto A.</p>" };
        world.court.change(A, |acts| acts[2].text = text.into());
        assert!(world.hooks.wait_for(|got| got.len() >= n), "change {n} was not told\n{}", world.log());
    }
    world.visits(3);
    let got = world.hooks.got();
    assert_eq!(got.len(), 3);
    assert_eq!(got.iter().map(|hook| &hook.id).collect::<BTreeSet<_>>().len(), 3);
    world.finish();
}

#[test]
fn a_row_that_the_court_withholds_is_told_and_its_body_is_not_kept() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.court.change(A, |acts| {
        acts[4].visible = "H".into();
        acts[4].text = "<p>CONTENIDO-RESERVADO</p>".into();
    });
    assert!(world.hooks.wait_for(|got| got.iter().any(|hook| hook.kind == "record.hidden")), "{}", world.log());
    world.visits(2);
    assert!(world.hooks.got().iter().all(|hook| !hook.body.contains("CONTENIDO-RESERVADO")));
    let shown = world.ok(&["show", A, "--json"]);
    assert!(!shown.contains("CONTENIDO-RESERVADO"), "the withheld body is shown");
    let hook: serde_json::Value = serde_json::from_str(&world.hooks.got()[0].body).expect("JSON");
    let version: serde_json::Value = serde_json::from_str(&world.ok(&["show", A, "--version", "2", "--json"])).expect("JSON");
    let pages = version["pages"].as_array().expect("pages").iter().map(|page| page["sha256"].as_str().expect("a hash").to_owned());
    let bytes: Vec<u8> = pages
        .flat_map(|hash| (0..32).map(move |at| u8::from_str_radix(&hash[2 * at..2 * at + 2], 16).expect("digits")).collect::<Vec<_>>())
        .collect();
    let whole = veedor::domain::id::hex(&veedor::domain::id::sha256(&bytes));
    assert_eq!(hook["data"]["seen"]["page_sha256"], whole, "the alert cannot be checked against the pages that are kept: {version:#}");
    world.ok(&["export", "--to", &world.path("all.jsonl").display().to_string()]);
    let export = std::fs::read_to_string(world.path("all.jsonl")).expect("an export");
    let encoded = |text: &str| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text);
    let places = ["CONTENIDO-RESERVADO".to_owned()].into_iter().chain((0..3).map(|shift| {
        let coded = encoded(&format!("{}CONTENIDO-RESERVADO", "x".repeat(shift)));
        coded[4..24].to_owned()
    }));
    for place in places {
        assert!(!export.contains(&place), "the withheld body is kept");
    }
    assert!(export.contains("record.hidden") || export.len() > 1000, "the export is empty");
    world.finish();
}

#[test]
fn without_any_channel_the_news_is_on_the_terminal_and_told_once() {
    let mut world = World::new(&[A]);
    let bare = world.list.split("[[channel]]").next().expect("a head").to_owned();
    let case = world.list[world.list.find("[[case]]").expect("a case")..].to_owned();
    world.write(&format!("{bare}{case}"));
    world.start();
    world.visits(2);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>TERM01 VISTOS.</p>");
    world.visits(3);
    assert_eq!(world.stop(), Some(0), "{}", world.log());
    assert_eq!(world.out().matches("TERM01").count(), 1, "{}", world.out());
    assert!(world.out().contains("SENTENCIA (RESOLUCION)"), "{}", world.out());
    world.finish();
}

#[test]
fn an_entry_that_came_back_is_no_news_after_a_restart() {
    let mut world = World::new(&[A]);
    world.write(&world.list.replace("span = \"0s\"", "span = \"1h\""));
    world.start();
    world.visits(2);
    let mut removed = None;
    world.court.change(A, |acts| removed = Some(acts.remove(5)));
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>BACK01 VISTOS.</p>");
    world.told("BACK01");
    world.court.change(A, |acts| acts.extend(removed));
    world.visits(3);
    assert_eq!(world.stop(), Some(0), "{}", world.log());
    world.start();
    world.visits(3);
    assert_eq!(world.hooks.got().len(), 1, "{:?}", world.hooks.got().iter().map(|hook| &hook.kind).collect::<Vec<_>>());
    world.finish();
}

#[test]
fn a_hearing_on_the_islands_carries_the_hour_of_the_islands() {
    const ISLANDS: &str = "20331-2024-00018";
    let mut world = World::new(&[ISLANDS]);
    world.start();
    world.visits(2);
    let text = "<p>ISLA01 Se convoca a audiencia de juicio para el d&iacute;a 11 de marzo de 2027, a las 09h00.</p>";
    world.court.act(ISLANDS, "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", text);
    world.told("ISLA01");
    let hook: serde_json::Value = serde_json::from_str(&world.hooks.got()[0].body).expect("JSON");
    assert_eq!(hook["data"]["hearing"]["starts"], "2027-03-11T09:00:00-06:00");
    let mail = &world.mailbox.got()[0].text;
    assert!(mail.contains("09:00") && mail.contains("Pacific/Galapagos") && !mail.contains("America/Guayaquil"), "{mail}");
    world.finish();
}

#[test]
fn a_court_that_says_not_modified_is_asked_so_from_the_first_docket_on_and_its_news_is_told() {
    let mut world = World::new(&[A]);
    world.court.tag_answers();
    world.start();
    assert!(world.court.wait_not_modified(4), "no conditional request came\n{}", world.log());
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>TAGS01 VISTOS.</p>");
    world.told("TAGS01");
    assert!(world.court.wait_not_modified(4), "none after the news\n{}", world.log());
    assert_eq!(world.hooks.got().len(), 1);
    world.finish();
}

#[test]
fn keys_that_a_recipe_makes_in_another_way_are_no_news() {
    let mut world = World::new(&[A]);
    let shipped = include_str!("../../../jurisdictions/ec/esatje.toml");
    let older = shipped.replace("{{ stamp }}", "{{ fecha }}").replace("{{ codigo | integer }}", "{{ codigo }}/x");
    assert_ne!(older, shipped);
    std::fs::write(world.path("older.toml"), older).expect("a recipe");
    world.write(&world.list.replace("[source.ec-esatje]", "[source.ec-esatje]\nrecipe = \"older.toml\""));
    world.start();
    world.visits(2);
    assert_eq!(world.stop(), Some(0), "{}", world.log());
    let keys = |world: &World| {
        let shown: serde_json::Value = serde_json::from_str(&world.ok(&["show", A, "--json"])).expect("JSON");
        shown["docket"]["entries"].as_array().expect("entries").iter().map(|entry| entry["key"].to_string()).collect::<Vec<_>>()
    };
    assert!(keys(&world).iter().all(|key| key.contains("/x")), "{:?}", keys(&world));
    world.write(&world.list);
    world.start();
    world.visits(3);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>KEYS01 VISTOS.</p>");
    world.told("KEYS01");
    world.visits(2);
    assert_eq!(world.hooks.got().len(), 1, "{:?}", world.hooks.got().iter().map(|hook| &hook.kind).collect::<Vec<_>>());
    // A row keeps the key under which it was first told; what came later has one of today's.
    assert_eq!(keys(&world).iter().filter(|key| key.contains("/x")).count(), 12, "{:?}", keys(&world));
    assert_eq!(world.stop(), Some(0), "{}", world.log());
    world.start();
    world.visits(2);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>KEYS02 VISTOS.</p>");
    world.told("KEYS02");
    world.visits(2);
    assert_eq!((world.hooks.got().len(), keys(&world).len()), (2, 14), "{:?}", keys(&world));
    world.finish();
}
