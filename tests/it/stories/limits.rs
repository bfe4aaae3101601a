//! Procedural clocks, as a person asks for them: what the docket shows, what the operator adds, and whose names are shown.

use serde_json::Value;

use crate::world::World;

const A: &str = "17721-2024-00011G";

fn clocks(world: &World) -> Vec<Value> {
    let answer = world.json(&["clocks", A, "--all", "--json"]);
    answer["clocks"].as_array().cloned().unwrap_or_else(|| panic!("{answer}"))
}

fn of(world: &World, rule: &str) -> Value {
    let found: Vec<Value> = clocks(world).into_iter().filter(|clock| clock["rule"] == rule).collect();
    assert_eq!(found.len(), 1, "{rule}: {found:#?}");
    found[0].clone()
}

/// What a daemon told just before it was stopped is sent by the next one.
fn arrives(mut world: World) {
    world.start();
    world.visits(2);
    world.finish();
}

#[test]
fn a_sentence_that_came_late_is_counted_and_the_operator_s_events_are_shown_with_their_note() {
    let mut world = World::new(&[A]);
    world.court.act_at(
        A,
        "RAZON (RAZON)",
        "<p>Siento por tal que el Tribunal anunci&oacute; su decisi&oacute;n de forma oral.</p>",
        "2024-11-25T20:00:00.000+00:00",
    );
    world.ok(&["poll", A]);
    let open = of(&world, "EC-COIP-621");
    assert_eq!(
        (&open["state"], &open["due"], &open["due_alt"]),
        (&"breach".into(), &"2024-12-05".into(), &"2024-12-09".into()),
        "{open:#}"
    );
    assert_eq!((&open["claim"]["observed"], &open["alertable"]), (&true.into(), &true.into()));
    assert_eq!(of(&world, "EC-COIP-541-1Y")["lacking"], serde_json::json!(["penalty_over_5y", "detained"]));

    // What no docket says.
    let said = "facts = { penalty_over_5y = true, detained = true }\nevent = [{ event = \"detention_effective\", date = \"2023-12-14\", \
                note = \"Visto en prensa\", by = \"mesa judicial\" }]\n";
    let list = world.list.replacen(&format!("number = \"{A}\"\n"), &format!("number = \"{A}\"\n{said}"), 1);
    assert_ne!(list, world.list, "the case has a line with its number:\n{list}");
    world.write(&list);
    world.court.act_at(A, "SENTENCIA (RESOLUCION)", "<p>VISTOS.</p>", "2025-02-18T20:00:00.000+00:00");
    world.ok(&["poll", A]);
    let late = of(&world, "EC-COIP-621");
    assert_eq!((&late["state"], &late["elapsed_days"], &late["late_days"]), (&"met_late".into(), &85.into(), &75.into()), "{late:#}");
    assert_eq!(late["rests_on"][1]["entry"]["title"], "SENTENCIA (RESOLUCION)");
    let detained = of(&world, "EC-COIP-541-1Y");
    assert_eq!((&detained["due"], &detained["late_days_alt"]), (&"2024-12-14".into(), &66.into()), "{detained:#}");
    assert_eq!((&detained["pins"][0]["note"], &detained["subject"]["name"]), (&"Visto en prensa".into(), &"PERSONA FICTICIA UNO".into()));

    // The same from a daemon, and the table that a person reads.
    let alone = clocks(&world);
    world.start();
    let running = clocks(&world);
    let without_time = |clocks: &[Value]| clocks.iter().map(|clock| (clock["id"].clone(), clock["state"].clone())).collect::<Vec<_>>();
    assert_eq!(without_time(&alone), without_time(&running));
    let table = world.ok(&["clocks"]);
    for words in
        ["cumplido tarde", "75 días después del plazo", "erifique con un abogado", "EC-COIP-621", "which is not the same as not done"]
    {
        assert!(table.contains(words), "{words}: {table}");
    }
    assert_eq!(world.stop(), Some(0));

    // An organisation shows initials.
    world.write(&list.replacen("[veedor]\n", "[veedor]\nprivacy = \"ngo\"\n", 1));
    assert_eq!(of(&world, "EC-COIP-541-1Y")["subject"]["name"], "P. F. U.");
    arrives(world);
}

/// By one reading of the law the ten days are those on which courts work; one of them becomes a holiday of the canton.
#[test]
fn the_holiday_of_a_canton_in_a_file_of_the_operator_s_moves_the_last_day_that_is_shown() {
    const HOLIDAY: &str = r#"jurisdiction = "ec"
version = "mesa judicial"

[[place]]
id = "canton-ficticio"
codes = ["17721"]

[[holiday]]
id = "fiesta-ficticia"
name = { es = "Fiesta ficticia", en = "Fictional feast" }
on = "12-03"
places = ["canton-ficticio"]
source = "Ordenanza ficticia"
confidence = "high"
"#;
    let mut world = World::new(&[A]);
    world.court.act_at(
        A,
        "RAZON (RAZON)",
        "<p>Siento por tal que el Tribunal anunci&oacute; su decisi&oacute;n de forma oral.</p>",
        "2024-11-25T20:00:00.000+00:00",
    );
    world.ok(&["poll", A]);
    let due = |world: &World| {
        let clock = of(world, "EC-COIP-621");
        [&clock["due"], &clock["due_alt"]].map(|day| day.as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(due(&world), ["2024-12-05", "2024-12-09"]);
    world.start();
    world.visits(1);

    // A mistake in it keeps the list that is in force, and is shown at its place.
    let file = world.path("calendars/ec.toml");
    std::fs::create_dir_all(world.path("calendars")).expect("a folder");
    std::fs::write(&file, HOLIDAY.replace("12-03", "12-33")).expect("a calendar");
    for command in [["check"], ["reload"]] {
        world.no(&command, 78, "calendars/ec.toml:11:6: \"12-33\" is no day of a year");
    }

    std::fs::write(&file, HOLIDAY).expect("a calendar");
    world.ok(&["reload"]);
    assert_eq!(due(&world), ["2024-12-05", "2024-12-10"], "by a running daemon");
    assert!(of(&world, "EC-COIP-621")["calendar"].as_str().is_some_and(|version| version.contains("+ mesa judicial #")));
    assert!(world.ok(&["report", "delays", "--json"]).contains("+ mesa judicial #"), "a report says by which days it counted");

    // It is that of one canton only.
    std::fs::write(&file, HOLIDAY.replace("\"17721\"", "\"09\"")).expect("a calendar");
    world.ok(&["reload"]);
    assert_eq!(due(&world), ["2024-12-05", "2024-12-09"], "another canton's");
    assert_eq!(world.stop(), Some(0));
    std::fs::write(&file, HOLIDAY).expect("a calendar");
    assert_eq!(due(&world), ["2024-12-05", "2024-12-10"], "without a daemon");
    arrives(world);
}
