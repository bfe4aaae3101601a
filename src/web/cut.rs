//! Connections that end when the daemon does.
//!
//! `web` serves over a [`Cut`]. A client that sent half a question is waited for by nobody: the library serves each connection in a task of its own,
//! which outlives the serving and holds the store open. It reads and answers nothing itself.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpListener;

use crate::control::Control;

/// Takes connections that are cut a moment after the daemon was told to stop.
pub(super) struct Cut<L> {
    /// The address.
    pub listener: L,
    /// Who tells.
    pub control: Arc<Control>,
    /// How long the moment is.
    pub grace: Duration,
}

/// A connection.
pub(super) struct Cuttable<S> {
    stream: S,
    over: Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// Who is at the other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub SocketAddr);

impl Connected<IncomingStream<'_, Cut<TcpListener>>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Cut<TcpListener>>) -> Self {
        Self(*stream.remote_addr())
    }
}

impl<L: Listener> Listener for Cut<L> {
    type Io = Cuttable<L::Io>;
    type Addr = L::Addr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, from) = Listener::accept(&mut self.listener).await;
        let (control, grace) = (Arc::clone(&self.control), self.grace);
        let over = Box::pin(async move {
            control.stopped().await;
            tokio::time::sleep(grace).await;
        });
        (Cuttable { stream, over }, from)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

impl<S> Cuttable<S> {
    /// An error once it is over.
    fn is_cut(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        match self.over.as_mut().poll(context) {
            Poll::Ready(()) => {
                // It is asked again by whoever did not see the error.
                self.over = Box::pin(std::future::ready(()));
                Err(io::ErrorKind::ConnectionAborted.into())
            }
            Poll::Pending => Ok(()),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Cuttable<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.is_cut(context)?;
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Cuttable<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.is_cut(context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
        Poll::Ready(Ok(()))
    }
}
