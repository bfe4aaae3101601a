//! The auditor of the torture can fail: a loss, a double and an invention that are planted in what a sound run left are named, each.

use serde_json::{Value, json};

use super::torture::{A, Act, MUTED, Run};
use crate::world::audit::{Evidence, audit, events_of};
use crate::world::dice::Dice;
use crate::world::ledger::{Deed, Fact};

/// What is planted, and the words that must name it.
type Planted = (&'static str, fn(&mut Vec<Fact>, &mut Evidence), &'static str);

fn body(evidence: &Evidence, at: usize) -> Value {
    serde_json::from_str(&evidence.hooks[at].body).expect("JSON")
}

/// Changes one place in the first webhook that tells of an act that was entered.
fn with(evidence: &mut Evidence, id: Option<&str>, place: &str, value: Value) {
    let mut again = evidence.hooks[0].clone();
    let mut told = body(evidence, 0);
    *told.pointer_mut(place).expect("a place") = value;
    again.body = told.to_string();
    if let Some(id) = id {
        again.id = id.to_owned();
    }
    evidence.hooks.push(again);
}

/// Drops what tells the first event on a channel of mail.
fn without_mail(evidence: &mut Evidence, to: &str) {
    let event = body(evidence, 0)["data"]["event_id"].as_str().expect("an id").to_owned();
    evidence.mails.retain(|mail| !mail.to.contains(to) || !events_of(mail).contains(&event));
}

const PLANTED: &[Planted] = &[
    ("a webhook is missing", |_, evidence| drop(evidence.hooks.remove(0)), "hook: lost, never told: Entered"),
    ("a mail is missing", |_, evidence| without_mail(evidence, "mesa@"), "mail: lost, never told: Entered"),
    ("a digest is missing", |_, evidence| without_mail(evidence, "resumen@"), "digest: lost, never told: Entered"),
    ("a mail does not show what it tells", |_, evidence| evidence.mails[0].text.clear(), "and does not tell it"),
    (
        "a change was never seen",
        |facts, _| {
            let mut other = facts[0].clone();
            other.token = "TK99999X".into();
            facts.push(other);
        },
        "hook: lost, never told: Entered",
    ),
    (
        "the same event under another webhook id",
        |_, evidence| {
            let mut again = evidence.hooks[0].clone();
            again.id = "another".into();
            evidence.hooks.push(again);
        },
        "hook: doubled, told under 2 ids: Entered",
    ),
    ("the same act as another event", |_, evidence| with(evidence, Some("another"), "/data/event_id", json!("00ff")), "is 2 events"),
    (
        "the same event under another Message-ID",
        |_, evidence| {
            let mut again = evidence.mails[0].clone();
            again.id = "another".into();
            evidence.mails.push(again);
        },
        "doubled, told under 2 ids",
    ),
    ("a repeat with other bytes", |_, evidence| with(evidence, None, "/data/seq", json!(999)), "came again with other bytes"),
    (
        "a mail again with another text",
        |_, evidence| {
            let mut again = evidence.mails[0].clone();
            again.text.push('!');
            evidence.mails.push(again);
        },
        "came again with another text",
    ),
    (
        "an act that the court never entered",
        |_, evidence| with(evidence, Some("another"), "/data/entry/excerpt", json!("TK99999X VISTOS.")),
        "hook: invented, the court did no such thing",
    ),
    (
        "an act of another case",
        |_, evidence| with(evidence, Some("another"), "/data/case/number", json!("17721-2024-00099G")),
        "hook: invented, the court did no such thing",
    ),
    (
        "an event of a kind that nothing gave rise to",
        |_, evidence| with(evidence, Some("another"), "/type", json!("record.burst")),
        "hook: invented, the court did no such thing",
    ),
    (
        "a mail of an event that there is not",
        |_, evidence| {
            let mut again = evidence.mails[0].clone();
            let event = events_of(&again).remove(0);
            again.raw = again.raw.replace(&event, "00ff00ff");
            evidence.mails.push(again);
        },
        "which is of nothing that the court did",
    ),
    ("what must be muted was told", |facts, _| facts[0].is_muted = true, "hook: told although it was muted: Entered"),
    ("a delivery is gone", |_, evidence| drop(evidence.deliveries.remove(0)), "stands in 0 deliveries"),
    (
        "a delivery is left",
        |_, evidence| {
            evidence.deliveries.iter_mut().filter(|one| one["state"] == "delivered").for_each(|one| one["state"] = json!("waiting"))
        },
        "is Some(\"waiting\")",
    ),
    (
        "what was muted is gone",
        |_, evidence| evidence.deliveries.retain(|one| one["state"] != "muted"),
        "0 events to hook are muted, and 1 must be",
    ),
    (
        "a docket lacks an act",
        |_, evidence| {
            evidence.dockets.get_mut(A).expect("a docket")["docket"]["entries"].as_array_mut().expect("entries").remove(0);
        },
        "docket: 17721-2024-00011G lacks",
    ),
    (
        "a docket holds an act that is gone",
        |_, evidence| drop(evidence.record.get_mut(A).expect("acts").pop()),
        "which the court does not show",
    ),
    (
        "a docket says something else",
        |_, evidence| evidence.record.get_mut(A).expect("acts").iter_mut().for_each(|act| act.text = "<p>Otra cosa.</p>".into()),
        "and the court \"Otra cosa.\"",
    ),
];

#[test]
fn the_auditor_names_a_planted_loss_a_double_and_an_invention() {
    let mut run = Run::begin(Dice::thrown().0);
    let court = &run.world.court;
    (0..3).for_each(|which| run.ledger.enter(court, A, which, false));
    assert!(run.world.hooks.wait_for(|got| got.len() == 3), "{}", run.world.last_words());
    run.ledger.edit(court, A, 2);
    run.ledger.remove(court, A, 7);
    let mut silenced = run.command(Act::Silence).expect("a silence");
    assert!(silenced.wait().expect("it ended").success());
    run.look_at_the_silence();
    run.enter_muted();
    run.kill("before the last life");
    let (ledger, evidence, world) = run.judge();
    assert_eq!(audit(&ledger.facts, &evidence), Vec::<String>::new(), "{}", world.last_words());
    assert_eq!([Deed::Entered, Deed::Edited, Deed::Removed, Deed::Unmuted].map(|deed| ledger.count(deed)), [4, 1, 1, 1]);
    assert!(ledger.facts.iter().any(|fact| fact.case == MUTED && fact.is_muted));

    // A repeat under the same id, with the same bytes, is what a kill may bring.
    let mut repeated = evidence.clone();
    repeated.hooks.extend(evidence.hooks.clone());
    repeated.mails.extend(evidence.mails.clone());
    assert_eq!(audit(&ledger.facts, &repeated), Vec::<String>::new());

    for (what, plant, words) in PLANTED {
        let (mut facts, mut spoilt) = (ledger.facts.clone(), evidence.clone());
        plant(&mut facts, &mut spoilt);
        let found = audit(&facts, &spoilt);
        assert!(found.iter().any(|line| line.contains(words)), "not noticed: {what}: {found:#?}");
    }
    world.finish();
}
