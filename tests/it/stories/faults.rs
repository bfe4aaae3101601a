//! Every fault of a site, at every moment: none is news, and what was published meanwhile is told afterwards, once.
//!
//! One daemon watches as many sites as there are rows in [`ROWS`], each a court of its own with a case of its own, and all of them go
//! through the four moments at the same time. `docs/reliability.md` shows the table.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::Value;

use crate::world::court::{Court, Fault};
use crate::world::fault::ROOT;
use crate::world::{PATIENCE, World, saj};

/// What `veedor list` says of a case: its health, and some words of the reason.
type Said = (&'static str, &'static str);

/// A fault, and what is said of the case while it lasts: at the first visit, and when there is a docket to compare with.
struct Row {
    fault: Fault,
    first: Said,
    says: Said,
    /// Whether only the list of acts has it, and not the case's other pages.
    in_acts: bool,
    /// More acts on the record than usual.
    years: i64,
    /// Whether the site shows HTML pages, as e-SAJ does, and not e-SATJE's JSON.
    html: bool,
}

const fn row(fault: Fault, health: &'static str, why: &'static str) -> Row {
    Row { fault, first: (health, why), says: (health, why), in_acts: false, years: 0, html: false }
}

const fn page(fault: Fault, health: &'static str, why: &'static str) -> Row {
    Row { html: true, ..row(fault, health, why) }
}

const BROKEN: &str = "is broken or under maintenance, with status 50";
const SILENT: &str = "did not answer completely within 1s";
const MISSING: &str = "entries that the record held are missing";
const BEGINNING: Said = ("implausible", "the first answer has no entries");
const ENDED: &str = "ended before its time";
const NO_END: &str = "found one that does not end with </html>";
const SAYS_SO: &str = "the answer to search says so";
const NOT_SIGNED: &str = "nobody whom this machine trusts signed its certificate";

const ROWS: &[Row] = &[
    row(Fault::Error500, "unavailable", BROKEN),
    row(Fault::BadGateway, "unavailable", BROKEN),
    row(Fault::Maintenance503, "unavailable", BROKEN),
    row(Fault::Waf403, "blocked", "refuses us with status 403"),
    row(Fault::TooMany, "blocked", "that we ask too often"),
    row(Fault::NotFound404, "unreadable", "found status 404"),
    row(Fault::Waf200, "blocked", "says \"request rejected\""),
    row(Fault::Maintenance, "unavailable", "says \"mantenimiento\""),
    row(Fault::Login302, "unreadable", "redirects to what looks like a login page"),
    row(Fault::Login200, "unreadable", "found an HTML page \"Iniciar sesi\u{f3}n\""),
    row(Fault::HtmlForJson, "unreadable", "found an HTML page without a title"),
    row(Fault::ErrorObject, "unavailable", "answered info with an error 500"),
    row(Fault::NoBody, "unreadable", "found an empty answer"),
    row(Fault::EmptyAll, "not_found", ""),
    Row { first: BEGINNING, ..row(Fault::EmptyActs, "implausible", MISSING) },
    Row { first: BEGINNING, ..row(Fault::NullActs, "implausible", MISSING) },
    row(Fault::Truncated, "unreadable", ENDED),
    row(Fault::CutOff, "unreadable", "cut off after"),
    row(Fault::Drip, "unavailable", SILENT),
    row(Fault::Mute, "unavailable", SILENT),
    row(Fault::Closed, "unavailable", "closed the connection without an answer"),
    row(Fault::Reset, "unavailable", "broke off the connection"),
    row(Fault::GzipBomb, "unreadable", "larger than 32 MiB"),
    row(Fault::HugeBody, "unreadable", "larger than 32 MiB"),
    row(Fault::Latin1, "ok", ""),
    row(Fault::Latin1Unsaid, "unreadable", "found bytes that do not fit it"),
    row(Fault::Utf8SaidLatin1, "unreadable", "found UTF-8"),
    row(Fault::WrongCase, "unreadable", "found 17721202400999G"),
    Row { first: ("ok", ""), ..row(Fault::HalfList, "implausible", MISSING) },
    Row { first: ("ok", ""), ..row(Fault::OldList, "implausible", MISSING) },
    row(Fault::Lagging, "ok", ""),
    row(Fault::Reordered, "ok", ""),
    Row { years: 10_000, ..row(Fault::Reordered, "ok", "") },
    row(Fault::ExpiredCertificate, "unavailable", "its certificate has expired"),
    row(Fault::IncompleteChain, "unavailable", NOT_SIGNED),
    row(Fault::OtherName, "unavailable", "its certificate is for another name"),
    row(Fault::SelfSigned, "unavailable", NOT_SIGNED),
    Row { in_acts: true, ..row(Fault::Error500, "unavailable", BROKEN) },
    Row { in_acts: true, ..row(Fault::Waf200, "blocked", "the page at acts says") },
    Row { in_acts: true, ..row(Fault::NoBody, "unreadable", "found an empty answer") },
    Row { in_acts: true, ..row(Fault::Truncated, "unreadable", ENDED) },
    Row { in_acts: true, ..row(Fault::CutOff, "unreadable", "cut off after") },
    Row { in_acts: true, ..row(Fault::WrongCase, "unreadable", "found 17721202400999G") },
    page(Fault::Error500, "unavailable", BROKEN),
    page(Fault::Waf403, "blocked", "refuses us with status 403"),
    page(Fault::Waf200, "blocked", "says \"request rejected\""),
    page(Fault::Maintenance, "unavailable", "says \"mantenimiento\""),
    page(Fault::Login302, "unreadable", "redirects to what looks like a login page"),
    page(Fault::Login200, "unreadable", "in an HTML page \"Iniciar sesi\u{f3}n\""),
    page(Fault::HtmlForJson, "unreadable", "in an HTML page without a title"),
    page(Fault::NoBody, "unreadable", NO_END),
    page(Fault::EmptyAll, "not_found", ""),
    page(Fault::EmptyActs, "unavailable", SAYS_SO),
    page(Fault::Truncated, "unreadable", ENDED),
    page(Fault::CutOff, "unreadable", NO_END),
    page(Fault::Drip, "unavailable", SILENT),
    page(Fault::Latin1, "ok", ""),
    page(Fault::Latin1Unsaid, "ok", ""),
    page(Fault::Utf8SaidLatin1, "unreadable", "found UTF-8"),
    page(Fault::WrongCase, "unreadable", "found 0000999"),
    Row { first: ("ok", ""), ..page(Fault::HalfList, "implausible", MISSING) },
    Row { first: ("ok", ""), ..page(Fault::OldList, "implausible", MISSING) },
    page(Fault::Lagging, "ok", ""),
    page(Fault::Reordered, "ok", ""),
    page(Fault::Renamed, "unavailable", SAYS_SO),
    page(Fault::Captcha, "blocked", "the answer to open says so"),
    Row { in_acts: true, ..page(Fault::Error500, "unavailable", BROKEN) },
    Row { in_acts: true, ..page(Fault::Captcha, "blocked", SAYS_SO) },
];

/// A row's court, with the case that is watched and, for who mixes them up, another.
struct Site {
    row: &'static Row,
    /// Its place among the rows, by which it is named.
    at: usize,
    court: Court,
    number: String,
    /// The words of what was published so far.
    published: Vec<String>,
}

impl Site {
    fn open(row: &'static Row, at: usize) -> Self {
        let is_tls = [Fault::ExpiredCertificate, Fault::IncompleteChain, Fault::OtherName, Fault::SelfSigned].contains(&row.fault);
        let court = match row.html {
            true => Court::open_saj(),
            false if is_tls => Court::open_tls(),
            false => Court::open(),
        };
        let numbered = |serial: usize| if row.html { saj::number(serial) } else { format!("17721-2024-{serial:05}G") };
        let number = numbered(100 + at);
        court.add_case(&number);
        court.add_years(&number, row.years);
        court.add_case(&numbered(999));
        Self { row, at, court, number, published: Vec::new() }
    }

    fn source(&self) -> String {
        format!("court-{}", self.at)
    }

    /// The recipe that it is read by, and its id.
    fn recipe(&self) -> (&'static str, &'static str) {
        if self.row.html { ("br-esaj", "br/esaj.toml") } else { ("ec-esatje", "ec/esatje.toml") }
    }

    fn name(&self) -> String {
        let Row { fault, years, in_acts, html, .. } = self.row;
        let where_it_is = match years {
            0 if *in_acts => " in the acts".to_owned(),
            0 => String::new(),
            _ => format!(" of {years} rows"),
        };
        format!("{fault:?}{where_it_is}{}", if *html { " of HTML" } else { "" })
    }

    fn publish(&mut self, moment: &str) {
        let token = format!("{moment}{:05}", self.at);
        self.court.act(&self.number, "PROVIDENCIA GENERAL (DECRETO)", &format!("<p>{token} Agr&eacute;guese.</p>"));
        self.published.push(token);
    }
}

/// The sites, the daemon that watches them, and what went wrong in which cell.
struct Matrix {
    world: World,
    sites: Vec<Site>,
    wrong: Vec<String>,
}

impl Matrix {
    fn open() -> Self {
        let mut world = World::new(&[]);
        let sites: Vec<Site> = ROWS.iter().enumerate().map(|(at, row)| Site::open(row, at)).collect();
        std::fs::create_dir(world.path("recipes")).expect("a folder");
        for site in &sites {
            let (id, number, base) = (site.source(), &site.number, site.court.base());
            let (known, file) = site.recipe();
            let shipped = std::fs::read_to_string(format!("{}/jurisdictions/{file}", env!("CARGO_MANIFEST_DIR"))).expect("the recipe");
            let recipe = shipped.replacen(&format!("\"{known}\""), &format!("\"{id}\""), 1);
            std::fs::write(world.path(&format!("recipes/{id}.toml")), recipe).expect("a recipe");
            let every = if site.row.years > 0 { "2s" } else { "400ms" };
            world.list.push_str(&format!(
                "\n[source.{id}]\nbase_url = \"{base}\"\ngap = \"0s\"\nevery = \"{every}\"\ndaily = 1000000\ntimeout = \"{}\"\n\
                 [[case]]\nsource = \"{id}\"\nnumber = \"{number}\"\n",
                if site.row.fault == Fault::Drip || site.row.fault == Fault::Mute { "1s" } else { "20s" },
            ));
        }
        world.write(&world.list);
        Self { world, sites, wrong: Vec::new() }
    }

    /// Breaks or mends every site.
    fn fault(&self, broken: bool) {
        for site in &self.sites {
            site.court.fault_in(broken.then_some(site.row.fault), site.row.in_acts);
        }
    }

    /// What `veedor list` says, by case number.
    fn listed(&self) -> BTreeMap<String, Value> {
        let list = self.world.json(&["list", "--json"]);
        let cases = list["cases"].as_array().expect("cases").iter();
        cases.map(|case| (case["number"].as_str().expect("a number").to_owned(), case.clone())).collect()
    }

    /// Waits until every site was asked several times and its case is said to be so.
    fn until(&mut self, moment: &str, says: impl Fn(&Row) -> Said) {
        let before: Vec<(u64, u64)> = self.sites.iter().map(|site| (site.court.requests(), site.court.asked(&site.number))).collect();
        let end = Instant::now() + PATIENCE;
        loop {
            let listed = self.listed();
            let waits = |(site, (requests, asked)): (&Site, &(u64, u64))| {
                let (health, why) = says(site.row);
                let is_seen = site.court.requests() >= requests + 3 && (health != "ok" || site.court.asked(&site.number) >= asked + 2);
                let listed = &listed[&site.number];
                let is_said = listed["health"] == health && listed["detail"].as_str().unwrap_or_default().contains(why);
                let said =
                    || format!("{} × {moment}: asked: {is_seen}, and it is said {} {}", site.name(), listed["health"], listed["detail"]);
                (!is_seen || !is_said).then(said)
            };
            let waiting: Vec<String> = self.sites.iter().zip(&before).filter_map(waits).collect();
            if waiting.is_empty() {
                return;
            }
            if Instant::now() > end {
                self.wrong.extend(waiting);
                return;
            }
        }
    }

    /// Waits for the news of every site.
    fn told(&self) {
        let is_told = |texts: Vec<&str>| {
            let mut tokens = self.sites.iter().flat_map(|site| &site.published);
            tokens.all(|token| texts.iter().any(|text| text.contains(token.as_str())))
        };
        // Who was not told stands in the table that follows.
        let _ = self.world.hooks.wait_for(|got| is_told(got.iter().map(|hook| hook.body.as_str()).collect()))
            && self.world.mailbox.wait_for(|got| is_told(got.iter().map(|mail| mail.text.as_str()).collect()));
    }

    /// Nothing was told but what was published, each once; all of it, unless some of it is `still` to come.
    fn audit(&mut self, moment: &str, still: usize) {
        let (hooks, mails) = (self.world.hooks.got(), self.world.mailbox.got());
        for site in &self.sites {
            let of = |text: &str| text.contains(&site.number);
            let told: Vec<_> = hooks.iter().filter(|hook| of(&hook.body)).collect();
            let times = |token: &String| told.iter().filter(|hook| hook.body.contains(token.as_str())).count();
            let mailed = |token: &String| mails.iter().filter(|mail| mail.text.contains(token.as_str())).count();
            let due = site.published.len() - still;
            let missed = site.published[..due].iter().find(|token| times(token) == 0 || mailed(token) == 0);
            let doubled = site.published.iter().find(|token| times(token) > 1 || mailed(token) > 1);
            if missed.is_some() || doubled.is_some() || told.len() > site.published.len() {
                let kinds: Vec<&str> = told.iter().map(|hook| hook.kind.as_str()).collect();
                let published = &site.published;
                self.wrong.push(format!(
                    "{} × {moment}: published {published:?}, told {kinds:?}, missed {missed:?}, doubled {doubled:?}",
                    site.name()
                ));
            }
        }
    }

    fn publish(&mut self, moment: &str) {
        self.sites.iter_mut().for_each(|site| site.publish(moment));
    }
}

#[test]
fn no_fault_at_any_moment_is_news_and_what_was_published_is_told_after_it() {
    let mut matrix = Matrix::open();
    let broken = |row: &Row| row.says;
    let ok = |_: &Row| ("ok", "");

    matrix.fault(true);
    // Certificates are judged by a root that nobody else trusts.
    matrix.world.start_with(&[("SSL_CERT_FILE", ROOT)]);
    matrix.world.logged("watching");
    matrix.until("the first visit", |row| row.first);
    matrix.fault(false);
    matrix.until("the first visit, after it", ok);
    matrix.audit("the first visit", 0);

    matrix.fault(true);
    matrix.until("before a change", broken);
    matrix.fault(false);
    matrix.publish("BEFORE");
    matrix.told();
    matrix.audit("before a change", 0);

    matrix.fault(true);
    matrix.publish("BETWEEN");
    matrix.until("between two changes", broken);
    matrix.audit("between two changes", 1);
    matrix.fault(false);
    matrix.told();
    matrix.audit("between two changes, after it", 0);
    matrix.until("between two changes, after it", ok);

    matrix.fault(true);
    matrix.until("after a change", broken);
    matrix.fault(false);
    matrix.until("after a change, after it", ok);
    matrix.audit("after a change", 0);

    let log = matrix.world.log();
    assert!(matrix.wrong.is_empty(), "{:#?}\n{}", matrix.wrong, &log[..log.len().min(4000)]);
    matrix.world.finish();
}
