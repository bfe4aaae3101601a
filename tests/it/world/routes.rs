//! The routes of the address in `listen` as the sources write them, so that whoever adds one need not think of a list of them.

use std::collections::BTreeSet;
use std::path::Path;

/// A route: its method, and its path with `{name}` for what varies.
pub type Route = (String, String);

/// Every route of the dashboard, of the feeds, of what is public and of recipients, without those of the API.
pub fn of_pages() -> BTreeSet<Route> {
    let mut routes = BTreeSet::new();
    let mut unread = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            for other in [".nest(", ".route_service(", ".nest_service(", "MethodRouter", "on("] {
                let is_word = |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
                unread.extend(text.match_indices(other).filter(|(at, _)| is_word(*at)).map(|_| format!("{}: {other}", path.display())));
            }
            for rest in text.split(".route(").skip(1) {
                let Some(route) = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next()) else {
                    // The two files of the pages, which stand under the sum of what is in them.
                    if !rest.starts_with("&assets::") {
                        unread.push(format!("{}: {}", path.display(), rest.lines().next().unwrap_or_default()));
                    }
                    continue;
                };
                let call = rest.split(".route(").next().expect("a part");
                let call = call.split("\n        .").next().expect("a part").split(".merge(").next().expect("a part");
                let handler = call.trim_start()[route.len() + 2..].trim_start_matches([',', ' ', '\n']);
                let of = |word: &str| handler.starts_with(word) || (word != "get(" && handler.contains(word));
                let methods = [("get(", "GET"), ("post(", "POST"), ("put(", "PUT"), ("delete(", "DELETE"), ("patch(", "PATCH")];
                let found: Vec<_> = methods.into_iter().filter(|(word, _)| of(word)).collect();
                if found.is_empty() && route != "/api/{*path}" {
                    unread.push(format!("{}: {route}", path.display()));
                }
                routes.extend(found.into_iter().map(|(_, method)| (method.to_owned(), route.to_owned())));
            }
        }
    }
    assert!(unread.is_empty(), "routes that are written in a way that is not read here: {unread:?}");
    routes
}

/// Every route of the API over the network.
pub fn of_api() -> BTreeSet<Route> {
    let rows = veedor::ask::route::TABLE.iter().flat_map(|part| part.iter()).filter(|row| !row.console);
    rows.map(|row| (row.method.name().to_owned(), format!("{}{}", veedor::ask::route::ROOT, row.path))).collect()
}

/// A path with this for all that varies.
pub fn filled(path: &str, with: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { with } else { part }).collect::<Vec<_>>().join("/")
}

/// Whether an address, with or without a question, is one of this route.
pub fn leads_to(address: &str, path: &str) -> bool {
    let address = address.split('?').next().unwrap_or_default();
    let (parts, wanted): (Vec<&str>, Vec<&str>) = (address.split('/').collect(), path.split('/').collect());
    parts.len() == wanted.len() && parts.iter().zip(wanted).all(|(part, wanted)| wanted.starts_with('{') || *part == wanted)
}
