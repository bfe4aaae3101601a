//! M08–M12: how many days were set for hearings, what became of them, and how sure a day is.
//!
//! Called by [`figures`](super::figures). `hearings` joins the settings of one hearing; `deferral` uses it too. An entry that says what became of a
//! hearing and not for which day may speak of a setting that is counted already: it is none of its own.

use crate::domain::caveat::Caveat;
use crate::domain::clocks::Subject;
use crate::domain::docket::EntryKey;
use crate::domain::figure::{FEWEST_KNOWN, Figure, Share, Value};
use crate::domain::measure::Measure;
use crate::domain::setting::{Outcome, Setting, counts};

use super::study::View;

/// The setting that each one replaces or goes on with, by its place.
///
/// It is the one that an entry says. Where none says it, a new day for the same kind of hearing goes on with the latest of that kind, if
/// that one did not start or was interrupted, and another order set it: courts convene a failed hearing anew without a word of the
/// old day.
pub fn befores(settings: &[Setting]) -> Vec<Option<usize>> {
    let of = |(at, setting): (usize, &Setting)| setting.follows.filter(|before| *before < at).or_else(|| anew(settings, at));
    settings.iter().enumerate().map(of).collect()
}

fn anew(settings: &[Setting], at: usize) -> Option<usize> {
    let (earlier, setting) = (settings.get(..at)?, settings.get(at)?);
    setting.kind.as_ref()?;
    let (place, latest) = earlier.iter().enumerate().rev().find(|(_, other)| other.kind == setting.kind)?;
    let goes_on = latest.outcome.is_not_held() || latest.outcome == Outcome::Suspended;
    let is_followed = settings.iter().any(|other| other.follows == Some(place));
    let is_other_order = setting.set_by.is_some() && setting.set_by != latest.set_by;
    (goes_on && !is_followed && is_other_order).then_some(place)
}

/// An earlier setting of the same kind that the same order set: both are days of one hearing.
fn beside(settings: &[Setting], at: usize) -> Option<usize> {
    let (earlier, setting) = (settings.get(..at)?, settings.get(at)?);
    let is_beside = |other: &Setting| other.kind == setting.kind && other.set_by == setting.set_by && other.date.is_some();
    (setting.kind.is_some() && setting.set_by.is_some() && setting.date.is_some()).then(|| earlier.iter().position(is_beside)).flatten()
}

/// The settings of each hearing, in the order in which they were set.
pub fn hearings(settings: &[Setting]) -> Vec<Vec<&Setting>> {
    let mut of: Vec<usize> = Vec::with_capacity(settings.len());
    let mut hearings: Vec<Vec<&Setting>> = Vec::new();
    for (at, (setting, before)) in settings.iter().zip(befores(settings)).enumerate() {
        let hearing = before.or_else(|| beside(settings, at)).and_then(|before| of.get(before).copied()).unwrap_or(hearings.len());
        match hearings.get_mut(hearing) {
            Some(members) => members.push(setting),
            None => hearings.push(vec![setting]),
        }
        of.push(hearing);
    }
    hearings
}

/// The hearing as a subject of figures.
pub fn subject(hearing: &[&Setting]) -> Subject {
    let kind = hearing.iter().find_map(|setting| setting.kind.clone());
    Subject::Hearing { kind, set_by: hearing.iter().find_map(|setting| setting.set_by.clone()) }
}

/// Whether a hearing began on this day.
pub fn began(setting: &Setting) -> bool {
    matches!(setting.outcome, Outcome::Held | Outcome::Suspended)
}

/// The entries that set and tell some settings.
pub fn entries<'s>(settings: impl Iterator<Item = &'s Setting>) -> Vec<EntryKey> {
    let mut keys: Vec<EntryKey> = settings.flat_map(|setting| [&setting.set_by, &setting.told_by]).flatten().cloned().collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// How many entries tell of a hearing without its day.
pub fn dayless(settings: &[Setting]) -> usize {
    settings.iter().filter(|setting| setting.date.is_none()).count()
}

pub fn figures(view: &View<'_>) -> Vec<Figure> {
    let all = view.study.settings;
    let settings: Vec<Setting> = all.iter().filter(|setting| setting.date.is_some()).cloned().collect();
    let used = entries(settings.iter());
    let of_all = |measure, value| Figure { n: settings.len(), entries: used.clone(), ..Figure::new(measure, "all", value) };
    let named = counts(&settings).iter().map(|(outcome, count)| (outcome.name(), *count)).collect();
    let mut figures = vec![of_all(Measure::Settings, Value::Count(settings.len())), of_all(Measure::Outcomes, Value::Counts(named))];
    figures.extend([adjournment(&settings), failure(&settings)]);
    figures.iter_mut().for_each(|figure| figure.limit(Caveat::NoDay, dayless(all)));
    figures.extend(certainty(all));
    figures
}

/// Whether it is known if a hearing started on this day.
fn is_known(setting: &Setting) -> bool {
    began(setting) || setting.outcome.is_not_held()
}

fn count(settings: &[Setting], which: impl Fn(&Setting) -> bool) -> i64 {
    i64::try_from(settings.iter().filter(|setting| which(setting)).count()).unwrap_or(i64::MAX)
}

fn of_some(measure: Measure, value: Value, settings: &[Setting]) -> Figure {
    let known: Vec<&Setting> = settings.iter().filter(|setting| is_known(setting)).collect();
    let mut figure = Figure { n: known.len(), entries: entries(known.into_iter()), ..Figure::new(measure, "all", value) };
    figure.limit(Caveat::UnknownOutcome, settings.iter().filter(|setting| setting.outcome == Outcome::Unknown).count());
    figure.caution(Caveat::TooFew, i64::try_from(figure.n).is_ok_and(|n| n < FEWEST_KNOWN));
    figure
}

fn adjournment(settings: &[Setting]) -> Figure {
    let (adjourned, known) = (count(settings, |setting| setting.outcome.is_not_held()), count(settings, is_known));
    let unknown = count(settings, |setting| setting.outcome == Outcome::Unknown);
    let (low, high) = (Share { part: adjourned, of: known + unknown }, Share { part: adjourned + unknown, of: known + unknown });
    of_some(Measure::Adjournment, Value::Bounds { low, known: Share { part: adjourned, of: known }, high }, settings)
}

fn failure(settings: &[Setting]) -> Figure {
    let failed = count(settings, |setting| setting.outcome == Outcome::Failed);
    of_some(Measure::Failure, Value::Share(Share { part: failed, of: count(settings, is_known) }), settings)
}

/// Of a hearing of which the first that is told has no day, the first setting is not known: it is left out.
fn certainty(settings: &[Setting]) -> [Figure; 2] {
    let all = hearings(settings);
    let hearings: Vec<Vec<&Setting>> =
        all.iter().filter(|hearing| hearing.first().is_some_and(|first| first.date.is_some())).cloned().collect();
    let firsts: Vec<Setting> = hearings.iter().filter_map(|hearing| hearing.first().copied().cloned()).collect();
    let share = Share { part: count(&firsts, began), of: count(&firsts, is_known) };
    let mut first = Figure { part: "first_setting".to_owned(), ..of_some(Measure::DateCertainty, Value::Share(share), &firsts) };
    let (mut sum, mut n, mut used) = (0, 0, Vec::new());
    for hearing in &hearings {
        let dated: Vec<&Setting> = hearing.iter().copied().filter(|setting| setting.date.is_some()).collect();
        let Some(until) = dated.iter().position(|setting| began(setting)) else { continue };
        let taken: Vec<&Setting> = dated.iter().take(until + 1).copied().filter(|setting| setting.outcome != Outcome::Revoked).collect();
        (sum, n) = (sum + taken.len(), n + 1);
        used.extend(taken);
    }
    let mut mean = Figure {
        n,
        entries: entries(used.into_iter()),
        ..Figure::new(Measure::DateCertainty, "settings_per_hearing", Value::Mean { sum, n })
    };
    first.limit(Caveat::NoDay, all.len() - hearings.len());
    mean.limit(Caveat::NoDay, all.len() - hearings.len());
    [first, mean]
}
