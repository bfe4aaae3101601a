//! Mail through a real server, and to addresses that are not there.

use serde_json::{Value, json};

use crate::world::mailbox::Mood;
use crate::world::mta::{Mta, PASSWORD, USER};
use crate::world::{World, judges};

const A: &str = "17721-2024-00011G";

fn state_of(world: &World, id: &str) -> String {
    let found = world.deliveries(&[]).into_iter().find(|delivery| delivery["id"] == *id).expect("it is listed");
    found["state"].as_str().expect("a state").to_owned()
}

#[test]
fn a_real_mail_server_takes_mail_over_both_kinds_of_tls_with_a_password() {
    let Some(mut mta) = Mta::open() else { return };
    let mut world = World::new(&[A]);
    std::fs::write(world.path("password"), format!("{PASSWORD}\n")).expect("a password");
    std::fs::set_permissions(world.path("password"), std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("its mode");
    let plain = format!("host = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n", world.mailbox.port());
    let account = format!("user = \"{USER}\"\npassword = {{ file = \"{}\" }}\n", world.path("password").display());
    let implicit = format!("host = \"localhost\"\nport = {}\ntls = \"tls\"\n{account}", mta.tls);
    world.list = world.list.replace(&plain, &implicit).replace("mesa@example.org\"]", "mesa@example.net\", \"nadie@example.net\"]");
    world.write(&world.list);
    world.start();
    world.visits(2);
    let set = "<p>MTA00 Se convoca a la audiencia de juicio para el 11 de marzo de 2027, a las 09h30. PERSONA FICTICIA UNO, ñandú.</p>";
    world.court.act(A, "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", set);
    // Nobody in the world vouches for it, and the mail waits.
    world.until("it is held", |world| world.deliveries(&["--failed"]).iter().any(|one| one["state"] == "held"));
    let reason = world.deliveries(&["--failed"])[0]["reason"].as_str().expect("a reason").to_owned();
    assert!(reason.contains("TLS") && reason.contains("UnknownIssuer"), "{reason}");
    assert_eq!(mta.mails("mesa"), Vec::<String>::new());
    let authority = format!("{implicit}ca = \"{}\"\n", mta.authority().display());
    world.reload_with(&[(implicit.as_str(), authority.as_str())]);
    mta.wait_until("the mail lies in its box", |mta| mta.mails("mesa").len() == 1);
    // The other recipient is not there: its mail is given up with the server's words, and hinders nothing.
    world.until("the other is given up", |world| world.deliveries(&["--failed"]).len() == 1);
    let failed = world.deliveries(&["--failed"]).remove(0);
    let why = failed["reason"].as_str().expect("a reason");
    assert!(why.contains("550 to RCPT: 5.1.1 <nadie@example.net>") && why.contains("User unknown"), "{failed}");
    world.ok(&["retry", "--drop", failed["id"].as_str().expect("an id")]);
    // The same with STARTTLS.
    let (port, other) = (format!("port = {}\ntls = \"tls\"", mta.tls), format!("port = {}\ntls = \"starttls\"", mta.starttls));
    world.reload_with(&[(port.as_str(), other.as_str()), (", \"nadie@example.net\"", "")]);
    world.visits(2);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>MTA01 VISTOS: se resuelve.</p>");
    mta.wait_until("the second mail lies in its box", |mta| mta.mails("mesa").len() == 2);
    let log = mta.log();
    assert_eq!((log.matches("status=sent").count(), log.matches("sasl_method=PLAIN").count() >= 2), (2, true), "{log}");
    let mut mails = mta.mails("mesa");
    mails.sort_by_key(|mail| !mail.contains("text/calendar"));
    judged(&mails);
    world.finish();
}

/// What arrived is what was meant, as Python's own parser reads it.
fn judged(mails: &[String]) {
    let Some(said) = judges::ask("mails", &json!(mails)) else { return };
    let [invitation, ruling] = said.as_array().expect("a list").as_slice() else { panic!("{said}") };
    let header = |mail: &Value, name: &str| mail["headers"][name][0].as_str().unwrap_or_default().to_owned();
    for mail in [invitation, ruling] {
        assert_eq!(mail["defects"], json!([]));
        assert_eq!((header(mail, "from"), header(mail, "to")), ("Veedor <veedor@example.org>".into(), "mesa@example.net".into()));
        assert_eq!(header(mail, "auto-submitted"), "auto-generated");
        assert_eq!(header(mail, "delivered-to"), "mesa@example.net");
        assert!(header(mail, "subject").starts_with(&format!("[{A}] Caso {A}: ")), "{mail}");
        assert!(
            header(mail, "list-id").ends_with(".example.org>") && header(mail, "list-unsubscribe").contains("mailto:veedor@example.org")
        );
    }
    assert_eq!(header(invitation, "references"), header(ruling, "references"));
    assert_ne!(header(invitation, "message-id"), header(ruling, "message-id"));
    let part = |mail: &Value, kind: &str| {
        let parts = mail["parts"].as_array().expect("parts").iter();
        parts.filter(|part| part["type"] == kind).map(|part| part["content"].as_str().expect("text").to_owned()).collect::<String>()
    };
    for kind in ["text/plain", "text/html"] {
        assert!(part(invitation, kind).contains("MTA00") && part(invitation, kind).contains("jueves 11 de marzo de 2027, 09:30"));
        assert!(part(ruling, kind).contains("MTA01") && part(ruling, kind).contains("SHA-256"));
    }
    assert_eq!(invitation["calendars"][0]["icalendar"]["events"][0]["start"], "2027-03-11T09:30:00-05:00 America/Guayaquil");
    assert_eq!((invitation["calendars"].as_array().map(Vec::len), ruling["calendars"].as_array().map(Vec::len)), (Some(2), Some(0)));
}

/// That mails wait after refusals of two hours is shown with a clock that can be moved.
#[test]
fn mails_to_an_address_that_is_refused_are_given_up_and_arrive_when_they_are_asked_for() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.mailbox.mood(Mood::NobodyThere);
    for n in 0..3 {
        world.court.act(A, "SENTENCIA (RESOLUCION)", &format!("<p>GONE{n} VISTOS.</p>"));
        world.until("it is given up", |world| world.deliveries(&["--failed"]).len() == n + 1);
    }
    assert_eq!(world.mailbox.rcpts(), 3, "refusals of one hour are one accident, and the next mail is tried");
    assert!(!world.log().contains("mesa@example.org"), "{}", world.log());
    world.mailbox.mood(Mood::Good);
    let failed = world.deliveries(&["--failed"]);
    for one in &failed {
        assert!(one["reason"].as_str().is_some_and(|reason| reason.contains("550")), "{one}");
        world.ok(&["retry", one["id"].as_str().expect("an id")]);
    }
    let is_over = |one: &Value| one["state"] == "delivered";
    world.until("all arrived", |world| world.deliveries(&[]).iter().all(is_over));
    assert_eq!(state_of(&world, failed[0]["id"].as_str().expect("an id")), "delivered");
    world.finish();
}
