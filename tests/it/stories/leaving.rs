//! Leaving: whoever gets a mail stops it himself, by the link in it or with the button of his mail program, and comes back.

use std::io::{Read, Write};

use crate::world::World;
use crate::world::mailbox::Mail;

const A: &str = "17721-2024-00011G";
const B: &str = "17721-2024-00012G";
const ANA: &str = "ana@example.org";
const EVA: &str = "eva@example.org";

/// A world whose mails go to two people and whose pages can be reached.
fn world_with_pages() -> (World, u16) {
    let mut world = World::new(&[A, B]);
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address").port();
    world.list = world
        .list
        .replace("listen = \"\"", &format!("listen = \"127.0.0.1:{port}\"\nurl = \"http://127.0.0.1:{port}/\""))
        .replace("to = [\"mesa@example.org\"]", &format!("to = [\"{ANA}\", \"{EVA}\"]"));
    world.write(&world.list);
    (world, port)
}

fn ruling(world: &World, number: &str, token: &str) {
    world.court.act(number, "SENTENCIA (RESOLUCION)", &format!("<p>{token} VISTOS.</p>"));
}

/// The mail with this token to this address, once it is there.
fn mail(world: &World, to: &str, token: &str) -> Mail {
    let is = |mail: &Mail| mail.to.contains(to) && mail.text.contains(token);
    assert!(world.mailbox.wait_for(|got| got.iter().any(is)), "no {token} to {to}\n{}", world.log());
    world.mailbox.got().into_iter().find(is).expect("it is there")
}

fn has_mail(world: &World, to: &str, token: &str) -> bool {
    world.mailbox.got().iter().any(|mail| mail.to.contains(to) && mail.text.contains(token))
}

/// What a mail program finds in the headers: the address that it posts to.
fn one_click(mail: &Mail) -> String {
    let parsed = mail_parser::MessageParser::default().parse(&mail.raw).expect("a mail");
    let header = |name: &str| parsed.header_raw(name).map(str::trim).expect("the header is there").to_owned();
    assert_eq!(header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    let addresses = header("List-Unsubscribe");
    assert!(addresses.contains("<mailto:"), "{addresses}");
    addresses.split(['<', '>']).find(|part| part.starts_with("http")).expect("a web address").to_owned()
}

/// The page on which this mail's case is silenced for its reader.
fn mute_link(mail: &Mail) -> String {
    let parsed = mail_parser::MessageParser::default().parse(&mail.raw).expect("a mail");
    let text = parsed.body_text(0).expect("a text").into_owned();
    let after = text.split("Silenciar este expediente para usted:").nth(1).expect("a link");
    after.split_whitespace().next().expect("an address").to_owned()
}

fn http(port: u16, method: &str, url: &str, body: &str) -> (u16, String) {
    let path = url.split_once(&format!("127.0.0.1:{port}")).map_or(url, |(_, path)| path);
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(format!("{head}{body}").as_bytes()).expect("it takes a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, answer)
}

#[test]
fn one_click_in_a_mail_program_stops_the_channel_for_its_reader_alone_and_he_can_come_back() {
    let (mut world, port) = world_with_pages();
    world.start();
    world.visits(2);
    ruling(&world, A, "LEAVE1");
    let (to_ana, to_eva) = (mail(&world, ANA, "LEAVE1"), mail(&world, EVA, "LEAVE1"));
    let link = one_click(&to_ana);
    assert_ne!(link, one_click(&to_eva));
    assert!(!link.contains("ana") && !link.contains("17721") && !link.contains("mail"), "{link}");

    for _ in 0..2 {
        let (status, answer) = http(port, "POST", &link, "List-Unsubscribe=One-Click");
        assert_eq!(status, 200, "{answer}");
        assert!(
            answer.contains("Ya no recibir") && !answer.to_ascii_lowercase().contains("set-cookie") && !answer.contains("ana@"),
            "{answer}"
        );
    }
    ruling(&world, B, "LEAVE2");
    mail(&world, EVA, "LEAVE2");
    world.told("LEAVE2");
    let is_muted = |world: &World| {
        let of = |delivery: &serde_json::Value| delivery["recipient"] == ANA && delivery["state"] == "muted";
        world.deliveries(&[B]).iter().any(of)
    };
    world.until("hers is kept and muted", is_muted);
    assert!(!has_mail(&world, ANA, "LEAVE2"), "{}", world.log());

    // The operator is told once, sees who it is, and neither a restart nor a reload brings the address back.
    assert_eq!(world.log().matches("a recipient left the channel").count(), 1);
    assert!(!world.log().contains(ANA) && !world.log().contains(link.rsplit('/').next().expect("a token")), "{}", world.log());
    assert!(world.ok(&["silence"]).contains(ANA));
    assert!(world.ok(&["check"]).contains(&format!("{ANA} left channel mail")), "{}", world.ok(&["check"]));
    let (_, counters) = http(port, "GET", "/metrics", "");
    assert!(counters.contains("veedor_recipient_requests_total{what=\"left\"} 1") && !counters.contains("ana"), "{counters}");
    world.kill();
    world.start();
    world.visits(1);
    world.reload_with(&[("group_wait = \"0s\"", "group_wait = \"1s\"")]);
    ruling(&world, A, "LEAVE3");
    mail(&world, EVA, "LEAVE3");
    assert!(!has_mail(&world, ANA, "LEAVE3"));

    let (status, answer) = http(port, "POST", &link, "do=undo");
    assert!(status == 200 && answer.contains("Volver"), "{answer}");
    ruling(&world, A, "LEAVE4");
    mail(&world, ANA, "LEAVE4");
    assert!(!has_mail(&world, ANA, "LEAVE2") && !has_mail(&world, ANA, "LEAVE3"));

    // And again; this time the operator brings the address back.
    assert_eq!(http(port, "POST", &one_click(&mail(&world, ANA, "LEAVE4")), "").0, 200);
    let listed = world.json(&["silence", "--json"]);
    let one = listed["silences"].as_array().expect("a list").iter().find(|one| one["state"] == "active").expect("hers").clone();
    assert!(one["by_recipient"] == true && one["until"].is_null() && one["to"] == ANA, "{one}");
    assert!(world.ok(&["silence", "end", one["id"].as_str().expect("an id")]).contains(&format!("{ANA} is told again")));
    ruling(&world, B, "LEAVE5");
    mail(&world, ANA, "LEAVE5");
    mail(&world, EVA, "LEAVE5");
    world.told("LEAVE5");

    // Whoever is added is named to the operator, and not in the log.
    world.list = world.list.replace(&format!("\"{EVA}\""), &format!("\"{EVA}\", \"iris@example.org\""));
    world.write(&world.list);
    assert!(world.ok(&["reload"]).contains("channel mail tells iris@example.org from now on"));
    world.logged("channel mail tells 1 more recipients from now on");
    assert!(!world.log().contains("iris@"), "{}", world.log());
    world.finish();
}

#[test]
fn to_look_at_a_link_changes_nothing_and_a_case_is_silenced_for_one_alone() {
    let (mut world, port) = world_with_pages();
    world.start();
    world.visits(2);
    ruling(&world, A, "MUTE1");
    let to_ana = mail(&world, ANA, "MUTE1");
    let link = mute_link(&to_ana);
    assert_ne!(link, one_click(&to_ana));
    for method in ["GET", "HEAD", "GET"] {
        let (status, answer) = http(port, method, &link, "");
        assert_eq!(status, 200, "{answer}");
        let head = answer.split("\r\n\r\n").next().expect("a head").to_ascii_lowercase();
        for line in [
            "cache-control: no-store",
            "referrer-policy: no-referrer",
            "x-content-type-options: nosniff",
            "default-src 'none'; style-src 'sha256-",
            "frame-ancestors 'none'",
        ] {
            assert!(head.contains(line), "{line}: {head}");
        }
        if method == "GET" {
            // The one style that the header allows is the one on the page.
            let style = answer.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).expect("a style");
            let hash = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, <sha2::Sha256 as sha2::Digest>::digest(style));
            assert!(answer.contains(&format!("style-src 'sha256-{hash}'")), "{answer}");
        }
        assert!(
            method == "HEAD" || (answer.contains("Silenciar este expediente") && answer.contains(A) && answer.contains("value=\"stop\""))
        );
    }
    ruling(&world, A, "MUTE2");
    mail(&world, ANA, "MUTE2");

    let (status, answer) = http(port, "POST", &link, "do=stop");
    assert!(status == 200 && answer.contains("Expediente silenciado") && answer.contains("value=\"undo\""), "{answer}");
    assert!(http(port, "GET", &link, "").1.contains("Expediente silenciado"));
    ruling(&world, A, "MUTE3");
    ruling(&world, B, "MUTE4");
    mail(&world, EVA, "MUTE3");
    mail(&world, ANA, "MUTE4");
    assert!(!has_mail(&world, ANA, "MUTE3"), "{}", world.log());

    // What is no token of ours says nothing, and nobody has to read a book.
    let token = link.rsplit('/').next().expect("a token").to_owned();
    let other = if token.starts_with('A') { token.replacen('A', "B", 1) } else { format!("A{}", &token[1..]) };
    for path in [format!("/u/{other}"), "/u/x".to_owned(), "/u/..%2f..%2fetc".to_owned()] {
        for method in ["GET", "POST"] {
            let (status, answer) = http(port, method, &path, "");
            assert!(status == 404 && answer.contains("Este enlace no es válido") && answer.contains("This link is not valid"), "{answer}");
        }
    }
    assert_eq!(http(port, "POST", &link, &"x".repeat(5_000)).0, 413);

    // The links in old mails go on working in a store that was restored.
    assert_eq!(world.stop(), Some(0));
    let copies = world.path("copies").display().to_string();
    world.ok(&["backup", &copies]);
    let store = world.state_dir().join("store");
    std::fs::rename(&store, world.path("lost")).expect("it can be moved");
    world.ok(&["restore", &copies]);
    world.start();
    world.visits(1);
    assert!(http(port, "GET", &link, "").1.contains("Expediente silenciado"));
    assert!(http(port, "POST", &link, "do=undo").1.contains("Volver"));
    ruling(&world, A, "MUTE5");
    mail(&world, ANA, "MUTE5");
    mail(&world, EVA, "MUTE5");
    world.told("MUTE5");
    world.finish();
}
