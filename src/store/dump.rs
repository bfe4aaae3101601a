//! The whole store as text: every row of every table, decoded, in sled's order. For tests and for looking.
//!
//! `fsck` uses the same decoding as its first check: a row that cannot be shown is damaged. The match over the tables is
//! exhaustive on purpose, so a new table cannot be forgotten.

use std::fmt::Write as _;

use serde::Serialize;

use crate::domain::delivery::Content;
use crate::domain::id::hex;

use super::accounts::AccountRecord;
use super::audit::DeedRecord;
use super::codes::Blob;
use super::compact::LIVE;
use super::domains::{CALENDAR_DOMAIN, MAIL_DOMAIN};
use super::error::StoreError;
use super::feeds::FeedRecord;
use super::hosts::HostRecord;
use super::keys::{self, Table, Trees};
use super::left::LeftRecord;
use super::link_key::LINK_KEY;
use super::numbers::{NUMBERS, Numbers};
use super::readings::ReadingRecord;
use super::records::case::{HeadRecord, MissingEntryRecord, NameRecord, RowRecord, WordRecord};
use super::records::delivery::{AttemptRecord, DeliveryRecord};
use super::records::event::EventRecord;
use super::records::silence::SilenceRecord;
use super::refused::RefusedRecord;
use super::said::SaidRecord;
use super::sessions::SessionRecord;
use super::tokens::TokenRecord;
use super::writer::WRITES;
use super::{Store, bodies, brake, conditions, rows, snapshot};

impl Store {
    /// Every row, one line each: table, key, value as JSON.
    pub fn dump(&self) -> Result<String, StoreError> {
        self.read(|trees| {
            let mut text = String::new();
            for table in Table::ALL {
                for row in trees.at(*table).iter() {
                    let (key, value) = row?;
                    if let Some(shown) = show(trees, *table, &key, &value)? {
                        let _ = writeln!(text, "{} {} {shown}", table.name(), hex(&key));
                    }
                }
            }
            Ok(text)
        })
    }
}

/// One row as JSON; `None` for the further rows of a long value, which are read with its first.
pub(super) fn show(trees: &Trees, table: Table, key: &[u8], value: &[u8]) -> Result<Option<String>, StoreError> {
    if key_len(table).is_some_and(|len| key.len() > len) {
        return Ok(None);
    }
    if key_len(table).is_some_and(|len| key.len() < len) {
        return Err(rows::damaged(table, key, "its key is too short"));
    }
    let shown = match table {
        Table::Meta if key == MAIL_DOMAIN || key == CALENDAR_DOMAIN => json(&rows::decode_row::<String>(table, key, value)?),
        // Counts that are not the same in two stores that hold the same.
        Table::Meta if key == WRITES || key == LIVE => return rows::decode_row::<u64>(table, key, value).map(|_| None),
        Table::Meta if key == NUMBERS => return rows::decode_row::<Numbers>(table, key, value).map(|_| None),
        // It is a secret.
        Table::Meta if key == LINK_KEY => return rows::decode_row::<[u8; 32]>(table, key, value).map(|_| None),
        Table::Meta => json(&rows::decode_row::<u32>(table, key, value)?),
        Table::Word => json(&rows::decode_row::<WordRecord>(table, key, value)?),
        Table::Cid | Table::EventId | Table::CaseEvent => json(&rows::decode_row::<u64>(table, key, value)?),
        Table::Name => json(&rows::decode_row::<NameRecord>(table, key, value)?),
        Table::Sched => json(&rows::decode_row::<RowRecord>(table, key, value)?),
        Table::Case => json(&rows::decode_long::<HeadRecord>(trees, table, key, value)?),
        Table::Missing => json(&rows::decode_long::<MissingEntryRecord>(trees, table, key, value)?),
        Table::Event => json(&rows::decode_long::<EventRecord>(trees, table, key, value)?),
        Table::Delivery => json(&rows::decode_long::<DeliveryRecord>(trees, table, key, value)?),
        Table::Attempt => json(&rows::decode_long::<AttemptRecord>(trees, table, key, value)?),
        Table::Left => json(&rows::decode_row::<LeftRecord>(table, key, value)?),
        Table::Host => json(&rows::decode_row::<HostRecord>(table, key, value)?),
        Table::Brake => brake::show(key, value)?,
        Table::Condition => conditions::show(key, value)?,
        Table::Silence => json(&rows::decode_long::<SilenceRecord>(trees, table, key, value)?),
        Table::Refused => json(&rows::decode_row::<RefusedRecord>(table, key, value)?),
        Table::Said => json(&rows::decode_long::<SaidRecord>(trees, table, key, value)?),
        Table::Reading => json(&rows::decode_long::<ReadingRecord>(trees, table, key, value)?),
        Table::Account => json(&rows::decode_row::<AccountRecord>(table, key, value)?),
        Table::Session => json(&rows::decode_row::<SessionRecord>(table, key, value)?),
        Table::Token => json(&rows::decode_row::<TokenRecord>(table, key, value)?),
        Table::Audit => json(&rows::decode_row::<DeedRecord>(table, key, value)?),
        Table::Feed => json(&rows::decode_long::<FeedRecord>(trees, table, key, value)?),
        Table::Due => String::new(),
        Table::Snap => match (keys::u64_at(key, 0), keys::u32_at(key, 8)) {
            (Some(cid), Some(number)) => json(&snapshot::read(trees, cid, number)?),
            _ => return Err(rows::damaged(table, key, "its key is too short")),
        },
        Table::Body => match keys::id_at(key, 0) {
            Some(id) => match rows::get_long::<DeliveryRecord>(trees, Table::Delivery, &id.0)? {
                Some(delivery) => match bodies::get(trees, id, &delivery.events)? {
                    Some(Content { from: Some(from), body, .. }) => json(&(from, Blob(body))),
                    content => json(&content.map(|content| Blob(content.body))),
                },
                None => return Err(rows::damaged(table, key, "it belongs to no delivery")),
            },
            None => return Err(rows::damaged(table, key, "its key is too short")),
        },
    };
    Ok(Some(shown))
}

/// The length of a table's keys, where it is fixed; longer ones are further rows of long values.
pub(super) fn key_len(table: Table) -> Option<usize> {
    match table {
        Table::Meta | Table::Cid | Table::Host | Table::Brake | Table::Condition => None,
        Table::Word | Table::Refused => Some(4),
        Table::Name | Table::Sched | Table::Case | Table::Left | Table::Reading => Some(keys::CID_LEN),
        Table::Event => Some(keys::EVENT_LEN),
        Table::Snap | Table::CaseEvent => Some(12),
        Table::Delivery | Table::EventId | Table::Body => Some(keys::DELIVERY_LEN),
        Table::Silence => Some(keys::SILENCE_LEN),
        Table::Said => Some(keys::SAID_LEN),
        Table::Account => Some(keys::ACCOUNT_LEN),
        Table::Session | Table::Token => Some(keys::SECRET_LEN),
        Table::Audit => Some(keys::AUDIT_LEN),
        Table::Feed => Some(keys::FEED_LEN),
        Table::Attempt => Some(keys::ATTEMPT_LEN),
        Table::Missing | Table::Due => Some(keys::MISSING_LEN),
    }
}

fn json<T: Serialize>(record: &T) -> String {
    serde_json::to_string(record).unwrap_or_else(|error| format!("{error}"))
}
