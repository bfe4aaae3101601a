//! What a court's answers may lead to: public addresses, and what the operator vouches for.

use super::court::Reply;
use super::*;
use url::Url;

fn desk(reach: Reach) -> Desk {
    let desk = Desk::new();
    Desk { rules: Rules { reach, ..desk.rules }, ..desk }
}

/// A page of a court may name any address as the next one to ask: a machine of the newsroom, or the one that hands out a cloud's
/// credentials.
#[tokio::test]
async fn an_address_inside_is_not_asked_unless_it_is_vouched_for() {
    let court = Court::of_pages(|_, _| Reply::ok()).await;
    for (reach, target) in [
        (Reach::default(), court.base.clone()),
        (Reach { names: vec!["court.internal".into()], ..Reach::default() }, court.base.clone()),
        // Private networks do not open what clouds answer at.
        (Reach { private: true, ..Reach::default() }, "http://169.254.169.254".to_owned()),
        (Reach::default(), "http://[::ffff:169.254.169.254]".to_owned()),
    ] {
        let asked = Request { url: format!("{target}/latest/meta-data/"), ..request(&court, "/") };
        let desk = desk(reach);
        let Fetched::Failed(failure) = desk.fetcher.fetch(&desk.rules, &asked, None).await else { panic!("{target} was asked") };
        assert!(failure.kind == FailureKind::Unreadable && failure.why.contains("is not asked"), "{failure:?}");
        assert!(!failure.why.contains("meta-data"), "{failure:?}");
    }
    assert!(court.asked().is_empty());
    let one = Reach { networks: vec!["127.0.0.1/32".parse().expect("a network")], ..Reach::default() };
    desk(one).page(&court, "/").await;
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_asked_unless_it_is_vouched_for() {
    let court = Court::of_pages(|_, _| Reply::ok()).await;
    let port = Url::parse(&court.base).expect("an address").port().expect("a port");
    let asked = Request { url: format!("http://localhost:{port}/"), ..request(&court, "/") };
    let refused = desk(Reach::default());
    let Fetched::Failed(failure) = refused.fetcher.fetch(&refused.rules, &asked, None).await else { panic!("it was asked") };
    assert!(failure.kind == FailureKind::Unavailable && failure.why.contains("stands at no public address"), "{failure:?}");
    assert!(court.asked().is_empty());
    let named = desk(Reach { names: vec!["localhost".into()], ..Reach::default() });
    assert!(matches!(named.fetcher.fetch(&named.rules, &asked, None).await, Fetched::Page(_)));
}
