//! The dashboard in a real browser: what somebody looks for is found, what he presses happens, with a mouse or a keyboard, with script or without,
//! on a desk or a telephone, in light or dark, in either language.

use serde_json::json;

use crate::world::World;
use crate::world::pages::{Browser, ask, get, post};

const A: &str = "17721-2024-00011G";

/// A world with a dashboard and a webhook that refused a ruling for good.
fn refused() -> (World, u16) {
    let mut world = World::new(&[A]);
    let port = world.listens();
    world.list = world.list.replacen("retry = [\"200ms\", \"200ms\", \"1s\", \"1s\", \"2s\", \"4s\", \"8s\"]", "retry = [\"100ms\"]", 1);
    world.write(&world.list);
    world.hooks.refuse(Some(500));
    world.start();
    world.visits(2);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>PANEL1 VISTOS.</p>");
    world.until("the webhook is given up", |world| !world.deliveries(&["--failed"]).is_empty());
    (world, port)
}

/// What is right on every page.
const PARTS: [&str; 4] = ["/deliveries", "/sources", "/silences", "/settings"];

#[test]
fn a_delivery_that_was_given_up_is_found_and_sent_again() {
    let (mut world, port) = refused();
    let Some(mut browser) = Browser::open(port) else { return world.stop().map_or((), drop) };
    world.hooks.refuse(None);
    browser.walk(&[
        json!(["goto", "/deliveries"]),
        json!(["select", "Estado", "los que requieren atención"]),
        json!(["at", "/deliveries\\?state=failed"]),
        json!(["click", "link", "no entregado", "a part"]),
        json!(["see", "Intentos"]),
        json!(["see", "500"]),
        json!(["axe"]),
        json!(["click", "button", "Enviar de nuevo"]),
        json!(["reload-until", "entregado"]),
    ]);
    world.told("PANEL1");
    world.finish();
}

#[test]
fn what_is_muted_on_a_page_is_muted_until_it_is_ended_there() {
    let (mut world, port) = refused();
    let Some(mut browser) = Browser::open(port) else { return world.stop().map_or((), drop) };
    world.hooks.refuse(None);
    // By the keyboard alone, without script.
    browser.script = false;
    browser.walk(&[
        json!(["goto", "/silences"]),
        json!(["see", "Nada está silenciado"]),
        json!(["tab-to", "Expediente ("]),
        json!(["type", A]),
        json!(["tab-to", "Quién lo pide"]),
        json!(["type", "Ana"]),
        json!(["tab-to", "Por qué"]),
        json!(["type", "escritos <b>masivos</b>"]),
        json!(["press", "Enter"]),
        json!(["see", "escritos <b>masivos</b>"]),
        json!(["count", "b", 0]),
    ]);
    world.court.act(A, "ESCRITO", "<p>PANEL2 se presenta.</p>");
    world.until("it is muted", |world| world.deliveries(&[]).iter().any(|delivery| delivery["state"] == "muted"));
    browser.walk(&[json!(["goto", "/silences"]), json!(["click", "button", "Terminar ahora"]), json!(["see", "Terminados"])]);
    world.ok(&["retry", "--all"]);
    world.told("PANEL1");
    world.finish();
}

#[test]
fn every_part_reads_well_in_both_languages_and_themes_on_desk_and_telephone() {
    let (mut world, port) = refused();
    let Some(mut browser) = Browser::open(port) else { return world.stop().map_or((), drop) };
    for (width, scheme) in [(1280, "light"), (360, "dark"), (360, "light")] {
        (browser.width, browser.scheme) = (width, scheme);
        let mut steps = Vec::new();
        for part in PARTS {
            steps.extend([json!(["goto", part]), json!(["axe"])]);
        }
        browser.walk(&steps);
    }
    browser.walk(&[
        json!(["goto", "/deliveries?state=failed"]),
        json!(["click", "button", "English"]),
        // It leads back to where one was.
        json!(["at", "/deliveries\\?state=failed"]),
        json!(["see", "Send all that failed again"]),
        json!(["lang", "en"]),
        json!(["axe"]),
        json!(["click", "button", "Español"]),
        json!(["lang", "es"]),
        json!(["tab-to", "Fuentes"]),
        json!(["press", "Enter"]),
        json!(["title", "Fuentes"]),
        json!(["goto", "/nada"]),
        json!(["see", "No hay ninguna página"]),
        json!(["axe"]),
    ]);
    world.stop();
}

#[test]
fn a_form_that_is_filled_in_wrongly_says_what_to_do_and_changes_nothing() {
    let (mut world, port) = refused();
    let silences = |form: &str| post(port, "/silences", form);
    for (form, status, said) in [
        ("case=17721-2024-00011G&hours=72&by=Ana", 400, "--because"),
        ("case=17721-2024-99999G&hours=72&by=Ana&because=x", 404, "no case"),
        ("hours=72&by=Ana&because=x", 400, "silence everything"),
        ("case=17721-2024-00011G&hours=9&by=Ana&because=x", 400, "lengths of a silence"),
        ("kinds=hering.*&hours=72&by=Ana&because=x", 400, "did you mean"),
    ] {
        let page = silences(form);
        assert!(page.status == status && page.text().contains(said), "{form}: {} {}", page.status, page.text());
    }
    let large = format!("case={}", "x".repeat(3 << 20));
    assert_eq!(silences(&large).status, 413);
    assert_eq!(ask(port, "POST", "/silences", &[("origin", &format!("http://127.0.0.1:{port}"))], b"{}").status, 415);
    assert_eq!(post(port, "/deliveries/nada/retry", "").status, 400);
    assert_eq!(post(port, "/sources/ec-esatje/brake", "do=release").status, 400, "nothing is held");
    assert_eq!(post(port, "/sources/ec-esatje/brake", "do=burn").status, 400);
    assert_eq!(get(port, "/deliveries/00000000000000000000000000000000").status, 404);
    assert!(get(port, "/deliveries?case=%3Cscript%3E").text().contains("&lt;script&gt;"));
    assert_eq!(get(port, "/deliveries?rows=999999999999999999999999").status, 400);
    assert!(world.json(&["silence", "--json"])["silences"].as_array().is_some_and(Vec::is_empty), "nothing was muted");
    // A page of another site, and whoever does not say where he comes from, changes nothing.
    let id = world.deliveries(&["--failed"])[0]["id"].as_str().expect("an id").to_owned();
    let form = ("content-type", "application/x-www-form-urlencoded");
    for origin in [None, Some("http://evil.example"), Some("null")] {
        let headers: Vec<(&str, &str)> = origin.map(|origin| ("origin", origin)).into_iter().chain([form]).collect();
        assert_eq!(ask(port, "POST", &format!("/deliveries/{id}/retry"), &headers, b"").status, 403, "{origin:?}");
    }
    assert_eq!(world.deliveries(&["--failed"]).len(), 1, "nothing was sent again");
    world.stop();
}
