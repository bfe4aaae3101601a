//! The stored form of an event.
//!
//! Written once by `commit` and never changed. It also says how an event stands in the prefix of stored bodies, which is a
//! part of the format.

use serde::{Deserialize, Serialize};

use super::appointment::AppointmentRecord;
use super::at_the_end;
use crate::domain::appointment::Appointment;
use crate::domain::case::CaseRef;
use crate::domain::docket::EntryKey;
use crate::domain::event::{Event, EventEntry, EventHearing, FieldChange};
use crate::domain::hearing::HearingMention;
use crate::domain::id::hex;
use crate::store::Cid;
use crate::store::codes::{ActorCode, Day, Hour, IdHex, Instant, KindCode, ModeCode, SeverityCode, Sha, StatusCode};

/// [`Event`], with the case by its number in the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct EventRecord {
    pub id: IdHex,
    pub cid: Cid,
    pub seq: u32,
    pub version: u32,
    kind: KindCode,
    severity: SeverityCode,
    seen_at: Instant,
    page_sha256: Sha,
    entry: Option<EntryPart>,
    hearing: Option<HearingPart>,
    field: Option<FieldPart>,
    /// What hearings have carried since later. It stands last and is not written when there is nothing to say, so that older rows
    /// read as they are and most new ones are theirs to the byte.
    #[serde(default, deserialize_with = "at_the_end", skip_serializing_if = "Option::is_none")]
    more: Option<MorePart>,
}

/// What [`HearingPart`] did not hold at first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct MorePart {
    end_date: Option<Day>,
    platform: Option<String>,
    /// Last in what stands last, for the same reason.
    #[serde(default, deserialize_with = "at_the_end", skip_serializing_if = "Vec::is_empty")]
    appointments: Vec<AppointmentRecord>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct EntryPart {
    key: String,
    date: Option<Day>,
    time: Option<Hour>,
    title: String,
    actor: ActorCode,
    excerpt: String,
    before: Option<String>,
    after: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct HearingPart {
    date: Option<Day>,
    time: Option<Hour>,
    kind: Option<String>,
    status: StatusCode,
    mode: Option<ModeCode>,
    room: Option<String>,
    warnings: Vec<String>,
    span: Option<(u64, u64)>,
    starts: Option<Instant>,
    zone: String,
    previous: Option<(Day, Option<Hour>)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct FieldPart {
    field: String,
    before: Option<String>,
    after: Option<String>,
}

impl EventRecord {
    /// The stored form of an event of this case.
    pub(in crate::store) fn new(event: Event, cid: Cid) -> Self {
        let more = event.hearing.as_ref().map(|hearing| MorePart {
            end_date: hearing.mention.end_date.map(Day),
            platform: hearing.mention.platform.clone(),
            appointments: hearing.appointments.iter().cloned().map(AppointmentRecord::from).collect(),
        });
        Self {
            id: event.id.into(),
            cid,
            seq: event.seq,
            version: event.version,
            kind: KindCode(event.kind),
            severity: SeverityCode(event.severity),
            seen_at: event.seen_at.into(),
            page_sha256: Sha(event.page_sha256),
            entry: event.entry.map(EntryPart::from),
            hearing: event.hearing.map(HearingPart::from),
            field: event.field.map(|FieldChange { field, before, after }| FieldPart { field, before, after }),
            more: more.filter(|more| more.end_date.is_some() || more.platform.is_some() || !more.appointments.is_empty()),
        }
    }

    /// Writes the event behind `prefix` much as a webhook body says it, so that a body needs few bytes more. A part of the
    /// format of stored bodies: its bytes never change for the same event, whatever becomes of the webhook.
    pub(in crate::store) fn words(&self, prefix: &mut Vec<u8>) {
        let at = self.seen_at.0.strftime("%Y-%m-%dT%H:%M:%SZ");
        let quoted = |text: Option<&str>| text.map_or_else(|| "null".to_owned(), |text| format!("\"{text}\""));
        let (kind, severity) = (self.kind.0.name(), self.severity.0.name());
        let mut words = format!(
            "{{\"type\":\"{kind}\",\"timestamp\":\"{at}\",\"version\":1,\"data\":{{\"event_id\":\"{}\",\"seq\":{},\"severity\":\"{severity}\",\
             \"summary\":\"",
            hex(&self.id.0),
            self.seq
        );
        if let Some(EntryPart { key, date, time, title, actor, excerpt, before, after }) = &self.entry {
            let date = date.map(|day| day.0.to_string());
            let time = time.map(|hour| hour.0.strftime("%H:%M").to_string());
            let [date, time, before, after] = [&date, &time, before, after].map(|text| quoted(text.as_deref()));
            words += &format!(
                "\",\"entry\":{{\"key\":\"{key}\",\"date\":{date},\"time\":{time},\"title\":\"{title}\",\"actor\":\"{}\",\"excerpt\":\"{excerpt}\",\
                 \"before\":{before},\"after\":{after}}},\"hearing\":null,",
                actor.0.name()
            );
        }
        if let Some(FieldPart { field, before, after }) = &self.field {
            words += &format!(
                "\"field\":{{\"name\":\"{field}\",\"before\":{},\"after\":{}}},",
                quoted(before.as_deref()),
                quoted(after.as_deref())
            );
        }
        words += &format!(
            "\"seen\":{{\"at\":\"{at}\",\"version\":{},\"page_sha256\":\"{}\"}},\"note\":null",
            self.version,
            hex(&self.page_sha256.0)
        );
        prefix.extend_from_slice(words.as_bytes());
    }

    /// The event, of this case.
    pub(in crate::store) fn event(self, case: CaseRef) -> Event {
        Event {
            id: self.id.into(),
            kind: self.kind.0,
            severity: self.severity.0,
            case,
            seq: self.seq,
            version: self.version,
            entry: self.entry.map(EventEntry::from),
            hearing: self.hearing.map(|part| with_more(part.into(), self.more)),
            field: self.field.map(|FieldPart { field, before, after }| FieldChange { field, before, after }),
            seen_at: self.seen_at.0,
            page_sha256: self.page_sha256.0,
        }
    }
}

fn with_more(mut hearing: EventHearing, more: Option<MorePart>) -> EventHearing {
    if let Some(MorePart { end_date, platform, appointments }) = more {
        (hearing.mention.end_date, hearing.mention.platform) = (end_date.map(|day| day.0), platform);
        hearing.appointments = appointments.into_iter().map(Appointment::from).collect();
    }
    hearing
}

impl From<EventEntry> for EntryPart {
    fn from(entry: EventEntry) -> Self {
        let EventEntry { key, date, time, title, actor, excerpt, before, after } = entry;
        Self { key: key.0, date: date.map(Day), time: time.map(Hour), title, actor: ActorCode(actor), excerpt, before, after }
    }
}

impl From<EntryPart> for EventEntry {
    fn from(part: EntryPart) -> Self {
        let EntryPart { key, date, time, title, actor, excerpt, before, after } = part;
        let (date, time) = (date.map(|day| day.0), time.map(|hour| hour.0));
        Self { key: EntryKey(key), date, time, title, actor: actor.0, excerpt, before, after }
    }
}

impl From<EventHearing> for HearingPart {
    fn from(hearing: EventHearing) -> Self {
        let EventHearing { mention, starts, zone, previous, appointments: _ } = hearing;
        let HearingMention { date, end_date: _, time, kind, status, mode, platform: _, room, warnings, span } = mention;
        Self {
            date: date.map(Day),
            time: time.map(Hour),
            kind,
            status: StatusCode(status),
            mode: mode.map(ModeCode),
            room,
            warnings,
            span: span.map(|(from, to)| (wide(from), wide(to))),
            starts: starts.map(Instant::from),
            zone,
            previous: previous.map(|(date, time)| (Day(date), time.map(Hour))),
        }
    }
}

impl From<HearingPart> for EventHearing {
    fn from(part: HearingPart) -> Self {
        let mention = HearingMention {
            date: part.date.map(|day| day.0),
            time: part.time.map(|hour| hour.0),
            kind: part.kind,
            mode: part.mode.map(|mode| mode.0),
            room: part.room,
            warnings: part.warnings,
            span: part.span.and_then(|(from, to)| Some((usize::try_from(from).ok()?, usize::try_from(to).ok()?))),
            ..HearingMention::new(part.status.0)
        };
        let previous = part.previous.map(|(date, time)| (date.0, time.map(|hour| hour.0)));
        Self { mention, starts: part.starts.map(|at| at.0), zone: part.zone, previous, appointments: Vec::new() }
    }
}

fn wide(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample;

    #[test]
    fn what_hearings_carry_since_later_is_kept_and_older_rows_read_as_they_are() {
        let plain = EventRecord::new(sample::rescheduled(), 7);
        let mut lasting = sample::rescheduled();
        let mention = &mut lasting.hearing.as_mut().expect("a hearing").mention;
        (mention.end_date, mention.platform) = (Some(jiff::civil::date(2024, 3, 19)), Some("zoom".into()));
        let lasting_record = EventRecord::new(lasting.clone(), 7);
        let before = postcard::to_allocvec(&lasting_record).expect("bytes");
        assert_eq!(postcard::take_from_bytes::<EventRecord>(&before).map(|(record, rest)| (record, rest.len())), Ok((lasting_record, 0)));
        lasting.hearing.as_mut().expect("a hearing").appointments = sample::invited().hearing.expect("a hearing").appointments;
        let full = EventRecord::new(lasting.clone(), 7);
        let (old, new) = (postcard::to_allocvec(&plain).expect("bytes"), postcard::to_allocvec(&full).expect("bytes"));
        assert!(
            new.starts_with(&before) && before.starts_with(&old) && new.len() > before.len(),
            "an older row is the beginning of a newer one"
        );
        assert_eq!(postcard::take_from_bytes::<EventRecord>(&old).map(|(record, rest)| (record, rest.len())), Ok((plain, 0)));
        let (read, rest) = postcard::take_from_bytes::<EventRecord>(&new).expect("reads");
        assert_eq!((rest.len(), read.event(lasting.case.clone())), (0, lasting));
        let line = serde_json::to_string(&full).expect("JSON");
        assert_eq!(serde_json::from_str::<EventRecord>(&line).expect("reads"), full);
    }
}
