//! A receiver that takes nothing for more than a week, in virtual time: it is disabled, burns no attempts, and hears everything once
//! when it is back.

use super::*;
use crate::daemon::conditions::Observer;

/// Lets time pass with a look at the conditions every ten minutes.
async fn pass(desk: &mut Desk, observer: &mut Observer, hours: u32) {
    for _ in 0..hours * 6 {
        desk.pass(Duration::from_secs(600)).await;
        let now = desk.clock.now();
        observer.look(now).expect("a store in order");
    }
}

fn observer(desk: &Desk) -> Observer {
    Observer::new(desk.handles().clone(), |_| Ok(u64::MAX))
}

fn attempts(desk: &Desk) -> usize {
    let store = &desk.handles().store;
    let of_uno = desk.all().into_iter().filter(|delivery| delivery.channel == "uno");
    of_uno.map(|delivery| store.attempts(delivery.id).expect("reads").len()).sum()
}

#[tokio::test]
async fn a_receiver_that_takes_nothing_for_nine_days_is_disabled_and_hears_everything_once_when_it_is_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let receivers = Receivers::default();
    let mut desk = Desk::open(folder.path(), receivers.hooks().await, receivers.relay().await).await;
    let mut observer = observer(&desk);
    receivers.set("uno", Mood::Broken);
    let mut events = Vec::new();
    let mut before = 0;
    for day in 0..9 {
        // A restart begins no count anew.
        if day == 2 || day == 7 {
            drop(observer);
            desk.begin().await;
            observer = self::observer(&desk);
        }
        before = attempts(&desk);
        for _ in 0..4 {
            events.extend(desk.publish(2));
            pass(&mut desk, &mut observer, 6).await;
        }
        assert_eq!(desk.handles().runs.is_disabled("uno"), day >= 4, "at the end of day {day} from 0");
        assert_eq!(receivers.taken("dos").len(), events.len(), "the other receiver waits for nobody");
    }
    let of_last_day = attempts(&desk) - before;
    assert!((1..=2).contains(&of_last_day), "{of_last_day} attempts on a day on which it is disabled");
    let waiting: Vec<Delivery> = desk.all().into_iter().filter(|delivery| delivery.channel == "uno").collect();
    assert_eq!(waiting.len(), events.len());
    for delivery in &waiting {
        let DeliveryState::Held { reason, .. } = &delivery.state else { panic!("given up, or on its way: {delivery:#?}") };
        assert!(reason.contains("channel is disabled") || reason.contains("takes nothing"), "{reason}");
    }
    receivers.set("uno", Mood::Well);
    pass(&mut desk, &mut observer, 25).await;
    assert!(!desk.handles().runs.is_disabled("uno") && desk.handles().runs.all().is_empty());
    assert_once(&receivers, &events, &RECIPIENTS, 0);
    assert!(desk.all().iter().all(|delivery| matches!(delivery.state, DeliveryState::Delivered { .. })));
}

/// A start in quiet hours asks for a try at once. What it finds waits for the morning, and that is no try: the one of the day comes then,
/// and not a day later, when the channel is quiet again.
#[tokio::test]
async fn a_probe_that_falls_into_quiet_hours_is_made_when_they_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let receivers = Receivers::default();
    let quiet = "quiet = \"21:00-07:00\"\nzone = \"Etc/UTC\"\n";
    let mut desk = Desk::open_with(folder.path(), receivers.hooks().await, receivers.relay().await, "", [quiet, "", ""]).await;
    let mut observer = observer(&desk);
    receivers.set("uno", Mood::Broken);
    let mut events = Vec::new();
    for _ in 0..6 {
        events.extend(desk.publish_in(0, 1, &[EventKind::FilingAdded]));
        pass(&mut desk, &mut observer, 24).await;
    }
    assert!(desk.handles().runs.is_disabled("uno"));
    receivers.set("uno", Mood::Well);
    // From noon to ten in the evening.
    pass(&mut desk, &mut observer, 10).await;
    assert!(receivers.taken("uno").is_empty(), "the probe of the day fell into the day, so this shows nothing");
    drop(observer);
    desk.begin().await;
    let mut observer = self::observer(&desk);
    let before = attempts(&desk);
    pass(&mut desk, &mut observer, 8).await;
    assert_eq!((attempts(&desk), receivers.taken("uno").len()), (before, 0), "it is quiet until seven");
    pass(&mut desk, &mut observer, 2).await;
    assert_eq!(receivers.taken("uno").len(), events.len());
    assert!(!desk.handles().runs.is_disabled("uno"));
    assert_once(&receivers, &events, &RECIPIENTS, 0);
}
