//! Lists the data under `jurisdictions/` for `include_str!`, so that a court is added without a line of Rust.
//!
//! Writes `recipes.rs`, `lexicons.rs`, `junk.rs`, `languages.rs`, `privacy.rs`, `clocks.rs` and `calendars.rs` into the build's folder, each a slice of (id, file, text). Every
//! `jurisdictions/<jurisdiction>/<name>.toml` is a recipe except the names in `NOT_RECIPES`. That they compile is for the
//! tests of `recipe` and `meaning` to show.
//!
//! The examples of events under docs/events go the same way into `examples.rs`, for the description of the API.
//!
//! It also says which code reads dockets, as `VEEDOR_READING_CODE`: a kept reading of another code is not used (`delay/clocks/readings.rs`).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What a jurisdiction's folder holds beside its recipes.
const NOT_RECIPES: [&str; 5] = ["lexicon", "junk", "calendar", "clocks", "privacy"];

/// The code that decides what a docket is read as: the readings in `delay/clocks` with everything that `delay` may use, and what it is
/// linked with.
const READS: [&str; 7] = ["src/domain", "src/diag", "src/wire", "src/days", "src/meaning", "src/delay/clocks", "Cargo.lock"];

fn main() {
    println!("cargo::rerun-if-changed=jurisdictions");
    println!("cargo::rerun-if-changed=build.rs");
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    let [mut recipes, mut lexicons, mut junk, mut languages, mut privacy, mut clocks, mut calendars] = [const { Vec::new() }; 7];
    for folder in sorted(&root.join("jurisdictions")).into_iter().filter(|path| path.is_dir()) {
        let jurisdiction = stem(&folder);
        for file in sorted(&folder).into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "toml")) {
            let name = stem(&file);
            if jurisdiction == "lang" {
                languages.push((name, file));
            } else if name == "lexicon" {
                lexicons.push((jurisdiction.clone(), file));
            } else if name == "junk" {
                junk.push((jurisdiction.clone(), file));
            } else if name == "privacy" {
                privacy.push((jurisdiction.clone(), file));
            } else if name == "clocks" {
                clocks.push((jurisdiction.clone(), file));
            } else if name == "calendar" {
                calendars.push((jurisdiction.clone(), file));
            } else if !NOT_RECIPES.contains(&name.as_str()) {
                recipes.push((id_in(&file), file));
            }
        }
    }
    let lists = [
        ("recipes.rs", recipes),
        ("lexicons.rs", lexicons),
        ("junk.rs", junk),
        ("languages.rs", languages),
        ("privacy.rs", privacy),
        ("clocks.rs", clocks),
        ("calendars.rs", calendars),
    ];
    for (name, list) in lists {
        std::fs::write(out.join(name), table(&root, &list)).expect("the build's folder can be written");
    }
    println!("cargo::rerun-if-changed=docs/events/examples");
    let examples = sorted(&root.join("docs/events/examples")).into_iter().map(|file| (stem(&file), file)).collect::<Vec<_>>();
    std::fs::write(out.join("examples.rs"), table(&root, &examples)).expect("the build's folder can be written");
    let mut code = FNV_BASIS;
    for place in READS {
        println!("cargo::rerun-if-changed={place}");
        read_by(&root.join(place), &mut code);
    }
    println!("cargo::rustc-env=VEEDOR_READING_CODE={code:032x}");
}

const FNV_BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const FNV_PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// Takes the files of a place into a hash (FNV-1a of 128 bits: nobody chooses the code to deceive it), each with its name.
fn read_by(place: &Path, code: &mut u128) {
    if place.is_dir() {
        return sorted(place).iter().for_each(|path| read_by(path, code));
    }
    // A package may come without the list of what it is linked with.
    let text = std::fs::read(place).unwrap_or_default();
    let name = place.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    for byte in name.bytes().chain(text.len().to_le_bytes()).chain(text) {
        *code = (*code ^ u128::from(byte)).wrapping_mul(FNV_PRIME);
    }
}

fn table(root: &Path, list: &[(String, PathBuf)]) -> String {
    let mut text = "&[\n".to_owned();
    for (id, file) in list {
        let short = file.strip_prefix(root).expect("below the root").display().to_string();
        writeln!(text, "    ({id:?}, {short:?}, include_str!({:?})),", file.display().to_string()).expect("a text grows");
    }
    text + "]\n"
}

/// The id that a recipe gives itself, above its first table.
fn id_in(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let head = text.lines().take_while(|line| !line.trim_start().starts_with('['));
    let value = head.filter_map(|line| line.trim().strip_prefix("id")?.trim_start().strip_prefix('=')).next();
    let id = value.and_then(|value| value.split(['"', '\'']).nth(1));
    id.unwrap_or_else(|| panic!("{}: a recipe begins with id = \"…\"", file.display())).to_owned()
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}
