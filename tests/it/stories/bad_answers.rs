//! An answer that is half of the truth at the first visit. All other faults, at all other moments, are in `faults`.

use crate::world::World;
use crate::world::court::Fault;

const A: &str = "17721-2024-00011G";

#[test]
fn half_a_list_at_the_first_visit_makes_no_flood_when_the_rest_appears() {
    let mut world = World::new(&[A]);
    world.court.fault(Some(Fault::HalfList));
    world.start();
    world.visits(2);
    world.court.act(A, "PROVIDENCIA GENERAL (DECRETO)", "<p>HALF01 Agr&eacute;guese.</p>");
    world.court.fault(None);
    world.told("HALF01");
    world.visits(3);
    assert_eq!(world.hooks.got().len(), 1, "{:#?}", world.hooks.got());
    let shown: serde_json::Value = serde_json::from_str(&world.ok(&["show", A, "--json"])).expect("JSON");
    assert_eq!(shown["docket"]["entries"].as_array().map(Vec::len), Some(13));
    world.finish();
}
