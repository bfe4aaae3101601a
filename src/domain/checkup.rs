//! What `veedor doctor` finds: one finding a check, with what to do about it, and the judgements behind them.
//!
//! `daemon::checkup` gathers what there is to judge, `cli` prints what comes of it. Pure: nothing is asked, opened or told here.

use std::time::Duration;

use jiff::Timestamp;

/// How a check ended, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Worth a look.
    Warn,
    /// Something does not work.
    Fail,
}

impl Verdict {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// What was found by one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check: `clock`, `disk`, `dns`, `smtp`, `channel`, `source` …
    pub check: &'static str,
    /// Of what: a host, a channel, a source; empty when there is only one.
    pub subject: String,
    /// How it ended.
    pub verdict: Verdict,
    /// What is so, in one sentence.
    pub what: String,
    /// What to do; empty when there is nothing to do.
    pub remedy: String,
}

impl Finding {
    /// All is well.
    pub fn ok(check: &'static str, subject: &str, what: impl Into<String>) -> Self {
        Self { check, subject: subject.to_owned(), verdict: Verdict::Ok, what: what.into(), remedy: String::new() }
    }

    /// Worth a look.
    pub fn warn(check: &'static str, subject: &str, what: impl Into<String>, remedy: &str) -> Self {
        Self { verdict: Verdict::Warn, remedy: remedy.to_owned(), ..Self::ok(check, subject, what) }
    }

    /// It does not work.
    pub fn fail(check: &'static str, subject: &str, what: impl Into<String>, remedy: &str) -> Self {
        Self { verdict: Verdict::Fail, ..Self::warn(check, subject, what, remedy) }
    }
}

/// A minute is more than any network takes; from five on receivers of webhooks refuse our signatures (Standard Webhooks 1.0.0).
const OFF: u64 = 60;
const FAR_OFF: u64 = 300;

/// How far this machine's clock is from a server's, in seconds: positive when ours is ahead. `dated` is the `Date` of an answer, which
/// has whole seconds and was written at some time between `began` and `ended`.
pub fn ahead_by(dated: Timestamp, began: Timestamp, ended: Timestamp) -> i64 {
    let (dated, began, ended) = (dated.as_millisecond(), began.as_millisecond(), ended.as_millisecond());
    let (least, most) = (began - dated - 1000, ended - dated);
    // Whatever lies within the time that the answer took is no difference.
    (if least > 0 { least } else { most.min(0) }) / 1000
}

/// The clock, by what servers said: their hosts, and by how many seconds ours is ahead of each. A cache may repeat an old date and a
/// court's own clock may be wrong, so the one that agrees best counts.
pub fn clock(seen: &[(String, i64)]) -> Finding {
    const SET_IT: &str = "set the clock (under systemd: timedatectl set-ntp true); hearings, quiet hours, certificates and the signatures of \
                          webhooks go by it";
    let Some((host, ahead)) = seen.iter().min_by_key(|(_, ahead)| ahead.unsigned_abs()) else {
        return Finding::warn(
            "clock",
            "",
            "there is no answer of a server to compare it with",
            "run `veedor doctor --ask`, which asks each source once",
        );
    };
    let off = ahead.unsigned_abs();
    if off < OFF {
        let (count, noun) = (seen.len(), if seen.len() == 1 { "server" } else { "servers" });
        return Finding::ok("clock", "", format!("it agrees with {host} (compared with {count} {noun})"));
    }
    let what = format!("it is {} {} that of {host}", long(off), if *ahead > 0 { "ahead of" } else { "behind" });
    // One server alone may be the one that is wrong.
    if off < FAR_OFF || seen.len() == 1 { Finding::warn("clock", "", what, SET_IT) } else { Finding::fail("clock", "", what, SET_IT) }
}

/// What the store's own writing needs at once.
const NOTHING_LEFT: u64 = 64 << 20;

/// The disk of a folder: what is free, and what should be.
pub fn disk(folder: &str, free: u64, least: u64) -> Finding {
    let room = "make room on that disk; when it is full veedor ends and nothing is told";
    match free {
        free if free < NOTHING_LEFT => Finding::fail("disk", folder, format!("{} are free", mebibytes(free)), room),
        free if free < least => {
            let what = format!("{} are free, less than least_free ({})", mebibytes(free), mebibytes(least));
            Finding::warn("disk", folder, what, room)
        }
        free => Finding::ok("disk", folder, format!("{} are free", mebibytes(free))),
    }
}

/// What is known of a source from its last answers.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// Its id.
    pub id: String,
    /// Its watched cases.
    pub cases: usize,
    /// Those that were never visited.
    pub unvisited: usize,
    /// Those that it says it does not know, or does not show.
    pub withheld: usize,
    /// The failing ones, by the name of their health.
    pub failing: std::collections::BTreeMap<&'static str, usize>,
    /// Why one of them fails.
    pub why: Option<String>,
    /// When one of them was last read.
    pub read: Option<Timestamp>,
    /// The interval of its cases.
    pub every: Duration,
    /// Whether it is never asked.
    pub import_only: bool,
    /// Since when it is in trouble as a whole, and why.
    pub trouble: Option<(Timestamp, String)>,
    /// Why its visits wait, and until when.
    pub waits: Option<(String, Timestamp)>,
}

const LONGEST_UNREAD: Duration = Duration::from_secs(86_400);

/// A source, by its last answers.
pub fn source(of: &Standing, now: Timestamp) -> Finding {
    const LOOK: &str = "look at its site in a browser; `veedor list` shows each case, and a block is never gone around";
    let id = of.id.as_str();
    let cases = if of.cases == 1 { "1 case".to_owned() } else { format!("{} cases", of.cases) };
    let read = of.read.map_or("never read".to_owned(), |at| format!("last read {}", minute(at)));
    let waits = of.waits.as_ref().map(|(why, until)| format!("; visits wait until {}: {why}", minute(*until))).unwrap_or_default();
    if of.import_only {
        return Finding::ok("source", id, format!("{cases}, import only: it is never asked"));
    }
    if let Some((since, why)) = &of.trouble {
        return Finding::fail("source", id, format!("in trouble since {}: {why}; {cases}, {read}{waits}", minute(*since)), LOOK);
    }
    if !of.failing.is_empty() {
        let counts: Vec<String> = of.failing.iter().map(|(health, count)| format!("{count} {health}")).collect();
        let why = of.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        let what = format!("{} of {cases}{why}; {read}{waits}", counts.join(", "));
        let all = of.failing.values().sum::<usize>() == of.cases;
        return if all { Finding::fail("source", id, what, LOOK) } else { Finding::warn("source", id, what, LOOK) };
    }
    if of.unvisited == of.cases {
        return Finding::warn(
            "source",
            id,
            format!("{cases}, not visited yet{waits}"),
            "`veedor run` visits them; `veedor poll` does it now",
        );
    }
    let longest = LONGEST_UNREAD.max(of.every.saturating_mul(4));
    if of.withheld < of.cases && of.read.is_none_or(|at| now.duration_since(at).unsigned_abs() > longest && at < now) {
        return Finding::fail(
            "source",
            id,
            format!("{cases}, {read}{waits}"),
            "see that the daemon runs (`veedor run`), and that budget and hours allow its visits",
        );
    }
    let withheld = if of.withheld == 0 { String::new() } else { format!(", {} not shown by it", of.withheld) };
    Finding::ok("source", id, format!("{cases}{withheld}, {read}{waits}"))
}

/// The newest backup, by its age.
pub fn backup(newest: Option<Timestamp>, now: Timestamp) -> Finding {
    const MAKE: &str = "the daemon makes one a day and its log says why it could not; `veedor backup DIR` makes one now";
    const OLD: Duration = Duration::from_secs(2 * 86_400);
    match newest {
        None => Finding::warn("backup", "", "there is none yet", MAKE),
        Some(at) if at < now && now.duration_since(at).unsigned_abs() > OLD => {
            Finding::warn("backup", "", format!("the newest is of {}", minute(at)), MAKE)
        }
        Some(at) => Finding::ok("backup", "", format!("the newest is of {}", minute(at))),
    }
}

/// The messages that wait or were given up, and since when the first of them is due.
pub fn outbox(pending: u64, dead: u64, due: Option<Timestamp>, now: Timestamp) -> Finding {
    const LATE: Duration = Duration::from_secs(15 * 60);
    let late = due.map(|due| now.duration_since(due)).filter(|late| late.is_positive()).map(|late| late.unsigned_abs());
    let late = late.filter(|late| *late > LATE);
    let waiting = match late {
        Some(late) => format!("waiting: {}, the first for {}", messages(pending), long(late.as_secs())),
        None => format!("waiting: {}", messages(pending)),
    };
    if dead > 0 {
        let what = format!("given up or held: {}; {waiting}", messages(dead));
        return Finding::warn("outbox", "", what, "`veedor deliveries --failed` says why; `veedor retry` sends them again");
    }
    match late {
        Some(_) => {
            Finding::warn("outbox", "", waiting, "see that the daemon runs, and what the channels say; `veedor deliveries` lists them")
        }
        None => Finding::ok("outbox", "", waiting),
    }
}

/// `1 message`, `3 messages`.
pub fn messages(count: u64) -> String {
    if count == 1 { "1 message".to_owned() } else { format!("{count} messages") }
}

/// An instant to the minute, in UTC.
pub fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn mebibytes(bytes: u64) -> String {
    if bytes >= 10 << 30 { format!("{} GiB", bytes >> 30) } else { format!("{} MiB", bytes >> 20) }
}

fn long(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn now() -> Timestamp {
        at("2026-11-26T12:00:00Z")
    }

    #[test]
    fn a_clock_is_off_by_no_more_than_the_answer_cannot_explain() {
        for (dated, began, ended, ahead) in [
            ("12:00:00", "12:00:00.900", "12:00:01", 0),
            // A page that took half a minute, dated when it began and when it ended.
            ("12:00:00", "12:00:00", "12:00:30", 0),
            ("12:00:30", "12:00:00", "12:00:30", 0),
            ("12:00:00", "12:02:01", "12:02:31", 120),
            ("12:10:00", "12:00:00", "12:00:05", -595),
        ] {
            let day = |time: &str| at(&format!("2026-11-26T{time}Z"));
            assert_eq!(ahead_by(day(dated), day(began), day(ended)), ahead, "{dated} {began} {ended}");
        }
    }

    #[test]
    fn the_server_that_agrees_best_judges_the_clock() {
        for (seen, verdict, said) in [
            (vec![], Verdict::Warn, "nothing"),
            (vec![("a", 0)], Verdict::Ok, "agrees with a"),
            (vec![("cache", 7200), ("a", -59), ("wrong", -86_400)], Verdict::Ok, "agrees with a (compared with 3 servers)"),
            (vec![("a", 60)], Verdict::Warn, "60 s ahead of that of a"),
            (vec![("a", 90_000)], Verdict::Warn, "25 h ahead of"),
            (vec![("a", -301), ("b", -600)], Verdict::Fail, "5 min behind that of a"),
        ] {
            let seen: Vec<(String, i64)> = seen.into_iter().map(|(host, ahead)| (host.to_owned(), ahead)).collect();
            let found = clock(&seen);
            let said = if said == "nothing" { "no answer" } else { said };
            assert!(found.verdict == verdict && found.what.contains(said), "{found:?}");
            assert_eq!(found.remedy.is_empty(), verdict == Verdict::Ok);
        }
    }

    #[test]
    fn a_disk_is_judged_by_what_should_be_free() {
        let judged = |free: u64, least: u64| disk("/var/lib/veedor", free << 20, least << 20).verdict;
        assert_eq!([judged(63, 0), judged(64, 0), judged(100, 1024), judged(1024, 1024)].map(Verdict::name), ["fail", "ok", "warn", "ok"]);
        assert_eq!(disk("/x", 12 << 30, 0).what, "12 GiB are free");
    }

    #[test]
    fn a_source_is_judged_by_its_last_answers() {
        let well = Standing { id: "ec".into(), cases: 3, read: Some(now()), every: Duration::from_secs(1800), ..Standing::default() };
        let failing = |count: usize| Standing {
            failing: [("blocked", count)].into(),
            why: Some("refuses us with status 403".into()),
            ..well.clone()
        };
        for (standing, verdict, said) in [
            (well.clone(), Verdict::Ok, "3 cases, last read 2026-11-26 12:00 UTC"),
            (Standing { unvisited: 3, read: None, ..well.clone() }, Verdict::Warn, "not visited yet"),
            (Standing { import_only: true, read: None, ..well.clone() }, Verdict::Ok, "never asked"),
            (failing(1), Verdict::Warn, "1 blocked of 3 cases: refuses us with status 403"),
            (failing(3), Verdict::Fail, "3 blocked of 3 cases"),
            (
                Standing { trouble: Some((now(), "it is down".into())), ..well.clone() },
                Verdict::Fail,
                "in trouble since 2026-11-26 12:00 UTC: it is down",
            ),
            (Standing { read: Some(at("2026-11-25T11:00:00Z")), ..well.clone() }, Verdict::Fail, "last read 2026-11-25"),
            // Read rarely by wish.
            (
                Standing { read: Some(at("2026-11-24T11:00:00Z")), every: Duration::from_secs(86_400), ..well.clone() },
                Verdict::Ok,
                "last read",
            ),
            (Standing { withheld: 3, read: None, ..well.clone() }, Verdict::Ok, "3 not shown by it, never read"),
            (
                Standing { waits: Some(("its budget is spent".into(), now())), ..well },
                Verdict::Ok,
                "visits wait until 2026-11-26 12:00 UTC: its budget is spent",
            ),
        ] {
            let found = source(&standing, now());
            assert!(found.verdict == verdict && found.what.contains(said), "{found:?}");
        }
    }

    #[test]
    fn backups_and_the_outbox_are_judged_by_their_age() {
        let backups =
            [None, Some(at("2026-11-23T11:00:00Z")), Some(at("2026-11-26T03:00:00Z"))].map(|newest| backup(newest, now()).verdict.name());
        assert_eq!(backups, ["warn", "warn", "ok"]);
        let late = Some(at("2026-11-26T11:00:00Z"));
        for (pending, dead, due, verdict, said) in [
            (0, 0, None, Verdict::Ok, "waiting: 0 messages"),
            (2, 0, Some(at("2026-11-26T13:00:00Z")), Verdict::Ok, "waiting: 2 messages"),
            (1, 0, late, Verdict::Warn, "waiting: 1 message, the first for 60 min"),
            (1, 4, late, Verdict::Warn, "given up or held: 4 messages; waiting: 1 message"),
        ] {
            let found = outbox(pending, dead, due, now());
            assert!(found.verdict == verdict && found.what.contains(said), "{found:?}");
        }
    }
}
