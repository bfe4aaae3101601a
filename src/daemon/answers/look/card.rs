//! What stands above the entries of a case, and how the case is doing.
//!
//! Called by [`look`](super).

use serde_json::{Value, json};

use super::super::opened::OpenVersion;
use super::{Eye, Subject, masks, name_of};
use crate::ask::Answer;
use crate::daemon::answers::silences;
use crate::daemon::telling::Telling;
use crate::daemon::visit::Postponed;
use crate::domain::about::Stop;
use crate::domain::docket::{Docket, Party};
use crate::domain::withhold::Telling as HowMuch;
use crate::store::error::StoreError;
use crate::wire::api::case::{Above, CaseCard, LinkedCase};
use crate::wire::api::docket::{HeadingForm, PartyForm};
use crate::wire::api::hearings::HearingLine;

/// Parties that a card has.
const PARTIES: usize = 500;

/// The card of a case.
pub(super) fn card(eye: &Eye, subject: &Subject<'_>, waits: Option<Postponed>, next: Option<HearingLine>) -> Result<Value, Answer> {
    let watch = subject.watch;
    let how_much = eye.how_much(subject)?;
    let line = super::super::cases::line_of(eye, watch, subject.cid, waits)?;
    let whole = Telling::unmasked(&eye.config, &watch.case);
    let is_told = how_much != HowMuch::Activity;
    let linked = if is_told { eye.linked(watch)? } else { Vec::new() };
    let linked = linked.into_iter().map(|other| LinkedCase {
        source: other.case.source.clone(),
        number: other.number.canonical.clone(),
        name: other.name.clone(),
    });
    let mut card = CaseCard {
        line: if eye.sees_all() { line } else { masks::no_more_than_told(line, how_much) },
        source_title: whole.source_title().to_owned(),
        note: watch.note.clone().filter(|_| is_told),
        url: Some(whole.about(eye.language, Stop::Unsaid).case_url.to_owned()).filter(|url| is_told && !url.is_empty()),
        linked: linked.collect(),
        next_hearing: next.filter(|_| is_told),
        silences: silences::of_case(eye, watch, is_told)?,
        told: name_of(how_much).to_owned(),
        seen_at: None,
        above: None,
    };
    let newest = subject.head.as_ref().map_or(0, |head| head.version);
    if newest > 0 && is_told {
        match eye.opened.version(&eye.store, subject.cid, newest) {
            Ok(Some(open)) => {
                card.seen_at = Some(open.at.to_string());
                let shown = eye.kept(subject, &[b"above", &open.seal.0], || above(eye, subject, &open))?;
                card.above = serde_json::from_value(shown).ok();
            }
            // How the case is doing is shown all the same; `fsck` reports what does not read back.
            Ok(None) | Err(StoreError::Damaged(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(json!(card))
}

/// What stands above the entries of a version, as it may be seen.
pub(super) fn above(eye: &Eye, subject: &Subject<'_>, open: &OpenVersion) -> Result<Above, Answer> {
    let telling = eye.telling(subject, open)?;
    let about = telling.about(eye.language, Stop::Unsaid);
    let docket = &open.docket;
    let heading = if eye.sees_all() { docket.heading.clone() } else { masks::heading(&docket.heading, &about) };
    let one = |party: &Party| if eye.sees_all() { Some(party.clone()) } else { masks::party(party, &about) };
    let parties = docket.parties.iter().take(PARTIES).filter_map(one);
    Ok(Above {
        heading: HeadingForm::of(&Docket { heading, ..Docket::default() }, &subject.watch.number),
        parties: parties.map(|party| PartyForm { role: party.role, name: party.name }).collect(),
        party_count: docket.parties.len(),
    })
}
