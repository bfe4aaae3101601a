//! The API: what a program of a newsroom asks and changes, over the network and over the socket.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;

use serde_json::{Value, json};

use crate::world::{World, judges};

const A: &str = "17721-2024-00011G";
const B: &str = "17721-2024-00018";
const C: &str = "17721-2024-00022";

/// An answer.
struct Told {
    status: u16,
    head: String,
    body: String,
}

impl Told {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().filter_map(|line| line.split_once(": ")).find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {} {}\n{}", self.status, self.head, self.body))
    }
}

/// Somebody who asks.
struct Program {
    port: u16,
}

impl Program {
    fn raw(&self, bytes: &[u8]) -> Told {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream.write_all(bytes).expect("it reads");
        told(stream)
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&str>) -> Told {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n", self.port);
        if method != "GET" {
            head.push_str(&format!("Origin: http://127.0.0.1:{}\r\n", self.port));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(body) = body {
            head.push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()));
        }
        self.raw(format!("{head}\r\n{}", body.unwrap_or_default()).as_bytes())
    }

    fn get(&self, path: &str) -> Value {
        let told = self.ask("GET", &format!("/api/v1{path}"), &[], None);
        assert_eq!(told.status, 200, "{path}: {}", told.body);
        told.json()
    }

    fn post(&self, path: &str, body: &Value) -> Told {
        self.ask("POST", &format!("/api/v1{path}"), &[], Some(&body.to_string()))
    }

    /// Refused with this status, exit code and words.
    fn no(&self, method: &str, path: &str, body: Option<&str>, status: u16, code: u8, words: &str) {
        let told = self.ask(method, &format!("/api/v1{path}"), &[], body);
        let problem = told.json();
        assert_eq!((told.status, told.header("content-type")), (status, Some("application/problem+json")), "{method} {path}: {problem}");
        assert_eq!((problem["status"].as_u64(), problem["code"].as_u64()), (Some(status.into()), Some(code.into())), "{path}: {problem}");
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(detail.contains(words), "{method} {path}: {detail}");
        assert!(problem["type"].as_str().is_some_and(|kind| kind.starts_with("urn:veedor:problem:")), "{problem}");
    }
}

fn told(mut stream: impl Read) -> Told {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).expect("it answers");
    let text = String::from_utf8(all).expect("text");
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("no answer: {text}"));
    Told { status, head: head.to_owned(), body: body.to_owned() }
}

/// A daemon that listens.
/// The log of what was done.
fn deeds(world: &World) -> Vec<Value> {
    let log: Value = serde_json::from_str(&world.ok(&["audit", "--json", "--limit", "500"])).expect("JSON");
    log["deeds"].as_array().cloned().unwrap_or_default()
}

fn listening(numbers: &[&str]) -> (World, Program) {
    let mut world = World::new(numbers);
    // Nobody else takes it between here and there but by bad luck.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
    world.list = world.list.replace("listen = \"\"", &format!("listen = \"127.0.0.1:{port}\""));
    world.write(&world.list);
    world.start();
    world.visits(2);
    (world, Program { port })
}

/// Everything after a number, page by page.
fn all_after(program: &Program, mut after: u64, limit: usize) -> (Vec<(u64, String, String)>, u64) {
    let mut all = Vec::new();
    loop {
        let page = program.get(&format!("/events?after={after}&limit={limit}"));
        for item in page["events"].as_array().expect("a list") {
            let event = &item["event"];
            let text = |value: &Value| value.as_str().expect("a text").to_owned();
            all.push((item["number"].as_u64().expect("a number"), text(&event["data"]["event_id"]), event.to_string()));
        }
        let next = page["next"].as_u64().expect("a number");
        assert!(next >= after, "the cursor went back");
        after = next;
        if page["more"] == false {
            return (all, after);
        }
    }
}

#[test]
fn a_receiver_that_was_down_catches_up_without_gaps_or_doubles_over_restarts() {
    let (mut world, program) = listening(&[A, B]);
    let (first, mut cursor) = all_after(&program, 0, 1);
    assert!(first.is_empty(), "a baseline tells nothing");
    let mut seen = Vec::new();
    for round in 0..3 {
        for case in [A, B] {
            for n in 0..4 {
                world.court.act(case, "ESCRITO", &format!("<p>API{round}{case}{n}X Se presenta un escrito.</p>"));
            }
            world.told(&format!("API{round}{case}3X"));
        }
        if round == 1 {
            // Pages of another size, and a daemon that was killed in between.
            world.kill();
            world.start();
            world.visits(1);
        } else if round == 2 {
            assert_eq!(world.stop(), Some(0));
            world.start();
            world.visits(1);
        }
        let (new, next) = all_after(&program, cursor, round + 1);
        assert!(!new.is_empty());
        seen.extend(new);
        cursor = next;
    }
    assert!(seen.windows(2).all(|pair| pair[0].0 < pair[1].0), "{seen:#?}");
    let ids: BTreeSet<&str> = seen.iter().map(|(_, id, _)| id.as_str()).collect();
    assert_eq!(ids.len(), seen.len(), "an event came twice");
    // Word by word what the webhooks brought, but for the language of the channel, which is the same here.
    let mut bodies: Vec<Value> = world.hooks.got().iter().map(|hook| serde_json::from_str(&hook.body).expect("JSON")).collect();
    bodies.sort_by_key(|body: &Value| body["data"]["event_id"].to_string());
    bodies.dedup();
    let mut pulled: Vec<Value> = seen.iter().map(|(.., text)| serde_json::from_str(text).expect("JSON")).collect();
    pulled.sort_by_key(|body: &Value| body["data"]["event_id"].to_string());
    assert_eq!(pulled, bodies);
    let (whole, end) = all_after(&program, 0, 500);
    assert_eq!((whole.len(), end), (seen.len(), cursor));
    // What a filter leaves out need not be looked through again.
    let none = program.get("/events?kind=ruling.*");
    assert_eq!((none["events"].as_array().map(Vec::len), none["next"].as_u64(), &none["more"]), (Some(0), Some(cursor), &json!(false)));
    let own = program.get(&format!("/cases/ec-esatje/{A}/events?limit=500"));
    assert!(own["events"].as_array().is_some_and(|own| own.iter().all(|item| item["event"]["data"]["case"]["number"] == A)), "{own}");
    assert_eq!(own["events"].as_array().map(Vec::len), Some(pulled.iter().filter(|event| event["data"]["case"]["number"] == A).count()));
    let (number, id, event) = &whole[0];
    let one = program.get(&format!("/events/{id}"));
    assert_eq!((one["number"].as_u64(), one["event"].to_string()), (Some(*number), event.clone()));
    program.no("GET", "/events?after=4000000", None, 409, 1, "a number of another store");
    program.no("GET", "/events/00000000000000000000000000000000", None, 404, 4, "there is no event");
    program.no("GET", "/events?kind=rulin.*", None, 422, 2, "did you mean ruling.*?");
    world.finish();
}

#[test]
fn a_receiver_goes_on_with_its_number_after_a_restore_and_misses_nothing() {
    let (mut world, program) = listening(&[A]);
    let enter = |world: &World, n: i64| {
        let at = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(9 - n);
        let at = at.strftime("%Y-%m-%dT%H:%M:%S.000+00:00").to_string();
        world.court.act_at(A, "ESCRITO", &format!("<p>RES{n}X Se presenta un escrito.</p>"), &at);
    };
    enter(&world, 0);
    world.told("RES0X");
    let copies = world.path("copies").display().to_string();
    world.ok(&["backup", &copies]);
    for n in 1..4 {
        enter(&world, n);
        world.told(&format!("RES{n}X"));
    }
    let (before, cursor) = all_after(&program, 0, 500);
    assert_eq!(world.stop(), Some(0));
    std::fs::rename(world.state_dir().join("store"), world.path("lost")).expect("it can be moved");
    world.ok(&["restore", &copies]);
    enter(&world, 4);
    world.start();
    world.told("RES4X");
    let (after, _) = all_after(&program, cursor, 500);
    let bringing = |events: &[(u64, String, String)], n: u32| -> Vec<String> {
        events.iter().filter(|(.., event)| event.contains(&format!("RES{n}X"))).map(|(_, id, _)| id.clone()).collect()
    };
    // Everything that the backup did not know, and nothing twice.
    assert_eq!((1..5).map(|n| bringing(&after, n).len()).collect::<Vec<_>>(), [1; 4], "{after:#?}");
    assert_eq!(after.len(), 4, "{after:#?}");
    // What the next visit after the backup brought is the same news. What later ones brought is of that one visit now.
    assert_eq!(bringing(&after, 1), bringing(&before, 1));
    world.finish();
}

#[test]
fn cases_are_added_visited_and_removed_once_for_each_key() {
    let (world, program) = listening(&[A]);
    world.court.add_case(B);
    let new = json!({"source": "ec-esatje", "number": B.replace('-', ""), "name": "Peñón \"2012\"", "tags": ["mesa", "a b"]});
    let added = program.ask("POST", "/api/v1/cases", &[("Idempotency-Key", "k1")], Some(&new.to_string()));
    assert_eq!((added.status, added.header("location")), (201, Some(&*format!("/api/v1/cases/ec-esatje/{B}"))), "{}", added.body);
    // The answer got lost, and the program asks again.
    let again = program.ask("POST", "/api/v1/cases", &[("Idempotency-Key", "k1")], Some(&new.to_string()));
    assert_eq!((again.status, &again.body), (201, &added.body));
    let other = program.ask("POST", "/api/v1/cases", &[("Idempotency-Key", "k1")], Some(r#"{"source": "ec-esatje", "number": "x"}"#));
    assert_eq!(
        (other.status, other.json()["detail"].as_str().is_some_and(|why| why.contains("another body"))),
        (422, true),
        "{}",
        other.body
    );
    let known = program.post("/cases", &new);
    assert_eq!((known.status, &known.json()["added"]), (200, &json!(false)), "{}", known.body);
    let polled = program.post(&format!("/cases/ec-esatje/{B}/poll"), &json!({}));
    assert_eq!((polled.status, &polled.json()["visits"][0]["case"]["number"]), (200, &json!(B)), "{}", polled.body);
    let line = program.get("/cases/-/Pe%C3%B1%C3%B3n%20%222012%22");
    assert_eq!((&line["number"], &line["tags"]), (&json!(B), &json!(["mesa", "a b"])), "{line}");
    let page = program.get("/cases?limit=1");
    assert_eq!((page["total"].as_u64(), page["cases"].as_array().map(Vec::len)), (Some(2), Some(1)), "{page}");
    let rest = program.get(&format!("/cases?limit=1&after={}", page["next"].as_str().expect("more").replace('/', "%2F")));
    assert_eq!((&rest["cases"][0]["number"], &rest["next"]), (&json!(B), &Value::Null), "{rest}");
    // The poller may have been at it when it was asked for.
    world.until("it was read", |_| program.get("/cases?q=penon&tag=mesa&source=ec-esatje&health=ok")["total"] == 1);
    let docket = program.get(&format!("/cases/ec-esatje/{B}/docket"));
    assert_eq!(docket["docket"]["case"]["number"], B);
    assert_eq!(docket, program.get(&format!("/cases/ec-esatje/{B}/versions/1")));
    program.no("GET", &format!("/cases/ec-esatje/{B}/versions/9"), None, 404, 1, "has no version 9");
    // The comments of the file stay, and the file is what an editor would have written.
    let file = std::fs::read_to_string(world.path("watchlist.toml")).expect("the list");
    assert!(file.contains("[source.ec-esatje]") && file.contains("Peñón"), "{file}");
    // What the daemon may not write is said, and changes nothing. Root may write anything.
    program.no("POST", "/cases", Some(r#"{"source": "ec-esatge", "number": "1"}"#), 422, 2, "did you mean");
    program.no("POST", "/cases", Some(r#"{"source": "ec-esatje", "number": "x"}"#), 422, 2, "x");
    // The last case of a tag that everybody may see is kept until the tag is not.
    let before = std::fs::read_to_string(world.path("watchlist.toml")).expect("the list");
    std::fs::write(world.path("watchlist.toml"), format!("{before}\n[public]\ntags = [\"mesa\"]\n")).expect("written");
    world.ok(&["reload"]);
    program.no("DELETE", &format!("/cases/ec-esatje/{B}"), None, 409, 1, "\"mesa\" is a tag of the public page, and this is its last case");
    std::fs::write(world.path("watchlist.toml"), before).expect("written");
    world.ok(&["reload"]);
    let gone = program.ask("DELETE", &format!("/api/v1/cases/ec-esatje/{B}"), &[], None);
    assert_eq!((gone.status, &gone.json()["left"]), (200, &json!(1)), "{}", gone.body);
    program.no("GET", &format!("/cases/ec-esatje/{B}"), None, 404, 4, "no case");
    program.no("DELETE", &format!("/cases/ec-esatje/{A}"), None, 409, 1, "the last case");
    // What was done once, what was only said again, what was so already and what was refused are told apart, each with its case.
    let compact = B.replace('-', "");
    let log = deeds(&world);
    for (what, about, outcome, why) in [
        ("POST /api/v1/cases", format!("ec-esatje {compact}"), "done", None),
        ("POST /api/v1/cases", format!("ec-esatje {compact}"), "replayed", None),
        ("POST /api/v1/cases", "ec-esatje x".to_owned(), "refused", Some("the key had another body")),
        ("POST /api/v1/cases", format!("ec-esatje {compact}"), "unchanged", None),
        ("POST /api/v1/cases", "ec-esatge 1".to_owned(), "refused", Some("exit code 2")),
        (&format!("POST /api/v1/cases/ec-esatje/{B}/poll"), format!("ec-esatje/{B}"), "done", None),
        (&format!("DELETE /api/v1/cases/ec-esatje/{B}"), format!("ec-esatje/{B}"), "done", None),
        (&format!("DELETE /api/v1/cases/ec-esatje/{A}"), format!("ec-esatje/{A}"), "refused", Some("exit code 1")),
    ] {
        let found = log.iter().filter(|deed| {
            deed["what"] == what && deed["about"] == *about && deed["outcome"] == outcome && deed["refused"].as_str() == why
        });
        assert_eq!(found.count(), 1, "{what} {about} {outcome}: {log:#?}");
    }
    world.finish();
}

#[test]
fn deliveries_are_sent_again_and_news_is_muted_and_unmuted() {
    let (world, program) = listening(&[A]);
    world.court.act(A, "ESCRITO", "<p>APIRETRY1 Se presenta un escrito.</p>");
    world.told("APIRETRY1");
    world.until("both are delivered", |world| world.deliveries(&[]).iter().filter(|one| one["state"] == "delivered").count() == 2);
    let deliveries = program.get("/deliveries?limit=10");
    let hook = deliveries["deliveries"].as_array().expect("a list").iter().find(|one| one["channel"] == "hook").expect("one").clone();
    let id = hook["id"].as_str().expect("an id");
    let tries = world.hooks.tries();
    let again = program.ask("POST", &format!("/api/v1/deliveries/{id}/retry"), &[("Idempotency-Key", "r1")], None);
    assert_eq!((again.status, again.json()), (200, json!({"retried": [id]})), "{}", again.body);
    let twice = program.ask("POST", &format!("/api/v1/deliveries/{id}/retry"), &[("Idempotency-Key", "r1")], None);
    assert_eq!(twice.body, again.body);
    world
        .until("it was sent again", |_| program.get(&format!("/deliveries/{id}"))["attempts"].as_array().is_some_and(|all| all.len() == 2));
    assert_eq!(world.hooks.tries(), tries + 1, "one key is one attempt");
    program.no("GET", "/deliveries/00000000000000000000000000000000", None, 404, 4, "there is no delivery");
    // What arrived is not said to be dropped.
    program.no("POST", &format!("/deliveries/{id}/end"), None, 409, 1, "cannot be dropped any more");
    assert_eq!(program.get(&format!("/deliveries/{id}"))["state"], "delivered");
    program.no("POST", "/cases", Some(r#"{"source": "", "number": "1"}"#), 422, 2, "no source was chosen");
    let nothing = program.post("/deliveries/retry", &json!({"which": {"channel": "hook"}}));
    assert_eq!((nothing.status, nothing.json()), (200, json!({"retried": []})), "{}", nothing.body);
    let mute = json!({"case": A, "kinds": ["filing.*"], "by": "Ana", "because": "mudanza", "until": "2027-01-01T00:00:00Z"});
    let muted = program.post("/silences", &mute);
    assert_eq!((muted.status, &muted.json()["by"]), (201, &json!("Ana")), "{}", muted.body);
    let silence = muted.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(program.get("/silences")["silences"][0]["id"], silence);
    let ended = program.ask("DELETE", &format!("/api/v1/silences/{silence}"), &[], None);
    assert_eq!((ended.status, &ended.json()["state"]), (200, &json!("ended")), "{}", ended.body);
    program.no("DELETE", &format!("/silences/{silence}"), None, 409, 1, "ended already");
    program.no("POST", "/sources/ec-esatje/brake", Some(r#"{"decision": "release"}"#), 409, 1, "holds nothing");
    // The console's own deeds say as much, and the secret of an address is nowhere.
    let made = world.ok(&["feed", "add", "--name", "Marta", "--json"]);
    world.ok(&["silence", "add", "--channel", "hook", "--for", "1h", "--by", "Berta", "--because", "prueba"]);
    let log = deeds(&world);
    let about = |what: &str, about: &str| {
        log.iter().filter(|deed| deed["what"] == what && deed["about"].as_str().is_some_and(|said| said.starts_with(about))).count()
    };
    assert_eq!(about("POST /api/v1/silences", &format!("case {A}, kinds filing.*; by Ana, {silence}")), 1, "{log:#?}");
    assert_eq!(about(&format!("POST /api/v1/deliveries/{id}/retry"), id), 2, "{log:#?}");
    assert_eq!(about("POST /api/v1/deliveries/retry", "all, channel hook"), 1, "{log:#?}");
    assert_eq!(about("POST /api/v1/sources/ec-esatje/brake", "ec-esatje"), 1, "{log:#?}");
    assert_eq!(about(&format!("DELETE /api/v1/silences/{silence}"), &silence), 2, "{log:#?}");
    assert_eq!(about("feed add", "for Marta: all cases"), 1, "{log:#?}");
    assert_eq!(about("silence", "channel hook; by Berta"), 1, "{log:#?}");
    let secret = made.split("/feeds/").nth(1).and_then(|rest| rest.split(['.', '/', '"']).next()).unwrap_or("no address");
    assert!(secret.len() > 20 && !format!("{log:?}").contains(secret), "{made}");
    program.no("GET", "/deliveries/17721", None, 404, 4, "there is no delivery 17721");
    program.no("POST", "/deliveries/nada/retry", None, 404, 4, "there is no delivery nada");
    program.no("POST", "/deliveries/00000000000000000000000000000000/retry", None, 404, 4, "there is no delivery");
    program.no("GET", "/hearings/between?from=2026-03-02&to=2026-03-01", None, 422, 2, "from 2026-03-02 to 2026-03-01 there is no day");
    let health = program.get("/health");
    assert_eq!((&health["alive"], &health["ready"], &health["cases"]), (&json!(true), &json!(true), &json!({"ok": 1})), "{health}");
    assert_eq!(health["counts"]["events"], program.get("/events?limit=500")["next"]);
    world.finish();
}

#[test]
fn what_is_wrong_is_refused_with_one_sentence_and_what_was_meant() {
    let (world, program) = listening(&[A]);
    program.no("GET", "/cases?heath=ok", None, 400, 2, "did you mean \"health\"?");
    program.no("GET", "/cases?health=okk", None, 400, 2, "did you mean \"ok\"?");
    program.no("GET", "/case", None, 404, 2, "did you mean /api/v1/cases?");
    program.no("GET", "/cases?after=x", None, 422, 2, "\"next\"");
    program.no("GET", &format!("/cases/ec-esatje/{C}"), None, 404, 4, "no case");
    program.no("GET", &format!("/cases/ec-esatje/{A}/diff"), None, 404, 1, "is the first");
    program.no("GET", &format!("/cases/ec-esatje/{A}/versions/-1"), None, 400, 2, "whole number");
    program.no("GET", "/cases/-/%ff/docket", None, 400, 2, "UTF-8");
    program.no("POST", "/cases", Some("{"), 400, 2, "no JSON");
    program.no("POST", "/cases", Some("[]"), 400, 2, "object");
    program.no("POST", "/cases", Some(r#"{"source": "x", "numer": "y"}"#), 400, 2, "did you mean \"number\"?");
    program.no("POST", "/silences", Some(r#"{"because": "x", "until": "morgen"}"#), 422, 2, "silence everything");
    program.no("POST", "/maintenance/reload", Some("{}"), 404, 2, "there is nothing at");
    program.no("PUT", "/cases", Some("{}"), 405, 2, "GET, POST");
    let options = program.ask("OPTIONS", "/api/v1/cases", &[], None);
    assert_eq!((options.status, options.header("allow")), (204, Some("GET, POST, HEAD, OPTIONS")), "{}", options.head);
    let large = format!("{{\"source\": \"{}\"}}", "x".repeat(70_000));
    program.no("POST", "/cases", Some(&large), 413, 2, "65536 bytes");
    let plain =
        "POST /api/v1/cases HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n";
    let plain = program.raw(format!("{plain}Connection: close\r\n\r\n{{}}").as_bytes());
    assert_eq!((plain.status, plain.json()["code"].as_u64()), (415, Some(2)), "{}", plain.body);
    // A page that does not change costs nobody its bytes, and HEAD none at all.
    let whole = program.ask("GET", "/api/v1/silences", &[], None);
    let tag = whole.header("etag").expect("a tag").to_owned();
    let same = program.ask("GET", "/api/v1/silences", &[("If-None-Match", &tag)], None);
    assert_eq!((same.status, same.body.as_str()), (304, ""), "{}", same.head);
    let head = program.ask("HEAD", "/api/v1/silences", &[], None);
    assert_eq!((head.status, head.body.as_str(), head.header("etag")), (200, "", Some(&*tag)), "{}", head.head);
    // No page of somebody else's may change anything.
    let host = format!("Host: 127.0.0.1:{}", program.port);
    let foreign =
        format!("DELETE /api/v1/cases/ec-esatje/{A} HTTP/1.1\r\n{host}\r\nOrigin: http://evil.example\r\nConnection: close\r\n\r\n");
    assert_eq!(program.raw(foreign.as_bytes()).status, 403);
    assert_eq!(program.raw(b"GET /api/v1/cases HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n").status, 421);
    world.finish();
}

#[test]
fn the_socket_speaks_the_same_to_whoever_runs_the_machine() {
    let (mut world, _program) = listening(&[A]);
    let path = world.state_dir().join("veedor.sock");
    assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
    let ask = |text: &str| {
        let mut stream = UnixStream::connect(&path).expect("it listens");
        stream.write_all(text.as_bytes()).expect("it reads");
        told(stream)
    };
    let end = "Host: veedor\r\nConnection: close\r\n\r\n";
    let list = ask(&format!("GET /api/v1/watchlist HTTP/1.1\r\n{end}"));
    assert_eq!(list.json()["cases"][0]["number"], A, "{}", list.body);
    assert_eq!(list.header("veedor-version"), Some(env!("CARGO_PKG_VERSION")));
    let reload = ask(&format!("POST /api/v1/maintenance/reload HTTP/1.1\r\n{end}"));
    assert_eq!((reload.status, &reload.json()["cases"]), (200, &json!(1)), "{}", reload.body);
    let strange = ask(&format!("POST /api/v1/maintenance/explode HTTP/1.1\r\n{end}"));
    assert_eq!((strange.status, &strange.json()["type"]), (404, &json!("urn:veedor:problem:missing")), "{}", strange.body);
    // One that hangs in the middle of a question does not hold the end up.
    let mut half = UnixStream::connect(&path).expect("it listens");
    half.write_all(b"POST /api/v1/polls HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{\"ca")
        .expect("it reads");
    let again = ask(&format!("GET /api/v1/maintenance/status HTTP/1.1\r\n{end}"));
    assert_eq!(again.status, 200);
    assert_eq!(world.stop(), Some(0), "{}", world.log());
    drop(half);
    world.finish();
}

#[test]
fn the_description_is_the_one_that_is_printed_and_others_read_it() {
    let (world, program) = listening(&[A]);
    let served = program.get("/openapi.json");
    let printed: Value = serde_json::from_str(&world.ok(&["openapi"])).expect("JSON");
    assert_eq!(served, printed);
    if let Some(said) = judges::ask("openapi", &served) {
        assert_eq!(said, json!({"errors": []}));
    }
    world.finish();
}

#[test]
fn made_up_requests_get_answers_that_keep_to_the_description() {
    let (world, program) = listening(&[A, B]);
    world.court.act(A, "ESCRITO", "<p>APIFUZZ1 Se presenta un escrito.</p>");
    world.told("APIFUZZ1");
    let delivery = program.get("/deliveries")["deliveries"][0]["id"].clone();
    let event = program.get("/events")["events"][0]["event"]["data"]["event_id"].clone();
    // Two thousand at least. More of them, and others, by hand: VEEDOR_TEST_API_REQUESTS=10000 VEEDOR_TEST_API_SEED=3.
    let set = |name: &str, usual: u64| std::env::var(name).ok().map_or(usual, |text| text.parse().expect("a number"));
    let requests = set("VEEDOR_TEST_API_REQUESTS", 3_000);
    let about = json!({
        "base": format!("http://127.0.0.1:{}", program.port), "case": A, "source": "ec-esatje", "delivery": delivery, "event": event,
        "requests": requests, "seed": set("VEEDOR_TEST_API_SEED", 7),
    });
    if let Some(said) = judges::ask("api", &about) {
        println!("{} made-up requests, answered {}", said["requests"], said["answers"]);
        assert_eq!(said["failures"], json!([]), "{said:#}");
        assert!(said["requests"].as_u64().is_some_and(|count| count >= requests * 2 / 3), "{said:#}");
    }
    world.finish();
}
