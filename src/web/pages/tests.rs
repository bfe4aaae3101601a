//! The pages of cases and events, asked over a real connection of a desk with a real store.
//!
//! The judge of the HTML is html5ever, which we did not write.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::ConnectInfo;
use jiff::Timestamp;
use jiff::civil::date;
use scraper::Html;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::ask::line::Line;
use crate::config::Config;
use crate::daemon::answers::{Desk, Opened};
use crate::daemon::visit::Visitor as Visits;
use crate::daemon::{Handles, desk};
use crate::domain::diff::{Missing, MissingParts, Part};
use crate::domain::docket::{Docket, Document, Entry, EntryKey, Heading, Party, Withheld};
use crate::domain::event::{Event, EventKind, FieldChange};
use crate::domain::health::Health;
use crate::domain::id::Id;
use crate::domain::page::Page;
use crate::domain::sample;
use crate::domain::schedule::Row;
use crate::store::Version;
use crate::store::cases::Head;
use crate::store::commit::Visit;
use crate::web::cut::Peer;
use crate::web::{Pages, guarded};

/// A court that writes whatever it likes.
const HOSTILE: &str = "<script>alert(1)</script>\"><img src=x onerror=alert(2)>' \u{202e}\u{0}\u{7}</title></textarea>&lt;";

/// Words of a name that a viewer never sees: that of a private person.
const NAME: &str = "QUILAPAYUN ZZYZX PETRONILA";

/// Words that stand in texts alone.
const SAID: &str = "CANDELABRO";

mod language;
mod led;
mod sight;

const PLAIN: &str = "17721-2024-00011G";
const TYPED: &str = "17721-2024-00012G";
const CLOSED: &str = "17721-2024-00013G";

struct World {
    _folder: tempfile::TempDir,
    handles: Handles,
    /// Whoever sits at the machine.
    editor: String,
    /// Somebody who only looks.
    viewer: String,
}

/// What came back.
struct Got {
    status: u16,
    headers: BTreeMap<String, String>,
    text: String,
}

impl World {
    async fn open() -> Self {
        Self::with("").await
    }

    /// With more at the end of the watch list, which ends with the case of which nothing is told.
    async fn with(more: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let list = folder.path().join("watchlist.toml");
        let mut text = format!(
            "[veedor]\ncontact = \"pruebas@example.org\"\nstate_dir = \"{}\"\nlanguage = \"es\"\n\n[privacy]\nprofile = \"ngo\"\n",
            folder.path().join("state").display()
        );
        let hostile = "<script>alert(1)</script>'";
        let _ = write!(
            text,
            "\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"{PLAIN}\"\nname = \"{hostile}\"\nnote = \"{hostile}\"\ntags = [\"a<b\"]\n"
        );
        for (number, told) in [(TYPED, "type_and_date_only"), (CLOSED, "generic")] {
            let _ = write!(text, "\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"{number}\"\nwithhold = \"{told}\"\nnote = \"NOTA\"\n");
        }
        std::fs::write(&list, text + more).expect("a watch list");
        let config = Config::load(&list).unwrap_or_else(|problems| panic!("{problems:?}")).config;
        let handles = Handles::open(config, crate::clock::Clock::System).await.expect("a store");
        let (line, asked) = Line::open();
        let visitor = Arc::new(Visits::new(handles.clone()));
        tokio::spawn(desk::run(Desk { handles: handles.clone(), visitor, opened: Opened::default() }, asked, desk::Places::WEB));
        let pages = Pages::of(&handles.metrics, &handles.control, &handles.store, &handles.config, &handles.clock, line);
        let editor = serve(guarded(&pages)).await;
        // Without a guard before it nobody may more than look.
        let viewer = serve(super::router().with_state(pages)).await;
        Self { _folder: folder, handles, editor, viewer }
    }

    /// Asks the daemon as whoever sees so much.
    fn line(&self) -> Line {
        let (line, asked) = Line::open();
        let visitor = Arc::new(Visits::new(self.handles.clone()));
        tokio::spawn(desk::run(Desk { handles: self.handles.clone(), visitor, opened: Opened::default() }, asked, desk::Places::WEB));
        line
    }

    async fn get(&self, base: &str, path: &str) -> Got {
        ask(base, "GET", path, "").await
    }

    /// A visit that brought this.
    fn commit(&self, number: &str, docket: Docket, events: Vec<Event>, missing: Option<MissingParts>) -> u32 {
        self.commit_from(&format!("javascript:alert('{HOSTILE}')"), number, docket, events, missing)
    }

    /// The same from pages of this address.
    fn commit_from(&self, url: &str, number: &str, docket: Docket, events: Vec<Event>, missing: Option<MissingParts>) -> u32 {
        let config = self.handles.config.load();
        let watch = config.cases.iter().find(|watch| watch.number.canonical == number).expect("watched");
        let store = &self.handles.store;
        let cid = store.register(std::slice::from_ref(&watch.case)).expect("registers")[0];
        let known = store.head(cid).expect("reads").unwrap_or_else(|| Head::unvisited(watch.case.clone(), at()));
        let page = |step: &str, body: &str| Page {
            step: step.into(),
            url: url.to_owned(),
            status: 200,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
            charset: None,
            fetched_at: at(),
        };
        let pages = vec![page("acts", &format!("<html>{HOSTILE}")), page("info", "two")];
        let version = Version { number: known.version + 1, at: at(), docket, pages };
        let events = events
            .into_iter()
            .enumerate()
            .map(|(nth, event)| Event {
                id: Id::derive(&[number.as_bytes(), &version.number.to_be_bytes(), &nth.to_be_bytes()]),
                case: watch.case.clone(),
                version: version.number,
                seen_at: at(),
                ..event
            })
            .collect();
        let head = Head { version: version.number, health: Health::Ok, changed_at: Some(at()), ..known };
        let number = version.number;
        let visit = Visit { cid, row: Row::default(), head, missing, version: Some(version), events, deliveries: Vec::new() };
        store.commit(visit).expect("commits");
        number
    }

    fn event(number: &str, version: u32, nth: usize) -> String {
        Id::derive(&[number.as_bytes(), &version.to_be_bytes(), &nth.to_be_bytes()]).to_string()
    }

    /// Every page of a case that has two versions and its events.
    fn pages_of(number: &str, key: &str) -> Vec<String> {
        let case = format!("/cases/ec-esatje/{number}");
        let mut all: Vec<String> =
            ["", "/hearings", "/clocks", "/changes", "/versions", "/versions/1", "/versions/2", "/diff", "/diff?from=2&to=1"]
                .iter()
                .map(|end| format!("{case}{end}"))
                .collect();
        all.extend([1, 2].map(|version| format!("{case}/versions/{version}/entry{}", crate::web::links::query(&[("key", key)]))));
        all.extend((0..EVENTS).map(|nth| format!("/events/{}", Self::event(number, 2, nth))));
        all.push("/cases".to_owned());
        all
    }
}

/// One question over a connection of its own.
async fn ask(base: &str, method: &str, path: &str, more: &str) -> Got {
    send(base, &format!("{method} {path} HTTP/1.1\r\nHost: {base}\r\nConnection: close\r\nContent-Length: 0\r\n{more}\r\n")).await
}

async fn send(base: &str, question: &str) -> Got {
    let mut stream = TcpStream::connect(base).await.expect("connects");
    stream.write_all(question.as_bytes()).await.expect("writes");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("reads");
    let answer = String::from_utf8(bytes).expect("UTF-8");
    let (head, text) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.get(9..12).and_then(|status| status.parse().ok()).expect("a status");
    let headers = head.lines().skip(1).filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_owned(), value.to_owned()));
    Got { status, headers: headers.collect(), text: text.to_owned() }
}

async fn serve(router: axum::Router) -> String {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base = socket.local_addr().expect("bound").to_string();
    // Whoever asks is on this machine.
    let router = router.layer(axum::Extension(ConnectInfo(Peer("127.0.0.1:9".parse().expect("an address")))));
    tokio::spawn(async move { axum::serve(socket, router).await });
    base
}

fn at() -> Timestamp {
    "2026-03-02T15:00:00Z".parse().expect("valid")
}

fn entry(key: &str, title: &str, text: &str) -> Entry {
    Entry {
        key: EntryKey(key.into()),
        date: Some(date(2026, 2, 1)),
        time: None,
        title: title.into(),
        text: text.into(),
        documents: vec![
            Document { id: "1".into(), name: format!("{HOSTILE}{NAME}"), url: Some(format!("javascript:alert('{NAME}')")) },
            Document { id: "2".into(), name: "acta.pdf".into(), url: Some(format!("https://court.example/{}", NAME.replace(' ', "-"))) },
        ],
        annulled: true,
        withheld: Some(Withheld { mark: "H".into(), reason: Some(format!("{HOSTILE} {NAME}")) }),
        notice_of: None,
        extra: BTreeMap::from([("origin".to_owned(), format!("{NAME} {HOSTILE}"))]),
    }
}

/// A docket that says the name everywhere.
fn docket(entries: Vec<Entry>) -> Docket {
    Docket {
        heading: Heading {
            title: Some(format!("{NAME} contra Estado {HOSTILE}")),
            court: Some(HOSTILE.to_owned()),
            subject: Some(format!("{SAID} {HOSTILE}")),
            extra: BTreeMap::from([("action".to_owned(), format!("acción de {NAME}"))]),
            ..Heading::default()
        },
        parties: vec![
            Party { role: "PROCESADO".into(), name: NAME.into() },
            Party { role: HOSTILE.into(), name: format!("{HOSTILE} {SAID}") },
        ],
        entries,
        oddities: Vec::new(),
    }
}

/// How many events the second version of a case brings.
const EVENTS: usize = 4;

const KEY: &str = "k<1>\"&";

/// Two versions of a case, with the name in every place, and events of every sort of subject.
fn two_versions(world: &World, number: &str) {
    let (title, text) = (format!("AUTO {HOSTILE} {NAME}"), format!("{SAID} {NAME} {HOSTILE} {}", "largo ".repeat(200)));
    let gone = entry("k2", &format!("ESCRITO {NAME}"), &format!("{NAME} presenta {SAID}"));
    world.commit(number, docket(vec![entry(KEY, &title, &text), gone.clone()]), Vec::new(), None);
    let later = Docket {
        parties: vec![Party { role: "PROCESADO".into(), name: "OTRA PERSONA FICTICIA".into() }],
        heading: Heading { title: Some("OTRA contra Estado".into()), ..docket(Vec::new()).heading },
        ..docket(vec![entry(KEY, &title, &format!("{text} cambiado")), entry("k3", &title, &text)])
    };
    let of = |kind: EventKind, key: &str| {
        let mut event = sample::entry(kind, crate::domain::event::Actor::Court, &title, &text);
        if let Some(entry) = &mut event.entry {
            entry.key = EntryKey(key.into());
            (entry.before, entry.after) = (Some(format!("antes {NAME} {SAID}")), Some(format!("ahora {NAME} {SAID} {HOSTILE}")));
        }
        event
    };
    let party = FieldChange { field: "party.PROCESADO".into(), before: Some(NAME.into()), after: Some("OTRA PERSONA FICTICIA".into()) };
    let caption = FieldChange { field: "title".into(), before: Some(format!("{NAME} contra Estado")), after: Some(HOSTILE.into()) };
    let events = vec![
        of(EventKind::RecordEdited, KEY),
        of(EventKind::RecordRemoved, "k2"),
        Event { field: Some(party), ..sample::bare(EventKind::PartyChanged) },
        Event { field: Some(caption), ..sample::bare(EventKind::CaseFieldChanged) },
    ];
    assert_eq!(events.len(), EVENTS);
    let since = MissingParts::from([(Part::Entry(EntryKey("k3".into())), Missing { since: at(), visits: 1 })]);
    world.commit(number, later, events, Some(since));
}

/// What a browser would make of a page: nothing of the court's runs or leads anywhere but to the web.
fn is_harmless(path: &str, text: &str) {
    assert!(!text.contains(['\u{202e}', '\0', '\u{7}']), "{path}: what cannot be seen went out");
    let page = Html::parse_document(text);
    let mut links = 0;
    for element in page.tree.values().filter_map(|node| node.as_element()) {
        let framed = element.name() == "iframe" && element.attr("src").is_some_and(|src| src.starts_with("/delays/curves?"));
        assert!(
            framed || !matches!(element.name(), "img" | "iframe" | "object" | "embed" | "style" | "base"),
            "{path}: {}",
            element.name()
        );
        if element.name() == "script" {
            assert!(element.attr("src").is_some_and(|src| src.starts_with("/static/")), "{path}");
        }
        for (name, value) in element.attrs() {
            assert!(!name.starts_with("on") && name != "style" && name != "srcdoc", "{path}: {name}");
            if matches!(name, "href" | "src" | "action" | "formaction") {
                links += 1;
                // The icon that is none keeps browsers from asking for one.
                let own = (value.starts_with('/') && !value.starts_with("//")) || value == "data:,";
                assert!(own || value.starts_with('#') || value.starts_with("https://") || value.starts_with("http://"), "{path}: {value}");
            }
        }
    }
    assert!(links > 5, "{path}: the page was not read");
    let scripts = page.tree.values().filter_map(|node| node.as_element()).filter(|element| element.name() == "script").count();
    assert_eq!(scripts, 1, "{path}");
}

#[tokio::test]
async fn hostile_court_text_is_text_on_every_page_and_bytes_are_a_download() {
    let world = World::open().await;
    two_versions(&world, PLAIN);
    let mut seen = 0;
    // What the board makes, such as `/hearings`, stands in a story: it is not at work here.
    let parts = ["/delays", "/deliveries", "/sources", "/silences", "/settings", "/feeds", "/users", "/audit", "/account", "/cases/add"];
    let typed = crate::web::links::query(&[("q", HOSTILE), ("case", HOSTILE), ("tag", HOSTILE), ("number", HOSTILE), ("source", HOSTILE)]);
    let asked = ["/cases", "/cases/add", "/deliveries", "/delays"].map(|part| format!("{part}{typed}"));
    for path in World::pages_of(PLAIN, KEY).into_iter().chain(parts.map(str::to_owned)).chain(asked) {
        let got = world.get(&world.editor, &path).await;
        // A case that is not there is said with its name.
        assert_eq!(got.status, if path.starts_with("/deliveries?") { 404 } else { 200 }, "{path}: {}", got.text);
        is_harmless(&path, &got.text);
        seen += usize::from(got.text.contains("alert(1)"));
        let policy = got.headers.get("content-security-policy").cloned().unwrap_or_default();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}");
    }
    assert!(seen > 10, "the court's words stood on {seen} pages");
    let bytes = world.get(&world.editor, "/cases/EC-esatje/17721202400011g/versions/2/pages/0").await;
    assert_eq!((bytes.status, bytes.text.as_str()), (200, format!("<html>{HOSTILE}").as_str()));
    let header = |name: &str| bytes.headers.get(name).cloned().unwrap_or_default();
    assert_eq!(header("content-type"), "application/octet-stream");
    assert_eq!(header("content-disposition"), "attachment; filename=\"ec-esatje_17721-2024-00011G_v2_p1.bin\"");
    assert!(header("content-security-policy").starts_with("sandbox") && header("x-content-type-options") == "nosniff");
}

#[tokio::test]
async fn a_viewer_sees_no_more_than_messages_tell_on_any_page() {
    let world = World::open().await;
    for number in [PLAIN, TYPED, CLOSED] {
        two_versions(&world, number);
    }
    let words: Vec<&str> = NAME.split(' ').collect();
    let (mut by_editor, mut by_viewer) = (0, 0);
    for number in [PLAIN, TYPED, CLOSED] {
        for path in World::pages_of(number, KEY) {
            let whole = world.get(&world.editor, &path).await;
            by_editor += usize::from(whole.text.contains(NAME));
            let got = world.get(&world.viewer, &path).await;
            assert!(matches!(got.status, 200 | 403 | 404), "{path}: {}", got.status);
            let shown = got.text.to_uppercase().replace(&number.to_uppercase(), "");
            for word in &words {
                assert!(!shown.contains(word), "{path}: {word}\n{}", got.text);
            }
            assert!(!shown.contains("JAVASCRIPT:"), "{path}");
            by_viewer += usize::from(shown.contains(SAID));
            if number != PLAIN && path != "/cases" {
                assert!(!shown.contains(SAID), "{path}: a withheld text\n{}", got.text);
            }
            if number == CLOSED && path != "/cases" {
                for word in ["AUTO", "NOTA", "RECORD.", "2026-02-01", "SHA-256", "PROCESADO"] {
                    assert!(!shown.contains(word), "{path}: {word}\n{}", got.text);
                }
            }
        }
        for page in [0, 1] {
            let path = format!("/cases/ec-esatje/{number}/versions/1/pages/{page}");
            assert_eq!(world.get(&world.viewer, &path).await.status, 403);
            assert_eq!(world.get(&world.editor, &path).await.status, 200);
        }
    }
    assert!(by_editor > 20, "the name stood on {by_editor} pages for an editor");
    assert!(by_viewer > 3, "what may be told stood on {by_viewer} pages for a viewer");
    let visit = ask(&world.viewer, "POST", &format!("/cases/ec-esatje/{PLAIN}/visit"), "").await;
    assert_eq!(visit.status, 403, "a viewer asks for no visit");
}

#[tokio::test]
async fn what_the_api_shows_of_a_docket_is_masked_for_a_viewer_and_whole_for_an_editor() {
    use crate::ask::Ask;
    use crate::ask::line::Sight;
    let world = World::open().await;
    for number in [PLAIN, TYPED, CLOSED] {
        two_versions(&world, number);
    }
    let line = world.line();
    for number in [PLAIN, TYPED, CLOSED] {
        for ask in [
            Ask::Show { case: number.to_owned(), version: None },
            Ask::Show { case: number.to_owned(), version: Some(1) },
            Ask::Diff { case: number.to_owned(), from: None, to: None },
            Ask::List,
        ] {
            let said = |answer: crate::ask::Answer| match answer {
                crate::ask::Answer::Data(data) => data.to_string(),
                crate::ask::Answer::No { why, .. } => why,
            };
            let whole = said(line.ask(ask.clone(), Sight::Whole).await);
            let told = said(line.ask(ask.clone(), Sight::AsTold).await);
            assert!(whole.contains(NAME) || matches!(ask, Ask::List), "{ask:?}");
            for word in NAME.split(' ') {
                assert!(!told.contains(word), "{ask:?}: {told}");
            }
            let refused = told.contains("nothing is told but that it had activity");
            assert_eq!(refused, number == CLOSED && !matches!(ask, Ask::List), "{ask:?}: {told}");
        }
    }
}

#[tokio::test]
async fn wrong_input_is_a_clear_page_in_the_readers_language() {
    let world = World::open().await;
    two_versions(&world, PLAIN);
    let case = format!("/cases/ec-esatje/{PLAIN}");
    let missing = [
        format!("{case}/versions/0"),
        format!("{case}/versions/-1"),
        format!("{case}/versions/3"),
        format!("{case}/versions/99999999999"),
        format!("{case}/versions/1/pages/7"),
        format!("{case}/versions/1/pages/-1"),
        format!("{case}/versions/1/entry"),
        format!("{case}/versions/1/entry?key=%FF"),
        format!("{case}/diff?from=0&to=1"),
        format!("{case}/diff?from=x"),
        format!("{case}/diff?to=99999999999"),
        format!("{case}/nothing"),
        "/cases/ec-esatje/17721-2024-99999".to_owned(),
        "/cases/co-corte/17721202400011G".to_owned(),
        "/cases/%FF/%FE".to_owned(),
        "/events/zz".to_owned(),
        "/events/%00".to_owned(),
        format!("/events/{}", "0".repeat(32)),
    ];
    for path in &missing {
        let got = world.get(&world.editor, path).await;
        assert_eq!(got.status, 404, "{path}: {}", got.text);
        assert!(got.text.contains("<html lang=\"es\"") && got.text.contains("No se encontró"), "{path}");
        let english = ask(&world.editor, "GET", path, "Cookie: lang=en\r\n").await;
        assert!(english.text.contains("Not found"), "{path}");
    }
    for path in [
        format!("{case}?page=0"),
        format!("{case}?page=-1"),
        format!("{case}?page=99999999999"),
        format!("{case}?page=4294967295"),
        format!("{case}?page=%FF&page=2"),
        format!("{case}/diff?from=2&to=2"),
        format!("{case}/versions?page=77"),
        format!("{case}/changes?page=x"),
        "/cases?q=%FF%FE%00&tag=%22%3E&source=x&health=%3Cb%3E&sort=zz&page=-3".to_owned(),
        format!("/cases?q={}", "a".repeat(5_000)),
    ] {
        let got = world.get(&world.editor, &path).await;
        assert_eq!(got.status, 200, "{path}: {}", got.text);
        is_harmless(&path, &got.text);
    }
    let same = world.get(&world.editor, &format!("{case}/diff?from=2&to=2")).await;
    assert!(same.text.contains("dicen lo mismo"));
    let unread = world.get(&world.editor, &format!("/cases/ec-esatje/{TYPED}")).await;
    assert!(unread.status == 200 && unread.text.contains("todavía no se ha leído"));
}

#[tokio::test]
async fn a_long_case_is_paged_and_a_change_is_seen_at_once() {
    let world = World::open().await;
    let entries = |count: usize| (0..count).map(|nth| entry(&format!("n{nth}"), &format!("PROVIDENCIA-{nth}-"), "x")).collect::<Vec<_>>();
    world.commit(PLAIN, docket(entries(450)), Vec::new(), None);
    let case = format!("/cases/ec-esatje/{PLAIN}");
    let mut seen = std::collections::BTreeSet::new();
    for page in 1..=3 {
        let text = world.get(&world.editor, &format!("{case}?page={page}")).await.text;
        assert!(text.contains("Actuaciones (450)"), "{text}");
        seen.extend((0..450).filter(|nth| text.contains(&format!("PROVIDENCIA-{nth}-"))));
    }
    assert_eq!(seen.len(), 450, "every entry stands on a page");
    world.commit(PLAIN, docket(entries(451)), Vec::new(), None);
    let text = world.get(&world.editor, &format!("{case}?page=3")).await.text;
    assert!(text.contains("Actuaciones (451)") && text.contains("PROVIDENCIA-450-"), "what is kept must not hide what is new");
    let old = world.get(&world.editor, &format!("{case}/versions/1")).await.text;
    assert!(old.contains("Actuaciones (450)"));
    let diff = world.get(&world.editor, &format!("{case}/diff")).await.text;
    assert!(diff.contains("actuaciones nuevas: 1") && diff.contains("PROVIDENCIA-450-"), "{diff}");
}

#[tokio::test]
async fn from_an_event_it_is_one_step_to_the_entry_the_differences_and_the_stored_page() {
    let world = World::open().await;
    two_versions(&world, PLAIN);
    let case = format!("/cases/ec-esatje/{PLAIN}");
    let event = world.get(&world.editor, &format!("/events/{}", World::event(PLAIN, 2, 0))).await.text;
    let page = Html::parse_document(&event);
    let all: Vec<String> = page.tree.values().filter_map(|node| node.as_element()?.attr("href")).map(str::to_owned).collect();
    let entry = format!("{case}/versions/2/entry{}", crate::web::links::query(&[("key", KEY)]));
    for wanted in [case.clone(), format!("{case}/diff?from=1&to=2"), entry, format!("{case}/versions/2/pages/0")] {
        assert!(all.contains(&wanted), "{wanted}: {all:?}");
        assert_eq!(world.get(&world.editor, &wanted).await.status, 200, "{wanted}");
    }
    // What is gone is read in the version before.
    let gone = world.get(&world.editor, &format!("/events/{}", World::event(PLAIN, 2, 1))).await.text;
    assert!(gone.contains(&format!("{case}/versions/1/entry?key=k2")), "{gone}");
    let timeline = world.get(&world.editor, &case).await.text;
    for mark in [
        "ya no se observa en el registro",
        "no se observa en las últimas consultas",
        "su texto cambió después de publicada",
        "anulada según la fuente",
    ] {
        assert!(timeline.contains(mark), "{mark}");
    }
}
