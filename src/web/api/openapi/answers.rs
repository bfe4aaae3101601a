//! Which form the answer of each address has.
//!
//! Part of the [`description`](super). The forms say themselves what they are (`utoipa::ToSchema` of `wire::api`).

use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, schema::Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::ask::Which;
use crate::ask::route::{Behind, Page, Route};
use crate::wire::api::board::Today;
use crate::wire::api::case::CaseDocket;
use crate::wire::api::cases::{CaseLine, CasePage};
use crate::wire::api::changes::{BrakeDecided, CaseAdded, CaseRemoved, Retried};
use crate::wire::api::clocks::ClockList;
use crate::wire::api::deliveries::{DeliveryLine, DeliveryList};
use crate::wire::api::diff::Diff;
use crate::wire::api::events::{EventBatch, NumberedEvent};
use crate::wire::api::health::Health;
use crate::wire::api::hearings::{HearingBoard, HearingList};
use crate::wire::api::problem::Problem;
use crate::wire::api::silences::{SilenceLine, SilenceList};
use crate::wire::api::sources::SourceList;
use crate::wire::api::versions::VersionList;
use crate::wire::api::visits::VisitList;

/// Every form that an answer has, and those within them.
pub(super) fn schemas() -> Map<String, Value> {
    let mut all: Vec<(String, RefOr<Schema>)> = Vec::new();
    with::<CasePage>(&mut all);
    with::<CaseLine>(&mut all);
    with::<Health>(&mut all);
    with::<CaseAdded>(&mut all);
    with::<CaseRemoved>(&mut all);
    with::<EventBatch>(&mut all);
    with::<NumberedEvent>(&mut all);
    with::<DeliveryList>(&mut all);
    with::<SourceList>(&mut all);
    with::<SilenceList>(&mut all);
    with::<VisitList>(&mut all);
    with::<Retried>(&mut all);
    with::<Which>(&mut all);
    with::<BrakeDecided>(&mut all);
    with::<CaseDocket>(&mut all);
    with::<VersionList>(&mut all);
    with::<Diff>(&mut all);
    with::<HearingList>(&mut all);
    with::<HearingBoard>(&mut all);
    with::<Today>(&mut all);
    with::<ClockList>(&mut all);
    with::<Problem>(&mut all);
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all.into_iter().filter_map(|(name, schema)| Some((name, serde_json::to_value(schema).ok()?))).collect()
}

fn with<T: ToSchema>(all: &mut Vec<(String, RefOr<Schema>)>) {
    all.push((T::name().into_owned(), T::schema()));
    T::schemas(all);
}

fn name<T: ToSchema + PartialSchema>() -> Value {
    json!({"$ref": format!("#/components/schemas/{}", T::name())})
}

/// Status, what it means, and the content by its media type.
pub(super) fn of(route: &Route) -> Vec<(&'static str, &'static str, Value)> {
    let json = |schema: Value| json!({"application/json": {"schema": schema}});
    let well = |schema: Value| vec![("200", "The answer.", json(schema))];
    match route.behind {
        Behind::Page(Page::Cases) => well(name::<CasePage>()),
        Behind::Page(Page::Case) => well(name::<CaseLine>()),
        Behind::Page(Page::Health) => well(name::<Health>()),
        Behind::Page(Page::OpenApi) => well(json!({"type": "object"})),
        Behind::Ask("add") => vec![
            ("200", "It was watched already.", json(name::<CaseAdded>())),
            ("201", "It is watched from now on.", json(name::<CaseAdded>())),
        ],
        Behind::Ask("remove") => well(name::<CaseRemoved>()),
        Behind::Ask("show") => well(name::<CaseDocket>()),
        Behind::Ask("versions") => well(name::<VersionList>()),
        Behind::Ask("diff") => well(name::<Diff>()),
        Behind::Ask("hearings") => well(name::<HearingList>()),
        Behind::Ask("hearing_board") => well(name::<HearingBoard>()),
        Behind::Ask("today") => well(name::<Today>()),
        Behind::Ask("clocks") => well(name::<ClockList>()),
        Behind::Ask("events") => well(name::<EventBatch>()),
        Behind::Ask("event_body") => well(name::<NumberedEvent>()),
        Behind::Ask("deliveries") if route.only.is_some() => well(name::<DeliveryLine>()),
        Behind::Ask("deliveries") => well(name::<DeliveryList>()),
        Behind::Ask("sources") => well(name::<SourceList>()),
        Behind::Ask("silences") => well(name::<SilenceList>()),
        Behind::Ask("silence") => vec![("201", "It mutes from now on.", json(name::<SilenceLine>()))],
        Behind::Ask("end_silence") => well(name::<SilenceLine>()),
        Behind::Ask("poll") => well(name::<VisitList>()),
        Behind::Ask("retry") => well(name::<Retried>()),
        Behind::Ask("brake") => well(name::<BrakeDecided>()),
        Behind::Ask("delays") => {
            let content = json!({
                "application/json": {"schema": {"anyOf": [{"$ref": "#/components/schemas/Delays"}, {"$ref": "#/components/schemas/DelayRows"}]}},
                "text/csv": {"schema": {"type": "string"}},
                "text/html": {"schema": {"type": "string"}},
            });
            vec![("200", "The report, in the form that was asked for.", content)]
        }
        Behind::Ask(_) => well(json!({"type": "object"})),
    }
}
