//! The rows that change something.
//!
//! Part of the [`table`](super::table).

use serde_json::{Map, Value};

use super::field::{Field, Kind};
use super::table::CHANGE;
use super::{Behind, Method, Route};

/// The rows.
pub(super) const ROWS: &[Route] = &[
    Route {
        path: "/cases",
        behind: Behind::Ask("add"),
        fields: &[
            Field::new("source", Kind::Text, "The source's id.").needed(),
            Field::new("number", Kind::Text, "The number, with or without separators.").needed(),
            Field::new("name", Kind::Text, "A nickname."),
            Field::new("tags", Kind::Texts, "Tags."),
        ],
        title: "Watch a case",
        about: "The watch list is edited, comments kept, and read again. 201: it is watched from now on; 200: it was already, and nothing was \
                changed.",
        ..CHANGE
    },
    Route {
        method: Method::Delete,
        path: "/cases/{source}/{number}",
        behind: Behind::Ask("remove"),
        title: "Watch a case no longer",
        about: "The watch list is edited and read again. What was kept of the case stays in the store.",
        ..CHANGE
    },
    Route {
        path: "/cases/{source}/{number}/poll",
        behind: Behind::Ask("poll"),
        fields: &[Field::new("dry_run", Kind::Flag, "Whether nothing is kept and nobody is told.")],
        title: "Visit a case now",
        about: "Answers when the visit has ended, which may take minutes where its court is slow. The source's gap, budget and hours hold.",
        alias: Some(one_case),
        ..CHANGE
    },
    Route {
        path: "/deliveries/retry",
        behind: Behind::Ask("retry"),
        fields: &[
            Field::new("ids", Kind::Texts, "Which, by their ids; when none is named, those of which `which` speaks."),
            Field::new("end", Kind::Flag, "Whether those named are ended instead, and not sent any more."),
            Field::new("which", Kind::Which, "Which, when no ids are named; all that are held or were given up when absent."),
        ],
        title: "Send deliveries again",
        about: "One attempt each; the schedule does not begin anew.",
        ..CHANGE
    },
    Route {
        path: "/deliveries/{id}/retry",
        behind: Behind::Ask("retry"),
        title: "Send a delivery again",
        alias: Some(one_again),
        ..CHANGE
    },
    Route {
        path: "/deliveries/{id}/end",
        behind: Behind::Ask("retry"),
        title: "Send a delivery no more",
        alias: Some(one_ended),
        ..CHANGE
    },
    Route {
        path: "/silences",
        behind: Behind::Ask("silence"),
        fields: &[
            Field::new("source", Kind::Text, "Of this source."),
            Field::new("case", Kind::Text, "Of this case, as it is typed."),
            Field::new("kinds", Kind::Texts, "Of these kinds, such as `filing.*`."),
            Field::new("tag", Kind::Text, "Of cases with this tag."),
            Field::new("channel", Kind::Text, "On this channel."),
            Field::new("to", Kind::Text, "To this recipient."),
            Field::new("critical", Kind::Flag, "Whether critical news and what is for the operator is muted too."),
            Field::new("by", Kind::Text, "Who makes it; the user whose token it is when absent.").usual("API"),
            Field::new("because", Kind::Text, "Why.").needed(),
            Field::new("until", Kind::Instant, "Its end.").needed(),
        ],
        title: "Mute news for a while",
        about: "At least one of `source`, `case`, `kinds`, `tag`, `channel` and `to` must be said. What is muted is stored and shown all the same.",
        ..CHANGE
    },
    Route {
        method: Method::Delete,
        path: "/silences/{id}",
        behind: Behind::Ask("end_silence"),
        title: "End a silence",
        about: "What it muted is summed up in one message.",
        ..CHANGE
    },
    Route {
        path: "/sources/{source}/brake",
        behind: Behind::Ask("brake"),
        fields: &[
            Field::new("decision", Kind::OneOf(&["release", "discard"]), "Whether what the brake holds is sent or ended.").needed(),
            Field::new("all", Kind::Flag, "Whether discarding ends also what only came with it."),
        ],
        title: "Decide what becomes of what the brake holds",
        ..CHANGE
    },
];

fn one_case(said: &mut Map<String, Value>) {
    let case = said.shift_remove("case").unwrap_or_default();
    said.insert("cases".to_owned(), Value::Array(vec![case]));
}

fn one_again(said: &mut Map<String, Value>) {
    let id = said.shift_remove("id").unwrap_or_default();
    said.insert("ids".to_owned(), Value::Array(vec![id]));
}

fn one_ended(said: &mut Map<String, Value>) {
    one_again(said);
    said.insert("end".to_owned(), true.into());
}
