//! What a failed exchange means, in one of our failure kinds and one sentence.
//!
//! `exchange` gives every error of the HTTP client to [`Trouble::of`]. The sentences name the host and never the address:
//! an address often carries a case number. No decision on what to do next is taken here.

use std::error::Error;
use std::io::{self, ErrorKind};

use rustls::CertificateError as Bad;

use super::FailureKind;
use super::clients::inside;
use super::guard::Refused;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) kind: FailureKind,
    pub(super) why: String,
    /// The connection ended before anything of an answer came.
    pub(super) dropped: bool,
}

impl Trouble {
    pub(super) fn unavailable(why: String) -> Self {
        Self { kind: FailureKind::Unavailable, why, dropped: false }
    }

    /// We could not take the answer; nothing is wrong with the host.
    pub(super) fn crowded(why: String) -> Self {
        Self { kind: FailureKind::Crowded, why, dropped: false }
    }

    pub(super) fn unreadable(why: String) -> Self {
        Self { kind: FailureKind::Unreadable, why, dropped: false }
    }

    /// Reads the error of a request to `host` whose answer had begun or had not.
    pub(super) fn of(error: &reqwest::Error, host: &str, answered: bool) -> Self {
        if error.is_builder() {
            return Self::unreadable("the recipe asks for something that HTTP cannot say; mend its headers".to_owned());
        }
        if Refused::find(error).is_some() {
            return Self::unavailable(inside(host));
        }
        let io = || links(error).filter_map(|link| link.downcast_ref::<io::Error>());
        // A name cannot be looked up without one either.
        if io().any(|error| matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE))) {
            return Self::unavailable(format!("no file descriptor is left to ask {host} with; raise LimitNOFILE= or `ulimit -n`"));
        }
        if error.is_dns() {
            return Self::unavailable(format!("the name {host} does not resolve; check its spelling and this machine's network"));
        }
        if let Some(tls) = links(error).find_map(|link| link.downcast_ref::<rustls::Error>()) {
            return Self::unavailable(format!("{host} cannot be trusted: {}", mistrust(tls)));
        }
        match io().map(io::Error::kind).last() {
            Some(ErrorKind::ConnectionRefused) => {
                Self::unavailable(format!("{host} refuses the connection; check the address and the port"))
            }
            Some(ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe) => {
                let dropped = !answered && !error.is_connect();
                Self { dropped, ..Self::unavailable(format!("{host} broke off the connection")) }
            }
            Some(ErrorKind::UnexpectedEof) if answered => Self::unreadable(format!("the answer of {host} ended before its time")),
            _ if error.is_connect() => Self::unavailable(format!("{host} cannot be reached; check this machine's network")),
            _ if answered => Self::unreadable(format!("the answer of {host} cannot be decoded")),
            _ => {
                let why = format!("{host} closed the connection without an answer that is HTTP");
                Self { dropped: true, ..Self::unavailable(why) }
            }
        }
    }
}

/// What is wrong with who answers, and what to do where that is known.
fn mistrust(error: &rustls::Error) -> String {
    let rustls::Error::InvalidCertificate(why) = error else { return error.to_string() };
    let why = match why {
        Bad::Expired | Bad::ExpiredContext { .. } => "its certificate has expired; if it has not, mend this machine's clock",
        Bad::NotValidYet | Bad::NotValidYetContext { .. } => "its certificate is not valid yet; if it is, mend this machine's clock",
        Bad::NotValidForName | Bad::NotValidForNameContext { .. } => "its certificate is for another name; check the address",
        Bad::UnknownIssuer => {
            "nobody whom this machine trusts signed its certificate; the site may send an incomplete chain, or its root is to be added to this machine's"
        }
        other => return format!("its certificate is no good: {other}"),
    };
    why.to_owned()
}

/// The error and its causes.
fn links(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let first: &(dyn Error + 'static) = error;
    std::iter::successors(Some(first), |link| cause(*link))
}

/// An `io::Error` hides what it wraps from `source`, so that is looked into as well.
fn cause<'a>(link: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match link.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => link.source(),
    }
}
