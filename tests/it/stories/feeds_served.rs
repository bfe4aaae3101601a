//! Feeds and calendars that veedor serves under secret addresses: what they say of a hearing that is set, moved and revoked, who gets
//! them, and what is said no more.

use std::io::{Read, Write};

use serde_json::{Value, json};

use crate::world::{PATIENCE, World, judges};

const A: &str = "17721-2024-00011G";
const B: &str = "17721-2024-00018";

/// A world with a dashboard, and its port.
fn world_with_pages(numbers: &[&str]) -> (World, u16) {
    let mut world = World::new(numbers);
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address").port();
    world.list = world.list.replace("listen = \"\"", &format!("listen = \"127.0.0.1:{port}\""));
    world.write(&world.list);
    (world, port)
}

/// An answer.
struct Got {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("text")
    }
}

fn fetch(port: u16, method: &str, url: &str, headers: &[(&str, &str)]) -> Got {
    let path = url.split_once(&format!("127.0.0.1:{port}")).map_or(url, |(_, path)| path);
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let question = format!("{method} {path} HTTP/1.1\r\nhost: feeds.example.org\r\nconnection: close\r\n{more}\r\n");
    stream.write_all(question.as_bytes()).expect("it takes a request");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8(answer[..end].to_vec()).expect("a head of text");
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok()).expect("a status");
    let headers = lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    Got { status, headers: headers.collect(), body: answer[end + 4..].to_vec() }
}

/// The document, once it is there and says so.
fn until(world: &World, port: u16, url: &str, so: impl Fn(&str) -> bool) -> Got {
    let began = std::time::Instant::now();
    loop {
        let got = fetch(port, "GET", url, &[]);
        if got.status == 200 && so(&got.text()) {
            return got;
        }
        assert!(began.elapsed() < PATIENCE, "{} {}\n{}", got.status, got.text(), world.log());
        // Something of the world must have moved on before it can be otherwise.
        assert!(world.court.wait_requests(2), "{}", world.log());
    }
}

/// A property of the only appointment of a calendar.
fn property(calendar: &str, name: &str) -> String {
    let text = calendar.replace("\r\n ", "");
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 1, "{text}");
    let event = text.split("BEGIN:VEVENT").nth(1).expect("an event");
    let line = event.lines().find_map(|line| line.strip_prefix(name).filter(|rest| rest.starts_with([':', ';'])));
    line.map(|rest| rest[1..].to_owned()).unwrap_or_else(|| panic!("no {name} in\n{text}"))
}

/// The address of the feed and that of the calendar.
fn address(world: &World, more: &[&str]) -> (String, String, String) {
    let made = world.json(&[&["feed", "add", "--name", "Ana", "--json"], more].concat());
    let text = |name: &str| made[name].as_str().expect("an address").to_owned();
    (text("atom"), text("ics"), text("id"))
}

fn minutes_ago(minutes: i64) -> String {
    let then = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(minutes);
    then.strftime("%Y-%m-%dT%H:%M:%S.000+00:00").to_string()
}

const SET: &str = "<p>SRV00 Se convoca a la audiencia de juicio para el 11 de marzo de 2027, a las 09h30, en la sala 203.</p>";
const MOVED: &str = "<p>SRV01 Se reprograma la audiencia de juicio para el 18 de marzo de 2027, a las 10h00.</p>";
const REVOKED: &str = "<p>SRV02 Se deja sin efecto la audiencia de juicio convocada para el 18 de marzo de 2027.</p>";

#[test]
fn a_hearing_of_the_first_docket_that_moves_and_is_revoked_is_one_appointment_in_the_calendar() {
    let (mut world, port) = world_with_pages(&[A, B]);
    // It stands in the record before anybody watches: no mail ever tells of it.
    world.court.act_at(A, "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", SET, &minutes_ago(9));
    world.start();
    world.visits(4);
    let (atom, ics, _) = address(&world, &["--case", A]);
    assert!(atom.contains("/feeds/vfd_") && ics.ends_with(&format!("/case/ec-esatje/{A}.ics")), "{ics}");
    let first = until(&world, port, &ics, |text| text.contains("BEGIN:VEVENT")).text();
    assert_eq!([property(&first, "SEQUENCE"), property(&first, "STATUS")], ["0", "CONFIRMED"]);
    assert_eq!(property(&first, "DTSTART"), "TZID=America/Guayaquil:20270311T093000");
    assert_eq!(property(&first, "LOCATION"), "203");

    world.court.act_at(A, "PROVIDENCIA GENERAL (DECRETO)", MOVED, &minutes_ago(8));
    world.told("SRV01");
    let second = until(&world, port, &ics, |text| text.contains("T100000")).text();
    assert_eq!([property(&second, "SEQUENCE"), property(&second, "STATUS")], ["1", "CONFIRMED"]);
    // The mail that tells of the move brings the same appointment under the same number.
    let mail = world.mailbox.got().into_iter().find(|mail| mail.text.contains("SRV01")).expect("it came").raw;
    let parsed = mail_parser::MessageParser::default().parse(mail.as_bytes()).expect("a mail");
    let part = parsed.parts.iter().find(|part| mail_parser::MimeHeaders::is_content_type(*part, "text", "calendar")).expect("a calendar");
    let invited = String::from_utf8(part.contents().to_vec()).expect("text");
    assert_eq!([property(&invited, "UID"), property(&invited, "SEQUENCE")], [property(&first, "UID"), "1".into()]);
    assert_eq!(property(&second, "UID"), property(&first, "UID"));

    // What the calendar shows follows from the store: another process shows the same.
    assert_eq!(world.stop(), Some(0), "{}", world.log());
    world.start();
    world.visits(4);
    let again = until(&world, port, &ics, |text| text.contains("BEGIN:VEVENT")).text();
    assert_eq!(again, second);
    world.court.act_at(A, "PROVIDENCIA GENERAL (DECRETO)", REVOKED, &minutes_ago(7));
    world.told("SRV02");
    let third = until(&world, port, &ics, |text| text.contains("CANCELLED")).text();
    assert_eq!([property(&third, "UID"), property(&third, "SEQUENCE")], [property(&first, "UID"), "2".into()]);

    let feed = until(&world, port, &atom, |text| text.matches("<entry>").count() == 2).text();
    judged(&feed, &[first, second, third]);
    world.finish();
}

/// Programs that others wrote read the same in it.
fn judged(feed: &str, calendars: &[String; 3]) {
    // What is none is refused, or nothing that follows means anything.
    let broken = feed.replacen("<updated>", "<when>", 1).replacen("</updated>", "</when>", 1);
    let Some(said) = judges::ask("feeds", &json!({"atom": [feed, broken], "ics": calendars})) else { return };
    assert_eq!(said["atom"][0]["against"], json!([]), "{feed}");
    assert_ne!(said["atom"][1]["against"], json!([]));
    let read = &said["atom"][0]["feedparser"];
    assert_eq!((&read["trouble"], &read["version"], &read["author"]), (&Value::Null, &json!("atom10"), &json!("veedor")));
    let entries = read["entries"].as_array().expect("entries");
    let kinds: Vec<&Value> = entries.iter().map(|entry| &entry["kinds"][0]).collect();
    assert_eq!(kinds, ["hearing.revoked", "hearing.rescheduled"], "newest first");
    for entry in entries {
        assert!(entry["id"].as_str().is_some_and(|id| id.starts_with("urn:uuid:")), "{entry}");
        assert_eq!(entry["updated"], entry["published"]);
        assert!(entry["links"]["alternate"].as_str().is_some_and(|url| url.starts_with("https://")), "{entry}");
        assert!(entry["content"].as_str().is_some_and(|text| text.contains("SRV0") && !text.contains("style=")), "{entry}");
    }
    for (at, read) in said["ics"].as_array().expect("calendars").iter().enumerate() {
        let one = &read["icalendar"];
        assert_eq!((&one["errors"], &one["refresh"]), (&json!([]), &json!({"seconds": 3600.0, "value": "DURATION"})));
        assert_eq!(one["heading"]["X-WR-TIMEZONE"].as_str().map(str::is_empty), Some(false), "{one}");
        assert!(one["heading"].get("METHOD").is_none(), "nobody is asked to accept");
        let (event, same) = (&one["events"][0], &read["vobject"][0]);
        assert_eq!((&event["errors"], &event["sequence"], &same["sequence"]), (&json!([]), &json!(at), &json!(at)));
        let start = if at == 0 { "2027-03-11T09:30:00-05:00" } else { "2027-03-18T10:00:00-05:00" };
        assert_eq!((&event["start"], &same["start"]), (&json!(format!("{start} America/Guayaquil")), &json!(start)));
        assert_eq!(event["status"], if at == 2 { "CANCELLED" } else { "CONFIRMED" });
        assert_eq!((&event["stamp"], &same["uid"]), (&event["modified"], &event["uid"]));
    }
}

#[test]
fn an_address_is_a_secret_that_can_be_revoked_and_who_has_the_bytes_gets_no_others() {
    let (mut world, port) = world_with_pages(&[A, B]);
    world.list = world.list.replace(&format!("name = \"Caso {B}\""), &format!("name = \"Caso {B}\"\ntags = [\"obra pública\"]"));
    world.write(&world.list);
    world.start();
    world.visits(4);
    for (number, token) in [(A, "ADR00"), (B, "ADR01")] {
        world.court.act(number, "SENTENCIA (RESOLUCION)", &format!("<p>{token} VISTOS.</p>"));
        world.told(token);
    }
    let (all, calendar, id) = address(&world, &[]);
    let (tagged, ..) = address(&world, &["--tag", "obra pública", "--lang", "en"]);
    assert!(tagged.ends_with("/tag/obra%20p%C3%BAblica.atom"), "{tagged}");
    let whole = until(&world, port, &all, |text| text.contains("ADR00") && text.contains("ADR01"));
    let part = until(&world, port, &tagged, |text| text.contains("ADR01"));
    assert!(!part.text().contains("ADR00") && part.text().contains("xml:lang=\"en\""), "{}", part.text());
    assert!(!part.text().contains("vfd_") && !whole.text().contains("vfd_"), "no document says its address");

    // The same bytes, and none for who has them.
    let tag = whole.header("etag").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
    assert_eq!(fetch(port, "GET", &all, &[]).body, whole.body);
    let known = fetch(port, "GET", &all, &[("if-none-match", &tag)]);
    assert_eq!((known.status, known.body.len(), known.header("etag")), (304, 0, tag.as_str()));
    let modified = whole.header("last-modified").to_owned();
    assert_eq!(fetch(port, "GET", &all, &[("if-modified-since", &modified)]).status, 304);
    assert_eq!(fetch(port, "GET", &all, &[("if-none-match", "\"other\""), ("if-modified-since", &modified)]).status, 200);
    let packed = fetch(port, "GET", &all, &[("accept-encoding", "gzip")]);
    let mut text = String::new();
    flate2::read::GzDecoder::new(&packed.body[..]).read_to_string(&mut text).expect("gzip");
    assert_eq!((text, packed.header("content-encoding")), (whole.text(), "gzip"));
    assert_ne!(packed.header("etag"), tag, "other bytes have another tag");
    let head = fetch(port, "HEAD", &all, &[]);
    assert_eq!((head.status, head.body.len(), head.header("etag")), (200, 0, tag.as_str()));
    assert_eq!(head.header("content-length"), whole.body.len().to_string());
    for (name, value) in [("x-robots-tag", "noindex, nofollow"), ("cache-control", "private, no-cache"), ("referrer-policy", "no-referrer")]
    {
        assert_eq!(whole.header(name), value);
    }

    // An address leads to its own documents and to no others.
    let other = [
        all.replace("/all.atom", "/tag/obra%20p%C3%BAblica.atom"),
        all.replace("all.atom", "all.html"),
        all.replace("all.atom", &format!("case/ec-esatje/{A}.atom")),
        all.replace("vfd_", "vfd_A"),
        format!("{all}?page=1"),
    ];
    for url in &other {
        assert_eq!(fetch(port, "GET", url, &[]).status, 404, "{url}");
    }
    assert_eq!(fetch(port, "GET", &calendar, &[]).status, 200);
    world.ok(&["feed", "revoke", &id]);
    for url in [&all, &calendar] {
        let gone = fetch(port, "GET", url, &[("if-none-match", &tag)]);
        assert_eq!((gone.status, gone.header("x-robots-tag")), (404, "noindex, nofollow"), "{}", gone.text());
    }
    assert_eq!(fetch(port, "GET", &tagged, &[]).status, 200, "the other one is as it was");
    // Whoever tries many is kept waiting, and nobody else is.
    let tries: Vec<u16> = (0..60).map(|_| fetch(port, "GET", &all, &[]).status).collect();
    assert!(tries.contains(&429) && tries.iter().all(|status| matches!(status, 404 | 429)), "{tries:?}");
    assert_eq!(fetch(port, "GET", &tagged, &[]).status, 200);
    let listed = world.json(&["feed", "list", "--json"]);
    let revoked: Vec<bool> = listed["feeds"].as_array().expect("a list").iter().map(|feed| !feed["revoked"].is_null()).collect();
    assert_eq!(revoked, [false, true]);
    assert!(!world.log().contains("vfd_") && !listed.to_string().contains("vfd_"), "the secret stands nowhere");
    world.finish();
}

#[test]
fn of_a_case_that_becomes_reserved_feeds_say_no_word_any_more() {
    let (mut world, port) = world_with_pages(&[A, B]);
    let shipped = include_str!("../../../jurisdictions/ec/esatje.toml");
    let line = "not_found = { empty = \"$[*]\" }\n";
    let knowing = shipped.replacen(line, &format!("{line}reserved  = {{ json = \"$[?@.reservado == true]\" }}\n"), 1);
    assert_ne!(knowing, shipped);
    std::fs::write(world.path("knowing.toml"), knowing).expect("a recipe");
    world.list = world.list.replace("[source.ec-esatje]", "[source.ec-esatje]\nrecipe = \"knowing.toml\"");
    world.write(&world.list);
    world.start();
    world.visits(4);
    world.court.act(A, "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", &SET.replace("SRV00", "RSV00"));
    world.told("RSV00");
    let (atom, ics, _) = address(&world, &[]);
    let before = until(&world, port, &atom, |text| text.contains("RSV00")).text();
    until(&world, port, &ics, |text| text.contains("BEGIN:VEVENT"));
    let of = |text: &str, name: &str| {
        let entry = text.rsplit("<entry>").next().expect("an entry").to_owned();
        entry.split(&format!("<{name}>")).nth(1).and_then(|rest| rest.split('<').next()).map(str::to_owned).expect("it is there")
    };
    world.court.reserve(A, true);
    assert!(world.hooks.wait_for(|got| got.iter().any(|hook| hook.kind == "case.reserved")), "{}", world.log());
    let after = until(&world, port, &atom, |text| !text.contains("RSV00")).text();
    // The entry is there under its name, says less, and says when that began.
    assert_eq!(of(&after, "id"), of(&before, "id"));
    assert_eq!(of(&after, "published"), of(&before, "published"));
    assert!(of(&after, "updated") >= of(&before, "updated"));
    assert!(!after.contains("203") || !after.contains("sala"), "{after}");
    assert!(!after.contains("marzo de 2027") && !after.contains("mar-2027"), "{after}");
    let calendar = until(&world, port, &ics, |text| !text.contains("BEGIN:VEVENT")).text();
    assert!(!calendar.contains("juicio"), "{calendar}");
    let page = fetch_page(port, "/hearings");
    assert!(page.contains("juicio"), "whoever sits at the machine sees the record as it is: {page}");
    let today = fetch_page(port, "/");
    assert!(today.contains("11-mar-2027") || today.contains("11 de marzo de 2027"), "and what happened in it: {today}");
    world.finish();
}

/// A page of the dashboard, as somebody at the machine sees it.
fn fetch_page(port: u16, path: &str) -> String {
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    write!(stream, "GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\naccept-language: es\r\n\r\n")
        .expect("it takes a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    answer
}

#[test]
fn today_and_hearings_show_what_changed_and_what_comes() {
    let (mut world, port) = world_with_pages(&[A, B]);
    world.start();
    world.visits(4);
    let empty = fetch_page(port, "/");
    assert!(empty.contains("Nada en los últimos siete días") && empty.contains("Ninguna en los próximos 14 días"), "{empty}");
    world.court.act_at(A, "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", &SET.replace("SRV00", "TDY00"), &minutes_ago(9));
    world.told("TDY00");
    world.court.act_at(
        A,
        "PROVIDENCIA GENERAL (DECRETO)",
        &MOVED.replace("18 de marzo", "10 de marzo").replace("SRV01", "TDY01"),
        &minutes_ago(8),
    );
    world.told("TDY01");
    let began = std::time::Instant::now();
    let page = loop {
        let page = fetch_page(port, "/hearings?month=2027-03");
        if page.contains("adelantada") {
            break page;
        }
        assert!(began.elapsed() < PATIENCE, "{page}");
        world.visits(1);
    };
    assert!(page.contains("miércoles 10 de marzo de 2027") && page.contains(&format!("/cases/ec-esatje/{A}")), "{page}");
    assert!(!fetch_page(port, "/hearings?month=2027-04").contains("10 de marzo"));
    let began = std::time::Instant::now();
    while !fetch_page(port, "/").contains("/events/") {
        assert!(began.elapsed() < PATIENCE);
        world.visits(1);
    }
    let today = fetch_page(port, "/");
    assert!(today.contains("Audiencia de juicio") && today.contains("<svg class=\"plot\""), "{today}");
    let report = fetch_page(port, "/delays/report?by=court");
    assert!(report.contains("style-src 'sha256-") && report.contains("href=\"/delays?tag=&amp;by=court\""), "{report}");
    assert!(fetch_page(port, "/delays/report.csv?table=cases").contains("attachment; filename=\"veedor-delays-cases.csv\""));
    world.finish();
}
