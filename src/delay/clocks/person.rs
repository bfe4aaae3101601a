//! Who an entry concerns: the persons against whom a case runs, and which of them a text names.
//!
//! Used by [`found`](super::found). Names are compared as `domain::names` does. Two persons who share the words that a text holds are
//! told apart by the rest of their names, and where the text has no more than they share, it is unclear whom it means.

use std::collections::HashMap;
use std::ops::Range;

use crate::domain::docket::Docket;
use crate::domain::fold::fold;
use crate::domain::names::{Names, Worded};
use crate::meaning::Meaning;

/// How many words of a name must stand together: one alone may be anybody's.
const LEAST_WORDS: usize = 2;

/// The persons against whom a case runs, in the order of the docket; each once.
#[derive(Debug, Default)]
pub struct Persons {
    list: Vec<Person>,
    /// The words of all their names.
    all: Names,
}

#[derive(Debug)]
struct Person {
    name: String,
    key: Vec<String>,
    names: Names,
}

/// Whom something concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// Everybody: it names nobody.
    Everybody,
    /// These, by their places.
    These(Vec<usize>),
    /// Some of these, and the text does not say which.
    Unclear(Vec<usize>),
}

impl Persons {
    /// Those whom a docket names in the role of a defendant.
    pub fn of(docket: &Docket, meaning: &Meaning) -> Self {
        let mut persons = Self::default();
        // Sources write "." where a name is not known.
        let is_name = |name: &str| name.chars().filter(|c| c.is_alphabetic()).count() >= LEAST_WORDS;
        let mut roles: HashMap<&str, bool> = HashMap::new();
        let mut is_defendant = |role| *roles.entry(role).or_insert_with(|| meaning.is_defendant(role));
        for party in docket.parties.iter().filter(|party| is_defendant(party.role.as_str()) && is_name(&party.name)) {
            persons.place(&party.name);
        }
        persons
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether the docket names nobody against whom the case runs.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The name of one, as it was first written.
    pub fn name(&self, at: usize) -> Option<&str> {
        self.list.get(at).map(|person| person.name.as_str())
    }

    /// The place of a person of this name, who is added when nobody has it. The order of the words does not count.
    pub fn place(&mut self, name: &str) -> usize {
        let key = key(name);
        if let Some(at) = self.list.iter().position(|person| person.key == key) {
            return at;
        }
        // "Ana Pérez" of whoever pins an event, "PEREZ GOMEZ ANA MARIA" of the docket.
        let is_part = |person: &Person| key.len() >= LEAST_WORDS && key.iter().all(|word| person.key.contains(word));
        let mut parts = self.list.iter().enumerate().filter(|(_, person)| is_part(person)).map(|(at, _)| at);
        if let (Some(only), None) = (parts.next(), parts.next()) {
            return only;
        }
        let mut names = Names::default();
        names.add(name);
        self.all.add(name);
        self.list.push(Person { name: name.to_owned(), key, names });
        self.list.len() - 1
    }

    /// Whom a text names.
    pub fn named_in(&self, text: &str) -> Whom {
        let mut found: Vec<(usize, Range<usize>, usize)> = Vec::new();
        if !self.all.has_words(text, LEAST_WORDS) {
            return Whom::Everybody;
        }
        let words = Worded::new(text);
        for (at, person) in self.list.iter().enumerate() {
            let mentions = person.names.mentions_in(&words, |_| true).into_iter().filter(|mention| mention.words >= LEAST_WORDS);
            found.extend(mentions.map(|mention| (at, mention.range, mention.words)));
        }
        if found.is_empty() {
            return Whom::Everybody;
        }
        let meets = |a: &Range<usize>, b: &Range<usize>| a.start < b.end && b.start < a.end;
        let is_best =
            |(_, range, words): &&(usize, Range<usize>, usize)| found.iter().all(|(_, other, more)| !meets(range, other) || words >= more);
        let best: Vec<_> = found.iter().filter(is_best).collect();
        let is_shared = best.iter().any(|(at, range, _)| best.iter().any(|(other, there, _)| at != other && meets(range, there)));
        let mut places: Vec<usize> = best.iter().map(|(at, ..)| *at).collect();
        places.sort_unstable();
        places.dedup();
        if is_shared { Whom::Unclear(places) } else { Whom::These(places) }
    }
}

/// The words of a name without accents and case, in alphabetical order.
fn key(name: &str) -> Vec<String> {
    let mut words: Vec<String> =
        fold(name).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    words.sort_unstable();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brothers_are_told_apart_by_what_they_do_not_share() {
        let mut persons = Persons::default();
        for name in ["FICTICIO PRUEBA JUAN", "FICTICIO PRUEBA LUIS", "OTRA PERSONA ANA"] {
            persons.place(name);
        }
        for (text, whom) in [
            ("prisión preventiva de Ficticio Prueba Juan", Whom::These(vec![0])),
            ("a los hermanos Ficticio Prueba", Whom::Unclear(vec![0, 1])),
            ("Luis Ficticio Prueba y Ana Otra Persona", Whom::These(vec![1, 2])),
            ("a los procesados", Whom::Everybody),
            ("la señora Ana", Whom::Everybody),
        ] {
            assert_eq!(persons.named_in(text), whom, "{text}");
        }
    }

    #[test]
    fn a_dot_is_nobody_and_a_prosecutor_is_no_defendant() {
        use crate::domain::docket::Party;
        let party = |role: &str, name: &str| Party { role: role.into(), name: name.into() };
        let parties = vec![party("PROCESADO", "."), party("FISCALÍA", "FISCALIA GENERAL"), party("PROCESADA", "PERSONA FICTICIA")];
        let persons = Persons::of(&Docket { parties, ..Docket::default() }, &Meaning::shipped("ec", "es"));
        assert_eq!((persons.len(), persons.name(0)), (1, Some("PERSONA FICTICIA")));
    }

    #[test]
    fn a_name_is_one_person_in_whatever_order_and_however_much_of_it() {
        let mut persons = Persons::default();
        assert_eq!(persons.place("PÉREZ FICTICIA ANA MARÍA"), 0);
        assert_eq!(persons.place("Ana María Pérez Ficticia"), 0);
        assert_eq!(persons.place("Ana Perez"), 0);
        assert_eq!(persons.place("Ana"), 1, "one word may be anybody");
        assert_eq!((persons.len(), persons.name(0)), (2, Some("PÉREZ FICTICIA ANA MARÍA")));
    }

    proptest::proptest! {
        #[test]
        fn a_text_names_nobody_only_where_it_mentions_no_name(
            words in proptest::collection::vec("(PRUEBA|prueba|Ficticio|FICTICIA|JUAN|Juán|de|la|contra|[a-z]{1,9})[ ,.]{1,3}", 0..12),
        ) {
            let mut persons = Persons::default();
            for name in ["FICTICIO PRUEBA JUAN", "FICTICIA DE LA PRUEBA LUISA"] {
                persons.place(name);
            }
            let text = words.concat();
            let is_mentioned = |person: &Person| person.names.mentions(&text, |_| true).iter().any(|mention| mention.words >= LEAST_WORDS);
            proptest::prop_assert_eq!(persons.named_in(&text) == Whom::Everybody, !persons.list.iter().any(is_mentioned), "{}", text);
        }
    }
}
