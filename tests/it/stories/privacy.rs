//! Seeded names: people who exist nowhere stand in a docket, and whatever leaves the machine is searched for them.
//!
//! Every channel, the log at its finest level, receivers that repeat what they got, pages that cannot be read, metrics and readiness. The
//! store must hold each seed, so that these stories can fail.

use std::io::{Read as _, Write as _};

use unicode_normalization::UnicodeNormalization as _;

use crate::world::World;
use crate::world::court::Fault;
use crate::world::http::{Answer, serve};
use crate::world::state::Shared;

const A: &str = "17721-2024-00011G";

/// The accused, as the docket has her, and words of her name that nothing else has.
const PARTY: &str = "QUISPILEMA ZARUMAFICTO JOAQUINA";
const OF_PARTY: [&str; 2] = ["QUISPILEMA", "ZARUMAFICTO"];
/// The victim.
const VICTIM: &str = "ÑUSTAFICTA YANEZ TRÁNSITO";
const OF_VICTIM: [&str; 1] = ["NUSTAFICTA"];
/// A lawyer.
const LAWYER: &str = "PERALTAFICTA ORQUERA NELSON";
const OF_LAWYER: [&str; 1] = ["PERALTAFICTA"];
/// A minor, on the operator's list and in no field.
const OF_MINOR: [&str; 2] = ["LLUMIQUINGAFICTA", "SAMIFICTA"];
/// What is never told of anybody.
const SECRETS: [&str; 6] = ["1730000005", "0991234567", "FICTA@EXAMPLE", "84512345678", "JUSTICIAFICTA2024", "ZOOM.US/J/845"];

fn text(token: &str) -> String {
    format!(
        "<p>{token} Comparecen Joaquina  QUISPILEMA&nbsp;Zarumaficto, C.C. 1730000005, tel. 0991234567, correo ficta@example.org, y su abogado \
         Nelson Peraltaficta; la v&iacute;ctima Tr&aacute;nsito &Ntilde;ustaficta Yanez y la ni&ntilde;a Samificta Llumiquingaficta. Se \
         se&ntilde;ala para el 12 de marzo de 2099, a las 09h00, la audiencia de juicio, por Zoom ID: 84512345678, contrase&ntilde;a: \
         Justiciaficta2024, https://us02web.zoom.us/j/845?pwd=x, en la sala de Quispilema.</p>"
    )
}

/// Upper case without accents, so that no disguise hides a seed.
fn folded(text: &str) -> String {
    text.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).collect::<String>().to_uppercase()
}

/// A world with a channel of each kind, and what they got besides mails and webhooks.
struct Everyone {
    world: World,
    rooms: Shared<Vec<String>>,
    kept: std::path::PathBuf,
}

/// The services, of which each refuses what it hears first.
const ROOMS: [&str; 7] = ["slack", "discord", "mattermost", "teams", "telegram", "ntfy", "matrix"];

fn everyone(privacy: &str, subject: &str) -> Everyone {
    let rooms: Shared<Vec<String>> = Shared::new(Vec::new());
    let inside = rooms.clone();
    let at = serve(move |question| {
        let body = question.body.clone();
        // The first time each is refused, with all that it sent.
        let first = inside.change(|got| {
            let text = String::from_utf8_lossy(&body).into_owned();
            let first = !got.contains(&text);
            got.push(text);
            first
        });
        // Telegram says that it took a message, and repeats it.
        let body = match question.path.ends_with("/sendMessage") {
            true => [b"{\"ok\":true,\"result\":", &body[..], b"}"].concat(),
            false => body,
        };
        Answer::Send { status: if first { 500 } else { 200 }, kind: "text/plain", body }
    });
    let mut world = World::new(&[A]);
    world.court.people(A, &[("PERSONA PROCESADA", PARTY), ("VÍCTIMA", VICTIM), ("ABOGADO", LAWYER)], subject);
    std::fs::create_dir_all(world.path("private")).expect("a folder");
    std::fs::write(world.path("private/minors.txt"), "Llumiquingaficta Samificta\n").expect("a list");
    let kept = world.path("events");
    std::fs::create_dir(&kept).expect("a folder");
    let token = world.path("token");
    std::fs::write(&token, "123456789:AAsecreto").expect("a token");
    std::fs::set_permissions(&token, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("its mode");
    let token = format!("token = {{ file = \"{}\" }}\n", token.display());
    let own = |kind: &str| match kind {
        "telegram" => format!("chat = -1001234567890\n{token}"),
        "matrix" => format!("room = \"!abc:example.org\"\n{token}"),
        "ntfy" => "topic = \"mesa\"\n".to_owned(),
        _ => String::new(),
    };
    let room = |kind: &&str| {
        // ntfy's address is its server.
        let place = if *kind == "ntfy" { "" } else { kind };
        format!(
            "[[channel]]\nid = \"{kind}\"\nkind = \"{kind}\"\nurl = \"http://{at}/{place}\"\n{}allow_private = true\nretry = [\"200ms\", \"1s\"]\n\n",
            own(kind)
        )
    };
    let digest = "[[channel]]\nid = \"resumen\"\nkind = \"email\"\nto = [\"resumen@example.org\"]\nwhen = \"weekly mon 07:00\"\n\n";
    let channels: String = ROOMS.iter().map(room).chain([digest.to_owned()]).collect();
    let program = format!(
        "[[channel]]\nid = \"programa\"\nkind = \"command\"\nrun = [\"/bin/sh\", \"-c\", 'cat > {}/$VEEDOR_DELIVERY; cat {0}/$VEEDOR_DELIVERY >&2']\n\n",
        kept.display()
    );
    let list = "[[redact]]\nid = \"menores\"\nnames_file = \"private/minors.txt\"\n\n";
    let port = free_port();
    world.list = world
        .list
        .replacen("listen = \"\"", &format!("listen = \"127.0.0.1:{port}\"\n{privacy}"), 1)
        .replacen("\n[[case]]", &format!("\n{channels}{program}{list}\n[[case]]"), 1)
        .replace("\nname = \"Caso 17721-2024-00011G\"", "\nname = \"Caso Uno\"\nnote = \"NOTADELAMESA\"\ntags = [\"ETIQUETA\"]");
    world.write(&world.list);
    Everyone { world, rooms, kept }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

impl Everyone {
    /// Lets the court publish, breaks and mends it, and waits until every channel has all of it.
    fn live(&mut self, token: &str, told: &str) {
        self.world.start_with(&[("VEEDOR_LOG", "trace"), ("RUST_BACKTRACE", "0")]);
        self.world.visits(2);
        self.world.court.fault(Some(Fault::Named));
        assert!(self.world.court.wait_requests(3));
        self.world.court.fault(None);
        self.world.visits(2);
        self.world.court.act(A, "CONVOCATORIA A AUDIENCIA (PROVIDENCIA)", &text(token));
        self.told_to_all(told);
        self.world.court.change(A, |acts| {
            let act = acts.last_mut().expect("an act");
            act.text = act.text.replace("Nelson Peraltaficta", "Nelson  Peraltaficta Orquera, de la Quispilema");
        });
        let (digests, news) = (self.digests(), ROOMS.len() + 3);
        assert_eq!(digests.len(), 1, "{digests:?}");
        let all = |world: &World| world.deliveries(&[]).iter().filter(|delivery| delivery["state"] == "delivered").count();
        self.world.until("the edit arrived everywhere", |world| {
            let made = world.deliveries(&[]).len() - digests.len();
            world.hooks.got().len() >= 2 && all(world) >= 2 * news && all(world) == made
        });
        // What the operator asks for leaves before its hour.
        self.world.ok(&["retry", &digests[0]]);
        assert!(self.world.mailbox.wait_for(|got| got.iter().any(|mail| mail.to.contains("resumen@"))), "{}", self.world.log());
        self.world.until("all of it is noted", |world| all(world) == world.deliveries(&[]).len());
    }

    fn told_to_all(&self, told: &str) {
        let all = |texts: &[String]| texts.iter().any(|text| text.contains(told));
        let bodies = || self.world.hooks.got().into_iter().map(|hook| hook.body).collect::<Vec<_>>();
        self.world.until("webhook, mail, rooms and program have it", |world| {
            let mails: Vec<String> = world.mailbox.got().into_iter().map(|mail| mail.text).collect();
            all(&bodies())
                && all(&mails)
                && self.rooms.get().iter().filter(|text| text.contains(told)).count() >= 2 * ROOMS.len()
                && all(&self.kept())
        });
    }

    /// The digests that gather news.
    fn digests(&self) -> Vec<String> {
        let of = self.world.deliveries(&[]).into_iter().filter(|delivery| delivery["channel"] == "resumen");
        of.map(|delivery| delivery["id"].as_str().expect("an id").to_owned()).collect()
    }

    /// What the program kept.
    fn kept(&self) -> Vec<String> {
        let files = std::fs::read_dir(&self.kept).expect("a folder");
        files.filter_map(|file| std::fs::read_to_string(file.ok()?.path()).ok()).collect()
    }

    /// Whatever left the machine, and what is said of its running, by where it was seen.
    fn left(&self) -> Vec<(&'static str, String)> {
        let mut all: Vec<(&'static str, String)> = Vec::new();
        all.extend(self.world.hooks.got().into_iter().map(|hook| ("a webhook", hook.body)));
        for mail in self.world.mailbox.got() {
            let parsed = mail_parser::MessageParser::default().parse(&mail.raw).expect("a mail");
            all.extend(parsed.parts.iter().map(|part| ("a part of a mail", String::from_utf8_lossy(part.contents()).into_owned())));
            all.push(("a mail", format!("{}\n{}", mail.raw, mail.text)));
        }
        all.extend(self.rooms.get().iter().map(|text| ("a room", text.clone())));
        all.extend(self.kept().into_iter().map(|text| ("a program", text)));
        all.push(("the log", self.world.log()));
        all.push(("standard output", self.world.out()));
        for page in ["/metrics", "/readyz", "/livez"] {
            all.push(("the web address", self.page(page)));
        }
        all
    }

    fn page(&self, path: &str) -> String {
        let port = self.world.list.split("127.0.0.1:").nth(1).and_then(|rest| rest.split('"').next()).expect("a port");
        let mut stream = std::net::TcpStream::connect(format!("127.0.0.1:{port}")).expect("it listens");
        write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").expect("it takes a request");
        let mut page = String::new();
        stream.read_to_string(&mut page).expect("it answers");
        assert!(page.starts_with("HTTP/1.1 "), "{page}");
        page
    }

    fn holds_none(&self, seeds: &[&str]) {
        for (place, said) in self.left() {
            let said = folded(&said);
            for seed in seeds {
                assert!(!said.contains(seed), "{place} has {seed}: {said}");
            }
        }
    }

    /// The operator's own console shows everything: the seeds are there to be found.
    fn stored(&self, seeds: &[&str]) {
        let shown = folded(&self.world.ok(&["show", A, "--json"]));
        for seed in seeds {
            assert!(shown.contains(seed), "the store lacks {seed}, so nothing is shown by this story");
        }
    }
}

fn every_seed() -> Vec<&'static str> {
    [&OF_PARTY[..], &OF_VICTIM, &OF_LAWYER, &OF_MINOR, &SECRETS].concat()
}

#[test]
fn a_newsroom_tells_names_and_neither_minors_nor_secrets() {
    let mut all = everyone("", "COHECHO");
    all.live("NEWS01", "NEWS01");
    all.stored(&every_seed());
    all.holds_none(&[&OF_MINOR[..], &SECRETS].concat());
    let told = |place: &str| folded(&all.left().into_iter().filter(|(at, _)| *at == place).map(|(_, text)| text).collect::<String>());
    for place in ["a webhook", "a mail", "a room", "a program"] {
        assert!(told(place).contains("QUISPILEMA"), "{place} names the accused in full");
    }
    assert!(OF_PARTY.iter().chain(&OF_VICTIM).all(|seed| !told("the log").contains(seed) && !told("the web address").contains(seed)));
    all.world.finish();
}

#[test]
fn an_organisation_tells_initials_everywhere() {
    let mut all = everyone("privacy = \"ngo\"", "COHECHO");
    all.live("NGO01", "NGO01");
    all.stored(&every_seed());
    all.holds_none(&every_seed());
    assert!(all.world.hooks.got().iter().any(|hook| hook.body.contains("J. Q. Z.")), "initials stand in their place");
    all.world.finish();
}

#[test]
fn of_a_reserved_offence_nothing_leaves_but_that_there_was_activity() {
    let mut all = everyone("", "ABUSO SEXUAL");
    all.live("HIDE01", "tuvo actividad");
    all.stored(&every_seed());
    let mut seeds = every_seed();
    seeds.extend([
        "HIDE01",
        "ABUSO",
        "SEXUAL",
        "CONVOCATORIA",
        // Not the bare year, which may stand in an id.
        "DE 2099",
        "/2099",
        "2099-03",
        "20990312",
        "NOTADELAMESA",
        "ETIQUETA",
        "CALENDAR",
        "RECORD.EDITED",
    ]);
    // The log names no case, and kinds of events are what the daemon is about: it is searched for people only.
    for (place, said) in all.left().into_iter().filter(|(place, _)| !matches!(*place, "the log" | "the web address")) {
        let said = folded(&said);
        for seed in &seeds {
            assert!(!said.contains(seed), "{place} has {seed}: {said}");
        }
        assert!(!said.contains("HEARING.") && !said.contains("AUDIENCIA"), "{place}: {said}");
    }
    all.holds_none(&every_seed());
    assert!(all.world.hooks.got().iter().all(|hook| hook.kind == "case.activity"));
    let (digests, subjects): (Vec<String>, Vec<String>) =
        all.world.mailbox.got().into_iter().map(|mail| mail.subject).partition(|subject| subject.starts_with("[resumen"));
    assert!(matches!(digests.as_slice(), [one] if one.starts_with("[resumen semanal] 2 novedades en 1 expediente, ")), "{digests:?}");
    assert!(
        subjects.iter().all(|subject| subject == "[17721-2024-00011G] Caso Uno: El expediente Caso Uno tuvo actividad"),
        "{subjects:?}"
    );
    all.world.finish();
}

#[test]
fn the_operator_may_lift_what_is_withheld_for_one_case() {
    let mut all = everyone("", "ABUSO SEXUAL");
    all.world.list.push_str("withhold = false\n");
    all.world.write(&all.world.list);
    assert!(all.world.ok(&["check"]).contains("withheld by default"), "{}", all.world.ok(&["check"]));
    all.live("LIFT01", "LIFT01");
    all.holds_none(&[&OF_MINOR[..], &SECRETS].concat());
    all.world.finish();
}

/// A world whose recipe knows how the court says that a case is reserved.
fn knowing() -> World {
    let mut world = World::new(&[A]);
    let shipped = include_str!("../../../jurisdictions/ec/esatje.toml");
    let line = "not_found = { empty = \"$[*]\" }\n";
    let knowing = shipped.replacen(line, &format!("{line}reserved  = {{ json = \"$[?@.reservado == true]\" }}\n"), 1);
    std::fs::write(world.path("knowing.toml"), knowing).expect("a recipe");
    world.list = world.list.replace("[source.ec-esatje]", "[source.ec-esatje]\nrecipe = \"knowing.toml\"");
    world
}

/// R-E7: what the store has of a case is not told once the source says that it is reserved; what waits to be written says no more either.
#[test]
fn a_case_that_became_reserved_tells_nothing_of_what_is_stored() {
    let mut world = knowing();
    world.list = world.list.replace("kind = \"email\"", "kind = \"email\"\ngroup_wait = \"8s\"");
    world.write(&world.list);
    world.court.people(A, &[("PERSONA PROCESADA", PARTY)], "COHECHO");
    world.start();
    world.visits(2);
    world.court.act(A, "PROVIDENCIA GENERAL (DECRETO)", &text("WAIT01"));
    assert!(world.hooks.wait_for(|got| got.iter().any(|hook| hook.body.contains("WAIT01"))), "{}", world.log());
    world.court.reserve(A, true);
    assert!(world.mailbox.wait_for(|got| got.iter().any(|mail| mail.text.contains("es reservado"))), "{}", world.log());
    assert!(world.mailbox.wait_for(|got| got.iter().any(|mail| mail.text.contains("tuvo actividad"))), "{}", world.log());
    for mail in world.mailbox.got() {
        let said = folded(&mail.text);
        assert!(!said.contains("QUISPILEMA") && !said.contains("WAIT01") && !said.contains("PROVIDENCIA"), "{said}");
    }
    world.finish();
}

/// What was written, and perhaps tried, before its source said so is written anew.
#[test]
fn what_is_tried_again_when_a_case_became_reserved_tells_nothing_either() {
    let mut world = knowing();
    world.write(&world.list);
    world.start();
    world.visits(2);
    world.hooks.refuse(Some(500));
    world.court.act(A, "SENTENCIA (RESOLUCION)", &text("ANEW01"));
    assert!(world.hooks.wait_tries(2), "{}", world.log());
    world.court.reserve(A, true);
    assert!(world.mailbox.wait_for(|got| got.iter().any(|mail| mail.text.contains("es reservado"))), "{}", world.log());
    // A visit that fails says nothing else.
    world.court.fault(Some(Fault::Named));
    assert!(world.court.wait_requests(3));
    world.hooks.refuse(None);
    assert!(world.hooks.wait_for(|got| got.len() >= 2), "{}", world.log());
    for hook in world.hooks.got() {
        assert!(!folded(&hook.body).contains("ANEW01") && !hook.body.contains("SENTENCIA"), "{}", hook.body);
    }
    assert!(world.hooks.got().iter().any(|hook| hook.kind == "case.activity"));
    world.court.fault(None);
    world.finish();
}

/// The operator hides a case, and takes it off the list while news of it waits.
#[test]
fn what_was_hidden_by_hand_stays_so_when_the_case_left_the_list() {
    let mut world = World::new(&[A, "17721-2024-00012G"]);
    let named = format!("name = \"Caso {A}\"\n");
    let watched = format!("\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"{A}\"\n{named}");
    world.list = world.list.replacen(&named, &format!("{named}withhold = \"generic\"\n"), 1);
    world.write(&world.list);
    world.ok(&["poll"]);
    world.court.act(A, "SENTENCIA (RESOLUCION)", &text("LEFT01"));
    world.ok(&["poll"]);
    let without = world.list.replacen(&format!("{watched}withhold = \"generic\"\n"), "\n", 1);
    assert!(!without.contains(A), "{without}");
    world.write(&without);
    world.start();
    assert!(world.hooks.wait_for(|got| !got.is_empty()), "{}", world.log());
    assert!(world.mailbox.wait_for(|got| !got.is_empty()), "{}", world.log());
    let bodies = world.hooks.got().into_iter().map(|hook| hook.body).chain(world.mailbox.got().into_iter().map(|mail| mail.text));
    for body in bodies {
        assert!(!folded(&body).contains("LEFT01") && !body.contains("SENTENCIA") && body.contains("tuvo actividad"), "{body}");
    }
    world.finish();
}

/// What was written whole, and not taken, tells less when the operator says so before it is tried again.
#[test]
fn what_is_tried_again_tells_no_more_than_may_be_told_by_then() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.hooks.refuse(Some(500));
    world.court.act(A, "SENTENCIA (RESOLUCION)", &text("LESS01"));
    assert!(world.hooks.wait_tries(2), "{}", world.log());
    let named = format!("name = \"Caso {A}\"\n");
    world.reload_with(&[(&named, &format!("{named}withhold = \"type_and_date_only\"\n"))]);
    world.hooks.refuse(None);
    assert!(world.hooks.wait_for(|got| !got.is_empty()), "{}", world.log());
    for hook in world.hooks.got() {
        let body = folded(&hook.body);
        assert!(!body.contains("LESS01") && !body.contains("QUISPILEMA") && body.contains("SENTENCIA (RESOLUCION)"), "{body}");
    }
    world.finish();
}

#[test]
fn on_a_terminal_nothing_else_is_printed_either() {
    let mut world = World::new(&[A]);
    world.court.people(A, &[("PERSONA PROCESADA", PARTY)], "COHECHO");
    let head = world.list.split("[[channel]]").next().expect("a head").replacen("listen = \"\"", "listen = \"\"\nprivacy = \"ngo\"", 1);
    let head = head.split("[smtp]").next().expect("general").to_owned()
        + head.split("[smtp]").nth(1).and_then(|rest| rest.split_once("\n\n")).map_or("", |(_, rest)| rest);
    world.list = format!("{head}\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"{A}\"\n");
    world.write(&world.list);
    world.start();
    world.visits(2);
    world.court.act(A, "PROVIDENCIA GENERAL (DECRETO)", &text("TERM01"));
    world.until("it is printed", |world| world.out().contains("TERM01"));
    let out = folded(&world.out());
    assert!(OF_PARTY.iter().chain(&SECRETS).all(|seed| !out.contains(seed)) && out.contains("J. Q. Z."), "{out}");
    world.finish();
}
