//! The ledger of truth: what the court of the stories did, and what must follow from it.
//!
//! The torture writes it while it publishes; [`audit`](super::audit) holds against it all that was told. It knows nothing of the
//! daemon. What is on its way is left alone by the court, because a change that nobody could see need not be told.

use super::court::Court;

/// What an act is called, and the kind of its event.
const TITLES: [(&str, &str); 4] = [
    ("SENTENCIA (RESOLUCION)", "ruling.issued"),
    ("PROVIDENCIA GENERAL (DECRETO)", "order.issued"),
    ("ESCRITO (ESCRITO)", "filing.added"),
    ("OFICIO (OFICIO)", "entry.added"),
];

/// At most so many acts of a case are on their way: more than ten of one day in one visit are a burst, which is another event.
const MOST_ENTERED: usize = 8;

/// … and so many edits.
const MOST_EDITED: usize = 3;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    Entered,
    Edited,
    Removed,
    /// A silence ended that had muted something.
    Unmuted,
}

/// One thing that was done, and so one event.
#[derive(Debug, Clone)]
pub struct Fact {
    pub case: String,
    pub deed: Deed,
    /// The act's serial, or the silence's id.
    pub about: String,
    pub kind: &'static str,
    /// Words that stand in this fact's message.
    pub token: String,
    /// It must reach nobody.
    pub is_muted: bool,
    /// It was seen to arrive, so that its act may change again.
    pub is_settled: bool,
}

impl Fact {
    /// One line for a person.
    pub fn line(&self) -> String {
        format!("{:?} {} of {} ({}, {})", self.deed, self.about, self.case, self.kind, self.token)
    }
}

/// The ledger.
#[derive(Default)]
pub struct Ledger {
    pub facts: Vec<Fact>,
}

impl Ledger {
    /// Publishes an act, and a muted one when this is said. `which` picks its title.
    pub fn enter(&mut self, court: &Court, case: &str, which: u64, is_muted: bool) {
        if self.on_their_way(case, Deed::Entered) >= MOST_ENTERED {
            return;
        }
        let (title, kind) = TITLES[usize::try_from(which).expect("small") % TITLES.len()];
        let token = self.token();
        let serial = court.act(case, title, &format!("<p>{token} VISTOS.</p>"));
        self.put(case, Deed::Entered, serial.to_string(), kind, token, is_muted);
    }

    /// Edits an act that is not on its way. `which` picks it.
    pub fn edit(&mut self, court: &Court, case: &str, which: u64) {
        let Some(serial) = self.at_rest(court, case, which).filter(|_| self.on_their_way(case, Deed::Edited) < MOST_EDITED) else { return };
        let token = self.token();
        court.change(case, |acts| {
            let act = acts.iter_mut().find(|act| act.serial == serial).expect("an act");
            act.text = format!("<p>{token} corregido.</p>");
        });
        self.put(case, Deed::Edited, serial.to_string(), "record.edited", token, false);
    }

    /// Removes an act that is not on its way, one at a time: many at once are no removal but a half-empty page.
    pub fn remove(&mut self, court: &Court, case: &str, which: u64) {
        let Some(serial) = self.at_rest(court, case, which).filter(|_| self.on_their_way(case, Deed::Removed) == 0) else { return };
        let mut title = String::new();
        court.change(case, |acts| {
            let at = acts.iter().position(|act| act.serial == serial).expect("an act");
            title = acts.remove(at).title;
        });
        self.put(case, Deed::Removed, serial.to_string(), "record.removed", title, false);
    }

    /// Notes that a silence ended which had muted something.
    pub fn unmute(&mut self, case: &str, silence: &str) {
        self.put(case, Deed::Unmuted, silence.to_owned(), "silence.ended", "Fin del silencio".to_owned(), false);
    }

    /// How many facts must have reached nobody.
    pub fn muted(&self) -> usize {
        self.facts.iter().filter(|fact| fact.is_muted).count()
    }

    /// How many there are of this deed.
    pub fn count(&self, deed: Deed) -> usize {
        self.facts.iter().filter(|fact| fact.deed == deed).count()
    }

    fn put(&mut self, case: &str, deed: Deed, about: String, kind: &'static str, token: String, is_muted: bool) {
        self.facts.push(Fact { case: case.to_owned(), deed, about, kind, token, is_muted, is_settled: false });
    }

    fn token(&self) -> String {
        format!("TK{:05}X", self.facts.len())
    }

    fn on_their_way(&self, case: &str, deed: Deed) -> usize {
        self.facts.iter().filter(|fact| fact.case == case && fact.deed == deed && !fact.is_settled).count()
    }

    /// An act of which nothing is on its way.
    fn at_rest(&self, court: &Court, case: &str, which: u64) -> Option<u64> {
        let mut serials: Vec<u64> = Vec::new();
        court.change(case, |acts| serials = acts.iter().map(|act| act.serial).collect());
        let is_moving = |serial: &u64| self.facts.iter().any(|fact| !fact.is_settled && fact.about == serial.to_string());
        serials.retain(|serial| !is_moving(serial));
        // A docket that shrinks to nothing would be another story.
        let at = usize::try_from(which).expect("small");
        (serials.len() > 6).then(|| serials[at % serials.len()])
    }
}
