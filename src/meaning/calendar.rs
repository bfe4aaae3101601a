//! What is due by the calendar alone: hearings to call to mind, and hearings of which nothing was heard.
//!
//! `daemon::calendar` asks [`Meaning::due`](super::Meaning::due) now and then for each case. Every event has an id that follows from
//! the hearing and not from the version, so that asking again tells nothing twice. It reads no clock.

use std::collections::HashMap;
use std::time::Duration;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::domain::case::CaseRef;
use crate::domain::docket::{Docket, Entry};
use crate::domain::event::{Event, EventKind, Severity};
use crate::domain::id::Id;
use crate::domain::setting::{Outcome, SILENT_AFTER, Setting};
use crate::domain::twin::{Placed, Twin, also_at, is_told, merged, pairs};

use super::events::as_shown;
use super::known::setting_hearing;
use super::seen::{instant, zone_of};
use super::{Heard, Meaning};

/// When nothing was heard for this long after a hearing, it is said once more, louder, in working days (`domain.md` F-16).
const STILL_SILENT_AFTER: u32 = 15;
/// Older silences are history: the first look at a case does not tell them all.
pub(super) const SILENCE_DAYS: i32 = 45;

/// Whatever is due, one asks again after this long.
pub const FARTHEST: Duration = Duration::from_secs(86_400);

/// A case as the calendar sees it.
#[derive(Debug, Clone)]
pub struct Calendar<'a> {
    /// The case.
    pub case: &'a CaseRef,
    /// The zone of its court.
    pub zone: TimeZone,
    /// Its docket.
    pub docket: &'a Docket,
    /// The version of the docket.
    pub version: u32,
    /// SHA-256 of its pages.
    pub page_sha256: [u8; 32],
    /// When the case was first read: what passed in silence before is no news.
    pub watched_since: Timestamp,
    /// How long before a hearing it is called to mind, the longest first.
    pub remind: &'a [Duration],
    /// After how many days without an entry the case is told as silent; `None` means never.
    pub silent_after: Option<u32>,
    /// When the case was last read: silence since then may be the source's and not the court's.
    pub read_at: Timestamp,
    /// The settings of the cases with which it is linked.
    pub twins: &'a [Twin],
}

impl Calendar<'_> {
    /// The day in the court's zone.
    pub(super) fn day(&self, at: Timestamp) -> Date {
        at.to_zoned_datetime(self.zone.clone()).date()
    }
}

/// What is due, and when to ask again.
#[derive(Debug, Clone)]
pub struct Due {
    /// What is to be told; some of it may have been told before.
    pub events: Vec<Event>,
    /// Of a hearing that stands at linked cases too: the event, and where it may have been told already, by case and by the id of the
    /// event there.
    pub joint: HashMap<Id, Vec<(CaseRef, Id)>>,
    /// When what time alone brought came, by the id of the event: a clock that stands ahead for a moment brings it too.
    pub came: HashMap<Id, Timestamp>,
    /// Nothing else will be due before this, as long as the docket stays as it is.
    pub next: Timestamp,
}

/// A hearing as it is told: the case's own setting, what all sources together say of it, and the others that do.
struct Hearing<'h> {
    own: &'h Placed,
    shown: &'h Placed,
    twins: &'h [(&'h Twin, &'h Placed)],
}

/// The settings of linked cases that are the same hearing as the own one at `at`.
fn beside<'t>(at: usize, twins: &'t [Twin], paired: &[Vec<(usize, usize)>]) -> Vec<(&'t Twin, &'t Placed)> {
    let found = twins.iter().zip(paired).filter_map(|(twin, pairs)| {
        let (_, other) = pairs.iter().find(|(own, _)| *own == at)?;
        Some((twin, twin.settings.get(*other)?))
    });
    found.collect()
}

/// What identifies what is told of a setting. The kind is no part of it: an order may name it later, and words for it come with
/// another veedor.
fn subject(mark: &str, setting: &Setting) -> String {
    let parts = [setting.date.map(|date| date.to_string()), setting.time.map(|time| time.to_string())];
    parts.iter().fold(mark.to_owned(), |subject, part| format!("{subject}\u{1f}{}", part.as_deref().unwrap_or_default()))
}

/// Each setting with the zone of the court that set it.
fn placed(docket: &Docket, zone: &TimeZone, settings: Vec<Setting>) -> Vec<Placed> {
    let place = |setting: Setting| {
        let entry = setting.set_by.as_ref().and_then(|key| docket.entry(key));
        let zone = entry.map_or_else(|| zone.clone(), |entry| zone_of(entry, zone));
        Placed { setting, zone }
    };
    settings.into_iter().map(place).collect()
}

impl Meaning {
    /// What is due at an instant.
    pub fn due(&self, calendar: &Calendar<'_>, now: Timestamp) -> Due {
        self.due_of(calendar, &self.placed(calendar.docket, &calendar.zone, calendar.day(calendar.read_at)), now)
    }

    /// [`due`](Self::due) by the settings of the docket as of the day on which it was read.
    pub fn due_of(&self, calendar: &Calendar<'_>, settings: &[Placed], now: Timestamp) -> Due {
        let mut due = Due { events: Vec::new(), joint: HashMap::new(), came: HashMap::new(), next: now + FARTHEST };
        let paired: Vec<Vec<(usize, usize)>> = calendar.twins.iter().map(|twin| pairs(settings, &twin.settings)).collect();
        for (at, own) in settings.iter().enumerate() {
            let Some(date) = own.setting.date else { continue };
            let twins = beside(at, calendar.twins, &paired);
            // What one source says of it closes it at the other.
            if twins.iter().any(|(_, twin)| is_told(&twin.setting)) {
                continue;
            }
            let shown = merged(own, &twins.iter().map(|(_, twin)| *twin).collect::<Vec<_>>());
            let hearing = Hearing { own, shown: &shown, twins: &twins };
            match own.setting.outcome {
                Outcome::Pending => self.reminder(calendar, &hearing, now, &mut due),
                Outcome::Unknown => self.silence(calendar, &hearing, date, &mut due),
                _ => {}
            }
        }
        due.events.extend(self.unserved(calendar));
        if let Some((event, came)) = self.inactive(calendar) {
            due.came.insert(event.id, came);
            due.events.push(event);
        }
        due
    }

    /// Of several reminders whose time has come only the nearest to the hearing is told: after a night without power the others are
    /// late.
    fn reminder(&self, calendar: &Calendar<'_>, hearing: &Hearing<'_>, now: Timestamp, due: &mut Due) {
        let Placed { setting, zone } = hearing.shown;
        // A day without an hour begins when it begins.
        let starts = setting.date.and_then(|date| instant(date.to_datetime(setting.time.unwrap_or(Time::midnight())), zone));
        let Some(starts) = starts else { return };
        if starts <= now {
            // Whether anything is heard of it is for the next readings to say.
            due.next = due.next.min(now + Duration::from_secs(6 * 3600));
            return;
        }
        let left = starts.duration_since(now).unsigned_abs();
        if let Some(later) = calendar.remind.iter().filter(|before| **before < left).max() {
            due.next = due.next.min(starts - *later);
        }
        if let Some(before) = calendar.remind.iter().filter(|before| **before >= left).min() {
            let mark = format!("reminder {}", before.as_secs());
            self.tell(calendar, hearing, (EventKind::HearingReminder, Severity::Notice), &mark, due);
        }
    }

    fn silence(&self, calendar: &Calendar<'_>, hearing: &Hearing<'_>, date: Date, due: &mut Due) {
        let today = calendar.day(calendar.read_at);
        if date < calendar.day(calendar.watched_since) || date < today.saturating_sub(SILENCE_DAYS.days()) {
            return;
        }
        let (severity, after) = if today > self.working_days_after(date, STILL_SILENT_AFTER) {
            (Severity::Warn, STILL_SILENT_AFTER)
        } else {
            (Severity::Notice, SILENT_AFTER)
        };
        self.tell(calendar, hearing, (EventKind::HearingSilent, severity), &format!("silent {after}"), due);
    }

    /// Tells of a hearing under the id that follows from this case's own setting, and says under which it may have been told elsewhere.
    fn tell(&self, calendar: &Calendar<'_>, hearing: &Hearing<'_>, (kind, severity): (EventKind, Severity), mark: &str, due: &mut Due) {
        let Hearing { own, shown, twins } = hearing;
        let entry = own.setting.set_by.as_ref().and_then(|key| calendar.docket.entry(key));
        let field = (!twins.is_empty()).then(|| also_at(twins.iter().map(|(twin, _)| twin.label.as_str())));
        let mut event = self.event(calendar, entry, (kind, severity), &subject(mark, &own.setting));
        if let Some(name) = own.setting.kind.as_deref().filter(|_| due.events.iter().any(|told| told.id == event.id)) {
            // Another hearing at the same hour is another one.
            event.id = Event::id_of(calendar.case, 0, &format!("{}\u{1f}{name}", subject(mark, &own.setting)), kind);
        }
        let event = Event { hearing: Some(setting_hearing(&shown.setting, &shown.zone)), field, ..event };
        if !twins.is_empty() {
            let id =
                |(twin, placed): &(&Twin, &Placed)| (twin.case.clone(), Event::id_of(&twin.case, 0, &subject(mark, &placed.setting), kind));
            due.joint.insert(event.id, twins.iter().map(id).collect());
        }
        due.events.push(event);
    }

    /// The settings of a docket, each with the zone of the court that set it. `today` is the day on which it was read.
    pub fn placed(&self, docket: &Docket, zone: &TimeZone, today: Date) -> Vec<Placed> {
        placed(docket, zone, self.settings(docket, today))
    }

    /// [`placed`](Self::placed) by what was heard of each entry.
    pub fn placed_of<'h>(&self, docket: &Docket, heard: impl Fn(usize) -> &'h [Heard], zone: &TimeZone, today: Date) -> Vec<Placed> {
        placed(docket, zone, self.settings_of(docket, heard, today))
    }

    /// An event of the calendar, about an entry.
    pub fn event(&self, calendar: &Calendar<'_>, entry: Option<&Entry>, (kind, severity): (EventKind, Severity), subject: &str) -> Event {
        Event {
            id: Event::id_of(calendar.case, 0, subject, kind),
            kind,
            severity,
            case: calendar.case.clone(),
            seq: 0,
            version: calendar.version,
            entry: entry.map(|entry| as_shown(entry, self.classify(entry, entry.date).actor)),
            hearing: None,
            field: None,
            seen_at: calendar.read_at,
            page_sha256: calendar.page_sha256,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::docket::EntryKey;
    use crate::meaning::vectors::entry;
    use jiff::civil::date;

    const HOUR: Duration = Duration::from_secs(3600);

    /// What is due for a case with one hearing on Tuesday 10 March 2026 at 09:00 in Guayaquil, and when to ask again.
    fn due(now: &str, remind: &[Duration], read_at: &str, later: &[(Date, &str)]) -> (Vec<Event>, Timestamp) {
        due_beside(&[], now, remind, read_at, later)
    }

    /// The same beside linked cases.
    fn due_beside(twins: &[Twin], now: &str, remind: &[Duration], read_at: &str, later: &[(Date, &str)]) -> (Vec<Event>, Timestamp) {
        let set = entry(
            "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)",
            "Se convoca a la audiencia de juicio para el 10 de marzo de 2026, a las 09h00, en la sala 3.",
        );
        let mut entries = vec![Entry { key: EntryKey("0".into()), date: Some(date(2026, 3, 2)), ..set }];
        for (nth, (day, text)) in later.iter().enumerate() {
            entries.insert(0, Entry { key: EntryKey(format!("{}", nth + 1)), date: Some(*day), ..entry("RAZON (RAZON)", text) });
        }
        let docket = Docket { entries, ..Docket::default() };
        let case = CaseRef { source: "ec-esatje".into(), number: "17721202600001".into() };
        let calendar = Calendar {
            case: &case,
            zone: TimeZone::get("America/Guayaquil").expect("bundled"),
            docket: &docket,
            version: 3,
            page_sha256: [1; 32],
            watched_since: "2026-03-01T12:00:00Z".parse().expect("an instant"),
            remind,
            silent_after: None,
            read_at: read_at.parse().expect("an instant"),
            twins,
        };
        let Due { events, next, .. } = Meaning::shipped("ec", "es").due(&calendar, now.parse().expect("an instant"));
        (events, next)
    }

    #[test]
    fn a_hearing_is_called_to_mind_once_for_each_time_before_it() {
        let remind = [24 * HOUR, 2 * HOUR];
        let at = |now: &str| due(now, &remind, now, &[]);
        let (none, next) = at("2026-03-09T13:59:00Z");
        assert!(none.is_empty());
        assert_eq!(next, "2026-03-09T14:00:00Z".parse().expect("an instant"));
        let (first, next) = at("2026-03-09T14:00:00Z");
        assert_eq!(first.iter().map(|event| event.kind.name()).collect::<Vec<_>>(), ["hearing.reminder"]);
        assert_eq!(next, "2026-03-10T12:00:00Z".parse().expect("an instant"));
        let hearing = first[0].hearing.as_ref().expect("a hearing");
        assert_eq!(hearing.starts, Some("2026-03-10T14:00:00Z".parse().expect("an instant")));
        assert_eq!((hearing.mention.room.as_deref(), first[0].entry.as_ref().map(|entry| entry.key.0.as_str())), (Some("3"), Some("0")));
        // Asked again, and told under the same id; nearer to it, under another.
        assert_eq!(at("2026-03-10T11:00:00Z").0[0].id, first[0].id);
        let second = at("2026-03-10T13:00:00Z").0;
        assert_eq!(second.len(), 1);
        assert_ne!(second[0].id, first[0].id);
        assert!(at("2026-03-10T14:00:00Z").0.is_empty() && due("2026-03-10T13:00:00Z", &[], "2026-03-10T13:00:00Z", &[]).0.is_empty());
        // What was revoked is not called to mind.
        let revoked = [(date(2026, 3, 5), "Se deja sin efecto la audiencia de juicio convocada para el 10 de marzo de 2026.")];
        assert!(due("2026-03-10T13:00:00Z", &remind, "2026-03-10T13:00:00Z", &revoked).0.is_empty());
    }

    #[test]
    fn two_hearings_at_one_hour_are_two_reminders_and_a_kind_that_is_learnt_later_is_none() {
        let remind = [24 * HOUR];
        let ids = |later: &[(Date, &str)]| {
            let events = due("2026-03-10T11:00:00Z", &remind, "2026-03-10T11:00:00Z", later).0;
            events.into_iter().map(|event| event.id).collect::<Vec<_>>()
        };
        let alone = ids(&[]);
        let other = [(date(2026, 3, 4), "Se convoca a la audiencia de revisión de medidas para el 10 de marzo de 2026, a las 09h00.")];
        let both = ids(&other);
        assert_eq!((alone.len(), both.len()), (1, 2));
        assert!(both.contains(&alone[0]) && both[0] != both[1]);
    }

    #[test]
    fn silence_is_told_after_five_working_days_and_louder_after_fifteen_unless_the_source_is_silent_itself() {
        let read_at = |now: &str, read_at: &str, later: &[(Date, &str)]| {
            let events = due(now, &[HOUR], read_at, later).0;
            assert!(events.iter().all(|event| event.seen_at == read_at.parse().expect("an instant")));
            events.iter().map(|event| (event.kind.name(), event.severity)).collect::<Vec<_>>()
        };
        let kinds = |now: &str, later: &[(Date, &str)]| read_at(now, now, later);
        assert_eq!(kinds("2026-03-17T20:00:00Z", &[]), []);
        assert_eq!(kinds("2026-03-18T20:00:00Z", &[]), [("hearing.silent", Severity::Notice)]);
        assert_eq!(kinds("2026-04-01T20:00:00Z", &[]), [("hearing.silent", Severity::Warn)]);
        assert_eq!(kinds("2026-06-01T20:00:00Z", &[]), [], "history");
        assert_eq!(
            read_at("2026-04-01T20:00:00Z", "2026-03-17T20:00:00Z", &[]),
            [],
            "nobody looked since: a daemon that was off for weeks"
        );
        let held = [(date(2026, 3, 12), "Siento razón que se llevó a cabo la audiencia de juicio el 10 de marzo de 2026.")];
        assert_eq!(kinds("2026-03-18T20:00:00Z", &held), []);
    }

    /// A linked case in which an order set a hearing, and what later entries say.
    fn twin(text: &str, later: &[(Date, &str)]) -> Twin {
        let set = entry("CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", text);
        let mut entries = vec![Entry { key: EntryKey("0".into()), date: Some(date(2026, 3, 3)), ..set }];
        for (day, text) in later {
            entries.insert(0, Entry { key: EntryKey("1".into()), date: Some(*day), ..entry("RAZON (RAZON)", text) });
        }
        let (docket, zone) = (Docket { entries, ..Docket::default() }, TimeZone::get("America/Guayaquil").expect("bundled"));
        let settings = Meaning::shipped("ec", "es").placed(&docket, &zone, date(2026, 3, 18));
        let case = CaseRef { source: "ec-fiscalia".into(), number: "170101826030001".into() };
        Twin { case, label: "ec-fiscalia 170101826030001".into(), settings }
    }

    const SAME: &str = "Se convoca a la audiencia de juicio para el 10 de marzo de 2026, a las 09h00.";

    #[test]
    fn a_hearing_of_linked_cases_names_both_and_keeps_its_id() {
        let now = "2026-03-10T13:00:00Z";
        let alone = due(now, &[2 * HOUR], now, &[]).0;
        let both = due_beside(&[twin(SAME, &[])], now, &[2 * HOUR], now, &[]).0;
        assert_eq!((alone.len(), both.len(), both[0].id), (1, 1, alone[0].id), "linking them later tells nothing twice");
        assert_eq!(both[0].field.as_ref().and_then(|field| field.after.as_deref()), Some("ec-fiscalia 170101826030001"));
        // Another hour is another hearing.
        let other = twin(&SAME.replace("09h00", "11h00"), &[]);
        assert_eq!(due_beside(&[other], now, &[2 * HOUR], now, &[]).0[0].field, None);
    }

    #[test]
    fn what_one_source_says_of_a_hearing_ends_the_silence_and_the_reminder_of_the_other() {
        let now = "2026-03-18T20:00:00Z";
        assert_eq!(due_beside(&[twin(SAME, &[])], now, &[HOUR], now, &[]).0.len(), 1);
        let held = twin(SAME, &[(date(2026, 3, 12), "Siento razón que se llevó a cabo la audiencia de juicio el 10 de marzo de 2026.")]);
        assert!(due_beside(&[held], now, &[HOUR], now, &[]).0.is_empty());
        let before = "2026-03-10T13:00:00Z";
        let revoked = twin(SAME, &[(date(2026, 3, 6), "Se deja sin efecto la audiencia de juicio convocada para el 10 de marzo de 2026.")]);
        assert!(due_beside(&[revoked], before, &[2 * HOUR], before, &[]).0.is_empty());
    }
}
