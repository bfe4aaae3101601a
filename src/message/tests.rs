//! Whole mails against `tests/fixtures/messages`. `VEEDOR_BLESS=1 cargo test --lib message` writes them anew; read the
//! difference as a lawyer would before committing it.

use super::{Letter, mail as letter_of, terminal as lines_of};
use crate::domain::about::About;
use crate::domain::about::{Language, Profile};
use crate::domain::delivery::MOST_EVENTS;
use crate::domain::event::{Actor, Event, EventKind};
use crate::domain::hearing::HearingStatus;
use crate::domain::sample;

fn mail(events: &[Event], about: &About<'_>) -> Letter {
    letter_of(&about.show(events), about)
}

fn golden(name: &str, got: &str) {
    let path = format!("{}/tests/fixtures/messages/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("VEEDOR_BLESS").is_some() {
        std::fs::write(&path, got).expect("the fixture can be written");
    }
    let want = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(got, want, "{path} differs; VEEDOR_BLESS=1 writes it anew");
}

fn cases() -> Vec<(&'static str, Vec<Event>)> {
    vec![
        ("rescheduled", vec![sample::rescheduled()]),
        ("doubtful", vec![sample::doubtful()]),
        ("ruling", vec![sample::ruling()]),
        ("filing", vec![sample::filing()]),
        ("edited", vec![sample::edited()]),
        ("removed", vec![sample::removed()]),
        ("backdated", vec![sample::backdated()]),
        ("vanished", vec![sample::vanished()]),
        ("certificate", vec![sample::certificate()]),
        ("several", vec![sample::filing(), sample::rescheduled(), sample::party()]),
        ("linked", vec![sample::linked()]),
        ("disagreement", vec![sample::disagreement()]),
        ("drift", vec![sample::drift()]),
        ("silence", vec![sample::silence_ended()]),
        ("blocked", sample::reports()[..1].to_vec()),
        ("recovered", sample::reports()[1..2].to_vec()),
        ("disabled", sample::reports()[2..3].to_vec()),
        ("low", sample::reports()[4..5].to_vec()),
        ("heartbeat", sample::reports()[5..6].to_vec()),
        ("delays", sample::reports()[6..].to_vec()),
        ("test", vec![sample::bare(EventKind::VeedorTest)]),
    ]
}

#[test]
fn mails_read_as_agreed() {
    let watch = sample::watch();
    for (name, events) in cases() {
        for (language, code) in [(Language::Es, "es"), (Language::En, "en")] {
            let letter = mail(&events, &sample::about(&watch, language));
            golden(&format!("{name}.{code}.txt"), &format!("Subject: {}\n\n{}", letter.subject, letter.text));
            if matches!(name, "several" | "edited" | "doubtful") {
                golden(&format!("{name}.{code}.html"), &letter.html);
            }
        }
    }
}

#[test]
fn text_and_html_say_the_same() {
    let watch = sample::watch();
    let about = sample::about(&watch, Language::Es);
    let letter = mail(&[sample::edited(), sample::rescheduled()], &about);
    for words in ["400", "4000", "martes 12 de marzo de 2024, 09:00", "presume inocente", "carpeta 12", "anticorrupcion", "órgano judicial"]
    {
        assert!(letter.text.contains(words) && letter.html.contains(words), "{words}");
    }
    assert!(letter.text.contains("[-4000-]{+400+}"));
    assert!(letter.html.contains(">4000</del>") && letter.html.contains(">400</ins>"));
    assert!(letter.html.contains(&sample::edited().id.to_string()) && letter.text.contains(about.case_url));
}

#[test]
fn each_event_leads_to_its_page_where_readers_reach_the_dashboard() {
    let watch = sample::watch();
    let plain = mail(&[sample::edited()], &sample::about(&watch, Language::Es));
    assert!(!plain.text.contains("tablero") && !plain.html.contains("tablero"));
    let about = About { dashboard: Some("https://veedor.example.org/x"), ..sample::about(&watch, Language::Es) };
    let letter = mail(&[sample::edited(), sample::rescheduled()], &about);
    for event in [sample::edited(), sample::rescheduled()] {
        let url = format!("https://veedor.example.org/x/events/{}", event.id);
        assert!(letter.text.contains(&format!("Ver en el tablero: {url}\n")), "{}", letter.text);
        assert!(letter.html.contains(&format!("<a href=\"{url}\" rel=\"noreferrer\">Ver en el tablero</a>")), "{}", letter.html);
    }
    for nothing in [sample::bare(EventKind::VeedorTest), sample::bare(EventKind::SourceBlocked)] {
        assert!(!mail(&[nothing], &about).text.contains("tablero"));
    }
    let hostile = About { dashboard: Some("javascript:alert(1)//"), ..sample::about(&watch, Language::Es) };
    assert!(!mail(&[sample::edited()], &hostile).html.contains("javascript"));
}

#[test]
fn a_hostile_court_stays_text() {
    let mut watch = sample::watch();
    watch.name = Some("<b>x</b>\u{202e}\r\n".into());
    watch.note = Some("</div><script>\u{0}".into());
    watch.tags = vec!["\"><img src=x>".into()];
    for url in ["javascript:alert(1)", "https://example.org/\"><script>x</script>", "https://example.org/\r\nX: y"] {
        let mut about = sample::about(&watch, Language::Es);
        about.case_url = url;
        let letter = mail(&[sample::hostile()], &about);
        assert!(!letter.html.contains("<script") && !letter.html.contains("<img") && !letter.html.contains("<b>"));
        assert!(!letter.html.contains("javascript:") && !letter.html.contains("\"><script"));
        for text in [&letter.text, &letter.html, &lines_of(&about.show(&[sample::hostile()]), &about)] {
            assert!(!text.contains(|c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c)), "{url}");
            assert!(text.len() < 60_000, "{}", text.len());
            assert!(!text.lines().any(|line| line.starts_with("Bcc:")));
        }
    }
}

#[test]
fn a_doubtful_date_is_possible_and_quoted() {
    let watch = sample::watch();
    let letter = mail(&[sample::doubtful()], &sample::about(&watch, Language::Es));
    assert!(letter.subject.contains("posible fecha") && letter.text.contains("Posible fecha: martes 12 de marzo"));
    let quote = "«En consecuencia, se señala para el lunes 12 de marzo de 2024, a las 09h00, en la sala 203.»";
    assert!(letter.text.contains(quote) && letter.html.contains(quote), "{}", letter.text);
}

#[test]
fn a_change_within_masked_words_is_not_shown_as_nothing() {
    let watch = sample::watch();
    let mut event = sample::edited();
    if let Some(entry) = &mut event.entry {
        (entry.before, entry.after) = (Some("correo uno@example.org".into()), Some("correo dos@example.org".into()));
    }
    let letter = mail(&[event], &sample::about(&watch, Language::Es));
    assert!(letter.text.contains("datos que este mensaje omite") && !letter.text.contains("example.org\n"));
}

#[test]
fn a_mail_tells_all_that_it_carries() {
    let watch = sample::watch();
    let mut events = vec![sample::filing(); MOST_EVENTS - 1];
    events.push(sample::removed());
    let letter = mail(&events, &sample::about(&watch, Language::Es));
    assert!(letter.subject.contains("no se observa desde") && letter.subject.ends_with("y 49 novedades más"), "{}", letter.subject);
    assert!(letter.text.contains("50/50 ") && letter.text.len() < 100_000, "{}", letter.text.len());
    assert_eq!((letter.text.matches("Evento: ").count(), letter.html.matches("Evento: ").count()), (MOST_EVENTS, MOST_EVENTS));
}

/// A certificate by the clerk is no decision, in the line and in the heading.
#[test]
fn only_what_the_court_wrote_is_called_its_decision() {
    let watch = sample::watch();
    for kind in [EventKind::RulingIssued, EventKind::RulingOral, EventKind::OrderIssued] {
        for actor in [Actor::Clerk, Actor::Prosecutor, Actor::Party, Actor::Unknown] {
            let event = sample::entry(kind, actor, "RAZON", "");
            for (language, words) in
                [(Language::Es, ["ecisión", "DECISIÓN", "ACTUACIÓN JUDICIAL"]), (Language::En, ["uling", "RULING", "ACT OF THE COURT"])]
            {
                let letter = mail(std::slice::from_ref(&event), &sample::about(&watch, language));
                let told: String = letter.text.lines().take_while(|line| !line.contains(": RAZON")).collect();
                assert!(words.iter().all(|word| !told.contains(word) && !letter.subject.contains(word)), "{}", letter.text);
            }
        }
    }
}

/// What a reader acts on stands in the subject whole, however long the court's title is.
#[test]
fn a_subject_keeps_the_date_that_decides() {
    let watch = sample::watch();
    for mut event in [sample::removed(), sample::backdated()] {
        if let Some(entry) = &mut event.entry {
            entry.title = "CERTIFICACIÓN DE DOCUMENTOS Y ANEXOS DE LA CAUSA ".repeat(4);
        }
        for language in [Language::Es, Language::En] {
            let subject = mail(&[event.clone(), sample::filing()], &sample::about(&watch, language)).subject;
            let date = if event.kind == EventKind::RecordRemoved {
                ["16-feb-2024 09:00", "16 Feb 2024 09:00"]
            } else {
                ["19-feb-2024 10:04", "19 Feb 2024 10:04"]
            };
            assert!(date.iter().any(|date| subject.contains(date)) && subject.chars().count() <= 150, "{subject}");
        }
    }
}

#[test]
fn an_organisation_sees_initials() {
    let watch = sample::watch();
    let mut about = sample::about(&watch, Language::Es);
    about.privacy = sample::privacy(Profile::Ngo);
    let letter = mail(&[sample::party()], &about);
    for text in [&letter.subject, &letter.text, &letter.html] {
        assert!(text.contains("P. F. D.") && !text.contains("FICTICIA"), "{text}");
    }
}

/// What puts a hearing off often names its day alone.
#[test]
fn of_a_hearing_that_is_off_the_hour_is_said_that_the_calendar_knows_and_else_none() {
    let watch = sample::watch();
    let mut event = sample::invited();
    event.kind = EventKind::HearingDeferred;
    let hearing = event.hearing.as_mut().expect("a hearing");
    (hearing.mention.status, hearing.mention.time) = (HearingStatus::Deferred, None);
    let told = |event: &Event| mail(std::slice::from_ref(event), &sample::about(&watch, Language::Es)).text;
    assert!(told(&event).contains("12 de marzo de 2024, 09:00"), "{}", told(&event));
    event.hearing.as_mut().expect("a hearing").appointments.clear();
    let text = told(&event);
    assert!(text.contains("12 de marzo de 2024") && !text.contains("hora no indicada"), "{text}");
    // One that is set without an hour says so.
    event.kind = EventKind::HearingScheduled;
    event.hearing.as_mut().expect("a hearing").mention.status = HearingStatus::Convened;
    assert!(told(&event).contains("12 de marzo de 2024, hora no indicada"), "{}", told(&event));
}
