//! All integration tests, as one binary: the shape of the source tree, what is depended on, and stories told with real HTTP, SMTP and sled.

#![expect(clippy::disallowed_methods, reason = "the court of the stories dates its acts by the wall clock")]

mod dependencies;
mod stories;
mod tidy;
mod world;
