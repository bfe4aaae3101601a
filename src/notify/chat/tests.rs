//! Each service: its messages against `tests/fixtures/messages`, its limits, what a court cannot inject, how it is asked and
//! what its documented answers mean. `VEEDOR_BLESS=1 cargo test --lib notify::chat` writes the messages anew.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::fake::{Received, Receiver};
use super::super::{Attempted, Channel, Notifier, Whose, terminal};
use super::*;
use crate::domain::about::Language;
use crate::domain::event::{Event, EventKind};
use crate::domain::sample;

/// Never reached unless something is wrong.
const AMPLE: Duration = Duration::from_secs(20);

fn guard() -> Guard {
    Guard::new(None, AMPLE).expect("a guard")
}

fn notifier() -> Notifier {
    Notifier::new(guard(), terminal::pair().0)
}

/// A channel at this server, with all that its service needs.
fn channel(service: Service, url: String) -> Chat {
    let (token, room) = match service {
        Service::Slack | Service::Discord | Service::Mattermost | Service::Teams => (None, None),
        Service::Telegram => (Some("123456789:AAsecreto"), Some("-1001234567890")),
        Service::Ntfy => (Some("tk_secreto"), Some("tema-secreto")),
        Service::Matrix => (Some("syt_secreto"), Some("!sala/á:example.org")),
    };
    Chat {
        service,
        url,
        token: token.map(str::to_owned),
        room: room.map(str::to_owned),
        reach: Reach { private: true, ..Reach::default() },
    }
}

fn message(service: Service, events: &[Event], language: Language) -> Vec<u8> {
    let watch = sample::watch();
    let about = sample::about(&watch, language);
    render(service, &about.show(events), &about)
}

fn parsed(service: Service, events: &[Event]) -> Value {
    serde_json::from_slice(&message(service, events, Language::Es)).expect("JSON")
}

/// Every text of a message, wherever it stands.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::Object(map) => map.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn messages_read_as_agreed() {
    let events = [sample::doubtful(), sample::edited(), sample::removed(), sample::filing()];
    for service in Service::ALL {
        for (language, code) in [(Language::Es, "es"), (Language::En, "en")] {
            let body: Value = serde_json::from_slice(&message(service, &events, language)).expect("JSON");
            let name = format!("chat.{}.{code}.json", service.medium().name());
            let path = format!("{}/tests/fixtures/messages/{name}", env!("CARGO_MANIFEST_DIR"));
            let shown = format!("{body:#}\n");
            if std::env::var_os("VEEDOR_BLESS").is_some() {
                std::fs::write(&path, &shown).expect("the fixture can be written");
            }
            assert_eq!(shown, std::fs::read_to_string(&path).unwrap_or_default(), "{path} differs; VEEDOR_BLESS=1 writes it anew");
        }
    }
}

#[test]
fn each_message_says_what_matters_and_how_to_look_it_up() {
    for service in Service::ALL {
        let all = texts(&parsed(service, &[sample::rescheduled()])).join("\n").replace('\\', "");
        for words in [
            "Sobornos 2012-2016",
            "17721-2019-00029G",
            "del 20-feb-2024 09:00 al 12-mar-2024 09:00",
            "martes 12 de marzo de 2024, 09:00",
            "203",
            "carpeta 12",
            "anticorrupcion",
            "presume inocente",
            "https://procesosjudiciales.funcionjudicial.gob.ec/busqueda",
            "órgano judicial",
        ] {
            assert!(all.contains(words), "{service:?} does not say \"{words}\":\n{all}");
        }
    }
}

/// Fifty events, of which some are as long and as hostile as can be.
fn too_much() -> Vec<Event> {
    let mut events = vec![sample::hostile()];
    let mut long = sample::edited();
    if let Some(entry) = &mut long.entry {
        entry.title = "@everyone & <b> \"título\" * _ ".repeat(20);
        (entry.before, entry.after) = (Some("@x & <y> \"z\" \\ ".repeat(60)), Some("ñandú * _ ~ ` ".repeat(60)));
    }
    events.extend(vec![long; 24]);
    events.extend(vec![sample::rescheduled(); 24]);
    events
}

#[test]
fn the_bytes_sent_keep_every_documented_limit_and_say_what_is_left_out() {
    let events = too_much();
    let tags = regex::Regex::new("<[^>]*>").expect("a pattern");
    for service in Service::ALL {
        let to = channel(service, "https://chat.example.org/hooks/x".into());
        let watch = sample::watch();
        let about = About { dashboard: Some("https://veedor.example.org"), ..sample::about(&watch, Language::Es) };
        let body = render(service, &about.show(&events), &about);
        let asked = prepare(&to, &sample::delivery("", &events), &body, &guard()).expect("an address");
        let sent: Value = serde_json::from_slice(&asked.body).expect("JSON");
        let units = |value: &Value| value.as_str().expect("a text").encode_utf16().count();
        match service {
            Service::Slack => {
                let blocks = sent["blocks"].as_array().expect("blocks");
                assert!(blocks.len() <= 50, "{}", blocks.len());
                for block in blocks {
                    let chars: usize = texts(&block["elements"]).iter().map(|text| text.chars().count()).sum();
                    let header = if block["type"] == "header" { units(&block["text"]["text"]) } else { 0 };
                    assert!(header <= 150 && chars <= 6000, "{block}");
                    let runs =
                        block["elements"].as_array().into_iter().flatten().flat_map(|element| element["elements"].as_array()).flatten();
                    assert!(runs.clone().all(|run| (1..=3000).contains(&units(&run["text"]))), "{block}");
                }
                assert!(units(&sent["text"]) <= 3000);
            }
            Service::Discord => {
                let embeds = sent["embeds"].as_array().expect("embeds");
                let (title, text) = (units(&embeds[0]["title"]), units(&embeds[0]["description"]));
                let footer = units(&embeds[0]["footer"]["text"]);
                assert!(embeds.len() <= 10 && title <= 256 && text <= 4096 && footer <= 2048 && title + text + footer <= 6000);
                assert!(units(&sent["content"]) <= 2000);
            }
            Service::Mattermost => assert!(texts(&sent).iter().map(|text| text.chars().count()).sum::<usize>() <= 16_383),
            Service::Teams => assert!(asked.body.len() <= 21_000, "{}", asked.body.len()),
            Service::Telegram => {
                let html = sent["text"].as_str().expect("a text");
                assert!(tags.find_iter(html).count() / 2 <= 100, "{}", tags.find_iter(html).count());
                let shown =
                    tags.replace_all(html, "").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
                assert!((1..=4096).contains(&shown.encode_utf16().count()), "{}", shown.encode_utf16().count());
            }
            Service::Ntfy => {
                assert!(sent["message"].as_str().expect("a text").len() <= 4096 && asked.body.len() <= 8192, "{}", asked.body.len());
                assert!(units(&sent["title"]) <= 250);
            }
            Service::Matrix => assert!(asked.body.len() <= 60_000, "{}", asked.body.len()),
        }
        let all = texts(&sent).join("\n");
        assert!(
            all.contains("novedades más que aquí no caben") || all.contains("novedades en una línea por falta de espacio"),
            "{service:?}: {all}"
        );
        assert!(all.contains("presume inocente") && all.contains("carpeta 12"), "{service:?} leaves out what it must not");
    }
}

/// What a court wrote opens no tag, ends none, and calls nobody.
#[test]
fn a_court_cannot_inject_markup_or_mentions() {
    let evil = "<!channel> <@U012> @everyone @here @channel @room @todos [pague](https://mal.example) **no** ~~nunca~~ </blockquote><a href=\"x\"> # uno";
    let mut event = sample::ruling();
    if let Some(entry) = &mut event.entry {
        (entry.title, entry.excerpt) = (evil.into(), evil.into());
    }
    for service in Service::ALL {
        let body = parsed(service, std::slice::from_ref(&event));
        let all = texts(&body).join("\n");
        match service {
            // Rich text and text runs are words; what is parsed is the line for notifications.
            Service::Slack => {
                let line = body["text"].as_str().expect("a text");
                assert!(!line.contains('<') && line.contains("&lt;!channel&gt;") && !line.contains("@everyone"), "{line}");
                let kinds: Vec<&Value> = body["blocks"].as_array().expect("blocks").iter().map(|block| &block["type"]).collect();
                assert!(
                    kinds.iter().all(|kind| ["header", "context", "rich_text", "divider"].iter().any(|known| *kind == known)),
                    "{kinds:?}"
                );
                let blocks = body["blocks"].to_string();
                assert!(!blocks.contains("mrkdwn") && !blocks.contains("\"user\"") && !blocks.contains("\"broadcast\""), "{blocks}");
            }
            Service::Teams => {
                assert!(!body.to_string().contains("\"TextBlock\"") && !body.to_string().contains("msteams\":{\"entities"), "{body}");
                assert!(all.contains(evil), "{all}");
            }
            Service::Discord => {
                assert_eq!(body["allowed_mentions"], json!({"parse": []}));
                assert!(!all.contains("@everyone") && !all.contains("@here") && !all.contains(" **no**"), "{all}");
                assert!(
                    all.contains(r"\<@") && all.contains(r"\*\*no\*\*") && all.contains(r"\~\~nunca\~\~") && all.contains(r"\[pague\]"),
                    "{all}"
                );
            }
            Service::Mattermost => {
                assert!(!all.contains("@channel") && !all.contains("@everyone") && !all.contains("@todos"), "{all}");
                assert!(all.contains(r"\*\*no\*\*") && all.contains(r"\[pague\]"), "{all}");
            }
            Service::Telegram => {
                let html = body["text"].as_str().expect("a text");
                assert!(html.contains("&lt;/blockquote&gt;&lt;a href=&quot;x&quot;&gt;") && !html.contains("@todos"), "{html}");
                assert_eq!(html.matches("<blockquote>").count(), html.matches("</blockquote>").count());
                assert_eq!(html.matches("<a ").count(), 1, "{html}");
            }
            Service::Matrix => {
                assert_eq!(body["m.mentions"], json!({}));
                let html = body["formatted_body"].as_str().expect("a text");
                assert!(!all.contains("@room") && html.contains("&lt;/blockquote&gt;") && html.matches("<a ").count() == 1, "{html}");
            }
            Service::Ntfy => assert!(body.get("markdown").is_none() && body.get("actions").is_none() && all.contains(evil), "{all}"),
        }
    }
}

#[test]
fn what_differs_is_marked_in_each_of_them() {
    for service in Service::ALL {
        let body = parsed(service, &[sample::edited()]).to_string();
        let marks = match service {
            Service::Slack => {
                [r#"{"type":"text","text":"4000","style":{"strike":true}}"#, r#"{"type":"text","text":"400","style":{"bold":true}}"#]
            }
            Service::Discord | Service::Mattermost => ["~~4000~~", "**400**"],
            Service::Teams => [r#""text":"4000","strikethrough":true"#, r#""text":"400","weight":"Bolder""#],
            Service::Telegram => ["<s>4000</s>", "<b>400</b>"],
            Service::Ntfy => ["[-4000-]", "{+400+}"],
            Service::Matrix => ["<del>4000</del>", "<u>400</u>"],
        };
        assert!(marks.iter().all(|mark| body.contains(mark)), "{service:?}: {body}");
    }
}

#[test]
fn the_loudness_of_news_is_seen_where_a_service_has_a_sign_for_it() {
    assert_eq!(parsed(Service::Ntfy, &[sample::filing()])["priority"], 2);
    assert_eq!(
        parsed(Service::Ntfy, &[sample::filing(), sample::removed()])["priority"],
        json!(if sample::removed().severity == Severity::Critical { 5 } else { 4 })
    );
    assert_eq!(parsed(Service::Discord, &[sample::filing()])["embeds"][0]["color"], 0x8a_8a_8a);
    assert_eq!(parsed(Service::Mattermost, &[sample::ruling()])["attachments"][0]["color"], "#1565c0");
}

#[test]
fn a_test_message_has_no_link_and_no_empty_part() {
    for service in Service::ALL {
        let watch = sample::watch();
        let about = About { case_url: "", ..sample::about(&watch, Language::Es) };
        let body = String::from_utf8(render(service, &about.show(&[sample::bare(EventKind::VeedorTest)]), &about)).expect("text");
        assert!(body.contains("Mensaje de prueba") && !body.contains("fuente oficial"), "{body}");
    }
}

#[test]
fn a_message_leads_to_the_page_of_its_loudest_news_where_readers_reach_the_dashboard() {
    let watch = sample::watch();
    let about = About { dashboard: Some("https://veedor.example.org"), ..sample::about(&watch, Language::Es) };
    let page = format!("https://veedor.example.org/events/{}", sample::removed().id);
    for service in Service::ALL {
        let body: Value =
            serde_json::from_slice(&render(service, &about.show(&[sample::filing(), sample::removed()]), &about)).expect("JSON");
        let texts = texts(&body);
        assert!(texts.iter().any(|text| text.contains(&page)), "{body}");
        assert!(texts.iter().any(|text| text.contains("Ver en el tablero")), "{body}");
        assert!(!message(service, &[sample::removed()], Language::Es).windows(8).any(|run| run == b"/events/"));
    }
}

#[test]
fn neither_debug_output_nor_a_trouble_shows_the_address() {
    for service in Service::ALL {
        let to = Chat { reach: Reach::default(), ..channel(service, "https://10.1.2.3/hooks/secreto".into()) };
        assert!(!format!("{:?}", Channel::Chat(to.clone())).contains("secret"), "{to:?}");
        let refused = prepare(&to, &sample::delivery("", &[]), b"{}", &guard()).err().expect("refused");
        assert!(refused.starts_with("10.1.2.3: address not allowed") && !refused.contains("secreto"), "{refused}");
    }
}

async fn answered(service: Service, answer: &str) -> (Attempted, Received) {
    let receiver = Receiver::start(Some(answer.replace('\n', "\r\n").into_bytes())).await;
    let to = channel(service, format!("http://127.0.0.1:{}/ruta-secreta", receiver.port));
    let body = message(service, &[sample::ruling()], Language::Es);
    let delivery = sample::delivery("", &[sample::ruling()]);
    let attempted = notifier().send(&Channel::Chat(to), &delivery, &body, sample::seen_at()).await;
    let seen = receiver.seen.lock().expect("not poisoned").clone();
    assert_eq!(seen.len(), 1, "one request, never followed");
    (attempted, seen.into_iter().next().expect("one"))
}

fn http(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\n{headers}Content-Length: {}\n\n{body}", body.len())
}

#[tokio::test]
async fn each_service_is_asked_as_it_documents() {
    for (service, answer, line) in [
        (Service::Slack, http("200 OK", "", "ok"), "post /ruta-secreta http"),
        (Service::Discord, http("200 OK", "", "{\"id\":\"1\"}"), "post /ruta-secreta?wait=true http"),
        (Service::Mattermost, http("200 OK", "", "ok"), "post /ruta-secreta http"),
        (Service::Teams, http("202 Accepted", "", ""), "post /ruta-secreta http"),
        (
            Service::Telegram,
            http("200 OK", "", "{\"ok\":true,\"result\":{}}"),
            "post /ruta-secreta/bot123456789:aasecreto/sendmessage http",
        ),
        (Service::Ntfy, http("200 OK", "", "{\"id\":\"x\"}"), "post /ruta-secreta http"),
        (
            Service::Matrix,
            http("200 OK", "", "{\"event_id\":\"$x\"}"),
            "put /ruta-secreta/_matrix/client/v3/rooms/!sala%2f%c3%a1:example.org/send/m.room.message/veedor_",
        ),
    ] {
        let (attempted, Received { head, body }) = answered(service, &answer).await;
        assert!(
            matches!(&attempted.outcome, Outcome::Sent { detail } if detail.starts_with('2') && detail.len() == 3),
            "{service:?}: {attempted:?}"
        );
        assert!(head.starts_with(line), "{service:?}: {head}");
        assert!(head.contains("content-type: application/json; charset=utf-8\r\n") && head.contains("user-agent: veedor/"), "{head}");
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        match service {
            Service::Telegram => assert_eq!((&body["chat_id"], &body["parse_mode"]), (&json!("-1001234567890"), &json!("HTML"))),
            Service::Ntfy => {
                assert_eq!(body["topic"], "tema-secreto");
                assert!(head.contains("authorization: bearer tk_secreto\r\n"), "{head}");
            }
            Service::Matrix => assert!(head.contains("authorization: bearer syt_secreto\r\n"), "{head}"),
            Service::Slack | Service::Discord | Service::Mattermost | Service::Teams => {
                assert_eq!(body, parsed(service, &[sample::ruling()]));
            }
        }
    }
}

#[tokio::test]
async fn a_repeat_has_the_same_transaction_in_matrix() {
    let line = |head: &str| head.lines().next().unwrap_or_default().to_owned();
    let (first, again) =
        (answered(Service::Matrix, &http("500 No", "", "")).await.1, answered(Service::Matrix, &http("200 OK", "", "{}")).await.1);
    assert_eq!((line(&first.head), &first.body), (line(&again.head), &again.body));
    let id = sample::delivery("", &[sample::ruling()]).id;
    assert!(line(&first.head).contains(&format!("/veedor_{id} ")), "{}", first.head);
}

/// What is expected of an answer: the outcome's name, whose trouble it is, and the wait in milliseconds.
type Meaning = (&'static str, Whose, Option<u64>);

const HELD: Meaning = ("misconfigured", Whose::Channel, None);
const DEAD: Meaning = ("rejected", Whose::Message, None);
const AGAIN: Meaning = ("retry", Whose::Message, None);
const REST: Meaning = ("retry", Whose::Channel, None);

const fn wait(milliseconds: u64) -> Meaning {
    ("retry", Whose::Channel, Some(milliseconds))
}

#[tokio::test]
async fn the_documented_answers_have_their_meaning() {
    use Service::*;
    let table: Vec<(Service, &str, &str, &str, Meaning)> = vec![
        (Slack, "429 Too Many Requests", "Retry-After: 30\n", "rate_limited", wait(30_000)),
        (Slack, "400 Bad Request", "", "invalid_payload", DEAD),
        (Slack, "400 Bad Request", "", "invalid_blocks", DEAD),
        (Slack, "403 Forbidden", "", "invalid_token", HELD),
        (Slack, "403 Forbidden", "", "action_prohibited", HELD),
        (Slack, "404 Not Found", "", "no_service", HELD),
        (Slack, "404 Not Found", "", "channel_not_found", HELD),
        (Slack, "410 Gone", "", "channel_is_archived", HELD),
        (Slack, "500 Internal Server Error", "", "rollup_error", AGAIN),
        (
            Discord,
            "429 Too Many Requests",
            "Retry-After: 1\n",
            r#"{"message":"You are being rate limited.","retry_after":1.337,"global":false}"#,
            wait(1337),
        ),
        (Discord, "429 Too Many Requests", "Retry-After: 60\n", "error code: 1015", wait(60_000)),
        (Discord, "404 Not Found", "", r#"{"message":"Unknown Webhook","code":10015}"#, HELD),
        (Discord, "401 Unauthorized", "", r#"{"message":"Invalid Webhook Token","code":50027}"#, HELD),
        (
            Discord,
            "400 Bad Request",
            "",
            r#"{"message":"Webhooks posted to forum channels must have a thread_name or thread_id","code":220001}"#,
            HELD,
        ),
        (Discord, "400 Bad Request", "", r#"{"message":"Invalid Form Body","code":50035,"errors":{}}"#, DEAD),
        (Discord, "503 Service Unavailable", "", "", REST),
        (Mattermost, "400 Bad Request", "", r#"{"id":"web.incoming_webhook.parse.app_error","message":"x","status_code":400}"#, DEAD),
        (Mattermost, "404 Not Found", "", r#"{"id":"web.incoming_webhook.channel.app_error","message":"x","status_code":404}"#, HELD),
        (Mattermost, "400 Bad Request", "", r#"{"id":"web.incoming_webhook.invalid.app_error","message":"x","status_code":400}"#, HELD),
        (
            Mattermost,
            "501 Not Implemented",
            "",
            r#"{"id":"web.incoming_webhook.disabled.app_error","message":"x","status_code":501}"#,
            HELD,
        ),
        (Mattermost, "429 Too Many Requests", "Retry-After: 2\n", "limit exceeded", wait(2000)),
        (Mattermost, "400 Bad Request", "", r#"{"id":"something.new"}"#, AGAIN),
        (Teams, "429 Too Many Requests", "Retry-After: 17\n", r#"{"error":{"code":"TooManyRequests"}}"#, wait(17_000)),
        (Teams, "400 Bad Request", "", r#"{"error":{"code":"WorkflowTriggerIsNotEnabled","message":"x"}}"#, HELD),
        (Teams, "400 Bad Request", "", r#"{"error":{"code":"TriggerInputSchemaMismatch"}}"#, HELD),
        (Teams, "401 Unauthorized", "", r#"{"error":{"code":"DirectApiAuthorizationRequired"}}"#, HELD),
        (Teams, "404 Not Found", "", r#"{"error":{"code":"WorkflowNotFound"}}"#, HELD),
        (Teams, "413 Payload Too Large", "", "", DEAD),
        (
            Telegram,
            "429 Too Many Requests",
            "",
            r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 35","parameters":{"retry_after":35}}"#,
            wait(35_000),
        ),
        (Telegram, "401 Unauthorized", "", r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#, HELD),
        (Telegram, "404 Not Found", "", r#"{"ok":false,"error_code":404,"description":"Not Found"}"#, HELD),
        (Telegram, "403 Forbidden", "", r#"{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}"#, HELD),
        (Telegram, "400 Bad Request", "", r#"{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}"#, HELD),
        (
            Telegram,
            "400 Bad Request",
            "",
            r#"{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-100}}"#,
            HELD,
        ),
        (Telegram, "400 Bad Request", "", r#"{"ok":false,"error_code":400,"description":"Bad Request: can't parse entities: x"}"#, DEAD),
        (Telegram, "400 Bad Request", "", r#"{"ok":false,"error_code":400,"description":"Bad Request: message is too long"}"#, DEAD),
        (Telegram, "500 Internal Server Error", "", r#"{"ok":true,"result":{}}"#, AGAIN),
        (Telegram, "200 OK", "", "<html>a portal that wants a password</html>", REST),
        (Ntfy, "429 Too Many Requests", "", r#"{"code":42901,"http":429,"error":"limit reached: too many requests"}"#, REST),
        (Ntfy, "403 Forbidden", "", r#"{"code":40301,"http":403,"error":"forbidden"}"#, HELD),
        (Ntfy, "401 Unauthorized", "", r#"{"code":40101,"http":401,"error":"unauthorized"}"#, HELD),
        (Ntfy, "400 Bad Request", "", r#"{"code":40009,"http":400,"error":"invalid request: topic invalid"}"#, HELD),
        (Ntfy, "413 Request Entity Too Large", "", r#"{"code":41301,"http":413,"error":"attachment too large"}"#, DEAD),
        (Ntfy, "507 Insufficient Storage", "", "", AGAIN),
        (
            Matrix,
            "429 Too Many Requests",
            "",
            r#"{"errcode":"M_LIMIT_EXCEEDED","error":"Too Many Requests","retry_after_ms":2034}"#,
            wait(2034),
        ),
        (Matrix, "429 Too Many Requests", "Retry-After: 5\n", r#"{"errcode":"M_LIMIT_EXCEEDED","error":"Too Many Requests"}"#, wait(5000)),
        (Matrix, "403 Forbidden", "", r#"{"errcode":"M_FORBIDDEN","error":"User not in room"}"#, HELD),
        (Matrix, "401 Unauthorized", "", r#"{"errcode":"M_UNKNOWN_TOKEN","error":"x","soft_logout":true}"#, HELD),
        (Matrix, "404 Not Found", "", r#"{"errcode":"M_UNRECOGNIZED","error":"x"}"#, HELD),
        (Matrix, "413 Payload Too Large", "", r#"{"errcode":"M_TOO_LARGE","error":"x"}"#, DEAD),
        (Matrix, "400 Bad Request", "", r#"{"errcode":"M_BAD_JSON","error":"x"}"#, DEAD),
        (Matrix, "502 Bad Gateway", "", "<html>nginx</html>", REST),
    ];
    for (service, status, headers, body, meaning) in table {
        let (attempted, _) = answered(service, &http(status, headers, body)).await;
        let after = match &attempted.outcome {
            Outcome::Retry { after, .. } => after.map(|wait| u64::try_from(wait.as_millis()).expect("short")),
            _ => None,
        };
        assert_eq!((attempted.outcome.name(), attempted.whose, after), meaning, "{service:?} {status} {body}: {attempted:?}");
        let why = attempted.outcome.detail();
        assert!(why.starts_with("127.0.0.1 answered ") && !why.contains("secret"), "{why}");
    }
}

/// Telegram repeats the message in its answer, which is longer than what we read of one.
#[tokio::test]
async fn a_yes_that_is_longer_than_what_is_read_is_a_yes() {
    let long = format!("{{\"ok\":true,\"result\":{{\"message_id\":7,\"text\":\"{}\"}}}}", "ñ".repeat(8000));
    let (attempted, _) = answered(Service::Telegram, &http("200 OK", "", &long)).await;
    assert_eq!(attempted.outcome, Outcome::Sent { detail: "200".into() });
}

/// The status comes after the message was taken; sent again it would stand in the chat twice.
#[tokio::test]
async fn a_yes_that_breaks_off_before_its_first_byte_is_a_yes_and_an_empty_answer_is_none() {
    let (attempted, _) = answered(Service::Telegram, "HTTP/1.1 200 OK\nContent-Length: 40\n\n").await;
    assert_eq!(attempted.outcome, Outcome::Sent { detail: "200".into() });
    let (attempted, _) = answered(Service::Telegram, &http("200 OK", "", "")).await;
    assert!(matches!(attempted.outcome, Outcome::Retry { .. }), "{attempted:?}");
}

#[tokio::test]
async fn none_of_them_is_followed_elsewhere() {
    let elsewhere = Receiver::start(Some(http("200 OK", "", "ok").replace('\n', "\r\n").into_bytes())).await;
    for service in Service::ALL {
        let location = format!("Location: http://127.0.0.1:{}/\n", elsewhere.port);
        let (attempted, _) = answered(service, &http("307 Temporary Redirect", &location, "")).await;
        assert!(matches!(&attempted.outcome, Outcome::Retry { why, .. } if why.contains("never followed")), "{service:?}: {attempted:?}");
    }
    assert!(elsewhere.seen.lock().expect("not poisoned").is_empty());
}
