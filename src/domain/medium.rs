//! How a message travels: the kinds of channels, by the names that metrics, exports and the store know.
//!
//! `config` reads them, `notify` sends by them, the store keeps with each message which it was written for.

use std::time::Duration;

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// As a mail.
    Email,
    /// As a webhook.
    Webhook,
    /// On standard output.
    Terminal,
    /// To a channel of Slack.
    Slack,
    /// To a channel of Discord.
    Discord,
    /// To a channel of Mattermost.
    Mattermost,
    /// To a channel or chat of Microsoft Teams.
    Teams,
    /// To a chat of Telegram.
    Telegram,
    /// To a topic of ntfy.
    Ntfy,
    /// To a room of Matrix.
    Matrix,
    /// To a program of the operator.
    Command,
}

impl Medium {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Email,
        Self::Webhook,
        Self::Terminal,
        Self::Slack,
        Self::Discord,
        Self::Mattermost,
        Self::Teams,
        Self::Telegram,
        Self::Ntfy,
        Self::Matrix,
        Self::Command,
    ];

    /// The stable name used in the watch list, metrics and exports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Webhook => "webhook",
            Self::Terminal => "terminal",
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::Mattermost => "mattermost",
            Self::Teams => "teams",
            Self::Telegram => "telegram",
            Self::Ntfy => "ntfy",
            Self::Matrix => "matrix",
            Self::Command => "command",
        }
    }

    /// Reads [`name`](Self::name) back.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|medium| medium.name() == name)
    }

    /// How many messages a channel may take within how long, after what its service documents; each of the bounds holds. Empty
    /// where the receiver is the operator's own and says by itself when it has enough.
    pub fn pace(self) -> &'static [(usize, Duration)] {
        const SECOND: Duration = Duration::from_secs(1);
        const MINUTE: Duration = Duration::from_secs(60);
        match self {
            Self::Email | Self::Webhook | Self::Terminal | Self::Command => &[],
            // docs.slack.dev, "Rate limits": one a second for each incoming webhook.
            Self::Slack => &[(1, SECOND)],
            // Five in two seconds, as its answers' X-RateLimit headers say.
            Self::Discord => const { &[(5, Duration::from_secs(2))] },
            // RateLimitSettings.PerSec is 10 for all that one address asks.
            Self::Mattermost => &[(5, SECOND)],
            // learn.microsoft.com, incoming webhooks: four requests a second.
            Self::Teams => &[(4, SECOND)],
            // core.telegram.org/bots/faq: one a second to a chat, twenty a minute to a group.
            Self::Telegram => &[(1, SECOND), (20, MINUTE)],
            // docs.ntfy.sh: sixty at once, and one more every five seconds.
            Self::Ntfy => const { &[(60, Duration::from_secs(300))] },
            // Synapse's rc_message: ten at once, and one more every five seconds.
            Self::Matrix => const { &[(10, Duration::from_secs(50))] },
        }
    }

    /// Whether one message may tell several events: machines get each by itself, people the news of a case together.
    pub fn gathers(self) -> bool {
        !matches!(self, Self::Webhook | Self::Command)
    }
}

/// The chat services that veedor writes to in their own form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Slack, by an incoming webhook.
    Slack,
    /// Discord, by a webhook.
    Discord,
    /// Mattermost, by an incoming webhook.
    Mattermost,
    /// Microsoft Teams, by a workflow.
    Teams,
    /// Telegram, by a bot.
    Telegram,
    /// ntfy, by a topic.
    Ntfy,
    /// Matrix, by a user of a homeserver.
    Matrix,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 7] = [Self::Slack, Self::Discord, Self::Mattermost, Self::Teams, Self::Telegram, Self::Ntfy, Self::Matrix];

    /// How its messages travel.
    pub fn medium(self) -> Medium {
        match self {
            Self::Slack => Medium::Slack,
            Self::Discord => Medium::Discord,
            Self::Mattermost => Medium::Mattermost,
            Self::Teams => Medium::Teams,
            Self::Telegram => Medium::Telegram,
            Self::Ntfy => Medium::Ntfy,
            Self::Matrix => Medium::Matrix,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_reads_back_as_itself() {
        for medium in Medium::ALL {
            assert_eq!(Medium::parse(medium.name()), Some(medium));
        }
        assert_eq!(Medium::parse("pigeon"), None);
    }
}
