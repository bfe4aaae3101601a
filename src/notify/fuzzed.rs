//! For the fuzzer alone: the meaning of any answer.
//!
//! Compiled by `cargo fuzz` only.

use jiff::Timestamp;
use reqwest::StatusCode;
use url::Url;

use super::chat;
use super::exchange::{Answer, judge as of_webhook};
use crate::domain::medium::Service;

/// What stands in the path of the address that was asked.
const SECRET: &str = "T000-secreto-de-la-mesa";

/// Judges an answer to a chat service, or to a webhook, and holds what is said of it against the promises.
pub fn judge(service: u8, status: u16, wait: Option<&str>, body: &[u8]) {
    let Ok(status) = StatusCode::from_u16(status) else { return };
    let Ok(url) = Url::parse(&format!("https://hooks.example.org/{SECRET}")) else { return };
    let answer = Answer::made(status, wait, body, &url);
    let now = Timestamp::UNIX_EPOCH;
    let attempted = match Service::ALL.get(usize::from(service) % (Service::ALL.len() + 1)) {
        Some(service) => chat::weigh(*service, "hooks.example.org", &answer, now),
        None => of_webhook("hooks.example.org", &answer, now),
    };
    let told = attempted.outcome.detail();
    assert!(!told.contains(SECRET) && told.chars().count() < 700, "{told}");
    assert!(!told.chars().any(char::is_control), "{told:?}");
}
