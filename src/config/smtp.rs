//! The `[smtp]` table: the mail server that email channels send through.

use lettre::message::Mailbox;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::diag::{At, Reader};

use super::loopback::is_loopback_host;
use super::program::{self, Program};
use super::scope::Scope;
use super::secret::{self, Secret};

/// The mail server.
#[derive(Debug, Clone, PartialEq)]
pub struct Smtp {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// The account, when the server asks for one.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<Secret>,
    /// Prints the access token that stands in place of a password (XOAUTH2).
    pub token: Option<Program>,
    /// The authorities that its certificate is checked against, as PEM; `None` takes the machine's.
    pub ca: Option<Vec<u8>>,
    /// The sender, for example `Veedor <veedor@example.org>`.
    pub from: String,
}

/// How a mail connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first byte (RFC 8314), port 465.
    Implicit,
    /// Begins in clear and must change to TLS, port 587.
    StartTls,
    /// In clear.
    None,
}

/// Reads `[smtp]`, if it is there.
pub(super) fn read(root: &mut Reader<'_>, scope: &Scope<'_>) -> Option<Smtp> {
    let mut table = root.table("smtp")?;
    table.required("host", "the mail server's name");
    table.required("from", "the sender, such as \"Veedor <veedor@example.org>\"");
    let host = scope.line(&mut table, "host").filter(|host| is_host(host, scope));
    let port = table.integer("port", 1, 65_535);
    let tls = table.choice("tls", &[("tls", Tls::Implicit), ("starttls", Tls::StartTls), ("none", Tls::None)]);
    let insecure = table.flag("insecure");
    let user = scope.line(&mut table, "user");
    let password = secret::read(&mut table, "password", scope);
    let token =
        program::read_key(&mut table, "token_command", scope, "mails wait until it is there and may be run by the user that runs veedor");
    let ca = authorities(&mut table, scope);
    let from = sender(&mut table, scope);
    if table.has("password") && table.has("token_command") {
        let help = "keep token_command where the server asks for OAuth (Microsoft 365, Gmail), else the password";
        table.report("token_command", "[smtp] has a password and a token_command", Some(help.to_owned()));
    } else if table.has("token_command") && !table.has("user") {
        let help = "write user = \"veedor@example.org\", the account whose token it prints";
        table.report("token_command", "[smtp] has a token_command but no user", Some(help.to_owned()));
    } else if table.has("user") != (table.has("password") || table.has("token_command")) {
        let (there, missing) = if table.has("user") { ("user", "password") } else { ("password", "user") };
        table.report(there, format!("[smtp] has a {there} but no {missing}"), Some("give both, or neither".to_owned()));
    }
    if table.has("ca") && tls.as_ref().is_some_and(|at| at.value == Tls::None) {
        table.report(
            "ca",
            "without TLS no certificate is checked, so ca has no effect",
            Some("use tls = \"tls\" or \"starttls\", or leave ca out".to_owned()),
        );
    }
    let secret = if table.has("token_command") { "token" } else { "password" };
    let has_password = table.has("password") || table.has("token_command");
    table.finish();
    let host = host?;
    let protection = tls.as_ref().map_or(Tls::Implicit, |at| at.value);
    if protection == Tls::None && has_password && !is_loopback_host(&host.value) {
        let message = format!("the {secret} would travel to {} in clear, and is not sent", host.value);
        let help = format!("use tls = \"tls\" or \"starttls\"; without them, leave user and {secret} out");
        scope.error(tls.and_then(|at| at.span), message, help);
    } else if protection == Tls::None {
        clear_text(&host.value, tls.and_then(|at| at.span), insecure.is_some_and(|at| at.value), scope);
    }
    let usual = match protection {
        Tls::Implicit => 465,
        Tls::StartTls => 587,
        Tls::None => 25,
    };
    Some(Smtp {
        host: host.value,
        port: port.and_then(|at| u16::try_from(at.value).ok()).unwrap_or(usual),
        tls: protection,
        user: user.map(|at| at.value),
        password: password.map(|at| at.value),
        token,
        ca,
        from: from?,
    })
}

/// The certificates in the file that `ca` names.
fn authorities(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<Vec<u8>> {
    let at = table.text("ca")?;
    let path = scope.path(&at)?;
    let help = "write the path of a PEM file that the service's user can read, with the certificate of your own authority";
    let pem = match std::fs::read(&path) {
        Ok(pem) => pem,
        Err(error) => {
            scope.error(at.span, format!("cannot read {}: {error}", path.display()), help);
            return None;
        }
    };
    let mut roots = RootCertStore::empty();
    let mut refused = None;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let added = certificate.map_err(|error| error.to_string()).and_then(|found| roots.add(found).map_err(|error| error.to_string()));
        refused = refused.or(added.err());
    }
    match refused {
        Some(why) => scope.error(at.span, format!("{} holds a certificate that does not read: {why}", path.display()), help),
        None if roots.is_empty() => {
            scope.error(at.span, format!("{} holds no certificate (-----BEGIN CERTIFICATE-----)", path.display()), help)
        }
        None => return Some(pem),
    }
    None
}

/// Whether it is a name or an address and nothing more. What stands there instead may hold a password, so it is not repeated.
fn is_host(host: &At<String>, scope: &Scope<'_>) -> bool {
    let bare = host.value.trim_start_matches('[').trim_end_matches(']');
    let is_address = bare.parse::<std::net::IpAddr>().is_ok();
    let is_plain = is_address || host.value.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    if !is_plain {
        let help = "write host = \"smtp.example.org\"; port, user and password have keys of their own";
        scope.error(host.span.clone(), "host must be the mail server's name alone, without smtp://, port or user", help);
    }
    is_plain
}

/// Whether every relay takes this address: letters beyond ASCII need SMTPUTF8 all the way (RFC 6531), and 254 octets is the
/// longest path (RFC 5321 §4.5.3.1.3).
pub(super) fn is_plain_address(address: &str) -> bool {
    address.len() <= 254 && address.bytes().all(|byte| byte.is_ascii_graphic())
}

fn clear_text(host: &str, span: Option<std::ops::Range<usize>>, said_twice: bool, scope: &Scope<'_>) {
    if is_loopback_host(host) {
        return;
    }
    if said_twice {
        scope.warn(span, format!("mails travel to {host} in clear"), "use tls = \"tls\" or \"starttls\" as soon as you can");
    } else {
        let help = "use tls = \"tls\" or \"starttls\"; if it really must be in clear, say it twice: insecure = true";
        scope.error(span, format!("tls = \"none\" would send mails to {host} in clear"), help);
    }
}

fn sender(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<String> {
    let At { value, span } = scope.line(table, "from")?;
    match value.parse::<Mailbox>() {
        Ok(mailbox) if is_plain_address(mailbox.email.as_ref()) => return Some(value),
        Ok(mailbox) => {
            let message = format!("{} has letters beyond ASCII, or is too long, and few relays take it", mailbox.email);
            scope.error(span, message, "use a plain address; the name before it may have any letters");
            return None;
        }
        Err(_) => {}
    }
    scope.error(span, format!("from is not a mail address: \"{value}\""), "write \"Veedor <veedor@example.org>\"");
    None
}
