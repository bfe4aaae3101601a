//! A change with its meaning: what a subscriber is told.
//!
//! Made by `meaning` from changes, stored with the version that brought it, routed by [`route`](super::route),
//! worded by `message`. An event is immutable and its id is derived, so the same facts never become two events.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::appointment::Appointment;
use super::case::CaseRef;
use super::docket::EntryKey;
use super::hearing::HearingMention;
use super::id::Id;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $severity:ident, $audience:ident;)*) => {
        /// What happened. The names are those of the event table in `docs/` and never change their meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum EventKind { $($(#[$doc])* $variant,)* }

        impl EventKind {
            /// Every kind, in the order of the table.
            pub const ALL: &'static [EventKind] = &[$(EventKind::$variant,)*];

            /// The dotted name, for example `hearing.scheduled`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// How loud it is when nothing else is known.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }

            /// Whether it concerns a case or the running of veedor itself.
            pub fn audience(self) -> Audience {
                match self { $(Self::$variant => Audience::$audience,)* }
            }
        }
    };
}

kinds! {
    /// A hearing was set.
    HearingScheduled = "hearing.scheduled", Notice, Subscriber;
    /// A hearing was moved to another day.
    HearingRescheduled = "hearing.rescheduled", Notice, Subscriber;
    /// A hearing was moved to an earlier day.
    HearingMovedEarlier = "hearing.moved_earlier", Warn, Subscriber;
    /// A hearing did not start, for a stated cause.
    HearingDeferred = "hearing.deferred", Notice, Subscriber;
    /// A hearing was interrupted.
    HearingSuspended = "hearing.suspended", Notice, Subscriber;
    /// A suspended hearing goes on, or a day was set for it.
    HearingResumed = "hearing.resumed", Notice, Subscriber;
    /// A hearing was declared failed or did not start.
    HearingFailed = "hearing.failed", Warn, Subscriber;
    /// The order that set a hearing was revoked.
    HearingRevoked = "hearing.revoked", Notice, Subscriber;
    /// A hearing took place.
    HearingHeld = "hearing.held", Notice, Subscriber;
    /// A hearing is about to start.
    HearingReminder = "hearing.reminder", Notice, Subscriber;
    /// The day of a hearing passed, and no entry says what happened.
    HearingSilent = "hearing.silent", Notice, Subscriber;
    /// A judgment or decision was entered.
    RulingIssued = "ruling.issued", Notice, Subscriber;
    /// A decision was announced orally and is not yet written.
    RulingOral = "ruling.oral", Notice, Subscriber;
    /// Another act of the court.
    OrderIssued = "order.issued", Info, Subscriber;
    /// A precautionary or coercive measure was ordered.
    MeasureOrdered = "measure.ordered", Warn, Subscriber;
    /// Such a measure was lifted.
    MeasureLifted = "measure.lifted", Warn, Subscriber;
    /// A party filed something.
    FilingAdded = "filing.added", Info, Subscriber;
    /// A remedy was filed or taken up.
    AppealFiled = "appeal.filed", Info, Subscriber;
    /// An act of the prosecutor.
    ProsecutionAct = "prosecution.act", Info, Subscriber;
    /// Service of an act.
    NotificationServed = "notification.served", Info, Subscriber;
    /// An act of the court of which no notice was entered, where the court enters them.
    NotificationMissing = "notification.missing", Notice, Subscriber;
    /// An entry that no rule knows.
    EntryAdded = "entry.added", Info, Subscriber;
    /// A field of the heading changed.
    CaseFieldChanged = "case.field_changed", Notice, Subscriber;
    /// The judge or panel changed.
    JudgeChanged = "judge.changed", Notice, Subscriber;
    /// A party appeared, disappeared or changed.
    PartyChanged = "party.changed", Notice, Subscriber;
    /// The case reached another court or incident, or the record names another case that belongs to it.
    CaseLinked = "case.linked", Notice, Subscriber;
    /// The case was closed or archived.
    CaseClosed = "case.closed", Notice, Subscriber;
    /// A case that was closed goes on.
    CaseReopened = "case.reopened", Notice, Subscriber;
    /// An entry's content changed after it was published.
    RecordEdited = "record.edited", Warn, Subscriber;
    /// An entry is no longer on the record, confirmed.
    RecordRemoved = "record.removed", Critical, Subscriber;
    /// An entry appeared with a date well before we first could see it.
    RecordBackdated = "record.backdated", Warn, Subscriber;
    /// The source no longer shows the content of an entry.
    RecordHidden = "record.hidden", Warn, Subscriber;
    /// The source's mark of how an entry is shown changed.
    RecordMarked = "record.marked", Notice, Subscriber;
    /// An entry's date changed.
    RecordRedated = "record.redated", Warn, Subscriber;
    /// A linked document was replaced.
    DocumentReplaced = "document.replaced", Warn, Subscriber;
    /// The dates that an entry shows of itself do not agree.
    RecordInconsistent = "record.inconsistent", Warn, Subscriber;
    /// An act of the court is dated outside working hours.
    RecordOffHours = "record.off_hours", Info, Subscriber;
    /// A new entry breaks the order in which the source numbers and dates its entries.
    RecordOutOfOrder = "record.out_of_order", Notice, Subscriber;
    /// Far more was entered or changed at once than is usual in the case.
    RecordBurst = "record.burst", Notice, Subscriber;
    /// A new entry is nearly the same as another of its day, with other numbers in it.
    RecordNearDuplicate = "record.near_duplicate", Notice, Subscriber;
    /// The record shows another assignment by lot, with no reason seen for it, or one dated outside working hours.
    CaseReraffled = "case.reraffled", Warn, Subscriber;
    /// Two linked sources show different things of one matter, some working days after both could.
    RecordDisagreement = "record.disagreement", Warn, Subscriber;
    /// Nothing was entered in a case for long, by the dates of its entries.
    CaseSilent = "case.silent", Notice, Subscriber;
    /// A time limit of the law is nearly over.
    ClockWarning = "clock.warning", Notice, Subscriber;
    /// A time limit is over by every reading of the law, and no entry shows what ends it.
    ClockBreach = "clock.breach", Warn, Subscriber;
    /// What ends a time limit of which something was told is on the record.
    ClockMet = "clock.met", Notice, Subscriber;
    /// The source no longer knows the case, confirmed.
    CaseVanished = "case.vanished", Critical, Subscriber;
    /// The source says that the case is confidential, confirmed.
    CaseReserved = "case.reserved", Warn, Subscriber;
    /// A case that was told as vanished or reserved can be read again.
    CaseReturned = "case.returned", Notice, Subscriber;
    /// Many cases of a source changed in the same way in one round; nothing of it is told until the operator decides.
    SourceDrift = "source.drift", Warn, Operator;
    /// A silence ended: what was not sent meanwhile.
    SilenceEnded = "silence.ended", Notice, Subscriber;
    /// Most visits to a source fail because its pages are not what the recipe expects.
    SourceUnreadable = "source.unreadable", Warn, Operator;
    /// Most visits to a source fail because it refuses us.
    SourceBlocked = "source.blocked", Warn, Operator;
    /// Most visits to a source fail because it cannot be reached or says that it is down.
    SourceUnavailable = "source.unavailable", Warn, Operator;
    /// Cases of a source were not read for long, whatever the reason, while others are.
    SourceCasesUnread = "source.cases_unread", Warn, Operator;
    /// What was told of a source is over.
    SourceRecovered = "source.recovered", Notice, Operator;
    /// A channel takes no messages.
    ChannelFailing = "channel.failing", Warn, Operator;
    /// A channel took no messages for days, or wants none: it is tried once a day, and nothing of it is lost.
    ChannelDisabled = "channel.disabled", Warn, Operator;
    /// Messages of a channel were given up.
    ChannelGaveUp = "channel.gave_up", Warn, Operator;
    /// A channel takes messages again.
    ChannelRecovered = "channel.recovered", Notice, Operator;
    /// The disk of the store is nearly full; when it is full veedor ends.
    StoreLow = "store.low", Critical, Operator;
    /// The disk of the store has room again.
    StoreRecovered = "store.recovered", Notice, Operator;
    /// The monthly summary of delays, to the channels whose events ask for it.
    DelaysSummary = "delays.summary", Notice, Operator;
    /// The sign of life: what is watched, when it was last read, and what is in trouble.
    VeedorHeartbeat = "veedor.heartbeat", Info, Operator;
    /// A test message asked for by the operator.
    VeedorTest = "veedor.test", Info, Operator;
    /// Something happened in a case of which nothing else is told. It is only ever shown: what happened is stored as what it is.
    CaseActivity = "case.activity", Notice, Subscriber;
}

impl EventKind {
    /// Reads [`name`](Self::name) back.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

impl std::fmt::Display for EventKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// How loud an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth keeping.
    Info,
    /// Worth reading today.
    Notice,
    /// Worth reading now.
    Warn,
    /// Goes through quiet hours.
    Critical,
}

impl Severity {
    /// The stable name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warn => "warn",
            Self::Critical => "critical",
        }
    }

    /// Reads [`name`](Self::name) back.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Info, Self::Notice, Self::Warn, Self::Critical].into_iter().find(|severity| severity.name() == name)
    }
}

/// Who an event is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Those who follow a case.
    Subscriber,
    /// Those who run veedor.
    Operator,
}

/// Who produced an entry, as far as the record shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A judge or panel.
    Court,
    /// The court's clerk.
    Clerk,
    /// The prosecutor.
    Prosecutor,
    /// A party.
    Party,
    /// The record does not say.
    Unknown,
}

impl Actor {
    /// The stable name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Court => "court",
            Self::Clerk => "clerk",
            Self::Prosecutor => "prosecutor",
            Self::Party => "party",
            Self::Unknown => "unknown",
        }
    }

    /// Reads [`name`](Self::name) back.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Court, Self::Clerk, Self::Prosecutor, Self::Party, Self::Unknown].into_iter().find(|actor| actor.name() == name)
    }
}

/// The entry that an event is about, as much of it as an alert shows.
#[derive(Debug, Clone, PartialEq)]
pub struct EventEntry {
    /// Its key in the docket.
    pub key: EntryKey,
    /// The court's date.
    pub date: Option<Date>,
    /// The court's time.
    pub time: Option<Time>,
    /// The court's words for its type.
    pub title: String,
    /// Who produced it.
    pub actor: Actor,
    /// The first [`EXCERPT_CHARS`] characters of the text now; empty when there is none or it is withheld.
    pub excerpt: String,
    /// For an edit: the changed part as it was, cut to [`EXCERPT_CHARS`].
    pub before: Option<String>,
    /// For an edit: the changed part as it is, cut to [`EXCERPT_CHARS`].
    pub after: Option<String>,
}

/// The length of excerpts in events, in characters. `domain.md` R-A1 asks for 300 in an alert; the event keeps
/// twice that, so that a hearing's sentence that stands later in an order is still quoted.
pub const EXCERPT_CHARS: usize = 600;

/// The name of the field that says how many settings of a hearing did not take place, where they are many.
pub const NOT_HELD: &str = "not_held";

/// The [`FieldChange::field`] with which `record.removed`, `case.vanished`, `case.reserved` and `case.returned` may say since when something is not seen:
/// `before` is the instant of the first visit that did not show it (RFC 3339), `after` the number of such visits.
pub const MISSING_SINCE: &str = "missing_since";

/// The field that says since when something is not seen, and in how many visits it was not.
pub fn missing_since(since: Timestamp, visits: u32) -> FieldChange {
    FieldChange { field: MISSING_SINCE.to_owned(), before: Some(since.to_string()), after: Some(visits.to_string()) }
}

/// The [`FieldChange::field`] with which `case.silent` says since when nothing was entered: `before` is the date of the last entry, `after`
/// the number of days from it to the day on which the case was last read.
pub const SILENT_SINCE: &str = "silent_since";

/// A heading field or party that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The stable name of the field (`court`, `status`, `party.PROCESADO`, …).
    pub field: String,
    /// Its value before; `None` when it was absent.
    pub before: Option<String>,
    /// Its value now; `None` when it is absent.
    pub after: Option<String>,
}

/// A hearing in an event: what is said now, and the day it replaces.
#[derive(Debug, Clone, PartialEq)]
pub struct EventHearing {
    /// The mention that raised the event.
    pub mention: HearingMention,
    /// The instant it starts, when day and hour are known, from the wall time in the court's zone.
    pub starts: Option<Timestamp>,
    /// The court's zone, for example `America/Guayaquil`.
    pub zone: String,
    /// The day and hour that this one replaces, when the same entry names them.
    pub previous: Option<(Date, Option<Time>)>,
    /// What changes by it in a calendar.
    pub appointments: Vec<Appointment>,
}

/// What a subscriber is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Derived from source, case, version, subject, kind and what changed; see [`Event::id_of`].
    pub id: Id,
    /// What happened.
    pub kind: EventKind,
    /// How loud it is, which may differ from the kind's own.
    pub severity: Severity,
    /// The case.
    pub case: CaseRef,
    /// The number of this event within its case, from 1, without gaps.
    pub seq: u32,
    /// The version that brought it.
    pub version: u32,
    /// The entry it is about.
    pub entry: Option<EventEntry>,
    /// The hearing it is about.
    pub hearing: Option<EventHearing>,
    /// The heading field or party it is about.
    pub field: Option<FieldChange>,
    /// When the page was seen that brought it.
    pub seen_at: Timestamp,
    /// SHA-256 of the page that shows it (of all pages of the visit, when it is about an absence).
    pub page_sha256: [u8; 32],
}

impl Event {
    /// A test message. It is not derived from a docket: each one is a message of its own, the first of a case that is none.
    pub fn test(case: CaseRef, channel: &str, now: Timestamp) -> Self {
        let kind = EventKind::VeedorTest;
        Self {
            id: Id::derive(&[b"test", channel.as_bytes(), &now.as_nanosecond().to_be_bytes()]),
            kind,
            severity: kind.severity(),
            case,
            seq: 1,
            version: 1,
            entry: None,
            hearing: None,
            field: None,
            seen_at: now,
            page_sha256: [0; 32],
        }
    }

    /// The id of an event: the version number that brought it stands in it, so that A→B→A→B is three events (`storage.md` B2).
    /// What changed is added by [`with_facts`](Self::with_facts).
    pub fn id_of(case: &CaseRef, version: u32, subject: &str, kind: EventKind) -> Id {
        Id::derive(&[case.source.as_bytes(), case.number.as_bytes(), &version.to_be_bytes(), subject.as_bytes(), kind.name().as_bytes()])
    }

    /// The id with what changed in it: after a restore of an older backup the same version may bring other news, which is then
    /// another event; the same news is the same.
    pub fn with_facts<'a>(id: Id, facts: impl Iterator<Item = Option<&'a str>>) -> Id {
        let facts: Vec<(&[u8], &[u8])> = facts.map(|fact| fact.map_or((&[0][..], &[][..]), |text| (&[1][..], text.as_bytes()))).collect();
        let parts: Vec<&[u8]> = std::iter::once(&id.0[..]).chain(facts.iter().flat_map(|(there, text)| [*there, *text])).collect();
        Id::derive(&parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_reads_back_from_its_name() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::parse(kind.name()), Some(*kind));
        }
    }

    #[test]
    fn the_same_change_in_two_versions_is_two_events() {
        let case = CaseRef { source: "s".into(), number: "1".into() };
        let first = Event::id_of(&case, 2, "k", EventKind::RecordEdited);
        assert_eq!(first, Event::id_of(&case, 2, "k", EventKind::RecordEdited));
        assert_ne!(first, Event::id_of(&case, 4, "k", EventKind::RecordEdited));
    }

    #[test]
    fn other_facts_are_another_event() {
        let id = Id::derive(&[b"e"]);
        let of = |facts: &[Option<&str>]| Event::with_facts(id, facts.iter().copied());
        let known = [of(&[]), of(&[None]), of(&[Some("")]), of(&[Some("a")]), of(&[Some("a"), None]), of(&[None, Some("a")])];
        assert_eq!(of(&[Some("a")]), known[3]);
        assert_eq!(known.iter().collect::<std::collections::BTreeSet<_>>().len(), known.len());
    }
}
