//! Silences: news that is not sent for a while, with who said so, why and until when; and who left a channel by himself.
//!
//! Pure. The store's writer asks it in the transaction that makes a delivery and again before one is sent, `daemon` makes silences
//! from what an operator typed and from what a recipient pressed. What is muted is stored and counted all the same; what is told
//! of it at the end is [`Meanwhile`](super::meanwhile::Meanwhile).

use std::time::Duration;

use jiff::Timestamp;

use super::case::CaseRef;
use super::event::{Audience, Event, EventKind, Severity};
use super::id::Id;
use super::report::{self, place};

/// The longest that an operator's silence lasts: a year. What is to be quiet for longer is better left out of the watch list, or of
/// the channel's `events`.
pub const LONGEST: Duration = Duration::from_secs(366 * 86_400);

/// Silences of operators that may be active at once: each is asked about every message.
pub const MOST_ACTIVE: usize = 200;

/// The most kinds that one silence names.
pub const MOST_KINDS: usize = 20;

/// The longest name of whoever made it, in characters.
pub const LONGEST_NAME: usize = 100;

/// The longest reason, in characters.
pub const LONGEST_REASON: usize = 500;

/// What a silence mutes: whatever meets all of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// Only news of this source.
    pub source: Option<String>,
    /// Only news of this case.
    pub case: Option<CaseRef>,
    /// Only kinds that one of these patterns names (`filing.*`, `entry.added`); empty means all.
    pub kinds: Vec<String>,
    /// Only cases with this tag.
    pub tag: Option<String>,
    /// Only what goes to this channel.
    pub channel: Option<String>,
    /// Only what goes to this address within its channels.
    pub recipient: Option<String>,
    /// Critical news and what is for the operator too, whether a pattern names it or not.
    pub critical: bool,
}

/// A silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// Derived; see [`new`](Self::new) and [`leave`](Self::leave).
    pub id: Id,
    /// What it mutes.
    pub scope: Scope,
    /// Who made it.
    pub by: String,
    /// Why.
    pub because: String,
    /// When it was made.
    pub created: Timestamp,
    /// Until when; `None`: a recipient asked for quiet himself, which holds until he or the operator takes it back.
    pub until: Option<Timestamp>,
    /// When it ended, and what it muted was told.
    pub ended: Option<Timestamp>,
}

/// A message that may be muted.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The event that it tells.
    pub event: &'a Event,
    /// The tags of its case.
    pub tags: &'a [String],
    /// The channel that it goes to.
    pub channel: &'a str,
    /// The address within it.
    pub recipient: &'a str,
}

impl Scope {
    /// Whether it would mute everything: what is meant then is to stop the daemon.
    pub fn is_everything(&self) -> bool {
        let any_kind = self.kinds.is_empty() || self.kinds.iter().any(|pattern| pattern == "*");
        let places = [&self.source, &self.tag, &self.channel, &self.recipient];
        any_kind && self.case.is_none() && places.iter().all(|place| place.is_none())
    }

    /// What tells two scopes apart, for ids.
    fn facts(&self) -> Vec<u8> {
        let case = self.case.as_ref().map(CaseRef::to_string);
        let texts = [&self.source, &case, &self.tag, &self.channel, &self.recipient];
        let all: Vec<String> = texts.into_iter().flatten().chain(&self.kinds).cloned().collect();
        format!("{} {}", all.join("\n"), self.critical).into_bytes()
    }

    fn holds(&self, subject: &Subject<'_>) -> bool {
        let Subject { event, tags, channel, recipient } = *subject;
        let is = |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
        self.source.as_ref().is_none_or(|source| is_of(event, source))
            && self.case.as_ref().is_none_or(|case| *case == event.case)
            && self.tag.as_ref().is_none_or(|tag| tags.contains(tag))
            && is(&self.channel, channel)
            && is(&self.recipient, recipient)
    }

    /// Whether the patterns want this event muted. What is critical is muted when its kind is written out, what is for the operator
    /// when a pattern names its family: neither must vanish because a silence was wide.
    fn names(&self, event: &Event) -> bool {
        let (kind, name) = (event.kind, event.kind.name());
        let whole = self.kinds.iter().any(|pattern| pattern == name);
        let family =
            self.kinds.iter().any(|pattern| pattern.strip_suffix('*').is_some_and(|stem| !stem.is_empty() && name.starts_with(stem)));
        let any = self.kinds.is_empty() || self.kinds.iter().any(|pattern| pattern == "*");
        let guarded = !self.critical;
        match (kind.audience(), event.severity) {
            (_, Severity::Critical) if guarded => whole,
            (Audience::Operator, _) if guarded => whole || family,
            _ => whole || family || any,
        }
    }
}

/// Whether an event is of a source, or tells of the source itself.
fn is_of(event: &Event, source: &str) -> bool {
    event.case.source == source || event.case == place(&report::Subject::Source(source.to_owned()))
}

/// Whether a pattern of kinds can match anything.
pub fn is_pattern(pattern: &str) -> bool {
    let matches = |kind: &EventKind| pattern.strip_suffix('*').map_or(kind.name() == pattern, |stem| kind.name().starts_with(stem));
    EventKind::ALL.iter().any(matches)
}

impl Silence {
    /// An operator's silence.
    pub fn new(scope: Scope, by: String, because: String, created: Timestamp, until: Timestamp) -> Self {
        let id = Id::derive(&[b"silence", by.as_bytes(), because.as_bytes(), &created.as_nanosecond().to_be_bytes(), &scope.facts()]);
        Self { id, scope, by, because, created, until: Some(until), ended: None }
    }

    /// A recipient's own: he wants nothing of this channel any more, or nothing of this case. The same wish is the same silence,
    /// however often it is taken back and said again.
    pub fn leave(channel: &str, recipient: &str, case: Option<&CaseRef>, created: Timestamp) -> Self {
        let place = |case: &CaseRef| [case.source.clone(), case.number.clone()];
        let [source, number] = case.map(place).unwrap_or_default();
        let id = Id::derive(&[b"leave", channel.as_bytes(), recipient.as_bytes(), source.as_bytes(), number.as_bytes()]);
        let scope = Scope {
            case: case.cloned(),
            channel: Some(channel.to_owned()),
            recipient: Some(recipient.to_owned()),
            critical: true,
            ..Scope::default()
        };
        Self { id, scope, by: "the recipient".into(), because: "by the link in a message".into(), created, until: None, ended: None }
    }

    /// Whether a recipient asked for it himself. There is no summary at its end: he did not want to hear.
    pub fn is_leave(&self) -> bool {
        self.until.is_none()
    }

    /// Whether it mutes at `now`.
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.ended.is_none() && self.until.is_none_or(|until| now < until)
    }

    /// Whether its time is over and nobody was told yet what it muted.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.ended.is_none() && self.until.is_some_and(|until| until <= now)
    }

    fn mutes(&self, subject: &Subject<'_>) -> bool {
        let by_operator =
            || !matches!(subject.event.kind, EventKind::SilenceEnded | EventKind::VeedorTest) && self.scope.names(subject.event);
        self.scope.holds(subject) && (self.is_leave() || by_operator())
    }
}

/// The silence that mutes this message at `now`, if one does: of several the one that ends last, so that the summary comes when
/// nothing mutes it any more.
pub fn muting<'s>(silences: &'s [Silence], subject: &Subject<'_>, now: Timestamp) -> Option<&'s Silence> {
    let end = |silence: &Silence| (silence.until.unwrap_or(Timestamp::MAX), silence.id);
    silences.iter().filter(|silence| silence.is_active(now) && silence.mutes(subject)).max_by_key(|silence| end(silence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample;

    fn at(hours: i64) -> Timestamp {
        sample::seen_at() + jiff::SignedDuration::from_hours(hours)
    }

    fn silence(scope: Scope, hours: i64) -> Silence {
        Silence::new(scope, "Ana".into(), "feriado".into(), at(0), at(hours))
    }

    fn kinds(patterns: &[&str]) -> Scope {
        Scope { kinds: patterns.iter().map(|pattern| (*pattern).to_owned()).collect(), ..Scope::default() }
    }

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    /// Whether a scope mutes an event of the sample case, which has the tag "penal", on its way to a@x by the channel "mail".
    fn mutes(scope: Scope, event: &Event) -> bool {
        let tags = ["penal".to_owned()];
        let subject = Subject { event, tags: &tags, channel: "mail", recipient: "a@x" };
        muting(&[silence(scope, 9)], &subject, at(1)).is_some()
    }

    #[test]
    fn everything_that_a_silence_says_must_be_so() {
        let case = sample::watch().case;
        let other = CaseRef { number: "1".into(), ..case.clone() };
        let whole = Scope {
            source: Some(case.source.clone()),
            case: Some(case),
            kinds: vec!["ruling.*".into()],
            tag: text("penal"),
            channel: text("mail"),
            recipient: text("a@x"),
            critical: false,
        };
        assert!(mutes(whole.clone(), &sample::ruling()));
        assert!(!mutes(whole.clone(), &sample::filing()));
        for otherwise in [
            Scope { source: text("co-rama"), ..whole.clone() },
            Scope { case: Some(other), ..whole.clone() },
            Scope { tag: text("civil"), ..whole.clone() },
            Scope { channel: text("hook"), ..whole.clone() },
            Scope { recipient: text("b@x"), ..whole.clone() },
        ] {
            assert!(!mutes(otherwise.clone(), &sample::ruling()), "{otherwise:?}");
        }
    }

    #[test]
    fn what_is_critical_or_for_the_operator_is_muted_only_when_that_was_meant() {
        let channel = Scope { channel: text("mail"), ..Scope::default() };
        for (scope, ruling, removed, drift) in [
            (channel.clone(), true, false, false),
            (Scope { critical: true, ..channel }, true, true, true),
            (kinds(&["record.*", "source.*"]), false, false, true),
            (kinds(&["record.removed"]), false, true, false),
            (Scope { critical: true, ..kinds(&["record.*"]) }, false, true, false),
            (Scope { tag: text("penal"), ..kinds(&["*"]) }, true, false, false),
        ] {
            let got = [sample::ruling(), sample::removed(), sample::drift()].map(|event| mutes(scope.clone(), &event));
            assert_eq!(got, [ruling, removed, drift], "{scope:?}");
        }
        // What tells of a source is of that source.
        let blocked = &sample::reports()[0];
        let of = |source| Scope { source: text(source), ..kinds(&["source.*"]) };
        assert_eq!((mutes(of("ec-esatje"), blocked), mutes(of("ec-fiscalia"), blocked)), (true, false));
        // A filing that is critical for once is not muted with the other filings.
        let loud = Event { severity: Severity::Critical, ..sample::filing() };
        assert_eq!((mutes(kinds(&["filing.*"]), &loud), mutes(kinds(&["filing.*"]), &sample::filing())), (false, true));
    }

    #[test]
    fn a_summary_is_muted_by_nobody_but_the_one_who_left() {
        let everything = Scope { critical: true, channel: text("mail"), ..kinds(&["silence.*"]) };
        let told = sample::bare(EventKind::SilenceEnded);
        assert!(!mutes(everything, &told));
        let left = Silence::leave("mail", "a@x", None, at(0));
        let to = |recipient| Subject { event: &told, tags: &[], channel: "mail", recipient };
        assert!(muting(std::slice::from_ref(&left), &to("a@x"), at(90_000)).is_some());
        assert!(muting(&[left], &to("b@x"), at(1)).is_none());
    }

    #[test]
    fn it_ends_at_its_end_and_of_several_the_last_counts() {
        let event = sample::ruling();
        let subject = Subject { event: &event, tags: &[], channel: "mail", recipient: "a@x" };
        let [short, long] = [2, 5].map(|hours| silence(kinds(&["ruling.*"]), hours));
        let both = [Silence { id: Id([1; 16]), ..long.clone() }, Silence { id: Id([2; 16]), ..short }];
        let by = |hours| muting(&both, &subject, at(hours)).map(|silence| silence.id.0[0]);
        assert_eq!((by(1), by(2), by(4), by(5)), (Some(1), Some(1), Some(1), None));
        assert!(long.is_over(at(5)) && !long.is_over(at(4)));
        let ended = Silence { ended: Some(at(1)), ..long };
        assert!(!ended.is_active(at(1)) && !ended.is_over(at(9)));
    }

    #[test]
    fn a_wish_that_is_said_again_is_the_same_and_silence_of_all_is_seen() {
        let case = sample::watch().case;
        let leave = |recipient, case| Silence::leave("mail", recipient, case, at(0)).id;
        assert_eq!(leave("a@x", None), Silence::leave("mail", "a@x", None, at(7)).id);
        assert_eq!(
            [leave("a@x", None), leave("b@x", None), leave("a@x", Some(&case))].iter().collect::<std::collections::BTreeSet<_>>().len(),
            3
        );
        assert!(Scope::default().is_everything() && kinds(&["*"]).is_everything() && kinds(&["filing.*", "*"]).is_everything());
        assert!(!kinds(&["filing.*"]).is_everything() && !Scope { tag: text("penal"), ..kinds(&["*"]) }.is_everything());
        assert!(is_pattern("filing.*") && is_pattern("record.removed") && is_pattern("*") && !is_pattern("filings.*") && !is_pattern(""));
    }
}
