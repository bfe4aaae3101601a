//! Whether an address is this machine: where passwords may go in clear and a court may be asked without a pause.
//!
//! Pure; looks at the text only and resolves no name. `fetch::guard` decides at the time of a connection.

use std::net::IpAddr;

use url::Url;

/// 127.0.0.0/8, `::1` (mapped forms too) or the name `localhost`.
pub(super) fn is_loopback_host(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// Whether the URL's host is this machine.
pub(super) fn is_loopback_url(url: &str) -> bool {
    Url::parse(url).ok().as_ref().and_then(Url::host_str).is_some_and(is_loopback_host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for url in ["http://127.0.0.1:9000", "http://127.9.9.9/", "http://[::1]:1", "http://localhost", "http://[::ffff:127.0.0.1]/"] {
            assert!(is_loopback_url(url), "{url}");
        }
        for url in
            ["http://10.0.0.1", "https://example.org", "http://localhost.example.org", "http://128.0.0.1", "no url", "http://0.0.0.0"]
        {
            assert!(!is_loopback_url(url), "{url}");
        }
    }
}
