//! A question about one thing, as it stands in an address: who asks, which case, which page of it.
//!
//! Taken by the pages of a case and of an event. An address that cannot be read is a page that is not there, never a failure; a number that is none is
//! as if it were not said.

use std::collections::HashMap;
use std::convert::Infallible;

use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde::de::DeserializeOwned;

use crate::ask::Ask;
use crate::ask::line::Refusal;
use crate::ask::look::{At, Look};
use crate::domain::about::Language;
use crate::web::moment::{day, exact, when, when_known};
use crate::web::visitor::Visitor;
use crate::web::{Pages, face, links};
use crate::wire::api::case::CaseCard;

/// Somebody who looks at one thing.
pub(in crate::web) struct Looking {
    /// Who.
    pub visitor: Visitor,
    /// The pages.
    pub pages: Pages,
    place: HashMap<String, String>,
    asked: Vec<(String, String)>,
}

impl FromRequestParts<Pages> for Looking {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Infallible> {
        let visitor = Visitor::from_request_parts(parts, pages).await?;
        let place = Path::<HashMap<String, String>>::from_request_parts(parts, pages).await.map(|Path(place)| place).unwrap_or_default();
        let query = parts.uri.query().unwrap_or_default();
        let asked = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Ok(Self { visitor, pages: pages.clone(), place, asked })
    }
}

impl Looking {
    /// A part of the path.
    pub fn place(&self, name: &str) -> &str {
        self.place.get(name).map(String::as_str).unwrap_or_default()
    }

    /// What the query says of this, the first time.
    pub fn asked(&self, name: &str) -> &str {
        self.asked.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim()).unwrap_or_default()
    }

    /// The page of a long list that is asked for.
    pub fn page(&self) -> u32 {
        self.asked("page").parse().unwrap_or(1)
    }

    /// The zone in which instants are shown.
    pub fn zone(&self) -> TimeZone {
        self.pages.config.load().zone.clone()
    }

    /// An instant as people read it.
    pub fn when(&self, at: &str) -> Markup {
        when(&self.visitor, &self.zone(), at)
    }

    /// The same with its seconds.
    pub fn exact(&self, at: &str) -> Markup {
        exact(&self.visitor, &self.zone(), at)
    }

    /// The same where there may be none.
    pub fn when_known(&self, at: Option<&str>) -> Markup {
        when_known(&self.visitor, &self.zone(), at)
    }

    /// A day of the record, with its hour where one is given, as people read it.
    pub fn day(&self, date: &str, time: Option<&str>) -> Markup {
        day(&self.visitor, date, time)
    }

    /// One of two wordings.
    pub fn say(&self, es: &'static str, en: &'static str) -> &'static str {
        self.visitor.say(es, en)
    }

    /// The code of the language.
    pub fn language(&self) -> Option<String> {
        Some(if self.visitor.language == Language::Es { "es" } else { "en" }.to_owned())
    }

    /// The case of the address, as it is asked for.
    pub fn case(&self) -> String {
        format!("{}/{}", self.place("source"), self.place("number"))
    }

    /// The address of the case of a card.
    pub fn address(card: &CaseCard) -> String {
        links::case(&card.line.source, &card.line.number)
    }

    /// Looks at the case of the address; else the page that says why not.
    pub async fn at<T: DeserializeOwned>(&self, at: At) -> Result<T, Response> {
        self.ask(Ask::Look(Look { case: self.case(), language: self.language(), at })).await
    }

    /// Asks; else the page that says why there is no answer.
    pub async fn ask<T: DeserializeOwned>(&self, ask: Ask) -> Result<T, Response> {
        self.pages.line.get(ask, self.visitor.sight()).await.map_err(|refusal| self.refused(&refusal))
    }

    /// The card of the case of the address; a page that is not there where the source is another one's.
    pub async fn card(&self) -> Result<CaseCard, Response> {
        let card: CaseCard = self.at(At::Card).await?;
        if card.line.source.eq_ignore_ascii_case(self.place("source")) { Ok(card) } else { Err(self.unknown()) }
    }

    /// The page that says why there is no answer, in the language of whoever asks; the exact words are those of the program.
    pub fn refused(&self, refusal: &Refusal) -> Response {
        let (status, title, said) = match refusal.code {
            1 | 2 | 4 => (StatusCode::NOT_FOUND, self.say("No se encontró", "Not found"), face::why(&self.visitor, &refusal.why)),
            77 => {
                let words = self.say(
                    "Por privacidad, de este expediente se cuenta solo que tuvo actividad.",
                    "For privacy, nothing is told of this case but that it had activity.",
                );
                (StatusCode::FORBIDDEN, self.say("No se muestra", "Not shown"), html! { p.trouble role="alert" { (words) } })
            }
            _ => return face::refused(&self.visitor, "/cases", refusal),
        };
        let body = html! {
            (said)
            p { a href="/cases" { (self.say("Todos los expedientes", "All cases")) } }
        };
        face::with(status, &self.visitor, "/cases", title, &body)
    }

    /// That what the address names is not there.
    pub fn unknown(&self) -> Response {
        face::missing(&self.visitor)
    }
}

/// The page, or the one that says why there is none.
pub(super) fn either(page: Result<Response, Response>) -> Response {
    page.unwrap_or_else(|refused| refused)
}
