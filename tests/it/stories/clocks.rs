//! A clock that jumps under a running daemon, and days on which clocks are odd: each change is told once, and nothing else is.
//!
//! The daemon runs in this process, with real HTTP and SMTP; only the time is ours, and it goes a second with each of its steps.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use veedor::clock::{Clock, NOT_YET};
use veedor::config::Config;
use veedor::control::Control;
use veedor::daemon::supervise::Ending;
use veedor::daemon::{self, Handles};

use crate::world::World;

const A: &str = "17721-2024-00011G";

/// What the daemon's clock shows, and the date of what the court publishes then: by the right time, in its hours.
const MOMENTS: &[(&str, &str, &str)] = &[
    ("right", "2027-03-10T15:00:00Z", "2027-03-10T15:00:00Z"),
    ("an hour ahead", "2027-03-10T16:30:00Z", "2027-03-10T15:30:00Z"),
    ("right again after an hour", "2027-03-10T15:40:00Z", "2027-03-10T15:40:00Z"),
    ("a day ahead", "2027-03-11T16:00:00Z", "2027-03-10T16:00:00Z"),
    ("right again after a day", "2027-03-10T16:10:00Z", "2027-03-10T16:10:00Z"),
    ("a year ahead", "2028-03-10T17:00:00Z", "2027-03-10T17:00:00Z"),
    ("right again after a year", "2027-03-10T17:10:00Z", "2027-03-10T17:10:00Z"),
    ("a battery that is empty", "1970-01-01T00:00:10Z", "2027-03-10T18:00:00Z"),
    ("right again after 57 years", "2027-03-10T18:10:00Z", "2027-03-10T18:10:00Z"),
    ("New York goes to summer time", "2027-03-14T06:59:58Z", "2027-03-12T15:00:00Z"),
    ("New York is in summer time", "2027-03-15T14:00:00Z", "2027-03-15T14:00:00Z"),
    ("New York goes back", "2027-11-07T05:59:58Z", "2027-11-05T15:00:00Z"),
    ("the same hour again", "2027-11-07T06:30:00Z", "2027-11-05T15:30:00Z"),
    ("before the leap day", "2028-02-29T04:59:58Z", "2028-02-28T15:00:00Z"),
    ("at its end", "2028-03-01T04:59:58Z", "2028-02-29T15:00:00Z"),
    ("a second after a leap year", "2029-01-01T04:59:59Z", "2028-12-29T15:00:00Z"),
];

/// A clock that goes on by itself, and is set by the story.
struct Hands {
    clock: Clock,
    going: Arc<Mutex<()>>,
    ended: Arc<AtomicBool>,
}

impl Hands {
    fn start(clock: &Clock, control: &Arc<Control>) -> Self {
        let hands = Self { clock: clock.clone(), going: Arc::default(), ended: Arc::default() };
        let (clock, going, ended, control) = (hands.clock.clone(), hands.going.clone(), hands.ended.clone(), control.clone());
        std::thread::spawn(move || {
            while !ended.load(Ordering::SeqCst) {
                {
                    let _held = going.lock();
                    clock.advance_to(clock.now() + Duration::from_secs(1));
                }
                // Who sleeps does so by the machine's time.
                control.nudge_poller();
                control.nudge_deliverer();
                std::thread::park_timeout(Duration::from_millis(10));
            }
        });
        hands
    }

    fn set(&self, to: Timestamp) {
        let _held = self.going.lock();
        self.clock.advance_to(to);
    }
}

#[test]
fn a_clock_that_jumps_loses_nothing_and_makes_nothing_up() {
    let time = |text: &str| -> Timestamp { text.parse().expect("a time") };
    let mut world = World::new(&[A]);
    world.list = world.list.replace("[veedor]\n", "[veedor]\nzone = \"America/New_York\"\n");
    world.write(&world.list);
    let config = Config::load(&world.path("watchlist.toml")).expect("a good list").config;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let clock = Clock::fixed(time("2027-03-10T14:00:00Z"));
        let handles = Handles::open(config, clock.clone()).await.expect("a store");
        let control = Arc::clone(&handles.control);
        let hands = Hands::start(&clock, &control);
        let running = tokio::task::spawn(daemon::run(handles));
        let story = tokio::task::spawn_blocking(move || {
            world.visits(2);
            let mut not_told = None;
            for (n, (what, shown, real)) in MOMENTS.iter().enumerate() {
                hands.set(time(shown));
                let token = format!("CLOCK{n:02}");
                let at = time(real).strftime("%Y-%m-%dT%H:%M:%S.000+00:00").to_string();
                let publish = || world.court.act_at(A, "PROVIDENCIA GENERAL (DECRETO)", &format!("<p>{token} Agr&eacute;guese.</p>"), &at);
                if time(shown) < NOT_YET {
                    // Nothing is asked under it, and what appears meanwhile is told when it is right again.
                    publish();
                    while hands.clock.now() < time(shown) + Duration::from_secs(70) {
                        std::thread::park_timeout(Duration::from_millis(10));
                    }
                    assert_eq!(world.hooks.got().len(), n, "{what}: something was told");
                    not_told = Some(token);
                    continue;
                }
                if let Some(token) = not_told.take() {
                    world.told(&token);
                }
                world.visits(2);
                assert_eq!(world.hooks.got().len(), n, "{what}: the clock alone was told: {:?}", world.hooks.got().last());
                publish();
                world.told(&token);
                world.visits(2);
                let kinds: Vec<_> = world.hooks.got().into_iter().skip(n).map(|hook| hook.kind).collect();
                assert_eq!(kinds.len(), 1, "{what}: {kinds:?}");
            }
            hands.ended.store(true, Ordering::SeqCst);
            world
        });
        let world = story.await.expect("the story");
        control.stop();
        assert_eq!(running.await.expect("no panic").expect("it started"), Ending::Stopped);
        world.finish();
    });
}
