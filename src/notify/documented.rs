//! The published side of webhooks, held: every kind of event has a row, a schema and an example, and what is sent is the example.
//!
//! For a new kind: a row in `docs/events/README.md`; its name in the enumeration of `docs/events/event.schema.json` and in one
//! family there (`allOf`); an event in [`example`]; then `VEEDOR_BLESS=1 cargo test --lib documented`, which writes the example and
//! the schema of the kind alone. Read both before the commit. The schema is judged by the `boon` crate, not by us.

use std::collections::BTreeSet;
use std::path::PathBuf;

use boon::{Compiler, Schemas};
use jiff::civil::{date, time};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Channel, Webhook, render};
use crate::domain::about::Language;
use crate::domain::case::CaseRef;
use crate::domain::clock_news::{ClockNews, is_of_clocks};
use crate::domain::clocks::State;
use crate::domain::event::{Actor, Audience, Event, EventKind as K, FieldChange, NOT_HELD, SILENT_SINCE};
use crate::domain::hearing::HearingStatus as H;
use crate::domain::report::{OURS, is_ours};
use crate::domain::sample;

/// The largest body (Standard Webhooks, "Payload").
const LARGEST: usize = 20_000;

/// One event of a kind, as the documentation shows it. All are fictional.
fn example(kind: K) -> Option<Event> {
    let act = |actor, title, excerpt| sample::entry(kind, actor, title, excerpt);
    let odd = |name: &str, before: Option<&str>, after: &str| {
        let field = FieldChange { field: name.into(), before: before.map(str::to_owned), after: Some(after.into()) };
        Event { field: Some(field), ..act(Actor::Clerk, "RAZON (RAZON)", "Siento por tal que se notificó a las partes.") }
    };
    let heading = |name: &str, before: Option<&str>, after: Option<&str>| {
        let field = FieldChange { field: name.into(), before: before.map(str::to_owned), after: after.map(str::to_owned) };
        Event { field: Some(field), ..sample::bare(kind) }
    };
    Some(match kind {
        K::HearingScheduled => set(kind, H::Convened, "Se señala para el 12 de marzo de 2024, a las 09h00, la audiencia de juicio."),
        K::HearingRescheduled => sample::rescheduled(),
        K::HearingMovedEarlier => {
            let mut event = Event { kind, id: sample::bare(kind).id, ..sample::rescheduled() };
            if let Some(hearing) = &mut event.hearing {
                hearing.mention.status = H::MovedEarlier;
                hearing.previous = Some((date(2024, 3, 20), Some(time(9, 0, 0, 0))));
            }
            event
        }
        K::HearingDeferred => {
            set(kind, H::Deferred, "Se difiere la audiencia de juicio del 12 de marzo de 2024, por falta de notificación.")
        }
        K::HearingSuspended => set(kind, H::Suspended, "Se suspende la audiencia de juicio del 12 de marzo de 2024."),
        K::HearingResumed => set(kind, H::Resumed, "Se reinstala la audiencia de juicio el 12 de marzo de 2024, a las 09h00."),
        K::HearingFailed => {
            let event = set(kind, H::Failed, "Se declara fallida la audiencia de juicio del 12 de marzo de 2024.");
            Event { field: Some(FieldChange { field: NOT_HELD.into(), before: None, after: Some("3".into()) }), ..event }
        }
        K::HearingRevoked => set(kind, H::Revoked, "Se revoca el señalamiento de la audiencia del 12 de marzo de 2024."),
        K::HearingHeld => set(kind, H::Held, "Acta de la audiencia de juicio del 12 de marzo de 2024."),
        K::HearingReminder => set(kind, H::Convened, "Se señala para el 12 de marzo de 2024, a las 09h00, la audiencia de juicio."),
        K::HearingSilent => set(kind, H::Convened, "Se señala para el 12 de marzo de 2024, a las 09h00, la audiencia de juicio."),
        K::RulingIssued => sample::ruling(),
        K::RulingOral => {
            set(kind, H::OralDecision, "Acta resumen: el Tribunal anuncia su decisión de manera oral; la sentencia escrita se notificará.")
        }
        K::OrderIssued => act(Actor::Court, "PROVIDENCIA GENERAL (DECRETO)", "Agréguese al expediente el escrito que antecede."),
        K::MeasureOrdered => act(Actor::Court, "AUTO (RESOLUCION)", "Se dicta prohibición de salida del país y presentación periódica."),
        K::MeasureLifted => act(Actor::Court, "AUTO (RESOLUCION)", "Se revoca la prohibición de salida del país."),
        K::FilingAdded => sample::filing(),
        K::AppealFiled => act(Actor::Party, "ESCRITO", "PERSONA FICTICIA UNO interpone recurso de apelación de la sentencia."),
        K::ProsecutionAct => act(Actor::Prosecutor, "IMPULSO FISCAL", "Se solicita que se recepte la versión de los peritos."),
        K::NotificationServed => act(Actor::Clerk, "SENTENCIA (RESOLUCION)", "Notificada a las partes por boleta y correo electrónico."),
        K::NotificationMissing => act(Actor::Court, "AUTO (RESOLUCION)", "VISTOS: Se califica la demanda. Notifíquese."),
        K::EntryAdded => act(Actor::Unknown, "OFICIO", "Oficio remitido a la institución financiera."),
        K::CaseFieldChanged => heading("status", Some("EN TRÁMITE"), Some("SENTENCIA")),
        K::JudgeChanged => heading("judge", Some("JUEZA FICTICIA UNO"), Some("JUEZ FICTICIO DOS")),
        K::PartyChanged => sample::party(),
        K::CaseLinked => sample::linked(),
        K::CaseClosed => act(Actor::Court, "AUTO DE ARCHIVO (AUTO)", "Se dispone el archivo de la causa."),
        K::CaseReopened => heading("status", Some("ARCHIVADO"), Some("EN TRÁMITE")),
        K::RecordEdited => sample::edited(),
        K::RecordRemoved => sample::removed(),
        K::RecordBackdated => {
            let field = odd("created_late", Some("2024-02-16 203900571"), "203900573").field;
            Event { field, ..sample::backdated() }
        }
        K::RecordHidden => act(Actor::Court, "AUTO (RESOLUCION)", ""),
        K::RecordMarked => odd(crate::domain::evidence::MARK, Some("S"), "N"),
        K::RecordRedated => {
            let mut event = act(Actor::Court, "AUTO (RESOLUCION)", "Se califica la demanda.");
            if let Some(entry) = &mut event.entry {
                (entry.before, entry.after) = (Some("2024-02-12".into()), Some("2024-02-19".into()));
            }
            event
        }
        K::DocumentReplaced => {
            let mut event = act(Actor::Court, "SENTENCIA (RESOLUCION)", "VISTOS: El Tribunal resuelve.");
            if let Some(entry) = &mut event.entry {
                (entry.before, entry.after) = (Some("sentencia.pdf".into()), Some("sentencia-1.pdf".into()));
            }
            event
        }
        K::RecordInconsistent => odd("act_date", Some("2024-02-19"), "2024-02-05"),
        K::RecordOffHours => odd("off_hours", Some("2024-02-17 23:40"), "1"),
        K::RecordOutOfOrder => odd("serial_order", Some("2024-02-20 203900570"), "2024-02-19 203900573"),
        K::RecordBurst => heading("entries_at_once", Some("2"), Some("64")),
        K::RecordNearDuplicate => odd("twin", Some("2024-02-19"), "0.97"),
        K::CaseReraffled => odd("earlier_raffle", Some("2024-02-12 08:15"), "2024-02-19 09:51"),
        K::RecordDisagreement => sample::disagreement(),
        K::ClockBreach => sample::late_ruling(),
        K::ClockWarning | K::ClockMet => {
            let late = sample::late_ruling();
            let told = ClockNews::of(&late).map(|told| match kind {
                K::ClockWarning => ClockNews { state: State::Warning, elapsed: 9, late: None, ..told },
                _ => ClockNews { state: State::MetLate, stop: Some(date(2025, 2, 18)), elapsed: 85, late: Some(75), ..told },
            });
            Event { field: told.map(|told| told.field()), kind, severity: kind.severity(), id: sample::bare(kind).id, ..late }
        }
        K::CaseSilent => heading(SILENT_SINCE, Some("2023-12-21"), Some("61")),
        K::CaseVanished => sample::vanished(),
        K::CaseReserved => Event { field: sample::vanished().field, ..sample::bare(kind) },
        K::CaseReturned => heading("missing_since", Some("2024-02-16T14:00:00Z"), None),
        K::CaseActivity => Event { version: 0, page_sha256: [0; 32], ..sample::bare(kind) },
        K::SourceDrift => sample::drift(),
        K::SilenceEnded => sample::silence_ended(),
        K::VeedorTest => Event::test(CaseRef { source: OURS.into(), number: "TEST".into() }, "datos", sample::seen_at()),
        _ => return sample::reports().into_iter().find(|report| report.kind == kind).or_else(|| report(kind)),
    })
}

/// A hearing of this kind, on 12 March.
fn set(kind: K, status: H, words: &str) -> Event {
    let mut event = Event { kind, severity: kind.severity(), id: sample::bare(kind).id, ..sample::doubtful() };
    if let Some(entry) = &mut event.entry {
        entry.excerpt = words.to_owned();
    }
    if let Some(hearing) = &mut event.hearing {
        hearing.mention.status = status;
        hearing.mention.span = None;
        hearing.mention.warnings.clear();
    }
    event
}

/// A report of another kind than the samples are of, after the one that is nearest.
fn report(kind: K) -> Option<Event> {
    use crate::domain::condition::{Class, Topic};
    use crate::domain::report::Report;
    let of = |report: Report, class, topic| Some(Report { class: Some(class), ..report }.event(topic, kind, sample::seen_at()));
    let numbered = match kind {
        K::SourceUnreadable => of(sample::blocked(), Class::Unreadable, Topic::Source),
        K::SourceUnavailable => of(sample::blocked(), Class::Unavailable, Topic::Source),
        K::SourceCasesUnread => of(sample::blocked(), Class::Unread, Topic::Unread),
        K::ChannelFailing => of(sample::disabled(), Class::Failing, Topic::Channel),
        K::ChannelGaveUp => of(sample::disabled(), Class::GaveUp, Topic::GaveUp),
        K::StoreRecovered => of(sample::low(), Class::Low, Topic::Store),
        _ => None,
    };
    numbered.map(|event| Event { seq: 4, ..event })
}

/// Names of examples and their events: one of each kind, and what is worth a second one.
fn examples() -> Vec<(String, Event)> {
    let one = |kind: &K| example(*kind).map(|event| (kind.name().to_owned(), event));
    K::ALL.iter().filter_map(one).chain([("hearing.scheduled-doubtful".to_owned(), sample::doubtful())]).collect()
}

fn body_of(event: &Event, watch: &crate::domain::case::Watch, url: &str) -> Vec<u8> {
    let about = crate::domain::about::About { case_url: url, ..sample::about(watch, Language::Es) };
    render(&Channel::Webhook(Webhook::default()), &sample::delivery("", &[]), std::slice::from_ref(event), &about).expect("renders").body
}

const URL: &str = "https://procesosjudiciales.funcionjudicial.gob.ec/busqueda";

fn shown(event: &Event) -> Value {
    serde_json::from_slice(&body_of(event, &sample::watch(), URL)).expect("JSON")
}

fn docs(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/events")).join(name)
}

/// Compares a published file with what it should be, or writes it.
fn hold(name: &str, wanted: &Value, wrong: &mut Vec<String>) {
    let (path, wanted) = (docs(name), format!("{wanted:#}\n"));
    if std::env::var_os("VEEDOR_BLESS").is_some() {
        std::fs::write(&path, &wanted).expect("it can be written");
    }
    if std::fs::read_to_string(&path).unwrap_or_default() != wanted {
        wrong.push(format!("docs/events/{name} is not what is sent; read it after VEEDOR_BLESS=1 cargo test --lib documented"));
    }
}

fn whole_schema() -> Value {
    serde_json::from_str(include_str!("../../docs/events/event.schema.json")).expect("JSON")
}

/// The family of a kind: the definition that its data follow.
fn family(whole: &Value, kind: K) -> Option<String> {
    let of_kind = |branch: &&Value| {
        branch["if"]["properties"]["type"]["enum"].as_array().is_some_and(|kinds| kinds.iter().any(|name| name == kind.name()))
    };
    let found: Vec<&Value> = whole["allOf"].as_array().expect("families").iter().filter(of_kind).collect();
    let [one] = found[..] else { return None };
    one["then"]["properties"]["data"]["$ref"].as_str().map(str::to_owned)
}

/// The schema of one kind alone: its family, and the definitions that it needs.
fn schema_of(whole: &Value, kind: K) -> Option<Value> {
    let family = family(whole, kind)?;
    let (mut wanted, mut defs) = (vec![family.clone()], BTreeSet::new());
    while let Some(reference) = wanted.pop() {
        let name = reference.rsplit('/').next().unwrap_or_default().to_owned();
        if defs.insert(name.clone()) {
            references(&whole["$defs"][&name], &mut wanted);
        }
    }
    let defs: Map<String, Value> = defs.iter().map(|name| (name.clone(), whole["$defs"][name].clone())).collect();
    let mut schema = whole.clone();
    let form = schema.as_object_mut().expect("an object");
    form.shift_remove("allOf");
    form.shift_remove("description");
    form.insert("$id".into(), json!(format!("schemas/{kind}.json")));
    form.insert("title".into(), json!(format!("The body of a veedor webhook of type {kind}")));
    form["properties"]["type"] = json!({"const": kind.name()});
    form["properties"]["data"] = json!({"$ref": family});
    form.insert("$defs".into(), Value::Object(defs));
    Some(schema)
}

/// Every `$ref` below a value.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(members) => members.iter().for_each(|member| references(member, found)),
        _ => {}
    }
}

/// What a schema says of a body: nothing, or why not.
fn verdict(schema: &Value, body: &Value) -> Result<(), String> {
    const PLACE: &str = "https://veedor.example/event.schema.json";
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.enable_format_assertions();
    let mut schema = schema.clone();
    schema["$id"] = json!(PLACE);
    compiler.add_resource(PLACE, schema).map_err(|error| error.to_string())?;
    let index = compiler.compile(PLACE, &mut schemas).map_err(|error| format!("{error:#}"))?;
    schemas.validate(body, index).map_err(|error| format!("{error:#}"))
}

#[test]
fn every_kind_has_a_row_a_schema_and_an_example_and_they_are_what_is_sent() {
    let (table, whole) = (include_str!("../../docs/events/README.md"), whole_schema());
    let named = whole["properties"]["type"]["enum"].as_array().expect("a list of types");
    let mut wrong = Vec::new();
    for kind in K::ALL {
        let row = format!("| `{kind}` | {} |", kind.severity().name());
        if !table.contains(&row) {
            wrong.push(format!("{kind}: docs/events/README.md lacks the row {row}"));
        }
        if !named.contains(&json!(kind.name())) || family(&whole, *kind).is_none() {
            wrong.push(format!("{kind}: docs/events/event.schema.json must name it in properties.type and in exactly one branch of allOf"));
        }
        if example(*kind).is_none() {
            wrong.push(format!("{kind}: there is no example of it in src/notify/documented.rs"));
        }
        if let Some(schema) = schema_of(&whole, *kind) {
            hold(&format!("schemas/{kind}.json"), &schema, &mut wrong);
        }
    }
    for (name, event) in examples() {
        hold(&format!("examples/{name}.json"), &shown(&event), &mut wrong);
    }
    for (folder, known) in [
        ("examples", examples().into_iter().map(|(name, _)| format!("{name}.json")).collect::<BTreeSet<_>>()),
        ("schemas", K::ALL.iter().map(|kind| format!("{kind}.json")).collect()),
    ] {
        for file in std::fs::read_dir(docs(folder)).expect("the folder").flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            if !known.contains(&name) {
                wrong.push(format!("docs/events/{folder}/{name} is of no kind"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_example_keeps_to_its_schemas() {
    let whole = whole_schema();
    for (name, event) in examples() {
        let body = shown(&event);
        assert_eq!(verdict(&whole, &body), Ok(()), "{name} and the schema of all");
        assert_eq!(verdict(&schema_of(&whole, event.kind).expect("a family"), &body), Ok(()), "{name} and its own schema");
    }
}

#[test]
fn a_body_of_another_shape_is_refused() {
    let whole = whole_schema();
    let mut refused = 0;
    for kind in K::ALL {
        let Some(event) = example(*kind) else { continue };
        let (good, own) = (shown(&event), schema_of(&whole, *kind).expect("a family"));
        let mut bad = Vec::new();
        for key in ["event_id", "seq", "prev_event_id", "severity", "summary", "case", "entry", "hearing", "seen", "note"] {
            let mut body = good.clone();
            body["data"].as_object_mut().expect("data").remove(key);
            bad.push((format!("without {key}"), body));
        }
        for (place, value) in [
            ("/type", json!("hearing.unheard_of")),
            ("/version", json!(2)),
            ("/timestamp", json!("yesterday")),
            ("/data/event_id", json!("1")),
            ("/data/seq", json!(0)),
            ("/data/severity", json!("loud")),
            ("/data/seen/page_sha256", json!("")),
            ("/data/case", json!("17721-2019-00029G")),
            ("/data/hearing", json!({"date": "2024-03-12"})),
            ("/data/entry", json!({"title": "x"})),
        ] {
            let mut body = good.clone();
            *body.pointer_mut(place).expect(place) = value;
            bad.push((format!("another {place}"), body));
        }
        for part in ["drift", "silence", "heartbeat", "condition", "disagreement"] {
            if good["data"].get(part).is_none() {
                let mut body = good.clone();
                body["data"][part] = json!({});
                bad.push((format!("with {part}"), body));
            }
        }
        for part in ["hearing", "entry", "field", "drift", "silence", "heartbeat", "condition", "disagreement"] {
            // What makes the kind what it is: without it the body is one of another kind.
            let is_needed = own["$defs"][family(&whole, *kind).expect("one").rsplit('/').next().expect("a name")]["required"]
                .as_array()
                .is_some_and(|all| all.contains(&json!(part)));
            if is_needed {
                let mut body = good.clone();
                body["data"].as_object_mut().expect("data").remove(part);
                bad.push((format!("without {part}"), body));
            }
        }
        for (what, body) in bad {
            assert!(verdict(&own, &body).is_err() && verdict(&whole, &body).is_err(), "{kind} {what} is taken: {body:#}");
            refused += 1;
        }
    }
    assert!(refused > K::ALL.len() * 20, "{refused}");
}

/// The event with this text wherever a source or a receiver has words.
fn swollen(mut event: Event, evil: &str) -> Event {
    let some = || Some(evil.to_owned());
    if let Some(entry) = &mut event.entry {
        entry.key.0 = evil.to_owned();
        entry.title = evil.to_owned();
        entry.excerpt = evil.to_owned();
        (entry.before, entry.after) = (some(), some());
    }
    if let Some(hearing) = &mut event.hearing {
        (hearing.mention.kind, hearing.mention.room, hearing.mention.platform) = (some(), some(), some());
        hearing.mention.warnings = vec![evil.to_owned(); 40];
        hearing.mention.span = Some((1, evil.len()));
        hearing.zone = evil.to_owned();
    }
    // What we wrote ourselves into a field has a form of its own, and keeps it.
    let has_form = matches!(event.kind, K::RecordDisagreement | K::CaseLinked | K::SilenceEnded) || is_of_clocks(event.kind);
    let is_told = event.kind.audience() == Audience::Subscriber && !has_form;
    // The name of a person in news of a time limit is a court's.
    if let Some(field) = event.field.as_mut().filter(|_| is_of_clocks(event.kind)) {
        field.before = some();
    }
    if let Some(field) = event.field.as_mut().filter(|_| is_told) {
        (field.before, field.after) = (field.before.as_ref().and_then(|_| some()), field.after.as_ref().and_then(|_| some()));
    }
    event.case.source = if is_ours(&event.case) { event.case.source } else { evil.to_owned() };
    event
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// `alerting.md` A3.8: whatever a court, a receiver or an operator writes, a body is JSON of at most 20 kB that keeps to its
    /// schema, with a count of what was left out.
    #[test]
    fn no_kind_grows_beyond_what_receivers_take(
        kind in proptest::sample::select(K::ALL),
        unit in proptest::collection::vec(
            prop_oneof![Just('"'), Just('\\'), Just('\u{1}'), Just('\u{7f}'), Just('\u{202e}'), Just('😀'), Just('ñ'), Just('a'), Just(' '), any::<char>()],
            1..12,
        ),
        length in 1_usize..9_000,
    ) {
        let evil: String = unit.iter().cycle().take(length).collect();
        let mut watch = sample::watch();
        (watch.name, watch.note) = (Some(evil.clone()), Some(evil.clone()));
        watch.number.canonical.clone_from(&evil);
        watch.tags = vec![evil.clone(); 80];
        let event = example(kind).map(|event| swollen(event, &evil)).expect("an example");
        let bytes = body_of(&event, &watch, &format!("https://example.org/{evil}"));
        prop_assert!(bytes.len() <= LARGEST, "{} bytes", bytes.len());
        let body: Value = serde_json::from_slice(&bytes).expect("JSON");
        let whole = whole_schema();
        prop_assert_eq!(verdict(&schema_of(&whole, kind).expect("a family"), &body), Ok(()), "{}", body);
        // Eighty tags are never all shown.
        prop_assert!(body["data"]["case"].is_null() || body["data"]["omitted"]["case.tags"].as_u64().is_some_and(|left| left >= 30));
    }
}
