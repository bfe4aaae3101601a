//! The way to the outside: names, the mail server, the receivers, the dead man's switch, and the clock by what they say.
//!
//! All are tried at once, each within a few seconds. The mail server is logged in to and left; a receiver gets a HEAD of its host's root.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use url::Url;

use crate::clock::Clock;
use crate::config::Config;
use crate::daemon::sender::sender;
use crate::daemon::supervise::Units;
use crate::domain::checkup::{self, Finding};
use crate::domain::reach::Reach;
use crate::notify::{Channel, Notifier, Smtp};

/// How long each step of a probe may take: whoever asks is waiting, and what is slower than this loses messages too.
const LIMIT: Duration = Duration::from_secs(10);

const NAME: &str = "check its spelling and this machine's resolver (getent hosts NAME, /etc/resolv.conf)";
const RELAY: &str = "see [smtp] in the watch list; nothing is lost, mails wait and are tried again";
const RECEIVER: &str = "see that the receiver runs, and its url in the watch list; nothing is lost, messages wait and are tried again";
const PROGRAM: &str = "give `run` the path of a program that the user of veedor may start";
const SECRET: &str = "run `veedor doctor` as root or as the daemon's user while no daemon runs; a daemon that runs has its secrets";

/// What one probe brings: a finding, and what it says of the clock.
type Probed = (Finding, Option<(String, i64)>);

/// Everything outside, by the configuration; `seen` is what is known of the clock already.
pub async fn outside(config: &Config, notifier: &Notifier, clock: &Clock, seen: Vec<(String, i64)>) -> Vec<Finding> {
    let mut probes: Units<(), Probed> = Units::default();
    for host in hosts(config) {
        probes.start((), async move { (name(&host).await, None) });
    }
    let mut findings = Vec::new();
    let mut relay_is_known = false;
    for channel in &config.channels {
        let id = channel.id.clone();
        let way = match sender(config, channel) {
            Ok(way) => way,
            Err(why) => {
                findings.push(Finding::warn("receiver", &id, why, SECRET));
                continue;
            }
        };
        match way {
            // One relay for all of them.
            Channel::Email(_) if std::mem::replace(&mut relay_is_known, true) => {}
            Channel::Email(relay) => match unread_secret(config) {
                Some(what) => findings.push(Finding::warn("smtp", &place(&relay), what, SECRET)),
                None => {
                    let notifier = notifier.clone();
                    probes.start((), async move { (mail(&notifier, &relay).await, None) });
                }
            },
            Channel::Command(program) => findings.push(runnable(&id, &program.program)),
            Channel::Terminal => {}
            way @ (Channel::Webhook(_) | Channel::Chat(_)) => {
                let (notifier, clock) = (notifier.clone(), clock.clone());
                probes.start((), async move { receiver(&notifier, &clock, "receiver", &id, &way).await });
            }
        }
    }
    if let Some(dead_man) = &config.general.dead_man {
        match &dead_man.url {
            None => findings.push(Finding::warn("dead_man", "", "its address could not be read here", SECRET)),
            Some(url) => {
                let (notifier, clock) = (notifier.clone(), clock.clone());
                let (url, reach) = (url.expose().to_owned(), dead_man.reach.clone());
                probes.start((), async move { switch(&notifier, &clock, &url, &reach).await });
            }
        }
    }
    let mut seen = seen;
    while !probes.is_empty() {
        // What panicked is in the log.
        if let ((), Some((finding, clock))) = probes.finished().await {
            findings.push(finding);
            seen.extend(clock);
        }
    }
    findings.push(checkup::clock(&seen));
    findings.sort_by(|a, b| (a.check, &a.subject).cmp(&(b.check, &b.subject)));
    findings
}

/// The hosts of the sources that are asked.
fn hosts(config: &Config) -> BTreeSet<String> {
    let asked = config.cases.iter().filter_map(|watch| {
        let source = config.source_of(&watch.case).filter(|source| source.is_polled() && source.program.is_none())?;
        Url::parse(&source.recipe.base_url_of(&watch.number)).ok()?.host_str().map(str::to_owned)
    });
    asked.collect()
}

/// What the mail server needs and this process could not read.
fn unread_secret(config: &Config) -> Option<&'static str> {
    let smtp = config.smtp.as_ref()?;
    (smtp.user.is_some() && smtp.password.is_none() && smtp.token.is_none()).then_some("not tried: its password could not be read here")
}

async fn name(host: &str) -> Finding {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match tokio::time::timeout(LIMIT, tokio::net::lookup_host((bare, 0))).await {
        Ok(Ok(found)) => {
            let found: BTreeSet<_> = found.map(|address| address.ip()).collect();
            let noun = if found.len() == 1 { "address" } else { "addresses" };
            Finding::ok("dns", host, format!("resolves to {} {noun}", found.len()))
        }
        Ok(Err(_)) => Finding::fail("dns", host, "the name does not resolve", NAME),
        Err(_) => Finding::fail("dns", host, format!("no answer of the resolver within {} s", LIMIT.as_secs()), NAME),
    }
}

fn place(relay: &Smtp) -> String {
    format!("{}:{}", relay.host, relay.port)
}

async fn mail(notifier: &Notifier, relay: &Smtp) -> Finding {
    match notifier.greet(relay, LIMIT).await {
        Ok(()) => {
            let login = if relay.user.is_some() { ", takes our login" } else { "" };
            let secure = if relay.tls == crate::notify::Tls::None { "" } else { " over TLS" };
            Finding::ok("smtp", &place(relay), format!("answers{secure}{login}; no mail was sent"))
        }
        Err(outcome) => Finding::fail("smtp", &place(relay), outcome.detail(), RELAY),
    }
}

async fn receiver(notifier: &Notifier, clock: &Clock, check: &'static str, id: &str, way: &Channel) -> Probed {
    let began = clock.now();
    match notifier.knock(way, LIMIT).await {
        Some(answered) => heard(check, id, answered, began, clock),
        None => (Finding::ok(check, id, "nothing to reach"), None),
    }
}

async fn switch(notifier: &Notifier, clock: &Clock, url: &str, reach: &Reach) -> Probed {
    let began = clock.now();
    heard("dead_man", "", notifier.knock_at(url, reach, LIMIT).await, began, clock)
}

fn heard(
    check: &'static str,
    id: &str,
    answered: Result<crate::notify::Answered, String>,
    began: jiff::Timestamp,
    clock: &Clock,
) -> Probed {
    match answered {
        Ok(answered) => {
            let seen = answered.date.map(|date| (answered.host.clone(), checkup::ahead_by(date, began, clock.now())));
            (Finding::ok(check, id, format!("{} answers; no message was sent", answered.host)), seen)
        }
        Err(why) => (Finding::fail(check, id, why, RECEIVER), None),
    }
}

/// A program with its path; what stands on `PATH` is found when it is started.
fn runnable(id: &str, program: &std::path::Path) -> Finding {
    let name = program.display();
    if !program.is_absolute() {
        return Finding::ok("receiver", id, format!("{name} is looked for on PATH"));
    }
    match std::fs::metadata(program) {
        Ok(file) if file.is_file() && file.permissions().mode() & 0o111 != 0 => Finding::ok("receiver", id, format!("{name} is there")),
        Ok(_) => Finding::fail("receiver", id, format!("{name} is no program that may be started"), PROGRAM),
        Err(error) => Finding::fail("receiver", id, format!("{name}: {error}"), PROGRAM),
    }
}
