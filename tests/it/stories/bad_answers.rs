//! Bad answers: no fault of a site is news, and what was published meanwhile is told afterwards.

use crate::world::World;
use crate::world::court::Fault;

const A: &str = "17721-2024-00011G";
const B: &str = "17721-2024-00018";

#[test]
fn no_fault_of_the_site_is_news_and_the_news_comes_after_it() {
    let mut world = World::new(&[A, B]);
    world.start();
    world.visits(2);
    for (n, fault) in Fault::ALL.into_iter().enumerate() {
        let before = world.hooks.got().len();
        world.court.fault(Some(fault));
        assert!(world.court.wait_requests(8), "{fault:?}: the court was not asked\n{}", world.log());
        let shown: serde_json::Value = serde_json::from_str(&world.ok(&["show", A, "--json"])).expect("JSON");
        assert_eq!(shown["docket"]["entries"].as_array().map(Vec::len), Some(12 + n), "{fault:?} changed the docket");
        assert_eq!(world.hooks.got().len(), before, "{fault:?} was told: {:?}", world.hooks.got().last());
        let token = format!("AFTER{n:02}");
        world.court.act(A, "PROVIDENCIA GENERAL (DECRETO)", &format!("<p>{token} Agr&eacute;guese.</p>"));
        world.court.fault(None);
        world.told(&token);
        assert_eq!(world.hooks.got().len(), before + 1, "{fault:?}: {:#?}", &world.hooks.got()[before..]);
    }
    world.finish();
}

#[test]
fn a_fault_at_the_first_visit_makes_no_baseline() {
    for fault in [Fault::Waf200, Fault::WrongCase, Fault::Truncated, Fault::ErrorObject] {
        let mut world = World::new(&[A, B]);
        world.court.fault(Some(fault));
        world.start();
        assert!(world.court.wait_requests(8), "{fault:?}\n{}", world.log());
        let list: serde_json::Value = serde_json::from_str(&world.ok(&["list", "--json"])).expect("JSON");
        assert!(list["cases"].as_array().expect("cases").iter().all(|case| case["version"] == 0), "{fault:?}: {list}");
        world.court.fault(None);
        world.visits(2);
        assert!(world.hooks.got().is_empty(), "{fault:?}: {:?}", world.hooks.got());
        world.finish();
    }
}

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
