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

/// When a court entered an act.
fn minutes_ago(minutes: i64) -> String {
    let then = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(minutes);
    then.strftime("%Y-%m-%dT%H:%M:%S.000+00:00").to_string()
}

/// The same two cases, linked.
fn linked_world() -> World {
    let mut world = World::new(&[A, B]);
    let list = world.list.replace("listen = \"\"", "listen = \"\"\nremind = [\"24h\", \"2h\"]");
    world.list = list.replace(&format!("number = \"{B}\"\n"), &format!("number = \"{B}\"\nlinked = [\"ec-esatje {A}\"]\n"));
    world.write(&world.list);
    world
}

#[test]
fn a_hearing_of_two_linked_cases_is_called_to_mind_once_and_is_one_in_the_calendar() {
    let mut world = linked_world();
    world.start();
    world.visits(2);
    let zone = jiff::tz::TimeZone::get("America/Guayaquil").expect("bundled");
    let then = (jiff::Timestamp::now() + jiff::SignedDuration::from_mins(90)).to_zoned_datetime(zone);
    let (day, hour) = (then.strftime("%d/%m/%Y").to_string(), then.strftime("%H:%M").to_string());
    let set = |token: &str| format!("<p>{token} Se convoca a la audiencia de juicio para el {day}, a las {hour}.</p>");
    world.court.act_at(A, "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", &set("TWO00"), &minutes_ago(9));
    world.court.act_at(B, "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", &set("TWO01"), &minutes_ago(8));
    world.told("TWO00");
    world.told("TWO01");
    let reminders = |world: &World| world.hooks.got().into_iter().filter(|hook| hook.kind == "hearing.reminder").collect::<Vec<_>>();
    world.until("the reminder is told", |world| !reminders(world).is_empty());
    world.visits(3);
    assert_eq!(world.stop(), Some(0));
    world.start();
    world.visits(4);
    let told = reminders(&world);
    assert_eq!(told.len(), 1, "{told:#?}");
    let calendar = world.json(&["hearings", "--json"]);
    let rows = calendar["hearings"].as_array().expect("a list");
    assert_eq!((rows.len(), &calendar["counts"]["pending"]), (1, &Value::from(1)), "{calendar:#}");
    assert_eq!((rows[0]["case"].as_str(), rows[0]["also"][0]["case"].as_str()), (Some(A), Some(B)));
    assert!(world.ok(&["hearings"]).contains(&format!("{A} + ec-esatje {B}")));
    let listed = world.json(&["list", "--json"]);
    assert_eq!(listed["cases"][0]["linked"], serde_json::json!([format!("ec-esatje {B}")]), "said in one, known in both");
    assert!(
        world.ok(&["check"]).contains(&format!("linked   ec-esatje {B} with ec-esatje {A}"))
            || world.ok(&["check"]).contains(&format!("linked   ec-esatje {A} with ec-esatje {B}"))
    );
    world.finish();
}

#[test]
fn two_linked_cases_that_set_one_hearing_on_two_days_are_told_once_with_the_words_of_both() {
    let mut world = linked_world();
    world.list = world.list.replace("listen = \"\"", "listen = \"\"\ndisagree_after = 0");
    world.write(&world.list);
    world.start();
    world.visits(2);
    let set =
        |token: &str, day: &str| format!("<p>{token} Se convoca a la audiencia de juicio para el {day} de marzo de 2027, a las 09h30.</p>");
    world.court.act_at(A, "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", &set("DIS00", "11"), &minutes_ago(9));
    world.told("DIS00");
    world.court.act_at(B, "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", &set("DIS01", "18"), &minutes_ago(8));
    let disagreements = |world: &World| world.hooks.got().into_iter().filter(|hook| hook.kind == "record.disagreement").collect::<Vec<_>>();
    world.until("the disagreement is told", |world| !disagreements(world).is_empty());
    assert_eq!(world.stop(), Some(0));
    world.start();
    world.visits(4);
    let told = disagreements(&world);
    assert_eq!(told.len(), 1, "{told:#?}");
    let hook: Value = serde_json::from_str(&told[0].body).expect("JSON");
    let said = &hook["data"]["disagreement"];
    assert_eq!((said["here"].as_str(), said["there"].as_str()), (Some("2027-03-11 09:30"), Some("2027-03-18 09:30")), "{hook:#}");
    assert!(told[0].body.contains("DIS00") && told[0].body.contains("DIS01"), "both entries are quoted: {hook:#}");
    assert!(world.mailbox.got().iter().any(|mail| mail.text.contains("las fuentes no coinciden")));
    // They agree again, and nothing is told of it; and then they differ otherwise.
    let moved = "<p>DIS02 Se reprograma la audiencia de juicio para el 11 de marzo de 2027, a las 09h30.</p>";
    world.court.act_at(B, "PROVIDENCIA GENERAL (DECRETO)", moved, &minutes_ago(5));
    world.told("DIS02");
    world.visits(3);
    assert_eq!(disagreements(&world).len(), 1);
    let again = "<p>DIS03 Se reprograma la audiencia de juicio para el 25 de marzo de 2027, a las 09h30.</p>";
    world.court.act_at(A, "PROVIDENCIA GENERAL (DECRETO)", again, &minutes_ago(3));
    world.until("another disagreement is told", |world| disagreements(world).len() == 2);
    world.finish();
}
