//! Sources that are never polled: a person saves the page, and it counts as a visit.

use serde_json::Value;

use crate::world::World;

const A: &str = "17721-2024-00011G";
const N: &str = "12-2026";

/// A court behind a captcha.
const RECIPE: &str = r#"
id = "xx-walled"
title = "A court behind a captcha"
jurisdiction = "ec"
language = "es"
timezone = "America/Guayaquil"
base_url = "https://court.invalid"
case_url = "https://court.invalid/"
import_only = "its search asks for a captcha"
how = "open https://court.invalid, search the number and save the page."
unverified = "no captured answer is known"
examples = ["12-2026"]
[number]
pattern = '(?<serial>\d+)-(?<year>\d{4})'
compact = "{serial}-{year}"
canonical = "{serial}-{year}"
shape = "a serial and a year"
example = "12-2026"
[[step]]
id = "page"
get = "/{{ number }}"
format = "html"
echo = { json = "$.number", equals = "{{ number }}", required = true }
[step.view]
number = "h1.case"
rows = { css = "tr.act", required = true, cells = { when = "td.d", what = "td.t" } }
[[entries]]
from = "page"
each = "$.rows[*]"
required = ["what"]
key = ["{{ when }}:{{ what }}"]
title = "{{ what }}"
date = { value = "{{ when }}", format = ["%d/%m/%Y"] }
"#;

fn page(number: &str, acts: &[&str]) -> String {
    let rows: String = acts.iter().map(|act| format!("<tr class=act><td class=d>05/03/2024</td><td class=t>{act}</td></tr>")).collect();
    format!("<!DOCTYPE html><html><body><h1 class=case>{number}</h1><table>{rows}</table></body></html>")
}

fn world() -> World {
    let mut world = World::new(&[A]);
    std::fs::create_dir(world.path("recipes")).expect("a folder");
    std::fs::write(world.path("recipes/xx-walled.toml"), RECIPE).expect("a recipe");
    world.list.push_str(&format!("\n[[case]]\nsource = \"xx-walled\"\nnumber = \"{N}\"\nname = \"Tapiado\"\n"));
    world.write(&world.list);
    world
}

fn save(world: &World, name: &str, text: &str) -> String {
    std::fs::write(world.path(name), text).expect("a page");
    world.path(name).display().to_string()
}

fn import(file: &str) -> Vec<&str> {
    vec!["import", "--source", "xx-walled", "--case", N, "--page", file]
}

fn line(world: &World) -> Value {
    world.json(&["list", "--json"])["cases"].as_array().expect("a list").iter().find(|case| case["number"] == N).expect("it").clone()
}

#[test]
fn a_source_says_that_it_is_import_only_wherever_one_looks() {
    let world = world();
    let checked = world.veedor(&["check"]);
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(checked.status.success(), "{said}");
    for words in
        ["xx-walled is import only: its search asks", "open https://court.invalid", "xx-walled is unverified live", "watchlist.toml:"]
    {
        assert!(said.contains(words), "{words} is not in\n{said}");
    }
    let table = world.ok(&["check", "-q"]) + &String::from_utf8_lossy(&checked.stdout);
    assert!(table.lines().any(|line| line.contains(N) && line.contains("import only")), "{table}");
    let listed = world.ok(&["sources"]);
    let of_it = listed.lines().find(|line| line.starts_with("xx-walled")).expect("a line");
    assert!(of_it.contains("import only, unverified live, your own") && !of_it.contains("in place of"), "{of_it}");
    let one = world.ok(&["sources", "xx-walled"]);
    assert!(one.contains("save the page") && one.contains("no captured answer") && !one.contains("requests at most"), "{one}");
    let one = world.json(&["sources", "xx-walled", "--json"]);
    assert_eq!((&one["polled"], &one["import_only"]), (&false.into(), &"its search asks for a captcha".into()), "{one}");
    world.no(&["poll", N], 2, "open https://court.invalid, search the number and save the page, then run `veedor import");
    // What is left of the list is polled, and a list of nothing else says so.
    let polled = world.json(&["poll", "--json"]);
    assert_eq!(polled["visits"].as_array().map(Vec::len), Some(1), "{polled}");
    world.write(&world.list.replace("source = \"ec-esatje\"\n", "source = \"xx-walled\"\n").replace(A, "13-2026"));
    world.no(&["poll"], 2, "import only");
    world.write(&world.list);
    world.finish();
}

#[test]
fn imported_pages_are_visits_and_no_page_is_waited_for() {
    let mut world = world();
    world.start();
    world.visits(2);
    let before = line(&world);
    assert_eq!(
        (&before["health"], &before["next_visit"], &before["read_at"]),
        (&"unvisited".into(), &Value::Null, &Value::Null),
        "{before}"
    );
    assert!(world.ok(&["list"]).contains("import only: nothing imported yet"));
    world.no(&["poll", N], 2, "import only");

    let first = save(&world, "first.html", &page(N, &["PROVIDENCIA GENERAL", "RAZON"]));
    assert!(world.ok(&import(&first)).contains("baseline"));
    assert!(world.ok(&import(&first)).contains("nothing new"));
    let kept = line(&world);
    assert!(kept["read_at"].is_string() && kept["next_visit"].is_null() && kept["version"] == 1, "{kept}");

    let other = save(&world, "other.html", &page("13-2026", &["SENTENCIA"]));
    let block = save(&world, "block.html", "<html><title>Access Denied</title><body>captcha</body></html>");
    for wrong in [&other, &block] {
        world.no(&import(wrong), 3, "nothing was changed");
        let mut now = line(&world);
        now["read_at"] = kept["read_at"].clone();
        assert_eq!(now, kept, "{wrong} changed the case");
    }

    let later = save(&world, "later.html", &page(N, &["PROVIDENCIA GENERAL", "RAZON", "SENTENCIA IMPORTED01"]));
    assert!(world.ok(&import(&later)).contains("ruling.issued"));
    world.told("IMPORTED01");
    // The daemon goes on and asks the walled court for nothing.
    world.visits(2);
    assert_eq!((line(&world)["health"].clone(), line(&world)["next_visit"].clone()), ("ok".into(), Value::Null));
    assert_eq!(world.stop(), Some(0));
    // Without a daemon, after a restart's worth of forgetting, the same page is still nothing new.
    assert!(world.ok(&import(&later)).contains("nothing new"));
    assert!(!world.log().contains("host=\"court.invalid"), "{}", world.log());
    world.finish();
}

#[test]
fn a_site_behind_a_captcha_is_listed_and_explained_and_cannot_be_watched_without_a_recipe() {
    let world = World::new(&[A]);
    let listed = world.ok(&["sources"]);
    let wide: Vec<&str> = listed.lines().filter(|line| line.chars().count() > 81).collect();
    assert!(wide.is_empty(), "{wide:?}");
    for (id, words) in [("br-pje ", "import only"), ("us-courtlistener ", "unverified live"), ("br-esaj ", ".8.26.")] {
        let line = listed.lines().find(|line| line.starts_with(id)).expect("a line of it");
        assert!(line.contains(words), "{line}");
    }
    let below = listed.split_once("NOT POLLED").expect("a list of what is not polled").1;
    assert!(below.contains("cl-pjud") && below.contains("pe-cej"), "{listed}");
    let one = world.ok(&["sources", "cl-pjud"]);
    for words in ["oficinajudicialvirtual.pjud.cl", "robots.txt", "import it", "sources new"] {
        assert!(one.contains(words), "{words} is not in\n{one}");
    }
    let one = world.json(&["sources", "cl-pjud", "--json"]);
    assert_eq!((&one["polled"], one["why"].is_string(), one["how"].is_string()), (&false.into(), true, true), "{one}");
    assert!(world.json(&["sources", "--json"])["not_polled"].as_array().is_some_and(|sites| sites.len() >= 12));
    world.no(&["extract", "--source", "cl-pjud", "--page", "x"], 2, "is not polled");
    world.no(&["add", "cl-pjud", "C-1-2026"], 2, "is not polled");
    world.write(&format!("{}\n[[case]]\nsource = \"cl-pjud\"\nnumber = \"C-1-2026\"\n\n[source.cl-pjud]\nevery = \"2h\"\n", world.list));
    let why = world.no(&["check"], 78, "\"cl-pjud\" (https://oficinajudicialvirtual.pjud.cl) is not polled: its robots.txt");
    assert!(why.contains(":10: \"cl-pjud\"") && why.contains(":9: \"cl-pjud\""), "both places: {why}");
    assert!(why.contains("save the page with all its tabs") && why.contains("`veedor sources new"), "{why}");
    // With a recipe of one's own it is a source like any other.
    std::fs::create_dir(world.path("recipes")).expect("a folder");
    std::fs::write(world.path("recipes/pjud.toml"), RECIPE.replace("xx-walled", "cl-pjud")).expect("a recipe");
    world.write(&format!("{}\n[[case]]\nsource = \"cl-pjud\"\nnumber = \"{N}\"\n", world.list));
    world.ok(&["check"]);
    assert!(world.ok(&["sources", "cl-pjud"]).contains("your own"));
    let listed = world.ok(&["sources"]);
    assert!(!listed.split_once("NOT POLLED").expect("the list").1.contains("cl-pjud"), "{listed}");
    world.write(&world.list);
    world.finish();
}
