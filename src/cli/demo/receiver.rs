//! The demo's webhook receiver: takes what is posted and passes it on to be shown.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedSender;

use super::super::{Exit, Failure};
use super::Arrival;
use crate::control::Control;

/// The receiver.
#[derive(Debug)]
pub struct Receiver {
    listener: TcpListener,
    arrivals: UnboundedSender<Arrival>,
}

impl Receiver {
    /// Opens on a free port of this machine.
    pub async fn open(arrivals: UnboundedSender<Arrival>) -> io::Result<Self> {
        Ok(Self { listener: TcpListener::bind("127.0.0.1:0").await?, arrivals })
    }

    /// Where to post.
    pub fn url(&self) -> String {
        let port = self.listener.local_addr().map_or(0, |address| address.port());
        format!("http://127.0.0.1:{port}/hook")
    }

    /// Serves until told to stop.
    pub async fn serve(self, control: Arc<Control>) -> Result<(), Failure> {
        let router = Router::new().route("/hook", post(take)).with_state(self.arrivals);
        let served = axum::serve(self.listener, router).with_graceful_shutdown(async move { control.stopped().await }).await;
        served.map_err(|error| Failure::new(Exit::Failed, format!("the demo's webhook receiver failed: {error}")))
    }
}

async fn take(State(arrivals): State<UnboundedSender<Arrival>>, body: Bytes) -> StatusCode {
    let text = String::from_utf8_lossy(&body).into_owned();
    match arrivals.send(Arrival::Hook(text)) {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
