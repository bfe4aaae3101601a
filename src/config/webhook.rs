//! The keys of a webhook channel: where its receiver is, how its messages are signed, and header lines of the operator's own.
//!
//! Where the receiver may be is [`reach`](super::reach)'s, header lines are [`headers`](super::headers)'.

use jiff::civil::Date;
use url::Url;

use crate::diag::{At, Reader};
use crate::domain::reach::Reach;
use crate::domain::signing::SigningKey;

use super::headers::{self, Header};
use super::reach;
use super::scope::Scope;
use super::secret::{self, Secret};

/// A webhook receiver.
#[derive(Clone, PartialEq)]
pub struct Webhook {
    /// Where it is, which is a secret: it may carry a token.
    pub url: Url,
    /// The key that its messages are signed with.
    pub secret: Option<Secret>,
    /// Keys that it may still have, and sign too until their day.
    pub old_secrets: Vec<OldSecret>,
    /// Header lines of the operator's.
    pub headers: Vec<Header>,
    /// Where it may be.
    pub reach: Reach,
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let keys = usize::from(self.secret.is_some()) + self.old_secrets.len();
        write!(f, "Webhook({}, {keys} keys, {} headers)", self.url.origin().ascii_serialization(), self.headers.len())
    }
}

/// A key that was replaced.
#[derive(Debug, Clone, PartialEq)]
pub struct OldSecret {
    /// The key.
    pub secret: Secret,
    /// The last day on which it signs, in UTC; without one it signs until it is taken out.
    pub until: Option<Date>,
}

/// How long an old key may go on (`alerting.md` A3.6, after Svix), in days.
const GRACE_DAYS: i32 = 7;

/// More keys than receivers change in a week, and each makes the request longer.
const MOST_OLD: usize = 4;

const MAKE_ONE: &str = "make one with: echo whsec_$(openssl rand -base64 32)";

impl Webhook {
    /// What an operator should know on this day of the keys that were replaced.
    pub fn rotation(&self, today: Date) -> Vec<String> {
        let ends = self.old_secrets.iter().filter_map(|old| old.until);
        let said = |until: Date| match (until - today).get_days() {
            ..0 => Some(format!("an old secret ended on {until} and signs nothing any more; take it out")),
            days if days > GRACE_DAYS => {
                Some(format!("an old secret goes on until {until}; more than {GRACE_DAYS} days give whoever else has it time"))
            }
            _ => None,
        };
        ends.filter_map(said).collect()
    }

    /// What the receiver needs to verify and is no secret, the key in use first.
    pub fn public_keys(&self) -> Vec<String> {
        let keys = self.secret.iter().chain(self.old_secrets.iter().map(|old| &old.secret));
        keys.filter_map(|key| SigningKey::parse(key.expose()).ok()?.public()).collect()
    }
}

/// Reads the receiver of a webhook channel.
pub(super) fn read(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<Webhook> {
    table.required("url", "the receiver's address, https://…");
    let reach = reach::read(table, scope);
    let secret = secret::read(table, "secret", scope);
    if !table.has("secret") {
        let help = "add secret = { file = \"…\" } with the output of: echo whsec_$(openssl rand -base64 32)";
        scope.warn(table.span(), "a webhook without a secret: the receiver cannot tell veedor's messages from forged ones", help);
    }
    if let Some(secret) = &secret {
        check_key(secret, scope);
    }
    let secret = secret.map(|at| at.value);
    let old_secrets = read_old(table, secret.as_ref(), scope);
    let headers = headers::read(table, scope);
    let url = read_url(table, &reach, scope)?;
    Some(Webhook { url, secret, old_secrets, headers, reach })
}

fn check_key(secret: &At<Secret>, scope: &Scope<'_>) {
    if let Err(wanted) = SigningKey::parse(secret.value.expose()) {
        scope.error(secret.span.clone(), format!("the secret there is not a signing key: {wanted}"), MAKE_ONE);
    }
}

fn read_old(table: &mut Reader<'_>, secret: Option<&Secret>, scope: &Scope<'_>) -> Vec<OldSecret> {
    let mut old_secrets: Vec<OldSecret> = Vec::new();
    if table.has("old_secrets") && !table.has("secret") {
        let help = "name the new key in secret = { … }, or leave old_secrets out";
        table.report("old_secrets", "old_secrets without a secret: there is nothing that they were replaced by", Some(help.to_owned()));
    }
    let written = table.tables("old_secrets");
    if written.len() > MOST_OLD {
        table.report("old_secrets", format!("old_secrets has more than {MOST_OLD} keys"), Some("take the oldest out".to_owned()));
    }
    for mut one in written.into_iter().take(MOST_OLD) {
        let until = read_until(&mut one, scope);
        let Some(at) = secret::read_place(one, "old_secrets", scope) else { continue };
        check_key(&at, scope);
        if secret == Some(&at.value) || old_secrets.iter().any(|old| old.secret == at.value) {
            scope.error(at.span, "this old secret is the same key as another of this channel", "name the key that was replaced");
        } else {
            old_secrets.push(OldSecret { secret: at.value, until });
        }
    }
    old_secrets
}

fn read_until(one: &mut Reader<'_>, scope: &Scope<'_>) -> Option<Date> {
    let how = "write until = \"2026-12-01\", the last day on which it signs (UTC), at most a week from now";
    if !one.has("until") {
        scope.warn(one.span(), "an old secret without an end: it signs until it is taken out", how);
        return None;
    }
    let at = one.text("until")?;
    let date = at.value.trim().parse().ok();
    if date.is_none() {
        scope.error(at.span, "until is not a day", how);
    }
    date
}

fn read_url(table: &mut Reader<'_>, reach: &Reach, scope: &Scope<'_>) -> Option<Url> {
    judged(&table.text("url")?, reach, scope)
}

/// The address of a receiver, unless it would be refused at each attempt, which is reported.
pub(super) fn judged(At { value, span }: &At<String>, reach: &Reach, scope: &Scope<'_>) -> Option<Url> {
    let span = span.clone();
    let Ok(url) = Url::parse(value.trim()) else {
        // Not repeated: the address of a receiver often is its secret.
        scope.error(span, "url is not a web address", "write https://host/path");
        return None;
    };
    reach::check(&url, reach, span, scope).then_some(url)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::ChannelKind;
    use super::super::tests::{CASE, good, load};
    use super::*;

    fn with(keys: &str) -> String {
        format!("{CASE}[[channel]]\nid = \"h\"\nkind = \"webhook\"\nsecret = {{ env = \"VEEDOR_HOOK_SECRET\" }}\n{keys}\n")
    }

    fn hook(keys: &str) -> Webhook {
        match &good(&with(keys)).channels[0].kind {
            ChannelKind::Webhook(webhook) => webhook.clone(),
            other => panic!("{other:?}"),
        }
    }

    const URL: &str = "url = \"https://hooks.example.org/token-de-ruta\"\n";

    #[test]
    fn a_receiver_with_everything_is_read_and_prints_no_secret() {
        let hook = hook(&format!(
            "{URL}old_secrets = [{{ env = \"VEEDOR_HOOK_SECRET_OLD\", until = \"2026-12-01\" }}, {{ env = \"VEEDOR_HOOK_PAIR\" }}]\n\
             headers = {{ \"X-Team\" = \"mesa\", Authorization = {{ env = \"VEEDOR_HOOK_AUTH\" }} }}\n\
             allow = [\"10.1.2.9/24\", \"192.168.7.7\", \"[fd00::1]\", \"HOOKS.interno.example.\", \"*.ñandú.example\"]\nallow_ports = [2525]"
        ));
        let lines: Vec<(&str, &str)> = hook.headers.iter().map(|line| (line.name.as_str(), line.value.expose())).collect();
        assert_eq!(lines, [("x-team", "mesa"), ("authorization", "Bearer ficticio")]);
        assert_eq!(hook.old_secrets.iter().map(|old| old.until).collect::<Vec<_>>(), [Some(date(2026, 12, 1)), None]);
        let networks: Vec<String> = hook.reach.networks.iter().map(ToString::to_string).collect();
        assert_eq!(networks, ["10.1.2.0/24", "192.168.7.7/32", "fd00::1/128"]);
        assert_eq!(
            (hook.reach.names, hook.reach.ports),
            (vec!["hooks.interno.example".into(), "*.xn--and-6ma2c.example".into()], vec![2525])
        );
        let shown = format!("{:?}", good(&with(URL)));
        assert!(!shown.contains("token-de-ruta") && !shown.contains("ficticio"), "{shown}");
    }

    #[test]
    fn what_is_wrong_with_a_receiver_is_told_at_its_place() {
        for (keys, expected) in [
            ("url = \"ftp://hooks.example.org\"", "url is not a web address"),
            ("url = \"https://u:clave@hooks.example.org\"", "a password in the url would be seen in logs"),
            ("url = \"http://hooks.example.org\"", "http would carry the messages in clear"),
            ("url = \"https://0x7f.1/\"", "this receiver does not stand on the public internet; if you mean it, name it in allow"),
            ("url = \"https://intranet/\"", "this receiver does not stand on the public internet"),
            ("url = \"https://169.254.169.254/\"\nallow_private = true", "allow_private does not open it"),
            (
                "url = \"https://hooks.example.org:6379/\"",
                "port 6379 is not one that receivers have; correct it, or add allow_ports = [6379]",
            ),
            ("url = \"https://x.example\"\nallow = [\"0.0.0.0/0\"]", "w.toml:9:10: 0.0.0.0/0 is the whole internet"),
            ("url = \"https://x.example\"\nallow = [\"10.1.2.0/33\"]", "\"10.1.2.0/33\" is neither a network nor a name"),
            ("url = \"https://x.example\"\nallow = [\"https://x.example\"]", "is neither a network nor a name"),
            ("url = \"https://x.example\"\nallow_ports = [0]", "a port is a number from 1 to 65535"),
            ("url = \"https://x.example\"\nallow_ports = 25", "allow_ports must be a list of numbers"),
            ("headers = \"x\"", "channel.headers must be a table"),
            ("headers = { \"Webhook-Id\" = \"1\" }", "w.toml:8:13: Webhook-Id is set by veedor or by the connection"),
            ("headers = { Host = \"h\" }", "Host is set by veedor"),
            ("headers = { \"content-LENGTH\" = \"1\" }", "content-LENGTH is set by veedor"),
            ("headers = { \"X Y\" = \"1\" }", "a header's name is letters, digits and - _ ."),
            ("headers = { a = \"1\", A = \"2\" }", "A stands twice; case makes no difference"),
            ("headers = { Authorization = \"Bearer x\" }", "Authorization must not stand in the file itself"),
            ("headers = { \"X-Api-Key\" = \"x\" }", "X-Api-Key must not stand in the file itself"),
            ("headers = { \"X-Team\" = \"\" }", "the value of X-Team is not one line of 1 to 2000 plain characters"),
            ("headers = { \"X-Team\" = { env = \"VEEDOR_LINES\" } }", "the value of X-Team is not one line"),
            ("headers = { \"X-Team\" = 5 }", "X-Team must not stand in the file itself"),
            ("old_secrets = [{ env = \"VEEDOR_HOOK_SECRET\", until = \"2026-12-01\" }]", "is the same key as another of this channel"),
            ("old_secrets = [{ env = \"VEEDOR_HOOK_AUTH\", until = \"2026-12-01\" }]", "the secret there is not a signing key: whsec_"),
            (
                "old_secrets = [{ env = \"VEEDOR_HOOK_SECRET_OLD\", until = \"pronto\" }]",
                "until is not a day; write until = \"2026-12-01\"",
            ),
            ("old_secrets = [{ until = \"2026-12-01\" }]", "old_secrets must name exactly one place"),
        ] {
            let keys = if keys.starts_with("url") { keys.to_owned() } else { format!("{keys}\n{URL}") };
            let (_, errors, _) = load(&with(&keys));
            assert!(errors.len() == 1 && errors[0].contains(expected), "{expected}: {errors:#?}");
            assert!(!errors[0].contains("clave") && !errors[0].contains("ficticio"), "{errors:?}");
        }
        let (_, errors, _) = load(&with(&format!("{URL}[[channel]]\nid = \"m\"\nkind = \"email\"\nheaders = {{}}\nallow = []")));
        assert!(errors.iter().any(|error| error.contains("headers belongs to a channel of kind \"webhook\"")), "{errors:?}");
    }

    /// `alerting.md` A3.6: up to seven days, and what is over is said.
    #[test]
    fn an_operator_is_told_of_old_keys_that_are_over_or_go_on_for_too_long() {
        let old = |until: &str| hook(&format!("{URL}old_secrets = [{{ env = \"VEEDOR_HOOK_SECRET_OLD\"{until} }}]"));
        for (today, expected) in [
            (date(2026, 12, 2), Some("ended on 2026-12-01 and signs nothing any more")),
            (date(2026, 12, 1), None),
            (date(2026, 11, 24), None),
            (date(2026, 11, 23), Some("goes on until 2026-12-01; more than 7 days")),
        ] {
            let said = old(", until = \"2026-12-01\"").rotation(today);
            assert_eq!(said.len(), usize::from(expected.is_some()), "{said:?}");
            assert!(expected.is_none_or(|expected| said[0].contains(expected)), "{said:?}");
        }
        assert!(old("").rotation(date(2026, 12, 2)).is_empty());
        let (_, _, warnings) = load(&with(&format!("{URL}old_secrets = [{{ env = \"VEEDOR_HOOK_SECRET_OLD\" }}]")));
        assert!(warnings.iter().any(|warning| warning.contains("an old secret without an end")), "{warnings:?}");
        assert_eq!(hook(&format!("{URL}old_secrets = [{{ env = \"VEEDOR_HOOK_PAIR\" }}]")).public_keys().len(), 1);
    }
}
