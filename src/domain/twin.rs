//! One hearing at two sources: which settings of linked cases are the same, and what both together say of it.
//!
//! Pure. The calendar (`meaning::calendar`) tells it once, `veedor hearings` shows it in one row. Which cases are linked is said in the
//! watch list. What two sources say differently of it is decided in `meaning::disagreement`.

use jiff::tz::TimeZone;

use super::case::CaseRef;
use super::event::FieldChange;
use super::setting::{Outcome, Setting};

/// The [`FieldChange::field`] with which an event of a hearing says at which linked cases it stands too.
pub const ALSO_AT: &str = "also_at";

/// A setting with the zone of the court that set it.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The setting.
    pub setting: Setting,
    /// The zone.
    pub zone: TimeZone,
}

/// The settings of a linked case.
#[derive(Debug, Clone, PartialEq)]
pub struct Twin {
    /// The case.
    pub case: CaseRef,
    /// Its source and its number as people write it.
    pub label: String,
    /// Its settings, in the order in which they were set.
    pub settings: Vec<Placed>,
}

/// Which settings of two linked cases are the same hearing, by their places. The newest are paired first, and those of one hour before
/// those of which one names none.
pub fn pairs(ours: &[Placed], theirs: &[Placed]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for exactly in [true, false] {
        for (at, own) in ours.iter().enumerate().rev() {
            if found.iter().any(|(known, _)| *known == at) {
                continue;
            }
            let fits = |(other, twin): &(usize, &Placed)| {
                let is_exact = own.setting.time.is_some() && twin.setting.time.is_some();
                is_exact == exactly && is_same(own, twin) && !found.iter().any(|(_, known)| known == other)
            };
            if let Some((other, _)) = theirs.iter().enumerate().rev().find(fits) {
                found.push((at, other));
            }
        }
    }
    found.sort_unstable();
    found
}

/// Whether both may be one hearing: the same day, the same hour where both name one, and no two kinds.
pub fn is_same(ours: &Placed, theirs: &Placed) -> bool {
    let (a, b) = (&ours.setting, &theirs.setting);
    let (Some(day), Some(other)) = (a.date, b.date) else { return false };
    let one_kind = a.kind.is_none() || b.kind.is_none() || a.kind == b.kind;
    one_kind
        && match (a.time, b.time) {
            (Some(time), Some(at)) => {
                let instant = |zone: &TimeZone, wall| zone.to_timestamp(wall).ok();
                instant(&ours.zone, day.to_datetime(time)) == instant(&theirs.zone, other.to_datetime(at))
            }
            _ => day == other,
        }
}

/// Whether an entry says what became of a setting.
pub fn is_told(setting: &Setting) -> bool {
    !matches!(setting.outcome, Outcome::Pending | Outcome::Unknown)
}

/// What both sources together say of a hearing: what the one leaves out, the other adds.
pub fn merged(own: &Placed, twins: &[&Placed]) -> Placed {
    let mut whole = own.clone();
    for Placed { setting: twin, zone } in twins {
        let setting = &mut whole.setting;
        if setting.time.is_none() && twin.time.is_some() {
            (setting.date, setting.time, whole.zone) = (twin.date, twin.time, zone.clone());
        }
        setting.kind = setting.kind.take().or_else(|| twin.kind.clone());
        setting.mode = setting.mode.or(twin.mode);
        setting.room = setting.room.take().or_else(|| twin.room.clone());
        if !is_told(setting) && is_told(twin) {
            setting.outcome = twin.outcome;
            (setting.reasons, setting.requested_by) = (twin.reasons.clone(), twin.requested_by.clone());
        } else if setting.outcome == Outcome::Unknown && twin.outcome == Outcome::Pending {
            setting.outcome = Outcome::Pending;
        }
    }
    whole
}

/// The field that names the linked cases at which a hearing stands too.
pub fn also_at<'t>(labels: impl Iterator<Item = &'t str>) -> FieldChange {
    FieldChange { field: ALSO_AT.to_owned(), before: None, after: Some(labels.collect::<Vec<_>>().join(", ")) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    /// A setting of March 2026, `10 09:00 juicio pending`; a dash leaves a part out.
    fn placed(text: &str, zone: &str) -> Placed {
        let parts: Vec<&str> = text.split(' ').collect();
        let hour = |text: &str| time(text[..2].parse().expect("an hour"), text[3..].parse().expect("minutes"), 0, 0);
        let part = |at: usize| Some(parts[at]).filter(|part| *part != "-");
        let setting = Setting {
            kind: part(2).map(str::to_owned),
            date: part(0).map(|day| date(2026, 3, day.parse().expect("a day"))),
            end_date: None,
            time: part(1).map(hour),
            mode: None,
            room: None,
            warnings: Vec::new(),
            set_by: None,
            outcome: Outcome::ALL.into_iter().find(|outcome| outcome.name() == parts[3]).expect("an outcome"),
            told_by: None,
            reasons: Vec::new(),
            requested_by: Vec::new(),
            follows: None,
        };
        Placed { setting, zone: TimeZone::get(zone).expect("bundled") }
    }

    const QUITO: &str = "America/Guayaquil";

    fn paired(ours: &[&str], theirs: &[&str]) -> Vec<(usize, usize)> {
        let all = |list: &[&str]| list.iter().map(|text| placed(text, QUITO)).collect::<Vec<_>>();
        let (ours, theirs) = (all(ours), all(theirs));
        let found = pairs(&ours, &theirs);
        let mut back: Vec<(usize, usize)> = pairs(&theirs, &ours).into_iter().map(|(a, b)| (b, a)).collect();
        back.sort_unstable();
        assert_eq!(found, back, "from the other side");
        found
    }

    #[test]
    fn settings_of_one_day_and_hour_and_of_no_two_kinds_are_one_hearing() {
        for (ours, theirs, expected) in [
            ("10 09:00 juicio pending", "10 09:00 juicio held", 1),
            ("10 09:00 juicio pending", "10 - juicio pending", 1),
            ("10 09:00 - pending", "10 09:00 juicio pending", 1),
            ("10 09:00 juicio pending", "10 09:00 apelacion pending", 0),
            ("10 09:00 juicio pending", "10 10:00 juicio pending", 0),
            ("10 09:00 juicio pending", "11 09:00 juicio pending", 0),
            ("- - juicio held", "- - juicio held", 0),
        ] {
            assert_eq!(paired(&[ours], &[theirs]).len(), expected, "{ours} and {theirs}");
        }
        // Nine o'clock in Quito is eight on the islands.
        assert!(is_same(&placed("10 09:00 juicio pending", QUITO), &placed("10 08:00 juicio pending", "Pacific/Galapagos")));
    }

    #[test]
    fn a_day_that_was_set_again_is_paired_with_its_newest_setting_and_an_hour_before_none() {
        let moved_and_back = ["11 09:30 juicio deferred", "18 09:30 juicio deferred", "11 09:30 juicio pending"];
        assert_eq!(paired(&moved_and_back, &["11 09:30 juicio pending"]), [(2, 0)]);
        assert_eq!(
            paired(&["10 09:00 juicio pending", "10 15:00 juicio pending"], &["10 - - pending", "10 15:00 juicio pending"]),
            [(0, 0), (1, 1)]
        );
    }

    #[test]
    fn both_together_say_more_than_each() {
        let whole = |own: &str, twin: &str| merged(&placed(own, QUITO), &[&placed(twin, QUITO)]).setting;
        let both = whole("10 - - unknown", "10 09:00 juicio held");
        assert_eq!((both.time, both.kind.as_deref(), both.outcome), (Some(time(9, 0, 0, 0)), Some("juicio"), Outcome::Held));
        assert_eq!(whole("10 09:00 juicio deferred", "10 09:00 juicio held").outcome, Outcome::Deferred, "its own word stands");
        assert_eq!(whole("10 09:00 juicio held", "10 09:00 juicio unknown").outcome, Outcome::Held);
    }
}
