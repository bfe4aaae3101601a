//! Whether receivers are there: the name resolves, the certificate is good, it answers. No message goes out.
//!
//! For `veedor doctor`. The request to a receiver over HTTP is a HEAD of the host's root, because the rest
//! of the address may be a secret, and some receivers take any request to it for a message. It goes through the guard like every message.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{DATE, HeaderValue, USER_AGENT};
use url::Url;

use super::exchange::{AGENT, host, trouble};
use super::{Channel, Deadlines, Notifier, Smtp, smtp};
use crate::domain::delivery::Outcome;
use crate::domain::reach::Reach;
use crate::fetch::guard::{Guard, Refused};

/// What a receiver answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Its host.
    pub host: String,
    /// The status, which says nothing of how it takes messages.
    pub status: u16,
    /// What it says that the time is.
    pub date: Option<Timestamp>,
}

impl Notifier {
    /// Whether a receiver over HTTP is there, without a message; `None` for channels of another kind.
    pub async fn knock(&self, channel: &Channel, limit: Duration) -> Option<Result<Answered, String>> {
        let (url, reach) = match channel {
            Channel::Webhook(hook) => (&hook.url, &hook.reach),
            Channel::Chat(chat) => (&chat.url, &chat.reach),
            Channel::Email(_) | Channel::Command(_) | Channel::Terminal => return None,
        };
        Some(self.knock_at(url, reach, limit).await)
    }

    /// The same at any address that may be called.
    ///
    /// # Errors
    /// One sentence with the host and no more of the address.
    pub async fn knock_at(&self, url: &str, reach: &Reach, limit: Duration) -> Result<Answered, String> {
        knock(&self.guard, url, reach, limit).await
    }

    /// Greets a mail relay, secures the connection, logs in and takes leave.
    ///
    /// # Errors
    /// What would become of a mail now.
    pub async fn greet(&self, relay: &Smtp, limit: Duration) -> Result<(), Outcome> {
        let deadlines = Deadlines { connect: limit, greet: limit, command: limit, ..self.deadlines };
        smtp::greet::greet(relay, &deadlines).await
    }
}

/// Knocks.
///
/// # Errors
/// One sentence with the host and no more of the address.
async fn knock(guard: &Guard, address: &str, reach: &Reach, limit: Duration) -> Result<Answered, String> {
    let mut url = Url::parse(address).map_err(|_| "its address is not a URL".to_owned())?;
    let host = host(&url);
    let client = guard.client(&url, reach).map_err(|refused| refused.told(&host))?;
    url.set_path("/");
    url.set_query(None);
    url.set_fragment(None);
    let asked = client.head(url).header(USER_AGENT, HeaderValue::from_static(AGENT)).timeout(limit).send().await;
    let answer = asked.map_err(|error| match Refused::find(&error) {
        Some(refused) => refused.told(&host),
        None => format!("{host}: {}", trouble(&error)),
    })?;
    let date = answer.headers().get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
    Ok(Answered { host, status: answer.status().as_u16(), date: date.and_then(|date| Timestamp::try_from(date).ok()) })
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::sync::Arc;

    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::{ServerConfig, ServerConnection};

    use super::super::fake::{Receiver, Relay, Reply};
    use super::super::{Tls, Webhook, terminal};
    use super::*;

    /// Never reached unless something is wrong.
    const AMPLE: Duration = Duration::from_secs(10);

    fn notifier() -> Notifier {
        Notifier::new(Guard::new(None, AMPLE).expect("a guard"), terminal::pair().0)
    }

    fn vouched() -> Reach {
        Reach { private: true, ..Reach::default() }
    }

    fn relay(port: u16, tls: Tls, ca: Option<Vec<u8>>) -> Smtp {
        let (host, from) = ("localhost".to_owned(), "Veedor <veedor@example.org>".to_owned());
        Smtp { host, port, tls, user: None, password: None, token: None, ca, from, id_domain: None, calendar_domain: None }
    }

    fn fixture(name: &str) -> Vec<u8> {
        std::fs::read(format!("{}/tests/fixtures/tls/{name}", env!("CARGO_MANIFEST_DIR"))).expect("a fixture")
    }

    /// A server whose certificate ended in 2020; one connection, on a thread of its own.
    fn expired() -> (u16, std::thread::JoinHandle<()>) {
        let certificate = CertificateDer::from_pem_slice(&fixture("expired.pem")).expect("a certificate");
        let key = PrivateKeyDer::from_pem_slice(&fixture("expired.key")).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
        let config = Arc::new(builder.with_no_client_auth().with_single_cert(vec![certificate], key).expect("they fit"));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let serving = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut connection = ServerConnection::new(config).expect("a connection");
            // The client breaks off when it sees the certificate.
            let mut tls = rustls::Stream::new(&mut connection, &mut stream);
            let _ = tls.read(&mut [0; 100]).and_then(|_| tls.write(b"HTTP/1.1 200 OK\r\n\r\n"));
        });
        (port, serving)
    }

    #[tokio::test]
    async fn a_receiver_is_knocked_at_without_a_message_and_without_its_secret_address() {
        let receiver =
            Receiver::start(Some(b"HTTP/1.1 405 No\r\nDate: Thu, 26 Nov 2026 12:00:00 GMT\r\nContent-Length: 0\r\n\r\n".to_vec())).await;
        let hook = Webhook { url: format!("{}/secreto-de-ruta?token=x", receiver.url()), reach: vouched(), ..Webhook::default() };
        let answered = notifier().knock(&Channel::Webhook(hook), AMPLE).await.expect("a receiver").expect("it answers");
        assert_eq!((answered.host.as_str(), answered.status), ("127.0.0.1", 405));
        assert_eq!(answered.date.map(|date| date.to_string()).as_deref(), Some("2026-11-26T12:00:00Z"));
        let seen = receiver.seen.lock().expect("not poisoned").clone();
        assert!(seen.len() == 1 && seen[0].head.starts_with("head / http/1.1"), "{}", seen[0].head);
        assert!(!seen[0].head.contains("secret") && seen[0].body.is_empty(), "{}", seen[0].head);
        assert!(notifier().knock(&Channel::Terminal, AMPLE).await.is_none());
    }

    #[tokio::test]
    async fn what_keeps_a_message_from_a_receiver_is_told_by_its_host() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        let (port, serving) = expired();
        for (url, reach, said) in [
            (format!("http://{free}/secreto"), vouched(), "127.0.0.1: cannot connect"),
            (format!("http://{free}/secreto"), Reach::default(), "127.0.0.1: address not allowed"),
            ("https://no-such-receiver.invalid/secreto".to_owned(), Reach::default(), "no-such-receiver.invalid: cannot connect"),
            (format!("https://localhost:{port}/secreto"), vouched(), "certificate expired"),
        ] {
            let why = notifier().knock_at(&url, &reach, AMPLE).await.expect_err("it is not reached");
            assert!(why.contains(said) && !why.contains("secreto"), "{why}");
        }
        serving.join().expect("it served");
    }

    #[tokio::test]
    async fn a_mail_server_is_greeted_and_left_without_a_mail() {
        let fake = Relay::start(&[]).await;
        assert_eq!(notifier().greet(&relay(fake.port, Tls::None, None), AMPLE).await, Ok(()));
        fake.saw("QUIT").await;
        let lines: Vec<String> =
            fake.lines().concat().iter().map(|line| line.split(' ').next().unwrap_or_default().trim().to_owned()).collect();
        assert_eq!(lines, ["EHLO", "NOOP", "QUIT"]);
    }

    #[tokio::test]
    async fn a_mail_server_that_does_not_work_is_told_as_a_mail_would_meet_it() {
        let refusing = Relay::start(&[("GREETING", Reply::Parting("554 no service for you"))]).await;
        let (port, serving) = expired();
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
        let clear = Relay::start(&[]).await;
        for (relay, said) in [
            (relay(refusing.port, Tls::None, None), "554"),
            (relay(free, Tls::None, None), "cannot connect to the mail relay"),
            (relay(clear.port, Tls::StartTls, None), "STARTTLS"),
            (relay(port, Tls::Implicit, Some(fixture("expired.pem"))), "certificate expired"),
        ] {
            let outcome = notifier().greet(&relay, AMPLE).await.expect_err("it does not work");
            assert!(outcome.detail().contains(said), "{outcome:?}");
        }
        serving.join().expect("it served");
    }
}
