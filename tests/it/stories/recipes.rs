//! Recipes at the command line: mending one against saved pages, and what is in force for a source.

use std::path::PathBuf;

use crate::world::World;

const A: &str = "17721-2024-00011G";
const SHIPPED: &str = include_str!("../../../jurisdictions/ec/esatje.toml");

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn page(step: &str, name: &str) -> String {
    format!("{step}={}", fixture(name).display())
}

/// The arguments that extract a whole case from its saved pages.
fn hearing() -> Vec<String> {
    ["info=info.json", "incidents=incidents.json", "acts=acts-1.json"]
        .iter()
        .map(|page_of| page_of.split_once('=').expect("a pair"))
        .flat_map(|(step, file)| ["--page".to_owned(), page(step, &format!("ec-esatje/hearing/{file}"))])
        .collect()
}

fn with<'a>(first: &[&'a str], rest: &'a [String]) -> Vec<&'a str> {
    first.iter().copied().chain(rest.iter().map(String::as_str)).collect()
}

#[test]
fn a_recipe_with_a_mistake_is_told_and_never_replaced_by_the_shipped_one() {
    let world = World::new(&[A]);
    let pages = hearing();
    let extract = with(&["extract", "-q", "--source", "ec-esatje"], &pages);
    let good = world.ok(&extract);
    // A mistake elsewhere in the list does not matter.
    world.write(&format!("{}\n[[case]]\nsource = \"ec-esatje\"\nnumbr = \"1\"\n", world.list));
    assert_eq!(world.ok(&extract), good);
    // One in the operator's recipe does, wherever the recipe lies and even when it does not say whose it is.
    std::fs::create_dir(world.path("recipes")).expect("a folder");
    for broken in [SHIPPED.replace("[entries]", "[entires]"), SHIPPED.replace("id           = \"ec-esatje\"", "") + "\n["] {
        std::fs::write(world.path("recipes/mine.toml"), broken).expect("a recipe");
        world.no(&extract, 78, "recipes/mine.toml");
    }
    // One in the recipe of another court does not.
    std::fs::write(world.path("recipes/mine.toml"), "id = \"xx-other\"\n[[step]]\n").expect("a recipe");
    assert_eq!(world.ok(&extract), good);
    std::fs::remove_dir_all(world.path("recipes")).expect("removed");
    world.write(&world.list.replace("[source.ec-esatje]", "[source.ec-esatje]\nrecipe = \"none.toml\""));
    world.no(&extract, 78, "none.toml");
    world.write("[[case]\n");
    world.no(&extract, 78, "recipe of your own");
    // Who mends the list can still look up the sources.
    assert!(world.ok(&["sources"]).contains("ec-esatje"));
    world.write(&world.list);
    world.finish();
}

#[test]
fn a_recipe_is_tried_before_it_is_installed() {
    let world = World::new(&[A]);
    let (file, pages) = (world.path("draft.toml"), hearing());
    let file_name = file.display().to_string();
    std::fs::write(&file, SHIPPED.replace("id           = \"ec-esatje\"", "id = \"ec-draft\"")).expect("a recipe");
    let docket = world.json(&with(&["extract", "-q", "--recipe", &file_name], &pages));
    assert_eq!(docket["source"], "ec-draft");
    world.no(&with(&["extract", "--recipe", &file_name, "--source", "ec-esatje"], &pages), 2, "leave --source out");
    std::fs::write(&file, SHIPPED.replace("[entries]", "[entires]")).expect("a recipe");
    world.no(&with(&["extract", "--recipe", &file_name], &pages), 78, "entires");
    world.finish();
}

#[test]
fn a_missing_page_is_named_with_what_would_be_asked() {
    let world = World::new(&[A]);
    let first = page("info", "ec-esatje/hearing/info.json");
    let why = world.no(&["extract", "--source", "ec-esatje", "--page", &first], 3, "the page of step \"incidents\" is missing: GET http");
    assert!(why.contains("add --page incidents=FILE"), "{why}");
    let second = page("incidents", "ec-esatje/hearing/incidents.json");
    world.no(&["extract", "--source", "ec-esatje", "--page", &first, "--page", &second], 3, "idIncidenteJudicatura");
    world.no(&["extract", "--source", "ec-esatje", "--charset", "utf-99", "--page", &first], 2, "no charset \"utf-99\"");
    world.finish();
}

#[test]
fn a_watched_page_is_tried_and_explained() {
    let world = World::new(&[A]);
    let how = world.ok(&["sources", "page"]);
    assert!(how.contains("[case.page]") && how.contains("has no page"), "{how}");
    let watch = std::fs::read_to_string(fixture("page/bulletins/watch.toml")).expect("a page");
    let name = std::fs::read_to_string(fixture("page/bulletins/case.txt")).expect("its name");
    let name = name.trim();
    let table = format!("\n[[case]]\nsource = \"page\"\nnumber = \"{name}\"\n[case.page]\n{watch}");
    world.write(&format!("{}{table}", world.list));
    let saved = fixture("page/bulletins/page.html").display().to_string();
    let expected: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(fixture("page/bulletins/expected.json")).expect("a docket")).expect("JSON");
    for arguments in [vec!["--source", "page", "--case", name], vec!["--source", "page"], vec!["--source", name]] {
        let docket = world.json(&[&["extract", "-q"], arguments.as_slice(), &["--page", &saved]].concat());
        let titles = |docket: &serde_json::Value| -> Vec<String> {
            docket["entries"].as_array().expect("entries").iter().map(|entry| entry["title"].to_string()).collect()
        };
        assert!(!titles(&docket).is_empty());
        assert_eq!(titles(&docket), titles(&expected));
    }
    // A broken recipe beside the list is none of a page's business.
    std::fs::create_dir(world.path("recipes")).expect("a folder");
    std::fs::write(world.path("recipes/draft.toml"), "[").expect("a recipe");
    world.ok(&["extract", "-q", "--source", name, "--page", &saved]);
    std::fs::remove_dir_all(world.path("recipes")).expect("removed");
    world.no(&["extract", "--source", "page", "--case", "otra", "--page", &saved], 2, name);
    assert!(world.ok(&["sources", "page"]).contains(name));
    assert!(world.ok(&["sources", name]).contains("language"));
    world.write(&world.list);
    world.finish();
}

#[test]
fn a_source_is_shown_as_it_is_asked_beside_what_its_recipe_says() {
    let world = World::new(&[A]);
    let shown = world.ok(&["sources", "ec-esatje"]);
    for part in [
        world.court.base().as_str(),
        "(the recipe says https://",
        "for example 17721-2019-00029G",
        "100ms",
        "not yet",
        "robots",
        "(?<court>",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    assert!(!world.state_dir().exists(), "a look at a source made a store");
    world.ok(&["poll", A]);
    let source = world.json(&["sources", "ec-esatje", "--json"]);
    assert!(source["last_success"].is_string(), "{source}");
    assert_eq!((&source["gap_seconds"], &source["recipe"]["gap_seconds"]), (&0.0.into(), &5.0.into()));
    world.finish();
}

#[test]
fn the_night_a_court_changes_its_page_the_first_line_says_where() {
    let world = World::new(&[A]);
    let pages = hearing();
    let plain = world.veedor(&with(&["extract", "--source", "ec-esatje"], &pages));
    let explained = world.veedor(&with(&["extract", "--source", "ec-esatje", "--explain"], &pages));
    assert_eq!((plain.status.code(), &plain.stderr), (explained.status.code(), &explained.stderr));
    let told = String::from_utf8_lossy(&explained.stdout).into_owned();
    assert!(told.starts_with("everything that the recipe needs") && told.contains("rule not_found") && told.contains("key 1"), "{told}");

    // The court renames a field: the first line names it, and what is there instead.
    let acts = std::fs::read_to_string(fixture("ec-esatje/hearing/acts-1.json")).expect("a page");
    let changed = world.path("acts.json");
    std::fs::write(&changed, acts.replace("\"tipo\"", "\"tipoActuacion\"")).expect("written");
    let mut changed_pages = pages[..4].to_vec();
    changed_pages.extend(["--page".to_owned(), format!("acts={}", changed.display())]);
    let output = world.veedor(&with(&["extract", "--source", "ec-esatje", "--explain"], &changed_pages));
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let first = told.lines().next().unwrap_or_default();
    assert!(first.starts_with("stops at acts: tipo: 0 of ") && first.contains("tipoActuacion"), "{told}");
    assert_eq!(output.status.code(), Some(3), "{told}");

    let output = world.veedor(&with(&["extract", "--source", "ec-esatje", "--explain", "--json"], &changed_pages));
    let data: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON alone on standard output");
    assert_eq!(data["refusal"]["kind"], "unreadable");
    assert_eq!(data["pages"][2]["entries"][0]["fields"][0]["found"], 0, "{data}");

    // A block page: which rule says so.
    let block = page("info", "ec-esatje/block-page-200/info.html");
    let told = world.veedor(&["extract", "--source", "ec-esatje", "--explain", "--page", &block]);
    assert!(String::from_utf8_lossy(&told.stdout).starts_with("stops at info: the source refuses us"), "{told:?}");
    world.finish();
}

/// A page of a court that no recipe knows.
const UNKNOWN: &str = r#"<html lang="es"><head><title>Tribunal de Prueba</title></head><body><h1>Consulta de expedientes</h1>
<table class="datos"><tr><td>Expediente:</td><td>TP-0042/2098</td></tr><tr><td>Estado:</td><td>En trámite</td></tr></table>
<table id="actuaciones"><tr><th>Fecha</th><th>Actuación</th><th>Documento</th></tr>
<tr><td>03/02/2098</td><td>Señálase audiencia para el 1 de marzo de 2098, a las 10h30</td><td><a href="/doc/2">ver</a></td></tr>
<tr><td>13/01/2098</td><td>Admítese a trámite la demanda</td><td><a href="/doc/1">ver</a></td></tr></table>
<p>Tribunal de Prueba, consulta pública de expedientes. Los datos son inventados.</p></body></html>"#;

#[test]
fn a_recipe_is_begun_from_a_saved_page_by_asking() {
    use std::io::Write;

    let world = World::new(&[A]);
    let (page, none, out) = (world.path("case.html"), world.path("none.html"), world.path("recipe.toml"));
    std::fs::write(&page, UNKNOWN).expect("a page");
    let empty = UNKNOWN.split("<table class").next().unwrap_or_default();
    std::fs::write(&none, format!("{empty}<p>No existe el expediente consultado.</p></body></html>")).expect("a page");
    let [page, none, out] = [page, none, out].map(|path| path.display().to_string());
    let arguments = ["sources", "new", "--page", &page, "--not-found", &none, "--out", &out];
    let answer = |answers: &str| {
        let mut command = world.command(&arguments);
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let mut child = command.spawn().expect("veedor starts");
        child.stdin.take().expect("its input").write_all(answers.as_bytes()).expect("answers");
        let output = child.wait_with_output().expect("veedor ends");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    // The words of "not found", the address, an id that is none and one that is; the rest by default.
    let (code, told, asked) = answer("1\nhttps://tribunal.example/consulta?exp=TP-0042%2F2098\nTribunal\nec-tribunal\n");
    assert_eq!(code, Some(0), "{told}{asked}");
    assert!(told.contains("It reads 2 entries of TP-0042/2098") && told.contains("2098-02-03  Señálase audiencia"), "{told}{asked}");
    assert!(asked.contains("lower-case letters") && !told.contains("These repeat"), "{asked}");

    // What was written is a recipe: it reads the page, refuses another case and knows the page without one.
    let docket = world.json(&["extract", "-q", "--recipe", &out, "--page", &page]);
    assert_eq!((&docket["source"], docket["entries"].as_array().map(Vec::len)), (&"ec-tribunal".into(), Some(2)));
    world.no(&["extract", "--recipe", &out, "--page", &none], 4, "no such case");
    world.no(&["extract", "--recipe", &out, "--case", "TP-0043/2098", "--page", &page], 3, "TP-0042/2098");
    let missing = world.no(&["extract", "--recipe", &out, "--case", "TP-0042/2098", "--page", &none], 4, "no such case");
    assert!(!missing.contains("warning"), "{missing}");

    // Nothing is written over, and answers that end too early write nothing.
    let (code, _, asked) = answer("1\nhttps://tribunal.example/\nec-tribunal\n");
    assert!(code == Some(2) && asked.contains("is there already") && !asked.contains("These repeat"), "nothing is asked in vain: {asked}");
    std::fs::remove_file(&out).expect("removed");
    std::fs::write(&page, "<p>Un solo párrafo, y nada que se repita.</p>").expect("a page");
    let (code, _, asked) = answer("");
    assert!(code == Some(3) && asked.contains("nothing on the page repeats"), "{asked}");
    world.finish();
}
