//! Hearings as a calendar that programs fetch: everything that stands, and what is off (`alerting.md` C6, C9).
//!
//! `daemon::feeds` asks it with what may be told. It is published in the sense of no method: a METHOD would make some programs ask to
//! accept each hearing. Identities, numbers and words of a hearing are those that mails bring.

use jiff::Timestamp;

use super::line::Lines;
use super::{Publisher, pick, write, write_zones};
use crate::domain::about::{About, Language};
use crate::domain::appointment::Appointment;

/// How often a program is asked to come again.
const REFRESH: &str = "PT1H";

/// A calendar.
#[derive(Debug, Clone, Copy)]
pub struct CalendarFeed<'a> {
    /// The reader's language.
    pub language: Language,
    /// What it is about; `None`: everything.
    pub about: Option<&'a str>,
    /// The zone in which times without one are meant, by its name.
    pub zone: &'a str,
    /// Who publishes; no address: nobody is named.
    pub publisher: Publisher<'a>,
}

/// The calendar of these appointments, each with when it last changed and its case. They must be fit to be shown.
pub fn calendar_feed(feed: &CalendarFeed<'_>, appointments: &[(Appointment, Timestamp, &About<'_>)]) -> String {
    let mut lines = Lines::default();
    lines.plain("BEGIN:VCALENDAR");
    lines.plain("VERSION:2.0");
    lines.plain(pick(feed.language, "PRODID:-//veedor//veedor//ES", "PRODID:-//veedor//veedor//EN"));
    lines.plain("CALSCALE:GREGORIAN");
    let title = super::super::atom::title(feed.about, feed.language);
    lines.value("NAME", &title);
    lines.value("X-WR-CALNAME", &title);
    lines.value("X-WR-TIMEZONE", feed.zone);
    lines.plain(&format!("REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}"));
    lines.plain(&format!("X-PUBLISHED-TTL:{REFRESH}"));
    write_zones(&mut lines, appointments);
    for (appointment, changed, about) in appointments {
        write(&mut lines, appointment, *changed, about, &feed.publisher, true);
    }
    lines.plain("END:VCALENDAR");
    lines.text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample;

    fn written(change: impl Fn(&mut Appointment)) -> String {
        let watch = sample::watch();
        let about = sample::about(&watch, Language::Es);
        let mut appointment = sample::invited().hearing.expect("a hearing").appointments.remove(0);
        change(&mut appointment);
        let publisher = Publisher { name: None, address: "", domain: "example.org" };
        let feed = CalendarFeed { language: Language::Es, about: Some("sobornos"), zone: "America/Guayaquil", publisher };
        calendar_feed(&feed, &[(appointment, sample::seen_at(), &about)])
    }

    #[test]
    fn a_calendar_that_is_fetched_says_when_to_come_again_and_asks_nobody_to_accept() {
        let text = written(|_| {});
        for line in [
            "NAME:veedor · sobornos",
            "X-WR-CALNAME:veedor · sobornos",
            "X-WR-TIMEZONE:America/Guayaquil",
            "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
            "X-PUBLISHED-TTL:PT1H",
            "BEGIN:VTIMEZONE",
            "LAST-MODIFIED:20240219T150401Z",
            "DTSTAMP:20240219T150401Z",
            "STATUS:CONFIRMED",
        ] {
            assert!(text.split("\r\n").any(|got| got == line), "no {line} in\n{text}");
        }
        assert!(!text.contains("METHOD") && !text.contains("ORGANIZER"), "{text}");
        assert_eq!(text, written(|_| {}), "the same bytes each time");
    }

    #[test]
    fn what_is_off_says_so_and_a_day_without_an_hour_takes_nobodys_time() {
        let text = written(|one| {
            one.cancelled = true;
            one.time = None;
        });
        assert!(text.contains("STATUS:CANCELLED\r\n") && text.contains("DTSTART;VALUE=DATE:20240312\r\n"), "{text}");
        assert!(text.contains("TRANSP:TRANSPARENT\r\n") && !text.contains("VTIMEZONE"), "{text}");
    }
}
