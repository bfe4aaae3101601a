//! Where a court is: regions by the codes and names of their provinces, and places that have days of their own.
//!
//! Used by [`Calendar`](super::Calendar) to work out whom a rule concerns. It knows no court but those in the data.

use super::reach::{Asked, Scope, word};

/// The regions and places of a jurisdiction.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The regions.
    pub regions: Vec<Place>,
    /// The places with days of their own: cantons, states, cities.
    pub places: Vec<Place>,
}

/// A region or a place. Its words are folded.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its id as the file writes it.
    pub id: String,
    /// Its names, folded: of a region those of its provinces.
    pub names: Vec<String>,
    /// What the codes of its courts begin with.
    pub codes: Vec<String>,
    /// The name of its time zone, when it has one of its own.
    pub zone: Option<String>,
    /// The region in which a place lies.
    pub region: Option<String>,
}

impl Place {
    fn is(&self, text: &str, folded: &str) -> bool {
        let is_code = text.starts_with(|c: char| c.is_ascii_digit());
        if is_code { self.codes.iter().any(|code| text.starts_with(code.as_str())) } else { self.names.iter().any(|name| name == folded) }
    }
}

impl Places {
    /// The region of a place or a court code.
    pub fn region_of(&self, place: &str) -> Option<&str> {
        self.region(place).map(|region| region.id.as_str())
    }

    /// The zone of a place or a court code, where it has one of its own.
    pub fn zone_of(&self, place: &str) -> Option<&str> {
        let own = self.all(place).find_map(|place| place.zone.as_deref());
        own.or_else(|| self.region(place)?.zone.as_deref())
    }

    /// A scope as it is compared.
    pub fn asked(&self, scope: &Scope) -> Asked {
        let place = scope.place.as_deref().unwrap_or_default();
        let region = scope.region.as_deref().or_else(|| self.region_of(place));
        Asked {
            region: region.map(word),
            matter: scope.matter.as_deref().map(word),
            places: self.all(place).map(|place| word(&place.id)).collect(),
            detained: scope.detained,
        }
    }

    fn all(&self, place: &str) -> impl Iterator<Item = &Place> {
        let (text, folded) = (place.trim().to_owned(), word(place));
        self.places.iter().filter(move |known| known.is(&text, &folded))
    }

    fn region(&self, place: &str) -> Option<&Place> {
        let folded = word(place);
        let own = self.regions.iter().find(|region| word(&region.id) == folded || region.is(place.trim(), &folded));
        own.or_else(|| {
            let id = word(self.all(place).find_map(|place| place.region.as_deref())?);
            self.regions.iter().find(|region| word(&region.id) == id)
        })
    }
}
