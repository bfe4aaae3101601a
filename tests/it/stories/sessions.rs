//! Courts that want to know who asks: a token that only the operator has, and a session of one visit.

use std::path::Path;

use serde_json::json;

use crate::world::World;
use crate::world::http::{Answer, Question, serve};
use crate::world::state::Shared;

const RECIPE: &str = r#"
id = "xx-session"
title = "A court with sessions"
jurisdiction = "xx"
language = "en"
timezone = "UTC"
base_url = "https://court.example"
case_url = "https://court.example/"
cookies = true
[secrets]
token = "a free token from https://court.example/token"
[headers]
Authorization = "Token {{ secret.token }}"
[number]
pattern = '(?<serial>\d+)'
compact = "{serial}"
canonical = "{serial}"
shape = "digits"
example = "12"
[[step]]
id = "open"
get = "/open?case={{ number }}"
[[step]]
id = "rows"
each = [{ opened = "$.open" }]
get = "/rows"
[entries]
from = "rows"
each = "$.rows[*]"
key = ["{{ id }}"]
title = "{{ t }}"
"#;

#[derive(Default)]
struct Desk {
    sessions: u64,
    /// Path, token and session of each request.
    asked: Vec<(String, String, String)>,
}

impl Desk {
    fn answer(&mut self, question: &Question) -> Answer {
        let refused = |status| Answer::Send { status, kind: "text/plain", body: b"no".to_vec() };
        let (token, cookie) = (question.header("authorization").to_owned(), question.header("cookie").to_owned());
        self.asked.push((question.path.clone(), token.clone(), cookie.clone()));
        match question.path.as_str() {
            "/robots.txt" => refused(404),
            _ if !token.starts_with("Token ") => refused(401),
            "/rows" if cookie == format!("SESSION=visit{}", self.sessions) => Answer::json(&json!({"rows": [{"id": 1, "t": "A filing"}]})),
            "/open?case=12" => {
                self.sessions += 1;
                Answer::Cookie { cookie: format!("SESSION=visit{}; Path=/; HttpOnly", self.sessions), body: br#"{"ok": 1}"#.to_vec() }
            }
            _ => refused(401),
        }
    }
}

/// Whether any file in the folder has these words.
fn stands_in(folder: &Path, words: &str) -> bool {
    std::fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return stands_in(&path, words);
        }
        std::fs::read(&path).is_ok_and(|bytes| bytes.windows(words.len()).any(|window| window == words.as_bytes()))
    })
}

#[test]
fn a_token_and_a_session_reach_the_court_and_are_kept_nowhere() {
    let desk: Shared<Desk> = Shared::new(Desk::default());
    let inside = desk.clone();
    let court = serve(move |question| inside.change(|desk| desk.answer(question)));
    let mut world = World::new(&[]);
    std::fs::create_dir(world.path("recipes")).expect("a folder");
    std::fs::write(world.path("recipes/session.toml"), RECIPE).expect("a recipe");
    let source = format!("\n[source.xx-session]\nbase_url = \"http://{court}\"\ngap = \"0s\"\nevery = \"100ms\"\ndaily = 1000000\n");
    world.list += &format!("{source}\n[[case]]\nsource = \"xx-session\"\nnumber = \"12\"\n");
    world.write(&world.list);
    world.no(&["check"], 78, "a free token from https://court.example/token");
    assert!(desk.get().asked.is_empty(), "nobody is asked without it");

    let secret = |text: &str| {
        std::fs::write(world.path("token"), text).expect("a secret");
        std::fs::set_permissions(world.path("token"), std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("its mode");
    };
    let how = world.ok(&["sources", "xx-session"]);
    assert!(how.contains("token, not given here") && how.contains("under [source.xx-session]: secrets = { token = { file"), "{how}");
    secret("first-s3cret\n");
    world.list = world.list.replace("[source.xx-session]", "[source.xx-session]\nsecrets = { token = { file = \"token\" } }");
    world.write(&world.list);
    assert!(world.ok(&["sources", "xx-session"]).contains("token, given: a free token from"));
    world.start();
    let asked = |path: &'static str, token: &'static str| {
        move |desk: &Desk| desk.asked.iter().filter(|(at, with, _)| at == path && with == token).count()
    };
    // The second visit to /rows is made with the session of its own visit, else the court refuses it.
    let first = asked("/rows", "Token first-s3cret");
    assert!(desk.wait(|desk| first(desk) >= 2 && desk.sessions >= 2), "{:?}\n{}", desk.get().asked, world.log());

    std::fs::write(world.path("token"), "second-s3cret").expect("a secret");
    world.ok(&["reload"]);
    let second = asked("/rows", "Token second-s3cret");
    assert!(desk.wait(|desk| second(desk) >= 1), "{:?}\n{}", desk.get().asked, world.log());
    let listed = world.json(&["list", "--json"]);
    assert_eq!(listed["cases"][0]["health"], "ok", "{listed:#}");
    assert_eq!(world.stop(), Some(0));
    for words in ["first-s3cret", "second-s3cret", "SESSION=visit"] {
        assert!(!stands_in(&world.state_dir(), words), "{words} is in the store");
        assert!(!world.log().contains(words) && !world.out().contains(words), "{words} is in the log");
    }
    assert!(stands_in(&world.state_dir(), "xx-session"), "the store was looked through");
    let desk = desk.get();
    assert!(desk.asked.iter().all(|(path, _, cookie)| !path.starts_with("/open") || cookie.is_empty()), "a session outlived its visit");
    assert!(desk.asked.iter().all(|(path, token, _)| path != "/robots.txt" || token.is_empty()), "robots.txt is asked without it");
    drop(desk);
    world.finish();
}
