//! The page on which a recipient silences a case for himself, or leaves a channel: what will happen, for how long, and the way back.
//!
//! `web` serves it. It is whole in itself: no script, no picture, no other address; everything that did not come from this file is
//! escaped. The recipient's address is shown in part only, because a link may be passed on with a message.

use super::html::escape;
use super::words::pick;
use crate::domain::about::Language;
use crate::domain::redact::{cut, plain};

/// The style of the page. The header that allows it names its hash, so it is not put together.
pub const STYLE: &str = "\
:root{color-scheme:light dark}\
body{margin:0;padding:24px 16px;font:17px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;background:#fff;color:#1b1b1b}\
main{max-width:560px;margin:0 auto;overflow-wrap:anywhere}\
h1{font-size:24px;line-height:1.25;margin:0 0 16px}\
p{margin:0 0 14px}\
button{font:inherit;font-weight:bold;width:100%;min-height:48px;margin:8px 0 16px;padding:10px 16px;border:2px solid #1b1b1b;border-radius:6px;background:#1b1b1b;color:#fff;cursor:pointer}\
.small{font-size:14px;color:#4a4a4a}\
@media (prefers-color-scheme:dark){body{background:#121212;color:#ededed}button{border-color:#ededed;background:#ededed;color:#121212}.small{color:#b8b8b8}}";

/// What the page says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// What a button would do. Nothing has happened.
    Offered,
    /// It is done, and can be taken back.
    Done,
    /// It was taken back.
    TakenBack,
}

/// A page.
#[derive(Debug, Clone, Copy)]
pub struct WayOutPage<'a> {
    /// The reader's language.
    pub language: Language,
    /// The case that is silenced; `None`: all of the channel.
    pub case: Option<&'a str>,
    /// The channel's id.
    pub channel: &'a str,
    /// The recipient's address.
    pub recipient: &'a str,
    /// What it says.
    pub stage: Stage,
}

/// The page as HTML.
pub fn way_out(page: &WayOutPage<'_>) -> String {
    let language = page.language;
    let (title, lines) = words(page);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n",
        pick(language, "es", "en")
    );
    for line in lines {
        out.push_str(&format!("<p>{}</p>\n", escape(&line)));
    }
    let (action, button) = match (page.stage, page.case) {
        (Stage::Done, _) => ("undo", pick(language, "Volver a recibirlos", "Send them to me again")),
        (_, Some(_)) => ("stop", pick(language, "Silenciar este expediente", "Silence this case")),
        (_, None) => ("stop", pick(language, "No recibir más mensajes", "Stop the messages")),
    };
    // Without an action it goes to the address of this very page.
    out.push_str(&format!(
        "<form method=\"post\"><input type=\"hidden\" name=\"do\" value=\"{action}\"><button>{button}</button></form>\n"
    ));
    let small = pick(
        language,
        "veedor avisa de novedades en registros judiciales públicos. Quien opera este servicio ve en su lista lo que se pide en esta página.",
        "veedor tells of changes in public court records. Whoever runs this service sees in a list what is asked for on this page.",
    );
    out.push_str(&format!("<p class=\"small\">{small}</p>\n</main>\n</body>\n</html>\n"));
    out
}

fn words(page: &WayOutPage<'_>) -> (&'static str, Vec<String>) {
    let language = page.language;
    let to = masked(page.recipient);
    let channel = cut(&plain(page.channel), 64);
    let case = page.case.map(|case| cut(&plain(case), 100));
    let back = pick(
        language,
        "En esta misma página puede volver a pedirlos cuando quiera.",
        "On this very page you can ask for them again whenever you like.",
    );
    match (page.stage, case, language) {
        (Stage::Offered, Some(case), Language::Es) => (
            "Silenciar un expediente",
            vec![
                format!("{to} recibe por el canal «{channel}» las novedades del expediente {case}."),
                "Si lo confirma, no recibirá más mensajes de este expediente por este canal, tampoco los críticos ni los recordatorios de audiencias, hasta que los pida de nuevo. Los demás expedientes y las demás personas siguen igual.".to_owned(),
                back.to_owned(),
            ],
        ),
        (Stage::Offered, Some(case), Language::En) => (
            "Silence a case",
            vec![
                format!("{to} gets the news of case {case} through the channel “{channel}”."),
                "If you confirm, no message of this case will come through this channel any more, not the critical ones either nor reminders of hearings, until you ask for them again. Other cases and other people are not affected.".to_owned(),
                back.to_owned(),
            ],
        ),
        (Stage::Offered, None, Language::Es) => (
            "No recibir más mensajes",
            vec![
                format!("{to} recibe mensajes por el canal «{channel}»."),
                "Si lo confirma, no recibirá más mensajes de este canal, de ningún expediente, tampoco los críticos, hasta que los pida de nuevo. Las demás personas siguen igual.".to_owned(),
                back.to_owned(),
            ],
        ),
        (Stage::Offered, None, Language::En) => (
            "Stop the messages",
            vec![
                format!("{to} gets messages through the channel “{channel}”."),
                "If you confirm, no message of this channel will come any more, of any case, not the critical ones either, until you ask for them again. Other people are not affected.".to_owned(),
                back.to_owned(),
            ],
        ),
        (Stage::Done, Some(case), Language::Es) => {
            ("Expediente silenciado", vec![format!("{to} no recibirá más mensajes del expediente {case} por el canal «{channel}», hasta que los pida de nuevo.")])
        }
        (Stage::Done, Some(case), Language::En) => {
            ("Case silenced", vec![format!("{to} will get no more messages of case {case} through the channel “{channel}”, until you ask for them again.")])
        }
        (Stage::Done, None, Language::Es) => {
            ("Ya no recibirá mensajes", vec![format!("{to} no recibirá más mensajes del canal «{channel}», hasta que los pida de nuevo.")])
        }
        (Stage::Done, None, Language::En) => {
            ("The messages stopped", vec![format!("{to} will get no more messages of the channel “{channel}”, until you ask for them again.")])
        }
        (Stage::TakenBack, case, Language::Es) => {
            let of = case.map_or(String::new(), |case| format!(" del expediente {case}"));
            ("Volverá a recibir mensajes", vec![format!("{to} recibe de nuevo los mensajes{of} por el canal «{channel}». Lo que hubo entretanto no se envía.")])
        }
        (Stage::TakenBack, case, Language::En) => {
            let of = case.map_or(String::new(), |case| format!(" of case {case}"));
            ("The messages come again", vec![format!("{to} gets the messages{of} through the channel “{channel}” again. What there was meanwhile is not sent.")])
        }
    }
}

/// An address that its owner recognises and nobody else learns: `m…@example.org`.
fn masked(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((name, domain)) => format!("{}…@{}", name.chars().next().unwrap_or('…'), cut(&plain(domain), 100)),
        None => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(language: Language, case: Option<&'static str>, stage: Stage) -> String {
        way_out(&WayOutPage { language, case, channel: "redaccion", recipient: "maria.lopez@example.org", stage })
    }

    #[test]
    fn it_says_what_will_happen_and_offers_the_way_back() {
        let asked = page(Language::Es, Some("17721-2024-00011G"), Stage::Offered);
        for words in [
            "Silenciar este expediente",
            "17721-2024-00011G",
            "hasta que los pida de nuevo",
            "m…@example.org",
            "value=\"stop\"",
            "lang=\"es\"",
        ] {
            assert!(asked.contains(words), "{words}: {asked}");
        }
        assert!(!asked.contains("maria.lopez"));
        let done = page(Language::En, None, Stage::Done);
        assert!(
            done.contains("no more messages of the channel") && done.contains("value=\"undo\"") && done.contains("lang=\"en\""),
            "{done}"
        );
        assert!(page(Language::En, None, Stage::TakenBack).contains("value=\"stop\""));
    }

    #[test]
    fn it_needs_nothing_from_elsewhere_and_nothing_gets_out_of_its_text() {
        for (language, stage) in [(Language::Es, Stage::Offered), (Language::En, Stage::Done), (Language::Es, Stage::TakenBack)] {
            let hostile = WayOutPage {
                language,
                case: Some("<script>alert(1)</script>\"'&"),
                channel: "</p><img src=x>",
                recipient: "<b>@<i>example.org",
                stage,
            };
            let html = way_out(&hostile);
            assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("<b>") && !html.contains("<i>"), "{html}");
            assert!(!html.contains("http") && !html.contains("url(") && !html.contains("<link"), "{html}");
        }
    }
}
