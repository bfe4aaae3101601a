//! The lives of hearings: one moves twice and back, one order revokes and sets, and the calendar says what became of each.

use serde_json::Value;

use crate::world::World;

const A: &str = "17721-2024-00011G";

/// Kind, day and the day before of every message about a hearing, in the order of arrival.
fn told(world: &World) -> Vec<(String, String, String)> {
    let day = |hook: &Value, name: &str| hook["data"]["hearing"][name].as_str().map_or("–", |day| &day[..10]).to_owned();
    let bodies = world.hooks.got().into_iter().map(|hook| serde_json::from_str::<Value>(&hook.body).expect("JSON"));
    bodies.map(|hook| (hook["type"].as_str().expect("a type").to_owned(), day(&hook, "starts"), day(&hook, "previous"))).collect()
}

/// When a court entered an act, so that no two of them have one time.
fn minutes_ago(minutes: i64) -> String {
    let then = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(minutes);
    then.strftime("%Y-%m-%dT%H:%M:%S.000+00:00").to_string()
}

#[test]
fn a_hearing_that_moves_twice_and_back_is_three_alerts_that_name_the_day_before() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    let order = |token: &str, day: &str| {
        format!("<p>{token} Se reprograma la audiencia de juicio para el {day} de marzo de 2027, a las 09h30.</p>")
    };
    let set = "<p>LIF00 Se convoca a la audiencia de juicio para el 11 de marzo de 2027, a las 09h30.</p>";
    world.court.act_at(A, "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", set, &minutes_ago(9));
    world.told("LIF00");
    for (token, day, minutes) in [("LIF01", "18", 8), ("LIF02", "25", 7), ("LIF03", "11", 6)] {
        world.court.act_at(A, "PROVIDENCIA GENERAL (DECRETO)", &order(token, day), &minutes_ago(minutes));
        world.told(token);
    }
    world.visits(3);
    let line = |kind: &str, day: &str, before: &str| (kind.to_owned(), format!("2027-03-{day}"), before.to_owned());
    assert_eq!(
        told(&world),
        [
            line("hearing.scheduled", "11", "–"),
            line("hearing.rescheduled", "18", "2027-03-11"),
            line("hearing.rescheduled", "25", "2027-03-18"),
            line("hearing.moved_earlier", "11", "2027-03-25"),
        ]
    );
    let calendar: Value = serde_json::from_str(&world.ok(&["hearings", A, "--json"])).expect("JSON");
    let outcomes = calendar["hearings"].as_array().expect("a list").iter().map(|one| (one["date"].clone(), one["outcome"].clone()));
    let mut outcomes: Vec<String> = outcomes.map(|(date, outcome)| format!("{date} {outcome}").replace('"', "")).collect();
    outcomes.sort();
    assert_eq!(outcomes, ["2027-03-11 deferred", "2027-03-11 pending", "2027-03-18 deferred", "2027-03-25 revoked"]);
    world.finish();
}

#[test]
fn one_order_that_revokes_a_hearing_and_sets_another_tells_both() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    let set = "<p>REV00 Se convoca a la audiencia de juicio para el 11 de marzo de 2027, a las 09h30.</p>";
    world.court.act(A, "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", set);
    world.told("REV00");
    let order = "<p>REV01 Se deja sin efecto la audiencia de juicio convocada para el 11 de marzo de 2027. En su reemplazo, se \
                 se&ntilde;ala para el 19 de marzo de 2027, a las 10h00.</p>";
    world.court.act(A, "PROVIDENCIA GENERAL (DECRETO)", order);
    world.told("REV01");
    world.visits(3);
    let kinds = world.hooks.kinds_of("REV01");
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["hearing.rescheduled", "hearing.revoked"]);
    let text = world.ok(&["hearings", A]);
    assert!(text.contains("1 pending, 1 revoked") || text.contains("1 revoked, 1 pending"), "{text}");
    world.finish();
}

#[test]
fn a_hearing_that_is_near_is_called_to_mind_once_and_not_again_after_a_restart() {
    let mut world = World::new(&[A]);
    world.write(&world.list.replace("listen = \"\"", "listen = \"\"\nremind = [\"24h\", \"2h\"]"));
    world.start();
    world.visits(2);
    // In ninety minutes, by the clock of the court.
    let zone = jiff::tz::TimeZone::get("America/Guayaquil").expect("bundled");
    let then = (jiff::Timestamp::now() + jiff::SignedDuration::from_mins(90)).to_zoned_datetime(zone);
    let (day, hour) = (then.strftime("%d/%m/%Y").to_string(), then.strftime("%H:%M").to_string());
    let set = format!("<p>REM00 Se convoca a la audiencia de juicio para el {day}, a las {hour}.</p>");
    world.court.act_at(A, "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", &set, &minutes_ago(5));
    let reminders = |world: &World| world.hooks.got().iter().filter(|hook| hook.kind == "hearing.reminder").count();
    assert!(world.hooks.wait_for(|got| got.iter().any(|hook| hook.kind == "hearing.reminder")), "{}", world.log());
    world.visits(3);
    assert_eq!(reminders(&world), 1, "the nearer of two reminders alone");
    assert_eq!(world.stop(), Some(0));
    world.start();
    world.visits(5);
    assert_eq!(reminders(&world), 1, "told again after a restart");
    let body = world.hooks.got().into_iter().find(|hook| hook.kind == "hearing.reminder").expect("the reminder").body;
    let hook: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(hook["data"]["hearing"]["starts"].as_str().map(|starts| &starts[11..16]), Some(hour.as_str()), "{hook}");
    assert!(hook["data"]["summary"].as_str().is_some_and(|text| text.contains("recordatorio, convocada para el")), "{hook}");
    world.finish();
}

#[test]
fn a_reminder_that_the_watch_list_asks_for_later_comes_without_a_restart() {
    let mut world = World::new(&[A]);
    world.list = world.list.replace("listen = \"\"", "listen = \"\"\nremind = []");
    world.write(&world.list);
    world.start();
    world.visits(2);
    let zone = jiff::tz::TimeZone::get("America/Guayaquil").expect("bundled");
    let then = (jiff::Timestamp::now() + jiff::SignedDuration::from_mins(90)).to_zoned_datetime(zone);
    let (day, hour) = (then.strftime("%d/%m/%Y").to_string(), then.strftime("%H:%M").to_string());
    let set = format!("<p>REM01 Se convoca a la audiencia de juicio para el {day}, a las {hour}.</p>");
    world.court.act_at(A, "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", &set, &minutes_ago(5));
    world.told("REM01");
    world.visits(5);
    let reminders = |world: &World| world.hooks.got().iter().filter(|hook| hook.kind == "hearing.reminder").count();
    assert_eq!(reminders(&world), 0);
    world.reload_with(&[("remind = []", "remind = [\"2h\"]")]);
    assert!(world.hooks.wait_for(|got| got.iter().any(|hook| hook.kind == "hearing.reminder")), "{}", world.log());
    world.finish();
}
