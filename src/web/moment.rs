//! Instants and days on pages: short, instants on the clock of the watch list, exact for machines.
//!
//! Used by the pages for what veedor saw and did. Days and hours of hearings are the court's, and stand as the record has them.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::visitor::Visitor;
use crate::message::{day_in, short_instant};

/// An instant in RFC 3339 as people read it; what is none stands as it is.
pub(super) fn when(visitor: &Visitor, zone: &TimeZone, instant: &str) -> Markup {
    match instant.parse::<Timestamp>() {
        // HTML knows thousandths of a second and nothing finer.
        Ok(at) => {
            let whole = Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at);
            html! { time datetime=(whole) { (short_instant(at, zone, visitor.language)) } }
        }
        Err(_) => html! { (instant) },
    }
}

/// The same with its seconds, where two may fall within a minute.
pub(super) fn exact(visitor: &Visitor, zone: &TimeZone, instant: &str) -> Markup {
    match instant.parse::<Timestamp>() {
        Ok(at) => {
            let whole = Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at);
            let second = at.to_zoned_datetime(zone.clone()).second();
            html! { time datetime=(whole) { (short_instant(at, zone, visitor.language)) (format!(":{second:02}")) } }
        }
        Err(_) => html! { (instant) },
    }
}

/// The same where there may be none.
pub(super) fn when_known(visitor: &Visitor, zone: &TimeZone, instant: Option<&str>) -> Markup {
    instant.map_or_else(|| html! { span.soft { (visitor.say("todavía no", "not yet")) } }, |instant| when(visitor, zone, instant))
}

/// The same with a word of its own where there is none.
pub(super) fn when_or(visitor: &Visitor, zone: &TimeZone, instant: Option<&str>, none: &str) -> Markup {
    instant.map_or_else(|| html! { (none) }, |instant| when(visitor, zone, instant))
}

/// A day of a record, with its hour where one is given, as people read it; what is none stands as it is.
pub(super) fn day(visitor: &Visitor, date: &str, time: Option<&str>) -> Markup {
    let read = date.parse::<Date>().ok();
    let hour = time.and_then(|time| time.parse::<Time>().ok());
    match (read, time, hour) {
        (Some(read), None, _) => html! { time datetime=(date) { (day_in(read, None, visitor.language)) } },
        (Some(read), Some(_), Some(hour)) => {
            html! { time datetime={ (date) "T" (hour.strftime("%H:%M")) } { (day_in(read, Some(hour), visitor.language)) } }
        }
        _ => html! { (date) @if let Some(time) = time { " " (time) } },
    }
}

/// A length of time in the largest unit that divides it.
pub(super) fn span(visitor: &Visitor, seconds: u64) -> String {
    let (count, one, many) = match seconds {
        0 => return visitor.say("sin espera", "none").to_owned(),
        s if s % 86_400 == 0 => (s / 86_400, visitor.say("día", "day"), visitor.say("días", "days")),
        s if s % 3600 == 0 => (s / 3600, visitor.say("hora", "hour"), visitor.say("horas", "hours")),
        s if s % 60 == 0 => (s / 60, visitor.say("minuto", "minute"), visitor.say("minutos", "minutes")),
        s => (s, visitor.say("segundo", "second"), visitor.say("segundos", "seconds")),
    };
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::visitor::tests::somebody;

    #[test]
    fn an_instant_is_shown_on_the_given_clock_and_what_is_none_is_escaped() {
        let zone = TimeZone::get("America/Guayaquil").expect("bundled");
        let shown = when(&somebody(), &zone, "2026-03-02T04:59:59Z").into_string();
        assert!(shown.contains("datetime=\"2026-03-02T04:59:59Z\"") && shown.contains("01-mar-2026 23:59"), "{shown}");
        let fine = when(&somebody(), &zone, "2026-03-02T04:59:59.703545812Z").into_string();
        assert!(fine.contains("datetime=\"2026-03-02T04:59:59.703Z\""), "{fine}");
        let exactly = exact(&somebody(), &zone, "2026-03-02T04:59:09Z").into_string();
        assert!(exactly.contains(">01-mar-2026 23:59:09<"), "{exactly}");
        assert_eq!(exact(&somebody(), &zone, "<b>").into_string(), "&lt;b&gt;");
        assert_eq!(when(&somebody(), &zone, "<b>").into_string(), "&lt;b&gt;");
        assert_eq!(when_or(&somebody(), &zone, None, "nunca").into_string(), "nunca");
        let day = |date, time| day(&somebody(), date, time).into_string();
        assert_eq!(day("2026-03-02", None), "<time datetime=\"2026-03-02\">02-mar-2026</time>");
        assert_eq!(day("2026-03-02", Some("09:05:00")), "<time datetime=\"2026-03-02T09:05\">02-mar-2026 09:05</time>");
        assert_eq!([day("<b>", None), day("2026-03-02", Some("25:00"))], ["&lt;b&gt;", "2026-03-02 25:00"]);
        assert_eq!([span(&somebody(), 5), span(&somebody(), 1800), span(&somebody(), 86_400)], ["5 segundos", "30 minutos", "1 día"]);
    }
}
