//! Which network addresses and names belong to the public internet.
//!
//! The one table behind [`Reach`](super::reach::Reach), which the check of the watch list and the guard of each connection ask
//! (`alerting.md` A5.3). Pure: no name is resolved here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// The IPv4 networks that are not the public internet: Svix's table, from the IANA special-purpose registry.
const CLOSED_V4: [Ipv4Net; 15] = [
    v4(0, 0, 0, 0, 8),       // this network
    v4(10, 0, 0, 0, 8),      // private
    v4(100, 64, 0, 0, 10),   // carrier-grade NAT
    v4(127, 0, 0, 0, 8),     // loopback
    v4(169, 254, 0, 0, 16),  // link-local, cloud metadata
    v4(172, 16, 0, 0, 12),   // private
    v4(192, 0, 0, 0, 24),    // IETF protocol assignments
    v4(192, 0, 2, 0, 24),    // documentation
    v4(192, 88, 99, 0, 24),  // 6to4 relays
    v4(192, 168, 0, 0, 16),  // private
    v4(198, 18, 0, 0, 15),   // benchmarking
    v4(198, 51, 100, 0, 24), // documentation
    v4(203, 0, 113, 0, 24),  // documentation
    v4(224, 0, 0, 0, 4),     // multicast
    v4(240, 0, 0, 0, 4),     // reserved, broadcast
];

/// All global unicast IPv6 lies here (RFC 4291 §2.4 as assigned by IANA); loopback, `::/96`, mapped, NAT64, unique local,
/// link-local, site-local `fec0::/10` and multicast lie outside.
const OPEN_V6: Ipv6Net = v6(0x2000, 0, 3);

/// What within [`OPEN_V6`] is not the public internet, or carries an IPv4 address that would need a check of its own.
const CLOSED_V6: [Ipv6Net; 4] = [
    v6(0x2001, 0, 23),     // IETF protocol assignments: Teredo, benchmarking, ORCHID
    v6(0x2001, 0xdb8, 32), // documentation
    v6(0x2002, 0, 16),     // 6to4
    v6(0x3fff, 0, 20),     // documentation
];

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(a: u16, b: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), prefix)
}

/// Whether an address is one of the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => !CLOSED_V4.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) => OPEN_V6.contains(&address) && !CLOSED_V6.iter().any(|network| network.contains(&address)),
    }
}

/// Names that no public resolver answers for (RFC 6761, RFC 6762, RFC 8375).
pub fn is_local_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    !name.contains('.') || [".localhost", ".local", ".internal", ".home.arpa"].iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_outside_the_public_internet_are_refused() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.0.170",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "192.168.255.255",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::10.0.0.1",
            "::8.8.8.8",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "100:0:0:1::1",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:2::1",
            "2001:10::1",
            "2001:1f:ffff::1",
            "2001:2f:ffff::1",
            "2001:1ff:ffff::1",
            "2001:db8::1",
            "2002:a00:1::1",
            "2002:808:808::1",
            "3fff::1",
            "3fff:fff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "feff::1",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().expect(address)), "{address}");
        }
    }

    /// The table of Svix's own test (`webhook_http_client.rs`, `is_allowed_test`), which follows the standard library's
    /// `is_global`. In one line we are stricter: `0:0:0:ffff::1` looks like a mapped address, and nobody has it.
    #[test]
    fn svix_would_judge_the_same() {
        for address in [
            "10.254.0.0",
            "192.168.10.65",
            "172.16.10.65",
            "0.1.2.3",
            "0.0.0.0",
            "127.0.0.1",
            "169.254.45.1",
            "255.255.255.255",
            "192.0.2.255",
            "198.51.100.65",
            "203.0.113.6",
            "100.100.0.0",
            "192.0.0.0",
            "192.0.0.255",
            "250.10.20.30",
            "198.18.0.0",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:0.0.0.1",
            "0:0:0:ffff::1",
        ] {
            assert!(!is_public(address.parse().expect(address)), "{address}");
        }
        for address in ["1.1.1.1", "2001:4860:4860::8888", "::ffff:8.8.8.8"] {
            assert!(is_public(address.parse().expect(address)), "{address}");
        }
    }

    #[test]
    fn public_addresses_pass() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "126.255.255.255",
            "128.0.0.1",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.1",
            "192.0.1.1",
            "192.167.255.255",
            "192.169.0.1",
            "198.17.255.255",
            "198.20.0.1",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "2001:4860:4860::8888",
            "2001:200::1",
            "2001:db7::1",
            "2003::1",
            "2606:4700:4700::1111",
            "2a00:1450::1",
            "3ffe::1",
            "3fff:1000::1",
        ] {
            assert!(is_public(address.parse().expect(address)), "{address}");
        }
    }

    #[test]
    fn names_without_a_public_resolver_are_local() {
        for name in ["localhost", "a.localhost.", "intranet", "printer.local", "metadata.google.internal", "nas.home.arpa"] {
            assert!(is_local_name(name), "{name}");
        }
        assert!(!is_local_name("hooks.example.org") && !is_local_name("hooks.example.org."));
    }
}
