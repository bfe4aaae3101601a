//! The `[veedor]` table: what holds for the whole daemon.
//!
//! Read first, because sources, channels and cases take their defaults from it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::diag::reader::parse_duration;
use crate::diag::{At, Reader};
use crate::domain::about::{Language, Profile};
use crate::domain::diff::Confirm;
use crate::domain::junk::Rule;
use crate::domain::schedule::Hours;

use super::dead_man::{self, DeadMan};
use super::scope::{Scope, YEAR};
use super::signs::{self, Signs};
use super::{hours, privacy, public, timing};

/// What holds for the whole daemon.
#[derive(Debug, Clone, PartialEq)]
pub struct General {
    /// Where a court can reach the operator; stands in the User-Agent.
    pub contact: Option<String>,
    /// The language of alerts and dashboard.
    pub language: Language,
    /// The profile of privacy, when it is said here and not in `[privacy]`.
    pub privacy: Option<Profile>,
    /// The folder of the store.
    pub state_dir: PathBuf,
    /// Where the dashboard listens; `None` when it is off.
    pub listen: Option<SocketAddr>,
    /// The address under which that is reached from outside, without a slash at its end; `None` when it is not.
    pub url: Option<String>,
    /// How often a case is visited when neither it nor its source says otherwise.
    pub every: Duration,
    /// When sources may be asked, in their own zone; `None` means always.
    pub hours: Option<Hours>,
    /// How long the news of one case is gathered into one message.
    pub group_wait: Duration,
    /// The zone of channels that name none, when one is written.
    pub zone: Option<TimeZone>,
    /// The operator's own patterns of routine entries.
    pub junk: Vec<Rule>,
    /// How often, and over how long, a disappearance is seen before it is told.
    pub confirm: Confirm,
    /// How long before a hearing starts it is called to mind, the longest first; empty means never.
    pub remind: Vec<Duration>,
    /// After how many days without an entry a case is told as silent; `None` means never.
    pub silent_after: Option<u32>,
    /// How many working days a disagreement of two linked sources must stand before it is told.
    pub disagree_after: u32,
    /// When trouble of veedor's own is told.
    pub signs: Signs,
    /// What is called while veedor works.
    pub dead_man: Option<DeadMan>,
}

/// The languages that veedor writes.
pub(super) const LANGUAGES: [(&str, Language); 2] = [("es", Language::Es), ("en", Language::En)];

/// The least interval. Only a court on this machine may be asked so often; a recipe's own interval is the floor elsewhere.
pub(super) const LEAST_EVERY: Duration = Duration::from_millis(100);

/// The longest that news may be held back to be gathered.
pub(super) const LONGEST_GROUP_WAIT: Duration = Duration::from_secs(86_400);

/// Where a watch list below /etc keeps its state; the same as `StateDirectory=veedor` in systemd/veedor.service.
const SYSTEM_STATE: &str = "/var/lib/veedor";

const DEFAULT_EVERY: Duration = Duration::from_secs(30 * 60);
const DEFAULT_GROUP_WAIT: Duration = Duration::from_secs(60);
const DEFAULT_CONFIRM: Confirm = Confirm { visits: 3, span: Duration::from_secs(86_400), sliding: false, others: false };
/// When a hearing is called to mind, when nobody says otherwise (`contract.md` §4).
const DEFAULT_REMIND: [Duration; 2] = [Duration::from_secs(24 * 3600), Duration::from_secs(2 * 3600)];
const DAY: u64 = 86_400;
/// Less is what passes between two entries of an ordinary case.
const LEAST_SILENT_DAYS: u64 = 7;
const MOST_SILENT_DAYS: u64 = 3650;
const SOONEST_REMINDER: Duration = Duration::from_secs(5 * 60);
const EARLIEST_REMINDER: Duration = Duration::from_secs(30 * 86_400);
/// Twice the thirty days from which a gap counts as inactivity (`domain.md` M07).
const DEFAULT_SILENT_AFTER: Option<u32> = Some(60);
const DEFAULT_DISAGREE_AFTER: u32 = 2;
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8377);

/// Reads `[veedor]`; a table that is absent gives the defaults.
pub(super) fn read(root: &mut Reader<'_>, scope: &Scope<'_>) -> General {
    let Some(mut table) = root.table("veedor") else {
        missing_contact(scope);
        return General {
            contact: None,
            language: Language::default(),
            privacy: None,
            state_dir: state_dir(None, scope),
            listen: Some(DEFAULT_LISTEN),
            url: None,
            every: DEFAULT_EVERY,
            hours: None,
            group_wait: DEFAULT_GROUP_WAIT,
            zone: None,
            junk: Vec::new(),
            confirm: DEFAULT_CONFIRM,
            remind: DEFAULT_REMIND.to_vec(),
            silent_after: DEFAULT_SILENT_AFTER,
            disagree_after: DEFAULT_DISAGREE_AFTER,
            signs: Signs::default(),
            dead_man: None,
        };
    };
    let written = table.text("state_dir").filter(|at| !at.value.trim().is_empty());
    let listen = listen(&mut table, scope);
    let general = General {
        contact: contact(&mut table, scope),
        language: table.choice("language", &LANGUAGES).map(|at| at.value).unwrap_or_default(),
        privacy: privacy::profile(&mut table, "privacy").map(|at| at.value),
        state_dir: state_dir(written, scope),
        url: public::read(&mut table, listen, scope),
        listen,
        every: scope.duration(&mut table, "every", LEAST_EVERY, YEAR).map_or(DEFAULT_EVERY, |at| at.value),
        hours: read_hours(&mut table, scope),
        group_wait: group_wait(&mut table, scope).map_or(DEFAULT_GROUP_WAIT, |at| at.value),
        zone: timing::zone(&mut table, scope),
        junk: timing::patterns(&mut table, scope),
        confirm: confirm(&mut table, scope),
        remind: remind(&mut table, scope),
        silent_after: silent_after(&mut table, scope).unwrap_or(DEFAULT_SILENT_AFTER),
        disagree_after: table
            .integer("disagree_after", 0, 30)
            .and_then(|at| u32::try_from(at.value).ok())
            .unwrap_or(DEFAULT_DISAGREE_AFTER),
        signs: signs::read(&mut table, scope),
        dead_man: dead_man::read(&mut table, scope),
    };
    table.finish();
    general
}

/// `remind = ["24h", "2h"]`; an empty list turns reminders off.
fn remind(table: &mut Reader<'_>, scope: &Scope<'_>) -> Vec<Duration> {
    let Some(written) = table.texts("remind") else { return DEFAULT_REMIND.to_vec() };
    let mut spans = Vec::new();
    for At { value, span } in written {
        match parse_duration(&value).filter(|span| (SOONEST_REMINDER..=EARLIEST_REMINDER).contains(span)) {
            Some(time) => spans.push(time),
            None => scope.error(
                span,
                format!("remind has \"{value}\", which is no time between five minutes and thirty days"),
                "write remind = [\"24h\", \"2h\"], or [] for no reminders",
            ),
        }
    }
    spans.sort_unstable_by(|a, b| b.cmp(a));
    spans.dedup();
    spans
}

/// `silent_after = "60d"`, here and in cases, in whole days; an empty text means never.
pub(super) fn silent_after(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<Option<u32>> {
    let At { value, span } = table.text("silent_after")?;
    if value.trim().is_empty() {
        return Some(None);
    }
    let days = parse_duration(&value).filter(|after| after.as_secs() % DAY == 0).map(|after| after.as_secs() / DAY);
    if let Some(days) = days.filter(|days| (LEAST_SILENT_DAYS..=MOST_SILENT_DAYS).contains(days)) {
        return Some(u32::try_from(days).ok());
    }
    scope.error(
        span,
        format!("silent_after must be from {LEAST_SILENT_DAYS}d to {MOST_SILENT_DAYS}d, in whole days"),
        "write \"60d\", or \"\" for never",
    );
    None
}

/// `group_wait`, here and in channels.
pub(super) fn group_wait(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<At<Duration>> {
    scope.duration(table, "group_wait", Duration::ZERO, LONGEST_GROUP_WAIT)
}

/// `hours`, here and in sources; empty means always.
pub(super) fn read_hours(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<Hours> {
    let at = table.text("hours")?;
    hours::parse(&at.value).unwrap_or_else(|why| {
        let help = "write days and times such as \"mon-fri 06:00-22:00\", or \"\" for always";
        scope.error(at.span, format!("hours cannot be read: {why}"), help);
        None
    })
}

fn missing_contact(scope: &Scope<'_>) {
    let help = "add contact = \"name@example.org\" under [veedor]; it is sent to the courts only";
    scope.warn(None, "no contact: a court that is troubled by the visits cannot reach you and may block them", help);
}

fn contact(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<String> {
    // Asked for even when it is absent, so that a misspelt one is recognised.
    if matches!(table.item("contact").map(|item| item.as_str()), None | Some(Some(""))) {
        missing_contact(scope);
        return None;
    }
    let At { value, span } = scope.line(table, "contact")?;
    let reachable = value.contains('@') || value.starts_with("http://") || value.starts_with("https://");
    // It becomes part of a header line: RFC 9110 §5.5 leaves only visible ASCII to be relied on.
    if value.is_ascii() && value.len() <= 200 && !value.contains(['(', ')']) && reachable {
        return Some(value);
    }
    let message = "contact must be a mail address or a web page, in plain ASCII letters, of at most 200";
    scope.error(span, message, "write contact = \"name@example.org\"");
    None
}

fn state_dir(written: Option<At<String>>, scope: &Scope<'_>) -> PathBuf {
    if let Some(written) = written {
        return scope.path(&written).unwrap_or_default();
    }
    let folder = |name: &str| (scope.env.get)(name).map(PathBuf::from).filter(|path| path.is_absolute());
    // systemd gives several folders with colons between them when the unit names several.
    let service = (scope.env.get)("STATE_DIRECTORY").and_then(|folders| folders.split(':').next().map(PathBuf::from));
    // The system's list has the system's state: `sudo veedor list` must find what the service keeps, without its environment.
    let system = std::path::absolute(scope.folder).is_ok_and(|folder| folder.starts_with("/etc")).then(|| PathBuf::from(SYSTEM_STATE));
    let found = service
        .filter(|path| path.is_absolute())
        .or(system)
        .or_else(|| folder("XDG_STATE_HOME").map(|path| path.join("veedor")))
        .or_else(|| folder("HOME").map(|path| path.join(".local/state/veedor")));
    found.unwrap_or_else(|| {
        let help = "add state_dir = \"/var/lib/veedor\" under [veedor]";
        scope.error(None, "there is no place to keep what was seen: $STATE_DIRECTORY, $XDG_STATE_HOME and $HOME are not set", help);
        PathBuf::new()
    })
}

fn listen(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<SocketAddr> {
    let Some(At { value, span }) = table.text("listen") else { return Some(DEFAULT_LISTEN) };
    let text = value.trim();
    if text.is_empty() {
        return None;
    }
    let numeric = text.strip_prefix("localhost:").map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    let Ok(address) = numeric.parse::<SocketAddr>() else {
        let message = format!("listen is not an address and port: \"{text}\"");
        scope.error(span, message, "write \"127.0.0.1:8377\", or \"\" to turn the dashboard off");
        return None;
    };
    Some(address)
}

fn confirm(table: &mut Reader<'_>, scope: &Scope<'_>) -> Confirm {
    let Some(mut inner) = table.table("confirm") else { return DEFAULT_CONFIRM };
    let visits = inner.integer("visits", 1, 1000).and_then(|at| u32::try_from(at.value).ok());
    let span = scope.duration(&mut inner, "span", Duration::ZERO, YEAR);
    inner.finish();
    Confirm { visits: visits.unwrap_or(DEFAULT_CONFIRM.visits), span: span.map_or(DEFAULT_CONFIRM.span, |at| at.value), ..DEFAULT_CONFIRM }
}
