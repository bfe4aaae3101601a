//! The numbers of events over restores, and the right sides of identities.

use super::whole::lived_in;
use super::*;

fn tell_one(store: &Store, n: u32) -> u64 {
    let cid = store.cid(&case(1)).expect("reads").expect("is there");
    let next = store.head(cid).expect("reads").expect("a head").version + 1;
    let mut visit = news(cid, &case(1), next);
    visit.events = vec![event(&case(1), next, n)];
    let committed = store.commit(visit).expect("commits");
    assert_eq!(committed.events.len(), 1, "{committed:?}");
    store.last_event().expect("reads")
}

fn restored(from: &Path, into: &Path) -> Store {
    restored_at(2_000, from, into)
}

fn restored_at(second: i64, from: &Path, into: &Path) -> Store {
    Store::restore(from, into, Options::new(at(second))).expect("restores");
    open(into)
}

#[test]
fn of_several_stores_that_are_made_from_one_backup_none_gives_a_number_of_another() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = lived_in(&dir.path().join("store"));
    let older = store.backup(&dir.path().join("older"), at(1000)).expect("backs up");
    tell_one(&store, 100);
    let newer = store.backup(&dir.path().join("newer"), at(1001)).expect("backs up");
    drop(store);
    // The newer one first, then the older one, then the same again; each is told something before it is given up.
    let mut seen = 0;
    for (nth, (backup, second)) in [(&newer, 5_000), (&older, 5_001), (&older, 5_002), (&newer, 90_000)].into_iter().enumerate() {
        let store = restored_at(second, &backup.path, &dir.path().join(nth.to_string()));
        for n in 0..50 {
            let number = tell_one(&store, 200 + n);
            assert!(number > seen, "{number} was given before: {seen}");
            seen = number;
        }
    }
    assert!(seen < 1 << 53, "exact in JSON");
}

#[test]
fn no_number_that_somebody_may_have_seen_is_given_to_another_event() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = lived_in(&dir.path().join("store"));
    assert_eq!((store.last_event(), store.counts().map(|counts| counts.events)), (Ok(38), Ok(38)));
    let backup = store.backup(&dir.path().join("backups"), at(1000)).expect("backs up");
    // Somebody read as far as this.
    let seen = tell_one(&store, 100).max(tell_one(&store, 101));
    assert_eq!(seen, 40);
    drop(store);

    let store = restored(&backup.path, &dir.path().join("second"));
    assert_eq!(store.counts().map(|counts| counts.events), Ok(38), "what was passed over is no event");
    assert!(store.last_event().expect("reads") > seen, "a cursor from after the backup is none of another store");
    assert_eq!(store.told_after(seen, None, 10), Ok(Vec::new()));
    // A store that is restored and told nothing yet keeps its place in its own backup.
    let idle = store.backup(&dir.path().join("idle"), at(1001)).expect("backs up");
    drop(store);
    let store = open(&dir.path().join("second"));
    let first = tell_one(&store, 102);
    assert_eq!(store.told_after(seen, None, 10).map(|told| told.into_iter().map(|(number, _)| number).collect()), Ok(vec![first]));
    assert_eq!(store.counts().map(|counts| counts.events), Ok(39));
    assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
    drop(store);

    let store = restored_at(2_001, &idle.path, &dir.path().join("third"));
    assert!(store.last_event().expect("reads") > first);
    assert!(tell_one(&store, 103) > first);
    assert_eq!(store.counts().map(|counts| counts.events), Ok(39));
    drop(store);
    let store = open(&dir.path().join("third"));
    assert!(tell_one(&store, 104) < 1 << 53, "exact in JSON");
}

#[test]
fn the_identity_of_an_appointment_stays_when_mail_begins_and_over_a_restore() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(&dir.path().join("store"));
    let shown = store.calendar_domain(None, None).expect("reads");
    assert!(shown.ends_with(".invalid"), "{shown}");
    assert_eq!(store.mail_domain("example.org"), Ok("example.org".into()), "message ids have a name that there is");
    assert_eq!(store.calendar_domain(Some("example.org"), None), Ok(shown.clone()));
    let backup = store.backup(&dir.path().join("backups"), at(9)).expect("backs up");
    let store = restored(&backup.path, &dir.path().join("restored"));
    assert_eq!(store.calendar_domain(Some("example.org"), None), Ok(shown));
    let hosted = open(&dir.path().join("hosted"));
    assert_eq!(hosted.calendar_domain(None, Some("veedor.example.net")), Ok("veedor.example.net".into()));
    assert_eq!(hosted.calendar_domain(Some("example.org"), None), Ok("veedor.example.net".into()));
    // Where mail went out first, calendars follow it, also after mail is given up.
    let store = open(&dir.path().join("other"));
    assert_eq!(store.calendar_domain(Some("example.org"), None), Ok("example.org".into()));
    assert_eq!(store.calendar_domain(None, None), Ok("example.org".into()));
    assert_eq!(store.mail_domain("otro.example.com"), Ok("example.org".into()));
}
