//! How the entries of a case lie in time: how many in each month, and the longest times without one.
//!
//! Called by [`timeline`](super::timeline) for its plot. It reads dates and nothing else; what delays mean is `delay`'s work.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::wire::api::case::Gap;

/// Gaps that are listed.
const GAPS: usize = 5;

/// A gap that is worth listing has at least so many days.
const WORTH: u32 = 30;

/// The months that have entries, oldest first.
pub(super) fn months(dates: &[Date]) -> Vec<(String, u32)> {
    let mut months: BTreeMap<(i16, i8), u32> = BTreeMap::new();
    for date in dates {
        *months.entry((date.year(), date.month())).or_default() += 1;
    }
    months.into_iter().map(|((year, month), count)| (format!("{year:04}-{month:02}"), count)).collect()
}

/// The longest times between two dated entries, longest first.
pub(super) fn gaps(dates: &[Date]) -> Vec<Gap> {
    let mut sorted = dates.to_vec();
    sorted.sort_unstable();
    let pairs = sorted.iter().zip(sorted.iter().skip(1));
    let mut gaps: Vec<Gap> = pairs
        .filter_map(|(from, to)| {
            let days = from.until(*to).ok().map(|span| span.get_days()).and_then(|days| u32::try_from(days).ok())?;
            (days >= WORTH).then(|| Gap { from: from.to_string(), to: to.to_string(), days })
        })
        .collect();
    gaps.sort_by_key(|gap| std::cmp::Reverse(gap.days));
    gaps.truncate(GAPS);
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn months_are_counted_and_the_longest_gaps_come_first() {
        let dates = [date(2026, 3, 2), date(2025, 1, 5), date(2026, 3, 30), date(2025, 1, 6), date(2025, 4, 6)];
        assert_eq!(months(&dates), [("2025-01".to_owned(), 2), ("2025-04".to_owned(), 1), ("2026-03".to_owned(), 2)]);
        let gaps = gaps(&dates);
        let found: Vec<_> = gaps.iter().map(|gap| (gap.from.as_str(), gap.days)).collect();
        assert_eq!(found, [("2025-04-06", 330), ("2025-01-06", 90)], "28 days are no gap");
        assert!(super::gaps(&[]).is_empty() && months(&[]).is_empty());
    }
}
