//! The keys that webhooks are signed with, after Standard Webhooks 1.0.0: shared ones and pairs.
//!
//! `config` checks keys with [`SigningKey::parse`], `notify::webhook` signs with them, and `veedor check` shows the public half of
//! a pair. A key never prints itself. Nothing here knows how long a key is in use.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ed25519_dalek::Signer as _;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The length of a shared key in bytes (Standard Webhooks, "Signature scheme").
const SHARED_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Base64 with or without padding: keys are copied by hand.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&base64::alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// A key to sign with.
#[derive(Clone)]
pub enum SigningKey {
    /// `whsec_`: the receiver has the same key. HMAC-SHA256, `v1`.
    Shared(Vec<u8>),
    /// `whsk_`: the receiver has the public half, `whpk_`. Ed25519, `v1a`.
    Pair(Box<ed25519_dalek::SigningKey>),
}

impl SigningKey {
    /// Reads `whsec_` and 24 to 64 bytes, or `whsk_` and 32 bytes, or 64 when the public half stands behind them, all in base64.
    ///
    /// # Errors
    /// What a key must look like, to follow "the secret is not a signing key: ". It never repeats what was read.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if let Some(shared) = text.strip_prefix("whsec_") {
            let key = BASE64.decode(shared).ok().filter(|key| SHARED_BYTES.contains(&key.len()));
            return key.map(Self::Shared).ok_or("whsec_ and 24 to 64 bytes in base64");
        }
        let Some(pair) = text.strip_prefix("whsk_") else { return Err("whsec_ and 24 to 64 bytes in base64") };
        let wrong = "whsk_ and the 32 bytes of an ed25519 key in base64, or 64 with its public half behind them";
        let bytes = BASE64.decode(pair).map_err(|_| wrong)?;
        let (secret, public) = bytes.split_at_checked(32).ok_or(wrong)?;
        let key = ed25519_dalek::SigningKey::from_bytes(secret.try_into().map_err(|_| wrong)?);
        let fits = public.is_empty() || public == key.verifying_key().as_bytes();
        if fits { Ok(Self::Pair(Box::new(key))) } else { Err(wrong) }
    }

    /// One signature over `id.timestamp.body`, with the version of its scheme before it.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let content = [format!("{id}.{timestamp}.").as_bytes(), body].concat();
        match self {
            Self::Shared(key) => {
                // HMAC takes keys of any length; the error is that of ciphers with fixed ones.
                let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
                mac.update(&content);
                format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()))
            }
            Self::Pair(key) => format!("v1a,{}", BASE64.encode(key.sign(&content).to_bytes())),
        }
    }

    /// What receivers need to verify, when it is no secret: `whpk_…`.
    pub fn public(&self) -> Option<String> {
        match self {
            Self::Shared(_) => None,
            Self::Pair(key) => Some(format!("whpk_{}", BASE64.encode(key.verifying_key().as_bytes()))),
        }
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Shared(_) => "whsec_***",
            Self::Pair(_) => "whsk_***",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_reference() {
        let body = br#"{"email":"test@example.com","username":"test_user"}"#;
        let key = SigningKey::parse("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").expect("a key");
        let signature = key.sign("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", 1_649_367_553, body);
        assert_eq!(signature, "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=");
        assert_eq!(key.public(), None);
    }

    /// RFC 8032 §7.1 TEST 1 gives the pair; the signature is checked by its public half.
    #[test]
    fn a_pair_signs_and_its_public_half_verifies() {
        let text = "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
        let key = SigningKey::parse(text).expect("a key");
        assert_eq!(key.public().as_deref(), Some("whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="));
        let both = "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";
        assert_eq!(SigningKey::parse(both).expect("a key").public(), key.public());
        let signature = key.sign("msg_1", 1, b"{}");
        let bytes = BASE64.decode(signature.strip_prefix("v1a,").expect("its scheme")).expect("base64");
        let signature = ed25519_dalek::Signature::from_slice(&bytes).expect("64 bytes");
        let SigningKey::Pair(pair) = &key else { panic!("a pair") };
        assert!(pair.verifying_key().verify_strict(b"msg_1.1.{}", &signature).is_ok());
        assert!(pair.verifying_key().verify_strict(b"msg_1.2.{}", &signature).is_err());
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_shown() {
        for text in [
            "",
            "secreto",
            "whsec_",
            "whsec_???",
            "whsec_c2VjcmV0bw==",
            "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ=",
            "whsk_c2VjcmV0bw==",
            "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2AAAA==",
            "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2CdYbGd7/1aYLqESvSS7CzERMnFaXsyaRlwO6wDHK5/YA==",
            "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        ] {
            let why = SigningKey::parse(text).expect_err(text);
            assert!(why.contains("base64") && (text.len() < 12 || !why.contains(&text[6..])), "{text}: {why}");
        }
        assert_eq!(format!("{:?}", SigningKey::parse("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")), "Ok(whsec_***)");
    }
}
