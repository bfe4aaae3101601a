//! What is done at the console goes into the log of what was done, as what is done at the dashboard.
//!
//! Called around each answer to a command. Looking is not noted, and a visit is not: the record of its case shows it.

use super::Desk;
use crate::ask::access::Access;
use crate::ask::{Answer, Ask};
use crate::store::audit::Deed;
use crate::store::pulse::blocking;

/// What a question does, and about what; `None` when it only looks.
pub(super) fn deed(ask: &Ask) -> Option<(&'static str, Option<String>)> {
    let named = |what, about: &str| Some((what, Some(about.to_owned())));
    match ask {
        Ask::Import { source, case, .. } => Some(("import", Some(format!("{source} {case}")))),
        Ask::Retry { ids, end, .. } => {
            let about = if ids.is_empty() { "all".to_owned() } else { ids.join(" ") };
            Some((if *end { "end deliveries" } else { "retry" }, Some(about)))
        }
        Ask::Brake { source, release, .. } => named(if *release { "release" } else { "discard" }, source),
        Ask::Silence(wanted) => Some(("silence", wanted.case.clone().or_else(|| wanted.source.clone()))),
        Ask::EndSilence { id } => named("end silence", id),
        Ask::Add { source, number, .. } => Some(("add", Some(format!("{source} {number}")))),
        Ask::Remove { case } => named("remove", case),
        Ask::AddFeed(_) => Some(("feed add", None)),
        Ask::RevokeFeed { id } => named("feed revoke", id),
        Ask::Fsck { repair: true } => Some(("fsck --repair", None)),
        Ask::Export { .. } => Some(("export", None)),
        Ask::Reload => Some(("reload", None)),
        Ask::Access(access) => match access {
            Access::AddUser { name, role, .. } => Some(("user add", Some(format!("{name}, {role}")))),
            Access::Password { name, .. } => named("user passwd", name),
            Access::Role { name, role } => Some(("user role", Some(format!("{name}, {role}")))),
            Access::Disable { name, disabled } => named(if *disabled { "user disable" } else { "user enable" }, name),
            Access::RemoveUser { name } => named("user remove", name),
            Access::EndSessions { name } => named("end sessions", name),
            Access::AddToken { name, role, .. } => Some(("token add", Some(format!("{name}, {role}")))),
            Access::RevokeToken { name, .. } => named("token revoke", name),
            Access::Users | Access::Tokens | Access::Audit { .. } => None,
        },
        _ => None,
    }
}

/// Notes it. One that cannot be noted is done all the same, and the log says so.
pub(super) async fn audit(desk: &Desk, what: &str, about: Option<String>, answer: &Answer) {
    let refused = match answer {
        Answer::Data(_) => None,
        Answer::No { code, .. } => Some(format!("exit code {code}")),
    };
    let deed = Deed { at: desk.handles.clock.now(), user: None, token: None, from: None, what: what.to_owned(), about, refused };
    let store = desk.handles.store.clone();
    if let Err(error) = blocking(move || store.audit(deed)).await {
        tracing::error!(%error, "what was done at the console could not be noted");
    }
}
