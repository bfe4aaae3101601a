//! Who looks at a page, and in which language.
//!
//! Every page takes a [`Visitor`]. Who it is was found out by [`guard`](super::guard) before the page is reached.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE, HOST, HeaderName, REFERER};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri};

use axum::response::Response;

use super::Pages;
use super::denied::role_missing;
use super::entrance::By;
use crate::ask::line::Sight;
use crate::domain::about::Language;
use crate::domain::access::Role;

/// The cookie that holds the language that somebody chose.
pub(super) const LANGUAGE: &str = "lang";

/// Somebody whom the guard let pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The name of the user; `None`: whoever sits at this machine.
    pub user: Option<String>,
    /// What is allowed.
    pub role: Role,
}

/// Somebody who looks at a page.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Who.
    pub who: Who,
    /// How he came in; `None`: nobody is known, as at the log-in.
    pub by: Option<By>,
    /// The language of the page.
    pub language: Language,
    /// The page that was asked for, with its query.
    pub at: String,
    /// The page to come back to: the one that was asked for, or, of a change, the one that it was asked on.
    pub back: String,
}

impl Visitor {
    /// What of a record is shown.
    pub fn sight(&self) -> Sight {
        if self.may(Role::Editor) { Sight::Whole } else { Sight::AsTold }
    }

    /// Whether more than looking is allowed.
    pub fn may(&self, needed: Role) -> bool {
        self.who.role.may(needed)
    }

    /// Whether so much is allowed: every route that changes something asks before it does.
    ///
    /// # Errors
    /// The answer to who may not: a page, or below `/api` a problem.
    #[expect(clippy::result_large_err, reason = "it is the answer, made once and sent")]
    pub fn need(&self, needed: Role) -> Result<(), Response> {
        // Whoever finds a token must not make users or tokens with it, which would stay when it is revoked, nor read who did what.
        let by_token = matches!(self.by, Some(By::Token(_)));
        if self.may(needed) && !(by_token && needed == Role::Admin) { Ok(()) } else { Err(role_missing(self, needed)) }
    }

    /// One of two wordings.
    pub fn say(&self, es: &'static str, en: &'static str) -> &'static str {
        match self.language {
            Language::Es => es,
            Language::En => en,
        }
    }
}

impl FromRequestParts<Pages> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Infallible> {
        // Without a guard before it nobody may more than look.
        let who = parts.extensions.get::<Who>().cloned().unwrap_or(Who { user: None, role: Role::Viewer });
        let language = language(&parts.headers, pages.config.load().general.language);
        Ok(Self { who, by: parts.extensions.get::<By>().cloned(), language, at: path_of(&parts.uri), back: back(parts) })
    }
}

/// Where one may come back to: to ask the address of a change again would not show a page.
fn back(parts: &Parts) -> String {
    if parts.method.is_safe() {
        return path_of(&parts.uri);
    }
    let text = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let from: Option<Uri> = text(REFERER).and_then(|from| from.parse().ok());
    let own = from.filter(|from| from.authority().map(Authority::as_str) == text(HOST));
    own.map_or_else(|| "/".to_owned(), |from| path_of(&from))
}

/// The path and query of an address.
pub(super) fn path_of(uri: &Uri) -> String {
    uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
}

/// The value of a cookie.
pub(super) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().split_once('=').filter(|(key, _)| *key == name).map(|(_, value)| value))
}

/// The language that was chosen, else the first of those that a browser names which veedor has, else that of the watch list.
pub(super) fn language(headers: &HeaderMap, usual: Language) -> Language {
    if let Some(chosen) = cookie(headers, LANGUAGE).and_then(named) {
        return chosen;
    }
    let wished = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    wished.split(',').filter_map(|wish| named(wish.trim().split(['-', ';']).next().unwrap_or_default())).next().unwrap_or(usual)
}

/// A language by its code.
pub(super) fn named(code: &str) -> Option<Language> {
    match code.to_ascii_lowercase().as_str() {
        "es" => Some(Language::Es),
        "en" => Some(Language::En),
        _ => None,
    }
}

#[cfg(test)]
pub mod tests {
    use axum::http::HeaderValue;

    use super::*;

    /// Somebody at this machine who reads Spanish.
    pub fn somebody() -> Visitor {
        Visitor { who: Who { user: None, role: Role::Admin }, language: Language::Es, by: None, at: "/".to_owned(), back: "/".to_owned() }
    }

    #[test]
    fn the_language_is_the_one_chosen_else_the_browsers_else_the_watch_lists() {
        let with = |pairs: &[(axum::http::HeaderName, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.append(name.clone(), HeaderValue::from_static(value));
            }
            language(&headers, Language::Es)
        };
        assert_eq!(with(&[]), Language::Es);
        assert_eq!(with(&[(ACCEPT_LANGUAGE, "fr-FR, en-GB;q=0.8, es;q=0.5")]), Language::En);
        assert_eq!(with(&[(ACCEPT_LANGUAGE, "fr")]), Language::Es);
        assert_eq!(with(&[(ACCEPT_LANGUAGE, "es-EC"), (COOKIE, "a=b; lang=en; x=y")]), Language::En);
        assert_eq!(with(&[(COOKIE, "lang=<script>")]), Language::Es);
    }
}
