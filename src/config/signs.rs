//! The keys of `[veedor]` that say when whoever runs it hears of its own trouble.
//!
//! `daemon::conditions` goes by them. The table is read by [`general`](super::general).

use std::time::Duration;

use jiff::civil::time;

use crate::diag::{At, Reader};
use crate::domain::delay_summary::Monthly;
use crate::domain::timing::Period;

use super::scope::Scope;
use super::timing;

/// When trouble of veedor's own is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signs {
    /// How long a source or channel must be in trouble before it is told.
    pub trouble_after: Duration,
    /// What should be free on the disk of the store, in bytes; 0 means that nobody wants to know.
    pub least_free: u64,
    /// When veedor gives a sign of life; `None` means never.
    pub heartbeat: Option<Period>,
    /// When channels that ask for it are told the month's delays; `None` means never.
    pub summary: Option<Monthly>,
}

const DEFAULT_TROUBLE_AFTER: Duration = Duration::from_secs(15 * 60);
const LONGEST_TROUBLE: Duration = Duration::from_secs(7 * 86_400);

/// A day of a long list and its backup: enough to be read in time.
const DEFAULT_LEAST_FREE: u64 = 1 << 30;

/// An editor's morning, after the digest.
const DEFAULT_HEARTBEAT: Period = Period::Daily(time(8, 0, 0, 0));

/// The month is over in every zone of the continent.
const DEFAULT_SUMMARY: Monthly = Monthly { day: 1, at: time(8, 0, 0, 0) };

impl Default for Signs {
    fn default() -> Self {
        Self {
            trouble_after: DEFAULT_TROUBLE_AFTER,
            least_free: DEFAULT_LEAST_FREE,
            heartbeat: Some(DEFAULT_HEARTBEAT),
            summary: Some(DEFAULT_SUMMARY),
        }
    }
}

/// Reads them from `[veedor]`.
pub(super) fn read(table: &mut Reader<'_>, scope: &Scope<'_>) -> Signs {
    Signs {
        trouble_after: scope.duration(table, "trouble_after", Duration::ZERO, LONGEST_TROUBLE).map_or(DEFAULT_TROUBLE_AFTER, |at| at.value),
        least_free: least_free(table, scope).unwrap_or(DEFAULT_LEAST_FREE),
        heartbeat: heartbeat(table, scope).unwrap_or(Some(DEFAULT_HEARTBEAT)),
        summary: summary(table, scope).unwrap_or(Some(DEFAULT_SUMMARY)),
    }
}

/// `Some(None)` turns it off.
fn heartbeat(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<Option<Period>> {
    let help = "write heartbeat = \"daily 08:00\", \"weekly mon 08:00\", or \"\" for none";
    if table.item("heartbeat")?.as_str().is_some_and(|text| text.trim().is_empty()) {
        return Some(None);
    }
    let At { value, span } = timing::period(table, "heartbeat", help, scope)?;
    if value.is_none() {
        scope.error(span, "heartbeat cannot be \"now\": it comes at its hour", help);
    }
    value.map(Some)
}

/// `Some(None)` turns it off.
fn summary(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<Option<Monthly>> {
    let help = "write summary = \"monthly 1 08:00\", with a day from 1 to 28, or \"\" for none";
    let At { value, span } = table.text("summary")?;
    let words: Vec<&str> = value.split_whitespace().collect();
    let read = match words[..] {
        [] => Some(None),
        ["monthly", day, at] => {
            let day = day.parse::<i8>().ok().filter(|day| (1..=28).contains(day));
            day.zip(timing::time_of_day(at).ok()).map(|(day, at)| Some(Monthly { day, at }))
        }
        _ => None,
    };
    if read.is_none() {
        scope.error(span, format!("summary cannot be read: \"{value}\""), help);
    }
    read
}

fn least_free(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<u64> {
    let at = table.text("least_free")?;
    let bytes = parse_size(&at.value);
    if bytes.is_none() {
        scope.error(
            at.span,
            format!("least_free is not a size: \"{}\"", at.value),
            "write \"1GiB\", \"500MiB\", or \"\" to look at no disk",
        );
    }
    bytes
}

/// Units of sizes, the longest names first.
const UNITS: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("GB", 1_000_000_000), ("MB", 1_000_000)];

fn parse_size(text: &str) -> Option<u64> {
    let text = text.trim();
    if text.is_empty() {
        return Some(0);
    }
    let (number, unit) = UNITS.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit)))?;
    number.trim().parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_their_unit_and_nothing_else_is_one() {
        for (text, bytes) in [("", Some(0)), ("1GiB", Some(1 << 30)), (" 500 MiB", Some(500 << 20)), ("2GB", Some(2_000_000_000))] {
            assert_eq!(parse_size(text), bytes, "{text}");
        }
        for text in ["5", "5%", "GiB", "-1GiB", "1.5GiB", "99999999999999GiB", "1 gib"] {
            assert_eq!(parse_size(text), None, "{text}");
        }
    }
}
