//! Torture: killed with -9 at random moments and at named points, while it starts, reads, sends, reads its list again, makes a backup,
//! sends a digest, mutes and unmutes; then everything that was told is held against what the court really did.
//!
//! `cargo test` kills a hundred times. The long form is `VEEDOR_TORTURE_KILLS=1000`: as many worlds of a hundred kills each.
//! `VEEDOR_TORTURE_SEED` repeats a run, as far as threads and disks let it.

use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use jiff::{Timestamp, ToSpan};
use serde_json::Value;

use crate::world::audit::{self, Evidence, MAILS};
use crate::world::dice::{self, Dice};
use crate::world::hooks::Hook;
use crate::world::ledger::{Deed, Ledger};
use crate::world::mailbox::Mail;
use crate::world::{PATIENCE, World};

const KILLS: &str = "VEEDOR_TORTURE_KILLS";

/// Kills that one world lives through.
const A_WORLD: u32 = 100;

/// After so many kills all that was published must have arrived.
const SETTLES: u32 = 10;

/// Acts come, change and go here …
pub(super) const A: &str = "17721-2024-00011G";
const B: &str = "17721-2024-00012G";
/// … they only come here …
const C: &str = "17721-2024-00013G";
/// … and here they come only while a silence is on.
pub(super) const MUTED: &str = "17721-2024-00014G";
pub(super) const CASES: [&str; 4] = [A, B, C, MUTED];

/// The points that a visit or a delivery passes.
const POINTS: [&str; 10] = super::killed::STEPS;

/// A point is waited for this long before a kill takes its place.
const REACHED: Duration = Duration::from_millis(1500);

/// What an operator does meanwhile.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act {
    Reload,
    Backup,
    Digest,
    Silence,
    Visit,
}

pub(super) struct Run {
    pub world: World,
    pub ledger: Ledger,
    pub dice: Dice,
    /// Kills by where they were.
    deaths: BTreeMap<String, u32>,
    silence: Option<String>,
    /// The muted acts of the silence.
    muted: usize,
}

impl Run {
    /// A world that read its cases.
    pub(super) fn begin(dice: Dice) -> Self {
        Self::begin_in(World::new(&CASES), dice)
    }

    /// The same in a world that was prepared.
    pub(super) fn begin_in(mut world: World, dice: Dice) -> Self {
        let yesterday = (Timestamp::now() - 24.hours()).strftime("%a").to_string().to_lowercase();
        let (_, reader) = MAILS[1];
        let digest = format!(
            "[[channel]]\nid = \"digest\"\nkind = \"email\"\nto = [\"{reader}\"]\nzone = \"UTC\"\nwhen = \"weekly {yesterday} 12:00\"\n\n[[case]]"
        );
        world.list = world.list.replacen("[[case]]", &digest, 1);
        // Nobody may be given up because of the kills.
        world.list =
            world.list.replace("\"2s\", \"4s\", \"8s\"]", "\"1s\", \"1s\", \"1s\", \"1s\", \"1s\", \"1s\", \"1s\", \"1s\", \"1s\"]");
        world.write(&world.list);
        world.start();
        world.visits(2);
        Self { world, ledger: Ledger::default(), dice, deaths: BTreeMap::new(), silence: None, muted: 0 }
    }

    pub(super) fn killed(&self) -> u32 {
        self.deaths.values().sum()
    }

    /// The court goes on with its work.
    pub(super) fn publish(&mut self, most: u64) {
        for _ in 0..self.dice.below(most + 1) {
            let which = self.dice.below(1 << 16);
            match self.dice.below(10) {
                0 | 1 => self.ledger.edit(&self.world.court, self.dice.pick(&[A, B]), which),
                2 => self.ledger.remove(&self.world.court, self.dice.pick(&[A, B]), which),
                3 | 4 if self.silence.is_some() => self.enter_muted(),
                _ => self.ledger.enter(&self.world.court, self.dice.pick(&[A, B, C]), which, false),
            }
        }
    }

    /// Publishes an act that must be told.
    pub(super) fn enter(&mut self) {
        let which = self.dice.below(4);
        self.ledger.enter(&self.world.court, C, which, false);
    }

    /// Publishes an act that must reach nobody.
    pub(super) fn enter_muted(&mut self) {
        let (before, which) = (self.ledger.facts.len(), self.dice.below(4));
        self.ledger.enter(&self.world.court, MUTED, which, true);
        self.muted += self.ledger.facts.len() - before;
    }

    /// Kills the daemon, which must have lived until now.
    pub(super) fn kill(&mut self, place: &str) {
        if let Some(status) = self.world.has_ended() {
            panic!("the daemon ended by itself with {status}\n{}", self.world.last_words());
        }
        self.world.kill();
        *self.deaths.entry(place.to_owned()).or_default() += 1;
    }

    /// Waits until it is so, or for this long.
    pub(super) fn until_or(&mut self, limit: Duration, mut is_so: impl FnMut(&mut World) -> bool) -> bool {
        let end = Instant::now() + limit;
        while Instant::now() < end {
            if is_so(&mut self.world) {
                return true;
            }
            std::thread::park_timeout(Duration::from_millis(2));
        }
        false
    }

    /// Lets a random time pass: the moment of the kill, not a wait for anything.
    pub(super) fn moment(&mut self, most_ms: u64) {
        let end = Duration::from_millis(self.dice.below(most_ms));
        self.until_or(end, |_| false);
    }

    /// One life of the daemon, from a start to a violent end.
    fn life(&mut self) {
        self.publish(1);
        match self.dice.below(10) {
            0 | 1 => {
                self.world.start();
                self.moment(250);
                self.kill("while it starts");
            }
            2 | 3 => self.while_it_reads(),
            4 => self.while_it_sends(),
            5..=7 => self.at_a_point(),
            _ => self.while_an_operator_works(),
        }
    }

    fn while_it_reads(&mut self) {
        let goal = self.world.court.requests() + self.dice.below(16) + 1;
        self.world.start();
        self.publish(2);
        self.until_or(REACHED, |world| world.court.requests() >= goal);
        self.moment(30);
        self.kill("while it reads");
    }

    fn while_it_sends(&mut self) {
        let (hooks, mails) = (self.world.hooks.tries(), self.world.mailbox.talks());
        let more = usize::try_from(self.dice.below(3) + 1).expect("small");
        self.world.start();
        self.enter();
        self.publish(2);
        self.until_or(REACHED, |world| world.hooks.tries() >= hooks + more || world.mailbox.talks() >= mails + more);
        self.moment(8);
        self.kill("while it sends");
    }

    /// Dies by its own hand at a named point.
    fn at_a_point(&mut self) {
        let (point, act) = match self.dice.below(10) {
            0 => ("before-start", None),
            1 => ("before-reload", Some(Act::Reload)),
            2 => ("before-backup-named", Some(Act::Backup)),
            // A summary is written once only, at the end of a silence that muted something.
            3..=7 if self.muted > 0 && self.may_unmute() => (self.dice.pick(&["before-summary", "after-summary"]), Some(Act::Silence)),
            _ => (self.dice.pick(&POINTS), None),
        };
        let at = if point.contains("start") || act.is_some() { 1 } else { self.dice.below(3) + 1 };
        let at_its_end = point.contains("summary");
        let requests = self.world.court.requests();
        self.world.start_with(&[("VEEDOR_FAILPOINT", &format!("{point}:{at}"))]);
        self.enter();
        if !at_its_end {
            self.publish(2);
        }
        let mut command = act.and_then(|act| {
            self.until_or(REACHED, |world| world.court.requests() > requests);
            self.command(act)
        });
        let mut died = None;
        let is_asked = act.is_none() || command.is_some();
        self.until_or(if is_asked { REACHED } else { Duration::ZERO }, |world| {
            died = world.has_ended();
            died.is_some()
        });
        match died {
            Some(status) => {
                let signal = std::os::unix::process::ExitStatusExt::signal(&status);
                assert_eq!(signal, Some(6), "{point}: the daemon ended with {status}\n{}", self.world.last_words());
                *self.deaths.entry(point.to_owned()).or_default() += 1;
            }
            None => self.kill(&format!("{point} was not reached")),
        }
        self.end(&mut command);
    }

    fn while_an_operator_works(&mut self) {
        let act = match self.silence {
            None if self.dice.falls(50) => Act::Silence,
            _ => self.dice.pick(&[Act::Reload, Act::Backup, Act::Digest, Act::Silence, Act::Visit]),
        };
        let requests = self.world.court.requests();
        self.world.start();
        self.until_or(REACHED, |world| world.court.requests() > requests);
        self.publish(2);
        let mut command = self.command(act);
        self.moment(80);
        self.kill(&format!("while an operator works: {act:?}"));
        self.end(&mut command);
    }

    /// Begins what an operator does; nothing when there is nothing to do.
    pub(super) fn command(&mut self, act: Act) -> Option<Child> {
        let arguments: Vec<String> = match act {
            Act::Reload => {
                let (before, after) = if self.dice.falls(50) { ("\"0s\"", "\"200ms\"") } else { ("\"200ms\"", "\"0s\"") };
                let list = self.world.list.replace(&format!("group_wait = {before}"), &format!("group_wait = {after}"));
                self.world.list = list;
                self.world.write(&self.world.list);
                vec!["reload".into()]
            }
            Act::Backup => vec!["backup".into(), self.world.path("copies").display().to_string()],
            Act::Digest => vec!["retry".into(), self.open_digests().pop()?],
            Act::Visit => vec!["poll".into(), self.dice.pick(&CASES).into()],
            Act::Silence => match &self.silence {
                None => ["silence", "add", "--by", "Ana", "--because", "feriado", "--case", MUTED, "--for", "3d"].map(str::to_owned).into(),
                Some(id) if self.may_unmute() => vec!["silence".into(), "end".into(), id.clone()],
                Some(_) => return None,
            },
        };
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut command = self.world.command(&arguments);
        Some(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the command starts"))
    }

    /// Ends a command: it is killed too, or goes on by itself with the store that nobody holds any more.
    pub(super) fn end(&mut self, command: &mut Option<Child>) {
        let Some(command) = command else { return };
        if self.dice.falls(50) {
            let _ = command.kill();
        }
        let code = command.wait().expect("the command ended").code();
        assert_ne!(code, Some(2), "a command was typed wrongly");
        self.look_at_the_silence();
    }

    /// Whether every muted act was seen and muted, so that the end of the silence must tell of all of them.
    fn may_unmute(&self) -> bool {
        self.silence.is_some() && self.ledger.facts.iter().all(|fact| fact.is_settled || !fact.is_muted)
    }

    /// Takes note of what became of the command: a silence that was begun or ended although nobody lived to say so.
    pub(super) fn look_at_the_silence(&mut self) {
        let listed = self.world.json(&["silence", "--json"]);
        let all = listed["silences"].as_array().expect("a list");
        let active: Vec<&str> = all.iter().filter(|one| one["state"] == "active").filter_map(|one| one["id"].as_str()).collect();
        assert!(active.len() <= 1, "{listed}");
        let now = active.first().map(|id| (*id).to_owned());
        if let Some(ended) = self.silence.take().filter(|_| now.is_none())
            && self.muted > 0
        {
            self.ledger.unmute(MUTED, &ended);
        }
        if now.is_none() {
            self.muted = 0;
        }
        self.silence = now;
    }

    fn open_digests(&self) -> Vec<String> {
        let mut all = self.world.deliveries(&[]);
        all.retain(|delivery| delivery["channel"] == "digest" && ["open", "waiting"].map(Value::from).contains(&delivery["state"]));
        all.iter().map(|delivery| delivery["id"].as_str().expect("an id").to_owned()).collect()
    }

    /// All that was published must arrive now, at the channels that wait for nothing.
    pub(super) fn settle(&mut self) {
        self.world.start();
        let (_, reader) = MAILS[0];
        for fact in self.ledger.facts.iter().filter(|fact| !fact.is_settled && !fact.is_muted) {
            let event_in = |got: &[Hook]| {
                let bodies =
                    got.iter().rev().filter(|hook| hook.kind == fact.kind).filter_map(|hook| serde_json::from_str(&hook.body).ok());
                let told = bodies.into_iter().find(|body: &Value| audit::tells(body, fact))?;
                told["data"]["event_id"].as_str().map(str::to_owned)
            };
            let arrived = self.world.hooks.wait_for(|got| event_in(got).is_some());
            assert!(arrived, "the webhook lost {}\n{}", fact.line(), self.world.last_words());
            let event = event_in(&self.world.hooks.got()).expect("it arrived");
            let mailed = |mail: &Mail| mail.to.contains(reader) && audit::events_of(mail).contains(&event);
            let arrived = self.world.mailbox.wait_for(|got| got.iter().rev().any(mailed));
            assert!(arrived, "the mail lost {}\n{}", fact.line(), self.world.last_words());
        }
        let wanted = self.ledger.muted() * (1 + MAILS.len());
        self.world.until("what is muted is in the outbox", |world| {
            let all = world.deliveries(&[]);
            let muted = all.iter().filter(|delivery| delivery["state"] == "muted");
            muted.map(|delivery| delivery["events"].as_array().map_or(0, Vec::len)).sum::<usize>() == wanted
        });
        self.ledger.facts.iter_mut().for_each(|fact| fact.is_settled = true);
        // The digest leaves before it is so long that it tells only a line of each; whether it arrives is seen at the end.
        for id in self.open_digests() {
            let _ = self.world.veedor(&["retry", &id]);
        }
    }

    /// The last life: everything is sent, and all of it is held against the ledger. What differs, and what was looked at.
    pub(super) fn judge(mut self) -> (Ledger, Evidence, World) {
        self.settle();
        if let Some(id) = self.silence.clone() {
            self.world.ok(&["silence", "end", &id]);
            self.look_at_the_silence();
        }
        let end = Instant::now() + PATIENCE;
        loop {
            let open = self.open_digests();
            if open.is_empty() {
                break;
            }
            assert!(Instant::now() < end, "digests are left: {open:?}\n{}", self.world.last_words());
            for id in open {
                // One that is under way is none to ask for.
                let _ = self.world.veedor(&["retry", &id]);
            }
            self.world.visits(1);
        }
        self.world.visits(4);
        self.world.until("nothing is left to send", |world| {
            world.deliveries(&[]).iter().all(|delivery| ["delivered", "muted"].map(Value::from).contains(&delivery["state"]))
        });
        self.world.ok(&["backup", &self.world.path("last").display().to_string()]);
        let evidence = Evidence::gather(&self.world, &CASES);
        (self.ledger, evidence, self.world)
    }
}

#[test]
fn killed_a_hundred_times_it_tells_everything_once_and_nothing_else() {
    let kills = dice::asked(KILLS, A_WORLD);
    let (mut dice, seed) = Dice::thrown();
    eprintln!("torture: {kills} kills, VEEDOR_TORTURE_SEED={seed}");
    let mut deaths: BTreeMap<String, u32> = BTreeMap::new();
    let (began, mut done) = (Instant::now(), 0);
    while done < kills {
        let of_this_world = A_WORLD.min(kills - done);
        let mut run = Run::begin(dice.split());
        run.kill("after the first visit");
        while run.killed() < of_this_world {
            if run.killed().is_multiple_of(SETTLES) {
                run.settle();
                run.publish(3);
                run.kill("when all was told");
                run.world.ok(&["fsck"]);
            } else {
                run.life();
            }
        }
        done += run.killed();
        for (place, times) in &run.deaths {
            *deaths.entry(place.clone()).or_default() += times;
        }
        let (ledger, evidence, world) = run.judge();
        let found = audit::audit(&ledger.facts, &evidence);
        assert!(found.is_empty(), "seed {seed}, after {done} kills:\n{}\n{}", found.join("\n"), world.last_words());
        let by_deed = [Deed::Entered, Deed::Edited, Deed::Removed, Deed::Unmuted].map(|deed| ledger.count(deed));
        eprintln!(
            "torture: {done} kills in {} s; entered, edited, removed, silences ended: {by_deed:?}, {} of them muted; {} webhooks, {} mails",
            began.elapsed().as_secs(),
            ledger.muted(),
            evidence.hooks.len(),
            evidence.mails.len()
        );
        world.finish();
    }
    eprintln!("torture: {deaths:#?}");
}
