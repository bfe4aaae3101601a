//! Delivery: receivers with bad days, and what an operator can do about them.

use crate::world::World;
use crate::world::mailbox::Mood;

const A: &str = "17721-2024-00011G";

#[test]
fn a_receiver_that_is_down_gets_its_news_later_and_delays_nobody() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.hooks.refuse(Some(500));
    world.mailbox.mood(Mood::Temporary);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>LATER01 VISTOS.</p>");
    assert!(world.hooks.wait_tries(2), "{}", world.log());
    assert!(world.mailbox.wait_talks(2), "{}", world.log());
    world.mailbox.mood(Mood::Good);
    assert!(
        world.mailbox.wait_for(|got| got.iter().any(|mail| mail.text.contains("LATER01"))),
        "a dead webhook delayed the mail\n{}",
        world.log()
    );
    world.hooks.refuse(None);
    world.told("LATER01");
    world.finish();
}

#[test]
fn a_delivery_that_was_given_up_is_listed_with_its_reason_and_can_be_sent_again() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.hooks.refuse(Some(410));
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>GONE01 VISTOS.</p>");
    assert!(world.hooks.wait_tries(1), "{}", world.log());
    assert!(world.mailbox.wait_for(|got| !got.is_empty()), "{}", world.log());
    world.visits(2);
    let failed: serde_json::Value = serde_json::from_str(&world.ok(&["deliveries", "--failed", "--json"])).expect("JSON");
    assert_eq!(failed["deliveries"].as_array().map(Vec::len), Some(1), "{failed}");
    assert!(failed["deliveries"][0]["reason"].as_str().expect("a reason").contains("410"), "{failed}");
    world.hooks.refuse(None);
    world.ok(&["retry", failed["deliveries"][0]["id"].as_str().expect("an id")]);
    world.told("GONE01");
    world.finish();
}

#[test]
fn news_that_waits_survives_a_restart_and_a_receiver_that_comes_back() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.mailbox.mood(Mood::Down);
    world.hooks.refuse(Some(503));
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>WAIT01 VISTOS.</p>");
    assert!(world.hooks.wait_tries(1), "{}", world.log());
    assert_eq!(world.stop(), Some(0), "{}", world.log());
    world.mailbox.mood(Mood::Good);
    world.hooks.refuse(None);
    world.start();
    world.told("WAIT01");
    world.finish();
}
