//! What was told of a case, newest first, in the words of messages.
//!
//! Called by [`look`](super). Whoever sees everything reads the same words unmasked.

use serde_json::Value;

use super::{Eye, Subject, page_of, part_of};
use crate::ask::Answer;
use crate::daemon::telling::Telling;
use crate::domain::about::Stop;
use crate::domain::case::CaseRef;
use crate::domain::event::{Audience, Event, EventKind};
use crate::domain::shown::Shown;
use crate::message;
use crate::store::error::StoreError;
use crate::wire::api::event::{EventLine, EventList};

/// Events of a page.
const SIZE: usize = 100;

/// Events that are told together: of each, two versions are looked at for names, and no more than twelve in all.
const TOGETHER: usize = 6;

/// A page of the events of a case.
pub(super) fn list(eye: &Eye, subject: &Subject<'_>, wanted: u32) -> Result<Value, Answer> {
    eye.kept(subject, &[b"events", &wanted.to_be_bytes()], || {
        let events = eye.events(subject)?;
        let newest: Vec<&Event> = events.iter().rev().filter(|event| is_for(eye, event)).collect();
        let (page, pages) = page_of(wanted, newest.len(), SIZE);
        let part: Vec<Event> = part_of(&newest, page, SIZE).iter().map(|event| (*event).clone()).collect();
        let told = told(eye, &subject.watch.case, &part)?;
        Ok(EventList { total: newest.len(), page, pages, events: told.iter().map(|(shown, summary)| line(shown, summary)).collect() })
    })
}

/// What veedor says of its own running is for those who run it.
fn is_for(eye: &Eye, event: &Event) -> bool {
    eye.sees_all() || event.kind.audience() == Audience::Subscriber
}

/// An event in a list.
pub(in crate::daemon::answers) fn line(shown: &Shown, summary: &str) -> EventLine {
    EventLine {
        id: shown.id.to_string(),
        seq: shown.seq,
        kind: shown.kind.name().to_owned(),
        severity: shown.severity.name().to_owned(),
        seen_at: shown.seen_at.to_string(),
        version: shown.version,
        summary: summary.to_owned(),
    }
}

/// Events of a case as this eye may see them, each with its one line, in the order in which they are given; without those that are not for it.
pub(in crate::daemon::answers) fn told(eye: &Eye, case: &CaseRef, events: &[Event]) -> Result<Vec<(Shown, String)>, StoreError> {
    let events: Vec<Event> = events.iter().filter(|event| is_for(eye, event)).cloned().collect();
    let mut told = Vec::with_capacity(events.len());
    for group in groups(&events) {
        let telling = match eye.sees_all() {
            true => Telling::unmasked(&eye.config, case),
            false => Telling::load(&eye.store, &eye.read, &eye.config, case, group)?,
        };
        let about = telling.about(eye.language, Stop::Unsaid);
        told.extend(about.show(group).into_iter().map(|shown| {
            let summary = message::summary(&shown, &about);
            (shown, summary)
        }));
    }
    Ok(told)
}

/// Events that may be told together. One that quotes another case is told by itself: what that case withholds would hide the others.
fn groups(events: &[Event]) -> Vec<&[Event]> {
    let mut groups = Vec::new();
    let mut rest = events;
    while !rest.is_empty() {
        let alone = |event: &Event| event.kind == EventKind::RecordDisagreement;
        let most = rest.iter().take(TOGETHER).take_while(|event| !alone(event)).count().max(1);
        let (group, more) = rest.split_at(most);
        groups.push(group);
        rest = more;
    }
    groups
}
