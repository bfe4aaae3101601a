//! The file as a browser and a reader get it: valid, whole in itself, every link with its end, nothing that a court wrote as markup.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeSet;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink as _};
use html5ever::{Attribute, ParseOpts, QualName, parse_document};
use scraper::{Html, HtmlTreeSink, Selector};

use super::html;
use super::sample::{TODAY, case, clock, report};
use crate::domain::about::Language;
use crate::domain::clocks::State;
use crate::domain::delays::Delays;
use crate::domain::docket::EntryKey;

const BOTH: [Language; 2] = [Language::Es, Language::En];

/// A tree that counts what the parser complains of.
struct Strict {
    tree: HtmlTreeSink,
    wrong: Cell<usize>,
    first: std::cell::RefCell<String>,
}

type Handle = <HtmlTreeSink as TreeSink>::Handle;

impl TreeSink for Strict {
    type Handle = Handle;
    type Output = (Html, usize, String);
    type ElemName<'a> = <HtmlTreeSink as TreeSink>::ElemName<'a>;

    fn finish(self) -> Self::Output {
        (self.tree.finish(), self.wrong.get(), self.first.into_inner())
    }
    fn parse_error(&self, what: Cow<'static, str>) {
        if self.wrong.replace(self.wrong.get() + 1) == 0 {
            *self.first.borrow_mut() = what.into_owned();
        }
    }
    fn get_document(&self) -> Handle {
        self.tree.get_document()
    }
    fn elem_name<'a>(&'a self, target: &'a Handle) -> Self::ElemName<'a> {
        self.tree.elem_name(target)
    }
    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> Handle {
        self.tree.create_element(name, attrs, flags)
    }
    fn create_comment(&self, text: StrTendril) -> Handle {
        self.tree.create_comment(text)
    }
    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Handle {
        self.tree.create_pi(target, data)
    }
    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.tree.append(parent, child);
    }
    fn append_based_on_parent_node(&self, element: &Handle, previous: &Handle, child: NodeOrText<Handle>) {
        self.tree.append_based_on_parent_node(element, previous, child);
    }
    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        self.tree.append_doctype_to_document(name, public, system);
    }
    fn get_template_contents(&self, target: &Handle) -> Handle {
        self.tree.get_template_contents(target)
    }
    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        self.tree.same_node(x, y)
    }
    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.tree.set_quirks_mode(mode);
    }
    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        self.tree.append_before_sibling(sibling, child);
    }
    fn add_attrs_if_missing(&self, target: &Handle, attrs: Vec<Attribute>) {
        self.tree.add_attrs_if_missing(target, attrs);
    }
    fn remove_from_parent(&self, target: &Handle) {
        self.tree.remove_from_parent(target);
    }
    fn reparent_children(&self, node: &Handle, parent: &Handle) {
        self.tree.reparent_children(node, parent);
    }
}

/// The page as a browser reads it, which must not have anything to complain of.
pub fn read(page: &str) -> Html {
    let sink = Strict { tree: HtmlTreeSink::new(Html::new_document()), wrong: Cell::new(0), first: Default::default() };
    let (tree, wrong, first) = parse_document(sink, ParseOpts::default()).one(page);
    assert_eq!(wrong, 0, "{first}");
    tree
}

pub fn values(tree: &Html, selector: &str, attribute: &str) -> Vec<String> {
    let selector = Selector::parse(selector).expect("a selector");
    tree.select(&selector).filter_map(|element| Some(element.value().attr(attribute)?.to_owned())).collect()
}

pub fn texts(tree: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).expect("a selector");
    tree.select(&selector).map(|element| element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// A report of two cases, one of which a court fills with markup.
fn hostile() -> Delays {
    let mut report = report(2, 6);
    let evil = "</title></style><script>alert(1)</script><img src=x onerror=alert(1)>\" onload='x' \u{202e}\u{0}";
    let one = &mut report.cases[0];
    (one.name, one.court, one.subject) = (Some(evil.into()), Some(evil.into()), Some(evil.into()));
    one.url = "javascript:alert(1)".into();
    one.entries[0].title = evil.into();
    one.settings.extend(case(1, 6).settings);
    for setting in &mut one.settings {
        (setting.room, setting.kind) = (Some(evil.into()), Some(evil.into()));
    }
    one.clocks = vec![clock(State::Breach, TODAY.yesterday().expect("a day"), [0, 0], None, EntryKey(evil.into()))];
    one.clocks[0].basis = evil.into();
    one.clocks[0].rule = evil.into();
    report.tags = vec![evil.into()];
    report.program = evil.into();
    report.groups[0].label = evil.into();
    report
}

/// A report of extremes: nothing at all, one day, thirty years of four thousand entries, and names without end.
fn edges() -> Delays {
    let mut report = hostile();
    let (mut empty, mut day, mut long) = (case(0, 0), case(4, 1), case(5, 4000));
    (empty.clocks, empty.settings, empty.gaps, empty.stage, empty.court) = (Vec::new(), Vec::new(), Vec::new(), None, None);
    empty.figures.list.clear();
    (day.clocks, day.settings, day.gaps) = (Vec::new(), Vec::new(), Vec::new());
    day.figures.list.clear();
    day.entries[0].date = Some(TODAY);
    long.figures.list.clear();
    for (at, act) in long.entries.iter_mut().enumerate() {
        let days = i64::try_from(at % 1000).expect("small") * 11;
        act.date = TODAY.checked_sub(jiff::Span::new().days(days)).ok();
        act.title = "NOMBRE SIN FIN ".repeat(60);
    }
    long.name = Some("Un nombre que no termina nunca ".repeat(20));
    long.court = Some("TribunalSinEspacios".repeat(30));
    report.cases.extend([empty, day, long]);
    report
}

#[test]
#[should_panic(expected = "left: 1")]
fn a_page_that_is_not_valid_does_not_pass() {
    read("<!DOCTYPE html><html><head><title>x</title></head><body><p>x</div></body></html>");
}

#[test]
fn what_a_court_writes_stays_text() {
    for language in BOTH {
        let page = html(&hostile(), language);
        let tree = read(&page);
        for selector in ["script", "img", "iframe", "[onload]", "[onerror]", "link", "base", "form"] {
            assert_eq!(
                values(&tree, selector, "id").len() + tree.select(&Selector::parse(selector).expect("valid")).count(),
                0,
                "{selector}"
            );
        }
        assert!(values(&tree, "a", "href").iter().all(|href| href.starts_with('#') || href.starts_with("https://")));
        assert!(!page.contains('\u{202e}') && !page.contains('\0'));
        assert!(texts(&tree, "h1")[0].contains("<script>alert(1)</script>"));
    }
}

#[test]
fn every_link_has_its_end_and_every_end_is_one() {
    for report in [report(0, 0), report(1, 0), report(12, 40), edges()] {
        for language in BOTH {
            let tree = read(&html(&report, language));
            let ids = values(&tree, "[id]", "id");
            let known: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
            assert_eq!(known.len(), ids.len(), "ids are unique");
            for href in values(&tree, "[href]", "href").iter().filter_map(|href| href.strip_prefix('#')) {
                assert!(known.contains(href), "#{href} leads nowhere");
            }
            assert!(!values(&tree, "[style]", "style").iter().any(|style| style.contains("url(")), "nothing is fetched");
        }
    }
}

#[test]
fn of_more_than_three_hundred_cases_the_first_are_drawn_and_it_is_said() {
    let tree = read(&html(&report(303, 3), Language::Es));
    assert_eq!(tree.select(&Selector::parse("section.caso").expect("valid")).count(), 300);
    assert_eq!(values(&tree, "tbody[id^=fila-]", "id").len(), 303);
    assert!(texts(&tree, "#causas .note")[0].contains("Las primeras 300 tienen sección"));
    assert!(texts(&tree, "#causas .note")[0].contains("las demás (3)"));
    assert_eq!(texts(&tree, "#cada > .note"), ["3 causas más están solo en las tablas de arriba."]);
    let known: BTreeSet<String> = values(&tree, "[id]", "id").into_iter().collect();
    assert!(values(&tree, "[href]", "href").iter().filter_map(|href| href.strip_prefix('#')).all(|href| known.contains(href)));
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    for language in BOTH {
        assert_eq!(html(&report(12, 20), language), html(&report(12, 20), language));
    }
}

#[test]
fn headings_are_in_order_and_nothing_that_has_a_name_is_empty() {
    for (language, lang) in [(Language::Es, "es"), (Language::En, "en")] {
        let tree = read(&html(&report(6, 20), language));
        assert_eq!(values(&tree, "html", "lang"), [lang]);
        let selector = Selector::parse("h1,h2,h3,h4,h5").expect("valid");
        let levels: Vec<u32> = tree.select(&selector).map(|heading| heading.value().name()[1..].parse().expect("a level")).collect();
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
        for selector in
            ["h1", "h2", "h3", "h4", "th", "caption", "summary", "dt", "dd", "figcaption", "title", "li", "td[data-l]", "svg title"]
        {
            for text in texts(&tree, selector) {
                assert!(!text.is_empty() || selector == "td[data-l]", "an empty {selector}");
            }
        }
        assert!(values(&tree, "svg[role]", "aria-label").iter().all(|label| label.len() > 20));
        let pictures = tree.select(&Selector::parse("svg[role]").expect("valid")).count();
        assert_eq!(values(&tree, "svg[role]", "aria-label").len(), pictures);
        assert_eq!(tree.select(&Selector::parse("table:not(:has(caption))").expect("valid")).count(), 0);
    }
}

#[test]
fn each_language_keeps_to_its_words() {
    let [es, en] = BOTH.map(|language| html(&report(6, 20), language));
    for (page, foreign) in [
        (&es, [" the ", "Entries", "Time limit", "over sooner", "not observed", "business days", "at risk"]),
        (&en, [" causas", "Actuaciones", "Plazos", "no se observa", "hábiles", "en riesgo", "señalamiento"]),
    ] {
        let text = texts(&read(page), "body")[0].replace("señalamientos por", "");
        for word in foreign {
            assert!(
                !text.contains(word),
                "{word}: …{}…",
                text.split(word).next().map_or("", |before| &before[before.len().saturating_sub(60)..])
            );
        }
    }
}

#[test]
fn no_word_accuses_anybody() {
    let [es, en] = BOTH.map(|language| texts(&read(&html(&report(20, 30), language)), "body")[0].to_lowercase());
    for word in ["no se hizo", "incumpl", "culpa", "irrazonable", "neglig", "dilaci", "retardo", "moros"] {
        assert!(!es.contains(word), "{word}");
    }
    for word in ["unreasonable", "fault", "blame", "negligen", "violat", "breach"] {
        assert!(!en.contains(word), "{word}");
    }
    assert!(es.contains("no es asesoría legal") && en.contains("not legal advice"));
}

#[test]
fn few_ends_are_points_and_no_median_is_said() {
    let mut few = report(4, 10);
    few.groups.truncate(1);
    for pace in &mut few.groups[0].paces {
        for (at, point) in pace.points.iter_mut().enumerate() {
            point.is_over = at < 2;
        }
        (pace.events, pace.censored) = (2, pace.observed - 2);
        pace.median.value = crate::domain::figure::Value::Unknown;
    }
    few.comparisons.clear();
    let tree = read(&html(&few, Language::Es));
    let words = texts(&tree, "#curvas")[0].clone();
    assert!(words.contains("La mediana no se dice: menos de 5 finales de causas distintas."), "{words}");
    assert!(!words.contains("Mediana:"));
    assert_eq!(values(&tree, "#curvas circle.f", "r").len(), 4, "two of each of two stages are over");
    assert_eq!(values(&tree, "#curvas .cv", "d").len(), 0);
}

#[test]
fn a_thousand_entries_of_one_day_are_one_tick() {
    let mut report = report(1, 1000);
    for act in &mut report.cases[0].entries {
        (act.date, act.actor) = (Some(TODAY), crate::domain::event::Actor::Court);
    }
    let tree = read(&html(&report, Language::En));
    let ticks = texts(&tree, ".tl .k title");
    assert_eq!(ticks.len(), 1);
    assert!(ticks[0].starts_with("1000 entries"), "{ticks:?}");
    assert_eq!(values(&tree, ".acts li", "id").len(), 1000);
}

#[test]
fn days_that_are_misread_by_a_thousand_years_press_nothing_together() {
    let mut report = report(1, 20);
    report.cases[0].entries[0].date = Some(jiff::civil::date(1026, 1, 1));
    let mut ahead = case(3, 5).settings;
    ahead.truncate(1);
    for setting in &mut ahead {
        setting.date = Some(jiff::civil::Date::MAX);
    }
    report.cases[0].settings.extend(ahead);
    let tree = read(&html(&report, Language::Es));
    assert!(texts(&tree, ".tl + figcaption")[0].contains("fuera de lo dibujado"), "{:?}", texts(&tree, ".tl + figcaption"));
    assert!(tree.select(&Selector::parse(".mes").expect("valid")).count() <= 16);
}

#[test]
fn every_number_of_a_case_leads_to_entries_that_are_there() {
    let tree = read(&html(&report(3, 20), Language::Es));
    let links = values(&tree, "#caso-1 .fig a", "href");
    assert!(links.iter().filter(|href| href.starts_with("#caso-1-a")).count() > 10);
    let row = texts(&tree, "#fila-1")[0].clone();
    assert!(row.contains("Causa ficticia Faro") && row.contains("26-nov-202612:00"), "{row}");
    assert!(values(&tree, "#fila-1 a", "href").contains(&"#caso-1-M01".to_owned()));
}

/// Not a proof: the files, to be looked at in a browser. `VEEDOR_REPORT_OUT=/tmp/report cargo test --lib delays`.
#[test]
fn the_files_are_written_where_the_environment_says() {
    let Some(folder) = std::env::var_os("VEEDOR_REPORT_OUT").map(std::path::PathBuf::from) else { return };
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("hostile.es.html"), html(&edges(), Language::Es)).expect("a file");
    for (name, n, entries) in [("small", 5, 25), ("twelve", 12, 80), ("many", 200, 60), ("none", 0, 0)] {
        let report = report(n, entries);
        for (language, code) in [(Language::Es, "es"), (Language::En, "en")] {
            std::fs::write(folder.join(format!("{name}.{code}.html")), html(&report, language)).expect("a file");
        }
    }
}

/// A web page that serves the file names its style by a hash of it, allows no other, and puts the way back behind the beginning of its body.
#[test]
fn the_file_brings_one_style_and_no_style_of_single_elements() {
    let page = html(&hostile(), Language::Es);
    let style = page.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).expect("a style");
    assert_eq!(style, super::STYLE);
    assert!(page.contains("</head>\n<body>\n"));
    let tree = read(&page);
    let styled = tree.select(&Selector::parse("[style], script, link").expect("a selector")).count();
    assert_eq!(styled, 0);
}
