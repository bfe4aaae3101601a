//! Whatever a receiver answers: its meaning is said in words that are short and hold no secret of the address.
//!
//! The first bytes are the service and the status; the first line of the rest is `Retry-After`, what follows the body.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [service, low, high, rest @ ..] = data else { return };
    let status = 100 + u16::from_be_bytes([*high, *low]) % 500;
    let at = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let (wait, body) = rest.split_at(at);
    let wait = std::str::from_utf8(wait).ok().filter(|wait| !wait.is_empty());
    veedor::notify::fuzzed::judge(*service, status, wait, body);
});
