//! One signed request to a webhook receiver, after Standard Webhooks 1.0.0.
//!
//! The id stays the same over all attempts and the timestamp is that of this attempt; the signature covers the exact bytes
//! that the store keeps. The request itself is [`exchange`](super::exchange)'s work.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use url::Url;

use super::exchange::{AGENT, exchange, host, judge};
use super::{Attempted, Key, Webhook};
use crate::domain::id::Id;
use crate::domain::signing::SigningKey;
use crate::fetch::guard::Guard;

/// A request, ready to send.
pub(super) struct Signed {
    client: reqwest::Client,
    url: Url,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Checks the address and signs. The error is the operator's to mend.
pub(super) fn prepare(hook: &Webhook, delivery: Id, body: &[u8], now: Timestamp, guard: &Guard) -> Result<Signed, String> {
    let url = Url::parse(&hook.url).map_err(|error| format!("the webhook's address is not a URL: {error}"))?;
    let client = guard.client(&url, &hook.reach).map_err(|refused| refused.told(&host(&url)))?;
    let id = format!("msg_{delivery}");
    let signature = sign(&hook.keys, &id, body, now)?;
    let mut headers = operators(&hook.headers)?;
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
    headers.insert("webhook-timestamp", now.as_second().into());
    for (name, value) in [("webhook-id", Some(id)), ("webhook-signature", signature)] {
        let value = value.map(|value| HeaderValue::try_from(value).map_err(|_| format!("{name} cannot be sent"))).transpose()?;
        value.and_then(|value| headers.insert(name, value));
    }
    Ok(Signed { client, url, headers, body: body.to_vec() })
}

/// The value of `webhook-signature`: one signature for each key that is in use on this day, the newest first (`alerting.md` A3.6).
/// `None` without a key.
fn sign(keys: &[Key], id: &str, body: &[u8], now: Timestamp) -> Result<Option<String>, String> {
    let today = TimeZone::UTC.to_datetime(now).date();
    let mut signatures = Vec::new();
    for key in keys.iter().filter(|key| key.until.is_none_or(|until| today <= until)) {
        let key = SigningKey::parse(&key.secret).map_err(|wanted| format!("the webhook's secret is not a signing key: {wanted}"))?;
        signatures.push(key.sign(id, now.as_second(), body));
    }
    Ok(Some(signatures.join(" ")).filter(|all| !all.is_empty()))
}

/// The operator's header lines, which ours replace where they meet; what is wrong with one is told without its value.
fn operators(lines: &[(String, String)]) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let wrong = || format!("the header line {name} cannot be sent");
        let mut value = HeaderValue::from_str(value).map_err(|_| wrong())?;
        // Neither printed nor kept in the tables that HTTP/2 compresses with.
        value.set_sensitive(true);
        headers.insert(HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?, value);
    }
    Ok(headers)
}

/// Makes the request, within `limit` from the first look-up to the last byte that is read.
pub(super) async fn send(signed: Signed, limit: Duration, now: Timestamp) -> Attempted {
    let host = host(&signed.url);
    let request = signed.client.post(signed.url).headers(signed.headers).body(signed.body);
    match exchange(request, &host, limit).await {
        Ok(answer) => judge(&host, &answer, now),
        Err(attempted) => attempted,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Received, Receiver};
    use super::super::{Channel, Deadlines, Notifier, Whose};
    use super::*;
    use crate::domain::delivery::Outcome;
    use crate::domain::reach::Reach;
    use crate::domain::sample;

    fn now() -> Timestamp {
        sample::seen_at()
    }

    /// Never reached unless something is wrong.
    const AMPLE: Duration = Duration::from_secs(10);

    const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    fn notifier(limit: Duration) -> Notifier {
        let guard = Guard::new(None, AMPLE).expect("a guard");
        Notifier::new(guard, super::super::terminal::pair().0).with_deadlines(Deadlines { webhook: limit, ..Deadlines::default() })
    }

    fn vouched() -> Reach {
        Reach { private: true, ..Reach::default() }
    }

    fn keys(secrets: &[&str]) -> Vec<Key> {
        secrets.iter().map(|secret| Key { secret: (*secret).to_owned(), until: None }).collect()
    }

    fn at(url: String) -> Webhook {
        Webhook { url, reach: vouched(), ..Webhook::default() }
    }

    async fn sent(hook: Webhook, limit: Duration) -> Outcome {
        notifier(limit).send(&Channel::Webhook(hook), &sample::delivery("", &[]), b"{\"a\":1}", now()).await.outcome
    }

    async fn answered(answer: &str) -> (Outcome, Receiver) {
        let receiver = Receiver::start(Some(answer.replace('\n', "\r\n").into_bytes())).await;
        let lines = [("authorization", "Bearer portador"), ("x-team", "mesa"), ("webhook-id", "msg_otro"), ("user-agent", "otro")];
        let headers = lines.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let outcome = sent(Webhook { keys: keys(&[SECRET]), headers, ..at(receiver.url()) }, AMPLE).await;
        (outcome, receiver)
    }

    /// `alerting.md` A3.4 and A3.6: the reference's vector, beside the signature of the key that replaced it.
    #[test]
    fn each_key_signs_the_newest_first_until_its_day_is_over() {
        let body = br#"{"email":"test@example.com","username":"test_user"}"#;
        let reference = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";
        let sent = Timestamp::from_second(1_649_367_553).expect("valid");
        let signed = |until: Option<&str>| {
            let until = until.map(|day| day.parse().expect("a day"));
            let old = Key { secret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD".into(), until };
            let keys: Vec<Key> = keys(&[SECRET]).into_iter().chain([old]).collect();
            sign(&keys, "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", body, sent).expect("good keys").expect("signed")
        };
        // Sent on 7 April 2022, in UTC.
        for until in [None, Some("2022-04-07"), Some("2022-04-08")] {
            let both = signed(until);
            let [newest, old] = both.split(' ').collect::<Vec<_>>()[..] else { panic!("{both}") };
            assert!(newest.starts_with("v1,") && newest != reference && old == reference, "{both}");
        }
        assert!(!signed(Some("2022-04-06")).contains(' '));
        assert_eq!(sign(&[], "msg_1", body, sent), Ok(None));
    }

    #[test]
    fn a_wrong_secret_or_address_is_named_without_showing_it() {
        for (url, secret) in
            [("https://h.example.org/x", "sin-prefijo"), ("https://h.example.org/x", "whsec_???"), ("no es una dirección", "whsec_YQ==")]
        {
            let hook = Webhook { url: url.into(), keys: keys(&[secret]), ..Webhook::default() };
            let guard = Guard::new(None, AMPLE).expect("a guard");
            let why = prepare(&hook, sample::delivery("", &[]).id, b"", now(), &guard).err().expect("refused");
            assert!(!why.contains(secret) && !why.contains("/x") && !why.contains("dirección"), "{why}");
        }
    }

    #[tokio::test]
    async fn the_request_carries_the_stored_bytes_and_a_fresh_signature() {
        let (outcome, receiver) = answered("HTTP/1.1 204 No Content\n\n").await;
        assert_eq!(outcome, Outcome::Sent { detail: "204".into() });
        let seen = receiver.seen.lock().expect("not poisoned").clone();
        let Received { head, body } = &seen[0];
        assert_eq!(body, b"{\"a\":1}");
        let id = format!("msg_{}", sample::delivery("", &[]).id);
        assert!(
            head.contains(&format!("webhook-id: {id}\r\n")) && head.contains(&format!("webhook-timestamp: {}\r\n", now().as_second())),
            "{head}"
        );
        assert!(
            head.contains("content-type: application/json")
                && head.contains("user-agent: veedor/")
                && head.contains("webhook-signature: v1,")
                && head.contains("authorization: bearer portador\r\n")
                && head.contains("x-team: mesa\r\n")
                && !head.contains("otro"),
            "{head}"
        );
    }

    #[tokio::test]
    async fn each_answer_has_its_meaning() {
        let minute = Some(Duration::from_secs(60));
        for (answer, name, after) in [
            ("HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "sent", None),
            ("HTTP/1.1 302 Found\nLocation: http://127.0.0.1:1/\nContent-Length: 0\n\n", "retry", None),
            ("HTTP/1.1 410 Gone\nContent-Length: 0\n\n", "misconfigured", None),
            ("HTTP/1.1 404 Not Found\nContent-Length: 0\n\n", "retry", None),
            ("HTTP/1.1 429 Too Many Requests\nRetry-After: 60\nContent-Length: 0\n\n", "retry", minute),
            ("HTTP/1.1 503 Service Unavailable\nRetry-After: Mon, 19 Feb 2024 15:05:01 GMT\nContent-Length: 0\n\n", "retry", minute),
            ("HTTP/1.1 500 Internal Server Error\nRetry-After: soon\nContent-Length: 0\n\n", "retry", None),
        ] {
            let (outcome, receiver) = answered(answer).await;
            assert_eq!(outcome.name(), name, "{outcome:?}");
            assert!(!outcome.detail().contains("secreta") && !outcome.detail().contains("token"), "{outcome:?}");
            if let Outcome::Retry { after: got, .. } = outcome {
                assert_eq!(got, after);
            }
            assert_eq!(receiver.seen.lock().expect("not poisoned").len(), 1, "never followed");
        }
    }

    #[tokio::test]
    async fn a_receiver_that_repeats_the_address_does_not_make_it_known() {
        let page = "The URL /ruta-secreta?token=abc was not found; ruta-secreta, ruta%2Dsecreta";
        let (outcome, _) = answered(&format!("HTTP/1.1 404 Not Found\nContent-Length: {}\n\n{page}", page.len())).await;
        assert_eq!(outcome.detail(), "127.0.0.1 answered 404: The URL /***?*** was not found; ***, ruta%2Dsecreta");
    }

    #[tokio::test]
    async fn an_endless_answer_is_cut_and_cleaned() {
        let evil = format!("HTTP/1.1 500 No\n\n\u{1b}[31m{}", "<script>\u{0} ".repeat(200_000));
        let (outcome, _) = answered(&evil).await;
        assert!(outcome.detail().chars().count() < 400 && !outcome.detail().contains(char::is_control), "{outcome:?}");
    }

    #[tokio::test]
    async fn a_receiver_that_stalls_after_its_yes_has_said_yes() {
        let receiver = Receiver::start(Some(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nrecib".to_vec())).await;
        let outcome = sent(at(receiver.url()), Duration::from_secs(1)).await;
        assert_eq!(outcome, Outcome::Sent { detail: "200: recib".into() });
    }

    #[tokio::test]
    async fn silence_and_refusal_are_tried_again_without_the_address() {
        let receiver = Receiver::start(None).await;
        let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.and_then(|listener| listener.local_addr()).expect("a free port");
        for url in [receiver.url(), format!("http://{gone}/ruta-secreta?token=abc")] {
            let outcome = sent(at(url), Duration::from_millis(300)).await;
            assert!(
                matches!(&outcome, Outcome::Retry { why, .. } if why.contains("127.0.0.1") && !why.contains("secreta") && !why.contains("token")),
                "{outcome:?}"
            );
        }
    }

    /// What shows in the address, and what shows only when its name is asked for: both are the operator's to mend, and neither
    /// tells more than that (`alerting.md` A5.5).
    #[tokio::test]
    async fn an_address_that_must_not_be_reached_is_the_operators_to_mend() {
        for url in ["https://10.0.0.1/x", "https://hooks.example.org:25/x", "http://8.8.8.8/x", "https://localhost./x"] {
            let hook = Webhook { url: url.into(), ..Webhook::default() };
            let attempted = notifier(AMPLE).send(&Channel::Webhook(hook), &sample::delivery("", &[]), b"{}", now()).await;
            let told = attempted.outcome.detail();
            assert_eq!((attempted.outcome.name(), attempted.whose), ("misconfigured", Whose::Channel), "{told}");
            assert!(told.contains("address not allowed") && !told.contains("public") && !told.contains("/x"), "{told}");
        }
        // A network is vouched for, so that the name is asked for; it leads elsewhere.
        let reach = Reach { networks: vec!["10.1.2.0/24".parse().expect("a network")], ..Reach::default() };
        let hook = Webhook { url: "https://localhost:40009/x".into(), reach, ..Webhook::default() };
        let attempted = notifier(AMPLE).send(&Channel::Webhook(hook), &sample::delivery("", &[]), b"{}", now()).await;
        let told = attempted.outcome.detail();
        assert_eq!((attempted.outcome.name(), attempted.whose), ("misconfigured", Whose::Channel), "{told}");
        assert!(told.contains("address not allowed") && !told.contains("127.0.0.1"), "{told}");
    }
}
