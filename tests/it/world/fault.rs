//! What can be wrong with a site, and what it answers then.
//!
//! The court asks this before and after it makes its answer; faults of the record itself (half a list, another case) are the court's own.

use std::io::Write;
use std::sync::{Arc, OnceLock};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};

use super::http::Answer;

/// What is wrong with the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Error500,
    BadGateway,
    /// 503, with a page for people and a wish to be left alone for a second.
    Maintenance503,
    Waf403,
    TooMany,
    NotFound404,
    Waf200,
    Maintenance,
    Login302,
    Login200,
    HtmlForJson,
    /// A page that is no answer, and names people.
    Named,
    /// A page that is no answer, with a title that would be more than words.
    Hostile,
    ErrorObject,
    NoBody,
    EmptyAll,
    EmptyActs,
    NullActs,
    Truncated,
    /// JSON that ends before its time, with a length that says so.
    CutOff,
    Drip,
    Mute,
    Closed,
    Reset,
    GzipBomb,
    HugeBody,
    /// Latin-1 that says it is.
    Latin1,
    /// Latin-1 that says nothing.
    Latin1Unsaid,
    /// UTF-8 that says it is Latin-1.
    Utf8SaidLatin1,
    WrongCase,
    /// The newest third of the list.
    HalfList,
    /// The oldest two thirds of the list.
    OldList,
    /// Each second answer comes from a copy that has not heard of the newest act.
    Lagging,
    /// The list in another order at each answer.
    Reordered,
    /// The rows of the page have another class than before.
    Renamed,
    /// The form asks for a captcha.
    Captcha,
    ExpiredCertificate,
    IncompleteChain,
    OtherName,
    SelfSigned,
}

impl Fault {
    /// What is answered whatever was asked.
    pub fn instead(self) -> Option<Answer> {
        const WAF: &str =
            "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Your support ID is: 1</body></html>";
        const LOGIN: &str = "<!doctype html><html><head><title>Iniciar sesi\u{f3}n</title></head><body><form action=\"/login\" method=\"post\">\
                             Usuario <input name=\"usuario\"> Clave <input type=\"password\" name=\"clave\"></form></body></html>";
        let html = |status, text: &str| Answer::Send { status, kind: "text/html; charset=utf-8", body: text.as_bytes().to_vec() };
        Some(match self {
            Self::Error500 => Answer::Send { status: 500, kind: "application/json", body: br#"{"status":500}"#.to_vec() },
            Self::BadGateway => html(502, "<html><head><title>502 Bad Gateway</title></head></html>"),
            Self::Maintenance503 => Answer::Headed { status: 503, headers: "content-type: text/html\r\nretry-after: 1" },
            Self::Waf403 => html(403, WAF),
            Self::TooMany => Answer::Send { status: 429, kind: "text/plain", body: b"slow down".to_vec() },
            Self::NotFound404 => {
                Answer::Send { status: 404, kind: "application/json", body: br#"{"status":404,"error":"Not Found"}"#.to_vec() }
            }
            Self::Waf200 => html(200, WAF),
            Self::Maintenance => html(200, "<html><title>Mantenimiento</title><h1>Sistema en mantenimiento</h1></html>"),
            Self::Login302 => Answer::Headed { status: 302, headers: "location: /login?next=%2F" },
            Self::Login200 => html(200, LOGIN),
            Self::HtmlForJson => html(200, "<!doctype html><html><body>Bienvenido al nuevo portal</body></html>"),
            Self::Hostile => html(
                200,
                "<!doctype html><title>Error &lt;script&gt;window.veedorRan=8&lt;/script&gt;\"&gt;&lt;img src=x onerror=\"window.veedorRan=9\"&gt; \
                 &#x202e;OTUEL &#x9b;31m&lt;/title&gt;</title><body>No</body>",
            ),
            Self::Named => html(200, "<!doctype html><html><body>Error: QUISPILEMA ZARUMAFICTO JOAQUINA, 1730000005</body></html>"),
            Self::ErrorObject => Answer::json(&json!({"timestamp": "2026", "status": 500, "error": "Internal Server Error"})),
            Self::NoBody => Answer::Send { status: 200, kind: "application/json", body: Vec::new() },
            Self::EmptyAll => Answer::json(&json!([])),
            Self::Mute => Answer::Mute,
            Self::Closed => Answer::Drop,
            Self::Reset => Answer::Reset,
            Self::GzipBomb => Answer::Coded { coding: "gzip", body: bomb() },
            Self::HugeBody => Answer::Huge { mib: 200 },
            // Whoever came in before the certificate was a bad one has to come in again.
            Self::ExpiredCertificate | Self::IncompleteChain | Self::OtherName | Self::SelfSigned => Answer::Drop,
            _ => return None,
        })
    }

    /// Whether the whole site has it, its rules for robots too.
    pub fn is_of_the_site(self) -> bool {
        matches!(self, Self::Error500 | Self::BadGateway | Self::Maintenance503 | Self::Mute | Self::Closed | Self::Reset)
            || self.certificate().is_some()
    }

    /// How a right answer is sent.
    pub fn sent(self, value: &Value) -> Answer {
        self.sent_as(value.to_string(), ["application/json", "application/json; charset=ISO-8859-1"])
    }

    /// How a right page is sent.
    pub fn sent_page(self, page: String) -> Answer {
        let page = if self == Self::Renamed { page.replace("containerMovimentacao", "linhaMovimentacao") } else { page };
        match self {
            Self::Latin1Unsaid => self.sent_as(page, ["text/html", ""]),
            _ => self.sent_as(page, ["text/html; charset=UTF-8", "text/html; charset=ISO-8859-1"]),
        }
    }

    fn sent_as(self, text: String, [kind, as_latin1]: [&'static str; 2]) -> Answer {
        let latin1 = || text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
        match self {
            Self::Truncated => Answer::Truncate { body: text.into_bytes() },
            Self::CutOff => {
                let cut = text.len() * 2 / 3;
                Answer::Send { status: 200, kind, body: text.into_bytes()[..cut].to_vec() }
            }
            Self::Drip => Answer::Drip { body: text.into_bytes() },
            Self::Latin1 => Answer::Send { status: 200, kind: as_latin1, body: latin1() },
            Self::Latin1Unsaid => Answer::Send { status: 200, kind, body: latin1() },
            Self::Utf8SaidLatin1 => Answer::Send { status: 200, kind: as_latin1, body: text.into_bytes() },
            _ => Answer::Send { status: 200, kind, body: text.into_bytes() },
        }
    }

    /// The file with the certificate that the site shows then, where it is a bad one.
    fn certificate(self) -> Option<&'static str> {
        Some(match self {
            Self::ExpiredCertificate => "expired.pem",
            Self::IncompleteChain => "incomplete.pem",
            Self::OtherName => "other-name.pem",
            Self::SelfSigned => "self-signed.pem",
            _ => return None,
        })
    }
}

/// What a site with this fault shows of itself.
pub fn tls(fault: Option<Fault>) -> Arc<ServerConfig> {
    let chain = pem(fault.and_then(Fault::certificate).unwrap_or("whole.pem"));
    let chain = CertificateDer::pem_slice_iter(&chain).collect::<Result<Vec<_>, _>>().expect("certificates");
    let key = PrivateKeyDer::from_pem_slice(&pem("key.pem")).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    Arc::new(config.with_no_client_auth().with_single_cert(chain, key).expect("a certificate of this key"))
}

/// The root that has to be trusted.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/court-tls/root.pem");

fn pem(name: &str) -> Vec<u8> {
    std::fs::read(std::path::Path::new(ROOT).with_file_name(name)).expect("a file of tests/fixtures/court-tls")
}

/// 200 MiB of white space.
fn bomb() -> Arc<[u8]> {
    static BOMB: OnceLock<Arc<[u8]>> = OnceLock::new();
    let made = BOMB.get_or_init(|| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let white = vec![b' '; 1 << 20];
        for _ in 0..200 {
            encoder.write_all(&white).expect("memory");
        }
        encoder.finish().expect("memory").into()
    });
    Arc::clone(made)
}
