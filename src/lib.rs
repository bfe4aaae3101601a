//! Watches the public records of courts for listed case numbers and tells people what changed.
//!
//! `ARCHITECTURE.md` is the map. The binary in `main.rs`, the tests and the benches are the only users of this library.

pub mod ask;
pub mod cli;
pub mod clock;
pub mod config;
pub mod control;
pub mod credentials;
pub mod daemon;
pub mod days;
pub mod delay;
pub mod diag;
pub mod domain;
pub mod failpoint;
pub mod fetch;
pub mod logging;
pub mod meaning;
pub mod message;
pub mod metrics;
pub mod notify;
pub mod process;
pub mod recipe;
pub mod store;
pub mod web;
pub mod wire;

#[cfg(test)]
mod tests {
    /// That of the binary, so that what is resident tells the same.
    #[global_allocator]
    static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
}
