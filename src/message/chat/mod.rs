//! What a chat message says, in paragraphs that `notify` marks up for each service.
//!
//! The material is that of mails (`sheet`), so that what is withheld there is withheld here. It knows no
//! service; [`fit`](Talk::fit) cuts by a measure that it is given.

mod digest;
mod fit;

pub use digest::digest;

use super::block::Block;
use super::change::Piece;
use super::operator;
use super::sheet::{Sheet, sheet};
use super::subject;
use super::words::pick;
use crate::domain::about::{About, Language};
use crate::domain::event::Severity;
use crate::domain::shown::Shown;

/// How a run of text is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// As it is.
    Plain,
    /// In bold.
    Strong,
    /// It was there and is no longer.
    Gone,
    /// It was not there and is.
    New,
}

/// A run of text in one style. Outside words: they are marked up, never taken for markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Its style.
    pub style: Style,
    /// Its text, on one line.
    pub text: String,
}

/// What a paragraph is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The kind of an event, as a heading.
    Kind,
    /// The one line that is enough to act on.
    Title,
    /// The hearing's day and hour, shown large.
    Date,
    /// What a reader must bear in mind.
    Caution,
    /// A labelled fact, a note.
    Fact,
    /// The court's words.
    Quote,
    /// What identifies and proves it, and what was left out.
    Small,
}

/// A paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraph {
    /// What it is.
    pub role: Role,
    /// Its runs; none is empty.
    pub spans: Vec<Span>,
}

impl Paragraph {
    /// A paragraph of one plain run.
    fn plain(role: Role, text: impl Into<String>) -> Self {
        Self::of(role, vec![(Style::Plain, text.into())])
    }

    fn of(role: Role, runs: Vec<(Style, String)>) -> Self {
        let spans = runs.into_iter().filter(|(_, text)| !text.is_empty()).map(|(style, text)| Span { style, text }).collect();
        Self { role, spans }
    }

    /// How many characters it has.
    fn chars(&self) -> usize {
        self.spans.iter().map(|span| span.text.chars().count()).sum()
    }
}

/// The news of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
struct News {
    severity: Severity,
    /// It in one line, where there is no room for more.
    brief: Paragraph,
    /// It whole: kind, line, date, cautions, and then what may be cut.
    whole: Vec<Paragraph>,
}

/// A chat message before it is cut and marked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Talk {
    language: Language,
    /// How loud it is: as its loudest news.
    pub severity: Severity,
    /// One line of at most 150 characters, for where only a line is shown.
    pub headline: String,
    /// What the case is called.
    pub name: String,
    /// Its number and source.
    pub number: String,
    news: Vec<News>,
    tail: Vec<Paragraph>,
    /// The words of the link to the source, and its address.
    pub link: Option<(&'static str, String)>,
    /// The words of the link to the dashboard's page of the loudest news, and its address.
    pub page: Option<(&'static str, String)>,
    /// What to bear in mind of every message, in short.
    pub footer: &'static str,
}

/// A chat message as much of it as there is room for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fitted {
    /// The paragraphs of each event that is told, and at the end how many are not.
    pub news: Vec<Vec<Paragraph>>,
    /// Note and tags.
    pub tail: Vec<Paragraph>,
}

/// How a service shows what differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marks {
    /// Struck through and bold.
    Shown,
    /// By `[-…-]` and `{+…+}`, as in the text of mails.
    Written,
}

/// Of more differences than this in one text both texts are told, because words and pieces mixed read badly.
const MOST_PIECES: usize = 24;

/// The footers of mails, in short.
const FOOTER: (&str, &str) = (
    "Toda persona se presume inocente mientras no se declare su responsabilidad en resolución firme. La fuente puede contener errores; confirme antes de publicar.",
    "Everyone is presumed innocent until a final judgment says otherwise. The source may contain errors; check it before you publish.",
);

/// The message that tells these events of one case.
pub fn chat(events: &[Shown], about: &About<'_>, marks: Marks) -> Talk {
    let Sheet { language, name, number, blocks, note, tags, url, footer, .. } = sheet(events, about);
    let own = footer.first().filter(|_| operator::is_told(events)).copied();
    let labelled = |label: &str, value: Option<String>| value.map(|value| fact(label, &value));
    let tail = [labelled(pick(language, "Nota", "Note"), note), labelled(pick(language, "Etiquetas", "Tags"), tags)];
    let loudest = blocks.iter().rev().max_by_key(|block| block.severity);
    Talk {
        language,
        page: loudest.and_then(|block| block.page.clone()),
        severity: blocks.iter().map(|block| block.severity).max().unwrap_or(Severity::Info),
        headline: subject::subject(events, about),
        name,
        number,
        news: blocks.iter().map(|block| news(block, language, marks)).collect(),
        tail: tail.into_iter().flatten().collect(),
        link: url.map(|url| (pick(language, "Ver en la fuente oficial", "See it at the official source"), url)),
        // What is said to whoever runs veedor accuses nobody and has a footer of its own.
        footer: own.unwrap_or(pick(language, FOOTER.0, FOOTER.1)),
    }
}

fn news(block: &Block, language: Language, marks: Marks) -> News {
    let loud = match block.severity {
        Severity::Critical => pick(language, " · crítico", " · critical"),
        Severity::Warn => pick(language, " · atención", " · attention"),
        Severity::Notice | Severity::Info => "",
    };
    let mut whole = vec![
        Paragraph::of(Role::Kind, vec![(Style::Strong, block.kind.to_uppercase()), (Style::Plain, loud.to_owned())]),
        Paragraph::plain(Role::Title, block.title.clone()),
    ];
    whole.extend(block.date.iter().map(|date| Paragraph::of(Role::Date, vec![(Style::Strong, date.clone())])));
    whole.extend(block.cautions.iter().map(|caution| Paragraph::plain(Role::Caution, caution.clone())));
    whole.extend(block.facts.iter().map(|(label, value)| fact(label, value)));
    if let Some(quote) = &block.quote {
        whole.push(quoted(pick(language, "El texto dice", "The text says"), quote));
    }
    whole.extend(changed(&block.change, language, marks));
    if let Some(excerpt) = &block.excerpt {
        whole.push(quoted(pick(language, "Extracto", "Excerpt"), excerpt));
    }
    // When it was seen and which event it is; the rest is in mails and in `veedor show`.
    whole.extend(block.proof.iter().take(2).map(|(label, value)| Paragraph::plain(Role::Small, format!("{label}: {value}"))));
    News { severity: block.severity, brief: Paragraph::plain(Role::Fact, format!("• {}{loud}", block.title)), whole }
}

fn fact(label: &str, value: &str) -> Paragraph {
    Paragraph::of(Role::Fact, vec![(Style::Strong, format!("{label}:")), (Style::Plain, format!(" {value}"))])
}

fn quoted(label: &str, words: &str) -> Paragraph {
    Paragraph::of(Role::Quote, vec![(Style::Strong, format!("{label}:")), (Style::Plain, format!(" «{words}»"))])
}

fn changed(pieces: &[Piece], language: Language, marks: Marks) -> Vec<Paragraph> {
    if pieces.is_empty() {
        return Vec::new();
    }
    let differing = pieces.iter().filter(|piece| !matches!(piece, Piece::Same(_))).count();
    if differing > MOST_PIECES {
        let (mut before, mut after) = (String::new(), String::new());
        for piece in pieces {
            match piece {
                Piece::Same(run) => [&mut before, &mut after].into_iter().for_each(|text| text.push_str(run)),
                Piece::Gone(run) => before.push_str(run),
                Piece::New(run) => after.push_str(run),
            }
        }
        return vec![quoted(pick(language, "Antes", "Before"), &before), quoted(pick(language, "Ahora", "Now"), &after)];
    }
    let lead = match marks {
        Marks::Shown => pick(language, "Diferencias (tachado: antes; negrita: ahora):", "Differences (struck: before; bold: now):"),
        Marks::Written => pick(language, "Diferencias ([-antes-] {+ahora+}):", "Differences ([-before-] {+now+}):"),
    };
    let mut runs = vec![(Style::Strong, lead.to_owned()), (Style::Plain, " ".to_owned())];
    let mut is_after_gone = false;
    for piece in pieces {
        // "4000400" is a number; where no styles are shown, as in a notification, two must be seen.
        if is_after_gone && marks == Marks::Shown && matches!(piece, Piece::New(_)) {
            runs.push((Style::Plain, " ".to_owned()));
        }
        is_after_gone = matches!(piece, Piece::Gone(_));
        runs.push(match piece {
            Piece::Same(run) => (Style::Plain, run.clone()),
            Piece::Gone(run) => (Style::Gone, run.clone()),
            Piece::New(run) => (Style::New, run.clone()),
        });
    }
    vec![Paragraph::of(Role::Quote, runs)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Event;
    use crate::domain::sample;

    /// What is said of events as they are stored.
    fn chat(events: &[Event], about: &About<'_>, marks: Marks) -> Talk {
        super::chat(&about.show(events), about, marks)
    }

    fn texts(paragraphs: &[Paragraph]) -> Vec<String> {
        paragraphs.iter().map(|paragraph| paragraph.spans.iter().map(|span| span.text.as_str()).collect()).collect()
    }

    #[test]
    fn what_must_be_borne_in_mind_stands_before_what_may_be_cut() {
        let watch = sample::watch();
        let talk = chat(&[sample::doubtful()], &sample::about(&watch, Language::Es), Marks::Shown);
        let roles: Vec<Role> = talk.news[0].whole.iter().map(|paragraph| paragraph.role).collect();
        assert_eq!(roles[..4], [Role::Kind, Role::Title, Role::Date, Role::Caution], "{:?}", texts(&talk.news[0].whole));
        let first_cut = roles.iter().position(|role| matches!(role, Role::Fact | Role::Quote | Role::Small)).expect("there are some");
        assert!(roles[first_cut..].iter().all(|role| *role != Role::Caution));
        assert!(talk.footer.contains("presume inocente") && talk.link.is_some() && talk.tail.len() == 2);
    }

    #[test]
    fn what_is_said_to_the_operator_has_no_footer_about_judgments() {
        let watch = sample::watch();
        let talk = chat(&[sample::drift()], &sample::about(&watch, Language::Es), Marks::Shown);
        assert!(!talk.footer.contains("inocente") && talk.footer.contains("quien lo opera"), "{}", talk.footer);
    }

    #[test]
    fn a_text_that_is_new_almost_everywhere_is_told_before_and_now() {
        let watch = sample::watch();
        let mut event = sample::edited();
        let words = |lead: &str| (0..60).map(|n| if n % 2 == 0 { format!("{lead}{n} ") } else { format!("igual{n} ") }).collect::<String>();
        if let Some(entry) = &mut event.entry {
            (entry.before, entry.after) = (Some(words("antes")), Some(words("ahora")));
        }
        let talk = chat(&[event], &sample::about(&watch, Language::Es), Marks::Shown);
        let told = texts(&talk.news[0].whole);
        assert!(told.iter().any(|text| text.starts_with("Antes: «antes0 igual1")), "{told:?}");
        assert!(told.iter().any(|text| text.starts_with("Ahora: «ahora0 igual1")), "{told:?}");
    }

    #[test]
    fn no_run_is_empty_whatever_a_court_writes() {
        let watch = sample::watch();
        for language in [Language::Es, Language::En] {
            let talk = chat(&[sample::hostile(), sample::drift(), sample::removed()], &sample::about(&watch, language), Marks::Written);
            let all = talk.news.iter().flat_map(|news| news.whole.iter().chain([&news.brief])).chain(&talk.tail);
            for paragraph in all {
                assert!(!paragraph.spans.is_empty() && paragraph.spans.iter().all(|span| !span.text.is_empty()), "{paragraph:?}");
                assert!(paragraph.spans.iter().all(|span| !span.text.contains(char::is_control)), "{paragraph:?}");
            }
        }
    }
}
