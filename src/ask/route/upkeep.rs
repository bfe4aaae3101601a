//! The rows that only the socket has: what belongs to whoever runs the machine, and what is too large or too slow for anybody else.
//!
//! Part of the [`table`](super::table).

use super::field::{Field, Kind};
use super::table::CONSOLE;
use super::{Behind, Method, Route};

/// The rows.
pub(super) const ROWS: &[Route] = &[
    Route { method: Method::Get, path: "/watchlist", behind: Behind::Ask("list"), title: "The whole watch list", ..CONSOLE },
    Route {
        path: "/polls",
        behind: Behind::Ask("poll"),
        fields: &[
            Field::new("cases", Kind::Texts, "The cases as typed; all when none is named."),
            Field::new("dry_run", Kind::Flag, "Whether nothing is kept and nobody is told."),
        ],
        title: "Visit cases now",
        ..CONSOLE
    },
    Route {
        path: "/sources/{source}/pages",
        behind: Behind::Ask("import"),
        fields: &[
            Field::new("case", Kind::Text, "The case as typed.").needed(),
            Field::new("pages", Kind::Pages, "Each page: its step and its bytes in base64.").needed(),
            Field::new("charset", Kind::Text, "A charset that overrides what the pages say."),
        ],
        title: "Take pages that a person saved as a visit",
        ..CONSOLE
    },
    Route {
        path: "/maintenance/backup",
        behind: Behind::Ask("backup"),
        fields: &[Field::new("dir", Kind::Text, "The folder, absolute.").needed()],
        title: "Write a consistent copy",
        ..CONSOLE
    },
    Route {
        path: "/maintenance/export",
        behind: Behind::Ask("export"),
        fields: &[Field::new("to", Kind::Text, "The file, absolute.").needed()],
        title: "Write everything as JSON Lines",
        ..CONSOLE
    },
    Route {
        path: "/maintenance/fsck",
        behind: Behind::Ask("fsck"),
        fields: &[Field::new("repair", Kind::Flag, "Whether indexes are mended.")],
        title: "Is the store whole?",
        ..CONSOLE
    },
    Route {
        path: "/maintenance/doctor",
        behind: Behind::Ask("doctor"),
        fields: &[Field::new("ask_sources", Kind::Flag, "Whether each source is asked once.")],
        title: "What works and what does not",
        ..CONSOLE
    },
    Route {
        method: Method::Get,
        path: "/feeds",
        behind: Behind::Ask("feeds"),
        title: "The secret addresses of feeds and calendars",
        ..CONSOLE
    },
    Route {
        path: "/feeds",
        behind: Behind::Ask("add_feed"),
        fields: &[
            Field::new("name", Kind::Text, "For whom it is."),
            Field::new("tag", Kind::Text, "Only cases with this tag."),
            Field::new("case", Kind::Text, "Only this case, as typed."),
            Field::new("language", Kind::Text, "In which language."),
        ],
        title: "Make a secret address",
        ..CONSOLE
    },
    Route { method: Method::Delete, path: "/feeds/{id}", behind: Behind::Ask("revoke_feed"), title: "Revoke a secret address", ..CONSOLE },
    Route { path: "/maintenance/reload", behind: Behind::Ask("reload"), title: "Read the watch list again", ..CONSOLE },
    Route {
        method: Method::Get,
        path: "/maintenance/status",
        behind: Behind::Ask("status"),
        title: "Which daemon runs, and from which list?",
        ..CONSOLE
    },
];
