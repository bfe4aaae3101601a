//! What a text says of hearings: which are set, for when, and what became of them.
//!
//! Called by [`Meaning::classify`](super::Meaning::classify) with the body of an entry. Each date is given to a verb of its
//! sentence (see [`scene`](super::scene)); the verb and what was said before decide the status. A hearing without a date is
//! told only when something became of it.

use jiff::civil::{Date, Time};
use jiff::{Span, ToSpan};

use crate::domain::hearing::{HearingMention, HearingStatus};

use super::date::YearExpr;
use super::details::{Draft, Heard, finish};
use super::language::mark;
use super::resolve::Lean;
use super::scene::Scene;
use super::speech::{Said, Say, Speech};
use super::when::Moment;

/// The farthest that a hearing is set ahead (`ecuador.md` 6.3); a later date is a slip of the pen.
const FARTHEST_MONTHS: i32 = 18;
/// A date a few days before the entry may still be a setting (`domain.md` D2.6).
const BEFORE_DAYS: i32 = 3;
/// What became of a setting is told within days; older dates in a ruling are its history.
const HISTORY_DAYS: i32 = 30;

/// "En la fecha, se celebró la audiencia": so many words may stand before what a record begins with.
const OPENING: usize = 4;

/// Doubts about a day.
pub const END_OF_DAY: &str = "end_of_day";
const OUT_OF_RANGE: &str = "date_out_of_range";

/// Every hearing that the text speaks of, in the order of the text.
pub fn mentions(scene: &Scene<'_>, speech: &Speech, title_type: Option<&str>) -> Vec<Heard> {
    let closings: Vec<Said> = scene.said.iter().filter(|said| scene.closes(said)).copied().collect();
    let mut work = Work { scene, used: vec![false; closings.len()], closings, drafts: Vec::new(), last: None };
    for moment in &scene.moments {
        if !scene.is_foreign(moment) {
            work.moment(moment);
        }
    }
    work.undated();
    work.oral();
    finish(scene, speech, title_type, work.drafts)
}

struct Work<'s, 't> {
    scene: &'s Scene<'t>,
    closings: Vec<Said>,
    used: Vec<bool>,
    drafts: Vec<Draft>,
    last: Option<Date>,
}

impl Work<'_, '_> {
    fn moment(&mut self, moment: &Moment) {
        if let Some(existing) = self.scene.existing(moment).copied() {
            return self.existing(moment, &existing);
        }
        let governor = self.scene.governor(moment);
        let sets = governor.is_none_or(|verb| matches!(verb.say, Say::Set { .. } | Say::Reset));
        if let Some(verb) = self.left_by(moment).filter(|_| sets) {
            // A day before the verb that is of no hearing is that of the act.
            if self.scene.names_hearing(moment.start.saturating_sub(10), moment.start) {
                self.push(moment, &verb, HearingStatus::Deferred, Lean::Near, false);
            }
            return;
        }
        let Some(verb) = governor else { return self.without_verb(moment) };
        match verb.say {
            Say::Set { strong, .. } => {
                let toward = (verb.end..verb.end + 3).any(|at| self.scene.tokens.is(at, mark::TOWARD)) && moment.time.is_some();
                if strong || toward || self.scene.names_hearing(verb.start.min(moment.start), verb.end.max(moment.end)) {
                    self.set(moment, &verb, self.next_status(moment));
                }
            }
            Say::Reset => self.set(moment, &verb, self.next_status(moment)),
            Say::Resume => self.set(moment, &verb, HearingStatus::ResumeScheduled),
            Say::Resumed => self.past(moment, &verb, HearingStatus::Resumed),
            Say::Held if self.scene.names_hearing(verb.start.min(moment.start), verb.end.max(moment.end)) => {
                self.past(moment, &verb, HearingStatus::Held);
            }
            Say::Close(status) => self.closing(moment, &verb, status),
            _ => {}
        }
    }

    /// "la audiencia señalada para el 20 de febrero": what became of it stands in the same sentence, or nothing did.
    fn existing(&mut self, moment: &Moment, lead: &Said) {
        let closing = self.closing_of_sentence(moment.start);
        if let Some((index, verb, status)) = closing {
            self.used[index] = true;
            let status = if status == HearingStatus::MovedEarlier { HearingStatus::Revoked } else { status };
            return self.push(moment, &verb, status, Lean::Near, false);
        }
        if self.scene.has(moment.start, moment.end, moment.end + 25, |say| say == Say::Held) {
            return self.past(moment, lead, HearingStatus::Held);
        }
        if !self.scene.is_wished(lead.start) && self.scene.names_hearing(moment.start, moment.end) {
            let first = self.drafts.len();
            self.push(moment, lead, HearingStatus::Convened, Lean::Ahead, true);
            let recalled = self.scene.is_definite(lead);
            self.drafts[first..].iter_mut().for_each(|draft| draft.recalled = recalled);
        }
    }

    /// "the hearing on March 20 has been reset to March 27": the verb that moves the hearing from this day toward the next one.
    fn left_by(&self, moment: &Moment) -> Option<Said> {
        let tokens = &self.scene.tokens;
        let next = self.scene.moments.iter().find(|other| other.start >= moment.end && tokens.together(other.start, moment.start))?;
        let between = |said: &&Said| said.say == Say::Reset && said.start >= moment.end && said.end <= next.start;
        let verb = self.scene.said.iter().find(between)?;
        let toward = (verb.end.saturating_sub(1)..next.start).any(|at| tokens.is(at, mark::TOWARD));
        toward.then_some(*verb)
    }

    fn closing_of_sentence(&self, at: usize) -> Option<(usize, Said, HearingStatus)> {
        let near = |verb: &Said| self.scene.tokens.together(verb.start, at) && verb.start.abs_diff(at) <= 60;
        let (index, verb) =
            self.closings.iter().enumerate().filter(|(_, verb)| near(verb)).min_by_key(|(_, verb)| verb.start.abs_diff(at))?;
        match verb.say {
            Say::Close(status) => Some((index, *verb, self.refined(verb, status))),
            _ => None,
        }
    }

    /// A hearing that did not start because somebody was missing has failed; with no cause told it is "not installed".
    fn refined(&self, verb: &Said, status: HearingStatus) -> HearingStatus {
        let absent =
            status == HearingStatus::NotInstalled && self.scene.has(verb.start, verb.start, verb.end + 25, |say| say == Say::Absence);
        if absent { HearingStatus::Failed } else { status }
    }

    /// "se aplaza para el jueves" sets a day; "se suspendió el jueves" says when it happened, and "cancelada para el jueves" which.
    fn closing(&mut self, moment: &Moment, verb: &Said, status: HearingStatus) {
        let toward = (verb.end..moment.start).any(|at| self.scene.tokens.is(at, mark::TOWARD));
        let over = matches!(status, HearingStatus::Revoked | HearingStatus::NotInstalled | HearingStatus::Failed);
        if toward && !(over && self.scene.tokens.is(verb.end, mark::TOWARD)) {
            return self.set(moment, verb, after(status));
        }
        if let Some(index) = self.closings.iter().position(|closing| closing == verb) {
            self.used[index] = true;
        }
        self.push(moment, verb, self.refined(verb, status), Lean::Near, false);
    }

    /// A hearing, a day to come and an hour in one sentence need no verb: "audiencia de juicio, 12 de marzo, 10h00".
    fn without_verb(&mut self, moment: &Moment) {
        let Some(reference) = self.scene.reference else { return };
        let (from, until) = (moment.start.saturating_sub(25), moment.end + 25);
        let bare = self.scene.tokens.len() <= 16 && moment.end - moment.start + 2 >= self.scene.tokens.len();
        let weak = (moment.start.saturating_sub(3)..moment.start).any(|at| self.scene.tokens.is(at, mark::TOWARD));
        let titled = self.scene.titled && weak;
        let named = self.scene.has(moment.start, from, until, |say| say == Say::Noun || (weak && say == Say::WeakNoun));
        let told = self.scene.has(moment.start, from, until, |say| matches!(say, Say::Held | Say::Oral | Say::Concluded | Say::Resumed));
        let ahead = moment.date.resolve(Some(reference), self.last, Lean::Ahead).0.first().is_some_and(|day| *day >= reference);
        // "Inclusão em pauta", "Para 25/08/2026": a court that sits all day names no hour.
        let timed = moment.time.is_some() || (titled && bare);
        if timed && ahead && !told && !self.scene.is_wished(moment.start) && (named || bare || titled) {
            let lead = Said { say: Say::Noun, start: moment.start, end: moment.start };
            let first = self.drafts.len();
            self.set(moment, &lead, self.next_status(moment));
            self.drafts[first..].iter_mut().for_each(|draft| draft.bare = true);
        }
    }

    /// The status of a new day, from what was said before it.
    fn next_status(&self, moment: &Moment) -> HearingStatus {
        let before = self.closings.iter().rev().find(|verb| verb.start < moment.start && moment.start - verb.start <= 150);
        if let Some(Said { say: Say::Close(status), .. }) = before {
            return after(*status);
        }
        let reset = self.scene.has(moment.start, moment.start.saturating_sub(30), moment.end + 10, |say| say == Say::Reset);
        if reset { HearingStatus::Rescheduled } else { HearingStatus::Convened }
    }

    fn set(&mut self, moment: &Moment, verb: &Said, status: HearingStatus) {
        self.push(moment, verb, status, Lean::Ahead, false);
    }

    fn past(&mut self, moment: &Moment, verb: &Said, status: HearingStatus) {
        // "Aos doze dias do mês de março de 2024 … foi realizada": a record that begins with its whole date is believed.
        let recorded = verb.start >= moment.end && matches!(moment.date.year, YearExpr::Named(_));
        self.push(moment, verb, status, if recorded { Lean::Near } else { Lean::Back }, false);
    }

    fn push(&mut self, moment: &Moment, verb: &Said, status: HearingStatus, lean: Lean, existing: bool) {
        let (days, mut warnings) = moment.date.resolve(self.scene.reference, self.last, lean);
        self.last = days.last().copied().or(self.last);
        let time = moment.time.and_then(|time| Time::new(time.hour % 24, time.minute, 0, 0).ok());
        let late = moment.time.is_some_and(|time| time.hour == 24);
        if late {
            warnings.push(END_OF_DAY.to_owned());
        }
        let draft = |date: Option<Date>, warnings: Vec<String>| Draft {
            date,
            end_date: date.filter(|_| is_setting(status)).and_then(|first| moment.last_day(first)),
            time: date.and(time),
            status,
            warnings,
            existing,
            recalled: false,
            aside: false,
            bare: false,
            start: verb.start.min(moment.start),
            end: verb.end.max(moment.end),
            at: moment.start,
        };
        if days.is_empty() && !warnings.is_empty() {
            return self.drafts.push(draft(None, warnings));
        }
        for day in days {
            let day = if late { day.saturating_add(1.days()) } else { day };
            match fits(day, self.scene.reference, status, lean) {
                Fit::Yes => self.drafts.push(draft(Some(day), warnings.clone())),
                Fit::TooFar => self.drafts.push(draft(None, vec![OUT_OF_RANGE.to_owned()])),
                Fit::Past => {}
            }
        }
    }

    /// What became of a hearing whose day is not told. A suspension happens on the day of the entry, unless the text is a bare
    /// title.
    fn undated(&mut self) {
        for (verb, used) in self.closings.clone().into_iter().zip(self.used.clone()) {
            let Say::Close(status) = verb.say else { continue };
            // "se anticipa" without the old day: the new day says it all.
            if used || status == HearingStatus::MovedEarlier {
                continue;
            }
            let bare = verb.start == 0 && verb.end == self.scene.tokens.len();
            let date = self.scene.reference.filter(|_| status == HearingStatus::Suspended && !bare);
            self.drafts.push(Draft::of_verb(&verb, self.refined(&verb, status), date));
        }
        // "Se instaló la audiencia el día de hoy …, y se suspendió": it began, and is not over.
        let reference = self.scene.reference;
        let is_now = |draft: &Draft| draft.date.is_none() || draft.date == reference;
        if self.drafts.iter().any(|draft| draft.status == HearingStatus::Suspended && is_now(draft)) {
            self.drafts.retain(|draft| draft.status != HearingStatus::Held || !is_now(draft));
        }
        // "Se declara fallida la audiencia … siendo las 09h30 se da por concluida": it did not take place.
        let held = self.drafts.iter().any(|draft| {
            let is_now = draft.date.is_none() || draft.date == self.scene.reference;
            draft.status == HearingStatus::Held || (is_now && is_broken(draft.status))
        });
        let concluded = self.scene.said.iter().find(|said| said.say == Say::Concluded && !self.scene.is_guarded(said, 12));
        // "Aberta a audiência, ausente a testemunha; redesigno para": it was opened, and held on another day.
        let moved = self.drafts.iter().any(|draft| draft.status == HearingStatus::Rescheduled);
        if held {
            return;
        }
        if let Some(verb) = concluded {
            self.drafts.push(Draft::of_verb(verb, HearingStatus::Held, None));
        } else if let Some(verb) = self.scene.said.iter().find(|said| !moved && self.scene.tells_held(said)) {
            // "Se realizó la audiencia inicial": with these words a record begins; further down they only look back.
            let sets = self.drafts.iter().any(|draft| is_setting(draft.status));
            let begins = verb.start == 0 || (verb.start <= OPENING && self.scene.titled && !sets);
            self.drafts.push(Draft { aside: !begins, ..Draft::of_verb(verb, HearingStatus::Held, None) });
        }
    }

    /// A decision announced orally, on the day that its sentence names.
    fn oral(&mut self) {
        for verb in self.scene.said.iter().filter(|said| said.say == Say::Oral && !self.scene.is_guarded(said, 12)) {
            let near = self.scene.moments.iter().filter(|moment| {
                self.scene.tokens.together(moment.start, verb.start)
                    && moment.start.abs_diff(verb.start) <= 25
                    && !self.scene.is_foreign(moment)
            });
            let day = near.min_by_key(|moment| moment.start.abs_diff(verb.start));
            let date = day.and_then(|moment| moment.date.resolve(self.scene.reference, self.last, Lean::Back).0.first().copied());
            self.drafts.push(Draft::of_verb(verb, HearingStatus::OralDecision, date));
        }
    }
}

/// What a new day is, after this became of the old one.
fn after(status: HearingStatus) -> HearingStatus {
    match status {
        HearingStatus::Suspended => HearingStatus::ResumeScheduled,
        HearingStatus::MovedEarlier => HearingStatus::MovedEarlier,
        _ => HearingStatus::Rescheduled,
    }
}

/// Whether this status means that a hearing did not take place, or not to its end.
fn is_broken(status: HearingStatus) -> bool {
    use HearingStatus as H;
    matches!(status, H::Failed | H::NotInstalled | H::Deferred | H::Suspended)
}

/// Whether the entry says of the hearing of its own day that it did not take place, or not to its end.
pub fn is_not_now(mention: &HearingMention, reference: Option<Date>) -> bool {
    is_broken(mention.status) && (mention.date.is_none() || mention.date == reference)
}

/// Whether this status is a day to come.
pub fn is_setting(status: HearingStatus) -> bool {
    use HearingStatus as H;
    matches!(status, H::Convened | H::Rescheduled | H::MovedEarlier | H::ResumeScheduled)
}

enum Fit {
    Yes,
    Past,
    TooFar,
}

fn fits(day: Date, reference: Option<Date>, status: HearingStatus, lean: Lean) -> Fit {
    let Some(reference) = reference else { return Fit::Yes };
    let back = |span: Span| reference.saturating_sub(span);
    if matches!(status, HearingStatus::Held | HearingStatus::Resumed | HearingStatus::OralDecision)
        && (day <= reference || lean == Lean::Back)
    {
        return if day <= reference { Fit::Yes } else { Fit::Past };
    }
    let earliest = if is_setting(status) { back(BEFORE_DAYS.days()) } else { back(HISTORY_DAYS.days()) };
    if day < earliest {
        Fit::Past
    } else if day > reference.saturating_add(FARTHEST_MONTHS.months()) {
        Fit::TooFar
    } else {
        Fit::Yes
    }
}

#[cfg(test)]
mod tests {
    use crate::meaning::Meaning;
    use crate::meaning::vectors::entry;
    use jiff::civil::date;

    /// The mentions of a text of 2 June 2025, a Monday, one line each: `status type date time room mode doubts`.
    fn read(text: &str) -> Vec<String> {
        let reading = Meaning::shipped("ec", "es").classify(&entry("", text), Some(date(2025, 6, 2)));
        let line = |mention: &crate::domain::hearing::HearingMention| {
            let mut parts = vec![mention.status.name().to_owned()];
            parts.extend(mention.kind.clone());
            parts.extend(mention.date.map(|date| date.to_string()));
            parts.extend(mention.time.map(|time| time.strftime("%H:%M").to_string()));
            parts.extend(mention.room.as_ref().map(|room| format!("sala {room}")));
            parts.extend(mention.mode.map(|mode| mode.name().to_owned()));
            parts.extend(mention.warnings.iter().map(|warning| format!("?{warning}")));
            parts.join(" ")
        };
        reading.hearings.iter().map(line).collect()
    }

    #[test]
    fn what_is_said_in_few_words_is_read_and_a_day_of_no_month_is_a_doubt() {
        for (text, expected) in [
            ("Se convoca a audiencia de vinculación para el día lunes 16, a las 10h00.", vec!["convened vinculacion 2025-06-16 10:00"]),
            (
                "Se convoca a audiencia de vinculación para el día 16, a las 10h00.",
                vec!["convened vinculacion 2025-06-16 10:00 ?month_inferred"],
            ),
            (
                "Se convoca a audiencia de vinculación para el día lunes 17, a las 10h00.",
                vec!["convened vinculacion 2025-06-17 10:00 ?month_inferred ?weekday_mismatch"],
            ),
            (
                "Se señala para el 20 de los corrientes, a las 10h00, la audiencia de conciliación.",
                vec!["convened conciliacion 2025-06-20 10:00"],
            ),
            (
                "Señálese el 25 del presente, a las 15h00, para que tenga lugar la audiencia única.",
                vec!["convened audiencia_unica 2025-06-25 15:00"],
            ),
            (
                "Para el día 3 se requiere el informe del perito; a fojas 25 del presente cuaderno consta la convocatoria a audiencia.",
                vec![],
            ),
            (
                "Se convoca a audiencia de juicio para los días lunes 16 y martes 17 de junio de 2025, a partir de las 09h00.",
                vec!["convened juicio 2025-06-16 09:00", "convened juicio 2025-06-17 09:00"],
            ),
            // A holiday is no day of a hearing.
            (
                "Por haberse declarado feriado el lunes 9 de junio, la audiencia prevista para ese día se realizará el martes 10 de los mismos mes y año.",
                vec!["convened 2025-06-10"],
            ),
            // Initials are one word, and the sentence goes on behind them.
            (
                "Fíjese como nueva fecha para la audiencia de que trata el artículo 372 del C.G.P. el día veinticuatro (24) de julio de 2025 a las 9:30 a.m.",
                vec!["rescheduled 2025-07-24 09:30"],
            ),
            // What began and ended was held; what began and was interrupted was not.
            (
                "Siento como tal que el día de hoy, a las 10h00, se instaló la audiencia única, la misma que concluyó a las 12h15.",
                vec!["held audiencia_unica 2025-06-02 10:00"],
            ),
            (
                "Siento por tal que se instaló la audiencia de juicio el día de hoy a las 09h00, y por lo avanzado de la hora se suspendió.",
                vec!["suspended juicio 2025-06-02"],
            ),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn settings_are_read() {
        for (text, expected) in [
            (
                "Se convoca a las partes a audiencia única para el viernes 13 de junio del 2025, a las 11h00.",
                "convened audiencia_unica 2025-06-13 11:00",
            ),
            (
                "CONVÓQUESE A AUDIENCIA DE CASACIÓN PARA EL DÍA TRECE DE JUNIO DE DOS MIL VEINTICINCO, A LAS ONCE HORAS",
                "convened casacion 2025-06-13 11:00",
            ),
            (
                "Puesto en mi despacho, señálase el 13 de junio, a las 11H00, para que tenga lugar la audiencia de juzgamiento.",
                "convened juicio 2025-06-13 11:00",
            ),
            (
                "Cuenca, lunes 2 de junio del 2025, las 08h31, VISTOS: se convoca a audiencia para el 13 de junio del 2025, a las 11h00.",
                "convened 2025-06-13 11:00",
            ),
            (
                "La audiencia de vinculación se efectuará a las 11h00 del 13 de junio de 2025, en la sala de audiencias No. 204.",
                "convened vinculacion 2025-06-13 11:00 sala 204",
            ),
            ("Audiencia de hábeas corpus: 13/06/2025, 11:00, de manera telemática.", "convened habeas_corpus 2025-06-13 11:00 remote"),
            (
                "se fija para el 13 de junio de 2025 a las 11h00 la audiencia de procedimiento abreviado, de forma presencial",
                "convened procedimiento_abreviado 2025-06-13 11:00 in_person",
            ),
            (
                "Se convoca a audiencia preliminar para el sábado 13 de junio de 2025 a las 11h00",
                "convened preliminar 2025-06-13 11:00 ?weekday_mismatch",
            ),
            ("Se convoca a audiencia preliminar para el 31 de junio de 2025 a las 11h00", "convened preliminar ?invalid_date"),
            ("Se convoca a audiencia de juicio para el 13 de junio de 2035 a las 11h00", "convened juicio ?date_out_of_range"),
            ("Se reprograma la audiencia de apelación para el 13 de junio de 2025, a las 11h00", "rescheduled apelacion 2025-06-13 11:00"),
            ("La audiencia de juicio se reinstalará el jueves 12 de junio, a las 08h30", "resume_scheduled juicio 2025-06-12 08:30"),
            ("Se llevó a cabo la audiencia de conciliación el 30 de mayo de 2025", "held conciliacion 2025-05-30"),
            (
                "Se declara fallida la audiencia de juicio señalada para el 2 de junio de 2025, a las 09h00",
                "failed juicio 2025-06-02 09:00",
            ),
            ("Siento razón que la audiencia señalada para el 30 de mayo de 2025 no se instaló.", "not_installed 2025-05-30"),
            ("la audiencia prevista para el 13 de junio de 2025, a las 11h00, queda sin efecto", "revoked 2025-06-13 11:00"),
            ("Siendo las 10h34 se da por concluida la presente audiencia.", "held"),
        ] {
            assert_eq!(read(text), [expected], "{text}");
        }
    }

    #[test]
    fn one_order_can_say_several_things() {
        for (text, expected) in [
            (
                "Se suspende la audiencia de juicio por cuanto el perito no está presente. Se reinstalará el martes 10 de junio de 2025 a las 09h00.",
                vec!["suspended juicio 2025-06-02", "resume_scheduled juicio 2025-06-10 09:00"],
            ),
            (
                "Déjase sin efecto la audiencia convocada para el 5 de junio y en su lugar se convoca para el 19 de junio de 2025, a las 14h00, a la audiencia única.",
                vec!["revoked audiencia_unica 2025-06-05", "rescheduled audiencia_unica 2025-06-19 14:00"],
            ),
            (
                "La audiencia de juicio convocada para el 20 de junio de 2025 a las 09h00 se efectuará el 12 de junio de 2025 a las 09h00.",
                vec!["revoked juicio 2025-06-20 09:00", "moved_earlier juicio 2025-06-12 09:00"],
            ),
            (
                "Se convoca a audiencia de juicio para los días 9 y 10 de junio de 2025, a las 08h30.",
                vec!["convened juicio 2025-06-09 08:30", "convened juicio 2025-06-10 08:30"],
            ),
            (
                "La audiencia, que debía realizarse el 30 de mayo de 2025, se difirió para el 12 de junio de 2025, 10h00, y no para el 13 de junio.",
                vec!["deferred 2025-05-30", "rescheduled 2025-06-12 10:00"],
            ),
            ("Se difiere la audiencia; por Secretaría se señalará nuevo día y hora.", vec!["deferred"]),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_hearing_is_left_alone() {
        for text in [
            "Guayaquil, lunes 2 de junio del 2025, las 09h15. VISTOS: Avoco conocimiento de la causa.",
            "En Quito, lunes dos de junio del dos mil veinticinco, a partir de las nueve horas y quince minutos, mediante boletas judiciales notifiqué",
            "conforme la Ley publicada en el Registro Oficial Suplemento 180 de 10 de febrero de 2014",
            "en auto de 12 de mayo de 2023 se convocó a la audiencia de juicio para el 30 de mayo de 2023, a las 10h00",
            "bajo prevenciones de que se declara fallida la audiencia en caso de inasistencia",
            "en caso de no comparecer se declara fallida la audiencia",
            "El juez suspendió la audiencia por quince minutos.",
            "se suspende la audiencia diez minutos",
            "recibí la diligencia de CITACION FALLIDA",
            "se suspende el plazo previsto en la ley",
            "se deja sin efecto la boleta de captura girada en su contra",
            "deja sin efecto la prisión preventiva dictada en audiencia de formulación de cargos",
            "presente los documentos hasta el 13 de junio de 2025, a las 17h00, para la audiencia",
            "contrato celebrado el 13 de junio de 2026 ante notario",
            "se convoca a junta de accionistas para el 13 de junio de 2025 a las 11h00",
            "previo a convocar a audiencia, ofíciese a la Policía Nacional dentro de 48 horas",
            "JUICIO No. 09497-2017. Agréguese el escrito presentado el 30 de mayo de 2025, a las 11h02",
            "El día de hoy 2 de junio de 2025 pasa a mi despacho, sin que sea posible fijar la audiencia en el término previsto",
            "Recibido el día de hoy, lunes 2 de junio de 2025, a las 16:29, el proceso de audiencia",
            "Confiérase las copias de la audiencia; el peticionario las podrá retirar el 19 de junio de 2025 a las 09h00",
            "Acudirá a la valoración psicológica el 20 de junio de 2025 a las 10h00, previo a la audiencia",
            "El despacho estará cerrado el 30 de junio de 2025 y no se realizarán audiencias",
            "presentará su dictamen quince días antes de la audiencia, venciendo el 2 de julio de 2025 a las 9:30 hs",
            "la videograbación de la audiencia estará a su disposición el 22 de junio de 2025 a las 10:00 horas",
            "Entréguese el vehículo el 13 de junio de 2025 a las 10h00, según lo resuelto en audiencia",
            "deberá registrar su firma el 13 de junio de 2025 a las 09:00 horas, conforme a las reglas fijadas en audiencia",
        ] {
            assert_eq!(read(text), Vec::<String>::new(), "{text}");
        }
    }
}
