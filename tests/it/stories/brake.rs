//! The brake: when a site changes under many cases at once, the operator hears of it once, and decides.

use std::collections::BTreeSet;

use crate::world::World;
use crate::world::pages::get;

/// Twenty cases of a court, with a channel for whoever is on duty.
fn court_of_twenty() -> (World, Vec<String>) {
    let numbers: Vec<String> = (1..=20).map(|n| format!("17721-2024-{n:05}")).collect();
    let mut world = World::new(&numbers.iter().map(String::as_str).collect::<Vec<_>>());
    let duty = "[[channel]]\nid = \"duty\"\nkind = \"email\"\nto = [\"turno@example.org\"]\nevents = [\"source.*\"]\n\n[[case]]";
    world.list = world.list.replacen("[[case]]", duty, 1);
    world.write(&world.list);
    (world, numbers)
}

/// The same words change in an old act of each of these cases.
fn edit(world: &World, numbers: &[String], words: &str) {
    for number in numbers {
        world.court.change(number, |acts| acts[3].text = format!("<p>{words} {number}.</p>"));
    }
}

fn to_duty(world: &World) -> usize {
    world.mailbox.got().iter().filter(|mail| mail.to.contains("turno@example.org") && mail.subject.contains("Freno en")).count()
}

fn to_desk(world: &World) -> usize {
    world.mailbox.got().iter().filter(|mail| mail.to.contains("mesa@example.org")).count()
}

#[test]
fn what_the_brake_holds_is_on_no_public_page_and_in_no_feed_until_it_is_released() {
    let (mut world, numbers) = court_of_twenty();
    let port = world.listens();
    for number in &numbers {
        let name = format!("name = \"Caso {number}\"\n");
        world.list = world.list.replace(&name, &format!("{name}tags = [\"mesa\"]\n"));
    }
    world.list.push_str("\n[public]\ntags = [\"mesa\"]\n");
    world.write(&world.list);
    world.start();
    world.visits(2);
    let made = world.json(&["feed", "add", "--name", "Ana", "--json"]);
    let feed =
        made["atom"].as_str().and_then(|address| address.split_once("/feeds/")).map(|(_, path)| format!("/feeds/{path}")).expect("a feed");
    let shown = || get(port, "/public/mesa/data.json").text().matches("record.edited").count();
    let entries = || get(port, &feed).text().matches("<entry>").count();
    edit(&world, &numbers[..6], "Pie de página nuevo");
    let held = |world: &World| {
        let all = world.deliveries(&["--failed"]);
        all.iter().filter(|delivery| delivery["braked"] == true && delivery["channel"] == "hook").count()
    };
    world.until("the sixth case is not held", |world| {
        let all = world.deliveries(&[]);
        all.iter().filter(|delivery| delivery["channel"] == "hook").count() >= 6 && held(world) > 0
    });
    // How many were sent before the brake was pulled hangs on the order of the visits. They may stand there; nothing else may, however long
    // one looks.
    let sent = 6 - held(&world);
    assert!(sent <= 4, "{sent}");
    for _ in 0..3 {
        world.visits(1);
        let (public, fed) = (shown(), entries());
        assert!(public <= sent && fed <= sent, "{public} {fed} {sent}");
    }
    world.ok(&["release", "ec-esatje"]);
    assert!(world.hooks.wait_for(|got| got.iter().filter(|hook| hook.kind == "record.edited").count() >= 6), "{}", world.log());
    world.until("what was released is not shown", |_| (shown(), entries()) == (6, 6));
    world.finish();
}

#[test]
fn what_changes_in_a_third_of_the_cases_at_once_is_held_and_told_once_when_it_is_released() {
    let (mut world, numbers) = court_of_twenty();
    world.start();
    world.visits(2);
    edit(&world, &numbers[..6], "Pie de página nuevo");
    assert!(world.mailbox.wait_for(|got| got.iter().any(|mail| mail.to.contains("turno@example.org"))), "{}", world.log());
    world.until("the sixth case is not held", |world| {
        let versions: BTreeSet<String> = world.deliveries(&[]).iter().map(|delivery| delivery["case"]["number"].to_string()).collect();
        versions.len() >= 6
    });
    world.visits(2);
    let told = world.hooks.got();
    assert!(told.len() <= 4 && told.iter().all(|hook| hook.kind == "record.edited"), "{told:?}");
    let (sent, mails) = (told.len(), to_desk(&world));
    assert!(mails <= 4);
    let drift = world.mailbox.got().into_iter().find(|mail| mail.to.contains("turno@example.org")).expect("a mail");
    assert!(drift.subject.contains("Freno") && drift.text.contains("veedor release ec-esatje"), "{drift:?}");
    assert!(drift.text.contains("5 de 20"), "{}", drift.text);

    // Neither a crash nor a restart lets anything out.
    world.kill();
    world.start();
    world.logged("the brake is still pulled");
    world.visits(2);
    assert_eq!((world.hooks.got().len(), to_desk(&world), to_duty(&world)), (sent, mails, 1), "{}", world.log());
    let listed = world.ok(&["list"]);
    assert!(listed.contains(&format!("the brake holds {} messages of ec-esatje since", 12 - sent - mails)), "{listed}");
    let held = world.ok(&["deliveries", "--failed"]);
    assert!(held.contains("held") && held.contains("brake: many cases"), "{held}");
    assert!(world.ok(&["retry", "--all"]).contains("nothing to send again"));
    world.no(&["release", "co-otra"], 1, "the brake holds nothing of \"co-otra\"");

    let released = world.ok(&["release", "ec-esatje"]);
    assert!(released.contains(&format!("{} messages of ec-esatje released", 12 - sent - mails)), "{released}");
    assert!(world.hooks.wait_for(|got| got.len() >= 6), "{}", world.log());
    let over = |mail: &crate::world::mailbox::Mail| mail.subject.contains("[veedor] El freno de ec-esatje");
    assert!(world.mailbox.wait_for(|got| got.len() >= 8 && got.iter().filter(|mail| over(mail)).count() == 1), "{}", world.log());
    world.visits(2);
    let cases: BTreeSet<String> =
        world.hooks.got().iter().map(|hook| hook.body.split("\"number\":\"").nth(1).expect("a number")[..16].to_owned()).collect();
    assert_eq!((world.hooks.got().len(), cases.len(), to_desk(&world), to_duty(&world)), (6, 6, 6, 1));
    world.no(&["release", "ec-esatje"], 1, "the brake holds nothing");
    world.finish();
}

#[test]
fn what_is_discarded_is_told_to_nobody_and_the_next_real_change_is() {
    let (mut world, numbers) = court_of_twenty();
    world.ok(&["poll"]);
    edit(&world, &numbers[..6], "Pie de página nuevo");
    world.court.act(&numbers[5], "SENTENCIA (RESOLUCION)", "<p>FRENO00 VISTOS.</p>");
    // Nobody delivers meanwhile, so the first of them are held as well.
    let polled = world.ok(&["poll"]);
    assert!(polled.contains("not sent yet: brake: many cases of its source changed"), "{polled}");
    let listed = world.ok(&["list"]);
    assert!(listed.contains(": 6 record.edited; beside them 1 ruling.issued"), "{listed}");
    world.start();
    world.logged("the brake is still pulled");
    assert!(world.mailbox.wait_for(|got| !got.is_empty()), "{}", world.log());
    world.visits(2);
    assert_eq!((world.hooks.got().len(), to_desk(&world), to_duty(&world)), (0, 0, 1), "{}", world.log());
    let discarded = world.ok(&["discard", "ec-esatje"]);
    assert!(discarded.contains("12 messages of ec-esatje discarded: 6 record.edited; beside them 1 ruling.issued"), "{discarded}");
    assert!(discarded.contains("2 messages with what came besides: the daemon sends them"), "{discarded}");
    // The judgment only came in the same visit.
    world.told("FRENO00");
    // What was seen is kept all the same.
    assert!(world.ok(&["diff", &numbers[0]]).contains("Pie"));
    let why = world.ok(&["deliveries", &numbers[0]]);
    assert!(why.contains("dropped") && why.contains("discarded with all that the brake held"), "{why}");

    world.court.act(&numbers[0], "SENTENCIA (RESOLUCION)", "<p>FRENO01 VISTOS.</p>");
    world.told("FRENO01");
    edit(&world, &numbers[1..2], "Corregido");
    assert!(world.hooks.wait_for(|got| got.iter().any(|hook| hook.kind == "record.edited")), "{}", world.log());
    world.visits(2);
    let kinds: Vec<String> = world.hooks.got().into_iter().map(|hook| hook.kind).collect();
    assert_eq!(kinds, ["ruling.issued", "ruling.issued", "record.edited"]);
    assert_eq!(to_duty(&world), 1);
    world.finish();
}

#[test]
fn a_fifth_of_the_cases_is_no_drift() {
    let (mut world, numbers) = court_of_twenty();
    world.start();
    world.visits(2);
    edit(&world, &numbers[..4], "Corregido");
    // Many real acts in one day are everyday life.
    for number in &numbers[8..16] {
        world.court.act(number, "PROVIDENCIA GENERAL (DECRETO)", "<p>Por el feriado se suspenden los plazos.</p>");
    }
    assert!(world.hooks.wait_for(|got| got.len() >= 12), "{}", world.log());
    world.visits(2);
    assert_eq!((world.hooks.got().len(), to_duty(&world)), (12, 0));
    world.finish();
}
