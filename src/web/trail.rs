//! What was done at the dashboard and the API, and what was refused, goes into the log of what was done.
//!
//! Begun and ended by [`guard`](super::guard) around each change; the log-in, before which nobody is known, notes itself. Method, path, who and
//! from where: what was typed stands in it only where a page says that it may ([`About`]), and neither passwords nor tokens ever do.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;

use super::Pages;
use super::caller::Caller;
use super::entrance::By;
use super::visitor::Who;
use crate::store::audit::Deed;
use crate::store::pulse::blocking;

/// What a change was about, said by a page in the extensions of its answer: a case, a user, the name of a token.
#[derive(Debug, Clone)]
pub struct About(pub String);

/// Something that is being done.
#[derive(Debug)]
pub(super) struct Trail {
    user: Option<String>,
    token: Option<String>,
    from: String,
    what: String,
}

impl Trail {
    /// Begins with what is known before it is done.
    pub fn begin(request: &Request, who: &Who, by: &By, caller: &Caller) -> Self {
        let what = format!("{} {}", request.method(), request.uri().path());
        Self::of(what, who.user.clone(), by, caller)
    }

    /// Begins what has a name of its own.
    pub fn of(what: String, user: Option<String>, by: &By, caller: &Caller) -> Self {
        let token = if let By::Token(name) = by { Some(name.clone()) } else { None };
        Self { user, token, from: caller.address.to_string(), what }
    }

    /// Who is counted.
    fn who(&self) -> String {
        format!("{}\n{}", self.user.as_deref().unwrap_or_default(), self.token.as_deref().unwrap_or_default())
    }

    /// Notes that it was refused, without keeping whoever asked waiting: how long the answer takes must not tell whether something was noted.
    pub async fn note_soon(self, pages: &Pages, refused: &str) {
        let deed = self.deed(pages, None, Some(refused.to_owned()));
        if !pages.store.audit_soon(deed.clone()) {
            // The disk is far behind; a note that is late is better than none.
            noted(pages, deed).await;
        }
    }

    /// Notes how it ended.
    pub async fn note(self, pages: &Pages, about: Option<String>, refused: Option<String>) {
        noted(pages, self.deed(pages, about, refused)).await;
    }

    fn deed(self, pages: &Pages, about: Option<String>, refused: Option<String>) -> Deed {
        let Self { user, token, from, what } = self;
        Deed { at: pages.entrance.clock.now(), user, token, from: Some(from), what, about, refused }
    }
}

async fn noted(pages: &Pages, deed: Deed) {
    let store = pages.store.clone();
    if let Err(error) = blocking(move || store.audit(deed)).await {
        tracing::error!(%error, "what was done at the dashboard could not be noted");
    }
}

/// Notes what was done, and what was refused for want of rights; what was typed wrongly is no deed.
pub(super) async fn ended(pages: &Pages, trail: Option<Trail>, mut answer: Response, refused: Option<&str>) -> Response {
    let about = answer.extensions_mut().remove::<About>().map(|About(about)| about);
    let Some(trail) = trail else { return answer };
    let status = answer.status();
    let refused = refused.map(str::to_owned).or_else(|| (status == StatusCode::FORBIDDEN).then(|| "the role may not".to_owned()));
    if refused.is_some() && pages.entrance.refusals.take(&trail.who(), pages.entrance.clock.now()).is_err() {
        return answer;
    }
    if refused.is_some() || status.is_success() || status.is_redirection() {
        trail.note(pages, about, refused).await;
    }
    answer
}

/// An answer that says what the change was about.
pub(super) fn about(mut answer: Response, what: impl Into<String>) -> Response {
    answer.extensions_mut().insert(About(what.into()));
    answer
}
