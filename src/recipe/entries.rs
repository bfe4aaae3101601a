//! Entries: rows of the answers become lines of the docket.
//!
//! Called by [`Recipe::read`](super::Recipe::read) after every page has been accepted. Identity is settled in `identity`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::Refusal;
use super::date::{DateSpec, Stamp};
use super::explain::{self, DateSeen, Fate};
use super::filter::{absolute, collapse, short_hash};
use super::oddity::{Oddities, OddityRule, Tally};
use super::path::JsonPath;
use super::select::{Condition, Test, Visit, all_hold};
use super::step::Step;
use super::template::{Env, Scope, Template, Var};
use super::value::Value;
use super::zones::Zones;
use super::{bounds, budget, html_text, identity};
use crate::domain::docket::{Document, Entry, EntryKey, Withheld, ZONE_FIELD};

/// One `[[entries]]` table.
#[derive(Debug, Clone)]
pub struct EntriesSpec {
    /// The index of the step whose answers hold the rows.
    pub step: usize,
    /// The rows of one answer.
    pub rows: JsonPath,
    /// What a row stands in, bound to a name: an object around the list that the row is an element of.
    pub within: Option<(String, JsonPath)>,
    /// Rows for which this does not hold are of another case; none, if there is no condition.
    pub when: Vec<Condition>,
    /// Which rows of one answer are one entry.
    pub merge: Option<MergeSpec>,
    /// Texts that the templates of a row may use, each known to those after it.
    pub lets: Vec<(String, Template)>,
    /// Fields that rows have; when no row of an answer has one, the layout has changed.
    pub required: Vec<String>,
    /// Fields that rows have, be it empty, unless the source withholds them.
    pub present: Vec<String>,
    /// The identity: the first of these whose values are all there.
    pub key: Vec<Template>,
    /// Whether a key that several rows share gives way to the next.
    pub unique: bool,
    /// Whether rows of several answers that have one key are one row, even when one of them was edited in between.
    pub one_row: bool,
    /// Whether a row without a title is no entry but part of how the page is set.
    pub titled: bool,
    /// The date.
    pub date: Option<DateSpec>,
    /// The title.
    pub title: Template,
    /// The body, and whether it may be HTML.
    pub text: Option<(Template, bool)>,
    /// Documents, each with its condition.
    pub documents: Vec<DocumentSpec>,
    /// When a row counts as annulled; never, if there is no condition.
    pub annulled: Vec<Condition>,
    /// When the source withholds the content of a row.
    pub withheld: Option<WithheldSpec>,
    /// Which rows are notices of other rows.
    pub notice: Option<NoticeSpec>,
    /// Further fields.
    pub extra: Vec<(String, Template)>,
    /// What is odd.
    pub oddities: Vec<OddityRule>,
}

/// Rows of one answer that are one filing.
#[derive(Debug, Clone)]
pub struct MergeSpec {
    /// The same for all of them; a row that lacks it stands alone.
    pub by: Template,
    /// What stands between their titles.
    pub join: String,
}

/// A document of a row.
#[derive(Debug, Clone)]
pub struct DocumentSpec {
    /// A list in the row of which every element is a document, and its name in the templates.
    pub each: Option<(String, JsonPath)>,
    /// When there is one.
    pub when: Vec<Condition>,
    /// Its identifier.
    pub id: Template,
    /// Its name.
    pub name: Template,
    /// Its address, and when it has one.
    pub url: Option<(Vec<Condition>, Template)>,
}

/// Rows that are shown without their content.
#[derive(Debug, Clone)]
pub struct WithheldSpec {
    /// Which.
    pub when: Vec<Condition>,
    /// The source's mark.
    pub mark: Template,
    /// The source's reason.
    pub reason: Option<Template>,
}

/// Rows that tell that another row was served.
#[derive(Debug, Clone)]
pub struct NoticeSpec {
    /// Which.
    pub when: Vec<Condition>,
    /// The same for a notice and its act.
    pub same: Template,
    /// Of several acts, the one for which this is the same too.
    pub like: Template,
}

/// An entry on its way.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The entry; its key is settled later.
    pub entry: Entry,
    /// Date and time in full, for ordering.
    pub exact: Option<DateTime>,
    /// The page it came from.
    pub page: usize,
    /// What identifies it when other rows have its key too.
    pub more_keys: Vec<EntryKey>,
    /// Whether it is the same row as one of another answer that has its key.
    pub one_row: bool,
    /// What a notice shares with its act, and whether this is the notice.
    pub service: Option<Service>,
}

/// What links a notice with its act.
#[derive(Debug, Clone)]
pub struct Service {
    /// The same for both.
    pub same: String,
    /// The same for both, where several acts share the first.
    pub like: String,
    /// Whether this is the notice.
    pub is_notice: bool,
}

/// When this many rows are all of no case at all, the rows of our case are no longer told from the others.
const FEW: usize = 3;

/// The rows of all pages of the step, as drafts. `scopes` are those of the step's requests, in the order of its pages.
pub fn drafts(
    visit: &Visit<'_>,
    spec: &EntriesSpec,
    step: &Step,
    scopes: &[Scope<'_>],
    oddities: &mut Oddities,
) -> Result<Vec<Draft>, Refusal> {
    let mut drafts = Vec::new();
    let zones = &visit.recipe.plan.zones;
    let zone_of_case = zones.of_number(&visit.number.compact);
    let no_scope = Scope::default();
    for (nth, page) in visit.pages_of(spec.step).enumerate() {
        let scope = scopes.get(nth).unwrap_or(&no_scope);
        let mut tallies = vec![Tally::default(); spec.oddities.len()];
        let mut fields = Fields::default();
        let mut is_numbered = Some(false).filter(|_| spec.when.iter().any(Condition::asks_for_number));
        let mut own: Vec<(Option<String>, Draft)> = Vec::new();
        let placed = spec.placed(visit.document(page)?);
        fields.rows.reserve(placed.len());
        drafts.reserve(placed.len());
        for (index, (row, around)) in placed.into_iter().enumerate() {
            if row.is_null() {
                oddities.note("null-element", &format!("rows of {} are null", step.id));
                oddities.row(page, || Fate::Dropped("null"));
                continue;
            }
            if !row.is_object() {
                let at = format!("{}: row {}", step.id, index + 1);
                return Err(Refusal::Unreadable { at, expected: "an object".to_owned(), found: "something else".to_owned() });
            }
            let own_scope = spec.scope_of(visit, page, scope, row, around);
            let scope = own_scope.as_ref();
            let env = Env { number: visit.number, format: &visit.recipe.plan.number, scope, row: Some(row), base: &visit.pages[page].url };
            fields.rows.push(row);
            is_numbered = is_numbered.map(|is_numbered| is_numbered || spec.names_a_case(&env));
            if !all_hold(&spec.when, &env) {
                oddities.row(page, || Fate::Dropped(explain::OF_OTHERS));
                continue;
            }
            if spec.titled && spec.title.tidy(&env).is_empty() {
                oddities.note("untitled-row", "rows without a title are not taken for entries");
                oddities.row(page, || Fate::Dropped("without a title"));
                continue;
            }
            for (rule, tally) in spec.oddities.iter().zip(&mut tallies) {
                rule.look(tally, &env);
            }
            let draft = spec.draft(&env, row, page, (zones, zone_of_case), oddities);
            budget::keep(size(&draft.entry));
            bounds::entries(drafts.len() + own.len(), &step.id)?;
            if draft.entry.withheld.is_none() {
                fields.shown.push(row);
            }
            match &spec.merge {
                Some(merge) => own.push((merge.by.complete(&env).map(Cow::into_owned), draft)),
                None => drafts.push(draft),
            }
        }
        if let Some(merge) = &spec.merge {
            drafts.extend(identity::merged(own, &merge.join));
        }
        fields.check(spec, step)?;
        if is_numbered == Some(false) && fields.rows.len() >= FEW {
            return Err(Refusal::Unreadable {
                at: format!("{}: the condition `when` of its rows", step.id),
                expected: "a case number in one of the rows at least".to_owned(),
                found: format!("{} rows without one", fields.rows.len()),
            });
        }
        oddities.note_tallies(&spec.oddities, &tallies);
    }
    Ok(drafts)
}

/// How many bytes an entry takes, about.
fn size(entry: &Entry) -> usize {
    let documents =
        entry.documents.iter().map(|document| document.id.len() + document.name.len() + document.url.as_ref().map_or(0, String::len));
    let extra = entry.extra.iter().map(|(name, value)| 64 + name.len() + value.len());
    400 + entry.key.0.len() + entry.title.len() + entry.text.len() + documents.map(|size| size + 80).sum::<usize>() + extra.sum::<usize>()
}

/// The rows of one answer, and those of them that are shown. Another answer of the same visit is no excuse for this one.
#[derive(Default)]
struct Fields<'d> {
    rows: Vec<&'d Value<'d>>,
    shown: Vec<&'d Value<'d>>,
}

impl Fields<'_> {
    fn check(&self, spec: &EntriesSpec, step: &Step) -> Result<(), Refusal> {
        let is_there = |row: &&Value<'_>, field: &str| row.get(field).is_some_and(|value| !value.is_null());
        let says_something =
            |row: &&Value<'_>, field: &str| row.get(field).and_then(Value::as_str).is_none_or(|text| !text.trim().is_empty());
        let lacks =
            |field: &&String| !self.rows.is_empty() && !self.rows.iter().any(|row| is_there(row, field) && says_something(row, field));
        let hides = |field: &&String| !self.shown.is_empty() && !self.shown.iter().any(|row| is_there(row, field));
        match spec.required.iter().find(lacks).or_else(|| spec.present.iter().find(hides)) {
            Some(field) => Err(Refusal::Unreadable {
                at: step.id.clone(),
                expected: format!("`{field}` in the rows"),
                found: "rows without it".to_owned(),
            }),
            None => Ok(()),
        }
    }
}

impl EntriesSpec {
    /// The rows of an answer, each with the object that it stands in.
    pub fn placed<'d, 'p>(&self, document: &'d Value<'p>) -> Vec<(&'d Value<'p>, Option<&'d Value<'p>>)> {
        let Some((_, path)) = &self.within else { return self.rows.query(document).into_iter().map(|row| (row, None)).collect() };
        let outer = path.query_located(document);
        let holds = |place: &str, outer: &str| place.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
        let rows = self.rows.query_located(document);
        let around = |place: &str| outer.iter().find(|(outer, _)| holds(place, outer)).map(|(_, value)| *value);
        rows.into_iter().map(|(place, row)| (row, around(&place))).collect()
    }

    /// Whether a row names a case, ours or another, where the condition asks for its number.
    fn names_a_case(&self, env: &Env<'_>) -> bool {
        let mut texts = self.when.iter().filter(|condition| condition.asks_for_number()).map(|condition| condition.value.text(env));
        texts.any(|text| text.split(", ").any(|one| env.format.is_one(one)))
    }

    /// The variables of a row: those of the request, what the row stands in, and the texts that are bound with it.
    pub fn scope_of<'s>(
        &'s self,
        visit: &Visit<'_>,
        page: usize,
        scope: &'s Scope<'s>,
        row: &Value<'_>,
        around: Option<&'s Value<'s>>,
    ) -> Cow<'s, Scope<'s>> {
        let mut own = Cow::Borrowed(scope);
        if let (Some(around), Some((name, _))) = (around, &self.within) {
            own.to_mut().vars.push((name, Var::At(around)));
        }
        for (name, text) in &self.lets {
            let scope = own.as_ref();
            let format = &visit.recipe.plan.number;
            let text = text.text(&Env { number: visit.number, format, scope, row: Some(row), base: &visit.pages[page].url }).into_owned();
            own.to_mut().vars.push((name, Var::Own(text.into())));
        }
        own
    }

    /// Whether its rows are told from those of other cases by the number.
    pub fn lists_others(&self) -> bool {
        self.when.iter().any(|condition| match &condition.test {
            Test::Number(is_this) => *is_this,
            Test::Equals(other) => other.heads().any(|head| head == "number"),
            _ => false,
        })
    }

    fn draft(
        &self,
        env: &Env<'_>,
        row: &Value<'_>,
        page: usize,
        (zones, zone_of_case): (&Zones, &TimeZone),
        oddities: &mut Oddities,
    ) -> Draft {
        let zone = zones.of_row(env, zone_of_case);
        let mut date_seen = DateSeen::None;
        let stamp = self.date.as_ref().and_then(|date| {
            let text = date.value.text(env);
            let stamp = date.read(&text, zone);
            date_seen = match stamp {
                Some(_) => DateSeen::Read,
                None if text.trim().is_empty() => DateSeen::None,
                None => {
                    oddities.note("date-unparsed", "dates of entries are not in a known format");
                    DateSeen::Unread(text.into_owned())
                }
            };
            stamp
        });
        let title = self.title.tidy(env);
        if title.is_empty() {
            oddities.note("empty-title", "entries have no title");
        }
        let withheld = self.withheld.as_ref().filter(|withheld| all_hold(&withheld.when, env)).map(|withheld| Withheld {
            mark: withheld.mark.tidy(env),
            reason: withheld.reason.as_ref().map(|reason| reason.tidy(env)).filter(|reason| !reason.is_empty()),
        });
        // A court that withholds a text may still send it (`ecuador.md` 1.6); then it is not kept.
        let text = if withheld.is_some() { String::new() } else { self.body(env) };
        // Told apart by where they stand first, because comparing zones is slow.
        let is_other = !std::ptr::eq(zone, zone_of_case) && zone != zone_of_case;
        let own_zone = zone.iana_name().filter(|_| is_other).map(|name| (ZONE_FIELD.to_owned(), name.to_owned()));
        let extra = self.extra.iter().map(|(name, value)| (name.clone(), value.tidy(env)));
        let extra = extra.filter(|(_, value)| !value.is_empty()).chain(own_zone);
        let extra = extra.fold(BTreeMap::new(), |mut fields, (name, value)| {
            fields.insert(name, value);
            fields
        });
        let mut keys = self.keys(env, stamp.as_ref(), &text).into_iter();
        let (nth, key) = keys.next().map_or_else(
            || {
                oddities.note("no-key", "rows lack the fields of their identity");
                (None, EntryKey(short_hash(&row.to_string())))
            },
            |(nth, key)| (Some(nth), key),
        );
        let more_keys = if self.unique { keys.map(|(_, key)| key).collect() } else { Vec::new() };
        oddities.row(page, || Fate::Taken { key: nth, name: key.0.clone(), date: date_seen, withheld: withheld.is_some() });
        let entry = Entry {
            key,
            date: stamp.map(|stamp| stamp.date),
            time: stamp.and_then(|stamp| stamp.time),
            title,
            text,
            documents: self.documents.iter().fold(Vec::new(), |mut all, document| {
                document.add(env, withheld.is_some(), &mut all);
                all
            }),
            annulled: !self.annulled.is_empty() && all_hold(&self.annulled, env),
            withheld,
            notice_of: None,
            extra,
        };
        let service = self.notice.as_ref().and_then(|notice| {
            let same = notice.same.complete(env)?.into_owned();
            Some(Service { same, like: notice.like.tidy(env), is_notice: all_hold(&notice.when, env) })
        });
        Draft { entry, exact: stamp.map(|stamp| stamp.exact), page, one_row: self.one_row, more_keys, service }
    }

    /// Every key whose values are all there, with its place in the list. `{{ stamp }}` is the date as it was read, whatever way the source writes it, and
    /// `{{ body }}` the text.
    fn keys(&self, env: &Env<'_>, stamp: Option<&Stamp>, text: &str) -> Vec<(usize, EntryKey)> {
        let mut vars = Vec::new();
        if self.key.iter().any(|key| key.heads().any(|head| head == "stamp")) {
            vars.push(("stamp", Var::Own(stamp.map(Stamp::canonical).unwrap_or_default().into())));
        }
        if self.unique {
            vars.push(("body", Var::Own(text.into())));
        }
        let scope = Scope::within(env.scope, vars);
        let env = Env { scope: &scope, ..*env };
        // What stands after the last key with a date is for rows without one.
        let last_dated =
            self.key.iter().rposition(|key| key.heads().any(|head| head == "stamp")).filter(|_| self.unique && stamp.is_some());
        let candidates = last_dated.map_or(self.key.as_slice(), |last| &self.key[..=last]);
        let whole = |(nth, key): (usize, &Template)| key.complete(&env).map(|key| (nth, EntryKey(collapse(&key))));
        let keys = candidates.iter().enumerate().filter_map(whole);
        if self.unique { keys.collect() } else { keys.take(1).collect() }
    }

    fn body(&self, env: &Env<'_>) -> String {
        match &self.text {
            Some((text, true)) => html_text::to_text(&text.text(env)),
            Some((text, false)) => text.text(env).trim().to_owned(),
            None => String::new(),
        }
    }
}

impl DocumentSpec {
    /// Adds the documents of a row: one, or one for each element of a list in it.
    fn add(&self, env: &Env<'_>, is_withheld: bool, all: &mut Vec<Document>) {
        let (Some((name, path)), Some(row)) = (&self.each, env.row) else {
            all.extend(self.read(env, is_withheld));
            return;
        };
        all.extend(path.query(row).into_iter().filter_map(|element| {
            let scope = Scope::within(env.scope, vec![(name, Var::At(element))]);
            self.read(&Env { scope: &scope, ..*env }, is_withheld)
        }));
    }

    fn read(&self, env: &Env<'_>, is_withheld: bool) -> Option<Document> {
        if !all_hold(&self.when, env) {
            return None;
        }
        let id = self.id.tidy(env);
        if id.is_empty() {
            return None;
        }
        let name = Some(self.name.tidy(env)).filter(|name| !name.is_empty()).unwrap_or_else(|| id.clone());
        let url = self.url.as_ref().filter(|(when, _)| !is_withheld && all_hold(when, env)).map(|(_, url)| {
            let url = url.url(env);
            if url.starts_with('/') { absolute(&url, env.base) } else { url }
        });
        Some(Document { id, name, url: url.filter(|url| !url.is_empty()) })
    }
}
