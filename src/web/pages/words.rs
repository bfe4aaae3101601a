//! Words that the pages about access share: roles, what was done, what will not do.
//!
//! Used by `account`, `users` and `audit`.

use maud::{Markup, html};

use crate::domain::access::{Role, Unfit};
use crate::web::visitor::Visitor;

/// What a name must be.
pub(super) const NAME: (&str, &str) = (
    "Un nombre tiene de 1 a 64 letras sin tilde, cifras, punto, guion, guion bajo o arroba, y empieza con letra o cifra.",
    "A name has 1 to 64 plain letters, digits, dots, dashes, underscores or at signs, and begins with a letter or a digit.",
);

/// What a role must be.
pub(super) const ROLE: (&str, &str) = ("Elija un rol: mira, edita o administra.", "Choose a role: viewer, editor or admin.");

/// Why a password will not do.
pub(super) fn unfit(unfit: Unfit) -> (&'static str, &'static str) {
    match unfit {
        Unfit::Short => (
            "Una contraseña tiene al menos 12 caracteres; varias palabras se recuerdan bien.",
            "A password has at least 12 characters; several words are easy to keep in mind.",
        ),
        Unfit::Long => ("Una contraseña tiene como máximo 1024 bytes.", "A password has at most 1024 bytes."),
    }
}

/// A role by its code.
pub(super) fn role(visitor: &Visitor, code: &str) -> String {
    match Role::parse(code) {
        Some(Role::Viewer) => visitor.say("mira", "viewer").to_owned(),
        Some(Role::Editor) => visitor.say("edita", "editor").to_owned(),
        Some(Role::Admin) => visitor.say("administra", "admin").to_owned(),
        None => code.to_owned(),
    }
}

/// What a role may do.
pub(super) fn may(visitor: &Visitor, role: Role) -> &'static str {
    match role {
        Role::Viewer => visitor.say("ve lo que cuentan los avisos", "sees what messages tell"),
        Role::Editor => visitor.say(
            "ve el registro tal como es y cambia casos, silencios y envíos",
            "sees the record as it is and changes cases, silences and deliveries",
        ),
        Role::Admin => visitor.say(
            "como quien edita, y se ocupa de usuarios, claves y el registro de lo hecho",
            "as an editor, and sees to users, tokens and the log of what was done",
        ),
    }
}

/// What was done just now, by the code in the address.
pub(super) fn done(visitor: &Visitor, code: &str) -> Markup {
    let said = match code {
        "password" => visitor
            .say("La contraseña cambió y las demás sesiones terminaron.", "The password was changed, and the other sessions have ended."),
        "session" => visitor.say("La sesión terminó.", "The session has ended."),
        "revoked" => visitor.say("La clave ya no abre nada.", "The token opens nothing any more."),
        "added" => visitor.say("El usuario puede entrar.", "The user may log in."),
        "changed" => visitor.say("Hecho; las sesiones del usuario terminaron.", "Done; the sessions of the user have ended."),
        "removed" => visitor.say("El usuario, sus sesiones y sus claves ya no están.", "The user is gone, with all sessions and tokens."),
        _ => return html! {},
    };
    html! { p.notice.good role="status" { (said) } }
}
