//! The least HTTP/1.1 server that a client with kept connections can use: one thread a connection, nothing parsed twice.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Instant;

/// What was asked.
pub struct Question {
    /// When its first byte could be read.
    pub first_byte: Instant,
    /// The path.
    pub path: String,
    /// The body.
    pub body: Vec<u8>,
}

/// What to answer: a status, and a body that says itself what it is.
pub type Reply = (u16, Arc<Vec<u8>>);

/// Serves on a free port for as long as the process lives.
pub fn serve(handler: impl Fn(Question) -> Reply + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    let handler = Arc::new(handler);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let handler = handler.clone();
            std::thread::spawn(move || {
                let _ = stream.set_nodelay(true);
                let mut reader = BufReader::new(&stream);
                while answer_one(&mut reader, &stream, handler.as_ref()).unwrap_or(false) {}
            });
        }
    });
    address
}

fn answer_one(
    reader: &mut BufReader<&TcpStream>,
    mut out: &TcpStream,
    handler: &(impl Fn(Question) -> Reply + ?Sized),
) -> std::io::Result<bool> {
    if reader.fill_buf()?.is_empty() {
        return Ok(false);
    }
    let first_byte = Instant::now();
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((key, value)) = line.trim_end().split_once(':') else { break };
        if key.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let (status, body) = handler(Question { first_byte, path, body });
    let mut bytes =
        format!("HTTP/1.1 {status} Status\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(&body);
    out.write_all(&bytes)?;
    Ok(true)
}
