//! `/public/…`: how the cases of a tag stand, for everybody, to be linked to or framed by a newsroom's site.
//!
//! Off unless `[public]` names the tag; a tag that it does not name is not told from one that no case has. Needs no account, sets no cookie, runs
//! no script, and may be kept for minutes by whoever stands between. What is shown went through the privacy of each case.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::civil::{Date, Time};
use maud::{DOCTYPE, Markup, html};
use serde::Deserialize;

use super::Pages;
use super::assets::STYLE;
use super::moment::when;
use super::said;
use super::shelf::Shelf;
use super::unchanged::is_unchanged;
use super::visitor::{Visitor, Who, named};
use crate::ask::Ask;
use crate::ask::line::Sight;
use crate::config::{Config, Showcase};
use crate::domain::about::Language;
use crate::domain::access::Role;
use crate::domain::id::{hex, sha256};
use crate::message::day_in;
use crate::wire::api::public::{Bilingual, PublicCase, PublicHearing, PublicPage};

/// How long others may keep a page.
const KEPT: &str = "public, max-age=300, stale-while-revalidate=600";

/// What was put together for each tag. No more of them than the watch list names.
pub(super) type Shown = Arc<Mutex<HashMap<String, Arc<Shelf<PublicPage>>>>>;

/// The routes.
pub(super) fn router() -> Router<Pages> {
    Router::new()
        // What nobody serves below this address is no reason to show everybody the log-in.
        .route("/public", get(async || nothing()))
        .route("/public/", get(async || nothing()))
        .route("/public/{tag}/", get(async || nothing()))
        .route("/public/{tag}/{other}", get(async || nothing()))
        .route(
            "/public/{tag}",
            get(async |state: State<Pages>, tag: Path<String>, query: Query<Asked>, headers: HeaderMap| {
                answer(state.0, tag.0, &query.0, &headers, Form::Page).await
            }),
        )
        .route(
            "/public/{tag}/embed",
            get(async |state: State<Pages>, tag: Path<String>, query: Query<Asked>, headers: HeaderMap| {
                answer(state.0, tag.0, &query.0, &headers, Form::Embed).await
            }),
        )
        .route(
            "/public/{tag}/data.json",
            get(async |state: State<Pages>, tag: Path<String>, query: Query<Asked>, headers: HeaderMap| {
                answer(state.0, tag.0, &query.0, &headers, Form::Json).await
            }),
        )
}

/// In what form a page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Page,
    Embed,
    Json,
}

/// What may stand behind the address. The language stands there, because what others keep is kept by the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    lang: Option<String>,
}

async fn answer(pages: Pages, tag: String, asked: &Asked, headers: &HeaderMap, form: Form) -> Response {
    let config = pages.config.load_full();
    let Some(showcase) = config.showcase.as_ref().filter(|public| public.tags.contains(&tag)) else { return nothing() };
    let shelf = {
        let mut shown = pages.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.retain(|known, _| showcase.tags.contains(known));
        Arc::clone(shown.entry(tag.clone()).or_default())
    };
    let ask = Ask::Public { tag: tag.clone() };
    // Whoever looks may see what a message tells, and no more, whatever cookie his browser holds.
    let Ok(page) = shelf.get(pages.line.get::<PublicPage>(ask, Sight::AsTold)).await else { return unavailable() };
    let language = asked.lang.as_deref().and_then(named).unwrap_or(config.general.language);
    let body = match form {
        Form::Json => serde_json::to_string(&*page).unwrap_or_default(),
        Form::Page | Form::Embed => said::whole(&whole(&config, showcase, &page, language, form).into_string()).into_owned(),
    };
    let kind = if form == Form::Json { "application/json" } else { "text/html; charset=utf-8" };
    fresh(headers, kind, &policy(showcase, form), body)
}

fn nothing() -> Response {
    let said = "No hay ninguna página pública en esta dirección.\n\nThere is no public page at this address.\n";
    (StatusCode::NOT_FOUND, [(CONTENT_TYPE, "text/plain; charset=utf-8")], said).into_response()
}

fn unavailable() -> Response {
    let said = "Intente de nuevo en unos minutos.\n\nTry again in a few minutes.\n";
    (StatusCode::SERVICE_UNAVAILABLE, [(CONTENT_TYPE, "text/plain; charset=utf-8")], said).into_response()
}

/// Only what is meant to be framed is, by the sites that the watch list names, or by any where it names none.
fn policy(showcase: &Showcase, form: Form) -> String {
    let framed = match (form, showcase.sites.as_slice()) {
        (Form::Embed, []) => "*".to_owned(),
        (Form::Embed, sites) => sites.join(" "),
        _ => "'none'".to_owned(),
    };
    format!("default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors {framed}")
}

/// The answer, or that nothing changed since it was last given.
fn fresh(asked: &HeaderMap, kind: &'static str, policy: &str, body: String) -> Response {
    let tag = format!("\"{}\"", hex(&sha256(body.as_bytes())[..16]));
    let is_known = is_unchanged(asked, &tag, None);
    let text = |value: &str| HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static(""));
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CACHE_CONTROL, HeaderValue::from_static(KEPT)),
        (ETAG, text(&tag)),
        (CONTENT_SECURITY_POLICY, text(policy)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    if is_known { (StatusCode::NOT_MODIFIED, headers).into_response() } else { (headers, body).into_response() }
}

fn whole(config: &Config, showcase: &Showcase, page: &PublicPage, language: Language, form: Form) -> Markup {
    let reader = Visitor { who: Who { user: None, role: Role::Viewer }, language, by: None, at: String::new(), back: String::new() };
    let say = |es, en| reader.say(es, en);
    let title = showcase.title.as_deref().unwrap_or(&page.tag);
    let (other, other_code) = if language == Language::Es { ("English", "en") } else { ("Español", "es") };
    html! {
        (DOCTYPE)
        html lang=(say("es", "en")) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="icon" href="data:,";
                link rel="stylesheet" href=(STYLE.address());
                // Links in a frame lead out of it.
                @if form == Form::Embed { base target="_blank"; }
            }
            body {
                main {
                    h1 { (title) }
                    @if form == Form::Page {
                        p.lead { (say("Cómo están estos procesos según los registros públicos de los tribunales.", "How these proceedings stand by the public records of the courts.")) }
                    }
                    @if page.cases.is_empty() { p.notice { (say("Todavía no hay nada que mostrar.", "There is nothing to show yet.")) } }
                    ul.cards { @for case in &page.cases { (card(&reader, config, case)) } }
                    p.small.soft {
                        (say(
                            "Datos de registros públicos; pueden contener errores. Verifique en la fuente oficial. Toda persona se presume inocente.",
                            "Data from public records; it may contain errors. Check at the official source. Everybody is presumed innocent.",
                        ))
                    }
                    p.small { a href={ "?lang=" (other_code) } lang=(other_code) hreflang=(other_code) target="_self" { (other) } }
                }
            }
        }
    }
}

fn card(reader: &Visitor, config: &Config, case: &PublicCase) -> Markup {
    let say = |es, en| reader.say(es, en);
    html! {
        li.card {
            h2 { (case.name.as_deref().unwrap_or(&case.number)) }
            @if case.name.is_some() { p.soft { (case.number) } }
            dl.facts {
                @if let Some(court) = &case.court { dt { (say("Tribunal", "Court")) } dd { (court) } }
                @if let Some(subject) = &case.subject { dt { (say("Materia", "Subject")) } dd { (subject) } }
                dt { (say("Próxima audiencia", "Next hearing")) }
                dd {
                    @if case.next.is_empty() { (say("no consta", "none on the record")) }
                    @for hearing in &case.next { div { strong { (day(reader, hearing)) } " · " (word(reader, &hearing.name)) } }
                }
                @if case.held + case.deferred + case.not_held > 0 {
                    dt { (say("Señalamientos de audiencia", "Settings of hearings")) }
                    dd.num {
                        (say("realizados: ", "held: ")) (case.held) " · " (say("diferidos: ", "deferred: ")) (case.deferred) " · "
                        (say("fallidos o no instalados: ", "failed or not opened: ")) (case.not_held)
                        div.small.soft {
                            (say(
                                "Se cuenta uno por cada día y hora para los que se convocó, según el registro, desde que consta.",
                                "One is counted for each day and hour that was set, by the record, as far as it goes back.",
                            ))
                        }
                    }
                }
            }
            @if !case.changes.is_empty() {
                h3 { (say("Últimas novedades", "Latest changes")) }
                ul {
                    @for change in &case.changes {
                        li { (when(reader, &config.zone, &change.seen_at)) " · " (word(reader, &change.summary)) }
                    }
                }
            }
            p.small.soft {
                @if let Some(read) = &case.read_at { (say("Leído el ", "Read on ")) (when(reader, &config.zone, read)) ". " }
                @if let Some(url) = case.url.as_deref().filter(|url| url.starts_with("https://") || url.starts_with("http://")) {
                    a href=(url) rel="noreferrer" { (say("Fuente oficial", "Official source")) }
                }
            }
        }
    }
}

fn word<'w>(reader: &Visitor, words: &'w Bilingual) -> &'w str {
    match reader.language {
        Language::Es => &words.es,
        Language::En => &words.en,
    }
}

/// The day and hour at the court.
fn day(reader: &Visitor, hearing: &PublicHearing) -> String {
    let time = hearing.time.as_deref().and_then(|time| time.parse::<Time>().ok());
    hearing.date.parse::<Date>().map_or_else(|_| hearing.date.clone(), |date| day_in(date, time, reader.language))
}

#[cfg(test)]
mod tests {
    use axum::http::header::IF_NONE_MATCH;

    use super::*;

    #[test]
    fn who_has_the_page_is_told_that_nothing_changed_and_only_named_sites_frame_it() {
        let asked = |tag: &str| HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_str(tag).expect("a header"))]);
        let given = |asked: &HeaderMap| fresh(asked, "text/html", "default-src 'none'", "body".to_owned());
        let first = given(&HeaderMap::new());
        let tag = first.headers().get(ETAG).and_then(|tag| tag.to_str().ok()).expect("a tag").to_owned();
        assert_eq!(first.status(), StatusCode::OK);
        for known in [tag.clone(), format!("\"x\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
            assert_eq!(given(&asked(&known)).status(), StatusCode::NOT_MODIFIED, "{known}");
        }
        assert_eq!(given(&asked("\"x\"")).status(), StatusCode::OK);
        let open = Showcase { tags: vec![], title: None, sites: vec![] };
        let named = Showcase { sites: vec!["https://www.example.org".to_owned()], ..open.clone() };
        assert!(policy(&open, Form::Page).ends_with("frame-ancestors 'none'"));
        assert!(policy(&open, Form::Embed).ends_with("frame-ancestors *"));
        assert!(policy(&named, Form::Embed).ends_with("frame-ancestors https://www.example.org"));
    }
}
