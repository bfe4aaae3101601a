//! Targets: 50,000 entries a second are classified on one core, and 5,000 bodies of 4 KB a second are read for hearings.
//!
//! Both are told as the time for one, beside that of a baseline which only puts the same words into lower case and splits them. The
//! least of many rounds counts, so that whatever else the machine does hits none of them.

use std::hint::black_box;
use std::time::{Duration, Instant};

use jiff::ToSpan;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use veedor::domain::case::CaseRef;
use veedor::domain::docket::{Docket, Entry, EntryKey};
use veedor::meaning::Meaning;
use veedor::meaning::calendar::Calendar;

use super::table::Table;

const ROUNDS: usize = 60;

/// How many entries are classified in a round, and how many bodies are read.
const ENTRIES: usize = 2_000;
const BODIES: usize = 100;
const BODY: usize = 4096;
/// Entries of the docket that the calendar reads.
const DOCKET: usize = 200;

/// Titles and the first words of their texts, as dockets have them: most are service, filings and small orders.
const ECUADOR: [(&str, &str); 10] = [
    ("ESCRITO", "ESCRITO, FePresentacion"),
    ("NOTIFICACION (RAZON DE NOTIFICACION)", "En Quito, se notificó con el auto que antecede a los casilleros señalados en autos."),
    ("RAZON (RAZON)", "Siento por tal que en esta fecha pongo el proceso en el despacho del señor juez. Certifico."),
    (
        "ATENDER PETICION (AUTO DE SUSTANCIACION)",
        "Agréguese al proceso el escrito que antecede. En lo principal, se concede el término de cinco días.",
    ),
    ("PROVIDENCIA GENERAL (DECRETO)", "Incorpórese a los autos el escrito presentado el 12 de marzo de 2024; tómese en cuenta la casilla."),
    (
        "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)",
        "Se convoca a la audiencia de juicio para el 12 de marzo de 2024, a las 09h00, en la sala 105.",
    ),
    (
        "DIFERIMIENTO DE AUDIENCIA (DECRETO)",
        "Se difiere la audiencia señalada para el 12 de marzo de 2024, a las 09h00, por pedido de la defensa.",
    ),
    ("OFICIO (OFICIO)", "Remítase atento oficio a la entidad requerida, a fin de que informe en el término de tres días."),
    ("SENTENCIA (RESOLUCION)", "VISTOS: El Tribunal, administrando justicia en nombre del pueblo soberano, declara sin lugar la demanda."),
    ("ACTA DE SORTEO", "Recibido el proceso en la ciudad de Quito, por sorteo de ley la competencia se radica en la unidad judicial."),
];
const COLOMBIA: [(&str, &str); 8] = [
    ("Fijacion estado", "Actuación registrada el 11/03/2024 a las 15:20:11."),
    ("Al despacho", ""),
    ("Recepción memorial", "Allega poder y solicita reconocer personería."),
    (
        "Auto fija fecha audiencia y/o diligencia",
        "Fíjese el día veinte (20) de marzo de dos mil veinticuatro (2024), a las ocho de la mañana.",
    ),
    ("Constancia secretarial", "Ingresa para proveer."),
    ("Auto decreta medida cautelar", ""),
    ("Auto requiere", "A la parte actora, por el término de treinta días."),
    ("Auto termina proceso por Pago", "Ordena levantar las medidas."),
];

pub fn measure(table: &mut Table) {
    table.head("Meaning: one core");
    let day = date(2024, 3, 4);
    for (name, jurisdiction, list) in [("Ecuador", "ec", ECUADOR.as_slice()), ("Colombia", "co", COLOMBIA.as_slice())] {
        let meaning = Meaning::shipped(jurisdiction, "es");
        let entries: Vec<Entry> = list.iter().map(|(title, text)| entry(title, text)).collect();
        let many: Vec<&Entry> = entries.iter().cycle().take(ENTRIES).collect();
        let ours = least(|| classify(&meaning, &many, day)).div_f64(ENTRIES as f64);
        table.at_most(&format!("an entry of {name} classified, title and short text"), micros(ours), 20.0, "µs");
        compare(table, &many, ours);
    }
    let meaning = Meaning::shipped("ec", "es");
    let body = entry("AUTO GENERAL (AUTO)", &body());
    let many: Vec<&Entry> = std::iter::repeat_n(&body, BODIES).collect();
    let ours = least(|| classify(&meaning, &many, day)).div_f64(BODIES as f64);
    table.at_most("a body of 4 KB read for hearings", micros(ours), 200.0, "µs");
    compare(table, &many, ours);
    calendar(table, &meaning);
}

/// What a day of the calendar costs: it reads every docket once a day, and at a start, through all its entries.
fn calendar(table: &mut Table, meaning: &Meaning) {
    let named = |(nth, (title, text)): (usize, &(&str, &str))| Entry {
        key: EntryKey(nth.to_string()),
        date: Some(date(2024, 3, 1).saturating_sub(i32::try_from(nth / 4).unwrap_or(0).days())),
        ..entry(title, text)
    };
    let entries = ECUADOR.iter().cycle().take(DOCKET).enumerate().map(named).collect();
    let docket = Docket { entries, ..Docket::default() };
    let case = CaseRef { source: "ec-esatje".into(), number: "17721202400011G".into() };
    let at = "2024-03-04T15:00:00Z".parse().expect("an instant");
    let zone = TimeZone::get("America/Guayaquil").expect("a zone");
    let calendar = Calendar {
        case: &case,
        zone,
        docket: &docket,
        version: 3,
        page_sha256: [0; 32],
        watched_since: at,
        remind: &[],
        silent_after: Some(60),
        read_at: at,
        twins: &[],
    };
    let ours = least(|| black_box(meaning.due(&calendar, at)).events.len());
    table.note("a docket of 200 entries asked what is due", micros(ours) / 1000.0, "ms");
}

fn compare(table: &mut Table, entries: &[&Entry], ours: Duration) {
    let base =
        least(|| entries.iter().map(|entry| lowered(&entry.title) + lowered(&entry.text)).sum::<usize>()).div_f64(entries.len() as f64);
    table.note("  against putting it into lower case and splitting it", micros(ours) / micros(base), "×");
}

fn classify(meaning: &Meaning, entries: &[&Entry], day: Date) -> usize {
    entries.iter().map(|entry| black_box(meaning.classify(entry, Some(day))).kinds.len()).sum()
}

fn lowered(text: &str) -> usize {
    black_box(text.to_lowercase()).split_whitespace().count()
}

fn least(mut run: impl FnMut() -> usize) -> Duration {
    let once = |run: &mut dyn FnMut() -> usize| {
        let began = Instant::now();
        black_box(run());
        began.elapsed()
    };
    (0..ROUNDS).map(|_| once(&mut run)).min().unwrap_or_default()
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// An order that tells the history of its case, and at its end sets a hearing.
fn body() -> String {
    let history = "Que mediante auto de 3 de mayo de 2023, a las 10h00, se avocó conocimiento de la causa; el señor fiscal expuso los hechos, \
        y la defensa técnica solicitó que se agreguen al proceso los documentos que acompaña, según el artículo 560 del código. ";
    let order =
        "Por lo expuesto, se convoca a los sujetos procesales a la audiencia de juicio para el martes 12 de marzo de 2024, a las 09h00.";
    let mut body = history.repeat((BODY - order.len()) / history.len());
    body.push_str(order);
    body
}

fn entry(title: &str, text: &str) -> Entry {
    Entry {
        key: EntryKey("k".into()),
        date: None,
        time: None,
        title: title.into(),
        text: text.into(),
        documents: Vec::new(),
        annulled: false,
        withheld: None,
        notice_of: None,
        extra: Default::default(),
    }
}
