//! Judges in another language: packages that others wrote, asked about what veedor really sent.
//!
//! `tests/judges/NAME.py` reads JSON from standard input and writes its verdict as JSON; its packages stand in
//! `tests/judges/requirements.txt`, and `tests/judges/install` (which `./test` calls) puts them into `target/judges`. Nothing is
//! installed from here. Without them a story says so and ends, unless `VEEDOR_TEST_JUDGES` is set: then that is a failure.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The interpreter with the packages, or why there is none.
pub fn python() -> Result<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (python, wanted) = (root.join("target/judges/bin/python"), root.join("tests/judges/requirements.txt"));
    if !python.exists() {
        return Err("the judges are not installed; run tests/judges/install".to_owned());
    }
    // The installer copies the list at the end, so that half an installation is none.
    let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
    if read(&root.join("target/judges/requirements.txt")) != read(&wanted) {
        return Err("the judges are not those of tests/judges/requirements.txt; run tests/judges/install".to_owned());
    }
    Ok(python)
}

/// What the judge says; `None` when there is none here, which is said.
pub fn ask(judge: &str, about: &Value) -> Option<Value> {
    let python = match python() {
        Ok(python) => python,
        Err(why) => {
            assert!(std::env::var_os("VEEDOR_TEST_JUDGES").is_none(), "{why}");
            eprintln!("skipped: {judge}: {why}");
            return None;
        }
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges").join(judge).with_extension("py");
    let mut asked = Command::new(python)
        .args(["-B", "-I"])
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the judge starts");
    // It reads all before it writes, so that nothing can wait for the other.
    asked.stdin.take().expect("a pipe").write_all(about.to_string().as_bytes()).expect("it listens");
    let said = asked.wait_with_output().expect("it ends");
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success(), "the judge {judge} failed:\n{err}");
    Some(serde_json::from_str(&out).unwrap_or_else(|_| panic!("the judge {judge} does not print JSON:\n{out}{err}")))
}
