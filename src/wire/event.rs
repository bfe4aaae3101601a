//! An event as JSON: the webhook body (`contract.md` §4) and the lossless form of exports.
//!
//! [`body`] is what receivers get: redacted, cut to fit, the same bytes for the same event. [`to_json`] and [`from_json`]
//! are the stored and exported form: everything, as the court wrote it. The words of `summary` come from `message`.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::appointment;
use super::hearing::{self, clock, read_date, read_time};
use super::{report, summary};
use crate::domain::about::About;
use crate::domain::brake::Drift;
use crate::domain::case::CaseRef;
use crate::domain::clock_news::ClockNews;
use crate::domain::delay_summary::DelaySummary;
use crate::domain::disagreement::Disagreement;
use crate::domain::docket::EntryKey;
use crate::domain::event::{Actor, Event, EventEntry, EventHearing, EventKind, FieldChange, Severity};
use crate::domain::id::{Id, hex};
use crate::domain::link::Link;
use crate::domain::meanwhile::{Look, Meanwhile};
use crate::domain::redact::{self, cut};
use crate::domain::report::{Report, is_ours};
use crate::domain::shown::Shown;

/// The largest webhook body in bytes (Standard Webhooks, "Payload": at most 20 kB).
const LARGEST_BODY: usize = 20_000;

/// How long texts and lists may be, tried in turn until the body fits.
const CUTS: [Cuts; 3] = [
    Cuts { words: 600, line: 300, part: 200, note: 2000, url: 2000, listed: 50 },
    Cuts { words: 300, line: 300, part: 200, note: 500, url: 2000, listed: 20 },
    Cuts { words: 100, line: 100, part: 100, note: 100, url: 500, listed: 5 },
];

/// Nothing is cut: what the cut body is measured by.
const WHOLE: Cuts = Cuts { words: usize::MAX, line: usize::MAX, part: usize::MAX, note: usize::MAX, url: usize::MAX, listed: usize::MAX };

/// In characters; of lists in members.
struct Cuts {
    /// A court's text.
    words: usize,
    /// A name or title.
    line: usize,
    /// A room, a kind of hearing, a key.
    part: usize,
    note: usize,
    url: usize,
    listed: usize,
}

/// The webhook body for one event. `summary` is the one line of `message::summary`. What is left out is counted in it.
pub fn body(event: &Shown, about: &About<'_>, summary: &str) -> Value {
    let whole = cut_body(event, about, summary, &WHOLE);
    let mut form = Value::Null;
    for cuts in &CUTS {
        form = cut_body(event, about, summary, cuts);
        let left = omitted(&whole["data"], &form["data"]);
        if !left.is_empty() {
            form["data"]["omitted"] = Value::Object(left);
        }
        if form.to_string().len() <= LARGEST_BODY {
            break;
        }
    }
    form
}

fn cut_body(event: &Shown, about: &About<'_>, summary: &str, cuts: &Cuts) -> Value {
    let watch = about.watch;
    let short = |text: &str| cut(&redact::plain(text), cuts.line);
    let mut data = Map::new();
    data.insert("event_id".into(), json!(event.id.to_string()));
    data.insert("seq".into(), json!(event.seq));
    data.insert("prev_event_id".into(), json!(about.previous.map(|id| id.to_string())));
    data.insert("severity".into(), json!(event.severity.name()));
    data.insert("summary".into(), json!(cut(summary, cuts.words)));
    let tags: Vec<String> = watch.tags.iter().take(cuts.listed).map(|tag| cut(&redact::plain(tag), 60)).collect();
    let case = || {
        json!({"source": cut(&event.case.source, cuts.part), "number": short(&watch.number.canonical), "name": watch.name.as_deref().map(short),
               "tags": tags, "url": cut(about.case_url, cuts.url)})
    };
    data.insert("case".into(), if is_ours(&event.case) { Value::Null } else { case() });
    data.insert("entry".into(), event.entry.as_ref().map_or(Value::Null, |entry| shown_entry(entry, cuts)));
    data.insert("hearing".into(), event.hearing.as_ref().map_or(Value::Null, |hearing| shown_hearing(event, hearing, about, cuts)));
    if let Some(drift) = Drift::of(event) {
        data.insert(
            "drift".into(),
            json!({"change": cut(&drift.way, cuts.part), "changed": drift.changed, "watched": drift.watched,
                   "examples": drift.examples.iter().take(3).map(|case| cut(case, 100)).collect::<Vec<_>>()}),
        );
    } else if let Some(told) = Meanwhile::of(event) {
        data.insert("silence".into(), meanwhile(&told));
    } else if let Some(report) = Report::of(event) {
        let name = if report.class.is_some() { "condition" } else { "heartbeat" };
        data.insert(name.into(), report::shown(&report, event, cuts.listed));
    } else if let Some(told) = DelaySummary::of(event) {
        data.insert("delays".into(), summary::shown(&told, cuts.listed));
    } else if let Some(told) = ClockNews::of(event) {
        data.insert("clock".into(), time_limit(&told, cuts));
    } else if let Some(told) = Disagreement::of(event) {
        let value = |text: &str| cut(text, cuts.words);
        data.insert(
            "disagreement".into(),
            json!({"point": told.point.name(), "here": value(&told.here), "there": value(&told.there), "other": value(&told.other)}),
        );
    } else if let Some(link) = Link::of(event) {
        let (source, number) = (cut(&link.source, cuts.part), cut(&link.number, cuts.part));
        data.insert("link".into(), json!({"how": link.relation.name(), "source": source, "number": number, "watched": link.watched}));
    } else if let Some(field) = &event.field {
        let value = |text: &Option<String>| text.as_deref().map(|text| cut(text, cuts.words));
        data.insert(
            "field".into(),
            json!({"name": cut(&field.field, cuts.part), "before": value(&field.before), "after": value(&field.after)}),
        );
    }
    data.insert("seen".into(), json!({"at": seconds(event.seen_at), "version": event.version, "page_sha256": hex(&event.page_sha256)}));
    data.insert(
        "note".into(),
        json!(watch.note.as_deref().filter(|_| !is_ours(&event.case)).map(|note| cut(&redact::plain(note), cuts.note))),
    );
    json!({"type": event.kind.name(), "timestamp": seconds(event.seen_at), "version": 1, "data": data})
}

fn time_limit(told: &ClockNews, cuts: &Cuts) -> Value {
    let day = |day: Option<Date>| day.map(|day| day.to_string());
    json!({"id": told.id.to_string(), "rule": cut(&told.rule, cuts.part), "version": told.version,
           "title": {"es": cut(&told.title.es, cuts.words), "en": cut(&told.title.en, cuts.words)}, "legal_basis": cut(&told.basis, cuts.words),
           "confidence": told.confidence.name(), "person": told.person.as_deref().map(|person| cut(person, cuts.words)),
           "state": told.state.name(), "start": told.start.to_string(), "due": day(told.due), "due_alt": day(told.due_alt),
           "stop": day(told.stop), "elapsed_days": told.elapsed, "late_days": told.late,
           "late_days_alt": told.late_alt})
}

fn meanwhile(told: &Meanwhile) -> Value {
    let cases: Vec<Value> = told.cases.iter().map(|(case, count)| json!({"number": cut(case, 100), "count": count})).collect();
    let kinds: Map<String, Value> = told.kinds.iter().map(|(kind, count)| (kind.name().to_owned(), json!(count))).collect();
    let look = |Look { kind, day, case }: &Look| json!({"type": kind.name(), "date": day.to_string(), "case": cut(case, 100)});
    json!({"id": told.silence.to_string(), "from": seconds(told.from), "until": seconds(told.until), "count": told.count, "cases": cases,
           "more_cases": told.more_cases, "types": kinds, "look": told.look.iter().map(look).collect::<Vec<_>>()})
}

fn shown_entry(entry: &EventEntry, cuts: &Cuts) -> Value {
    let words = |text: &str| cut(text, cuts.words);
    json!({"key": cut(&redact::plain(&entry.key.0), cuts.part), "date": entry.date.map(|date| date.to_string()), "time": entry.time.map(clock),
           "title": cut(&entry.title, cuts.line), "actor": entry.actor.name(), "excerpt": words(&entry.excerpt),
           "before": entry.before.as_deref().map(words), "after": entry.after.as_deref().map(words)})
}

fn shown_hearing(event: &Shown, hearing: &EventHearing, about: &About<'_>, cuts: &Cuts) -> Value {
    let mention = &hearing.mention;
    let zone = TimeZone::get(&hearing.zone).unwrap_or_else(|_| about.zone.clone());
    let starts = hearing.starts.map(|at| with_offset(at, &zone));
    let words = |text: &str| cut(text, cuts.part);
    let warnings: Vec<String> = mention.warnings.iter().take(cuts.listed.min(10)).map(|warning| words(warning)).collect();
    let mut form = json!({"id": hearing_id(&event.case, mention.kind.as_deref()).to_string(), "type": mention.kind.as_deref().map(words),
           "status": mention.status.name(), "starts": starts, "date": mention.date.map(|date| date.to_string()),
           "previous": hearing.previous.map(|(date, time)| previous(date, time, &zone)), "zone": cut(&hearing.zone, 60),
           "room": mention.room.as_deref().map(words), "mode": mention.mode.map(|mode| mode.name()), "warn": warnings});
    if let Some(end) = mention.end_date {
        form["end_date"] = json!(end.to_string());
    }
    if let Some(platform) = &mention.platform {
        form["platform"] = json!(words(platform));
    }
    form
}

/// How much of the whole the cut form leaves out: characters of texts and members of lists, by their dotted path.
fn omitted(whole: &Value, cut: &Value) -> Map<String, Value> {
    let mut left = Map::new();
    compare("", whole, cut, &mut left);
    left
}

fn compare(path: &str, whole: &Value, cut: &Value, left: &mut Map<String, Value>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let missing = match (whole, cut) {
        // The last character of a cut text is the ellipsis.
        (Value::String(whole), Value::String(cut)) if whole != cut => (whole.chars().count() + 1).saturating_sub(cut.chars().count()),
        (Value::Array(whole), Value::Array(cut)) => whole.len().saturating_sub(cut.len()),
        (Value::Object(whole), Value::Object(cut)) => {
            for (name, part) in cut {
                compare(&below(name), whole.get(name).unwrap_or(&Value::Null), part, left);
            }
            0
        }
        _ => 0,
    };
    if missing > 0 {
        left.insert(path.to_owned(), json!(missing));
    }
}

/// What the settings of one hearing have in common: the case and the type of hearing. Two hearings of one type in one
/// case share it, because no docket says which of them an order means.
pub fn hearing_id(case: &CaseRef, kind: Option<&str>) -> Id {
    Id::derive(&[b"hearing", case.source.as_bytes(), case.number.as_bytes(), kind.unwrap_or_default().as_bytes()])
}

/// The replaced day: an instant with its offset when the hour is known, else the day alone.
fn previous(date: Date, time: Option<Time>, zone: &TimeZone) -> String {
    let instant = time.and_then(|time| zone.to_timestamp(date.to_datetime(time)).ok());
    instant.map_or_else(|| date.to_string(), |at| with_offset(at, zone))
}

/// `2024-03-12T09:00:00-05:00`.
fn with_offset(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// `2026-11-23T15:04:05Z`.
fn seconds(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The whole event, nothing redacted and nothing cut: for the store and for exports.
pub fn to_json(event: &Event) -> Value {
    json!({
        "schema": "veedor.event/1", "id": event.id.to_string(), "kind": event.kind.name(), "severity": event.severity.name(),
        "source": event.case.source, "number": event.case.number, "seq": event.seq, "version": event.version,
        "entry": event.entry.as_ref().map(|entry| json!({
            "key": entry.key.0, "date": entry.date.map(|date| date.to_string()), "time": entry.time.map(|time| time.to_string()),
            "title": entry.title, "actor": entry.actor.name(), "excerpt": entry.excerpt, "before": entry.before, "after": entry.after})),
        "hearing": event.hearing.as_ref().map(|hearing| json!({
            "mention": hearing::to_json(&hearing.mention), "starts": hearing.starts.map(|at| at.to_string()), "zone": hearing.zone,
            "previous": hearing.previous.map(|(date, time)| json!([date.to_string(), time.map(|time| time.to_string())])),
            "appointments": hearing.appointments.iter().map(appointment::to_json).collect::<Vec<_>>()})),
        "field": event.field.as_ref().map(|field| json!({"name": field.field, "before": field.before, "after": field.after})),
        "seen_at": event.seen_at.to_string(), "page_sha256": hex(&event.page_sha256),
    })
}

/// Reads [`to_json`] back. The error says which key is wrong.
pub fn from_json(form: &Value) -> Result<Event, String> {
    let wrong = |key: &str| format!("{key} is missing or not what it should be");
    let text = |key: &str| form.get(key).and_then(Value::as_str).ok_or_else(|| wrong(key));
    let number = |key: &str| form.get(key).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok()).ok_or_else(|| wrong(key));
    let part = |key: &str| form.get(key).filter(|value| !value.is_null());
    Ok(Event {
        id: Id::parse(text("id")?).ok_or_else(|| wrong("id"))?,
        kind: EventKind::parse(text("kind")?).ok_or_else(|| wrong("kind"))?,
        severity: Severity::parse(text("severity")?).ok_or_else(|| wrong("severity"))?,
        case: CaseRef { source: text("source")?.to_owned(), number: text("number")?.to_owned() },
        seq: number("seq")?,
        version: number("version")?,
        entry: part("entry").map(read_entry).transpose()?,
        hearing: part("hearing").map(read_hearing).transpose()?,
        field: part("field").map(read_field).transpose()?,
        seen_at: text("seen_at")?.parse().map_err(|_| wrong("seen_at"))?,
        page_sha256: read_sha256(text("page_sha256")?).ok_or_else(|| wrong("page_sha256"))?,
    })
}

fn read_entry(form: &Value) -> Result<EventEntry, String> {
    let text = |key: &str| form.get(key).and_then(Value::as_str);
    let needed = |key: &str| text(key).map(str::to_owned).ok_or_else(|| format!("entry.{key} is missing"));
    Ok(EventEntry {
        key: EntryKey(needed("key")?),
        date: read_date(text("date"), "entry.date")?,
        time: read_time(text("time"), "entry.time")?,
        title: needed("title")?,
        actor: text("actor").and_then(Actor::parse).ok_or("entry.actor is not a known actor")?,
        excerpt: needed("excerpt")?,
        before: text("before").map(str::to_owned),
        after: text("after").map(str::to_owned),
    })
}

fn read_hearing(form: &Value) -> Result<EventHearing, String> {
    let starts = form.get("starts").and_then(Value::as_str);
    let previous = form.get("previous").filter(|value| !value.is_null());
    Ok(EventHearing {
        mention: hearing::from_json(form.get("mention").unwrap_or(&Value::Null))?,
        starts: starts.map(|at| at.parse().map_err(|_| "hearing.starts is not an instant")).transpose()?,
        zone: form.get("zone").and_then(Value::as_str).ok_or("hearing.zone is missing")?.to_owned(),
        previous: previous.map(read_previous).transpose()?,
        appointments: appointment::all_from_json(form.get("appointments"))?,
    })
}

fn read_previous(pair: &Value) -> Result<(Date, Option<Time>), String> {
    let at = |place: usize| pair.get(place).and_then(Value::as_str);
    let date = read_date(at(0), "hearing.previous")?.ok_or("hearing.previous has no date")?;
    Ok((date, read_time(at(1), "hearing.previous")?))
}

fn read_field(form: &Value) -> Result<FieldChange, String> {
    let text = |key: &str| form.get(key).and_then(Value::as_str).map(str::to_owned);
    Ok(FieldChange { field: text("name").ok_or("field.name is missing")?, before: text("before"), after: text("after") })
}

fn read_sha256(text: &str) -> Option<[u8; 32]> {
    let (first, last) = (Id::parse(text.get(..32)?)?, Id::parse(text.get(32..)?)?);
    let mut sum = [0; 32];
    sum[..16].copy_from_slice(&first.0);
    sum[16..].copy_from_slice(&last.0);
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::about::{Language, Profile};
    use crate::domain::sample;

    fn body(event: &Event, about: &About<'_>, summary: &str) -> Value {
        super::body(&about.show_one(event), about, summary)
    }

    #[test]
    fn an_event_survives_its_exported_form() {
        for event in [
            sample::rescheduled(),
            sample::invited(),
            sample::edited(),
            sample::party(),
            sample::hostile(),
            sample::bare(EventKind::CaseVanished),
        ] {
            assert_eq!(from_json(&to_json(&event)), Ok(event));
        }
    }

    #[test]
    fn a_damaged_form_is_refused_with_the_key() {
        for key in ["id", "kind", "seq", "seen_at", "page_sha256", "severity", "source"] {
            let mut form = to_json(&sample::ruling());
            form[key] = json!("ñandú, no es lo que debe ser");
            let refused = from_json(&form);
            assert!(key == "source" || refused.is_err_and(|why| why.contains(key)), "{key}");
        }
    }

    #[test]
    fn the_body_is_that_of_the_contract() {
        let watch = sample::watch();
        let body = body(&sample::rescheduled(), &sample::about(&watch, Language::Es), "la línea");
        assert_eq!(body["type"], "hearing.rescheduled");
        assert_eq!(body["timestamp"], "2024-02-19T15:04:01Z");
        assert_eq!(body["version"], 1);
        let data = &body["data"];
        assert_eq!(data["seq"], 42);
        assert_eq!(data["severity"], "notice");
        assert_eq!(data["summary"], "la línea");
        assert_eq!(data["case"]["number"], "17721-2019-00029G");
        assert_eq!(data["case"]["tags"], json!(["sobornos", "anticorrupcion"]));
        assert_eq!(data["entry"]["actor"], "court");
        assert_eq!(data["entry"]["before"], Value::Null);
        assert_eq!(data["hearing"]["starts"], "2024-03-12T09:00:00-05:00");
        assert_eq!(data["hearing"]["previous"], "2024-02-20T09:00:00-05:00");
        assert_eq!(data["hearing"]["mode"], "in_person");
        assert_eq!(data["seen"]["version"], 17);
        assert_eq!(data["seen"]["page_sha256"].as_str().map(str::len), Some(64));
        assert_eq!(data["note"], "Pedido por la mesa judicial; ver carpeta 12");
        let keys: Vec<&String> = data.as_object().expect("object").keys().collect();
        assert_eq!(keys, ["event_id", "seq", "prev_event_id", "severity", "summary", "case", "entry", "hearing", "seen", "note"]);
    }

    #[test]
    fn a_hostile_court_and_a_long_note_still_fit() {
        let mut watch = sample::watch();
        watch.note = Some("\u{1}\"\\".repeat(50_000));
        watch.name = Some("N".repeat(5_000));
        watch.tags = vec!["\u{7}etiqueta".repeat(50); 500];
        let body = body(&sample::hostile(), &sample::about(&watch, Language::Es), &"s".repeat(9_000)).to_string();
        assert!(body.len() <= LARGEST_BODY, "{}", body.len());
        let read: Value = serde_json::from_str(&body).expect("JSON");
        // 50,000 quotes and as many backslashes, of which 1999 are shown; controls are not shown at all.
        assert_eq!((&read["data"]["omitted"]["note"], &read["data"]["omitted"]["case.tags"]), (&json!(98_001), &json!(450)));
        assert!(!body.contains('\u{202e}') && !body.contains("\\r") && !body.contains("\\u0000"));
    }

    #[test]
    fn names_of_parties_are_initials_for_an_organisation() {
        let watch = sample::watch();
        let mut about = sample::about(&watch, Language::Es);
        about.privacy = sample::privacy(Profile::Ngo);
        let body = body(&sample::party(), &about, "");
        assert_eq!(body["data"]["field"], json!({"name": "party.PROCESADO", "before": null, "after": "P. F. D."}));
    }

    #[test]
    fn a_day_without_an_hour_has_no_instant() {
        let watch = sample::watch();
        let mut event = sample::rescheduled();
        if let Some(hearing) = &mut event.hearing {
            (hearing.starts, hearing.mention.time, hearing.previous) = (None, None, hearing.previous.map(|(date, _)| (date, None)));
        }
        let body = body(&event, &sample::about(&watch, Language::Es), "");
        assert_eq!(body["data"]["hearing"]["starts"], Value::Null);
        assert_eq!(body["data"]["hearing"]["date"], "2024-03-12");
        assert_eq!(body["data"]["hearing"]["previous"], "2024-02-20");
    }
}
