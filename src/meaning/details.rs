//! From drafts of hearings to mentions: what kind of hearing, how people attend, in which room; and no hearing told twice.
//!
//! The last step of [`hearing`](super::hearing).

use jiff::civil::{Date, Time};

use crate::domain::hearing::{HearingMention, HearingMode, HearingStatus};

use super::hearing::is_setting;
use super::language::mark;
use super::scene::Scene;
use super::speech::{Said, Say, Speech};

/// A mention, and how the text comes to speak of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// What the text says.
    pub mention: HearingMention,
    /// Whether the text only calls to mind a day that was set before.
    pub recalled: bool,
    /// Whether the text only names the day.
    pub bare: bool,
    /// Whether it is the history of the case, as a ruling tells it or as any entry does in passing, and is no news.
    pub history: bool,
}

impl From<HearingMention> for Heard {
    fn from(mention: HearingMention) -> Self {
        Self { mention, recalled: false, bare: false, history: false }
    }
}

/// A hearing as found, before its details.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The day.
    pub date: Option<Date>,
    /// The last day, of a session that lasts several.
    pub end_date: Option<Date>,
    /// The hour.
    pub time: Option<Time>,
    /// What is said of it.
    pub status: HearingStatus,
    /// Doubts.
    pub warnings: Vec<String>,
    /// Whether the text speaks of the day as set before ("señalada para").
    pub existing: bool,
    /// Whether it only calls that day to mind: "la audiencia señalada para".
    pub recalled: bool,
    /// Whether it is said in passing: true, and no news.
    pub aside: bool,
    /// Whether no verb says anything of the day: what the title says is said of it.
    pub bare: bool,
    /// The first token that says so.
    pub start: usize,
    /// The token after the last.
    pub end: usize,
    /// The token that the details are looked for around.
    pub at: usize,
}

impl Draft {
    /// A draft from a verb alone.
    pub fn of_verb(verb: &Said, status: HearingStatus, date: Option<Date>) -> Self {
        let (start, end) = (verb.start, verb.end);
        Self {
            date,
            end_date: None,
            time: None,
            status,
            warnings: Vec::new(),
            existing: false,
            recalled: false,
            aside: false,
            bare: false,
            start,
            end,
            at: start,
        }
    }

    fn same_hour(&self, other: &Self) -> bool {
        self.date == other.date && (self.time == other.time || self.time.is_none() || other.time.is_none())
    }
}

/// The mentions, in the order of the text.
pub fn finish(scene: &Scene<'_>, speech: &Speech, title_type: Option<&str>, mut drafts: Vec<Draft>) -> Vec<Heard> {
    drafts.sort_by_key(|draft| (draft.start, draft.at));
    let types: Vec<Option<usize>> = drafts.iter().map(|draft| type_of(scene, draft)).collect();
    replace_old_days(&mut drafts, &types);
    let kept = without_repeats(&drafts);
    let lone = lone_type(scene, speech, title_type);
    let mut mentions: Vec<Heard> = Vec::with_capacity(kept.len());
    for index in kept {
        let draft = &drafts[index];
        let mention = HearingMention {
            date: draft.date,
            end_date: draft.end_date,
            time: draft.time,
            kind: types[index].and_then(|at| speech.type_name(at)).map(str::to_owned).or_else(|| lone.clone()),
            status: draft.status,
            mode: mode_of(scene, draft),
            platform: platform_of(scene, speech, draft),
            room: room_of(scene, draft),
            warnings: draft.warnings.clone(),
            span: Some(scene.tokens.span(draft.start, draft.end)),
        };
        mentions.push(Heard {
            recalled: draft.recalled && is_setting(draft.status),
            bare: draft.bare,
            history: draft.aside,
            ..mention.into()
        });
    }
    mentions
}

/// "la audiencia convocada para el martes; se la efectuará el jueves": the day that was spoken of as set is replaced by the
/// one that is set after it, unless they are plainly two hearings.
fn replace_old_days(drafts: &mut [Draft], types: &[Option<usize>]) {
    for old in 0..drafts.len() {
        if !drafts[old].existing || drafts[old].status != HearingStatus::Convened {
            continue;
        }
        let fresh = (0..drafts.len()).filter(|&new| drafts[new].at > drafts[old].at).find(|&new| {
            let other = &drafts[new];
            let two = types[old].is_some() && types[new].is_some() && types[old] != types[new];
            is_setting(other.status) && !other.existing && !other.same_hour(&drafts[old]) && !two && other.at - drafts[old].at <= 120
        });
        let Some(new) = fresh else { continue };
        let earlier = drafts[new].date < drafts[old].date && drafts[new].date.is_some();
        // A day that gives way to a later one is put off; for an earlier one the order that set it falls.
        drafts[old].status = if earlier { HearingStatus::Revoked } else { HearingStatus::Deferred };
        if drafts[new].status == HearingStatus::Convened {
            drafts[new].status = if earlier { HearingStatus::MovedEarlier } else { HearingStatus::Rescheduled };
        }
    }
}

/// The drafts that say something new: of two with the same day and the same sort of status, the one that knows the hour.
fn without_repeats(drafts: &[Draft]) -> Vec<usize> {
    let mut kept: Vec<usize> = Vec::new();
    for (index, draft) in drafts.iter().enumerate() {
        let alike = |other: &Draft| other.status == draft.status || (is_setting(other.status) && is_setting(draft.status));
        let undated = draft.date.is_none() && drafts.iter().any(|other| other.status == draft.status && other.date.is_some());
        match kept.iter().position(|&at| alike(&drafts[at]) && drafts[at].same_hour(draft)) {
            Some(_) if draft.date.is_none() && draft.status != HearingStatus::OralDecision => {}
            Some(at) => {
                let known = &drafts[kept[at]];
                let plainer = known.status == HearingStatus::Convened && draft.status != HearingStatus::Convened;
                if plainer || (known.time.is_none() && draft.time.is_some()) {
                    kept[at] = index;
                }
            }
            None if undated && draft.status != HearingStatus::Suspended => {}
            None => kept.push(index),
        }
    }
    kept
}

/// The kind of hearing that is named nearest to the draft within its sentence.
fn type_of(scene: &Scene<'_>, draft: &Draft) -> Option<usize> {
    let (from, until) = scene.sentence(draft.at, false);
    let distance = |said: &Said| if said.start < draft.at { draft.at - said.start } else { (said.start - draft.at) + 1 };
    let near = scene.within(from, until).iter().filter_map(|said| match said.say {
        Say::Type(index) => Some((distance(said), index)),
        _ => None,
    });
    near.filter(|(distance, _)| *distance <= 60).min().map(|(_, index)| index)
}

/// The kind that an untyped mention inherits: the title's, else the only one that the text names.
fn lone_type(scene: &Scene<'_>, speech: &Speech, title_type: Option<&str>) -> Option<String> {
    if let Some(title) = title_type {
        return Some(title.to_owned());
    }
    let mut named = scene.said.iter().filter_map(|said| match said.say {
        Say::Type(index) => Some(index),
        _ => None,
    });
    let first = named.next()?;
    named.all(|other| other == first).then(|| speech.type_name(first).map(str::to_owned)).flatten()
}

fn mode_of(scene: &Scene<'_>, draft: &Draft) -> Option<HearingMode> {
    let (from, until) = scene.sentence(draft.at, true);
    let says = |wanted: Say| scene.within(from, until).iter().any(|said| said.say == wanted);
    if says(Say::Mixed) {
        Some(HearingMode::Mixed)
    } else if says(Say::Remote) {
        Some(HearingMode::Remote)
    } else if says(Say::InPerson) {
        Some(HearingMode::InPerson)
    } else {
        None
    }
}

/// The system that the sentence names, of a hearing that is to come.
fn platform_of(scene: &Scene<'_>, speech: &Speech, draft: &Draft) -> Option<String> {
    let (from, until) = scene.sentence(draft.at, true);
    let named = scene.within(from, until).iter().find_map(|said| match said.say {
        Say::Platform(index) => speech.platform_name(index),
        _ => None,
    });
    named.filter(|_| is_setting(draft.status)).map(str::to_owned)
}

/// "sala (de audiencias) (No.) 105": only a number or a single letter names a room; "Sala Penal" is a court.
fn room_of(scene: &Scene<'_>, draft: &Draft) -> Option<String> {
    if !is_setting(draft.status) {
        return None;
    }
    let (from, until) = scene.sentence(draft.at, true);
    let rooms = scene.within(from, until).iter().filter(|said| said.say == Say::Room);
    let number = |said: &Said| {
        let mut at = said.end;
        if scene.tokens.is(at, mark::NUMBER) {
            at += 1;
        }
        let token = scene.tokens.get(at).filter(|_| scene.tokens.together(said.start, at))?;
        // "Courtroom B", but not "SALA A LAS 10H00".
        let capital = |at: usize| !scene.tokens.original(at).chars().any(char::is_lowercase);
        let named = at > said.end || (capital(at) && !capital(said.end - 1));
        let lettered = token.digits == 0 && scene.tokens.word(at).len() == 1 && !scene.tokens.is(at, mark::AND) && named;
        let short = (1..=4).contains(&token.digits);
        let dated = scene.moments.iter().any(|moment| (moment.start..moment.end).contains(&at));
        // "Room 12B".
        let tail = if short && scene.tokens.gap(at + 1).is_empty() && scene.tokens.word(at + 1).len() == 1 { at + 1 } else { at };
        let written = |from: usize| scene.tokens.original(from);
        ((short || lettered) && !dated).then(|| if tail > at { written(at).to_owned() + written(tail) } else { written(at).to_owned() })
    };
    rooms.filter_map(number).next()
}
