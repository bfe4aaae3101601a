//! What stands above the list of cases: what the brake holds, trouble that lasts, silences.
//!
//! Used by [`cases`](super). Each says where to look further.

use jiff::tz::TimeZone;
use maud::{Markup, html};

use crate::domain::access::Role;
use crate::web::moment::when;
use crate::web::said;
use crate::web::visitor::Visitor;
use crate::wire::api::cases::CaseList;

/// The notices; nothing when all is quiet.
pub(super) fn notices(list: &CaseList, zone: &TimeZone, visitor: &Visitor) -> Markup {
    html! {
        @for braked in &list.braked {
            div.notice.warn {
                p {
                    strong { (visitor.say("El freno retiene avisos de ", "The brake holds messages of ")) (said::text(&braked.source)) }
                    @if let Some(since) = &braked.since { " · " (visitor.say("desde ", "since ")) (when(visitor, zone, since)) }
                    " · " (visitor.say("envíos: ", "deliveries: ")) (braked.held)
                }
                ul.marks {
                    @for (kind, count) in &braked.changes { li { (said::kind(kind, visitor.language)) ": " (count) } }
                }
                p { a href="/sources" { (visitor.say("Decidir en Fuentes", "Decide at Sources")) } }
            }
        }
        @for condition in &list.conditions {
            div.notice.warn {
                p {
                    strong { (said::kind(&condition.kind, visitor.language)) }
                    @if let Some(subject) = &condition.subject { ": " (said::text(subject)) }
                    " · " (visitor.say("desde ", "since ")) (when(visitor, zone, &condition.since))
                }
                @if let Some(why) = condition.why.as_ref().filter(|_| visitor.may(Role::Editor)) { p.small lang="en" { (said::text(why)) } }
            }
        }
        @if !list.silences.is_empty() {
            p.notice {
                a href="/silences" {
                    (list.silences.len()) " "
                    @if list.silences.len() == 1 { (visitor.say("silencio activo", "active silence")) }
                    @else { (visitor.say("silencios activos", "active silences")) }
                }
            }
        }
    }
}
