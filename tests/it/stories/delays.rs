//! The report of delays, as a person asks for it: what is told of each case, in every form, as of now and as of an earlier moment.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use veedor::clock::Clock;
use veedor::config::Config;
use veedor::daemon::supervise::Ending;
use veedor::daemon::{self, Handles};

use crate::world::World;

const A: &str = "17721-2024-00011G";
const B: &str = "17721-2024-00012A";

fn report(world: &World, more: &[&str]) -> Value {
    world.json(&[&["report", "delays", "--json"], more].concat())
}

fn case<'r>(report: &'r Value, number: &str) -> &'r Value {
    let cases = report["cases"].as_array().expect("cases");
    cases.iter().find(|case| case["case"] == number).unwrap_or_else(|| panic!("{number}: {report:#}"))
}

fn figure<'r>(case: &'r Value, measure: &str, part: &str) -> &'r Value {
    let all = case["figures"].as_array().expect("figures");
    all.iter().find(|figure| figure["measure"] == measure && figure["part"] == part).unwrap_or_else(|| panic!("{measure} {part}: {all:#?}"))
}

/// The report has the form that `docs/delays.schema.json` publishes, its clocks that of `docs/clocks.schema.json`.
fn keeps_to_its_schema(report: &Value) {
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    let schema = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    for (place, text) in [
        ("https://veedor.invalid/clocks.schema.json", include_str!("../../../docs/clocks.schema.json")),
        ("https://veedor.invalid/delays.schema.json", include_str!("../../../docs/delays.schema.json")),
    ] {
        compiler.add_resource(place, schema(text)).expect("added");
    }
    let index = compiler.compile("https://veedor.invalid/delays.schema.json", &mut schemas).expect("a schema");
    if let Err(why) = schemas.validate(report, index) {
        panic!("the report does not keep to its schema: {why:#}");
    }
}

/// A trial that is put off once, and its ruling.
fn trial(world: &World) {
    let act = |title: &str, text: &str, at: &str| world.court.act_at(A, title, &format!("<p>{text}</p>"), at);
    act(
        "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)",
        "Se convoca a la audiencia de juicio para el 14 de octubre de 2024, a las 09h00.",
        "2024-10-01T15:00:00.000+00:00",
    );
    act(
        "DIFERIMIENTO DE AUDIENCIA (DECRETO)",
        "Por pedido de la defensa se difiere la audiencia de juicio se&ntilde;alada para el 14 de octubre de 2024 y se se&ntilde;ala para el 21 de octubre de 2024, a las 09h00.",
        "2024-10-11T15:00:00.000+00:00",
    );
    ruling(world);
}

/// A decision that is announced and not written down for 85 days.
fn ruling(world: &World) {
    let act = |title: &str, text: &str, at: &str| world.court.act_at(A, title, &format!("<p>{text}</p>"), at);
    act(
        "RAZON (RAZON)",
        "Siento por tal que el Tribunal anunci&oacute; su decisi&oacute;n de forma oral.",
        "2024-11-25T20:00:00.000+00:00",
    );
    act("SENTENCIA (RESOLUCION)", "VISTOS.", "2025-02-18T20:00:00.000+00:00");
}

#[test]
fn a_report_tells_how_long_each_case_took_and_what_that_rests_on() {
    let mut world = World::new(&[A, B]);
    trial(&world);
    world.ok(&["poll"]);
    let whole = report(&world, &[]);
    let trial = case(&whole, A);
    let written = figure(trial, "M16", "all");
    assert_eq!((&written["value"]["days"], &written["from"], &written["to"]), (&85.into(), &"2024-11-25".into(), &"2025-02-18".into()));
    let entries = trial["entries"].as_array().expect("entries");
    let titles = written["entries"].as_array().expect("entries").iter().map(|key| {
        entries.iter().find(|entry| entry["key"] == *key).unwrap_or_else(|| panic!("{key} is no entry of the report"))["title"].clone()
    });
    assert_eq!(titles.collect::<Vec<_>>(), ["RAZON (RAZON)", "SENTENCIA (RESOLUCION)"]);
    let late = trial["clocks"].as_array().expect("clocks").iter().find(|clock| clock["rule"] == "EC-COIP-621").expect("the clock");
    assert_eq!((&late["state"], &late["late_days"], &late["due"]), (&"met_late".into(), &75.into(), &"2024-12-05".into()));
    assert_eq!((&trial["status"]["settings"], &trial["status"]["not_held"]), (&2.into(), &1.into()), "{:#}", trial["hearings"]);
    assert_eq!(whole["hearings"]["deferred"], 1);
    assert!(whole["data"][0]["rules"].as_str().is_some_and(|rules| !rules.is_empty()), "{:#}", whole["data"]);

    keeps_to_its_schema(&whole);

    let table = world.ok(&["report", "delays"]);
    for words in [A, B, "85", "1 deferred", "counted: ", "too few to say", "2 cases as of", "verify every legal rule with a lawyer"] {
        assert!(table.contains(words), "{words}:\n{table}");
    }
    let cases = world.ok(&["report", "delays", "--csv"]);
    let mut reader = csv::Reader::from_reader(cases.as_bytes());
    let place = reader.headers().expect("a heading").iter().position(|name| name == "oral_to_written_days").expect("the column");
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("rows");
    assert_eq!((rows.len(), rows.iter().filter(|row| &row[place] == "85").count()), (2, 1), "{cases}");
    for table in ["figures", "clocks", "hearings", "groups"] {
        assert!(world.ok(&["report", "delays", &format!("--csv={table}")]).lines().count() > 1, "{table}");
    }

    // One page, whole in itself, in both languages, with the ruling's 85 days and a way from them to the entries.
    for (language, words) in [("es", "85 días"), ("en", "85 days")] {
        let page = world.ok(&["report", "delays", "--html", "--lang", language]);
        assert!(page.contains(words) && page.contains("<svg") && page.contains(&format!("lang=\"{language}\"")), "{language}");
        assert!(!page.contains("<script") && !page.contains("src=\"http"), "{language}");
    }
    let file = world.path("demoras.html");
    let name = file.to_str().expect("a path");
    world.ok(&["report", "delays", A, "--html", "-o", name]);
    assert!(std::fs::read_to_string(&file).expect("the page").trim_end().ends_with("</html>"));

    // One case, by its number; and from a daemon the same as from none.
    let now = whole["as_of"].as_str().expect("a moment").to_owned();
    let alone = world.ok(&["report", "delays", A, "--json", "--as-of", &now]);
    assert_eq!(serde_json::from_str::<Value>(&alone).expect("JSON")["cases"].as_array().map(Vec::len), Some(1));
    assert!(world.ok(&["report", "delays", A, "--json", "--as-of", &now]) == alone, "a report that is asked again has the same bytes");
    world.start();
    world.visits(1);
    // It was read again meanwhile, and nothing else changed.
    let but_read = |report: &str| report.lines().filter(|line| !line.contains("\"read\": \"")).map(str::to_owned).collect::<Vec<_>>();
    let daemon = world.ok(&["report", "delays", A, "--json", "--as-of", &now]);
    let differing: Vec<_> = but_read(&daemon).into_iter().zip(but_read(&alone)).filter(|(one, other)| one != other).take(5).collect();
    assert_eq!(differing, [], "a daemon tells the same");
    assert_eq!(world.stop(), Some(0));
    world.finish();
}

#[test]
fn a_report_as_of_an_earlier_moment_holds_nothing_that_was_seen_later() {
    let mut world = World::new(&[A]);
    world.ok(&["poll"]);
    let first = report(&world, &[]);
    let then = first["as_of"].as_str().expect("a moment").to_owned();
    ruling(&world);
    world.ok(&["poll"]);
    let now = report(&world, &[]);
    assert_eq!(figure(case(&now, A), "M16", "all")["value"]["days"], 85);
    let seen = case(&now, A)["entries"].as_array().expect("entries").iter().filter(|entry| !entry["first_seen"].is_null()).count();
    assert_eq!(seen, 2, "what appeared between two readings has a moment");
    let before = report(&world, &["--as-of", &then]);
    assert_eq!(figure(case(&before, A), "M16", "all")["value"]["is"], "not_begun");
    assert_eq!(case(&before, A)["entries"].as_array().map(Vec::len), case(&first, A)["entries"].as_array().map(Vec::len));
    assert_eq!(case(&before, A)["version"], 1);
    // Before it was ever read nothing is known of it.
    let never = report(&world, &["--as-of", "2020-01-01"]);
    assert_eq!((never["cases"].as_array().map(Vec::len), &never["left_out"][0]["why"]), (Some(0), &"not_read".into()));
    // What was told meanwhile arrives.
    world.start();
    world.visits(1);
    world.finish();
}

#[test]
fn what_a_linked_case_shows_ends_a_time_in_the_report_too() {
    let world = World::new(&[A, B]);
    let linked = format!("number = \"{A}\"\nlinked = [\"ec-esatje {B}\"]\nfacts = {{ matter = \"penal\" }}\n");
    let list = world.list.replacen(&format!("number = \"{A}\"\n"), &linked, 1);
    let list = list.replacen(&format!("number = \"{B}\"\n"), &format!("number = \"{B}\"\nfacts = {{ matter = \"penal\" }}\n"), 1);
    world.write(&list);
    let oral = ("RAZON (RAZON)", "<p>Siento por tal que el Tribunal anunci&oacute; su decisi&oacute;n de forma oral.</p>");
    for number in [A, B] {
        world.court.act_at(number, oral.0, oral.1, "2024-11-25T20:00:00.000+00:00");
    }
    world.court.act_at(B, "SENTENCIA (RESOLUCION)", "<p>VISTOS.</p>", "2025-02-18T20:00:00.000+00:00");
    world.ok(&["poll"]);
    let whole = report(&world, &[]);
    let state = |number: &str| {
        let clocks = case(&whole, number)["clocks"].as_array().expect("clocks");
        clocks.iter().find(|clock| clock["rule"] == "EC-COIP-621").map(|clock| clock["state"].clone())
    };
    assert_eq!((state(A), state(B)), (Some("met_late".into()), Some("met_late".into())));
    assert_eq!((&whole["clocks"]["met_late"], &whole["clocks"]["breach"]), (&1.into(), &0.into()), "one time limit of one matter");
    world.finish();
}

#[test]
fn no_name_leaves_by_a_title_a_key_or_a_figure() {
    let world = World::new(&[A]);
    let name = "PERSONA FICTICIA UNO";
    world.court.act_at(A, &format!("OFICIO A {name} (OFICIO)"), "<p>Rem&iacute;tase.</p>", "2024-11-25T20:00:00.000+00:00");
    world.court.act_at(A, "SENTENCIA (RESOLUCION)", "<p>VISTOS.</p>", "2025-02-18T20:00:00.000+00:00");
    let list = world.list.replacen("[veedor]\n", "[veedor]\nprivacy = \"ngo\"\n", 1);
    let said = "facts = { penalty_over_5y = true, detained = true }\nevent = [{ event = \"detention_effective\", date = \"2023-12-14\", \
                note = \"Visto en prensa: PERSONA FICTICIA UNO\", by = \"mesa judicial\" }]\n";
    world.write(&list.replacen(&format!("number = \"{A}\"\n"), &format!("number = \"{A}\"\n{said}"), 1));
    world.ok(&["poll"]);
    for form in [&["--json"][..], &["--html"], &["--csv=figures"], &["--csv=clocks"], &["--csv=hearings"], &["--csv"], &[]] {
        let told = world.ok(&[&["report", "delays"], form].concat());
        assert!(!told.to_uppercase().contains(name), "{form:?}: {told}");
        assert!(form != ["--json"] || told.contains("P. F. U."), "who is detained has initials");
    }
    world.finish();
}

#[test]
fn a_case_of_which_little_may_be_told_tells_little_and_one_that_was_chosen_because_it_was_slow_enters_late() {
    let world = World::new(&[A, B]);
    trial(&world);
    world.ok(&["poll"]);
    let with = |number: &str, key: &str| {
        let line = format!("number = \"{number}\"\n");
        world.write(&world.list.replacen(&line, &format!("{line}{key}\n"), 1));
    };
    with(A, "withhold = \"generic\"");
    let told = report(&world, &[]);
    assert_eq!((told["cases"].as_array().map(Vec::len), &told["left_out"][0]["case"]), (Some(1), &A.into()));
    assert_eq!((&told["left_out"][0]["why"], &told["clocks"]["met_late"]), (&"withheld".into(), &0.into()));
    for form in ["--html", "--csv", "--csv=figures"] {
        assert!(!world.ok(&["report", "delays", form]).contains("SENTENCIA"), "{form}");
    }

    // A linked case that is withheld says nothing of the hearing that both have.
    with(A, &format!("withhold = \"generic\"\nlinked = [\"ec-esatje {B}\"]"));
    assert_eq!(case(&report(&world, &[]), B)["hearings"], Value::Array(Vec::new()));

    with(A, "withhold = \"type_and_date_only\"\nfacts = { detained = true, penalty_over_5y = true }");
    let told = report(&world, &[]);
    let trial = case(&told, A);
    assert_eq!((&trial["clocks"], figure(trial, "M16", "all")["value"]["days"].as_i64()), (&Value::Array(Vec::new()), Some(85)));
    let hearings = trial["hearings"].as_array().expect("hearings");
    assert!(
        hearings.iter().all(|hearing| hearing["requested_by"] == Value::Array(Vec::new()) && hearing["room"].is_null()),
        "{hearings:#?}"
    );
    assert!(trial["figures"].as_array().expect("figures").iter().all(|figure| figure["subject"]["of"] != "person"));

    // Its ruling came before it was watched: in a group it is left out, and said.
    with(A, "chosen_for_delay = true");
    let told = report(&world, &[]);
    assert!(case(&told, A)["chosen_for_delay_since"].is_string());
    let is_ruling = |pace: &&Value| pace["measure"] == "M16";
    let paces = told["groups"][0]["paces"].as_array().expect("paces");
    assert!(!paces.iter().any(|pace| is_ruling(&pace)), "nothing of it was watched: {paces:#?}");
    with(A, "chosen_for_delay = false");
    let told = report(&world, &[]);
    assert_eq!(told["groups"][0]["paces"].as_array().expect("paces").iter().filter(is_ruling).count(), 1);
    world.finish();
}

#[test]
fn what_is_asked_wrongly_says_what_to_do() {
    let world = World::new(&[A]);
    world.ok(&["poll"]);
    let no = |arguments: &[&str], words: &str| world.no(&[&["report", "delays"], arguments].concat(), 2, words);
    no(&["--tag", "sobornso"], "no case has the tag");
    no(&["--by", "judge"], "there is no grouping \"judge\"");
    no(&["--csv=clock"], "did you mean clocks?");
    no(&["--as-of", "ayer"], "write a day such as 2026-03-01");
    no(&["--as-of", "2999-01-01"], "still to come");
    no(&["--html", "--lang", "pt"], "write es or en");
    no(&["-o", "report.txt"], "the table is for the terminal");
    world.no(&["report", "delays", "99999-2024-00011G"], 4, "is watched");
    world.no(&["report", "delays", "--json", "-o", "/no/such/folder/report.json"], 1, "cannot be written");
    world.finish();
}

/// With the clock of the daemon in our hands: what a channel that asks is told of the month that is over, once.
#[test]
fn a_month_is_summed_up_for_the_channels_that_ask_and_once() {
    let world = World::new(&[A, B]);
    trial(&world);
    let asks = "events = [\"hearing.*\", \"delays.*\"]\n";
    let list = world.list.replacen("kind = \"webhook\"\n", &format!("kind = \"webhook\"\n{asks}"), 1);
    assert_ne!(list, world.list, "{list}");
    let list = list.replacen(&format!("number = \"{A}\"\n"), &format!("number = \"{A}\"\ntags = [\"tribunal\"]\n"), 1);
    world.write(&list);
    let config = Config::load(&world.path("watchlist.toml")).expect("a good list").config;
    let at = |text: &str| -> jiff::Timestamp { text.parse().expect("a time") };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        // A few minutes before it is due, which is the first of the month at eight in Quito.
        let clock = Clock::fixed(at("2027-02-01T12:45:00Z"));
        let handles = Handles::open(config.clone(), clock.clone()).await.expect("a store");
        let control = Arc::clone(&handles.control);
        let running = tokio::task::spawn(daemon::run(handles));
        let (going, held) = (Arc::new(AtomicBool::new(true)), Arc::new(Mutex::new(())));
        // The clock goes on by itself; who sleeps does so by the machine's time.
        let hand = std::thread::spawn({
            let (clock, control, going, held) = (clock.clone(), Arc::clone(&control), Arc::clone(&going), Arc::clone(&held));
            move || {
                while going.load(Ordering::SeqCst) {
                    {
                        let _held = held.lock();
                        clock.advance_to(clock.now() + Duration::from_secs(1));
                    }
                    control.nudge_poller();
                    control.nudge_deliverer();
                    std::thread::park_timeout(Duration::from_millis(10));
                }
            }
        });
        let story = tokio::task::spawn_blocking(move || {
            let told = |world: &World| world.hooks.got().into_iter().filter(|hook| hook.kind == "delays.summary").collect::<Vec<_>>();
            let until = std::time::Instant::now() + Duration::from_secs(120);
            while told(&world).is_empty() {
                assert!(std::time::Instant::now() < until, "no summary came: {:?}", world.hooks.got());
                world.visits(1);
            }
            {
                let _held = held.lock();
                clock.advance_to(at("2027-02-20T13:00:01Z"));
            }
            world.visits(4);
            let told = told(&world);
            assert_eq!(told.len(), 1, "{told:?}");
            (world, told[0].body.clone())
        });
        let (world, body) = story.await.expect("the story");
        control.stop();
        assert_eq!(running.await.expect("no panic").expect("it started"), Ending::Stopped);
        going.store(false, Ordering::SeqCst);
        hand.join().expect("the clock");
        let body: Value = serde_json::from_str(&body).expect("JSON");
        let delays = &body["data"]["delays"];
        assert_eq!((&delays["from"], &delays["to"], &body["data"]["case"]), (&"2027-01-01".into(), &"2027-01-31".into(), &Value::Null));
        assert_eq!(
            (&delays["counts"]["cases"], &delays["counts"]["quiet"], &delays["tags"][0]["tag"]),
            (&2.into(), &2.into(), &"tribunal".into())
        );
        world.finish();
    });
}
