//! `veedor demo`: the whole of it on this machine alone.
//!
//! A small court with fictional cases, a mailbox and a webhook receiver, all on loopback; between them the real engine,
//! store and senders. Nothing outside is touched, and everything it made is removed at the end.

mod court;
mod mailbox;
mod receiver;
mod story;

use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::io::Interest;
use tokio::net::TcpListener;
use tokio::net::unix::pipe;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::place::Scratch;
use super::{Common, Done, Exit, Failure, here, print, whole_number};
use crate::clock::Clock;
use crate::config::Config;
use crate::daemon::supervise::Units;
use crate::daemon::{self, Handles};
use court::Court;
use story::Story;

/// What may be typed.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Stop by itself after this many seconds
    #[arg(long = "for", value_name = "SECONDS", value_parser = whole_number::<u64>)]
    seconds: Option<u64>,
    /// The language of the alerts and of the explanations: es or en [default: from the environment]
    #[arg(long, value_parser = ["es", "en"])]
    lang: Option<String>,
}

/// What arrives at the ends of the demo.
#[derive(Debug)]
pub enum Arrival {
    /// A mail, stored as a file.
    Mail {
        /// Its subject.
        subject: String,
        /// The file.
        file: PathBuf,
    },
    /// A webhook body.
    Hook(String),
}

/// Runs until Ctrl-C, until its terminal or reader is gone, or for the seconds given.
pub fn run(common: &Common, args: &DemoArgs) -> Done {
    let spanish = match args.lang.as_deref() {
        Some(language) => language == "es",
        None => std::env::var("LANG").is_ok_and(|lang| lang.starts_with("es")),
    };
    let folder = Scratch::make("demo")?;
    let runtime = here::runtime()?;
    let result = runtime.block_on(play(&folder.path, Story::new(spanish, common.quiet), args.seconds.map(Duration::from_secs)));
    runtime.shutdown_timeout(Duration::from_secs(2));
    drop(folder);
    if !common.quiet {
        print::line(if spanish { "\nFin. No queda nada en el disco." } else { "\nThe end. Nothing is left on the disk." });
    }
    result.map(|()| Exit::Done)
}

async fn play(folder: &Path, story: Story, limit: Option<Duration>) -> Result<(), Failure> {
    let failed =
        |what: &str, error: &dyn std::fmt::Display| Failure::new(Exit::Failed, format!("the demo's {what} could not start: {error}"));
    let (arrivals, mut arrived) = mpsc::unbounded_channel();
    let court = Court::open().await.map_err(|error| failed("court", &error))?;
    std::fs::create_dir(folder.join("mail")).map_err(|error| failed("mailbox", &error))?;
    let post = mailbox::Mailbox::open(&folder.join("mail"), arrivals.clone()).await.map_err(|error| failed("mailbox", &error))?;
    let hook = receiver::Receiver::open(arrivals).await.map_err(|error| failed("webhook receiver", &error))?;
    court.seed(&story);

    let listen = place_to_listen().await.map_err(|error| failed("dashboard", &error))?;
    let file = folder.join("watchlist.toml");
    std::fs::write(&file, story.watchlist(folder, &court.base(), (post.port(), listen), &hook.url()))
        .map_err(|error| failed("watch list", &error))?;
    let loaded = Config::load(&file)
        .map_err(|problems| Failure::new(Exit::Config, problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))?;
    let handles = Handles::open(loaded.config, Clock::System).await.map_err(|error| Failure::new(Exit::Store, error.to_string()))?;
    let control = handles.control.clone();

    story.open(folder, listen);
    let mut units: Units<&'static str, Result<(), Failure>> = Units::default();
    let shared = Arc::new(court);
    units.start("court", shared.clone().serve(control.clone()));
    units.start("mailbox", post.serve(control.clone()));
    units.start("receiver", hook.serve(control.clone()));
    units.start(
        "daemon",
        async move { daemon::run(handles).await.map(|_| ()).map_err(|error| Failure::new(Exit::Failed, error.to_string())) },
    );
    units.start("story", story.clone().tell(shared, control.clone()));

    let end = async {
        let limit = async {
            match limit {
                Some(limit) => tokio::time::sleep(limit).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = limit => {}
            () = hung_up() => {}
            () = nobody_reads() => {}
        }
    };
    tokio::pin!(end);
    let result = loop {
        tokio::select! {
            Some(arrival) = arrived.recv() => show(&arrival, &story),
            ended = units.finished() => match ended {
                // The story comes to its end; the rest stays until Ctrl-C, which the daemon hears.
                ("story", Some(Ok(()))) => {}
                (_, Some(result)) => break result,
                (name, None) => break Err(Failure::new(Exit::LoopDied, format!("the demo's {name} failed"))),
            },
            () = &mut end => break Ok(()),
        }
    };
    control.stop();
    units.drain(Duration::from_secs(20)).await;
    result
}

/// The usual address where it is free, else another of this machine.
async fn place_to_listen() -> std::io::Result<SocketAddr> {
    let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, 8377));
    match TcpListener::bind(usual).await {
        Ok(_) => Ok(usual),
        Err(_) => TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?.local_addr(),
    }
}

/// The terminal was closed. The daemon would take the signal for a wish to reload.
async fn hung_up() {
    match signal(SignalKind::hangup()) {
        Ok(mut hangup) => drop(hangup.recv().await),
        Err(_) => std::future::pending().await,
    }
}

/// The other end of the pipe that we print into was closed, as by `| head`. A file has no other end.
async fn nobody_reads() {
    // Only its end is waited for; nothing is written through this handle, so its blocking mode does no harm.
    let output = std::io::stdout().as_fd().try_clone_to_owned().and_then(pipe::Sender::from_owned_fd_unchecked);
    match output {
        Ok(output) => drop(output.ready(Interest::ERROR).await),
        Err(_) => std::future::pending().await,
    }
}

/// The most lines of a webhook's body that are shown, and the most characters of each.
const BODY_LINES: usize = 40;
const BODY_WIDTH: usize = 140;

/// A webhook's body to look at: one field a line, and not more than fits a screen.
fn readable(body: &str, spanish: bool) -> String {
    let pretty = serde_json::from_str::<serde_json::Value>(body).and_then(|value| serde_json::to_string_pretty(&value));
    let text = pretty.unwrap_or_else(|_| body.to_owned());
    let cut = |line: &str| match line.char_indices().nth(BODY_WIDTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    };
    let mut lines: Vec<String> = text.lines().take(BODY_LINES).map(|line| format!("           {}", print::clean(&cut(line)))).collect();
    let left = text.lines().count().saturating_sub(BODY_LINES);
    if left > 0 {
        let more = match (spanish, left) {
            (true, 1) => "línea más",
            (true, _) => "líneas más",
            (false, 1) => "more line",
            (false, _) => "more lines",
        };
        lines.push(format!("           … {left} {more}"));
    }
    lines.join("\n")
}

fn show(arrival: &Arrival, story: &Story) {
    let spanish = story.spanish;
    match arrival {
        Arrival::Mail { subject, file } => {
            print::line(&format!("  {} {}", print::green(if spanish { "correo ▸" } else { "mail ▸" }), print::clean(subject)));
            print::line(&format!("           {}", file.display()));
        }
        Arrival::Hook(body) => {
            let shown = match serde_json::from_str::<serde_json::Value>(body) {
                Ok(value) => format!("{}  {}", print::field(&value, "type"), print::field(&value["data"], "summary")),
                Err(_) => print::clean(body),
            };
            print::line(&format!("  {} {shown}", print::green("webhook ▸")));
            if !story.quiet {
                print::line(&readable(body, spanish));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_shown_field_by_field_and_within_bounds() {
        let shown = readable(r#"{"type":"ruling.issued","data":{"summary":"x"}}"#, false);
        assert!(shown.lines().any(|line| line.trim() == "\"summary\": \"x\""), "{shown}");
        let long = format!("[{}\"{}\"]", "1,".repeat(500), "ñ".repeat(1000));
        let shown = readable(&long, true);
        assert_eq!(shown.lines().count(), BODY_LINES + 1);
        assert!(shown.ends_with("líneas más"), "{shown}");
        assert!(readable("no es JSON", true).contains("no es JSON"));
    }
}
