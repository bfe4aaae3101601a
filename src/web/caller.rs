//! Where a request comes from: the client's address, and the address that its browser shows.
//!
//! Asked by [`guard`](super::guard) once a request. What a client says of itself is worth nothing; what a proxy of `trusted_proxies` says is
//! taken, from the right end of its list, because everything further left was there before. A request that came neither from this machine
//! nor over TLS through such a proxy is answered with what to do: cookies never travel in the clear.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::HeaderMap;
use axum::http::header::{FORWARDED, HOST, HeaderName, VIA};
use ipnet::IpNet;
use url::Url;

/// Where a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Caller {
    /// The client.
    pub address: IpAddr,
    /// Scheme, name and port that its browser shows, such as `https://veedor.example.org`.
    pub origin: String,
    /// Whether it came over TLS, through a proxy.
    pub secure: bool,
}

/// Why a request is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stray {
    /// Another name leads here than those of loopback (DNS rebinding).
    Name,
    /// It came from another machine and through no proxy that is trusted.
    Around,
    /// It came through a proxy that the watch list does not name: without an account everybody would see everything.
    Unnamed,
    /// It came through a proxy under another name than that of `url`.
    Other,
    /// It came through a proxy, and the browser does not talk to that over TLS, or the proxy does not say so.
    Clear,
}

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// What proxies add. nginx adds nothing by itself and changes the name, but speaks HTTP/1.0, which no browser does: the guard sees to that.
const MARKS: [HeaderName; 6] = [FOR, PROTO, FORWARDED_HOST, FORWARDED, VIA, HeaderName::from_static("x-real-ip")];

impl Caller {
    /// Finds out; `peer` is at the other end of the connection.
    ///
    /// # Errors
    /// When it is not to be answered.
    pub fn of(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Result<Self, Stray> {
        let peer = peer.to_canonical();
        if is_forwarded(headers) && is_trusted(peer, trusted) {
            return Self::through(peer, headers, trusted);
        }
        let host = text(headers, &HOST).unwrap_or_default();
        if !is_of_this_machine(host) {
            return Err(if peer.is_loopback() { Stray::Name } else { Stray::Around });
        }
        if !peer.is_loopback() {
            return Err(Stray::Around);
        }
        if MARKS.iter().any(|name| headers.contains_key(name)) {
            return Err(Stray::Unnamed);
        }
        Ok(Self { address: peer, origin: format!("http://{}", host.to_ascii_lowercase()), secure: false })
    }

    fn through(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Result<Self, Stray> {
        let standard = forwarded(headers);
        let last = standard.last();
        let proto = rightmost(headers, &PROTO).or_else(|| last.and_then(|element| element.proto.clone()));
        let host = rightmost(headers, &FORWARDED_HOST).or_else(|| last.and_then(|element| element.host.clone()));
        let host = host.or_else(|| text(headers, &HOST).map(str::to_owned)).filter(|host| !host.is_empty()).ok_or(Stray::Clear)?;
        if !proto.is_some_and(|proto| proto.eq_ignore_ascii_case("https")) {
            return Err(Stray::Clear);
        }
        let address = forwarded_for(peer, headers, &standard, trusted);
        let host = host.to_ascii_lowercase();
        let host = host.strip_suffix(":443").unwrap_or(&host);
        Ok(Self { address, origin: format!("https://{host}"), secure: true })
    }

    /// Whether it came through a proxy under another name and port than those of this address, which the watch list says is ours.
    pub fn is_under_another_name(&self, url: Option<&str>) -> bool {
        let ours = url.and_then(|url| Url::parse(url).ok()).map(|url| url.origin().ascii_serialization());
        self.secure && ours.is_some_and(|ours| !ours.eq_ignore_ascii_case(&self.origin))
    }

    /// What requests are counted by: an address, or the network that one customer has of IPv6.
    pub fn counted_as(&self) -> String {
        network(self.address)
    }
}

/// What any request is counted by, also one that is open to everybody under any name; `None`: it came from this machine and through no proxy.
pub(super) fn counted(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Option<String> {
    let peer = peer.to_canonical();
    if is_forwarded(headers) && is_trusted(peer, trusted) {
        return Some(network(forwarded_for(peer, headers, &forwarded(headers), trusted)));
    }
    // A proxy on this machine that does not say who asks is one client, as one elsewhere is.
    let is_direct = peer.is_loopback() && MARKS.iter().all(|name| !headers.contains_key(name));
    (!is_direct).then(|| network(peer))
}

/// An address, or the network that one customer has of IPv6.
fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
        }
    }
}

fn is_forwarded(headers: &HeaderMap) -> bool {
    [FOR, PROTO, FORWARDED_HOST, FORWARDED].iter().any(|name| headers.contains_key(name))
}

/// The client, as a proxy that is trusted says.
fn forwarded_for(peer: IpAddr, headers: &HeaderMap, standard: &[Element], trusted: &[IpNet]) -> IpAddr {
    let named: Vec<String> = list(headers, &FOR);
    let by_list = (!named.is_empty()).then(|| client(peer, &named, trusted));
    let by_standard: Vec<String> = standard.iter().map(|element| element.client.clone().unwrap_or_default()).collect();
    let by_standard = (!by_standard.is_empty()).then(|| client(peer, &by_standard, trusted));
    match (by_list, by_standard) {
        // A proxy writes one of the two and may pass the other on as the client wrote it.
        (Some(one), Some(other)) if one != other => peer,
        (one, other) => one.or(other).unwrap_or(peer),
    }
}

/// The rightmost address that is no proxy's; where a word is no address, the last that was one.
fn client(peer: IpAddr, named: &[String], trusted: &[IpNet]) -> IpAddr {
    let mut client = peer;
    for word in named.iter().rev() {
        let Some(address) = address(word) else { return client };
        client = address;
        if !is_trusted(address, trusted) {
            break;
        }
    }
    client
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&address))
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
fn address(word: &str) -> Option<IpAddr> {
    let word = word.trim();
    let plain = match word.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None => match word.split_once(':') {
            Some((before, port)) if !port.contains(':') => before,
            _ => word,
        },
    };
    plain.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// All values of a header, in order; what is no text is an empty one.
fn list(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let lines = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default());
    lines.flat_map(|line| line.split(',')).map(|word| word.trim().to_owned()).collect()
}

fn rightmost(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    list(headers, name).pop().filter(|word| !word.is_empty())
}

/// One element of `Forwarded` (RFC 7239).
#[derive(Debug, Default)]
struct Element {
    client: Option<String>,
    proto: Option<String>,
    host: Option<String>,
}

fn forwarded(headers: &HeaderMap) -> Vec<Element> {
    let lines = headers.get_all(FORWARDED).iter().map(|value| value.to_str().unwrap_or_default());
    let mut elements = Vec::new();
    for part in lines.flat_map(|line| unquoted(line, ',')) {
        let mut element = Element::default();
        for pair in unquoted(&part, ';') {
            let Some((key, value)) = pair.split_once('=') else { continue };
            let value = value.trim().trim_matches('"').to_owned();
            match key.trim().to_ascii_lowercase().as_str() {
                "for" => element.client = Some(value),
                "proto" => element.proto = Some(value),
                "host" => element.host = Some(value),
                _ => {}
            }
        }
        elements.push(element);
    }
    elements
}

/// Parts between separators that do not stand in quotes.
fn unquoted(line: &str, separator: char) -> Vec<String> {
    let (mut parts, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        quoted ^= c == '"';
        if c == separator && !quoted {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts
}

/// Whether the name that was typed is one of loopback.
fn is_of_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => name,
        _ => host,
    };
    name.eq_ignore_ascii_case("localhost") || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn found(peer: &str, pairs: &[(&'static str, &str)]) -> Result<(String, String), Stray> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"));
        }
        let trusted: Vec<IpNet> =
            ["127.0.0.0/8", "10.0.0.0/8", "2001:db8:1::/48"].iter().map(|net| net.parse().expect("a network")).collect();
        let caller = Caller::of(peer.parse().expect("an address"), &headers, &trusted)?;
        assert_eq!(caller.secure, caller.origin.starts_with("https://"));
        Ok((caller.address.to_string(), caller.origin))
    }

    #[test]
    fn only_names_of_loopback_lead_here_without_a_proxy() {
        for host in ["127.0.0.1:8377", "localhost:8377", "LOCALHOST", "[::1]:8377", "[::1]", "127.0.0.1"] {
            assert_eq!(
                found("127.0.0.1", &[("host", host)]),
                Ok(("127.0.0.1".into(), format!("http://{}", host.to_lowercase()))),
                "{host}"
            );
        }
        for host in ["evil.example", "127.0.0.1.evil.example:8377", "localhost.evil.example", "10.0.0.1:8377", ""] {
            assert_eq!(found("127.0.0.1", &[("host", host)]), Err(Stray::Name), "{host}");
        }
        assert_eq!(found("127.0.0.1", &[]), Err(Stray::Name));
        assert_eq!(found("::1", &[("host", "localhost:8377"), ("x-forwarded-for", "203.0.113.9")]), Err(Stray::Unnamed));
        assert_eq!(found("127.0.0.1", &[("host", "localhost:8377"), ("via", "1.1 x")]), Err(Stray::Unnamed));
        // From another machine nothing is answered, whatever it says.
        for peer in ["203.0.113.5", "10.0.0.3", "::ffff:203.0.113.5"] {
            assert_eq!(found(peer, &[("host", "127.0.0.1:8377")]), Err(Stray::Around), "{peer}");
        }
        let said =
            [("host", "127.0.0.1"), ("x-forwarded-for", "127.0.0.1"), ("x-forwarded-proto", "https"), ("x-forwarded-host", "localhost")];
        assert_eq!(found("203.0.113.5", &said), Err(Stray::Around));
    }

    #[test]
    fn the_client_is_the_rightmost_that_is_no_proxy_of_ours() {
        type Row = (&'static str, &'static [(&'static str, &'static str)], &'static str);
        let rows: &[Row] = &[
            ("127.0.0.1", &[("x-forwarded-for", "203.0.113.9")], "203.0.113.9"),
            ("::ffff:10.1.1.1", &[("x-forwarded-for", "203.0.113.9")], "203.0.113.9"),
            // What the client wrote itself stands on the left.
            ("127.0.0.1", &[("x-forwarded-for", "198.51.100.1, 203.0.113.9")], "203.0.113.9"),
            ("127.0.0.1", &[("x-forwarded-for", "127.0.0.1, 203.0.113.9, 10.0.0.7")], "203.0.113.9"),
            ("127.0.0.1", &[("x-forwarded-for", "198.51.100.1"), ("x-forwarded-for", "203.0.113.9,10.0.0.7")], "203.0.113.9"),
            // A word that is no address ends what can be believed.
            ("127.0.0.1", &[("x-forwarded-for", "198.51.100.1, <script>, 10.0.0.7")], "10.0.0.7"),
            ("127.0.0.1", &[("x-forwarded-for", "unknown")], "127.0.0.1"),
            ("127.0.0.1", &[("x-forwarded-for", "")], "127.0.0.1"),
            ("127.0.0.1", &[("x-forwarded-for", "10.0.0.9, 10.0.0.7")], "10.0.0.9"),
            ("127.0.0.1", &[("x-forwarded-for", "203.0.113.9:5123")], "203.0.113.9"),
            ("127.0.0.1", &[("x-forwarded-for", "[2001:db8::9]:5123")], "2001:db8::9"),
            ("127.0.0.1", &[("x-forwarded-for", "2001:db8::9, 2001:db8:1::7")], "2001:db8::9"),
            ("127.0.0.1", &[("x-forwarded-for", "::ffff:203.0.113.9")], "203.0.113.9"),
            ("127.0.0.1", &[("forwarded", "for=198.51.100.1;proto=http, for=\"[2001:db8::9]:4711\";by=_x, For=10.0.0.7")], "2001:db8::9"),
            ("127.0.0.1", &[("forwarded", "for=\"_a,b;for=198.51.100.1\"")], "127.0.0.1"),
            ("127.0.0.1", &[("forwarded", "proto=https")], "127.0.0.1"),
            // Two that do not agree: one of them is the client's own word.
            ("127.0.0.1", &[("x-forwarded-for", "203.0.113.9"), ("forwarded", "for=198.51.100.1")], "127.0.0.1"),
            ("127.0.0.1", &[("x-forwarded-for", "203.0.113.9"), ("forwarded", "for=203.0.113.9")], "203.0.113.9"),
        ];
        for (peer, pairs, client) in rows {
            let all = [pairs, &[("host", "veedor.example.org"), ("x-forwarded-proto", "https")][..]].concat();
            assert_eq!(found(peer, &all), Ok(((*client).into(), "https://veedor.example.org".into())), "{pairs:?}");
        }
    }

    #[test]
    fn behind_a_proxy_the_browser_must_talk_to_it_over_tls_and_the_proxy_says_under_which_name() {
        let client = ("x-forwarded-for", "203.0.113.9");
        let at = |pairs: &[(&'static str, &str)]| found("127.0.0.1", &[&[client], pairs].concat()).map(|(_, origin)| origin);
        let inner = ("host", "127.0.0.1:8377");
        assert_eq!(
            at(&[inner, ("x-forwarded-proto", "https"), ("x-forwarded-host", "V.example.org:443")]),
            Ok("https://v.example.org".into())
        );
        assert_eq!(
            at(&[inner, ("x-forwarded-proto", "http, HTTPS"), ("x-forwarded-host", "evil.example, v.example.org:8443")]),
            Ok("https://v.example.org:8443".into())
        );
        assert_eq!(at(&[("forwarded", "for=203.0.113.9;proto=https;host=\"v.example.org\""), inner]), Ok("https://v.example.org".into()));
        for clear in [
            &[inner][..],
            &[inner, ("x-forwarded-proto", "http")],
            &[inner, ("x-forwarded-proto", "https,http")],
            &[("x-forwarded-proto", "https")],
        ] {
            assert_eq!(at(clear), Err(Stray::Clear), "{clear:?}");
        }
    }

    #[test]
    fn behind_a_proxy_no_other_name_leads_here_than_the_one_that_is_ours() {
        let caller = |origin: &str, secure| Caller { address: IpAddr::from([203, 0, 113, 9]), origin: origin.to_owned(), secure };
        let ours = Some("https://Veedor.example.org/");
        assert!(!caller("https://veedor.example.org", true).is_under_another_name(ours));
        for other in ["https://evil.example", "https://veedor.example.org:8443", "https://veedor.example.org.evil.example"] {
            assert!(caller(other, true).is_under_another_name(ours), "{other}");
            assert!(!caller(other, true).is_under_another_name(None), "nobody says which is ours: {other}");
        }
        assert!(!caller("http://127.0.0.1:8377", false).is_under_another_name(ours), "this machine");
        assert!(!caller("https://veedor.example.org:8443", true).is_under_another_name(Some("https://veedor.example.org:8443")));
    }

    #[test]
    fn only_who_sits_at_this_machine_is_not_counted() {
        let trusted: Vec<IpNet> = vec!["127.0.0.1/32".parse().expect("a network")];
        let counted = |peer: &str, pairs: &[(&'static str, &'static str)], trusted: &[IpNet]| {
            let headers = pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect();
            super::counted(peer.parse().expect("an address"), &headers, trusted)
        };
        let through = ("x-forwarded-for", "203.0.113.9");
        for peer in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(counted(peer, &[], &trusted), None, "{peer}");
            // A proxy that is not named is one client, and its word is not taken.
            assert!(counted(peer, &[through], &[]).is_some_and(|client| client != "203.0.113.9"), "{peer}");
            assert!(counted(peer, &[("via", "1.1 proxy")], &trusted).is_some(), "{peer}");
        }
        assert_eq!(counted("127.0.0.1", &[through], &trusted).as_deref(), Some("203.0.113.9"), "also in the clear");
        assert_eq!(counted("127.0.0.1", &[("x-forwarded-for", "2001:db8::9:1")], &trusted).as_deref(), Some("2001:db8::"));
        // A client that makes itself unknown is counted as the proxy, and not let through as this machine.
        let torn = [through, ("forwarded", "for=198.51.100.1")];
        assert_eq!(counted("127.0.0.1", &torn, &trusted).as_deref(), Some("127.0.0.1"));
        assert_eq!(counted("198.51.100.7", &[through], &trusted).as_deref(), Some("198.51.100.7"));
    }

    #[test]
    fn whoever_has_a_network_counts_once() {
        let counted =
            |address: &str| Caller { address: address.parse().expect("an address"), origin: String::new(), secure: true }.counted_as();
        assert_eq!(counted("2001:db8::1"), counted("2001:db8::ffff:1"));
        assert_ne!(counted("2001:db8::1"), counted("2001:db8:0:1::1"));
        assert_ne!(counted("203.0.113.9"), counted("203.0.113.10"));
    }
}
