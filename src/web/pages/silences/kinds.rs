//! Kinds of alerts as a person chooses them for a silence, and as a silence says them: by their names in the reader's language.
//!
//! Used by [`silences`](super). What a silence keeps are patterns of kinds (`filing.*`); whoever knows them may still type them.

use std::borrow::Cow;

use maud::{Markup, html};

use crate::domain::event::EventKind;
use crate::message::kind_name;
use crate::web::said;
use crate::web::visitor::Visitor;

/// Families of several kinds: their stem, and the two names.
const FAMILIES: [(&str, &str, &str); 10] = [
    ("hearing", "Todo sobre audiencias", "All about hearings"),
    ("ruling", "Todas las decisiones", "All rulings"),
    ("measure", "Todas las medidas", "All measures"),
    ("notification", "Todo sobre notificaciones", "All about notices to the parties"),
    ("case", "Todo sobre el expediente mismo", "All about the case itself"),
    ("record", "Todo cambio de lo ya publicado", "Every change of what was published"),
    ("clock", "Todos los plazos", "All time limits"),
    ("source", "Todo sobre las fuentes", "All about sources"),
    ("channel", "Todo sobre los canales", "All about channels"),
    ("store", "Todo sobre el disco", "All about the disk"),
];

/// What no silence mutes, or what is never sent by itself.
const NEVER: [EventKind; 3] = [EventKind::SilenceEnded, EventKind::VeedorTest, EventKind::CaseActivity];

fn family(kind: EventKind) -> Option<&'static (&'static str, &'static str, &'static str)> {
    let stem = kind.name().split('.').next().unwrap_or_default();
    FAMILIES.iter().find(|(family, ..)| *family == stem)
}

/// Everything that can be chosen: the kinds that stand alone, then families with their kinds.
fn choices(visitor: &Visitor) -> Vec<(String, Cow<'static, str>)> {
    let kinds = || EventKind::ALL.iter().copied().filter(|kind| !NEVER.contains(kind));
    let mut all: Vec<_> = kinds().filter(|kind| family(*kind).is_none()).map(|kind| one(visitor, kind)).collect();
    for (stem, es, en) in FAMILIES {
        all.push((format!("{stem}.*"), Cow::Borrowed(visitor.say(es, en))));
        all.extend(kinds().filter(|kind| family(*kind).is_some_and(|(own, ..)| *own == stem)).map(|kind| one(visitor, kind)));
    }
    all
}

fn one(visitor: &Visitor, kind: EventKind) -> (String, Cow<'static, str>) {
    (kind.name().to_owned(), Cow::Borrowed(kind_name(kind, visitor.language)))
}

/// A pattern in words; one that has none stands as it is.
pub(super) fn in_words<'p>(visitor: &Visitor, pattern: &'p str) -> Cow<'p, str> {
    let named = pattern.strip_suffix(".*").and_then(|stem| FAMILIES.iter().find(|(family, ..)| *family == stem));
    named.map_or_else(|| said::kind(pattern, visitor.language), |(_, es, en)| Cow::Borrowed(visitor.say(es, en)))
}

/// The choice, with what is chosen already; closed while that is nothing.
pub(super) fn chooser(visitor: &Visitor, chosen: &[&str]) -> Markup {
    let choices = choices(visitor);
    let others: Vec<&str> = chosen.iter().copied().filter(|typed| !choices.iter().any(|(pattern, _)| pattern == typed)).collect();
    html! {
        details open[!chosen.is_empty()] {
            summary { (visitor.say("Solo algunos tipos de aviso", "Only some kinds of alerts")) }
            fieldset {
                legend { (visitor.say("Tipos (ninguno marcado: todos)", "Kinds (none ticked: all)")) }
                ul.choices {
                    @for (pattern, name) in &choices {
                        @let (whole, member) = (pattern.ends_with(".*"), EventKind::parse(pattern).is_some_and(|kind| family(kind).is_some()));
                        li.whole[whole].member[member] { label {
                            input type="checkbox" name="kind" value=(pattern) checked[chosen.contains(&pattern.as_str())];
                            (name)
                        } }
                    }
                }
                label for="kinds" { (visitor.say("Otros, por su nombre interno", "Others, by their internal names")) span.hint #kinds-hint { "filing.*, entry.added" } }
                input #kinds name="kinds" value=(others.join(" ")) autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="kinds-hint";
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::silence::is_pattern;
    use crate::web::visitor::tests::somebody;

    #[test]
    fn every_kind_that_a_silence_can_mute_is_offered_once_and_every_family_of_several() {
        let offered: Vec<String> = choices(&somebody()).into_iter().map(|(pattern, _)| pattern).collect();
        assert_eq!(offered.iter().collect::<BTreeSet<_>>().len(), offered.len());
        assert!(offered.iter().all(|pattern| is_pattern(pattern)), "{offered:?}");
        for kind in EventKind::ALL.iter().filter(|kind| !NEVER.contains(kind)) {
            assert!(offered.iter().any(|pattern| pattern == kind.name()), "{kind}");
            let stem = kind.name().split('.').next().expect("a stem");
            let siblings = EventKind::ALL.iter().filter(|other| !NEVER.contains(other) && other.name().split('.').next() == Some(stem));
            assert_eq!(family(*kind).is_some(), siblings.count() > 1, "{kind}");
        }
    }

    #[test]
    fn what_is_chosen_is_ticked_and_what_is_none_of_them_stays_typed() {
        let page = chooser(&somebody(), &["filing.added", "hearing.*", "hering.*\"><script>"]).into_string();
        assert_eq!(page.matches(" checked").count(), 2, "{page}");
        assert!(page.contains("value=\"hearing.*\" checked") && page.contains("value=\"hering.*&quot;&gt;&lt;script&gt;\""), "{page}");
        assert!(page.starts_with("<details open") && !chooser(&somebody(), &[]).into_string().starts_with("<details open"));
    }

    #[test]
    fn a_silence_says_its_kinds_in_words() {
        let visitor = somebody();
        let said = ["hearing.*", "filing.added", "h*", "<b>"].map(|pattern| in_words(&visitor, pattern));
        assert_eq!(said, ["Todo sobre audiencias", "Escrito de una parte", "h*", "<b>"]);
    }
}
