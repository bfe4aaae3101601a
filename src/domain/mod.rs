//! The words of veedor and the decisions that need nothing but data.
//!
//! Every layer uses these types. Nothing here awaits, reads a clock, opens a file, logs, or is serialised:
//! stored forms live in `store`, published forms in `wire`, and time arrives as an argument called `now`.
//!
//! | Word | Meaning | In the field |
//! |---|---|---|
//! | **Jurisdiction** | a country or court system: one folder of data | |
//! | **Source** | one public site of a court or prosecutor, described by a recipe | court information system |
//! | **Recipe** | the TOML file that says how to ask a source and how to read its answers | |
//! | **Case** | a case number at a source, as watched | causa, proceso, expediente, docket |
//! | **Request / Page** | what to ask / what came back, as plain data | |
//! | **Docket** | the visible state of a case, normalised | registro de actuaciones |
//! | **Entry** | one line of a docket, with a stable [`EntryKey`](docket::EntryKey) | docket entry, actuación, movimiento |
//! | **Version** | a stored docket with the pages it came from and when it was seen | |
//! | **Change** | one difference between two dockets | |
//! | **Condition** | a level that lasts, of a source, a channel or the disk: it fires, is called to mind, and ends | |
//! | **Event** | a change with its meaning: `hearing.scheduled`, `ruling.issued`, `record.removed` … | |
//! | **Hearing** | a hearing with its settings, each with an outcome | audiencia, señalamiento |
//! | **Appointment** | a hearing as a calendar program keeps it: one identity over its settings, a number that grows | |
//! | **Clock** | a procedural time limit | plazo, término |
//! | **Delivery / Attempt / Outcome** | a message for one recipient of one channel / one try / Sent, Retry, Rejected | |
//! | **Silence** | news that is not sent for a while: who said so, why, until when | |
//! | **Oddity** | something unexpected on a page that did not stop us from reading it | |

pub mod about;
pub mod access;
pub mod address;
pub mod appointment;
pub mod backoff;
pub mod brake;
pub mod case;
pub mod caveat;
pub mod charset;
pub mod checks;
pub mod checkup;
pub mod clock_news;
pub mod clocks;
pub mod condition;
pub mod deed;
pub mod delay_summary;
pub mod delays;
pub mod delivery;
pub mod diff;
pub mod digest;
pub mod disagreement;
pub mod docket;
pub mod event;
pub mod evidence;
pub mod feed;
pub mod figure;
pub mod fold;
pub mod health;
pub mod hearing;
pub mod id;
pub mod junk;
pub mod link;
pub mod meanwhile;
pub mod measure;
pub mod medium;
pub mod names;
pub mod outage;
pub mod page;
pub mod privacy;
pub mod reach;
pub mod reasons;
pub mod redact;
pub mod refusal;
pub mod report;
pub mod route;
#[cfg(test)]
pub mod sample;
pub mod schedule;
#[cfg(test)]
pub mod seeds;
pub mod sentence;
pub mod setting;
pub mod shown;
pub mod signing;
pub mod silence;
pub mod timing;
pub mod twin;
pub mod way_out;
pub mod withhold;
