//! What the log of what was done calls things, in both languages: routes, commands, and why something was refused.
//!
//! Used by [`audit`](super::audit). The exact word stands beside it, as `veedor audit` prints it; what is not known here stands alone.

use maud::{Markup, html};

use crate::web::visitor::Visitor;
use crate::wire::api::access::AuditLine;

/// What was done; `*` is whatever stands in the path.
const DEEDS: [(&str, &str, &str); 57] = [
    ("log in", "entrar", "logging in"),
    ("POST /logout", "salir", "logging out"),
    ("POST /logout/everywhere", "salir de todas partes", "logging out everywhere"),
    ("POST /cases/add", "vigilar un expediente", "watching a case"),
    ("POST /cases/*/*/remove", "dejar de vigilar un expediente", "watching a case no longer"),
    ("POST /cases/*/*/visit", "visitar ahora", "visiting now"),
    ("POST /feeds", "hacer una dirección de suscripción", "making an address of a feed"),
    ("POST /feeds/revoke", "revocar una dirección de suscripción", "revoking an address of a feed"),
    ("POST /deliveries/retry", "enviar de nuevo", "sending again"),
    ("POST /deliveries/*/retry", "enviar de nuevo", "sending again"),
    ("POST /deliveries/*/end", "descartar un envío", "dropping a delivery"),
    ("POST /sources/*/brake", "decidir sobre el freno", "deciding about the brake"),
    ("POST /silences", "silenciar", "muting"),
    ("POST /silences/*/end", "terminar un silencio", "ending a silence"),
    ("POST /account/password", "cambiar la contraseña propia", "changing one's own password"),
    ("POST /account/session", "terminar una sesión propia", "ending one's own session"),
    ("POST /account/token", "hacer una clave", "making a token"),
    ("POST /account/token/revoke", "revocar una clave", "revoking a token"),
    ("POST /users/add", "agregar un usuario", "adding a user"),
    ("POST /users/password", "poner otra contraseña", "setting another password"),
    ("POST /users/role", "cambiar un rol", "changing a role"),
    ("POST /users/disable", "no dejar entrar a un usuario", "keeping a user out"),
    ("POST /users/enable", "dejar entrar a un usuario", "letting a user in"),
    ("POST /users/sessions", "terminar las sesiones de un usuario", "ending a user's sessions"),
    ("POST /users/remove", "eliminar un usuario", "removing a user"),
    ("POST /api/v1/cases", "vigilar un expediente", "watching a case"),
    ("DELETE /api/v1/cases/*/*", "dejar de vigilar un expediente", "watching a case no longer"),
    ("POST /api/v1/cases/*/*/poll", "visitar ahora", "visiting now"),
    ("POST /api/v1/deliveries/retry", "enviar de nuevo", "sending again"),
    ("POST /api/v1/deliveries/*/retry", "enviar de nuevo", "sending again"),
    ("POST /api/v1/deliveries/*/end", "descartar un envío", "dropping a delivery"),
    ("POST /api/v1/sources/*/brake", "decidir sobre el freno", "deciding about the brake"),
    ("POST /api/v1/silences", "silenciar", "muting"),
    ("DELETE /api/v1/silences/*", "terminar un silencio", "ending a silence"),
    ("import", "importar páginas guardadas", "importing saved pages"),
    ("retry", "enviar de nuevo", "sending again"),
    ("end deliveries", "descartar envíos", "dropping deliveries"),
    ("release", "enviar lo retenido por el freno", "sending what the brake holds"),
    ("discard", "descartar lo retenido por el freno", "dropping what the brake holds"),
    ("silence", "silenciar", "muting"),
    ("end silence", "terminar un silencio", "ending a silence"),
    ("add", "vigilar un expediente", "watching a case"),
    ("remove", "dejar de vigilar un expediente", "watching a case no longer"),
    ("feed add", "hacer una dirección de suscripción", "making an address of a feed"),
    ("feed revoke", "revocar una dirección de suscripción", "revoking an address of a feed"),
    ("fsck --repair", "reparar el almacén", "mending the store"),
    ("export", "exportar", "exporting"),
    ("reload", "leer de nuevo la lista", "reading the list again"),
    ("user add", "agregar un usuario", "adding a user"),
    ("user passwd", "poner otra contraseña", "setting another password"),
    ("user role", "cambiar un rol", "changing a role"),
    ("user disable", "no dejar entrar a un usuario", "keeping a user out"),
    ("user enable", "dejar entrar a un usuario", "letting a user in"),
    ("user remove", "eliminar un usuario", "removing a user"),
    ("end sessions", "terminar las sesiones de un usuario", "ending a user's sessions"),
    ("token add", "hacer una clave", "making a token"),
    ("token revoke", "revocar una clave", "revoking a token"),
];

/// Why something was refused.
const WHYS: [(&str, &str, &str); 12] = [
    ("wrong password", "contraseña equivocada", "wrong password"),
    ("the role may not", "el rol no lo permite", "the role may not"),
    ("it came from another site", "vino de otro sitio", "it came from another site"),
    ("the key had another body", "la clave de repetición vino con otro contenido", "the key had another body"),
    ("exit code 1", "como están las cosas no se puede", "as things are it cannot be done"),
    ("exit code 2", "lo pedido no puede ser", "what was asked for cannot be meant"),
    ("exit code 3", "no es una página de expediente, o hay un bloqueo", "no page of a case, or a block"),
    ("exit code 4", "no existe", "there is no such thing"),
    ("exit code 69", "veedor no respondía", "veedor did not answer"),
    ("exit code 74", "el almacén no se pudo usar", "the store could not be used"),
    ("exit code 77", "no está permitido", "not allowed"),
    ("exit code 78", "la lista de vigilancia tiene problemas", "the watch list has problems"),
];

/// How something ended: stable name, words, and how loud.
const OUTCOMES: [(&str, &str, &str, &str); 4] = [
    ("done", "hecho", "done", "good"),
    ("unchanged", "ya era así; nada cambió", "it was so already; nothing changed", ""),
    ("replayed", "repetición; ya estaba hecho", "a repeat; it was done already", ""),
    ("refused", "rechazado", "refused", "bad"),
];

fn found(list: &[(&str, &'static str, &'static str)], said: &str) -> Option<(&'static str, &'static str)> {
    list.iter().find(|(known, ..)| fits(known, said)).map(|(_, es, en)| (*es, *en))
}

/// Whether it is this one, whatever stands where the pattern has `*`.
fn fits(pattern: &str, said: &str) -> bool {
    let (mut pattern, mut said) = (pattern.split('/'), said.split('/'));
    loop {
        match (pattern.next(), said.next()) {
            (None, None) => return true,
            (Some("*"), Some(_)) => {}
            (Some(known), Some(part)) if known == part => {}
            _ => return false,
        }
    }
}

/// What was done, in words and as it is kept.
pub(super) fn what(visitor: &Visitor, deed: &AuditLine) -> Markup {
    html! {
        @if let Some((es, en)) = found(&DEEDS, &deed.what) { (visitor.say(es, en)) br; span.code.small.soft { (deed.what) } }
        @else { span.code { (deed.what) } }
    }
}

/// How it ended.
pub(super) fn outcome(visitor: &Visitor, deed: &AuditLine) -> Markup {
    let known = OUTCOMES.iter().find(|(name, ..)| *name == deed.outcome);
    html! {
        @match known {
            Some((_, es, en, loud)) => span class={ "state " (loud) } { (visitor.say(es, en)) },
            None => (deed.outcome),
        }
        @if let Some(why) = &deed.refused {
            ": "
            @match found(&WHYS, why) {
                Some((es, en)) => (visitor.say(es, en)),
                None => span lang="en" { (why) },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ask::route::{Method, ROOT, TABLE};
    use crate::domain::deed::Outcome;

    #[test]
    fn every_change_of_the_api_and_every_outcome_has_words() {
        for route in TABLE.iter().flat_map(|part| part.iter()).filter(|route| route.method != Method::Get && !route.console) {
            let said = format!("{} {ROOT}{}", route.method.name(), route.path);
            assert!(found(&DEEDS, &said).is_some(), "{said}");
        }
        for outcome in [Outcome::Done, Outcome::Unchanged, Outcome::Replayed, Outcome::refused_with(2)] {
            assert!(OUTCOMES.iter().any(|(name, ..)| *name == outcome.name()), "{outcome:?}");
        }
    }

    #[test]
    fn every_page_that_changes_something_has_words() {
        let sources = [
            include_str!("mod.rs"),
            include_str!("account.rs"),
            include_str!("users.rs"),
            include_str!("case/mod.rs"),
            include_str!("login.rs"),
        ];
        let mut seen = 0;
        for route in sources.iter().flat_map(|text| text.split("route(").skip(1)).filter(|route| route.contains("post(")) {
            // The next route begins the next piece; this one's address stands first.
            let path = route.split('"').nth(1).expect("an address");
            if ["/login", "/language"].contains(&path) {
                continue;
            }
            seen += 1;
            assert!(found(&DEEDS, &format!("POST {path}")).is_some(), "{path}");
        }
        assert!(seen > 20, "{seen}");
    }

    #[test]
    fn a_star_is_one_part_of_a_path() {
        assert!(fits("POST /silences/*/end", "POST /silences/ab/end") && fits("log in", "log in"));
        assert!(!fits("POST /silences/*/end", "POST /silences/ab") && !fits("POST /silences", "POST /silences/ab/end"));
    }
}
