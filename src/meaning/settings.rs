//! The lives of hearings: the mentions of all entries linked into settings with outcomes.
//!
//! [`Meaning::settings`](super::Meaning::settings) is asked by `daemon::answers` for the calendar and by `events` for the day that an
//! order replaces. It goes through a docket from its oldest entry on and decides nothing that no entry says: a day that passed
//! in silence is unknown.

use std::collections::HashSet;

use jiff::ToSpan;
use jiff::civil::{Date, Time};

use crate::domain::docket::{Docket, Entry};
use crate::domain::hearing::{HearingMention, HearingStatus};
use crate::domain::setting::{Outcome, SILENT_AFTER, Setting};

use super::Meaning;
use super::seen::working_days_before;

/// An entry that says what became of a hearing without naming its day speaks of one this many days before it, at most.
const TOLD_WITHIN_DAYS: i32 = 10;
/// How much of the text around a mention may say why: about two sentences.
const AROUND: usize = 300;

impl Meaning {
    /// Every setting that the docket tells of, in the order in which they were set. `today` is the day of the court.
    pub fn settings(&self, docket: &Docket, today: Date) -> Vec<Setting> {
        let mut entries: Vec<&Entry> = docket.entries.iter().filter(|entry| entry.notice_of.is_none() && !entry.annulled).collect();
        // A docket has its newest entry first; of one day and hour the later in the list is the older.
        entries.reverse();
        entries.sort_by_key(|entry| (entry.date, entry.time));
        let mut lives = Lives { meaning: self, settings: Vec::new(), told_at: Vec::new() };
        for entry in entries {
            let first = lives.settings.len();
            let mut closed = None;
            for mention in self.classify(entry, entry.date).hearings {
                closed = lives.take(entry, &mention, closed, first).or(closed);
            }
        }
        lives.silent(today);
        lives.settings
    }

    /// The setting that an entry speaks of and does not name: for an order that moves, defers or revokes the one to come, for one
    /// that says what happened the last one.
    pub fn replaced(&self, docket: &Docket, mention: &HearingMention, reference: Date) -> Option<Setting> {
        let lives = Lives { meaning: self, settings: self.settings(docket, reference), told_at: Vec::new() };
        let happened =
            matches!(Outcome::of(mention.status), Some(Outcome::Held | Outcome::Suspended | Outcome::Failed | Outcome::NotInstalled));
        let at = lives.open_near(mention, Some(reference), !happened)?;
        // Of several days, an order that names none may move any.
        let open = |setting: &&Setting| setting.outcome == Outcome::Pending && setting.date >= Some(reference) && is_of(setting, mention);
        if !happened && lives.settings.iter().filter(open).count() > 1 {
            return None;
        }
        lives.settings.get(at).filter(|setting| setting.date != mention.date).cloned()
    }
}

struct Lives<'m> {
    meaning: &'m Meaning,
    settings: Vec<Setting>,
    /// When the entry stands in the docket that told the outcome of each.
    told_at: Vec<Option<(Option<Date>, Option<Time>)>>,
}

impl Lives<'_> {
    /// Takes up a mention; gives the setting that it closes. `first` is the first setting that this entry made.
    fn take(&mut self, entry: &Entry, mention: &HearingMention, closed: Option<usize>, first: usize) -> Option<usize> {
        match (mention.status, Outcome::of(mention.status)) {
            (_, Some(outcome)) => self.close(entry, mention, outcome),
            (HearingStatus::OralDecision, None) => {
                let at = mention.date.and_then(|_| self.open_on(mention))?;
                self.tell(at, entry, mention, Outcome::Held);
                Some(at)
            }
            (HearingStatus::Convened, None) => {
                self.set(entry, mention, None);
                None
            }
            (status, None) => {
                let replaced = closed.or_else(|| {
                    let at = self.open_near(mention, entry.date, status != HearingStatus::ResumeScheduled)?;
                    // An order may set several days at once; they do not replace each other.
                    (at < first && self.settings[at].date != mention.date).then_some(at)
                });
                if let Some(at) = replaced.filter(|at| self.settings[*at].outcome == Outcome::Pending) {
                    self.tell(
                        at,
                        entry,
                        mention,
                        match status {
                            HearingStatus::ResumeScheduled => Outcome::Suspended,
                            HearingStatus::MovedEarlier => Outcome::Revoked,
                            _ if mention.date.is_some() && mention.date < self.settings[at].date => Outcome::Revoked,
                            _ => Outcome::Deferred,
                        },
                    );
                }
                let resumed = || self.settings.iter().rposition(|setting| setting.outcome == Outcome::Suspended && is_of(setting, mention));
                let follows = replaced.or_else(|| (status == HearingStatus::ResumeScheduled).then(resumed).flatten());
                self.set(entry, mention, follows);
                replaced
            }
        }
    }

    /// A day is set, or told again.
    fn set(&mut self, entry: &Entry, mention: &HearingMention, follows: Option<usize>) {
        if mention.date.is_none() {
            return;
        }
        if let Some(at) = self.open_on(mention) {
            let known = &mut self.settings[at];
            known.kind = known.kind.take().or_else(|| mention.kind.clone());
            known.time = known.time.or(mention.time);
            known.mode = mention.mode.or(known.mode);
            known.room = mention.room.clone().or_else(|| known.room.take());
            return;
        }
        // Of two entries of one moment, nobody knows which was first: the order that revokes a day may stand before the one that set it.
        let moment = Some((entry.date, entry.time));
        let is_told = |at: &usize| {
            let setting = &self.settings[*at];
            setting.set_by.is_none() && setting.date == mention.date && is_of(setting, mention) && self.told_at[*at] == moment
        };
        if let Some(at) = (0..self.settings.len()).rev().find(is_told) {
            let known = &mut self.settings[at];
            known.set_by = Some(entry.key.clone());
            known.time = known.time.or(mention.time);
            return;
        }
        let mut setting = of(mention, Outcome::Pending);
        setting.set_by = Some(entry.key.clone());
        self.told_at.push(None);
        setting.follows = follows;
        self.settings.push(setting);
    }

    fn close(&mut self, entry: &Entry, mention: &HearingMention, outcome: Outcome) -> Option<usize> {
        let ahead = matches!(outcome, Outcome::Deferred | Outcome::Revoked);
        let open = self.open_on(mention).or_else(|| {
            // A text that names the day of a hearing speaks of no other; that of a suspension is at times only the entry's.
            let is_own_day = mention.date.is_none() || (outcome == Outcome::Suspended && mention.date == entry.date);
            is_own_day.then(|| self.open_near(mention, entry.date, ahead)).flatten()
        });
        if let Some(at) = open {
            self.tell(at, entry, mention, outcome);
            return Some(at);
        }
        let repeats = |setting: &Setting| {
            setting.outcome == outcome && is_of(setting, mention) && (mention.date.is_none() || setting.date == mention.date)
        };
        if let Some(at) = self.settings.iter().rposition(repeats).filter(|at| mention.date.is_some() || self.is_recent(*at, entry)) {
            return Some(at);
        }
        self.settings.push(of(mention, outcome));
        self.told_at.push(None);
        let at = self.settings.len() - 1;
        self.tell(at, entry, mention, outcome);
        Some(at)
    }

    fn tell(&mut self, at: usize, entry: &Entry, mention: &HearingMention, outcome: Outcome) {
        let passage = match mention.span {
            Some((start, end)) => around(&entry.text, start, end),
            None => &entry.title,
        };
        let (reasons, language) = (&self.meaning.reasons, &self.meaning.language);
        self.told_at[at] = Some((entry.date, entry.time));
        let setting = &mut self.settings[at];
        setting.outcome = outcome;
        setting.told_by = Some(entry.key.clone());
        setting.kind = setting.kind.take().or_else(|| mention.kind.clone());
        if outcome != Outcome::Held {
            (setting.reasons, setting.requested_by) = (reasons.of(passage, language), reasons.askers(passage, language));
        }
    }

    /// The pending setting of the mention's own day.
    fn open_on(&self, mention: &HearingMention) -> Option<usize> {
        mention.date?;
        let is_it = |setting: &Setting| {
            let same_hour = setting.time.is_none() || mention.time.is_none() || setting.time == mention.time;
            setting.outcome == Outcome::Pending && setting.date == mention.date && is_of(setting, mention) && same_hour
        };
        self.settings.iter().rposition(is_it)
    }

    /// The pending setting that a mention without its day speaks of: the last one before the entry's day, or with `ahead` the next
    /// one on or after it, else the last before.
    fn open_near(&self, mention: &HearingMention, day: Option<Date>, ahead: bool) -> Option<usize> {
        let day = day?;
        let open = |setting: &Setting| setting.outcome == Outcome::Pending && setting.date.is_some() && is_of(setting, mention);
        let of_day = |wanted: &dyn Fn(Date) -> bool| {
            let fits = move |(_, setting): &(usize, &Setting)| open(setting) && setting.date.is_some_and(wanted);
            self.settings.iter().enumerate().filter(fits).map(|(at, setting)| (setting.date, at)).collect::<Vec<_>>()
        };
        // An entry that names neither day nor kind, where several kinds are open, may speak of any of them.
        let kinds: HashSet<_> = self.settings.iter().filter(|setting| open(setting)).map(|setting| &setting.kind).collect();
        if mention.kind.is_none() && kinds.len() > 1 {
            return None;
        }
        let next = || of_day(&|date| date >= day).into_iter().min().map(|(_, at)| at);
        let last = || {
            let earliest = day.saturating_sub(TOLD_WITHIN_DAYS.days());
            of_day(&|date| (earliest..=day).contains(&date)).into_iter().max().map(|(_, at)| at)
        };
        if ahead { next().or_else(last) } else { last() }
    }

    fn is_recent(&self, at: usize, entry: &Entry) -> bool {
        match (self.settings[at].date, entry.date) {
            (Some(date), Some(day)) => date >= day.saturating_sub(TOLD_WITHIN_DAYS.days()),
            _ => true,
        }
    }

    fn silent(&mut self, today: Date) {
        let until = working_days_before(today, SILENT_AFTER);
        for setting in self.settings.iter_mut().filter(|setting| setting.outcome == Outcome::Pending) {
            if setting.date.is_some_and(|date| date < until) {
                setting.outcome = Outcome::Unknown;
            }
        }
    }
}

/// Whether a mention may speak of this setting: kinds that are told must agree.
fn is_of(setting: &Setting, mention: &HearingMention) -> bool {
    setting.kind.is_none() || mention.kind.is_none() || setting.kind == mention.kind
}

fn of(mention: &HearingMention, outcome: Outcome) -> Setting {
    Setting {
        kind: mention.kind.clone(),
        date: mention.date,
        time: mention.time,
        mode: mention.mode,
        room: mention.room.clone(),
        warnings: mention.warnings.clone(),
        set_by: None,
        outcome,
        told_by: None,
        reasons: Vec::new(),
        requested_by: Vec::new(),
        follows: None,
    }
}

/// The text around a span, at whole characters.
fn around(text: &str, start: usize, end: usize) -> &str {
    let (from, until) = (start.saturating_sub(AROUND / 3), (end + AROUND).min(text.len()));
    let floor = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    &text[floor(from)..floor(until)]
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::docket::EntryKey;
    use crate::domain::setting::counts;
    use crate::meaning::vectors::entry;

    /// The settings of a docket of entries `(day, title, text)`, oldest first, one line each: `date time outcome kind reasons`.
    fn lives(entries: &[(Date, &str, &str)], today: Date) -> Vec<String> {
        let entries = entries.iter().enumerate().rev().map(|(nth, (day, title, text))| Entry {
            key: EntryKey(nth.to_string()),
            date: Some(*day),
            ..entry(title, text)
        });
        let docket = Docket { entries: entries.collect(), ..Docket::default() };
        let settings = Meaning::shipped("ec", "es").settings(&docket, today);
        let line = |setting: &Setting| {
            let mut parts = vec![setting.date.map_or("–".to_owned(), |date| date.to_string())];
            parts.extend(setting.time.map(|time| time.strftime("%H:%M").to_string()));
            parts.push(setting.outcome.name().to_owned());
            parts.extend(setting.kind.clone());
            parts.extend(setting.reasons.iter().map(|reason| format!("because {reason}")));
            parts.extend(setting.requested_by.iter().map(|who| format!("asked by {who}")));
            parts.extend(setting.follows.map(|at| format!("after {at}")));
            parts.join(" ")
        };
        settings.iter().map(line).collect()
    }

    const SET: &str = "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)";

    #[test]
    fn a_hearing_that_moves_twice_and_back_has_four_settings() {
        let found = lives(
            &[
                (date(2026, 3, 2), SET, "Se convoca a la audiencia de juicio para el 10 de marzo de 2026, a las 09h00."),
                (
                    date(2026, 3, 4),
                    "PROVIDENCIA GENERAL (DECRETO)",
                    "Se difiere la audiencia de juicio a petición de la Fiscalía; se señala para el 20 de marzo de 2026, a las 09h00.",
                ),
                (
                    date(2026, 3, 6),
                    "PROVIDENCIA GENERAL (DECRETO)",
                    "Se reprograma la audiencia de juicio para el 27 de marzo de 2026, a las 10h00.",
                ),
                (
                    date(2026, 3, 9),
                    "PROVIDENCIA GENERAL (DECRETO)",
                    "Se reprograma la audiencia de juicio para el 20 de marzo de 2026, a las 09h00.",
                ),
            ],
            date(2026, 3, 10),
        );
        assert_eq!(
            found,
            [
                "2026-03-10 09:00 deferred juicio because prosecutor_request asked by prosecutor",
                "2026-03-20 09:00 deferred juicio after 0",
                "2026-03-27 10:00 revoked juicio after 1",
                "2026-03-20 09:00 pending juicio after 2",
            ]
        );
    }

    #[test]
    fn what_became_of_a_hearing_is_told_by_a_later_entry_without_its_day() {
        let found = lives(
            &[
                (date(2026, 3, 2), SET, "Se convoca a la audiencia de juicio para el 10 de marzo de 2026, a las 09h00."),
                (
                    date(2026, 3, 3),
                    "RAZON (RAZON)",
                    "Recuerdo a las partes la audiencia de juicio señalada para el 10 de marzo de 2026, a las 09h00, en la sala 3.",
                ),
                (
                    date(2026, 3, 11),
                    "RAZON (RAZON)",
                    "Siento por tal que se declara fallida la audiencia de juicio por inasistencia del fiscal.",
                ),
                (
                    date(2026, 3, 11),
                    "RAZON (RAZON)",
                    "Siento razón que la audiencia fue declarada fallida, pues no compareció el señor fiscal.",
                ),
                (date(2026, 3, 12), SET, "Se convoca a la audiencia de juicio para el 24 de marzo de 2026, a las 09h00."),
                (
                    date(2026, 3, 24),
                    "RAZON (RAZON)",
                    "Se suspende la audiencia de juicio por lo avanzado de la hora. Se reinstalará el 25 de marzo de 2026, a las 08h30.",
                ),
                (date(2026, 3, 26), "ACTA DE AUDIENCIA (ACTA)", "Siendo las 12h00 se da por concluida la presente audiencia."),
            ],
            date(2026, 3, 27),
        );
        assert_eq!(
            found,
            [
                "2026-03-10 09:00 failed juicio because prosecutor_absent",
                "2026-03-24 09:00 suspended juicio because late_hour",
                "2026-03-25 08:30 held juicio after 1",
            ]
        );
    }

    #[test]
    fn an_entry_that_may_speak_of_either_of_two_hearings_is_given_to_neither() {
        let found = lives(
            &[
                (date(2026, 3, 2), SET, "Se convoca a la audiencia de juicio para el 10 de marzo de 2026, a las 09h00."),
                (
                    date(2026, 3, 2),
                    "CONVOCATORIA AUDIENCIA DE CONCILIACION (DECRETO)",
                    "Se convoca a la audiencia de conciliación para el 13 de marzo de 2026, a las 09h00.",
                ),
                (date(2026, 3, 4), "PROVIDENCIA GENERAL (DECRETO)", "Se difiere la audiencia. Oportunamente se señalará día y hora."),
            ],
            date(2026, 3, 5),
        );
        assert_eq!(found, ["2026-03-10 09:00 pending juicio", "2026-03-13 09:00 pending conciliacion", "– deferred"]);
    }

    #[test]
    fn silence_is_unknown_after_five_working_days_and_nothing_is_guessed() {
        let entries = [
            (date(2026, 3, 2), SET, "Se convoca a la audiencia de juicio para el 10 de marzo de 2026, a las 09h00."),
            (
                date(2026, 3, 2),
                "CONVOCATORIA AUDIENCIA DE CONCILIACION (DECRETO)",
                "Se convoca a la audiencia de conciliación para el 13 de marzo de 2026, a las 09h00.",
            ),
            (date(2026, 3, 16), "RAZON (RAZON)", "Siento razón que se llevó a cabo la audiencia de conciliación el 13 de marzo de 2026."),
        ];
        assert_eq!(lives(&entries, date(2026, 3, 17)), ["2026-03-10 09:00 pending juicio", "2026-03-13 09:00 held conciliacion"]);
        assert_eq!(lives(&entries, date(2026, 3, 18)), ["2026-03-10 09:00 unknown juicio", "2026-03-13 09:00 held conciliacion"]);
        assert_eq!(counts(&[]).map(|(_, count)| count), [0; 8]);
    }

    #[test]
    fn the_days_of_one_order_do_not_replace_each_other_and_a_revoked_one_is_no_deferral() {
        let found = lives(
            &[
                (date(2026, 3, 2), SET, "Se convoca a audiencia de juicio para los días 9 y 10 de marzo de 2026, a las 08h30."),
                (
                    date(2026, 3, 4),
                    "PROVIDENCIA GENERAL (DECRETO)",
                    "Déjase sin efecto la audiencia de juicio convocada para el 10 de marzo de 2026 y en su lugar se convoca para el 19 de marzo de 2026, a las 14h00.",
                ),
            ],
            date(2026, 3, 5),
        );
        assert_eq!(
            found,
            ["2026-03-09 08:30 pending juicio", "2026-03-10 08:30 revoked juicio", "2026-03-19 14:00 pending juicio after 1"]
        );
    }
}
