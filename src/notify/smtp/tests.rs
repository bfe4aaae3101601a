//! The conversation with relays that refuse, fall silent and hang up.

use super::super::fake::Relay;
use super::super::fake::Reply::{self, Drop, Last, Late, Mute, Parting, Say};
use super::*;
use crate::notify::command::Program;
use lettre::address::Envelope;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::net::TcpSocket;

type Script = &'static [(&'static str, Reply)];

const MAIL: &[u8] = b"Subject: x\r\n\r\nhola\r\n.punto\r\n";

fn relay(port: u16, tls: Tls) -> Smtp {
    Smtp {
        host: "127.0.0.1".into(),
        port,
        tls,
        user: None,
        password: None,
        token: None,
        ca: None,
        from: "Veedor <veedor@example.org>".into(),
        id_domain: None,
        calendar_domain: None,
    }
}

/// For relays that fall silent: long enough for every step before on a busy machine.
fn short() -> Deadlines {
    each(Duration::from_millis(300))
}

/// For relays that answer: never reached unless something is wrong.
fn ample() -> Deadlines {
    each(Duration::from_secs(10))
}

fn each(limit: Duration) -> Deadlines {
    Deadlines { connect: limit, greet: limit, command: limit, content: limit, webhook: limit, terminal: limit }
}

async fn send(relay: &Smtp, recipient: &str, mail: &[u8], deadlines: &Deadlines) -> Outcome {
    super::send(&Kept::default(), relay, recipient, mail, deadlines).await.outcome
}

async fn sent(script: &'static [(&'static str, Reply)]) -> (Outcome, Vec<Vec<String>>) {
    let fake = Relay::start(script).await;
    let outcome = send(&relay(fake.port, Tls::None), "mesa@example.net", MAIL, &ample()).await;
    (outcome, fake.lines())
}

/// Finding 1: lettre itself waits for ever for a reply. If an upgrade changes that, this test says so.
#[tokio::test]
async fn lettre_alone_has_no_deadline_for_replies() {
    let fake = Relay::start(&[("EHLO", Mute)]).await;
    let hello = ClientId::Domain("example.org".into());
    let limit = Some(Duration::from_millis(50));
    let opening = AsyncSmtpConnection::connect_tokio1(("127.0.0.1", fake.port), limit, &hello, None, None);
    assert!(timeout(Duration::from_millis(600), opening).await.is_err(), "lettre gave up by itself: its timeout now covers replies");
}

/// A relay that is slow with the first recipient and refuses every message.
const SLOW_AND_REFUSING: &[(&str, Reply)] = &[("RCPT", Late("250 ok")), ("CONTENT", Say("554 5.6.0 not taken"))];

/// Finding 2: a send that is cancelled leaves lettre's pool a connection with an answer too many in it. The next mail reads each answer one
/// step late, takes "354 go on" for the last one, and counts as sent although the relay refuses it. If an upgrade changes that, this test
/// says so.
#[tokio::test]
async fn lettres_pool_takes_a_refused_mail_for_sent_after_a_cancelled_send() {
    let fake = Relay::start(SLOW_AND_REFUSING).await;
    let pooled = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1").port(fake.port).build();
    let to = |to: &str| Envelope::new("v@example.org".parse().ok(), vec![to.parse().expect("an address")]).expect("an envelope");
    let first = to("una@example.net");
    tokio::select! {
        biased;
        sent = pooled.send_raw(&first, MAIL) => panic!("{sent:?}"),
        () = fake.saw("RCPT") => {}
    }
    fake.open_gate();
    // The connection goes back into the pool in a task of its own.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let second = pooled.send_raw(&to("otra@example.net"), MAIL).await.expect("lettre says that it was sent");
    assert_eq!(second.code().to_string(), "354", "it read the answer to DATA as the one to the message");
    assert_eq!(fake.lines().len(), 1, "on the connection of the cancelled send");
}

/// The same relay and the same cancellation without a pool: the second mail has its own connection, and is refused.
#[tokio::test]
async fn our_next_send_after_a_cancelled_one_reads_its_own_answers() {
    let fake = Relay::start(SLOW_AND_REFUSING).await;
    let (relay, limits) = (relay(fake.port, Tls::None), ample());
    tokio::select! {
        biased;
        sent = send(&relay, "una@example.net", MAIL, &limits) => panic!("{sent:?}"),
        () = fake.saw("RCPT") => {}
    }
    fake.open_gate();
    let second = send(&relay, "otra@example.net", MAIL, &limits).await;
    assert!(matches!(&second, Outcome::Rejected { why } if why.contains("554")), "{second:?}");
    assert_eq!(fake.lines().len(), 2);
}

/// Each phase has its own deadline: with all others far away, silence at a step ends when that of the step does.
#[tokio::test]
async fn every_phase_has_its_own_deadline() {
    const CASES: &[(&str, &str, Tls, Script)] = &[
        ("greet", "our greeting", Tls::None, &[("GREETING", Mute)]),
        ("greet", "our greeting", Tls::None, &[("EHLO", Mute)]),
        ("greet", "STARTTLS", Tls::StartTls, &[("STARTTLS", Mute)]),
        ("greet", "STARTTLS", Tls::StartTls, &[("STARTTLS", Last("220 go on"))]),
        ("connect and greet", "our greeting", Tls::Implicit, &[("GREETING", Mute)]),
        ("greet", "AUTH", Tls::None, &[("AUTH", Mute)]),
        ("command", "MAIL", Tls::None, &[("MAIL", Mute)]),
        ("command", "RCPT", Tls::None, &[("RCPT", Mute)]),
        ("command", "DATA", Tls::None, &[("DATA", Mute)]),
        ("content", "the message", Tls::None, &[("CONTENT", Mute)]),
    ];
    let (soon, never) = (Duration::from_millis(300), Duration::from_secs(3600));
    for (limit, step, tls, script) in CASES {
        let fake = Relay::start(script).await;
        let of = |name: &str| if limit.contains(name) { soon } else { never };
        let limits =
            Deadlines { connect: of("connect"), greet: of("greet"), command: of("command"), content: of("content"), ..each(never) };
        let with_password = Smtp { user: Some("v".into()), password: Some("clave".into()), ..relay(fake.port, *tls) };
        let ended = timeout(Duration::from_secs(60), send(&with_password, "mesa@example.net", MAIL, &limits)).await;
        let outcome = ended.unwrap_or_else(|_| panic!("the deadline of {limit} does not end the silence at {step}: {script:?}"));
        assert!(matches!(&outcome, Outcome::Retry { why, after: None } if why.contains(step)), "{limit}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_relay_that_does_not_even_connect_has_a_deadline_too() {
    // Once the queue of a listener that takes nobody is full, the next connection gets no answer at all.
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
    let listener = socket.listen(1).expect("listens");
    let at = listener.local_addr().expect("bound");
    let mut waiting = Vec::new();
    while let Ok(connected) = timeout(Duration::from_millis(500), TcpStream::connect(at)).await {
        waiting.push(connected.expect("connects"));
    }
    let limits = Deadlines { connect: Duration::from_millis(300), ..each(Duration::from_secs(3600)) };
    let outcome = send(&relay(at.port(), Tls::None), "mesa@example.net", MAIL, &limits).await;
    assert!(matches!(&outcome, Outcome::Retry { why, .. } if why.contains("the connection within 0.3 s")), "{outcome:?}");
}

/// Findings 1 and 2: our deadline ends the wait at every step, and the next send starts on a connection of its own.
#[tokio::test]
async fn silence_ends_in_a_retry_and_nothing_of_that_connection_is_used_again() {
    const SCRIPTS: &[(&str, &[(&str, Reply)])] = &[
        ("our greeting", &[("GREETING", Mute)]),
        ("our greeting", &[("EHLO", Mute)]),
        ("MAIL", &[("MAIL", Mute)]),
        ("RCPT", &[("RCPT", Mute)]),
        ("DATA", &[("DATA", Mute)]),
        ("the message", &[("CONTENT", Mute)]),
    ];
    for (step, script) in SCRIPTS {
        let fake = Relay::start(script).await;
        let relay = relay(fake.port, Tls::None);
        for attempt in 1..=2 {
            let outcome = send(&relay, "mesa@example.net", MAIL, &short()).await;
            assert!(matches!(&outcome, Outcome::Retry { why, after: None } if why.contains(step)), "{outcome:?}");
            assert_eq!(outcome.detail().contains("possible duplicate"), *step == "the message");
            assert_eq!(fake.lines().len(), attempt, "each attempt has its own connection");
        }
    }
}

/// A send that is cancelled from outside (shutdown) leaves nothing behind that a later send could read.
#[tokio::test]
async fn a_cancelled_send_leaves_no_half_used_connection() {
    let fake = Relay::start(&[("RCPT", Mute)]).await;
    let (relay, patient) = (relay(fake.port, Tls::None), Deadlines::default());
    let cancelled = timeout(Duration::from_millis(200), send(&relay, "mesa@example.net", MAIL, &patient)).await;
    assert!(cancelled.is_err());
    let again = send(&relay, "otra@example.net", MAIL, &short()).await;
    assert!(matches!(again, Outcome::Retry { .. }), "{again:?}");
    let lines = fake.lines();
    assert_eq!(lines.len(), 2);
    assert!(lines[1][0].starts_with("EHLO") && !lines[0].concat().contains("otra@"), "{lines:?}");
}

#[tokio::test]
async fn a_mail_is_handed_over_whole_to_one_recipient() {
    let (outcome, lines) = sent(&[]).await;
    assert_eq!(outcome, Outcome::Sent { detail: "250 queued as 1".into() });
    let conversation = &lines[0];
    assert_eq!(conversation[0], "EHLO example.org");
    assert_eq!(conversation[1], "MAIL FROM:<veedor@example.org>");
    assert_eq!(conversation[2], "RCPT TO:<mesa@example.net>");
    assert!(conversation[4].starts_with("Subject: x\r\n\r\nhola\r\n..punto"), "{conversation:?}");
    assert_eq!(conversation.iter().filter(|line| line.starts_with("RCPT")).count(), 1);
}

#[tokio::test]
async fn each_answer_has_its_meaning() {
    const CASES: &[(&str, &[(&str, Reply)])] = &[
        ("retry", &[("RCPT", Say("451 4.3.0 try again later"))]),
        ("retry", &[("MAIL", Say("421 closing"))]),
        ("retry", &[("GREETING", Say("421 too busy"))]),
        ("retry", &[("CONTENT", Say("452 full"))]),
        ("rejected", &[("RCPT", Say("550 5.1.1 no such user"))]),
        ("rejected", &[("RCPT", Say("551 user not local"))]),
        ("rejected", &[("RCPT", Say("550 5.1.1 <x@example.org>: Recipient address rejected: User unknown in relay recipient table"))]),
        ("rejected", &[("RCPT", Say("550 5.1.10 <x@example.org>: Recipient address rejected: Domain has null MX, cannot relay"))]),
        ("rejected", &[("RCPT", Say("550-5.1.1 The account that you tried to reach\r\n550 5.1.1 does not exist at this relay"))]),
        ("misconfigured", &[("RCPT", Say("550 5.1.8 <v@example.org>: Sender address rejected: Domain not found"))]),
        ("misconfigured", &[("RCPT", Say("550 5.7.1 relaying denied"))]),
        ("misconfigured", &[("RCPT", Say("554 Relay access denied"))]),
        ("misconfigured", &[("RCPT", Say("530 5.7.0 authentication required"))]),
        ("misconfigured", &[("MAIL", Say("553 no"))]),
        ("misconfigured", &[("MAIL", Say("550 5.7.60 not permitted to send as this sender"))]),
        ("rejected", &[("DATA", Say("554 no"))]),
        ("rejected", &[("CONTENT", Say("554 5.7.1 spam"))]),
        ("misconfigured", &[("GREETING", Say("554 go away"))]),
        ("misconfigured", &[("EHLO", Say("550 who"))]),
        ("misconfigured", &[("MAIL", Say("530 authentication required"))]),
        ("retry", &[("MAIL", Drop)]),
        ("retry", &[("GREETING", Drop)]),
        ("retry", &[("DATA", Say("250 ok"))]),
        ("retry", &[("CONTENT", Say("354 go on"))]),
        ("retry", &[("RCPT", Say("this is not SMTP"))]),
    ];
    for (want, script) in CASES {
        let (outcome, _) = sent(script).await;
        assert_eq!(outcome.name(), *want, "{script:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn only_what_was_handed_over_without_a_clear_answer_may_have_arrived() {
    const CASES: &[(bool, &[(&str, Reply)])] = &[
        (false, &[("GREETING", Drop)]),
        (false, &[("MAIL", Say("550 no such sender"))]),
        (false, &[("RCPT", Say("451 it may have arrived"))]),
        (false, &[("DATA", Drop)]),
        (false, &[("CONTENT", Say("452 full"))]),
        (false, &[("CONTENT", Say("554 5.6.0 not taken"))]),
        (true, &[("CONTENT", Drop)]),
        (true, &[("CONTENT", Say("354 go on"))]),
        (true, &[("CONTENT", Say("this is not SMTP"))]),
        (true, &[]),
    ];
    for (want, script) in CASES {
        let (outcome, _) = sent(script).await;
        assert_eq!(outcome.may_have_arrived(), *want, "{script:?}: {outcome:?}");
    }
}

/// A relay that is down or refuses us is the channel's trouble; a refused recipient or message is its own.
#[tokio::test]
async fn it_is_known_whose_trouble_it_is() {
    const CASES: &[(Whose, &[(&str, Reply)])] = &[
        (Whose::Channel, &[("GREETING", Drop)]),
        (Whose::Sender, &[("MAIL", Say("550 no such sender"))]),
        (Whose::Channel, &[("MAIL", Say("530 5.7.0 authentication required"))]),
        (Whose::Channel, &[("MAIL", Say("421 busy"))]),
        (Whose::Message, &[("RCPT", Say("550 5.7.1 relaying denied"))]),
        (Whose::Recipient, &[("RCPT", Say("451 greylisted"))]),
        (Whose::Recipient, &[("RCPT", Say("550 5.1.1 no such user"))]),
        (Whose::Message, &[("CONTENT", Say("554 5.6.0 not taken"))]),
        (Whose::Sender, &[("RCPT", Say("550 5.1.7 bad sender"))]),
        (Whose::Message, &[("CONTENT", Drop)]),
    ];
    for (want, script) in CASES {
        let fake = Relay::start(script).await;
        let attempted = super::send(&Kept::default(), &relay(fake.port, Tls::None), "mesa@example.net", MAIL, &ample()).await;
        assert_eq!(attempted.whose, *want, "{script:?}: {:?}", attempted.outcome);
    }
}

#[tokio::test]
async fn a_relay_that_does_not_answer_quit_delays_nothing() {
    let fake = Relay::start(&[("QUIT", Mute)]).await;
    let attempted = super::send(&Kept::default(), &relay(fake.port, Tls::None), "mesa@example.net", MAIL, &ample()).await;
    assert!(matches!(attempted.outcome, Outcome::Sent { .. }), "{:?}", attempted.outcome);
    assert!(!fake.lines()[0].iter().any(|line| line.starts_with("QUIT")), "it is noted before anybody takes leave");
}

/// Sends a mail, and keeps the connection when it went well.
async fn sent_over(kept: &Kept, relay: &Smtp) -> Outcome {
    let attempted = super::send(kept, relay, "mesa@example.net", MAIL, &ample()).await;
    if let Some(line) = attempted.farewell.0 {
        kept.keep(line);
    }
    attempted.outcome
}

/// One connection takes many mails, each in a transaction of its own, and no more than fifty.
#[tokio::test]
async fn a_connection_takes_the_next_mails_up_to_fifty() {
    let fake = Relay::start(&[]).await;
    let (kept, relay) = (Kept::default(), relay(fake.port, Tls::None));
    for _ in 0..51 {
        assert!(matches!(sent_over(&kept, &relay).await, Outcome::Sent { .. }));
    }
    let counts =
        |verb: &str| fake.lines().iter().map(|lines| lines.iter().filter(|line| line.starts_with(verb)).count()).collect::<Vec<_>>();
    assert_eq!((counts("EHLO"), counts("MAIL"), counts("RCPT")), (vec![1, 1], vec![50, 1], vec![50, 1]));
    let mut overdue = kept.overdue(false);
    assert_eq!(overdue.len(), 1, "the one that is used up");
    overdue.remove(0).leave().await;
    fake.saw("QUIT").await;
    assert_eq!((kept.overdue(false).len(), kept.overdue(true).len()), (0, 1), "the other may go on");
}

/// Another account, another server or another sender's domain is another connection.
#[tokio::test]
async fn a_connection_is_kept_for_its_own_relay_alone() {
    let fake = Relay::start(&[]).await;
    let (kept, first) = (Kept::default(), relay(fake.port, Tls::None));
    sent_over(&kept, &first).await;
    let other = Smtp { user: Some("v".into()), password: Some("clave".into()), ..first };
    sent_over(&kept, &other).await;
    assert_eq!(fake.lines().len(), 2);
}

/// After anything but a mail that went well a connection is not used again, and one that the relay closed meanwhile costs nothing.
#[tokio::test]
async fn a_connection_that_is_not_trusted_any_more_is_left() {
    for (script, outcomes) in [
        (&[("RCPT", Say("550 5.1.1 no such user"))][..], ["rejected", "rejected"]),
        (&[("CONTENT", Say("452 full"))][..], ["retry", "retry"]),
        (&[("CONTENT", Parting("250 queued"))][..], ["sent", "sent"]),
    ] {
        let fake = Relay::start(script).await;
        let (kept, relay) = (Kept::default(), relay(fake.port, Tls::None));
        for outcome in outcomes {
            assert_eq!(sent_over(&kept, &relay).await.name(), outcome, "{script:?}");
        }
        assert_eq!(fake.lines().len(), 2, "{script:?}");
    }
}

#[tokio::test]
async fn a_connection_lost_after_the_last_dot_may_have_been_a_delivery() {
    let (outcome, _) = sent(&[("CONTENT", Drop)]).await;
    assert!(matches!(&outcome, Outcome::Retry { why, .. } if why.contains("possible duplicate")), "{outcome:?}");
    let (outcome, _) = sent(&[("RCPT", Drop)]).await;
    assert!(!outcome.detail().contains("duplicate"), "{outcome:?}");
}

#[tokio::test]
async fn a_wrong_password_is_the_channels_trouble_and_never_shown() {
    let fake = Relay::start(&[("AUTH", Say("535 5.7.8 bad credentials"))]).await;
    let mut relay = relay(fake.port, Tls::None);
    (relay.user, relay.password) = (Some("veedor".into()), Some("clave-secreta".into()));
    let outcome = send(&relay, "mesa@example.net", MAIL, &ample()).await;
    assert!(matches!(&outcome, Outcome::Misconfigured { why } if why.contains("535") && !why.contains("clave-secreta")), "{outcome:?}");
    let fake = Relay::start(&[("AUTH", Say("454 4.7.0 try later"))]).await;
    relay.port = fake.port;
    assert_eq!(send(&relay, "mesa@example.net", MAIL, &ample()).await.name(), "retry");
    relay.host = "relay.example.org".into();
    assert_eq!(send(&relay, "mesa@example.net", MAIL, &ample()).await.name(), "misconfigured", "no password without TLS off this machine");
}

#[tokio::test]
async fn starttls_is_required_where_it_is_asked_for() {
    let fake = Relay::start(&[("EHLO", Say("250-fake\r\n250 8BITMIME"))]).await;
    let outcome = send(&relay(fake.port, Tls::StartTls), "mesa@example.net", MAIL, &ample()).await;
    assert!(matches!(&outcome, Outcome::Misconfigured { why } if why.contains("STARTTLS")), "{outcome:?}");
    assert!(!fake.lines()[0].iter().any(|line| line.starts_with("MAIL")));
    let fake = Relay::start(&[]).await;
    let outcome = send(&relay(fake.port, Tls::Implicit), "mesa@example.net", MAIL, &ample()).await;
    assert!(!matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
}

/// Answers that someone on the way put behind the answer to STARTTLS must not count as answers inside TLS.
#[tokio::test]
async fn injected_answers_before_tls_break_the_handshake() {
    let fake = Relay::start(&[("STARTTLS", Say("220 go\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go on\r\n250 queued"))]).await;
    let outcome = send(&relay(fake.port, Tls::StartTls), "mesa@example.net", MAIL, &ample()).await;
    assert!(matches!(&outcome, Outcome::Misconfigured { why } if why.contains("TLS")), "{outcome:?}");
}

#[tokio::test]
async fn a_relay_that_is_not_there_is_tried_again() {
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.and_then(|listener| listener.local_addr()).expect("a free port");
    let outcome = send(&relay(gone.port(), Tls::None), "mesa@example.net", MAIL, &ample()).await;
    assert!(matches!(&outcome, Outcome::Retry { why, .. } if why.contains("cannot connect")), "{outcome:?}");
}

#[test]
fn an_address_cannot_carry_a_command() {
    assert!("a@example.org>\r\nRCPT TO:<b@example.org".parse::<Address>().is_err());
}

/// A program that does this.
fn printing(script: &str) -> Program {
    let arguments = vec!["-c".to_owned(), script.to_owned()];
    Program { program: "/bin/sh".into(), arguments, folder: std::env::temp_dir(), timeout: Duration::from_secs(30) }
}

async fn with_token(script: Script, program: &str) -> (Outcome, Vec<String>) {
    let fake = Relay::start(script).await;
    let (user, token) = (Some("someuser@example.com".to_owned()), Some(printing(program)));
    let outcome = send(&Smtp { user, token, ..relay(fake.port, Tls::None) }, "mesa@example.net", MAIL, &ample()).await;
    (outcome, fake.lines().concat())
}

const OFFERS: (&str, Reply) = ("EHLO", Say("250-fake\r\n250-AUTH LOGIN XOAUTH2\r\n250 8BITMIME"));

#[tokio::test]
async fn a_token_is_sent_as_google_documents_it() {
    // The example of developers.google.com/gmail/imap/xoauth2-protocol.
    let program = "echo ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg; echo expires later";
    let (outcome, lines) = with_token(&[OFFERS], program).await;
    assert_eq!(outcome.name(), "sent", "{outcome:?}");
    let said =
        "AUTH XOAUTH2 dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==";
    assert!(lines.iter().any(|line| line == said), "{lines:#?}");
}

#[tokio::test]
async fn a_token_that_is_not_there_or_not_taken_is_said_without_it() {
    const REFUSES: (&str, Reply) = ("AUTH", Say("334 eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiQmVhcmVyIn0="));
    const GOOD: &str = "echo secreto123";
    let none: Script = &[OFFERS];
    let table: [(Script, &str, &str, &str); 8] = [
        (none, "echo secreto123; exit 78", "misconfigured", "ended with 78"),
        (none, "echo secreto123 >&2; exit 1", "retry", "ended with 1; run it by hand"),
        (none, "kill -9 $$", "retry", "was ended by a signal"),
        (none, "exit 0", "misconfigured", "printed no token"),
        (none, "echo 'secreto123 y otra cosa'", "misconfigured", "printed no token"),
        (none, "head -c 20000 /dev/zero", "misconfigured", "printed too much"),
        (&[OFFERS, REFUSES], GOOD, "misconfigured", "does not take the token"),
        (&[], GOOD, "misconfigured", "does not offer AUTH"),
    ];
    for (script, program, name, words) in table {
        let (outcome, lines) = with_token(script, program).await;
        let why = outcome.detail();
        assert!(outcome.name() == name && why.contains(words) && !why.contains("secreto"), "{program}: {outcome:?}");
        assert!(!lines.iter().any(|line| line.starts_with("MAIL")), "{program}: {lines:?}");
    }
    let absent =
        Smtp { user: Some("v".into()), token: Some(Program { program: "/nowhere/oama".into(), ..printing("") }), ..relay(9, Tls::None) };
    let outcome = send(&absent, "mesa@example.net", MAIL, &ample()).await;
    assert!(matches!(&outcome, Outcome::Misconfigured { why } if why.contains("oama cannot be started")), "{outcome:?}");
}
