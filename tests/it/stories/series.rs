//! Real cases on five to twenty real days each: what was new from one day to the next is told, once, and nothing else.
//!
//! The captures are not part of the project: they are read from a folder beside it when it is there, and the story says so
//! when it is not. What was new is known from the courts' own ids, not from our recipes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{Timestamp, ToSpan};
use serde_json::Value;
use veedor::config::Config;
use veedor::daemon::record::{Job, Visited};
use veedor::domain::case::{CaseNumber, CaseRef};
use veedor::domain::docket::{Docket, EntryKey};
use veedor::domain::event::EventKind;
use veedor::domain::page::Page;
use veedor::domain::schedule::Row;
use veedor::recipe::{Recipe, shipped_recipe};
use veedor::store::open::Options;
use veedor::store::{Cid, Store};
use veedor::wire;

use super::damage::capture::step_of;

/// What no series holds: nothing was edited, removed or hidden in any of them, and nothing looks odd beside the
/// rest. A memorial that a court recorded seven weeks after its date is told as backdated, which it is.
const FALSE_ALARMS: [EventKind; 12] = [
    EventKind::RecordInconsistent,
    EventKind::RecordOffHours,
    EventKind::RecordOutOfOrder,
    EventKind::RecordBurst,
    EventKind::RecordNearDuplicate,
    EventKind::CaseReraffled,
    EventKind::RecordEdited,
    EventKind::RecordRemoved,
    EventKind::RecordHidden,
    EventKind::RecordRedated,
    EventKind::DocumentReplaced,
    EventKind::CaseVanished,
];

/// An entry as the other people's list has it: date and title.
type Line = (String, String);

struct Series {
    name: String,
    recipe: Recipe,
    number: CaseNumber,
    /// The pages of each day.
    days: Vec<Vec<PathBuf>>,
    /// What was new on each day but the first.
    new: Vec<Vec<Line>>,
}

/// The folder of captures, if it is there.
pub fn world() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().skip(1).take(2).map(|folder| folder.join("shared/fixtures/world"));
    let found = beside.into_iter().find(|folder| folder.is_dir());
    if found.is_none() {
        eprintln!("skipped: there is no folder of captures (shared/fixtures/world) beside the project");
    }
    found
}

fn json(file: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(file).expect("a capture")).expect("JSON")
}

fn listed(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let paths = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path());
    let mut files: Vec<PathBuf> = paths.filter(|path| path.to_string_lossy().ends_with(ending)).collect();
    files.sort();
    files
}

/// What each pair of days is said to have brought.
fn new_of(diffs: &Value) -> Vec<Vec<Line>> {
    let diffs = diffs.as_array().cloned().unwrap_or_else(|| vec![diffs.clone()]);
    let new = diffs.iter().map(|diff| {
        assert_eq!((&diff["removed"], &diff["changed"]), (&Value::Array(Vec::new()), &Value::Array(Vec::new())));
        let rows = diff["new"].as_array().expect("a list").iter();
        let text = |row: &Value, name: &str| tidy(row[name].as_str().unwrap_or_default());
        rows.map(|row| (text(row, "date"), text(row, "title"))).collect()
    });
    new.collect()
}

/// White space collapsed, as our titles have it.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn all() -> Vec<Series> {
    let Some(world) = world() else { return Vec::new() };
    let mut all = Vec::new();
    let mut add = |name: String, id: &str, number: &str, days: Vec<Vec<PathBuf>>, diffs: &Path| {
        let recipe = shipped_recipe(id).expect("it is shipped");
        let number = recipe.number(number).expect("a number of that source");
        let new = new_of(&json(diffs));
        assert_eq!(days.len(), new.len() + 1, "{name}");
        all.push(Series { name, recipe, number, days, new });
    };
    for nth in 1..=6 {
        let folder = world.join(format!("co-cpnu/serie{nth}"));
        let search = folder.join("consulta.json");
        let number = json(&search)["procesos"][0]["llaveProceso"].as_str().expect("a number").to_owned();
        let days = listed(&folder, ".actuaciones.p1.json").into_iter().map(|page| vec![search.clone(), page]).collect();
        add(format!("co-cpnu serie{nth}"), "co-cpnu", &number, days, &folder.join("expected_diffs.json"));
    }
    let folder = world.join("ar-iol/182908-2020-1");
    let days = listed(&folder, ".ficha.json").into_iter().zip(listed(&folder, ".actuaciones.json")).map(|(head, acts)| vec![head, acts]);
    add("ar-iol".into(), "ar-iol", "182908/2020-1", days.collect(), &folder.join("expected_diffs.json"));
    let folder = world.join("co-samai");
    let number = json(&folder.join("expected.json"))["case"]["number"].as_str().expect("a number").to_owned();
    let days = ["derived_before_orden170.json", "historial_actuaciones.json"].map(|name| vec![folder.join(name)]).to_vec();
    add("co-samai".into(), "co-samai", &number, days, &folder.join("derived_before_orden170.expected_diff.json"));
    all
}

impl Series {
    /// The pages of a day, as a person would have saved them.
    fn pages(&self, day: usize) -> Vec<Page> {
        let pages = self.days[day].iter().map(|file| {
            let body = std::fs::read(file).expect("a capture");
            self.recipe.saved(step_of(&self.recipe, file), body, None, Timestamp::UNIX_EPOCH)
        });
        let pages = pages.collect();
        self.recipe.located(&self.number, pages)
    }

    fn docket(&self, day: usize) -> Docket {
        self.recipe.read(&self.number, &self.pages(day)).unwrap_or_else(|refusal| panic!("{} day {day}: {refusal}", self.name))
    }

    /// The evening of the newest entry of a day.
    fn evening(&self, day: usize) -> Timestamp {
        let newest = self.docket(day).entries.iter().filter_map(|entry| entry.date).max().expect("a date");
        let noon = newest.at(23, 0, 0, 0);
        self.recipe.zone_of(&self.number).to_ambiguous_zoned_datetime(noon).compatible().expect("an instant").timestamp()
    }
}

/// The watch of a case in a store of its own.
struct Watched<'s> {
    series: &'s Series,
    _dir: tempfile::TempDir,
    config: Arc<Config>,
    store: Store,
    cid: Cid,
    row: Row,
    settled: bool,
    now: Timestamp,
}

impl<'s> Watched<'s> {
    fn new(series: &'s Series, more: &str) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let list = dir.path().join("watchlist.toml");
        let text = format!(
            "[veedor]\ncontact = \"pruebas@example.org\"\nlisten = \"\"\nstate_dir = \"{}\"\n\n[[case]]\nsource = \"{}\"\nnumber = \"{}\"\n{more}\n",
            dir.path().join("state").display(),
            series.recipe.id,
            series.number.canonical,
        );
        std::fs::write(&list, text).expect("a watch list");
        let config = Arc::new(Config::load(&list).expect("a good list").config);
        let now = series.evening(0);
        let store = Store::open(&dir.path().join("store"), Options::new(now)).expect("a store");
        let case = CaseRef { source: series.recipe.id.clone(), number: series.number.compact.clone() };
        let cid = store.register(&[case]).expect("registered")[0];
        Self { series, _dir: dir, config, store, cid, row: Row::default(), settled: false, now }
    }

    fn visit(&mut self, day: usize) -> Visited {
        let job = Job {
            store: self.store.clone(),
            config: self.config.clone(),
            index: 0,
            source: self.config.source(&self.series.recipe.id).expect("a source").clone(),
            cid: self.cid,
            row: self.row,
            settled: self.settled,
            now: self.now,
            keep: true,
        };
        let visited = job.pages(self.series.pages(day)).expect("the store works");
        (self.row, self.settled) = (visited.row, visited.settled);
        visited
    }
}

/// What a list of events tells: each entry once, and no kind twice for one.
#[derive(Default)]
struct Told {
    entries: BTreeMap<String, Line>,
    kinds: BTreeSet<(String, String)>,
}

impl Told {
    /// The entry is that of the docket: the event of a notice of service has the title of the act that was served.
    fn add(&mut self, kind: &str, key: &str, docket: &Docket, place: &str) {
        assert!(FALSE_ALARMS.iter().all(|alarm| alarm.name() != kind), "{place}: {kind} of {key}");
        assert!(self.kinds.insert((key.to_owned(), kind.to_owned())), "{place}: {kind} of {key} twice");
        let entry = docket.entry(&EntryKey(key.to_owned())).unwrap_or_else(|| panic!("{place}: {kind} of {key}, which is not listed"));
        let date = entry.date.map(|date| date.to_string()).unwrap_or_default();
        self.entries.insert(key.to_owned(), (date, tidy(&entry.title)));
    }

    fn rows(&self) -> Vec<Line> {
        let mut rows: Vec<Line> = self.entries.values().cloned().collect();
        rows.sort();
        rows
    }
}

fn sorted(rows: &[Line]) -> Vec<Line> {
    let mut rows = rows.to_vec();
    rows.sort();
    rows
}

#[test]
fn the_daemon_tells_each_new_entry_of_a_real_case_once() {
    for series in all() {
        let name = &series.name;
        let mut watched = Watched::new(&series, "");
        assert!(watched.visit(0).events.is_empty(), "{name}: the first visit tells");
        let mut told_before = BTreeSet::new();
        for day in 0..series.days.len() {
            if day > 0 {
                watched.now = watched.now.max(series.evening(day)) + 1.hours();
                let visited = watched.visit(day);
                let mut told = Told::default();
                for event in &visited.events {
                    let Some(entry) = &event.entry else { continue };
                    let place = format!("{name} day {day}");
                    told.add(event.kind.name(), &entry.key.0, &series.docket(day), &place);
                    assert!(!told_before.contains(&entry.key.0), "{place}: {} is told again", entry.key.0);
                }
                assert_eq!(told.rows(), sorted(&series.new[day - 1]), "{name} day {day}");
                told_before.extend(told.entries.into_keys());
            }
            // The same answer, as often and as long as a removal takes to be told.
            for _ in 0..4 {
                watched.now += 10.hours();
                watched.settled = false;
                let again = watched.visit(day);
                assert_eq!((again.events.as_slice(), again.version), (&[] as &[_], None), "{name} day {day}: the same answer");
                assert_eq!(again.health, veedor::domain::health::Health::Ok, "{name} day {day}");
            }
        }
        assert_eq!(told_before.len(), series.new.iter().map(Vec::len).sum::<usize>(), "{name}");
    }
}

#[test]
fn a_first_visit_tells_what_the_watch_asks_for() {
    for series in all() {
        let docket = series.docket(0);
        let mut days: Vec<_> = docket.entries.iter().filter_map(|entry| entry.date).collect();
        days.sort();
        let since = days[days.len() / 2];
        let mut watched = Watched::new(&series, &format!("since = \"{since}\""));
        let visited = watched.visit(0);
        let told: BTreeSet<&str> =
            visited.events.iter().filter_map(|event| event.entry.as_ref()).map(|entry| entry.key.0.as_str()).collect();
        let wanted = docket.entries.iter().filter(|entry| entry.date.is_some_and(|date| date >= since));
        let wanted: BTreeSet<&str> = wanted.map(|entry| entry.key.0.as_str()).collect();
        assert!(!wanted.is_empty() && told == wanted, "{}: {told:?} instead of {wanted:?}", series.name);
    }
}

#[test]
fn two_docket_files_of_a_real_case_differ_by_what_was_new() {
    let folder = tempfile::tempdir().expect("a folder");
    for series in all() {
        let name = &series.name;
        let file = |day: usize| folder.path().join(format!("{}-{day}.json", name.replace(' ', "-")));
        for day in 0..series.days.len() {
            let docket = wire::docket::to_json(&series.docket(day), &series.recipe.id, &series.number);
            std::fs::write(file(day), docket.to_string()).expect("written");
        }
        for day in 0..series.days.len() {
            let place = format!("{name} day {day}");
            assert_eq!(diff(&file(day), &file(day), &place), Vec::<Value>::new(), "{place}: the same docket");
            if day == 0 {
                continue;
            }
            let mut told = Told::default();
            for event in diff(&file(day - 1), &file(day), &place) {
                let entry = &event["entry"];
                if let Some(key) = entry["key"].as_str() {
                    told.add(event["kind"].as_str().unwrap_or_default(), key, &series.docket(day), &place);
                }
            }
            assert_eq!(told.rows(), sorted(&series.new[day - 1]), "{place}");
        }
    }
}

fn diff(before: &Path, after: &Path, place: &str) -> Vec<Value> {
    let mut veedor = std::process::Command::new(env!("CARGO_BIN_EXE_veedor"));
    let output = veedor.arg("diff").arg("--before").arg(before).arg("--after").arg(after).output().expect("it runs");
    assert!(output.status.success(), "{place}: {}", String::from_utf8_lossy(&output.stderr));
    let printed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    printed["events"].as_array().expect("a list").clone()
}
