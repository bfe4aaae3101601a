//! The store as JSON Lines: what backups and exports hold, in a form that outlives sled.
//!
//! One header, then cases, versions, events, deliveries, what the brake knows, silences, and in backups users, tokens and what was done, then a trailer with counts and the SHA-256 of every byte
//! before it. A later line about the same thing replaces an earlier one, so that what changed while the lines were
//! written can follow at the end. Ids are hexadecimal, instants ISO 8601, pages and messages base64.

use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Cid;
use super::accounts::AccountRecord;
use super::audit::DeedRecord;
use super::backup::LineCounts;
use super::brake_lines::BrakeLine;
use super::codes::{Blob, IdHex, Instant, MediumCode, Sha};
use super::conditions::ConditionLine;
use super::error::StoreError;
use super::feeds::FeedLine;
use super::left::LeftRecord;
use super::records::case::{HeadRecord, MissingEntryRecord, RowRecord};
use super::records::delivery::{AttemptRecord, StateRecord};
use super::records::docket::{DocketRecord, PageRecord};
use super::records::event::EventRecord;
use super::said::SaidRecord;
use super::silences::SilenceLine;
use super::tokens::TokenRecord;

/// The format of the lines.
pub(super) const LINES_FORMAT: u32 = 1;

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub(super) enum Line {
    /// The first.
    Veedor {
        format: u32,
        program: String,
        at: Instant,
        #[serde(flatten)]
        whole: Whole,
    },
    /// A case without its history.
    Case(CaseLine),
    /// A version.
    Version { cid: Cid, number: u32, at: Instant, docket: DocketRecord, pages: Vec<PageRecord> },
    /// An event, with its number among all.
    Event { number: u64, event: Box<EventRecord> },
    /// A delivery with its attempts and what it sent.
    Delivery(DeliveryLine),
    /// A row of the brake.
    Brake(BrakeLine),
    /// A condition.
    Condition(ConditionLine),
    /// A silence.
    Silence(SilenceLine),
    /// What the operator said of a case.
    Said(SaidRecord),
    /// A secret address of feeds; in backups only.
    Feed(FeedLine),
    /// The key of recipients' links; in backups only.
    LinkKey { key: Sha },
    /// A user with what is kept of the password; in backups only, as what follows.
    Account(AccountRecord),
    /// An API token under the hash of its secret.
    Token { key: Sha, token: TokenRecord },
    /// What was done.
    Audit { number: u64, deed: DeedRecord },
    /// Something that is stored but did not read back, so that one bad value does not cost the whole backup.
    Damaged { what: String },
    /// The last.
    End { counts: LineCounts, sha256: Sha },
}

/// What is of the whole store.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Whole {
    /// The right side of message ids.
    #[serde(default)]
    pub mail_domain: Option<String>,
    /// That of appointments, where it is not the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar_domain: Option<String>,
    /// The number of the next event when the backup began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_event: Option<u64>,
}

/// A case without its history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct CaseLine {
    pub cid: Cid,
    pub source: String,
    pub number: String,
    pub head: Option<HeadRecord>,
    pub plan: Option<RowRecord>,
    pub missing: Vec<MissingEntryRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<LeftRecord>,
}

/// A delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct DeliveryLine {
    pub id: IdHex,
    pub channel: String,
    pub recipient: String,
    pub cid: Cid,
    pub events: Vec<IdHex>,
    pub state: StateRecord,
    pub attempts: u16,
    pub created: Instant,
    pub tries: Vec<AttemptRecord>,
    pub body: Option<Blob>,
    #[serde(default)]
    pub medium: Option<MediumCode>,
    #[serde(default)]
    pub from: Option<String>,
}

/// Writes lines and counts them.
pub(super) struct LineWriter<'a> {
    out: &'a mut dyn Write,
    hash: Sha256,
    counts: LineCounts,
}

impl<'a> LineWriter<'a> {
    /// Begins with the header.
    pub(super) fn begin(out: &'a mut dyn Write, at: Instant, whole: Whole) -> Result<Self, StoreError> {
        let mut writer = Self { out, hash: Sha256::new(), counts: LineCounts::default() };
        writer.put(&Line::Veedor { format: LINES_FORMAT, program: env!("CARGO_PKG_VERSION").to_owned(), at, whole })?;
        Ok(writer)
    }

    /// Writes one line.
    pub(super) fn put(&mut self, line: &Line) -> Result<(), StoreError> {
        let mut text = serde_json::to_vec(line).map_err(|error| StoreError::Backup(error.to_string()))?;
        text.push(b'\n');
        self.hash.update(&text);
        self.counts.count(line);
        self.out.write_all(&text).map_err(|error| StoreError::Backup(error.to_string()))
    }

    /// Writes one line, or that there should be one.
    pub(super) fn put_or_say(&mut self, line: Result<Line, StoreError>) -> Result<(), StoreError> {
        match line {
            Ok(line) => self.put(&line),
            Err(StoreError::Damaged(what)) => self.put(&Line::Damaged { what }),
            Err(error) => Err(error),
        }
    }

    /// Ends with the trailer.
    pub(super) fn end(mut self) -> Result<LineCounts, StoreError> {
        let (counts, sha256) = (self.counts, Sha(self.hash.clone().finalize().into()));
        self.put(&Line::End { counts, sha256 })?;
        Ok(counts)
    }
}

/// Reads lines to their trailer, and hands each but the trailer to `visit`. An error says where it stands.
pub(super) fn read_lines(mut input: impl BufRead, visit: &mut dyn FnMut(Line) -> Result<(), StoreError>) -> Result<LineCounts, StoreError> {
    let wrong = |n: u64, why: &str| StoreError::Backup(format!("line {n}: {why}"));
    let (mut hash, mut counts) = (Sha256::new(), LineCounts::default());
    let mut text = Vec::new();
    for n in 1.. {
        text.clear();
        let read = input.read_until(b'\n', &mut text).map_err(|error| wrong(n, &error.to_string()))?;
        if read == 0 {
            return Err(wrong(n, "it ends without a trailer: it is not complete"));
        }
        let line: Line = serde_json::from_slice(&text).map_err(|error| wrong(n, &error.to_string()))?;
        match (n, line) {
            (1, header @ Line::Veedor { format: LINES_FORMAT, .. }) => visit(header)?,
            (1, Line::Veedor { format, .. }) => {
                return Err(wrong(
                    n,
                    &format!("it has format {format}, and this veedor reads {LINES_FORMAT}; use the veedor that wrote it"),
                ));
            }
            (1, _) | (_, Line::Veedor { .. }) => return Err(wrong(n, "this is not a backup of veedor")),
            (_, Line::End { counts: stated, sha256 }) => {
                if stated != counts || sha256.0 != <[u8; 32]>::from(hash.finalize()) {
                    return Err(wrong(n, "the lines before are not those that were written"));
                }
                return Ok(counts);
            }
            (_, line) => {
                counts.count(&line);
                visit(line)?;
            }
        }
        hash.update(&text);
    }
    Ok(counts)
}
