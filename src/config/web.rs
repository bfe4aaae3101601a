//! `[web]`: who may look at the address in `listen`, and through which proxies.
//!
//! Without the table a loopback address asks nobody for an account, and no other machine can reach it. Whatever others can reach needs an
//! account and a proxy that does TLS: a cookie must never travel in the clear.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ipnet::IpNet;

use crate::diag::{At, Reader};

use super::scope::Scope;

/// Who may look, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Web {
    /// The proxies whose word on the client's address, scheme and host is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether an account is needed.
    pub login: bool,
    /// How long it is kept what was done; `None`: for ever.
    pub audit_keep: Option<Duration>,
    /// How many requests a client may make each second, over time; 0: as many as it likes.
    pub requests_per_second: u32,
}

/// More than a reader or a program that looks around ever makes.
const REQUESTS: u32 = 20;
/// More than one machine serves.
const MOST_REQUESTS: i64 = 10_000;

const DAY: Duration = Duration::from_secs(86_400);
/// Shorter, and nobody would come back from a holiday and still see it.
const LEAST_KEEP: Duration = Duration::from_secs(30 * 86_400);
const MOST_KEEP: Duration = Duration::from_secs(3_650 * 86_400);

/// Reads the table.
pub(super) fn read(root: &mut Reader<'_>, scope: &Scope<'_>, listen: Option<SocketAddr>) -> Web {
    let place = root.item("veedor").and_then(|item| item.as_table_like()?.get("listen")?.span());
    let is_public = listen.is_some_and(|address| !address.ip().to_canonical().is_loopback());
    let mut web = Web { trusted_proxies: Vec::new(), login: is_public, audit_keep: None, requests_per_second: REQUESTS };
    let mut has_proxies = false;
    if let Some(mut table) = root.table("web") {
        has_proxies = table.has("trusted_proxies");
        web.trusted_proxies = proxies(&mut table, scope);
        web.login |= !web.trusted_proxies.is_empty();
        if let Some(At { value, span }) = table.flag("login") {
            if web.login && !value {
                let why = if is_public { "`listen` is not of this machine alone" } else { "trusted_proxies lets others in" };
                let help = "take login = false away; `veedor user add NAME --role admin` makes an account";
                scope.error(span, format!("login = false would show the watch list to whoever asks: {why}"), help);
            }
            web.login |= value;
        }
        web.audit_keep = audit_keep(&mut table, scope);
        let requests = table.integer("requests_per_second", 0, MOST_REQUESTS);
        web.requests_per_second = requests.and_then(|at| u32::try_from(at.value).ok()).unwrap_or(REQUESTS);
        table.finish();
    }
    // A list that is there and wrong has been said already.
    if is_public && web.trusted_proxies.is_empty() && !has_proxies {
        let message =
            "`listen` can be reached from other machines, and nothing before it does TLS: passwords and cookies would travel in the clear";
        let help = "TLS is left to a proxy. Put one before it (Caddy, nginx) and name it: trusted_proxies = [\"10.0.0.2\"] under [web]; or write \
                    listen = \"127.0.0.1:8377\". docs/access.md has examples";
        scope.error(place, message, help);
    }
    web
}

/// Addresses and networks of proxies.
fn proxies(table: &mut Reader<'_>, scope: &Scope<'_>) -> Vec<IpNet> {
    let written = table.texts("trusted_proxies").unwrap_or_default();
    let mut networks = Vec::new();
    for At { value, span } in written {
        let text = value.trim();
        let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
        match network {
            Some(network) if network.prefix_len() == 0 => {
                scope.error(
                    span,
                    format!("trusted_proxies has \"{text}\", which is everybody: anyone could say that he is someone else"),
                    "name the proxy alone",
                );
            }
            Some(network) => networks.push(network.trunc()),
            None => {
                let help = "write trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]";
                scope.error(span, format!("trusted_proxies has \"{text}\", which is no address and no network"), help);
            }
        }
    }
    networks
}

fn audit_keep(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<Duration> {
    if matches!(table.item("audit_keep").map(|item| item.as_str()), Some(Some(""))) {
        return None;
    }
    let At { value, span } = scope.duration(table, "audit_keep", LEAST_KEEP, MOST_KEEP)?;
    if value.as_secs() % DAY.as_secs() != 0 {
        scope.error(span, "audit_keep must be whole days", "write \"365d\", or \"\" for ever");
        return None;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    /// What comes of the tables, or every sentence about them.
    fn read(listen: &str, web: &str) -> Result<Web, Vec<String>> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("w.toml");
        let list = format!("[veedor]\nstate_dir = \"{}\"\nlisten = \"{listen}\"\n{web}", folder.path().display());
        std::fs::write(&file, list).expect("a list");
        let loaded = Config::load(&file).map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        assert!(!loaded.warnings.iter().any(|warning| warning.to_string().contains("listen")), "{:?}", loaded.warnings);
        Ok(loaded.config.web)
    }

    #[test]
    fn an_account_is_needed_wherever_others_can_come() {
        for (listen, web, proxies, login) in [
            ("127.0.0.1:8377", "", 0, false),
            ("[::1]:8377", "", 0, false),
            ("", "", 0, false),
            ("127.0.0.1:8377", "[web]\nlogin = true\n", 0, true),
            ("127.0.0.1:8377", "[web]\nlogin = false\n", 0, false),
            ("127.0.0.1:8377", "[web]\ntrusted_proxies = [\"127.0.0.1\", \"::1\"]\n", 2, true),
            ("0.0.0.0:8377", "[web]\ntrusted_proxies = \"10.0.0.7/8\"\nlogin = true\n", 1, true),
        ] {
            let found = read(listen, web).unwrap_or_else(|problems| panic!("{listen} {web}: {problems:?}"));
            assert_eq!((found.trusted_proxies.len(), found.login), (proxies, login), "{listen} {web}");
        }
        let keep = |text: &str| read("", &format!("[web]\naudit_keep = \"{text}\"\n")).expect("good").audit_keep;
        assert_eq!((keep("365d"), keep("")), (Some(DAY * 365), None));
        let requests = |text: &str| read("", &format!("[web]\n{text}")).expect("good").requests_per_second;
        assert_eq!((requests(""), requests("requests_per_second = 0\n"), requests("requests_per_second = 50\n")), (20, 0, 50));
    }

    #[test]
    fn what_would_travel_in_the_clear_or_believe_anybody_is_said_with_its_place() {
        for (listen, web, said) in [
            ("0.0.0.0:8377", "", "w.toml:3:10: `listen` can be reached from other machines, and nothing before it does TLS"),
            ("[::]:8377", "[web]\nlogin = true\n", "passwords and cookies would travel in the clear"),
            ("0.0.0.0:8377", "[web]\ntrusted_proxies = \"10.0.0.1\"\nlogin = false\n", "w.toml:6:9: login = false would show"),
            ("127.0.0.1:8377", "[web]\ntrusted_proxies = \"127.0.0.1\"\nlogin = false\n", "trusted_proxies lets others in"),
            ("127.0.0.1:8377", "[web]\ntrusted_proxies = [\"proxy\"]\n", "w.toml:5:20: trusted_proxies has \"proxy\", which is no address"),
            ("0.0.0.0:8377", "[web]\ntrusted_proxies = [\"0.0.0.0/0\"]\n", "which is everybody"),
            ("127.0.0.1:8377", "[web]\naudit_keep = \"1d\"\n", "audit_keep must be from 30d to"),
            ("127.0.0.1:8377", "[web]\naudit_keep = \"744h30m\"\n", "whole days"),
            ("127.0.0.1:8377", "[web]\nrequests_per_second = -1\n", "must be a whole number from 0 to 10000"),
            ("127.0.0.1:8377", "[web]\nlogn = true\n", "did you mean \"login\"?"),
        ] {
            let problems = read(listen, web).expect_err(web);
            assert!(problems.iter().any(|problem| problem.contains(said)), "{web}: {problems:?}");
        }
    }
}
