//! What all pages have in common: the frame, the headers, the answer to a refusal.
//!
//! Pages of [`pages`](super::pages) end here. A page is whole without script; nothing in it comes from another address, and everything
//! that a court or a person wrote is escaped by `maud`, and what of it cannot be seen or turns lines around is shown as a sign, on every page.

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{DOCTYPE, Markup, html};
use serde_json::Value;

use super::assets::{SCRIPT, STYLE};
use super::entrance::By;
use super::said::whole;
use super::visitor::Visitor;
use crate::ask::line::Refusal;
use crate::domain::about::Language;
use crate::domain::access::Role;
use crate::domain::sentence::in_spanish;

/// What a browser may do with a page of ours: nothing but show it with our own style and script (`alerting.md` E2.1).
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// The parts of the dashboard, as they stand in its navigation: address, and the two names.
const PARTS: [(&str, &str, &str); 8] = [
    ("/", "Hoy", "Today"),
    ("/cases", "Expedientes", "Cases"),
    ("/hearings", "Audiencias", "Hearings"),
    ("/delays", "Demoras", "Delays"),
    ("/deliveries", "Envíos", "Deliveries"),
    ("/sources", "Fuentes", "Sources"),
    ("/silences", "Silencios", "Silences"),
    ("/settings", "Ajustes", "Settings"),
];

/// A page of the dashboard: `part` is the address of the part that it belongs to, `title` its heading.
pub(super) fn page(visitor: &Visitor, part: &str, title: &str, body: &Markup) -> Response {
    with(StatusCode::OK, visitor, part, title, body)
}

/// The same, with another status.
pub(super) fn with(status: StatusCode, visitor: &Visitor, part: &str, title: &str, body: &Markup) -> Response {
    let page = frame(visitor, part, title, body).into_string();
    (status, headers("text/html; charset=utf-8"), whole(&page).into_owned()).into_response()
}

fn frame(visitor: &Visitor, part: &str, title: &str, body: &Markup) -> Markup {
    let lang = visitor.say("es", "en");
    let (other, other_code) = match visitor.language {
        Language::Es => ("English", "en"),
        Language::En => ("Español", "es"),
    };
    html! {
        (DOCTYPE)
        html lang=(lang) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex, nofollow";
                title { (title) " · veedor" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href=(STYLE.address());
                script src=(SCRIPT.address()) defer {}
            }
            body {
                a.skip href="#main" { (visitor.say("Ir al contenido", "Skip to content")) }
                header.top {
                    a.brand href="/" { "veedor" }
                    @if visitor.by.is_some() { nav aria-label=(visitor.say("Partes del tablero", "Parts of the dashboard")) {
                        ul {
                            @for (address, es, en) in PARTS.into_iter().filter(|(address, ..)| is_shown(visitor, address)) {
                                li { a href=(address) aria-current=[(address == part).then_some("page")] { (visitor.say(es, en)) } }
                            }
                        }
                    } }
                    div.self {
                        (whoever(visitor, part))
                        form method="post" action="/language" {
                            input type="hidden" name="lang" value=(other_code);
                            input type="hidden" name="back" value=(visitor.back);
                            button.quiet lang=(other_code) { (other) }
                        }
                    }
                }
                main #main tabindex="-1" {
                    h1 { (title) }
                    (body)
                }
                footer.bottom {
                    p {
                        (visitor.say(
                            "Datos de registros públicos; pueden contener errores. Verifique en la fuente oficial. Toda persona se presume inocente.",
                            "Data from public records; it may contain errors. Check at the official source. Everybody is presumed innocent.",
                        ))
                    }
                }
            }
        }
    }
}

/// Whether a part is one that the visitor's role may use.
fn is_shown(visitor: &Visitor, address: &str) -> bool {
    match address {
        "/settings" => visitor.may(Role::Editor),
        _ => true,
    }
}

/// Who is in, what is his own, and the way out.
fn whoever(visitor: &Visitor, part: &str) -> Markup {
    let link = |address: &'static str, text: &str| html! { a href=(address) aria-current=[(address == part).then_some("page")] { (text) } };
    html! {
        @if visitor.by.is_some() {
            @if visitor.may(Role::Admin) {
                (link("/users", visitor.say("Usuarios", "Users")))
                (link("/audit", visitor.say("Registro", "Log")))
            }
            (link("/account", visitor.who.user.as_deref().unwrap_or(visitor.say("Acceso", "Access"))))
        }
        @if let Some(By::Session(_)) = visitor.by {
            form method="post" action="/logout" { button.quiet { (visitor.say("Salir", "Log out")) } }
        }
    }
}

/// Nothing is kept by others, passed on, framed or guessed.
pub(super) fn headers(content: &'static str) -> HeaderMap {
    let fixed: [(HeaderName, &'static str); 6] = [
        (CONTENT_TYPE, content),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "same-origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
        (CONTENT_SECURITY_POLICY, POLICY),
    ];
    fixed.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect()
}

/// A page that frames another of ours.
pub(super) fn framing(response: Response) -> Response {
    with_policy(response, |policy| format!("{policy}; frame-src 'self'"))
}

/// A page that a page of ours frames.
pub(super) fn framed(response: Response) -> Response {
    with_policy(response, |policy| policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'"))
}

fn with_policy(mut response: Response, change: impl FnOnce(&str) -> String) -> Response {
    let known = response.headers().get(CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok());
    if let Some(policy) = known.and_then(|policy| HeaderValue::from_str(&change(policy)).ok()) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// The page that says why a question has no answer.
pub(super) fn refused(visitor: &Visitor, part: &str, refusal: &Refusal) -> Response {
    let (status, title) = refusal_of(visitor, refusal);
    with(status, visitor, part, title, &why(visitor, &refusal.why))
}

/// The same without anything around it, for a frame.
pub(super) fn alone(visitor: &Visitor, refusal: &Refusal) -> Response {
    let (status, title) = refusal_of(visitor, refusal);
    let page = html! {
        (DOCTYPE)
        html lang=(visitor.say("es", "en")) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="stylesheet" href=(STYLE.address());
            }
            body { main { h1 { (title) } (why(visitor, &refusal.why)) } }
        }
    };
    (status, headers("text/html; charset=utf-8"), whole(&page.into_string()).into_owned()).into_response()
}

/// Whether a form is shown again with this: what was typed, or how things are, stands in the way; not that there is no answer.
pub(super) fn is_about_the_form(refusal: &Refusal) -> bool {
    matches!(refusal.code, 1..=4 | 78)
}

/// The status of a page that says why something was refused, and its heading.
pub(super) fn refusal_of(visitor: &Visitor, refusal: &Refusal) -> (StatusCode, &'static str) {
    let status = match refusal.code {
        4 => StatusCode::NOT_FOUND,
        1..=3 | 78 => StatusCode::BAD_REQUEST,
        77 => StatusCode::FORBIDDEN,
        69 | 74 => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let title = match status {
        StatusCode::NOT_FOUND => visitor.say("No se encontró", "Not found"),
        StatusCode::BAD_REQUEST => visitor.say("No se pudo hacer", "It could not be done"),
        _ => visitor.say("No se pudo responder", "No answer"),
    };
    (status, title)
}

/// Why something was refused, in the language of whoever asked where it has that; the exact words of the program stand there too, as they
/// do in its log and its documentation. What has no Spanish says that it is English.
pub(super) fn why(visitor: &Visitor, why: &str) -> Markup {
    let own = match visitor.language {
        Language::Es => in_spanish(why),
        // What to type at a console is no help on a page.
        Language::En => why.split_once("; `veedor ").filter(|(_, rest)| !rest.contains("; ")).map(|(said, _)| said.to_owned()),
    };
    html! {
        @match own {
            Some(own) => {
                p.trouble role="alert" { (own) }
                @if visitor.language == Language::Es { details.small { summary { (visitor.say("Las palabras exactas del programa, en inglés", "The exact words")) } p lang="en" { (why) } } }
            }
            None => p.trouble role="alert" lang="en" { (why) },
        }
    }
}

/// A page that is not there.
pub(super) fn missing(visitor: &Visitor) -> Response {
    let body = html! {
        p { (visitor.say("No hay ninguna página en esta dirección.", "There is no page at this address.")) }
        p { a href="/" { (visitor.say("Volver a Hoy", "Back to Today")) } }
    };
    with(StatusCode::NOT_FOUND, visitor, "", visitor.say("No se encontró", "Not found"), &body)
}

/// That an address takes what a form sends, and is no page.
pub(super) fn no_page(visitor: &Visitor) -> Response {
    let body = html! {
        p { (visitor.say("Esta dirección recibe un formulario y no es una página, o es una página y no recibe ninguno.", "This address takes what a form sends and is no page, or it is a page and takes nothing.")) }
        p { a href="/" { (visitor.say("Volver a Hoy", "Back to Today")) } }
    };
    let visitor = Visitor { back: "/".to_owned(), ..visitor.clone() };
    with(StatusCode::METHOD_NOT_ALLOWED, &visitor, "", visitor.say("No es una página", "No page"), &body)
}

/// What cannot be taken back, asked once more before it is done: `press` opens the question, and the form below it answers it. Works without
/// script, as WCAG 2.2 wants of what deletes (3.3.4).
pub(super) fn sure(press: &Markup, question: &str, form: &Markup) -> Markup {
    html! {
        details.sure {
            summary.risky { (press) }
            div.ask { p { (question) } (form) }
        }
    }
}

/// What a change ends with: another page when it was made, and else why it was not.
pub(super) fn done(visitor: &Visitor, part: &str, made: Result<Value, Refusal>, next: &str) -> Response {
    made.map_or_else(|refusal| refused(visitor, part, &refusal), |_| lead_to(next))
}

/// Leads on to an address of ours after a change; one that is not ours leads to the first page. Browsers leave tabs and line ends out of addresses.
pub(super) fn lead_to(address: &str) -> Response {
    let own = address.starts_with('/') && !address.starts_with("//") && !address.contains(|c: char| c == '\\' || c.is_control());
    led(if own { address } else { "/" })
}

/// Leads on, with the headers of a page.
pub(super) fn led(address: &str) -> Response {
    // What says where it goes says nothing else.
    let mut answer = (headers("text/plain; charset=utf-8"), Redirect::to(address)).into_response();
    answer.headers_mut().remove(CONTENT_TYPE);
    answer
}

#[cfg(test)]
mod tests {
    use axum::http::header::LOCATION;

    use super::*;

    #[test]
    fn a_page_leads_to_addresses_of_ours_and_to_no_others() {
        let led = |address: &str| lead_to(address).headers().get(LOCATION).and_then(|to| to.to_str().ok()).map(str::to_owned);
        assert_eq!(led("/cases?q=a%20b").as_deref(), Some("/cases?q=a%20b"));
        for other in ["//evil.example", "/\t/evil.example", "/\\evil.example", "https://evil.example", "/\u{1}", "/a\r\nb: c", "", "evil"] {
            assert_eq!(led(other).as_deref(), Some("/"), "{other:?}");
        }
    }
}
