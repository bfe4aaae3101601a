//! `/silences`: what is muted, by whom and until when; muting, and the end of it.

mod kinds;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;

use crate::ask::line::Refusal;
use crate::ask::{Ask, Wanted};
use crate::domain::access::Role;
use crate::domain::sentence;
use crate::web::face::{is_about_the_form, lead_to, refused};
use crate::web::fields::Fields;
use crate::web::moment::when;
use crate::web::pages::done::{Done, notice};
use crate::web::visitor::Visitor;
use crate::web::{Pages, face, trail};
use crate::wire::api::silences::{SilenceLine, SilenceList};

const PART: &str = "/silences";

/// For how long one may mute with a press: hours, and the two names.
const LENGTHS: [(i64, &str, &str); 6] = [
    (12, "12 horas", "12 hours"),
    (24, "un día", "a day"),
    (72, "tres días", "three days"),
    (168, "una semana", "a week"),
    (720, "30 días", "30 days"),
    (2160, "90 días", "90 days"),
];

/// The list, and the form below it.
pub(in crate::web) async fn list(
    visitor: Visitor,
    State(pages): State<Pages>,
    Query(Done { done }): Query<Done>,
    Query(typed): Query<Form>,
) -> Response {
    shown(&visitor, &pages, &typed, &notice(&visitor, &done), None).await
}

/// The page, with what was typed in the form and why it cannot be taken.
async fn shown(visitor: &Visitor, pages: &Pages, typed: &Form, said: &Markup, trouble: Option<&Refusal>) -> Response {
    let list: SilenceList = match pages.line.get(Ask::Silences, visitor.sight()).await {
        Ok(list) => list,
        Err(refusal) => return refused(visitor, PART, &refusal),
    };
    let tags = pages.tags(visitor).await;
    let config = pages.config.load();
    let (active, ended): (Vec<_>, Vec<_>) = list.silences.iter().partition(|silence| silence.state == "active");
    let body = html! {
        (said)
        @if let Some(refusal) = trouble { div #trouble { (face::why(visitor, &refusal.why)) } }
        p.lead {
            (visitor.say(
                "Lo silenciado se guarda, se muestra y se cuenta como siempre; solo no se envía. Al terminar, cada destinatario recibe un resumen.",
                "What is muted is kept, shown and counted as ever; only it is not sent. At the end each recipient gets a summary.",
            ))
        }
        h2 { (visitor.say("Activos", "Active")) }
        @if active.is_empty() { p { (visitor.say("Nada está silenciado.", "Nothing is muted.")) } }
        ul.cards { @for silence in active { (card(visitor, &config.zone, silence)) } }
        @if visitor.may(Role::Editor) { (form(visitor, pages, &tags, typed)) }
        @if !ended.is_empty() {
            details {
                summary { (visitor.say("Terminados", "Ended")) " (" (ended.len()) ")" }
                ul.cards { @for silence in ended { (card(visitor, &config.zone, silence)) } }
            }
        }
    };
    let status = trouble.map_or(StatusCode::OK, |refusal| face::refusal_of(visitor, refusal).0);
    face::with(status, visitor, PART, visitor.say("Silencios", "Silences"), &body)
}

fn card(visitor: &Visitor, zone: &TimeZone, silence: &SilenceLine) -> Markup {
    let say = |es, en| visitor.say(es, en);
    html! {
        li.card #(silence.id) {
            h3 { (scope(visitor, silence)) }
            p { (silence.because) }
            dl.facts {
                dt { (say("Quién", "Who")) }
                dd { (silence.by) @if silence.by_recipient { " · " (say("por el enlace de un mensaje", "by the link in a message")) } }
                @match (&silence.ended, &silence.until) {
                    (Some(ended), _) => { dt { (say("Terminó", "Ended")) } dd { (when(visitor, zone, ended)) } },
                    (None, Some(until)) => { dt { (say("Hasta", "Until")) } dd { (when(visitor, zone, until)) } },
                    (None, None) => { dt { (say("Hasta", "Until")) } dd { (say("que lo retire", "it is taken back")) } },
                }
                dt { (say("Mensajes", "Messages")) } dd.num { (silence.muted) }
                @if silence.critical { dt { (say("También", "Also")) } dd { (say("lo crítico", "what is critical")) } }
            }
            @if silence.state == "active" && visitor.may(Role::Editor) {
                form method="post" action={ (PART) "/" (silence.id) "/end" } {
                    button.quiet { (say("Terminar ahora", "End now")) }
                }
            }
        }
    }
}

fn scope(visitor: &Visitor, silence: &SilenceLine) -> String {
    let say = |es, en| visitor.say(es, en);
    let mut parts = Vec::new();
    if let Some(case) = &silence.case {
        parts.push(case.name.as_ref().map_or_else(|| case.number.clone(), |name| format!("{name} ({})", case.number)));
    }
    parts.extend(silence.source.as_ref().map(|source| format!("{} {source}", say("fuente", "source"))));
    parts.extend(silence.tag.as_ref().map(|tag| format!("{} {tag}", say("etiqueta", "tag"))));
    if !silence.kinds.is_empty() {
        parts.push(silence.kinds.iter().map(|pattern| kinds::in_words(visitor, pattern)).collect::<Vec<_>>().join(", "));
    }
    parts.extend(silence.channel.as_ref().map(|channel| format!("{} {channel}", say("canal", "channel"))));
    parts.extend(silence.to.clone());
    parts.join(" · ")
}

fn form(visitor: &Visitor, pages: &Pages, tags: &[String], typed: &Form) -> Markup {
    let hours = LENGTHS.iter().find(|(hours, ..)| hours.to_string() == typed.hours).map_or(72, |(hours, ..)| *hours);
    let say = |es, en| visitor.say(es, en);
    let config = pages.config.load();
    let any = say("cualquiera", "any");
    html! {
        h2 #new { (say("Silenciar", "Mute")) }
        form method="post" action=(PART) aria-labelledby="new" {
            p.soft { (say("Se silencia lo que cumple con todo lo que se nombre; nombre al menos una cosa.", "What meets all that is named is muted; name one thing at least.")) }
            div.row {
                div { label for="case" { (say("Expediente (número o nombre)", "Case (number or name)")) } input #case name="case" value=(typed.case) autocomplete="off"; }
                div {
                    label for="tag" { (say("Etiqueta", "Tag")) }
                    select #tag name="tag" { option value="" { (any) } @for tag in tags { option selected[*tag == typed.tag] { (tag) } } }
                }
                div {
                    label for="channel" { (say("Canal", "Channel")) }
                    select #channel name="channel" { option value="" { (any) } @for channel in &config.channels { option selected[channel.id == typed.channel] { (channel.id) } } }
                }
            }
            (kinds::chooser(visitor, &typed.patterns()))
            div.row {
                div {
                    label for="hours" { (say("Durante", "For")) }
                    select #hours name="hours" {
                        @for (length, es, en) in &LENGTHS { option value=(length) selected[*length == hours] { (say(es, en)) } }
                    }
                }
                @if visitor.who.user.is_none() {
                    div { label for="by" { (say("Quién lo pide", "Who asks for it")) } input #by name="by" value=(typed.by) required maxlength="80"; }
                }
                div { label for="because" { (say("Por qué", "Why")) } input #because name="because" value=(typed.because) required maxlength="300"; }
            }
            div.field {
                label { input type="checkbox" name="critical" value="yes" checked[typed.critical.is_some()]; (say("También lo crítico", "What is critical too")) }
            }
            button { (say("Silenciar", "Mute")) }
        }
    }
}

/// What the form sends, and what a link to it fills in.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Form {
    case: String,
    tag: String,
    channel: String,
    kinds: String,
    hours: String,
    by: String,
    because: String,
    critical: Option<String>,
}

impl Form {
    /// What was sent: the kinds that were ticked, and those that were typed.
    fn sent(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        let kinds: Vec<&str> = fields.all("kind").chain([fields.get("kinds")]).collect();
        Self {
            case: text("case"),
            tag: text("tag"),
            channel: text("channel"),
            kinds: kinds.join(" "),
            hours: text("hours"),
            by: text("by"),
            because: text("because"),
            critical: Some(text("critical")).filter(|critical| !critical.is_empty()),
        }
    }

    /// The patterns of kinds, as typed or ticked.
    fn patterns(&self) -> Vec<&str> {
        self.kinds.split([',', ' ']).filter(|kind| !kind.is_empty()).collect()
    }

    fn wanted(&self, visitor: &Visitor, now: Timestamp) -> Result<Wanted, Refusal> {
        let given = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let hours = LENGTHS.iter().find(|(hours, ..)| hours.to_string() == self.hours).map(|(hours, ..)| *hours);
        let until = hours
            .and_then(|hours| now.checked_add(hours.hours()).ok())
            .ok_or_else(|| Refusal { why: sentence::SILENCE_LENGTH.with(&[&self.hours]), code: 2 })?;
        Ok(Wanted {
            source: None,
            case: given(&self.case),
            kinds: self.patterns().into_iter().map(str::to_owned).collect(),
            tag: given(&self.tag),
            channel: given(&self.channel),
            to: None,
            critical: self.critical.is_some(),
            by: visitor.who.user.clone().unwrap_or_else(|| self.by.clone()),
            because: self.because.clone(),
            until: until.to_string(),
        })
    }
}

/// Begins a silence.
pub(in crate::web) async fn begin(visitor: Visitor, State(pages): State<Pages>, fields: Fields) -> Response {
    if let Err(denied) = visitor.need(Role::Editor) {
        return denied;
    }
    let form = Form::sent(&fields);
    let wanted = match form.wanted(&visitor, pages.clock.now()) {
        Ok(wanted) => wanted,
        Err(refusal) => return not_begun(&visitor, &pages, &form, &refusal).await,
    };
    let (begun, about) = trail::asked::<Value>(&pages, &visitor, Ask::Silence(wanted)).await;
    about.with(match begun {
        Ok(_) => lead_to("/silences?done=muted"),
        Err(refusal) => not_begun(&visitor, &pages, &form, &refusal).await,
    })
}

/// The form again, with what was typed, where that is at fault.
async fn not_begun(visitor: &Visitor, pages: &Pages, form: &Form, refusal: &Refusal) -> Response {
    if is_about_the_form(refusal) {
        return shown(visitor, pages, form, &html! {}, Some(refusal)).await;
    }
    refused(visitor, PART, refusal)
}

/// Ends one.
pub(in crate::web) async fn end(visitor: Visitor, State(pages): State<Pages>, Path(id): Path<String>) -> Response {
    if let Err(denied) = visitor.need(Role::Editor) {
        return denied;
    }
    trail::change(&pages, &visitor, PART, Ask::EndSilence { id }, "/silences?done=unmuted").await
}
