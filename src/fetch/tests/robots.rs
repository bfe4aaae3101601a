//! How robots.txt is had, kept and obeyed.

use std::sync::atomic::{AtomicBool, Ordering};

use super::court::{Court, Reply};
use super::*;

#[tokio::test]
async fn robots_are_asked_once_a_day_and_obeyed() {
    let text = b"User-agent: *\nDisallow: /\n\nUser-agent: veedor\nDisallow: /private\nAllow: /private/causas$\n";
    let court = Court::start(|asked, _| match asked.target.as_str() {
        "/robots.txt" => Reply::page(200, &["content-type: text/plain"], text),
        _ => Reply::ok(),
    })
    .await;
    let desk = Desk::new();
    desk.page(&court, "/public").await;
    desk.page(&court, "/private/causas").await;
    let failure = desk.failure(&court, "/private/causas?id=17721-2019-00029G").await;
    assert_eq!((failure.kind, failure.not_before), (FailureKind::Disallowed, None));
    assert_eq!(court.targets(), ["/robots.txt", "/public", "/private/causas"]);
    desk.later(DAY);
    desk.page(&court, "/public").await;
    assert_eq!(court.targets()[3..], ["/robots.txt", "/public"]);
}

type Answers = Box<dyn Fn() -> Reply + Send + Sync>;

#[tokio::test]
async fn what_stands_in_for_robots_is_read_by_the_rfc() {
    use FailureKind::{Blocked, Disallowed, Unavailable};
    let huge = {
        let mut text = b"User-agent: *\nDisallow: /within\n".to_vec();
        text.resize(crate::fetch::robots::MOST_BYTES, b'\n');
        text.extend_from_slice(b"Disallow: /\n");
        text
    };
    let cases: Vec<(&str, Answers, &str, Option<FailureKind>)> = vec![
        ("404", Box::new(Reply::not_found), "/", None),
        ("403", Box::new(|| Reply::page(403, &[], b"")), "/", None),
        ("401", Box::new(|| Reply::page(401, &[], b"User-agent: *\nDisallow: /")), "/", None),
        ("html", Box::new(|| Reply::page(200, &["content-type: text/html"], b"<p>User-agent: *</p>\n<p>Disallow: /</p>")), "/", None),
        ("500", Box::new(|| Reply::page(500, &[], b"")), "/", Some(Unavailable)),
        ("reset", Box::new(|| Reply::Reset(Vec::new())), "/", Some(Unavailable)),
        ("429", Box::new(|| Reply::page(429, &["retry-after: 60"], b"")), "/", Some(Blocked)),
        ("truncated", Box::new(|| Reply::Close(b"HTTP/1.1 200 X\r\ncontent-length: 90\r\n\r\nUser-".to_vec())), "/", Some(Unavailable)),
        (
            "huge, beyond",
            Box::new({
                let huge = huge.clone();
                move || Reply::page(200, &[], &huge)
            }),
            "/beyond",
            None,
        ),
        ("huge, within", Box::new(move || Reply::page(200, &[], &huge)), "/within", Some(Disallowed)),
        ("redirect into the network", Box::new(|| Reply::page(302, &["location: http://10.0.0.1/robots.txt"], b"")), "/", None),
        ("redirect for ever", Box::new(|| Reply::page(302, &["location: /robots.txt"], b"")), "/", None),
    ];
    for (name, robots, target, expected) in cases {
        let court = Court::start(move |asked, _| if asked.target == "/robots.txt" { robots() } else { Reply::ok() }).await;
        let fetched = Desk::new().ask(&court, target).await;
        let kind = if let Fetched::Failed(failure) = &fetched { Some(failure.kind) } else { None };
        assert_eq!(kind, expected, "{name}: {fetched:?}");
        assert!(court.asked().len() <= 7, "{name}");
    }
}

#[tokio::test]
async fn redirects_of_robots_are_followed_on_the_site() {
    let court = Court::start(|asked, _| match asked.target.as_str() {
        "/robots.txt" => Reply::page(301, &["location: /static/robots.txt"], b""),
        "/static/robots.txt" => Reply::page(200, &[], b"User-agent: *\nDisallow: /"),
        _ => Reply::ok(),
    })
    .await;
    assert_eq!(Desk::new().failure(&court, "/").await.kind, FailureKind::Disallowed);
}

#[tokio::test]
async fn robots_that_cannot_be_read_are_tried_again_after_a_pause() {
    let broken = Arc::new(AtomicBool::new(true));
    let is_broken = Arc::clone(&broken);
    let court = Court::start(move |asked, _| match asked.target.as_str() {
        "/robots.txt" if is_broken.load(Ordering::SeqCst) => Reply::page(500, &[], b""),
        "/robots.txt" => Reply::page(200, &[], b"User-agent: *\nDisallow: /private"),
        _ => Reply::ok(),
    })
    .await;
    let desk = Desk::new();
    desk.failure(&court, "/").await;
    let failure = desk.failure(&court, "/").await;
    assert_eq!((failure.kind, failure.not_before), (FailureKind::Unavailable, Some(noon() + Rest::COURT.failing)));
    assert_eq!(court.targets(), ["/robots.txt"]);
    broken.store(false, Ordering::SeqCst);
    desk.later(Rest::COURT.failing);
    desk.page(&court, "/").await;

    // Once read, an old copy goes on being obeyed while no new one can be had.
    broken.store(true, Ordering::SeqCst);
    desk.later(DAY);
    desk.failure(&court, "/").await;
    desk.page(&court, "/").await;
    assert_eq!(desk.failure(&court, "/private").await.kind, FailureKind::Disallowed);
}

#[tokio::test]
async fn a_crawl_delay_that_is_longer_than_the_gap_is_kept() {
    let court = Court::start(|asked, _| match asked.target.as_str() {
        "/robots.txt" => Reply::page(200, &[], b"User-agent: *\nCrawl-delay: 0.08"),
        _ => Reply::ok(),
    })
    .await;
    let desk = Desk::new();
    desk.page(&court, "/1").await;
    desk.page(&court, "/2").await;
    for pair in court.asked().windows(2) {
        assert!(pair[1].begun - pair[0].ended.expect("answered") >= Duration::from_millis(80));
    }
}
