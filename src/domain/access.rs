//! Who may do what at the dashboard and the API.
//!
//! Three roles, each with all that the one before it may (`alerting.md` E1.5). `web` asks before every page and every change; `store` keeps
//! them with the users. It knows no users and no pages.

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Looks, as messages tell it: the privacy of the watch list applies.
    Viewer,
    /// Sees the record as it is, and edits: cases, silences, visits, deliveries again.
    Editor,
    /// Also users, tokens and the log of what was done.
    Admin,
}

impl Role {
    /// Every role by its stable name, least first.
    pub const ALL: [(&'static str, Role); 3] = [("viewer", Self::Viewer), ("editor", Self::Editor), ("admin", Self::Admin)];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }

    /// Reads the stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, role)| *role)
    }

    /// Whether this role may what `needed` may.
    pub fn may(self, needed: Role) -> bool {
        self >= needed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_what_the_one_before_it_may_and_is_read_by_its_name() {
        for (at, (name, role)) in Role::ALL.iter().enumerate() {
            assert_eq!((Role::parse(name), role.name()), (Some(*role), *name));
            for (other, (_, needed)) in Role::ALL.iter().enumerate() {
                assert_eq!(role.may(*needed), at >= other);
            }
        }
        assert_eq!(Role::parse("root"), None);
    }
}
