//! Trouble of veedor's own: a court that refuses, a channel that takes nothing. Whoever runs it hears of it once, and of its end.

use crate::world::World;
use crate::world::court::Fault;
use crate::world::mailbox::Mail;

const A: &str = "17721-2024-00011G";
const B: &str = "17721-2024-00018";
const C: &str = "17721-2024-00021G";

/// A world in which somebody is on duty and wants to hear at once.
fn on_duty() -> World {
    let mut world = World::new(&[A, B, C]);
    let duty =
        "[[channel]]\nid = \"duty\"\nkind = \"email\"\nto = [\"turno@example.org\"]\nevents = [\"source.*\", \"channel.*\"]\n\n[[case]]";
    world.list = world.list.replacen("[[case]]", duty, 1).replacen("[veedor]", "[veedor]\ntrouble_after = \"0s\"", 1);
    world.write(&world.list);
    world
}

fn subjects(world: &World) -> Vec<String> {
    let on_duty = |mail: &&Mail| mail.to.contains("turno@example.org");
    world.mailbox.got().iter().filter(on_duty).map(|mail| mail.subject.clone()).collect()
}

fn told(world: &World, words: &str) {
    let is_it = |mail: &Mail| mail.to.contains("turno@example.org") && mail.subject.contains(words);
    assert!(world.mailbox.wait_for(|got| got.iter().any(is_it)), "no mail with {words}: {:?}\n{}", subjects(world), world.log());
}

#[test]
fn a_court_that_refuses_is_one_message_for_all_its_cases_and_one_when_it_is_over() {
    let mut world = on_duty();
    world.start();
    world.visits(2);
    world.court.fault(Some(Fault::Waf403));
    told(&world, "[veedor] La fuente ec-esatje rechaza las consultas (");
    let listed = world.ok(&["list"]);
    assert!(listed.contains("source.blocked ec-esatje since "), "{listed}");
    // Neither a crash nor a restart tells it again.
    world.kill();
    world.start();
    assert!(world.court.wait_requests(2), "{}", world.log());
    world.court.fault(None);
    told(&world, "[veedor] La fuente ec-esatje vuelve a leerse");
    world.visits(3);
    let subjects = subjects(&world);
    assert_eq!(subjects.len(), 2, "{subjects:?}");
    assert!(!world.ok(&["list"]).contains("source.blocked"));
    assert_eq!(world.hooks.got().len(), 0, "nobody else hears of it");
    world.finish();
}

#[test]
fn a_receiver_that_takes_nothing_is_told_through_another_channel_and_loses_nothing() {
    let mut world = on_duty();
    world.list = world.list.replacen(
        "allow_private = true\nretry = [\"200ms\", \"200ms\", \"1s\", \"1s\", \"2s\", \"4s\", \"8s\"]",
        "allow_private = true\nretry = [\"10ms\", \"10ms\", \"10ms\", \"10ms\"]",
        1,
    );
    world.write(&world.list);
    world.start();
    world.visits(2);
    world.hooks.refuse(Some(500));
    for n in 0..3 {
        world.court.act(A, "SENTENCIA (RESOLUCION)", &format!("<p>MUDO0{n} VISTOS.</p>"));
        world.court.act(B, "SENTENCIA (RESOLUCION)", &format!("<p>MUDO1{n} VISTOS.</p>"));
    }
    told(&world, "[veedor] El canal hook no recibe mensajes");
    let listed = world.ok(&["list"]);
    assert!(listed.contains("channel.failing hook since ") && listed.contains("127.0.0.1 answered 500"), "{listed}");
    world.hooks.refuse(None);
    world.ok(&["retry", "--all"]);
    told(&world, "[veedor] El canal hook vuelve a recibir mensajes");
    for token in ["MUDO00", "MUDO01", "MUDO02", "MUDO10", "MUDO11", "MUDO12"] {
        world.told(token);
    }
    world.finish();
}
