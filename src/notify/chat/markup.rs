//! What several services share in marking up: plain text, the two kinds of Markdown, HTML, and mentions that mention nobody.
//!
//! Every function takes a court's words for words: whatever would be markup or a mention in them is escaped.

use crate::domain::redact::cut;
use crate::message::chat::{Fitted, Paragraph, Role, Span, Style, Talk};

/// Stands behind an @ so that no program takes what follows for the name of someone to call. It is not seen.
const NOBODY: &str = "@\u{200b}";

/// Text in which nobody is mentioned.
pub(super) fn unmentioned(text: &str) -> String {
    text.replace('@', NOBODY)
}

/// How many UTF-16 units a text has: what Discord and Telegram count, and never less than characters.
pub(super) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A name on one line, without mentions, in at most `most` UTF-16 units.
pub(super) fn name(text: &str, most: usize) -> String {
    let mut name = unmentioned(text);
    while units(&name) > most {
        let shorter = name.chars().count().min(most).saturating_sub(1);
        name = cut(&name, shorter);
    }
    name
}

/// A paragraph as text alone.
pub(super) fn plain(paragraph: &Paragraph) -> String {
    paragraph.spans.iter().map(written).collect()
}

/// A span as text alone: what differs is marked by signs.
pub(super) fn written(span: &Span) -> String {
    match span.style {
        Style::Plain | Style::Strong => span.text.clone(),
        Style::Gone => format!("[-{}-]", span.text),
        Style::New => format!("{{+{}+}}", span.text),
    }
}

/// A text as Markdown that shows it as it is (Discord's and CommonMark, which both take a backslash before any punctuation).
pub(super) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (at, c) in text.chars().enumerate() {
        let is_special = matches!(c, '\\' | '*' | '_' | '~' | '`' | '|' | '>' | '<' | '#' | '[' | ']' | '$' | '&' | '!');
        // A list begins with these, and only where a line does.
        if is_special || (at == 0 && matches!(c, '-' | '+')) {
            out.push('\\');
        }
        if c == '@' { out.push_str(NOBODY) } else { out.push(c) }
    }
    out
}

/// A span as Markdown. The signs stand at words, not at the spaces around them, or they would not count.
pub(super) fn marked(span: &Span) -> String {
    let sign = match span.style {
        Style::Plain => return markdown(&span.text),
        Style::Strong | Style::New => "**",
        Style::Gone => "~~",
    };
    let inner = span.text.trim();
    if inner.is_empty() {
        return span.text.clone();
    }
    let (before, after) = (span.text.len() - span.text.trim_start().len(), span.text.trim_end().len());
    format!("{}{sign}{}{sign}{}", &span.text[..before], markdown(inner), &span.text[after..])
}

/// A paragraph as a line of Markdown. `small` begins what is small.
pub(super) fn line(paragraph: &Paragraph, large: &str, small: &str) -> String {
    let spans = |paragraph: &Paragraph| paragraph.spans.iter().map(marked).collect::<String>();
    match paragraph.role {
        Role::Kind | Role::Fact => spans(paragraph),
        Role::Title => format!("**{}**", spans(paragraph)),
        // A heading is bold by itself.
        Role::Date => format!("{large}{}", paragraph.spans.iter().map(|span| markdown(&span.text)).collect::<String>()),
        Role::Caution => format!("*{}*", spans(paragraph)),
        Role::Quote => format!("> {}", spans(paragraph)),
        Role::Small => format!("{small}{}", spans(paragraph)),
    }
}

/// Lines of Markdown in which a quote ends where its line does.
pub(super) fn lines(fitted: &Fitted, line: impl Fn(&Paragraph) -> String) -> String {
    let block = |paragraphs: &[Paragraph]| paragraphs.iter().map(|paragraph| line(paragraph) + "\n").collect::<String>();
    let mut out: Vec<String> = fitted.news.iter().map(|news| block(news)).collect();
    if !fitted.tail.is_empty() {
        out.push(block(&fitted.tail));
    }
    out.join("\n").trim_end().to_owned()
}

/// The link to the dashboard in Markdown, below everything; nothing where there is none.
pub(super) fn linked(talk: &Talk) -> String {
    // A bracket in the address would end the link.
    let fit = |url: &str| url.replace('(', "%28").replace(')', "%29");
    talk.page.as_ref().map(|(words, url)| format!("\n\n[{words}]({})", fit(url))).unwrap_or_default()
}

/// Text as HTML, in element content and in quoted attributes.
pub(super) fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(style: Style, text: &str) -> Span {
        Span { style, text: text.into() }
    }

    #[test]
    fn whatever_a_court_writes_is_words_and_calls_nobody() {
        for (text, want) in [
            ("**no** culpable", r"\*\*no\*\* culpable"),
            ("[pague](https://x.example)", r"\[pague\](https://x.example)"),
            ("@everyone @here", "@\u{200b}everyone @\u{200b}here"),
            ("<@123> <!channel>", "\\<@\u{200b}123\\> \\<\\!channel\\>"),
            ("# uno", r"\# uno"),
            ("- uno - dos", r"\- uno - dos"),
            ("~~no~~ `x` ||y||", r"\~\~no\~\~ \`x\` \|\|y\|\|"),
            (r"a\*b", r"a\\\*b"),
        ] {
            assert_eq!(markdown(text), want);
        }
        assert_eq!(html("<b>&\"x\"</b>"), "&lt;b&gt;&amp;&quot;x&quot;&lt;/b&gt;");
    }

    #[test]
    fn signs_stand_at_words() {
        assert_eq!(marked(&span(Style::Gone, " 4000 ")), " ~~4000~~ ");
        assert_eq!(marked(&span(Style::New, "400")), "**400**");
        assert_eq!(marked(&span(Style::New, " ")), " ");
        assert_eq!(written(&span(Style::Gone, "4000")), "[-4000-]");
    }

    #[test]
    fn a_name_is_cut_to_what_is_counted() {
        for text in ["@@@@@@@@@@", "𝕬𝕭𝕮𝕯𝕰𝕱𝕲", "corto", ""] {
            assert!(units(&name(text, 8)) <= 8, "{text}");
        }
        assert_eq!(name("corto", 8), "corto");
    }
}
