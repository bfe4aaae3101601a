//! Which case a text of a docket names, by the number formats of all sources of its jurisdiction.
//!
//! Asked by `daemon::record` for the few texts that stand beside a linking word. It tells the case apart from others; whether it
//! exists is for its court to say, and nobody is asked.

use crate::domain::case::{CaseNumber, CaseRef, Watch};
use crate::domain::link::{Named, OtherCase};
use crate::recipe::is_described;

use super::{Config, Source};

/// No case number; a format that takes it for one takes anything.
const NONSENSE: &str = "zz";

/// Numbers with so many digits name their court, and are given to one case of the country.
const UNIQUE_DIGITS: usize = 13;

impl Config {
    /// What a text in a docket of this case names, if it is a case number of the same jurisdiction. Of several sources that know such
    /// numbers a watched case comes first, then the case's own source, then one that is polled.
    pub fn named(&self, watch: &Watch, text: &str) -> Option<Named> {
        let own = self.source_of(&watch.case).filter(|_| !is_described(&watch.case.source))?;
        let jurisdiction = &own.recipe.jurisdiction;
        let of_jurisdiction = self.sources.values().filter(|source| source.recipe.jurisdiction == *jurisdiction);
        let mut found: Vec<(u8, &Source, CaseNumber)> = Vec::new();
        for source in of_jurisdiction {
            let Ok(number) = source.recipe.number(text) else { continue };
            if source.recipe.number(NONSENSE).is_ok() {
                continue;
            }
            if is_own(&watch.number, &number) {
                return Some(Named::Own);
            }
            let case = CaseRef { source: source.recipe.id.clone(), number: number.compact.clone() };
            let rank = match () {
                () if self.watch(&case).is_some() => 0,
                () if case.source == watch.case.source => 1,
                () if source.is_polled() => 2,
                () => 3,
            };
            found.push((rank, source, number));
        }
        let rank = found.iter().map(|(rank, ..)| *rank).min()?;
        let mut best: Vec<_> = found.into_iter().filter(|(other, ..)| *other == rank).collect();
        best.sort_by(|a, b| a.1.recipe.id.cmp(&b.1.recipe.id));
        // Where several courts have short numbers of that look, nobody knows whose it is; a long one is one case wherever it is shown.
        let is_of_all = text.chars().filter(char::is_ascii_digit).count() >= UNIQUE_DIGITS;
        if best.len() > 1 && !is_of_all {
            return None;
        }
        let (rank, source, number) = best.into_iter().next()?;
        let case = CaseRef { source: source.recipe.id.clone(), number: number.compact };
        Some(Named::Other(OtherCase { case, number: number.canonical, watched: rank == 0 }))
    }
}

/// Whether both are one number, at whatever source: courts leave out the letter at the end, and zeros.
fn is_own(own: &CaseNumber, other: &CaseNumber) -> bool {
    own.compact == other.compact || bare(&own.canonical) == bare(&other.canonical)
}

/// The parts of a number without zeros before and letters behind them.
fn bare(number: &str) -> Vec<String> {
    let parts = number.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    let tidy = |part: &str| part.trim_start_matches('0').trim_end_matches(|c: char| c.is_alphabetic()).to_uppercase();
    parts.map(|part| if part.chars().any(|c| c.is_ascii_digit()) { tidy(part) } else { part.to_uppercase() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(cases: &[(&str, &str)]) -> Config {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("w.toml");
        let list: String =
            cases.iter().map(|(source, number)| format!("[[case]]\nsource = \"{source}\"\nnumber = \"{number}\"\n")).collect();
        std::fs::write(&file, list).expect("a list");
        Config::load(&file).expect("good").config
    }

    fn named(config: &Config, text: &str) -> String {
        match config.named(&config.cases[0], text) {
            None => "no number".to_owned(),
            Some(Named::Own) => "own".to_owned(),
            Some(Named::Other(other)) => {
                format!("{} {}{}", other.case.source, other.number, if other.watched { " watched" } else { "" })
            }
        }
    }

    #[test]
    fn a_text_names_a_case_of_the_jurisdiction_by_the_formats_of_its_sources() {
        let ec = config(&[("ec-esatje", "17721-2019-00029G"), ("ec-esatje", "09281-2024-00123")]);
        for (text, expected) in [
            ("17721-2024-00011G", "ec-esatje 17721-2024-00011G"),
            ("17721202400011G", "ec-esatje 17721-2024-00011G"),
            ("09281-2024-00123", "ec-esatje 09281-2024-00123 watched"),
            ("170101824010001", "ec-fiscalia 170101824010001"),
            ("1234-20-EP", "ec-corte-constitucional 1234-20-EP"),
            // Its own number in other spellings.
            ("17721-2019-00029G", "own"),
            ("17721-2019-00029", "own"),
            ("17721 - 2019 - 00029g", "own"),
            ("17721-2019-0029", "own"),
            // A cédula, a telephone, an article and a law are none.
            ("1712345678", "no number"),
            ("0991234567", "no number"),
            ("1790012345001", "no number"),
            ("Art. 573", "no number"),
            ("2024-00011", "no number"),
        ] {
            assert_eq!(named(&ec, text), expected, "{text}");
        }
    }

    #[test]
    fn check_digits_must_fit_and_the_same_number_at_another_instance_is_the_same_case() {
        let br = config(&[("br-esaj", "1999949-47.2024.8.26.0346")]);
        assert_eq!(named(&br, "1999949-47.2024.8.26.0346"), "own");
        assert_eq!(named(&br, "0722391-40.2017.8.07.0001"), "br-datajud 0722391-40.2017.8.07.0001");
        assert_eq!(named(&br, "0722391-41.2017.8.07.0001"), "no number");
        // Nor is a question to a search a number.
        assert_eq!(named(&config(&[("uk-fcl", "[2024] UKSC 12")]), "the appellant"), "no number");
    }
}
