//! What a delivery sends: written before its first attempt and on the disk before anything leaves, and written anew only when less may be
//! told of its case by now, or when a mail that nobody has bears an older sender.
//!
//! A part of an [`attempt`](super::attempt). It reads the events and what may be told of them; it sends nothing, and does not decide whether
//! anything is sent.

use std::sync::Arc;

use super::telling::{Read, Telling};
use super::{Handles, digest, ways_out};
use crate::config::{Channel, Config};
use crate::domain::case::CaseRef;
use crate::domain::delivery::{Content, Delivery};
use crate::domain::event::Event;
use crate::domain::id::Id;
use crate::domain::medium::Medium;
use crate::failpoint;
use crate::notify::{self, Unsendable, Whose};
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;

/// Writes the message and keeps it, `anew` in place of what is kept. The inner error says why there is none.
pub(super) async fn write(
    handles: &Handles,
    config: &Arc<Config>,
    channel: &Channel,
    sender: &mut notify::Channel,
    delivery: &Delivery,
    anew: bool,
) -> Result<Result<Content, Unsendable>, StoreError> {
    let (store, ids, case) = (handles.store.clone(), delivery.events.clone(), delivery.case.clone());
    let (read, list) = (handles.read.clone(), Arc::clone(config));
    let domain = match sender {
        notify::Channel::Email(smtp) => smtp.from.rsplit('@').next().map(|domain| domain.trim_end_matches('>').to_owned()),
        _ => None,
    };
    let is_digest = delivery.is_digest();
    let linked = config.general.url.is_some() && sender.medium() == Medium::Email;
    let loaded = blocking(move || {
        let (events, damaged) = events(&store, &ids)?;
        // What stands beside it in a message is told all the same.
        if let Some(error) = damaged.filter(|_| events.is_empty()) {
            return Err(error);
        }
        let both = |domain: String| Ok::<_, StoreError>((store.mail_domain(&domain)?, store.calendar_domain(Some(&domain), None)?));
        let domains = domain.map(both).transpose()?;
        let key = linked.then(|| store.link_key()).transpose()?;
        let told = told(&store, &read, &list, &case, events, is_digest)?;
        Ok((told, domains, key))
    });
    let (told, domains, key) = loaded.await?;
    if let notify::Channel::Email(smtp) = sender {
        (smtp.id_domain, smtp.calendar_domain) = domains.unzip();
    }
    if told.iter().all(|(.., events)| events.is_empty()) {
        let why = "its events are not in the store; run `veedor fsck`".to_owned();
        return Ok(Err(Unsendable { why, whose: Whose::Message }));
    }
    let medium = sender.medium();
    let stop = |case: &CaseRef| {
        let of_case = Delivery { case: case.clone(), events: Vec::new(), ..delivery.clone() };
        ways_out::stop(config, medium, &of_case, key.as_ref())
    };
    let written = match &told[..] {
        [(case, telling, events)] if !delivery.is_digest() => {
            notify::render(sender, delivery, events, &telling.about(channel.language, stop(case)))
        }
        told => digest::render(channel, sender, delivery, told, handles.clock.now(), stop),
    };
    let content = match written {
        Ok(content) => content,
        Err(why) => return Ok(Err(why)),
    };
    let (store, id) = (handles.store.clone(), delivery.id);
    let fixed = blocking(move || if anew { store.rewrite(id, content) } else { store.fix(id, content) }).await?;
    failpoint::hit("after-fix");
    Ok(Ok(fixed))
}

/// Whether something that a written message tells of is withheld by now, in whole or in part. Nothing says what was when it was written,
/// so that such a message is written anew at each attempt.
pub(super) async fn is_withheld(handles: &Handles, config: &Arc<Config>, delivery: &Delivery) -> Result<bool, StoreError> {
    let (store, read) = (handles.store.clone(), handles.read.clone());
    let (config, ids, case) = (Arc::clone(config), delivery.events.clone(), delivery.case.clone());
    let is_digest = delivery.is_digest();
    let asked = move || {
        let (events, _) = events(&store, &ids)?;
        let told = told(&store, &read, &config, &case, events, is_digest)?;
        Ok(told.iter().any(|(_, telling, events)| telling.withholds_of(events)))
    };
    blocking(asked).await
}

/// The events that read back, and what is wrong with one that does not.
fn events(store: &Store, ids: &[Id]) -> Result<(Vec<Event>, Option<StoreError>), StoreError> {
    let mut events = Vec::with_capacity(ids.len());
    let mut damaged = None;
    for id in ids {
        match store.event(*id) {
            Ok(Some(event)) => events.push(event),
            Ok(None) => damaged = Some(untold(*id, "it is not in the store".to_owned())),
            Err(StoreError::Damaged(why)) => damaged = Some(untold(*id, why)),
            Err(error) => return Err(error),
        }
    }
    Ok((events, damaged))
}

fn untold(event: Id, why: String) -> StoreError {
    tracing::error!(%event, why, "an event does not read back and is not told; run `veedor fsck`");
    StoreError::Damaged(why)
}

/// The events by case, with what may be told of each.
fn told(
    store: &Store,
    read: &Read,
    config: &Config,
    case: &CaseRef,
    events: Vec<Event>,
    is_digest: bool,
) -> Result<Vec<(CaseRef, Telling, Vec<Event>)>, StoreError> {
    match is_digest {
        true => digest::by_case(store, read, config, events),
        false => Ok(vec![(case.clone(), Telling::load(store, read, config, case, &events)?, events)]),
    }
}
