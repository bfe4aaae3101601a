//! Recipes that spare a court requests: a probe that tells "nothing new".

use crate::world::World;

const A: &str = "17721-2024-00011G";
const SHIPPED: &str = include_str!("../../../jurisdictions/ec/esatje.toml");

/// The world with e-SATJE's recipe, whose second step is a probe.
fn probing(within: &str) -> World {
    let world = World::new(&[A]);
    std::fs::create_dir(world.path("recipes")).expect("a folder");
    let step = "id       = \"incidents\"";
    assert!(SHIPPED.contains(step));
    let recipe = SHIPPED.replace(step, &format!("{step}\nprobe = \"{within}\""));
    std::fs::write(world.path("recipes/esatje.toml"), recipe).expect("a recipe");
    world
}

#[test]
fn while_a_probe_shows_nothing_new_the_rest_is_not_asked_unless_a_person_asks() {
    let mut world = probing("1h");
    world.start();
    assert!(world.court.wait_requests(20), "{}", world.log());
    assert_eq!(world.court.asked(A), 1, "the acts were asked for again");
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>PROBE1 VISTOS.</p>");
    assert!(world.court.wait_requests(6), "{}", world.log());
    assert_eq!((world.court.asked(A), world.hooks.got().len()), (1, 0));
    // The daemon may be at this very case. What a dry run finds is still news afterwards.
    for command in [&["poll", "--dry-run", A][..], &["poll", A]] {
        let mut said = (0..100).map(|_| String::from_utf8(world.veedor(command).stdout).expect("text"));
        let said = said.find(|said| !said.contains("under way")).expect("a visit by hand");
        assert!(said.contains("ruling.issued"), "{said}");
    }
    world.told("PROBE1");
    // A list that is read again may be read otherwise; the visit after it is whole.
    let asked = world.court.asked(A);
    world.ok(&["reload"]);
    assert!(world.court.wait_asked(A, asked + 1), "{}", world.log());
    world.finish();
}

#[test]
fn after_its_time_a_probe_is_not_believed() {
    let mut world = probing("1s");
    world.start();
    world.visits(1);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>PROBE2 VISTOS.</p>");
    world.told("PROBE2");
    assert!(world.court.wait_requests(12), "{}", world.log());
    world.finish();
}
