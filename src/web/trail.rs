//! What was done at the dashboard and the API, and what was refused, goes into the log of what was done.
//!
//! Begun and ended by [`guard`](super::guard) around each change; the log-in, before which nobody is known, notes itself. Method, path, who and
//! from where, about what and how it ended: what was typed stands in it only where a page says that it may ([`About`]), and neither passwords
//! nor tokens ever do.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use serde::de::DeserializeOwned;

use super::Pages;
use super::caller::Caller;
use super::entrance::By;
use super::face::done;
use super::visitor::{Visitor, Who};
use crate::ask::line::Refusal;
use crate::ask::{Answer, Ask, deed};
use crate::domain::deed::Outcome;
use crate::store::audit::Deed;
use crate::store::pulse::blocking;

/// What a change was about and how it ended, said by a page in the extensions of its answer.
#[derive(Debug, Clone)]
pub struct About {
    about: Option<String>,
    outcome: Outcome,
}

impl About {
    /// Of a question and its answer.
    pub fn of(ask: &Ask, answer: &Answer) -> Self {
        let said = deed::deed(ask).and_then(|(_, about)| about).into_iter().chain(deed::made(ask, answer));
        let about = Some(said.collect::<Vec<_>>().join(", ")).filter(|about| !about.is_empty());
        Self { about, outcome: deed::outcome(ask, answer) }
    }

    /// The same, which ended so.
    pub fn ending(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
    }

    /// The same, which had been done before for the same key.
    pub fn replayed(self) -> Self {
        if matches!(self.outcome, Outcome::Refused(_)) { self } else { self.ending(Outcome::Replayed) }
    }

    /// Said with this answer.
    pub fn with(self, mut answer: Response) -> Response {
        answer.extensions_mut().insert(self);
        answer
    }
}

/// Asks for a change; what is to be noted of it goes with the answer to the browser.
pub(super) async fn asked<T: DeserializeOwned>(pages: &Pages, visitor: &Visitor, ask: Ask) -> (Result<T, Refusal>, About) {
    let answer = pages.line.ask(ask.clone(), visitor.sight()).await;
    let about = About::of(&ask, &answer);
    (answer.read(), about)
}

/// Asks for a change of a page of this part, and ends with the next page or with why it was not made.
pub(super) async fn change(pages: &Pages, visitor: &Visitor, part: &str, ask: Ask, next: &str) -> Response {
    let (made, about) = asked(pages, visitor, ask).await;
    about.with(done(visitor, part, made, next))
}

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
        let deed = self.deed(pages, None, Outcome::Refused(refused.to_owned()));
        if !pages.store.audit_soon(deed.clone()) {
            // The disk is far behind; a note that is late is better than none.
            noted(pages, deed).await;
        }
    }

    /// Notes how it ended.
    pub async fn note(self, pages: &Pages, about: Option<String>, outcome: Outcome) {
        noted(pages, self.deed(pages, about, outcome)).await;
    }

    fn deed(self, pages: &Pages, about: Option<String>, outcome: Outcome) -> Deed {
        let Self { user, token, from, what } = self;
        Deed { at: pages.entrance.clock.now(), user, token, from: Some(from), what, about, outcome }
    }
}

async fn noted(pages: &Pages, deed: Deed) {
    let store = pages.store.clone();
    if let Err(error) = blocking(move || store.audit(deed)).await {
        tracing::error!(%error, "what was done at the dashboard could not be noted");
    }
}

/// Notes what was done, and what was refused; what was typed wrongly, so that nothing was asked for, is no deed.
pub(super) async fn ended(pages: &Pages, trail: Option<Trail>, mut answer: Response, refused: Option<&str>) -> Response {
    let told = answer.extensions_mut().remove::<About>();
    let Some(trail) = trail else { return answer };
    let status = answer.status();
    let is_well = status.is_success() || status.is_redirection();
    let refused = refused.map(str::to_owned).or_else(|| (status == StatusCode::FORBIDDEN).then(|| "the role may not".to_owned()));
    let (about, outcome) = match (told, refused) {
        (told, Some(why)) => (told.and_then(|told| told.about), Outcome::Refused(why)),
        (Some(About { about, outcome }), None) => (about, outcome),
        (None, None) if is_well => (None, Outcome::Done),
        (None, None) => return answer,
    };
    let is_refused = matches!(outcome, Outcome::Refused(_));
    if is_refused && pages.entrance.refusals.take(&trail.who(), pages.entrance.clock.now()).is_err() {
        return answer;
    }
    trail.note(pages, about, outcome).await;
    answer
}

/// An answer that says what the change was about.
pub(super) fn about(answer: Response, what: impl Into<String>) -> Response {
    About { about: Some(what.into()), outcome: Outcome::Done }.with(answer)
}
