//! A day without a network, in virtual time: no court, no receiver and no mail server can be reached. Nothing is made up of it, and the
//! day after tells what was published before and meanwhile, once.

use std::sync::atomic::AtomicBool;

use tokio::io::AsyncReadExt;

use super::*;
use crate::daemon::visit::{Report, Target, Visitor};
use crate::store::Cid;

/// A court's page, and whether there is a network to it.
#[derive(Default)]
struct Site {
    reachable: AtomicBool,
    items: Mutex<Vec<&'static str>>,
}

impl Site {
    async fn open(self: &Arc<Self>) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let site = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if site.reachable.load(Ordering::SeqCst) {
                    tokio::spawn(answer(stream, site.clone()));
                }
            }
        });
        port
    }

    fn publish(&self, item: &'static str) {
        self.items.lock().expect("not poisoned").push(item);
    }
}

async fn answer(mut stream: TcpStream, site: Arc<Site>) -> Option<()> {
    let mut question = [0; 4096];
    let read = stream.read(&mut question).await.ok()?;
    let (status, body) = if question[..read].starts_with(b"GET /robots.txt ") {
        ("404 Not Found", String::new())
    } else {
        let items: String = site.items.lock().expect("not poisoned").iter().map(|item| format!("<li>{item}</li>")).collect();
        ("200 OK", format!("<!doctype html><html><body><ul>{items}</ul></body></html>"))
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(format!("{head}{body}").as_bytes()).await.ok()
}

/// The visits to the page, each when it is due.
struct Rounds {
    visitor: Visitor,
    cid: Cid,
    row: Row,
    due: jiff::Timestamp,
}

impl Rounds {
    /// Lets time pass until the next visit, and makes it. Says how it went.
    async fn next(&mut self, desk: &mut Desk) -> &'static str {
        let wait = Duration::try_from(self.due.duration_since(desk.clock.now())).unwrap_or_default();
        desk.pass(wait).await;
        let config = desk.handles().config.load_full();
        let target = Target { config, index: 1, cid: self.cid, row: self.row, settled: false, keep: true, by_hand: false };
        match self.visitor.run_once(target).await.expect("a store in order") {
            Report::Visited(visited) => {
                (self.row, self.due) = (visited.row, visited.due);
                visited.health.name()
            }
            Report::Postponed { not_before, .. } => {
                self.due = not_before.expect("a host that rests says until when");
                "postponed"
            }
            Report::UnderWay => panic!("nobody else visits"),
        }
    }
}

#[tokio::test]
async fn a_day_without_a_network_is_no_news_and_the_day_after_tells_everything_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let (site, receivers) = (Arc::new(Site::default()), Receivers::default());
    site.reachable.store(true, Ordering::SeqCst);
    let page = format!(
        "\n[source.page]\ngap = \"0s\"\n\n[[case]]\nsource = \"page\"\nnumber = \"boletines\"\npage = {{ url = \"http://127.0.0.1:{}/\", rows = \"li\", title = \".\" }}\n",
        site.open().await
    );
    let mut desk = Desk::open_with(folder.path(), receivers.hooks().await, receivers.relay().await, &page, ["", "", ""]).await;
    let (handles, now) = (desk.handles().clone(), desk.clock.now());
    let cid = handles.store.watch(&[handles.config.load().cases[1].case.clone()], now).expect("a store in order")[0];
    let mut rounds = Rounds { visitor: Visitor::new(handles), cid, row: Row::default(), due: now };
    site.publish("Boletín de enero");
    assert_eq!(rounds.next(&mut desk).await, "ok");
    assert!(desk.all().is_empty(), "the first visit was told");

    // Read while the network was there, and not sent any more.
    site.publish("Boletín de febrero");
    CHANNELS.into_iter().for_each(|channel| receivers.set(channel, Mood::Closed));
    assert_eq!(rounds.next(&mut desk).await, "ok");
    let waiting = desk.all().len();
    assert_eq!(waiting, RECIPIENTS.len());
    site.reachable.store(false, Ordering::SeqCst);
    site.publish("Boletín de marzo");
    let gone = desk.clock.now();
    let mut failed = 0;
    while desk.clock.now() < gone + Duration::from_secs(24 * 3600) {
        let said = rounds.next(&mut desk).await;
        assert!(["unavailable", "postponed"].contains(&said), "{said}");
        failed += usize::from(said == "unavailable");
        assert_eq!(desk.all().len(), waiting, "the network that is gone was told");
    }
    assert!((6..=12).contains(&failed), "{failed} visits failed in a day");

    site.reachable.store(true, Ordering::SeqCst);
    CHANNELS.into_iter().for_each(|channel| receivers.set(channel, Mood::Well));
    let back = desk.clock.now();
    while rounds.next(&mut desk).await != "ok" {}
    let waited = desk.clock.now().duration_since(back);
    assert!(waited <= jiff::SignedDuration::from_hours(6), "read again only after {waited:?}");
    desk.pass(Duration::from_secs(25 * 3600)).await;
    let events: BTreeSet<Id> = desk.all().into_iter().flat_map(|delivery| delivery.events).collect();
    assert_eq!(events.len(), 2);
    assert_once(&receivers, &events.into_iter().collect::<Vec<_>>(), &RECIPIENTS, 0);
    assert!(desk.all().iter().all(|delivery| matches!(delivery.state, DeliveryState::Delivered { .. })));
}
