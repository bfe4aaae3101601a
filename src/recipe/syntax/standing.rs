//! What a source says of itself: whether it is polled at all, whether anyone saw it answer; and the sites that have no recipe.
//!
//! Called by the recipe's own parser, and by `walled` for its list.

use std::collections::BTreeSet;

use super::{is_address, is_id};
use crate::diag::{self, Problem, Reader, Sink};
use crate::domain::fold::collapse;
use crate::recipe::walled::WalledSite;

/// What a recipe says of its source: each a sentence, and what readers see in Spanish too.
pub struct Standing {
    pub import_only: Option<String>,
    pub import_only_es: Option<String>,
    pub how: Option<String>,
    pub unverified: Option<String>,
    pub unverified_es: Option<String>,
}

/// Reads it. What is said in Spanish alone is a mistake: other readers would not know it.
pub fn standing(reader: &mut Reader<'_>) -> Standing {
    let [import_only, import_only_es, how, unverified, unverified_es] =
        ["import_only", "import_only_es", "how", "unverified", "unverified_es"].map(|key| sentence(reader, key));
    for (es, en, key) in [(&import_only_es, &import_only, "import_only"), (&unverified_es, &unverified, "unverified")] {
        if es.is_some() && en.is_none() {
            let key_es = format!("{key}_es");
            reader.report(&key_es, format!("`{key_es}` stands without `{key}`"), Some(format!("say it in English in `{key}` too")));
        }
    }
    if how.is_some() && import_only.is_none() {
        let help = "say in import_only why it is not polled, or leave `how` out".to_owned();
        reader.report("how", "`how` is for a source that is not polled", Some(help));
    }
    Standing { import_only, import_only_es, how, unverified, unverified_es }
}

/// The sites of `walled.toml`, or every mistake in it.
pub fn walled_sites(file: &str, text: &str) -> Result<Vec<WalledSite>, Vec<Problem>> {
    let sink = Sink::new(file, text);
    let Some(document) = diag::parse(&sink) else { return Err(sink.into_problems()) };
    let mut reader = Reader::root(&document, &sink);
    let (mut sites, mut ids) = (Vec::new(), BTreeSet::new());
    for mut site in reader.tables("site") {
        let id = site.required_text("id").filter(|id| is_id(&site, id));
        let address = site.required_text("address").filter(|address| is_address(&site, address));
        let [title, why, how] = ["title", "why", "how"].map(|key| {
            site.required(key, "a sentence");
            sentence(&mut site, key)
        });
        site.finish();
        let (Some(id), Some(address), Some(title), Some(why), Some(how)) = (id, address, title, why, how) else { continue };
        if !ids.insert(id.value.clone()) {
            let message = format!("\"{}\" is there twice", id.value);
            sink.report(id.span, message, Some("leave one of the two out".to_owned()));
        }
        sites.push(WalledSite { id: id.value, title, address: address.value, why, how });
    }
    reader.finish();
    if sink.is_empty() { Ok(sites) } else { Err(sink.into_problems()) }
}

/// A text in one line that says something.
fn sentence(reader: &mut Reader<'_>, key: &str) -> Option<String> {
    let text = reader.text(key)?;
    let line = collapse(&text.value);
    if line.is_empty() {
        let help = "a sentence that says why, or leave it out".to_owned();
        reader.sink().report(text.span, format!("`{key}` is empty"), Some(help));
        return None;
    }
    Some(line)
}
