//! The ordered rules that turn an entry's title, class, origin and text into event kinds and an actor.
//!
//! Read from `jurisdictions/<id>/lexicon.toml` and `jurisdictions/lang/*.toml`; asked by
//! [`Meaning::classify`](super::Meaning::classify). Every rule carries its reason and examples, which a test runs. Dates are
//! not its business.

use crate::diag::{At, Reader};
use crate::domain::event::{Actor, EventKind};
use crate::domain::hearing::HearingStatus;

use super::language::Language;
use super::phrase::Phrase;
use super::tokens::Tokens;

/// How much of a text stands for a missing title.
const TITLE_BYTES: usize = 150;

/// The ordered rules of one file.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    rules: Vec<Rule>,
    also_language: bool,
    title_in_text: bool,
}

/// One rule.
#[derive(Debug, Clone)]
pub struct Rule {
    kinds: Vec<EventKind>,
    actor: Option<Actor>,
    status: Option<HearingStatus>,
    tests: Vec<Test>,
    last: bool,
    weak: bool,
    hearings: bool,
    /// Entries to which the rule must apply.
    pub examples: Vec<Example>,
    /// Entries to which it must not.
    pub counter: Vec<String>,
}

/// An entry to try a rule on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Example {
    /// Its title.
    pub title: String,
    /// Its text.
    pub text: String,
    /// Its origin.
    pub origin: String,
    /// Its code.
    pub code: String,
}

#[derive(Debug, Clone)]
struct Test {
    field: Field,
    wanted: bool,
    phrases: Vec<Phrase>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Title,
    Class,
    Origin,
    Code,
    Text,
}

/// The fields of an entry, as tokens.
pub struct Fields<'t> {
    title: Tokens<'t>,
    class: Tokens<'t>,
    origin: Tokens<'t>,
    code: Tokens<'t>,
    text: Tokens<'t>,
}

/// What the rules say of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The kinds, without repeats.
    pub kinds: Vec<EventKind>,
    /// Kinds that count only when nothing else is known.
    pub weak: Vec<EventKind>,
    /// Who produced it.
    pub actor: Option<Actor>,
    /// What the title says of a hearing.
    pub status: Option<HearingStatus>,
    /// Whether hearings in the text are news: not in a filing, not in a notice.
    pub hearings: bool,
    /// Whether any rule applied.
    pub known: bool,
    /// Whether a rule was the last word.
    pub ended: bool,
}

impl Default for Verdict {
    fn default() -> Self {
        Self { kinds: Vec::new(), weak: Vec::new(), actor: None, status: None, hearings: true, known: false, ended: false }
    }
}

impl<'t> Fields<'t> {
    /// Reads the fields. The class is the tail in parentheses: `SENTENCIA (RESOLUCION)`.
    /// The origin and the code are those that a recipe keeps in `extra`.
    pub fn read(title: &'t str, [origin, code]: [&'t str; 2], text: &'t str, language: &Language) -> Self {
        let (name, class) = split_class(title);
        Self {
            title: Tokens::one_sentence(name, language),
            class: Tokens::one_sentence(class, language),
            origin: Tokens::one_sentence(origin, language),
            code: Tokens::one_sentence(code, language),
            text: Tokens::read(text, language),
        }
    }

    /// The text, for further reading.
    pub fn into_text(self) -> Tokens<'t> {
        self.text
    }

    fn of(&self, field: Field) -> &Tokens<'t> {
        match field {
            Field::Title => &self.title,
            Field::Class => &self.class,
            Field::Origin => &self.origin,
            Field::Code => &self.code,
            Field::Text => &self.text,
        }
    }
}

/// A title's name and its class.
pub fn split_class(title: &str) -> (&str, &str) {
    let title = title.trim();
    match title.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) {
        Some((name, class)) => (name.trim(), class.trim()),
        None => (title, ""),
    }
}

const FIELDS: [(&str, Field, bool); 7] = [
    ("title", Field::Title, true),
    ("class", Field::Class, true),
    ("origin", Field::Origin, true),
    ("code", Field::Code, true),
    ("text", Field::Text, true),
    ("unless_title", Field::Title, false),
    ("unless_class", Field::Class, false),
];

impl Lexicon {
    /// Reads the `[[rule]]` tables; mistakes go to the reader's sink.
    pub fn read(reader: &mut Reader<'_>) -> Self {
        let also_language = reader.flag("also_language").is_some_and(|flag| flag.value);
        let title_in_text = reader.flag("title_in_text").is_some_and(|flag| flag.value);
        Self { rules: reader.tables("rule").into_iter().map(Rule::read).collect(), also_language, title_in_text }
    }

    /// The title by which an entry is judged: where its courts begin the text with the name of the act, an entry without a title
    /// is judged by the first words of its text.
    pub fn title<'t>(&self, title: &'t str, text: &'t str) -> &'t str {
        if !self.title_in_text || !title.trim().is_empty() {
            return title;
        }
        let end = text.char_indices().map(|(at, _)| at).find(|at| *at >= TITLE_BYTES).unwrap_or(text.len());
        let head = &text[..end];
        if end == text.len() { head } else { head.rsplit_once(char::is_whitespace).map_or(head, |(words, _)| words) }
    }

    /// Whether the rules of the language are asked too where no rule of this file was the last word, and not only where none applied.
    pub fn adds_to_language(&self) -> bool {
        self.also_language
    }

    /// The rules in order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Adds to `verdict` what all rules that apply say together, up to the first that is the last word.
    pub fn judge(&self, fields: &Fields<'_>, mut verdict: Verdict) -> Verdict {
        for rule in self.rules.iter().filter(|rule| rule.applies(fields)) {
            verdict.known = true;
            let list = if rule.weak { &mut verdict.weak } else { &mut verdict.kinds };
            list.extend(rule.kinds.iter().copied());
            verdict.actor = verdict.actor.or(rule.actor);
            verdict.status = verdict.status.or(rule.status);
            verdict.hearings &= rule.hearings;
            if rule.last {
                verdict.ended = true;
                break;
            }
        }
        for list in [&mut verdict.kinds, &mut verdict.weak] {
            list.sort_unstable();
            list.dedup();
        }
        verdict
    }
}

impl Rule {
    /// Whether every field that the rule names is as it asks.
    pub fn applies(&self, fields: &Fields<'_>) -> bool {
        self.tests.iter().all(|test| test.phrases.iter().any(|phrase| phrase.is_in(fields.of(test.field))) == test.wanted)
    }

    /// Whether its kinds count only when nothing else is known.
    pub fn is_weak(&self) -> bool {
        self.weak
    }

    /// The kinds that it gives.
    pub fn kinds(&self) -> &[EventKind] {
        &self.kinds
    }

    fn read(mut table: Reader<'_>) -> Self {
        let kinds = texts(&mut table, "kinds", |name| {
            EventKind::parse(name).ok_or_else(|| {
                let names: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.name()).collect();
                let near = crate::diag::nearest(name, names).map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
                format!("unknown event kind \"{name}\"{near}")
            })
        });
        let actor = texts(&mut table, "actor", |name| Actor::parse(name).ok_or_else(|| format!("unknown actor \"{name}\"")));
        let status =
            texts(&mut table, "status", |name| HearingStatus::parse(name).ok_or_else(|| format!("unknown hearing status \"{name}\"")));
        let mut tests = Vec::new();
        for (key, field, wanted) in FIELDS {
            if table.has(key) {
                tests.push(Test { field, wanted, phrases: texts(&mut table, key, Phrase::parse) });
            } else {
                let _ = table.item(key);
            }
        }
        if !tests.iter().any(|test| test.wanted) {
            table.report("why", "a rule must look at a field", Some("add title, class, origin, code or text = [\"…\"]".to_owned()));
        }
        if kinds.is_empty() && actor.is_empty() {
            table.report("why", "a rule must give kinds or an actor", None);
        }
        table.required_text("why");
        let mut examples: Vec<Example> =
            table.texts("examples").unwrap_or_default().into_iter().map(|At { value, .. }| Example::titled(value)).collect();
        if table.has("cases") {
            examples.extend(table.tables("cases").into_iter().map(Example::read));
        }
        if examples.is_empty() {
            table.report("why", "a rule must carry an example", Some("add examples = [\"TITLE (CLASS)\"]".to_owned()));
        }
        let counter = table.texts("counter").unwrap_or_default().into_iter().map(|At { value, .. }| value).collect();
        let flag = |table: &mut Reader<'_>, key: &str, default: bool| table.flag(key).map_or(default, |flag| flag.value);
        let (last, weak, hearings) = (flag(&mut table, "last", false), flag(&mut table, "weak", false), flag(&mut table, "hearings", true));
        table.finish();
        Self { kinds, actor: actor.first().copied(), status: status.first().copied(), tests, last, weak, hearings, examples, counter }
    }
}

impl Example {
    fn titled(title: String) -> Self {
        Self { title, ..Self::default() }
    }

    fn read(mut table: Reader<'_>) -> Self {
        let mut text = |key: &str| table.text(key).map(|text| text.value).unwrap_or_default();
        let example = Self { title: text("title"), text: text("text"), origin: text("origin"), code: text("code") };
        table.finish();
        example
    }
}

fn texts<T>(table: &mut Reader<'_>, key: &str, read: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
    let mut values = Vec::new();
    for text in table.texts(key).unwrap_or_default() {
        match read(&text.value) {
            Ok(value) => values.push(value),
            Err(why) => table.sink().report(text.span, why, None),
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sink;

    #[test]
    fn every_mistake_of_a_rule_is_named_with_its_place() {
        let text = "[[rule]]\nkinds = [\"ruling.isued\"]\ntitle = [\"señal\"]\nwhy = \"x\"\nexamples = [\"A\"]\nlats = true\n";
        let sink = Sink::new("lexicon.toml", text);
        let document = crate::diag::parse(&sink).expect("TOML");
        Lexicon::read(&mut Reader::root(&document, &sink));
        let problems: Vec<String> =
            sink.into_problems().into_iter().map(|problem| format!("{}: {}", problem.line, problem.message)).collect();
        assert_eq!(problems.len(), 4, "{problems:?}");
        assert!(problems.iter().any(|problem| problem.contains("did you mean \"ruling.issued\"")), "{problems:?}");
        assert!(problems.iter().any(|problem| problem.starts_with("3: \"señal\"")), "{problems:?}");
        assert!(problems.iter().any(|problem| problem.contains("unknown key `lats`")), "{problems:?}");
    }

    #[test]
    fn the_class_is_the_tail() {
        for (title, name, class) in [
            ("SENTENCIA (RESOLUCION) ", "SENTENCIA", "RESOLUCION"),
            ("(RAZON)", "", "RAZON"),
            ("ESCRITO", "ESCRITO", ""),
            ("RAZON ENVIO A CITACIONES (UNO): BOLETA 1", "RAZON ENVIO A CITACIONES (UNO): BOLETA 1", ""),
        ] {
            assert_eq!(split_class(title), (name, class));
        }
    }
}
