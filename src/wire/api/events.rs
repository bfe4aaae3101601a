//! Everything that was told, in its order.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::{ObjectBuilder, RefOr, schema::Schema};
use utoipa::{PartialSchema, ToSchema};

/// What was told after a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventBatch {
    /// In their order; those that a filter does not take are left out.
    pub events: Vec<NumberedEvent>,
    /// What the next request says as `after`. It rises even when no event is here.
    pub next: u64,
    /// Whether there is more at this moment.
    pub more: bool,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NumberedEvent {
    /// Its number among all.
    pub number: u64,
    /// Whether the brake holds it at this moment: it may be a misreading of a changed site.
    pub held: bool,
    /// As webhooks tell it.
    pub event: EventBody,
}

/// The body of a webhook. Its schema is docs/events/event.schema.json, which the OpenAPI document puts in the place of this one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventBody(pub Value);

impl PartialSchema for EventBody {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().into()
    }
}

impl ToSchema for EventBody {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Event")
    }
}
