//! The stored forms: mirrors of the domain's types that serde writes, to postcard in sled and to JSON in exports.
//!
//! They are the format of the store. A field is never removed or given another meaning; a new shape gets a new schema
//! number in `rows` and a conversion from the old one. The domain's types know nothing of them.

use serde::{Deserialize, Deserializer};

pub(super) mod appointment;
pub(super) mod case;
pub(super) mod delivery;
pub(super) mod docket;
pub(super) mod event;
pub(super) mod silence;

/// A part that older rows end before. The row's checksum has been compared, so that a row that ends here was written so.
pub(super) fn at_the_end<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Ok(T::deserialize(from).unwrap_or_default())
}
