//! Which channels hear of an event, and when.
//!
//! Pure: `config` makes the routes, `daemon::poll` asks, the store commits the deliveries with the events. It knows
//! nothing of how a channel sends.

use std::time::Duration;

use jiff::Timestamp;

use super::case::{CaseRef, Watch};
use super::delivery::{Delivery, DeliveryState, MOST_EVENTS, MOST_IN_DIGEST};
use super::event::{Audience, Event, EventKind, Severity};
use super::junk::Junk;
use super::timing::Timing;

/// What a channel wants to hear, and how its news is gathered.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// The channel's id.
    pub channel: String,
    /// The recipients; one delivery each. A channel that is its own address has one empty string.
    pub recipients: Vec<String>,
    /// The kinds it wants.
    pub kinds: KindFilter,
    /// Only cases with one of these tags; empty means all.
    pub tags: Vec<String>,
    /// Whether the news of one visit goes out as one message (mail, chat) or one message an event (webhook).
    pub gather: Gather,
    /// When news leaves.
    pub timing: Timing,
    /// The routine entries that wait for the digest.
    pub junk: Junk,
}

/// How the news of one case becomes messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gather {
    /// One message an event, at once.
    EachEvent,
    /// One message for all news of a case within this time; events of severity `warn` and above do not wait.
    ByCase(Duration),
}

/// Patterns over event kinds: `hearing.*`, `ruling.issued`, `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindFilter {
    /// The patterns; empty means every kind that is for subscribers.
    pub patterns: Vec<String>,
}

impl KindFilter {
    /// Whether this kind is wanted. Kinds for the operator must be named by a pattern other than `*`.
    pub fn wants(&self, kind: EventKind) -> bool {
        if self.patterns.is_empty() {
            return kind.audience() == Audience::Subscriber;
        }
        self.patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some("") => kind.audience() == Audience::Subscriber,
            Some(prefix) => kind.name().starts_with(prefix),
            None => kind.name() == pattern,
        })
    }
}

/// The deliveries that these events of one visit make.
pub fn route(events: &[Event], watch: &Watch, routes: &[Route], now: Timestamp) -> Vec<Delivery> {
    let mut deliveries = Vec::new();
    for route in routes {
        let chosen = watch.channels.as_ref().is_none_or(|channels| channels.contains(&route.channel));
        let tagged = route.tags.is_empty() || route.tags.iter().any(|tag| watch.tags.contains(tag));
        if !chosen || !tagged {
            continue;
        }
        let wanted: Vec<&Event> = events.iter().filter(|event| route.kinds.wants(event.kind)).collect();
        let end = route.timing.digest_end(now);
        let (late, soon): (Vec<&Event>, Vec<&Event>) = wanted.iter().partition(|event| route.lowers(event, &wanted, now, end));
        let mut add = |case: &CaseRef, group: &[&Event], state: DeliveryState| {
            for recipient in &route.recipients {
                deliveries.push(Delivery {
                    id: Delivery::id_of(&route.channel, recipient, group[0].id),
                    channel: route.channel.clone(),
                    recipient: recipient.clone(),
                    case: case.clone(),
                    events: group.iter().map(|event| event.id).collect(),
                    state: state.clone(),
                    attempts: 0,
                    created: now,
                });
            }
        };
        match route.gather {
            // In the order in which it happened; a program gets each by itself, when it may.
            Gather::EachEvent => wanted.chunks(1).for_each(|event| {
                let state = if late.contains(&event[0]) { DeliveryState::Waiting { due: end } } else { route.state_of(event, now) };
                add(&watch.case, event, state);
            }),
            Gather::ByCase(_) => {
                soon.chunks(MOST_EVENTS).for_each(|group| add(&watch.case, group, route.state_of(group, now)));
                late.chunks(MOST_IN_DIGEST).for_each(|group| add(&CaseRef::of_digests(), group, DeliveryState::Open { due: end }));
            }
        }
    }
    deliveries
}

impl Route {
    /// Whether anything can wait for the digest.
    pub fn lowers_any(&self) -> bool {
        self.timing.digest_below.is_some() || !self.junk.is_empty()
    }

    /// Whether an event waits for the digest that ends at `end`. A routine entry of which something else is told goes with that.
    fn lowers(&self, event: &Event, wanted: &[&Event], now: Timestamp, end: Timestamp) -> bool {
        let is_alone = || {
            let key = |event: &Event| event.entry.as_ref().map(|entry| entry.key.clone());
            wanted.iter().filter(|other| key(other) == key(event)).all(|other| self.junk.meets(other))
        };
        self.timing.is_for_digest(event, now, end) || (self.junk.meets(event) && is_alone())
    }

    fn state_of(&self, group: &[&Event], now: Timestamp) -> DeliveryState {
        if let Some(until) = self.timing.held_until(now)
            && !group.iter().any(|event| Timing::passes(event, now, until))
        {
            // The news of a case that is held is one message in the morning.
            return match self.gather {
                Gather::ByCase(_) => DeliveryState::Open { due: until },
                Gather::EachEvent => DeliveryState::Waiting { due: until },
            };
        }
        // A reminder that gathers company comes after its hearing.
        let urgent = group.iter().any(|event| event.severity >= Severity::Warn || event.kind == EventKind::HearingReminder);
        match self.gather {
            // What gathered into the quiet hours would stay there.
            Gather::ByCase(wait) if !urgent && !wait.is_zero() && self.timing.held_until(now + wait).is_none() => {
                DeliveryState::Open { due: now + wait }
            }
            _ => DeliveryState::Waiting { due: now },
        }
    }
}

/// The deliveries of events that concern linked cases and are told of one of them: to all who hear of any, once.
pub fn route_joint(events: &[Event], watch: &Watch, linked: &[&Watch], routes: &[Route], now: Timestamp) -> Vec<Delivery> {
    let mut deliveries = route(events, watch, routes, now);
    for other in linked {
        let heard = |route: &&Route| !deliveries.iter().any(|delivery| delivery.channel == route.channel);
        let rest: Vec<Route> = routes.iter().filter(heard).cloned().collect();
        let as_other = Watch { tags: other.tags.clone(), channels: other.channels.clone(), ..watch.clone() };
        deliveries.extend(route(events, &as_other, &rest, now));
    }
    deliveries
}

/// The deliveries of an event for those who run veedor: to every channel that asks for its kind, whatever cases it is for, and at
/// once.
pub fn to_operators(event: &Event, routes: &[Route], now: Timestamp) -> Vec<Delivery> {
    let asked = routes.iter().filter(|route| route.kinds.wants(event.kind));
    let recipients = asked.flat_map(|route| route.recipients.iter().map(|recipient| (&route.channel, recipient)));
    recipients
        .map(|(channel, recipient)| Delivery {
            id: Delivery::id_of(channel, recipient, event.id),
            channel: channel.clone(),
            recipient: recipient.clone(),
            case: event.case.clone(),
            events: vec![event.id],
            state: DeliveryState::Waiting { due: now },
            attempts: 0,
            created: now,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::time;

    use super::*;
    use crate::domain::case::{CaseNumber, Parts};
    use crate::domain::event::Actor;
    use crate::domain::id::Id;
    use crate::domain::junk::{Pattern, Rule};
    use crate::domain::sample;
    use crate::domain::timing::{Period, Quiet};

    fn watch(tags: &[&str], channels: Option<&[&str]>) -> Watch {
        let case = CaseRef { source: "s".into(), number: "1".into() };
        let number = CaseNumber { compact: "1".into(), canonical: "1".into(), parts: Parts::default() };
        Watch {
            case,
            number,
            name: None,
            formal_name: None,
            tags: tags.iter().map(|tag| (*tag).into()).collect(),
            every: Duration::from_secs(60),
            since: None,
            silent_after: None,
            note: None,
            facts: BTreeMap::new(),
            pins: Vec::new(),
            chosen_for_delay: false,
            channels: channels.map(|ids| ids.iter().map(|id| (*id).into()).collect()),
            linked: Vec::new(),
            withhold: None,
        }
    }

    fn event(kind: EventKind, subject: &str) -> Event {
        let case = CaseRef { source: "s".into(), number: "1".into() };
        Event {
            id: Event::id_of(&case, 2, subject, kind),
            kind,
            severity: kind.severity(),
            case,
            seq: 1,
            version: 2,
            entry: None,
            hearing: None,
            field: None,
            seen_at: Timestamp::UNIX_EPOCH,
            page_sha256: [0; 32],
        }
    }

    fn mail(kinds: &[&str], tags: &[&str], wait: u64) -> Route {
        Route {
            channel: "mail".into(),
            recipients: vec!["a@example.org".into(), "b@example.org".into()],
            kinds: KindFilter { patterns: kinds.iter().map(|kind| (*kind).into()).collect() },
            tags: tags.iter().map(|tag| (*tag).into()).collect(),
            gather: Gather::ByCase(Duration::from_secs(wait)),
            timing: Timing::at_once(),
            junk: Junk::default(),
        }
    }

    #[test]
    fn each_recipient_gets_one_message_with_all_the_news_of_the_case() {
        let events = [event(EventKind::OrderIssued, "a"), event(EventKind::FilingAdded, "b")];
        let deliveries = route(&events, &watch(&[], None), &[mail(&[], &[], 60)], Timestamp::UNIX_EPOCH);
        assert_eq!(deliveries.len(), 2);
        assert!(deliveries.iter().all(|delivery| delivery.events.len() == 2));
        assert_ne!(deliveries[0].id, deliveries[1].id);
        assert!(matches!(deliveries[0].state, DeliveryState::Open { due } if due.as_second() == 60));
    }

    #[test]
    fn more_news_than_a_mail_holds_becomes_several_mails_that_leave_nothing_out() {
        let events: Vec<Event> = (0..120).map(|n| event(EventKind::OrderIssued, &n.to_string())).collect();
        let deliveries = route(&events, &watch(&[], None), &[mail(&[], &[], 60)], Timestamp::UNIX_EPOCH);
        let of_one: Vec<&Delivery> = deliveries.iter().filter(|delivery| delivery.recipient == "a@example.org").collect();
        assert_eq!(of_one.iter().map(|delivery| delivery.events.len()).collect::<Vec<_>>(), [50, 50, 20]);
        let told: Vec<Id> = of_one.iter().flat_map(|delivery| delivery.events.clone()).collect();
        assert_eq!(told, events.iter().map(|event| event.id).collect::<Vec<_>>());
        assert_eq!(deliveries.iter().map(|delivery| delivery.id).collect::<std::collections::BTreeSet<_>>().len(), 6);
    }

    #[test]
    fn urgent_news_does_not_wait() {
        let waits = |kinds: &[EventKind]| {
            let events: Vec<Event> = kinds.iter().map(|kind| event(*kind, kind.name())).collect();
            let deliveries = route(&events, &watch(&[], None), &[mail(&[], &[], 60)], Timestamp::UNIX_EPOCH);
            !matches!(deliveries[0].state, DeliveryState::Waiting { due } if due == Timestamp::UNIX_EPOCH)
        };
        assert!(waits(&[EventKind::OrderIssued]));
        assert!(!waits(&[EventKind::OrderIssued, EventKind::RecordRemoved]));
        assert!(!waits(&[EventKind::HearingReminder]), "it would come after its hearing");
    }

    #[test]
    fn channels_hear_only_what_and_whom_they_asked_for() {
        let events = [event(EventKind::OrderIssued, "a")];
        let none = |watch: Watch, route_: Route| route(&events, &watch, &[route_], Timestamp::UNIX_EPOCH).is_empty();
        assert!(none(watch(&[], None), mail(&["hearing.*"], &[], 0)));
        assert!(none(watch(&["x"], None), mail(&[], &["y"], 0)));
        assert!(none(watch(&[], Some(&["other"])), mail(&[], &[], 0)));
        assert!(!none(watch(&["y"], Some(&["mail"])), mail(&["order.*"], &["y"], 0)));
    }

    #[test]
    fn news_of_linked_cases_reaches_all_who_follow_one_of_them_once() {
        let events = [event(EventKind::HearingReminder, "a")];
        let channel = |id: &str, tags: &[&str]| Route { channel: id.into(), recipients: vec!["x".into()], ..mail(&[], tags, 0) };
        let routes = [channel("one", &["a"]), channel("two", &["b"]), channel("all", &[]), channel("none", &["c"])];
        let deliveries =
            route_joint(&events, &watch(&["a"], None), &[&watch(&["b"], Some(&["two", "all"]))], &routes, Timestamp::UNIX_EPOCH);
        let channels: Vec<&str> = deliveries.iter().map(|delivery| delivery.channel.as_str()).collect();
        assert_eq!(channels, ["one", "all", "two"]);
    }

    #[test]
    fn operator_kinds_must_be_named() {
        let filter = |patterns: &[&str]| KindFilter { patterns: patterns.iter().map(|p| (*p).into()).collect() };
        assert!(!filter(&[]).wants(EventKind::VeedorTest));
        assert!(!filter(&["*"]).wants(EventKind::VeedorTest));
        assert!(filter(&["veedor.*"]).wants(EventKind::VeedorTest));
    }

    #[test]
    fn a_delivery_id_does_not_depend_on_what_joins_it_later() {
        let first = event(EventKind::OrderIssued, "a");
        let id = Delivery::id_of("mail", "a@example.org", first.id);
        assert_eq!(id, Delivery::id_of("mail", "a@example.org", first.id));
        assert_ne!(id, Delivery::id_of("mail", "a@example.org", Id::derive(&[b"other"])));
    }

    /// One in the morning in UTC, within quiet hours.
    fn night() -> (Timing, Timestamp) {
        let quiet = Some(Quiet { from: time(22, 0, 0, 0), until: time(6, 30, 0, 0) });
        (Timing { quiet, ..Timing::at_once() }, Timestamp::from_second(3600).expect("valid"))
    }

    fn states(route_: &Route, events: &[Event], now: Timestamp) -> Vec<(bool, Vec<EventKind>, DeliveryState)> {
        let kind = |id: &Id| events.iter().find(|event| event.id == *id).expect("one of them").kind;
        let of_one = |delivery: &Delivery| delivery.recipient != "b@example.org";
        let made = route(events, &watch(&[], None), std::slice::from_ref(route_), now);
        made.iter()
            .filter(|one| of_one(one))
            .map(|one| (one.is_digest(), one.events.iter().map(kind).collect(), one.state.clone()))
            .collect()
    }

    #[test]
    fn at_night_the_news_of_a_case_gathers_until_the_morning_and_critical_news_passes() {
        let (timing, now) = night();
        let morning = Timestamp::from_second(6 * 3600 + 1800).expect("valid");
        let quiet = Route { timing, ..mail(&[], &[], 60) };
        let (order, measure) = (event(EventKind::OrderIssued, "a"), event(EventKind::MeasureOrdered, "b"));
        let removed = event(EventKind::RecordRemoved, "c");
        let kinds = vec![EventKind::OrderIssued, EventKind::MeasureOrdered];
        let open = DeliveryState::Open { due: morning };
        assert_eq!(states(&quiet, &[order.clone(), measure.clone()], now), [(false, kinds, open)], "not even what is loud");
        let all = states(&quiet, &[order.clone(), removed.clone()], now);
        assert!(matches!(&all[..], [(false, kinds, DeliveryState::Waiting { due })] if kinds.len() == 2 && *due == now), "{all:?}");
        // A program gets each by itself.
        let hook = Route { gather: Gather::EachEvent, recipients: vec![String::new()], ..quiet.clone() };
        let all = states(&hook, &[order.clone(), removed], now);
        let [(_, _, DeliveryState::Waiting { due: first }), (_, _, DeliveryState::Waiting { due: second })] = &all[..] else {
            panic!("{all:?}")
        };
        assert_eq!((*first, *second), (morning, now));
        // What would still gather when the quiet begins goes before.
        let evening = Timestamp::from_second(22 * 3600 - 30).expect("valid");
        let all = states(&quiet, &[order], evening);
        assert!(matches!(&all[..], [(_, _, DeliveryState::Waiting { due })] if *due == evening), "{all:?}");
    }

    #[test]
    fn a_digest_takes_what_is_less_severe_and_the_rest_goes_at_once() {
        let now = Timestamp::from_second(3600).expect("valid");
        let seven = Timestamp::from_second(7 * 3600).expect("valid");
        let timing = Timing { digest_below: Some(Severity::Warn), ..Timing::at_once() };
        let morning = Route { timing, ..mail(&[], &[], 60) };
        let events = [event(EventKind::OrderIssued, "a"), event(EventKind::RecordEdited, "b"), event(EventKind::RulingIssued, "c")];
        let expected = [
            (false, vec![EventKind::RecordEdited], DeliveryState::Waiting { due: now }),
            (true, vec![EventKind::OrderIssued, EventKind::RulingIssued], DeliveryState::Open { due: seven }),
        ];
        assert_eq!(states(&morning, &events, now), expected);
        let hook = Route { gather: Gather::EachEvent, recipients: vec![String::new()], ..morning };
        let expected = [(EventKind::OrderIssued, seven), (EventKind::RecordEdited, now), (EventKind::RulingIssued, seven)];
        let expected = expected.map(|(kind, due)| (false, vec![kind], DeliveryState::Waiting { due }));
        assert_eq!(states(&hook, &events, now), expected, "in the order of the record");
    }

    #[test]
    fn junk_waits_for_the_digest_unless_its_entry_says_more() {
        let rule = Rule { title: vec![Pattern::parse("^razon de notificacion").expect("a pattern")], text: Vec::new() };
        let junk = Junk::new(BTreeMap::new(), vec![rule]);
        let channel = Route { junk, timing: Timing { digest: Period::Hourly, ..Timing::at_once() }, ..mail(&[], &[], 60) };
        let served = sample::entry(EventKind::NotificationServed, Actor::Clerk, "RAZON DE NOTIFICACION", "En Quito");
        let now = Timestamp::UNIX_EPOCH;
        let hour = Timestamp::from_second(3600).expect("valid");
        let expected = (true, vec![EventKind::NotificationServed], DeliveryState::Open { due: hour });
        assert_eq!(states(&channel, std::slice::from_ref(&served), now), [expected]);
        let mut hearing = sample::entry(EventKind::HearingScheduled, Actor::Clerk, "RAZON DE NOTIFICACION", "En Quito");
        hearing.id = Id::derive(&[b"of the same entry"]);
        let all = states(&channel, &[served, hearing], now);
        assert!(matches!(&all[..], [(false, kinds, _)] if kinds.len() == 2), "{all:?}");
    }

    #[test]
    fn a_digest_of_many_is_several_that_leave_nothing_out() {
        let timing = Timing { digest_below: Some(Severity::Critical), ..Timing::at_once() };
        let events: Vec<Event> = (0..450).map(|n| event(EventKind::OrderIssued, &n.to_string())).collect();
        let all = states(&Route { timing, ..mail(&[], &[], 60) }, &events, Timestamp::UNIX_EPOCH);
        assert_eq!(all.iter().map(|(_, kinds, _)| kinds.len()).collect::<Vec<_>>(), [200, 200, 50]);
    }
}
