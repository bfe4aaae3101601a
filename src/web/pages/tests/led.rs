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
    let world = World::with("tags = [\"reserva\"]\n").await;
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
    // On the case and in the list one sees that it is muted, and that the others are not.
    let case = words(&world.get(&world.editor, &format!("/cases/ec-esatje/{PLAIN}")).await.text);
    assert!(case.contains("silenciado") && case.contains("hasta") && !case.contains("en parte"), "{case}");
    assert_eq!(world.get(&world.editor, "/cases").await.text.matches("silenciado").count(), 1);
    assert!(!world.get(&world.editor, &format!("/cases/ec-esatje/{TYPED}")).await.text.contains(">silenciado"));
    let part = post(&world.editor, "/silences", "tag=a%3Cb&kind=filing.*&kind=entry.added&hours=12&by=Ana&because=una", "es").await;
    assert_eq!(part.status, 303, "{}", part.text);
    for path in [format!("/cases/ec-esatje/{PLAIN}"), "/cases".to_owned()] {
        assert!(words(&world.get(&world.viewer, &path).await.text).contains("silenciado en parte"), "{path}");
    }
    // Which tags a case has of which nothing is told is not to be seen from what mutes it.
    let by_tag = post(&world.editor, "/silences", "tag=reserva&hours=12&by=Ana&because=una", "es").await;
    assert_eq!(by_tag.status, 303, "{}", by_tag.text);
    let closed = format!("/cases/ec-esatje/{CLOSED}");
    assert!(world.get(&world.editor, &closed).await.text.contains(">silenciado"));
    assert!(!world.get(&world.viewer, &closed).await.text.contains(">silenciado"));
    // What one reader does not want to hear is his own affair: for the others the case is not muted.
    let config = world.handles.config.load_full();
    let typed = config.cases.iter().find(|watch| watch.number.canonical == TYPED).expect("watched").case.clone();
    world.handles.store.silence(crate::domain::silence::Silence::leave("mail", "ana@example.org", Some(&typed), at())).expect("silences");
    let typed = format!("/cases/ec-esatje/{TYPED}");
    assert!(world.get(&world.editor, &typed).await.text.contains(">silenciado en parte"));
    assert!(!world.get(&world.viewer, &typed).await.text.contains(">silenciado"));
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

#[tokio::test]
async fn of_a_case_that_is_off_the_list_nothing_is_offered_that_is_not_there() {
    let world = World::open().await;
    two_versions(&world, PLAIN);
    let id = world.handles.store.events_after(0, 1).expect("reads")[0].1.id;
    let event = format!("/events/{id}");
    assert!(!links(&world.get(&world.editor, &event).await.text, "descargar").is_empty());
    let before = world.handles.config.load_full();
    let case = before.cases.iter().find(|watch| watch.number.canonical == PLAIN).expect("watched").case.clone();
    crate::config::edit::remove_case(&before.path, &case).expect("removed");
    world.handles.config.store(Arc::new(Config::load(&before.path).expect("loads").config));
    let got = world.get(&world.editor, &event).await;
    assert_eq!(got.status, 200);
    assert!(links(&got.text, "descargar").is_empty() && words(&got.text).contains("ya no está en la lista"), "{}", got.text);
    let again = links(&got.text, "Añadirlo de nuevo");
    assert!(again[0].starts_with("/cases/add?source=ec-esatje&number="), "{again:?}");
    assert_eq!(world.get(&world.editor, &again[0]).await.status, 200);
    assert!(links(&world.get(&world.viewer, &event).await.text, "Añadirlo de nuevo").is_empty());
}

#[tokio::test]
async fn an_address_that_takes_a_form_is_no_page_and_says_so() {
    let world = World::open().await;
    let got = world.get(&world.editor, "/silences/abcd/end").await;
    assert_eq!(got.status, 405);
    assert!(words(&got.text).contains("no es una página") && got.text.contains("name=\"back\" value=\"/\""), "{}", got.text);
    // The form of the language on the page that says why a change was refused leads back to where it was asked.
    let head = format!(
        "POST /silences/abcd/end HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nReferer: http://{0}/silences?x=1\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n\r\n",
        world.editor
    );
    let got = send(&world.editor, &head).await;
    assert!(got.status == 404 && got.text.contains("name=\"back\" value=\"/silences?x=1\""), "{}", got.text);
    let other = send(&world.editor, &head.replace("Referer: http://", "Referer: http://evil.example/")).await;
    assert!(other.text.contains("name=\"back\" value=\"/\""), "{}", other.text);
}

#[tokio::test]
async fn a_filter_that_is_none_and_a_month_before_what_the_list_holds_are_said() {
    let world = World::open().await;
    let months_ago = |months: i64| {
        let today = crate::clock::Clock::System.now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        today.saturating_sub(jiff::Span::new().months(months)).strftime("%Y-%m").to_string()
    };
    let old = words(&world.get(&world.editor, &format!("/hearings?month={}", months_ago(6))).await.text);
    assert!(
        old.contains("las audiencias más antiguas están en la página de cada expediente")
            && old.contains("Ninguna audiencia por venir es así"),
        "{old}"
    );
    for path in ["/cases?health=zz%3Cb%3E", "/deliveries?state=zz%3Cb%3E"] {
        let got = world.get(&world.editor, path).await;
        assert!(got.status == 200 && got.text.contains("zz&lt;b&gt;: no es una de las opciones"), "{path}: {}", got.text);
    }
    assert!(!world.get(&world.editor, "/cases?health=unvisited").await.text.contains("no es una de las opciones"));
    let none = words(&world.get(&world.editor, "/hearings").await.text);
    assert!(none.contains("Ninguna en este período") && none.contains("No hay audiencias señaladas"), "{none}");
}
