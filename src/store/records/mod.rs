//! The stored forms: mirrors of the domain's types that serde writes, to postcard in sled and to JSON in exports.
//!
//! They are the format of the store. A field is never removed or given another meaning; a new shape gets a new schema
//! number in `rows` and a conversion from the old one. The domain's types know nothing of them.

pub(super) mod appointment;
pub(super) mod case;
pub(super) mod delivery;
pub(super) mod docket;
pub(super) mod event;
pub(super) mod silence;
