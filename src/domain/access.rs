//! Who may do what at the dashboard and the API.
//!
//! Three roles, each with all that the one before it may (`alerting.md` E1.5). `web` asks before every page and every change; `store` keeps
//! them with the users. Here stand too what a name and a password must be, and how long a session lasts. It knows no users and no pages.

use std::time::Duration;

use jiff::Timestamp;

/// A session ends when nothing was asked in it for so long: a working day (`alerting.md` E1.3, OWASP session management).
pub const IDLE: Duration = Duration::from_secs(12 * 3600);

/// A session ends so long after it began, whatever was asked in it.
pub const LONGEST: Duration = Duration::from_secs(14 * 24 * 3600);

/// The longest name of a user or a token, in characters.
pub const LONGEST_NAME: usize = 64;

/// The shortest password, in characters. There is no other rule, because rules make passwords that are alike (NIST SP 800-63B §3.1.1).
pub const SHORTEST_PASSWORD: usize = 12;

/// The longest password, in bytes, so that nobody has megabytes hashed.
pub const LONGEST_PASSWORD: usize = 1024;

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Looks, as messages tell it: the privacy of the watch list applies.
    Viewer,
    /// Sees the record as it is, and edits: cases, silences, visits, deliveries again.
    Editor,
    /// Also users, tokens and the log of what was done.
    Admin,
}

impl Role {
    /// Every role by its stable name, least first.
    pub const ALL: [(&'static str, Role); 3] = [("viewer", Self::Viewer), ("editor", Self::Editor), ("admin", Self::Admin)];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }

    /// Reads the stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, role)| *role)
    }

    /// Whether this role may what `needed` may.
    pub fn may(self, needed: Role) -> bool {
        self >= needed
    }
}

/// Why a password will not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// Fewer characters than [`SHORTEST_PASSWORD`].
    Short,
    /// More bytes than [`LONGEST_PASSWORD`].
    Long,
}

/// Whether a password will do.
///
/// # Errors
/// Why not.
pub fn fit(password: &str) -> Result<(), Unfit> {
    if password.len() > LONGEST_PASSWORD {
        Err(Unfit::Long)
    } else if password.chars().count() < SHORTEST_PASSWORD {
        Err(Unfit::Short)
    } else {
        Ok(())
    }
}

/// The name of a user or a token as it is kept: lower-case letters without accents, digits, `.`, `_`, `-` and `@`, the first a letter or digit.
/// `None` for what is no name.
pub fn name(typed: &str) -> Option<String> {
    let name = typed.trim().to_lowercase();
    let fits = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.len() <= LONGEST_NAME
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-@".contains(c));
    fits.then_some(name)
}

/// Whether a session that began and was last used then is over. One that a clock set back has not begun yet is not.
pub fn is_over(began: Timestamp, seen: Timestamp, now: Timestamp) -> bool {
    let passed = |since: Timestamp, long: Duration| since.checked_add(long).is_ok_and(|end| now >= end);
    passed(began, LONGEST) || passed(seen, IDLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_passwords_have_a_length_and_no_other_rule() {
        for (typed, kept) in [("Ana", "ana"), (" ana.perez@example.org ", "ana.perez@example.org"), ("7", "7"), ("a_b-c", "a_b-c")] {
            assert_eq!(name(typed).as_deref(), Some(kept), "{typed:?}");
        }
        for typed in ["", " ", ".ana", "ana perez", "aná", "a\0b", "a\nb", "<b>", "-x", "a/b", &"a".repeat(LONGEST_NAME + 1)] {
            assert_eq!(name(typed), None, "{typed:?}");
        }
        assert_eq!(fit("ñandú ñandú"), Err(Unfit::Short));
        assert_eq!(fit("aaaaaaaaaaaa"), Ok(()));
        assert_eq!((fit(&"ñ".repeat(512)), fit(&"ñ".repeat(513))), (Ok(()), Err(Unfit::Long)));
    }

    #[test]
    fn a_session_ends_when_it_is_idle_and_when_it_is_old() {
        let at = |hours: i64| Timestamp::from_second(1_790_000_000 + hours * 3600).expect("in range");
        for (seen, now, over) in [(0, 11, false), (0, 12, true), (13 * 24, 14 * 24 - 1, true), (14 * 24 - 2, 14 * 24 - 1, false)] {
            assert_eq!(is_over(at(0), at(seen), at(now)), over, "{seen} {now}");
        }
        assert!(is_over(at(0), at(14 * 24), at(14 * 24)));
        assert!(!is_over(at(5), at(5), at(0)));
    }

    #[test]
    fn each_role_may_what_the_one_before_it_may_and_is_read_by_its_name() {
        for (at, (name, role)) in Role::ALL.iter().enumerate() {
            assert_eq!((Role::parse(name), role.name()), (Some(*role), *name));
            for (other, (_, needed)) in Role::ALL.iter().enumerate() {
                assert_eq!(role.may(*needed), at >= other);
            }
        }
        assert_eq!(Role::parse("root"), None);
    }
}
