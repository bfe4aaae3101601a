//! Sites that are not polled and have no recipe: why, and how a person brings their pages in.
//!
//! Read from `jurisdictions/walled.toml`, which is compiled in. `config` and the commands explain them to whoever names one,
//! and `veedor sources` lists them. A recipe of the same id, an operator's for instance, stands before them.

use std::sync::OnceLock;

use super::syntax::walled_sites;

const TEXT: &str = include_str!("../../jurisdictions/walled.toml");

/// A site behind a captcha, a login or a firewall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalledSite {
    /// The id that a recipe of it would have.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Where a person finds it.
    pub address: String,
    /// Why it is not polled; completes "it is not polled: …".
    pub why: String,
    /// What a person can do.
    pub how: String,
}

/// All of them, in the order of their ids.
pub fn walled() -> &'static [WalledSite] {
    static SITES: OnceLock<Vec<WalledSite>> = OnceLock::new();
    // That the file compiles is a test of this module.
    SITES.get_or_init(|| {
        let mut sites = walled_sites("walled.toml", TEXT).unwrap_or_default();
        sites.sort_by(|a, b| a.id.cmp(&b.id));
        sites
    })
}

/// The one of this id.
pub fn walled_site(id: &str) -> Option<&'static WalledSite> {
    walled().iter().find(|site| site.id == id)
}

impl WalledSite {
    /// What to say to whoever wants it watched: why not, and what to do.
    pub fn refusal(&self) -> (String, String) {
        let Self { id, address, why, how, .. } = self;
        let why = format!("\"{id}\" ({address}) is not polled: {why}");
        let how = format!(
            "{how}; `veedor sources new --page FILE` starts a recipe from the saved page: with import_only in it, the case may stand here, \
             and `veedor import` feeds it"
        );
        (why, how)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::shipped;

    #[test]
    fn the_shipped_list_compiles_and_no_site_of_it_has_a_recipe() {
        let sites = walled_sites("walled.toml", TEXT).map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert!(sites.is_ok_and(|sites| sites.len() >= 12));
        for (id, file, _) in shipped() {
            assert!(walled_site(id).is_none(), "{file} is a recipe of {id}: take its [[site]] out of jurisdictions/walled.toml");
        }
    }

    #[test]
    fn each_mistake_is_named_at_its_place() {
        let good = "[[site]]\nid = \"xx-a\"\ntitle = \"A\"\naddress = \"https://a.example\"\nwhy = \"a captcha\"\nhow = \"save it\"\n";
        assert_eq!(walled_sites("w.toml", good).map(|sites| sites.len()).ok(), Some(1));
        for (text, expected) in [
            (good.replace("xx-a", "XX a"), "w.toml:2:6: \"XX a\" is not an id"),
            (good.replace("https://a.example", "a.example"), "w.toml:4:11: \"a.example\" is not a web address"),
            (good.replace("how =", "hwo ="), "w.toml:6:1: unknown key `hwo`"),
            (good.replace("\"a captcha\"", "\" \""), "w.toml:5:7: `why` is empty"),
            (good.repeat(2), "w.toml:8:6: \"xx-a\" is there twice"),
        ] {
            let problems = walled_sites("w.toml", &text).expect_err(expected);
            let shown: Vec<String> = problems
                .iter()
                .map(|problem| format!("{}:{}:{}: {}", problem.file, problem.line, problem.column, problem.message))
                .collect();
            assert!(shown.iter().any(|line| line.starts_with(expected)), "expected {expected}, found {shown:#?}");
        }
    }
}
