//! Which addresses a receiver may have: the public internet, and what the operator vouches for.
//!
//! One judgement for the check of the watch list and for every send (`alerting.md` A5): `config` reads a [`Reach`] and asks it,
//! `fetch::guard` asks it again of the URL before each send, and of each address that a name resolves to. Pure: no name is
//! resolved here. It knows nothing of our own listening address, which is the guard's concern.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use url::{Host, Url};

use super::address::{is_local_name, is_public};

/// What the operator vouches for, beyond the public internet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Reach {
    /// Private and loopback addresses, and plain HTTP.
    pub private: bool,
    /// Networks.
    pub networks: Vec<IpNet>,
    /// Names in lower case, whatever they resolve to; `*.example.org` stands for all names below it.
    pub names: Vec<String>,
    /// Ports that are refused otherwise.
    pub ports: Vec<u16>,
}

/// Why an address is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreachable {
    /// Neither HTTP nor HTTPS, or no host.
    NoWebAddress,
    /// It carries a user name or a password.
    UserInfo,
    /// Plain HTTP to a host that nobody vouches for.
    Clear,
    /// A name that only an inner network resolves.
    LocalName,
    /// An address that is not of the public internet.
    Address(IpAddr),
    /// A port at which no receiver is looked for.
    Port(u16),
}

impl std::fmt::Display for Unreachable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoWebAddress => f.write_str("it is not an https address with a host"),
            Self::UserInfo => f.write_str("it carries a user name or a password"),
            Self::Clear => f.write_str("plain http"),
            Self::LocalName => f.write_str("a local name"),
            Self::Address(address) => write!(f, "{address} is not a public address"),
            Self::Port(port) => write!(f, "port {port}"),
        }
    }
}

/// The private networks, which [`Reach::private`] opens: RFC 1918, the shared space of carriers and overlay networks, loopback,
/// unique local. Not among them are link-local addresses, where clouds answer with credentials.
const PRIVATE_V4: [Ipv4Net; 5] =
    [v4([10, 0, 0, 0], 8), v4([172, 16, 0, 0], 12), v4([192, 168, 0, 0], 16), v4([100, 64, 0, 0], 10), v4([127, 0, 0, 0], 8)];
const PRIVATE_V6: [Ipv6Net; 2] = [v6([0, 0, 0, 0, 0, 0, 0, 1], 128), v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7)];

const fn v4(octets: [u8; 4], prefix: u8) -> Ipv4Net {
    let [a, b, c, d] = octets;
    Ipv4Net::new_assert(std::net::Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(segments: [u16; 8], prefix: u8) -> Ipv6Net {
    let [a, b, c, d, e, f, g, h] = segments;
    Ipv6Net::new_assert(std::net::Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix)
}

/// The ports below 1024 that receivers have.
const WEB: [u16; 2] = [80, 443];

/// Ports from 1024 on where no receiver is, and where a request can do harm: those of the Fetch standard ("bad ports"), and
/// those of databases, caches, container engines and cluster control.
const HARMFUL: [u16; 38] = [
    1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, // Fetch
    1433, 1521, 2181, 2375, 2376, 2379, 2380, 3306, 5432, 5984, 6379, 6443, 9042, 9200, 9300, 10250, 11211, 27017, 27018,
];

/// Whether a port is one that receivers may have without being named.
fn is_web_port(port: u16) -> bool {
    WEB.contains(&port) || (port >= 1024 && !HARMFUL.contains(&port))
}

impl Reach {
    /// Judges what can be seen of an address without asking anyone.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn judge(&self, url: &Url) -> Result<(), Unreachable> {
        let Some(host) = url.host().filter(|_| matches!(url.scheme(), "http" | "https")) else { return Err(Unreachable::NoWebAddress) };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Unreachable::UserInfo);
        }
        let vouched = match host {
            Host::Ipv4(address) => self.judge_literal(address.into())?,
            Host::Ipv6(address) => self.judge_literal(address.into())?,
            // Only what it resolves to can be judged by networks.
            Host::Domain(name) if is_local_name(name) && !self.private && self.networks.is_empty() && !self.has_name(name) => {
                return Err(Unreachable::LocalName);
            }
            Host::Domain(name) => self.private || self.has_name(name),
        };
        if url.scheme() == "http" && !vouched {
            return Err(Unreachable::Clear);
        }
        match url.port_or_known_default() {
            Some(port) if is_web_port(port) || self.ports.contains(&port) => Ok(()),
            port => Err(Unreachable::Port(port.unwrap_or_default())),
        }
    }

    /// Whether a literal address is vouched for; an error when it may not be reached at all.
    fn judge_literal(&self, address: IpAddr) -> Result<bool, Unreachable> {
        match (self.is_vouched(address), is_public(address)) {
            (true, _) => Ok(true),
            (false, true) => Ok(false),
            (false, false) => Err(Unreachable::Address(address.to_canonical())),
        }
    }

    /// Whether an address that `name` resolves to may be dialled.
    pub fn admits(&self, name: &str, address: IpAddr) -> bool {
        is_public(address) || self.is_vouched(address) || self.has_name(name)
    }

    fn is_vouched(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(&address)) || (self.private && is_private(address))
    }

    fn has_name(&self, name: &str) -> bool {
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        self.names.iter().any(|known| match known.strip_prefix("*.") {
            Some(above) => name.strip_suffix(above).is_some_and(|below| below.len() > 1 && below.ends_with('.')),
            None => *known == name,
        })
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => PRIVATE_V4.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) => PRIVATE_V6.iter().any(|network| network.contains(&address)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(reach: &Reach, url: &str) -> Result<(), Unreachable> {
        reach.judge(&Url::parse(url).expect(url))
    }

    fn vouching(networks: &[&str], names: &[&str], ports: &[u16]) -> Reach {
        let networks = networks.iter().map(|network| network.parse().expect("a network")).collect();
        Reach { private: false, networks, names: names.iter().map(|name| (*name).to_owned()).collect(), ports: ports.to_vec() }
    }

    /// (the address, whether it passes as it is, whether with `allow_private`)
    #[test]
    fn a_receiver_is_judged_before_anyone_is_asked() {
        let (public, private) = (Reach::default(), Reach { private: true, ..Reach::default() });
        for (url, as_it_is, vouched) in [
            ("https://hooks.example.org/veedor", true, true),
            ("https://hooks.example.org:8443/veedor", true, true),
            ("http://hooks.example.org/veedor", false, true),
            ("https://8.8.8.8/", true, true),
            ("https://127.0.0.1/", false, true),
            // All that the URL standard reads as 127.0.0.1: decimal, octal, hexadecimal, short, full-width, percent-encoded.
            ("https://2130706433/", false, true),
            ("https://017700000001/", false, true),
            ("https://0x7f000001/", false, true),
            ("https://0x7f.1/", false, true),
            ("https://0177.0.0.1/", false, true),
            ("https://127.1/", false, true),
            ("https://127.0.0.1./", false, true),
            ("https://１２７.0.0.1/", false, true),
            ("https://127%2e0.0.1/", false, true),
            ("https://[::1]/", false, true),
            ("https://[::ffff:10.0.0.1]/", false, true),
            ("https://[::ffff:0a00:0001]/", false, true),
            ("https://[fd12::1]/", false, true),
            ("https://100.64.0.1/", false, true),
            // Neither private nor loopback: these need to be named.
            ("https://169.254.169.254/latest/meta-data/", false, false),
            ("https://0xa9fea9fe/", false, false),
            ("https://[::ffff:169.254.169.254]/", false, false),
            ("https://[fe80::1]/", false, false),
            ("https://0.0.0.0/", false, false),
            ("https://0/", false, false),
            ("https://[::]/", false, false),
            ("https://255.255.255.255/", false, false),
            ("https://224.0.0.1/", false, false),
            ("https://[ff02::1]/", false, false),
            ("https://[2001::1]/", false, false),
            ("https://[2002:a00:1::1]/", false, false),
            ("https://[64:ff9b::a00:1]/", false, false),
            ("https://[::10.0.0.1]/", false, false),
            ("https://[fec0::1]/", false, false),
            ("https://localhost/", false, true),
            ("https://LOCALHOST/", false, true),
            ("https://a.localhost./", false, true),
            ("https://printer.local/", false, true),
            ("https://intranet/", false, true),
            ("https://metadata.google.internal/", false, true),
            ("https://user:pass@hooks.example.org/", false, false),
            ("https://user@hooks.example.org/", false, false),
            ("ftp://hooks.example.org/", false, false),
            ("file:///etc/passwd", false, false),
            ("data:text/plain,x", false, false),
        ] {
            assert_eq!(judge(&public, url).is_ok(), as_it_is, "{url}");
            assert_eq!(judge(&private, url).is_ok(), vouched, "{url} with allow_private");
        }
    }

    #[test]
    fn ports_of_mail_shells_and_databases_are_refused_unless_they_are_named() {
        for port in [22, 23, 25, 53, 110, 143, 389, 445, 465, 587, 993, 2375, 3306, 5432, 6379, 9200, 10080, 10250, 11211, 27017, 1, 1023] {
            let url = format!("https://hooks.example.org:{port}/");
            for private in [false, true] {
                assert_eq!(judge(&Reach { private, ..Reach::default() }, &url), Err(Unreachable::Port(port)), "{url}");
            }
            assert_eq!(judge(&vouching(&[], &[], &[port]), &url), Ok(()), "{url}");
        }
        for port in [80, 443, 1024, 3000, 8000, 8080, 8443, 9000, 40000, 65535] {
            assert_eq!(judge(&Reach::default(), &format!("https://hooks.example.org:{port}/")), Ok(()), "{port}");
        }
        assert_eq!(judge(&Reach::default(), "https://hooks.example.org:0/"), Err(Unreachable::Port(0)));
    }

    #[test]
    fn what_is_vouched_for_may_be_reached_and_nothing_else() {
        let reach = vouching(&["10.1.2.0/24", "fd00:1::/64", "169.254.7.7/32"], &["hooks.interno.example", "*.mesa.example"], &[]);
        for url in [
            "https://10.1.2.9/",
            "http://10.1.2.9:8080/",
            "https://[::ffff:10.1.2.9]/",
            "https://[fd00:1::5]/",
            "https://169.254.7.7/",
            "http://hooks.interno.example/",
            "http://HOOKS.interno.example./",
            "http://a.mesa.example/",
            "https://intranet/",
        ] {
            assert_eq!(judge(&reach, url), Ok(()), "{url}");
        }
        for url in [
            "https://10.1.3.9/",
            "https://127.0.0.1/",
            "https://169.254.169.254/",
            "http://hooks.example.org/",
            "http://otra.hooks.interno.example/",
            "http://mesa.example/",
            "http://xmesa.example/",
            "http://intranet/",
        ] {
            assert!(judge(&reach, url).is_err(), "{url}");
        }
        for (name, address, admitted) in [
            ("intranet", "10.1.2.3", true),
            ("intranet", "10.1.3.3", false),
            ("intranet", "8.8.8.8", true),
            ("intranet", "127.0.0.1", false),
            ("hooks.interno.example", "127.0.0.1", true),
            ("hooks.interno.example.", "192.168.1.1", true),
            ("a.mesa.example", "10.9.9.9", true),
            ("intranet", "::ffff:10.1.2.3", true),
        ] {
            assert_eq!(reach.admits(name, address.parse().expect(address)), admitted, "{name} {address}");
        }
    }
}
