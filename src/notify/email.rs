//! A mail as bytes: two complete forms, 7-bit, the same bytes every time.
//!
//! Called by [`render`](super::render). Date, boundaries and ids come from the delivery, so that a repeated message is the
//! same message and not a new one (`alerting.md` B1.4, B3). Sending is [`smtp`](super::smtp)'s work.
//!
//! A mail that changes what a calendar shows brings the change twice, as the large calendar services do: beside text and HTML, where
//! Gmail and Apple Mail look, and as an attached file, which Outlook and everyone else can open. Both are the same appointment, so that
//! taking both adds one.

use std::time::SystemTime;

use lettre::Address;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, MessageBuilder, MultiPart, SinglePart};

use super::{Smtp, Unsendable, Whose};
use crate::domain::about::{About, Stop};
use crate::domain::delivery::Delivery;
use crate::domain::digest::Digest;
use crate::domain::id::Id;
use crate::domain::shown::Shown;
use crate::message::{self, Letter};

/// The bytes of the mail that tells these events to the delivery's recipient.
pub(super) fn render(smtp: &Smtp, delivery: &Delivery, events: &[Shown], about: &About<'_>) -> Result<Vec<u8>, Unsendable> {
    compose(smtp, delivery, &[(events, about)], message::mail(events, about))
}

/// The bytes of a digest. It is a thread of its own for each recipient.
pub(super) fn render_digest(smtp: &Smtp, delivery: &Delivery, digest: &Digest<'_>) -> Result<Vec<u8>, Unsendable> {
    let cases: Vec<(&[Shown], &About<'_>)> = digest.parts.iter().map(|part| (&part.events[..], &part.about)).collect();
    compose(smtp, delivery, &cases, message::digest(digest))
}

/// The mail with this letter, that tells the news of these cases.
fn compose(smtp: &Smtp, delivery: &Delivery, cases: &[(&[Shown], &About<'_>)], letter: Letter) -> Result<Vec<u8>, Unsendable> {
    let Some((_, about)) = cases.first() else { return Err(Unsendable::message("a mail about nothing".to_owned())) };
    let events = || cases.iter().flat_map(|(events, _)| events.iter());
    let from = sender(&smtp.from)?;
    let to = recipient(&delivery.recipient)?;
    let domain = smtp.id_domain.clone().unwrap_or_else(|| from.email.domain().to_owned());
    let thread = Id::derive(&[b"thread", delivery.case.source.as_bytes(), delivery.case.number.as_bytes(), delivery.recipient.as_bytes()]);
    let thread = format!("<case.{thread}@{domain}>");
    let by_mail = format!("<mailto:{}?subject=unsubscribe%20{}>", from.email, percent(&delivery.channel));
    let (unsubscribe, one_click) = match &about.stop {
        Stop::Links { leave, .. } => (format!("<{leave}>, {by_mail}"), true),
        Stop::Ask { .. } | Stop::Unsaid => (by_mail, false),
    };
    // Of all its news, not of the first alone: after a restore a message may gather more than the one that was sent before.
    let facts: Vec<&[u8]> = std::iter::once(&delivery.id.0[..]).chain(events().map(|event| &event.id.0[..])).collect();
    let id = Id::derive(&facts);
    let ids: Vec<String> = events().map(|event| event.id.to_string()).collect();
    let of_calendar = smtp.calendar_domain.as_deref().unwrap_or(&domain);
    let publisher = message::Publisher { name: from.name.as_deref(), address: from.email.as_ref(), domain: of_calendar };
    let calendar = message::calendar_of(cases, &publisher);
    let alternatives = MultiPart::alternative()
        .boundary(format!("=_veedor_{}", delivery.id))
        .singlepart(part(ContentType::TEXT_PLAIN, letter.text)?)
        .singlepart(part(ContentType::TEXT_HTML, letter.html)?);
    let parts = match calendar {
        Some(calendar) => with_calendar(alternatives, calendar, delivery, message::file_name(about.language))?,
        None => alternatives,
    };
    let mut builder = MessageBuilder::new()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(unencoded(&letter.subject))
        .date(date(delivery))
        .message_id(Some(format!("<evt.{id}@{domain}>")))
        .in_reply_to(thread.clone())
        .references(thread)
        .raw_header(fixed("Auto-Submitted", "auto-generated".to_owned()))
        .raw_header(fixed("X-Auto-Response-Suppress", "All".to_owned()))
        .raw_header(fixed("List-Id", format!("veedor <veedor.{domain}>")))
        .raw_header(fixed("List-Unsubscribe", unsubscribe))
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("X-Veedor-Event-Id"), ids.join(" ")))
        .raw_header(fixed("X-Veedor-Delivery-Id", delivery.id.to_string()));
    if one_click {
        builder = builder.raw_header(fixed("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
    }
    let message = builder.multipart(parts).map_err(|error| Unsendable::message(format!("cannot put the mail together: {error}")))?;
    Ok(message.formatted())
}

/// The sender's mailbox, in ASCII.
pub(super) fn sender(from: &str) -> Result<Mailbox, Unsendable> {
    let of_channel = |why: String| Unsendable { why, whose: Whose::Channel };
    let mailbox: Mailbox = from.parse().map_err(|error| of_channel(format!("the sender is not a mail address: {error}")))?;
    ascii(&mailbox.email).map_err(|error| of_channel(error.why))?;
    Ok(mailbox)
}

impl Smtp {
    /// Whether this is a sender of the same address, whatever name stands beside it.
    pub fn is_from(&self, from: &str) -> bool {
        match (sender(&self.from), sender(from)) {
            (Ok(one), Ok(other)) => one.email == other.email,
            _ => self.from == from,
        }
    }
}

/// The recipient's address. Letters beyond ASCII would need SMTPUTF8 on every relay on the way (`alerting.md` B1.5).
pub(super) fn recipient(address: &str) -> Result<Address, Unsendable> {
    let address: Address = address.parse().map_err(|error| Unsendable::message(format!("the recipient is not a mail address: {error}")))?;
    ascii(&address)?;
    Ok(address)
}

fn ascii(address: &Address) -> Result<(), Unsendable> {
    let text: &str = address.as_ref();
    let fits = text.bytes().all(|byte| byte.is_ascii_graphic()) && text.len() <= 254;
    if fits {
        Ok(())
    } else {
        Err(Unsendable::message("a mail address has letters beyond ASCII or is too long; use a plain one".to_owned()))
    }
}

/// Quoted-printable whatever the text is: 7-bit, short lines, and deterministic.
fn part(kind: ContentType, text: String) -> Result<SinglePart, Unsendable> {
    let body = Body::new_with_encoding(text, ContentTransferEncoding::QuotedPrintable);
    let body = body.map_err(|_| Unsendable::message("cannot encode the mail as quoted-printable".to_owned()))?;
    Ok(SinglePart::builder().header(kind).body(body))
}

/// The calendar beside the other forms, last because it is the one that a program prefers which knows it, and as a file.
fn with_calendar(alternatives: MultiPart, calendar: String, delivery: &Delivery, name: &str) -> Result<MultiPart, Unsendable> {
    let kind =
        |text: &str| ContentType::parse(text).map_err(|error| Unsendable::message(format!("cannot name the calendar's type: {error}")));
    // Base64, because some programs unfold lines that quoted-printable has broken.
    let body = |text: String| {
        let body = Body::new_with_encoding(text, ContentTransferEncoding::Base64);
        body.map_err(|_| Unsendable::message("cannot encode the calendar as base64".to_owned()))
    };
    let shown = kind(&format!("text/calendar; charset=utf-8; method={}", message::METHOD))?;
    let shown = SinglePart::builder().header(shown).body(body(calendar.clone())?);
    let file = Attachment::new(name.to_owned()).body(body(calendar)?, kind(&format!("application/ics; name=\"{name}\""))?);
    let boundary = format!("=_mixed_{}", delivery.id);
    Ok(MultiPart::mixed().boundary(boundary).multipart(alternatives.singlepart(shown)).singlepart(file))
}

/// A header of our own making on one line: folded, some relays have broken the signature over it (`alerting.md` B3.6).
/// What is not printable ASCII goes through the encoder instead.
fn fixed(name: &'static str, value: String) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(name);
    let is_plain = value.len() < 900 && value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    if is_plain { HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value) } else { HeaderValue::new(name, value) }
}

/// A subject in which nothing looks like an encoded word. lettre leaves ASCII as it is, so a court's "=?utf-8?b?…?=" would
/// be decoded by the reader's program into whatever was cleaned away here.
fn unencoded(subject: &str) -> String {
    subject.replace("=?", "= ?")
}

/// When the delivery was made, which no retry changes. Outside the years 1970 to 9999, which lettre's date cannot write,
/// it is the nearest it can.
fn date(delivery: &Delivery) -> SystemTime {
    let seconds = u64::try_from(delivery.created.as_second()).unwrap_or_default().min(253_402_300_799);
    SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds)
}

fn percent(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().take(200).map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Tls;
    use super::*;
    use crate::domain::about::Language;
    use crate::domain::event::Event;
    use crate::domain::sample;
    use mail_parser::{MessageParser, MimeHeaders};

    fn render(smtp: &Smtp, delivery: &Delivery, events: &[Event], about: &About<'_>) -> Result<Vec<u8>, Unsendable> {
        super::render(smtp, delivery, &about.show(events), about)
    }

    fn letter(events: &[Event], about: &About<'_>) -> message::Letter {
        message::mail(&about.show(events), about)
    }

    fn relay(from: &str) -> Smtp {
        Smtp {
            host: "localhost".into(),
            port: 25,
            tls: Tls::None,
            user: None,
            password: None,
            token: None,
            ca: None,
            from: from.into(),
            id_domain: None,
            calendar_domain: None,
        }
    }

    fn rendered(events: &[Event], to: &str) -> Vec<u8> {
        let watch = sample::watch();
        let about = sample::about(&watch, Language::Es);
        render(&relay("Vigilancia judicial ñ <veedor@example.org>"), &sample::delivery(to, events), events, &about).expect("renders")
    }

    #[test]
    fn another_parser_reads_what_we_wrote() {
        let events = [sample::rescheduled(), sample::edited()];
        let bytes = rendered(&events, "mesa@example.net");
        let mail = MessageParser::default().parse(&bytes).expect("a mail");
        let watch = sample::watch();
        let letter = letter(&events, &sample::about(&watch, Language::Es));
        assert_eq!(mail.subject(), Some(letter.subject.as_str()));
        assert_eq!(mail.body_text(0).map(|text| text.replace("\r\n", "\n")), Some(letter.text));
        assert_eq!(mail.body_html(0).map(|text| text.replace("\r\n", "\n")), Some(letter.html));
        let from = mail.from().and_then(|from| from.first()).expect("one sender");
        assert_eq!((from.name(), from.address()), (Some("Vigilancia judicial ñ"), Some("veedor@example.org")));
        assert_eq!(mail.to().map(|to| to.iter().count()), Some(1));
        assert_eq!(mail.date().map(|date| date.to_rfc3339()), Some("2024-02-19T15:04:01Z".to_owned()));
        let delivery = sample::delivery("mesa@example.net", &events).id;
        let id = Id::derive(&[&delivery.0, &events[0].id.0, &events[1].id.0]);
        assert_eq!(mail.message_id(), Some(format!("evt.{id}@example.org").as_str()));
        assert_eq!(mail.in_reply_to().as_text(), mail.references().as_text());
        assert!(mail.in_reply_to().as_text().is_some_and(|thread| thread.starts_with("case.") && thread.ends_with("@example.org")));
        assert_eq!(mail.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
        assert_eq!(mail.header_raw("List-Unsubscribe").map(str::trim), Some("<mailto:veedor@example.org?subject=unsubscribe%20redaccion>"));
        assert!(mail.header_raw("List-Unsubscribe-Post").is_none());
        let listed = mail.header("X-Veedor-Event-Id").and_then(|value| value.as_text()).expect("listed").to_owned();
        assert!(events.iter().all(|event| listed.contains(&event.id.to_string())));
        let kinds: Vec<&str> = mail.parts.iter().filter_map(|part| part.content_type().and_then(|kind| kind.subtype())).collect();
        assert_eq!(kinds, ["alternative", "plain", "html"]);
    }

    #[test]
    fn a_mail_that_changes_a_calendar_brings_it_beside_the_text_and_as_a_file() {
        let bytes = rendered(&[sample::invited()], "mesa@example.net");
        assert!(bytes.is_ascii());
        let mail = MessageParser::default().parse(&bytes).expect("a mail");
        let kind = |part: &mail_parser::MessagePart<'_>| {
            let kind = part.content_type().expect("a type");
            (
                kind.subtype().unwrap_or_default().to_owned(),
                kind.attribute("method").map(str::to_owned),
                part.attachment_name().map(str::to_owned),
            )
        };
        let none = |name: &str| (name.to_owned(), None, None);
        let kinds: Vec<_> = mail.parts.iter().map(kind).collect();
        let calendar = ("calendar".to_owned(), Some("PUBLISH".to_owned()), None);
        let file = ("ics".to_owned(), None, Some("audiencia.ics".to_owned()));
        assert_eq!(kinds, [none("mixed"), none("alternative"), none("plain"), none("html"), calendar, file]);
        let contents = |at: usize| String::from_utf8(mail.parts[at].contents().to_vec()).expect("text");
        assert_eq!(contents(4), contents(5));
        assert!(contents(4).starts_with("BEGIN:VCALENDAR\r\n") && contents(4).contains("\r\nMETHOD:PUBLISH\r\n"), "{}", contents(4));
        assert!(contents(4).contains("ORGANIZER;CN=\"Vigilancia judicial ñ\":mailto:veedor@example.org"), "{}", contents(4));
        let doubtful = rendered(&[sample::doubtful()], "mesa@example.net");
        assert!(!String::from_utf8_lossy(&doubtful).contains("calendar"), "no invitation to a possible date");
    }

    #[test]
    fn a_reader_is_told_how_to_stop_it_and_his_mail_program_too() {
        let watch = sample::watch();
        let events = [sample::ruling()];
        let of = |stop: Stop, language| {
            let about = crate::domain::about::About { stop, ..sample::about(&watch, language) };
            render(&relay("v@example.org"), &sample::delivery("a@example.net", &events), &events, &about).expect("renders")
        };
        let (mute, leave) = ("https://veedor.example.org/u/abc".to_owned(), "https://veedor.example.org/u/def".to_owned());
        let bytes = of(Stop::Links { mute: Some(mute.clone()), leave: leave.clone() }, Language::Es);
        let mail = MessageParser::default().parse(&bytes).expect("a mail");
        let header = |name: &str| mail.header_raw(name).map(str::trim).map(str::to_owned);
        let both = format!("<{leave}>, <mailto:v@example.org?subject=unsubscribe%20redaccion>");
        assert_eq!(header("List-Unsubscribe"), Some(both), "on one line");
        assert_eq!(header("List-Unsubscribe-Post").as_deref(), Some("List-Unsubscribe=One-Click"));
        let text = mail.body_text(0).expect("text").into_owned();
        assert!(text.contains(&format!("Silenciar este expediente para usted:\r\n{mute}\r\n")), "{text}");
        assert!(text.contains(&format!("de este canal:\r\n{leave}\r\n")), "{text}");
        let html = mail.body_html(0).expect("HTML").into_owned();
        assert!(html.contains(&format!("<a href=\"{mute}\"")) && html.contains(&format!("<a href=\"{leave}\"")), "{html}");
        let asked = of(Stop::Ask { channel: "redaccion".into() }, Language::En);
        let mail = MessageParser::default().parse(&asked).expect("a mail");
        assert!(mail.header_raw("List-Unsubscribe-Post").is_none());
        let text = mail.body_text(0).expect("text").into_owned();
        assert!(text.contains("veedor silence add --channel redaccion --case \"17721-2019-00029G\""), "{text}");
    }

    #[test]
    fn ids_and_threads_do_not_change_with_the_sender() {
        let watch = sample::watch();
        let about = sample::about(&watch, Language::Es);
        let events = [sample::ruling()];
        let headers = |from: &str| {
            let relay = Smtp { id_domain: Some("primero.example.org".into()), ..relay(from) };
            let bytes = render(&relay, &sample::delivery("a@example.net", &events), &events, &about).expect("renders");
            let mail = MessageParser::default().parse(&bytes).expect("a mail");
            (mail.message_id().map(str::to_owned), mail.references().as_text().map(str::to_owned))
        };
        let first = headers("v@primero.example.org");
        assert!(first.0.as_ref().is_some_and(|id| id.ends_with("@primero.example.org")), "{first:?}");
        assert_eq!(first, headers("v@segundo.example.com"));
    }

    #[test]
    fn the_same_delivery_gives_the_same_bytes_and_each_recipient_its_own_thread() {
        let events = [sample::ruling()];
        assert_eq!(rendered(&events, "a@example.net"), rendered(&events, "a@example.net"));
        let thread = |to: &str| {
            let bytes = rendered(&events, to);
            MessageParser::default().parse(&bytes).and_then(|mail| mail.references().as_text().map(str::to_owned))
        };
        assert_ne!(thread("a@example.net"), thread("b@example.net"));
    }

    #[test]
    fn whatever_a_court_writes_the_mail_stays_seven_bit_with_short_lines_and_our_headers() {
        let mut watch = sample::watch();
        watch.name = Some("Caso\r\nBcc: otra@example.org\r\n\r\n<script>".into());
        let about = sample::about(&watch, Language::Es);
        let events = [sample::hostile(), sample::hostile()];
        let bytes =
            render(&relay("Veedor <veedor@example.org>"), &sample::delivery("a@example.net", &events), &events, &about).expect("renders");
        assert!(bytes.is_ascii() && !bytes.contains(&0));
        assert!(bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 998), "a line is too long");
        let text = String::from_utf8(bytes.clone()).expect("ASCII");
        assert_eq!(text.matches('\r').count(), text.matches("\r\n").count());
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        let mail = MessageParser::default().parse(&bytes).expect("a mail");
        assert!(mail.bcc().is_none() && mail.header_raw("Bcc").is_none());
        assert!(!mail.body_html(0).expect("HTML").contains("<script"));
        assert!(mail.subject().is_some_and(|subject| subject.chars().count() <= 150));
    }

    #[test]
    fn subjects_survive_encoding() {
        let mut watch = sample::watch();
        for name in [
            "Caso  ñandú é",
            "ááááááááááááááááááááááááááááááááááááá óóóóóóóóó",
            "=?utf-8?b?xxx?=",
            "a, b; c: «d» \"e\"",
            "日本語 の 事件",
            "x",
        ] {
            watch.name = Some(name.into());
            let about = sample::about(&watch, Language::Es);
            let events = [sample::rescheduled()];
            let bytes = render(&relay("v@example.org"), &sample::delivery("a@example.net", &events), &events, &about).expect("renders");
            let mail = MessageParser::default().parse(&bytes).expect("a mail");
            assert_eq!(mail.subject(), Some(letter(&events, &about).subject.replace("=?", "= ?").as_str()));
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
        #[test]
        fn any_text_of_a_court_makes_a_mail_that_another_parser_reads(title in ".{0,200}", text in "(?s).{0,700}", name in ".{0,80}") {
            let mut watch = sample::watch();
            watch.name = Some(name);
            let about = sample::about(&watch, Language::Es);
            let mut events = [sample::edited()];
            if let Some(entry) = &mut events[0].entry {
                (entry.title, entry.after) = (title, Some(text));
            }
            let bytes = render(&relay("v@example.org"), &sample::delivery("a@example.net", &events), &events, &about).expect("renders");
            assert!(bytes.is_ascii() && bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 998));
            let mail = MessageParser::default().parse(&bytes).expect("a mail");
            let letter = letter(&events, &about);
            assert_eq!(mail.subject(), Some(unencoded(&letter.subject).as_str()));
            assert_eq!(mail.body_text(0).map(|text| text.replace("\r\n", "\n")), Some(letter.text));
            assert_eq!(mail.body_html(0).map(|text| text.replace("\r\n", "\n")), Some(letter.html));
        }
    }

    #[test]
    fn addresses_that_no_relay_takes_are_refused_before_sending() {
        let watch = sample::watch();
        let about = sample::about(&watch, Language::Es);
        for to in ["", "nadie", "ñandú@example.org", "a@example.org, b@example.org", "a@example.org\r\nRCPT TO:<b@example.org>"] {
            let events = [sample::ruling()];
            assert!(render(&relay("v@example.org"), &sample::delivery(to, &events), &events, &about).is_err(), "{to}");
        }
    }

    #[test]
    fn a_sender_that_is_no_address_is_the_channels_trouble() {
        let watch = sample::watch();
        let events = [sample::ruling()];
        let of = |from: &str, to: &str| {
            render(&relay(from), &sample::delivery(to, &events), &events, &sample::about(&watch, Language::Es))
                .err()
                .map(|error| error.whose)
        };
        assert_eq!(of("ñandú@example.org", "a@example.net"), Some(Whose::Channel));
        assert_eq!(of("v@example.org", "ñandú@example.net"), Some(Whose::Message));
    }

    #[test]
    fn a_clock_far_away_does_not_stop_the_mail() {
        let mut delivery = sample::delivery("a@example.net", &[]);
        for at in [jiff::Timestamp::MIN, jiff::Timestamp::MAX] {
            delivery.created = at;
            let watch = sample::watch();
            assert!(render(&relay("v@example.org"), &delivery, &[], &sample::about(&watch, Language::En)).is_ok());
        }
    }
}
