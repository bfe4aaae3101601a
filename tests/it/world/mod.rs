//! A world on loopback: a court, a mailbox, a webhook receiver, and the real binary between them.
//!
//! Everything runs on plain threads and waits on conditions, never on time alone. The court speaks e-SATJE's wire shape
//! from the description in the documentation of the source, with faults on script.

pub mod audit;
pub mod court;
pub mod dice;
pub mod fault;
pub mod hooks;
pub mod http;
pub mod judges;
pub mod ledger;
pub mod mailbox;
pub mod mta;
pub mod pages;
pub mod published;
pub mod routes;
pub mod saj;
pub mod state;

use std::path::PathBuf;
use std::process::{Child, Command, Output};
use std::time::{Duration, Instant};

use court::Court;
use hooks::Hooks;
use mailbox::Mailbox;

/// No condition takes longer than this on a machine that is merely slow.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The world.
pub struct World {
    folder: tempfile::TempDir,
    pub court: Court,
    pub hooks: Hooks,
    pub mailbox: Mailbox,
    daemon: Option<Child>,
    pub list: String,
}

impl World {
    /// A world with these cases, nothing running yet.
    pub fn new(numbers: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("veedor-it-").tempdir().expect("a temporary folder");
        let (court, hooks, mailbox) = (Court::open(), Hooks::open(), Mailbox::open());
        for number in numbers {
            court.add_case(number);
        }
        let mut world = Self { folder, court, hooks, mailbox, daemon: None, list: String::new() };
        world.list = world.watchlist(numbers);
        world.write(&world.list);
        world
    }

    /// The watch list for these cases.
    pub fn watchlist(&self, numbers: &[&str]) -> String {
        let mut list = format!(
            r#"[veedor]
contact = "pruebas@example.org"
state_dir = "{state}"
listen = ""
every = "100ms"
group_wait = "0s"
confirm = {{ visits = 3, span = "0s" }}

[smtp]
host = "127.0.0.1"
port = {smtp}
tls = "none"
from = "Veedor <veedor@example.org>"

[source.ec-esatje]
base_url = "{court}"
gap = "0s"
every = "100ms"
daily = 1000000
timeout = "5s"

[[channel]]
id = "hook"
kind = "webhook"
url = "{hook}"
secret = {{ file = "{secret}" }}
allow_private = true
retry = ["200ms", "200ms", "1s", "1s", "2s", "4s", "8s"]

[[channel]]
id = "mail"
kind = "email"
to = ["mesa@example.org"]
retry = ["200ms", "200ms", "1s", "1s", "2s", "4s", "8s"]
"#,
            state = self.state_dir().display(),
            smtp = self.mailbox.port(),
            court = self.court.base(),
            hook = self.hooks.url(),
            secret = self.path("secret").display(),
        );
        for number in numbers {
            list.push_str(&format!("\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"{number}\"\nname = \"Caso {number}\"\n"));
        }
        let secret = self.path("secret");
        std::fs::write(&secret, hooks::SECRET).expect("the secret");
        std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("its mode");
        list
    }

    /// Writes the watch list.
    pub fn write(&self, list: &str) {
        std::fs::write(self.path("watchlist.toml"), list).expect("the watch list");
    }

    /// A path in the world's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The store's folder.
    pub fn state_dir(&self) -> PathBuf {
        self.path("state")
    }

    /// Starts the daemon.
    pub fn start(&mut self) {
        self.start_with(&[]);
    }

    /// Starts the daemon with more environment.
    pub fn start_with(&mut self, environment: &[(&str, &str)]) {
        let mut command = self.command(&["run", "-v"]);
        command.envs(environment.iter().copied());
        self.start_as(command);
    }

    /// Starts the daemon below another program, which has to become it.
    pub fn start_below(&mut self, program: &[&str]) {
        let inner = self.command(&["run", "-v"]);
        let mut command = Command::new(program[0]);
        command.args(&program[1..]).arg(inner.get_program()).args(inner.get_args()).current_dir(self.folder.path());
        for (name, value) in inner.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        self.start_as(command);
    }

    fn start_as(&mut self, mut command: Command) {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.path("log")).expect("a log");
        let out = std::fs::OpenOptions::new().create(true).append(true).open(self.path("out")).expect("a file");
        self.daemon = Some(command.stdout(out).stderr(log).spawn().expect("the daemon starts"));
    }

    /// The daemon's process.
    pub fn pid(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_child(self.daemon.as_ref().expect("a daemon runs"))
    }

    /// Starts the daemon with a standard output that nobody reads.
    pub fn start_unread(&mut self) {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.path("log")).expect("a log");
        let mut command = self.command(&["run", "-v"]);
        command.stdout(std::process::Stdio::piped()).stderr(log);
        self.daemon = Some(command.spawn().expect("the daemon starts"));
    }

    /// Writes the watch list with some words replaced, and has the daemon read it.
    pub fn reload_with(&mut self, changes: &[(&str, &str)]) {
        for (before, after) in changes {
            assert!(self.list.contains(before), "the watch list has no {before}");
            self.list = self.list.replace(before, after);
        }
        self.write(&self.list);
        self.ok(&["reload"]);
    }

    /// What `veedor deliveries` lists.
    pub fn deliveries(&self, more: &[&str]) -> Vec<serde_json::Value> {
        let listed = self.ok(&[&["deliveries", "--json", "--limit", "100000"], more].concat());
        let listed: serde_json::Value = serde_json::from_str(&listed).expect("JSON");
        listed["deliveries"].as_array().expect("a list").clone()
    }

    /// Waits, visit by visit, until this is so.
    pub fn until(&self, what: &str, so: impl Fn(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !so(self) {
            assert!(Instant::now() < end, "{what}: {:#?}\n{}", self.deliveries(&[]), self.log());
            self.visits(1);
        }
    }

    /// A command against this world, to be run in another environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_veedor"));
        command.args(arguments).arg("-c").arg(self.path("watchlist.toml")).current_dir(self.folder.path());
        for service in ["STATE_DIRECTORY", "RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "CREDENTIALS_DIRECTORY"] {
            command.env_remove(service);
        }
        command.env_remove("NOTIFY_SOCKET").env_remove("VEEDOR_FAILPOINT").env("HOME", self.folder.path());
        command
    }

    /// Runs a command against this world.
    pub fn veedor(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the command runs")
    }

    /// Runs a command that must end well; its standard output.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.veedor(arguments);
        let (out, err) = (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned());
        assert!(output.status.success(), "veedor {arguments:?} ended with {:?}\n{out}{err}", output.status.code());
        out
    }

    /// Runs a command that must end with this code and say these words on standard error; all that it said there.
    pub fn no(&self, arguments: &[&str], code: i32, words: &str) -> String {
        let output = self.veedor(arguments);
        let (out, err) = (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned());
        assert_eq!(output.status.code(), Some(code), "veedor {arguments:?}\n{out}{err}");
        assert!(err.contains(words) && !err.contains("panicked"), "veedor {arguments:?} does not say \"{words}\"\n{out}{err}");
        err
    }

    /// Runs a command that must end well; its standard output as JSON.
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let out = self.ok(arguments);
        serde_json::from_str(&out).unwrap_or_else(|_| panic!("veedor {arguments:?} does not print JSON:\n{out}"))
    }

    /// Kills the daemon with SIGKILL.
    pub fn kill(&mut self) {
        let mut daemon = self.daemon.take().expect("a daemon runs");
        daemon.kill().expect("it can be killed");
        daemon.wait().expect("it ended");
    }

    /// How the daemon ended, when it did; it is none that runs any more then.
    pub fn has_ended(&mut self) -> Option<std::process::ExitStatus> {
        let status = self.daemon.as_mut().expect("a daemon was started").try_wait().expect("its state")?;
        self.daemon = None;
        Some(status)
    }

    /// The end of what the daemon logged, without the everyday requests.
    pub fn last_words(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().filter(|line| !line.contains(" DEBUG asked ")).collect();
        lines[lines.len().saturating_sub(60)..].join("\n")
    }

    /// Sends a signal by name.
    pub fn signal(&self, name: &str) {
        let pid = self.daemon.as_ref().expect("a daemon runs").id().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &pid]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// Waits for the daemon to end by itself; its exit code.
    pub fn ended(&mut self) -> Option<i32> {
        let mut daemon = self.daemon.take().expect("a daemon runs");
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = daemon.try_wait().expect("its state") {
                return status.code();
            }
            if Instant::now() > until {
                let _ = daemon.kill();
                panic!("the daemon did not end\n{}", self.log());
            }
            std::thread::yield_now();
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }

    /// Stops the daemon politely; its exit code.
    pub fn stop(&mut self) -> Option<i32> {
        self.signal("TERM");
        self.ended()
    }

    /// What the daemon logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// Waits until the daemon logged this.
    pub fn logged(&self, words: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.log().contains(words) {
            assert!(Instant::now() < until, "the daemon did not log {words:?}\n{}", self.log());
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }

    /// What the daemon printed.
    pub fn out(&self) -> String {
        std::fs::read_to_string(self.path("out")).unwrap_or_default()
    }

    /// Waits until every case was asked for its acts `more` times.
    pub fn visits(&self, more: u64) {
        assert!(self.court.wait_visits(more), "the court was not visited\n{}", self.log());
    }

    /// Waits until this token arrived on both channels.
    pub fn told(&self, token: &str) {
        assert!(self.hooks.wait_for(|got| got.iter().any(|hook| hook.body.contains(token))), "no webhook with {token}\n{}", self.log());
        assert!(self.mailbox.wait_for(|got| got.iter().any(|mail| mail.text.contains(token))), "no mail with {token}\n{}", self.log());
    }

    /// The deliveries that nobody has yet and that somebody is to have.
    fn left(&self) -> Vec<serde_json::Value> {
        let mut left = self.deliveries(&[]);
        left.retain(|delivery| !["delivered", "dropped", "muted"].contains(&delivery["state"].as_str().unwrap_or_default()));
        left
    }

    /// Ends the story: nothing may be left to send, nothing was told twice, every signature was good, the store is whole.
    pub fn finish(mut self) {
        if self.daemon.is_some() {
            // A story waits for what it looks at; another channel may have its message a moment later.
            let began = Instant::now();
            while !self.left().is_empty() && began.elapsed() < PATIENCE {}
            assert_eq!(self.stop(), Some(0), "the daemon did not end well\n{}", self.log());
        }
        let kept = self.state_dir().join("store").exists();
        if kept {
            let left = self.left();
            assert!(left.is_empty(), "deliveries are left: {left:#?}\n{}", self.log());
        }
        assert_eq!(self.hooks.bad_signatures(), 0, "webhooks with bad signatures");
        self.hooks.no_event_twice();
        published::hold(&self.hooks.got());
        assert_eq!(self.court.searches(), 0, "the search endpoints were used");
        assert!(!self.log().contains("panicked"), "something panicked\n{}", self.log());
        if kept {
            self.ok(&["fsck"]);
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}
