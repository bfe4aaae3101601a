//! The table in both directions.

use serde_json::json;

use super::*;
use crate::ask::access::{Access, Typed};
use crate::ask::board::{FeedWanted, HearingQuestion};
use crate::ask::delays::{Form, Question};
use crate::ask::{Wanted, Which};

/// One of each variant and more; the match has no wildcard, so that a new variant is not forgotten here.
fn samples() -> Vec<Ask> {
    let text = |text: &str| text.to_owned();
    let cases =
        ["17721-2024-00011G", "Los sobornos / 2012", "ec-esatje/17721202400011G", "", "/x", "-/x", "..", "ñandú 100% ¿qué?&a=b#c", "a/b/c"];
    let mut all = vec![
        Ask::List,
        Ask::Silences,
        Ask::Reload,
        Ask::Status,
        Ask::Add { source: text("ec-esatje"), number: text("17721"), name: Some(text("Ñ")), tags: vec![text("a"), text("b c")] },
        Ask::Add { source: text("x"), number: text("y"), name: None, tags: Vec::new() },
        Ask::Events { after: 0, limit: 100, kinds: Vec::new(), tags: Vec::new(), case: None },
        Ask::Events {
            after: u64::MAX,
            limit: 1,
            kinds: vec![text("hearing.*"), text("a+b")],
            tags: vec![text("x")],
            case: Some(text("a/b")),
        },
        Ask::EventBody { id: text("00ff") },
        Ask::Hearings { case: None },
        Ask::Clocks { case: None, all: true },
        Ask::Poll { cases: Vec::new(), dry_run: false },
        Ask::Poll { cases: cases.map(text).to_vec(), dry_run: true },
        Ask::Import { source: text("x/.."), case: text("a/b"), pages: vec![(text(""), text("AAAA"))], charset: Some(text("utf-8")) },
        Ask::Deliveries { about: None, failed: true, limit: usize::MAX, state: None, channel: None, after: None },
        Ask::Deliveries {
            about: Some(text("a/b")),
            failed: false,
            limit: 0,
            state: Some(text("dead")),
            channel: Some(text("c")),
            after: Some(text("0f")),
        },
        Ask::Sources,
        Ask::Public { tag: text("t") },
        Ask::Retry { ids: vec![text("0f")], end: true, which: Which::default() },
        Ask::Retry {
            ids: Vec::new(),
            end: false,
            which: Which { since: Some(1_764_000_000_123), channel: Some(text("c")), delivered: true },
        },
        Ask::Brake { source: text("x"), release: true, all: false },
        Ask::Brake { source: text("x y"), release: false, all: true },
        Ask::Silence(Wanted { by: text("Ana"), because: text("b"), until: text("2027-01-01T00:00:00Z"), ..Wanted::default() }),
        Ask::Silence(Wanted { kinds: vec![text("a.*")], critical: true, case: Some(text("a/b")), ..Wanted::default() }),
        Ask::EndSilence { id: text("0f0f") },
        Ask::Backup { dir: text("/a b") },
        Ask::Export { to: text("/ñ") },
        Ask::Fsck { repair: true },
        Ask::Fsck { repair: false },
        Ask::Doctor { ask_sources: true },
        Ask::Delays(Question::default()),
        Ask::Delays(Question {
            cases: cases.map(text).to_vec(),
            tags: vec![text("t")],
            by: Some(text("court")),
            as_of: Some(text("2026-03-01T17:00:00+05:00")),
            language: Some(text("fr")),
            form: Form::Csv { table: text("figures") },
        }),
    ];
    let days = |from: &str, to: &str| (Some(text(from)), Some(text(to)));
    let (from, to) = days("2026-03-01", "x");
    all.extend([
        Ask::HearingBoard(HearingQuestion { limit: 100, ..HearingQuestion::default() }),
        Ask::HearingBoard(HearingQuestion { tag: Some(text("ñ")), from, to, latest_first: true, limit: 1 }),
        Ask::Today { english: true },
        Ask::Today { english: false },
        Ask::Feeds,
        Ask::AddFeed(FeedWanted { name: text("ñ"), tag: Some(text("t")), case: None, language: None }),
        Ask::AddFeed(FeedWanted { name: text("b"), tag: None, case: Some(text("a/b")), language: Some(text("en")) }),
        Ask::RevokeFeed { id: text("0f0f") },
    ]);
    all.extend(people().into_iter().map(Ask::Access));
    for form in [Form::Json, Form::Html] {
        all.push(Ask::Delays(Question { form, ..Question::default() }));
    }
    for case in cases.map(text) {
        all.push(Ask::Remove { case: case.clone() });
        for version in [None, Some(0), Some(u32::MAX)] {
            all.push(Ask::Show { case: case.clone(), version });
            all.push(Ask::Diff { case: case.clone(), from: version, to: Some(3) });
        }
        all.extend([None, Some(2)].map(|page| Ask::Versions { case: case.clone(), page }));
        all.push(Ask::Hearings { case: Some(case.clone()) });
        all.push(Ask::Clocks { case: Some(case), all: false });
    }
    for ask in &all {
        // A variant that is added is to be added above.
        match ask {
            Ask::List | Ask::Add { .. } | Ask::Remove { .. } | Ask::Show { .. } | Ask::Diff { .. } | Ask::Events { .. } => {}
            Ask::EventBody { .. } | Ask::Hearings { .. } | Ask::Clocks { .. } | Ask::Delays(_) | Ask::Poll { .. } | Ask::Import { .. } => {}
            Ask::Deliveries { .. } | Ask::Retry { .. } | Ask::Brake { .. } | Ask::Silences | Ask::Silence(_) | Ask::EndSilence { .. } => {}
            Ask::Sources | Ask::Public { .. } | Ask::Access(_) => {}
            Ask::Feeds | Ask::AddFeed(_) | Ask::RevokeFeed { .. } | Ask::HearingBoard(_) | Ask::Today { .. } => {}
            // What only pages ask, as `WITHIN` says.
            Ask::Versions { .. } => {}
            Ask::Look(_) | Ask::Event { .. } | Ask::Page { .. } => {}
            Ask::Feed(_) => {}
            Ask::Backup { .. } | Ask::Export { .. } | Ask::Fsck { .. } | Ask::Doctor { .. } | Ask::Reload | Ask::Status => {}
        }
    }
    all
}

/// One of each question about access.
fn people() -> Vec<Access> {
    let text = |text: &str| text.to_owned();
    let (name, role, password) = (|| text("ana"), || text("editor"), || Typed(text("ñ \"frase\" larga")));
    vec![
        Access::Users,
        Access::AddUser { name: name(), role: role(), password: password() },
        Access::AddUser { name: text(""), role: text(""), password: Typed(text("")) },
        Access::Password { name: name(), password: password() },
        Access::Role { name: name(), role: role() },
        Access::Disable { name: name(), disabled: true },
        Access::Disable { name: name(), disabled: false },
        Access::RemoveUser { name: name() },
        Access::EndSessions { name: name() },
        Access::Tokens,
        Access::AddToken { name: name(), role: role(), user: None, expires: None },
        Access::AddToken { name: name(), role: role(), user: Some(text("b")), expires: Some(text("2027-01-01T00:00:00Z")) },
        Access::RevokeToken { name: name(), user: None },
        Access::Audit { before: None, since: None, limit: 100 },
        Access::Audit { before: Some(u64::MAX), since: Some(text("2027-01-01T00:00:00Z")), limit: 1 },
    ]
}

fn read(request: &Request) -> Result<Ask, Wrong> {
    read_as(request, true)
}

fn read_as(request: &Request, console: bool) -> Result<Ask, Wrong> {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let found = find(Some(request.method), path, console)?;
    let Behind::Ask(name) = found.route.behind else { panic!("{} is put together by the web", found.route.path) };
    let said = found.said(query, request.body.as_ref().and_then(Value::as_object))?;
    Found::ask(name, said)
}

#[test]
fn every_question_comes_back_from_the_request_that_asks_it() {
    let mut seen = std::collections::BTreeSet::new();
    for ask in samples() {
        let name = serde_json::to_value(&ask).unwrap()["ask"].as_str().unwrap().to_owned();
        if WITHIN.contains(&name.as_str()) {
            assert_eq!(request(&ask), None);
            continue;
        }
        let request = request(&ask).unwrap_or_else(|| panic!("{ask:?} has no row"));
        let back = read(&request).unwrap_or_else(|wrong| panic!("{ask:?}: {request:?}: {wrong:?}"));
        assert_eq!(serde_json::to_value(&back).unwrap(), serde_json::to_value(&ask).unwrap(), "{request:?}");
        assert!(request.target.is_ascii() && !request.target.contains(' '), "{request:?}");
        seen.insert(name);
    }
    let rows = TABLE.iter().flat_map(|part| part.iter());
    let named = rows.filter_map(|route| if let Behind::Ask(name) = route.behind { Some(name.to_owned()) } else { None });
    assert_eq!(seen, named.collect(), "a row asks what is no question, or a question has no sample");
}

#[test]
fn one_address_is_one_row_and_what_is_said_about_it_is_said() {
    let mut seen = std::collections::BTreeSet::new();
    for route in TABLE.iter().flat_map(|part| part.iter()) {
        let shape: Vec<&str> = route.path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect();
        assert!(seen.insert((route.method, shape.join("/"))), "{}", route.path);
        assert!(!route.title.is_empty(), "{}", route.path);
        for (at, field) in route.fields.iter().enumerate() {
            assert!(field.about.ends_with('.') && field.about.chars().next().is_some_and(char::is_uppercase), "{}", field.about);
            assert!(route.fields[..at].iter().all(|other| other.name != field.name && other.key != field.key), "{}", field.name);
        }
    }
}

#[test]
fn other_ways_to_a_question_say_the_same() {
    let of = |method, target: &str, body: Option<Value>| {
        let asked =
            read(&Request { method, target: format!("{ROOT}{target}"), body }).unwrap_or_else(|wrong| panic!("{target}: {wrong:?}"));
        serde_json::to_value(asked).unwrap()
    };
    use Method::{Get, Post};
    assert_eq!(of(Get, "/cases/x/1/versions/7", None), json!({"ask": "show", "case": "x/1", "version": 7}));
    assert_eq!(of(Get, "/cases/-/Los%20sobornos/docket", None), json!({"ask": "show", "case": "Los sobornos", "version": null}));
    assert_eq!(of(Post, "/cases/x/1/poll", None), json!({"ask": "poll", "cases": ["x/1"], "dry_run": false}));
    assert_eq!(
        of(Get, "/deliveries/ab", None),
        json!({"ask": "deliveries", "about": "ab", "failed": false, "limit": 1, "state": null, "channel": null, "after": null})
    );
    assert_eq!(
        of(Post, "/deliveries/ab/retry", None),
        json!({"ask": "retry", "ids": ["ab"], "end": false, "which": {"channel": null, "delivered": false}})
    );
    assert_eq!(of(Post, "/deliveries/ab/end", None)["end"], true);
    assert_eq!(of(Get, "/delays", None)["form"], "json");
    let sent = of(Post, "/deliveries/retry", Some(json!({"which": {"since": "2026-03-01T12:00:00-05:00"}})));
    assert_eq!(sent["which"]["since"], "2026-03-01T17:00:00Z");
}

#[test]
fn what_is_misspelt_is_refused_with_what_was_meant() {
    let of = |method, target: &str, body: Option<Value>| match read_as(&Request { method, target: format!("{ROOT}{target}"), body }, false)
    {
        Err(Wrong::Unread(why)) => why,
        other => format!("{other:?}"),
    };
    use Method::{Delete, Get, Post};
    assert_eq!(of(Get, "/events?lmit=3", None), "there is no parameter \"lmit\"; did you mean \"limit\"?");
    assert_eq!(of(Get, "/silences?x=3", None), "there is no parameter \"x\"; none is known here");
    assert_eq!(of(Get, "/events?limit=-3", None), "\"limit\" must be a whole number from 0, and not \"-3\"");
    assert_eq!(of(Get, "/events?limit=501", None), "\"limit\" is at most 500, and not 501");
    assert_eq!(of(Get, "/deliveries?limit=0", None), "\"limit\" is at least 1, and not 0");
    assert_eq!(of(Post, "/cases/x/1/poll", Some(json!({"dry_run": null}))), "\"dry_run\" must be true or false");
    assert_eq!(of(Get, "/events?limit=1&limit=2", None), "\"limit\" is said twice");
    assert_eq!(of(Get, "/clocks?all=yes", None), "\"all\" is true or false, and not \"yes\"");
    assert_eq!(of(Get, "/cases/x/1/versions/01x", None), "\"version\" must be a whole number from 0, and not \"01x\"");
    assert_eq!(of(Get, "/cases/x/%ff/docket", None), "the address is not UTF-8 when its %XX are read");
    assert_eq!(of(Post, "/cases", None), "\"source\" is missing: The source's id.");
    assert_eq!(of(Post, "/cases", Some(json!({"source": "x", "number": 3}))), "\"number\" must be a text");
    assert_eq!(of(Post, "/cases", Some(json!({"sorce": "x"}))), "there is no field \"sorce\"; did you mean \"source\"?");
    assert_eq!(
        of(Post, "/sources/x/brake", Some(json!({"decision": "releese"}))),
        "\"decision\" cannot be \"releese\"; did you mean \"release\"?"
    );
    assert_eq!(of(Post, "/silences?by=x", None), "a POST takes no query: what it says stands in its body");
    assert_eq!(of(Delete, "/silences/ab", Some(json!({"a": 1}))), "a DELETE takes no body: what it says stands in its query");
    assert!(of(Post, "/deliveries/retry", Some(json!({"which": {"sinse": 1}}))).contains("unknown field `sinse`"));
    assert!(of(Get, "/cases/x/1/docket?version=99999999999", None).contains("is at most 4294967295"));
    assert_eq!(find(Some(Get), "/api/v1/delivery", false).unwrap_err(), Wrong::Missing(Some("/deliveries")));
    assert_eq!(find(Some(Delete), "/api/v1/cases", false).unwrap_err(), Wrong::Method(vec![Get, Post]));
    assert_eq!(find(None, "/api/v1/maintenance/reload", true).unwrap_err(), Wrong::Method(vec![Post]));
    assert!(matches!(find(Some(Post), "/api/v1/maintenance/reload", false), Err(Wrong::Missing(_))), "only the socket has it");
}
