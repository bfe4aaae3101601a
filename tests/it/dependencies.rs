//! What is depended on, held to `deny.toml` without cargo-deny: licences, banned packages, registries.
//!
//! `./test` runs cargo-deny itself where it is installed. What cargo knows without the network is enough for these three; advisories need the
//! database. Only packages of this machine's platform are looked at, because cargo has fetched no others.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use toml_edit::DocumentMut;

fn packages() -> Vec<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let host = Command::new(&cargo).arg("-vV").output().expect("cargo runs");
    let host = String::from_utf8_lossy(&host.stdout).into_owned();
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).expect("cargo names its platform").to_owned();
    let asked = ["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", &host];
    let output = Command::new(cargo).args(asked).current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = told["packages"].as_array().expect("packages").clone();
    assert!(packages.len() > 200, "only {} packages; is this the right project?", packages.len());
    packages
}

fn rules() -> DocumentMut {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deny.toml");
    std::fs::read_to_string(path).expect("deny.toml").parse().expect("TOML")
}

/// Whether a licence expression (SPDX, or the older form with slashes) can be met by what is allowed.
fn is_met(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any(&mut rest, allowed) && rest.is_empty()
}

fn any(words: &mut &[&str], allowed: &[&str]) -> bool {
    let mut met = all(words, allowed);
    while words.first() == Some(&"OR") {
        *words = &words[1..];
        met |= all(words, allowed);
    }
    met
}

fn all(words: &mut &[&str], allowed: &[&str]) -> bool {
    let mut met = one(words, allowed);
    while words.first() == Some(&"AND") {
        *words = &words[1..];
        met &= one(words, allowed);
    }
    met
}

fn one(words: &mut &[&str], allowed: &[&str]) -> bool {
    let Some((first, rest)) = words.split_first() else { return false };
    *words = rest;
    if *first == "(" {
        let met = any(words, allowed);
        let closed = words.first() == Some(&")");
        *words = words.get(1..).unwrap_or_default();
        return met && closed;
    }
    let mut name = (*first).to_owned();
    if let ["WITH", exception, rest @ ..] = *words {
        name = format!("{name} WITH {exception}");
        *words = rest;
    }
    allowed.contains(&name.as_str())
}

#[test]
fn a_licence_expression_is_read_as_spdx_has_it() {
    let allowed = ["MIT", "Apache-2.0", "BSD-3-Clause", "Apache-2.0 WITH LLVM-exception"];
    for (expression, met) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("MIT AND GPL-3.0", false),
        ("(Apache-2.0 OR GPL-3.0) AND BSD-3-Clause", true),
        ("MIT OR GPL-3.0 AND GPL-2.0", true),
        ("Unlicense/MIT", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("GPL-3.0 WITH Classpath-exception-2.0", false),
        ("(MIT", false),
        ("", false),
    ] {
        assert_eq!(is_met(expression, &allowed), met, "{expression}");
    }
}

#[test]
fn every_package_has_a_licence_that_is_allowed() {
    let rules = rules();
    let allowed: Vec<&str> = rules["licenses"]["allow"].as_array().expect("a list").iter().filter_map(|value| value.as_str()).collect();
    let refused: Vec<String> = packages()
        .iter()
        .filter(|package| !is_met(package["license"].as_str().unwrap_or_default(), &allowed))
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    assert!(refused.is_empty(), "licences that deny.toml does not allow: {refused:#?}");
}

#[test]
fn no_package_is_banned_or_from_elsewhere() {
    let rules = rules();
    let banned: Vec<&str> = rules["bans"]["deny"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|value| value.as_inline_table()?.get("crate")?.as_str())
        .collect();
    assert!(!banned.is_empty());
    for key in ["unknown-registry", "unknown-git"] {
        assert_eq!(rules["sources"][key].as_str(), Some("deny"));
    }
    for package in packages() {
        let name = package["name"].as_str().unwrap_or_default();
        assert!(!banned.contains(&name), "{name} is banned by deny.toml");
        let from = package["source"].as_str();
        let is_ours = from.is_none() && name == "veedor";
        assert!(is_ours || from.is_some_and(|from| from.contains("crates.io-index")), "{name} comes from {from:?}");
    }
}
