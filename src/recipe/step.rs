//! The requests of a recipe: what to ask, once or for each element of earlier answers.
//!
//! Called by [`Recipe::next`](super::Recipe::next) and `read`. It makes requests and sends none; reading the answers is
//! `answer`'s work.

use std::borrow::Cow;
use std::collections::HashSet;
use std::time::Duration;

use super::path::JsonPath;
use super::value::Value;

use super::Refusal;
use super::answer::{self, Format, Rule};
use super::filter::absolute;
use super::inside::Inside;
use super::request::request;
use super::required::Required;
use super::select::{Level, Visit};
use super::template::{Env, Scope, Template, Var};
use crate::domain::page::{Method, Request};

/// One `[[step]]` of a recipe.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its name, which pages carry.
    pub id: String,
    /// GET or POST.
    pub method: Method,
    /// The address, relative to the recipe's base or absolute.
    pub url: Template,
    /// Texts for the templates of its requests, in their order.
    pub lets: Vec<(String, Template)>,
    /// Headers beside or instead of the recipe's.
    pub headers: Vec<(String, Template)>,
    /// What is sent.
    pub body: Body,
    /// The charset that is known to be right.
    pub charset: Option<String>,
    /// Whether a docket can do without it: it may have nothing to ask for, and saved pages may lack it.
    pub optional: bool,
    /// The fan-out; empty means one request.
    pub each: Vec<Level>,
    /// What to bind when the first list of the fan-out was answered and is empty.
    pub otherwise: Vec<(String, Shape)>,
    /// What the answer must be.
    pub format: Format,
    /// What is taken out of the answer before it is read or kept.
    pub drop: Vec<JsonPath>,
    /// How a whole HTML page ends, one of these; empty where that is not known.
    pub ends: Vec<String>,
    /// Answers that are none.
    pub rules: Vec<Rule>,
    /// What every element of the answer must have.
    pub required: Vec<Required>,
    /// What the answer must repeat.
    pub echo: Vec<Echo>,
    /// How the number of the case is put together from the answer, for pages that were saved without it.
    pub shows: Option<Template>,
    /// How an answer says that it goes on.
    pub more: Option<More>,
    /// Texts in the answer that are HTML, XML or JSON themselves.
    pub inside: Vec<Inside>,
    /// How long an answer serves every case that asks the same.
    pub shared: Option<Duration>,
    /// How long later steps need not be asked while the answers up to this one stay as they are.
    pub probe: Option<Duration>,
}

/// Paging: an answer may go on in another. Templates of the step know `page`, from `first` on, and `more`, what was found.
#[derive(Debug, Clone)]
pub struct More {
    /// Finds something on an answer that is not the last.
    pub json: JsonPath,
    /// What it finds is the address of the next.
    pub follow: bool,
    /// The most answers to one request.
    pub limit: usize,
    /// What the source calls its first page; most say 1.
    pub first: usize,
}

/// What a request sends.
#[derive(Debug, Clone)]
pub enum Body {
    /// Nothing.
    None,
    /// JSON.
    Json(Shape),
    /// A form.
    Form(Vec<(String, Template)>),
    /// A text as it is.
    Text(Template),
}

/// A JSON value with templates in it.
#[derive(Debug, Clone)]
pub enum Shape {
    /// A template, typed when it is exactly one value.
    Text(Template),
    /// A number or a flag.
    Fixed(Value<'static>),
    /// A list.
    List(Vec<Shape>),
    /// An object, its keys in the recipe's order.
    Object(Vec<(String, Shape)>),
}

/// The answer must repeat what was asked: a source may answer with its neighbour.
#[derive(Debug, Clone)]
pub struct Echo {
    /// The path as written.
    pub path: String,
    /// Where the answer repeats it.
    pub json: JsonPath,
    /// What was asked.
    pub expected: Expected,
    /// Whether it must be there even when the answer shows nothing.
    pub required: bool,
}

/// What an answer must repeat.
#[derive(Debug, Clone)]
pub enum Expected {
    /// This text.
    Text(Template),
    /// The number of the case, however the source writes it.
    Number,
}

/// A request and the variables it was made with.
pub struct Asked<'d> {
    /// The variables.
    pub scope: Scope<'d>,
    /// The request.
    pub request: Request,
}

/// More requests than this in one step are a fault of the source or of the recipe, not a docket. The widest case
/// captured has four (`ecuador.md` 1.4).
const MOST_REQUESTS: usize = 200;

/// The requests of a step, as far as the answers tell; also how many nulls its lists held.
pub fn asked<'d>(visit: &'d Visit<'_>, index: usize, step: &'d Step) -> Result<(Vec<Asked<'d>>, usize), Refusal> {
    let (mut scopes, nulls) = visit.fan_out(&step.each)?;
    if !step.otherwise.is_empty() && visit.is_answered_empty(&step.each)? {
        let empty = Scope::default();
        let env = Env { number: visit.number, format: &visit.recipe.plan.number, scope: &empty, row: None, base: "" };
        let vars = step.otherwise.iter().map(|(name, shape)| (name.as_str(), Var::Own(shape.value(&env).into_owned()))).collect();
        scopes = vec![Scope { vars, outer: None }];
    }
    let (mut seen, mut asked) = (HashSet::new(), Vec::new());
    let mut pages = visit.pages_of(index);
    'requests: for scope in scopes {
        let (mut nth, mut found) = (1, Value::Null);
        loop {
            let this = paged(visit, step, &scope, nth, &found);
            if !seen.insert((this.request.url.clone(), this.request.body.clone())) {
                break;
            }
            asked.push(this);
            if asked.len() > MOST_REQUESTS {
                return Err(too_many(step, MOST_REQUESTS));
            }
            let Some(more) = &step.more else { break };
            // Until this page is there, nobody knows what comes after it.
            let Some(page) = pages.next() else { break 'requests };
            let Some(next) = goes_on(visit, step, more, page)? else { break };
            if nth >= more.limit {
                if visit.recipe.sliding {
                    break;
                }
                return Err(too_many(step, more.limit));
            }
            (nth, found) = (nth + 1, next);
        }
    }
    Ok((asked, nulls.iter().sum()))
}

fn too_many(step: &Step, most: usize) -> Refusal {
    Refusal::Unreadable { at: format!("the requests of step {}", step.id), expected: format!("at most {most}"), found: "more".to_owned() }
}

/// What an answer says of its continuation.
fn goes_on(visit: &Visit<'_>, step: &Step, more: &More, page: usize) -> Result<Option<Value<'static>>, Refusal> {
    let answer = &visit.pages[page];
    answer::glance(step, answer)?;
    let found = more.json.query(visit.document(page)?).into_iter().find(|value| !value.is_null()).cloned().map(Value::into_owned);
    Ok(match found {
        Some(Value::String(link)) if more.follow => Some(absolute(&link, &answer.url)).filter(|link| !link.is_empty()).map(Value::from),
        found => found,
    })
}

fn paged<'d>(visit: &Visit<'_>, step: &'d Step, scope: &Scope<'d>, nth: usize, found: &Value<'static>) -> Asked<'d> {
    let mut scope = scope.clone();
    if let Some(more) = &step.more {
        scope.vars.push(("page", Var::Own(Value::from(more.first + nth - 1))));
        scope.vars.push(("more", Var::Own(found.clone())));
    }
    let link = match (&step.more, found) {
        (Some(More { follow: true, .. }), Value::String(link)) => Some(link.as_ref()),
        _ => None,
    };
    let request = request(visit, step, &scope, link);
    Asked { scope, request }
}

impl Shape {
    /// The value.
    pub fn value<'a>(&'a self, env: &Env<'a>) -> Value<'a> {
        match self {
            Self::Text(template) => template.value(env),
            Self::Fixed(value) => value.clone(),
            Self::List(list) => Value::Array(list.iter().map(|shape| shape.value(env)).collect()),
            Self::Object(fields) => Value::Object(fields.iter().map(|(name, shape)| (Cow::from(name), shape.value(env))).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::domain::page::Page;
    use crate::recipe::fixtures::page;
    use crate::recipe::{Next, Recipe, Refusal, Step};

    const PAGED: &str = r#"
id = "xx-paged"
title = "A court that pages"
jurisdiction = "xx"
language = "en"
timezone = "UTC"
base_url = "https://court.example/api"
case_url = "https://court.example/"
[number]
pattern = '(?<serial>\d+)'
compact = "{serial}"
canonical = "{serial}"
shape = "digits"
example = "12"
[[step]]
id = "found"
get = "/find?n={{ number }}"
not_found = [{ status = 404, json = "$.message" }, { empty = "$.cases[*]" }]
reserved = { json = "$.cases[?@.secret == true]" }
[[step]]
id = "acts"
each = [{ case = "$.found.cases[*]" }]
post = "/acts"
form = { id = "{{ case.id }}", page = "{{ page }}" }
more = { json = "$.paging[?@.page < @.pages]", limit = 3 }
[entries]
from = "acts"
each = "$.rows[*]"
key = ["{{ case.id }}-{{ id }}"]
title = "{{ t }}"
"#;

    fn answer(step: &str, body: &Value) -> Page {
        page(step, 200, "application/json", body.to_string().as_bytes())
    }

    fn acts(number: u32, of: u32, id: u32) -> Page {
        answer("acts", &json!({"rows": [{"id": id, "t": "x"}], "paging": {"at": {"page": number, "pages": of}}}))
    }

    #[test]
    fn answers_that_go_on_are_followed_for_each_element() {
        let recipe = Recipe::parse("paged.toml", PAGED).unwrap();
        let number = recipe.number("12").unwrap();
        let mut pages = vec![answer("found", &json!({"cases": [{"id": 7}, {"id": 8}]}))];
        for (body, reply) in [("id=7&page=1", acts(1, 2, 1)), ("id=7&page=2", acts(2, 2, 2)), ("id=8&page=1", acts(1, 1, 3))] {
            let Next::Ask(request) = recipe.next(&number, &pages) else { panic!("{body} is not asked for") };
            assert_eq!(String::from_utf8(request.body.unwrap()).unwrap(), body);
            assert!(request.headers.iter().any(|(_, value)| value == "application/x-www-form-urlencoded"));
            pages.push(reply);
        }
        let Step::Done(docket) = recipe.step(&number, &pages) else { panic!("not read") };
        let keys: Vec<&str> = docket.entries.iter().map(|entry| entry.key.0.as_str()).collect();
        assert_eq!(keys, ["7-1", "7-2", "8-3"]);
    }

    #[test]
    fn a_source_may_count_its_pages_from_zero() {
        let recipe = Recipe::parse("paged.toml", &PAGED.replace("limit = 3", "limit = 3, first = 0")).unwrap();
        let number = recipe.number("12").unwrap();
        let mut pages = vec![answer("found", &json!({"cases": [{"id": 7}]}))];
        for (body, reply) in [("id=7&page=0", acts(1, 2, 1)), ("id=7&page=1", acts(2, 2, 2))] {
            let Next::Ask(request) = recipe.next(&number, &pages) else { panic!("{body} is not asked for") };
            assert_eq!(String::from_utf8(request.body.unwrap()).unwrap(), body);
            pages.push(reply);
        }
        assert!(matches!(recipe.next(&number, &pages), Next::Enough));
    }

    #[test]
    fn only_the_elements_for_which_a_condition_holds_are_asked_for() {
        let level = r#"{ case = "$.found.cases[*]", when = { value = "{{ case.id }} of {{ number }}", matches = '^8 of 12$' } }"#;
        let recipe = Recipe::parse("paged.toml", &PAGED.replace(r#"{ case = "$.found.cases[*]" }"#, level)).unwrap();
        let number = recipe.number("12").unwrap();
        let found = answer("found", &json!({"cases": [{"id": 7}, {"id": 8}]}));
        let Next::Ask(request) = recipe.next(&number, std::slice::from_ref(&found)) else { panic!("nothing is asked for") };
        assert_eq!(request.body.as_deref(), Some(b"id=8&page=1".as_slice()));
        assert!(matches!(recipe.next(&number, &[found, acts(1, 1, 3)]), Next::Enough));
        let others = answer("found", &json!({"cases": [{"id": 7}]}));
        assert!(matches!(recipe.next(&number, &[others]), Next::Refused(Refusal::Unreadable { .. })), "not an empty docket");
    }

    #[test]
    fn the_one_hit_that_is_the_case_is_asked_for_with_what_found_it() {
        let steps = r#"
[[step]]
id = "card"
each = [{ case = "$.found.cases[*]" }]
get = "/card/{{ case.id }}"
[[step]]
id = "acts"
each = [{ card = "$.card", when = { value = "{{ card.number }}", number = true }, none = "not_found" }]
get = "/acts/{{ case.id }}/{{ card.room }}"
[entries]"#;
        let (head, rest) = PAGED.split_once("[[step]]\nid = \"acts\"").unwrap();
        let text = format!("{head}{}", rest.split_once("[entries]").map(|(_, entries)| format!("{steps}{entries}")).unwrap());
        let recipe = Recipe::parse("hits.toml", &text).unwrap();
        let number = recipe.number("12").unwrap();
        let card = |number: &str| answer("card", &json!({"number": number, "room": "B"}));
        let found = answer("found", &json!({"cases": [{"id": 7}, {"id": 8}]}));
        let mut pages = vec![found.clone(), card("112"), card("12")];
        let Next::Ask(request) = recipe.next(&number, &pages) else { panic!("nothing is asked for") };
        assert_eq!(request.url, "https://court.example/api/acts/8/B");
        pages.push(acts(1, 1, 3));
        let Step::Done(docket) = recipe.step(&number, &pages) else { panic!("not read") };
        assert_eq!(docket.entries[0].key.0, "8-3");
        assert_eq!(recipe.next(&number, &[found.clone(), card("112"), card("13")]), Next::Refused(Refusal::NotFound));
        // Cards that show no number at all are laid out anew, and not those of other cases.
        let renamed = answer("card", &json!({"no": "12", "room": "B"}));
        let next = recipe.next(&number, &[found, renamed.clone(), renamed]);
        assert!(matches!(next, Next::Refused(Refusal::Unreadable { .. })), "{next:?}");
    }

    #[test]
    fn paging_has_a_bound_and_a_block_page_in_it_is_seen() {
        let recipe = Recipe::parse("paged.toml", PAGED).unwrap();
        let number = recipe.number("12").unwrap();
        let found = answer("found", &json!({"cases": [{"id": 7}]}));
        let endless: Vec<Page> = std::iter::once(found.clone()).chain((1..4).map(|nth| acts(nth, 99, nth))).collect();
        assert!(matches!(recipe.next(&number, &endless), Next::Refused(Refusal::Unreadable { .. })));
        let blocked = [found, page("acts", 200, "text/html", b"<title>Access Denied</title>")];
        assert!(matches!(recipe.next(&number, &blocked), Next::Refused(Refusal::Blocked(_))));
    }

    #[test]
    fn a_case_may_be_unknown_or_reserved_by_status_or_by_content() {
        let recipe = Recipe::parse("paged.toml", PAGED).unwrap();
        let number = recipe.number("12").unwrap();
        let unknown = Page { status: 404, ..answer("found", &json!({"message": "none"})) };
        let moved = Page { status: 404, ..page("found", 404, "text/html", b"<title>Not here</title>") };
        let reserved = answer("found", &json!({"cases": [{"id": 7, "secret": true}]}));
        let refusal = |page: Page| match recipe.next(&number, &[page]) {
            Next::Refused(refusal) => refusal,
            other => panic!("{other:?}"),
        };
        assert_eq!(refusal(unknown), Refusal::NotFound);
        assert_eq!(refusal(answer("found", &json!({"cases": []}))), Refusal::NotFound);
        assert_eq!(refusal(reserved), Refusal::Reserved);
        assert!(matches!(refusal(moved), Refusal::Unreadable { .. }));
    }
}
