//! Who may look and who may change: accounts, roles, tokens, proxies, and what is noted of it.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::Stdio;
use std::time::Instant;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::world::{PATIENCE, World, routes};

const A: &str = "17721-2024-00011G";
const GOOD: &str = "correcto caballo batería";
const NAME: &str = "Un nombre tiene de 1 a 64 letras";
const OTHER: &str = "otra frase que es larga";

/// A world whose dashboard can be reached, with `[web]` as given.
fn world_with(web: &str) -> (World, u16) {
    let mut world = World::new(&[A]);
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address").port();
    world.list = world.list.replace("listen = \"\"", &format!("listen = \"127.0.0.1:{port}\"")) + web;
    world.write(&world.list);
    (world, port)
}

fn start(world: &mut World, port: u16) {
    world.start();
    let until = Instant::now() + PATIENCE;
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < until, "nobody listens\n{}", world.log());
        std::thread::yield_now();
    }
}

/// An answer, read to its end.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    fn says(&self, status: u16, words: &str) {
        assert!(self.status == status && self.body.contains(words), "{} without {words:?}: {:?}\n{}", self.status, self.headers, self.body);
    }

    fn leads(&self, to: &str) {
        assert_eq!((self.status, self.header("location")), (303, to), "{}", self.body);
    }
}

/// A browser: it keeps a cookie and says where a form stands.
struct Browser {
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
    base: String,
    origin: Option<String>,
    cookie: Option<String>,
    more: Vec<(&'static str, String)>,
}

impl Browser {
    fn at(port: u16) -> Self {
        // Another test of this process may have done it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let client = reqwest::Client::builder()
            .no_proxy()
            .pool_max_idle_per_host(0)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        let base = format!("http://127.0.0.1:{port}");
        Self { runtime, client, origin: Some(base.clone()), base, cookie: None, more: Vec::new() }
    }

    /// One behind a proxy, at this address.
    fn behind(port: u16, address: &str) -> Self {
        let more = vec![
            ("x-forwarded-for", address.to_owned()),
            ("x-forwarded-proto", "https".to_owned()),
            ("x-forwarded-host", "veedor.example.org".to_owned()),
        ];
        Self { origin: Some("https://veedor.example.org".to_owned()), more, ..Self::at(port) }
    }

    fn send(&mut self, method: &str, path: &str, body: Option<String>) -> Answer {
        let mut request = self.client.request(method.parse().expect("a method"), format!("{}{path}", self.base));
        for (name, value) in &self.more {
            request = request.header(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"));
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
            if let Some(origin) = &self.origin {
                request = request.header("origin", origin);
            }
        }
        let (status, headers, body) = self.runtime.block_on(async {
            let answer = request.send().await.expect("an answer");
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            (status, headers, answer.text().await.expect("its body"))
        });
        if let Some(set) = headers.get("set-cookie").and_then(|value| value.to_str().ok()).filter(|set| set.contains("veedor=")) {
            let pair = set.split(';').next().expect("a pair");
            self.cookie = (!pair.ends_with('=')).then(|| pair.to_owned());
        }
        Answer { status, headers, body }
    }

    fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, None)
    }

    fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send("POST", path, Some(body))
    }

    fn log_in(&mut self, name: &str, password: &str) -> Answer {
        self.post("/login", &[("name", name), ("password", password), ("next", "/account")])
    }

    /// Without a cookie and with a token.
    fn with_token(port: u16, token: &str) -> Self {
        Self { more: vec![("authorization", format!("Bearer {token}"))], origin: None, ..Self::at(port) }
    }

    fn is_in(&mut self) -> bool {
        self.get("/account").status == 200
    }
}

/// Runs a command that reads a password.
fn typed(world: &World, arguments: &[&str], password: &str) -> (Option<i32>, String) {
    let mut command = world.command(&[arguments, &["--password-stdin"]].concat());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    // A command that refuses what stands before it reads nothing.
    let _ = writeln!(child.stdin.take().expect("piped"), "{password}");
    let output = child.wait_with_output().expect("ends");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), said)
}

fn add(world: &World, name: &str, role: &str) {
    let (code, said) = typed(world, &["user", "add", name, "--role", role], GOOD);
    assert!(code == Some(0) && said.contains(&format!("{name} may log in as {role}")), "{code:?} {said}");
}

/// The secret that a page or a command shows.
fn secret_in(text: &str) -> String {
    let rest = text.split("vdr_").nth(1).unwrap_or_else(|| panic!("no token in {text}"));
    format!("vdr_{}", rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect::<String>())
}

#[test]
fn whoever_has_an_account_comes_in_and_stays_until_it_ends() {
    let (mut world, port) = world_with("\n[web]\nlogin = true\n");
    // Before the first start, without a store.
    for (arguments, password, words) in [
        (&["user", "add", "ana", "--role", "admin"][..], "corta", "at least 12 characters"),
        (&["user", "add", "ana", "--role", "root"], GOOD, "\"root\" is no role; it is one of viewer, editor, admin"),
        (&["user", "add", "ana pérez", "--role", "admin"], GOOD, "a name is 1 to 64 plain letters"),
        (&["user", "add", "ana", "--role", "admin"], &"x".repeat(5_000), "at most 1024 bytes"),
    ] {
        let (code, said) = typed(&world, arguments, password);
        assert!(code == Some(2) && said.contains(words), "{arguments:?}: {code:?} {said}");
    }
    add(&world, "Ana".to_lowercase().as_str(), "admin");
    start(&mut world, port);
    assert!(typed(&world, &["user", "add", "ANA", "--role", "viewer"], GOOD).1.contains("there is a user \"ana\" already"));
    add(&world, "bea", "viewer");
    assert!(world.ok(&["check"]).contains("access   an account is needed; 2 users have one"), "{}", world.ok(&["check"]));

    let mut ana = Browser::at(port);
    assert_eq!(ana.get("/livez").status, 200);
    ana.get("/cases?q=a%20b").leads("/login?next=%2Fcases%3Fq%3Da%2520b");
    ana.get("/nothing").leads("/login?next=%2Fnothing");
    let refused = ana.get("/api/v1/cases");
    refused.says(401, "\"An account or a token is needed.\"");
    assert_eq!(
        (refused.header("content-type"), refused.header("www-authenticate")),
        ("application/problem+json", "Bearer realm=\"veedor\"")
    );
    let form = ana.get("/login?next=%2Fcases");
    form.says(200, "name=\"password\"");
    assert!(form.body.contains("value=\"/cases\"") && !form.body.contains("/settings") && !form.body.contains("ana"), "{}", form.body);
    for (name, password) in [("ana", "no es esta frase"), ("nadie", GOOD), ("ana", &"x".repeat(5_000)), ("' or 1=1", "x"), ("a\0na", GOOD)]
    {
        let answer = ana.log_in(name, password);
        answer.says(403, "El nombre o la contraseña no son correctos.");
        assert!(ana.cookie.is_none());
    }
    ana.log_in("", "").says(400, "Escriba su nombre y su contraseña.");
    for (next, to) in
        [("/cases?q=x", "/cases?q=x"), ("//evil.example", "/"), ("https://evil.example", "/"), ("/\\evil.example", "/"), ("", "/")]
    {
        let before = ana.cookie.take();
        ana.post("/login", &[("name", " Ana"), ("password", GOOD), ("next", next)]).leads(to);
        assert!(ana.cookie.is_some() && ana.cookie != before, "each log-in is a new session");
    }
    let set = ana.log_in("ana", GOOD);
    let cookie = set.header("set-cookie");
    assert!(cookie.contains("Path=/; HttpOnly; SameSite=Lax; Max-Age=1209600") && !cookie.contains("Secure"), "{cookie}");
    let page = ana.get("/account");
    page.says(200, "administra");
    assert!(page.body.contains("action=\"/logout\"") && page.body.contains("href=\"/users\"") && page.body.contains("href=\"/settings\""));
    assert!(page.header("cache-control").contains("no-store") && page.header("content-security-policy").contains("default-src 'none'"));
    let mut english = Browser::at(port);
    english.more.push(("accept-language", "en".to_owned()));
    english.log_in("ana", "wrong wrong wrong").says(403, "The name or the password is not right.");

    let mut bea = Browser::at(port);
    bea.log_in("bea", GOOD).leads("/account");
    let page = bea.get("/account");
    assert!(
        page.body.contains("bea") && !page.body.contains("href=\"/users\"") && !page.body.contains("href=\"/settings\""),
        "{}",
        page.body
    );
    for path in ["/users", "/audit"] {
        bea.get(path).says(403, "Esto lo puede hacer solo quien administra.");
    }
    bea.post("/users/role", &[("name", "bea"), ("role", "admin")]).says(403, "solo quien administra");
    // A viewer makes no token that may more than she.
    bea.post("/account/token", &[("name", "mia"), ("role", "editor"), ("days", "30")]).says(403, "usted puede mirar");

    // Everything that changes her ends her sessions, and the browser of nobody else.
    for change in [&["user", "role", "bea", "editor"][..], &["user", "disable", "bea"], &["user", "enable", "bea"]] {
        let was_out = change[1] == "enable";
        world.ok(change);
        assert!(!bea.is_in() && ana.is_in(), "{change:?}");
        let again = bea.log_in("bea", GOOD);
        assert_eq!(again.status == 303, change[1] != "disable", "{change:?} {was_out}");
    }
    bea.post("/account/token", &[("name", "mia"), ("role", "editor"), ("days", "30")]).says(200, "vdr_");
    assert_eq!(typed(&world, &["user", "passwd", "bea"], OTHER).0, Some(0));
    assert!(!bea.is_in());
    assert_eq!((bea.log_in("bea", GOOD).status, bea.log_in("bea", OTHER).status), (403, 303));

    // She changes it herself: this browser goes on, another does not.
    let mut phone = Browser::at(port);
    phone.log_in("bea", OTHER).leads("/account");
    for (now, new, again, words) in [
        ("no es esta frase", GOOD, GOOD, "La contraseña de ahora no es esa."),
        (OTHER, GOOD, OTHER, "no son iguales"),
        (OTHER, "corta", "corta", "al menos 12 caracteres"),
        (OTHER, &"x".repeat(1_025), &"x".repeat(1_025), "como máximo 1024 bytes"),
        ("", "", "", "al menos 12 caracteres"),
    ] {
        bea.post("/account/password", &[("now", now), ("new", new), ("again", again)]).says(400, words);
    }
    let before = bea.cookie.clone();
    bea.post("/account/password", &[("now", OTHER), ("new", GOOD), ("again", GOOD)]).leads("/account?done=password");
    assert!(bea.cookie != before && bea.is_in() && !phone.is_in());
    phone.log_in("bea", GOOD).leads("/account");
    let page = phone.get("/account");
    let row = page.body.split("<tr>").find(|row| row.contains("name=\"session\"") && !row.contains("· esta")).expect("another session");
    let id = row.split("name=\"session\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("its id").to_owned();
    ana.post("/account/session", &[("session", &id)]).says(400, "Esa sesión ya no está abierta.");
    assert!(bea.is_in(), "nobody ends the session of another");
    phone.post("/account/session", &[("session", &id)]).leads("/account?done=session");
    assert!(!bea.is_in() && phone.is_in());
    bea.log_in("bea", GOOD).leads("/account");
    phone.log_in("bea", GOOD).leads("/account");
    bea.post("/logout/everywhere", &[]).leads("/login");
    assert!(bea.cookie.is_none() && !phone.is_in());
    phone.log_in("bea", GOOD).leads("/account");
    let stolen = phone.cookie.clone();
    phone.post("/logout", &[]).leads("/login");
    phone.cookie = stolen;
    assert!(!phone.is_in(), "the cookie is worth nothing any more");

    // A restart ends no session; forgetting a user ends all, with her token.
    phone.log_in("bea", GOOD).leads("/account");
    world.kill();
    start(&mut world, port);
    assert!(phone.is_in() && ana.is_in());
    assert!(world.ok(&["token", "list"]).contains("mia"));
    ana.post("/users/remove", &[("name", "bea")]).leads("/users?done=removed");
    assert!(!phone.is_in() && !world.ok(&["token", "list"]).contains("mia") && !world.ok(&["user", "list"]).contains("bea"));

    // Who did what, without a word of what must stay secret; nor has the log of the daemon any of it.
    let log = world.ok(&["audit", "--json", "--limit", "500"]);
    for words in [
        "user add",
        "log in",
        "wrong password",
        "POST /account/password",
        "POST /users/role",
        "the role may not",
        "POST /users/remove",
        "user disable",
    ] {
        assert!(log.contains(words), "{words}: {log}");
    }
    for secret in [GOOD, OTHER, "no es esta", "nadie", "vdr_", "1=1"] {
        assert!(!log.contains(secret) && !world.log().contains(secret), "{secret}: {log}");
    }
    assert!(!world.log().contains("bea"), "{}", world.log());
    ana.get("/audit").says(200, "POST /users/remove");
    let counters = ana.get("/metrics").body;
    assert!(counters.contains("veedor_logins_total{result=\"ok\"}") && !counters.contains("\"bea"), "{counters}");
    world.finish();
}

#[test]
fn behind_a_proxy_the_client_counts_and_not_what_it_says_of_itself() {
    let (mut world, port) = world_with("\n[web]\ntrusted_proxies = [\"127.0.0.1\"]\n");
    world.list = world.list.replacen("listen = ", "url = \"https://veedor.example.org\"\nlisten = ", 1);
    world.write(&world.list);
    start(&mut world, port);
    let check = world.ok(&["check"]);
    assert!(check.contains("reached  https://veedor.example.org/, the dashboard and the API"), "{check}");
    add(&world, "ana", "editor");
    let mut ana = Browser::behind(port, "198.51.100.1");
    // Another name that leads to the proxy leads no further, and a program reads why.
    ana.more[2].1 = "evil.example".to_owned();
    ana.get("/login").says(421, "under the name of `url`");
    let told = ana.get("/api/v1/cases");
    assert_eq!((told.status, told.header("content-type")), (421, "application/problem+json"), "{}", told.body);
    ana.more[2].1 = "veedor.example.org".to_owned();
    let led = ana.get("/cases");
    led.leads("/login?next=%2Fcases");
    assert!(led.header("content-security-policy").contains("default-src 'none'") && led.header("x-content-type-options") == "nosniff");
    let set = ana.log_in("ana", GOOD);
    set.leads("/account");
    let cookie = set.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-veedor=") && cookie.contains("Path=/; Secure; HttpOnly; SameSite=Lax") && !cookie.contains("Domain"),
        "{cookie}"
    );
    assert!(ana.is_in());
    // A mail leads to the page of what it tells, by way of the log-in for whoever is not in.
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>PROXY1 VISTOS.</p>");
    world.told("PROXY1");
    let mail = world.mailbox.got().into_iter().find(|mail| mail.text.contains("PROXY1")).expect("it is there");
    let page = mail
        .text
        .split("Ver en el tablero: https://veedor.example.org")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next())
        .expect("a link")
        .to_owned();
    ana.get(&page).says(200, "PROXY1");
    Browser::behind(port, "198.51.100.9").get(&page).leads(&format!("/login?next={}", page.replace('/', "%2F")));
    // What somebody mutes on a page stands in the log with what and whom.
    ana.post("/silences", &[("tag", ""), ("channel", "hook"), ("hours", "24"), ("because", "prueba")]).leads("/silences?done=muted");
    ana.post("/feeds", &[("name", "Marta"), ("language", "es")]).says(200, "Marta");
    ana.post("/cases/add", &[("source", "ec-esatje"), ("number", "17721-2024-00011G")])
        .leads("/cases/ec-esatje/17721-2024-00011G?done=already");
    let log: serde_json::Value = serde_json::from_str(&world.ok(&["audit", "--json"])).expect("JSON");
    for (what, about, outcome) in [
        ("POST /silences", "channel hook; by ana, ", "done"),
        ("POST /feeds", "for Marta: all cases, ", "done"),
        ("POST /cases/add", "ec-esatje 17721-2024-00011G", "unchanged"),
    ] {
        let is_it = |deed: &serde_json::Value| {
            let is_about = deed["about"].as_str().is_some_and(|said| said.starts_with(about));
            deed["what"] == what && is_about && deed["outcome"] == outcome && deed["user"] == "ana"
        };
        assert!(log["deeds"].as_array().is_some_and(|deeds| deeds.iter().any(is_it)), "{what}: {log:#}");
    }
    // In the clear nothing is answered, and no cookie is read.
    ana.more[1].1 = "http".to_owned();
    for path in ["/account", "/login", "/api/v1/cases"] {
        ana.get(path).says(421, "X-Forwarded-Proto: https");
    }
    ana.more[1].1 = "https".to_owned();
    // Another page of the proxy, or the inner name, is another site.
    for origin in ["https://otro.example.org", &format!("http://127.0.0.1:{port}"), "http://veedor.example.org", "null"] {
        ana.origin = Some(origin.to_owned());
        ana.post("/logout", &[]).says(403, "Un cambio debe venir de una página de veedor");
    }
    ana.origin = None;
    assert_eq!(ana.post("/logout", &[]).status, 403);
    ana.origin = Some("https://veedor.example.org".to_owned());
    ana.more.push(("sec-fetch-site", "cross-site".to_owned()));
    assert_eq!(ana.post("/logout", &[]).status, 403);
    ana.more.pop();
    assert!(ana.is_in());

    // Somebody tries passwords and says that he is somebody else each time.
    let mut tried = 0;
    let limited = loop {
        let mut thief = Browser::behind(port, &format!("192.0.2.{tried}, 203.0.113.66"));
        let answer = thief.log_in("ana", "una de muchas frases");
        if answer.status == 429 {
            break answer;
        }
        answer.says(403, "no son correctos");
        tried += 1;
        assert!(tried <= 12, "nobody stops him");
    };
    assert!(
        tried >= 10 && limited.header("retry-after").parse::<u64>().is_ok_and(|wait| (1..=31).contains(&wait)),
        "{tried} {:?}",
        limited.headers
    );
    limited.says(429, "Hubo demasiados intentos");
    let mut right = Browser::behind(port, "203.0.113.66");
    assert_eq!(right.log_in("ana", GOOD).status, 429, "the right one does not help now");
    Browser::behind(port, "198.51.100.2").log_in("ana", GOOD).leads("/account");
    let counters = ana.get("/metrics").body;
    assert!(counters.contains(&format!("veedor_logins_total{{result=\"wrong\"}} {tried}\n")), "{counters}");
    assert!(counters.contains("veedor_logins_total{result=\"limited\"} 2\n"), "{counters}");

    // And tokens that are none.
    let mut thief = Browser::behind(port, "203.0.113.77");
    thief.more.push(("authorization", "Bearer vdr_no".to_owned()));
    thief.cookie = ana.cookie.clone();
    let answers: Vec<u16> = (0..25).map(|_| thief.get("/api/v1/cases").status).collect();
    assert!(answers[..20].iter().all(|status| *status == 401) && answers[24] == 429, "{answers:?}");
    let log = world.ok(&["audit"]);
    assert!(log.contains("ana, 203.0.113.66") && log.contains("it came from another site") && !log.contains("192.0.2."), "{log}");
    assert!(ana.is_in());
    world.finish();
}

/// Every route that changes something, as the sources and the table of the API write them.
fn changing_routes() -> BTreeSet<(String, String)> {
    let all = routes::of_pages().into_iter().chain(routes::of_api()).filter(|(method, _)| method != "GET");
    // Recipients reach theirs by a link that only they have.
    all.map(|(method, path)| (method, routes::filled(&path, "x"))).filter(|(_, route)| !route.starts_with("/u/")).collect()
}

/// What everybody may who is in, and what is there before.
const OF_ALL: &[&str] = &[
    "/login",
    "/language",
    "/logout",
    "/logout/everywhere",
    "/account/password",
    "/account/session",
    "/account/token",
    "/account/token/revoke",
];

#[test]
fn nothing_changes_without_an_account_from_elsewhere_or_by_who_may_only_look() {
    let (mut world, port) = world_with("\n[web]\nlogin = true\n");
    start(&mut world, port);
    add(&world, "ana", "viewer");
    let routes = changing_routes();
    assert!(routes.len() >= 15 && OF_ALL.iter().all(|route| routes.contains(&("POST".to_owned(), (*route).to_owned()))), "{routes:?}");
    let mut ana = Browser::at(port);
    ana.log_in("ana", GOOD).leads("/account");
    let tokens = ["viewer", "editor"].map(|role| secret_in(&world.ok(&["token", "add", role, "--role", role])));
    add(&world, "eva", "editor");
    let mut eva = Browser::at(port);
    eva.log_in("eva", GOOD).leads("/account");
    let own = ana.origin.clone();
    let ask = |browser: &mut Browser, method: &str, route: &str| browser.send(method, route, Some("a=b".to_owned()));
    let mut allowed = Vec::new();
    // A token of somebody who may look, which needs no page to come from; and whoever edits where only an administrator may. Before wrong
    // tokens are tried, of which there may not be many.
    for (method, route) in &routes {
        let [by_viewer, by_editor] = tokens.each_ref().map(|token| ask(&mut Browser::with_token(port, token), method, route).status);
        if !OF_ALL.contains(&route.as_str()) && by_viewer != 403 {
            allowed.push(format!("{method} {route} with the token of a viewer: {by_viewer}"));
        }
        if route.starts_with("/users/") {
            assert_eq!((by_editor, ask(&mut eva, method, route).status), (403, 403), "{route} by an editor");
        }
    }
    for (method, route) in &routes {
        let is_api = route.starts_with("/api");
        let is_open = route == "/login" || route == "/language";
        // Nobody, from our own page.
        let mut nobody = Browser::at(port);
        let answer = ask(&mut nobody, method, route);
        match (is_open, is_api) {
            (true, _) => assert_ne!(answer.status, 403, "{route}"),
            (false, true) => assert_eq!(answer.status, 401, "{route}"),
            (false, false) => answer.leads("/login"),
        }
        if ana.cookie.is_none() {
            ana.log_in("ana", GOOD).leads("/account");
        }
        // A token that is none, even with a good cookie.
        let mut bad = Browser::with_token(port, "vdr_none");
        bad.cookie = ana.cookie.clone();
        assert!([401, 429].contains(&ask(&mut bad, method, route).status), "{route}");
        // A good cookie, from elsewhere or from nobody knows where.
        for (origin, site) in
            [(Some("https://evil.example"), None), (Some("null"), None), (None, None), (own.as_deref(), Some("cross-site"))]
        {
            ana.origin = origin.map(str::to_owned);
            ana.more = site.map(|site| ("sec-fetch-site", site.to_owned())).into_iter().collect();
            assert_eq!(ask(&mut ana, method, route).status, 403, "{route} from {origin:?} {site:?}");
        }
        (ana.origin, ana.more) = (own.clone(), Vec::new());
        let answered = ask(&mut ana, method, route).status;
        if !OF_ALL.contains(&route.as_str()) && answered != 403 {
            allowed.push(format!("{method} {route}: {answered}"));
        }
        // Another name that leads here (DNS rebinding).
        let mut rebound = Browser::at(port);
        rebound.more.push(("host", "evil.example".to_owned()));
        rebound.cookie = ana.cookie.clone();
        assert_eq!(ask(&mut rebound, method, route).status, 421, "{route}");
        // What a client says of itself is worth nothing where no proxy is trusted.
        rebound.more = vec![
            ("host", "evil.example".to_owned()),
            ("x-forwarded-for", "127.0.0.1".to_owned()),
            ("x-forwarded-proto", "https".to_owned()),
        ];
        assert_eq!(ask(&mut rebound, method, route).status, 421, "{route}");
    }
    assert!(allowed.is_empty(), "a viewer is not refused: {allowed:?}");
    ana.log_in("ana", GOOD).leads("/account");
    assert!(world.ok(&["user", "list"]).contains("viewer"));
    world.finish();
}

#[test]
fn without_accounts_nothing_changes_from_another_site_either() {
    let (mut world, port) = world_with("");
    start(&mut world, port);
    let kept = |world: &World| {
        let file = std::fs::read_to_string(world.path("watchlist.toml")).expect("the list");
        [file, world.ok(&["silence", "--json"]), world.ok(&["user", "list", "--json"]), world.ok(&["token", "list", "--json"])]
    };
    let before = kept(&world);
    let own = format!("http://127.0.0.1:{port}");
    for (method, route) in changing_routes() {
        let mut here = Browser::at(port);
        for (origin, site) in [
            (Some("https://evil.example"), None),
            (Some("null"), None),
            (Some(&*format!("https://127.0.0.1:{port}")), None),
            (Some("http://127.0.0.1"), None),
            (None, None),
            (None, Some("same-origin")),
            (Some(&*own), Some("cross-site")),
            (Some(&*own), Some("same-site")),
        ] {
            here.origin = origin.map(str::to_owned);
            here.more = site.map(|site| ("sec-fetch-site", site.to_owned())).into_iter().collect();
            let answer = here.send(&method, &route, Some("a=b".to_owned()));
            assert_eq!(answer.status, 403, "{method} {route} from {origin:?} {site:?}: {}", answer.body);
        }
    }
    assert_eq!(before, kept(&world));
    world.finish();
}

#[test]
fn a_token_opens_what_it_may_with_and_without_accounts_until_it_is_revoked() {
    let (mut world, port) = world_with("");
    start(&mut world, port);
    assert!(world.ok(&["check"]).contains("access   no account is needed"));
    let mut here = Browser::at(port);
    // A proxy that nobody named would show everything to everybody.
    for (name, value) in
        [("x-forwarded-for", "203.0.113.9"), ("via", "1.1 proxy"), ("x-real-ip", "203.0.113.9"), ("forwarded", "for=203.0.113.9")]
    {
        here.more = vec![(name, value.to_owned())];
        here.get("/account").says(421, "trusted_proxies");
    }
    here.more.clear();
    here.get("/account").says(200, "no pide cuenta");
    here.get("/login").leads("/");
    here.post("/users/add", &[("name", "eva"), ("role", "editor"), ("password", GOOD)]).leads("/users?done=added");
    here.origin = Some("https://evil.example".to_owned());
    assert_eq!(here.post("/users/remove", &[("name", "eva")]).status, 403);
    for (arguments, words) in [
        (&["token", "add", "tablero", "--role", "root"][..], "is no role"),
        (&["token", "add", "ta blero", "--role", "viewer"], "a name is"),
        (&["token", "add", "tablero", "--role", "viewer", "--expires", "soon"], "is no time"),
    ] {
        world.no(arguments, 2, words);
    }
    world.no(&["token", "add", "tablero", "--role", "viewer", "--user", "nadie"], 1, "there is no user nadie");
    let viewer = secret_in(&world.ok(&["token", "add", "tablero", "--role", "viewer", "--expires", "90d"]));
    world.no(&["token", "add", "tablero", "--role", "admin"], 1, "there is a token \"tablero\" already");
    let admin = secret_in(&world.ok(&["token", "add", "de-eva", "--role", "admin", "--user", "eva"]));
    let mut program = Browser::with_token(port, &viewer);
    // It may no more than it says, on this machine too, and needs no page of ours to come from.
    program.get("/users").says(403, "solo quien administra");
    assert_eq!(program.post("/users/remove", &[("name", "eva")]).status, 403);
    program.get("/account").says(200, "Claves de acceso");
    // Nor does it make others of it.
    program.post("/account/token", &[("name", "hija"), ("role", "viewer"), ("days", "0")]).says(400, "su nombre y contraseña");
    // Nor does it see or end those that belong to nobody as it does.
    world.ok(&["token", "add", "ajena", "--role", "admin"]);
    assert!(!program.get("/account").body.contains("ajena"));
    program.post("/account/token/revoke", &[("name", "ajena")]).says(400, "su nombre y contraseña");
    assert!(world.json(&["token", "list", "--json"])["tokens"].to_string().contains("ajena"));
    assert_eq!(program.get("/account").status, 200);
    let mut evas = Browser::with_token(port, &admin);
    evas.post("/users/remove", &[("name", "eva")]).says(403, "solo quien administra");
    world.ok(&["user", "role", "eva", "admin"]);
    // A token that is found makes nobody, not even that of an admin.
    evas.get("/users").says(403, "solo quien administra");
    evas.get("/audit").says(403, "solo quien administra");
    assert_eq!(evas.post("/users/add", &[("name", "mal"), ("role", "admin"), ("password", GOOD)]).status, 403);
    assert_eq!(evas.post("/feeds", &[("name", "mal"), ("tag", ""), ("case", ""), ("language", "es")]).status, 403);
    assert_eq!(evas.get("/api/v1/cases").status, 200);
    for bad in [&viewer[..viewer.len() - 1], "vdr_", "", &viewer[4..], &"x".repeat(4_000)] {
        let mut thief = Browser::with_token(port, bad);
        let answer = thief.get("/api/v1/cases");
        answer.says(401, "The token is not valid, or has ended.");
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
    }
    assert!(world.ok(&["token", "list"]).contains("de-eva"));
    world.kill();
    start(&mut world, port);
    assert_eq!(program.get("/account").status, 200);
    world.ok(&["token", "revoke", "tablero"]);
    world.no(&["token", "revoke", "tablero"], 4, "there is no token \"tablero\"");
    assert_eq!(program.get("/account").status, 401);
    world.ok(&["user", "disable", "eva"]);
    assert_eq!(evas.get("/users").status, 401);
    let log = world.ok(&["audit"]);
    for words in [
        "token add",
        "tablero, viewer",
        "this machine, 127.0.0.1",
        "token tablero, 127.0.0.1",
        "token de-eva of eva",
        "eva, editor",
        "console",
    ] {
        assert!(log.contains(words), "{words}: {log}");
    }
    assert!(!log.contains(&viewer[4..]) && !log.contains(&admin[4..]), "{log}");
    assert!(world.ok(&["audit", "--since", "2001-01-01"]).contains("token add"));
    assert!(world.ok(&["audit", "--since", "2201-01-01"]).contains("nothing was done"));
    world.no(&["audit", "--since", "ayer"], 2, "is no day");

    // It comes back from a backup, and an export has nothing of it.
    assert_eq!(world.stop(), Some(0));
    let copies = world.path("copies").display().to_string();
    world.ok(&["backup", &copies]);
    let export = world.ok(&["export"]);
    assert!(!export.contains("argon2") && !export.contains("de-eva"), "an export tells of users");
    std::fs::rename(world.state_dir().join("store"), world.path("lost")).expect("it can be moved");
    world.ok(&["restore", &copies]);
    world.ok(&["user", "enable", "eva"]);
    start(&mut world, port);
    assert_eq!(evas.get("/api/v1/cases").status, 200);
    world.finish();
}

#[test]
fn what_is_typed_wrongly_is_said_in_a_sentence_and_changes_nothing() {
    let (mut world, port) = world_with("\n[web]\nlogin = true\n");
    start(&mut world, port);
    add(&world, "ana", "admin");
    add(&world, "bea", "viewer");
    let mut ana = Browser::at(port);
    ana.log_in("ana", GOOD).leads("/account");
    let before = world.ok(&["user", "list", "--json"]);
    type Row = (&'static str, &'static [(&'static str, &'static str)], &'static str);
    let rows: &[Row] = &[
        ("/users/add", &[], NAME),
        ("/users/add", &[("name", "eva\nperez"), ("role", "viewer"), ("password", GOOD)], NAME),
        ("/users/add", &[("name", "<script>"), ("role", "viewer"), ("password", GOOD)], NAME),
        ("/users/add", &[("name", "eva"), ("role", "root"), ("password", GOOD)], "Elija un rol"),
        ("/users/add", &[("name", "eva"), ("role", "viewer"), ("password", "corta")], "al menos 12 caracteres"),
        ("/users/add", &[("name", "bea"), ("role", "viewer"), ("password", GOOD)], "there is a user"),
        ("/users/password", &[("name", "bea"), ("password", "corta")], "al menos 12 caracteres"),
        ("/users/password", &[("name", "nadie"), ("password", GOOD)], "there is no user"),
        ("/users/role", &[("name", "bea"), ("role", "")], "Elija un rol"),
        ("/users/role", &[("name", "nadie"), ("role", "admin")], "there is no user"),
        ("/users/disable", &[("name", "\u{202e}")], NAME),
        ("/users/enable", &[], NAME),
        ("/users/sessions", &[("name", "nadie")], "there is no user"),
        ("/users/remove", &[("name", "nadie")], "there is no user"),
        ("/account/token", &[("name", ""), ("role", "viewer"), ("days", "30")], NAME),
        ("/account/token", &[("name", "t"), ("role", "x"), ("days", "30")], "Elija un rol"),
        ("/account/token", &[("name", "t"), ("role", "viewer"), ("days", "-1")], "Elija cuándo termina"),
        ("/account/token/revoke", &[("name", "t")], "there is no token"),
        ("/account/session", &[("session", "zz")], "Esa sesión ya no está abierta"),
    ];
    for (route, fields, words) in rows {
        let answer = ana.post(route, fields);
        answer.says(400, words);
        assert!(!answer.body.contains("<script>"), "{route}");
    }
    let posts: BTreeSet<&str> = rows.iter().map(|(route, ..)| *route).chain(["/account/password", "/login"]).collect();
    for route in posts {
        let large = ana.send("POST", route, Some(format!("name={}", "x".repeat(1 << 20))));
        large.says(413, "demasiado grande");
        ana.more = vec![("content-type", "application/json".to_owned())];
        let cookie = ana.cookie.clone();
        let odd = ana.send("POST", route, None);
        assert!([403, 415].contains(&odd.status), "{route}: {}", odd.status);
        (ana.more, ana.cookie) = (Vec::new(), cookie);
    }
    assert_eq!(world.ok(&["user", "list", "--json"]), before);
    assert!(ana.is_in());
    assert!(ana.get("/users?done=<script>").body.find("<script>").is_none());
    assert_eq!(ana.get("/audit?before=x").status, 200);
    world.finish();
}

#[test]
fn who_asks_without_end_waits_and_nobody_else_does() {
    let more = "\n[web]\ntrusted_proxies = [\"127.0.0.1\"]\nrequests_per_second = 1\n\n[public]\ntags = [\"abierta\"]\n";
    let (mut world, port) = world_with(more);
    world.list = world.list.replacen("[[case]]\n", "[[case]]\ntags = [\"abierta\"]\n", 1);
    world.write(&world.list);
    start(&mut world, port);
    world.visits(1);
    let mut crowd = Browser::behind(port, "198.51.100.1");
    // Ten at once; a slow machine may let a few more through.
    let refused = (0..200).map(|_| crowd.get("/login")).find(|answer| answer.status != 200).expect("a bound");
    refused.says(429, "Hubo demasiadas consultas desde su dirección.");
    assert!(refused.header("retry-after").parse::<u64>().is_ok_and(|wait| (1..=2).contains(&wait)), "{:?}", refused.headers);
    let until = |browser: &mut Browser, path: &str| (0..200).map(|_| browser.get(path)).find(|one| one.status == 429).expect("a bound");
    crowd.more.push(("accept-language", "en".to_owned()));
    until(&mut crowd, "/cases").says(429, "There were too many requests from your address.");
    let problem = until(&mut crowd, "/api/v1/cases");
    assert_eq!(problem.header("content-type"), "application/problem+json");
    problem.says(429, "urn:veedor:problem:many");
    let open = until(&mut crowd, "/public/abierta");
    open.says(429, "There were too many requests");
    assert!(open.body.contains("Hubo demasiadas") && !open.header("retry-after").is_empty(), "{:?}", open.headers);
    assert_ne!(until(&mut crowd, "/public/abierta/data.json").header("content-type"), "application/json");
    // Somebody else, whoever supervises, files, the commands, and whoever sits at this machine.
    let mut other = Browser::behind(port, "198.51.100.2");
    assert_eq!((other.get("/login").status, other.get("/public/abierta").status), (200, 200));
    let mut here = Browser::at(port);
    for _ in 0..30 {
        assert_eq!((crowd.get("/livez").status, here.get("/login").status, here.get("/readyz").status), (200, 200, 200));
        assert_eq!((here.get("/metrics").status, here.get("/public/abierta").status), (200, 200));
    }
    assert!(world.ok(&["list"]).contains(A));
    // No other name that leads here reads the counters; that it runs is told under any.
    here.more.push(("host", "evil.example".to_owned()));
    here.get("/metrics").says(421, "http://127.0.0.1");
    assert_eq!(here.get("/livez").status, 200);
    world.finish();
}
