//! The daemon under test: its folder, its watch list, its process and what that costs.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longer than any step takes on a machine that is merely slow.
const PATIENCE: Duration = Duration::from_secs(50);

/// A folder with a watch list, on the disk that the build is on: a folder in memory would make every flush free.
pub struct Scene {
    folder: tempfile::TempDir,
}

/// What is watched.
pub struct List<'a> {
    /// The sources: id and address. Ids other than e-SATJE's are copies of its recipe.
    pub sources: &'a [(String, String)],
    /// Cases of each source; no two sources have the same.
    pub cases: usize,
    /// How often each is visited.
    pub every: &'a str,
    /// The pause between two requests to a source; its recipe's when `None`.
    pub gap: Option<&'a str>,
    /// The address of the receiver.
    pub receiver: Option<std::net::SocketAddr>,
}

/// The n-th case number.
pub fn number(n: usize) -> String {
    format!("17721-2019-{n:05}")
}

impl Scene {
    pub fn new() -> Self {
        Self { folder: tempfile::Builder::new().prefix("b").tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder") }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the watch list.
    pub fn write(&self, list: &List<'_>) {
        let state = self.path("state");
        let mut text = format!(
            "[veedor]\ncontact = \"pruebas@example.org\"\nstate_dir = \"{}\"\nlisten = \"\"\ngroup_wait = \"0s\"\n",
            state.display()
        );
        if let Some(receiver) = list.receiver {
            let _ =
                write!(text, "\n[[channel]]\nid = \"hook\"\nkind = \"webhook\"\nurl = \"http://{receiver}/in\"\nallow_private = true\n");
            let secret = self.path("secret");
            fs::write(&secret, "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=").expect("the secret");
            fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("its mode");
            let _ = writeln!(text, "secret = {{ file = \"{}\" }}", secret.display());
        }
        for (nth, (id, base_url)) in list.sources.iter().enumerate() {
            self.copy_recipe(id);
            let _ = write!(text, "\n[source.{id}]\nbase_url = \"{base_url}\"\n");
            if let Some(gap) = list.gap {
                let _ = writeln!(text, "gap = \"{gap}\"\ndaily = 100000000");
            }
            for n in nth * list.cases..(nth + 1) * list.cases {
                let number = number(n);
                let _ = write!(
                    text,
                    "\n[[case]]\nsource = \"{id}\"\nnumber = \"{number}\"\nname = \"Caso {n}\"\ntags = [\"mesa\"]\nevery = \"{}\"\n",
                    list.every
                );
            }
        }
        fs::write(self.path("watchlist.toml"), text).expect("the watch list");
    }

    fn copy_recipe(&self, id: &str) {
        let shipped = veedor::recipe::shipped().into_iter().find(|(id, _, _)| *id == "ec-esatje");
        let (own, _, text) = shipped.expect("e-SATJE's recipe is shipped");
        if id != own {
            fs::create_dir_all(self.path("recipes")).expect("a folder");
            fs::write(self.path("recipes").join(format!("{id}.toml")), text.replace(own, id)).expect("a recipe");
        }
    }

    /// Starts the daemon and waits until it says that it is ready.
    pub fn start(&self) -> Daemon {
        let path = self.path("notify");
        let _ = fs::remove_file(&path);
        let socket = UnixDatagram::bind(&path).expect("a socket");
        socket.set_read_timeout(Some(PATIENCE)).expect("a bound");
        let log = fs::OpenOptions::new().create(true).append(true).open(self.path("log")).expect("a log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_veedor"));
        command.args(["run", "-c"]).arg(self.path("watchlist.toml")).current_dir(self.folder.path());
        command.env("NOTIFY_SOCKET", &path).env_remove("STATE_DIRECTORY").env_remove("RUST_LOG").stdout(Stdio::null()).stderr(log);
        let began = Instant::now();
        let child = command.spawn().expect("the daemon starts");
        let mut message = [0; 4096];
        loop {
            match socket.recv(&mut message) {
                Ok(length) if String::from_utf8_lossy(&message[..length]).contains("READY=1") => break,
                Ok(_) => {}
                Err(error) => panic!("the daemon is not ready: {error}\n{}", fs::read_to_string(self.path("log")).unwrap_or_default()),
            }
        }
        Daemon { child, ready: began.elapsed() }
    }

    /// The store's folder.
    pub fn store(&self) -> PathBuf {
        self.path("state").join("store")
    }
}

/// A running daemon.
pub struct Daemon {
    child: Child,
    /// From its start until it was ready.
    pub ready: Duration,
}

impl Daemon {
    /// User and system time so far.
    pub fn cpu(&self) -> Duration {
        cpu_of(&self.child.id().to_string())
    }

    /// Resident memory in MiB: now, and the most so far.
    pub fn memory(&self) -> (f64, f64) {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("its status");
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).expect("a figure") / 1024.0
        };
        (field("VmRSS:"), field("VmHWM:"))
    }

    /// Stops it as a service manager does.
    pub fn stop(mut self) {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(told.is_ok_and(|status| status.success()), "the daemon can be told to stop");
        let status = self.child.wait().expect("it ends");
        assert!(status.success(), "the daemon ended with {status}");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// User and system time of a process; Linux counts them in hundredths of a second here on every machine (proc(5), `USER_HZ`).
pub fn cpu_of(pid: &str) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("its times");
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |n: usize| fields[n].parse::<u64>().expect("ticks");
    Duration::from_millis((ticks(11) + ticks(12)) * 10)
}

/// Bytes that a folder takes on the disk.
pub fn disk_of(folder: &Path) -> u64 {
    let mut sum = 0;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        sum += if path.is_dir() { disk_of(&path) } else { entry.metadata().map_or(0, |metadata| metadata.blocks() * 512) };
    }
    sum
}

/// Waits until it is so.
pub fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(5));
    }
}
