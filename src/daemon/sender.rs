//! From the configuration's channels to what `notify` sends through.
//!
//! Used by the deliverer and by `veedor test`.

use std::time::Duration;

use super::supervise;
use crate::config::{self, ChannelKind, Config};
use crate::fetch::guard::Guard;
use crate::notify::chat::Chat;
use crate::notify::command::Program;
use crate::notify::{Channel, Deadlines, Key, Notifier, Smtp, Tls, Webhook, terminal};

/// How long the program may take that prints an access token: it may ask the provider for one.
const TOKEN_TIMEOUT: Duration = Duration::from_secs(30);

/// The channel as the sender needs it.
///
/// # Errors
/// When the configuration lacks what the channel needs, in one sentence.
pub fn sender(config: &Config, channel: &config::Channel) -> Result<Channel, String> {
    match &channel.kind {
        ChannelKind::Terminal => Ok(Channel::Terminal),
        ChannelKind::Webhook(webhook) => Ok(Channel::Webhook(receiver(webhook))),
        ChannelKind::Chat(chat) => {
            let exposed = |secret: &Option<config::Secret>| secret.as_ref().map(|secret| secret.expose().to_owned());
            let Some(url) = exposed(&chat.url) else { return Err("the address of the channel could not be read".into()) };
            Ok(Channel::Chat(Chat {
                service: chat.service,
                url,
                token: exposed(&chat.token),
                room: exposed(&chat.room),
                reach: chat.reach.clone(),
            }))
        }
        ChannelKind::Command(command) => Ok(Channel::Command(program(&command.program, command.timeout))),
        ChannelKind::Email => {
            let Some(smtp) = &config.smtp else { return Err("the watch list has no [smtp] table any more; add it again".into()) };
            Ok(Channel::Email(Smtp {
                host: smtp.host.clone(),
                port: smtp.port,
                tls: match smtp.tls {
                    config::Tls::Implicit => Tls::Implicit,
                    config::Tls::StartTls => Tls::StartTls,
                    config::Tls::None => Tls::None,
                },
                user: smtp.user.clone(),
                password: smtp.password.as_ref().map(|password| password.expose().to_owned()),
                token: smtp.token.as_ref().map(|token| program(token, TOKEN_TIMEOUT)),
                ca: smtp.ca.clone(),
                from: smtp.from.clone(),
                id_domain: None,
                calendar_domain: None,
            }))
        }
    }
}

fn program(program: &config::Program, timeout: Duration) -> Program {
    Program { program: program.program.clone(), arguments: program.arguments.clone(), folder: program.folder.clone(), timeout }
}

fn receiver(webhook: &config::Webhook) -> Webhook {
    let newest = webhook.secret.iter().map(|secret| Key { secret: secret.expose().to_owned(), until: None });
    let old = webhook.old_secrets.iter().map(|old| Key { secret: old.secret.expose().to_owned(), until: old.until });
    Webhook {
        url: webhook.url.to_string(),
        keys: newest.chain(old).collect(),
        headers: webhook.headers.iter().map(|header| (header.name.clone(), header.value.expose().to_owned())).collect(),
        reach: webhook.reach.clone(),
    }
}

/// A notifier that reaches what channels vouch for, and never the address that this daemon listens on.
///
/// # Errors
/// When TLS cannot be set up or a thread cannot be started.
pub fn notifier(config: &Config) -> Result<Notifier, String> {
    let guard = Guard::new(config.general.listen, Deadlines::default().webhook).map_err(|error| format!("failed to {error}"))?;
    let (terminal, printer) = terminal::pair();
    supervise::thread("terminal", move || printer.run()).map_err(|error| format!("failed to start the terminal's thread: {error}"))?;
    Ok(Notifier::new(guard, terminal))
}
