//! What is asked about users, tokens and the log of what was done.
//!
//! `cli` asks over the socket, `web` over its line after it looked at the role of whoever asks. A password on its way is never printed.

use serde::{Deserialize, Serialize};

/// A question about access.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "access", rename_all = "snake_case")]
pub enum Access {
    /// Every user.
    Users,
    /// A new user.
    AddUser {
        /// The name as typed.
        name: String,
        /// The role as typed.
        role: String,
        /// The password.
        password: Typed,
    },
    /// Another password; ends the user's sessions.
    Password {
        /// The name as typed.
        name: String,
        /// The new password.
        password: Typed,
    },
    /// Another role; ends the user's sessions.
    Role {
        /// The name as typed.
        name: String,
        /// The role as typed.
        role: String,
    },
    /// Lets a user in no more, or again; ends the user's sessions.
    Disable {
        /// The name as typed.
        name: String,
        /// Whether the user is kept out.
        disabled: bool,
    },
    /// Forgets a user with all sessions and tokens.
    RemoveUser {
        /// The name as typed.
        name: String,
    },
    /// Ends a user's sessions.
    EndSessions {
        /// The name as typed.
        name: String,
    },
    /// Every token.
    Tokens,
    /// A new token.
    AddToken {
        /// The name as typed.
        name: String,
        /// The role as typed.
        role: String,
        /// Whose it is: it may never more than this user.
        #[serde(default)]
        user: Option<String>,
        /// When it ends, RFC 3339; never when absent.
        #[serde(default)]
        expires: Option<String>,
    },
    /// Ends a token.
    RevokeToken {
        /// The name as typed.
        name: String,
        /// Only if it is this user's.
        #[serde(default)]
        user: Option<String>,
    },
    /// What was done, the newest first.
    Audit {
        /// Only what came before this number.
        #[serde(default)]
        before: Option<u64>,
        /// Only what was done at this instant or later, RFC 3339.
        #[serde(default)]
        since: Option<String>,
        /// At most this many.
        limit: usize,
    },
}

/// A password that somebody typed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Typed(pub String);

impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Typed(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ask::Ask;

    #[test]
    fn a_password_goes_over_the_socket_and_is_not_printed() {
        let asked = Ask::Access(Access::Password { name: "ana".into(), password: Typed("secreto secreto".into()) });
        assert!(!format!("{asked:?}").contains("secreto"));
        let line = serde_json::to_string(&asked).expect("JSON");
        let Ok(Ask::Access(Access::Password { name, password })) = serde_json::from_str(&line) else { panic!("{line}") };
        assert_eq!((name.as_str(), password.0.as_str()), ("ana", "secreto secreto"));
    }
}
