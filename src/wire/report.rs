//! A report to whoever runs veedor as JSON: `data.condition` and `data.heartbeat` of webhook bodies.
//!
//! Called by [`event`](super::event). It words nothing; the words are in `data.summary`.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::domain::event::{Event, EventKind};
use crate::domain::redact::{cut, plain};
use crate::domain::report::{Number, Report, SourceLine, Subject, Trouble};

/// The JSON of a report. Of its sources and troubles as many as `most` are listed, so that the body fits.
pub(super) fn shown(report: &Report, event: &Event, most: usize) -> Value {
    match report.class {
        Some(class) => {
            let ended = matches!(event.kind, EventKind::SourceRecovered | EventKind::ChannelRecovered | EventKind::StoreRecovered);
            json!({"of": subject(&report.subject), "class": class.name(), "state": if ended { "ended" } else { "on" },
                   "since": seconds(report.since), "told": report.telling, "why": report.why.as_deref().map(|why| cut(&plain(why), 300)),
                   "last_read": report.sources.first().and_then(|of| of.read).map(seconds), "counts": counts(&report.numbers)})
        }
        None => {
            let source = |of: &SourceLine| json!({"source": cut(&of.source, 100), "cases": of.cases, "last_read": of.read.map(seconds)});
            let trouble = |of: &Trouble| json!({"of": subject(&of.subject), "class": of.class.name(), "since": seconds(of.since)});
            json!({"due": seconds(report.since), "sources": report.sources.iter().take(most).map(source).collect::<Vec<_>>(),
                   "troubles": report.troubles.iter().take(most).map(trouble).collect::<Vec<_>>(), "counts": counts(&report.numbers)})
        }
    }
}

fn subject(subject: &Subject) -> Value {
    json!({"what": subject.name(), "id": Some(cut(&plain(subject.id()), 100)).filter(|id| !id.is_empty())})
}

fn counts(numbers: &[(Number, u64)]) -> Map<String, Value> {
    numbers.iter().map(|(number, count)| (number.name().to_owned(), json!(count))).collect()
}

fn seconds(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
