//! The shipped files: they compile, their patterns do what their examples say, their rules say where they come from.

use super::super::fact::FactPattern;
use super::super::pattern::{Example, Pattern, Words};
use super::*;
use crate::domain::clocks::Confidence;

/// The language of a jurisdiction's courts.
fn meaning_of(jurisdiction: &str) -> Arc<Meaning> {
    Meaning::shipped(jurisdiction, crate::meaning::language_of(jurisdiction).expect("its lexicon names its language"))
}

fn entry_of(example: &Example) -> Entry {
    let mut case = case("").entry("2026-03-02", &example.title, &example.text);
    let mut entry = case.docket.entries.remove(0);
    if !example.origin.is_empty() {
        entry.extra.insert("origin".into(), example.origin.clone());
    }
    entry
}

#[test]
fn every_shipped_file_compiles() {
    assert!(jurisdictions().contains(&"ec"), "{:?}", jurisdictions());
    for (id, file, text) in CLOCKS {
        let parsed = Rules::parse(file, text);
        assert!(parsed.as_ref().is_ok_and(|rules| rules.all().count() > 0), "{file}: {:#?}", parsed.err());
        assert!(text.contains(&format!("jurisdiction = \"{id}\"")), "{file} is for another jurisdiction");
    }
}

#[test]
fn every_pattern_shows_its_examples_and_no_counter_example() {
    let mut wrong = Vec::new();
    for (id, file, _) in CLOCKS {
        let (rules, meaning) = (Rules::shipped(id), meaning_of(id));
        let shows = |pattern: &Pattern, example: &Example| pattern.shows(&Words::read(&entry_of(example), &meaning)).is_some();
        for pattern in &rules.patterns {
            for (list, wanted) in [(&pattern.examples, true), (&pattern.counter, false)] {
                for example in list.iter().filter(|example| shows(pattern, example) != wanted) {
                    let kinds = Words::read(&entry_of(example), &meaning).reading;
                    wrong.push(format!("{file}: {} {example:?} is not {wanted}: {:?} by {:?}", pattern.id, kinds.kinds, kinds.actor));
                }
            }
        }
        let said = |fact: &FactPattern, text: &String| fact.is_said_by(text, &meaning);
        for fact in &rules.facts {
            for (list, wanted) in [(&fact.examples, true), (&fact.counter, false)] {
                wrong.extend(
                    list.iter()
                        .filter(|text| said(fact, text) != wanted)
                        .map(|text| format!("{file}: {} {text:?} is not {wanted}", fact.name)),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rules_tell_their_source_and_ask_for_a_lawyer_in_both_languages() {
    for (id, ..) in CLOCKS {
        for rule in Rules::shipped(id).all() {
            assert!(rule.verify.es.contains("verifique con un abogado") && rule.verify.en.contains("verify with a lawyer"), "{}", rule.id);
            assert!(rule.confidence == Confidence::Low || !rule.sources.is_empty(), "{}", rule.id);
            assert!(rule.from.is_some(), "{} has no day from which it holds", rule.id);
            // Keys of a list that does not ship explain nothing.
            let is_key = |source: &String| source.starts_with('K') && source[1..].chars().all(|c| c.is_ascii_digit());
            assert!(!rule.sources.iter().any(is_key), "{}", rule.id);
            assert!(!rule.basis.is_empty() && rule.title.es != rule.title.en, "{}", rule.id);
            // "It is not observed", never "it was not done".
            let open = rule.message.as_ref();
            assert!(open.is_none_or(|words| words.es.contains("o se observa") && words.en.contains("observed")), "{}", rule.id);
        }
    }
}

#[test]
fn ecuador_has_the_twenty_rules() {
    let rules = Rules::shipped("ec");
    let mut ids: Vec<&str> = rules.all().map(|rule| rule.id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(
        ids,
        [
            "EC-COGEP-146",
            "EC-COGEP-291",
            "EC-COGEP-292",
            "EC-COGEP-76",
            "EC-COGEP-93",
            "EC-COIP-541-1Y",
            "EC-COIP-541-6M",
            "EC-COIP-585-2Y",
            "EC-COIP-592-FLAG",
            "EC-COIP-592-ORD",
            "EC-COIP-602-FIX",
            "EC-COIP-602-HOLD",
            "EC-COIP-621",
            "EC-COIP-654-APEL",
            "EC-COIP-657-CAS",
            "EC-CRE-77-1",
            "EC-CRE-89-HC-DECISION",
            "EC-CRE-89-HC-HEARING",
            "EC-LOGJCC-13-AP",
            "EC-LOGJCC-24",
        ]
    );
}

#[test]
fn both_documents_list_every_shipped_rule_as_it_is() {
    let pages = [include_str!("../../../../docs/clocks.md"), include_str!("../../../../docs/clocks.es.md")];
    for (id, ..) in CLOCKS {
        for rule in Rules::shipped(id).all() {
            for (page, title) in pages.iter().zip([&rule.title.en, &rule.title.es]) {
                let row = page.lines().find(|line| line.starts_with(&format!("| `{}` |", rule.id)));
                let row = row.unwrap_or_else(|| panic!("{} is in no table", rule.id));
                let has = |what: &str| assert!(row.contains(what), "{}: the row lacks {what}: {row}", rule.id);
                has(title);
                has(&format!("| {} ", rule.duration.n));
                has(&rule.basis);
                let low =
                    if page.contains("verify every rule") || page.contains("Verify every rule") { "never alerts" } else { "nunca avisa" };
                assert_eq!(row.contains(low), rule.confidence == Confidence::Low, "{}: {row}", rule.id);
            }
        }
    }
}

/// Titles as courts of Ecuador wrote them (captured from e-SATJE; names and hours left out), and the events that they show beside an act
/// of the court.
#[test]
fn captured_titles_show_what_they_name_and_nothing_else() {
    let (rules, meaning) = (Rules::shipped("ec"), meaning_of("ec"));
    for (title, expected) in [
        ("CALIFICACION DE SOLICITUD Y/O DEMANDA (AUTO DE SUSTANCIACION)", &["case_admitted"][..]),
        ("COMPLETAR Y/O ACLARAR LA SOLICITUD Y/O DEMANDA (AUTO DE SUSTANCIACION)", &["order_to_complete"]),
        ("CALIFICACION A LA CONTESTACION DE LA DEMANDA Y CONVOCATORIA AUDIENCIA UNICA (AUTO DE SUSTANCIACION)", &["answer_taken_up"]),
        ("CALIFICACION A LA CONTESTACION DE LA DEMANDA Y CONVOCATORIA AUDIENCIA UNICA (RAZON DE NOTIFICACION)", &[]),
        ("FALTA DE CONTESTACIÓN DE LA DEMANDA ART. 352 (AUTO DE SUSTANCIACION)", &[]),
        ("SENTENCIA (RESOLUCION)", &["sentence_first_instance", "written_ruling"]),
        ("SENTENCIA ART. 352 COGEP (RESOLUCION)", &["sentence_first_instance", "written_ruling"]),
        ("SENTENCIA (RAZON DE NOTIFICACION)", &["written_ruling_notified"]),
        ("ACEPTAR RECURSO DE APELACION (RESOLUCION)", &["written_ruling"]),
        ("ACEPTAR RECURSO DE APELACION (RAZON DE NOTIFICACION)", &["appeal_ruling_notified", "written_ruling_notified"]),
        ("CITACION REALIZADA (RAZON)", &["last_service"]),
        ("CITACIÓN: REALIZADA - RAZON", &["last_service"]),
        ("CITACIÓN: NO REALIZADA - CAMBIO DE DIRECCIÓN", &[]),
        ("ACTA DE CITACION NO REALIZADA (RAZON)", &[]),
        ("RAZON ENVIO A CITACIONES (NOMBRE): TERCERA GESTIÓN REALIZADA POR EL CITADOR: BOLETA 3 (DIRECCIÓN PRINCIPAL)", &[]),
        ("ARCHIVO POR NO COMPLETAR DEMANDA (AUTO INTERLOCUTORIO)", &[]),
        ("INADMISION DE LA DEMANDA ART. 147 # 1 (AUTO INTERLOCUTORIO)", &[]),
        ("CONVOCATORIA AUDIENCIA DE CALIFICACION DE FLAGRANCIA (DECRETO)", &[]),
        ("ACEPTAR PRÁCTICA DE ACTOS URGENTES (AUTO RESOLUTIVO)", &[]),
        ("ADMITIR EXCUSA (AUTO INTERLOCUTORIO)", &[]),
        ("NO CASAR SENTENCIA Y/O AUTO INTERLOCUTORIO (SENTENCIA)", &["written_ruling"]),
        ("RAZON DE EJECUTORIA (RAZON)", &[]),
        ("NEGAR MEDIDAS CAUTELARES (AUTO RESOLUTIVO)", &[]),
        ("ENVIO DEL PROCESO AL ARCHIVO GENERAL (RAZON)", &[]),
        ("ACTA DE SORTEO", &[]),
        ("OFICIO (OFICIO)", &[]),
        ("ESCRITO", &["petition_filed"]),
    ] {
        let entry = entry_of(&Example { title: title.into(), ..Example::default() });
        let words = Words::read(&entry, &meaning);
        let shown = rules.patterns.iter().filter(|pattern| pattern.id != "court_order" && pattern.shows(&words).is_some());
        let shown: BTreeSet<&str> = shown.map(|pattern| pattern.id.as_str()).collect();
        assert_eq!(shown, expected.iter().copied().collect(), "{title}");
    }
}
