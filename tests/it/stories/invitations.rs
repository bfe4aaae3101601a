//! Hearings in people's calendars: what a mail brings along when one is set, moved and called off.

use serde_json::{Value, json};

use crate::world::mailbox::Mail;
use crate::world::{World, judges};

const A: &str = "17721-2024-00011G";

/// When a court entered an act, so that no two of them have one time.
fn minutes_ago(minutes: i64) -> String {
    let then = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(minutes);
    then.strftime("%Y-%m-%dT%H:%M:%S.000+00:00").to_string()
}

/// The mail that tells of this token.
fn mail(world: &World, token: &str) -> Mail {
    world.told(token);
    world.mailbox.got().into_iter().find(|mail| mail.text.contains(token)).expect("it came")
}

/// A property of the only appointment of a mail, as the text beside the HTML has it; none when it brings no calendar.
fn property(mail: &Mail, name: &str) -> Option<String> {
    let parsed = mail_parser::MessageParser::default().parse(mail.raw.as_bytes()).expect("a mail");
    let calendar = parsed.parts.iter().find(|part| mail_parser::MimeHeaders::is_content_type(*part, "text", "calendar"))?;
    let text = String::from_utf8(calendar.contents().to_vec()).expect("text").replace("\r\n ", "");
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 1, "{text}");
    let event = text.split("BEGIN:VEVENT").nth(1)?;
    event.lines().find_map(|line| line.strip_prefix(name).filter(|rest| rest.starts_with([':', ';'])).map(|rest| rest[1..].to_owned()))
}

fn header(mail: &Mail, name: &str) -> Option<String> {
    mail.raw.lines().find_map(|line| line.strip_prefix(name).map(|rest| rest.trim_start_matches(':').trim().to_owned()))
}

#[test]
fn a_hearing_that_is_set_moved_and_revoked_is_one_thread_and_one_appointment() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    let set = "<p>INV00 Se convoca a la audiencia de juicio para el 11 de marzo de 2027, a las 09h30, en la sala 203.</p>";
    let moved = "<p>INV01 Se reprograma la audiencia de juicio para el 18 de marzo de 2027, a las 10h00.</p>";
    let revoked = "<p>INV02 Se deja sin efecto la audiencia de juicio convocada para el 18 de marzo de 2027.</p>";
    world.court.act_at(A, "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", set, &minutes_ago(9));
    let first = mail(&world, "INV00");
    world.court.act_at(A, "PROVIDENCIA GENERAL (DECRETO)", moved, &minutes_ago(8));
    let second = mail(&world, "INV01");
    // The number stands in the store: another process counts on.
    assert_eq!(world.stop(), Some(0), "{}", world.log());
    world.start();
    world.court.act_at(A, "PROVIDENCIA GENERAL (DECRETO)", revoked, &minutes_ago(7));
    let third = mail(&world, "INV02");
    let mails = [&first, &second, &third];
    let all = |name: &str| mails.map(|mail| property(mail, name).unwrap_or_else(|| panic!("no {name} in\n{}", mail.raw)));
    assert_eq!(all("SEQUENCE"), ["0", "1", "2"]);
    assert_eq!(all("STATUS"), ["CONFIRMED", "CONFIRMED", "CANCELLED"]);
    let at = |day: &str| format!("TZID=America/Guayaquil:202703{day}00");
    assert_eq!(all("DTSTART"), [at("11T0930"), at("18T1000"), at("18T1000")]);
    let uids = all("UID");
    assert!(uids[0].ends_with("@example.org") && uids.iter().all(|uid| *uid == uids[0]), "{uids:?}");
    let threads = mails.map(|mail| header(mail, "References"));
    assert!(threads[0].is_some() && threads.iter().all(|thread| *thread == threads[0]), "{threads:?}");
    judged(&mails.map(Clone::clone));
    world.finish();
}

/// Programs that others wrote read the same in it.
fn judged(mails: &[Mail; 3]) {
    let Some(said) = judges::ask("mails", &json!(mails.iter().map(|mail| mail.raw.clone()).collect::<Vec<_>>())) else { return };
    let days = ["2027-03-11T09:30:00-05:00", "2027-03-18T10:00:00-05:00", "2027-03-18T10:00:00-05:00"];
    for (at, (mail, said)) in mails.iter().zip(said.as_array().expect("a list")).enumerate() {
        assert_eq!(said["defects"], json!([]), "{}", mail.raw);
        let parts = said["parts"].as_array().expect("parts");
        let types: Vec<&str> = parts.iter().filter_map(|part| part["type"].as_str()).collect();
        assert_eq!(types, ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics"]);
        assert!(parts.iter().all(|part| part["defects"].is_null() || part["defects"] == json!([])), "{parts:?}");
        assert_eq!((&parts[4]["method"], &parts[4]["charset"]), (&json!("PUBLISH"), &json!("utf-8")));
        assert_eq!((&parts[5]["disposition"], &parts[5]["name"]), (&json!("attachment"), &json!("audiencia.ics")));
        let [beside, file] = said["calendars"].as_array().expect("calendars").as_slice() else { panic!("{said}") };
        assert_eq!(beside, file);
        let (one, other) = (&beside["icalendar"], &beside["vobject"]);
        assert_eq!((&one["method"], &one["errors"], &other["method"]), (&json!("PUBLISH"), &json!([]), &json!("PUBLISH")));
        let (event, same) = (&one["events"][0], &other["events"][0]);
        let told = |event: &Value| (event["uid"].clone(), event["sequence"].clone());
        assert_eq!(told(event), (json!(property(&mails[0], "UID")), json!(at)));
        assert_eq!(told(same), told(event));
        assert_eq!(event["start"], json!(format!("{} America/Guayaquil", days[at])), "by the name of the zone");
        assert_eq!(same["start"], json!(days[at]), "by the rules that the calendar brings");
        assert_eq!((&event["attendees"], &event["errors"], &event["end"]), (&json!(false), &json!([]), &Value::Null));
        assert_eq!(event["organizer"], "mailto:veedor@example.org");
        assert_eq!(event["status"], if at == 2 { "CANCELLED" } else { "CONFIRMED" });
        assert!(
            event["description"].as_str().is_some_and(|text| text.contains("\nFuente: https://") && text.contains("presume inocente")),
            "{event}"
        );
    }
}

#[test]
fn a_doubtful_day_brings_no_invitation() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    // 11 March 2027 is a Thursday.
    let set = "<p>DBT00 Se convoca a la audiencia de juicio para el lunes 11 de marzo de 2027, a las 09h30.</p>";
    world.court.act(A, "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", set);
    let doubtful = mail(&world, "DBT00");
    assert!(doubtful.text.contains("Posible fecha"), "{}", doubtful.text);
    assert_eq!(property(&doubtful, "UID"), None);
    world.finish();
}
