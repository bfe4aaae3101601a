//! The report of delays: what was measured of several cases as of one moment, and of the groups that they form.
//!
//! Put together by `delay::report`; shown by `message::delays` and published by `wire::delays`. Everything in it may be shown: names and titles are
//! masked before they come in. It decides and words nothing.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::clocks::{Clock, State, Subject};
use super::docket::EntryKey;
use super::event::Actor;
use super::figure::{Figure, Figures};
use super::measure::{Measure, Refused};
use super::setting::{Outcome, Setting};

/// By what cases are put together to be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grouping {
    /// The court, as the heading names it, else as the number does.
    Court,
    /// What the case is about, as the heading says.
    Subject,
    /// The source.
    Source,
    /// The operator's tags; a case with several stands in each.
    Tag,
}

impl Grouping {
    /// Names and groupings, as commands and JSON write them.
    pub const ALL: [(&str, Self); 4] = [("court", Self::Court), ("subject", Self::Subject), ("source", Self::Source), ("tag", Self::Tag)];

    /// The stable name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, grouping)| *grouping == self).map_or("court", |(name, _)| name)
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, grouping)| *grouping)
    }
}

/// A report.
#[derive(Debug, Clone)]
pub struct Delays {
    /// The moment. Everything is as of it, and what was seen later is not in it.
    pub as_of: Timestamp,
    /// The operator's zone, for the moments of the report itself.
    pub zone: TimeZone,
    /// The version of veedor.
    pub program: String,
    /// The version of the rules of counting.
    pub counting: u32,
    /// The tags that were asked for; none where the cases were chosen otherwise, or all.
    pub tags: Vec<String>,
    /// Of each jurisdiction the versions of its data.
    pub data: Vec<DataVersion>,
    /// The cases that were measured, in the order of the list of who asked: those with a time limit that is over first, then by silence.
    pub cases: Vec<CaseDelays>,
    /// The watched cases of which nothing was measured.
    pub left_out: Vec<LeftOut>,
    /// All cases as one group, then the groups that were asked for, by label.
    pub groups: Vec<Group>,
    /// Of each stage that several groups can be compared by, whether they differ.
    pub comparisons: Vec<Comparison>,
    /// How many clocks are in each state, in the order of [`State::ALL`].
    pub clocks: Vec<(State, usize)>,
    /// How many settings had which outcome; that of linked cases is one.
    pub settings: Vec<(Outcome, usize)>,
    /// Settings for each hearing that began, over all cases.
    pub settings_per_hearing: Figure,
    /// What is not measured, and why.
    pub refused: Vec<Refused>,
}

/// The data of a jurisdiction.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DataVersion {
    /// Its id, such as `ec`.
    pub jurisdiction: String,
    /// The rules of its clocks; empty where it has none.
    pub rules: String,
    /// Its calendar.
    pub calendar: String,
}

/// Why nothing was measured of a watched case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It had not been read by then.
    NotRead,
    /// Of its subject nothing is told but that there was activity (`domain.md` E2).
    Withheld,
    /// What is stored of it does not read back, as `veedor fsck` says, or could not be measured, as the log does.
    Damaged,
}

impl Why {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotRead => "not_read",
            Self::Withheld => "withheld",
            Self::Damaged => "damaged",
        }
    }
}

/// A watched case of which nothing was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its source.
    pub source: String,
    /// Its number as people write it.
    pub number: String,
    /// Why.
    pub why: Why,
}

/// A case of the report.
#[derive(Debug, Clone)]
pub struct CaseDelays {
    /// Its source.
    pub source: String,
    /// Its number as people write it.
    pub number: String,
    /// The operator's name for it.
    pub name: Option<String>,
    /// The operator's tags.
    pub tags: Vec<String>,
    /// Where a person can look it up; empty where nobody can.
    pub url: String,
    /// Its court, as the heading says.
    pub court: Option<String>,
    /// What it is about, as the heading says.
    pub subject: Option<String>,
    /// The zone of its court: all its days are days there.
    pub zone: TimeZone,
    /// The version of the docket that was measured.
    pub version: u32,
    /// When that was first seen.
    pub version_at: Timestamp,
    /// SHA-256 over the docket's pages, hexadecimal, where they are those of the held version.
    pub pages_sha256: Option<String>,
    /// Since when it is watched.
    pub watched_since: Option<Timestamp>,
    /// When it was last read.
    pub read: Option<Timestamp>,
    /// The matter to which it belongs: linked cases have one number, and are not independent in a group.
    pub matter: usize,
    /// The day from which it counts in groups, of one that was put on the list because it was slow (`domain.md` B4.3).
    pub chosen: Option<Date>,
    /// The step that it last took, and when.
    pub stage: Option<Stage>,
    /// When it ended, where that is observed.
    pub ended: Option<(Date, Option<EntryKey>)>,
    /// The figures, with the day of the moment at the court.
    pub figures: Figures,
    /// Its clocks, in the order of [`State::ALL`] and then by due day; those that do not apply or did not start are left out.
    pub clocks: Vec<Clock>,
    /// Its entries, the oldest first; those without a date last.
    pub entries: Vec<Act>,
    /// Its settings, those of linked cases merged, in the order in which they were set.
    pub settings: Vec<Setting>,
    /// The settings that an earlier case of the report has too, by their places: they are counted there.
    pub counted_before: Vec<usize>,
    /// Of each setting a number that linked cases give the same hearing too, so that it can be counted once whichever cases are.
    pub hearing_ids: Vec<usize>,
    /// The stretches of more than `quiet` days without an entry, the open one last.
    pub gaps: Vec<Gap>,
    /// More days than these without an entry are a gap.
    pub quiet: i64,
}

/// A step of a case that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Its stable name, as in the parts of M05.
    pub step: &'static str,
    /// The first day on which it is observed.
    pub date: Date,
    /// The entry that shows it.
    pub entry: Option<EntryKey>,
}

/// An entry as a timeline shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Its key.
    pub key: EntryKey,
    /// Its day, as the record dates it.
    pub date: Option<Date>,
    /// Its title, masked.
    pub title: String,
    /// Who wrote it.
    pub actor: Actor,
    /// Whether it only serves another one.
    pub is_notice: bool,
    /// Whether the source marks it as annulled: it stands in the record and counts for nothing.
    pub is_annulled: bool,
    /// When it was first seen; `None` where that is not known, as of those that stood there at the first look.
    pub seen: Option<Timestamp>,
}

/// A stretch without an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The day of the entry before it.
    pub from: Date,
    /// The day of the entry after it, or that of the moment.
    pub to: Date,
    /// Days of the calendar.
    pub days: i64,
    /// Whether it still goes on.
    pub is_open: bool,
}

/// Cases that are looked at together.
#[derive(Debug, Clone)]
pub struct Group {
    /// By what; `None` for all cases of the report.
    pub by: Option<Grouping>,
    /// Its name; empty for all cases of the report.
    pub label: String,
    /// Its cases, by their places in the report.
    pub cases: Vec<usize>,
    /// How long each stage takes in it; stages that none of its cases began are left out.
    pub paces: Vec<Pace>,
}

/// How long one stage takes in a group.
#[derive(Debug, Clone)]
pub struct Pace {
    /// The measure: M05 or M16.
    pub measure: Measure,
    /// The part of it.
    pub part: String,
    /// Its median, with its interval and what it does not say.
    pub median: Figure,
    /// The curve: what share is still open after so many days.
    pub curve: Vec<CurveStep>,
    /// How many were observed.
    pub observed: usize,
    /// How many of them were over, …
    pub events: usize,
    /// … how many were not, …
    pub censored: usize,
    /// … and how many cases ended otherwise before.
    pub competing: usize,
    /// How many came to be watched late and count only from then on.
    pub entered_late: usize,
    /// What was observed, for a plot of points: the case by its place in the report, days, and whether it was over.
    pub points: Vec<Point>,
}

/// A duration of one case.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The case, by its place in the report.
    pub case: usize,
    /// Days of the calendar for which it was watched.
    pub days: i64,
    /// Whether it came to the end of the stage.
    pub is_over: bool,
}

/// A step of a curve: Kaplan–Meier's, or one minus an incidence where some cases ended otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurveStep {
    /// The day.
    pub days: f64,
    /// The share that is open after it, from 1 to 0.
    pub open: f64,
    /// Its 95 % interval; `None` where it has none.
    pub band: Option<(f64, f64)>,
    /// How many were at risk on it.
    pub at_risk: usize,
    /// How many were over on it.
    pub events: usize,
    /// How many were last looked at on it.
    pub censored: usize,
}

/// Whether groups take a stage at different paces.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The measure.
    pub measure: Measure,
    /// The part of it.
    pub part: String,
    /// By what they are groups.
    pub by: Grouping,
    /// The groups that were compared, by their labels.
    pub labels: Vec<String>,
    /// The outcome.
    pub outcome: Compared,
}

/// The outcome of a comparison.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Compared {
    /// The log-rank test.
    Tested {
        /// The statistic.
        chi_square: f64,
        /// Its degrees of freedom.
        freedom: usize,
        /// How probable at least this much is when they do not differ.
        p: f64,
    },
    /// Some group has fewer events than ten: they are shown as points, and not compared (`domain.md` B4.8).
    TooFew {
        /// The least number of events of a group.
        events: usize,
    },
    /// They were never at risk together, so that nothing can be said.
    NeverTogether,
}

impl CaseDelays {
    /// What people call it: its name, else its number.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.number)
    }

    /// The day of the moment at its court.
    pub fn day(&self) -> Date {
        self.figures.day
    }

    /// The first day and the last of its time line: from its start over its entries and hearings to the moment or what is set after it.
    pub fn reach(&self) -> (Date, Date) {
        let started = self.figures.get(Measure::Age, "filing").and_then(|figure| figure.span).map(|(from, _)| from);
        let acts = self.entries.iter().filter_map(|act| act.date).filter(|date| *date <= self.day());
        let set = self.settings.iter().filter_map(|setting| setting.date);
        let first = started.into_iter().chain(acts).min().unwrap_or(self.day()).min(self.day());
        (first, set.chain([self.day()]).max().unwrap_or(self.day()).max(first))
    }

    /// Puts another key in the place of each, wherever it stands.
    pub fn map_keys(&mut self, mut map: impl FnMut(&EntryKey) -> EntryKey) {
        let mut put = |key: &mut EntryKey| *key = map(key);
        self.entries.iter_mut().for_each(|act| put(&mut act.key));
        self.stage.iter_mut().filter_map(|stage| stage.entry.as_mut()).for_each(&mut put);
        self.ended.iter_mut().filter_map(|(_, key)| key.as_mut()).for_each(&mut put);
        self.settings.iter_mut().flat_map(|setting| [&mut setting.set_by, &mut setting.told_by]).flatten().for_each(&mut put);
        let mut of_subject = |subject: &mut Subject| match subject {
            Subject::Petition(key) | Subject::Hearing { set_by: Some(key), .. } => put(key),
            Subject::Case | Subject::Person(_) | Subject::Hearing { set_by: None, .. } => {}
        };
        self.figures.list.iter_mut().for_each(|figure| of_subject(&mut figure.subject));
        self.clocks.iter_mut().for_each(|clock| of_subject(&mut clock.subject));
        self.figures.list.iter_mut().flat_map(|figure| &mut figure.entries).for_each(&mut put);
        self.clocks.iter_mut().flat_map(|clock| &mut clock.rests).filter_map(|rest| rest.entry.as_mut()).for_each(&mut put);
    }

    /// The entry of a key, and its place.
    pub fn entry(&self, key: &EntryKey) -> Option<(usize, &Act)> {
        self.entries.iter().enumerate().find(|(_, act)| act.key == *key)
    }

    /// The next setting that is still to come.
    pub fn next_hearing(&self) -> Option<&Setting> {
        let coming = self.settings.iter().filter(|setting| setting.outcome == Outcome::Pending && setting.date >= Some(self.day()));
        coming.min_by_key(|setting| (setting.date, setting.time))
    }

    /// How many of its settings did not start.
    pub fn not_held(&self) -> usize {
        self.settings.iter().filter(|setting| setting.outcome.is_not_held()).count()
    }

    /// Its clocks in these states.
    pub fn clocks_in<'a>(&'a self, states: &'a [State]) -> impl Iterator<Item = &'a Clock> {
        self.clocks.iter().filter(|clock| states.contains(&clock.state))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grouping_reads_back() {
        for (name, grouping) in Grouping::ALL {
            assert_eq!((Grouping::parse(name), grouping.name()), (Some(grouping), name));
        }
        assert_eq!(Grouping::parse("judge"), None);
    }
}
