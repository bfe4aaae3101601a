//! Whether a delivery may leave now, and when one leaves that was planned wrongly.
//!
//! Routes plan with the channel's times when news is found. Here it is asked again: before every attempt, because a delivery may be late,
//! be tried again, or meet other times after a reload; and when the clock was set back.

use std::time::Duration;

use jiff::Timestamp;

use crate::config::Config;
use crate::domain::backoff::RetrySchedule;
use crate::domain::delivery::{Delivery, DeliveryState, LONGEST_RETRY_AFTER};
use crate::domain::route::Gather;
use crate::domain::timing::Timing;
use crate::store::Store;
use crate::store::error::StoreError;

/// A clock that is set back by less than this is merely being kept right.
pub const CLOCK_SLACK: Duration = Duration::from_secs(60);

/// A schedule may have been shortened since a delivery was planned.
const HORIZON_SLACK: Duration = Duration::from_secs(24 * 3600);

/// Until when a delivery is held that would leave at `at`; `None` when it may leave.
///
/// # Errors
/// When the store fails.
pub fn held_until(store: &Store, config: &Config, delivery: &Delivery, at: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let is_planned = matches!(
        delivery.state,
        DeliveryState::Open { .. } | DeliveryState::Waiting { .. } | DeliveryState::Paused { .. } | DeliveryState::Held { .. }
    );
    let channel = config.channel(&delivery.channel).filter(|_| is_planned);
    let Some(until) = channel.and_then(|channel| channel.route.timing.held_until(at)) else { return Ok(None) };
    for id in &delivery.events {
        match store.event(*id) {
            Ok(event) if event.as_ref().is_some_and(|event| Timing::passes(event, at, until)) => return Ok(None),
            // One that does not read back is not known to be pressing.
            Ok(_) | Err(StoreError::Damaged(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Some(until))
}

/// When a delivery is to leave that waits for longer than anything is made to wait: it was planned by a clock that stood too far ahead, or
/// with times that its channel no longer has. `None` when its time may be right.
pub fn replanned(config: &Config, delivery: &Delivery, now: Timestamp) -> Option<Timestamp> {
    let due = delivery.state.due()?;
    let after = |wait: Duration| now.checked_add(wait).unwrap_or(Timestamp::MAX);
    let channel = config.channel(&delivery.channel);
    let or_morning = |at: Timestamp| channel.and_then(|channel| channel.route.timing.held_until(at)).unwrap_or(at);
    let only_gathers = matches!(delivery.state, DeliveryState::Open { .. } | DeliveryState::Waiting { .. });
    if delivery.attempts > 0 || !only_gathers {
        let longest = channel.map_or_else(RetrySchedule::standard, |channel| channel.retry.clone()).longest().max(LONGEST_RETRY_AFTER);
        return (due > or_morning(after(longest + HORIZON_SLACK))).then_some(now);
    }
    // What was never tried must not wait as if it had failed.
    let wait = match channel.map(|channel| channel.route.gather) {
        Some(Gather::ByCase(wait)) => wait,
        Some(Gather::EachEvent) | None => Duration::ZERO,
    };
    let digest_end = channel
        .map(|channel| &channel.route)
        .filter(|route| delivery.is_digest() || (route.gather == Gather::EachEvent && route.lowers_any()))
        .map(|route| route.timing.digest_end(now));
    let latest = digest_end.max(Some(or_morning(now)));
    (latest.is_none_or(|latest| due > latest) && due > after(wait + CLOCK_SLACK)).then_some(digest_end.unwrap_or(now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::CaseRef;
    use crate::domain::id::Id;

    fn config(channels: &str) -> (tempfile::TempDir, Config) {
        let dir = tempfile::tempdir().expect("a folder");
        let list = dir.path().join("watchlist.toml");
        let text = format!(
            "[veedor]\nstate_dir = \"{}\"\nzone = \"America/Guayaquil\"\n[smtp]\nhost = \"localhost\"\ntls = \"none\"\nfrom = \"v@example.org\"\n\
             [[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2024-00011G\"\n{channels}",
            dir.path().join("state").display()
        );
        std::fs::write(&list, text).expect("a watch list");
        let config = Config::load(&list).unwrap_or_else(|problems| panic!("{problems:#?}")).config;
        (dir, config)
    }

    fn delivery(channel: &str, is_digest: bool, state: DeliveryState, attempts: u16) -> Delivery {
        let case = if is_digest { CaseRef::of_digests() } else { CaseRef { source: "ec-esatje".into(), number: "17721202400011G".into() } };
        let (events, created) = (vec![Id::derive(&[b"e"])], Timestamp::UNIX_EPOCH);
        Delivery { id: events[0], channel: channel.into(), recipient: "a@example.org".into(), case, events, state, attempts, created }
    }

    #[test]
    fn after_the_clock_was_set_back_what_waits_leaves_when_it_would_have_by_the_new_one() {
        let (_dir, config) = config(
            "[[channel]]\nid = \"week\"\nkind = \"email\"\nto = [\"a@example.org\"]\nwhen = \"weekly mon 07:00\"\n\
             [[channel]]\nid = \"night\"\nkind = \"email\"\nto = [\"a@example.org\"]\nquiet = \"22:00-06:30\"\n\
             [[channel]]\nid = \"hook\"\nkind = \"webhook\"\nurl = \"https://hooks.example.org\"\nwhen = \"daily 07:00\"\n",
        );
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        // A Wednesday at ten in the morning, and the same day at eleven at night.
        let (day, night) = (at("2026-03-04T15:00:00Z"), at("2026-03-05T04:00:00Z"));
        let [monday, tomorrow, morning] = ["2026-03-09T12:00:00Z", "2026-03-05T12:00:00Z", "2026-03-05T11:30:00Z"].map(at);
        let [next_year, in_a_minute, in_two_days] = ["2027-03-08T12:00:00Z", "2026-03-04T15:01:00Z", "2026-03-06T12:00:00Z"].map(at);
        let open = |due| DeliveryState::Open { due };
        let waiting = |due| DeliveryState::Waiting { due };
        for (channel, is_digest, state, attempts, now, expected) in [
            // A weekly digest is neither sent at once nor held for ever.
            ("week", true, open(monday), 0, day, None),
            ("week", true, open(next_year), 0, day, Some(monday)),
            // Of a channel that is weekly no more, or not there at all.
            ("night", true, open(next_year), 0, day, Some(tomorrow)),
            ("gone", true, open(monday), 0, day, Some(day)),
            // News of a case, by day and in quiet hours.
            ("night", false, open(in_a_minute), 0, day, None),
            ("night", false, open(in_two_days), 0, day, Some(day)),
            ("night", false, open(morning), 0, night, None),
            ("night", false, open(in_two_days), 0, night, Some(night)),
            // A program that is told daily.
            ("hook", false, waiting(tomorrow), 0, day, None),
            ("hook", false, waiting(in_two_days), 0, day, Some(tomorrow)),
            // What failed waits longer than what gathers, and what the brake lets wait is no news that is late.
            ("week", true, waiting(in_two_days), 3, day, None),
            ("week", true, waiting(next_year), 3, day, Some(day)),
            ("night", false, DeliveryState::Paused { due: tomorrow }, 0, day, None),
            ("night", false, DeliveryState::Delivered { at: next_year }, 1, day, None),
        ] {
            let delivery = delivery(channel, is_digest, state, attempts);
            assert_eq!(replanned(&config, &delivery, now), expected, "{channel} {:?} at {now}", delivery.state);
        }
    }
}
