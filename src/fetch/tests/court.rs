//! A court on loopback for the tests of `fetch`, which misbehaves as its script says.
//!
//! It speaks HTTP/1.1 by hand over raw sockets, because a decent server library will not break off in the middle, count
//! wrong, or stay mute. It notes what it was asked, when, and how many requests were under way at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the court was asked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) head: String,
    pub(super) body: Vec<u8>,
    pub(super) begun: Instant,
    pub(super) ended: Option<Instant>,
}

/// What it does then.
pub(super) enum Reply {
    /// Sends these bytes and waits for the next request.
    Send(Vec<u8>),
    /// Sends these bytes and closes.
    Close(Vec<u8>),
    /// Sends these bytes and resets the connection.
    Reset(Vec<u8>),
    /// Sends these bytes, and then one byte more each few milliseconds until nobody listens.
    Drip(Vec<u8>),
    /// Says nothing until nobody listens.
    Mute,
}

impl Reply {
    /// An answer as it should be; `headers` are whole lines without their ends.
    pub(super) fn page(status: u16, headers: &[&str], body: &[u8]) -> Self {
        let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
        let mut bytes = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{lines}\r\n", body.len()).into_bytes();
        bytes.extend_from_slice(body);
        Self::Send(bytes)
    }

    pub(super) fn ok() -> Self {
        Self::page(200, &["content-type: application/json"], b"[]")
    }

    pub(super) fn not_found() -> Self {
        Self::page(404, &[], b"")
    }
}

type Script = dyn Fn(&Asked, usize) -> Reply + Send + Sync;

/// A running court; it ends with its runtime.
pub(super) struct Court {
    pub(super) base: String,
    log: Arc<Mutex<Vec<Asked>>>,
    most: Arc<AtomicUsize>,
    under_way: AtomicUsize,
    script: Box<Script>,
}

impl Court {
    /// A court without a robots.txt; `script` is given every other request and how many pages were asked for before it.
    pub(super) async fn of_pages(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Arc<Self> {
        Self::start(move |asked, before| match asked.target.as_str() {
            "/robots.txt" => Reply::not_found(),
            _ => script(asked, before - 1),
        })
        .await
    }

    /// A court that does nothing but by its script, which is given every request and how many came before it.
    pub(super) async fn start(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("bound"));
        let (log, most, under_way) = (Arc::default(), Arc::default(), AtomicUsize::new(0));
        let court = Arc::new(Self { base, log, most, under_way, script: Box::new(script) });
        let serving = Arc::clone(&court);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&serving).serve(stream));
            }
        });
        court
    }

    /// Everything that was asked so far.
    pub(super) fn asked(&self) -> Vec<Asked> {
        self.log.lock().expect("not poisoned").clone()
    }

    /// The targets that were asked for so far.
    pub(super) fn targets(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.target).collect()
    }

    /// The most requests that were under way at once.
    pub(super) fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }

    async fn serve(self: Arc<Self>, mut stream: TcpStream) {
        while let Some(asked) = read(&mut stream).await {
            let under_way = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(under_way, Ordering::SeqCst);
            let before = {
                let mut log = self.log.lock().expect("not poisoned");
                log.push(asked.clone());
                log.len() - 1
            };
            // Room for others to come in between, if they are let.
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            let reply = (self.script)(&asked, before);
            self.log.lock().expect("not poisoned")[before].ended = Some(Instant::now());
            self.under_way.fetch_sub(1, Ordering::SeqCst);
            if !act(&mut stream, reply).await {
                return;
            }
        }
    }
}

/// Whether the connection goes on.
async fn act(stream: &mut TcpStream, reply: Reply) -> bool {
    match reply {
        Reply::Send(bytes) => stream.write_all(&bytes).await.is_ok(),
        Reply::Close(bytes) => {
            let _ = stream.write_all(&bytes).await;
            false
        }
        Reply::Reset(bytes) => {
            let _ = stream.write_all(&bytes).await;
            stream.set_zero_linger().expect("a socket");
            false
        }
        Reply::Drip(bytes) => {
            let _ = stream.write_all(&bytes).await;
            while stream.write_all(b" ").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            false
        }
        Reply::Mute => {
            let _ = stream.read(&mut [0]).await;
            false
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let begun = Instant::now();
    let head = String::from_utf8(head).ok()?;
    let mut words = head.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Asked { method, target, head, body, begun, ended: None })
}
