//! Runs a program of the operator: no shell, no secret of ours, bounded output, killed with all that it started.
//!
//! `daemon::program` runs those that print dockets, `notify::command` those that take events. The program has a process
//! group of its own that ends with it: at its end, at its timeout, and when whoever waits for it is dropped. What its end
//! means is for the caller to say.

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{ChildStdin, Command};
use tokio::sync::watch;

/// As much of the end of its standard error is kept.
const TAIL: usize = 4096;

/// How long its pipes are read after its end.
const LINGER: Duration = Duration::from_secs(1);

/// As much of its last line is told.
const LONGEST_LINE: usize = 300;

/// What a program may know of our surroundings; everything else, our secrets too, is ours.
const PASSED_ON: [&str; 4] = ["PATH", "HOME", "LANG", "TZ"];

/// What is run, and with what.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    /// The program.
    pub program: &'a Path,
    /// Its arguments.
    pub arguments: &'a [String],
    /// The folder that it is run in.
    pub folder: &'a Path,
    /// What it is told in its environment.
    pub told: &'a [(&'a str, &'a str)],
    /// What it gets on standard input; `None` is an empty one. It need not read it.
    pub input: Option<&'a [u8]>,
    /// The most bytes that it may print; `None` throws away what it prints.
    pub most_printed: Option<usize>,
    /// How long it may take, output included.
    pub timeout: Duration,
}

/// What a program left behind.
#[derive(Debug)]
pub struct Ran {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed.
    pub printed: Vec<u8>,
    /// The last line of its standard error that says something; may be empty.
    pub said: String,
}

/// Why there is no end to judge.
#[derive(Debug)]
pub enum Failure {
    /// It could not be started.
    Start(io::Error),
    /// Its end or its output was lost.
    Lost(io::Error),
    /// It printed more than it may.
    TooMuch,
    /// It did not end in time and was killed.
    TimedOut,
}

/// Runs a program to its end.
pub async fn run(task: Task<'_>) -> Result<Ran, Failure> {
    let mut command = Command::new(task.program);
    command.args(task.arguments).current_dir(task.folder).env_clear().envs(task.told.iter().copied());
    command.envs(PASSED_ON.iter().filter_map(|key| Some((key, std::env::var_os(key)?))));
    let (into, out) = (task.input.map(|_| Stdio::piped()), task.most_printed.map(|_| Stdio::piped()));
    command.stdin(into.unwrap_or_else(Stdio::null)).stdout(out.unwrap_or_else(Stdio::null)).stderr(Stdio::piped());
    command.process_group(0).kill_on_drop(true);
    let started = command.spawn().map_err(Failure::Start)?;
    let mut group = Group { pid: started.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw), child: started };
    let (into, out, err) = (group.child.stdin.take(), group.child.stdout.take(), group.child.stderr.take());
    let (over, ending) = watch::channel(false);
    let whole = async {
        let ended = async {
            let status = group.child.wait().await;
            // What it left running would keep the pipes open.
            group.end();
            over.send_replace(true);
            status.map_err(Failure::Lost)
        };
        let printed = async {
            let mut printed = Vec::new();
            let most = task.most_printed.unwrap_or_default();
            let read = linger(&ending, bounded(out, most, &mut printed)).await;
            match read.transpose().map_err(Failure::Lost)? {
                Some(false) => Err(Failure::TooMuch),
                Some(true) | None => Ok(printed),
            }
        };
        let said = async {
            let mut kept = Vec::new();
            linger(&ending, tail(err, &mut kept)).await;
            Ok(last_line(&kept))
        };
        let fed = async {
            linger(&ending, feed(into, task.input.unwrap_or_default())).await;
            Ok(())
        };
        let (status, printed, said, ()) = tokio::try_join!(ended, printed, said, fed)?;
        Ok(Ran { status, printed, said })
    };
    tokio::time::timeout(task.timeout, whole).await.unwrap_or(Err(Failure::TimedOut))
}

/// Does something with a pipe of the program, and once that has ended for [`LINGER`] at most: something that it started in a session
/// of its own may keep the pipe open for ever, and all that the program itself said is in it by then.
async fn linger<T>(ending: &watch::Receiver<bool>, work: impl Future<Output = T>) -> Option<T> {
    let mut ending = ending.clone();
    let ended = async { ending.wait_for(|over| *over).await.is_ok() };
    tokio::pin!(work);
    tokio::select! {
        done = &mut work => Some(done),
        _ = ended => tokio::time::timeout(LINGER, work).await.ok(),
    }
}

/// A program and all that it started.
struct Group {
    child: tokio::process::Child,
    /// `None` once it is over: the number may be another's then.
    pid: Option<Pid>,
}

impl Group {
    fn end(&mut self) {
        if let Some(pid) = self.pid.take() {
            // Nobody may be left in it.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}

/// Hands the input over. A program that does not read it has its reasons; its end says what came of it.
async fn feed(pipe: Option<ChildStdin>, input: &[u8]) {
    if let Some(mut pipe) = pipe {
        let _ = pipe.write_all(input).await;
        let _ = pipe.shutdown().await;
    }
}

/// Takes all that is printed; says whether it is no more than `most` bytes.
async fn bounded(pipe: Option<impl AsyncRead + Unpin>, most: usize, printed: &mut Vec<u8>) -> io::Result<bool> {
    let Some(pipe) = pipe else { return Ok(true) };
    pipe.take(u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1)).read_to_end(printed).await?;
    Ok(printed.len() <= most)
}

/// Keeps the end of what is said, all of which is read, so that a talkative program does not block.
async fn tail(pipe: Option<impl AsyncRead + Unpin>, kept: &mut Vec<u8>) {
    let mut part = [0; 1024];
    let Some(mut pipe) = pipe else { return };
    while let Ok(read @ 1..) = pipe.read(&mut part).await {
        kept.extend_from_slice(&part[..read]);
        if kept.len() > 2 * TAIL {
            kept.drain(..kept.len() - TAIL);
        }
    }
}

/// The last line that says something, in one line of bounded length.
fn last_line(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let line = text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    let clean: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_LINE + 1).collect();
    match clean.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}…", &clean[..end]),
        None => clean,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn shell(script: &str, input: Option<&[u8]>, timeout: Duration) -> Result<Ran, Failure> {
        let arguments = ["-c".to_owned(), script.to_owned()];
        let folder = std::env::temp_dir();
        let told = [("VEEDOR_CASE", "17-2024")];
        let program = Path::new("/bin/sh");
        run(Task { program, arguments: &arguments, folder: &folder, told: &told, input, most_printed: Some(1 << 20), timeout }).await
    }

    const AMPLE: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn what_is_handed_over_arrives_whole_and_need_not_be_read() {
        let long = vec![b'x'; 300_000];
        let ran = shell("cat; printf ' %s' \"$VEEDOR_CASE\"", Some(&long), AMPLE).await.expect("it ran");
        assert!(ran.status.success() && ran.printed.len() == long.len() + 8 && ran.printed.ends_with(b" 17-2024"));
        let ran = shell("exec 0<&-; echo done", Some(&long), AMPLE).await.expect("it ran");
        assert!(ran.status.success() && ran.printed == b"done\n");
    }

    #[tokio::test]
    async fn it_is_killed_with_all_that_it_started_when_its_time_is_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("pid");
        let script = format!("sh -c 'echo $$ > {}; while :; do :; done' & wait", file.display());
        let failed = shell(&script, None, Duration::from_millis(700)).await;
        assert!(matches!(failed, Err(Failure::TimedOut)), "{failed:?}");
        let child: i32 = std::fs::read_to_string(&file).expect("it began").trim().parse().expect("a number");
        // Killed at once; the number is free as soon as somebody has taken note of its end.
        let alive = || {
            let stat = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
            !stat.is_empty() && !stat.contains(") Z ")
        };
        let until = std::time::Instant::now() + AMPLE;
        while alive() {
            assert!(std::time::Instant::now() < until, "the child of the program lives on");
            std::thread::yield_now();
        }
    }

    #[tokio::test]
    async fn what_it_left_running_elsewhere_does_not_hide_its_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("pid");
        // In a session of its own, with all pipes open.
        let script = format!(
            "setsid sh -c 'echo $$ > {0}; exec tail -f /dev/null' & while [ ! -s {0} ]; do :; done; echo taken; echo said >&2",
            file.display()
        );
        let ran = shell(&script, Some(b"x"), AMPLE).await.expect("its end is known");
        let child = std::fs::read_to_string(&file).expect("it began");
        let killed = std::process::Command::new("kill").args(["-9", child.trim()]).status();
        assert!(ran.status.success() && ran.printed == b"taken\n" && ran.said == "said", "{ran:?}");
        assert!(killed.is_ok_and(|status| status.success()), "it was running still");
    }

    #[tokio::test]
    async fn it_knows_nothing_of_our_surroundings_but_what_it_needs() {
        let ran = shell("env | cut -d= -f1 | sort", None, AMPLE).await.expect("it ran");
        let names = String::from_utf8(ran.printed).expect("text");
        let allowed = ["HOME", "LANG", "PATH", "TZ", "VEEDOR_CASE", "PWD", "OLDPWD", "SHLVL", "_"];
        assert!(names.lines().all(|name| allowed.contains(&name)) && names.contains("VEEDOR_CASE"), "{names}");
    }

    #[tokio::test]
    async fn a_line_of_any_length_is_told_in_one_line() {
        assert_eq!(last_line(&"é".repeat(1000).into_bytes()).chars().count(), LONGEST_LINE + 1);
        assert_eq!(last_line(b"one\n\x1b[1mtwo\n\n"), " [1mtwo");
    }
}
