//! `[public]`: the tags whose cases are shown to everybody, on a page for a newsroom's site.
//!
//! Off while the table is absent. What is shown of a case is redacted like a message; the web serves it. It decides nothing else.

use std::collections::BTreeSet;

use url::{Position, Url};

use crate::diag::{At, Reader, suggestion};

use super::scope::Scope;

/// The longest title, in characters.
const LONGEST_TITLE: usize = 120;

/// What everybody may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Showcase {
    /// The tags, each a page.
    pub tags: Vec<String>,
    /// What stands above the page; the tag when absent.
    pub title: Option<String>,
    /// The sites whose pages may frame it, as origins; empty: any.
    pub sites: Vec<String>,
}

/// Reads the table. `known` are the tags of the watched cases.
pub(super) fn read(root: &mut Reader<'_>, known: &BTreeSet<&str>, scope: &Scope<'_>) -> Option<Showcase> {
    let mut table = root.table("public")?;
    table.required("tags", "tags = [\"sobornos\"], the tags whose cases everybody may see");
    let mut tags = Vec::new();
    for At { value, span } in table.texts("tags").unwrap_or_default() {
        if !known.contains(value.as_str()) {
            let all: Vec<&str> = known.iter().copied().collect();
            let help = suggestion(&value, &all).unwrap_or_else(|| "give it to a case first".to_owned());
            scope.error(span, format!("no case has the tag \"{value}\", so nothing would be public"), help);
        } else if !tags.contains(&value) {
            tags.push(value);
        }
    }
    let title = table.text("title").and_then(|At { value, span }| {
        let title = value.trim();
        let good = title.chars().count() <= LONGEST_TITLE && !title.chars().any(char::is_control);
        if !good {
            scope.error(span, format!("title must be one line of at most {LONGEST_TITLE} characters"), "write a shorter one");
        }
        (good && !title.is_empty()).then(|| title.to_owned())
    });
    let sites = table.texts("sites").unwrap_or_default().into_iter().filter_map(|at| site(&at, scope)).collect();
    table.finish();
    (!tags.is_empty()).then_some(Showcase { tags, title, sites })
}

/// A site's origin.
fn site(At { value, span }: &At<String>, scope: &Scope<'_>) -> Option<String> {
    let url = Url::parse(value).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    let bare = url.as_ref().is_some_and(|url| matches!(url.path(), "" | "/") && url.query().is_none() && url.username().is_empty());
    if !bare {
        scope.error(span.clone(), format!("\"{value}\" is no site"), "write sites = [\"https://www.example.org\"], without a path");
        return None;
    }
    url.map(|url| url[..Position::BeforePath].to_owned())
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn load(public: &str) -> Result<Option<super::Showcase>, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("w.toml");
        let list = format!(
            "[veedor]\nstate_dir = \"{}\"\n{public}\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2019-00029G\"\ntags = [\"sobornos\"]\n",
            folder.path().display()
        );
        std::fs::write(&file, list).expect("a list");
        Config::load(&file).map(|loaded| loaded.config.showcase).map_err(|problems| problems[0].to_string())
    }

    #[test]
    fn nothing_is_public_until_a_tag_is_named_and_a_slip_says_so() {
        assert_eq!(load(""), Ok(None));
        let shown =
            load("[public]\ntags = [\"sobornos\", \"sobornos\"]\nsites = [\"https://www.example.org/\"]").expect("good").expect("shown");
        assert_eq!((shown.tags, shown.sites), (vec!["sobornos".to_owned()], vec!["https://www.example.org".to_owned()]));
        for (wrong, said) in [
            ("[public]\ntags = [\"soborno\"]", "did you mean"),
            ("[public]\ntitle = \"x\"", "tags"),
            ("[public]\ntags = [\"sobornos\"]\nsites = [\"www.example.org\"]", "is no site"),
            ("[public]\ntags = [\"sobornos\"]\nsites = [\"https://example.org/a\"]", "is no site"),
            ("[public]\ntags = [\"sobornos\"]\nsite = []", "site"),
            ("[public]\ntags = [\"sobornos\"]\ntitle = \"a\\nb\"", "one line"),
        ] {
            let problem = load(wrong).expect_err(wrong);
            assert!(problem.contains(said), "{wrong}: {problem}");
        }
    }
}
