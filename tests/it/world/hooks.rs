//! A webhook receiver that checks every signature, with bad days.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::http::{Answer, serve};
use super::state::Shared;

/// The secret of the channel: `whsec_` and the base64 of 32 bytes.
pub const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// One webhook that arrived.
#[derive(Debug, Clone)]
pub struct Hook {
    pub id: String,
    pub kind: String,
    /// By lower-case names.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

#[derive(Default)]
struct Box {
    got: Vec<Hook>,
    bad: usize,
    tries: usize,
    refuse: Option<(u16, &'static str)>,
    astray: usize,
    held: bool,
    knocks: usize,
    date: Option<&'static str>,
}

/// The receiver.
pub struct Hooks {
    inside: Shared<Box>,
    address: std::net::SocketAddr,
}

impl Hooks {
    pub fn open() -> Self {
        let inside: Shared<Box> = Shared::new(Box::default());
        let shared = inside.clone();
        let address = serve(move |question| {
            // `veedor doctor` knocks at the root and leaves nothing.
            if question.method == "HEAD" && question.path == "/" {
                return shared.change(|inside| {
                    inside.knocks += 1;
                    Answer::Headed { status: 404, headers: inside.date.unwrap_or("x-a: b") }
                });
            }
            let good = signed(
                question.header("webhook-id"),
                question.header("webhook-timestamp"),
                &question.body,
                question.header("webhook-signature"),
            );
            shared.change(|inside| {
                inside.tries += 1;
                inside.astray += usize::from(question.path != "/in");
            });
            shared.wait(|inside| !inside.held);
            shared.change(|inside| {
                if let Some((status, headers)) = inside.refuse {
                    return Answer::Headed { status, headers };
                }
                inside.bad += usize::from(!good);
                let body = String::from_utf8_lossy(&question.body).into_owned();
                let kind =
                    serde_json::from_str::<serde_json::Value>(&body).ok().and_then(|value| value["type"].as_str().map(str::to_owned));
                let (id, headers) = (question.header("webhook-id").to_owned(), question.headers.clone());
                inside.got.push(Hook { id, kind: kind.unwrap_or_default(), headers, body });
                Answer::Send { status: 204, kind: "text/plain", body: Vec::new() }
            })
        });
        Self { inside, address }
    }

    pub fn url(&self) -> String {
        format!("http://{}/in", self.address)
    }

    /// Answers every webhook with this status from now on; `None` takes them.
    pub fn refuse(&self, status: Option<u16>) {
        self.inside.change(|inside| inside.refuse = status.map(|status| (status, "x-why: no")));
    }

    /// Answers every webhook with this status and these header lines from now on.
    pub fn refuse_with(&self, status: u16, headers: &'static str) {
        self.inside.change(|inside| inside.refuse = Some((status, headers)));
    }

    /// Leaves every webhook without an answer until this is ended.
    pub fn hold(&self, held: bool) {
        self.inside.change(|inside| inside.held = held);
    }

    /// What it says of the time from now on, as a header line.
    pub fn says(&self, date: &'static str) {
        self.inside.change(|inside| inside.date = Some(date));
    }

    /// How often somebody looked whether it is there.
    pub fn knocks(&self) -> usize {
        self.inside.get().knocks
    }

    /// Requests so far, taken or not.
    pub fn tries(&self) -> usize {
        self.inside.get().tries
    }

    /// Requests to another path than the configured one.
    pub fn astray(&self) -> usize {
        self.inside.get().astray
    }

    pub fn got(&self) -> Vec<Hook> {
        self.inside.get().got.clone()
    }

    pub fn bad_signatures(&self) -> usize {
        self.inside.get().bad
    }

    /// Waits for attempts, taken or not.
    pub fn wait_tries(&self, more: usize) -> bool {
        let goal = self.inside.get().tries + more;
        self.inside.wait(|inside| inside.tries >= goal)
    }

    pub fn wait_for(&self, wanted: impl Fn(&[Hook]) -> bool) -> bool {
        self.inside.wait(|inside| wanted(&inside.got))
    }

    /// The kinds of the events whose body holds this token.
    pub fn kinds_of(&self, token: &str) -> BTreeSet<String> {
        self.got().into_iter().filter(|hook| hook.body.contains(token)).map(|hook| hook.kind).collect()
    }

    /// Two webhooks with different ids never tell the same event. The same id may come twice: that is a repeat.
    pub fn no_event_twice(&self) {
        let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for hook in self.got() {
            let value: serde_json::Value = serde_json::from_str(&hook.body).expect("a JSON body");
            ids.entry(value["data"]["event_id"].as_str().expect("an event id").to_owned()).or_default().insert(hook.id);
        }
        let doubled: Vec<_> = ids.iter().filter(|(_, hooks)| hooks.len() > 1).collect();
        assert!(doubled.is_empty(), "events told under two webhook ids: {doubled:?}");
    }
}

fn signed(id: &str, timestamp: &str, body: &[u8], signatures: &str) -> bool {
    let key = STANDARD.decode(&SECRET[6..]).expect("base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any key length");
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    let wanted = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    signatures.split(' ').any(|signature| signature == wanted)
}
