//! Which case a text of a docket names, by the number formats of all sources of its jurisdiction.
//!
//! Asked by `daemon::record` for the few texts that stand beside a linking word. The choice among sources is `recipe`'s; here it is
//! said which cases are watched.

use crate::domain::case::Watch;
use crate::domain::link::Named;
use crate::recipe::{is_described, named_case};

use super::Config;

impl Config {
    /// What a text in a docket of this case names, if it is a case number of the same jurisdiction. A case that describes its own source
    /// has no number that a court would write.
    pub fn named(&self, watch: &Watch, text: &str) -> Option<Named> {
        let own = self.source_of(&watch.case).filter(|_| !is_described(&watch.case.source))?;
        let recipes = self.sources.values().map(|source| &source.recipe);
        named_case(recipes, (&own.recipe, &watch.number), text, |case| self.watch(case).is_some())
    }
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
