//! The stored form of an appointment, at the end of the event that tells of it.
//!
//! A part of [`EventRecord`](super::event::EventRecord). Several may stand in a row, so that a field cannot be added at the end: another
//! shape would be another list behind this one.

use serde::{Deserialize, Serialize};

use crate::domain::appointment::Appointment;
use crate::store::codes::{Day, Hour, IdHex, ModeCode};

/// [`Appointment`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct AppointmentRecord {
    id: IdHex,
    sequence: u32,
    cancelled: bool,
    kind: Option<String>,
    date: Day,
    end_date: Option<Day>,
    time: Option<Hour>,
    zone: String,
    mode: Option<ModeCode>,
    room: Option<String>,
}

impl From<Appointment> for AppointmentRecord {
    fn from(appointment: Appointment) -> Self {
        let Appointment { id, sequence, cancelled, kind, date, end_date, time, zone, mode, room } = appointment;
        let (date, end_date, time) = (Day(date), end_date.map(Day), time.map(Hour));
        Self { id: id.into(), sequence, cancelled, kind, date, end_date, time, zone, mode: mode.map(ModeCode), room }
    }
}

impl From<AppointmentRecord> for Appointment {
    fn from(record: AppointmentRecord) -> Self {
        let AppointmentRecord { id, sequence, cancelled, kind, date, end_date, time, zone, mode, room } = record;
        let (date, end_date, time) = (date.0, end_date.map(|day| day.0), time.map(|hour| hour.0));
        Self { id: id.into(), sequence, cancelled, kind, date, end_date, time, zone, mode: mode.map(|mode| mode.0), room }
    }
}
