//! What is scraped, what alerts on it, and what lies on the disk for others to read.

use std::collections::BTreeSet;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::operation::http_get;
use crate::world::World;

const A: &str = "17721-2024-00011G";
const RULES: &str = include_str!("../../../docs/prometheus/veedor.rules.yml");
const NIGHTS: &str = include_str!("../../../docs/prometheus/veedor.tests.yml");
const PAGE: &str = include_str!("../../../docs/observing.md");

/// The names of metrics in a text.
fn metrics(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("veedor_")).map(str::to_owned).collect()
}

/// promtool plays the nights; that none is missing is for us to see.
#[test]
fn each_alert_is_quiet_on_the_calm_day_has_a_night_and_waits_as_long_as_it_says() {
    let (calm, nights) = NIGHTS.split_once("  - name: backups").expect("the calm day is the first");
    let rules: Vec<&str> = RULES.split("- alert: ").skip(1).collect();
    assert!(rules.len() > 9, "{rules:?}");
    // Of the nights: what an alert is, and whether it fires there.
    let asked: Vec<(&str, bool)> = nights
        .split("eval_time: ")
        .skip(1)
        .map(|at| (at.split_once("alertname: ").expect("a name").1, at.contains("exp_alerts:")))
        .map(|(name, fires)| (name.split(|c: char| !c.is_ascii_alphanumeric()).next().expect("a word"), fires))
        .collect();
    for rule in rules {
        let name = rule.lines().next().expect("a name");
        assert!(calm.contains(&format!("alertname: {name}}}")), "{name} is not asked on the calm day");
        assert!(asked.contains(&(name, true)), "{name} has no night");
        assert!(!rule.contains("for: ") || asked.contains(&(name, false)), "{name} waits, and no moment before is asked");
    }
}

#[test]
fn alerts_and_documents_name_what_the_daemon_shows() {
    let mut world = World::new(&[A]);
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address").port();
    let list = world.list.replace(
        "listen = \"\"",
        &format!("listen = \"127.0.0.1:{port}\"\ndead_man = {{ url = \"https://127.0.0.1/x\", allow_private = true }}"),
    );
    world.write(&list);
    world.start();
    world.visits(2);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>OBS001 VISTOS.</p>");
    world.told("OBS001");
    // What the minute's look counts is there from its first round on.
    let shown = loop {
        let (_, answer) = http_get(port, "/metrics");
        let text = answer.split_once("\r\n\r\n").expect("a body").1.to_owned();
        if ["veedor_disk_free_bytes", "veedor_outbox_rows", "veedor_conditions", "veedor_delivery_latency_seconds"]
            .iter()
            .all(|name| text.contains(name))
        {
            break text;
        }
    };
    let families: BTreeSet<String> =
        shown.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).map(str::to_owned).collect();
    // This comes with the first request of a recipient.
    let is_shown = |name: &String| families.contains(name) || name == "veedor_recipient_requests_total";
    let silent = |text: &str| metrics(text).into_iter().filter(|name| !is_shown(name)).collect::<Vec<_>>();
    assert!(silent(RULES).is_empty(), "alerts on what is never shown: {:?}", silent(RULES));
    assert!(silent(PAGE).is_empty(), "documented and never shown: {:?}", silent(PAGE));
    let unsaid: Vec<_> = families.iter().filter(|name| !PAGE.contains(name.as_str())).collect();
    assert!(unsaid.is_empty(), "shown and not documented: {unsaid:?}");
    promtool_accepts(&shown);
    world.finish();
}

/// `./test` says where promtool is; without it this part is named as skipped there.
fn promtool_accepts(shown: &str) {
    let Some(promtool) = std::env::var_os("VEEDOR_TEST_PROMTOOL") else { return };
    let mut asked = Command::new(promtool)
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool runs");
    asked.stdin.take().expect("its input").write_all(shown.as_bytes()).expect("it reads");
    let said = asked.wait_with_output().expect("it ends");
    let words = format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success() && words.trim().is_empty(), "{words}");
}

/// Everything below a folder, with it.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut all = vec![folder.to_owned()];
    let mut at = 0;
    while let Some(path) = all.get(at).cloned() {
        at += 1;
        if path.is_dir() {
            all.extend(std::fs::read_dir(&path).expect("a folder").flatten().map(|entry| entry.path()));
        }
    }
    all
}

#[test]
fn what_is_kept_is_for_nobody_else_whatever_the_umask_is() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.ok(&["backup", &world.path("copies").display().to_string()]);
    world.ok(&["export", "--to", &world.path("copies/all.jsonl").display().to_string()]);
    let kept: Vec<PathBuf> = [below(&world.state_dir()), below(&world.path("copies"))].concat();
    assert!(kept.len() > 6, "{kept:?}");
    for path in kept {
        let Ok(held) = std::fs::symlink_metadata(&path) else { continue };
        let mode = held.permissions().mode() & 0o777;
        assert_eq!(mode & 0o077, 0, "{} is {mode:o}", path.display());
    }
    world.finish();
}
