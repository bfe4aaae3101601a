//! Derived identities: the same facts give the same id, so a crash can repeat a message but never invent one.
//!
//! Used for events and deliveries, and through them for webhook ids and Message-IDs. Nothing here is random.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// The first 16 bytes of a SHA-256 over length-prefixed parts. Shown as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub [u8; 16]);

impl Id {
    /// Derives an id from its parts. Each part is prefixed with its length, so ("ab","c") and ("a","bc") differ.
    pub fn derive(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digest = hash.finalize();
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        Self(id)
    }

    /// Reads the 32 hexadecimal digits back.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 32 || !text.is_ascii() {
            return None;
        }
        let mut id = [0; 16];
        for (byte, pair) in id.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(id))
    }

    /// A number in `0.0..1.0` that is fixed for this id and `salt`: jitter that a restart does not change.
    pub fn fraction(&self, salt: u32) -> f64 {
        let derived = Self::derive(&[&self.0, &salt.to_be_bytes()]);
        let mut first = [0; 4];
        first.copy_from_slice(&derived.0[..4]);
        f64::from(u32::from_be_bytes(first)) / (f64::from(u32::MAX) + 1.0)
    }
}

/// A full SHA-256 of bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl std::fmt::Debug for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Id({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(Id::derive(&[b"ab", b"c"]), Id::derive(&[b"a", b"bc"]));
    }

    #[test]
    fn an_id_survives_its_text_form() {
        let id = Id::derive(&[b"x"]);
        assert_eq!(Id::parse(&id.to_string()), Some(id));
        assert_eq!(Id::parse("zz"), None);
    }

    #[test]
    fn the_fraction_is_fixed_and_in_range() {
        let id = Id::derive(&[b"x"]);
        assert_eq!(id.fraction(3).to_bits(), id.fraction(3).to_bits());
        assert!((0..1000).all(|salt| (0.0..1.0).contains(&id.fraction(salt))));
    }
}
