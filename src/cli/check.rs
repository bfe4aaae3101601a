//! `veedor check`: every problem of the watch list, or what will be watched, when and for whom.

use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;
use serde_json::json;

use super::place::{self, Unusable};
use super::{Common, Done, Exit, Failure, ask, print, silence, user};
use crate::clock::Clock;
use crate::config::{Channel, ChannelKind, Config, Load, spell_duration, spell_hours, spell_period, spell_timing};
use crate::diag::Problem;
use crate::domain::case::Watch;
use crate::domain::event::EventKind;
use crate::domain::route::Gather;
use crate::domain::withhold::Telling;

/// Checks a file.
pub fn run(common: &Common, file: Option<PathBuf>) -> Done {
    let common = Common { config: file.or_else(|| common.config.clone()), ..common.clone() };
    let config = if common.json { load_as_json(&common)? } else { ask::load_without_secrets(&common)? };
    let state_dir = place::usable(&config.general.state_dir);
    let hopeless = config.nothing_to_watch().or(match &state_dir {
        Err(Unusable::Never(why)) => Some(why.clone()),
        _ => None,
    });
    if let Some(why) = hopeless {
        if common.json {
            problems_as_json(&common, &[Problem::of_file(&ask::path(&common).display().to_string(), why.as_str(), None)]);
        }
        return Err(Failure::new(Exit::Config, why));
    }
    if !common.quiet {
        let by_this_user = match state_dir {
            Err(Unusable::ByThisUser(why)) => Some(format!("{why} (this is fine when the service runs as another user)")),
            _ => None,
        };
        for line in by_this_user.into_iter().chain(too_much(&config)).chain(unheard(&config)).chain(rotation(&config)) {
            print::aside(&format!("warning: {line}"));
        }
    }
    if common.json {
        print::json(&as_json(&config));
    } else if !common.quiet {
        as_text(&common, &config);
    }
    Ok(Exit::Done)
}

/// Loads the list. Problems go to standard output: a program reads them.
fn load_as_json(common: &Common) -> Result<Config, Failure> {
    let path = ask::path(common);
    let loaded = Config::load_without_secrets(&path).map_err(|problems| {
        problems_as_json(common, &problems);
        Failure::new(Exit::Config, format!("problems in {}: {}", path.display(), problems.len()))
    })?;
    for warning in loaded.warnings.iter().filter(|_| !common.quiet) {
        print::aside(&format!("warning: {warning}"));
    }
    Ok(loaded.config)
}

fn problems_as_json(common: &Common, problems: &[Problem]) {
    let place = |number: usize| (number > 0).then_some(number);
    let one = |problem: &Problem| {
        json!({
            "file": problem.file, "line": place(problem.line), "column": place(problem.column), "message": problem.message,
            "help": problem.help,
        })
    };
    let problems: Vec<_> = problems.iter().map(one).collect();
    print::json(&json!({"file": ask::path(common).display().to_string(), "problems": problems}));
}

fn as_json(config: &Config) -> serde_json::Value {
    let case = |watch: &Watch| {
        let hours = hours_of(config, watch);
        let recipe = config.source_of(&watch.case).map(|source| &source.recipe);
        json!({
            "source": watch.case.source, "number": watch.number.canonical, "name": watch.name, "every_seconds": watch.every.as_secs(),
            "hours": hours.as_ref().map(|(hours, _)| hours), "zone": hours.as_ref().map(|(_, zone)| zone),
            "tags": watch.tags, "channels": heard(config, watch), "linked": config.linked_names(watch),
            "import_only": recipe.and_then(|recipe| recipe.import_only.as_deref()),
            "unverified": recipe.and_then(|recipe| recipe.unverified.as_deref()),
        })
    };
    let channel = |channel: &Channel| {
        let timing = &channel.route.timing;
        json!({
            "id": channel.id, "kind": channel.kind.medium().name(), "to": receivers(channel), "events": channel.route.kinds.patterns,
            "tags": channel.route.tags, "gathered_seconds": gathered(channel).map(|wait| wait.as_secs()), "public_keys": public_keys(channel),
            "when": spell_timing(timing), "zone": timing.zone.iana_name(), "digest": spell_period(timing.digest),
            "junk": !channel.route.junk.is_empty(),
        })
    };
    json!({
        "file": config.path.display().to_string(),
        "state_dir": config.general.state_dir.display().to_string(),
        "listen": config.general.listen.map(|address| address.to_string()),
        "login": config.web.login,
        "trusted_proxies": config.web.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "cases": config.cases.iter().map(case).collect::<Vec<_>>(),
        "channels": config.channels.iter().map(channel).collect::<Vec<_>>(),
    })
}

fn as_text(common: &Common, config: &Config) {
    print::line(&format!("{}: good", ask::path(common).display()));
    print::line(&format!("kept in  {}", config.general.state_dir.display()));
    let listen = config.general.listen.map_or("nowhere".to_owned(), |address| format!("http://{address}"));
    print::line(&format!("listens  {listen}"));
    if config.general.listen.is_some() {
        print::line(&format!("access   {}", access(common, config)));
    }
    if let Some(url) = &config.general.url {
        print::line(&format!("reached  {url}/u/, for recipients who silence a case or leave"));
        if config.general.listen.is_some() {
            print::line(&format!("reached  {url}/feeds/, for whoever has an address of a feed or calendar"));
            if !config.web.trusted_proxies.is_empty() {
                print::line(&format!("reached  {url}/, the dashboard and the API, for whoever has an account or a token"));
            }
            if let Some(public) = &config.showcase {
                print::line(&format!("reached  {url}/public/, for everybody: the cases with the tag {}", public.tags.join(", ")));
            }
        }
    }
    print::line("");
    let rows: Vec<Vec<String>> = config
        .cases
        .iter()
        .take(if common.verbose { usize::MAX } else { 50 })
        .map(|watch| {
            let name = watch.name.clone().unwrap_or_else(|| "–".into());
            let hours = hours_of(config, watch).map_or("always".to_owned(), |(hours, zone)| format!("{hours} {zone}"));
            let told = heard(config, watch).join(", ");
            let (every, hours) = match config.source_of(&watch.case).is_some_and(|source| !source.is_polled()) {
                true => ("import only".to_owned(), "–".to_owned()),
                false => (every(watch.every), hours),
            };
            vec![watch.case.source.clone(), watch.number.canonical.clone(), name, every, hours, told]
        })
        .collect();
    print::table(&["SOURCE", "NUMBER", "NAME", "EVERY", "HOURS", "TOLD TO"], &rows);
    if rows.len() < config.cases.len() {
        print::line(&format!("… and {} more (-v shows all)", config.cases.len() - rows.len()));
    }
    // Each matter once.
    for watch in config.cases.iter().filter(|watch| watch.linked.first().is_some_and(|first| watch.case < *first)) {
        print::line(&format!("linked   {} {} with {}", watch.case.source, watch.number.canonical, config.linked_names(watch).join(", ")));
    }
    privacy(config).iter().for_each(|line| print::line(line));
    print::line("");
    let all = |list: &[String], all: &str| if list.is_empty() { all.to_owned() } else { list.join(" ") };
    let rows: Vec<Vec<String>> = config
        .channels
        .iter()
        .map(|channel| {
            let when = when(channel);
            let route = &channel.route;
            let (events, tags) = (all(&route.kinds.patterns, "all events"), all(&route.tags, "all cases"));
            vec![channel.id.clone(), channel.kind.medium().name().to_owned(), receivers(channel).join(" "), events, tags, when]
        })
        .collect();
    print::table(&["CHANNEL", "KIND", "TO", "EVENTS", "TAGS", "WHEN"], &rows);
    for (channel, address) in silence::left(common) {
        print::line(&format!(
            "left     {address} left channel {channel} by the link in a mail and gets nothing of it; see `veedor silence`"
        ));
    }
    for channel in &config.channels {
        for key in public_keys(channel) {
            print::line(&format!("{} signs with a key that its receiver verifies by {key}", channel.id));
        }
    }
}

/// Who may look at `listen`, and how many have an account, when a daemon can be asked.
fn access(common: &Common, config: &Config) -> String {
    if !config.web.login {
        return "no account is needed: only this machine reaches it".to_owned();
    }
    let through: Vec<String> = config.web.trusted_proxies.iter().map(ToString::to_string).collect();
    let through = if through.is_empty() { String::new() } else { format!(", through {}", through.join(" ")) };
    let users = match user::count(common) {
        None => "; `veedor user list` shows who has one".to_owned(),
        Some(0) => "; nobody has one yet: `veedor user add NAME --role admin`".to_owned(),
        Some(1) => "; 1 user has one".to_owned(),
        Some(users) => format!("; {users} users have one"),
    };
    format!("an account is needed{through}{users}")
}

/// What receivers need to verify and is no secret.
fn public_keys(channel: &Channel) -> Vec<String> {
    match &channel.kind {
        ChannelKind::Webhook(webhook) => webhook.public_keys(),
        _ => Vec::new(),
    }
}

/// What there is to say on this day of keys that were replaced.
fn rotation(config: &Config) -> Vec<String> {
    let today = TimeZone::UTC.to_datetime(Clock::System.now()).date();
    let said = |channel: &Channel| match &channel.kind {
        ChannelKind::Webhook(webhook) => webhook.rotation(today).into_iter().map(|said| format!("{}: {said}", channel.id)).collect(),
        _ => Vec::new(),
    };
    config.channels.iter().flat_map(said).collect::<Vec<_>>()
}

/// What is withheld, as far as the list says it: a case's own word, and the classes that look at a subject when it is read.
fn privacy(config: &Config) -> Vec<String> {
    let mut lines = Vec::new();
    for watch in &config.cases {
        let policy = config.policy_of(&watch.case);
        let named = policy.withholds.iter().find(|class| class.cases.contains(&watch.case));
        let said = match (watch.withhold, named) {
            (Some(Telling::Whole), _) => "told in full, although its subject may be withheld by default (withhold = false)".to_owned(),
            (Some(Telling::Activity), _) => "withheld: only that it had activity is told (withhold)".to_owned(),
            (Some(Telling::TypeAndDate), _) => "withheld: only types and dates are told (withhold)".to_owned(),
            (None, Some(class)) => format!("withheld by \"{}\": {}", class.id, class.why),
            (None, None) => continue,
        };
        lines.push(format!("privacy  {} {} {said}", watch.case.source, watch.number.canonical));
    }
    let mut classes: Vec<String> = Vec::new();
    for watch in &config.cases {
        let policy = config.policy_of(&watch.case);
        let by_subject = policy.withholds.iter().filter(|class| !class.subject.is_empty() || class.entry_type.is_some());
        classes
            .extend(by_subject.map(|class| format!("privacy  withheld by subject or type, once it is read: {} ({})", class.id, class.why)));
        classes.dedup();
    }
    classes.sort_unstable();
    classes.dedup();
    lines.extend(classes);
    lines
}

/// The hours in which a case is visited, and their zone; `None` means always.
fn hours_of(config: &Config, watch: &Watch) -> Option<(String, String)> {
    let source = config.source_of(&watch.case)?;
    let zone = source.recipe.zone_of(&watch.number);
    Some((spell_hours(source.hours.as_ref()?), zone.iana_name().unwrap_or("UTC").to_owned()))
}

/// Who gets the messages. Of an address the host only: its path may hold a token.
fn receivers(channel: &Channel) -> Vec<String> {
    match &channel.kind {
        ChannelKind::Email => channel.route.recipients.clone(),
        ChannelKind::Webhook(webhook) => vec![webhook.url.origin().ascii_serialization()],
        ChannelKind::Chat(chat) => vec![chat.origin.clone()],
        ChannelKind::Command(command) => vec![command.program.name()],
        ChannelKind::Terminal => vec!["this terminal and the journal".to_owned()],
    }
}

/// When a channel is told: `gathered 1m, quiet 22:00-06:30 (America/Guayaquil), routine entries daily 07:00`.
fn when(channel: &Channel) -> String {
    let timing = &channel.route.timing;
    let mut said = vec![gathered(channel).map_or("at once".to_owned(), |wait| format!("gathered {}", every(wait)))];
    said.extend(Some(spell_timing(timing)).filter(|times| !times.is_empty()));
    if !channel.route.junk.is_empty() && timing.digest_below.is_none() {
        said.push(format!("routine entries {}", spell_period(timing.digest)));
    }
    let zone = if channel.route.lowers_any() || timing.is_ever_held() { timing.zone.iana_name() } else { None };
    let zone = zone.map(|zone| format!(" ({zone})")).unwrap_or_default();
    format!("{}{zone}", said.join(", "))
}

/// How long the news of a case is gathered; `None` when each event goes at once.
fn gathered(channel: &Channel) -> Option<Duration> {
    match channel.route.gather {
        Gather::ByCase(wait) if !wait.is_zero() => Some(wait),
        _ => None,
    }
}

fn heard(config: &Config, watch: &Watch) -> Vec<String> {
    let tagged = |tags: &[String]| tags.is_empty() || tags.iter().any(|tag| watch.tags.contains(tag));
    let chosen = |id: &String| watch.channels.as_ref().is_none_or(|channels| channels.contains(id));
    config.channels.iter().filter(|channel| chosen(&channel.id) && tagged(&channel.route.tags)).map(|channel| channel.id.clone()).collect()
}

/// Why nobody but the log would hear of a source that cannot be read, or of another channel that takes nothing.
fn unheard(config: &Config) -> Option<String> {
    const ASKED: [(EventKind, &str); 3] =
        [(EventKind::SourceUnreadable, "source.*"), (EventKind::ChannelFailing, "channel.*"), (EventKind::StoreLow, "store.*")];
    let hears = |kind: EventKind| config.channels.iter().any(|channel| channel.route.kinds.wants(kind));
    let unheard: Vec<String> = ASKED.iter().filter(|(kind, _)| !hears(*kind)).map(|(_, family)| format!("\"{family}\"")).collect();
    if unheard.is_empty() || config.channels.iter().all(|channel| channel.kind == ChannelKind::Terminal) {
        return None;
    }
    let what = if unheard.len() == ASKED.len() {
        "a source that cannot be read, a channel that takes nothing or a full disk"
    } else {
        "some of its own trouble"
    };
    Some(format!(
        "{what} would be seen in the log and in `veedor list` only: no channel asks for {}; \
         give whoever runs veedor a channel of his own with events = [\"source.*\", \"channel.*\", \"store.*\", \"veedor.*\"]",
        unheard.join(", ")
    ))
}

/// The sources that cannot be asked as often as the watch list wishes, and what comes of it. Politeness wins.
fn too_much(config: &Config) -> Vec<String> {
    let said = |load: &Load| {
        let slowest =
            config.cases.iter().filter(|watch| watch.case.source == load.source).map(|watch| watch.every).max().unwrap_or_default();
        format!(
            "{}: {} cases as often as asked need about {:.0} requests a day, and its gap, daily budget and hours allow {:.0}; \
             all are visited less often by the same factor, the slowest about every {}",
            load.source,
            load.cases,
            load.needed,
            load.allowed,
            rough(slowest)
        )
    };
    config.loads.iter().map(said).collect()
}

/// A duration in its largest sensible unit.
fn rough(long: Duration) -> String {
    match long.as_secs_f64() {
        seconds if seconds >= 172_800.0 => format!("{:.0} days", seconds / 86_400.0),
        seconds if seconds >= 7_200.0 => format!("{:.0} hours", seconds / 3_600.0),
        seconds => format!("{:.0} minutes", (seconds / 60.0).max(1.0)),
    }
}

/// An interval as a person writes it.
fn every(interval: Duration) -> String {
    // One that was drawn out ends in fractions of a second, which nobody wants to read.
    spell_duration(if interval.as_secs() >= 60 { Duration::from_secs(interval.as_secs()) } else { interval })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_on_which_nobody_hears_of_dead_sources_is_told_how_to_ask() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("w.toml");
        let list = |events: &str| {
            format!(
                "[smtp]\nhost = \"127.0.0.1\"\ntls = \"none\"\nfrom = \"v@example.org\"\n[[channel]]\nid = \"a\"\nkind = \"email\"\n\
                 to = [\"a@example.org\"]\n{events}\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2024-00011G\"\n"
            )
        };
        for (events, said) in [
            ("", Some("a source that cannot be read")),
            ("events = [\"*\", \"source.*\"]", Some("no channel asks for \"channel.*\", \"store.*\";")),
            ("events = [\"source.*\", \"channel.*\", \"store.*\"]", None),
        ] {
            std::fs::write(&file, list(events)).expect("a list");
            let told = unheard(&Config::load(&file).expect("good").config);
            assert_eq!(told.is_some(), said.is_some(), "{told:?}");
            assert!(said.is_none_or(|said| told.as_ref().is_some_and(|told| told.contains(said))), "{told:?}");
        }
        std::fs::write(&file, "[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2024-00011G\"\n").expect("a list");
        assert_eq!(unheard(&Config::load(&file).expect("good").config), None, "somebody looks at the terminal");
    }

    #[test]
    fn a_list_that_politeness_cannot_meet_is_said_with_what_comes_of_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("w.toml");
        let list = |cases: u32| -> String {
            (0..cases).map(|n| format!("[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2024-{n:05}\"\n")).collect()
        };
        for (cases, said) in [(5, None), (200, Some("the slowest about every 4 hours"))] {
            std::fs::write(&file, list(cases)).expect("a list");
            let config = Config::load(&file).expect("good").config;
            let lines = too_much(&config);
            assert_eq!(lines.len(), usize::from(said.is_some()), "{lines:?}");
            assert!(said.is_none_or(|said| lines[0].contains(said)), "{lines:?}");
        }
    }
}
