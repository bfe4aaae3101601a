//! What a reader of Spanish meets in Spanish: why a form was refused, days, hours, and the labels of fields.

use jiff::tz::TimeZone;
use regex::Regex;

use super::*;
use crate::domain::deed::Outcome;
use crate::message::short_instant;
use crate::store::audit::Deed;

/// Sends a form from a page of our own.
pub(super) async fn post(base: &str, path: &str, form: &str, language: &str) -> Got {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {base}\r\nOrigin: http://{base}\r\nCookie: lang={language}\r\nConnection: close\r\nContent-Type: \
         application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    send(base, &head).await
}

/// What a page says, without what only machines read.
pub(super) fn words(page: &str) -> String {
    let page = Html::parse_document(page);
    page.tree.values().filter_map(|node| node.as_text()).map(|text| format!("{} ", &**text)).collect()
}

#[tokio::test]
async fn why_a_form_was_refused_is_said_in_the_language_of_whoever_sent_it() {
    let world = World::open().await;
    for (path, form, status, es, en) in [
        ("/cases/add", "source=ec-esatje&number=x", 400, "«x» no es un número de expediente de", "is not a case number of"),
        ("/cases/add", "source=ec-esatje&number=", 400, "Falta el número del expediente", "is missing: expected"),
        ("/cases/add", "source=nada&number=1", 400, "No se conoce la fuente «nada».", "unknown source"),
        ("/cases/add", "source=ec-esatje&number=17721-2024-00099G&tags=a%00b", 400, "Una etiqueta es una línea", "a tag must be one line"),
        ("/cases/ec-esatje/17721-2024-99999/remove", "", 404, "No se vigila ningún expediente", "no case"),
        ("/deliveries/nada/retry", "", 404, "No hay ningún envío nada.", "there is no delivery nada"),
        ("/deliveries/00000000000000000000000000000000/retry", "", 404, "No hay ningún envío", "there is no delivery"),
        ("/sources/ec-esatje/brake", "do=release", 400, "El freno no retiene nada", "the brake holds nothing"),
        ("/sources/ec-esatje/brake", "do=x", 400, "«x» no es una decisión", "is no decision"),
        ("/silences", "hours=72&by=Ana&because=x", 400, "Esto silenciaría todo", "this would silence everything"),
        ("/silences", "tag=a%3Cb&hours=72&by=Ana", 400, "Diga por qué", "--because must be one line"),
        ("/silences", "kinds=hering.*&hours=72&by=Ana&because=x", 400, "¿quiso decir hearing.*?", "did you mean hearing.*?"),
        ("/silences", "tag=zz&hours=72&by=Ana&because=x", 400, "Ningún expediente tiene la etiqueta", "no case has the tag"),
        ("/silences/abcd/end", "", 404, "No hay ningún silencio abcd.", "there is no silence abcd"),
        ("/feeds", "name=&tag=&case=&language=es", 400, "Diga de quién es la dirección", "say whose address it is"),
        ("/feeds", "name=Ana&tag=a%3Cb&case=1&language=es", 400, "Nombre una etiqueta o un expediente", "name a tag or a case"),
        ("/feeds/revoke", "id=abcd", 404, "No hay ninguna dirección abcd.", "there is no address abcd"),
        ("/users/role", "name=nadie&role=viewer", 400, "No hay ningún usuario «nadie».", "there is no user"),
        ("/account/token/revoke", "name=nadie", 400, "No hay ninguna clave «nadie».", "there is no token"),
    ] {
        for (language, said, other) in [("es", es, en), ("en", en, es)] {
            let got = post(&world.editor, path, form, language).await;
            assert_eq!(got.status, status, "{path} {form}: {}", got.text);
            let text = words(&got.text);
            assert!(text.contains(said), "{path} {form} in {language}: {text}");
            // The exact words of the program, marked as English and folded away.
            let folded = got.text.split("<details class=\"small\">").nth(1).and_then(|rest| rest.split("</details>").next());
            match language {
                "es" => assert!(
                    words(folded.expect("the exact words")).contains(other) && folded.is_some_and(|text| text.contains("lang=\"en\""))
                ),
                _ => assert!(folded.is_none() && !text.contains(other), "{text}"),
            }
        }
    }
}

#[tokio::test]
async fn days_of_a_record_are_written_as_people_write_them() {
    let world = World::open().await;
    let heading = Heading {
        filed: Some(date(2024, 5, 6)),
        extra: BTreeMap::from([("incident.101".to_owned(), "SALA FICTICIA · 2024-05-07".to_owned())]),
        ..Heading::default()
    };
    let dated = |key: &str, day| Entry {
        date: Some(day),
        annulled: false,
        withheld: None,
        ..entry(key, "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", "Se señala el 4 de enero de 2027, a las 10h00.")
    };
    let of = |entries| Docket { heading: heading.clone(), parties: Vec::new(), entries, oddities: Vec::new() };
    world.commit(PLAIN, of(vec![dated("a", date(2026, 2, 1))]), Vec::new(), None);
    world.commit(PLAIN, of(vec![dated("b", date(2026, 4, 9)), dated("a", date(2026, 2, 1))]), Vec::new(), None);
    let (iso, month) = (Regex::new(r"\d{4}-\d{2}-\d{2}").expect("a pattern"), Regex::new(r"\b20\d\d-\d\d\b").expect("a pattern"));
    let case = format!("/cases/ec-esatje/{PLAIN}");
    let mut all = String::new();
    for end in ["", "/hearings", "/clocks?all=1", "/changes", "/versions", "/versions/2", "/versions/2/entry?key=b", "/diff"] {
        for language in ["es", "en"] {
            let got = ask(&world.editor, "GET", &format!("{case}{end}"), &format!("Cookie: lang={language}\r\n")).await;
            assert_eq!(got.status, 200, "{end}");
            let text = words(&got.text);
            assert!(!iso.is_match(&text) && !month.is_match(&text), "{end} in {language}");
            all += &text;
        }
    }
    for said in [
        "incidente 101",
        "incident 101",
        "07-may-2024",
        "7 May 2024",
        "06-may-2024",
        "feb 2026",
        "Feb 2026",
        "09-abr-2026",
        "9 Apr 2026",
        "04-ene-2027 10:00",
    ] {
        assert!(all.contains(said), "{said}");
    }
}

#[tokio::test]
async fn what_was_done_stands_on_the_clock_of_the_list_like_everything_else() {
    let world = World::open().await;
    let deed = Deed { at: at(), user: None, token: None, from: None, what: "prueba".into(), about: None, outcome: Outcome::Done };
    world.handles.store.audit(deed).expect("noted");
    let zone = world.handles.config.load().zone.clone();
    assert_ne!(zone, TimeZone::UTC);
    let shown = short_instant(at(), &zone, crate::domain::about::Language::Es);
    for path in ["/audit", "/users", "/account"] {
        let text = words(&world.get(&world.editor, path).await.text);
        assert!(!text.contains("UTC") && (path != "/audit" || text.contains(&shown)), "{path}: {text}");
    }
}

#[tokio::test]
async fn what_a_recipe_says_of_its_court_is_said_in_both_languages() {
    let world = World::open().await;
    let (es, en) = ("No se conocen condiciones de uso de la interfaz.", "No terms of use are known for the interface.");
    for (language, said, other) in [("es", es, en), ("en", en, es)] {
        let got = ask(&world.editor, "GET", "/sources", &format!("Cookie: lang={language}\r\n")).await;
        assert!(got.text.contains(said) && !got.text.contains(other), "{language}: {}", got.text);
    }
}

/// A frame holds no dashboard in the dashboard.
#[tokio::test]
async fn curves_that_cannot_be_made_say_why_in_their_frame_and_nothing_else() {
    let world = World::open().await;
    let got = world.get(&world.editor, "/delays/curves?tag=nada").await;
    assert_eq!(got.status, 400, "{}", got.text);
    assert!(words(&got.text).contains("Ningún expediente tiene la etiqueta «nada»"), "{}", got.text);
    assert!(!got.text.contains("<nav") && !got.text.contains("<form"), "{}", got.text);
    assert!(got.headers["content-security-policy"].ends_with("frame-ancestors 'self'"));
    assert!(world.get(&world.editor, "/delays").await.headers["content-security-policy"].ends_with("frame-src 'self'"));
}

#[tokio::test]
async fn what_a_recipe_says_of_its_source_is_said_in_spanish_where_it_says_it_in_spanish() {
    let more = "\n[[case]]\nsource = \"us-scotus\"\nnumber = \"24-966\"\n\n[[case]]\nsource = \"coe-hudoc\"\nnumber = \"36022/97\"\n";
    let world = World::with(more).await;
    for (path, es, en) in [
        ("/sources", "el robots.txt del sitio cierra a los programas", "is closed to programs by"),
        ("/cases/us-scotus/24-966", "el robots.txt del sitio cierra a los programas", "is closed to programs by"),
        ("/sources", "las formas son las de varios programas", "the shapes are those of several clients"),
        ("/cases/coe-hudoc/36022%2F97", "las formas son las de varios programas", "the shapes are those of several clients"),
    ] {
        for (language, said, other) in [("es", es, en), ("en", en, es)] {
            let got = ask(&world.editor, "GET", path, &format!("Cookie: lang={language}\r\n")).await;
            assert_eq!(got.status, 200, "{path}");
            let words = words(&got.text);
            assert!(words.contains(said) && !words.contains(other), "{path} in {language}: {words}");
        }
    }
}
