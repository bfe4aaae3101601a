//! From the configuration's channels to what `notify` sends through.
//!
//! Used by the deliverer and by `veedor test`.

use super::supervise;
use crate::config::{self, ChannelKind, Config};
use crate::fetch::guard;
use crate::notify::command::Program;
use crate::notify::{Channel, Deadlines, Notifier, Smtp, Tls, Webhook, terminal};

/// The channel as the sender needs it.
///
/// # Errors
/// When the configuration lacks what the channel needs, in one sentence.
pub fn sender(config: &Config, channel: &config::Channel) -> Result<Channel, String> {
    match &channel.kind {
        ChannelKind::Terminal => Ok(Channel::Terminal),
        ChannelKind::Webhook(webhook) => Ok(Channel::Webhook(Webhook {
            url: webhook.url.to_string(),
            secret: webhook.secret.as_ref().map(|secret| secret.expose().to_owned()),
            allow_private: webhook.allow_private,
        })),
        ChannelKind::Command(command) => Ok(Channel::Command(Program {
            program: command.program.program.clone(),
            arguments: command.program.arguments.clone(),
            folder: command.program.folder.clone(),
            timeout: command.timeout,
        })),
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
                from: smtp.from.clone(),
                id_domain: None,
            }))
        }
    }
}

/// A notifier with a guarded client for the world and an open one for receivers that the operator vouches for.
///
/// # Errors
/// When TLS cannot be set up or a thread cannot be started.
pub fn notifier() -> Result<Notifier, String> {
    let deadline = Deadlines::default().webhook;
    let (terminal, printer) = terminal::pair();
    supervise::thread("terminal", move || printer.run()).map_err(|error| format!("failed to start the terminal's thread: {error}"))?;
    let client = |private| guard::webhook_client(private, deadline).map_err(|error| format!("failed to {error}"));
    let check = |url: &url::Url, private: bool| guard::check(url, private).map_err(|refused| refused.to_string());
    Ok(Notifier::new(client(false)?, client(true)?, terminal, check))
}
