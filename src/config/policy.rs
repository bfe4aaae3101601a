//! The privacy in force for a case: the shipped rules of its jurisdiction, and what the operator adds or turns off.
//!
//! Put together when a message is first written for a jurisdiction: a command that sends nothing compiles no pattern. Pure after that.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::about::Profile;
use crate::domain::case::CaseRef;
use crate::domain::privacy::Policy;
use crate::domain::redact::Words;
use crate::meaning::privacy::{MINOR, Rules, shipped};

use super::Config;
use super::privacy::Wish;

/// The policies of a configuration, by jurisdiction.
#[derive(Debug)]
pub struct Policies {
    wish: Wish,
    made: Mutex<HashMap<String, Arc<Policy>>>,
}

impl Policies {
    pub(super) fn new(wish: Wish) -> Self {
        Self { wish, made: Mutex::default() }
    }

    /// Those of a profile, without anything of an operator's.
    pub fn of_profile(profile: Profile) -> Self {
        Self::new(Wish::of_profile(profile))
    }

    /// What holds for the cases of a jurisdiction; for one without rules of its own, those of all.
    pub fn of(&self, jurisdiction: &str) -> Arc<Policy> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let policy = made.entry(jurisdiction.to_owned()).or_insert_with(|| Arc::new(self.wish.over(&shipped(jurisdiction))));
        Arc::clone(policy)
    }
}

impl Config {
    /// What holds for a case, watched or not.
    pub fn policy_of(&self, case: &CaseRef) -> Arc<Policy> {
        let jurisdiction = self.source_of(case).map_or("", |source| source.recipe.jurisdiction.as_str());
        self.privacy.of(jurisdiction)
    }
}

impl Wish {
    fn over(&self, shipped: &Rules) -> Policy {
        let is_on = |id: &String| !self.off.contains(id);
        let roles = |wanted: &dyn Fn(&str) -> bool| {
            let of_class = shipped.roles.iter().filter(|(class, _)| wanted(class));
            of_class.map(|(_, pattern)| pattern.clone()).collect()
        };
        Policy {
            naming: self.naming,
            rules: shipped.rules.iter().filter(|rule| is_on(&rule.id)).chain(&self.rules).cloned().collect(),
            lists: self.lists.clone(),
            public_roles: roles(&|class| self.public_roles.iter().any(|role| role == class)),
            minor_roles: roles(&|class| class == MINOR),
            minor: Words { es: "[NNA]".to_owned(), en: "[minor]".to_owned() },
            institutions: Arc::new(shipped.institutions.clone()),
            common: Arc::new(shipped.common.clone()),
            public_names: self.public_names.clone(),
            withholds: shipped.withholds.iter().filter(|class| is_on(&class.id)).chain(&self.withholds).cloned().collect(),
            excerpt_chars: self.excerpt_chars,
        }
    }
}
