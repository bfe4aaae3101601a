//! `/delays`: the report of how long the courts take, chosen by tag and grouping, to look at and to take away.
//!
//! The report is the file that `veedor report delays --html` writes, served as it is under a policy that lets it use its own style and nothing
//! else. It takes long over many cases, so each is kept for a moment by what was asked.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::html;
use serde::Deserialize;
use serde_json::Value;

use crate::ask::Ask;
use crate::ask::delays::{Form, Question};
use crate::ask::line::Refusal;
use crate::domain::delays::Grouping;
use crate::domain::id::sha256;
use crate::message::delays::STYLE;
use crate::web::visitor::Visitor;
use crate::web::{Pages, face};

const PART: &str = "/delays";

/// Of more cases a report takes so long that its curves are made only when they are opened.
const FRAMED: usize = 300;

/// Tables that can be taken away as CSV, and the two names.
const TABLES: [(&str, &str, &str); 5] = [
    ("cases", "Expedientes", "Cases"),
    ("figures", "Medidas", "Figures"),
    ("clocks", "Plazos", "Time limits"),
    ("hearings", "Audiencias", "Hearings"),
    ("groups", "Grupos", "Groups"),
];

/// What is asked of a report.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Choice {
    tag: String,
    by: String,
    /// Of a CSV: which table.
    table: String,
}

impl Choice {
    fn query(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).append_pair("tag", &self.tag).append_pair("by", &self.by).finish()
    }

    fn question(&self, language: &str, form: Form) -> Question {
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Question {
            cases: Vec::new(),
            tags: given(&self.tag).into_iter().collect(),
            by: given(&self.by),
            as_of: None,
            language: Some(language.to_owned()),
            form,
        }
    }
}

/// The choice, and what can be done with it.
pub(in crate::web) async fn show(visitor: Visitor, State(pages): State<Pages>, Query(choice): Query<Choice>) -> Response {
    let tags = pages.tags(&visitor).await;
    let say = |es, en| visitor.say(es, en);
    let groupings = [
        (Grouping::Court, say("tribunal", "court")),
        (Grouping::Subject, say("materia", "subject")),
        (Grouping::Source, say("fuente", "source")),
        (Grouping::Tag, say("etiqueta", "tag")),
    ];
    let query = choice.query();
    let body = html! {
        p.lead { (say(
            "Cuánto tardan los tribunales en los expedientes vigilados: plazos, silencios, audiencias y sus resultados, con lo que cada cifra cuenta y lo que no. No es asesoría legal.",
            "How long the courts take in the watched cases: time limits, silences, hearings and their outcomes, with what each figure counts and what it does not. This is no legal advice.",
        )) }
        form.row method="get" action=(PART) data-live {
            div {
                label for="tag" { (say("Etiqueta", "Tag")) }
                select #tag name="tag" {
                    option value="" { (say("todas", "all")) }
                    @for tag in &tags { option selected[*tag == choice.tag] { (tag) } }
                }
            }
            div {
                label for="by" { (say("Agrupar por", "Group by")) }
                select #by name="by" {
                    option value="" { (say("nada", "nothing")) }
                    @for (grouping, words) in groupings {
                        option value=(grouping.name()) selected[grouping.name() == choice.by] { (words) }
                    }
                }
            }
            button.quiet { (say("Elegir", "Choose")) }
        }
        p { a.button href={ (PART) "/report?" (query) } { (say("Abrir el informe", "Open the report")) } }
        details open[pages.config.load().cases.len() <= FRAMED] {
            summary { (say("Cuánto toma cada etapa", "How long each stage takes")) }
            iframe.framed title=(say("Cuánto toma cada etapa", "How long each stage takes")) loading="lazy" src={ (PART) "/curves?" (query) } {}
        }
        h2 { (say("Para llevar", "To take away")) }
        ul {
            li { a href={ (PART) "/report.json?" (query) } { "JSON" } ", " (say("todo", "everything")) }
            @for (table, es, en) in TABLES {
                li { a href={ (PART) "/report.csv?" (query) "&table=" (table) } { "CSV: " (say(es, en)) } }
            }
        }
        p.small.soft { (say(
            "Con muchos expedientes el informe tarda en hacerse; después se guarda unos segundos.",
            "Over many cases the report takes a while to make; then it is kept for some seconds.",
        )) }
    };
    face::framing(face::page(&visitor, PART, say("Demoras", "Delays"), &body))
}

/// How long each stage takes, to be framed by the page above.
pub(in crate::web) async fn curves(visitor: Visitor, State(pages): State<Pages>, Query(choice): Query<Choice>) -> Response {
    let text = match kept(&visitor, &pages, &choice, "curves", Form::Curves).await {
        Ok(text) => text,
        Err(refusal) => return face::framed(face::alone(&visitor, &refusal)),
    };
    // What it says by a link stands in the whole report, and that opens in place of the page.
    let report = format!("href=\"report?{}#", choice.query().replace('&', "&amp;"));
    let page = text.replace("href=\"#", &report).replacen("<head>\n", "<head>\n<base target=\"_top\">\n", 1);
    let mut headers = face::headers("text/html; charset=utf-8");
    if let Ok(policy) = HeaderValue::from_str(&policy()) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    face::framed((StatusCode::OK, headers, page).into_response())
}

/// The report as a page.
pub(in crate::web) async fn report(visitor: Visitor, State(pages): State<Pages>, Query(choice): Query<Choice>) -> Response {
    let text = match kept(&visitor, &pages, &choice, "html", Form::Html).await {
        Ok(text) => text,
        Err(refusal) => return face::refused(&visitor, PART, &refusal),
    };
    let back = html! { nav.note aria-label="veedor" { a href={ (PART) "?" (choice.query()) } { "← " (visitor.say("Volver al tablero", "Back to the dashboard")) } } };
    let page = text.replacen("<body>\n", &format!("<body>\n{}\n", back.into_string()), 1);
    let mut headers = face::headers("text/html; charset=utf-8");
    if let Ok(policy) = HeaderValue::from_str(&policy()) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    (StatusCode::OK, headers, page).into_response()
}

/// What a browser may do with a report: show it with the style that it brings.
fn policy() -> String {
    let hash = STANDARD.encode(sha256(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{hash}'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'")
}

/// The report as JSON.
pub(in crate::web) async fn json(visitor: Visitor, State(pages): State<Pages>, Query(choice): Query<Choice>) -> Response {
    let text = kept(&visitor, &pages, &choice, "json", Form::Json).await;
    file(&visitor, text, "application/json; charset=utf-8", "veedor-delays.json")
}

/// A table of the report as CSV.
pub(in crate::web) async fn csv(visitor: Visitor, State(pages): State<Pages>, Query(choice): Query<Choice>) -> Response {
    let Some((table, ..)) = TABLES.iter().find(|(table, ..)| *table == choice.table) else { return face::missing(&visitor) };
    let text = kept(&visitor, &pages, &choice, table, Form::Csv { table: (*table).to_owned() }).await;
    file(&visitor, text, "text/csv; charset=utf-8", &format!("veedor-delays-{table}.csv"))
}

async fn kept(visitor: &Visitor, pages: &Pages, choice: &Choice, what: &str, form: Form) -> Result<Arc<String>, Refusal> {
    let language = visitor.say("es", "en");
    let key = (visitor.sight(), choice.tag.clone(), choice.by.clone(), language, what.to_owned());
    let make = async {
        let data: Value = pages.line.get(Ask::Delays(choice.question(language, form)), visitor.sight()).await?;
        let text = data.get("text").and_then(Value::as_str).map(str::to_owned);
        text.ok_or_else(|| Refusal { why: "the report came without a text; this is a bug: please report it".to_owned(), code: 70 })
    };
    pages.kept.reports.get(key, make).await
}

fn file(visitor: &Visitor, text: Result<Arc<String>, Refusal>, kind: &'static str, name: &str) -> Response {
    let text = match text {
        Ok(text) => text,
        Err(refusal) => return face::refused(visitor, PART, &refusal),
    };
    let mut headers = face::headers(kind);
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    (StatusCode::OK, headers, text.as_str().to_owned()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_lets_one_style_in_and_nothing_else() {
        let parts: Vec<String> = policy().split("; ").map(str::to_owned).collect();
        assert!(parts.contains(&"default-src 'none'".to_owned()) && parts.contains(&"frame-ancestors 'none'".to_owned()), "{parts:?}");
        let style = parts.iter().find(|part| part.starts_with("style-src")).expect("a style");
        assert!(style.starts_with("style-src 'sha256-") && !policy().contains("unsafe"), "{style}");
    }

    #[test]
    fn what_was_chosen_is_asked_and_passed_on_whatever_it_is() {
        let choice = Choice { tag: "a&b=\"ñ".into(), by: "court".into(), table: String::new() };
        assert_eq!(choice.query(), "tag=a%26b%3D%22%C3%B1&by=court");
        let question = choice.question("en", Form::Html);
        assert_eq!((question.tags, question.by.as_deref()), (vec!["a&b=\"ñ".to_owned()], Some("court")));
        assert!(Choice::default().question("es", Form::Html).tags.is_empty());
    }
}
