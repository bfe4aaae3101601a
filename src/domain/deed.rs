//! How something ended that somebody asked for: the word that stands in the log of what was done.
//!
//! Pure. Said by whoever does it for the dashboard, the API and the console; kept by `store::audit`.

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was so already, and nothing was changed.
    Unchanged,
    /// It had been done for the same `Idempotency-Key`, and was not done again.
    Replayed,
    /// It was refused, with this word why.
    Refused(String),
}

impl Outcome {
    /// Its stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Unchanged => "unchanged",
            Self::Replayed => "replayed",
            Self::Refused(_) => "refused",
        }
    }

    /// One that was refused with the exit code that a command would end with.
    pub fn refused_with(code: u8) -> Self {
        Self::Refused(format!("exit code {code}"))
    }

    /// The word that is kept; `None`: it was done, as nearly everything is.
    pub fn kept(self) -> Option<String> {
        match self {
            Self::Done => None,
            Self::Unchanged | Self::Replayed => Some(self.name().to_owned()),
            Self::Refused(why) => Some(why),
        }
    }

    /// What was kept.
    pub fn of(kept: Option<String>) -> Self {
        match kept {
            None => Self::Done,
            Some(word) if word == Self::Unchanged.name() => Self::Unchanged,
            Some(word) if word == Self::Replayed.name() => Self::Replayed,
            Some(why) => Self::Refused(why),
        }
    }

    /// Why it was refused, if it was.
    pub fn why(&self) -> Option<&str> {
        if let Self::Refused(why) = self { Some(why) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_read_back_as_it_was_kept() {
        for outcome in [Outcome::Done, Outcome::Unchanged, Outcome::Replayed, Outcome::refused_with(4), Outcome::Refused("role".into())] {
            assert_eq!(Outcome::of(outcome.clone().kept()), outcome);
        }
        assert_eq!(Outcome::Done.kept(), None, "rows of before say the same");
    }
}
