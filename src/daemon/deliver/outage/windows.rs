//! Digests, quiet nights and weekends in virtual time, over outages and restarts and the night in which clocks change: each event
//! arrives once, and nothing but what is critical leaves when a channel is quiet.

use super::*;
use crate::domain::event::Severity;

/// Half a year of news is too much for a test: ten days in March, with the Sunday on which New York's clocks go forward.
const STEPS: u32 = 28;

const OTHER: &str = "\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2017-00222\"\n";

/// What is critical, and what is not.
const KINDS: [EventKind; 5] =
    [EventKind::OrderIssued, EventKind::RulingIssued, EventKind::RecordEdited, EventKind::FilingAdded, EventKind::RecordRemoved];

async fn desk(folder: &Path, receivers: &Receivers, mail: &str, hook: &str) -> Desk {
    Desk::open_with(folder, receivers.hooks().await, receivers.relay().await, OTHER, ["", hook, mail]).await
}

/// The attempts that were made when their channel was quiet, without those at critical news.
fn disturbed(desk: &Desk) -> Vec<String> {
    let store = &desk.handles().store;
    let config = desk.handles().config.load_full();
    let mut disturbed = Vec::new();
    for delivery in desk.all() {
        let timing = &config.channel(&delivery.channel).expect("a channel").route.timing;
        let event = |id: &Id| store.event(*id).expect("reads").expect("is there");
        let is_critical = delivery.events.iter().any(|id| event(id).severity == Severity::Critical);
        for attempt in store.attempts(delivery.id).expect("reads") {
            if timing.held_until(attempt.at).is_some() && !is_critical {
                disturbed.push(format!("{} {} at {}", delivery.channel, delivery.recipient, attempt.at));
            }
        }
    }
    disturbed
}

#[tokio::test]
async fn digests_and_quiet_nights_over_outages_and_restarts_lose_and_double_nothing() {
    let new_york = "zone = \"America/New_York\"\nquiet = \"22:00-06:30\"\nweekends = false\n";
    for (seed, mail, hook) in [
        (0, format!("when = \"daily 07:00\"\n{new_york}"), new_york.to_owned()),
        (1, format!("when = \"hourly\"\ndigest_below = \"warn\"\n{new_york}"), format!("when = \"daily 12:00\"\n{new_york}")),
        (2, "when = \"weekly thu 07:00\"\n".to_owned(), "quiet = \"21:00-07:00\"\n".to_owned()),
        (3, format!("digest = \"daily 06:45\"\ndigest_below = \"notice\"\n{new_york}"), String::new()),
        (4, new_york.to_owned(), format!("when = \"hourly\"\n{new_york}")),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let receivers = Receivers::default();
        let mut desk = desk(folder.path(), &receivers, &mail, &hook).await;
        let mut events = Vec::new();
        for step in 0..STEPS {
            for channel in CHANNELS {
                if draw(seed, step, channel, 3) == 0 {
                    receivers.set(channel, MOODS[draw(seed, step, &format!("{channel} mood"), MOODS.len())]);
                }
            }
            for case in 0..2 {
                let kind = KINDS[draw(seed, step, &format!("kind {case}"), KINDS.len())];
                events.extend(desk.publish_in(case, u32::try_from(draw(seed, step, "news", 3)).expect("small"), &[kind]));
            }
            let minutes = [1, 30, 60, 300, 720, 1440][draw(seed, step, "time", 6)];
            desk.pass(Duration::from_secs(minutes * 60)).await;
            if draw(seed, step, "restart", 3) == 0 {
                desk.begin().await;
            }
        }
        CHANNELS.into_iter().for_each(|channel| receivers.set(channel, Mood::Well));
        // A week, a weekend, and the longest wait of the schedule.
        desk.pass(Duration::from_secs(11 * 86_400)).await;
        assert_eq!(disturbed(&desk), Vec::<String>::new(), "seed {seed}");
        let dead: Vec<Id> = desk
            .all()
            .into_iter()
            .filter(|delivery| matches!(delivery.state, DeliveryState::Dead { .. }))
            .map(|delivery| delivery.id)
            .collect();
        let now = desk.clock.now();
        desk.handles().store.retry(&dead, now).expect("retries");
        desk.pass(Duration::from_secs(3600)).await;
        let left: Vec<Delivery> =
            desk.all().into_iter().filter(|delivery| !matches!(delivery.state, DeliveryState::Delivered { .. })).collect();
        assert!(left.is_empty(), "seed {seed}: {left:#?}");
        assert!(events.len() > 25, "seed {seed} published {} events only", events.len());
        assert_once(&receivers, &events, &RECIPIENTS, seed);
        let store = &desk.handles().store;
        // It did gather: a digest told of both cases.
        let case_of = |id: &Id| store.event(*id).expect("reads").expect("is there").case;
        let told_both =
            |delivery: &Delivery| delivery.is_digest() && delivery.events.iter().any(|id| case_of(id) != case_of(&delivery.events[0]));
        assert_eq!(desk.all().iter().any(told_both), !mail.starts_with("zone"), "seed {seed}");
    }
}

/// A clock that stood ten days ahead is put right: the digest of a week neither leaves at once nor waits for ever.
#[tokio::test]
async fn a_clock_that_is_set_back_sends_the_weekly_digest_with_its_next_window() {
    let folder = tempfile::tempdir().expect("a folder");
    let receivers = Receivers::default();
    let mut desk = desk(folder.path(), &receivers, "when = \"weekly mon 07:00\"\nzone = \"America/Guayaquil\"\n", "").await;
    // Monday, 2 March 2026, 07:00 in Quito: the window that begins now ends on the 9th.
    let right = desk.clock.now();
    desk.clock.advance_to(right + Duration::from_secs(10 * 86_400));
    let mut events = desk.publish_in(0, 2, &KINDS[..2]);
    desk.pass(Duration::from_secs(3600)).await;
    desk.clock.advance_to(right + Duration::from_secs(86_400));
    events.extend(desk.publish_in(1, 1, &KINDS[..2]));
    desk.pass(Duration::from_secs(5 * 86_400)).await;
    assert_eq!(receivers.taken("mail").len(), 0, "it left before its window ended");
    desk.begin().await;
    desk.pass(Duration::from_secs(86_400 + 3600)).await;
    assert_eq!(receivers.taken("mail").len(), 2, "one digest for each of two recipients");
    assert_once(&receivers, &events, &RECIPIENTS, 0);
    // Nothing is left for the window that will never be.
    desk.pass(Duration::from_secs(14 * 86_400)).await;
    assert_eq!(receivers.taken("mail").len(), 2);
}
