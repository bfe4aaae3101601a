//! What the operator said of cases, and when it is forgotten.

use super::*;
use crate::domain::case::{CaseNumber, Parts, Watch};
use crate::domain::withhold::Telling;
use crate::store::batch::Batch;
use crate::store::keys::Table;
use crate::store::said::Said;

/// A watched case of which this is told, with its links.
pub(super) fn watch(n: u32, withhold: Option<Telling>, linked: &[u32]) -> Watch {
    let of = case(n);
    let number = CaseNumber { compact: of.number.clone(), canonical: of.number.clone(), parts: Parts::default() };
    Watch { withhold, linked: linked.iter().map(|n| case(*n)).collect(), ..Watch::bare(of, number) }
}

#[test]
fn what_hides_a_case_is_known_when_no_list_names_it_any_more() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let hidden = watch(1, Some(Telling::Activity), &[3]);
    store.keep_said(&[hidden.clone(), watch(2, None, &[]), watch(4, Some(Telling::TypeAndDate), &[])]).expect("keeps");
    drop(store);
    let store = open(dir.path());
    // Another list: 1 and 4 are on it no more, and of 2 another thing is said.
    store.keep_said(&[watch(2, Some(Telling::Activity), &[])]).expect("keeps");
    let said = |n: u32| store.said(&case(n)).expect("reads");
    assert_eq!(said(1), Some(Said { withhold: Some(Telling::Activity), linked: vec![case(3)] }));
    assert_eq!(said(4), Some(Said { withhold: Some(Telling::TypeAndDate), linked: Vec::new() }));
    assert_eq!(said(2).and_then(|said| said.withhold), Some(Telling::Activity));
    assert_eq!(said(3), None);
    // It is on a list again that says nothing of it; that all is told where a rule hides is said of watched cases only.
    store.keep_said(&[watch(1, None, &[]), watch(4, Some(Telling::Whole), &[])]).expect("keeps");
    assert_eq!((said(1), said(4)), (Some(Said::default()), Some(Said::default())));
    assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
}

#[test]
fn a_row_that_does_not_read_back_is_said_and_written_anew() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let hidden = watch(1, Some(Telling::Activity), &[]);
    store.keep_said(std::slice::from_ref(&hidden)).expect("keeps");
    let damage = |ledger: &mut crate::store::writer::Ledger| {
        let (key, _) = ledger.trees.at(Table::Said).iter().next().expect("a row")?;
        let mut batch = Batch::default();
        batch.put(Table::Said, key.to_vec(), b"nothing".to_vec())?;
        batch.apply(&ledger.trees)
    };
    store.write(true, damage).expect("damages");
    assert!(matches!(store.said(&case(1)), Err(crate::store::error::StoreError::Damaged(_))));
    store.keep_said(&[hidden]).expect("keeps");
    assert_eq!(store.said(&case(1)).expect("reads").and_then(|said| said.withhold), Some(Telling::Activity));
}
