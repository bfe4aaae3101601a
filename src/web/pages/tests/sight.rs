//! What a viewer is not told by the way either: by a list, a link, a count, or a sentence about something else.

use serde_json::Value;

use super::*;
use crate::ask::delays::{Form, Question};
use crate::ask::line::Sight;
use crate::ask::look::{At, Look};
use crate::ask::{Answer, Ask};
use crate::daemon::board;
use crate::domain::condition::{Class, State, Topic};
use crate::store::conditions::Telling;

/// The case of which nothing is told has a tag that no other has, and is linked with one of which everything may be told.
const MORE: &str = "tags = [\"oculta\", \"juntas\"]\nlinked = [\"ec-esatje 17721-2024-00011G\"]\n\n[[case]]\nsource = \"ec-esatje\"\n\
                    number = \"17721-2024-00014G\"\ntags = [\"juntas\"]\n\n[public]\ntags = [\"juntas\"]\n\n[[withhold]]\nid = \"casacion\"\n\
                    when_type_matches = \"(?i)casaci[oó]n\"\nalert = \"generic\"\n";

const OPEN: &str = "17721-2024-00014G";

fn said(answer: Answer) -> Result<Value, String> {
    match answer {
        Answer::Data(data) => Ok(data),
        Answer::No { why, .. } => Err(why),
    }
}

fn report(tag: Option<&str>, cases: &[&str], form: Form) -> Ask {
    Ask::Delays(Question {
        cases: cases.iter().map(|case| (*case).to_owned()).collect(),
        tags: tag.into_iter().map(str::to_owned).collect(),
        by: Some("tag".to_owned()),
        form,
        ..Question::default()
    })
}

#[tokio::test]
async fn a_report_names_no_withheld_case_and_no_tag_that_only_such_have() {
    let world = World::with(MORE).await;
    for number in [PLAIN, CLOSED] {
        two_versions(&world, number);
    }
    let line = world.line();
    for form in [Form::Json, Form::Html, Form::Rows, Form::Csv { table: "groups".to_owned() }] {
        for tag in [None, Some("juntas")] {
            let ask = report(tag, &[], form.clone());
            let whole = said(line.ask(ask.clone(), Sight::Whole).await).expect("a report").to_string();
            let told = said(line.ask(ask, Sight::AsTold).await).expect("a report").to_string();
            assert!(whole.contains(CLOSED) || matches!(form, Form::Csv { .. }), "{whole}");
            assert!(!told.contains(CLOSED) && !told.contains("oculta"), "{told}");
            assert_eq!(whole.contains(OPEN), told.contains(OPEN), "what was not read yet may be named: {told}");
        }
    }
    for tag in ["oculta", "ocultas"] {
        let why = said(line.ask(report(Some(tag), &[], Form::Json), Sight::AsTold).await).expect_err(tag);
        assert!(why.contains("no case has the tag") && !why.contains("did you mean"), "{why}");
    }
    let events = |tag: &str| Ask::Events { after: 0, limit: 1, kinds: Vec::new(), tags: vec![tag.to_owned()], case: None };
    for (tag, sight, is_known) in [("oculta", Sight::AsTold, false), ("oculta", Sight::Whole, true), ("juntas", Sight::AsTold, true)] {
        assert_eq!(said(line.ask(events(tag), sight).await).is_ok(), is_known, "{tag}");
    }
    let near = said(line.ask(report(Some("ocultas"), &[], Form::Json), Sight::Whole).await).expect_err("no tag");
    assert!(near.contains("did you mean oculta?"), "{near}");
    let why = said(line.ask(report(None, &[CLOSED], Form::Json), Sight::AsTold).await).expect_err("withheld");
    assert!(why.contains("nothing is told but that it had activity"), "{why}");
    // What is kept for an editor is not for a viewer.
    let path = "/delays/report.json?tag=juntas";
    assert!(world.get(&world.editor, path).await.text.contains(CLOSED));
    assert!(!world.get(&world.viewer, path).await.text.contains(CLOSED));
    assert!(!world.get(&world.viewer, "/delays").await.text.contains("oculta"));
}

#[tokio::test]
async fn a_link_with_a_withheld_case_is_shown_from_neither_side() {
    let world = World::with(MORE).await;
    for number in [PLAIN, CLOSED] {
        two_versions(&world, number);
    }
    let line = world.line();
    let card = |case: &str| Ask::Look(Look { case: case.to_owned(), language: None, at: At::Card });
    for ask in [card(PLAIN), Ask::Show { case: PLAIN.to_owned(), version: None }] {
        let whole = said(line.ask(ask.clone(), Sight::Whole).await).expect("seen").to_string();
        let told = said(line.ask(ask, Sight::AsTold).await).expect("seen").to_string();
        assert!(whole.contains(CLOSED) && !told.contains(CLOSED), "{told}");
    }
    let list = said(line.ask(Ask::List, Sight::AsTold).await).expect("a list");
    assert!(list["cases"].as_array().expect("lines").iter().all(|line| line["linked"] == serde_json::json!([])), "{list}");
    let path = format!("/cases/ec-esatje/{PLAIN}");
    assert!(world.get(&world.editor, &path).await.text.contains(CLOSED));
    assert!(!world.get(&world.viewer, &path).await.text.contains(CLOSED));
}

#[tokio::test]
async fn what_is_wrong_is_told_without_the_words_that_may_name_a_case() {
    let world = World::with(MORE).await;
    let why = format!("{CLOSED} (unreadable: {NAME})");
    for topic in [Topic::Source, Topic::Unread] {
        let class = if topic == Topic::Source { Class::Unreadable } else { Class::Unread };
        let state = State { why: why.clone(), ..State::told_already(class, 3, at()) };
        let key = (topic, "ec-esatje".to_owned());
        world.handles.store.tell(Telling { key, state: Some(state), event: None, deliveries: Vec::new() }).expect("kept");
    }
    let line = world.line();
    for ask in [Ask::List, Ask::Sources] {
        let whole = said(line.ask(ask.clone(), Sight::Whole).await).expect("seen").to_string();
        let told = said(line.ask(ask, Sight::AsTold).await).expect("seen").to_string();
        assert!(whole.contains(NAME) && !told.contains(NAME) && told.contains("unreadable"), "{told}");
    }
    for path in ["/sources", "/", "/api/v1/health"] {
        assert!(!world.get(&world.viewer, path).await.text.contains(NAME), "{path}");
    }
    assert!(world.get(&world.editor, "/sources").await.text.contains(NAME));
}

#[tokio::test]
async fn neither_entries_of_a_withheld_type_nor_what_veedor_says_of_itself_is_counted_for_a_viewer() {
    let world = World::with(MORE).await;
    let entries = vec![entry("a", "AUTO", "x"), entry("b", "RECURSO DE CASACION", "x"), entry("c", "AUTO", "x")];
    let events = vec![sample::bare(EventKind::SourceDrift), sample::bare(EventKind::CaseFieldChanged)];
    world.commit(OPEN, docket(entries), events, None);
    let line = world.line();
    let look = |at: At| Ask::Look(Look { case: OPEN.to_owned(), language: None, at });
    let mut found = Vec::new();
    for sight in [Sight::Whole, Sight::AsTold] {
        let versions = said(line.ask(look(At::Versions { page: 1 }), sight).await).expect("versions");
        let events = said(line.ask(look(At::Events { page: 1 }), sight).await).expect("events");
        let told = versions["versions"][0]["events"].as_array().map_or(0, Vec::len);
        found.push((versions["versions"][0]["entries"].clone(), events["total"].clone(), told));
        assert_eq!(events.to_string().contains("source.drift"), sight == Sight::Whole, "{events}");
    }
    assert_eq!(found, [(3.into(), 2.into(), 2), (2.into(), 1.into(), 1)]);
}

#[tokio::test]
async fn everybody_is_told_of_no_hearing_that_an_act_of_a_withheld_type_says_was_held() {
    let world = World::with(MORE).await;
    let text = "EXTRACTO DE AUDIENCIA. Se realiza la audiencia de juicio.";
    let plain = |key: &str, title: &str| Entry { annulled: false, withheld: None, documents: Vec::new(), ..entry(key, title, text) };
    let of = |titles: &[&str]| {
        let entries = titles.iter().enumerate().map(|(nth, title)| Entry {
            date: Some(date(2025, 1 + i8::try_from(nth).expect("few"), 14)),
            ..plain(&format!("h{nth}"), title)
        });
        Docket { heading: Heading::default(), parties: Vec::new(), ..docket(entries.collect()) }
    };
    world.commit(OPEN, of(&["ACTA DE AUDIENCIA (ACTA)", "ACTA DE AUDIENCIA DE CASACION (ACTA)"]), Vec::new(), None);
    tokio::spawn(board::run(world.handles.clone()));
    let line = world.line();
    let page = loop {
        match said(line.ask(Ask::Public { tag: "juntas".to_owned() }, Sight::AsTold).await) {
            Ok(page) => break page,
            Err(why) => assert!(why.contains("ask again in a moment"), "{why}"),
        }
        tokio::task::yield_now().await;
    };
    let hearings = said(line.ask(Ask::Hearings { case: Some(OPEN.to_owned()) }, Sight::Whole).await).expect("hearings");
    assert_eq!(hearings["counts"]["held"], 2, "{hearings}");
    assert_eq!((page["cases"][0]["number"].as_str(), page["cases"][0]["held"].as_u64()), (Some(OPEN), Some(1)), "{page}");
}
