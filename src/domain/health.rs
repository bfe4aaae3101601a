//! How the last visit to a case went: five different troubles that must never be mixed up.
//!
//! Set by `daemon::poll`, kept by the store, shown by `veedor list`. None of them is "removed": a page that we do not
//! understand changes nothing but the health of its case.

/// How the last visit went.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Health {
    /// Never visited.
    #[default]
    Unvisited,
    /// Read.
    Ok,
    /// The source says it has no such case.
    NotFound,
    /// The source says the case is reserved.
    Reserved,
    /// The source refuses us: a WAF page, 403, 429, a captcha.
    Blocked(String),
    /// The source could not be reached or says it is down.
    Unavailable(String),
    /// The answer is not what the recipe expects: a changed layout, a truncated answer, another case.
    Unreadable(String),
    /// The answer reads well but cannot be true, such as an empty list for a case that had entries.
    Implausible(String),
}

impl Health {
    /// The stable name used in JSON and metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unvisited => "unvisited",
            Self::Ok => "ok",
            Self::NotFound => "not_found",
            Self::Reserved => "reserved",
            Self::Blocked(_) => "blocked",
            Self::Unavailable(_) => "unavailable",
            Self::Unreadable(_) => "unreadable",
            Self::Implausible(_) => "implausible",
        }
    }

    /// What was said, when anything was.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Blocked(why) | Self::Unavailable(why) | Self::Unreadable(why) | Self::Implausible(why) => Some(why),
            _ => None,
        }
    }

    /// The inverse of [`name`](Self::name) and [`detail`](Self::detail).
    pub fn from_parts(name: &str, detail: Option<&str>) -> Option<Self> {
        let why = detail.unwrap_or_default().to_owned();
        Some(match name {
            "unvisited" => Self::Unvisited,
            "ok" => Self::Ok,
            "not_found" => Self::NotFound,
            "reserved" => Self::Reserved,
            "blocked" => Self::Blocked(why),
            "unavailable" => Self::Unavailable(why),
            "unreadable" => Self::Unreadable(why),
            "implausible" => Self::Implausible(why),
            _ => return None,
        })
    }
}
