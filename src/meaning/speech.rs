//! The phrases with which courts speak of hearings, found in one pass over a text.
//!
//! Compiled from `[speech]` and `[[type]]` of the language and jurisdiction files; `hearing` joins the
//! finds with dates.

use crate::diag::{At, Reader};
use crate::domain::hearing::HearingStatus;

use super::phrase::{Phrase, PhraseSet};
use super::tokens::Tokens;

/// What a phrase says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Say {
    /// A verb that sets a day; a strong one needs no noun.
    Set {
        /// Whether it speaks of nothing but hearings.
        strong: bool,
        /// Whether it may follow its day: "el 15 de julio se llevará a cabo".
        follows: bool,
    },
    /// Sets another day than before.
    Reset,
    /// Speaks of a day as already set: a date follows.
    Existing,
    /// What became of a setting.
    Close(HearingStatus),
    /// Somebody was missing.
    Absence,
    /// A suspended hearing goes on, on some day.
    Resume,
    /// A suspended hearing went on.
    Resumed,
    /// A hearing took place.
    Held,
    /// A hearing took place just now.
    Concluded,
    /// The decision was announced.
    Oral,
    /// A hearing.
    Noun,
    /// Something that may be a hearing.
    WeakNoun,
    /// Names a room or an office with the word for a hearing.
    Mask,
    /// A warning, a wish, a refusal.
    Guard,
    /// The same of a day that is spoken of as set: "requests that the trial set for May be moved" sets nothing.
    Wish,
    /// A pause of minutes.
    Recess,
    /// A limit.
    Until,
    /// Another kind of meeting.
    Elsewhere,
    /// Another act whose date follows.
    Cite,
    /// A room follows.
    Room,
    /// By video.
    Remote,
    /// In the court room.
    InPerson,
    /// Both.
    Mixed,
    /// The kind of hearing: an index of [`Speech::type_name`].
    Type(usize),
    /// The system for a hearing from afar: an index of [`Speech::platform_name`].
    Platform(usize),
    /// A decision is to come on a day that is not told.
    Pending,
}

/// One find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// What.
    pub say: Say,
    /// The first token.
    pub start: usize,
    /// The token after the last.
    pub end: usize,
}

/// All phrases of a language and a jurisdiction.
#[derive(Debug, Clone, Default)]
pub struct Speech {
    set: PhraseSet,
    says: Vec<Say>,
    types: Vec<String>,
    platforms: Vec<String>,
}

const KEYS: [(&str, Say); 31] = [
    ("set", Say::Set { strong: false, follows: false }),
    ("set_strong", Say::Set { strong: true, follows: false }),
    ("happens", Say::Set { strong: false, follows: true }),
    ("reset", Say::Reset),
    ("existing", Say::Existing),
    ("deferred", Say::Close(HearingStatus::Deferred)),
    ("suspended", Say::Close(HearingStatus::Suspended)),
    ("failed", Say::Close(HearingStatus::Failed)),
    ("not_installed", Say::Close(HearingStatus::NotInstalled)),
    ("revoked", Say::Close(HearingStatus::Revoked)),
    ("earlier", Say::Close(HearingStatus::MovedEarlier)),
    ("absence", Say::Absence),
    ("resume", Say::Resume),
    ("resumed", Say::Resumed),
    ("held", Say::Held),
    ("concluded", Say::Concluded),
    ("oral", Say::Oral),
    ("noun", Say::Noun),
    ("weak", Say::WeakNoun),
    ("mask", Say::Mask),
    ("guard", Say::Guard),
    ("wish", Say::Wish),
    ("recess", Say::Recess),
    ("until", Say::Until),
    ("elsewhere", Say::Elsewhere),
    ("cite", Say::Cite),
    ("room", Say::Room),
    ("remote", Say::Remote),
    ("in_person", Say::InPerson),
    ("mixed", Say::Mixed),
    ("pending", Say::Pending),
];

impl Speech {
    /// Adds what a file says: its `[speech]` and its `[[type]]`. Types added first win.
    pub fn read(&mut self, reader: &mut Reader<'_>) {
        if let Some(mut speech) = reader.table("speech") {
            for (key, say) in KEYS {
                let texts = speech.texts(key).unwrap_or_default();
                self.add(&speech, say, &texts);
            }
            speech.finish();
        }
        for (key, say) in [("type", Say::Type as fn(usize) -> Say), ("platform", Say::Platform)] {
            for mut table in if reader.has(key) { reader.tables(key) } else { Vec::new() } {
                let Some(name) = table.required_text("name") else { continue };
                table.required("phrases", "how courts write it");
                let phrases = table.texts("phrases").unwrap_or_default();
                let names = if key == "type" { &mut self.types } else { &mut self.platforms };
                let index = names.iter().position(|known| *known == name.value).unwrap_or_else(|| {
                    names.push(name.value.clone());
                    names.len() - 1
                });
                self.add(&table, say(index), &phrases);
                table.finish();
            }
        }
    }

    /// The stable name of a type.
    pub fn type_name(&self, index: usize) -> Option<&str> {
        self.types.get(index).map(String::as_str)
    }

    /// The stable name of a system for hearings from afar.
    pub fn platform_name(&self, index: usize) -> Option<&str> {
        self.platforms.get(index).map(String::as_str)
    }

    /// Every phrase of the text in order, without those that another one swallows ("se llevó a cabo" in "no se llevó a
    /// cabo", "audiencia" in "sala de audiencia").
    pub fn said(&self, tokens: &Tokens<'_>) -> Vec<Said> {
        let mut all: Vec<Said> = Vec::new();
        for hit in self.set.scan(tokens) {
            let Some(&say) = self.says.get(hit.tag) else { continue };
            // "MOTION to Dismiss: Motion Hearing set for": a motion is named, and no hearing is moved for. "NOTICE of Hearing: the trial set
            // for": what is set stands behind the colon.
            let is_head = matches!(say, Say::Wish | Say::Set { strong: true, .. });
            if is_head && (hit.start + 1..hit.end).any(|at| tokens.is_after_colon(at)) {
                continue;
            }
            all.push(Said { say, start: hit.start, end: hit.end });
        }
        // No phrase is longer than 24 tokens, so only finds that begin that near are looked at.
        let mut kept = Vec::with_capacity(all.len());
        let mut from = 0;
        for said in &all {
            while all[from].start + 24 < said.start {
                from += 1;
            }
            let length = |said: &Said| said.end - said.start;
            // "audiência de instrução será realizada no dia": what will be is not what was.
            let to_come = |other: &Said| length(other) == length(said) && said.say == Say::Held && matches!(other.say, Say::Set { .. });
            let wider =
                |other: &Said| other.end >= said.end && (length(other) > length(said) || to_come(other)) && said.say.yields_to(other.say);
            if !all[from..].iter().take_while(|other| other.start <= said.start).any(wider) {
                kept.push(*said);
            }
        }
        kept
    }

    fn add(&mut self, reader: &Reader<'_>, say: Say, texts: &[At<String>]) {
        let tag = self.says.len();
        self.says.push(say);
        for text in texts {
            match Phrase::parse(&text.value) {
                Ok(phrase) => self.set.add(tag, phrase),
                Err(why) => reader.sink().report(text.span.clone(), why, Some("see the head of jurisdictions/lang/es.toml".to_owned())),
            }
        }
    }
}

impl Say {
    /// Whether a find of this inside a wider find of `other` is part of it and says nothing of its own.
    fn yields_to(self, other: Self) -> bool {
        match (self, other) {
            (Self::Noun | Self::WeakNoun, Self::Mask) => true,
            (Self::Type(_), Self::Type(_)) => true,
            _ => self.is_verb() && other.is_verb(),
        }
    }

    /// Whether it says what happens to a hearing.
    pub fn is_verb(self) -> bool {
        matches!(
            self,
            Self::Set { .. }
                | Self::Reset
                | Self::Existing
                | Self::Close(_)
                | Self::Resume
                | Self::Resumed
                | Self::Held
                | Self::Concluded
                | Self::Oral
        )
    }
}
