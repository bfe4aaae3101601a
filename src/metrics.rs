//! Counters, gauges and histograms, and their text for Prometheus.
//!
//! Every loop counts here through handles that it keeps; `web` serves [`Metrics::render`]. The families stand below as
//! constants, so that their names and labels can be read in one place. No label ever carries a case number, an address or
//! a person: the watch list is confidential (`alerting.md` E3.1).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What a family measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Seconds, sorted into buckets.
    Histogram,
}

/// A named family of series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// With the `veedor_` prefix and the unit.
    pub name: &'static str,
    /// What it measures.
    pub kind: Kind,
    /// One sentence.
    pub help: &'static str,
    /// The label names, in order.
    pub labels: &'static [&'static str],
}

/// Requests to courts by what came of them.
pub const REQUESTS: Family = Family {
    name: "veedor_requests_total",
    kind: Kind::Counter,
    help: "Requests for pages of sources, by what came of them.",
    labels: &["source", "result"],
};
/// How long courts take.
pub const REQUEST_SECONDS: Family = Family {
    name: "veedor_request_duration_seconds",
    kind: Kind::Histogram,
    help: "Time from sending a request to the last byte of its answer.",
    labels: &["source"],
};
/// Bytes of pages after decoding.
pub const RECEIVED_BYTES: Family = Family {
    name: "veedor_received_bytes_total",
    kind: Kind::Counter,
    help: "Bytes of pages received, after content decoding.",
    labels: &["source"],
};

/// Visits to cases by their result, which is a `domain::health::Health` name.
pub const POLLS: Family = Family {
    name: "veedor_polls_total",
    kind: Kind::Counter,
    help: "Visits to cases, by the health they left.",
    labels: &["source", "result"],
};
/// How long visits take.
pub const POLL_SECONDS: Family = Family {
    name: "veedor_poll_duration_seconds",
    kind: Kind::Histogram,
    help: "Time from the start of a visit to its end, waits for the host included.",
    labels: &["source"],
};
/// How long a source has been dark can be told from this.
pub const LAST_SUCCESS: Family = Family {
    name: "veedor_last_success_timestamp_seconds",
    kind: Kind::Gauge,
    help: "Unix time of the last visit of a source that was read.",
    labels: &["source"],
};
/// What was found.
pub const EVENTS: Family = Family { name: "veedor_events_total", kind: Kind::Counter, help: "Events, by kind.", labels: &["kind"] };
/// What waits to be told.
pub const OUTBOX_PENDING: Family =
    Family { name: "veedor_outbox_pending", kind: Kind::Gauge, help: "Deliveries that wait to be sent.", labels: &[] };
/// What waits, and for what.
pub const OUTBOX_ROWS: Family = Family {
    name: "veedor_outbox_rows",
    kind: Kind::Gauge,
    help: "Deliveries that wait to be sent, by what they wait for and by channel kind; what is braked is left out.",
    labels: &["state", "channel"],
};
/// How long the oldest has waited.
pub const OUTBOX_OLDEST_AGE: Family =
    Family { name: "veedor_outbox_oldest_age_seconds", kind: Kind::Gauge, help: "Age of the oldest delivery that is due.", labels: &[] };
/// Tries to tell.
pub const DELIVERY_ATTEMPTS: Family = Family {
    name: "veedor_delivery_attempts_total",
    kind: Kind::Counter,
    help: "Attempts at deliveries, by channel kind, result, and whose trouble a failed one is.",
    labels: &["channel", "result", "reason"],
};
/// From a change seen to a person told.
pub const DELIVERY_LATENCY: Family = Family {
    name: "veedor_delivery_latency_seconds",
    kind: Kind::Histogram,
    help: "Time from the commit of an event to its delivery.",
    labels: &[],
};
/// What could not be told.
pub const DEAD_LETTERS: Family =
    Family { name: "veedor_dead_letters", kind: Kind::Gauge, help: "Deliveries that were given up and not yet requeued.", labels: &[] };
/// What is in trouble and was told.
pub const CONDITIONS: Family = Family {
    name: "veedor_conditions",
    kind: Kind::Gauge,
    help: "Conditions that are on, by class: sources, channels and the disk.",
    labels: &["class"],
};
/// Channels that are tried once a day only.
pub const ENDPOINTS_DISABLED: Family = Family {
    name: "veedor_endpoints_disabled",
    kind: Kind::Gauge,
    help: "Channels that took nothing for days and are tried once a day.",
    labels: &[],
};
/// What a silence mutes.
pub const OUTBOX_MUTED: Family =
    Family { name: "veedor_outbox_muted", kind: Kind::Gauge, help: "Deliveries that silences mute.", labels: &[] };
/// What recipients asked for on the pages that their mails link to.
pub const RECIPIENTS: Family = Family {
    name: "veedor_recipient_requests_total",
    kind: Kind::Counter,
    help: "What recipients asked for by the links in their messages: left, muted, back.",
    labels: &["what"],
};
/// Log-ins at the dashboard; who it was is in the log of what was done.
pub const LOGINS: Family = Family {
    name: "veedor_logins_total",
    kind: Kind::Counter,
    help: "Log-ins at the dashboard: ok, wrong (password or name), or limited because too many were wrong before.",
    labels: &["result"],
};
/// Calls of the dead man's switch.
pub const DEAD_MAN_CALLS: Family = Family {
    name: "veedor_dead_man_calls_total",
    kind: Kind::Counter,
    help: "Calls of the dead man's switch: called, failed, or withheld because something makes no progress.",
    labels: &["result"],
};
/// Whether the running configuration is the one on disk.
pub const CONFIG_RELOAD: Family = Family {
    name: "veedor_config_last_reload_successful",
    kind: Kind::Gauge,
    help: "1 when the last reload of the configuration was taken, else 0.",
    labels: &[],
};
/// Backups by the daemon itself, by what came of them.
pub const BACKUPS: Family = Family {
    name: "veedor_backups_total",
    kind: Kind::Counter,
    help: "Daily backups: whole, damaged (something in the store does not read back) or failed.",
    labels: &["result"],
};

/// The last backup by the daemon itself.
pub const LAST_BACKUP: Family = Family {
    name: "veedor_last_backup_timestamp_seconds",
    kind: Kind::Gauge,
    help: "When the last daily backup was made and read back, as Unix time; 0 when never.",
    labels: &[],
};

/// How far the machine's clock is off.
pub const CLOCK_OFFSET: Family = Family {
    name: "veedor_clock_offset_seconds",
    kind: Kind::Gauge,
    help: "Seconds by which this machine's clock is ahead of the server that agrees best with it.",
    labels: &[],
};
/// What is left of the disk.
pub const DISK_FREE: Family =
    Family { name: "veedor_disk_free_bytes", kind: Kind::Gauge, help: "Bytes that are free on the disk of the store.", labels: &[] };

/// What the store takes and what of it lives.
pub const STORE_BYTES: Family = Family {
    name: "veedor_store_bytes",
    kind: Kind::Gauge,
    help: "Bytes that the store takes on disk, and that lived in it at the last daily backup.",
    labels: &["part"],
};

/// Which program this is.
pub const BUILD_INFO: Family =
    Family { name: "veedor_build_info", kind: Kind::Gauge, help: "Always 1; the version is in the label.", labels: &["version"] };

/// The upper bounds of the histogram buckets in seconds: from a quick answer to the longest deadline a recipe may set.
const BOUNDS: [f64; 12] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0];

/// All series of the process; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    families: Arc<Mutex<BTreeMap<&'static str, (Family, Series)>>>,
}

type Series = BTreeMap<Vec<String>, Cell>;

#[derive(Debug, Clone)]
enum Cell {
    Whole(Arc<AtomicU64>),
    Real(Arc<AtomicU64>),
    Spread(Arc<Buckets>),
}

#[derive(Debug, Default)]
struct Buckets {
    counts: [AtomicU64; BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
}

/// A handle to one counter.
#[derive(Debug, Clone)]
pub struct Counter(Arc<AtomicU64>);

/// A handle to one gauge.
#[derive(Debug, Clone)]
pub struct Gauge(Arc<AtomicU64>);

/// A handle to one histogram.
#[derive(Debug, Clone)]
pub struct Histogram(Arc<Buckets>);

impl Metrics {
    /// The counter with these label values, created at 0; a family of another kind gives a handle that is not shown.
    pub fn counter(&self, family: &Family, values: &[&str]) -> Counter {
        match self.cell(family, values) {
            Cell::Whole(cell) => Counter(cell),
            _ => Counter(Arc::default()),
        }
    }

    /// The gauge with these label values, created at 0; a family of another kind gives a handle that is not shown.
    pub fn gauge(&self, family: &Family, values: &[&str]) -> Gauge {
        match self.cell(family, values) {
            Cell::Real(cell) => Gauge(cell),
            _ => Gauge(Arc::default()),
        }
    }

    /// The histogram with these label values; a family of another kind gives a handle that is not shown.
    pub fn histogram(&self, family: &Family, values: &[&str]) -> Histogram {
        match self.cell(family, values) {
            Cell::Spread(cell) => Histogram(cell),
            _ => Histogram(Arc::default()),
        }
    }

    /// Everything in the text format of Prometheus 0.0.4, families and series in the order of their names.
    pub fn render(&self) -> String {
        let mut text = String::new();
        for (family, series) in self.lock().values() {
            let kind = match family.kind {
                Kind::Counter => "counter",
                Kind::Gauge => "gauge",
                Kind::Histogram => "histogram",
            };
            let Family { name, help, .. } = family;
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
            for (values, cell) in series {
                render_series(&mut text, family, values, cell);
            }
        }
        text
    }

    fn cell(&self, family: &Family, values: &[&str]) -> Cell {
        debug_assert_eq!(family.labels.len(), values.len(), "{}", family.name);
        let mut families = self.lock();
        let (_, series) = families.entry(family.name).or_insert_with(|| (*family, Series::new()));
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        let cell = series.entry(values).or_insert_with(|| match family.kind {
            Kind::Counter => Cell::Whole(Arc::default()),
            Kind::Gauge => Cell::Real(Arc::default()),
            Kind::Histogram => Cell::Spread(Arc::default()),
        });
        cell.clone()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, (Family, Series)>> {
        self.families.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counter {
    /// Adds one.
    pub fn inc(&self) {
        self.add(1);
    }

    /// Adds `n`.
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    /// The count so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Gauge {
    /// Sets the value.
    pub fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }

    /// The value.
    pub fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Ordering::Relaxed))
    }
}

impl Histogram {
    /// Counts one observation.
    pub fn observe(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        let bucket = BOUNDS.iter().position(|bound| seconds <= *bound).unwrap_or(BOUNDS.len());
        self.0.counts[bucket].fetch_add(1, Ordering::Relaxed);
        self.0.nanoseconds.fetch_add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

fn render_series(text: &mut String, family: &Family, values: &[String], cell: &Cell) {
    let name = family.name;
    let labels = labels(family.labels, values);
    let braced = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
    match cell {
        Cell::Whole(cell) => {
            let _ = writeln!(text, "{name}{braced} {}", cell.load(Ordering::Relaxed));
        }
        Cell::Real(cell) => {
            let _ = writeln!(text, "{name}{braced} {}", f64::from_bits(cell.load(Ordering::Relaxed)));
        }
        Cell::Spread(buckets) => {
            let comma = if labels.is_empty() { "" } else { "," };
            let mut total = 0;
            for (index, count) in buckets.counts.iter().enumerate() {
                total += count.load(Ordering::Relaxed);
                let bound = BOUNDS.get(index).map_or_else(|| "+Inf".to_owned(), f64::to_string);
                let _ = writeln!(text, "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {total}");
            }
            let sum = Duration::from_nanos(buckets.nanoseconds.load(Ordering::Relaxed)).as_secs_f64();
            let _ = writeln!(text, "{name}_sum{braced} {sum}\n{name}_count{braced} {total}");
        }
    }
}

fn labels(names: &[&str], values: &[String]) -> String {
    let mut text = String::new();
    for (name, value) in names.iter().zip(values) {
        let comma = if text.is_empty() { "" } else { "," };
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let _ = write!(text, "{comma}{name}=\"{value}\"");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_labels_keep_the_conventions() {
        let all = [
            REQUESTS,
            REQUEST_SECONDS,
            RECEIVED_BYTES,
            POLLS,
            POLL_SECONDS,
            LAST_SUCCESS,
            EVENTS,
            OUTBOX_MUTED,
            RECIPIENTS,
            OUTBOX_PENDING,
            OUTBOX_ROWS,
            OUTBOX_OLDEST_AGE,
            DELIVERY_ATTEMPTS,
            DELIVERY_LATENCY,
            DEAD_LETTERS,
            CONDITIONS,
            ENDPOINTS_DISABLED,
            LOGINS,
            DEAD_MAN_CALLS,
            CONFIG_RELOAD,
            BACKUPS,
            LAST_BACKUP,
            CLOCK_OFFSET,
            DISK_FREE,
            STORE_BYTES,
            BUILD_INFO,
        ];
        for family in all {
            assert!(family.name.starts_with("veedor_"), "{}", family.name);
            assert_eq!(family.name.ends_with("_total"), family.kind == Kind::Counter, "{}", family.name);
            assert!(family.kind != Kind::Histogram || family.name.ends_with("_seconds"), "{}", family.name);
            assert!(
                !family.labels.iter().any(|label| ["case", "number", "url", "address", "recipient", "le"].contains(label)),
                "{}",
                family.name
            );
        }
    }

    const LAG: Family = Family { name: "veedor_lag_seconds", kind: Kind::Gauge, help: "Lag.", labels: &[] };

    #[test]
    fn counters_start_at_zero_and_handles_share_the_series() {
        let metrics = Metrics::default();
        let counter = metrics.counter(&REQUESTS, &["ec", "page"]);
        assert_eq!(
            metrics.render(),
            "# HELP veedor_requests_total Requests for pages of sources, by what came of them.\n\
             # TYPE veedor_requests_total counter\n\
             veedor_requests_total{source=\"ec\",result=\"page\"} 0\n"
        );
        counter.inc();
        metrics.clone().counter(&REQUESTS, &["ec", "page"]).add(2);
        assert_eq!(counter.get(), 3);
        assert!(metrics.render().contains("result=\"page\"} 3\n"));
    }

    #[test]
    fn label_values_are_escaped_and_series_without_labels_have_no_braces() {
        let metrics = Metrics::default();
        metrics.counter(&REQUESTS, &["a\"b\\c\nd", "page"]);
        metrics.gauge(&LAG, &[]).set(1.5);
        let text = metrics.render();
        assert!(text.contains("source=\"a\\\"b\\\\c\\nd\""), "{text}");
        assert!(text.contains("\nveedor_lag_seconds 1.5\n") || text.starts_with("# HELP veedor_lag_seconds"), "{text}");
        assert!(text.contains("veedor_lag_seconds 1.5\n"), "{text}");
    }

    #[test]
    fn histogram_buckets_are_cumulative_and_end_at_the_count() {
        let metrics = Metrics::default();
        let histogram = metrics.histogram(&REQUEST_SECONDS, &["ec"]);
        for milliseconds in [10, 60, 60, 5_000_000] {
            histogram.observe(Duration::from_millis(milliseconds));
        }
        let text = metrics.render();
        for line in [
            "_bucket{source=\"ec\",le=\"0.05\"} 1\n",
            "_bucket{source=\"ec\",le=\"0.1\"} 3\n",
            "_bucket{source=\"ec\",le=\"3600\"} 3\n",
            "_bucket{source=\"ec\",le=\"+Inf\"} 4\n",
            "_sum{source=\"ec\"} 5000.13\n",
            "_count{source=\"ec\"} 4\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }
}
