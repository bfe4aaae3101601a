//! A case that its source no longer shows: said to be reserved, and shown again.

use serde_json::Value;

use crate::world::World;

const A: &str = "17721-2024-00011G";
const B: &str = "17721-2024-00018";
const C: &str = "17721-2024-00019";

#[test]
fn a_case_that_becomes_reserved_is_told_once_keeps_its_record_and_its_return_is_told() {
    let mut world = World::new(&[A, B, C]);
    let shipped = include_str!("../../../jurisdictions/ec/esatje.toml");
    let line = "not_found = { empty = \"$[*]\" }\n";
    let knowing = shipped.replacen(line, &format!("{line}reserved  = {{ json = \"$[?@.reservado == true]\" }}\n"), 1);
    assert_ne!(knowing, shipped);
    std::fs::write(world.path("knowing.toml"), knowing).expect("a recipe");
    world.list = world.list.replace("[source.ec-esatje]", "[source.ec-esatje]\nrecipe = \"knowing.toml\"");
    world.write(&world.list);
    world.start();
    world.visits(3);
    let kinds = |world: &World| world.hooks.got().iter().map(|hook| hook.kind.clone()).collect::<Vec<_>>();
    world.court.reserve(A, true);
    assert!(world.hooks.wait_for(|got| got.iter().any(|hook| hook.kind == "case.reserved")), "{:?}\n{}", kinds(&world), world.log());
    // It is visited on, and a restart does not tell it again.
    assert!(world.court.wait_requests(20), "{}", world.log());
    assert_eq!(world.stop(), Some(0), "{}", world.log());
    world.start();
    assert!(world.court.wait_requests(20), "{}", world.log());
    assert_eq!(kinds(&world), ["case.reserved"]);
    let shown = world.json(&["show", A, "--json"]);
    assert_eq!(shown["docket"]["entries"].as_array().map(Vec::len), Some(12), "the record is kept: {shown}");
    let listed = world.json(&["list", "--json"]);
    let health = listed["cases"].as_array().expect("cases").iter().find(|case| case["number"] == A).map(|case| case["health"].clone());
    assert_eq!(health, Some(Value::from("reserved")), "{listed}");
    let hook: Value = serde_json::from_str(&world.hooks.got()[0].body).expect("JSON");
    assert!(
        hook["data"]["summary"].as_str().is_some_and(|text| text.starts_with("La fuente indica que el expediente es reservado")),
        "{hook}"
    );

    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>BACK01 VISTOS.</p>");
    world.court.reserve(A, false);
    world.told("BACK01");
    assert!(world.hooks.wait_for(|got| got.iter().any(|hook| hook.kind == "case.returned")), "{:?}\n{}", kinds(&world), world.log());
    world.visits(3);
    let mut told = kinds(&world);
    told.sort_unstable();
    assert_eq!(told, ["case.reserved", "case.returned", "ruling.issued"]);
    world.finish();
}
