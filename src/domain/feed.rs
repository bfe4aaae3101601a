//! The secret addresses under which programs fetch feeds and calendars (`alerting.md` C5).
//!
//! Pure. A feed reader cannot log in, so whoever has the address reads what it leads to: its token is drawn, shown once and kept only as a
//! hash. `store` keeps them, `daemon` makes and ends them, `web` finds one by the token of a request.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jiff::civil::Date;

use super::about::Language;
use super::case::CaseRef;
use super::id::{Id, sha256};

/// How tokens begin, so that they are known for what they are wherever they turn up.
const PREFIX: &str = "vfd_";

/// Addresses that may be in use at once: each keeps what it leads to in memory.
pub const MOST_ACTIVE: usize = 500;

/// The longest name of a person, in characters.
pub const LONGEST_NAME: usize = 100;

/// What an address leads to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Every case of the watch list.
    All,
    /// The cases with this tag.
    Tag(String),
    /// One case.
    Case(CaseRef),
}

/// An address of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedAddress {
    /// It follows from the token and says nothing of it.
    pub id: Id,
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// Whose it is.
    pub name: String,
    /// What it leads to.
    pub scope: Scope,
    /// The language of what it says.
    pub language: Language,
    /// When it was made.
    pub created: Timestamp,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
    /// The day on which it was last used, in UTC.
    pub used: Option<Date>,
}

impl FeedAddress {
    /// A new address for the token of these drawn bytes.
    pub fn new(token: &Token, name: String, scope: Scope, language: Language, created: Timestamp) -> Self {
        Self { id: token.id(), hash: token.hash(), name, scope, language, created, revoked: None, used: None }
    }

    /// Whether a request with this token gets an answer.
    pub fn opens(&self, token: &Token) -> bool {
        // The hash of what was drawn is compared, so that the time it takes tells nothing of the token.
        self.revoked.is_none() && self.hash == token.hash()
    }
}

/// The secret part of an address. Its debug form does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(***)")
    }
}

impl Token {
    /// The token of these drawn bytes.
    pub fn of(drawn: [u8; 32]) -> Self {
        Self(drawn)
    }

    /// As it stands in an address.
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(self.0))
    }

    /// Reads [`text`](Self::text) back; `None` when it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(PREFIX).filter(|rest| rest.len() == 43)?;
        let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(rest).ok()?.try_into().ok()?;
        Some(Self(bytes))
    }

    /// The id of the address.
    pub fn id(&self) -> Id {
        id_of(&self.hash())
    }

    fn hash(&self) -> [u8; 32] {
        sha256(self.text().as_bytes())
    }
}

/// The id of an address by the hash of its token.
pub fn id_of(hash: &[u8; 32]) -> Id {
    Id::derive(&[b"feed", hash])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_opens_its_own_address_until_that_is_revoked() {
        let token = Token::of([7; 32]);
        assert_eq!(Token::parse(&token.text()), Some(token.clone()));
        assert_eq!(format!("{token:?}"), "Token(***)");
        for wrong in ["", "vfd_", &token.text()[4..], &format!("{}A", token.text()), &token.text().replace("vfd_", "vfe_"), "vfd_ñ"] {
            assert_eq!(Token::parse(wrong), None, "{wrong}");
        }
        let mut address = FeedAddress::new(&token, "Ana".into(), Scope::All, Language::Es, Timestamp::UNIX_EPOCH);
        assert!(address.opens(&token) && !address.opens(&Token::of([8; 32])));
        assert!(!format!("{address:?}").contains(&token.text()));
        address.revoked = Some(Timestamp::UNIX_EPOCH);
        assert!(!address.opens(&token));
    }
}
