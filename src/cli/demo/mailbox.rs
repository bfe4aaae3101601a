//! The demo's mailbox: takes mail over a real SMTP conversation and puts each into a file.
//!
//! Enough of RFC 5321 for one honest sender on loopback; it refuses nobody and relays nothing.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::UnboundedSender;

use super::super::Failure;
use super::Arrival;
use crate::control::Control;
use crate::daemon::supervise::Units;

/// The mailbox.
#[derive(Debug)]
pub struct Mailbox {
    listener: TcpListener,
    folder: PathBuf,
    arrivals: UnboundedSender<Arrival>,
}

impl Mailbox {
    /// Opens on a free port; mails go into `folder`.
    pub async fn open(folder: &Path, arrivals: UnboundedSender<Arrival>) -> io::Result<Self> {
        Ok(Self { listener: TcpListener::bind("127.0.0.1:0").await?, folder: folder.to_owned(), arrivals })
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.listener.local_addr().map_or(0, |address| address.port())
    }

    /// Serves until told to stop.
    pub async fn serve(self, control: Arc<Control>) -> Result<(), Failure> {
        let mut talks: Units<(), ()> = Units::default();
        let mut number = 0;
        loop {
            tokio::select! {
                () = control.stopped() => break,
                _ = talks.finished() => {}
                accepted = self.listener.accept() => if let Ok((stream, _)) = accepted {
                    number += 1;
                    let (name, arrivals) = (self.folder.join(format!("{number:03}")), self.arrivals.clone());
                    talks.start((), async move {
                        // A sender that breaks off leaves no mail, as with a real server.
                        let _ = talk(stream, &name, &arrivals).await;
                    });
                },
            }
        }
        talks.drain(std::time::Duration::from_secs(1)).await;
        Ok(())
    }
}

/// Serves one connection; its first mail goes into `name.eml`, the next into `name-2.eml`.
async fn talk(stream: TcpStream, name: &Path, arrivals: &UnboundedSender<Arrival>) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut count = 0;
    write.write_all(b"220 veedor-demo ESMTP\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let verb = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        let reply: &[u8] = match verb.as_str() {
            "EHLO" => b"250-veedor-demo\r\n250 8BITMIME\r\n",
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    mail.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.push_str("\r\n");
                }
                count += 1;
                let more = if count == 1 { String::new() } else { format!("-{count}") };
                let file = PathBuf::from(format!("{}{more}.eml", name.display()));
                std::fs::write(&file, &mail)?;
                // The demo may have ended meanwhile.
                let _ = arrivals.send(Arrival::Mail { subject: subject(&mail), file });
                b"250 stored\r\n"
            }
            _ => b"250 ok\r\n",
        };
        write.write_all(reply).await?;
    }
    Ok(())
}

/// The subject with its continuation lines; encoded words are decoded where they are UTF-8.
fn subject(mail: &str) -> String {
    let mut subject = String::new();
    for line in mail.lines().take_while(|line| !line.is_empty()) {
        if let Some(rest) = line.strip_prefix("Subject:") {
            subject.push_str(rest.trim());
        } else if !subject.is_empty() {
            match line.strip_prefix([' ', '\t']) {
                Some(rest) => {
                    subject.push(' ');
                    subject.push_str(rest.trim());
                }
                None => break,
            }
        }
    }
    decode_words(&subject)
}

/// RFC 2047 encoded words in UTF-8 with the encoding B; white space between two of them is not text.
fn decode_words(text: &str) -> String {
    use base64::Engine as _;
    let mut decoded = String::new();
    let mut after_encoded = false;
    for word in text.split(' ') {
        let inner = word.strip_prefix("=?utf-8?b?").and_then(|rest| rest.strip_suffix("?="));
        let bytes = inner.and_then(|inner| base64::engine::general_purpose::STANDARD.decode(inner).ok());
        let plain = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        if !(decoded.is_empty() || after_encoded && plain.is_some()) {
            decoded.push(' ');
        }
        after_encoded = plain.is_some();
        decoded.push_str(plain.as_deref().unwrap_or(word));
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_join_and_plain_words_keep_their_spaces() {
        assert_eq!(subject("Subject: [1] =?utf-8?b?w6E=?= =?utf-8?b?w6k=?= fin\r\n\r\n"), "[1] áé fin");
        assert_eq!(subject("To: x\r\nSubject: a\r\n b\r\nFrom: y\r\n\r\n"), "a b");
    }
}
