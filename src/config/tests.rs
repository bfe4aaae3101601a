//! Tests of the configuration as a whole: files in a folder go in, a configuration or its problems come out.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use super::*;
use crate::domain::backoff::RetrySchedule;
use crate::domain::medium::Medium;
use crate::domain::route::Gather;
use crate::recipe::{self, Recipe};

mod privacy;

const EXAMPLE: &str = include_str!("../../watchlist.toml");
const KEY: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
pub(super) const CASE: &str = "[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2019-00029G\"\n";

fn env(name: &str) -> Option<String> {
    match name {
        "HOME" => Some("/home/persona".to_owned()),
        "VEEDOR_HOOK_SECRET" => Some(KEY.to_owned()),
        "VEEDOR_HOOK_SECRET_OLD" => Some("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=".to_owned()),
        "VEEDOR_PING" => Some("https://ping.example.org/s3cret".to_owned()),
        "VEEDOR_HOOK_PAIR" => Some("whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=".to_owned()),
        "VEEDOR_HOOK_AUTH" => Some("Bearer ficticio".to_owned()),
        "VEEDOR_LINES" => Some("dos\nlíneas".to_owned()),
        "VEEDOR_SMTP_PASSWORD" | "VEEDOR_MATRIX_TOKEN" => Some("ficticia".to_owned()),
        "VEEDOR_CHAT_URL" => Some("https://hooks.slack.com/services/T0/B0/SEKRET".to_owned()),
        "VEEDOR_TELEGRAM_TOKEN" => Some("123456789:AASEKRET".to_owned()),
        _ => None,
    }
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("in the folder")).expect("made");
        std::fs::write(&path, text).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("set");
    }
    folder
}

/// What the watch list in these files gives: the configuration, errors and warnings as `file:line:column: message; help`.
pub(super) fn load_files(files: &[(&str, &str)]) -> (Option<Config>, Vec<String>, Vec<String>) {
    load_with(files, Secrets::Needed)
}

fn load_with(files: &[(&str, &str)], secrets: Secrets) -> (Option<Config>, Vec<String>, Vec<String>) {
    let folder = folder(files);
    let told = |problems: Vec<Problem>| -> Vec<String> {
        let place = format!("{}/", folder.path().display());
        let one = |p: Problem| format!("{}:{}:{}: {}; {}", p.file, p.line, p.column, p.message, p.help.unwrap_or_default());
        problems.into_iter().map(|problem| one(problem).replace(&place, "")).collect()
    };
    match examine(&folder.path().join("w.toml"), None, Env { get: &env, secrets }) {
        Ok(Examined { config, errors, warnings, .. }) => (errors.is_empty().then_some(config), told(errors), told(warnings)),
        Err(errors) => (None, told(errors), Vec::new()),
    }
}

pub(super) fn load(text: &str) -> (Option<Config>, Vec<String>, Vec<String>) {
    load_files(&[("w.toml", text)])
}

pub(super) fn good(text: &str) -> Config {
    let (config, errors, _) = load(text);
    config.unwrap_or_else(|| panic!("{errors:#?}\n{text}"))
}

const AUTHORITY: &str = include_str!("../../tests/fixtures/mail/authority.pem");

#[test]
fn the_authority_of_a_mail_server_is_read_when_the_list_is() {
    let text = format!("{CASE}[smtp]\nhost = \"h.example.org\"\nfrom = \"v@example.org\"\nca = \"own.pem\"\n");
    let (config, errors, _) = load_files(&[("w.toml", &text), ("own.pem", AUTHORITY)]);
    let smtp = config.unwrap_or_else(|| panic!("{errors:?}")).smtp.expect("there");
    assert_eq!(smtp.ca.as_deref(), Some(AUTHORITY.as_bytes()));
    let cut = AUTHORITY.lines().take(4).chain(["-----END CERTIFICATE-----"]).collect::<Vec<_>>().join("\n");
    for (content, message) in
        [(None, "cannot read"), (Some("no certificate"), "holds no certificate"), (Some(cut.as_str()), "does not read")]
    {
        let files: Vec<(&str, &str)> = [("w.toml", text.as_str())].into_iter().chain(content.map(|content| ("own.pem", content))).collect();
        let (_, errors, _) = load_files(&files);
        assert!(errors.len() == 1 && errors[0].starts_with("w.toml:7:6: ") && errors[0].contains(message), "{errors:?}");
    }
    let (_, errors, _) = load_files(&[
        ("w.toml", &text.replace("h.example.org", "localhost").replace("ca =", "tls = \"none\"\nca =")),
        ("own.pem", AUTHORITY),
    ]);
    assert!(errors.len() == 1 && errors[0].contains("without TLS no certificate is checked"), "{errors:?}");
}

#[test]
fn a_mail_is_tried_for_days_and_a_webhook_as_its_standard_says() {
    let text = format!(
        "{CASE}[smtp]\nhost = \"h.example.org\"\nfrom = \"v@example.org\"\n[[channel]]\nid = \"m\"\nkind = \"email\"\nto = [\"x@example.org\"]\n\
         [[channel]]\nid = \"h\"\nkind = \"webhook\"\nurl = \"https://example.org\"\n"
    );
    let config = good(&text);
    assert_eq!(config.channels[0].retry, RetrySchedule::mail());
    assert_eq!(config.channels[1].retry, RetrySchedule::standard());
}

#[test]
fn the_shipped_watch_list_loads_and_watches_one_case() {
    let (config, errors, warnings) = load(EXAMPLE);
    let config = config.unwrap_or_else(|| panic!("{errors:#?}"));
    assert_eq!(config.cases.len(), 1);
    assert_eq!(config.cases[0].label(), "Sobornos 2012-2016");
    assert_eq!(config.cases[0].case, CaseRef { source: "ec-esatje".into(), number: "17721201900029G".into() });
    assert_eq!((config.channels.len(), &config.channels[0].kind), (1, &ChannelKind::Terminal));
    assert_eq!(config.general.state_dir, Path::new("/home/persona/.local/state/veedor"));
    assert_eq!(warnings.len(), 1, "only the missing contact: {warnings:?}");
}

#[test]
fn everything_that_the_shipped_watch_list_shows_loads_when_it_is_switched_on() {
    let on = |line: &str| match line.strip_prefix('#') {
        Some(option) if option.starts_with(|c: char| c.is_ascii_lowercase() || c == '[') => option.to_owned(),
        _ => line.to_owned(),
    };
    // A token stands in place of the password.
    let [with_token, text]: [String; 2] = ["#password", "#token_command"]
        .map(|one| EXAMPLE.lines().filter(|line| !line.starts_with(one)).map(|line| on(line) + "\n").collect());
    let recipe = recipe::shipped().into_iter().find(|(id, _, _)| *id == "ec-esatje").expect("shipped").2;
    let files =
        [("w.toml", text.as_str()), ("my-esatje.toml", recipe), ("autoridad.pem", AUTHORITY), ("private/minors.txt", "Nadie Ficticio\n")];
    let (other, errors, _) = load_files(&[&[("w.toml", with_token.as_str())], &files[1..]].concat());
    let token = other.unwrap_or_else(|| panic!("{errors:#?}")).smtp.and_then(|smtp| smtp.token);
    assert_eq!(token.map(|token| token.name()), Some("oama".to_owned()));
    let (config, errors, warnings) = load_files(&files);
    let config = config.unwrap_or_else(|| panic!("{errors:#?}"));
    assert_eq!((config.cases.len(), config.channels.len()), (4, 7));
    let (linked, warnings): (Vec<String>, Vec<String>) = warnings.into_iter().partition(|warning| warning.contains("linked of"));
    assert!(
        linked.len() == 1 && linked[0].contains("which is not watched"),
        "the other case of the example is none of its cases: {linked:?}"
    );
    let (channel, warnings): (Vec<String>, Vec<String>) = warnings.into_iter().partition(|warning| warning.contains("archiva-evento"));
    assert!(channel.len() == 1 && channel[0].contains("is held until it is there"), "{channel:?}");
    let [own, program] = warnings.as_slice() else { panic!("{warnings:#?}") };
    assert!(own.contains("my-esatje.toml") || program.contains("my-esatje.toml"), "{warnings:?}");
    assert!(own.contains("mi-tribunal cannot be run") || program.contains("mi-tribunal cannot be run"), "{warnings:?}");
    let sobornos = config.source_of(&config.cases[0].case).expect("known");
    assert!(sobornos.overridden.as_ref().is_some_and(|path| path.ends_with("my-esatje.toml")));
    assert_eq!(sobornos.recipe.base_url, "http://127.0.0.1:9000");
    let page = config.source_of(&config.cases[1].case).expect("known");
    assert_ne!(page.recipe.id, sobornos.recipe.id);
    let command = config.source_of(&config.cases[3].case).expect("known");
    assert_eq!(command.program.as_ref().map(Program::name).as_deref(), Some("mi-tribunal"));
    assert_eq!((command.timeout, command.is_polled()), (Duration::from_secs(60), true));
}

#[test]
fn every_key_that_is_read_is_documented_in_the_shipped_watch_list() {
    let sections = [
        "",
        "veedor",
        "veedor.confirm",
        "veedor.dead_man",
        "web",
        "smtp",
        "smtp.password",
        "source.ec-esatje",
        "channel",
        "channel.secret",
        "case",
        "case.event",
        "privacy",
        "redact",
        "withhold",
        "public",
    ];
    let odd = "zzzzzzzzzzzzzzzzzzzz = 1\n";
    let mut text = odd.to_owned();
    for section in &sections[1..] {
        match *section {
            // Each kind has keys of its own; that of a webhook comes last, because its secret follows.
            "channel" => {
                let others = Medium::ALL.into_iter().filter(|kind| *kind != Medium::Webhook);
                others.chain([Medium::Webhook]).for_each(|kind| text += &format!("[[channel]]\nkind = \"{}\"\n{odd}", kind.name()));
            }
            "case" => text += &format!("[[case]]\n{odd}[[case]]\nsource = \"page\"\n{odd}"),
            "case.event" => text += &format!("[[case.event]]\n{odd}"),
            "redact" => text += &format!("[[redact]]\nnames_file = \"x\"\n{odd}[[redact]]\n{odd}"),
            "withhold" => text += &format!("[[withhold]]\n{odd}"),
            other => text += &format!("[{other}]\n{odd}"),
        }
    }
    let (_, errors, _) = load(&text);
    let mut read: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for error in errors.iter().filter(|error| error.contains("unknown key `zzz")) {
        let section = error.split(" in [").nth(1).and_then(|rest| rest.split(']').next()).unwrap_or_default();
        let keys = error.split("possible here: ").nth(1).unwrap_or_else(|| panic!("{error}"));
        read.entry(section.to_owned()).or_default().extend(keys.split(", ").map(str::to_owned));
    }
    assert_eq!(read.keys().map(String::as_str).collect::<BTreeSet<_>>(), BTreeSet::from(sections), "{errors:#?}");
    let mut shown: BTreeMap<String, String> = BTreeMap::new();
    let mut section = String::new();
    for line in EXAMPLE.lines() {
        let option = line.trim_start_matches('#');
        if let Some(name) = option.strip_prefix('[') {
            section = name.trim_start_matches('[').split(']').next().unwrap_or_default().to_owned();
        }
        *shown.entry(section.clone()).or_default() += &format!("\n{line}");
    }
    for (section, keys) in read {
        let table = section.split('.').next().filter(|first| *first != "source").unwrap_or(&section);
        let shown = shown.get(table).unwrap_or_else(|| panic!("[{section}] is not shown"));
        for key in keys {
            // Top-level tables are sections of their own.
            if section.is_empty() && key != "include" {
                assert!(
                    ["veedor", "smtp", "source", "channel", "case", "privacy", "redact", "web", "withhold", "public"]
                        .contains(&key.as_str()),
                    "{key}"
                );
                continue;
            }
            let found = shown.lines().any(|line| {
                let line = line.trim_start_matches('#');
                line.starts_with(&format!("{key} = ")) || line.contains(&format!("{{ {key} = ")) || line.contains(&format!(", {key} = "))
            });
            assert!(found, "[{section}] {key} is not documented in watchlist.toml");
        }
    }
}

#[test]
fn every_key_of_the_shipped_watch_list_is_recognised_when_it_is_misspelt() {
    let on = |line: &str| match line.strip_prefix('#') {
        Some(option) if option.starts_with(|c: char| c.is_ascii_lowercase() || c == '[') => option.to_owned(),
        _ => line.to_owned(),
    };
    let lines: Vec<String> = EXAMPLE.lines().map(on).collect();
    let key_of = |line: &str| {
        line.split_once(" = ").map(|(key, _)| key.to_owned()).filter(|key| key.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
    };
    let mut tried = BTreeSet::new();
    for (number, line) in lines.iter().enumerate() {
        let Some(key) = key_of(line) else { continue };
        let mut slip = lines.clone();
        slip[number] = line.replacen(&key, &format!("{key}x"), 1);
        let recipe = recipe::shipped().into_iter().find(|(id, _, _)| *id == "ec-esatje").expect("shipped").2;
        let (_, errors, _) = load_files(&[("w.toml", &slip.join("\n")), ("my-esatje.toml", recipe)]);
        let expected = format!("w.toml:{}:1: unknown key `{key}x`", number + 1);
        let told = errors.iter().find(|error| error.starts_with(&expected)).unwrap_or_else(|| panic!("{expected}: {errors:#?}"));
        assert!(told.ends_with(&format!("did you mean \"{key}\"?")), "{told}");
        tried.insert(key);
    }
    for key in ["contact", "include", "password", "gap", "allow_private", "headers", "old_secrets", "allow", "allow_ports", "formal_name"] {
        assert!(tried.contains(key), "{key} was not tried: {tried:?}");
    }
}

#[test]
fn a_list_without_a_case_loads_and_says_that_nothing_is_watched() {
    for text in ["", "# nothing yet\n", "[veedor]\ncontact = \"x@example.org\"\n"] {
        let (config, errors, warnings) = load(text);
        let config = config.unwrap_or_else(|| panic!("{errors:?}"));
        assert!(
            warnings.iter().any(|warning| warning.starts_with("w.toml:0:0: there is no [[case]]: nothing is watched; run `veedor add")),
            "{warnings:?}"
        );
        assert!(config.nothing_to_watch().is_some_and(|why| why.contains("w.toml watches nothing; `veedor add SOURCE NUMBER`")));
    }
    assert!(good(CASE).nothing_to_watch().is_none());
}

#[test]
fn who_only_asks_needs_no_secret_that_is_the_services() {
    let text = format!(
        "{CASE}[smtp]\nhost = \"h.example.org\"\nfrom = \"v@example.org\"\nuser = \"v\"\npassword = {{ credential = \"smtp\" }}\n\
         [[channel]]\nid = \"h\"\nkind = \"webhook\"\nurl = \"https://example.org\"\nsecret = {{ env = \"NOT_SET\" }}\n"
    );
    let (_, errors, _) = load_with(&[("w.toml", &text)], Secrets::Needed);
    assert_eq!(errors.len(), 2, "{errors:?}");
    let (config, errors, warnings) = load_with(&[("w.toml", &text)], Secrets::Elsewhere);
    assert!(config.is_some(), "{errors:?}");
    assert!(
        warnings.iter().any(|warning| warning.contains("password was not checked here: there is no $CREDENTIALS_DIRECTORY")),
        "{warnings:?}"
    );
    assert!(
        warnings.iter().any(|warning| warning.contains("secret was not checked here: the environment variable NOT_SET")),
        "{warnings:?}"
    );
    let wrong = text.replace("credential = \"smtp\"", "file = \"none\"");
    let (_, errors, _) = load_with(&[("w.toml", &wrong)], Secrets::Elsewhere);
    assert!(errors.len() == 1 && errors[0].contains("cannot read"), "{errors:?}");
}

#[test]
fn a_system_list_keeps_its_state_where_the_service_does() {
    let state = |folder: &str, env: &dyn Fn(&str) -> Option<String>| {
        let text = "";
        let (errors, warnings) = (Sink::new("w.toml", text), Sink::new("w.toml", text));
        let document = diag::parse(&errors).expect("valid");
        let scope =
            Scope { errors: &errors, warnings: &warnings, folder: Path::new(folder), env: Env { get: env, secrets: Secrets::Needed } };
        general::read(&mut Reader::root(&document, &errors), &scope).state_dir
    };
    let unit = include_str!("../../systemd/veedor.service");
    let service = unit.lines().find_map(|line| line.strip_prefix("StateDirectory=")).expect("the service has a state folder");
    assert_eq!(state("/etc/veedor", &env), Path::new("/var/lib").join(service));
    assert_eq!(state("/srv/desk", &env), Path::new("/home/persona/.local/state/veedor"));
    let service = |name: &str| (name == "STATE_DIRECTORY").then(|| "/var/lib/other:/x".to_owned());
    assert_eq!(state("/etc/veedor", &service), Path::new("/var/lib/other"));
}

#[test]
fn a_slip_in_the_main_file_does_not_hide_those_of_the_others() {
    let main = "include = [\"d/*.toml\"]\n[veedor]\nlanguage = es\n";
    let (_, errors, _) = load_files(&[("w.toml", main), ("d/a.toml", "x = [\n"), ("d/b.toml", CASE)]);
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].starts_with("w.toml:3:") && errors[1].starts_with("d/a.toml:1:"), "{errors:?}");
}

#[test]
fn two_cases_with_one_nickname_are_worth_a_look() {
    let two = format!("{CASE}name = \"Caso\"\n{}name = \"caso\"\n", CASE.replace("17721-2019-00029G", "17721-2017-00222"));
    let (config, errors, warnings) = load(&two);
    assert!(config.is_some(), "{errors:?}");
    assert!(warnings.iter().any(|warning| warning.contains("17721-2019-00029G is called \"caso\" too")), "{warnings:?}");
}

/// The store keeps cases by their numbers; one that does not fit would end the daemon at its start.
#[test]
fn a_number_that_no_store_can_keep_is_refused_with_its_place() {
    let long = "x".repeat(600);
    let text = format!(
        "[[case]]\nsource = \"page\"\nnumber = \"{long}\"\n[case.page]\nurl = \"https://example.org/\"\nrows = \"li\"\ntitle = \"a\"\n"
    );
    let (_, errors, _) = load(&text);
    let told = errors.iter().any(|error| error.starts_with("w.toml:3:10: ") && error.contains("it has 600 bytes"));
    assert!(told, "{errors:#?}");
}

#[test]
fn bad_files_are_told_with_place_and_remedy() {
    let table: &[(&str, &[&str])] = &[
        (
            "[[case]]\nsource = \"ec-esatje\"\nnumbr = \"17721-2019-00029G\"\n",
            &["w.toml:1:1: [case] has no `number`", "w.toml:3:1: unknown key `numbr` in [case]; did you mean \"number\"?"],
        ),
        (
            "[[case]]\nsource = \"ec-esatge\"\nnumber = \"17721-2019-00029G\"\n",
            &["w.toml:2:10: unknown source \"ec-esatge\"; did you mean \"ec-esatje\"?"],
        ),
        (
            "[[case]]\nsource = \"esatge\"\nnumber = \"17721-2019-00029G\"\n",
            &["w.toml:2:10: unknown source \"esatge\"; did you mean \"ec-esatje\"?"],
        ),
        ("[[case]]\nsource = \"ec-es", &["w.toml:2:"]),
        ("[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-19-29G\"\n", &["w.toml:3:10: "]),
        ("[[case]]\nsource = \"ec-esatje\"\nnumber = 17721\n", &["w.toml:3:10: case.number must be a text in quotes"]),
        ("[case]\nsource = \"ec-esatje\"\n", &["w.toml:1:1: case must be a list of tables; write [[case]]"]),
        (
            "[veedor]\nlanguage = \"fr\"\nlisten = \"8377\"\nevery = \"0s\"\nhours = \"mon\"\n[[case]]\nsource = \"page\"\nnumber = \"x\"\n",
            &[
                "w.toml:2:12: veedor.language has an unknown value \"fr\"",
                "w.toml:3:10: listen is not an address and port",
                "w.toml:4:9: every must be from 100ms to 366d",
                "w.toml:5:9: hours cannot be read: \"mon\" names no times of day",
                "w.toml:6:1: [case] has no `page`",
            ],
        ),
        ("include = [\"*/x.toml\"]\n", &["w.toml:1:12: a * may stand in the last part only"]),
        ("[source.ec-esatge]\n", &["w.toml:1:9: unknown source \"ec-esatge\"; did you mean \"ec-esatje\"?"]),
        ("[source.ec-esatje]\nrecipe = \"none.toml\"\n", &["w.toml:2:10: the recipe none.toml: there is no such file"]),
        ("[source.page]\nrecipe = \"x\"\n", &["w.toml:2:10: [source.page] has no recipe"]),
        ("[veedor]\nstate_dir = \"~/veedor\"\n", &["w.toml:2:13: a path cannot start with ~"]),
        ("[veedor]\ncontatc = \"x@example.org\"\n", &["w.toml:2:1: unknown key `contatc` in [veedor]; did you mean \"contact\"?"]),
        ("[veedor]\ncontact = \"redacción\"\n", &["w.toml:2:11: contact must be a mail address or a web page"]),
    ];
    let mut problems = 0;
    for (text, expected) in table {
        let (config, errors, _) = load(text);
        assert!(config.is_none(), "{text}");
        assert_eq!(errors.len(), expected.len(), "{text}\n{errors:#?}");
        for (error, start) in errors.iter().zip(*expected) {
            assert!(error.starts_with(start), "expected {start}\nfound    {error}");
        }
        problems += errors.len();
    }
    println!("refused: {} watch lists, for {problems} problems in their cases and settings", table.len());
}

#[test]
fn bad_channels_are_told_with_place_and_remedy() {
    let smtp = "[smtp]\nhost = \"localhost\"\nfrom = \"v@example.org\"\ntls = \"none\"\n";
    let email = "[[channel]]\nid = \"a\"\nkind = \"email\"\nto = [\"x@example.org\"]\n";
    let hook = "[[channel]]\nid = \"h\"\nkind = \"webhook\"\n";
    let program = "[[channel]]\nid = \"p\"\nkind = \"command\"\nrun = [\"/bin/sh\"]\n";
    let chat = |kind: &str, keys: &str| format!("[[channel]]\nid = \"c\"\nkind = \"{kind}\"\n{keys}\n");
    let bot = "token = { env = \"VEEDOR_TELEGRAM_TOKEN\" }\n";
    let table: &[(String, &str)] = &[
        (email.to_owned(), "w.toml:6:8: an email channel needs a mail server"),
        (format!("{smtp}{email}to_ = 1\n"), "w.toml:12:1: unknown key `to_` in [channel]; did you mean \"to\"?"),
        (format!("{smtp}{email}{email}"), "w.toml:13:6: there is already a channel \"a\", at w.toml:9;"),
        (
            format!("{smtp}{email}when = \"dayly 07:00\"\n"),
            "w.toml:12:8: when cannot be read: \"dayly 07:00\" is none of them; write \"now\"",
        ),
        (format!("{smtp}{email}when = \"weekly mon 7:00\"\n"), "w.toml:12:8: when cannot be read: \"7:00\" is not a time of day"),
        (format!("{smtp}{email}quiet = \"22:00\"\n"), "w.toml:12:9: quiet cannot be read: \"22:00\" is not a span of times"),
        (format!("{smtp}{email}quiet = \"24:00-00:00\"\n"), "w.toml:12:9: quiet ends when it begins"),
        (format!("{smtp}{email}zone = \"Quito\"\n"), "w.toml:12:8: zone is no time zone: \"Quito\""),
        (
            format!("{smtp}{email}when = \"daily 23:00\"\nquiet = \"22:00-06:30\"\n"),
            "w.toml:12:8: the digest is due at 23:00, in the quiet hours",
        ),
        (format!("{smtp}{email}when = \"weekly sat 07:00\"\nweekends = false\n"), "w.toml:12:8: the digest is due on a weekend"),
        (format!("{smtp}{email}when = \"hourly\"\ndigest = \"daily 07:00\"\n"), "w.toml:13:10: digest says when the rest is told"),
        (format!("{smtp}{email}digest = \"now\"\n"), "w.toml:12:10: digest cannot be \"now\""),
        (format!("{smtp}{email}digest_below = \"loud\"\n"), "w.toml:12:16: channel.digest_below has an unknown value \"loud\""),
        (format!("{smtp}{email}junk = [\"(\"]\n"), "w.toml:12:9: junk has a pattern that cannot be used: "),
        (format!("{smtp}{email}url = \"https://example.org\"\n"), "w.toml:12:7: url belongs to a channel of kind \"webhook\""),
        (format!("{smtp}{email}events = [\"hearin.*\"]\n"), "w.toml:12:11: no event is called \"hearin.*\"; did you mean \"hearing.*\"?"),
        (format!("{smtp}{email}retry = [\"5s\", \"soon\"]\n"), "w.toml:12:16: retry has a wait that is no duration"),
        (format!("{smtp}{}", email.replace("x@", "x ")), "w.toml:11:7: \"x example.org\" is not a mail address"),
        (chat("slack", ""), "w.toml:4:1: [channel] has no `url`; add url = … (the webhook's address, https://hooks.slack.com/services/…)"),
        (chat("discord", "url = \"http://discord.com/x\""), "w.toml:7:7: http would carry the messages in clear"),
        (chat("teams", "url = { env = \"NONE\" }"), "w.toml:7:15: the environment variable NONE is not set"),
        (
            chat("mattermost", "url = \"https://mm.example.org/x\"\ntoken = { env = \"A\" }"),
            "w.toml:8:9: token belongs to a channel of kind \"telegram\", \"ntfy\", \"matrix\"",
        ),
        (chat("telegram", bot), "w.toml:4:1: [channel] has no `chat`"),
        (chat("telegram", "chat = 5"), "w.toml:4:1: [channel] has no `token`"),
        (chat("telegram", "chat = 5\ntoken = \"123:AA\""), "w.toml:8:9: token must not stand in the file itself"),
        (chat("telegram", &format!("{bot}chat = \"redaccion\"")), "w.toml:8:8: chat is no number of a chat and no @name of a channel"),
        (chat("telegram", "chat = 5\ntoken = { env = \"VEEDOR_SMTP_PASSWORD\" }"), "w.toml:8:9: the secret there is not a bot's token"),
        (chat("ntfy", "url = \"https://ntfy.sh/\""), "w.toml:7:7: the ntfy channel names no topic"),
        (chat("ntfy", "topic = \"con espacio\""), "w.toml:7:9: topic is not the name of a topic"),
        (
            chat("matrix", "url = \"https://m.example.org\"\nroom = \"#sala:example.org\"\ntoken = { env = \"VEEDOR_MATRIX_TOKEN\" }"),
            "w.toml:8:8: room is not the id of a room",
        ),
        (format!("{smtp}{email}run = [\"/bin/sh\"]\n"), "w.toml:12:7: run belongs to a channel of kind \"command\"; leave it out"),
        (format!("{program}to = [\"x@example.org\"]\n"), "w.toml:8:6: to belongs to a channel of kind \"email\""),
        (format!("{program}timeout = \"2h\"\n"), "w.toml:8:11: timeout must be from 1s to 10m"),
        (program.replace("[\"/bin/sh\"]", "[]"), "w.toml:7:7: run names no program"),
        (email.replace("email", "mail"), "w.toml:6:8: channel.kind has an unknown value \"mail\"; did you mean \"email\"?"),
        (format!("{hook}url = \"http://hooks.example.org\"\n"), "w.toml:7:7: http would carry the messages in clear"),
        (format!("{hook}url = \"http://127.0.0.1:1/in\"\n"), "w.toml:7:7: this receiver does not stand on the public internet"),
        (format!("{hook}url = \"https://100.64.0.1/in\"\n"), "w.toml:7:7: this receiver does not stand on the public internet"),
        (format!("{hook}url = \"https://[64:ff9b::a00:1]/in\"\n"), "w.toml:7:7: this receiver does not stand on the public internet"),
        (format!("{hook}url = \"https://intranet/in\"\n"), "w.toml:7:7: this receiver does not stand on the public internet"),
        (format!("{smtp}{}", email.replace("x@", "ñandú@")), "w.toml:11:7: ñandú@example.org has letters beyond ASCII"),
        (smtp.replace("v@", "ñandú@"), "w.toml:6:8: ñandú@example.org has letters beyond ASCII"),
        (format!("{smtp}{email}retry = []\n"), "w.toml:12:9: retry is empty"),
        (
            format!(
                "{}insecure = true\nuser = \"v\"\npassword = {{ env = \"VEEDOR_SMTP_PASSWORD\" }}\n",
                smtp.replace("localhost", "smtp.example.org")
            ),
            "w.toml:7:7: the password would travel to smtp.example.org in clear",
        ),
        (format!("{hook}url = \"https://u:p@example.org\"\n"), "w.toml:7:7: a password in the url"),
        (format!("{hook}url = \"hooks.example.org\"\n"), "w.toml:7:7: url is not a web address"),
        (format!("{hook}url = \"https://example.org\"\nsecret = {{ env = \"HOME\" }}\n"), "w.toml:8:1"),
        (smtp.replace("localhost", "smtp.example.org"), "w.toml:7:7: tls = \"none\" would send mails to smtp.example.org in clear"),
        (format!("{smtp}user = \"v\"\n"), "w.toml:8:8: [smtp] has a user but no password"),
        (format!("{smtp}token_command = [\"/bin/sh\"]\n"), "w.toml:8:17: [smtp] has a token_command but no user"),
        (format!("{smtp}user = \"v\"\ntoken_command = []\n"), "w.toml:9:17: token_command names no program"),
        (
            format!("{smtp}user = \"v\"\npassword = {{ env = \"VEEDOR_SMTP_PASSWORD\" }}\ntoken_command = [\"/bin/sh\"]\n"),
            "w.toml:10:17: [smtp] has a password and a token_command",
        ),
        (
            format!("{}insecure = true\nuser = \"v\"\ntoken_command = [\"/bin/sh\"]\n", smtp.replace("localhost", "smtp.example.org")),
            "w.toml:7:7: the token would travel to smtp.example.org in clear",
        ),
        (smtp.replace("v@example.org", "veedor"), "w.toml:6:8: from is not a mail address"),
    ];
    for (text, start) in table {
        let (config, errors, _) = load(&format!("{CASE}{text}"));
        assert!(config.is_none(), "{text}");
        assert_eq!(errors.len(), 1, "{text}\n{errors:#?}");
        assert!(errors[0].starts_with(start), "expected {start}\nfound    {}", errors[0]);
    }
    println!("refused: {} watch lists, for one problem each in their channels", table.len());
    let (_, errors, _) = load(&format!("{CASE}channels = [\"b\"]\n{smtp}{email}"));
    assert_eq!(errors, ["w.toml:4:13: there is no channel \"b\"; did you mean \"a\"?"]);
}

#[test]
fn files_that_are_no_text_are_told_apart() {
    let folder = folder(&[("w.toml", CASE)]);
    let problem = |path: &Path| Config::load(path).expect_err("unreadable").remove(0).to_string();
    assert!(problem(&folder.path().join("none.toml")).contains("there is no such file"));
    assert!(problem(folder.path()).contains("this is a folder, not a file"));
    let latin = folder.path().join("latin.toml");
    std::fs::write(&latin, b"[veedor]\n# redacci\xf3n\n").expect("written");
    let told = problem(&latin);
    assert!(told.contains("latin.toml:2:10: this is not UTF-8 text: byte 0xF3"), "{told}");
    std::fs::write(&latin, b"[smtp]\nclave = \"hunter2\xf1\"\n").expect("written");
    let told = problem(&latin);
    assert!(told.contains("clave = ***") && !told.contains("hunter2"), "{told}");
}

#[test]
fn an_inline_secret_is_refused_and_not_repeated() {
    let text = format!("{CASE}[smtp]\nhost = \"h\"\nfrom = \"v@example.org\"\nuser = \"v\"\npassword = \"ficticia\"\n");
    let folder = folder(&[("w.toml", &text)]);
    let problems = Config::load(&folder.path().join("w.toml")).expect_err("refused");
    let shown: String = problems.iter().map(ToString::to_string).collect();
    assert!(shown.contains("password must not stand in the file itself") && shown.contains("password = ***"), "{shown}");
    assert!(!shown.contains("ficticia"), "{shown}");
}

#[test]
fn the_same_case_twice_names_both_places() {
    let again = CASE.replace("17721-2019-00029G", "17721 2019 00029g");
    let (_, errors, _) = load_files(&[("w.toml", &format!("include = [\"d/*.toml\"]\n{CASE}")), ("d/a.toml", &again)]);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("d/a.toml:1:1: 17721-2019-00029G is watched already, at w.toml:2;"), "{errors:?}");
}

#[test]
fn included_files_bring_cases_and_channels_and_nothing_else() {
    let main = "include = [\"d/*.toml\", \"none.toml\", \"w.toml\"]\n";
    let channel = "[[channel]]\nid = \"h\"\nkind = \"webhook\"\nurl = \"https://example.org\"\nsecret = { file = \"key\" }\n";
    let (config, errors, _) = load_files(&[("w.toml", main), ("d/a.toml", CASE), ("d/b.toml", channel), ("d/key", KEY)]);
    let config = config.unwrap_or_else(|| panic!("{errors:?}"));
    assert_eq!((config.files.len(), config.cases.len(), config.channels.len()), (3, 1, 1));
    let (_, errors, _) = load_files(&[("w.toml", main), ("d/a.toml", "[veedor]\ncontact = \"x\"\n"), ("d/b.toml", "x = [")]);
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].starts_with("d/a.toml:1:1: `veedor` belongs in the main file; move it to w.toml"), "{errors:?}");
    assert!(errors[1].starts_with("d/b.toml:1:"), "{errors:?}");
}

#[test]
fn a_recipe_is_a_floor_except_on_this_machine() {
    let recipe = recipe::shipped_recipe("ec-esatje").expect("shipped");
    let fast = format!("gap = \"0s\"\nevery = \"1s\"\ndaily = {}\n", u64::from(recipe.daily) + 1);
    let (_, errors, _) = load(&format!("{CASE}every = \"2s\"\n[source.ec-esatje]\n{fast}"));
    assert_eq!(errors.len(), 4, "{errors:#?}");
    assert!(errors[0].starts_with("w.toml:4:9: every is less than the recipe's "), "{errors:#?}");
    assert!(errors[1].starts_with("w.toml:6:7: [source.ec-esatje] gap is less than the recipe's "), "{errors:#?}");
    let here = good(&format!("{CASE}every = \"2s\"\n[source.ec-esatje]\nbase_url = \"http://127.0.0.1:9/\"\n{fast}"));
    let source = here.source_of(&here.cases[0].case).expect("known");
    assert_eq!((source.gap, here.cases[0].every), (Duration::ZERO, Duration::from_secs(2)));
    assert_eq!(source.recipe.base_url, "http://127.0.0.1:9");
    let polite = good(&format!("{CASE}[veedor]\nevery = \"1s\"\n[source.ec-esatje]\ngap = \"1h\"\ndaily = 1\n"));
    let source = polite.source_of(&polite.cases[0].case).expect("known");
    assert_eq!((source.gap, source.daily), (Duration::from_secs(3600), 1));
    assert_eq!(polite.cases[0].every, Duration::from_secs(4 * 86_400), "four requests at one a day");
}

#[test]
fn an_operators_recipe_stands_before_the_shipped_one_and_its_problems_come_along() {
    let (_, file, shipped) = recipe::shipped().into_iter().find(|(id, _, _)| *id == "ec-esatje").expect("shipped");
    assert!(Recipe::parse(file, shipped).is_ok());
    let (config, errors, _) = load_files(&[("w.toml", CASE), ("recipes/mine.toml", shipped)]);
    let config = config.unwrap_or_else(|| panic!("{errors:?}"));
    let source = config.source_of(&config.cases[0].case).expect("known");
    assert!(source.overridden.as_ref().is_some_and(|path| path.ends_with("recipes/mine.toml")));
    let broken = format!("{shipped}\n[");
    let (_, errors, _) = load_files(&[("w.toml", &format!("{CASE}x = 1\n")), ("recipes/mine.toml", &broken)]);
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].starts_with("w.toml:4:1: unknown key") && errors[1].starts_with("recipes/mine.toml:"), "{errors:?}");
    let other = format!("{CASE}[source.other]\nrecipe = \"copy.toml\"\n");
    let (_, errors, _) = load_files(&[("w.toml", &other), ("copy.toml", shipped)]);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains("copy.toml is a recipe of \"ec-esatje\", not of \"other\""), "{errors:?}");
}

#[test]
fn a_court_on_this_machine_with_plain_mail_and_hook_is_taken_as_it_is() {
    let text = format!(
        "[veedor]\ncontact = \"contacto@example.org\"\nlisten = \"\"\nevery = \"1s\"\ngroup_wait = \"0s\"\n\
         confirm = {{ visits = 3, span = \"0s\" }}\n[smtp]\nhost = \"127.0.0.1\"\nport = 2525\ntls = \"none\"\n\
         from = \"Veedor <veedor@example.org>\"\n[source.ec-esatje]\nbase_url = \"http://127.0.0.1:9000\"\ngap = \"0s\"\n\
         every = \"1s\"\ndaily = 1000000\ntimeout = \"4s\"\n[[channel]]\nid = \"hook\"\nkind = \"webhook\"\n\
         url = \"http://127.0.0.1:9001/in\"\nsecret = {{ env = \"VEEDOR_HOOK_SECRET\" }}\nallow_private = true\n\
         retry = [\"1s\"]\n[[channel]]\nid = \"mail\"\nkind = \"email\"\nto = [\"mesa@example.org\"]\nwhen = \"now\"\n{CASE}"
    );
    let (config, errors, warnings) = load(&text);
    let config = config.unwrap_or_else(|| panic!("{errors:#?}"));
    assert_eq!((warnings.len(), config.general.listen), (0, None), "{warnings:?}");
    let routes = config.routes();
    assert_eq!((routes[0].gather, routes[0].recipients.as_slice()), (Gather::EachEvent, &[String::new()][..]));
    assert_eq!((routes[1].gather, routes[1].recipients[0].as_str()), (Gather::ByCase(Duration::ZERO), "mesa@example.org"));
    assert_eq!(config.smtp.as_ref().map(|smtp| (smtp.port, smtp.tls)), Some((2525, Tls::None)));
    assert!(!format!("{config:?}").contains(KEY), "secrets do not print");
}

#[test]
fn what_is_no_mistake_but_worth_a_look_is_a_warning() {
    let text = format!(
        "{CASE}tags = [\"sobornos\"]\nchannels = []\n[veedor]\n[[channel]]\nid = \"h\"\n\
         kind = \"webhook\"\nurl = \"https://example.org\"\nevents = [\"clock.*\"]\ntags = [\"soborno\"]\ngroup_wait = \"5s\"\n"
    );
    let (config, errors, warnings) = load(&text);
    assert!(config.is_some(), "{errors:?}");
    for expected in [
        "channels is empty: nobody hears",
        "no contact",
        "a webhook without a secret",
        "no case has the tag \"soborno\", so this channel hears nothing of it; did you mean \"sobornos\"?",
        "group_wait has no effect here",
    ] {
        assert!(warnings.iter().any(|warning| warning.contains(expected)), "{expected}: {warnings:#?}");
    }
    assert_eq!(warnings.len(), 5, "{warnings:#?}");
}

#[test]
fn a_generated_list_of_mistakes_is_not_told_without_end() {
    let text: String = (0..5000).map(|n| format!("[[case]]\nsource = \"none\"\nnumber = \"{n}\"\n")).collect();
    let (_, errors, _) = load(&text);
    assert_eq!(errors.len(), scope::MOST_PROBLEMS + 1);
    assert!(errors[scope::MOST_PROBLEMS].contains("there are more problems"));
}

#[test]
fn an_address_that_does_not_read_is_not_repeated() {
    let hook = "[[channel]]\nid = \"h\"\nkind = \"webhook\"\nurl = \"https://hooks example/x?token=SEKRET\"\n";
    let (_, errors, _) = load(&format!("{CASE}{hook}"));
    let told = errors.join("\n");
    assert!(told.contains("url is not a web address") && !told.contains("SEKRET"), "{told}");
}

#[test]
fn what_a_case_describes_is_known_by_its_kind_and_its_name() {
    let feed = "[[case]]\nsource = \"feed\"\nnumber = \"uno\"\nfeed = { url = \"https://a.example/feed\" }\n";
    let page = feed.replace("\"feed\"", "\"page\"").replace("feed = { url", "page = { feed = true, url").replace("a.example", "b.example");
    let program = "[[case]]\nsource = \"command\"\nnumber = \"uno\"\ncommand = { run = [\"/bin/sh\"] }\n";
    let config = good(&format!("[source.command]\nevery = \"2h\"\ntimeout = \"90s\"\n{feed}{page}{program}"));
    let source = |kind: &str| config.described(kind, "uno").expect("known");
    assert_eq!(source("feed").recipe.base_url, "https://a.example");
    assert_eq!(source("page").recipe.base_url, "https://b.example");
    assert_eq!((source("command").timeout, config.cases[2].every), (Duration::from_secs(90), Duration::from_secs(7200)));
    for watch in &config.cases {
        assert_eq!(config.source_of(&watch.case).expect("known").recipe.id, watch.case.source);
    }
    let (_, errors, _) = load(&format!("{feed}[source.command]\ngap = \"1s\"\n[source.feed]\nbase_url = \"http://127.0.0.1:9\"\n"));
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].starts_with("w.toml:6:") && errors[1].starts_with("w.toml:8:"), "{errors:?}");
}

#[test]
fn what_a_recipe_admits_of_itself_is_said_once_at_the_first_case() {
    let admits = recipe::shipped().into_iter().find(|(id, _, _)| *id == "ec-esatje").expect("shipped").2;
    let admits = admits.replace("\"ec-esatje\"", "\"xx-walled\"");
    let admits = admits.replacen("title ", "import_only = \"a captcha\"\nhow = \"save it.\"\nunverified = \"unseen\"\ntitle ", 1);
    let cases =
        ["17721-2019-00029G", "17721-2017-00222"].map(|number| format!("[[case]]\nsource = \"xx-walled\"\nnumber = \"{number}\"\n"));
    let (config, errors, warnings) = load_files(&[("w.toml", &cases.concat()), ("recipes/walled.toml", &admits)]);
    assert!(config.is_some_and(|config| config.loads.is_empty()), "{errors:?}");
    let said: Vec<&String> = warnings.iter().filter(|warning| warning.contains("xx-walled")).collect();
    assert_eq!(said.len(), 2, "{warnings:?}");
    assert!(said[0].starts_with("w.toml:2:10: xx-walled is import only: a captcha;") && said[0].contains("save it; then: veedor import"));
    assert!(said[1].starts_with("w.toml:2:10: xx-walled is unverified live: unseen;"));
}

/// A source that asks for a token, as an operator's recipe.
const KEYED: &str = r#"
id = "xx-keyed"
title = "A court with keys"
jurisdiction = "xx"
language = "en"
timezone = "UTC"
base_url = "https://{{ number.court }}.court.example"
case_url = "https://court.example/"
daily = 1000
[secrets]
token = "a free token from https://court.example/token"
[headers]
Authorization = "Token {{ secret.token }}"
[number]
pattern = '(?<court>[a-z]+)-(?<serial>\d+)'
compact = "{court}-{serial}"
canonical = "{court}-{serial}"
shape = "a court and a serial"
example = "a-1"
[[step]]
id = "case"
get = "/{{ number }}"
[entries]
from = "case"
each = "$.rows[*]"
key = ["{{ id }}"]
title = "{{ t }}"
"#;

#[test]
fn a_source_that_asks_for_a_secret_is_not_watched_without_it() {
    let cases = "[[case]]\nsource = \"xx-keyed\"\nnumber = \"a-1\"\n[[case]]\nsource = \"xx-keyed\"\nnumber = \"a-2\"\n";
    let load = |list: &str, secrets| {
        load_with(&[("w.toml", &format!("{cases}{list}")), ("recipes/k.toml", KEYED), ("token", "s3cret\n")], secrets)
    };
    for secrets in [Secrets::Needed, Secrets::Elsewhere] {
        let (config, errors, _) = load("", secrets);
        assert!(config.is_none());
        let expected = "w.toml:2:10: xx-keyed cannot be asked without its secret \"token\": a free token from https://court.example/token; \
                        write secrets = { token = { file = \"/run/secrets/token\" } } under [source.xx-keyed] (or env, credential)";
        assert_eq!(errors, [expected], "said once");
    }
    let (config, errors, _) = load("[source.xx-keyed]\nsecrets = { token = { file = \"token\" } }\n", Secrets::Needed);
    let config = config.unwrap_or_else(|| panic!("{errors:#?}"));
    let source = config.source_of(&config.cases[0].case).expect("known");
    assert_eq!(source.recipe.lacking_secret(), None);
    let crate::recipe::Next::Ask(request) = source.recipe.next(&config.cases[0].number, &[]) else { panic!("asks nothing") };
    assert!(request.headers.contains(&("Authorization".to_owned(), "Token s3cret".to_owned())), "{request:?}");
    assert!(!format!("{config:?}").contains("s3cret"));
    // Where only the service can read it, who asks is not stopped.
    let unset = "[source.xx-keyed]\nsecrets = { token = { env = \"UNSET\" } }\n";
    let (config, _, warnings) = load(unset, Secrets::Elsewhere);
    assert!(config.is_some() && warnings.iter().any(|line| line.contains("token was not checked here")), "{warnings:?}");
    let (_, errors, _) = load(unset, Secrets::Needed);
    assert!(errors.len() == 1 && errors[0].contains("UNSET is not set"), "{errors:?}");
    for (list, expected) in [
        ("[source.xx-keyed]\nsecrets = { tokn = { file = \"token\" } }\n", "did you mean \"token\"?"),
        ("[source.xx-keyed]\nsecrets = { token = \"s3cret\" }\n", "token must not stand in the file itself"),
        ("[source.ec-esatje]\nsecrets = { token = { file = \"token\" } }\n", "ec-esatje asks for no secret \"token\"; leave it out"),
        (
            "[source.page]\nsecrets = { token = { file = \"token\" } }\n",
            "[source.page] has no secrets: each case says itself what is asked",
        ),
    ] {
        let (_, errors, _) = load(list, Secrets::Needed);
        assert!(errors.iter().any(|line| line.contains(expected)), "{list}: {errors:#?}");
        assert!(!errors.iter().any(|line| line.contains("s3cret")), "{errors:?}");
    }
}

#[test]
fn each_court_of_a_source_has_a_budget_of_its_own() {
    let key = "[source.xx-keyed]\nsecrets = { token = { file = \"token\" } }\n";
    let case = |number: String| format!("[[case]]\nsource = \"xx-keyed\"\nnumber = \"{number}\"\n");
    let cases: String = (0..40).map(|n| case(format!("a-{n}"))).chain([case("b-1".to_owned())]).collect();
    let (config, errors, _) = load_files(&[("w.toml", &format!("{key}{cases}")), ("recipes/k.toml", KEYED), ("token", "s3cret\n")]);
    let config = config.unwrap_or_else(|| panic!("{errors:#?}"));
    assert_eq!((config.loads.len(), config.loads[0].cases), (1, 40));
    assert!(config.cases[0].every > config.cases[40].every, "the court with one case is visited as wished");
}

#[test]
fn linked_cases_know_each_other_in_both_directions_and_onward() {
    let case = |source: &str, number: &str, more: &str| format!("[[case]]\nsource = \"{source}\"\nnumber = \"{number}\"\n{more}\n");
    let list = [
        case("ec-esatje", "17721-2024-00011G", "linked = [\"ec-fiscalia 170101824010001\"]"),
        case("ec-fiscalia", "170101824010001", ""),
        case("ec-esatje", "17721-2024-00018", "linked = [\"ec-esatje 17721202400011g\"]"),
        case("ec-esatje", "17721-2024-00019", ""),
    ]
    .concat();
    let (config, errors, _) = load(&list);
    assert_eq!(errors, [] as [String; 0]);
    let config = config.expect("good");
    let linked: Vec<Vec<String>> = config.cases.iter().map(|watch| config.linked_names(watch)).collect();
    let (a, b, c) = ("ec-esatje 17721-2024-00011G", "ec-fiscalia 170101824010001", "ec-esatje 17721-2024-00018");
    assert_eq!(linked, [vec![c, b], vec![a, c], vec![a, b], vec![]]);
    assert_eq!(config.cases[1].linked.len(), 2);
}

#[test]
fn a_wrong_link_names_its_case_and_one_that_is_not_watched_is_a_warning() {
    let with = |linked: &str| {
        let list = format!("[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2024-00011G\"\nlinked = [\"{linked}\"]\n");
        let (_, errors, warnings) = load(&list);
        (errors.join("\n"), warnings.join("\n"))
    };
    for (linked, words) in [
        ("170101824010001", "linked of 17721-2024-00011G must name a source and a number, not \"170101824010001\""),
        ("ec-fiscalie 170101824010001", "linked of 17721-2024-00011G names the unknown source \"ec-fiscalie\""),
        ("ec-fiscalia 12", "linked of 17721-2024-00011G: \"12\" is not a case number of Fiscalía"),
        ("ec-esatje 17721-2024-00011G", "linked of 17721-2024-00011G names the case itself"),
    ] {
        let (errors, _) = with(linked);
        assert!(errors.contains(words) && errors.contains(":4:"), "{linked}: {errors}");
    }
    let (errors, warnings) = with("ec-fiscalia 170101824010001");
    assert_eq!(errors, "");
    assert!(warnings.contains("linked of 17721-2024-00011G names ec-fiscalia 170101824010001, which is not watched"), "{warnings}");
}

#[test]
fn a_channel_says_when_it_is_told_and_in_whose_zone() {
    let smtp = "[smtp]\nhost = \"localhost\"\nfrom = \"v@example.org\"\ntls = \"none\"\n";
    let email = "[[channel]]\nid = \"a\"\nkind = \"email\"\nto = [\"x@example.org\"]\n";
    for (keys, said, zone) in [
        ("", "", "America/Guayaquil"),
        ("when = \"now\"\njunk = false\n", "", "America/Guayaquil"),
        ("when = \"Weekly LUN 07:00\"\n", "weekly mon 07:00 below critical", "America/Guayaquil"),
        ("when = \"hourly\"\ndigest_below = \"warn\"\nzone = \"Europe/Madrid\"\n", "hourly below warn", "Europe/Madrid"),
        ("digest = \"daily 24:00\"\ndigest_below = \"notice\"\n", "daily 00:00 below notice", "America/Guayaquil"),
        ("quiet = \"22:00-06:30\"\nweekends = false\n", "quiet 22:00-06:30, not on weekends", "America/Guayaquil"),
        ("quiet = \"\"\n", "", "America/Guayaquil"),
    ] {
        let (config, errors, _) = load(&format!("{CASE}{smtp}{email}{keys}"));
        assert_eq!(errors, [""; 0], "{keys}");
        let route = &config.expect("loads").channels[0].route;
        assert_eq!((timing::spell_timing(&route.timing).as_str(), route.timing.zone.iana_name()), (said, Some(zone)), "{keys}");
        assert_eq!(route.junk.is_empty(), keys.contains("junk = false"), "{keys}");
    }
}

#[test]
fn junk_is_lowered_for_people_and_for_a_program_only_when_asked() {
    use crate::domain::{
        event::{Actor, EventKind},
        sample,
    };
    let hook = "[[channel]]\nid = \"h\"\nkind = \"webhook\"\nurl = \"https://hooks.example.org\"\n";
    let general = "[veedor]\njunk = ['^tr[aá]mite interno']\n";
    let routine = |title: &str, source: &str| {
        let mut event = sample::entry(EventKind::EntryAdded, Actor::Clerk, title, "");
        event.case.source = source.to_owned();
        event
    };
    for (keys, served, own, other) in
        [("", false, false, false), ("junk = true\n", true, true, false), ("junk = ['oficio menor', 'text:^nada']\n", true, true, true)]
    {
        let (config, errors, _) = load(&format!("{CASE}{general}{hook}{keys}"));
        assert_eq!(errors, [""; 0], "{keys}");
        let junk = &config.expect("loads").channels[0].route.junk;
        let of_ecuador = junk.meets(&routine("SENTENCIA (RAZON DE NOTIFICACION)", "ec-esatje"));
        assert_eq!(
            (of_ecuador, junk.meets(&routine("TRÁMITE INTERNO", "co-cpnu")), junk.meets(&routine("Oficio menor", "co-cpnu"))),
            (served, own, other),
            "{keys}"
        );
        assert!(!junk.meets(&routine("SENTENCIA (RAZON DE NOTIFICACION)", "co-cpnu")), "a pattern of another country");
    }
}

#[test]
fn a_chat_service_is_read_and_its_address_never_shown() {
    let config = good(
        "[[channel]]\nid = \"s\"\nkind = \"slack\"\nurl = { env = \"VEEDOR_CHAT_URL\" }\n\
         [[channel]]\nid = \"d\"\nkind = \"discord\"\nurl = \"https://discord.com/api/webhooks/1/SEKRET\"\n\
         [[channel]]\nid = \"n\"\nkind = \"ntfy\"\nurl = \"https://push.example.org/SEKRET-tema\"\n\
         [[channel]]\nid = \"o\"\nkind = \"ntfy\"\ntopic = \"SEKRET-tema\"\n\
         [[channel]]\nid = \"t\"\nkind = \"telegram\"\nchat = \"@SEKRET\"\ntoken = { env = \"VEEDOR_TELEGRAM_TOKEN\" }\n",
    );
    assert!(!format!("{config:?}").contains("SEKRET"));
    let chats: Vec<(String, String, Option<String>)> = config
        .channels
        .iter()
        .map(|channel| match &channel.kind {
            ChannelKind::Chat(chat) => {
                let text = |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.expose().to_owned());
                (chat.origin.clone(), text(&chat.url).unwrap_or_default(), text(&chat.room))
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let want = [
        ("https://hooks.slack.com", "https://hooks.slack.com/services/T0/B0/SEKRET", None),
        ("https://discord.com", "https://discord.com/api/webhooks/1/SEKRET", None),
        ("https://push.example.org", "https://push.example.org/", Some("SEKRET-tema")),
        ("https://ntfy.sh", "https://ntfy.sh/", Some("SEKRET-tema")),
        ("https://api.telegram.org", "https://api.telegram.org/", Some("@SEKRET")),
    ];
    let want: Vec<_> = want.iter().map(|(origin, url, room)| ((*origin).to_owned(), (*url).to_owned(), room.map(str::to_owned))).collect();
    assert_eq!(chats, want);
    // Machines get each event, people the news of a case together.
    assert!(config.channels.iter().all(|channel| matches!(channel.route.gather, Gather::ByCase(_))));
}

#[test]
fn a_channel_whose_address_only_the_service_can_read_is_still_a_channel() {
    let text = format!("{CASE}[[channel]]\nid = \"s\"\nkind = \"slack\"\nurl = {{ env = \"NOT_SET\" }}\n");
    let (config, errors, warnings) = load_with(&[("w.toml", &text)], Secrets::Elsewhere);
    let config = config.unwrap_or_else(|| panic!("{errors:#?}"));
    assert_eq!((config.channels.len(), config.channels[0].kind.medium()), (1, Medium::Slack));
    assert!(warnings.iter().any(|warning| warning.contains("url was not checked here")), "{warnings:?}");
}
