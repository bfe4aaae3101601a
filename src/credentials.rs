//! Passwords and random secrets, and what is kept of them.
//!
//! `daemon::answers` hashes what people choose, `web` compares what they type, both draw secrets for sessions and tokens. Passwords are kept as
//! argon2id in PHC form, which is slow on purpose: call it where blocking is allowed, and a few at a time. Of 256 random bits a SHA-256 is
//! kept, because nobody can guess them. Nothing here is stored or logged.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::sync::{Semaphore, SemaphorePermit};
use unicode_normalization::UnicodeNormalization;

use crate::domain::id::{hex, sha256};

/// Memory in KiB, rounds and lanes of argon2id: 19 MiB, 2, 1 (OWASP Password Storage Cheat Sheet; the defaults of the crate).
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// Passwords that are hashed at a time: 38 MiB, and a core is left for the visits.
const AT_ONCE: usize = 2;

/// How an API token begins, so that whoever finds one knows what it is.
pub const TOKEN: &str = "vdr_";

/// What a comparison came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// It is another password, or there is no such user.
    Wrong,
    /// It is the password.
    Right,
    /// It is the password, and what is kept of it was made at another cost: it is to be hashed anew.
    Dated,
}

/// A secret that was drawn just now.
#[derive(Clone)]
pub struct Drawn {
    /// The secret, to be shown once or put into a cookie.
    pub secret: String,
    /// What is kept of it.
    pub hash: [u8; 32],
}

impl std::fmt::Debug for Drawn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Drawn").field("hash", &hex(&self.hash[..4])).finish_non_exhaustive()
    }
}

/// What is kept of a password. Takes some 20 ms and 19 MiB.
///
/// # Errors
/// When no random salt can be drawn.
pub fn hashed(password: &str) -> Result<String, String> {
    let hasher = hasher()?;
    let hash: PasswordHash =
        hasher.hash_password(typed(password).as_bytes()).map_err(|error| format!("the password cannot be hashed: {error}"))?;
    Ok(hash.to_string())
}

/// A turn at hashing or comparing: no more than two go at a time, whoever asks.
pub async fn turn() -> Option<SemaphorePermit<'static>> {
    static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);
    // It is never closed.
    TURNS.acquire().await.ok()
}

/// Compares a password with what is kept of one; without anything kept it takes as long and is wrong, so that nobody learns from the time who
/// has an account.
pub fn compare(password: &str, kept: Option<&str>) -> Compared {
    static NOBODYS: LazyLock<String> = LazyLock::new(|| hashed("the password of nobody").unwrap_or_default());
    let is_known = kept.is_some();
    let (Ok(hasher), Ok(kept)) = (hasher(), PasswordHash::new(kept.unwrap_or(&NOBODYS))) else { return Compared::Wrong };
    if hasher.verify_password(typed(password).as_bytes(), &kept).is_err() || !is_known {
        return Compared::Wrong;
    }
    let cost = Params::try_from(&kept).map(|params| (params.m_cost(), params.t_cost(), params.p_cost()));
    if cost == Ok(COST) && kept.algorithm.as_str() == "argon2id" { Compared::Right } else { Compared::Dated }
}

/// Draws 256 random bits. `begins` stands before them.
///
/// # Errors
/// When the system has no random bits.
pub fn draw(begins: &str) -> Result<Drawn, String> {
    let mut bits = [0; 32];
    getrandom::getrandom(&mut bits).map_err(|error| format!("no random secret could be drawn: {error}"))?;
    let secret = format!("{begins}{}", URL_SAFE_NO_PAD.encode(bits));
    let hash = kept_of(&secret);
    Ok(Drawn { secret, hash })
}

/// What is kept of a drawn secret.
pub fn kept_of(secret: &str) -> [u8; 32] {
    sha256(secret.as_bytes())
}

/// The same password is the same bytes on every keyboard (RFC 8265 §4.2: composed letters).
fn typed(password: &str) -> String {
    password.nfc().collect()
}

fn hasher() -> Result<Argon2<'static>, String> {
    let (memory, rounds, lanes) = COST;
    let params = Params::new(memory, rounds, lanes, None).map_err(|error| format!("the password cannot be hashed: {error}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_another_is_not() {
        let kept = hashed("correcto caballo batería").expect("hashes");
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_ne!(kept, hashed("correcto caballo batería").expect("hashes"), "each has a salt of its own");
        assert_eq!(compare("correcto caballo batería", Some(&kept)), Compared::Right);
        assert_eq!(compare("correcto caballo bateri\u{301}a", Some(&kept)), Compared::Right, "letters in two parts are the same letters");
        for wrong in ["correcto caballo bateria", "", "correcto caballo batería "] {
            assert_eq!(compare(wrong, Some(&kept)), Compared::Wrong, "{wrong}");
        }
        assert_eq!(compare("the password of nobody", None), Compared::Wrong);
        assert_eq!(compare("x", Some("no hash")), Compared::Wrong);
    }

    /// RFC 9106 has no vector without a secret, so these are of the reference implementation: `echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1`.
    #[test]
    fn what_others_hashed_is_read_and_is_hashed_anew() {
        let reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert_eq!(compare("password", Some(reference)), Compared::Dated);
        assert_eq!(compare("passwore", Some(reference)), Compared::Wrong);
    }

    #[test]
    fn a_drawn_secret_is_long_drawn_anew_and_never_shown_by_accident() {
        let (one, other) = (draw(TOKEN).expect("draws"), draw(TOKEN).expect("draws"));
        assert!(one.secret.starts_with("vdr_") && one.secret.len() == 4 + 43 && one.secret != other.secret);
        assert_eq!(one.hash, kept_of(&one.secret));
        assert!(!format!("{one:?}").contains(&one.secret[4..]));
    }
}
