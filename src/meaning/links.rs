//! Other cases that an entry or the heading names: accumulated, of another instance, of an incident, of the prosecutor.
//!
//! `daemon::record` asks [`Meaning::links`] after the events of a visit, with the numbers that the sources understand. The words that
//! make a link are data: `[[link]]` in the language files and the lexicons. A number without such a word beside it is no link, and
//! neither is the case's own number in whatever spelling. Nothing here asks a source.

use std::collections::HashSet;

use crate::diag::{At, Reader};
use crate::domain::diff::Change;
use crate::domain::docket::{Docket, Entry};
use crate::domain::event::{Actor, EXCERPT_CHARS, Event, EventEntry, EventKind, FieldChange, Severity};
use crate::domain::link::{Link, Named, Naming, OtherCase, Relation};

use super::edit::shortened;
use super::language::Language;
use super::phrase::Phrase;
use super::tokens::Tokens;
use super::{Meaning, Seen};

/// Tokens between a linking word and its number, numbers not counted: "acumúlese la presente causa a la signada con el No.".
const GAP: usize = 12;
/// A case number has at least so many digits.
const LEAST_DIGITS: usize = 3;
/// Signs that join the parts of a number.
const JOINTS: [&str; 8] = ["", "-", "–", "—", "−", "/", ".", ":"];
/// Those that may have spaces around them.
const DASHES: [&str; 4] = ["-", "–", "—", "−"];

/// The words that link cases.
#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    rules: Vec<Rule>,
    instance_fields: Vec<String>,
}

#[derive(Debug, Clone)]
struct Rule {
    relation: Relation,
    before: Vec<Phrase>,
    after: Vec<Phrase>,
    unless: Vec<Phrase>,
    fields: Vec<String>,
    sources: Vec<String>,
    /// Texts that it must link.
    #[cfg_attr(not(test), expect(dead_code, reason = "the examples are for the reader of the file and for the test that runs them"))]
    examples: Vec<String>,
    /// Texts that it must not.
    #[cfg_attr(not(test), expect(dead_code, reason = "as above"))]
    counter: Vec<String>,
}

/// A number in a text: the tokens of it, and what it names.
struct Mention {
    from: usize,
    until: usize,
    named: Named,
}

impl Links {
    /// Adds the `[[link]]` tables and `instance_fields` of a file; mistakes go to the reader's sink.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>) {
        let fields = reader.texts("instance_fields").unwrap_or_default();
        self.instance_fields.extend(fields.into_iter().map(|field| field.value));
        if reader.has("link") {
            self.rules.extend(reader.tables("link").into_iter().filter_map(Rule::read));
        }
    }

    /// Whether a field of the heading, by its name, stands for a court or degree that has the case.
    pub(super) fn is_instance(&self, field: &str) -> bool {
        self.instance_fields.iter().any(|known| is_field(known, field))
    }

    /// The other cases that a text links to, in the order of the text, each once for each relation.
    fn in_text(&self, text: &str, language: &Language, naming: Naming<'_>) -> Vec<(Relation, OtherCase)> {
        let tokens = Tokens::read(text, language);
        let spoken = |rule: &&Rule| rule.before.iter().chain(&rule.after).any(|phrase| phrase.is_in(&tokens));
        let rules: Vec<&Rule> = self.rules.iter().filter(spoken).collect();
        if rules.is_empty() {
            return Vec::new();
        }
        let mentions = mentions(&tokens, text, naming);
        let mut found = Vec::new();
        for (at, mention) in mentions.iter().enumerate() {
            let Named::Other(other) = &mention.named else { continue };
            // The first rule that speaks of a number says what it is.
            let rule = rules.iter().find(|rule| rule.is_of(other) && rule.speaks_of(&tokens, text, &mentions, at));
            if let Some(rule) = rule.filter(|rule| !found.contains(&(rule.relation, other.clone()))) {
                found.push((rule.relation, other.clone()));
            }
        }
        found
    }

    /// The other cases that a field of the heading links to: by its value, or by what stands in its name behind the dot.
    fn in_field(&self, field: &FieldChange, naming: Naming<'_>) -> Vec<(Relation, OtherCase)> {
        let Some(rule) = self.rules.iter().find(|rule| rule.fields.iter().any(|known| is_field(known, &field.field))) else {
            return Vec::new();
        };
        let tail = field.field.split_once('.').map_or("", |(_, tail)| tail);
        let mut found: Vec<(Relation, OtherCase)> = Vec::new();
        for text in [tail, field.after.as_deref().unwrap_or_default()] {
            for Mention { named, .. } in mentions(&Tokens::one_sentence(text, &Language::default()), text, naming) {
                if let Named::Other(other) = named
                    && rule.is_of(&other)
                    && !found.iter().any(|(_, known)| *known == other)
                {
                    found.push((rule.relation, other));
                }
            }
        }
        found
    }
}

/// `incident` is every field `incident.…`, and the one of that name.
fn is_field(known: &str, field: &str) -> bool {
    field.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The case numbers of a text.
fn mentions(tokens: &Tokens<'_>, text: &str, naming: Naming<'_>) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let mut end = at + 1;
        while end < tokens.len() && is_joint(tokens.gap(end)) {
            end += 1;
        }
        if let Some(mention) = number_in(tokens, text, at, end, naming) {
            at = mention.until;
            found.push(mention);
        } else {
            at = end;
        }
    }
    found
}

fn is_joint(gap: &str) -> bool {
    JOINTS.contains(&gap) || DASHES.contains(&gap.trim())
}

/// The longest part of a run of joined tokens that is a case number. A word before it ("Nro.17721-…") or a stop behind it
/// ("…00011G.Notifíquese") is no part of it; a part of a longer number is none.
fn number_in(tokens: &Tokens<'_>, text: &str, from: usize, until: usize, naming: Naming<'_>) -> Option<Mention> {
    let has_digits = |at: usize| tokens.get(at).is_some_and(|token| token.digits > 0);
    let digits: usize = (from..until).filter_map(|at| tokens.get(at)).map(|token| token.digits).sum();
    if digits < LEAST_DIGITS {
        return None;
    }
    let starts = (from..until).take_while(|start| (from..*start).all(|at| !has_digits(at)));
    let mut tries = starts.flat_map(|start| {
        let ends = ((start + 1)..=until).rev();
        let ends = ends.filter(move |end| *end == until || tokens.gap(*end).contains('.') || (*end..until).all(|at| !has_digits(at)));
        ends.map(move |end| (start, end))
    });
    tries.find_map(|(start, end)| {
        let (first, last) = tokens.span(start, end);
        let named = naming(text.get(first..last)?)?;
        Some(Mention { from: start, until: end, named })
    })
}

impl Rule {
    fn read(mut table: Reader<'_>) -> Option<Self> {
        let relation = table.required_text("how").and_then(|how| {
            let relation = Relation::parse(&how.value);
            if relation.is_none() {
                let names = Relation::ALL.map(Relation::name).join(", ");
                table.report("how", format!("unknown link \"{}\"", how.value), Some(format!("it is one of {names}")));
            }
            relation
        });
        let (before, after, unless) = (phrases(&mut table, "before"), phrases(&mut table, "after"), phrases(&mut table, "unless"));
        let mut plain = |key: &str| table.texts(key).unwrap_or_default().into_iter().map(|at| at.value).collect::<Vec<String>>();
        let (fields, sources, examples, counter) = (plain("fields"), plain("sources"), plain("examples"), plain("counter"));
        if before.is_empty() && after.is_empty() && fields.is_empty() {
            table.report("how", "a link needs words before or after the number, or a field", None);
        }
        if examples.is_empty() && fields.is_empty() {
            table.report("how", "a link must carry an example", Some("add examples = [\"… No. 17721-2024-00011G\"]".to_owned()));
        }
        table.required_text("why");
        table.finish();
        Some(Self { relation: relation?, before, after, unless, fields, sources, examples, counter })
    }

    /// Whether it may speak of this case: some words link to the cases of one source only.
    fn is_of(&self, other: &OtherCase) -> bool {
        self.sources.is_empty() || self.sources.contains(&other.case.source)
    }

    /// Whether its words stand before or behind the number, near, in one sentence and in one clause.
    fn speaks_of(&self, tokens: &Tokens<'_>, text: &str, mentions: &[Mention], at: usize) -> bool {
        let mention = &mentions[at];
        let near = |from: usize, until: usize| {
            let counted = |token: &usize| !mentions.iter().any(|known| (known.from..known.until).contains(token));
            let (start, end) = tokens.span(from, until);
            (from..until).filter(counted).count() <= GAP && !text.get(start..end).is_some_and(|between| between.contains(';'))
        };
        let leads = |start: usize| {
            let ends = self.before.iter().filter_map(move |phrase| phrase.at(tokens, start));
            ends.into_iter().any(|end| end <= mention.from && near(end, mention.from))
        };
        let follows = |start: usize| self.after.iter().any(|phrase| phrase.at(tokens, start).is_some()) && near(mention.until, start);
        let sentence = |token: &usize| tokens.together(*token, mention.from);
        let said = (0..mention.from).filter(sentence).any(leads) || (mention.until..tokens.len()).filter(sentence).any(follows);
        said && !(0..tokens.len()).filter(sentence).any(|start| self.unless.iter().any(|phrase| phrase.at(tokens, start).is_some()))
    }
}

fn phrases(table: &mut Reader<'_>, key: &str) -> Vec<Phrase> {
    let mut phrases = Vec::new();
    for At { value, span } in table.texts(key).unwrap_or_default() {
        match Phrase::parse(&value) {
            Ok(phrase) => phrases.push(phrase),
            Err(why) => table.sink().report(span, why, None),
        }
    }
    phrases
}

impl Meaning {
    /// The links that a visit brought, as events of their own; a field of the heading that is told as a link is taken out of `told`.
    /// One that the record repeats is told once; an order that was removed and is entered again is news again.
    pub fn links(&self, changes: &[Change], seen: &Seen<'_>, told: &mut Vec<Event>, naming: Naming<'_>) {
        let mut known: Option<HashSet<(Relation, OtherCase)>> = None;
        for change in changes {
            let (found, entry, field) = match change {
                Change::EntryAdded(entry) => (self.links_of(entry, naming), Some(entry), None),
                Change::EntryEdited { after, .. } => (self.links_of(after, naming), Some(&**after), None),
                Change::Field(field) => (self.links.in_field(field, naming), None, Some(field)),
                _ => continue,
            };
            for (relation, other) in found {
                // The docket is gone through for links only when there is one.
                let known = known.get_or_insert_with(|| seen.before.map(|docket| self.all_links(docket, naming)).unwrap_or_default());
                if known.insert((relation, other.clone())) {
                    // Which case it is says more than that there is one.
                    if let Some(entry) = entry {
                        told.retain(|event| !is_bare_link(event, entry));
                    }
                    // A field that changed or is gone is told as that too.
                    if let Some(field) = field.filter(|field| field.before.is_none()) {
                        told.retain(|event| event.entry.is_some() || event.field.as_ref() != Some(field));
                    }
                    told.push(self.link(seen, relation, &other, entry));
                }
            }
        }
        for (seq, event) in (seen.first_seq..).zip(told) {
            event.seq = seq;
        }
    }

    /// The links of an entry. What a party writes is a wish and no link, and a notice repeats its act.
    fn links_of(&self, entry: &Entry, naming: Naming<'_>) -> Vec<(Relation, OtherCase)> {
        if entry.annulled || entry.withheld.is_some() || entry.notice_of.is_some() {
            return Vec::new();
        }
        let mut found = self.links.in_text(&entry.title, &self.language, naming);
        for link in self.links.in_text(&entry.text, &self.language, naming) {
            if !found.contains(&link) {
                found.push(link);
            }
        }
        let is_wish = || {
            let reading = self.classify(entry, entry.date);
            reading.actor == Actor::Party || reading.kinds.contains(&EventKind::FilingAdded)
        };
        if found.is_empty() || is_wish() { Vec::new() } else { found }
    }

    fn all_links(&self, docket: &Docket, naming: Naming<'_>) -> HashSet<(Relation, OtherCase)> {
        let heading = docket.heading.extra.iter().flat_map(|(name, value)| {
            let field = FieldChange { field: name.clone(), before: None, after: Some(value.clone()) };
            self.links.in_field(&field, naming)
        });
        docket.entries.iter().flat_map(|entry| self.links_of(entry, naming)).chain(heading).collect()
    }

    fn link(&self, seen: &Seen<'_>, relation: Relation, other: &OtherCase, entry: Option<&Entry>) -> Event {
        let kind = EventKind::CaseLinked;
        let subject = format!("link\u{1f}{}\u{1f}{}\u{1f}{}", relation.name(), other.case.source, other.case.number);
        let shown = entry.map(|entry| EventEntry {
            key: entry.key.clone(),
            date: entry.date,
            time: entry.time,
            title: entry.title.clone(),
            actor: self.classify(entry, entry.date).actor,
            excerpt: shortened(&entry.text, EXCERPT_CHARS),
            before: None,
            after: None,
        });
        Event {
            id: Event::id_of(seen.case, seen.version, &subject, kind),
            kind,
            // A case that is joined to another goes on there, and who follows it must know (`domain.md` F-10).
            severity: if relation == Relation::Accumulated { Severity::Warn } else { kind.severity() },
            case: seen.case.clone(),
            seq: 0,
            version: seen.version,
            entry: shown,
            hearing: None,
            field: Some(Link::new(relation, other).field()),
            seen_at: seen.at,
            page_sha256: seen.page_sha256,
        }
    }
}

/// Whether an event says no more of an entry than that it links the case to some other.
fn is_bare_link(event: &Event, entry: &Entry) -> bool {
    event.kind == EventKind::CaseLinked && event.field.is_none() && event.entry.as_ref().is_some_and(|of| of.key == entry.key)
}

#[cfg(test)]
mod tests;
