//! What `veedor doctor` looks at: what is kept of the last answers and attempts, and the way to everyone who hears.
//!
//! Called by the answers, and by the command itself when there is no store to ask. It judges nothing (`domain::checkup` does), sends no message,
//! and asks no court unless it is told to ([`ask_sources`]).

mod kept;
mod outside;
mod sources;

pub use kept::kept;
pub use outside::outside;
pub use sources::ask_sources;
