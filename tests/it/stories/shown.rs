//! Every page there is, as somebody sees it who does not see well, on a desk and on a telephone, in light and in dark, in both languages; and
//! with a court, a mail server, a watch list and colleagues that write to be more than read.
//!
//! Judged by axe-core, by html5lib, by the Nu HTML checker where `VEEDOR_TEST_VNU` says where it is, and by Chromium, in which nothing may run.

use std::collections::BTreeSet;

use serde_json::json;

use crate::world::court::Fault;
use crate::world::mailbox::Mood;
use crate::world::pages::{Browser, Page, get, post};
use crate::world::{World, routes};

const A: &str = "17721-2024-00011G";
const B: &str = "17721-2024-00012G";

/// What would run, lead away, end an element, turn a line around or end a text, were it more than words.
const EVIL: &str = "<script>window.veedorRan=1</script>\"><img src=x onerror=\"window.veedorRan=2\"> <svg onload=window.veedorRan=3> \
                    javascript:window.veedorRan=4 \u{202e}OTUELSBA\u{202c} \u{0}\u{8}\u{1b}[2J\u{9b}31m </title></textarea></option>--> &lt;b&gt; {{7*7}} ' ";

/// The same for a name on a form, which takes one line.
const NAME: &str = "<script>window.veedorRan=5</script>\"><img src=x onerror=\"window.veedorRan=6\"> \u{202e}OTUEL";

/// Pages that are no pages: data, files, and what programs read.
const NO_PAGES: [&str; 16] = [
    "/livez",
    "/readyz",
    "/metrics",
    "/delays/report.json",
    "/delays/report.csv",
    "/cases/{source}/{number}/versions/{version}/pages/{nth}",
    "/feeds/{token}/{file}",
    "/feeds/{token}/tag/{file}",
    "/feeds/{token}/case/{source}/{file}",
    "/public/{tag}/data.json",
    // Below it nothing is served but pages of tags: a line of text says so.
    "/public",
    "/public/",
    "/public/{tag}/",
    "/public/{tag}/{other}",
    // What follows stands in other stories: where an account is needed, `/login` is a page, and recipients have links of their own.
    "/login",
    "/u/{token}",
];

/// In which width and theme each language is looked at, so that each meets each.
const SPANISH: [(u32, &str); 2] = [(1280, "light"), (360, "dark")];
const ENGLISH: [(u32, &str); 2] = [(1280, "dark"), (360, "light")];

/// A form of ours with these fields.
fn sent(port: u16, path: &str, fields: &[(&str, &str)]) -> Page {
    post(port, path, &url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish())
}

/// The first address on a page that begins like this.
fn link(port: u16, page: &str, begins: &str) -> String {
    let page = get(port, page).text();
    let rest = page.split("href=\"").skip(1).find(|rest| rest.starts_with(begins)).unwrap_or_else(|| panic!("no {begins} on\n{page}"));
    rest.split('"').next().expect("an address").replace("&amp;", "&")
}

/// A world in which everything that others write is hostile, and in which there is something on every page.
fn hostile() -> (World, u16) {
    let mut world = World::new(&[A, B]);
    let port = world.listens();
    // What TOML takes in a string is what JSON writes.
    let quoted = |text: &str| serde_json::to_string(text).expect("a string");
    world.list = world
        .list
        .replace("retry = [\"200ms\", \"200ms\", \"1s\", \"1s\", \"2s\", \"4s\", \"8s\"]", "retry = [\"100ms\"]")
        .replace(
            &format!("name = \"Caso {A}\""),
            &format!("name = {}\nnote = {}\ntags = [\"sobornos\", {}]", quoted(NAME), quoted(EVIL), quoted(NAME)),
        )
        .replacen("[smtp]", &format!("[public]\ntags = [\"sobornos\"]\ntitle = {}\n\n[smtp]", quoted(NAME)), 1);
    world.write(&world.list);
    world.court.people(A, &[("PROCESADO", EVIL), (EVIL, "FULANO DE TAL")], EVIL);
    world.start();
    world.visits(3);
    world.hooks.refuse_with(500, "retry-after: <script>window.veedorRan=7</script>");
    world.mailbox.mood(Mood::Hostile);
    let gone = world.court.act(A, &format!("RAZON {EVIL}"), &format!("<p>{EVIL}</p>"));
    world.court.act(A, &format!("SENTENCIA {EVIL}"), &format!("<p>Texto primero {EVIL}</p>"));
    let title = "CONVOCATORIA A AUDIENCIA DE JUICIO (DECRETO)";
    world.court.act(
        A,
        title,
        &format!("<p>Se convoca a la audiencia de juicio para el día 17 de diciembre del 2030, a las 09h30, en la sala 3. {EVIL}</p>"),
    );
    let has = |kind: &str| {
        let kind = kind.to_owned();
        move |world: &World| world.deliveries(&[]).iter().any(|delivery| delivery["events"].to_string().contains(&kind))
    };
    world.until("the hearing is seen", has("hearing."));
    world.court.change(A, |acts| {
        acts.retain(|act| act.serial != gone);
        for act in acts.iter_mut().filter(|act| act.title.starts_with("SENTENCIA")) {
            act.text = format!("<p>Texto segundo {EVIL} y más</p>");
        }
    });
    world.until("one is gone", has("record.removed"));
    world.until("a mail was refused", |world| world.deliveries(&["--failed"]).iter().any(|delivery| delivery["channel"] == "mail"));
    for case in [A, B] {
        let mute = sent(port, "/silences", &[("case", case), ("hours", "72"), ("by", NAME), ("because", NAME)]);
        assert_eq!(mute.status, 303, "{}", mute.text());
    }
    assert_eq!(sent(port, "/users/add", &[("name", "ana"), ("role", "viewer"), ("password", "una frase muy larga")]).status, 303);
    // Refused, and noted.
    sent(port, "/cases/add", &[("source", NAME), ("number", EVIL)]);
    // Last of all the site shows something else.
    world.court.fault(Some(Fault::Hostile));
    while !get(port, &format!("/cases/ec-esatje/{A}")).text().contains("veedorRan=8") {
        assert!(world.court.wait_requests(1), "{}", world.log());
    }
    (world, port)
}

/// An address that looks for this.
fn looking_for(path: &str, name: &str, text: &str) -> String {
    format!("{path}?{}", url::form_urlencoded::Serializer::new(String::new()).append_pair(name, text).finish())
}

#[test]
fn every_page_is_sound_and_what_others_write_is_text_on_it() {
    let (mut world, port) = hostile();
    let case = format!("/cases/ec-esatje/{A}");
    let event = |kind: &str| {
        let events = world.json(&["deliveries", "--json", "--limit", "1000"]);
        let all = events["deliveries"].as_array().expect("a list").iter().flat_map(|one| one["events"].as_array().expect("events").clone());
        let id = all
            .into_iter()
            .find(|event| event["kind"].as_str().is_some_and(|name| name.starts_with(kind)))
            .unwrap_or_else(|| panic!("no {kind}"));
        format!("/events/{}", id["id"].as_str().expect("an id"))
    };
    let mut pages: Vec<String> = [
        "/",
        "/cases",
        "/cases/add",
        "/hearings",
        "/delays",
        "/delays/curves",
        "/delays/report",
        "/feeds",
        "/deliveries",
        "/sources",
        "/silences",
        "/settings",
        "/users",
        "/audit",
        "/account",
        "/public/sobornos",
        "/public/sobornos/embed",
    ]
    .map(str::to_owned)
    .to_vec();
    pages.extend(["", "/hearings", "/clocks", "/changes", "/versions", "/versions/1", "/remove"].map(|end| format!("{case}{end}")));
    let list = world.json(&["list", "--json"]);
    let last = list["cases"].as_array().expect("a list").iter().find(|line| line["number"] == A).and_then(|line| line["version"].as_u64());
    let last = last.unwrap_or_else(|| panic!("no version in {list}"));
    pages.push(format!("{case}/diff?from=1&to={last}"));
    pages.push(link(port, &case, &format!("{case}/versions/{last}/entry?")));
    pages.extend(["record.removed", "record.edited", "hearing.", "ruling."].map(event));
    for channel in ["mail", "hook"] {
        let failed = world.deliveries(&["--failed"]);
        let one = failed.iter().find(|delivery| delivery["channel"] == channel).unwrap_or_else(|| panic!("no {channel} in {failed:#?}"));
        pages.push(format!("/deliveries/{}", one["id"].as_str().expect("an id")));
    }
    // What was typed stands there again, and what there is not is said.
    pages.extend([
        looking_for("/cases", "q", EVIL),
        looking_for("/deliveries", "case", EVIL),
        looking_for("/hearings", "tag", EVIL),
        looking_for("/delays", "tag", EVIL),
        looking_for("/cases/add", "number", EVIL),
        "/nada".to_owned(),
        "/deliveries/nada".to_owned(),
        format!("{case}/versions/99"),
    ]);
    let pages_of = routes::of_pages();
    let unseen: BTreeSet<&str> = pages_of
        .iter()
        .filter(|(method, path)| {
            method == "GET" && !NO_PAGES.contains(&path.as_str()) && !pages.iter().any(|page| routes::leads_to(page, path))
        })
        .map(|(_, path)| path.as_str())
        .collect();
    assert!(unseen.is_empty(), "nobody looks at {unseen:?}");
    let Some(mut browser) = Browser::open(port) else { return world.stop().map_or((), drop) };
    browser.nu = true;
    let mut steps = Vec::new();
    for (language, looks) in [("es", SPANISH), ("en", ENGLISH)] {
        steps.push(json!(["language", language]));
        for page in &pages {
            // What is public has its language in its address.
            let address = if page.starts_with("/public") { format!("{page}?lang={language}") } else { page.clone() };
            steps.extend([json!(["goto", address]), json!(["lang", language]), json!(["harmless"]), json!(["looks", looks[0], looks[1]])]);
        }
        // What is shown once, after a form.
        steps.extend([
            json!(["goto", "/account"]),
            json!(["fill", if language == "es" { "Nombre" } else { "Name" }, format!("programa-{language}")]),
            json!(["click", "button", if language == "es" { "Crear" } else { "Make" }, "a part"]),
            json!(["see", "vdr_"]),
            json!(["looks", looks[0], looks[1]]),
            json!(["goto", "/feeds"]),
            json!(["fill", if language == "es" { "Para quién" } else { "For whom" }, NAME]),
            json!(["click", "button", if language == "es" { "Hacer" } else { "Make" }]),
            json!(["see", "/feeds/"]),
            json!(["harmless"]),
            json!(["looks", looks[0], looks[1]]),
        ]);
    }
    let said = browser.walk(&steps);
    println!("{} pages, {} of them with hostile words, {} texts for the Nu checker", said["pages"], said["hostile"], said["nu"]);
    assert!(said["pages"].as_u64() >= Some(2 * pages.len() as u64), "{said}");
    assert!(said["hostile"].as_u64() >= Some(20), "the court's words stood on few pages: {said}");
    // The bytes are a download that no browser opens.
    let bytes = get(port, &format!("{case}/versions/1/pages/0"));
    assert_eq!(
        (bytes.status, bytes.header("content-type"), bytes.header("x-content-type-options")),
        (200, "application/octet-stream", "nosniff")
    );
    assert!(
        bytes.header("content-disposition").starts_with("attachment; filename=")
            && bytes.header("content-security-policy").starts_with("sandbox")
    );
    assert!(!world.log().contains("panicked"), "{}", world.log());
    world.stop();
}

/// Makes an account, as whoever runs the machine does.
fn account(world: &World, name: &str, role: &str) {
    let mut command = world.command(&["user", "add", name, "--role", role, "--password-stdin"]);
    let mut made = command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::null()).spawn().expect("it starts");
    std::io::Write::write_all(&mut made.stdin.take().expect("its input"), b"una frase muy larga\n").expect("it listens");
    assert!(made.wait().expect("it ends").success());
}

#[test]
fn the_way_in_and_out_and_what_one_may_not_are_sound_pages_too() {
    let mut world = World::new(&[A]);
    let port = world.listens();
    world.list = world.list.replacen("[smtp]", "[web]\nlogin = true\n\n[smtp]", 1);
    world.list = world.list.replacen("every = ", &format!("url = \"http://127.0.0.1:{port}/\"\nevery = "), 1);
    world.write(&world.list);
    world.start();
    world.visits(2);
    account(&world, "ana", "admin");
    account(&world, "bea", "viewer");
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>PANEL5 VISTOS.</p>");
    world.told("PANEL5");
    let mail = world.mailbox.got().into_iter().find(|mail| mail.text.contains("PANEL5")).expect("it is there");
    let links: Vec<&str> = mail.text.split(&format!("http://127.0.0.1:{port}")).filter(|rest| rest.starts_with("/u/")).collect();
    let way_out = links[0].split(|c: char| c.is_whitespace() || "\"'<>)".contains(c)).next().expect("a link");
    let Some(mut browser) = Browser::open(port) else { return world.stop().map_or((), drop) };
    browser.nu = true;
    let mut steps = Vec::new();
    for (language, looks) in [("es", SPANISH), ("en", ENGLISH)] {
        let say = |es, en| if language == "es" { es } else { en };
        let looks = json!(["looks", looks[0], looks[1]]);
        let enter = |name: &str, password: &str| {
            [
                json!(["fill", say("Nombre", "Name"), name]),
                json!(["fill", say("Contraseña", "Password"), password]),
                json!(["click", "button", say("Entrar", "Log in")]),
            ]
        };
        steps.extend([json!(["language", language]), json!(["goto", "/login"]), json!(["lang", language]), looks.clone()]);
        steps.extend(enter("ana", "no es esta frase"));
        steps.extend([json!(["count", "[role=alert]", 1]), looks.clone()]);
        steps.extend(enter("ana", "una frase muy larga"));
        steps.push(json!(["at", "/$"]));
        for page in ["/account", "/users", "/audit"] {
            steps.extend([json!(["goto", page]), looks.clone()]);
        }
        steps.extend([json!(["click", "button", say("Salir", "Log out")]), json!(["at", "/login"])]);
        steps.extend(enter("bea", "una frase muy larga"));
        steps.push(json!(["at", "/$"]));
        for page in ["/users", "/cases/add", "/account", "/deliveries"] {
            steps.extend([json!(["goto", page]), looks.clone()]);
        }
        steps.extend([json!(["click", "button", say("Salir", "Log out")]), json!(["at", "/login"])]);
        // Their language is that of the mail.
        steps.extend([json!(["goto", way_out]), looks.clone()]);
    }
    let said = browser.walk(&steps);
    assert!(said["pages"].as_u64() >= Some(18), "{said}");
    world.finish();
}
