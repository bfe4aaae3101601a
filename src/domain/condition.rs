//! Conditions: what lasts, as opposed to events, which happen. A condition fires, is called to mind, and ends.
//!
//! Pure: `daemon::conditions` observes and asks [`step`] what to tell, the store keeps a [`State`] for each [`Topic`] and subject
//! in the transaction that tells of it. It words nothing and routes nothing; what is told is a [`Report`](super::report::Report).

use std::time::Duration;

use jiff::Timestamp;

use super::event::EventKind;
use super::id::Id;

/// What a condition is about. With a subject (the id of a source or channel) it names one condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Whether a source can be read at all.
    Source,
    /// Whether each case of a source is read now and then.
    Unread,
    /// Whether the brake holds what a source tells.
    Drift,
    /// Whether a channel takes messages.
    Channel,
    /// Whether messages of a channel were given up.
    GaveUp,
    /// Whether the disk of the store has room.
    Store,
    /// Not a condition: the sign of life, whose last time is kept like one.
    Heartbeat,
    /// Not a condition: the monthly summary of a channel, whose last time is kept like one.
    Summary,
}

/// In what way it is bad: the class of the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Pages that the recipe does not understand.
    Unreadable,
    /// The source refuses us.
    Blocked,
    /// The source cannot be reached or says it is down.
    Unavailable,
    /// Cases that were not read for long.
    Unread,
    /// The brake is pulled.
    Drift,
    /// Attempts at a channel fail.
    Failing,
    /// A channel is set up wrongly.
    Misconfigured,
    /// A receiver says that it wants nothing more.
    Gone,
    /// Messages were given up.
    GaveUp,
    /// Little room on the disk.
    Low,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 10] = [
        Self::Unreadable,
        Self::Blocked,
        Self::Unavailable,
        Self::Unread,
        Self::Drift,
        Self::Failing,
        Self::Misconfigured,
        Self::Gone,
        Self::GaveUp,
        Self::Low,
    ];

    /// The stable name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Blocked => "blocked",
            Self::Unavailable => "unavailable",
            Self::Unread => "unread",
            Self::Drift => "drift",
            Self::Failing => "failing",
            Self::Misconfigured => "misconfigured",
            Self::Gone => "gone",
            Self::GaveUp => "gave_up",
            Self::Low => "low",
        }
    }

    /// Reads [`name`](Self::name) back.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// The kind of event that tells of it while it lasts.
    pub fn kind(self) -> EventKind {
        match self {
            Self::Unreadable => EventKind::SourceUnreadable,
            Self::Blocked => EventKind::SourceBlocked,
            Self::Unavailable => EventKind::SourceUnavailable,
            Self::Unread => EventKind::SourceCasesUnread,
            Self::Drift => EventKind::SourceDrift,
            Self::Failing | Self::Misconfigured | Self::Gone => EventKind::ChannelFailing,
            Self::GaveUp => EventKind::ChannelGaveUp,
            Self::Low => EventKind::StoreLow,
        }
    }
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 8] =
        [Self::Source, Self::Unread, Self::Drift, Self::Channel, Self::GaveUp, Self::Store, Self::Heartbeat, Self::Summary];

    /// The stable name used in backups and ids.
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Unread => "unread",
            Self::Drift => "drift",
            Self::Channel => "channel",
            Self::GaveUp => "gave_up",
            Self::Store => "store",
            Self::Heartbeat => "heartbeat",
            Self::Summary => "summary",
        }
    }

    /// Reads [`name`](Self::name) back.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.name() == name)
    }

    /// The kind of event that tells of its end; `None` where the end is what somebody just did by hand.
    pub fn ended(self) -> Option<EventKind> {
        match self {
            Self::Source | Self::Unread | Self::Drift => Some(EventKind::SourceRecovered),
            Self::Channel => Some(EventKind::ChannelRecovered),
            Self::Store => Some(EventKind::StoreRecovered),
            Self::GaveUp | Self::Heartbeat | Self::Summary => None,
        }
    }
}

/// What is kept of a condition from the first bad observation to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The first bad observation.
    pub since: Timestamp,
    /// The last one.
    pub last_bad: Timestamp,
    /// How much of it there is or was: failed visits, failed attempts, cases, messages.
    pub bad: u32,
    /// In what way it is bad.
    pub class: Class,
    /// Good observations since the last bad one.
    pub good: u32,
    /// How often it was told; 0 until it is confirmed.
    pub told: u32,
    /// When it was last told.
    pub told_at: Timestamp,
    /// What it was told as.
    pub told_class: Class,
    /// How much of it there was then.
    pub told_bad: u32,
    /// Since when the channel is disabled.
    pub disabled: Option<Timestamp>,
    /// The first bad observation after the last good one; `None` when none was good since the first of all.
    pub nothing_since: Option<Timestamp>,
    /// Why, in a sentence without addresses or names; empty when there is nothing to say.
    pub why: String,
}

/// When a condition is confirmed and called to mind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// As much of it must be seen …
    pub times: u32,
    /// … and for so long.
    pub span: Duration,
    /// So many good observations in a row end it.
    pub clear: u32,
    /// When more of it is news before the next reminder: after this.
    pub growth: Option<Duration>,
}

/// One look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// It is bad.
    Bad {
        /// In what way.
        class: Class,
        /// How much of it there is.
        count: u32,
        /// Whether something bad happened since the last look.
        fresh: bool,
        /// Why, in a sentence.
        why: String,
    },
    /// It is good.
    Good,
    /// Nothing is known of it now; reminders come all the same.
    Unknown,
}

/// What there is to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Nothing,
    /// It is confirmed.
    Fire,
    /// It goes on.
    Repeat,
    /// It ended; with what was known of it.
    Resolve(State),
}

/// Days on which a condition is called to mind; afterwards once a week (`alerting.md` A4.6).
const DAILY: u32 = 3;
const DAY: Duration = Duration::from_secs(86_400);
const WEEK: Duration = Duration::from_secs(7 * 86_400);

/// A condition that becomes another kind is told again, but not more often than this.
const OTHER_KIND: Duration = Duration::from_secs(3600);

/// How long after the telling with this number the next one comes.
pub fn reminder(told: u32) -> Duration {
    if told <= DAILY { DAY } else { WEEK }
}

impl State {
    fn begin(class: Class, now: Timestamp) -> Self {
        Self {
            since: now,
            last_bad: now,
            bad: 0,
            class,
            good: 0,
            told: 0,
            told_at: now,
            told_class: class,
            told_bad: 0,
            disabled: None,
            nothing_since: None,
            why: String::new(),
        }
    }

    /// A condition of which somebody else told the beginning.
    pub fn told_already(class: Class, count: u32, since: Timestamp) -> Self {
        Self { bad: count, told: 1, told_bad: count, ..Self::begin(class, since) }
    }

    /// Notes one more bad observation, or the first of a run.
    pub fn note(state: &mut Option<Self>, class: Class, why: String, now: Timestamp) {
        let known = state.get_or_insert_with(|| Self::begin(class, now));
        if known.good > 0 {
            known.nothing_since = Some(now);
        }
        known.bad = known.bad.saturating_add(1);
        (known.class, known.good, known.last_bad, known.why) = (class, 0, now, why);
    }

    /// Notes a good observation between two looks: a disabled channel is so no more, and the days after which it would be are counted anew.
    /// What was told of it goes on until a look finds it good.
    pub fn note_good(&mut self) {
        self.good = self.good.saturating_add(1);
        self.disabled = None;
    }

    /// Whether it was told and not ended.
    pub fn is_on(&self) -> bool {
        self.told > 0 && self.good == 0
    }

    fn is_confirmed(&self, now: Timestamp, rule: &Rule) -> bool {
        self.bad >= rule.times && since(self.since, now) >= rule.span
    }

    fn is_due(&self, now: Timestamp, rule: &Rule) -> bool {
        let passed = since(self.told_at, now);
        let other = self.class.kind() != self.told_class.kind() && passed >= OTHER_KIND;
        let more = self.bad > self.told_bad && rule.growth.is_some_and(|growth| passed >= growth);
        other || more || passed >= reminder(self.told)
    }

    /// Notes that it is told now.
    pub fn tell(&mut self, now: Timestamp) {
        (self.told, self.told_at, self.told_class, self.told_bad) = (self.told.saturating_add(1), now, self.class, self.bad);
    }
}

/// Takes a look and says what there is to tell. After a `Fire` or `Repeat` the state says that it was told; after a `Resolve` there
/// is none.
pub fn step(state: &mut Option<State>, seen: Seen, now: Timestamp, rule: &Rule) -> Step {
    match seen {
        Seen::Unknown => {}
        Seen::Good => {
            let Some(known) = state.as_mut() else { return Step::Nothing };
            known.good = known.good.saturating_add(1);
            // One that was never told ends in silence, and a single good look is enough to doubt it.
            if known.told == 0 {
                *state = None;
                return Step::Nothing;
            }
            if known.good >= rule.clear {
                return state.take().map_or(Step::Nothing, Step::Resolve);
            }
            return Step::Nothing;
        }
        Seen::Bad { class, count, fresh, why } => {
            let known = state.get_or_insert_with(|| State::begin(class, now));
            (known.class, known.good, known.bad, known.why) = (class, 0, count, why);
            if fresh {
                known.last_bad = now;
            }
        }
    }
    let Some(known) = state else { return Step::Nothing };
    // A clock that was set back must not silence what it told in its future.
    known.told_at = known.told_at.min(now);
    known.since = known.since.min(now);
    known.nothing_since = known.nothing_since.map(|since| since.min(now));
    let is_first = known.told == 0;
    if if is_first { known.is_confirmed(now, rule) } else { known.is_due(now, rule) } {
        known.tell(now);
        return if is_first { Step::Fire } else { Step::Repeat };
    }
    Step::Nothing
}

/// How long from the one instant to the other; zero when the clock went back.
pub fn since(from: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(from)).unwrap_or_default()
}

/// The id of a telling: the same condition told for the n-th time is the same event after any crash, whatever kind of trouble it is.
pub fn id_of(topic: Topic, subject: &str, began: Timestamp, telling: u32, kind: EventKind) -> Id {
    let began = began.as_millisecond().to_be_bytes();
    let parts: [&[u8]; 6] =
        [b"condition", topic.name().as_bytes(), subject.as_bytes(), &began, &telling.to_be_bytes(), kind.name().as_bytes()];
    Id::derive(&parts)
}

/// How long every attempt at a channel must have failed before it is disabled, and how long after the first a second failure must
/// have come: five days and twelve hours (`alerting.md` A4.6), so that a channel with one failed message in a quiet week is not.
const DISABLED_AFTER: Duration = Duration::from_secs(5 * 86_400);
const SECOND_FAILURE: Duration = Duration::from_secs(12 * 3600);

/// Whether a channel with this run of failures is to be disabled: it says that it wants nothing more, or it took nothing for days.
pub fn is_hopeless(run: &State, now: Timestamp) -> bool {
    let began = run.nothing_since.unwrap_or(run.since);
    run.class == Class::Gone || (since(began, now) >= DISABLED_AFTER && since(began, run.last_bad) >= SECOND_FAILURE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule { times: 3, span: Duration::from_secs(900), clear: 2, growth: None };

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minutes * 60).expect("valid")
    }

    fn bad(count: u32) -> Seen {
        Seen::Bad { class: Class::Blocked, count, fresh: true, why: "403".into() }
    }

    /// What a list of looks tells: `F`, `R`, `E` (ended) and the minute.
    fn told(looks: &[(i64, Seen)], rule: &Rule) -> Vec<String> {
        let mut state = None;
        let mut said = Vec::new();
        for (minute, seen) in looks {
            match step(&mut state, seen.clone(), at(*minute), rule) {
                Step::Nothing => {}
                Step::Fire => said.push(format!("F{minute}")),
                Step::Repeat => said.push(format!("R{minute}")),
                Step::Resolve(was) => said.push(format!("E{minute} after {} from {}", was.bad, was.since.as_second() - 1_800_000_000)),
            }
        }
        said
    }

    #[test]
    fn it_is_confirmed_by_number_and_by_time_and_told_once() {
        assert_eq!(told(&[(0, bad(1)), (5, bad(2)), (14, bad(9)), (15, bad(10)), (16, bad(11)), (60, bad(30))], &RULE), ["F15"]);
        assert_eq!(told(&[(0, bad(1)), (60, bad(2)), (600, bad(2))], &RULE), [""; 0], "two are too few however long it lasts");
        assert_eq!(told(&[(0, bad(3))], &Rule { times: 1, span: Duration::ZERO, ..RULE }), ["F0"]);
    }

    #[test]
    fn what_comes_and_goes_is_not_told_before_it_stays_and_not_ended_before_it_is_gone() {
        let flapping: Vec<(i64, Seen)> =
            (0..200).map(|n| (n * 10, if n % 2 == 0 { bad(u32::try_from(n).unwrap_or(0)) } else { Seen::Good })).collect();
        assert_eq!(told(&flapping, &RULE), [""; 0]);
        let mut on = vec![(0, bad(1)), (20, bad(5))];
        on.extend(flapping.iter().map(|(minute, seen)| (minute + 30, seen.clone())).take(100));
        assert_eq!(told(&on, &RULE), ["F20"], "one good look between bad ones is no end");
        on.extend([(2_000, Seen::Good), (2_010, Seen::Good), (2_020, Seen::Good)]);
        let said = told(&on, &RULE);
        assert!(said.len() == 2 && said[1].starts_with("E2000 after"), "{said:?}");
    }

    #[test]
    fn it_is_called_to_mind_for_three_days_and_then_weekly() {
        let day = 24 * 60;
        let looks: Vec<(i64, Seen)> = (0..24 * 20).map(|hour| (hour * 60, bad(7))).collect();
        let said = told(&looks, &RULE);
        let days: Vec<String> =
            [0, 1, 2, 3, 10, 17].iter().map(|n| format!("{}{}", if *n == 0 { 'F' } else { 'R' }, n * day + 60)).collect();
        assert_eq!(said, days);
    }

    #[test]
    fn another_kind_of_trouble_is_told_again_but_not_at_once_and_more_of_it_where_it_counts() {
        let as_class = |class, count| Seen::Bad { class, count, fresh: true, why: String::new() };
        let looks = [
            (0, as_class(Class::Unavailable, 5)),
            (20, as_class(Class::Unavailable, 9)),
            (30, as_class(Class::Blocked, 9)),
            (90, as_class(Class::Blocked, 11)),
            (200, as_class(Class::Blocked, 30)),
        ];
        assert_eq!(told(&looks, &RULE), ["F20", "R90"]);
        let growing = Rule { growth: Some(Duration::from_secs(6 * 3600)), ..RULE };
        assert_eq!(told(&[(0, bad(3)), (15, bad(3)), (60, bad(9)), (400, bad(9)), (900, bad(9))], &growing), ["F15", "R400"]);
    }

    #[test]
    fn a_clock_that_is_set_back_neither_repeats_nor_silences() {
        let mut state = None;
        step(&mut state, bad(9), at(0), &RULE);
        assert_eq!(step(&mut state, bad(9), at(20), &RULE), Step::Fire);
        assert_eq!(step(&mut state, bad(9), at(-600_000), &RULE), Step::Nothing);
        assert_eq!(step(&mut state, bad(9), at(-600_000 + 24 * 60), &RULE), Step::Repeat, "a day later by the clock as it is");
    }

    #[test]
    fn ids_are_those_of_the_facts() {
        let id = |subject: &str, minute, n, kind| id_of(Topic::Source, subject, at(minute), n, kind);
        let first = id("a", 0, 1, EventKind::SourceBlocked);
        assert_eq!(first, id("a", 0, 1, EventKind::SourceBlocked));
        for other in [
            id("b", 0, 1, EventKind::SourceBlocked),
            id("a", 1, 1, EventKind::SourceBlocked),
            id("a", 0, 2, EventKind::SourceBlocked),
            id("a", 0, 1, EventKind::SourceRecovered),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn a_channel_is_disabled_by_time_and_not_by_count() {
        let day = 24 * 60;
        let mut run = None;
        for minute in 0..600 {
            State::note(&mut run, Class::Failing, "500".into(), at(minute));
        }
        let busy = run.clone().expect("a run");
        assert!(!is_hopeless(&busy, at(4 * day)), "six hundred failures in ten hours are no five days");
        assert!(!is_hopeless(&busy, at(6 * day)), "no failure came twelve hours after the first: nothing was sent since");
        State::note(&mut run, Class::Failing, "500".into(), at(12 * 60));
        let slow = run.clone().expect("a run");
        assert!(!is_hopeless(&slow, at(5 * day - 1)) && is_hopeless(&slow, at(5 * day)));
        State::note(&mut run, Class::Gone, "410".into(), at(12 * 60 + 1));
        assert!(is_hopeless(&run.expect("a run"), at(12 * 60 + 1)));
    }

    #[test]
    fn a_channel_that_takes_something_now_and_then_is_not_disabled_and_its_days_are_counted_anew() {
        let day = 24 * 60;
        let mut run = None;
        for hour in 0..8 * 24 {
            State::note(&mut run, Class::Failing, "500".into(), at(hour * 60));
            run.as_mut().expect("a run").note_good();
            State::note(&mut run, Class::Failing, "500".into(), at(hour * 60 + 1));
        }
        let flapping = run.clone().expect("a run");
        assert!(!is_hopeless(&flapping, at(8 * day)), "it took something every hour");
        assert_eq!((flapping.since, flapping.good), (at(0), 0), "it is one run all the same");
        State::note(&mut run, Class::Failing, "500".into(), at(9 * day));
        let run = run.expect("a run");
        assert!(!is_hopeless(&run, at(12 * day)) && is_hopeless(&run, at(13 * day)), "five days after it took something for the last time");
    }

    #[test]
    fn names_read_back_and_every_class_has_a_kind_for_the_operator() {
        for topic in Topic::ALL {
            assert_eq!(Topic::parse(topic.name()), Some(topic));
        }
        for class in Class::ALL {
            assert_eq!(Class::parse(class.name()), Some(class));
            assert_eq!(class.kind().audience(), crate::domain::event::Audience::Operator);
        }
    }
}
