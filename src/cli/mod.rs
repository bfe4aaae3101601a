//! The commands. One file a command; this one says what may be typed.
//!
//! Called by `main`. Commands print to standard output what was asked for, and to standard error what went wrong, as one
//! sentence. They ask a running daemon, and open the store themselves only when none runs.

mod ask;
mod audit;
mod check;
mod classify;
mod clocks;
mod deliveries;
mod demo;
mod described;
mod dialogue;
mod diff;
mod doctor;
mod edit;
mod exit;
mod explain;
mod extract;
mod feed;
mod handover;
mod hearings;
mod here;
mod import;
mod list;
mod lookup;
mod man;
mod new;
mod openapi;
mod over;
mod place;
mod poll;
mod print;
mod report;
mod retry;
mod run;
mod secret_input;
mod show;
mod silence;
mod sources;
mod spreadsheet;
mod test;
mod token;
mod upkeep;
mod user;

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};

pub use exit::Exit;

/// Watches the public records of courts for listed case numbers and tells you what changed.
#[derive(Debug, Parser)]
#[command(name = "veedor", version, about, after_help = exit::TABLE)]
pub struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What all commands take.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// The watch list [default: ./watchlist.toml, else /etc/veedor/watchlist.toml]
    #[arg(short, long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print data as JSON
    #[arg(long, global = true)]
    json: bool,
    /// Print less
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Print more
    #[arg(short, long, global = true)]
    verbose: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Watch: the daemon
    #[command(
        after_help = "VEEDOR_LOG filters the log: a level such as debug, or veedor::fetch=debug. -q logs warnings only, -v every visit."
    )]
    Run,
    /// Show the whole of it on this machine alone, with a small fictional court
    Demo(demo::DemoArgs),
    /// Print every problem of the watch list, or what will be watched, when and for whom
    Check {
        /// The watch list
        file: Option<PathBuf>,
    },
    /// Visit cases now and print what that would tell
    Poll {
        /// Case numbers or nicknames; all cases when none is given
        cases: Vec<String>,
        /// Keep nothing and tell nobody
        #[arg(long)]
        dry_run: bool,
    },
    /// Print the watch list and how its cases are
    List,
    /// Print a docket
    Show {
        /// A case number or nickname
        case: String,
        /// An older version
        #[arg(long, value_name = "N", value_parser = whole_number::<u32>)]
        version: Option<u32>,
    },
    /// Print what changed between two versions of a docket, or between two docket files
    Diff(diff::DiffArgs),
    /// Print the hearings: the days set for them, what became of each, and how many
    Hearings {
        /// A case number or nickname; all cases when none is given
        case: Option<String>,
    },
    /// Print the time limits of the law: since when, until when, and what each rests on
    #[command(after_help = clocks::HELP)]
    Clocks {
        /// A case number or nickname; all cases when none is given
        case: Option<String>,
        /// Those too that are met, did not start or do not apply
        #[arg(long)]
        all: bool,
    },
    /// Print a report of how long the courts take
    Report {
        /// What it is about
        #[command(subcommand)]
        about: ReportCommand,
    },
    /// Add a case to the watch list
    Add(edit::AddArgs),
    /// Take a case off the watch list; what was kept of it stays
    Remove {
        /// A case number or nickname
        case: String,
    },
    /// Add cases from a CSV file, or take pages that a person saved as a visit
    Import(import::ImportArgs),
    /// Print the courts that veedor can read, and how; or begin the recipe of another
    #[command(args_conflicts_with_subcommands = true)]
    Sources {
        #[command(subcommand)]
        what: Option<SourcesCommand>,
        /// A source's id, for everything about it
        id: Option<String>,
    },
    /// Run a recipe over saved pages: print the docket, or what each rule matched
    Extract(extract::ExtractArgs),
    /// Say what entries mean: JSON Lines in, JSON Lines out
    Classify {
        /// Whose words they are
        #[arg(long, default_value = "ec")]
        jurisdiction: String,
        /// In which language; that of the jurisdiction when it is not said
        #[arg(long)]
        lang: Option<String>,
    },
    /// Print what was sent where, and what was not
    Deliveries {
        /// A delivery's id, a case number or a nickname, for every attempt and answer
        #[arg(value_name = "ID|CASE")]
        about: Option<String>,
        /// Only those that are held or were given up
        #[arg(long)]
        failed: bool,
        /// At most this many
        #[arg(long, default_value_t = 50, value_name = "N", value_parser = whole_number::<usize>)]
        limit: usize,
    },
    /// Send held or failed deliveries again, one attempt each
    #[command(after_help = retry::HELP)]
    Retry(retry::RetryArgs),
    /// Print what is muted, and until when; or mute news for a while
    #[command(args_conflicts_with_subcommands = true, after_help = silence::HELP)]
    Silence {
        #[command(subcommand)]
        what: Option<silence::SilenceCommand>,
    },
    /// See to who may log in at the dashboard
    #[command(after_help = user::HELP)]
    User {
        #[command(subcommand)]
        what: user::UserCommand,
    },
    /// See to the tokens by which programs use the API
    #[command(after_help = token::HELP)]
    Token {
        #[command(subcommand)]
        what: token::TokenCommand,
    },
    /// Print who did what at the dashboard, the API and the console
    Audit(audit::AuditArgs),
    /// Make, print or revoke secret addresses of feeds and calendars
    #[command(args_conflicts_with_subcommands = true, after_help = feed::HELP)]
    Feed {
        #[command(subcommand)]
        what: Option<feed::FeedCommand>,
    },
    /// Send what the brake holds of a source: the change is real
    #[command(after_help = deliveries::BRAKE)]
    Release {
        /// The source's id, from `veedor list`
        source: String,
    },
    /// End what the brake holds of a source: the change is none of the court's
    #[command(after_help = deliveries::BRAKE)]
    Discard {
        /// The source's id, from `veedor list`
        source: String,
        /// End also what the same visits told besides, and not the changes alone
        #[arg(long)]
        all: bool,
    },
    /// Send a flagged test message through a channel
    Test {
        /// The channel's id
        channel: String,
    },
    /// Write everything that is kept as JSON Lines
    Export {
        /// Into this file instead of standard output
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
    /// Write a consistent copy of the store into a folder and read it back
    Backup {
        /// The folder
        dir: PathBuf,
    },
    /// Make the store anew from a backup
    Restore {
        /// The folder that `veedor backup` wrote into, one file in it, or a store that was moved aside as damaged, to go on with
        /// what can be read of it
        dir: PathBuf,
    },
    /// Open a store and say whether it reads: in a process of its own, because sled may not survive it
    #[command(hide = true, name = crate::store::trial::COMMAND)]
    TryStore {
        /// Its folder
        dir: PathBuf,
    },
    /// Look at everything on a bad night: clock, disk, names, mail server, receivers, each source
    #[command(after_help = doctor::HELP)]
    Doctor {
        /// Ask each source once too, if its budget, gap and hours allow it
        #[arg(long)]
        ask: bool,
    },
    /// Check that the store is whole
    Fsck {
        /// Mend what can be mended without losing anything
        #[arg(long)]
        repair: bool,
    },
    /// Make the daemon read the watch list again
    Reload,
    /// Print the description of the API: OpenAPI 3.1, with the webhooks
    Openapi,
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Debug, Subcommand)]
enum ReportCommand {
    /// Print delays: time limits, silences, hearings and their outcomes, and medians of groups
    #[command(after_help = report::HELP)]
    Delays(report::DelaysArgs),
}

#[derive(Debug, Subcommand)]
enum SourcesCommand {
    /// Begin a recipe from a saved page, by asking
    New(new::NewArgs),
}

/// Runs a command and says how it ended.
pub fn run(cli: Cli) -> Exit {
    // What is kept is the newsroom's; the engine makes its files with the modes that are left to it.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let common = &cli.common;
    let result = match cli.command {
        // The daemon looks after what it prints itself, and a reader that has stopped must not hold up its end.
        Command::Run => return ended(run::run(common), |exit| exit),
        Command::Demo(args) => demo::run(common, &args),
        Command::Check { file } => check::run(common, file),
        Command::Poll { cases, dry_run } => poll::run(common, cases, dry_run),
        Command::List => list::run(common),
        Command::Show { case, version } => show::run(common, case, version),
        Command::Diff(args) => diff::run(common, args),
        Command::Hearings { case } => hearings::run(common, case),
        Command::Clocks { case, all } => clocks::run(common, case, all),
        Command::Report { about: ReportCommand::Delays(args) } => report::delays(common, args),
        Command::Add(args) => edit::add(common, args),
        Command::Remove { case } => edit::remove(common, &case),
        Command::Import(args) => import::run(common, args),
        Command::Sources { what: Some(SourcesCommand::New(args)), .. } => new::run(common, &args),
        Command::Sources { id, .. } => sources::run(common, id.as_deref()),
        Command::Extract(args) => extract::run(common, &args),
        Command::Classify { jurisdiction, lang } => classify::run(&jurisdiction, lang.as_deref()),
        Command::Deliveries { about, failed, limit } => deliveries::list(common, about, failed, limit),
        Command::Retry(args) => retry::run(common, args),
        Command::Silence { what } => match what {
            None => silence::list(common),
            Some(silence::SilenceCommand::Add(args)) => silence::add(common, *args),
            Some(silence::SilenceCommand::End { id }) => silence::end(common, id),
        },
        Command::User { what } => user::run(common, what),
        Command::Token { what } => token::run(common, what),
        Command::Audit(args) => audit::run(common, args),
        Command::Feed { what } => match what {
            None | Some(feed::FeedCommand::List) => feed::list(common),
            Some(feed::FeedCommand::Add(args)) => feed::add(common, args),
            Some(feed::FeedCommand::Revoke { id }) => feed::revoke(common, id),
        },
        Command::Release { source } => deliveries::brake(common, source, true, false),
        Command::Discard { source, all } => deliveries::brake(common, source, false, all),
        Command::Test { channel } => test::run(common, &channel),
        Command::Export { to } => upkeep::export(common, to),
        Command::Backup { dir } => upkeep::backup(common, &dir),
        Command::Restore { dir } => upkeep::restore(common, &dir),
        Command::TryStore { dir } => upkeep::try_store(&dir),
        Command::Doctor { ask } => doctor::run(common, ask),
        Command::Fsck { repair } => upkeep::fsck(common, repair),
        Command::Reload => upkeep::reload(common),
        Command::Openapi => openapi::run(),
        Command::Completions { shell } => completions(shell),
        Command::Man => man::run(to_be_typed()),
    };
    ended(result, exit::after_output)
}

fn ended(result: Done, well: impl Fn(Exit) -> Exit) -> Exit {
    match result {
        Ok(exit) => well(exit),
        Err(failure) => {
            print::aside(&format!("veedor: {}", failure.why));
            failure.exit
        }
    }
}

/// A command that failed: one sentence, and how it ends.
#[derive(Debug)]
pub struct Failure {
    why: String,
    exit: Exit,
}

impl Failure {
    fn new(exit: Exit, why: impl Into<String>) -> Self {
        Self { why: why.into(), exit }
    }
}

type Done = Result<Exit, Failure>;

fn completions(shell: clap_complete::Shell) -> Done {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut to_be_typed(), "veedor", &mut script);
    print::line(String::from_utf8_lossy(&script).trim_end());
    Ok(Exit::Done)
}

/// The command line as people may know it: without what veedor asks of itself.
fn to_be_typed() -> clap::Command {
    let whole = Cli::command();
    let shown = whole.get_subcommands().filter(|inner| !inner.is_hide_set()).cloned();
    clap::Command::new("veedor")
        .version(env!("CARGO_PKG_VERSION"))
        .about(whole.get_about().cloned().unwrap_or_default())
        .after_help(exit::TABLE)
        .args(whole.get_arguments().cloned())
        .subcommands(shown.collect::<Vec<_>>())
}

/// Reads a number, for arguments: what the standard library says of a wrong one helps nobody.
pub fn whole_number<N: std::str::FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| "write a whole number, such as 50".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
