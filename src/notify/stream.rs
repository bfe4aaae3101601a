//! A TCP stream that never reads past the line it was asked for before TLS has begun.
//!
//! lettre keeps its read buffer over STARTTLS. Someone on the way could put "250 ok" lines behind the clear-text answer to
//! STARTTLS; they would be taken for the server's answers inside TLS, and mails would count as sent that never arrived
//! (the class of CVE-2021-38371). Read byte by byte, such lines stay in the socket and break the TLS handshake instead.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The first byte of a TLS handshake record (RFC 8446 §5.1). No SMTP command begins with it, so when we write it, TLS
/// has begun.
const HANDSHAKE: u8 = 0x16;

/// The stream.
#[derive(Debug)]
pub(super) struct CarefulStream {
    tcp: TcpStream,
    encrypted: bool,
}

impl CarefulStream {
    /// A stream that has not said anything yet.
    pub(super) fn new(tcp: TcpStream) -> Self {
        Self { tcp, encrypted: false }
    }
}

impl AsyncRead for CarefulStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.encrypted || buf.remaining() == 0 {
            return Pin::new(&mut self.tcp).poll_read(cx, buf);
        }
        let mut byte = [0];
        let mut one = ReadBuf::new(&mut byte);
        ready!(Pin::new(&mut self.tcp).poll_read(cx, &mut one))?;
        buf.put_slice(one.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for CarefulStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if bytes.first() == Some(&HANDSHAKE) {
            self.encrypted = true;
        }
        Pin::new(&mut self.tcp).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for CarefulStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.peer_addr()
    }
}
