//! Chat services and programs, as a newsroom would notice them: one message a case, each event to a program, nothing lost when a
//! channel is archived, and no address shown.

use std::net::SocketAddr;

use serde_json::Value;

use crate::world::http::{Answer, serve};
use crate::world::state::Shared;
use crate::world::{World, judges};

const A: &str = "17721-2024-00011G";

/// What a service got, and what it says to it.
#[derive(Default)]
struct Service {
    got: Vec<Value>,
    tries: usize,
    refusal: Option<(u16, &'static str)>,
}

fn service() -> (SocketAddr, Shared<Service>) {
    let inside = Shared::new(Service::default());
    let shared = inside.clone();
    let at = serve(move |question| {
        shared.change(|service| {
            service.tries += 1;
            if let Some((status, words)) = service.refusal {
                return Answer::Send { status, kind: "text/plain", body: words.as_bytes().to_vec() };
            }
            service.got.push(serde_json::from_slice(&question.body).expect("JSON"));
            Answer::Send { status: 200, kind: "text/plain", body: b"ok".to_vec() }
        })
    });
    (at, inside)
}

/// A world with a channel more.
fn world_with(channel: &str) -> World {
    let mut world = World::new(&[A]);
    world.list = world.list.replacen("\n[[case]]", &format!("\n{channel}\n[[case]]"), 1);
    world.write(&world.list);
    world
}

#[test]
fn a_room_gets_the_news_of_a_case_in_one_message_and_a_program_each_event() {
    let (at, room) = service();
    let mut world = world_with("");
    let kept = world.path("events");
    std::fs::create_dir(&kept).expect("a folder");
    let channels = format!(
        "[[channel]]\nid = \"sala\"\nkind = \"slack\"\nurl = \"http://{at}/services/RUTASECRETA\"\nallow_private = true\ngroup_wait = \"3s\"\n\n\
         [[channel]]\nid = \"programa\"\nkind = \"command\"\nrun = [\"/bin/sh\", \"-c\", 'cat > {0}/part.$VEEDOR_DELIVERY && mv {0}/part.$VEEDOR_DELIVERY {0}/$VEEDOR_DELIVERY']\n",
        kept.display()
    );
    world.list = world.list.replacen("\n[[case]]", &format!("\n{channels}\n[[case]]"), 1);
    world.write(&world.list);
    assert!(world.ok(&["check"]).contains("slack") && !world.ok(&["check"]).contains("RUTASECRETA"));
    world.ok(&["test", "sala"]);
    assert!(room.get().got[0].to_string().contains("Mensaje de prueba"), "{}", room.get().got[0]);
    world.start();
    world.visits(2);
    for n in 0..3 {
        world.court.act(A, "PROVIDENCIA GENERAL (DECRETO)", &format!("<p>ROOM0{n} agréguese.</p>"));
    }
    assert!(room.wait(|room| room.got.len() > 1), "{}", world.log());
    let told = room.get().got[1].to_string();
    assert!((0..3).all(|n| told.contains(&format!("ROOM0{n}"))), "{told}");
    world.until("the program has each", |_| {
        let files = std::fs::read_dir(&kept).expect("a folder").flatten();
        files.filter(|file| file.file_name().to_string_lossy().starts_with("msg_")).count() == 3
    });
    for file in std::fs::read_dir(&kept).expect("a folder").flatten() {
        let event: Value = serde_json::from_slice(&std::fs::read(file.path()).expect("it reads")).expect("one JSON event");
        assert_eq!(event["type"], "order.issued", "{event}");
    }
    world.until("all arrived", |world| world.deliveries(&[]).iter().all(|delivery| delivery["state"] == "delivered"));
    assert_eq!(room.get().got.len(), 2, "one message");
    assert!(!world.log().contains("RUTASECRETA") && !world.ok(&["deliveries", "--json"]).contains("RUTASECRETA"), "{}", world.log());
    world.finish();
}

#[test]
fn news_for_an_archived_room_is_held_until_it_is_back() {
    let (at, room) = service();
    let channel = format!(
        "[[channel]]\nid = \"sala\"\nkind = \"slack\"\nurl = \"http://{at}/services/x\"\nallow_private = true\nretry = [\"200ms\"]\n"
    );
    let mut world = world_with(&channel);
    world.start();
    world.visits(2);
    room.change(|room| room.refusal = Some((410, "channel_is_archived")));
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>ARCH01 VISTOS.</p>");
    world.until("it is held", |world| world.deliveries(&["--failed"]).iter().any(|delivery| delivery["state"] == "held"));
    let failed = world.deliveries(&["--failed"]);
    assert!(failed[0]["reason"].as_str().expect("a reason").contains("make a new one"), "{failed:?}");
    world.visits(3);
    assert_eq!(room.get().tries, 1, "a held channel costs no attempts\n{}", world.log());
    room.change(|room| room.refusal = None);
    world.ok(&["reload"]);
    assert!(room.wait(|room| room.got.len() == 1 && room.got[0].to_string().contains("ARCH01")), "{}", world.log());
    world.until("all arrived", |world| world.deliveries(&[]).iter().all(|delivery| delivery["state"] == "delivered"));
    world.finish();
}

/// What a court might write to be more than words: calls, links, marks, tags.
const EVIL: &str = "<!channel> <@U012AB3CD> @everyone @room [pague](https://mal.example/x) **no** ~~nunca~~ `x` </blockquote><a href=\"https://mal.example/\">clic</a> # uno";

#[test]
fn parsers_of_others_read_a_courts_words_as_words() {
    let got: Shared<Vec<(String, Value)>> = Shared::new(Vec::new());
    let shared = got.clone();
    let at = serve(move |question| {
        let service = match question.path.as_str() {
            path if path.starts_with("/slack") => "slack",
            path if path.starts_with("/discord") => "discord",
            path if path.starts_with("/mattermost") => "mattermost",
            path if path.ends_with("/sendMessage") => "telegram",
            path if path.starts_with("/_matrix/") => "matrix",
            other => panic!("nobody is at {other}"),
        };
        shared.change(|got| got.push((service.to_owned(), serde_json::from_slice(&question.body).expect("JSON"))));
        Answer::json(&serde_json::json!({"ok": true, "id": "1", "event_id": "$1"}))
    });
    let mut world = world_with("");
    let token = world.path("token");
    std::fs::write(&token, "123456789:AAficticia").expect("a token");
    std::fs::set_permissions(&token, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("its mode");
    let token = format!("token = {{ file = \"{}\" }}", token.display());
    let channels: String = [
        ("slack", format!("url = \"http://{at}/slack\"")),
        ("discord", format!("url = \"http://{at}/discord\"")),
        ("mattermost", format!("url = \"http://{at}/mattermost\"")),
        ("telegram", format!("url = \"http://{at}\"\nchat = -1001234567890\n{token}")),
        ("matrix", format!("url = \"http://{at}\"\nroom = \"!sala:example.org\"\n{token}")),
    ]
    .iter()
    .map(|(kind, keys)| format!("[[channel]]\nid = \"{kind}\"\nkind = \"{kind}\"\nallow_private = true\n{keys}\n\n"))
    .collect();
    world.list = world.list.replacen("\n[[case]]", &format!("\n{channels}[[case]]"), 1);
    world.write(&world.list);
    world.start();
    world.visits(2);
    let escaped = EVIL.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    world.court.act(A, "SENTENCIA (RESOLUCION)", &format!("<p>WORDS01 {escaped} WORDS02</p>"));
    assert!(got.wait(|got| got.len() == 5), "{}", world.log());
    let messages: serde_json::Map<String, Value> = got.get().iter().cloned().collect();
    assert_eq!(messages.len(), 5, "one message for each");
    if let Some(verdicts) = judges::ask("chats", &Value::Object(messages)) {
        for (service, verdict) in verdicts.as_object().expect("an object") {
            // What keeps a mention from being one is not seen.
            let text = verdict["text"].as_str().expect("a text").replace('\u{200b}', "");
            assert!(text.contains(&format!("WORDS01 {EVIL} WORDS02")), "{service}: {text}");
            let links = verdict["links"].as_array().expect("a list");
            assert!(links.iter().all(|link| !link.as_str().unwrap_or_default().contains("mal.example")), "{service}: {links:?}");
            assert_eq!((&verdict["struck"], &verdict["errors"]), (&serde_json::json!([]), &serde_json::json!([])), "{service}");
        }
    }
    world.until("all arrived", |world| world.deliveries(&[]).iter().all(|delivery| delivery["state"] == "delivered"));
    world.finish();
}
