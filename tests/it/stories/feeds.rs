//! One feed of a court that serves all cases watched there.

use crate::world::World;
use crate::world::http::{Answer, serve};
use crate::world::state::Shared;

const RECIPE: &str = include_str!("../../../jurisdictions/us/pacer-rss.toml");
const CASES: [&str; 3] = ["nysd 1:98-cv-01808", "nysd 1:98-cr-00417", "nysd 2:98-mc-00009"];

#[derive(Default)]
struct Feed {
    items: Vec<String>,
    requests: u64,
    blocked: bool,
}

/// The court's feed: each answer is another one, as the time of its making stands in it.
fn open() -> (Shared<Feed>, String) {
    let feed: Shared<Feed> = Shared::new(Feed::default());
    let inside = feed.clone();
    let address = serve(move |question| {
        if question.path == "/robots.txt" {
            return Answer::Send { status: 404, kind: "text/plain", body: b"none".to_vec() };
        }
        inside.change(|feed| {
            feed.requests += 1;
            if feed.blocked {
                let body = b"<html><title>Request Rejected</title><p>The requested URL was rejected.</p></html>".to_vec();
                return Answer::Send { status: 200, kind: "text/html", body };
            }
            let (made, items) = (feed.requests, feed.items.concat());
            let body = format!(
                "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><rss version=\"2.0\"><channel><title>Southern District of New York - Recent \
                 Entries</title><link>https://ecf.nysd.uscourts.gov</link><lastBuildDate>{made}</lastBuildDate>{items}</channel></rss>"
            );
            Answer::Send { status: 200, kind: "text/xml", body: body.into_bytes() }
        })
    });
    (feed, format!("http://{address}"))
}

fn item(number: &str, seq: u32, event: &str) -> String {
    let (_, number) = number.split_once(' ').expect("a court and a number");
    let now = jiff::Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    format!(
        "<item><title>{number} Persona Ficticia v. Examples</title><link>https://ecf.nysd.uscourts.gov/cgi-bin/DktRpt.pl?7</link>\
         <description>[{event}] (&lt;a href=\"https://ecf.nysd.uscourts.gov/doc1/1270{seq:07}\"&gt;{seq}&lt;/a&gt;)</description>\
         <guid isPermaLink=\"true\">https://ecf.nysd.uscourts.gov/cgi-bin/DktRpt.pl?7&amp;{seq}</guid><pubDate>{now}</pubDate></item>"
    )
}

/// A world that watches three cases of the court, whose answers serve them all for so long.
fn watching(base: &str, shared: &str) -> World {
    let mut world = World::new(&[]);
    let cases: String =
        CASES.iter().map(|number| format!("\n[[case]]\nsource = \"us-pacer-rss\"\nnumber = \"{number}\"\nname = \"{number}\"\n")).collect();
    let source = format!("[source.us-pacer-rss]\nbase_url = \"{base}\"\ngap = \"0s\"\nevery = \"100ms\"\ndaily = 1000000\n\n[[channel]]");
    world.list = format!("{}{cases}", world.list.replacen("[[channel]]", &source, 1));
    world.write(&world.list);
    std::fs::create_dir(world.path("recipes")).expect("a folder");
    hold(&world, shared);
    world
}

fn hold(world: &World, shared: &str) {
    assert!(RECIPE.contains("shared  = \"10m\""));
    let recipe = RECIPE.replace("shared  = \"10m\"", &format!("shared = \"{shared}\""));
    std::fs::write(world.path("recipes/feed.toml"), recipe).expect("a recipe");
}

/// Waits until all three cases are so.
fn all_are(world: &World, health: &str) {
    let end = std::time::Instant::now() + crate::world::PATIENCE;
    loop {
        let listed = world.json(&["list", "--json"]);
        let cases = listed["cases"].as_array().expect("cases");
        if cases.len() == 3 && cases.iter().all(|case| case["health"] == health) {
            return;
        }
        assert!(std::time::Instant::now() < end, "{listed:#}\n{}", world.log());
    }
}

fn versions(world: &World) -> Vec<u64> {
    let listed = world.json(&["list", "--json"]);
    let version = |number: &str| {
        let case = listed["cases"].as_array().expect("cases").iter().find(|case| case["number"] == number);
        case.expect("a watched case")["version"].as_u64().expect("a version")
    };
    CASES.iter().map(|number| version(number)).collect()
}

#[test]
fn one_request_serves_all_cases_and_each_change_is_told_once_to_the_right_one() {
    let (feed, base) = open();
    feed.change(|feed| feed.items = vec![item(CASES[0], 1, "Complaint"), item("nysd 1:98-cv-11808", 2, "Answer")]);
    let mut world = watching(&base, "1h");
    world.start();
    world.logged("watching");
    all_are(&world, "ok");
    assert_eq!(feed.get().requests, 1, "one answer serves three cases");
    assert_eq!(versions(&world), [1, 1, 1], "a case that is not in the feed has begun too");

    hold(&world, "300ms");
    world.ok(&["reload"]);
    feed.change(|feed| feed.items.insert(0, item(CASES[0], 3, "Order ALPHA1")));
    world.told("ALPHA1");
    // The first entry of a case that was in no feed before is news.
    feed.change(|feed| feed.items.insert(0, item(CASES[1], 4, "Judgment BETA1")));
    world.told("BETA1");
    // What slides off is not removed, and a feed of others changes nothing.
    feed.change(|feed| feed.items = vec![item("nysd 1:98-cv-11808", 9, "Order GAMMA1")]);
    let goal = feed.get().requests + 6;
    assert!(feed.wait(|feed| feed.requests >= goal), "{}", world.log());
    feed.change(|feed| feed.items.clear());
    let goal = goal + 6;
    assert!(feed.wait(|feed| feed.requests >= goal), "{}", world.log());

    let told: Vec<(String, String)> = world.hooks.got().iter().map(|hook| about(&hook.body)).collect();
    let expected = [(CASES[0], "Order ALPHA1"), (CASES[1], "Judgment BETA1")].map(|(case, title)| (case.to_owned(), title.to_owned()));
    assert_eq!(told, expected);
    all_are(&world, "ok");
    assert_eq!(versions(&world), [2, 2, 1], "dozens of feeds that say nothing of a case are not kept");
    world.finish();
}

fn about(body: &str) -> (String, String) {
    let hook: serde_json::Value = serde_json::from_str(body).expect("JSON");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    (text(&hook["data"]["case"]["number"]), text(&hook["data"]["entry"]["title"]))
}

#[test]
fn a_block_page_is_one_refusal_however_many_cases_it_is_shared_by() {
    let (feed, base) = open();
    feed.change(|feed| feed.blocked = true);
    let mut world = watching(&base, "1h");
    world.start();
    world.logged("watching");
    all_are(&world, "blocked");
    feed.change(|feed| feed.blocked = false);
    // Nobody has to wait an hour for a page that was none.
    all_are(&world, "ok");
    assert_eq!(world.hooks.got().len(), 0);
    world.finish();
}
