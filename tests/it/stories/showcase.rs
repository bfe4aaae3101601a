//! The public page: what everybody may see of the cases of a tag, and nothing of the others.

use crate::world::World;
use crate::world::pages::{Browser, ask, get};
use serde_json::json;

const A: &str = "17721-2024-00011G";
const B: &str = "17721-2024-00012G";
const C: &str = "17721-2024-00013G";

/// Two cases of the tag, of which the subject of one is withheld, and one without it.
fn shown(public: &str) -> (World, u16) {
    let mut world = World::new(&[A, B, C]);
    let port = world.listens();
    for number in [A, B] {
        let name = format!("name = \"Caso {number}\"\n");
        world.list = world.list.replace(&name, &format!("{name}tags = [\"sobornos\"]\n"));
    }
    world.list.push_str(public);
    world.list = world.list.replacen("[smtp]", "[privacy]\nprofile = \"ngo\"\n\n[smtp]", 1);
    world.write(&world.list);
    world.court.people(A, &[("ACTOR/OFENDIDO", "ESTADO ECUATORIANO"), ("DEMANDADO/PROCESADO", "PERENGANO ZUTANO MENGANO")], "COHECHO");
    world.court.people(B, &[], "VIOLACION");
    world.start();
    world.visits(3);
    (world, port)
}

#[test]
fn everybody_sees_the_cases_of_the_tag_as_messages_tell_them_and_no_others() {
    let (mut world, port) =
        shown("\n[public]\ntags = [\"sobornos\"]\ntitle = \"Sobornos <b>hoy</b>\"\nsites = [\"https://www.example.org\"]\n");
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>VISTOS: PERENGANO ZUTANO MENGANO, cédula 1710034065, <script>alert(1)</script></p>");
    world.told("VISTOS");
    world.visits(2);
    world.until("the ruling is not on the page", |_| get(port, "/public/sobornos?lang=en").text().contains("New ruling"));
    let page = get(port, "/public/sobornos");
    let text = page.text();
    assert_eq!(page.status, 200);
    assert!(
        text.contains("Sobornos &lt;b&gt;hoy&lt;/b&gt;") && text.contains(A) && text.contains("COHECHO") && text.contains("lang=\"es\""),
        "{text}"
    );
    for hidden in [B, C, "VIOLACION", "PERENGANO", "1710034065", "<script", "mesa@example.org"] {
        assert!(!text.contains(hidden), "{hidden}\n{text}");
        assert!(!get(port, "/public/sobornos/data.json").text().contains(hidden), "{hidden}");
    }
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'") && page.header("set-cookie").is_empty());
    let embed = get(port, "/public/sobornos/embed");
    assert!(embed.header("content-security-policy").contains("frame-ancestors https://www.example.org"));
    let again = ask(port, "GET", "/public/sobornos/embed", &[("host", "veedor.example.org"), ("if-none-match", embed.header("etag"))], b"");
    assert!(
        again.status == 304 && again.body.is_empty() && again.header("cache-control").starts_with("public, max-age="),
        "{}",
        again.status
    );
    let data: serde_json::Value = serde_json::from_slice(&get(port, "/public/sobornos/data.json").body).expect("JSON");
    assert_eq!((data["cases"].as_array().map(Vec::len), &data["cases"][0]["number"]), (Some(1), &json!(A)));
    // A page of the dashboard is not reached under that name.
    assert_eq!(ask(port, "GET", "/cases", &[("host", "veedor.example.org")], b"").status, 421);
    for path in ["/public", "/public/otra", "/public/", "/public/sobornos/", "/public/sobornos/otra"] {
        assert_eq!(get(port, path).status, 404, "{path}");
    }
    if let Some(mut browser) = Browser::open(port) {
        for (width, scheme) in [(1280, "light"), (360, "dark")] {
            (browser.width, browser.scheme) = (width, scheme);
            browser.walk(&[
                json!(["goto", "/public/sobornos"]),
                json!(["axe"]),
                json!(["click", "link", "English"]),
                json!(["see", "Next hearing"]),
                json!(["lang", "en"]),
                json!(["goto", "/public/sobornos/embed"]),
                json!(["axe"]),
            ]);
        }
    }
    world.stop();
}

#[test]
fn nothing_is_public_until_the_watch_list_says_so() {
    let (mut world, port) = shown("");
    for path in ["/public/sobornos", "/public/sobornos/embed", "/public/sobornos/data.json"] {
        assert_eq!(get(port, path).status, 404);
    }
    world.stop();
}
