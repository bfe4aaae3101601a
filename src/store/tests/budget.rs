//! What the store costs: bytes per visit, and time for a hundred thousand cases.
//!
//! Bytes of rows are the same on every machine and are tested; bytes on disk and times depend on sled's timing and are
//! measured by hand.

use super::*;
use crate::store::keys::Table;

/// A webhook body as `wire` writes it.
pub(super) fn body(event: &Event) -> Vec<u8> {
    let entry = event.entry.as_ref().expect("has an entry");
    format!(
        "{{\"type\":\"{}\",\"timestamp\":\"{}\",\"version\":1,\"data\":{{\"event_id\":\"{}\",\"seq\":{},\"severity\":\"info\",\
         \"summary\":\"Auto: {}\",\"case\":{{\"source\":\"{}\",\"number\":\"{}\",\"name\":\"Caso de prueba\",\"tags\":[\"prueba\"],\
         \"url\":\"https://procesosjudiciales.example.org/busqueda\"}},\"entry\":{{\"key\":\"{}\",\"date\":\"2026-02-20\",\"time\":\"11:51\",\
         \"title\":\"{}\",\"actor\":\"court\",\"excerpt\":\"{}\",\"before\":null,\"after\":null}},\
         \"hearing\":null,\"seen\":{{\"at\":\"{}\",\"version\":{},\"page_sha256\":\"{}\"}},\"note\":null}}}}",
        event.kind,
        event.seen_at,
        event.id,
        event.seq,
        entry.title,
        event.case.source,
        event.case.number,
        entry.key.0,
        entry.title,
        entry.excerpt,
        event.seen_at,
        event.version,
        crate::domain::id::hex(&event.page_sha256),
    )
    .into_bytes()
}

/// A store of some cases after so many visits with one new entry, one event, one webhook and its attempt each.
pub(super) fn visited(store: &Store, cases: u32, visits: u32, each: &mut dyn FnMut(u32)) {
    let cases: Vec<CaseRef> = (0..cases).map(case).collect();
    let cids = store.register(&cases).expect("registers");
    for n in 1..=visits {
        for (case, cid) in cases.iter().zip(&cids) {
            let mut visit = news(*cid, case, n);
            for event in &mut visit.events {
                event.seq = n - 1;
                // Each case has texts of its own.
                event.entry.as_mut().expect("has one").excerpt = order(n * 10_000 + u32::try_from(*cid).expect("small"));
            }
            let told = visit.events.first().cloned();
            let ids: Vec<_> = visit.deliveries.iter().map(|delivery| delivery.id).collect();
            store.commit(visit).expect("commits");
            if let (Some(event), Some(id)) = (told, ids.first()) {
                let done = DeliveryState::Delivered { at: at(6) };
                store.fix(*id, content(body(&event))).expect("fixes");
                store.record_attempt(*id, sent(5), done, 1).expect("records");
            }
        }
        each(n);
    }
}

fn bytes_of(store: &Store, table: Table) -> usize {
    store.inner.trees.at(table).iter().flatten().map(|(key, value)| key.len() + value.len()).sum()
}

#[test]
fn a_visit_with_news_takes_less_than_a_kilobyte_of_rows() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let mut before = 0;
    visited(&store, 10, 31, &mut |n| {
        if n == 1 {
            before = Table::ALL.iter().map(|table| bytes_of(&store, *table)).sum();
        }
    });
    let after: usize = Table::ALL.iter().map(|table| bytes_of(&store, *table)).sum();
    // sled adds 70 to 120 % (measured below), which must stay under 2 KiB together.
    assert!((after - before) / 300 < 900, "{} bytes a visit", (after - before) / 300);
    assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
}
