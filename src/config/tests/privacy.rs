//! `[privacy]`, `[[redact]]`, `[[withhold]]` and `withhold` of a case, as an operator writes them.

use super::*;
use crate::domain::about::{About, Language, Profile, Stop};
use crate::domain::docket::{Docket, Heading, Party};
use crate::domain::privacy::{Held, Known, Naming, Privacy};
use crate::domain::sample;
use crate::domain::withhold::Telling;

const CASE: &str = "[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2024-00011G\"\n";

fn good(text: &str) -> Config {
    let (config, errors, _) =
        load_files(&[("w.toml", &format!("{text}\n{CASE}")), ("private/minors.txt", "# nadie\nSami Llumiquingaficta\n")]);
    config.unwrap_or_else(|| panic!("{text}: {errors:#?}"))
}

/// What becomes of this text in the excerpt of a filing, with a party.
fn told(config: &Config, text: &str, subject: &str) -> String {
    let watch = &config.cases[0];
    let party = Party { role: "PROCESADO".into(), name: "QUISPILEMA ZARUMAFICTO".into() };
    let heading = Heading { subject: Some(subject.into()), ..Heading::default() };
    let held = Held { dockets: vec![Known::of(&Docket { parties: vec![party], heading, ..Docket::default() }).into()], reserved: false };
    let mut event = sample::filing();
    event.entry.as_mut().expect("an entry").excerpt = text.into();
    let events = [event];
    let privacy = Privacy::new(config.policy_of(&watch.case), watch, Some(&held), &events);
    let zone = jiff::tz::TimeZone::UTC;
    let about = About {
        watch,
        previous: None,
        source_title: "",
        case_url: "",
        dashboard: None,
        zone,
        language: Language::Es,
        privacy,
        stop: Stop::Unsaid,
    };
    about.show(&events)[0].entry.as_ref().map_or_else(|| "withheld".to_owned(), |entry| entry.excerpt.clone())
}

#[test]
fn a_profile_is_said_short_or_long_and_not_twice_otherwise() {
    for (text, naming) in [
        ("", Naming::Full),
        ("[veedor]\nprivacy = \"ngo\"\n", Naming::InitialsPrivate),
        ("[privacy]\nprofile = \"ngo\"\n", Naming::InitialsPrivate),
        ("[veedor]\nprivacy = \"ngo\"\n[privacy]\nprofile = \"ngo\"\ndefault_names = \"initials_all\"\n", Naming::InitialsAll),
        ("[privacy]\ndefault_names = \"initials_private\"\n", Naming::InitialsPrivate),
    ] {
        let config = good(text);
        assert_eq!(config.policy_of(&config.cases[0].case).naming, naming, "{text}");
    }
    let (_, errors, _) = load(&format!("[veedor]\nprivacy = \"ngo\"\n[privacy]\nprofile = \"newsroom\"\n{CASE}"));
    assert!(errors.iter().any(|error| error.contains(":4:11: profile says something else")), "{errors:?}");
    assert_eq!(Policies::of_profile(Profile::Newsroom).of("ec").naming, Naming::Full);
}

#[test]
fn an_operators_rules_and_lists_hold_beside_the_shipped_ones_and_turn_them_off() {
    let own = "[[redact]]\nid = \"interno\"\npattern = 'EXP-INT-\\d+'\nreplace = \"[interno]\"\n";
    let list = "[[redact]]\nid = \"menores\"\nnames_file = \"private/minors.txt\"\nfold = true\n";
    let off = "[[redact]]\nid = \"ec-cedula\"\noff = true\n";
    let text = "EXP-INT-12 de la niña LLUMIQUINGAFICTA, Sami, C.C. 1730000005";
    assert_eq!(told(&good(&format!("{own}{list}")), text, ""), "[interno] de la niña [NNA], C.C. [cédula]");
    assert_eq!(told(&good(off), text, ""), text);
    assert_eq!(told(&good("[privacy]\nexcerpt_chars = 12\n"), text, ""), "EXP-INT-12…");
    let named = "[privacy]\nprofile = \"ngo\"\npublic_names = [\"Quispilema Zarumaficto\"]\n";
    let who = "Zarumaficto Quispilema apela";
    assert_eq!((told(&good("[privacy]\nprofile = \"ngo\"\n"), who, ""), told(&good(named), who, "")), ("Z. Q. apela".into(), who.into()));
}

#[test]
fn classes_are_the_operators_to_add_and_to_lift() {
    let text = "un texto";
    let told = |list: &str, subject: &str| told(&good(list), text, subject);
    assert_eq!(told("", "VIOLACIÓN"), "withheld");
    assert_eq!(told("[[withhold]]\nid = \"ec-reserved-offences\"\noff = true\n", "VIOLACIÓN"), text);
    assert_eq!(told("[[withhold]]\nid = \"x\"\nwhen_offence_matches = '(?i)traici'\n", "TRAICIÓN"), "withheld");
    assert_eq!(told("[[withhold]]\nid = \"x\"\ncases = [\"ec-esatje 17721202400011G\"]\n", "COHECHO"), "withheld");
    assert_eq!(told("[[withhold]]\nid = \"x\"\ncases = [\"ec-esatje 17721-2024-00012G\"]\n", "COHECHO"), text);
    for (said, telling) in [("false", Telling::Whole), ("true", Telling::Activity), ("\"type_and_date_only\"", Telling::TypeAndDate)] {
        let (config, errors, _) = load(&format!("{CASE}withhold = {said}\n"));
        assert_eq!(config.unwrap_or_else(|| panic!("{errors:?}")).cases[0].withhold, Some(telling), "{said}");
    }
}

#[test]
fn what_is_wrong_is_said_at_its_place_and_names_no_name() {
    for (text, words) in [
        ("[privacy]\nprofile = \"ong\"\n", "2:11: privacy.profile has an unknown value \"ong\""),
        ("[privacy]\npublic_roles = [\"juge\"]\n", "2:17: public_roles has an unknown role \"juge\"; did you mean \"judge\"?"),
        ("[privacy]\nexcerpt_chars = 601\n", "2:17: privacy.excerpt_chars must be a whole number from 0 to 600"),
        ("[[redact]]\nid = \"x\"\npattern = '('\n", "3:11: pattern is not a pattern: unclosed group"),
        ("[[redact]]\nid = \"x\"\npattern = '[0-9]{5}'\n", "1:1: \"x\" would mask the number of the watched case 17721-2024-00011G"),
        (
            "[[redact]]\nid = \"ec-cedul\"\noff = true\n",
            "2:6: there is no shipped rule \"ec-cedul\" to turn off; did you mean \"ec-cedula\"?",
        ),
        ("[[redact]]\nid = \"x\"\nnames_file = \"nobody.txt\"\n", "3:14: cannot read names_file"),
        ("[[redact]]\nid = \"x\"\nnames_file = \"private/minors.txt\"\nfold = false\n", "4:8: names are always found"),
        ("[[redact]]\nid = \"x\"\nnames_file = \"private/minors.txt\"\npattern = 'a'\n", "4:11: pattern does not go with names_file"),
        ("[[withhold]]\nid = \"x\"\ncases = [\"ec-esatge 1\"]\n", "3:10: cases names the unknown source \"ec-esatge\""),
        ("[[withhold]]\nid = \"x\"\ncases = [\"17721\"]\n", "3:10: cases must name a source and a number"),
        ("[[withhold]]\nid = \"x\"\n", "2:6: nothing says what \"x\" withholds"),
    ] {
        let (_, errors, _) = load_files(&[("w.toml", &format!("{text}{CASE}")), ("private/minors.txt", "Sami Llumiquingaficta\n")]);
        assert!(errors.iter().any(|error| error.contains(words)), "{text}: {errors:#?}");
        assert!(!errors.concat().contains("Llumiquinga"), "{errors:?}");
    }
    let (_, errors, _) = load(&format!("{CASE}withhold = 5\n"));
    assert!(errors.iter().any(|error| error.contains("4:12: withhold must be false")), "{errors:?}");
}

/// A configuration is debugged somewhere one day.
#[test]
fn a_list_of_names_does_not_print() {
    let config = good("[[redact]]\nid = \"menores\"\nnames_file = \"private/minors.txt\"\n");
    assert!(!format!("{config:?}").to_uppercase().contains("LLUMIQUINGA"));
}
