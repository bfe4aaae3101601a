//! Two versions side by side, entry by entry and word by word.
//!
//! Below a [`case`](super). On a telephone the older text stands above the newer one.

use axum::response::Response;
use maud::{Markup, html};

use super::super::looking::Looking;
use super::below;
use crate::ask::look::At;
use crate::message;
use crate::web::links;
use crate::web::said::{self, Side};
use crate::wire::api::case::CaseCard;
use crate::wire::api::diff::{ChangeForm, ComparedEntry, SideBySide};

/// The page.
pub(super) async fn page(look: &Looking) -> Result<Response, Response> {
    let card = look.card().await?;
    let wanted = |name: &str| Some(look.asked(name)).filter(|text| !text.is_empty()).map(str::parse::<u32>).transpose();
    let (Ok(from), Ok(to)) = (wanted("from"), wanted("to")) else { return Err(look.unknown()) };
    let found: SideBySide = look.at(At::SideBySide { from, to, page: look.page() }).await?;
    let at = Looking::address(&card);
    let (from, to) = (found.from.version, found.to.version);
    let pager = said::pager(found.page, found.pages, &format!("{at}/diff?from={from}&to={to}&page="), &look.visitor);
    let [added, edited, gone] = found.counts;
    let body = html! {
        (form(look, &at, &found))
        p {
            (look.say("Versión ", "Version ")) (from) ", " (look.exact(&found.from.seen_at)) " → "
            (look.say("versión ", "version ")) (to) ", " (look.exact(&found.to.seen_at))
        }
        p role="status" {
            @if found.total == 0 { (look.say("Estas dos versiones dicen lo mismo.", "These two versions say the same.")) }
            @else {
                (look.say("Diferencias: ", "Differences: ")) (found.total)
                " · " (look.say("actuaciones nuevas: ", "entries added: ")) (added)
                " · " (look.say("con contenido distinto: ", "with different content: ")) (edited)
                " · " (look.say("que no se observan: ", "not seen: ")) (gone)
            }
        }
        @if found.is_partial { p.notice { (look.say("Por privacidad, algunas diferencias no se muestran.", "For privacy, some differences are not shown.")) } }
        @for change in &found.changes { section.change { (one(look, &card, &found, change)) } }
        (pager)
    };
    let title = format!("{} {from} – {to} · {}", look.say("Diferencias", "Differences"), super::label(&card));
    Ok(below(look, &card, &title, &body))
}

fn form(look: &Looking, at: &str, found: &SideBySide) -> Markup {
    let side = |name: &str, label: &str, chosen: u32| {
        html! {
            div {
                label for=(name) { (label) }
                select id=(name) name=(name) {
                    @if !found.kept.contains(&chosen) { option value=(chosen) selected { (chosen) } }
                    @for number in found.kept.iter().rev() { option value=(number) selected[*number == chosen] { (number) } }
                }
            }
        }
    };
    html! {
        form.row method="get" action={ (at) "/diff" } {
            (side("from", look.say("Versión anterior", "Older version"), found.from.version))
            (side("to", look.say("Versión posterior", "Newer version"), found.to.version))
            button { (look.say("Comparar", "Compare")) }
        }
    }
}

fn one(look: &Looking, card: &CaseCard, found: &SideBySide, change: &ChangeForm) -> Markup {
    let entry_at = |version: u32, entry: &ComparedEntry| {
        format!("{}/versions/{version}/entry{}", Looking::address(card), links::query(&[("key", &entry.key)]))
    };
    let (older, newer) = (found.from.version, found.to.version);
    match change {
        ChangeForm::Added { entry } => html! {
            h2 { span.state.good { (look.say("Actuación nueva", "Entry added")) } }
            (pair(look, &html! { p.soft { "—" } }, &html! { ins.block { (alone(look, entry, &entry_at(newer, entry))) } }))
        },
        ChangeForm::Gone { entry } => html! {
            h2 { span.state.bad { (look.say("Actuación que no se observa", "Entry not seen")) } }
            (pair(look, &html! { del.block { (alone(look, entry, &entry_at(older, entry))) } }, &html! { p.soft { "—" } }))
        },
        ChangeForm::Edited { entry, title, text, date, withheld } => {
            let [before, after] = date;
            let side = |which: Side, day: &Option<String>, is_withheld: bool, version: u32| {
                html! {
                    p.num { @if before != after { strong { (dated(look, day.as_deref())) } } @else { (dated(look, day.as_deref())) } }
                    h3 { a href=(entry_at(version, entry)) { bdi { (said::words(title, which, &look.visitor)) } } }
                    @if is_withheld { p { span.state.warn { (look.say("la fuente reserva su contenido", "the source withholds its content")) } } }
                    div.text dir="auto" { (said::words(text, which, &look.visitor)) }
                }
            };
            let [was, is] = *withheld;
            let is_same = text.iter().chain(title).all(|[sign, _]| sign == "=") && before == after && was == is;
            html! {
                h2 { span.state.warn { (look.say("Actuación con contenido distinto", "Entry with different content")) } }
                @if is_same { p.soft { (look.say("La diferencia está en datos que aquí no se muestran (documentos, marcas, otros campos o lo que la privacidad oculta).", "The difference lies in data not shown here (documents, marks, other fields, or what privacy hides).")) } }
                (pair(look, &side(Side::Older, before, was, older), &side(Side::Newer, after, is, newer)))
            }
        }
        ChangeForm::Field { field, before, after } => html! {
            h2 { (look.say("Dato del expediente: ", "Field of the case: ")) (said::text(&message::field_name(field, look.visitor.language))) }
            (pair(look, &value(before.as_deref(), false), &value(after.as_deref(), true)))
        },
        ChangeForm::PartyAdded { role, name } => html! {
            h2 { span.state.good { (look.say("Parte nueva", "Party added")) } ": " (said::text(role)) }
            (pair(look, &value(None, false), &value(Some(name), true)))
        },
        ChangeForm::PartyGone { role, name } => html! {
            h2 { span.state.bad { (look.say("Parte que no se observa", "Party not seen")) } ": " (said::text(role)) }
            (pair(look, &value(Some(name), false), &value(None, true)))
        },
        ChangeForm::PartyRenamed { role, name, before } => html! {
            h2 { span.state.warn { (look.say("Nombre escrito de otra forma", "Name spelt otherwise")) } ": " (said::text(role)) }
            (pair(look, &value(Some(before), false), &value(Some(name), true)))
        },
    }
}

/// An entry that only one version has.
fn alone(look: &Looking, entry: &ComparedEntry, at: &str) -> Markup {
    html! {
        p.num { (dated(look, entry.date.as_deref())) }
        h3 { a href=(at) { bdi { (super::timeline::title(look, &entry.title)) } } }
        div.text dir="auto" { (said::text(&entry.text)) }
    }
}

fn dated(look: &Looking, date: Option<&str>) -> Markup {
    html! { @match date { Some(date) => (look.day(date, None)), None => "—" } }
}

fn value(value: Option<&str>, is_new: bool) -> Markup {
    html! {
        @match value.filter(|value| !value.is_empty()) {
            None => p.soft { "—" },
            Some(value) => p { @if is_new { ins { bdi { (said::text(value)) } } } @else { del { bdi { (said::text(value)) } } } },
        }
    }
}

/// The older beside the newer.
fn pair(look: &Looking, older: &Markup, newer: &Markup) -> Markup {
    html! {
        div.pair {
            div { p.side { (look.say("Antes", "Before")) } (older) }
            div { p.side { (look.say("Ahora", "Now")) } (newer) }
        }
    }
}
