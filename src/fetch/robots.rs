//! Reads robots.txt by RFC 9309 and answers whether a path may be asked for.
//!
//! Pure: `obey` brings the bytes. Written here because the crate for it, texting_robots 0.2.2, gives up on a whole file for
//! one rule that its regular expressions cannot take, lets an empty `Disallow:` outweigh `Disallow: /`, and brings
//! old generations of nom, bstr and thiserror. Where the RFC leaves a choice, the stricter reading or Google's is taken. Sitemaps are not
//! read.

use std::borrow::Cow;
use std::time::Duration;

/// Our product token (RFC 9309 §2.2.1); the same word opens the `User-Agent`.
const TOKEN: &str = "veedor";
/// As much of a robots.txt as is read: what RFC 9309 §2.5 asks for at least.
pub(super) const MOST_BYTES: usize = 500 * 1024;
/// The longest `Crawl-delay` that is kept; a longer one would be a mistake or a disguised refusal, and is shortened.
const LONGEST_DELAY: Duration = Duration::from_secs(600);

/// The rules of a host that concern us.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Robots {
    rules: Vec<Rule>,
    /// The least time between requests that the host asks for (not in the RFC, yet widely meant).
    pub(super) delay: Duration,
}

#[derive(Debug, Clone, PartialEq)]
struct Rule {
    allow: bool,
    pattern: Vec<u8>,
}

/// Whom the lines being read concern.
#[derive(Default)]
struct Group {
    ours: bool,
    everyones: bool,
    /// Rules have been seen, so that the next `User-agent` opens another group.
    closed: bool,
}

impl Robots {
    /// Reads a robots.txt. Every text gives some rules: lines that are none are passed over, so that a page of HTML, which
    /// many servers answer for any path, allows everything.
    pub(super) fn parse(text: &[u8]) -> Self {
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        let (mut ours, mut everyones, mut named) = (Self::default(), Self::default(), false);
        let mut group = Group::default();
        for line in text.split(|byte| matches!(byte, b'\n' | b'\r' | 0)) {
            let Some((key, value)) = split_line(line) else { continue };
            if is_user_agent(key) {
                if group.closed {
                    group = Group::default();
                }
                group.ours |= token_of(value).eq_ignore_ascii_case(TOKEN.as_bytes());
                group.everyones |= value.first() == Some(&b'*');
                named |= group.ours;
                continue;
            }
            // Lines before the first group belong to nobody (RFC 9309 §2.1).
            let mut concerned = [(group.ours, &mut ours), (group.everyones, &mut everyones)];
            let robots = concerned.iter_mut().filter(|(concerns, _)| *concerns).map(|(_, robots)| robots);
            if key.eq_ignore_ascii_case(b"crawl-delay") {
                let delay = delay_of(value);
                robots.for_each(|robots| robots.delay = robots.delay.max(delay));
            } else if let Some(allow) = rule_kind(key) {
                group.closed = true;
                if !value.is_empty() {
                    let pattern = normalise(value).into_owned();
                    robots.for_each(|robots| robots.rules.push(Rule { allow, pattern: pattern.clone() }));
                }
            }
        }
        if named { ours } else { everyones }
    }

    /// How many rules concern us.
    pub(super) fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether `target`, a path with its query, may be asked for: the longest matching rule wins, and of two as long the
    /// one that allows (RFC 9309 §2.2.2).
    pub(super) fn allows(&self, target: &str) -> bool {
        if self.rules.is_empty() {
            return true;
        }
        let target = normalise(target.as_bytes());
        let matching = self.rules.iter().filter(|rule| matches(&rule.pattern, &target));
        matching.map(|rule| (rule.pattern.len(), rule.allow)).max().is_none_or(|(_, allow)| allow)
    }
}

fn split_line(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.split(|byte| *byte == b'#').next()?;
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (key, value) = line.split_at_checked(colon)?;
    Some((key.trim_ascii(), value.get(1..)?.trim_ascii()))
}

fn is_user_agent(key: &[u8]) -> bool {
    [&b"user-agent"[..], b"useragent", b"user agent"].iter().any(|name| key.eq_ignore_ascii_case(name))
}

/// The misspellings are those that Google's parser takes for `Disallow`.
fn rule_kind(key: &[u8]) -> Option<bool> {
    const DISALLOW: [&[u8]; 6] = [b"disallow", b"dissallow", b"dissalow", b"disalow", b"diasllow", b"disallaw"];
    if key.eq_ignore_ascii_case(b"allow") {
        return Some(true);
    }
    DISALLOW.iter().any(|name| key.eq_ignore_ascii_case(name)).then_some(false)
}

/// `veedor/0.1` names us as well as `veedor` does.
fn token_of(value: &[u8]) -> &[u8] {
    let end = value.iter().position(|byte| !(byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_')));
    value.get(..end.unwrap_or(value.len())).unwrap_or_default()
}

fn delay_of(value: &[u8]) -> Duration {
    let seconds = std::str::from_utf8(value).ok().and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
    if seconds.is_nan() || seconds <= 0.0 {
        return Duration::ZERO;
    }
    Duration::try_from_secs_f64(seconds).map_or(LONGEST_DELAY, |delay| delay.min(LONGEST_DELAY))
}

/// Percent-encodings in one spelling, so that octets can be compared (RFC 9309 §2.2.2): what need not be encoded is not,
/// what is not ASCII is, and digits are in upper case.
fn normalise(text: &[u8]) -> Cow<'_, [u8]> {
    if text.iter().all(|byte| byte.is_ascii_graphic() && *byte != b'%') {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        let encoded = if byte == b'%' { hex(text.get(at..at + 2)) } else { None };
        match encoded {
            Some(value) => {
                at += 2;
                if value.is_ascii_alphanumeric() || matches!(value, b'-' | b'.' | b'_' | b'~') {
                    out.push(value);
                } else {
                    push_encoded(&mut out, value);
                }
            }
            None if byte.is_ascii_graphic() => out.push(byte),
            None => push_encoded(&mut out, byte),
        }
    }
    Cow::Owned(out)
}

fn hex(digits: Option<&[u8]>) -> Option<u8> {
    let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

fn push_encoded(out: &mut Vec<u8>, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.extend_from_slice(&[b'%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
}

/// `*` stands for any octets, `$` at the end for the end. The pieces between stars are sought one after the other, each as
/// early as it comes, so nothing is tried twice.
fn matches(pattern: &[u8], target: &[u8]) -> bool {
    let (pattern, to_the_end) = pattern.strip_suffix(b"$").map_or((pattern, false), |pattern| (pattern, true));
    let mut pieces = pattern.split(|byte| *byte == b'*');
    let Some(mut rest) = target.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return !to_the_end || rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() && to_the_end {
            return rest.ends_with(piece);
        }
        if piece.is_empty() {
            continue;
        }
        let Some(at) = rest.windows(piece.len()).position(|window| window == piece) else { return false };
        rest = rest.get(at + piece.len()..).unwrap_or_default();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn allows(text: &str, target: &str) -> bool {
        Robots::parse(text.as_bytes()).allows(target)
    }

    #[test]
    fn the_longest_rule_wins() {
        // RFC 9309 §5.1 and §5.2, with our token for theirs.
        let simple = "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n\n\
                      User-Agent: foobot\nDisallow:/\nAllow:/example/page.html\nAllow:/example/allowed.gif\n\n\
                      User-Agent: barbot\nUser-Agent: bazbot\nDisallow: /example/page.html\n";
        let longest = "User-Agent: veedor\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n";
        for (text, target, allowed) in [
            (simple, "/example/page.html", false),
            (simple, "/a/b.gif", false),
            (simple, "/a/b.gif?x", true),
            (simple, "/publications/", true),
            (longest, "/example/page/disallowed.gif", false),
            (longest, "/example/page/other.gif", true),
        ] {
            assert_eq!(allows(text, target), allowed, "{target} in {text}");
        }
    }

    #[test]
    fn the_group_that_names_us_is_the_only_one_that_counts() {
        for (text, allowed) in [
            ("", true),
            ("Disallow: /", true),
            ("User-agent: *\nDisallow: /", false),
            ("\u{FEFF}User-agent: *\r\nDisallow: /\r\n", false),
            ("User-agent: *\nDisallow: /\n\nUser-agent: Veedor\nDisallow:", true),
            ("User-agent: veedor/2.0 (x)\nDisallow: /", false),
            ("User-agent: veedorish\nDisallow: /", true),
            ("User-agent: veedor\nAllow: /b\nUser-agent: x\nDisallow: /\nUser-agent: VEEDOR\nDisallow: /", false),
            ("User-agent: veedor\nSitemap: https://x/\n\nUser-agent: x\nDisallow: /", false),
            ("User-agent: x\nUser-agent: veedor # us\nDisallow: / # all", false),
            ("User-agent: *\nDisallow:\nDisallow: /", false),
            ("User-agent: *\nAllow: /a\nDisallow: /a", true),
            ("User-agent: *\nDissallow: /", false),
            ("user agent : *\n disallow : /", false),
            ("<!doctype html>\n<p>User-agent: we like them</p>\n<p>Disallow: /</p>", true),
        ] {
            assert_eq!(allows(text, "/a"), allowed, "{text}");
        }
    }

    #[test]
    fn patterns_compare_octets_whatever_their_encoding() {
        for (pattern, target, matched) in [
            ("/fish", "/fish.html", true),
            ("/fish", "/Fish", false),
            ("/fish*", "/fishheads/x?id=1", true),
            ("/fish/", "/fish", false),
            ("/*.php", "/a/b.php?x=1", true),
            ("/*.php", "/", false),
            ("/*.php$", "/a.php", true),
            ("/*.php$", "/a.php?x", false),
            ("/*.php$", "/a.php/b.php", true),
            ("/fish*.php", "/fishheads/catfish.php?x", true),
            ("/a$b", "/a$bc", true),
            ("/$", "/", true),
            ("/$", "/a", false),
            ("*", "/", true),
            ("/a**b", "/a-b", true),
            ("/ab*b$", "/ab", false),
            ("/foo/bar/ツ", "/foo/bar/%E3%83%84", true),
            ("/foo/bar/%e3%83%84", "/foo/bar/%E3%83%84", true),
            ("/foo/bar/%62%61%7A", "/foo/bar/baz", true),
            ("/a%2Fb", "/a/b", false),
            ("/a%zz", "/a%zz", true),
        ] {
            let text = format!("User-agent: *\nDisallow: {pattern}");
            assert_eq!(!allows(&text, target), matched, "{pattern} on {target}");
        }
    }

    #[test]
    fn a_delay_is_kept_within_reason() {
        for (value, seconds) in [("10", 10.0), ("0.5", 0.5), ("inf", 600.0), ("1e40", 600.0), ("NaN", 0.0), ("-3", 0.0), ("soon", 0.0)] {
            let text = format!("User-agent: *\nCrawl-delay: {value}\nDisallow: /x");
            assert_eq!(Robots::parse(text.as_bytes()).delay.as_secs_f64(), seconds, "{value}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_some_robots(text in proptest::collection::vec(any::<u8>(), 0..400), target in ".{0,60}") {
            let _ = Robots::parse(&text).allows(&target);
        }

        #[test]
        fn a_disallowed_everything_stays_so(noise in "[a-z :#*/$%\n]{0,80}") {
            prop_assume!(!noise.contains("allow"));
            let text = format!("User-agent: veedor\nDisallow: /\n{noise}");
            prop_assert!(!allows(&text, "/"), "{}", text);
        }
    }
}
