//! A small HTTP/1.1 server on a free port: one thread a connection, answers given by a function, misbehaviour allowed, with TLS on request.

use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

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
    /// Answer JSON that is coded so.
    Coded { coding: &'static str, body: Arc<[u8]> },
    /// Answer JSON of so many MiB of white space, without saying how long it is.
    Huge { mib: usize },
    /// Promise JSON of so many MiB, and send white space for as long as somebody reads.
    Promised { mib: usize },
    /// Promise the whole body and send a part.
    Truncate { body: Vec<u8> },
    /// Promise the whole body and send a byte of it now and then.
    Drip { body: Vec<u8> },
    /// Say nothing for as long as somebody listens.
    Mute,
    /// Close without a word.
    Drop,
    /// Reset the connection.
    Reset,
}

impl Answer {
    /// JSON with status 200.
    pub fn json(value: &serde_json::Value) -> Self {
        Self::Send { status: 200, kind: "application/json", body: value.to_string().into_bytes() }
    }
}

/// What becomes of a connection after an answer.
enum After {
    Next,
    Close,
    Reset,
}

/// Serves for as long as the process lives.
pub fn serve(handler: impl Fn(&Question) -> Answer + Send + Sync + 'static) -> SocketAddr {
    accept(move |stream| {
        let mut reader = BufReader::new(&stream);
        let after = talk(&mut reader, &handler);
        drop(reader);
        close(stream, after);
    })
}

/// Serves over TLS, with the certificate that is asked for at each connection.
pub fn serve_tls(
    certificate: impl Fn() -> Arc<ServerConfig> + Send + Sync + 'static,
    handler: impl Fn(&Question) -> Answer + Send + Sync + 'static,
) -> SocketAddr {
    accept(move |stream| {
        let connection = ServerConnection::new(certificate()).expect("a configuration that serves");
        let mut reader = BufReader::new(StreamOwned::new(connection, stream));
        let after = talk(&mut reader, &handler);
        close(reader.into_inner().sock, after);
    })
}

fn accept(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    let serve = Arc::new(serve);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            std::thread::spawn(move || serve(stream));
        }
    });
    address
}

fn talk<S: Duplex>(reader: &mut BufReader<S>, handler: &impl Fn(&Question) -> Answer) -> After {
    loop {
        match answer_one(reader, handler) {
            Ok(After::Next) => {}
            Ok(after) => return after,
            Err(_) => return After::Close,
        }
    }
}

/// What is read from can be written to.
trait Duplex: Read {
    fn out(&mut self) -> &mut dyn Write;
}

impl Duplex for &TcpStream {
    fn out(&mut self) -> &mut dyn Write {
        self
    }
}

impl Duplex for StreamOwned<ServerConnection, TcpStream> {
    fn out(&mut self) -> &mut dyn Write {
        self
    }
}

fn close(stream: TcpStream, after: After) {
    if let After::Reset = after {
        // Data that waits in vain is dropped, and the other side is told so.
        let _ = rustix::net::sockopt::set_socket_linger(&stream, Some(Duration::ZERO));
    }
}

fn answer_one<S: Duplex>(reader: &mut BufReader<S>, handler: &impl Fn(&Question) -> Answer) -> std::io::Result<After> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(After::Close);
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
    let answer = handler(&question);
    send(answer, reader)
}

fn send<S: Duplex>(answer: Answer, reader: &mut BufReader<S>) -> std::io::Result<After> {
    match answer {
        Answer::Mute => {
            let _ = reader.read(&mut [0]);
            return Ok(After::Close);
        }
        Answer::Drop => return Ok(After::Close),
        Answer::Reset => return Ok(After::Reset),
        _ => {}
    }
    let mut out = BufWriter::new(reader.get_mut().out());
    let json = "content-type: application/json";
    match answer {
        Answer::Send { status, kind, body } => {
            write!(out, "HTTP/1.1 {status} Status\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", body.len())?;
            out.write_all(&body)?;
        }
        Answer::Cookie { cookie, body } => {
            write!(out, "HTTP/1.1 200 OK\r\n{json}\r\nset-cookie: {cookie}\r\ncontent-length: {}\r\n\r\n", body.len())?;
            out.write_all(&body)?;
        }
        Answer::Headed { status, headers } => {
            write!(out, "HTTP/1.1 {status} Status\r\n{headers}\r\ncontent-length: 0\r\n\r\n")?;
        }
        Answer::Tagged { tag, body } => {
            let (status, body) = body.map_or((304, Vec::new()), |body| (200, body));
            write!(out, "HTTP/1.1 {status} Status\r\n{json}\r\netag: {tag}\r\n")?;
            if status == 200 {
                write!(out, "content-length: {}\r\n", body.len())?;
            }
            out.write_all(b"\r\n")?;
            out.write_all(&body)?;
        }
        Answer::Coded { coding, body } => {
            write!(out, "HTTP/1.1 200 OK\r\n{json}\r\ncontent-encoding: {coding}\r\ncontent-length: {}\r\n\r\n", body.len())?;
            out.write_all(&body)?;
        }
        Answer::Promised { mib } => {
            write!(out, "HTTP/1.1 200 OK\r\n{json}\r\ncontent-length: {}\r\n\r\n", mib << 20)?;
            let chunk = vec![b' '; 1 << 20];
            (0..mib).try_for_each(|_| out.write_all(&chunk))?;
        }
        Answer::Huge { mib } => {
            write!(out, "HTTP/1.1 200 OK\r\n{json}\r\ntransfer-encoding: chunked\r\n\r\n")?;
            let chunk = vec![b' '; 1 << 20];
            for _ in 0..mib {
                write!(out, "{:x}\r\n", chunk.len())?;
                out.write_all(&chunk)?;
                out.write_all(b"\r\n")?;
            }
            out.write_all(b"2\r\n[]\r\n0\r\n\r\n")?;
        }
        Answer::Truncate { body } => {
            write!(out, "HTTP/1.1 200 OK\r\n{json}\r\ncontent-length: {}\r\n\r\n", body.len())?;
            out.write_all(&body[..body.len() * 2 / 3])?;
            out.flush()?;
            return Ok(After::Close);
        }
        Answer::Drip { body } => {
            write!(out, "HTTP/1.1 200 OK\r\n{json}\r\ncontent-length: {}\r\n\r\n", body.len())?;
            for byte in body {
                out.write_all(&[byte])?;
                out.flush()?;
                // This is the fault itself; nobody waits for it.
                std::thread::park_timeout(Duration::from_millis(50));
            }
        }
        Answer::Mute | Answer::Drop | Answer::Reset => {}
    }
    out.flush()?;
    Ok(After::Next)
}
