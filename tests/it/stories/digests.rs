//! Digests, quiet hours and routine entries: what waits, until when, and that it arrives.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::world::World;

const A: &str = "17721-2024-00011G";
const B: &str = "17721-2024-00018G";

/// The time of day now in UTC, so many hours on.
fn hours_on(hours: i64) -> Time {
    (Timestamp::now() + hours.hours()).to_zoned_datetime(TimeZone::UTC).time()
}

/// A world in which the mail channel has these keys too.
fn world(cases: &[&str], keys: &str) -> World {
    let mut world = World::new(cases);
    world.list = world.list.replace("to = [\"mesa@example.org\"]\n", &format!("to = [\"mesa@example.org\"]\nzone = \"UTC\"\n{keys}\n"));
    world.write(&world.list);
    world
}

fn digests(world: &World) -> Vec<serde_json::Value> {
    let mut all = world.deliveries(&[]);
    all.retain(|delivery| delivery["digest"] == true && delivery["state"] != "delivered");
    all
}

fn events(delivery: &serde_json::Value) -> usize {
    delivery["events"].as_array().map_or(0, Vec::len)
}

#[test]
fn two_cases_and_a_restart_make_one_digest_and_critical_news_does_not_wait() {
    // The window ends six days from now.
    let yesterday = (Timestamp::now() - 24.hours()).strftime("%a").to_string().to_lowercase();
    let mut world = world(&[A, B], &format!("when = \"weekly {yesterday} {}\"", hours_on(0).strftime("%H:%M")));
    assert!(world.ok(&["check"]).contains(&format!("weekly {yesterday}")));
    world.start();
    world.visits(2);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>DIG01 VISTOS.</p>");
    world.court.act(A, "SENTENCIA (RAZON DE NOTIFICACION)", "<p>DIG02 En Quito.</p>");
    world.court.act(B, "PROVIDENCIA GENERAL (DECRETO)", "<p>DIG03 Agr&eacute;guese.</p>");
    // A program is told at once, routine entries too.
    assert!(world.hooks.wait_for(|got| (1..=3).all(|n| got.iter().any(|hook| hook.body.contains(&format!("DIG0{n}"))))), "{}", world.log());
    world.until("they wait", |world| digests(world).first().is_some_and(|digest| events(digest) >= 3));
    world.kill();
    world.start();
    world.visits(2);
    world.court.act(B, "SENTENCIA (RESOLUCION)", "<p>DIG04 VISTOS.</p>");
    world.until("the fourth waits too", |world| digests(world).first().is_some_and(|digest| events(digest) >= 4));
    let waiting = digests(&world);
    assert_eq!((waiting.len(), &waiting[0]["state"], &waiting[0]["waits_for"]), (1, &"open".into(), &"digest".into()), "{waiting:#?}");
    assert!(world.mailbox.got().is_empty(), "something did not wait: {:?}", world.mailbox.got());

    world.court.change(A, |acts| drop(acts.remove(3)));
    assert!(world.mailbox.wait_for(|got| !got.is_empty()), "critical news waits\n{}", world.log());
    let first = &world.mailbox.got()[0];
    assert!(first.subject.contains(A) && !first.text.contains("DIG0"), "{first:?}");

    // The operator sees what waits, under either case …
    let id = waiting[0]["id"].as_str().expect("an id");
    assert!(world.ok(&["deliveries"]).contains("waiting for the digest"));
    for case in [A, B] {
        let shown = world.ok(&["deliveries", case]);
        assert!(
            shown.contains(id) && shown.contains("2 cases") && shown.contains("gathers the news of its cases for the digest"),
            "{shown}"
        );
    }
    // … and need not wait for it.
    world.ok(&["retry", id]);
    assert!(world.mailbox.wait_for(|got| got.len() == 2), "{}", world.log());
    let mail = &world.mailbox.got()[1];
    assert!(mail.subject.starts_with("[resumen semanal] ") && mail.subject.contains(" en 2 expedientes, "), "{}", mail.subject);
    for n in 1..=4 {
        assert_eq!(mail.text.matches(&format!("DIG0{n}")).count(), 2, "once in the text and once in the HTML: DIG0{n}\n{}", mail.text);
    }
    for case in [A, B] {
        assert!(mail.text.contains(&format!("Caso {case}")), "{}", mail.text);
    }

    // News of a window that was sent already is told all the same.
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>DIG05 VISTOS.</p>");
    world.until("a further digest", |world| digests(world).len() == 1);
    let further = digests(&world)[0]["id"].as_str().expect("an id").to_owned();
    assert_ne!(further, id);
    world.ok(&["retry", &further]);
    world.told("DIG05");
    world.finish();
}

#[test]
fn routine_entries_wait_for_a_morning_mail_unless_one_wants_them_at_once() {
    let mut world = world(&[A], &format!("digest = \"daily {}\"", hours_on(12).strftime("%H:%M")));
    world.start();
    world.visits(2);
    world.court.act(A, "COPIAS CERTIFICADAS (DECRETO)", "<p>RUT01 Conf&iacute;erase.</p>");
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>RUT02 VISTOS.</p>");
    world.told("RUT02");
    world.until("it waits", |world| digests(world).len() == 1);
    assert!(!world.mailbox.got().iter().any(|mail| mail.text.contains("RUT01")));
    world.ok(&["retry", digests(&world)[0]["id"].as_str().expect("an id")]);
    world.told("RUT01");
    assert!(world.mailbox.got().iter().any(|mail| mail.subject.starts_with("[resumen diario] 1 novedad en 1 expediente, ")));
    world.reload_with(&[("zone = \"UTC\"\n", "zone = \"UTC\"\njunk = false\n")]);
    // A visit that was under way follows the list with which it began.
    world.visits(2);
    world.court.act(A, "COPIAS CERTIFICADAS (DECRETO)", "<p>RUT03 Conf&iacute;erase.</p>");
    world.told("RUT03");
    world.finish();
}

#[test]
fn in_quiet_hours_only_critical_news_leaves_and_the_rest_follows_when_they_end() {
    let quiet = format!("quiet = \"{}-{}\"", hours_on(-2).strftime("%H:%M"), hours_on(2).strftime("%H:%M"));
    let mut world = world(&[A], &quiet);
    world.start();
    world.visits(2);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>NOCHE1 VISTOS.</p>");
    assert!(world.hooks.wait_for(|got| got.len() == 1), "{}", world.log());
    world.until("it waits", |world| world.deliveries(&[]).iter().any(|delivery| delivery["waits_for"] == "quiet"));
    assert!(world.ok(&["deliveries", A]).contains("gathers news of its case over the quiet hours until"));
    world.kill();
    world.start();
    world.visits(2);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>NOCHE2 VISTOS.</p>");
    world.until("both wait", |world| {
        let deliveries = world.deliveries(&[]);
        deliveries.iter().any(|delivery| delivery["waits_for"] == "quiet" && events(delivery) == 2)
    });
    assert!(world.mailbox.got().is_empty());
    // The watch list says that there are no quiet hours any more.
    world.reload_with(&[(quiet.as_str(), "")]);
    world.told("NOCHE1");
    world.told("NOCHE2");
    assert_eq!(world.mailbox.got().len(), 1, "the news of the case is one mail");
    // At night again, and something vanishes.
    world.reload_with(&[("zone = \"UTC\"\n", &format!("zone = \"UTC\"\n{quiet}\n"))]);
    world.court.change(A, |acts| drop(acts.remove(3)));
    assert!(world.mailbox.wait_for(|got| got.len() == 2), "critical news waits\n{}", world.log());
    world.finish();
}
