//! A hearing as `veedor classify` prints it: the mention form of `domain.md` D1, with what only one text can say.
//!
//! [`line`](super::line) asks for the forms of an entry. Why, who asked, another possible day and how sure the reading is are read here from
//! the sentence of the mention; events carry none of it, because the settings of a hearing are put together from many entries.

use jiff::civil::{Date, Time};
use jiff::{Span, ToSpan};
use serde_json::{Value, json};

use crate::domain::docket::Entry;
use crate::domain::event::EventKind;
use crate::domain::hearing::{HearingMention, HearingStatus};
use crate::wire::hearing;

use super::hearing::{END_OF_DAY, is_setting};
use super::lives::around;
use super::privacy::tells_access;
use super::resolve::{Lean, WEEKDAY_MISMATCH};
use super::scene::Scene;
use super::speech::Say;
use super::tokens::Tokens;
use super::{Meaning, Reading};

/// What stands for the number, password or address of an online meeting.
const REDACTED: &str = "REDACT";

/// How sure a reading is: a day with an hour and no doubt, a day alone, no day, a doubt. Below 0.6 an alert calls the day possible
/// (`domain.md` D2.10).
const SURE: [f64; 4] = [0.95, 0.85, 0.7, 0.5];

impl Meaning {
    /// The forms of what an entry says of hearings, in the order of the text, and of a decision that is to come on a day not told.
    pub fn mentions(&self, entry: &Entry, reading: &Reading, reference: Option<Date>) -> Vec<Value> {
        let scene = Scene::read(Tokens::read(&entry.text, &self.language), &self.language, &self.speech, reference, false);
        let dated = reading.hearings.iter().any(|mention| is_setting(mention.status) && mention.date.is_some());
        let form = |mention: &HearingMention| self.form(entry, mention, &scene, dated);
        let mut forms: Vec<Value> = reading.hearings.iter().map(form).collect();
        let is_papers = |kind: &EventKind| matches!(kind, EventKind::FilingAdded | EventKind::NotificationServed);
        if !dated && !reading.kinds.iter().any(is_papers) {
            let pending = scene.said.iter().find(|said| said.say == Say::Pending && !scene.is_guarded(said, 12));
            forms.extend(pending.map(|said| {
                let (start, end) = scene.tokens.span(said.start, said.end);
                json!({"date": null, "time": null, "type": null, "status": "decision_pending", "next": "undated", "confidence": SURE[2],
                       "span": [start, end]})
            }));
        }
        forms
    }

    fn form(&self, entry: &Entry, mention: &HearingMention, scene: &Scene<'_>, dated: bool) -> Value {
        let passage = mention.span.map_or(entry.title.as_str(), |(start, end)| around(&entry.text, start, end));
        let mut form = hearing::to_json(mention);
        // The end of a day is kept as the beginning of the next; the text says 24:00.
        let late = mention.warnings.iter().any(|warning| warning == END_OF_DAY) && mention.time == Some(Time::midnight());
        if let Some(day) = mention.date.filter(|_| late).and_then(|day| day.checked_sub(1.days()).ok()) {
            (form["date"], form["time"]) = (json!(day.to_string()), json!("24:00"));
        }
        use HearingStatus as H;
        if matches!(mention.status, H::Deferred | H::Suspended | H::Failed | H::NotInstalled) {
            let (reasons, askers) = self.reasons.of(passage, &self.language);
            for (key, names) in [("reason", reasons), ("requested_by", askers)] {
                if !names.is_empty() {
                    form[key] = json!(names);
                }
            }
        }
        if matches!(mention.status, H::Deferred | H::Suspended) && !dated {
            form["next"] = json!("undated");
        }
        if tells_access(passage) {
            form["join"] = json!(REDACTED);
        }
        if let Some(other) = other_day(mention, scene) {
            form["alt"] = json!(other.to_string());
        }
        let sure = match (mention.warnings.is_empty(), mention.date, mention.time) {
            (false, ..) => SURE[3],
            (true, None, _) => SURE[2],
            (true, Some(_), None) => SURE[1],
            (true, Some(_), Some(_)) => SURE[0],
        };
        form["confidence"] = json!(sure);
        form
    }
}

/// Where the weekday and the date do not agree, the nearest day with that weekday.
fn other_day(mention: &HearingMention, scene: &Scene<'_>) -> Option<Date> {
    let date = mention.date.filter(|_| mention.warnings.iter().any(|warning| warning == WEEKDAY_MISMATCH))?;
    let says = |lean| move |found: &super::when::Moment| found.date.resolve(scene.reference, None, lean).0.contains(&date);
    let found = scene.moments.iter().find(|found| says(Lean::Ahead)(found) || says(Lean::Near)(found))?;
    let weekday = found.date.weekday?;
    let beside = |days: i32| [Span::new().days(-days), Span::new().days(days)];
    (1..=3).flat_map(beside).filter_map(|span| date.checked_add(span).ok()).find(|day| day.weekday() == weekday)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meaning::vectors::entry;
    use jiff::civil::date;

    fn read(language: &str, text: &str) -> Vec<Value> {
        let (meaning, entry) = (Meaning::shipped(if language == "pt" { "br" } else { "ec" }, language), entry("", text));
        let day = Some(date(2024, 2, 20));
        meaning.mentions(&entry, &meaning.classify(&entry, day), day)
    }

    #[test]
    fn what_the_text_says_beside_the_day_is_printed() {
        let why = read("es", "A pedido de la Fiscalía, se difiere la audiencia de juicio. Oportunamente se señalará día y hora.");
        assert_eq!((&why[0]["reason"], &why[0]["requested_by"]), (&json!(["prosecutor_request"]), &json!(["prosecutor"])));
        assert_eq!((&why[0]["next"], &why[0]["confidence"]), (&json!("undated"), &json!(0.7)));
        let zoom = read(
            "es",
            "Se convoca a audiencia de juicio para el 12 de marzo de 2024, 10h00, por Zoom, ID 834 5567 1290, contraseña CNJ2024.",
        );
        assert_eq!((&zoom[0]["platform"], &zoom[0]["join"]), (&json!("zoom"), &json!("REDACT")));
        assert!(!zoom[0].to_string().contains("834"));
        let doubt = read("es", "Se convoca a audiencia de juicio para el lunes 12 de marzo de 2024, a las 09h00.");
        assert_eq!((&doubt[0]["alt"], &doubt[0]["confidence"]), (&json!("2024-03-11"), &json!(0.5)));
        let late = read("es", "Se convoca a audiencia de juicio para las 24h00 del 12 de marzo de 2024.");
        assert_eq!((&late[0]["date"], &late[0]["time"], &late[0]["warn"]), (&json!("2024-03-12"), &json!("24:00"), &json!(["end_of_day"])));
    }

    #[test]
    fn a_session_of_several_days_has_an_end() {
        let session = read("pt", "Incluído na pauta da sessão virtual de 12/03/2024 a 19/03/2024.");
        assert_eq!((&session[0]["date"], &session[0]["end_date"]), (&json!("2024-03-12"), &json!("2024-03-19")));
        let range = read("es", "Se convoca a audiencia de juicio del 20 al 24 de mayo de 2024, a las 09h00.");
        assert_eq!((&range[0]["date"], &range[0]["end_date"]), (&json!("2024-05-20"), &json!("2024-05-24")));
    }

    #[test]
    fn a_decision_to_come_is_pending() {
        for (language, text) in [
            ("es", "El tribunal programará una nueva fecha y hora para emitir su decisión."),
            ("pt", "A sentença será proferida no prazo legal."),
        ] {
            let found = read(language, text);
            assert_eq!(found.last().map(|form| &form["status"]), Some(&json!("decision_pending")), "{text}: {found:?}");
        }
        assert!(
            read("es", "Se convoca a audiencia para el 12 de marzo de 2024, a las 09h00, para emitir la decisión.")
                .iter()
                .all(|form| form["status"] == "convened")
        );
    }
}
