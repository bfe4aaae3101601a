//! An event as it may leave the machine.
//!
//! [`About::show`] is the only way to a [`Shown`], and `message` and `wire` word and publish nothing else, so that no output can go
//! around the [`privacy`](super::privacy) of its case. The store keeps the original. It decides nothing: that is `privacy`'s work.

use std::ops::Deref;

use super::about::About;
use super::appointment::Appointment;
use super::clock_news::is_of_clocks;
use super::docket::EntryKey;
use super::event::{
    Audience, EXCERPT_CHARS, Event, EventEntry, EventHearing, EventKind, FieldChange, MISSING_SINCE, NOT_HELD, SILENT_SINCE,
};
use super::hearing::HearingMention;
use super::id::Id;
use super::link::LINK;
use super::meanwhile::Meanwhile;
use super::privacy::Tone;
use super::redact::{Scope, cut, cut_at_word, plain};
use super::twin::ALSO_AT;
use super::withhold::Telling;

/// The longest type of an act of which nothing but type and date is told, in characters.
const TYPE: usize = 120;

/// An event whose every word of a court is masked and on one line.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    event: Event,
    quote: Option<String>,
}

impl Shown {
    /// The sentence in which the text sets a hearing.
    pub fn quote(&self) -> Option<&str> {
        self.quote.as_deref()
    }

    /// Whether nothing is told but that the case had activity.
    pub fn is_activity(&self) -> bool {
        self.event.kind == EventKind::CaseActivity
    }
}

impl Deref for Shown {
    type Target = Event;

    fn deref(&self) -> &Event {
        &self.event
    }
}

impl About<'_> {
    /// These events as messages may show them.
    pub fn show(&self, events: &[Event]) -> Vec<Shown> {
        events.iter().map(|event| self.show_one(event)).collect()
    }

    /// An event as messages may show it, and what changes by it as calendars may.
    pub fn show_one(&self, event: &Event) -> Shown {
        let telling = self.privacy.telling(event);
        let tone = Tone { language: self.language, scope: Scope::Alert, strict: telling != Telling::Whole };
        match telling {
            Telling::Activity => activity(event),
            // It quotes another case.
            Telling::TypeAndDate if event.kind == EventKind::RecordDisagreement => activity(event),
            // It names a person and what is decided about him.
            Telling::TypeAndDate if is_of_clocks(event.kind) => activity(event),
            Telling::TypeAndDate => self.type_and_date(event, tone),
            Telling::Whole => self.whole(event, tone),
        }
    }

    /// The name of a person against whom a case runs, and an operator's words about one, as they may be shown.
    pub fn defendant(&self, name: &str) -> String {
        let (telling, _) = self.privacy.of_case();
        self.privacy.name(Some(""), name, Tone { language: self.language, scope: Scope::Alert, strict: telling != Telling::Whole })
    }

    /// Words of the court, such as the title of an entry, as they may be shown.
    pub fn words(&self, text: &str) -> String {
        let (telling, _) = self.privacy.of_case();
        self.privacy.text(text, Tone { language: self.language, scope: Scope::Alert, strict: telling != Telling::Whole })
    }

    /// The title of an entry as it may be shown; `None` where entries of its type are withheld.
    pub fn title(&self, title: &str) -> Option<String> {
        let telling = self.privacy.of_entry(title);
        let tone = Tone { language: self.language, scope: Scope::Alert, strict: telling != Telling::Whole };
        (telling != Telling::Activity).then(|| self.privacy.text(title, tone))
    }

    /// The text of an entry of this title, or a passage of it, as it may be shown: as much as a message quotes. `None` where no text is told.
    pub fn text(&self, title: &str, text: &str) -> Option<String> {
        let tone = Tone { language: self.language, scope: Scope::Alert, strict: false };
        (self.privacy.of_entry(title) == Telling::Whole).then(|| self.excerpt(text, tone))
    }

    /// The name of a party as it may be shown; `None` where not even that is told.
    pub fn party(&self, role: &str, name: &str) -> Option<String> {
        let tone = Tone { language: self.language, scope: Scope::Alert, strict: false };
        (self.privacy.of_case().0 == Telling::Whole).then(|| self.privacy.name(Some(role), name, tone))
    }

    /// The value of a field of the heading as it may be shown; `None` where values are not told.
    pub fn value(&self, field: &str, value: &str) -> Option<String> {
        let tone = Tone { language: self.language, scope: Scope::Alert, strict: false };
        let is_name = field.starts_with("judge") || field.starts_with("panel");
        let shown = || if is_name { self.privacy.name(None, value, tone) } else { self.privacy.text(value, tone) };
        (self.privacy.of_case().0 == Telling::Whole).then(shown)
    }

    /// The key of an entry as it may be shown.
    pub fn key(&self, of: &EntryKey) -> EntryKey {
        key(of, |text| self.words(text))
    }

    fn whole(&self, event: &Event, tone: Tone) -> Shown {
        let text = |raw: &str| self.privacy.text(raw, tone);
        let mut shown = event.clone();
        if let Some(entry) = &mut shown.entry {
            entry.key = key(&entry.key, text);
            entry.title = text(&entry.title);
            entry.excerpt = self.excerpt(&entry.excerpt, tone);
            for side in [&mut entry.before, &mut entry.after] {
                *side = side.as_deref().map(|words| self.excerpt(words, tone));
            }
        }
        if let Some(hearing) = &mut shown.hearing {
            let mention = &mut hearing.mention;
            mention.room = mention.room.as_deref().map(text);
            mention.kind = mention.kind.as_deref().map(text);
            mention.platform = mention.platform.as_deref().map(plain);
            mention.warnings = mention.warnings.iter().map(|warning| text(warning)).collect();
            // It counts bytes of the unmasked text.
            mention.span = None;
            hearing.zone = plain(&hearing.zone);
            hearing.appointments = self.appointments(&hearing.appointments, tone);
        }
        // What veedor says of its own running holds no word of a court, and neither does a case number that a recipe understood.
        let is_number = |field: &FieldChange| field.field == ALSO_AT || (event.kind == EventKind::CaseLinked && field.field == LINK);
        let is_sum = event.kind == EventKind::SilenceEnded;
        let is_ours = |field: &FieldChange| is_sum || event.kind.audience() == Audience::Operator || is_number(field);
        if let Some(sum) = Meanwhile::of(event).filter(|_| self.privacy.hides_kinds()) {
            shown.field = Some(Meanwhile { kinds: Vec::new(), look: Vec::new(), ..sum }.field());
        }
        if let Some(field) = shown.field.as_mut().filter(|field| !is_ours(field)) {
            let role = field.field.strip_prefix("party.").map(str::to_owned);
            if is_of_clocks(event.kind) {
                // Days and words of a rule, and the name of a person against whom the case runs.
                field.before = field.before.as_deref().map(|name| self.privacy.name(Some(""), name, tone));
            } else {
                let is_name = role.is_some() || field.field.starts_with("judge");
                let show = |value: &str| if is_name { self.privacy.name(role.as_deref(), value, tone) } else { text(value) };
                field.before = field.before.as_deref().map(show);
                field.after = field.after.as_deref().map(show);
                field.field = text(&field.field);
            }
        }
        let quote = event.hearing.as_ref().and_then(|hearing| sentence(event, &hearing.mention));
        Shown { quote: quote.map(|words| self.excerpt(&words, tone)).filter(|words| !words.is_empty()), event: shown }
    }

    fn appointments(&self, appointments: &[Appointment], tone: Tone) -> Vec<Appointment> {
        let text = |raw: &str| self.privacy.text(raw, Tone { scope: Scope::Ics, ..tone });
        let shown = |one: &Appointment| Appointment {
            room: one.room.as_deref().filter(|_| !tone.strict).map(text),
            kind: one.kind.as_deref().map(text),
            zone: plain(&one.zone),
            ..one.clone()
        };
        appointments.iter().map(shown).collect()
    }

    /// A text that may have been cut: its last word goes when it may be half a number or address, which the masks would not know.
    fn excerpt(&self, raw: &str, tone: Tone) -> String {
        let masked = self.privacy.text(&cut_at_word(raw, EXCERPT_CHARS), tone);
        match self.privacy.excerpt_chars() {
            0 => String::new(),
            most => cut(&masked, most),
        }
    }

    /// Type, date and, of a hearing, its day: without text, values, rooms and other cases.
    fn type_and_date(&self, event: &Event, tone: Tone) -> Shown {
        let entry = event.entry.as_ref().map(|entry| EventEntry {
            key: EntryKey(Id::derive(&[entry.key.0.as_bytes()]).to_string()),
            title: cut(&self.privacy.text(&entry.title, tone), TYPE),
            excerpt: String::new(),
            before: None,
            after: None,
            ..entry.clone()
        });
        let hearing = event.hearing.as_ref().map(|hearing| EventHearing {
            mention: HearingMention {
                room: None,
                platform: None,
                span: None,
                kind: hearing.mention.kind.as_deref().map(|kind| self.privacy.text(kind, tone)),
                ..hearing.mention.clone()
            },
            appointments: self.appointments(&hearing.appointments, tone),
            ..hearing.clone()
        });
        let field = event.field.as_ref().and_then(|field| match field.field.as_str() {
            MISSING_SINCE | NOT_HELD | SILENT_SINCE => Some(field.clone()),
            // Which party or field it is may be said; what it says may not.
            name if matches!(event.kind, EventKind::PartyChanged | EventKind::CaseFieldChanged) => {
                Some(FieldChange { field: self.privacy.text(name, tone), before: None, after: None })
            }
            _ => None,
        });
        Shown { event: Event { entry, hearing, field, ..event.clone() }, quote: None }
    }
}

/// Nothing but that the case had activity: no kind, no severity, no date, no hash of a page.
fn activity(event: &Event) -> Shown {
    let kind = EventKind::CaseActivity;
    let event = Event {
        kind,
        severity: kind.severity(),
        version: 0,
        entry: None,
        hearing: None,
        field: None,
        page_sha256: [0; 32],
        id: event.id,
        case: event.case.clone(),
        seq: event.seq,
        seen_at: event.seen_at,
    };
    Shown { event, quote: None }
}

/// Where a source has no numbers of its own, a key is made of the court's words. One that would have to be masked becomes a number
/// derived from it, because two entries must not come to share a key.
fn key(key: &EntryKey, text: impl Fn(&str) -> String) -> EntryKey {
    let is_number = !key.0.chars().any(|c| c.is_alphabetic() || c.is_whitespace() || c == '@');
    if is_number || text(&key.0) == key.0 {
        return key.clone();
    }
    EntryKey(Id::derive(&[key.0.as_bytes()]).to_string())
}

/// The sentence in which the text sets the date. The span counts bytes of the unmasked text, of which the event holds the
/// beginning; outside it there is nothing to quote.
fn sentence(event: &Event, mention: &HearingMention) -> Option<String> {
    let text = &event.entry.as_ref()?.excerpt;
    let (start, end) = mention.span?;
    let (before, after) = (text.get(..start)?, text.get(start.max(end)..)?);
    let from = stops(before).last().unwrap_or(0);
    let until = stops(after).next().map_or(text.len(), |stop| start.max(end) + stop);
    text.get(from..until).map(|sentence| sentence.trim().to_owned())
}

/// Where sentences end: after a stop that white space follows, so that "09.30" is no end.
fn stops(text: &str) -> impl Iterator<Item = usize> {
    let next = text.chars().skip(1).map(Some).chain([None]);
    text.char_indices().zip(next).filter_map(|((at, c), next)| {
        let is_end = c == '\n' || (matches!(c, '.' | ';') && next.is_none_or(char::is_whitespace));
        is_end.then_some(at + c.len_utf8())
    })
}
