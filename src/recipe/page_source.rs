//! A page to watch, given wholly in watchlist.toml: bulletins, lists of decisions, any page of a public body.
//!
//! `config` calls [`read`] on the `page` table of a `[[case]]` whose source is `page`; what comes out is a [`Recipe`] like
//! any other, for that one case. The keys are described there. It fetches nothing, and it guesses no selector.

use std::sync::Arc;
use std::time::Duration;

use regex::Regex;

use super::answer::Format;
use super::columns::Columns;
use super::date::{DateFormat, DateSpec};
use super::described::{self, Described, FEED, Heard, PAGE};
use super::entries::{DocumentSpec, EntriesSpec};
use super::heading::HeadingSpec;
use super::number::NumberFormat;
use super::path::JsonPath;
use super::select::{Condition, Test};
use super::step::{Body, Step};
use super::syntax::{part, step, view as looks};
use super::template::Template;
use super::view::{Kind, Look, Rows, View};
use super::zones::Zones;
use super::{Plan, Recipe, Secrets};
use crate::diag::Reader;
use crate::domain::page::Method;

/// Reads the `page` table of a watched page. `slug` is the case's number. Every mistake goes to the reader's sink.
///
/// Calling `finish` on the reader is left to the caller. An example with every key:
///
/// ```toml
/// [[case]]
/// source = "page"
/// number = "boletines-fge"                  # a name of your own
/// [case.page]
/// url    = "https://www.fiscalia.example/boletines"
/// rows   = "article.boletin"                # CSS: one element for each entry; must match, else the page is unreadable
/// title  = "h2"                             # CSS within the row; "h2@title" takes an attribute, "." is the row itself
/// date   = "time@datetime"                  # optional
/// text   = { css = ".cuerpo", without = ".compartir" }   # optional; a table may leave out elements, or take the …
/// link   = "a@href"                         # … first match of a pattern: { css = "a@onclick", first = "'([^']+)'" }
/// key    = ".@data-id"                      # optional: what identifies a row; else its link, unless other rows have the
///                                           # same, else title and date; rows without a title are not taken
/// require = ["h1.boletines"]                # optional: elements without which it is not this page
/// date_format = ["iso", "words", "%d/%m/%Y"]   # the default, with more like these; "words" reads "16 de diciembre de 2023";
///                                           # two-digit years in numbers only when asked for: "%d/%m/%y"
/// zone     = "America/Guayaquil"            # of the dates; the default
/// charset  = "iso-8859-1"                   # when the page says nothing or something wrong
/// language = "es"                           # the default
/// jurisdiction = "ec"                       # the default: whose words the titles are read with
/// sliding  = true                           # the default: rows that fall off the end of the list are not removed
/// ```
///
/// A feed (RSS or Atom) needs no selectors: `page = { url = "https://…/feed", feed = true }`, or [`read_feed`]; an answer that is HTML is
/// then unreadable, as the feeds of some public bodies are (`ecuador.md` 5.3).
pub fn read(reader: &mut Reader<'_>, slug: &str) -> Option<Recipe> {
    let is_feed = reader.flag("feed").is_some_and(|flag| flag.value);
    made(reader, slug, PAGE, is_feed)
}

/// Reads the `feed` table of a watched feed, which is short for a `page` with `feed = true`: its keys are `url`, `zone`, `charset`,
/// `language`, `jurisdiction` and `sliding`.
pub fn read_feed(reader: &mut Reader<'_>, slug: &str) -> Option<Recipe> {
    made(reader, slug, FEED, true)
}

fn made(reader: &mut Reader<'_>, slug: &str, kind: &'static str, is_feed: bool) -> Option<Recipe> {
    let url = reader.required_text("url").and_then(|url| described::address(reader, &url));
    let content = if is_feed { feed() } else { rows(reader) };
    let charset = reader.text("charset").filter(|label| step::is_charset(reader, label)).map(|label| label.value);
    let heard = described::heard(reader, true);

    let url = url?;
    let (format, entries) = content?;
    // Relative to the base, so that a test or a mirror can stand in for the host.
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let of = Described {
        kind,
        slug,
        title: url.host_str().unwrap_or_default().to_owned(),
        case_url: url.as_str(),
        base_url: url.origin().ascii_serialization(),
        step: step_of(path, charset, format),
        entries: vec![entries],
        is_docket: false,
    };
    recipe(of, heard)
}

/// The recipe of a source that a case describes. `None` has been reported.
pub(super) fn recipe(of: Described<'_>, heard: Heard) -> Option<Recipe> {
    let plan = Plan {
        number: exactly(of.slug)?,
        case_url: Template::literal(of.case_url),
        headers: vec![("Accept".to_owned(), Template::literal("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5"))],
        secrets: Vec::new(),
        zones: Zones::one(heard.zone?),
        steps: vec![of.step],
        heading: HeadingSpec::default(),
        parties: Vec::new(),
        entries: of.entries,
        is_docket: of.is_docket,
    };
    Some(Recipe {
        id: of.kind.to_owned(),
        title: of.title,
        jurisdiction: heard.jurisdiction,
        language: heard.language,
        zone: heard.zone_name,
        base_url: of.base_url,
        base: None,
        secrets: Secrets::default(),
        cookies: false,
        gap: Duration::from_secs(5),
        every: Duration::from_secs(30 * 60),
        daily: 500,
        timeout: Duration::from_secs(30),
        terms: None,
        terms_es: None,
        robots: None,
        robots_es: None,
        confidence: None,
        import_only: None,
        import_only_es: None,
        how: None,
        unverified: None,
        unverified_es: None,
        examples: Vec::new(),
        sliding: heard.sliding,
        plan: Arc::new(plan),
    })
}

/// What is taken from an HTML page.
fn rows(reader: &mut Reader<'_>) -> Option<(Format, EntriesSpec)> {
    let rows = reader.required_text("rows").and_then(|rows| looks::simple_look(reader, &rows));
    reader.required("title", "a CSS selector within the row");
    let title = looks::look(reader, "title");
    let has_date = reader.has("date");
    let optional = ["date", "text", "link", "key"].map(|key| (key, reader.has(key), looks::look(reader, key)));
    let formats = part::formats(reader, "date_format");
    if formats.is_some() && !has_date {
        reader.report("date_format", "date_format without date", Some("add date = \"CSS selector\"".to_owned()));
    }
    let marks: Vec<_> = reader.texts("require").unwrap_or_default();
    let marks: Vec<Look> = marks.iter().filter_map(|mark| looks::simple_look(reader, mark)).collect();
    let mut cells = vec![("title".to_owned(), title?)];
    for (key, is_there, look) in optional {
        if is_there {
            cells.push((key.to_owned(), look?));
        }
    }
    let words = Words {
        rows: "$.rows[*]",
        ids: &["{{ key | sessionless | collapse | short: 120 }}"],
        link: "{{ link",
        date: "{{ date | collapse }}",
        text: "{{ text }}",
        is_html: false,
    };
    Some((Format::Html(view(rows?, cells, marks)), entries(&words, formats.unwrap_or_else(default_formats))?))
}

/// What is taken from a feed: RSS 2.0 and 1.0, Atom.
fn feed() -> Option<(Format, EntriesSpec)> {
    let words = Words {
        rows: "$..['item','entry'][*]",
        ids: &["{{ guid.0 ?? id.0 | sessionless | collapse | short: 160 }}"],
        link: "{{ link.0.@href ?? link.0.text",
        date: "{{ pubDate.0 ?? published.0 ?? updated.0 ?? date.0 }}",
        text: "{{ description.0 ?? summary.0 ?? content.0 }}",
        is_html: true,
    };
    let roots = ["rss", "feed", "RDF"].map(str::to_owned);
    Some((Format::Xml(roots.into()), entries(&words, vec![DateFormat::Rfc2822, DateFormat::Iso])?))
}

/// Where a kind of page has what.
struct Words {
    rows: &'static str,
    ids: &'static [&'static str],
    /// Without its end, so that filters can be added.
    link: &'static str,
    date: &'static str,
    text: &'static str,
    is_html: bool,
}

fn view(rows: Look, cells: Vec<(String, Look)>, marks: Vec<Look>) -> View {
    let marks = marks.into_iter().map(|look| (look.written.clone(), Look { required: true, ..look }));
    let rows = Look { kind: Kind::Rows(Rows { columns: Columns::default(), cells }), required: true, ..rows };
    View { fields: marks.chain([("rows".to_owned(), rows)]).collect() }
}

/// A step that asks for one thing, without conditions.
pub(super) fn step_of(path: &str, charset: Option<String>, format: Format) -> Step {
    Step {
        id: "page".to_owned(),
        optional: false,
        method: Method::Get,
        url: Template::literal(path),
        lets: Vec::new(),
        headers: Vec::new(),
        body: Body::None,
        charset,
        each: Vec::new(),
        otherwise: Vec::new(),
        format,
        ends: Vec::new(),
        rules: Vec::new(),
        required: Vec::new(),
        echo: Vec::new(),
        shows: None,
        more: None,
        drop: Vec::new(),
        inside: Vec::new(),
        shared: None,
        probe: None,
    }
}

/// The number of such a case is its own name.
fn exactly(slug: &str) -> Option<NumberFormat> {
    Some(NumberFormat {
        pattern: Regex::new(&format!("^{}$", regex::escape(slug))).ok()?,
        groups: Vec::new(),
        checks: Vec::new(),
        compact: slug.to_owned(),
        canonical: slug.to_owned(),
        uppercase: false,
        lowercase: false,
        drop_spaces: false,
        shape: "what the watch list calls it".to_owned(),
        example: slug.to_owned(),
        hints: Vec::new(),
    })
}

fn default_formats() -> Vec<DateFormat> {
    let patterns = ["%d/%m/%Y %H:%M", "%d/%m/%Y", "%d-%m-%Y %H:%M", "%d-%m-%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%Y/%m/%d"];
    [DateFormat::Iso, DateFormat::Rfc2822, DateFormat::Words]
        .into_iter()
        .chain(patterns.map(|pattern| DateFormat::Pattern(pattern.to_owned())))
        .collect()
}

fn entries(words: &Words, formats: Vec<DateFormat>) -> Option<EntriesSpec> {
    let template = |text: &str| Template::parse(text).ok();
    // A session changes at every visit, and a link that leads from every row to one place identifies none of them.
    let link = format!("{} | absolute | sessionless }}}}", words.link);
    let title = "{{ title | collapse | short: 120 }}";
    let by_title = [format!("{title}:{{{{ stamp }}}}"), format!("{title}:{{{{ stamp }}}}:{{{{ body | hash }}}}")];
    let undated = [title.to_owned(), format!("{title}:{{{{ body | hash }}}}")];
    let fallbacks: Vec<String> = [link.clone()].into_iter().chain(by_title).chain(undated).collect();
    let keys = words.ids.iter().map(|id| template(id)).chain(fallbacks.iter().map(|key| template(key)));
    Some(EntriesSpec {
        lets: Vec::new(),
        step: 0,
        rows: JsonPath::parse(words.rows).ok()?,
        within: None,
        when: Vec::new(),
        merge: None,
        required: vec!["title".to_owned()],
        present: Vec::new(),
        key: keys.collect::<Option<_>>()?,
        unique: true,
        one_row: false,
        titled: true,
        date: Some(DateSpec { value: template(words.date)?, formats, zone: None, days_in: None }),
        title: template("{{ title }}")?,
        text: Some((template(words.text)?, words.is_html)),
        documents: vec![DocumentSpec {
            each: None,
            when: vec![Condition { value: template(&link)?, test: Test::Empty(false) }],
            id: template(&link)?,
            name: template("{{ title | collapse | short: 120 }}")?,
            url: Some((Vec::new(), template(&link)?)),
        }],
        annulled: Vec::new(),
        withheld: None,
        notice: None,
        extra: Vec::new(),
        oddities: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Sink, parse};
    use crate::recipe::fixtures::{self, page};
    use crate::recipe::{Next, Refusal, Step as Outcome};
    use crate::wire;

    fn recipe(text: &str) -> Result<Recipe, Vec<String>> {
        let sink = Sink::new("watchlist.toml", text);
        let document = parse(&sink).unwrap();
        let mut reader = Reader::root(&document, &sink);
        let recipe = read(&mut reader, "boletines");
        reader.finish();
        let problems = sink
            .into_problems()
            .iter()
            .map(|problem| format!("{}:{}: {}", problem.line, problem.column, problem.message))
            .collect::<Vec<_>>();
        recipe.filter(|_| problems.is_empty()).ok_or(problems)
    }

    #[test]
    fn every_folder_under_page_is_read() {
        let scenarios = fixtures::scenarios("page");
        assert!(scenarios.len() >= 3);
        for scenario in scenarios {
            let text = std::fs::read_to_string(scenario.join("watch.toml")).unwrap();
            fixtures::check(&recipe(&text).unwrap(), &scenario);
        }
    }

    #[test]
    fn a_page_is_asked_for_at_its_address_and_at_a_stand_in() {
        let recipe = recipe("url = \"https://x.example:8443/a/b?c=d#e\"\nrows = \"li\"\ntitle = \".\"").unwrap();
        let number = recipe.number("boletines").unwrap();
        let url = |recipe: &Recipe| match recipe.next(&number, &[]) {
            Next::Ask(request) => request.url,
            other => panic!("{other:?}"),
        };
        assert_eq!(url(&recipe), "https://x.example:8443/a/b?c=d");
        assert_eq!(recipe.case_url(&number), "https://x.example:8443/a/b?c=d#e");
        assert_eq!(url(&recipe.clone().with_base_url("http://127.0.0.1:9/")), "http://127.0.0.1:9/a/b?c=d");
        assert!(recipe.number("otra").is_err());
    }

    #[test]
    fn every_mistake_is_reported_at_its_place() {
        let problems =
            recipe("url = \"ftp://x\"\nrows = \"li[\"\ntitel = \"h2\"\ndate_format = \"d/m\"\nzone = \"Quito\"\ncharset = \"latin-x\"\n");
        let problems = problems.unwrap_err();
        let starts: Vec<&str> = problems.iter().map(|problem| problem.split(' ').next().unwrap()).collect();
        assert_eq!(problems.len(), 8, "{problems:#?}");
        for place in ["1:7:", "2:8:", "3:1:", "4:15:", "5:8:", "6:11:"] {
            assert!(starts.contains(&place), "{place} in {problems:#?}");
        }
    }

    #[test]
    fn a_page_in_another_charset_is_read_when_the_watch_list_says_so() {
        let recipe = recipe("url = \"https://x.example/\"\nrows = \"li\"\ntitle = \".\"\ncharset = \"iso-8859-1\"").unwrap();
        let number = recipe.number("boletines").unwrap();
        let mut answer = page("page", 200, "text/html; charset=utf-8", b"<ul><li>Resoluci\xf3n</ul>");
        let Next::Ask(request) = recipe.next(&number, &[]) else { panic!("nothing to ask") };
        answer.charset = request.charset;
        let Outcome::Done(docket) = recipe.step(&number, &[answer]) else { panic!("not read") };
        assert_eq!(docket.entries[0].title, "Resolución");
        assert!(wire::docket::to_json(&docket, "page", &number).to_string().contains("Resolución"));
    }

    const LIST: &str = "rows = \"li\"\ntitle = \".t\"\ndate = \".d\"\ntext = \".b\"\nlink = \"a@href\"\n";

    fn outcome(html: &str) -> Outcome {
        let recipe = recipe(&format!("url = \"https://x.example/bol/lista?p=1\"\n{LIST}")).unwrap();
        let number = recipe.number("boletines").unwrap();
        // Saved pages too: `veedor import` knows no request.
        let saved = recipe.saved(String::new(), html.as_bytes().to_vec(), Some("utf-8"), jiff::Timestamp::UNIX_EPOCH);
        recipe.step(&number, &[saved])
    }

    fn entries(html: &str) -> Vec<(String, String)> {
        match outcome(html) {
            Outcome::Done(docket) => docket.entries.into_iter().map(|entry| (entry.title, entry.key.0)).collect(),
            other => panic!("{html}: {other:?}"),
        }
    }

    fn keys(html: &str) -> Vec<String> {
        let mut keys: Vec<String> = entries(html).into_iter().map(|(_, key)| key).collect();
        keys.sort();
        keys
    }

    fn li(title: &str, date: &str, text: &str, link: &str) -> String {
        let link = if link.is_empty() { String::new() } else { format!("<a href=\"{link}\">ver</a>") };
        format!("<li><span class=t>{title}</span><span class=d>{date}</span><div class=b>{text}</div>{link}</li>")
    }

    fn ul(rows: &[String]) -> String {
        format!("<h1>Boletines</h1><ul>{}</ul>", rows.concat())
    }

    #[test]
    fn a_link_begins_at_its_own_page_and_ends_before_its_session() {
        for (html, expected) in [
            (ul(&[li("Uno", "", "", "n1")]), "https://x.example/bol/n1"),
            (ul(&[li("Uno", "", "", "?p=2")]), "https://x.example/bol/lista?p=2"),
            (format!("<base href=\"/otro/\">{}", ul(&[li("Uno", "", "", "n1")])), "https://x.example/otro/n1"),
            (ul(&[li("Uno", "", "", "/n1;jsessionid=AB.1?id=7&amp;PHPSESSID=x")]), "https://x.example/n1?id=7"),
        ] {
            assert_eq!(keys(&html), [expected]);
            let Outcome::Done(docket) = outcome(&html) else { panic!("not read") };
            assert_eq!(docket.entries[0].documents[0].url.as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_link_of_several_rows_identifies_none_and_a_relative_date_is_no_key() {
        let shared = |first: &str| {
            ul(&[li(first, "5 de marzo de 2024", "a", "/lista"), li("Dos", "hace 2 horas", "b", "/lista"), li("Tres", "", "", "/n3")])
        };
        assert_eq!(keys(&shared("Uno")), ["Dos", "Uno:2024-03-05", "https://x.example/n3"]);
        let tomorrow = shared("Uno").replace("hace 2 horas", "ayer");
        assert_eq!(keys(&tomorrow), keys(&shared("Uno")));
        // The same title on the same day: the texts tell them apart, whatever their order.
        let twins = keys(&shared("Uno").replace("Dos", "Uno").replace("hace 2 horas", "05/03/2024"));
        assert!(twins[0].starts_with("Uno:2024-03-05:") && twins[1].starts_with("Uno:2024-03-05:") && twins[0] != twins[1], "{twins:?}");
        // A row that is merely listed twice keeps its key.
        assert_eq!(keys(&ul(&[li("Uno", "", "", "/n1"), li("Uno", "", "", "/n1")])), ["https://x.example/n1", "https://x.example/n1#2"]);
    }

    #[test]
    fn rows_without_a_title_are_no_entries() {
        let Outcome::Done(docket) = outcome(&ul(&[li("", "x", "", ""), li("&nbsp;", "", "", ""), li("Uno", "", "", "")])) else {
            panic!("not read")
        };
        assert_eq!(docket.entries.len(), 1);
        let untitled = docket.oddities.iter().find(|oddity| oddity.kind == "untitled-row").unwrap();
        assert!(untitled.detail.ends_with("(2)"), "{}", untitled.detail);
        assert!(matches!(outcome(&ul(&[li("", "x", "", "")])), Outcome::Refused(Refusal::Unreadable { .. })));
    }

    #[test]
    fn a_short_page_that_says_that_the_site_is_down_is_not_a_list() {
        let menu = ul(&[li("Inicio", "", "", "/"), li("Contacto", "", "", "/contacto")]);
        for (notice, is_blocked) in
            [("Sitio en mantenimiento, intente más tarde", false), ("captcha: no soy un robot", true), ("Acceso denegado", true)]
        {
            let found = outcome(&format!("<html><title>x</title><body>{notice}{menu}</body></html>"));
            match (&found, is_blocked) {
                (Outcome::Refused(Refusal::Blocked(_)), true) | (Outcome::Refused(Refusal::Unavailable(_)), false) => {}
                _ => panic!("{notice}: {found:?}"),
            }
        }
        // What the list itself says is no word about the site; neither is the footer of a page that shows something.
        assert_eq!(entries(&ul(&[li("Contrato de mantenimiento no disponible", "", "captcha", "")])).len(), 1);
        let long = format!(
            "{}<footer>Formulario con captcha, mantenimiento del portal</footer>",
            ul(&[li("Uno", "", &"palabra ".repeat(100), "")])
        );
        assert_eq!(entries(&long).len(), 1);
    }

    #[test]
    fn a_page_that_is_cut_off_within_a_row_is_unreadable() {
        let whole = ul(&(1..5).map(|nth| li(&format!("B{nth}"), "", "Cuerpo largo del boletín", &format!("/n{nth}"))).collect::<Vec<_>>());
        assert_eq!(entries(&whole).len(), 4);
        let last = whole.rfind("<li>").unwrap();
        for cut in last..whole.len() - "</ul>".len() {
            if whole.is_char_boundary(cut) {
                assert!(matches!(outcome(&whole[..cut]), Outcome::Refused(Refusal::Unreadable { .. })), "{}", &whole[last..cut]);
            }
        }
        // Careless pages: rows that nobody closes, a list that nobody closes on a page that ends.
        assert_eq!(entries("<ul><li><b class=t>Uno</b><li><b class=t>Dos</b></ul>").len(), 2);
        assert_eq!(entries("<body><div><ul><li><b class=t>Uno</b></body></html>").len(), 1);
        assert_eq!(entries("<div><ul><li><b class=t>Uno</b></li></ul><footer>x").len(), 1);
    }

    #[test]
    fn dates_are_read_as_lists_write_them() {
        for (written, date, time) in [
            ("mar 5 de marzo de 2024", Some("2024-03-05"), None),
            ("Tue, 05 Mar 2024 10:30:00 -0500", Some("2024-03-05"), Some("10:30:00")),
            ("05.03.2024 10:30", Some("2024-03-05"), Some("10:30:00")),
            ("5 mar 24", Some("2024-03-05"), None),
            ("05/03/24", None, None),
            ("Publicado el 5 de marzo de 2024 | 12 30 vistas", Some("2024-03-05"), None),
        ] {
            let Outcome::Done(docket) = outcome(&ul(&[li("Uno", written, "", "")])) else { panic!("not read") };
            let entry = &docket.entries[0];
            let found = (entry.date.map(|date| date.to_string()), entry.time.map(|time| time.to_string()));
            assert_eq!((found.0.as_deref(), found.1.as_deref()), (date, time), "{written}");
        }
    }

    #[test]
    fn an_unlabelled_page_that_is_not_utf_8_is_read_as_its_neighbours_write() {
        let recipe = recipe("url = \"https://x.example/\"\nrows = \"li\"\ntitle = \".\"").unwrap();
        let number = recipe.number("boletines").unwrap();
        let title = |header: &str, body: &[u8]| match recipe.step(&number, &[page("page", 200, header, body)]) {
            Outcome::Done(docket) => docket.entries[0].title.clone(),
            other => format!("{other:?}"),
        };
        assert_eq!(title("text/html", b"<ul><li>Resoluci\xf3n</ul>"), "Resolución");
        assert_eq!(title("text/html; Charset=ISO-8859-1", b"<ul><li>Resoluci\xf3n</ul>"), "Resolución");
        assert!(title("text/html; charset=utf-8", b"<ul><li>Resoluci\xf3n</ul>").contains("set `charset`"));
    }
}
