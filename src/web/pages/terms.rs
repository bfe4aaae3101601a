//! What the shipped recipes say of the terms of use and the robots.txt of their courts, in Spanish.
//!
//! Used by [`sources`](super::sources). A recipe of somebody's own is shown as he wrote it.

use maud::{Markup, html};

use crate::domain::about::Language;
use crate::web::said::text;
use crate::web::visitor::Visitor;

/// As the recipe says it, and in Spanish.
const KNOWN: [(&str, &str); 31] = [
    (
        "/RSS/Cases/JSON/ is treated as disallowed by a public client's own tests [C]: not polled.",
        "/RSS/Cases/JSON/ se trata como no permitido según las pruebas de un cliente público [C]: no se consulta.",
    ),
    (
        "A login, and fees for each page, waived below a limit in each quarter. The records are public; what was paid for may be kept and shared.",
        "Pide cuenta y cobra por página, con una exención por debajo de un límite trimestral. Los registros son públicos; lo pagado se puede guardar y compartir.",
    ),
    (
        "A public consultation without login. No terms of use for programs are known.",
        "Consulta pública sin cuenta. No se conocen condiciones de uso para programas.",
    ),
    (
        "A public service without login. It answers over plain http only: whoever is on the way can read and change what it says.",
        "Servicio público sin cuenta. Responde solo por http sin cifrar: quien esté en el camino puede leer y cambiar lo que dice.",
    ),
    ("A work of the federal government; no terms forbid to read it.", "Obra del gobierno federal; ninguna condición prohíbe leerla."),
    (
        "Documents may be reproduced with the source named (https://www.echr.coe.int/copyright-and-disclaimer).",
        "Los documentos se pueden reproducir nombrando la fuente (https://www.echr.coe.int/copyright-and-disclaimer).",
    ),
    ("Each court has its own, which is read and obeyed.", "Cada tribunal tiene el suyo, que se lee y se respeta."),
    ("Never polled.", "Nunca se consulta."),
    (
        "No terms of use are known for the interface. The portal is public and asks for no login.",
        "No se conocen condiciones de uso de la interfaz. El portal es público y no pide cuenta.",
    ),
    (
        "No terms of use are known for the interface. The portal is public, and asks for no login.",
        "No se conocen condiciones de uso de la interfaz. El portal es público y no pide cuenta.",
    ),
    (
        "No terms of use are known for the interface. The portal is public, asks for no login, and its interface is described at the same address under /swagger.",
        "No se conocen condiciones de uso de la interfaz. El portal es público, no pide cuenta, y su interfaz se describe en la misma dirección bajo /swagger.",
    ),
    (
        "No terms of use are known for the interface. The portal is public; the interface asks for a key that is not handed out to everyone.",
        "No se conocen condiciones de uso de la interfaz. El portal es público; la interfaz pide una clave que no se entrega a cualquiera.",
    ),
    (
        "No terms of use are known for the interface; the portal is public and asks for no login.",
        "No se conocen condiciones de uso de la interfaz; el portal es público y no pide cuenta.",
    ),
    (
        "No terms of use are known. The search is public and person-oriented: veedor asks by number only and keeps no person. Its certificate chain is often incomplete; it is not accepted then.",
        "No se conocen condiciones de uso. La búsqueda es pública y por personas: veedor pregunta solo por número y no guarda a ninguna persona. Su cadena de certificados suele estar incompleta; entonces no se acepta.",
    ),
    (
        "Not known for each court; read at the first visit and obeyed.",
        "No se conoce el de cada tribunal; se lee en la primera visita y se respeta.",
    ),
    ("Not known; nothing is asked.", "No se conoce; no se consulta nada."),
    (
        "Not known; read at the first visit and obeyed. 403 and 429 are answered under load [B].",
        "No se conoce; se lee en la primera visita y se respeta. Con mucha carga responde 403 y 429 [B].",
    ),
    ("Not known; read at the first visit and obeyed.", "No se conoce; se lee en la primera visita y se respeta."),
    ("Nothing is asked.", "No se consulta nada."),
    (
        "Open Justice Licence: reading and republishing allowed; bulk computational analysis needs another, free licence.",
        "Open Justice Licence: se puede leer y volver a publicar; el análisis automático en masa necesita otra licencia, gratuita.",
    ),
    (
        "Public by CNJ's portaria 160/2020; the terms of use stand at datajud-wiki.cnj.jus.br.",
        "Público por la portaria 160/2020 del CNJ; las condiciones de uso están en datajud-wiki.cnj.jus.br.",
    ),
    (
        "Public by CNJ's resolution 455/2022; no key. Addresses outside Brazil may be refused (403) [B].",
        "Público por la resolución 455/2022 del CNJ; sin clave. Puede rechazar direcciones de fuera de Brasil (403) [B].",
    ),
    ("Public consultation (CNJ's resolution 121/2010).", "Consulta pública (resolución 121/2010 del CNJ)."),
    (
        "Public consultation (CNJ's resolution 121/2010); no terms forbid to read single cases.",
        "Consulta pública (resolución 121/2010 del CNJ); ninguna condición prohíbe leer causas sueltas.",
    ),
    (
        "Public records, free and without a login; no terms for programs are known.",
        "Registros públicos, gratuitos y sin cuenta; no se conocen condiciones para programas.",
    ),
    (
        "Public search of the court; its rulings are published as open data. No terms of use are known for the interface.",
        "Búsqueda pública del tribunal; sus sentencias se publican como datos abiertos. No se conocen condiciones de uso de la interfaz.",
    ),
    (
        "The feed is meant for programs; read at the first visit and obeyed.",
        "El canal está hecho para programas; se lee en la primera visita y se respeta.",
    ),
    (
        "The feeds are free and made to be polled. The documents behind their links cost money and are not asked for.",
        "Los canales son gratuitos y están hechos para consultarse. Los documentos tras sus enlaces cuestan dinero y no se piden.",
    ),
    (
        "The interface is meant for programs; read at the first visit and obeyed.",
        "La interfaz está hecha para programas; se lee en la primera visita y se respeta.",
    ),
    (
        "The page that anyone opens who looks up an own case; no login. No terms of use for programs are known; known clients name themselves and are served.",
        "La página que abre cualquiera que busca su propia causa; sin cuenta. No se conocen condiciones de uso para programas; los clientes conocidos dicen quiénes son y son atendidos.",
    ),
    (
        "https://www.courtlistener.com/terms/: free with an account; its docket alerts and webhooks are cheaper for the project than polling.",
        "https://www.courtlistener.com/terms/: gratis con cuenta; sus alertas y webhooks le cuestan menos al proyecto que las consultas.",
    ),
];

/// What a recipe says, in the language of whoever looks where it is one of ours.
pub(super) fn said(visitor: &Visitor, words: &str) -> Markup {
    let own = KNOWN.iter().find(|(en, _)| *en == words).filter(|_| visitor.language == Language::Es);
    html! { @match own { Some((_, es)) => (es), None => span lang="en" { (text(words)) } } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::{shipped, shipped_recipe};
    use crate::web::visitor::tests::somebody;

    #[test]
    fn what_every_shipped_recipe_says_of_its_court_is_said_in_spanish() {
        let mut seen = 0;
        for recipe in shipped().iter().filter_map(|(id, ..)| shipped_recipe(id)) {
            for words in [recipe.terms, recipe.robots].into_iter().flatten() {
                seen += 1;
                let page = said(&somebody(), &words).into_string();
                assert!(!page.contains("lang=\"en\""), "{}: {words}", recipe.id);
            }
        }
        assert!(seen > 30, "{seen}");
        assert!(said(&somebody(), "mine").into_string().contains("lang=\"en\""));
    }
}
