//! What is said of two sources that disagree: what each of them shows, and not which is right.
//!
//! Asked by [`summary`](super::summary()) for the one line and by `block` for the facts.

use jiff::civil::{Date, Time};

use super::dates::moment;
use super::hearings::hearing_name;
use super::words::{self, pick};
use crate::domain::about::{About, Language};
use crate::domain::disagreement::{Disagreement, Point};
use crate::domain::redact::{cut, plain};
use crate::domain::setting::Outcome;
use crate::domain::shown::Shown;

/// The longest value of a line, in characters.
const VALUE: usize = 80;

/// What a source shows, in the reader's form.
fn shown(point: Point, value: &str, language: Language) -> String {
    match point {
        Point::Day => {
            let (day, time) = value.split_once(' ').map_or((value, None), |(day, time)| (day, Time::strptime("%H:%M", time).ok()));
            day.parse::<Date>().map_or_else(|_| cut(value, VALUE), |day| moment(day, time, language))
        }
        Point::Outcome => {
            let known = Outcome::ALL.into_iter().find(|outcome| outcome.name() == value);
            known.map_or_else(|| cut(value, VALUE), |outcome| words::outcome(outcome, language).to_owned())
        }
        Point::Judge => format!("«{}»", cut(value, VALUE)),
    }
}

/// The case of the event, as the other one is named.
fn own(event: &Shown, about: &About<'_>) -> String {
    format!("{} {}", event.case.source, plain(&about.watch.number.canonical))
}

/// The one line, in a subject without the names of the sources; `None` when the event tells no disagreement.
pub(super) fn line(event: &Shown, about: &About<'_>, is_subject: bool) -> Option<String> {
    let told = Disagreement::of(event)?;
    let language = about.language;
    let kind = || hearing_name(event.hearing.as_ref().and_then(|hearing| hearing.mention.kind.as_deref()), language);
    let what = match told.point {
        Point::Judge => pick(language, "Juez o tribunal", "Judge or panel").to_owned(),
        Point::Day => kind(),
        Point::Outcome => {
            let mention = event.hearing.as_ref().map(|hearing| &hearing.mention);
            let day = mention.and_then(|mention| Some(moment(mention.date?, mention.time, language)));
            day.map_or_else(kind, |day| format!("{} {} {day}", kind(), pick(language, "del", "of")))
        }
    };
    let says = |value: &str, source: &str| {
        format!("{} {} {}", shown(told.point, value, language), pick(language, "según", "according to"), cut(source, VALUE))
    };
    let lead = pick(language, "las fuentes no coinciden", "the sources disagree");
    if is_subject {
        let (here, there) = (shown(told.point, &told.here, language), shown(told.point, &told.there, language));
        return Some(format!("{what}: {lead}: {here} {} {there}", pick(language, "o", "or")));
    }
    Some(format!("{what}: {lead}: {}; {}", says(&told.here, &own(event, about)), says(&told.there, &told.other)))
}

/// The facts: what each source shows, and the words of the other one.
pub(super) fn facts(event: &Shown, about: &About<'_>) -> Vec<(&'static str, String)> {
    let Some(told) = Disagreement::of(event) else { return Vec::new() };
    let language = about.language;
    let says = |source: &str, value: &str| format!("{} · {}", cut(source, VALUE), shown(told.point, value, language));
    let mut facts = vec![
        (pick(language, "Una fuente", "One source"), says(&own(event, about), &told.here)),
        (pick(language, "Otra fuente", "Another source"), says(&told.other, &told.there)),
    ];
    if let Some(quoted) = event.entry.as_ref().and_then(|entry| entry.after.as_deref()) {
        facts.push((pick(language, "Dice la otra fuente", "The other source says"), format!("«{}»", cut(quoted, 300))));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Event, EventKind};
    use crate::domain::sample;
    use crate::message::summary::summary;

    fn both(event: &Event) -> (String, String) {
        let watch = sample::watch();
        let [es, en] = [Language::Es, Language::En].map(|language| sample::about(&watch, language));
        (summary(&es.show_one(event), &es), summary(&en.show_one(event), &en))
    }

    #[test]
    fn each_source_is_quoted_and_none_is_called_right() {
        assert_eq!(
            both(&sample::disagreement()),
            (
                "Audiencia de juicio: las fuentes no coinciden: 12-mar-2024 09:00 según ec-esatje 17721-2019-00029G; 14-mar-2024 10:00 según \
                 ec-fiscalia 170101819030001"
                    .to_owned(),
                "Trial hearing: the sources disagree: 12 Mar 2024 09:00 according to ec-esatje 17721-2019-00029G; 14 Mar 2024 10:00 \
                 according to ec-fiscalia 170101819030001"
                    .to_owned(),
            )
        );
        let told = |point, here: &str, there: &str| {
            let told = Disagreement { point, here: here.into(), there: there.into(), other: "ec-fiscalia 170101819030001".into() };
            both(&Event { field: Some(told.field()), ..sample::disagreement() })
        };
        assert_eq!(
            told(Point::Outcome, "held", "failed").0,
            "Audiencia de juicio del 12-mar-2024 09:00: las fuentes no coinciden: realizada según ec-esatje 17721-2019-00029G; fallida según \
             ec-fiscalia 170101819030001"
        );
        let judge = Event { hearing: None, entry: None, kind: EventKind::RecordDisagreement, ..sample::disagreement() };
        let field = Disagreement { point: Point::Judge, here: "UNA".into(), there: "OTRO".into(), other: "ec-cc 1".into() }.field();
        assert_eq!(
            both(&Event { field: Some(field), ..judge }).1,
            "Judge or panel: the sources disagree: «UNA» according to ec-esatje 17721-2019-00029G; «OTRO» according to ec-cc 1"
        );
        let watch = sample::watch();
        let about = sample::about(&watch, Language::Es);
        let facts = facts(&about.show_one(&sample::disagreement()), &about);
        assert!(facts.iter().any(|(_, words)| words.contains("14 de marzo de 2024")), "{facts:?}");
    }
}
