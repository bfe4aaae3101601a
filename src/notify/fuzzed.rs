//! For the fuzzer, and for the test that replays what it found: the meaning of any answer of a receiver.

use jiff::Timestamp;
use reqwest::StatusCode;
use url::Url;

use super::exchange::{ANSWER_BYTES, Answer, judge, secrets};
use super::{Whose, chat};
use crate::domain::delivery::Outcome;
use crate::domain::medium::Service;
use crate::domain::redact::is_invisible;

/// What stands in the path of the address that was asked.
const SECRET: &str = "T000-secreto-de-la-mesa";

/// Judges an answer to a chat service, or to a webhook, and holds what is said of it against the promises. The first three bytes are
/// the service and the status, the first line of the rest `Retry-After`, what follows the body; `@` in it is our secret.
pub fn reply(data: &[u8]) {
    let [service, low, high, rest @ ..] = data else { return };
    let Ok(status) = StatusCode::from_u16(100 + u16::from_be_bytes([*high, *low]) % 500) else { return };
    let at = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let (wait, body) = rest.split_at(at);
    // What reqwest gives of a header is visible ASCII.
    let wait = std::str::from_utf8(wait).ok().filter(|wait| wait.bytes().all(|byte| matches!(byte, 32..127)));
    let body: Vec<u8> = body.iter().skip(1).flat_map(|byte| if *byte == b'@' { SECRET.as_bytes().to_vec() } else { vec![*byte] }).collect();
    let Ok(url) = Url::parse(&format!("https://hooks.example.org/{SECRET}")) else { return };
    let now = Timestamp::UNIX_EPOCH;
    let weigh = || {
        let body = body[..body.len().min(ANSWER_BYTES)].to_vec();
        let answer = Answer { status, retry_after: wait.map(str::to_owned), body, is_cut: false, secrets: secrets(&url) };
        match Service::ALL.get(usize::from(*service) % (Service::ALL.len() + 1)) {
            Some(service) => (chat::weigh(*service, "hooks.example.org", &answer, now), true),
            None => (judge("hooks.example.org", &answer, now), false),
        }
    };
    let (attempted, is_chat) = weigh();
    let told = attempted.outcome.detail();
    assert!(!told.contains(SECRET) && told.chars().count() < 700, "{told}");
    assert!(!told.chars().any(is_invisible), "{told:?}");
    assert_eq!(attempted.outcome, weigh().0.outcome, "the same answer means the same");
    // A chat service may say no with 200, never yes with anything else than 2xx; a webhook's status alone decides.
    let taken = matches!(attempted.outcome, Outcome::Sent { .. });
    assert!(!taken || status.is_success(), "{status}: {told}");
    assert!(is_chat || taken == status.is_success(), "{status}: {told}");
    assert!(status.as_u16() != 429 || attempted.whose == Whose::Channel, "{told}");
    // Nothing is given up for what a server says that is overloaded or broken.
    let passes = matches!(status.as_u16(), 429 | 500 | 502..=504);
    assert!(!passes || matches!(attempted.outcome, Outcome::Retry { .. }), "{status}: {told}");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the services answer, as their documents and people's issues show it.
    const ANSWERS: &[(u16, &str)] = &[
        (200, "\nok"),
        (200, "\n{\"ok\":true,\"result\":{\"message_id\":7}}"),
        (400, "\n{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: can't parse entities\"}"),
        (
            400,
            "\n{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: group chat was upgraded\",\"parameters\":{\"migrate_to_chat_id\":-100}}",
        ),
        (403, "\n{\"ok\":false,\"error_code\":403,\"description\":\"Forbidden: bot was blocked by the user\"}"),
        (403, "\naction_prohibited"),
        (404, "\n{\"message\": \"Unknown Webhook\", \"code\": 10015} @"),
        (404, "\nno_service"),
        (410, "\nchannel_is_archived"),
        (429, "30\n{\"message\":\"You are being rate limited.\",\"retry_after\":0.65,\"global\":false}"),
        (429, "Wed, 21 Oct 2065 07:28:00 GMT\n{\"ok\":false,\"error_code\":429,\"parameters\":{\"retry_after\":35}}"),
        (429, "1\n{\"errcode\":\"M_LIMIT_EXCEEDED\",\"retry_after_ms\":1500}"),
        (403, "\n{\"errcode\":\"M_FORBIDDEN\",\"error\":\"You are not in the room\"}"),
        (413, "\n{\"code\":41301,\"http\":413,\"error\":\"attachment too large\"}"),
        (301, "\n<html><head><title>301 Moved</title></head><body>/@</body></html>"),
        (500, "\n<!DOCTYPE html><h1>Server Error</h1>@\u{1b}[31m\u{202e}"),
        (200, "\nWebhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429"),
        (202, ""),
    ];

    #[test]
    fn replies_that_were_ever_troublesome() {
        let one = |service: usize, (status, rest): &(u16, &str)| {
            let [high, low] = (status - 100).to_be_bytes();
            [&[u8::try_from(service).unwrap_or_default(), low, high], rest.as_bytes()].concat()
        };
        let seeds = (0..=Service::ALL.len()).flat_map(|service| ANSWERS.iter().map(move |answer| one(service, answer))).collect();
        crate::domain::seeds::replay("reply", seeds, reply);
    }
}
