//! `url` in `[veedor]`: the address under which `listen` is reached from outside, behind a web server that does TLS.
//!
//! Mails link to pages there, on which recipients silence a case or leave a channel. It opens nothing.

use std::net::SocketAddr;

use url::Url;

use crate::diag::{At, Reader};

use super::loopback::is_loopback_url;
use super::scope::Scope;

/// The longest address, in characters: it stands in a header line with a token and a mail address behind it.
const LONGEST: usize = 200;

/// Reads the address, without a slash at its end.
pub(super) fn read(table: &mut Reader<'_>, listen: Option<SocketAddr>, scope: &Scope<'_>) -> Option<String> {
    let At { value, span } = table.text("url")?;
    let help = "write url = \"https://veedor.example.org\", the address that your web server passes on to `listen`";
    let typed = value.trim();
    if typed.is_empty() {
        return None;
    }
    let Some(url) = Url::parse(typed).ok().filter(|url| url.has_host() && matches!(url.scheme(), "https" | "http")) else {
        scope.error(span, format!("url is not a web address: \"{typed}\""), help);
        return None;
    };
    let wrong = if url.scheme() == "http" && !is_loopback_url(url.as_str()) {
        Some("url must begin with https:// because whoever reads its links on the way can use them")
    } else if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        Some("url must have no user, password, ? or #")
    } else if url.as_str().len() > LONGEST {
        Some("url is longer than 200 characters")
    } else if listen.is_none() {
        Some("url leads nowhere while listen is \"\"")
    } else {
        None
    };
    match wrong {
        Some(why) => {
            scope.error(span, why, help);
            None
        }
        None => Some(url.as_str().trim_end_matches('/').to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    /// What the address becomes, or the first sentence about it.
    fn read(url: &str, listen: &str) -> Result<Option<String>, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("w.toml");
        let list = format!("[veedor]\nstate_dir = \"{}\"\nlisten = \"{listen}\"\nurl = \"{url}\"\n", folder.path().display());
        std::fs::write(&file, list).expect("a list");
        Config::load(&file).map(|loaded| loaded.config.general.url).map_err(|problems| problems[0].to_string())
    }

    #[test]
    fn an_address_that_readers_can_use_is_taken_and_any_other_is_said_with_its_place() {
        let here = "127.0.0.1:8377";
        for (typed, taken) in [
            ("https://veedor.example.org", Some("https://veedor.example.org")),
            ("https://example.org/avisos/", Some("https://example.org/avisos")),
            ("https://ñandú.example.org:8443", Some("https://xn--and-6ma2c.example.org:8443")),
            ("http://127.0.0.1:8377/", Some("http://127.0.0.1:8377")),
            ("", None),
        ] {
            assert_eq!(read(typed, here), Ok(taken.map(str::to_owned)), "{typed}");
        }
        for (typed, listen, said) in [
            ("veedor.example.org", here, "is not a web address"),
            ("ftp://example.org", here, "is not a web address"),
            ("http://veedor.example.org", here, "must begin with https://"),
            ("https://ana:x@example.org", here, "no user, password"),
            ("https://example.org/?a=1", here, "no user, password"),
            (&format!("https://example.org/{}", "a".repeat(200)), here, "longer than 200"),
            ("https://veedor.example.org", "", "leads nowhere while listen is"),
        ] {
            let problem = read(typed, listen).expect_err(typed);
            assert!(problem.contains(said) && problem.contains(":4:7"), "{typed}: {problem}");
        }
    }
}
