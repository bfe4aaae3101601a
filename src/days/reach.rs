//! Whom a day off concerns: regions, matters, places, and who is in custody.
//!
//! Every holiday, recess and suspension of a [`Calendar`](super::Calendar) carries a [`Reach`]; it is asked once for each scope and
//! not once a day. What is not known of a case never brings it within a reach: a recess of civil courts does not stop the time of a case
//! whose matter nobody knows.

use crate::domain::fold::fold;

/// Which court and matter a day is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The region of the court as the calendar names it, such as `sierra`. Without one, that of `place`.
    pub region: Option<String>,
    /// The matter as the calendar names it, such as `penal`, `civil`, `familia`.
    pub matter: Option<String>,
    /// The canton, province or state of the court by name, or the code of the court.
    pub place: Option<String>,
    /// Whether somebody is in custody in the case.
    pub detained: bool,
}

/// A scope as it is compared: every word folded, the region worked out.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The region.
    pub region: Option<String>,
    /// The matter.
    pub matter: Option<String>,
    /// The ids of the places that are meant.
    pub places: Vec<String>,
    /// Whether somebody is in custody.
    pub detained: bool,
}

/// Whom a rule concerns; an empty list concerns everyone. Words are folded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// Only these regions.
    pub regions: Vec<String>,
    /// Only these matters.
    pub matters: Vec<String>,
    /// Every matter but these.
    pub except_matters: Vec<String>,
    /// Only these places, by id.
    pub places: Vec<String>,
    /// Not where somebody is in custody.
    pub except_detained: bool,
}

impl Reach {
    /// Whether it concerns everyone.
    pub fn is_everyone(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it concerns a scope.
    pub fn covers(&self, asked: &Asked) -> bool {
        let among = |list: &[String], word: Option<&String>| list.is_empty() || word.is_some_and(|word| list.contains(word));
        let excepted = match &asked.matter {
            Some(matter) => self.except_matters.contains(matter),
            None => !self.except_matters.is_empty(),
        };
        among(&self.regions, asked.region.as_ref())
            && among(&self.matters, asked.matter.as_ref())
            && !excepted
            && (self.places.is_empty() || asked.places.iter().any(|place| self.places.contains(place)))
            && !(self.except_detained && asked.detained)
    }
}

/// A word as it is compared.
pub fn word(text: &str) -> String {
    fold(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| word(text)).collect()
    }

    #[test]
    fn what_is_not_known_is_not_reached() {
        let of = |matter: Option<&str>| Asked { matter: matter.map(word), ..Asked::default() };
        let recess = Reach { except_matters: words(&["penal", "familia"]), ..Reach::default() };
        for (matter, expected) in [(Some("civil"), true), (Some("Penal"), false), (Some("familia"), false), (None, false)] {
            assert_eq!(recess.covers(&of(matter)), expected, "{matter:?}");
        }
        let only = Reach { matters: words(&["penal"]), ..Reach::default() };
        assert_eq!([Some("penal"), Some("civil"), None].map(|matter| only.covers(&of(matter))), [true, false, false]);
    }

    #[test]
    fn regions_places_and_custody_narrow_it() {
        let reach = Reach { regions: words(&["sierra"]), places: words(&["quito"]), except_detained: true, ..Reach::default() };
        let here = Asked { region: Some(word("Sierra")), places: words(&["Quito", "pichincha"]), ..Asked::default() };
        assert!(reach.covers(&here));
        assert!(!reach.covers(&Asked { detained: true, ..here.clone() }));
        assert!(!reach.covers(&Asked { region: Some(word("costa")), ..here.clone() }));
        assert!(!reach.covers(&Asked { places: words(&["cuenca"]), ..here }));
        assert!(Reach::default().is_everyone() && Reach::default().covers(&Asked::default()));
    }
}
