//! When a host is asked at all: queue, gap, budget, hours, rests.

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::civil::time;

use super::court::{Court, Reply};
use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_is_asked_one_thing_at_a_time() {
    let court = Court::of_pages(|_, _| Reply::ok()).await;
    let desk = Arc::new(Desk::new());
    let mut calls = tokio::task::JoinSet::new();
    for n in 0..20 {
        let (desk, court) = (Arc::clone(&desk), Arc::clone(&court));
        calls.spawn(async move { desk.page(&court, &format!("/{n}")).await.status });
    }
    assert_eq!(calls.join_all().await, [200; 20]);
    assert_eq!((court.most(), court.asked().len()), (1, 21));
}

#[tokio::test]
async fn the_gap_runs_from_the_end_of_one_request_to_the_start_of_the_next() {
    let court = Court::of_pages(|_, _| Reply::ok()).await;
    let mut desk = Desk::new();
    desk.rules.gap = Duration::from_millis(60);
    tokio::join!(desk.page(&court, "/1"), desk.page(&court, "/2"), desk.page(&court, "/3"));
    let asked = court.asked();
    assert_eq!(asked.len(), 4);
    for pair in asked.windows(2) {
        let gap = pair[1].begun - pair[0].ended.expect("answered");
        assert!(gap >= desk.rules.gap, "{gap:?}");
    }
}

#[tokio::test]
async fn a_visit_that_is_dropped_still_begins_the_gap() {
    let court = Court::of_pages(|asked, _| if asked.target == "/mute" { Reply::Mute } else { Reply::ok() }).await;
    let mut desk = Desk::new();
    desk.page(&court, "/").await;
    let dropped = tokio::time::timeout(Duration::from_millis(100), desk.ask(&court, "/mute")).await;
    assert!(dropped.is_err());
    // With a gap of an hour the next request would have to wait for longer than a task is held.
    desk.rules.gap = Duration::from_secs(3600);
    let failure = desk.failure(&court, "/").await;
    assert_eq!(failure.kind, FailureKind::Postponed);
    assert!(failure.not_before.expect("told") > noon() + 59 * MINUTE, "{failure:?}");
}

#[tokio::test]
async fn a_long_queue_turns_late_comers_away_with_a_time() {
    let court = Court::start(|_, _| Reply::Mute).await;
    let mut desk = Desk::new();
    desk.rules.gap = 3 * MINUTE;
    let late = tokio::select! {
        // In this order, so that the first holds the turn when the second comes.
        biased;
        first = desk.ask(&court, "/first") => panic!("the court is mute, yet {first:?}"),
        late = desk.failure(&court, "/late") => late,
    };
    assert_eq!((late.kind, late.not_before), (FailureKind::Postponed, Some(noon() + 3 * MINUTE)));
}

#[tokio::test]
async fn the_daily_budget_counts_everything_and_refills_at_midnight_of_the_court() {
    let court = Court::of_pages(|_, _| Reply::ok()).await;
    let mut desk = Desk::new();
    desk.rules.daily = 3;
    desk.page(&court, "/1").await;
    desk.page(&court, "/2").await;
    let failure = desk.failure(&court, "/3").await;
    let midnight = "2026-11-24T05:00:00Z".parse().expect("valid");
    assert_eq!((failure.kind, failure.not_before), (FailureKind::Postponed, Some(midnight)));
    assert_eq!(court.asked().len(), 3);

    // A restart does not refill it.
    let fresh = Desk {
        fetcher: Fetcher::new(None, desk.clock.clone(), Metrics::default()).expect("builds"),
        clock: desk.clock.clone(),
        rules: desk.rules.clone(),
    };
    fresh.fetcher.restore(&desk.fetcher.budget_snapshot());
    assert_eq!(fresh.failure(&court, "/3").await.not_before, Some(midnight));

    desk.clock.advance_to(midnight);
    desk.page(&court, "/3").await;
}

#[tokio::test]
async fn outside_its_hours_a_court_is_not_asked() {
    let court = Court::of_pages(|_, _| Reply::ok()).await;
    let mut desk = Desk::new();
    desk.rules.hours = Some(Hours { days: [true; 7], from: time(6, 0, 0, 0), until: time(11, 0, 0, 0) });
    let failure = desk.failure(&court, "/").await;
    let opens: Timestamp = "2026-11-24T11:00:00Z".parse().expect("valid");
    assert_eq!((failure.kind, failure.not_before), (FailureKind::Postponed, Some(opens)));
    assert!(court.asked().is_empty());
    desk.clock.advance_to(opens);
    desk.page(&court, "/").await;
}

#[tokio::test]
async fn a_wait_that_the_court_asks_for_holds_for_the_whole_host() {
    for (status, header, wait, kind) in [
        (429, "Retry-After: 600", 10 * MINUTE, FailureKind::Blocked),
        (429, "X-Nothing: 1", Rest::COURT.failing, FailureKind::Blocked),
        (429, "Retry-After: soon", Rest::COURT.failing, FailureKind::Blocked),
        (429, "Retry-After: 99999999999999999999999", DAY, FailureKind::Blocked),
        (503, "Retry-After: Mon, 23 Nov 2026 17:30:00 GMT", 30 * MINUTE, FailureKind::Unavailable),
    ] {
        let court = Court::of_pages(move |_, before| if before == 0 { Reply::page(status, &[header], b"") } else { Reply::ok() }).await;
        let desk = Desk::new();
        let until = noon() + wait;
        let failure = desk.failure(&court, "/a").await;
        assert_eq!((failure.kind, failure.not_before), (kind, Some(until)), "{status} {header}");
        desk.later(wait - Duration::from_millis(1));
        let failure = desk.failure(&court, "/b").await;
        assert_eq!((failure.kind, failure.not_before), (FailureKind::Postponed, Some(until)), "{status} {header}");
        assert_eq!(court.asked().len(), 2);
        desk.later(Duration::from_millis(1));
        desk.page(&court, "/b").await;
    }
}

#[tokio::test]
async fn a_503_without_a_time_is_no_reason_to_rest() {
    let court = Court::of_pages(|_, before| if before == 0 { Reply::page(503, &[], b"") } else { Reply::ok() }).await;
    let desk = Desk::new();
    assert_eq!(desk.failure(&court, "/").await.not_before, None);
    desk.page(&court, "/").await;
}

#[tokio::test]
async fn the_breaker_opens_after_five_failures_doubles_and_closes() {
    let broken = Arc::new(AtomicBool::new(true));
    let is_broken = Arc::clone(&broken);
    let court = Court::of_pages(move |_, _| if is_broken.load(Ordering::SeqCst) { Reply::page(502, &[], b"") } else { Reply::ok() }).await;
    let desk = Desk::new();
    for n in 0..4 {
        assert_eq!(desk.failure(&court, "/").await.not_before, None, "{n}");
    }
    for minutes in [5, 10, 20, 40, 60, 60] {
        let until = desk.clock.now() + minutes * MINUTE;
        let failure = desk.failure(&court, "/").await;
        assert_eq!((failure.kind, failure.not_before), (FailureKind::Unavailable, Some(until)));
        let asked = court.asked().len();
        let failure = desk.failure(&court, "/").await;
        assert_eq!((failure.kind, failure.not_before), (FailureKind::Postponed, Some(until)));
        assert_eq!(court.asked().len(), asked);
        desk.clock.advance_to(until);
    }
    broken.store(false, Ordering::SeqCst);
    desk.page(&court, "/").await;
    broken.store(true, Ordering::SeqCst);
    assert_eq!(desk.failure(&court, "/").await.not_before, None, "one failure after a success is no reason to rest");
}

#[tokio::test]
async fn three_refusals_in_a_row_end_asking_for_six_hours() {
    let court = Court::of_pages(|asked, _| if asked.target == "/403" { Reply::page(403, &[], b"") } else { Reply::ok() }).await;
    let desk = Desk::new();
    let url = format!("{}/a", court.base);
    desk.failure(&court, "/403").await;
    desk.failure(&court, "/403").await;
    desk.page(&court, "/a").await;
    desk.fetcher.report_ok(&url);
    desk.failure(&court, "/403").await;
    // A block page may come with status 200; only the recipe knows.
    desk.page(&court, "/a").await;
    assert_eq!(desk.fetcher.report_blocked(&desk.rules, &url), None);
    let until = noon() + Rest::COURT.refused;
    desk.page(&court, "/a").await;
    assert_eq!(desk.fetcher.report_blocked(&desk.rules, &url), Some(until));
    let failure = desk.failure(&court, "/a").await;
    assert_eq!((failure.kind, failure.not_before), (FailureKind::Postponed, Some(until)));
}

#[tokio::test]
async fn hosts_of_which_nothing_is_worth_keeping_are_forgotten() {
    let court = Court::of_pages(|_, _| Reply::ok()).await;
    let desk = Desk::new();
    desk.page(&court, "/").await;
    desk.fetcher.forget_idle();
    assert_eq!(desk.fetcher.budget_snapshot().len(), 1);
    desk.later(2 * DAY);
    desk.fetcher.forget_idle();
    assert_eq!(desk.fetcher.budget_snapshot(), []);
}

#[tokio::test]
async fn a_clock_that_once_stood_far_ahead_silences_no_host() {
    let court = Court::of_pages(|_, _| Reply::ok()).await;
    let desk = Desk::new();
    let ahead = noon() + 365 * DAY;
    let record = HostRecord { host: court.base.clone(), used: desk.rules.daily, day_ends: ahead, resting_until: Some(ahead) };
    desk.fetcher.restore(&[record]);
    desk.page(&court, "/").await;
}
