//! The row of users, tokens and what was done: of the socket alone, because a token is not to make others or to read who did what.
//!
//! Part of the [`table`](super::table). A password stands in the body of a POST, never in an address.

use super::field::{Field, Kind};
use super::table::CONSOLE;
use super::{Behind, Route};

/// The row.
pub(super) const ROWS: &[Route] = &[Route {
    path: "/access",
    behind: Behind::Ask("access"),
    fields: &[
        Field::new(
            "access",
            Kind::Text,
            "What is asked: users, add_user, password, role, disable, remove_user, end_sessions, tokens, add_token, revoke_token, audit.",
        )
        .needed(),
        Field::new("name", Kind::Text, "The user or token."),
        Field::new("role", Kind::Text, "The role."),
        Field::new("password", Kind::Text, "The password."),
        Field::new("disabled", Kind::Flag, "Whether the user is kept out."),
        Field::new("user", Kind::Text, "Whose the token is."),
        Field::new("expires", Kind::Text, "When the token ends, RFC 3339."),
        Field::new("before", Kind::Number, "Only what came before this number."),
        Field::new("since", Kind::Text, "Only what was done at this instant or later, RFC 3339."),
        Field::new("limit", Kind::Number, "At most this many."),
    ],
    title: "Users, tokens, and what was done",
    ..CONSOLE
}];
