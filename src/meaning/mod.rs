//! What a change means: lexicon, hearings and dates in running text, events.
//!
//! `daemon::poll` asks [`Meaning::events`] for the events of a visit, `veedor classify` asks [`mod@line`]. Everything that is
//! specific to a language or a court is data under `jurisdictions/`; the code knows how dates, verbs and rules combine.
//! Nothing here reads a clock, words a message or decides who is told.

pub mod calendar;
pub mod date;
mod details;
#[cfg(test)]
mod detectors;
pub mod disagreement;
#[cfg(test)]
mod dockets;
mod edit;
#[cfg(test)]
mod english;
mod events;
#[cfg(any(test, fuzzing))]
pub mod fuzzed;
mod hearing;
mod inactive;
mod instance;
mod integrity;
pub mod junk;
mod known;
mod labels;
pub mod language;
pub mod lexicon;
pub mod line;
mod links;
mod lives;
mod mention;
mod notices;
pub mod phrase;
#[cfg(test)]
mod portuguese;
pub mod privacy;
mod reasons;
pub mod resolve;
mod scene;
mod seen;
mod settings;
pub mod speech;
#[cfg(test)]
mod spellings;
pub mod time;
#[cfg(test)]
mod titles;
pub mod tokens;
#[cfg(test)]
mod vectors;
pub mod when;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::ToSpan;
use jiff::civil::Date;

use crate::days::Calendar;
use crate::diag::{Problem, Reader, Sink};
use crate::domain::docket::Entry;
use crate::domain::event::{Actor, EventKind};
use crate::domain::hearing::{HearingMention, HearingStatus};
use crate::domain::id::sha256;

pub use details::Heard;
pub use edit::passage;
use integrity::signs::Signs;
use labels::Labels;
use language::{Language, NumericOrder};
use lexicon::{Fields, Lexicon, Verdict};
use links::Links;
use reasons::Reasons;
use scene::Scene;
pub use seen::{Seen, instant, zone_of};
use speech::{Say, Speech};
use tokens::Tokens;

/// The compiled words of a jurisdiction and its language.
#[derive(Debug, Clone, Default)]
pub struct Meaning {
    language: Language,
    speech: Speech,
    lexicon: Lexicon,
    fallback: Lexicon,
    reasons: Reasons,
    links: Links,
    signs: Signs,
    matters: Labels,
    roles: Labels,
    days: Arc<Calendar>,
    /// SHA-256 over the texts that it was compiled from.
    digest: [u8; 32],
}

/// What an entry means.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What happened, without repeats; never empty.
    pub kinds: Vec<EventKind>,
    /// Who produced it.
    pub actor: Actor,
    /// The hearings that it speaks of, in the order of the text.
    pub hearings: Vec<HearingMention>,
}

/// Id, name of the file, text.
type Shipped = (&'static str, &'static str, &'static str);
/// By language and jurisdiction.
type Compiled = HashMap<(&'static str, &'static str), Arc<Meaning>>;

// `build.rs` lists the files under `jurisdictions/`.
const LANGUAGES: &[Shipped] = include!(concat!(env!("OUT_DIR"), "/languages.rs"));
const LEXICONS: &[Shipped] = include!(concat!(env!("OUT_DIR"), "/lexicons.rs"));

/// The jurisdictions that have words of their own.
pub fn jurisdictions() -> Vec<&'static str> {
    LEXICONS.iter().map(|(id, ..)| *id).collect()
}

/// The language in which a jurisdiction's words are written; `None` where it has none of its own.
pub fn language_of(jurisdiction: &str) -> Option<&'static str> {
    let (.., text) = LEXICONS.iter().find(|(id, ..)| *id == jurisdiction)?;
    text.lines().find_map(|line| line.strip_prefix("language")?.split('"').nth(1))
}

/// The jurisdiction that alone has words in a language. English is written in more than one, and they write dates in different order.
pub fn home_of(language: &str) -> Option<&'static str> {
    let mut homes = jurisdictions().into_iter().filter(|id| language_of(id) == Some(language));
    homes.next().filter(|_| homes.next().is_none())
}

/// The languages that have words.
pub fn languages() -> Vec<&'static str> {
    LANGUAGES.iter().map(|(id, ..)| *id).collect()
}

/// A hearing that took place longer ago is history that a text tells, not news: courts enter the record of a hearing within days.
const NEWS_DAYS: i32 = 10;
/// What a text begins with stands this near to its beginning.
const OPENING_BYTES: usize = 30;
/// A text this short is the rest of its title.
const COMPLETING_BYTES: usize = 60;

impl Meaning {
    /// The shipped words for a jurisdiction such as `ec` and a language such as `es`, compiled once. An unknown jurisdiction
    /// has only its language's words; an unknown language has none, and every entry is `entry.added`.
    pub fn shipped(jurisdiction: &str, language: &str) -> Arc<Self> {
        static COMPILED: OnceLock<Mutex<Compiled>> = OnceLock::new();
        let find = |list: &'static [Shipped], id: &str| list.iter().find(|(known, ..)| *known == id);
        let (words, lexicon) = (find(LANGUAGES, language), find(LEXICONS, jurisdiction));
        let key = (words.map_or("", |(id, ..)| *id), lexicon.map_or("", |(id, ..)| *id));
        let mut compiled = COMPILED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        let build = || {
            let (_, words_file, words_text) = words.copied().unwrap_or(("", "", ""));
            // A lexicon is written in one language; beside another it would not be understood.
            let (_, file, text) = lexicon.copied().filter(|_| words.is_some()).unwrap_or(("", "", ""));
            let meaning = Self::parse((words_file, words_text), (file, text)).expect("a test compiles every shipped file");
            Arc::new(Self { days: Calendar::shipped(key.1), ..meaning })
        };
        compiled.entry(key).or_insert_with(build).clone()
    }

    /// Compiles a language file and a jurisdiction's lexicon, each `(name, text)`; an empty text is an empty file.
    pub fn parse(language: (&str, &str), lexicon: (&str, &str)) -> Result<Self, Vec<Problem>> {
        let digest = sha256(&[sha256(language.1.as_bytes()), sha256(lexicon.1.as_bytes())].concat());
        let mut meaning = Self { digest, ..Self::default() };
        let mut problems = Vec::new();
        let mut order = NumericOrder::Unsaid;
        // The jurisdiction's types stand before the language's.
        for ((file, text), of_language) in [(lexicon, false), (language, true)] {
            if text.is_empty() {
                continue;
            }
            let sink = Sink::new(file, text);
            if let Some(document) = crate::diag::parse(&sink) {
                let mut reader = Reader::root(&document, &sink);
                reader.required_text("language");
                meaning.speech.read(&mut reader);
                meaning.links.read(&mut reader);
                meaning.signs.read(&mut reader);
                if of_language {
                    meaning.language = Language::read(&mut reader).with_order(order);
                    meaning.fallback = Lexicon::read(&mut reader);
                    meaning.reasons = Reasons::read(&mut reader);
                    meaning.matters = Labels::read(&mut reader, "matter");
                    meaning.roles = Labels::read(&mut reader, "role");
                } else {
                    order = NumericOrder::read(&mut reader);
                    meaning.lexicon = Lexicon::read(&mut reader);
                }
                reader.finish();
            }
            problems.extend(sink.into_problems());
        }
        if problems.is_empty() { Ok(meaning) } else { Err(problems) }
    }

    /// What stands for the words: two of one digest read every entry alike, as long as the code that reads is the same.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// What an entry means. `reference` is its civil day, from which "el próximo jueves" and a missing year are read.
    pub fn classify(&self, entry: &Entry, reference: Option<Date>) -> Reading {
        self.listen(entry, reference).0
    }

    /// What an entry means, and all that it says of hearings, the history that a ruling tells with it. What is no history is
    /// [`Reading::hearings`], in the same order.
    pub fn listen(&self, entry: &Entry, reference: Option<Date>) -> (Reading, Vec<Heard>) {
        let extra = ["origin", "code"].map(|name| entry.extra.get(name).map_or("", String::as_str));
        let title = self.lexicon.title(&entry.title, &entry.text);
        let fields = Fields::read(title, extra, &entry.text, &self.language);
        let verdict = self.verdict(&fields);
        let actor = verdict.actor.unwrap_or(Actor::Unknown);
        if entry.annulled {
            return (Reading { kinds: vec![EventKind::EntryAdded], actor, hearings: Vec::new() }, Vec::new());
        }
        let mut heard = if verdict.hearings { self.hearings(entry, fields.into_text(), reference) } else { Vec::new() };
        let is_ruling = verdict.kinds.contains(&EventKind::RulingIssued);
        let sets = verdict.kinds.iter().any(|kind| matches!(kind, EventKind::HearingScheduled | EventKind::HearingRescheduled));
        for heard in &mut heard {
            // A ruling tells the history of its case; only a day to come is news.
            heard.history |= is_ruling && heard.mention.date <= reference;
            // An entry whose title sets a hearing sets it, however the text speaks of it.
            heard.recalled = heard.recalled && !sets;
        }
        // "Audiência Redesignada", and the text names a day: that is the new one.
        if verdict.kinds.contains(&EventKind::HearingRescheduled) && !heard.iter().any(|heard| is_move(heard.mention.status)) {
            let set = heard.iter_mut().map(|heard| &mut heard.mention).filter(|mention| mention.status == HearingStatus::Convened);
            set.for_each(|mention| mention.status = HearingStatus::Rescheduled);
        }
        if let (Some(status), [only]) = (verdict.status, heard.as_mut_slice())
            && only.bare
            && is_of_its_day(status, &only.mention, reference)
        {
            only.mention.status = status;
        }
        let mut hearings: Vec<HearingMention> = heard.iter().filter(|heard| !heard.history).map(|heard| heard.mention.clone()).collect();
        let kinds = merged(&verdict, &hearings, reference);
        if let Some(status) = verdict.status
            && kinds.contains(&kind_of(status))
            && !hearings.iter().any(|mention| kind_of(mention.status) == kind_of(status))
            // "Order on motion to continue: the trial is reset for May 13": the new day says it.
            && !(status == HearingStatus::Deferred && hearings.iter().any(|mention| mention.status == HearingStatus::Rescheduled))
            && !(status == HearingStatus::Held && hearings.iter().any(|mention| hearing::is_not_now(mention, reference)))
        {
            let titled = self.titled(entry, status);
            heard.insert(0, titled.clone().into());
            hearings.insert(0, titled);
        }
        (Reading { kinds, actor, hearings }, heard)
    }

    /// Whether these words, as the title of an entry, close a case.
    fn is_closing(&self, words: &str) -> bool {
        self.verdict(&Fields::read(words, ["", ""], "", &self.language)).kinds.contains(&EventKind::CaseClosed)
    }

    /// The classes of matter that a source's word for a case's matter or action names: `penal`, `civil` …
    fn matters(&self, words: &str) -> Vec<&str> {
        self.matters.of(words, &self.language)
    }

    /// A title as words, all of it one sentence, for the patterns of others.
    pub fn title_words<'t>(&self, title: &'t str) -> Tokens<'t> {
        Tokens::one_sentence(title, &self.language)
    }

    /// A running text as words with its sentences told apart, for the patterns of others.
    pub fn words<'t>(&self, text: &'t str) -> Tokens<'t> {
        Tokens::read(text, &self.language)
    }

    /// Whether a party in this role is one against whom the case runs.
    pub fn is_defendant(&self, role: &str) -> bool {
        self.roles.of(role, &self.language).contains(&"defendant")
    }

    fn verdict(&self, fields: &Fields<'_>) -> Verdict {
        let own = self.lexicon.judge(fields, Verdict::default());
        let asks_language = !own.known || (self.lexicon.adds_to_language() && !own.ended);
        if asks_language { self.fallback.judge(fields, own) } else { own }
    }

    /// The hearings of the body, or of the title when the body has none.
    fn hearings(&self, entry: &Entry, text: Tokens<'_>, reference: Option<Date>) -> Vec<Heard> {
        let title = Tokens::read(&entry.title, &self.language);
        let title = Scene::read(title, &self.language, &self.speech, reference, false);
        let titled = title.said.iter().any(|said| said.say == Say::Noun);
        let title_type = self.type_in(&title).filter(|_| titled);
        let body = Scene::read(text, &self.language, &self.speech, reference, titled);
        let found = hearing::mentions(&body, &self.speech, title_type);
        if found.iter().any(|heard| !heard.history) {
            return found;
        }
        let mut dated = hearing::mentions(&title, &self.speech, title_type);
        dated.retain(|heard| heard.mention.date.is_some());
        dated.iter_mut().for_each(|heard| heard.mention.span = None);
        dated.extend(found);
        dated
    }

    fn type_in(&self, scene: &Scene<'_>) -> Option<&str> {
        scene.said.iter().find_map(|said| match said.say {
            Say::Type(index) => self.speech.type_name(index),
            _ => None,
        })
    }

    /// What the title alone says of a hearing. A text of a few words completes the title: "Audiência", "designada, Conciliação".
    fn titled(&self, entry: &Entry, status: HearingStatus) -> HearingMention {
        let completes = entry.text.len() <= COMPLETING_BYTES;
        let whole = if completes { format!("{} {}", entry.title, entry.text) } else { entry.title.clone() };
        let scene = Scene::read(Tokens::one_sentence(&whole, &self.language), &self.language, &self.speech, None, false);
        let kind = self.type_in(&scene).map(str::to_owned);
        HearingMention { kind, ..HearingMention::new(status) }
    }
}

/// The kind of event that a status raises.
pub fn kind_of(status: HearingStatus) -> EventKind {
    match status {
        HearingStatus::Convened => EventKind::HearingScheduled,
        HearingStatus::Rescheduled => EventKind::HearingRescheduled,
        HearingStatus::MovedEarlier => EventKind::HearingMovedEarlier,
        HearingStatus::Deferred => EventKind::HearingDeferred,
        HearingStatus::Suspended => EventKind::HearingSuspended,
        HearingStatus::ResumeScheduled | HearingStatus::Resumed => EventKind::HearingResumed,
        HearingStatus::Failed | HearingStatus::NotInstalled => EventKind::HearingFailed,
        HearingStatus::Revoked => EventKind::HearingRevoked,
        HearingStatus::Held => EventKind::HearingHeld,
        HearingStatus::OralDecision => EventKind::RulingOral,
    }
}

/// Whether what a title says is said of the day that the text only names: "Audiência Cancelada", "Instrução, 23/06/2026, 14:00".
fn is_of_its_day(status: HearingStatus, mention: &HearingMention, reference: Option<Date>) -> bool {
    use HearingStatus as H;
    let is_past = mention.date <= reference;
    mention.status == H::Convened && (status == H::Revoked || (is_past && matches!(status, H::Held | H::NotInstalled | H::Failed)))
}

/// Whether a status is another day for a hearing that had one.
fn is_move(status: HearingStatus) -> bool {
    hearing::is_setting(status) && status != HearingStatus::Convened
}

/// Whether a mention is news and not the history of the case.
fn is_news(mention: &HearingMention, reference: Option<Date>) -> bool {
    match (mention.date, reference) {
        (Some(date), Some(reference)) => hearing::is_setting(mention.status) || date >= reference.saturating_sub(NEWS_DAYS.days()),
        _ => true,
    }
}

/// The kinds of the rules and of the hearings in the text together. Where the text is more exact than the title, it wins:
/// "CONVOCATORIA A AUDIENCIA" over a text that moves a hearing is a move.
fn merged(verdict: &Verdict, hearings: &[HearingMention], reference: Option<Date>) -> Vec<EventKind> {
    use EventKind as K;
    let told: Vec<K> = hearings.iter().filter(|mention| is_news(mention, reference)).map(|mention| kind_of(mention.status)).collect();
    let moved = told.iter().any(|kind| matches!(kind, K::HearingRescheduled | K::HearingMovedEarlier | K::HearingResumed));
    let closing = |kind: &K| matches!(kind, K::HearingSuspended | K::HearingDeferred | K::HearingFailed);
    let closed = told.iter().any(|kind| closing(kind) || *kind == K::HearingRevoked);
    let mut kinds: Vec<K> = verdict.kinds.clone();
    // The record of a hearing that failed, was interrupted or only given another day is called as that of any other.
    let broken = hearings.iter().any(|mention| hearing::is_not_now(mention, reference)) || told.contains(&K::HearingRescheduled);
    let not_held = broken && !told.iter().any(|kind| matches!(kind, K::HearingHeld | K::RulingOral));
    // "Audiencia incidental", "En la fecha se celebró": the title names the hearing and sets none.
    let opens = |mention: &HearingMention| {
        let first = mention.span.is_some_and(|(start, _)| start <= OPENING_BYTES);
        mention.status == HearingStatus::Held && mention.date.is_none() && first
    };
    let moved = moved || (hearings.iter().any(opens) && !told.contains(&K::HearingScheduled));
    kinds.retain(|kind| !(*kind == K::HearingScheduled && moved || closing(kind) && closed || *kind == K::HearingHeld && not_held));
    kinds.extend(told);
    if kinds.is_empty() {
        kinds.extend(verdict.weak.iter().copied());
    }
    if kinds.is_empty() {
        kinds.push(K::EntryAdded);
    }
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meaning::lexicon::Example;
    use crate::meaning::vectors::entry;
    use jiff::civil::date;

    impl Meaning {
        /// The titles that the rules of the jurisdiction carry as examples.
        pub(in crate::meaning) fn example_titles(&self) -> Vec<String> {
            let rules = self.lexicon.rules().iter().chain(self.fallback.rules());
            rules.flat_map(|rule| rule.examples.iter().map(|example| example.title.clone())).collect()
        }
    }

    #[test]
    fn every_shipped_file_compiles() {
        assert!(jurisdictions().contains(&"ec") && languages().contains(&"es"));
        for (_, file, text) in LANGUAGES {
            let parsed = Meaning::parse((file, text), ("", ""));
            assert!(parsed.as_ref().is_ok_and(|meaning| !meaning.fallback.rules().is_empty()), "{file}: {:?}", parsed.err());
        }
        for (_, file, text) in LEXICONS {
            assert!(Meaning::parse(("", ""), (file, text)).is_ok_and(|meaning| !meaning.lexicon.rules().is_empty()), "{file}");
        }
    }

    fn applied(rule: &lexicon::Rule, example: &Example, language: &Language) -> bool {
        rule.applies(&Fields::read(&example.title, [&example.origin, &example.code], &example.text, language))
    }

    #[test]
    fn every_rule_applies_to_its_examples_and_gives_their_kinds() {
        let mut wrong = Vec::new();
        for (id, file, _) in LEXICONS {
            let meaning = Meaning::shipped(id, language_of(id).expect("a lexicon names its language"));
            assert!(!meaning.lexicon.rules().is_empty(), "{file}");
            wrong.extend(wrong_in(meaning.lexicon.rules(), &meaning, file));
        }
        for language in languages() {
            let meaning = Meaning::shipped("", language);
            wrong.extend(wrong_in(meaning.fallback.rules(), &meaning, language));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    fn wrong_in(rules: &[lexicon::Rule], meaning: &Meaning, file: &str) -> Vec<String> {
        let mut wrong = Vec::new();
        for rule in rules {
            for example in &rule.examples {
                if !applied(rule, example, &meaning.language) {
                    wrong.push(format!("{file}: {example:?} does not meet its rule {:?}", rule.kinds()));
                }
                let mut tried = entry(&example.title, &example.text);
                tried.extra.insert("origin".into(), example.origin.clone());
                tried.extra.insert("code".into(), example.code.clone());
                let kinds = meaning.classify(&tried, None).kinds;
                // A weak rule is heard only when nothing else is known.
                if !rule.is_weak() && !rule.kinds().iter().all(|kind| kinds.contains(kind)) {
                    wrong.push(format!("{file}: {example:?}: {kinds:?} lacks some of {:?}", rule.kinds()));
                }
            }
            for title in &rule.counter {
                let example = Example { title: title.clone(), ..Example::default() };
                if applied(rule, &example, &meaning.language) {
                    wrong.push(format!("{file}: {title} must not meet the rule for {:?}", rule.kinds()));
                }
            }
        }
        wrong
    }

    fn kinds(title: &str, text: &str) -> Vec<&'static str> {
        let reading = Meaning::shipped("ec", "es").classify(&entry(title, text), Some(date(2026, 11, 23)));
        reading.kinds.iter().map(|kind| kind.name()).collect()
    }

    #[test]
    fn titles_and_texts_together_give_the_kinds() {
        for (title, text, expected) in [
            ("CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", "", vec!["hearing.scheduled"]),
            ("CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", "Se señala para el 4 de enero de 2027, a las 10h00.", vec!["hearing.scheduled"]),
            (
                "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)",
                "Se difiere la audiencia señalada para el 1 de diciembre de 2026; en su lugar se señala para el 4 de enero de 2027, a las 10h00.",
                vec!["hearing.rescheduled", "hearing.deferred"],
            ),
            (
                "PROVIDENCIA GENERAL (DECRETO)",
                "Se convoca a audiencia de juicio para el 4 de enero de 2027, a las 10h00.",
                vec!["hearing.scheduled"],
            ),
            ("PROVIDENCIA GENERAL (DECRETO)", "Agréguese el escrito que antecede.", vec!["order.issued"]),
            (
                "SENTENCIA (RAZON DE NOTIFICACION)",
                "Se convoca a audiencia para el 4 de enero de 2027, a las 10h00.",
                vec!["notification.served"],
            ),
            ("SENTENCIA (ESCRITO)", "Solicito se señale audiencia para el 4 de enero de 2027, a las 10h00.", vec!["filing.added"]),
            ("ESCRITO (FePresentacion)", "ESCRITO, FePresentacion", vec!["filing.added"]),
            ("RECURSO DE APELACION (ESCRITO)", "Interpone recurso.", vec!["filing.added", "appeal.filed"]),
            (
                "SENTENCIA (SENTENCIA)",
                "La audiencia de juicio se llevó a cabo el 20 de noviembre de 2026, a las 10h00.",
                vec!["ruling.issued"],
            ),
            (
                "RAZON (RAZON)",
                "Siento por tal que no se instaló la audiencia convocada para hoy, por ausencia del fiscal.",
                vec!["hearing.failed"],
            ),
            ("RAZON (RAZON)", "Certifico.", vec!["entry.added"]),
            ("ACTA GENERAL (ACTA)", "El tribunal anunció su decisión.", vec!["ruling.oral"]),
            ("PRISION PREVENTIVA (AUTO)", "", vec!["measure.ordered"]),
            ("REVOCATORIA DE PRISION PREVENTIVA (AUTO)", "", vec!["measure.lifted"]),
            ("ALGO DESCONOCIDO", "", vec!["entry.added"]),
        ] {
            assert_eq!(kinds(title, text), expected, "{title}: {text}");
        }
    }

    #[test]
    fn who_wrote_it_is_told() {
        for (title, actor) in [
            ("SENTENCIA (RESOLUCION)", Actor::Court),
            ("RAZON (RAZON)", Actor::Clerk),
            ("ESCRITO", Actor::Party),
            ("OFICIO", Actor::Unknown),
            ("DICTAMEN ACUSATORIO", Actor::Prosecutor),
            ("SENTENCIA (RAZON DE NOTIFICACION)", Actor::Clerk),
            ("ALGO DESCONOCIDO", Actor::Unknown),
        ] {
            assert_eq!(Meaning::shipped("ec", "es").classify(&entry(title, ""), None).actor, actor, "{title}");
        }
    }

    #[test]
    fn an_unknown_jurisdiction_has_its_languages_words() {
        let meaning = Meaning::shipped("xx", "es");
        let reading = meaning
            .classify(&entry("SENTENCIA", "Se convoca a audiencia para el 4 de enero de 2027, a las 10h00."), Some(date(2026, 11, 23)));
        assert_eq!(reading.kinds, [EventKind::HearingScheduled, EventKind::RulingIssued]);
        assert!(Arc::ptr_eq(&meaning, &Meaning::shipped("yy", "es")));
    }

    #[test]
    fn an_annulled_entry_says_nothing_but_that_it_is_there() {
        let mut annulled = entry("SENTENCIA (RESOLUCION)", "");
        annulled.annulled = true;
        assert_eq!(Meaning::shipped("ec", "es").classify(&annulled, None).kinds, [EventKind::EntryAdded]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_and_its_spans_can_be_cut(title in ".{0,60}", text in "(.{0,40}|se convoca |audiencia |para el |12 |de marzo |de |dos mil |las |09h30|, |\\. |/|-|suspend|ió ){0,40}") {
            let reading = Meaning::shipped("ec", "es").classify(&entry(&title, &text), Some(date(2024, 2, 20)));
            proptest::prop_assert!(!reading.kinds.is_empty());
            for mention in &reading.hearings {
                if let Some((start, end)) = mention.span {
                    proptest::prop_assert!(text.get(start..end).is_some());
                }
            }
        }
    }
}
