//! What a question does, and about what, as it stands in the log of what was done.
//!
//! Asked by `web::trail` and `daemon::answers::console`, so that the same change reads alike wherever it was asked for. It names cases, tags,
//! channels and people; never a password, a token, the address of a feed or what a court wrote.

use serde_json::Value;

use super::access::Access;
use super::board::FeedWanted;
use super::{Answer, Ask, Wanted, Which};
use crate::domain::deed::Outcome;

/// What a question does, and about what; `None` when it only looks.
pub fn deed(ask: &Ask) -> Option<(&'static str, Option<String>)> {
    let named = |what, about: &str| Some((what, Some(about.to_owned())));
    match ask {
        Ask::Import { source, case, .. } => Some(("import", Some(format!("{source} {case}")))),
        Ask::Poll { cases, dry_run } => {
            let about = if cases.is_empty() { "all".to_owned() } else { cases.join(" ") };
            Some((if *dry_run { "poll --dry-run" } else { "poll" }, Some(about)))
        }
        Ask::Retry { ids, end, which } => {
            let about = if ids.is_empty() { picked(which) } else { ids.join(" ") };
            Some((if *end { "end deliveries" } else { "retry" }, Some(about)))
        }
        Ask::Brake { source, release, all } => {
            let about = format!("{source}{}", if *all { ", all of it" } else { "" });
            Some((if *release { "release" } else { "discard" }, Some(about)))
        }
        Ask::Silence(wanted) => Some(("silence", Some(silence(wanted)))),
        Ask::EndSilence { id } => named("end silence", id),
        Ask::Add { source, number, .. } => Some(("add", Some(format!("{source} {number}")))),
        Ask::Remove { case } => named("remove", case),
        Ask::AddFeed(wanted) => Some(("feed add", Some(feed(wanted)))),
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
        // Named one by one, so that a question that is added is either noted or known to look only. A backup is a copy, as one that is written daily.
        Ask::Fsck { repair: false } | Ask::Backup { .. } | Ask::Doctor { .. } | Ask::Status => None,
        Ask::List | Ask::Show { .. } | Ask::Diff { .. } | Ask::Versions { .. } | Ask::Look(_) | Ask::Page { .. } => None,
        Ask::Event { .. } | Ask::Events { .. } | Ask::EventBody { .. } | Ask::Hearings { .. } | Ask::Clocks { .. } => None,
        Ask::HearingBoard(_) | Ask::Today { .. } | Ask::Delays(_) | Ask::Deliveries { .. } | Ask::Silences => None,
        Ask::Sources | Ask::Public { .. } | Ask::Feeds | Ask::Feed(_) => None,
    }
}

/// How it ended, by its answer.
pub fn outcome(ask: &Ask, answer: &Answer) -> Outcome {
    match (ask, answer) {
        (_, Answer::No { code, .. }) => Outcome::refused_with(*code),
        (Ask::Add { .. }, Answer::Data(data)) if data["added"] == false => Outcome::Unchanged,
        (Ask::Retry { .. }, Answer::Data(data)) if is_nothing(&data["retried"]) && is_nothing(&data["dropped"]) => Outcome::Unchanged,
        _ => Outcome::Done,
    }
}

/// What is known about it only when it is done: the id of what was made.
pub fn made(ask: &Ask, answer: &Answer) -> Option<String> {
    match (ask, answer) {
        (Ask::Silence(_) | Ask::AddFeed(_), Answer::Data(data)) => data["id"].as_str().map(str::to_owned),
        _ => None,
    }
}

fn is_nothing(list: &Value) -> bool {
    list.as_array().is_none_or(Vec::is_empty)
}

/// Something that was given, with its name before it.
fn said(name: &str, text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(|text| format!("{name} {text}"))
}

fn picked(which: &Which) -> String {
    let narrowed = [said("channel", which.channel.as_deref()), which.delivered.then(|| "also those that arrived".to_owned())];
    let narrowed: Vec<String> = std::iter::once("all".to_owned()).chain(narrowed.into_iter().flatten()).collect();
    narrowed.join(", ")
}

/// `case 17721-2024-00011G, channel mesa; by ana`.
fn silence(wanted: &Wanted) -> String {
    let Wanted { source, case, kinds, tag, channel, to, critical, by, .. } = wanted;
    let parts = [
        said("case", case.as_deref()),
        said("source", source.as_deref()),
        said("tag", tag.as_deref()),
        said("kinds", Some(&kinds.join(" "))),
        said("channel", channel.as_deref()),
        said("to", to.as_deref()),
        critical.then(|| "critical too".to_owned()),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let by = said("by", Some(by)).map(|by| format!("; {by}")).unwrap_or_default();
    format!("{}{by}", parts.join(", "))
}

/// `for María: tag sobornos`.
fn feed(wanted: &FeedWanted) -> String {
    let scope = said("tag", wanted.tag.as_deref()).or_else(|| said("case", wanted.case.as_deref()));
    format!("for {}: {}", wanted.name.trim(), scope.as_deref().unwrap_or("all cases"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_says_about_what_it_is() {
        let about = |ask: Ask| deed(&ask).and_then(|(what, about)| Some(format!("{what}: {}", about?))).expect("a change with an object");
        let wanted = Wanted {
            case: Some("A-1".into()),
            kinds: vec!["filing.*".into(), "entry.added".into()],
            channel: Some("mesa".into()),
            critical: true,
            by: "ana".into(),
            ..Wanted::default()
        };
        assert_eq!(about(Ask::Silence(wanted)), "silence: case A-1, kinds filing.* entry.added, channel mesa, critical too; by ana");
        let feed = |tag: &str, case: &str| {
            let given = |text: &str| Some(text.to_owned());
            about(Ask::AddFeed(FeedWanted { name: " Ana ".into(), tag: given(tag), case: given(case), language: None }))
        };
        assert_eq!(feed("t", ""), "feed add: for Ana: tag t");
        assert_eq!(feed("", "A-1"), "feed add: for Ana: case A-1");
        assert_eq!(feed("", ""), "feed add: for Ana: all cases");
        assert_eq!(about(Ask::Poll { cases: vec!["x/1".into()], dry_run: false }), "poll: x/1");
        let which = Which { channel: Some("mesa".into()), ..Which::default() };
        assert_eq!(about(Ask::Retry { ids: Vec::new(), end: false, which }), "retry: all, channel mesa");
        assert_eq!(about(Ask::Brake { source: "x".into(), release: false, all: true }), "discard: x, all of it");
    }

    #[test]
    fn nothing_changed_is_told_apart_from_a_change_and_from_a_refusal() {
        let add = Ask::Add { source: "x".into(), number: "1".into(), name: None, tags: Vec::new() };
        let again = Ask::Retry { ids: vec!["1".into()], end: false, which: Which::default() };
        for (ask, data, wanted) in [
            (&add, json!({"added": true}), Outcome::Done),
            (&add, json!({"added": false}), Outcome::Unchanged),
            (&again, json!({"retried": []}), Outcome::Unchanged),
            (&again, json!({"retried": ["1"]}), Outcome::Done),
            (&again, json!({"dropped": ["1"]}), Outcome::Done),
        ] {
            assert_eq!(outcome(ask, &Answer::Data(data.clone())), wanted, "{data}");
        }
        assert_eq!(outcome(&add, &Answer::No { why: "no".into(), code: 2 }), Outcome::Refused("exit code 2".into()));
    }
}
