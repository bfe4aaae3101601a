//! Delivery: receivers with bad days, and what an operator can do about them.

use crate::world::World;
use crate::world::hooks::Hooks;
use crate::world::mailbox::{Mail, Mood};

const A: &str = "17721-2024-00011G";
const B: &str = "17721-2024-00018G";

#[test]
fn a_receiver_that_is_down_gets_its_news_later_and_delays_nobody() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.hooks.refuse(Some(500));
    world.mailbox.mood(Mood::Temporary);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>LATER01 VISTOS.</p>");
    assert!(world.hooks.wait_tries(2), "{}", world.log());
    assert!(world.mailbox.wait_talks(2), "{}", world.log());
    world.mailbox.mood(Mood::Good);
    assert!(
        world.mailbox.wait_for(|got| got.iter().any(|mail| mail.text.contains("LATER01"))),
        "a dead webhook delayed the mail\n{}",
        world.log()
    );
    world.hooks.refuse(None);
    world.told("LATER01");
    world.finish();
}

#[test]
fn a_delivery_that_was_given_up_is_listed_with_its_reason_and_can_be_sent_again() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.hooks.refuse(Some(410));
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>GONE01 VISTOS.</p>");
    assert!(world.hooks.wait_tries(1), "{}", world.log());
    assert!(world.mailbox.wait_for(|got| !got.is_empty()), "{}", world.log());
    world.visits(2);
    let failed: serde_json::Value = serde_json::from_str(&world.ok(&["deliveries", "--failed", "--json"])).expect("JSON");
    assert_eq!(failed["deliveries"].as_array().map(Vec::len), Some(1), "{failed}");
    assert!(failed["deliveries"][0]["reason"].as_str().expect("a reason").contains("410"), "{failed}");
    world.hooks.refuse(None);
    world.ok(&["retry", failed["deliveries"][0]["id"].as_str().expect("an id")]);
    world.told("GONE01");
    world.finish();
}

#[test]
fn news_that_waits_survives_a_restart_and_a_receiver_that_comes_back() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.mailbox.mood(Mood::Down);
    world.hooks.refuse(Some(503));
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>WAIT01 VISTOS.</p>");
    assert!(world.hooks.wait_tries(1), "{}", world.log());
    assert_eq!(world.stop(), Some(0), "{}", world.log());
    world.mailbox.mood(Mood::Good);
    world.hooks.refuse(None);
    world.start();
    world.told("WAIT01");
    world.finish();
}

#[test]
fn a_wrong_password_is_tried_once_and_everything_arrives_when_it_is_mended() {
    let mut world = World::new(&[A, B]);
    std::fs::write(world.path("password"), "ficticia\n").expect("a password");
    std::fs::set_permissions(world.path("password"), std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("its mode");
    let file = world.path("password").display().to_string();
    world.list = world.list.replace("tls = \"none\"", &format!("tls = \"none\"\nuser = \"veedor\"\npassword = {{ file = \"{file}\" }}"));
    world.list = world.list.replace("to = [\"mesa@example.org\"]", "to = [\"mesa@example.org\", \"datos@example.org\"]");
    world.write(&world.list);
    world.mailbox.mood(Mood::BadPassword);
    world.start();
    world.visits(2);
    for n in 0..3 {
        for case in [A, B] {
            world.court.act(case, "SENTENCIA (RESOLUCION)", &format!("<p>AUTH{n} VISTOS.</p>"));
        }
        world.visits(2);
    }
    assert!(world.hooks.wait_for(|got| got.len() == 6), "{}", world.log());
    world.until("one is held", |world| world.deliveries(&["--failed"]).len() == 1);
    let failed = world.deliveries(&["--failed"]);
    assert_eq!(failed[0]["state"], "held", "{failed:?}");
    assert!(failed[0]["reason"].as_str().expect("a reason").contains("535"), "{failed:?}");
    assert_eq!(world.mailbox.auths(), 1, "each further try may lock the account");
    world.mailbox.mood(Mood::Good);
    world.ok(&["reload"]);
    world.until("all arrived", |world| world.deliveries(&[]).iter().all(|delivery| delivery["state"] == "delivered"));
    world.finish();
}

#[test]
fn a_mute_mail_server_and_a_slow_receiver_delay_nobody_else() {
    let mut world = World::new(&[A, B]);
    let slow = Hooks::open();
    let channel = format!(
        "[[channel]]\nid = \"slow\"\nkind = \"webhook\"\nurl = \"{}\"\nsecret = {{ file = \"{}\" }}\nallow_private = true\n\n[[case]]",
        slow.url(),
        world.path("secret").display()
    );
    world.list = world.list.replacen("[[case]]", &channel, 1);
    world.write(&world.list);
    world.mailbox.mood(Mood::Mute);
    slow.hold(true);
    world.start();
    world.visits(2);
    for n in 0..5 {
        world.court.act(A, "SENTENCIA (RESOLUCION)", &format!("<p>MUTE{n} VISTOS.</p>"));
        world.court.act(B, "SENTENCIA (RESOLUCION)", &format!("<p>MUTE{n} VISTOS.</p>"));
    }
    assert!(world.hooks.wait_for(|got| got.len() == 10), "{}", world.log());
    assert_eq!(slow.got().len(), 0);
    world.kill();
    slow.hold(false);
    world.mailbox.mood(Mood::Good);
    world.start();
    assert!(slow.wait_for(|got| got.len() >= 10), "{}", world.log());
    world.until("all arrived", |world| world.deliveries(&[]).iter().all(|delivery| delivery["state"] == "delivered"));
    world.finish();
}

#[test]
fn a_redirect_is_not_followed_and_the_news_waits() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.hooks.refuse_with(302, "location: /elsewhere");
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>MOVED01 VISTOS.</p>");
    assert!(world.hooks.wait_tries(2), "{}", world.log());
    assert_eq!(world.hooks.astray(), 0);
    let told = world.ok(&["deliveries", A]);
    assert!(
        told.contains("302, a redirect, which is never followed; configure the final address") && !told.contains("elsewhere"),
        "{told}"
    );
    world.hooks.refuse(None);
    world.told("MOVED01");
    world.finish();
}

#[test]
fn a_receiver_that_asks_for_rest_gets_it_for_all_its_news() {
    let mut world = World::new(&[A, B]);
    world.start();
    world.visits(2);
    world.hooks.refuse_with(429, "retry-after: 3600");
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>REST01 VISTOS.</p>");
    assert!(world.hooks.wait_tries(1), "{}", world.log());
    world.until("it is noted", |world| world.log().contains("answered 429"));
    world.court.act(B, "SENTENCIA (RESOLUCION)", "<p>REST02 VISTOS.</p>");
    assert!(world.mailbox.wait_for(|got| got.iter().any(|mail| mail.text.contains("REST02"))), "{}", world.log());
    world.visits(3);
    assert_eq!(world.hooks.tries(), 1, "{}", world.log());
    world.hooks.refuse(None);
    let waiting: Vec<_> = world.deliveries(&[]).into_iter().filter(|delivery| delivery["state"] == "waiting").collect();
    assert_eq!(waiting.len(), 2, "{waiting:#?}");
    for delivery in waiting {
        world.ok(&["retry", delivery["id"].as_str().expect("an id")]);
    }
    world.told("REST01");
    world.told("REST02");
    world.finish();
}

#[test]
fn the_news_of_a_channel_that_is_gone_is_held_and_arrives_when_it_is_back() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.hooks.refuse(Some(500));
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>NAME01 VISTOS.</p>");
    assert!(world.hooks.wait_tries(1), "{}", world.log());
    world.reload_with(&[("id = \"hook\"", "id = \"hook-nuevo\"")]);
    world.until("it is held", |world| world.deliveries(&["--failed"]).iter().any(|delivery| delivery["state"] == "held"));
    let failed = world.deliveries(&["--failed"]);
    assert!(failed[0]["reason"].as_str().expect("a reason").contains("no channel \"hook\""), "{failed:?}");
    world.hooks.refuse(None);
    world.reload_with(&[("id = \"hook-nuevo\"", "id = \"hook\"")]);
    world.told("NAME01");
    world.finish();
}

#[test]
fn a_mail_is_never_sent_to_a_webhook_that_took_its_channels_name() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.mailbox.mood(Mood::Temporary);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>KIND01 VISTOS.</p>");
    assert!(world.mailbox.wait_talks(1), "{}", world.log());
    assert!(world.hooks.wait_for(|got| got.len() == 1), "{}", world.log());
    let email = "kind = \"email\"\nto = [\"mesa@example.org\"]";
    let hook = format!("kind = \"webhook\"\nurl = \"{}\"\nallow_private = true", world.hooks.url());
    world.reload_with(&[(email, &hook)]);
    world.until("it is held", |world| world.deliveries(&["--failed"]).iter().any(|delivery| delivery["state"] == "held"));
    let failed = world.deliveries(&["--failed"]);
    assert!(failed[0]["reason"].as_str().expect("a reason").contains("another kind of channel"), "{failed:?}");
    world.visits(3);
    assert_eq!(world.hooks.got().len(), 1, "{}", world.log());
    world.mailbox.mood(Mood::Good);
    world.reload_with(&[(&hook, email)]);
    world.told("KIND01");
    world.finish();
}

#[test]
fn who_was_taken_off_the_list_gets_no_more_mail() {
    let mut world = World::new(&[A]);
    world.list = world.list.replace("[\"mesa@example.org\"]", "[\"vieja@example.org\", \"mesa@example.org\"]");
    world.write(&world.list);
    world.start();
    world.visits(2);
    world.mailbox.mood(Mood::Temporary);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>OFF01 VISTOS.</p>");
    assert!(world.mailbox.wait_talks(2), "{}", world.log());
    world.reload_with(&[("\"vieja@example.org\", ", "")]);
    world.mailbox.mood(Mood::Good);
    world.told("OFF01");
    world.until("it is held", |world| world.deliveries(&["--failed"]).len() == 1);
    let failed = world.deliveries(&["--failed"]);
    assert!(failed[0]["reason"].as_str().expect("a reason").contains("vieja@example.org is not a recipient"), "{failed:?}");
    assert!(world.mailbox.got().iter().all(|mail| !mail.to.contains("vieja")), "{:?}", world.mailbox.got());
    world.ok(&["retry", "--drop", failed[0]["id"].as_str().expect("an id")]);
    assert_eq!(world.deliveries(&["--failed"]).len(), 0);
    world.finish();
}

#[test]
fn the_news_of_a_case_arrives_in_its_order_also_after_a_hiccup() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.hooks.refuse(Some(500));
    for n in 0..10 {
        world.court.act(A, "PROVIDENCIA GENERAL (DECRETO)", &format!("<p>ORDER{n}.</p>"));
    }
    assert!(world.hooks.wait_tries(2), "{}", world.log());
    world.hooks.refuse(None);
    assert!(world.hooks.wait_for(|got| got.len() >= 10), "{}", world.log());
    let seqs: Vec<u64> = world.hooks.got().iter().map(|hook| seq(&hook.body)).collect();
    assert_eq!(seqs, (1..=10).collect::<Vec<_>>());
    world.finish();
}

fn seq(body: &str) -> u64 {
    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    body["data"]["seq"].as_u64().expect("a number")
}

#[test]
fn a_message_stays_the_same_over_a_kill_and_a_change_of_sender_and_name() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.kill();
    world.hooks.refuse(Some(500));
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>SAME01 VISTOS.</p>");
    world.list = world.list.replace("[[channel]]\nid = \"mail\"", "[[channel]]\nid = \"mail\"\nevents = [\"ruling.*\"]");
    world.write(&world.list);
    // Whichever of the two is sent first, the process dies before it can note it.
    world.start_with(&[("VEEDOR_FAILPOINT", "after-send")]);
    world.ended();
    let name = format!("name = \"Caso {A}\"");
    world.list = world.list.replace(&name, "name = \"Otro nombre\"").replace("<veedor@example.org>", "<veedor@nuevo.example.net>");
    world.write(&world.list);
    world.hooks.refuse(None);
    world.start();
    world.told("SAME01");
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>SAME02 VISTOS.</p>");
    world.told("SAME02");
    let mails = world.mailbox.got();
    let of = |token: &str| mails.iter().filter(|mail| mail.text.contains(token)).collect::<Vec<_>>();
    for mail in of("SAME01") {
        assert_eq!(mail.raw, of("SAME01")[0].raw, "the same message in other bytes");
    }
    assert!(of("SAME02")[0].raw.contains("veedor@nuevo.example.net") && of("SAME02")[0].text.contains("Otro nombre"));
    let domain = |mail: &Mail| mail.id.rsplit('@').next().map(str::to_owned);
    assert_eq!(domain(of("SAME01")[0]), domain(of("SAME02")[0]), "message ids changed with the sender");
    world.finish();
}

#[test]
fn what_waits_is_not_written_anew_when_the_watch_list_changes() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.hooks.refuse(Some(500));
    world.mailbox.mood(Mood::Temporary);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>ANEW01 VISTOS.</p>");
    assert!(world.hooks.wait_tries(1) && world.mailbox.wait_talks(1), "{}", world.log());
    let name = format!("name = \"Caso {A}\"");
    world.reload_with(&[(&name, "name = \"Otro nombre\"")]);
    world.hooks.refuse(None);
    world.mailbox.mood(Mood::Good);
    world.told("ANEW01");
    assert!(world.hooks.got()[0].body.contains(&format!("Caso {A}")), "{}", world.hooks.got()[0].body);
    let mail = &world.mailbox.got()[0];
    assert!(mail.subject.contains(&format!("Caso {A}")) && !mail.raw.contains("Otro nombre"), "{}", mail.raw);
    world.finish();
}

#[test]
fn a_mail_that_nobody_took_goes_out_with_the_sender_of_today_under_its_message_id() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.mailbox.mood(Mood::Temporary);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>ANEW02 VISTOS.</p>");
    let was_tried =
        |mail: &serde_json::Value| mail["recipient"] != "" && mail["attempts"].as_array().is_some_and(|tries| !tries.is_empty());
    world.until("an attempt at the mail is noted", |world| world.deliveries(&[]).iter().any(was_tried));
    world.reload_with(&[("<veedor@example.org>", "<veedor@nuevo.example.net>")]);
    world.mailbox.mood(Mood::Good);
    world.told("ANEW02");
    let mail = &world.mailbox.got()[0];
    assert!(mail.id.ends_with("@example.org") && mail.raw.starts_with("From: Veedor <veedor@nuevo.example.net>"), "{}", mail.raw);
    world.finish();
}

#[test]
fn sent_again_by_hand_is_one_attempt() {
    let mut world = World::new(&[A]);
    let wait = "allow_private = true\nretry = [\"200ms\", \"200ms\", \"1s\", \"1s\", \"2s\", \"4s\", \"8s\"]";
    assert!(world.list.contains(wait));
    world.list = world.list.replace(wait, "allow_private = true\nretry = [\"200ms\"]");
    world.write(&world.list);
    world.start();
    world.visits(2);
    world.hooks.refuse(Some(500));
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>HAND01 VISTOS.</p>");
    world.until("it is given up", |world| world.deliveries(&["--failed"]).len() == 1);
    assert_eq!(world.hooks.tries(), 2);
    let id = world.deliveries(&["--failed"])[0]["id"].as_str().expect("an id").to_owned();
    world.ok(&["retry", &id]);
    let by_hand = |world: &World| world.deliveries(&["--failed"]).iter().any(|delivery| delivery["reason"].to_string().contains("by hand"));
    world.until("it is given up again", by_hand);
    world.visits(5);
    assert_eq!(world.hooks.tries(), 3, "{}", world.log());
    world.hooks.refuse(None);
    world.ok(&["retry", &id]);
    world.told("HAND01");
    world.finish();
}

#[test]
fn a_terminal_that_nobody_reads_stops_neither_the_visits_nor_the_end() {
    let mut world = World::new(&[A]);
    let (head, rest) = world.list.split_once("[[channel]]").expect("channels");
    let cases = &rest[rest.find("\n[[case]]").expect("cases")..];
    world.list = format!("{head}{cases}");
    world.write(&world.list);
    world.start_unread();
    world.visits(2);
    // More than a pipe holds.
    for n in 0..300 {
        world.court.act(A, "PROVIDENCIA GENERAL (DECRETO)", &format!("<p>PIPE{n} {}</p>", "palabra ".repeat(100)));
    }
    world.until("the pipe is full", |world| world.log().contains("standard output did not take"));
    world.visits(5);
    assert_eq!(world.stop(), Some(0), "{}", world.log());
    // It is all there for the next reader.
    world.start();
    world.visits(1);
    world.until("all is printed", |world| world.deliveries(&[]).iter().all(|delivery| delivery["state"] == "delivered"));
    assert!(world.out().contains("PIPE0 ") && world.out().contains("PIPE299 "));
    world.finish();
}

#[test]
fn after_a_restore_another_change_is_another_event() {
    let mut world = World::new(&[A]);
    world.court.act_at(A, "AUTO (RESOLUCION)", "<p>EDIT00 multa de 4000 dolares.</p>", "2025-05-02T14:00:00.000+00:00");
    world.start();
    world.visits(2);
    let backups = world.path("backups").display().to_string();
    world.ok(&["backup", &backups]);
    let edit = |world: &World, text: &str| {
        let text = text.to_owned();
        world
            .court
            .change(A, move |acts| acts.iter_mut().filter(|act| act.text.contains("EDIT0")).for_each(|act| act.text.clone_from(&text)));
    };
    edit(&world, "<p>EDIT01 multa de 400 dolares.</p>");
    assert!(world.hooks.wait_for(|got| got.len() == 1), "{}", world.log());
    assert_eq!(world.stop(), Some(0));
    std::fs::remove_dir_all(world.state_dir()).expect("the disk is lost");
    let backup = std::fs::read_dir(&backups).expect("backups").flatten().next().expect("one").path();
    world.ok(&["restore", &backup.display().to_string()]);
    edit(&world, "<p>EDIT02 queda sin efecto la multa.</p>");
    world.start();
    assert!(world.hooks.wait_for(|got| got.len() == 2), "{}", world.log());
    let ids: Vec<String> = world.hooks.got().into_iter().map(|hook| hook.id).collect();
    assert_ne!(ids[0], ids[1], "the receiver would drop the second as a repeat");
    world.finish();
}
