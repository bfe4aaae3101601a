//! A court that writes to be more than read: what the daemon prints, logs, counts, keeps and hands on are words all the same.
//!
//! What each channel makes of such texts is judged in `src/notify/hostile.rs`; here the real binary meets them.

use scraper::Html;
use serde_json::Value;

use crate::stories::operation::http_get;
use crate::world::World;

const A: &str = "17721-2024-00011G";

/// What may begin a page, a header, a command of a terminal, a call, a line of a calendar.
const EVIL: [&str; 7] = [
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "\u{202e}OTUELSBA\u{202c} \u{2066}NO\u{2069}\u{200f}",
    "\u{1b}[2J\u{1b}]0;titulo\u{7}\u{9b}31m\u{0}\u{8}\r",
    "\r\nBcc: robado@mal.example\r\n\r\n.\r\n{\"line\":\"trailer\"}\n",
    "<!channel> @everyone [pague](https://mal.example) **no** `id` $(touch x) %s",
    "\"},{\"type\":\"ruling.issued\"}]\\u0000\\",
    "A\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
];

fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Nothing moves a cursor or turns a line around.
fn is_printable(what: &str, text: &str) {
    let hidden = text.chars().find(|c| *c != '\n' && is_hidden(*c));
    assert!(hidden.is_none(), "{what} has {hidden:?}:\n{}", text.escape_debug().take(3000).collect::<String>());
}

/// An act for each of them, with its number.
fn write_all(world: &World) {
    for (n, evil) in EVIL.iter().enumerate() {
        // A page has it as entities too.
        let coded: String = evil.chars().map(|c| format!("&#{};", u32::from(c))).collect();
        let title = format!("SENTENCIA EVIL{n} {evil}");
        world.court.act(A, &title, &format!("<p>EVIL{n} {evil} {coded} {}</p>", "w".repeat(100_000)));
    }
}

/// Who is in the case, from the beginning.
fn name_all(world: &World) {
    world.court.people(A, &[("PROCESADO", EVIL[1]), ("PROCESADO", EVIL[0]), (EVIL[2], EVIL[3])], EVIL[4]);
}

#[test]
fn what_a_hostile_court_writes_is_printed_kept_and_handed_on_as_words() {
    let mut world = World::new(&[A]);
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address").port();
    let taken = world.path("taken");
    std::fs::create_dir(&taken).expect("a folder");
    let program = format!(
        "[[channel]]\nid = \"programa\"\nkind = \"command\"\nrun = [\"/bin/sh\", \"-c\", 'env > {0}/env.$VEEDOR_DELIVERY; cat > {0}/part.$VEEDOR_DELIVERY; \
         mv {0}/part.$VEEDOR_DELIVERY {0}/event.$VEEDOR_DELIVERY', \"x\"]\n",
        taken.display()
    );
    world.list = world
        .list
        .replacen("\n[[case]]", &format!("\n{program}\n[[case]]"), 1)
        .replace("listen = \"\"", &format!("listen = \"127.0.0.1:{port}\"\nurl = \"http://127.0.0.1:{port}/\""));
    world.write(&world.list);
    name_all(&world);
    world.start();
    world.visits(2);
    write_all(&world);
    for n in 0..EVIL.len() {
        world.told(&format!("EVIL{n}"));
    }
    world.until("all arrived", |world| world.deliveries(&[]).iter().all(|delivery| delivery["state"] == "delivered"));

    // What people type.
    let id = world.deliveries(&[])[0]["id"].as_str().expect("an id").to_owned();
    let commands: [&[&str]; 9] = [
        &["show", A],
        &["list"],
        &["deliveries"],
        &["deliveries", &id],
        &["deliveries", A],
        &["hearings"],
        &["clocks", "--all"],
        &["poll", A, "--dry-run"],
        &["diff", A],
    ];
    for command in commands {
        let said = world.veedor(command);
        let words = [String::from_utf8(said.stdout).expect("text"), String::from_utf8(said.stderr).expect("text")].concat();
        assert!(!words.trim().is_empty(), "{command:?} says nothing");
        is_printable(&format!("{command:?}"), &words);
        let as_json = world.veedor(&[command, &["--json"]].concat());
        let json = String::from_utf8(as_json.stdout).expect("text");
        is_printable(&format!("{command:?} --json"), &json);
        assert!(json.trim().is_empty() || serde_json::from_str::<Value>(&json).is_ok(), "{command:?} --json: {json}");
    }

    // What is logged and counted: one event a line, and nothing of what the court wrote.
    for line in world.log().lines() {
        is_printable("the log", line);
        assert!(
            line.contains(" INFO ") || line.contains(" WARN ") || line.contains("ERROR ") || line.contains("DEBUG"),
            "no event: {line}"
        );
        assert!(!line.contains("EVIL") && !line.contains("mal.example"), "the log quotes the court: {line}");
    }
    let (_, counters) = http_get(port, "/metrics");
    assert!(!counters.contains("EVIL") && !counters.contains("mal.example") && !counters.contains(A), "{counters}");

    // What is handed on.
    world.until("the program has what the hook has", |world| {
        let files = std::fs::read_dir(&taken).expect("a folder").flatten();
        files.filter(|file| file.file_name().to_string_lossy().starts_with("event.")).count() == world.hooks.got().len()
    });
    for file in std::fs::read_dir(&taken).expect("a folder").flatten() {
        let text = std::fs::read_to_string(file.path()).expect("text");
        if file.file_name().to_string_lossy().starts_with("event.") {
            let event: Value = serde_json::from_str(&text).expect("one JSON event");
            assert!(event["type"].is_string(), "{event}");
        } else {
            assert!(!text.contains("EVIL") && !text.contains("mal.example"), "the environment has a court's words: {text}");
        }
    }
    for mail in world.mailbox.got() {
        let parsed = mail_parser::MessageParser::default().parse(&mail.raw).expect("a mail");
        assert!(mail.to.contains("mesa@example.org") && parsed.bcc().is_none() && parsed.header_raw("Bcc").is_none(), "{}", mail.raw);
        is_printable("a subject", &mail.subject);
    }
    let file = world.path("all.jsonl");
    world.ok(&["export", "--to", &file.display().to_string()]);
    let lines = std::fs::read_to_string(&file).expect("text");
    let kinds: Vec<String> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("each line is JSON")["line"].as_str().expect("a kind").to_owned())
        .collect();
    let trailers = kinds.iter().filter(|kind| *kind == "trailer" || *kind == "end").count();
    assert!(trailers <= 1 && kinds.iter().filter(|kind| *kind == "veedor").count() == 1, "{kinds:?}");
    assert!(lines.contains("EVIL3"), "what the court wrote is kept");

    // The pages that recipients reach by their mails.
    let mail = world.mailbox.got().into_iter().find(|mail| mail.text.contains("EVIL0")).expect("it is there");
    let parsed = mail_parser::MessageParser::default().parse(&mail.raw).expect("a mail");
    let text = parsed.body_text(0).expect("a text").into_owned();
    let paths: Vec<&str> =
        text.split(&format!("http://127.0.0.1:{port}")).skip(1).filter_map(|rest| rest.split_whitespace().next()).collect();
    assert!(paths.len() >= 2, "{text}");
    for path in paths {
        let (status, page) = http_get(port, path);
        assert_eq!(status, 200, "{path}: {page}");
        let body = page.split_once("\r\n\r\n").map_or(page.as_str(), |(_, body)| body);
        is_printable(path, &body.replace("\r\n", "\n"));
        let html = Html::parse_document(body);
        let names: Vec<&str> = html.tree.values().filter_map(|node| node.as_element()).map(|element| element.name()).collect();
        assert!(!names.iter().any(|name| ["script", "img", "iframe", "a"].contains(name)), "{path}: {names:?}");
    }
    world.finish();
}

#[test]
fn a_daemon_without_channels_prints_what_a_hostile_court_writes_as_words() {
    let mut world = World::new(&[A]);
    let (head, rest) = world.list.split_once("[[channel]]").expect("channels");
    let cases = rest.split_once("\n[[case]]").expect("a case").1;
    world.list = format!("{head}\n[[case]]{cases}");
    world.write(&world.list);
    name_all(&world);
    world.start();
    world.visits(2);
    write_all(&world);
    for n in 0..EVIL.len() {
        world.until("it is printed", |world| world.out().contains(&format!("EVIL{n}")));
    }
    is_printable("standard output", &world.out());
    assert!(world.out().len() < 200_000 && !world.out().lines().any(|line| line.starts_with("Bcc:")), "{}", world.out());
    world.finish();
}
