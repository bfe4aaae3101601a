//! The vectors of Ecuador (C1 of the research note): counts that others published or worked out by hand.

use jiff::civil::{Date, date};

use super::{Calendar, Count, Scope};

/// A criminal case at a court of Quito: no recess.
fn penal() -> Scope {
    Scope { region: Some("sierra".into()), matter: Some("penal".into()), ..Scope::default() }
}

#[test]
fn business_days_after_a_day() {
    let calendar = Calendar::shipped("ec");
    let vectors: [(Date, u32, Date); 4] = [
        // Over Monday 25 May, the observed Battle of Pichincha; a third party's suite asserts it too.
        (date(2026, 5, 22), 1, date(2026, 5, 26)),
        // Over Good Friday; without recess.
        (date(2026, 3, 2), 30, date(2026, 4, 14)),
        // Over Labour Day.
        (date(2026, 4, 28), 10, date(2026, 5, 13)),
        (date(2024, 11, 25), 10, date(2024, 12, 9)),
    ];
    for (from, days, expected) in vectors {
        for scope in [penal(), Scope::default()] {
            assert_eq!(calendar.add_business(from, days, &scope), Some(expected), "{from} + {days}");
            assert_eq!(calendar.business_between(from, expected, &scope), i64::from(days), "{from} to {expected}");
        }
    }
    assert_eq!(calendar.add(date(2024, 11, 25), 10, &penal(), Count::Plazo), Some(date(2024, 12, 5)));
}

/// The written ruling of a case was dated 85 days after the oral one. By the law alone 59 business days lie between; two of them were
/// given off by Decreto 474 (2 and 3 January 2025), so that courts were open on 57.
#[test]
fn a_decree_takes_two_days_from_what_the_law_counts() {
    let calendar = Calendar::shipped("ec");
    let (oral, written) = (date(2024, 11, 25), date(2025, 2, 18));
    assert_eq!(calendar.by_rule().business_between(oral, written, &penal()), 59);
    assert_eq!(calendar.business_between(oral, written, &penal()), 57);
    assert_eq!(calendar.business_between(written, oral, &penal()), -57);
    assert_eq!(calendar.between(oral, written, &penal(), Count::Plazo), 85);
}
