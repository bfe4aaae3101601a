//! What the entries of a case say: as it was kept, or read anew and kept for the next look.
//!
//! Called wherever a case is looked at as a whole: for what is due of it, its clocks, its hearings. What is kept is used when it bears the id
//! of this docket under these words, rules and this program, and in no other case, so nothing rests on what an older one said; what does not
//! read back, or cannot be kept, costs the time to read the docket and no more. Blocks.

use crate::delay::clocks::Rules;
use crate::delay::clocks::readings::Readings;
use crate::domain::docket::Docket;
use crate::meaning::Meaning;
use crate::store::{Cid, Store};

/// What the entries of a docket of a case say, by the rules and words of its court.
pub(super) fn of(store: &Store, rules: &Rules, meaning: &Meaning, cid: Cid, docket: &Docket) -> Readings {
    let id = rules.reading_id(docket, meaning);
    // A store that fails says so to whoever asks it for what cannot be had otherwise.
    let kept = store.readings(cid).ok().flatten();
    if let Some(readings) = kept.and_then(|bytes| Readings::from_bytes(&bytes, docket, id)) {
        return readings;
    }
    let readings = rules.readings(docket, meaning);
    store.keep_readings(cid, readings.to_bytes());
    readings
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::case::CaseRef;
    use crate::domain::docket::{Entry, EntryKey};
    use crate::store::open::Options;

    fn docket(texts: &[&str]) -> Docket {
        let entry = |(nth, text): (usize, &&str)| Entry {
            key: EntryKey(nth.to_string()),
            date: Some(jiff::civil::date(2026, 3, 2)),
            time: None,
            title: "PROVIDENCIA GENERAL (DECRETO)".to_owned(),
            text: (*text).to_owned(),
            documents: Vec::new(),
            annulled: false,
            withheld: None,
            notice_of: None,
            extra: Default::default(),
        };
        Docket { entries: texts.iter().enumerate().map(entry).collect(), ..Docket::default() }
    }

    /// A store with a case, the rules and the words of its court.
    fn court() -> (tempfile::TempDir, Store, Cid, Arc<Rules>, Arc<Meaning>) {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open(&dir.path().join("store"), Options::new(jiff::Timestamp::UNIX_EPOCH)).expect("opens");
        let case = CaseRef { source: "ec-esatje".into(), number: "17721202600001".into() };
        let cid = store.register(&[case]).expect("registers")[0];
        (dir, store, cid, Rules::shipped("ec"), Meaning::shipped("ec", "es"))
    }

    const SET: &str = "Se convoca a la audiencia de juicio para el 10 de marzo de 2026, a las 09h00.";
    const FAILED: &str = "Siento por tal que se declara fallida la audiencia de juicio por inasistencia del fiscal.";
    const NOTHING: &str = "Certifico.";

    /// Keeps of a case what the entries of another docket say as if this one said it: whoever uses it shows that it was not read anew.
    fn lie(store: &Store, rules: &Rules, meaning: &Meaning, cid: Cid, (docket, other): (&Docket, &Docket)) -> Readings {
        let mut bytes = rules.readings(other, meaning).to_bytes();
        let id = rules.reading_id(docket, meaning);
        let at = bytes.windows(id.len()).position(|bytes| bytes == rules.reading_id(other, meaning)).expect("it bears its id");
        bytes[at..at + id.len()].copy_from_slice(&id);
        store.keep_readings(cid, bytes.clone());
        store.settle();
        Readings::from_bytes(&bytes, docket, id).expect("it fits")
    }

    #[test]
    fn a_docket_is_read_once_and_anew_when_it_or_the_rules_changed() {
        let (_dir, store, cid, rules, meaning) = court();
        let (first, other) = (docket(&[NOTHING, SET]), docket(&[NOTHING, NOTHING]));
        let truth = rules.readings(&first, &meaning);
        assert_eq!(of(&store, &rules, &meaning, cid, &first), truth);
        store.settle();
        assert_eq!(store.readings(cid), Ok(Some(truth.to_bytes())), "it is kept");
        let lie = |docket: &Docket| lie(&store, &rules, &meaning, cid, (docket, &other));
        let lied = lie(&first);
        assert_ne!(lied, truth);
        assert_eq!(of(&store, &rules, &meaning, cid, &first), lied, "what is kept is used");
        // The same version, read anew by a mended recipe.
        let mended = docket(&[FAILED, SET]);
        lie(&first);
        assert_eq!(of(&store, &rules, &meaning, cid, &mended), rules.readings(&mended, &meaning));
        // The operator's own rules, and other words.
        lie(&first);
        let own = rules.with("own.toml", "jurisdiction = \"ec\"\nversion = \"own\"\n").expect("it compiles");
        assert_eq!(of(&store, &own, &meaning, cid, &first), own.readings(&first, &meaning));
        lie(&first);
        let english = Meaning::shipped("us", "en");
        assert_eq!(of(&store, &rules, &english, cid, &first), rules.readings(&first, &english));
        // What was read anew is what is kept from then on.
        store.settle();
        assert_eq!(store.readings(cid), Ok(Some(rules.readings(&first, &english).to_bytes())));
    }

    #[test]
    fn a_row_that_is_damaged_or_says_nothing_costs_a_reading_and_no_more() {
        let (_dir, store, cid, rules, meaning) = court();
        let docket = docket(&[FAILED, SET]);
        let truth = rules.readings(&docket, &meaning);
        let whole = truth.to_bytes();
        let kept: [Option<&[u8]>; 4] = [None, Some(b""), Some(b"nothing"), Some(&whole[..whole.len() - 1])];
        for bytes in kept {
            match bytes {
                Some(bytes) => store.keep_readings(cid, bytes.to_vec()),
                None => store.spoil_readings(cid),
            }
            store.settle();
            assert_eq!(store.readings(cid).is_err(), bytes.is_none());
            assert_eq!(of(&store, &rules, &meaning, cid, &docket), truth);
            store.settle();
            assert_eq!(store.readings(cid), Ok(Some(truth.to_bytes())));
        }
    }
}
