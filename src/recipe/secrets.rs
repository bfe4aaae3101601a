//! What only the operator has: tokens and keys that a source asks for.
//!
//! A recipe names them and says how to get one; `config` reads them and hands them over. They go into headers of requests and
//! nowhere else: they print as `***`, and no page, store or fingerprint has them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::Recipe;
use super::value::Value;

/// The values by the names that the recipe gives them.
#[derive(Clone, Default)]
pub struct Secrets(BTreeMap<String, String>);

impl Secrets {
    /// For templates.
    pub(super) fn as_value(&self) -> Value<'_> {
        Value::Object(self.0.iter().map(|(name, value)| (Cow::from(name), Value::from(value.as_str()))).collect())
    }
}

impl FromIterator<(String, String)> for Secrets {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.keys().map(|name| (name, "***"))).finish()
    }
}

impl Recipe {
    /// The secrets that its requests carry: their names, and how to get one.
    pub fn secrets(&self) -> &[(String, String)] {
        &self.plan.secrets
    }

    /// The same recipe with the operator's secrets.
    pub fn with_secrets(mut self, secrets: Secrets) -> Self {
        self.secrets = secrets;
        self
    }

    /// Whether the operator gave this one.
    pub fn has_secret(&self, name: &str) -> bool {
        self.secrets.0.contains_key(name)
    }

    /// A secret that was not given, without which nothing may be asked.
    pub fn lacking_secret(&self) -> Option<&str> {
        self.plan.secrets.iter().map(|(name, _)| name.as_str()).find(|name| !self.has_secret(name))
    }
}
