//! The dashboard by the keyboard alone: Tab, what one types, Enter and Space, with the focus to be seen wherever it comes to.

use serde_json::json;

use crate::stories::dashboard::refused;
use crate::world::pages::Browser;

const A: &str = "17721-2024-00011G";
const B: &str = "17721-2024-00012G";

#[test]
fn a_case_is_added_compared_and_sent_again_without_a_mouse() {
    let (mut world, port) = refused();
    world.hooks.refuse(None);
    world.court.add_case(B);
    let Some(mut browser) = Browser::open(port) else { return world.stop().map_or((), drop) };
    browser.walk(&[
        json!(["goto", "/cases"]),
        // The first stop leads past the navigation.
        json!(["press", "Tab"]),
        json!(["focus-in", ".skip"]),
        json!(["press", "Enter"]),
        json!(["focus-in", "main"]),
        json!(["tab-to", "Buscar por nombre"]),
        json!(["focus-in", "main"]),
        json!(["tab-to", "Añadir un expediente"]),
        json!(["press", "Enter"]),
        json!(["at", "/cases/add"]),
        json!(["tab-to", "Fuente"]),
        json!(["type", "eSATJE"]),
        json!(["tab-to", "Número"]),
        json!(["type", B]),
        json!(["tab-to", "Nombre"]),
        json!(["type", "Caso Veleta"]),
        json!(["tab-to", "Vigilar"]),
        json!(["press", "Space"]),
        json!(["at", "/cases/ec-esatje/17721-2024-00012G\\?done=added$"]),
        json!(["see", "se vigila desde ahora"]),
        json!(["reload-until", "se lee bien"]),
    ]);
    world.court.act(B, "SENTENCIA (RESOLUCION)", "<p>PANEL4 VISTOS.</p>");
    world.told("PANEL4");
    browser.walk(&[
        json!(["goto", "/cases"]),
        // Each step through the choices is a change, and none of them takes the page away.
        json!(["tab-to", "Orden"]),
        json!(["press", "ArrowDown"]),
        json!(["press", "ArrowDown"]),
        json!(["focus-in", "form[role=search]"]),
        json!(["at", "/cases$"]),
        json!(["tab-to", "Filtrar"]),
        json!(["press", "Space"]),
        json!(["at", "/cases\\?"]),
        json!(["tab-to", "Caso Veleta"]),
        json!(["press", "Enter"]),
        json!(["at", "/cases/ec-esatje/17721-2024-00012G$"]),
        json!(["tab-to", "Versiones"]),
        json!(["press", "Enter"]),
        json!(["at", ".*/versions#parts$"]),
        json!(["tab-to", "Comparar dos versiones"]),
        json!(["press", "Enter"]),
        json!(["at", ".*/diff"]),
        json!(["tab-to", "Versión anterior"]),
        json!(["type", "1"]),
        json!(["chosen", "1"]),
        json!(["tab-to", "Versión posterior"]),
        json!(["type", "2"]),
        json!(["chosen", "2"]),
        json!(["tab-to", "Comparar"]),
        json!(["press", "Enter"]),
        json!(["see", "Actuación nueva"]),
        json!(["see", "PANEL4"]),
        json!(["tab-to", "English"]),
        json!(["press", "Space"]),
        json!(["lang", "en"]),
        json!(["see", "Entry added"]),
        json!(["tab-to", "Español"]),
        json!(["press", "Enter"]),
        json!(["lang", "es"]),
    ]);
    // What was not delivered, on a telephone and without script.
    (browser.script, browser.width, browser.scheme) = (false, 360, "dark");
    browser.walk(&[
        json!(["goto", "/"]),
        json!(["tab-to", "Envíos"]),
        json!(["press", "Enter"]),
        json!(["at", "/deliveries$"]),
        json!(["tab-to", "Estado"]),
        json!(["type", "los que"]),
        json!(["tab-to", "Filtrar"]),
        json!(["press", "Enter"]),
        json!(["at", "/deliveries\\?state=failed"]),
        json!(["see", "no entregado"]),
        json!(["tab-to", "Detalle"]),
        json!(["press", "Enter"]),
        json!(["see", "Intentos"]),
        json!(["tab-to", "Enviar de nuevo"]),
        json!(["press", "Space"]),
        json!(["reload-until", "entregado"]),
    ]);
    world.told("PANEL1");
    assert!(world.deliveries(&["--failed"]).is_empty());
    // And off the list again, which is asked once more.
    browser.walk(&[
        json!(["goto", "/cases/ec-esatje/17721-2024-00012G"]),
        json!(["tab-to", "Quitar de la lista"]),
        json!(["press", "Enter"]),
        json!(["at", ".*/remove$"]),
        json!(["tab-to", "Dejar de vigilarlo"]),
        json!(["press", "Enter"]),
        json!(["see", "Caso Veleta"]),
        json!(["see", "ya no se vigila"]),
        json!(["tab-to", "Todos los expedientes"]),
        json!(["press", "Enter"]),
        json!(["at", "/cases$"]),
        json!(["see", A]),
        json!(["see-not", "Veleta"]),
    ]);
    world.finish();
}
