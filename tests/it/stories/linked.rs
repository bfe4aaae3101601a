//! Cases that belong together: the record names another one, and it is told once with the way to watch it.

use serde_json::Value;

use crate::world::World;

const A: &str = "17721-2024-00011G";
const B: &str = "17721-2024-00018";

fn links(world: &World) -> Vec<Value> {
    let got = world.hooks.got().into_iter().filter(|hook| hook.kind == "case.linked");
    got.map(|hook| serde_json::from_str(&hook.body).expect("JSON")).collect()
}

#[test]
fn an_order_that_joins_two_cases_is_told_once_and_no_other_case_is_asked_for() {
    let mut world = World::new(&[A, B]);
    world.start();
    world.visits(2);
    world.court.act(
        A,
        "AUTO DE ACUMULACION (AUTO)",
        "<p>LNK00 Acum&uacute;lese la presente causa, No. 17721-2024-00011, a la No. 17721-2024-00018.</p>",
    );
    world.told("LNK00");
    world.until("the link is told", |world| !links(world).is_empty());
    // It names a case that nobody watches, the prosecutor's number, and the first case again.
    let order = "<p>LNK01 Recu&eacute;rdese que la causa 17721202400018 fue acumulada. Instrucci&oacute;n fiscal No. 170101824010001. Causa conexa: \
                 09281-2024-00123. Cons&iacute;derese el oficio de la causa 17721-2024-00099.</p>";
    world.court.act(A, "PROVIDENCIA GENERAL (DECRETO)", order);
    world.told("LNK01");
    world.until("three links are told", |world| links(world).len() >= 3);
    assert_eq!(world.stop(), Some(0));
    world.start();
    world.court.act(A, "PROVIDENCIA GENERAL (DECRETO)", &order.replace("LNK01", "LNK02"));
    world.told("LNK02");
    world.visits(3);
    let told = |hook: &Value| {
        let link = &hook["data"]["link"];
        format!("{} {} {} {}", link["how"], link["source"], link["number"], link["watched"]).replace('"', "")
    };
    assert_eq!(
        links(&world).iter().map(told).collect::<Vec<_>>(),
        [
            "accumulated ec-esatje 17721-2024-00018 true",
            "prosecution ec-fiscalia 170101824010001 false",
            "related ec-esatje 09281-2024-00123 false",
        ]
    );
    assert!(world.mailbox.got().iter().any(|mail| mail.text.contains("veedor add ec-fiscalia 170101824010001")), "how to watch it");
    assert_eq!(world.json(&["list", "--json"])["cases"].as_array().map(Vec::len), Some(2), "a case that is only named is watched");
    world.finish();
}
