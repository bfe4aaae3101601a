//! The `[[fact]]` tables: what the heading and the hearings of a docket say of its case, such as its matter.
//!
//! Read by [`Rules::parse`](super::Rules::parse), which puts what the operator says above it. What nothing says is not known, and a
//! rule that asks for it does not apply.

use crate::diag::Reader;
use crate::domain::case::Fact;
use crate::domain::docket::Docket;
use crate::meaning::Meaning;
use crate::meaning::phrase::Phrase;

use super::pattern::{hit, phrases, texts};
use super::read;

/// A `[[fact]]`: what the heading or the hearings of a docket say of its case.
#[derive(Debug, Clone)]
pub struct FactPattern {
    /// The name of the fact.
    pub name: String,
    value: Fact,
    /// What holds where the fields are there and no pattern of the fact takes them.
    otherwise: Option<Fact>,
    from: Vec<String>,
    hearing_type: Vec<String>,
    phrases: Vec<Phrase>,
    unless: Vec<Phrase>,
    /// Texts of which it holds.
    pub examples: Vec<String>,
    /// Texts of which it does not.
    pub counter: Vec<String>,
}

impl FactPattern {
    /// Reads one; `None` has been reported.
    pub fn read(mut table: Reader<'_>) -> Option<Self> {
        let name = table.required_text("name").map(|at| at.value);
        table.required("value", "true, a number or a text");
        let [value, otherwise] = ["value", "otherwise"].map(|key| table.item(key)?.as_value().and_then(read::fact));
        let from = texts(&mut table, "from");
        let hearing_type = texts(&mut table, "hearing_type");
        let [phrases, unless] = ["phrases", "unless"].map(|key| phrases(&mut table, key));
        let [examples, counter] = ["examples", "counter"].map(|key| texts(&mut table, key));
        let is_known_by_words = !from.is_empty() && !phrases.is_empty();
        if !is_known_by_words && hearing_type.is_empty() {
            table.report("name", "a fact must be known by something", Some("add from and phrases, or hearing_type".to_owned()));
        }
        if is_known_by_words && (examples.is_empty() || counter.is_empty()) {
            table.report("name", "a fact must carry examples and counter-examples", Some("add examples = [\"…\"] and counter".to_owned()));
        }
        table.required_text("why");
        table.finish();
        Some(Self { name: name?, value: value?, otherwise, from, hearing_type, phrases, unless, examples, counter })
    }

    /// Whether a field says so.
    pub fn is_said_by(&self, text: &str, meaning: &Meaning) -> bool {
        let tokens = meaning.title_words(text);
        hit(&self.phrases, &tokens).is_some() && hit(&self.unless, &tokens).is_none()
    }

    /// The value that the docket gives, and whether it is only what holds otherwise. `hearings` are the kinds of its hearings.
    pub fn of(&self, docket: &Docket, hearings: &[&str], meaning: &Meaning) -> Option<(Fact, bool)> {
        if hearings.iter().any(|kind| self.hearing_type.iter().any(|wanted| wanted == kind)) {
            return Some((self.value.clone(), false));
        }
        let fields: Vec<&str> = self.from.iter().filter_map(|name| field(docket, name)).collect();
        if fields.iter().any(|text| self.is_said_by(text, meaning)) {
            return Some((self.value.clone(), false));
        }
        self.otherwise.clone().filter(|_| !fields.is_empty()).map(|value| (value, true))
    }
}

/// A field above the list, by its name.
fn field<'d>(docket: &'d Docket, name: &str) -> Option<&'d str> {
    let heading = &docket.heading;
    let value = match name {
        "title" => heading.title.as_deref(),
        "court" => heading.court.as_deref(),
        "subject" => heading.subject.as_deref(),
        "status" => heading.status.as_deref(),
        other => heading.extra.get(other).map(String::as_str),
    };
    value.filter(|text| !text.trim().is_empty())
}
