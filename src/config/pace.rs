//! How often the cases of a source can be visited within its politeness.
//!
//! A watch list may wish for more than a source's gap, daily budget and hours allow. Then every interval of that source is
//! drawn out by the same factor, so that its visits spread over the day instead of using up the budget by noon and leaving
//! the court unwatched until midnight. Used while the watch list is read; `veedor check` says what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::source::Source;
use crate::domain::case::Watch;
use crate::domain::schedule::Hours;
use crate::recipe::is_described;

/// Requests that a visit makes, for a sum before anything was asked: e-SATJE needs three and often four.
const REQUESTS_A_VISIT: f64 = 4.0;

const DAY: f64 = 86_400.0;

/// No interval is drawn out further.
const LONGEST: f64 = 366.0 * DAY;

/// What a watch list asks of a source in a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// The source.
    pub source: String,
    /// Its cases.
    pub cases: usize,
    /// Requests that the wished intervals need.
    pub needed: f64,
    /// Requests that its gap, its budget and its hours allow.
    pub allowed: f64,
}

impl Load {
    /// What intervals are multiplied with; 1 when all wishes can be met.
    pub fn factor(&self) -> f64 {
        (self.needed / self.allowed.max(1.0)).max(1.0)
    }
}

/// Draws out the intervals of sources that are asked for too much, and says which. Sources on this machine burden nobody.
pub fn spread(cases: &mut [Watch], source_of: impl Fn(&Watch) -> Option<Arc<Source>>) -> Vec<Load> {
    // A source with an address for each court has as many hosts, each with a budget of its own.
    let mut loads: BTreeMap<(String, String), Load> = BTreeMap::new();
    let host = |watch: &Watch, source: &Source| (watch.case.source.clone(), source.recipe.base_url_of(&watch.number).into_owned());
    // What one answer serves is asked as often as the most eager of its cases wants it.
    let mut shared: BTreeMap<String, f64> = BTreeMap::new();
    for watch in cases.iter().filter(|watch| !is_described(&watch.case.source)) {
        let Some(source) = source_of(watch).filter(|source| !source.is_loopback() && source.is_polled()) else { continue };
        let open = source.hours.as_ref().map_or(1.0, open_share);
        let load = loads.entry(host(watch, &source)).or_insert_with(|| Load {
            source: watch.case.source.clone(),
            cases: 0,
            needed: 0.0,
            allowed: f64::from(source.daily).min(open * DAY / source.gap.as_secs_f64().max(0.001)),
        });
        load.cases += 1;
        let visits = open * DAY / watch.every.as_secs_f64().max(0.001);
        match source.recipe.shared_address(&watch.number) {
            Some(address) => {
                let known = shared.entry(address).or_default();
                load.needed += (visits - *known).max(0.0);
                *known = known.max(visits);
            }
            None => load.needed += visits * REQUESTS_A_VISIT,
        }
    }
    loads.retain(|_, load| load.factor() > 1.0);
    let crowded: BTreeSet<String> = loads.keys().map(|(source, _)| source.clone()).collect();
    for watch in cases.iter_mut().filter(|watch| crowded.contains(&watch.case.source)) {
        if let Some(load) = source_of(watch).and_then(|source| loads.get(&host(watch, &source))) {
            watch.every = Duration::from_secs_f64((watch.every.as_secs_f64() * load.factor()).min(LONGEST));
        }
    }
    loads.into_values().collect()
}

/// The share of a week in which a source may be asked.
fn open_share(hours: &Hours) -> f64 {
    let days = f64::from(u8::try_from(hours.days.iter().filter(|open| **open).count()).unwrap_or(7));
    days / 7.0 * (hours.until.duration_since(hours.from).as_secs_f64() / DAY)
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn config(cases: u32, more: &str) -> Config {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("w.toml");
        let list: String = (0..cases).map(|n| format!("[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2024-{n:05}\"\n")).collect();
        std::fs::write(&file, format!("{more}\n{list}")).expect("a list");
        Config::load(&file).expect("good").config
    }

    #[test]
    fn intervals_are_drawn_out_so_that_the_budget_lasts_the_day() {
        let few = config(5, "");
        assert_eq!((few.cases[0].every.as_secs(), few.loads.len()), (30 * 60, 0));
        let many = config(300, "");
        let day = many.cases.iter().map(|watch| 4.0 * 86_400.0 / watch.every.as_secs_f64()).sum::<f64>();
        assert!((4_990.0..=5_001.0).contains(&day), "{day} requests a day of 5000");
        let mixed = config(300, "[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2023-00001\"\nevery = \"15m\"");
        let fast = mixed.cases[0].every.as_secs_f64() / mixed.cases[1].every.as_secs_f64();
        assert!((0.49..0.51).contains(&fast), "a case that is wanted twice as often stays so: {fast}");
    }

    #[test]
    fn cases_that_one_answer_serves_count_once_and_each_court_for_itself() {
        let list = |court: &str| -> String {
            (1..300).map(|n| format!("[[case]]\nsource = \"us-pacer-rss\"\nnumber = \"{court} 24-{n:05}\"\n")).collect()
        };
        let gap = "[source.us-pacer-rss]\ngap = \"600s\"";
        let one = config(0, &format!("{gap}\n{}{}", list("nysb"), list("ca4")));
        assert_eq!((one.cases[7].every.as_secs(), one.loads.len()), (30 * 60, 0));
        let slow = config(0, &format!("{}\n{}", gap.replace("600s", "3600s"), list("nysb")));
        assert_eq!((slow.cases[7].every.as_secs(), slow.loads.len()), (60 * 60, 1));
    }

    #[test]
    fn in_short_hours_the_gap_is_the_bound_and_a_court_on_this_machine_has_none() {
        let short = config(300, "[source.ec-esatje]\nhours = \"mon-fri 08:00-12:00\"\ngap = \"10s\"");
        assert_eq!(short.loads[0].allowed.round(), (86_400.0 * 5.0 / 7.0 / 6.0 / 10.0_f64).round());
        let local = config(300, "[source.ec-esatje]\nbase_url = \"http://127.0.0.1:9\"\nevery = \"1s\"");
        assert_eq!((local.cases[0].every.as_secs(), local.loads.len()), (1, 0));
    }
}
