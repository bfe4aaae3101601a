//! The classes of the lists, and which event kind stands for which.

use veedor::domain::docket::{Entry, EntryKey};
use veedor::domain::event::EventKind;
use veedor::meaning::Meaning;

/// What a title stands for in the lists, by their letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Hearing scheduled.
    HS,
    /// Hearing held.
    HH,
    /// Hearing postponed, set anew or suspended, or one that failed.
    HP,
    /// Hearing cancelled.
    HC,
    /// Ruling, judgment, order.
    R,
    /// Filing.
    F,
    /// Notification, publication.
    N,
    /// Appeal, remedy.
    A,
    /// Arrest, custody, security measure.
    C,
    /// Closed, archived, final.
    X,
    /// Anything else: clerk, transfer, administration.
    O,
}

impl Class {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 11] = [Self::HS, Self::HH, Self::HP, Self::HC, Self::R, Self::F, Self::N, Self::A, Self::C, Self::X, Self::O];

    /// Its letters.
    pub fn name(self) -> &'static str {
        match self {
            Self::HS => "HS",
            Self::HH => "HH",
            Self::HP => "HP",
            Self::HC => "HC",
            Self::R => "R",
            Self::F => "F",
            Self::N => "N",
            Self::A => "A",
            Self::C => "C",
            Self::X => "X",
            Self::O => "O",
        }
    }

    /// Reads the letters.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// Whether it is about a hearing.
    pub fn is_hearing(self) -> bool {
        matches!(self, Self::HS | Self::HH | Self::HP | Self::HC)
    }

    /// What may be found beside it without being wrong: an order that sets a hearing, imposes custody or ends a case is an order as
    /// well, a party's remedy is a filing and its service a notice as well, and a ruling may impose a measure or decide a remedy that its
    /// list does not count apart. A hearing about custody is both.
    fn companions(self) -> &'static [Self] {
        match self {
            Self::HS | Self::HP | Self::HC | Self::X => &[Self::R],
            Self::C => &[Self::R, Self::HH],
            Self::A => &[Self::R, Self::F, Self::N],
            Self::R => &[Self::C, Self::A],
            Self::HH | Self::F | Self::N | Self::O => &[],
        }
    }
}

/// A title of a list.
#[derive(Debug, Clone)]
pub struct Title {
    /// Where it was seen.
    pub system: String,
    /// The folder of its jurisdiction; one without words of its own is served by its language's.
    pub jurisdiction: String,
    /// Its language.
    pub language: String,
    /// The words.
    pub title: String,
    /// What must be found.
    pub expected: Vec<Class>,
    /// What may be found.
    pub allowed: Vec<Class>,
    /// Whether the list counts the lesser orders of a court among "anything else".
    pub orders_are_other: bool,
}

impl Title {
    /// What veedor finds in it, as classes.
    pub fn found(&self) -> (Vec<Class>, Vec<EventKind>) {
        let meaning = Meaning::shipped(&self.jurisdiction, &self.language);
        let kinds = meaning.classify(&entry(&self.title), None).kinds;
        let told = kinds.iter().filter(|kind| !self.has_no_class(**kind));
        let mut classes: Vec<Class> = told.map(|kind| self.class_of(*kind)).collect();
        classes.sort_unstable();
        classes.dedup();
        (classes, kinds)
    }

    /// Whether finding `class` is no mistake.
    pub fn allows(&self, class: Class) -> bool {
        self.allowed.contains(&class) || self.expected.iter().any(|expected| expected.companions().contains(&class))
    }

    /// The lists count a case that comes back or goes elsewhere with "anything else" where it is all that the title says, and
    /// beside an order not at all.
    fn has_no_class(&self, kind: EventKind) -> bool {
        let moved = matches!(kind, EventKind::CaseReopened | EventKind::CaseLinked | EventKind::JudgeChanged);
        moved && !self.expected.contains(&Class::O)
    }

    fn class_of(&self, kind: EventKind) -> Class {
        use EventKind as K;
        match kind {
            K::HearingScheduled => Class::HS,
            K::HearingHeld => Class::HH,
            // Neither list has a class for a hearing that did not take place; each counts it where its own words put it.
            K::HearingFailed if self.expected.contains(&Class::HC) => Class::HC,
            K::HearingRescheduled
            | K::HearingMovedEarlier
            | K::HearingDeferred
            | K::HearingSuspended
            | K::HearingResumed
            | K::HearingFailed => Class::HP,
            K::HearingRevoked => Class::HC,
            K::RulingIssued | K::RulingOral => Class::R,
            K::OrderIssued if self.orders_are_other => Class::O,
            K::OrderIssued => Class::R,
            // A charge is counted with the filings.
            K::ProsecutionAct if self.expected.contains(&Class::F) => Class::F,
            // The prosecutor's opinion is counted with the rulings where it is counted at all.
            K::ProsecutionAct => Class::R,
            K::FilingAdded => Class::F,
            K::NotificationServed => Class::N,
            K::AppealFiled => Class::A,
            K::MeasureOrdered | K::MeasureLifted => Class::C,
            K::CaseClosed => Class::X,
            _ => Class::O,
        }
    }
}

fn entry(title: &str) -> Entry {
    Entry {
        key: EntryKey(String::new()),
        date: None,
        time: None,
        title: title.to_owned(),
        text: String::new(),
        documents: Vec::new(),
        annulled: false,
        withheld: None,
        notice_of: None,
        extra: Default::default(),
    }
}
