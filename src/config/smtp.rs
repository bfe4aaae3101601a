//! The `[smtp]` table: the mail server that email channels send through.

use lettre::message::Mailbox;

use crate::diag::{At, Reader};

use super::loopback::is_loopback_host;
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
    let host = scope.line(&mut table, "host");
    let port = table.integer("port", 1, 65_535);
    let tls = table.choice("tls", &[("tls", Tls::Implicit), ("starttls", Tls::StartTls), ("none", Tls::None)]);
    let insecure = table.flag("insecure");
    let user = scope.line(&mut table, "user");
    let password = secret::read(&mut table, "password", scope);
    let from = sender(&mut table, scope);
    if table.has("user") != table.has("password") {
        let (there, missing) = if table.has("user") { ("user", "password") } else { ("password", "user") };
        table.report(there, format!("[smtp] has a {there} but no {missing}"), Some("give both, or neither".to_owned()));
    }
    table.finish();
    let host = host?;
    let protection = tls.as_ref().map_or(Tls::Implicit, |at| at.value);
    if protection == Tls::None {
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
        from: from?,
    })
}

fn clear_text(host: &str, span: Option<std::ops::Range<usize>>, said_twice: bool, scope: &Scope<'_>) {
    if is_loopback_host(host) {
        return;
    }
    if said_twice {
        scope.warn(
            span,
            format!("mails and the password travel to {host} in clear"),
            "use tls = \"tls\" or \"starttls\" as soon as you can",
        );
    } else {
        let help = "use tls = \"tls\" or \"starttls\"; if it really must be in clear, say it twice: insecure = true";
        scope.error(span, format!("tls = \"none\" would send mails and the password to {host} in clear"), help);
    }
}

fn sender(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<String> {
    let At { value, span } = scope.line(table, "from")?;
    if value.parse::<Mailbox>().is_ok() {
        return Some(value);
    }
    scope.error(span, format!("from is not a mail address: \"{value}\""), "write \"Veedor <veedor@example.org>\"");
    None
}
