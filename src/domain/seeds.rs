//! What the fuzzer begins with, and what it found: every input is tried by an ordinary test too.
//!
//! Only compiled for tests. Each `fuzzed` module makes its seeds from the fixtures and calls [`replay`]. `fuzz/run` sets
//! `VEEDOR_FUZZ_SEEDS` to a folder, and the seeds are written there for the fuzzer. Inputs that once made a target fail stand for ever in
//! `fuzz/found/TARGET/`.

use std::fs;
use std::path::Path;

use crate::domain::id::{hex, sha256};

/// More than this says nothing more and makes the fuzzer slow.
const LONGEST: usize = 64 << 10;

/// Tries a target with its seeds and with all that was ever found, and keeps the seeds where the fuzzer wants them.
pub fn replay(target: &str, seeds: Vec<Vec<u8>>, body: impl Fn(&[u8])) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let seeds: Vec<Vec<u8>> = seeds.into_iter().filter(|seed| seed.len() <= LONGEST).collect();
    assert!(!seeds.is_empty(), "{target} has no seeds");
    seeds.iter().for_each(|seed| body(seed));
    for found in fs::read_dir(root.join("fuzz/found").join(target)).into_iter().flatten() {
        body(&fs::read(found.expect("a file").path()).expect("reads"));
    }
    if let Some(folder) = std::env::var_os("VEEDOR_FUZZ_SEEDS") {
        let folder = Path::new(&folder).join(target);
        fs::create_dir_all(&folder).expect("makes");
        seeds.iter().for_each(|seed| fs::write(folder.join(&hex(&sha256(seed))[..20]), seed).expect("writes"));
    }
}
