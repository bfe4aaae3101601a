//! `/hearings`: every hearing of two months back and of all that lies ahead, by tag and month.
//!
//! What is ahead stands first. Days and hours are those of the court, as the record has them.

use axum::extract::{Query, State};
use axum::response::Response;
use jiff::civil::Date;
use jiff::{Span, ToSpan};
use maud::{Markup, html};
use serde::Deserialize;

use crate::ask::Ask;
use crate::ask::board::HearingQuestion;
use crate::ask::line::Refusal;
use crate::domain::access::Role;
use crate::domain::setting::Outcome;
use crate::message;
use crate::web::visitor::Visitor;
use crate::web::{Pages, face, links, said};
use crate::wire::api::board::{DAYS_BACK, Progress};
use crate::wire::api::hearings::{HearingBoard, HearingLine, OutcomeCounts};

const PART: &str = "/hearings";

/// Rows of each of the two tables.
const ROWS: usize = 300;

/// By what the list is narrowed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    tag: String,
    /// `2027-03`.
    month: String,
}

impl Filter {
    /// The first and the last day of the month.
    fn days(&self) -> Option<(Date, Date)> {
        let first: Date = format!("{}-01", self.month.trim()).parse().ok().filter(|_| self.month.trim().len() == 7)?;
        Some((first, first.last_of_month()))
    }

    /// Whether anything is named.
    fn is_any(&self) -> bool {
        !self.tag.is_empty() || self.days().is_some()
    }

    /// Whether the month began before this day.
    fn begins_before(&self, day: Date) -> bool {
        self.days().is_some_and(|(first, _)| first < day)
    }

    /// What is ahead of this day, or from it on backwards.
    fn question(&self, today: Date, ahead: bool) -> HearingQuestion {
        let day = |date: Date| Some(date.to_string());
        let before = today.saturating_sub(Span::new().days(1));
        let (from, to) = match (self.days(), ahead) {
            (None, true) => (day(today), None),
            (None, false) => (None, day(before)),
            // Of a month that is over nothing is ahead, and of one that has not begun nothing is past.
            (Some((_, last)), true) if last < today => (day(Date::MAX), day(Date::MAX)),
            (Some((first, _)), false) if before < first => (day(Date::MAX), day(Date::MAX)),
            (Some((first, last)), true) => (day(first.max(today)), day(last)),
            (Some((first, last)), false) => (day(first), day(last.min(before))),
        };
        let tag = Some(self.tag.clone()).filter(|tag| !tag.is_empty());
        HearingQuestion { tag, from, to, latest_first: !ahead, limit: ROWS }
    }
}

/// The page.
pub(in crate::web) async fn list(visitor: Visitor, State(pages): State<Pages>, Query(filter): Query<Filter>) -> Response {
    match body(&visitor, &pages, &filter).await {
        Ok(body) => face::page(&visitor, PART, visitor.say("Audiencias", "Hearings"), &body),
        Err(refusal) => face::refused(&visitor, PART, &refusal),
    }
}

async fn body(visitor: &Visitor, pages: &Pages, filter: &Filter) -> Result<Markup, Refusal> {
    let config = pages.config.load_full();
    let today = pages.clock.now().to_zoned_datetime(config.zone.clone()).date();
    let horizon = today.saturating_sub(DAYS_BACK.days());
    let ask = |ahead| pages.line.get::<HearingBoard>(Ask::HearingBoard(filter.question(today, ahead)), visitor.sight());
    let (ahead, past) = (ask(true).await?, ask(false).await?);
    let tags = pages.tags(visitor).await;
    let say = |es, en| visitor.say(es, en);
    Ok(html! {
        (progress(visitor, ahead.board))
        @if !filter.month.trim().is_empty() && filter.days().is_none() {
            p.notice.warn role="alert" {
                (said::text(&filter.month)) ": "
                (say("no es un mes; escríbalo como 2027-03. Se muestran todos.", "this is no month; write it as 2027-03. All are shown."))
            }
        }
        form.row method="get" action=(PART) data-live {
            div {
                label for="tag" { (say("Etiqueta", "Tag")) }
                select #tag name="tag" {
                    option value="" { (say("todas", "all")) }
                    @for tag in &tags { option selected[*tag == filter.tag] { (tag) } }
                }
            }
            div {
                label for="month" { (say("Mes, como 2027-03", "Month, as 2027-03")) }
                input #month type="month" name="month" value=(filter.month);
            }
            button { (say("Filtrar", "Filter")) }
            @if visitor.may(Role::Editor) { a.button.quiet href="/feeds" { (say("Suscribirse al calendario", "Subscribe to the calendar")) } }
        }
        h2 { (say("Por venir", "To come")) }
        @if ahead.list.hearings.is_empty() && filter.is_any() {
            p { (say("Ninguna audiencia por venir es así.", "No hearing to come is like that.")) }
        } @else if ahead.list.hearings.is_empty() {
            p { (say("No hay audiencias señaladas. Aparecerán aquí cuando el registro de un expediente señale una.",
                     "No hearing is set. It will stand here when the record of a case sets one.")) }
        } @else {
            (table(visitor, &ahead.list.hearings, today, &counted(visitor, &ahead)))
        }
        h2 { (say("Pasadas, hasta hace 60 días", "Past, up to 60 days ago")) }
        @if past.list.hearings.is_empty() {
            @if filter.begins_before(horizon) {
                p {
                    (say(
                        "Esta lista llega hasta hace 60 días; las audiencias más antiguas están en la página de cada expediente.",
                        "This list goes back 60 days; older hearings stand on the page of each case.",
                    ))
                }
            } @else { p { (say("Ninguna en este período.", "None in this time.")) } }
        } @else {
            (sums(visitor, past.list.counts))
            (table(visitor, &past.list.hearings, today, &counted(visitor, &past)))
            p.small.soft { (say(
                "Se cuenta un señalamiento por cada día y hora para los que se convocó; «sin noticia» significa que el registro no dice qué pasó.",
                "One setting is counted for each day and hour that was set; “without news” means that the record does not say what happened.",
            )) }
        }
    })
}

/// That not everything is known yet.
pub(super) fn progress(visitor: &Visitor, board: Progress) -> Markup {
    html! {
        @if !board.complete {
            p.notice role="status" {
                (visitor.say("veedor acaba de iniciar y todavía revisa los expedientes: ", "veedor has just started and still goes through the cases: "))
                (board.looked_at) " / " (board.of) ". "
                (visitor.say("Lo que sigue puede estar incompleto; recargue en unos segundos.", "What follows may be incomplete; reload in a few seconds."))
            }
        }
    }
}

fn counted(visitor: &Visitor, board: &HearingBoard) -> String {
    let shown = board.list.hearings.len();
    match board.found {
        found if found > shown => format!(
            "{shown} / {found}; {}",
            visitor.say("elija un mes o una etiqueta para ver las demás", "choose a month or a tag to see the others")
        ),
        1 => visitor.say("1 señalamiento", "1 setting").to_owned(),
        found => format!("{found} {}", visitor.say("señalamientos", "settings")),
    }
}

fn sums(visitor: &Visitor, counts: OutcomeCounts) -> Markup {
    let OutcomeCounts { pending, held, suspended, deferred, failed, not_installed, revoked, unknown } = counts;
    let all = [pending, held, suspended, deferred, failed, not_installed, revoked, unknown];
    html! {
        ul.figures {
            @for (outcome, count) in Outcome::ALL.iter().zip(all) {
                @if count > 0 { li { b { (count) } (message::outcome_name(*outcome, visitor.language)) } }
            }
        }
    }
}

/// Hearings as a table.
pub(super) fn table(visitor: &Visitor, lines: &[HearingLine], today: Date, caption: &str) -> Markup {
    let say = |es, en| visitor.say(es, en);
    let placed = lines.iter().any(|line| line.room.is_some() || line.mode.is_some());
    html! {
        table.stack {
            caption { (caption) }
            thead { tr {
                th scope="col" { (say("Día y hora en el tribunal", "Day and hour at the court")) }
                th scope="col" { (say("Expediente", "Case")) }
                th scope="col" { (say("Audiencia", "Hearing")) }
                th scope="col" { (say("Estado", "State")) }
                @if placed { th scope="col" { (say("Lugar", "Place")) } }
            } }
            tbody { @for line in lines { (row(visitor, line, today, placed)) } }
        }
    }
}

fn row(visitor: &Visitor, line: &HearingLine, today: Date, placed: bool) -> Markup {
    let say = |es, en| visitor.say(es, en);
    let date: Option<Date> = line.date.as_ref().and_then(|date| date.parse().ok());
    let is_near = date.is_some_and(|date| date >= today && date <= today.saturating_add(2.days()));
    html! {
        tr {
            th scope="row" {
                @match date {
                    Some(date) if is_off(line) => del { time datetime=(line.date.as_deref().unwrap_or_default()) { (message::long_day(date, visitor.language)) } },
                    Some(date) => time datetime=(line.date.as_deref().unwrap_or_default()) { (message::long_day(date, visitor.language)) },
                    None => (say("día no indicado", "day not stated")),
                }
                ", " (line.time.as_deref().unwrap_or(say("hora no indicada", "hour not stated")))
                @if is_near && !is_off(line) { " " strong { "· " (say("en 48 horas", "within 48 hours")) } }
            }
            td data-label=(say("Expediente", "Case")) {
                a href=(links::case(&line.source, &line.case)) { (line.name.as_deref().unwrap_or(&line.case)) }
                @if line.name.is_some() { br; span.small.soft { (line.case) } }
                @for also in &line.also { br; span.small.soft { (say("también en ", "also at ")) (also.source) " " (also.case) } }
            }
            td data-label=(say("Audiencia", "Hearing")) { (message::hearing_name(line.kind.as_deref(), visitor.language)) }
            td data-label=(say("Estado", "State")) { (state(visitor, line)) }
            @if placed { td data-label=(say("Lugar", "Place")) {
                @if let Some(room) = &line.room { bdi { (room) } }
                @if let Some(mode) = line.mode.as_deref() { @if line.room.is_some() { " · " } (mode_name(visitor, mode)) }
            } }
        }
    }
}

/// Whether it will not take place on its day.
fn is_off(line: &HearingLine) -> bool {
    [Outcome::Deferred, Outcome::Revoked].iter().any(|outcome| outcome.name() == line.outcome)
}

/// What became of it, from where it was moved, and what is doubtful of its day.
pub(super) fn state(visitor: &Visitor, line: &HearingLine) -> Markup {
    let outcome = Outcome::ALL.iter().find(|outcome| outcome.name() == line.outcome).copied();
    let loud = match outcome {
        Some(Outcome::Held) => "state good",
        Some(Outcome::Deferred | Outcome::Suspended | Outcome::Unknown | Outcome::Revoked) => "state warn",
        Some(Outcome::Failed | Outcome::NotInstalled) => "state bad",
        _ => "state",
    };
    let words = outcome.map_or(line.outcome.as_str(), |outcome| message::outcome_name(outcome, visitor.language));
    html! {
        span class=(loud) { (words) }
        @if let Some(moved) = moved(visitor, line) { br; span.small { (moved) } }
        @for warning in &line.warn { br; span.small { (message::warning_name(warning, visitor.language)) } }
    }
}

/// That it was moved, and whether to an earlier day.
fn moved(visitor: &Visitor, line: &HearingLine) -> Option<String> {
    let follows = line.follows.as_ref()?;
    let day = |date: &Option<String>| date.as_ref().and_then(|date| date.parse::<Date>().ok());
    let (before, now) = (day(&follows.date)?, day(&line.date)?);
    let earlier = (now, &line.time) < (before, &follows.time);
    let words = if earlier {
        visitor.say("adelantada; antes: ", "moved earlier; before: ")
    } else {
        visitor.say("reprogramada; antes: ", "moved; before: ")
    };
    let hour = follows.time.as_ref().map(|time| format!(" {time}")).unwrap_or_default();
    Some(format!("{words}{}{hour}", message::day(before, visitor.language)))
}

fn mode_name<'n>(visitor: &Visitor, mode: &'n str) -> &'n str {
    match mode {
        "in_person" => visitor.say("presencial", "in person"),
        "remote" => visitor.say("telemática", "remote"),
        "mixed" => visitor.say("mixta", "in person and remote"),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::web::visitor::tests::somebody;
    use crate::wire::api::hearings::Follows;

    #[test]
    fn what_is_ahead_and_what_is_past_are_two_questions_of_one_month() {
        let today = date(2027, 3, 10);
        let of = |month: &str, ahead| {
            let filter = Filter { tag: String::new(), month: month.to_owned() };
            let HearingQuestion { tag, from, to, .. } = filter.question(today, ahead);
            assert_eq!(tag, None);
            [from, to].map(Option::unwrap_or_default)
        };
        assert_eq!((of("", true), of("", false)), (["2027-03-10".into(), String::new()], [String::new(), "2027-03-09".into()]));
        assert_eq!(of("2027-03", true), ["2027-03-10", "2027-03-31"]);
        assert_eq!(of("2027-03", false), ["2027-03-01", "2027-03-09"]);
        assert_eq!(of("2027-02", false), ["2027-02-01", "2027-02-28"]);
        for (month, ahead) in [("2027-02", true), ("2027-04", false)] {
            let [from, to] = of(month, ahead);
            assert!(from == to && from.as_str() > "2100", "none, and not two days that are turned around: {from} {to}");
        }
        for wrong in ["2027-13", "2027-3", "x", "2027-03-01"] {
            assert_eq!(of(wrong, true), ["2027-03-10".to_owned(), String::new()], "{wrong}");
        }
    }

    #[test]
    fn a_hearing_says_from_where_it_was_moved_and_hostile_words_stay_words() {
        let before = |date: &str| Some(Follows { date: Some(date.into()), time: Some("10:00".into()) });
        let line = |follows| HearingLine {
            date: Some("2027-03-11".into()),
            time: Some("09:30".into()),
            outcome: "pending".into(),
            room: Some("<script>alert(1)</script>".into()),
            case: "17721-2024-00011G".into(),
            source: "ec-esatje".into(),
            follows,
            ..HearingLine::default()
        };
        let shown = |line: HearingLine| table(&somebody(), &[line], date(2027, 3, 10), "1").into_string();
        let moved = shown(line(before("2027-03-18")));
        assert!(moved.contains("adelantada; antes: 18-mar-2027 10:00") && moved.contains("en 48 horas"), "{moved}");
        assert!(shown(line(before("2027-03-01"))).contains("reprogramada; antes: 01-mar-2027 10:00"));
        assert!(moved.contains("&lt;script&gt;") && !moved.contains("<script>"), "{moved}");
        assert!(moved.contains("href=\"/cases/ec-esatje/17721-2024-00011G\""), "{moved}");
    }
}
