//! Target: `veedor report delays` over 10,000 cases of 200 entries takes less than 10 s once they were read. Reading their entries anew takes many
//! times that, which is why readings are kept.
//!
//! A store as the daemon makes it, with dockets of the length of real ones, and for each case what a report does: load the docket, take
//! the kept readings, run the clocks, count the figures. Each step is told as its CPU time, in the mean over all cases and the best of a few
//! rounds.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use veedor::days::{Calendar, Scope};
use veedor::delay::clocks::readings::Readings;
use veedor::delay::clocks::{Account, Look, Rules};
use veedor::delay::measures::{QUIET_DAYS, Study, figures};
use veedor::domain::case::{CaseNumber, CaseRef};
use veedor::domain::docket::{Docket, Entry, EntryKey, Heading, Party};
use veedor::domain::health::Health;
use veedor::domain::id::sha256;
use veedor::domain::page::Page;
use veedor::domain::schedule::Row;
use veedor::meaning::Meaning;
use veedor::store::cases::Head;
use veedor::store::commit::Visit;
use veedor::store::open::Options;
use veedor::store::{Cid, Store, Version};

use super::daemon::{List, Scene, number};
use super::table::Table;

/// How many cases are made; `VEEDOR_BENCH_CASES` says another number, such as all 10,000.
const CASES: usize = 1_000;
const ENTRIES: u64 = 200;
const ROUNDS: usize = 3;
/// A report is over so many.
const REPORTED: f64 = 10_000.0;
/// What the command may take, in seconds.
const COMMAND: f64 = 10.0;

/// In a thousand entries, how many of each: title, and with what its text begins. `{day}` is a day three weeks on, `{who}` a defendant.
const KINDS: [(u64, &str, &str); 14] = [
    (290, "ESCRITO", "ESCRITO, FePresentacion"),
    (190, "NOTIFICACION (RAZON DE NOTIFICACION)", "En Quito, se notificó con el auto que antecede a los casilleros señalados en autos. "),
    (120, "RAZON (RAZON)", "Siento por tal que en esta fecha pongo el proceso en el despacho del señor juez. Certifico. "),
    (
        150,
        "ATENDER PETICION (AUTO DE SUSTANCIACION)",
        "Agréguese al proceso el escrito que antecede. En lo principal, se concede el término de cinco días. ",
    ),
    (110, "PROVIDENCIA GENERAL (DECRETO)", "Incorpórese a los autos el escrito presentado; tómese en cuenta la casilla. "),
    (35, "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", "Se convoca a la audiencia de juicio para el {day}, a las 09h00, en la sala 105. "),
    (
        18,
        "DIFERIMIENTO DE AUDIENCIA (DECRETO)",
        "Se difiere la audiencia de juicio por pedido de la defensa; se señala para el {day}, a las 10h30. ",
    ),
    (12, "ACTA DE AUDIENCIA (ACTA)", "Siendo las 12h00 se da por concluida la presente audiencia de juicio. "),
    (6, "RAZON (RAZON)", "Siento por tal que se declara fallida la audiencia de juicio por inasistencia del fiscal. "),
    (40, "OFICIO (OFICIO)", "Remítase atento oficio a la entidad requerida, a fin de que informe en el término de tres días. "),
    (8, "PRISION PREVENTIVA (AUTO)", "Se dicta prisión preventiva en contra de {who}, y se gira la boleta. "),
    (4, "RAZON (RAZON)", "Siento por tal que el Tribunal anunció su decisión de forma oral. "),
    (
        5,
        "SENTENCIA (RESOLUCION)",
        "VISTOS: El Tribunal, administrando justicia en nombre del pueblo soberano, declara la culpabilidad de {who}. ",
    ),
    (12, "ACTA DE SORTEO", "Recibido el proceso, por sorteo de ley la competencia se radica en la unidad judicial. "),
];

/// What the texts go on with.
const MORE: [&str; 8] = [
    "Que mediante auto de 3 de mayo de 2023, a las 10h00, se avocó conocimiento de la causa. ",
    "La defensa técnica de {who} solicitó que se agreguen al proceso los documentos que acompaña. ",
    "Según el artículo 560 del código, y por cuanto el pedido se encuentra debidamente fundamentado, se lo atiende. ",
    "Por secretaría confiéranse las copias certificadas que se requieren, a costa del peticionario. ",
    "El señor fiscal expuso los hechos y anunció la prueba que presentará en el momento procesal oportuno. ",
    "Cúmplase con lo ordenado en providencia anterior, bajo prevenciones de ley. ",
    "Téngase en cuenta el correo electrónico y el casillero judicial que se señalan para futuras notificaciones. ",
    "De la revisión de los recaudos procesales se desprende que las partes fueron legalmente notificadas. ",
];

const PERSONS: [&str; 4] =
    ["FICTICIO PRUEBA JUAN CARLOS", "INVENTADA MUESTRA ANA LUCIA", "SUPUESTO EJEMPLO PEDRO JOSE", "IMAGINARIA FABULA ROSA ELENA"];

/// The court of the cases.
struct Court {
    meaning: Arc<Meaning>,
    rules: Arc<Rules>,
    calendar: Arc<Calendar>,
    zone: TimeZone,
    facts: BTreeMap<String, veedor::domain::case::Fact>,
    now: Timestamp,
}

/// How long the steps of a report took.
#[derive(Debug, Default, Clone, Copy)]
struct Steps {
    load: Duration,
    kept: Duration,
    clocks: Duration,
    figures: Duration,
}

impl Steps {
    fn all(&self) -> Duration {
        self.load + self.kept + self.clocks + self.figures
    }
}

pub fn measure(table: &mut Table) {
    table.head("Delays: a case of 200 entries, one core, warm");
    let court = Court {
        meaning: Meaning::shipped("ec", "es"),
        rules: Rules::shipped("ec"),
        calendar: Calendar::shipped("ec"),
        zone: TimeZone::get("America/Guayaquil").expect("a zone"),
        facts: BTreeMap::new(),
        now: "2026-03-04T15:00:00Z".parse().expect("an instant"),
    };
    let scene = Scene::new();
    let cases = std::env::var("VEEDOR_BENCH_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    scene.write(&List {
        sources: &[("ec-esatje".to_owned(), "http://127.0.0.1:9".to_owned())],
        cases,
        every: "1h",
        gap: None,
        receiver: None,
    });
    std::fs::create_dir_all(scene.path("state")).expect("a folder");
    let store = Store::open(&scene.path("state").join("store"), Options::new(court.now)).expect("the store opens");
    let cids = fill(&store, &court, cases);
    let anew = read_anew(&store, &court, &cids);
    let rounds: Vec<Steps> = (0..ROUNDS).map(|_| report(&store, &court, &cids)).collect();
    let best = |step: fn(&Steps) -> Duration| rounds.iter().map(step).min().unwrap_or_default();
    table.note("its entries read anew", millis(anew), "ms");
    for (what, step) in [
        ("its docket loaded", (|steps| steps.load) as fn(&Steps) -> Duration),
        ("its readings as they were kept", |steps| steps.kept),
        ("its clocks and hearings from them", |steps| steps.clocks),
        ("its figures", |steps| steps.figures),
    ] {
        table.note(what, millis(best(step)), "ms");
    }
    let all = millis(best(Steps::all));
    table.note("all of it, with readings as they were kept", all, "ms");
    table.note("  for 10,000 cases", all * REPORTED / 1e3, "s");
    table.note("  with every entry read anew", (all + millis(anew)) * REPORTED / 1e3, "s");
    drop(store);
    reported(table, &scene, cases);
}

/// The command over a whole store, by the clock on the wall. What it takes to start is told apart by asking for one case.
fn reported(table: &mut Table, scene: &Scene, cases: usize) {
    let took = |more: &[&str]| {
        let run = || {
            let began = Instant::now();
            let mut command = Command::new(env!("CARGO_BIN_EXE_veedor"));
            command.args(["report", "delays", "--csv", "-c"]).arg(scene.path("watchlist.toml")).args(more);
            let done = command.output().expect("it runs");
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            (began.elapsed(), done.stdout.iter().filter(|byte| **byte == b'\n').count())
        };
        (0..ROUNDS).map(|_| run()).min().expect("a round")
    };
    let (one, _) = took(&[&number(0)]);
    let (all, lines) = took(&[]);
    assert_eq!(lines, cases + 1, "a row for each case");
    let each = all.saturating_sub(one).as_secs_f64() / (cases as f64 - 1.0);
    table.note(&format!("veedor report delays over {cases} cases"), all.as_secs_f64(), "s");
    table.note("  over one", one.as_secs_f64(), "s");
    table.at_most("  over 10,000", one.as_secs_f64() + each * REPORTED, COMMAND, "s");
}

/// A store with the cases.
fn fill(store: &Store, court: &Court, cases: usize) -> Vec<Cid> {
    let cases: Vec<CaseRef> = (0..cases).map(|n| CaseRef { source: "ec-esatje".into(), number: number(n).replace('-', "") }).collect();
    let cids = store.register(&cases).expect("registered");
    for ((case, cid), nth) in cases.into_iter().zip(&cids).zip(0..) {
        let docket = docket(nth, ENTRIES);
        let named = CaseNumber { compact: case.number.replace('-', ""), canonical: case.number.clone(), parts: Default::default() };
        let published = veedor::wire::docket::to_json(&docket, &case.source, &named);
        let body = serde_json::to_vec(&published).expect("JSON");
        let page = Page {
            step: "acts".into(),
            url: "https://example.org/acts".into(),
            status: 200,
            headers: Vec::new(),
            body,
            charset: None,
            fetched_at: court.now,
        };
        let head = Head { version: 1, health: Health::Ok, pages_sha256: sha256(&page.body), ..Head::unvisited(case, court.now) };
        let version = Some(Version { number: 1, at: court.now, docket, pages: vec![page] });
        let visit = Visit { cid: *cid, row: Row::default(), head, missing: None, version, events: Vec::new(), deliveries: Vec::new() };
        store.commit(visit).expect("committed");
    }
    cids
}

/// What reading the entries of a case takes; the readings are kept.
fn read_anew(store: &Store, court: &Court, cids: &[Cid]) -> Duration {
    let mut took = Duration::ZERO;
    let mut bytes = 0;
    for cid in cids {
        let docket = store.docket(*cid, 1).expect("reads").expect("is there");
        let began = spent();
        let readings = black_box(court.rules.readings(&docket, &court.meaning));
        took += spent() - began;
        let kept = readings.to_bytes();
        bytes += kept.len();
        store.keep_readings(*cid, kept);
    }
    store.flush().expect("flushed");
    println!("  readings of a case take {} bytes before they are packed", bytes / cids.len());
    took / u32::try_from(cids.len()).unwrap_or(1)
}

/// What a report does for each case.
fn report(store: &Store, court: &Court, cids: &[Cid]) -> Steps {
    let (Court { meaning, rules, calendar, zone, facts, now }, mut steps) = (court, Steps::default());
    for cid in cids {
        let began = spent();
        let docket = store.docket(*cid, 1).expect("reads").expect("is there");
        steps.load += spent() - began;
        let began = spent();
        let kept = store.readings(*cid).expect("reads").expect("is kept");
        let readings = Readings::from_bytes(&kept, &docket, rules.reading_id(&docket, meaning)).expect("fits");
        steps.kept += spent() - began;
        let began = spent();
        let scope = Scope::default();
        let look = Look {
            docket: &docket,
            readings: &readings,
            meaning,
            zone: zone.clone(),
            calendar,
            scope: scope.clone(),
            facts,
            pins: &[],
            as_of: *now,
            read: Some(*now),
        };
        let Account { story, clocks, .. } = rules.account(&look);
        black_box(clocks);
        steps.clocks += spent() - began;
        let began = spent();
        let (actors, seen) = (readings.actors(&docket), BTreeMap::new());
        let study = Study {
            docket: &docket,
            actors: &actors,
            settings: &story.settings,
            story: &story,
            seen: &seen,
            judges: &[],
            watched_since: Some(*now),
            read: Some(*now),
            ended: None,
            calendar,
            scope,
            zone: zone.clone(),
            quiet: QUIET_DAYS,
            as_of: *now,
        };
        black_box(figures(&study).list.len());
        steps.figures += spent() - began;
    }
    let mean = |time: Duration| time / u32::try_from(cids.len()).unwrap_or(1);
    Steps { load: mean(steps.load), kept: mean(steps.kept), clocks: mean(steps.clocks), figures: mean(steps.figures) }
}

/// The docket of a case over about four years: made up, and the same each time.
pub fn docket(nth: u64, length: u64) -> Docket {
    let mut day = date(2022, 1, 3).saturating_add(i64::try_from(nth % 60).unwrap_or(0).days());
    let mut entries: Vec<Entry> = Vec::new();
    let step = (13 * ENTRIES / length.max(ENTRIES)).max(2);
    for at in 0..length {
        let drawn = draw(nth * length + at);
        day = day.saturating_add(i64::try_from(drawn % step).unwrap_or(0).days());
        entries.insert(0, entry(at, day, drawn));
    }
    let party = |(role, name): (&str, &str)| Party { role: role.into(), name: name.into() };
    let defendants = PERSONS.map(|name| party(("PROCESADO", name)));
    let parties = defendants.into_iter().chain([party(("FISCALÍA", "FISCALIA GENERAL DEL ESTADO"))]).collect();
    let heading =
        Heading { title: Some("ACCION PENAL PUBLICA".into()), court: Some("TRIBUNAL DE GARANTIAS PENALES".into()), ..Heading::default() };
    Docket { heading, parties, entries, ..Docket::default() }
}

/// An entry with a text of 100 to 1,200 characters, about 400 in the mean.
fn entry(at: u64, day: Date, drawn: u64) -> Entry {
    let mut place = (drawn >> 8) % 1_000;
    let kind = KINDS.iter().find(|(share, ..)| {
        let is_it = place < *share;
        place = place.saturating_sub(*share);
        is_it
    });
    let (_, title, begins) = kind.unwrap_or(&KINDS[0]);
    let unit = (drawn >> 20 & 0xffff) as f64 / 65_536.0;
    let length = 100 + (1_100.0 * unit.powf(2.67)) as usize;
    let mut text = (*begins).to_owned();
    for n in 0.. {
        let more = MORE[(draw(drawn + n) % 8) as usize];
        if text.len() + more.len() > length {
            break;
        }
        text.push_str(more);
    }
    let next = day.saturating_add(21.days());
    let months =
        ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"];
    let written = format!("{} de {} de {}", next.day(), months[usize::from(next.month().unsigned_abs()) - 1], next.year());
    let who = PERSONS[(drawn >> 40) as usize % PERSONS.len()];
    Entry {
        key: EntryKey(format!("{}", 31_000_000 + at)),
        date: Some(day),
        time: Some(jiff::civil::time(8 + (drawn % 9) as i8, (drawn >> 4 & 31) as i8, 0, 0)),
        title: (*title).to_owned(),
        text: text.replace("{day}", &written).replace("{who}", who),
        documents: Vec::new(),
        annulled: false,
        withheld: None,
        notice_of: None,
        extra: BTreeMap::from([("code".to_owned(), format!("{}", drawn % 900))]),
    }
}

fn draw(n: u64) -> u64 {
    n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9).rotate_left(31)
}

/// The CPU time of this thread so far: what else the machine does is no part of it.
fn spent() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
