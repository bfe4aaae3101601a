//! What the rules, the names and the classes of what is withheld do to texts and events.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::config::Policies;
use crate::domain::about::{About, Profile};
use crate::domain::docket::Heading;
use crate::domain::event::{EXCERPT_CHARS, FieldChange};
use crate::domain::sample;
use crate::domain::shown::Shown;

const TONE: Tone = Tone { language: Language::Es, scope: Scope::Alert, strict: false };

fn news(words: &str) -> String {
    sample::privacy(Profile::Newsroom).text(words, TONE)
}

/// A docket with people of all standings, who exist nowhere.
fn docket() -> Docket {
    let party = |role: &str, name: &str| Party { role: role.into(), name: name.into() };
    Docket {
        parties: vec![
            party("PROCESADO", "QUISPILEMA ZARUMAFICTO JOAQUÍN ABELARDO"),
            party("VÍCTIMA", "Tránsito de la Ñustaficta Yanez"),
            party("MENOR DE EDAD", "LLUMIQUINGAFICTA SAMI"),
            party("JUEZ", "MALDONADOFICTO ROSERO EVA"),
            party("ACTOR", "COMERCIAL FICTICIA S.A."),
            party("FISCALÍA", "FISCALIA GENERAL DEL ESTADO"),
        ],
        heading: Heading { title: Some("Zurificta c/ Estado s/ amparo".into()), ..Heading::default() },
        ..Docket::default()
    }
}

fn privacy(profile: Profile, docket: &Docket) -> Privacy {
    let held = Held { dockets: vec![Known::of(docket).into()], reserved: false };
    Privacy::new(Policies::of_profile(profile).of("ec"), &sample::watch(), Some(&held), &[])
}

#[test]
fn contacts_and_meeting_secrets_go_and_court_numbers_stay() {
    for (from, to) in [
        ("escriba a uno.dos@correo.example.ec o al 0991234567.", "escriba a [contacto] o al [contacto]."),
        ("tel. 022345678", "tel. [contacto]"),
        ("tel. (02) 234-5678 y +593 99 123 4567", "tel. [contacto] y [contacto]"),
        ("ID de reunión: 845 1234 5678. Contraseña: aB3$x.", "[acceso omitido]. [acceso omitido]."),
        ("Zoom ID 84512345678 clave 99xy", "Zoom [acceso omitido] [acceso omitido]"),
        ("ID: 84512345678 Contraseña es Justicia2024", "[acceso omitido] [acceso omitido]"),
        ("código de acceso: 4455, sala 2", "[acceso omitido], sala 2"),
        ("https://us02web.zoom.us/j/845?pwd=x a las 09h00", "[acceso omitido] a las 09h00"),
        ("contraseña https://zoom.us/j/1", "[acceso omitido]"),
        ("comparece el testigo clave del proceso", "comparece el testigo clave del proceso"),
        ("juicio 07205-2024-01234 y 07205202401234", "juicio 07205-2024-01234 y 07205202401234"),
        ("el 05-02-2024 9:00, sala 0203", "el 05-02-2024 9:00, sala 0203"),
        ("C.C. 1730000005, comparece", "C.C. [cédula], comparece"),
    ] {
        assert_eq!(news(from), to, "{from}");
    }
    let english = Tone { language: Language::En, ..TONE };
    assert_eq!(sample::privacy(Profile::Newsroom).text("tel. 022345678", english), "tel. [contact]");
}

#[test]
fn the_own_number_of_a_case_is_never_masked() {
    let mut watch = sample::watch();
    (watch.number.canonical, watch.number.compact) = ("1730000005".into(), "1730000005".into());
    let held = Held { dockets: vec![Arc::default()], reserved: false };
    let privacy = Privacy::new(Policies::of_profile(Profile::Newsroom).of("ec"), &watch, Some(&held), &[]);
    assert_eq!(privacy.text("proceso 1730000005 y 1730000013", TONE), "proceso 1730000005 y [cédula]");
}

#[test]
fn a_number_cut_in_half_does_not_slip_through() {
    let mut event = sample::filing();
    let half = format!("{} {}", "a".repeat(EXCERPT_CHARS - 8), &"1730000005"[..7]);
    assert_eq!(half.chars().count(), EXCERPT_CHARS);
    event.entry.as_mut().expect("an entry").excerpt = half;
    let watch = sample::watch();
    let shown = sample::about(&watch, Language::Es).show_one(&event);
    assert!(!shown.entry.as_ref().expect("an entry").excerpt.contains("173"));
}

#[test]
fn a_newsroom_has_names_and_an_organisation_initials_of_private_persons() {
    let texts = [
        (
            "Comparece Joaquín QUISPILEMA Zarumaficto, y la Ñustaficta",
            "Comparece Joaquín QUISPILEMA Zarumaficto, y la Ñustaficta",
            "Comparece J. Q. Z., y la Ñ.",
        ),
        (
            "la Jueza Maldonadoficto Rosero Eva ordena",
            "la Jueza Maldonadoficto Rosero Eva ordena",
            "la Jueza Maldonadoficto Rosero Eva ordena",
        ),
        ("COMERCIAL FICTICIA S.A. apela", "COMERCIAL FICTICIA S.A. apela", "COMERCIAL FICTICIA S.A. apela"),
        ("la Fiscalía General del Estado", "la Fiscalía General del Estado", "la Fiscalía General del Estado"),
        ("la adolescente Sami Llumiquingaficta", "la adolescente [NNA]", "la adolescente [NNA]"),
        ("amparo de ZURIFICTA", "amparo de ZURIFICTA", "amparo de Z."),
    ];
    let docket = docket();
    let (newsroom, ngo) = (privacy(Profile::Newsroom, &docket), privacy(Profile::Ngo, &docket));
    for (text, in_full, initials) in texts {
        assert_eq!((newsroom.text(text, TONE).as_str(), ngo.text(text, TONE).as_str()), (in_full, initials), "{text}");
    }
}

#[test]
fn the_name_of_a_party_is_told_by_its_role() {
    let ngo = privacy(Profile::Ngo, &docket());
    for (role, name, told) in [
        ("PROCESADO", "Juan", "J."),
        ("JUEZ", "Juan", "Juan"),
        ("MENOR", "Juan", "[NNA]"),
        ("ACTOR", "MUNICIPIO FICTICIO", "MUNICIPIO FICTICIO"),
    ] {
        assert_eq!(ngo.name(Some(role), name, TONE), told, "{role}");
    }
}

fn events_of(privacy: Privacy, events: &[Event]) -> Vec<Shown> {
    let watch = sample::watch();
    let about = About { privacy, ..sample::about(&watch, Language::Es) };
    about.show(events)
}

fn of_subject(subject: &str) -> Docket {
    Docket { heading: Heading { subject: Some(subject.into()), ..Heading::default() }, ..docket() }
}

#[test]
fn of_a_reserved_offence_nothing_is_told_but_that_there_was_activity() {
    let events = [sample::rescheduled(), sample::removed(), sample::party(), sample::ruling()];
    for shown in events_of(privacy(Profile::Newsroom, &of_subject("171 VIOLACIÓN, INC.1")), &events) {
        assert!(shown.is_activity() && shown.entry.is_none() && shown.hearing.is_none() && shown.field.is_none());
        assert_eq!((shown.severity.name(), shown.version, shown.page_sha256), ("notice", 0, [0; 32]));
    }
    let (telling, class) = (privacy(Profile::Newsroom, &of_subject("VIOLACION")), Some("ec-reserved-offences"));
    assert_eq!(telling.of_case(), (Telling::Activity, class));
    let whole = events_of(privacy(Profile::Newsroom, &of_subject("PECULADO")), &events);
    assert!(whole.iter().all(|shown| !shown.is_activity()));
}

#[test]
fn where_nothing_is_known_of_a_case_nothing_is_told() {
    let policy = Policies::of_profile(Profile::Newsroom).of("ec");
    for privacy in [Privacy::unread(policy.clone()), Privacy::new(policy, &sample::watch(), None, &[])] {
        let shown = events_of(privacy, &[sample::ruling(), sample::drift(), sample::bare(EventKind::VeedorTest)]);
        let kinds: Vec<&str> = shown.iter().map(|shown| shown.kind.name()).collect();
        assert_eq!(kinds, ["case.activity", "source.drift", "veedor.test"]);
    }
}

#[test]
fn an_event_that_names_the_offence_is_withheld_whatever_the_docket_says_now() {
    let field = FieldChange { field: "subject".into(), before: Some("ABUSO SEXUAL".into()), after: Some("ROBO".into()) };
    let event = Event { field: Some(field), ..sample::bare(EventKind::CaseFieldChanged) };
    let shown = events_of(privacy(Profile::Newsroom, &of_subject("ROBO")), &[event, sample::ruling()]);
    assert_eq!((shown[0].is_activity(), shown[1].is_activity()), (true, false));
}

#[test]
fn of_a_preliminary_investigation_type_and_date_are_told_and_no_names() {
    let mut event = sample::rescheduled();
    let entry = event.entry.as_mut().expect("an entry");
    entry.title = "INVESTIGACIÓN PREVIA de Quispilema Zarumaficto".into();
    let shown = &events_of(privacy(Profile::Newsroom, &docket()), &[event])[0];
    let entry = shown.entry.as_ref().expect("an entry");
    assert_eq!((entry.title.as_str(), entry.date, entry.excerpt.as_str()), ("INVESTIGACIÓN PREVIA de Q. Z.", Some(date(2024, 2, 19)), ""));
    assert_eq!((shown.kind, shown.quote()), (EventKind::HearingRescheduled, None));
    assert!(shown.hearing.as_ref().is_some_and(|hearing| hearing.mention.room.is_none() && hearing.starts.is_some()));
    let moved = events_of(privacy(Profile::Newsroom, &of_subject("INDAGACIÓN PREVIA")), &[sample::party(), sample::linked()]);
    let field = moved[0].field.as_ref().expect("which field");
    assert_eq!((field.field.as_str(), &field.after, &moved[1].field), ("party.PROCESADO", &None, &None));
}

#[test]
fn the_operator_has_the_last_word_on_a_case() {
    let docket = of_subject("ABUSO SEXUAL");
    let with = |withhold| {
        let watch = crate::domain::case::Watch { withhold, ..sample::watch() };
        let held = Held { dockets: vec![Known::of(&docket).into()], reserved: false };
        Privacy::new(Policies::of_profile(Profile::Newsroom).of("ec"), &watch, Some(&held), &[]).telling(&sample::ruling())
    };
    assert_eq!(with(None), Telling::Activity);
    assert_eq!(with(Some(Telling::Whole)), Telling::Whole);
    assert_eq!(with(Some(Telling::TypeAndDate)), Telling::TypeAndDate);
}

/// R-E7: what was stored before a case was reserved is not told any more; that it is reserved, is.
#[test]
fn a_case_that_became_reserved_tells_nothing_but_that() {
    let held = Held { dockets: vec![Known::of(&docket()).into()], reserved: true };
    let privacy = Privacy::new(Policies::of_profile(Profile::Newsroom).of("ec"), &sample::watch(), Some(&held), &[]);
    let shown = events_of(privacy, &[sample::bare(EventKind::CaseReserved), sample::ruling(), sample::bare(EventKind::CaseReturned)]);
    let kinds: Vec<&str> = shown.iter().map(|shown| shown.kind.name()).collect();
    assert_eq!(kinds, ["case.reserved", "case.activity", "case.returned"]);
}

#[test]
fn a_key_of_words_becomes_a_number_of_its_own() {
    let mut event = sample::ruling();
    let ngo = || privacy(Profile::Ngo, &docket());
    for (key, stays) in [("203900573", true), ("1730000005", true), ("Escritos:17:ESCRITO", true), ("x:Quispilema Zarumaficto", false)] {
        event.entry.as_mut().expect("an entry").key.0 = key.into();
        let shown = &events_of(ngo(), std::slice::from_ref(&event))[0];
        assert_eq!(shown.entry.as_ref().is_some_and(|entry| entry.key.0 == key), stays, "{key}");
    }
}

#[test]
fn nothing_that_is_debugged_names_anybody() {
    let shown = format!("{:?}", privacy(Profile::Ngo, &docket()));
    assert!(!shown.to_uppercase().contains("FICT"), "{shown}");
}

/// A name in another case, without its accents, with other white space and in another order.
fn disguised(name: &'static str) -> impl Strategy<Value = String> {
    let words: Vec<&str> = name.split(' ').collect();
    let order = Just(words).prop_shuffle();
    (order, proptest::collection::vec((0..4_u8, 0..5_usize), 8)).prop_map(|(words, forms)| {
        let gaps = [" ", "\n", "  \t", ", ", "\u{a0}"];
        let mut out = String::new();
        for (at, word) in words.iter().enumerate() {
            let (form, gap) = forms[at];
            out.push_str(&match form {
                0 => word.to_lowercase(),
                1 => super::super::fold::fold(word),
                2 => format!("\u{200b}{word}\u{ad}"),
                _ => (*word).to_owned(),
            });
            out.push_str(gaps[gap]);
        }
        out
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn no_seed_is_left_however_it_is_written(
        before in "[a-z ,.ñé]{0,40}", name in disguised("QUISPILEMA ZARUMAFICTO JOAQUÍN ABELARDO"), after in "[a-z ,.0-9]{0,40}"
    ) {
        let told = privacy(Profile::Ngo, &docket()).text(&format!("{before} {name} {after}"), TONE);
        let told = super::super::fold::fold(&told);
        for seed in ["QUISPILEMA", "ZARUMAFICTO"] {
            prop_assert!(!told.contains(seed), "{told}");
        }
    }

    #[test]
    fn masking_twice_is_masking_once(text in "(?:[a-zñ]{0,8}|clave|id|contraseña|es|:|0991234567|1730000005|a@b\\.ec|https://zoom\\.us/j/1|Quispilema|ficta Sami|[0-9 -]{0,12}| |\\.|\u{301}){0,14}") {
        let privacy = privacy(Profile::Ngo, &docket());
        let once = privacy.text(&text, TONE);
        prop_assert_eq!(privacy.text(&once, TONE), once);
    }

    #[test]
    fn any_text_can_be_masked(text in "(?s).{0,300}") {
        privacy(Profile::Ngo, &docket()).text(&text, TONE);
    }
}
