//! The stored form of silences.
//!
//! Written and read by `silences`, and the form that backups carry.

use serde::{Deserialize, Serialize};

use crate::domain::case::CaseRef;
use crate::domain::id::Id;
use crate::domain::silence::{Scope, Silence};
use crate::store::codes::Instant;

/// [`Silence`], with how many messages it had muted when it ended. Its id is its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct SilenceRecord {
    source: Option<String>,
    case: Option<(String, String)>,
    kinds: Vec<String>,
    tag: Option<String>,
    channel: Option<String>,
    recipient: Option<String>,
    critical: bool,
    by: String,
    because: String,
    created: Instant,
    until: Option<Instant>,
    pub ended: Option<Instant>,
    pub muted: u32,
}

impl SilenceRecord {
    /// The record of a silence.
    pub fn new(silence: Silence) -> Self {
        let Silence { id: _, scope, by, because, created, until, ended } = silence;
        let Scope { source, case, kinds, tag, channel, recipient, critical } = scope;
        Self {
            source,
            case: case.map(|case| (case.source, case.number)),
            kinds,
            tag,
            channel,
            recipient,
            critical,
            by,
            because,
            created: created.into(),
            until: until.map(Instant::from),
            ended: ended.map(Instant::from),
            muted: 0,
        }
    }

    /// The silence with this id.
    pub fn silence(self, id: Id) -> Silence {
        let case = self.case.map(|(source, number)| CaseRef { source, number });
        let Self { source, kinds, tag, channel, recipient, critical, by, because, created, until, ended, .. } = self;
        let scope = Scope { source, case, kinds, tag, channel, recipient, critical };
        Silence { id, scope, by, because, created: created.0, until: until.map(|at| at.0), ended: ended.map(|at| at.0) }
    }
}
