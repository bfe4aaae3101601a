//! One signed request to a webhook receiver, after Standard Webhooks 1.0.0.
//!
//! The id stays the same over all attempts and the timestamp is that of this attempt; the signature covers the exact bytes
//! that the store keeps. The request itself is [`exchange`](super::exchange)'s work.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use url::Url;

use super::exchange::{AGENT, exchange, host, judge};
use super::{Attempted, Webhook};
use crate::domain::id::Id;

/// Base64 with or without padding: secrets are copied by hand.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&base64::alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// A request, ready to send.
pub(super) struct Signed {
    url: Url,
    id: String,
    timestamp: i64,
    signature: Option<String>,
    body: Vec<u8>,
}

/// Checks the address and signs. The error is the operator's to mend.
pub(super) fn prepare(
    hook: &Webhook,
    delivery: Id,
    body: &[u8],
    now: Timestamp,
    check: fn(&Url, bool) -> Result<(), String>,
) -> Result<Signed, String> {
    let url = Url::parse(&hook.url).map_err(|error| format!("the webhook's address is not a URL: {error}"))?;
    check(&url, hook.allow_private).map_err(|why| format!("{}: {why}", host(&url)))?;
    let (id, timestamp) = (format!("msg_{delivery}"), now.as_second());
    let signature = match &hook.secret {
        Some(secret) => Some(sign(secret, &id, timestamp, body)?),
        None => None,
    };
    Ok(Signed { url, id, timestamp, signature, body: body.to_vec() })
}

/// The value of `webhook-signature`: HMAC-SHA256 over `id.timestamp.body` (`alerting.md` A3.2, A3.3).
fn sign(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> Result<String, String> {
    let wrong = || "the webhook's secret is not whsec_ and base64".to_owned();
    let key =
        secret.trim().strip_prefix("whsec_").and_then(|key| BASE64.decode(key).ok()).filter(|key| !key.is_empty()).ok_or_else(wrong)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| wrong())?;
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    Ok(format!("v1,{}", BASE64.encode(mac.finalize().into_bytes())))
}

/// Makes the request, within `limit` from the first look-up to the last byte that is read.
pub(super) async fn send(client: &reqwest::Client, signed: Signed, limit: Duration, now: Timestamp) -> Attempted {
    let host = host(&signed.url);
    let mut request = client
        .post(signed.url)
        .header("content-type", "application/json")
        .header("user-agent", AGENT)
        .header("webhook-id", signed.id)
        .header("webhook-timestamp", signed.timestamp)
        .body(signed.body);
    if let Some(signature) = signed.signature {
        request = request.header("webhook-signature", signature);
    }
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
    use crate::domain::sample;

    fn now() -> Timestamp {
        sample::seen_at()
    }

    /// Never reached unless something is wrong.
    const AMPLE: Duration = Duration::from_secs(10);

    fn notifier(limit: Duration) -> Notifier {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().expect("a client");
        let deadlines = Deadlines { webhook: limit, ..Deadlines::default() };
        Notifier::new(client.clone(), client, super::super::terminal::pair().0, |url, private| {
            if private || url.host_str() != Some("10.0.0.1") { Ok(()) } else { Err("address not allowed".into()) }
        })
        .with_deadlines(deadlines)
    }

    async fn answered(answer: &str) -> (Outcome, Receiver) {
        let receiver = Receiver::start(Some(answer.replace('\n', "\r\n").into_bytes())).await;
        let hook = Webhook { url: receiver.url(), secret: Some("whsec_c2VjcmV0by1kZS1wcnVlYmE".into()), allow_private: true };
        let outcome = notifier(AMPLE).send(&Channel::Webhook(hook), &sample::delivery("", &[]), b"{\"a\":1}", now()).await.outcome;
        (outcome, receiver)
    }

    #[test]
    fn the_signature_is_that_of_the_reference() {
        let body = br#"{"email":"test@example.com","username":"test_user"}"#;
        let signature = sign("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", 1_649_367_553, body);
        assert_eq!(signature.as_deref(), Ok("v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="));
    }

    #[test]
    fn a_wrong_secret_or_address_is_named_without_showing_it() {
        for (url, secret) in
            [("https://h.example.org/x", "sin-prefijo"), ("https://h.example.org/x", "whsec_???"), ("no es una dirección", "whsec_YQ==")]
        {
            let hook = Webhook { url: url.into(), secret: Some(secret.into()), allow_private: false };
            let why = prepare(&hook, sample::delivery("", &[]).id, b"", now(), |_, _| Ok(())).err().expect("refused");
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
    async fn an_endless_answer_is_cut_and_cleaned() {
        let evil = format!("HTTP/1.1 500 No\n\n\u{1b}[31m{}", "<script>\u{0} ".repeat(200_000));
        let (outcome, _) = answered(&evil).await;
        assert!(outcome.detail().chars().count() < 400 && !outcome.detail().contains(char::is_control), "{outcome:?}");
    }

    #[tokio::test]
    async fn a_receiver_that_stalls_after_its_yes_has_said_yes() {
        let receiver = Receiver::start(Some(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nrecib".to_vec())).await;
        let hook = Webhook { url: receiver.url(), secret: None, allow_private: true };
        let limited = notifier(Duration::from_secs(1));
        let outcome = limited.send(&Channel::Webhook(hook), &sample::delivery("", &[]), b"{}", now()).await.outcome;
        assert_eq!(outcome, Outcome::Sent { detail: "200: recib".into() });
    }

    #[tokio::test]
    async fn silence_and_refusal_are_tried_again_without_the_address() {
        let receiver = Receiver::start(None).await;
        let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.and_then(|listener| listener.local_addr()).expect("a free port");
        for url in [receiver.url(), format!("http://{gone}/ruta-secreta?token=abc")] {
            let hook = Webhook { url, secret: None, allow_private: true };
            let outcome =
                notifier(Duration::from_millis(300)).send(&Channel::Webhook(hook), &sample::delivery("", &[]), b"{}", now()).await.outcome;
            assert!(
                matches!(&outcome, Outcome::Retry { why, .. } if why.contains("127.0.0.1") && !why.contains("secreta") && !why.contains("token")),
                "{outcome:?}"
            );
        }
    }

    #[tokio::test]
    async fn a_forbidden_literal_address_is_refused_before_anything_is_sent() {
        let hook = Webhook { url: "https://10.0.0.1/x".into(), secret: None, allow_private: false };
        let outcome =
            notifier(Duration::from_millis(300)).send(&Channel::Webhook(hook), &sample::delivery("", &[]), b"{}", now()).await.outcome;
        assert!(matches!(&outcome, Outcome::Misconfigured { why } if why.contains("not allowed")), "{outcome:?}");
    }

    /// The guard sees what a name resolves to only when it is asked, and that is for the operator to mend as well.
    #[tokio::test]
    async fn a_name_that_leads_to_a_private_address_is_the_operators_to_mend() {
        let client = crate::fetch::guard::webhook_client(false, AMPLE).expect("a client");
        let (terminal, _printer) = super::super::terminal::pair();
        let guarded = Notifier::new(client.clone(), client, terminal, |_, _| Ok(()));
        let hook = Webhook { url: "https://localhost:9/x".into(), secret: None, allow_private: false };
        let attempted = guarded.send(&Channel::Webhook(hook), &sample::delivery("", &[]), b"{}", now()).await;
        assert!(matches!(&attempted.outcome, Outcome::Misconfigured { why } if why.contains("address not allowed")), "{attempted:?}");
        assert_eq!(attempted.whose, Whose::Channel);
    }
}
