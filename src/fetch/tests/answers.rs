//! What comes back: pages, and the kinds of failure when none does.

use std::io::Write as _;

use super::court::{Court, Reply};
use super::*;
use crate::fetch::room::MOST_BYTES;

#[tokio::test]
async fn a_page_comes_with_its_body_and_only_the_headers_worth_keeping() {
    let court = Court::of_pages(|_, _| Reply::page(404, &["ETag: \"a\"", "Server: x", "Set-Cookie: id=1", "X-Other: y"], b"{}")).await;
    let desk = Desk::new();
    let page = desk.page(&court, "/a?b=1#c").await;
    assert_eq!((page.status, page.body.as_slice(), page.fetched_at), (404, &b"{}"[..], noon()));
    assert_eq!(page.headers, [("etag".to_owned(), "\"a\"".to_owned()), ("server".to_owned(), "x".to_owned())]);
    desk.page(&court, "/b").await;
    assert!(!court.asked().last().expect("asked").head.to_lowercase().contains("cookie"));
}

#[tokio::test]
async fn the_recipe_headers_are_sent_and_the_user_agent_stays_honest() {
    let court = Court::of_pages(|_, _| Reply::ok()).await;
    let clock = Clock::fixed(noon());
    let fetcher = Fetcher::new(Some("redaccion@example.org"), clock, Metrics::default()).expect("builds");
    let mut request = request(&court, "/acts");
    request.method = Method::Post;
    request.body = Some(b"{\"id\":1}".to_vec());
    request.headers = vec![("Content-Type".into(), "application/json".into()), ("User-Agent".into(), "Mozilla/5.0".into())];
    assert!(matches!(fetcher.fetch(&rules(), &request, None).await, Fetched::Page(_)));

    let asked = court.asked();
    assert_eq!((asked[0].target.as_str(), asked[1].target.as_str()), ("/robots.txt", "/acts"));
    assert!(asked[0].head.contains("origin: https://court.example\r\n"), "{}", asked[0].head);
    assert_eq!((asked[1].method.as_str(), asked[1].body.as_slice()), ("POST", &b"{\"id\":1}"[..]));
    for asked in asked {
        assert!(
            asked.head.contains(&format!("user-agent: veedor/{} (+mailto:redaccion@example.org)\r\n", env!("CARGO_PKG_VERSION"))),
            "{}",
            asked.head
        );
        assert!(!asked.head.contains("Mozilla"));
    }
}

#[test]
fn the_user_agent_names_the_contact_or_says_that_there_is_none() {
    for (contact, expected) in [
        (None, "(no contact given)"),
        (Some("a@example.org"), "(+mailto:a@example.org)"),
        (Some("https://example.org/veedor"), "(+https://example.org/veedor)"),
        (Some("a\r\nX: (y)ñ"), "(+mailto:aX:y)"),
    ] {
        assert_eq!(user_agent(contact), format!("veedor/{} {expected}", env!("CARGO_PKG_VERSION")));
    }
}

#[tokio::test]
async fn validators_ask_whether_the_page_still_holds() {
    let court = Court::of_pages(|asked, _| {
        let known =
            asked.head.contains("if-none-match: \"a\"\r\n") && asked.head.contains("if-modified-since: Mon, 23 Nov 2026 10:00:00 GMT\r\n");
        if known { Reply::Send(b"HTTP/1.1 304 X\r\n\r\n".to_vec()) } else { Reply::ok() }
    })
    .await;
    let desk = Desk::new();
    let validators = Validators { etag: Some("\"a\"".into()), last_modified: Some("Mon, 23 Nov 2026 10:00:00 GMT".into()) };
    let fetched = desk.fetcher.fetch(&desk.rules, &request(&court, "/"), Some(&validators)).await;
    assert_eq!(fetched, Fetched::NotModified { at: noon() });
    assert_eq!(desk.page(&court, "/").await.status, 200);
    let question = Request { method: Method::Post, body: Some(b"{}".to_vec()), ..request(&court, "/") };
    let fetched = desk.fetcher.fetch(&desk.rules, &question, Some(&validators)).await;
    assert!(matches!(fetched, Fetched::Page(_)), "a question was asked with conditions: {fetched:?}");
}

#[tokio::test]
async fn answers_that_are_no_page_fail_by_their_kind() {
    use FailureKind::{Blocked, Unavailable, Unreadable};
    let gzipped = |body: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(body).expect("memory");
        encoder.finish().expect("memory")
    };
    let bomb = Arc::new(gzipped(&vec![b' '; MOST_BYTES + 1]));
    let cut = {
        let whole = gzipped(b"[1,2,3,4,5,6,7,8,9]");
        whole[..whole.len() - 12].to_vec()
    };
    let head = |text: &str| text.replace('\n', "\r\n").into_bytes();
    let court = Court::of_pages(move |asked, _| match asked.target.as_str() {
        "/truncated" => Reply::Close(head("HTTP/1.1 200 X\ncontent-length: 100\n\n[1,2")),
        "/half-chunked" => Reply::Close(head("HTTP/1.1 200 X\ntransfer-encoding: chunked\n\n4\n[1,2\n")),
        "/reset" => Reply::Reset(Vec::new()),
        "/closed" => Reply::Close(Vec::new()),
        "/not-http" => Reply::Close(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()),
        "/promised" => Reply::Close(head("HTTP/1.1 200 X\ncontent-length: 40000000\n\n[1,2")),
        "/bomb" => Reply::page(200, &["content-encoding: gzip"], &bomb),
        "/cut-gzip" => Reply::page(200, &["content-encoding: gzip"], &cut),
        "/no-gzip" => Reply::page(200, &["content-encoding: gzip"], b"[1,2]"),
        "/login" => Reply::page(302, &["Location: https://sso.example/Login?case=17721-2019-00029G"], b""),
        "/moved" => Reply::page(301, &["Location: /elsewhere/17721-2019-00029G"], b""),
        "/nowhere" => Reply::page(302, &[], b""),
        "/304" => Reply::page(304, &[], b""),
        "/403" => Reply::page(403, &[], b"WAF"),
        "/500" => Reply::page(500, &[], b"{}"),
        _ => Reply::ok(),
    })
    .await;
    let desk = Desk::new();
    for (target, kind, why) in [
        ("/truncated", Unreadable, "the answer of HOST ended before its time"),
        ("/half-chunked", Unreadable, "the answer of HOST ended before its time"),
        ("/reset", Unavailable, "HOST broke off the connection"),
        ("/closed", Unavailable, "HOST closed the connection without an answer that is HTTP"),
        ("/not-http", Unavailable, "HOST closed the connection without an answer that is HTTP"),
        ("/bomb", Unreadable, "what HOST answers in one visit is larger than 32 MiB"),
        ("/promised", Unreadable, "what HOST answers in one visit is larger than 32 MiB"),
        ("/cut-gzip", Unreadable, "the answer of HOST ended before its time"),
        ("/no-gzip", Unreadable, "the answer of HOST cannot be decoded"),
        (
            "/login",
            Unreadable,
            "HOST redirects to what looks like a login page of sso.example; if the source moved, its recipe must say where to",
        ),
        ("/moved", Unreadable, "HOST redirects to HOST; if the source moved, its recipe must say where to"),
        ("/nowhere", Unreadable, "HOST redirects to nowhere"),
        ("/304", Unreadable, "HOST says that nothing changed, without having been asked"),
        ("/403", Blocked, "HOST refuses us with status 403"),
        ("/500", Unavailable, "HOST is broken or under maintenance, with status 500"),
    ] {
        let failure = desk.failure(&court, target).await;
        let host = court.base.strip_prefix("http://").expect("http");
        assert_eq!((failure.kind, failure.why.replace(host, "HOST").as_str()), (kind, why), "{target}");
        desk.page(&court, "/fine").await;
    }
}

#[tokio::test]
async fn a_connection_that_went_stale_is_replaced_once() {
    // The host takes the second request on a kept connection and closes, as if it had closed while the request was on its way.
    for (closes, pages) in [(1, 2), (2, 1)] {
        let court = Court::of_pages(move |_, before| match before {
            1 => Reply::Close(Vec::new()),
            2 if closes == 2 => Reply::Reset(Vec::new()),
            _ => Reply::ok(),
        })
        .await;
        let desk = Desk::new();
        let first = desk.ask(&court, "/").await;
        let second = desk.ask(&court, "/").await;
        let read = [first, second].iter().filter(|fetched| matches!(fetched, Fetched::Page(_))).count();
        assert_eq!((read, court.asked().len()), (pages, 4));
    }
}

#[tokio::test]
async fn one_deadline_covers_the_whole_request() {
    let court = Court::of_pages(|asked, _| match asked.target.as_str() {
        "/mute" => Reply::Mute,
        _ => Reply::Drip(b"HTTP/1.1 200 X\r\ncontent-length: 1000000\r\n\r\n".to_vec()),
    })
    .await;
    let mut desk = Desk::new();
    desk.rules.timeout = Duration::from_millis(200);
    for target in ["/mute", "/drip"] {
        let failure = desk.failure(&court, target).await;
        assert_eq!(failure.kind, FailureKind::Unavailable);
        assert!(failure.why.ends_with("did not answer completely within 200ms"), "{}", failure.why);
    }
}

#[tokio::test]
async fn a_host_that_is_not_there_is_unavailable() {
    let desk = Desk::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let dead = format!("http://{}", listener.local_addr().expect("bound"));
    drop(listener);
    for (url, kind, why) in [
        (format!("{dead}/17721-2019-00029G"), FailureKind::Unavailable, "the robots.txt of"),
        ("http://no-such-court.invalid/".to_owned(), FailureKind::Unavailable, "the robots.txt of"),
        ("ftp://court.example/".to_owned(), FailureKind::Unreadable, "the recipe asks for something that is not a web address"),
        ("nonsense".to_owned(), FailureKind::Unreadable, "the recipe asks for something that is not a web address"),
    ] {
        let request = Request { step: "s".into(), method: Method::Get, url: url.clone(), headers: Vec::new(), body: None, charset: None };
        let Fetched::Failed(failure) = desk.fetcher.fetch(&desk.rules, &request, None).await else { panic!("{url} answered") };
        assert!(failure.kind == kind && failure.why.starts_with(why), "{url}: {failure:?}");
        assert!(!failure.why.contains("17721"), "{failure:?}");
    }
}

#[tokio::test]
async fn a_host_that_fails_at_tls_is_not_trusted() {
    // No certificate can be had without a root of our own, so the server speaks no TLS at all.
    let client = reqwest::Client::builder().tls_backend_preconfigured(tls::config().expect("builds")).build().expect("builds");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let server = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        let (mut stream, _) = listener.accept().await.expect("a client");
        let _ = stream.write_all(b"HTTP/1.1 400 X\r\n\r\n").await;
        stream
    });
    let error = client.get(format!("https://{address}/")).send().await.expect_err("not TLS");
    let trouble = trouble::Trouble::of(&error, "court.example", false);
    assert_eq!(trouble.kind, FailureKind::Unavailable);
    assert!(trouble.why.starts_with("court.example cannot be trusted: "), "{}", trouble.why);
    drop(server);
}

#[tokio::test]
async fn what_came_of_requests_is_counted_by_source() {
    let court = Court::of_pages(|asked, _| if asked.target == "/500" { Reply::page(500, &[], b"") } else { Reply::ok() }).await;
    let metrics = Metrics::default();
    let fetcher = Fetcher::new(None, Clock::fixed(noon()), metrics.clone()).expect("builds");
    fetcher.introduce("other");
    for target in ["/a", "/b", "/500"] {
        fetcher.fetch(&rules(), &request(&court, target), None).await;
    }
    let text = metrics.render();
    for line in [
        "veedor_requests_total{source=\"test\",result=\"page\"} 2\n",
        "veedor_requests_total{source=\"test\",result=\"unavailable\"} 1\n",
        "veedor_requests_total{source=\"test\",result=\"blocked\"} 0\n",
        "veedor_requests_total{source=\"other\",result=\"page\"} 0\n",
        "veedor_received_bytes_total{source=\"test\"} 4\n",
        "veedor_request_duration_seconds_count{source=\"test\"} 3\n",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}
