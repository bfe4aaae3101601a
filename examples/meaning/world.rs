//! The titles of other systems, from a document in Markdown: a heading for each system, and below it lists such as
//! `- HS: Auto fija fecha (26) · Señala Fecha [X] · HH: Acta (2, also R)`.
//!
//! Only what has a class is taken. Counts, placeholders in brackets and remarks come off; a remark with classes, "(19, also A)" or
//! "(14, F)", adds to the class of the list or stands for it.

use super::class::{Class, Title};

/// Where it lies in the folder.
pub const PATH: &str = "sources/vocabulary-world.md";

/// Words of a heading, and the jurisdiction and language that they tell.
const SYSTEMS: [(&str, &str, &str); 14] = [
    ("Colombia CPNU", "co", "es"),
    ("Colombia SAMAI", "co", "es"),
    ("Chile PJUD", "cl", "es"),
    ("Argentina CABA", "ar", "es"),
    ("TJSP", "br", "pt"),
    ("PJe", "br", "pt"),
    ("STF", "br", "pt"),
    ("CNJ movement codes", "br", "pt"),
    ("Mexico SISE", "mx", "es"),
    ("PACER", "us", "en"),
    ("Texas TAMES", "us", "en"),
    ("SCOTUS", "us", "en"),
    ("Florida ACIS", "us", "en"),
    ("Generic lexicon", "", ""),
];

/// Its titles, those of one system that stand in several lists once.
pub fn titles(text: &str) -> Result<Vec<Title>, String> {
    let mut titles: Vec<Title> = Vec::new();
    let mut system: Option<(&str, &str, &str)> = None;
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix('#') {
            system = SYSTEMS.into_iter().find(|(name, ..)| heading.contains(name));
            // A short list stands in the heading itself, and every title of it carries its class.
            if let (Some(system), Some((_, list))) = (system, heading.split_once(": ")) {
                list.split(" · ")
                    .filter(|item| !is_no_title(item))
                    .filter_map(remarked)
                    .for_each(|(title, note)| add(&mut titles, system, &title, None, &note));
            }
        } else if let (Some(system), Some(list)) = (system, line.strip_prefix("- ")) {
            if system.1.is_empty() { general(&mut titles, list) } else { listed(&mut titles, system, list) }
        }
    }
    if titles.len() < 100 { Err(format!("only {} titles were understood; has its form changed?", titles.len())) } else { Ok(titles) }
}

fn listed(titles: &mut Vec<Title>, system: (&str, &str, &str), list: &str) {
    let mut class = None;
    for item in list.split(" · ") {
        let (own, item) = headed(item);
        class = own.or(class);
        let item = item.trim_end_matches('.');
        if is_no_title(item) {
            continue;
        }
        for piece in alternatives(item) {
            let (title, note) = plain(&piece);
            // The document's own first rule: a motion is a filing, whatever it is about.
            let motion = title.starts_with("Motion to ") || title.starts_with("Motion for ");
            // Our second reading: a charge that becomes known is the prosecutor's act, counted with the filings as any charge.
            let note = if title == "Indictment Unsealed" { Note { only: vec![Class::F], ..note } } else { note };
            let note = Note { only: if motion && !title.contains(" disposed") { vec![Class::F] } else { note.only }, ..note };
            if class.is_some() || !note.only.is_empty() {
                add(titles, system, &title, class, &note);
            }
        }
    }
}

/// A remark in place of a title.
fn is_no_title(item: &str) -> bool {
    ["none ", "empty title", "hearings: "].iter().any(|begin| item.starts_with(begin))
}

/// The list of words that any court may use, "es HP: se suspende/aplaza la audiencia, nueva fecha · HC: …".
fn general(titles: &mut Vec<Title>, list: &str) {
    let Some((language, list)) = list.split_once(' ').filter(|(language, _)| language.len() == 2) else { return };
    let mut class = None;
    for item in list.split(" · ") {
        let (own, item) = headed(item);
        class = own.or(class);
        for phrase in item.split(", ").filter(|_| class.is_some()) {
            // Our second reading: a habeas corpus is a remedy against custody, not a measure.
            let note = if phrase == "hábeas corpus" { Note { only: vec![Class::A], ..Note::default() } } else { Note::default() };
            for title in choices(phrase) {
                add(titles, ("any court", "", language), &title, class, &note);
            }
        }
    }
}

/// What a remark in parentheses says of the class.
#[derive(Debug, Default, Clone)]
struct Note {
    only: Vec<Class>,
    also: Vec<Class>,
    hint: Vec<Class>,
}

fn add(titles: &mut Vec<Title>, (system, jurisdiction, language): (&str, &str, &str), title: &str, class: Option<Class>, note: &Note) {
    let mut expected = if note.only.is_empty() { class.into_iter().collect() } else { note.only.clone() };
    expected.extend(&note.also);
    let mut allowed = note.hint.clone();
    allowed.extend(class);
    if title.is_empty() || expected.is_empty() {
        return;
    }
    match titles.iter_mut().find(|known| known.system == system && known.title == title) {
        Some(known) => known.expected.extend(expected),
        None => titles.push(Title {
            system: system.to_owned(),
            jurisdiction: jurisdiction.to_owned(),
            language: language.to_owned(),
            title: title.to_owned(),
            expected,
            allowed,
            orders_are_other: false,
        }),
    }
}

/// The class before a colon, and the rest: "HS: Auto fija fecha". Of "HP/HC" the first.
fn headed(item: &str) -> (Option<Class>, &str) {
    let parsed = item.split_once(": ").and_then(|(head, rest)| {
        // "C (property): EMBARGO"
        let letters = head.split([' ', '/']).next().unwrap_or_default();
        (head.len() <= 14).then(|| Class::parse(letters)).flatten().map(|class| (class, rest))
    });
    parsed.map_or((None, item), |(class, rest)| (Some(class), rest))
}

/// "A (4) / B (2)" and "Al despacho / AL DESPACHO" are several titles; a later one stands for the last word of the first.
fn alternatives(item: &str) -> Vec<String> {
    let pieces: Vec<&str> = item.split(" / ").collect();
    let (first, _) = plain(pieces[0]);
    if pieces.len() == 1 || !(pieces[0].ends_with(')') || pieces[1].to_lowercase() == first.to_lowercase()) {
        return vec![item.to_owned()];
    }
    let stem = first.rsplit_once(' ').map_or("", |(stem, _)| stem);
    let later = pieces[1..]
        .iter()
        .map(|piece| if piece.to_lowercase() == first.to_lowercase() { (*piece).to_owned() } else { format!("{stem} {piece}") });
    std::iter::once(pieces[0].to_owned()).chain(later).collect()
}

/// "orden de captura/arresto" is two phrases.
fn choices(phrase: &str) -> Vec<String> {
    let mut made = vec![String::new()];
    for word in phrase.split_whitespace() {
        made = made.iter().flat_map(|begun| word.split('/').map(move |choice| format!("{begun} {choice}").trim().to_owned())).collect();
    }
    made
}

/// A title without its count, placeholders and remarks, and what the remarks say.
fn plain(item: &str) -> (String, Note) {
    let mut text = without_brackets(item);
    let mut note = Note::default();
    while let Some((before, inside)) = text.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) {
        // "MINISTRO(A)" is one word of the court.
        if !before.ends_with(' ') {
            break;
        }
        let Some(read) = remark(inside) else { break };
        note = Note { only: [note.only, read.only].concat(), also: [note.also, read.also].concat(), hint: [note.hint, read.hint].concat() };
        text = before.trim_end().to_owned();
    }
    for kind in ["etapa ", "trámite "] {
        text = text.strip_prefix(kind).unwrap_or(&text).to_owned();
    }
    // A space inside the quotes belongs to the title.
    (text.split("\", \"").next().unwrap_or_default().trim_matches('"').to_owned(), note)
}

/// A title of a heading, "\"AUDIENCIA\" (HS)", with anything behind its class cut off.
fn remarked(item: &str) -> Option<(String, Note)> {
    let end = item.match_indices(')').map(|(at, _)| at + 1).find(|end| {
        let inside = item[..*end].rsplit_once('(').map_or("", |(_, inside)| inside.trim_end_matches(')'));
        remark(inside).is_some_and(|note| !note.only.is_empty())
    })?;
    let (title, note) = plain(&item[..end]);
    Some((title.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ').to_owned(), note))
}

fn without_brackets(item: &str) -> String {
    let mut text = String::new();
    let mut depth = 0_i32;
    for c in item.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            c if depth == 0 => text.push(c),
            _ => {}
        }
    }
    text.trim_end().to_owned()
}

/// Reads what stands in parentheses; none when it belongs to the title.
fn remark(inside: &str) -> Option<Note> {
    let counted = inside.split([',', ' ']).next().is_some_and(|count| count.chars().all(|c| c.is_ascii_digit()) && !count.is_empty());
    let words: Vec<&str> = inside.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let classes: Vec<Class> = words.iter().filter_map(|word| Class::parse(word)).collect();
    let said = ["also ", "as ", "default kind", "voids ", "leading space", "NHL =", "HL ="].iter().any(|begin| inside.starts_with(begin));
    // "(3 dias)" and "(art. 612 cgp)" are words of the court; a count stands alone or before a comma.
    let counted = counted && (words.len() == 1 || inside.contains(','));
    let lettered = !classes.is_empty() && words.iter().all(|word| Class::parse(word).is_some() || *word == "property");
    if !(counted || said || lettered) {
        return None;
    }
    let has = |word: &str| words.contains(&word);
    Some(match () {
        () if has("hint") => Note { hint: classes, ..Note::default() },
        () if has("also") => Note { also: classes, ..Note::default() },
        () if has("default") => Note::default(),
        () => Note { only: classes, ..Note::default() },
    })
}
