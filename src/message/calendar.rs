//! Hearings as iCalendar (RFC 5545, 5546): what a mail brings along for its reader's calendar.
//!
//! `notify::email` puts it beside the text; [`feed`] is the calendar that programs fetch. METHOD is PUBLISH: nobody is asked to answer, so there
//! is an ORGANIZER and no ATTENDEE. Times are wall times in the court's zone, whose rules go along. Nothing is alarmed (veedor's own
//! reminders do that) and nobody's time is marked as taken. No end is written, because no record states one. The same arguments give the
//! same bytes. What one line may hold is in [`line`]; the zones are in [`zone`].

mod feed;
mod line;
mod zone;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::hearings::hearing_name;
use super::sheet;
use super::words::{self, pick};
use crate::domain::about::{About, Language};
use crate::domain::appointment::Appointment;
use crate::domain::redact::{cut, plain};
use crate::domain::shown::Shown;
pub use feed::{CalendarFeed, calendar_feed};
use line::Lines;

/// Who publishes the appointments.
#[derive(Debug, Clone, Copy)]
pub struct Publisher<'a> {
    /// The sender's name.
    pub name: Option<&'a str>,
    /// The sender's address.
    pub address: &'a str,
    /// The right side of their identities: that of message ids, so that an appointment is the same wherever it is published.
    pub domain: &'a str,
}

/// How events of a calendar travel in a mail: the METHOD within and beside them.
pub const METHOD: &str = "PUBLISH";

/// The longest room or name in characters.
const SHORT: usize = 200;

/// The appointments that these events change, as one calendar; `None` when they change none. Of one that several events tell of, the
/// latest is told.
pub fn calendar(events: &[Shown], about: &About<'_>, publisher: &Publisher<'_>) -> Option<String> {
    calendar_of(&[(events, about)], publisher)
}

/// The same of the events of several cases, each with what is said of it.
pub fn calendar_of(cases: &[(&[Shown], &About<'_>)], publisher: &Publisher<'_>) -> Option<String> {
    let mut latest: Vec<(Appointment, Timestamp, &About<'_>)> = Vec::new();
    for (event, about) in cases.iter().flat_map(|(events, about)| events.iter().map(|event| (event, *about))) {
        let Some(hearing) = &event.hearing else { continue };
        for appointment in hearing.appointments.iter().cloned() {
            match latest.iter_mut().find(|(other, ..)| other.id == appointment.id) {
                Some(known) if (known.0.sequence, known.1) <= (appointment.sequence, event.seen_at) => {
                    *known = (appointment, event.seen_at, about)
                }
                Some(_) => {}
                None => latest.push((appointment, event.seen_at, about)),
            }
        }
    }
    let language = latest.first().map(|(.., about)| about.language)?;
    let mut lines = Lines::default();
    lines.plain("BEGIN:VCALENDAR");
    lines.plain("VERSION:2.0");
    lines.plain(pick(language, "PRODID:-//veedor//veedor//ES", "PRODID:-//veedor//veedor//EN"));
    lines.plain("CALSCALE:GREGORIAN");
    lines.plain(&format!("METHOD:{METHOD}"));
    write_zones(&mut lines, &latest);
    for (appointment, seen_at, about) in &latest {
        write(&mut lines, appointment, *seen_at, about, publisher, false);
    }
    lines.plain("END:VCALENDAR");
    Some(lines.text())
}

/// The name of the file for those who open it by hand.
pub fn file_name(language: Language) -> &'static str {
    pick(language, "audiencia.ics", "hearing.ics")
}

/// One that lasts several days is told as whole days; its hour stands in the description.
fn is_timed(appointment: &Appointment) -> bool {
    appointment.time.is_some() && appointment.end_date.is_none()
}

/// The rules of the zones in which hours are told.
fn write_zones(lines: &mut Lines, appointments: &[(Appointment, Timestamp, &About<'_>)]) {
    for (name, zone) in zones(appointments) {
        let days = appointments.iter().filter(|(one, ..)| one.zone == name && is_timed(one)).map(|(one, ..)| one.date);
        zone::write(lines, &name, &zone, days);
    }
}

/// The zones in which hours are told, each once.
fn zones(appointments: &[(Appointment, Timestamp, &About<'_>)]) -> Vec<(String, TimeZone)> {
    let mut found: Vec<(String, TimeZone)> = Vec::new();
    for (appointment, ..) in appointments.iter().filter(|(one, ..)| is_timed(one)) {
        if !found.iter().any(|(name, _)| *name == appointment.zone)
            && let Some(zone) = zone_named(&appointment.zone)
        {
            found.push((appointment.zone.clone(), zone));
        }
    }
    found
}

fn zone_named(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok().filter(|zone| zone.iana_name().is_some())
}

/// An appointment; `dated`: with when it last changed, which a calendar that is fetched says of each.
fn write(lines: &mut Lines, appointment: &Appointment, seen_at: Timestamp, about: &About<'_>, publisher: &Publisher<'_>, dated: bool) {
    let language = about.language;
    lines.plain("BEGIN:VEVENT");
    lines.plain(&format!("UID:hearing.{}@{}", appointment.id, publisher.domain));
    lines.plain(&format!("SEQUENCE:{}", appointment.sequence));
    let at = seen_at.strftime("%Y%m%dT%H%M%SZ");
    lines.plain(&format!("DTSTAMP:{at}"));
    if dated {
        lines.plain(&format!("LAST-MODIFIED:{at}"));
    }
    if !publisher.address.is_empty() {
        lines.organizer(publisher.name, publisher.address);
    }
    starts(lines, appointment);
    let name = hearing_name(appointment.kind.as_deref(), language);
    let off = if appointment.cancelled { pick(language, "Ya no en esta fecha: ", "No longer on this date: ") } else { "" };
    lines.value("SUMMARY", &format!("{off}{} · {}", cut(&name, SHORT), sheet::name(about)));
    lines.value("DESCRIPTION", &description(appointment, about));
    if let Some(room) = &appointment.room {
        lines.value("LOCATION", &cut(&plain(room), SHORT));
    }
    if let Some(url) = sheet::link(about.case_url) {
        lines.plain(&format!("URL:{url}"));
    }
    lines.plain(if appointment.cancelled { "STATUS:CANCELLED" } else { "STATUS:CONFIRMED" });
    lines.plain("TRANSP:TRANSPARENT");
    lines.plain("END:VEVENT");
}

fn starts(lines: &mut Lines, appointment: &Appointment) {
    let day = |date: Date| date.strftime("%Y%m%d").to_string();
    let date = day(appointment.date);
    match appointment.time.filter(|_| is_timed(appointment)) {
        Some(time) => {
            let wall = format!("{date}T{}", time.strftime("%H%M%S"));
            match zone_named(&appointment.zone) {
                Some(_) => lines.plain(&format!("DTSTART;TZID={}:{wall}", appointment.zone)),
                // Without a zone it is the wall time wherever one is, which is what the record says.
                None => lines.plain(&format!("DTSTART:{wall}")),
            }
        }
        None => {
            lines.plain(&format!("DTSTART;VALUE=DATE:{date}"));
            // The day after the last: DTEND is where it is over (RFC 5545 §3.6.1).
            if let Some(over) = appointment.end_date.and_then(|end| end.tomorrow().ok()) {
                lines.plain(&format!("DTEND;VALUE=DATE:{}", day(over)));
            }
        }
    }
}

/// What a reader finds in the calendar's entry, a paragraph a line.
fn description(appointment: &Appointment, about: &About<'_>) -> String {
    let language = about.language;
    let mut told = vec![format!("{} · {}", sheet::name(about), sheet::number(about))];
    if appointment.cancelled {
        told.push(
            pick(
                language,
                "Según el registro, la audiencia no se realiza o no se realizó en esta fecha, y no consta otra fecha cierta.",
                "According to the record the hearing does not or did not take place on this date, and no other certain date is on it.",
            )
            .to_owned(),
        );
    }
    told.push(match appointment.time {
        Some(time) => {
            let hour = format!("{:02}:{:02}", time.hour(), time.minute());
            match language {
                Language::Es => format!("Hora: {hour} ({}). El registro no indica cuánto dura.", appointment.zone),
                Language::En => format!("Time: {hour} ({}). The record does not say how long it takes.", appointment.zone),
            }
        }
        None => pick(language, "El registro no indica la hora.", "The record does not state the hour.").to_owned(),
    });
    if let Some(mode) = appointment.mode {
        told.push(format!("{}: {}", pick(language, "Modalidad", "Attendance"), words::mode(mode, language)));
    }
    if let Some(url) = sheet::link(about.case_url) {
        told.push(format!("{}: {url}", pick(language, "Fuente", "Source")));
    }
    told.push(
        pick(
            language,
            "La fuente oficial puede contener errores y cambiar; confirme en ella antes de asistir o publicar. Toda persona se presume inocente mientras no se declare su responsabilidad en resolución firme.",
            "The official source may contain errors and change; check it before you attend or publish. Everyone is presumed innocent until a final judgment says otherwise.",
        )
        .to_owned(),
    );
    told.join("\n")
}

#[cfg(test)]
mod tests;
