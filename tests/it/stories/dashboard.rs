//! The dashboard in a real browser: what somebody looks for is found, what he presses happens, with a mouse or a keyboard, with script or without,
//! on a desk or a telephone, in light or dark, in either language.

use serde_json::json;

use crate::world::World;
use crate::world::pages::{Browser, ask, get, post};

const A: &str = "17721-2024-00011G";

/// A world with a dashboard and a webhook that refused a ruling for good.
pub(super) fn refused() -> (World, u16) {
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

const B: &str = "17721-2024-00012G";

#[test]
fn a_delivery_that_was_given_up_is_found_and_sent_again() {
    let (mut world, port) = refused();
    let Some(mut browser) = Browser::open(port) else { return world.stop().map_or((), drop) };
    world.hooks.refuse(None);
    browser.walk(&[
        json!(["goto", "/deliveries"]),
        json!(["select", "Estado", "los que requieren atención"]),
        json!(["at", "/deliveries\\?state=failed"]),
        json!(["click", "link", "Detalle", "a part"]),
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
fn a_case_is_added_changes_and_what_changed_is_read_down_to_the_page_it_came_from() {
    let mut world = World::new(&[A]);
    let port = world.listens();
    world.start();
    world.visits(2);
    world.court.add_case(B);
    let Some(mut browser) = Browser::open(port) else { return world.stop().map_or((), drop) };
    browser.walk(&[
        json!(["goto", "/cases"]),
        json!(["click", "link", "Añadir un expediente"]),
        json!(["choose", "Fuente", "ec-esatje"]),
        json!(["fill", "Número", "17721-2024"]),
        json!(["click", "button", "Vigilar"]),
        // What was typed stands there still, with what is wrong with it.
        json!(["see", "17721-2024"]),
        json!(["count", "[role=alert]", 1]),
        json!(["axe"]),
        json!(["fill", "Número", B]),
        json!(["fill", "Nombre", "Caso <i>Espejo</i>"]),
        json!(["fill", "Etiquetas", "mesa, sobornos"]),
        json!(["click", "button", "Vigilar"]),
        json!(["at", "/cases/ec-esatje/17721-2024-00012G"]),
        json!(["reload-until", "se lee bien"]),
        json!(["see", "Caso <i>Espejo</i>"]),
        json!(["count", "main i", 0]),
    ]);
    assert!(std::fs::read_to_string(world.path("watchlist.toml")).expect("the list").contains("Caso <i>Espejo</i>"));
    world.court.act(B, "SENTENCIA (RESOLUCION)", "<p>PANEL3 <b>VISTOS</b> &lt;script&gt;alert(1)&lt;/script&gt;</p>");
    world.told("PANEL3");
    browser.walk(&[
        json!(["goto", "/"]),
        json!(["reload-until", "Nueva decisión"]),
        json!(["click", "link", "Nueva decisión", "a part"]),
        json!(["at", "/events/"]),
        json!(["see", "Caso <i>Espejo</i>"]),
        json!(["axe"]),
        // From the alert to the page that it came from, with its hash.
        json!(["see", "SHA-256"]),
        json!(["goto", "/cases/ec-esatje/17721-2024-00012G/versions"]),
        json!(["click", "link", "diferencias con la 1", "a part"]),
        json!(["see", "Actuación nueva"]),
        json!(["see", "PANEL3"]),
        json!(["see", "<script>alert(1)</script>"]),
        json!(["click", "button", "English"]),
        json!(["see", "Entry added"]),
        json!(["axe"]),
        json!(["click", "button", "Español"]),
        json!(["goto", "/delays"]),
        // As high as what it shows.
        json!(["count", "iframe.framed[style*=height]", 1]),
        json!(["goto", "/cases/ec-esatje/17721-2024-00012G"]),
        json!(["click", "link", "Quitar de la lista"]),
        json!(["click", "button", "Dejar de vigilarlo"]),
        json!(["see", "Caso <i>Espejo</i>"]),
        json!(["see", "ya no se vigila"]),
        json!(["axe"]),
        json!(["click", "link", "Todos los expedientes", "a part"]),
        json!(["at", "/cases$"]),
        json!(["see-not", "Espejo"]),
    ]);
    let list = std::fs::read_to_string(world.path("watchlist.toml")).expect("the list");
    assert!(!list.contains(B) && list.contains(A), "{list}");
    world.finish();
}

#[test]
fn whoever_has_an_account_logs_in_looks_and_logs_out() {
    let mut world = World::new(&[A]);
    let port = world.listens();
    world.list = world.list.replacen("[smtp]", "[web]\nlogin = true\n\n[smtp]", 1);
    world.write(&world.list);
    world.start();
    world.visits(2);
    let mut command = world.command(&["user", "add", "ana", "--role", "viewer", "--password-stdin"]);
    let mut made = command.stdin(std::process::Stdio::piped()).spawn().expect("it starts");
    std::io::Write::write_all(&mut made.stdin.take().expect("its input"), b"una frase muy larga\n").expect("it listens");
    assert!(made.wait().expect("it ends").success());
    let Some(mut browser) = Browser::open(port) else { return world.stop().map_or((), drop) };
    (browser.width, browser.scheme) = (360, "dark");
    browser.walk(&[
        json!(["goto", "/cases"]),
        json!(["at", "/login\\?next="]),
        json!(["axe"]),
        json!(["tab-to", "Nombre"]),
        json!(["type", "ana"]),
        json!(["tab-to", "Contraseña"]),
        json!(["type", "otra cosa"]),
        json!(["press", "Enter"]),
        json!(["count", "[role=alert]", 1]),
        json!(["fill", "Contraseña", "una frase muy larga"]),
        json!(["click", "button", "Entrar"]),
        // He comes to where he wanted to go, and may look and no more.
        json!(["at", "/cases$"]),
        json!(["see", A]),
        json!(["see-not", "Añadir un expediente"]),
        json!(["axe"]),
    ]);
    browser.walk(&[
        json!(["goto", "/"]),
        json!(["see", "Lo que cambió"]),
        json!(["click", "button", "Salir"]),
        json!(["goto", "/cases"]),
        json!(["at", "/login\\?next="]),
    ]);
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
        json!(["tab-to", "Solo algunos tipos"]),
        json!(["press", "Enter"]),
        json!(["tab-to", "Todo sobre audiencias"]),
        json!(["press", "Space"]),
        json!(["tab-to", "Escrito de una parte"]),
        json!(["press", "Space"]),
        json!(["tab-to", "Quién lo pide"]),
        json!(["type", "Ana"]),
        json!(["tab-to", "Por qué"]),
        json!(["type", "escritos <b>masivos</b>"]),
        json!(["press", "Enter"]),
        json!(["at", "/silences\\?done=muted$"]),
        json!(["see", "El silencio está activo"]),
        json!(["see", "Escrito de una parte, Todo sobre audiencias"]),
        json!(["see", "escritos <b>masivos</b>"]),
        json!(["count", "b", 0]),
    ]);
    assert_eq!(world.json(&["silence", "--json"])["silences"][0]["kinds"], json!(["filing.added", "hearing.*"]));
    world.court.act(A, "ESCRITO", "<p>PANEL2 se presenta.</p>");
    world.until("it is muted", |world| world.deliveries(&[]).iter().any(|delivery| delivery["state"] == "muted"));
    browser.walk(&[
        json!(["goto", "/silences"]),
        json!(["click", "button", "Terminar ahora"]),
        json!(["see", "El silencio terminó"]),
        json!(["see", "Terminados"]),
    ]);
    world.ok(&["retry", "--all"]);
    world.told("PANEL1");
    world.finish();
}

#[test]
fn what_cannot_be_taken_back_is_asked_once_more_without_script() {
    let (mut world, port) = refused();
    let Some(mut browser) = Browser::open(port) else { return world.stop().map_or((), drop) };
    (browser.script, browser.width) = (false, 360);
    browser.walk(&[
        json!(["goto", "/deliveries?state=failed"]),
        json!(["tab-to", "Detalle"]),
        json!(["press", "Enter"]),
        json!(["see", "Intentos"]),
        json!(["count", "details.sure[open]", 0]),
        json!(["tab-to", "Descartar"]),
        json!(["press", "Enter"]),
        json!(["count", "details.sure[open]", 1]),
    ]);
    assert_eq!(world.deliveries(&["--failed"]).len(), 1, "the question alone drops nothing");
    browser.walk(&[
        json!(["goto", "/deliveries?state=failed"]),
        json!(["tab-to", "Detalle"]),
        json!(["press", "Enter"]),
        json!(["see", "Intentos"]),
        json!(["tab-to", "Descartar"]),
        json!(["press", "Space"]),
        json!(["tab-to", "Sí, descartarlo"]),
        json!(["press", "Enter"]),
        json!(["at", ".*done=dropped$"]),
        json!(["see", "descartado"]),
    ]);
    assert!(world.deliveries(&["--failed"]).is_empty());
    // What opens has no fault either.
    browser.script = true;
    browser.walk(&[
        json!(["goto", "/silences"]),
        json!(["tab-to", "Solo algunos tipos"]),
        json!(["press", "Enter"]),
        json!(["count", "main details[open] .choices", 1]),
        json!(["axe"]),
        json!(["goto", "/hearings?month=abc"]),
        json!(["see", "abc: no es un mes"]),
        json!(["axe"]),
    ]);
    world.stop();
}

#[test]
fn the_language_is_changed_where_one_is_and_stays() {
    let (mut world, port) = refused();
    let Some(mut browser) = Browser::open(port) else { return world.stop().map_or((), drop) };
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
    assert_eq!(post(port, "/deliveries/nada/retry", "").status, 404);
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
