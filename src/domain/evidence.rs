//! What an event about the integrity of the record rests on, as its field carries it.
//!
//! Put there by `meaning::integrity`, worded by `message`, published in `data.field`. `before` is the witness or what was to be
//! expected, `after` what the entry shows of itself; a number that belongs to a day is written `2026-11-12 203900573`.

/// The source numbered the entry after others that are dated well after it: it was made late. `before` is the last of those.
pub const CREATED_LATE: &str = "created_late";

/// The source numbered the entry before one that was shown already: it was there, and was not shown. `before` is that one.
pub const NOT_SHOWN: &str = "not_shown";

/// The entry is dated before a decision or a hearing that was seen already, which `before` names.
pub const DATED_BEFORE: &str = "dated_before";

/// The name of the entry's file says another time than the entry: `before` the entry's, `after` the file's.
pub const FILE_TIME: &str = "file_time";

/// The head of the entry's text says another day than the entry: `before` the entry's, `after` the text's.
pub const ACT_DATE: &str = "act_date";

/// The raffle before this one, in `before`.
pub const EARLIER_RAFFLE: &str = "earlier_raffle";

/// The entry's time is outside working hours: `after` says how many such acts there were in thirty days, where they are many.
pub const OFF_HOURS: &str = "off_hours";

/// The number of the entry and its date do not follow those of the entry in `before`.
pub const SERIAL_ORDER: &str = "serial_order";

/// Entries of one day, or that appeared with old dates in one visit: `before` what is usual, `after` how many.
pub const ENTRIES_AT_ONCE: &str = "entries_at_once";

/// Entries that changed in one visit, in `after`.
pub const EDITS_AT_ONCE: &str = "edits_at_once";

/// The other entry of the day, in `before`, and how much of both is the same, in `after`.
pub const TWIN: &str = "twin";

/// The source's mark of how it shows an entry, before and now; of many entries at once with their number.
pub const MARK: &str = "visible";

/// Every name.
pub const ALL: [&str; 12] = [
    CREATED_LATE,
    NOT_SHOWN,
    DATED_BEFORE,
    FILE_TIME,
    ACT_DATE,
    EARLIER_RAFFLE,
    OFF_HOURS,
    SERIAL_ORDER,
    ENTRIES_AT_ONCE,
    EDITS_AT_ONCE,
    TWIN,
    MARK,
];
