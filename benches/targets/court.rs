//! A court in e-SATJE's wire shape, and a receiver of webhooks: what is published, when its last byte left, when news of
//! it arrived.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::http::{Question, Reply, serve};

pub const INFO: &str = "/EXPEL-CONSULTA-CAUSAS-SERVICE/api/consulta-causas/informacion/getInformacionJuicio/";
pub const INCIDENTS: &str = "/EXPEL-CONSULTA-CAUSAS-CLEX-SERVICE/api/consulta-causas-clex/informacion/getIncidenteJudicatura/";
pub const ACTS: &str = "/EXPEL-CONSULTA-CAUSAS-SERVICE/api/consulta-causas/informacion/actuacionesJudiciales";

/// The word before the number of a new act, by which its webhook is known again.
const SIGN: &str = "SENAL";

/// How large a docket is.
#[derive(Clone, Copy)]
pub struct Size {
    pub acts: usize,
    pub words: usize,
}

/// Twelve acts of a line each: 6 KB. What a request costs by itself weighs most here.
pub const SMALL: Size = Size { acts: 12, words: 10 };

/// Sixty acts of two hundred words: 110 KB, a case of some years.
pub const USUAL: Size = Size { acts: 60, words: 200 };

/// The court. Clones share everything.
#[derive(Clone)]
pub struct Court {
    inner: Arc<Inner>,
}

struct Inner {
    size: Size,
    requests: AtomicU64,
    visits: AtomicU64,
    record: Mutex<Record>,
}

#[derive(Default)]
struct Record {
    pages: HashMap<String, Arc<Vec<u8>>>,
    news: HashMap<String, Vec<u64>>,
    /// New acts are published from this time on, at so many a second, up to so many.
    plan: Option<(Instant, f64, u64)>,
    published: u64,
    left: HashMap<u64, Instant>,
    took: Vec<Duration>,
    heard: u64,
}

impl Court {
    pub fn new(size: Size) -> Self {
        Self { inner: Arc::new(Inner { size, requests: AtomicU64::new(0), visits: AtomicU64::new(0), record: Mutex::default() }) }
    }

    /// Another address under which it answers.
    pub fn open(&self) -> String {
        let court = self.clone();
        format!("http://{}", serve(move |question| court.answer(&question)))
    }

    /// A receiver of webhooks that knows what this court published.
    pub fn receiver(&self) -> SocketAddr {
        let court = self.clone();
        serve(move |question| court.heard(&question))
    }

    /// Requests so far, robots.txt included.
    pub fn requests(&self) -> u64 {
        self.inner.requests.load(Ordering::Relaxed)
    }

    /// Answers with the list of acts so far: one a visit.
    pub fn visits(&self) -> u64 {
        self.inner.visits.load(Ordering::Relaxed)
    }

    /// Publishes new acts from now on: each in the next answer of whatever case is asked for.
    pub fn publish(&self, a_second: f64, most: u64) {
        let mut record = self.record();
        let most = record.published + most;
        record.plan = Some((Instant::now(), a_second, most));
    }

    /// How many new acts were published, and of how many the receiver heard.
    pub fn told(&self) -> (u64, u64) {
        let record = self.record();
        (record.published, record.heard)
    }

    /// From the last byte of each new act to the first byte of its webhook, sorted.
    pub fn delays(&self) -> Vec<Duration> {
        let mut took = self.record().took.clone();
        took.sort();
        took
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.inner.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, question: &Question) -> Reply {
        self.inner.requests.fetch_add(1, Ordering::Relaxed);
        let page = |value: Value| (200, Arc::new(value.to_string().into_bytes()));
        if let Some(id) = question.path.strip_prefix(INFO) {
            page(info(id))
        } else if let Some(id) = question.path.strip_prefix(INCIDENTS) {
            page(incidents(id))
        } else if question.path == ACTS {
            self.inner.visits.fetch_add(1, Ordering::Relaxed);
            let asked: Value = serde_json::from_slice(&question.body).unwrap_or_default();
            self.acts(asked["idJuicio"].as_str().unwrap_or_default().trim())
        } else {
            (404, Arc::default())
        }
    }

    fn acts(&self, id: &str) -> Reply {
        let mut record = self.record();
        let new = record.publish(id);
        if new.is_some() || !record.pages.contains_key(id) {
            let news = record.news.get(id).map(Vec::as_slice).unwrap_or_default();
            let page = Arc::new(page(id, self.inner.size, news).to_string().into_bytes());
            record.pages.insert(id.to_owned(), page);
        }
        let page = record.pages[id].clone();
        if let Some(serial) = new {
            // The answer leaves in one write right after this.
            record.left.insert(serial, Instant::now());
        }
        (200, page)
    }

    fn heard(&self, question: &Question) -> Reply {
        let text = String::from_utf8_lossy(&question.body);
        let digits = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<u64>().ok();
        if let Some(serial) = text.split_once(SIGN).and_then(|(_, rest)| digits(rest)) {
            let mut record = self.record();
            record.heard += 1;
            if let Some(left) = record.left.remove(&serial) {
                record.took.push(question.first_byte.saturating_duration_since(left));
            }
        }
        (204, Arc::default())
    }
}

impl Record {
    fn publish(&mut self, id: &str) -> Option<u64> {
        let (began, a_second, most) = self.plan?;
        let so_far = self.published as f64;
        if self.published >= most || so_far >= began.elapsed().as_secs_f64() * a_second {
            return None;
        }
        self.published += 1;
        self.news.entry(id.to_owned()).or_default().push(self.published);
        Some(self.published)
    }
}

/// The acts, newest first.
fn page(id: &str, size: Size, news: &[u64]) -> Value {
    const TITLES: [&str; 4] = ["ESCRITO", "PROVIDENCIA GENERAL (DECRETO)", "RAZON (RAZON)", "OFICIO (OFICIO)"];
    let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let fresh = news.iter().rev().map(|n| {
        let at = format!("{today}T{:02}:{:02}:{:02}.000+00:00", n / 3600 % 24, n / 60 % 60, n % 60);
        act(id, 1_000_000 + n, &at, "PROVIDENCIA GENERAL (DECRETO)", &format!("<p>Agr&eacute;guese el escrito a los autos, {SIGN}{n}.</p>"))
    });
    let old = (0..size.acts).rev().map(|n| {
        let text = words(id, n, size.words);
        act(id, n as u64 + 1, &format!("2025-{:02}-{:02}T14:00:00.000+00:00", n / 28 % 12 + 1, n % 28 + 1), TITLES[n % 4], &text)
    });
    fresh.chain(old).collect()
}

fn act(id: &str, serial: u64, at: &str, title: &str, text: &str) -> Value {
    let origin = if title == "ESCRITO" { "EscritosPrimera" } else { "ProvPrimera" };
    json!({"codigo": serial, "idJudicatura": &id[..5], "idJuicio": format!("{id:<15}"), "fecha": at, "tipo": format!("{title} "),
           "actividad": text, "visible": "S", "origen": origin, "idMovimientoJuicioIncidente": 26_000_001, "ieTablaReferencia": origin,
           "ieDocumentoAdjunto": "N", "escapeOut": "false", "uuid": "", "alias": "", "nombreArchivo": "", "tipoIngreso": "O",
           "idTablaReferencia": "26000001"})
}

/// Words that differ from case to case and do not compress to nothing.
fn words(id: &str, nth: usize, many: usize) -> String {
    const WORDS: [&str; 16] = [
        "en",
        "lo",
        "principal",
        "p&oacute;ngase",
        "conocimiento",
        "partes",
        "procesales",
        "escrito",
        "contenido",
        "defensa",
        "t&eacute;cnica",
        "audiencia",
        "se",
        "dispone",
        "oficiar",
        "secretar&iacute;a",
    ];
    let seed = id.bytes().chain(nth.to_le_bytes()).fold(7u64, |hash, byte| hash.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte));
    let mut text = format!("<p>Fojas {}. ", seed % 10_000);
    let mut state = seed;
    for _ in 0..many {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.push_str(WORDS[(state >> 60) as usize]);
        text.push(' ');
    }
    text.push_str("C&Uacute;MPLASE.</p>");
    text
}

fn info(id: &str) -> Value {
    json!([{"id": 1, "idJuicio": id, "estadoActual": null, "idMateria": 27, "nombreDelito": "DELINCUENCIA ORGANIZADA",
            "fechaIngreso": "2024-01-07T14:50:42.827+00:00", "nombreMateria": "PENAL COIP", "nombreTipoAccion": "ACCIÓN PENAL PÚBLICA", "iedocumentoAdjunto": "N"}])
}

fn incidents(id: &str) -> Value {
    json!([{"idJudicatura": id[..5], "nombreJudicatura": "UNIDAD JUDICIAL DE PRUEBAS", "ciudad": "QUITO", "lstIncidenteJudicatura": [
        {"idIncidenteJudicatura": 27_000_001, "idMovimientoJuicioIncidente": 26_000_001, "idJudicaturaDestino": id[..5], "fechaCrea": "2024-01-07T09:50:42.827",
         "incidente": 1, "lstLitiganteActor": [{"tipoLitigante": "FISCALÍA", "nombresLitigante": "FISCALIA GENERAL DEL ESTADO", "representadoPor": "", "idLitigante": 1}],
         "lstLitiganteDemandado": [{"tipoLitigante": "PERSONA PROCESADA", "nombresLitigante": "PERSONA FICTICIA UNO", "representadoPor": null, "idLitigante": 2}],
         "litiganteActor": null, "litiganteDemandado": null}]}])
}
