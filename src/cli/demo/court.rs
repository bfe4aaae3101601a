//! The demo's court: a few fictional cases, spoken in e-SATJE's wire shape over real HTTP.
//!
//! It answers the three questions that the `ec-esatje` recipe asks (ecuador.md 1.1, 3–5) and a robots.txt that it does
//! not have. It is not a model of the real system's faults; the tests have one.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::super::{Exit, Failure};
use super::story::{Act, Story};
use crate::control::Control;

const INFO: &str = "/EXPEL-CONSULTA-CAUSAS-SERVICE/api/consulta-causas/informacion/getInformacionJuicio/{id}";
const INCIDENTS: &str = "/EXPEL-CONSULTA-CAUSAS-CLEX-SERVICE/api/consulta-causas-clex/informacion/getIncidenteJudicatura/{id}";
const ACTS: &str = "/EXPEL-CONSULTA-CAUSAS-SERVICE/api/consulta-causas/informacion/actuacionesJudiciales";

/// The court.
#[derive(Debug)]
pub struct Court {
    listener: Mutex<Option<TcpListener>>,
    address: std::net::SocketAddr,
    docket: Arc<Docket>,
}

#[derive(Debug, Default)]
struct Docket {
    cases: Mutex<BTreeMap<String, Vec<Act>>>,
    visits: Mutex<BTreeMap<String, u32>>,
}

impl Court {
    /// Opens on a free port of this machine.
    pub async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        Ok(Self { listener: Mutex::new(Some(listener)), address, docket: Arc::default() })
    }

    /// Its base address.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Puts the cases on the record as they stand before the story.
    pub fn seed(&self, story: &Story) {
        let mut cases = self.docket.cases.lock().unwrap_or_else(PoisonError::into_inner);
        for (number, acts) in story.beginning() {
            cases.insert(number, acts);
        }
    }

    /// Changes the record of a case.
    pub fn change(&self, number: &str, change: impl FnOnce(&mut Vec<Act>)) {
        let mut cases = self.docket.cases.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(acts) = cases.get_mut(number) {
            change(acts);
        }
    }

    /// How often the least visited case was read.
    pub fn visits(&self) -> u32 {
        let cases = self.docket.cases.lock().unwrap_or_else(PoisonError::into_inner).len();
        let visits = self.docket.visits.lock().unwrap_or_else(PoisonError::into_inner);
        if visits.len() < cases { 0 } else { visits.values().copied().min().unwrap_or_default() }
    }

    /// Serves until told to stop.
    pub async fn serve(self: Arc<Self>, control: Arc<Control>) -> Result<(), Failure> {
        let Some(listener) = self.listener.lock().unwrap_or_else(PoisonError::into_inner).take() else { return Ok(()) };
        let router =
            Router::new().route(INFO, get(info)).route(INCIDENTS, get(incidents)).route(ACTS, post(acts)).with_state(self.docket.clone());
        let served = axum::serve(listener, router).with_graceful_shutdown(async move { control.stopped().await }).await;
        served.map_err(|error| Failure::new(Exit::Failed, format!("the demo's court failed: {error}")))
    }
}

impl Docket {
    fn knows(&self, id: &str) -> bool {
        self.cases.lock().unwrap_or_else(PoisonError::into_inner).contains_key(id)
    }
}

async fn info(State(docket): State<Arc<Docket>>, Path(id): Path<String>) -> Json<Value> {
    if !docket.knows(&id) {
        return Json(json!([]));
    }
    Json(json!([{
        "id": 1, "idJuicio": id, "estadoActual": null, "idMateria": 27, "nombreDelito": "DELINCUENCIA ORGANIZADA",
        "fechaIngreso": "2026-02-03T14:50:42.827+00:00", "nombreMateria": "PENAL COIP", "nombreTipoAccion": "ACCIÓN PENAL PÚBLICA",
        "iedocumentoAdjunto": "N",
    }]))
}

async fn incidents(State(docket): State<Arc<Docket>>, Path(id): Path<String>) -> Json<Value> {
    if !docket.knows(&id) {
        return Json(json!([]));
    }
    let court: String = id.chars().take(5).collect();
    Json(json!([{
        "idJudicatura": court, "nombreJudicatura": "UNIDAD JUDICIAL FICTICIA DE LA DEMOSTRACIÓN", "ciudad": "QUITO",
        "lstIncidenteJudicatura": [{
            "idIncidenteJudicatura": 101, "idMovimientoJuicioIncidente": 202, "idJudicaturaDestino": court,
            "fechaCrea": "2026-02-03T09:50:42.827", "incidente": 1,
            "lstLitiganteActor": [{"tipoLitigante": "FISCALÍA", "nombresLitigante": "FISCALIA GENERAL DEL ESTADO", "representadoPor": "", "idLitigante": 1}],
            "lstLitiganteDemandado": [{"tipoLitigante": "PERSONA PROCESADA", "nombresLitigante": "PERSONA FICTICIA UNO", "representadoPor": "", "idLitigante": 2}],
            "litiganteActor": null, "litiganteDemandado": null,
        }],
    }]))
}

async fn acts(State(docket): State<Arc<Docket>>, Json(question): Json<Value>) -> Json<Value> {
    let id = question["idJuicio"].as_str().unwrap_or_default().trim().to_owned();
    let cases = docket.cases.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(acts) = cases.get(&id) else { return Json(json!([])) };
    *docket.visits.lock().unwrap_or_else(PoisonError::into_inner).entry(id.clone()).or_default() += 1;
    let court = question["idJudicatura"].clone();
    let rows = acts.iter().rev().map(|act| {
        json!({
            "codigo": act.serial, "idJudicatura": court, "idJuicio": format!("{id:<15}"), "fecha": act.at, "tipo": format!("{} ", act.title),
            "actividad": act.text, "visible": "S", "origen": act.origin, "idMovimientoJuicioIncidente": 202, "ieTablaReferencia": act.origin,
            "ieDocumentoAdjunto": "N", "escapeOut": "false", "uuid": "", "alias": "", "nombreArchivo": "", "tipoIngreso": "O",
            "idTablaReferencia": "202",
        })
    });
    Json(rows.collect())
}
