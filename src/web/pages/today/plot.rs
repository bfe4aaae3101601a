//! How much happened on each of the last thirty days, as bars and as a table.
//!
//! Part of [`today`](super). A picture without script or inline style; whoever does not see it has the table.

use jiff::civil::Date;
use maud::{Markup, html};

use crate::message;
use crate::web::visitor::Visitor;
use crate::wire::api::board::DayCount;

const WIDE: usize = 600;
const HIGH: usize = 90;

/// The days as a picture and a table.
pub(super) fn activity(visitor: &Visitor, days: &[DayCount]) -> Markup {
    let most = days.iter().map(|day| day.events).max().unwrap_or_default();
    let say = |es, en| visitor.say(es, en);
    let named = |day: &DayCount| day.day.parse::<Date>().map_or_else(|_| day.day.clone(), |date| message::day(date, visitor.language));
    let (first, last) = (days.first().map(named).unwrap_or_default(), days.last().map(named).unwrap_or_default());
    let width = WIDE / days.len().max(1);
    let high = |events: usize| events.saturating_mul(HIGH).checked_div(most).unwrap_or_default().max(usize::from(events > 0) * 2);
    html! {
        @if most > 0 {
            figure.plot {
                figcaption { (say("Cambios por día, últimos 30 días; el mayor: ", "Changes a day, last 30 days; the most: ")) (most) }
                svg.plot viewBox={ "0 0 " (WIDE) " " (HIGH + 2) } role="img" aria-label={ (say("Cambios por día; la tabla que sigue dice lo mismo", "Changes a day; the table below says the same")) } {
                    @for (at, day) in days.iter().enumerate() {
                        rect.bar x=(at * width + 1) y=(HIGH - high(day.events)) width=(width.saturating_sub(2)) height=(high(day.events)) {
                            title { (named(day)) ": " (day.events) }
                        }
                    }
                    line.axis x1="0" y1=(HIGH) x2=(WIDE) y2=(HIGH) {}
                }
                p.ends.small.soft { span { (first) } span { (last) } }
                details {
                    summary { (say("Como tabla", "As a table")) }
                    table {
                        thead { tr { th scope="col" { (say("Día", "Day")) } th.num scope="col" { (say("Cambios", "Changes")) } } }
                        tbody { @for day in days.iter().rev() { tr { th scope="row" { (named(day)) } td.num { (day.events) } } } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::visitor::tests::somebody;

    #[test]
    fn each_day_has_a_bar_and_a_row_and_nothing_is_drawn_of_nothing() {
        let day = |n: usize, events| DayCount { day: format!("2026-03-{n:02}"), events };
        let shown = activity(&somebody(), &(1..=30).map(|n| day(n, n % 7)).collect::<Vec<_>>()).into_string();
        assert_eq!((shown.matches("<rect").count(), shown.matches("scope=\"row\"").count()), (30, 30));
        assert!(!shown.contains("style="), "{shown}");
        assert_eq!(activity(&somebody(), &[day(1, 0)]).into_string(), "");
    }
}
