//! A small HTTP/1.1 server on a free port: one thread a connection, answers given by a function, misbehaviour allowed.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

/// What was asked.
pub struct Question {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Question {
    /// A header by its lower-case name.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

/// What to do.
pub enum Answer {
    /// Answer properly.
    Send { status: u16, kind: &'static str, body: Vec<u8> },
    /// Answer JSON, and set this cookie.
    Cookie { cookie: String, body: Vec<u8> },
    /// Answer with these header lines and no body.
    Headed { status: u16, headers: &'static str },
    /// Answer JSON with an entity tag, or without a body that it was not modified.
    Tagged { tag: String, body: Option<Vec<u8>> },
    /// Promise the whole body and send a part.
    Truncate { body: Vec<u8> },
    /// Close without a word.
    Drop,
}

impl Answer {
    /// JSON with status 200.
    pub fn json(value: &serde_json::Value) -> Self {
        Self::Send { status: 200, kind: "application/json", body: value.to_string().into_bytes() }
    }
}

/// Serves for as long as the process lives.
pub fn serve(handler: impl Fn(&Question) -> Answer + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    let handler = Arc::new(handler);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let handler = handler.clone();
            std::thread::spawn(move || while answer_one(&stream, handler.as_ref()).unwrap_or(false) {});
        }
    });
    address
}

fn answer_one(stream: &TcpStream, handler: &(impl Fn(&Question) -> Answer + ?Sized)) -> std::io::Result<bool> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(false);
    }
    let mut words = line.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((key, value)) => headers.push((key.to_ascii_lowercase(), value.trim().to_owned())),
            None => break,
        }
    }
    let mut question = Question { method, path, headers, body: Vec::new() };
    let length: usize = question.header("content-length").parse().unwrap_or(0);
    question.body.resize(length, 0);
    reader.read_exact(&mut question.body)?;
    let mut out = stream;
    match handler(&question) {
        Answer::Send { status, kind, body } => {
            write!(out, "HTTP/1.1 {status} Status\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", body.len())?;
            out.write_all(&body)?;
            Ok(true)
        }
        Answer::Cookie { cookie, body } => {
            let length = body.len();
            write!(out, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nset-cookie: {cookie}\r\ncontent-length: {length}\r\n\r\n")?;
            out.write_all(&body)?;
            Ok(true)
        }
        Answer::Headed { status, headers } => {
            write!(out, "HTTP/1.1 {status} Status\r\n{headers}\r\ncontent-length: 0\r\n\r\n")?;
            Ok(true)
        }
        Answer::Tagged { tag, body } => {
            let (status, body) = body.map_or((304, Vec::new()), |body| (200, body));
            write!(out, "HTTP/1.1 {status} Status\r\ncontent-type: application/json\r\netag: {tag}\r\n")?;
            if status == 200 {
                write!(out, "content-length: {}\r\n", body.len())?;
            }
            out.write_all(b"\r\n")?;
            out.write_all(&body)?;
            Ok(true)
        }
        Answer::Truncate { body } => {
            write!(out, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len())?;
            out.write_all(&body[..body.len() * 2 / 3])?;
            out.shutdown(std::net::Shutdown::Both)?;
            Ok(false)
        }
        Answer::Drop => {
            out.shutdown(std::net::Shutdown::Both)?;
            Ok(false)
        }
    }
}
