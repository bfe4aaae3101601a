//! Case numbers: what people type, understood by a recipe's pattern.
//!
//! Called by `config`, the commands and the dashboard through [`Recipe::number`](super::Recipe::number). It does not
//! ask the source whether the case exists.

use std::sync::Arc;

use regex::Regex;

use super::filter::Table;
use crate::domain::case::{CaseNumber, Parts};
use crate::domain::sentence;

/// The `[number]` table of a recipe.
#[derive(Debug, Clone)]
pub struct NumberFormat {
    /// Matches a whole tidied number; its named groups are the parts.
    pub pattern: Regex,
    /// Its groups.
    pub groups: Vec<Group>,
    /// What must hold of the parts beside the pattern.
    pub checks: Vec<Check>,
    /// How the source wants it, `{part}` by `{part}`.
    pub compact: String,
    /// How people write it.
    pub canonical: String,
    /// Whether lower case is as good as upper case.
    pub uppercase: bool,
    /// Whether upper case is as good as lower case.
    pub lowercase: bool,
    /// Whether white space means nothing.
    pub drop_spaces: bool,
    /// What a number consists of, completing "expected …".
    pub shape: String,
    /// An example.
    pub example: String,
    /// Sentences for well-known mistakes: a pattern over the tidied number, and what to say.
    pub hints: Vec<(Regex, String)>,
}

/// A group of the pattern, and what becomes of its text.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its name, shared by all numbers.
    pub name: Arc<str>,
    /// The text when it matched nothing.
    pub default: String,
    /// Whether zeros on the left mean nothing.
    pub unpad: bool,
    /// With how many characters it is written, filled up with zeros on the left.
    pub pad: usize,
}

/// What a pattern cannot say of a number.
#[derive(Debug, Clone)]
pub struct Check {
    /// What must hold.
    pub test: Test,
    /// What to say when it does not.
    pub say: String,
}

/// What a check asks of a form that is filled with the parts.
#[derive(Debug, Clone)]
pub enum Test {
    /// Its digits, read as one number, leave 1 when divided by 97 (ISO 7064 MOD 97-10).
    Mod97(String),
    /// It is a key of the table.
    In(String, Arc<Table>),
    /// It matches.
    Matches(String, Regex),
}

impl Group {
    /// A group whose text stays as it is.
    pub fn plain(name: Arc<str>) -> Self {
        Self { name, default: String::new(), unpad: false, pad: 0 }
    }

    fn settled(&self, matched: &str) -> Box<str> {
        let text = if matched.is_empty() { self.default.as_str() } else { matched };
        let bare = text.trim_start_matches('0');
        // A part that is zero keeps one.
        let text = if self.unpad { if bare.is_empty() { &text[..text.len().min(1)] } else { bare } } else { text };
        zeros(text, self.pad).into()
    }
}

impl Test {
    fn holds(&self, parts: &Parts) -> bool {
        match self {
            Self::Mod97(form) => {
                let digits: Vec<u32> = fill(form, parts).chars().filter_map(|c| c.to_digit(10)).collect();
                digits.iter().fold(0, |rest, digit| (rest * 10 + digit) % 97) == 1
            }
            Self::In(form, table) => table.contains_key(&fill(form, parts)),
            Self::Matches(form, pattern) => pattern.is_match(&fill(form, parts)),
        }
    }
}

impl NumberFormat {
    /// Whether a text, read as a number, names this case: `71/2026` is `071/2026`.
    pub fn names(&self, text: &str, number: &CaseNumber) -> bool {
        self.parts_of(&self.tidy(text)).is_ok_and(|parts| fill(&self.compact, &parts) == number.compact)
    }

    /// Whether a text is a case number, of whatever case.
    pub fn is_one(&self, text: &str) -> bool {
        self.parts_of(&self.tidy(text)).is_ok()
    }

    /// Understands what was typed, or says in one sentence what a number looks like.
    pub fn read(&self, title: &str, typed: &str) -> Result<CaseNumber, String> {
        let tidied = self.tidy(typed);
        if tidied.is_empty() {
            return Err(sentence::NUMBER_MISSING.with(&[&title, &self.shape, &self.example]));
        }
        match self.parts_of(&tidied) {
            Ok(parts) => Ok(CaseNumber { compact: fill(&self.compact, &parts), canonical: fill(&self.canonical, &parts), parts }),
            Err(Some(hint)) => Err(sentence::NUMBER_NOT_SO.with(&[&clip(typed.trim()), &title, &hint, &self.shape, &self.example])),
            Err(None) => Err(sentence::NO_NUMBER.with(&[&clip(typed.trim()), &title, &self.shape, &self.example])),
        }
    }

    /// The parts of a tidied number, else what is known of the mistake.
    fn parts_of(&self, tidied: &str) -> Result<Parts, Option<&str>> {
        let found = self.pattern.captures(tidied).filter(|found| found.get(0).is_some_and(|whole| whole.len() == tidied.len()));
        let Some(found) = found else {
            return Err(self.hints.iter().find(|(pattern, _)| pattern.is_match(tidied)).map(|(_, say)| say.as_str()));
        };
        let matched = |group: &Group| found.name(&group.name).map(|part| part.as_str()).unwrap_or_default();
        let parts: Parts = self.groups.iter().map(|group| (group.name.clone(), group.settled(matched(group)))).collect();
        match self.checks.iter().find(|check| !check.test.holds(&parts)) {
            Some(check) => Err(Some(&check.say)),
            None => Ok(parts),
        }
    }

    fn tidy(&self, typed: &str) -> String {
        let dashes = |c: char| if matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}') { '-' } else { c };
        let invisible = |c: &char| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}');
        let text: String =
            typed.trim().chars().filter(invisible).filter(|c| !(self.drop_spaces && c.is_whitespace())).map(dashes).collect();
        match (self.uppercase, self.lowercase) {
            (true, _) => text.chars().flat_map(upper).collect(),
            (_, true) => text.to_ascii_lowercase(),
            _ => text,
        }
    }
}

/// The capital of a letter, unless that makes a letter of the alphabet of one that is none: `ſ` is no `S`.
fn upper(c: char) -> impl Iterator<Item = char> {
    let is_kept = !c.is_ascii() && c.to_uppercase().all(|upper| upper.is_ascii());
    is_kept.then_some(c).into_iter().chain(c.to_uppercase().filter(move |_| !is_kept))
}

/// Puts parts into a form such as `{court}-{year}`. What stands in braces within a part is text, whatever it says.
pub fn fill(form: &str, parts: &Parts) -> String {
    let (mut filled, mut rest) = (String::new(), form);
    while let Some((before, from)) = rest.split_once('{') {
        filled.push_str(before);
        let part = from.split_once('}').and_then(|(name, after)| Some((parts.get(name)?, after)));
        match part {
            Some((value, after)) => {
                filled.push_str(value);
                rest = after;
            }
            None => {
                filled.push('{');
                rest = from;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// A text with zeros on the left until it has this many characters; an empty one stays empty.
pub fn zeros(text: &str, length: usize) -> String {
    let lacking = length.saturating_sub(text.chars().count());
    if text.is_empty() { String::new() } else { "0".repeat(lacking) + text }
}

/// The names of a pattern's groups.
pub fn names(pattern: &Regex) -> Vec<Arc<str>> {
    pattern.capture_names().flatten().map(Arc::from).collect()
}

fn clip(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Parts, fill};
    use crate::recipe::{Next, Recipe, Refusal, Step};

    #[test]
    fn what_somebody_typed_in_braces_is_no_part() {
        let parts: Parts = [("court", "{year}{"), ("year", "2024}")].into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        assert_eq!(fill("{court}-{year}/{other}{", &parts), "{year}{-2024}/{other}{");
    }

    /// Brazil's numbers: one digit in ten thousand mistypings passes; the court decides about the host.
    const CNJ: &str = r#"
id = "xx-numbers"
title = "A court"
jurisdiction = "xx"
language = "en"
timezone = "UTC"
base_url = "https://{{ number.segment }}-{{ number.court }}.{{ number.court | lookup: 'hosts' }}/api/"
case_url = "https://court.example/{{ number.compact }}"
[tables.hosts]
"26" = "sp.example"
"19" = "rj.example"
"99" = "not a host"
[tables.courts]
"8.26" = "tjsp"
"8.19" = "tjrj"
"8.98" = "no host"
"8.99" = "no host either"
[number]
pattern = '(?<serial>\d{1,7})-?(?<check>\d\d)\.?(?<year>\d{4})\.?(?<segment>\d)\.?(?<court>\d\d)\.?(?<origin>\d{4})(?:/(?<part>\d+))?'
compact = "{serial}{check}{year}{segment}{court}{origin}.{part}"
canonical = "{serial}-{check}.{year}.{segment}.{court}.{origin}/{part}"
shape = "digits"
example = "1000001-20.2023.8.26.0100"
defaults = { part = "0" }
pad = { serial = 7 }
unpad = ["part"]
[[number.check]]
mod97 = "{serial}{year}{segment}{court}{origin}{check}"
say = "its check digits do not fit"
[[number.check]]
value = "{segment}.{court}"
table = "courts"
say = "no court has these digits"
[[number.check]]
value = "{part}"
matches = '^\d{1,3}$'
say = "no case has so many parts"
[[step]]
id = "case"
get = "/case/{{ number.compact }}"
echo = { json = "$.n", number = true, required = true }
[entries]
from = "case"
each = "$.rows[*]"
key = ["{{ id }}"]
title = "{{ t }}"
"#;

    /// With check digits that fit.
    fn typed(serial: &str, court: &str, part: &str) -> String {
        let rest = format!("{serial:0>7}20238{court}0100").bytes().fold(0u32, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
        format!("{serial}-{:02}.2023.8.{court}.0100{part}", 98 - rest * 100 % 97)
    }

    fn recipe() -> Recipe {
        let example = typed("1000001", "26", "");
        Recipe::parse("cnj.toml", &CNJ.replace("1000001-20.2023.8.26.0100", &example)).unwrap()
    }

    #[test]
    fn parts_are_completed_and_one_case_has_one_number() {
        let recipe = recipe();
        let number = recipe.number(&typed("71", "26", "/007")).unwrap();
        assert_eq!(number.canonical, typed("0000071", "26", "/7"));
        for same in [typed("071", "26", "/7"), typed("0000071", "26", "/07")] {
            assert_eq!(recipe.number(&same).unwrap(), number, "{same}");
        }
        let (none, zero) = (recipe.number(&typed("71", "26", "")).unwrap(), recipe.number(&typed("71", "26", "/000")).unwrap());
        assert_eq!((none.parts.get("part"), &none), (Some("0"), &zero));
        assert_ne!(none, number);
    }

    #[test]
    fn what_a_pattern_cannot_say_is_checked_and_said() {
        let recipe = recipe();
        let right = typed("1000001", "26", "");
        for at in right.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at) {
            let mut wrong = right.clone().into_bytes();
            wrong[at] = b'0' + (wrong[at] - b'0' + 1) % 10;
            let wrong = String::from_utf8(wrong).unwrap();
            let why = recipe.number(&wrong).unwrap_err();
            assert!(why.contains("(its check digits do not fit): expected digits"), "{wrong}: {why}");
        }
        for (typed, say) in [
            (typed("1", "97", ""), "no court has these digits"),
            (typed("1", "26", "/1000"), "no case has so many parts"),
            (typed("1", "98", ""), "no address is known for 0000001-"),
            (typed("1", "99", ""), "no address is known for 0000001-"),
        ] {
            let why = recipe.number(&typed).unwrap_err();
            assert!(why.contains(say), "{typed}: {why}");
        }
    }

    #[test]
    fn an_address_may_depend_on_the_number_and_a_mirror_stands_for_all_of_them() {
        let recipe = recipe();
        let url = |recipe: &Recipe, court: &str| {
            let number = recipe.number(&typed("1", court, "")).unwrap();
            match recipe.next(&number, &[]) {
                Next::Ask(request) => request.url.split("/case/").next().unwrap_or_default().to_owned(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!((url(&recipe, "26"), url(&recipe, "19")), ("https://8-26.sp.example/api".into(), "https://8-19.rj.example/api".into()));
        let mirror = recipe.with_base_url("http://127.0.0.1:9/");
        assert_eq!((url(&mirror, "26"), url(&mirror, "98")), ("http://127.0.0.1:9".into(), "http://127.0.0.1:9".into()));
    }

    #[test]
    fn an_answer_may_write_the_number_in_its_own_way() {
        let recipe = recipe();
        let number = recipe.number(&typed("71", "26", "")).unwrap();
        let outcome = |shown: &str| {
            let body = serde_json::json!({"n": shown, "rows": [{"id": 1, "t": "x"}]}).to_string();
            recipe.step(&number, &[crate::recipe::fixtures::page("case", 200, "application/json", body.as_bytes())])
        };
        for shown in [typed("0071", "26", "/0"), typed("71", "26", "").replace(['.', '-'], "")] {
            assert!(matches!(outcome(&shown), Step::Done(_)), "{shown}");
        }
        for shown in [typed("72", "26", ""), typed("71", "19", ""), typed("71", "26", "/1"), "71".to_owned(), String::new()] {
            assert!(matches!(outcome(&shown), Step::Refused(Refusal::Unreadable { .. })), "{shown}");
        }
    }
}
