//! A mail server with bad days. Mails are read by a parser that the project did not write.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

use super::state::Shared;

/// How the server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mood {
    /// Takes mail.
    #[default]
    Good,
    /// Refuses each recipient for now.
    Temporary,
    /// Closes at once.
    Down,
    /// Takes the connection and says nothing.
    Mute,
    /// Knows no password.
    BadPassword,
    /// Knows no recipient.
    NobodyThere,
    /// Knows no recipient, and says so with what would be more than words on a page or a terminal.
    Hostile,
}

/// What a hostile server answers.
const HOSTILE: &str =
    "550 5.1.1 <script>window.veedorRan=1</script>\"><img src=x onerror=\"window.veedorRan=2\"> \u{202e}\u{1b}[2J\u{7}</textarea></title>";

/// One mail that arrived.
#[derive(Debug, Clone)]
pub struct Mail {
    pub id: String,
    pub to: String,
    pub subject: String,
    /// Subject, text part and HTML part.
    pub text: String,
    /// The mail as it came.
    pub raw: String,
}

#[derive(Default)]
struct Box {
    got: Vec<Mail>,
    mood: Mood,
    talks: usize,
    auths: usize,
    rcpts: usize,
}

/// The server.
pub struct Mailbox {
    inside: Shared<Box>,
    port: u16,
}

impl Mailbox {
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let inside: Shared<Box> = Shared::new(Box::default());
        let shared = inside.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = shared.clone();
                // A client that breaks off leaves no mail.
                std::thread::spawn(move || talk(&stream, &shared).ok());
            }
        });
        Self { inside, port }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn mood(&self, mood: Mood) {
        self.inside.change(|inside| inside.mood = mood);
    }

    pub fn got(&self) -> Vec<Mail> {
        self.inside.get().got.clone()
    }

    /// Passwords that were tried so far.
    pub fn auths(&self) -> usize {
        self.inside.get().auths
    }

    /// Recipients that were named so far.
    pub fn rcpts(&self) -> usize {
        self.inside.get().rcpts
    }

    /// Conversations so far, successful or not.
    pub fn talks(&self) -> usize {
        self.inside.get().talks
    }

    /// Waits for conversations, successful or not.
    pub fn wait_talks(&self, more: usize) -> bool {
        let goal = self.inside.get().talks + more;
        self.inside.wait(|inside| inside.talks >= goal)
    }

    pub fn wait_for(&self, wanted: impl Fn(&[Mail]) -> bool) -> bool {
        self.inside.wait(|inside| wanted(&inside.got))
    }
}

fn talk(stream: &TcpStream, shared: &Shared<Box>) -> std::io::Result<()> {
    let mood = shared.change(|inside| {
        inside.talks += 1;
        inside.mood
    });
    if mood == Mood::Down {
        return Ok(());
    }
    if mood == Mood::Mute {
        // Until the other side gives up.
        return std::io::copy(&mut &*stream, &mut std::io::sink()).map(drop);
    }
    let mut reader = BufReader::new(stream);
    let mut out = stream;
    let mut to = String::new();
    out.write_all(b"220 court-town ESMTP\r\n")?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        // Its mood may have changed since the connection was opened.
        let mood = shared.get().mood;
        match mood {
            Mood::Down => return Ok(()),
            Mood::Mute => return std::io::copy(&mut &*stream, &mut std::io::sink()).map(drop),
            _ => {}
        }
        let verb = line.split([' ', '\r']).next().unwrap_or_default().to_ascii_uppercase();
        if verb == "RCPT" {
            shared.change(|inside| inside.rcpts += 1);
        }
        let reply = match verb.as_str() {
            "EHLO" => "250-court-town\r\n250-AUTH PLAIN\r\n250 SIZE 1000000",
            "AUTH" => {
                shared.change(|inside| inside.auths += 1);
                if mood == Mood::BadPassword { "535 5.7.8 bad credentials" } else { "235 welcome" }
            }
            "RCPT" if mood == Mood::NobodyThere => "550 5.1.1 no such user here",
            "RCPT" if mood == Mood::Hostile => HOSTILE,
            "RCPT" if mood == Mood::Temporary => "451 4.3.0 try again later",
            "RCPT" if !to.is_empty() => "452 4.5.3 one recipient a transaction is enough",
            "RCPT" => {
                to = line.trim_end().to_owned();
                "250 ok"
            }
            "DATA" if to.is_empty() => "503 no recipient",
            "DATA" => {
                out.write_all(b"354 go on\r\n")?;
                let raw = data(&mut reader)?;
                let mail = read(&raw, std::mem::take(&mut to));
                shared.change(|inside| inside.got.push(mail));
                "250 queued"
            }
            "QUIT" => {
                out.write_all(b"221 bye\r\n")?;
                return Ok(());
            }
            _ => "250 ok",
        };
        out.write_all(format!("{reply}\r\n").as_bytes())?;
    }
}

fn data(reader: &mut BufReader<&TcpStream>) -> std::io::Result<String> {
    let mut raw = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            return Ok(raw);
        }
        assert!(line.len() <= 1000, "a line of {} octets", line.len());
        raw.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}

fn read(raw: &str, to: String) -> Mail {
    let message = mail_parser::MessageParser::default().parse(raw).expect("a mail");
    let subject = message.subject().unwrap_or_default().to_owned();
    let text = message.body_text(0).map(|text| text.into_owned()).unwrap_or_default();
    let html = message.body_html(0).map(|html| html.into_owned()).unwrap_or_default();
    let id = message.message_id().unwrap_or_default().to_owned();
    Mail { id, to, text: format!("{subject}\n{text}\n{html}"), subject, raw: raw.to_owned() }
}
