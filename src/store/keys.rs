//! The tables of the store and the shape of their keys.
//!
//! All numbers in keys are big-endian, so that sled's order is theirs. A `cid` is the number that the store gave a case.
//! A long value is one that may take several rows, part *n* under `key ‖ n` (see `rows`). Nothing here reads or writes.

use jiff::Timestamp;

use crate::domain::id::{Id, sha256};

use super::Cid;
use super::tree::Tree;

macro_rules! tables {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A sled tree.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(super) enum Table { $($(#[$doc])* $variant,)* }

        impl Table {
            /// Every table.
            pub(super) const ALL: &'static [Table] = &[$(Table::$variant,)*];

            /// The name of its tree.
            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

tables! {
    /// Name → what the store says of itself: `format`, `writes`, the flushes that were confirmed, `mail_domain` and `calendar_domain`, the right
    /// sides of its message ids and appointments, `numbers`, which events have none, and `link_key`, from which recipients' links are made.
    Meta = "meta",
    /// Number u32 → a source, or a channel with a recipient: strings that many rows would repeat.
    Word = "word",
    /// Word of the source ‖ case number → cid.
    Cid = "cid",
    /// Cid → word of the source, case number.
    Name = "name",
    /// Cid → the head of the case, long.
    Case = "case",
    /// Cid → the plan, 22 bytes, written lazily.
    Sched = "sched",
    /// Cid ‖ hash of the entry's key → since, visits, the key, long. Entries missing and not yet told as gone.
    Missing = "missing",
    /// Cid ‖ version u32 → header and zstd of a version, long.
    Snap = "snap",
    /// Number u64 among all → the event, long.
    Event = "event",
    /// Event id → number.
    EventId = "event_id",
    /// Cid ‖ number u32 within the case → number among all.
    CaseEvent = "case_event",
    /// Delivery id → the delivery, long.
    Delivery = "delivery",
    /// Due ms u64 ‖ delivery id → nothing. Deliveries that are held stand at [`HELD`] or [`BRAKED`], muted ones at [`MUTED`], those
    /// given up at [`NEVER`].
    Due = "due",
    /// Delivery id ‖ n u32 → one attempt, long.
    Attempt = "attempt",
    /// Delivery id → the bytes that were sent, long.
    Body = "body",
    /// Scheme, name and port of a host → requests used today and rests, written lazily.
    Host = "host",
    /// Cid → since when the case is not on the watch list, and whether it came back.
    Left = "left",
    /// Word of the source → what the brake holds · ‖ way u64 → let through until · ‖ way ‖ 0 → since when it pulled the brake, and
    /// when that was discarded · ‖ way ‖ cid → a case that changed so, and when.
    Brake = "brake",
    /// Topic ‖ 0 ‖ id of the source or channel → what is known of a condition.
    Condition = "condition",
    /// Silence id → the silence, long. Never removed.
    Silence = "silence",
    /// Word of an address → since when and how often its mail server refused it, and what it said last.
    Refused = "refused",
    /// Hash of source and case number → what the operator said of the case that hides what is told of it, long.
    Said = "said",
    /// Cid → what the entries of its last docket say, long, written lazily. It follows from the docket and may go.
    Reading = "reading",
    /// Id of the name → a user, with what is kept of the password.
    Account = "account",
    /// SHA-256 of the secret → a session of a user. Backups leave it out.
    Session = "session",
    /// SHA-256 of the secret → an API token.
    Token = "token",
    /// Number u64 → what was done at the dashboard, the API or the console. Only added to, and dropped from its old end.
    Audit = "audit",
    /// Feed address → whose it is, what it leads to, the hash of its token, long. Never removed.
    Feed = "feed",
}

/// The opened trees. Cheap to clone.
#[derive(Clone)]
pub(super) struct Trees {
    pub(super) db: sled::Db,
    trees: Vec<Tree>,
}

impl Trees {
    /// Opens every table.
    pub(super) fn open(db: sled::Db) -> sled::Result<Self> {
        let open = |table: &Table| db.open_tree(table.name()).map(|tree| Tree::new(table.name(), tree));
        let trees = Table::ALL.iter().map(open).collect::<Result<_, _>>()?;
        Ok(Self { db, trees })
    }

    /// The tree of a table.
    pub(super) fn at(&self, table: Table) -> &Tree {
        &self.trees[table as usize]
    }
}

/// Where dead deliveries stand in `due`: never due, and found without reading all deliveries.
pub(super) const NEVER: u64 = u64::MAX;

/// Where deliveries stand in `due` that wait for their channel to be mended.
pub(super) const HELD: u64 = NEVER - 1;

/// Where deliveries stand in `due` that the brake holds.
pub(super) const BRAKED: u64 = HELD - 1;

/// Where deliveries stand in `due` that a silence mutes.
pub(super) const MUTED: u64 = BRAKED - 1;

/// The length of the keys of a case's rows; longer ones are further parts.
pub(super) const CID_LEN: usize = 8;

/// The key of a case's rows.
pub(super) fn cid(cid: Cid) -> [u8; 8] {
    cid.to_be_bytes()
}

/// The key of a case in `cid`.
pub(super) fn case(source: u32, number: &str) -> Vec<u8> {
    [&source.to_be_bytes()[..], number.as_bytes()].concat()
}

/// The key of a row that belongs to a case and has a number: a version or an event's place.
pub(super) fn numbered(cid: Cid, number: u32) -> [u8; 12] {
    let mut key = [0; 12];
    key[..8].copy_from_slice(&cid.to_be_bytes());
    key[8..].copy_from_slice(&number.to_be_bytes());
    key
}

/// The length of such keys; longer ones are further parts.
pub(super) const NUMBERED_LEN: usize = 12;

/// The key of a missing part. Its stored name may be long, so half of its SHA-256 stands here.
pub(super) fn missing(cid: Cid, part: &str) -> [u8; 24] {
    let mut key = [0; 24];
    key[..8].copy_from_slice(&cid.to_be_bytes());
    key[8..].copy_from_slice(&sha256(part.as_bytes())[..16]);
    key
}

/// The length of keys in `missing`; longer ones are further parts.
pub(super) const MISSING_LEN: usize = 24;

/// The length of keys in `event`; longer ones are further parts.
pub(super) const EVENT_LEN: usize = 8;

/// The length of keys in `delivery`; longer ones are further parts.
pub(super) const DELIVERY_LEN: usize = 16;

/// The length of keys in `silence`; longer ones are further parts.
pub(super) const SILENCE_LEN: usize = 16;

/// The length of keys in `feed`; longer ones are further parts.
pub(super) const FEED_LEN: usize = 16;

/// The length of a key in `said`.
pub(super) const SAID_LEN: usize = 16;

/// The length of a key in `account`.
pub(super) const ACCOUNT_LEN: usize = 16;

/// The length of keys that are the SHA-256 of a secret: `session`, `token`.
pub(super) const SECRET_LEN: usize = 32;

/// The length of a key in `audit`.
pub(super) const AUDIT_LEN: usize = 8;

/// The length of keys in `attempt`; longer ones are further parts.
pub(super) const ATTEMPT_LEN: usize = 20;

/// The key of a delivery that wants attention at `due` milliseconds.
pub(super) fn due(due: u64, id: Id) -> [u8; 24] {
    let mut key = [0; 24];
    key[..8].copy_from_slice(&due.to_be_bytes());
    key[8..].copy_from_slice(&id.0);
    key
}

/// All keys of these places in `due`.
pub(super) fn due_range(places: &std::ops::RangeInclusive<u64>) -> std::ops::RangeInclusive<Vec<u8>> {
    due(*places.start(), Id([0; 16])).to_vec()..=due(*places.end(), Id([0xff; 16])).to_vec()
}

/// The key of a way in which cases of a source change: of its SHA-256 the first eight bytes stand here.
pub(super) fn way(source: u32, way: &str) -> [u8; 12] {
    let mut key = [0; 12];
    key[..4].copy_from_slice(&source.to_be_bytes());
    key[4..].copy_from_slice(&sha256(way.as_bytes())[..8]);
    key
}

/// The key of what is known of a way that pulled the brake. It stands before those of its cases.
pub(super) fn pulled(source: u32, way: &str) -> [u8; 13] {
    let mut key = [0; 13];
    key[..12].copy_from_slice(&self::way(source, way));
    key
}

/// The key of a case that changed in a way.
pub(super) fn changed(source: u32, way: &str, cid: Cid) -> [u8; 20] {
    let mut key = [0; 20];
    key[..12].copy_from_slice(&self::way(source, way));
    key[12..].copy_from_slice(&cid.to_be_bytes());
    key
}

/// The key of an attempt.
pub(super) fn attempt(delivery: Id, n: u32) -> [u8; 20] {
    let mut key = [0; 20];
    key[..16].copy_from_slice(&delivery.0);
    key[16..].copy_from_slice(&n.to_be_bytes());
    key
}

/// An instant as `due` orders it; before 1970 counts as 1970.
pub(super) fn milliseconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_millisecond()).unwrap_or_default()
}

/// Reads a big-endian number from a part of a key; `None` when the key is too short.
pub(super) fn u64_at(key: &[u8], from: usize) -> Option<u64> {
    Some(u64::from_be_bytes(key.get(from..from.checked_add(8)?)?.try_into().ok()?))
}

/// As [`u64_at`], four bytes.
pub(super) fn u32_at(key: &[u8], from: usize) -> Option<u32> {
    Some(u32::from_be_bytes(key.get(from..from.checked_add(4)?)?.try_into().ok()?))
}

/// As [`u64_at`], an id.
pub(super) fn id_at(key: &[u8], from: usize) -> Option<Id> {
    Some(Id(key.get(from..from.checked_add(16)?)?.try_into().ok()?))
}
