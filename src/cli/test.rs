//! `veedor test`: a flagged test message through one channel, at once and without the outbox.

use serde_json::json;

use super::{Common, Done, Exit, Failure, ask, here, print};
use crate::clock::Clock;
use crate::config::{Channel, Config};
use crate::daemon::sender;
use crate::diag::suggestion;
use crate::domain::about::{About, Stop};
use crate::domain::case::{CaseNumber, CaseRef, Parts, Watch};
use crate::domain::delivery::{Delivery, DeliveryState, Outcome};
use crate::domain::event::Event;
use crate::domain::privacy::Privacy;
use crate::notify;

/// Sends the message to every recipient of the channel.
pub fn run(common: &Common, id: &str) -> Done {
    let config = ask::load(common)?;
    let Some(channel) = config.channel(id) else {
        let ids: Vec<&str> = config.channels.iter().map(|channel| channel.id.as_str()).collect();
        return Err(Failure::new(Exit::Usage, format!("there is no channel \"{id}\"; {}", suggestion(id, &ids).unwrap_or_default())));
    };
    let runtime = here::runtime()?;
    let mut attempts = Vec::new();
    let mut failed = 0;
    for recipient in &channel.route.recipients {
        let outcome = runtime.block_on(send(&config, channel, recipient))?;
        let to = if recipient.is_empty() { channel.id.as_str() } else { recipient };
        let line = match &outcome {
            Outcome::Sent { detail } => format!("{to}: sent ({detail})"),
            other => {
                failed += 1;
                format!("{to}: not sent, {}", other.detail())
            }
        };
        let is_sent = matches!(outcome, Outcome::Sent { .. });
        if !common.json && (!common.quiet || !is_sent) {
            print::line(&line);
        }
        attempts.push(json!({"to": to, "outcome": outcome.name(), "detail": outcome.detail()}));
    }
    if common.json {
        print::json(&json!({"channel": channel.id, "attempts": attempts}));
    }
    Ok(if failed == 0 { Exit::Done } else { Exit::Failed })
}

async fn send(config: &Config, channel: &Channel, recipient: &str) -> Result<Outcome, Failure> {
    let now = Clock::System.now();
    let case = CaseRef { source: "veedor".into(), number: "TEST".into() };
    let event = Event::test(case.clone(), &channel.id, now);
    let number = CaseNumber { compact: "TEST".into(), canonical: "TEST".into(), parts: Parts::default() };
    let watch = Watch::bare(case.clone(), number);
    let about = About {
        watch: &watch,
        previous: None,
        source_title: "veedor",
        case_url: "",
        dashboard: None,
        zone: jiff::tz::TimeZone::UTC,
        language: channel.language,
        privacy: Privacy::unread(config.policy_of(&case)),
        stop: Stop::Unsaid,
    };
    let delivery = Delivery {
        id: Delivery::id_of(&channel.id, recipient, event.id),
        channel: channel.id.clone(),
        recipient: recipient.to_owned(),
        case,
        events: vec![event.id],
        state: DeliveryState::Waiting { due: now },
        attempts: 0,
        created: now,
    };
    let bad = |why: String| Failure::new(Exit::Failed, why);
    let to = sender::sender(config, channel).map_err(bad)?;
    let content = notify::render(&to, &delivery, &[event], &about).map_err(|error| bad(error.to_string()))?;
    let attempted = sender::notifier(config).map_err(bad)?.send(&to, &delivery, &content.body, now).await;
    attempted.farewell.say().await;
    Ok(attempted.outcome)
}
