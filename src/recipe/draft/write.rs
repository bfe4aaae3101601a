//! The TOML of a draft, with comments that say what has to be filled in yet.

use toml_edit::Value as Toml;

use super::{Candidate, Form, Look, NotFound, Numbering, Roles, Spot};

/// Everything that was asked.
#[derive(Debug)]
pub struct Draft<'a> {
    /// The id.
    pub id: String,
    /// The title.
    pub title: String,
    /// The language.
    pub language: String,
    /// The zone.
    pub timezone: String,
    /// The address of the page that was saved.
    pub address: Option<String>,
    /// The case number of the page.
    pub example: String,
    /// What case numbers look like.
    pub numbering: Numbering,
    /// Where the page shows the number, and whether nothing else stands there.
    pub number_at: Option<(Spot, bool)>,
    /// The form of the page.
    pub form: Form,
    /// The names of the root of XML.
    pub root: Option<String>,
    /// The charset, when the page's own word is wrong.
    pub charset: Option<String>,
    /// The tags that the page ends with.
    pub ends: Option<String>,
    /// The entries.
    pub candidate: &'a Candidate,
    /// Which column is which.
    pub roles: Roles,
    /// How a page says that a case is not there.
    pub not_found: Option<NotFound>,
}

/// A text in TOML's quotes.
fn quoted(text: &str) -> String {
    let value = Toml::from(text).to_string();
    // A template reads best in plain quotes, and needs no others.
    if text.contains(['"', '\\', '\n']) { value } else { format!("\"{text}\"") }
}

/// A pattern in TOML's literal quotes, where that is possible.
fn literal(pattern: &str) -> String {
    if pattern.contains(['\'', '\n']) { quoted(pattern) } else { format!("'{pattern}'") }
}

/// The recipe.
pub fn toml(draft: &Draft<'_>) -> String {
    let mut out = String::new();
    head(draft, &mut out);
    number(draft, &mut out);
    step(draft, &mut out);
    entries(draft, &mut out);
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// The address in its parts: the host, what comes after it as a template, and whether the case number stands in it.
fn address(draft: &Draft<'_>) -> Option<(String, String, Option<String>)> {
    let url = url::Url::parse(draft.address.as_deref()?.trim()).ok()?;
    let host = format!("{}://{}", url.scheme(), &url[url::Position::BeforeHost..url::Position::AfterPort]);
    let rest = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let bare: String = draft.example.chars().filter(char::is_ascii_alphanumeric).collect();
    let encoded: String = url::form_urlencoded::byte_serialize(draft.example.as_bytes()).collect();
    let forms = [
        (draft.example.clone(), draft.numbering.form.clone()),
        (encoded, draft.numbering.form.clone()),
        (bare, draft.numbering.bare_form()),
    ];
    let found = forms.into_iter().find(|(written, _)| !written.is_empty() && rest.contains(written.as_str()));
    Some(match found {
        Some((written, form)) => (host, rest.replace(&written, "{{ number.compact }}"), Some(form)),
        None => (host, rest.to_owned(), None),
    })
}

fn head(draft: &Draft<'_>, out: &mut String) {
    let address = address(draft);
    let jurisdiction = draft.id.split('-').next().unwrap_or_default();
    line(out, &format!("# {}", draft.title.replace('\n', " ")));
    line(out, "#");
    line(
        out,
        "# Begun with `veedor sources new` from one saved page. What is known of the site, and how well: [C], inferred from that page.",
    );
    line(out, "# TODO marks what has to be looked at before this recipe asks a court. docs/recipes.md leads through it.");
    line(out, "");
    line(out, &format!("id           = {}", quoted(&draft.id)));
    line(out, &format!("title        = {}", quoted(&draft.title)));
    line(out, &format!("jurisdiction = {}                    # whose words and calendar apply", quoted(jurisdiction)));
    line(out, &format!("language     = {}", quoted(&draft.language)));
    line(out, &format!("timezone     = {}", quoted(&draft.timezone)));
    let (base, case_url) = match &address {
        Some((host, rest, found)) => (host.clone(), if found.is_some() { format!("{host}{rest}") } else { host.clone() }),
        None => ("https://court.invalid".to_owned(), "https://court.invalid/".to_owned()),
    };
    if address.is_none() {
        line(out, "# TODO: the address of the site, and where a person can look at a case");
    }
    line(out, &format!("base_url     = {}", quoted(&base)));
    line(out, &format!("case_url     = {}", quoted(&case_url)));
    line(out, "");
    if !address.as_ref().is_some_and(|(.., found)| found.is_some()) {
        line(out, "# The number does not stand in the address of the page, so that nobody can be asked yet: pages are brought in with");
        line(
            out,
            "# `veedor import`. TODO: when you know how to ask for a case (a POST, a search first), write the [[step]] and take this out.",
        );
        line(out, "import_only = \"how to ask for a case is not known yet\"");
        line(out, "how         = \"open the site, search the number, save the page of the case\"");
        line(out, "");
    }
    line(out, "# TODO: be polite. Look for what the site says of its limits; these are careful where nothing is said.");
    line(out, "gap     = \"10s\"         # between two requests");
    line(out, "every   = \"1h\"          # how often a case is visited");
    line(out, "daily   = 500           # requests a day, at most");
    line(out, "timeout = \"60s\"");
    line(out, "");
    line(out, "# TODO: read the terms of use and robots.txt, and write down what they say. A site that forbids machines is not polled.");
    line(out, "terms      = \"Not read yet.\"");
    line(out, "terms_es   = \"Todavía no se leyeron.\"");
    line(out, "robots     = \"Not known; read at the first visit and obeyed.\"");
    line(out, "robots_es  = \"No se conoce; se lee en la primera visita y se respeta.\"");
    line(out, "confidence = \"[C] inferred from one saved page.\"");
    line(out, "unverified = \"it was begun from one saved page, and has not been seen to work with the live site\"");
    line(out, "unverified_es = \"se empezó a partir de una página guardada, y no se ha visto funcionar con el sitio\"");
    line(out, &format!("examples   = [{}]", quoted(&draft.example)));
    line(out, "");
    line(out, "[headers]");
    line(out, &format!("Accept-Language = {}", quoted(&draft.language)));
    line(out, "");
}

fn number(draft: &Draft<'_>, out: &mut String) {
    let numbering = &draft.numbering;
    let compact = address(draft).and_then(|(.., form)| form).unwrap_or_else(|| numbering.form.clone());
    line(out, "[number]");
    line(out, "# TODO: made from one example. Compare with a few other numbers: which parts may be shorter, longer, or letters?");
    line(out, &format!("pattern     = {}", literal(&numbering.pattern)));
    line(out, &format!("compact     = {}    # how the source wants it; identifies the case, so do not change it later", quoted(&compact)));
    line(out, &format!("canonical   = {}    # how people write it", quoted(&numbering.form)));
    line(out, "uppercase   = true");
    if !draft.example.contains(' ') {
        line(out, "drop_spaces = true");
    }
    line(out, &format!("shape       = {}", quoted(&numbering.shape)));
    line(out, &format!("example     = {}", quoted(&draft.example)));
    line(out, "");
}

fn step(draft: &Draft<'_>, out: &mut String) {
    let path = address(draft).map_or_else(|| "/".to_owned(), |(_, rest, _)| rest);
    line(out, "[[step]]");
    line(out, "id     = \"case\"");
    line(out, &format!("get    = {}", quoted(&path)));
    match draft.form {
        Form::Html => line(out, "format = \"html\""),
        Form::Xml => {
            line(out, "format = \"xml\"");
            if let Some(root) = &draft.root {
                line(out, &format!("root   = [{}]", quoted(root)));
            }
        }
        Form::Json if draft.candidate.at.starts_with("$[*]") => line(out, "list   = true"),
        Form::Json => {}
    }
    if let Some(charset) = &draft.charset {
        line(out, &format!("charset = {}            # the page names another, or none, and is this", quoted(charset)));
    }
    if let Some(ends) = &draft.ends {
        line(out, &format!("ends   = {}       # a page without its end is cut off, and not read", quoted(ends)));
    }
    let echo = match &draft.number_at {
        _ if of_others(draft).is_some() => None,
        Some((Spot::Path(path), true)) => Some(path.clone()),
        Some((Spot::Css(_) | Spot::Label(_), _)) => Some("$.number".to_owned()),
        _ => None,
    };
    match echo {
        Some(path) => line(
            out,
            &format!("echo   = {{ json = {}, number = true, required = true }}    # a page of another case is refused", quoted(&path)),
        ),
        None if of_others(draft).is_some() => {}
        None => line(
            out,
            "# TODO: echo = { json = \"$.number\", number = true, required = true }: no place of the case number on the page is known, and\n# without it the page of another case would be taken for this one.",
        ),
    }
    match &draft.not_found {
        Some(NotFound::Text(text)) => line(out, &format!("not_found = {{ text = {} }}", quoted(text))),
        Some(NotFound::Field(path)) => line(out, &format!("not_found = {{ json = {} }}", quoted(path))),
        Some(NotFound::Empty(path)) => line(
            out,
            &format!(
                "not_found = {{ empty = {} }}    # TODO: does the court answer so when it is overloaded, too? Then find a better sign (trap 3)",
                quoted(path)
            ),
        ),
        None => line(
            out,
            "# TODO: search a number that does not exist, save the page, and say how it is known:\n# not_found = { text = \"no se encontraron resultados\" }    # also status, css, json, empty; and blocked, reserved, unavailable",
        ),
    }
    line(out, "");
    if draft.form == Form::Html {
        view(draft, out);
    }
}

/// A pattern without the names of its groups.
fn unnamed(pattern: &str) -> String {
    pattern.split("(?<").enumerate().fold(String::new(), |text, (nth, part)| match (nth, part.split_once('>')) {
        (1.., Some((_, rest))) => format!("{text}(?:{rest}"),
        _ => text + part,
    })
}

/// Courts write letters as they like, and the number of a case is put into one case only afterwards.
fn in_any_case(pattern: &str) -> String {
    if pattern.contains("A-Z") { format!("(?i){pattern}") } else { pattern.to_owned() }
}

fn view(draft: &Draft<'_>, out: &mut String) {
    line(out, "[step.view]");
    let first = in_any_case(&unnamed(&draft.numbering.pattern));
    match &draft.number_at {
        Some((Spot::Css(css), true)) => line(out, &format!("number = {}", quoted(css))),
        Some((Spot::Css(css), false)) => line(out, &format!("number = {{ css = {}, first = {} }}", quoted(css), literal(&first))),
        Some((Spot::Label(label), _)) => {
            line(out, &format!("number = {{ label = {}, first = {} }}", literal(&regex::escape(label)), literal(&first)))
        }
        _ => {}
    }
    let (mut columns, mut cells, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for (nth, cell) in draft.candidate.cells.iter().enumerate() {
        if !used(&draft.roles).contains(&nth) && of_others(draft) != Some(nth) {
            others.push(cell.name.clone());
            continue;
        }
        match &cell.look {
            Look::Column(heading) => columns.push(format!("{} = {}", cell.name, literal(&format!("^{}$", regex::escape(heading))))),
            Look::InColumn(heading, css) => {
                let column = draft.candidate.cells.iter().find(|other| other.look == Look::Column(heading.clone()));
                let column = column.map_or_else(|| "link_column".to_owned(), |column| column.name.clone());
                let known = format!("{column} = {}", literal(&format!("^{}$", regex::escape(heading))));
                if !columns.contains(&known) {
                    columns.push(known);
                }
                cells.push(format!("{} = {{ column = {}, css = {} }}", cell.name, quoted(&column), quoted(css)));
            }
            Look::Css(css) | Look::Field(css) => cells.push(format!("{} = {}", cell.name, quoted(css))),
        }
    }
    let columns = if columns.is_empty() { String::new() } else { format!("columns = {{ {} }}, ", columns.join(", ")) };
    if draft.candidate.at.contains("nth-") || cells.iter().any(|cell| cell.contains("nth-")) {
        line(
            out,
            "# TODO: this goes by position, because nothing on the page had a name that lasts. It reads something else when the court",
        );
        line(out, "# adds a column; look for an id, a class, or the words of a heading or label.");
    }
    line(out, "# required: a page without a single row is refused, because courts answer so when they are overloaded.");
    line(out, &format!("rows = {{ css = {}, required = true, {columns}cells = {{ {} }} }}", quoted(&draft.candidate.at), cells.join(", ")));
    if !others.is_empty() {
        line(out, &format!("# also in the rows, and not used: {}", others.join(", ")));
    }
    line(out, "");
}

/// The column that says whose case a row is, where the page lists rows of several cases: the number stands in rows alone, and
/// not by itself, or not in all of them.
fn of_others(draft: &Draft<'_>) -> Option<usize> {
    let is_in_rows = match &draft.number_at {
        None => true,
        Some((Spot::Path(path), _)) => path.starts_with(&draft.candidate.at),
        Some(_) => false,
    };
    let says = |value: &String| value.contains(&draft.example);
    draft
        .candidate
        .cells
        .iter()
        .position(|cell| is_in_rows && cell.values.iter().any(says) && !cell.values.iter().all(|value| *value == draft.example))
}

fn used(roles: &Roles) -> Vec<usize> {
    let date = roles.date.as_ref().map(|(nth, _)| *nth);
    [date, roles.title, roles.text, roles.link, roles.key].into_iter().flatten().collect()
}

fn entries(draft: &Draft<'_>, out: &mut String) {
    let (roles, cells) = (&draft.roles, &draft.candidate.cells);
    let name = |nth: usize| match cells.get(nth).map(|cell| (&cell.look, &cell.name)) {
        Some((Look::Field(path), _)) => path.clone(),
        Some((_, name)) => name.clone(),
        None => String::new(),
    };
    let title = roles.title.map(name).unwrap_or_default();
    line(out, "[entries]");
    line(out, "from   = \"case\"");
    let rows = if draft.form == Form::Html { "$.rows[*]" } else { draft.candidate.at.as_str() };
    line(out, &format!("each   = {}", quoted(rows)));
    if draft.form == Form::Html {
        line(out, "titled = true             # rows without a title, such as headings, are no entries");
    }
    if !title.contains('.') {
        line(out, &format!("required = [{}]    # when no row has it, the page has changed", quoted(&title)));
    }
    if let Some(name) = of_others(draft).map(name) {
        line(out, "# The page lists rows of several cases, or may: those of another number are left out.");
        let first = in_any_case(&unnamed(&draft.numbering.pattern));
        line(out, &format!("when   = {{ value = {}, number = true }}", quoted(&format!("{{{{ {name} | first: '{first}' }}}}"))));
    }
    let mut keys = Vec::new();
    if let Some(key) = roles.key.map(name) {
        keys.push(format!("{{{{ {key} | collapse }}}}"));
    }
    if let Some(link) = roles.link.filter(|link| roles.key.is_none() && tells_apart(&cells[*link].values)) {
        keys.push(format!("{{{{ {} | absolute | sessionless }}}}", name(link)));
    }
    if roles.date.is_some() {
        keys.push(format!("{{{{ stamp }}}}:{{{{ {title} | collapse | short: 80 }}}}"));
    }
    keys.push(format!("{{{{ {title} | collapse | short: 80 }}}}"));
    line(out, "# What tells a row from the others, and stays when the court edits it: the first of these whose values are all there.");
    line(out, "# TODO: is the first one a number that the court never gives anew (trap 5 of the guide)?");
    line(out, &format!("key    = [{}]", keys.iter().map(|key| quoted(key)).collect::<Vec<_>>().join(", ")));
    match &roles.date {
        Some((nth, formats)) => {
            let formats: Vec<String> = formats.iter().map(|format| quoted(format)).collect();
            line(
                out,
                &format!("date   = {{ value = {}, format = [{}] }}", quoted(&format!("{{{{ {} }}}}", name(*nth))), formats.join(", ")),
            );
        }
        None => line(out, "# TODO: date = { value = \"{{ … }}\", format = \"%d/%m/%Y\" }: no column was taken for the date"),
    }
    line(out, &format!("title  = {}", quoted(&format!("{{{{ {title} }}}}"))));
    if let Some(text) = roles.text.map(name) {
        let kind = if draft.form == Form::Html { "text" } else { "html" };
        line(out, &format!("text   = {{ value = {}, as = \"{kind}\" }}", quoted(&format!("{{{{ {text} }}}}"))));
    }
    if let Some(link) = roles.link.map(name) {
        let (id, url) = (format!("{{{{ {link} | absolute | sessionless }}}}"), format!("{{{{ {link} | absolute }}}}"));
        line(
            out,
            &format!("documents = [{{ id = {}, name = {}, url = {} }}]", quoted(&id), quoted(&format!("{{{{ {title} }}}}")), quoted(&url)),
        );
    }
}

/// Whether links differ from row to row; `#` and scripts lead nowhere.
fn tells_apart(links: &[String]) -> bool {
    let real: std::collections::HashSet<&String> =
        links.iter().filter(|link| !link.is_empty() && !link.starts_with('#') && !link.contains(':') || link.starts_with("http")).collect();
    real.len() == links.len()
}
