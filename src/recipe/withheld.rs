//! The pages of a visit as they may be kept: without the texts that the court withholds.
//!
//! A court that withholds a row may send its text all the same (`ecuador.md` 1.6). The row is recorded, its text is not
//! kept, and so it must not stay in the stored page either. Called by `daemon` before a version is committed.

use serde_json::Value;

use super::answer::Format;
use super::entries::EntriesSpec;
use super::select::{Visit, all_hold};
use super::template::{Env, Scope};
use super::{Recipe, step};
use crate::domain::case::CaseNumber;
use crate::domain::page::Page;

impl Recipe {
    /// The pages with the texts of withheld rows emptied. A page without such rows stays byte for byte as it came; one with
    /// them is written anew with its other values unchanged. Only JSON answers can say that a row is withheld and send it.
    pub fn keepable(&self, number: &CaseNumber, mut pages: Vec<Page>) -> Vec<Page> {
        let mut rewritten = Vec::new();
        {
            let visit = Visit::new(self, number, &pages);
            for spec in &self.plan.entries {
                let Some(step) = self.plan.steps.get(spec.step).filter(|step| matches!(step.format, Format::Json { .. })) else { continue };
                for page in visit.pages_of(spec.step) {
                    rewritten.extend(emptied(&visit, spec, step, page).map(|body| (page, body)));
                }
            }
        }
        for (page, body) in rewritten {
            pages[page].body = body;
            pages[page].charset = Some("utf-8".to_owned());
        }
        pages
    }
}

fn emptied(visit: &Visit<'_>, spec: &EntriesSpec, step: &step::Step, page: usize) -> Option<Vec<u8>> {
    let (withheld, (text, _)) = (spec.withheld.as_ref()?, spec.text.as_ref()?);
    let document = visit.document(step, page).ok()?;
    let scope = Scope::default();
    let mut places = Vec::new();
    for located in spec.rows.query_located(document).all() {
        let row = located.node();
        let env = Env { number: visit.number, scope: &scope, row: Some(row), base: &visit.pages[page].url };
        if !all_hold(&withheld.when, &env) {
            continue;
        }
        for field in text.heads().filter(|field| row.get(*field).is_some_and(|value| value.as_str() != Some(""))) {
            let field = field.replace('~', "~0").replace('/', "~1");
            places.push(format!("{}/{field}", located.location().to_json_pointer()));
        }
    }
    if places.is_empty() {
        return None;
    }
    let mut kept = document.clone();
    for place in places {
        if let Some(value) = kept.pointer_mut(&place) {
            *value = Value::String(String::new());
        }
    }
    Some(kept.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::shipped_recipe;

    fn page(rows: &str) -> Page {
        let recipe = shipped_recipe("ec-esatje").expect("shipped");
        recipe.saved("acts".into(), rows.as_bytes().to_vec(), None, jiff::Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn the_text_of_a_withheld_row_is_not_in_the_kept_page_and_nothing_else_changes() {
        let recipe = shipped_recipe("ec-esatje").expect("shipped");
        let number = recipe.number("17721-2099-00001G").expect("a number");
        let row = |visible: &str, text: &str| {
            format!(
                r#"{{"codigo":1{},"idJudicatura":"17721","idJuicio":"17721209900001G","fecha":"2026-01-02T15:00:00.000+00:00","tipo":"AUTO (AUTO) ","actividad":"{text}","visible":"{visible}","origen":"ProvPrimera"}}"#,
                visible.len()
            )
        };
        let open = page(&format!("[{}]", row("S", "visible")));
        assert_eq!(recipe.keepable(&number, vec![open.clone()]), vec![open]);
        let mixed = page(&format!("[{},null,{}]", row("H", "SECRETO"), row("S", "visible")));
        let kept = recipe.keepable(&number, vec![mixed.clone()]);
        let text = String::from_utf8(kept[0].body.clone()).expect("text");
        assert!(!text.contains("SECRETO") && text.contains("\"actividad\":\"visible\"") && text.contains("null"), "{text}");
        assert_eq!(recipe.read(&number, &kept).expect("reads").entries, recipe.read(&number, &[mixed]).expect("reads").entries);
    }
}
