//! Where pages lead: to the source, to what was opened, back to a form with what was typed, and to what was done.

use super::language::{post, words};
use super::*;

/// The addresses of the links that bear these words.
fn links(page: &str, words: &str) -> Vec<String> {
    let (page, anchor) = (Html::parse_document(page), scraper::Selector::parse("a").expect("a selector"));
    let named = page.select(&anchor).filter(|link| link.text().collect::<String>().contains(words));
    named.map(|link| link.value().attr("href").unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn an_event_leads_to_the_official_source_whoever_looks() {
    let world = World::open().await;
    two_versions(&world, PLAIN);
    let case = world.get(&world.editor, &format!("/cases/ec-esatje/{PLAIN}")).await;
    let known = links(&case.text, "Ver en la fuente oficial");
    assert!(known.len() == 1 && known[0].starts_with("https://"), "{known:?}");
    for base in [&world.editor, &world.viewer] {
        let event = world.get(base, &format!("/events/{}", World::event(PLAIN, 2, 0))).await;
        assert_eq!(links(&event.text, "Ver en la fuente oficial"), known);
    }
}

#[tokio::test]
async fn what_is_asked_by_post_is_no_link() {
    let world = World::open().await;
    world.commit_from("https://court.example/expel/consulta", PLAIN, docket(Vec::new()), Vec::new(), None);
    let got = world.get(&world.editor, &format!("/cases/ec-esatje/{PLAIN}/versions")).await;
    let config = world.handles.config.load();
    let posted = config.source("ec-esatje").expect("shipped").recipe.posted().filter(|step| ["acts", "info"].contains(step)).count();
    assert!(posted > 0, "the recipe asks by POST");
    assert_eq!(words(&got.text).matches("(se pide por POST)").count(), posted, "{}", got.text);
    assert_eq!(links(&got.text, "dirección en la fuente").len(), 2 - posted);
    assert!(words(&got.text).contains("https://court.example/expel/consulta"));
    assert!(words(&got.text).contains("10:00:00"), "a version has its second: {}", words(&got.text));
}

#[tokio::test]
async fn tabs_lead_to_what_they_open_and_a_case_to_its_silence_and_feed() {
    let world = World::open().await;
    two_versions(&world, PLAIN);
    let got = world.get(&world.editor, &format!("/cases/ec-esatje/{PLAIN}")).await;
    for (tab, end) in [("Audiencias", "/hearings"), ("Versiones", "/versions")] {
        assert!(links(&got.text, tab).contains(&format!("/cases/ec-esatje/{PLAIN}{end}#parts")), "{tab}");
    }
    assert!(got.text.contains("<nav id=\"parts\""));
    let of = format!("ec-esatje/{PLAIN}");
    for (words, path) in [("Silenciar este expediente", "/silences"), ("Canal y calendario de este expediente", "/feeds")] {
        let to = links(&got.text, words);
        assert_eq!(to, [format!("{path}{}#new", crate::web::links::query(&[("case", &of)]))]);
        let form = world.get(&world.editor, to[0].trim_end_matches("#new")).await;
        assert!(form.text.contains(&format!("name=\"case\" value=\"{of}\"")), "{}", form.text);
        assert!(links(&world.get(&world.viewer, &format!("/cases/ec-esatje/{PLAIN}")).await.text, words).is_empty());
    }
}

#[tokio::test]
async fn a_form_that_is_refused_keeps_what_was_typed_and_one_that_is_taken_says_so() {
    let world = World::open().await;
    let of = format!("ec-esatje%2F{PLAIN}");
    let form = "kinds=hering.*&hours=168&by=Ana%20%3Cb%3E&because=una%20causa&critical=yes";
    let got = post(&world.editor, "/silences", &format!("case={of}&{form}"), "es").await;
    assert_eq!(got.status, 400);
    for kept in ["value=\"hering.*\"", "value=\"Ana &lt;b&gt;\"", "value=\"una causa\"", "value=\"yes\" checked", "value=\"168\" selected"]
    {
        assert!(got.text.contains(kept), "{kept}: {}", got.text);
    }
    let got = post(&world.editor, "/feeds", "name=Ana&tag=a%3Cb&case=1&language=en", "es").await;
    assert_eq!(got.status, 400);
    for kept in ["name=\"name\" value=\"Ana\"", "name=\"case\" value=\"1\"", "value=\"en\" lang=\"en\" selected", "<option selected>a&lt;b"]
    {
        assert!(got.text.contains(kept), "{kept}: {}", got.text);
    }
    let done = post(&world.editor, "/silences", &format!("case={of}&hours=168&by=Ana&because=una%20causa"), "es").await;
    assert_eq!((done.status, done.headers.get("location").map(String::as_str)), (303, Some("/silences?done=muted")), "{}", done.text);
    let said = world.get(&world.editor, "/silences?done=muted").await;
    assert!(said.text.contains("role=\"status\"") && words(&said.text).contains("El silencio está activo"));
    let feed = post(&world.editor, "/feeds", &format!("name=Ana&case={of}&language=es"), "es").await;
    assert_eq!(feed.status, 200, "{}", feed.text);
}

#[tokio::test]
async fn whoever_may_not_is_told_why_and_offered_nothing() {
    let world = World::open().await;
    two_versions(&world, PLAIN);
    let bytes = world.get(&world.viewer, &format!("/cases/ec-esatje/{PLAIN}/versions/2/pages/0")).await;
    assert!(bytes.status == 403 && words(&bytes.text).contains("pídala a quien edita"), "{}", bytes.text);
    let closed = world.get(&world.viewer, &format!("/cases/ec-esatje/{CLOSED}/versions/1")).await;
    assert!(!words(&closed.text).contains("quien edita"), "{}", closed.text);
    assert!(!world.get(&world.viewer, "/settings").await.text.contains("desde el tablero"));
    assert!(world.get(&world.editor, "/settings").await.text.contains("desde el tablero"));
    assert!(links(&world.get(&world.viewer, "/hearings").await.text, "Suscribirse").is_empty());
    assert_eq!(links(&world.get(&world.editor, "/hearings").await.text, "Suscribirse"), ["/feeds"]);
}
