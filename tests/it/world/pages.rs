//! Whoever reaches the address in `listen`: plain HTTP by hand, so that every header is what a story says, and a real browser.
//!
//! The browser is Chromium, driven by `tests/judges/browser.py`. Without it, or without the judges' packages, a story says so and ends, unless
//! `VEEDOR_TEST_BROWSER` is set: then that is a failure.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::World;
use super::judges;

/// An answer.
pub struct Page {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Page {
    /// A header by its lower-case name.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The body.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl World {
    /// Has the daemon listen on a free port of this machine from its next start on, and says which.
    pub fn listens(&mut self) -> u16 {
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address").port();
        self.list = self.list.replace("listen = \"\"", &format!("listen = \"127.0.0.1:{port}\""));
        self.write(&self.list);
        port
    }
}

/// Asks, with these header lines and no others but the host, the length and that the connection ends.
pub fn ask(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Page {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    if !headers.iter().any(|(name, _)| *name == "host") {
        head.push_str(&format!("host: 127.0.0.1:{port}\r\n"));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).expect("it takes a request");
    // One that is refused before its body is read may be cut off while it is sent.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok()).expect("a status");
    let headers: Vec<(String, String)> =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let body = &answer[end + 4..];
    let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    Page { status, headers, body: if chunked { joined(body) } else { body.to_vec() } }
}

/// A body that came in chunks.
fn joined(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = body.windows(2).position(|two| two == b"\r\n") {
        let size = String::from_utf8_lossy(&body[..end]);
        let size = usize::from_str_radix(size.trim(), 16).expect("a size");
        if size == 0 {
            break;
        }
        whole.extend(&body[end + 2..end + 2 + size]);
        body = &body[end + 4 + size..];
    }
    whole
}

/// Looks.
pub fn get(port: u16, path: &str) -> Page {
    ask(port, "GET", path, &[], b"")
}

/// Sends a form as a page of this address would.
pub fn post(port: u16, path: &str, form: &str) -> Page {
    let origin = format!("http://127.0.0.1:{port}");
    ask(port, "POST", path, &[("origin", &origin), ("content-type", "application/x-www-form-urlencoded")], form.as_bytes())
}

/// Chromium, or why there is none.
fn chromium() -> Result<PathBuf, String> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name))).find(|file| file.is_file());
    found.ok_or_else(|| "no Chromium is installed (apt-get install chromium)".to_owned())
}

/// A browser that keeps its cookies from one walk to the next.
pub struct Browser {
    base: String,
    chromium: PathBuf,
    state: tempfile::NamedTempFile,
    walked: bool,
    pub width: u32,
    pub scheme: &'static str,
    pub script: bool,
    /// Whether the Nu HTML checker reads the pages, where `VEEDOR_TEST_VNU` says where it is.
    pub nu: bool,
}

/// The Nu HTML checker (`vnu.jar`), which `./test` fetches where there is Java.
fn nu() -> Option<PathBuf> {
    let jar = std::env::var_os("VEEDOR_TEST_VNU").map(PathBuf::from);
    if jar.is_none() {
        eprintln!("skipped: the Nu HTML checker: VEEDOR_TEST_VNU does not say where vnu.jar is");
    }
    jar
}

impl Browser {
    /// One for the pages at this port; `None` when there is none here, which is said.
    pub fn open(port: u16) -> Option<Self> {
        let found = judges::python().and_then(|_| chromium());
        let chromium = match found {
            Ok(chromium) => chromium,
            Err(why) => {
                assert!(std::env::var_os("VEEDOR_TEST_BROWSER").is_none(), "{why}");
                eprintln!("skipped: the browser: {why}");
                return None;
            }
        };
        let state = tempfile::NamedTempFile::new().expect("a file");
        Some(Self {
            base: format!("http://127.0.0.1:{port}"),
            chromium,
            state,
            walked: false,
            width: 1280,
            scheme: "light",
            script: true,
            nu: false,
        })
    }

    /// Walks these steps; fails with the first that is not as it should be, and with what is wrong with the pages that it came by. How many pages
    /// were looked at, on how many of them stood what a hostile court writes, and how many texts the Nu checker read.
    pub fn walk(&mut self, steps: &[Value]) -> Value {
        let said = judges::ask(
            "browser",
            &json!({
                "base": self.base, "chromium": self.chromium, "state": self.state.path(), "resume": self.walked, "width": self.width,
                "scheme": self.scheme, "script": self.script, "steps": steps, "nu": self.nu.then(nu).flatten(),
            }),
        );
        let said = said.expect("the judges were here a moment ago");
        assert!(said["pages"].as_u64() > Some(0), "no page was looked at: {said}");
        self.walked = true;
        said
    }
}
