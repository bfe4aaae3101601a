//! What leaves the engine: every state in the published form, and in words.

use super::*;
use crate::{message, wire};

/// A case of each state.
fn all() -> Vec<(Case, &'static str, State, &'static str)> {
    let detained = || case("PENAL COIP").yes("penalty_over_5y").yes("detained").accused("PERSONA FICTICIA UNO");
    let oral = || case("PENAL COIP").entry("2024-11-25", ORAL.0, ORAL.1);
    vec![
        (case("PENAL COIP"), "EC-COIP-592-ORD", State::NotApplicable, "Falta saber flagrancia"),
        (case("PENAL COIP"), "EC-COIP-621", State::NotStarted, "No se observa que haya empezado"),
        (detained(), "EC-COIP-541-1Y", State::UnknownStart, "no se supone ninguna fecha"),
        (
            oral(),
            "EC-COIP-621",
            State::Breach,
            "No se observa la sentencia escrita en el expediente. Venció el 05-dic-2024, o el 09-dic-2024",
        ),
        (oral().entry("2025-02-18", WRITTEN.0, ""), "EC-COIP-621", State::MetLate, "75 días después del plazo (vencía el 05-dic-2024"),
        (oral().entry("2024-11-29", WRITTEN.0, ""), "EC-COIP-621", State::Met, "en plazo"),
        (
            detained().pin("detention_effective", "2024-06-01").entry("2024-11-01", "RECUSACION (AUTO)", ""),
            "EC-COIP-541-1Y",
            State::Suspended,
            "Fijado a mano: detention_effective, 01-jun-2024: Visto por la mesa judicial.",
        ),
        (detained().pin("detention_effective", "2024-04-01"), "EC-COIP-541-1Y", State::Warning, "el plazo vence el 2025-04-01"),
    ]
}

#[test]
fn every_state_has_the_published_form() {
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    let schema = serde_json::from_str(include_str!("../../../../docs/clocks.schema.json")).expect("a schema");
    compiler.add_resource("clocks.json", schema).expect("added");
    let index = compiler.compile("clocks.json", &mut schemas).expect("a schema");
    for (case, rule, state, says) in all() {
        for clock in case.clocks("2025-03-03") {
            let text = message::clocks::text(&clock, &case.zone());
            let form = wire::clocks::to_json(&clock, &text, &case.docket);
            assert!(schemas.validate(&form, index).is_ok(), "{:?}\n{form:#}", schemas.validate(&form, index).err());
            // Every clock asks for a lawyer, and none says that somebody did not do something.
            assert!(text.es.contains("erifique con un abogado") && text.en.contains("erify with a lawyer"), "{text:?}");
            assert!(!text.es.contains("no se hizo") && !text.es.contains("incumpli"), "{text:?}");
        }
        let clock = case.only(rule, "2025-03-03");
        let text = message::clocks::text(&clock, &case.zone());
        assert_eq!(clock.state, state, "{rule}");
        assert!(text.es.contains(says), "{says}: {}", text.es);
    }
}

#[test]
fn what_was_not_read_is_said_to_be_not_read() {
    let case = Case {
        read: Some(Some("2024-12-01T15:00:00Z".parse().expect("an instant"))),
        ..case("PENAL COIP").entry("2024-11-25", ORAL.0, ORAL.1)
    };
    let clock = case.only("EC-COIP-621", "2025-01-10");
    let text = message::clocks::text(&clock, &case.zone());
    assert!(text.es.contains("no se ha leído desde el 01-dic-2024 10:00: nada se afirma"), "{}", text.es);
    assert!(text.en.contains("was not read since 1 Dec 2024 10:00: nothing is claimed"), "{}", text.en);
    let form = wire::clocks::to_json(&clock, &text, &case.docket);
    assert_eq!(form["claim"], serde_json::json!({"observed": false, "not_read_since": "2024-12-01T15:00:00Z"}));
}
