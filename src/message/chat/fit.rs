//! Cuts a chat message to the room that its service leaves, by paragraphs and within them, with a count of what is left out.
//!
//! The service says what a paragraph costs once it is marked up, so nothing is ever cut within markup. The loudest news is
//! told whole first; what else there is room for follows, the rest in one line each, and what has no line is counted.

use super::{Fitted, News, Paragraph, Role, Span, Style, Talk};
use crate::domain::about::Language;

/// The beginning of a paragraph is worth telling from this many characters on.
const LEAST: usize = 24;

/// So far back a cut looks for the end of a word, in characters.
const WORD: usize = 30;

/// What a paragraph costs, in the unit of its service's limit.
type Cost<'c> = &'c dyn Fn(&Paragraph) -> usize;

impl Talk {
    /// The message in at most `room`, where each event costs `gap` besides its paragraphs.
    pub fn fit(&self, room: usize, gap: usize, cost: Cost<'_>) -> Fitted {
        let tail = cut(&self.tail, room / 4, cost, self.language).unwrap_or_default();
        let mut left = room.saturating_sub(sum(&tail, cost));
        let all: usize = self.news.iter().map(|news| sum(&news.whole, cost) + gap).sum();
        if all <= left {
            return Fitted { news: self.news.iter().map(|news| news.whole.clone()).collect(), tail };
        }
        left = left.saturating_sub(cost(&shortened(self.news.len(), self.news.len(), self.language)) + gap);
        let mut order: Vec<usize> = (0..self.news.len()).collect();
        order.sort_by_key(|at| (std::cmp::Reverse(self.news[*at].severity), *at));
        let mut told: Vec<Option<Vec<Paragraph>>> = vec![None; self.news.len()];
        // The loudest may take half, then each gets its line, and then the room that is left goes to one after the other.
        if let Some(at) = order.first() {
            told[*at] = whole(&self.news[*at], (left / 2).saturating_sub(gap), cost, self.language);
            left -= told[*at].as_deref().map_or(0, |long| sum(long, cost) + gap);
        }
        for at in &order {
            let line = &self.news[*at].brief;
            match left.checked_sub(cost(line) + gap) {
                _ if told[*at].is_some() => {}
                Some(rest) => (left, told[*at]) = (rest, Some(vec![line.clone()])),
                None => break,
            }
        }
        for at in order {
            let Some(short) = &mut told[at] else { continue };
            let room = left + sum(short, cost);
            if let Some(long) = whole(&self.news[at], room, cost, self.language) {
                left = room - sum(&long, cost);
                *short = long;
            }
        }
        let missing = told.iter().filter(|news| news.is_none()).count();
        let lines = told.iter().flatten().filter(|told| matches!(told.as_slice(), [line] if line.role == Role::Fact)).count();
        let mut news: Vec<Vec<Paragraph>> = told.into_iter().flatten().collect();
        if missing + lines > 0 {
            news.push(vec![shortened(lines, missing, self.language)]);
        }
        Fitted { news, tail }
    }
}

/// An event whole or with its end cut; `None` when not even what must be told of it has room.
fn whole(news: &News, room: usize, cost: Cost<'_>, language: Language) -> Option<Vec<Paragraph>> {
    let must = news.whole.iter().take_while(|paragraph| !matches!(paragraph.role, Role::Fact | Role::Quote | Role::Small)).count();
    let kept = cut(&news.whole, room, cost, language)?;
    (kept.get(..must) == news.whole.get(..must)).then_some(kept)
}

/// The paragraphs in at most `room`, and how many characters that leaves out; `None` when there is room for nothing.
fn cut(paragraphs: &[Paragraph], room: usize, cost: Cost<'_>, language: Language) -> Option<Vec<Paragraph>> {
    if sum(paragraphs, cost) <= room {
        return Some(paragraphs.to_vec());
    }
    let all: usize = paragraphs.iter().map(Paragraph::chars).sum();
    let mut left = room.checked_sub(cost(&left_out(all, language)))?;
    let mut kept: Vec<Paragraph> = Vec::new();
    for paragraph in paragraphs {
        match left.checked_sub(cost(paragraph)) {
            Some(rest) => {
                left = rest;
                kept.push(paragraph.clone());
            }
            None => {
                kept.extend(beginning(paragraph, left, cost));
                break;
            }
        }
    }
    // The "…" at the end of a beginning is no character of the text.
    let told: usize = kept.iter().map(Paragraph::chars).sum();
    if kept.is_empty() {
        return None;
    }
    kept.push(left_out(all.saturating_sub(told), language));
    Some(kept)
}

/// As much of a paragraph as there is room for, up to the end of a word.
fn beginning(paragraph: &Paragraph, room: usize, cost: Cost<'_>) -> Option<Paragraph> {
    let fits = |chars: usize| cost(&taken(paragraph, chars)) <= room;
    let (mut least, mut most) = (0, paragraph.chars());
    while least < most {
        let middle = (least + most).div_ceil(2);
        if fits(middle) { least = middle } else { most = middle - 1 }
    }
    let text: Vec<char> = paragraph.spans.iter().flat_map(|span| span.text.chars()).take(least).collect();
    let word = text.iter().rev().take(WORD).position(|c| c.is_whitespace()).map_or(least, |back| least - back - 1);
    (word >= LEAST).then(|| taken(paragraph, word)).filter(|shorter| cost(shorter) <= room)
}

/// The first characters of a paragraph.
fn taken(paragraph: &Paragraph, chars: usize) -> Paragraph {
    let mut left = chars;
    let mut spans = Vec::new();
    for span in &paragraph.spans {
        let text: String = span.text.chars().take(left).collect();
        left -= text.chars().count();
        if !text.is_empty() {
            spans.push(Span { style: span.style, text });
        }
        if left == 0 {
            break;
        }
    }
    Paragraph { role: paragraph.role, spans }
}

fn sum(paragraphs: &[Paragraph], cost: Cost<'_>) -> usize {
    paragraphs.iter().map(cost).sum()
}

/// How much of a text has no room.
fn left_out(chars: usize, language: Language) -> Paragraph {
    let words = match language {
        Language::Es => format!("… (+{chars} caracteres que aquí no caben)"),
        Language::En => format!("… (+{chars} characters that have no room here)"),
    };
    Paragraph { role: Role::Small, spans: vec![Span { style: Style::Plain, text: words }] }
}

/// How many events have a line only, and how many not even that.
fn shortened(lines: usize, missing: usize, language: Language) -> Paragraph {
    let lined = match (language, lines) {
        (Language::Es, 1) => "1 novedad en una línea por falta de espacio".to_owned(),
        (Language::Es, _) => format!("{lines} novedades en una línea por falta de espacio"),
        (Language::En, _) => format!("{lines} in one line for want of room"),
    };
    let untold = match (language, missing) {
        (Language::Es, 1) => "1 novedad más que aquí no cabe".to_owned(),
        (Language::Es, _) => format!("{missing} novedades más que aquí no caben"),
        (Language::En, _) => format!("{missing} more that have no room here"),
    };
    let words = match (lines, missing) {
        (_, 0) => format!("… {lined}"),
        (0, _) => format!("… {untold}"),
        _ => format!("… {lined}; {untold}"),
    };
    Paragraph { role: Role::Small, spans: vec![Span { style: Style::Strong, text: words }] }
}

#[cfg(test)]
mod tests {
    use super::super::{Marks, chat};
    use super::*;
    use crate::domain::event::Event;
    use crate::domain::sample;

    fn text(paragraph: &Paragraph) -> String {
        paragraph.spans.iter().map(|span| span.text.as_str()).collect()
    }

    /// A service that shows everything as it is and counts characters.
    fn simple(paragraph: &Paragraph) -> usize {
        paragraph.chars() + 1
    }

    fn fitted(events: &[Event], room: usize) -> Vec<String> {
        let watch = sample::watch();
        let about = sample::about(&watch, Language::Es);
        let talk = chat(&about.show(events), &about, Marks::Shown);
        let fitted = talk.fit(room, 1, &simple);
        let all: Vec<Paragraph> = fitted.news.iter().flatten().chain(&fitted.tail).cloned().collect();
        assert!(sum(&all, &simple) + fitted.news.len() <= room, "{room}");
        all.iter().map(text).collect()
    }

    #[test]
    fn what_has_room_is_told_whole_and_nothing_is_counted() {
        let told = fitted(&[sample::rescheduled(), sample::edited()], 10_000);
        assert!(told.iter().all(|text| !text.contains('…')), "{told:?}");
        assert!(told.iter().any(|text| text.contains("martes 12 de marzo")) && told.iter().any(|text| text.contains("carpeta 12")));
    }

    #[test]
    fn the_loudest_is_told_whole_first_and_the_rest_in_a_line_or_counted() {
        let mut events = vec![sample::filing(); 40];
        events.push(sample::removed());
        let told = fitted(&events, 1500);
        assert!(told.iter().any(|text| text.contains("No se observa desde")), "{told:#?}");
        let lines = told.iter().filter(|text| text.starts_with("• ")).count();
        let counted =
            format!("… {lines} novedades en una línea por falta de espacio; {} novedades más que aquí no caben", events.len() - 1 - lines);
        assert!(lines > 1 && told.contains(&counted), "{told:#?}");
    }

    #[test]
    fn a_cut_says_how_much_is_missing_and_stands_between_words() {
        let mut event = sample::ruling();
        let words = "palabra ".repeat(70);
        if let Some(entry) = &mut event.entry {
            entry.excerpt = words.clone();
        }
        let whole: usize = fitted(&[event.clone()], 10_000).iter().map(|text| text.chars().count()).sum();
        let told = fitted(&[event], 700);
        let excerpt = told.iter().find(|text| text.starts_with("Extracto")).expect("its beginning");
        assert!(excerpt.ends_with("palabra"), "{excerpt}");
        let missing = told.iter().find(|text| text.starts_with("… (+")).expect("counted");
        let count: usize = missing.chars().filter(char::is_ascii_digit).collect::<String>().parse().expect("a number");
        let kept: usize = told.iter().filter(|text| !text.starts_with("… (+")).map(|text| text.chars().count()).sum();
        assert_eq!(kept + count, whole);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(32))]
        #[test]
        fn whatever_the_room_it_is_kept_and_no_event_is_lost_without_a_count(room in 120usize..6000, many in 1usize..30) {
            let mut long = sample::edited();
            if let Some(entry) = &mut long.entry {
                (entry.before, entry.after) = (Some("antes ".repeat(100)), Some("ahora ñandú ".repeat(50)));
            }
            let events: Vec<Event> = (0..many).map(|n| if n % 3 == 0 { long.clone() } else { sample::rescheduled() }).collect();
            let told = fitted(&events, room);
            let lines = told.iter().filter(|text| text.starts_with("• ")).count();
            let whole = told.iter().filter(|text| text.starts_with("AUDIENCIA REPROGRAMADA") || text.starts_with("TEXTO DISTINTO")).count();
            let number = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>().parse::<usize>().ok();
            let parts: Vec<&str> = told.iter().filter(|text| text.starts_with("… ")).flat_map(|text| text.split("; ")).collect();
            let counted: usize = parts.iter().filter(|part| part.contains("más que aquí no cab")).filter_map(|part| number(part)).sum();
            let lined: usize = parts.iter().filter(|part| part.contains("en una línea")).filter_map(|part| number(part)).sum();
            proptest::prop_assert_eq!(lined, lines);
            proptest::prop_assert_eq!(lines + whole + counted, many);
        }
    }
}
