//! The recipe language: how to ask a source, and how to read its answers, as data.
//!
//! Everyone who visits a source goes through [`Recipe`]: the daemon, the commands, the tests. It is sans-I/O: `next`
//! says what to ask given the answers so far, `read` makes a docket of them. A court is added with a file under
//! `jurisdictions/` and fixtures, without Rust. What an entry means is not decided here but in `meaning`.

#[cfg(test)]
mod addresses;
#[cfg(test)]
mod among_others;
mod answer;
mod big_numbers;
mod bounds;
mod budget;
#[cfg(test)]
mod captures;
mod columns;
mod cut_off;
mod date;
mod described;
pub mod docket_source;
pub mod draft;
mod dropped;
mod elements;
mod encode;
mod entities;
mod entries;
pub mod explain;
mod filter;
#[cfg(test)]
mod fixtures;
#[cfg(any(test, fuzzing))]
pub mod fuzzed;
mod heading;
mod html_page;
mod html_text;
mod identity;
mod inside;
mod marker;
mod naming;
mod number;
mod oddity;
pub mod page_source;
mod path;
mod request;
mod required;
mod saved;
mod secrets;
mod select;
#[cfg(test)]
mod several;
mod shipped;
mod spacing;
mod step;
#[cfg(test)]
mod strict;
mod syntax;
mod template;
mod value;
mod view;
mod visible;
mod walled;
mod whole_text;
mod withheld;
mod xml;
mod zones;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::diag::Problem;
use crate::domain::case::CaseNumber;
use crate::domain::docket::Docket;
use crate::domain::health::Health;
use crate::domain::page::{Page, Request};

pub use described::{COMMAND, FEED, KINDS, PAGE, is_described};
pub use naming::named_case;
pub use secrets::Secrets;
pub use shipped::{shipped, shipped_recipe};
pub use walled::{WalledSite, walled, walled_site};

/// Everything that veedor knows of a site.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// Its stable name, for example `ec-esatje`.
    pub id: String,
    /// What people call the site.
    pub title: String,
    /// The folder of its jurisdiction, for example `ec`.
    pub jurisdiction: String,
    /// The language of its texts, for example `es`.
    pub language: String,
    /// The name of the zone of most of its courts, for example `America/Guayaquil`; see [`zone_of`](Self::zone_of) for the exceptions.
    pub zone: String,
    /// What relative addresses begin with, without a slash at the end, as written; see [`base_url_of`](Self::base_url_of).
    pub base_url: String,
    /// The least time between two requests to the host.
    pub gap: Duration,
    /// How often a case is visited when the watch list does not say.
    pub every: Duration,
    /// The most requests a day to the host.
    pub daily: u32,
    /// The time-out over a whole request.
    pub timeout: Duration,
    /// What is known of its terms of use.
    pub terms: Option<String>,
    /// The same in Spanish.
    pub terms_es: Option<String>,
    /// What is known of its robots.txt.
    pub robots: Option<String>,
    /// The same in Spanish.
    pub robots_es: Option<String>,
    /// How well the shapes are known, and from where.
    pub confidence: Option<String>,
    /// Why it is never polled: what it shows comes from pages that a person saved.
    pub import_only: Option<String>,
    /// The same in Spanish.
    pub import_only_es: Option<String>,
    /// How a person gets such a page.
    pub how: Option<String>,
    /// Why nobody knows yet whether it reads what the site answers today.
    pub unverified: Option<String>,
    /// The same in Spanish.
    pub unverified_es: Option<String>,
    /// Numbers of public cases.
    pub examples: Vec<String>,
    /// Whether the source shows only the newest rows, so that a row that slides off the end is not removed.
    pub sliding: bool,
    /// The address as a template, where it depends on the number.
    base: Option<Arc<template::Template>>,
    /// What only the operator has.
    secrets: Secrets,
    /// Whether what an answer sets as cookies goes with the later requests of the same visit.
    pub cookies: bool,
    plan: Arc<Plan>,
}

/// The compiled parts of a recipe.
#[derive(Debug)]
struct Plan {
    number: number::NumberFormat,
    case_url: template::Template,
    headers: Vec<(String, template::Template)>,
    secrets: Vec<(String, String)>,
    zones: zones::Zones,
    steps: Vec<step::Step>,
    heading: heading::HeadingSpec,
    parties: Vec<heading::PartySpec>,
    entries: Vec<entries::EntriesSpec>,
    /// The last answer is a docket in its published form, and all rules of reading are the program's that printed it.
    is_docket: bool,
}

/// The longest number or name of a case in bytes. It stands in the keys of the store, which end at 512 with all that is around it.
const LONGEST_NUMBER: usize = 200;

/// What to do next on a visit.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Ask this.
    Ask(Request),
    /// All answers are there: [`Recipe::read`] them.
    Enough,
    /// A page is no answer.
    Refused(Refusal),
}

/// Why there is no docket. Five different troubles, and none of them is "removed".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The source says it has no such case.
    NotFound,
    /// The source says the case is reserved.
    Reserved,
    /// The source refuses us, and how we know.
    Blocked(String),
    /// The source is down, and how we know.
    Unavailable(String),
    /// The answer is not what the recipe expects.
    Unreadable {
        /// The step and the place in its answer.
        at: String,
        /// What should be there.
        expected: String,
        /// What is.
        found: String,
    },
}

/// [`Recipe::next`] and [`Recipe::read`] in one.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Ask this.
    Ask(Request),
    /// The docket.
    Done(Docket),
    /// There is none, and why.
    Refused(Refusal),
}

impl Refusal {
    /// The health of a case whose visit ended so.
    pub fn health(&self) -> Health {
        match self {
            Self::NotFound => Health::NotFound,
            Self::Reserved => Health::Reserved,
            Self::Blocked(why) => Health::Blocked(why.clone()),
            Self::Unavailable(why) => Health::Unavailable(why.clone()),
            Self::Unreadable { .. } => Health::Unreadable(self.to_string()),
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotFound => f.write_str("the source has no such case"),
            Self::Reserved => f.write_str("the source keeps the case reserved"),
            Self::Blocked(why) => write!(f, "the source refuses us: {why}"),
            Self::Unavailable(why) => write!(f, "the source is down: {why}"),
            Self::Unreadable { at, expected, found } => write!(f, "at {at}: expected {expected}, found {found}"),
        }
    }
}

/// How many bytes there are to read.
fn size(pages: &[Page]) -> usize {
    pages.iter().map(|page| page.body.len()).sum()
}

impl Recipe {
    /// Compiles a recipe, or gives every mistake with its place. `file` is the name to print.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Problem>> {
        syntax::parse(file, text)
    }

    /// The same recipe at another address for all numbers: a mirror, a test court.
    pub fn with_base_url(mut self, base_url: &str) -> Self {
        base_url.trim_end_matches('/').clone_into(&mut self.base_url);
        self.base = None;
        self
    }

    /// What the relative addresses of this case begin with, without a slash at the end; empty when a value for it is missing.
    pub fn base_url_of(&self, number: &CaseNumber) -> Cow<'_, str> {
        let Some(base) = &self.base else { return Cow::Borrowed(&self.base_url) };
        let env = template::Env { number, format: &self.plan.number, scope: &template::Scope::default(), row: None, base: "" };
        // With a value missing, what is left may be the address of somebody else.
        let text = base.complete(&env).map(|_| base.url(&env)).unwrap_or_default();
        Cow::Owned(text.trim_end_matches('/').to_owned())
    }

    /// Understands a case number as typed, or says in one sentence what a number looks like.
    pub fn number(&self, typed: &str) -> Result<CaseNumber, String> {
        let number = self.plan.number.read(&self.title, typed)?;
        if number.compact.len() > LONGEST_NUMBER {
            return Err(format!(
                "it has {} bytes, and a case number or a name of a page has {LONGEST_NUMBER} at most",
                number.compact.len()
            ));
        }
        if self.base.is_some() && !is_web_address(&self.base_url_of(&number)) {
            return Err(format!("no address is known for {}: {} gives none", number.canonical, self.base_url));
        }
        Ok(number)
    }

    /// What to ask next, given the answers so far. Cheap: of the last step it only looks at what each page is.
    ///
    /// Pages are matched to requests in their order within a step.
    pub fn next(&self, number: &CaseNumber, pages: &[Page]) -> Next {
        budget::within(size(pages), || self.try_next(number, pages, false)).unwrap_or_else(Next::Refused)
    }

    /// What pages that a person saved still need, which can do without a form that was only opened for its cookies.
    pub fn needs(&self, number: &CaseNumber, pages: &[Page]) -> Next {
        budget::within(size(pages), || self.try_next(number, pages, true)).unwrap_or_else(Next::Refused)
    }

    fn try_next(&self, number: &CaseNumber, pages: &[Page], by_hand: bool) -> Result<Next, Refusal> {
        let visit = select::Visit::new(self, number, pages);
        for (index, step) in self.plan.steps.iter().enumerate() {
            if by_hand && step.optional && step.each.is_empty() && visit.pages_of(index).next().is_none() {
                continue;
            }
            let is_last = index + 1 == self.plan.steps.len();
            let (mut asked, _) = step::asked(&visit, index, step)?;
            let mut have = 0;
            for (page, asked) in visit.pages_of(index).zip(&asked) {
                self.accept(&visit, step, page, &asked.scope, !is_last)?;
                have += 1;
            }
            if have < asked.len() {
                return Ok(Next::Ask(asked.swap_remove(have).request));
            }
        }
        Ok(Next::Enough)
    }

    fn accept(
        &self,
        visit: &select::Visit<'_>,
        step: &step::Step,
        page: usize,
        scope: &template::Scope<'_>,
        in_full: bool,
    ) -> Result<(), Refusal> {
        let answer = &visit.pages[page];
        answer::glance(step, answer)?;
        if in_full || answer::is_doubtful(step, answer) {
            let env = template::Env { number: visit.number, format: &self.plan.number, scope, row: None, base: &answer.url };
            answer::check(step, answer, visit.document(page)?, &env)?;
        }
        Ok(())
    }

    /// Reads the answers of a visit into a docket, every check included.
    ///
    /// Pages that a person saved may lack those of other steps: what they hold is read, and an oddity says so. Whether
    /// all answers are there is for [`next`](Self::next) to say.
    pub fn read(&self, number: &CaseNumber, pages: &[Page]) -> Result<Docket, Refusal> {
        self.read_noting(&select::Visit::new(self, number, pages), oddity::Oddities::default()).0
    }

    /// The reading, and what it noted on its way, also when it was refused in the middle.
    fn read_noting(&self, visit: &select::Visit<'_>, mut oddities: oddity::Oddities) -> (Result<Docket, Refusal>, oddity::Oddities) {
        if let (true, Some(page), Some(step)) = (self.plan.is_docket, visit.pages.last(), self.plan.steps.last()) {
            let docket = answer::glance(step, page).and_then(|()| docket_source::docket(visit.number, page));
            return (docket, oddities);
        }
        let docket = budget::within(size(visit.pages), || self.read_all(visit, &mut oddities));
        let docket = docket.map(|docket| Docket { oddities: oddities.take_list(), ..docket });
        (docket, oddities)
    }

    fn read_all(&self, visit: &select::Visit<'_>, oddities: &mut oddity::Oddities) -> Result<Docket, Refusal> {
        let mut drafts = Vec::new();
        let no_scope = template::Scope::default();
        for (index, step) in self.plan.steps.iter().enumerate() {
            let (asked, nulls) = step::asked(visit, index, step)?;
            oddities.note_many("null-element", &format!("elements that {} is asked for are null", step.id), nulls);
            let scopes: Vec<_> = asked.into_iter().map(|asked| asked.scope).collect();
            let pages: Vec<usize> = visit.pages_of(index).collect();
            for (nth, page) in pages.iter().enumerate() {
                self.accept(visit, step, *page, scopes.get(nth).unwrap_or(&no_scope), true)?;
            }
            let (have, wanted) = (pages.len(), scopes.len());
            let is_idle = step.optional && (wanted == 0 || step.each.is_empty());
            if (have != wanted || wanted == 0) && !is_idle {
                oddities.note("page-count", &format!("{have} answers to {wanted} requests of {}", step.id));
            }
            for (nth, spec) in self.plan.entries.iter().enumerate().filter(|(_, spec)| spec.step == index) {
                oddities.at_table(nth);
                drafts.extend(entries::drafts(visit, spec, step, &scopes, oddities)?);
                bounds::entries(drafts.len(), &step.id)?;
            }
        }
        if drafts.is_empty() && !self.lists_others() {
            oddities.note("no-entries", "the answers list no entry at all");
        }
        let heading = heading::heading(visit, &self.plan.heading, &self.zone_of(visit.number), oddities)?;
        let parties = heading::parties(visit, &self.plan.parties, oddities)?;
        Ok(Docket { heading, parties, entries: identity::settle(drafts), oddities: Vec::new() })
    }

    /// What comes next: a request, the docket, or why there is none.
    pub fn step(&self, number: &CaseNumber, pages: &[Page]) -> Step {
        match self.next(number, pages) {
            Next::Ask(request) => Step::Ask(request),
            Next::Refused(refusal) => Step::Refused(refusal),
            Next::Enough => self.read(number, pages).map_or_else(Step::Refused, Step::Done),
        }
    }

    /// Whether its answers list the rows of other cases too (a feed of a court), so that one without a row of this case is an
    /// ordinary answer.
    pub fn lists_others(&self) -> bool {
        let specs = &self.plan.entries;
        // What a program prints has no such rows, and a list that does not slide shows all that there is of a case.
        self.sliding && !specs.is_empty() && specs.iter().all(entries::EntriesSpec::lists_others)
    }

    /// The zone of the court that this number belongs to; it carries its name. An entry of another court names its own in
    /// its further field `zone`.
    pub fn zone_of(&self, number: &CaseNumber) -> TimeZone {
        self.plan.zones.of_number(&number.compact).clone()
    }

    /// Where a person can look at the case, or at least search for it.
    pub fn case_url(&self, number: &CaseNumber) -> String {
        let scope = template::Scope::default();
        self.plan.case_url.url(&template::Env {
            number,
            format: &self.plan.number,
            scope: &scope,
            row: None,
            base: &self.base_url_of(number),
        })
    }

    /// The step that a page of unknown origin is taken for.
    pub fn first_step(&self) -> &str {
        self.plan.steps.first().map_or("", |step| &step.id)
    }

    /// How long an answer to this step serves every case that asks the same; `None`: each case asks for itself.
    pub fn shared(&self, step: &str) -> Option<Duration> {
        self.plan.steps.iter().find(|known| known.id == step).and_then(|step| step.shared)
    }

    /// Where the one answer is from which a case is read together with all others that share it; `None` when it needs requests of
    /// its own.
    pub fn shared_address(&self, number: &CaseNumber) -> Option<String> {
        let [step::Step { shared: Some(_), .. }] = self.plan.steps.as_slice() else { return None };
        match self.next(number, &[]) {
            Next::Ask(request) => Some(request.url),
            _ => None,
        }
    }

    /// The step that tells "nothing new", and how long others need not be asked while it does.
    pub fn probe(&self) -> Option<(&str, Duration)> {
        self.plan.steps.iter().find_map(|step| Some((step.id.as_str(), step.probe?)))
    }

    /// Whether a step comes after the probe.
    pub fn is_after_probe(&self, step: &str) -> bool {
        let probe = self.plan.steps.iter().position(|step| step.probe.is_some());
        probe.is_some_and(|probe| self.plan.steps.iter().skip(probe + 1).any(|later| later.id == step))
    }
}

/// Whether requests can go there.
fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::fixtures::page;
    use super::*;

    fn recipe() -> Recipe {
        shipped_recipe("ec-esatje").unwrap()
    }

    fn info(number: &str) -> Page {
        page("info", 200, "application/json", json!([{"idJuicio": number}]).to_string().as_bytes())
    }

    fn incidents(list: &Value) -> Page {
        page("incidents", 200, "application/json", list.to_string().as_bytes())
    }

    fn acts(list: &Value) -> Page {
        page("acts", 200, "application/json", list.to_string().as_bytes())
    }

    fn asked(next: Next) -> (String, Value) {
        match next {
            Next::Ask(request) => (request.step, request.body.map_or(Value::Null, |body| serde_json::from_slice(&body).unwrap())),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn numbers_are_understood_as_people_type_them() {
        for (typed, compact, canonical) in [
            ("17721-2019-00029G", "17721201900029G", "17721-2019-00029G"),
            (" 17721 - 2019 – 00029g ", "17721201900029G", "17721-2019-00029G"),
            ("17721201900029G", "17721201900029G", "17721-2019-00029G"),
            ("09u03-2023-00283", "09U03202300283", "09U03-2023-00283"),
            ("0930420080150", "0930420080150", "09304-2008-0150"),
            ("09332201458985", "09332201458985", "09332-2014-58985"),
        ] {
            let number = recipe().number(typed).unwrap();
            assert_eq!((number.compact.as_str(), number.canonical.as_str()), (compact, canonical));
        }
        for (typed, hint) in [
            ("17721-2019-*0029", "letter that was lost"),
            ("1712345678", "followed, not people"),
            ("170101822110001", "noticia del delito"),
            ("1790011674001", "expected five characters"),
            ("17721-2019-029", "for example 17721-2019-00029G"),
            ("17721-2019-000290", "expected"),
            ("17721-2019-00029GG", "expected"),
            ("ñandú", "expected"),
            ("", "is missing"),
        ] {
            let error = recipe().number(typed).unwrap_err();
            assert!(error.contains(hint), "{typed}: {error}");
        }
    }

    #[test]
    fn an_unknown_case_costs_one_request() {
        let number = recipe().number("17299-2099-00001").unwrap();
        assert_eq!(asked(recipe().next(&number, &[])).0, "info");
        let nothing = page("info", 200, "application/json", b"[]");
        assert_eq!(recipe().next(&number, &[nothing]), Next::Refused(Refusal::NotFound));
    }

    #[test]
    fn each_incident_of_each_court_is_asked_for_with_its_own_typed_ids() {
        let number = recipe().number("17299-2099-00001").unwrap();
        let courts = json!([
            {"idJudicatura": "17299", "nombreJudicatura": "A", "lstIncidenteJudicatura": [
                {"idIncidenteJudicatura": 1, "idMovimientoJuicioIncidente": 11, "incidente": 1},
                {"idIncidenteJudicatura": 2, "idMovimientoJuicioIncidente": 12, "incidente": 2}]},
            {"idJudicatura": "17100", "nombreJudicatura": "B", "lstIncidenteJudicatura": null},
            {"idJudicatura": "17721", "nombreJudicatura": "C", "lstIncidenteJudicatura": [
                {"idIncidenteJudicatura": 3, "idMovimientoJuicioIncidente": 11, "incidente": 1}]},
        ]);
        let mut pages = vec![info("17299209900001"), incidents(&courts)];
        for (court, incident, movement, nth, name) in [("17299", 1, 11, 1, "A"), ("17299", 2, 12, 2, "A"), ("17721", 3, 11, 1, "C")] {
            let expected = json!({"idMovimientoJuicioIncidente": movement, "idJuicio": "17299209900001", "idJudicatura": court,
                "idIncidenteJudicatura": incident, "aplicativo": "web", "nombreJudicatura": name, "incidente": nth});
            let (step, body) = asked(recipe().next(&number, &pages));
            assert_eq!((step.as_str(), body.to_string()), ("acts", expected.to_string()));
            pages.push(acts(&json!([])));
        }
        assert_eq!(recipe().next(&number, &pages), Next::Enough);
    }

    #[test]
    fn a_case_without_incidents_is_asked_for_with_zeros_but_not_when_only_the_lists_are_empty() {
        let number = recipe().number("17299-2099-00001").unwrap();
        let zeros = json!({"idMovimientoJuicioIncidente": 0, "idJuicio": "17299209900001", "idJudicatura": "17299",
            "idIncidenteJudicatura": 0, "aplicativo": "web", "nombreJudicatura": "", "incidente": 1});
        for empty in [json!([]), json!(null), json!({"content": []})] {
            let (_, body) = asked(recipe().next(&number, &[info("17299209900001"), incidents(&empty)]));
            assert_eq!(body, zeros);
        }
        let bare = json!([{"idJudicatura": "17299", "nombreJudicatura": "A", "lstIncidenteJudicatura": null}]);
        assert_eq!(recipe().next(&number, &[info("17299209900001"), incidents(&bare)]), Next::Enough);
    }

    #[test]
    fn no_request_goes_to_the_search_or_carries_a_captcha_field() {
        let text = fixtures::shipped_text("ec-esatje");
        let keys: String = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
        for word in ["buscarCausas", "contarCausas", "recaptcha", "verdad", "MANTICORE"] {
            assert!(!keys.contains(word), "{word}");
        }
    }

    #[test]
    fn another_base_address_changes_the_requests_and_nothing_else() {
        let number = recipe().number("17299-2099-00001").unwrap();
        let Next::Ask(request) = recipe().with_base_url("http://127.0.0.1:9000/").next(&number, &[]) else { panic!("nothing to ask") };
        assert!(request.url.starts_with("http://127.0.0.1:9000/EXPEL-"), "{}", request.url);
        assert!(
            request.headers.iter().any(|(name, value)| name == "Origin" && value == "https://procesosjudiciales.funcionjudicial.gob.ec")
        );
    }

    #[test]
    fn an_html_page_among_the_acts_is_seen_before_the_next_request() {
        let number = recipe().number("17299-2099-00001").unwrap();
        let court = json!([{"idJudicatura": "17299", "nombreJudicatura": "A", "lstIncidenteJudicatura": [
            {"idIncidenteJudicatura": 1, "idMovimientoJuicioIncidente": 11}, {"idIncidenteJudicatura": 2, "idMovimientoJuicioIncidente": 12}]}]);
        let block = page("acts", 200, "application/json", b"<html><title>Request Rejected</title>");
        let next = recipe().next(&number, &[info("17299209900001"), incidents(&court), block]);
        assert!(matches!(next, Next::Refused(Refusal::Blocked(_))), "{next:?}");
    }

    fn row(code: u8, kind: u8, minute: u8, text: u8) -> Value {
        let tipo = ["AUTO (DECRETO) ", "AUTO (RAZON DE NOTIFICACION) ", "ESCRITO   "][usize::from(kind % 3)];
        json!({"codigo": code % 4, "idJudicatura": "17299", "idJuicio": "17299209900001 ", "fecha": format!("2099-03-0{}T16:0{}:00.000+00:00", 1 + kind % 2, minute % 3),
            "tipo": tipo, "actividad": format!("<p>{}</p>", text % 3),
            "visible": "S", "origen": "ProvPrimera", "uuid": "", "alias": "", "nombreArchivo": ""})
    }

    fn dockets(rows: Vec<Value>, shuffled: Vec<Value>) -> [Docket; 2] {
        let number = recipe().number("17299-2099-00001").unwrap();
        let court = json!([{"idJudicatura": "17299", "nombreJudicatura": "A", "lstIncidenteJudicatura": [
            {"idIncidenteJudicatura": 1, "idMovimientoJuicioIncidente": 11, "fechaCrea": "2099-01-01T00:00:00"}]}]);
        [rows, shuffled].map(|rows| {
            let pages = [info("17299209900001"), incidents(&court), acts(&Value::Array(rows))];
            let Step::Done(docket) = recipe().step(&number, &pages) else { panic!("not read") };
            docket
        })
    }

    fn rows_and_their_shuffle() -> impl Strategy<Value = (Vec<Value>, Vec<Value>)> {
        let rows =
            proptest::collection::vec((any::<u8>(), any::<u8>(), any::<u8>(), any::<u8>()).prop_map(|(a, b, c, d)| row(a, b, c, d)), 1..14);
        rows.prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))
    }

    proptest! {
        #[test]
        fn the_order_of_the_rows_changes_no_entry((rows, shuffled) in rows_and_their_shuffle()) {
            let sorted = |docket: Docket| {
                let mut entries = docket.entries;
                entries.sort_by(|a, b| a.key.cmp(&b.key));
                entries
            };
            let [a, b] = dockets(rows.clone(), shuffled);
            prop_assert_eq!(a.entries.len(), rows.len());
            prop_assert!(a.entries.windows(2).all(|pair| (pair[0].date, pair[0].time) >= (pair[1].date, pair[1].time)));
            let (a, b) = (sorted(a), sorted(b));
            prop_assert!(a.windows(2).all(|pair| pair[0].key != pair[1].key));
            prop_assert_eq!(a, b);
        }

        #[test]
        fn any_bytes_as_an_answer_are_a_value_and_no_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), status in prop_oneof![Just(200u16), 100u16..600], which in 0usize..3) {
            let number = recipe().number("17299-2099-00001").unwrap();
            let court = json!([{"idJudicatura": "17299", "lstIncidenteJudicatura": [{"idIncidenteJudicatura": 1}]}]);
            let mut pages = vec![info("17299209900001"), incidents(&court), acts(&json!([]))];
            pages[which].body = bytes;
            pages[which].status = status;
            let _ = recipe().step(&number, &pages);
            let _ = recipe().read(&number, &pages[which..=which]);
        }

        #[test]
        fn any_json_as_an_answer_is_a_value_and_no_panic(text in r#"[\[\{]("(idJuicio|codigo|fecha|tipo|lstIncidenteJudicatura|content)":|null,|\[|\{|\}|\]|1,|"x",|"<p>"){0,20}[\]\}]{0,4}"#, which in 0usize..3) {
            let number = recipe().number("17299-2099-00001").unwrap();
            let mut pages = vec![info("17299209900001"), incidents(&json!([])), acts(&json!([]))];
            pages[which].body = text.into_bytes();
            let _ = recipe().step(&number, &pages);
        }
    }

    #[test]
    fn a_docket_of_ten_thousand_rows_is_read_whole() {
        let rows: Vec<Value> = (0..10_000u32)
            .map(|nth| {
                let mut row = row(1, 0, 0, 0);
                row["codigo"] = json!(nth);
                row["actividad"] = json!(format!("<p>{}</p>", "Palabra con tilde &oacute; ".repeat(16)));
                row
            })
            .collect();
        let number = recipe().number("17299-2099-00001").unwrap();
        let page = acts(&Value::Array(rows));
        let started = std::time::Instant::now();
        let docket = recipe().read(&number, &[page]).unwrap();
        eprintln!("10,000 rows in {:?}", started.elapsed());
        assert_eq!(docket.entries.len(), 10_000);
    }
}
