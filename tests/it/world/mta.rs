//! A real mail server: a Postfix of the test's own, with TLS, passwords and Maildirs, in a folder of its own on loopback.
//!
//! `tests/judges/postfix` sets it up and runs it; that takes root and the packages that `./test` installs. Without them a story says so and
//! ends, unless `VEEDOR_TEST_MTA` is set: then that is a failure.

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::PATIENCE;

/// Who may send, and the password.
pub const USER: &str = "veedor";
pub const PASSWORD: &str = "clave ficticia";

/// The server.
pub struct Mta {
    folder: tempfile::TempDir,
    running: Child,
    /// The port with TLS from the first byte.
    pub tls: u16,
    /// The port with STARTTLS.
    pub starttls: u16,
}

impl Mta {
    /// The server, listening; `None` when there can be none here, which is said.
    pub fn open() -> Option<Self> {
        if let Err(why) = possible() {
            assert!(std::env::var_os("VEEDOR_TEST_MTA").is_none(), "{why}");
            eprintln!("skipped: no real mail server: {why}");
            return None;
        }
        // Its processes run under other users, and look into it.
        let open_to_all = std::fs::Permissions::from_mode(0o755);
        let folder = tempfile::Builder::new().prefix("veedor-mta-").permissions(open_to_all).tempdir().expect("a temporary folder");
        let (tls, starttls) = free_ports();
        let log = std::fs::File::create(folder.path().join("setup")).expect("a log");
        let running = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/postfix"))
            .arg(folder.path())
            .args([tls.to_string(), starttls.to_string()])
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the same log"))
            .stderr(log)
            .spawn()
            .expect("it starts");
        let mut mta = Self { folder, running, tls, starttls };
        for port in [tls, starttls] {
            mta.wait_until("it listens", |_| TcpStream::connect(("127.0.0.1", port)).is_ok());
        }
        Some(mta)
    }

    /// The certificate of the authority that vouches for it.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// The mails that lie in somebody's box, as they came.
    pub fn mails(&self, user: &str) -> Vec<String> {
        let Ok(files) = std::fs::read_dir(self.folder.path().join("boxes").join(user).join("new")) else { return Vec::new() };
        let read = |file: std::io::Result<std::fs::DirEntry>| std::fs::read_to_string(file.ok()?.path()).ok();
        files.filter_map(read).collect()
    }

    /// What it logged.
    pub fn log(&self) -> String {
        let read = |name: &str| std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        read("setup") + &read("log")
    }

    /// Waits until this is so.
    pub fn wait_until(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !so(self) {
            let ended = self.running.try_wait().expect("its state");
            assert!(ended.is_none() && Instant::now() < end, "not so: {what}; ended: {ended:?}\n{}", self.log());
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }
}

impl Drop for Mta {
    fn drop(&mut self) {
        // Politely, so that it ends its own processes too.
        let _ = Command::new("kill").arg(self.running.id().to_string()).status();
        let _ = self.running.wait();
    }
}

fn possible() -> Result<(), String> {
    if std::fs::metadata("/proc/self").map_or(1, |own| own.uid()) != 0 {
        return Err("Postfix starts as root only".to_owned());
    }
    let folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map(Path::new);
    let missing: Vec<&str> = ["postfix", "postconf", "saslpasswd2", "openssl"]
        .into_iter()
        .filter(|program| !folders.iter().any(|folder| folder.join(program).exists()))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("{} not installed (apt-get install postfix sasl2-bin openssl)", missing.join(", ")))
    }
}

/// Two ports that are free now.
fn free_ports() -> (u16, u16) {
    let [one, other] = [(), ()].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    let port = |listener: &TcpListener| listener.local_addr().expect("bound").port();
    (port(&one), port(&other))
}
