//! Silences: what an operator mutes is not sent, nothing else is missing, and at the end one message says what there was.

use crate::world::World;

const A: &str = "17721-2024-00011G";
const B: &str = "17721-2024-00012G";

fn ruling(world: &World, number: &str, token: &str) {
    world.court.act(number, "SENTENCIA (RESOLUCION)", &format!("<p>{token} VISTOS.</p>"));
}

fn heard(world: &World, token: &str) -> bool {
    world.hooks.got().iter().any(|hook| hook.body.contains(token)) || world.mailbox.got().iter().any(|mail| mail.text.contains(token))
}

fn muted(world: &World) -> usize {
    world.deliveries(&[]).iter().filter(|delivery| delivery["state"] == "muted").count()
}

fn add(world: &World, more: &[&str]) -> String {
    let whole = [&["silence", "add", "--by", "Ana", "--because", "feriado", "--json"], more].concat();
    world.json(&whole)["id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_muted_case_is_quiet_the_others_are_not_and_at_the_end_there_is_one_summary() {
    let mut world = World::new(&[A, B]);
    world.start();
    world.visits(2);
    let id = add(&world, &["--case", A, "--for", "3d"]);
    ruling(&world, A, "CALLA1");
    ruling(&world, B, "SUENA1");
    world.told("SUENA1");
    world.until("both messages of the muted case are there", |world| muted(world) == 2);
    assert!(!heard(&world, "CALLA1"), "{}", world.log());
    // It is stored and shown all the same.
    assert!(world.ok(&["show", A]).contains("SENTENCIA"));
    let listed = world.ok(&["list"]);
    assert!(
        listed.contains(&format!("silence {} mutes case {A} until ", &id[..8])) && listed.contains("2 messages so far (Ana: feriado)"),
        "{listed}"
    );
    let why = world.ok(&["deliveries", A]);
    assert!(why.contains("muted by a silence") && why.contains("ruling.issued"), "{why}");
    assert!(world.ok(&["silence"]).contains("feriado"));

    // Neither a crash nor a restart lets anything out, or ends it.
    world.kill();
    world.start();
    world.visits(2);
    assert!(!heard(&world, "CALLA1"));
    let ended = world.ok(&["silence", "end", &id[..8]]);
    assert!(ended.contains("muted 2 messages") && ended.contains("2 summaries"), "{ended}");
    let is_summary = |text: &str| text.contains("Fin del silencio: 1 novedad no se envi");
    assert!(world.mailbox.wait_for(|got| got.iter().any(|mail| is_summary(&mail.text))), "{}", world.log());
    assert!(world.hooks.wait_for(|got| got.iter().any(|hook| hook.kind == "silence.ended")), "{}", world.log());
    ruling(&world, A, "SUENA2");
    world.told("SUENA2");
    world.kill();
    world.start();
    world.visits(2);
    assert_eq!(world.mailbox.got().iter().filter(|mail| is_summary(&mail.text)).count(), 1);
    assert_eq!(world.hooks.got().iter().filter(|hook| hook.kind == "silence.ended").count(), 1);
    let told = world.mailbox.got().into_iter().find(|mail| is_summary(&mail.text)).expect("a mail");
    assert!(told.text.contains("Por revisar") && told.text.contains(A), "{}", told.text);
    world.no(&["silence", "end", &id], 1, "ended already");
    assert!(!heard(&world, "CALLA1"));

    // One of it is wanted after all.
    let one =
        world.deliveries(&[A]).into_iter().find(|delivery| delivery["state"] == "muted" && delivery["channel"] == "mail").expect("one");
    world.ok(&["retry", one["id"].as_str().expect("an id")]);
    assert!(world.mailbox.wait_for(|got| got.iter().any(|mail| mail.text.contains("CALLA1"))), "{}", world.log());
    world.finish();
}

#[test]
fn a_kill_at_the_end_of_a_silence_neither_loses_nor_doubles_its_summary() {
    for step in ["before-summary", "after-summary"] {
        let mut world = World::new(&[A]);
        world.start();
        world.visits(2);
        let id = add(&world, &["--case", A, "--for", "3d"]);
        ruling(&world, A, "CALLA4");
        world.until("both are muted", |world| muted(world) == 2);
        world.kill();
        world.start_with(&[("VEEDOR_FAILPOINT", step)]);
        world.visits(1);
        assert!(!world.veedor(&["silence", "end", &id]).status.success(), "the daemon did not die at {step}");
        assert_ne!(world.ended(), Some(0), "{}", world.log());
        world.start();
        world.visits(1);
        // What was not written did not happen.
        if world.json(&["silence", "--json"])["silences"][0]["state"] == "active" {
            world.ok(&["silence", "end", &id]);
        }
        assert!(world.hooks.wait_for(|got| got.iter().any(|hook| hook.kind == "silence.ended")), "{}", world.log());
        assert!(world.mailbox.wait_for(|got| got.iter().any(|mail| mail.text.contains("Fin del silencio"))), "{}", world.log());
        world.visits(2);
        let ids: std::collections::BTreeSet<String> = world.hooks.got().into_iter().map(|hook| hook.id).collect();
        let mails: std::collections::BTreeSet<String> = world.mailbox.got().into_iter().map(|mail| mail.id).collect();
        assert_eq!((ids.len(), mails.len()), (1, 1), "{step}");
        assert!(!heard(&world, "CALLA4"));
        world.finish();
    }
}

#[test]
fn a_silence_ends_by_itself_and_mutes_only_its_kinds_and_channel() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    add(&world, &["--kind", "ruling.*", "--channel", "mail", "--for", "15s"]);
    ruling(&world, A, "CALLA2");
    assert!(world.hooks.wait_for(|got| got.iter().any(|hook| hook.body.contains("CALLA2"))), "{}", world.log());
    world.court.act(A, "ESCRITO (ESCRITO)", "<p>OTRACOSA1 solicita.</p>");
    world.told("OTRACOSA1");
    assert!(world.mailbox.wait_for(|got| got.iter().any(|mail| mail.text.contains("Fin del silencio"))), "{}", world.log());
    assert!(!world.mailbox.got().iter().any(|mail| mail.text.contains("CALLA2")));
    ruling(&world, A, "SUENA3");
    world.told("SUENA3");
    assert!(!world.hooks.got().iter().any(|hook| hook.kind == "silence.ended"), "nothing was muted there");
    world.finish();
}

#[test]
fn what_is_muted_while_nobody_delivers_is_not_sent_later() {
    let mut world = World::new(&[A]);
    world.ok(&["poll"]);
    ruling(&world, A, "CALLA3");
    world.ok(&["poll"]);
    // It is made already, and no daemon runs.
    let id = add(&world, &["--case", A, "--for", "1h"]);
    world.start();
    world.until("both are muted before they are sent", |world| muted(world) == 2);
    assert!(!heard(&world, "CALLA3"));
    assert_eq!(world.stop(), Some(0));
    let said = world.ok(&["silence", "end", &id]);
    assert!(said.contains("no daemon runs; `veedor run` sends 2 summaries"), "{said}");
    world.start();
    assert!(world.mailbox.wait_for(|got| got.iter().any(|mail| mail.text.contains("Fin del silencio"))), "{}", world.log());
    assert!(world.hooks.wait_for(|got| got.iter().any(|hook| hook.kind == "silence.ended")), "{}", world.log());
    world.finish();
}

#[test]
fn a_slip_mutes_nothing_and_is_said_in_a_sentence() {
    let world = World::new(&[A]);
    world.ok(&["poll"]);
    let whole = ["silence", "add", "--by", "Ana", "--because", "feriado"];
    let no = |more: &[&str], code: i32, words: &str| world.no(&[&whole, more].concat(), code, words);
    no(&["--case", A], 2, "a silence needs an end: type --for 3d");
    no(&["--for", "3d"], 2, "this would silence everything");
    no(&["--for", "3d", "--kind", "*"], 2, "this would silence everything");
    no(&["--for", "soon", "--case", A], 2, "\"soon\" is no time");
    no(&["--for", "0s", "--case", A], 2, "is no time");
    no(&["--until", "2020-01-01", "--case", A], 2, "is past");
    no(&["--until", "someday", "--case", A], 2, "\"someday\" is no instant");
    no(&["--for", "400d", "--case", A], 2, "a year at most");
    no(&["--for", "3d", "--case", "17721-2024-99999"], 4, "no case \"17721-2024-99999\" is watched");
    no(&["--for", "3d", "--kind", "filings.*"], 2, "no event is called \"filings.*\"; did you mean");
    no(&["--for", "3d", "--channel", "mial"], 2, "there is no channel \"mial\"");
    no(&["--for", "3d", "--tag", "penal"], 2, "no case has the tag \"penal\"");
    no(&["--for", "3d", "--source", "ec-otra"], 2, "no case of a source \"ec-otra\" is watched");
    no(&["--for", "3d", "--channel", "mail", "--to", "nadie@example.org"], 2, "is no recipient of channel mail");
    world.no(&["silence", "add", "--case", A, "--for", "3d", "--because", "x"], 2, "--by NAME");
    world.no(&["silence", "add", "--case", A, "--for", "3d", "--by", "Ana"], 2, "--because TEXT");
    world.no(&["silence", "end", "0123abcd"], 4, "there is no silence 0123abcd");
    world.no(&["silence", "end", "xyz"], 2, "is no id of a silence");
    assert!(world.ok(&["silence"]).contains("nothing is muted"));
    world.finish();
}
