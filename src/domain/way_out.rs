//! The addresses of the pages on which a recipient silences a case for himself, or leaves a channel.
//!
//! Pure. A token says nothing to whoever reads it and cannot be guessed: it is an HMAC over what it stands for, with a key of the
//! store. It is not stored; who presses a link is found by making the tokens of all recipients again. The same recipient has the
//! same links in every message, so that old ones go on working.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::case::CaseRef;

/// Bytes of each half of a token: 128 bits, which nobody guesses.
const HALF: usize = 16;

/// The key of a store's tokens. It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkKey(pub [u8; 32]);

impl std::fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkKey(***)")
    }
}

/// What a recipient can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayOut<'a> {
    /// Nothing of this case any more.
    Mute(&'a CaseRef),
    /// Nothing of this channel any more.
    Leave,
}

/// A token as it was asked for, and whose it can be is not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    who: [u8; HALF],
    case: Option<[u8; HALF]>,
}

/// The token of a recipient of a channel.
pub fn token(key: &LinkKey, channel: &str, recipient: &str, way: WayOut<'_>) -> String {
    let mut bytes = half(key, &who(channel, recipient, matches!(way, WayOut::Mute(_))));
    if let WayOut::Mute(case) = way {
        bytes.extend(half(key, &about(channel, recipient, case)));
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Token {
    /// Reads a token; `None` when it is none.
    pub fn parse(text: &str) -> Option<Self> {
        // Two halves are 43 characters.
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|_| text.len() <= 43)?;
        let (who, rest) = bytes.split_first_chunk::<HALF>()?;
        let case = if rest.is_empty() { None } else { Some(rest.try_into().ok()?) };
        Some(Self { who: *who, case })
    }

    /// Whether it is this recipient's. Takes the same time whoever's it is.
    pub fn is_of(&self, key: &LinkKey, channel: &str, recipient: &str) -> bool {
        matches(key, &who(channel, recipient, self.case.is_some()), &self.who)
    }

    /// Whether it is about a case, and not about the whole channel.
    pub fn is_of_a_case(&self) -> bool {
        self.case.is_some()
    }

    /// Whether it is about this case, for a recipient whose it [is](Self::is_of).
    pub fn is_about(&self, key: &LinkKey, channel: &str, recipient: &str, case: &CaseRef) -> bool {
        self.case.is_some_and(|half| matches(key, &about(channel, recipient, case), &half))
    }
}

/// What the first half stands for. The links for a case and for the channel have nothing in common.
fn who(channel: &str, recipient: &str, of_a_case: bool) -> Vec<u8> {
    framed(&[if of_a_case { b"mute" } else { b"leave" }, channel.as_bytes(), recipient.as_bytes()])
}

fn about(channel: &str, recipient: &str, case: &CaseRef) -> Vec<u8> {
    framed(&[b"case", channel.as_bytes(), recipient.as_bytes(), case.source.as_bytes(), case.number.as_bytes()])
}

/// Parts that do not run together.
fn framed(parts: &[&[u8]]) -> Vec<u8> {
    parts.iter().flat_map(|part| (part.len() as u64).to_be_bytes().into_iter().chain(part.iter().copied())).collect()
}

fn mac(key: &LinkKey, of: &[u8]) -> Hmac<Sha256> {
    // A block of SHA-256, which HMAC fills up with zeros anyway.
    let mut block = [0; 64];
    block[..key.0.len()].copy_from_slice(&key.0);
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
    mac.update(of);
    mac
}

fn half(key: &LinkKey, of: &[u8]) -> Vec<u8> {
    mac(key, of).finalize().into_bytes()[..HALF].to_vec()
}

fn matches(key: &LinkKey, of: &[u8], half: &[u8; HALF]) -> bool {
    mac(key, of).verify_truncated_left(half).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(number: &str) -> CaseRef {
        CaseRef { source: "ec-esatje".into(), number: number.into() }
    }

    #[test]
    fn a_token_is_of_one_recipient_and_one_wish_and_tells_nothing() {
        let key = LinkKey([7; 32]);
        let (one, other) = (case("17721202400011G"), case("17721202400012G"));
        let mute = token(&key, "mail", "ana@example.org", WayOut::Mute(&one));
        let leave = token(&key, "mail", "ana@example.org", WayOut::Leave);
        assert_eq!((mute.len(), leave.len()), (43, 22));
        assert_eq!(mute, token(&key, "mail", "ana@example.org", WayOut::Mute(&one)));
        assert!(!mute.contains(&leave) && !mute.starts_with(&leave[..8]));
        let is = |text: &str, channel, recipient| Token::parse(text).expect("a token").is_of(&key, channel, recipient);
        for text in [&mute, &leave] {
            assert!(is(text, "mail", "ana@example.org"));
            assert!(!is(text, "mail", "eva@example.org") && !is(text, "mai", "lana@example.org"));
            assert!(!Token::parse(text).expect("a token").is_of(&LinkKey([8; 32]), "mail", "ana@example.org"));
        }
        let muted = Token::parse(&mute).expect("a token");
        assert!(muted.is_of_a_case() && !Token::parse(&leave).expect("a token").is_of_a_case());
        assert!(muted.is_about(&key, "mail", "ana@example.org", &one) && !muted.is_about(&key, "mail", "ana@example.org", &other));
    }

    #[test]
    fn what_is_no_token_is_none() {
        for text in
            ["", "x", "ana@example.org", &"A".repeat(21), &"A".repeat(44), "AAAAAAAAAAAAAAAAAAAAA=", "../../etc/passwd", &"A".repeat(9_000)]
        {
            assert_eq!(Token::parse(text), None, "{text}");
        }
        assert!(!format!("{:?}", LinkKey([9; 32])).contains('9'));
    }
}
