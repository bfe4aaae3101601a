//! A hearing mention as JSON: the mention form of `domain.md` D1.
//!
//! Used by `veedor classify`, by [`event`](super::event) and by the hearings API. It writes what the text says and adds
//! nothing: the instant and the zone belong to the event.

use jiff::civil::{Date, Time};
use serde_json::{Map, Value, json};

use crate::domain::hearing::{HearingMention, HearingMode, HearingStatus};

/// The mention as JSON. `date`, `time`, `type` and `status` always stand there, null when the text does not say; the rest
/// only when there is something to say.
pub fn to_json(mention: &HearingMention) -> Value {
    let mut form = Map::new();
    form.insert("date".into(), json!(mention.date.map(|date| date.to_string())));
    form.insert("time".into(), json!(mention.time.map(clock)));
    form.insert("type".into(), json!(mention.kind));
    form.insert("status".into(), json!(mention.status.name()));
    if let Some(end) = mention.end_date {
        form.insert("end_date".into(), json!(end.to_string()));
    }
    if let Some(mode) = mention.mode {
        form.insert("mode".into(), json!(mode.name()));
    }
    if let Some(platform) = &mention.platform {
        form.insert("platform".into(), json!(platform));
    }
    if let Some(room) = &mention.room {
        form.insert("room".into(), json!(room));
    }
    if !mention.warnings.is_empty() {
        form.insert("warn".into(), json!(mention.warnings));
    }
    if let Some((start, end)) = mention.span {
        form.insert("span".into(), json!([start, end]));
    }
    Value::Object(form)
}

/// Reads [`to_json`] back. The error says which key is wrong.
pub fn from_json(form: &Value) -> Result<HearingMention, String> {
    let text = |key: &str| form.get(key).and_then(Value::as_str);
    let status = text("status").and_then(HearingStatus::parse).ok_or("hearing.status is not a known status")?;
    let mode = match text("mode") {
        None => None,
        Some(name) => Some(HearingMode::parse(name).ok_or("hearing.mode is not a known mode")?),
    };
    let warnings = form.get("warn").and_then(Value::as_array).into_iter().flatten();
    Ok(HearingMention {
        date: read_date(text("date"), "hearing.date")?,
        end_date: read_date(text("end_date"), "hearing.end_date")?,
        time: read_time(text("time"), "hearing.time")?,
        kind: text("type").map(str::to_owned),
        status,
        mode,
        platform: text("platform").map(str::to_owned),
        room: text("room").map(str::to_owned),
        warnings: warnings.filter_map(Value::as_str).map(str::to_owned).collect(),
        span: read_span(form.get("span"))?,
    })
}

/// `09:00`, with seconds only when there are any.
pub fn clock(time: Time) -> String {
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    if second == 0 { format!("{hour:02}:{minute:02}") } else { format!("{hour:02}:{minute:02}:{second:02}") }
}

pub(super) fn read_date(text: Option<&str>, key: &str) -> Result<Option<Date>, String> {
    text.map(|text| text.parse().map_err(|_| format!("{key} is not a date such as 2024-03-12"))).transpose()
}

pub(super) fn read_time(text: Option<&str>, key: &str) -> Result<Option<Time>, String> {
    text.map(|text| text.parse().map_err(|_| format!("{key} is not a time such as 09:00"))).transpose()
}

fn read_span(span: Option<&Value>) -> Result<Option<(usize, usize)>, String> {
    let wrong = || "hearing.span is not [start, end]".to_owned();
    let Some(span) = span.filter(|span| !span.is_null()) else { return Ok(None) };
    let [start, end] = span.as_array().map(Vec::as_slice).unwrap_or_default() else { return Err(wrong()) };
    let place = |value: &Value| value.as_u64().and_then(|place| usize::try_from(place).ok()).ok_or_else(wrong);
    Ok(Some((place(start)?, place(end)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    #[test]
    fn a_mention_survives_its_json_form() {
        let bare = HearingMention::new(HearingStatus::Deferred);
        let full = HearingMention {
            date: Some(date(2024, 3, 12)),
            end_date: Some(date(2024, 3, 19)),
            time: Some(time(9, 0, 0, 0)),
            kind: Some("juicio".into()),
            status: HearingStatus::Rescheduled,
            mode: Some(HearingMode::Mixed),
            platform: Some("zoom".into()),
            room: Some("203".into()),
            warnings: vec!["weekday_mismatch".into()],
            span: Some((3, 40)),
        };
        for mention in [bare, full] {
            assert_eq!(from_json(&to_json(&mention)), Ok(mention));
        }
    }

    #[test]
    fn the_form_uses_the_words_of_the_published_table() {
        let mention = HearingMention {
            date: Some(date(2024, 2, 20)),
            time: Some(time(9, 0, 0, 0)),
            kind: Some("juicio".into()),
            ..HearingMention::new(HearingStatus::Deferred)
        };
        assert_eq!(to_json(&mention), json!({"date": "2024-02-20", "time": "09:00", "type": "juicio", "status": "deferred"}));
    }

    #[test]
    fn wrong_values_are_named() {
        for (form, word) in [
            (json!({"status": "later"}), "status"),
            (json!({"status": "held", "date": "12/3/24"}), "date"),
            (json!({"status": "held", "span": [1]}), "span"),
            (json!({"status": "held", "mode": "phone"}), "mode"),
        ] {
            assert!(from_json(&form).is_err_and(|why| why.contains(word)), "{form}");
        }
    }
}
