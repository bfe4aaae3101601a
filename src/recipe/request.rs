//! One request of a step: its address, its headers and what it sends.
//!
//! Called by `step` for each element of the fan-out, and by `answer` for the texts that a step has bound. It sends nothing.
//! What only the operator knows is put into headers here, and only for the host that the recipe names.

use url::Url;

use super::Recipe;
use super::select::Visit;
use super::step::{Body, Step};
use super::template::{Env, Scope, Template, Var};
use crate::domain::case::CaseNumber;
use crate::domain::page::Request;

/// The name under which templates of headers find secrets.
pub const SECRET: &str = "secret";

/// The request that a step makes with these variables. `link` is where an earlier answer says that it goes on.
pub fn request(visit: &Visit<'_>, step: &Step, scope: &Scope<'_>, link: Option<&str>) -> Request {
    let plain = Env { number: visit.number, format: &visit.recipe.plan.number, scope, row: None, base: &visit.base };
    let scope = with_lets(step, &plain);
    let env = Env { scope: &scope, ..plain };
    let own = step.url.url(&env);
    let own = if own.starts_with('/') { format!("{}{own}", visit.base) } else { own };
    let url = link.map_or_else(|| own.clone(), str::to_owned);
    // An address that an answer gave may lead anywhere.
    let is_trusted = || (step.url.names_its_site() && is_same_site(&url, &own)) || is_same_site(&url, &visit.base);
    let mut headers = visit.recipe.headers_of(&visit.recipe.plan.headers, &env, is_trusted);
    let body = match &step.body {
        Body::None => None,
        Body::Json(shape) => Some(shape.value(&env).to_string().into_bytes()),
        Body::Form(fields) => {
            set_header(&mut headers, "Content-Type", "application/x-www-form-urlencoded");
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in fields {
                form.append_pair(name, &value.text(&env));
            }
            Some(form.finish().into_bytes())
        }
        Body::Text(text) => Some(text.text(&env).into_owned().into_bytes()),
    };
    for (name, value) in visit.recipe.headers_of(&step.headers, &env, is_trusted) {
        set_header(&mut headers, &name, &value);
    }
    if matches!(step.body, Body::Text(_)) && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        set_header(&mut headers, "Content-Type", "text/plain; charset=utf-8");
    }
    Request { step: step.id.clone(), method: step.method, url, headers, body, charset: step.charset.clone() }
}

/// The variables, and the texts that the step binds with them. A text of which something is not known (a saved page has no
/// request) is not bound.
pub fn with_lets<'s>(step: &'s Step, env: &Env<'s>) -> Scope<'s> {
    let mut scope = env.scope.clone();
    for (name, template) in &step.lets {
        if template.heads().all(|head| head == "number" || scope.find(head).is_some()) {
            let text = template.text(&Env { scope: &scope, ..*env });
            scope.vars.push((name.as_str(), Var::Own(text.into_owned().into())));
        }
    }
    scope
}

impl Recipe {
    /// The headers that every request for this case carries, robots.txt too; those with a secret are left out.
    pub fn headers(&self, number: &CaseNumber) -> Vec<(String, String)> {
        let base = self.base_url_of(number);
        let env = Env { number, format: &self.plan.number, scope: &Scope::default(), row: None, base: &base };
        self.headers_of(&self.plan.headers, &env, || false)
    }

    fn headers_of(&self, headers: &[(String, Template)], env: &Env<'_>, is_trusted: impl Fn() -> bool) -> Vec<(String, String)> {
        let mut scope = env.scope.clone();
        scope.vars.push((SECRET, Var::Own(self.secrets.as_value())));
        let env = Env { scope: &scope, ..*env };
        let is_sent = |template: &Template| template.heads().all(|head| head != SECRET) || is_trusted();
        headers.iter().filter(|(_, value)| is_sent(value)).map(|(name, value)| (name.clone(), value.text(&env).into_owned())).collect()
    }
}

fn is_same_site(a: &str, b: &str) -> bool {
    match (Url::parse(a), Url::parse(b)) {
        (Ok(a), Ok(b)) => a.origin() == b.origin(),
        _ => false,
    }
}

fn set_header(headers: &mut Vec<(String, String)>, name: &str, value: &str) {
    match headers.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        Some((_, old)) => value.clone_into(old),
        None => headers.push((name.to_owned(), value.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::domain::page::{Page, Request};
    use crate::recipe::fixtures::page;
    use crate::recipe::{Next, Recipe, Refusal, Secrets};

    const PACKED: &str = r#"
id = "xx-packed"
title = "A court that wants its questions packed"
jurisdiction = "xx"
language = "en"
timezone = "UTC"
base_url = "https://court.example"
case_url = "https://court.example/"
[secrets]
token = "a free token from https://court.example/token"
[headers]
Accept = "application/json"
Authorization = "Token {{ secret.token }}"
X-Case = "{{ number }}"
[number]
pattern = '(?<serial>\d+)'
compact = "{serial}"
canonical = "No. {serial}"
shape = "digits"
example = "12"
[[step]]
id = "found"
post = "/find"
json = { data = "{{ packed }}" }
[step.let]
payload = '{"numero":"{{ number.canonical }}"}'
packed = "{{ payload | uri | base64 }}"
[[step]]
id = "acts"
each = [{ case = "$.found.cases[*]" }]
post = "/soap"
body = "<id>{{ id | xml }}</id>"
more = { json = "$.next", follow = true, limit = 3 }
echo = { json = "$.id", equals = "{{ id }}" }
[step.let]
id = "{{ case.id }}&{{ number }}"
[step.headers]
x-case = "{{ id }}"
[entries]
from = "acts"
each = "$.rows[*]"
key = ["{{ id }}"]
title = "{{ id }}"
"#;

    fn recipe(text: &str) -> Recipe {
        let secrets: Secrets = [("token".to_owned(), "s3cret".to_owned())].into_iter().collect();
        Recipe::parse("packed.toml", text).unwrap().with_secrets(secrets)
    }

    fn answer(step: &str, body: &Value) -> Page {
        page(step, 200, "application/json", body.to_string().as_bytes())
    }

    fn asked(recipe: &Recipe, pages: &[Page]) -> Request {
        match recipe.next(&recipe.number("12").unwrap(), pages) {
            Next::Ask(request) => request,
            other => panic!("{other:?}"),
        }
    }

    fn header<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
        request.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn what_is_sent_is_packed_by_steps_and_stays_out_of_the_rows() {
        let recipe = recipe(PACKED);
        let first = asked(&recipe, &[]);
        let packed = "JTdCJTIybnVtZXJvJTIyJTNBJTIyTm8uJTIwMTIlMjIlN0Q=";
        assert_eq!(first.body.as_deref(), Some(json!({"data": packed}).to_string().as_bytes()));
        assert_eq!((header(&first, "X-Case"), header(&first, "Authorization")), (Some("12"), Some("Token s3cret")));
        let found = answer("found", &json!({"cases": [{"id": "<7>"}]}));
        let second = asked(&recipe, std::slice::from_ref(&found));
        assert_eq!(second.body.as_deref(), Some("<id>&lt;7&gt;&amp;12</id>".as_bytes()));
        assert_eq!((header(&second, "X-Case"), header(&second, "Content-Type")), (Some("<7>&12"), Some("text/plain; charset=utf-8")));
        // The rows have a field of the same name, which counts there.
        let rows = answer("acts", &json!({"id": "<7>&12", "rows": [{"id": "row"}]}));
        let docket = recipe.read(&recipe.number("12").unwrap(), &[found.clone(), rows]).unwrap();
        assert_eq!(docket.entries[0].title, "row");
        let neighbour = answer("acts", &json!({"id": "<8>&12", "rows": []}));
        assert!(matches!(recipe.read(&recipe.number("12").unwrap(), &[found, neighbour]), Err(Refusal::Unreadable { .. })));
        let soap = self::recipe(&PACKED.replace("[step.headers]", "[step.headers]\ncontent-type = \"text/xml\""));
        let found = answer("found", &json!({"cases": [{"id": "7"}]}));
        assert_eq!(header(&asked(&soap, &[found]), "content-type"), Some("text/xml"));
    }

    #[test]
    fn a_secret_goes_to_the_host_of_the_recipe_and_nowhere_else() {
        let found = answer("found", &json!({"cases": [{"id": "7"}]}));
        for (next, is_sent) in [("/more", true), ("https://court.example/x", true), ("https://court.example.evil.example/x", false)] {
            let goes_on = Page { url: "https://court.example/soap".into(), ..answer("acts", &json!({"id": "7&12", "next": next})) };
            let request = asked(&recipe(PACKED), &[found.clone(), goes_on]);
            assert_eq!(header(&request, "Authorization").is_some(), is_sent, "{next}");
            assert_eq!(header(&request, "Accept"), Some("application/json"));
        }
        for (address, id, is_sent) in [
            ("https://api.court.example/find", "7", true),
            ("https://api.court.example/{{ case.id }}", "7", true),
            ("https://api.court.example?id={{ case.id }}", "7", true),
            ("https://api{{ number }}.court.example/{{ case.id }}", "7", true),
            ("{{ case.id }}", "https://other.example/", false),
            ("https://{{ case.id }}/find", "other.example", false),
            ("https://api.court.example{{ case.id }}", ".other.example/", false),
            ("https://api.court.example:80{{ case.id }}", "@other.example/", false),
        ] {
            let recipe = recipe(&PACKED.replace("post = \"/soap\"", &format!("post = \"{address}\"")));
            let found = answer("found", &json!({"cases": [{"id": id}]}));
            assert_eq!(header(&asked(&recipe, &[found]), "Authorization").is_some(), is_sent, "{address}");
        }
        let recipe = recipe(PACKED);
        assert_eq!(recipe.headers(&recipe.number("12").unwrap()).len(), 2, "robots.txt is asked without it");
    }

    #[test]
    fn a_secret_shows_in_no_debug_output() {
        let recipe = recipe(PACKED);
        let shown = format!("{recipe:?} {:?}", recipe.next(&recipe.number("12").unwrap(), &[]));
        assert!(!shown.contains("s3cret") && shown.contains("Authorization"), "{shown}");
    }

    #[test]
    fn mistakes_are_told_at_their_place() {
        for (good, bad, expected) in [
            ("{{ secret.token }}", "{{ secret.tokn }}", "13:17: there is no secret \"tokn\""),
            ("{{ secret.token }}", "{{ secret }}", "13:17: a secret is named"),
            ("data = \"{{ packed }}\"", "data = \"{{ secret.token }}\"", "24:17: unknown name \"secret\""),
            ("payload =", "number =", "26:1: \"number\" is"),
            ("[step.let]\nid =", "[step.let]\ncase = \"x\"\nid =", "36:1: \"case\" is"),
            ("{{ payload |", "{{ paylaod |", "27:10: unknown name \"paylaod\""),
            ("post = \"/soap\"", "get = \"/soap\"", "32:8: a GET sends no body"),
            ("body = \"", "form = { a = \"b\" }\nbody = \"", "33:8: a request sends one of"),
        ] {
            assert!(PACKED.contains(good), "{good}");
            let problems = Recipe::parse("p.toml", &PACKED.replacen(good, bad, 1)).expect_err(bad);
            let shown: Vec<String> =
                problems.iter().map(|problem| format!("{}:{}: {}", problem.line, problem.column, problem.message)).collect();
            assert!(shown.iter().any(|line| line.starts_with(expected)), "expected {expected}, found {shown:#?}");
        }
    }
}
