//! Killed in every state that a delivery can be in, and what an operator does for a receiver that was away: it arrives, under one id.

use std::collections::BTreeSet;

use crate::world::World;

const A: &str = "17721-2024-00011G";

/// The states of the deliveries to a channel.
fn states(world: &World, channel: &str) -> Vec<String> {
    let of = world.deliveries(&[]).into_iter().filter(|delivery| delivery["channel"] == channel);
    of.map(|delivery| delivery["state"].as_str().expect("a state").to_owned()).collect()
}

fn until_state(world: &World, channel: &str, state: &str) {
    world.until(&format!("a delivery to {channel} is {state}"), |world| states(world, channel).iter().any(|held| held == state));
}

/// A world whose case was read.
fn watching() -> World {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world
}

/// The ids under which this token arrived.
fn ids(world: &World, token: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let hooks = world.hooks.got().into_iter().filter(|hook| hook.body.contains(token)).map(|hook| hook.id).collect();
    let mails = world.mailbox.got().into_iter().filter(|mail| mail.text.contains(token)).map(|mail| mail.id).collect();
    (hooks, mails)
}

fn once(world: &World, token: &str) {
    world.told(token);
    let (hooks, mails) = ids(world, token);
    assert_eq!((hooks.len(), mails.len()), (1, 1), "{token}: {hooks:?} {mails:?}");
}

#[test]
fn killed_while_it_gathers_news() {
    let mut world = watching();
    world.reload_with(&[("group_wait = \"0s\"", "group_wait = \"4s\"")]);
    world.court.act(A, "PROVIDENCIA GENERAL (DECRETO)", "<p>OPEN1.</p>");
    until_state(&world, "mail", "open");
    world.kill();
    world.start();
    world.visits(1);
    world.court.act(A, "PROVIDENCIA GENERAL (DECRETO)", "<p>OPEN2.</p>");
    once(&world, "OPEN1");
    once(&world, "OPEN2");
    world.finish();
}

#[test]
fn killed_while_it_waits_for_the_next_attempt() {
    let mut world = watching();
    world.hooks.refuse(Some(500));
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>WAIT1 VISTOS.</p>");
    assert!(world.hooks.wait_tries(2), "{}", world.log());
    world.kill();
    world.hooks.refuse(None);
    world.start();
    once(&world, "WAIT1");
    world.finish();
}

#[test]
fn killed_while_it_is_under_way() {
    let mut world = watching();
    world.hooks.hold(true);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>AWAY1 VISTOS.</p>");
    assert!(world.hooks.wait_tries(1), "{}", world.log());
    world.kill();
    world.hooks.hold(false);
    world.start();
    world.visits(2);
    once(&world, "AWAY1");
    world.finish();
}

#[test]
fn killed_while_it_is_held() {
    let mut world = watching();
    world.hooks.refuse(Some(410));
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>HELD1 VISTOS.</p>");
    until_state(&world, "hook", "held");
    world.kill();
    world.hooks.refuse(None);
    world.start();
    once(&world, "HELD1");
    world.finish();
}

/// Given up, killed, asked for again, and killed before the one attempt that the operator asked for.
#[test]
fn killed_when_it_is_given_up_and_when_it_is_asked_for_again() {
    let mut world = watching();
    world.reload_with(&[(
        "allow_private = true\nretry = [\"200ms\", \"200ms\", \"1s\", \"1s\", \"2s\", \"4s\", \"8s\"]",
        "allow_private = true\nretry = [\"200ms\"]",
    )]);
    world.hooks.refuse(Some(500));
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>DEAD1 VISTOS.</p>");
    until_state(&world, "hook", "dead");
    world.kill();
    world.hooks.refuse(None);
    world.no(&["retry", "--channel", "hook"], 2, "say from when on");
    world.no(&["retry", "--since", "1h", "--channel", "hok"], 2, "there is no channel \"hok\"");
    let queued = world.ok(&["retry", "--since", "1h", "--channel", "hook"]);
    assert!(queued.contains("1 delivery is queued again"), "{queued}");
    world.start_with(&[("VEEDOR_FAILPOINT", "before-send")]);
    assert_ne!(world.ended(), Some(0), "the daemon did not die\n{}", world.log());
    world.start();
    once(&world, "DEAD1");
    world.finish();
}

/// A receiver that lost its memory is told everything again, under the ids that it had.
#[test]
fn what_a_receiver_lost_goes_out_again_under_the_same_ids() {
    let world = watching();
    for n in 0..3 {
        world.court.act(A, "SENTENCIA (RESOLUCION)", &format!("<p>LOST{n} VISTOS.</p>"));
        world.told(&format!("LOST{n}"));
    }
    let first: Vec<String> = world.hooks.got().into_iter().map(|hook| hook.id).collect();
    let nothing = world.ok(&["retry", "--since", "1h", "--channel", "hook"]);
    assert!(nothing.contains("nothing to send again"), "{nothing}");
    let queued = world.ok(&["retry", "--since", "1h", "--channel", "hook", "--delivered"]);
    assert!(queued.contains("3 deliveries are queued again; the daemon sends them"), "{queued}");
    assert!(world.hooks.wait_for(|got| got.len() == 6), "{}", world.log());
    let again: Vec<String> = world.hooks.got().into_iter().skip(3).map(|hook| hook.id).collect();
    assert_eq!(again, first, "in the order of their news");
    assert_eq!(world.mailbox.got().len(), 3, "nobody else is told again");
    world.finish();
}
