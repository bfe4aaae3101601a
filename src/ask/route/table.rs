//! The rows, in the order in which they are looked through.
//!
//! Reading stands in [`reading`](super::reading), changing in [`writing`](super::writing), and what only the socket has in
//! [`upkeep`](super::upkeep) and [`people`](super::people).

use super::field::{Field, Kind};
use super::{Behind, Method, Route, people, reading, upkeep, writing};
use crate::domain::access::Role;

/// Every row.
pub const TABLE: [&[Route]; 4] = [reading::ROWS, writing::ROWS, upkeep::ROWS, people::ROWS];

/// A row for whoever may look.
pub(super) const LOOK: Route = Route {
    method: Method::Get,
    path: "",
    behind: Behind::Ask(""),
    fields: &[],
    role: Role::Viewer,
    console: false,
    title: "",
    about: "",
    says: &[],
    alias: None,
    only: None,
};

/// A row for whoever may change something.
pub(super) const CHANGE: Route = Route { method: Method::Post, role: Role::Editor, ..LOOK };

/// A row that only the socket has.
pub(super) const CONSOLE: Route = Route { method: Method::Post, role: Role::Admin, console: true, ..LOOK };

/// The case as it is typed.
pub(super) const CASE: Field =
    Field::new("case", Kind::Text, "The case: its number with or without separators, its nickname, or source/number.");
