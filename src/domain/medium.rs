//! How a message travels: the kinds of channels, by the names that metrics, exports and the store know.
//!
//! `config` reads them, `notify` sends by them, the store keeps with each message which it was written for.

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

    /// Whether one message may tell several events: machines get each by itself, people the news of a case together.
    pub fn gathers(self) -> bool {
        !matches!(self, Self::Webhook | Self::Command)
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
