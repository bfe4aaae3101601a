//! An appointment as JSON, within the exported form of an event.
//!
//! Used by [`event`](super::event). Calendars get iCalendar, which `message::calendar` writes.

use serde_json::{Map, Value, json};

use super::hearing::{clock, read_date, read_time};
use crate::domain::appointment::Appointment;
use crate::domain::hearing::HearingMode;
use crate::domain::id::Id;

/// The appointment as JSON; what is not known is left out.
pub(super) fn to_json(appointment: &Appointment) -> Value {
    let Appointment { id, sequence, cancelled, kind, date, end_date, time, zone, mode, room } = appointment;
    let mut form = Map::new();
    form.insert("id".into(), json!(id.to_string()));
    form.insert("sequence".into(), json!(sequence));
    form.insert("cancelled".into(), json!(cancelled));
    form.insert("date".into(), json!(date.to_string()));
    form.insert("zone".into(), json!(zone));
    let rest = [
        ("time", time.map(clock)),
        ("end_date", end_date.map(|end| end.to_string())),
        ("type", kind.clone()),
        ("mode", mode.map(|mode| mode.name().to_owned())),
        ("room", room.clone()),
    ];
    form.extend(rest.into_iter().filter_map(|(key, value)| Some((key.to_owned(), json!(value?)))));
    Value::Object(form)
}

/// Reads a list of [`to_json`] back; one that is not there is empty. The error says which key is wrong.
pub(super) fn all_from_json(list: Option<&Value>) -> Result<Vec<Appointment>, String> {
    list.and_then(Value::as_array).into_iter().flatten().map(from_json).collect()
}

fn from_json(form: &Value) -> Result<Appointment, String> {
    let text = |key: &str| form.get(key).and_then(Value::as_str);
    let wrong = |key: &str| format!("appointment.{key} is missing or not what it should be");
    let sequence = form.get("sequence").and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
    Ok(Appointment {
        id: text("id").and_then(Id::parse).ok_or_else(|| wrong("id"))?,
        sequence: sequence.ok_or_else(|| wrong("sequence"))?,
        cancelled: form.get("cancelled").and_then(Value::as_bool).ok_or_else(|| wrong("cancelled"))?,
        kind: text("type").map(str::to_owned),
        date: read_date(text("date"), "appointment.date")?.ok_or_else(|| wrong("date"))?,
        end_date: read_date(text("end_date"), "appointment.end_date")?,
        time: read_time(text("time"), "appointment.time")?,
        zone: text("zone").ok_or_else(|| wrong("zone"))?.to_owned(),
        mode: text("mode").and_then(HearingMode::parse),
        room: text("room").map(str::to_owned),
    })
}
