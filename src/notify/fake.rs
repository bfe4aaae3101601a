//! Servers for tests that misbehave on script: a mail relay and a webhook receiver, on port 0.
//!
//! Only compiled for tests.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// What a relay does at one step.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reply {
    /// Says this.
    Say(&'static str),
    /// Says nothing, for ever.
    Mute,
    /// Closes the connection.
    Drop,
    /// Says this and closes the connection.
    Parting(&'static str),
    /// Says this, and nothing more for ever.
    Last(&'static str),
    /// Says this once the gate is opened.
    Late(&'static str),
}

/// A relay that follows a script: a step (`GREETING`, a verb, `CONTENT`) and what it does there; the rest goes well.
#[derive(Clone)]
pub(super) struct Relay {
    pub(super) port: u16,
    /// One list of lines a connection: commands, and the message as one line.
    pub(super) seen: Arc<Mutex<Vec<Vec<String>>>>,
    gate: Arc<Semaphore>,
}

impl Relay {
    pub(super) async fn start(script: &'static [(&'static str, Reply)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let relay = Self { port, seen: Arc::default(), gate: Arc::new(Semaphore::new(0)) };
        let serving = relay.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let at = {
                    let mut seen = serving.seen.lock().expect("not poisoned");
                    seen.push(Vec::new());
                    seen.len() - 1
                };
                tokio::spawn(talk(stream, script, serving.clone(), at));
            }
        });
        relay
    }

    /// Lets go of what is late, now and from now on.
    pub(super) fn open_gate(&self) {
        self.gate.add_permits(1_000);
    }

    /// Waits until a line that begins so has come.
    pub(super) async fn saw(&self, beginning: &str) {
        while !self.lines().iter().flatten().any(|line| line.starts_with(beginning)) {
            tokio::task::yield_now().await;
        }
    }

    pub(super) fn lines(&self) -> Vec<Vec<String>> {
        self.seen.lock().expect("not poisoned").clone()
    }
}

async fn talk(stream: TcpStream, script: &[(&str, Reply)], relay: Relay, at: usize) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let (seen, gate) = (&relay.seen, &relay.gate);
    step(&mut stream, script, gate, "GREETING", "220 fake ESMTP").await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let verb = line.split([' ', ':', '\r']).next().unwrap_or_default().to_uppercase();
        seen.lock().expect("not poisoned")[at].push(line.trim_end().to_owned());
        let good = match verb.as_str() {
            "EHLO" => "250-fake\r\n250-AUTH PLAIN LOGIN\r\n250-STARTTLS\r\n250 8BITMIME",
            "AUTH" => "235 welcome",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        let said = step(&mut stream, script, gate, &verb, good).await?;
        if verb == "DATA" && said.starts_with("354") {
            let mut message = Vec::new();
            while !message.ends_with(b"\r\n.\r\n") {
                message.push(stream.read_u8().await.ok()?);
            }
            seen.lock().expect("not poisoned")[at].push(String::from_utf8_lossy(&message).into_owned());
            step(&mut stream, script, gate, "CONTENT", "250 queued as 1").await?;
        }
    }
}

async fn step(
    stream: &mut BufReader<TcpStream>,
    script: &[(&str, Reply)],
    gate: &Semaphore,
    name: &str,
    good: &'static str,
) -> Option<&'static str> {
    let reply = script.iter().find(|(step, _)| *step == name).map_or(Reply::Say(good), |(_, reply)| *reply);
    match reply {
        Reply::Say(words) | Reply::Parting(words) | Reply::Last(words) | Reply::Late(words) => {
            if let Reply::Late(_) = reply {
                gate.acquire().await.ok()?.forget();
            }
            stream.write_all(format!("{words}\r\n").as_bytes()).await.ok()?;
            match reply {
                Reply::Last(_) => std::future::pending().await,
                Reply::Parting(_) => None,
                _ => Some(words),
            }
        }
        Reply::Mute => std::future::pending().await,
        Reply::Drop => None,
    }
}

/// A request as it came: the head in lower case, and the body.
#[derive(Clone)]
pub(super) struct Received {
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

/// A webhook receiver that answers every request with these bytes and waits for the other side to close; `None` means that
/// it never answers.
#[derive(Clone)]
pub(super) struct Receiver {
    pub(super) port: u16,
    /// The requests as they came.
    pub(super) seen: Arc<Mutex<Vec<Received>>>,
}

impl Receiver {
    pub(super) async fn start(answer: Option<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let receiver = Self { port: listener.local_addr().expect("bound").port(), seen: Arc::default() };
        let serving = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer_one(stream, answer.clone(), serving.seen.clone()));
            }
        });
        receiver
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/ruta-secreta?token=abc", self.port)
    }
}

async fn answer_one(mut stream: TcpStream, answer: Option<Vec<u8>>, seen: Arc<Mutex<Vec<Received>>>) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok()).unwrap_or_default();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    seen.lock().expect("not poisoned").push(Received { head, body });
    match answer {
        Some(bytes) => {
            stream.write_all(&bytes).await.ok()?;
            stream.read_to_end(&mut Vec::new()).await.ok().map(drop)
        }
        None => std::future::pending().await,
    }
}
