//! That the page claims no more than the report knows, and says what it leaves out. For tests only.

use jiff::Span;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use scraper::Html;

use super::html;
use super::limits::ROWS;
use super::sample::{TODAY, case, clock, report};
use super::tests::{read, texts, values};
use crate::domain::about::Language;
use crate::domain::caveat::Caveat;
use crate::domain::clocks::State;
use crate::domain::delays::{Delays, Gap};
use crate::domain::docket::EntryKey;
use crate::domain::figure::Value;
use crate::domain::setting::{Outcome, Setting};

fn page(report: &Delays, language: Language) -> Html {
    read(&html(report, language))
}

fn day(after: i64) -> Date {
    TODAY.checked_add(Span::new().days(after)).expect("a day")
}

fn key() -> EntryKey {
    EntryKey("elsewhere".into())
}

fn setting(date: Date, hour: i8) -> Setting {
    let some = (0..50).flat_map(|at| case(at, 5).settings).next().expect("some case has one");
    Setting { date: Some(date), time: Some(Time::constant(hour, 0, 0, 0)), outcome: Outcome::Pending, ..some }
}

#[test]
fn cases_that_were_chosen_otherwise_than_by_tag_are_not_called_all() {
    let mut few = report(3, 6);
    few.tags.clear();
    for (language, title, all) in
        [(Language::Es, "Demoras: 3 causas", "todas las causas vigiladas"), (Language::En, "Delays: 3 cases", "all watched cases")]
    {
        let tree = page(&few, language);
        assert_eq!([texts(&tree, "h1"), texts(&tree, "title")[..1].to_vec()], [[title], [title]]);
        assert!(!texts(&tree, "body")[0].to_lowercase().contains(all));
    }
    assert!(texts(&page(&few, Language::Es), "#curvas h3")[0].starts_with("Todas las causas de este informe"));
}

#[test]
fn a_median_that_few_at_risk_forbid_is_not_put_down_to_few_ends() {
    let mut report = report(40, 10);
    report.comparisons.clear();
    report.groups.truncate(1);
    for pace in &mut report.groups[0].paces {
        pace.events = 30;
        pace.median.value = Value::Unknown;
        pace.median.limits.clear();
        pace.median.limit(Caveat::FewAtRisk, 1);
    }
    let words = texts(&page(&report, Language::Es), "#curvas").concat();
    assert!(words.contains("La mediana no se dice: la curva descansa en muy pocas causas."), "{words}");
    assert!(!words.contains("menos de 5"), "{words}");
    let words = texts(&page(&report, Language::En), "#curvas").concat();
    assert!(words.contains("The median is not said: the curve rests on too few cases."), "{words}");
}

#[test]
fn a_curve_says_by_which_method_it_was_drawn() {
    let mut report = report(90, 10);
    let figures = |report: &Delays| texts(&page(report, Language::Es), "#curvas .g figcaption");
    let plain = figures(&report);
    assert!(plain.iter().any(|words| words.contains("Curva: Kaplan–Meier.")) && !plain.concat().contains("Aalen"), "{plain:?}");
    for pace in report.groups.iter_mut().flat_map(|group| &mut group.paces) {
        pace.competing = 2;
    }
    let competing = figures(&report);
    assert!(competing.iter().any(|words| words.contains("Curva: uno menos la incidencia de Aalen–Johansen.")));
    assert!(!competing.concat().contains("Kaplan"), "{competing:?}");
    let tree = page(&report, Language::En);
    let words = texts(&tree, "#curvas .wide figcaption").concat();
    assert!(words.contains("One minus the incidence of Aalen–Johansen: A, B, C. In the test a case that ended otherwise"), "{words}");
    assert!(!texts(&tree, "#curvas svg:has(.cv)").concat().contains("still open"));
}

#[test]
fn notes_say_until_when_open_cases_count() {
    for (language, until) in
        [(Language::Es, "hasta el día en que se leyeron por última vez"), (Language::En, "until the day on which they were last read")]
    {
        let notes = texts(&page(&report(1, 3), language), "#notas").concat();
        assert!(notes.contains(until) && notes.contains("Aalen–Johansen"), "{notes}");
    }
}

#[test]
fn an_entry_that_is_not_in_the_docket_is_not_said_to_be_in_a_linked_case() {
    let mut report = report(1, 6);
    report.cases[0].settings = vec![Setting { set_by: Some(key()), told_by: None, ..setting(day(3), 9) }];
    for (language, words) in [
        (Language::Es, "+1 actuación fuera de este expediente (p. ej. de una causa vinculada)"),
        (Language::En, "+1 entry outside this docket (of a linked case, for instance)"),
    ] {
        let all = texts(&page(&report, language), "#caso-1").concat();
        assert!(all.contains(words), "{all}");
    }
}

#[test]
fn an_entry_of_unknown_appearance_is_not_said_to_have_stood_there() {
    let mut report = report(1, 6);
    report.cases[0].entries.iter_mut().for_each(|act| act.seen = None);
    for (language, words) in [(Language::Es, "no consta cuándo apareció"), (Language::En, "when it appeared is not known")] {
        let acts = texts(&page(&report, language), ".acts li");
        assert!(acts.len() == 6 && acts.iter().all(|act| act.ends_with(words)), "{acts:?}");
    }
}

#[test]
fn a_bar_is_late_only_where_every_reading_says_so() {
    let number = |tree: &Html, class: &str, of: &str| -> Vec<f64> {
        values(tree, &format!("#caso-1 .tl rect.{class}"), of).iter().map(|text| text.parse().expect("a number")).collect()
    };
    let drawn = |start: i64, due: [i64; 2], stop: Option<Date>| {
        let mut report = report(1, 20);
        report.cases[0].clocks = vec![clock(State::Breach, day(start), due, stop, key())];
        page(&report, Language::Es)
    };
    for due in [[100, 200], [200, 100]] {
        let still = drawn(-150, due, None);
        assert_eq!([number(&still, "between", "x").len(), number(&still, "late", "x").len()], [1, 0], "late by one reading only");
        let both = drawn(-300, due, None);
        let (from, width, late) = (number(&both, "between", "x"), number(&both, "between", "width"), number(&both, "late", "x"));
        assert!(
            (from[0] + width[0] - late[0]).abs() < 0.2 && (width[0] - number(&both, "late", "width")[0]).abs() < 0.5,
            "a hundred days each"
        );
    }
    let one = drawn(-300, [100, 100], None);
    assert_eq!([number(&one, "between", "x").len(), number(&one, "late", "x").len()], [0, 1]);
    let met = drawn(-300, [100, 200], Some(day(-250)));
    assert_eq!([number(&met, "between", "x").len(), number(&met, "late", "x").len(), number(&met, "bar", "x").len()], [0, 0, 1]);
}

#[test]
fn coming_hearings_are_those_of_each_courts_own_day() {
    let mut report = report(2, 5);
    // One in the morning of the 27th in Madrid; the first court is at the 26th still, the second is further on.
    report.as_of += Span::new().hours(7);
    report.zone = TimeZone::get("Europe/Madrid").expect("bundled");
    report.cases[1].figures.day = day(1);
    report.cases[0].settings = vec![setting(TODAY, 20)];
    report.cases[1].settings = vec![setting(TODAY, 21)];
    let tree = page(&report, Language::Es);
    let coming = texts(&tree, "#calendario > table tbody");
    assert!(coming.len() == 1 && coming[0].contains("20:00"), "{coming:?}");
    assert!(texts(&tree, "#fila-1")[0].contains("20:00"));
    assert_eq!(texts(&tree, ".hoy > span"), ["26", "27"]);
}

#[test]
fn what_is_left_out_for_room_is_counted() {
    let mut report = report(1, 20);
    report.tags = (0..60).map(|at| format!("etiqueta-{at:02}")).collect();
    let one = &mut report.cases[0];
    one.tags = report.tags.clone();
    one.clocks = vec![clock(State::Breach, day(-50), [10, 10], None, key()); 20];
    one.settings = vec![setting(day(-400), 9), setting(day(2), 9), Setting { date: None, ..setting(TODAY, 9) }];
    let tree = page(&report, Language::Es);
    let (title, tags) = (texts(&tree, "h1")[0].clone(), texts(&tree, "#caso-1 dd").concat());
    assert!(title.contains("etiqueta-14 y 45 más"), "{title}");
    assert!(tags.contains("etiqueta-14 y 45 más"), "{tags}");
    assert!(texts(&tree, ".tl + figcaption")[0].contains("4 plazos más, solo en la tabla"));
    assert_eq!(values(&tree, "#caso-1 .lim-one tbody", "id").len(), 20);
    assert!(texts(&tree, "#calendario > p").concat().contains("2 señalamientos de otros meses o sin día, fuera de este calendario."));
}

#[test]
fn stretches_are_said_to_be_those_between_entries() {
    let mut report = report(1, 6);
    report.cases[0].gaps = vec![Gap { from: day(-90), to: day(-40), days: 50, is_open: false }];
    let tree = page(&report, Language::Es);
    let words = texts(&tree, "#caso-1 > p").concat();
    assert!(
        words.contains("Intervalos de más de 30 días entre actuaciones y desde la última (M06 cuenta además desde el ingreso):"),
        "{words}"
    );
    assert!(values(&tree, "#caso-1 > p a", "href").contains(&"#caso-1-M06".to_owned()));
    report.cases[0].gaps.clear();
    let told = texts(&page(&report, Language::En), ".tl + figcaption")[0].clone();
    assert!(told.contains("no stretch of more than 30 days between entries or since the last one"), "{told}");
}

#[test]
fn the_table_of_time_limits_ends_at_a_thousand_rows_and_says_how_many_more() {
    let mut report = report(1, 2);
    report.cases[0].clocks = vec![clock(State::Breach, day(-50), [10, 10], None, key()); ROWS + 3];
    for (language, words) in [
        (Language::Es, "Se muestran los primeros 1000 plazos; hay 3 más. Todos están en veedor report delays --csv=clocks."),
        (Language::En, "The first 1000 time limits are shown; there are 3 more. All are in veedor report delays --csv=clocks."),
    ] {
        let tree = page(&report, language);
        assert_eq!(texts(&tree, "#plazos table.lim-all > tbody").len(), ROWS);
        assert_eq!(texts(&tree, "#plazos > .note"), [words]);
    }
    report.cases[0].clocks.truncate(ROWS);
    assert!(texts(&page(&report, Language::Es), "#plazos > .note").is_empty());
}
