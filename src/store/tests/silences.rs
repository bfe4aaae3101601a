//! Silences in the store: what they mute, the one summary at their end, and what a restart, a backup and a damaged row leave of it.

use super::*;
use crate::domain::delivery::Outcome;
use crate::domain::meanwhile::Meanwhile;
use crate::domain::silence::{Scope, Silence};
use crate::store::muted::{Label, Labels};
use crate::store::outbox::DeliveryFilter;
use crate::store::prune::RETENTION;

pub(super) fn silence(scope: Scope, until: i64) -> Silence {
    Silence::new(scope, "Ana".into(), "feriado".into(), at(0), at(until))
}

pub(super) fn of_case(n: u32) -> Scope {
    Scope { case: Some(case(n)), ..Scope::default() }
}

fn kinds(patterns: &[&str]) -> Scope {
    Scope { kinds: patterns.iter().map(|pattern| (*pattern).to_owned()).collect(), ..Scope::default() }
}

/// A visit that tells these events to the channels, gathered or at once.
fn tell(store: &Store, n: u32, version_: u32, events: Vec<Event>, open: bool) -> Vec<Delivery> {
    let cid = store.register(&[case(n)]).expect("registers")[0];
    let due = at(i64::from(version_));
    let state = if open { DeliveryState::Open { due } } else { DeliveryState::Waiting { due } };
    let mut visit = visit(cid, &case(n), version_);
    visit.version = Some(version(version_, docket(version_), i64::from(version_)));
    let ids: Vec<_> = events.iter().map(|event| event.id).collect();
    visit.deliveries =
        ["hook", "mail"].iter().map(|channel| Delivery { events: ids.clone(), ..delivery(&events[0], channel, state.clone()) }).collect();
    visit.events = events;
    let made = store.commit(visit).expect("commits").deliveries;
    made.into_iter().filter_map(|id| store.delivery(id).expect("reads")).collect()
}

fn of_kind(n: u32, version: u32, kind: EventKind) -> Event {
    let event = event(&case(n), version, version);
    Event { id: Event::id_of(&event.case, version, kind.name(), kind), kind, severity: kind.severity(), ..event }
}

fn states(deliveries: &[Delivery]) -> Vec<&'static str> {
    let mut names: Vec<&str> = deliveries.iter().map(|delivery| delivery.state.name()).collect();
    names.sort_unstable();
    names
}

/// The summaries in the store: to whom, and what they say.
fn summaries(store: &Store) -> Vec<(String, Meanwhile)> {
    let mut found = Vec::new();
    for delivery in store.deliveries(DeliveryFilter::All, 100).expect("reads") {
        let event = store.event(delivery.events[0]).expect("reads").expect("stored");
        found.extend(Meanwhile::of(&event).map(|told| (delivery.channel, told)));
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

#[test]
fn what_a_silence_names_is_kept_and_not_sent_and_told_once_at_its_end() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    tell(&store, 1, 1, vec![of_kind(1, 1, EventKind::OrderIssued)], false);
    let made = silence(of_case(1), 60);
    assert_eq!((store.silence(made.clone()), store.silence(made.clone())), (Ok(true), Ok(false)));
    let muted = tell(&store, 1, 2, vec![of_kind(1, 2, EventKind::FilingAdded), of_kind(1, 2, EventKind::RulingIssued)], false);
    assert_eq!(states(&muted), ["muted", "muted"]);
    assert!(
        muted.iter().all(|delivery| delivery.events.len() == 2 && delivery.state == DeliveryState::Muted { since: at(2), by: made.id })
    );
    // What is critical goes through, and so does another case.
    assert_eq!(states(&tell(&store, 1, 3, vec![of_kind(1, 3, EventKind::RecordRemoved)], false)), ["waiting", "waiting"]);
    assert_eq!(states(&tell(&store, 2, 1, vec![of_kind(2, 1, EventKind::FilingAdded)], false)), ["waiting", "waiting"]);
    assert_eq!(store.claim("hook", at(9), 9).len(), 2, "one a case is under way");
    assert_eq!(store.silences().expect("reads")[0].muted, 2);

    // A restart before the end, one after it, and one that asks again.
    drop(store);
    let store = open(dir.path());
    assert_eq!(store.end_silences(at(59)), Ok(Vec::new()));
    let ended = store.end_silences(at(61)).expect("ends");
    assert_eq!((ended.len(), ended[0].muted, ended[0].summaries.len()), (1, 2, 2));
    drop(store);
    let store = open(dir.path());
    assert_eq!((store.end_silences(at(99)), store.end_silence(made.id, at(99))), (Ok(Vec::new()), Ok(None)));
    let told = summaries(&store);
    assert_eq!(told.iter().map(|(channel, _)| channel.as_str()).collect::<Vec<_>>(), ["hook", "mail"]);
    for (_, told) in &told {
        assert_eq!((told.count, told.from, told.until), (2, at(0), at(60)));
        assert_eq!(told.look.iter().map(|look| look.kind).collect::<Vec<_>>(), [EventKind::RulingIssued]);
    }
    assert_eq!(states(&tell(&store, 1, 4, vec![of_kind(1, 4, EventKind::FilingAdded)], false)), ["waiting", "waiting"]);
    let listed = store.silences().expect("reads");
    assert_eq!((listed.len(), listed[0].muted, listed[0].silence.ended), (1, 2, Some(at(61))), "it is kept");
    assert!(store.fsck(false).expect("checks").is_clean());
}

#[test]
fn of_a_message_that_gathers_only_what_is_named_is_muted() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let [filing, ruling] = [EventKind::FilingAdded, EventKind::RulingIssued];
    // It is made before the silence and not sent yet.
    let open_ones = tell(&store, 1, 1, vec![of_kind(1, 1, filing), of_kind(1, 1, ruling)], true);
    assert_eq!(states(&open_ones), ["open", "open"]);
    store.silence(silence(Scope { channel: Some("mail".into()), ..kinds(&["filing.*"]) }, 60)).expect("begins");
    let mail = open_ones.iter().find(|delivery| delivery.channel == "mail").expect("a mail");
    let closed = store.close(mail.id, at(5)).expect("closes").expect("there");
    assert_eq!((closed.state, closed.events), (DeliveryState::Waiting { due: at(5) }, vec![of_kind(1, 1, ruling).id]), "it goes on");
    let apart = store.deliveries(DeliveryFilter::Muted, 9).expect("reads");
    assert_eq!(apart.iter().map(|one| one.events.clone()).collect::<Vec<_>>(), [vec![of_kind(1, 1, filing).id]]);
    assert_eq!(store.claim("mail", at(6), 9), [mail.id]);
    // The other channel hears of both.
    let hook = open_ones.iter().find(|delivery| delivery.channel == "hook").expect("a webhook");
    assert_eq!(store.close(hook.id, at(6)).expect("closes").expect("there").events.len(), 2);
    // What several silences mute is told by each of them.
    store.silence(silence(Scope { channel: Some("hook".into()), ..kinds(&["filing.*"]) }, 50)).expect("begins");
    store.silence(silence(Scope { channel: Some("hook".into()), ..kinds(&["ruling.*"]) }, 55)).expect("begins");
    let closed = store.close(hook.id, at(7)).expect("closes").expect("there");
    assert_eq!((closed.state.name(), closed.events.len()), ("muted", 1));
    assert_eq!(store.deliveries(DeliveryFilter::Muted, 9).expect("reads").len(), 3);
    let ended = store.end_silences(at(56)).expect("ends");
    assert_eq!(ended.iter().map(|one| (one.muted, one.summaries.len())).collect::<Vec<_>>(), [(1, 1), (1, 1)]);
    // New news: the muted part joins nothing.
    let more = tell(&store, 1, 2, vec![of_kind(1, 2, ruling), of_kind(1, 2, filing)], true);
    assert_eq!(states(&more), ["muted", "open", "open"]);
    assert!(store.fsck(false).expect("checks").is_clean());
}

#[test]
fn what_may_have_left_is_muted_whole_or_not_at_all_and_what_is_asked_for_is_sent() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let made = tell(&store, 1, 1, vec![of_kind(1, 1, EventKind::FilingAdded), of_kind(1, 1, EventKind::RulingIssued)], false);
    for delivery in &made {
        store.fix(delivery.id, content(b"both".to_vec())).expect("keeps");
    }
    store.silence(silence(Scope { channel: Some("hook".into()), ..kinds(&["filing.*"]) }, 60)).expect("begins");
    store.silence(silence(Scope { channel: Some("mail".into()), ..Scope::default() }, 61)).expect("begins");
    let close = |channel: &str| {
        let id = made.iter().find(|delivery| delivery.channel == channel).expect("made").id;
        store.close(id, at(5)).expect("closes").expect("there")
    };
    assert_eq!((close("hook").state.name(), close("hook").events.len()), ("waiting", 2));
    let muted = close("mail");
    assert_eq!((muted.state.name(), muted.events.len()), ("muted", 2));
    assert_eq!(store.retry(&[muted.id], at(6)), Ok(1));
    assert_eq!(store.claim("mail", at(6), 9), [muted.id]);
    assert_eq!(close("mail").state, DeliveryState::Again { due: at(6) }, "he asked for it");
    assert_eq!(store.content(muted.id), Ok(Some(content(b"both".to_vec()))));
    store.record_attempt(muted.id, sent(7), DeliveryState::Delivered { at: at(7) }, 1).expect("notes");
    let ended = store.end_silences(at(70)).expect("ends");
    assert!(ended.iter().all(|ended| ended.summaries.is_empty()), "nothing is left untold: {ended:?}");
}

#[test]
fn a_delivery_that_waits_for_its_channel_is_muted_before_it_is_tried() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let made = tell(&store, 1, 1, vec![of_kind(1, 1, EventKind::FilingAdded)], false);
    let id = made[0].id;
    let outcome = Outcome::Misconfigured { why: "535".into() };
    store.record_attempt(id, attempt(2, outcome), DeliveryState::Held { since: at(2), reason: "535".into() }, 0).expect("notes");
    store.silence(silence(of_case(1), 60)).expect("begins");
    assert_eq!(store.close(id, at(3)).expect("closes").expect("there").state.name(), "muted");
    // After the end a message that was never looked at is sent as if nothing had been.
    let late = made[1].id;
    assert_eq!(store.close(late, at(61)).expect("closes").expect("there").state.name(), "waiting");
}

#[test]
fn a_summary_names_to_nobody_what_he_does_not_hear_of() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let label = |number: &str| Label { number: number.to_owned(), tags: vec!["penal".to_owned()], zone: jiff::tz::TimeZone::UTC };
    store.know(Labels::from([(case(1), label("17721-A")), (case(2), label("17721-B"))])).expect("knows");
    store.silence(silence(Scope { tag: Some("penal".into()), ..Scope::default() }, 60)).expect("begins");
    for n in [1, 2, 3] {
        let cid = store.register(&[case(n)]).expect("registers")[0];
        let event = of_kind(n, 1, EventKind::FilingAdded);
        let channel = if n == 1 { "mail" } else { "hook" };
        let mut visit = visit(cid, &case(n), 1);
        visit.version = Some(version(1, docket(1), 1));
        visit.deliveries = vec![delivery(&event, channel, DeliveryState::Waiting { due: at(1) })];
        visit.events = vec![event];
        store.commit(visit).expect("commits");
    }
    let ended = store.end_silences(at(60)).expect("ends");
    assert_eq!((ended[0].muted, ended[0].summaries.len()), (2, 2), "the third has no such tag");
    let told: Vec<(String, String)> = summaries(&store).into_iter().map(|(channel, told)| (channel, told.cases[0].0.clone())).collect();
    assert_eq!(told, [("hook".to_owned(), "17721-B".to_owned()), ("mail".to_owned(), "17721-A".to_owned())]);
    for id in &ended[0].summaries {
        let delivery = store.delivery(*id).expect("reads").expect("there");
        assert_eq!(delivery.case, case(if delivery.channel == "mail" { 1 } else { 2 }));
    }
    assert!(store.fsck(false).expect("checks").is_clean());
}

#[test]
fn who_left_hears_nothing_not_even_a_summary_until_he_comes_back() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let left = Silence::leave("mail", "a@example.org", None, at(0));
    assert_eq!((store.silence(left.clone()), store.silence(left.clone())), (Ok(true), Ok(false)));
    let loud = tell(&store, 1, 1, vec![of_kind(1, 1, EventKind::RecordRemoved)], false);
    assert_eq!(states(&loud), ["muted", "waiting"]);
    let shorter = silence(of_case(1), 60);
    store.silence(shorter).expect("begins");
    assert_eq!(states(&tell(&store, 1, 2, vec![of_kind(1, 2, EventKind::FilingAdded)], false)), ["muted", "muted"]);
    let ended = store.end_silences(at(61)).expect("ends");
    assert_eq!((ended.len(), ended[0].muted, ended[0].summaries.len()), (1, 1, 1), "the mail was muted by him who left");
    let back = store.end_silence(left.id, at(70)).expect("ends").expect("was active");
    assert_eq!((back.muted, back.summaries), (2, Vec::new()));
    assert_eq!(states(&tell(&store, 1, 3, vec![of_kind(1, 3, EventKind::FilingAdded)], false)), ["waiting", "waiting"]);
    assert_eq!(store.silence(Silence { created: at(80), ..left.clone() }), Ok(true), "and may go again");
    assert_eq!(store.silences().expect("reads").iter().filter(|listed| listed.silence.id == left.id).count(), 1);
}

#[test]
fn a_backup_keeps_silences_and_the_key_and_an_export_keeps_the_key_to_itself() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(&dir.path().join("store"));
    let key = store.link_key().expect("draws");
    assert_eq!(store.link_key(), Ok(key.clone()));
    store.silence(silence(of_case(1), 60)).expect("begins");
    store.silence(Silence::leave("mail", "a@example.org", Some(&case(2)), at(0))).expect("begins");
    tell(&store, 1, 1, vec![of_kind(1, 1, EventKind::FilingAdded)], false);
    let mut export = Vec::new();
    store.export(&mut export, at(3)).expect("exports");
    let export = String::from_utf8(export).expect("text");
    assert!(export.contains("\"line\":\"silence\"") && !export.contains("link_key") && !export.contains(&crate::domain::id::hex(&key.0)));
    assert!(!store.dump().expect("dumps").contains(&crate::domain::id::hex(&key.0)));
    let backup = store.backup(&dir.path().join("copies"), at(3)).expect("backs up");
    let before = store.silences().expect("reads");
    drop(store);
    let into = dir.path().join("again");
    Store::restore(&backup.path, &into, Options::new(at(4))).expect("restores");
    let store = open(&into);
    assert_eq!((store.silences(), store.link_key()), (Ok(before), Ok(key)));
    assert_eq!(states(&tell(&store, 1, 2, vec![of_kind(1, 2, EventKind::FilingAdded)], false)), ["muted", "muted"]);
    let ended = store.end_silences(at(60)).expect("ends");
    assert_eq!((ended[0].muted, ended[0].summaries.len()), (4, 2), "what it muted before and after");
    assert!(store.fsck(false).expect("checks").is_clean());
}

#[test]
fn a_silence_that_does_not_read_back_mutes_nothing_and_is_reported() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let made = silence(of_case(1), 60);
    store.silence(made.clone()).expect("begins");
    super::damage::spoil(&store, crate::store::keys::Table::Silence, &made.id.0);
    drop(store);
    let store = open(dir.path());
    assert_eq!(states(&tell(&store, 1, 1, vec![of_kind(1, 1, EventKind::FilingAdded)], false)), ["waiting", "waiting"]);
    assert!(store.fsck(false).expect("checks").problems.iter().any(|problem| problem.contains("silence")));
}

/// Nobody would sum it up.
#[test]
fn what_a_silence_muted_that_does_not_read_back_is_told() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let (damaged, whole) = (silence(of_case(1), 60), silence(of_case(2), 60));
    for made in [&damaged, &whole] {
        store.silence(made.clone()).expect("begins");
    }
    for n in [1, 2] {
        assert_eq!(states(&tell(&store, n, 1, vec![of_kind(n, 1, EventKind::FilingAdded)], false)), ["muted", "muted"]);
    }
    assert_eq!(store.tell_unsilenced(at(5)), Ok(0));
    super::damage::spoil(&store, crate::store::keys::Table::Silence, &damaged.id.0);
    drop(store);
    let store = open(dir.path());
    assert_eq!(store.tell_unsilenced(at(5)), Ok(2));
    let due = store.due_at(at(5), 9);
    assert!(due.len() == 2 && due.iter().all(|delivery| delivery.case == case(1)), "{due:?}");
    assert_eq!(store.tell_unsilenced(at(6)), Ok(0), "once");
}

#[test]
fn muted_messages_are_kept_until_their_summary_and_forgotten_with_the_others() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let long = i64::try_from(RETENTION.as_secs()).expect("fits") * 3;
    store.silence(silence(of_case(1), long)).expect("begins");
    tell(&store, 1, 1, vec![of_kind(1, 1, EventKind::FilingAdded)], false);
    let pruned = |now: i64| store.prune(at(now), RETENTION).expect("prunes").deliveries;
    assert_eq!(pruned(long - 1), 0);
    let ended = store.end_silences(at(long)).expect("ends");
    assert_eq!(ended[0].summaries.len(), 2);
    assert_eq!(pruned(long + 1), 2);
    let left = store.deliveries(DeliveryFilter::All, 9).expect("reads");
    assert_eq!(states(&left), ["waiting", "waiting"], "the summaries");
    assert_eq!(store.silences().expect("reads")[0].muted, 2);
    assert!(store.fsck(false).expect("checks").is_clean());
}

#[test]
fn there_is_an_end_to_the_number_of_silences() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    for n in 0..200 {
        store.silence(Silence { created: at(n), ..Silence::new(of_case(1), "Ana".into(), "x".into(), at(n), at(900)) }).expect("begins");
    }
    let one_more = store.silence(Silence::new(of_case(1), "Ana".into(), "x".into(), at(500), at(900))).expect_err("too many").to_string();
    assert!(one_more.contains("200 silences are active already"), "{one_more}");
    assert_eq!(store.silence(Silence::leave("mail", "a@example.org", None, at(0))), Ok(true), "nobody is kept from leaving");
}

#[test]
fn of_a_digest_only_the_muted_case_is_left_out_and_it_stands_with_its_case() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let gathered = |n: u32, version_: u32, kind: EventKind| {
        let cid = store.register(&[case(n)]).expect("registers")[0];
        let event = of_kind(n, version_, kind);
        let mut visit = visit(cid, &case(n), version_);
        visit.version = Some(version(version_, docket(version_), i64::from(version_)));
        let state = DeliveryState::Open { due: at(600) };
        visit.deliveries = vec![Delivery { case: CaseRef::of_digests(), ..delivery(&event, "mail", state) }];
        visit.events = vec![event];
        store.commit(visit).expect("commits");
    };
    gathered(1, 1, EventKind::FilingAdded);
    gathered(2, 1, EventKind::FilingAdded);
    let [digest] = &store.deliveries(DeliveryFilter::Pending, 9).expect("reads")[..] else { panic!("one digest") };
    assert_eq!(digest.events.len(), 2);
    store.silence(silence(of_case(1), 900)).expect("begins");
    gathered(1, 2, EventKind::RulingIssued);
    let closed = store.close(digest.id, at(600)).expect("closes").expect("there");
    assert_eq!((closed.state.name(), closed.events), ("waiting", vec![of_kind(2, 1, EventKind::FilingAdded).id]));
    let muted = store.deliveries(DeliveryFilter::Muted, 9).expect("reads");
    assert!(muted.len() == 2 && muted.iter().all(|delivery| delivery.case == case(1)), "{muted:?}");
    let ended = store.end_silences(at(900)).expect("ends");
    assert_eq!((ended[0].muted, ended[0].summaries.len()), (2, 1));
    let summary = store.delivery(ended[0].summaries[0]).expect("reads").expect("there");
    assert_eq!(summary.case, case(1));
    assert!(store.fsck(false).expect("checks").is_clean());
}
