//! A court in e-SATJE's wire shape, or in e-SAJ's, with a script of changes and faults.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

pub use super::fault::Fault;
use super::fault::tls;
use super::http::{Answer, Question, serve, serve_tls};
use super::saj;
use super::state::Shared;

const INFO: &str = "/EXPEL-CONSULTA-CAUSAS-SERVICE/api/consulta-causas/informacion/getInformacionJuicio/";
const INCIDENTS: &str = "/EXPEL-CONSULTA-CAUSAS-CLEX-SERVICE/api/consulta-causas-clex/informacion/getIncidenteJudicatura/";
const ACTS: &str = "/EXPEL-CONSULTA-CAUSAS-SERVICE/api/consulta-causas/informacion/actuacionesJudiciales";

/// How many acts a case begins with.
const OLD_ACTS: usize = 12;

/// An act on the record.
#[derive(Debug, Clone)]
pub struct Act {
    pub serial: u64,
    pub at: String,
    pub title: String,
    pub text: String,
    pub origin: String,
    pub visible: String,
}

#[derive(Default)]
struct Record {
    cases: BTreeMap<String, Vec<Act>>,
    asked: BTreeMap<String, u64>,
    fault: Option<Fault>,
    /// Whether the lists of acts alone have the fault.
    only_acts: bool,
    serial: u64,
    requests: u64,
    /// Answers so far, by which those that differ from time to time do so.
    answers: usize,
    searches: u64,
    tagged: bool,
    not_modified: u64,
    reserved: BTreeSet<String>,
    /// Whether it shows pages as e-SAJ does.
    saj: bool,
    /// Parties by role and name, and the subject, where they are not the usual ones.
    people: BTreeMap<String, (Vec<(String, String)>, String)>,
}

/// The court.
pub struct Court {
    record: Shared<Record>,
    scheme: &'static str,
    address: std::net::SocketAddr,
}

impl Court {
    pub fn open() -> Self {
        let record: Shared<Record> = Shared::new(Record::default());
        let inside = record.clone();
        let address = serve(move |question| inside.change(|record| record.answer(question)));
        Self { record, scheme: "http", address }
    }

    /// A court that shows HTML pages, as e-SAJ does.
    pub fn open_saj() -> Self {
        let court = Self::open();
        court.record.change(|record| record.saj = true);
        court
    }

    /// A court that is asked over TLS, with a certificate of the root in `tests/fixtures/court-tls`.
    pub fn open_tls() -> Self {
        let record: Shared<Record> = Shared::new(Record::default());
        let (inside, shown) = (record.clone(), record.clone());
        // Whom the certificate keeps out gets no further than this, and is counted as who asks something.
        let certificate = move || {
            shown.change(|record| {
                record.requests += 1;
                tls(record.fault)
            })
        };
        let address = serve_tls(certificate, move |question| inside.change(|record| record.answer(question)));
        Self { record, scheme: "https", address }
    }

    pub fn base(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// A case with twelve old acts, four of them at a weekend: this court keeps no hours, so that what is published while the tests run is
    /// odd at no time of day.
    pub fn add_case(&self, number: &str) {
        let id = id_of(number);
        self.record.change(|record| record.cases.insert(id.clone(), Vec::new()));
        let kinds = ["ESCRITO", "PROVIDENCIA GENERAL (DECRETO)", "RAZON (RAZON)", "OFICIO (OFICIO)"];
        for n in 0..OLD_ACTS {
            let text = format!("<p>Actuaci&oacute;n de base n&uacute;mero {n}, BASE{id}N{n}.</p>");
            self.act_at(number, kinds[n % kinds.len()], &text, &format!("2025-03-{:02}T14:{n:02}:00.{n:03}+00:00", n + 1));
        }
    }

    /// Adds so many acts of years ago to a case.
    pub fn add_years(&self, number: &str, acts: i64) {
        for n in 0..acts {
            let at = jiff::Timestamp::from_second(1_420_000_000 + n * 20_000).expect("a time");
            let text = format!("<p>Raz&oacute;n n&uacute;mero {n} de un proceso largo.</p>");
            self.act_at(number, "RAZON (RAZON)", &text, &at.strftime("%Y-%m-%dT%H:%M:%S.000+00:00").to_string());
        }
    }

    /// Publishes an act now.
    pub fn act(&self, number: &str, title: &str, text: &str) -> u64 {
        let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.000+00:00").to_string();
        self.act_at(number, title, text, &now)
    }

    /// Publishes an act with this time.
    pub fn act_at(&self, number: &str, title: &str, text: &str, at: &str) -> u64 {
        let id = id_of(number);
        self.record.change(|record| {
            record.serial += 7;
            let origin = if title.starts_with("ESCRITO") { "EscritosPrimera" } else { "ProvPrimera" };
            let act = Act {
                serial: record.serial,
                at: at.into(),
                title: title.into(),
                text: text.into(),
                origin: origin.into(),
                visible: "S".into(),
            };
            record.cases.get_mut(&id).expect("a known case").push(act);
            record.serial
        })
    }

    /// Changes the record of a case.
    pub fn change(&self, number: &str, change: impl FnOnce(&mut Vec<Act>)) {
        let id = id_of(number);
        self.record.change(|record| change(record.cases.get_mut(&id).expect("a known case")));
    }

    /// Gives a case these parties, by role and name, and this subject.
    pub fn people(&self, number: &str, parties: &[(&str, &str)], subject: &str) {
        let parties = parties.iter().map(|(role, name)| ((*role).to_owned(), (*name).to_owned())).collect();
        self.record.change(|record| record.people.insert(id_of(number), (parties, subject.to_owned())));
    }

    /// Says of a case that it is reserved, or shows it again.
    pub fn reserve(&self, number: &str, reserved: bool) {
        let id = id_of(number);
        self.record.change(|record| if reserved { record.reserved.insert(id) } else { record.reserved.remove(&id) });
    }

    /// Breaks or mends the site.
    pub fn fault(&self, fault: Option<Fault>) {
        self.fault_in(fault, false);
    }

    /// Breaks or mends the site, or its lists of acts alone.
    pub fn fault_in(&self, fault: Option<Fault>, acts: bool) {
        self.record.change(|record| (record.fault, record.only_acts) = (fault, acts));
    }

    /// Waits until every case was asked for its acts this many times more.
    pub fn wait_visits(&self, more: u64) -> bool {
        let goal: BTreeMap<String, u64> = {
            let record = self.record.get();
            record.cases.keys().map(|id| (id.clone(), record.asked.get(id).copied().unwrap_or_default() + more)).collect()
        };
        self.record.wait(|record| goal.iter().all(|(id, times)| record.asked.get(id).copied().unwrap_or_default() >= *times))
    }

    /// Waits until a case was asked for its acts this often.
    pub fn wait_asked(&self, number: &str, times: u64) -> bool {
        let id = id_of(number);
        self.record.wait(|record| record.asked.get(&id).is_some_and(|asked| *asked >= times))
    }

    /// Waits until this many more requests came.
    pub fn wait_requests(&self, more: u64) -> bool {
        let goal = self.record.get().requests + more;
        self.record.wait(|record| record.requests >= goal)
    }

    /// Gives entity tags from now on, and says "not modified" to who shows one.
    pub fn tag_answers(&self) {
        self.record.change(|record| record.tagged = true);
    }

    /// Waits until this many more answers were "not modified".
    pub fn wait_not_modified(&self, more: u64) -> bool {
        let goal = self.record.get().not_modified + more;
        self.record.wait(|record| record.not_modified >= goal)
    }

    /// How often the acts of a case were asked for.
    pub fn asked(&self, number: &str) -> u64 {
        let id = id_of(number);
        self.record.get().asked.get(&id).copied().unwrap_or_default()
    }

    /// How many requests came.
    pub fn requests(&self) -> u64 {
        self.record.get().requests
    }

    /// How often the search endpoints were used, which claim a solved captcha.
    pub fn searches(&self) -> u64 {
        self.record.get().searches
    }
}

impl Record {
    fn answer(&mut self, question: &Question) -> Answer {
        let fault = self.fault;
        self.fault = fault.filter(|_| !self.only_acts || question.path == ACTS || question.path.starts_with(saj::SEARCH));
        let answer = self.answer_as_it_is(question);
        self.fault = fault;
        answer
    }

    fn answer_as_it_is(&mut self, question: &Question) -> Answer {
        self.requests += 1;
        if question.path == "/robots.txt" && !self.fault.is_some_and(Fault::is_of_the_site) {
            return Answer::Send { status: 404, kind: "text/plain", body: b"none".to_vec() };
        }
        if (question.header("origin").is_empty() && !self.saj) || !question.header("user-agent").starts_with("veedor/") {
            return Answer::Drop;
        }
        if self.saj {
            return self.saj_page(question);
        }
        if let Some(instead) = self.fault.and_then(Fault::instead) {
            return instead;
        }
        if question.path.contains("buscarCausas") || question.path.contains("contarCausas") {
            self.searches += 1;
        }
        let value = if let Some(id) = question.path.strip_prefix(INFO) {
            self.with_case(id, |shown| {
                let mut info = info(shown, self.reserved.contains(shown));
                if let Some((_, subject)) = self.people.get(shown).filter(|_| !self.reserved.contains(shown)) {
                    info[0]["nombreDelito"] = json!(subject);
                }
                info
            })
        } else if let Some(id) = question.path.strip_prefix(INCIDENTS) {
            self.with_case(id, |shown| {
                let mut incidents = incidents(shown);
                if let Some((parties, _)) = self.people.get(shown) {
                    let litigants = parties.iter().zip(3..).map(|((role, name), id)| {
                        json!({"tipoLitigante": role, "nombresLitigante": name, "representadoPor": null, "idLitigante": id})
                    });
                    incidents[0]["lstIncidenteJudicatura"][0]["lstLitiganteDemandado"] = litigants.collect();
                }
                incidents
            })
        } else if question.path == ACTS && question.method == "POST" {
            self.acts(&serde_json::from_slice(&question.body).unwrap_or_default())
        } else {
            return Answer::Send { status: 404, kind: "application/json", body: b"{}".to_vec() };
        };
        if let Some(fault) = self.fault {
            return fault.sent(&value);
        }
        if self.tagged && question.method == "GET" {
            let (body, tag) = (value.to_string().into_bytes(), format!("\"{}\"", value.to_string().len()));
            let same = question.header("if-none-match") == tag;
            self.not_modified += u64::from(same);
            return Answer::Tagged { tag, body: (!same).then_some(body) };
        }
        Answer::json(&value)
    }

    fn saj_page(&mut self, question: &Question) -> Answer {
        let asked = saj::searched(&question.path);
        let page = match self.fault {
            Some(Fault::Captcha) => saj::captcha(),
            Some(Fault::EmptyAll) if asked.is_empty() => saj::form(),
            Some(Fault::EmptyAll) => saj::nothing(),
            fault => match fault.and_then(Fault::instead) {
                Some(instead) => return instead,
                None if question.path == saj::OPEN => saj::form(),
                None if self.cases.contains_key(&asked) => {
                    *self.asked.entry(asked.clone()).or_default() += 1;
                    let id = self.shown(&asked);
                    let acts = self.listed(&id);
                    saj::case(&id, &acts)
                }
                None => saj::nothing(),
            },
        };
        self.fault.unwrap_or(Fault::Reordered).sent_page(page)
    }

    fn with_case(&self, id: &str, make: impl Fn(&str) -> Value) -> Value {
        if !self.cases.contains_key(id) {
            return json!([]);
        }
        make(&self.shown(id))
    }

    /// The case whose page is shown: another one when the site mixes them up.
    fn shown(&self, id: &str) -> String {
        match self.fault {
            Some(Fault::WrongCase) => self.cases.keys().find(|other| *other != id).cloned().unwrap_or_else(|| "17721209999999".into()),
            _ => id.to_owned(),
        }
    }

    /// What is on the record of a case, as the site shows it: the newest first.
    fn listed(&mut self, id: &str) -> Vec<Act> {
        let mut acts: Vec<Act> = self.cases.get(id).cloned().unwrap_or_default();
        acts.sort_by(|a, b| b.at.cmp(&a.at));
        self.answers += 1;
        match self.fault {
            Some(Fault::EmptyActs) => acts.clear(),
            Some(Fault::HalfList) => acts.truncate(acts.len() / 3),
            Some(Fault::OldList) => drop(acts.drain(..acts.len() / 2)),
            // What the case began with has long reached every copy.
            Some(Fault::Lagging) if self.answers.is_multiple_of(2) && acts.len() > OLD_ACTS => drop(acts.remove(0)),
            Some(Fault::Reordered) => {
                let by = self.answers * 5 % acts.len();
                acts.rotate_left(by);
                acts.swap(0, 1);
            }
            _ => {}
        }
        acts
    }

    fn acts(&mut self, question: &Value) -> Value {
        let asked = question["idJuicio"].as_str().unwrap_or_default().trim().to_owned();
        *self.asked.entry(asked.clone()).or_default() += 1;
        if self.fault == Some(Fault::NullActs) {
            return Value::Null;
        }
        let id = self.shown(&asked);
        let court = &id[..5];
        let acts = self.listed(&id);
        acts.iter()
            .map(|act| {
                json!({"codigo": act.serial, "idJudicatura": court, "idJuicio": format!("{id:<15}"), "fecha": act.at, "tipo": format!("{} ", act.title),
                       "actividad": act.text, "visible": act.visible, "origen": act.origin, "idMovimientoJuicioIncidente": 26_000_001,
                       "ieTablaReferencia": act.origin, "ieDocumentoAdjunto": "N", "escapeOut": "false", "uuid": "", "alias": "", "nombreArchivo": "",
                       "tipoIngreso": "O", "idTablaReferencia": "26000001"})
            })
            .collect()
    }
}

/// A number without its marks.
fn id_of(number: &str) -> String {
    number.chars().filter(char::is_ascii_alphanumeric).collect()
}

fn info(id: &str, reserved: bool) -> Value {
    if reserved {
        return json!([{"idJuicio": id, "reservado": true}]);
    }
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
