//! The cookies of one visit: a session that a court opens at the first page and asks for at the next.
//!
//! `daemon` keeps a [`Jar`] for a visit of a recipe with `cookies = true` and drops it afterwards: no page, store or log has
//! them, and no two visits share one. By hand and not with a crate, because next to nothing of RFC 6265 is needed here: a cookie
//! goes back to the very host that set it and to no other, so that no list of public suffixes is needed either.

use jiff::Timestamp;
use url::Url;

/// More and longer cookies than a session needs are not kept.
const MOST: usize = 50;
const LONGEST: usize = 4096;

/// The cookies that a visit holds.
#[derive(Default)]
pub struct Jar {
    cookies: Vec<Cookie>,
}

struct Cookie {
    host: String,
    path: String,
    secure: bool,
    name: String,
    value: String,
}

impl Jar {
    /// Takes up what an answer from this address sets; each text is one `Set-Cookie`.
    pub(super) fn take(&mut self, url: &Url, lines: &[String], now: Timestamp) {
        for line in lines.iter().filter(|line| line.len() <= LONGEST) {
            let Some(host) = url.host_str() else { return };
            let mut fields = line.split(';');
            let Some((name, value)) = fields.next().and_then(|pair| pair.split_once('=')) else { continue };
            let mut cookie = Cookie {
                host: host.to_owned(),
                path: folder(url.path()).to_owned(),
                secure: false,
                name: name.trim().to_owned(),
                value: value.trim().to_owned(),
            };
            let (mut is_ours, mut is_over) = (!cookie.name.is_empty(), false);
            for field in fields {
                let (key, value) = field.split_once('=').map_or((field.trim(), ""), |(key, value)| (key.trim(), value.trim()));
                match key.to_ascii_lowercase().as_str() {
                    "path" if value.starts_with('/') => value.clone_into(&mut cookie.path),
                    "secure" => cookie.secure = true,
                    "domain" => is_ours &= is_within(host, value.trim_start_matches('.')),
                    "max-age" => is_over |= value.parse::<i64>().is_ok_and(|seconds| seconds <= 0),
                    "expires" => is_over |= is_past(value, now),
                    _ => {}
                }
            }
            if is_ours {
                self.cookies.retain(|old| (&old.host, &old.path, &old.name) != (&cookie.host, &cookie.path, &cookie.name));
                if !is_over && self.cookies.len() < MOST {
                    self.cookies.push(cookie);
                }
            }
        }
    }

    /// The `Cookie` header of a request to this address; `None` when there is nothing to say.
    pub(super) fn header(&self, url: &Url) -> Option<String> {
        let is_sent = |cookie: &&Cookie| {
            url.host_str() == Some(cookie.host.as_str())
                && is_below(url.path(), &cookie.path)
                && (!cookie.secure || url.scheme() == "https")
        };
        let pairs: Vec<String> = self.cookies.iter().filter(is_sent).map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

/// The folder of a path, which a cookie without a path of its own is for.
fn folder(path: &str) -> &str {
    match path.rfind('/') {
        None | Some(0) => "/",
        Some(end) => &path[..end],
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || folder.ends_with('/') || rest.starts_with('/'))
}

fn is_within(host: &str, domain: &str) -> bool {
    let (host, domain) = (host.to_ascii_lowercase(), domain.to_ascii_lowercase());
    domain.is_empty() || host == domain || host.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.'))
}

/// Whether a date is over. Old servers write it with dashes.
fn is_past(date: &str, now: Timestamp) -> bool {
    let date = httpdate::parse_http_date(date).or_else(|_| httpdate::parse_http_date(&date.replace('-', " ")));
    date.is_ok_and(|date| Timestamp::try_from(date).is_ok_and(|date| date <= now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(lines: &[&str], to: &str) -> Option<String> {
        let url = |text: &str| Url::parse(text).expect("an address");
        let now: Timestamp = "2026-11-23T17:00:00Z".parse().expect("an instant");
        let mut jar = Jar::default();
        for line in lines {
            jar.take(&url("https://court.example/app/open?x=/y"), &[(*line).to_owned()], now);
        }
        jar.header(&url(to))
    }

    #[test]
    fn a_cookie_goes_back_to_the_host_and_path_that_it_is_for() {
        for (line, to, expected) in [
            ("JSESSIONID=A1; Path=/; HttpOnly; Secure", "https://court.example/x", Some("JSESSIONID=A1")),
            ("JSESSIONID=A1; Path=/; Secure", "http://court.example/x", None),
            ("JSESSIONID=A1", "https://court.example/app/rows", Some("JSESSIONID=A1")),
            ("JSESSIONID=A1", "https://court.example/application", None),
            ("JSESSIONID=A1; path=/app", "https://court.example:8443/app", Some("JSESSIONID=A1")),
            ("a=1; Path=/", "https://other.example/", None),
            ("a=1; Path=/; Domain=.court.example", "https://www.court.example/", None),
            ("a=1; Path=/; Domain=court.example", "https://court.example/", Some("a=1")),
            ("a=1; Path=/; Domain=rt.example", "https://court.example/", None),
            ("a=1; Path=/; Max-Age=0", "https://court.example/", None),
            ("a=1; Path=/; Expires=Thu, 01-Jan-1970 00:00:10 GMT", "https://court.example/", None),
            ("a=1; Path=/; Expires=Thu, 01 Jan 2099 00:00:10 GMT", "https://court.example/", Some("a=1")),
            ("a=b=c", "https://court.example/app/", Some("a=b=c")),
            ("=x; Path=/", "https://court.example/", None),
            ("nothing", "https://court.example/", None),
        ] {
            assert_eq!(sent(&[line], to).as_deref(), expected, "{line} to {to}");
        }
    }

    #[test]
    fn a_cookie_is_replaced_and_taken_back() {
        let to = "https://court.example/";
        assert_eq!(sent(&["a=1; Path=/", "b=2; Path=/", "a=3; Path=/"], to).as_deref(), Some("b=2; a=3"));
        assert_eq!(sent(&["a=1; Path=/", "a=gone; Path=/; Max-Age=-1"], to), None);
    }
}
