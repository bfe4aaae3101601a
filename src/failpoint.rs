//! Named points at which a test may end the process as a power failure or a `kill -9` would.
//!
//! For the torture test only: `VEEDOR_FAILPOINT=after-flush` aborts at the first visit of that point, and
//! `VEEDOR_FAILPOINT=after-flush:7` at the seventh. Compiled in always, so that the binary under test is the binary that
//! ships; unset, a point costs one read of an initialised cell. It never does anything but abort.
//!
//! Points of the store: `before-transaction`, `after-transaction`, `after-flush`, `compact-copied`, `compact-between`,
//! `compact-renamed`, `before-summary`, `after-summary`, `before-backup-named`. Of the daemon: `before-start`, `before-reload`, and those of a
//! visit and of a delivery: `before-commit`, `after-commit`, `after-fix`, `before-send`, `after-send`, `before-note`, `after-note`.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The variable that arms a point.
const VARIABLE: &str = "VEEDOR_FAILPOINT";

struct Armed {
    name: String,
    left: AtomicU64,
}

static ARMED: OnceLock<Option<Armed>> = OnceLock::new();

/// Aborts the process when this point is the armed one and its count is used up.
pub fn hit(name: &str) {
    let armed = ARMED.get_or_init(|| std::env::var(VARIABLE).ok().and_then(|setting| parse(&setting)));
    if let Some(armed) = armed
        && armed.name == name
        && armed.left.fetch_sub(1, Ordering::SeqCst) == 1
    {
        std::process::abort();
    }
}

/// Reads `name` or `name:n`; anything else arms nothing.
fn parse(setting: &str) -> Option<Armed> {
    let (name, count) = setting.split_once(':').unwrap_or((setting, "1"));
    let count: u64 = count.parse().ok().filter(|count| *count > 0)?;
    (!name.is_empty()).then(|| Armed { name: name.to_owned(), left: AtomicU64::new(count) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_names_a_point_and_a_count() {
        for (setting, expected) in [("a", Some(("a", 1))), ("a-b:3", Some(("a-b", 3))), ("", None), ("a:0", None), ("a:x", None)] {
            let read = parse(setting).map(|armed| (armed.name.clone(), armed.left.load(Ordering::SeqCst)));
            assert_eq!(read, expected.map(|(name, count)| (name.to_owned(), count)), "{setting}");
        }
    }
}
