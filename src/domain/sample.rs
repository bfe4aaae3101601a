//! Events for the tests of `wire`, `message` and `notify`: one of each kind that matters, all fictional.
//!
//! Only compiled for tests.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{date, time};
use jiff::tz::TimeZone;

use super::about::{About, Language, Profile, Stop};
use super::appointment::Appointment;
use super::case::{CaseNumber, CaseRef, Parts, Watch};
use super::clock_news::ClockNews;
use super::clocks::{Confidence, State};
use super::condition::{Class, Topic};
use super::delay_summary::{CaseLine, DelaySummary, Numbers, TagLine};
use super::delivery::{Delivery, DeliveryState};
use super::disagreement::{Disagreement, Point};
use super::docket::{Docket, Entry, EntryKey, Party};
use super::event::{Actor, Event, EventEntry, EventHearing, EventKind, FieldChange, MISSING_SINCE, Severity};
use super::hearing::{HearingMention, HearingMode, HearingStatus};
use super::id::{Id, sha256};
use super::link::{Link, Relation};
use super::privacy::{Held, Known, Privacy};
use super::redact::Words;
use super::report::{Number, Report, SourceLine, Subject, Trouble};
use crate::config::Policies;

/// The watched case.
pub fn watch() -> Watch {
    Watch {
        case: CaseRef { source: "ec-esatje".into(), number: "17721201900029G".into() },
        number: CaseNumber { compact: "17721201900029G".into(), canonical: "17721-2019-00029G".into(), parts: Parts::default() },
        name: Some("Sobornos 2012-2016".into()),
        formal_name: None,
        tags: vec!["sobornos".into(), "anticorrupcion".into()],
        every: Duration::from_secs(900),
        since: None,
        silent_after: Some(60),
        note: Some("Pedido por la mesa judicial; ver carpeta 12".into()),
        facts: BTreeMap::new(),
        pins: Vec::new(),
        chosen_for_delay: false,
        channels: None,
        linked: Vec::new(),
        withhold: None,
    }
}

/// What a message is about.
pub fn about(watch: &Watch, language: Language) -> About<'_> {
    About {
        watch,
        previous: Some(Id::derive(&[b"the event before"])),
        source_title: "eSATJE, Consejo de la Judicatura del Ecuador",
        dashboard: None,
        case_url: "https://procesosjudiciales.funcionjudicial.gob.ec/busqueda",
        zone: TimeZone::get("America/Guayaquil").expect("bundled"),
        language,
        privacy: privacy(Profile::Newsroom),
        stop: Stop::Unsaid,
    }
}

/// What is hidden in a case of the sample's parties under this profile.
pub fn privacy(profile: Profile) -> Privacy {
    let party = |name: &str| Party { role: "PROCESADO".into(), name: name.into() };
    let docket = Docket { parties: vec![party("PERSONA FICTICIA UNO"), party("PERSONA FICTICIA DOS")], ..Docket::default() };
    let held = Held { dockets: vec![Known::of(&docket).into()], reserved: false };
    Privacy::new(Policies::of_profile(profile).of("ec"), &watch(), Some(&held), &[])
}

/// When everything was seen.
pub fn seen_at() -> Timestamp {
    "2024-02-19T15:04:01Z".parse().expect("valid")
}

/// An event without parts.
pub fn bare(kind: EventKind) -> Event {
    let case = watch().case;
    Event {
        id: Event::id_of(&case, 17, "203900573", kind),
        kind,
        severity: kind.severity(),
        case,
        seq: 42,
        version: 17,
        entry: None,
        hearing: None,
        field: None,
        seen_at: seen_at(),
        page_sha256: sha256(b"page"),
    }
}

/// An entry of a docket, of a day and without a key.
pub fn act(day: jiff::civil::Date, title: &str, text: &str) -> Entry {
    Entry {
        key: EntryKey(String::new()),
        date: Some(day),
        time: None,
        title: title.to_owned(),
        text: text.to_owned(),
        documents: Vec::new(),
        annulled: false,
        withheld: None,
        notice_of: None,
        extra: BTreeMap::new(),
    }
}

/// An event about an entry.
pub fn entry(kind: EventKind, actor: Actor, title: &str, excerpt: &str) -> Event {
    let entry = EventEntry {
        key: EntryKey("203900573".into()),
        date: Some(date(2024, 2, 19)),
        time: Some(time(9, 51, 46, 0)),
        title: title.into(),
        actor,
        excerpt: excerpt.into(),
        before: None,
        after: None,
    };
    Event { entry: Some(entry), ..bare(kind) }
}

/// A trial hearing moved from 20 February to 12 March.
pub fn rescheduled() -> Event {
    let text = "Se difiere la audiencia de juicio señalada para el 20 de febrero de 2024, a las 09h00. En consecuencia, se señala para el 12 de marzo de 2024, a las 09h00, en la sala 203.";
    let mut event = entry(EventKind::HearingRescheduled, Actor::Court, "CONVOCATORIA A AUDIENCIA (PROVIDENCIA)", text);
    let span = text.find("12 de marzo").map(|at| (at, at + "12 de marzo de 2024, a las 09h00".len()));
    event.hearing = Some(EventHearing {
        mention: HearingMention {
            date: Some(date(2024, 3, 12)),
            time: Some(time(9, 0, 0, 0)),
            kind: Some("juicio".into()),
            mode: Some(HearingMode::InPerson),
            room: Some("203".into()),
            span,
            ..HearingMention::new(HearingStatus::Rescheduled)
        },
        starts: Some("2024-03-12T14:00:00Z".parse().expect("valid")),
        zone: "America/Guayaquil".into(),
        previous: Some((date(2024, 2, 20), Some(time(9, 0, 0, 0)))),
        appointments: Vec::new(),
    });
    event
}

/// The same with what changes by it in a calendar.
pub fn invited() -> Event {
    let mut event = rescheduled();
    if let Some(hearing) = &mut event.hearing {
        hearing.appointments.push(Appointment {
            id: Id::derive(&[b"appointment"]),
            sequence: 1,
            cancelled: false,
            kind: Some("juicio".into()),
            date: date(2024, 3, 12),
            end_date: None,
            time: Some(time(9, 0, 0, 0)),
            zone: "America/Guayaquil".into(),
            mode: Some(HearingMode::InPerson),
            room: Some("203".into()),
        });
    }
    event
}

/// The same hearing with a doubt about its date: 12 March 2024 was a Tuesday.
pub fn doubtful() -> Event {
    let mut event = rescheduled();
    event.kind = EventKind::HearingScheduled;
    if let Some(entry) = &mut event.entry {
        entry.excerpt = entry.excerpt.replace("para el 12 de", "para el lunes 12 de");
    }
    if let Some(hearing) = &mut event.hearing {
        hearing.mention.status = HearingStatus::Convened;
        hearing.mention.warnings = vec!["weekday_mismatch".into()];
        let lunes = "lunes ".len();
        hearing.mention.span = hearing.mention.span.map(|(start, end)| (start, end + lunes));
        hearing.previous = None;
    }
    event
}

/// A written ruling.
pub fn ruling() -> Event {
    let text = "VISTOS: El Tribunal resuelve por unanimidad. Notifíquese y cúmplase.";
    entry(EventKind::RulingIssued, Actor::Court, "SENTENCIA (RESOLUCION)", text)
}

/// A party's filing.
pub fn filing() -> Event {
    entry(EventKind::FilingAdded, Actor::Party, "ESCRITO", "PERSONA FICTICIA UNO solicita que se dicte sentencia absolutoria.")
}

/// An entry whose text changed.
pub fn edited() -> Event {
    let mut event = entry(EventKind::RecordEdited, Actor::Court, "AUTO (RESOLUCION)", "Se fija la multa en 400 dólares.");
    if let Some(entry) = &mut event.entry {
        entry.before = Some("Se fija la multa en 4000 dólares.".into());
        entry.after = Some("Se fija la multa en 400 dólares.".into());
    }
    event
}

/// An entry that is no longer shown.
pub fn removed() -> Event {
    let mut event = entry(EventKind::RecordRemoved, Actor::Clerk, "RAZON (RAZON)", "Siento por tal que se agregó el expediente.");
    if let Some(entry) = &mut event.entry {
        entry.date = Some(date(2024, 2, 5));
    }
    event.field = Some(missing());
    event
}

/// Missing since Friday, 16 February.
fn missing() -> FieldChange {
    FieldChange { field: MISSING_SINCE.into(), before: Some("2024-02-16T14:00:00Z".to_owned()), after: Some("3".into()) }
}

/// A case that the source does not know any more.
pub fn vanished() -> Event {
    Event { field: Some(missing()), ..bare(EventKind::CaseVanished) }
}

/// An entry that was seen for the first time three weeks after its date.
pub fn backdated() -> Event {
    let mut event = entry(EventKind::RecordBackdated, Actor::Clerk, "RAZON (RAZON)", "Siento por tal que se notificó a las partes.");
    if let Some(entry) = &mut event.entry {
        entry.date = Some(date(2024, 1, 30));
    }
    event
}

/// A clerk's certificate that a judgment is final, which words read as a decision.
pub fn certificate() -> Event {
    let text = "Siento por tal que la sentencia se encuentra ejecutoriada por el ministerio de la ley.";
    entry(EventKind::RulingIssued, Actor::Clerk, "RAZON DE EJECUTORIA (RAZON)", text)
}

/// A judgment that is not written twenty days after it was announced (the case Metástasis).
pub fn late_ruling() -> Event {
    let told = ClockNews {
        id: Id::derive(&[b"a clock"]),
        rule: "EC-COIP-621".into(),
        version: 1,
        title: Words { es: "Sentencia escrita tras la decisión oral".into(), en: "Written judgment after the oral decision".into() },
        basis: "COIP art. 621".into(),
        confidence: Confidence::High,
        person: None,
        state: State::Breach,
        start: date(2024, 11, 25),
        due: Some(date(2024, 12, 5)),
        due_alt: None,
        stop: None,
        elapsed: 20,
        late: Some(10),
        late_alt: None,
    };
    let text = "El Tribunal anuncia su decisión de manera oral; la sentencia escrita se notificará.";
    let mut event = entry(EventKind::ClockBreach, Actor::Court, "ACTA RESUMEN (ACTA)", text);
    if let Some(entry) = &mut event.entry {
        entry.date = Some(date(2024, 11, 25));
    }
    Event { field: Some(told.field()), ..event }
}

/// A party that appeared.
pub fn party() -> Event {
    let field = FieldChange { field: "party.PROCESADO".into(), before: None, after: Some("PERSONA FICTICIA DOS".into()) };
    Event { field: Some(field), ..bare(EventKind::PartyChanged) }
}

/// An order that joins the case to another.
pub fn linked() -> Event {
    let text = "VISTOS: Por identidad de partes y de hechos, acumúlese la presente causa a la No. 17721-2024-00011G. Notifíquese.";
    let field = Link { relation: Relation::Accumulated, source: "ec-esatje".into(), number: "17721-2024-00011G".into(), watched: false };
    let event = entry(EventKind::CaseLinked, Actor::Court, "AUTO DE ACUMULACION (AUTO)", text);
    Event { field: Some(field.field()), severity: Severity::Warn, ..event }
}

/// A hearing that a linked source has on another day.
pub fn disagreement() -> Event {
    let told = Disagreement {
        point: Point::Day,
        here: "2024-03-12 09:00".into(),
        there: "2024-03-14 10:00".into(),
        other: "ec-fiscalia 170101819030001".into(),
    };
    let mut event = Event { kind: EventKind::RecordDisagreement, severity: Severity::Warn, field: Some(told.field()), ..rescheduled() };
    if let Some(entry) = &mut event.entry {
        entry.after = Some("DILIGENCIA (2024-02-21): La audiencia de juicio será el 14 de marzo de 2024, a las 10h00.".into());
    }
    event
}

/// A third of a source's cases changed their state at once.
pub fn drift() -> Event {
    let cases = ["17721202400011G", "17721202400018", "17721202400021G"].map(str::to_owned);
    let drift = super::brake::Drift::new("case.field_changed:status", 6, 20, cases.into_iter());
    Event { field: Some(drift.field()), page_sha256: [0; 32], ..bare(EventKind::SourceDrift) }
}

/// What a silence of two cases muted.
pub fn meanwhile() -> super::meanwhile::Meanwhile {
    let events = [filing(), filing(), rescheduled(), edited(), ruling()];
    let cases = ["17721-2019-00029G", "17721-2024-00011G", "17721-2019-00029G", "17721-2019-00029G", "17721-2024-00011G"];
    let zone = jiff::tz::TimeZone::UTC;
    let named: Vec<_> = events.iter().zip(cases).map(|(event, case)| (event, case, &zone)).collect();
    let from = seen_at() - jiff::SignedDuration::from_hours(72);
    super::meanwhile::Meanwhile::new(super::id::Id([0xab; 16]), from, seen_at(), &named)
}

/// The summary of that silence.
pub fn silence_ended() -> Event {
    Event { field: Some(meanwhile().field()), page_sha256: [0; 32], ..bare(EventKind::SilenceEnded) }
}

/// A source that refuses most visits.
pub fn blocked() -> Report {
    let since = "2024-02-19T13:20:00Z".parse().expect("valid");
    let line = SourceLine { source: "ec-esatje".into(), cases: 20, read: "2024-02-19T13:05:00Z".parse().ok() };
    Report {
        numbers: vec![(Number::Cases, 18), (Number::Watched, 20), (Number::Visits, 41)],
        why: Some("api.funcionjudicial.gob.ec answered 403".into()),
        sources: vec![line],
        ..Report::new(Some(Class::Blocked), Subject::Source("ec-esatje".into()), since, 1)
    }
}

/// A channel that took nothing for days.
pub fn disabled() -> Report {
    let since = "2024-02-14T13:20:00Z".parse().expect("valid");
    Report {
        numbers: vec![(Number::Attempts, 66), (Number::Waiting, 12), (Number::GivenUp, 0)],
        why: Some("hooks.example.org answered 500".into()),
        ..Report::new(Some(Class::Failing), Subject::Channel("datos".into()), since, 6)
    }
}

/// A disk that is nearly full.
pub fn low() -> Report {
    let numbers = vec![(Number::FreeMib, 412), (Number::LeastMib, 1024)];
    Report { numbers, ..Report::new(Some(Class::Low), Subject::Store, seen_at(), 1) }
}

/// A sign of life, with a source in trouble.
pub fn heartbeat() -> Report {
    let line =
        |source: &str, cases, read: Option<&str>| SourceLine { source: source.into(), cases, read: read.and_then(|at| at.parse().ok()) };
    let sources = vec![line("ec-esatje", 20, Some("2024-02-19T13:05:00Z")), line("ec-fiscalia", 3, None)];
    let subject = Subject::Source("ec-esatje".into());
    let troubles = vec![Trouble { class: Class::Blocked, subject, since: "2024-02-19T13:20:00Z".parse().expect("valid") }];
    let numbers = vec![(Number::Watched, 23), (Number::Waiting, 2)];
    Report { numbers, sources, troubles, ..Report::new(None, Subject::Veedor, seen_at(), 1) }
}

/// A month of twelve cases, two of them with a tag.
pub fn delay_summary() -> DelaySummary {
    let whole = Numbers {
        cases: 12,
        unread: 1,
        quiet: 5,
        entries: 31,
        held: 4,
        not_held: 1,
        unknown: 2,
        untold: 1,
        coming: 3,
        ran_out: 1,
        over: 3,
        near: 1,
    };
    let tagged = Numbers { cases: 2, entries: 9, held: 1, over: 2, ..Numbers::default() };
    let line = |tag: &str, numbers| TagLine { tag: tag.to_owned(), numbers };
    DelaySummary {
        channel: "redaccion".to_owned(),
        due: "2024-02-01T13:00:00Z".parse().expect("valid"),
        from: date(2024, 1, 1),
        to: date(2024, 1, 31),
        tags: vec![line("", whole), line("sobornos", tagged)],
        cases: vec![CaseLine {
            number: "17721-2019-00029G".to_owned(),
            name: Some("Sobornos 2012-2016".to_owned()),
            over: 2,
            near: 0,
            silent: Some(41),
            next: Some(date(2024, 2, 20)),
        }],
        left_out: 1,
    }
}

/// One event of each report.
pub fn reports() -> Vec<Event> {
    use EventKind as K;
    let recovered = |report: Report| Report { telling: 2, why: None, ..report };
    let full = |event: Event| Event { seq: 4, ..event };
    [
        blocked().event(Topic::Source, K::SourceBlocked, seen_at()),
        recovered(blocked()).event(Topic::Source, K::SourceRecovered, seen_at()),
        disabled().event(Topic::Channel, K::ChannelDisabled, seen_at()),
        recovered(disabled()).event(Topic::Channel, K::ChannelRecovered, seen_at()),
        low().event(Topic::Store, K::StoreLow, seen_at()),
        heartbeat().event(Topic::Heartbeat, K::VeedorHeartbeat, seen_at()),
        delay_summary().event(seen_at()),
    ]
    .map(full)
    .to_vec()
}

/// A hostile court: markup, overrides, controls, header lines and a word of a megabyte in every text.
pub fn hostile() -> Event {
    let evil = format!(
        "<script>alert(1)</script>\u{202e}\u{0}\r\nBcc: todos@example.org\r\n\r\n{} \u{9f}\u{2066}<img src=x onerror=y>\" ' & `",
        "Ñ".repeat(1 << 20)
    );
    hostile_in(&evil)
}

/// An event with this in every text that comes from a court.
pub fn hostile_in(evil: &str) -> Event {
    let evil = evil.to_owned();
    let mut event = entry(EventKind::RecordEdited, Actor::Unknown, &evil, &evil);
    event.severity = Severity::Critical;
    if let Some(entry) = &mut event.entry {
        entry.key = EntryKey(evil.clone());
        entry.before = Some(evil.clone());
        entry.after = Some(format!("{evil} otra"));
    }
    event.hearing = rescheduled().hearing;
    if let Some(hearing) = &mut event.hearing {
        hearing.mention.room = Some(evil.clone());
        hearing.mention.kind = Some(evil.clone());
        hearing.mention.warnings = vec![evil.clone()];
        hearing.mention.span = Some((7, usize::MAX));
    }
    event.field = Some(FieldChange { field: evil.clone(), before: Some(evil.clone()), after: Some(evil) });
    event
}

/// A delivery of these events to this recipient.
pub fn delivery(recipient: &str, events: &[Event]) -> Delivery {
    Delivery {
        id: Delivery::id_of("redaccion", recipient, events.first().map_or(bare(EventKind::VeedorTest).id, |event| event.id)),
        channel: "redaccion".into(),
        recipient: recipient.into(),
        case: watch().case,
        events: events.iter().map(|event| event.id).collect(),
        state: DeliveryState::Waiting { due: seen_at() },
        attempts: 0,
        created: seen_at(),
    }
}
