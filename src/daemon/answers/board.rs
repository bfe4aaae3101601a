//! What the board knows, as answers: the hearings of all cases, and today.
//!
//! Called by [`answer`](super::answer). What is told of events is worded here as messages word it, whoever asks; the rest is as whoever asks
//! may see it.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::{Desk, clocks};
use crate::ask::Answer;
use crate::ask::board::HearingQuestion;
use crate::ask::line::Sight;
use crate::daemon::board::{Board, Hearing, Journal, Known, LateClock, Matter, is_unheard};
use crate::daemon::hearings::when;
use crate::daemon::telling::{Read, Telling};
use crate::domain::about::{Language, Stop};
use crate::domain::case::{CaseRef, Watch};
use crate::domain::event::{Audience, Event};
use crate::domain::sentence;
use crate::domain::setting::{COUNTING, Outcome};
use crate::message;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;
use crate::store::{Cid, Store};
use crate::wire::api::board::{DayCount, Happened, OutboxCounts, Progress, QuietCase, Today};
use crate::wire::api::hearings::{AlsoAt, HearingBoard, HearingLine, HearingList, OutcomeCounts};

/// What happened last, as many as are shown.
const CHANGES: usize = 30;
/// Lines of every other list.
const LINES: usize = 20;
/// Days of what is shown as a plot.
const PLOT_DAYS: i32 = 30;
/// Days ahead of which hearings are shown.
const AHEAD_DAYS: i32 = 14;
/// The most lines of one answer.
const MOST: usize = 1_000;

/// The hearings of all cases.
pub async fn hearings(desk: &Desk, question: &HearingQuestion, sight: Sight) -> Result<Value, Answer> {
    let day = |typed: &Option<String>| {
        let read = |typed: &String| typed.parse::<Date>().map_err(|_| Answer::no(2, &sentence::NO_DAY, &[typed]));
        typed.as_ref().map(read).transpose()
    };
    let (from, to) = (day(&question.from)?, day(&question.to)?);
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        return Err(Answer::no(2, &sentence::DAYS_TURNED, &[&from, &to]));
    }
    let known = desk.handles.board.known();
    let is_asked = |hearing: &&Hearing| {
        let in_time = hearing.date.is_some_and(|date| from.is_none_or(|from| date >= from) && to.is_none_or(|to| date <= to));
        in_time && question.tag.as_ref().is_none_or(|tag| has_tag(&known, &hearing.case, tag))
    };
    let mut found: Vec<&Hearing> = known.matters().flat_map(|matter| shown(matter, sight)).filter(is_asked).collect();
    let counts = outcomes(&found);
    found.sort_by_cached_key(|hearing| when(&hearing.line));
    if question.latest_first {
        found.reverse();
    }
    let lines: Vec<HearingLine> = found.iter().take(question.limit.min(MOST)).map(|hearing| hearing.line.clone()).collect();
    let list = HearingList { hearings: lines, counts, counting: COUNTING.to_owned() };
    Ok(json!(HearingBoard { list, found: found.len(), board: known.progress() }))
}

fn shown(matter: &Matter, sight: Sight) -> &[Hearing] {
    match (sight, &matter.told) {
        (Sight::AsTold, Some(told)) => told,
        _ => &matter.hearings,
    }
}

/// The first of these that is still to come.
fn next<'h>(hearings: impl Iterator<Item = &'h Hearing>, today: Date) -> Option<HearingLine> {
    let ahead = hearings.filter(|hearing| hearing.outcome == Outcome::Pending && hearing.date.is_some_and(|date| date >= today));
    ahead.min_by_key(|hearing| when(&hearing.line)).map(|hearing| hearing.line.clone())
}

/// The next hearing of a case as far as the board knows it, also where a linked case comes first there.
pub(super) fn next_of(board: &Board, watch: &Watch, today: Date, sight: Sight) -> Option<HearingLine> {
    let known = board.known();
    let matter = known.matter_of(watch)?;
    let is_its = |hearing: &&Hearing| {
        let also = |also: &AlsoAt| also.source == watch.case.source && also.case == watch.number.canonical;
        hearing.case == watch.case || hearing.line.also.iter().any(also)
    };
    next(shown(matter, sight).iter().filter(is_its), today)
}

fn has_tag(known: &Known, case: &CaseRef, tag: &str) -> bool {
    let watch = known.config.as_ref().and_then(|config| config.watch(case));
    watch.is_some_and(|watch| watch.tags.iter().any(|one| one == tag))
}

fn outcomes(hearings: &[&Hearing]) -> OutcomeCounts {
    let count = |outcome: Outcome| hearings.iter().filter(|hearing| hearing.outcome == outcome).count();
    OutcomeCounts {
        pending: count(Outcome::Pending),
        held: count(Outcome::Held),
        suspended: count(Outcome::Suspended),
        deferred: count(Outcome::Deferred),
        failed: count(Outcome::Failed),
        not_installed: count(Outcome::NotInstalled),
        revoked: count(Outcome::Revoked),
        unknown: count(Outcome::Unknown),
    }
}

/// Today.
pub async fn today(desk: &Desk, english: bool, sight: Sight) -> Result<Value, Answer> {
    let (store, read, board) = (desk.handles.store.clone(), desk.handles.read.clone(), desk.handles.board.clone());
    let now = desk.handles.clock.now();
    let language = if english { Language::En } else { Language::Es };
    let today = blocking(move || of_today(&store, &read, &board, language, now, sight)).await?;
    Ok(json!(today))
}

/// What is taken of the board while it is held.
struct Taken {
    progress: Progress,
    journal: Journal,
    cids: Arc<HashMap<Cid, CaseRef>>,
    coming: (Vec<HearingLine>, usize),
    later: Option<HearingLine>,
    unheard: (Vec<HearingLine>, usize),
    late: (Vec<LateClock>, usize),
    quiet: (Vec<QuietCase>, usize),
}

fn of_today(store: &Store, read: &Read, board: &Board, language: Language, now: Timestamp, sight: Sight) -> Result<Today, StoreError> {
    let Some(config) = board.known().config.clone() else {
        return Err(StoreError::Refused(sentence::NOT_BEGUN.with(&[])));
    };
    let zone = config.zone.clone();
    let today = now.to_zoned_datetime(zone.clone()).date();
    let taken = take(&board.known(), today, sight);
    let mut late = Vec::new();
    let looked_at = taken.late.0.len();
    let mut by_case: Vec<(CaseRef, Vec<crate::domain::id::Id>)> = Vec::new();
    for clock in taken.late.0 {
        match by_case.iter_mut().find(|(case, _)| *case == clock.case) {
            Some((_, ids)) => ids.push(clock.id),
            None => by_case.push((clock.case, vec![clock.id])),
        }
    }
    for (case, ids) in by_case {
        let Some(watch) = config.watch(&case) else { continue };
        match clocks::chosen((store, read, &config), watch, now, &ids, sight) {
            Err(error) if error.is_fatal() => return Err(error),
            found => late.extend(found.unwrap_or_default()),
        }
    }
    // What the board does not know yet, that one may be seen no more, is not counted either.
    let late_found = taken.late.1.saturating_sub(looked_at.saturating_sub(late.len()));
    let ago = |hours: i64| now.saturating_sub(jiff::SignedDuration::from_hours(hours)).unwrap_or(now);
    let count = |from: usize| {
        let places = taken.journal.places.get(from..).unwrap_or_default();
        let is_told = |(number, cid): &&(u64, Cid)| taken.cids.contains_key(cid) && !taken.journal.hidden_at.contains(number);
        places.iter().filter(is_told).count()
    };
    let week = taken.journal.since(store, ago(7 * 24))?;
    let day = taken.journal.since(store, ago(24))?;
    let mut activity = Vec::new();
    for back in (0..PLOT_DAYS).rev() {
        let date = today.saturating_sub(back.days());
        let starts = |date: Date| zone.to_timestamp(date.to_datetime(Time::midnight())).unwrap_or(now);
        let from = taken.journal.since(store, starts(date))?;
        let to = taken.journal.since(store, starts(date.saturating_add(1.day())))?;
        activity.push(DayCount { day: date.to_string(), events: count(from).saturating_sub(count(to)) });
    }
    let counts = store.counts()?;
    let waiting = counts.pending.saturating_sub(counts.held).saturating_sub(counts.braked);
    let outbox = OutboxCounts { waiting, held: counts.held, braked: counts.braked, muted: counts.muted, given_up: counts.dead };
    Ok(Today {
        as_of: now.to_string(),
        board: taken.progress,
        changes: changes(store, read, &config, (&taken.journal, week), &taken.cids, (language, sight))?,
        changes_day: count(day),
        changes_week: count(week),
        activity,
        hearings: taken.coming.0,
        hearings_found: taken.coming.1,
        next_hearing: taken.later,
        unheard: taken.unheard.0,
        unheard_found: taken.unheard.1,
        late,
        late_found,
        quiet: taken.quiet.0,
        quiet_found: taken.quiet.1,
        outbox,
    })
}

fn take(known: &Known, today: Date, sight: Sight) -> Taken {
    let all = || known.matters().flat_map(|matter| shown(matter, sight));
    let last = today.saturating_add(AHEAD_DAYS.days());
    let is_coming =
        |hearing: &&Hearing| hearing.outcome == Outcome::Pending && hearing.date.is_some_and(|date| date >= today && date <= last);
    let mut coming: Vec<&Hearing> = all().filter(is_coming).collect();
    coming.sort_by_cached_key(|hearing| when(&hearing.line));
    let mut unheard: Vec<&Hearing> = all().filter(|hearing| is_unheard(hearing)).collect();
    unheard.sort_by_key(|hearing| std::cmp::Reverse(hearing.date));
    let clocks = known.matters().flat_map(|matter| &matter.clocks).filter(|one| sight == Sight::Whole || one.is_told);
    let mut late: Vec<LateClock> = clocks.cloned().collect();
    late.sort();
    let mut quiet: Vec<_> = known.matters().flat_map(|matter| &matter.quiet).filter(|one| sight == Sight::Whole || one.is_told).collect();
    quiet.sort_by_key(|one| std::cmp::Reverse(one.days));
    let name = |case: &CaseRef| {
        known.config.as_ref().and_then(|config| config.watch(case)).map(|watch| (watch.number.canonical.clone(), watch.name.clone()))
    };
    let quiet_line = |one: &&crate::daemon::board::Quiet| {
        let (number, name) = name(&one.case)?;
        Some(QuietCase { source: one.case.source.clone(), case: number, name, since: one.since.to_string(), days: one.days })
    };
    let lines = |found: &[&Hearing]| found.iter().take(LINES).map(|hearing| hearing.line.clone()).collect::<Vec<_>>();
    let late_found = late.len();
    late.truncate(LINES);
    Taken {
        progress: known.progress(),
        journal: known.journal.clone(),
        cids: known.cids.clone(),
        coming: (lines(&coming), coming.len()),
        later: next(all().filter(|hearing| hearing.date.is_some_and(|date| date > last)), today),
        unheard: (lines(&unheard), unheard.len()),
        late: (late, late_found),
        quiet: (quiet.iter().take(LINES).filter_map(quiet_line).collect(), quiet.len()),
    }
}

/// The newest of what was told of watched cases from a place on, newest first.
fn changes(
    store: &Store,
    read: &Read,
    config: &crate::config::Config,
    (journal, from): (&Journal, usize),
    cids: &HashMap<Cid, CaseRef>,
    (language, sight): (Language, Sight),
) -> Result<Vec<Happened>, StoreError> {
    let mut found = Vec::new();
    for (number, cid) in journal.places.get(from..).unwrap_or_default().iter().rev() {
        if found.len() >= CHANGES {
            break;
        }
        if !cids.contains_key(cid) {
            continue;
        }
        let Some(event) = store.event_numbered(*number)? else { continue };
        if journal.hidden.contains(&event.id) || event.kind.audience() == Audience::Operator {
            continue;
        }
        let telling = match sight {
            Sight::Whole => Telling::unmasked(config, &event.case),
            Sight::AsTold => Telling::load(store, read, config, &event.case, std::slice::from_ref(&event))?,
        };
        found.push(happened(&telling, &event, language));
    }
    Ok(found)
}

fn happened(telling: &Telling, event: &Event, language: Language) -> Happened {
    let about = telling.about(language, Stop::Unsaid);
    let shown = about.show_one(event);
    let watch = about.watch;
    Happened {
        id: event.id.to_string(),
        seen_at: event.seen_at.to_string(),
        kind: shown.kind.name().to_owned(),
        severity: shown.severity.name().to_owned(),
        source: event.case.source.clone(),
        case: watch.number.canonical.clone(),
        name: watch.name.clone(),
        version: event.version,
        summary: message::summary(&shown, &about),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::domain::id::Id;

    #[test]
    fn what_may_not_be_told_is_not_counted_however_much_there_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let list = folder.path().join("watchlist.toml");
        let text = format!(
            "[veedor]\nstate_dir = \"{}\"\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2024-00011G\"\n",
            folder.path().display()
        );
        std::fs::write(&list, text).expect("a list");
        let config = Arc::new(Config::load(&list).expect("good").config);
        let case = config.cases[0].case.clone();
        let clock = |nth: usize| LateClock {
            rank: 0,
            due: None,
            case: case.clone(),
            id: Id::derive(&[&nth.to_be_bytes()]),
            is_told: nth == 2 * LINES,
        };
        let known = Known::with_clocks(config.clone(), (0..3 * LINES).map(clock).collect());
        let taken = |sight| {
            let (lines, found) = take(&known, jiff::civil::date(2026, 3, 2), sight).late;
            (lines.len(), found)
        };
        assert_eq!((taken(Sight::Whole), taken(Sight::AsTold)), ((LINES, 3 * LINES), (1, 1)));
    }
}
