//! The rows that look and change nothing.
//!
//! Part of the [`table`](super::table).

use serde_json::{Map, Value};

use super::field::{Field, Kind};
use super::table::{CASE, LOOK};
use super::{Behind, Page, Route};

/// How a case can be (`domain::health`).
const HEALTH: &[&str] = &["ok", "unvisited", "unavailable", "blocked", "unreadable", "implausible", "not_found", "reserved"];

/// The states of deliveries (`domain::delivery`).
const STATES: &[&str] = &["open", "waiting", "held", "delivered", "dead", "dropped", "muted"];

/// The forms of a report of delays.
const FORMS: &[&str] = &["json", "html", "rows", "csv:cases", "csv:figures", "csv:clocks", "csv:hearings", "csv:groups"];

const AFTER: &str = "Where the page before ended: its `next`.";
const ALL_CLOCKS: Field = Field::new("all", Kind::Flag, "Those too that are met, did not start or do not apply.");
const EVENTS: [Field; 4] = [
    Field::new("after", Kind::Number, "The number of the last event that is known already: the `next` of the answer before.").usual("0"),
    Field::new("limit", Kind::Number, "At most this many, up to 500.").usual("100").least(1).most(500),
    Field::new("kind", Kind::Texts, "Only kinds that match, such as `hearing.scheduled` or `hearing.*`; may be said several times.")
        .as_key("kinds"),
    Field::new("tag", Kind::Texts, "Only of cases with one of these tags; may be said several times.").as_key("tags"),
];

/// The rows.
pub(super) const ROWS: &[Route] = &[
    Route {
        path: "/openapi.json",
        behind: Behind::Page(Page::OpenApi),
        title: "The description of this API",
        about: "OpenAPI 3.1. The payload of each kind of webhook stands under `webhooks`.",
        ..LOOK
    },
    Route {
        path: "/health",
        behind: Behind::Page(Page::Health),
        title: "How veedor itself is",
        about: "Whether its loops come round and its store takes writes, how many cases are read well, what waits and what fails.",
        ..LOOK
    },
    Route {
        path: "/cases",
        behind: Behind::Page(Page::Cases),
        fields: &[
            Field::new(
                "q",
                Kind::Text,
                "Words that number, nickname, tags or source must hold, each of them; accents, case and separators are no difference.",
            ),
            Field::new("tag", Kind::Text, "Only cases with this tag."),
            Field::new("source", Kind::Text, "Only cases of this source."),
            Field::new("health", Kind::OneOf(HEALTH), "Only cases that are so."),
            Field::new("after", Kind::Text, AFTER),
            Field::new("limit", Kind::Number, "At most this many, up to 1000.").usual("100").least(1).most(1000),
        ],
        title: "The watch list with its health",
        about: "In the order of the watch list.",
        ..LOOK
    },
    Route { path: "/cases/{source}/{number}", behind: Behind::Page(Page::Case), title: "A case and how it is doing", ..LOOK },
    Route {
        path: "/cases/{source}/{number}/docket",
        behind: Behind::Ask("show"),
        fields: &[Field::new("version", Kind::Number, "An older version; the newest when absent.").most(u32::MAX as u64)],
        title: "The docket as last seen",
        ..LOOK
    },
    Route {
        path: "/cases/{source}/{number}/versions",
        behind: Behind::Ask("versions"),
        fields: &[Field::new("page", Kind::Number, "Which page of them, from 1; one that is beyond the last is the last.")
            .least(1)
            .most(u32::MAX as u64)],
        title: "The versions of a case and the stored pages of each, newest first",
        ..LOOK
    },
    Route {
        path: "/cases/{source}/{number}/versions/{version}",
        behind: Behind::Ask("show"),
        title: "A version of the docket",
        alias: Some(same),
        ..LOOK
    },
    Route {
        path: "/cases/{source}/{number}/diff",
        behind: Behind::Ask("diff"),
        fields: &[
            Field::new("from", Kind::Number, "The older version; the one before the newer when absent.").most(u32::MAX as u64),
            Field::new("to", Kind::Number, "The newer version; the newest when absent.").most(u32::MAX as u64),
        ],
        title: "Two versions compared, entry by entry and word by word",
        ..LOOK
    },
    Route {
        path: "/cases/{source}/{number}/events",
        behind: Behind::Ask("events"),
        fields: &EVENTS,
        title: "What was told of a case",
        about: "As `/events`, of one case.",
        alias: Some(same),
        ..LOOK
    },
    Route {
        path: "/cases/{source}/{number}/hearings",
        behind: Behind::Ask("hearings"),
        title: "The hearings of a case and what became of each",
        alias: Some(same),
        ..LOOK
    },
    Route {
        path: "/cases/{source}/{number}/clocks",
        behind: Behind::Ask("clocks"),
        fields: &[ALL_CLOCKS],
        title: "The time limits that run in a case",
        alias: Some(same),
        ..LOOK
    },
    Route {
        path: "/events",
        behind: Behind::Ask("events"),
        fields: &[EVENTS[0], EVENTS[1], EVENTS[2], EVENTS[3], CASE],
        title: "Everything that was told, in its order",
        about: "The backstop for webhooks: each item holds the same body as the webhook of the event, and its number among all. Ask with `after` = \
                the `next` of the answer before until `more` is false. `next` rises even when a filter takes nothing, so that nothing is \
                looked through twice. Whoever keeps `next` misses nothing and gets nothing twice, whatever was down in between. What the brake \
                holds, what a silence mutes and what a channel does not take stands here too; `held` says what the brake holds at this \
                moment. A number stays good after a restore of a backup: what was told after the backup is told again above it. 409: `after` \
                is above every number that was given here, and so of another store.",
        ..LOOK
    },
    Route { path: "/events/{id}", behind: Behind::Ask("event_body"), title: "One event by its id", ..LOOK },
    Route {
        path: "/hearings",
        behind: Behind::Ask("hearings"),
        fields: &[CASE],
        title: "The hearings of all cases, soonest first",
        ..LOOK
    },
    Route {
        path: "/hearings/between",
        behind: Behind::Ask("hearing_board"),
        fields: &[
            Field::new("from", Kind::Text, "From this day on, such as 2026-03-01."),
            Field::new("to", Kind::Text, "To this day."),
            Field::new("tag", Kind::Text, "Only of cases with this tag."),
            Field::new("latest_first", Kind::Flag, "The latest first."),
            Field::new("limit", Kind::Number, "At most this many, up to 1000.").usual("100").least(1).most(1000),
        ],
        title: "The hearings of all cases between two days",
        about: "From memory, and so at once; `/hearings` reads every docket. It knows hearings from 60 days back on, and none before. \
                `found` is how many there are and `counts` is of all of them; `board` says how many cases were looked at since the start.",
        ..LOOK
    },
    Route {
        path: "/today",
        behind: Behind::Ask("today"),
        fields: &[Field::new("english", Kind::Flag, "Summaries in English; otherwise in Spanish.")],
        title: "What somebody looks at first in the morning",
        about: "What changed last, the hearings of the next fourteen days, those of which nothing was heard, what is late, what is quiet, and what waits \
                to be sent.",
        ..LOOK
    },
    Route {
        path: "/clocks",
        behind: Behind::Ask("clocks"),
        fields: &[CASE, ALL_CLOCKS],
        title: "The time limits that run, loudest first",
        ..LOOK
    },
    Route {
        path: "/deliveries",
        behind: Behind::Ask("deliveries"),
        fields: &[
            Field::new("about", Kind::Text, "The id of a delivery, or a case as it is typed."),
            Field::new("failed", Kind::Flag, "Only those that are held or were given up."),
            Field::new("state", Kind::OneOf(STATES), "Only those in this state."),
            Field::new("channel", Kind::Text, "Only those of this channel."),
            Field::new("after", Kind::Text, "The id of the last that is known: those that follow it in the list."),
            Field::new("limit", Kind::Number, "At most this many, up to 1000.").usual("50").least(1).most(1000),
        ],
        title: "What was sent where, newest first",
        ..LOOK
    },
    Route {
        path: "/deliveries/{id}",
        behind: Behind::Ask("deliveries"),
        title: "One delivery with its attempts",
        alias: Some(one_delivery),
        only: Some("deliveries"),
        ..LOOK
    },
    Route {
        path: "/sources",
        behind: Behind::Ask("sources"),
        title: "The courts that are asked, how politely, and what they last answered",
        ..LOOK
    },
    Route { path: "/silences", behind: Behind::Ask("silences"), title: "What is muted, by whom, until when", ..LOOK },
    Route {
        path: "/delays",
        behind: Behind::Ask("delays"),
        fields: &[
            Field::new("case", Kind::Texts, "Only these cases; may be said several times.").as_key("cases"),
            Field::new("tag", Kind::Texts, "Only cases with one of these tags; may be said several times.").as_key("tags"),
            Field::new("by", Kind::Named(&["court", "subject", "source", "tag"]), "By what cases are grouped."),
            Field::new("as_of", Kind::Text, "The moment, or the day of which the end is meant; now when absent."),
            Field::new("language", Kind::Named(&["es", "en"]), "Of the page; the watch list's when absent."),
            Field::new("form", Kind::Named(FORMS), "The form of the report.").usual("json"),
        ],
        title: "The report of delays",
        about: "As `veedor report delays`; docs/delays.md says what each figure means, docs/delays.schema.json which form the JSON has.",
        ..LOOK
    },
];

/// The parts of the address say it all.
fn same(_: &mut Map<String, Value>) {}

fn one_delivery(said: &mut Map<String, Value>) {
    if let Some(id) = said.shift_remove("id") {
        said.insert("about".to_owned(), id);
    }
    said.insert("failed".to_owned(), false.into());
    said.insert("limit".to_owned(), 1.into());
}
