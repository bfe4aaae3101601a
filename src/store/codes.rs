//! Small types with two written forms: numbers and bytes in the store, names and ISO times in exports.
//!
//! Used by the records only. Serde asks each format whether people read it; postcard says no, JSON says yes. The numbers
//! never change their meaning: a new variant takes a new number, and the matches do not compile until it has one.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::access::Role;
use crate::domain::condition::{Class, Topic};
use crate::domain::event::{Actor, EventKind, Severity};
use crate::domain::hearing::{HearingMode, HearingStatus};
use crate::domain::id::{Id, hex};
use crate::domain::medium::Medium;

macro_rules! coded {
    ($(#[$doc:meta])* $name:ident($domain:ident) $($variant:ident = $code:literal)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) struct $name(pub(super) $domain);

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    return serializer.serialize_str(self.0.name());
                }
                serializer.serialize_u8(match self.0 { $($domain::$variant => $code,)* })
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    let name = Cow::<str>::deserialize(deserializer)?;
                    return $domain::parse(&name).map(Self).ok_or_else(|| D::Error::custom(format!("unknown name {name:?}")));
                }
                match u8::deserialize(deserializer)? {
                    $($code => Ok(Self($domain::$variant)),)*
                    other => Err(D::Error::custom(format!("unknown code {other}"))),
                }
            }
        }
    };
}

coded! {
    /// The kind of an event.
    KindCode(EventKind)
    HearingScheduled = 1 HearingRescheduled = 2 HearingMovedEarlier = 3 HearingDeferred = 4 HearingSuspended = 5
    HearingResumed = 6 HearingFailed = 7 HearingRevoked = 8 HearingHeld = 9 RulingIssued = 10 RulingOral = 11
    OrderIssued = 12 MeasureOrdered = 13 MeasureLifted = 14 FilingAdded = 15 AppealFiled = 16 ProsecutionAct = 17
    NotificationServed = 18 EntryAdded = 19 CaseFieldChanged = 20 JudgeChanged = 21 PartyChanged = 22 CaseLinked = 23
    CaseClosed = 24 RecordEdited = 25 RecordRemoved = 26 RecordBackdated = 27 RecordHidden = 28 RecordRedated = 29
    DocumentReplaced = 30 CaseVanished = 31 VeedorTest = 32 HearingReminder = 36 HearingSilent = 37 CaseReopened = 38
    SourceDrift = 40 RecordInconsistent = 41 CaseReraffled = 42 RecordOffHours = 43 RecordOutOfOrder = 44 RecordBurst = 45
    RecordNearDuplicate = 46 RecordDisagreement = 50 NotificationMissing = 60 CaseReserved = 61 CaseReturned = 62 RecordMarked = 63
    CaseSilent = 64 ClockWarning = 65 ClockBreach = 66 ClockMet = 67 DelaysSummary = 68
    SourceUnreadable = 80 SourceBlocked = 81 SourceUnavailable = 82 SourceCasesUnread = 83 SourceRecovered = 84 ChannelFailing = 85
    ChannelDisabled = 86 ChannelGaveUp = 87 ChannelRecovered = 88 StoreLow = 89 StoreRecovered = 90 VeedorHeartbeat = 91
    SilenceEnded = 100 CaseActivity = 120
}

coded! {
    /// What a condition is about.
    TopicCode(Topic) Source = 1 Unread = 2 Drift = 3 Channel = 4 GaveUp = 5 Store = 6 Heartbeat = 7 Summary = 8
}

coded! {
    /// In what way it is bad.
    ClassCode(Class)
    Unreadable = 1 Blocked = 2 Unavailable = 3 Unread = 4 Drift = 5 Failing = 6 Misconfigured = 7 Gone = 8 GaveUp = 9 Low = 10
}

coded! {
    /// The severity of an event.
    SeverityCode(Severity) Info = 1 Notice = 2 Warn = 3 Critical = 4
}

coded! {
    /// Who produced an entry.
    ActorCode(Actor) Court = 1 Clerk = 2 Prosecutor = 3 Party = 4 Unknown = 5
}

coded! {
    /// What an entry says of a hearing.
    StatusCode(HearingStatus)
    Convened = 1 Rescheduled = 2 MovedEarlier = 3 Deferred = 4 Suspended = 5 ResumeScheduled = 6 Resumed = 7 Failed = 8
    NotInstalled = 9 Revoked = 10 Held = 11 OralDecision = 12
}

coded! {
    /// How a message travels.
    MediumCode(Medium)
    Email = 1 Webhook = 2 Terminal = 3 Slack = 4 Discord = 5 Mattermost = 6 Teams = 7 Telegram = 8 Ntfy = 9 Matrix = 10 Command = 11
}

coded! {
    /// How people attend a hearing.
    ModeCode(HearingMode) InPerson = 1 Remote = 2 Mixed = 3
}

coded! {
    /// What a user or a token may do.
    RoleCode(Role) Viewer = 1 Editor = 2 Admin = 3
}

macro_rules! hexed {
    ($(#[$doc:meta])* $name:ident[$length:literal]) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(super) struct $name(pub(super) [u8; $length]);

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() { serializer.serialize_str(&hex(&self.0)) } else { self.0.serialize(serializer) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if !deserializer.is_human_readable() {
                    return <[u8; $length]>::deserialize(deserializer).map(Self);
                }
                let text = Cow::<str>::deserialize(deserializer)?;
                unhex(&text).and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or_else(|| D::Error::custom("not hexadecimal, or of another length"))
            }
        }
    };
}

hexed! {
    /// A derived id.
    IdHex[16]
}

hexed! {
    /// A SHA-256.
    Sha[32]
}

hexed! {
    /// The first bytes of a fingerprint.
    Hex8[8]
}

impl From<Id> for IdHex {
    fn from(id: Id) -> Self {
        Self(id.0)
    }
}

impl From<IdHex> for Id {
    fn from(id: IdHex) -> Self {
        Self(id.0)
    }
}

/// Reads hexadecimal digits.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// An instant, kept to the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Instant(pub(super) Timestamp);

impl From<Timestamp> for Instant {
    fn from(at: Timestamp) -> Self {
        Self(Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at))
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(&self.0) } else { serializer.serialize_i64(self.0.as_millisecond()) }
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return Cow::<str>::deserialize(deserializer)?.parse::<Timestamp>().map(Self::from).map_err(D::Error::custom);
        }
        Timestamp::from_millisecond(i64::deserialize(deserializer)?).map(Self).map_err(D::Error::custom)
    }
}

/// A civil date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day(pub(super) Date);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return serializer.collect_str(&self.0);
        }
        (self.0.year(), self.0.month(), self.0.day()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return Cow::<str>::deserialize(deserializer)?.parse().map(Self).map_err(D::Error::custom);
        }
        let (year, month, day) = <(i16, i8, i8)>::deserialize(deserializer)?;
        Date::new(year, month, day).map(Self).map_err(D::Error::custom)
    }
}

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hour(pub(super) Time);

impl Serialize for Hour {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return serializer.collect_str(&self.0);
        }
        (self.0.hour(), self.0.minute(), self.0.second(), self.0.subsec_nanosecond()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Hour {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return Cow::<str>::deserialize(deserializer)?.parse().map(Self).map_err(D::Error::custom);
        }
        let (hour, minute, second, nanosecond) = <(i8, i8, i8, i32)>::deserialize(deserializer)?;
        Time::new(hour, minute, second, nanosecond).map(Self).map_err(D::Error::custom)
    }
}

/// Bytes: as they are in the store, base64 in exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Blob(pub(super) Vec<u8>);

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&STANDARD.encode(&self.0))
        } else {
            serializer.serialize_bytes(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return STANDARD.decode(&*Cow::<str>::deserialize(deserializer)?).map(Self).map_err(D::Error::custom);
        }
        deserializer.deserialize_bytes(BlobVisitor)
    }
}

struct BlobVisitor;

impl Visitor<'_> for BlobVisitor {
    type Value = Blob;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Blob, E> {
        Ok(Blob(bytes.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A store of today must read as it was written: no number may ever mean another kind of channel.
    #[test]
    fn the_codes_of_media_are_those_that_stores_hold() {
        let codes: Vec<u8> = Medium::ALL.iter().map(|medium| postcard::to_allocvec(&MediumCode(*medium)).expect("it encodes")[0]).collect();
        assert_eq!(codes, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
        for medium in Medium::ALL {
            let bytes = postcard::to_allocvec(&MediumCode(medium)).expect("it encodes");
            assert_eq!(postcard::from_bytes::<MediumCode>(&bytes).expect("it decodes"), MediumCode(medium));
            let text = serde_json::to_string(&MediumCode(medium)).expect("it encodes");
            assert_eq!(
                (text.as_str(), serde_json::from_str(&text).ok()),
                (format!("\"{}\"", medium.name()).as_str(), Some(MediumCode(medium)))
            );
        }
    }
}
