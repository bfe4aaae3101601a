//! Users, tokens, and what was done.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// All users.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UserList {
    /// Whether an account is needed at `listen`.
    pub login: bool,
    /// The users, by name.
    pub users: Vec<UserLine>,
}

/// A user. Nothing of the password is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UserLine {
    /// The name.
    pub name: String,
    /// `viewer`, `editor` or `admin`.
    pub role: String,
    /// When the user was added.
    pub created: String,
    /// Since when the user is kept out; `null`: the user may log in.
    pub disabled: Option<String>,
    /// When the password was last set.
    pub password_changed: String,
    /// Sessions that are open.
    pub sessions: usize,
    /// Tokens that are the user's own.
    pub tokens: usize,
}

/// All tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TokenList {
    /// The tokens, by name.
    pub tokens: Vec<TokenLine>,
}

/// A token. Nothing of its secret is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TokenLine {
    /// The name.
    pub name: String,
    /// Whose it is; `null`: of nobody in particular.
    pub user: Option<String>,
    /// `viewer`, `editor` or `admin`; never more than its user may.
    pub role: String,
    /// When it was made.
    pub created: String,
    /// When it ends; `null`: never.
    pub expires: Option<String>,
    /// When it was last used, to five minutes; `null`: never.
    pub last_used: Option<String>,
}

/// A token that was made just now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NewToken {
    /// The token.
    pub token: TokenLine,
    /// Its secret, which is told this once.
    pub secret: String,
}

/// What was done, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditList {
    /// The deeds.
    pub deeds: Vec<AuditLine>,
    /// What to ask for as `before` to see older ones; `null`: there are none.
    pub older: Option<u64>,
}

/// One thing that was done, or was refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditLine {
    /// Its number.
    pub number: u64,
    /// When.
    pub at: String,
    /// Which user; `null`: whoever sits at the machine.
    pub user: Option<String>,
    /// By which token.
    pub token: Option<String>,
    /// From which address; `null`: from the console.
    pub from: Option<String>,
    /// What.
    pub what: String,
    /// About what.
    pub about: Option<String>,
    /// How it ended: `done`; `unchanged`, where it was so already; `replayed`, where the same `Idempotency-Key` had done it; `refused`.
    pub outcome: String,
    /// Why it was refused; `null`: it was not.
    pub refused: Option<String>,
}
