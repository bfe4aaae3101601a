//! Closing the store and opening it again without ending, when it takes many times what lives in it.
//!
//! Only an open that nobody works with makes a store small (`store/compact.rs`), and a daemon may run for years without a start. So the daily backup
//! asks for one: the loops end as for a SIGTERM, the store is closed and opened, and they begin again. It goes on with the watch list that is in force,
//! because the file may be half edited at that hour, and a restart by the system would end on it. Killed at any point, the next start finds
//! what a kill of a start leaves. Called by `veedor run`; the daemon's own end is for its caller.

use std::future::Future;
use std::time::Duration;

use sd_notify::NotifyState;
use tokio::time::{Instant, interval};

use super::signals::Told;
use super::supervise::Ending;
use super::{Handles, StartError, WATCH, notify};
use crate::clock::Clock;
use crate::config::Config;
use crate::store::Users;
use crate::store::open::Options;

/// How long the old store's last user is waited for: a backup or a check that a command asked for may still read.
const PATIENCE: Duration = Duration::from_secs(600);

/// How often.
const PAUSE: Duration = Duration::from_secs(1);

/// How long the watchdog is fed meanwhile: a store of a gigabyte is rewritten in a third of it.
const LONGEST: Duration = Duration::from_secs(900);

/// Runs until told to stop, or until something that must not fail did, and begins again where the store asks for it.
///
/// # Errors
/// When it cannot start, or not start again.
pub async fn run(mut handles: Handles, options: Options) -> Result<Ending, StartError> {
    let mut told = Told::listen();
    loop {
        let (config, clock) = (handles.config.clone(), handles.clock.clone());
        let (before, users) = (handles.store.size_on_disk(), handles.store.users());
        if told.to_reload().await {
            handles.control.nudge_reload();
        }
        // The loops hear signals from when they run; who asks before that is heard too.
        let (control, mut is_told, mut is_ending) = (handles.control.clone(), false, false);
        let mut running = std::pin::pin!(super::run(handles));
        let ending = loop {
            tokio::select! {
                ending = &mut running => break ending?,
                () = told.to_stop(), if !is_told => {
                    is_told = true;
                    control.stop();
                }
                // What was asked for until now was heard by the loop that reloads; it hears no more from here on.
                () = control.stopped(), if !is_ending => {
                    is_ending = true;
                    told.to_reload().await;
                }
            }
        };
        match ending {
            Ending::Renew if is_told => return Ok(Ending::Stopped),
            Ending::Renew => {}
            ending => return Ok(ending),
        }
        let config = Config::clone(&config.load());
        tracing::info!(
            bytes = before.unwrap_or_default(),
            "the store takes many times what lives in it: it is closed and made small, and veedor goes on"
        );
        handles = tokio::select! {
            biased;
            () = told.to_stop() => return Ok(Ending::Stopped),
            opened = fed(open(&config, &clock, options, &users)) => opened?,
        };
        match (handles.store.size_on_disk(), before) {
            (Some(after), Some(before)) if after < before => tracing::info!(bytes = after, "the store was made small"),
            _ => tracing::error!(
                "the store could not be made small; it is tried again tomorrow: see what room the disk has, and run `veedor fsck`"
            ),
        }
    }
}

/// Opens the store as soon as the last that worked with it has let go.
async fn open(config: &Config, clock: &Clock, options: Options, users: &Users) -> Result<Handles, StartError> {
    let (mut tries, began) = (interval(PAUSE), Instant::now());
    loop {
        tries.tick().await;
        // To try means to read all of it.
        if users.have_it() && began.elapsed() < PATIENCE {
            continue;
        }
        let options = Options { now: clock.now(), ..options };
        match Handles::open_with(config.clone(), clock.clone(), options).await {
            Err(StartError::Locked(_)) if began.elapsed() < PATIENCE => {}
            opened => return opened,
        }
    }
}

/// Feeds the watchdog while something takes its time, but not for ever.
async fn fed<T>(work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    let (mut ticks, began) = (interval(WATCH), Instant::now());
    loop {
        tokio::select! {
            done = &mut work => return done,
            _ = ticks.tick() => {
                if began.elapsed() < LONGEST {
                    notify(&[NotifyState::Watchdog]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::path::{Path, PathBuf};
    use std::process::{Child, Command, Stdio};

    use super::*;
    use crate::daemon::{STORE, backups};
    use crate::domain::case::CaseRef;
    use crate::logging::{self, Format, Level};
    use crate::store::Store;

    const FOLDER: &str = "VEEDOR_TEST_RENEW";

    /// The daemon, with its daily backup at once, when it is told where; not a test otherwise.
    #[tokio::test]
    async fn renewer() {
        let Some(dir) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
        logging::init(Format::Text, Level::Usual).expect("logs");
        let config = Config::load(&dir.join("watchlist.toml")).expect("a good list").config;
        let handles = Handles::open(config, Clock::System).await.expect("a store");
        let daily = handles.clone();
        let running = tokio::spawn(run(handles, Options::new(Clock::System.now())));
        backups::run_once(&daily).await.expect("backs up").expect("one was due");
        drop(daily);
        println!("\nended {:?}", running.await.expect("no panic"));
    }

    /// A store whose file is many times what lives in it.
    fn bloated(dir: &Path) -> (PathBuf, String) {
        let state = dir.join("state");
        let list = format!("[veedor]\ncontact = \"pruebas@example.org\"\nstate_dir = \"{}\"\nlisten = \"\"\n", state.display());
        std::fs::write(dir.join("watchlist.toml"), list).expect("a watch list");
        let path = state.join(STORE);
        let store = Store::open(&path, Options::new(Clock::System.now())).expect("opens");
        let cases: Vec<CaseRef> = (0..50).map(|n| CaseRef { source: "ec-esatje".into(), number: format!("17721{n:09}G") }).collect();
        store.watch(&cases, Clock::System.now()).expect("watches");
        // Every start notes which cases no list names.
        store.watch(&[], Clock::System.now()).expect("watches");
        let dump = store.dump().expect("dumps");
        store.bloat();
        drop(store);
        assert!(size(&path) > 64 << 20, "{}", size(&path));
        (path, dump)
    }

    fn start(dir: &Path, failpoint: Option<&str>) -> Child {
        let mut command = Command::new(std::env::current_exe().expect("this binary"));
        command.args(["--exact", "daemon::renew::tests::renewer", "--nocapture", "--test-threads=1"]).env(FOLDER, dir);
        command.envs(failpoint.map(|point| ("VEEDOR_FAILPOINT", point)));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts")
    }

    /// The daemon notes what it sees on the way; what was there is there.
    fn has_all(store: &Store, before: &str) {
        let dump = store.dump().expect("dumps");
        let lost: Vec<_> = before.lines().filter(|line| !dump.contains(line)).collect();
        assert!(before.lines().count() > 100 && lost.is_empty(), "{lost:?}");
    }

    fn copy(from: &Path, to: &Path) {
        std::fs::create_dir_all(to.parent().expect("has one")).expect("makes");
        assert!(Command::new("cp").arg("-r").args([from, to]).status().expect("runs").success());
    }

    fn size(path: &Path) -> u64 {
        std::fs::metadata(path.join("sled/db")).expect("is there").len()
    }

    #[test]
    fn a_daemon_whose_store_is_bloated_makes_it_small_after_the_daily_backup_and_goes_on() {
        let dir = tempfile::tempdir().expect("a folder");
        let (path, dump) = bloated(dir.path());
        let mut child = start(dir.path(), None);
        let mut log = BufReader::new(child.stderr.take().expect("is piped")).lines().map_while(Result::ok);
        assert!(log.any(|line| line.contains("it is closed and made small")), "it did not close its store");
        assert!(log.any(|line| line.contains("the store was made small")), "it did not make its store small");
        assert!(log.any(|line| line.contains("watching")), "it did not go on");
        assert!(size(&path) < 8 << 20, "{}", size(&path));
        // One that goes on hears a signal as before.
        assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("runs").success());
        drop(log);
        let said = child.wait_with_output().expect("ends");
        assert!(String::from_utf8_lossy(&said.stdout).contains("ended Ok(Stopped)"), "{said:?}");
        let store = Store::open(&path, Options::new(Clock::System.now())).expect("opens");
        has_all(&store, &dump);
        assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
    }

    #[test]
    fn a_kill_in_the_middle_costs_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let (path, dump) = bloated(dir.path());
        let whole = dir.path().join("whole");
        copy(&path, &whole);
        for point in ["compact-copied", "compact-between", "compact-renamed"] {
            std::fs::remove_dir_all(dir.path().join("state")).expect("removes");
            copy(&whole, &path);
            let said = start(dir.path(), Some(point)).wait_with_output().expect("ends");
            assert!(!said.status.success(), "it was not killed at {point}");
            assert!(path.join("sled.old").exists() || path.join("sled.new").exists(), "it was killed elsewhere than at {point}");
            let store = Store::open(&path, Options::new(Clock::System.now())).expect("opens");
            has_all(&store, &dump);
            assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new(), "{point}");
            drop(store);
            assert!(size(&path) < 8 << 20, "{point}: {}", size(&path));
        }
    }
}
