//! Huge and hostile pages from many sites at once: what one process may take for them has a bound, and a small case is told of all the
//! same.
//!
//! The long form is `VEEDOR_HUGE_PAGES=1000`; it also prints what is resident afterwards. `docs/reliability.md` has the figures.

use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::world::http::{Answer, serve};
use crate::world::{PATIENCE, World};

const A: &str = "17721-2024-00011G";

/// Pages in the short form.
const PAGES: usize = 26;

/// The most that the process may take in the short form, in MiB: what `docs/reliability.md` says.
const BOUND: usize = 640;

/// … and with two sites of each kind and as many pages as one likes.
const LONG_BOUND: usize = 896;

/// What a site sends. The second number of a page grows with each answer, so that no page is the one before.
type Make = fn(usize) -> Answer;

/// All sites: a name, what it sends, and what `veedor list` says of its case.
const SITES: [(&str, Make, &str); 14] = [
    ("rows", |n| html(&format!("<table>{}</table>", rows(5_000, n))), "ok"),
    ("json", |n| json(format!("[{}]", objects(5_000, n))), "ok"),
    ("word", |n| html(&format!("<table>{}{}</table>", rows(3, n), row("w", &"palabra".repeat(150_000)))), "ok"),
    ("deep", |n| html(&format!("<table>{}</table>{}", rows(3, n), "<div>".repeat(200_000))), "unreadable"),
    ("latin", |n| latin(&format!("<table>{}{}</table>", rows(3, n), row("l", &"ñandú ".repeat(3_000_000)))), "unreadable"),
    ("longest", |n| html(&format!("<table>{}</table>{}", rows(3, n), "Comuníquese y cúmplase. ".repeat(900_000))), "ok"),
    ("promised", |_| Answer::Promised { mib: 200 }, "unreadable"),
    ("endless", |_| Answer::Huge { mib: 10_000 }, "unreadable"),
    ("bomb", |_| Answer::Coded { coding: "gzip", body: bomb() }, "unreadable"),
    ("empty objects", |_| json(format!("[{}{{}}]", "{},".repeat(7_000_000))), "unreadable"),
    ("paragraphs", |_| html(&"<p>".repeat(7_000_000)), "unreadable"),
    (
        "bold",
        |_| html(&format!("<p>{}{}", (0..40_000).map(|n| format!("<b id={n}>")).collect::<String>(), "<p>x".repeat(40_000))),
        "unreadable",
    ),
    ("attributes", |_| html(&format!("<p{}>", (0..2_000_000).map(|n| format!(" a{n}")).collect::<String>())), "unreadable"),
    (
        "many rows",
        |n| json(format!("[{}]", (0..300_000).map(|row| format!("{{\"t\":\"{row} {n}\"}},")).collect::<String>() + "{\"t\":\"\"}")),
        "unreadable",
    ),
];

fn html(body: &str) -> Answer {
    Answer::Send { status: 200, kind: "text/html; charset=utf-8", body: format!("<!doctype html><html><body>{body}").into_bytes() }
}

/// Each letter of an old encoding takes two bytes of ours.
fn latin(body: &str) -> Answer {
    let body = body.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect();
    Answer::Send { status: 200, kind: "text/html; charset=iso-8859-1", body }
}

fn json(body: String) -> Answer {
    Answer::Send { status: 200, kind: "application/json", body: body.into_bytes() }
}

fn row(key: &str, text: &str) -> String {
    format!("<tr id=\"{key}\"><td>PROVIDENCIA GENERAL {key}</td><td>13/03/2024</td><td>{text}</td></tr>\n")
}

/// Many rows, of which the first is another one each time.
fn rows(count: usize, n: usize) -> String {
    let text = "Agréguese al expediente el escrito que antecede y proveyendo lo solicitado se dispone oficiar. ".repeat(16);
    (0..count).map(|at| row(&(if at == 0 { 1_000_000 + n } else { at }).to_string(), &text)).collect()
}

fn objects(count: usize, n: usize) -> String {
    let text = "Agréguese al expediente el escrito que antecede. ".repeat(32);
    let object = |at: usize| format!("{{\"t\":\"PROVIDENCIA {}\",\"x\":\"{text}\"}}", if at == 0 { 1_000_000 + n } else { at });
    (0..count).map(object).collect::<Vec<_>>().join(",")
}

/// 200 MiB of white space.
fn bomb() -> Arc<[u8]> {
    static BOMB: OnceLock<Arc<[u8]>> = OnceLock::new();
    let make = || {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        let mib = vec![b' '; 1 << 20];
        (0..200).try_for_each(|_| encoder.write_all(&mib)).expect("memory");
        encoder.finish().expect("memory").into()
    };
    BOMB.get_or_init(make).clone()
}

const RECIPE: &str = r#"title = "A court"
jurisdiction = "ec"
language = "es"
timezone = "UTC"
base_url = "https://court.example"
case_url = "https://court.example/"
[number]
pattern = '(?<serial>\d+)'
compact = "{serial}"
canonical = "{serial}"
shape = "digits"
example = "12"
[[step]]
id = "acts"
get = "/acts/{{ number }}"
list = true
[entries]
from = "acts"
each = "$[*]"
title = "{{ t }}"
text = "{{ x }}"
key = ["{{ t }}"]
"#;

/// The watch list for a site on this port.
fn listed(world: &World, name: &str, at: usize, port: u16) -> String {
    if !matches!(name, "json" | "empty objects" | "many rows" | "promised" | "endless" | "bomb") {
        return format!(
            "\n[[case]]\nsource = \"page\"\nnumber = \"p{at}\"\nevery = \"100ms\"\n[case.page]\nurl = \"http://127.0.0.1:{port}/p{at}\"\n\
             rows = \"tr\"\ntitle = \"td:nth-child(1)\"\ndate = \"td:nth-child(2)\"\ntext = \"td:nth-child(3)\"\nkey = \".@id\"\n"
        );
    }
    std::fs::write(world.path(&format!("recipes/c{at}.toml")), format!("id = \"c{at}\"\n{RECIPE}")).expect("a recipe");
    format!(
        "\n[source.c{at}]\nbase_url = \"http://127.0.0.1:{port}\"\ngap = \"0s\"\nevery = \"100ms\"\ndaily = 1000000\ntimeout = \"60s\"\n\
         [[case]]\nsource = \"c{at}\"\nnumber = \"{at}\"\n"
    )
}

/// A figure of the process's status, in MiB.
fn memory(world: &World, name: &str) -> usize {
    let pid = world.pid().as_raw_nonzero();
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("the figure");
    line.trim_matches(|c: char| !c.is_ascii_digit()).parse::<usize>().expect("a number") / 1024
}

/// Notes of which sites `veedor list` says what is to be said of them. Once is enough: a page that is another one each time is implausible
/// sooner or later.
fn note(world: &World, said: &mut [bool]) {
    let list = world.json(&["list", "--json"]);
    let cases = &list["cases"].as_array().expect("cases")[1..];
    assert_eq!(cases.len(), said.len());
    for ((case, (_, _, health)), said) in cases.iter().zip(SITES.iter().cycle()).zip(said) {
        *said |= case["health"] == *health;
    }
}

#[test]
fn huge_and_hostile_pages_from_many_sites_at_once_stay_within_a_bound() {
    let asked = std::env::var("VEEDOR_HUGE_PAGES").ok().map(|text| text.parse::<usize>().expect("a whole number"));
    let (pages, bound) = (asked.unwrap_or(PAGES), if asked.is_some() { LONG_BOUND } else { BOUND });
    let mut world = World::new(&[A]);
    std::fs::create_dir(world.path("recipes")).expect("a folder");
    let (sent, calm) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    // In the long form there are two of each.
    let sites = SITES.len() * if asked.is_some() { 2 } else { 1 };
    for at in 0..sites {
        let (name, make, _) = SITES[at % SITES.len()];
        let (sent, calm) = (sent.clone(), calm.clone());
        let port = serve(move |question| {
            if question.path == "/robots.txt" {
                return Answer::Headed { status: 404, headers: "x: y" };
            }
            if calm.load(Ordering::SeqCst) {
                return Answer::Headed { status: 503, headers: "x: y" };
            }
            make(sent.fetch_add(1, Ordering::SeqCst))
        })
        .port();
        world.list.push_str(&listed(&world, name, at, port));
    }
    world.write(&world.list);
    world.start();
    world.visits(2);
    let began = Instant::now();
    let (mut told, mut said) = (0, vec![false; sites]);
    while sent.load(Ordering::SeqCst) < pages || said.contains(&false) {
        note(&world, &mut said);
        assert!(asked.is_some() || began.elapsed() < 10 * PATIENCE, "{said:?}\n{}\n{}", world.ok(&["list"]), world.last_words());
        // The small case is read and told of meanwhile.
        let token = format!("CHICO{told:04}");
        world.court.act(A, "PROVIDENCIA GENERAL (DECRETO)", &format!("<p>{token} Agr&eacute;guese.</p>"));
        world.told(&token);
        told += 1;
        let (most, by_now) = (memory(&world, "VmHWM:"), sent.load(Ordering::SeqCst));
        if asked.is_some() && told % 10 == 0 {
            println!("{by_now} pages: {} MiB resident, {most} at most", memory(&world, "VmRSS:"));
        }
        assert!(most <= bound, "{most} MiB after {by_now} pages");
    }
    let (took, most) = (began.elapsed(), memory(&world, "VmHWM:"));
    println!("{pages} huge pages in {} s, {told} acts of a small case told meanwhile: at most {most} MiB", took.as_secs());
    let list = world.json(&["list", "--json"]);
    for case in list["cases"].as_array().expect("cases") {
        println!("{} {} {}", case["source"], case["health"], case["detail"]);
    }
    if asked.is_some() {
        calm.store(true, Ordering::SeqCst);
        std::thread::park_timeout(Duration::from_secs(30));
        println!("30 s later: {} MiB", memory(&world, "VmRSS:"));
    }
    assert!(most <= bound, "{most} MiB");
    world.kill();
}
