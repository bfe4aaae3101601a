//! `veedor deliveries`, `veedor release` and `veedor discard`: the outbox. `veedor retry` is in [`retry`](super::retry).

use serde_json::Value;

use super::list::told;
use super::{Common, Done, Exit, ask, print};
use crate::ask::Ask;

/// What both commands that decide about the brake say below their help.
pub const BRAKE: &str = "When more than a fifth of a source's cases, and at least five, change in the same way within one round, it is rather \
the site than the cases. What they tell is held from then on, and source.drift goes to the log and to the channels that ask for it. \
What was sent before stays sent; versions are kept all the while. `veedor list` says which sources are braked, `veedor deliveries \
--failed` what is held, `veedor show` and `veedor diff` what the court's pages said.\n\n\
release sends each held message once, under its id, and lets the same change through for the rest of the round. discard ends the \
changes: they are kept and never sent. What the same visits told besides is sent, a ruling for instance; `veedor list` says beforehand \
what that is, and --all ends it as well. Cases that were not read since the change began will show it at their next visit, and it is \
held again then; every other later change is told as usual.";

/// Prints deliveries, newest first: a line each, or all about one or about those of a case.
pub fn list(common: &Common, about: Option<String>, failed: bool, limit: usize) -> Done {
    let data = ask::ask(common, Ask::Deliveries { about: about.clone(), failed, limit, state: None, channel: None, after: None })?;
    if common.json {
        print::json(&data);
        return Ok(Exit::Done);
    }
    let deliveries = list_in(&data, "deliveries");
    match about {
        Some(about) if deliveries.is_empty() => {
            print::line(&format!("no message about {about} was made; `veedor check` shows who hears of it"));
        }
        Some(_) => deliveries.iter().for_each(detail),
        None => {
            let rows: Vec<Vec<String>> = deliveries.iter().map(row).collect();
            print::table(&["ID", "STATE", "WHEN", "CHANNEL", "TO", "CASE", "VERSION", "EVENTS", "LAST ANSWER"], &rows);
            if !common.quiet && !rows.is_empty() {
                print::line("`veedor deliveries ID` or `veedor deliveries CASE` shows every attempt and answer");
            }
        }
    }
    Ok(Exit::Done)
}

pub(super) fn list_in<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The state; one that waits for its channel to be mended says so.
fn state(delivery: &Value) -> String {
    let misconfigured = list_in(delivery, "attempts").last().is_some_and(|last| last["outcome"] == "misconfigured");
    match delivery["state"].as_str() {
        Some("waiting") if misconfigured => "waiting for its channel to be mended".to_owned(),
        _ => match delivery["waits_for"].as_str() {
            Some("digest") => "waiting for the digest".to_owned(),
            Some("quiet") => "waiting for the end of quiet hours".to_owned(),
            _ => print::field(delivery, "state"),
        },
    }
}

/// The cases of a digest.
fn cases(delivery: &Value) -> Vec<&str> {
    let mut cases: Vec<&str> = list_in(delivery, "events").iter().filter_map(|event| event["case"].as_str()).collect();
    cases.sort_unstable();
    cases.dedup();
    cases
}

/// The case of a delivery, or how many a digest tells of.
fn case(delivery: &Value) -> String {
    if delivery["digest"] != true {
        return print::field(&delivery["case"], "number");
    }
    match cases(delivery)[..] {
        [one] => print::clean(one),
        ref many => format!("{} cases", many.len()),
    }
}

/// The versions of the case that its events stand in.
fn versions(delivery: &Value) -> Vec<u64> {
    let mut versions: Vec<u64> = list_in(delivery, "events").iter().filter_map(|event| event["version"].as_u64()).collect();
    // Of several cases they say nothing together.
    if delivery["digest"] == true && cases(delivery).len() > 1 {
        versions.clear();
    }
    versions.dedup();
    versions
}

fn row(delivery: &Value) -> Vec<String> {
    let attempts = list_in(delivery, "attempts");
    let last = attempts.last().map_or("–".to_owned(), |last| format!("{} (attempt {})", print::field(last, "detail"), attempts.len()));
    let kinds: Vec<&str> = list_in(delivery, "events").iter().filter_map(|event| event["kind"].as_str()).collect();
    vec![
        print::field(delivery, "id"),
        state(delivery),
        print::minute(delivery, "at"),
        print::field(delivery, "channel"),
        print::field(delivery, "recipient"),
        case(delivery),
        versions(delivery).iter().map(u64::to_string).collect::<Vec<_>>().join(" "),
        kinds.join(" "),
        delivery["reason"].as_str().map_or(last, print::clean),
    ]
}

fn detail(delivery: &Value) {
    let is_digest = delivery["digest"] == true;
    let to = print::field(delivery, "recipient");
    let to = if to.is_empty() { String::new() } else { format!(" to {to}") };
    print::line(&print::bold(&format!("{}  {}", print::field(delivery, "id"), state(delivery))));
    print::line(&format!("  channel  {}{to}", print::field(delivery, "channel")));
    let name = delivery["case"]["name"].as_str().map(print::clean).unwrap_or_default();
    print::line(&format!("  case     {} {name}", case(delivery)));
    for event in list_in(delivery, "events") {
        let of = if is_digest { format!(" of {}", print::field(event, "case")) } else { String::new() };
        print::line(&format!(
            "  event    {}  {}, version {}{of}",
            print::field(event, "id"),
            print::field(event, "kind"),
            event["version"]
        ));
    }
    print::line(&format!("  made     {}", print::minute(delivery, "created")));
    for attempt in list_in(delivery, "attempts") {
        let (at, outcome) = (print::minute(attempt, "at"), print::field(attempt, "outcome"));
        print::line(&format!("  attempt  {at}  {outcome} after {} ms: {}", attempt["took_ms"], print::field(attempt, "detail")));
    }
    match delivery["state"].as_str() {
        Some("open") => {
            let what = match delivery["waits_for"].as_str() {
                Some("digest") => "gathers the news of its cases for the digest",
                Some("quiet") => "gathers news of its case over the quiet hours",
                _ => "gathers news of its case",
            };
            print::line(&format!("  next     {what} until {}", print::minute(delivery, "at")));
        }
        Some("waiting") => {
            let why = match (delivery["reason"].as_str(), delivery["waits_for"].as_str()) {
                (Some(why), _) => format!("; it {}", print::clean(why)),
                (None, Some("digest")) => "; its channel is told then".to_owned(),
                (None, Some("quiet")) => "; its channel is quiet until then".to_owned(),
                _ => String::new(),
            };
            print::line(&format!("  next     tried at {}{why}", print::minute(delivery, "at")));
        }
        Some("dead") => print::line(&format!("  given up {}: {}", print::minute(delivery, "at"), print::field(delivery, "reason"))),
        Some("held") => {
            print::line(&format!("  held     {}", print::field(delivery, "reason")));
            if delivery["braked"] != true {
                print::line(&format!(
                    "  next     tried at {}, or when the watch list is mended and reloaded",
                    print::minute(delivery, "at")
                ));
            }
        }
        Some("muted") => print::line(&format!("  muted    {}: {}", print::minute(delivery, "at"), print::field(delivery, "reason"))),
        Some("dropped") => print::line(&format!("  dropped  {}: {}", print::minute(delivery, "at"), print::field(delivery, "reason"))),
        _ => {}
    }
    let mut shown: Vec<(String, u64)> =
        list_in(delivery, "events").iter().filter_map(|event| Some((print::field(event, "case"), event["version"].as_u64()?))).collect();
    shown.sort();
    shown.dedup();
    for (case, version) in shown {
        print::line(&format!("  look     veedor show {case} --version {version}"));
    }
}

/// Sends what the brake holds of a source, or ends it; `all` ends what only came with it too.
pub fn brake(common: &Common, source: String, release: bool, all: bool) -> Done {
    let mut data = Value::Null;
    let by_daemon = ask::ask_each(common, std::iter::once(Ask::Brake { source: source.clone(), release, all }), |answer| data = answer)?;
    let who = if by_daemon { "the daemon sends" } else { "no daemon runs; `veedor run` sends" };
    let count = |name: &str| list_in(&data, name).len();
    let messages = |count: usize| if count == 1 { "1 message".to_owned() } else { format!("{count} messages") };
    let them = |count: usize| if count == 1 { "it" } else { "them" };
    let text = match (count("released"), count("discarded"), count("sent")) {
        (0, 0, 0) => format!("{source} is not braked any more; no message was held"),
        (released, ..) if release => format!("{} of {source} released; {who} {}", messages(released), them(released)),
        (_, ended, 0) => format!("{} of {source} discarded{}", messages(ended), told(&data)),
        (_, ended, sent) => {
            let sent = format!("{} with what came besides: {who} {}", messages(sent), them(sent));
            format!("{} of {source} discarded{}\n{sent}", messages(ended), told(&data))
        }
    };
    print::outcome(common, &data, &text);
    if !common.json && !common.quiet && !release {
        print::line("cases that were not read since the change began are held again when they show it; later changes are told as usual");
    }
    Ok(Exit::Done)
}
