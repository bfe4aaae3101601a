//! M18: how long the court took to answer each petition of a party, or has not.
//!
//! Called by [`figures`](super::figures). The answer is the first order after it: whether that order answers it no docket says.

use crate::delay::clocks::found::Found;
use crate::domain::caveat::Caveat;
use crate::domain::clocks::Subject;
use crate::domain::figure::{Figure, Value};
use crate::domain::measure::Measure;

use super::study::View;

pub fn figures(view: &View<'_>) -> Vec<Figure> {
    // Both by day: the orders before a petition are before those after it too, so that each is passed once.
    let orders = view.happened(&["court_order"]);
    let mut passed = 0;
    let answered = view.happened(&["petition_filed"]).into_iter().map(|petition| {
        passed += orders.iter().skip(passed).take_while(|order| order.date < petition.date).count();
        // Of one day, only hours can tell that the order was before.
        let is_before = |at: Option<jiff::Timestamp>| petition.at.zip(at).is_some_and(|(petition, order)| order < petition);
        let fits = |order: &&&Found| !(order.date == petition.date && is_before(order.at)) && order.entry != petition.entry;
        figure(view, petition, orders.iter().skip(passed).find(fits).copied())
    });
    answered.collect()
}

fn figure(view: &View<'_>, petition: &Found, answer: Option<&Found>) -> Figure {
    let until = answer.map_or(view.horizon().max(petition.date), |order| order.date);
    let days = view.days(petition.date, until);
    let mut figure = Figure::new(Measure::PetitionAnswer, "each", if answer.is_some() { Value::Days(days) } else { Value::Open(days) });
    figure.subject = petition.entry.clone().map_or(Subject::Case, Subject::Petition);
    (figure.n, figure.span) = (1, Some((petition.date, until)));
    figure.entries = petition.entry.iter().chain(answer.iter().filter_map(|order| order.entry.as_ref())).cloned().collect();
    figure.caution(Caveat::NotShownToAnswer, answer.is_some());
    if answer.is_none() {
        figure.caution(Caveat::EndedBefore, view.ended().is_some());
        view.blind(&mut figure);
    }
    figure
}
