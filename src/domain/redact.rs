//! What of a court's words may leave the machine, and in what shape.
//!
//! `message` and `wire` pass everything that a court wrote through [`event`] before they word or publish it: control and
//! direction characters go, identity numbers, contacts and meeting secrets are masked (`domain.md` E2), and for an
//! organisation under the data protection law the names of private parties become initials. The store keeps the original.
//!
//! It does not know the names of parties inside running text, and does not decide what is sent to whom.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::about::Profile;
use super::docket::EntryKey;
use super::event::{Audience, EXCERPT_CHARS, Event, EventKind, FieldChange};
use super::link::LINK;
use super::twin::ALSO_AT;

/// What stands for an identity number.
pub const IDENTITY: &str = "[cédula]";
/// What stands for a mail address or telephone number.
pub const CONTACT: &str = "[contacto]";
/// What stands for the number, password or address of an online meeting.
pub const ACCESS: &str = "[acceso omitido]";

static EMAIL: LazyLock<Regex> = LazyLock::new(|| pattern(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"));
static CEDULA: LazyLock<Regex> = LazyLock::new(|| pattern(r"[0-9]{9}-?[0-9](?:-?001)?"));
/// Ecuadorian numbers as `domain.md` E2 has them, and the same with the usual spaces. A landline has no break within its
/// seven digits unless the area code stands in brackets: `07205-2024-…` is a case number of El Oro, not a telephone.
static PHONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\+593[ -]?(?:\(0\))?(?:9(?:[ -]?[0-9]){8}|[2-7](?:[ -]?[0-9]){7})|\(0[2-7]\)[ -]?[0-9]{3}[ -]?[0-9]{4}|09[0-9](?:[0-9]{7}|[ -][0-9]{3}[ -]?[0-9]{4}|[0-9][ -][0-9]{3}[ -]?[0-9]{3})|0[2-7][ -]?[0-9]{7}",
    )
});
static MEETING_LINK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:https?://)?[\w.-]*(?:zoom\.(?:us|com)|teams\.microsoft\.com|teams\.live\.com|meet\.google\.com|webex\.com|meet\.jit\.si)/\S*",
    )
});
static MEETING_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\bid\b(?:\s+(?:de\s+)?(?:la\s+)?(?:zoom|reuni[oó]n|sesi[oó]n|sala|acceso|meeting))*(?:\s+es)?\s*[:.=#]*\s*[0-9](?:[ -]?[0-9]){6,}",
    )
});
/// A word that announces a secret and the secret after it. After the loose words (clave, pin, código de acceso, id) the
/// next word goes only when a colon announces it or it has a digit: "testigo clave" hides nothing.
static MEETING_SECRET: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:contrase[nñ]a|password|passcode|passwd|pwd)\b(?:\s+(?:de\s+)?(?:la\s+)?(?:zoom|reuni[oó]n|sesi[oó]n|sala|acceso|ingreso))*(?:\s+es)?\s*[:.=]*\s*\S+",
        r"|\b(?:clave|pin|id|c[oó]digo\s+de\s+(?:acceso|ingreso))\b(?:\s+(?:de\s+)?(?:la\s+)?(?:zoom|reuni[oó]n|sesi[oó]n|sala|acceso|ingreso))*(?:\s+es)?(?:\s*[:=]\s*\S+|\s*[.]?\s*[^\s]*[0-9]\S*)",
    ))
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the patterns of this file are fixed and a test compiles them")
}

/// The event as it may be shown: every word that a court wrote is masked and on one line. The hearing's span goes, because
/// it counts bytes of the unmasked text.
pub fn event(event: &Event, profile: Profile) -> Event {
    let mut shown = event.clone();
    if let Some(entry) = &mut shown.entry {
        // Where a source has no numbers of its own, the key is made of the court's words. A number is left alone: two entries
        // must not come to share a key.
        if entry.key.0.contains(|c: char| c.is_whitespace() || c == '@') {
            entry.key = EntryKey(text(&entry.key.0, profile));
        }
        entry.title = text(&entry.title, profile);
        entry.excerpt = excerpt(&entry.excerpt, profile);
        entry.before = entry.before.as_deref().map(|before| excerpt(before, profile));
        entry.after = entry.after.as_deref().map(|after| excerpt(after, profile));
    }
    if let Some(hearing) = &mut shown.hearing {
        hearing.mention.room = hearing.mention.room.as_deref().map(|room| text(room, profile));
        hearing.mention.kind = hearing.mention.kind.as_deref().map(plain);
        hearing.mention.platform = hearing.mention.platform.as_deref().map(plain);
        hearing.mention.warnings = hearing.mention.warnings.iter().map(|warning| plain(warning)).collect();
        hearing.mention.span = None;
        hearing.zone = plain(&hearing.zone);
        for appointment in &mut hearing.appointments {
            appointment.room = appointment.room.as_deref().map(|room| text(room, profile));
            appointment.kind = appointment.kind.as_deref().map(plain);
        }
    }
    // What veedor says of its own running holds no word of a court, and neither does a case number that a recipe understood.
    let is_number = |field: &FieldChange| field.field == ALSO_AT || (event.kind == EventKind::CaseLinked && field.field == LINK);
    let is_ours =
        |field: &FieldChange| event.kind.audience() == Audience::Operator || event.kind == EventKind::SilenceEnded || is_number(field);
    if let Some(field) = shown.field.as_mut().filter(|field| !is_ours(field)) {
        let is_name = profile == Profile::Ngo && field.field.starts_with("party.");
        let show = |value: &str| if is_name { initials(&text(value, profile)) } else { text(value, profile) };
        field.before = field.before.as_deref().map(show);
        field.after = field.after.as_deref().map(show);
        field.field = plain(&field.field);
    }
    shown
}

/// A court's words on one line, masked.
pub fn text(text: &str, _profile: Profile) -> String {
    let text = plain(text);
    let text = MEETING_LINK.replace_all(&text, ACCESS);
    let text = MEETING_NUMBER.replace_all(&text, ACCESS);
    let text = MEETING_SECRET.replace_all(&text, |found: &Captures<'_>| masked_secret(&found[0]));
    let text = EMAIL.replace_all(&text, CONTACT);
    let text = replace_whole(&text, &CEDULA, IDENTITY, is_identity);
    replace_whole(&text, &PHONE, CONTACT, |_| true)
}

/// A text that may have been cut by [`EXCERPT_CHARS`]: its last word goes when it may be half a number or address,
/// which the masks would not know.
fn excerpt(cut: &str, profile: Profile) -> String {
    if cut.chars().count() < EXCERPT_CHARS {
        return text(cut, profile);
    }
    let end = cut.trim_end_matches('…');
    let whole = match end.rfind(char::is_whitespace) {
        Some(last) if end[last..].chars().count() <= 60 => &end[..last],
        _ => end,
    };
    format!("{}…", text(whole, profile).trim_end())
}

/// Masks a secret, leaving the full stop or comma that ends its sentence.
fn masked_secret(found: &str) -> String {
    let end = found.chars().last().filter(|last| matches!(last, '.' | ',' | ';' | ')'));
    end.map_or_else(|| ACCESS.to_owned(), |mark| format!("{ACCESS}{mark}"))
}

/// Replaces what matches and is not part of a longer number. The `regex` crate has no look-around.
fn replace_whole(text: &str, pattern: &Regex, with: &str, accept: fn(&str) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut kept = 0;
    for found in pattern.find_iter(text) {
        let before = text[..found.start()].chars().next_back();
        let after = text[found.end()..].chars().next();
        let inside = [before, after].into_iter().flatten().any(|near| near.is_ascii_digit());
        if !inside && accept(found.as_str()) {
            out.push_str(&text[kept..found.start()]);
            out.push_str(with);
            kept = found.end();
        }
    }
    out.push_str(&text[kept..]);
    out
}

/// Whether this is an Ecuadorian identity number of a person: province 01–24 or 30, third digit below 6, and the check
/// digit of modulus 10. A natural person's RUC is the same number with 001; a company's has 6 or 9 third and stays.
fn is_identity(found: &str) -> bool {
    let digits: Vec<u32> = found.chars().filter_map(|digit| digit.to_digit(10)).collect();
    let Some(ten) = digits.get(..10) else { return false };
    let province = ten[0] * 10 + ten[1];
    if !(matches!(province, 1..=24 | 30) && ten[2] < 6) {
        return false;
    }
    let sum: u32 = ten[..9]
        .iter()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { digit * 2 } else { *digit })
        .map(|product| if product > 9 { product - 9 } else { product })
        .sum();
    (10 - sum % 10) % 10 == ten[9]
}

/// Words that show that a party is no private person: its name stays in full.
const PUBLIC_WORDS: &[&str] = &[
    "S.A",
    "S.A.",
    "SA",
    "S.A.S",
    "S.A.S.",
    "SAS",
    "CIA",
    "CIA.",
    "CÍA.",
    "LTDA",
    "LTDA.",
    "EP",
    "E.P.",
    "COMPAÑIA",
    "COMPAÑÍA",
    "BANCO",
    "COOPERATIVA",
    "EMPRESA",
    "FUNDACION",
    "FUNDACIÓN",
    "ASOCIACION",
    "ASOCIACIÓN",
    "ESTADO",
    "FISCALIA",
    "FISCALÍA",
    "PROCURADURIA",
    "PROCURADURÍA",
    "CONTRALORIA",
    "CONTRALORÍA",
    "MINISTERIO",
    "CONSEJO",
    "MUNICIPIO",
    "GAD",
    "SECRETARIA",
    "SECRETARÍA",
    "SERVICIO",
    "INSTITUTO",
    "UNIVERSIDAD",
    "DEFENSORIA",
    "DEFENSORÍA",
];

/// A private person's name as initials: "PERSONA FICTICIA UNO" → "P. F. U.". Companies and public bodies stay.
pub fn initials(name: &str) -> String {
    if name.split_whitespace().any(|word| PUBLIC_WORDS.contains(&word.to_uppercase().as_str())) {
        return name.to_owned();
    }
    let letters = name.split(|c: char| !c.is_alphanumeric()).filter_map(|word| word.chars().next());
    letters.map(|letter| format!("{}.", letter.to_uppercase())).collect::<Vec<_>>().join(" ")
}

/// Text on one line: control, direction and invisible characters removed, runs of white space one space.
///
/// A right-to-left override in a title would otherwise reorder a mail's subject; a line feed would start a header.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}') {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !is_invisible(c) {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Controls (C0, C1), direction marks and overrides, zero-width characters, tags and non-characters.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

/// At most `most` characters, the last of them "…" when something was cut.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn news(words: &str) -> String {
        text(words, Profile::Newsroom)
    }

    /// An identity number with a right check digit, made here so that no real one stands in the project.
    fn identity(province: &str) -> String {
        let stem = format!("{province}3000000");
        let last = (0..10).map(|last| format!("{stem}{last}")).find(|full| is_identity(full));
        last.expect("one of ten digits is right")
    }

    #[test]
    fn identity_numbers_go_only_with_a_right_check_digit() {
        let right = identity("17");
        let wrong = format!("{}{}", &right[..9], (right[9..].parse::<u32>().expect("digit") + 1) % 10);
        assert_eq!(news(&format!("C.C. {right}, comparece")), "C.C. [cédula], comparece");
        assert_eq!(news(&format!("CI{right}")), "CI[cédula]");
        assert_eq!(news(&format!("{}-{}", &right[..9], &right[9..])), "[cédula]");
        assert_eq!(news(&format!("RUC {right}001")), "RUC [cédula]");
        assert_eq!(news(&format!("trámite {wrong}")), format!("trámite {wrong}"));
        assert_eq!(news(&format!("serie 8{right}")), format!("serie 8{right}"), "part of a longer number");
        assert_eq!(news("RUC 1790000000001"), "RUC 1790000000001", "a company's");
    }

    #[test]
    fn contacts_and_meeting_secrets_go_and_court_numbers_stay() {
        for (from, to) in [
            ("escriba a uno.dos@correo.example.ec o al 0991234567.", "escriba a [contacto] o al [contacto]."),
            ("tel. 022345678", "tel. [contacto]"),
            ("tel. (02) 234-5678 y +593 99 123 4567", "tel. [contacto] y [contacto]"),
            ("ID de reunión: 845 1234 5678. Contraseña: aB3$x.", "[acceso omitido]. [acceso omitido]."),
            ("Zoom ID 84512345678 clave 99xy", "Zoom [acceso omitido] [acceso omitido]"),
            ("ID: 84512345678 Contraseña es Justicia2024", "[acceso omitido] [acceso omitido]"),
            ("código de acceso: 4455, sala 2", "[acceso omitido], sala 2"),
            ("https://us02web.zoom.us/j/845?pwd=x a las 09h00", "[acceso omitido] a las 09h00"),
            ("comparece el testigo clave del proceso", "comparece el testigo clave del proceso"),
            ("juicio 07205-2024-01234 y 07205202401234", "juicio 07205-2024-01234 y 07205202401234"),
            ("el 05-02-2024 9:00, sala 0203", "el 05-02-2024 9:00, sala 0203"),
        ] {
            assert_eq!(news(from), to, "{from}");
        }
    }

    #[test]
    fn a_number_cut_in_half_does_not_slip_through() {
        let half = format!("{} {}", "a".repeat(EXCERPT_CHARS - 8), &identity("17")[..7]);
        assert_eq!(half.chars().count(), EXCERPT_CHARS);
        assert!(!excerpt(&half, Profile::Newsroom).contains("173"));
    }

    #[test]
    fn controls_and_direction_marks_are_removed() {
        assert_eq!(plain("a\u{202e}b\u{0}c\r\nBcc: x\u{9f}\u{85}d\u{200b}\t e "), "abc Bcc: x d e");
    }

    #[test]
    fn names_become_initials_and_institutions_stay() {
        assert_eq!(initials("PERSONA FICTICIA UNO"), "P. F. U.");
        assert_eq!(initials("Ñandú de la Ávila"), "Ñ. D. L. Á.");
        assert_eq!(initials("FISCALIA GENERAL DEL ESTADO"), "FISCALIA GENERAL DEL ESTADO");
        assert_eq!(initials("COMERCIAL FICTICIA S.A."), "COMERCIAL FICTICIA S.A.");
    }

    #[test]
    fn cutting_counts_characters_not_bytes() {
        assert_eq!(cut("ñandú", 5), "ñandú");
        assert_eq!(cut("ñandúes", 5), "ñand…");
    }
}
