//! What of a court's words may leave the machine, case by case: the rules in force, whose names are hidden, what is withheld.
//!
//! `config` makes a [`Policy`] of the shipped data and the watch list, `daemon` a [`Privacy`] of it and of the held docket whenever a
//! message is written, and [`shown`](super::shown) applies it. Where the docket cannot be read to decide, nothing is told but that
//! there was activity. It sends nothing and stores nothing.

use std::collections::HashSet;
use std::sync::Arc;

use regex::Regex;

use super::about::Language;
use super::case::Watch;
use super::docket::{Docket, Party};
use super::event::{Audience, EXCERPT_CHARS, Event, EventKind};
use super::names::{Names, initials, plain_words};
use super::redact::{Mask, Rule, Scope, Words, cut_at_word, plain, plain_start, replaced};
use super::withhold::{Telling, Withhold};

/// Whose names are told in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Naming {
    /// Everybody's.
    #[default]
    Full,
    /// Those of public roles, companies and public bodies; private persons have initials.
    InitialsPrivate,
    /// Those of companies and public bodies alone.
    InitialsAll,
}

/// A list of names that are never told.
#[derive(Debug, Clone)]
pub struct NameList {
    /// The names.
    pub names: Names,
    /// What stands in their place.
    pub replace: Words,
    /// Where it holds.
    pub scope: Vec<Scope>,
}

/// What holds for the cases of a jurisdiction.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Whose names are told.
    pub naming: Naming,
    /// Patterns of what is never told.
    pub rules: Vec<Arc<Rule>>,
    /// Names that are never told.
    pub lists: Vec<NameList>,
    /// Roles in which a person acts for the public.
    pub public_roles: Vec<Regex>,
    /// Roles that say that a party is a minor.
    pub minor_roles: Vec<Regex>,
    /// What stands for a minor's name.
    pub minor: Words,
    /// Words that show that a party is no natural person, without accents and dots, in capitals.
    pub institutions: Arc<HashSet<String>>,
    /// Words in capitals that are no mention of a name when they stand alone.
    pub common: Arc<HashSet<String>>,
    /// Persons whose names stay, whatever their role.
    pub public_names: Names,
    /// What is withheld.
    pub withholds: Vec<Arc<Withhold>>,
    /// The longest text of an entry that is told, in characters.
    pub excerpt_chars: usize,
}

impl Policy {
    fn is_institution(&self, name: &str) -> bool {
        !self.institutions.is_disjoint(&plain_words(name))
    }

    fn standing(&self, party: &Party) -> Standing {
        let has = |roles: &[Regex]| roles.iter().any(|role| role.is_match(&party.role));
        match () {
            () if has(&self.minor_roles) => Standing::Minor,
            () if self.is_institution(&party.name) => Standing::Institution,
            () if has(&self.public_roles) => Standing::Public,
            () => Standing::Private,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Minor,
    Institution,
    Public,
    Private,
}

/// As much of a docket as decides what may be told of it.
#[derive(Clone, Default)]
pub struct Known {
    parties: Vec<Party>,
    officials: Vec<String>,
    texts: Vec<String>,
}

impl Known {
    /// Of this docket.
    pub fn of(docket: &Docket) -> Self {
        let heading = &docket.heading;
        let is_judge = |name: &str| name.starts_with("judge") || name.starts_with("panel");
        let (judges, fields): (Vec<_>, Vec<_>) = heading.extra.iter().partition(|(name, _)| is_judge(name));
        let mut parties = docket.parties.clone();
        parties.extend(heading.title.as_deref().map(of_caption).unwrap_or_default());
        let fixed = [&heading.subject, &heading.title, &heading.court, &heading.status].into_iter().flatten().cloned();
        let fields = fields.into_iter().map(|(_, value)| value.clone());
        let roles = docket.parties.iter().map(|party| party.role.clone());
        Self {
            officials: judges.into_iter().flat_map(|(_, value)| value.split([';', '/']).map(str::to_owned)).collect(),
            texts: fixed.chain(fields).chain(roles).collect(),
            parties,
        }
    }

    /// How many bytes it takes, about.
    pub fn size(&self) -> usize {
        let texts = self.officials.iter().chain(&self.texts).map(|text| text.len() + 24);
        texts.chain(self.parties.iter().map(|party| party.name.len() + party.role.len() + 48)).sum()
    }
}

/// The sides of a caption: "A v. B", "A contra B", "A c/ B s/ amparo". A title that names no sides has none.
fn of_caption(title: &str) -> Vec<Party> {
    let mut sides: Vec<Vec<&str>> = vec![Vec::new()];
    for word in title.split_whitespace() {
        match word.to_lowercase().trim_end_matches('.') {
            "v" | "vs" | "contra" | "c/" | "x" => sides.push(Vec::new()),
            "s/" | "sobre" if sides.len() > 1 => break,
            "et" | "otros" | "otras" | "outros" | "outras" | "others" => {}
            _ => sides.last_mut().into_iter().for_each(|side| side.push(word)),
        }
    }
    if sides.len() < 2 {
        return Vec::new();
    }
    sides.iter().map(|side| Party { role: String::new(), name: side.join(" ") }).collect()
}

/// What is known of a case when something of it is to be told.
#[derive(Clone, Default)]
pub struct Held {
    /// Of the held docket, of those that brought the events, and of those of linked cases that they may quote.
    pub dockets: Vec<Arc<Known>>,
    /// Whether the source says that the case is reserved.
    pub reserved: bool,
}

/// What is hidden in the messages about one case. Its debug form names nobody.
#[derive(Debug, Clone)]
pub struct Privacy {
    policy: Arc<Policy>,
    private: Names,
    public: Names,
    minors: Names,
    own: Vec<String>,
    telling: Telling,
    class: Option<String>,
    is_lifted: bool,
    is_reserved: bool,
    is_unread: bool,
    hides_kinds: bool,
}

impl Privacy {
    /// Of a case whose docket could not be read: nothing is told but that it had activity.
    pub fn unread(policy: Arc<Policy>) -> Self {
        Self {
            policy,
            private: Names::default(),
            public: Names::default(),
            minors: Names::default(),
            own: Vec::new(),
            telling: Telling::Activity,
            class: None,
            is_lifted: false,
            is_reserved: false,
            is_unread: true,
            hides_kinds: false,
        }
    }

    /// Of what veedor says of its own running, which has no case.
    pub fn of_no_case() -> Self {
        Self::unread(Arc::default())
    }

    /// For whoever may see everything: nothing is hidden.
    pub fn open() -> Self {
        let policy = Policy { excerpt_chars: EXCERPT_CHARS, ..Policy::default() };
        Self { telling: Telling::Whole, is_lifted: true, is_unread: false, ..Self::unread(Arc::new(policy)) }
    }

    /// Of a case with these dockets, for messages of these events. `None` when they could not be read.
    pub fn new(policy: Arc<Policy>, watch: &Watch, held: Option<&Held>, events: &[Event]) -> Self {
        let Some(held) = held.filter(|held| !held.dockets.is_empty()) else { return Self::unread(policy) };
        let own = [&watch.number.canonical, &watch.number.compact].into_iter().filter(|number| number.chars().count() > 3).cloned();
        let mut privacy = Self { own: own.collect(), is_unread: false, is_reserved: held.reserved, ..Self::unread(policy) };
        let told = events.iter().filter_map(|event| event.field.as_ref()).map(|field| {
            let values = [&field.before, &field.after].into_iter().flatten();
            match field.field.strip_prefix("party.") {
                Some(role) => values.map(|name| Party { role: role.to_owned(), name: name.clone() }).collect(),
                None if field.field == "title" => values.flat_map(|title| of_caption(title)).collect(),
                None => Vec::new(),
            }
        });
        let told: Vec<Party> = told.flatten().collect();
        for party in held.dockets.iter().flat_map(|known| &known.parties).chain(&told) {
            privacy.know(party);
        }
        held.dockets.iter().flat_map(|known| &known.officials).for_each(|name| privacy.public.add(name));
        privacy.judge(watch, held);
        privacy
    }

    fn know(&mut self, party: &Party) {
        match self.policy.standing(party) {
            Standing::Minor => self.minors.add(&party.name),
            Standing::Public => self.public.add(&party.name),
            Standing::Private => self.private.add(&party.name),
            Standing::Institution => {}
        }
    }

    /// The same for a message that counts what happened in several cases, of which one is withheld.
    pub fn without_kinds(self) -> Self {
        Self { hides_kinds: true, ..self }
    }

    /// Whether a message that counts what happened in several cases names no kinds.
    pub fn hides_kinds(&self) -> bool {
        self.hides_kinds
    }

    /// Which class the case is in, and what the operator says of it.
    fn judge(&mut self, watch: &Watch, held: &Held) {
        let policy = Arc::clone(&self.policy);
        let takes = |class: &&Arc<Withhold>| {
            let subject = || held.dockets.iter().flat_map(|known| &known.texts).any(|text| class.takes_subject(text));
            class.cases.contains(&watch.case) || subject()
        };
        let class = policy.withholds.iter().filter(takes).max_by_key(|class| class.telling);
        self.telling = class.map(|class| class.telling).unwrap_or_default();
        self.class = class.map(|class| class.id.clone());
        if let Some(said) = watch.withhold {
            (self.telling, self.class, self.is_lifted) = (said, None, said == Telling::Whole);
        }
    }

    /// How much of the case is told, whatever the event, and the class that says so.
    pub fn of_case(&self) -> (Telling, Option<&str>) {
        let telling = if self.is_reserved && !self.is_lifted { Telling::Activity } else { self.telling };
        (telling, self.class.as_deref())
    }

    /// How much of an event is told.
    pub fn telling(&self, event: &Event) -> Telling {
        // What veedor says of its own running holds no word of a court.
        if event.kind.audience() == Audience::Operator {
            return Telling::Whole;
        }
        if self.is_unread {
            return Telling::Activity;
        }
        if self.is_lifted {
            return Telling::Whole;
        }
        let of_absence = matches!(event.kind, EventKind::CaseReserved | EventKind::CaseVanished | EventKind::CaseReturned);
        if self.is_reserved && !of_absence {
            return Telling::Activity;
        }
        let title = event.entry.as_ref().map(|entry| entry.title.as_str()).unwrap_or_default();
        let values: Vec<&str> = event.field.iter().flat_map(|field| [&field.before, &field.after]).flatten().map(String::as_str).collect();
        let takes = |class: &&Arc<Withhold>| class.takes_type(title) || values.iter().any(|value| class.takes_subject(value));
        let of_event = self.policy.withholds.iter().filter(takes).map(|class| class.telling).max();
        of_event.unwrap_or_default().max(self.telling)
    }

    /// How much of an entry of this title is told, whatever is told of it.
    pub fn of_entry(&self, title: &str) -> Telling {
        let (of_case, _) = self.of_case();
        if self.is_unread {
            return Telling::Activity;
        }
        if self.is_lifted {
            return of_case;
        }
        let of_type = self.policy.withholds.iter().filter(|class| class.takes_type(title)).map(|class| class.telling).max();
        of_type.unwrap_or_default().max(of_case)
    }

    /// The longest text of an entry that is told, in characters.
    pub(super) fn excerpt_chars(&self) -> usize {
        self.policy.excerpt_chars
    }

    /// A court's words on one line, masked. `strict` hides the names of private persons whatever the policy says of names.
    pub(super) fn text(&self, raw: &str, tone: Tone) -> String {
        let mut text = cut_at_word(&plain_start(raw, LONGEST), LONGEST);
        // What was masked may stand beside a word that now announces it.
        for _ in 0..ROUNDS {
            let masked = self.masked(&text, tone);
            if masked == text {
                break;
            }
            text = masked;
        }
        text
    }

    fn masked(&self, text: &str, tone: Tone) -> String {
        let own: Vec<_> = self.own.iter().flat_map(|own| text.match_indices(own.as_str())).map(|(at, own)| at..at + own.len()).collect();
        let mut masks = Vec::new();
        for rule in self.policy.rules.iter().filter(|rule| rule.scope.contains(&tone.scope)) {
            let with = rule.replace.of(tone.language);
            let finds = rule.finds(text).into_iter().filter(|find| !own.iter().any(|own| own.start < find.end && find.start < own.end));
            masks.extend(finds.map(|range| Mask { range, with: with.to_owned() }));
        }
        self.mask_names(text, tone, &mut masks);
        replaced(text, masks)
    }

    fn mask_names(&self, text: &str, tone: Tone, masks: &mut Vec<Mask>) {
        let is_common = |word: &str| self.policy.common.contains(word);
        let lists = self.policy.lists.iter().filter(|list| list.scope.contains(&tone.scope)).map(|list| (&list.names, &list.replace));
        for (names, words) in lists.chain([(&self.minors, &self.policy.minor)]) {
            let with = words.of(tone.language).to_owned();
            masks.extend(names.mentions(text, is_common).into_iter().map(|found| Mask { range: found.range, with: with.clone() }));
        }
        let naming = if tone.strict { self.policy.naming.max_hidden() } else { self.policy.naming };
        if naming == Naming::Full {
            return;
        }
        let mut stays = self.policy.public_names.mentions(text, is_common);
        if naming == Naming::InitialsAll {
            let officials = self.public.mentions(text, is_common);
            masks.extend(officials.into_iter().map(|found| of_initials(text, found.range)));
        } else {
            stays.extend(self.public.mentions(text, |_| false));
        }
        for found in self.private.mentions(text, is_common) {
            let other = stays
                .iter()
                .any(|stays| stays.range.start <= found.range.start && found.range.end <= stays.range.end && stays.words > found.words);
            let named = self.policy.public_names.mentions(&text[found.range.clone()], is_common);
            if !other && named.is_empty() {
                masks.push(of_initials(text, found.range));
            }
        }
    }

    /// The name of a party, or of who holds an office, as the value of a field.
    pub(super) fn name(&self, role: Option<&str>, raw: &str, tone: Tone) -> String {
        let text = self.text(raw, tone);
        let party = Party { role: role.unwrap_or_default().to_owned(), name: plain(raw) };
        let standing = if role.is_some() { self.policy.standing(&party) } else { Standing::Public };
        let stays = !self.policy.public_names.mentions(&party.name, |_| true).is_empty();
        let naming = if tone.strict { self.policy.naming.max_hidden() } else { self.policy.naming };
        match (standing, naming) {
            (Standing::Minor, _) => self.policy.minor.of(tone.language).to_owned(),
            (Standing::Private, Naming::InitialsPrivate) | (Standing::Private | Standing::Public, Naming::InitialsAll) if !stays => {
                initials(&text)
            }
            _ => text,
        }
    }
}

/// How often a text is masked at most; each round that changes it leaves less.
const ROUNDS: usize = 4;

/// The longest text that is looked through, in characters.
const LONGEST: usize = 2000;

/// For whom, and where, a text is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tone {
    pub language: Language,
    pub scope: Scope,
    /// Whether the names of private persons are hidden whatever the policy says of names.
    pub strict: bool,
}

impl Naming {
    /// At least the names of private persons hidden.
    fn max_hidden(self) -> Self {
        if self == Self::InitialsAll { self } else { Self::InitialsPrivate }
    }
}

fn of_initials(text: &str, range: std::ops::Range<usize>) -> Mask {
    Mask { with: initials(&text[range.clone()]), range }
}

#[cfg(test)]
mod tests;
