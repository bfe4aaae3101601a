//! The format: mistakes with their places, versions, and an operator's own file.

use super::*;

const EVENT: &str = "version = \"t\"\n[[event]]\nid = \"begun\"\ntitle = [\"begun\"]\nwhy = \"w\"\nexamples = [{ title = \"BEGUN\" }]\ncounter = [{ title = \"X\" }]\n[[event]]\nid = \"done\"\ntitle = [\"done\"]\nwhy = \"w\"\nexamples = [{ title = \"DONE\" }]\ncounter = [{ title = \"X\" }]\n";

fn rule(change: &[(&str, &str)]) -> String {
    let mut lines: Vec<(String, String)> = [
        ("id", "\"T-1\""),
        ("title", "{ es = \"Título\", en = \"Title\" }"),
        ("unit", "\"case\""),
        ("start", "{ event = \"begun\", which = \"first\" }"),
        ("stop", "[{ event = \"done\" }]"),
        ("duration", "{ n = 10, unit = \"days\" }"),
        ("legal_basis", "\"art. 1\""),
        ("source", "[\"somebody\"]"),
        ("severity", "\"warn\""),
        ("confidence", "\"medium\""),
        ("verify", "\"verify with a lawyer\""),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .to_vec();
    for (key, value) in change {
        lines.retain(|(known, _)| known != key);
        if !value.is_empty() {
            lines.push(((*key).to_owned(), (*value).to_owned()));
        }
    }
    let lines: Vec<String> = lines.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    format!("[[rule]]\n{}\n", lines.join("\n"))
}

fn problems(change: &[(&str, &str)]) -> Vec<String> {
    let text = format!("{EVENT}{}", rule(change));
    let found = Rules::parse("clocks.toml", &text).err().unwrap_or_default();
    found.iter().map(|problem| format!("{}: {}; {}", problem.line, problem.message, problem.help.as_deref().unwrap_or("-"))).collect()
}

#[test]
fn every_mistake_is_named_with_its_place() {
    assert_eq!(problems(&[]), Vec::<String>::new());
    for (key, value, says) in [
        ("stop", "[{ event = \"don\" }]", "did you mean \"done\"?"),
        ("start", "{ event = \"begun\" }", "has no `which`"),
        ("duration", "{ n = 10, unit = \"weeks\" }", "rule.duration.unit has an unknown value \"weeks\""),
        ("duration", "{ n = 0, unit = \"days\" }", "must be a whole number from 1"),
        ("warn_at", "[\"soon\"]", "warn_at has \"soon\", which is no number of days"),
        ("source", "[]", "a rule without a source is of low confidence"),
        ("verify", "", "has no `verify`"),
        ("title", "{ es = \"Título\" }", "has no `en`"),
        ("effective", "{ from = \"2024-13-01\" }", "from is not a date"),
        ("effective", "{ from = \"2024-12-01\", to = \"2024-11-01\" }", "it ends before it begins"),
        ("resume_on", "[{ event = \"done\" }]", "nothing suspends this time"),
        (
            "extend",
            "{ event = \"done\", add = { n = 1, unit = \"months\" }, cap = { n = 20, unit = \"days\" } }",
            "extend.add must be in the unit",
        ),
        ("unit", "\"petition\"", "a rule that counts for petitions begins with each"),
        ("message", "\"Van {elapsd} días\"", "{elapsd}, which stands for nothing"),
        ("applies_if", "{ detained = 1.5 }", "applies_if.detained must be a value"),
        ("durration", "1", "unknown key `durration`"),
    ] {
        let found = problems(&[(key, value)]);
        assert!(found.iter().any(|problem| problem.contains(says) && !problem.starts_with("0:")), "{key} = {value}: {found:?}");
    }
    let two = problems(&[("severity", "\"loud\""), ("confidence", "\"sure\"")]);
    assert_eq!(two.len(), 2, "all at once: {two:?}");
}

#[test]
fn an_event_without_examples_is_refused() {
    let text = "version = \"t\"\n[[event]]\nid = \"a\"\nwhy = \"w\"\n";
    let found = Rules::parse("clocks.toml", text).expect_err("two mistakes");
    assert!(found.iter().any(|problem| problem.message.contains("must be known by something")), "{found:?}");
    assert!(found.iter().any(|problem| problem.message.contains("must carry examples")), "{found:?}");
}

/// Entries of a made-up court: `(day, title)`.
fn states(rules: Rules, entries: &[(&str, &str)], when: &str) -> Vec<(u32, Option<Date>, State)> {
    let case = Case { rules: Arc::new(rules), ..case("PENAL COIP") };
    let case = entries.iter().fold(case, |case, (day, title)| case.entry(day, title, ""));
    case.clocks(when).iter().map(|clock| (clock.version, clock.due, clock.state)).collect()
}

#[test]
fn the_version_in_force_when_the_time_began_counts() {
    let first = rule(&[("version", "1"), ("effective", "{ from = \"2020-01-01\", to = \"2024-12-31\" }")]);
    let second = rule(&[("version", "2"), ("duration", "{ n = 20, unit = \"days\" }"), ("effective", "{ from = \"2025-01-01\" }")]);
    let rules = Rules::parse("clocks.toml", &format!("{EVENT}{first}{second}")).expect("rules");
    let entries = [("2024-12-30", "BEGUN"), ("2025-01-02", "DONE"), ("2025-03-01", "BEGUN")];
    assert_eq!(states(rules.clone(), &entries, "2025-03-02"), [(1, day("2025-01-09"), State::Met), (2, day("2025-03-21"), State::Running)]);
    assert_eq!(states(rules.clone(), &[], "2025-03-02"), [(2, None, State::NotStarted)]);
    assert!(states(rules, &[("2019-06-01", "BEGUN")], "2025-03-02").is_empty(), "no version was in force then");
}

#[test]
fn an_operators_file_replaces_a_rule_and_adds_events_and_rules() {
    let base = Rules::parse("clocks.toml", &format!("{EVENT}{}", rule(&[]))).expect("rules");
    let own = format!(
        "version = \"own\"\n[[event]]\nid = \"ended\"\ntitle = [\"ended\"]\nwhy = \"w\"\nexamples = [{{ title = \"ENDED\" }}]\ncounter = [{{ title = \"X\" }}]\n{}{}",
        rule(&[("duration", "{ n = 5, unit = \"days\" }")]),
        rule(&[("id", "\"T-2\""), ("stop", "[{ event = \"ended\" }]")])
    );
    let rules = base.with("own.toml", &own).expect("rules");
    assert_eq!((rules.version(), rules.all().count()), ("t + own", 2));
    let entries = [("2026-03-02", "BEGUN"), ("2026-03-05", "ENDED")];
    assert_eq!(states(rules, &entries, "2026-03-10"), [(1, day("2026-03-07"), State::Breach), (1, day("2026-03-12"), State::Met)]);
    assert!(base.with("own.toml", "version = \"x\"\n[[rule]]\nid = \"T-3\"\n").is_err());
}

#[test]
fn the_ways_of_counting_do_what_they_say() {
    let due = |change: &[(&str, &str)]| {
        let rules = Rules::parse("clocks.toml", &format!("{EVENT}{}", rule(change))).expect("rules");
        states(rules, &[("2026-05-22", "BEGUN")], "2026-05-22").first().and_then(|(_, due, _)| *due)
    };
    let days = |n: u32, unit: &str| format!("{{ n = {n}, unit = \"{unit}\" }}");
    // Friday 22 May 2026; Monday 25 is a holiday in Ecuador.
    for (n, unit, extra, expected) in [
        (1, "business_days", ("roll", ""), "2026-05-26"),
        (1, "days", ("roll", ""), "2026-05-23"),
        (1, "days", ("roll", "\"next_business\""), "2026-05-26"),
        (1, "days", ("roll", "\"prev_business\""), "2026-05-22"),
        (1, "days", ("count_start_day", "true"), "2026-05-22"),
        (9, "months", ("roll", ""), "2027-02-22"),
        (1, "years", ("count_start_day", "true"), "2027-05-21"),
        (10, "days", ("cap", "{ n = 8, unit = \"days\" }"), "2026-05-30"),
        (36, "hours", ("roll", ""), "2026-05-24"),
    ] {
        assert_eq!(due(&[("duration", &days(n, unit)), extra]), day(expected), "{n} {unit} {extra:?}");
    }
}
