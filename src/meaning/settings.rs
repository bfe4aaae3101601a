//! The lives of hearings: the mentions of all entries linked into settings with outcomes.
//!
//! [`Meaning::settings`](super::Meaning::settings) is asked by `daemon::answers` for the calendar and by `events` for the day that an
//! order replaces. It goes through a docket from its oldest entry on, with [`lives`](super::lives), and decides nothing that no entry
//! says: a day that passed in silence is unknown.

use jiff::civil::Date;

use crate::domain::docket::{Docket, Entry};
use crate::domain::setting::{Outcome, SILENT_AFTER, Setting};

use super::lives::Lives;
use super::{Heard, Meaning};

impl Meaning {
    /// Every setting that the docket tells of, in the order in which they were set. `today` is the day of the court.
    pub fn settings(&self, docket: &Docket, today: Date) -> Vec<Setting> {
        let settings = self.lives(docket.entries.iter().collect()).settings;
        self.judged(settings, today)
    }

    /// [`settings`](Self::settings) by what was heard of each entry: what [`listen`](Self::listen) says of it on its own date, by its place
    /// in the docket.
    pub fn settings_of<'h>(&self, docket: &Docket, heard: impl Fn(usize) -> &'h [Heard], today: Date) -> Vec<Setting> {
        let mut order: Vec<(usize, &Entry)> = docket.entries.iter().enumerate().collect();
        // Of one day and hour the later in the list is the older.
        order.reverse();
        order.sort_by_key(|(_, entry)| (entry.date, entry.time));
        let mut lives = Lives::new(self);
        for (at, entry) in order {
            lives.heard(entry, heard(at));
        }
        self.judged(lives.settings, today)
    }

    /// Settings of which it is said when a day passed in silence.
    fn judged(&self, mut settings: Vec<Setting>, today: Date) -> Vec<Setting> {
        let until = self.working_days_before(today, SILENT_AFTER);
        for setting in settings.iter_mut().filter(|setting| setting.outcome == Outcome::Pending) {
            if setting.date.is_some_and(|date| date < until) {
                setting.outcome = Outcome::Unknown;
            }
        }
        settings
    }

    /// The lives of the hearings of these entries, the newest first as in a docket; silence is not judged.
    pub(super) fn lives(&self, mut entries: Vec<&Entry>) -> Lives<'_> {
        // Of one day and hour the later in the list is the older.
        entries.reverse();
        entries.sort_by_key(|entry| (entry.date, entry.time));
        let mut lives = Lives::new(self);
        for entry in entries {
            lives.entry(entry);
        }
        lives
    }
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
