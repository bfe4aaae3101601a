//! The auditor: holds what arrived, what the outbox says and what the dockets show against the ledger, and names every difference.
//!
//! Called when the last kill is over. Pure: it reads the [`Evidence`] and nothing else, so that a loss, a double and an invention can be
//! planted in it. It does not decide what must follow; that is the ledger's.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::World;
use super::court::Act;
use super::hooks::Hook;
use super::ledger::{Deed, Fact};
use super::mailbox::Mail;

/// The channel of the webhook.
const HOOK: &str = "hook";

/// The channels of the mails, and whom they tell.
pub const MAILS: [(&str, &str); 2] = [("mail", "mesa@example.org"), ("digest", "resumen@example.org")];

/// All that there is to look at.
#[derive(Clone)]
pub struct Evidence {
    pub hooks: Vec<Hook>,
    pub mails: Vec<Mail>,
    /// As `veedor deliveries --json` lists them.
    pub deliveries: Vec<Value>,
    /// As `veedor show --json` shows them, by case.
    pub dockets: BTreeMap<String, Value>,
    /// What the court shows, by case.
    pub record: BTreeMap<String, Vec<Act>>,
}

impl Evidence {
    /// Gathers it.
    pub fn gather(world: &World, cases: &[&str]) -> Self {
        let record = |case: &str| {
            let mut shown = Vec::new();
            world.court.change(case, |acts| shown.clone_from(acts));
            shown
        };
        Self {
            hooks: world.hooks.got(),
            mails: world.mailbox.got(),
            deliveries: world.deliveries(&[]),
            dockets: cases.iter().map(|case| ((*case).to_owned(), world.json(&["show", case, "--json"]))).collect(),
            record: cases.iter().map(|case| ((*case).to_owned(), record(case))).collect(),
        }
    }
}

/// The number that the court gave an act, out of the key that the recipe makes.
fn serial(key: &Value) -> &str {
    key.as_str().and_then(|key| key.split(':').nth(1)).unwrap_or_default()
}

/// Whether this webhook tells this fact.
pub fn tells(body: &Value, fact: &Fact) -> bool {
    let (data, kind) = (&body["data"], body["type"].as_str().unwrap_or_default());
    let says = |place: &str| data["entry"][place].as_str().unwrap_or_default().contains(&fact.token);
    let is_about = serial(&data["entry"]["key"]) == fact.about;
    let fits = match fact.deed {
        Deed::Entered => is_about && says("excerpt"),
        Deed::Edited => is_about && says("after"),
        Deed::Removed => is_about,
        Deed::Unmuted => data["silence"]["id"] == fact.about.as_str(),
    };
    fits && kind == fact.kind && data["case"]["number"] == fact.case.as_str()
}

/// The ids of the events that a mail tells.
pub fn events_of(mail: &Mail) -> Vec<String> {
    // A long header is folded between two ids.
    let unfolded = mail.raw.replace("\r\n ", " ").replace("\r\n\t", " ");
    let header = unfolded.lines().find_map(|line| line.strip_prefix("X-Veedor-Event-Id:")).unwrap_or_default();
    header.split_whitespace().map(str::to_owned).collect()
}

/// The facts by the ids of their events, as the webhooks tell them.
struct Known<'f> {
    facts: &'f [Fact],
    by_event: BTreeMap<String, usize>,
}

/// Every difference, a sentence each.
pub fn audit(facts: &[Fact], evidence: &Evidence) -> Vec<String> {
    let mut found = Vec::new();
    let known = hooks(facts, &evidence.hooks, &mut found);
    for (channel, to) in MAILS {
        known.mails(channel, evidence.mails.iter().filter(|mail| mail.to.contains(to)), &mut found);
    }
    known.outbox(&evidence.deliveries, &mut found);
    for (case, acts) in &evidence.record {
        docket(case, acts, &evidence.dockets[case]["docket"], &mut found);
    }
    found
}

fn hooks<'f>(facts: &'f [Fact], hooks: &[Hook], found: &mut Vec<String>) -> Known<'f> {
    let mut known = Known { facts, by_event: BTreeMap::new() };
    let mut told: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    let mut bodies: BTreeMap<&str, &str> = BTreeMap::new();
    let mut events: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for hook in hooks {
        if *bodies.entry(&hook.id).or_insert(&hook.body) != hook.body {
            found.push(format!("{HOOK}: {} came again with other bytes", hook.id));
        }
        let body: Value = serde_json::from_str(&hook.body).unwrap_or_default();
        let Some(n) = facts.iter().position(|fact| tells(&body, fact)) else {
            found.push(format!("{HOOK}: invented, the court did no such thing: {}", hook.body));
            continue;
        };
        if facts[n].is_muted {
            found.push(format!("{HOOK}: told although it was muted: {}", facts[n].line()));
        }
        let event = body["data"]["event_id"].as_str().unwrap_or_default().to_owned();
        known.by_event.insert(event.clone(), n);
        events.entry(n).or_default().insert(event);
        told.entry(n).or_default().insert(hook.id.clone());
    }
    for (n, ids) in events.iter().filter(|(_, ids)| ids.len() > 1) {
        found.push(format!("{HOOK}: doubled, {} is {} events: {ids:?}", facts[*n].line(), ids.len()));
    }
    known.once(HOOK, &told, found);
    known
}

impl Known<'_> {
    /// Holds that each fact was told under exactly one id.
    fn once(&self, channel: &str, told: &BTreeMap<usize, BTreeSet<String>>, found: &mut Vec<String>) {
        for (n, fact) in self.facts.iter().enumerate().filter(|(_, fact)| !fact.is_muted) {
            match told.get(&n).map_or(0, BTreeSet::len) {
                0 => found.push(format!("{channel}: lost, never told: {}", fact.line())),
                1 => {}
                many => found.push(format!("{channel}: doubled, told under {many} ids: {} {:?}", fact.line(), told[&n])),
            }
        }
    }

    fn mails<'m>(&self, channel: &str, mails: impl Iterator<Item = &'m Mail>, found: &mut Vec<String>) {
        let mut told: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        let mut texts: BTreeMap<&str, &str> = BTreeMap::new();
        for mail in mails {
            if *texts.entry(&mail.id).or_insert(&mail.text) != mail.text {
                found.push(format!("{channel}: {} came again with another text", mail.id));
            }
            let events = events_of(mail);
            if events.is_empty() {
                found.push(format!("{channel}: invented, a mail of no event: {}", mail.subject));
            }
            for event in events {
                let Some(n) = self.by_event.get(&event) else {
                    found.push(format!("{channel}: invented, {} tells the event {event}, which is of nothing that the court did", mail.id));
                    continue;
                };
                if !mail.text.contains(&self.facts[*n].token) {
                    found.push(format!("{channel}: lost, {} names {} and does not tell it", mail.id, self.facts[*n].line()));
                }
                told.entry(*n).or_default().insert(mail.id.clone());
            }
        }
        self.once(channel, &told, found);
    }

    /// Holds the outbox: each fact in one delivery of each channel, which is over; what was muted, muted.
    fn outbox(&self, deliveries: &[Value], found: &mut Vec<String>) {
        let mut kept: BTreeMap<(&str, usize), usize> = BTreeMap::new();
        let mut muted: BTreeMap<&str, usize> = BTreeMap::new();
        for delivery in deliveries {
            let (id, channel) = (&delivery["id"], delivery["channel"].as_str().unwrap_or_default());
            for event in delivery["events"].as_array().into_iter().flatten() {
                let known = self.by_event.get(event["id"].as_str().unwrap_or_default());
                match (delivery["state"].as_str(), known) {
                    (Some("delivered"), Some(n)) => *kept.entry((channel, *n)).or_default() += 1,
                    (Some("muted"), None) => *muted.entry(channel).or_default() += 1,
                    (state, Some(n)) => found.push(format!("outbox: {id} to {channel} is {state:?}: {}", self.facts[*n].line())),
                    (state, None) => found.push(format!("outbox: invented, {id} to {channel} is {state:?} and tells {event}")),
                }
            }
        }
        let wanted = self.facts.iter().filter(|fact| fact.is_muted).count();
        for channel in std::iter::once(HOOK).chain(MAILS.map(|(channel, _)| channel)) {
            for (n, fact) in self.facts.iter().enumerate().filter(|(_, fact)| !fact.is_muted) {
                let times = kept.get(&(channel, n)).copied().unwrap_or_default();
                if times != 1 {
                    found.push(format!("outbox: {} stands in {times} deliveries to {channel}", fact.line()));
                }
            }
            let held = muted.get(channel).copied().unwrap_or_default();
            if held != wanted {
                found.push(format!("outbox: {held} events to {channel} are muted, and {wanted} must be"));
            }
        }
    }
}

/// Holds a docket: the acts that the court shows, with the words that it shows.
fn docket(case: &str, acts: &[Act], docket: &Value, found: &mut Vec<String>) {
    let entries = docket["entries"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut kept: BTreeMap<&str, &str> = BTreeMap::new();
    for entry in entries {
        if kept.insert(serial(&entry["key"]), entry["text"].as_str().unwrap_or_default()).is_some() {
            found.push(format!("docket: {case} holds {} twice", entry["key"]));
        }
    }
    for act in acts {
        let words = act.text.trim_start_matches("<p>").trim_end_matches("</p>");
        match kept.remove(act.serial.to_string().as_str()) {
            None => found.push(format!("docket: {case} lacks {} ({words})", act.serial)),
            // The acts of the beginning are written with HTML's names of letters.
            Some(text) if text != words && !words.contains('&') => {
                found.push(format!("docket: {case} says \"{text}\" of {}, and the court \"{words}\"", act.serial));
            }
            Some(_) => {}
        }
    }
    found.extend(kept.keys().map(|serial| format!("docket: {case} holds {serial}, which the court does not show")));
}
