//! Operators' own rules for clocks: `clocks/*.toml` beside the watch list, each on top of the shipped rules of its jurisdiction.
//!
//! A newsroom can mend a rule, or add one with the words of its court, the day a law changes. Their problems come out with those of
//! the watch list.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::delay::clocks::Rules;
use crate::diag::Problem;

use super::beside;
use super::scope::Scope;

/// The rules of the jurisdictions for which an operator has some.
pub(super) type Limits = BTreeMap<String, Arc<Rules>>;

/// Reads them; mistakes are added to `problems`.
pub(super) fn read(scope: &Scope<'_>, jurisdictions: &[&str], problems: &mut Vec<Problem>) -> Limits {
    let mut limits = Limits::new();
    for (jurisdiction, text) in beside::read(scope, "clocks", jurisdictions, problems) {
        let base = limits.get(&jurisdiction).cloned().unwrap_or_else(|| Rules::shipped(&jurisdiction));
        match base.with(&text.name, &text.text) {
            Ok(rules) => drop(limits.insert(jurisdiction, Arc::new(rules))),
            Err(found) => problems.extend(found),
        }
    }
    limits
}

#[cfg(test)]
mod tests {
    use super::super::tests::load_files;

    const LIST: &str = "[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2019-00029G\"\n";

    const OWN: &str = "jurisdiction = \"ec\"\nversion = \"mesa judicial\"\n[[event]]\nid = \"own_event\"\ntitle = [\"own\"]\nwhy = \"w\"\n\
        examples = [{ title = \"OWN\" }]\ncounter = [{ title = \"X\" }]\n";

    #[test]
    fn own_rules_stand_on_top_of_the_shipped_ones() {
        let list = format!("{LIST}[[case.event]]\nevent = \"own_event\"\ndate = \"2026-01-01\"\nnote = \"x\"\n");
        let (config, errors, _) = load_files(&[("w.toml", &list), ("clocks/ec.toml", OWN)]);
        let config = config.unwrap_or_else(|| panic!("{errors:?}"));
        let rules = config.rules_of(&config.cases[0].case);
        assert!(rules.version().ends_with("+ mesa judicial") && rules.all().count() >= 20, "{}", rules.version());
    }

    #[test]
    fn their_mistakes_come_out_with_the_watch_list() {
        for (text, says) in [
            ("version = \"x\"\n", "does not say for which jurisdiction"),
            ("jurisdiction = \"xx\"\nversion = \"x\"\n", "no source is of the jurisdiction \"xx\""),
            ("jurisdiction = \"ec\"\nversion = \"x\"\n[[rule]]\nid = \"A\"\n", "has no `title`"),
        ] {
            let (_, errors, _) = load_files(&[("w.toml", LIST), ("clocks/own.toml", text)]);
            assert!(errors.iter().any(|error| error.contains(says)), "{says}: {errors:?}");
        }
    }
}
