//! Killed: kill -9 between any two steps of a visit or a delivery. Everything arrives, nothing twice, nothing invented.

use crate::world::World;

const A: &str = "17721-2024-00011G";

/// The steps, as the failpoints of the program name them.
pub(super) const STEPS: [&str; 10] = [
    "before-commit",
    "before-transaction",
    "after-transaction",
    "after-flush",
    "after-commit",
    "after-fix",
    "before-send",
    "after-send",
    "before-note",
    "after-note",
];

#[test]
fn a_kill_at_any_step_loses_and_doubles_nothing() {
    for step in STEPS {
        let mut world = World::new(&[A]);
        world.start();
        world.visits(2);
        world.kill();
        let token = format!("KILL{}", step.replace('-', ""));
        world.court.act(A, "SENTENCIA (RESOLUCION)", &format!("<p>{token} VISTOS: se declara.</p>"));
        world.start_with(&[("VEEDOR_FAILPOINT", step)]);
        assert_ne!(world.ended(), Some(0), "the daemon did not die at {step}\n{}", world.log());
        world.start();
        world.told(&token);
        world.visits(2);
        let ids: std::collections::BTreeSet<String> = world.hooks.got().into_iter().map(|hook| hook.id).collect();
        assert_eq!(ids.len(), 1, "{step}: {:#?}", world.hooks.got());
        let mails: std::collections::BTreeSet<String> = world.mailbox.got().into_iter().map(|mail| mail.id).collect();
        assert_eq!(mails.len(), 1, "{step}: two mails under different ids");
        let bodies: std::collections::BTreeSet<String> = world.hooks.got().into_iter().map(|hook| hook.body).collect();
        assert_eq!(bodies.len(), 1, "{step}: a repeat with other bytes");
        world.finish();
    }
}

#[test]
fn kills_at_random_moments_lose_and_double_nothing() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    let mut tokens = Vec::new();
    for n in 0..12u64 {
        let token = format!("RANDOM{n:02}");
        world.court.act(A, "PROVIDENCIA GENERAL (DECRETO)", &format!("<p>{token}.</p>"));
        tokens.push(token);
        // The number of requests until the kill walks over all phases of a visit.
        assert!(world.court.wait_requests(1 + n % 5));
        world.kill();
        world.start();
    }
    for token in &tokens {
        world.told(token);
    }
    world.visits(2);
    for token in &tokens {
        let ids: std::collections::BTreeSet<String> =
            world.hooks.got().into_iter().filter(|hook| hook.body.contains(token)).map(|hook| hook.id).collect();
        assert_eq!(ids.len(), 1, "{token} was told {} times", ids.len());
    }
    world.finish();
}
